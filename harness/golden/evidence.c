// SPDX-License-Identifier: MIT
/* evidence.c - see evidence.h. Each side becomes a list of events in the order in which they
 * happened; frames of the two are paired by their alignment, all else by its statement; what is
 * paired is a row.
 */
#include "harness/golden/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/golden/field.h"
#include "harness/golden/normalise.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"
#include "harness/script/packet.h"

enum {
	STATEMENT_BYTES = 1 << 18,
	DESCRIBED = 300,
	ETHER_BYTES = 14,
	ETHERTYPE_AT = 12,
	IP_BYTES = 20,
	TICKS = 1000,
	NO_EVENT = -1
};

enum event_kind { EVENT_FRAME, EVENT_CALL, EVENT_STATE };

struct event {
	enum event_kind kind;
	u8 host;
	bool waited, never; /* a call that has waited, that has not returned */
	u32 stmt;
	s64 when_ps, began_ps; /* below 0: before time 0 */
	struct align_frame frame;
	char *text; /* of malloc; NULL: the statement as it stands */
};

struct side {
	struct event *event;
	u32 nr, cap;
	s32 *of_stmt;		  /* the event of each statement; NO_EVENT */
	u32 *of_frame, nr_frames; /* of a record's frames, as they are numbered */
	u8 *bytes[DUT_HOSTS];	  /* of frames that were made equal; NULL */
	struct align_frame *frames[DUT_HOSTS];
	u32 nr_of_host[DUT_HOSTS];
};

/* a, b: events; NO_EVENT. */
struct row {
	s32 a, b;
	s64 tick;
	u32 order, index;
};

struct ladder {
	const struct evidence *e;
	const struct script *s;
	struct difference_rules rules;
	struct normalise na, nb;
	struct side a, b;
	struct row *row;
	u32 nr;
};

/* --- events
 * -------------------------------------------------------------------------------------- */

static void side_init(struct side *s, const struct script *script)
{
	*s = (struct side){ .of_stmt = must(malloc((script->nr_stmts + 1) * sizeof(s32))) };
	for (u32 i = 0; i < script->nr_stmts; i++)
		s->of_stmt[i] = NO_EVENT;
}

static void side_free(struct side *s)
{
	for (u32 i = 0; i < s->nr; i++)
		free(s->event[i].text);
	free(s->event);
	free(s->of_stmt);
	free(s->of_frame);
	for (u32 h = 0; h < DUT_HOSTS; h++) {
		free(s->bytes[h]);
		free(s->frames[h]);
	}
}

static struct event *add_event(struct side *s, enum event_kind kind, u32 stmt, s64 when_ps)
{
	if (s->nr == s->cap) {
		s->cap = s->cap * 2 + 16;
		s->event = must(realloc(s->event, s->cap * sizeof(*s->event)));
	}
	s->event[s->nr] = (struct event){
		.kind = kind, .stmt = stmt, .when_ps = when_ps, .began_ps = when_ps
	};
	return &s->event[s->nr++];
}

bool evidence_is_counter(const struct stmt *st)
{
	return st->kind == STMT_DIRECTIVE &&
	       (st->directive.id == DIR_MIB || st->directive.id == DIR_DROP);
}

/* Frames speak for packet lines; headers and comments do nothing. */
static bool is_shown(const struct stmt *st)
{
	return st->kind == STMT_COMMAND || st->kind == STMT_PYTHON || st->kind == STMT_CALL ||
	       st->kind == STMT_DIRECTIVE;
}

static struct event *add_stmt(struct side *to, const struct script *s, u32 stmt, s64 when_ps)
{
	struct event *ev = add_event(
		to, evidence_is_counter(&s->stmt[stmt]) ? EVENT_STATE : EVENT_CALL, stmt, when_ps);

	ev->host = s->stmt[stmt].host;
	ev->never = s->stmt[stmt].kind == STMT_CALL;
	to->of_stmt[stmt] = (s32)to->nr - 1;
	return ev;
}

/* A call stands where it began, unless it has waited: then where it returned. */
static void take_return(struct side *to, const struct script *s, const struct record_event *re,
			const char *text)
{
	s32 at = to->of_stmt[re->stmt];
	struct event *ev;

	if (at == NO_EVENT || re->waited) {
		if (at != NO_EVENT)
			to->event[at].stmt = ALIGN_NONE; /* is told when it returns */
		ev = add_stmt(to, s, re->stmt, re->when_ps);
		ev->began_ps = re->start_ps;
		ev->waited = re->waited;
	} else {
		ev = &to->event[at];
		free(ev->text);
	}
	ev->never = false;
	ev->text = text != NULL && *text != '\0' ? must(strdup(text)) : NULL;
}

static char *text_of(const struct record *r, const struct record_event *re)
{
	const char *text = re->text != 0 ? record_text(r, re) : NULL;

	return text != NULL ? must(strdup(text)) : NULL;
}

/* Frames get their place here, and their content later, when they may have been made equal. */
static void events_of_record(struct side *to, const struct script *s, const struct record *r)
{
	to->of_frame = must(calloc(r->nr + 1, sizeof(*to->of_frame)));
	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *re = &r->event[i];
		const struct stmt *st = re->stmt < s->nr_stmts ? &s->stmt[re->stmt] : NULL;

		if (re->kind == RECORD_OUT || re->kind == RECORD_IN) {
			to->of_frame[to->nr_frames++] = to->nr;
			add_event(to, EVENT_FRAME, re->stmt, re->when_ps)->host = re->host;
		} else if (st == NULL || !is_shown(st)) {
			continue;
		} else if (re->kind == RECORD_RETURN) {
			take_return(to, s, re, re->text != 0 ? record_text(r, re) : NULL);
		} else {
			struct event *ev = add_stmt(to, s, re->stmt, re->when_ps);

			if (st->kind != STMT_CALL)
				ev->text = text_of(r, re);
		}
	}
}

/* When each statement is due: as the run says, else counted from the one before. */
static s64 *due_times(const struct script *s, const struct record *r)
{
	s64 *due = must(malloc((s->nr_stmts + 1) * sizeof(*due))), last = -1;
	bool *said = must(calloc(s->nr_stmts + 1, sizeof(*said)));

	for (u32 i = 0; r != NULL && i < r->nr; i++) {
		const struct record_event *e = &r->event[i];

		if (e->kind == RECORD_STMT && e->stmt < s->nr_stmts) {
			due[e->stmt] = e->due_ps;
			said[e->stmt] = true;
		}
	}
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		bool opening = last < 0 && (!is_shown(st) || st->when.kind == WHEN_NONE) &&
			       st->kind != STMT_CALL && st->kind != STMT_PACKET &&
			       st->kind != STMT_DIRECTIVE;
		s64 from = (s64)(st->when.from_ns * PS_PER_NS);

		if (!said[i])
			due[i] = opening		     ? -1
				 : st->when.kind == WHEN_ABS ? from
							     : (last < 0 ? 0 : last) + from;
		if (is_shown(st) || st->kind == STMT_PACKET)
			last = due[i];
		if (st->kind == STMT_DIRECTIVE &&
		    (st->directive.id == DIR_ADVANCE || st->directive.id == DIR_QUIET))
			last += (s64)(st->directive.value[0] * PS_PER_NS);
	}
	free(said);
	return due;
}

/* What the script says that Linux did. The order of what happens at one time is the script's. */
static void events_of_script(struct side *to, const struct script *s, const struct record *r)
{
	s64 *due = due_times(s, r);

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct when *w = &s->stmt[i].when;
		struct event *ev;

		if (!is_shown(&s->stmt[i]))
			continue;
		ev = add_stmt(to, s, i, due[i]);
		ev->never = false;
		if (w->blocks) {
			ev->waited = true;
			ev->when_ps += (s64)((w->until_ns - w->from_ns) * PS_PER_NS);
		}
	}
	free(due);
}

/* --- frames
 * -------------------------------------------------------------------------------------- */

static s32 event_of_frame(struct side *s, bool of_record, const struct align_frame *f)
{
	u32 at;

	if (of_record) {
		assert(f->number >= 1 && f->number <= s->nr_frames);
		at = s->of_frame[f->number - 1];
	} else {
		at = s->nr;
		add_event(s, EVENT_FRAME, f->stmt, f->when_ps)->host = f->host;
	}
	s->event[at].frame = *f;
	return (s32)at;
}

static void take_frames(struct ladder *l, u32 host)
{
	struct side *a = &l->a, *b = &l->b;
	const struct evidence *e = l->e;

	if (e->expected != NULL)
		a->nr_of_host[host] = difference_record_frames(e->expected, host, &a->frames[host]);
	else if (e->golden != NULL)
		a->nr_of_host[host] =
			difference_golden_frames(e->golden, l->s, host, &a->frames[host]);
	if (e->actual != NULL)
		b->nr_of_host[host] = difference_record_frames(e->actual, host, &b->frames[host]);
	if (e->golden == NULL && e->expected == NULL && e->actual != NULL)
		a->nr_of_host[host] = difference_record_frames(e->actual, host, &a->frames[host]);
	if (l->rules.a == NULL)
		return;
	a->nr_of_host[host] =
		normalise_frames(l->rules.a, a->frames[host], a->nr_of_host[host], &a->bytes[host]);
	b->nr_of_host[host] =
		normalise_frames(l->rules.b, b->frames[host], b->nr_of_host[host], &b->bytes[host]);
}

/* Has the same frame at a time of its own: late, or early. Another place at the same time is none.
 */
static bool is_moved(const struct ladder *l, const struct align_frame *a,
		     const struct align_frame *b)
{
	s64 apart = a->when_ps - b->when_ps;

	return a->outgoing == b->outgoing && align_same_bytes(a, b, &l->rules.align) &&
	       (u64)(apart < 0 ? -apart : apart) > l->rules.align.near_ps;
}

/* Frames that the alignment has left alone on both sides, and that are one at two times. */
static void join_moved(const struct ladder *l, u32 host, struct align_pair *pair, u32 nr)
{
	const struct align_frame *a = l->a.frames[host], *b = l->b.frames[host];

	for (u32 i = 0; i < nr; i++) {
		for (u32 k = 0; k < nr && pair[i].b == ALIGN_NONE && pair[i].a != ALIGN_NONE; k++) {
			if (pair[k].a != ALIGN_NONE || pair[k].b == ALIGN_NONE ||
			    !is_moved(l, &a[pair[i].a], &b[pair[k].b]))
				continue;
			pair[i].b = pair[k].b;
			pair[k].b = ALIGN_NONE;
		}
	}
}

/* Of frames that are known to be equal each is its counterpart. */
static struct align_pair *pairs_of(const struct ladder *l, u32 host, u32 *nr)
{
	u32 nr_a = l->a.nr_of_host[host], nr_b = l->b.nr_of_host[host];
	struct align_pair *pair;

	if (!l->e->equal) {
		pair = align_frames(l->a.frames[host], nr_a, l->b.frames[host], nr_b,
				    &l->rules.align, nr);
		join_moved(l, host, pair, *nr);
		return pair;
	}
	assert(nr_a == nr_b);
	*nr = nr_a;
	pair = must(calloc(nr_a + 1, sizeof(*pair)));
	for (u32 i = 0; i < nr_a; i++)
		pair[i] = (struct align_pair){ i, i };
	return pair;
}

/* --- rows
 * ---------------------------------------------------------------------------------------- */

static const struct event *event_a(const struct ladder *l, const struct row *r)
{
	return r->a != NO_EVENT ? &l->a.event[r->a] : NULL;
}

static const struct event *event_b(const struct ladder *l, const struct row *r)
{
	return r->b != NO_EVENT ? &l->b.event[r->b] : NULL;
}

/* What the device said of a statement that looks the same on both sides: a command that fails, a
 * pause that was none.
 */
static const char *said_of(const struct ladder *l, u32 stmt)
{
	const struct differences *d = l->e->differences;

	for (u32 i = 0; d != NULL && i < d->nr; i++)
		if (d->d[i].kind == DIFFERS_STATEMENT && d->d[i].stmt == stmt)
			return d->d[i].what;
	return NULL;
}

static bool is_late(const struct ladder *l, const struct event *a, const struct event *b)
{
	s64 apart = a->when_ps - b->when_ps;

	if (l->rules.free_times || (a->when_ps < 0 && b->when_ps < 0))
		return false;
	/* Statements are done when it is their turn: whether one is late is not for us to say. */
	if (a->kind != EVENT_FRAME && ((!a->waited && !b->waited) || said_of(l, a->stmt) == NULL))
		return false;
	return (u64)(apart < 0 ? -apart : apart) > difference_allowed_ps(&l->rules, a->when_ps);
}

/* What came of the other side's events before is where an event of one side alone stands: behind
 * its statement and the frame before.
 */
static u32 order_behind(const struct ladder *l, u32 stmt, u32 order)
{
	if (stmt == ALIGN_NONE || stmt >= l->s->nr_stmts)
		return order;
	if (l->e->actual == NULL)
		return max_u32(order, 2 * stmt + 2);
	for (u32 i = stmt + 1; i-- != 0;)
		if (l->b.of_stmt[i] != NO_EVENT)
			return max_u32(order, 2 * (u32)l->b.of_stmt[i] + 2);
	return order;
}

/* Linux's clock runs on by nanoseconds where a statement has its time exactly: what is in one tick
 * is in the order in which it happened.
 */
static void add_row(struct ladder *l, s32 a, s32 b, u32 *order)
{
	struct row *r = &l->row[l->nr];
	const struct event *ea, *eb;
	s64 when;

	*r = (struct row){ .a = a, .b = b, .index = l->nr++ };
	ea = event_a(l, r);
	eb = event_b(l, r);
	if (eb != NULL && (ea == NULL || !is_late(l, ea, eb))) {
		when = eb->when_ps;
		*order = 2 * (u32)b + 1;
	} else {
		when = ea->when_ps;
		*order = order_behind(l, ea->stmt, *order);
	}
	r->order = *order;
	r->tick = when < 0 ? -1 : when / (s64)(PS_PER_SEC / TICKS);
}

static void rows_of_frames(struct ladder *l, u32 host)
{
	u32 nr, order = 0;
	struct align_pair *pair = pairs_of(l, host, &nr);

	for (u32 i = 0; i < nr; i++) {
		s32 a = NO_EVENT, b = NO_EVENT;

		if (pair[i].a != ALIGN_NONE)
			a = event_of_frame(&l->a, l->e->expected != NULL,
					   &l->a.frames[host][pair[i].a]);
		if (pair[i].b != ALIGN_NONE)
			b = event_of_frame(&l->b, true, &l->b.frames[host][pair[i].b]);
		if (a != NO_EVENT || b != NO_EVENT)
			add_row(l, a, b, &order);
	}
	free(pair);
}

static void rows_of_statements(struct ladder *l)
{
	u32 order = 0;

	for (u32 i = 0; i < l->s->nr_stmts; i++) {
		s32 a = l->a.of_stmt[i], b = l->b.of_stmt[i];

		/* Not all counters of another kernel are known, and few would be equal. */
		if (l->rules.a != NULL && evidence_is_counter(&l->s->stmt[i]))
			continue;
		if (a != NO_EVENT || b != NO_EVENT)
			add_row(l, a, b, &order);
	}
}

static int row_order(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->tick != b->tick)
		return a->tick < b->tick ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static void make_rows(struct ladder *l)
{
	u32 most = l->s->nr_stmts;

	for (u32 h = 0; h < DUT_HOSTS; h++) {
		take_frames(l, h);
		most += l->a.nr_of_host[h] + l->b.nr_of_host[h];
	}
	l->row = must(calloc(most + 1, sizeof(*l->row)));
	for (u32 h = 0; h < DUT_HOSTS; h++)
		rows_of_frames(l, h);
	rows_of_statements(l);
	assert(l->nr <= most);
	if (l->nr != 0)
		qsort(l->row, l->nr, sizeof(*l->row), row_order);
}

/* --- texts
 * --------------------------------------------------------------------------------------- */

/* What tcpdump shows with -v, of that what makes a difference to people most often. */
static void describe(const struct align_frame *f, bool ethernet, char *to, u32 size)
{
	u32 at = ethernet ? ETHER_BYTES : 0, used;
	const u8 *ip = f->bytes + at;

	packet_describe(f->bytes, f->len, ethernet, to, size);
	if (f->len < at + IP_BYTES || ip[0] >> 4 != 4 ||
	    (ethernet && (f->bytes[ETHERTYPE_AT] != 8 || f->bytes[ETHERTYPE_AT + 1] != 0)))
		return;
	used = (u32)strlen(to);
	used += (u32)snprintf(to + used, size - used, " (ttl %u, id %u", ip[8],
			      (u32)ip[4] << 8 | ip[5]);
	if (used < size && ip[1] != 0)
		used += (u32)snprintf(to + used, size - used, ", tos 0x%x", ip[1]);
	if (used < size)
		snprintf(to + used, size - used, "%s)", (ip[6] & 0x40) != 0 ? ", DF" : "");
}

static void put_hex(struct json *j, const struct align_frame *f)
{
	static const char digit[] = "0123456789abcdef";
	char *hex = must(malloc(2 * (size_t)f->len + 3)), *to = hex;

	*to++ = '"';
	for (u32 i = 0; i < f->len; i++) {
		*to++ = digit[f->bytes[i] >> 4];
		*to++ = digit[f->bytes[i] & 15];
	}
	*to++ = '"';
	*to = '\0';
	json_raw(j, "hex", hex);
	free(hex);
}

/* Where a call's result would stand. */
static void without_result(char *text)
{
	char *last = NULL;

	for (char *p = text; (p = strstr(p, ") = ")) != NULL; p++)
		last = p;
	if (last != NULL)
		last[1] = '\0';
}

/* As the statement says who does it. */
static char *text_of_event(const struct ladder *l, const struct event *ev, const char *text)
{
	const struct stmt *st = &l->s->stmt[ev->stmt];
	static char buffer[STATEMENT_BYTES];
	char *to, process[24] = "", thread[24] = "";

	if (text == NULL)
		text = ev->text;
	if (text == NULL)
		difference_stmt_text(l->s, st, buffer, sizeof(buffer));
	else
		snprintf(buffer, sizeof(buffer), "%s", text);
	if (st->process != 0)
		snprintf(process, sizeof(process), "process %u: ", st->process);
	if (st->thread != 0)
		snprintf(thread, sizeof(thread), "thread %u: ", st->thread);
	if (ev->never)
		without_result(buffer);
	if (asprintf(&to, "%s%s%s%s", process, thread, buffer,
		     ev->never ? " does not return" : "") < 0)
		abort();
	return to;
}

/* --- JSON
 * ---------------------------------------------------------------------------------------- */

static void put_when(struct json *j, const char *key, s64 when_ps)
{
	if (when_ps < 0)
		json_text(j, key, NULL);
	else
		json_s64(j, key, when_ps / (s64)PS_PER_NS);
}

static void put_frame(struct json *j, const char *key, const struct align_frame *f, s64 when_ps,
		      bool ethernet)
{
	char text[DESCRIBED];

	json_object(j, key);
	put_when(j, "when_ns", when_ps);
	describe(f, ethernet, text, sizeof(text));
	json_text(j, "text", text);
	put_hex(j, f);
	json_end(j);
}

static void put_fields(struct json *j, const struct ladder *l, const struct align_frame *a,
		       const struct align_frame *b)
{
	struct field_difference *d = must(calloc(FIELDS_MAX, sizeof(*d)));
	bool ethernet = l->rules.align.ethernet;
	u32 len_a = a->len, len_b = b->len, nr;

	if (l->rules.align.no_padding) {
		len_a = field_unpadded(a->bytes, a->len, ethernet);
		len_b = field_unpadded(b->bytes, b->len, ethernet);
	}
	nr = field_compare(a->bytes, len_a, b->bytes, len_b, ethernet, d);
	json_array(j, "fields");
	for (u32 i = 0; i < nr; i++) {
		json_object(j, NULL);
		json_text(j, "name", d[i].name);
		json_text(j, "expected", d[i].expected);
		json_text(j, "actual", d[i].actual);
		json_bool(j, "follows", d[i].follows);
		json_u64(j, "from", d[i].from);
		json_u64(j, "to", d[i].to);
		json_end(j);
	}
	json_end(j);
	free(d);
}

static void put_none(struct json *j, const char *key)
{
	json_text(j, key, NULL);
}

static void frame_sides(struct json *j, const struct ladder *l, const struct event *a,
			const struct event *b)
{
	bool late = a != NULL && b != NULL && is_late(l, a, b), same;

	if (a != NULL)
		put_frame(j, "a", &a->frame, a->when_ps, l->rules.align.ethernet);
	else
		put_none(j, "a");
	if (b == NULL) {
		put_none(j, "b");
		return;
	}
	same = a != NULL &&
	       (l->e->equal || align_same_bytes(&a->frame, &b->frame, &l->rules.align));
	if (same && !late)
		return;
	put_frame(j, "b", &b->frame, a == NULL || late ? b->when_ps : a->when_ps,
		  l->rules.align.ethernet);
	if (a != NULL && !same)
		put_fields(j, l, &a->frame, &b->frame);
}

static void put_call(struct json *j, const char *key, const struct event *ev, s64 when_ps,
		     const char *text)
{
	json_object(j, key);
	put_when(j, "when_ns", when_ps);
	if (ev->waited)
		put_when(j, "began_ns", ev->began_ps);
	json_text(j, "text", text);
	json_end(j);
}

static void put_event(struct json *j, const struct ladder *l, const char *key,
		      const struct event *ev, s64 when_ps, const char *text)
{
	char *whole = text_of_event(l, ev, text);

	put_call(j, key, ev, when_ps, whole);
	free(whole);
}

static bool texts_differ(const struct ladder *l, const struct event *a, const struct event *b,
			 char **right, char **other)
{
	const struct stmt *st = &l->s->stmt[a->stmt];
	static char own[STATEMENT_BYTES];
	const char *expected = a->text;

	*right = *other = NULL;
	if (st->kind == STMT_COMMAND || st->kind == STMT_PYTHON || b->text == NULL || b->never ||
	    a->never)
		return false;
	if (expected == NULL) {
		difference_stmt_text(l->s, st, own, sizeof(own));
		expected = own;
	}
	if (st->kind == STMT_CALL)
		return difference_texts(expected, b->text, &l->rules, right, other);
	if (!evidence_is_counter(st) || strcmp(expected, b->text) == 0)
		return false;
	*right = must(strdup(expected));
	*other = must(strdup(b->text));
	return true;
}

static void put_other(struct json *j, const struct ladder *l, const struct event *a,
		      const struct event *b)
{
	bool late = is_late(l, a, b), differ;
	const char *said = NULL;
	char *right, *other;

	differ = !l->e->equal && texts_differ(l, a, b, &right, &other);
	if (!differ && !late && a->never == b->never)
		said = said_of(l, a->stmt);
	if (said != NULL)
		put_call(j, "b", a, a->when_ps, said);
	else if (differ || late || a->never != b->never)
		put_event(j, l, "b", b, late ? b->when_ps : a->when_ps, differ ? other : NULL);
	if (differ) {
		free(right);
		free(other);
	}
}

static void call_sides(struct json *j, const struct ladder *l, const struct event *a,
		       const struct event *b)
{
	if (a != NULL)
		put_event(j, l, "a", a, a->when_ps, NULL);
	else
		put_none(j, "a");
	if (a != NULL && b != NULL)
		put_other(j, l, a, b);
	else if (b != NULL)
		put_event(j, l, "b", b, b->when_ps, NULL);
	else
		put_none(j, "b");
}

static u32 line_of(const struct evidence *e, u32 stmt)
{
	const u32 *line = e->of_case != NULL ? e->of_case->line : NULL;

	if (stmt == ALIGN_NONE || stmt >= e->script->nr_stmts)
		return 0;
	return line != NULL ? line[stmt] : e->script->stmt[stmt].line;
}

static void put_row(struct json *j, const struct ladder *l, const struct row *r)
{
	static const char *const kinds[] = { "frame", "call", "state" };
	const struct event *a = event_a(l, r), *b = event_b(l, r), *any = a != NULL ? a : b;
	bool frame = any->kind == EVENT_FRAME;
	u32 line = line_of(l->e, any->stmt);

	if (frame && line == 0 && b != NULL)
		line = line_of(l->e, b->frame.stmt);
	json_object(j, NULL);
	json_text(j, "kind", kinds[any->kind]);
	json_u64(j, "host", any->host);
	json_u64(j, "line", line);
	if (frame) {
		json_bool(j, "out", any->frame.outgoing);
		if (a != NULL && a->frame.number != 0)
			json_u64(j, "frame", a->frame.number);
		frame_sides(j, l, a, b);
	} else {
		call_sides(j, l, a, b);
	}
	json_end(j);
}

/* --- the state at the end
 * -------------------------------------------------------------------------------------- */

static void put_state_side(struct json *j, const char *key, const char *name, const char *value)
{
	if (strcmp(value, "has none") == 0) {
		put_none(j, key);
		return;
	}
	json_object(j, key);
	if (strcmp(value, "there") == 0)
		json_text(j, "text", name);
	else
		json_textf(j, "text", "%s %s", name, value);
	json_end(j);
}

/* A name of the state begins with the letter of its host, unless that is the first. */
static u32 host_of(const char **name)
{
	char c = (*name)[0];

	if (c < 'b' || c >= 'a' + DUT_HOSTS || (*name)[1] != ' ')
		return 0;
	*name += 2;
	return (u32)(c - 'a');
}

static void put_state(struct json *j, const char *name, const char *a, const char *b)
{
	u32 host = host_of(&name);

	json_object(j, NULL);
	json_text(j, "kind", "state");
	json_u64(j, "host", host);
	json_u64(j, "line", 0);
	put_state_side(j, "a", name, a);
	if (b != NULL)
		put_state_side(j, "b", name, b);
	json_end(j);
}

/* Is it a line about what differs? */
static bool is_different(const struct evidence *e, const char *fact)
{
	for (u32 i = 0; e->differences != NULL && i < e->differences->nr; i++) {
		const struct difference *d = &e->differences->d[i];
		size_t len = d->kind == DIFFERS_STATE ? strlen(d->field) : 0;

		if (len != 0 && strncmp(fact, d->field, len) == 0 &&
		    (fact[len] == ' ' || fact[len] == '\0'))
			return true;
	}
	return false;
}

static void put_end(struct json *j, const struct evidence *e)
{
	const struct evidence_case *c = e->of_case;

	for (u32 i = 0; c != NULL && i < c->nr_facts; i++)
		if (!is_different(e, c->fact[i]))
			put_state(j, c->fact[i], "there", NULL);
	for (u32 i = 0; e->differences != NULL && i < e->differences->nr; i++) {
		const struct difference *d = &e->differences->d[i];

		if (d->kind == DIFFERS_STATE)
			put_state(j, d->field, d->expected, d->actual);
	}
}

/* --- the whole
 * ---------------------------------------------------------------------------------------- */

static void put_ladder(struct json *j, const struct evidence *e)
{
	struct ladder l = { .e = e, .s = e->script, .rules = *e->rules };

	if (e->rules->a != NULL) {
		bool kernels = e->expected == NULL;

		normalise_init(&l.na, kernels ? NORMALISE_KERNELS : NORMALISE_DEVICES,
			       e->rules->align.ethernet);
		normalise_init(&l.nb, kernels ? NORMALISE_KERNELS : NORMALISE_DEVICES,
			       e->rules->align.ethernet);
		l.rules.a = &l.na;
		l.rules.b = &l.nb;
	}
	side_init(&l.a, l.s);
	side_init(&l.b, l.s);
	if (e->expected != NULL)
		events_of_record(&l.a, l.s, e->expected);
	else
		events_of_script(&l.a, l.s, e->actual);
	if (e->actual != NULL)
		events_of_record(&l.b, l.s, e->actual);
	make_rows(&l);
	for (u32 i = 0; i < l.nr; i++)
		put_row(j, &l, &l.row[i]);
	free(l.row);
	side_free(&l.a);
	side_free(&l.b);
}

/* json_end() of what is outermost adds a line's end. */
static char *one_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
	return text;
}

char *evidence_ladder(const struct evidence *e)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));
	struct json j;

	assert(e->script != NULL && e->rules != NULL);
	for (u32 i = 0; e->differences != NULL && i < e->differences->nr; i++) {
		struct difference *d = &e->differences->d[i];

		d->own_line = line_of(e, d->stmt);
	}
	json_begin(&j, to, 0);
	json_array(&j, NULL);
	put_ladder(&j, e);
	put_end(&j, e);
	json_end(&j);
	fclose(to);
	return one_line(text);
}

static bool is_header(const struct script *s, u32 stmt, const char *key, u32 len)
{
	const struct text k = s->stmt[stmt].pair.key;

	return s->stmt[stmt].kind == STMT_HEADER && k.len == len &&
	       memcmp(script_text(s, k), key, len) == 0;
}

/* Told by the capture itself, whatever the script says of them. */
static const char *const provenance_keys[] = { "config", "patches", "seed" };

/* All lines of a key, told with the first of them. */
static void put_header(struct json *j, const struct script *s, u32 stmt, bool has_provenance)
{
	const struct text k = s->stmt[stmt].pair.key;
	const char *key = script_text(s, k);
	char *name, *text = NULL;
	size_t len = 0;
	FILE *to;

	for (u32 i = 0; i < stmt; i++)
		if (is_header(s, i, key, k.len))
			return;
	for (u32 i = 0; has_provenance && i < ARRAY_SIZE(provenance_keys); i++)
		if (k.len == strlen(provenance_keys[i]) &&
		    memcmp(key, provenance_keys[i], k.len) == 0)
			return;
	to = must(open_memstream(&text, &len));
	for (u32 i = stmt; i < s->nr_stmts; i++)
		if (is_header(s, i, key, k.len))
			fprintf(to, "%s%.*s", i != stmt ? "\n" : "", (int)s->stmt[i].pair.value.len,
				script_text(s, s->stmt[i].pair.value));
	fclose(to);
	name = must(strndup(key, k.len));
	json_text_n(j, name, text, len);
	free(name);
	free(text);
}

/* What its .pcapng says of the kernel. */
static void put_provenance(struct json *j, const struct provenance *from)
{
	json_text(j, "config", from->config_hash);
	json_text(j, "patches", from->patches_hash);
	json_textf(j, "seed", "%llu", (unsigned long long)from->seed);
}

char *evidence_headers(const struct script *s, const struct provenance *from,
		       const struct evidence_case *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));
	struct json j;

	json_begin(&j, to, 0);
	json_object(&j, NULL);
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind == STMT_HEADER)
			put_header(&j, s, i, from != NULL);
	if (from != NULL)
		put_provenance(&j, from);
	for (u32 i = 0; c != NULL && i < c->nr_headers; i++)
		json_text(&j, c->header[i].key, c->header[i].value);
	json_end(&j);
	fclose(to);
	return one_line(text);
}
