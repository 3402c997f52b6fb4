// SPDX-License-Identifier: MIT
/* random.c - the kernel's random numbers: one stream, and Linux's arithmetic on it.
 *
 * Rules: LINUX: drivers/char/random.c, include/linux/random.h, with the judging kernel's SplitMix64
 * instead of ChaCha20.
 */
#include "base/random.h"

#include "base/check.h"

void random_seed(struct random *r, u64 seed)
{
	*r = (struct random){ .state = seed };
}

void random_tape(struct random *r, const u64 *values, u32 n)
{
	assert(values != NULL || n == 0);
	r->tape = values;
	r->tape_len = n;
	r->tape_pos = 0;
}

u64 get_random_u64(struct random *r)
{
	r->draws++;
	if (r->tape_pos < r->tape_len)
		return r->tape[r->tape_pos++];
	r->state += SPLITMIX64_GAMMA;
	return splitmix64_mix(r->state);
}

u32 get_random_u32(struct random *r)
{
	return (u32)get_random_u64(r);
}

u16 get_random_u16(struct random *r)
{
	return (u16)get_random_u64(r);
}

u32 get_random_u32_below(struct random *r, u32 ceil)
{
	u32 scaled;

	assert(ceil != 0);
	while (!random_scale(get_random_u32(r), ceil, &scaled))
		;
	return scaled;
}

u32 get_random_u8_below(struct random *r, u32 ceil)
{
	u32 product;

	assert(ceil != 0);
	assert(ceil <= 256);
	if (ceil == 1)
		return 0; /* without a draw */
	do {
		product = (u8)get_random_u64(r) * ceil;
	} while ((u8)product < 256 % ceil);
	return product >> 8;
}
