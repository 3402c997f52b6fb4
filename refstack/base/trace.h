// SPDX-License-Identifier: MIT
/* trace.h - what happened, as small binary records: the call graph, the path's steps, tracepoints.
 *
 * Records go to a ring only while their kind is switched on; nothing in a record is a pointer, a
 * slot number or host time. Tracing never changes a run.
 */
#ifndef REFSTACK_BASE_TRACE_H
#define REFSTACK_BASE_TRACE_H

#include "base/types.h"

#include "base/check.h"

enum trace_kind {
	TRACE_ENTER, /* a function of cost.def begins: arg[0] = id, arg[1] = depth */
	TRACE_EXIT,  /* and ends */
	TRACE_STEP,  /* a step of path.def: arg[0] = enum path_step, arg[1] = queue, arg[2] = bytes
		      */
#define X(name, help, ...) TRACE_##name,
#include "trace.def"
#undef X
	TRACE_MAX
};
static_assert(TRACE_MAX <= 64, "one bit a kind in trace.mask");

enum { TRACE_ARGS = 8 };

/* Where code runs; a letter of its own in the graph. */
enum trace_ctx { CTX_TASK, CTX_SOFTIRQ, CTX_HARDIRQ, CTX_KSOFTIRQD, CTX_DEVICE };

struct trace_rec {
	u64 when_ps;
	u32 arg[TRACE_ARGS];
	u16 kind;
	u8 host;
	u8 cpu;
	u8 ctx;	       /* enum trace_ctx */
	u8 task;       /* index of the task that runs, or whose CPU was interrupted; 0xff: idle */
	u16 statement; /* what the harness said it is doing */
};

struct trace {
	u64 mask; /* bit a kind; 0 = off */
	struct trace_rec *ring;
	u32 cap;
	u64 written; /* ring[written % cap] is the next to fill */
	u16 statement;
	/* Who keeps every record: called before the first that is not kept yet is written over,
	 * with all from `kept` to `written` still there. NULL: the ring holds the youngest.
	 */
	void (*full)(struct trace *t);
	void *full_ctx;
	u64 kept;
};

void trace_init(struct trace *t, struct trace_rec *ring, u32 cap);
static inline bool trace_on(const struct trace *t, enum trace_kind kind)
{
	return (t->mask >> kind & 1) != 0;
}
/* Forgets what is held, after whoever keeps records has seen it. */
void trace_clear(struct trace *t);
/* The place for a new record; the caller fills it. cap > 0 whenever mask != 0. */
struct trace_rec *trace_next(struct trace *t);
/* The n-th oldest record that is still held, NULL past the end. */
const struct trace_rec *trace_get(const struct trace *t, u32 n);

#endif
