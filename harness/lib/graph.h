// SPDX-License-Identifier: MIT
/* graph.h - the call graph of a run: printed in ftrace's look, or as a list to compare with a
 * kernel's (harness/unit/graph_compare.h).
 */
#ifndef HARNESS_LIB_GRAPH_H
#define HARNESS_LIB_GRAPH_H

#include <stdio.h>

#include "harness/lib/world.h"

/* Starts recording; what was recorded before is forgotten. */
void graph_start(struct world *w);
void graph_stop(struct world *w);
/* The records of one host, as function_graph prints them, with cycles. */
void graph_print(FILE *to, const struct world *w, u32 host);

/* One call of the graph, in the order of entry. */
struct graph_call {
	const struct trace_rec *rec;
	u32 fn;
	u32 depth; /* within its context: 0 is outermost there */
	u8 ctx;	   /* enum trace_ctx */
	u32 unit;  /* counts the stretches of one context: a nested interrupt starts a new one */
};
/* Calls of one host into out, at most max; returns how many there are. */
u32 graph_calls(const struct world *w, u32 host, struct graph_call *out, u32 max);

#endif
