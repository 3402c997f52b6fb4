// SPDX-License-Identifier: MIT
/* sysctl_tcp.h - TCP's knobs that are words and keys, not numbers. */
#ifndef REFSTACK_IPV4_SYSCTL_TCP_H
#define REFSTACK_IPV4_SYSCTL_TCP_H

#include "core/sysctl.h"

/* What net->sysctl.tcp_congestion_control counts. */
enum tcp_ca { TCP_CA_RENO, TCP_CA_BBR, TCP_CA_CUBIC, TCP_CA_DCTCP, TCP_CA_NAMES };

/* -ENOENT: not one of these. */
must_check int sysctl_tcp_io(struct net *net, const char *path, struct sysctl_io *io);

#endif
