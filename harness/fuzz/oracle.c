// SPDX-License-Identifier: MIT
/* oracle.c - see oracle.h: the table of second looks, their order, and what they share. */
#include "harness/fuzz/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/fuzz/oracle_internal.h"
#include "harness/lib/must.h"

enum { SHOWN = 5, STATEMENT_BYTES = 400, LONGER_NS = 7313131 };

const struct fuzz_look_info fuzz_looks[LOOK_MAX] = {
#define L(name, detector, what) { #name, what, DETECTOR_##detector },
#include "harness/fuzz/looks.def"
#undef L
};

static enum look_verdict (*const take_look[LOOK_MAX])(struct look *) = {
#define L(name, detector, what) look_##name,
#include "harness/fuzz/looks.def"
#undef L
};

/* --- runs
 * ------------------------------------------------------------------------------------------ */

/* A run that did not get as far as a device has noted nothing. */
static void take_end(struct record *rec, struct run_result *result)
{
	if (rec->verdict != RUN_PASSED || result->verdict == RUN_PASSED)
		return;
	rec->verdict = result->verdict;
	rec->line = result->line;
	free(rec->message);
	rec->message = result->message;
	result->message = NULL;
}

void (*look_hook)(struct look_run *r, const struct run_options *o);

void look_run(const struct script *s, const struct run_options *o, struct dut_worlds *worlds,
	      struct look_run *to)
{
	struct run_options own = *o;
	struct run_result result;

	*to = (struct look_run){ .done = true, .item = { .name = s->name, .script = s } };
	record_init(&to->item.record);
	own.record = &to->item.record;
	result = run_script(s, &own, worlds);
	take_end(&to->item.record, &result);
	to->exhausted = result.exhausted;
	run_result_free(&result);
	if (look_hook != NULL)
		look_hook(to, o);
}

void look_run_free(struct look_run *r)
{
	if (r->done)
		record_free(&r->item.record);
	r->done = false;
}

/* A card's link takes seconds: a TAP that is to be like it waits as long. */
struct run_options look_options(enum look_base b)
{
	struct run_options o;

	run_options_init(&o);
	if (b == BASE_PLAIN)
		return o;
	o.device = b == BASE_CARD ? DEVICE_IGB : DEVICE_TAP;
	o.later = b == BASE_TAP;
	o.cpus = 1;
	return o;
}

const struct look_run *look_base(struct look *l, enum look_base b)
{
	struct run_options o = look_options(b);

	if (!l->base[b].done)
		look_run(l->script, &o, l->worlds, &l->base[b]);
	return &l->base[b];
}

bool look_is_whole(const struct look_run *r)
{
	return r->item.record.verdict == RUN_PASSED && r->exhausted == 0;
}

/* --- comparing
 * ------------------------------------------------------------------------------------- */

static char *bytes_of(const struct record *r, size_t *len)
{
	char *bytes = NULL;
	FILE *to = must(open_memstream(&bytes, len));

	if (record_write(r, to) != 0 || fclose(to) != 0)
		abort();
	return bytes;
}

bool look_same(const struct look_run *a, const struct look_run *b)
{
	size_t len_a = 0, len_b = 0;
	char *bytes_a = bytes_of(&a->item.record, &len_a);
	char *bytes_b = bytes_of(&b->item.record, &len_b);
	bool same = len_a == len_b && memcmp(bytes_a, bytes_b, len_a) == 0;

	free(bytes_a);
	free(bytes_b);
	return same && a->exhausted == b->exhausted;
}

enum look_verdict look_found(struct look *l, const char *signature, const char *detail)
{
	const struct fuzz_look_info *info = &fuzz_looks[l->which];

	l->f->detector = info->detector;
	snprintf(l->f->signature, sizeof(l->f->signature), "%s: %.140s", info->name, signature);
	l->f->detail = must(strdup(detail));
	return LOOK_FOUND;
}

enum look_verdict look_unfound(struct look *l)
{
	free(l->f->detail);
	l->f->detail = NULL;
	return LOOK_INCONCLUSIVE;
}

static void print_statement(FILE *to, const struct script *s, u32 stmt)
{
	char text[STATEMENT_BYTES];

	if (stmt >= s->nr_stmts)
		return;
	script_print_stmt(s, &s->stmt[stmt], text, sizeof(text));
	fprintf(to, "  statement %u: %s\n", stmt + 1, text + strspn(text, " "));
}

/* The first ones, with their statements. */
static char *detail_of(const struct look *l, const struct differences *all)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));

	fprintf(to, "%s\n", fuzz_looks[l->which].what);
	for (u32 i = 0; i < all->nr && i < SHOWN; i++) {
		const struct difference *d = &all->d[i];

		fprintf(to, "%s: %s\n", difference_names[d->kind], d->what);
		print_statement(to, l->script, d->stmt);
		if (d->detail != NULL)
			fprintf(to, "%s\n", d->detail);
	}
	if (all->nr > SHOWN)
		fprintf(to, "and %u more differences\n", all->nr - SHOWN);
	fclose(to);
	return text;
}

enum look_verdict look_compare(struct look *l, const struct look_run *a, const struct look_run *b,
			       const struct compare_rules *rules, harmless_fn harmless)
{
	struct comparison c;
	char signature[SIGNATURE_BYTES], *detail;
	enum look_verdict verdict = LOOK_INCONCLUSIVE;

	if (!look_is_whole(a) || !look_is_whole(b))
		return verdict;
	c = compare_items(&a->item, &b->item, rules);
	if (c.verdict == COMPARE_EQUAL) {
		verdict = LOOK_HOLDS;
	} else if (c.verdict == COMPARE_DIFFERENT &&
		   (harmless == NULL || !harmless(a, b, &c.differences.d[0]))) {
		compare_signature(&c.differences.d[0], l->script, signature, sizeof(signature));
		detail = detail_of(l, &c.differences);
		verdict = look_found(l, signature, detail);
		free(detail);
	}
	comparison_free(&c);
	return verdict;
}

/* --- the looks
 * ------------------------------------------------------------------------------------- */

/* What is over soon behind the last statement is seen, and no tick falls on the end. */
static struct script *with_end(const struct script *s)
{
	struct script *c = look_copy(s);
	struct stmt *st = script_add_stmt(c, STMT_DIRECTIVE);

	st->directive.id = DIR_ADVANCE;
	st->directive.value[0] = LONGER_NS;
	return c;
}

/* Whatever else holds says more than a look that says nothing. */
enum look_verdict fuzz_look(const struct script *s, u32 looks, struct dut_worlds *worlds,
			    struct look_finding *f)
{
	struct script *longer = with_end(s);
	struct look l = { .script = longer, .worlds = worlds, .f = f };
	enum look_verdict all = looks == 0 ? LOOK_HOLDS : LOOK_INCONCLUSIVE;

	*f = (struct look_finding){ .detector = DETECTOR_MAX };
	for (u32 i = 0; i < LOOK_MAX && all != LOOK_FOUND; i++) {
		enum look_verdict v;

		if ((looks >> i & 1) == 0)
			continue;
		l.which = (enum fuzz_look)i;
		v = take_look[i](&l);
		if (v != LOOK_INCONCLUSIVE)
			all = v;
	}
	for (u32 i = 0; i < LOOK_BASES; i++)
		look_run_free(&l.base[i]);
	script_free(longer);
	return all;
}

static u32 find_look(const char *name, size_t len)
{
	for (u32 i = 0; i < LOOK_MAX; i++)
		if (strlen(fuzz_looks[i].name) == len && memcmp(fuzz_looks[i].name, name, len) == 0)
			return 1u << i;
	return 0;
}

bool fuzz_looks_parse(const char *text, u32 *looks)
{
	*looks = strcmp(text, "all") == 0 ? LOOKS_ALL : 0;
	if (*looks != 0 || strcmp(text, "none") == 0)
		return true;
	for (;; text++) {
		size_t len = strcspn(text, ",");
		u32 look = find_look(text, len);

		if (look == 0)
			return false;
		*looks |= look;
		text += len;
		if (*text == '\0')
			return true;
	}
}
