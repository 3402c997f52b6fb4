// SPDX-License-Identifier: MIT
/* test_base_rng.c - labelled random streams: the same on every machine, independent. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"

/* The generator is SplitMix64: its first values from state 0 are published. */
static void known_values(void **state)
{
	struct rng r = { 0 };

	(void)state;
	assert_int_equal(rng_u64(&r), 0xe220a8397b1dcdafull);
	assert_int_equal(rng_u64(&r), 0x6e789e6aa1b965f4ull);
	assert_int_equal(rng_u64(&r), 0x06c45d188009454full);
}

static void streams_are_independent(void **state)
{
	struct rng a, b, c, again;
	u64 first;
	u32 i;

	(void)state;
	rng_init(&a, 7, RNG_WIRE, 0);
	rng_init(&b, 7, RNG_WIRE, 1);
	rng_init(&c, 7, RNG_PROGRAM, 0);
	rng_init(&again, 7, RNG_WIRE, 0);
	first = rng_u64(&a);
	assert_int_not_equal(first, rng_u64(&b));
	assert_int_not_equal(first, rng_u64(&c));
	for (i = 0; i < 10; i++)
		(void)rng_u64(&b);
	assert_int_equal(first, rng_u64(&again));
	assert_int_equal(rng_u64(&a), rng_u64(&again));
}

static void below_stays_below_and_reaches_all(void **state)
{
	struct rng r;
	u32 seen = 0, i;

	(void)state;
	rng_init(&r, 1, RNG_WIRE, 0);
	for (i = 0; i < 1000; i++) {
		u32 v = rng_below(&r, 5);

		assert_true(v < 5);
		seen |= 1u << v;
	}
	assert_int_equal(seen, 0x1f);
	assert_int_equal(rng_below(&r, 1), 0);
	for (i = 0; i < 1000; i++)
		assert_true(rng_below(&r, U32_MAX) < U32_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "rng/known_values", known_values, NULL, NULL, NULL },
		{ "rng/streams_are_independent", streams_are_independent, NULL, NULL, NULL },
		{ "rng/below_stays_below", below_stays_below_and_reaches_all, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
