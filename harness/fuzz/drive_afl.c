// SPDX-License-Identifier: MIT
/* drive_afl.c - a fuzz target in AFL++'s persistent loop: inputs come by shared memory, the fork
 * server starts when the target is ready. With files, or an input on standard input, it runs these
 * once.
 *
 * The macros are the compiler wrapper's; afl-fuzz looks for what they leave in the program and says
 * "Persistent mode binary detected", "Deferred forkserver binary detected", "Using SHARED MEMORY
 * FUZZING feature".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/fuzz/counters.h"
#include "harness/fuzz/fuzz.h"
#include "harness/lib/must.h"

enum { RUNS_OF_A_PROCESS = 1000000, INPUT_MAX = 1 << 20 };

/* Other compilers make a program that replays. NOLINTBEGIN(bugprone-reserved-identifier) */
#ifndef __AFL_LOOP
static unsigned int once = 1;
static u8 from_stdin[INPUT_MAX];
#define __AFL_FUZZ_INIT()	static_assert(true, "")
#define __AFL_INIT()		((void)0)
#define __AFL_LOOP(n)		(once-- != 0)
#define __AFL_FUZZ_TESTCASE_BUF from_stdin
#define __AFL_FUZZ_TESTCASE_LEN read(STDIN_FILENO, from_stdin, sizeof(from_stdin))
#include <assert.h>
#endif
/* NOLINTEND(bugprone-reserved-identifier) */

__AFL_FUZZ_INIT();

/* Of the engine's run-time: what __AFL_COVERAGE() would declare without prototypes.
 * NOLINTBEGIN(bugprone-reserved-identifier)
 */
extern int __afl_selective_coverage;
int __afl_selective_coverage = 1;
void __afl_coverage_discard(void) __attribute__((weak));
/* NOLINTEND(bugprone-reserved-identifier) */

static u64 kept(void)
{
	return fuzz_target.kept != NULL ? fuzz_target.kept() : 0;
}

/* In a block of its own size, so that reading past the end shows. What the target keeps from here
 * on it has made once: the engine sees the run that finds it there.
 */
static void run(const u8 *data, size_t len)
{
	u8 *input = must(malloc(len + (len == 0)));
	u64 before = kept();

	if (len != 0)
		memcpy(input, data, len);
	fuzz_counters->execs++;
	(void)fuzz_target.run(input, len);
	if (kept() != before && __afl_coverage_discard != NULL) {
		__afl_coverage_discard();
		(void)fuzz_target.run(input, len);
	}
	free(input);
}

static int run_file(const char *path)
{
	u8 *input = must(malloc(INPUT_MAX));
	FILE *f = fopen(path, "rb");
	size_t len = f != NULL ? fread(input, 1, INPUT_MAX, f) : 0;
	int err = f == NULL || ferror(f) != 0 ? errno : 0;

	if (f != NULL)
		fclose(f);
	if (err == 0)
		run(input, len);
	else
		fprintf(stderr, "%s: %s\n", path, strerror(err));
	free(input);
	return err == 0 ? 0 : 2;
}

/* The wrapper's macro converts as it likes. */
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wshorten-64-to-32"
#endif
static s64 input_len(void)
{
	return (s64)__AFL_FUZZ_TESTCASE_LEN;
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif

int main(int argc, char **argv)
{
	const u8 *input;
	int ret = 0;

	fuzz_counters_open();
	if (fuzz_target.init != NULL)
		fuzz_target.init();
	for (int i = 1; i < argc && ret == 0; i++)
		ret = run_file(argv[i]);
	if (argc > 1)
		return ret;
	__AFL_INIT();
	input = __AFL_FUZZ_TESTCASE_BUF;
	while (__AFL_LOOP(RUNS_OF_A_PROCESS)) {
		s64 len = input_len();

		if (len >= 0 && len <= INPUT_MAX)
			run(input, (size_t)len);
	}
	return 0;
}
