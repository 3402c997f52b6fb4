// SPDX-License-Identifier: MIT
/* rng.h - labelled random streams from one seed.
 *
 * A draw in one stream moves no other. A stream can be given a list of values instead (a tape): a
 * captured run then replays exactly.
 */
#ifndef REFSTACK_BASE_RNG_H
#define REFSTACK_BASE_RNG_H

#include "base/types.h"

enum rng_label {
	RNG_PORT,      /* ephemeral ports */
	RNG_IP_ID,     /* IP identification */
	RNG_HASH,      /* secrets of hash functions: flow hash, RSS key, port hash */
	RNG_NEIGH,     /* reachable_time, probe jitter */
	RNG_ICMP,      /* rate limit credit jitter */
	RNG_ISN,       /* TCP initial sequence numbers */
	RNG_TIMESTAMP, /* TCP timestamp offsets */
	RNG_WIRE,      /* loss, duplication, reordering, corruption */
	RNG_FAULT,     /* injected faults */
	RNG_PERTURB,   /* interrupt and DMA timing */
	RNG_PROGRAM,   /* random programs (harness) */
	RNG_MAX
};

struct rng {
	u64 state;
	const u64 *tape; /* values to give first; not owned */
	u32 tape_len, tape_pos;
};

void rng_init(struct rng *r, u64 seed, enum rng_label label, u32 host);
void rng_tape(struct rng *r, const u64 *values, u32 n);
u64 rng_u64(struct rng *r);
u32 rng_u32(struct rng *r);
/* LINUX: get_random_u32_below(): uniform in [0, ceil). ceil > 0. A tape's value is the result
 * itself, modulo ceil.
 */
u32 rng_below(struct rng *r, u32 ceil);

#endif
