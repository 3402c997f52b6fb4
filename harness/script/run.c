// SPDX-License-Identifier: MIT
/* run.c - the loop: when each statement is due, what it waits for, how a run ends.
 *
 * Rules: refstack-pkt(5); packetdrill's times. A statement starts when it is due and all work of
 * the instants up to then is done, soft interrupts included. Threads whose calls wait go on in the
 * background until they are due.
 */
#include "harness/script/run.h"
#include "harness/script/run_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/net.h"
#include "harness/lib/fail.h"
#include "harness/lib/graph.h"
#include "harness/lib/tap.h"
#include "harness/lib/world.h"
#include "harness/script/python.h"

enum {
	SETTLE_US = 250, /* a card or a wire that is silent for so long has done what there was */
	SETTLE_MAX_US = 5000,
	LINK_UP_SECS = 10,
	REAL_WAIT_SECS = 3, /* longer than a script lasts that is run in real time */
	EXPLORE_WAIT_SECS = 60,
	OUTPUT_SHOWN = 2000, /* characters of a command's */
	LAST_US = 300,	     /* what is over so soon behind the last statement is over with it */
	TEXT_BYTES = 1024
};

/* --- the clock
 * ------------------------------------------------------------------------------------- */

/* Before there is a time 0 it counts from the beginning: the clock may have run long by then. */
static u64 limit_ps(const struct run *r)
{
	u32 secs = r->opt->limit_secs != 0 ? r->opt->limit_secs : RUN_LIMIT_SECS;

	return (r->start_ps != 0 ? r->start_ps : r->last_ps) + secs * PS_PER_SEC;
}

u64 run_with_slack(const struct run *r, u64 due_ps)
{
	u64 since = due_ps > r->start_ps ? due_ps - r->start_ps : 0;

	return due_ps + r->opt->slack_ps + since / 100 * r->opt->slack_percent;
}

static u64 thread_deadline(const struct run *r, const struct run_thread *t)
{
	return t->due_ps == U64_MAX ? U64_MAX : t->due_ps + run_window(r, t->stmt).tolerance_ps;
}

/* The first thread whose call must have returned by then. */
static u64 first_deadline(struct run *r, u32 *host, u32 *thread)
{
	u64 first = U64_MAX;

	for (u32 h = 0; h < r->nr_hosts && run_compares(r); h++) {
		for (u32 left = r->host[h].busy; left != 0; left &= left - 1) {
			u32 t = (u32)__builtin_ctz(left);
			u64 d = thread_deadline(r, &r->thread[h][t]);

			if (d < first) {
				first = d;
				*host = h;
				*thread = t;
			}
		}
	}
	return first;
}

static void due_text(const struct run *r, const struct run_thread *t, char *to, u32 size)
{
	char due[32], tolerance[32];

	run_time(r, r->start_ps + run_window(r, t->stmt).tolerance_ps, tolerance);
	snprintf(to, size, "%s ± %s", run_time(r, t->due_ps, due), tolerance);
}

static void overdue(struct run *r, u32 host, u32 thread)
{
	struct run_thread *t = &r->thread[host][thread];
	struct run_diff diff = { .field = "returns at", .differs = true };

	due_text(r, t, diff.expected, sizeof(diff.expected));
	snprintf(diff.actual, sizeof(diff.actual), "still waits");
	run_fail(r, t->stmt, "the call has not returned when it should", &diff, 1);
}

/* A call that was to wait has returned at its time, or not. */
static int check_return_time(struct run *r, const struct run_thread *th, u64 ended_ps)
{
	struct run_diff diff = { .field = "returns at", .differs = true };
	u64 tolerance = run_window(r, th->stmt).tolerance_ps;
	char end[32];

	if (th->due_ps == U64_MAX ||
	    (ended_ps + tolerance >= th->due_ps && ended_ps <= th->due_ps + tolerance))
		return 0;
	due_text(r, th, diff.expected, sizeof(diff.expected));
	snprintf(diff.actual, sizeof(diff.actual), "%s", run_time(r, ended_ps, end));
	return run_fail(r, th->stmt, "the call returns at another time", &diff, 1);
}

static void call_ended(struct run *r, u32 host, u32 thread, u64 ended_ps)
{
	if (r->opt->record != NULL)
		run_record_return(r, host, thread, ended_ps);
	else if (run_compares(r) && check_return_time(r, &r->thread[host][thread], ended_ps) != 0)
		return;
	run_watch_return(r, &r->thread[host][thread], ended_ps);
	run_call_end(r, host, thread);
}

static void finish_call(struct run *r, u32 host, u32 thread)
{
	struct dut_call c = r->dut->ops->thread(r->dut, host, thread);

	if (c.busy)
		return;
	run_sum_return(r, host, thread, &c);
	run_event_call(r, EVENT_RETURN, host, thread, c.ret, c.ended_ps);
	call_ended(r, host, thread, c.ended_ps);
	r->host[host].busy &= ~(1u << thread);
	r->host[host].stuck &= ~(1u << thread);
	run_go_on(r); /* what cannot be said of a call that is over stops nothing */
}

/* Calls that have returned since we last looked. */
static void finish_calls(struct run *r)
{
	r->ended_calls = 0;
	for (u32 h = 0; h < r->nr_hosts; h++)
		for (u32 left = r->host[h].busy; left != 0 && !r->ended; left &= left - 1)
			finish_call(r, h, (u32)__builtin_ctz(left));
}

static void endless(struct run *r)
{
	u32 most = r->opt->limit_events != 0 ? r->opt->limit_events : RUN_LIMIT_STEPS;

	if (r->steps < most)
		return;
	r->result.endless = true;
	run_end(r, r->stmt, RUN_INVALID, "the run does not come to an end: %u events", most);
}

bool run_advance(struct run *r, u64 until_ps)
{
	u32 host = 0, thread = 0;
	u64 deadline, stop;

	if (r->ended_calls != 0)
		finish_calls(r);
	if (r->ended)
		return false;
	deadline = first_deadline(r, &host, &thread);
	stop = min_u64(until_ps, deadline);
	if (r->dut->ops->step(r->dut, stop)) {
		if (r->ended_calls != 0)
			finish_calls(r);
		r->steps++;
		endless(r);
		return !r->ended;
	}
	if (r->ended_calls != 0) {
		finish_calls(r);
		return !r->ended;
	}
	if (deadline < until_ps)
		overdue(r, host, thread);
	return false;
}

bool run_in_time(struct run *r, u64 when_ps)
{
	if (when_ps > limit_ps(r))
		run_invalid(r, r->stmt, "beyond the %u seconds that a run may last",
			    r->opt->limit_secs != 0 ? r->opt->limit_secs : RUN_LIMIT_SECS);
	return !r->ended;
}

bool run_until(struct run *r, u64 when_ps)
{
	if (!run_in_time(r, when_ps))
		return false;
	while (run_advance(r, when_ps))
		;
	return !r->ended;
}

/* Who reads a clock takes some nanoseconds for it; whom he has woken runs behind that. */
void run_finish_instant(struct run *r)
{
	u64 busy;

	run_until(r, run_now(r));
	busy = r->dut->ops->busy_until_ps(r->dut);
	while (busy > run_now(r) && r->dut->ops->next_ps(r->dut) <= busy && run_until(r, busy))
		busy = r->dut->ops->busy_until_ps(r->dut);
}

/* On a TAP of one host an instant is over when nothing is due any more. A card, a second host or
 * functions that cost time need a little longer for the same.
 */
void run_settle(struct run *r)
{
	u64 now = run_now(r), end = now + SETTLE_MAX_US * PS_PER_US;

	if (r->device != DEVICE_IGB && r->nr_hosts == 1 && r->cost == COST_JUDGE) {
		run_finish_instant(r);
		return;
	}
	run_until(r, now);
	while (run_until(r, r->dut->ops->busy_until_ps(r->dut))) {
		u64 next = r->dut->ops->next_ps(r->dut);

		if (next > run_now(r) + SETTLE_US * PS_PER_US || next > end)
			return;
		run_until(r, next);
	}
}

/* --- times of statements
 * --------------------------------------------------------------------------- */

static u64 add_ns(u64 base_ps, u64 ns)
{
	u64 most = 2 * RUN_LIMIT_SECS * NS_PER_SEC;

	return base_ps + min_u64(ns, most) * PS_PER_NS;
}

static u64 base_of(const struct run *r, const struct when *w)
{
	return w->kind == WHEN_ABS || w->kind == WHEN_ABS_RANGE ? r->start_ps : r->last_ps;
}

struct run_window run_window(const struct run *r, const struct stmt *s)
{
	const struct when *w = &s->when;
	u64 base = base_of(r, w);
	bool range = w->kind == WHEN_ABS_RANGE || w->kind == WHEN_REL_RANGE;
	struct run_window win = { .any = w->kind == WHEN_ANY };
	u64 gap;

	win.from_ps = w->kind == WHEN_NONE || w->kind == WHEN_ANY ? base : add_ns(base, w->from_ns);
	win.until_ps = range || w->blocks ? add_ns(base, w->until_ns) : win.from_ps;
	gap = win.from_ps > r->last_ps ? win.from_ps - r->last_ps : 0;
	if (w->blocks && win.until_ps > win.from_ps)
		gap = win.until_ps - win.from_ps;
	win.tolerance_ps = max_u64(r->tolerance_ps, gap / 1000 * r->tolerance_permille);
	return win;
}

/* --- calls
 * ----------------------------------------------------------------------------------------- */

u32 run_thread_of(const struct stmt *s)
{
	if (s->thread != 0)
		return s->thread - 1u;
	return s->process > 1 ? SCRIPT_THREADS + s->process - 2u : 0;
}

u32 run_process_of(const struct run *r, u32 host, u32 thread)
{
	return r->host[host].process[thread];
}

static void fork_process(struct run *r, u32 host, u32 process)
{
	if (r->host[host].processes >> process & 1)
		return;
	r->dut->ops->fork(r->dut, host, process);
	r->host[host].processes |= 1u << process;
	r->host[host].identity[process] = r->host[host].identity[0];
	memcpy(r->fd[host][process], r->fd[host][0], sizeof(r->fd[host][0]));
}

int run_bind_thread(struct run *r, const struct stmt *s)
{
	u32 t = run_thread_of(s), h = s->host;
	u32 process = s->process != 0 ? s->process - 1u : 0;

	if (!r->host[h].bound[t]) {
		fork_process(r, h, process);
		r->dut->ops->attach(r->dut, h, t, process);
		r->host[h].bound[t] = true;
		r->host[h].process[t] = (u8)process;
	}
	if (s->process != 0 && run_process_of(r, h, t) != process)
		return run_invalid(r, s, "thread %u belongs to process %u", t + 1,
				   run_process_of(r, h, t) + 1);
	return 0;
}

/* For a call that waits for ever nobody waits twice. */
static u64 explore_wait_ps(const struct run *r, u32 host, u32 thread)
{
	bool stuck = (r->host[host].stuck >> thread & 1) != 0;

	return run_now(r) + (stuck ? 0 : EXPLORE_WAIT_SECS * PS_PER_SEC);
}

/* Another call of this thread is still waiting: it must come to its end first. */
static bool wait_idle(struct run *r, u32 host, u32 thread)
{
	u64 limit = limit_ps(r);

	if (!run_busy(r, host, thread))
		return true;
	if (r->opt->slack_ps != 0)
		limit = min_u64(limit, run_now(r) + REAL_WAIT_SECS * PS_PER_SEC);
	if (r->opt->explore)
		limit = min_u64(limit, explore_wait_ps(r, host, thread));
	while (run_busy(r, host, thread) && run_advance(r, limit))
		;
	if (!r->ended && run_busy(r, host, thread)) {
		r->host[host].stuck |= 1u << thread;
		run_invalid(r, r->thread[host][thread].stmt, "the call does not return");
	}
	return !r->ended;
}

/* A call that is not said to wait may take as long as any time may be off: packetdrill looks at the
 * clock only when the next one is due.
 */
static void wait_within_tolerance(struct run *r, const struct stmt *s, u64 tolerance_ps)
{
	u32 thread = run_thread_of(s);
	u64 until = run_now(r) + tolerance_ps;
	struct run_diff diff = { .field = "returns", .differs = true };

	while (run_busy(r, s->host, thread) && run_advance(r, until))
		;
	if (r->ended || !run_busy(r, s->host, thread))
		return;
	snprintf(diff.expected, sizeof(diff.expected), "at once");
	snprintf(diff.actual, sizeof(diff.actual), "waits");
	run_fail(r, s, "the call waits; one that is to wait says until when, as in +0...0.2", &diff,
		 1);
}

static void do_call(struct run *r, const struct stmt *s, const struct run_window *win)
{
	u32 t = run_thread_of(s);
	struct run_thread *th = &r->thread[s->host][t];

	if (run_bind_thread(r, s) != 0 || !wait_idle(r, s->host, t))
		return;
	*th = (struct run_thread){
		.stmt = s,
		.started_ps = run_now(r),
		.due_ps = s->when.blocks ? win->until_ps : U64_MAX,
	};
	if (run_call_start(r, s) != 0)
		return;
	r->host[s->host].busy |= 1u << t;
	run_events_hold(r);
	run_until(r, run_now(r));
	if (r->holding)
		run_event_call(r, EVENT_UNFINISHED, s->host, t, 0, run_now(r));
	th->waited = run_busy(r, s->host, t);
	if (!r->ended && th->waited && !s->when.blocks && run_compares(r))
		wait_within_tolerance(r, s, win->tolerance_ps);
	if (!r->ended)
		run_settle(r);
}

/* --- commands and assertions
 * ----------------------------------------------------------------------- */

static void command_failed(struct run *r, const struct stmt *s, int status, char *err, char *out)
{
	err[strcspn(err, "\n")] = '\0';
	for (size_t len = strlen(out); len != 0 && out[len - 1] == '\n'; len--)
		out[len - 1] = '\0';
	run_failf(r, s, "the command ended with status %d%s%s%s%.*s", status,
		  err[0] != '\0' ? ": " : "", err, out[0] != '\0' ? "\n" : "", OUTPUT_SHOWN, out);
}

/* A card's link takes its seconds. */
void run_wait_for_links(struct run *r)
{
	u64 end = run_now(r) + LINK_UP_SECS * PS_PER_SEC;

	while (!r->dut->ops->ready(r->dut) && run_advance(r, end))
		;
	run_settle(r);
}

static bool any_unplugged(const struct run *r)
{
	for (u32 h = 0; h < r->nr_hosts; h++)
		if (r->host[h].unplugged)
			return true;
	return false;
}

/* A script knows nothing of a link that is on its way up again: its time stands still so long. */
void run_await_links(struct run *r)
{
	u64 from = run_now(r), gap;

	if (r->start_ps == 0 || r->ended || any_unplugged(r) || r->dut->ops->ready(r->dut))
		return;
	run_wait_for_links(r);
	gap = run_now(r) - from;
	r->start_ps += gap;
	r->last_ps += gap;
}

static void do_command(struct run *r, const struct stmt *s, const struct run_window *win)
{
	static char out[SHELL_OUT];
	char err[TEXT_BYTES];
	int status;

	(void)win;
	err[0] = '\0';
	out[0] = '\0';
	run_event_stmt(r, s);
	status = shell_run(&r->shell[s->host], script_text(r->script, s->text), s->text.len, out,
			   sizeof(out), err, sizeof(err));
	if (status < 0)
		run_invalid(r, s, "%s", err);
	else if (status != 0 && !r->opt->explore)
		command_failed(r, s, status, err, out);
	else
		run_settle(r);
	run_await_links(r);
}

static void do_python(struct run *r, const struct stmt *s, const struct run_window *win)
{
	(void)win;
	run_python(r, s);
}

/* --- a run
 * ---------------------------------------------------------------------------------------- */

/* What really changed is known only when it is looked at. */
static bool notes_itself(const struct stmt *s)
{
	return s->kind == STMT_DIRECTIVE &&
	       (s->directive.id == DIR_MIB || s->directive.id == DIR_DROP);
}

static void do_packet(struct run *r, const struct stmt *s, const struct run_window *win)
{
	run_packet(r, s, win);
}

static void do_directive(struct run *r, const struct stmt *s, const struct run_window *win)
{
	(void)win;
	run_directive(r, s);
}

/* A table also keeps the frames of those with large texts out of the others' way. */
static void (*const begin_kind[STMT_KINDS])(struct run *r, const struct stmt *s,
					    const struct run_window *win) = {
	[STMT_COMMAND] = do_command, [STMT_PYTHON] = do_python,	      [STMT_CALL] = do_call,
	[STMT_PACKET] = do_packet,   [STMT_DIRECTIVE] = do_directive,
};

static void __attribute__((noinline)) goes_back(struct run *r, const struct stmt *s)
{
	char last[32];

	run_invalid(r, s, "the time goes back: the statement before was due at %s",
		    run_time(r, r->last_ps, last));
}

/* `*` and what a packet line waits for move the time that the next one counts from: see
 * run_packet().
 */
static void do_stmt(struct run *r, const struct stmt *s)
{
	struct run_window win = run_window(r, s);

	r->stmt = s;
	if (s->when.kind == WHEN_ABS && win.from_ps < r->last_ps) {
		goes_back(r, s);
		return;
	}
	if (!run_in_time(r, max_u64(win.from_ps, win.until_ps)))
		return;
	if (s->kind == STMT_PACKET && !s->packet.incoming) {
		r->last_ps = win.from_ps;
		run_packet(r, s, &win);
		return;
	}
	if (!run_until(r, max_u64(win.from_ps, run_now(r))))
		return;
	r->last_ps = win.from_ps;
	if (!notes_itself(s))
		run_record_stmt(r, s, win.from_ps, NULL);
	run_watch_stmt(r, s);
	begin_kind[s->kind](r, s, &win);
}

bool run_is_event(const struct stmt *s)
{
	return s->kind == STMT_COMMAND || s->kind == STMT_PYTHON || s->kind == STMT_CALL ||
	       s->kind == STMT_PACKET || s->kind == STMT_DIRECTIVE;
}

/* To who looks inside. */
static void __attribute__((noinline)) say_stmt(struct run *r, const struct stmt *s)
{
	char where[TEXT_BYTES], text[TEXT_BYTES];

	if (r->tap != NULL) {
		snprintf(where, sizeof(where), "%s:%u", r->script->name, s->line);
		run_stmt_text(r, s, text, sizeof(text));
		tap_statement(r->tap, where, text);
	}
	run_tracepoints_stmt(r, s);
}

void run_stmt(struct run *r, const struct stmt *s)
{
	if (!run_is_event(s))
		return;
	if (r->tap != NULL || r->tracepoints != NULL)
		say_stmt(r, s);
	if (r->opt->between != NULL && r->start_ps != 0)
		r->opt->between(r->opt->between_ctx, r->dut);
	do_stmt(r, s);
	if (!r->ended)
		r->result.events++;
	run_go_on(r);
}

/* A record gives calls the time that the script says they take, one that is not to wait as long as
 * a time may be off; and one that ends now the little that it still takes.
 */
static void let_calls_end(struct run *r)
{
	for (u32 h = 0; h < r->nr_hosts; h++) {
		for (u32 t = 0; t < RUN_THREADS; t++) {
			const struct run_thread *th = &r->thread[h][t];
			u64 due, until;

			if (!run_busy(r, h, t))
				continue;
			due = th->due_ps != U64_MAX ? th->due_ps : th->started_ps;
			until = max_u64(due + run_window(r, th->stmt).tolerance_ps,
					run_now(r) + LAST_US * PS_PER_US);
			until = run_with_slack(r, until);
			while (run_busy(r, h, t) && run_advance(r, until))
				;
		}
	}
}

static void end_calls(struct run *r)
{
	u32 h = 0, t = 0;

	while (!r->ended && first_deadline(r, &h, &t) != U64_MAX)
		wait_idle(r, h, t);
	if (!run_compares(r))
		let_calls_end(r);
}

/* What only a world can show. */
static int start_looking(struct run *r)
{
	u32 what = (r->opt->trace_path != NULL ? TAP_TRACE : 0u) |
		   (r->opt->pcapng_path != NULL ? TAP_PCAPNG : 0u);

	if (r->dut->world == NULL && (what != 0 || r->opt->graph))
		return run_invalid(r, NULL, "only the reference shows its inside: not --dut %s",
				   r->dut->ops->name);
	if (what != 0)
		r->tap = tap_start(r->dut->world, what);
	if (r->opt->graph)
		graph_start(r->dut->world);
	return 0;
}

static void play(void *ctx)
{
	struct run *r = ctx;
	u32 i;

	if (start_looking(r) != 0)
		return;
	run_record_begin(r);
	i = run_opening(r);
	for (; i < r->script->nr_stmts && !r->ended; i++)
		run_stmt(r, &r->script->stmt[i]);
	end_calls(r);
}

struct begin {
	struct run *run;
	struct dut_worlds *cache;
};

static void begin(void *ctx)
{
	struct begin *b = ctx;

	run_world_begin(b->run, b->cache);
}

static void write_outputs(struct run *r)
{
	char err[TEXT_BYTES];

	if (r->opt->graph && r->opt->out != NULL)
		for (u32 h = 0; h < r->nr_hosts; h++)
			graph_print(r->opt->out, r->dut->world, h);
	if (r->tap == NULL)
		return;
	if ((r->opt->trace_path != NULL &&
	     tap_write_trace(r->tap, r->opt->trace_path, err, sizeof(err)) != 0) ||
	    (r->opt->pcapng_path != NULL &&
	     tap_write_pcapng(r->tap, r->opt->pcapng_path, err, sizeof(err)) != 0)) {
		run_result_free(&r->result);
		r->ended = false;
		run_end(r, NULL, RUN_ENVIRONMENT, "%s", err);
	}
}

static void clean_up(struct run *r)
{
	if (r->tap != NULL)
		tap_stop(r->tap);
	if (r->python != NULL)
		python_stop(r->python);
	run_drop_frames(r);
	run_world_end(r);
}

static void free_context(void *of)
{
	struct run *r = of;

	free(r->frame);
	free(r);
}

/* Most of a context is room that a run seldom comes to: it stays with the worlds. */
static struct run *take_context(struct dut_worlds *cache)
{
	struct dut_aside *aside = dut_worlds_aside(cache);
	struct run *r = aside->of;

	if (r == NULL) {
		r = calloc(1, sizeof(*r));
		if (r == NULL)
			abort();
		*aside = (struct dut_aside){ r, free_context };
	}
	assert(!r->in_use); /* worlds are for one run at a time */
	memset(r, 0, offsetof(struct run, fd));
	r->in_use = true;
	return r;
}

struct run_result run_script(const struct script *s, const struct run_options *o,
			     struct dut_worlds *cache)
{
	struct dut_worlds *own = cache == NULL ? dut_worlds_new() : NULL;
	struct run *r = take_context(own != NULL ? own : cache);
	struct run_result result;
	const char *what = NULL;

	r->script = s;
	r->opt = o;
	if (!run_guarded(begin, &(struct begin){ r, cache != NULL ? cache : own }, &what) ||
	    (!r->ended && !run_guarded(play, r, &what)))
		run_end(r, r->stmt, RUN_NOT_IMPLEMENTED, "%s", what);
	if (r->dut != NULL) {
		run_tracepoints_end(r);
		run_record_end(r);
		r->result.virtual_ps = run_now(r) - r->start_ps;
		run_sum_end(r);
		r->result.exhausted = r->dut->world != NULL ? world_exhausted(r->dut->world) : 0;
		write_outputs(r);
	}
	clean_up(r);
	result = r->result;
	r->in_use = false;
	dut_worlds_free(own);
	return result;
}

void run_result_free(struct run_result *r)
{
	free(r->message);
	free(r->tracepoints);
	r->message = NULL;
	r->tracepoints = NULL;
}

void run_options_init(struct run_options *o)
{
	*o = (struct run_options){ .cost = COST_JUDGE, .seed = 1 };
}

const char *run_verdict_name(enum run_verdict v)
{
	static const char *const names[] = {
		[RUN_PASSED] = "passed",
		[RUN_FAILED] = "failed",
		[RUN_NOT_IMPLEMENTED] = "not implemented",
		[RUN_INVALID] = "invalid",
		[RUN_ENVIRONMENT] = "environment",
	};

	return names[v];
}
