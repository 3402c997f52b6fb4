// SPDX-License-Identifier: MIT
/* bench_tcp.h - refstack bench tcp: connections against the running kernel's, bulk data through
 * both cards, what an idle connection takes, and whether many make each dearer.
 */
#ifndef HARNESS_CLI_BENCH_TCP_H
#define HARNESS_CLI_BENCH_TCP_H

#include "base/types.h"
#include "harness/cli/bench_fuzz.h"

enum { BENCH_TCP_ROWS = 4 };
u32 bench_tcp(struct bench_row rows[BENCH_TCP_ROWS]);

#endif
