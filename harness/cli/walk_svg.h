// SPDX-License-Identifier: MIT
/* walk_svg.h - the sixteen steps of one datagram as a picture. */
#ifndef HARNESS_CLI_WALK_SVG_H
#define HARNESS_CLI_WALK_SVG_H

#include <stdio.h>

#include "harness/lib/world.h"

/* Kinds of records that it draws from, besides those that graph_start() switches on. */
#define WALK_SVG_TRACE (1ull << TRACE_nic | 1ull << TRACE_wire)

/* What the trace holds of host 0, from that time on. */
void walk_svg(FILE *to, const struct world *w, u64 from_ps, u32 payload_bytes);

#endif
