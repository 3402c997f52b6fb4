// SPDX-License-Identifier: MIT
/* linux_task.c - processes and threads of a program on real Linux: their memory, their calls.
 *
 * Rules: dut.h. Where threads are of a higher real-time priority than the executor they run as soon
 * as they are asked, up to the end of the call or to where it waits, and nobody runs beside them.
 */
#include "harness/dut/linux_internal.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"

enum {
	THREAD_PRIORITY = 2,
	ANSWER_MS = 5000, /* for what never waits */
	BLOCKED_MS = 10	  /* without priorities: a call that takes longer waits */
};

/* --- asking
 * ------------------------------------------------------------------------------------------- */

static void ask(struct linux_request *r, u32 nr)
{
	r->nr = nr;
	__atomic_store_n(&r->asked, r->asked + 1, __ATOMIC_RELEASE);
	linux_wake(&r->asked);
}

static bool is_done(const struct linux_request *r)
{
	return __atomic_load_n(&r->done, __ATOMIC_ACQUIRE) == r->asked;
}

/* False: not within this time. Whoever comes to wait next looks at all requests first, so that the
 * bell need not be left ringing.
 */
static bool wait_done(const struct linux_dut *l, const struct linux_request *r, int ms)
{
	struct pollfd bell = { .fd = l->bell, .events = POLLIN };
	u64 rung;

	while (!is_done(r)) {
		int n = poll(&bell, 1, ms);

		if (n == 0)
			return is_done(r);
		if (n > 0 && read(l->bell, &rung, sizeof(rung)) < 0 && errno != EAGAIN)
			return false;
	}
	return true;
}

/* What a leader is asked never waits; without its answer there is nothing to go on with. */
static s64 order(const struct linux_dut *l, u32 host, u32 process, enum linux_order what, u64 arg)
{
	struct linux_request *r = &l->host[host].shared->leader[process];

	r->arg[0] = arg;
	ask(r, what);
	if (!wait_done(l, r, ANSWER_MS))
		return -ESRCH;
	return r->ret;
}

/* --- processes and threads
 * --------------------------------------------------------------------------------- */

static bool spawn(struct linux_dut *l, u32 host, u32 thread)
{
	struct linux_host *h = &l->host[host];
	struct linux_task *t = &h->task[thread];
	s64 tid;

	if (h->process[t->process].pid == 0)
		return false;
	tid = order(l, host, t->process, LINUX_SPAWN, thread);
	if (tid <= 0)
		return false;
	h->shared->tid[thread] = (pid_t)tid;
	t->there = true;
	return true;
}

/* Memory that all processes of the host and the executor see. */
static bool map_shared(struct linux_host *h)
{
	size_t head = (sizeof(struct linux_shared) + 4095) & ~(size_t)4095;
	size_t size = head + (size_t)DUT_PROCESSES * LINUX_UMEM_BYTES;
	u8 *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return false;
	h->shared = (struct linux_shared *)(void *)at;
	h->shared->bytes = at + head;
	for (u32 p = 0; p < DUT_PROCESSES; p++)
		h->process[p].bytes = h->shared->bytes + (size_t)p * LINUX_UMEM_BYTES;
	return true;
}

static void unmap_shared(struct linux_host *h)
{
	u8 *at = (u8 *)h->shared;
	size_t size = (size_t)(h->shared->bytes - at) + (size_t)DUT_PROCESSES * LINUX_UMEM_BYTES;

	(void)munmap(at, size);
	h->shared = NULL;
}

static void set_priority(const struct linux_dut *l)
{
	struct sched_param p = { .sched_priority = THREAD_PRIORITY };

	if (l->fifo)
		(void)sched_setscheduler(0, SCHED_FIFO, &p);
}

int linux_tasks_begin(struct linux_dut *l, u32 host, char *err, u32 err_size)
{
	struct linux_host *h = &l->host[host];
	pid_t pid;

	if (!map_shared(h)) {
		snprintf(err, err_size, "no memory for a program: %s", strerror(errno));
		return -1;
	}
	h->shared->bell = l->bell;
	h->shared->clock = l->exact;
	pid = fork();
	if (pid == 0) {
		set_priority(l);
		linux_process_main(h->shared);
	}
	if (pid < 0) {
		snprintf(err, err_size, "no process for a program: %s", strerror(errno));
		return -1;
	}
	h->process[0].pid = pid;
	if (spawn(l, host, 0))
		return 0;
	snprintf(err, err_size, "the program's process has no memory at address %#x, or no thread",
		 UMEM_BASE);
	return -1;
}

void linux_tasks_end(struct linux_dut *l, u32 host)
{
	struct linux_host *h = &l->host[host];

	for (u32 p = DUT_PROCESSES; p-- != 0;) {
		pid_t pid = h->process[p].pid;

		if (pid == 0)
			continue;
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		h->process[p].pid = 0;
	}
	if (h->shared != NULL)
		unmap_shared(h);
}

struct dut_memory linux_memory(struct dut *d, u32 host, u32 process)
{
	const struct linux_process *p = &linux_of(d)->host[host].process[process];

	assert(process < DUT_PROCESSES);
	/* Calls have written nobody knows where: all that is used again has to be zeroed. */
	return (struct dut_memory){ p->bytes, LINUX_UMEM_BYTES, LINUX_UMEM_BYTES };
}

void linux_touch(struct dut *d, u32 host, u32 process, u32 high)
{
	(void)d;
	(void)host;
	(void)process;
	assert(high <= LINUX_UMEM_BYTES);
}

void linux_fork(struct dut *d, u32 host, u32 to)
{
	struct linux_dut *l = linux_of(d);
	struct linux_host *h = &l->host[host];
	struct linux_shared *s = h->shared;
	s64 pid;

	assert(to != 0);
	assert(to < DUT_PROCESSES);
	memcpy(h->process[to].bytes, h->process[0].bytes, LINUX_UMEM_BYTES);
	s->identity[to] = s->identity[0];
	pid = order(l, host, 0, LINUX_FORK, to);
	if (pid > 0)
		h->process[to].pid = (pid_t)pid;
}

void linux_attach(struct dut *d, u32 host, u32 thread, u32 process)
{
	struct linux_task *t = &linux_of(d)->host[host].task[thread];

	assert(!t->there || t->process == process);
	t->process = process;
}

void linux_identity(struct dut *d, u32 host, u32 process, u64 caps, u32 uid)
{
	struct linux_identity *id = &linux_of(d)->host[host].shared->identity[process];

	id->caps = caps;
	id->uid = uid;
	id->generation++;
}

void linux_signal(struct dut *d, u32 host, u32 thread, u32 signo)
{
	struct linux_dut *l = linux_of(d);
	const struct linux_host *h = &l->host[host];

	if (!h->task[thread].there)
		return;
	(void)syscall(SYS_tgkill, h->process[h->task[thread].process].pid, h->shared->tid[thread],
		      signo);
	linux_collect(l);
}

/* --- calls
 * --------------------------------------------------------------------------------------------- */

static void ended(struct linux_dut *l, struct linux_task *t, s64 ret, u64 when_ps)
{
	t->busy = false;
	t->ret = ret;
	t->ended_ps = when_ps;
	if (l->dut.on_return != NULL)
		l->dut.on_return(l->dut.ctx);
}

void linux_call(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 arg[SYS_ARGS])
{
	struct linux_dut *l = linux_of(d);
	struct linux_task *t = &l->host[host].task[thread];
	struct linux_request *r = &l->host[host].shared->thread[thread];

	assert(thread < DUT_THREADS);
	assert(!t->busy);
	memcpy(t->arg, arg, sizeof(t->arg));
	memcpy(r->arg, arg, sizeof(r->arg));
	t->busy = true;
	if (!t->there && !spawn(l, host, thread)) {
		ended(l, t, -ENOMEM, linux_now_ps(d));
		return;
	}
	ask(r, nr);
	if (!l->fifo)
		(void)wait_done(l, r, BLOCKED_MS);
	linux_collect(l);
}

struct dut_call linux_thread_of(const struct dut *d, u32 host, u32 thread)
{
	const struct linux_task *t = &linux_of_const(d)->host[host].task[thread];
	struct dut_call c = {
		.busy = t->busy, .ret = t->ret, .ended_ps = t->ended_ps, .process = t->process
	};

	memcpy(c.arg, t->arg, sizeof(c.arg));
	return c;
}

/* The thread of the host whose call ended first, of those that have not been seen to end. */
static u32 next_ended(const struct linux_host *h)
{
	u32 first = DUT_THREADS;

	for (u32 t = 0; t < DUT_THREADS; t++) {
		const struct linux_request *r;

		if (!h->task[t].busy)
			continue;
		r = &h->shared->thread[t];
		if (is_done(r) && (first == DUT_THREADS || r->turn < h->shared->thread[first].turn))
			first = t;
	}
	return first;
}

/* One at a time, so that whoever asks sees them in the order in which they ended. */
bool linux_tasks_collect(struct linux_dut *l)
{
	for (u32 h = 0; h < l->cfg.hosts; h++) {
		u32 t = next_ended(&l->host[h]);
		const struct linux_request *r;

		if (t == DUT_THREADS)
			continue;
		r = &l->host[h].shared->thread[t];
		ended(l, &l->host[h].task[t], r->ret, r->ended_ns * PS_PER_NS);
		return true;
	}
	return false;
}
