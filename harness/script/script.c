// SPDX-License-Identifier: MIT
/* script.c - a script in memory: building one, and whether two are the same program. */
#include "harness/script/script.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

struct script *script_new(const char *name)
{
	struct script *s = calloc(1, sizeof(*s));

	assert(s != NULL);
	s->name = strdup(name);
	assert(s->name != NULL);
	s->expr_cap = 64;
	s->expr = calloc(s->expr_cap, sizeof(*s->expr));
	assert(s->expr != NULL);
	s->nr_exprs = 1; /* expr[0] stands for none */
	return s;
}

void script_free(struct script *s)
{
	if (s == NULL)
		return;
	free(s->name);
	free(s->text);
	free(s->expr);
	free(s->stmt);
	free(s);
}

/* Room for one more of what an array holds; the array, perhaps elsewhere. */
static void *grow(void *array, u32 *cap, u32 needed, size_t size)
{
	u64 more = (u64)*cap * 2 > needed ? (u64)*cap * 2 : (u64)needed + 16;

	if (needed <= *cap)
		return array;
	assert(more < U32_MAX);
	array = realloc(array, (size_t)more * size);
	assert(array != NULL);
	*cap = (u32)more;
	return array;
}

struct text script_add_text(struct script *s, const void *bytes, u32 len)
{
	struct text t = { s->text_len, len };

	if (len == 0)
		return (struct text){ 0, 0 };
	assert(len <= U32_MAX - s->text_len);
	s->text = grow(s->text, &s->text_cap, s->text_len + len, 1);
	memcpy(s->text + t.at, bytes, len);
	s->text_len += len;
	return t;
}

u32 script_add_expr(struct script *s, enum expr_kind kind)
{
	u32 e = s->nr_exprs;

	assert(kind > EXPR_NONE);
	assert(kind < EXPR_KINDS);
	s->expr = grow(s->expr, &s->expr_cap, e + 1, sizeof(*s->expr));
	s->expr[e] = (struct expr){ .kind = (u8)kind };
	s->nr_exprs++;
	return e;
}

struct stmt *script_add_stmt(struct script *s, enum stmt_kind kind)
{
	struct stmt *st;

	assert(kind < STMT_KINDS);
	s->stmt = grow(s->stmt, &s->stmt_cap, s->nr_stmts + 1, sizeof(*s->stmt));
	st = &s->stmt[s->nr_stmts];
	memset(st, 0, sizeof(*st));
	st->kind = (u8)kind;
	s->nr_stmts++;
	return st;
}

/* --- the same program ----------------------------------------------------------------------------
 */
struct pair {
	const struct script *a, *b;
};

static bool same_text(const struct pair *s, struct text a, struct text b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(script_text(s->a, a), script_text(s->b, b), a.len) == 0);
}

/* Chains of expressions, with all below them. */
static bool same_exprs(const struct pair *s, u32 a, u32 b) // NOLINT(misc-no-recursion)
{
	const struct expr *x, *y;

	while (a != 0 && b != 0) {
		x = &s->a->expr[a];
		y = &s->b->expr[b];
		if (x->kind != y->kind || x->hex != y->hex || x->negative != y->negative ||
		    x->symbol != y->symbol || x->value != y->value ||
		    !same_text(s, x->text, y->text) || !same_exprs(s, x->first, y->first))
			return false;
		a = x->next;
		b = y->next;
	}
	return a == 0 && b == 0;
}

static bool same_call(const struct pair *s, const struct stmt *a, const struct stmt *b)
{
	return a->call.call == b->call.call && a->call.error == b->call.error &&
	       same_text(s, a->call.note, b->call.note) &&
	       same_exprs(s, a->call.result, b->call.result) &&
	       same_exprs(s, a->call.args, b->call.args);
}

/* Everything of a packet but its lists. */
static bool same_head(const struct packet *a, const struct packet *b)
{
	return a->kind == b->kind && a->incoming == b->incoming && a->flags == b->flags &&
	       a->saddr == b->saddr && a->daddr == b->daddr && a->sport == b->sport &&
	       a->dport == b->dport && a->tcp_flags == b->tcp_flags && a->eth_type == b->eth_type &&
	       a->seq == b->seq && a->end_seq == b->end_seq && a->ack == b->ack &&
	       a->len == b->len && a->win == b->win && a->urg == b->urg && a->proto == b->proto &&
	       a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code &&
	       a->icmp_id == b->icmp_id && a->icmp_seq == b->icmp_seq && a->mtu == b->mtu &&
	       a->gateway == b->gateway && a->arp_op == b->arp_op &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0 &&
	       memcmp(a->is_at, b->is_at, sizeof(a->is_at)) == 0 &&
	       a->quote_saddr == b->quote_saddr && a->quote_daddr == b->quote_daddr &&
	       a->quote_sport == b->quote_sport && a->quote_dport == b->quote_dport;
}

static bool same_packet(const struct pair *s, const struct packet *a, const struct packet *b)
{
	return same_head(a, b) && same_exprs(s, a->stock_attrs, b->stock_attrs) &&
	       same_exprs(s, a->attrs, b->attrs) && same_exprs(s, a->encaps, b->encaps) &&
	       same_exprs(s, a->options, b->options) && same_exprs(s, a->payload, b->payload);
}

static bool same_when(const struct when *a, const struct when *b)
{
	return a->kind == b->kind && a->blocks == b->blocks && a->from_ns == b->from_ns &&
	       a->until_ns == b->until_ns;
}

static bool same_stmt(const struct pair *s, const struct stmt *a, const struct stmt *b)
{
	if (a->kind != b->kind || a->host != b->host || a->thread != b->thread ||
	    a->process != b->process || !same_when(&a->when, &b->when))
		return false;
	switch (a->kind) {
	case STMT_HEADER:
	case STMT_OPTION:
		return same_text(s, a->pair.key, b->pair.key) &&
		       same_text(s, a->pair.value, b->pair.value);
	case STMT_COMMAND:
	case STMT_PYTHON:
		return same_text(s, a->text, b->text);
	case STMT_CALL:
		return same_call(s, a, b);
	case STMT_PACKET:
		return same_packet(s, &a->packet, &b->packet);
	default:
		assert(a->kind == STMT_DIRECTIVE);
		return a->directive.id == b->directive.id &&
		       memcmp(a->directive.value, b->directive.value, sizeof(a->directive.value)) ==
			       0 &&
		       same_text(s, a->directive.name, b->directive.name);
	}
}

static u32 skip_comments(const struct script *s, u32 i)
{
	while (i < s->nr_stmts && s->stmt[i].kind == STMT_COMMENT)
		i++;
	return i;
}

bool script_equal(const struct script *a, const struct script *b)
{
	struct pair s = { a, b };
	u32 i = skip_comments(a, 0), j = skip_comments(b, 0);

	while (i < a->nr_stmts && j < b->nr_stmts) {
		if (!same_stmt(&s, &a->stmt[i], &b->stmt[j]))
			return false;
		i = skip_comments(a, i + 1);
		j = skip_comments(b, j + 1);
	}
	return i == a->nr_stmts && j == b->nr_stmts;
}

/* --- headers and options -------------------------------------------------------------------------
 */
u32 script_heads(const struct script *s)
{
	u32 i = 0;

	while (i < s->nr_stmts &&
	       (s->stmt[i].kind == STMT_HEADER || s->stmt[i].kind == STMT_OPTION ||
		s->stmt[i].kind == STMT_COMMENT))
		i++;
	return i;
}

/* The last one counts, as on a command line. */
static struct text pair_of(const struct script *s, enum stmt_kind kind, const char *key)
{
	struct text value = { 0, 0 };

	for (u32 i = 0, heads = script_heads(s); i < heads; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == kind && st->pair.key.len == strlen(key) &&
		    memcmp(script_text(s, st->pair.key), key, st->pair.key.len) == 0)
			value = st->pair.value;
	}
	return value;
}

struct text script_header(const struct script *s, const char *key)
{
	return pair_of(s, STMT_HEADER, key);
}

struct text script_option(const struct script *s, const char *name)
{
	return pair_of(s, STMT_OPTION, name);
}
