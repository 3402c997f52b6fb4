// SPDX-License-Identifier: MIT
/* test_route.c - routes for packets against Linux's answers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "route_vectors.h"

static void replay(void **state)
{
	int total, wrong = run_route_vectors("vectors/fib/routes.txt", &total);

	(void)state;
	printf("%d requests, %d answered otherwise\n", total, wrong);
	assert_true(total > 1000);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(replay, NULL, NULL),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
