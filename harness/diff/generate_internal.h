// SPDX-License-Identifier: MIT
/* generate_internal.h - what the parts of the generator share.
 *
 *   generate.c           areas, weights, the shape of a program
 *   generate_text.c      rules expanded into text, numbers drawn
 *   generate_socket.c    sockets: made, bound, connected, named, closed; what is known of them
 *   generate_option.c    their options
 *   generate_message.c   sending and receiving
 *   generate_call.c      the other calls, threads, processes, rights
 *   generate_frame.c     frames that match what there is, and that miss it
 *   generate_fragment.c  datagrams in pieces
 *   generate_raw.c       frames as bytes, with one thing wrong
 *   generate_tcp.c       TCP connections: segments
 *   generate_tcp_call.c  and calls that wait, ports, two hosts
 *   generate_forward.c   a router: packets of others, ARP for others
 *   generate_ip_options.c IP options that are sent
 *   generate_icmp.c      what ICMP tells sockets
 *   generate_groups.c    multicast groups
 *   generate_rawping.c   raw and ping sockets
 *   generate_gso.c       large sends, and what is told about them
 *   generate_ioctl.c     what is asked and set by ioctl()
 *   generate_udplite.c   UDP-Lite, groups of SO_REUSEPORT
 *   generate_packet.c    packet sockets, and filters
 *   generate_system.c    epolls, pipes, signals
 *   generate_config.c    addresses, routes, neighbours, knobs, links
 *
 * A part is a table of rules and a table of slots. A rule has rows, of which one is drawn by
 * weight; in a row's text `@name` stands for the rule or slot of that name, `@name~` too where a
 * letter follows. Rows of a negative weight are spoiled: they are drawn only when this program may
 * do something wrong once more. A slot is a function that writes what depends on what there is.
 * Text begins a new statement behind each newline.
 */
#ifndef HARNESS_DIFF_GENERATE_INTERNAL_H
#define HARNESS_DIFF_GENERATE_INTERNAL_H

#include "base/rng.h"
#include "harness/diff/generate.h"

enum { GEN_SOCKS = 32, GEN_SENT = 8, GEN_THREADS = 15, GEN_FIRST_FD = 3, GEN_HOSTS = 2 };

/* What a socket can be asked without meeting what is not there. */
enum gen_kind {
	GEN_UDP = 1,
	GEN_TCP = 2,
	GEN_RAW = 4,
	GEN_PING = 8,
	GEN_ANY = 15,
	GEN_PACKET = 16
};

struct gen_sock {
	int fd;
	u8 kind;
	bool bound, connected, nonblock, timeout;
	bool hdrincl;	  /* of raw ones: their headers are their own */
	u16 proto;	  /* of raw ones */
	u32 laddr, raddr; /* host order; 0: none, or any */
	u16 lport, rport;
};

/* A datagram that was sent. */
struct gen_flow {
	u32 saddr, daddr;
	u16 sport, dport;
	u32 len;
};

struct gen_host {
	struct gen_sock sock[GEN_SOCKS];
	u32 nr_socks;
	u32 own, peer, gateway, mask; /* host order */
	struct gen_flow sent[GEN_SENT];
	u32 nr_sent; /* all of them; the last GEN_SENT are known */
};

struct gen {
	struct rng rng;
	enum generate_area area;
	char *text;
	size_t len, cap;
	size_t line;	    /* where the statement begins, */
	size_t body;	    /* and what stands behind its time */
	bool in_body;	    /* the opening is over: statements have times */
	u32 spoil_left;	    /* how often something may still be wrong, */
	u32 spoil_permille; /* and how likely it is where it could be */
	bool tap;	    /* frames have Ethernet headers */
	u32 hosts, host;    /* how many; whose statement it is */
	struct gen_host h[GEN_HOSTS];
	int cur;	  /* the descriptor that was drawn last */
	u32 next_thread;  /* the next one that nothing was asked of */
	u32 last_blocked; /* the last that may wait; 0: none */
	u32 frag_id;
	u64 passed_us; /* virtual time that the statements so far take, about */
	/* Making a process, and running a program like ip, takes the judging kernel some
	 * microseconds of its clock: there are several processes, or the time is asked, and then no
	 * program runs.
	 */
	bool forks, asks_time;
};

struct gen_row {
	const char *rule; /* NULL: that of the row before */
	s32 weight;	  /* negative: spoiled */
	const char *text;
};
struct gen_slot {
	const char *name;
	void (*put)(struct gen *g);
};
struct gen_part {
	const struct gen_row *row;
	u32 nr_rows;
	const struct gen_slot *slot;
	u32 nr_slots;
};
extern const struct gen_part gen_part_text, gen_part_socket, gen_part_option, gen_part_message,
	gen_part_call, gen_part_frame, gen_part_fragment, gen_part_raw, gen_part_config,
	gen_part_udplite, gen_part_forward, gen_part_ip_options, gen_part_icmp, gen_part_groups,
	gen_part_rawping, gen_part_ioctl, gen_part_gso, gen_part_packet, gen_part_areas,
	gen_part_system;

/* --- generate_text.c --- */
u32 gen_below(struct gen *g, u32 ceil);
/* From low to high, both among them. */
u32 gen_between(struct gen *g, u32 low, u32 high);
bool gen_percent(struct gen *g, u32 percent);
/* This once something may be wrong. */
bool gen_spoil(struct gen *g);
void gen_put(struct gen *g, const char *text);
__attribute__((format(printf, 2, 3))) void gen_putf(struct gen *g, const char *form, ...);
void gen_put_addr(struct gen *g, u32 addr);
/* Expands a text, or a row of a rule. */
void gen_expand(struct gen *g, const char *text);
void gen_rule(struct gen *g, const char *name);
/* A rule whose rows are addresses, or numbers: what was written. */
u32 gen_addr(struct gen *g, const char *rule);
u32 gen_number(struct gen *g, const char *rule);
/* A statement, or several. */
void gen_begin(struct gen *g);
void gen_end(struct gen *g);
void gen_statement(struct gen *g, const char *rule);
/* A row of a table, by weight; weights of 0 are never drawn. */
u32 gen_pick(struct gen *g, const u32 *weight, u32 n);
/* For tests: every name that a row uses exists; NULL, or the first that does not. */
const char *gen_unknown_name(void);

/* --- generate_socket.c --- */
struct gen_host *gen_host_of(struct gen *g);
/* The kind of sockets that the program is about. */
u32 gen_subject(const struct gen *g);
/* A socket of one of these kinds; NULL: there is none. The youngest are likelier. */
struct gen_sock *gen_sock(struct gen *g, u32 kinds);
struct gen_sock *gen_bound_sock(struct gen *g);
struct gen_sock *gen_sock_of(struct gen *g, int fd);
void gen_remember_sent(struct gen *g, const struct gen_sock *s, u32 daddr, u16 dport, u32 len);
/* One that was sent; false: nothing was. */
bool gen_sent_flow(struct gen *g, struct gen_flow *f);
/* A stream; its number, or -1: there are too many. */
int gen_add_stream(struct gen *g);
/* What a program begins with. */
void gen_make_sockets(struct gen *g);

/* --- generate_rawping.c --- */
/* An identifier for a ping socket: which one the kernel would give depends on what ran before. */
void gen_name_ping(struct gen *g, struct gen_sock *s);

/* --- generate_tcp.c --- */
static inline bool gen_is_tcp(const struct gen *g)
{
	return g->area >= AREA_tcp && g->area <= AREA_tcp_hosts;
}
void gen_tcp_opening(struct gen *g);
void gen_tcp_program(struct gen *g);

/* --- generate_config.c --- */
void gen_opening(struct gen *g);

#endif
