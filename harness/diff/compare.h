// SPDX-License-Identifier: MIT
/* compare.h - the same program on two sides: what they differ in, and whether that is known.
 *
 * Results, errno, outputs and times of calls, frames with their bytes and times, the state at the
 * end (counters, drops by reason, neighbours, routes, sockets, random draws). With `deep` the
 * tracepoint streams too: there a difference is seen where it starts.
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

struct comparison {
	enum compare_verdict verdict;
	char *message;			  /* of malloc; NULL */
	struct differences differences;	  /* those that nothing explains, in order of time */
	u32 explained[EXPLAINED_MAX + 1]; /* how many each has excused */
	/* The first lines in which the tracepoints part, with those before them; NULL. */
	char *trace;
};

/* Two results of the same script. right, other: what the sides are called. */
struct comparison compare_items(const struct side_item *a, const struct side_item *b,
				const char *right, const char *other, bool deep);
void comparison_free(struct comparison *c);

/* What kind of difference it is, without its values: "call sendto errno", "frame out ttl", "state
 * mib Udp.InErrors", so that two programs' differences can be taken for the same one. to: of size.
 */
void compare_signature(const struct difference *d, const struct script *s, char *to, u32 size);

#endif
