// SPDX-License-Identifier: MIT
/* oracle_change.c - programs that are changed a little for a second look: copies, statements put
 * in, times moved; and records of such programs, told as those of the program itself.
 */
#include "harness/fuzz/oracle_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
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

/* Statements that came in are left out, and those behind them have the numbers that they had. */
void look_forget(struct record *r, u32 at, u32 n)
{
	u32 kept = 0;

	for (u32 i = 0; i < r->nr; i++) {
		struct record_event e = r->event[i];
		bool own = e.stmt < at || e.stmt >= at + n;

		if (!own && (e.kind == RECORD_STMT || e.kind == RECORD_RETURN))
			continue;
		if (e.stmt >= at)
			e.stmt = own ? e.stmt - n : at;
		r->event[kept++] = e;
	}
	r->nr = kept;
}

/* Time 0 is behind the commands at the beginning that have no time. */
static bool is_opening(const struct script *s, u32 stmt)
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

		if (!look_is_event(st) || is_opening(s, i) ||
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
