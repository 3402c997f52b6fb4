// SPDX-License-Identifier: MIT
/* parse_call.c - system calls: arguments after their types, results.
 *
 * Types say what braces and brackets hold; whether a value fits its place otherwise is the matter
 * of check.c.
 */
#include "harness/script/parse_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/scan.h"

enum { WHAT_BYTES = 200, FIELDS_MAX = 32 };

/* Types end before a tree can be deep: test_script_parse.c.
 * NOLINTBEGIN(misc-no-recursion) */
static u32 parse_value(struct parser *p, u8 type);

u32 parse_expr_at(struct parser *p, enum expr_kind kind)
{
	u32 e;

	scan_space(p);
	e = script_add_expr(p->script, kind);
	p->script->expr[e].line = p->line;
	p->script->expr[e].column = p->at - p->line_at + 1;
	return e;
}

static struct expr *expr_of(struct parser *p, u32 e)
{
	assert(e < p->script->nr_exprs);
	return &p->script->expr[e];
}

/* Strings children together. */
struct children {
	u32 parent, last;
};

static void add_child(struct parser *p, struct children *c, u32 child)
{
	if (c->last == 0)
		expr_of(p, c->parent)->first = child;
	else
		expr_of(p, c->last)->next = child;
	c->last = child;
}

/* --- simple values -------------------------------------------------------------------------------
 */
static u32 parse_number(struct parser *p)
{
	u32 e = parse_expr_at(p, EXPR_NUMBER);
	struct scan_mark begin = scan_mark(p);
	bool negative = scan_char(p, 0) == '-', hex;
	u64 v;

	p->at += negative;
	if (negative && !is_digit(scan_char(p, 0))) {
		parse_expected(p, "a number");
		return 0;
	}
	if (!scan_number(p, "a number", U64_MAX, &v, &hex))
		return 0;
	if (negative && v > 1ull << 63) {
		scan_rewind(p, begin);
		parse_fail(p, "expected a number of at least -9223372036854775808");
		return 0;
	}
	expr_of(p, e)->value = v;
	expr_of(p, e)->negative = negative && v != 0;
	expr_of(p, e)->hex = hex && !negative;
	return e;
}

u32 parse_payload(struct parser *p)
{
	u32 e = parse_expr_at(p, EXPR_STRING);
	struct text bytes;
	u64 seed;

	if (scan_char(p, 0) == '"') {
		if (!scan_string(p, &bytes))
			return 0;
		expr_of(p, e)->text = bytes;
		return e;
	}
	if (scan_take(p, "hex")) {
		if (!scan_hex_bytes(p, &bytes))
			return 0;
		expr_of(p, e)->kind = EXPR_HEX;
		expr_of(p, e)->text = bytes;
		return e;
	}
	if (scan_take(p, "pattern")) {
		if (!scan_u64(p, "the seed of a pattern", U64_MAX, &seed))
			return 0;
		expr_of(p, e)->kind = EXPR_PATTERN;
		expr_of(p, e)->value = seed;
		return e;
	}
	assert(e + 1 == p->script->nr_exprs);
	p->script->nr_exprs--;
	return 0;
}

static u32 parse_apply(struct parser *p, enum apply apply)
{
	struct children c = { parse_expr_at(p, EXPR_APPLY), 0 };

	expr_of(p, c.parent)->symbol = (u16)apply;
	scan_take(p, apply == APPLY_HTONS ? "htons" : "inet_addr");
	if (!scan_need(p, "("))
		return 0;
	add_child(p, &c, parse_value(p, apply == APPLY_HTONS ? TYPE_SIZE : TYPE_STRING));
	return !p->failed && scan_need(p, ")") ? c.parent : 0;
}

static u32 parse_word(struct parser *p)
{
	u32 e = parse_expr_at(p, EXPR_NAME);
	struct scan_mark begin = scan_mark(p);
	struct text word, text;
	int symbol;

	scan_word(p, &word);
	assert(word.len != 0);
	symbol = script_find_symbol(p->text + word.at, word.len);
	if (word_is(p, word, "NULL")) {
		expr_of(p, e)->kind = EXPR_NULL;
	} else if (symbol >= 0) {
		expr_of(p, e)->kind = EXPR_SYMBOL;
		expr_of(p, e)->symbol = (u16)symbol;
	} else if (scan_char(p, 0) == '(') { /* with a blank between, a note behind a result */
		scan_rewind(p, begin);
		parse_fail(p, "expected htons or inet_addr, found '%.*s'", (int)word.len,
			   p->text + word.at);
		return 0;
	} else {
		text = script_add_text(p->script, p->text + word.at, word.len);
		expr_of(p, e)->text = text;
	}
	return e;
}

static u32 parse_simple(struct parser *p)
{
	char c = scan_peek(p);
	u32 e;

	if (scan_at(p, "...")) {
		e = parse_expr_at(p, EXPR_ANY);
		p->at += 3;
		return e;
	}
	if (is_digit(c) || c == '-')
		return parse_number(p);
	if (scan_is(p, "htons"))
		return parse_apply(p, APPLY_HTONS);
	if (scan_is(p, "inet_addr"))
		return parse_apply(p, APPLY_INET_ADDR);
	e = parse_payload(p);
	if (e != 0 || p->failed)
		return e;
	if (is_word(c))
		return parse_word(p);
	return 0;
}

/* --- lists and structs ---------------------------------------------------------------------------
 */
static u32 parse_change(struct parser *p, u32 from, u8 type)
{
	u32 e = parse_expr_at(p, EXPR_CHANGE);
	struct children c = { e, 0 };

	expr_of(p, e)->line = expr_of(p, from)->line;
	expr_of(p, e)->column = expr_of(p, from)->column;
	add_child(p, &c, from);
	scan_take(p, "->");
	add_child(p, &c, parse_value(p, type));
	return e;
}

static u32 parse_list(struct parser *p, u8 type)
{
	struct children c = { parse_expr_at(p, EXPR_LIST), 0 };
	u8 of = script_types[type].of_type;
	u32 e;

	if ((script_types[type].forms & (FORM_LIST | FORM_VALUE | FORM_CHANGE)) == 0) {
		parse_expected(p, script_types[type].what);
		return 0;
	}
	scan_take(p, "[");
	while (!p->failed && (c.last == 0 ? !scan_is(p, "]") : scan_take(p, ","))) {
		e = parse_value(p, of);
		if (!p->failed && scan_is(p, "->"))
			e = parse_change(p, e, of);
		if (!p->failed)
			add_child(p, &c, e);
	}
	if (!scan_take(p, "]"))
		parse_expected(p, c.last == 0 ? "']'" : "',' or ']'");
	return p->failed ? 0 : c.parent;
}

static void unknown_field(struct parser *p, struct text word, const struct field_info *row, u32 n)
{
	struct suggestion s;
	char list[WHAT_BYTES];
	u32 at = 0;

	suggest_begin(&s, p->text + word.at, word.len);
	list[0] = '\0';
	for (u32 i = 0; i < n; i++) {
		const char *before = i == 0 ? "" : i + 1 < n ? ", " : " or ";
		size_t len = strlen(before) + strlen(row[i].name);

		suggest_from(&s, row[i].name);
		if (at + len >= sizeof(list) - sizeof(" ...")) {
			(void)snprintf(list + at, sizeof(list) - at, " ...");
			at = sizeof(list); /* the rest has no room either */
			continue;
		}
		at += (u32)snprintf(list + at, sizeof(list) - at, "%s%s", before, row[i].name);
	}
	p->at = word.at;
	if (s.best != NULL)
		parse_fail(p, "expected a field, found '%.*s': did you mean %s?", (int)word.len,
			   p->text + word.at, s.best);
	else
		parse_expected(p, list);
}

/* strace's names of fields, where packetdrill has others. */
static bool is_strace_name(const struct parser *p, struct text word, const char *name)
{
	static const char *const names[][2] = { { "l_onoff", "onoff" }, { "l_linger", "linger" } };

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (word_is(p, word, names[i][0]))
			return strcmp(names[i][1], name) == 0;
	return false;
}

/* msg_name = X, msg_namelen = 16 is strace's way to write msg_name(16) = X. */
static bool parse_strace_count(struct parser *p, struct text word, const struct field_info *rows,
			       u32 n, const u32 *at)
{
	static const char *const names[][2] = { { "msg_namelen", "msg_name" },
						{ "msg_iovlen", "msg_iov" } };
	u32 k = 0, count, old;

	while (k < ARRAY_SIZE(names) && !word_is(p, word, names[k][0]))
		k++;
	for (u32 i = 0; k < ARRAY_SIZE(names) && i < n; i++) {
		if (strcmp(rows[i].name, names[k][1]) != 0)
			continue;
		if (at[i] == 0) {
			p->at = word.at;
			parse_fail(p, "expected %s before its length", names[k][1]);
			return true;
		}
		if (!scan_need(p, "="))
			return true;
		count = parse_value(p, TYPE_SIZE);
		if (p->failed)
			return true;
		old = expr_of(p, at[i])->first;
		expr_of(p, count)->next = expr_of(p, old)->next;
		expr_of(p, at[i])->first = count;
		return true;
	}
	return false;
}

/* name = value, name(count) = value. */
static void parse_field(struct parser *p, const struct field_info *rows, u32 n, u32 *at)
{
	struct children c = { parse_expr_at(p, EXPR_FIELD), 0 };
	struct text word;
	u32 i = 0;

	if (!scan_word(p, &word)) {
		parse_expected(p, "a field");
		return;
	}
	if (parse_strace_count(p, word, rows, n, at))
		return;
	while (i < n && !word_is(p, word, rows[i].name) && !is_strace_name(p, word, rows[i].name))
		i++;
	if (i == n) {
		unknown_field(p, word, rows, n);
		return;
	}
	if (at[i] != 0) {
		p->at = word.at;
		parse_fail(p, "expected another field, found '%s' again", rows[i].name);
		return;
	}
	expr_of(p, c.parent)->symbol = (u16)script_field_number(&rows[i]);
	if ((rows[i].flags & FIELD_COUNTED) != 0) {
		if (scan_is(p, "=")) /* as strace has it: the count comes later, or never */
			add_child(p, &c, parse_expr_at(p, EXPR_ANY));
		else if (!scan_need(p, "("))
			return;
		else
			add_child(p, &c, parse_value(p, TYPE_SIZE));
		if (p->failed || (!scan_is(p, "=") && !scan_need(p, ")")))
			return;
	}
	if (!scan_need(p, "="))
		return;
	add_child(p, &c, parse_value(p, rows[i].type));
	if (!p->failed)
		at[i] = c.parent;
}

/* Fields may come in any order; in the tree they have that of structs.def. */
static u32 parse_named(struct parser *p, u32 parent, const struct field_info *rows, u32 n)
{
	u32 at[FIELDS_MAX] = { 0 };
	struct children c = { parent, 0 };
	bool first = true;

	assert(n <= ARRAY_SIZE(at));
	while (!p->failed && (first ? !scan_is(p, "}") : scan_take(p, ","))) {
		parse_field(p, rows, n, at);
		first = false;
	}
	for (u32 i = 0; i < n; i++)
		if (at[i] != 0)
			add_child(p, &c, at[i]);
	return p->failed ? 0 : parent;
}

/* strace gives the fields of an iovec their names. */
static void skip_position_name(struct parser *p, const char *name)
{
	struct scan_mark begin;
	struct text word;

	scan_space(p);
	begin = scan_mark(p);
	if (!scan_word(p, &word) || !word_is(p, word, name) || !scan_take(p, "="))
		scan_rewind(p, begin);
}

static u32 parse_struct(struct parser *p, u8 type)
{
	struct children c = { parse_expr_at(p, EXPR_STRUCT), 0 };
	const struct field_info *rows;
	u32 n;

	if ((script_types[type].forms & FORM_STRUCT) == 0) {
		parse_expected(p, script_types[type].what);
		return 0;
	}
	n = script_struct_fields(script_types[type].of_struct, &rows);
	assert(n > 0);
	scan_take(p, "{");
	if ((rows->flags & FIELD_POSITION) == 0)
		parse_named(p, c.parent, rows, n);
	for (u32 i = 0; i < n && !p->failed && (rows->flags & FIELD_POSITION) != 0; i++) {
		if (i != 0 && !scan_need(p, ","))
			break;
		skip_position_name(p, rows[i].name);
		add_child(p, &c, parse_value(p, rows[i].type));
	}
	if (!scan_take(p, "}"))
		parse_expected(p, (rows->flags & FIELD_POSITION) != 0 ? "'}'" : "',' or '}'");
	return p->failed ? 0 : c.parent;
}

/* --- values --------------------------------------------------------------------------------------
 */
static bool can_be_ored(const struct parser *p, u32 e)
{
	u8 kind = p->script->expr[e].kind;

	return kind == EXPR_NUMBER || kind == EXPR_SYMBOL || kind == EXPR_NAME;
}

static u32 parse_or(struct parser *p, u32 first)
{
	u32 e = parse_expr_at(p, EXPR_OR);
	struct children c = { e, 0 };

	expr_of(p, e)->line = expr_of(p, first)->line;
	expr_of(p, e)->column = expr_of(p, first)->column;
	add_child(p, &c, first);
	while (scan_take(p, "|")) {
		struct scan_mark begin;
		u32 next;

		scan_space(p);
		begin = scan_mark(p);
		next = parse_simple(p);
		if (!p->failed && (next == 0 || !can_be_ored(p, next))) {
			scan_rewind(p, begin);
			parse_expected(p, "a constant or a number");
		}
		if (p->failed)
			return 0;
		add_child(p, &c, next);
	}
	return e;
}

/* 0 when it failed. */
static u32 parse_value(struct parser *p, u8 type)
{
	char c;
	u32 e;

	if (p->failed)
		return 0;
	assert(type > TYPE_NONE);
	assert(type < TYPE_MAX);
	assert(p->depth < EXPR_DEPTH);
	c = scan_peek(p);
	p->depth++;
	e = c == '[' ? parse_list(p, type) : c == '{' ? parse_struct(p, type) : parse_simple(p);
	p->depth--;
	if (e == 0 && !p->failed)
		parse_expected(p, script_types[type].what);
	if (p->failed)
		return 0;
	return can_be_ored(p, e) && scan_is(p, "|") ? parse_or(p, e) : e;
}

/* NOLINTEND(misc-no-recursion) */

/* --- calls ---------------------------------------------------------------------------------------
 */
static bool find_call(struct parser *p, struct stmt *st)
{
	struct scan_mark begin = scan_mark(p);
	struct suggestion s;
	struct text word;
	int call;

	scan_word(p, &word);
	call = script_find_call(p->text + word.at, word.len);
	if (call >= 0) {
		st->call.call = (u16)call;
		return true;
	}
	suggest_begin(&s, p->text + word.at, word.len);
	for (u32 i = 0; i < CALL_MAX; i++)
		suggest_from(&s, script_calls[i].name);
	scan_rewind(p, begin);
	return parse_fail(p, "expected a system call, found '%.*s'%s%s%s",
			  (int)min_u32(word.len, 40), p->text + word.at,
			  s.best != NULL ? ": did you mean " : "", s.best != NULL ? s.best : "",
			  s.best != NULL ? "?" : "");
}

/* `got` is what stands where the call should end or go on. */
static bool wrong_number(struct parser *p, const struct call_info *info, const char *wanted,
			 const char *got)
{
	if (info->min_args != info->nr_args)
		return parse_fail(p, "%s takes %u or %u arguments: expected %s, found %s",
				  info->name, info->min_args, info->nr_args, wanted, got);
	return parse_fail(p, "%s takes %u argument%s: expected %s, found %s", info->name,
			  info->nr_args, info->nr_args == 1 ? "" : "s", wanted, got);
}

static bool parse_args(struct parser *p, struct stmt *st)
{
	const struct call_info *info = &script_calls[st->call.call];
	u32 last = 0, e;

	for (u32 i = 0; i < info->nr_args && !p->failed; i++) {
		if (i >= info->min_args && scan_is(p, ")"))
			break;
		if (i > 0 && scan_is(p, ")"))
			return wrong_number(p, info, script_types[info->arg[i]].what, "')'");
		if (i > 0 && !scan_need(p, ","))
			return false;
		e = parse_value(p, info->arg[i]);
		if (p->failed)
			return false;
		if (i == 0)
			st->call.args = e;
		else
			expr_of(p, last)->next = e;
		last = e;
	}
	if (scan_is(p, ","))
		return wrong_number(p, info, "')'", "','");
	return scan_need(p, ")");
}

static bool parse_errno(struct parser *p, struct stmt *st)
{
	struct scan_mark begin;
	struct suggestion s;
	struct text word;
	int symbol;

	scan_space(p);
	begin = scan_mark(p);
	if (!scan_word(p, &word))
		return true;
	symbol = script_find_symbol(p->text + word.at, word.len);
	if (symbol >= 0 && script_symbols[symbol].group == SYM_E) {
		st->call.error = (u16)(symbol + 1);
		return true;
	}
	suggest_begin(&s, p->text + word.at, word.len);
	for (u32 i = 0; i < script_nr_symbols; i++)
		if (script_symbols[i].group == SYM_E)
			suggest_from(&s, script_symbols[i].name);
	scan_rewind(p, begin);
	if (s.best == NULL)
		return parse_expected(p, "the name of an error");
	return parse_fail(p, "expected the name of an error, found '%.*s': did you mean %s?",
			  (int)min_u32(word.len, 40), p->text + word.at, s.best);
}

/* (Broken pipe): any text. Brackets within it are kept as square ones, so that the first that
 * closes is the note's own.
 */
static bool parse_note(struct parser *p, struct stmt *st)
{
	u32 begin, end, depth = 0;

	if (scan_peek(p) != '(')
		return true;
	p->at++;
	begin = p->at;
	while (depth != 0 || scan_char(p, 0) != ')') {
		char c = scan_char(p, 0);

		if (p->at >= p->len || ((u8)c < 0x20 && !is_blank(c)) || c == 0x7f)
			return parse_expected(p, "')'");
		depth += c == '(';
		depth -= c == ')';
		p->at++;
	}
	end = p->at;
	p->at++;
	while (end > begin && is_blank(p->text[end - 1]))
		end--;
	while (begin < end && is_blank(p->text[begin]))
		begin++;
	st->call.note = script_add_text(p->script, p->text + begin, end - begin);
	for (u32 i = 0; i < st->call.note.len; i++) {
		char *c = &p->script->text[st->call.note.at + i];

		if (*c == '\t')
			*c = ' ';
		else if (*c == '(' || *c == ')')
			*c = *c == '(' ? '[' : ']';
	}
	return true;
}

bool parse_call(struct parser *p, struct stmt *st)
{
	st->kind = STMT_CALL;
	if (!find_call(p, st) || !scan_need(p, "(") || !parse_args(p, st) || !scan_need(p, "="))
		return false;
	st->call.result = parse_value(p, script_calls[st->call.call].result);
	return !p->failed && parse_errno(p, st) && parse_note(p, st);
}
