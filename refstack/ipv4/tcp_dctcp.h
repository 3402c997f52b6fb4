// SPDX-License-Identifier: MIT
/* tcp_dctcp.h - the congestion control of data centres. */
#ifndef REFSTACK_IPV4_TCP_DCTCP_H
#define REFSTACK_IPV4_TCP_DCTCP_H

#include "ipv4/tcp.h"

extern const struct tcp_congestion_ops dctcp;

#endif
