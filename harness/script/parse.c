// SPDX-License-Identifier: MIT
/* parse.c - a script's text, statement by statement: times, prefixes, blocks of hosts, options,
 * headers, comments, commands and python.
 *
 * Packets are in parse_packet.c, calls in parse_call.c, the statements that packetdrill does not
 * have in parse_directive.c. A statement ends with its line, except inside brackets.
 */
#include "harness/script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/scan.h"

/* --- comments, headers, options ------------------------------------------------------------------
 */
/* Without blanks at its ends; tabs become blanks, and one blank after // is not part of it. */
static struct text line_text(struct parser *p, struct text slice, bool keep_indent)
{
	const char *from = p->text + slice.at;
	u32 len = slice.len;
	struct text to;

	while (len > 0 && (is_blank(from[len - 1]) || from[len - 1] == '\r'))
		len--;
	for (u32 i = 0; len > 0 && is_blank(*from) && (i == 0 || !keep_indent); i++)
		from++, len--;
	to = script_add_text(p->script, from, len);
	for (u32 i = 0; i < to.len; i++)
		if (p->script->text[to.at + i] == '\t')
			p->script->text[to.at + i] = ' ';
	return to;
}

/* key: value; how long the key is, 0 when this is no header. */
u32 header_key(const char *text, u32 len)
{
	u32 n = 0;

	while (n < len && is_word(text[n]))
		n++;
	if (n == 0 || n >= len || text[n] != ':')
		return 0;
	return n + 1 == len || is_blank(text[n + 1]) ? n : 0;
}

/* A line of its own: a header before the first statement, else a comment. */
static void add_comment(struct parser *p, struct text slice, bool blank_before)
{
	struct stmt *st = script_add_stmt(p->script, STMT_COMMENT);
	struct text pair = line_text(p, slice, false);
	u32 key = 0;

	st->host = p->host;
	st->line = p->line;
	st->column = 1;
	st->blank_before = blank_before;
	if (!p->began && p->host == 0)
		key = header_key(script_text(p->script, pair), pair.len);
	if (key == 0) {
		st->text = line_text(p, slice, true);
		return;
	}
	st->kind = STMT_HEADER;
	st->pair.key = (struct text){ pair.at, key };
	pair = (struct text){ pair.at + key + 1, pair.len - key - 1 };
	while (pair.len > 0 && p->script->text[pair.at] == ' ')
		pair.at++, pair.len--;
	st->pair.value = pair.len != 0 ? pair : (struct text){ 0, 0 };
}

/* What of a block comment's line is text: without the star that many begin with. */
static struct text without_star(const struct parser *p, struct text line)
{
	u32 n = 0;

	while (n < line.len && is_blank(p->text[line.at + n]))
		n++;
	if (n < line.len && p->text[line.at + n] == '*')
		return (struct text){ line.at + n + 1, line.len - n - 1 };
	return line;
}

static bool is_empty(const struct parser *p, struct text line)
{
	for (u32 i = 0; i < line.len; i++)
		if (!is_blank(p->text[line.at + i]) && p->text[line.at + i] != '\r')
			return false;
	return true;
}

/* Comments that stood inside a statement, or in a block of their own. How many there were. */
static u32 add_notes(struct parser *p, bool blank_before)
{
	u32 n = 0;

	for (u32 i = 0; i < p->nr_notes; i++) {
		struct text line = without_star(p, p->note[i]);

		if (is_empty(p, line))
			continue;
		add_comment(p, line, blank_before && n == 0);
		n++;
	}
	p->nr_notes = 0;
	return n;
}

static bool parse_option(struct parser *p, struct stmt *st)
{
	struct text key, value = { p->at, 0 };

	st->kind = STMT_OPTION;
	if (p->began || p->host != 0)
		return parse_fail(p, "options come before the first statement");
	p->at += 2;
	if (!is_word(scan_char(p, 0)))
		return parse_expected(p, "the name of an option");
	key = (struct text){ p->at, 0 };
	while (is_word(scan_char(p, key.len)))
		key.len++;
	p->at += key.len;
	if (scan_char(p, 0) == '=') {
		p->at++;
		value = (struct text){ p->at, 0 };
		while ((u8)scan_char(p, value.len) > ' ' && scan_char(p, value.len) != 0x7f)
			value.len++;
		p->at += value.len;
	}
	st->pair.key = script_add_text(p->script, p->text + key.at, key.len);
	st->pair.value = script_add_text(p->script, p->text + value.at, value.len);
	return true;
}

/* --- commands and python -------------------------------------------------------------------------
 */
/* As it stands until `end`, over lines if need be. */
static bool parse_quoted(struct parser *p, struct stmt *st, const char *begin, const char *end)
{
	struct script *s = p->script;
	struct scan_mark at_begin = scan_mark(p);
	struct text code = { s->text_len, 0 };

	assert(scan_at(p, begin));
	p->at += (u32)strlen(begin);
	while (p->at < p->len && !scan_at(p, end)) {
		char c = p->text[p->at];

		if (c == '\0')
			return parse_fail(p, "expected a character, found a NUL byte");
		if (!scan_at(p, "\r\n")) {
			script_add_text(s, &c, 1);
			code.len++;
		}
		if (c == '\n')
			scan_newline(p);
		else
			p->at++;
	}
	if (p->at >= p->len) {
		scan_rewind(p, at_begin);
		return parse_fail(
			p, "expected '%s' somewhere behind this, found the end of the file", end);
	}
	p->at += (u32)strlen(end);
	st->text = code.len != 0 ? code : (struct text){ 0, 0 };
	return true;
}

/* --- times ---------------------------------------------------------------------------------------
 */
/* Seconds with up to nine digits behind the point. A point that no digit follows begins an
 * ellipsis.
 */
static bool parse_seconds(struct parser *p, u64 *ns)
{
	u32 begin, digits = 0;
	u64 seconds = 0;

	scan_space(p);
	begin = p->at;
	if (is_digit(scan_char(p, 0))) {
		if (!scan_digits(p, 10, "a time in seconds", TIME_MAX_NS / NS_PER_SEC, &seconds))
			return false;
	} else if (scan_char(p, 0) != '.' || !is_digit(scan_char(p, 1))) {
		return parse_expected(p, "a time in seconds");
	}
	*ns = seconds * NS_PER_SEC;
	if (scan_char(p, 0) == '.' && is_digit(scan_char(p, 1))) {
		p->at++;
		for (u64 unit = NS_PER_SEC / 10; is_digit(scan_char(p, 0)); unit /= 10) {
			*ns += unit * (u64)(scan_char(p, 0) - '0');
			digits++;
			p->at++;
		}
	}
	if (digits > 9) {
		p->at = begin;
		return parse_fail(p, "expected a time of at most nine digits behind the point");
	}
	if (*ns > TIME_MAX_NS) {
		p->at = begin;
		return parse_fail(p, "expected a time in seconds of at most 1000000000");
	}
	if (is_word(scan_char(p, 0)))
		return parse_expected(p, "a blank behind the time, which is in seconds");
	return true;
}

static bool parse_until(struct parser *p, struct when *w)
{
	scan_space(p);
	if (scan_at(p, "...")) {
		p->at += 3;
		w->blocks = true;
		return parse_seconds(p, &w->until_ns);
	}
	if (scan_char(p, 0) != '~')
		return true;
	p->at++;
	if (w->kind == WHEN_REL && !scan_need(p, "+"))
		return false;
	w->kind = w->kind == WHEN_REL ? WHEN_REL_RANGE : WHEN_ABS_RANGE;
	return parse_seconds(p, &w->until_ns);
}

static bool parse_when(struct parser *p, struct when *w)
{
	char c = scan_peek(p);

	if (c == '*') {
		p->at++;
		w->kind = WHEN_ANY;
		return true;
	}
	if (c != '+' && c != '.' && !is_digit(c))
		return true;
	w->kind = c == '+' ? WHEN_REL : WHEN_ABS;
	p->at += c == '+';
	return parse_seconds(p, &w->from_ns) && parse_until(p, w);
}

/* --- statements ----------------------------------------------------------------------------------
 */
/* `thread 2:`, `process 2:`; false without complaint when there is none. */
static bool parse_prefix(struct parser *p, struct stmt *st)
{
	static const char what[] = "a number from 1";
	u32 begin = p->at, max;
	struct text word;
	u64 n = 0;
	u8 *to;

	if (!scan_word(p, &word))
		return false;
	to = word_is(p, word, "thread") ? &st->thread : &st->process;
	max = to == &st->thread ? SCRIPT_THREADS : SCRIPT_PROCESSES;
	if (!word_is(p, word, "thread") && !word_is(p, word, "process")) {
		p->at = begin;
		return false;
	}
	if (*to != 0) {
		p->at = begin;
		return parse_fail(p, "this statement has two %.*s numbers", (int)word.len,
				  p->text + word.at);
	}
	scan_space(p);
	begin = p->at;
	if (!scan_u64(p, what, max, &n))
		return false;
	if (n == 0) {
		p->at = begin;
		return parse_expected(p, what);
	}
	*to = (u8)n;
	return scan_need(p, ":");
}

static bool parse_body(struct parser *p, struct stmt *st)
{
	struct text word;
	struct scan_mark begin = scan_mark(p);
	char c = scan_char(p, 0);

	if (c == '`' || scan_at(p, "%{")) {
		st->kind = c == '`' ? STMT_COMMAND : STMT_PYTHON;
		return c == '`' ? parse_quoted(p, st, "`", "`") : parse_quoted(p, st, "%{", "}%");
	}
	if (c == '<' || c == '>') {
		p->at++;
		st->kind = STMT_PACKET;
		st->packet.incoming = c == '<';
		return parse_packet(p, st);
	}
	if (!scan_word(p, &word))
		return parse_expected(p, "a system call, a packet (< or >), a command in ` `, "
					 "%{ python }% or another statement");
	c = scan_peek(p);
	if (p->failed)
		return false;
	scan_rewind(p, begin);
	return c == '(' ? parse_call(p, st) : parse_directive(p, st);
}

static bool parse_end(struct parser *p, struct stmt *st)
{
	struct text comment;

	scan_space(p);
	if (scan_at(p, "//")) {
		if (!scan_line_comment(p, &comment))
			return false;
		st->comment = line_text(p, comment, false);
	}
	if (p->at >= p->len || (p->host != 0 && scan_char(p, 0) == '}'))
		return true;
	if (scan_char(p, 0) != '\n')
		return parse_expected(p, "the end of the line");
	scan_newline(p);
	return true;
}

static bool parse_statement(struct parser *p, bool blank_before)
{
	struct stmt st = { .host = p->host }, *to;

	if (scan_at(p, "--")) {
		st.line = p->line;
		st.column = p->at - p->line_at + 1;
		if (!parse_option(p, &st))
			return false;
	} else {
		if (!parse_when(p, &st.when))
			return false;
		scan_space(p);
		while (parse_prefix(p, &st))
			scan_space(p);
		st.line = p->line;
		st.column = p->at - p->line_at + 1;
		if (p->failed || !parse_body(p, &st))
			return false;
	}
	if (!parse_end(p, &st))
		return false;
	st.blank_before = add_notes(p, blank_before) == 0 && blank_before;
	if (!check_stmt(p->script, &st, &p->began, p->err)) {
		p->failed = true;
		return false;
	}
	to = script_add_stmt(p->script, st.kind);
	*to = st;
	return true;
}

/* --- blocks and lines ----------------------------------------------------------------------------
 */
/* Nothing but a comment may follow on the line; the comment is one of its own. */
static bool end_of_block_line(struct parser *p)
{
	scan_space(p);
	if (p->failed || p->at >= p->len || scan_char(p, 0) == '\n' || scan_at(p, "//"))
		return !p->failed;
	return parse_expected(p, "the end of the line");
}

static bool parse_host(struct parser *p, struct scan_mark *block)
{
	struct text word;

	*block = scan_mark(p);
	if (p->host != 0)
		return parse_fail(p, "a block of a host inside another one");
	scan_word(p, &word);
	if (!scan_word(p, &word) || word.len != 1 || p->text[word.at] < 'b' ||
	    p->text[word.at] >= 'a' + SCRIPT_HOSTS) {
		p->at = word.at;
		return parse_expected(p, "a host: b, c or d (a is the script's own)");
	}
	p->host = (u8)(p->text[word.at] - 'a');
	scan_space(p);
	if (scan_char(p, 0) != '{')
		return parse_expected(p, "'{'");
	p->at++;
	return end_of_block_line(p);
}

/* One line or more, from the first character on that is no blank. */
static void parse_lines(struct parser *p, struct scan_mark *block, bool blank_before)
{
	struct text comment;

	p->brackets = 0;
	if (scan_at(p, "//")) {
		if (scan_line_comment(p, &comment))
			add_comment(p, comment, blank_before);
	} else if (scan_at(p, "/*")) {
		if (scan_block_comment(p))
			add_notes(p, blank_before);
	} else if (p->host != 0 && scan_char(p, 0) == '}') {
		p->host = 0;
		p->at++;
		end_of_block_line(p);
	} else if (scan_is(p, "host")) {
		parse_host(p, block);
	} else {
		parse_statement(p, blank_before);
	}
}

static void parse_script(struct parser *p)
{
	struct scan_mark block = { 0 };
	bool blank_before = false;
	u32 line_at = p->line_at, nr_stmts;

	while (p->at < p->len && !p->failed) {
		if (is_blank(p->text[p->at]) || scan_at(p, "\r\n")) {
			p->at++;
			continue;
		}
		if (p->text[p->at] == '\n') {
			/* Nothing but blanks since the line began: an empty one. */
			blank_before |= line_at == p->line_at;
			scan_newline(p);
			line_at = p->line_at;
			continue;
		}
		nr_stmts = p->script->nr_stmts;
		parse_lines(p, &block, blank_before && nr_stmts != 0);
		if (p->script->nr_stmts != nr_stmts)
			blank_before = false;
		/* A statement takes its newline along; a comment does not. */
		line_at = p->at == p->line_at ? p->line_at : U32_MAX;
	}
	if (!p->failed && p->host != 0) {
		scan_rewind(p, block);
		parse_fail(p, "expected '}' somewhere behind this, found the end of the file");
	}
}

struct script *script_parse(const char *name, const char *text, size_t len,
			    struct script_error *err)
{
	struct parser p = { .text = text, .len = (u32)len, .line = 1, .err = err };

	memset(err, 0, sizeof(*err));
	if (len > SCRIPT_BYTES) {
		*err = (struct script_error){ .line = 1, .column = 1 };
		snprintf(err->text, sizeof(err->text), "the file is longer than %d bytes",
			 SCRIPT_BYTES);
		return NULL;
	}
	p.script = script_new(name);
	parse_script(&p);
	free(p.note);
	assert(p.failed == (err->line != 0));
	if (p.failed) {
		script_free(p.script);
		return NULL;
	}
	return p.script;
}
