// SPDX-License-Identifier: MIT
/* udplite.h - UDP-Lite: datagrams that come, errors about those that went. */
#ifndef REFSTACK_IPV4_UDPLITE_H
#define REFSTACK_IPV4_UDPLITE_H

#include "core/skbuff.h"

void udplite4_register(struct net *net);
int udplite_rcv(struct sk_buff *skb);
int udplite_err(struct sk_buff *skb, u32 info);

#endif
