// SPDX-License-Identifier: MIT
/* run_event.c - what happens in a run, for -v and for the last lines of a report.
 *
 * Most runs pass and nobody looks: an event is noted as what it is, and becomes a line when it is
 * shown. A frame within a call comes behind the call, whose result is known only later: while
 * holding, a place in front of the frames is kept for it.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/packet.h"

enum { TEXT_BYTES = 1024 };

/* --- an event as a line
 * ---------------------------------------------------------------------------- */

static const char *errno_name(s64 ret)
{
	for (u32 i = 0; i < script_nr_symbols; i++)
		if (script_symbols[i].group == SYM_E && script_symbols[i].value == (u64)-ret)
			return script_symbols[i].name;
	return NULL;
}

static void result_text(const struct run_event *e, char to[64])
{
	const char *name = e->kind == EVENT_RETURN && e->ret < 0 ? errno_name(e->ret) : NULL;

	if (e->kind == EVENT_UNFINISHED)
		snprintf(to, 64, " <unfinished ...>");
	else if (name != NULL)
		snprintf(to, 64, " = -1 %s", name);
	else
		snprintf(to, 64, " = %lld", (long long)e->ret);
}

/* The call as the script has it, with another result. */
static void call_text(const struct run *r, const struct run_event *e, char *to, u32 size)
{
	char text[TEXT_BYTES], result[64], who[16] = "", *cut = NULL;

	run_stmt_text(r, e->stmt, text, sizeof(text));
	for (char *p = text; (p = strstr(p, ") = ")) != NULL; p++)
		cut = p;
	if (cut != NULL)
		*cut = '\0';
	if (e->thread != 0)
		snprintf(who, sizeof(who), "thread %u: ", e->thread + 1u);
	result_text(e, result);
	snprintf(to, size, "%s%s)%s", who, text, result);
}

static void frame_text(const struct run *r, const struct run_event *e, char *to, u32 size)
{
	if (e->len > sizeof(e->bytes))
		snprintf(to, size, "%s", (const char *)e->bytes);
	else
		packet_describe(e->bytes, e->len, r->device != DEVICE_TUN, to, size);
}

void run_event_text(const struct run *r, const struct run_event *e, char *to, u32 size)
{
	if (e->kind == EVENT_FRAME)
		frame_text(r, e, to, size);
	else if (e->kind != EVENT_STMT)
		call_text(r, e, to, size);
	else if (e->stmt->kind == STMT_PYTHON)
		snprintf(to, size, "%%{ }%% holds");
	else
		run_stmt_text(r, e->stmt, to, size);
}

void run_event_line(const struct run *r, const struct run_event *e, char line[RUN_EVENT_TEXT])
{
	char text[TEXT_BYTES], time[32], who[3] = "";
	const char *mark = " ";
	int n;

	assert(e->kind != EVENT_NONE);
	run_event_text(r, e, text, sizeof(text));
	if (r->nr_hosts > 1)
		snprintf(who, sizeof(who), "%c ", 'a' + (int)e->host);
	if (e->kind == EVENT_FRAME)
		mark = e->outgoing ? ">" : "<";
	n = snprintf(line, RUN_EVENT_TEXT, "%11s %s%s ",
		     run_time(r, r->start_ps + e->since_ps, time), who, mark);
	snprintf(line + n, RUN_EVENT_TEXT - (size_t)n, "%s", text);
}

/* --- noting
 * ---------------------------------------------------------------------------------------- */

static struct run_event *event_at(struct run *r, u32 i)
{
	return &r->event[i % ARRAY_SIZE(r->event)];
}

static void show(struct run *r, const struct run_event *e)
{
	char line[RUN_EVENT_TEXT];

	if (!r->opt->verbose || r->opt->out == NULL || e->kind == EVENT_NONE)
		return;
	run_event_line(r, e, line);
	fprintf(r->opt->out, "%s\n", line);
}

void run_events_hold(struct run *r)
{
	if (r->opt->explore)
		return;
	r->holding = true;
	r->held_from = r->nr_events;
	event_at(r, r->nr_events++)->kind = EVENT_NONE;
}

/* All that is held is shown, the place in front of it filled or not. */
static void let_go(struct run *r)
{
	r->holding = false;
	for (u32 i = r->held_from; i < r->nr_events; i++)
		show(r, event_at(r, i));
}

static struct run_event *new_event(struct run *r, enum run_event_kind kind, u32 host, u64 when_ps)
{
	struct run_event *e;

	if (r->holding && r->nr_events - r->held_from == RUN_HELD)
		let_go(r);
	e = event_at(r, r->nr_events++);
	e->kind = (u8)kind;
	e->host = (u8)host;
	e->since_ps = when_ps > r->start_ps ? when_ps - r->start_ps : 0;
	return e;
}

static void noted(struct run *r, const struct run_event *e)
{
	if (!r->holding)
		show(r, e);
}

void run_event_stmt(struct run *r, const struct stmt *s)
{
	struct run_event *e;

	if (r->opt->explore)
		return;
	e = new_event(r, EVENT_STMT, s->host, run_now(r));
	e->stmt = s;
	noted(r, e);
}

void run_event_frame(struct run *r, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps)
{
	struct run_event *e;

	if (r->opt->explore)
		return;
	e = new_event(r, EVENT_FRAME, host, when_ps);
	e->outgoing = outgoing;
	e->len = len;
	if (len <= sizeof(e->bytes))
		memcpy(e->bytes, frame, len);
	else
		packet_describe(frame, len, r->device != DEVICE_TUN, (char *)e->bytes,
				sizeof(e->bytes));
	if (outgoing)
		r->left_event = e;
	noted(r, e);
}

void run_event_call(struct run *r, enum run_event_kind kind, u32 host, u32 thread, s64 ret,
		    u64 when_ps)
{
	bool held = r->holding;
	struct run_event *e;

	if (r->opt->explore)
		return;
	assert(kind == EVENT_RETURN || kind == EVENT_UNFINISHED);
	if (held) {
		u32 end = r->nr_events;

		/* Its own place. */
		r->holding = false;
		r->nr_events = r->held_from;
		e = new_event(r, kind, host, when_ps);
		r->nr_events = end;
	} else {
		e = new_event(r, kind, host, when_ps);
	}
	e->thread = (u8)thread;
	e->stmt = r->thread[host][thread].stmt;
	e->ret = ret;
	if (held)
		let_go(r);
	else
		show(r, e);
}

u32 run_events_last(const struct run *r, const struct run_event *last[RUN_EVENTS])
{
	u32 end = r->holding ? r->held_from : r->nr_events, n = 0, i;

	for (i = end; i > 0 && end - i < ARRAY_SIZE(r->event) && n < RUN_EVENTS; i--)
		n += r->event[(i - 1) % ARRAY_SIZE(r->event)].kind != EVENT_NONE;
	for (u32 at = 0; i < end; i++) {
		const struct run_event *e = &r->event[i % ARRAY_SIZE(r->event)];

		if (e->kind != EVENT_NONE)
			last[at++] = e;
	}
	return n;
}
