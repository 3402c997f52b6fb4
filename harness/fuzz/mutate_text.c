// SPDX-License-Identifier: MIT
/* mutate_text.c - see mutate.def: operations on texts: lines, words, numbers, signs. Words are
 * those of the language's tables, lines those of the bank.
 */
#include "harness/fuzz/mutate_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/scan.h"

enum { LINES_MOST = 16, NUMBER_TEXT = 24, TRIES = 16, TEXT_MOST = 1 << 18 };

struct part {
	u32 at, len;
};

/* --- words of the tables
 * ---------------------------------------------------------------------------
 */
static const char *const plain_words[] = {
	"...",
	"NULL",
	"hex",
	"pattern",
	"htons(80)",
	"inet_addr(\"192.0.2.1\")",
	"+0",
	"+.1",
	"0",
	"*",
	"+0~+.1",
	"+0...0.2",
	"<",
	">",
	"udp",
	"icmp",
	"arp",
	"eth",
	"ip",
	"proto",
	"who-has",
	"tell",
	"reply",
	"is-at",
	"host b",
	"{",
	"}",
	"(",
	")",
	"[",
	"]",
	"=",
	"->",
	"|",
	"\"abc\"",
	"thread 2:",
	"process 2:",
	"%{ assert True }%",
	"`true`",
	"--device=igb",
	"// comment",
	"/* comment */",
	"192.0.2.1 > 192.0.2.2",
	"02:00:00:00:00:01",
	"1:1001(1000)",
	"ack 1",
	"win 257",
	"<mss 1460>",
};

static const char *table_word(struct mutator *m)
{
	const struct field_info *row = &script_fields[mutate_below(m, script_nr_fields)];

	switch (mutate_below(m, 6)) {
	case 0:
		return script_calls[mutate_below(m, CALL_MAX)].name;
	case 1:
		return script_symbols[mutate_below(m, script_nr_symbols)].name;
	case 2:
		return script_directives[mutate_below(m, DIR_MAX)];
	case 3:
		return packet_words[mutate_below(m, WORD_MAX)].word;
	case 4:
		return row->name;
	default:
		return plain_words[mutate_below(m, ARRAY_SIZE(plain_words))];
	}
}

/* --- parts of the text
 * -----------------------------------------------------------------------------
 */
/* The line around `at`, its newline too. */
static struct part line_at(const u8 *text, u32 len, u32 at)
{
	struct part p = { at, 0 };

	while (p.at != 0 && text[p.at - 1] != '\n')
		p.at--;
	while (p.at + p.len < len && text[p.at + p.len] != '\n')
		p.len++;
	p.len += p.at + p.len < len;
	return p;
}

static bool some_line(struct mutator *m, struct part *p)
{
	if (m->len == 0)
		return false;
	*p = line_at(m->bytes, (u32)m->len, mutate_below(m, (u32)m->len));
	return true;
}

/* The beginning of a line, or the end. */
static u32 some_gap(struct mutator *m)
{
	struct part p;

	if (mutate_one_in(m, 8) || !some_line(m, &p))
		return (u32)m->len;
	return p.at;
}

static bool is_number_at(const u8 *text, u32 i)
{
	return is_digit((char)text[i]);
}

static bool is_word_at(const u8 *text, u32 i)
{
	return is_word((char)text[i]);
}

/* A run of such characters, by chance. */
static bool some_run(struct mutator *m, bool (*is)(const u8 *text, u32 i), struct part *p)
{
	for (u32 i = 0; m->len != 0 && i < TRIES; i++) {
		u32 at = mutate_below(m, (u32)m->len);

		while (at < m->len && !is(m->bytes, at))
			at++;
		if (at == m->len)
			continue;
		while (at != 0 && is(m->bytes, at - 1))
			at--;
		*p = (struct part){ at, 0 };
		while (at + p->len < m->len && is(m->bytes, at + p->len))
			p->len++;
		return true;
	}
	return false;
}

/* In the place of a part stands this, which does not lie in the text. */
static bool put(struct mutator *m, struct part p, const void *text, u32 len)
{
	if (m->len + len > TEXT_MOST || (len == p.len && memcmp(m->bytes + p.at, text, len) == 0))
		return false;
	mutate_bytes_cut(m, p.at, p.len);
	memcpy(mutate_bytes_open(m, p.at, len), text, len);
	return true;
}

/* --- lines
 * -----------------------------------------------------------------------------------------
 */
bool op_text_insert(struct mutator *m)
{
	const struct bank *b = mutate_bank(m);
	u32 at = some_gap(m);
	const char *line;

	if (b->nr_lines == 0 || m->len > TEXT_MOST)
		return false;
	line = b->line[mutate_below(m, b->nr_lines)];
	*mutate_bytes_open(m, at, 1) = '\n';
	return put(m, (struct part){ at, 0 }, line, (u32)strlen(line));
}

static u32 end_of_lines(const struct mutator *m, u32 at, u32 n)
{
	while (n != 0 && at < m->len) {
		at += line_at(m->bytes, (u32)m->len, at).len;
		n--;
	}
	return at;
}

bool op_text_remove(struct mutator *m)
{
	struct part p;
	u32 n = mutate_one_in(m, 2) ? 1 : mutate_between(m, 1, LINES_MOST);

	if (!some_line(m, &p))
		return false;
	mutate_bytes_cut(m, p.at, end_of_lines(m, p.at, n) - p.at);
	return true;
}

bool op_text_repeat(struct mutator *m)
{
	u8 copy[1024];
	struct part p;
	u32 to;

	if (!some_line(m, &p) || p.len > sizeof(copy))
		return false;
	memcpy(copy, m->bytes + p.at, p.len);
	to = mutate_one_in(m, 2) ? p.at : some_gap(m);
	return put(m, (struct part){ to, 0 }, copy, p.len);
}

bool op_text_move(struct mutator *m)
{
	u8 copy[1024];
	struct part p;
	u32 to;

	if (!some_line(m, &p) || p.len > sizeof(copy))
		return false;
	memcpy(copy, m->bytes + p.at, p.len);
	mutate_bytes_cut(m, p.at, p.len);
	to = some_gap(m);
	return put(m, (struct part){ to, 0 }, copy, p.len) && to != p.at;
}

/* Lines of it, or all behind a place here. */
bool op_text_splice(struct mutator *m)
{
	struct part p;
	u32 to = some_gap(m);

	if (m->add_len == 0)
		return false;
	p = line_at(m->add_data, (u32)m->add_len, mutate_below(m, (u32)m->add_len));
	if (mutate_one_in(m, 2)) {
		p.len = (u32)m->add_len - p.at;
		m->len = to;
	}
	return put(m, (struct part){ to, 0 }, m->add_data + p.at, p.len);
}

/* --- words and signs
 * -------------------------------------------------------------------------------
 */
bool op_text_word(struct mutator *m)
{
	const char *word = table_word(m);
	struct part p;

	return some_run(m, is_word_at, &p) && put(m, p, word, (u32)strlen(word));
}

bool op_text_word_insert(struct mutator *m)
{
	char text[128];
	int n = snprintf(text, sizeof(text), " %s ", table_word(m));
	struct part p;

	if (!some_run(m, is_word_at, &p))
		p.at = (u32)m->len;
	p.len = 0;
	return put(m, p, text, min_u32((u32)n, sizeof(text) - 1));
}

bool op_text_word_remove(struct mutator *m)
{
	struct part p;

	if (!some_run(m, is_word_at, &p))
		return false;
	mutate_bytes_cut(m, p.at, p.len);
	return true;
}

bool op_text_number(struct mutator *m)
{
	static const char *const odd[] = { "-1",	 "0x",
					   "00",	 "1e3",
					   ".5",	 "18446744073709551616",
					   "0xffffffff", "256",
					   "65536",	 "9999999999999999999999",
					   "-0",	 "-9223372036854775808" };
	char text[NUMBER_TEXT + 8];
	struct part p;

	if (!some_run(m, is_number_at, &p))
		return false;
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)mutate_edge(m));
	if (mutate_one_in(m, 4))
		(void)snprintf(text, sizeof(text), "%s", odd[mutate_below(m, ARRAY_SIZE(odd))]);
	return put(m, p, text, (u32)strlen(text));
}

bool op_text_sign(struct mutator *m)
{
	static const char signs[] = "(){}[]<>=,.:;|+-*~\"'`%/\\#!& \t\n\r";
	u32 at;
	u8 sign = (u8)signs[mutate_below(m, sizeof(signs) - 1)];

	if (m->len == 0)
		return false;
	at = mutate_below(m, (u32)m->len);
	for (u32 i = 0; i < TRIES && at + 1 < m->len && is_word_at(m->bytes, at); i++)
		at++;
	switch (mutate_below(m, 3)) {
	case 0:
		mutate_bytes_cut(m, at, 1);
		return true;
	case 1:
		return put(m, (struct part){ at, 0 }, &sign, 1);
	default:
		return put(m, (struct part){ at, 1 }, &sign, 1);
	}
}

bool op_text_bytes(struct mutator *m)
{
	switch (mutate_below(m, 4)) {
	case 0:
		return op_bytes_flip(m);
	case 1:
		return op_bytes_byte(m);
	case 2:
		return op_bytes_insert(m);
	default:
		return op_bytes_remove(m);
	}
}
