// SPDX-License-Identifier: MIT
/* linux_task.c - processes and threads of a program on real Linux: their memory, their calls.
 *
 * Rules: dut.h. Where threads are of a higher real-time priority than the executor they run as soon
 * as they are asked, up to the end of the call or to where it waits, and nobody runs beside them.
 */
#include "harness/dut/linux_facts.h"

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
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	THREAD_PRIORITY = 2,
	ANSWER_MS = 5000, /* for what never waits */
	BLOCKED_MS = 10,  /* without priorities: a call that takes longer waits */
	PAGE = 4096,
	PAGES = LINUX_UMEM_BYTES / PAGE
};

/* --- asking
 * ------------------------------------------------------------------------------------------- */

static void ask(struct linux_dut *l, struct linux_request *r, u32 nr)
{
	linux_stir(l);
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
static bool wait_done(struct linux_dut *l, const struct linux_request *r, int ms)
{
	struct pollfd bell = { .fd = l->bell, .events = POLLIN };
	u64 rung;
	int n = 1;

	linux_listen(l, true);
	while (!is_done(r)) {
		n = poll(&bell, 1, ms);
		if (n == 0)
			break;
		if (n > 0 && read(l->bell, &rung, sizeof(rung)) < 0 && errno != EAGAIN)
			break;
	}
	linux_listen(l, false);
	return is_done(r);
}

void linux_listen(struct linux_dut *l, bool on)
{
	for (u32 h = 0; h < l->cfg.hosts; h++)
		if (l->host[h].shared != NULL)
			l->host[h].shared->ring = on || l->known == NULL;
}

static bool others_wait(const struct linux_dut *l)
{
	u32 busy = 0;

	for (u32 h = 0; h < l->cfg.hosts; h++)
		for (u32 t = 0; t < DUT_THREADS; t++)
			busy += l->host[h].task[t].busy;
	return busy > 1;
}

/* Before a call: when no other one waits, nobody else can end within it. */
static void expect_one(struct linux_dut *l, bool alone)
{
	for (u32 h = 0; h < l->cfg.hosts; h++)
		l->host[h].shared->note = !alone || l->known == NULL;
}

/* --- what is known of calls beforehand, of such as end at once while no other one waits --- */

enum { SILENT = 1, STILL = 2, STILL_SILENT = 4, SOCKET_OPTIONS = 64 };

/* SILENT: sends nothing, whatever it is told. As long as the script is still: STILL does not look
 * at the clock, STILL_SILENT sends nothing.
 */
static const struct {
	u16 nr, what;
} calls_known[] = {
	{ SYS_NR_socket, SILENT | STILL },
	{ SYS_NR_bind, SILENT | STILL },
	{ SYS_NR_getsockname, SILENT | STILL },
	{ SYS_NR_getpeername, SILENT | STILL },
	{ SYS_NR_getsockopt, SILENT | STILL },
	{ SYS_NR_poll, SILENT },
	{ SYS_NR_recvfrom, STILL | STILL_SILENT },
	{ SYS_NR_recvmsg, STILL | STILL_SILENT },
	{ SYS_NR_read, STILL | STILL_SILENT },
	{ SYS_NR_readv, STILL | STILL_SILENT },
	{ SYS_NR_fcntl, STILL | STILL_SILENT },
	{ SYS_NR_connect, STILL | STILL_SILENT },
	{ SYS_NR_shutdown, STILL | STILL_SILENT },
	{ SYS_NR_sendto, STILL },
	{ SYS_NR_write, STILL },
	{ SYS_NR_writev, STILL },
	{ SYS_NR_setsockopt, STILL },
	{ SYS_NR_close, STILL },
};

/* Options of SOL_SOCKET, by bit, that leave a script still: none that has to do with time. */
#define STILL_OPTIONS                                                                              \
	(1ull << SO_REUSEADDR | 1ull << SO_DONTROUTE | 1ull << SO_BROADCAST | 1ull << SO_SNDBUF |  \
	 1ull << SO_RCVBUF | 1ull << SO_PRIORITY | 1ull << SO_REUSEPORT | 1ull << SO_RCVLOWAT |    \
	 1ull << SO_BINDTODEVICE | 1ull << SO_MARK | 1ull << SO_NO_CHECK | 1ull << SO_PEEK_OFF)

static bool is_still_option(u64 level, u64 option)
{
	if (level == SOL_SOCKET)
		return option < SOCKET_OPTIONS && (STILL_OPTIONS >> option & 1) != 0;
	return (level == IPPROTO_IP && (u32)option != IP_OPTIONS) || level == IPPROTO_UDP;
}

/* Only datagrams of IPv4, and no options for which the kernel takes the time. What a raw socket
 * sends to its own host may ask for the time.
 */
static void learn(struct linux_dut *l, enum sys_nr nr, const u64 arg[SYS_ARGS])
{
	linux_count_move(l);
	if (nr == SYS_NR_socket && (arg[0] != AF_INET || (arg[1] & SOCK_TYPE_MASK) != SOCK_DGRAM))
		l->known_then.still = false;
	if (nr == SYS_NR_setsockopt && !is_still_option(arg[1], arg[2]))
		l->known_then.still = false;
	/* A program may set addresses, too. */
	for (u32 h = 0; h < l->cfg.hosts && nr == SYS_NR_ioctl; h++)
		l->facts->host[h].broadcasts.known = false;
}

static u32 what_is_known(const struct linux_dut *l, enum sys_nr nr)
{
	u32 what = 0;

	for (u32 i = 0; i < ARRAY_SIZE(calls_known); i++)
		if (calls_known[i].nr == nr)
			what = calls_known[i].what;
	if (l->known == NULL || !l->known->wires)
		what &= (u32) ~(SILENT | STILL_SILENT);
	if (l->known == NULL || !l->known->still)
		what &= SILENT;
	if (l->known == NULL || !l->known->now)
		what &= (u32)~STILL;
	return what;
}

bool linux_tasks_wait(const struct linux_dut *l)
{
	for (u32 h = 0; h < l->cfg.hosts; h++)
		for (u32 t = 0; t < DUT_THREADS; t++)
			if (l->host[h].task[t].busy && !is_done(&l->host[h].shared->thread[t]))
				return true;
	return false;
}

/* Whoever ends later says when. */
static void expect_any(struct linux_dut *l)
{
	for (u32 h = 0; h < l->cfg.hosts; h++)
		l->host[h].shared->note = true;
}

/* What a leader is asked never waits; without its answer there is nothing to go on with. */
static s64 order(struct linux_dut *l, u32 host, u32 process, enum linux_order what, u64 arg)
{
	struct linux_request *r = &l->host[host].shared->leader[process];

	r->arg[0] = arg;
	ask(l, r, what);
	if (!is_done(r) && !wait_done(l, r, ANSWER_MS))
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
	h->shared->process_of[thread] = t->process;
	t->there = true;
	return true;
}

/* Memory that all processes of the host and the executor see. */
static bool map_shared(struct linux_host *h)
{
	size_t head = (sizeof(struct linux_shared) + 4095) & ~(size_t)4095;
	size_t stacks = (size_t)(DUT_THREADS + DUT_PROCESSES) * LINUX_STACK_BYTES;
	size_t size = head + stacks + (size_t)DUT_PROCESSES * LINUX_UMEM_BYTES;
	u8 *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return false;
	h->shared = (struct linux_shared *)(void *)at;
	h->shared->stacks = at + head;
	h->shared->bytes = at + head + stacks;
	return true;
}

static void see_memory(struct linux_host *h)
{
	for (u32 p = 0; p < DUT_PROCESSES; p++)
		h->process[p].bytes = h->shared->bytes + (size_t)p * LINUX_UMEM_BYTES;
}

static void unmap_shared(struct linux_host *h)
{
	u8 *at = (u8 *)h->shared;
	size_t size = (size_t)(h->shared->bytes - at) + (size_t)DUT_PROCESSES * LINUX_UMEM_BYTES;

	(void)munmap(at, size);
	h->shared = NULL;
}

/* --- in the guest: of one script after the other --- */

static u8 *common_memory(void)
{
	return (u8 *)(uintptr_t)UMEM_BASE;
}

/* The first host's process 0 is in the executor's memory. */
static bool keep_shared(struct linux_dut *l, u32 host)
{
	struct linux_host *h = &l->host[host];

	if (l->boot->shared[host] == NULL) {
		if (!map_shared(h))
			return false;
		if (host == 0 &&
		    mremap(h->shared->bytes, LINUX_UMEM_BYTES, LINUX_UMEM_BYTES,
			   MREMAP_MAYMOVE | MREMAP_FIXED, common_memory()) != common_memory())
			return false;
		l->boot->shared[host] = h->shared;
	}
	h->shared = l->boot->shared[host];
	return true;
}

/* Which pages of a process's memory anybody has used. */
static const u8 *used_pages(u8 *bytes)
{
	static u8 there[PAGES];

	if (mincore(bytes, LINUX_UMEM_BYTES, there) != 0)
		abort();
	return there;
}

/* As it was before anybody used it: what is there of it is zeroed, which is less work for the
 * kernel than to give it back and get it again.
 */
static void clean(u8 *bytes)
{
	const u8 *there = used_pages(bytes);

	for (u32 i = 0; i < PAGES; i++)
		if ((there[i] & 1) != 0)
			memset(bytes + (size_t)i * PAGE, 0, PAGE);
}

/* Into memory that is still zero. */
static void copy_used(u8 *to, u8 *from)
{
	const u8 *there = used_pages(from);

	for (u32 i = 0; i < PAGES; i++)
		if ((there[i] & 1) != 0)
			memcpy(to + (size_t)i * PAGE, from + (size_t)i * PAGE, PAGE);
}

static void reset_shared(struct linux_shared *s)
{
	*s = (struct linux_shared){ .stacks = s->stacks, .bytes = s->bytes };
}

static bool begin_shared(struct linux_dut *l, u32 host)
{
	struct linux_host *h = &l->host[host];

	if (l->boot == NULL) {
		if (!map_shared(h))
			return false;
		see_memory(h);
		return true;
	}
	if (!keep_shared(l, host))
		return false;
	reset_shared(h->shared);
	see_memory(h);
	if (host == 0)
		h->process[0].bytes = common_memory();
	return true;
}

static void end_shared(struct linux_dut *l, u32 host)
{
	struct linux_host *h = &l->host[host];

	if (h->shared == NULL)
		return;
	if (l->boot == NULL) {
		unmap_shared(h);
		return;
	}
	for (u32 p = 0; p < DUT_PROCESSES; p++)
		if (h->process[p].used)
			clean(h->process[p].bytes);
	h->shared = NULL;
}

/* --- process 0 --- */

static void set_priority(bool fifo)
{
	struct sched_param p = { .sched_priority = THREAD_PRIORITY };

	if (fifo)
		(void)sched_setscheduler(0, SCHED_FIFO, &p);
}

static pid_t fork_process(const struct linux_dut *l, u32 host)
{
	/* The child may not have the executor's heap. */
	struct linux_shared *shared = l->host[host].shared;
	bool fifo = l->fifo;
	pid_t pid = fork();

	if (pid == 0) {
		set_priority(fifo);
		linux_process_main(shared);
	}
	return pid;
}

/* With its priority it runs, up to where its thread waits for the first call. */
static pid_t start_process(struct linux_dut *l)
{
	struct sched_param p = { .sched_priority = THREAD_PRIORITY };
	struct linux_host *h = &l->host[0];
	pid_t pid = linux_process_start(h->shared);

	if (pid > 0 && sched_setscheduler(pid, SCHED_FIFO, &p) != 0) {
		(void)kill(pid, SIGKILL);
		return -1;
	}
	h->task[0].there = h->shared->tid[0] > 0;
	return pid;
}

int linux_tasks_begin(struct linux_dut *l, u32 host, char *err, u32 err_size)
{
	struct linux_host *h = &l->host[host];

	if (!begin_shared(l, host)) {
		snprintf(err, err_size, "no memory for a program: %s", strerror(errno));
		return -1;
	}
	h->shared->bell = l->bell;
	h->shared->clock = l->exact;
	if (l->boot != NULL)
		h->shared->last_fd = (u32)l->boot->first_fd + LINUX_RUN_FDS - 1;
	h->shared->ring = h->shared->note = true;
	h->process[0].pid = l->boot != NULL && host == 0 ? start_process(l) : fork_process(l, host);
	if (h->process[0].pid < 0) {
		h->process[0].pid = 0;
		snprintf(err, err_size, "no process for a program: %s", strerror(errno));
		return -1;
	}
	h->process[0].used = true;
	linux_listen(l, false);
	if (h->task[0].there || spawn(l, host, 0))
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
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		h->process[p].pid = 0;
	}
	end_shared(l, host);
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
	copy_used(h->process[to].bytes, h->process[0].bytes);
	s->identity[to] = s->identity[0];
	pid = order(l, host, 0, LINUX_FORK, to);
	if (pid > 0)
		h->process[to].pid = (pid_t)pid;
	h->process[to].used = true;
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
	linux_stir(l);
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
	bool alone;
	u32 what;

	assert(thread < DUT_THREADS);
	assert(!t->busy);
	l->facts->pings |= nr == SYS_NR_socket && arg[2] == IPPROTO_ICMP;
	memcpy(t->arg, arg, sizeof(t->arg));
	memcpy(r->arg, arg, sizeof(r->arg));
	t->busy = true;
	if (!t->there && !spawn(l, host, thread)) {
		ended(l, t, -ENOMEM, linux_now_ps(d));
		return;
	}
	alone = !others_wait(l);
	learn(l, nr, arg);
	what = alone ? what_is_known(l, nr) : 0;
	expect_one(l, alone);
	ask(l, r, nr);
	expect_any(l);
	if (!l->fifo)
		(void)wait_done(l, r, BLOCKED_MS);
	if (is_done(r) && what != 0) {
		l->known->wires = (what & (SILENT | STILL_SILENT)) != 0;
		l->known->now = (what & STILL) != 0;
	}
	if (is_done(r) && r->ended_ns == 0)
		r->ended_ns = linux_now_ns(l);
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
