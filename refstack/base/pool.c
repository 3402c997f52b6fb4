// SPDX-License-Identifier: MIT
/* pool.c - fixed-size slots: a chain of free ones, then the slots that were never used.
 *
 * In AddressSanitizer builds a slot is followed by a redzone, free slots and redzones are poisoned,
 * and a freed slot is reused as late as possible: the sanitizer cannot see into a pool by itself.
 */
#include "base/pool.h"

#include <string.h>

#include "base/check.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define POOL_ASAN 1
#endif

#ifdef POOL_ASAN
#include <sanitizer/asan_interface.h>
#define REDZONE_BYTES 32u
#define FIFO_REUSE    true
#else
#define REDZONE_BYTES 0u
#define FIFO_REUSE    false
#endif

#define SLOT_ALIGN 16u
#define GARBAGE	   0xa5 /* in memory that was not cleared, under the sanitizer: reading it shows */

struct pool_slot {
	struct pool_slot *next;
};

static void poison(void *p, size_t len)
{
#ifdef POOL_ASAN
	__asan_poison_memory_region(p, len);
#else
	(void)p;
	(void)len;
#endif
}

static void unpoison(void *p, size_t len)
{
#ifdef POOL_ASAN
	__asan_unpoison_memory_region(p, len);
#else
	(void)p;
	(void)len;
#endif
}

/* A slot that is live, or free in a build that cannot tell. */
static bool may_be_live(void *obj, u32 len)
{
#ifdef POOL_ASAN
	return __asan_region_is_poisoned(obj, len) == NULL;
#else
	(void)obj;
	(void)len;
	return true;
#endif
}

static void *slot_at(const struct pool *p, u32 index)
{
	return p->mem + (size_t)index * p->slot_bytes;
}

static size_t pool_bytes(const struct pool *p)
{
	return (size_t)p->capacity * p->slot_bytes;
}

u32 pool_slot_bytes(u32 obj_bytes)
{
	assert(obj_bytes != 0);
	assert(obj_bytes < U32_MAX / 2);
	return ALIGN_UP(max_u32(obj_bytes, sizeof(struct pool_slot)), SLOT_ALIGN) + REDZONE_BYTES;
}

/* Of an odd number, modulo 2^32: each step of Newton's doubles the bits that are right. */
static u32 inverse_of_odd(u32 odd)
{
	u32 inverse = odd;

	for (u32 i = 0; i < 4; i++)
		inverse *= 2 - odd * inverse;
	return inverse;
}

void pool_init(struct pool *p, const char *name, void *mem, u32 obj_bytes, u32 capacity)
{
	assert((uintptr_t)mem % SLOT_ALIGN == 0);
	assert((u64)capacity * pool_slot_bytes(obj_bytes) <= U32_MAX);
	*p = (struct pool){
		.name = name,
		.mem = mem,
		.slot_bytes = pool_slot_bytes(obj_bytes),
		.obj_bytes = max_u32(obj_bytes, sizeof(struct pool_slot)),
		.capacity = capacity,
	};
	p->odd_shift = (u32)__builtin_ctz(p->slot_bytes);
	p->odd_inverse = inverse_of_odd(p->slot_bytes >> p->odd_shift);
	poison(mem, pool_bytes(p));
}

static struct pool_slot *pop_free(struct pool *p)
{
	struct pool_slot *slot = p->free_head;

	unpoison(slot, p->obj_bytes);
	p->free_head = slot->next;
	if (p->free_head == NULL)
		p->free_tail = NULL;
	return slot;
}

static void push_free(struct pool *p, struct pool_slot *slot)
{
	if (p->free_head == NULL) {
		slot->next = NULL;
		p->free_head = slot;
		p->free_tail = slot;
	} else if (FIFO_REUSE) {
		slot->next = NULL;
		unpoison(p->free_tail, sizeof(*slot));
		p->free_tail->next = slot;
		poison(p->free_tail, sizeof(*slot));
		p->free_tail = slot;
	} else {
		slot->next = p->free_head;
		p->free_head = slot;
	}
	poison(slot, p->obj_bytes);
}

static void *take_slot(struct pool *p)
{
	void *slot;

	/* Late reuse: the untouched slots go first. */
	if (p->free_head != NULL && !(FIFO_REUSE && p->fresh < p->capacity))
		return pop_free(p);
	if (p->fresh == p->capacity)
		return NULL;
	slot = slot_at(p, p->fresh++);
	unpoison(slot, p->obj_bytes);
	return slot;
}

/* Fault injection: is this the allocation that fails? */
static bool fails_now(struct pool *p)
{
	u32 *left = p->fail_at == POOL_FAIL_SHARED ? p->fail_shared : &p->fail_at;

	if (*left == 0)
		return false;
	return --*left == 0;
}

void *pool_alloc(struct pool *p)
{
	void *obj;

	if (unlikely(p->fail_at != 0) && fails_now(p)) {
		p->failed++;
		return NULL;
	}
	obj = take_slot(p);
	if (obj == NULL) {
		p->exhausted++;
		return NULL;
	}
	p->used++;
	p->peak = max_u32(p->peak, p->used);
	if (FIFO_REUSE)
		memset(obj, GARBAGE, p->obj_bytes);
	return obj;
}

void *pool_zalloc(struct pool *p)
{
	void *obj = pool_alloc(p);

	if (obj != NULL)
		memset(obj, 0, p->obj_bytes);
	return obj;
}

void pool_free(struct pool *p, void *obj)
{
	assert(pool_owns(p, obj));
	assert(p->used != 0);
	assert(may_be_live(obj, p->obj_bytes)); /* else freed twice */
	p->used--;
	push_free(p, obj);
}

/* The quotient where the division leaves no rest; else, bits that should be zero having come in
 * from above, a number that is larger than any quotient. Divisions take longer than all the rest of
 * pool_free().
 */
static u32 exact_quotient(const struct pool *p, u32 offset)
{
	u32 n = offset * p->odd_inverse;

	return n >> p->odd_shift | n << (32 - p->odd_shift);
}

bool pool_owns(const struct pool *p, const void *obj)
{
	/* Below zero it wraps, and is too large as well. */
	uintptr_t offset = (uintptr_t)obj - (uintptr_t)p->mem;

	/* Below `fresh` and on a slot's first byte. */
	return offset <= U32_MAX && exact_quotient(p, (u32)offset) < p->fresh;
}

u32 pool_index(const struct pool *p, const void *obj)
{
	assert(pool_owns(p, obj));
	return exact_quotient(p, (u32)((uintptr_t)obj - (uintptr_t)p->mem));
}

/* The free chain is read under the poison: lifted from the link only, and put back. */
static struct pool_slot *next_free(struct pool_slot *slot)
{
	struct pool_slot *next;

	unpoison(slot, sizeof(*slot));
	next = slot->next;
	poison(slot, sizeof(*slot));
	return next;
}

const void *pool_next_free(const struct pool *p, const void *slot)
{
	return slot == NULL ? p->free_head : next_free((struct pool_slot *)(uintptr_t)slot);
}

void pool_check(const struct pool *p)
{
	struct pool_slot *slot;
	u32 n = 0;

	assert(p->fresh <= p->capacity);
	assert(p->used <= p->fresh);
	assert(p->peak >= p->used);
	assert((p->free_head == NULL) == (p->free_tail == NULL));
	for (slot = p->free_head; slot != NULL; slot = next_free(slot)) {
		assert(pool_owns(p, slot));
		n++;
		assert(n <= p->fresh - p->used); /* else a circle: something was freed twice */
	}
	assert(n == p->fresh - p->used);
}

void pool_unpoison_all(struct pool *p)
{
	unpoison(p->mem, pool_bytes(p));
}

void pool_unpoison_used(struct pool *p)
{
	unpoison(p->mem, (size_t)p->fresh * p->slot_bytes);
}

void pool_repoison(struct pool *p, u32 fresh_before)
{
	struct pool_slot *slot, *next;
	u32 i;

	if (!FIFO_REUSE)
		return;
	poison(p->mem, (size_t)max_u32(p->fresh, fresh_before) * p->slot_bytes);
	for (i = 0; i < p->fresh; i++)
		unpoison(slot_at(p, i), p->obj_bytes);
	for (slot = p->free_head; slot != NULL; slot = next) {
		next = slot->next;
		poison(slot, p->obj_bytes);
	}
}
