// SPDX-License-Identifier: MIT
/* decode.c - the binary form of binary.h into a script that the parser could have made. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/binary.h"

static bool is_head(const struct stmt *st)
{
	return st->kind == STMT_HEADER || st->kind == STMT_OPTION;
}

/* Headers and options stand before everything else, wherever the bytes have them. */
static void put_first(struct script *s, u32 nr_heads)
{
	struct stmt *heads;
	u32 n = 0, at = s->nr_stmts;

	while (n < s->nr_stmts && is_head(&s->stmt[n]))
		n++;
	if (n == nr_heads)
		return;
	heads = calloc(nr_heads, sizeof(*heads));
	assert(heads != NULL);
	n = nr_heads;
	/* From the end: what is no head moves up behind them all. */
	for (u32 i = s->nr_stmts; i-- != 0;) {
		if (is_head(&s->stmt[i]))
			heads[--n] = s->stmt[i];
		else
			s->stmt[--at] = s->stmt[i];
	}
	assert(n == 0);
	assert(at == nr_heads);
	memcpy(s->stmt, heads, nr_heads * sizeof(*heads));
	free(heads);
}

static u32 count_heads(const struct script *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		n += is_head(&s->stmt[i]);
	return n;
}

void script_decode_into(struct script *s, const u8 *bytes, size_t len, const struct script_take *t)
{
	struct binary b = { .s = s, .in = bytes };
	u32 heads = count_heads(s), kept = 0;

	b.in_len = len < SCRIPT_BYTES ? len : SCRIPT_BYTES;
	while (b.at < b.in_len && (t == NULL || kept < t->most)) {
		struct script_mark before = { 0, s->nr_stmts, s->nr_exprs, s->text_len };
		size_t from = b.at;
		struct stmt *st;

		if (bytes[b.at] == BINARY_END) {
			b.at++;
			continue;
		}
		st = script_add_stmt(s, 0);
		binary_stmt(&b, st); /* which adds no statement: this one stays where it is */
		assert(b.at > from);
		if (b.at < b.in_len && bytes[b.at] == BINARY_END)
			b.at++;
		if (t != NULL && t->keeps != NULL && !t->keeps(t->ctx, s, st)) {
			s->nr_stmts = before.stmts;
			s->nr_exprs = before.exprs;
			s->text_len = before.text_len;
			continue;
		}
		kept++;
		heads += is_head(st);
	}
	put_first(s, heads);
}

struct script *script_decode(const char *name, const u8 *bytes, size_t len)
{
	struct script *s = script_new(name);

	script_decode_into(s, bytes, len, NULL);
	return s;
}

struct script_mark script_mark(const struct script *s)
{
	return (struct script_mark){ count_heads(s), s->nr_stmts, s->nr_exprs, s->text_len };
}

void script_cut(struct script *s, struct script_mark to)
{
	u32 heads = count_heads(s);

	assert(heads >= to.heads);
	assert(s->nr_stmts >= to.stmts);
	/* The heads that came later stand between those of then and the rest. */
	if (heads != to.heads)
		memmove(&s->stmt[to.heads], &s->stmt[heads],
			(to.stmts - to.heads) * sizeof(s->stmt[0]));
	s->nr_stmts = to.stmts;
	s->nr_exprs = to.exprs;
	s->text_len = to.text_len;
}
