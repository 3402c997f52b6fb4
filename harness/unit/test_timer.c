// SPDX-License-Identifier: MIT
/* test_timer.c - when timers of the wheel fire: against times seen of Linux, and against the rule.
 *
 * LINUX: kernel/time/timer.c at HZ 1000: eight times coarser from level to level, always rounded
 * up, never early.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/lib/scenario.h"

enum { LEVELS = 9, TIMERS = 3000, DELTA_MAX = 100000 };

struct probe_timer {
	struct timer_list timer;
	struct net *net;
	u64 fired_jif;
	u32 fired;
};

static void fired(struct timer_list *t)
{
	struct probe_timer *p = container_of(t, struct probe_timer, timer);

	p->fired_jif = net_jiffies(p->net);
	p->fired++;
}

static struct world *new_world(u64 boot_jiffies)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);

	cfg.boot_jiffies = boot_jiffies;
	return scenario_new(&cfg);
}

static void at_ms(struct world *w, u64 ms)
{
	world_run_until(w, ms * PS_PER_MS);
}

static u64 start(struct world *w, struct probe_timer *p, u64 delta)
{
	struct net *net = &w->host[0].net;
	u64 now;

	p->net = net;
	p->fired = 0;
	host_config_begin(&w->host[0]);
	now = net_jiffies(net);
	mod_timer(net, &p->timer, now + delta);
	host_config_end(&w->host[0]);
	return now;
}

/* Retransmissions and solicitations of a user mode Linux 6.12: started at, asked for, fired at;
 * milliseconds after a boundary of 4096 jiffies.
 */
static void test_seen(void **state)
{
	static const u32 seen[][3] = {
		{ 0, 1000, 1024 },	 { 1024, 1000, 2048 },	 { 5120, 2000, 7168 },
		{ 7168, 4000, 11200 },	 { 11200, 8000, 19456 }, { 19456, 16000, 35840 },
		{ 35840, 32000, 68096 },
	};
	struct world *w = new_world(0);

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(seen); i++) {
		struct probe_timer p;

		timer_setup(&p.timer, fired);
		at_ms(w, seen[i][0]);
		start(w, &p, seen[i][1]);
		at_ms(w, seen[i][2] - 1);
		assert_int_equal(p.fired, 0);
		at_ms(w, seen[i][2]);
		assert_int_equal(p.fired, 1);
	}
	scenario_free(w);
}

/* The rule once more, without a wheel: the level is the first whose reach of 63 of its units is
 * long enough. */
static u64 rule(u64 now, u64 delta)
{
	u64 unit = 1;

	for (u32 level = 0; level < LEVELS - 1 && delta >= 63 * unit; level++)
		unit *= 8;
	return ((now + delta) / unit + 1) * unit;
}

static u64 delta_of(u32 i)
{
	return i < 1200 ? i : (u64)i * i * 1153 % DELTA_MAX;
}

static void many(u64 boot_jiffies, u64 phase_ms)
{
	static struct probe_timer p[TIMERS];
	struct world *w = new_world(boot_jiffies);
	u64 now = 0;

	at_ms(w, phase_ms);
	for (u32 i = 0; i < TIMERS; i++) {
		timer_setup(&p[i].timer, fired);
		now = start(w, &p[i], delta_of(i));
	}
	world_check(w);
	at_ms(w, phase_ms + 2 * DELTA_MAX);
	for (u32 i = 0; i < TIMERS; i++) {
		assert_int_equal(p[i].fired, 1);
		if (p[i].fired_jif != rule(now, delta_of(i)))
			print_error("%d jiffies from phase %d\n", (int)delta_of(i), (int)phase_ms);
		assert_true(p[i].fired_jif == rule(now, delta_of(i)));
	}
	scenario_free(w);
}

static void test_rule(void **state)
{
	(void)state;
	many(0, 0);
	many(0, 1);
	many(0, 62);
	many(0, 511);
	many(0, 4095);
	many(U32_MAX - 20000, 37); /* jiffies pass 2^32 on the way */
	many(1, 63);
}

/* A pending timer moves; one that is taken away does not fire. */
static void test_move_and_delete(void **state)
{
	struct world *w = new_world(0);
	struct probe_timer p;

	(void)state;
	timer_setup(&p.timer, fired);
	at_ms(w, 0);
	start(w, &p, 10);
	assert_true(timer_pending(&p.timer));
	start(w, &p, 30);
	at_ms(w, 30);
	assert_int_equal(p.fired, 0);
	at_ms(w, 31);
	assert_int_equal(p.fired, 1);
	assert_false(timer_pending(&p.timer));
	start(w, &p, 10);
	assert_true(del_timer(&p.timer));
	assert_false(del_timer(&p.timer));
	at_ms(w, 100);
	assert_int_equal(p.fired, 0);
	scenario_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_move_and_delete),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
