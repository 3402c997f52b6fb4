// SPDX-License-Identifier: MIT
/* report_lines.h - what a run of the reference tells besides its vectors: lines of the run file,
 * each a JSON object and its newline.
 *
 *   {"path": …}    packets of vectors with a header `// path: TITLE` through the sixteen steps
 *   {"nic": …}     throughput against frame size, of the card's model
 *   {"ledger": …}  every deliberate difference from Linux, and the tape of the goldens
 */
#ifndef HARNESS_CLI_REPORT_LINES_H
#define HARNESS_CLI_REPORT_LINES_H

#include <stdio.h>

#include "harness/cli/vectors.h"

void report_lines(FILE *to, const struct vectors *v);

#endif
