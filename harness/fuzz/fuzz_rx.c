// SPDX-License-Identifier: MIT
/* fuzz_rx.c - frames into the device, on TAP and card, whatever they are. */
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/program.h"

static void init(void)
{
	fuzz_program_init("rx");
}

const struct fuzz_target fuzz_target = {
	.name = "rx",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
