// SPDX-License-Identifier: MIT
/* frames_case.c - a case becomes a script and a golden vector; a record becomes its verdict.
 *
 * State. The first case has no frames, and its verdict is the whole state that the set-up leaves.
 * Of the others a verdict has the lines that are not in it, and, with `no`, those that are in it
 * only. What is known again by its first words (a counter, a neighbour, how many random numbers
 * were drawn) only changes: its new line stands for both.
 *
 * Times. What Linux did lies on the grid of jiffies, but for the nanoseconds that reading a clock
 * costs. A verdict has the tick; check compares to half of one.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/golden/frames.h"
#include "harness/lib/must.h"

enum { HZ_DEFAULT = 1000 };

/* --- the script --------------------------------------------------------------------------------
 */

static s64 end_of_case(const struct frames *f, const struct frames_case *c)
{
	s64 last = 0;

	for (u32 i = 0; i < c->nr_frames; i++)
		if (!c->frame[i].outgoing)
			last = c->frame[i].when_ns;
	return last + (c->wait_ns >= 0 ? c->wait_ns : f->end_ns);
}

/* When a statement of the script is due: set-up, then the case. */
static void put_when(FILE *to, const struct frames *f, s64 ns)
{
	s64 when = f->begin_ns + ns;

	fprintf(to, "%lld.%09lld ", (long long)(when / (s64)NS_PER_SEC),
		(long long)(when % (s64)NS_PER_SEC));
}

static const struct frames_line *result_of(const struct frames_case *c, u32 nth)
{
	for (u32 i = 0; i < c->nr_verdict; i++)
		if (c->verdict[i].nth == nth)
			return &c->verdict[i];
	return NULL;
}

static u32 put_finally(FILE *to, const struct frames *f, const struct frames_case *c, bool verdict,
		       u32 *line)
{
	s64 end = end_of_case(f, c);

	for (u32 i = 0; i < f->nr_finally; i++) {
		const struct frames_line *l = verdict ? result_of(c, i + 1) : NULL;

		put_when(to, f, end);
		fprintf(to, "%s\n", l != NULL ? l->text : f->finally[i].text);
		line[i] = l != NULL ? l->line : c->line;
	}
	/* Time goes by where nothing is done then. */
	if (f->nr_finally != 0)
		return f->nr_finally;
	put_when(to, f, end);
	fputs("advance 0ns\n", to);
	line[0] = c->line;
	return 1;
}

s64 frames_case_ns(const struct frames *f, u32 nr)
{
	assert(nr < f->nr);
	return end_of_case(f, &f->c[nr]);
}

char *frames_case_script(const struct frames *f, u32 nr, bool verdict, u32 **line)
{
	const struct frames_case *c = &f->c[nr];
	u32 *lines = must(calloc(c->nr_frames + f->nr_finally + 1, sizeof(*lines))), n = 0;
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));

	assert(nr < f->nr);
	fprintf(to, "%s\n%s\n", f->head, f->setup);
	for (u32 i = 0; i < c->nr_frames; i++) {
		const struct frames_frame *frame = &c->frame[i];

		if (frame->outgoing && !verdict)
			continue;
		put_when(to, f, frame->when_ns);
		fputs(frame->outgoing ? "> hex " : "< hex ", to);
		for (u32 b = 0; b < frame->len; b++)
			fprintf(to, "%02x", f->bytes[frame->at + b]);
		fputc('\n', to);
		lines[n++] = frame->line;
	}
	put_finally(to, f, c, verdict, &lines[n]);
	fclose(to);
	if (line != NULL)
		*line = lines;
	else
		free(lines);
	return text;
}

/* --- state -------------------------------------------------------------------------------------
 */

/* What changes, and of how many words a line of it is known again. */
static const struct {
	const char *kind;
	u32 words;
} changing[] = { { "mib", 2 },	{ "drop", 2 },	{ "neigh", 4 },
		 { "sock", 4 }, { "inuse", 2 }, { "random", 1 } };

/* The bytes of a line's key; 0: it has none but itself. */
static size_t key_len(const char *line)
{
	size_t kind = strcspn(line, " ");
	u32 words = 0;

	for (u32 i = 0; i < ARRAY_SIZE(changing); i++)
		if (strlen(changing[i].kind) == kind && memcmp(line, changing[i].kind, kind) == 0)
			words = changing[i].words;
	if (words == 0)
		return 0;
	for (size_t i = 0;; i++)
		if ((line[i] == ' ' && --words == 0) || line[i] == '\0')
			return i;
}

static bool same_key(const char *a, const char *b)
{
	size_t len = key_len(a);

	return len != 0 && len == key_len(b) && memcmp(a, b, len) == 0;
}

/* Lines of a state, without the letter of the host. */
struct lines {
	const char **line;
	bool *met;
	u32 nr, cap;
};

static void add(struct lines *to, const char *line)
{
	if (to->nr == to->cap) {
		to->cap = to->cap * 2 + 32;
		to->line = must(realloc(to->line, to->cap * sizeof(*to->line)));
		to->met = must(realloc(to->met, to->cap * sizeof(*to->met)));
	}
	to->met[to->nr] = false;
	to->line[to->nr++] = line;
}

static void lines_free(struct lines *l)
{
	free(l->line);
	free(l->met);
}

/* The first that fits; l->nr: none. */
static u32 find(const struct lines *l, const char *line, bool by_key)
{
	for (u32 i = 0; i < l->nr; i++)
		if (!l->met[i] &&
		    (by_key ? same_key(l->line[i], line) : strcmp(l->line[i], line) == 0))
			return i;
	return l->nr;
}

static struct lines of_case(const struct frames_case *c)
{
	struct lines to = { 0 };

	for (u32 i = 0; i < c->nr_verdict; i++)
		if (c->verdict[i].nth == 0)
			add(&to, c->verdict[i].text);
	return to;
}

/* The first case's lines, and what this one changes of them. */
static char *whole_state(const struct frames *f, u32 nr)
{
	struct lines base = of_case(&f->c[0]);
	const struct frames_case *c = &f->c[nr];
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));

	for (u32 i = 0; nr != 0 && i < c->nr_verdict; i++) {
		const struct frames_line *l = &c->verdict[i];
		u32 at;

		if (l->nth != 0)
			continue;
		at = find(&base, l->text, !l->gone);
		if (at < base.nr)
			base.met[at] = true;
		if (!l->gone)
			fprintf(to, "a %s\n", l->text);
	}
	for (u32 i = 0; i < base.nr; i++)
		if (!base.met[i])
			fprintf(to, "a %s\n", base.line[i]);
	fclose(to);
	lines_free(&base);
	return text;
}

/* Of host a, there is no other. */
static struct lines of_record(struct frames *f, const struct record *r)
{
	struct lines to = { 0 };
	const char *p = r->state;

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, "\n");

		if (len > 2)
			add(&to, frames_keep(f, p + 2, len - 2));
		p += len + (p[len] == '\n');
	}
	return to;
}

static void take_state(struct frames *f, u32 nr, const struct record *r)
{
	struct lines base = { 0 }, now = of_record(f, r);
	struct frames_case *c = &f->c[nr];

	if (nr != 0)
		base = of_case(&f->c[0]);
	for (u32 i = 0; i < now.nr; i++) {
		u32 at = find(&base, now.line[i], false);

		now.met[i] = at < base.nr;
		if (at < base.nr)
			base.met[at] = true;
	}
	for (u32 i = 0; i < now.nr; i++) {
		u32 at;

		if (now.met[i])
			continue;
		frames_add_line(c)->text = now.line[i];
		at = find(&base, now.line[i], true);
		if (at < base.nr)
			base.met[at] = true;
	}
	for (u32 i = 0; i < base.nr; i++) {
		struct frames_line *l;

		if (base.met[i])
			continue;
		l = frames_add_line(c);
		l->text = base.line[i];
		l->gone = true;
	}
	lines_free(&base);
	lines_free(&now);
}

/* --- the golden --------------------------------------------------------------------------------
 */

void frames_case_golden(const struct frames *f, u32 nr, struct golden *g)
{
	const struct frames_case *c = &f->c[nr];

	assert(c->captured);
	*g = (struct golden){ .ethernet = true, .hosts = 1, .from = f->from };
	g->from.sysctls = g->from.tape = NULL; /* nobody asks for them */
	g->file = must(malloc(f->nr_bytes + 1));
	memcpy(g->file, f->bytes, f->nr_bytes);
	g->file_len = f->nr_bytes;
	g->frame = must(calloc(c->nr_frames + 1, sizeof(*g->frame)));
	g->nr_frames = g->cap_frames = c->nr_frames;
	for (u32 i = 0; i < c->nr_frames; i++)
		g->frame[i] = (struct golden_frame){ .outgoing = c->frame[i].outgoing,
						     .when_ns = f->begin_ns + c->frame[i].when_ns,
						     .bytes = g->file + c->frame[i].at,
						     .len = c->frame[i].len,
						     .comment = "" };
	g->state = whole_state(f, nr);
}

/* --- the verdict -------------------------------------------------------------------------------
 */

struct taking {
	struct frames *f;
	struct frames_case *c;
	const struct record *r;
	char *err;
	u32 err_size;
};

static bool fail(const struct taking *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static bool fail(const struct taking *t, const char *fmt, ...)
{
	int n = snprintf(t->err, t->err_size, "%s:%u: case %s: ", t->f->name, t->c->line,
			 t->c->name);
	va_list ap;

	if (n < 0 || (u32)n >= t->err_size)
		return false;
	va_start(ap, fmt);
	vsnprintf(t->err + n, t->err_size - (u32)n, fmt, ap);
	va_end(ap);
	return false;
}

static s64 on_grid(const struct frames *f, s64 ps)
{
	s64 jiffy = (s64)NS_PER_SEC / (f->from.hz != 0 ? f->from.hz : HZ_DEFAULT);
	s64 ns = ps / (s64)PS_PER_NS - f->begin_ns;

	return ns < 0 ? 0 : (ns + jiffy / 2) / jiffy * jiffy;
}

/* The next frame of the case that goes in, from this one on. */
static const struct frames_frame *next_input(const struct frames_frame *from,
					     const struct frames_frame *end)
{
	while (from < end && from->outgoing)
		from++;
	return from;
}

/* Frames of the record, in their order, those that go in as the case has them. */
static bool take_frames(const struct taking *t)
{
	struct frames_case *c = t->c;
	struct frames_frame *old = c->frame;
	const struct frames_frame *end = old + c->nr_frames, *in = next_input(old, end);
	s64 before = 0;

	c->frame = NULL;
	c->nr_frames = c->cap_frames = 0;
	for (u32 i = 0; i < t->r->nr; i++) {
		const struct record_event *e = &t->r->event[i];
		struct frames_frame *to;

		if (e->kind != RECORD_IN && e->kind != RECORD_OUT)
			continue;
		if (e->kind == RECORD_IN && in == end)
			break;
		to = frames_add_frame(t->f, c, record_bytes(t->r, e), e->len);
		to->outgoing = e->kind == RECORD_OUT;
		to->when_ns = to->outgoing ? on_grid(t->f, e->when_ps) : in->when_ns;
		if (to->outgoing && in < end && to->when_ns > in->when_ns)
			to->when_ns = in->when_ns;
		if (to->when_ns < before)
			to->when_ns = before;
		before = to->when_ns;
		if (e->kind == RECORD_IN)
			in = next_input(in + 1, end);
	}
	free(old);
	return in == end || fail(t, "a frame did not arrive");
}

/* What script_print() makes of a call's text: equal programs are equal texts. */
static char *canonical(const char *text)
{
	struct script_error err;
	struct script *s;
	char *line, *to = NULL;

	if (asprintf(&line, "+0 %s\n", text) < 0)
		abort();
	s = script_parse("record", line, strlen(line), &err);
	free(line);
	if (s != NULL && s->nr_stmts == 1)
		to = script_print_body(s, &s->stmt[0], NULL, NULL);
	script_free(s);
	return to;
}

static const struct record_event *return_of(const struct record *r, u32 stmt)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == RECORD_RETURN && r->event[i].stmt == stmt)
			return &r->event[i];
	return NULL;
}

/* The statement as Linux has it, where that is not how it stands; true with *text NULL: it is. */
static bool other_result(const struct taking *t, u32 stmt, const char *said, char **text)
{
	const struct record_event *e = return_of(t->r, stmt);
	char *as_said = canonical(said);

	*text = e != NULL ? canonical(record_text(t->r, e)) : NULL;
	if (*text == NULL || as_said == NULL || e->waited) {
		free(as_said);
		return fail(t, "%s: it has not returned at once", said);
	}
	if (strcmp(*text, as_said) == 0) {
		free(*text);
		*text = NULL;
	}
	free(as_said);
	return true;
}

static bool take_calls(const struct taking *t, u32 first)
{
	for (u32 i = 0; i < t->f->nr_finally; i++) {
		struct frames_line *l;
		char *text;

		if (!other_result(t, first + i, t->f->finally[i].text, &text))
			return false;
		if (text == NULL)
			continue;
		l = frames_add_line(t->c);
		l->nth = i + 1;
		l->text = frames_keep(t->f, text, strlen(text));
		free(text);
	}
	return true;
}

/* The set-up's results are as it says: so they are told to be there. */
static bool check_setup(const struct taking *t)
{
	struct script_error err;
	struct script *s = script_parse(t->f->name, t->f->setup, strlen(t->f->setup), &err);
	bool ok = s != NULL;

	for (u32 i = 0; ok && i < s->nr_stmts; i++) {
		char *said, *text = NULL;

		if (s->stmt[i].kind != STMT_CALL)
			continue;
		said = script_print_body(s, &s->stmt[i], NULL, NULL);
		ok = other_result(t, t->f->head_stmts + i, said, &text);
		if (ok && text != NULL)
			ok = fail(t, "the set-up: Linux says %s", text);
		free(text);
		free(said);
	}
	script_free(s);
	return ok;
}

static u32 inputs(const struct frames_case *c)
{
	u32 n = 0;

	for (u32 i = 0; i < c->nr_frames; i++)
		n += !c->frame[i].outgoing;
	return n;
}

bool frames_case_take(struct frames *f, u32 nr, const struct record *r, char *err, u32 err_size)
{
	struct frames_case *c = &f->c[nr];
	struct taking t = { .f = f, .c = c, .r = r, .err_size = err_size };

	assert(nr < f->nr);
	t.err = err;
	c->nr_verdict = 0;
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].host != 0)
			return fail(&t, "the record is of several hosts");
	if (!check_setup(&t) || !take_frames(&t) ||
	    !take_calls(&t, f->head_stmts + f->setup_stmts + inputs(c)))
		return false;
	take_state(f, nr, r);
	c->captured = true;
	return true;
}

u32 frames_case_line_of(const struct frames *f, u32 nr, const char *key)
{
	const struct frames_case *c = &f->c[nr];
	size_t len = key != NULL ? strlen(key) : 0;

	for (u32 i = 0; len != 0 && i < c->nr_verdict; i++)
		if (c->verdict[i].nth == 0 && c->verdict[i].line != 0 &&
		    strncmp(c->verdict[i].text, key, len) == 0)
			return c->verdict[i].line;
	return c->line;
}
