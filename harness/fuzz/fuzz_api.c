// SPDX-License-Identifier: MIT
/* fuzz_api.c - single calls with wild arguments, each from the same state. */
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"

static void init(void)
{
	fuzz_program_init("api");
}

const struct fuzz_target fuzz_target = {
	.name = "api",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
