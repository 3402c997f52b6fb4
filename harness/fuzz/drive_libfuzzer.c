// SPDX-License-Identifier: MIT
/* drive_libfuzzer.c - a fuzz target and the mutator behind libFuzzer's functions.
 *
 * REFSTACK_WEIGHTS names a file of learnt weights, see mutate.h; -seed= is the mutator's seed, too.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz/counters.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/mutate.h"
#include "harness/fuzz/scope.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *to,
				 size_t max, unsigned int seed);
/* Of libFuzzer: its own mutations. Absent from services' other engines that call these functions.
 */
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max) __attribute__((weak));

/* Of MemorySanitizer, where it is. */
// NOLINTNEXTLINE(bugprone-reserved-identifier)
void __msan_unpoison(const volatile void *at, size_t len) __attribute__((weak));

static struct mutator *mutator;

/* An engine that is not instrumented itself does not say that it has read a file. */
static void is_defined(const u8 *data, size_t size)
{
	if (__msan_unpoison != NULL)
		__msan_unpoison(data, size);
}

static void finish(void)
{
	mutator_free(mutator);
	mutator = NULL;
}

static u64 seed_of(int argc, char **argv)
{
	static const char key[] = "-seed=";

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], key, sizeof(key) - 1) == 0)
			return strtoull(argv[i] + sizeof(key) - 1, NULL, 10);
	return 1;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *weights = getenv("REFSTACK_WEIGHTS");

	fuzz_counters_open();
	if (fuzz_target.init != NULL)
		fuzz_target.init();
	mutator = mutator_new(fuzz_target.input, fuzz_scope_find(fuzz_target.name),
			      seed_of(*argc, *argv));
	if (weights != NULL)
		mutate_share(mutator, weights);
	if (atexit(finish) != 0)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	is_defined(data, size);
	fuzz_counters->execs++;
	return fuzz_target.run(data, size) ? 0 : -1;
}

/* Once in so many times the engine's own mutation, which knows comparisons that it has seen. */
static bool leave_to_engine(unsigned int seed)
{
	static const u8 once_in[] = { [INPUT_PROGRAM] = 64, [INPUT_TEXT] = 16, [INPUT_BYTES] = 4 };

	return LLVMFuzzerMutate != NULL && seed % once_in[fuzz_target.input] == 0;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed)
{
	if (leave_to_engine(seed))
		return LLVMFuzzerMutate(data, size, max);
	is_defined(data, size);
	return mutate(mutator, data, size, NULL, 0, data, max, seed);
}

/* Half of all mutations are these: most of them are like any other, with another input at hand. */
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *to,
				 size_t max, unsigned int seed)
{
	is_defined(a, a_size);
	is_defined(b, b_size);
	if (seed % 8 == 0)
		return mutate_cross(mutator, a, a_size, b, b_size, to, max, seed);
	return mutate(mutator, a, a_size, b, b_size, to, max, seed);
}
