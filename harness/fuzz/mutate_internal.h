// SPDX-License-Identifier: MIT
/* mutate_internal.h - what the parts of the mutator share.
 *
 *   mutate.c         the core: an input read, operations drawn, the result written
 *   mutate_weight.c  weights, and how they are learnt
 *   mutate_bank.c    random programs and chains of calls to take from
 *   mutate_know.c    what a program has: descriptors, sockets, addresses, ports
 *   mutate_tree.c    statements copied, put in, taken out; places of arguments
 *   mutate_stmt.c    operations on statements
 *   mutate_arg.c     on arguments
 *   mutate_wild.c    values and combinations that nobody has a reason for
 *   mutate_packet.c  on frames; mutate_send.c on what is sent and answered
 *   mutate_stream.c  on TCP connections, as their peer
 *   mutate_carry.c   on what frames carry, of any protocol
 *   mutate_time.c    on times, threads and processes
 *   mutate_world.c   on options, commands, faults
 *   mutate_break.c   those that break something
 *   mutate_text.c    on texts
 *   mutate_bytes.c   on bytes
 *   mutate_trim.c    shorter inputs
 *
 * An operation is a function that changes what it finds in the mutator; false: there is nothing
 * that it could change, and nothing has changed.
 */
#ifndef HARNESS_FUZZ_MUTATE_INTERNAL_H
#define HARNESS_FUZZ_MUTATE_INTERNAL_H

#include "base/rng.h"
#include "harness/fuzz/mutate.h"
#include "harness/fuzz/scope.h"
#include "harness/script/binary.h"
#include "harness/script/parse_internal.h"

enum {
	MUTATE_SPANS = 512, /* statements of an input, at most */
	MUTATE_STMTS = 128, /* of a program whose scope does not say how many */
	MUTATE_OPS = 8,	    /* that one result owes its life to */
	MUTATE_SPOTS = 512,
	MUTATE_OBJECTS = 512,
	MUTATE_FDS = 64, /* larger numbers are nobody's */
	MUTATE_WORDS = 24,
	MUTATE_THREADS = SCRIPT_THREADS + 1,
	NOWHERE = U32_MAX
};

/* --- descriptors
 * ----------------------------------------------------------------------------------- While a
 * program is worked on, a descriptor is not a number but what it stands for: a statement that makes
 * one has its object in `line`, an argument in `line` of its expression. Numbers are given again
 * when all is done, so that they follow whatever was put in, taken out and moved.
 */
enum {
	OBJECT_NONE = 0,
	OBJECT_ANY = 0xffffff00, /* one that is open there */
	OBJECT_KEEP		 /* the number stays, whatever it is */
};
enum object_kind { OBJECT_UDP = 1, OBJECT_TCP = 2, OBJECT_RAW = 4, OBJECT_OTHER = 8 };

struct object {
	u8 kind, host;
	bool bound, connected;
	u32 laddr, raddr; /* 0: none, or any */
	u16 lport, rport;
};

struct descriptors {
	u16 at[SCRIPT_HOSTS][SCRIPT_PROCESSES][MUTATE_FDS]; /* objects; 0: none */
	u8 processes[SCRIPT_HOSTS];			    /* bits: those that exist */
	u8 process_of[SCRIPT_HOSTS][MUTATE_THREADS];	    /* + 1; 0: not said yet */
};

/* What a program speaks of. */
struct words {
	u32 addr[MUTATE_WORDS];
	u16 port[MUTATE_WORDS];
	u32 nr_addrs, nr_ports;
};

/* --- programs to take from
 * ------------------------------------------------------------------------- One script: statement
 * after statement of all programs.
 */
struct bank {
	struct script *s;
	u32 *begin; /* of each program, its first statement; one more is the end */
	u32 nr;
	/* By kind of statement: those that the target keeps. */
	u32 *of[STMT_KINDS], nr_of[STMT_KINDS];
	u32 *kept, nr_kept;
	/* Lines, for texts. */
	char **line;
	u32 nr_lines;
};

/* --- where an argument stands
 * ----------------------------------------------------------------------
 */
struct spot {
	u32 expr;
	u32 owner; /* the list, or struct, whose child it is; 0: an argument, or fixed in its place
		    */
	u32 count; /* the number that says how many are in the list; 0: none */
	u8 type;
	bool counts; /* it is a number that says how long or how many */
};

/* Where a statement stands in the input. */
struct span {
	u32 at, len;
};

struct trim {
	u8 *known;
	size_t len;
	u8 *tried;
	size_t tried_len;
	u32 nr, at, chunk; /* parts; which comes next, how many at once */
	u32 done, steps;
};

struct recent {
	u64 hash;
	u8 op[MUTATE_OPS], nr;
	bool paid;
};

struct counts {
	u64 tried[MUTATE_MAX], paid[MUTATE_MAX];
};

struct mutator {
	enum fuzz_input input;
	const struct fuzz_scope *scope;
	u64 seed;
	struct rng rng;

	/* Programs: what is worked on, and what else there is to take from. */
	struct script *s, *add, *opening;
	bool add_read;
	const u8 *source; /* what m->s was read from */
	struct span *span, *add_span;
	struct binary out;
	struct descriptors opened, now;
	struct object object[MUTATE_OBJECTS];
	u32 nr_objects, opened_objects;
	struct words words, opened_words;
	u32 own[SCRIPT_HOSTS]; /* addresses of the hosts */
	bool words_known, renumbered;
	bool opened_card, opened_tun; /* the device that the opening asks for */
	struct spot spot[MUTATE_SPOTS];
	u32 nr_spots;
	struct bank bank, chains;

	/* Texts and bytes. */
	u8 *bytes;
	size_t len, cap;
	const u8 *add_data;
	size_t add_len;

	/* What was done; from own_op on by the last mutate(), before it to what that was given. */
	u8 op[MUTATE_OPS];
	u32 nr_ops, own_op;
	char last[MUTATE_OPS * 24];

	struct recent *recent;
	u64 last_hash;
	struct counts known, own_counts;
	u32 weight[MUTATE_MAX], sum, age;
	char *path;
	struct trim trim;
};

#define M(name, input, weight, what) bool op_##name(struct mutator *m);
#include "harness/fuzz/mutate.def"
#undef M

/* --- mutate.c */
u32 mutate_below(struct mutator *m, u32 ceil);
u32 mutate_between(struct mutator *m, u32 low, u32 high);
bool mutate_one_in(struct mutator *m, u32 n);
/* A number that finds mistakes: an edge, a power of two and its neighbours, anything. */
u64 mutate_edge(struct mutator *m);
/* Reads a program into m->s; writes it. What does not fit, or is refused, is not written: 0. */
void mutate_read(struct mutator *m, const u8 *data, size_t len);
size_t mutate_write(struct mutator *m, u8 *to, size_t max);
/* The program as bytes, which are changed and read again; false: it cannot be written. */
bool mutate_rewrite(struct mutator *m, void (*change)(struct mutator *m, u8 *bytes, size_t len));
/* The other input, as a program; NULL: there is none. */
struct script *mutate_other(struct mutator *m);

/* --- mutate_weight.c */
void mutate_weights_init(struct mutator *m);
void mutate_weights_exit(struct mutator *m);
enum mutate_op mutate_draw(struct mutator *m);
/* The input is about to be worked on: has it been kept? Then: what was made of it, by m->op. */
void mutate_offered(struct mutator *m, const u8 *data, size_t len);
void mutate_made(struct mutator *m, const u8 *data, size_t len);

/* --- mutate_bank.c */
void mutate_banks_exit(struct mutator *m);
struct bank *mutate_bank(struct mutator *m);
struct bank *mutate_chains(struct mutator *m);

/* --- mutate_know.c */
/* Names the descriptors of m->s, and settles what only mutated programs need: times count from the
 * statement before, results are open.
 */
void mutate_know(struct mutator *m);
void mutate_know_opening(struct mutator *m);
/* Names descriptors of another script by itself: objects of it are from `first` on. Returns how
 * many.
 */
u32 mutate_name_descriptors(struct mutator *m, struct script *s, u32 from, u32 to);
/* All of a call's arguments that are descriptors, by numbers. */
typedef void mutate_fd_fn(struct mutator *m, struct expr *x, const void *ctx);
void mutate_each_fd(struct mutator *m, struct script *s, const struct stmt *st, mutate_fd_fn *fn,
		    const void *ctx);
/* Gives numbers again. */
void mutate_number_descriptors(struct mutator *m);
/* What is open before statement `at`; in m->now. */
void mutate_descriptors_at(struct mutator *m, u32 at);
/* One of the objects that are open in m->now for this statement; kinds: enum object_kind; 0: none.
 */
u32 mutate_open_object(struct mutator *m, const struct stmt *st, u32 kinds);
u32 mutate_new_object(struct mutator *m, const struct object *o);
u32 mutate_new_pair(struct mutator *m, u32 host);
bool mutate_makes_two(const struct script *s, const struct stmt *st);
/* A socket of this kind that is bound, by chance; NULL. */
const struct object *mutate_bound(struct mutator *m, u32 host, enum object_kind kind);
const struct words *mutate_words(struct mutator *m);
/* A number that stands here: of a constant, of several; false: it is none. */
bool mutate_value(const struct script *s, u32 e, u64 *value);
/* Address and port of {sa_family = AF_INET, ...}. */
bool mutate_sockaddr(const struct script *s, u32 e, u32 *addr, u16 *port);

/* --- mutate_tree.c */
/* A chain and all below it, into the script, which may be where it comes from. */
u32 mutate_copy_chain(struct script *to, const struct script *from, u32 e);
struct stmt mutate_copy_stmt(struct script *to, const struct script *from, const struct stmt *st);
/* Room for n statements before `at`: they are zero. */
struct stmt *mutate_open_at(struct mutator *m, u32 at, u32 n);
void mutate_take_out(struct script *s, u32 at, u32 n);
/* Where statements that are no options begin; a place among these, their end too. */
u32 mutate_first(const struct mutator *m);
u32 mutate_gap(struct mutator *m);
/* A statement by chance, of those that fit; NOWHERE: none does. */
u32 mutate_find(struct mutator *m, bool (*fits)(struct mutator *m, const struct stmt *st));
bool mutate_is_call(struct mutator *m, const struct stmt *st);
bool mutate_is_frame(struct mutator *m, const struct stmt *st);
/* Puts statements of another script before `at`, in this one's terms. */
void mutate_take_in(struct mutator *m, u32 at, const struct script *from, u32 first, u32 n);
/* All places of a call's arguments, in m->spot. */
void mutate_spots(struct mutator *m, const struct stmt *st);
/* One of m->spot by chance; NULL: none fits. */
const struct spot *mutate_spot(struct mutator *m,
			       bool (*fits)(struct mutator *m, const struct spot *spot));
/* The same of any call of the program: *at is which. */
const struct spot *mutate_any_spot(struct mutator *m, u32 *at,
				   bool (*fits)(struct mutator *m, const struct spot *spot));
struct expr *mutate_expr(struct mutator *m, u32 e);
u32 mutate_new_number(struct mutator *m, u64 value);
u32 mutate_new_text(struct mutator *m, enum expr_kind kind, const void *bytes, u32 len);
void mutate_set_number(struct expr *x, u64 value);
/* How many arguments before e in its chain; the argument of that place. */
u32 mutate_arg(const struct script *s, const struct stmt *st, u32 n);
bool mutate_keeps(struct mutator *m, const struct stmt *st);

/* --- mutate_packet.c */
/* The attribute of the packet, or 0; a new one at its end. */
u32 mutate_attr(const struct script *s, const struct packet *p, u32 word);
void mutate_set_attr(struct mutator *m, struct packet *p, u32 word, u64 value);
void mutate_drop_attr(struct mutator *m, struct packet *p, u32 word);
/* The packet's bytes from the IP header on; 0: it has none. */
u32 mutate_packet_bytes(struct mutator *m, const struct packet *p, u8 *to, u32 size);
void mutate_match(struct mutator *m, struct stmt *st);

/* --- mutate_bytes.c: any bytes in m->bytes */
void mutate_bytes_set(struct mutator *m, const u8 *data, size_t len);
u8 *mutate_bytes_open(struct mutator *m, size_t at, size_t n);
void mutate_bytes_cut(struct mutator *m, size_t at, size_t n);

#endif
