// SPDX-License-Identifier: MIT
/* reduce.c - see reduce.h: what minimise.c asks, put to both sides. All candidates that it has at a
 * time are one batch, which is one boot of the judging kernel.
 */
#include "harness/diff/reduce.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/minimise.h"

enum { CANDIDATES = 64, TESTS_MAX = 400, ERROR_BYTES = 4096 };

static bool shows_it(const struct trial_program *p, const char *signature)
{
	char own[SIGNATURE_BYTES];

	if (p->result.verdict != COMPARE_DIFFERENT)
		return false;
	compare_signature(&p->result.differences.d[0], p->script, own, sizeof(own));
	return strcmp(own, signature) == 0;
}

static bool test(void *ctx, const struct script *const *candidate, u32 n, bool *shows)
{
	struct trial_program *p = calloc(n, sizeof(*p));
	struct reduce *r = ctx;
	char err[ERROR_BYTES];
	bool ran;

	if (p == NULL)
		abort();
	for (u32 i = 0; i < n; i++) {
		size_t len;
		char *text = script_print(candidate[i], PRINT_COMMENTS, &len);

		trial_program_init(&p[i], strdup("candidate"), text, len);
	}
	ran = trial_run(r->trial, p, n, false, err, sizeof(err)) == 0;
	for (u32 i = 0; i < n; i++) {
		shows[i] = ran && shows_it(&p[i], r->signature);
		trial_program_free(&p[i]);
	}
	free(p);
	r->stopped = r->stopped || !ran;
	return ran;
}

struct script *reduce_script(struct reduce *r, const struct script *s)
{
	struct minimise m = { .test = test, .ctx = r, .batch = CANDIDATES, .rounds = TESTS_MAX };
	struct script *shortest;

	assert(r->trial != NULL);
	shortest = minimise_script(&m, s);
	r->tests = m.tests;
	r->candidates = m.candidates;
	return shortest;
}
