// SPDX-License-Identifier: MIT
/* difference.c - see difference.h. Frames are aligned first (align.c) and cut into fields where
 * they differ (field.c); calls are paired by their statements; lines of the state by what they are
 * about.
 */
#include "harness/golden/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/golden/field.h"
#include "harness/golden/normalise.h"
#include "harness/lib/must.h"

enum {
	DESCRIBED = 200,
	STATEMENT_BYTES = 1 << 18,
	STATEMENT_SHOWN = 300,
	HEX_RUNS = 6,
	COLUMN_MAX = 60
};

const char *const difference_names[DIFFERENCE_KINDS] = {
	[DIFFERS_STATEMENT] = "statement", [DIFFERS_FRAME] = "frame",
	[DIFFERS_TIME] = "time",	   [DIFFERS_MISSING] = "missing frame",
	[DIFFERS_EXTRA] = "extra frame",   [DIFFERS_ORDER] = "order",
	[DIFFERS_STATE] = "state",
};

static char *copy_of(const char *text)
{
	return text != NULL ? must(strdup(text)) : NULL;
}

/* --- the list
 * ------------------------------------------------------------------------------------- */

static void difference_free(struct difference *d)
{
	free(d->what);
	free(d->field);
	free(d->expected);
	free(d->actual);
	free(d->detail);
}

void differences_free(struct differences *to)
{
	for (u32 i = 0; i < to->nr; i++)
		difference_free(&to->d[i]);
	free(to->d);
	*to = (struct differences){ 0 };
}

struct difference *difference_add(struct differences *to, enum difference_kind kind,
				  const char *what, const char *detail)
{
	struct difference *d;

	assert(kind < DIFFERENCE_KINDS);
	assert(what != NULL);
	if (to->nr == to->cap) {
		to->cap = to->cap * 2 + 8;
		to->d = must(realloc(to->d, to->cap * sizeof(*to->d)));
	}
	d = &to->d[to->nr++];
	*d = (struct difference){
		.kind = kind, .stmt = ALIGN_NONE, .what = copy_of(what), .detail = copy_of(detail)
	};
	return d;
}

void difference_values(struct difference *d, const char *field, const char *expected,
		       const char *actual)
{
	assert(d->field == NULL);
	d->field = copy_of(field);
	d->expected = copy_of(expected);
	d->actual = copy_of(actual);
}

/* The state is what all the rest has led to. */
static bool is_before(const struct difference *a, const struct difference *b)
{
	bool state_a = a->kind == DIFFERS_STATE, state_b = b->kind == DIFFERS_STATE;

	if (state_a != state_b)
		return state_b;
	if (a->when_ps != b->when_ps)
		return a->when_ps < b->when_ps;
	return a->stmt < b->stmt;
}

void differences_sort(struct differences *to)
{
	for (u32 i = 1; i < to->nr; i++) {
		struct difference d = to->d[i];
		u32 at = i;

		for (; at != 0 && is_before(&d, &to->d[at - 1]); at--)
			to->d[at] = to->d[at - 1];
		to->d[at] = d;
	}
}

void difference_time(s64 when_ps, char to[32])
{
	u64 us = (u64)(when_ps < 0 ? -when_ps : when_ps) / PS_PER_US;

	snprintf(to, 32, "%s%llu.%06llu", when_ps < 0 ? "-" : "",
		 (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
}

/* --- texts
 * ---------------------------------------------------------------------------------------- */

struct writer {
	FILE *to;
	char *text;
	size_t len;
};

static struct writer writer_open(void)
{
	struct writer w = { 0 };

	return w;
}

static FILE *writer_begin(struct writer *w)
{
	w->to = must(open_memstream(&w->text, &w->len));
	return w->to;
}

static char *writer_end(struct writer *w)
{
	fclose(w->to);
	return w->text;
}

/* A statement without when and by whom, on one line. */
void difference_stmt_text(const struct script *s, const struct stmt *st, char *to, u32 size)
{
	struct stmt plain = *st;

	plain.when = (struct when){ .kind = WHEN_NONE };
	plain.comment = (struct text){ 0, 0 };
	plain.blank_before = false;
	plain.thread = 0;
	plain.process = 0;
	script_print_stmt(s, &plain, to, size);
	memmove(to, to + strspn(to, " "), strlen(to + strspn(to, " ")) + 1);
	for (char *p = to; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
}

/* As the script has it, with its time; the middle of what is long is left out. */
static void print_stmt(FILE *to, const struct script *s, u32 stmt)
{
	static char text[STATEMENT_BYTES];
	const char *line = text;
	size_t len, tail = STATEMENT_SHOWN / 3;

	if (stmt >= s->nr_stmts)
		return;
	script_print_stmt(s, &s->stmt[stmt], text, sizeof(text));
	line += strspn(line, " ");
	len = strlen(line);
	if (len <= STATEMENT_SHOWN)
		fprintf(to, "    %s\n", line);
	else
		fprintf(to, "    %.*s ... %s\n", (int)(STATEMENT_SHOWN - tail), line,
			line + len - tail);
}

static u32 width_of(const char *text)
{
	u32 n = 0;

	for (; *text != '\0'; text++)
		n += ((u8)*text & 0xc0) != 0x80;
	return n;
}

static void print_cell(FILE *to, const char *text, u32 width)
{
	u32 n = width_of(text);

	fprintf(to, "%s%*s", text, n < width ? (int)(width - n) + 2 : 2, "");
}

static void print_table(FILE *to, const struct field_difference *d, u32 nr,
			const struct difference_rules *rules)
{
	u32 w_name = width_of("field"), w_expected = width_of(rules->right);

	for (u32 i = 0; i < nr; i++) {
		w_name = max_u32(w_name, width_of(d[i].name));
		w_expected = max_u32(w_expected, min_u32(width_of(d[i].expected), COLUMN_MAX));
	}
	fputs("\n      ", to);
	print_cell(to, "field", w_name);
	print_cell(to, rules->right, w_expected);
	fprintf(to, "%s\n", rules->other);
	for (u32 i = 0; i < nr; i++) {
		fputs("      ", to);
		print_cell(to, d[i].name, w_name);
		print_cell(to, d[i].expected, w_expected);
		fprintf(to, "%s%s\n", d[i].actual,
			d[i].follows && !d[0].follows ? "  (follows)" : "");
	}
}

/* --- frames
 * --------------------------------------------------------------------------------------- */

/* Lines of a host that say a frame, in order: index of the n-th; ALIGN_NONE. */
static u32 packet_line(const struct script *s, u32 host, bool outgoing, u32 n)
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_PACKET && st->host == host &&
		    st->packet.incoming != outgoing && n-- == 0)
			return i;
	}
	return ALIGN_NONE;
}

static u32 packet_lines(const struct script *s, u32 host, bool outgoing)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		n += s->stmt[i].kind == STMT_PACKET && s->stmt[i].host == host &&
		     s->stmt[i].packet.incoming != outgoing;
	return n;
}

/* Those of the opening commands have no line. */
static u32 count_direction(const struct golden *g, u32 host, bool outgoing)
{
	u32 n = 0;

	for (u32 i = 0; i < g->nr_frames; i++)
		n += g->frame[i].host == host && g->frame[i].outgoing == outgoing &&
		     g->frame[i].when_ns >= 0;
	return n;
}

u32 difference_golden_frames(const struct golden *g, const struct script *s, u32 host,
			     struct align_frame **to)
{
	struct align_frame *f = must(calloc(g->nr_frames + 1, sizeof(*f)));
	u32 n = 0, seen[2] = { 0 };
	bool lines[2];

	/* A captured script has a line for each frame; then it is the frame's place. */
	for (u32 out = 0; out < 2; out++)
		lines[out] = packet_lines(s, host, out != 0) == count_direction(g, host, out != 0);
	for (u32 i = 0; i < g->nr_frames; i++) {
		const struct golden_frame *gf = &g->frame[i];

		if (gf->host != host)
			continue;
		f[n++] = (struct align_frame){ .bytes = gf->bytes,
					       .len = gf->len,
					       .host = gf->host,
					       .outgoing = gf->outgoing,
					       .when_ps = gf->when_ns * (s64)PS_PER_NS,
					       .number = i + 1,
					       .stmt = lines[gf->outgoing] && gf->when_ns >= 0
							       ? packet_line(s, host, gf->outgoing,
									     seen[gf->outgoing])
							       : ALIGN_NONE };
		seen[gf->outgoing] += gf->when_ns >= 0;
	}
	*to = f;
	return n;
}

u32 difference_record_frames(const struct record *r, u32 host, struct align_frame **to)
{
	struct align_frame *f = must(calloc(r->nr + 1, sizeof(*f)));
	u32 n = 0, number = 0;

	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];

		if (e->kind != RECORD_OUT && e->kind != RECORD_IN)
			continue;
		number++;
		if (e->host == host)
			f[n++] = (struct align_frame){ .bytes = record_bytes(r, e),
						       .len = e->len,
						       .host = e->host,
						       .outgoing = e->kind == RECORD_OUT,
						       .when_ps = e->when_ps,
						       .number = number,
						       .stmt = e->stmt };
	}
	*to = f;
	return n;
}

struct comparison {
	struct differences *to;
	const struct script *script;
	const struct align_frame *a, *b;
	const struct align_pair *pair;
	u32 nr;
	const struct difference_rules *rules;
};

/* The statement that a difference of these frames is shown at: what Linux's frame stands at, else
 * what the other one came from.
 */
static u32 place_of(const struct align_frame *a, const struct align_frame *b)
{
	if (a != NULL && a->stmt != ALIGN_NONE)
		return a->stmt;
	return b != NULL ? b->stmt : ALIGN_NONE;
}

/* A frame without a statement of its own is at the one of the frame before, or after. */
static u32 place_near(const struct comparison *c, u32 pair)
{
	for (u32 i = pair + 1; i-- != 0;) {
		const struct align_pair *p = &c->pair[i];
		u32 stmt = place_of(p->a != ALIGN_NONE ? &c->a[p->a] : NULL,
				    p->b != ALIGN_NONE ? &c->b[p->b] : NULL);

		if (stmt != ALIGN_NONE)
			return stmt;
	}
	return ALIGN_NONE;
}

static bool is_word(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((text[i] < 'a' || text[i] > 'z') && text[i] != '-')
			return false;
	return len != 0;
}

/* What kind of frame it is: its direction and its words up to the first value behind them. */
static void shape_of(const struct comparison *c, const struct align_frame *f, char *to, u32 size)
{
	u32 at = (u32)snprintf(to, size, "%s", f->outgoing ? "out" : "in");
	char text[DESCRIBED];
	bool begun = false;

	field_describe(f->bytes, f->len, c->rules->align.ethernet, text, sizeof(text));
	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (is_word(p, len) && at + len + 2 < size)
			at += (u32)snprintf(to + at, size - at, " %.*s", (int)len, p);
		else if (begun)
			break;
		begun = begun || is_word(p, len);
		p += len;
		p += strspn(p, " ");
	}
}

static struct difference *add_at(const struct comparison *c, enum difference_kind kind, u32 pair,
				 const struct align_frame *a, const struct align_frame *b,
				 const char *what, const char *detail)
{
	struct difference *d = difference_add(c->to, kind, what, detail);
	u32 stmt = place_near(c, pair);

	shape_of(c, a != NULL ? a : b, d->shape, sizeof(d->shape));
	d->frame = a != NULL ? a->number : 0;
	d->when_ps = a != NULL ? a->when_ps : b->when_ps;
	d->stmt = stmt;
	d->line = stmt < c->script->nr_stmts ? c->script->stmt[stmt].line : 0;
	return d;
}

static void name_frame(const struct comparison *c, const struct align_frame *f, u32 number,
		       char *to, u32 size)
{
	char text[DESCRIBED], host[16] = "";

	if (c->script->nr_stmts != 0 && f->host != 0)
		snprintf(host, sizeof(host), "host %c, ", 'a' + f->host);
	field_describe(f->bytes, f->len, c->rules->align.ethernet, text, sizeof(text));
	if (number != 0)
		snprintf(to, size, "frame %u (%s%s)", number, host, text);
	else
		snprintf(to, size, "%s%s", host, text);
}

/* A byte that is wrong may make a frame's own words misleading: those of the other one are taken.
 */
static void frame_differs(const struct comparison *c, u32 pair, const struct align_frame *a,
			  const struct align_frame *b)
{
	struct field_difference *fd = must(calloc(FIELDS_MAX, sizeof(*fd)));
	u32 len_a = a->len, len_b = b->len, n;
	char name[DESCRIBED + 40], what[sizeof(name) + 2 * FIELD_TEXT + FIELD_NAME + 40];
	struct writer w = writer_open();
	struct difference *d;
	char *detail;
	FILE *to;

	if (c->rules->align.no_padding) {
		len_a = field_unpadded(a->bytes, a->len, c->rules->align.ethernet);
		len_b = field_unpadded(b->bytes, b->len, c->rules->align.ethernet);
	}
	n = field_compare(a->bytes, len_a, b->bytes, len_b, c->rules->align.ethernet, fd);
	assert(n != 0);
	name_frame(c, b, a->number, name, sizeof(name));
	snprintf(what, sizeof(what), "%s: %s: %s %s, %s %s", name, fd[0].name, c->rules->right,
		 fd[0].expected, c->rules->other, fd[0].actual);
	to = writer_begin(&w);
	print_stmt(to, c->script, place_near(c, pair));
	print_table(to, fd, n, c->rules);
	fputs("\n      bytes that differ, by their offset in the frame:\n", to);
	field_hex(to, a->bytes, len_a, b->bytes, len_b, c->rules->right, c->rules->other, HEX_RUNS);
	detail = writer_end(&w);
	d = add_at(c, DIFFERS_FRAME, pair, a, b, what, detail);
	difference_values(d, fd[0].name, fd[0].expected, fd[0].actual);
	free(detail);
	free(fd);
}

static void time_differs(const struct comparison *c, u32 pair, const struct align_frame *a,
			 const struct align_frame *b)
{
	char name[DESCRIBED + 40], what[sizeof(name) + 160], expected[32], actual[32];
	s64 later_ns = (b->when_ps - a->when_ps) / (s64)PS_PER_NS;
	u64 off_ns = (u64)(later_ns < 0 ? -later_ns : later_ns);
	struct writer w = writer_open();
	struct difference *d;
	char *detail;

	name_frame(c, a, a->number, name, sizeof(name));
	difference_time(a->when_ps, expected);
	difference_time(b->when_ps, actual);
	snprintf(what, sizeof(what), "%s: time: %s %s, %s %s, %llu.%03llu ms %s", name,
		 c->rules->right, expected, c->rules->other, actual,
		 (unsigned long long)(off_ns / 1000000), (unsigned long long)(off_ns / 1000 % 1000),
		 later_ns < 0 ? "too early" : "too late");
	print_stmt(writer_begin(&w), c->script, place_near(c, pair));
	detail = writer_end(&w);
	d = add_at(c, DIFFERS_TIME, pair, a, b, what, detail);
	difference_values(d, "time", expected, actual);
	free(detail);
}

static void frame_alone(const struct comparison *c, u32 pair, const struct align_frame *f,
			bool of_linux)
{
	char name[DESCRIBED + 40], what[sizeof(name) + 160], when[32];
	const char *does = f->outgoing ? "sends" : "gets";
	struct writer w = writer_open();
	char *detail;

	difference_time(f->when_ps, when);
	name_frame(c, f, of_linux ? f->number : 0, name, sizeof(name));
	if (of_linux)
		snprintf(what, sizeof(what), "%s: %s %s it at %s, %s does not", name,
			 c->rules->right, does, when, c->rules->other);
	else
		snprintf(what, sizeof(what), "%s %s a frame at %s that %s does not: %s",
			 c->rules->other, does, when, c->rules->right, name);
	print_stmt(writer_begin(&w), c->script, place_near(c, pair));
	detail = writer_end(&w);
	add_at(c, of_linux ? DIFFERS_MISSING : DIFFERS_EXTRA, pair, of_linux ? f : NULL, f, what,
	       detail);
	free(detail);
}

/* One that Linux has at another place of the sequence; moved[]: has been told. */
static u32 find_moved(const struct comparison *c, const struct align_frame *a, const bool *moved)
{
	for (u32 i = 0; i < c->nr; i++) {
		const struct align_pair *p = &c->pair[i];

		if (p->a == ALIGN_NONE && !moved[i] && c->b[p->b].outgoing == a->outgoing &&
		    align_same_bytes(a, &c->b[p->b], &c->rules->align))
			return i;
	}
	return ALIGN_NONE;
}

/* At another time it is told as a time: only at the same one it is the order. */
static void frame_moved(const struct comparison *c, u32 pair, const struct align_frame *a,
			u32 other_pair)
{
	const struct align_frame *b = &c->b[c->pair[other_pair].b];
	char name[DESCRIBED + 40], what[sizeof(name) + 100];
	s64 apart = a->when_ps - b->when_ps;

	if ((u64)(apart < 0 ? -apart : apart) > c->rules->align.near_ps && !c->rules->free_times) {
		time_differs(c, pair, a, b);
		return;
	}
	name_frame(c, a, a->number, name, sizeof(name));
	snprintf(what, sizeof(what), "%s: order: %s has it %s", name, c->rules->other,
		 other_pair < pair ? "earlier, before others" : "later, after others");
	add_at(c, DIFFERS_ORDER, pair, a, b, what, NULL);
}

/* How far from Linux a time may be: more where it was long to get there, on a real clock. */
u64 difference_allowed_ps(const struct difference_rules *rules, s64 expected_ps)
{
	u64 since = expected_ps > 0 ? (u64)expected_ps : 0;

	return max_u64(rules->align.near_ps, since / 100 * rules->percent);
}

static void compare_pair(const struct comparison *c, u32 pair, const struct align_frame *a,
			 const struct align_frame *b)
{
	s64 later = b->when_ps - a->when_ps;
	u64 off = (u64)(later < 0 ? -later : later);

	if (!align_same_bytes(a, b, &c->rules->align))
		frame_differs(c, pair, a, b);
	else if (!c->rules->free_times && off > difference_allowed_ps(c->rules, a->when_ps))
		time_differs(c, pair, a, b);
	else if (off / PS_PER_NS > (u64)c->to->skew_ns)
		c->to->skew_ns = (s64)(off / PS_PER_NS);
}

static void compare_aligned(struct differences *to, const struct script *s,
			    const struct align_frame *a, u32 nr_a, const struct align_frame *b,
			    u32 nr_b, const struct difference_rules *rules)
{
	struct comparison c = { .to = to, .script = s, .a = a, .b = b, .rules = rules };
	struct align_pair *pair = align_frames(a, nr_a, b, nr_b, &rules->align, &c.nr);
	bool *moved = must(calloc(c.nr + 1, sizeof(*moved)));

	c.pair = pair;
	for (u32 i = 0; i < c.nr; i++) {
		u32 other;

		if (pair[i].a == ALIGN_NONE)
			continue;
		if (pair[i].b != ALIGN_NONE) {
			compare_pair(&c, i, &a[pair[i].a], &b[pair[i].b]);
			continue;
		}
		other = find_moved(&c, &a[pair[i].a], moved);
		if (other != ALIGN_NONE) {
			moved[other] = true;
			frame_moved(&c, i, &a[pair[i].a], other);
		} else {
			frame_alone(&c, i, &a[pair[i].a], true);
		}
	}
	for (u32 i = 0; i < c.nr; i++)
		if (pair[i].a == ALIGN_NONE && !moved[i])
			frame_alone(&c, i, &b[pair[i].b], false);
	free(moved);
	free(pair);
}

void difference_frames(struct differences *to, const struct script *s, struct align_frame *a,
		       u32 nr_a, struct align_frame *b, u32 nr_b,
		       const struct difference_rules *rules)
{
	u8 *own_a = NULL, *own_b = NULL;

	if (rules->a != NULL && rules->b != NULL) {
		nr_a = normalise_frames(rules->a, a, nr_a, &own_a);
		nr_b = normalise_frames(rules->b, b, nr_b, &own_b);
	}
	compare_aligned(to, s, a, nr_a, b, nr_b, rules);
	free(own_a);
	free(own_b);
}

/* --- calls
 * ---------------------------------------------------------------------------------------- */

/* The text of one statement as the printer would have it; false: it is none. */
static bool canonical(const char *text, char *to, u32 size)
{
	struct script_error err;
	struct script *s;
	char *line;
	bool ok;

	if (asprintf(&line, "+0 %s\n", text) < 0)
		abort();
	s = script_parse("record", line, strlen(line), &err);
	ok = s != NULL && s->nr_stmts == 1;
	if (ok)
		difference_stmt_text(s, &s->stmt[0], to, size);
	if (s != NULL)
		script_free(s);
	free(line);
	return ok;
}

/* Where two texts begin to differ, back to the beginning of what stands there. */
static u32 common_start(const char *a, const char *b)
{
	u32 i = 0;

	while (a[i] != '\0' && a[i] == b[i])
		i++;
	while (i != 0 && strchr(" (,[{", a[i - 1]) == NULL)
		i--;
	return i;
}

/* From there on, cut at both ends where the two are equal again. */
static void differing_part(const char *text, u32 start, u32 tail, char *to, u32 size)
{
	u32 len = (u32)strlen(text), end = len - tail;

	end = end < start ? start : end;
	snprintf(to, size, "%.*s", (int)min_u32(end - start, size - 1), text + start);
	if (end - start >= size)
		memcpy(to + size - 4, "...", 4);
}

static u32 common_end(const char *a, const char *b, u32 start)
{
	u32 la = (u32)strlen(a), lb = (u32)strlen(b), n = 0;

	while (n < la - start && n < lb - start && a[la - 1 - n] == b[lb - 1 - n])
		n++;
	/* Whole words only. */
	while (n != 0 && strchr(" ),]}", a[la - n]) == NULL)
		n--;
	return n;
}

/* What a call ends with stands behind its last " = ": is it there that the two differ? */
static bool is_result(const char *text, u32 at)
{
	const char *last = NULL;

	for (const char *p = text; (p = strstr(p, ") = ")) != NULL; p++)
		last = p;
	return last != NULL && at >= (u32)(last - text) + 4;
}

static void name_of_call(const char *text, char *to, u32 size)
{
	snprintf(to, size, "%.*s()", (int)min_u32((u32)strcspn(text, "("), size - 3), text);
}

static struct difference *call_differs(struct differences *to, const struct script *s, u32 stmt,
				       const char *expected, const char *actual,
				       const struct difference_rules *rules)
{
	u32 start = common_start(expected, actual);
	bool result = is_result(expected, start);
	/* A result goes up to the end; its bracket closes none of the call's. */
	u32 tail = result ? 0 : common_end(expected, actual, start);
	char call[64], e[FIELD_TEXT], a[FIELD_TEXT], what[2 * FIELD_TEXT + 200];
	const char *field = result ? "result" : "output";
	struct difference *d;
	char *detail;

	name_of_call(expected, call, sizeof(call));
	differing_part(expected, start, tail, e, sizeof(e));
	differing_part(actual, start, tail, a, sizeof(a));
	snprintf(what, sizeof(what), "%s: %s: %s %s, %s %s", call, field, rules->right, e,
		 rules->other, a);
	if (asprintf(&detail, "    %-10s %.*s\n    %-10s %.*s\n", rules->right, STATEMENT_SHOWN,
		     expected, rules->other, STATEMENT_SHOWN, actual) < 0)
		abort();
	d = difference_add(to, DIFFERS_STATEMENT, what, detail);
	free(detail);
	d->stmt = stmt;
	d->line = s->stmt[stmt].line;
	difference_values(d, field, e, a);
	return d;
}

static const struct record_event *return_of(const struct record *r, u32 stmt)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == RECORD_RETURN && r->event[i].stmt == stmt)
			return &r->event[i];
	return NULL;
}

/* When a statement was done; 0 when it was not. */
static s64 when_done(const struct record *r, u32 stmt)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].stmt == stmt &&
		    (r->event[i].kind == RECORD_STMT || r->event[i].kind == RECORD_RETURN))
			return r->event[i].when_ps;
	return r->end_ps;
}

/* r: of the one that does not. */
static void never_returns(struct differences *to, const struct script *s, u32 stmt,
			  const char *text, const struct record *r, const char *does,
			  const char *does_not)
{
	char call[64], what[200];
	struct difference *d;

	name_of_call(text, call, sizeof(call));
	snprintf(what, sizeof(what), "%s: %s returns from it, %s never does", call, does, does_not);
	d = difference_add(to, DIFFERS_STATEMENT, what, NULL);
	difference_values(d, "return", does, does_not);
	d->stmt = stmt;
	d->line = s->stmt[stmt].line;
	d->when_ps = when_done(r, stmt);
}

bool difference_texts(const char *expected, const char *actual,
		      const struct difference_rules *rules, char **e, char **a)
{
	static char own[STATEMENT_BYTES], other[STATEMENT_BYTES];

	*e = *a = NULL;
	if (strcmp(expected, actual) == 0 && rules->a == NULL)
		return false;
	if (canonical(actual, own, sizeof(own)) && canonical(expected, other, sizeof(other))) {
		expected = other;
		actual = own;
	}
	*e = rules->a != NULL ? normalise_text(rules->a, expected) : copy_of(expected);
	*a = rules->b != NULL ? normalise_text(rules->b, actual) : copy_of(actual);
	if (strcmp(*e, *a) != 0)
		return true;
	free(*e);
	free(*a);
	*e = *a = NULL;
	return false;
}

/* expected: as the script or the other record has it. */
static void compare_call(struct differences *to, const struct script *s, u32 stmt,
			 const char *expected, const struct record *r,
			 const struct difference_rules *rules)
{
	const struct record_event *e = return_of(r, stmt);
	char *right, *other;

	if (e == NULL) {
		never_returns(to, s, stmt, expected, r, rules->right, rules->other);
		return;
	}
	if (difference_texts(expected, record_text(r, e), rules, &right, &other))
		call_differs(to, s, stmt, right, other, rules)->when_ps = e->when_ps;
	free(right);
	free(other);
}

void difference_calls(struct differences *to, const struct script *s, const struct record *r,
		      const struct difference_rules *rules)
{
	char *text = must(malloc(STATEMENT_BYTES));

	for (u32 i = 0; i < s->nr_stmts; i++) {
		if (s->stmt[i].kind != STMT_CALL)
			continue;
		difference_stmt_text(s, &s->stmt[i], text, STATEMENT_BYTES);
		compare_call(to, s, i, text, r, rules);
	}
	free(text);
}

void difference_records(struct differences *to, const struct script *s, const struct record *a,
			const struct record *b, const struct difference_rules *rules)
{
	for (u32 i = 0; i < a->nr; i++)
		if (a->event[i].kind == RECORD_RETURN)
			compare_call(to, s, a->event[i].stmt, record_text(a, &a->event[i]), b,
				     rules);
	for (u32 i = 0; i < b->nr; i++)
		if (b->event[i].kind == RECORD_RETURN && return_of(a, b->event[i].stmt) == NULL)
			never_returns(to, s, b->event[i].stmt, record_text(b, &b->event[i]), a,
				      rules->other, rules->right);
}

/* --- the state at the end
 * -------------------------------------------------------------------------- */

/* A line, and of how many words of it a fact is known again. */
struct fact {
	const char *line;
	u32 len;
	bool met;
};

struct facts {
	struct fact *fact;
	u32 nr;
};

static struct facts facts_of(const char *text)
{
	struct facts f = { 0 };
	u32 cap = 0;

	for (const char *p = text; p != NULL && *p != '\0';) {
		u32 len = (u32)strcspn(p, "\n");

		if (f.nr == cap) {
			cap = cap * 2 + 32;
			f.fact = must(realloc(f.fact, cap * sizeof(*f.fact)));
		}
		if (len != 0)
			f.fact[f.nr++] = (struct fact){ .line = p, .len = len };
		p += len + (p[len] == '\n');
	}
	return f;
}

static u32 words_len(const struct fact *f, u32 words)
{
	u32 n = 0;

	for (; n < f->len; n++)
		if (f->line[n] == ' ' && words-- == 1)
			break;
	return n;
}

static bool same_words(const struct fact *a, const struct fact *b, u32 words)
{
	u32 len = words == 0 ? a->len : words_len(a, words);

	return len == (words == 0 ? b->len : words_len(b, words)) &&
	       memcmp(a->line, b->line, len) == 0;
}

static struct fact *counterpart(const struct facts *in, const struct fact *of, u32 words)
{
	for (u32 i = 0; i < in->nr; i++)
		if (!in->fact[i].met && same_words(&in->fact[i], of, words))
			return &in->fact[i];
	return NULL;
}

/* "Udp.InDatagrams" of "a mib Udp.InDatagrams 1", "neigh 192.0.2.2" of "a neigh 192.0.2.2 …". */
enum { KEY_WORDS = 3, KIND_AT = 2 };

static bool is_kind(const struct fact *f, const char *kind)
{
	u32 len = (u32)strlen(kind);

	return f->len > KIND_AT + len && memcmp(f->line + KIND_AT, kind, len) == 0 &&
	       f->line[KIND_AT + len] == ' ';
}

/* Two words of "a random 17 draws" name it, three of all others. */
static u32 key_words(const struct fact *f)
{
	return is_kind(f, "random") ? 2 : KEY_WORDS;
}

static void fact_key(const struct fact *f, char *to, u32 size)
{
	u32 key = words_len(f, key_words(f)), from = min_u32(KIND_AT, key);

	snprintf(to, size, "%s%.*s", f->line[0] != 'a' ? (char[]){ f->line[0], ' ', 0 } : "",
		 (int)(key - from), f->line + from);
}

static void fact_value(const struct fact *f, char *to, u32 size)
{
	u32 key = words_len(f, key_words(f));

	if (f == NULL || key >= f->len)
		snprintf(to, size, "there");
	else
		snprintf(to, size, "%.*s", (int)(f->len - key - 1), f->line + key + 1);
}

/* A counter that is not among the lines is 0; anything else is not there. */
static void state_differs(struct differences *to, const struct fact *a, const struct fact *b,
			  const struct difference_rules *rules)
{
	const struct fact *f = a != NULL ? a : b;
	bool counter = is_kind(f, "mib") || is_kind(f, "drop");
	char key[FIELD_TEXT], e[FIELD_TEXT], o[FIELD_TEXT], what[3 * FIELD_TEXT + 60];

	fact_key(f, key, sizeof(key));
	snprintf(e, sizeof(e), "%s", counter ? "0" : "has none");
	snprintf(o, sizeof(o), "%s", counter ? "0" : "has none");
	if (a != NULL)
		fact_value(a, e, sizeof(e));
	if (b != NULL)
		fact_value(b, o, sizeof(o));
	snprintf(what, sizeof(what), "at the end: %s: %s %s, %s %s", key, rules->right, e,
		 rules->other, o);
	difference_values(difference_add(to, DIFFERS_STATE, what, NULL), key, e, o);
}

void difference_state(struct differences *to, const char *a, const char *b,
		      const struct difference_rules *rules)
{
	char *own_a = rules->a != NULL ? normalise_state(rules->a, a) : NULL;
	char *own_b = rules->b != NULL ? normalise_state(rules->b, b) : NULL;
	struct facts fa = facts_of(own_a != NULL ? own_a : a);
	struct facts fb = facts_of(own_b != NULL ? own_b : b);

	for (u32 i = 0; i < fa.nr; i++) {
		struct fact *same = counterpart(&fb, &fa.fact[i], 0);

		if (same != NULL)
			same->met = fa.fact[i].met = true;
	}
	for (u32 i = 0; i < fa.nr; i++) {
		struct fact *other;

		if (fa.fact[i].met)
			continue;
		other = counterpart(&fb, &fa.fact[i], key_words(&fa.fact[i]));
		if (other != NULL)
			other->met = true;
		state_differs(to, &fa.fact[i], other, rules);
	}
	for (u32 i = 0; i < fb.nr; i++)
		if (!fb.fact[i].met)
			state_differs(to, NULL, &fb.fact[i], rules);
	free(fa.fact);
	free(fb.fact);
	free(own_a);
	free(own_b);
}

bool difference_same_state(const char *a, const char *b)
{
	const struct difference_rules rules = { .right = "", .other = "" };
	struct differences found = { 0 };
	bool same;

	a = a != NULL ? a : "";
	b = b != NULL ? b : "";
	if (strcmp(a, b) == 0)
		return true;
	difference_state(&found, a, b, &rules);
	same = found.nr == 0;
	differences_free(&found);
	return same;
}
