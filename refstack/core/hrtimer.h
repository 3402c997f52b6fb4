// SPDX-License-Identifier: MIT
/* hrtimer.h - timers without wheel: to the nanosecond, in soft interrupt context.
 * LINUX: HRTIMER_MODE_ABS/REL_PINNED_SOFT on CLOCK_MONOTONIC; the function runs once each time it
 * was started.
 */
#ifndef REFSTACK_CORE_HRTIMER_H
#define REFSTACK_CORE_HRTIMER_H

#include "base/sim.h"
#include "base/types.h"

struct cpu;
struct hrtimer;
struct net;
typedef void (*hrtimer_fn)(struct hrtimer *t);

struct hrtimer {
	struct sim_event event;
	hrtimer_fn fn;
	struct cpu *cpu;    /* on which it was started */
	u64 softexpires_ns; /* what was asked for */
	bool queued;
};

void hrtimer_setup(struct hrtimer *t, hrtimer_fn fn);
/* LINUX: hrtimer_start_range_ns(): at the first event of the timer hardware in
 * [expires, expires + slack]; expires is a time of net_now_ns().
 */
void hrtimer_start_range_ns(struct net *net, struct hrtimer *t, u64 expires_ns, u64 slack_ns);
/* True: it was queued. */
bool hrtimer_try_to_cancel(struct net *net, struct hrtimer *t);
static inline bool hrtimer_is_queued(const struct hrtimer *t)
{
	return t->queued;
}

#endif
