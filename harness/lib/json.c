// SPDX-License-Identifier: MIT
/* json.c - a small JSON writer (RFC 8259): see json.h. */
#include "harness/lib/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/check.h"

void json_begin(struct json *j, FILE *to, u32 lines)
{
	*j = (struct json){ .to = to, .lines = lines };
}

/* RFC 3629 4: the table of well-formed sequences by their first byte and the range of the second.
 */
u32 utf8_length(const u8 *p, size_t left)
{
	static const struct {
		u8 from, to, length, second_from, second_to;
	} rows[] = {
		{ 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf },
		{ 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
		{ 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
		{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf },
		{ 0xf4, 0xf4, 4, 0x80, 0x8f },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (p[0] < rows[i].from || p[0] > rows[i].to)
			continue;
		if (rows[i].length > left)
			return 0;
		if (rows[i].length > 1 && (p[1] < rows[i].second_from || p[1] > rows[i].second_to))
			return 0;
		for (u32 k = 2; k < rows[i].length; k++)
			if ((p[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

static void write_ascii(FILE *to, u8 c)
{
	static const char short_form[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
					   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\' };

	if (c < sizeof(short_form) && short_form[c] != '\0')
		fprintf(to, "\\%c", short_form[c]);
	else if (c < 0x20 || c == 0x7f)
		fprintf(to, "\\u%04x", c);
	else
		fputc(c, to);
}

static void write_string(FILE *to, const char *text, size_t len)
{
	const u8 *p = (const u8 *)text;

	fputc('"', to);
	for (size_t i = 0; i < len;) {
		u32 n = utf8_length(p + i, len - i);

		if (n == 0) {
			fputs("\\ufffd", to);
			n = 1;
		} else if (n == 1) {
			write_ascii(to, p[i]);
		} else {
			fwrite(p + i, 1, n, to);
		}
		i += n;
	}
	fputc('"', to);
}

static void new_line(struct json *j)
{
	fputc('\n', j->to);
	for (u32 i = 0; i < j->depth; i++)
		fputs("  ", j->to);
}

/* What stands before a value: a comma, a line, a key. */
static void lead(struct json *j, const char *key)
{
	if (j->depth == 0) {
		assert(key == NULL);
		return;
	}
	assert((key == NULL) == j->level[j->depth - 1].array);
	if (!j->level[j->depth - 1].empty)
		fputs(j->depth <= j->lines ? "," : ", ", j->to);
	j->level[j->depth - 1].empty = false;
	if (j->depth <= j->lines)
		new_line(j);
	if (key != NULL) {
		write_string(j->to, key, strlen(key));
		fputs(": ", j->to);
	}
}

static void open_level(struct json *j, const char *key, bool array)
{
	lead(j, key);
	assert(j->depth < JSON_DEPTH);
	j->level[j->depth].array = array;
	j->level[j->depth].empty = true;
	j->depth++;
	fputc(array ? '[' : '{', j->to);
}

void json_object(struct json *j, const char *key)
{
	open_level(j, key, false);
}

void json_array(struct json *j, const char *key)
{
	open_level(j, key, true);
}

void json_end(struct json *j)
{
	bool had_lines;

	assert(j->depth > 0);
	had_lines = j->depth <= j->lines && !j->level[j->depth - 1].empty;
	j->depth--;
	if (had_lines)
		new_line(j);
	fputc(j->level[j->depth].array ? ']' : '}', j->to);
	if (j->depth == 0)
		fputc('\n', j->to);
}

void json_raw(struct json *j, const char *key, const char *json)
{
	assert(strchr(json, '\n') == NULL);
	lead(j, key);
	fputs(json, j->to);
}

void json_text_n(struct json *j, const char *key, const char *text, size_t len)
{
	lead(j, key);
	write_string(j->to, text, len);
}

void json_text(struct json *j, const char *key, const char *text)
{
	lead(j, key);
	if (text == NULL)
		fputs("null", j->to);
	else
		write_string(j->to, text, strlen(text));
}

void json_textf(struct json *j, const char *key, const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	json_text(j, key, text);
}

void json_u64(struct json *j, const char *key, u64 v)
{
	lead(j, key);
	fprintf(j->to, "%" PRIu64, v);
}

void json_s64(struct json *j, const char *key, s64 v)
{
	lead(j, key);
	fprintf(j->to, "%" PRId64, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
	lead(j, key);
	fputs(v ? "true" : "false", j->to);
}

void json_decimal(struct json *j, const char *key, u64 v, u32 decimals)
{
	u64 unit = 1;

	assert(decimals <= 18);
	for (u32 i = 0; i < decimals; i++)
		unit *= 10;
	lead(j, key);
	if (decimals == 0)
		fprintf(j->to, "%" PRIu64, v);
	else
		fprintf(j->to, "%" PRIu64 ".%0*" PRIu64, v / unit, (int)decimals, v % unit);
}
