// SPDX-License-Identifier: MIT
/* arp.c - address resolution for IPv4: the neighbour table's family part, requests and replies.
 *
 * Path: step 4 (arp_solicit) and 107 (arp_rcv). Called by the neighbour cache and by
 * netif_receive_skb(); calls dev_queue_xmit(), and neigh_update() with what it hears. Rules: RFC
 * 826, RFC 1027 and 3069 (answers for others), RFC 5227 (probes, announcements); LINUX:
 * net/ipv4/arp.c. Requests by ioctl() are in arp_ioctl.c.
 */
#include "core/neighbour.h"
#include "ipv4/inetdevice.h"
#include "ipv4/ip.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

enum { ARPHRD_IEEE802 = 6, NEIGH_QUEUE_LEN_BYTES = 212992 };

/* RFC 826: fixed part; two pairs of link and protocol address follow. */
enum {
	ARP_HRD = 0,
	ARP_PRO = 2,
	ARP_HLN = 4,
	ARP_PLN = 5,
	ARP_OP = 6,
	ARP_HDR_BYTES = 8,
	ARP_PLN_IPV4 = 4
};

static u32 arp_hdr_len(const struct net_device *dev)
{
	return ARP_HDR_BYTES + (dev->addr_len + (u32)ARP_PLN_IPV4) * 2;
}

/* --- the table's family part --- */

static u32 arp_hash(struct neigh_table *tbl, be32 key, const struct net_device *dev)
{
	PROBE(tbl->net, arp_hash);

	return neigh_hash_of(key, dev);
}

static bool arp_key_eq(struct neigh_table *tbl, const struct neighbour *n, be32 key)
{
	PROBE(tbl->net, arp_key_eq);

	return be32_eq(n->primary_key, key);
}

/* LINUX: arp_mc_map(): RFC 1112 6.4 on Ethernet, else the device's broadcast address. */
static void arp_mc_map(be32 addr, u8 *haddr, const struct net_device *dev)
{
	u32 a = be32_to_cpu(addr);

	if (dev->type != ARPHRD_ETHER) {
		memcpy(haddr, dev->broadcast, dev->addr_len);
		return;
	}
	haddr[0] = 0x01;
	haddr[1] = 0x00;
	haddr[2] = 0x5e;
	haddr[3] = a >> 16 & 0x7f;
	haddr[4] = a >> 8 & 0xff;
	haddr[5] = a & 0xff;
}

static void arp_solicit(struct neighbour *n, struct sk_buff *skb);
static void arp_error_report(struct neighbour *n, struct sk_buff *skb);

static const struct neigh_ops arp_generic_ops = {
	.solicit = arp_solicit,
	.error_report = arp_error_report,
	.output = neigh_resolve_output,
	.connected_output = neigh_connected_output,
};
static const struct neigh_ops arp_hh_ops = {
	.solicit = arp_solicit,
	.error_report = arp_error_report,
	.output = neigh_resolve_output,
	.connected_output = neigh_resolve_output,
};
static const struct neigh_ops arp_direct_ops = {
	.output = neigh_direct_output,
	.connected_output = neigh_direct_output,
};

/* Addresses that need no question: the state is NOARP and ha is known. */
static void arp_construct_known(struct neighbour *n)
{
	const struct net_device *dev = n->dev;

	if (n->type == RTN_MULTICAST) {
		n->nud_state = NUD_NOARP;
		arp_mc_map(n->primary_key, n->ha, dev);
	} else if ((dev->flags & (IFF_NOARP | IFF_LOOPBACK)) != 0) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev->dev_addr, dev->addr_len);
	} else if (n->type == RTN_BROADCAST || (dev->flags & IFF_POINTOPOINT) != 0) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev->broadcast, dev->addr_len);
	}
}

static int arp_constructor(struct neighbour *n)
{
	struct net_device *dev = n->dev;
	PROBE(dev_net(dev), arp_constructor);

	/* Whoever is behind such a link needs no address: one entry serves all. */
	if ((dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT)) != 0)
		n->primary_key = (be32){ 0 };
	if (in_dev_get(dev) == NULL)
		return -EINVAL;
	n->type = (u8)inet_addr_type_dev_table(dev_net(dev), dev, n->primary_key);
	assert(dev->neigh_parms != NULL);
	n->parms = dev->neigh_parms;
	if (dev->header_ops == NULL) {
		n->nud_state = NUD_NOARP;
		n->ops = &arp_direct_ops;
		n->output = neigh_direct_output;
		return 0;
	}
	arp_construct_known(n);
	n->ops = dev->header_ops->cache != NULL ? &arp_hh_ops : &arp_generic_ops;
	n->output = (n->nud_state & NUD_VALID) != 0 ? n->ops->connected_output : n->ops->output;
	return 0;
}

static void arp_error_report(struct neighbour *n, struct sk_buff *skb)
{
	(void)n;
	if (skb_dst(skb) != NULL)
		ipv4_link_failure(skb); /* LINUX: dst_link_failure() */
	kfree_skb_reason(skb, DROP_NEIGH_FAILED);
}

/* --- sending --- */

static void arp_fill(struct sk_buff *skb, const struct net_device *dev, int type, be32 src_ip,
		     be32 dest_ip, const u8 *src_hw, const u8 *target_hw)
{
	u8 *arp = skb_network_header(skb);
	u8 *p = arp + ARP_HDR_BYTES;
	u32 len = dev->addr_len;

	put_be16(arp + ARP_HRD, dev->type);
	put_be16(arp + ARP_PRO, ETH_P_IP);
	arp[ARP_HLN] = dev->addr_len;
	arp[ARP_PLN] = ARP_PLN_IPV4;
	put_be16(arp + ARP_OP, (u16)type);
	memcpy(p, src_hw, len);
	store_be32(p + len, src_ip);
	p += len + ARP_PLN_IPV4;
	if (target_hw != NULL)
		memcpy(p, target_hw, len);
	else
		memset(p, 0, len);
	store_be32(p + len, dest_ip);
}

/* Without dest_hw a broadcast. NULL when there is no memory. */
static struct sk_buff *arp_create(int type, int ptype, be32 dest_ip, struct net_device *dev,
				  be32 src_ip, const u8 *dest_hw, const u8 *src_hw,
				  const u8 *target_hw)
{
	PROBE(dev_net(dev), arp_create);
	/* LINUX: LL_RESERVED_SPACE(). */
	u32 hlen = ((u32)dev->hard_header_len + dev->needed_headroom) / HH_DATA_MOD * HH_DATA_MOD +
		   HH_DATA_MOD;
	struct sk_buff *skb =
		alloc_skb(dev_net(dev), arp_hdr_len(dev) + hlen + dev->needed_tailroom);

	if (skb == NULL)
		return NULL;
	skb_reserve(skb, hlen);
	skb_reset_network_header(skb);
	skb_put(skb, arp_hdr_len(dev));
	skb->dev = dev;
	skb->protocol = cpu_to_be16(ETH_P_ARP);
	if (src_hw == NULL)
		src_hw = dev->dev_addr;
	if (dest_hw == NULL)
		dest_hw = dev->broadcast;
	if (dev_hard_header(skb, dev, (u16)ptype, dest_hw, src_hw, skb->len) < 0) {
		kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
		return NULL;
	}
	arp_fill(skb, dev, type, src_ip, dest_ip, src_hw, target_hw);
	return skb;
}

static void arp_xmit(struct sk_buff *skb)
{
	PROBE(skb->net, arp_xmit);

	dev_queue_xmit(skb);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are Linux's. */
static void arp_send_dst(int type, int ptype, be32 dest_ip, struct net_device *dev, be32 src_ip,
			 const u8 *dest_hw, const u8 *src_hw, const u8 *target_hw,
			 struct dst_entry *dst)
{
	PROBE(dev_net(dev), arp_send_dst);
	struct sk_buff *skb;

	if ((dev->flags & IFF_NOARP) != 0)
		return;
	skb = arp_create(type, ptype, dest_ip, dev, src_ip, dest_hw, src_hw, target_hw);
	if (skb == NULL)
		return;
	if (dst != NULL) {
		dst_hold(dst);
		skb_dst_set(skb, dst);
	}
	arp_xmit(skb);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are Linux's. */
void arp_send(struct net *net, int type, int ptype, be32 dest_ip, struct net_device *dev,
	      be32 src_ip, const u8 *dest_hw, const u8 *src_hw, const u8 *target_hw)
{
	assert(dev_net(dev) == net);
	arp_send_dst(type, ptype, dest_ip, dev, src_ip, dest_hw, src_hw, target_hw, NULL);
}

static bool arp_is_local(struct net_device *dev, be32 addr)
{
	return inet_addr_type_dev_table(dev_net(dev), dev, addr) == RTN_LOCAL;
}

/* Which of our addresses to name: that of the packet that waits, as far as arp_announce lets us. */
static be32 arp_announce_saddr(struct in_device *in_dev, const struct sk_buff *skb, be32 target)
{
	u32 announce = IN_DEV_MAXCONF(in_dev, arp_announce);
	be32 saddr = { 0 };

	if (skb == NULL || announce == 2)
		return saddr;
	saddr = ipv4_saddr(skb_network_header(skb));
	if (!arp_is_local(in_dev->dev, saddr))
		return (be32){ 0 };
	if (announce == 1 && !inet_addr_onlink(in_dev, target, saddr))
		return (be32){ 0 };
	return saddr;
}

/* First unicast to the address that is known, then to a user-space daemon, then to everybody. */
static void arp_solicit(struct neighbour *n, struct sk_buff *skb)
{
	struct net_device *dev = n->dev;
	PROBE(dev_net(dev), arp_solicit);
	struct in_device *in_dev = in_dev_get(dev);
	u8 dst_ha[MAX_ADDR_LEN];
	const u8 *dst_hw = NULL;
	struct dst_entry *dst = NULL;
	s32 probes = (s32)(n->probes - (u32)NEIGH_VAR(n->parms, NEIGH_VAR_UCAST_PROBES));
	be32 saddr;

	PATH_STEP(dev_net(dev), ARP_SOLICIT, 0, arp_hdr_len(dev));
	if (in_dev == NULL)
		return;
	saddr = arp_announce_saddr(in_dev, skb, n->primary_key);
	if (be32_is_zero(saddr))
		saddr = inet_select_addr(dev, n->primary_key, RT_SCOPE_LINK);
	if (probes < 0) {
		memcpy(dst_ha, n->ha, sizeof(dst_ha));
		dst_hw = dst_ha;
	} else if (probes < NEIGH_VAR(n->parms, NEIGH_VAR_APP_PROBES)) {
		return; /* LINUX: neigh_app_ns(): netlink asks a daemon; there is none. */
	}
	if (skb != NULL && (dev->priv_flags & IFF_XMIT_DST_RELEASE) == 0)
		dst = skb_dst(skb);
	arp_send_dst(ARPOP_REQUEST, ETH_P_ARP, n->primary_key, dev, saddr, dst_hw, dev->dev_addr,
		     NULL, dst);
}

/* --- receiving --- */

/* What a packet says. */
struct arp_msg {
	u16 op;
	const u8 *sha, *tha;
	be32 sip, tip;
};

static bool arp_ignore(struct in_device *in_dev, be32 sip, be32 tip)
{
	struct net *net = dev_net(in_dev->dev);
	const be32 any = { 0 };

	switch (IN_DEV_MAXCONF(in_dev, arp_ignore)) {
	case 1: /* only addresses of this device */
		return be32_is_zero(inet_confirm_addr(net, in_dev, any, tip, RT_SCOPE_HOST));
	case 2: /* and only in the asker's subnet */
		return be32_is_zero(inet_confirm_addr(net, in_dev, sip, tip, RT_SCOPE_HOST));
	case 3: /* no addresses of host scope */
		return be32_is_zero(inet_confirm_addr(net, NULL, any, tip, RT_SCOPE_LINK));
	case 8:
		return true;
	default:
		return false;
	}
}

/* Does an announcement of sip make a new entry? */
static bool arp_accept(struct in_device *in_dev, be32 sip)
{
	struct net *net = dev_net(in_dev->dev);
	PROBE(net, arp_accept);
	const be32 any = { 0 };

	switch (IN_DEV_MAXCONF(in_dev, arp_accept)) {
	case 1:
		return true;
	case 2:
		return !be32_is_zero(inet_confirm_addr(net, in_dev, sip, any, RT_SCOPE_LINK));
	default:
		return false;
	}
}

/* True: we would send to sip through another device, so this one keeps quiet. */
static bool arp_filter(be32 sip, be32 tip, struct net_device *dev)
{
	struct net *net = dev_net(dev);
	struct flowi4 fl4 = { .daddr = sip, .saddr = tip };
	bool other;
	int err;
	struct rtable *rt = ip_route_output_flow(net, &fl4, NULL, &err);

	if (rt == NULL)
		return true;
	other = rt->dst.dev != dev;
	if (other)
		mib_inc(net, LINUX_MIB_ARPFILTER);
	ip_rt_put(rt);
	return other;
}

/* RFC 5227 3: an announcement names the same address twice; a reply the same link address, too. */
static bool arp_is_garp(struct net_device *dev, const struct arp_msg *m, s32 *addr_type)
{
	if (!be32_eq(m->tip, m->sip))
		return false;
	if (m->op == ARPOP_REPLY && memcmp(m->tha, m->sha, dev->addr_len) != 0)
		return false;
	*addr_type = (s32)inet_addr_type_dev_table(dev_net(dev), dev, m->sip);
	return *addr_type == RTN_UNICAST;
}

static void arp_answer(struct net_device *dev, const struct arp_msg *m)
{
	arp_send_dst(ARPOP_REPLY, ETH_P_ARP, m->sip, dev, m->tip, m->sha, dev->dev_addr, m->sha,
		     NULL);
}

/* Somebody asks for an address of ours: answer, and remember who. */
static void arp_process_request(struct in_device *in_dev, const struct arp_msg *m)
{
	struct net_device *dev = in_dev->dev;
	struct neighbour *n;

	if (arp_ignore(in_dev, m->sip, m->tip))
		return;
	if (IN_DEV_ORCONF(in_dev, arp_filter) && arp_filter(m->sip, m->tip, dev))
		return;
	n = neigh_event_ns(dev_net(dev)->arp_tbl, m->sha, m->sip, dev);
	if (n == NULL)
		return;
	arp_answer(dev, m);
	neigh_release(n);
}

/* Whether an unknown sender is worth a new entry. addr_type: of sip, -1 when not looked up yet. */
static bool arp_makes_entry(struct net_device *dev, const struct arp_msg *m, bool is_garp,
			    s32 addr_type)
{
	if (is_garp)
		return true;
	if (m->op != ARPOP_REPLY)
		return false;
	if (addr_type < 0)
		addr_type = (s32)inet_addr_type_dev_table(dev_net(dev), dev, m->sip);
	return addr_type == RTN_UNICAST;
}

/* What is known of the sender is brought up to date. */
static void arp_process_sender(struct in_device *in_dev, const struct arp_msg *m, u8 pkt_type)
{
	struct net_device *dev = in_dev->dev;
	struct net *net = dev_net(dev);
	struct neighbour *n = neigh_lookup(net->arp_tbl, m->sip, dev);
	s32 addr_type = -1;
	bool is_garp = false, override;
	u8 state = NUD_REACHABLE;
	int err;

	if (n != NULL || arp_accept(in_dev, m->sip))
		is_garp = arp_is_garp(dev, m, &addr_type);
	if (arp_accept(in_dev, m->sip) && n == NULL &&
	    arp_makes_entry(dev, m, is_garp, addr_type)) {
		n = neigh_lookup(net->arp_tbl, m->sip, dev);
		if (n == NULL)
			n = neigh_create(net->arp_tbl, m->sip, dev, true, &err);
	}
	if (n == NULL)
		return;
	/* Of several answers at once the first counts: that proxy was the fastest. */
	override =
		time_after(net_jiffies(net),
			   jiffies_add(n->updated_jif, NEIGH_VAR(n->parms, NEIGH_VAR_LOCKTIME))) ||
		is_garp;
	/* Only a reply to us proves that our packets arrive there. */
	if (m->op != ARPOP_REPLY || pkt_type != PACKET_HOST)
		state = NUD_STALE;
	neigh_update(n, m->sha, state, override ? NEIGH_UPDATE_F_OVERRIDE : 0);
	neigh_release(n);
}

/* LINUX: arp_process()'s checks of type, protocol and operation. */
static bool arp_parse(const struct sk_buff *skb, const struct net_device *dev, struct arp_msg *m)
{
	const u8 *arp = skb_network_header(skb);
	const u8 *p = arp + ARP_HDR_BYTES;
	u16 hrd = get_be16(arp + ARP_HRD);

	if (get_be16(arp + ARP_PRO) != ETH_P_IP)
		return false;
	if (hrd != dev->type && !(dev->type == ARPHRD_ETHER && hrd == ARPHRD_IEEE802))
		return false;
	m->op = get_be16(arp + ARP_OP);
	if (m->op != ARPOP_REPLY && m->op != ARPOP_REQUEST)
		return false;
	m->sha = p;
	m->sip = load_be32(p + dev->addr_len);
	p += dev->addr_len + (u32)ARP_PLN_IPV4;
	m->tha = p;
	m->tip = load_be32(p + dev->addr_len);
	return true;
}

/* Addresses that nobody may ask for or announce. */
static bool arp_refuses(const struct in_device *in_dev, const struct arp_msg *m)
{
	if (ipv4_is_multicast(m->tip))
		return true;
	if (ipv4_is_loopback(m->tip) && !IN_DEV_ORCONF(in_dev, route_localnet))
		return true;
	return be32_eq(m->sip, m->tip) && IN_DEV_ORCONF(in_dev, drop_gratuitous_arp);
}

/* RFC 1027: the way there is through another device, and the two are not one medium. */
static bool arp_fwd_proxy(struct in_device *in_dev, const struct rtable *rt)
{
	const struct in_device *out_dev = in_dev_get(rt->dst.dev);
	s32 imi = (s32)in_dev->cnf.medium_id, omi = -1;

	if (rt->dst.dev == in_dev->dev || !IN_DEV_ORCONF(in_dev, proxy_arp))
		return false;
	if (imi == 0 || imi == -1)
		return imi == 0;
	if (out_dev != NULL)
		omi = (s32)out_dev->cnf.medium_id;
	return omi != imi && omi != -1;
}

/* RFC 3069: hosts of one segment that cannot hear each other. */
static bool arp_fwd_pvlan(struct in_device *in_dev, const struct rtable *rt,
			  const struct arp_msg *m)
{
	return rt->dst.dev == in_dev->dev && !be32_eq(m->sip, m->tip) &&
	       IN_DEV_ORCONF(in_dev, proxy_arp_pvlan);
}

static bool arp_is_proxy(struct in_device *in_dev, const struct rtable *rt, const struct arp_msg *m)
{
	if (arp_fwd_proxy(in_dev, rt) || arp_fwd_pvlan(in_dev, rt, m))
		return true;
	return rt->dst.dev != in_dev->dev &&
	       pneigh_lookup(dev_net(in_dev->dev)->arp_tbl, m->tip, in_dev->dev, false) != NULL;
}

/* What became of a request. */
enum arp_done { ARP_NOT_OURS, ARP_DONE, ARP_KEPT };

/* We answer for somebody else: at once, or after a while, so that he may be the first. */
static enum arp_done arp_process_proxy(struct sk_buff *skb, struct in_device *in_dev,
				       const struct arp_msg *m)
{
	struct net_device *dev = in_dev->dev;
	struct neigh_table *tbl = dev_net(dev)->arp_tbl;
	struct neigh_parms *parms = &tbl->dev_parms[dev->ifindex];
	struct neighbour *n = neigh_event_ns(tbl, m->sha, m->sip, dev);

	if (n != NULL)
		neigh_release(n);
	if ((NEIGH_CB(skb)->flags & LOCALLY_ENQUEUED) == 0 && skb->pkt_type != PACKET_HOST &&
	    NEIGH_VAR(parms, NEIGH_VAR_PROXY_DELAY) != 0) {
		pneigh_enqueue(tbl, parms, skb);
		return ARP_KEPT;
	}
	arp_answer(dev, m);
	return ARP_DONE;
}

/* A request that routing lets us see. */
static enum arp_done arp_process_routed(struct sk_buff *skb, struct in_device *in_dev,
					const struct arp_msg *m)
{
	enum drop_reason reason;
	const struct rtable *rt;

	if (ip_route_input_noref(skb, m->tip, m->sip, 0, in_dev->dev, &reason) != 0)
		return ARP_NOT_OURS;
	rt = dst_rtable(skb_dst(skb));
	if (rt->rt_type == RTN_LOCAL) {
		arp_process_request(in_dev, m);
		return ARP_DONE;
	}
	if (in_dev->cnf.forwarding == 0 || rt->rt_type != RTN_UNICAST ||
	    !arp_is_proxy(in_dev, rt, m))
		return ARP_NOT_OURS;
	return arp_process_proxy(skb, in_dev, m);
}

static int arp_process(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	PROBE(dev_net(dev), arp_process);
	struct in_device *in_dev = in_dev_get(dev);
	enum arp_done done = ARP_NOT_OURS;
	struct arp_msg m;

	if (in_dev == NULL || !arp_parse(skb, dev, &m) || arp_refuses(in_dev, &m)) {
		kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
		return NET_RX_DROP;
	}
	if (be32_is_zero(m.sip)) {
		/* RFC 5227 2.1.1: a probe: is the address taken? The asker has none to remember. */
		if (m.op == ARPOP_REQUEST && arp_is_local(dev, m.tip) &&
		    !arp_ignore(in_dev, m.sip, m.tip))
			arp_answer(dev, &m);
	} else {
		if (m.op == ARPOP_REQUEST)
			done = arp_process_routed(skb, in_dev, &m);
		if (done == ARP_NOT_OURS)
			arp_process_sender(in_dev, &m, skb->pkt_type);
	}
	if (done != ARP_KEPT)
		consume_skb(skb);
	return NET_RX_SUCCESS;
}

/* A question about another host has waited long enough. */
static void parp_redo(struct sk_buff *skb)
{
	(void)arp_process(skb);
}

int arp_rcv(struct sk_buff *skb, struct net_device *dev, const struct packet_type *pt,
	    struct net_device *orig_dev)
{
	PROBE(dev_net(dev), arp_rcv);
	const u8 *arp;

	(void)pt;
	(void)orig_dev;
	PATH_STEP(dev_net(dev), ARP_RCV, 0, skb->len);
	if ((dev->flags & IFF_NOARP) != 0 || skb->pkt_type == PACKET_OTHERHOST ||
	    skb->pkt_type == PACKET_LOOPBACK) {
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	skb = skb_share_check(skb);
	if (skb == NULL)
		return NET_RX_DROP;
	if (!pskb_may_pull(skb, arp_hdr_len(dev)))
		goto drop;
	arp = skb_network_header(skb);
	if (arp[ARP_HLN] != dev->addr_len || arp[ARP_PLN] != ARP_PLN_IPV4)
		goto drop;
	*NEIGH_CB(skb) = (struct neighbour_cb){ .flags = 0 };
	return arp_process(skb);

drop:
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	return NET_RX_DROP;
}

/* --- devices, set-up --- */

void arp_netdev_event(struct net_device *dev, u32 event, u32 flags_changed)
{
	struct net *net = dev_net(dev);
	const struct in_device *in_dev = in_dev_get(dev);

	if (event == NETDEV_CHANGEADDR) {
		neigh_changeaddr(net->arp_tbl, dev);
		rt_cache_flush(net);
		return;
	}
	if (event != NETDEV_CHANGE)
		return;
	if ((flags_changed & IFF_NOARP) != 0)
		neigh_changeaddr(net->arp_tbl, dev);
	if (!netif_carrier_ok(dev) &&
	    (in_dev == NULL || IN_DEV_ANDCONF(in_dev, arp_evict_nocarrier)))
		neigh_carrier_down(net->arp_tbl, dev);
}

void arp_ifdown(struct net_device *dev)
{
	neigh_ifdown(dev_net(dev)->arp_tbl, dev);
}

void arp_init(struct net *net)
{
	struct neigh_table *tbl = net->arp_tbl;

	*tbl = (struct neigh_table){
		.hash = arp_hash,
		.key_eq = arp_key_eq,
		.constructor = arp_constructor,
		.is_multicast = ipv4_is_multicast,
		.proxy_redo = parp_redo,
		.protocol = ETH_P_IP,
		.gc_interval = 30 * HZ,
		.gc_thresh1 = 128,
		.gc_thresh2 = 512,
		.gc_thresh3 = 1024,
		.parms.data = {
			[NEIGH_VAR_MCAST_PROBES] = 3,
			[NEIGH_VAR_UCAST_PROBES] = 3,
			[NEIGH_VAR_RETRANS_TIME] = HZ,
			[NEIGH_VAR_BASE_REACHABLE_TIME] = 30 * HZ,
			[NEIGH_VAR_DELAY_PROBE_TIME] = 5 * HZ,
			[NEIGH_VAR_INTERVAL_PROBE_TIME_MS] = 5 * HZ,
			[NEIGH_VAR_GC_STALETIME] = 60 * HZ,
			[NEIGH_VAR_QUEUE_LEN_BYTES] = NEIGH_QUEUE_LEN_BYTES,
			[NEIGH_VAR_PROXY_QLEN] = 64,
			[NEIGH_VAR_ANYCAST_DELAY] = HZ,
			[NEIGH_VAR_PROXY_DELAY] = 8 * HZ / 10,
			[NEIGH_VAR_LOCKTIME] = HZ,
		},
	};
	neigh_table_init(net, tbl);
}
