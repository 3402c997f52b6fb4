// SPDX-License-Identifier: MIT
/* test_tcp_soak.c - many connections over a bad wire, a few of them with every invariant looked at
 * after every event. `refstack selfcheck` has the long ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/lib/soak.h"

enum { CHECKED = 40, UNCHECKED = 200 };

static struct soak_result soak(const struct soak_cfg *cfg)
{
	struct soak_result r = soak_run(cfg);

	if (r.wrong[0] != '\0')
		fail_msg("%s", r.wrong);
	assert_int_equal(r.over, cfg->connections);
	assert_true(r.bytes >= cfg->connections);
	return r;
}

/* Looking changes nothing. */
static void checked_or_not(void **state)
{
	static const enum world_dev_kind kinds[] = { DEV_TAP, DEV_TUN, DEV_IGB };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct soak_cfg cfg = soak_usual(i + 1, CHECKED);
		struct soak_result with, without;

		cfg.device = kinds[i];
		cfg.checks = true;
		with = soak(&cfg);
		cfg.checks = false;
		without = soak(&cfg);
		assert_int_equal(with.digest, without.digest);
		assert_int_equal(with.virtual_ps, without.virtual_ps);
		assert_int_equal(with.frames, without.frames);
	}
}

static void worse_wires(void **state)
{
	static const struct {
		u32 loss, dup, reorder, corrupt;
	} wires[] = {
		{ 0, 0, 0, 0 },	     { 100000, 0, 0, 0 }, { 0, 200000, 0, 0 },
		{ 0, 0, 200000, 0 }, { 0, 0, 0, 100000 }, { 50000, 50000, 100000, 20000 },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(wires); i++) {
		struct soak_cfg cfg = soak_usual(100 + i, UNCHECKED);
		struct soak_result r;

		cfg.checks = false;
		cfg.loss_ppm = wires[i].loss;
		cfg.dup_ppm = wires[i].dup;
		cfg.reorder_ppm = wires[i].reorder;
		cfg.corrupt_ppm = wires[i].corrupt;
		r = soak(&cfg);
		assert_int_equal(r.lost != 0, wires[i].loss != 0);
		if (wires[i].loss + wires[i].corrupt != 0)
			assert_true(r.retransmitted != 0);
	}
}

static bool enough(void *ctx, u32 over)
{
	*(u32 *)ctx = over;
	return false;
}

/* The same again, another with another seed, and a stop in between. */
static void seeds_and_stops(void **state)
{
	struct soak_cfg cfg = soak_usual(7, CHECKED);
	struct soak_result a, b, c;
	u32 over = 0;

	(void)state;
	cfg.checks = false;
	a = soak(&cfg);
	b = soak(&cfg);
	assert_int_equal(a.digest, b.digest);
	cfg.seed = 8;
	c = soak(&cfg);
	assert_int_not_equal(a.digest, c.digest);
	cfg.connections = 1000;
	cfg.progress = enough;
	cfg.ctx = &over;
	c = soak_run(&cfg);
	assert_in_range(over, 1, 999);
	assert_in_range(c.over, over, 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checked_or_not),
		cmocka_unit_test(worse_wires),
		cmocka_unit_test(seeds_and_stops),
	};

	return cmocka_run_group_tests_name("tcp_soak", tests, NULL, NULL);
}
