// SPDX-License-Identifier: MIT
/* graph_compare.h - our call graph against a recorded kernel's, context by context.
 *
 * The recordings are the texts in harness/graph (made by extract.py there, which says what the four
 * ways of comparing mean); names.tsv beside them says which of our functions they cannot show.
 */
#ifndef HARNESS_UNIT_GRAPH_COMPARE_H
#define HARNESS_UNIT_GRAPH_COMPARE_H

#include "harness/lib/graph.h"

enum graph_context { GRAPH_TASK, GRAPH_HARDIRQ, GRAPH_POLL, GRAPH_XMIT, GRAPH_CONTEXTS };
enum graph_mode { GRAPH_EXACT, GRAPH_PREFIX, GRAPH_WITHIN, GRAPH_SAME };
enum { GRAPH_LINES = 2048, GRAPH_ITEMS = 64, GRAPH_CALLS = 4096 };

struct graph_line {
	u16 fn;
	u16 depth;
	s32 call; /* which of our calls it is */
};

/* Calls in order, and where items begin. */
struct graph_list {
	u32 lines, items;
	struct graph_line line[GRAPH_LINES];
	u32 item[GRAPH_ITEMS + 1];
};

struct graph_expect {
	const char *name;
	enum graph_mode mode[GRAPH_CONTEXTS];
	struct graph_list list[GRAPH_CONTEXTS];
	bool unseen[FN_MAX]; /* ours that the recording cannot show */
	bool named[FN_MAX];  /* somewhere in the text */
};

/* What we did, and what the comparison is to take away from it. */
struct graph_ours {
	u32 n;
	struct graph_call call[GRAPH_CALLS];
	s32 parent[GRAPH_CALLS]; /* within its context, -1 */
	s32 without_call;	 /* this call is not there, -1 = all are */
	s32 without_fn;		 /* no call of this function is */
	bool with_callees;	 /* and what is below goes with it */
};

/* Aborts when the text or names.tsv is not as it should be. */
void graph_expect_read(struct graph_expect *e, const char *name);
void graph_ours_take(struct graph_ours *o, const struct world *w, u32 host);
/* Whether ours is as expected; if not and say, prints scenario, context and the first difference.
 */
bool graph_compare(const struct graph_expect *e, const struct graph_ours *o, bool say);
/* Our side of one context, as graph_compare() sees it. */
void graph_list_ours(struct graph_list *l, const struct graph_expect *e, const struct graph_ours *o,
		     enum graph_context ctx);

#endif
