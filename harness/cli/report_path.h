// SPDX-License-Identifier: MIT
/* report_path.h - packets of a vector through the sixteen steps. */
#ifndef HARNESS_CLI_REPORT_PATH_H
#define HARNESS_CLI_REPORT_PATH_H

#include <stdio.h>

#include "harness/cli/vectors.h"

/* A line {"path": …} for each vector with a header `// path: TITLE`: the script runs once more, on
 * a card, and every function takes its cycles.
 */
void report_paths(FILE *to, const struct vectors *v);

#endif
