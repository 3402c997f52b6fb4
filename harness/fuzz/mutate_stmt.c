// SPDX-License-Identifier: MIT
/* mutate_stmt.c - see mutate.def: operations on statements: put in, taken out, moved, done again.
 */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/check.h"

enum { FEW = 6, STRETCH = 8, RANDOM_BYTES = 48, TIMES = 6 };

/* --- put in
 * ----------------------------------------------------------------------------------------
 */
static bool take_one(struct mutator *m, u32 at, const u32 *of, u32 nr)
{
	if (nr == 0)
		return false;
	mutate_take_in(m, at, mutate_bank(m)->s, of[mutate_below(m, nr)], 1);
	return true;
}

bool op_insert(struct mutator *m)
{
	const struct bank *b = mutate_bank(m);

	return take_one(m, mutate_gap(m), b->kept, b->nr_kept);
}

/* A stretch of one of a bank's programs; most: of how many statements. */
static bool take_stretch(struct mutator *m, const struct bank *b, u32 most)
{
	u32 program, first, end, n;

	if (b->nr == 0)
		return false;
	program = mutate_below(m, b->nr);
	first = mutate_between(m, b->begin[program], b->begin[program + 1] - 1);
	end = b->begin[program + 1];
	if (most == 0) {
		first = b->begin[program];
		n = end - first;
	} else {
		n = mutate_between(m, 1, min_u32(most, end - first));
	}
	mutate_take_in(m, mutate_gap(m), b->s, first, n);
	return true;
}

bool op_insert_some(struct mutator *m)
{
	return take_stretch(m, mutate_bank(m), FEW);
}

bool op_insert_chain(struct mutator *m)
{
	return take_stretch(m, mutate_chains(m), 0);
}

bool op_insert_config(struct mutator *m)
{
	const struct bank *b = mutate_bank(m);

	return take_one(m, mutate_gap(m), b->of[STMT_COMMAND], b->nr_of[STMT_COMMAND]);
}

bool op_insert_frame(struct mutator *m)
{
	const struct bank *b = mutate_bank(m);
	u32 at = mutate_gap(m);

	if (!take_one(m, at, b->of[STMT_PACKET], b->nr_of[STMT_PACKET]))
		return false;
	mutate_match(m, &m->s->stmt[at]);
	return true;
}

static void any_fd(struct mutator *m, struct expr *x, const void *ctx)
{
	(void)m;
	(void)ctx;
	x->line = OBJECT_ANY;
}

bool op_insert_random(struct mutator *m)
{
	u8 bytes[RANDOM_BYTES];
	struct binary b = { .s = m->s, .in = bytes, .in_len = sizeof(bytes) };
	struct stmt st = { 0 };
	u32 at = mutate_gap(m);

	for (u32 i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)rng_u64(&m->rng);
	binary_stmt(&b, &st);
	if (st.kind == STMT_OPTION || st.kind == STMT_HEADER || st.kind == STMT_PYTHON ||
	    st.when.kind == WHEN_ABS || !mutate_keeps(m, &st))
		return false;
	st.line = OBJECT_NONE;
	if (st.kind == STMT_CALL)
		mutate_each_fd(m, m->s, &st, any_fd, NULL);
	*mutate_open_at(m, at, 1) = st;
	m->words_known = false;
	return true;
}

/* --- taken out
 * -------------------------------------------------------------------------------------
 */
bool op_remove(struct mutator *m)
{
	u32 at = mutate_find(m, NULL);

	if (at == NOWHERE)
		return false;
	mutate_take_out(m->s, at, 1);
	return true;
}

/* A stretch of the program itself; false: it is empty. */
static bool own_stretch(struct mutator *m, u32 most, u32 *first, u32 *n)
{
	*first = mutate_find(m, NULL);
	if (*first == NOWHERE)
		return false;
	*n = mutate_between(m, 1, min_u32(most, m->s->nr_stmts - *first));
	return true;
}

bool op_remove_some(struct mutator *m)
{
	u32 first, n;

	if (!own_stretch(m, U32_MAX, &first, &n) || n == 1)
		return false;
	mutate_take_out(m->s, first, n);
	return true;
}

/* --- moved
 * -----------------------------------------------------------------------------------------
 */
static void move(struct mutator *m, u32 from, u32 to)
{
	struct stmt st = m->s->stmt[from];

	mutate_take_out(m->s, from, 1);
	*mutate_open_at(m, to, 1) = st;
}

bool op_move(struct mutator *m)
{
	u32 from = mutate_find(m, NULL), to = mutate_find(m, NULL);

	if (from == to || from == NOWHERE)
		return false;
	move(m, from, to);
	return true;
}

bool op_swap(struct mutator *m)
{
	u32 at = mutate_find(m, NULL);

	if (at == NOWHERE || at + 1 >= m->s->nr_stmts)
		return false;
	move(m, at, at + 1);
	return true;
}

/* --- again
 * -----------------------------------------------------------------------------------------
 */
static void again(struct mutator *m, u32 first, u32 n, u32 to)
{
	u32 from = to <= first ? first + n : first;

	(void)mutate_open_at(m, to, n);
	for (u32 i = 0; i < n; i++) {
		/* Where it was split, the rest of it lies behind what was opened. */
		u32 at = to > first && from + i >= to ? from + i + n : from + i;
		struct stmt st = mutate_copy_stmt(m->s, m->s, &m->s->stmt[at]);

		if (st.kind == STMT_CALL)
			st.line = OBJECT_NONE;
		m->s->stmt[to + i] = st;
	}
}

bool op_duplicate(struct mutator *m)
{
	u32 at = mutate_find(m, NULL);

	if (at == NOWHERE)
		return false;
	again(m, at, 1, mutate_one_in(m, 2) ? at + 1 : mutate_between(m, at, m->s->nr_stmts));
	return true;
}

bool op_repeat(struct mutator *m)
{
	u32 first, n, times;

	if (!own_stretch(m, STRETCH, &first, &n))
		return false;
	times = mutate_between(m, 1, TIMES);
	for (u32 i = 0; i < times; i++)
		again(m, first, n, first + n);
	return true;
}

bool op_replace(struct mutator *m)
{
	const struct bank *b = mutate_bank(m);
	u32 at = mutate_find(m, NULL);

	if (at == NOWHERE || b->nr_kept == 0)
		return false;
	mutate_take_out(m->s, at, 1);
	return take_one(m, at, b->kept, b->nr_kept);
}

/* --- of another input
 * ------------------------------------------------------------------------------
 */
/* Names its descriptors, as if it were alone behind the opening. */
static struct script *named_other(struct mutator *m)
{
	struct script *other = mutate_other(m);
	u32 nr = m->nr_objects;

	if (other == NULL)
		return NULL;
	m->now = m->opened;
	(void)mutate_name_descriptors(m, other, 0, other->nr_stmts);
	m->nr_objects = nr;
	return other;
}

static u32 first_of(const struct script *s)
{
	u32 i = 0;

	while (i < s->nr_stmts && s->stmt[i].kind == STMT_OPTION)
		i++;
	return i;
}

bool op_splice(struct mutator *m)
{
	const struct script *other = named_other(m);
	u32 first;

	if (other == NULL || first_of(other) == other->nr_stmts)
		return false;
	first = mutate_between(m, first_of(other), other->nr_stmts - 1);
	mutate_take_in(m, mutate_gap(m), other, first,
		       mutate_between(m, 1, other->nr_stmts - first));
	return true;
}

bool op_cross(struct mutator *m)
{
	const struct script *other = named_other(m);
	u32 at, from, n;

	if (other == NULL || first_of(other) == other->nr_stmts)
		return false;
	at = mutate_first(m) == m->s->nr_stmts
		     ? m->s->nr_stmts
		     : mutate_between(m, mutate_first(m) + 1, m->s->nr_stmts);
	from = mutate_between(m, first_of(other), other->nr_stmts - 1);
	n = other->nr_stmts - from;
	m->s->nr_stmts = at;
	mutate_take_in(m, at, other, from, n);
	return true;
}
