// SPDX-License-Identifier: MIT
/* drive_libfuzzer.c - a fuzz target behind libFuzzer's functions. */
#include "harness/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (fuzz_target.init != NULL)
		fuzz_target.init();
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_target.run(data, size) ? 0 : -1;
}
