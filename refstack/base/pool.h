// SPDX-License-Identifier: MIT
/* pool.h - fixed-size slots cut from the world's one block; nothing else allocates.
 *
 * Slots that were never used lie beyond `fresh` and hold garbage: nothing is cleared in advance,
 * and a snapshot copies the slots below `fresh` only. Reuse is LIFO (warm caches); in
 * AddressSanitizer builds it is FIFO, and free slots are poisoned. So no digest may depend on which
 * slot is given.
 */
#ifndef REFSTACK_BASE_POOL_H
#define REFSTACK_BASE_POOL_H

#include "base/types.h"

struct pool_slot;

struct pool {
	const char *name;
	u8 *mem;
	u32 slot_bytes; /* the distance between slots, redzone included in sanitizer builds */
	u32 obj_bytes;
	u32 odd_inverse, odd_shift; /* slot_bytes is odd << shift: see pool_owns() */
	u32 capacity;
	u32 fresh; /* slots from here on were never given out */
	u32 used;
	u32 peak;
	struct pool_slot *free_head, *free_tail;
	u32 fail_at;	  /* fault injection: the n-th allocation from now fails; 0 = off */
	u32 *fail_shared; /* the count that pools at POOL_FAIL_SHARED have in common */
	u64 exhausted;	  /* how often an allocation met an empty pool: such a run judges nothing */
	u64 failed;	  /* how often fail_at made one fail */
};

/* A value of fail_at: the n-th allocation of any pool that counts in fail_shared fails. */
#define POOL_FAIL_SHARED U32_MAX

u32 pool_slot_bytes(u32 obj_bytes);
void pool_init(struct pool *p, const char *name, void *mem, u32 obj_bytes, u32 capacity);

/* NULL when the pool is empty or the injected failure is due. The memory is not cleared. */
void *pool_alloc(struct pool *p);
void *pool_zalloc(struct pool *p);
void pool_free(struct pool *p, void *obj);

/* Dense number of an object: for tables beside a pool and for checks, never for a digest. */
u32 pool_index(const struct pool *p, const void *obj);
bool pool_owns(const struct pool *p, const void *obj);
/* The chain of free slots that were used before: NULL begins and ends it. */
const void *pool_next_free(const struct pool *p, const void *slot);
void pool_check(const struct pool *p);

/* Under AddressSanitizer poisoned bytes may not be copied: around a snapshot what was used of the
 * pool is opened and closed again, up to the `fresh` of before where it was larger. No-ops in other
 * builds.
 */
void pool_unpoison_used(struct pool *p);
void pool_repoison(struct pool *p, u32 fresh_before);
/* The memory will be somebody else's. */
void pool_unpoison_all(struct pool *p);

#endif
