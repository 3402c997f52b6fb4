// SPDX-License-Identifier: MIT
/* fuzz_tcp.c - TCP connections, with a peer that sends anything. */
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"

static void init(void)
{
	fuzz_program_init("tcp");
}

const struct fuzz_target fuzz_target = {
	.name = "tcp",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
