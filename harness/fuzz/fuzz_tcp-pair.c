// SPDX-License-Identifier: MIT
/* fuzz_tcp-pair.c - a TCP connection between two hosts, over a hostile wire. */
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"

static void init(void)
{
	fuzz_program_init("tcp-pair");
}

const struct fuzz_target fuzz_target = {
	.name = "tcp-pair",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
