// SPDX-License-Identifier: MIT
/* ip_options.h - a program's IP options; what the receive path needs is in ip.h. */
#ifndef REFSTACK_IPV4_IP_OPTIONS_H
#define REFSTACK_IPV4_IP_OPTIONS_H

#include "ipv4/ip.h"

/* LINUX: ip_options_get(): at most 40 bytes; -EINVAL or -EPERM if they may not be used. */
must_check int ip_options_get(struct net *net, struct ip_options *opt, const u8 *data, u32 optlen);
/* Takes back what compiling has moved and counted: as the program wrote them. */
void ip_options_undo(struct ip_options *opt);

#endif
