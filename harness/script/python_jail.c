// SPDX-License-Identifier: MIT
/* python_jail.c - how the child loses what a process usually can.
 *
 * Before the interpreter starts: every descriptor but its socket is closed, limits are set, and a
 * filter leaves it the calls that an interpreter needs to start and to compute: it reads files, and
 * nothing that writes, creates, removes, connects or starts a process is left. The start itself is
 * execveat() of one descriptor, whose number lies above the limit of open files, so that nobody can
 * have it a second time.
 *
 * When it has started, and before it gets a block: the limit of open files goes down to those that
 * are open. From there on it opens nothing either. The filter keeps it from raising limits again.
 *
 * Missing: the filter where a program is not compiled for x86-64 or arm64. There the limits and the
 * audit hook of python_boot.c have to do.
 */
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/script/python_child.h"

enum { LOAD_FILES = 32, CPU_SECONDS = 2, MEMORY_BYTES = 512 << 20, OWN_FILES = 3 };

#if defined(__x86_64__)
#define JAIL_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define JAIL_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef JAIL_ARCH
#define WORD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (u32)(at))
#define NR	 WORD(offsetof(struct seccomp_data, nr))
/* Lower and upper half of an argument, little-endian. */
#define ARG(i)		WORD(offsetof(struct seccomp_data, args) + 8 * (i))
#define ARG_TOP(i)	WORD(offsetof(struct seccomp_data, args) + 8 * (i) + 4)
#define RETURN(v)	BPF_STMT(BPF_RET | BPF_K, (v))
#define ALLOW		RETURN(SECCOMP_RET_ALLOW)
#define REFUSE		RETURN(SECCOMP_RET_ERRNO | 1 /* EPERM */)
#define IF_NOT(v, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)(v), 0, (skip))
#define IF(v, skip)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (u32)(v), (skip), 0)
#define PASS(name)	IF_NOT(SYS_##name, 1), ALLOW

static const struct sock_filter jail[] = {
	WORD(offsetof(struct seccomp_data, arch)),
	IF(JAIL_ARCH, 1),
	REFUSE,
	NR,
	PASS(read),
	PASS(write),
	PASS(close),
	PASS(fstat),
	PASS(newfstatat),
	PASS(statx),
	PASS(lseek),
	PASS(pread64),
	PASS(mmap),
	PASS(mprotect),
	PASS(munmap),
	PASS(mremap),
	PASS(madvise),
	PASS(brk),
	PASS(rt_sigaction),
	PASS(rt_sigprocmask),
	PASS(rt_sigreturn),
	PASS(sigaltstack),
	PASS(readlinkat),
	PASS(faccessat),
	PASS(getcwd),
	PASS(getdents64),
	PASS(getrandom),
	PASS(futex),
	PASS(set_tid_address),
	PASS(set_robust_list),
	PASS(rseq),
	PASS(getpid),
	PASS(gettid),
	PASS(getuid),
	PASS(geteuid),
	PASS(getgid),
	PASS(getegid),
	PASS(uname),
	PASS(sysinfo),
	PASS(sched_getaffinity),
	PASS(clock_gettime),
	PASS(clock_getres),
	PASS(exit),
	PASS(exit_group),
#ifdef __x86_64__
	PASS(stat),
	PASS(lstat),
	PASS(access),
	PASS(readlink),
	PASS(arch_prctl),
	PASS(time),
	PASS(gettimeofday),
#endif
	/* fcntl(): F_GETFD, F_SETFD, F_GETFL. */
	IF_NOT(SYS_fcntl, 5),
	ARG(1),
	IF(F_GETFD, 2),
	IF(F_SETFD, 1),
	IF_NOT(F_GETFL, 1),
	ALLOW,
	NR,
	/* openat() to read: nothing but O_CLOEXEC, O_DIRECTORY, O_NONBLOCK, and O_LARGEFILE and
	 * O_NOFOLLOW, which machines number differently.
	 */
	IF_NOT(SYS_openat, 4),
	ARG(2),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(u32)(O_CLOEXEC | O_DIRECTORY | O_NONBLOCK | 0500000)),
	IF_NOT(0, 1),
	ALLOW,
	NR,
	/* prlimit64() to read: no new limit. */
	IF_NOT(SYS_prlimit64, 5),
	ARG(2),
	IF_NOT(0, 3),
	ARG_TOP(2),
	IF_NOT(0, 1),
	ALLOW,
	NR,
	/* The start. */
	IF_NOT(SYS_execveat, 3),
	ARG(0),
	IF_NOT(PYTHON_EXEC_FD, 1),
	ALLOW,
	REFUSE,
};

/* False: the kernel has no filters. */
static bool lock_in(void)
{
	struct sock_fprog prog = { .len = ARRAY_SIZE(jail),
				   .filter = (struct sock_filter *)(uintptr_t)jail };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}
#else
static bool lock_in(void)
{
	return false;
}
#endif

static void set_limit(int which, u64 value)
{
	struct rlimit r = { .rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value };

	if (setrlimit((__rlimit_resource_t)which, &r) != 0)
		_exit(127);
}

static void set_limits(void)
{
	set_limit(RLIMIT_CPU, CPU_SECONDS);
	set_limit(RLIMIT_AS, MEMORY_BYTES);
	set_limit(RLIMIT_FSIZE, 0);
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_NPROC, 0);
	set_limit(RLIMIT_NOFILE, LOAD_FILES);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_others(void)
{
	if (syscall(SYS_close_range, 3, PYTHON_EXEC_FD - 1, 0) == 0 &&
	    syscall(SYS_close_range, PYTHON_EXEC_FD + 1, ~0u, 0) == 0)
		return;
	for (int fd = 3; fd < 65536; fd++)
		if (fd != PYTHON_EXEC_FD)
			close(fd);
}

void python_exec(int exe, const char *path, int sock)
{
	/* -I would also leave hashes of text random: as it is, the order of a set is always the
	 * same. There is nothing in the environment that -I would have to shut out, and the
	 * bootstrap empties sys.path.
	 */
	static const char *const env[] = { "PYTHONHASHSEED=0", "LC_ALL=C.UTF-8", NULL };
	const char *argv[] = { path, "-s", "-S", "-B", "-u", "-c", python_bootstrap, NULL };
	int null = open("/dev/null", O_RDWR);
	int high = fcntl(exe, F_DUPFD, PYTHON_EXEC_FD + 1);

	reset_signals();
	sock = fcntl(sock, F_DUPFD, PYTHON_EXEC_FD + 1);
	if (null < 0 || high < 0 || sock < 0 || dup2(null, 2) < 0 || dup2(sock, 0) < 0 ||
	    dup2(sock, 1) < 0 || dup2(high, PYTHON_EXEC_FD) < 0)
		_exit(127);
	close_others();
	if (fcntl(PYTHON_EXEC_FD, F_SETFD, FD_CLOEXEC) != 0)
		_exit(127);
	if (chdir("/") != 0 || setsid() < 0)
		_exit(127);
	set_limits();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		_exit(127);
	(void)lock_in();
	syscall(SYS_execveat, PYTHON_EXEC_FD, "", argv, env, 0x1000 /* AT_EMPTY_PATH */);
	_exit(127);
}

int python_shut(int pid)
{
	struct rlimit r = { .rlim_cur = OWN_FILES, .rlim_max = OWN_FILES };

	return prlimit(pid, RLIMIT_NOFILE, &r, NULL);
}
