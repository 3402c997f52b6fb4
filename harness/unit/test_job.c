// SPDX-License-Identifier: MIT
/* test_job.c - what is written for the guest is what it reads; what is damaged is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/oracle/child.h"
#include "harness/oracle/job.h"
#include "harness/oracle/recipe.h"

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/refstack-job-XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	struct stat s;

	(void)state;
	folder_remove(folder);
	return stat(folder, &s) == 0 ? -1 : 0;
}

static void fill(struct run_options *o)
{
	static char names[RUN_PAIRS][16];

	run_options_init(o);
	o->profile = PROFILE_KSFT;
	o->device = DEVICE_TUN;
	o->seed = U64_MAX;
	o->perturb = 1ull << 63;
	o->checks = true;
	o->define[o->nr_defines++] = (struct run_pair){ "TEXT", "a\tb\nc\\d\\n \"e\"" };
	o->define[o->nr_defines++] = (struct run_pair){ "EMPTY", "" };
	o->option[o->nr_options++] = (struct run_pair){ "mtu", "1400" };
	for (u32 i = 0; i < RUN_PAIRS; i++) {
		snprintf(names[i], sizeof(names[i]), "knob%u", i);
		o->knob[o->nr_knobs++] = (struct run_pair){ names[i], "4096 131072 6291456" };
	}
}

static void assert_pairs(const struct run_pair *a, u32 n, const struct run_pair *b, u32 m)
{
	assert_int_equal(n, m);
	for (u32 i = 0; i < n; i++) {
		assert_string_equal(a[i].name, b[i].name);
		assert_string_equal(a[i].value, b[i].value);
	}
}

static void round_trip(void **state)
{
	char long_text[10000], err[JOB_ERROR], path[JOB_PATH], zero[] = "a\0b";
	struct job_item item[3] = { { .name = "dir/a b.pkt", .text = zero, .text_len = 3 },
				    { .name = "tab\there\n", .text = zero, .text_len = 0 },
				    { .name = "", .text = long_text, .text_len = 10000 } };
	struct run_options o;
	struct stat s;
	struct job j;

	(void)state;
	for (u32 i = 0; i < sizeof(long_text); i++)
		long_text[i] = (char)('a' + i % 26);
	fill(&o);
	assert_int_equal(job_write(folder, &o, true, item, 3, err), 0);
	assert_int_equal(job_read(&j, folder, err), 0);
	assert_int_equal(j.options.profile, o.profile);
	assert_int_equal(j.options.device, o.device);
	assert_true(j.options.seed == o.seed);
	assert_true(j.options.perturb == o.perturb);
	assert_true(j.options.checks);
	assert_true(j.compare);
	assert_pairs(j.options.define, j.options.nr_defines, o.define, o.nr_defines);
	assert_pairs(j.options.knob, j.options.nr_knobs, o.knob, o.nr_knobs);
	assert_pairs(j.options.option, j.options.nr_options, o.option, o.nr_options);
	assert_int_equal(j.n, 3);
	for (u32 i = 0; i < 3; i++) {
		assert_string_equal(j.item[i].name, item[i].name);
		assert_int_equal(j.item[i].text_len, item[i].text_len);
		assert_memory_equal(j.item[i].text, item[i].text, item[i].text_len);
	}
	job_path(path, folder, "answers");
	assert_int_equal(stat(path, &s), 0);
	assert_int_equal(s.st_size, 0);
	job_free(&j);
}

/* What a guest has left that went away in the middle of an answer. */
static void cut_answers(void **state)
{
	static const char text[] = "why not";
	char path[JOB_PATH], *answers;
	struct job_answer head, a;
	size_t len = 0, at = 0;
	const char *bytes = NULL;
	FILE *f;

	(void)state;
	job_path(path, folder, "answers");
	f = fopen(path, "wb");
	assert_non_null(f);
	for (u32 i = 0; i < 3; i++) {
		job_answer_init(&head, i, i == 1 ? JOB_ERROR_TEXT : JOB_RECORD, sizeof(text));
		fwrite(&head, sizeof(head), 1, f);
		fwrite(text, i == 2 ? sizeof(text) - 1 : sizeof(text), 1, f);
	}
	fclose(f);
	answers = job_answers(folder, &len);
	assert_non_null(answers);
	for (u32 i = 0; i < 2; i++) {
		assert_true(job_answer_next(answers, len, &at, &a, &bytes));
		assert_int_equal(a.item, i);
		assert_int_equal(a.kind, i == 1 ? JOB_ERROR_TEXT : JOB_RECORD);
		assert_int_equal(a.len, sizeof(text));
		assert_string_equal(bytes, text);
	}
	assert_false(job_answer_next(answers, len, &at, &a, &bytes));
	for (size_t cut = 0; cut < sizeof(head) + sizeof(text); cut++) {
		at = 0;
		assert_false(job_answer_next(answers, cut, &at, &a, &bytes));
	}
	answers[0] ^= 1;
	at = 0;
	assert_false(job_answer_next(answers, len, &at, &a, &bytes));
	free(answers);
}

static void damaged(void **state)
{
	static const char *const bad[] = {
		"",
		"refstack job 3\n",
		"refstack job 2 \n",
		"refstack job 2\nprofile\n",
		"refstack job 2\nprofile\t4\n",
		"refstack job 2\ndevice\t-1\n",
		"refstack job 2\nseed\t18446744073709551616\n",
		"refstack job 2\nseed\t1x\n",
		"refstack job 2\nseed\t\n",
		"refstack job 2\ndefine\ta\n",
		"refstack job 2\nitem\n",
		"refstack job 2\nwhat\t1\n",
		"refstack job 2\n\n",
		"refstack job 2\nitem\tno text of it\t4\n",
		"refstack job 2\nitem\tno length\n",
		"refstack job 2\nitem\tall there is\t18446744073709551615\n",
	};
	char err[JOB_ERROR], path[JOB_PATH];
	struct job j;

	(void)state;
	assert_int_equal(job_read(&j, folder, err), -1);
	job_free(&j);
	job_path(path, folder, "job");
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(bad[i], f);
		fclose(f);
		*err = '\0';
		assert_int_equal(job_read(&j, folder, err), -1);
		assert_true(*err != '\0');
		job_free(&j);
	}
}

/* All there is of the recipe, each with its text; the two kinds of kernel differ in what is
 * configured alone.
 */
static void recipe(void **state)
{
	char config[2][SHA256_HEX], patches[2][SHA256_HEX];
	u32 n = 0;

	(void)state;
	for (; recipe_patch(n).name != NULL; n++) {
		struct recipe_file f = recipe_patch(n);

		assert_int_equal(f.text[f.len - 1], '\n');
		assert_memory_equal(f.text, "um: ", 4);
	}
	assert_true(n >= 5);
	assert_null(recipe_config(2).name);
	recipe_hashes(false, config[0], patches[0]);
	recipe_hashes(true, config[1], patches[1]);
	assert_string_not_equal(config[0], config[1]);
	assert_string_equal(patches[0], patches[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(round_trip, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_answers, set_up, tear_down),
		cmocka_unit_test(recipe),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
