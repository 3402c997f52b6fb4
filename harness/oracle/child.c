// SPDX-License-Identifier: MIT
/* child.c - see child.h. */
#include "harness/oracle/child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

enum { NO_PROGRAM = 127, TREE_FDS = 16, TAIL_BYTES = 8192, PATH_BYTES = 4096, ALL_RIGHTS = 0777 };

/* --- starting --- */

/* Processes that were started one after the other come to different processors. */
static void pin_to_one_cpu(pid_t starter)
{
	cpu_set_t all, one;
	int at;

	if (sched_getaffinity(0, sizeof(all), &all) != 0 || CPU_COUNT(&all) == 0)
		return;
	at = (int)(starter % CPU_COUNT(&all));
	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && at-- == 0)
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void fix(pid_t starter)
{
	struct rlimit none = { .rlim_cur = 0 };

	personality(ADDR_NO_RANDOMIZE);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != starter)
		_exit(NO_PROGRAM);
	pin_to_one_cpu(starter);
}

static void redirect(int fd, int to, int null_fd)
{
	dup2(fd >= 0 ? fd : null_fd, to);
}

static _Noreturn void become(const struct child *c, pid_t starter)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (!c->foreground)
		setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	if (c->fixed)
		fix(starter);
	redirect(c->in, STDIN_FILENO, null_fd);
	redirect(c->out, STDOUT_FILENO, null_fd);
	redirect(c->err, STDERR_FILENO, null_fd);
	if (c->folder == NULL || chdir(c->folder) == 0)
		execvpe(c->argv[0], (char *const *)c->argv, (char *const *)c->env);
	_exit(NO_PROGRAM);
}

pid_t child_start(const struct child *c)
{
	pid_t starter = getpid(), pid;

	assert(c->argv[0] != NULL);
	fflush(stdout);
	fflush(stderr);
	pid = fork();
	if (pid == 0)
		become(c, starter);
	if (pid > 0 && !c->foreground)
		setpgid(pid, pid);
	return pid;
}

/* --- its end --- */

enum child_end child_wait(pid_t pid, int milliseconds, int *status)
{
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	enum child_end end = CHILD_ENDED;
	int n;

	assert(pid > 0);
	if (p.fd >= 0) {
		n = poll(&p, 1, milliseconds);
		if (n < 0)
			end = CHILD_INTERRUPTED;
		else if (n == 0)
			end = CHILD_RUNS;
		close(p.fd);
	}
	if (end != CHILD_ENDED)
		return end;
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			break;
	return CHILD_ENDED;
}

void child_sweep(pid_t pid)
{
	assert(pid > 1);
	kill(-pid, SIGKILL);
}

void child_kill(pid_t pid)
{
	assert(pid > 1);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

const char *child_status(int status, char to[32])
{
	if (WIFSIGNALED(status))
		snprintf(to, 32, "signal %d", WTERMSIG(status));
	else
		snprintf(to, 32, "exit status %d", WEXITSTATUS(status));
	return to;
}

/* --- folders --- */

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *at)
{
	(void)s;
	(void)type;
	(void)at;
	remove(path);
	return 0;
}

void folder_remove(const char *path)
{
	assert(path[0] == '/');
	nftw(path, remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS);
}

bool folder_make(const char *path)
{
	char part[PATH_BYTES];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *slash = part; (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
		*slash = '\0';
		mkdir(part, ALL_RIGHTS); /* what failed is seen at the last one */
	}
	return mkdir(part, ALL_RIGHTS) == 0 || errno == EEXIST;
}

void file_tail(const char *path, u32 lines, char *to, u32 size)
{
	static _Thread_local char bytes[TAIL_BYTES + 1];
	FILE *f = fopen(path, "rb");
	u32 used = 0, found = 0;
	size_t n, at;

	*to = '\0';
	if (f == NULL)
		return;
	if (fseek(f, -TAIL_BYTES, SEEK_END) != 0)
		rewind(f);
	n = fread(bytes, 1, TAIL_BYTES, f);
	fclose(f);
	while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	bytes[n] = '\0';
	for (at = n; at > 0; at--)
		if (bytes[at - 1] == '\n' && ++found == lines)
			break;
	while (at < n && used + 1 < size) {
		size_t len = strcspn(bytes + at, "\r\n");

		if (len != 0)
			used += (u32)snprintf(to + used, size - used, "\n  | %.*s", (int)len,
					      bytes + at);
		at += len + 1;
	}
}
