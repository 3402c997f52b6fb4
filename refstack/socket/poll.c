// SPDX-License-Identifier: MIT
/* poll.c - waiting for several files at once, and for time alone: poll, select, nanosleep.
 *
 * Path: none; udp_poll() and tcp_poll() answer. Rules: LINUX: fs/select.c, kernel/time/hrtimer.c.
 * No busy polling.
 */
#include "socket/socket.h"

#include "core/iov.h"
#include "core/net.h"
#include "core/pipe.h"
#include "uapi/errno.h"
#include "uapi/poll.h"

enum { POLL_FDS_MAX = 4096, TIMESPEC_BYTES = 16 };

/* -------- what a file says -------- */

struct wait_queue_head *file_wait_queue(struct file *f)
{
	switch (f->kind) {
	case FILE_SOCKET:
		return &f->socket.wq;
	case FILE_EPOLL:
		return &f->ep.poll_wait;
	case FILE_PIPE:
		return pipe_can_read(f) ? &f->pipe->rd_wait : &f->pipe->wr_wait;
	default:
		return NULL;
	}
}

u32 vfs_poll(struct file *f, struct task *wait)
{
	switch (f->kind) {
	case FILE_SOCKET:
		return f->socket.ops->poll(f, &f->socket, wait);
	case FILE_EPOLL:
		return ep_eventpoll_poll(f, wait);
	case FILE_PIPE:
		return pipe_poll(f, wait);
	default:
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	}
}

/* -------- until when -------- */

/* LINUX: poll_select_set_timeout(): what is not zero reads the clock. The tasks here are real-time
 * tasks, as packetdrill's: select_estimate_accuracy() gives them no slack. False: no such time.
 */
static bool set_deadline(struct task *t, s64 sec, s64 nsec)
{
	if (sec < 0 || nsec < 0 || nsec >= (s64)NS_PER_SEC)
		return false;
	t->hr_deadline_ns = 0;
	if (sec == 0 && nsec == 0)
		return true;
	t->hr_deadline_ns = net_now_ns(&t->host->net);
	if ((u64)sec > U64_MAX / 4 / NS_PER_SEC)
		t->hr_deadline_ns = U64_MAX;
	else
		t->hr_deadline_ns += (u64)sec * NS_PER_SEC + (u64)nsec;
	return true;
}

/* LINUX: poll_select_finish(): what is left of a time that was not zero goes back to the program.
 */
static s64 poll_select_finish(struct task *t, uptr at, bool timeval, s64 ret)
{
	u64 now_ns, left_ns;
	u8 raw[TIMESPEC_BYTES];

	restore_saved_sigmask_unless(t, ret == -ERESTARTNOHAND);
	if (at == 0 || t->hr_deadline_ns == 0)
		return ret;
	now_ns = net_now_ns(&t->host->net);
	left_ns = t->hr_deadline_ns > now_ns ? t->hr_deadline_ns - now_ns : 0;
	put_le64(raw, left_ns / NS_PER_SEC);
	put_le64(raw + 8, left_ns % NS_PER_SEC / (timeval ? 1000 : 1));
	/* A fault is not told. */
	(void)copy_to_user(t, at, raw, sizeof(raw));
	return ret;
}

/* -------- poll -------- */

/* LINUX: do_pollfd(). wait is NULL once something was found. */
static u16 do_pollfd(struct task *t, const u8 *pollfd, struct task *wait)
{
	s32 fd = (s32)get_le32(pollfd + POLLFD_FD);
	u32 filter = get_le16(pollfd + POLLFD_EVENTS) | POLLERR | POLLHUP;
	struct file *f;

	if (fd < 0)
		return 0;
	if (!fd_is_open(t->process, fd))
		return POLLNVAL;
	f = fd_file(t->process, fd);
	if (wait != NULL)
		wait->poll_key = filter;
	return (u16)(vfs_poll(f, wait) & filter);
}

/* How many have something; revents of all. */
static int poll_all(struct task *t, const u8 *pollfds, u32 nfds, struct task *wait, u16 *revents)
{
	int count = 0;

	for (u32 i = 0; i < nfds; i++) {
		revents[i] = do_pollfd(t, pollfds + (size_t)i * POLLFD_BYTES, wait);
		if (revents[i] != 0) {
			count++;
			wait = NULL;
		}
	}
	return count;
}

/* Until t->hr_deadline_ns, which the first entry has fixed; 0: it does not wait.
 * DIVERGES(poll-reread): after a wake-up the vector is read again from the program's memory.
 */
static s64 do_sys_poll(struct task *t, uptr at, u32 nfds)
{
	u16 revents[POLL_FDS_MAX];
	bool sleeps = t->hr_deadline_ns != 0 && !t->timed_out;
	u8 *pollfds;
	int count;

	if (nfds > t->process->nr_fds)
		return -EINVAL;
	assert(nfds <= POLL_FDS_MAX);
	pollfds = umem_at(t->process, at, (u64)nfds * POLLFD_BYTES);
	if (pollfds == NULL && nfds != 0)
		return -EFAULT;
	/* LINUX: do_poll(): it waits for what it met on its first way, whatever its descriptors are
	 * by now.
	 */
	t->keeps_waits = true;
	count = poll_all(t, pollfds, nfds, sleeps && !t->resumed ? t : NULL, revents);
	if (count == 0 && signal_pending(t))
		count = -ERESTARTNOHAND;
	else if (count == 0 && t->poll_failed)
		count = -ENOMEM;
	if (count == 0 && sleeps)
		return schedule_hrtimeout(t, t->hr_deadline_ns);
	task_leave_waits(t);
	if (!access_ok(at, (u64)nfds * POLLFD_BYTES))
		return -EFAULT;
	for (u32 i = 0; i < nfds; i++)
		put_le16(pollfds + (size_t)i * POLLFD_BYTES + POLLFD_REVENTS, revents[i]);
	if (nfds != 0)
		umem_touch(t->process, at + (u64)nfds * POLLFD_BYTES);
	return count;
}

s64 sys_poll(struct task *t)
{
	s32 timeout_ms = (s32)t->arg[2];
	s64 ret;

	PROBE(&t->host->net, sys_poll);
	if (!t->resumed) {
		t->hr_deadline_ns = U64_MAX;
		if (timeout_ms >= 0)
			(void)set_deadline(t, timeout_ms / 1000,
					   timeout_ms % 1000 * (s64)NS_PER_MS);
	}
	ret = do_sys_poll(t, t->arg[0], (u32)t->arg[1]);
	return ret == -ERESTARTNOHAND ? -ERESTART_RESTARTBLOCK : ret;
}

int set_timespec_deadline(struct task *t, uptr at)
{
	u8 raw[TIMESPEC_BYTES];

	t->hr_deadline_ns = U64_MAX;
	if (at == 0)
		return 0;
	if (copy_from_user(t, raw, at, sizeof(raw)) != 0)
		return -EFAULT;
	return set_deadline(t, (s64)get_le64(raw), (s64)get_le64(raw + 8)) ? 0 : -EINVAL;
}

static int ppoll_begin(struct task *t)
{
	int err = set_timespec_deadline(t, t->arg[2]);

	return err != 0 ? err : set_user_sigmask(t, t->arg[3], t->arg[4]);
}

s64 sys_ppoll(struct task *t)
{
	s64 ret = 0;

	PROBE(&t->host->net, sys_poll);
	if (!t->resumed) {
		ret = ppoll_begin(t);
		if (ret != 0)
			return ret;
	}
	ret = do_sys_poll(t, t->arg[0], (u32)t->arg[1]);
	return ret == -EPARKED ? ret : poll_select_finish(t, t->arg[2], false, ret);
}

/* -------- select -------- */

enum { SELECT_IN, SELECT_OUT, SELECT_EX, SELECT_SETS, SELECT_BYTES = POLL_FDS_MAX / 8 };

/* What counts for each set. LINUX: POLLIN_SET and so on. */
static const u32 select_mask[SELECT_SETS] = {
	[SELECT_IN] = POLLNVAL | POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR,
	[SELECT_OUT] = POLLNVAL | POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR,
	[SELECT_EX] = POLLNVAL | POLLPRI,
};

struct select {
	u32 n, bytes;
	u8 ask[SELECT_SETS][SELECT_BYTES], res[SELECT_SETS][SELECT_BYTES];
};

static bool select_bit(const u8 *set, u32 fd)
{
	return (set[fd / 8] >> fd % 8 & 1) != 0;
}

static int select_read(struct task *t, struct select *s)
{
	s32 n = (s32)t->arg[0];

	if (n < 0)
		return -EINVAL;
	s->n = min_u32((u32)n, t->process->nr_fds);
	assert(s->n <= POLL_FDS_MAX);
	s->bytes = (s->n + 63) / 64 * 8;
	for (u32 k = 0; k < SELECT_SETS; k++) {
		memset(s->ask[k], 0, s->bytes);
		memset(s->res[k], 0, s->bytes);
		if (t->arg[1 + k] != 0 &&
		    copy_from_user(t, s->ask[k], t->arg[1 + k], s->bytes) != 0)
			return -EFAULT;
	}
	return 0;
}

/* LINUX: max_select_fd(): each that is asked for has to be open. */
static bool select_all_open(const struct task *t, const struct select *s)
{
	for (u32 fd = 0; fd < s->n; fd++) {
		bool asked = select_bit(s->ask[SELECT_IN], fd) ||
			     select_bit(s->ask[SELECT_OUT], fd) ||
			     select_bit(s->ask[SELECT_EX], fd);

		if (asked && !fd_is_open(t->process, (int)fd))
			return false;
	}
	return true;
}

/* In how many sets one descriptor has something. */
static int select_fd(struct task *t, struct select *s, u32 fd, struct task *wait)
{
	u32 mask = POLLNVAL, asked = 0;
	struct file *f = fd_file(t->process, (int)fd);
	int count = 0;

	for (u32 k = 0; k < SELECT_SETS; k++)
		asked |= select_bit(s->ask[k], fd) ? 1u << k : 0;
	if (asked == 0)
		return 0;
	if (f != NULL) {
		if (wait != NULL) {
			wait->poll_key = select_mask[SELECT_EX];
			for (u32 k = 0; k < SELECT_EX; k++)
				wait->poll_key |= (asked >> k & 1) != 0 ? select_mask[k] : 0;
		}
		mask = vfs_poll(f, wait);
	}
	for (u32 k = 0; k < SELECT_SETS; k++) {
		if ((asked >> k & 1) == 0 || (mask & select_mask[k]) == 0)
			continue;
		s->res[k][fd / 8] |= (u8)(1u << fd % 8);
		count++;
	}
	return count;
}

/* LINUX: core_sys_select(), do_select(). */
static s64 core_sys_select(struct task *t)
{
	bool sleeps = t->hr_deadline_ns != 0 && !t->timed_out;
	struct task *wait = sleeps && !t->resumed ? t : NULL;
	struct select s;
	int count = 0, err = select_read(t, &s);

	if (err != 0)
		return err;
	if (!t->resumed && !select_all_open(t, &s))
		return -EBADF;
	t->keeps_waits = true;
	for (u32 fd = 0; fd < s.n; fd++) {
		count += select_fd(t, &s, fd, wait);
		if (count != 0)
			wait = NULL;
	}
	if (count == 0 && signal_pending(t)) {
		task_leave_waits(t);
		return -ERESTARTNOHAND;
	}
	if (count == 0 && t->poll_failed)
		count = -ENOMEM;
	if (count == 0 && sleeps)
		return schedule_hrtimeout(t, t->hr_deadline_ns);
	task_leave_waits(t);
	for (u32 k = 0; k < SELECT_SETS && count >= 0; k++) {
		if (t->arg[1 + k] != 0 && copy_to_user(t, t->arg[1 + k], s.res[k], s.bytes) != 0)
			return -EFAULT;
	}
	return count;
}

static int select_begin(struct task *t)
{
	u8 raw[TIMESPEC_BYTES];
	s64 usec;

	t->hr_deadline_ns = U64_MAX;
	if (t->arg[4] == 0)
		return 0;
	if (copy_from_user(t, raw, t->arg[4], sizeof(raw)) != 0)
		return -EFAULT;
	usec = (s64)get_le64(raw + 8);
	if (!set_deadline(t, (s64)((u64)get_le64(raw) + (u64)(usec / 1000000)),
			  usec % 1000000 * 1000))
		return -EINVAL;
	return 0;
}

s64 sys_select(struct task *t)
{
	s64 ret = 0;

	PROBE(&t->host->net, sys_select);
	if (!t->resumed) {
		ret = select_begin(t);
		if (ret != 0)
			return ret;
	}
	ret = core_sys_select(t);
	return ret == -EPARKED ? ret : poll_select_finish(t, t->arg[4], true, ret);
}

/* -------- nanosleep -------- */

enum { MIN_SLEEP_NS = 1 };

enum { SAVED_DEADLINE = 0 };

/* LINUX: hrtimer_start() reads the clock with interrupts off. */
static u64 hrtimer_base_ns(struct net *net)
{
	struct cpu *c = this_cpu(net);
	u64 ns;

	local_irq_save(c);
	ns = net_now_ns(net);
	local_irq_restore(c);
	return ns;
}

/* What is left to sleep, for a program that a signal has woken, and that wants to know. */
static s64 nanosleep_copyout(struct task *t)
{
	u64 now_ns, left_ns;
	u8 raw[TIMESPEC_BYTES];

	if (t->arg[1] == 0)
		return -ERESTART_RESTARTBLOCK;
	now_ns = net_now_ns(&t->host->net);
	left_ns = t->saved[SAVED_DEADLINE] > now_ns ? t->saved[SAVED_DEADLINE] - now_ns : 0;
	if (left_ns == 0)
		return 0;
	put_le64(raw, left_ns / NS_PER_SEC);
	put_le64(raw + 8, left_ns % NS_PER_SEC);
	return copy_to_user(t, t->arg[1], raw, sizeof(raw)) != 0 ? -EFAULT : -ERESTART_RESTARTBLOCK;
}

s64 sys_nanosleep(struct task *t)
{
	u64 now_ns = this_cpu(&t->host->net)->now_ps / PS_PER_NS;
	u8 raw[TIMESPEC_BYTES];
	s64 sec, nsec;

	PROBE(&t->host->net, sys_nanosleep);
	if (t->resumed)
		return signal_pending(t) ? nanosleep_copyout(t) : 0;
	if (copy_from_user(t, raw, t->arg[0], sizeof(raw)) != 0)
		return -EFAULT;
	sec = (s64)get_le64(raw);
	nsec = (s64)get_le64(raw + 8);
	if (sec < 0 || nsec < 0 || nsec >= (s64)NS_PER_SEC)
		return -EINVAL;
	t->hr_deadline_ns = U64_MAX;
	t->saved[SAVED_DEADLINE] = U64_MAX;
	/* LINUX: do_nanosleep(): who wants to sleep no time at all sleeps until its timer, which is
	 * due already, has gone off.
	 */
	if ((u64)sec <= U64_MAX / 4 / NS_PER_SEC) {
		u64 sleep_ns = (u64)sec * NS_PER_SEC + (u64)nsec;

		t->hr_deadline_ns = now_ns + max_u64(sleep_ns, MIN_SLEEP_NS);
		t->saved[SAVED_DEADLINE] = hrtimer_base_ns(&t->host->net) + sleep_ns;
	}
	return schedule_hrtimeout(t, t->hr_deadline_ns);
}
