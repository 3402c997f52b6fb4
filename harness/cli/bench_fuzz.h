// SPDX-License-Identifier: MIT
/* bench_fuzz.h - refstack bench fuzz: how fast programs run as a fuzzer runs them. */
#ifndef HARNESS_CLI_BENCH_FUZZ_H
#define HARNESS_CLI_BENCH_FUZZ_H

struct bench_row {
	const char *what, *unit;
	double figure, goal; /* goal 0: none */
	_Bool at_most;	     /* the goal is an upper bound */
	_Bool missing;	     /* could not be measured here */
	char note[120];
};

enum { BENCH_FUZZ_ROWS = 8 };
/* How many rows there are. */
unsigned bench_fuzz(struct bench_row rows[BENCH_FUZZ_ROWS]);

#endif
