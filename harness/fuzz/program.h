// SPDX-License-Identifier: MIT
/* program.h - what all targets of programs share: an input is decoded, filtered by its scope, run
 * on the reference, looked at, and taken down.
 *
 * A target of programs is a row in scope.c and five lines:
 *
 *   static void init(void)
 *   {
 *   	fuzz_program_init("NAME");
 *   }
 *   const struct fuzz_target fuzz_target = {
 *   	.name = "NAME", .input = INPUT_PROGRAM, .init = init, .run = fuzz_program,
 *   };
 */
#ifndef HARNESS_FUZZ_PROGRAM_H
#define HARNESS_FUZZ_PROGRAM_H

#include "harness/fuzz/scope.h"
#include "harness/script/run.h"

/* What came of a program. */
struct fuzz_program_run {
	enum run_verdict verdict;
	u64 digest; /* of the world at its end; 0: there was none */
	u64 virtual_ps;
	u32 events;
};

void fuzz_program_init(const char *target);
/* struct fuzz_target's run: the program, then second looks where it is their turn. */
bool fuzz_program(const u8 *data, size_t len);

/* Inside: one run of a script. between: NULL, or what is done before each call, frame and command.
 */
struct fuzz_program_run fuzz_program_once(const struct script *s,
					  void (*between)(void *ctx, struct dut *d), void *ctx);
const struct fuzz_scope *fuzz_program_scope(void);

#endif
