// SPDX-License-Identifier: MIT
/* linux_knobs.c - files of real Linux by path: knobs, and what /proc/net tells.
 *
 * Nothing but net's knobs, and a congestion control's, is ever written. Most belong to the host's
 * namespace. Those of the whole machine are seen from the first namespace only; on a kernel that is
 * there for judging they can be set, and are put back at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/dut/linux_facts.h"

#define PROC_NET "/proc/net/"
#define SYS_NET	 "/proc/sys/net/"
#define CUBIC	 "/sys/module/tcp_cubic/parameters/"

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* A path that leads nowhere else: no "..", no empty part. */
static bool is_plain(const char *path)
{
	for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/'))
		if (p[1] == '/' || p[1] == '\0' ||
		    (p[1] == '.' && (p[2] == '/' || p[2] == '\0' || p[2] == '.')))
			return false;
	return path[0] == '/';
}

static bool is_knob(const char *path)
{
	return (begins(path, SYS_NET) || begins(path, CUBIC)) && is_plain(path) &&
	       strlen(path) < KNOB_PATH_MAX;
}

/* --- one file --- */

static int read_knob(const char *path, char *value, u32 size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	int err;

	if (fd < 0)
		return -errno;
	n = read(fd, value, size - 1);
	err = n < 0 ? -errno : 0;
	close(fd);
	if (n > 0 && value[n - 1] == '\n')
		n--;
	value[n > 0 ? n : 0] = '\0';
	return err < 0 ? err : (int)n;
}

/* As the program writes it: with a newline, and at once. */
static int write_knob(const char *path, const char *value)
{
	char text[KNOB_VALUE_MAX];
	int fd, err, len = snprintf(text, sizeof(text), "%s\n", value);

	if (len < 0 || (u32)len >= sizeof(text))
		return -EINVAL;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write(fd, text, (size_t)len) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* --- those of the whole machine --- */

static bool is_saved(const struct linux_facts *f, const char *path)
{
	for (u32 i = 0; i < f->nr_saved; i++)
		if (strcmp(f->saved[i].path, path) == 0)
			return true;
	return false;
}

/* What it is now is remembered, before the first change. */
static int save_knob(struct linux_facts *f, const char *path)
{
	int n;

	if (is_saved(f, path))
		return 0;
	if (f->nr_saved == LINUX_SAVED_KNOBS)
		return -E2BIG;
	n = read_knob(path, f->saved[f->nr_saved].value, KNOB_VALUE_MAX);
	if (n < 0)
		return n;
	(void)snprintf(f->saved[f->nr_saved].path, KNOB_PATH_MAX, "%s", path);
	f->nr_saved++;
	return 0;
}

static bool go_home(struct linux_dut *l)
{
	return l->clock == DUT_VIRTUAL && linux_enter(l, DUT_HOSTS) == 0;
}

static int write_for_all(struct linux_dut *l, const char *path, const char *value)
{
	int err = save_knob(l->facts, path);

	return err < 0 ? err : write_knob(path, value);
}

void linux_restore_knobs(struct linux_dut *l)
{
	struct linux_facts *f = l->facts;

	if (f->nr_saved == 0 || !go_home(l))
		return;
	while (f->nr_saved != 0) {
		f->nr_saved--;
		(void)write_knob(f->saved[f->nr_saved].path, f->saved[f->nr_saved].value);
	}
}

/* --- as the table of functions has them --- */

int linux_knob_read(struct dut *d, u32 host, const char *path, char *value, u32 size)
{
	struct linux_dut *l = linux_of(d);
	int err;

	if (!is_knob(path) || size == 0)
		return -ENOENT;
	err = linux_enter(l, host);
	if (err < 0)
		return err;
	err = read_knob(path, value, size);
	if (err == -ENOENT && go_home(l))
		err = read_knob(path, value, size);
	return err;
}

/* None that has to do with time, nor with how many neighbours there may be. */
static bool is_still_knob(const char *path)
{
	return strstr(path, "/net/ipv4/conf/") != NULL || strstr(path, "/net/ipv4/ip_") != NULL ||
	       strstr(path, "/net/ipv4/icmp_") != NULL || strstr(path, "/net/ipv4/udp_") != NULL;
}

int linux_knob_write(struct dut *d, u32 host, const char *path, const char *value)
{
	struct linux_dut *l = linux_of(d);
	int err;

	if (!is_knob(path))
		return -ENOENT;
	err = linux_enter(l, host);
	if (err < 0)
		return err;
	l->known_then.still &= is_still_knob(path);
	if (begins(path, CUBIC))
		return l->clock == DUT_VIRTUAL ? write_for_all(l, path, value) : -EACCES;
	err = write_knob(path, value);
	/* Shown to all namespaces or not, they are written from the first. */
	if ((err == -ENOENT || err == -EACCES) && go_home(l))
		err = write_for_all(l, path, value);
	return err;
}

int linux_proc_read(struct dut *d, u32 host, const char *path, char *out, u32 *len, u32 size)
{
	char own[KNOB_PATH_MAX];
	char *text;
	u32 n = 0, room;
	int err;

	if (!begins(path, PROC_NET) || !is_plain(path) || strlen(path) >= sizeof(own) - 32)
		return -ENOENT;
	err = linux_enter(linux_of(d), host);
	if (err < 0)
		return err;
	(void)snprintf(own, sizeof(own), "/proc/thread-self/net/%s", path + sizeof(PROC_NET) - 1);
	text = linux_read_file(own, &n);
	if (text == NULL)
		return errno == EISDIR ? -ENOENT : -errno;
	/* With its end; what does not fit is cut off. */
	room = *len + 1 < size ? size - 1 - *len : 0;
	n = min_u32(n, room);
	if (room != 0) {
		memcpy(out + *len, text, n);
		*len += n;
		out[*len] = '\0';
	}
	free(text);
	return 0;
}
