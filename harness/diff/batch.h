// SPDX-License-Identifier: MIT
/* batch.h - what came of some programs, small enough to travel from a worker to its parent however
 * many there were: sums, and a note for each program that is not equal.
 */
#ifndef HARNESS_DIFF_BATCH_H
#define HARNESS_DIFF_BATCH_H

#include <stdio.h>

#include "harness/diff/trial.h"

struct tally;

struct batch_cost {
	u64 wall_us, cpu_us, relapses;
};

struct batch_note {
	u32 program; /* which of the batch */
	enum compare_verdict verdict;
	u32 explained;	       /* bits of enum explained_id */
	const char *text;      /* why, or the first difference */
	const char *signature; /* of a difference; else "" */
};

/* Runs them and writes what came of it. tally: what the right side was asked and said is added to
 * it; NULL.
 */
void batch_run(struct trial *t, struct trial_program *p, u32 n, struct tally *tally, FILE *to);

/* What batch_run() wrote, read: `note` in the order of the programs. False: it did not come to its
 * end, and `failed` is why. A note that returns false is the last one that is wanted.
 */
struct batch_reader {
	bool (*note)(void *ctx, const struct batch_note *note);
	void *ctx;
	u32 programs;			     /* result */
	struct batch_cost cost[TRIAL_SIDES]; /* result */
	const char *failed;		     /* result; NULL */
	const void *tally;		     /* result: bytes of tally_write() */
	size_t tally_len;
};
bool batch_read(struct batch_reader *r, const void *bytes, size_t len);

#endif
