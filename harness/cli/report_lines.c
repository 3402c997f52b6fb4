// SPDX-License-Identifier: MIT
/* report_lines.c - see report_lines.h. */
#include "harness/cli/report_lines.h"

#include "base/check.h"
#include "harness/cli/bench_nic.h"
#include "harness/cli/report_ledger.h"
#include "harness/cli/report_path.h"

void report_lines(FILE *to, const struct vectors *v)
{
	assert(to != NULL);
	assert(v != NULL);
	report_paths(to, v);
	report_nic(to);
	report_ledger(to, v);
}
