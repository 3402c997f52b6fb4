// SPDX-License-Identifier: MIT
/* mutate_tree.c - see mutate_internal.h: statements copied, put in and taken out; places of
 * arguments.
 */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/check.h"

/* --- copies
 * ----------------------------------------------------------------------------------------
 */
static struct text copy_text(struct script *to, const struct script *from, struct text t)
{
	char bytes[256];

	if (t.len == 0 || to == from)
		return t;
	if (t.len > sizeof(bytes))
		return script_add_text(to, from->text + t.at, t.len);
	memcpy(bytes, from->text + t.at, t.len);
	return script_add_text(to, bytes, t.len);
}

u32 mutate_copy_chain(struct script *to, const struct script *from,
		      u32 e) // NOLINT(misc-no-recursion)
{
	u32 first = 0, last = 0;

	for (; e != 0; e = from->expr[e].next) {
		struct expr x = from->expr[e];
		u32 below = mutate_copy_chain(to, from, x.first), copy;

		x.text = copy_text(to, from, x.text);
		copy = script_add_expr(to, (enum expr_kind)x.kind);
		x.first = below;
		x.next = 0;
		to->expr[copy] = x;
		if (first == 0)
			first = copy;
		else
			to->expr[last].next = copy;
		last = copy;
	}
	return first;
}

static void copy_packet(struct script *to, const struct script *from, struct packet *p)
{
	p->stock_attrs = mutate_copy_chain(to, from, p->stock_attrs);
	p->attrs = mutate_copy_chain(to, from, p->attrs);
	p->encaps = mutate_copy_chain(to, from, p->encaps);
	p->options = mutate_copy_chain(to, from, p->options);
	p->payload = mutate_copy_chain(to, from, p->payload);
}

struct stmt mutate_copy_stmt(struct script *to, const struct script *from, const struct stmt *st)
{
	struct stmt copy = *st;

	copy.comment = (struct text){ 0, 0 };
	switch (copy.kind) {
	case STMT_CALL:
		copy.call.args = mutate_copy_chain(to, from, copy.call.args);
		copy.call.result = mutate_copy_chain(to, from, copy.call.result);
		copy.call.note = copy_text(to, from, copy.call.note);
		break;
	case STMT_PACKET:
		copy_packet(to, from, &copy.packet);
		break;
	case STMT_DIRECTIVE:
		copy.directive.name = copy_text(to, from, copy.directive.name);
		break;
	case STMT_HEADER:
	case STMT_OPTION:
		copy.pair.key = copy_text(to, from, copy.pair.key);
		copy.pair.value = copy_text(to, from, copy.pair.value);
		break;
	default:
		copy.text = copy_text(to, from, copy.text);
	}
	return copy;
}

/* --- statements
 * ------------------------------------------------------------------------------------
 */
struct stmt *mutate_open_at(struct mutator *m, u32 at, u32 n)
{
	u32 behind = m->s->nr_stmts - at;

	assert(at <= m->s->nr_stmts);
	for (u32 i = 0; i < n; i++)
		(void)script_add_stmt(m->s, STMT_COMMENT);
	memmove(&m->s->stmt[at + n], &m->s->stmt[at], behind * sizeof(m->s->stmt[0]));
	memset(&m->s->stmt[at], 0, n * sizeof(m->s->stmt[0]));
	return &m->s->stmt[at];
}

void mutate_take_out(struct script *s, u32 at, u32 n)
{
	assert(at + n <= s->nr_stmts);
	memmove(&s->stmt[at], &s->stmt[at + n], (s->nr_stmts - at - n) * sizeof(s->stmt[0]));
	s->nr_stmts -= n;
}

u32 mutate_first(const struct mutator *m)
{
	u32 i = 0;

	while (i < m->s->nr_stmts && m->s->stmt[i].kind == STMT_OPTION)
		i++;
	return i;
}

u32 mutate_gap(struct mutator *m)
{
	return mutate_between(m, mutate_first(m), m->s->nr_stmts);
}

u32 mutate_find(struct mutator *m, bool (*fits)(struct mutator *m, const struct stmt *st))
{
	u32 found = NOWHERE, n = 0;

	for (u32 i = mutate_first(m); i < m->s->nr_stmts; i++) {
		if (fits != NULL && !fits(m, &m->s->stmt[i]))
			continue;
		n++;
		if (mutate_one_in(m, n))
			found = i;
	}
	if (found != NOWHERE)
		m->s->stmt[found].column = 0; /* who looks for it is going to change it */
	return found;
}

bool mutate_is_call(struct mutator *m, const struct stmt *st)
{
	(void)m;
	return st->kind == STMT_CALL;
}

bool mutate_is_frame(struct mutator *m, const struct stmt *st)
{
	(void)m;
	return st->kind == STMT_PACKET && st->packet.incoming;
}

bool mutate_keeps(struct mutator *m, const struct stmt *st)
{
	return m->scope == NULL || m->scope->keeps(m->s, st);
}

/* --- from another script
 * --------------------------------------------------------------------------- Whose objects are
 * made by what comes along get an object here, the others stand for whatever is open there.
 */
enum { TAKEN = 64 };
struct taken {
	u32 from[TAKEN], to[TAKEN], nr;
	const struct stmt *st;
};

static u32 object_here(struct mutator *m, struct taken *t, u32 object)
{
	u32 open;

	if (object == OBJECT_KEEP || object == OBJECT_NONE)
		return object;
	for (u32 i = 0; i < t->nr; i++)
		if (t->from[i] == object)
			return t->to[i];
	open = mutate_open_object(m, t->st, OBJECT_UDP);
	if (open == OBJECT_NONE)
		return OBJECT_ANY;
	if (t->nr < TAKEN) {
		t->from[t->nr] = object;
		t->to[t->nr] = open;
		t->nr++;
	}
	return open;
}

static void fd_here(struct mutator *m, struct expr *x, const void *ctx)
{
	x->line = object_here(m, *(struct taken *const *)ctx, x->line);
}

static void stands_for(struct taken *t, u32 from, u32 to)
{
	if (t->nr == TAKEN)
		return;
	t->from[t->nr] = from;
	t->to[t->nr] = to;
	t->nr++;
}

static void maker_here(struct mutator *m, struct taken *t, struct stmt *st)
{
	bool two = mutate_makes_two(m->s, st);
	u32 object;

	if (st->line == OBJECT_NONE)
		return;
	object = two ? mutate_new_pair(m, st->host)
		     : mutate_new_object(m, &(struct object){ .host = st->host });
	stands_for(t, st->line, object);
	if (two && object != OBJECT_NONE)
		stands_for(t, st->line + 1, object + 1);
	st->line = object;
}

void mutate_take_in(struct mutator *m, u32 at, const struct script *from, u32 first, u32 n)
{
	struct taken t = { .nr = 0 }, *ctx = &t;

	mutate_descriptors_at(m, at);
	(void)mutate_open_at(m, at, n);
	for (u32 i = 0; i < n; i++) {
		struct stmt st = mutate_copy_stmt(m->s, from, &from->stmt[first + i]);

		t.st = &st;
		st.column = 0;
		if (st.kind == STMT_CALL) {
			mutate_each_fd(m, m->s, &st, fd_here, &ctx);
			maker_here(m, &t, &st);
		}
		m->s->stmt[at + i] = st;
	}
	m->words_known = false;
}

/* --- places of arguments
 * ---------------------------------------------------------------------------
 */
static void visit(struct mutator *m, u32 e, u8 type, u32 owner, u32 count);

static void add_spot(struct mutator *m, u32 e, u8 type, u32 owner, u32 count)
{
	bool counts = type == TYPE_SIZE || type == TYPE_ADDRLEN || type == TYPE_LEN_INSIDE;

	if (m->nr_spots < MUTATE_SPOTS)
		m->spot[m->nr_spots++] = (struct spot){ e, owner, count, type, counts };
}

// NOLINTNEXTLINE(misc-no-recursion)
static void visit_struct(struct mutator *m, u32 e, enum struct_type of)
{
	const struct field_info *rows, *row;
	u32 n = script_struct_fields(of, &rows), f = m->s->expr[e].first, i = 0, below;

	if ((rows->flags & FIELD_POSITION) != 0) {
		for (; f != 0 && i < n; f = m->s->expr[f].next, i++)
			visit(m, f, rows[i].type, 0, 0);
		return;
	}
	for (; f != 0; f = m->s->expr[f].next) {
		row = script_field_of(of, m->s->expr[f].symbol);
		below = m->s->expr[f].first;
		add_spot(m, f, TYPE_NONE, e, 0);
		if (row == NULL || below == 0)
			continue;
		if ((row->flags & FIELD_COUNTED) == 0) {
			visit(m, below, row->type, 0, 0);
			continue;
		}
		visit(m, below, TYPE_ADDRLEN, 0, 0);
		visit(m, m->s->expr[below].next, row->type, 0, below);
	}
}

// NOLINTNEXTLINE(misc-no-recursion)
static void visit_list(struct mutator *m, u32 e, u8 of, u32 owner, u32 count)
{
	u32 first = m->s->expr[e].first;

	if (first == 0 || of == TYPE_NONE)
		return;
	if (m->s->expr[first].kind == EXPR_CHANGE) {
		visit(m, m->s->expr[first].first, of, 0, 0);
		return;
	}
	if (m->s->expr[first].kind == EXPR_ANY)
		return;
	for (u32 i = first; i != 0; i = m->s->expr[i].next)
		visit(m, i, of, owner, count);
}

// NOLINTNEXTLINE(misc-no-recursion)
static void visit(struct mutator *m, u32 e, u8 type, u32 owner, u32 count)
{
	const struct arg_type_info *t = &script_types[type];
	bool many = (t->forms & FORM_LIST) != 0; /* else there is exactly one */

	if (e == 0)
		return;
	add_spot(m, e, type, owner, count);
	if (m->s->expr[e].kind == EXPR_LIST)
		visit_list(m, e, t->of_type, many ? e : 0, many ? count : 0);
	else if (m->s->expr[e].kind == EXPR_STRUCT)
		visit_struct(m, e, t->of_struct);
}

void mutate_spots(struct mutator *m, const struct stmt *st)
{
	const struct call_info *c = &script_calls[st->call.call];
	u32 e = st->call.args;

	m->nr_spots = 0;
	for (u32 i = 0; e != 0 && i < c->nr_args; i++, e = m->s->expr[e].next) {
		bool listed = i + 1 < c->nr_args && c->arg[i + 1] == TYPE_SIZE;

		visit(m, e, c->arg[i], 0, listed ? m->s->expr[e].next : 0);
	}
}

const struct spot *mutate_spot(struct mutator *m,
			       bool (*fits)(struct mutator *m, const struct spot *spot))
{
	const struct spot *found = NULL;
	u32 n = 0;

	for (u32 i = 0; i < m->nr_spots; i++) {
		if (fits != NULL && !fits(m, &m->spot[i]))
			continue;
		n++;
		if (mutate_one_in(m, n))
			found = &m->spot[i];
	}
	return found;
}

const struct spot *mutate_any_spot(struct mutator *m, u32 *at,
				   bool (*fits)(struct mutator *m, const struct spot *spot))
{
	enum { CALLS = 4 };

	for (u32 i = 0; i < CALLS; i++) {
		const struct spot *spot;

		*at = mutate_find(m, mutate_is_call);
		if (*at == NOWHERE)
			return NULL;
		mutate_spots(m, &m->s->stmt[*at]);
		spot = mutate_spot(m, fits);
		if (spot != NULL)
			return spot;
	}
	return NULL;
}

struct expr *mutate_expr(struct mutator *m, u32 e)
{
	assert(e != 0);
	assert(e < m->s->nr_exprs);
	return &m->s->expr[e];
}

u32 mutate_arg(const struct script *s, const struct stmt *st, u32 n)
{
	u32 e = st->call.args;

	while (e != 0 && n-- != 0)
		e = s->expr[e].next;
	return e;
}

u32 mutate_new_number(struct mutator *m, u64 value)
{
	u32 e = script_add_expr(m->s, EXPR_NUMBER);

	m->s->expr[e].value = value;
	return e;
}

u32 mutate_new_text(struct mutator *m, enum expr_kind kind, const void *bytes, u32 len)
{
	u32 e = script_add_expr(m->s, kind);
	struct text t = script_add_text(m->s, bytes, len);

	m->s->expr[e].text = t;
	return e;
}

/* In its place, with what follows it. */
void mutate_set_number(struct expr *x, u64 value)
{
	*x = (struct expr){ .kind = EXPR_NUMBER, .value = value, .next = x->next };
}
