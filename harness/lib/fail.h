// SPDX-License-Identifier: MIT
/* fail.h - what the harness does about not_implemented(), and about checks that a test lets fail.
 */
#ifndef HARNESS_LIB_FAIL_H
#define HARNESS_LIB_FAIL_H

#include <setjmp.h>
#include <stdbool.h>

/* Runs fn(ctx); false when it met something that is not implemented: *what names it, and the world
 * that it ran in must not be used any more, except to restore a snapshot.
 */
bool run_guarded(void (*fn)(void *ctx), void *ctx, const char **what);
/* Runs fn(ctx), of which a test expects that it meets a broken invariant: what check_failed() said,
 * or NULL. The world is as broken afterwards.
 */
const char *run_until_check_fails(void (*fn)(void *ctx), void *ctx);

#endif
