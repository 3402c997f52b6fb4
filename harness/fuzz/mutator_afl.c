// SPDX-License-Identifier: MIT
/* mutator_afl.c - the mutator behind AFL++'s functions for a library of one's own:
 * AFL_CUSTOM_MUTATOR_LIBRARY=build/afl/mutator.so, with AFL_CUSTOM_MUTATOR_ONLY=1.
 *
 * REFSTACK_TARGET names the target, whose inputs these are; REFSTACK_WEIGHTS a file of learnt
 * weights, see mutate.h. No header comes with the engine, so what it calls is declared here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/mutate.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"

enum { RESULT_MAX = 1 << 16, COUNT = 512 };

#define EXPORT __attribute__((visibility("default")))

EXPORT void *afl_custom_init(void *afl, unsigned int seed);
EXPORT size_t afl_custom_fuzz(void *ctx, u8 *buf, size_t len, u8 **out, u8 *add, size_t add_len,
			      size_t max);
EXPORT unsigned int afl_custom_fuzz_count(void *ctx, const u8 *buf, size_t len);
EXPORT s32 afl_custom_init_trim(void *ctx, u8 *buf, size_t len);
EXPORT size_t afl_custom_trim(void *ctx, u8 **out);
EXPORT s32 afl_custom_post_trim(void *ctx, u8 success);
EXPORT u8 afl_custom_queue_new_entry(void *ctx, const u8 *path, const u8 *from);
EXPORT const char *afl_custom_describe(void *ctx, size_t max);
EXPORT const char *afl_custom_introspection(void *ctx);
EXPORT void afl_custom_splice_optout(void *ctx);
EXPORT void afl_custom_deinit(void *ctx);

struct afl_mutator {
	struct mutator *m;
	u64 seed;
	u8 out[RESULT_MAX];
	char said[256];
};

/* Nothing of the harness is linked that would say it. */
void check_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

void *afl_custom_init(void *afl, unsigned int seed)
{
	const char *name = getenv("REFSTACK_TARGET"), *weights = getenv("REFSTACK_WEIGHTS");
	const struct fuzz_target_info *info = name != NULL ? fuzz_target_find(name) : NULL;
	struct afl_mutator *a;

	(void)afl;
	if (info == NULL) {
		fprintf(stderr, "mutator: REFSTACK_TARGET names no target: %s\n",
			name != NULL ? name : "it is not set");
		exit(2);
	}
	a = must(calloc(1, sizeof(*a)));
	a->seed = (u64)seed << 32;
	a->m = mutator_new(info->input, fuzz_scope_find(name), seed);
	if (weights != NULL)
		mutate_share(a->m, weights);
	return a;
}

void afl_custom_deinit(void *ctx)
{
	struct afl_mutator *a = ctx;

	mutator_free(a->m);
	free(a);
}

size_t afl_custom_fuzz(void *ctx, u8 *buf, size_t len, u8 **out, u8 *add, size_t add_len,
		       size_t max)
{
	struct afl_mutator *a = ctx;

	*out = a->out;
	return mutate(a->m, buf, len, add, add_len, a->out, max < RESULT_MAX ? max : RESULT_MAX,
		      a->seed++);
}

/* Of an entry at a time. */
unsigned int afl_custom_fuzz_count(void *ctx, const u8 *buf, size_t len)
{
	(void)ctx;
	(void)buf;
	(void)len;
	return COUNT;
}

s32 afl_custom_init_trim(void *ctx, u8 *buf, size_t len)
{
	struct afl_mutator *a = ctx;

	return (s32)mutate_trim_begin(a->m, buf, len);
}

size_t afl_custom_trim(void *ctx, u8 **out)
{
	struct afl_mutator *a = ctx;

	*out = a->out;
	return mutate_trim_next(a->m, a->out, RESULT_MAX);
}

s32 afl_custom_post_trim(void *ctx, u8 success)
{
	struct afl_mutator *a = ctx;

	return (s32)mutate_trim_tell(a->m, success != 0);
}

/* True would say that the file has changed. */
u8 afl_custom_queue_new_entry(void *ctx, const u8 *path, const u8 *from)
{
	struct afl_mutator *a = ctx;
	FILE *f = fopen((const char *)path, "rb");
	u8 *data = must(malloc(RESULT_MAX));

	(void)from;
	if (f != NULL) {
		mutate_paid(a->m, data, fread(data, 1, RESULT_MAX, f));
		fclose(f);
	}
	free(data);
	return 0;
}

/* Becomes part of a file's name. */
const char *afl_custom_describe(void *ctx, size_t max)
{
	struct afl_mutator *a = ctx;
	size_t room = max < sizeof(a->said) ? max : sizeof(a->said);

	(void)snprintf(a->said, room, "%s", mutate_last(a->m));
	return a->said;
}

const char *afl_custom_introspection(void *ctx)
{
	struct afl_mutator *a = ctx;

	return mutate_last(a->m);
}

/* Its presence says that inputs are spliced here. */
void afl_custom_splice_optout(void *ctx)
{
	(void)ctx;
}
