// SPDX-License-Identifier: MIT
/* python.c - the child that runs assertions, as its parent sees it.
 *
 * What keeps it from doing anything but compute: python_jail.c, and python_boot.c.
 */
#include "harness/script/python.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/script/python_child.h"

enum {
	BURY_TRIES = 5000, /* of 2 ms: half a gigabyte is not given back at once */
	ANSWER_MS = 60000, /* a net under the limit of CPU time, however busy the machine */
	ANSWER_BYTES = 4096,
	BLOCK_BYTES = 1 << 20
};

struct python {
	char path[PATH_MAX];
	int exe;  /* the interpreter, open */
	int sock; /* -1: not started */
	pid_t pid;
};

/* --- start --- */

/* A program: not a script that only stands for one, and would need a shell. */
static int open_program(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[4];
	struct stat st;

	if (fd < 0)
		return -1;
	if (access(path, X_OK) == 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    read(fd, magic, sizeof(magic)) == sizeof(magic) && memcmp(magic, "\177ELF", 4) == 0)
		return fd;
	close(fd);
	return -1;
}

static int find_python(char path[PATH_MAX])
{
	const char *dirs = getenv("PATH");

	if (dirs == NULL)
		dirs = "/usr/local/bin:/usr/bin:/bin";
	while (*dirs != '\0') {
		size_t n = strcspn(dirs, ":");
		int len = snprintf(path, PATH_MAX, "%.*s/python3", (int)n, dirs);
		int fd = dirs[0] == '/' && len < PATH_MAX ? open_program(path) : -1;

		if (fd >= 0)
			return fd;
		dirs += n;
		dirs += *dirs == ':';
	}
	return -1;
}

struct python *python_start(char *err, u32 err_size)
{
	struct python *p = calloc(1, sizeof(*p));

	if (p == NULL)
		abort();
	p->sock = -1;
	p->exe = find_python(p->path);
	if (p->exe >= 0)
		return p;
	snprintf(err, err_size, "there is no python3 in PATH, which blocks of %%{ }%% need");
	free(p);
	return NULL;
}

/* --- messages --- */

static bool send_all(int sock, const void *data, size_t len)
{
	const char *at = data;

	while (len != 0) {
		ssize_t n = send(sock, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool recv_all(int sock, void *data, size_t len)
{
	char *at = data;

	while (len != 0) {
		struct pollfd pfd = { .fd = sock, .events = POLLIN };
		int ready = poll(&pfd, 1, ANSWER_MS);
		ssize_t n;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		n = recv(sock, at, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* 0 or 1, as the child says; -1: it says nothing that could be understood. */
static int answer(const struct python *p, char *message, u32 message_size)
{
	char text[ANSWER_BYTES + 1];
	u8 head[4];
	u32 len;

	if (!recv_all(p->sock, head, sizeof(head)))
		return -1;
	len = head[0] | (u32)head[1] << 8 | (u32)head[2] << 16 | (u32)head[3] << 24;
	if (len == 0 || len > ANSWER_BYTES || !recv_all(p->sock, text, len))
		return -1;
	text[len] = '\0';
	if (text[0] != '0' && text[0] != '1')
		return -1;
	if (message_size != 0)
		snprintf(message, message_size, "%s", text + 1);
	return text[0] - '0';
}

/* --- the child's end --- */

static void say_end(int status, char *message, u32 message_size)
{
	if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU))
		snprintf(message, message_size,
			 "python3 was ended: blocks may take 2 s of CPU time and 512 MiB");
	else if (WIFSIGNALED(status))
		snprintf(message, message_size, "python3 was ended by signal %d", WTERMSIG(status));
	else
		snprintf(message, message_size, "python3 ended with status %d",
			 WEXITSTATUS(status));
}

/* It does not answer: how did it end? One that still runs is ended. */
static void bury(struct python *p, char *message, u32 message_size)
{
	int status = 0;
	bool silent = false;
	pid_t got;

	if (p->pid <= 0)
		return;
	for (u32 tries = 0; (got = waitpid(p->pid, &status, WNOHANG)) == 0 && tries < BURY_TRIES;
	     tries++)
		poll(NULL, 0, 2);
	if (got == 0) {
		silent = true;
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	p->pid = 0;
	close(p->sock);
	p->sock = -1;
	if (silent)
		snprintf(message, message_size, "python3 did not answer, and was ended");
	else
		say_end(status, message, message_size);
}

static int spawn(struct python *p, char *message, u32 message_size)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		snprintf(message, message_size, "python3: %s", strerror(errno));
		return -1;
	}
	p->pid = fork();
	if (p->pid == 0)
		python_exec(p->exe, p->path, pair[1]);
	close(pair[1]);
	if (p->pid < 0) {
		snprintf(message, message_size, "python3: %s", strerror(errno));
		close(pair[0]);
		return -1;
	}
	p->sock = pair[0];
	if (answer(p, message, message_size) == 0 && python_shut(p->pid) == 0)
		return 0;
	bury(p, message, message_size);
	return -1;
}

/* --- blocks --- */

/* Its length in four bytes, values, an empty line, code. */
static bool send_block(const struct python *p, const char *code, u32 len,
		       const struct python_value *values, u32 nr_values)
{
	char *data = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&data, &size);
	bool sent;
	u32 n;

	if (f == NULL)
		abort();
	fwrite("\0\0\0\0", 1, 4, f);
	for (u32 i = 0; i < nr_values; i++)
		fprintf(f, "%s=%" PRId64 "\n", values[i].name, values[i].value);
	if (nr_values == 0)
		fputc('\n', f);
	fputc('\n', f);
	fwrite(code, 1, len, f);
	if (fclose(f) != 0)
		abort();
	n = (u32)size - 4;
	for (u32 i = 0; i < 4; i++)
		data[i] = (char)(n >> 8 * i);
	sent = send_all(p->sock, data, size);
	free(data);
	return sent;
}

int python_block(struct python *p, const char *code, u32 len, const struct python_value *values,
		 u32 nr_values, char *message, u32 message_size)
{
	int ret = -1;

	assert(p->exe >= 0);
	if (message_size != 0)
		message[0] = '\0';
	if (len > BLOCK_BYTES) {
		snprintf(message, message_size, "a block of more than %d bytes", BLOCK_BYTES);
		return 1;
	}
	if (p->pid == 0 && spawn(p, message, message_size) != 0)
		return -1;
	if (send_block(p, code, len, values, nr_values))
		ret = answer(p, message, message_size);
	if (ret < 0)
		bury(p, message, message_size);
	return ret;
}

void python_stop(struct python *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		close(p->sock);
	}
	close(p->exe);
	free(p);
}
