// SPDX-License-Identifier: MIT
/* hrtimer.h - timers without wheel: to the nanosecond, in soft interrupt context.
 * LINUX: HRTIMER_MODE_ABS/REL_PINNED_SOFT on CLOCK_MONOTONIC; the function runs once each time it
 * was started.
 */
#ifndef REFSTACK_CORE_HRTIMER_H
#define REFSTACK_CORE_HRTIMER_H

#include "base/rbtree.h"
#include "base/sim.h"
#include "base/types.h"

struct cpu;
struct hrtimer;
struct net;
typedef void (*hrtimer_fn)(struct hrtimer *t);

struct hrtimer {
	struct rb_node node;
	hrtimer_fn fn;
	u64 softexpires_ns; /* what was asked for */
	/* So much later the interrupt for it comes, if none came before: of 48 bits, for there are
	 * two of these in each connection.
	 */
	u32 slack_low_ns;
	u16 slack_high;
	u8 cpu; /* on which it was started */
	bool queued;
};

/* LINUX: struct hrtimer_cpu_base, of HRTIMER_BASE_MONOTONIC_SOFT; one a CPU. */
struct hrtimer_base {
	struct rb_root active;	/* by the interrupt's time, the older one first */
	struct sim_event event; /* the interrupt for the first of them */
	bool softirq_activated;
};

void hrtimer_setup(struct hrtimer *t, hrtimer_fn fn);
/* LINUX: hrtimer_start_range_ns(): at the first event of the timer hardware in
 * [at, at + slack]; at is a time of net_now_ns().
 */
void hrtimer_start_range_ns(struct net *net, struct hrtimer *t, u64 at_ns, u64 slack_ns);
/* The same of HRTIMER_MODE_REL: so long from now on. LINUX: the clock is read with interrupts off,
 * where that costs nothing.
 */
void hrtimer_start_rel_range_ns(struct net *net, struct hrtimer *t, u64 delay_ns, u64 slack_ns);
/* True: it was queued. */
bool hrtimer_try_to_cancel(struct net *net, struct hrtimer *t);
static inline bool hrtimer_is_queued(const struct hrtimer *t)
{
	return t->queued;
}
/* HRTIMER_SOFTIRQ. */
void hrtimer_run_softirq(struct cpu *c);
void hrtimer_base_check(const struct hrtimer_base *b);

#endif
