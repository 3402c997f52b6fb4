// SPDX-License-Identifier: MIT
/* test_base_sim.c - the event queue against a naive scan, and what a pump inside a unit may do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/pool.h"
#include "base/rng.h"
#include "base/sim.h"

#define EVENTS	64
#define LOG_MAX 4096

struct fixture {
	struct sim sim;
	struct pool pool;
	struct sim_event ev[EVENTS];
	struct sim_event *slot[2][2 * EVENTS];
	void *mem;
	u64 log[LOG_MAX];
	u64 log_now[LOG_MAX];
	u32 logged;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	f->mem = aligned_alloc(16, (size_t)pool_slot_bytes(sizeof(struct sim_event)) * EVENTS);
	if (f->mem == NULL) {
		free(f);
		return -1;
	}
	pool_init(&f->pool, "event", f->mem, sizeof(struct sim_event), EVENTS);
	sim_init(&f->sim, &f->pool, f->slot[0], f->slot[1], 2 * EVENTS);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sim_check(&f->sim);
	assert_int_equal(f->pool.used, 0);
	pool_unpoison_all(&f->pool);
	free(f->mem);
	free(f);
	return 0;
}

static void note(void *ctx, u64 a, u64 b)
{
	struct fixture *f = ctx;

	(void)b;
	assert_true(f->logged < LOG_MAX);
	f->log[f->logged] = a;
	f->log_now[f->logged++] = f->sim.now_ps;
}

static void time_then_class_then_sequence(void **state)
{
	struct fixture *f = *state;
	u32 i;

	sim_arm(&f->sim, &f->ev[0], SIM_USER, 10, note, f, 4, 0);
	sim_arm(&f->sim, &f->ev[1], SIM_NIC, 10, note, f, 2, 0);
	sim_arm(&f->sim, &f->ev[2], SIM_NIC, 10, note, f, 3, 0);
	sim_arm(&f->sim, &f->ev[3], SIM_WIRE, 10, note, f, 1, 0);
	sim_arm(&f->sim, &f->ev[4], SIM_TASK, 9, note, f, 0, 0);
	assert_int_equal(sim_next_ps(&f->sim), 9);
	while (sim_step(&f->sim))
		sim_check(&f->sim);
	assert_int_equal(f->logged, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(f->log[i], i);
	assert_int_equal(f->sim.now_ps, 10);
	assert_int_equal(f->sim.events, 5);
	assert_int_equal(sim_next_ps(&f->sim), U64_MAX);
}

/* Which armed event must come next: a scan of all. */
static u32 naive_first(const struct fixture *f)
{
	u32 best = EVENTS, i;

	for (i = 0; i < EVENTS; i++) {
		const struct sim_event *e = &f->ev[i];
		const struct sim_event *b = &f->ev[best % EVENTS];

		if (!sim_armed(e))
			continue;
		if (best == EVENTS || e->when_ps < b->when_ps ||
		    (e->when_ps == b->when_ps &&
		     (e->klass < b->klass || (e->klass == b->klass && e->seq < b->seq))))
			best = i;
	}
	return best;
}

static void same_order_as_a_scan(void **state)
{
	struct fixture *f = *state;
	struct rng r;
	u32 i;

	rng_init(&r, 3, RNG_PROGRAM, 0);
	for (i = 0; i < 20000; i++) {
		u32 pick = rng_below(&r, EVENTS);

		switch (rng_below(&r, 4)) {
		case 0:
		case 1: /* armed anew, or moved; now and then into the past */
			sim_arm(&f->sim, &f->ev[pick], rng_below(&r, SIM_CLASS_MAX),
				f->sim.now_ps + rng_below(&r, 20) - min_u64(f->sim.now_ps, 2), note,
				f, pick, 0);
			break;
		case 2:
			sim_cancel(&f->sim, &f->ev[pick]);
			assert_false(sim_armed(&f->ev[pick]));
			break;
		default:
			pick = naive_first(f);
			f->logged = 0;
			assert_int_equal(sim_step(&f->sim), pick != EVENTS);
			if (pick != EVENTS)
				assert_int_equal(f->log[0], pick);
			break;
		}
		if (i % 16 == 0)
			sim_check(&f->sim);
	}
}

static void unit_of_work(void *ctx, u64 a, u64 b)
{
	struct fixture *f = ctx;

	/* This CPU's clock runs to b; the hardware follows, other CPUs do not. */
	sim_pump(&f->sim, b);
	note(f, a, 0);
}

static void pump_runs_hardware_only(void **state)
{
	struct fixture *f = *state;

	sim_arm(&f->sim, &f->ev[0], SIM_TASK, 100, unit_of_work, f, 3, 500);
	sim_arm(&f->sim, &f->ev[1], SIM_NIC, 200, note, f, 1, 0);
	sim_arm(&f->sim, &f->ev[2], SIM_WIRE, 500, note, f, 2, 0);
	sim_arm(&f->sim, &f->ev[3], SIM_WIRE, 501, note, f, 6, 0);
	sim_arm(&f->sim, &f->ev[4], SIM_TASK, 300, note, f, 4, 0);
	assert_true(sim_step(&f->sim));
	assert_int_equal(f->logged, 3);
	assert_int_equal(f->log[0], 1);
	assert_int_equal(f->log_now[0], 200);
	assert_int_equal(f->log[1], 2);
	assert_int_equal(f->log[2], 3);
	assert_int_equal(f->log_now[2], 100); /* the unit's own start again */

	/* Another CPU comes from the pumped hardware's past; the hardware does not go back. */
	sim_arm(&f->sim, &f->ev[5], SIM_NIC, 300, note, f, 5, 0);
	assert_int_equal(f->ev[5].when_ps, 500);
	while (sim_step(&f->sim))
		sim_check(&f->sim);
	assert_int_equal(f->log[3], 4);
	assert_int_equal(f->log_now[3], 300);
	assert_int_equal(f->log[4], 5);
	assert_int_equal(f->log[5], 6);
}

static void posted_events_return_to_the_pool(void **state)
{
	struct fixture *f = *state;
	u32 i;

	for (i = 0; i < EVENTS; i++)
		assert_true(sim_post(&f->sim, SIM_WIRE, EVENTS - i, note, f, EVENTS - i, 0));
	assert_false(sim_post(&f->sim, SIM_WIRE, 1, note, f, 0, 0));
	for (i = 0; i < EVENTS; i++) {
		assert_true(sim_step(&f->sim));
		assert_int_equal(f->log[i], i + 1);
	}
	assert_false(sim_step(&f->sim));
	assert_int_equal(f->pool.used, 0);
}

static void digest_sees_every_byte_and_the_length(void **state)
{
	static const u8 zero[32];
	struct sim *s = &((struct fixture *)*state)->sim;
	u8 data[32] = { 0 };
	u64 seen[34];
	u32 i, k;

	for (i = 0; i < 32; i++) {
		memcpy(data, zero, sizeof(data));
		data[i] = 0x80;
		s->digest = 1;
		sim_note_bytes(s, data, sizeof(data));
		seen[i] = s->digest;
	}
	s->digest = 1;
	sim_note_bytes(s, zero, 31);
	seen[32] = s->digest;
	s->digest = 1;
	sim_note_bytes(s, zero, 32);
	seen[33] = s->digest;
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		for (k = 0; k < i; k++)
			assert_int_not_equal(seen[i], seen[k]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "sim/time_class_sequence", time_then_class_then_sequence, setup, teardown, NULL },
		{ "sim/same_order_as_a_scan", same_order_as_a_scan, setup, teardown, NULL },
		{ "sim/pump_runs_hardware_only", pump_runs_hardware_only, setup, teardown, NULL },
		{ "sim/posted_events", posted_events_return_to_the_pool, setup, teardown, NULL },
		{ "sim/digest", digest_sees_every_byte_and_the_length, setup, teardown, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
