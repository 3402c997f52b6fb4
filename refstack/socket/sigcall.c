// SPDX-License-Identifier: MIT
/* sigcall.c - the calls about signals: who catches which, what is kept away, what waits.
 *
 * Path: none. Rules: LINUX: kernel/signal.c, with its order of checks.
 */
#include "socket/socket.h"

#include "core/net.h"
#include "uapi/errno.h"
#include "uapi/signal.h"

enum { SIGSET_BYTES = 8, TIMESPEC_BYTES = 16 };

#define SIG_KERNEL_ONLY (sig_bit(SIGKILL) | sig_bit(SIGSTOP))

static int get_sigset(struct task *t, uptr at, u64 *set)
{
	u8 raw[SIGSET_BYTES];

	if (copy_from_user(t, raw, at, sizeof(raw)) != 0)
		return -EFAULT;
	*set = get_le64(raw);
	return 0;
}

static int put_sigset(struct task *t, uptr at, u64 set, u64 size)
{
	u8 raw[SIGSET_BYTES];

	put_le64(raw, set);
	return copy_to_user(t, at, raw, size) != 0 ? -EFAULT : 0;
}

/* -------- what is kept away for the time of a call -------- */

int set_user_sigmask(struct task *t, uptr umask, u64 size)
{
	u64 set;

	if (umask == 0)
		return 0;
	if (size != SIGSET_BYTES)
		return -EINVAL;
	if (get_sigset(t, umask, &set) != 0)
		return -EFAULT;
	t->saved_sigmask = t->blocked;
	t->restore_sigmask = true;
	t->blocked = set & ~SIG_KERNEL_ONLY;
	recalc_sigpending(t);
	return 0;
}

void restore_saved_sigmask_unless(struct task *t, bool interrupted)
{
	if (interrupted || !t->restore_sigmask)
		return;
	t->restore_sigmask = false;
	t->blocked = t->saved_sigmask;
	recalc_sigpending(t);
}

/* -------- rt_sigaction -------- */

static void set_bit_of(u64 *set, u64 bit, bool on)
{
	*set = on ? *set | bit : *set & ~bit;
}

static void put_action(const struct sighand *h, u64 bit, u8 raw[SIGACTION_BYTES])
{
	u64 flags = (h->restarts & bit) != 0 ? SA_RESTART : 0;
	u64 handler = (h->ignored & bit) != 0 ? SIG_IGN : SIG_DFL;

	if ((h->caught & bit) != 0)
		handler = UMEM_BASE;
	flags |= (h->once & bit) != 0 ? SA_RESETHAND : 0;
	put_le64(raw + SIGACTION_HANDLER, handler);
	put_le64(raw + SIGACTION_FLAGS, flags);
}

/* LINUX: do_sigaction(): what is ignored from here on no longer waits. */
static void set_action(struct process *p, u32 signo, const u8 raw[SIGACTION_BYTES])
{
	u64 handler = get_le64(raw + SIGACTION_HANDLER), flags = get_le64(raw + SIGACTION_FLAGS);
	u64 bit = sig_bit(signo);
	const u64 quiet = sig_bit(SIGCHLD) | sig_bit(SIGCONT) | sig_bit(SIGWINCH) | sig_bit(SIGURG);
	struct host *h = p->host;

	set_bit_of(&p->sighand.caught, bit, handler > SIG_IGN);
	set_bit_of(&p->sighand.ignored, bit, handler == SIG_IGN);
	set_bit_of(&p->sighand.restarts, bit, (flags & SA_RESTART) != 0);
	set_bit_of(&p->sighand.once, bit, (flags & SA_RESETHAND) != 0);
	if (handler > SIG_IGN || (handler == SIG_DFL && (quiet & bit) == 0))
		return;
	sigpending_drop(&p->shared_pending, signo);
	for (u32 i = 0; i < h->nr_tasks; i++)
		if (h->task[i].process == p)
			sigpending_drop(&h->task[i].pending, signo);
}

s64 sys_rt_sigaction(struct task *t)
{
	u32 signo = (u32)t->arg[0];
	u8 act[SIGACTION_BYTES] = { 0 }, old[SIGACTION_BYTES] = { 0 };

	if (t->arg[3] != SIGSET_BYTES)
		return -EINVAL;
	if (t->arg[1] != 0 && copy_from_user(t, act, t->arg[1], sizeof(act)) != 0)
		return -EFAULT;
	if (signo == 0 || signo > SIGNALS)
		return -EINVAL;
	if (t->arg[1] != 0 && (SIG_KERNEL_ONLY & sig_bit(signo)) != 0)
		return -EINVAL;
	put_action(&t->process->sighand, sig_bit(signo), old);
	if (t->arg[1] != 0)
		set_action(t->process, signo, act);
	if (t->arg[2] != 0 && copy_to_user(t, t->arg[2], old, sizeof(old)) != 0)
		return -EFAULT;
	return 0;
}

/* -------- rt_sigprocmask, rt_sigpending -------- */

static int set_blocked(struct task *t, u32 how, u64 set)
{
	set &= ~SIG_KERNEL_ONLY;
	switch (how) {
	case SIG_BLOCK:
		t->blocked |= set;
		break;
	case SIG_UNBLOCK:
		t->blocked &= ~set;
		break;
	case SIG_SETMASK:
		t->blocked = set;
		break;
	default:
		return -EINVAL;
	}
	recalc_sigpending(t);
	return 0;
}

s64 sys_rt_sigprocmask(struct task *t)
{
	u64 old = t->blocked, set;
	int err;

	if (t->arg[3] != SIGSET_BYTES)
		return -EINVAL;
	if (t->arg[1] != 0) {
		if (get_sigset(t, t->arg[1], &set) != 0)
			return -EFAULT;
		err = set_blocked(t, (u32)t->arg[0], set);
		if (err != 0)
			return err;
	}
	return t->arg[2] != 0 ? put_sigset(t, t->arg[2], old, SIGSET_BYTES) : 0;
}

s64 sys_rt_sigpending(struct task *t)
{
	u64 waits = t->pending.signal | t->process->shared_pending.signal;

	if (t->arg[1] > SIGSET_BYTES)
		return -EINVAL;
	return put_sigset(t, t->arg[0], waits & t->blocked, t->arg[1]);
}

/* -------- rt_sigtimedwait -------- */

static int put_siginfo(struct task *t, uptr at, const struct kernel_siginfo *info)
{
	u8 raw[SIGINFO_BYTES] = { 0 };

	put_le32(raw + SIGINFO_SIGNO, (u32)info->si_signo);
	put_le32(raw + SIGINFO_CODE, (u32)info->si_code);
	put_le64(raw + SIGINFO_BAND, (u64)info->band);
	put_le32(raw + SIGINFO_FD, (u32)info->fd);
	return copy_to_user(t, at, raw, sizeof(raw)) != 0 ? -EFAULT : 0;
}

static s64 sigtimedwait_sleep(struct task *t, u64 mask, u64 timeout_ns)
{
	u64 now_ns = this_cpu(&t->host->net)->now_ps / PS_PER_NS;

	t->real_blocked = t->blocked;
	t->blocked &= mask;
	recalc_sigpending(t);
	return schedule_hrtimeout(t, timeout_ns == U64_MAX ? U64_MAX : now_ns + timeout_ns);
}

/* LINUX: do_sigtimedwait(). timeout_ns: U64_MAX is for ever. */
static s64 do_sigtimedwait(struct task *t, u64 which, u64 timeout_ns, struct kernel_siginfo *info)
{
	u64 mask = ~which | SIG_KERNEL_ONLY;
	u32 signo;

	if (t->resumed) {
		t->blocked = t->real_blocked;
		t->real_blocked = 0;
	}
	signo = dequeue_signal(t, mask, info);
	recalc_sigpending(t);
	if (signo != 0)
		return signo;
	if (t->resumed)
		return t->timed_out ? -EAGAIN : -EINTR;
	return timeout_ns != 0 ? sigtimedwait_sleep(t, mask, timeout_ns) : -EAGAIN;
}

static int sigtimedwait_limit(struct task *t, uptr at, u64 *timeout_ns)
{
	u8 raw[TIMESPEC_BYTES];
	s64 sec, nsec;

	*timeout_ns = U64_MAX;
	if (at == 0)
		return 0;
	if (copy_from_user(t, raw, at, sizeof(raw)) != 0)
		return -EFAULT;
	sec = (s64)get_le64(raw);
	nsec = (s64)get_le64(raw + 8);
	if (sec < 0 || nsec < 0 || nsec >= (s64)NS_PER_SEC)
		return -EINVAL;
	if ((u64)sec <= U64_MAX / 4 / NS_PER_SEC)
		*timeout_ns = (u64)sec * NS_PER_SEC + (u64)nsec;
	return 0;
}

s64 sys_rt_sigtimedwait(struct task *t)
{
	struct kernel_siginfo info;
	u64 which, timeout_ns;
	s64 ret;

	if (t->arg[3] != SIGSET_BYTES)
		return -EINVAL;
	if (get_sigset(t, t->arg[0], &which) != 0)
		return -EFAULT;
	ret = sigtimedwait_limit(t, t->arg[2], &timeout_ns);
	if (ret == 0)
		ret = do_sigtimedwait(t, which, timeout_ns, &info);
	if (ret > 0 && t->arg[1] != 0 && put_siginfo(t, t->arg[1], &info) != 0)
		return -EFAULT;
	return ret;
}
