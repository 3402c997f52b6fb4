// SPDX-License-Identifier: MIT
/* igmp.c - multicast groups of sockets, as far as they are refused; messages, as far as they are
 * heard.
 *
 * Path: ip_setsockopt(); ip_protocol_deliver_rcu(). Rules: LINUX: net/ipv4/igmp.c.
 * Missing: answers to queries, and the timers for them, of which there is only the random number;
 * joining a group. As no socket is a member of any, all other requests end in the errors that a
 * socket without memberships gets.
 */
#include "ipv4/igmp.h"

#include "base/random.h"
#include "core/timer.h"
#include "ipv4/inetdevice.h"
#include "ipv4/route.h"
#include "uapi/errno.h"
#include "uapi/in.h"

enum { IGMP_HLEN = 8, IGMP_CODE = 1, IGMP_GROUP = 4 };
/* Of a query of version 3: robustness, code of the interval, how many sources follow. */
enum { IGMPV3_QRV = 8, IGMPV3_QQIC = 9, IGMPV3_NSRCS = 10, IGMPV3_QUERY_HLEN = 12, QRV_MASK = 7 };
enum {
	IGMP_HOST_MEMBERSHIP_QUERY = 0x11,
	IGMP_HOST_MEMBERSHIP_REPORT = 0x12,
	IGMPV2_HOST_MEMBERSHIP_REPORT = 0x16
};
enum {
	IGMP_QRV = 2, /* LINUX: net.ipv4.igmp_qrv */
	IGMP_QUERY_INTERVAL = 125 * HZ,
	IGMP_QUERY_RESPONSE_INTERVAL = 10 * HZ,
	IGMP_TIMER_SCALE = 10
};

void ip_mc_reset(struct in_device *in_dev)
{
	in_dev->mr_qi = IGMP_QUERY_INTERVAL;
	in_dev->mr_qri = IGMP_QUERY_RESPONSE_INTERVAL;
	in_dev->mr_qrv = IGMP_QRV;
}

/* LINUX: IGMPV3_MRC(), IGMPV3_QQIC(): large ones are mantissa and exponent. */
static u32 igmpv3_exp(u8 code)
{
	return code < 0x80 ? code : ((code & 0xfu) | 0x10u) << ((code >> 4 & 7u) + 3);
}

/* LINUX: IGMP_V1_SEEN(), IGMP_V2_SEEN() */
static bool igmp_older_seen(const struct in_device *in_dev)
{
	const struct net *net = dev_net(in_dev->dev);
	u32 all = net->devconf_all.force_igmp_version, own = in_dev->cnf.force_igmp_version;
	u64 now = net_jiffies(net);

	return all == 1 || own == 1 || all == 2 || own == 2 ||
	       (in_dev->mr_v1_seen != 0 && time_before(now, in_dev->mr_v1_seen)) ||
	       (in_dev->mr_v2_seen != 0 && time_before(now, in_dev->mr_v2_seen));
}

static void igmp_heard_older(struct in_device *in_dev, u8 code)
{
	u64 until =
		net_jiffies(dev_net(in_dev->dev)) + in_dev->mr_qrv * in_dev->mr_qi + in_dev->mr_qri;

	if (code == 0)
		in_dev->mr_v1_seen = until;
	else
		in_dev->mr_v2_seen = until;
}

/* Version 3 knows sources, of a group. Asked for all groups, Linux sets a timer by chance, although
 * there is nothing to tell when it expires.
 */
static bool igmp_heard_v3(struct in_device *in_dev, struct sk_buff *skb)
{
	u32 nsrcs = get_be16(skb->data + IGMPV3_NSRCS), max_delay;

	if (nsrcs != 0 && !pskb_may_pull(skb, IGMPV3_QUERY_HLEN + nsrcs * 4))
		return false;
	max_delay = igmpv3_exp(skb->data[IGMP_CODE]) * (HZ / IGMP_TIMER_SCALE);
	in_dev->mr_qrv = skb->data[IGMPV3_QRV] & QRV_MASK;
	if (in_dev->mr_qrv == 0)
		in_dev->mr_qrv = IGMP_QRV;
	in_dev->mr_qi = (u64)igmpv3_exp(skb->data[IGMPV3_QQIC]) * HZ;
	if (in_dev->mr_qi == 0)
		in_dev->mr_qi = IGMP_QUERY_INTERVAL;
	if (in_dev->mr_qri >= in_dev->mr_qi)
		in_dev->mr_qri = in_dev->mr_qi - HZ;
	if (!be32_is_zero(load_be32(skb->data + IGMP_GROUP)))
		return true;
	if (nsrcs != 0)
		return false;
	(void)get_random_u32_below(skb->net->random, max_u32(max_delay, 1));
	return true;
}

/* Is it a query as one should be? Who knows of older ones takes it as one of theirs. */
static bool igmp_heard_query(struct in_device *in_dev, struct sk_buff *skb)
{
	if (skb->len == IGMP_HLEN) {
		igmp_heard_older(in_dev, skb->data[IGMP_CODE]);
		return true;
	}
	if (skb->len < IGMPV3_QUERY_HLEN)
		return false;
	return igmp_older_seen(in_dev) ||
	       (pskb_may_pull(skb, IGMPV3_QUERY_HLEN) && igmp_heard_v3(in_dev, skb));
}

int igmp_rcv(struct sk_buff *skb)
{
	struct in_device *in_dev = in_dev_get(skb->dev);
	bool heard = false;
	u8 type;

	if (in_dev != NULL && pskb_may_pull(skb, IGMP_HLEN) &&
	    skb_checksum_validate(skb, true, false, 0) == 0) {
		type = skb->data[0];
		if (type == IGMP_HOST_MEMBERSHIP_QUERY)
			heard = igmp_heard_query(in_dev, skb);
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
