// SPDX-License-Identifier: MIT
/* compare.h - the same program on two sides: what they differ in, and whether that is known.
 *
 * Results, errno, outputs and times of calls, frames with their bytes and times, the state at the
 * end (counters, drops by reason, neighbours, routes, sockets, random draws). With `deep` the
 * tracepoint streams too: there a difference is seen where it starts.
 *
 * Times are equal when they are no further from each other than half a jiffy: reading a clock costs
 * the judging kernel some nanoseconds, and nothing in it happens between two ticks but what a
 * script does at that time.
 */
#ifndef HARNESS_DIFF_COMPARE_H
#define HARNESS_DIFF_COMPARE_H

#include "harness/diff/side.h"
#include "harness/golden/difference.h"

enum compare_verdict {
	COMPARE_EQUAL,
	COMPARE_EXPLAINED, /* all that differs is in explained.def */
	COMPARE_DIFFERENT,
	COMPARE_NOT_IMPLEMENTED, /* one of them does not have it: message */
	COMPARE_INCONCLUSIVE,	 /* one of them met a limit of its own: message */
	COMPARE_VERDICTS
};
extern const char *const compare_verdict_names[COMPARE_VERDICTS];

/* Differences that are known and have a reason: rows of explained.def. */
enum explained_id {
#define E(id, ...) EXPLAINED_##id,
#include "harness/diff/explained.def"
#undef E
	EXPLAINED_MAX
};
struct explained_info {
	const char *name;
	const char *call;      /* what sets it off */
	const char *field;     /* what differs */
	const char *condition; /* when */
	const char *vector;    /* that shows it */
};
extern const struct explained_info explained_info[EXPLAINED_MAX + 1];

enum compare_how {
	COMPARE_EXACT,	 /* but for half a jiffy */
	COMPARE_KERNELS, /* one is in real time: as `refstack check --dut live` does it */
	COMPARE_DEVICES	 /* a card against a TAP: as `refstack check --device igb` does it */
};

struct compare_rules {
	const char *right, *other; /* what the sides are called: "Linux", "refstack" */
	enum compare_how how;
	u32 hz;	   /* of the right side; 0: of the reference */
	bool deep; /* tracepoints, too */
	/* One is Linux, which does not tell in which of several hosts something was dropped. */
	bool drops_of_one_host;
};

struct comparison {
	enum compare_verdict verdict;
	char *message;			  /* of malloc; NULL */
	struct differences differences;	  /* those that nothing explains, in order of time */
	u32 explained[EXPLAINED_MAX + 1]; /* how many each has excused */
};

/* Two results of the same script: of the right side, and of the other one. */
struct comparison compare_items(const struct side_item *a, const struct side_item *b,
				const struct compare_rules *rules);
void comparison_free(struct comparison *c);

/* Where the tracepoints of both part: the first lines that differ, with those before them, and
 * which event each has there. Known harmless lines are left out: compare_trace.c has them.
 */
struct parting {
	char *text; /* of malloc; NULL: they are the same */
	char right[64], other[64];
};
struct parting compare_traces(const char *a, const char *b, const char *right, const char *other);

/* What kind of difference it is, without its values but with the names of errors, so that two
 * programs' differences can be taken for the same one: "call sendto errno EINVAL EFAULT", "frame
 * out udp ttl", "state mib Udp.InErrors".
 */
enum { SIGNATURE_BYTES = 160 };
void compare_signature(const struct difference *d, const struct script *s, char *to, u32 size);

#endif
