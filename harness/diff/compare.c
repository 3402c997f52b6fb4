// SPDX-License-Identifier: MIT
/* compare.c - see compare.h. Most programs are the same on both sides: that is found out first,
 * event by event and without a byte of memory. Only then all that differs is collected, aligned and
 * put in order.
 */
#include "harness/diff/compare.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/golden/normalise.h"

enum { LIVE_NEAR_MS = 20, LIVE_PERCENT = 5, HZ_DEFAULT = 1000, TEXT_SHOWN = 200, WORD_BYTES = 64 };

const char *const compare_verdict_names[COMPARE_VERDICTS] = {
	[COMPARE_EQUAL] = "equal",
	[COMPARE_EXPLAINED] = "explained",
	[COMPARE_DIFFERENT] = "different",
	[COMPARE_NOT_IMPLEMENTED] = "not implemented",
	[COMPARE_INCONCLUSIVE] = "inconclusive",
};

/* What the comparison is about. */
struct pair {
	const struct side_item *a, *b;
	const struct script *script;
	const struct compare_rules *rules;
	struct difference_rules how;
	struct comparison *to;
};

/* --- what is known
 * -------------------------------------------------------------------------------- */

const struct explained_info explained_info[EXPLAINED_MAX + 1] = {
#define E(id, call, field, condition, vector) { #id, call, field, condition, vector },
#include "harness/diff/explained.def"
#undef E
	{ NULL, NULL, NULL, NULL, NULL }
};

/* A row's condition, as narrow as can be: is it this that differs, and because of that? */
typedef bool (*explains_fn)(const struct pair *p, const struct difference *d);

static bool explains_host_wheels(const struct pair *p, const struct difference *d)
{
	/* Of what is the same otherwise, tracepoints of two hosts come in another order. */
	bool deep = d->field != NULL && strcmp(d->field, "tracepoints") == 0;

	return p->a->record.hosts > 1 && d->kind != DIFFERS_STATE &&
	       (deep || d->kind == DIFFERS_ORDER || strstr(d->shape, "arp") != NULL);
}

static bool explains_host_neighbours(const struct pair *p, const struct difference *d)
{
	(void)d;
	return p->a->record.hosts > 1 && p->a->text != NULL &&
	       strstr(p->a->text, "neigh.default.gc_thresh") != NULL;
}

static bool explains_neigh_gc(const struct pair *p, const struct difference *d)
{
	return d->kind == DIFFERS_STATE && strstr(d->what, "neigh ") != NULL &&
	       p->a->text != NULL && strstr(p->a->text, "neigh.default.gc_thresh1") != NULL;
}

static bool is_send(const char *text)
{
	static const char *const calls[] = { "sendto(", "sendmsg(", "send(", "write(", "writev(" };

	for (u32 i = 0; i < ARRAY_SIZE(calls); i++)
		if (text != NULL && strstr(text, calls[i]) != NULL)
			return true;
	return false;
}

static bool explains_call_again(const struct pair *p, const struct difference *d)
{
	const struct record *r = &p->a->record;

	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];

		if (e->kind == RECORD_RETURN && e->waited && is_send(record_text(r, e)) &&
		    (d->kind == DIFFERS_STATE || d->when_ps >= e->start_ps))
			return true;
	}
	return false;
}

static const explains_fn explains[EXPLAINED_MAX + 1] = {
#define E(id, ...) explains_##id,
#include "harness/diff/explained.def"
#undef E
	NULL
};

static u32 explanation_of(const struct pair *p, const struct difference *d)
{
	u32 i = 0;

	while (explains[i] != NULL && !explains[i](p, d))
		i++;
	return i;
}

/* Linux does not tell in which of several hosts something was dropped. */
static bool is_untold(const struct pair *p, const struct difference *d)
{
	const struct stmt *st;

	if (!p->rules->drops_of_one_host || p->a->record.hosts < 2 ||
	    d->kind != DIFFERS_STATEMENT || d->stmt >= p->script->nr_stmts)
		return false;
	st = &p->script->stmt[d->stmt];
	return st->kind == STMT_DIRECTIVE && st->directive.id == DIR_DROP;
}

/* What is explained goes, and is counted once a program. */
static void take_out_explained(struct pair *p)
{
	struct differences *all = &p->to->differences, rest = { .skew_ns = all->skew_ns };

	for (u32 i = 0; i < all->nr; i++) {
		const struct difference *d = &all->d[i];
		u32 row = explanation_of(p, d);
		struct difference *kept;

		if (is_untold(p, d))
			continue;
		if (row != EXPLAINED_MAX) {
			p->to->explained[row] = 1;
			continue;
		}
		kept = difference_add(&rest, d->kind, d->what, d->detail);
		if (d->field != NULL)
			difference_values(kept, d->field, d->expected, d->actual);
		kept->line = d->line;
		kept->frame = d->frame;
		kept->stmt = d->stmt;
		kept->when_ps = d->when_ps;
		memcpy(kept->shape, d->shape, sizeof(kept->shape));
	}
	differences_free(all);
	*all = rest;
}

/* --- the same?
 * ------------------------------------------------------------------------------------ */

static u64 apart(s64 a, s64 b)
{
	return a > b ? (u64)a - (u64)b : (u64)b - (u64)a;
}

/* How far from the right side's a time may be: more where it was long to get there, in real time.
 */
static bool in_time(const struct pair *p, s64 a, s64 b)
{
	u64 since = a > 0 ? (u64)a : 0;

	return p->how.free_times ||
	       apart(a, b) <= max_u64(p->how.align.near_ps, since / 100 * p->how.percent);
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool same_event(const struct pair *p, const struct record_event *a,
		       const struct record_event *b)
{
	const struct record *ra = &p->a->record, *rb = &p->b->record;

	return a->kind == b->kind && a->host == b->host && a->stmt == b->stmt &&
	       a->waited == b->waited && a->len == b->len && in_time(p, a->when_ps, b->when_ps) &&
	       in_time(p, a->start_ps, b->start_ps) &&
	       (a->len == 0 || memcmp(record_bytes(ra, a), record_bytes(rb, b), a->len) == 0) &&
	       same_text(record_text(ra, a), record_text(rb, b));
}

/* False when something may differ. */
static bool is_the_same(const struct pair *p)
{
	const struct record *a = &p->a->record, *b = &p->b->record;

	if (a->nr != b->nr || a->verdict != b->verdict || a->line != b->line ||
	    a->ethernet != b->ethernet || a->hosts != b->hosts || !same_text(a->dev, b->dev) ||
	    !same_text(a->state, b->state) || !same_text(a->message, b->message))
		return false;
	for (u32 i = 0; i < a->nr; i++)
		if (!same_event(p, &a->event[i], &b->event[i]))
			return false;
	return true;
}

/* --- all that differs
 * ----------------------------------------------------------------------------- */

static void compare_frames(struct pair *p)
{
	for (u32 h = 0; h < DUT_HOSTS; h++) {
		struct align_frame *a, *b;
		u32 nr_a = difference_record_frames(&p->a->record, h, &a);
		u32 nr_b = difference_record_frames(&p->b->record, h, &b);

		difference_frames(&p->to->differences, p->script, a, nr_a, b, nr_b, &p->how);
		free(a);
		free(b);
	}
}

static const struct record_event *event_of(const struct record *r, u32 kind, u32 stmt)
{
	for (u32 i = 0; i < r->nr; i++)
		if (r->event[i].kind == kind && r->event[i].stmt == stmt)
			return &r->event[i];
	return NULL;
}

static void what_is(const struct pair *p, u32 stmt, char to[WORD_BYTES])
{
	const struct stmt *st = &p->script->stmt[stmt];

	if (st->kind == STMT_CALL)
		snprintf(to, WORD_BYTES, "%s()", script_calls[st->call.call].name);
	else
		snprintf(to, WORD_BYTES, "the statement");
}

static void add_values(struct pair *p, enum difference_kind kind, u32 stmt, s64 when_ps,
		       const char *field, const char *a, const char *b)
{
	char word[WORD_BYTES], what[3 * TEXT_SHOWN];
	struct difference *d;

	what_is(p, stmt, word);
	snprintf(what, sizeof(what), "%s: %s: %s %.*s, %s %.*s", word, field, p->rules->right,
		 TEXT_SHOWN, a, p->rules->other, TEXT_SHOWN, b);
	d = difference_add(&p->to->differences, kind, what, NULL);
	difference_values(d, field, a, b);
	d->stmt = stmt;
	d->line = p->script->stmt[stmt].line;
	d->when_ps = when_ps;
}

static void compare_time(struct pair *p, u32 stmt, const char *field, s64 a, s64 b)
{
	char ta[32], tb[32];

	if (in_time(p, a, b))
		return;
	difference_time(a, ta);
	difference_time(b, tb);
	add_values(p, DIFFERS_TIME, stmt, a, field, ta, tb);
}

/* When a call began and ended, and whether it had to wait. */
static void compare_return(struct pair *p, const struct record_event *a,
			   const struct record_event *b)
{
	compare_time(p, a->stmt, "begins at", a->start_ps, b->start_ps);
	compare_time(p, a->stmt, "returns at", a->when_ps, b->when_ps);
	if (a->waited != b->waited && p->rules->how == COMPARE_EXACT)
		add_values(p, DIFFERS_STATEMENT, a->stmt, a->when_ps, "waits",
			   a->waited ? "yes" : "no", b->waited ? "yes" : "no");
}

/* What a counter's line says has changed, and when each statement was done. */
static void compare_stmt(struct pair *p, const struct record_event *a, const struct record_event *b)
{
	const char *ta = record_text(&p->a->record, a), *tb = record_text(&p->b->record, b);

	compare_time(p, a->stmt, "done at", a->when_ps, b->when_ps);
	if (!same_text(ta, tb))
		add_values(p, DIFFERS_STATEMENT, a->stmt, a->when_ps, "says", ta, tb);
}

static void compare_events(struct pair *p)
{
	const struct record *a = &p->a->record, *b = &p->b->record;

	for (u32 i = 0; i < a->nr; i++) {
		const struct record_event *ea = &a->event[i], *eb;

		if (ea->kind != RECORD_STMT && ea->kind != RECORD_RETURN)
			continue;
		eb = event_of(b, ea->kind, ea->stmt);
		if (eb == NULL)
			continue;
		if (ea->kind == RECORD_RETURN)
			compare_return(p, ea, eb);
		else
			compare_stmt(p, ea, eb);
	}
}

/* A message's first line without the place. */
static void end_text(const struct record *r, char *to, u32 size)
{
	const char *text = r->message != NULL ? r->message : "", *place;

	if (r->verdict == RUN_PASSED) {
		snprintf(to, size, "goes on");
		return;
	}
	place = strstr(text, ": ");
	if (place != NULL && memchr(text, ' ', (size_t)(place - text)) == NULL)
		text = place + 2;
	snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static u32 stmt_at(const struct script *s, u32 line)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].line == line)
			return i;
	return ALIGN_NONE;
}

/* A run that ends early: at the same line, with the same words? */
static void compare_ends(struct pair *p)
{
	const struct record *a = &p->a->record, *b = &p->b->record;
	u32 line = a->line == 0 || (b->line != 0 && b->line < a->line) ? b->line : a->line;
	char ea[TEXT_SHOWN], eb[TEXT_SHOWN], what[3 * TEXT_SHOWN];
	struct difference *d;

	end_text(a, ea, sizeof(ea));
	end_text(b, eb, sizeof(eb));
	if (a->verdict == b->verdict && a->line == b->line && strcmp(ea, eb) == 0)
		return;
	snprintf(what, sizeof(what), "the run: %s: %s, %s: %s", p->rules->right, ea,
		 p->rules->other, eb);
	d = difference_add(&p->to->differences, DIFFERS_STATEMENT, what, NULL);
	difference_values(d, "end", ea, eb);
	d->line = line;
	d->stmt = stmt_at(p->script, line);
	d->when_ps = a->end_ps < b->end_ps ? a->end_ps : b->end_ps;
}

/* It shows where another difference begins; alone, it is one. */
static void compare_deep(struct pair *p)
{
	struct parting where = compare_traces(p->a->record.tracepoints, p->b->record.tracepoints,
					      p->rules->right, p->rules->other);
	struct differences *to = &p->to->differences;

	if (where.text != NULL && to->nr == 0)
		difference_values(difference_add(to, DIFFERS_STATEMENT,
						 "the tracepoints of the two part", where.text),
				  "tracepoints", where.right, where.other);
	free(where.text);
}

/* Without the lines of drops, "a drop NO_SOCKET 1"; of malloc. */
static char *without_drops(const char *state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		abort();
	for (const char *p = state; p != NULL && *p != '\0';) {
		size_t line = strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');

		if (strncmp(p + 1, " drop ", 6) != 0)
			fwrite(p, 1, line, to);
		p += line;
	}
	fclose(to);
	return text;
}

static void compare_states(struct pair *p)
{
	const char *a = p->a->record.state, *b = p->b->record.state;
	char *own_a, *own_b;

	if (!p->rules->drops_of_one_host || p->a->record.hosts < 2) {
		difference_state(&p->to->differences, a, b, &p->how);
		return;
	}
	own_a = without_drops(a);
	own_b = without_drops(b);
	difference_state(&p->to->differences, own_a, own_b, &p->how);
	free(own_a);
	free(own_b);
}

/* Both stopped for the same reason: what the script asks cannot be asked. */
static bool both_invalid(const struct pair *p)
{
	return p->a->record.verdict == RUN_INVALID && p->b->record.verdict == RUN_INVALID;
}

static void compare_all(struct pair *p)
{
	compare_frames(p);
	difference_records(&p->to->differences, p->script, &p->a->record, &p->b->record, &p->how);
	compare_events(p);
	compare_ends(p);
	/* Behind a call that never returns there is no end. */
	if (p->rules->how != COMPARE_DEVICES && !both_invalid(p))
		compare_states(p);
	differences_sort(&p->to->differences);
	take_out_explained(p);
}

/* --- those that have no record
 * -------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void
ends(struct comparison *c, enum compare_verdict verdict, const char *fmt, ...)
{
	va_list ap;

	c->verdict = verdict;
	free(c->message);
	va_start(ap, fmt);
	if (vasprintf(&c->message, fmt, ap) < 0)
		abort();
	va_end(ap);
}

static void has_died(struct comparison *c, const struct side_item *item)
{
	size_t len;
	char *what;

	if (!item->died)
		return;
	len = strcspn(item->error, "\n");
	what = strndup(item->error, len);
	if (what == NULL)
		abort();
	difference_values(difference_add(&c->differences, DIFFERS_STATEMENT, what,
					 item->error[len] != '\0' ? item->error + len + 1 : NULL),
			  "died", NULL, what);
	free(what);
	c->verdict = COMPARE_DIFFERENT;
}

static void first_line(const struct record *r, char *to, u32 size)
{
	const char *text = r->message != NULL ? r->message : "no message";

	snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* One's shell does not know a command that the other's runs, or refuses in words of its own: from
 * there on they have done different things.
 */
static bool has_no_such_command(const struct pair *p, const struct record *r)
{
	u32 stmt = r->verdict == RUN_INVALID ? stmt_at(p->script, r->line) : ALIGN_NONE;

	return stmt != ALIGN_NONE && p->script->stmt[stmt].kind == STMT_COMMAND;
}

/* True: there is nothing to compare. */
static bool is_at_an_end(struct pair *p)
{
	const struct side_item *item[] = { p->a, p->b };
	char line[TEXT_SHOWN];

	for (u32 i = 0; i < 2; i++)
		has_died(p->to, item[i]);
	if (p->to->verdict == COMPARE_DIFFERENT)
		return true;
	for (u32 i = 0; i < 2; i++) {
		if (item[i]->error == NULL)
			continue;
		ends(p->to, COMPARE_INCONCLUSIVE, "%.*s", (int)strcspn(item[i]->error, "\n"),
		     item[i]->error);
		return true;
	}
	for (u32 i = 0; i < 2; i++) {
		if (item[i]->record.verdict != RUN_NOT_IMPLEMENTED)
			continue;
		first_line(&item[i]->record, line, sizeof(line));
		ends(p->to, COMPARE_NOT_IMPLEMENTED, "%s", line);
		return true;
	}
	for (u32 i = 0; i < 2; i++) {
		if (!has_no_such_command(p, &item[i]->record))
			continue;
		first_line(&item[i]->record, line, sizeof(line));
		ends(p->to, COMPARE_INCONCLUSIVE, "%s", line);
		return true;
	}
	return false;
}

/* --- the whole
 * ------------------------------------------------------------------------------------ */

static void set_rules(struct pair *p, struct normalise *na, struct normalise *nb)
{
	const struct compare_rules *r = p->rules;
	bool ethernet = p->a->record.ethernet;

	p->how = (struct difference_rules){
		.align = { .ethernet = ethernet,
			   .near_ps = PS_PER_SEC / (r->hz != 0 ? r->hz : HZ_DEFAULT) / 2 },
		.right = r->right,
		.other = r->other,
	};
	if (r->how == COMPARE_EXACT)
		return;
	normalise_init(na, r->how == COMPARE_KERNELS ? NORMALISE_KERNELS : NORMALISE_DEVICES,
		       ethernet);
	*nb = *na;
	p->how.a = na;
	p->how.b = nb;
	p->how.align.no_padding = true;
	p->how.free_times = r->how == COMPARE_DEVICES;
	if (r->how == COMPARE_KERNELS) {
		p->how.align.near_ps = LIVE_NEAR_MS * PS_PER_MS;
		p->how.percent = LIVE_PERCENT;
	}
}

static bool has_explained(const struct comparison *c)
{
	for (u32 i = 0; explained_info[i].name != NULL; i++)
		if (c->explained[i] != 0)
			return true;
	return false;
}

static void decide(struct pair *p)
{
	struct comparison *c = p->to;
	char line[TEXT_SHOWN];

	if (c->differences.nr != 0) {
		c->verdict = COMPARE_DIFFERENT;
	} else if (both_invalid(p)) {
		end_text(&p->a->record, line, sizeof(line));
		ends(c, COMPARE_INCONCLUSIVE, "%s", line);
	} else if (has_explained(c)) {
		c->verdict = COMPARE_EXPLAINED;
	}
}

struct comparison compare_items(const struct side_item *a, const struct side_item *b,
				const struct compare_rules *rules)
{
	struct comparison c = { .verdict = COMPARE_EQUAL };
	struct pair p = { .a = a, .b = b, .script = a->script, .rules = rules, .to = &c };
	struct normalise na, nb;

	assert(a->script == b->script);
	if (is_at_an_end(&p))
		return c;
	set_rules(&p, &na, &nb);
	if (!is_the_same(&p))
		compare_all(&p);
	if (rules->deep)
		compare_deep(&p);
	decide(&p);
	return c;
}

void comparison_free(struct comparison *c)
{
	free(c->message);
	differences_free(&c->differences);
	*c = (struct comparison){ 0 };
}

/* --- signatures
 * ----------------------------------------------------------------------------------- */

/* The name of an error in a result, or "ok". */
static void error_in(const char *text, char to[WORD_BYTES])
{
	for (const char *p = text; p != NULL && *p != '\0'; p++) {
		size_t len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

		if (*p == 'E' && len > 2 && (p == text || p[-1] == ' ')) {
			snprintf(to, WORD_BYTES, "%.*s", (int)len, p);
			return;
		}
		p += len != 0 ? len - 1 : 0;
	}
	snprintf(to, WORD_BYTES, "ok");
}

/* Which option a call is about: its arguments 1 and 2 as the script has them. */
static void option_of(const struct script *s, const struct stmt *st, char to[WORD_BYTES])
{
	bool has = st->call.call == CALL_setsockopt || st->call.call == CALL_getsockopt;
	u32 arg = st->call.args;

	to[0] = '\0';
	for (u32 i = 0; has && arg != 0 && i < 2; i++)
		arg = s->expr[arg].next;
	if (!has || arg == 0)
		return;
	to[0] = ' ';
	if (s->expr[arg].kind == EXPR_SYMBOL)
		script_print_expr(s, arg, to + 1, WORD_BYTES - 1);
	else
		snprintf(to, WORD_BYTES, " number");
}

static void stmt_name(const struct difference *d, const struct script *s, char *to, u32 size)
{
	const struct stmt *st = d->stmt < s->nr_stmts ? &s->stmt[d->stmt] : NULL;
	char option[WORD_BYTES] = "";

	if (st == NULL) {
		snprintf(to, size, "statement");
	} else if (st->kind == STMT_CALL) {
		option_of(s, st, option);
		snprintf(to, size, "call %s%s", script_calls[st->call.call].name, option);
	} else if (st->kind == STMT_COMMAND) {
		snprintf(to, size, "command");
	} else {
		snprintf(to, size, "%s", st->kind == STMT_DIRECTIVE ? "directive" : "statement");
	}
}

static void stmt_signature(const struct difference *d, const struct script *s, char *to, u32 size)
{
	char name[2 * WORD_BYTES + 8], a[WORD_BYTES], b[WORD_BYTES];
	const char *field = d->field != NULL ? d->field : "";

	stmt_name(d, s, name, sizeof(name));
	error_in(d->expected, a);
	error_in(d->actual, b);
	if (strcmp(field, "result") == 0 && strcmp(a, b) != 0)
		snprintf(to, size, "%s errno %s %s", name, a, b);
	else if (strcmp(field, "tracepoints") == 0)
		snprintf(to, size, "tracepoints %s, %s", d->expected, d->actual);
	else if (strcmp(field, "died") == 0)
		snprintf(to, size, "died: %.*s", (int)(size - sizeof("died: ")), d->actual);
	else
		snprintf(to, size, "%s %s", name, field);
}

/* "b mib Udp.InErrors": of a counter its name, of tables what they are of. */
static void state_signature(const struct difference *d, char *to, u32 size)
{
	const char *p = d->field;
	int len;

	p += p[0] != '\0' && p[1] == ' ' ? 2 : 0;
	len = (int)strcspn(p, " ");
	if (strncmp(p, "mib ", 4) == 0 || strncmp(p, "drop ", 5) == 0)
		len += 1 + (int)strcspn(p + len + 1, " ");
	snprintf(to, size, "state %.*s", len, p);
}

void compare_signature(const struct difference *d, const struct script *s, char *to, u32 size)
{
	char name[2 * WORD_BYTES + 8];

	switch (d->kind) {
	case DIFFERS_STATEMENT:
		stmt_signature(d, s, to, size);
		return;
	case DIFFERS_STATE:
		state_signature(d, to, size);
		return;
	case DIFFERS_TIME:
		stmt_name(d, s, name, sizeof(name));
		if (d->shape[0] != '\0')
			snprintf(to, size, "frame %s time", d->shape);
		else
			snprintf(to, size, "%s time", name);
		return;
	case DIFFERS_FRAME:
		snprintf(to, size, "frame %s %s", d->shape, d->field);
		return;
	default:
		snprintf(to, size, "%s %s", difference_names[d->kind], d->shape);
	}
}
