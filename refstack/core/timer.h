// SPDX-License-Identifier: MIT
/* timer.h - Linux's timer wheel at HZ 1000: the rounding of its levels shows on the wire. */
#ifndef REFSTACK_CORE_TIMER_H
#define REFSTACK_CORE_TIMER_H

#include "base/list.h"
#include "base/types.h"

struct cpu;
struct net;
struct sim_event;

enum {
	HZ = 1000,
	TIMER_LVL_BITS = 6,
	TIMER_LVL_SIZE = 64,
	TIMER_LVL_DEPTH = 9,
	TIMER_WHEEL_SIZE = TIMER_LVL_SIZE * TIMER_LVL_DEPTH
};

/* LINUX: MAX_SCHEDULE_TIMEOUT, a long of x86-64. */
#define MAX_SCHEDULE_TIMEOUT INT64_MAX
#define PS_PER_JIFFY	     (PS_PER_SEC / HZ)

struct timer_list;
typedef void (*timer_fn)(struct timer_list *t);

struct timer_list {
	struct hlist_node entry;
	struct timer_base *base; /* where it is pending, or was last */
	u64 expires_jif;	 /* what was asked for */
	timer_fn fn;
	u32 bucket;
	bool pinned; /* LINUX: TIMER_PINNED: on a wheel that is looked at before the others */
};

struct timer_base {
	struct cpu *cpu;
	u64 clk_jif;
	u64 next_expiry_jif;
	bool any_pending;
	struct timer_list *running;
	u64 pending_map[TIMER_LVL_DEPTH]; /* bit a bucket that is not empty */
	struct hlist_head *vector;	  /* TIMER_WHEEL_SIZE of them */
};

/* The buckets: empty, TIMER_WHEEL_SIZE of them. */
void timer_base_init(struct timer_base *b, struct cpu *c, struct hlist_head *vector);
void timer_setup(struct timer_list *t, timer_fn fn);
/* LINUX: timer_setup(t, fn, TIMER_PINNED). */
void timer_setup_pinned(struct timer_list *t, timer_fn fn);
static inline bool timer_pending(const struct timer_list *t)
{
	return t->entry.pprev != NULL;
}
/* LINUX: mod_timer(): returns whether it was pending. On the wheel of the CPU that runs. */
bool mod_timer(struct net *net, struct timer_list *t, u64 expires_jif);
bool del_timer(struct timer_list *t);
/* LINUX: add_timer_on(). */
void add_timer_on(struct timer_list *t, struct cpu *c, u64 expires_jif);
/* TIMER_SOFTIRQ. */
void run_timer_softirq(struct cpu *c);
void timer_base_check(const struct timer_base *b);

/* jiffies starts at INITIAL_JIFFIES - 300 s in Linux; here at a value that the host's config gives.
 */
u64 net_jiffies(const struct net *net);
/* LINUX: (u32)jiffies, where it is kept as a stamp: further on by the kernel's longer life. */
u32 net_jiffies32(const struct net *net);
u64 net_jiffies64(const struct net *net);
/* ktime_get() and friends: in the judge's world a read in task context costs 256 ns. */
u64 net_now_ns(struct net *net);
/* When a clock device goes off that is set at from_ns to a time of net_now_ns(), and takes at least
 * min_delta_ns for it. The judging kernel's does so with all else that is due within a grain of its
 * clock, but first.
 */
u64 net_timer_due_ns(const struct net *net, u64 from_ns, u64 expires_ns, u64 min_delta_ns);
/* The coarse clock, which costs nothing: seconds since the kernel was started. */
u32 ktime_get_seconds(const struct net *net);
/* How long the kernel had been up at virtual time 0: what CLOCK_MONOTONIC is ahead of net_now_ns().
 */
u64 net_boot_ns(const struct net *net);
/* LINUX: ktime_get_ns(): a read of the clock, as net_now_ns() is. */
u64 ktime_get_ns(struct net *net);

static inline bool time_after(u64 a, u64 b)
{
	return (s64)(b - a) < 0;
}
static inline bool time_before(u64 a, u64 b)
{
	return time_after(b, a);
}
static inline bool time_after_eq(u64 a, u64 b)
{
	return !time_before(a, b);
}
static inline bool time_before_eq(u64 a, u64 b)
{
	return !time_after(a, b);
}
/* An int of jiffies added to an unsigned long: a negative one leads into the past. */
static inline u64 jiffies_add(u64 jif, s32 delta)
{
	return jif + (u64)(s64)delta;
}
/* LINUX: rounded up; what does not fit into a number of them is for ever. */
static inline u64 usecs_to_jiffies(u32 us)
{
	return us > 4294965296u ? INT64_MAX / 2 - 1 : ((u64)us + 1000000 / HZ - 1) / (1000000 / HZ);
}
static inline u64 msecs_to_jiffies(u64 ms)
{
	return ms * HZ / 1000;
}

#endif
