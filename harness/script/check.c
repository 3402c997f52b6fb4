// SPDX-License-Identifier: MIT
/* check.c - what must hold of a script beyond its syntax: each value has a form that its place
 * allows, and each statement can be printed so that it parses to the same. The tables are types.def
 * and structs.def; the rules are written down in script.h.
 */
#include "harness/script/parse_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/net.h"
#include "core/skbuff.h"
#include "harness/script/scan.h"

struct check {
	const struct script *s;
	const struct stmt *st;
	struct script_error *err;
	const char *where; /* a call, or a field */
	u32 arg;	   /* from 1: an argument of a call */
};

static bool check_value(struct check *c, u32 e, u8 type);

/* --- errors --------------------------------------------------------------------------------------
 */
static void describe_expr(const struct check *c, u32 e, char *to, u32 size)
{
	static const char *const kinds[EXPR_KINDS] = {
		[EXPR_STRING] = "a string",   [EXPR_HEX] = "bytes",
		[EXPR_PATTERN] = "a pattern", [EXPR_OR] = "several constants",
		[EXPR_LIST] = "a list",	      [EXPR_STRUCT] = "a struct",
		[EXPR_CHANGE] = "a change",   [EXPR_FIELD] = "a field",
		[EXPR_RANGE] = "a range",     [EXPR_NONE] = "nothing",
	};
	u8 kind = c->s->expr[e].kind;

	assert(kind < EXPR_KINDS);
	if (kinds[kind] != NULL)
		snprintf(to, size, "%s", kinds[kind]);
	else if (kind == EXPR_SYMBOL && c->s->expr[e].symbol >= script_nr_symbols)
		snprintf(to, size, "one that does not exist");
	else
		script_print_expr(c->s, e, to, size);
}

static bool check_at(struct check *c, u32 line, u32 column, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static bool check_at(struct check *c, u32 line, u32 column, const char *fmt, ...)
{
	va_list args;

	c->err->line = line;
	c->err->column = column;
	va_start(args, fmt);
	vsnprintf(c->err->text, sizeof(c->err->text), fmt, args);
	va_end(args);
	return false;
}

static bool unexpected(struct check *c, u32 e, const char *what)
{
	const struct expr *x = &c->s->expr[e];
	char found[60], where[60] = "";

	describe_expr(c, e, found, sizeof(found));
	if (c->arg != 0)
		snprintf(where, sizeof(where), " as argument %u of %s", c->arg, c->where);
	else if (c->where != NULL)
		snprintf(where, sizeof(where), " as %s", c->where);
	return check_at(c, x->line, x->column, "expected %s%s, found %s", what, where, found);
}

static bool bad_stmt(struct check *c, const char *what)
{
	return check_at(c, c->st->line, c->st->column, "%s", what);
}

/* --- texts ---------------------------------------------------------------------------------------
 */
static bool is_words(struct check *c, struct text t)
{
	const char *s = script_text(c->s, t);

	for (u32 i = 0; i < t.len; i++)
		if (!is_word(s[i]))
			return false;
	return t.len != 0;
}

static bool is_name(struct check *c, struct text t)
{
	const char *s = script_text(c->s, t);

	return is_words(c, t) && !is_digit(*s) && !script_is_taken(s, t.len);
}

/* One line, without blanks at its ends. */
static bool is_line(struct check *c, struct text t)
{
	const char *s = script_text(c->s, t);

	for (u32 i = 0; i < t.len; i++)
		if ((u8)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return t.len == 0 || (s[0] != ' ' && s[t.len - 1] != ' ');
}

static bool lacks(struct check *c, struct text t, const char *what)
{
	return t.len == 0 || memmem(script_text(c->s, t), t.len, what, strlen(what)) == NULL;
}

/* Types end before a tree can be deep: test_script_parse.c.
 * NOLINTBEGIN(misc-no-recursion) */
/* --- values --------------------------------------------------------------------------------------
 */
static bool check_number(struct check *c, u32 e)
{
	const struct expr *x = &c->s->expr[e];

	if (x->negative && (x->hex || x->value == 0 || x->value > 1ull << 63))
		return unexpected(c, e, "a number that can be written");
	return true;
}

static bool check_or(struct check *c, u32 e)
{
	const struct expr *x = &c->s->expr[e];
	u32 n = 0;

	for (u32 i = x->first; i != 0; i = c->s->expr[i].next, n++) {
		u8 kind = c->s->expr[i].kind;

		if (kind != EXPR_NUMBER && kind != EXPR_SYMBOL && kind != EXPR_NAME)
			return unexpected(c, i, "a constant or a number");
		if (!check_value(c, i, TYPE_WORD))
			return false;
	}
	return n >= 2 || unexpected(c, e, "two values or more around '|'");
}

static bool check_change(struct check *c, u32 e, u8 type)
{
	u32 from = c->s->expr[e].first, to = from != 0 ? c->s->expr[from].next : 0;

	if (to == 0 || c->s->expr[to].next != 0)
		return unexpected(c, e, "two values around '->'");
	return check_value(c, from, type) && check_value(c, to, type);
}

static bool check_list(struct check *c, u32 e, u8 type)
{
	const struct arg_type_info *info = &script_types[type];
	u32 first = c->s->expr[e].first;
	bool one = first != 0 && c->s->expr[first].next == 0;
	u8 kind = first != 0 ? c->s->expr[first].kind : EXPR_NONE;

	if (kind == EXPR_CHANGE && one && (info->forms & FORM_CHANGE) != 0)
		return check_change(c, first, info->of_type);
	if ((info->forms & (FORM_VALUE | FORM_LIST)) == 0)
		return unexpected(c, e, info->what);
	if ((info->forms & FORM_LIST) == 0 && !one)
		return unexpected(c, e, "one value in brackets");
	if (kind == EXPR_ANY && one)
		return true;
	for (u32 i = first; i != 0; i = c->s->expr[i].next)
		if (!check_value(c, i, info->of_type))
			return false;
	return true;
}

static bool check_field(struct check *c, u32 e, const struct field_info *row)
{
	u32 value = c->s->expr[e].first;
	struct check in = { c->s, c->st, c->err, row->name, 0 };
	bool counted = (row->flags & FIELD_COUNTED) != 0;

	if (counted && value != 0) {
		if (c->s->expr[value].kind != EXPR_ANY && !check_value(&in, value, TYPE_SIZE))
			return false;
		value = c->s->expr[value].next;
	}
	if (value == 0 || c->s->expr[value].next != 0)
		return unexpected(c, e, counted ? "name(count) = value" : "name = value");
	return check_value(&in, value, row->type);
}

static bool check_struct(struct check *c, u32 e, enum struct_type type)
{
	const struct field_info *rows, *row, *last = NULL;
	u32 n = script_struct_fields(type, &rows), i = 0, f;
	struct check in = { c->s, c->st, c->err, NULL, 0 };

	if ((rows->flags & FIELD_POSITION) != 0) {
		for (f = c->s->expr[e].first; f != 0 && i < n; f = c->s->expr[f].next, i++) {
			in.where = rows[i].name;
			if (!check_value(&in, f, rows[i].type))
				return false;
		}
		return (f == 0 && i == n) || unexpected(c, e, "{data, length}");
	}
	for (f = c->s->expr[e].first; f != 0; f = c->s->expr[f].next) {
		row = c->s->expr[f].kind == EXPR_FIELD ? script_field_of(type, c->s->expr[f].symbol)
						       : NULL;
		if (row == NULL || (last != NULL && row <= last))
			return unexpected(c, f, "fields in their order");
		if (!check_field(c, f, row))
			return false;
		last = row;
	}
	return true;
}

static bool check_apply(struct check *c, u32 e, u8 type)
{
	const struct expr *x = &c->s->expr[e], *of;
	u32 addr;

	if (x->symbol != (type == TYPE_PORT ? APPLY_HTONS : APPLY_INET_ADDR))
		return unexpected(c, e, script_types[type].what);
	if (x->first == 0 || c->s->expr[x->first].next != 0)
		return unexpected(c, e, "one value in parentheses");
	if (!check_value(c, x->first, script_types[type].of_type))
		return false;
	of = &c->s->expr[x->first];
	if (type == TYPE_PORT && of->kind == EXPR_NUMBER && (of->negative || of->value > U16_MAX))
		return unexpected(c, x->first, "a port of at most 65535");
	if (of->kind == EXPR_STRING &&
	    (of->text.len == 0 ||
	     ipv4_of(script_text(c->s, of->text), of->text.len, &addr) != of->text.len))
		return unexpected(c, x->first, "an IPv4 address in quotes");
	return true;
}

/* Which form an expression needs; a pointer is a number, too. */
static u32 form_of(const struct expr *x)
{
	static const u32 forms[EXPR_KINDS] = {
		[EXPR_ANY] = FORM_ANY,
		[EXPR_NUMBER] = FORM_NUMBER | FORM_POINTER,
		[EXPR_SYMBOL] = FORM_SYMBOL,
		[EXPR_NAME] = FORM_NUMBER | FORM_SYMBOL | FORM_POINTER,
		[EXPR_STRING] = FORM_STRING,
		[EXPR_HEX] = FORM_BYTES,
		[EXPR_PATTERN] = FORM_BYTES,
		[EXPR_OR] = FORM_OR,
		[EXPR_LIST] = FORM_VALUE | FORM_LIST | FORM_CHANGE,
		[EXPR_STRUCT] = FORM_STRUCT,
		[EXPR_APPLY] = FORM_APPLY,
		[EXPR_NULL] = FORM_NULL,
	};

	assert(x->kind < EXPR_KINDS);
	return forms[x->kind];
}

static bool check_value(struct check *c, u32 e, u8 type)
{
	const struct arg_type_info *info = &script_types[type];
	const struct expr *x = &c->s->expr[e];

	assert(e != 0);
	assert(e < c->s->nr_exprs);
	assert(type > TYPE_NONE);
	if ((form_of(x) & info->forms) == 0)
		return unexpected(c, e, info->what);
	switch (x->kind) {
	case EXPR_NUMBER:
		if (x->negative && (info->forms & FORM_NUMBER) == 0)
			return unexpected(c, e, info->what);
		return check_number(c, e);
	case EXPR_SYMBOL:
		return x->symbol < script_nr_symbols || unexpected(c, e, "a constant");
	case EXPR_NAME:
		return is_name(c, x->text) || unexpected(c, e, "a name that is no constant");
	case EXPR_HEX:
		return x->text.len != 0 || unexpected(c, e, "at least one byte");
	case EXPR_OR:
		return check_or(c, e);
	case EXPR_LIST:
		return check_list(c, e, type);
	case EXPR_STRUCT:
		return check_struct(c, e, info->of_struct);
	case EXPR_APPLY:
		return check_apply(c, e, type);
	default:
		return true;
	}
}

/* NOLINTEND(misc-no-recursion) */

/* --- calls ---------------------------------------------------------------------------------------
 */
static bool check_result(struct check *c)
{
	const struct stmt *st = c->st;
	u32 error = st->call.error, e = st->call.result;
	const struct expr *x;

	if (e == 0 || e >= c->s->nr_exprs || c->s->expr[e].next != 0)
		return bad_stmt(c, "a system call needs a result");
	x = &c->s->expr[e];
	if (error > script_nr_symbols || (error != 0 && script_symbols[error - 1].group != SYM_E))
		return bad_stmt(c, "expected the name of an error");
	if (error != 0 && (x->kind != EXPR_NUMBER || !x->negative || x->value != 1)) {
		c->where = "result";
		c->arg = 0;
		return unexpected(c, e, "-1 with an error");
	}
	if (!is_line(c, st->call.note) || !lacks(c, st->call.note, "(") ||
	    !lacks(c, st->call.note, ")"))
		return bad_stmt(c, "the text behind the result is not one");
	c->where = "result";
	c->arg = 0;
	if (x->kind == EXPR_ANY)
		return true;
	if (x->kind == EXPR_SYMBOL) /* of any call */
		return check_value(c, e, TYPE_WORD);
	return check_value(c, e, script_calls[st->call.call].result);
}

static bool check_call(struct check *c)
{
	const struct call_info *info;
	u32 e = c->st->call.args, i = 0;

	if (c->st->call.call >= CALL_MAX)
		return bad_stmt(c, "no such system call");
	info = &script_calls[c->st->call.call];
	c->where = info->name;
	for (; e != 0 && i < info->nr_args; e = c->s->expr[e].next, i++) {
		c->arg = i + 1;
		if (!check_value(c, e, info->arg[i]))
			return false;
	}
	if (e != 0 || i < info->min_args)
		return check_at(c, c->st->line, c->st->column, "%s takes %u argument%s", info->name,
				info->nr_args, info->nr_args == 1 ? "" : "s");
	return check_result(c);
}

/* --- directives ----------------------------------------------------------------------------------
 */
/* Slots that have a name. */
static bool check_named_slot(struct check *c, const struct directive_part *part, u64 value)
{
	struct text name = c->st->directive.name;
	char want[80];
	u32 len;

	if (part->slot == SLOT_POOL)
		return is_words(c, name) || bad_stmt(c, "expected the name of a pool");
	len = script_slot_name(part->slot, value, want, sizeof(want));
	if (len == 0 || name.len != len || memcmp(script_text(c->s, name), want, len) != 0)
		return bad_stmt(c, part->slot == SLOT_MIB ? "expected the name of a counter"
							  : "expected a reason to drop a packet");
	return true;
}

static bool check_slot(struct check *c, const struct directive_part *part, const u64 *v)
{
	switch (part->slot) {
	case SLOT_TIME:
		return *v <= TIME_MAX_NS || bad_stmt(c, "this duration is too long");
	case SLOT_NUM:
		return *v <= U32_MAX || bad_stmt(c, "this number is too large");
	case SLOT_NTH:
		return (*v >= 1 && *v <= U32_MAX) || bad_stmt(c, "expected 1st to 4294967295th");
	case SLOT_RANGE:
		return (v[0] <= v[1] && v[1] <= U32_MAX) || bad_stmt(c, "this range is empty");
	case SLOT_SYMBOL:
		return (*v < script_nr_symbols && script_symbols[*v].group == part->group) ||
		       bad_stmt(c, "expected a constant of another kind");
	case SLOT_MIB:
	case SLOT_REASON:
	case SLOT_POOL:
		return check_named_slot(c, part, *v);
	default:
		return true;
	}
}

static bool check_directive(struct check *c)
{
	const struct stmt *st = c->st;
	const char *pattern;
	struct directive_part part;
	bool named = false;
	u32 n = 0;

	if (st->directive.id >= DIR_MAX)
		return bad_stmt(c, "no such statement");
	pattern = script_directives[st->directive.id];
	while (script_directive_part(&pattern, &part)) {
		assert(n < DIRECTIVE_VALUES || part.slot == SLOT_WORD || part.slot == SLOT_POOL);
		if (!check_slot(c, &part, &st->directive.value[n % DIRECTIVE_VALUES]))
			return false;
		named |= part.slot >= SLOT_MIB;
		n += script_slot_values(part.slot);
	}
	for (; n < DIRECTIVE_VALUES; n++)
		if (st->directive.value[n] != 0)
			return bad_stmt(c, "a value that this statement has not");
	return named || st->directive.name.len == 0 || bad_stmt(c, "a name without a place");
}

/* --- statements ----------------------------------------------------------------------------------
 */
static bool check_when(struct check *c)
{
	const struct stmt *st = c->st;
	const struct when *w = &st->when;
	bool range = w->kind == WHEN_ABS_RANGE || w->kind == WHEN_REL_RANGE;
	bool timed = w->kind != WHEN_NONE && w->kind != WHEN_ANY;

	if (w->kind > WHEN_ANY || (w->kind != WHEN_NONE && st->kind < STMT_COMMAND))
		return bad_stmt(c, "this statement has no time");
	if ((range || w->kind == WHEN_ANY) && (st->kind != STMT_PACKET || st->packet.incoming))
		return bad_stmt(c, range ? "a time with ~ is for packets that are expected (>)"
					 : "a time * is for packets that are expected (>)");
	if (w->blocks && (st->kind != STMT_CALL || (w->kind != WHEN_ABS && w->kind != WHEN_REL)))
		return bad_stmt(c, "a time with ... is for system calls");
	if (w->from_ns > TIME_MAX_NS || w->until_ns > TIME_MAX_NS)
		return bad_stmt(c, "this time is too large");
	if ((range || w->blocks) && w->until_ns < w->from_ns)
		return bad_stmt(c, "this time ends before it begins");
	if ((!timed && w->from_ns != 0) || (!range && !w->blocks && w->until_ns != 0))
		return bad_stmt(c, "a time that this statement has not");
	return true;
}

static bool check_place(struct check *c)
{
	const struct stmt *st = c->st;

	if (st->host >= SCRIPT_HOSTS || st->thread > SCRIPT_THREADS ||
	    st->process > SCRIPT_PROCESSES)
		return bad_stmt(c, "no such host, thread or process");
	if (st->kind != STMT_CALL && (st->thread != 0 || st->process != 0))
		return bad_stmt(c, "only a system call has a thread or a process");
	if (st->host != 0 && (st->kind == STMT_OPTION || st->kind == STMT_HEADER))
		return bad_stmt(c, "headers and options come before the first statement");
	return is_line(c, st->comment) || bad_stmt(c, "this comment is not one line");
}

static bool check_pair(struct check *c)
{
	const struct stmt *st = c->st;

	if (!is_words(c, st->pair.key) || !is_line(c, st->pair.value))
		return bad_stmt(c, "this header or option cannot be written");
	return st->kind == STMT_HEADER || lacks(c, st->pair.value, " ") ||
	       bad_stmt(c, "the value of an option has no blanks");
}

static bool check_code(struct check *c)
{
	const struct stmt *st = c->st;
	const char *s = script_text(c->s, st->text);

	if (!lacks(c, st->text, st->kind == STMT_COMMAND ? "`" : "}%") ||
	    (st->text.len != 0 && memchr(s, '\0', st->text.len) != NULL) ||
	    !lacks(c, st->text, "\r\n"))
		return bad_stmt(c, "this command or python cannot be written");
	return true;
}

bool check_stmt(const struct script *s, const struct stmt *st, bool *began,
		struct script_error *err)
{
	struct check c = { s, st, err, NULL, 0 };

	if (st->kind >= STMT_KINDS || !check_place(&c) || !check_when(&c))
		return st->kind < STMT_KINDS ? false : bad_stmt(&c, "no such statement");
	if (*began && (st->kind == STMT_HEADER || st->kind == STMT_OPTION))
		return bad_stmt(&c, "headers and options come before the first statement");
	switch (st->kind) {
	case STMT_COMMENT:
		return true;
	case STMT_HEADER:
	case STMT_OPTION:
		return check_pair(&c);
	case STMT_CALL:
		*began = true;
		return check_call(&c);
	case STMT_DIRECTIVE:
		*began = true;
		return check_directive(&c);
	case STMT_PACKET:
		*began = true;
		return true;
	default:
		*began = true;
		return check_code(&c);
	}
}

bool script_check(const struct script *s, struct script_error *err)
{
	bool began = false;

	memset(err, 0, sizeof(*err));
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (!check_stmt(s, &s->stmt[i], &began, err))
			return false;
	return true;
}

/* --- names ---------------------------------------------------------------------------------------
 */
struct names {
	const struct script *s;
	bool (*known)(void *ctx, const char *name, u32 len);
	void *ctx;
	struct script_error *err;
};

static bool unknown_name(const struct names *n, const struct expr *x)
{
	const char *name = script_text(n->s, x->text);
	const char *meant = script_suggest_symbol(name, x->text.len);
	int len = (int)min_u32(x->text.len, 40);

	n->err->line = x->line;
	n->err->column = x->column;
	snprintf(n->err->text, sizeof(n->err->text),
		 "expected a constant, found '%.*s'%s%s%s (-D %.*s=VALUE defines one)", len, name,
		 meant != NULL ? ": did you mean " : "", meant != NULL ? meant : "",
		 meant != NULL ? "?" : "", len, name);
	return false;
}

/* A chain, and all below it. */
static bool check_chain_names(const struct names *n, u32 e) // NOLINT(misc-no-recursion)
{
	for (; e != 0; e = n->s->expr[e].next) {
		const struct expr *x = &n->s->expr[e];

		if (x->kind == EXPR_NAME &&
		    !n->known(n->ctx, script_text(n->s, x->text), x->text.len))
			return unknown_name(n, x);
		if (!check_chain_names(n, x->first))
			return false;
	}
	return true;
}

bool script_check_names(const struct script *s, bool (*known)(void *ctx, const char *name, u32 len),
			void *ctx, struct script_error *err)
{
	struct names n = { s, known, ctx, err };

	memset(err, 0, sizeof(*err));
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		const struct packet *p = &st->packet;

		if (st->kind == STMT_CALL && (!check_chain_names(&n, st->call.args) ||
					      !check_chain_names(&n, st->call.result)))
			return false;
		if (st->kind == STMT_PACKET &&
		    (!check_chain_names(&n, p->stock_attrs) || !check_chain_names(&n, p->attrs) ||
		     !check_chain_names(&n, p->encaps) || !check_chain_names(&n, p->options) ||
		     !check_chain_names(&n, p->payload)))
			return false;
	}
	return true;
}
