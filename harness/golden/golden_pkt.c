// SPDX-License-Identifier: MIT
/* golden_pkt.c - a script and the record of it become the captured script.
 *
 * What the author wrote stays: order, comments, options, commands, what goes in and when. What came
 * of it is replaced: results and outputs of calls, when a call that waited returned, counters, and
 * all `>` lines, by the frames that really left.
 *
 * Times. A relative time counts from when the statement before was due. The lines that are put in
 * between take their part of it, so that two clocks go along: script_ns is where the author's
 * script stands, said_ns where the captured one does. What Linux did lies on the grid of jiffies,
 * but for the nanoseconds that reading a clock costs: a frame of the instant of the statement
 * before it is +0, another one comes at the next tick. The runner compares to half a tick.
 *
 * Frames of the opening commands left before time 0; no line can say that. They are in the capture.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/golden/golden.h"
#include "harness/script/packet.h"
#include "harness/script/packet_flow.h"

enum {
	LINE_MAX_BYTES = 4 * PACKET_BYTES_MAX, /* of a frame in hex, and more */
	NOT_OURS = 0xffffffff		       /* origin: of a line that was put in */
};

struct pkt {
	const struct script *s;
	const struct record *r;
	const struct provenance *p;
	struct packet_flows flows;
	FILE *to;
	s64 jiffy_ns;
	s64 script_ns, said_ns;
	u32 *begun, *returned; /* 1 + index of the event, by statement */
	u32 *origin, nr_lines, cap_lines;
	u32 next_frame; /* index of the event from where on frames are not printed yet */
	u8 host;	/* whose block is open */
	bool opened;	/* the opening commands are over: time runs */
	char *err;
	u32 err_size;
	bool failed;
};

static void fail(struct pkt *k, u32 line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void fail(struct pkt *k, u32 line, const char *fmt, ...)
{
	int n = 0;
	va_list ap;

	if (k->failed)
		return;
	k->failed = true;
	if (line != 0)
		n = snprintf(k->err, k->err_size, "%s:%u: ", k->s->name, line);
	if (n < 0 || (u32)n >= k->err_size)
		return;
	va_start(ap, fmt);
	vsnprintf(k->err + n, k->err_size - (u32)n, fmt, ap);
	va_end(ap);
}

/* --- what belongs to what ------------------------------------------------------------------------
 */
/* What happens in time; the others are about the script. */
static bool is_event(const struct stmt *st)
{
	return st->kind >= STMT_COMMAND;
}

static bool is_expected(const struct stmt *st)
{
	return st->kind == STMT_PACKET && !st->packet.incoming;
}

static bool is_input(const struct stmt *st)
{
	return is_event(st) && !is_expected(st);
}

static bool find_events(struct pkt *k)
{
	for (u32 i = 0; i < k->r->nr; i++) {
		const struct record_event *e = &k->r->event[i];
		u32 *of = e->kind == RECORD_STMT ? k->begun : k->returned;

		if (e->kind != RECORD_STMT && e->kind != RECORD_RETURN)
			continue;
		if (e->stmt >= k->s->nr_stmts || e->host >= SCRIPT_HOSTS) {
			fail(k, 0, "the record is of another script");
			return false;
		}
		of[e->stmt] = i + 1;
	}
	return true;
}

/* The event of the first input behind statement i: frames before it belong before it. */
static u32 gap_end(const struct pkt *k, u32 i)
{
	for (u32 n = i + 1; n < k->s->nr_stmts; n++)
		if (is_input(&k->s->stmt[n]) && k->begun[n] != 0)
			return k->begun[n] - 1;
	return k->r->nr;
}

static const struct stmt *next_input(const struct pkt *k, u32 i)
{
	for (u32 n = i + 1; n < k->s->nr_stmts; n++)
		if (is_input(&k->s->stmt[n]))
			return &k->s->stmt[n];
	return NULL;
}

/* Is there another `>` line of the author's before the next input? */
static bool more_expected(const struct pkt *k, u32 i)
{
	for (u32 n = i + 1; n < k->s->nr_stmts && !is_input(&k->s->stmt[n]); n++)
		if (is_expected(&k->s->stmt[n]))
			return true;
	return false;
}

/* --- lines ---------------------------------------------------------------------------------------
 */
static void note_origin(struct pkt *k, u32 stmt)
{
	if (k->nr_lines == k->cap_lines) {
		k->cap_lines = k->cap_lines * 2 + 64;
		k->origin = realloc(k->origin, k->cap_lines * sizeof(*k->origin));
		if (k->origin == NULL)
			abort();
	}
	k->origin[k->nr_lines++] = stmt;
}

/* An empty line before a block stands outside it. */
static void begin_line(struct pkt *k, u8 host, bool blank, u32 origin)
{
	if (k->host != host && k->host != 0)
		fputs("}\n", k->to);
	if (blank)
		fputs("\n", k->to);
	if (k->host != host && host != 0)
		fprintf(k->to, "host %c {\n", 'a' + host);
	k->host = host;
	note_origin(k, origin);
}

static void put_text(struct pkt *k, struct text t)
{
	fwrite(script_text(k->s, t), 1, t.len, k->to);
}

static void end_line(struct pkt *k, const struct stmt *st)
{
	if (st != NULL && st->comment.len != 0) {
		fputs(" // ", k->to);
		put_text(k, st->comment);
	}
	fputs("\n", k->to);
}

static void put_seconds(struct pkt *k, s64 ns)
{
	assert(ns >= 0);
	fprintf(k->to, "%lld.%09lld", (long long)(ns / (s64)NS_PER_SEC),
		(long long)(ns % (s64)NS_PER_SEC));
}

static void put_body(struct pkt *k, const struct stmt *st)
{
	char *text = script_print_body(k->s, st, NULL, NULL);

	fputs(text, k->to);
	free(text);
}

/* --- times ---------------------------------------------------------------------------------------
 */
static s64 to_ns(s64 ps)
{
	s64 ns = ps / (s64)PS_PER_NS;

	return ps < 0 && ns * (s64)PS_PER_NS != ps ? ns - 1 : ns;
}

static s64 on_grid(const struct pkt *k, s64 ns)
{
	return ns < 0 ? 0 : (ns + k->jiffy_ns / 2) / k->jiffy_ns * k->jiffy_ns;
}

/* Nothing but clock reads lies between the two. */
static bool same_instant(const struct pkt *k, s64 a, s64 b)
{
	s64 apart = a < b ? b - a : a - b;

	return apart < k->jiffy_ns / 2;
}

static s64 max_s64(s64 a, s64 b)
{
	return a > b ? a : b;
}

/* When the author's script has a statement, by its own times. */
static s64 script_due(const struct pkt *k, const struct when *w)
{
	switch (w->kind) {
	case WHEN_ABS:
	case WHEN_ABS_RANGE:
		return (s64)w->from_ns;
	case WHEN_REL:
	case WHEN_REL_RANGE:
		return k->script_ns + (s64)w->from_ns;
	default:
		return k->script_ns;
	}
}

/* The same, but what the run says counts where it is another instant: `*` depends on a frame, a
 * time behind `advance` on how long the call before it took.
 */
static s64 due_of(const struct pkt *k, u32 i)
{
	s64 due = script_due(k, &k->s->stmt[i].when);
	s64 real = to_ns(k->r->event[k->begun[i] - 1].due_ps);

	return same_instant(k, due, real) ? due : on_grid(k, real);
}

/* A statement of the author's that is due then: the clocks stand there. */
static void put_when(struct pkt *k, const struct stmt *st, s64 due, s64 end)
{
	s64 due_now = max_s64(due, k->said_ns);
	bool absolute = st->when.kind == WHEN_ABS && due >= k->said_ns;
	s64 base = absolute ? 0 : k->said_ns;

	if (st->when.kind != WHEN_NONE || due_now != k->said_ns || end >= 0) {
		fputs(absolute ? "" : "+", k->to);
		put_seconds(k, due_now - base);
		if (end >= 0) {
			fputs("...", k->to);
			put_seconds(k, max_s64(end, due_now) - base);
		}
		fputs(" ", k->to);
	}
	k->script_ns = due;
	k->said_ns = due_now;
}

/* --- frames --------------------------------------------------------------------------------------
 */
/* The next frame that has left before event `end`; its index, or `end`. */
static u32 peek_frame(const struct pkt *k, u32 end)
{
	for (u32 i = k->next_frame; i < end; i++)
		if (k->r->event[i].kind == RECORD_OUT && k->r->event[i].when_ps >= 0)
			return i;
	return end;
}

/* When a frame is said to leave: not before the statement before it, not behind the one after it.
 */
static s64 frame_time(const struct pkt *k, s64 when, s64 latest)
{
	s64 tick = on_grid(k, when);

	if (same_instant(k, when, k->said_ns) || tick < k->said_ns)
		return k->said_ns;
	return latest >= k->said_ns && tick > latest && same_instant(k, when, latest) ? latest
										      : tick;
}

/* `like`: the author's line in whose place it stands. */
static void put_frame(struct pkt *k, u32 event, const struct stmt *like, s64 latest)
{
	const struct record_event *e = &k->r->event[event];
	s64 when = frame_time(k, to_ns(e->when_ps), latest);
	char *line = malloc(LINE_MAX_BYTES);
	u8 *bytes = malloc((size_t)e->len + 1);

	if (line == NULL)
		abort();
	if (bytes == NULL)
		abort();
	memcpy(bytes, record_bytes(k->r, e), e->len);
	packet_flows_see(&k->flows, bytes, e->len, k->r->ethernet);
	packet_flows_relative(&k->flows, bytes, e->len, k->r->ethernet);
	packet_as_script(bytes, e->len, k->r->ethernet, line, LINE_MAX_BYTES);
	free(bytes);
	begin_line(k, e->host, like != NULL && like->blank_before, NOT_OURS);
	fputs("+", k->to);
	put_seconds(k, when - k->said_ns);
	fprintf(k->to, " > %s", line);
	end_line(k, like);
	free(line);
	k->said_ns = when;
	k->next_frame = event + 1;
}

/* All frames up to `end`, and before that time. */
static void put_frames(struct pkt *k, u32 end, s64 before_ns, s64 latest)
{
	for (u32 i = peek_frame(k, end); i < end; i = peek_frame(k, end)) {
		if (to_ns(k->r->event[i].when_ps) >= before_ns)
			return;
		put_frame(k, i, NULL, latest);
	}
}

/* When the input behind statement i is due: frames before it are not later. */
static s64 latest_of(const struct pkt *k, u32 i)
{
	const struct stmt *next = next_input(k, i);
	u32 event = next != NULL ? k->begun[next - k->s->stmt] : 0;

	return event != 0 ? to_ns(k->r->event[event - 1].due_ps) : INT64_MAX;
}

/* --- statements ----------------------------------------------------------------------------------
 */
static bool is_header(const struct pkt *k, const struct stmt *st, const char *key)
{
	return st->kind == STMT_HEADER && st->pair.key.len == strlen(key) &&
	       memcmp(script_text(k->s, st->pair.key), key, st->pair.key.len) == 0;
}

static void put_oracle(struct pkt *k, bool blank, u32 origin)
{
	begin_line(k, 0, blank, origin);
	fprintf(k->to, "// oracle: %s\n", k->p->kernel);
}

/* The reasons of before stay. */
static void put_why(struct pkt *k)
{
	begin_line(k, 0, false, NOT_OURS);
	fprintf(k->to, "// why: %s\n", k->p->why);
}

static void put_about(struct pkt *k, u32 i)
{
	const struct stmt *st = &k->s->stmt[i];

	if (is_header(k, st, "oracle")) {
		put_oracle(k, st->blank_before, i);
		return;
	}
	begin_line(k, st->host, st->blank_before, i);
	put_body(k, st);
	end_line(k, st->kind == STMT_COMMENT || st->kind == STMT_HEADER ? NULL : st);
}

/* Behind the first header, which is the claim. */
static bool oracle_is_missing(const struct pkt *k)
{
	for (u32 i = 0; i < k->s->nr_stmts; i++)
		if (is_header(k, &k->s->stmt[i], "oracle"))
			return false;
	return true;
}

/* A counter's line tells what has really changed. */
static const char *text_of(struct pkt *k, u32 i)
{
	const struct stmt *st = &k->s->stmt[i];
	u32 event = st->kind == STMT_CALL ? k->returned[i] : k->begun[i];
	bool counter = st->kind == STMT_DIRECTIVE &&
		       (st->directive.id == DIR_MIB || st->directive.id == DIR_DROP);
	const char *text;

	if (st->kind != STMT_CALL && !counter)
		return NULL;
	text = event != 0 ? record_text(k->r, &k->r->event[event - 1]) : NULL;
	if (text == NULL)
		fail(k, st->line,
		     st->kind == STMT_CALL ? "the call has not returned"
					   : "the counter was not read");
	return text;
}

static s64 end_of_call(const struct pkt *k, u32 i)
{
	const struct record_event *e = &k->r->event[k->returned[i] - 1];

	return e->waited ? on_grid(k, to_ns(e->when_ps)) : -1;
}

static void put_input(struct pkt *k, u32 i)
{
	const struct stmt *st = &k->s->stmt[i];
	const char *text = text_of(k, i);

	if (k->failed)
		return;
	begin_line(k, st->host, st->blank_before, i);
	if (k->opened)
		put_when(k, st, due_of(k, i), st->kind == STMT_CALL ? end_of_call(k, i) : -1);
	if (text != NULL)
		fputs(text, k->to);
	else
		put_body(k, st);
	end_line(k, st);
}

static bool is_pause(const struct stmt *st)
{
	return st->kind == STMT_DIRECTIVE &&
	       (st->directive.id == DIR_ADVANCE || st->directive.id == DIR_QUIET);
}

/* A pause ends so long after it was due, or after the call before it was over. Frames that leave
 * meanwhile cut it: first they, then what is left of it.
 */
static void put_pause(struct pkt *k, u32 i, u32 frames_end)
{
	const struct stmt *st = &k->s->stmt[i];
	s64 due = due_of(k, i), began = to_ns(k->r->event[k->begun[i] - 1].when_ps);
	u32 frame = peek_frame(k, frames_end);
	s64 end;

	began = same_instant(k, began, due) ? due : max_s64(due, on_grid(k, began));
	end = began + (s64)st->directive.value[0];
	if (frame == frames_end || to_ns(k->r->event[frame].when_ps) >= end) {
		put_input(k, i);
	} else {
		put_frames(k, frames_end, end, end);
		begin_line(k, st->host, st->blank_before, i);
		fprintf(k->to, "%s %lldns", st->directive.id == DIR_QUIET ? "quiet" : "advance",
			(long long)max_s64(end - k->said_ns, 0));
		end_line(k, st);
	}
	k->script_ns = end;
	k->said_ns = max_s64(k->said_ns, end);
}

/* An author's `>` line: a frame stands in its place, in place of the last one before an input all
 * that are left.
 */
static void put_expected(struct pkt *k, u32 i)
{
	const struct stmt *st = &k->s->stmt[i];
	u32 end = gap_end(k, i), frame = peek_frame(k, end);
	s64 latest;

	k->script_ns = script_due(k, &st->when);
	latest = latest_of(k, i);
	if (frame < end)
		put_frame(k, frame, st, latest);
	if (!more_expected(k, i))
		put_frames(k, end, INT64_MAX, latest);
}

static bool is_fault(const struct stmt *st)
{
	return st->kind == STMT_DIRECTIVE && st->directive.id >= DIR_NIC_IRQ_DELAY;
}

static bool is_opening(const struct pkt *k, const struct stmt *st)
{
	return !k->opened && st->kind == STMT_COMMAND && st->when.kind == WHEN_NONE;
}

static void put_stmt(struct pkt *k, u32 i)
{
	const struct stmt *st = &k->s->stmt[i];
	u32 end = gap_end(k, i);

	if (!is_event(st)) {
		put_about(k, i);
		return;
	}
	k->opened = k->opened || !is_opening(k, st);
	if (is_expected(st)) {
		put_expected(k, i);
		return;
	}
	if (k->begun[i] == 0) {
		fail(k, st->line, "the statement was not done");
		return;
	}
	if (is_fault(st)) {
		fail(k, st->line, "a fault that only a model has cannot be captured");
		return;
	}
	if (is_pause(st))
		put_pause(k, i, end);
	else
		put_input(k, i);
	if (!k->failed && !more_expected(k, i)) {
		k->opened = k->opened || peek_frame(k, end) < end;
		put_frames(k, end, INT64_MAX, latest_of(k, i));
	}
}

static void put_all(struct pkt *k)
{
	bool missing = oracle_is_missing(k);
	u32 headers = 0;

	while (headers < k->s->nr_stmts && k->s->stmt[headers].kind == STMT_HEADER)
		headers++;
	if (missing && (k->s->nr_stmts == 0 || k->s->stmt[0].kind != STMT_HEADER)) {
		put_oracle(k, false, NOT_OURS);
		missing = false;
	}
	for (u32 i = 0; i < k->s->nr_stmts && !k->failed; i++) {
		if (k->p->why != NULL && i == headers)
			put_why(k);
		put_stmt(k, i);
		if (missing)
			put_oracle(k, false, NOT_OURS);
		missing = false;
	}
	if (k->host != 0)
		fputs("}\n", k->to);
}

/* --- the whole -----------------------------------------------------------------------------------
 */
static struct script *parse_own(struct pkt *k, const char *text, size_t len)
{
	struct script_error why;
	struct script *s = script_parse(k->s->name, text, len, &why);

	if (s == NULL)
		fail(k, 0, "the captured script does not parse: line %u, column %u: %s", why.line,
		     why.column, why.text);
	return s;
}

/* Which line a statement has is known when it is printed. */
static void find_lines(struct pkt *k, const char *text, size_t len, u32 *line)
{
	struct script *s = parse_own(k, text, len);

	memset(line, 0, k->s->nr_stmts * sizeof(*line));
	for (u32 i = 0; s != NULL && i < s->nr_stmts; i++)
		if (k->origin[i] != NOT_OURS)
			line[k->origin[i]] = s->stmt[i].line;
	script_free(s);
}

static char *canonical(struct pkt *k, const char *text, size_t len, u32 *line)
{
	struct script *s = parse_own(k, text, len);
	size_t printed_len;
	char *printed;

	if (s == NULL)
		return NULL;
	if (s->nr_stmts != k->nr_lines) {
		fail(k, 0, "the captured script has %u statements that parse as %u", k->nr_lines,
		     s->nr_stmts);
		script_free(s);
		return NULL;
	}
	printed = script_print(s, PRINT_COMMENTS, &printed_len);
	script_free(s);
	if (line != NULL)
		find_lines(k, printed, printed_len, line);
	return printed;
}

static bool is_whole(struct pkt *k)
{
	if (k->r->verdict == RUN_PASSED)
		return true;
	fail(k, k->r->line, "%s",
	     k->r->message != NULL ? k->r->message : "the run did not come to its end");
	return false;
}

/* err is written to through the struct. NOLINTBEGIN(readability-non-const-parameter) */
char *golden_pkt_lines(const struct script *s, const struct record *r, const struct provenance *p,
		       u32 *line, char *err, u32 err_size)
{
	struct pkt k = { .s = s, .r = r, .p = p, .err = err, .err_size = err_size };
	char *text = NULL, *printed = NULL;
	size_t len = 0;

	assert(p->hz != 0);
	assert(err_size != 0);
	k.jiffy_ns = (s64)(NS_PER_SEC / p->hz);
	k.begun = calloc(s->nr_stmts + 1u, sizeof(*k.begun));
	k.returned = calloc(s->nr_stmts + 1u, sizeof(*k.returned));
	k.to = open_memstream(&text, &len);
	if (k.begun == NULL || k.returned == NULL || k.to == NULL)
		abort();
	if (is_whole(&k) && find_events(&k))
		put_all(&k);
	if (fclose(k.to) != 0)
		abort();
	if (!k.failed)
		printed = canonical(&k, text, len, line);
	if (k.failed) {
		free(printed);
		printed = NULL;
	}
	free(text);
	free(k.begun);
	free(k.returned);
	free(k.origin);
	return printed;
}

/* NOLINTEND(readability-non-const-parameter) */
char *golden_pkt(const struct script *s, const struct record *r, const struct provenance *p,
		 char *err, u32 err_size)
{
	return golden_pkt_lines(s, r, p, NULL, err, err_size);
}
