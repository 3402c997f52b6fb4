// SPDX-License-Identifier: MIT
/* ip_input.c - IPv4 receiving: is it a datagram, where does it go, which protocol gets it.
 *
 * Path: the receive list, ip_list_rcv() (ip_rcv() for one packet) to ip_protocol_deliver_rcu().
 * Rules: RFC 791, RFC 1122 3.2.1 and 3.3.6; LINUX: net/ipv4/ip_input.c.
 */
#include "ipv4/ip.h"

#include "base/csum.h"
#include "core/neighbour.h"
#include "core/tx_tstamp.h"
#include "ipv4/icmp.h"
#include "ipv4/igmp.h"
#include "ipv4/raw.h"
#include "ipv4/tcp.h"
#include "ipv4/udp.h"
#include "ipv4/udplite.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { INET_ECN_MASK = 3, IPV4_IHL_MIN = 5 };
static_assert(IPSTATS_MIB_ECT1PKTS == IPSTATS_MIB_NOECTPKTS + 1, "counters by codepoint: 01");
static_assert(IPSTATS_MIB_ECT0PKTS == IPSTATS_MIB_NOECTPKTS + 2, "10");
static_assert(IPSTATS_MIB_CEPKTS == IPSTATS_MIB_NOECTPKTS + 3, "11");

/* The interface it came in by, as a socket is to see it. */
s32 inet_iif(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (dst != NULL && dst_rtable(dst)->rt_iif != 0)
		return dst_rtable(dst)->rt_iif;
	return skb->skb_iif;
}

/* -------- who has asked for router alerts -------- */

/* RFC 2113, LINUX: the last one of the chain gets the packet itself, the others copies. */
bool ip_call_ra_chain(struct sk_buff *skb)
{
	u8 protocol = ip_hdr(skb)[IPV4_PROTOCOL];
	struct sock *last = NULL;

	for (const struct ip_ra_chain *ra = skb->net->ra_chain; ra != NULL; ra = ra->next) {
		struct sock *sk = ra->sk;

		if (sk->sk_num != protocol ||
		    (sk->sk_bound_dev_if != 0 && sk->sk_bound_dev_if != skb->dev->ifindex))
			continue;
		if (ipv4_is_fragment(ip_hdr(skb)) &&
		    ip_defrag(skb->net, skb, IP_DEFRAG_CALL_RA_CHAIN) != 0)
			return true;
		if (last != NULL) {
			struct sk_buff *skb2 = skb_clone(skb);

			if (skb2 != NULL)
				(void)raw_rcv(last, skb2);
		}
		last = sk;
	}
	if (last != NULL)
		(void)raw_rcv(last, skb);
	return last != NULL;
}

/* -------- up to the protocols -------- */

/* Nobody has made a tunnel: whoever sends through one is told, if there is a packet in it. */
static int tunnel4_rcv(struct sk_buff *skb)
{
	if (pskb_may_pull(skb, IPV4_HLEN))
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, (be32){ 0 });
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}

static int gre_rcv(struct sk_buff *skb)
{
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return 0;
}

static const struct net_protocol tcp_protocol = { .handler = tcp_v4_rcv,
						  .err_handler = tcp_v4_err,
						  .no_policy = true,
						  .icmp_strict_tag_validation = true };
static const struct net_protocol udp_protocol = { .handler = udp_rcv,
						  .err_handler = udp_err,
						  .no_policy = true };
static const struct net_protocol udplite_protocol = { .handler = udplite_rcv,
						      .err_handler = udplite_err,
						      .no_policy = true };
static const struct net_protocol icmp_protocol = { .handler = icmp_rcv,
						   .err_handler = icmp_err,
						   .no_policy = true };
static const struct net_protocol igmp_protocol = { .handler = igmp_rcv };
static const struct net_protocol ipip_protocol = { .handler = tunnel4_rcv };
static const struct net_protocol gre_protocol = { .handler = gre_rcv };

const struct net_protocol *const inet_protos[256] = {
	[IPPROTO_ICMP] = &icmp_protocol,       [IPPROTO_IGMP] = &igmp_protocol,
	[IPPROTO_IPIP] = &ipip_protocol,       [IPPROTO_TCP] = &tcp_protocol,
	[IPPROTO_UDP] = &udp_protocol,	       [IPPROTO_GRE] = &gre_protocol,
	[IPPROTO_UDPLITE] = &udplite_protocol,
};

/* raw: a raw socket has got it. */
static void unknown_protocol(struct net *net, struct sk_buff *skb, bool raw)
{
	if (raw) {
		mib_inc(net, IPSTATS_MIB_INDELIVERS);
		consume_skb(skb);
		return;
	}
	/* RFC 1122 3.2.2.1. */
	mib_inc(net, IPSTATS_MIB_INUNKNOWNPROTOS);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, (be32){ 0 });
	kfree_skb_reason(skb, DROP_IP_NOPROTO);
}

void ip_protocol_deliver_rcu(struct net *net, struct sk_buff *skb, int protocol)
{
	PROBE(net, ip_protocol_deliver_rcu);
	bool raw = raw_local_deliver(skb, (u8)protocol);
	const struct net_protocol *ipprot = inet_protos[protocol];

	/* A negative answer names a protocol that the packet goes on to. */
	while (ipprot != NULL) {
		int ret = ipprot->handler(skb);

		if (ret >= 0) {
			mib_inc(net, IPSTATS_MIB_INDELIVERS);
			return;
		}
		protocol = -ret;
		raw = raw_local_deliver(skb, (u8)protocol);
		ipprot = inet_protos[protocol];
	}
	unknown_protocol(net, skb, raw);
}

static int ip_local_deliver_finish(struct net *net, struct sk_buff *skb)
{
	PROBE(net, ip_local_deliver_finish);

	net_crossing(net, CROSS_LOCAL_DELIVER, skb);
	if (unlikely(skb->tstamp_type != SKB_CLOCK_REALTIME))
		skb_clear_delivery_time(skb);
	(void)skb_pull(skb, skb_network_header_len(skb));
	ip_protocol_deliver_rcu(net, skb, ip_hdr(skb)[IPV4_PROTOCOL]);
	return 0;
}

int ip_local_deliver(struct sk_buff *skb)
{
	struct net *net = skb->net;
	PROBE(net, ip_local_deliver);

	PATH_STEP(net, LOCAL_DELIVER, 0, skb->len);
	if (ipv4_is_fragment(ip_hdr(skb)) && ip_defrag(net, skb, IP_DEFRAG_LOCAL_DELIVER) != 0)
		return 0;
	return ip_local_deliver_finish(net, skb);
}

/* -------- where it goes -------- */

static bool source_route_allowed(struct net *net, const struct net_device *dev)
{
	const struct in_device *in_dev = in_dev_get(dev);

	return in_dev == NULL || (ipv4_devconf_all(net)->accept_source_route != 0 &&
				  in_dev->cnf.accept_source_route != 0);
}

/* False: the packet is to be dropped. */
static bool ip_rcv_options(struct net *net, struct sk_buff *skb, struct net_device *dev)
{
	struct ip_options opt = { .optlen = 0 };
	enum drop_reason reason = DROP_NOT_SPECIFIED;

	if (skb_cloned(skb) && pskb_expand_head(skb, 0, 0) != 0) {
		mib_inc(net, IPSTATS_MIB_INDISCARDS);
		return false;
	}
	opt.optlen = (u8)(ipv4_hlen(ip_hdr(skb)) - IPV4_HLEN);
	if (ip_options_compile(net, &opt, skb, &reason) != 0) {
		mib_inc(net, IPSTATS_MIB_INHDRERRORS);
		return false;
	}
	ip_options_remember(skb, &opt);
	if (opt.srr == 0)
		return true;
	return source_route_allowed(net, dev) && ip_options_rcv_srr(skb, dev) == 0;
}

/* LINUX: ip_can_use_hint(): the packet before this one in the list went to the same place. */
static bool ip_can_use_hint(const struct sk_buff *skb, const struct sk_buff *hint)
{
	return hint != NULL && skb_dst(skb) == NULL &&
	       be32_eq(ipv4_daddr(ip_hdr(hint)), ipv4_daddr(ip_hdr(skb))) &&
	       ip_hdr(hint)[IPV4_TOS] == ip_hdr(skb)[IPV4_TOS];
}

static int early_demux(struct net *net, struct sk_buff *skb)
{
	const u8 *iph = ip_hdr(skb);

	if (net->sysctl.ip_early_demux == 0 || skb_dst(skb) != NULL || skb->sk != NULL ||
	    ipv4_is_fragment(iph))
		return 0;
	if (iph[IPV4_PROTOCOL] == IPPROTO_TCP && net->sysctl.tcp_early_demux != 0)
		return tcp_v4_early_demux(skb);
	if (iph[IPV4_PROTOCOL] == IPPROTO_UDP && net->sysctl.udp_early_demux != 0)
		return udp_v4_early_demux(skb);
	return 0;
}

/* A route for the packet, if it has none yet. */
static int ip_rcv_route(struct net *net, struct sk_buff *skb, struct net_device *dev,
			const struct sk_buff *hint, enum drop_reason *reason)
{
	const u8 *iph = ip_hdr(skb);
	int err = 0;

	if (ip_can_use_hint(skb, hint))
		err = ip_route_use_hint(skb, ipv4_daddr(iph), ipv4_saddr(iph), iph[IPV4_TOS], dev,
					hint);
	if (err == 0)
		err = early_demux(net, skb);
	if (err != 0 || skb_dst(skb) != NULL)
		return err;
	iph = ip_hdr(skb);
	return ip_route_input_noref(skb, ipv4_daddr(iph), ipv4_saddr(iph), iph[IPV4_TOS], dev,
				    reason);
}

/* RFC 1122 3.3.6: what came by a link broadcast and is for one host may be dropped silently. */
static bool unicast_in_l2_multicast(struct net *net, const struct sk_buff *skb,
				    const struct net_device *dev)
{
	const struct in_device *in_dev = in_dev_get(dev);

	if (skb->pkt_type != PACKET_BROADCAST && skb->pkt_type != PACKET_MULTICAST)
		return false;
	return in_dev != NULL && (ipv4_devconf_all(net)->drop_unicast_in_l2_multicast != 0 ||
				  in_dev->cnf.drop_unicast_in_l2_multicast != 0);
}

static int ip_rcv_finish_core(struct net *net, struct sk_buff *skb, struct net_device *dev,
			      const struct sk_buff *hint)
{
	PROBE(net, ip_rcv_finish_core);
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	int err = ip_rcv_route(net, skb, dev, hint, &reason);
	u16 rt_type;

	if (err != 0) {
		if (err == -EXDEV) {
			reason = DROP_IP_RPFILTER;
			mib_inc(net, LINUX_MIB_IPRPFILTER);
		}
		goto drop;
	}
	if (ipv4_hlen(ip_hdr(skb)) > IPV4_HLEN && !ip_rcv_options(net, skb, dev))
		goto drop;
	rt_type = dst_rtable(skb_dst(skb))->rt_type;
	if (rt_type == RTN_MULTICAST) {
		mib_inc(net, IPSTATS_MIB_INMCASTPKTS);
		mib_add(net, IPSTATS_MIB_INMCASTOCTETS, skb->len);
	} else if (rt_type == RTN_BROADCAST) {
		mib_inc(net, IPSTATS_MIB_INBCASTPKTS);
		mib_add(net, IPSTATS_MIB_INBCASTOCTETS, skb->len);
	} else if (unicast_in_l2_multicast(net, skb, dev)) {
		reason = DROP_UNICAST_IN_L2_MULTICAST;
		goto drop;
	}
	return NET_RX_SUCCESS;

drop:
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

/* -------- is it a datagram -------- */

/* RFC 1122 3.2.1.1, 3.2.1.2: what is not is discarded silently. NULL when the packet is gone. */
static struct sk_buff *ip_rcv_core(struct net *net, struct sk_buff *skb)
{
	PROBE(net, ip_rcv_core);
	enum drop_reason reason = DROP_OTHERHOST;
	const u8 *iph;
	u32 hlen, len;

	PATH_STEP(net, IP_RCV_CORE, 0, skb->len);
	if (skb->pkt_type == PACKET_OTHERHOST)
		goto drop;
	mib_inc(net, IPSTATS_MIB_INPKTS);
	mib_add(net, IPSTATS_MIB_INOCTETS, skb->len);
	skb = skb_share_check(skb);
	if (skb == NULL) {
		mib_inc(net, IPSTATS_MIB_INDISCARDS);
		return NULL;
	}
	reason = DROP_IP_INHDR;
	if (!pskb_may_pull(skb, IPV4_HLEN))
		goto inhdr_error;
	iph = ip_hdr(skb);
	hlen = ipv4_hlen(iph);
	if (hlen < IPV4_HLEN || ipv4_version(iph) != 4)
		goto inhdr_error;
	mib_add(net, IPSTATS_MIB_NOECTPKTS + (iph[IPV4_TOS] & (u32)INET_ECN_MASK),
		max_u32(1, skb->hd->gso_segs));
	if (!pskb_may_pull(skb, hlen))
		goto inhdr_error;
	iph = ip_hdr(skb);
	if (ip_fast_csum(iph, hlen / 4) != 0) {
		reason = DROP_IP_CSUM;
		mib_inc(net, IPSTATS_MIB_CSUMERRORS);
		goto inhdr_error;
	}
	len = iph_totlen(skb, iph);
	if (skb->len < len) {
		reason = DROP_PKT_TOO_SMALL;
		mib_inc(net, IPSTATS_MIB_INTRUNCATEDPKTS);
		goto drop;
	}
	if (len < hlen)
		goto inhdr_error;
	/* The link may have padded the frame. */
	if (pskb_trim_rcsum(skb, len) != 0) {
		reason = DROP_NOT_SPECIFIED;
		mib_inc(net, IPSTATS_MIB_INDISCARDS);
		goto drop;
	}
	skb->transport_header = (u16)(skb->network_header + hlen);
	*IPCB(skb) = (struct inet_skb_parm){ .iif = skb->skb_iif };
	skb_orphan(skb);
	return skb;

inhdr_error:
	mib_inc(net, IPSTATS_MIB_INHDRERRORS);
drop:
	kfree_skb_reason(skb, reason);
	return NULL;
}

int ip_rcv(struct sk_buff *skb, struct net_device *dev, const struct packet_type *pt,
	   struct net_device *orig_dev)
{
	struct net *net = dev_net(dev);
	PROBE(net, ip_rcv);

	(void)pt;
	(void)orig_dev;
	skb = ip_rcv_core(net, skb);
	if (skb == NULL || ip_rcv_finish_core(net, skb, skb->dev, NULL) == NET_RX_DROP)
		return NET_RX_DROP;
	return dst_input(skb);
}

/* -------- lists of packets, linked by next -------- */

struct skb_sublist {
	struct sk_buff *head, *tail;
};

static void sublist_add(struct skb_sublist *l, struct sk_buff *skb)
{
	skb->next = NULL;
	if (l->head == NULL)
		l->head = skb;
	else
		l->tail->next = skb;
	l->tail = skb;
}

static struct sk_buff *sublist_take(struct skb_sublist *l)
{
	struct sk_buff *skb = l->head;

	if (skb != NULL) {
		l->head = skb->next;
		skb->next = NULL;
	}
	return skb;
}

/* Packets of one route. */
static void ip_sublist_rcv_finish(struct net *net, struct skb_sublist *l)
{
	PROBE(net, ip_sublist_rcv_finish);
	struct sk_buff *skb = sublist_take(l);

	while (skb != NULL) {
		(void)dst_input(skb);
		skb = sublist_take(l);
	}
}

/* LINUX: ip_extract_route_hint(). */
static const struct sk_buff *ip_extract_route_hint(const struct sk_buff *skb)
{
	be32 daddr = ipv4_daddr(ip_hdr(skb));

	return ipv4_is_lbcast(daddr) || ipv4_is_zeronet(daddr) ? NULL : skb;
}

/* LINUX: ip_list_rcv_finish(): packets that follow one another to the same route go up together. */
static void ip_list_rcv_finish(struct net *net, struct skb_sublist *l)
{
	struct skb_sublist same = { NULL, NULL };
	const struct dst_entry *curr_dst = NULL;
	const struct sk_buff *hint = NULL;
	struct sk_buff *skb;

	for (skb = sublist_take(l); skb != NULL; skb = sublist_take(l)) {
		if (ip_rcv_finish_core(net, skb, skb->dev, hint) == NET_RX_DROP)
			continue;
		if (curr_dst != skb_dst(skb)) {
			hint = ip_extract_route_hint(skb);
			if (same.head != NULL)
				ip_sublist_rcv_finish(net, &same);
			curr_dst = skb_dst(skb);
		}
		sublist_add(&same, skb);
	}
	ip_sublist_rcv_finish(net, &same);
}

static void ip_sublist_rcv(struct net *net, struct skb_sublist *l)
{
	PROBE(net, ip_sublist_rcv);

	ip_list_rcv_finish(net, l);
}

void ip_list_rcv(struct sk_buff *first)
{
	struct net *net = first->net;
	PROBE(net, ip_list_rcv);
	struct skb_sublist all = { first, NULL }, same = { NULL, NULL };
	const struct net_device *curr_dev = NULL;
	struct sk_buff *skb;

	PATH_STEP(net, IP_LIST_RCV, 0, first->len);
	for (skb = sublist_take(&all); skb != NULL; skb = sublist_take(&all)) {
		const struct net_device *dev = skb->dev;

		skb = ip_rcv_core(net, skb);
		if (skb == NULL)
			continue;
		if (curr_dev != dev) {
			if (same.head != NULL)
				ip_sublist_rcv(net, &same);
			curr_dev = dev;
		}
		sublist_add(&same, skb);
	}
	if (same.head != NULL)
		ip_sublist_rcv(net, &same);
}
