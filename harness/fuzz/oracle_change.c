// SPDX-License-Identifier: MIT
/* oracle_change.c - programs that are changed a little for a second look: copies, statements put
 * in, times moved; and records of such programs, told as those of the program itself.
 */
#include "harness/fuzz/oracle_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/must.h"

static void *copy_of(const void *from, size_t bytes)
{
	void *to = must(malloc(bytes + 1));

	memcpy(to, from, bytes);
	return to;
}

struct script *look_copy(const struct script *s)
{
	struct script *c = must(calloc(1, sizeof(*c)));

	*c = *s;
	c->name = must(strdup(s->name));
	c->text = s->text != NULL ? copy_of(s->text, s->text_len) : NULL;
	c->text_cap = s->text_len;
	c->expr = copy_of(s->expr, s->nr_exprs * sizeof(*s->expr));
	c->expr_cap = s->nr_exprs;
	c->stmt = s->stmt != NULL ? copy_of(s->stmt, s->nr_stmts * sizeof(*s->stmt)) : NULL;
	c->stmt_cap = s->nr_stmts;
	return c;
}

bool look_is_event(const struct stmt *st)
{
	return st->kind == STMT_CALL || st->kind == STMT_COMMAND || st->kind == STMT_DIRECTIVE ||
	       st->kind == STMT_PACKET;
}

/* Where the first statement stands that is none of headers and options. */
u32 look_head(const struct script *s)
{
	u32 i = 0;

	while (i < s->nr_stmts && !look_is_event(&s->stmt[i]) && s->stmt[i].kind != STMT_PYTHON)
		i++;
	return i;
}

struct stmt *look_insert(struct script *s, u32 at, enum stmt_kind kind)
{
	struct stmt *st = script_add_stmt(s, kind);
	struct stmt made = *st;

	memmove(&s->stmt[at + 1], &s->stmt[at], (s->nr_stmts - 1 - at) * sizeof(*s->stmt));
	s->stmt[at] = made;
	return &s->stmt[at];
}

void look_insert_command(struct script *s, u32 at, u32 host, const char *text)
{
	struct text t = script_add_text(s, text, (u32)strlen(text));
	struct stmt *st = look_insert(s, at, STMT_COMMAND);

	st->host = (u8)host;
	st->text = t;
}

void look_forget(struct record *r, const bool *extra)
{
	u32 kept = 0;

	for (u32 i = 0; i < r->nr; i++) {
		struct record_event e = r->event[i];
		u32 before = 0;

		if (extra[e.stmt] && (e.kind == RECORD_STMT || e.kind == RECORD_RETURN))
			continue;
		for (u32 s = 0; s < e.stmt; s++)
			before += extra[s];
		e.stmt -= before;
		r->event[kept++] = e;
	}
	r->nr = kept;
}

bool look_is_opening(const struct script *s, u32 stmt)
{
	for (u32 i = 0; i <= stmt; i++)
		if (look_is_event(&s->stmt[i]) &&
		    (s->stmt[i].kind != STMT_COMMAND || s->stmt[i].when.kind != WHEN_NONE))
			return false;
	return true;
}

static u64 moved(u64 ns, s64 by)
{
	if (by >= 0)
		return ns + (u64)by;
	return ns > (u64)-by ? ns - (u64)-by : ns;
}

/* Each statement is so much further from the one before, or nearer to it where there is a time
 * between them. What is expected has no time of its own: a record passes over it, but its time
 * counts.
 */
void look_drift(struct script *s, s64 step_ns)
{
	s64 total = 0;

	for (u32 i = 0; i < s->nr_stmts; i++) {
		struct stmt *st = &s->stmt[i];
		struct when *w = &st->when;
		bool absolute = w->kind == WHEN_ABS || w->kind == WHEN_ABS_RANGE;

		if (!look_is_event(st) || look_is_opening(s, i) ||
		    (st->kind == STMT_PACKET && !st->packet.incoming))
			continue;
		total += step_ns;
		if (st->kind == STMT_DIRECTIVE && st->directive.id == DIR_ADVANCE && step_ns < 0)
			st->directive.value[0] = moved(st->directive.value[0], step_ns);
		if (w->kind == WHEN_NONE && step_ns > 0)
			w->kind = WHEN_REL;
		w->from_ns = moved(w->from_ns, absolute && step_ns > 0 ? total : step_ns);
		w->until_ns = moved(w->until_ns, absolute && step_ns > 0 ? total : step_ns);
	}
}

static u32 shifted(u32 expr, u32 by)
{
	return expr != 0 ? expr + by : 0;
}

/* Calls and commands of another script, to be put in by look_insert_from(). */
struct look_part look_take(struct script *s, const struct script *from)
{
	struct look_part part = { .from = from, .exprs = s->nr_exprs - 1, .text = s->text_len };

	if (from->text_len != 0)
		(void)script_add_text(s, from->text, from->text_len);
	for (u32 i = 1; i < from->nr_exprs; i++) {
		u32 at = script_add_expr(s, (enum expr_kind)from->expr[i].kind);
		struct expr *e = &s->expr[at];

		*e = from->expr[i];
		e->first = shifted(e->first, part.exprs);
		e->next = shifted(e->next, part.exprs);
		e->text.at += part.text;
	}
	return part;
}

struct stmt *look_insert_from(struct script *s, u32 at, const struct look_part *part, u32 n)
{
	struct stmt *st = look_insert(s, at, (enum stmt_kind)part->from->stmt[n].kind);

	*st = part->from->stmt[n];
	st->comment.at += part->text;
	if (st->kind == STMT_COMMAND) {
		st->text.at += part->text;
		return st;
	}
	assert(st->kind == STMT_CALL);
	st->call.args = shifted(st->call.args, part->exprs);
	st->call.result = shifted(st->call.result, part->exprs);
	st->call.note.at += part->text;
	return st;
}
