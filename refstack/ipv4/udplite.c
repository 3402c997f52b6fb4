// SPDX-License-Identifier: MIT
/* udplite.c - UDP-Lite: what comes for it is answered as by a host where nobody has a socket.
 *
 * Path: ip_protocol_deliver_rcu() brings datagrams, icmp_rcv() errors about them.
 * Rules: RFC 3828; LINUX: net/ipv4/udplite.c, include/net/udplite.h, __udp4_lib_rcv().
 * Missing: sockets. They are not refused, and stop the run.
 */
#include "ipv4/udplite.h"

#include "base/csum.h"
#include "ipv4/af_inet.h"
#include "ipv4/icmp.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/udp.h"

/* The coverage stands where UDP has its length. */
enum { UDPLITE_COVERAGE = UDP_LEN };

/* -------- receiving -------- */

/* RFC 3828 3.1: how much of the datagram the checksum covers, its header at least; 0: the packet
 * may not say so, or has no checksum at all.
 */
static u32 udplite_coverage(const struct sk_buff *skb)
{
	const u8 *uh = skb->data;
	u32 cscov = get_be16(uh + UDPLITE_COVERAGE);

	if (get_be16(uh + UDP_CHECK) == 0)
		return 0;
	if (cscov == 0)
		return skb->len;
	return cscov < UDP_HLEN ? 0 : cscov;
}

/* LINUX: __skb_checksum_complete_head(): is the sum over the first len bytes right? */
static bool checksum_head_ok(struct sk_buff *skb, u32 len)
{
	return csum_fold(csum_add(skb->csum, skb_checksum(skb, 0, len, 0))) == 0;
}

/* LINUX: udp4_csum_init(): false when the sum is known to be wrong already. */
static bool udplite_csum_init(struct sk_buff *skb, u32 cscov)
{
	const u8 *iph = skb_network_header(skb);
	u32 pseudo =
		csum_tcpudp_nofold(ipv4_saddr(iph), ipv4_daddr(iph), skb->len, IPPROTO_UDPLITE, 0);

	if (cscov == skb->len)
		return skb_checksum_validate(skb, false, false, pseudo) == 0;
	/* A sum of the whole packet says nothing. */
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;
	skb->csum_valid = false;
	skb->csum = pseudo;
	return true;
}

/* LINUX: udp_lib_checksum_complete(). */
static bool udplite_checksum_complete(struct sk_buff *skb, u32 cscov)
{
	if (skb_csum_unnecessary(skb))
		return false;
	return cscov == skb->len ? skb_checksum_complete(skb) != 0 : !checksum_head_ok(skb, cscov);
}

static bool sent_to_many(const struct sk_buff *skb)
{
	return (dst_rtable(skb_dst(skb))->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) != 0;
}

int udplite_rcv(struct sk_buff *skb)
{
	struct net *net = skb->net;
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	u32 cscov;

	if (!pskb_may_pull(skb, UDP_HLEN))
		goto drop;
	reason = DROP_PKT_TOO_SMALL;
	if (get_be16(skb->data + UDPLITE_COVERAGE) > skb->len)
		goto drop;
	cscov = udplite_coverage(skb);
	if (cscov == 0 || !udplite_csum_init(skb, cscov))
		goto csum_error;
	if (sent_to_many(skb)) {
		mib_inc(net, UDPLITE_MIB_IGNOREDMULTI);
		kfree_skb(skb);
		return 0;
	}
	if (udplite_checksum_complete(skb, cscov))
		goto csum_error;
	mib_inc(net, UDPLITE_MIB_NOPORTS);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, (be32){ 0 });
	kfree_skb_reason(skb, DROP_NO_SOCKET);
	return 0;

csum_error:
	reason = DROP_UDP_CSUM;
	mib_inc(net, UDPLITE_MIB_CSUMERRORS);
drop:
	mib_inc(net, UDPLITE_MIB_INERRORS);
	kfree_skb_reason(skb, reason);
	return 0;
}

/* An error about a datagram of ours: of which socket? */
int udplite_err(struct sk_buff *skb, u32 info)
{
	(void)info;
	mib_inc(skb->net, ICMP_MIB_INERRORS);
	return -ENOENT;
}

/* -------- the operations -------- */

static int udplite_sk_init(struct sock *sk)
{
	(void)sk;
	not_implemented("UDP-Lite");
}

const struct proto udplite_prot = {
	.name = "UDP-Lite",
	.init = udplite_sk_init,
	.obj_size = sizeof(struct inet_sock),
};

static const struct inet_protosw udplite4_protosw = {
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDPLITE,
	.prot = &udplite_prot,
	.ops = &inet_dgram_ops,
	.flags = INET_PROTOSW_PERMANENT,
};

void udplite4_register(struct net *net)
{
	inet_register_protosw(net, &udplite4_protosw);
}
