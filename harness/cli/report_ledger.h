// SPDX-License-Identifier: MIT
/* report_ledger.h - what is expected to differ from Linux, or was taken from it. */
#ifndef HARNESS_CLI_REPORT_LEDGER_H
#define HARNESS_CLI_REPORT_LEDGER_H

#include <stdio.h>

#include "harness/cli/vectors.h"

/* The line {"ledger": …}: rows of explained.def, comments at DIVERGES(id), tape of these vectors.
 */
void report_ledger(FILE *to, const struct vectors *v);

#endif
