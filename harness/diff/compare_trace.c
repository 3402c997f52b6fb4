// SPDX-License-Identifier: MIT
/* compare_trace.c - tracepoints of two sides against each other: where they begin to differ.
 *
 * Not every line is there for a reason that a program could tell. Those that are known to be
 * harmless are left out, each by a rule that says why.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/compare.h"
#include "harness/lib/must.h"

enum { BEFORE = 3, LINE_SHOWN = 300, LOOK_UPS = 4 };

/* Lines that begin so. */
static const struct {
	const char *begins, *why;
} harmless[] = {
	{ "qdisc:qdisc_dequeue dev=? handle=0x0 packets=0",
	  "a device that goes down gets the discipline that does nothing, and Linux looks once "
	  "whether that has a packet" },
};

struct line {
	const char *text;
	u32 len;
};

struct stream {
	struct line *line;
	u32 nr;
};

static bool is_harmless(const struct line *l)
{
	for (u32 i = 0; i < ARRAY_SIZE(harmless); i++) {
		size_t len = strlen(harmless[i].begins);

		if (l->len >= len && memcmp(l->text, harmless[i].begins, len) == 0)
			return true;
	}
	return false;
}

static struct stream lines_of(const char *text)
{
	struct stream s = { 0 };
	u32 cap = 0;

	for (const char *p = text; p != NULL && *p != '\0';) {
		struct line l = { p, (u32)strcspn(p, "\n") };

		if (s.nr == cap) {
			cap = cap * 2 + 64;
			s.line = must(realloc(s.line, cap * sizeof(*s.line)));
		}
		if (!is_harmless(&l))
			s.line[s.nr++] = l;
		p += l.len + (p[l.len] == '\n');
	}
	return s;
}

/* Handles that a device's discipline gets by itself are counted for the whole machine, from
 * 0x80010000 on: their digits say how many there were before, in other programs.
 */
static const char own_handle[] = " handle=0x8";

/* How much of the line is behind such a handle; 0: it has none. */
static u32 behind_handle(const struct line *l)
{
	const char *at = memmem(l->text, l->len, own_handle, sizeof(own_handle) - 1);
	u32 from;

	if (at == NULL)
		return 0;
	from = (u32)(at - l->text) + (u32)sizeof(own_handle) - 1;
	while (from < l->len && strchr("0123456789abcdef", l->text[from]) != NULL)
		from++;
	return l->len - from;
}

static bool same_bytes(const char *a, const char *b, u32 len)
{
	return memcmp(a, b, len) == 0;
}

static bool same_text(const struct line *a, const struct line *b)
{
	u32 rest = behind_handle(a), before;

	if (a->len != b->len)
		return false;
	if (rest == 0 || behind_handle(b) != rest)
		return same_bytes(a->text, b->text, a->len);
	before = (u32)((const char *)memmem(a->text, a->len, own_handle, sizeof(own_handle) - 1) -
		       a->text);
	return same_bytes(a->text, b->text, before + (u32)sizeof(own_handle) - 1) &&
	       same_bytes(a->text + a->len - rest, b->text + b->len - rest, rest);
}

static bool same_line(const struct stream *a, u32 at_a, const struct stream *b, u32 at_b)
{
	if (at_a >= a->nr || at_b >= b->nr)
		return at_a >= a->nr && at_b >= b->nr;
	return same_text(&a->line[at_a], &b->line[at_b]);
}

/* A look-up that there was before, in the same words. */
static bool is_repeated(const struct stream *s, u32 at)
{
	static const char look_up[] = "fib:fib_table_lookup ";

	if (at >= s->nr || strncmp(s->line[at].text, look_up, sizeof(look_up) - 1) != 0)
		return false;
	for (u32 i = at; i-- != 0;)
		if (same_text(&s->line[i], &s->line[at]))
			return true;
	return false;
}

/* A call that has waited for room is begun again in the reference, and looks its route up once
 * more. How many lines of b that is, if behind them both go on alike; 0: it is not that.
 */
static u32 begun_again(const struct stream *a, u32 at_a, const struct stream *b, u32 at_b)
{
	for (u32 n = 1; n <= LOOK_UPS && is_repeated(b, at_b + n - 1); n++)
		if (same_line(a, at_a, b, at_b + n))
			return n;
	return 0;
}

static void print_line(FILE *to, const char *who, const struct stream *s, u32 at)
{
	if (at >= s->nr)
		fprintf(to, "    %-10s (nothing more)\n", who);
	else
		fprintf(to, "    %-10s %.*s\n", who, (int)min_u32(s->line[at].len, LINE_SHOWN),
			s->line[at].text);
}

/* The statement that they are behind, and those before them. */
static void print_before(FILE *to, const struct stream *s, u32 at)
{
	u32 from = at > BEFORE ? at - BEFORE : 0, stmt = at;

	while (stmt != 0 && s->line[stmt - 1].text[0] != '#')
		stmt--;
	if (stmt != 0 && stmt - 1 < from)
		print_line(to, "", s, stmt - 1);
	for (u32 i = from; i < at; i++)
		print_line(to, "", s, i);
}

/* "neigh:neigh_update"; of a statement that already comes next, that. */
static void event_name(const struct stream *s, u32 at, char *to, u32 size)
{
	const struct line *l = at < s->nr ? &s->line[at] : NULL;

	if (l == NULL)
		snprintf(to, size, "end");
	else if (l->text[0] == '#')
		snprintf(to, size, "statement");
	else
		snprintf(to, size, "%.*s", (int)min_u32((u32)strcspn(l->text, " \n"), size - 1),
			 l->text);
}

static void part(struct parting *p, const struct stream *a, u32 at_a, const struct stream *b,
		 u32 at_b, const char *right, const char *other)
{
	size_t len = 0;
	FILE *to = must(open_memstream(&p->text, &len));

	print_before(to, a, at_a);
	print_line(to, right, a, at_a);
	print_line(to, other, b, at_b);
	fclose(to);
	event_name(a, at_a, p->right, sizeof(p->right));
	event_name(b, at_b, p->other, sizeof(p->other));
}

struct parting compare_traces(const char *a, const char *b, const char *right, const char *other)
{
	struct stream sa = lines_of(a), sb = lines_of(b);
	struct parting p = { NULL, "", "" };
	u32 at_a = 0, at_b = 0;

	while (at_a < sa.nr || at_b < sb.nr) {
		if (same_line(&sa, at_a, &sb, at_b)) {
			at_a++;
			at_b++;
			continue;
		}
		at_b += begun_again(&sa, at_a, &sb, at_b);
		if (same_line(&sa, at_a, &sb, at_b))
			continue;
		part(&p, &sa, at_a, &sb, at_b, right, other);
		break;
	}
	free(sa.line);
	free(sb.line);
	return p;
}
