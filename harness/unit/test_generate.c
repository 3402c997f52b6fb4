// SPDX-License-Identifier: MIT
/* test_generate.c - random programs: all of them are scripts, each can be made again alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/diff/generate.h"
#include "harness/diff/generate_internal.h"
#include "harness/lib/sha256.h"
#include "harness/script/script.h"

enum { PROGRAMS = 3000, HASHED = 100, LONGEST = 1 << 17, LINES = 400 };

static char *program(u64 seed, u64 n, enum generate_area *area)
{
	struct generate g;
	size_t len = 0;
	char *text;

	generate_init(&g, seed);
	text = generate_program(&g, n, &len, area);
	assert_int_equal(strlen(text), len);
	return text;
}

static u32 lines_of(const char *text)
{
	u32 n = 0;

	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void test_names(void **state)
{
	const char *name = gen_unknown_name();

	(void)state;
	if (name != NULL)
		fail_msg("no rule and no slot is called '%s'", name);
}

static void test_all_are_scripts(void **state)
{
	(void)state;
	for (u64 n = 0; n < PROGRAMS; n++) {
		struct script_error err;
		enum generate_area area;
		char *text = program(7, n, &area);
		struct script *s = script_parse("random", text, strlen(text), &err);

		if (s == NULL) {
			fail_msg("program %u of seed 7, line %u: %s\n%s", (u32)n, err.line,
				 err.text, text);
			return;
		}
		if (!script_check(s, &err))
			fail_msg("program %u of seed 7, line %u: %s", (u32)n, err.line, err.text);
		assert_true(s->nr_stmts >= 8);
		assert_in_range(lines_of(text), 8, LINES);
		assert_true(strlen(text) < LONGEST);
		script_free(s);
		free(text);
	}
}

/* What an area of its own is likely to ask cannot be missing for long. */
static void test_each_area_occurs(void **state)
{
	u32 seen[AREA_MAX] = { 0 };

	(void)state;
	for (u64 n = 0; n < PROGRAMS; n++) {
		enum generate_area area;

		free(program(7, n, &area));
		assert_in_range(area, 0, AREA_MAX - 1);
		seen[area]++;
	}
	for (u32 i = 0; i < AREA_MAX; i++)
		if (seen[i] == 0)
			fail_msg("area %s does not occur in %u programs", generate_areas[i].name,
				 (u32)PROGRAMS);
}

static void test_one_again_alone(void **state)
{
	char *first[HASHED];
	enum generate_area area[HASHED], again;

	(void)state;
	for (u32 n = 0; n < HASHED; n++)
		first[n] = program(3, n, &area[n]);
	for (u32 n = HASHED; n-- != 0;) {
		char *text = program(3, n, &again);

		assert_string_equal(text, first[n]);
		assert_int_equal(again, area[n]);
		free(text);
	}
	for (u32 n = 1; n < HASHED; n++)
		assert_string_not_equal(strchr(first[n], '\n'), strchr(first[n - 1], '\n'));
	for (u32 n = 0; n < HASHED; n++)
		free(first[n]);
}

static void test_all_64_bits_count(void **state)
{
	enum generate_area area;
	char *a = program(1, 5, &area), *b = program(1, 5 + (1ull << 32), &area),
	     *c = program(1 + (1ull << 32), 5, &area);

	(void)state;
	assert_string_not_equal(strchr(a, '\n'), strchr(b, '\n'));
	assert_string_not_equal(strchr(a, '\n'), strchr(c, '\n'));
	assert_string_not_equal(strchr(b, '\n'), strchr(c, '\n'));
	free(a);
	free(b);
	free(c);
}

static void only(struct generate *g, enum generate_area area)
{
	char text[64], err[160];

	for (u32 i = 0; i < AREA_MAX; i++)
		g->weight[i] = 0;
	g->weight[(area + 1) % AREA_MAX] = 1; /* taken away again by what follows */
	(void)snprintf(text, sizeof(text), "%s=0,%s=3", generate_areas[(area + 1) % AREA_MAX].name,
		       generate_areas[area].name);
	if (!generate_weights(g, text, err, sizeof(err)))
		fail_msg("%s: %s", text, err);
}

static void test_weights(void **state)
{
	(void)state;
	for (u32 i = 0; i < AREA_MAX; i++) {
		struct generate g;

		generate_init(&g, 11);
		assert_int_equal(g.weight[i], generate_areas[i].weight);
		only(&g, (enum generate_area)i);
		for (u32 n = 0; n < 20; n++) {
			enum generate_area area;
			size_t len;

			free(generate_program(&g, n, &len, &area));
			assert_int_equal(area, i);
		}
	}
}

static void test_bad_weights(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "there is no area ''" },
		{ "nothing=3", "there is no area 'nothing'" },
		{ "ud=3", "there is no area 'ud'" },
		{ "udp", "'udp': the weight of udp is a number" },
		{ "udp=", "'udp=': the weight" },
		{ "udp=-1", "'udp=-1': the weight" },
		{ "udp=1,", "there is no area ''" },
		{ "udp=1,routes=1x", "'routes=1x': the weight of routes" },
		{ "udp=1000000", "at most 999999" },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		struct generate g;
		char err[160] = "";

		generate_init(&g, 1);
		assert_false(generate_weights(&g, bad[i].text, err, sizeof(err)));
		if (strstr(err, bad[i].says) == NULL)
			fail_msg("'%s': '%s' and not '%s'", bad[i].text, err, bad[i].says);
		assert_int_equal(g.weight[AREA_udp], generate_areas[AREA_udp].weight);
	}
}

static void test_all_weights_zero(void **state)
{
	struct generate g;
	char err[160] = "";

	(void)state;
	generate_init(&g, 1);
	for (u32 i = 1; i < AREA_MAX; i++)
		g.weight[i] = 0;
	assert_false(generate_weights(&g, "udp=0", err, sizeof(err)));
	assert_non_null(strstr(err, "no area is left"));
}

/* The same on every machine. Who changes what is drawn writes the new one here. */
static void test_programs_are_fixed(void **state)
{
	static const char hash[] =
		"9e4bec9130427b3ea494771495f56f33b99e5805b393269e161fe84d605559c6";
	struct sha256 sum;
	char hex[SHA256_HEX];

	(void)state;
	sha256_init(&sum);
	for (u32 n = 0; n < HASHED; n++) {
		enum generate_area area;
		char *text = program(1, n, &area);

		sha256_add(&sum, text, strlen(text));
		free(text);
	}
	sha256_final(&sum, hex);
	assert_string_equal(hex, hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_all_are_scripts),
		cmocka_unit_test(test_each_area_occurs),
		cmocka_unit_test(test_one_again_alone),
		cmocka_unit_test(test_all_64_bits_count),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_bad_weights),
		cmocka_unit_test(test_all_weights_zero),
		cmocka_unit_test(test_programs_are_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
