// SPDX-License-Identifier: MIT
/* igmp.c - multicast groups of sockets, as far as they are refused; messages, as far as they are
 * heard.
 *
 * Path: ip_setsockopt(); ip_protocol_deliver_rcu(). Rules: LINUX: net/ipv4/igmp.c.
 * Missing: answers to queries, and the timers for them; joining a group. As no socket is a member
 * of any, all other requests end in the errors that a socket without memberships gets.
 */
#include "ipv4/igmp.h"

#include "ipv4/inetdevice.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "uapi/in.h"

enum { IGMP_HLEN = 8, IGMP_GROUP = 4, IGMPV3_NSRCS = 10, IGMPV3_QUERY_HLEN = 12 };
enum {
	IGMP_HOST_MEMBERSHIP_QUERY = 0x11,
	IGMP_HOST_MEMBERSHIP_REPORT = 0x12,
	IGMPV2_HOST_MEMBERSHIP_REPORT = 0x16
};

/* Is it a query as one should be? Version 3 knows sources, of a group. */
static bool igmp_heard_query(struct sk_buff *skb)
{
	u32 nsrcs;

	if (skb->len == IGMP_HLEN)
		return true;
	if (!pskb_may_pull(skb, IGMPV3_QUERY_HLEN))
		return false;
	nsrcs = get_be16(skb->data + IGMPV3_NSRCS);
	if (nsrcs == 0)
		return true;
	return pskb_may_pull(skb, IGMPV3_QUERY_HLEN + nsrcs * 4) &&
	       !be32_is_zero(load_be32(skb->data + IGMP_GROUP));
}

int igmp_rcv(struct sk_buff *skb)
{
	bool heard = false;
	u8 type;

	if (pskb_may_pull(skb, IGMP_HLEN) && skb_checksum_validate(skb, true, false, 0) == 0) {
		type = skb->data[0];
		if (type == IGMP_HOST_MEMBERSHIP_QUERY)
			heard = igmp_heard_query(skb);
		else if (type == IGMP_HOST_MEMBERSHIP_REPORT ||
			 type == IGMPV2_HOST_MEMBERSHIP_REPORT)
			heard = skb->pkt_type == PACKET_MULTICAST ||
				skb->pkt_type == PACKET_BROADCAST;
	}
	if (heard)
		consume_skb(skb);
	else
		kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}

/* LINUX: ip_mc_find_dev(): by index, by an address of ours, or by the route to the group. */
static bool ip_mc_find_dev(struct net *net, struct ip_mreqn *imr)
{
	struct net_device *dev = NULL;

	if (imr->imr_ifindex != 0)
		return inetdev_by_index(net, imr->imr_ifindex) != NULL;
	if (!be32_is_zero(imr->imr_address)) {
		dev = ip_dev_find(net, imr->imr_address);
		if (dev == NULL)
			return false;
	} else {
		struct flowi4 fl4 = { .daddr = imr->imr_multiaddr };
		int err = 0;
		struct rtable *rt = ip_route_output_flow(net, &fl4, NULL, &err);

		if (rt == NULL)
			return false;
		dev = rt->dst.dev;
		ip_rt_put(rt);
	}
	imr->imr_ifindex = dev->ifindex;
	return in_dev_get(dev) != NULL;
}

int ip_mc_join_group(struct sock *sk, struct ip_mreqn *imr)
{
	if (!ipv4_is_multicast(imr->imr_multiaddr))
		return -EINVAL;
	if (!ip_mc_find_dev(sock_net(sk), imr))
		return -ENODEV;
	not_implemented("IP_ADD_MEMBERSHIP");
}

int ip_mc_leave_group(struct sock *sk, struct ip_mreqn *imr)
{
	bool found = ip_mc_find_dev(sock_net(sk), imr);

	if (!found && imr->imr_ifindex == 0 && be32_is_zero(imr->imr_address))
		return -ENODEV;
	return -EADDRNOTAVAIL;
}

int ip_mc_source(struct sock *sk, struct ip_mreqn *imr)
{
	if (!ipv4_is_multicast(imr->imr_multiaddr))
		return -EINVAL;
	return ip_mc_find_dev(sock_net(sk), imr) ? -EINVAL : -ENODEV;
}

int ip_mc_msfilter(struct sock *sk, struct ip_mreqn *imr, u32 fmode, u32 numsrc)
{
	if (!ipv4_is_multicast(imr->imr_multiaddr))
		return -EINVAL;
	if (fmode != MCAST_INCLUDE && fmode != MCAST_EXCLUDE)
		return -EINVAL;
	if (!ip_mc_find_dev(sock_net(sk), imr))
		return -ENODEV;
	/* To include nothing is to leave. */
	return fmode == MCAST_INCLUDE && numsrc == 0 ? ip_mc_leave_group(sk, imr) : -EINVAL;
}

int ip_mc_msfget(struct sock *sk, struct ip_mreqn *imr)
{
	if (!ipv4_is_multicast(imr->imr_multiaddr))
		return -EINVAL;
	return ip_mc_find_dev(sock_net(sk), imr) ? -EADDRNOTAVAIL : -ENODEV;
}
