// SPDX-License-Identifier: MIT
/* batch.c - see batch.h. Written: struct head; for each note struct note_head and two strings; why
 * it failed, a string; the tally.
 */
#include "harness/diff/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/tally.h"

enum { ERROR_BYTES = 4096 };

struct head {
	struct batch_cost cost[TRIAL_SIDES];
	u32 programs, notes, failed_len; /* with its end; 0: it has not */
};

struct note_head {
	u32 program, verdict, explained;
	u32 text_len, signature_len; /* with their ends */
};

/* --- writing --- */

static void write_note(FILE *to, const struct trial_program *p, u32 at)
{
	const struct comparison *c = &p->result;
	char signature[SIGNATURE_BYTES] = "";
	const char *text = c->message != NULL ? c->message : "";
	struct note_head h = { .program = at, .verdict = c->verdict };

	for (u32 i = 0; explained_info[i].name != NULL; i++)
		h.explained |= c->explained[i] != 0 ? 1u << i : 0;

	if (c->verdict == COMPARE_DIFFERENT) {
		compare_signature(&c->differences.d[0], p->script, signature, sizeof(signature));
		text = c->differences.d[0].what;
	}
	h.text_len = (u32)strlen(text) + 1;
	h.signature_len = (u32)strlen(signature) + 1;
	fwrite(&h, sizeof(h), 1, to);
	fwrite(text, 1, h.text_len, to);
	fwrite(signature, 1, h.signature_len, to);
}

/* Sides count on and on: what this batch has cost is what they count afterwards, less this. */
static void take_costs(struct batch_cost *c, const struct trial *t)
{
	for (u32 i = 0; i < TRIAL_SIDES; i++)
		c[i] = (struct batch_cost){ t->side[i]->wall_us - c[i].wall_us,
					    t->side[i]->cpu_us - c[i].cpu_us,
					    t->side[i]->relapses - c[i].relapses };
}

/* What was not compared was not asked. */
static void write_tally(struct tally *tally, const struct trial_program *p, u32 n, FILE *to)
{
	for (u32 i = 0; i < n; i++)
		if (p[i].script != NULL && p[i].item[TRIAL_RIGHT].error == NULL &&
		    p[i].result.verdict <= COMPARE_DIFFERENT)
			tally_add(tally, p[i].script, &p[i].item[TRIAL_RIGHT].record);
	tally_write(tally, to);
}

void batch_run(struct trial *t, struct trial_program *p, u32 n, struct tally *tally, FILE *to)
{
	char err[ERROR_BYTES] = "";
	struct head h = { .programs = n };

	take_costs(h.cost, t);
	if (trial_run(t, p, n, false, err, sizeof(err)) != 0)
		h.failed_len = (u32)strlen(err) + 1;
	take_costs(h.cost, t);
	for (u32 i = 0; i < n && h.failed_len == 0; i++)
		h.notes += p[i].result.verdict != COMPARE_EQUAL;
	fwrite(&h, sizeof(h), 1, to);
	for (u32 i = 0; i < n && h.failed_len == 0; i++)
		if (p[i].result.verdict != COMPARE_EQUAL)
			write_note(to, &p[i], i);
	fwrite(err, 1, h.failed_len, to);
	if (tally != NULL && h.failed_len == 0)
		write_tally(tally, p, n, to);
}

/* --- reading --- */

static const char *take(const char **at, const char *end, size_t len)
{
	const char *from = *at;

	assert((size_t)(end - from) >= len);
	*at += len;
	return from;
}

bool batch_read(struct batch_reader *r, const void *bytes, size_t len)
{
	const char *at = bytes, *end = at + len;
	bool wanted = true;
	struct head h;

	memcpy(&h, take(&at, end, sizeof(h)), sizeof(h));
	r->programs = h.programs;
	memcpy(r->cost, h.cost, sizeof(r->cost));
	for (u32 i = 0; i < h.notes; i++) {
		struct batch_note note;
		struct note_head nh;

		memcpy(&nh, take(&at, end, sizeof(nh)), sizeof(nh));
		assert(nh.verdict < COMPARE_VERDICTS);
		note = (struct batch_note){ .program = nh.program,
					    .verdict = nh.verdict,
					    .explained = nh.explained };
		note.text = take(&at, end, nh.text_len);
		note.signature = take(&at, end, nh.signature_len);
		wanted = wanted && r->note(r->ctx, &note);
	}
	r->failed = h.failed_len != 0 ? take(&at, end, h.failed_len) : NULL;
	r->tally_len = (size_t)(end - at);
	r->tally = at;
	return r->failed == NULL;
}
