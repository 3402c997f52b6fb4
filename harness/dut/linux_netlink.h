// SPDX-License-Identifier: MIT
/* linux_netlink.h - tables of the present namespace, as the kernel dumps them. */
#ifndef HARNESS_DUT_LINUX_NETLINK_H
#define HARNESS_DUT_LINUX_NETLINK_H

#include "harness/dut/facts.h"

/* 0, or -errno. */
int linux_dump_neighs(struct facts *f);
int linux_dump_routes(struct facts *f);
/* Some address has it (host order) for its broadcast. */
bool linux_has_broadcast(u32 addr);

#endif
