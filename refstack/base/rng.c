// SPDX-License-Identifier: MIT
/* rng.c - SplitMix64 streams: each label and index starts at its own well-mixed state. */
#include "base/rng.h"

#include "base/check.h"
#include "base/random.h"

void rng_init(struct rng *r, u64 seed, enum rng_label label, u32 index)
{
	u64 stream = (u64)index << 32 | (u32)label;
	u64 start = splitmix64_mix(seed + SPLITMIX64_GAMMA);

	assert((u32)label < RNG_MAX);
	*r = (struct rng){ .state = splitmix64_mix(start + (stream + 1) * SPLITMIX64_GAMMA) };
}

u64 rng_u64(struct rng *r)
{
	r->state += SPLITMIX64_GAMMA;
	return splitmix64_mix(r->state);
}

u32 rng_u32(struct rng *r)
{
	return (u32)rng_u64(r);
}

u32 rng_below(struct rng *r, u32 ceil)
{
	u32 scaled;

	assert(ceil != 0);
	while (!random_scale(rng_u32(r), ceil, &scaled))
		;
	return scaled;
}
