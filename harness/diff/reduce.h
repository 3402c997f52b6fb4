// SPDX-License-Identifier: MIT
/* reduce.h - a program that differs becomes the shortest one that differs in the same way. */
#ifndef HARNESS_DIFF_REDUCE_H
#define HARNESS_DIFF_REDUCE_H

#include "harness/diff/trial.h"

struct reduce {
	struct trial *trial;
	const char *signature; /* of the first difference */
	/* result */
	u32 tests, candidates;
	bool stopped; /* before nothing helped any more */
};

/* A new script. */
struct script *reduce_script(struct reduce *r, const struct script *s);

#endif
