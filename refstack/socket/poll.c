// SPDX-License-Identifier: MIT
/* poll.c - waiting for several sockets at once, and for time alone.
 *
 * Path: none; udp_poll() answers. Rules: LINUX: fs/select.c, kernel/time/hrtimer.c. No busy
 * polling.
 */
#include "socket/socket.h"

#include "core/iov.h"
#include "core/net.h"
#include "uapi/errno.h"
#include "uapi/poll.h"

enum { POLL_FDS_MAX = 4096, TIMESPEC_BYTES = 16 };

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
	if (f == NULL)
		not_implemented("poll() of what is not a socket");
	if (wait != NULL)
		wait->poll_key = filter;
	return (u16)(f->socket.ops->poll(f, &f->socket, wait) & filter);
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

/* Until when the call sleeps; the program's deadline is fixed at the first entry. The tasks here
 * are real-time tasks, as packetdrill's: LINUX: select_estimate_accuracy() gives them no slack.
 */
static u64 poll_deadline(struct task *t, s32 timeout_ms)
{
	struct net *net = &t->host->net;

	if (timeout_ms < 0)
		return U64_MAX;
	if (!t->resumed)
		t->hr_deadline_ns = net_now_ns(net) + (u32)timeout_ms * NS_PER_MS;
	return t->hr_deadline_ns;
}

/* DIVERGES(poll-reread): after a wake-up the vector is read again from the program's memory. */
s64 sys_poll(struct task *t)
{
	u32 nfds = (u32)t->arg[1];
	s32 timeout_ms = (s32)t->arg[2];
	u16 revents[POLL_FDS_MAX];
	bool sleeps = timeout_ms != 0 && !t->timed_out;
	u64 deadline_ns = U64_MAX;
	u8 *pollfds;
	int count;

	PROBE(&t->host->net, sys_poll);
	if (nfds > t->process->nr_fds)
		return -EINVAL;
	assert(nfds <= POLL_FDS_MAX);
	if (sleeps)
		deadline_ns = poll_deadline(t, timeout_ms);
	pollfds = umem_at(t->process, t->arg[0], (u64)nfds * POLLFD_BYTES);
	if (pollfds == NULL && nfds != 0)
		return -EFAULT;
	/* LINUX: do_poll(): it waits for what it met on its first way, whatever its descriptors are
	 * by now.
	 */
	t->keeps_waits = true;
	count = poll_all(t, pollfds, nfds, sleeps && !t->resumed ? t : NULL, revents);
	if (count == 0 && signal_pending(t))
		count = -EINTR;
	if (count == 0 && sleeps)
		return schedule_hrtimeout(t, deadline_ns);
	task_leave_waits(t);
	if (!access_ok(t->arg[0], (u64)nfds * POLLFD_BYTES))
		return -EFAULT;
	for (u32 i = 0; i < nfds; i++)
		put_le16(pollfds + (size_t)i * POLLFD_BYTES + POLLFD_REVENTS, revents[i]);
	if (nfds != 0)
		umem_touch(t->process, t->arg[0] + (u64)nfds * POLLFD_BYTES);
	return count;
}

/* -------- nanosleep -------- */

enum { MIN_SLEEP_NS = 1 };

/* What is left to sleep, for a program that a signal has woken. */
static s64 nanosleep_copyout(struct task *t, u64 now_ns)
{
	u64 left_ns = t->hr_deadline_ns > now_ns ? t->hr_deadline_ns - now_ns : 0;
	u8 raw[TIMESPEC_BYTES];

	if (left_ns == 0)
		return 0;
	put_le64(raw, left_ns / NS_PER_SEC);
	put_le64(raw + 8, left_ns % NS_PER_SEC);
	if (t->arg[1] != 0 && copy_to_user(t, t->arg[1], raw, sizeof(raw)) != 0)
		return -EFAULT;
	return -EINTR;
}

s64 sys_nanosleep(struct task *t)
{
	u64 now_ns = this_cpu(&t->host->net)->now_ps / PS_PER_NS;
	u8 raw[TIMESPEC_BYTES];
	s64 sec, nsec;

	PROBE(&t->host->net, sys_nanosleep);
	if (t->resumed)
		return signal_pending(t) ? nanosleep_copyout(t, now_ns) : 0;
	if (copy_from_user(t, raw, t->arg[0], sizeof(raw)) != 0)
		return -EFAULT;
	sec = (s64)get_le64(raw);
	nsec = (s64)get_le64(raw + 8);
	if (sec < 0 || nsec < 0 || nsec >= (s64)NS_PER_SEC)
		return -EINVAL;
	t->hr_deadline_ns = U64_MAX;
	/* LINUX: do_nanosleep(): who wants to sleep no time at all sleeps until its timer, which is
	 * due already, has gone off.
	 */
	if ((u64)sec <= U64_MAX / 4 / NS_PER_SEC)
		t->hr_deadline_ns =
			now_ns + max_u64((u64)sec * NS_PER_SEC + (u64)nsec, MIN_SLEEP_NS);
	return schedule_hrtimeout(t, t->hr_deadline_ns);
}
