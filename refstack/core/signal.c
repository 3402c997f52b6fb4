// SPDX-License-Identifier: MIT
/* signal.c - signals on their way: who gets one, whom it wakes, what it makes of a call.
 *
 * Path: none; sk_wake_async() and the harness send them, do_syscall() delivers. Rules: LINUX:
 * kernel/signal.c, fs/fcntl.c (send_sigio), with their order. A handler does nothing.
 * Missing: what ends or stops a process.
 */
#include "core/signal.h"

#include "core/file.h"
#include "core/net.h"
#include "core/task.h"
#include "uapi/errno.h"
#include "uapi/poll.h"
#include "uapi/signal.h"

#define SIG_IGNORED_BY_DEFAULT                                                                     \
	(sig_bit(SIGCHLD) | sig_bit(SIGCONT) | sig_bit(SIGWINCH) | sig_bit(SIGURG))

/* -------- what waits -------- */

static bool sig_ignored(const struct sighand *h, u32 signo)
{
	u64 bit = sig_bit(signo);

	if ((h->ignored & bit) != 0)
		return true;
	return (h->caught & bit) == 0 && (SIG_IGNORED_BY_DEFAULT & bit) != 0;
}

enum { SIG_QUEUED, SIG_WAITS_ALREADY };

/* LINUX: __send_signal_locked(): one of the old kind waits at most once. */
static int sigpending_add(struct sigpending *p, const struct kernel_siginfo *info)
{
	u64 bit = sig_bit((u32)info->si_signo);

	if (info->si_signo < SIGRTMIN && (p->signal & bit) != 0)
		return SIG_WAITS_ALREADY;
	if (p->nr == SIGQUEUE_MAX) {
		if (info->si_code >= 0 && info->si_signo >= SIGRTMIN)
			return -EAGAIN;
	} else {
		p->list[p->nr++] = *info;
	}
	p->signal |= bit;
	return SIG_QUEUED;
}

/* LINUX: collect_signal(): the oldest of that number. */
static void sigpending_take(struct sigpending *p, u32 signo, struct kernel_siginfo *info)
{
	bool found = false, more = false;
	u32 to = 0;

	*info = (struct kernel_siginfo){ .si_signo = (s32)signo };
	for (u32 i = 0; i < p->nr; i++) {
		bool same = p->list[i].si_signo == (s32)signo;

		if (same && !found) {
			*info = p->list[i];
			found = true;
			continue;
		}
		more |= same;
		p->list[to++] = p->list[i];
	}
	p->nr = to;
	if (!more)
		p->signal &= ~sig_bit(signo);
}

/* LINUX: dequeue_signal(): the thread's own before those of its process. 0: none. */
u32 dequeue_signal(struct task *t, u64 blocked, struct kernel_siginfo *info)
{
	struct sigpending *const from[2] = { &t->pending, &t->process->shared_pending };

	for (u32 i = 0; i < 2; i++) {
		u64 ready = from[i]->signal & ~blocked;
		u32 signo;

		if (ready == 0)
			continue;
		signo = (u32)__builtin_ctzll(ready) + 1;
		sigpending_take(from[i], signo, info);
		return signo;
	}
	return 0;
}

void sigpending_drop(struct sigpending *p, u32 signo)
{
	struct kernel_siginfo gone;

	while ((p->signal & sig_bit(signo)) != 0)
		sigpending_take(p, signo, &gone);
}

void recalc_sigpending(struct task *t)
{
	t->signalled = ((t->pending.signal | t->process->shared_pending.signal) & ~t->blocked) != 0;
}

/* -------- to whom -------- */

/* A thread is there from its first call on. */
static bool is_there(const struct task *t, const struct process *p)
{
	return t->process == p && t->begun != 0;
}

/* LINUX: wants_signal(). */
static bool wants_signal(const struct task *t, u32 signo)
{
	const struct host *h = t->host;

	if ((t->blocked & sig_bit(signo)) != 0)
		return false;
	return (h->running != NULL && h->running->current == t) || !t->signalled;
}

/* Between calls a signal is handled at once, and leaves nothing. */
static void wake_for_signal(struct task *t)
{
	if (t->state == TASK_IDLE)
		(void)get_signal(t, 0);
	else
		task_signal_wake_up(t);
}

/* The at-th of its threads; 0 is its leader, which is none of ours. */
static struct task *thread_born(const struct process *p, u32 at)
{
	struct host *h = p->host;

	for (u32 i = 0; i < h->nr_tasks && at != 0; i++)
		if (is_there(&h->task[i], p) && h->task[i].born == at)
			return &h->task[i];
	return NULL;
}

/* LINUX: complete_signal() of a process: the thread that was named, if any; its leader, who makes
 * no calls, keeps all away; then whoever comes after the one that took the last.
 */
static void complete_signal(struct process *p, struct task *named, u32 signo)
{
	u32 places = p->host->nr_tasks + 1; /* 0 is the leader */

	if (named != NULL && wants_signal(named, signo)) {
		wake_for_signal(named);
		return;
	}

	for (u32 i = 0; i < places; i++) {
		u32 at = (p->sig_target + i) % places;
		struct task *t;

		t = thread_born(p, at);
		if (t == NULL || !wants_signal(t, signo))
			continue;
		p->sig_target = at;
		wake_for_signal(t);
		return;
	}
}

/* LINUX: prepare_signal(): what nobody wants is not even kept, unless it is kept away. */
static int send_signal_to(struct task *t, const struct kernel_siginfo *info)
{
	u32 signo = (u32)info->si_signo;
	int err;

	if (((t->blocked | t->real_blocked) & sig_bit(signo)) == 0 &&
	    sig_ignored(&t->process->sighand, signo))
		return 0;
	err = sigpending_add(&t->pending, info);
	if (err == SIG_QUEUED && wants_signal(t, signo))
		wake_for_signal(t);
	return err;
}

/* LINUX: sig_ignored() asks the thread that was named, else the leader, who keeps all away. */
static int send_signal_to_process(struct process *p, struct task *named,
				  const struct kernel_siginfo *info)
{
	u32 signo = (u32)info->si_signo;
	int err;

	if (named != NULL && ((named->blocked | named->real_blocked) & sig_bit(signo)) == 0 &&
	    sig_ignored(&p->sighand, signo))
		return 0;
	err = sigpending_add(&p->shared_pending, info);
	if (err == SIG_QUEUED)
		complete_signal(p, named, signo);
	return err;
}

void send_signal_thread(struct task *t, const struct kernel_siginfo *info)
{
	(void)send_signal_to(t, info);
}

void send_signal_process(struct process *p, const struct kernel_siginfo *info)
{
	(void)send_signal_to_process(p, NULL, info);
}

void send_sigpipe(struct task *t)
{
	const struct kernel_siginfo info = { .si_signo = SIGPIPE,
					     .si_code = SI_USER,
					     .band = t->process->id * PID_OF_PROCESS };

	send_signal_thread(t, &info);
}

void sigpending_flush(struct task *t)
{
	t->pending.signal = 0;
	t->pending.nr = 0;
	t->signalled = false;
}

/* -------- delivery -------- */

/* LINUX: handle_signal(): the first handler decides what becomes of the call. */
static bool begins_again(const struct sighand *h, u32 signo, s64 ret)
{
	if (ret == -ERESTARTNOINTR)
		return true;
	return ret == -ERESTARTSYS && (h->restarts & sig_bit(signo)) != 0;
}

static bool is_restart(s64 ret)
{
	return ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
	       ret == -ERESTART_RESTARTBLOCK;
}

bool get_signal(struct task *t, s64 ret)
{
	struct sighand *h = &t->process->sighand;
	bool handled = false, again = false;
	struct kernel_siginfo info;
	u32 signo;

	for (;;) {
		signo = dequeue_signal(t, t->blocked, &info);
		if (signo == 0) {
			if (!t->restore_sigmask)
				break;
			t->blocked = t->saved_sigmask;
			t->restore_sigmask = false;
			continue;
		}
		if (sig_ignored(h, signo))
			continue;
		if ((h->caught & sig_bit(signo)) == 0)
			not_implemented("signals that end or stop a process");
		if (!handled)
			again = begins_again(h, signo, ret);
		handled = true;
		if ((h->once & sig_bit(signo)) != 0)
			h->caught &= ~sig_bit(signo);
	}
	t->signalled = false;
	return handled ? again : is_restart(ret);
}

/* -------- files whose events are told -------- */

/* LINUX: find_vpid(): a process's leader, or one of its threads. */
static struct process *find_process(struct host *h, s32 pid)
{
	u32 nr = (u32)pid / PID_OF_PROCESS;

	if (pid <= 0 || nr == 0 || nr > h->nr_processes)
		return NULL;
	if (nr == 1)
		return &h->process[0];
	for (u32 i = 0; i < h->nr_tasks; i++)
		if (is_there(&h->task[i], &h->process[nr - 1]))
			return &h->process[nr - 1];
	return NULL;
}

static struct task *find_thread(struct host *h, s32 pid)
{
	struct process *p = find_process(h, pid);
	u32 nr = (u32)pid % PID_OF_PROCESS;

	if (p == NULL || nr == 0 || nr > h->nr_tasks)
		return NULL;
	return is_there(&h->task[nr - 1], p) ? &h->task[nr - 1] : NULL;
}

bool pid_is_there(struct host *h, s32 pid)
{
	if (pid > 0 && pid % PID_OF_PROCESS == 0)
		return find_process(h, pid) != NULL;
	return find_thread(h, pid) != NULL;
}

/* LINUX: pid_task(): a thread's number is no process's, and nobody leads a group. */
bool fown_is_there(struct host *h, const struct fown_struct *fown)
{
	switch (fown->pid_type) {
	case PIDTYPE_PID:
		return pid_is_there(h, fown->pid);
	case PIDTYPE_TGID:
		return fown->pid % PID_OF_PROCESS == 0 && pid_is_there(h, fown->pid);
	default:
		return false;
	}
}

/* LINUX: do_send_sig_info() to whom a file's owner names. A leader keeps what is for it alone. */
static int send_to_owner(struct host *h, const struct fown_struct *fown,
			 const struct kernel_siginfo *info)
{
	struct task *t = find_thread(h, fown->pid);
	struct process *p = find_process(h, fown->pid);

	if (fown->pid_type == PIDTYPE_PGID || p == NULL)
		return 0;
	if (fown->pid_type == PIDTYPE_TGID)
		return send_signal_to_process(p, t, info);
	return t != NULL ? send_signal_to(t, info) : 0;
}

/* LINUX: sig_specific_sicodes(). */
static bool has_own_codes(s32 signo)
{
	const u64 own = sig_bit(SIGILL) | sig_bit(SIGFPE) | sig_bit(SIGSEGV) | sig_bit(SIGBUS) |
			sig_bit(SIGTRAP) | sig_bit(SIGCHLD) | sig_bit(SIGPOLL) | sig_bit(SIGSYS);

	return (own & sig_bit((u32)signo)) != 0;
}

static const s64 band_of[] = {
	[POLL_IN] = POLLIN | POLLRDNORM,
	[POLL_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND,
	[POLL_MSG] = POLLIN | POLLRDNORM | POLLMSG,
	[POLL_ERR] = POLLERR,
	[POLL_PRI] = POLLPRI | POLLRDBAND,
	[POLL_HUP] = POLLHUP | POLLERR,
};

void send_sigio(struct file *f, s32 fd, int band)
{
	const struct fown_struct *fown = &f->f_owner;
	const struct kernel_siginfo plain = { .si_signo = SIGIO, .si_code = SI_KERNEL };
	struct kernel_siginfo info = { .si_signo = fown->signum, .si_code = band, .fd = fd };

	if (fown->pid == 0)
		return;
	assert(band >= POLL_IN);
	assert(band <= POLL_HUP);
	if (fown->signum != 0) {
		if (fown->signum != SIGIO && has_own_codes(fown->signum))
			info.si_code = SI_SIGIO;
		info.band = band_of[band];
		if (send_to_owner(f->host, fown, &info) >= 0)
			return;
	}
	(void)send_to_owner(f->host, fown, &plain);
}

bool send_sigurg(struct file *f)
{
	const struct kernel_siginfo info = { .si_signo = SIGURG, .si_code = SI_KERNEL };

	if (f->f_owner.pid == 0)
		return false;
	(void)send_to_owner(f->host, &f->f_owner, &info);
	return true;
}
