// SPDX-License-Identifier: MIT
/* test_hrtimer.c - timers without wheel: when they run, against a list that is looked through. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/lib/scenario.h"

enum { TIMERS = 40, ROUNDS = 300, NEVER = 0 };
/* Times in which the judging kernel's clock can be right: see timer.c. */
enum { GRAIN_NS = 256, MIN_DELTA_NS = 500, START_NS = 4096 * GRAIN_NS };

/* What is due in a grain of the clock comes with its first nanosecond, and counts as its end. */
static u64 grain_end(u64 ns)
{
	return (ns + GRAIN_NS - 1) / GRAIN_NS * GRAIN_NS;
}
static u64 due(u64 ns)
{
	return grain_end(ns - 1) - (GRAIN_NS - 1);
}

struct probe_timer {
	struct hrtimer timer;
	struct net *net;
	u64 ran_ns; /* NEVER: it has not */
	u32 order;
	bool in_softirq;
	struct probe_timer *starts; /* this one, when it runs */
};

static u32 runs;

static void ran(struct hrtimer *t)
{
	struct probe_timer *p = container_of(t, struct probe_timer, timer);
	const struct cpu *c = this_cpu(p->net);

	assert_int_equal(p->ran_ns, NEVER);
	assert_false(hrtimer_is_queued(t));
	p->ran_ns = c->now_ps / PS_PER_NS;
	p->order = runs++;
	p->in_softirq = c->softirq_depth != 0 && c->hardirq_depth == 0;
	if (p->starts != NULL)
		hrtimer_start_range_ns(p->net, &p->starts->timer, net_now_ns(p->net) + 1024, 0);
}

static struct world *new_world(void)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);
	struct world *w;

	cfg.cost = COST_JUDGE;
	cfg.boot_real_ns = 0;
	w = scenario_new(&cfg);
	world_run_until(w, START_NS * PS_PER_NS);
	runs = 0;
	return w;
}

static void end_world(struct world *w)
{
	hrtimer_base_check(&w->host[0].cpu[0].hrtimers);
	world_exit(w);
	scenario_free(w);
}

static void setup(struct world *w, struct probe_timer *p)
{
	*p = (struct probe_timer){ .net = &w->host[0].net };
	hrtimer_setup(&p->timer, ran);
}

static void start(struct world *w, struct probe_timer *p, u64 at_ns, u64 slack_ns)
{
	host_config_begin(&w->host[0]);
	hrtimer_start_range_ns(p->net, &p->timer, at_ns, slack_ns);
	host_config_end(&w->host[0]);
}

static bool cancel(struct world *w, struct probe_timer *p)
{
	bool was;

	host_config_begin(&w->host[0]);
	was = hrtimer_try_to_cancel(p->net, &p->timer);
	host_config_end(&w->host[0]);
	return was;
}

static void until(struct world *w, u64 ns)
{
	world_run_until(w, ns * PS_PER_NS);
}

static void test_one(void **state)
{
	struct world *w = new_world();
	struct probe_timer p;

	(void)state;
	setup(w, &p);
	assert_false(cancel(w, &p));
	start(w, &p, START_NS + 5120, 0);
	assert_true(hrtimer_is_queued(&p.timer));
	until(w, due(START_NS + 5120) - 1);
	assert_int_equal(p.ran_ns, NEVER);
	until(w, START_NS + 6000);
	assert_int_equal(p.ran_ns, due(START_NS + 5120));
	assert_true(p.in_softirq);
	assert_false(cancel(w, &p));
	/* Again, moved, and called off. */
	p.ran_ns = NEVER;
	start(w, &p, START_NS + 10000, 0);
	start(w, &p, START_NS + 20000, 0);
	until(w, START_NS + 15000);
	assert_int_equal(p.ran_ns, NEVER);
	assert_true(cancel(w, &p));
	until(w, START_NS + 30720);
	assert_int_equal(p.ran_ns, NEVER);
	end_world(w);
}

/* One that is due already waits for the hardware's shortest time. */
static void test_past(void **state)
{
	struct world *w = new_world();
	struct probe_timer p, never;

	(void)state;
	setup(w, &p);
	setup(w, &never);
	start(w, &never, U64_MAX, U64_MAX);
	start(w, &p, 5, 0);
	until(w, START_NS + 1000);
	assert_int_equal(p.ran_ns, due(START_NS + MIN_DELTA_NS));
	assert_int_equal(never.ran_ns, NEVER);
	assert_true(cancel(w, &never));
	end_world(w);
}

/* Slack: it waits for its end, but goes along with one that cannot wait. */
static void test_slack(void **state)
{
	struct world *w = new_world();
	struct probe_timer a, b, c;

	(void)state;
	setup(w, &a);
	setup(w, &b);
	setup(w, &c);
	start(w, &a, START_NS + 1024, 9216);
	start(w, &b, START_NS + 5120, 9216);
	start(w, &c, START_NS + 2048, 1024);
	until(w, START_NS + 20000);
	assert_int_equal(c.ran_ns, due(START_NS + 3072));
	assert_int_equal(a.ran_ns, due(START_NS + 3072));
	assert_int_equal(c.order, 0);
	assert_int_equal(a.order, 1);
	assert_int_equal(b.ran_ns, due(START_NS + 14336));
	end_world(w);
}

static void test_restart(void **state)
{
	struct world *w = new_world();
	struct probe_timer a, b;

	(void)state;
	setup(w, &a);
	setup(w, &b);
	a.starts = &b;
	start(w, &a, START_NS + 1024, 0);
	until(w, START_NS + 10000);
	assert_int_equal(b.ran_ns, a.ran_ns + 1024);
	end_world(w);
}

/* The clock of the judging kernel is not read at the cost of time: interrupts are off. */
static void test_relative(void **state)
{
	struct world *w = new_world();
	struct probe_timer p;
	u64 before, after;

	(void)state;
	setup(w, &p);
	host_config_begin(&w->host[0]);
	before = w->host[0].cpu[0].now_ps;
	hrtimer_start_rel_range_ns(p.net, &p.timer, 5000, 0);
	after = w->host[0].cpu[0].now_ps;
	host_config_end(&w->host[0]);
	assert_int_equal(before, after);
	until(w, START_NS + 10000);
	assert_in_range(p.ran_ns, START_NS + 5000 - GRAIN_NS, START_NS + 5000 + GRAIN_NS);
	end_world(w);
}

/* The same by hand: the interrupt comes at the first time that cannot wait, but not at once after
 * another one.
 */
struct naive {
	u64 soft, hard;
	u32 since; /* among equals the older one is first */
	bool queued;
	u64 ran_ns;
	u32 order;
};

static u32 naive_first(const struct naive *n)
{
	u32 first = TIMERS;

	for (u32 i = 0; i < TIMERS; i++) {
		if (!n[i].queued)
			continue;
		if (first == TIMERS || n[i].hard < n[first].hard ||
		    (n[i].hard == n[first].hard && n[i].since < n[first].since))
			first = i;
	}
	return first;
}

static void naive_run(struct naive *n)
{
	u32 order = 0, first = naive_first(n);
	u64 earliest = 0;

	while (first != TIMERS) {
		u64 now = due(max_u64(n[first].hard, earliest));
		u64 clock = grain_end(now);

		earliest = clock + MIN_DELTA_NS;
		for (; first != TIMERS && n[first].soft <= clock; first = naive_first(n)) {
			n[first].queued = false;
			n[first].ran_ns = now;
			n[first].order = order++;
		}
	}
}

static void test_many(void **state)
{
	struct rng r;

	(void)state;
	rng_init(&r, 2, RNG_PROGRAM, 0);
	for (u32 round = 0; round < ROUNDS; round++) {
		struct world *w = new_world();
		struct probe_timer p[TIMERS];
		struct naive n[TIMERS] = { 0 };

		for (u32 i = 0; i < TIMERS; i++)
			setup(w, &p[i]);
		for (u32 step = 0; step < 3 * TIMERS; step++) {
			u32 i = rng_below(&r, TIMERS);
			u64 at = START_NS + GRAIN_NS * (4 + rng_below(&r, 80));
			u32 slack = GRAIN_NS * (rng_below(&r, 3) != 0 ? rng_below(&r, 12) : 0);

			if (rng_below(&r, 4) == 0) {
				assert_int_equal(cancel(w, &p[i]), n[i].queued);
				n[i].queued = false;
				continue;
			}
			start(w, &p[i], at, slack);
			n[i] = (struct naive){ at, at + slack, step, true, NEVER, 0 };
		}
		hrtimer_base_check(&w->host[0].cpu[0].hrtimers);
		naive_run(n);
		until(w, START_NS + 200 * GRAIN_NS);
		for (u32 i = 0; i < TIMERS; i++) {
			assert_int_equal(p[i].ran_ns, n[i].ran_ns);
			if (p[i].ran_ns != NEVER)
				assert_int_equal(p[i].order, n[i].order);
		}
		end_world(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),	 cmocka_unit_test(test_past),
		cmocka_unit_test(test_slack),	 cmocka_unit_test(test_restart),
		cmocka_unit_test(test_relative), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
