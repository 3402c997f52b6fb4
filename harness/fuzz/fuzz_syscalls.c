// SPDX-License-Identifier: MIT
/* fuzz_syscalls.c - programs over several sockets, threads, processes and hosts, over loopback and
 * wire: everything that the language has.
 */
#include "harness/fuzz/program.h"
#include "harness/fuzz/fuzz.h"

static void init(void)
{
	fuzz_program_init("syscalls");
}

const struct fuzz_target fuzz_target = {
	.name = "syscalls",
	.input = INPUT_PROGRAM,
	.init = init,
	.run = fuzz_program,
	.kept = fuzz_program_kept,
};
