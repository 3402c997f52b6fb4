// SPDX-License-Identifier: MIT
/* linux.c - real Linux as a device under test: its table of functions, hosts, set-up and end.
 *
 * Each host is a network namespace of the kernel that runs this process. In the judging kernel's
 * guest nobody else runs; on a live kernel all are on one CPU and of real-time priority where that
 * is allowed, so that what a call sets off is done when it returns.
 */
#include "harness/dut/linux_facts.h"
#include "harness/dut/linux_internal.h"
#include "harness/dut/seeding.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

enum { EXECUTOR_PRIORITY = 1 };

bool linux_collect(struct linux_dut *l)
{
	bool any = linux_wire_collect(l);

	return linux_tasks_collect(l) || any;
}

static int open_namespace(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* A script's only host has no way back before it is needed. */
int linux_enter(struct linux_dut *l, u32 host)
{
	int fd = host < DUT_HOSTS ? l->host[host].netns : l->home;

	if (l->where == host || fd < 0)
		return 0;
	if (l->where < DUT_HOSTS && l->host[l->where].netns < 0)
		l->host[l->where].netns = open_namespace();
	if (setns(fd, CLONE_NEWNET) != 0)
		return -errno;
	l->where = host;
	return 0;
}

/* --- rows of the table that need no more than this
 * ------------------------------------------------- */

static u64 next_ps(const struct dut *d)
{
	(void)d;
	return U64_MAX;
}

static bool ready(const struct dut *d)
{
	(void)d;
	return true;
}

/* What it set off leaves the host within it. */
static int command(struct dut *d, u32 host, struct ipcmd_call *call)
{
	int ret;

	linux_stir(linux_of(d));
	linux_count_move(linux_of(d));
	/* Disciplines of queues may do their work by the clock. */
	if (call->nr_words != 0 && strcmp(call->word[0].text, "tc") == 0)
		linux_of(d)->known_then.still = false;
	linux_of(d)->facts->host[host].broadcasts.known = false;
	ret = linux_command(d, host, call);
	linux_collect(linux_of(d));
	return ret;
}

static int knob_write(struct dut *d, u32 host, const char *path, const char *value)
{
	int ret;

	linux_stir(linux_of(d));
	linux_of(d)->facts->host[host].broadcasts.known = false;
	ret = linux_knob_write(d, host, path, value);
	linux_collect(linux_of(d));
	return ret;
}

static const char *fault(struct dut *d, u32 host, enum dut_fault what, u64 a, u64 b,
			 const char *name)
{
	(void)d;
	(void)host;
	(void)what;
	(void)a;
	(void)b;
	(void)name;
	return "only the reference has this fault";
}

/* --- set-up and end
 * -------------------------------------------------------------------------------- */

/* All on one CPU; threads before the executor, where that is allowed. */
static void arrange_scheduling(struct linux_dut *l)
{
	struct sched_param p = { .sched_priority = EXECUTOR_PRIORITY };
	int cpu;
	cpu_set_t one;

	if (l->boot != NULL) {
		l->policy = SCHED_OTHER;
		l->fifo = sched_setscheduler(0, SCHED_FIFO, &p) == 0;
		l->known_then.still = true;
		if (l->fifo)
			l->known = &l->known_then;
		return;
	}
	cpu = sched_getcpu();
	l->pinned = cpu >= 0 && sched_getaffinity(0, sizeof(l->cpus), &l->cpus) == 0;
	if (l->pinned) {
		CPU_ZERO(&one);
		CPU_SET((u32)cpu, &one);
		l->pinned = sched_setaffinity(0, sizeof(one), &one) == 0;
	}
	l->policy = sched_getscheduler(0);
	(void)sched_getparam(0, &p);
	l->priority = p.sched_priority;
	p.sched_priority = EXECUTOR_PRIORITY;
	l->fifo = sched_setscheduler(0, SCHED_FIFO, &p) == 0;
}

static void restore_scheduling(const struct linux_dut *l)
{
	struct sched_param p = { .sched_priority = l->priority };

	if (l->fifo)
		(void)sched_setscheduler(0, l->policy, &p);
	if (l->pinned)
		(void)sched_setaffinity(0, sizeof(l->cpus), &l->cpus);
}

static void destroy(struct dut *d)
{
	struct linux_dut *l = linux_of(d);

	for (u32 h = 0; h < l->cfg.hosts; h++)
		linux_tasks_end(l, h);
	linux_facts_end(l);
	if (l->where < DUT_HOSTS)
		(void)setns(l->home, CLONE_NEWNET);
	if (l->boot != NULL)
		(void)close_range((u32)l->boot->first_fd,
				  (u32)l->boot->first_fd + LINUX_RUN_FDS - 1, 0);
	for (u32 h = 0; h < l->cfg.hosts && l->boot == NULL; h++) {
		linux_wire_end(l, h);
		if (l->host[h].netns >= 0)
			close(l->host[h].netns);
	}
	if (l->home >= 0 && l->boot == NULL)
		close(l->home);
	linux_time_end(l);
	restore_scheduling(l);
	free(l);
}

/* Only where nobody else's files are: in a guest, whose memory is its disk. */
static int given_file(struct dut *d, u32 host, const char *path, s64 bytes)
{
	static const char zeroes[1 << 16];
	const struct linux_dut *l = linux_of(d);
	int fd;

	(void)host;
	if (l->clock != DUT_VIRTUAL)
		return -EOPNOTSUPP;
	if (bytes < 0)
		return unlink(path) != 0 ? -errno : 0;
	(void)mkdir("/tmp", S_IRWXU);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	while (bytes > 0) {
		s64 n = bytes < (s64)sizeof(zeroes) ? bytes : (s64)sizeof(zeroes);

		if (write(fd, zeroes, (size_t)n) != n)
			break;
		bytes -= n;
	}
	close(fd);
	return bytes == 0 ? 0 : -ENOSPC;
}

static const struct dut_ops linux_ops = {
	.name = "linux",
	.destroy = destroy,
	.now_ps = linux_now_ps,
	.step = linux_step,
	.next_ps = next_ps,
	.busy_until_ps = linux_now_ps,
	.ready = ready,
	.call = linux_call,
	.thread = linux_thread_of,
	.memory = linux_memory,
	.touch = linux_touch,
	.fork = linux_fork,
	.attach = linux_attach,
	.signal = linux_signal,
	.identity = linux_identity,
	.inject = linux_inject,
	.link = linux_link,
	.command = command,
	.knob_read = linux_knob_read,
	.knob_write = knob_write,
	.given_file = given_file,
	.proc_read = linux_proc_read,
	.counters = linux_counters,
	.state = linux_state,
	.is_broadcast = linux_is_broadcast,
	.youngest = linux_youngest,
	.fault = fault,
};

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Root of a user namespace of our own, where the caller is not allowed to make namespaces. */
static int become_root(char *err, u32 err_size)
{
	char map[64];
	u32 uid = geteuid(), gid = getegid();

	if (unshare(CLONE_NEWUSER) != 0) {
		snprintf(err, err_size,
			 "no right to make network namespaces, nor user namespaces to get it: %s",
			 strerror(errno));
		return -1;
	}
	(void)write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_file("/proc/self/uid_map", map))
		goto refused;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (!write_file("/proc/self/gid_map", map))
		goto refused;
	return 0;

refused:
	snprintf(err, err_size, "the user namespace cannot be set up: %s", strerror(errno));
	return -1;
}

static int new_namespace(struct linux_dut *l, u32 host, char *err, u32 err_size)
{
	if (linux_seed_namespace(l, err, err_size) != 0)
		return -1;
	if (unshare(CLONE_NEWNET) != 0 &&
	    (errno != EPERM || become_root(err, err_size) != 0 || unshare(CLONE_NEWNET) != 0)) {
		if (err[0] == '\0')
			snprintf(err, err_size, "no network namespace: %s", strerror(errno));
		return -1;
	}
	l->where = host;
	if (l->boot != NULL && l->cfg.hosts == 1)
		return 0;
	l->host[host].netns = open_namespace();
	if (l->host[host].netns < 0) {
		snprintf(err, err_size, "/proc/thread-self/ns/net: %s", strerror(errno));
		return -1;
	}
	return 0;
}

/* What an ordinary host has, where the kernel takes it from the size of its memory. Some knobs are
 * the first namespace's only, and absent in others.
 */
void linux_pin_knobs(void)
{
	static const struct {
		const char *path, *value;
	} pinned[] = {
#define X(path, value) { "/proc/sys/" path, value },
#include "harness/dut/pinned.def"
#undef X
	};

	for (u32 i = 0; i < ARRAY_SIZE(pinned); i++)
		(void)write_file(pinned[i].path, pinned[i].value);
}

/* Nothing that goes out without being asked for. */
static void silence(void)
{
	(void)write_file("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	(void)write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

static int new_host(struct linux_dut *l, u32 host, char *err, u32 err_size)
{
	if (new_namespace(l, host, err, err_size) != 0)
		return -1;
	/* In the guest it has them of the first one. */
	if (l->boot == NULL)
		linux_pin_knobs();
	if (l->clock == DUT_REAL)
		silence();
	return linux_wire_begin(l, host, err, err_size);
}

static int begin(struct linux_dut *l, char *err, u32 err_size)
{
	if (l->cfg.device == DUT_IGB) {
		snprintf(err, err_size, "Linux has no such card here: --device=tap");
		return -1;
	}
	if (l->clock == DUT_VIRTUAL) {
		l->boot = linux_boot(err, err_size);
		if (l->boot == NULL)
			return -1;
	}
	if (linux_time_begin(l, err, err_size) != 0)
		return -1;
	l->home = l->boot != NULL ? l->boot->home : open_namespace();
	for (u32 h = 0; h < l->cfg.hosts; h++)
		if (new_host(l, h, err, err_size) != 0)
			return -1;
	linux_facts_begin(l);
	arrange_scheduling(l);
	for (u32 h = 0; h < l->cfg.hosts; h++)
		if (linux_enter(l, h) != 0 || linux_tasks_begin(l, h, err, err_size) != 0)
			return -1;
	return linux_seed(l, err, err_size);
}

struct dut *dut_linux(const struct dut_config *cfg, enum dut_clock clock, char *err, u32 err_size)
{
	struct linux_dut *l = calloc(1, sizeof(*l));

	assert(cfg->hosts != 0);
	assert(cfg->hosts <= DUT_HOSTS);
	if (l == NULL)
		abort();
	l->dut.ops = &linux_ops;
	l->cfg = *cfg;
	l->clock = clock;
	l->home = l->timer = l->bell = l->exact.fd = -1;
	l->where = DUT_HOSTS;
	for (u32 h = 0; h < DUT_HOSTS; h++)
		l->host[h].netns = l->host[h].tap = -1;
	err[0] = '\0';
	if (begin(l, err, err_size) == 0)
		return &l->dut;
	destroy(&l->dut);
	return NULL;
}
