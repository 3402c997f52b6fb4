// SPDX-License-Identifier: MIT
/* linux_netlink.h - tables of the present namespace, as the kernel dumps them. */
#ifndef HARNESS_DUT_LINUX_NETLINK_H
#define HARNESS_DUT_LINUX_NETLINK_H

#include "harness/dut/facts.h"

/* A socket of the present namespace; -errno. */
int linux_netlink_open(void);
/* Is this the name of the device of this number? */
bool linux_netlink_names(int fd, const char *name, u32 index);
/* Neighbours and routes, by such a socket. 0, or -errno. */
int linux_dump(int fd, struct facts *f);
/* The broadcast addresses (host order) that addresses have. */
struct linux_broadcasts {
	bool known;
	u32 nr, addr[256]; /* more than there is room for are counted, too */
};
int linux_read_broadcasts(int fd, struct linux_broadcasts *b);
bool linux_has_broadcast(const struct linux_broadcasts *b, u32 addr);
/* The neighbours' reachable_time is drawn anew, of the first device first. */
int linux_draw_reachable(int fd, u32 devices, u32 base_ms);

#endif
