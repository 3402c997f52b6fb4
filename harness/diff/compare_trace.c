// SPDX-License-Identifier: MIT
/* compare_trace.c - tracepoints of two sides against each other: where they begin to differ.
 *
 * Not every line is there for a reason that a program could tell. Those that are known to be
 * harmless are in a table, each with why, and are left out on both sides.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/compare.h"

enum { BEFORE = 3, LINE_SHOWN = 300 };

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

static void *must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

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

static bool same_line(const struct stream *a, const struct stream *b, u32 at)
{
	if (at >= a->nr || at >= b->nr)
		return at >= a->nr && at >= b->nr;
	return a->line[at].len == b->line[at].len &&
	       memcmp(a->line[at].text, b->line[at].text, a->line[at].len) == 0;
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

struct parting compare_traces(const char *a, const char *b, const char *right, const char *other)
{
	struct stream sa = lines_of(a), sb = lines_of(b);
	struct parting p = { NULL, "", "" };
	size_t len = 0;
	u32 at = 0;
	FILE *to;

	while ((at < sa.nr || at < sb.nr) && same_line(&sa, &sb, at))
		at++;
	if (at < sa.nr || at < sb.nr) {
		to = must(open_memstream(&p.text, &len));
		print_before(to, &sa, at);
		print_line(to, right, &sa, at);
		print_line(to, other, &sb, at);
		fclose(to);
		event_name(&sa, at, p.right, sizeof(p.right));
		event_name(&sb, at, p.other, sizeof(p.other));
	}
	free(sa.line);
	free(sb.line);
	return p;
}
