// SPDX-License-Identifier: MIT
/* fuzz_frag.c - datagrams that arrive and leave in pieces. */
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"

static void init(void)
{
	fuzz_program_init("frag");
}

const struct fuzz_target fuzz_target = {
	.name = "frag",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
