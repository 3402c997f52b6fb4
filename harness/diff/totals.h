// SPDX-License-Identifier: MIT
/* totals.h - what came of all programs: counts by verdict, by reason, and by kind of difference. */
#ifndef HARNESS_DIFF_TOTALS_H
#define HARNESS_DIFF_TOTALS_H

#include <stdio.h>

#include "harness/diff/batch.h"
#include "harness/lib/json.h"

/* Texts and how often each was met, in the order in which they were. */
enum { REASONS_MAX = 40, KIND_PROGRAMS = 8 };
struct reasons {
	struct {
		char *text;
		u64 count;
	} row[REASONS_MAX];
	u32 nr;
	u64 others; /* there was no more room for */
};

/* Differences of one signature. */
struct kind {
	char *signature, *what;
	u64 count, program[KIND_PROGRAMS]; /* the first of them */
	char *report;			   /* of malloc; NULL */
};

struct totals {
	u64 programs, count[COMPARE_VERDICTS], explained[EXPLAINED_MAX + 1];
	struct batch_cost cost[TRIAL_SIDES];
	struct reasons missing, limits; /* not implemented; inconclusive */
	struct kind *kind;
	u32 kinds, cap;
};

void totals_free(struct totals *t);
/* One that is not equal; those are counted in `programs` by whoever knows them. Returns the kind of
 * a difference that is the first of its signature, else NULL.
 */
struct kind *totals_note(struct totals *t, u64 program, const struct batch_note *note);
void totals_cost(struct totals *t, const struct batch_cost cost[TRIAL_SIDES]);
/* All but the kinds of differences; the last line is the sum. */
void totals_print(const struct totals *t, FILE *to);
/* name: writes what a program is called. */
void totals_json(const struct totals *t, struct json *j,
		 void (*name)(const void *ctx, u64 program, struct json *j), const void *ctx);
/* How fast each side was; names of the sides. */
void totals_speed(const struct totals *t, const char *const name[TRIAL_SIDES], FILE *to);

#endif
