// SPDX-License-Identifier: MIT
/* totals.c - see totals.h. */
#include "harness/diff/totals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/must.h"

enum { US_PER_SECOND = 1000000, TENTHS = 10 };

/* --- counting --- */

static void add_reason(struct reasons *r, const char *text)
{
	u32 i = 0;

	while (i < r->nr && strcmp(r->row[i].text, text) != 0)
		i++;
	if (i == REASONS_MAX) {
		r->others++;
		return;
	}
	if (i == r->nr)
		r->row[r->nr++].text = must(strdup(text));
	r->row[i].count++;
}

static void free_reasons(struct reasons *r)
{
	for (u32 i = 0; i < r->nr; i++)
		free(r->row[i].text);
	*r = (struct reasons){ .nr = 0 };
}

static struct kind *kind_of(struct totals *t, const char *signature)
{
	for (u32 i = 0; i < t->kinds; i++)
		if (strcmp(t->kind[i].signature, signature) == 0)
			return &t->kind[i];
	if (t->kinds == t->cap) {
		t->cap = t->cap * 2 + 16;
		t->kind = must(realloc(t->kind, t->cap * sizeof(*t->kind)));
	}
	t->kind[t->kinds] = (struct kind){ .signature = must(strdup(signature)) };
	return &t->kind[t->kinds++];
}

static struct kind *add_different(struct totals *t, u64 program, const struct batch_note *note)
{
	struct kind *k = kind_of(t, note->signature);

	if (k->count < KIND_PROGRAMS)
		k->program[k->count] = program;
	if (k->count++ != 0)
		return NULL;
	k->what = must(strdup(note->text));
	return k;
}

struct kind *totals_note(struct totals *t, u64 program, const struct batch_note *note)
{
	assert(note->verdict != COMPARE_EQUAL);
	t->count[note->verdict]++;
	if (note->verdict == COMPARE_EXPLAINED)
		for (u32 i = 0; explained_info[i].name != NULL; i++)
			t->explained[i] += note->explained >> i & 1;
	if (note->verdict == COMPARE_NOT_IMPLEMENTED)
		add_reason(&t->missing, note->text);
	if (note->verdict == COMPARE_INCONCLUSIVE)
		add_reason(&t->limits, note->text);
	return note->verdict == COMPARE_DIFFERENT ? add_different(t, program, note) : NULL;
}

void totals_cost(struct totals *t, const struct batch_cost cost[TRIAL_SIDES])
{
	for (u32 i = 0; i < TRIAL_SIDES; i++) {
		t->cost[i].wall_us += cost[i].wall_us;
		t->cost[i].cpu_us += cost[i].cpu_us;
		t->cost[i].relapses += cost[i].relapses;
	}
}

void totals_free(struct totals *t)
{
	free_reasons(&t->missing);
	free_reasons(&t->limits);
	for (u32 i = 0; i < t->kinds; i++) {
		free(t->kind[i].signature);
		free(t->kind[i].what);
		free(t->kind[i].report);
	}
	free(t->kind);
	*t = (struct totals){ 0 };
}

/* --- printing --- */

static void print_reasons(FILE *to, const char *verdict, const struct reasons *r)
{
	for (u32 i = 0; i < r->nr; i++)
		fprintf(to, "%s: %s: %" PRIu64 "\n", verdict, r->row[i].text, r->row[i].count);
	if (r->others != 0)
		fprintf(to, "%s: others: %" PRIu64 "\n", verdict, r->others);
}

void totals_print(const struct totals *t, FILE *to)
{
	for (u32 i = 0; explained_info[i].name != NULL; i++)
		if (t->explained[i] != 0)
			fprintf(to, "explained: %s (%s, %s, %s; %s): %" PRIu64 "\n",
				explained_info[i].name, explained_info[i].call,
				explained_info[i].field, explained_info[i].condition,
				explained_info[i].vector, t->explained[i]);
	print_reasons(to, "not implemented", &t->missing);
	print_reasons(to, "inconclusive", &t->limits);
	fprintf(to, "%" PRIu64 " programs: %" PRIu64 " equal, %" PRIu64 " different", t->programs,
		t->count[COMPARE_EQUAL], t->count[COMPARE_DIFFERENT]);
	for (u32 v = 0; v < COMPARE_VERDICTS; v++)
		if (v != COMPARE_EQUAL && v != COMPARE_DIFFERENT && t->count[v] != 0)
			fprintf(to, ", %" PRIu64 " %s", t->count[v], compare_verdict_names[v]);
	fputc('\n', to);
}

static void reasons_json(struct json *j, const char *key, const struct reasons *r)
{
	json_object(j, key);
	for (u32 i = 0; i < r->nr; i++)
		json_u64(j, r->row[i].text, r->row[i].count);
	if (r->others != 0)
		json_u64(j, "others", r->others);
	json_end(j);
}

static void kind_json(struct json *j, const struct kind *k,
		      void (*name)(const void *ctx, u64 program, struct json *j), const void *ctx)
{
	json_object(j, NULL);
	json_text(j, "signature", k->signature);
	json_text(j, "what", k->what);
	json_u64(j, "count", k->count);
	json_array(j, "programs");
	for (u32 i = 0; i < KIND_PROGRAMS && i < k->count; i++)
		name(ctx, k->program[i], j);
	json_end(j);
	json_text(j, "report", k->report);
	json_end(j);
}

void totals_json(const struct totals *t, struct json *j,
		 void (*name)(const void *ctx, u64 program, struct json *j), const void *ctx)
{
	json_u64(j, "programs", t->programs);
	json_u64(j, "equal", t->count[COMPARE_EQUAL]);
	json_u64(j, "different", t->count[COMPARE_DIFFERENT]);
	json_object(j, "explained");
	for (u32 i = 0; explained_info[i].name != NULL; i++)
		json_u64(j, explained_info[i].name, t->explained[i]);
	json_end(j);
	reasons_json(j, "not_implemented", &t->missing);
	reasons_json(j, "inconclusive", &t->limits);
	json_array(j, "differences");
	for (u32 i = 0; i < t->kinds; i++)
		kind_json(j, &t->kind[i], name, ctx);
	json_end(j);
}

static u64 a_second(u64 programs, u64 us)
{
	return us != 0 ? programs * US_PER_SECOND / us : 0;
}

void totals_speed(const struct totals *t, const char *const name[TRIAL_SIDES], FILE *to)
{
	for (u32 i = 0; i < TRIAL_SIDES && t->programs != 0; i++) {
		const struct batch_cost *c = &t->cost[i];
		u64 tenths = c->cpu_us * TENTHS / t->programs / 1000;

		fprintf(to,
			"%s: %" PRIu64 " programs/s a core by CPU time (%" PRIu64 ".%" PRIu64
			" ms each), %" PRIu64 " by the clock\n",
			name[i], a_second(t->programs, c->cpu_us), tenths / TENTHS, tenths % TENTHS,
			a_second(t->programs, c->wall_us));
		if (c->relapses != 0)
			fprintf(to,
				"%s: ended %" PRIu64 " times with a program that it ran "
				"when asked again\n",
				name[i], c->relapses);
	}
}
