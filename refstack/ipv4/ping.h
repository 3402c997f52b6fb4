// SPDX-License-Identifier: MIT
/* ping.h - ICMP datagram sockets: answers to their echoes, errors about them. */
#ifndef REFSTACK_IPV4_PING_H
#define REFSTACK_IPV4_PING_H

#include "ipv4/ip.h"

/* An answer to an echo, its ICMP header in front of skb->data. skb stays the caller's. */
enum drop_reason ping_rcv(struct sk_buff *skb);
/* skb->data is at the IP header that the message quotes, one of ours; offset is its length. */
void ping_err(struct sk_buff *skb, u32 offset, u32 info);

#endif
