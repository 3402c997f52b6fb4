// SPDX-License-Identifier: MIT
/* trace.c - the ring of records. */
#include "base/trace.h"

#include "base/check.h"

void trace_init(struct trace *t, struct trace_rec *ring, u32 cap)
{
	*t = (struct trace){ .ring = ring, .cap = cap };
}

void trace_clear(struct trace *t)
{
	if (t->full != NULL)
		t->full(t);
	t->written = 0;
	t->kept = 0;
}

struct trace_rec *trace_next(struct trace *t)
{
	assert(t->cap > 0);
	if (t->full != NULL && t->written - t->kept >= t->cap)
		t->full(t);
	return &t->ring[t->written++ % t->cap];
}

const struct trace_rec *trace_get(const struct trace *t, u32 n)
{
	u64 first = t->written > t->cap ? t->written - t->cap : 0;

	if (first + n >= t->written)
		return NULL;
	return &t->ring[(first + n) % t->cap];
}
