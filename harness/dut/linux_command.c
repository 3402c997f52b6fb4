// SPDX-License-Identifier: MIT
/* linux_command.c - commands on real Linux: iproute2's own programs and ethtool are run in the
 * host's namespace; sysctl and xps are done here, by the files that they write.
 *
 * Only programs that the reference's shell knows, with the words at the front that it knows:
 * nothing that would leave the namespace, read a batch or start another program.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/dut/linux_facts.h"
#include "harness/dut/linux_rtnl.h"

enum { ARGS_MAX = 256, PROGRAM_PATH = 64, MISSING = 127 };

/* --- which words --- */

struct program {
	const char *name, *package;
	/* NULL, or the word that is not for scripts; may put a whole word in place of its
	 * beginning.
	 */
	const char *(*refuse)(char **argv);
};

static bool is_one_of(const char *word, const char *const *list)
{
	while (*list != NULL && strcmp(word, *list) != 0)
		list++;
	return *list != NULL;
}

/* iproute2: the beginning of a word will do. */
static const char *beginning_of(const char *word, const char *const *list)
{
	while (*list != NULL && strncmp(*list, word, strlen(word)) != 0)
		list++;
	return word[0] != '\0' ? *list : NULL;
}

static const char *refuse_ip(char **argv)
{
	static const char *const options[] = { "-4", "-s", NULL };
	static const char *const objects[] = { "address",  "link",	  "route", "neighbour",
					       "neighbor", "tcp_metrics", NULL };
	static const char *const never[] = { "netns",	   "link-netns", "link-netnsid", "xdp",
					     "xdpgeneric", "xdpdrv",	 "xdpoffload",	 "encap",
					     "save",	   "restore",	 "showdump",	 NULL };
	const char *object;

	argv++;
	while (*argv != NULL && is_one_of(*argv, options))
		argv++;
	if (*argv == NULL)
		return "";
	object = beginning_of(*argv, objects);
	if (object == NULL)
		return *argv;
	for (char **word = argv + 1; *word != NULL; word++)
		if (beginning_of(*word, never) != NULL && is_one_of(*word, never))
			return *word;
	*argv = (char *)(uintptr_t)object;
	return NULL;
}

static const char *refuse_tc(char **argv)
{
	static const char *const objects[] = { "qdisc", NULL };

	argv++;
	while (*argv != NULL && strcmp(*argv, "-s") == 0)
		argv++;
	if (*argv == NULL)
		return "";
	return beginning_of(*argv, objects) != NULL ? NULL : *argv;
}

/* Options, then a filter. */
static const char *refuse_ss(char **argv)
{
	while (*++argv != NULL && (*argv)[0] == '-')
		if ((*argv)[1] == '\0' || strspn(*argv + 1, "utalpemHOn4oiK") != strlen(*argv + 1))
			return *argv;
	for (; *argv != NULL; argv++)
		if ((*argv)[0] == '-')
			return *argv;
	return NULL;
}

static const char *refuse_ethtool(char **argv)
{
	static const char *const options[] = { "-k", "--show-features", "-K", "--features",
					       "-c", "--show-coalesce", "-C", "--coalesce",
					       "-g", "--show-ring",	"-G", "--set-ring",
					       "-l", "--show-channels", NULL };

	if (argv[1] == NULL)
		return "";
	return is_one_of(argv[1], options) ? NULL : argv[1];
}

static const struct program programs[] = {
	{ "ip", "iproute2", refuse_ip },
	{ "tc", "iproute2", refuse_tc },
	{ "ss", "iproute2", refuse_ss },
	{ "ethtool", "ethtool", refuse_ethtool },
};

/* --- running one --- */

static bool find_program(const char *name, char path[PROGRAM_PATH])
{
	static const char *const dirs[] = { "/usr/sbin", "/sbin", "/usr/bin", "/bin" };

	for (u32 i = 0; i < ARRAY_SIZE(dirs); i++) {
		(void)snprintf(path, PROGRAM_PATH, "%s/%s", dirs[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* What the program finds is the same each time: its addresses, its environment, its open files. */
struct child {
	const char *path;
	char *const *argv;
	int in, out, err;
};

/* After vfork(): only system calls. */
static _Noreturn void become(const struct child *c)
{
	static char lang[] = "LC_ALL=C", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	static char *const env[] = { lang, path, NULL };
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)personality(ADDR_NO_RANDOMIZE);
	if (dup2(c->in, 0) == 0 && dup2(c->out, 1) == 1 && dup2(c->err, 2) == 2 &&
	    close_range(3, ~0u, 0) == 0)
		(void)execve(c->path, c->argv, env);
	_exit(MISSING);
}

static pid_t start_child(const struct child *c)
{
	/* A copy of this process would cost more than the program. */
	pid_t pid = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */

	if (pid == 0)
		become(c); /* NOLINT(clang-analyzer-unix.Vfork): only system calls */
	return pid;
}

/* What it exits with; -1: nobody knows. */
static int end_child(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Text that comes out of a pipe; what there is no room for is read and forgotten. */
struct stream {
	char *text;
	u32 len, size;
};

static bool take_text(int fd, struct stream *to)
{
	char rest[4096];
	u32 room = to->len + 1 < to->size ? to->size - 1 - to->len : 0;
	ssize_t n = room != 0 ? read(fd, to->text + to->len, room) : read(fd, rest, sizeof(rest));

	if (n < 0)
		return errno == EINTR;
	if (room != 0) {
		to->len += (u32)n;
		to->text[to->len] = '\0';
	}
	return n > 0;
}

/* Both until their ends. Waiting without a limit reads no clock. */
static void take_both(int out, int err, struct stream stream[2])
{
	struct pollfd p[2] = { { .fd = out, .events = POLLIN }, { .fd = err, .events = POLLIN } };

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		for (u32 i = 0; i < 2; i++)
			if (p[i].fd >= 0 && p[i].revents != 0 && !take_text(p[i].fd, &stream[i]))
				p[i].fd = -1;
	}
}

static void close_all(const int *fd, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (fd[i] >= 0)
			close(fd[i]);
}

/* Pipes and not files in memory: those draw a random number each. */
static int run_child(const char *path, char *const argv[], struct stream stream[2])
{
	enum { IN, OUT, OUT_TO, ERR, ERR_TO, FDS };
	int fd[FDS] = { -1, -1, -1, -1, -1 };
	struct child c = { .path = path, .argv = argv };
	pid_t pid = -1;

	fd[IN] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd[IN] >= 0 && pipe2(&fd[OUT], O_CLOEXEC) == 0 && pipe2(&fd[ERR], O_CLOEXEC) == 0) {
		c.in = fd[IN];
		c.out = fd[OUT_TO];
		c.err = fd[ERR_TO];
		pid = start_child(&c);
	}
	if (pid < 0) {
		close_all(fd, FDS);
		return -1;
	}
	close(fd[OUT_TO]);
	close(fd[ERR_TO]);
	fd[OUT_TO] = fd[ERR_TO] = -1;
	take_both(fd[OUT], fd[ERR], stream);
	close_all(fd, FDS);
	return end_child(pid);
}

static int run_program(const char *path, char *const argv[], struct ipcmd_call *call)
{
	struct stream stream[2] = { { call->out, call->out_len, call->out_bytes },
				    { call->err, 0, call->err_bytes } };
	int status = run_child(path, argv, stream);

	if (status < 0 && call->err_bytes != 0)
		(void)snprintf(call->err, call->err_bytes, "%s: %s", path, strerror(errno));
	if (status >= 0) {
		call->out_len = stream[0].len;
		while (stream[1].len != 0 && call->err[stream[1].len - 1] == '\n')
			call->err[--stream[1].len] = '\0';
	}
	call->status = status > 0 ? (u32)status : 0;
	return status == 0 ? 0 : -EINVAL;
}

static int mistake(struct ipcmd_call *call, const char *what, const char *word)
{
	call->status = 0;
	if (call->err_bytes != 0)
		(void)snprintf(call->err, call->err_bytes, "%s: unknown word '%s'", what, word);
	return -EINVAL;
}

static int run_words(const struct program *p, struct ipcmd_call *call)
{
	char path[PROGRAM_PATH];
	char *argv[ARGS_MAX + 1];
	const char *bad;

	if (call->nr_words > ARGS_MAX)
		return mistake(call, p->name, "...");
	for (u32 i = 0; i < call->nr_words; i++)
		argv[i] = (char *)(uintptr_t)call->word[i].text;
	argv[call->nr_words] = NULL;
	bad = p->refuse(argv);
	if (bad != NULL)
		return mistake(call, p->name, bad);
	if (find_program(p->name, path))
		return run_program(path, argv, call);
	call->status = MISSING;
	if (call->err_bytes != 0)
		(void)snprintf(call->err, call->err_bytes,
			       "%s is not installed: apt-get install %s", p->name, p->package);
	return -ENOENT;
}

/* --- sysctl --- */

struct knobs_of {
	struct dut *dut;
	u32 host;
};

/* Dots separate, and a slash stands for a dot; or the other way round: the first one says. */
static int knob_path(const char *name, char path[KNOB_PATH_MAX])
{
	const char *first = strpbrk(name, "./");
	bool dots = first != NULL && *first == '.';
	int n = snprintf(path, KNOB_PATH_MAX, "/proc/sys/%s", name);

	if (n < 0 || n >= KNOB_PATH_MAX)
		return -ENOENT;
	for (char *p = path + sizeof("/proc/sys/") - 1; dots && *p != '\0'; p++)
		*p = (char)(*p == '.' ? '/' : *p == '/' ? '.' : *p);
	return 0;
}

static int read_name(void *ctx, const char *name, char *value, u32 size)
{
	const struct knobs_of *k = ctx;
	char path[KNOB_PATH_MAX];
	int err = knob_path(name, path);

	return err < 0 ? err : linux_knob_read(k->dut, k->host, path, value, size);
}

static int write_name(void *ctx, const char *name, const char *value)
{
	const struct knobs_of *k = ctx;
	char path[KNOB_PATH_MAX];
	int err = knob_path(name, path);

	return err < 0 ? err : linux_knob_write(k->dut, k->host, path, value);
}

/* --- xps --- */

/* The device's directory below /sys as the present namespace has it: -1 with errno. */
static int open_sysfs(void)
{
	int fs = fsopen("sysfs", FSOPEN_CLOEXEC);
	int fd = -1;

	if (fs < 0)
		return -1;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		fd = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	return fd;
}

static bool is_made_of(const char *text, const char *chars)
{
	return text[0] != '\0' && strspn(text, chars) == strlen(text);
}

static int write_mask(const char *dev, const char *queue, const char *mask)
{
	char path[KNOB_PATH_MAX];
	int root = open_sysfs(), fd = -1, err = 0;

	(void)snprintf(path, sizeof(path), "class/net/%.16s/queues/tx-%.8s/xps_cpus", dev, queue);
	if (root >= 0)
		fd = openat(root, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, mask, strlen(mask)) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (root >= 0)
		close(root);
	return err;
}

/* xps DEV QUEUE MASK */
static int run_xps(struct ipcmd_call *call)
{
	const struct ipcmd_word *w = call->word;
	int err;

	if (call->nr_words != 4)
		return mistake(call, "xps", call->nr_words < 4 ? "" : w[4].text);
	if (strchr(w[1].text, '/') != NULL || w[1].text[0] == '.' || w[1].text[0] == '\0')
		return mistake(call, "xps", w[1].text);
	if (!is_made_of(w[2].text, "0123456789"))
		return mistake(call, "xps", w[2].text);
	if (!is_made_of(w[3].text, "0123456789abcdefABCDEF"))
		return mistake(call, "xps", w[3].text);
	err = write_mask(w[1].text, w[2].text, w[3].text);
	if (err < 0) {
		call->status = 1;
		(void)snprintf(call->err, call->err_bytes, "write error: %s", strerror(-err));
	}
	return err;
}

int linux_command(struct dut *d, u32 host, struct ipcmd_call *call)
{
	struct knobs_of knobs = { d, host };
	const struct ipcmd_knobs by_name = { read_name, write_name, &knobs };
	const char *name = call->nr_words != 0 ? call->word[0].text : "";
	int err = linux_enter(linux_of(d), host);

	if (call->err_bytes != 0)
		call->err[0] = '\0';
	call->status = 0;
	if (err < 0)
		return err;
	if (name[0] == '\0')
		return 0;
	if (strcmp(name, "sysctl") == 0)
		return ipcmd_sysctl(call, &by_name);
	if (strcmp(name, "xps") == 0)
		return run_xps(call);
	if (strcmp(name, "ip") == 0 && linux_rtnl(linux_of(d), host, call, &err))
		return err;
	for (u32 i = 0; i < ARRAY_SIZE(programs); i++)
		if (strcmp(programs[i].name, name) == 0)
			return run_words(&programs[i], call);
	return mistake(call, "command", name);
}
