// SPDX-License-Identifier: MIT
/* cmd_promote.c - refstack promote: what was found becomes a regression or a vector. */
#include "harness/cli/cli.h"

int cmd_promote(const struct args *args)
{
	return not_here("promote %s", args->operand[0]);
}
