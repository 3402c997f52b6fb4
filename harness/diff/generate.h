// SPDX-License-Identifier: MIT
/* generate.h - random programs: what two stacks are asked in turn.
 *
 * A program is a script like any other, as text. Its areas (areas.def: udp, errors, routes,
 * neighbours, fragments, frames, ...) say what it is mostly about; each has a weight. The n-th
 * program of a seed depends on the seed, n and the weights only, so that any of them can be made
 * again alone, on any machine, in any order.
 *
 * Programs have no `>` lines and no results that matter: each call says `= ...` where the language
 * allows it. They use only what the judging kernel's guest has (a TAP or TUN, up to two hosts).
 */
#ifndef HARNESS_DIFF_GENERATE_H
#define HARNESS_DIFF_GENERATE_H

#include "base/types.h"

enum generate_area {
#define A(id, weight, what) AREA_##id,
#include "harness/diff/areas.def"
#undef A
	AREA_MAX
};
struct generate_area_info {
	const char *name, *what;
	u32 weight; /* if nothing else is said */
};
extern const struct generate_area_info generate_areas[AREA_MAX];

struct generate {
	u64 seed;
	u32 weight[AREA_MAX]; /* not all 0 */
};
/* Seed and usual weights. */
void generate_init(struct generate *g, u64 seed);
/* "udp=5,routes=0,...": other weights; false with what is wrong in err. */
bool generate_weights(struct generate *g, const char *text, char *err, u32 err_size);
/* The n-th program's text, of malloc, with a 0 behind it; *area: what it is mostly about. */
char *generate_program(const struct generate *g, u64 n, size_t *len, enum generate_area *area);

#endif
