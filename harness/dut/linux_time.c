// SPDX-License-Identifier: MIT
/* linux_time.c - the clock of real Linux, and what the executor waits for.
 *
 * In the judging kernel's guest time moves when everybody sleeps, and by 256 ns when somebody reads
 * the clock: so the exact clock is a file of the kernel's own, and sleeping ends by a timer that
 * was set to an absolute time, which reads no clock either.
 */
#include "harness/dut/linux_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"

/* What U64_MAX comes to: nobody knows whether anything is left to wait for. */
enum { LONGEST_SECS = 1000, GRAIN_NS = 256 };

static const char exact_clock[] = "/sys/module/time/parameters/um_now";

/* The file counts from the start of the kernel, CLOCK_MONOTONIC from a little later and in grains.
 */
struct linux_clock linux_clock_open(void)
{
	struct linux_clock c = { .fd = open(exact_clock, O_RDONLY | O_CLOEXEC) };
	struct timespec t;
	u64 mono;

	if (c.fd < 0)
		return c;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	mono = (u64)t.tv_sec * NS_PER_SEC + (u64)t.tv_nsec;
	c.offset_ns = mono - linux_clock_ns(&c) / GRAIN_NS * GRAIN_NS;
	return c;
}

int linux_time_begin(struct linux_dut *l, char *err, u32 err_size)
{
	if (l->boot != NULL) {
		l->exact = l->boot->exact;
		l->timer = l->boot->timer;
		l->bell = l->boot->bell;
		return 0;
	}
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	l->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->timer >= 0 && l->bell >= 0 && prctl(PR_SET_TIMERSLACK, 1) == 0)
		return 0;
	snprintf(err, err_size, "no timer: %s", strerror(errno));
	return -1;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void linux_time_end(struct linux_dut *l)
{
	if (l->boot != NULL)
		return;
	close_fd(&l->exact.fd);
	close_fd(&l->timer);
	close_fd(&l->bell);
}

u64 linux_now_ns(const struct linux_dut *l)
{
	struct linux_known *known = l->known;

	if (known != NULL && known->now)
		return known->now_ns;
	if (known == NULL)
		return linux_clock_ns(&l->exact);
	known->now_ns = linux_clock_ns(&l->exact);
	known->now = true;
	return known->now_ns;
}

u64 linux_now_ps(const struct dut *d)
{
	return linux_now_ns(linux_of_const(d)) * PS_PER_NS;
}

static void set_timer(const struct linux_dut *l, u64 until_ns)
{
	struct itimerspec t = { 0 };

	t.it_value.tv_sec = (time_t)(until_ns / NS_PER_SEC);
	t.it_value.tv_nsec = (long)(until_ns % NS_PER_SEC);
	(void)timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

bool linux_sleep(struct linux_dut *l, u64 until_ns)
{
	struct pollfd p[DUT_HOSTS + 2];
	u32 n = 0;
	bool frames = false;
	u64 count;
	int polled;

	set_timer(l, until_ns);
	p[n++] = (struct pollfd){ .fd = l->timer, .events = POLLIN };
	p[n++] = (struct pollfd){ .fd = l->bell, .events = POLLIN };
	for (u32 h = 0; h < l->cfg.hosts; h++)
		p[n++] = (struct pollfd){ .fd = l->host[h].tap, .events = POLLIN };
	linux_listen(l, true);
	linux_stir(l);
	polled = poll(p, n, -1);
	linux_listen(l, false);
	if (polled < 0)
		return errno == EINTR;
	for (u32 i = 2; i < n; i++)
		frames |= p[i].revents != 0;
	if (l->known != NULL)
		l->known->wires = !frames;
	if (p[1].revents != 0 && read(l->bell, &count, sizeof(count)) < 0)
		return false;
	return frames || p[1].revents != 0;
}

/* No timer goes off within the grain that it was set in: who looks at the clock lets one pass. */
static void pass_grain(struct linux_dut *l)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	linux_stir(l);
}

bool linux_step(struct dut *d, u64 until_ps)
{
	struct linux_dut *l = linux_of(d);
	u64 until_ns, now_ns;

	if (linux_collect(l))
		return true;
	now_ns = linux_now_ns(l);
	until_ns =
		min_u64((until_ps + PS_PER_NS - 1) / PS_PER_NS, now_ns + LONGEST_SECS * NS_PER_SEC);
	if (until_ps == U64_MAX)
		until_ns = now_ns + LONGEST_SECS * NS_PER_SEC;
	while (now_ns < until_ns) {
		if (l->clock == DUT_VIRTUAL && until_ns - now_ns <= GRAIN_NS)
			pass_grain(l);
		else if (linux_sleep(l, until_ns) && linux_collect(l))
			return true;
		now_ns = linux_now_ns(l);
	}
	return linux_collect(l);
}
