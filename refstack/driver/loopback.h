// SPDX-License-Identifier: MIT
/* loopback.h - lo. */
#ifndef REFSTACK_DRIVER_LOOPBACK_H
#define REFSTACK_DRIVER_LOOPBACK_H

#include "core/netdevice.h"

/* The first device of a net, down as all are at first. 0 or -errno. */
int loopback_net_init(struct net *net);

#endif
