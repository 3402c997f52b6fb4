// SPDX-License-Identifier: MIT
/* ptr_ring.h - how full a ring of pointers is, for queues that Linux builds on ptr_ring.
 *
 * The packets themselves are linked in a list beside it. A consumer gives its places back in
 * batches, so a ring can refuse a packet although fewer than `size` are in it: that is visible as
 * drops. Rules: LINUX: include/linux/ptr_ring.h.
 */
#ifndef REFSTACK_CORE_PTR_RING_H
#define REFSTACK_CORE_PTR_RING_H

#include "base/check.h"
#include "base/types.h"

struct ptr_ring {
	u32 size, batch;
	u32 used;  /* places that a producer cannot have: filled, or not given back yet */
	u32 taken; /* those of them that the consumer has emptied */
	u32 head;  /* the consumer's next place */
};

static inline void ptr_ring_init(struct ptr_ring *r, u32 size)
{
	/* LINUX: __ptr_ring_set_size(): two cache lines of pointers, if that is not most of it. */
	u32 batch = 128 / 8;

	*r = (struct ptr_ring){ .size = size, .batch = batch > size / 2 ? 1 : batch };
}

/* False: full. */
must_check static inline bool ptr_ring_produce(struct ptr_ring *r)
{
	if (r->used >= r->size)
		return false;
	r->used++;
	return true;
}

static inline void ptr_ring_consume(struct ptr_ring *r)
{
	assert(r->taken < r->used);
	r->taken++;
	r->head++;
	if (r->taken < r->batch && r->head < r->size)
		return;
	r->used -= r->taken;
	r->taken = 0;
	if (r->head >= r->size)
		r->head = 0;
}

#endif
