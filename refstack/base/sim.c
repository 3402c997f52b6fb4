// SPDX-License-Identifier: MIT
/* sim.c - the two heaps of events and the loop that empties them.
 *
 * Each event knows its place, so that a timer can be moved or taken out in O(log n).
 */
#include "base/sim.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/pool.h"

enum { HEAP_HW, HEAP_CPU };

static const u8 heap_of[] = {
	[SIM_WIRE] = HEAP_HW,	[SIM_NIC] = HEAP_HW,	  [SIM_IRQ] = HEAP_CPU,
	[SIM_TIMER] = HEAP_CPU, [SIM_SOFTIRQ] = HEAP_CPU, [SIM_WAKE] = HEAP_CPU,
	[SIM_TASK] = HEAP_CPU,	[SIM_USER] = HEAP_CPU,
};
static_assert(ARRAY_SIZE(heap_of) == SIM_CLASS_MAX, "every class has its heap");

static inline bool is_before(const struct sim_event *a, const struct sim_event *b)
{
	if (a->when_ps != b->when_ps)
		return a->when_ps < b->when_ps;
	if (a->klass != b->klass)
		return a->klass < b->klass;
	return a->seq < b->seq;
}

static inline void heap_put(struct heap *h, u32 i, struct sim_event *e)
{
	h->slot[i] = e;
	e->pos = i + 1;
	if (i == 0)
		h->first_ps = e->when_ps;
}

/* The hole at i moves up until e fits into it. */
static void heap_up(struct heap *h, u32 i, struct sim_event *e)
{
	while (i != 0) {
		u32 parent = (i - 1) / 2;

		if (!is_before(e, h->slot[parent]))
			break;
		heap_put(h, i, h->slot[parent]);
		i = parent;
	}
	heap_put(h, i, e);
}

/* The hole at i moves down until e fits into it. */
static void heap_down(struct heap *h, u32 i, struct sim_event *e)
{
	for (;;) {
		u32 child = 2 * i + 1;

		if (child >= h->len)
			break;
		if (child + 1 < h->len && is_before(h->slot[child + 1], h->slot[child]))
			child++;
		if (!is_before(h->slot[child], e))
			break;
		heap_put(h, i, h->slot[child]);
		i = child;
	}
	heap_put(h, i, e);
}

static void heap_settle(struct heap *h, u32 i, struct sim_event *e)
{
	if (i != 0 && is_before(e, h->slot[(i - 1) / 2]))
		heap_up(h, i, e);
	else
		heap_down(h, i, e);
}

static void heap_remove(struct heap *h, struct sim_event *e)
{
	struct sim_event *last;
	u32 i = e->pos - 1;

	assert(i < h->len);
	assert(h->slot[i] == e);
	last = h->slot[--h->len];
	e->pos = 0;
	if (last != e)
		heap_settle(h, i, last);
	else if (i == 0)
		h->first_ps = U64_MAX;
}

void sim_init(struct sim *s, struct pool *pool, struct sim_event **hw, struct sim_event **cpu,
	      u32 cap)
{
	*s = (struct sim){
		.pool = pool,
		.heap = { [HEAP_HW] = { .slot = hw, .cap = cap, .first_ps = U64_MAX },
			  [HEAP_CPU] = { .slot = cpu, .cap = cap, .first_ps = U64_MAX } },
	};
	if (pool != NULL)
		assert(pool->obj_bytes >= sizeof(struct sim_event));
}

static u64 not_in_the_past(const struct sim *s, const struct heap *h, u64 when_ps)
{
	return max_u64(when_ps, max_u64(s->now_ps, h->floor_ps));
}

void sim_arm(struct sim *s, struct sim_event *e, enum sim_class klass, u64 when_ps, sim_fn fn,
	     void *ctx, u64 a, u64 b)
{
	struct heap *h;

	assert((u32)klass < SIM_CLASS_MAX);
	assert(fn != NULL);
	sim_cancel(s, e);
	h = &s->heap[heap_of[klass]];
	assert(h->len < h->cap);
	*e = (struct sim_event){
		.when_ps = not_in_the_past(s, h, when_ps),
		.seq = s->next_seq++,
		.fn = fn,
		.ctx = ctx,
		.a = a,
		.b = b,
		.klass = (u8)klass,
		.heap = heap_of[klass],
	};
	h->len++;
	heap_up(h, h->len - 1, e);
}

void sim_cancel(struct sim *s, struct sim_event *e)
{
	if (e->pos == 0)
		return;
	assert(!e->pooled);
	heap_remove(&s->heap[e->heap], e);
}

bool sim_post(struct sim *s, enum sim_class klass, u64 when_ps, sim_fn fn, void *ctx, u64 a, u64 b)
{
	struct sim_event *e;

	assert(s->pool != NULL);
	e = pool_alloc(s->pool);
	if (e == NULL)
		return false;
	e->pos = 0;
	sim_arm(s, e, klass, when_ps, fn, ctx, a, b);
	e->pooled = true;
	return true;
}

/* Which heap has the first event; both may not be empty. */
static struct heap *first_heap(struct sim *s)
{
	struct heap *hw = &s->heap[HEAP_HW];
	struct heap *cpu = &s->heap[HEAP_CPU];

	if (cpu->len == 0)
		return hw;
	if (hw->len == 0)
		return cpu;
	return is_before(hw->slot[0], cpu->slot[0]) ? hw : cpu;
}

static void run(struct sim *s, struct heap *h, const struct sim_event *e)
{
	assert(e->when_ps >= h->floor_ps);
	h->floor_ps = e->when_ps;
	s->now_ps = e->when_ps;
	s->last_class = e->klass;
	s->last_seq = e->seq;
	s->events++;
	e->fn(e->ctx, e->a, e->b);
}

/* Takes the event out before it is called: it may arm itself again, or its slot be given anew. */
static void run_first(struct sim *s, struct heap *h)
{
	struct sim_event *e = h->slot[0];
	struct sim_event copy = *e;

	heap_remove(h, e);
	if (copy.pooled)
		pool_free(s->pool, e);
	run(s, h, &copy);
}

/* INVARIANT: whole steps never go back in time, whatever they have pumped meanwhile. */
static void step_to(struct sim *s, u64 when_ps)
{
	assert(when_ps >= s->last_when_ps);
	s->last_when_ps = when_ps;
}

void sim_run_now(struct sim *s, enum sim_class klass, sim_fn fn, void *ctx, u64 a, u64 b)
{
	const struct sim_event e = { .when_ps = s->now_ps,
				     .seq = s->next_seq++,
				     .fn = fn,
				     .ctx = ctx,
				     .a = a,
				     .b = b,
				     .klass = (u8)klass };

	assert(sim_next_ps(s) > s->now_ps);
	step_to(s, s->now_ps);
	run(s, &s->heap[heap_of[klass]], &e);
}

bool sim_step(struct sim *s)
{
	struct heap *h = first_heap(s);

	if (h->len == 0)
		return false;
	step_to(s, h->first_ps);
	run_first(s, h);
	return true;
}

void sim_pump(struct sim *s, u64 until_ps)
{
	u64 now_ps = s->now_ps;

	while (sim_hw_due(s, until_ps))
		run_first(s, &s->heap[HEAP_HW]);
	s->now_ps = now_ps;
}

static u64 note_mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* Four sums side by side, for each step of one has to wait for the last; then the rest. */
void sim_note_bytes(struct sim *s, const u8 *p, u32 len)
{
	u64 lane[4] = { s->digest, 1, 2, 3 };
	u64 tail = 0;
	u32 i;

	sim_note(s, len);
	if (len >= 32) {
		for (; len >= 32; p += 32, len -= 32)
			for (i = 0; i < 4; i++)
				lane[i] = note_mix(lane[i], get_le64(p + 8 * (size_t)i));
		for (i = 0; i < 4; i++)
			sim_note(s, lane[i]);
	}
	for (; len >= 8; p += 8, len -= 8)
		sim_note(s, get_le64(p));
	for (i = 0; i < len; i++)
		tail |= (u64)p[i] << 8 * i;
	if (len != 0)
		sim_note(s, tail);
}

static void heap_check(const struct sim *s, u32 which)
{
	const struct heap *h = &s->heap[which];
	u32 i;

	assert(h->len <= h->cap);
	assert(h->first_ps == (h->len != 0 ? h->slot[0]->when_ps : U64_MAX));
	for (i = 0; i < h->len; i++) {
		const struct sim_event *e = h->slot[i];

		assert(e->pos == i + 1);
		assert(e->heap == which);
		assert(heap_of[e->klass] == which);
		assert(e->seq < s->next_seq);
		assert(e->when_ps >= h->floor_ps);
		if (i != 0)
			assert(is_before(h->slot[(i - 1) / 2], e));
	}
}

void sim_check(const struct sim *s)
{
	heap_check(s, HEAP_HW);
	heap_check(s, HEAP_CPU);
}
