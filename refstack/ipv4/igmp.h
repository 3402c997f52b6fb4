// SPDX-License-Identifier: MIT
/* igmp.h - a socket's multicast groups: what is refused; memberships are of a later part. */
#ifndef REFSTACK_IPV4_IGMP_H
#define REFSTACK_IPV4_IGMP_H

#include "core/sock.h"
#include "ipv4/inetdevice.h"

enum { IGMP_MAX_MSF = 10 }; /* LINUX: net.ipv4.igmp_max_msf */

/* LINUX: struct ip_mreqn. */
struct ip_mreqn {
	be32 imr_multiaddr, imr_address;
	s32 imr_ifindex;
};

/* A device comes up: who asks there is not known yet. */
void ip_mc_reset(struct in_device *in_dev);
int igmp_rcv(struct sk_buff *skb);
int ip_mc_join_group(struct sock *sk, struct ip_mreqn *imr);
int ip_mc_leave_group(struct sock *sk, struct ip_mreqn *imr);
/* A source of a group: to add, drop, block or unblock. */
int ip_mc_source(struct sock *sk, struct ip_mreqn *imr);
/* The whole filter of a group: to set, with its mode, and to read. */
int ip_mc_msfilter(struct sock *sk, struct ip_mreqn *imr, u32 fmode, u32 numsrc);
int ip_mc_msfget(struct sock *sk, struct ip_mreqn *imr);

#endif
