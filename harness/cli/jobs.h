// SPDX-License-Identifier: MIT
/* jobs.h - a list of things done by several processes at a time, with results in the list's order.
 */
#ifndef HARNESS_CLI_JOBS_H
#define HARNESS_CLI_JOBS_H

#include <stdio.h>

#include "harness/cli/output.h"

struct jobs {
	u32 items, workers; /* no more than there are items are started */
	/* In a worker: what it writes is the item's result. */
	void (*work)(void *ctx, u32 item, FILE *result);
	/* In the parent, in the order of the items. NULL: the worker ended before it was done, and
	 * why is its wait status.
	 */
	void (*done)(void *ctx, u32 item, const void *result, size_t len, int why);
	struct progress *progress; /* shown now and then: how many of what are done; NULL */
	const char *what;
	void *ctx;
};

/* Items that nobody has begun when Ctrl-C comes are left out. False: no process could be made. */
bool jobs_run(const struct jobs *jobs);

#endif
