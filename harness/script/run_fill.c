// SPDX-License-Identifier: MIT
/* run_fill.c - a call as it was. */
#include "harness/script/run_result.h"

void run_fill_call(struct run *r, u32 host, u32 thread, char *to, u32 size)
{
	run_stmt_text(r, r->thread[host][thread].stmt, to, size);
}
