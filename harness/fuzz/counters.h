// SPDX-License-Identifier: MIT
/* counters.h - what a fuzz target has done so far, for whoever watches it: a page of memory, shared
 * through the file that the environment's REFSTACK_COUNTERS names. Without it the page is the
 * target's own, and nobody looks.
 *
 * A target adds to it and never looks at it: what it does does not depend on it. The file is made
 * by the one who watches; several runs of a target, one after the other, count on and on.
 */
#ifndef HARNESS_FUZZ_COUNTERS_H
#define HARNESS_FUZZ_COUNTERS_H

#include "base/types.h"

#define COUNTERS_ENV "REFSTACK_COUNTERS"

enum { COUNTERS_MAGIC = 0x31637266 }; /* "frc1" */

struct fuzz_counters {
	u64 magic;
	u64 execs;    /* inputs */
	u64 calls;    /* system calls */
	u64 frames;   /* on wires, in either direction */
	u64 programs; /* inputs that were programs */
	u64 limits;   /* of those: met a limit, or what is not implemented */
	u64 looks;    /* second looks */
	u64 spare[9];
};

/* Never NULL. */
extern struct fuzz_counters *fuzz_counters;
/* Once a process, before it forks. A file that is no page of ours is left alone. */
void fuzz_counters_open(void);

/* For the one who watches: makes the file if need be and maps it; NULL with errno. */
struct fuzz_counters *fuzz_counters_watch(const char *path);
void fuzz_counters_unwatch(struct fuzz_counters *c);

#endif
