// SPDX-License-Identifier: MIT
/* test_dql.c - byte queue limits: by hand, and over a long random run whose numbers Linux's own
 * code gave. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/netdevice.h"

/* As much of a host as a clock needs. */
struct fixture {
	struct host host;
	struct sim sim;
	struct dql dql;
};

static void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->host.boot_jiffies = 4294668288ull;
	f->host.net.host = &f->host;
	f->host.net.sim = &f->sim;
	dql_init(&f->host.net, &f->dql, HZ);
}

static void pass_jiffies(struct fixture *f, u64 n)
{
	f->sim.now_ps += n * PS_PER_JIFFY;
}

/* The limit starts at 0: one frame is let in, and stops the queue. When it is done the limit grows.
 */
static void first_frame_stops_the_queue(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	assert_int_equal(dql_avail(&f.dql), 0);
	dql_queued(&f.dql, 100);
	assert_int_equal(dql_avail(&f.dql), -100);
	dql_completed(&f.host.net, &f.dql, 100);
	/* Over the limit by 100 and nothing left: 0 + 100 completed since. */
	assert_int_equal(f.dql.limit, 100);
	assert_int_equal(dql_avail(&f.dql), 100);
	dql_queued(&f.dql, 60);
	assert_int_equal(dql_avail(&f.dql), 40);
	dql_queued(&f.dql, 60);
	assert_int_equal(dql_avail(&f.dql), -20);
}

static void limit_shrinks_only_after_the_hold_time(void **state)
{
	struct fixture f;
	u32 limit;

	(void)state;
	fixture_init(&f);
	dql_queued(&f.dql, 10000);
	dql_completed(&f.host.net, &f.dql, 10000);
	limit = f.dql.limit;
	assert_int_equal(limit, 10000);
	/* Always busy, and far below the limit. */
	dql_queued(&f.dql, 1000);
	dql_completed(&f.host.net, &f.dql, 500);
	for (u32 i = 0; i < 100; i++) {
		dql_queued(&f.dql, 500);
		dql_completed(&f.host.net, &f.dql, 300);
		pass_jiffies(&f, 5);
	}
	assert_int_equal(f.dql.limit, limit);
	for (u32 i = 0; i < 100; i++) {
		dql_queued(&f.dql, 300);
		dql_completed(&f.host.net, &f.dql, 300);
		pass_jiffies(&f, 10);
	}
	assert_true(f.dql.limit < limit);
}

static void reset_forgets_all(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	dql_queued(&f.dql, 5000);
	dql_completed(&f.host.net, &f.dql, 5000);
	dql_reset(&f.host.net, &f.dql);
	assert_int_equal(f.dql.limit, 0);
	assert_int_equal(f.dql.num_queued, 0);
	assert_int_equal(f.dql.lowest_slack, U32_MAX);
	/* As in Linux adj_limit is left, and only comes right with the next completion. */
	assert_int_equal(f.dql.adj_limit, 10000);
}

static void counters_wrap(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	f.dql.num_queued = U32_MAX - 49;
	f.dql.num_completed = U32_MAX - 49;
	f.dql.prev_num_queued = U32_MAX - 49;
	f.dql.adj_limit = U32_MAX - 49;
	dql_queued(&f.dql, 100);
	assert_int_equal(f.dql.num_queued, 50);
	assert_int_equal(dql_avail(&f.dql), -100);
	dql_completed(&f.host.net, &f.dql, 100);
	assert_int_equal(f.dql.limit, 100);
	assert_int_equal(dql_avail(&f.dql), 100);
}

static u64 xorshift_state;

static u32 next_random(void)
{
	xorshift_state ^= xorshift_state << 13;
	xorshift_state ^= xorshift_state >> 7;
	xorshift_state ^= xorshift_state << 17;
	return (u32)(xorshift_state >> 32);
}

/* LINUX: lib/dynamic_queue_limits.c of 6.12, compiled by itself and driven by the same random
 * numbers. */
static const struct {
	u32 step, limit;
	s32 avail;
	u32 inflight;
} linux_says[] = {
	{ 2000, 13579, 8424, 5155 },  { 4000, 16522, 14211, 2311 },  { 6000, 8009, 8009, 0 },
	{ 8000, 15641, 15338, 303 },  { 10000, 11644, 7752, 3892 },  { 12000, 15088, 11683, 3405 },
	{ 14000, 6092, 6092, 0 },     { 16000, 15527, 11713, 3814 }, { 18000, 14746, 14746, 0 },
	{ 20000, 10918, 8888, 2030 },
};
#define LINUX_SAYS_HASH 0x1ba7eef4dffb6ccaull

static void random_step(struct fixture *f)
{
	struct dql *dql = &f->dql;
	u32 r = next_random();
	u32 inflight = dql->num_queued - dql->num_completed;

	if ((r & 3) != 0 && dql_avail(dql) >= 0)
		dql_queued(dql, 60 + next_random() % 1455);
	else if (inflight != 0)
		dql_completed(&f->host.net, dql,
			      (r & 4) != 0 ? inflight : 1 + next_random() % inflight);
	if ((r & 0xf0) == 0)
		pass_jiffies(f, next_random() % 400);
}

static void long_run_equals_linux(void **state)
{
	struct fixture f;
	u64 hash = 0;
	u32 row = 0;

	(void)state;
	fixture_init(&f);
	xorshift_state = 88172645463325252ull;
	for (u32 step = 1; step <= 20000; step++) {
		random_step(&f);
		hash = (hash ^ f.dql.limit ^ (u64)(u32)dql_avail(&f.dql) << 32) *
		       0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
		if (step != linux_says[row].step)
			continue;
		assert_int_equal(f.dql.limit, linux_says[row].limit);
		assert_int_equal(dql_avail(&f.dql), linux_says[row].avail);
		assert_int_equal(f.dql.num_queued - f.dql.num_completed, linux_says[row].inflight);
		row++;
	}
	assert_int_equal(row, ARRAY_SIZE(linux_says));
	assert_true(hash == LINUX_SAYS_HASH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_frame_stops_the_queue),
		cmocka_unit_test(limit_shrinks_only_after_the_hold_time),
		cmocka_unit_test(reset_forgets_all),
		cmocka_unit_test(counters_wrap),
		cmocka_unit_test(long_run_equals_linux),
	};

	return cmocka_run_group_tests_name("dql", tests, NULL, NULL);
}
