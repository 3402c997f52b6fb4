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
 *   	.name = "NAME", .input = INPUT_PROGRAM, .init = init, .run = fuzz_program, .kept =
 * fuzz_program_kept,
 *   };
 */
#ifndef HARNESS_FUZZ_PROGRAM_H
#define HARNESS_FUZZ_PROGRAM_H

#include "harness/fuzz/scope.h"
#include "harness/script/run.h"

/* What came of a program. */
struct fuzz_program_run {
	enum run_verdict verdict;
	u64 digest; /* run_result.digest */
	u64 virtual_ps;
	u32 events;
	bool exhausted; /* the world had no room for something */
};

void fuzz_program_init(const char *target);
/* struct fuzz_target's run: the program, then second looks where it is their turn. */
bool fuzz_program(const u8 *data, size_t len);
/* Its kept. */
u64 fuzz_program_kept(void);

/* Inside. The script of an input, good until the next one; one run of a script, with all checks.
 * between: run_options.between; NULL.
 */
const struct script *fuzz_program_script(const u8 *data, size_t len);
struct fuzz_program_run fuzz_program_once(const struct script *s, bool digest,
					  void (*between)(void *ctx, struct dut *d), void *ctx);

#endif
