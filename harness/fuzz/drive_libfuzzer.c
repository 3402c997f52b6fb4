// SPDX-License-Identifier: MIT
/* drive_libfuzzer.c - a fuzz target behind libFuzzer's functions. */
#include "harness/fuzz/counters.h"
#include "harness/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Of MemorySanitizer, where it is. */
// NOLINTNEXTLINE(bugprone-reserved-identifier)
void __msan_unpoison(const volatile void *at, size_t len) __attribute__((weak));

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_counters_open();
	if (fuzz_target.init != NULL)
		fuzz_target.init();
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	/* An engine that is not instrumented itself does not say that it has read a file. */
	if (__msan_unpoison != NULL)
		__msan_unpoison(data, size);
	fuzz_counters->execs++;
	return fuzz_target.run(data, size) ? 0 : -1;
}
