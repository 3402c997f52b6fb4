// SPDX-License-Identifier: MIT
/* seeding.c - the judging kernel's random numbers brought to where the reference's are. */
#include "harness/dut/seeding.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SEED_FILE  "/sys/module/random/parameters/um_seed"
#define REACH_FILE "/proc/sys/net/ipv4/neigh/%s/base_reachable_time_ms"

enum { TEXT = 64, PATH = 128 };

/* Reads or writes a short text in one call, as such files want it: its length, or -1. */
static ssize_t file_io(const char *path, char *text, size_t len, bool writing)
{
	int fd = open(path, (writing ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	ssize_t done;
	int saved;

	if (fd < 0)
		return -1;
	done = writing ? write(fd, text, len) : read(fd, text, len);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return done;
}

static int refuse(const char *path, char *err, u32 err_size)
{
	(void)snprintf(err, err_size, "%s: %s", path, strerror(errno));
	return -1;
}

int linux_seed_namespace(const struct linux_dut *l, char *err, u32 err_size)
{
	char text[TEXT];
	int len = snprintf(text, sizeof(text), "%" PRIu64, l->cfg.seed);

	assert(len > 0);
	if (l->clock != DUT_VIRTUAL)
		return 0;
	return file_io(SEED_FILE, text, (size_t)len, true) == len
		       ? 0
		       : refuse(SEED_FILE, err, err_size);
}

static int draw_reachable_time(const char *dev, char *err, u32 err_size)
{
	char path[PATH], text[TEXT];
	ssize_t len;

	(void)snprintf(path, sizeof(path), REACH_FILE, dev);
	len = file_io(path, text, sizeof(text), false);
	if (len <= 0 || file_io(path, text, (size_t)len, true) != len)
		return refuse(path, err, err_size);
	return 0;
}

int linux_seed(struct linux_dut *l, char *err, u32 err_size)
{
	if (linux_seed_namespace(l, err, err_size) != 0)
		return -1;
	for (u32 h = 0; l->clock == DUT_VIRTUAL && h < l->cfg.hosts; h++) {
		int entered = linux_enter(l, h);

		if (entered != 0) {
			errno = -entered;
			return refuse("setns", err, err_size);
		}
		/* lo is the first device; the reference goes by index, too. */
		if (draw_reachable_time("lo", err, err_size) != 0 ||
		    draw_reachable_time(l->host[h].dev, err, err_size) != 0)
			return -1;
	}
	(void)linux_enter(l, 0);
	return 0;
}
