// SPDX-License-Identifier: MIT
/* test_fuzz_scope.c - scopes: openings that run, inputs of any bytes, scripts that become inputs
 * and scripts again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/scope.h"
#include "harness/script/run.h"

enum { INPUTS = 300, MAX_BYTES = 400 };
#define LONGEST_NS (240ull * 1000000000)

static void each_scope(void (*test)(const struct fuzz_scope *scope))
{
	u32 n = 0;

	for (u32 i = 0; i < fuzz_nr_targets; i++) {
		const struct fuzz_scope *scope = fuzz_scope_find(fuzz_targets[i].name);

		assert_int_equal(scope != NULL, fuzz_targets[i].input == INPUT_PROGRAM);
		if (scope == NULL)
			continue;
		test(scope);
		n++;
	}
	assert_true(n > 4);
}

/* To the letter: as a test of the reference. */
static void opening_runs(const struct fuzz_scope *scope)
{
	struct script *s = fuzz_scope_script(scope, NULL, 0);
	struct run_options o;
	struct run_result r;

	run_options_init(&o);
	r = run_script(s, &o, NULL);
	if (r.verdict != RUN_PASSED)
		print_error("%s: %s\n", scope->name, r.message);
	assert_int_equal(r.verdict, RUN_PASSED);
	assert_int_equal(r.events, s->nr_stmts);
	run_result_free(&r);
	script_free(s);
}

static void test_openings(void **state)
{
	(void)state;
	each_scope(opening_runs);
}

static void in_scope(const struct fuzz_scope *scope, const struct script *s, u32 opening)
{
	struct script_error err = { 0 };
	u32 events = 0;
	u64 at = 0;

	if (!script_check(s, &err))
		fail_msg("%s: %s", scope->name, err.text);
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		assert_true(st->kind != STMT_PYTHON);
		assert_true(st->kind != STMT_HEADER);
		if (st->kind == STMT_OPTION) {
			assert_true(i < 3);
			continue;
		}
		if (events++ >= opening)
			assert_true(scope->keeps(s, st));
		if (st->when.kind == WHEN_ABS) {
			assert_true(st->when.from_ns >= at);
			at = st->when.from_ns;
		} else if (st->when.kind != WHEN_NONE) {
			at += st->when.from_ns;
		}
		if (st->kind == STMT_DIRECTIVE &&
		    (st->directive.id == DIR_ADVANCE || st->directive.id == DIR_QUIET))
			at += st->directive.value[0];
		assert_true(at <= LONGEST_NS);
	}
	assert_true(events <= opening + scope->stmts);
}

static void random_bytes(struct rng *r, u8 *bytes, u32 len)
{
	for (u32 i = 0; i < len; i++)
		bytes[i] = (u8)rng_u32(r);
}

static void any_bytes(const struct fuzz_scope *scope)
{
	struct script *opening = fuzz_scope_script(scope, NULL, 0);
	struct script *again = fuzz_scope_script(scope, NULL, 0);
	u8 bytes[MAX_BYTES];
	struct rng r;

	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < INPUTS; i++) {
		u32 len = rng_below(&r, MAX_BYTES + 1);
		struct script *s;

		random_bytes(&r, bytes, len);
		s = fuzz_scope_script(scope, bytes, len);
		in_scope(scope, s, opening->nr_stmts);
		/* Into one that has been used, it is the same. */
		fuzz_scope_decode(scope, again, bytes, len);
		assert_true(script_equal(s, again));
		script_free(s);
	}
	script_free(again);
	script_free(opening);
}

static void test_any_bytes(void **state)
{
	(void)state;
	each_scope(any_bytes);
}

/* What runs is an input that runs the same. */
static void there_and_back(const struct fuzz_scope *scope)
{
	u8 bytes[MAX_BYTES];
	struct rng r;

	rng_init(&r, 2, RNG_PROGRAM, 0);
	for (u32 i = 0; i < INPUTS; i++) {
		u32 len = rng_below(&r, MAX_BYTES + 1);
		struct script *s, *back;
		size_t input_len;
		u8 *input;

		random_bytes(&r, bytes, len);
		s = fuzz_scope_script(scope, bytes, len);
		input = fuzz_scope_input(scope, s, &input_len);
		back = fuzz_scope_script(scope, input, input_len);
		assert_true(script_equal(s, back));
		free(input);
		script_free(back);
		script_free(s);
	}
}

static void test_there_and_back(void **state)
{
	(void)state;
	each_scope(there_and_back);
}

static struct script *parsed(const char *text)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("test", text, strlen(text), &err);

	assert_non_null(s);
	return s;
}

static void becomes(const char *target, const char *script, const char *runs)
{
	const struct fuzz_scope *scope = fuzz_scope_find(target);
	struct script *s = parsed(script), *want = parsed(runs), *got;
	size_t len;
	u8 *input = fuzz_scope_input(scope, s, &len);
	char *text;

	got = fuzz_scope_script(scope, input, len);
	text = script_print(got, 0, NULL);
	if (!script_equal(got, want))
		fail_msg("%s: becomes\n%s", target, text);
	free(text);
	free(input);
	script_free(got);
	script_free(want);
	script_free(s);
}

/* Commands that are there already go, what a scope does not keep goes, times come into range. */
static void test_scripts(void **state)
{
	(void)state;
	becomes("syscalls",
		"// claim: "
		"x\n--tolerance_usecs=5\n--perturb=x\n--device=igb\n--device=tap\n--cost=cycles\n"
		"`ip link set lo up`\n0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
		"+0 > udp (5)\n+0 mib Udp.InDatagrams +1\n%{ assert now_ns == 0 }%\n"
		"1 close(3) = 0\n0.5 close(3) = -1 EBADF\n+1000000 close(4) = 0\n+1 advance 5s\n",
		"--device=igb\n--cost=cycles\n`ip link set lo up`\n0 socket(AF_INET, SOCK_DGRAM, "
		"0) = 3\n"
		"1 close(3) = 0\nclose(3) = -1 EBADF\n+239 close(4) = 0\n+0 advance 0s\n");
	becomes("neigh",
		"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
		"`sysctl -q -w net.ipv4.conf.all.arp_ignore=1`\n"
		"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n+0 cap drop CAP_NET_ADMIN\n",
		"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"
		"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"
		"+0 bind(3, {sa_family = AF_INET, sin_port = htons(5000), "
		"sin_addr = inet_addr(\"192.0.2.1\")}, 16) = 0\n"
		"`sysctl -q -w net.ipv4.conf.all.arp_ignore=1`\n"
		"0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_openings),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_scripts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
