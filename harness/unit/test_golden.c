// SPDX-License-Identifier: MIT
/* test_golden.c - golden vectors: what is captured runs, captures itself again without a change,
 * and is read back from its capture; what is no capture is refused.
 *
 * The device is the reference: what it does is not the question here.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/dut/dut.h"
#include "harness/golden/golden.h"

enum { VECTORS_MAX = 8192, TEXT_MAX = 1 << 16, CAPTURE_MAX = 1 << 20 };

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct dut_worlds *worlds;

/* --- capturing -----------------------------------------------------------------------------------
 */
static struct provenance from(void)
{
	return (struct provenance){
		.kernel = "linux-6.12.0 uml",
		.config_hash = HASH,
		.patches_hash = HASH,
		.seed = 1,
		.hz = 1000,
	};
}

static struct script *parse(const char *name, const char *text, size_t len)
{
	struct script_error err;
	struct script *s = script_parse(name, text, len, &err);

	if (s == NULL)
		fail_msg("%s:%u:%u: %s\n%.*s", name, err.line, err.column, err.text, (int)len,
			 text);
	return s;
}

static void note(const struct script *s, struct record *rec)
{
	struct run_options o;
	struct run_result r;

	record_init(rec);
	run_options_init(&o);
	o.record = rec;
	r = run_script(s, &o, worlds);
	run_result_free(&r);
}

/* The script as it was; NULL: it cannot be captured. */
static char *capture(const struct script *s, char *err, u32 err_size)
{
	struct provenance p = from();
	struct record rec;
	char *text;

	note(s, &rec);
	text = golden_pkt(s, &rec, &p, err, err_size);
	record_free(&rec);
	return text;
}

static enum run_verdict run(const char *name, const char *text, bool show)
{
	struct script *s = parse(name, text, strlen(text));
	enum run_verdict v;
	struct run_options o;
	struct run_result r;

	run_options_init(&o);
	r = run_script(s, &o, worlds);
	v = r.verdict;
	if (show && v != RUN_PASSED)
		print_error("%s:%u: %s\n%s\n", name, r.line, r.message, text);
	run_result_free(&r);
	script_free(s);
	return v;
}

/* Linux has no such faults: what they do cannot be captured. */
static bool has_faults(const struct script *s)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_DIRECTIVE &&
		    s->stmt[i].directive.id >= DIR_NIC_IRQ_DELAY)
			return true;
	return false;
}

/* Captured, run, captured again. */
static bool comes_round(const char *name, const char *text, size_t len)
{
	struct script *s = parse(name, text, len), *t;
	char err[1024], *first = capture(s, err, sizeof(err)), *second = NULL;
	bool ok = false, faults = has_faults(s);

	script_free(s);
	if (faults && first == NULL && strstr(err, "only a model has") != NULL)
		return true;
	if (first == NULL) {
		print_error("%s\n", err);
		return false;
	}
	if (run(name, first, true) == RUN_PASSED) {
		t = parse(name, first, strlen(first));
		second = capture(t, err, sizeof(err));
		script_free(t);
		ok = second != NULL && strcmp(first, second) == 0;
		if (!ok)
			print_error("%s: captured again it is another\n%s\n%s\n", name, first,
				    second != NULL ? second : err);
	}
	free(first);
	free(second);
	return ok;
}

/* --- all vectors ---------------------------------------------------------------------------------
 */
static char *path_of[VECTORS_MAX];
static u32 nr_paths;

static int note_vector(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	(void)sb;
	(void)ftw;
	if (type == FTW_F && len > 4 && strcmp(path + len - 4, ".pkt") == 0) {
		assert_true(nr_paths < VECTORS_MAX);
		path_of[nr_paths++] = strdup(path);
	}
	return 0;
}

static void test_all_vectors_come_round(void **state)
{
	static char text[TEXT_MAX];
	u32 failed = 0;

	(void)state;
	assert_int_equal(nftw("vectors", note_vector, 16, FTW_PHYS), 0);
	assert_true(nr_paths >= 120);
	for (u32 i = 0; i < nr_paths; i++) {
		FILE *f = fopen(path_of[i], "rb");
		size_t len;

		assert_non_null(f);
		len = fread(text, 1, sizeof(text), f);
		fclose(f);
		assert_true(len < sizeof(text));
		failed += !comes_round(path_of[i], text, len);
		free(path_of[i]);
	}
	assert_int_equal(failed, 0);
}

/* --- groups --------------------------------------------------------------------------------------
 */
static int set_up(void **state)
{
	(void)state;
	worlds = dut_worlds_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dut_worlds_free(worlds);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_vectors_come_round),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
