// SPDX-License-Identifier: MIT
/* print.c - a script as text, in the one way that `refstack fmt` prints it: what it prints parses
 * to the same script, and printing that again gives the same text.
 */
#include "harness/script/parse_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/inet_text.h"
#include "harness/script/scan.h"

enum { TIME_WIDTH = 3, TIME_BYTES = 80 };

/* --- a growing string ----------------------------------------------------------------------------
 */
static char *room(struct printer *pr, size_t bytes)
{
	if (pr->len + bytes >= pr->cap) {
		pr->cap = pr->cap * 2 + bytes + 256;
		pr->text = realloc(pr->text, pr->cap);
		assert(pr->text != NULL);
	}
	return pr->text + pr->len;
}

void print_bytes(struct printer *pr, const char *bytes, u32 len)
{
	char *to = room(pr, len);

	if (len != 0)
		memcpy(to, bytes, len);
	pr->len += len;
}

static void put(struct printer *pr, const char *text)
{
	print_bytes(pr, text, (u32)strlen(text));
}

static void put_slice(struct printer *pr, struct text t)
{
	print_bytes(pr, script_text(pr->script, t), t.len);
}

void print_text(struct printer *pr, const char *fmt, ...)
{
	va_list args, again;
	int n;

	va_start(args, fmt);
	va_copy(again, args);
	n = vsnprintf(room(pr, 64), 64, fmt, args);
	assert(n >= 0);
	if (n >= 64)
		vsnprintf(room(pr, (size_t)n + 1), (size_t)n + 1, fmt, again);
	pr->len += (size_t)n;
	va_end(again);
	va_end(args);
}

static void put_u64(struct printer *pr, u64 v)
{
	char digits[20];
	u32 at = sizeof(digits);

	do {
		at--;
		digits[at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	print_bytes(pr, digits + at, (u32)sizeof(digits) - at);
}

void print_string(struct printer *pr, struct text bytes)
{
	static const char escaped[] = "\n\t\r\"\\", as[] = "ntr\"\\";
	const char *from = script_text(pr->script, bytes), *at;

	put(pr, "\"");
	for (u32 i = 0; i < bytes.len; i++) {
		at = from[i] != '\0' ? strchr(escaped, from[i]) : NULL;
		if (at != NULL)
			print_text(pr, "\\%c", as[at - escaped]);
		else if (from[i] >= 0x20 && from[i] < 0x7f)
			print_bytes(pr, &from[i], 1);
		else
			print_text(pr, "\\x%02x", (u8)from[i]);
	}
	put(pr, "\"");
}

void print_hex(struct printer *pr, struct text bytes)
{
	static const char digits[] = "0123456789abcdef";
	const char *from = script_text(pr->script, bytes);
	char two[2];

	for (u32 i = 0; i < bytes.len; i++) {
		two[0] = digits[(u8)from[i] >> 4];
		two[1] = digits[(u8)from[i] & 15];
		print_bytes(pr, two, 2);
	}
}

void print_duration(struct printer *pr, u64 ns)
{
	if (ns % NS_PER_SEC == 0)
		print_text(pr, "%llus", (unsigned long long)(ns / NS_PER_SEC));
	else if (ns % NS_PER_MS == 0)
		print_text(pr, "%llums", (unsigned long long)(ns / NS_PER_MS));
	else if (ns % 1000 == 0)
		print_text(pr, "%lluus", (unsigned long long)(ns / 1000));
	else
		print_text(pr, "%lluns", (unsigned long long)ns);
}

/* No deeper than types are. NOLINTBEGIN(misc-no-recursion) */
/* --- expressions ---------------------------------------------------------------------------------
 */
static void print_chain(struct printer *pr, u32 first, const char *between)
{
	for (u32 e = first; e != 0; e = pr->script->expr[e].next) {
		if (e != first)
			put(pr, between);
		print_expr(pr, e);
	}
}

static void print_number(struct printer *pr, const struct expr *x)
{
	if (x->hex) {
		print_text(pr, "0x%llx", (unsigned long long)x->value);
		return;
	}
	if (x->negative)
		put(pr, "-");
	put_u64(pr, x->value);
}

static void print_field(struct printer *pr, const struct expr *x)
{
	u32 value = x->first;

	assert(x->symbol < script_nr_fields);
	put(pr, script_fields[x->symbol].name);
	if ((script_fields[x->symbol].flags & FIELD_COUNTED) != 0) {
		put(pr, "(");
		print_expr(pr, value);
		put(pr, ")");
		value = pr->script->expr[value].next;
	}
	put(pr, " = ");
	print_expr(pr, value);
}

static void print_enclosed(struct printer *pr, const char *open, u32 first, const char *close)
{
	put(pr, open);
	print_chain(pr, first, ", ");
	put(pr, close);
}

static void print_struct(struct printer *pr, u32 e)
{
	u32 first = pr->script->expr[e].first;

	put(pr, "{");
	print_chain(pr, first, ", ");
	if (pr->more != NULL && pr->more[e] != NULL) {
		put(pr, first != 0 ? ", " : "");
		put(pr, pr->more[e]);
	}
	put(pr, "}");
}

void print_expr(struct printer *pr, u32 e)
{
	const struct expr *x = &pr->script->expr[e];

	assert(e < pr->script->nr_exprs);
	if (pr->instead != NULL && pr->instead[e] != NULL) {
		put(pr, pr->instead[e]);
		return;
	}
	switch (x->kind) {
	case EXPR_ANY:
		put(pr, "...");
		break;
	case EXPR_NUMBER:
		print_number(pr, x);
		break;
	case EXPR_SYMBOL:
		assert(x->symbol < script_nr_symbols);
		put(pr, script_symbols[x->symbol].name);
		break;
	case EXPR_NAME:
		put_slice(pr, x->text);
		break;
	case EXPR_STRING:
		print_string(pr, x->text);
		break;
	case EXPR_HEX:
		put(pr, "hex ");
		print_hex(pr, x->text);
		break;
	case EXPR_PATTERN:
		put(pr, "pattern ");
		put_u64(pr, x->value);
		break;
	case EXPR_OR:
		print_chain(pr, x->first, "|");
		break;
	case EXPR_LIST:
		print_enclosed(pr, "[", x->first, "]");
		break;
	case EXPR_STRUCT:
		print_struct(pr, e);
		break;
	case EXPR_FIELD:
		print_field(pr, x);
		break;
	case EXPR_APPLY:
		print_enclosed(pr, x->symbol == APPLY_HTONS ? "htons(" : "inet_addr(", x->first,
			       ")");
		break;
	case EXPR_CHANGE:
		print_chain(pr, x->first, "->");
		break;
	case EXPR_ADDR:
		print_text(pr, INET_FORM, INET_PARTS((u32)x->value));
		break;
	case EXPR_RANGE:
		print_chain(pr, x->first, ":");
		break;
	default:
		assert(x->kind == EXPR_NULL);
		put(pr, "NULL");
	}
}

/* NOLINTEND(misc-no-recursion) */
/* --- times ---------------------------------------------------------------------------------------
 */
/* Seconds without zeros at the end; relative ones also without the one before the point. */
static void print_seconds(struct printer *pr, u64 ns, bool relative)
{
	char digits[16];
	u32 n = 9;

	if (!relative || ns == 0 || ns >= NS_PER_SEC)
		put_u64(pr, ns / NS_PER_SEC);
	if (ns % NS_PER_SEC == 0)
		return;
	snprintf(digits, sizeof(digits), "%09llu", (unsigned long long)(ns % NS_PER_SEC));
	while (digits[n - 1] == '0')
		n--;
	put(pr, ".");
	print_bytes(pr, digits, n);
}

static void print_when(struct printer *pr, const struct when *w)
{
	bool relative = w->kind == WHEN_REL || w->kind == WHEN_REL_RANGE;
	size_t begin = pr->len, len;

	if (w->kind == WHEN_NONE)
		return;
	if (relative)
		put(pr, "+");
	if (w->kind == WHEN_ANY)
		put(pr, "*");
	else
		print_seconds(pr, w->from_ns, relative);
	if (w->kind == WHEN_ABS_RANGE || w->kind == WHEN_REL_RANGE) {
		put(pr, relative ? "~+" : "~");
		print_seconds(pr, w->until_ns, relative);
	} else if (w->blocks) {
		put(pr, "...");
		print_seconds(pr, w->until_ns, false);
	}
	len = pr->len - begin;
	if (len < TIME_WIDTH) {
		put(pr, "   ");
		memmove(pr->text + begin + TIME_WIDTH - len, pr->text + begin, len);
		memset(pr->text + begin, ' ', TIME_WIDTH - len);
		pr->len = begin + TIME_WIDTH;
	}
	put(pr, " ");
}

/* --- statements ----------------------------------------------------------------------------------
 */
static void print_call(struct printer *pr, const struct stmt *st)
{
	const struct call_info *info = &script_calls[st->call.call];
	u32 arg = st->call.args;

	assert(st->call.call < CALL_MAX);
	put(pr, info->name);
	put(pr, "(");
	/* packetdrill takes nothing else as a domain; it means AF_INET. */
	if ((pr->flags & PRINT_STOCK) != 0 && stock_any_domain(pr->script, st)) {
		put(pr, "..., ");
		arg = pr->script->expr[arg].next;
	}
	print_chain(pr, arg, ", ");
	put(pr, ") = ");
	print_expr(pr, st->call.result);
	if (st->call.error != 0) {
		put(pr, " ");
		put(pr, script_symbols[st->call.error - 1].name);
	}
	if (st->call.note.len != 0) {
		put(pr, " (");
		put_slice(pr, st->call.note);
		put(pr, ")");
	}
}

static void print_pair(struct printer *pr, const struct stmt *st)
{
	bool header = st->kind == STMT_HEADER;

	put(pr, header ? "// " : "--");
	put_slice(pr, st->pair.key);
	put(pr, header ? ":" : st->pair.value.len != 0 ? "=" : "");
	if (header && st->pair.value.len != 0)
		put(pr, " ");
	put_slice(pr, st->pair.value);
}

static void print_body(struct printer *pr, const struct stmt *st)
{
	if (st->process != 0)
		print_text(pr, "process %u: ", st->process);
	if (st->thread != 0)
		print_text(pr, "thread %u: ", st->thread);
	switch (st->kind) {
	case STMT_COMMENT:
		put(pr, st->text.len != 0 ? "// " : "//");
		put_slice(pr, st->text);
		break;
	case STMT_HEADER:
	case STMT_OPTION:
		print_pair(pr, st);
		break;
	case STMT_COMMAND:
		put(pr, "`");
		put_slice(pr, st->text);
		put(pr, "`");
		break;
	case STMT_PYTHON:
		put(pr, "%{");
		put_slice(pr, st->text);
		put(pr, "}%");
		break;
	case STMT_CALL:
		print_call(pr, st);
		break;
	case STMT_PACKET:
		print_packet(pr, st);
		break;
	default:
		print_directive(pr, st);
	}
}

/* A statement of packetdrill's has a time, but for options and the one command before all else. */
static bool lacks_time(const struct printer *pr, const struct stmt *st, bool first)
{
	return (pr->flags & PRINT_STOCK) != 0 && st->when.kind == WHEN_NONE &&
	       st->kind >= STMT_COMMAND && !(st->kind == STMT_COMMAND && first);
}

static void print_stmt(struct printer *pr, const struct stmt *st, bool first)
{
	static const struct when now = { .kind = WHEN_REL };

	print_when(pr, lacks_time(pr, st, first) ? &now : &st->when);
	print_body(pr, st);
	if ((pr->flags & PRINT_COMMENTS) != 0 && st->comment.len != 0) {
		put(pr, "  // ");
		put_slice(pr, st->comment);
	}
}

/* Blocks of hosts: an empty line before one stands outside it. */
static void print_line(struct printer *pr, const struct stmt *st, u8 *host, bool first)
{
	if (st->host != *host && *host != 0)
		put(pr, "}\n");
	if (st->blank_before && (pr->flags & PRINT_COMMENTS) != 0 && pr->len != 0)
		put(pr, "\n");
	if (st->host != *host && st->host != 0)
		print_text(pr, "host %c {\n", 'a' + st->host);
	*host = st->host;
	if (st->host != 0)
		put(pr, "\t");
	print_stmt(pr, st, first);
	put(pr, "\n");
}

char *script_print(const struct script *s, u32 flags, size_t *len_bytes)
{
	struct printer pr = { .script = s, .flags = flags };
	bool first = true;
	u8 host = 0;

	put(&pr, "");
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_COMMENT && (flags & PRINT_COMMENTS) == 0)
			continue;
		print_line(&pr, st, &host, first);
		first &= st->kind < STMT_COMMAND;
	}
	if (host != 0)
		put(&pr, "}\n");
	pr.text[pr.len] = '\0';
	if (len_bytes != NULL)
		*len_bytes = pr.len;
	return pr.text;
}

char *script_print_body(const struct script *s, const struct stmt *st, char *const *instead,
			char *const *more)
{
	struct printer pr = { .script = s, .instead = instead, .more = more };

	print_body(&pr, st);
	print_bytes(&pr, "", 1);
	return pr.text;
}

char *script_print_part(const struct script *s, u32 expr, char *const *instead, char *const *more)
{
	struct printer pr = { .script = s, .instead = instead, .more = more };

	print_expr(&pr, expr);
	print_bytes(&pr, "", 1);
	return pr.text;
}

/* On one line, whatever it holds. */
static void cut_line(struct printer *pr, char *to, u32 size)
{
	u32 n = (u32)min_u64(pr->len, size - 1);

	assert(size > 0);
	for (u32 i = 0; i < n; i++) {
		to[i] = pr->text[i];
		if (to[i] == '\n')
			to[i] = ' ';
	}
	to[n] = '\0';
	free(pr->text);
}

void script_print_stmt(const struct script *s, const struct stmt *st, char *to, u32 size)
{
	struct printer pr = { .script = s };

	print_when(&pr, &st->when);
	print_body(&pr, st);
	cut_line(&pr, to, size);
}

void script_print_expr(const struct script *s, u32 expr, char *to, u32 size)
{
	struct printer pr = { .script = s };

	print_expr(&pr, expr);
	cut_line(&pr, to, size);
}
