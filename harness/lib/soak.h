// SPDX-License-Identifier: MIT
/* soak.h - many connections between two hosts over a bad wire: every byte has to arrive, in order,
 * once, and nothing may be left.
 */
#ifndef HARNESS_LIB_SOAK_H
#define HARNESS_LIB_SOAK_H

#include "harness/lib/world.h"

enum { SOAK_TASKS = 16, SOAK_BYTES = 20000 };

struct soak_cfg {
	u64 seed;
	u32 connections;
	enum world_dev_kind device;
	u32 loss_ppm, dup_ppm, reorder_ppm, corrupt_ppm;
	bool checks; /* every invariant after every event */
	/* Called now and then with the number of connections that are over; false: stop. */
	bool (*progress)(void *ctx, u32 over);
	void *ctx;
};

struct soak_result {
	u32 over; /* connections whose bytes all came */
	u64 bytes, frames, lost;
	u64 retransmitted; /* segments, of both hosts */
	u64 virtual_ps, digest;
	char wrong[200]; /* "": nothing */
};

struct soak_cfg soak_usual(u64 seed, u32 connections);
struct soak_result soak_run(const struct soak_cfg *cfg);

#endif
