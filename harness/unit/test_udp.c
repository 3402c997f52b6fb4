// SPDX-License-Identifier: MIT
/* test_udp.c - UDP, IP and ICMP against what Linux answered; ports; blocked readers; memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "udp_model.h"

static void answers(void **state)
{
	u32 lines;
	int wrong = run_udp_answers("vectors/udp/answers.txt", 7, &lines);

	(void)state;
	printf("%u lines, %d differ\n", lines, wrong);
	assert_true(lines > 1000);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
