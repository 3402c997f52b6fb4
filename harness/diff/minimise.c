// SPDX-License-Identifier: MIT
/* minimise.c - rounds: what each step alone comes to is tested at once, then what those that help
 * come to together. The best is where the next round begins.
 *
 * What is taken must be less than what was there, by a measure that cannot fall for ever: pieces
 * (statements, where each command of a line counts), lines, nodes of the tree, length of the text,
 * sum of all numbers and times. No text is asked about twice.
 */
#include "harness/diff/minimise.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/minimise_internal.h"

enum {
	WIDE = 12,	   /* more pieces: they go first */
	STILL_MAX = 8,	   /* rounds of which only numbers and names become less */
	MEDIUM = 6,	   /* more: not all numbers at once */
	TOGETHER_MAX = 48, /* sets of steps that are tried beside the whole of them */
	MEASURES = 5,
	RAW_WEIGHT = 200 /* bytes say nothing to a reader */
};

struct measure {
	u64 of[MEASURES];
};

/* Something that may be shown. */
struct trial {
	struct script *script;
	struct measure measure;
	const struct step *step; /* alone; NULL: a set */
};

struct search {
	struct minimise *m;
	struct script *best;
	struct measure measure;
	u64 *seen; /* texts, by their hash */
	u32 nr_seen, seen_cap;
	struct trial *trial;
	u32 nr, cap;
	bool *shows;
	bool stopped;
};

/* --- measure -------------------------------------------------------------------------------------
 */
/* Text says more than a number, which says more than nothing. */
static const u8 weights[EXPR_KINDS] = {
	[EXPR_ANY] = 1,	  [EXPR_NULL] = 1,   [EXPR_NUMBER] = 2, [EXPR_SYMBOL] = 3,
	[EXPR_NAME] = 3,  [EXPR_STRING] = 3, [EXPR_HEX] = 4,	[EXPR_PATTERN] = 3,
	[EXPR_OR] = 1,	  [EXPR_LIST] = 1,   [EXPR_STRUCT] = 1, [EXPR_FIELD] = 1,
	[EXPR_APPLY] = 1, [EXPR_CHANGE] = 1, [EXPR_ADDR] = 2,	[EXPR_RANGE] = 1,
};

static u64 count_bits(u32 v)
{
	u64 n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

static u64 plus(u64 a, u64 b)
{
	return a + b < a ? U64_MAX : a + b;
}

static void measure_packet(const struct packet *p, struct measure *m)
{
	m->of[2] += count_bits(p->flags) + (p->kind == PACKET_RAW ? (u64)RAW_WEIGHT : 0);
	for (u32 i = 0; i < PACKET_NUMBERS; i++)
		m->of[4] = plus(m->of[4], packet_number_get(p, i));
	m->of[4] = plus(m->of[4], p->len);
}

static void measure_stmt(const struct stmt *st, struct measure *m)
{
	const bool said[] = { st->host != 0,	st->thread != 0,
			      st->process != 0, st->when.kind != WHEN_NONE,
			      st->when.blocks,	st->comment.len != 0 };

	for (u32 i = 0; i < ARRAY_SIZE(said); i++)
		m->of[2] += said[i];
	m->of[4] = plus(m->of[4], plus(st->when.from_ns, st->when.until_ns));
	if (st->kind == STMT_PACKET)
		measure_packet(&st->packet, m);
	for (u32 i = 0; st->kind == STMT_DIRECTIVE && i < DIRECTIVE_VALUES; i++)
		m->of[4] = plus(m->of[4], st->directive.value[i] >> 63 != 0
						  ? 0 - st->directive.value[i]
						  : st->directive.value[i]);
}

static void measure_exprs(const struct script *s, struct measure *m)
{
	for (u32 i = 1; i < s->nr_exprs; i++) {
		const struct expr *x = &s->expr[i];

		m->of[2] += weights[x->kind] + x->hex;
		m->of[4] = plus(m->of[4], plus(x->value, x->text.len));
	}
}

static void measure_names(const char *text, u32 len, struct measure *m)
{
	u32 at = 0, n, value;

	while ((n = text_next_addr(text, len, &at, &value)) != 0) {
		m->of[2] += !is_usual_addr(value);
		at += n;
	}
	at = 0;
	while ((n = text_next_port(text, len, &at, &value)) != 0) {
		m->of[2] += !is_usual_port(value);
		at += n;
	}
}

/* Of a script that was parsed: all its expressions are part of it. */
static struct measure measure_of(const struct script *s, const char *text, size_t len)
{
	struct pieces pieces = pieces_of(s);
	struct measure m = { { pieces.nr, s->nr_stmts } };

	for (size_t i = 0; i < len; i++)
		m.of[3] += text[i] != ' '; /* times are padded */
	for (u32 i = 0; i < s->nr_stmts; i++)
		measure_stmt(&s->stmt[i], &m);
	measure_exprs(s, &m);
	measure_names(text, (u32)len, &m);
	free(pieces.piece);
	return m;
}

static bool is_less(const struct measure *a, const struct measure *b)
{
	for (u32 i = 0; i < MEASURES; i++)
		if (a->of[i] != b->of[i])
			return a->of[i] < b->of[i];
	return false;
}

/* --- what was asked ------------------------------------------------------------------------------
 */
/* FNV-1a. Two texts of one hash are taken for one: the second is not tried. */
static u64 hash_of(const char *text, size_t len)
{
	u64 h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (u8)text[i]) * 1099511628211u;
	return h;
}

static bool note_seen(struct search *x, u64 hash)
{
	for (u32 i = 0; i < x->nr_seen; i++)
		if (x->seen[i] == hash)
			return false;
	if (x->nr_seen == x->seen_cap) {
		x->seen_cap = x->seen_cap * 2 + 1024;
		x->seen = realloc(x->seen, x->seen_cap * sizeof(*x->seen));
		assert(x->seen != NULL);
	}
	x->seen[x->nr_seen++] = hash;
	return true;
}

/* --- trials --------------------------------------------------------------------------------------
 */
static void clear_trials(struct search *x)
{
	for (u32 i = 0; i < x->nr; i++)
		script_free(x->trial[i].script);
	x->nr = 0;
}

/* Takes the script, if it is less than what there is and new. */
static bool add_trial(struct search *x, struct script *s, const struct step *step,
		      const struct measure *below)
{
	size_t len;
	char *text;
	struct trial t = { .script = s, .step = step };
	bool ok;

	if (s == NULL)
		return false;
	text = script_print(s, PRINT_COMMENTS, &len);
	t.measure = measure_of(s, text, len);
	ok = is_less(&t.measure, below) && note_seen(x, hash_of(text, len));
	free(text);
	if (!ok) {
		script_free(s);
		return false;
	}
	if (x->nr == x->cap) {
		x->cap = x->cap * 2 + 256;
		x->trial = realloc(x->trial, x->cap * sizeof(*x->trial));
		assert(x->trial != NULL);
	}
	x->trial[x->nr++] = t;
	return true;
}

static void test_batch(struct search *x, const struct script **list, u32 from, u32 n)
{
	struct minimise *m = x->m;

	if (m->rounds != 0 && m->tests >= m->rounds) {
		x->stopped = true;
		return;
	}
	for (u32 i = 0; i < n; i++)
		list[i] = x->trial[from + i].script;
	m->tests++;
	m->candidates += n;
	if (!m->test(m->ctx, list, n, x->shows + from)) {
		memset(x->shows + from, 0, n * sizeof(*x->shows));
		x->stopped = true;
	}
}

static void test_trials(struct search *x)
{
	const struct script **list = calloc(x->nr + 1u, sizeof(const void *));
	u32 batch = x->m->batch != 0 ? x->m->batch : x->nr;

	free(x->shows);
	x->shows = calloc(x->nr + 1u, sizeof(*x->shows));
	assert(list != NULL);
	assert(x->shows != NULL);
	for (u32 i = 0; i < x->nr && !x->stopped; i += batch)
		test_batch(x, list, i, min_u32(batch, x->nr - i));
	free(list);
}

/* The least that is shown becomes the best; the others stay what they are. */
static bool take_best(struct search *x)
{
	struct trial *least = NULL;

	for (u32 i = 0; i < x->nr; i++)
		if (x->shows[i] && is_less(&x->trial[i].measure, &x->measure) &&
		    (least == NULL || is_less(&x->trial[i].measure, &least->measure)))
			least = &x->trial[i];
	if (least == NULL)
		return false;
	script_free(x->best);
	x->best = least->script;
	x->measure = least->measure;
	least->script = NULL;
	return true;
}

/* --- several steps at once -----------------------------------------------------------------------
 */
struct good {
	const struct step **step; /* those that help, by how much */
	u32 nr;
};

static int by_measure(const void *a, const void *b)
{
	const struct trial *x = a, *y = b;

	if (is_less(&x->measure, &y->measure))
		return -1;
	if (is_less(&y->measure, &x->measure))
		return 1;
	return x->step < y->step ? -1 : 1;
}

static bool collides(const struct good *g, const struct step *step)
{
	for (u32 i = 0; i < g->nr; i++)
		if (steps_collide(g->step[i], step))
			return true;
	return false;
}

/* Steps that help alone, without those that add nothing to the ones before them. */
static struct good good_steps(const struct search *x, const struct script *base,
			      const struct pieces *pieces)
{
	struct good g = { NULL, 0 };
	struct trial *good = calloc(x->nr + 1u, sizeof(*good));
	struct measure last = { { U64_MAX, U64_MAX, U64_MAX, U64_MAX, U64_MAX } }, now;
	struct script *s;
	size_t len;
	char *text;
	u32 nr = 0;

	assert(good != NULL);
	for (u32 i = 0; i < x->nr; i++)
		if (x->shows[i])
			good[nr++] = x->trial[i];
	qsort(good, nr, sizeof(*good), by_measure);
	g.step = calloc(nr + 1u, sizeof(const void *));
	assert(g.step != NULL);
	for (u32 i = 0; i < nr; i++) {
		if (collides(&g, good[i].step))
			continue;
		g.step[g.nr] = good[i].step;
		s = steps_take(base, pieces, g.step, g.nr + 1);
		if (s == NULL)
			continue;
		text = script_print(s, PRINT_COMMENTS, &len);
		now = measure_of(s, text, len);
		if (is_less(&now, &last)) {
			last = now;
			g.nr++;
		}
		free(text);
		script_free(s);
	}
	free(good);
	return g;
}

/* All but those from `from` to `to`. */
static void add_without(struct search *x, const struct script *base, const struct pieces *pieces,
			const struct good *g, u32 from, u32 to)
{
	const struct step **set = calloc(g->nr + 1u, sizeof(const void *));
	u32 n = 0;

	assert(set != NULL);
	for (u32 i = 0; i < g->nr; i++)
		if (i < from || i >= to)
			set[n++] = g->step[i];
	add_trial(x, steps_take(base, pieces, set, n), NULL, &x->measure);
	free(set);
}

/* All of them; if they do not go together, their beginnings, all but one, all but a part. */
static void add_sets(struct search *x, const struct script *base, const struct pieces *pieces,
		     const struct good *g)
{
	u32 stride = g->nr / TOGETHER_MAX + 1;

	add_without(x, base, pieces, g, g->nr, g->nr);
	for (u32 i = 1; i < g->nr; i += stride)
		add_without(x, base, pieces, g, i, g->nr);
	for (u32 i = 0; i < g->nr; i += stride)
		add_without(x, base, pieces, g, i, i + stride);
	for (u32 size = g->nr / 2; size > stride; size /= 2)
		for (u32 i = 0; i < g->nr; i += size)
			add_without(x, base, pieces, g, i, i + size);
}

static struct script *same_script(const struct script *s)
{
	struct script_error err;
	size_t len;
	char *text = script_print(s, PRINT_COMMENTS, &len);
	struct script *same = script_parse(s->name, text, len, &err);

	assert(same != NULL);
	free(text);
	return same;
}

/* --- rounds --------------------------------------------------------------------------------------
 */
/* The base stays until the end, since steps are about it. */
static void try_together(struct search *x, const struct script *base, const struct pieces *pieces)
{
	struct good g = good_steps(x, base, pieces);

	clear_trials(x);
	if (g.nr > 1 && !x->stopped) {
		add_sets(x, base, pieces, &g);
		if (x->nr != 0) {
			test_trials(x);
			take_best(x);
		}
		clear_trials(x);
	}
	free(g.step);
}

/* False: no step helps. */
static bool round_of(struct search *x, enum find_level level)
{
	struct script *base = same_script(x->best);
	struct pieces pieces = pieces_of(base);
	struct steps steps = steps_find(base, &pieces, level);
	struct measure before = x->measure;
	bool helped = false;

	for (u32 i = 0; i < steps.nr; i++) {
		const struct step *step = &steps.step[i];

		add_trial(x, steps_take(base, &pieces, &step, 1), step, &before);
	}
	if (x->nr != 0) {
		test_trials(x);
		helped = take_best(x);
	}
	if (helped)
		try_together(x, base, &pieces);
	clear_trials(x);
	script_free(base);
	free(pieces.piece);
	free(steps.step);
	return helped;
}

static enum find_level level_of(const struct search *x)
{
	if (x->measure.of[0] > WIDE)
		return FIND_PIECES;
	return x->measure.of[0] > MEDIUM ? FIND_COARSE : FIND_ALL;
}

/* What a reader sees first: pieces, lines, nodes. */
static bool is_still(const struct measure *a, const struct measure *b)
{
	return a->of[0] == b->of[0] && a->of[1] == b->of[1] && a->of[2] == b->of[2];
}

struct script *minimise_script(struct minimise *m, const struct script *s)
{
	struct search x = { .m = m, .best = same_script(s) };
	enum find_level least = FIND_PIECES, level;
	struct measure before;
	u32 still = 0;
	size_t len;
	char *text = script_print(x.best, PRINT_COMMENTS, &len);

	x.measure = measure_of(x.best, text, len);
	note_seen(&x, hash_of(text, len));
	free(text);
	m->tests = m->candidates = 0;
	while (!x.stopped && still < STILL_MAX) {
		level = level_of(&x) > least ? level_of(&x) : least;
		before = x.measure;
		if (round_of(&x, level)) {
			still = is_still(&before, &x.measure) ? still + 1 : 0;
			continue;
		}
		if (level == FIND_ALL)
			break;
		least = (enum find_level)(level + 1);
	}
	free(x.seen);
	free(x.trial);
	free(x.shows);
	return x.best;
}
