// SPDX-License-Identifier: MIT
/* timer.c - the timer wheel: nine levels of 64 buckets, each level eight times as coarse.
 *
 * A timer never fires early: its time is rounded up to its level's granularity, so the further
 * away, the later. Timers do not cascade. Rules: LINUX: kernel/time/timer.c, HZ 1000; a CPU
 * has a wheel for pinned timers and one for the others. DIVERGES(host-wheels): each host has wheels
 * of its own; hosts of one Linux share them, and with that the order in which timers of one jiffy
 * go off.
 */
#include "core/timer.h"

#include "core/net.h"

enum { LVL_CLK_SHIFT = 3, LVL_CLK_MASK = 7, LVL_MASK = TIMER_LVL_SIZE - 1 };
#define NEXT_TIMER_MAX_DELTA ((1ull << 30) - 1)

static u32 lvl_shift(u32 lvl)
{
	return lvl * LVL_CLK_SHIFT;
}

/* The first distance that level lvl serves. */
static u64 lvl_start(u32 lvl)
{
	return (u64)(TIMER_LVL_SIZE - 1) << ((lvl - 1) * LVL_CLK_SHIFT);
}

static u64 wheel_timeout_max(void)
{
	u64 cutoff = lvl_start(TIMER_LVL_DEPTH);

	return cutoff - (1ull << lvl_shift(TIMER_LVL_DEPTH - 1));
}

void timer_base_init(struct timer_base *b, struct cpu *c, struct hlist_head *vector)
{
	memset(b, 0, sizeof(*b));
	b->cpu = c;
	b->vector = vector;
	b->clk_jif = c->host->boot_jiffies;
	b->next_expiry_jif = b->clk_jif + NEXT_TIMER_MAX_DELTA;
}

void timer_setup(struct timer_list *t, timer_fn fn)
{
	*t = (struct timer_list){ .fn = fn };
}

void timer_setup_pinned(struct timer_list *t, timer_fn fn)
{
	*t = (struct timer_list){ .fn = fn, .pinned = true };
}

static u64 now_ps(const struct net *net)
{
	return net->host->running != NULL ? net->host->running->now_ps : net->sim->now_ps;
}

u64 net_jiffies(const struct net *net)
{
	return net->host->boot_jiffies + now_ps(net) / PS_PER_JIFFY;
}

enum {
	JUDGE_CLOCK_NS = 256
}; /* what a clock read costs in the judging kernel, and its resolution */

/* The judging kernel's clock has grains, whole ones by the wall clock; what is due within one
 * happens at its end.
 */
static u64 grain_end_ns(const struct net *net, u64 ns)
{
	u64 gone = (net->host->boot_real_ns + ns) % JUDGE_CLOCK_NS;

	return gone != 0 ? ns + JUDGE_CLOCK_NS - gone : ns;
}

u64 net_now_ns(struct net *net)
{
	struct cpu *c = net->host->running;
	u64 ns = now_ps(net) / PS_PER_NS;

	if (net->host->cost_model != COST_JUDGE)
		return ns;
	ns = grain_end_ns(net, ns);
	if (c != NULL && cpu_in_task(c)) {
		ns += JUDGE_CLOCK_NS;
		c->now_ps = ns * PS_PER_NS;
	}
	return ns;
}

u64 net_timer_due_ns(const struct net *net, u64 from_ns, u64 expires_ns, u64 min_delta_ns)
{
	if (net->host->cost_model != COST_JUDGE)
		return max_u64(expires_ns, from_ns + min_delta_ns);
	expires_ns = max_u64(expires_ns, grain_end_ns(net, from_ns) + min_delta_ns);
	return grain_end_ns(net, expires_ns - 1) - (JUDGE_CLOCK_NS - 1);
}

u64 net_jiffies64(const struct net *net)
{
	return net_jiffies(net) + net->host->place_ns / (NS_PER_SEC / HZ);
}

u32 net_jiffies32(const struct net *net)
{
	return (u32)net_jiffies64(net);
}

/* The kernel was started when its wall clock had whole seconds. */
u64 net_boot_ns(const struct net *net)
{
	return net->host->boot_real_ns % NS_PER_SEC + net->host->place_ns;
}

u64 ktime_get_ns(struct net *net)
{
	return net_boot_ns(net) + net_now_ns(net);
}

/* LINUX: ktime_get_seconds(): of the last tick, and ticks lie on whole milliseconds. */
u32 ktime_get_seconds(const struct net *net)
{
	u64 up_ns = net_boot_ns(net) + now_ps(net) / PS_PER_NS;

	return (u32)(up_ns / NS_PER_SEC);
}

static u32 calc_index(u64 expires, u32 lvl, u64 *bucket_expiry)
{
	expires = (expires >> lvl_shift(lvl)) + 1;
	*bucket_expiry = expires << lvl_shift(lvl);
	return lvl * TIMER_LVL_SIZE + (u32)(expires & LVL_MASK);
}

/* Which bucket, and when that bucket is due. */
static u32 calc_wheel_index(u64 expires, u64 clk, u64 *bucket_expiry)
{
	u64 delta = expires - clk;
	u32 lvl;

	if ((s64)delta < 0) {
		*bucket_expiry = clk;
		return (u32)(clk & LVL_MASK);
	}
	for (lvl = 0; lvl < TIMER_LVL_DEPTH - 1; lvl++)
		if (delta < lvl_start(lvl + 1))
			return calc_index(expires, lvl, bucket_expiry);
	if (delta >= lvl_start(TIMER_LVL_DEPTH))
		expires = clk + wheel_timeout_max();
	return calc_index(expires, lvl, bucket_expiry);
}

/* LINUX: forward_timer_base(): an idle wheel's clock stood still; it may not pass a due bucket. */
static void forward_timer_base(struct timer_base *b, u64 jnow)
{
	if (time_before_eq(jnow, b->clk_jif))
		return;
	if (time_after(b->next_expiry_jif, jnow))
		b->clk_jif = jnow;
	else
		b->clk_jif = b->next_expiry_jif;
}

/* Distance from bucket `clk` of a level to its next occupied one, going round; -1: none. */
static s32 next_pending_bucket(const struct timer_base *b, u32 lvl, u32 clk)
{
	u64 map = b->pending_map[lvl];
	u64 turned = clk == 0 ? map : map >> clk | map << (TIMER_LVL_SIZE - clk);

	for (s32 i = 0; i < TIMER_LVL_SIZE; i++)
		if ((turned >> i & 1) != 0)
			return i;
	return -1;
}

/* LINUX: timer_recalc_next_expiry(). */
static void recalc_next_expiry(struct timer_base *b)
{
	u64 clk = b->clk_jif;
	u64 next = clk + NEXT_TIMER_MAX_DELTA;

	b->any_pending = false;
	for (u32 lvl = 0; lvl < TIMER_LVL_DEPTH; lvl++) {
		s32 pos = b->pending_map[lvl] != 0
				  ? next_pending_bucket(b, lvl, (u32)(clk & LVL_MASK))
				  : -1;
		u64 lvl_clk = clk & LVL_CLK_MASK;

		if (pos >= 0) {
			u64 at = (clk + (u64)pos) << lvl_shift(lvl);

			if (!b->any_pending || time_before(at, next))
				next = at;
			b->any_pending = true;
			if ((u64)pos <= ((LVL_CLK_MASK + 1 - lvl_clk) & LVL_CLK_MASK))
				break;
		}
		clk >>= LVL_CLK_SHIFT;
		clk += lvl_clk != 0 ? 1 : 0;
	}
	b->next_expiry_jif = next;
}

static void tick(void *ctx, u64 a, u64 b);

/* When the first of both wheels is due. False: nothing is pending. */
static bool next_expiry(const struct cpu *c, u64 *jif)
{
	const struct timer_base *a = &c->pinned_timers, *b = &c->timers;

	*jif = b->next_expiry_jif;
	if (a->any_pending && (!b->any_pending || time_before(a->next_expiry_jif, *jif)))
		*jif = a->next_expiry_jif;
	return a->any_pending || b->any_pending;
}

/* The CPU sleeps until the next bucket of its wheels: NO_HZ_IDLE. What was due in the past has to
 * wait for the next jiffy, too.
 */
static void arm_tick(struct cpu *c)
{
	u64 boot = c->host->boot_jiffies, jnow = net_jiffies(&c->host->net);
	u64 next_jif, when_ps;
	bool late;

	if (!next_expiry(c, &next_jif)) {
		sim_cancel(c->sim, &c->tick_event);
		return;
	}
	late = time_before_eq(next_jif, jnow);
	when_ps = ((late ? jnow + 1 : next_jif) - boot) * PS_PER_JIFFY;
	if (sim_armed(&c->tick_event) &&
	    (c->tick_event.when_ps == when_ps || (late && c->tick_event.when_ps < when_ps)))
		return;
	sim_arm(c->sim, &c->tick_event, SIM_TIMER, when_ps, tick, c, 0, 0);
}

/* The timer interrupt. */
static void tick(void *ctx, u64 a, u64 b)
{
	struct cpu *c = ctx;

	(void)a;
	(void)b;
	cpu_unit_begin(c, NULL);
	c->hardirq_depth++;
	c->hardirqs++;
	raise_softirq(c, TIMER_SOFTIRQ);
	c->hardirq_depth--;
	local_bh_disable(c);
	local_bh_enable(c); /* irq_exit(): runs what is pending */
	arm_tick(c);
	cpu_unit_end(c);
}

static void enqueue_timer(struct timer_base *b, struct timer_list *t, u32 idx, u64 bucket_expiry)
{
	hlist_add_head(&t->entry, &b->vector[idx]);
	b->pending_map[idx / TIMER_LVL_SIZE] |= 1ull << idx % TIMER_LVL_SIZE;
	t->bucket = idx;
	t->base = b;
	if (!b->any_pending || time_before(bucket_expiry, b->next_expiry_jif)) {
		b->next_expiry_jif = bucket_expiry;
		b->any_pending = true;
		arm_tick(b->cpu);
	}
}

static void detach_timer(struct timer_list *t)
{
	struct timer_base *b = t->base;
	u32 idx = t->bucket;

	hlist_del_init(&t->entry);
	if (b->vector[idx].first == NULL)
		b->pending_map[idx / TIMER_LVL_SIZE] &= ~(1ull << idx % TIMER_LVL_SIZE);
}

static bool timer_set(struct timer_base *b, struct timer_list *t, u64 expires_jif, u64 jnow)
{
	bool pending = timer_pending(t);
	u64 bucket_expiry;
	u32 idx;

	assert(t->fn != NULL);
	if (pending && t->expires_jif == expires_jif)
		return true;
	if (pending) {
		/* The wheel that has it decides whether the bucket would change at all. */
		forward_timer_base(t->base, jnow);
		idx = calc_wheel_index(expires_jif, t->base->clk_jif, &bucket_expiry);
		if (idx == t->bucket) {
			t->expires_jif = expires_jif;
			return true;
		}
		detach_timer(t);
	}
	forward_timer_base(b, jnow);
	t->expires_jif = expires_jif;
	idx = calc_wheel_index(expires_jif, b->clk_jif, &bucket_expiry);
	enqueue_timer(b, t, idx, bucket_expiry);
	return pending;
}

static struct timer_base *base_of(struct cpu *c, const struct timer_list *t)
{
	return t->pinned ? &c->pinned_timers : &c->timers;
}

bool mod_timer(struct net *net, struct timer_list *t, u64 expires_jif)
{
	struct cpu *c = net->host->running != NULL ? net->host->running : &net->host->cpu[0];

	return timer_set(base_of(c, t), t, expires_jif, net_jiffies(net));
}

void add_timer_on(struct timer_list *t, struct cpu *c, u64 expires_jif)
{
	assert(!timer_pending(t));
	timer_set(base_of(c, t), t, expires_jif, net_jiffies(&c->host->net));
}

bool del_timer(struct timer_list *t)
{
	if (!timer_pending(t))
		return false;
	detach_timer(t);
	return true;
}

/* LINUX: collect_expired_timers(): the due bucket of each level whose turn it is. */
static u32 collect_expired(struct timer_base *b, struct hlist_head heads[TIMER_LVL_DEPTH])
{
	u64 clk = b->clk_jif = b->next_expiry_jif;
	u32 levels = 0;

	for (u32 lvl = 0; lvl < TIMER_LVL_DEPTH; lvl++) {
		u32 bit = (u32)(clk & LVL_MASK);

		if ((b->pending_map[lvl] >> bit & 1) != 0) {
			struct hlist_head *from = &b->vector[lvl * TIMER_LVL_SIZE + bit];
			struct hlist_head *to = &heads[levels++];

			b->pending_map[lvl] &= ~(1ull << bit);
			to->first = from->first;
			to->first->pprev = &to->first;
			from->first = NULL;
		}
		if ((clk & LVL_CLK_MASK) != 0)
			break;
		clk >>= LVL_CLK_SHIFT;
	}
	return levels;
}

static void expire_timers(struct timer_base *b, struct hlist_head *head)
{
	while (head->first != NULL) {
		struct timer_list *t = hlist_entry(head->first, struct timer_list, entry);

		b->running = t;
		hlist_del_init(&t->entry);
		TRACE(&b->cpu->host->net, timer_expire_entry, (u32)net_jiffies(&b->cpu->host->net),
		      (u32)b->clk_jif);
		t->fn(t);
		b->running = NULL;
	}
}

/* LINUX: __run_timer_base(). */
static void run_timer_base(struct timer_base *b)
{
	const struct net *net = &b->cpu->host->net;

	recalc_next_expiry(b);
	while (b->any_pending && time_after_eq(net_jiffies(net), b->clk_jif) &&
	       time_after_eq(net_jiffies(net), b->next_expiry_jif)) {
		struct hlist_head heads[TIMER_LVL_DEPTH];
		u32 levels = collect_expired(b, heads);

		b->clk_jif++;
		recalc_next_expiry(b);
		while (levels-- != 0)
			expire_timers(b, &heads[levels]);
		recalc_next_expiry(b);
	}
}

void run_timer_softirq(struct cpu *c)
{
	PROBE_CPU(c, run_timer_softirq);

	run_timer_base(&c->pinned_timers);
	run_timer_base(&c->timers);
	arm_tick(c);
}

void timer_base_check(const struct timer_base *b)
{
	for (u32 lvl = 0; lvl < TIMER_LVL_DEPTH; lvl++)
		for (u32 i = 0; i < TIMER_LVL_SIZE; i++) {
			bool bit = (b->pending_map[lvl] >> i & 1) != 0;

			assert(bit == (b->vector[lvl * TIMER_LVL_SIZE + i].first != NULL));
		}
	if (b->any_pending)
		assert(sim_armed(&b->cpu->tick_event));
}
