// SPDX-License-Identifier: MIT
/* hrtimer.c - timers without wheel: a tree by time, and one interrupt for its first.
 *
 * Path: TCP's pacing and its compressed ACKs. An interrupt comes when the first timer can wait no
 * longer, and its soft interrupt runs all that are due by then, up to the first that is not.
 * Rules: LINUX: kernel/time/hrtimer.c, its soft timers of CLOCK_MONOTONIC. Those of sleeping tasks
 * are in task.c. DIVERGES(host-wheels): as with the wheel each host has its own.
 */
#include "core/hrtimer.h"

#include "core/net.h"

/* LINUX: TIMER_MIN_DELTA of the judging kernel's clock device: it goes off no earlier than this
 * after it was set.
 */
enum { MIN_DELTA_NS = 500 };
/* Times that the virtual clock cannot reach are never. */
#define NEVER_NS     (U64_MAX / 2 / PS_PER_NS)
#define SLACK_MAX_NS ((1ull << 48) - 1)

void hrtimer_setup(struct hrtimer *t, hrtimer_fn fn)
{
	*t = (struct hrtimer){ .fn = fn };
}

static u64 expires_ns(const struct hrtimer *t)
{
	return t->softexpires_ns + ((u64)t->slack_high << 32 | t->slack_low_ns);
}

static struct hrtimer *first_timer(const struct hrtimer_base *b)
{
	struct rb_node *n = rb_first(&b->active);

	return n != NULL ? rb_entry(n, struct hrtimer, node) : NULL;
}

static void hrtimer_interrupt(void *ctx, u64 a, u64 b)
{
	struct cpu *c = ctx;

	(void)a;
	(void)b;
	cpu_unit_begin(c, NULL);
	c->hardirq_depth++;
	c->hardirqs++;
	c->hrtimers.softirq_activated = true;
	raise_softirq(c, HRTIMER_SOFTIRQ);
	c->hardirq_depth--;
	local_bh_disable(c);
	local_bh_enable(c); /* irq_exit(): runs what is pending */
	cpu_unit_end(c);
}

/* LINUX: hrtimer_reprogram(), hrtimer_force_reprogram(). While the soft interrupt is under way it
 * sets the hardware itself, at its end.
 */
static void reprogram(struct cpu *c)
{
	struct hrtimer_base *b = &c->hrtimers;
	const struct hrtimer *t = first_timer(b);
	u64 from_ps = c->running ? c->now_ps : c->sim->now_ps;

	if (b->softirq_activated)
		return;
	if (t == NULL || expires_ns(t) >= NEVER_NS)
		sim_cancel(c->sim, &b->event);
	else
		sim_arm(c->sim, &b->event, SIM_TIMER,
			net_timer_due_ns(&c->host->net, from_ps / PS_PER_NS, expires_ns(t),
					 MIN_DELTA_NS) *
				PS_PER_NS,
			hrtimer_interrupt, c, 0, 0);
}

/* True: it is the first now. */
static bool enqueue_hrtimer(struct hrtimer_base *b, struct hrtimer *t)
{
	struct rb_node **link = &b->active.node, *parent = NULL;
	bool first = true;

	while (*link != NULL) {
		parent = *link;
		if (expires_ns(t) < expires_ns(rb_entry(parent, struct hrtimer, node))) {
			link = &parent->left;
		} else {
			link = &parent->right;
			first = false;
		}
	}
	rb_link_node(&t->node, parent, link);
	rb_insert_color(&t->node, &b->active);
	t->queued = true;
	return first;
}

static void dequeue_hrtimer(struct hrtimer_base *b, struct hrtimer *t)
{
	assert(t->queued);
	rb_erase(&t->node, &b->active);
	t->queued = false;
}

bool hrtimer_try_to_cancel(struct net *net, struct hrtimer *t)
{
	struct cpu *c = &net->host->cpu[t->cpu];
	bool first;

	if (!t->queued)
		return false;
	first = first_timer(&c->hrtimers) == t;
	dequeue_hrtimer(&c->hrtimers, t);
	if (first)
		reprogram(c);
	return true;
}

void hrtimer_start_range_ns(struct net *net, struct hrtimer *t, u64 at_ns, u64 slack_ns)
{
	struct cpu *c = net->host->running != NULL ? net->host->running : &net->host->cpu[0];

	assert(t->fn != NULL);
	(void)hrtimer_try_to_cancel(net, t);
	t->cpu = (u8)c->id;
	/* LINUX: ktime_add_safe(). */
	t->softexpires_ns = min_u64(at_ns, NEVER_NS);
	slack_ns = min_u64(slack_ns, SLACK_MAX_NS);
	t->slack_low_ns = (u32)slack_ns;
	t->slack_high = (u16)(slack_ns >> 32);
	if (enqueue_hrtimer(&c->hrtimers, t))
		reprogram(c);
}

void hrtimer_start_rel_range_ns(struct net *net, struct hrtimer *t, u64 delay_ns, u64 slack_ns)
{
	struct cpu *c = net->host->running;
	u64 now_ns;

	if (c != NULL)
		c->irq_disabled++;
	now_ns = net_now_ns(net);
	if (c != NULL)
		c->irq_disabled--;
	hrtimer_start_range_ns(net, t, now_ns + min_u64(delay_ns, NEVER_NS), slack_ns);
}

/* LINUX: __hrtimer_run_queues(): the clock is read once. */
void hrtimer_run_softirq(struct cpu *c)
{
	struct hrtimer_base *b = &c->hrtimers;
	u64 now_ns = net_now_ns(&c->host->net);
	struct hrtimer *t = first_timer(b);

	while (t != NULL && t->softexpires_ns <= now_ns) {
		dequeue_hrtimer(b, t);
		t->fn(t);
		t = first_timer(b);
	}
	b->softirq_activated = false;
	reprogram(c);
}

void hrtimer_base_check(const struct hrtimer_base *b)
{
	const struct hrtimer *t = first_timer(b);

	rb_check(&b->active);
	assert(!b->softirq_activated);
	if (t != NULL && expires_ns(t) < NEVER_NS)
		assert(sim_armed(&b->event));
}
