// SPDX-License-Identifier: MIT
/* ip_forward.c - packets of others on their way through this host.
 *
 * Path: the input of a route that leads out again, from ip_rcv_finish_core(); calls dst_output().
 * Rules: RFC 791 3.1, RFC 1812 5.2 and 5.3; LINUX: net/ipv4/ip_forward.c of a kernel without IPsec
 * and netfilter.
 */
#include "ipv4/icmp.h"
#include "ipv4/ip.h"
#include "uapi/errno.h"

/* RFC 791: a router may fragment, unless the sender has said no. */
static bool ip_exceeds_mtu(const struct sk_buff *skb, u32 mtu)
{
	if (skb->len <= mtu || (get_be16(ip_hdr(skb) + IPV4_FRAG_OFF) & IP_DF) == 0)
		return false;
	/* What was reassembled here came in pieces that do not fit either. */
	if (IPCB(skb)->frag_max_size > mtu)
		return true;
	if (skb->ignore_df)
		return false;
	return !skb_is_gso(skb) || !skb_gso_validate_network_len(skb, mtu);
}

/* RFC 1624: the checksum follows from the old one. LINUX: ip_decrease_ttl(). */
static void ip_decrease_ttl(u8 *iph)
{
	u32 check = get_be16(iph + IPV4_CHECK) + 0x0100u;

	put_be16(iph + IPV4_CHECK, (u16)(check + (check >= 0xffff)));
	iph[IPV4_TTL]--;
}

static int ip_forward_finish(struct net *net, struct sk_buff *skb)
{
	if (IPCB(skb)->optlen != 0)
		ip_forward_options(skb);
	skb->tstamp_ns = 0;
	return dst_output(net, NULL, skb);
}

/* May it go on? A reason to drop it, of which its sender has been told where he is to be. */
static enum drop_reason forward_check(struct net *net, struct sk_buff *skb)
{
	const struct rtable *rt = dst_rtable(skb_dst(skb));
	u32 mtu;

	/* RFC 1812 5.3.1. */
	if (ip_hdr(skb)[IPV4_TTL] <= 1) {
		mib_inc(net, IPSTATS_MIB_INHDRERRORS);
		icmp_send(skb, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, (be32){ 0 });
		return DROP_IP_INHDR;
	}
	/* RFC 791: a strict route knows each gateway. */
	if (IPCB(skb)->is_strictroute && rt->rt_uses_gateway != 0) {
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_SR_FAILED, (be32){ 0 });
		return DROP_NOT_SPECIFIED;
	}
	mib_inc(net, IPSTATS_MIB_OUTFORWDATAGRAMS);
	IPCB(skb)->flags |= IPSKB_FORWARDED;
	mtu = ip_dst_mtu_maybe_forward(&rt->dst, true);
	if (ip_exceeds_mtu(skb, mtu)) {
		mib_inc(net, IPSTATS_MIB_FRAGFAILS);
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, cpu_to_be32(mtu));
		return DROP_PKT_TOO_BIG;
	}
	if (skb_cow(skb, ll_reserved_space(rt->dst.dev) + rt->dst.header_len) != 0)
		return DROP_NOT_SPECIFIED;
	return DROP_NOT_DROPPED_YET;
}

int ip_forward(struct sk_buff *skb)
{
	struct net *net = skb->net;
	PROBE(net, ip_forward);
	enum drop_reason reason = DROP_NOT_SPECIFIED;

	if (skb->pkt_type != PACKET_HOST || skb->sk != NULL)
		goto drop;
	/* RFC 2113: somebody here wants to see what passes by. */
	if (IPCB(skb)->router_alert && ip_call_ra_chain(skb))
		return NET_RX_SUCCESS;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	reason = forward_check(net, skb);
	if (reason != DROP_NOT_DROPPED_YET)
		goto drop;

	ip_decrease_ttl(ip_hdr(skb));
	if ((IPCB(skb)->flags & IPSKB_DOREDIRECT) != 0 && IPCB(skb)->srr == 0)
		ip_rt_send_redirect(skb);
	if (net->sysctl.ip_fwd_update_priority != 0)
		skb->priority = rt_tos2priority(ip_hdr(skb)[IPV4_TOS]);
	return ip_forward_finish(net, skb);

drop:
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}
