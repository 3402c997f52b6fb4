// SPDX-License-Identifier: MIT
/* mutate_time.c - see mutate.def: operations on when a statement comes, and who does it. */
#include "harness/fuzz/mutate_internal.h"

#include "base/check.h"
#include "harness/script/scan.h"
#include "uapi/socket.h"

#define MS  NS_PER_MS
#define SEC NS_PER_SEC

enum { FIRST_THREAD = 2, SOME_THREADS = 5 };

static const u64 pauses[] = { 0,	1,	  256,	   1000,    40000,   999999,
			      1 * MS,	2 * MS,	  4 * MS,  10 * MS, 20 * MS, 50 * MS,
			      100 * MS, 500 * MS, 1 * SEC, 2 * SEC };

/* What waits in the stack, and for how long if no knob says otherwise. */
static const u64 timers[] = {
	4 * MS,	   /* a tick */
	20 * MS,   /* a place among answers by ICMP is free again: one of 50 a second */
	50 * MS,   /* sockets that wait, as programs of the bank have it */
	100 * MS,  /* the same, poll() */
	800 * MS,  /* an ARP answer of a proxy */
	1 * SEC,   /* a neighbour is asked again; its address may change; ICMP's rate */
	3 * SEC,   /* a neighbour is given up */
	5 * SEC,   /* of a neighbour that is used and not confirmed the first question */
	15 * SEC,  /* the least time that a neighbour is reachable, */
	30 * SEC,  /* the usual one, and fragments wait for the rest, */
	45 * SEC,  /* the longest */
	60 * SEC,  /* a neighbour that nobody asks for goes */
	300 * SEC, /* reachable times are drawn anew */
	600 * SEC, /* a path's MTU is forgotten */
};

static bool has_time(struct mutator *m, const struct stmt *st)
{
	(void)m;
	return st->kind != STMT_OPTION && st->kind != STMT_HEADER && st->when.kind <= WHEN_REL;
}

/* Before the time of a call that blocks moves, its end does with it. */
static bool set_time(struct stmt *st, u64 ns)
{
	struct when *w = &st->when, old = *w;

	w->kind = WHEN_REL;
	w->from_ns = ns;
	w->until_ns = w->blocks ? ns + (old.until_ns - old.from_ns) : 0;
	return old.kind != w->kind || old.from_ns != ns;
}

bool op_time(struct mutator *m)
{
	u32 at = mutate_find(m, has_time);
	struct stmt *st;
	u64 ns;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	ns = st->when.kind == WHEN_REL && st->when.from_ns < 1000 * SEC && mutate_one_in(m, 3)
		     ? (mutate_one_in(m, 2) ? st->when.from_ns * 2 : st->when.from_ns / 2)
		     : pauses[mutate_below(m, ARRAY_SIZE(pauses))];
	if (mutate_one_in(m, 8))
		ns += mutate_below(m, 1000000);
	return set_time(st, ns);
}

bool op_timer(struct mutator *m)
{
	static const s64 beside[] = { -4 * (s64)MS, -(s64)MS, -1, 0, 1, (s64)MS, 4 * (s64)MS };
	u32 at = mutate_find(m, has_time);
	u64 ns = timers[mutate_below(m, ARRAY_SIZE(timers))];

	if (at == NOWHERE)
		return false;
	ns += (u64)beside[mutate_below(m, ARRAY_SIZE(beside))];
	return set_time(&m->s->stmt[at], ns);
}

static bool comes_later(struct mutator *m, const struct stmt *st)
{
	return has_time(m, st) && st->when.from_ns != 0;
}

bool op_instant(struct mutator *m)
{
	u32 at = mutate_find(m, comes_later);
	struct stmt *st;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	st->when.until_ns = st->when.blocks ? st->when.until_ns - st->when.from_ns : 0;
	st->when.from_ns = 0;
	return true;
}

/* --- threads
 * ---------------------------------------------------------------------------------------
 */
/* A call of a thread that waits already would never be done. */
static bool waits(const struct mutator *m, u32 host, u32 thread)
{
	for (u32 i = 0; i < m->s->nr_stmts; i++) {
		const struct stmt *st = &m->s->stmt[i];

		if (st->host == host && st->thread == thread && st->when.blocks)
			return true;
	}
	return false;
}

static bool is_used(const struct mutator *m, u32 host, u32 thread)
{
	for (u32 i = 0; i < m->s->nr_stmts; i++)
		if (m->s->stmt[i].host == host && m->s->stmt[i].thread == thread)
			return true;
	return false;
}

static bool can_wait(struct mutator *m, const struct stmt *st)
{
	static const u16 calls[] = { CALL_recv,		CALL_recvfrom,	  CALL_recvmsg,
				     CALL_recvmmsg,	CALL_read,	  CALL_readv,
				     CALL_poll,		CALL_ppoll,	  CALL_select,
				     CALL_epoll_wait,	CALL_epoll_pwait, CALL_epoll_pwait2,
				     CALL_sigtimedwait, CALL_nanosleep };

	for (u32 i = 0; st->kind == STMT_CALL && i < ARRAY_SIZE(calls); i++)
		if (st->call.call == calls[i])
			return has_time(m, st) && !st->when.blocks;
	return false;
}

static void clear_dontwait(struct mutator *m, const struct stmt *st)
{
	const struct call_info *c = &script_calls[st->call.call];

	for (u32 i = 0; i < c->nr_args; i++) {
		u32 e = mutate_arg(m->s, st, i);
		u64 flags;

		if (e != 0 && c->arg[i] == TYPE_MSGFLAGS && mutate_value(m->s, e, &flags) &&
		    (flags & MSG_DONTWAIT) != 0)
			mutate_set_number(mutate_expr(m, e), flags & ~(u64)MSG_DONTWAIT);
	}
}

bool op_wait(struct mutator *m)
{
	u32 at = mutate_find(m, can_wait), thread = SCRIPT_THREADS;
	struct stmt *st;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	while (thread >= FIRST_THREAD && is_used(m, st->host, thread))
		thread--;
	if (thread < FIRST_THREAD)
		return false;
	st->thread = (u8)thread;
	st->process = 0;
	st->when.kind = WHEN_REL;
	st->when.blocks = true;
	st->when.until_ns = st->when.from_ns + pauses[mutate_between(m, 8, ARRAY_SIZE(pauses) - 1)];
	clear_dontwait(m, st);
	return true;
}

static bool blocks_not(struct mutator *m, const struct stmt *st)
{
	return mutate_is_call(m, st) && !st->when.blocks;
}

bool op_thread(struct mutator *m)
{
	u32 at = mutate_find(m, blocks_not),
	    thread = mutate_between(m, FIRST_THREAD, FIRST_THREAD + SOME_THREADS);
	struct stmt *st;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	if (st->thread == thread || waits(m, st->host, thread))
		return false;
	st->thread = (u8)thread;
	st->process = 0;
	return true;
}

bool op_process(struct mutator *m)
{
	u32 at = mutate_find(m, blocks_not);
	struct stmt *st;
	u8 process;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	process = (u8)mutate_between(m, 1, SCRIPT_PROCESSES - 1);
	process = process == 1 ? 0 : process;
	if (st->process == process)
		return false;
	st->thread = 0;
	st->process = process;
	if (!mutate_keeps(m, st)) {
		st->process = 0;
		return false;
	}
	return true;
}
