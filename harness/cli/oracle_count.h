// SPDX-License-Identifier: MIT
/* oracle_count.h - `refstack oracle count`: scripts on the kernel of --coverage, whose counts of
 * lines are kept.
 */
#ifndef HARNESS_CLI_ORACLE_COUNT_H
#define HARNESS_CLI_ORACLE_COUNT_H

#include "harness/cli/cli.h"

int oracle_count(const struct args *args);

#endif
