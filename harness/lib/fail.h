// SPDX-License-Identifier: MIT
/* fail.h - what the harness does about not_implemented(). */
#ifndef HARNESS_LIB_FAIL_H
#define HARNESS_LIB_FAIL_H

#include <setjmp.h>
#include <stdbool.h>

/* Runs fn(ctx); false when it met something that is not implemented: *what names it, and the world
 * that it ran in must not be used any more, except to restore a snapshot. The only setjmp there is.
 */
bool run_guarded(void (*fn)(void *ctx), void *ctx, const char **what);

#endif
