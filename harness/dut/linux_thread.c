// SPDX-License-Identifier: MIT
/* linux_thread.c - what runs in a program's processes: leaders, threads, raw system calls.
 *
 * Threads have no libc of their own (no TLS), so nothing here but the start of process 0 calls any;
 * arguments of calls are the script's, in memory that the process and the executor share.
 */
#include "harness/dut/linux_thread.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

enum { CLOCK_TEXT = 24 };

/* --- system calls without libc
 * ------------------------------------------------------------------------ */

#if defined(__x86_64__)
static s64 raw(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	s64 ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#else
#include <errno.h>
static s64 raw(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	long ret = syscall(nr, (long)a, (long)b, (long)c, (long)d, (long)e, (long)f);

	return ret < 0 ? -errno : ret;
}
#endif

static u64 address(const void *p)
{
	return (u64)(uintptr_t)p;
}

/* The number at the head of the text. */
static u64 number(const char *text, s64 len)
{
	u64 n = 0;

	for (s64 i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++)
		n = n * 10 + (u64)(text[i] - '0');
	return n;
}

u64 linux_clock_ns(const struct linux_clock *c)
{
	struct timespec t = { 0 };

	if (c->fd >= 0) {
		char text[CLOCK_TEXT] = "";
		s64 len = raw(SYS_pread64, (u64)c->fd, address(text), sizeof(text), 0, 0, 0);

		return number(text, len) + c->offset_ns;
	}
	raw(SYS_clock_gettime, CLOCK_MONOTONIC, address(&t), 0, 0, 0, 0);
	return (u64)t.tv_sec * NS_PER_SEC + (u64)t.tv_nsec;
}

void linux_wake(u32 *asked)
{
	raw(SYS_futex, address(asked), FUTEX_WAKE, 1, 0, 0, 0);
}

static void wait_for_request(u32 *asked, u32 last)
{
	while (__atomic_load_n(asked, __ATOMIC_ACQUIRE) == last)
		raw(SYS_futex, address(asked), FUTEX_WAIT, last, 0, 0, 0);
}

static void answer(const struct linux_shared *s, struct linux_request *r, u32 asked)
{
	u64 one = 1;

	__atomic_store_n(&r->done, asked, __ATOMIC_RELEASE);
	if (s->ring)
		raw(SYS_write, LINUX_SERVICE_FD, address(&one), sizeof(one), 0, 0, 0);
}

/* --- threads
 * ------------------------------------------------------------------------------------------ */

enum { CAP_WORDS = 2 };

static void set_effective(u64 caps, bool all)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[CAP_WORDS] = { { 0 } };

	raw(SYS_capget, address(&h), address(d), 0, 0, 0, 0);
	for (u32 i = 0; i < CAP_WORDS; i++)
		d[i].effective = all ? d[i].permitted : d[i].permitted & (u32)(caps >> 32 * i);
	raw(SYS_capset, address(&h), address(d), 0, 0, 0, 0);
}

/* The permitted set and the real uid stay as they are, so that there is a way back. */
static void become(const struct linux_identity *id)
{
	set_effective(0, true);
	raw(SYS_setresuid, (u64)-1, id->uid, (u64)-1, 0, 0, 0);
	set_effective(id->caps, false);
}

/* --- whom signals are for: a script's numbers of processes and threads are those of core/signal.h
 * ---- */

enum { NOBODY = 0x3fffffff, SIGINFO_CODE = 8, SIGINFO_BAND = 16 };

/* As the kernel counts them, of all programs alike. */
struct kernel_action {
	u64 handler, flags, restorer, mask;
};
static struct kernel_action caught; /* what the C library makes of a handler */

static void keep_signals_away(u64 set)
{
	raw(SYS_rt_sigprocmask, SIG_SETMASK, address(&set), 0, sizeof(set), 0, 0);
}

static s32 real_pid(const struct linux_shared *s, s32 pid)
{
	s32 n = pid < 0 ? -pid : pid, real = NOBODY;
	s32 process = n / PID_OF_PROCESS - 1, thread = n % PID_OF_PROCESS - 1;

	if (pid == 0 || pid == INT32_MIN)
		return pid;
	if (process < 0 || process >= DUT_PROCESSES || thread >= DUT_THREADS)
		return pid < 0 ? -real : real;
	if (thread < 0 && s->pid[process] != 0)
		real = s->pid[process];
	if (thread >= 0 && s->tid[thread] != 0 && s->process_of[thread] == (u32)process)
		real = s->tid[thread];
	return pid < 0 ? -real : real;
}

static s32 scripts_pid(const struct linux_shared *s, s32 real)
{
	for (s32 i = 0; i < DUT_PROCESSES && real > 0; i++)
		if (s->pid[i] == real)
			return (i + 1) * PID_OF_PROCESS;
	for (s32 i = 0; i < DUT_THREADS && real > 0; i++)
		if (s->tid[i] == real)
			return ((s32)s->process_of[i] + 1) * PID_OF_PROCESS + i + 1;
	return real;
}

/* A number in the program's memory, if it is there. */
static s32 *word_at(u64 at)
{
	if (at < UMEM_BASE || at > UMEM_BASE + LINUX_UMEM_BYTES - sizeof(s32))
		return NULL;
	return (s32 *)(uintptr_t)at;
}

/* A call that takes or gives a process's number at `word` of memory. */
static s64 with_pid(const struct linux_shared *s, const struct linux_request *r, u64 at, bool gives)
{
	s32 *word = word_at(at), said = word != NULL ? *word : 0;
	s64 ret;

	if (word != NULL && !gives)
		*word = real_pid(s, said);
	ret = raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], 0, 0, 0);
	if (word != NULL && !gives)
		*word = said;
	else if (word != NULL && ret == 0)
		*word = scripts_pid(s, *word);
	return ret;
}

static s64 perform_fcntl(const struct linux_shared *s, const struct linux_request *r)
{
	s64 ret;

	switch ((u32)r->arg[1]) {
	case F_SETOWN:
		return raw((long)r->nr, r->arg[0], r->arg[1], (u64)(s64)real_pid(s, (s32)r->arg[2]),
			   0, 0, 0);
	case F_GETOWN:
		ret = raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], 0, 0, 0);
		return ret > 0 ? scripts_pid(s, (s32)ret) : ret;
	case F_SETOWN_EX:
	case F_GETOWN_EX:
		return with_pid(s, r, r->arg[2] + 4, (u32)r->arg[1] == F_GETOWN_EX);
	default:
		return raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], 0, 0, 0);
	}
}

static s64 perform_ioctl(const struct linux_shared *s, const struct linux_request *r)
{
	switch ((u32)r->arg[1]) {
	case FIOSETOWN:
	case SIOCSPGRP:
	case FIOGETOWN:
	case SIOCGPGRP:
		return with_pid(s, r, r->arg[2],
				(u32)r->arg[1] == FIOGETOWN || (u32)r->arg[1] == SIOCGPGRP);
	default:
		return raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], 0, 0, 0);
	}
}

/* A handler is ours, which does nothing. */
static s64 perform_sigaction(const struct linux_request *r)
{
	struct kernel_action act = caught;
	const struct kernel_action *said = (const void *)word_at(r->arg[1]);

	if (said == NULL || word_at(r->arg[1] + sizeof(act) - sizeof(s32)) == NULL)
		return raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], r->arg[3], 0, 0);
	act.flags = said->flags | caught.flags;
	act.mask = said->mask;
	if (said->handler <= 1)
		act.handler = said->handler;
	return raw((long)r->nr, r->arg[0], address(&act), r->arg[2], r->arg[3], 0, 0);
}

/* Who has sent it: nobody whom a script knows, but for the program itself. */
static s64 perform_sigtimedwait(const struct linux_shared *s, const struct linux_request *r)
{
	s64 ret = raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], r->arg[3], 0, 0);
	const s32 *code = word_at(r->arg[1] + SIGINFO_CODE);
	s32 *pid = word_at(r->arg[1] + SIGINFO_BAND), known;

	if (ret <= 0 || code == NULL || pid == NULL || (*code != SI_USER && *code != SI_TKILL))
		return ret;
	known = scripts_pid(s, *pid);
	*pid = known == *pid ? 0 : known;
	return ret;
}

static s64 perform(const struct linux_shared *s, const struct linux_request *r)
{
	switch (r->nr) {
	case SYS_fcntl:
		return perform_fcntl(s, r);
	case SYS_ioctl:
		return perform_ioctl(s, r);
	case SYS_rt_sigaction:
		return perform_sigaction(r);
	case SYS_rt_sigtimedwait:
		return perform_sigtimedwait(s, r);
	default:
		return raw((long)r->nr, r->arg[0], r->arg[1], r->arg[2], r->arg[3], r->arg[4],
			   r->arg[5]);
	}
}

/* What a thread is started with; at the low end of its stack. */
struct start {
	struct linux_shared *shared;
	u32 thread, process; /* thread: DUT_THREADS of a leader */
};

_Noreturn static void serve(const struct start *start)
{
	struct linux_shared *s = start->shared;
	struct linux_request *r = &s->thread[start->thread];
	const struct linux_identity *id = &s->identity[start->process];
	struct linux_clock clock = s->clock;
	u32 generation = 0, asked = 0;

	keep_signals_away(0);
	if (clock.fd >= 0)
		clock.fd = LINUX_SERVICE_CLOCK;
	for (;;) {
		wait_for_request(&r->asked, asked);
		asked = r->asked;
		if (generation != id->generation) {
			generation = id->generation;
			become(id);
		}
		r->ret = perform(s, r);
		r->ended_ns = s->note ? linux_clock_ns(&clock) : 0;
		r->turn = __atomic_add_fetch(&s->turns, 1, __ATOMIC_RELAXED);
		answer(s, r, asked);
	}
}

static int thread_main(void *arg)
{
	serve(arg);
}

/* --- leaders
 * ------------------------------------------------------------------------------------------ */

static s64 clone_on_stack(int (*fn)(void *), int flags, const struct start *start)
{
	bool leader = start->thread == DUT_THREADS;
	u8 *stack =
		start->shared->stacks +
		(size_t)(leader ? DUT_THREADS + start->process : start->thread) * LINUX_STACK_BYTES;

	*(struct start *)(void *)stack = *start;
	return clone(fn, stack + LINUX_STACK_BYTES, flags, stack);
}

/* The process's memory is at the addresses that its calls name. */
static bool map_memory(const struct linux_shared *s, u32 process)
{
	u8 *bytes = s->bytes + (size_t)process * LINUX_UMEM_BYTES;

	return mremap(bytes, LINUX_UMEM_BYTES, LINUX_UMEM_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED,
		      (void *)(uintptr_t)UMEM_BASE) != MAP_FAILED;
}

_Noreturn static void lead(struct linux_shared *s, u32 process);

/* A copy of process 0, with descriptors as they were then. */
static int child_main(void *arg)
{
	const struct start *start = arg;
	struct linux_shared *s = start->shared;
	u32 process = start->process;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!map_memory(s, process))
		_exit(1);
	lead(s, process);
}

static s64 spawn(struct linux_shared *s, u32 thread, u32 process)
{
	struct start start = { s, thread, process };

	return clone_on_stack(thread_main,
			      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				      CLONE_SYSVSEM,
			      &start);
}

static s64 obey(struct linux_shared *s, u32 process, const struct linux_request *r)
{
	struct start start = { s, DUT_THREADS, (u32)r->arg[0] };

	if (r->nr == LINUX_SPAWN)
		return spawn(s, (u32)r->arg[0], process);
	return clone_on_stack(child_main, CLONE_PARENT | SIGCHLD, &start);
}

_Noreturn static void lead(struct linux_shared *s, u32 process)
{
	struct linux_request *r = &s->leader[process];
	u32 asked = 0;

	s->pid[process] = (pid_t)raw(SYS_getpid, 0, 0, 0, 0, 0, 0);
	keep_signals_away(~0ull);
	for (;;) {
		wait_for_request(&r->asked, asked);
		asked = r->asked;
		r->ret = obey(s, process, r);
		answer(s, r, asked);
	}
}

/* --- process 0
 * -------------------------------------------------------------------------------------- */

static void on_signal(int signo)
{
	(void)signo;
}

void linux_catch_signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		if (i != SIGSEGV && i != SIGBUS && i != SIGILL && i != SIGFPE && i != SIGABRT)
			(void)sigaction(i, &act, NULL);
	raw(SYS_rt_sigaction, SIGUSR1, 0, address(&caught), sizeof(u64), 0, 0);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool keep_fd(int fd, int as)
{
	return fd < 0 || fd == as || dup3(fd, as, O_CLOEXEC) == as;
}

/* Nothing open but 0 to 2, and what serves the executor, where a script cannot reach it. */
static bool arrange_fds(const struct linux_shared *s)
{
	struct rlimit room = { LINUX_SERVICE_FD + 8, LINUX_SERVICE_FD + 8 };
	struct rlimit limit = { LINUX_NOFILE, LINUX_NOFILE };
	struct rlimit now;
	int null;

	if (getrlimit(RLIMIT_NOFILE, &now) != 0)
		return false;
	if (now.rlim_max >= room.rlim_max)
		room.rlim_max = now.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &room) != 0)
		return false;
	if (!keep_fd(s->bell, LINUX_SERVICE_FD) || !keep_fd(s->clock.fd, LINUX_SERVICE_CLOCK))
		return false;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int i = 0; i <= 2; i++)
		if (dup2(null, i) != i)
			return false;
	return close_range(3, LINUX_SERVICE_FD - 1, 0) == 0 &&
	       close_range(LINUX_SERVICE_CLOCK + 1, ~0u, 0) == 0 &&
	       setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

_Noreturn void linux_process_main(struct linux_shared *s)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	linux_catch_signals();
	if (!arrange_fds(s) || !map_memory(s, 0))
		_exit(1);
	lead(s, 0);
}

/* --- process 0 in the executor's memory --- */

/* What a program makes of 0 to 2 is not to be seen by the next one. */
static void open_null(void)
{
	static const char null[] = "/dev/null";
	s64 fd = raw(SYS_openat, (u64)AT_FDCWD, address(null), O_RDWR, 0, 0, 0);

	for (u64 i = 0; i <= 2 && fd > 2; i++)
		raw(SYS_dup3, (u64)fd, i, 0, 0, 0, 0);
	if (fd > 2)
		raw(SYS_close, (u64)fd, 0, 0, 0, 0, 0);
}

/* On the executor's TLS: no function of the C library may be called that sets errno. */
static int process_main(void *arg)
{
	struct linux_shared *s = ((const struct start *)arg)->shared;

	raw(SYS_close_range, 3, s->last_fd, 0, 0, 0, 0);
	open_null();
	s->tid[0] = (pid_t)spawn(s, 0, 0);
	lead(s, 0);
}

/* No signal tells the executor of its end. */
pid_t linux_process_start(struct linux_shared *s)
{
	struct start start = { s, DUT_THREADS, 0 };

	return (pid_t)clone_on_stack(process_main, CLONE_VM, &start);
}
