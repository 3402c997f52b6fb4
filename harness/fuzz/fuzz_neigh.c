// SPDX-License-Identifier: MIT
/* fuzz_neigh.c - neighbours through all their states. */
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"

static void init(void)
{
	fuzz_program_init("neigh");
}

const struct fuzz_target fuzz_target = {
	.name = "neigh",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
