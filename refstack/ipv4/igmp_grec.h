// SPDX-License-Identifier: MIT
/* igmp_grec.h - reports of version 3, and what igmp.c and igmp_grec.c share. */
#ifndef REFSTACK_IPV4_IGMP_GREC_H
#define REFSTACK_IPV4_IGMP_GREC_H

#include "ipv4/igmp.h"
#include "ipv4/ip_fib.h"
#include "wire/ipv4.h"

enum { IGMP_HLEN = 8, IGMP_CSUM = 2, IGMP_IP_HLEN = IPV4_HLEN + 4 };
enum { TC_PRIO_CONTROL = 7 };

/* Out of this device, by IGMP. */
struct rtable *igmp_route(struct net_device *dev, struct flowi4 *fl4, be32 dst);
void igmp_push_iphdr(struct sk_buff *skb, be32 saddr, be32 daddr);
/* LINUX: LL_RESERVED_SPACE() */
u32 igmp_headroom(const struct net_device *dev);
/* What is so: of one group, or of all (NULL). */
void igmpv3_send_report(struct in_device *in_dev, struct ip_mc_list *pmc);
/* What has changed. */
void igmpv3_send_cr(struct in_device *in_dev);

#endif
