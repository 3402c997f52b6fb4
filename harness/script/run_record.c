// SPDX-License-Identifier: MIT
/* run_record.c - a run that notes what happens instead of comparing it. */
#include "harness/script/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/dut/events.h"
#include "harness/script/run_internal.h"
#include "harness/script/run_result.h"

enum { TEXT_BYTES = 1 << 17 };

static s64 since_start(const struct run *r, u64 when_ps)
{
	return (s64)(when_ps - r->start_ps);
}

static struct record_event *note(struct run *r, enum record_kind kind, u32 host, u64 when_ps,
				 const char *text, const u8 *bytes, u32 len)
{
	struct record_event *e = record_add(r->opt->record, kind, text, bytes, len);

	e->host = (u8)host;
	e->when_ps = since_start(r, when_ps);
	e->stmt = r->stmt != NULL ? (u32)(r->stmt - r->script->stmt) : 0;
	return e;
}

void run_record_stmt(struct run *r, const struct stmt *s, u64 due_ps, const char *text)
{
	static char plain[TEXT_BYTES];
	struct record_event *e;

	if (r->opt->record == NULL)
		return;
	if (text == NULL)
		run_stmt_text(r, s, plain, sizeof(plain));
	e = note(r, RECORD_STMT, s->host, run_now(r), text != NULL ? text : plain, NULL, 0);
	e->due_ps = since_start(r, due_ps);
}

void run_record_return(struct run *r, u32 host, u32 thread, u64 ended_ps)
{
	const struct run_thread *th = &r->thread[host][thread];
	struct record_event *e;
	char *text;

	assert(r->opt->record != NULL);
	text = run_fill_call(r, host, thread);
	e = note(r, RECORD_RETURN, host, ended_ps, text, NULL, 0);
	free(text);
	e->stmt = (u32)(th->stmt - r->script->stmt);
	e->start_ps = since_start(r, th->started_ps);
	e->waited = th->waited;
}

static s64 watched(const struct run *r, u64 when_ps)
{
	return r->start_ps != 0 ? since_start(r, when_ps) : RUN_BEFORE_TIME;
}

void run_watch_stmt(struct run *r, const struct stmt *s)
{
	const struct run_watch *w = r->opt->watch;

	if (w != NULL && w->begun != NULL)
		w->begun(w->ctx, (u32)(s - r->script->stmt), watched(r, run_now(r)));
}

void run_watch_return(struct run *r, const struct run_thread *th, u64 ended_ps)
{
	const struct run_watch *w = r->opt->watch;

	if (w != NULL && w->returned != NULL)
		w->returned(w->ctx, (u32)(th->stmt - r->script->stmt), watched(r, th->started_ps),
			    watched(r, ended_ps), th->waited);
}

void run_record_frame(struct run *r, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps)
{
	const struct run_watch *w = r->opt->watch;

	if (r->opt->record != NULL)
		note(r, outgoing ? RECORD_OUT : RECORD_IN, host, when_ps, NULL, frame, len);
	if (w != NULL)
		w->frame(w->ctx, host, outgoing, frame, len, watched(r, when_ps),
			 r->stmt != NULL ? (u32)(r->stmt - r->script->stmt) : 0);
}

/* Until now times were those of the device's own clock. */
void run_record_time(struct run *r)
{
	struct record *rec = r->opt->record;

	for (u32 i = 0; rec != NULL && i < rec->nr; i++) {
		struct record_event *e = &rec->event[i];

		e->when_ps -= (s64)r->start_ps;
		if (e->kind == RECORD_STMT)
			e->due_ps -= (s64)r->start_ps;
		if (e->kind == RECORD_RETURN)
			e->start_ps -= (s64)r->start_ps;
	}
}

/* Counters that a program has moved; a number that nobody could read is none. */
static void counters_state(struct run *r, u32 host, FILE *to)
{
	u64 mib[MIB_MAX], drops[DROP_MAX];
	char letter = (char)('a' + host);

	r->dut->ops->counters(r->dut, host, mib, drops);
	for (u32 i = 0; i < MIB_MAX; i++)
		if (mib[i] != 0 && mib[i] != U64_MAX)
			fprintf(to, "%c mib %s.%s %llu\n", letter, mib_names[i].group,
				mib_names[i].name, (unsigned long long)mib[i]);
	for (u32 i = DROP_CONSUMED + 1; i < DROP_MAX; i++)
		if (drops[i] != 0 && drops[i] != U64_MAX)
			fprintf(to, "%c drop %s %llu\n", letter, drop_names[i],
				(unsigned long long)drops[i]);
}

static void tables_state(struct run *r, u32 host, FILE *to)
{
	char *text = NULL, *line, *rest;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	r->dut->ops->state(r->dut, host, f);
	fclose(f);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL)
		if (line[0] != '\0')
			fprintf(to, "%c %s\n", 'a' + (int)host, line);
	free(text);
}

char *run_state(struct run *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		abort();
	for (u32 h = 0; h < r->nr_hosts; h++) {
		counters_state(r, h, f);
		tables_state(r, h, f);
	}
	fclose(f);
	return text;
}

int run_tracepoints_begin(struct run *r)
{
	char err[256] = "";

	if (r->opt->tracepoints == 0)
		return 0;
	if (dut_events_begin(r->dut, r->opt->tracepoints, err, sizeof(err)) != 0)
		return run_end(r, NULL, RUN_ENVIRONMENT, "%s", err);
	r->tracepoints = open_memstream(&r->result.tracepoints, &r->tracepoints_len);
	if (r->tracepoints == NULL)
		abort();
	return 0;
}

void run_tracepoints_stmt(struct run *r, const struct stmt *s)
{
	static char text[TEXT_BYTES];

	if (r->tracepoints == NULL)
		return;
	dut_events(r->dut, r->tracepoints);
	run_stmt_text(r, s, text, sizeof(text));
	fprintf(r->tracepoints, "# %u: %s\n", s->line, text);
}

void run_tracepoints_end(struct run *r)
{
	if (r->tracepoints == NULL)
		return;
	dut_events(r->dut, r->tracepoints);
	fclose(r->tracepoints);
	r->tracepoints = NULL;
}

void run_record_begin(struct run *r)
{
	struct record *rec = r->opt->record;

	if (rec == NULL)
		return;
	rec->ethernet = r->device != DEVICE_TUN;
	rec->hosts = r->nr_hosts;
	snprintf(rec->dev, sizeof(rec->dev), "%s", r->dev);
}

/* A run that ends before its time 0 has times of its own all the same: since what it did first. */
static void time_from_first(struct run *r)
{
	const struct record *rec = r->opt->record;

	if (r->start_ps != 0 || rec->nr == 0)
		return;
	r->start_ps = (u64)rec->event[0].when_ps;
	run_record_time(r);
}

void run_record_end(struct run *r)
{
	const struct run_watch *w = r->opt->watch;
	struct record *rec = r->opt->record;
	char *state;

	if (w != NULL && !r->ended) {
		state = run_state(r);
		w->state(w->ctx, state);
		free(state);
	}
	if (rec == NULL)
		return;
	time_from_first(r);
	rec->end_ps = since_start(r, run_now(r));
	rec->state = run_state(r);
	rec->verdict = r->ended ? r->result.verdict : RUN_PASSED;
	rec->line = r->result.line;
	if (r->result.message != NULL)
		rec->message = strdup(r->result.message);
}
