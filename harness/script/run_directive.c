// SPDX-License-Identifier: MIT
/* run_directive.c - statements that packetdrill does not have: time, credentials, signals, faults,
 * counters.
 *
 * Each row of directives.def has its function here. Faults strike what happens from now on; counts
 * of them start at this statement.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <string.h>

#include "core/net.h"

/* --- time
 * ----------------------------------------------------------------------------------------- */

#define NEARLY_PS (100 * PS_PER_US)

/* Counted from the statement's own time, unless a call that waited has gone beyond it: that the
 * judge's clock is some grains late is not late.
 */
static u64 end_of(const struct run *r, u64 ns)
{
	u64 most = 2 * RUN_LIMIT_SECS * NS_PER_SEC, now = run_now(r);
	u64 from = now < r->last_ps + NEARLY_PS ? r->last_ps : now;

	return from + min_u64(ns, most) * PS_PER_NS;
}

/* The next statement counts from its end. */
static int do_advance(struct run *r, const struct stmt *s)
{
	u64 end = end_of(r, s->directive.value[0]);

	if (!run_until(r, end))
		return -1;
	r->last_ps = end;
	return 0;
}

static int do_quiet(struct run *r, const struct stmt *s)
{
	u64 end = end_of(r, s->directive.value[0]), begin_ps = run_now(r);
	struct run_diff diff = { .field = "leaves", .differs = true };
	char when[32], left[RUN_EVENT_TEXT];

	if (!run_in_time(r, end))
		return -1;
	r->last_left_ps[s->host] = U64_MAX;
	while ((r->last_left_ps[s->host] == U64_MAX || !run_compares(r)) && run_advance(r, end))
		;
	if (r->ended)
		return -1;
	if (r->last_left_ps[s->host] == U64_MAX || !run_compares(r)) {
		r->last_ps = end;
		return 0;
	}
	snprintf(diff.expected, sizeof(diff.expected), "nothing");
	run_event_text(r, r->left_event, left, sizeof(left));
	snprintf(diff.actual, sizeof(diff.actual), "%.150s", left);
	run_time(r, r->start_ps + r->last_left_ps[s->host] - begin_ps, when);
	{
		char what[96];

		snprintf(what, sizeof(what), "a frame has left after %s s of quiet", when);
		return run_fail(r, s, what, &diff, 1);
	}
}

/* --- who calls
 * ------------------------------------------------------------------------------------ */

/* Who the statement's process is, to be changed; NULL after run_invalid(). */
static struct run_identity *identity_of(struct run *r, const struct stmt *s)
{
	if (run_bind_thread(r, s) != 0)
		return NULL;
	return &r->host[s->host].identity[run_process_of(r, s->host, run_thread_of(s))];
}

static int become(struct run *r, const struct stmt *s, const struct run_identity *id)
{
	r->dut->ops->identity(r->dut, s->host, run_process_of(r, s->host, run_thread_of(s)),
			      id->caps, id->uid);
	return 0;
}

static u64 capability(const struct stmt *s)
{
	return 1ull << (script_symbols[s->directive.value[0]].value & 63);
}

static int do_cap_drop(struct run *r, const struct stmt *s)
{
	struct run_identity *id = identity_of(r, s);

	if (id == NULL)
		return -1;
	id->caps &= ~capability(s);
	id->permitted &= ~capability(s);
	return become(r, s, id);
}

static int do_cap_add(struct run *r, const struct stmt *s)
{
	struct run_identity *id = identity_of(r, s);

	if (id == NULL)
		return -1;
	id->caps |= capability(s);
	id->permitted |= capability(s);
	return become(r, s, id);
}

/* LINUX: cap_emulate_setxuid(): who stops being root keeps no capability in effect. */
static int do_uid(struct run *r, const struct stmt *s)
{
	struct run_identity *id = identity_of(r, s);

	if (id == NULL)
		return -1;
	if (s->directive.value[0] > U32_MAX)
		return run_invalid(r, s, "a uid has 32 bits");
	id->uid = (u32)s->directive.value[0];
	id->caps = id->uid == 0 ? id->permitted : 0;
	return become(r, s, id);
}

static int do_signal(struct run *r, const struct stmt *s)
{
	u64 thread = s->directive.value[0];

	if (thread == 0 || thread > SCRIPT_THREADS)
		return run_invalid(r, s, "threads have numbers from 1 to %u", SCRIPT_THREADS);
	r->dut->ops->signal(r->dut, s->host, (u32)thread - 1,
			    (u32)script_symbols[s->directive.value[1]].value);
	run_settle(r);
	return r->ended ? -1 : 0;
}

/* --- counters
 * -------------------------------------------------------------------------------------- */

/* Asking costs the reference no virtual time, so that there it is left out where nobody looks. */
void run_counters_mark(struct run *r)
{
	if (r->dut->world != NULL && !r->asks_counters)
		return;
	for (u32 h = 0; h < r->nr_hosts; h++)
		r->dut->ops->counters(r->dut, h, r->mib_base[h], r->drop_base[h]);
}

/* A kind of counters, and how many there are. */
struct counters {
	const u64 *now;
	u64 *base;
	u32 nr;
	void (*name)(u32 i, char *to, u32 size);
};

static void mib_name(u32 i, char *to, u32 size)
{
	snprintf(to, size, "%s.%s", mib_names[i].group, mib_names[i].name);
}

static void drop_name(u32 i, char *to, u32 size)
{
	snprintf(to, size, "%s", drop_names[i]);
}

/* CONSUMED is no drop: it moves with every packet. */
static bool is_news(const struct counters *c, u32 i)
{
	return c->now[i] != c->base[i] && (c->name != drop_name || i > DROP_CONSUMED);
}

/* Row 0 is the counter that the line names; the others moved as well, which is no mistake. */
static int counter_differs(struct run *r, const struct stmt *s, const struct counters *c, u32 which,
			   s64 expected)
{
	enum { ROWS = 24, NAME = 64 };
	static char names[ROWS][NAME];
	struct run_diff diff[ROWS];
	u32 n = 0;
	char what[160];

	for (u32 k = 0; k <= c->nr && n < ROWS; k++) {
		u32 i = k == 0 ? which : k - 1;

		if (k != 0 && (i == which || !is_news(c, i)))
			continue;
		diff[n] = (struct run_diff){ .field = names[n], .differs = k == 0 };
		c->name(i, names[n], NAME);
		if (k == 0)
			snprintf(diff[n].expected, sizeof(diff[n].expected), "%+lld",
				 (long long)expected);
		snprintf(diff[n].actual, sizeof(diff[n].actual), "%+lld",
			 (long long)(c->now[i] - c->base[i]));
		n++;
	}
	snprintf(what, sizeof(what), "%s has changed by another number", names[0]);
	return run_fail(r, s, what, diff, n);
}

static void note_counter(struct run *r, const struct stmt *s, const struct counters *c, u32 which)
{
	char name[64], text[128];

	c->name(which, name, sizeof(name));
	snprintf(text, sizeof(text), "%s %s %+lld", c->name == mib_name ? "mib" : "drop", name,
		 (long long)(c->now[which] - c->base[which]));
	run_record_stmt(r, s, r->last_ps, text);
}

static int check_counter(struct run *r, const struct stmt *s, const struct counters *c)
{
	u64 which = s->directive.value[0], expected = s->directive.value[1];

	if (which >= c->nr)
		return run_invalid(r, s, "no such counter");
	if (r->opt->record != NULL)
		note_counter(r, s, c, (u32)which);
	else if (c->now[which] - c->base[which] != expected && c->now[which] != U64_MAX)
		return counter_differs(r, s, c, (u32)which, (s64)expected);
	c->base[which] = c->now[which];
	return 0;
}

static int do_mib(struct run *r, const struct stmt *s)
{
	u64 mib[MIB_MAX], drops[DROP_MAX];

	if (r->opt->explore)
		return 0;
	r->dut->ops->counters(r->dut, s->host, mib, drops);
	return check_counter(r, s,
			     &(struct counters){ mib, r->mib_base[s->host], MIB_MAX, mib_name });
}

static int do_drop(struct run *r, const struct stmt *s)
{
	u64 mib[MIB_MAX], drops[DROP_MAX];

	if (r->opt->explore)
		return 0;
	r->dut->ops->counters(r->dut, s->host, mib, drops);
	return check_counter(
		r, s, &(struct counters){ drops, r->drop_base[s->host], DROP_MAX, drop_name });
}

/* --- links and faults
 * ------------------------------------------------------------------------------- */

static int do_link(struct run *r, const struct stmt *s)
{
	bool up = s->directive.id == DIR_LINK_UP;

	r->dut->ops->link(r->dut, s->host, up);
	r->host[s->host].unplugged = !up;
	run_finish_instant(r); /* what the host makes of it, as far as that is at once */
	run_await_links(r);
	return 0;
}

static const struct {
	u8 fault;
	s8 time; /* which of its values is a time in ns; -1: none */
} faults[DIR_MAX] = {
	[DIR_NIC_IRQ_DELAY] = { DUT_IRQ_DELAY, 1 },   [DIR_NIC_IRQ_LOSE] = { DUT_IRQ_LOSE, -1 },
	[DIR_NIC_DMA_FAIL] = { DUT_DMA_FAIL, -1 },    [DIR_NIC_FETCH_FAIL] = { DUT_FETCH_FAIL, -1 },
	[DIR_WIRE_DROP] = { DUT_WIRE_DROP, -1 },      [DIR_WIRE_DELAY] = { DUT_WIRE_DELAY, 0 },
	[DIR_WIRE_LOSS] = { DUT_WIRE_LOSS, -1 },      [DIR_WIRE_DUP] = { DUT_WIRE_DUP, -1 },
	[DIR_WIRE_REORDER] = { DUT_WIRE_REORDER, 1 }, [DIR_WIRE_CORRUPT] = { DUT_WIRE_CORRUPT, -1 },
	[DIR_ALLOC_FAIL] = { DUT_ALLOC_FAIL, -1 },    [DIR_ALLOC_FAIL_OF] = { DUT_ALLOC_FAIL, -1 },
};

static int do_fault(struct run *r, const struct stmt *s)
{
	u64 value[2] = { s->directive.value[0], s->directive.value[1] };
	s8 time = faults[s->directive.id].time;
	const char *why;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)min_u32(s->directive.name.len, 63),
		 script_text(r->script, s->directive.name));
	if (time >= 0)
		value[time] = min_u64(value[time], RUN_LIMIT_SECS * NS_PER_SEC);
	why = r->dut->ops->fault(r->dut, s->host, faults[s->directive.id].fault, value[0], value[1],
				 s->directive.id == DIR_ALLOC_FAIL_OF ? name : NULL);
	return why == NULL ? 0 : run_invalid(r, s, "%s", why);
}

static int (*const directive_fn[DIR_MAX])(struct run *r, const struct stmt *s) = {
	[DIR_ADVANCE] = do_advance,
	[DIR_QUIET] = do_quiet,
	[DIR_CAP_DROP] = do_cap_drop,
	[DIR_CAP_ADD] = do_cap_add,
	[DIR_UID] = do_uid,
	[DIR_SIGNAL] = do_signal,
	[DIR_MIB] = do_mib,
	[DIR_DROP] = do_drop,
	[DIR_LINK_DOWN] = do_link,
	[DIR_LINK_UP] = do_link,
	[DIR_NIC_IRQ_DELAY] = do_fault,
	[DIR_NIC_IRQ_LOSE] = do_fault,
	[DIR_NIC_DMA_FAIL] = do_fault,
	[DIR_NIC_FETCH_FAIL] = do_fault,
	[DIR_WIRE_DROP] = do_fault,
	[DIR_WIRE_DELAY] = do_fault,
	[DIR_WIRE_LOSS] = do_fault,
	[DIR_WIRE_DUP] = do_fault,
	[DIR_WIRE_REORDER] = do_fault,
	[DIR_WIRE_CORRUPT] = do_fault,
	[DIR_ALLOC_FAIL] = do_fault,
	[DIR_ALLOC_FAIL_OF] = do_fault,
};

int run_directive(struct run *r, const struct stmt *s)
{
	assert(s->directive.id < DIR_MAX);
	if (directive_fn[s->directive.id] == NULL)
		return run_end(r, s, RUN_NOT_IMPLEMENTED, "%s", script_directives[s->directive.id]);
	run_event_stmt(r, s);
	return directive_fn[s->directive.id](r, s);
}
