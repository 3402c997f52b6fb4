// SPDX-License-Identifier: MIT
/* run_report.c - what a person reads: what differs, side by side.
 *
 *   FILE:LINE: what
 *
 *     the statement
 *
 *       field       expected     actual
 *     * payload     "hello"      "hallo"
 *
 *     the last events:
 *       0.100000 > 192.0.2.1.5000 > 192.0.2.2.7: UDP, length 5
 *
 * A star marks the fields that differ; on a terminal what was expected is green, what came is red.
 */
#include "harness/script/run_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STATEMENT_BYTES = 1024,
	TEXT_BYTES = 4096,
	COLUMN_MAX = 44,
	EVENT_WIDTH = 98, /* in a report: with its margin a line of 100 */
	EVENT_TAIL = 36
};

/* --- a growing text
 * -------------------------------------------------------------------------------- */

struct report {
	char *text;
	size_t len, cap;
	bool colour;
};

static void add(struct report *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct report *o, const char *fmt, ...)
{
	char part[TEXT_BYTES];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(part, sizeof(part), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	n = n < (int)sizeof(part) ? n : (int)sizeof(part) - 1;
	if (o->len + (size_t)n + 1 > o->cap) {
		o->cap = 2 * o->cap + (size_t)n + 1;
		o->text = realloc(o->text, o->cap);
		if (o->text == NULL)
			abort();
	}
	memcpy(o->text + o->len, part, (size_t)n + 1);
	o->len += (size_t)n;
}

enum style { PLAIN, BOLD, RED, GREEN, DIM };

static const char *style(const struct report *o, enum style s)
{
	static const char *const code[] = { "\033[0m", "\033[1m", "\033[31m", "\033[32m",
					    "\033[2m" };

	return o->colour ? code[s] : "";
}

/* Characters, not bytes: what one column of a terminal shows. */
static u32 width_of(const char *text)
{
	u32 n = 0;

	for (; *text != '\0'; text++)
		n += ((u8)*text & 0xc0) != 0x80;
	return n;
}

static void pad(struct report *o, const char *text, u32 width)
{
	u32 n = width_of(text);

	add(o, "%*s", n < width ? (int)(width - n) : 0, "");
}

/* --- times and statements
 * ---------------------------------------------------------------------------------------- */

const char *run_time(const struct run *r, u64 when_ps, char buf[32])
{
	u64 us = when_ps > r->start_ps ? (when_ps - r->start_ps) / PS_PER_US : 0;

	snprintf(buf, 32, "%llu.%06llu", (unsigned long long)(us / 1000000),
		 (unsigned long long)(us % 1000000));
	return buf;
}

void run_stmt_text(const struct run *r, const struct stmt *s, char *to, u32 size)
{
	struct stmt plain = *s;

	/* Where it stands says when, who and where. */
	plain.when = (struct when){ .kind = WHEN_NONE };
	plain.comment = (struct text){ 0, 0 };
	plain.blank_before = false;
	plain.thread = 0;
	plain.process = 0;
	script_print_stmt(r->script, &plain, to, size);
	while (*to == ' ')
		memmove(to, to + 1, strlen(to));
	for (char *p = to; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
}

/* --- differences
 * ----------------------------------------------------------------------------------- */

static u32 column(const struct run_diff *diff, u32 nr, bool field, const char *head)
{
	u32 w = width_of(head);

	for (u32 i = 0; i < nr; i++)
		w = max_u32(w, width_of(field ? diff[i].field : diff[i].expected));
	return w < COLUMN_MAX ? w : COLUMN_MAX;
}

static void add_row(struct report *o, const struct run_diff *d, u32 w_field, u32 w_expected)
{
	bool marked = d->differs;

	add(o, "  %s%s %s", marked ? style(o, BOLD) : "", marked ? "*" : " ", d->field);
	pad(o, d->field, w_field);
	add(o, "%s  %s%s%s", marked ? style(o, PLAIN) : "", marked ? style(o, GREEN) : "",
	    d->expected, marked ? style(o, PLAIN) : "");
	if (d->actual[0] != '\0') {
		pad(o, d->expected, w_expected);
		add(o, "  %s%s%s", marked ? style(o, RED) : "", d->actual,
		    marked ? style(o, PLAIN) : "");
	}
	add(o, "\n");
}

static void add_table(struct report *o, const struct run_diff *diff, u32 nr)
{
	u32 w_field = column(diff, nr, true, ""), w_expected = column(diff, nr, false, "expected");

	add(o, "\n    %s%*s  expected%*s  actual%s\n", style(o, DIM), (int)w_field, "",
	    (int)(w_expected - width_of("expected")), "", style(o, PLAIN));
	for (u32 i = 0; i < nr; i++)
		add_row(o, &diff[i], w_field, w_expected);
}

/* Long calls lose their middle: how they began and what they returned stays. */
static void add_event(struct report *o, const char *line)
{
	u32 len = (u32)strlen(line);
	u32 head = EVENT_WIDTH - EVENT_TAIL - 5, tail = len - EVENT_TAIL;

	if (width_of(line) <= EVENT_WIDTH) {
		add(o, "  %s\n", line);
		return;
	}
	while (((u8)line[head] & 0xc0) == 0x80)
		head--;
	while (((u8)line[tail] & 0xc0) == 0x80)
		tail++;
	add(o, "  %.*s ... %s\n", (int)head, line, line + tail);
}

static void add_events(struct report *o, const struct run *r)
{
	const struct run_event *last[RUN_EVENTS];
	u32 n = run_events_last(r, last);
	char line[RUN_EVENT_TEXT];

	if (n == 0)
		return;
	add(o, "\n  %s\n", n == 1 ? "the event before:" : "the last events:");
	for (u32 i = 0; i < n; i++) {
		run_event_line(r, last[i], line);
		add_event(o, line);
	}
}

static void add_place(struct report *o, const struct run *r, const struct stmt *s)
{
	add(o, "%s", style(o, BOLD));
	if (s != NULL && s->line != 0)
		add(o, "%s:%u: ", r->script->name, s->line);
	else
		add(o, "%s: ", r->script->name);
	add(o, "%s", style(o, PLAIN));
}

static void end(struct run *r, const struct stmt *s, enum run_verdict verdict, struct report *o)
{
	while (o->len != 0 && o->text[o->len - 1] == '\n')
		o->text[--o->len] = '\0';
	r->ended = true;
	r->result.verdict = verdict;
	r->result.line = s != NULL ? s->line : 0;
	r->result.column = s != NULL ? s->column : 0;
	r->result.message = o->text;
}

static void add_stmt(struct report *o, const struct run *r, const struct stmt *s,
		     const char *actual)
{
	char text[STATEMENT_BYTES];

	script_print_stmt(r->script, s, text, sizeof(text));
	if (actual == NULL) {
		add(o, "\n    %s\n", text + strspn(text, " "));
		return;
	}
	run_stmt_text(r, s, text, sizeof(text));
	add(o, "\n    expected  %s%s%s\n", style(o, GREEN), text, style(o, PLAIN));
	add(o, "    actual    %s%s%s\n", style(o, RED), actual, style(o, PLAIN));
}

int run_fail_with(struct run *r, const struct stmt *s, const char *what, const char *actual,
		  const struct run_diff *diff, u32 nr_diffs)
{
	struct report o = { .colour = r->opt->colour };

	if (r->ended)
		return -1;
	add_place(&o, r, s);
	add(&o, "%s\n", what);
	if (s != NULL)
		add_stmt(&o, r, s, actual);
	if (nr_diffs != 0)
		add_table(&o, diff, nr_diffs);
	add_events(&o, r);
	end(r, s, RUN_FAILED, &o);
	return -1;
}

int run_fail(struct run *r, const struct stmt *s, const char *what, const struct run_diff *diff,
	     u32 nr_diffs)
{
	return run_fail_with(r, s, what, NULL, diff, nr_diffs);
}

int run_failf(struct run *r, const struct stmt *s, const char *fmt, ...)
{
	char what[TEXT_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return run_fail(r, s, what, NULL, 0);
}

static int endv(struct run *r, const struct stmt *s, enum run_verdict verdict, const char *fmt,
		va_list ap)
{
	struct report o = { .colour = r->opt->colour };
	char what[TEXT_BYTES];

	if (r->ended)
		return -1;
	vsnprintf(what, sizeof(what), fmt, ap);
	if (verdict != RUN_NOT_IMPLEMENTED)
		add_place(&o, r, s);
	add(&o, "%s", what);
	end(r, s, verdict, &o);
	return -1;
}

int run_invalid(struct run *r, const struct stmt *s, const char *fmt, ...)
{
	va_list ap;

	if (r->opt->explore && s != NULL) {
		r->skips = r->skips || !r->ended;
		r->ended = true;
		return -1;
	}
	va_start(ap, fmt);
	endv(r, s, RUN_INVALID, fmt, ap);
	va_end(ap);
	return -1;
}

int run_end(struct run *r, const struct stmt *s, enum run_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	endv(r, s, verdict, fmt, ap);
	va_end(ap);
	return -1;
}
