// SPDX-License-Identifier: MIT
/* rng.h - labelled random streams from one seed, for what surrounds the hosts.
 *
 * A draw in one stream moves no other. The hosts' own random numbers are in random.h.
 */
#ifndef REFSTACK_BASE_RNG_H
#define REFSTACK_BASE_RNG_H

#include "base/types.h"

/* A label's number is part of what a seed means. */
enum rng_label {
	RNG_WIRE = 7,	  /* loss, duplication, reordering, corruption */
	RNG_PROGRAM = 10, /* random programs (harness) */
	RNG_MAX
};

struct rng {
	u64 state;
};

void rng_init(struct rng *r, u64 seed, enum rng_label label, u32 index);
u64 rng_u64(struct rng *r);
u32 rng_u32(struct rng *r);
/* Uniform in [0, ceil); ceil > 0. */
u32 rng_below(struct rng *r, u32 ceil);

#endif
