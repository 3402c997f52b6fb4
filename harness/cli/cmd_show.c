// SPDX-License-Identifier: MIT
/* cmd_show.c - refstack show: a finding as script, capture, trace and C program. */
#include "harness/cli/cli.h"

int cmd_show(const struct args *args)
{
	return not_here("show %s", args->operand[0]);
}
