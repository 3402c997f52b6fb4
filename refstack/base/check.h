// SPDX-License-Identifier: MIT
/* check.h - assert, always on. A failed one is a bug of ours, never the network's or caller's. */
#ifndef REFSTACK_BASE_CHECK_H
#define REFSTACK_BASE_CHECK_H

#include <assert.h>

/* The core does no I/O: whoever links it says what to do (harness/lib/fail.c prints and aborts). */
_Noreturn void check_failed(const char *file, int line, const char *what);

#undef assert
#define assert(x) ((x) ? (void)0 : check_failed(__FILE__, __LINE__, #x))

/* What is not there: the run stops, exit code 4, and never answers with an invented errno. */
_Noreturn void not_implemented(const char *name);

#endif
