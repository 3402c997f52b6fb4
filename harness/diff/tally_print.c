// SPDX-License-Identifier: MIT
/* tally_print.c - the tally as a page: a table of kinds, then one of each kind's rows. */
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/tally_internal.h"

enum {
	PROGRAMS_USUAL = 100000, /* of which each row is to be met enough */
	OFTEN = 3		 /* times enough: then it is not rare */
};

enum reason {
	REASON_NONE,
#define REASON(id, never, text) REASON_##id,
#define R(kind, pattern, id)
#include "harness/diff/tally.def"
	REASONS
};

static const struct {
	bool never;
	const char *text;
} reasons[REASONS] = {
#undef REASON
#define REASON(id, never, text) [REASON_##id] = { never, text },
#include "harness/diff/tally.def"
#undef REASON
#undef R
};

static const struct {
	enum tally_kind kind;
	const char *pattern;
	enum reason reason;
} excused[] = {
#define REASON(id, never, text)
#define R(kind, pattern, id) { KIND_##kind, pattern, REASON_##id },
#include "harness/diff/tally.def"
#undef REASON
#undef R
};

static enum reason reason_of(enum tally_kind kind, const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(excused); i++)
		if (excused[i].kind == kind && fnmatch(excused[i].pattern, name, 0) == 0)
			return excused[i].reason;
	return REASON_NONE;
}

enum standing { ENOUGH, EXCUSED, FEWER, WRONG, STANDINGS };

struct page {
	const struct tally *t;
	FILE *to;
	u64 enough;
	enum tally_kind kind;
	u32 seen[STANDINGS];
};

/* What is rare is met often by many programs. */
static enum standing standing_of(const struct page *p, enum reason reason, u64 count)
{
	u64 often = p->enough * OFTEN * max_u64(p->t->programs / PROGRAMS_USUAL, 1);

	if (reason != REASON_NONE && (count >= often || (reasons[reason].never && count != 0)))
		return WRONG;
	if (count >= p->enough)
		return ENOUGH;
	return reason != REASON_NONE ? EXCUSED : FEWER;
}

static void each_row(struct page *p, void (*row)(struct page *p, const char *name, u64 count))
{
	char name[TALLY_NAME];
	u32 first = p->t->first[p->kind];

	for (u32 i = 0; i < p->t->first[p->kind + 1] - first; i++) {
		const char *n = tally_row_name(p->t, p->kind, i, name);

		if (n != NULL)
			row(p, n, p->t->count[first + i]);
	}
}

static void count_row(struct page *p, const char *name, u64 count)
{
	p->seen[standing_of(p, reason_of(p->kind, name), count)]++;
}

static void print_row(struct page *p, const char *name, u64 count)
{
	enum reason reason = reason_of(p->kind, name);
	enum standing standing = standing_of(p, reason, count);
	const char *why = "";

	if (standing == EXCUSED)
		why = reasons[reason].text;
	else if (standing == FEWER)
		why = "**too few**";
	else if (standing == WRONG)
		why = "**met, although tally.def has a reason why not**";
	fprintf(p->to, "| %s | %" PRIu64 " | %s |\n", name, count, why);
}

/* Rows that are missing or should not be there. */
static u32 print_kinds(struct page *p)
{
	u32 bad = 0;

	fprintf(p->to,
		"| kind | rows | met %" PRIu64 " times | fewer, and why | fewer | "
		"met in spite of a reason |\n|---|---|---|---|---|---|\n",
		p->enough);
	for (u32 i = 0; i < TALLY_KINDS; i++) {
		memset(p->seen, 0, sizeof(p->seen));
		p->kind = (enum tally_kind)i;
		each_row(p, count_row);
		fprintf(p->to, "| %s | %u | %u | %u | %u | %u |\n", tally_kinds[i],
			p->seen[ENOUGH] + p->seen[EXCUSED] + p->seen[FEWER] + p->seen[WRONG],
			p->seen[ENOUGH], p->seen[EXCUSED], p->seen[FEWER], p->seen[WRONG]);
		bad += p->seen[FEWER] + p->seen[WRONG];
	}
	return bad;
}

u32 tally_print(const struct tally *t, FILE *to, u64 enough)
{
	struct page p = { .t = t, .to = to, .enough = enough };
	u32 bad;

	fprintf(to,
		"# What programs have met\n\n%" PRIu64 " programs. A row counts the programs that "
		"met it.\n\n",
		t->programs);
	bad = print_kinds(&p);
	for (u32 i = 0; i < TALLY_KINDS; i++) {
		p.kind = (enum tally_kind)i;
		fprintf(to, "\n## %s\n\n| name | programs | why fewer |\n|---|---|---|\n",
			tally_kinds[i]);
		each_row(&p, print_row);
	}
	return bad;
}
