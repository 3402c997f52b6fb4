// SPDX-License-Identifier: MIT
/* cmd_report.c - refstack report: runs become pages. */
#include "harness/cli/cli.h"

int cmd_report(const struct args *args)
{
	(void)args;
	return not_here("report");
}
