// SPDX-License-Identifier: MIT
/* triage.h - what a campaign has found, looked at once more: what does each replay show, is it the
 * same as another one, and what is the smallest input that shows it.
 */
#ifndef HARNESS_CAMPAIGN_TRIAGE_H
#define HARNESS_CAMPAIGN_TRIAGE_H

#include "harness/campaign/shrink.h"

enum { TRIAGE_REPLAYS = 3 };

struct triage {
	struct store *store;
	struct shrink shrink;
	const char *commit; /* of this build, as found.commit */
	bool minimise;
	/* A finding has been looked at. same_as: the id of an earlier one that is the same in
	 * another target; NULL. problem: why it could not be looked at; NULL.
	 */
	void (*told)(void *ctx, const struct found *f, const char *same_as, const char *problem);
	/* What is being done with it. */
	void (*doing)(void *ctx, const struct found *f, const char *what);
	void *ctx;
	/* result */
	u32 count[FINDING_STATUSES];
	u32 problems;
};

/* All findings, in the order in which they were first seen. False with why in err: the store
 * failed.
 */
bool triage_all(struct triage *t, char *err, u32 err_size);
/* One; what came of it is in f and in the store. False with why in err. */
bool triage_one(struct triage *t, struct found *f, char *err, u32 err_size);

#endif
