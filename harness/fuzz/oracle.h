// SPDX-License-Identifier: MIT
/* oracle.h - second looks: what must hold between a run of a program and another one of it.
 *
 * Each takes a script and says whether something was found. A program that met a limit (a pool that
 * is empty, something that is not implemented) says nothing: it is inconclusive, and counted.
 */
#ifndef HARNESS_FUZZ_ORACLE_H
#define HARNESS_FUZZ_ORACLE_H

#include "harness/fuzz/fuzz.h"
#include "harness/script/run.h"

/* Rows of looks.def: L(name, detector, what). */
enum fuzz_look {
#define L(name, detector, what) LOOK_##name,
#include "harness/fuzz/looks.def"
#undef L
	LOOK_MAX
};
struct fuzz_look_info {
	const char *name, *what;
	enum detector detector;
};
extern const struct fuzz_look_info fuzz_looks[LOOK_MAX];

#define LOOKS_ALL ((1u << LOOK_MAX) - 1)

enum look_verdict { LOOK_HOLDS, LOOK_INCONCLUSIVE, LOOK_FOUND };

struct look_finding {
	enum detector detector;
	char signature[160];
	char *detail; /* of malloc: what differs from what; NULL */
};

/* The looks whose bits are set, one after the other, up to the first that finds something. */
enum look_verdict fuzz_look(const struct script *s, u32 looks, struct dut_worlds *worlds,
			    struct look_finding *f);
/* "all", "none", "twice,device": false when one of them is none. */
bool fuzz_looks_parse(const char *text, u32 *looks);

#endif
