// SPDX-License-Identifier: MIT
/* program_draw.h - what the two halves of a random program share: its state and its dice. */
#ifndef HARNESS_LIB_PROGRAM_DRAW_H
#define HARNESS_LIB_PROGRAM_DRAW_H

#include "harness/lib/program.h"

/* Two hosts, 192.0.2.1 and 192.0.2.2; ports where somebody may well listen. */
enum { PROGRAM_HOSTS = 2, PROGRAM_TASKS = 4, PROGRAM_PORT = 5000 };
#define PROGRAM_NET 0xc0000200u

struct program {
	struct world *world;
	struct rng rng;
	u32 calls;
	void *snapshot; /* of the world, when this program has one */
	struct program_result result;
};

struct call_plan {
	u64 arg[SYS_ARGS];
};

/* Two draws stand in one expression only where ?: puts them in order: compilers differ in which
 * they make first. */
static inline u32 pick(struct program *p, u32 n)
{
	return rng_below(&p->rng, n);
}

static inline bool one_in(struct program *p, u32 n)
{
	return pick(p, n) == 0;
}

u64 wild(struct program *p);
u16 some_port(struct program *p);
u32 some_addr(struct program *p, u32 host);
/* Draws a call and its arguments; what they point to is in the host's memory then. */
enum sys_nr plan_call(struct program *p, u32 host, struct call_plan *c);

#endif
