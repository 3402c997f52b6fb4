// SPDX-License-Identifier: MIT
/* scan.c - the cursor of the parser: blanks, words, numbers, addresses, strings; and errors. */
#include "harness/script/scan.h"
#include "harness/script/parse_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/scan.h"

enum { FOUND_BYTES = 40 };

bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char scan_char(const struct parser *p, u32 ahead)
{
	if (ahead >= p->len - p->at)
		return '\0';
	return p->text[p->at + ahead];
}

bool scan_at(const struct parser *p, const char *what)
{
	size_t n = strlen(what);

	return n <= p->len - p->at && memcmp(p->text + p->at, what, n) == 0;
}

void scan_newline(struct parser *p)
{
	assert(p->text[p->at] == '\n');
	p->at++;
	p->line++;
	p->line_at = p->at;
}

struct scan_mark scan_mark(const struct parser *p)
{
	return (struct scan_mark){ p->at, p->line, p->line_at };
}

void scan_rewind(struct parser *p, struct scan_mark to)
{
	assert(to.at <= p->at);
	p->at = to.at;
	p->line = to.line;
	p->line_at = to.line_at;
}

/* --- errors --------------------------------------------------------------------------------------
 */
/* What stands at the present place, as a message says it. */
static void describe(const struct parser *p, char *to, u32 size)
{
	char c = scan_char(p, 0);
	u32 n = 0;

	while (n < FOUND_BYTES && is_word(scan_char(p, n)))
		n++;
	if (p->at >= p->len)
		snprintf(to, size, "the end of the file");
	else if (c == '\n' || scan_at(p, "\r\n") || scan_at(p, "//"))
		snprintf(to, size, "the end of the line");
	else if (scan_at(p, "..."))
		snprintf(to, size, "'...'");
	else if (c == '"')
		snprintf(to, size, "a string");
	else if (n != 0)
		snprintf(to, size, "'%.*s%s'", (int)n, p->text + p->at,
			 n == FOUND_BYTES ? "..." : "");
	else if (c > 0x20 && c < 0x7f)
		snprintf(to, size, "'%c'", c);
	else
		snprintf(to, size, "byte 0x%02x", (u8)c);
}

bool parse_fail(struct parser *p, const char *fmt, ...)
{
	va_list args;

	if (p->failed)
		return false;
	p->failed = true;
	p->err->line = p->line;
	p->err->column = p->at - p->line_at + 1;
	va_start(args, fmt);
	vsnprintf(p->err->text, sizeof(p->err->text), fmt, args);
	va_end(args);
	return false;
}

bool parse_expected(struct parser *p, const char *what)
{
	char found[FOUND_BYTES + 24];

	scan_space(p);
	describe(p, found, sizeof(found));
	return parse_fail(p, "expected %s, found %s", what, found);
}

/* --- blanks and comments -------------------------------------------------------------------------
 */
static void keep_note(struct parser *p, u32 from, u32 to)
{
	/* Looking ahead may come here twice. */
	if (p->nr_notes > 0 && p->note[p->nr_notes - 1].at >= from)
		return;
	if (p->nr_notes == p->notes_cap) {
		p->notes_cap = p->notes_cap * 2 + 16;
		p->note = realloc(p->note, p->notes_cap * sizeof(*p->note));
		assert(p->note != NULL);
	}
	p->note[p->nr_notes] = (struct text){ from, to - from };
	p->nr_notes++;
}

/* Text that a person reads: goes on until the line ends, or `end`. */
static bool comment_text(struct parser *p, const char *end)
{
	char c;

	while (p->at < p->len && p->text[p->at] != '\n' && (end == NULL || !scan_at(p, end))) {
		c = p->text[p->at];
		if (((u8)c < 0x20 && !is_blank(c) && !scan_at(p, "\r\n")) || c == 0x7f)
			return parse_fail(p, "expected text, found byte 0x%02x", (u8)c);
		p->at++;
	}
	return true;
}

bool scan_line_comment(struct parser *p, struct text *comment)
{
	assert(scan_at(p, "//"));
	p->at += 2;
	*comment = (struct text){ p->at, 0 };
	if (!comment_text(p, NULL))
		return false;
	comment->len = p->at - comment->at;
	return true;
}

/* From the slash on; its lines are noted. */
bool scan_block_comment(struct parser *p)
{
	struct scan_mark begin = scan_mark(p);
	u32 from;

	assert(scan_at(p, "/*"));
	p->at += 2;
	for (;;) {
		from = p->at;
		if (!comment_text(p, "*/"))
			return false;
		keep_note(p, from, p->at);
		if (p->at >= p->len) {
			scan_rewind(p, begin);
			return parse_fail(p,
					  "expected '*/' somewhere behind this, found the end of "
					  "the file");
		}
		if (scan_char(p, 0) == '*')
			break;
		scan_newline(p);
	}
	p->at += 2;
	return true;
}

void scan_space(struct parser *p)
{
	struct text comment;

	while (p->at < p->len && !p->failed) {
		char c = p->text[p->at];

		if (is_blank(c) || scan_at(p, "\r\n")) {
			p->at++;
		} else if (c == '\n' && p->brackets > 0) {
			scan_newline(p);
		} else if (c == '/' && p->brackets > 0 && scan_at(p, "//")) {
			if (!scan_line_comment(p, &comment))
				return;
			keep_note(p, comment.at, comment.at + comment.len);
		} else if (c == '/' && scan_at(p, "/*")) {
			scan_block_comment(p);
		} else {
			return;
		}
	}
}

/* --- words ---------------------------------------------------------------------------------------
 */
char scan_peek(struct parser *p)
{
	scan_space(p);
	return scan_char(p, 0);
}

bool scan_is(struct parser *p, const char *word)
{
	u32 n = (u32)strlen(word);

	assert(n > 0);
	scan_space(p);
	return scan_at(p, word) && !(is_word(word[n - 1]) && is_word(scan_char(p, n)));
}

bool scan_take(struct parser *p, const char *word)
{
	if (p->failed || !scan_is(p, word))
		return false;
	p->at += (u32)strlen(word);
	if (strchr("([{", *word) != NULL)
		p->brackets++;
	else if (strchr(")]}", *word) != NULL && p->brackets > 0)
		p->brackets--;
	return true;
}

bool scan_need(struct parser *p, const char *word)
{
	char what[FOUND_BYTES];

	if (scan_take(p, word))
		return true;
	snprintf(what, sizeof(what), "'%s'", word);
	return parse_expected(p, what);
}

bool scan_word(struct parser *p, struct text *word)
{
	scan_space(p);
	*word = (struct text){ p->at, 0 };
	if (is_digit(scan_char(p, 0)))
		return false;
	while (is_word(scan_char(p, word->len)))
		word->len++;
	p->at += word->len;
	return word->len != 0;
}

bool word_is(const struct parser *p, struct text word, const char *what)
{
	return word.len == strlen(what) && memcmp(p->text + word.at, what, word.len) == 0;
}

/* --- numbers -------------------------------------------------------------------------------------
 */
bool scan_digits(struct parser *p, u32 base, const char *what, u64 max, u64 *to)
{
	u32 begin = p->at;
	u64 v = 0;
	int digit;

	if (!is_word(scan_char(p, 0)) || hex_value(scan_char(p, 0)) < 0)
		return parse_expected(p, what);
	while ((digit = hex_value(scan_char(p, 0))) >= 0 && (u32)digit < base) {
		if (v > (max - (u32)digit) / base || (u64)(u32)digit > max) {
			p->at = begin;
			return parse_fail(p, "expected %s of at most %llu", what,
					  (unsigned long long)max);
		}
		v = v * base + (u32)digit;
		p->at++;
	}
	*to = v;
	return true;
}

bool scan_number(struct parser *p, const char *what, u64 max, u64 *to, bool *hex)
{
	u32 begin;

	scan_space(p);
	begin = p->at;
	*hex = scan_at(p, "0x") || scan_at(p, "0X");
	if (!is_digit(scan_char(p, 0)))
		return parse_expected(p, what);
	if (*hex)
		p->at += 2;
	if (*hex && hex_value(scan_char(p, 0)) < 0) {
		p->at = begin;
		return parse_expected(p, what);
	}
	if (!scan_digits(p, *hex ? 16 : 10, what, max, to))
		return false;
	if (is_word(scan_char(p, 0))) {
		p->at = begin;
		return parse_expected(p, what);
	}
	return true;
}

bool scan_u64(struct parser *p, const char *what, u64 max, u64 *to)
{
	bool hex;

	return scan_number(p, what, max, to, &hex);
}

bool scan_duration(struct parser *p, u64 *ns)
{
	static const struct {
		const char *unit;
		u64 ns;
	} units[] = { { "ns", 1 }, { "us", 1000 }, { "ms", NS_PER_MS }, { "s", NS_PER_SEC } };
	u32 begin;

	scan_space(p);
	begin = p->at;
	if (!is_digit(scan_char(p, 0)))
		return parse_expected(p, "a duration (200ms)");
	if (!scan_digits(p, 10, "a duration", TIME_MAX_NS, ns))
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(units); i++) {
		if (!scan_at(p, units[i].unit) || is_word(scan_char(p, (u32)strlen(units[i].unit))))
			continue;
		p->at += (u32)strlen(units[i].unit);
		if (*ns <= TIME_MAX_NS / units[i].ns) {
			*ns *= units[i].ns;
			return true;
		}
		p->at = begin;
		return parse_fail(p, "expected a duration of at most 1000000000s");
	}
	p->at = begin;
	return parse_expected(p, "a duration with its unit: ns, us, ms or s (200ms)");
}

/* --- bytes ---------------------------------------------------------------------------------------
 */
bool scan_hex_bytes(struct parser *p, struct text *bytes)
{
	u32 n = 0;
	char *to;

	scan_space(p);
	while (hex_value(scan_char(p, n)) >= 0)
		n++;
	if (n == 0 || is_word(scan_char(p, n)))
		return parse_expected(p, "bytes as hexadecimal digits");
	if (n % 2 != 0)
		return parse_fail(p, "expected two hexadecimal digits a byte, found %u digits", n);
	*bytes = script_add_text(p->script, p->text + p->at, n);
	to = p->script->text + bytes->at;
	for (u32 i = 0; i < n / 2; i++)
		to[i] = (char)(hex_value(to[2 * i]) * 16 + hex_value(to[2 * i + 1]));
	bytes->len = n / 2;
	p->script->text_len -= n / 2;
	p->at += n;
	return true;
}

/* Behind the backslash. */
static bool escape(struct parser *p, char *to)
{
	static const char from[] = "ntrabfv\\\"'", what[] = "\n\t\r\a\b\f\v\\\"'";
	char c = scan_char(p, 0);
	const char *simple = c != '\0' ? strchr(from, c) : NULL;
	u32 v = 0, n = 0;

	if (simple != NULL) {
		*to = what[simple - from];
		p->at++;
		return true;
	}
	if (c == 'x' && hex_value(scan_char(p, 1)) >= 0) {
		p->at++;
		for (; n < 2 && hex_value(scan_char(p, 0)) >= 0; n++, p->at++)
			v = v << 4 | (u32)hex_value(scan_char(p, 0));
	} else if (c >= '0' && c <= '7') {
		for (; n < 3 && scan_char(p, 0) >= '0' && scan_char(p, 0) <= '7'; n++, p->at++)
			v = v << 3 | (u32)(scan_char(p, 0) - '0');
	} else {
		p->at--;
		return parse_fail(p, "expected an escape as C has it, like \\n, \\x00 or \\0");
	}
	if (v > 0xff) {
		p->at -= n + 1;
		return parse_fail(p, "expected an octal escape of at most \\377");
	}
	*to = (char)v;
	return true;
}

bool scan_string(struct parser *p, struct text *bytes)
{
	struct script *s = p->script;
	u32 begin;
	char c;

	if (scan_peek(p) != '"')
		return parse_expected(p, "a string");
	begin = p->at;
	p->at++;
	*bytes = (struct text){ s->text_len, 0 };
	while (p->at < p->len && p->text[p->at] != '"') {
		c = p->text[p->at];
		if (c == '\n')
			break;
		p->at++;
		if (c == '\\' && !escape(p, &c))
			return false;
		script_add_text(s, &c, 1);
	}
	if (p->at >= p->len || p->text[p->at] != '"') {
		p->at = begin;
		return parse_fail(p, "this string has no end on its line: expected '\"'");
	}
	p->at++;
	bytes->len = s->text_len - bytes->at;
	if (bytes->len == 0)
		bytes->at = 0;
	return true;
}

/* --- addresses -----------------------------------------------------------------------------------
 */
/* How many bytes of a text are a.b.c.d; 0: it does not begin with one. */
u32 ipv4_of(const char *text, u32 len, u32 *addr)
{
	u32 at = 0, v, digits;

	*addr = 0;
	for (u32 i = 0; i < 4; i++) {
		if (i > 0 && (at >= len || text[at] != '.'))
			return 0;
		at += i > 0;
		v = digits = 0;
		for (; at < len && is_digit(text[at]) && digits < 4; digits++, at++)
			v = v * 10 + (u32)(text[at] - '0');
		if (digits == 0 || digits > 3 || v > 255)
			return 0;
		*addr = *addr << 8 | v;
	}
	return at < len && is_word(text[at]) ? 0 : at;
}

bool scan_ipv4(struct parser *p, u32 *addr)
{
	u32 n;

	scan_space(p);
	n = ipv4_of(p->text + p->at, p->len - p->at, addr);
	if (n == 0)
		return parse_expected(p, "an IPv4 address");
	p->at += n;
	return true;
}

bool scan_mac(struct parser *p, u8 mac[6])
{
	u32 at = 0;

	scan_space(p);
	for (u32 i = 0; i < 6; i++) {
		int high = hex_value(scan_char(p, at)), low = hex_value(scan_char(p, at + 1));

		if (high < 0 || low < 0 || (i < 5 && scan_char(p, at + 2) != ':'))
			return parse_expected(p, "a MAC address (02:00:00:00:00:01)");
		mac[i] = (u8)(high << 4 | low);
		at += 3;
	}
	if (is_word(scan_char(p, at - 1)))
		return parse_expected(p, "a MAC address (02:00:00:00:00:01)");
	p->at += at - 1;
	return true;
}
