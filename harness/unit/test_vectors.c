// SPDX-License-Identifier: MIT
/* test_vectors.c - the scripts in vectors/: each says what it claims, is written as fmt would, and
 * passes; and each of its expectations can fail.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/script/run.h"

enum { VECTORS_MAX = 8192, VECTOR_BYTES = 1 << 20 };

static struct {
	char *path[VECTORS_MAX];
	u32 n;
} vectors;

static int note_vector(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	(void)sb;
	(void)ftw;
	if (type == FTW_F && len > 4 && strcmp(path + len - 4, ".pkt") == 0) {
		assert_true(vectors.n < VECTORS_MAX);
		vectors.path[vectors.n++] = strdup(path);
	}
	return 0;
}

static char *read_vector(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text = malloc(VECTOR_BYTES);

	assert_non_null(f);
	assert_non_null(text);
	*len = fread(text, 1, VECTOR_BYTES, f);
	assert_true(*len < VECTOR_BYTES);
	fclose(f);
	return text;
}

static struct script *parse_vector(const char *path)
{
	struct script_error err;
	size_t len;
	char *text = read_vector(path, &len);
	struct script *s = script_parse(path, text, len, &err);

	if (s == NULL)
		fail_msg("%s:%u:%u: %s", path, err.line, err.column, err.text);
	free(text);
	return s;
}

static bool has_header(const struct script *s, const char *key)
{
	return script_header(s, key).len != 0;
}

static void test_form(void **state)
{
	(void)state;
	assert_true(vectors.n >= 900);
	for (u32 i = 0; i < vectors.n; i++) {
		const char *path = vectors.path[i];
		struct script *s = parse_vector(path);
		size_t len, printed_len;
		char *text = read_vector(path, &len);
		char *printed = script_print(s, PRINT_COMMENTS, &printed_len);

		if (!has_header(s, "claim") || !has_header(s, "oracle") || !has_header(s, "class"))
			fail_msg("%s: claim, oracle and class must be said", path);
		if (len != printed_len || memcmp(text, printed, len) != 0)
			fail_msg("%s: not as `refstack fmt` writes it", path);
		free(text);
		free(printed);
		script_free(s);
	}
}

static enum run_verdict run_once(const struct script *s, struct dut_worlds *worlds, bool show)
{
	struct run_options o;
	struct run_result r;
	enum run_verdict v;

	run_options_init(&o);
	r = run_script(s, &o, worlds);
	v = r.verdict;
	if (show && v != RUN_PASSED)
		print_error("%s\n", r.message);
	run_result_free(&r);
	return v;
}

static void test_pass(void **state)
{
	struct dut_worlds *worlds = dut_worlds_new();
	u32 failed = 0;

	(void)state;
	for (u32 i = 0; i < vectors.n; i++) {
		struct script *s = parse_vector(vectors.path[i]);

		failed += run_once(s, worlds, true) != RUN_PASSED;
		script_free(s);
	}
	dut_worlds_free(worlds);
	assert_int_equal(failed, 0);
}

/* --- a mistake in each expectation ---------------------------------------------------------------
 */

/* In stock profiles a new descriptor's number is only a name. */
static bool spoil_call(struct script *s, struct stmt *st, bool stock)
{
	struct expr *result = &s->expr[st->call.result];

	if (st->call.error != 0) {
		st->call.error = (u16)(script_find_symbol("ELIBMAX", 7) + 1);
		return true;
	}
	if (result->kind != EXPR_NUMBER || (stock && script_calls[st->call.call].result == TYPE_FD))
		return false;
	result->value++;
	return true;
}

static bool spoil_packet(struct packet *p)
{
	if (p->incoming)
		return false;
	if (p->kind == PACKET_ARP)
		p->saddr ^= 1; /* who asks or answers: always said */
	else
		p->daddr ^= 1;
	return (p->flags & PACKET_HAS_ADDRS) != 0 || p->kind == PACKET_ARP;
}

static bool spoil_directive(struct stmt *st)
{
	if (st->directive.id == DIR_MIB || st->directive.id == DIR_DROP) {
		st->directive.value[1]++;
		return true;
	}
	return false;
}

static bool spoil(struct script *s, struct stmt *st, bool stock)
{
	switch (st->kind) {
	case STMT_CALL:
		return spoil_call(s, st, stock);
	case STMT_PACKET:
		return spoil_packet(&st->packet);
	case STMT_DIRECTIVE:
		return spoil_directive(st);
	default:
		return false;
	}
}

struct spoiling {
	u32 spoilt, missed;
};

/* The statements of one script, one after the other: each time a fresh one with one mistake. */
static void spoil_statements(const char *path, struct dut_worlds *worlds, struct spoiling *count)
{
	u32 n = UINT32_MAX;

	for (u32 k = 0; k < n; k++) {
		struct script *s = parse_vector(path);
		bool stock = script_option(s, "profile").len != 0;

		n = s->nr_stmts;
		if (spoil(s, &s->stmt[k], stock)) {
			count->spoilt++;
			if (run_once(s, worlds, false) == RUN_PASSED) {
				count->missed++;
				print_error("%s:%u: a wrong expectation passes\n", path,
					    s->stmt[k].line);
			}
		}
		script_free(s);
	}
}

static void test_expectations_can_fail(void **state)
{
	struct dut_worlds *worlds = dut_worlds_new();
	struct spoiling count = { 0 };

	(void)state;
	for (u32 i = 0; i < vectors.n; i++)
		spoil_statements(vectors.path[i], worlds, &count);
	dut_worlds_free(worlds);
	print_message("%u mistakes in %u vectors, %u missed\n", count.spoilt, vectors.n,
		      count.missed);
	assert_true(count.spoilt > 4 * vectors.n);
	assert_int_equal(count.missed, 0);
}

static int free_vectors(void **state)
{
	(void)state;
	while (vectors.n != 0)
		free(vectors.path[--vectors.n]);
	return 0;
}

static int find_vectors(void **state)
{
	(void)state;
	return nftw("vectors", note_vector, 8, FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_pass),
		cmocka_unit_test(test_expectations_can_fail),
	};

	return cmocka_run_group_tests(tests, find_vectors, free_vectors);
}
