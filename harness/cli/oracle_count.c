// SPDX-License-Identifier: MIT
/* oracle_count.c - see oracle_count.h.
 *
 * Scripts, cases of .frames files, random programs: many a boot; each boot leaves its counts in a
 * folder of its own below --into, as files of gcov beside whose notes they belong:
 * net/ipv4/udp.gcda. What the scripts answer is not looked at: that is capture's and diff's work.
 */
#include "harness/cli/oracle_count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/cli/jobs.h"
#include "harness/cli/output.h"
#include "harness/cli/vectors.h"
#include "harness/diff/generate.h"
#include "harness/oracle/child.h"
#include "harness/oracle/uml.h"

enum { BATCH = 64, BOOT_SECONDS = 600, ERROR_BYTES = 4096 };

struct count {
	struct kernel kernel;
	struct run_options options;
	struct vectors vectors;
	struct generate generate;
	u32 random; /* so many random programs behind the vectors */
	struct progress progress;
	u32 scripts, passed, boots, failed; /* failed: boots */
};

/* What a worker tells of its boot: numbers, then the reason why it failed or nothing. */
struct boot_result {
	u32 scripts, passed;
	bool failed;
};

static u32 items(const struct count *c)
{
	return c->vectors.nr + c->random;
}

static u32 batches(const struct count *c)
{
	return (items(c) + BATCH - 1) / BATCH;
}

static void boot(const struct count *c, struct uml_item *item, u32 n, FILE *result)
{
	struct boot_result r = { .scripts = n };
	char err[ERROR_BYTES] = "";

	r.failed = uml_run(&c->kernel, &c->options, false, item, n, BOOT_SECONDS, err,
			   sizeof(err)) != 0;
	for (u32 i = 0; i < n; i++) {
		r.passed += item[i].error == NULL && item[i].record.verdict == RUN_PASSED;
		record_free(&item[i].record);
		free(item[i].error);
	}
	fwrite(&r, sizeof(r), 1, result);
	fputs(err, result);
}

/* As Linux is asked when it is captured. One that cannot be read does not run to its end. */
static char *text_of(const struct count *c, u32 i, size_t *len)
{
	char why[FILE_ERROR_MAX], *text;
	const struct vector *v = &c->vectors.v[i];
	enum generate_area area;

	if (i >= c->vectors.nr)
		return generate_program(&c->generate, i - c->vectors.nr + 1, len, &area);
	if (v->frames == NULL)
		return file_read(v->path, len, why);
	text = frames_case_script(v->frames, v->nr, false, NULL);
	*len = strlen(text);
	return text;
}

static void work(void *ctx, u32 batch, FILE *result)
{
	const struct count *c = ctx;
	struct uml_item item[BATCH];
	char *text[BATCH];
	u32 n = 0;

	for (u32 i = batch * BATCH; i < items(c) && n < BATCH; i++, n++) {
		size_t len = 0;

		text[n] = text_of(c, i, &len);
		item[n] = (struct uml_item){ .name = i < c->vectors.nr ? c->vectors.v[i].name
								       : "random",
					     .text = text[n] != NULL ? text[n] : "",
					     .text_len = len };
	}
	assert(n != 0);
	boot(c, item, n, result);
	for (u32 i = 0; i < n; i++)
		free(text[i]);
}

static void done(void *ctx, u32 batch, const void *result, size_t len, int why)
{
	struct count *c = ctx;
	struct boot_result r = { .failed = true };
	const char *text = result;

	(void)why;
	c->boots++;
	if (result != NULL && len >= sizeof(r))
		memcpy(&r, result, sizeof(r));
	c->scripts += r.scripts;
	c->passed += r.passed;
	c->failed += r.failed;
	if (!r.failed)
		return;
	progress_clear(&c->progress);
	fprintf(stderr, "refstack oracle: boot %u: %.*s\n", batch + 1,
		result != NULL ? (int)(len - sizeof(r)) : 0,
		result != NULL ? text + sizeof(r) : "");
}

static int take_items(struct count *c, const struct args *args)
{
	char err[FILE_ERROR_MAX];

	generate_init(&c->generate, args_number(args, OPT_oracle_SEED, 1));
	c->random = (u32)args_number(args, OPT_oracle_RANDOM, 0);

	for (u32 i = 1; i < args->nr_operands; i++) {
		if (!vectors_add(&c->vectors, args->operand[i], err)) {
			fprintf(stderr, "refstack oracle: %s\n", err);
			return EXIT_USAGE;
		}
	}
	if (items(c) != 0)
		return EXIT_OK;
	return usage_error(COMMAND_oracle, "count wants scripts, or --random");
}

static int find_kernel(struct count *c, const char *into)
{
	char err[ERROR_BYTES] = "";

	if (kernel_find(&c->kernel, true, err, sizeof(err)) != KERNEL_THERE)
		fprintf(stderr, "refstack oracle: %s\n", err);
	else if (!folder_make(into))
		fprintf(stderr, "refstack oracle: %s: %s\n", into, strerror(errno));
	else
		c->kernel.counts = realpath(into, NULL);
	return c->kernel.counts != NULL ? EXIT_OK : EXIT_ENVIRONMENT;
}

static int count_all(struct count *c, u32 workers)
{
	const struct jobs jobs = { .items = batches(c),
				   .workers = workers,
				   .work = work,
				   .done = done,
				   .progress = &c->progress,
				   .what = "boots",
				   .ctx = c };

	catch_interrupt();
	progress_start(&c->progress);
	run_options_init(&c->options);
	jobs_run(&jobs);
	progress_clear(&c->progress);
	printf("%u scripts, %u ran to their end, %u boots\n", c->scripts, c->passed, c->boots);
	return c->failed != 0 || c->boots < batches(c) ? EXIT_DIFFERENCE : EXIT_OK;
}

int oracle_count(const struct args *args)
{
	const char *into = args_text(args, OPT_oracle_INTO, NULL);
	struct count c = { .scripts = 0 };
	int ret = take_items(&c, args);

	if (ret == EXIT_OK && into == NULL)
		ret = usage_error(COMMAND_oracle, "count wants --into DIR");
	if (ret == EXIT_OK)
		ret = find_kernel(&c, into);
	if (ret == EXIT_OK)
		ret = count_all(&c, (u32)args_number(args, OPT_oracle_JOBS, 1));
	vectors_free(&c.vectors);
	free(c.kernel.counts);
	return ret;
}
