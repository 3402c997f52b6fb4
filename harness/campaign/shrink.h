// SPDX-License-Identifier: MIT
/* shrink.h - a finding's input as a script, and the smallest one that still shows it: of programs
 * fewer statements, then plainer arguments, rounder times, less payload (diff/minimise.h); of texts
 * and bytes fewer of them. Never more than what there was before.
 */
#ifndef HARNESS_CAMPAIGN_SHRINK_H
#define HARNESS_CAMPAIGN_SHRINK_H

#include <signal.h>

#include "harness/campaign/detect.h"
#include "harness/campaign/store.h"

struct trial;

struct shrink {
	struct detect how;
	struct trial *linux_trial; /* for what only Linux shows; NULL */
	u32 workers;
	const volatile sig_atomic_t *interrupted;    /* NULL */
	void (*progress)(void *ctx, u32 candidates); /* NULL */
	void *ctx;
	/* result */
	u32 candidates;
	bool stopped; /* before nothing helped any more */
};

/* Of a target of programs: the smallest that is known, or as it was found. NULL: no such target. */
struct script *found_script(const struct found *f);
/* Without what chooses or does what Linux has not: our card, our costs, faults. */
void found_for_linux(struct script *s);
/* What the target takes: the same. Of malloc. */
u8 *found_input(const struct found *f, size_t *len);

/* How often the finding shows in so many replays with the looks of f; in *other, when it is not
 * NULL, what else was found in one of them. -1 with why in err.
 */
int shrink_replay(const struct shrink *s, const struct found *f, u32 replays,
		  struct detection *other, char *err, u32 err_size);
/* Fills in f->looks: no second look, one, or all. -1 with why in err. */
int shrink_looks(const struct shrink *s, struct found *f, char *err, u32 err_size);
/* Fills in f->smallest. False with why in err: it could not be begun, or it was interrupted; what
 * was reached is in f all the same.
 */
bool shrink_found(struct shrink *s, struct found *f, char *err, u32 err_size);

#endif
