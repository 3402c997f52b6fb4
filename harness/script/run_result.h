// SPDX-License-Identifier: MIT
/* run_result.h - what a call returned and wrote, against what the script says. */
#ifndef HARNESS_SCRIPT_RUN_RESULT_H
#define HARNESS_SCRIPT_RUN_RESULT_H

#include "harness/script/run_internal.h"

/* The thread's call has returned; fd: its result is a descriptor. 0, or -1 after run_fail(). Binds
 * the descriptors of a pair.
 */
int run_compare(struct run *r, u32 host, u32 thread, bool fd);
/* run_fill.c: the call's statement without its time, with what really came of it. */
void run_fill_call(struct run *r, u32 host, u32 thread, char *to, u32 size);
/* run_call.c */
int run_bind_fd(struct run *r, const struct stmt *s, u32 host, u32 process, s64 fd, s64 live);
/* "EPIPE (Broken pipe)", or the number where there is no name. */
void errno_text(s64 error, char *to, u32 size);

#endif
