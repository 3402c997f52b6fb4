// SPDX-License-Identifier: MIT
/* sim.h - virtual time and the queue of what is to happen.
 *
 * Events are ordered by (time, class, sequence number): a total order with no pointer and no hash
 * in it. There are two heaps. `hw` holds what devices and wires do: it runs no code of a virtual
 * CPU, so it may also be run from inside a unit of CPU work, up to that CPU's own clock (sim_pump),
 * which is how an interrupt comes to arrive in the middle of a system call. `cpu` holds the units
 * of work.
 */
#ifndef REFSTACK_BASE_SIM_H
#define REFSTACK_BASE_SIM_H

#include "base/types.h"

/* Among events of one instant the lower class goes first. */
enum sim_class {
	SIM_WIRE,    /* a frame arrives at the end of a wire */
	SIM_NIC,     /* an engine of a card moves on */
	SIM_IRQ,     /* a hard interrupt for an idle CPU */
	SIM_TIMER,   /* the tick of a CPU's timer wheel */
	SIM_SOFTIRQ, /* ksoftirqd */
	SIM_WAKE,    /* a parked task goes on */
	SIM_TASK,    /* a task starts a system call */
	SIM_USER,    /* the harness: configuration, statements of a script */
	SIM_CLASS_MAX
};

struct sim;
struct sim_event;
typedef void (*sim_fn)(void *ctx, u64 a, u64 b);

/* Embedded in its owner, or taken from the sim's own pool by sim_post(). */
struct sim_event {
	u64 when_ps;
	u64 seq;
	sim_fn fn;
	void *ctx;
	u64 a, b;
	u32 pos;  /* place in its heap + 1; 0 = not queued */
	u8 klass; /* enum sim_class */
	u8 heap;  /* 0 hw, 1 cpu */
	bool pooled;
};

struct pool;

struct sim {
	u64 now_ps; /* time of the event that runs: the start of a unit of work, or within
		     * sim_pump() that of the hardware's event. From one sim_step() to the next it
		     * never falls.
		     */
	u64 next_seq;
	u64 events;	  /* run so far */
	u64 digest;	  /* running hash of all that was observable */
	u64 last_when_ps; /* order check */
	u32 last_class;
	u64 last_seq;
	struct pool *pool;
	struct heap {
		struct sim_event **slot;
		u32 len, cap;
		u64 first_ps; /* time of slot[0]; U64_MAX when it is empty */
		u64 floor_ps; /* time of the last one run: no later one is before it */
	} heap[2];
};

void sim_init(struct sim *s, struct pool *pool, struct sim_event **hw, struct sim_event **cpu,
	      u32 cap);

/* Events that are embedded in their owner; re-arming a queued one moves it. A time before now is
 * taken as now: a unit of CPU work may run ahead of the devices, never a device behind them.
 */
void sim_arm(struct sim *s, struct sim_event *e, enum sim_class klass, u64 when_ps, sim_fn fn,
	     void *ctx, u64 a, u64 b);
void sim_cancel(struct sim *s, struct sim_event *e);
static inline bool sim_armed(const struct sim_event *e)
{
	return e->pos != 0;
}

/* One-shot event from the pool; false when the pool is exhausted. */
must_check bool sim_post(struct sim *s, enum sim_class klass, u64 when_ps, sim_fn fn, void *ctx,
			 u64 a, u64 b);

/* An event of this instant that nothing comes before: it runs at once, not queued first. */
void sim_run_now(struct sim *s, enum sim_class klass, sim_fn fn, void *ctx, u64 a, u64 b);

/* Time of the first event of all; U64_MAX when there is none. */
static inline u64 sim_next_ps(const struct sim *s)
{
	return min_u64(s->heap[0].first_ps, s->heap[1].first_ps);
}
/* Runs the first event; false when there is none. */
bool sim_step(struct sim *s);
/* Runs the hardware's events up to and at until_ps: called by the CPU that is running. The time
 * of the caller's unit is in now_ps again afterwards.
 */
void sim_pump(struct sim *s, u64 until_ps);
static inline bool sim_hw_due(const struct sim *s, u64 until_ps)
{
	return s->heap[0].first_ps <= until_ps;
}

/* Folds something observable into the running digest. */
static inline void sim_note(struct sim *s, u64 v)
{
	u64 h = (s->digest ^ v) * 0x9e3779b97f4a7c15ull;

	s->digest = h ^ h >> 29;
}
void sim_note_bytes(struct sim *s, const u8 *p, u32 len);
void sim_check(const struct sim *s);

#endif
