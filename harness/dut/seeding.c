// SPDX-License-Identifier: MIT
/* seeding.c - the judging kernel's random numbers brought to where the reference's are. */
#include "harness/dut/seeding.h"
#include "harness/dut/linux_facts.h"
#include "harness/dut/linux_netlink.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT = 64, DEVICES = 2 };

static int refuse(const char *what, char *err, u32 err_size)
{
	(void)snprintf(err, err_size, "%s: %s", what, strerror(errno));
	return -1;
}

int linux_seed_namespace(const struct linux_dut *l, char *err, u32 err_size)
{
	char text[TEXT];
	int len = snprintf(text, sizeof(text), "%" PRIu64, l->cfg.seed);

	assert(len > 0);
	if (l->boot == NULL)
		return 0;
	return pwrite(l->boot->seed, text, (size_t)len, 0) == len
		       ? 0
		       : refuse("um_seed", err, err_size);
}

int linux_seed(struct linux_dut *l, char *err, u32 err_size)
{
	if (linux_seed_namespace(l, err, err_size) != 0)
		return -1;
	for (u32 h = 0; l->boot != NULL && h < l->cfg.hosts; h++) {
		int entered = linux_enter(l, h), fd;

		if (entered != 0) {
			errno = -entered;
			return refuse("setns", err, err_size);
		}
		fd = linux_netlink_of(l, h);
		/* lo is the first device; the reference goes by index, too. */
		if (fd < 0 || linux_draw_reachable(fd, DEVICES, l->boot->reachable_ms) < 0)
			return refuse("reachable_time", err, err_size);
	}
	(void)linux_enter(l, 0);
	return 0;
}
