// SPDX-License-Identifier: MIT
/* rng.c - SplitMix64 streams: each label of each host starts at its own well-mixed state. */
#include "base/rng.h"

#include "base/check.h"

#define GOLDEN 0x9e3779b97f4a7c15ull

static u64 mix(u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

void rng_init(struct rng *r, u64 seed, enum rng_label label, u32 host)
{
	u64 stream = (u64)host << 32 | (u32)label;

	assert((u32)label < RNG_MAX);
	*r = (struct rng){ .state = mix(mix(seed + GOLDEN) + (stream + 1) * GOLDEN) };
}

void rng_tape(struct rng *r, const u64 *values, u32 n)
{
	assert(values != NULL || n == 0);
	r->tape = values;
	r->tape_len = n;
	r->tape_pos = 0;
}

u64 rng_u64(struct rng *r)
{
	if (r->tape_pos < r->tape_len)
		return r->tape[r->tape_pos++];
	r->state += GOLDEN;
	return mix(r->state);
}

u32 rng_u32(struct rng *r)
{
	return (u32)rng_u64(r);
}

u32 rng_below(struct rng *r, u32 ceil)
{
	u64 product;
	u32 floor;

	assert(ceil != 0);
	/* What a tape holds for such a draw is its result. */
	if (r->tape_pos < r->tape_len)
		return (u32)(r->tape[r->tape_pos++] % ceil);

	/* The high half of ceil * random; products that would favour a result are redrawn. */
	floor = (0u - ceil) % ceil;
	do {
		product = (u64)rng_u32(r) * ceil;
	} while ((u32)product < floor);
	return (u32)(product >> 32);
}
