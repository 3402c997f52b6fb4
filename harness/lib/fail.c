// SPDX-License-Identifier: MIT
/* fail.c - the ends of a run that base/check.h leaves to the harness. */
#include "harness/lib/fail.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

enum { EXIT_NOT_IMPLEMENTED = 4 };

static jmp_buf *guard;
static const char *guard_what;
static jmp_buf *expecting; /* a failed check */

_Noreturn void check_failed(const char *file, int line, const char *what)
{
	if (expecting != NULL) {
		guard_what = what;
		longjmp(*expecting, 1);
	}
	fflush(stdout);
	fprintf(stderr, "refstack: %s:%d: check failed: %s\n", file, line, what);
	abort();
}

_Noreturn void not_implemented(const char *name)
{
	if (guard != NULL) {
		guard_what = name;
		longjmp(*guard, 1);
	}
	fflush(stdout);
	fprintf(stderr, "refstack: not implemented: %s\n", name);
	exit(EXIT_NOT_IMPLEMENTED);
}

bool run_guarded(void (*fn)(void *ctx), void *ctx, const char **what)
{
	jmp_buf here;

	*what = NULL;
	if (setjmp(here) == 0) {
		guard = &here;
		fn(ctx);
		guard = NULL;
		return true;
	}
	guard = NULL;
	*what = guard_what;
	return false;
}

const char *run_until_check_fails(void (*fn)(void *ctx), void *ctx)
{
	jmp_buf here;

	if (setjmp(here) == 0) {
		expecting = &here;
		fn(ctx);
		expecting = NULL;
		return NULL;
	}
	expecting = NULL;
	return guard_what;
}
