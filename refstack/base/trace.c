// SPDX-License-Identifier: MIT
/* trace.c - the ring of records. */
#include "base/trace.h"

#include "base/check.h"

void trace_init(struct trace *t, struct trace_rec *ring, u32 cap)
{
	*t = (struct trace){ .ring = ring, .cap = cap };
}

struct trace_rec *trace_next(struct trace *t)
{
	assert(t->cap > 0);
	return &t->ring[t->written++ % t->cap];
}

const struct trace_rec *trace_get(const struct trace *t, u32 n)
{
	u64 first = t->written > t->cap ? t->written - t->cap : 0;

	if (first + n >= t->written)
		return NULL;
	return &t->ring[(first + n) % t->cap];
}
