// SPDX-License-Identifier: MIT
/* random.h - the kernel's random numbers, as the judging kernel makes them.
 *
 * There every get_random_*() is one step of one SplitMix64 stream for each eight bytes or part of
 * them, and the low bytes are taken. So is it here: a number of Linux's is right when each draw
 * before it was made in Linux's order; `draws` tells both sides apart where one is missing.
 */
#ifndef REFSTACK_BASE_RANDOM_H
#define REFSTACK_BASE_RANDOM_H

#include "base/types.h"

#define SPLITMIX64_GAMMA 0x9e3779b97f4a7c15ull

struct random {
	u64 state;
	u64 draws;	 /* since the seed */
	const u64 *tape; /* values to give first; not owned */
	u32 tape_len, tape_pos;
};

/* SplitMix64's output for a state. */
static inline u64 splitmix64_mix(u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* LINUX: get_random_u32_below(): the high half of ceil * draw. False: this draw would favour a
 * result, another one is due.
 */
static inline bool random_scale(u32 draw, u32 ceil, u32 *to)
{
	u64 product = (u64)draw * ceil;

	*to = (u32)(product >> 32);
	return (u32)product >= (0u - ceil) % ceil;
}

void random_seed(struct random *r, u64 seed);
/* What the next draws give, whole words: for tests, and for what was drawn before a seed. */
void random_tape(struct random *r, const u64 *values, u32 n);

u64 get_random_u64(struct random *r);
u32 get_random_u32(struct random *r);
u16 get_random_u16(struct random *r);
/* LINUX: get_random_u32_below(): uniform in [0, ceil), ceil > 0. Linux draws fewer bits where the
 * compiler knows the ceiling, and gets other numbers: the second one is for literals up to 256.
 */
u32 get_random_u32_below(struct random *r, u32 ceil);
u32 get_random_u8_below(struct random *r, u32 ceil);

/* LINUX: get_random_once(): such secrets are no draws; each is SplitMix64 from 0. Its i-th word. */
static inline u64 random_secret_u64(u32 i)
{
	return splitmix64_mix((u64)(i + 1) * SPLITMIX64_GAMMA);
}
/* The i-th u32 of the same bytes, as a little-endian machine reads them. */
static inline u32 random_secret_u32(u32 i)
{
	return (u32)(random_secret_u64(i / 2) >> i % 2 * 32);
}

#endif
