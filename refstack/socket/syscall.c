// SPDX-License-Identifier: MIT
/* syscall.c - the entry from programs: from the number of a call to its function.
 *
 * Path: step 1 starts here. Rules: the numbers of x86-64, syscall.def.
 */
#include "socket/socket.h"

#include "uapi/errno.h"

static const struct syscall_entry {
	s64 (*call)(struct task *t);
} syscalls[SYS_NR_MAX] = {
#define X(name, nr, args) [nr] = { sys_##name },
#include "syscall.def"
#undef X
};

/* LINUX: a signal is handled on the way back to the program. True: the call begins again. */
static bool handle_signals(struct task *t)
{
	bool again = get_signal(t, t->call_ret);

	switch (t->call_ret) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		t->call_ret = -EINTR;
		break;
	default:
		return false;
	}
	if (again)
		task_next_part(t);
	t->call_is_over = !again;
	return again;
}

static bool is_over(struct task *t)
{
	if (unlikely(t->signalled || t->restore_sigmask))
		return !handle_signals(t);
	return true;
}

/* One way through it, from its beginning or from where it has parked. */
static s64 enter_call(struct task *t)
{
	s64 ret = -ENOSYS;

	assert(t->process != NULL);
	if (!t->call_is_over) {
		if (t->nr < ARRAY_SIZE(syscalls) && syscalls[t->nr].call != NULL)
			ret = syscalls[t->nr].call(t);
		/* A parked call comes back: what it looked up must not be closed under it. */
		if (ret == -EPARKED)
			return ret;
		t->call_is_over = true;
		t->call_ret = ret;
	}
	/* LINUX: task_work_run(): what the call was the last to hold is closed on the way back to
	 * the program, and that may have to wait (SO_LINGER).
	 */
	return fd_release_held(t) == -EPARKED ? -EPARKED : t->call_ret;
}

s64 do_syscall(struct task *t)
{
	for (;;) {
		if (enter_call(t) == -EPARKED)
			return -EPARKED;
		if (is_over(t))
			return t->call_ret;
	}
}
