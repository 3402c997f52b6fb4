// SPDX-License-Identifier: MIT
/* arena.h - cuts one block into parts. With mem == NULL it only adds up what would be needed. */
#ifndef REFSTACK_BASE_ARENA_H
#define REFSTACK_BASE_ARENA_H

#include "base/check.h"
#include "base/types.h"

enum { ARENA_ALIGN = 64 };

struct arena {
	u8 *mem;
	u64 size;
	u64 used;
	bool zeroed; /* the block is: what is to be zero need not be written */
};

/* NULL while sizing: the caller skips what it would have put there. */
static inline void *arena_take(struct arena *a, u64 bytes)
{
	u64 at = a->used;

	a->used += ALIGN_UP(bytes, (u64)ARENA_ALIGN);
	if (a->mem == NULL)
		return NULL;
	assert(a->used <= a->size);
	return a->mem + at;
}

#endif
