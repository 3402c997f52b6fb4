// SPDX-License-Identifier: MIT
/* generate_tcp.h - what is known of a program's connections, and what both parts of their generator
 * write: generate_tcp.c has segments, generate_tcp_call.c calls that wait, ports, two hosts.
 */
#ifndef HARNESS_DIFF_GENERATE_TCP_H
#define HARNESS_DIFF_GENERATE_TCP_H

#include "harness/diff/generate_internal.h"

enum { GEN_TCP_CONNS = 4, GEN_TCP_EXTRA = 8 };

/* Sequence numbers count from each side's SYN. */
struct gen_conn {
	int fd, listener; /* -1: none */
	bool open;	  /* something may still be said about it */
	bool established;
	bool loop; /* both ends are this host's: peer_fd is the other */
	int peer_fd;
	u16 lport, rport;
	u32 written,
		acked; /* of our side: what the program gave, and what the peer has confirmed */
	u32 cwnd;      /* a guess, in segments */
	u32 got;       /* of the peer's side: what it has sent in order */
	u32 hole;      /* of what it sent beyond: where that begins, 0: nothing */
	u32 hole_end;
	u32 mss, win;
	bool ts, sack, fin, peer_fin;
	bool ecn;      /* what comes says so */
	bool blocking; /* its calls may wait: they are made by threads */
	u8 wscale;
	u32 peer_ts;
	u64 since_us;
};

struct gen_tcp {
	struct gen *g;
	struct gen_conn conn[GEN_TCP_CONNS];
	u32 nr, next_port;
	int next_fd;
	int listener;
	u16 listen_port;
	bool spliced;		  /* once: LINUX: who waits there keeps the pipe locked */
	int extra[GEN_TCP_EXTRA]; /* sockets of which nothing is known */
	u32 nr_extra;
};

__attribute__((format(printf, 2, 3))) void gen_tcp_line(struct gen_tcp *t, const char *fmt, ...);
void gen_tcp_pause(struct gen_tcp *t);
/* NULL: there are enough. */
struct gen_conn *gen_tcp_conn(struct gen_tcp *t);
void gen_tcp_listener(struct gen_tcp *t);
void gen_tcp_options(struct gen_tcp *t, int fd);
void gen_tcp_syn(struct gen_tcp *t, struct gen_conn *c, const char *flags, u32 ack);
/* Something comes, or ends, that may wake who waits. */
void gen_tcp_wake(struct gen_tcp *t, struct gen_conn *c);
/* One connection, from whichever side. */
void gen_tcp_open(struct gen_tcp *t);

/* --- generate_tcp_call.c --- */
/* What connections are watched with, and what is sent from and to. */
void gen_tcp_files(struct gen_tcp *t);
/* A call that waits, by a thread of its own; what it waits for. */
void gen_tcp_wait(struct gen_tcp *t, struct gen_conn *c);
/* Binds, listens, connects, with whatever is there. */
void gen_tcp_ports(struct gen_tcp *t);
/* Silence, a closed window, keepalive. */
void gen_tcp_long(struct gen_tcp *t, struct gen_conn *c);
void gen_tcp_hosts_program(struct gen *g);

#endif
