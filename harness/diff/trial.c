// SPDX-License-Identifier: MIT
/* trial.c - see trial.h. */
#include "harness/diff/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/dut/events.h"

void trial_program_init(struct trial_program *p, char *name, char *text, size_t len)
{
	*p = (struct trial_program){ .name = name, .text = text, .text_len = len };
	p->script = script_parse(name, text, len, &p->error);
}

static void drop_results(struct trial_program *p)
{
	for (u32 s = 0; s < TRIAL_SIDES; s++)
		side_items_free(&p->item[s], 1);
	comparison_free(&p->result);
}

void trial_program_free(struct trial_program *p)
{
	drop_results(p);
	if (p->script != NULL)
		script_free(p->script);
	free(p->text);
	free((char *)(uintptr_t)p->name);
	*p = (struct trial_program){ 0 };
}

/* Items of those that are scripts; how many. */
static u32 ask(const struct trial_program *p, u32 n, struct side_item *item)
{
	u32 nr = 0;

	for (u32 i = 0; i < n; i++)
		if (p[i].script != NULL)
			item[nr++] =
				(struct side_item){ .name = p[i].name,
						    .place_ns =
							    p[i].item[TRIAL_RIGHT].record.place_ns,
						    .text = p[i].text,
						    .text_len = p[i].text_len,
						    .script = p[i].script };
	return nr;
}

static void answer(struct trial_program *p, u32 n, u32 side, const struct side_item *item)
{
	for (u32 i = 0; i < n; i++)
		if (p[i].script != NULL)
			p[i].item[side] = *item++;
}

static void compare(const struct trial *t, struct trial_program *p)
{
	if (p->script != NULL) {
		p->result = compare_items(&p->item[TRIAL_RIGHT], &p->item[TRIAL_OTHER], &t->rules);
		return;
	}
	p->result = (struct comparison){ .verdict = COMPARE_INCONCLUSIVE };
	if (asprintf(&p->result.message, "no script: %s", p->error.text) < 0)
		abort();
}

static int run_side(struct trial *t, u32 side, struct trial_program *p, u32 n, bool tracepoints,
		    char *err, u32 err_size)
{
	struct run_options o = t->options[side];
	struct side_item *item;
	u32 nr;
	int ret = 0;

	assert(n != 0);
	item = calloc(n, sizeof(*item));
	if (item == NULL)
		abort();
	nr = ask(p, n, item);
	if (tracepoints || t->rules.deep)
		o.tracepoints = EVENTS_ALL;
	if (nr != 0)
		ret = side_run(t->side[side], &o, item, nr, err, err_size);
	answer(p, n, side, item);
	free(item);
	return ret;
}

static int run_all(struct trial *t, struct trial_program *p, u32 n, bool tracepoints, char *err,
		   u32 err_size)
{
	for (u32 i = 0; i < n; i++)
		drop_results(&p[i]);
	for (u32 s = 0; s < TRIAL_SIDES; s++)
		if (run_side(t, s, p, n, tracepoints, err, err_size) != 0)
			return -1;
	for (u32 i = 0; i < n; i++)
		compare(t, &p[i]);
	return 0;
}

static bool has_records(const struct trial_program *p)
{
	for (u32 s = 0; s < TRIAL_SIDES; s++)
		if (p->item[s].error != NULL)
			return false;
	return true;
}

/* Some of Linux's works wait for whatever timer comes next, so that what was run before in the same
 * boot can show. What differs has to differ alone, too.
 */
static int ask_alone(struct trial *t, struct trial_program *p, bool tracepoints, char *err,
		     u32 err_size)
{
	static const char place[] = "differs by its place in a boot, and not alone";

	if (run_all(t, p, 1, tracepoints, err, err_size) != 0)
		return -1;
	if (p->result.verdict != COMPARE_EQUAL)
		return 0;
	p->result.verdict = COMPARE_INCONCLUSIVE;
	p->result.message = strdup(place);
	if (p->result.message == NULL)
		abort();
	return 0;
}

int trial_run(struct trial *t, struct trial_program *p, u32 n, bool tracepoints, char *err,
	      u32 err_size)
{
	if (run_all(t, p, n, tracepoints, err, err_size) != 0)
		return -1;
	for (u32 i = 0; i < n && n > 1; i++)
		if (p[i].result.verdict == COMPARE_DIFFERENT && has_records(&p[i]) &&
		    ask_alone(t, &p[i], tracepoints, err, err_size) != 0)
			return -1;
	return 0;
}
