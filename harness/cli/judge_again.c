// SPDX-License-Identifier: MIT
/* judge_again.c - see judge_again.h. */
#include "harness/cli/judge_again.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/cli/jobs.h"
#include "harness/cli/output.h"
#include "harness/lib/must.h"

/* Five minutes after a boot the 32 bits of jiffies begin anew. A script takes what it lasts, and
 * this much.
 */
#define BOOT_PS	 (280 * PS_PER_SEC)
#define SPACE_PS (5 * PS_PER_SEC)

enum { BATCH_MOST = 48, ERROR_BYTES = 4096 };

/* --- what is asked
 * --------------------------------------------------------------------------------- */

static bool read_case(const struct vector *v, struct judged *to)
{
	if (!v->frames->c[v->nr].captured)
		return false;
	to->text = frames_case_script(v->frames, v->nr, true, NULL);
	to->text_len = strlen(to->text);
	to->seed = v->frames->from.seed;
	return true;
}

/* Its seed is the capture's; what has none is run as capture would. */
static bool read_pair(const struct vector *v, struct judged *to)
{
	char err[ERROR_BYTES], why[FILE_ERROR_MAX], *pcapng;
	size_t stem = strlen(v->path);
	struct script_error perr;
	struct script *s;
	struct golden g = { 0 };

	to->text = file_read(v->path, &to->text_len, why);
	s = to->text != NULL ? script_parse(v->path, to->text, to->text_len, &perr) : NULL;
	if (s == NULL)
		return false;
	script_free(s);
	if (stem > 4 && strcmp(v->path + stem - 4, ".pkt") == 0)
		stem -= 4;
	if (asprintf(&pcapng, "%.*s.pcapng", (int)stem, v->path) < 0)
		abort();
	to->seed = 1;
	if (golden_read(&g, pcapng, err, sizeof(err)) == 0)
		to->seed = g.from.seed;
	golden_free(&g);
	free(pcapng);
	return true;
}

/* How long it lasts the reference knows in no time. */
static void plan(struct judge *j, struct dut_worlds *worlds)
{
	const struct check_options reference = { .name = "refstack" };

	for (u32 i = 0; i < j->vectors->nr; i++) {
		const struct vector *v = &j->vectors->v[i];
		struct judged *to = &j->of[i];
		struct check_result r;

		to->asked = v->frames != NULL ? read_case(v, to)
					      : !is_frames_file(v->path) && read_pair(v, to);
		r = vector_check(v, &reference, worlds);
		to->lasts_ps = r.virtual_ps;
		check_result_free(&r);
	}
}

/* --- boots
 * ----------------------------------------------------------------------------------------- */

struct batch {
	u32 first, n; /* vectors; those that are not asked are passed over */
};

struct boots {
	struct judge *judge;
	struct batch *batch;
	u32 nr;
};

/* Vectors of one seed, as many as a boot has time for; at least one. */
static u32 batch_from(const struct judge *j, u32 first)
{
	u64 lasts = 0;
	u32 n = 0;

	for (u32 i = first; i < j->vectors->nr && n < BATCH_MOST; i++, n++) {
		lasts += j->of[i].lasts_ps + SPACE_PS;
		if (n != 0 && (lasts > BOOT_PS || j->of[i].seed != j->of[first].seed))
			break;
	}
	return n;
}

static struct boots make_batches(struct judge *j)
{
	struct boots b = { .judge = j,
			   .batch = must(calloc(j->vectors->nr + 1, sizeof(*b.batch))) };

	for (u32 first = 0; first < j->vectors->nr; first += b.batch[b.nr++].n)
		b.batch[b.nr] = (struct batch){ first, batch_from(j, first) };
	return b;
}

/* Asks; what came of it is in the items. */
static struct side_item *ask_some(struct judge *j, struct batch b, u32 *nr)
{
	struct side_item *item = must(calloc(b.n + 1, sizeof(*item)));
	char err[ERROR_BYTES] = "";
	struct run_options o;
	u32 n = 0;

	run_options_init(&o);
	o.seed = j->of[b.first].seed;
	for (u32 i = b.first; i < b.first + b.n; i++)
		if (j->of[i].asked)
			item[n++] = (struct side_item){ .name = j->vectors->v[i].path,
							.text = j->of[i].text,
							.text_len = j->of[i].text_len };
	if (n != 0 && side_run(&j->side, &o, item, n, err, sizeof(err)) != 0)
		for (u32 i = 0; i < n; i++)
			if (item[i].error == NULL && item[i].record.state == NULL)
				item[i].error = must(strdup(err));
	*nr = n;
	return item;
}

/* What travels, of each that was asked; the bytes follow. */
struct parcel {
	u32 failed; /* they are why */
	u64 len;
};

static void send_answer(const struct side_item *item, FILE *to)
{
	struct parcel p = { .failed = item->error != NULL };
	char *bytes = NULL;
	size_t len = 0;
	FILE *f = must(open_memstream(&bytes, &len));

	if (item->error != NULL)
		fputs(item->error, f);
	else
		record_write(&item->record, f);
	fclose(f);
	p.len = len;
	fwrite(&p, sizeof(p), 1, to);
	fwrite(bytes, 1, len, to);
	free(bytes);
}

static void boot_work(void *ctx, u32 batch, FILE *result)
{
	struct boots *b = ctx;
	struct side_item *item;
	u32 n;

	item = ask_some(b->judge, b->batch[batch], &n);
	for (u32 i = 0; i < n; i++)
		send_answer(&item[i], result);
	side_items_free(item, n);
	free(item);
}

/* *at moves behind it. */
static bool take_answer(struct judged *to, const char **at, const char *end)
{
	struct parcel p;
	FILE *from;
	bool ok;

	if ((size_t)(end - *at) < sizeof(p))
		return false;
	memcpy(&p, *at, sizeof(p));
	*at += sizeof(p);
	if ((u64)(end - *at) < p.len || p.len == 0)
		return false;
	if (p.failed != 0)
		to->error = must(strndup(*at, (size_t)p.len));
	from = must(fmemopen((void *)(uintptr_t)*at, (size_t)p.len, "rb"));
	ok = p.failed != 0 || record_read(&to->record, from) == 0;
	fclose(from);
	*at += p.len;
	return ok;
}

static void boot_done(void *ctx, u32 batch, const void *result, size_t len, int why)
{
	struct boots *b = ctx;
	const struct batch *of = &b->batch[batch];
	const char *at = result != NULL ? result : "", *end = at + (result != NULL ? len : 0);

	(void)why;
	for (u32 i = of->first; i < of->first + of->n; i++) {
		struct judged *to = &b->judge->of[i];

		if (to->asked && !take_answer(to, &at, end))
			to->error = must(strdup("the process that asked the judging kernel has "
						"ended"));
	}
}

void judge_ask(struct judge *j, u32 workers, struct dut_worlds *worlds)
{
	struct progress progress;
	struct boots b;
	struct jobs jobs = { .workers = workers,
			     .work = boot_work,
			     .done = boot_done,
			     .progress = &progress,
			     .what = "boots",
			     .ctx = &b };

	plan(j, worlds);
	b = make_batches(j);
	jobs.items = b.nr;
	progress_start(&progress);
	if (!jobs_run(&jobs))
		for (u32 i = 0; i < j->vectors->nr; i++)
			if (j->of[i].asked && j->of[i].error == NULL)
				j->of[i].error = must(strdup("no process could be started"));
	progress_clear(&progress);
	free(b.batch);
}

void judge_ask_alone(struct judge *j, u32 item)
{
	struct judged *to = &j->of[item];
	struct side_item *answer;
	u32 n;

	assert(to->asked);
	answer = ask_some(j, (struct batch){ item, 1 }, &n);
	assert(n == 1);
	record_free(&to->record);
	free(to->error);
	to->record = answer->record;
	to->error = answer->error;
	free(answer);
}

int judge_open(struct judge *j, const struct vectors *v, char *err, u32 err_size)
{
	*j = (struct judge){ .vectors = v };
	if (side_open(&j->side, "uml", SIDE_UML, err, err_size) != 0)
		return -1;
	j->side.interrupted = &interrupted;
	j->of = must(calloc(v->nr + 1, sizeof(*j->of)));
	return 0;
}

void judge_close(struct judge *j)
{
	for (u32 i = 0; j->of != NULL && i < j->vectors->nr; i++) {
		record_free(&j->of[i].record);
		free(j->of[i].error);
		free(j->of[i].text);
	}
	free(j->of);
	side_close(&j->side);
	*j = (struct judge){ .of = NULL };
}
