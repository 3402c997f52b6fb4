// SPDX-License-Identifier: MIT
/* run_call.c - a system call of a script: begun, and looked at when it has returned.
 *
 * Path: called by run.c; run_arg.c lays its arguments out, run_result.c compares. Missing: calls
 * that have no number in syscall.def yet, which end the run with their name.
 */
#include <string.h>

#include "base/check.h"
#include "harness/script/run_arg.h"
#include "harness/script/run_result.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"

/* The number behind a name; the C library makes recv() and send() of others. */
static int number_of(const char *name)
{
	static const struct {
		const char *name;
		int nr;
	} calls[] = {
#define X(name, nr, args) { #name, nr },
#include "syscall.def"
#undef X
		{ "recv", SYS_NR_recvfrom },
		{ "send", SYS_NR_sendto },
		{ "sigaction", SYS_NR_rt_sigaction },
		{ "sigprocmask", SYS_NR_rt_sigprocmask },
		{ "sigpending", SYS_NR_rt_sigpending },
		{ "sigtimedwait", SYS_NR_rt_sigtimedwait },
	};

	for (u32 i = 0; i < ARRAY_SIZE(calls); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].nr;
	return -1;
}

/* The same by the call's row, looked up once; 0: not yet, or there is none. */
static int sys_number(enum call_id id)
{
	static u16 known[CALL_MAX];

	if (known[id] == 0)
		known[id] = (u16)(number_of(script_calls[id].name) + 1);
	return known[id] - 1;
}

/* What the C library adds: how large a set of signals is. */
static void add_sigset_size(int nr, u64 arg[SYS_ARGS])
{
	const u64 size = 8;

	if (nr == SYS_NR_rt_sigpending)
		arg[1] = size;
	else if (nr == SYS_NR_rt_sigaction || nr == SYS_NR_rt_sigprocmask ||
		 nr == SYS_NR_rt_sigtimedwait)
		arg[3] = size;
}

int run_call_start(struct run *r, const struct stmt *s)
{
	const struct call_info *info = &script_calls[s->call.call];
	u32 thread = run_thread_of(s);
	int nr = sys_number((enum call_id)s->call.call);
	u64 arg[SYS_ARGS] = { 0 };

	assert(s->kind == STMT_CALL);
	assert(s->host < r->nr_hosts);
	if (nr < 0)
		not_implemented(info->name);
	r->thread[s->host][thread].stmt = s;
	if (!lay_arguments(r, s, s->host, thread, arg))
		return -1;
	add_sigset_size(nr, arg);
	r->dut->ops->call(r->dut, s->host, thread, (enum sys_nr)nr, arg);
	return 0;
}

bool run_gives_fd(const struct dut_call *call, const struct stmt *s)
{
	if (s->call.call == CALL_fcntl)
		return (u32)call->arg[1] == F_DUPFD || (u32)call->arg[1] == F_DUPFD_CLOEXEC;
	return script_calls[s->call.call].result == TYPE_FD;
}

/* From here on the script's number means this one. In profile bare they are the same, so that a
 * number too large for the table needs no place in it.
 */
int run_bind_fd(struct run *r, const struct stmt *s, u32 host, u32 process, s64 fd, s64 live)
{
	assert(live >= 0);
	if (fd < 0 || (fd >= RUN_FDS && fd == live))
		return 0;
	if (fd >= RUN_FDS)
		return run_invalid(r, s, "a script's own descriptors are below %d", RUN_FDS);
	r->fd[host][process][fd] = (s32)live;
	return 0;
}

int run_call_end(struct run *r, u32 host, u32 thread)
{
	const struct run_thread *th = &r->thread[host][thread];
	const struct stmt *s = th->stmt;
	struct dut_call t = r->dut->ops->thread(r->dut, host, thread);
	bool fd = run_gives_fd(&t, s);
	s64 number;

	assert(!t.busy);
	if (fd && t.ret >= 0)
		run_note_under_test(r, host, s, &t);
	if (th->cut != U64_MAX && t.ret >= 0 && (u64)t.ret > th->cut)
		return run_invalid(r, s, "this moves more data than fits into a process's memory");
	if (r->opt->explore)
		run_bind_pair(r, host, thread);
	else if (run_compare(r, host, thread, fd) != 0)
		return -1;
	if (!fd || t.ret < 0 || r->script->expr[s->call.result].kind == EXPR_ANY)
		return 0;
	if (!run_number(r, s->call.result, &number))
		return -1;
	return run_bind_fd(r, s, host, t.process, number, t.ret);
}
