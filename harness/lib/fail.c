// SPDX-License-Identifier: MIT
/* fail.c - what a program does when the core meets a bug of its own, or the end of this part. */
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

#define EXIT_NOT_IMPLEMENTED 4

_Noreturn void check_failed(const char *file, int line, const char *what)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}

_Noreturn void not_implemented(const char *name)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "refstack: not implemented: %s\n", name);
	exit(EXIT_NOT_IMPLEMENTED);
}
