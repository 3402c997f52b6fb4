// SPDX-License-Identifier: MIT
/* minimise.h - the shortest program that still shows something: fewer statements, plainer
 * arguments, rounder times, less payload.
 *
 * Whoever asks says of several candidates at once which of them still show it, since a boot of the
 * judging kernel costs much and a script in it little.
 */
#ifndef HARNESS_DIFF_MINIMISE_H
#define HARNESS_DIFF_MINIMISE_H

#include "harness/script/script.h"

struct minimise {
	/* shows[i]: candidate i, a valid script that has been printed to text, shows it. False: it
	 * cannot be found out (interrupted): what was found so far is the result.
	 */
	bool (*test)(void *ctx, const struct script *const *candidate, u32 n, bool *shows);
	void *ctx;
	u32 batch;  /* candidates at a time, at most; 0: as many as there are */
	u32 rounds; /* tests at most; 0: until nothing helps */
	/* result */
	u32 tests, candidates;
};

/* A new script, which shows it as s does; that s does is not asked. Never the same candidate twice,
 * each less than what there was before it.
 */
struct script *minimise_script(struct minimise *m, const struct script *s);

#endif
