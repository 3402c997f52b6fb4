// SPDX-License-Identifier: MIT
/* frames_read.c - a .frames file, read line by line: headers, the set-up, what is done finally,
 * cases. Any bytes are a file, or refused with the place and what was expected there.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/golden/frames.h"
#include "harness/script/packet.h"
#include "harness/script/scan.h"
#include "harness/lib/must.h"

enum {
	TIME_MAX_S = 3600,
	TIME_DIGITS = 9,
	NAME_MAX_BYTES = 80,
	FRAME_MAX_BYTES = PACKET_BYTES_MAX,
	CASES_MAX = 10000,
	LINES_MAX = 1000, /* of a case */
	HZ_MAX = 10000
};

struct reader {
	struct frames *f;
	const char *text, *end; /* of the file */
	const char *line, *at, *line_end;
	u32 nr; /* of the line, from 1 */
	FILE *head, *sysctls;
	struct script_error *err;
	bool failed;
};

static bool fail(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct reader *r, const char *fmt, ...)
{
	va_list ap;

	if (r->failed)
		return false;
	r->failed = true;
	r->err->line = max_u32(r->nr, 1);
	r->err->column = (u32)(r->at - r->line) + 1;
	va_start(ap, fmt);
	vsnprintf(r->err->text, sizeof(r->err->text), fmt, ap);
	va_end(ap);
	return false;
}

/* The next line; false: there is none. */
static bool next_line(struct reader *r)
{
	const char *from = r->nr == 0 ? r->text : r->line_end + (r->line_end < r->end);

	if (from >= r->end)
		return false;
	r->line = r->at = from;
	r->line_end = memchr(from, '\n', (size_t)(r->end - from));
	if (r->line_end == NULL)
		r->line_end = r->end;
	r->nr++;
	if (memchr(r->line, '\0', (size_t)(r->line_end - r->line)) != NULL)
		return fail(r, "a zero byte");
	return true;
}

static size_t left(const struct reader *r)
{
	return (size_t)(r->line_end - r->at);
}

static bool begins(const struct reader *r, const char *word)
{
	return left(r) >= strlen(word) && memcmp(r->at, word, strlen(word)) == 0;
}

/* Takes the word if it stands there. */
static bool take(struct reader *r, const char *word)
{
	if (!begins(r, word))
		return false;
	r->at += strlen(word);
	return true;
}

static bool is_empty(const struct reader *r)
{
	for (const char *p = r->at; p < r->line_end; p++)
		if (*p != ' ' && *p != '\t')
			return false;
	return true;
}

static const char *rest(struct reader *r)
{
	const char *text = frames_keep(r->f, r->at, left(r));

	r->at = r->line_end;
	return text;
}

/* "30.000": a number of seconds with a point. */
static bool take_time(struct reader *r, s64 *to)
{
	u64 s = 0, ns = 0;
	u32 digits = 0;

	if (r->at == r->line_end || !isdigit((u8)*r->at))
		return fail(r, "expected a time in seconds, as 0.010");
	for (; r->at < r->line_end && isdigit((u8)*r->at) && s <= TIME_MAX_S; r->at++)
		s = s * 10 + (u64)(*r->at - '0');
	if (s > TIME_MAX_S)
		return fail(r, "no time is longer than %d seconds", TIME_MAX_S);
	if (!take(r, "."))
		return fail(r, "expected a point: times are written as 0.010");
	for (; r->at < r->line_end && isdigit((u8)*r->at); r->at++, digits++) {
		if (digits == TIME_DIGITS)
			return fail(r, "a time has nine decimals at most");
		ns = ns * 10 + (u64)(*r->at - '0');
	}
	if (digits == 0)
		return fail(r, "expected decimals");
	for (; digits < TIME_DIGITS; digits++)
		ns *= 10;
	*to = (s64)(s * NS_PER_SEC + ns);
	return true;
}

static bool has_time(const struct reader *r)
{
	const char *p = r->at;

	while (p < r->line_end && isdigit((u8)*p))
		p++;
	return p != r->at && p < r->line_end && *p == '.';
}

static bool end_of_line(struct reader *r)
{
	return r->at == r->line_end || fail(r, "expected the end of the line");
}

/* --- headers */

static bool take_number(struct reader *r, u64 max, u64 *to)
{
	*to = 0;
	if (r->at == r->line_end)
		return fail(r, "expected a number");
	for (; r->at < r->line_end; r->at++) {
		u64 digit = (u64)(*r->at - '0');

		if (!isdigit((u8)*r->at) || *to > (max - digit) / 10)
			return fail(r, "expected a number up to %llu", (unsigned long long)max);
		*to = *to * 10 + digit;
	}
	return true;
}

static bool take_string(struct reader *r, char *to, size_t size)
{
	if (left(r) == 0 || left(r) >= size)
		return fail(r, "expected 1 to %zu characters", size - 1);
	memcpy(to, r->at, left(r));
	to[left(r)] = '\0';
	return true;
}

/* A header that capture has written: true when it is one. */
static bool is_provenance(struct reader *r)
{
	struct provenance *p = &r->f->from;
	u64 n;

	if (take(r, "// oracle: ")) {
		r->f->captured = true;
		take_string(r, p->kernel, sizeof(p->kernel));
	} else if (take(r, "// config: ")) {
		take_string(r, p->config_hash, sizeof(p->config_hash));
	} else if (take(r, "// patches: ")) {
		take_string(r, p->patches_hash, sizeof(p->patches_hash));
	} else if (take(r, "// seed: ")) {
		take_number(r, U64_MAX, &p->seed);
	} else if (take(r, "// hz: ")) {
		if (take_number(r, HZ_MAX, &n) && n == 0)
			fail(r, "a second has at least one tick");
		p->hz = (u32)n;
	} else if (take(r, "// sysctl: ")) {
		fprintf(r->sysctls, "%.*s\n", (int)left(r), r->at);
	} else {
		return false;
	}
	return true;
}

/* --- the set-up */

static bool is_section(const struct reader *r)
{
	return begins(r, "finally ") || begins(r, "case ");
}

/* Comment lines at the top, until the first line that is none. */
static bool read_head(struct reader *r)
{
	struct frames *f = r->f;
	char *head = NULL;
	size_t len = 0, sysctls_len = 0;
	bool more;

	r->head = must(open_memstream(&head, &len));
	r->sysctls = must(open_memstream(&f->from.sysctls, &sysctls_len));
	while ((more = next_line(r)) && begins(r, "//") && !r->failed)
		if (!is_provenance(r)) {
			fprintf(r->head, "%.*s\n", (int)left(r), r->at);
			f->head_lines++;
		}
	fclose(r->head);
	fclose(r->sysctls);
	f->head = frames_keep(f, head, len);
	free(head);
	return more;
}

/* Statements up to finally or the first case. Comments right above that are the case's. */
static bool read_setup(struct reader *r, bool more)
{
	const char *from, *to;

	while (more && is_empty(r))
		more = next_line(r);
	from = to = r->line;
	r->f->setup_line = r->nr;
	for (; more && !is_section(r); more = next_line(r))
		if (!is_empty(r))
			to = r->line_end;
	r->f->setup = frames_keep(r->f, from, (size_t)(to - from));
	if (!more)
		return fail(r, "expected a case");
	return true;
}

static bool is_allowed(const struct stmt *st, bool finally)
{
	if (st->host != 0 || st->kind == STMT_PACKET || st->kind == STMT_DIRECTIVE)
		return false;
	return !finally || st->kind == STMT_CALL;
}

/* When the statement is due, by what the one before it was. */
static s64 due(const struct stmt *st, s64 before)
{
	if (st->when.kind == WHEN_ABS)
		return (s64)st->when.from_ns;
	if (st->when.kind == WHEN_REL)
		return before + (s64)st->when.from_ns;
	return before;
}

static bool fail_at(struct reader *r, u32 line, u32 column, const char *what)
{
	fail(r, "%s", what);
	r->err->line = line;
	r->err->column = column;
	return false;
}

static bool check_setup(struct reader *r)
{
	struct frames *f = r->f;
	struct script_error err = { 0 };
	struct script *s = script_parse(f->name, f->head, strlen(f->head), &err);

	if (s != NULL)
		f->head_stmts = s->nr_stmts;
	script_free(s);
	s = script_parse(f->name, f->setup, strlen(f->setup), &err);
	if (s == NULL)
		return fail_at(r, f->setup_line + err.line - 1, err.column, err.text);
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		f->begin_ns = due(st, f->begin_ns);
		if (!is_allowed(st, false)) {
			fail_at(r, f->setup_line + st->line - 1, st->column,
				"a set-up has commands and calls of one host only");
			break;
		}
	}
	f->setup_stmts = s->nr_stmts;
	script_free(s);
	return !r->failed;
}

/* A statement without a time: one call. */
static bool read_statement(struct reader *r)
{
	enum { TIME_BYTES = 3 };
	struct frames *f = r->f;
	struct frames_statement *statement;
	struct script_error err = { 0 };
	struct script *s;
	char *text;
	int len = asprintf(&text, "+0 %.*s\n", (int)left(r), r->at);

	if (len < 0)
		abort();
	s = script_parse(f->name, text, (size_t)len, &err);
	free(text);
	if (s == NULL)
		return fail_at(r, r->nr, err.column > TIME_BYTES ? err.column - TIME_BYTES : 1,
			       err.text);
	if (s->nr_stmts != 1 || !is_allowed(&s->stmt[0], true) || s->stmt[0].comment.len != 0)
		fail(r, "expected a call, on one line, without a time");
	script_free(s);
	if (r->failed)
		return false;
	statement = frames_add_statement(f);
	statement->line = r->nr;
	statement->text = rest(r);
	return true;
}

/* Up to the comment or the word before the first case. */
static bool read_finally(struct reader *r)
{
	bool more = true;

	if (!take(r, "finally "))
		return true;
	r->f->finally_line = r->nr;
	if (!take_time(r, &r->f->end_ns) || !end_of_line(r))
		return false;
	while ((more = next_line(r)) && !begins(r, "case ") && !begins(r, "//"))
		if (!is_empty(r) && !read_statement(r))
			return false;
	return more || fail(r, "expected a case");
}

/* --- cases */

static bool is_name(char c)
{
	return isalnum((u8)c) || strchr("-_.+", c) != NULL;
}

/* One of the words from the second on; 0: none of them stands there. */
static u32 take_word(struct reader *r, const char *const *words, u32 nr)
{
	for (u32 i = 1; i < nr; i++)
		if (take(r, words[i]))
			return i;
	return 0;
}

static bool read_case_line(struct reader *r, struct frames_case *c)
{
	const char *from = r->at;

	c->line = r->nr;
	while (r->at < r->line_end && *r->at != '\0' && is_name(*r->at))
		r->at++;
	if (r->at == from || r->at - from > NAME_MAX_BYTES)
		return fail(r, "expected a name of letters, digits and -_.+, of at most %d",
			    NAME_MAX_BYTES);
	c->name = frames_keep(r->f, from, (size_t)(r->at - from));
	for (u32 i = 0; i + 1 < r->f->nr; i++)
		if (strcmp(r->f->c[i].name, c->name) == 0)
			return fail(r, "another case is called %s, in line %u", c->name,
				    r->f->c[i].line);
	if (take(r, " pending: ")) {
		c->pending = (enum frames_pending)take_word(r, frames_pending_names, PENDINGS);
		if (c->pending == PENDING_NOT)
			return fail(r, "expected what it waits for: tcp, options or icmp");
	}
	if (take(r, " igb: ")) {
		c->card = (enum frames_card)take_word(r, frames_card_names, CARDS);
		if (c->card == CARD_SAME)
			return fail(r, "expected what a card does: padding, filter, clock or sum");
	}
	return end_of_line(r);
}

static s64 last_time(const struct frames_case *c)
{
	return c->nr_frames != 0 ? c->frame[c->nr_frames - 1].when_ns : 0;
}

static bool read_frame(struct reader *r, struct frames_case *c, bool outgoing)
{
	static u8 bytes[FRAME_MAX_BYTES];
	s64 when = last_time(c), before = when;
	struct frames_frame *frame;
	u32 len = 0;

	if (has_time(r) && (!take_time(r, &when) || !take(r, " ")))
		return fail(r, "expected the bytes of a frame");
	if (when < before)
		return fail(r, "the time is before that of the frame above");
	for (; left(r) >= 2 && hex_value(r->at[0]) >= 0 && hex_value(r->at[1]) >= 0; r->at += 2) {
		if (len == sizeof(bytes))
			return fail(r, "a frame has %zu bytes at most", sizeof(bytes));
		bytes[len++] = (u8)(hex_value(r->at[0]) << 4 | hex_value(r->at[1]));
	}
	if (len == 0 || r->at != r->line_end)
		return fail(r, "expected bytes, two hexadecimal digits each");
	frame = frames_add_frame(r->f, c, bytes, len);
	frame->outgoing = outgoing;
	frame->when_ns = when;
	frame->line = r->nr;
	c->captured = c->captured || outgoing;
	return true;
}

static bool read_call(struct reader *r, struct frames_line *l)
{
	u64 n = 0;

	for (; r->at < r->line_end && isdigit((u8)*r->at) && n < LINES_MAX; r->at++)
		n = n * 10 + (u64)(*r->at - '0');
	if (n == 0 || n > r->f->nr_finally)
		return fail(r, "finally has %u statements", r->f->nr_finally);
	if (!take(r, ": "))
		return fail(r, "expected a colon, and the statement");
	l->nth = (u32)n;
	l->text = rest(r);
	return true;
}

/* "mib A 1, B 2" are two lines. */
static void read_group(struct reader *r, struct frames_case *c, const char *kind)
{
	r->at += strlen(kind);
	do {
		const char *comma = memmem(r->at, left(r), ", ", 2);
		size_t len = comma != NULL ? (size_t)(comma - r->at) : left(r);
		struct frames_line *l;
		char *text;

		if (asprintf(&text, "%s%.*s", kind, (int)len, r->at) < 0)
			abort();
		l = frames_add_line(c);
		l->line = r->nr;
		l->text = frames_keep(r->f, text, strlen(text));
		free(text);
		r->at += len;
	} while (take(r, ", "));
}

static bool read_verdict(struct reader *r, struct frames_case *c)
{
	const char *group = frames_group(r->at, left(r));
	struct frames_line *l;

	c->captured = true;
	if (begins(r, "nothing") && left(r) == strlen("nothing"))
		return true;
	if (group != NULL) {
		read_group(r, c, group);
		return true;
	}
	if (left(r) == 0)
		return fail(r, "expected what Linux did");
	l = frames_add_line(c);
	l->line = r->nr;
	if (isdigit((u8)*r->at))
		return read_call(r, l);
	l->gone = take(r, "no ");
	l->text = rest(r);
	return true;
}

static bool read_wait(struct reader *r, struct frames_case *c)
{
	return take_time(r, &c->wait_ns) && end_of_line(r);
}

static bool read_case_body(struct reader *r, struct frames_case *c)
{
	if (c->nr_frames + c->nr_verdict >= LINES_MAX)
		return fail(r, "a case has %d lines at most", LINES_MAX);
	if (take(r, "< ")) {
		if (r->f->nr == 1)
			return fail(r, "the first case has no frames: it tells what all have");
		return read_frame(r, c, false);
	}
	if (take(r, "> "))
		return read_frame(r, c, true);
	if (take(r, "= "))
		return read_verdict(r, c);
	if (take(r, "wait "))
		return read_wait(r, c);
	return fail(r, "expected a frame (< or >), what Linux did (=), wait or case");
}

/* At the first line behind the set-up and finally. */
static bool read_cases(struct reader *r)
{
	const char *comment = NULL, *comment_end = NULL;
	struct frames_case *c = NULL;
	bool more = true;

	for (; more && !r->failed; more = next_line(r)) {
		if (begins(r, "//")) {
			comment = comment != NULL ? comment : r->line;
			comment_end = r->line_end;
			c = NULL;
		} else if (take(r, "case ")) {
			if (r->f->nr == CASES_MAX)
				return fail(r, "too many cases");
			c = frames_add_case(r->f);
			if (comment != NULL)
				c->comment =
					frames_keep(r->f, comment, (size_t)(comment_end - comment));
			comment = NULL;
			read_case_line(r, c);
		} else if (c != NULL && !is_empty(r)) {
			read_case_body(r, c);
		} else if (!is_empty(r)) {
			fail(r, "expected a case");
		}
	}
	if (comment != NULL)
		fail(r, "expected a case behind the comment");
	return !r->failed;
}

/* What only the whole tells. */
static bool check_whole(struct reader *r)
{
	const struct provenance *p = &r->f->from;

	if (r->f->captured &&
	    (p->config_hash[0] == '\0' || p->patches_hash[0] == '\0' || p->hz == 0))
		return fail_at(r, 1, 1, "with oracle: there are config:, patches:, seed: and hz:");
	for (u32 i = 0; i < r->f->nr; i++)
		if (r->f->c[i].captured && (!r->f->captured || !r->f->c[0].captured))
			return fail_at(r, r->f->c[i].line, 1,
				       "a verdict, and the file is not captured");
	return true;
}

struct frames *frames_read(const char *name, const char *text, size_t len, struct script_error *err)
{
	struct reader r = {
		.f = must(calloc(1, sizeof(*r.f))), .text = text, .end = text + len, .err = err
	};

	r.line = r.at = r.line_end = text;
	*err = (struct script_error){ 0 };
	r.f->name = frames_keep(r.f, name, strlen(name));
	if (read_setup(&r, read_head(&r)) && check_setup(&r) && read_finally(&r) &&
	    read_cases(&r) && check_whole(&r))
		return r.f;
	frames_free(r.f);
	return NULL;
}
