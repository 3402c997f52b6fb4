// SPDX-License-Identifier: MIT
/* program.h - random programs: calls with good and wild arguments, frames, time, configuration,
 * faults. */
#ifndef HARNESS_LIB_PROGRAM_H
#define HARNESS_LIB_PROGRAM_H

#include "harness/lib/world.h"

struct program_result {
	u64 digest;
	u32 calls;
	u32 frames;
	const char *not_implemented; /* the run ended there; NULL otherwise */
	const char *leaked;	     /* a pool that was not empty after teardown; NULL otherwise */
};

enum { PROGRAM_CALLS = 40 };

/* One program in a fresh world: everything about it follows from the seed. */
struct program_result program_run(u64 seed, u32 calls);

#endif
