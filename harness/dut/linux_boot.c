// SPDX-License-Identifier: MIT
/* linux_boot.c - what the guest of the judging kernel sets up once: everything that a boot's
 * scripts have in common.
 *
 * A system call costs the guest some microseconds of the host's processor, so descriptors that each
 * script needs stay open, and what a process of a script is to find is so in the executor: its
 * limits, its signals, /dev/null at 0 to 2, what serves it above LINUX_SERVICE_FD.
 */
#include "harness/dut/linux_internal.h"
#include "harness/dut/linux_trace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/check.h"

#define SEED_FILE  "/sys/module/random/parameters/um_seed"
#define DRAWS_FILE "/sys/module/random/parameters/um_draws"
#define REACH_FILE "/proc/sys/net/ipv4/neigh/default/base_reachable_time_ms"

enum { NUMBER_BYTES = 32, PAGE = 4096, THREAD_BYTES = 8192, HEAP_MAX = 1 << 30 };

/* Processes of scripts inherit the table: what is not theirs lies where none of them can reach. */
static int serve_at(int fd, int at)
{
	int as = fd >= 0 ? dup3(fd, at, O_CLOEXEC) : -1;

	if (fd >= 0)
		close(fd);
	return as;
}

static bool arrange_descriptors(struct linux_boot *b)
{
	struct rlimit room = { LINUX_SERVICE_FD + 8, LINUX_SERVICE_FD + 8 };
	struct rlimit limit = { LINUX_NOFILE, LINUX_NOFILE };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || setrlimit(RLIMIT_NOFILE, &room) != 0)
		return false;
	for (int i = 0; i <= 2; i++)
		if (dup2(null, i) != i)
			return false;
	close(null);
	b->exact = linux_clock_open();
	b->exact.fd = serve_at(b->exact.fd, LINUX_SERVICE_CLOCK);
	b->bell = serve_at(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), LINUX_SERVICE_FD);
	b->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	b->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	b->seed = open(SEED_FILE, O_WRONLY | O_CLOEXEC);
	b->draws = open(DRAWS_FILE, O_RDONLY | O_CLOEXEC);
	return b->exact.fd >= 0 && b->bell >= 0 && b->timer >= 0 && b->home >= 0 && b->seed >= 0 &&
	       b->draws >= 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* What arp's devices begin with. */
static u32 read_reachable_ms(void)
{
	char text[NUMBER_BYTES] = "";
	int fd = open(REACH_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0)
		close(fd);
	return n > 0 ? (u32)strtoul(text, NULL, 10) : 0;
}

/* All is on one CPU; the executor gets a real-time priority with each script. */
static void pin_to_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET((u32)cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

/* A process that a script forks needs nothing of the executor's heap, and the executor would have
 * to copy each page of it that it uses again. In front of it lies the thread's own data, which is
 * kept.
 */
static void keep_heap_to_itself(void)
{
	uintptr_t from = (uintptr_t)&errno + THREAD_BYTES, to = (uintptr_t)sbrk(0);

	from = (from + PAGE - 1) / PAGE * PAGE;
	if (from < to && to - from < HEAP_MAX)
		(void)madvise((void *)from, (to - from) / PAGE * PAGE, MADV_DONTFORK);
}

struct linux_boot *linux_boot(char *err, u32 err_size)
{
	static struct linux_boot boot;
	char why[128] = "";

	if (boot.ready)
		return &boot;
	linux_catch_signals();
	pin_to_cpu();
	linux_pin_knobs();
	boot.reachable_ms = read_reachable_ms();
	/* Tasks of real-time priorities have no timer slack, which the executor gets back after
	 * each script: it is left as it is.
	 */
	if (!arrange_descriptors(&boot) || boot.reachable_ms == 0) {
		(void)snprintf(err, err_size, "the guest cannot be set up: %s", strerror(errno));
		return NULL;
	}
	boot.trace = linux_trace_open(why, sizeof(why));
	if (boot.trace == NULL) {
		(void)snprintf(err, err_size, "%s", why);
		return NULL;
	}
	boot.drops = linux_drops_new(boot.trace);
	/* The lowest that is free: what a script's run opens is there or above it. */
	boot.first_fd = dup(boot.home);
	close(boot.first_fd);
	keep_heap_to_itself();
	boot.ready = true;
	return &boot;
}
