// SPDX-License-Identifier: MIT
/* udp_offload.c - datagrams out of one packet: UDP_SEGMENT, and what UDP_GRO has put together.
 *
 * Path: skb_gso_segment() where a device cannot segment, and udp_queue_rcv_skb() where the receiver
 * does not take them together; calls skb_segment(). Rules: LINUX: net/ipv4/udp_offload.c,
 * udp_rcv_segment(). How datagrams are put together is in core/gro.c. There are no tunnels, and no
 * lists of whole packets.
 */
#include "base/csum.h"
#include "core/gso.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "wire/udp.h"

/* What the datagrams have of the whole. */
struct udp_segments {
	struct sock *sk; /* who is charged for them; NULL: nobody */
	u32 sum_truesize;
};

static u8 *udp_hdr(const struct sk_buff *skb)
{
	return skb_transport_header(skb);
}

/* Length and checksum: the sum of the whole with another length in it is what the segment's is made
 * of. RFC 768: zero is sent as all ones.
 */
static void udp_seg_header(struct sk_buff *seg, u16 newlen)
{
	u8 *uh = udp_hdr(seg);
	u32 sum = get_be16(uh + UDP_CHECK) + (u32)(u16)~get_be16(uh + UDP_LEN) + newlen;
	u16 check = (u16)csum_fold16(sum);
	u16 made;

	put_be16(uh + UDP_LEN, newlen);
	put_be16(uh + UDP_CHECK, check);
	if (seg->ip_summed == CHECKSUM_PARTIAL) {
		gso_reset_checksum(seg, (u16)~check);
		return;
	}
	made = gso_make_checksum(seg, (u16)~check);
	put_be16(uh + UDP_CHECK, made != 0 ? made : CSUM_MANGLED_0);
}

static void udp_seg_owner(struct udp_segments *u, struct sk_buff *seg)
{
	if (u->sk == NULL)
		return;
	seg->destructor = sock_wfree;
	seg->sk = u->sk;
	u->sum_truesize += seg->truesize;
}

static void udp_seg_all(struct sk_buff *segs, struct udp_segments *u, u32 mss)
{
	for (struct sk_buff *seg = segs; seg != NULL; seg = seg->next) {
		u32 len = seg->next != NULL ? UDP_HLEN + mss
					    : seg->len - (u32)skb_transport_offset(seg);

		udp_seg_owner(u, seg);
		udp_seg_header(seg, (u16)len);
	}
}

/* Its own segments: the socket is charged for them, not for the whole. */
static struct sk_buff *udp_segment_owned(struct sk_buff *gso_skb, u64 features,
					 struct udp_segments *u, int *err)
{
	struct sk_buff *segs;

	if (gso_skb->destructor == sock_wfree) {
		u->sk = gso_skb->sk;
		gso_skb->destructor = NULL;
		gso_skb->sk = NULL;
	}
	segs = skb_segment(gso_skb, features, err);
	if (segs == NULL && u->sk != NULL) {
		gso_skb->destructor = sock_wfree;
		gso_skb->sk = u->sk;
	}
	return segs;
}

/* LINUX: __udp_gso_segment(). */
static struct sk_buff *udp_gso_segment(struct sk_buff *gso_skb, u64 features, int *err)
{
	u32 mss = gso_skb->hd->gso_size;
	struct udp_segments u = { .sk = NULL };
	struct sk_buff *segs;

	*err = -EINVAL;
	if (gso_skb->len <= UDP_HLEN + mss || gso_skb->csum_start != gso_skb->transport_header)
		return NULL;
	if (gso_skb->ip_summed != CHECKSUM_PARTIAL)
		features &= ~(NETIF_F_GSO_UDP_L4 | NETIF_F_CSUM_MASK);
	if (skb_gso_ok(gso_skb, features | NETIF_F_GSO_ROBUST)) {
		/* It came from somebody whose word does not count: how many are they? */
		gso_skb->hd->gso_segs = (u16)((gso_skb->len - UDP_HLEN + mss - 1) / mss);
		*err = 0;
		return NULL;
	}
	(void)skb_pull(gso_skb, UDP_HLEN);
	segs = udp_segment_owned(gso_skb, features, &u, err);
	if (segs == NULL)
		return NULL;
	segs->hd->tskey = gso_skb->hd->tskey;
	segs->hd->tx_flags |= gso_skb->hd->tx_flags & SKBTX_ANY_TSTAMP;
	udp_seg_all(segs, &u, mss);
	if (gso_skb->ip_summed == CHECKSUM_NONE)
		gso_skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (u.sk != NULL)
		u.sk->sk_wmem_alloc += u.sum_truesize - gso_skb->truesize;
	return segs;
}

/* One datagram in fragments: its checksum is made here, for no device makes one over several. */
static struct sk_buff *udp_fragment(struct sk_buff *skb, u64 features, int *err)
{
	const u8 *iph = ip_hdr(skb);
	u8 *uh = udp_hdr(skb);
	u16 check;

	if (skb->len <= skb->hd->gso_size)
		return NULL;
	put_be16(uh + UDP_CHECK, 0);
	check = csum_tcpudp_magic(ipv4_saddr(iph), ipv4_daddr(iph), skb->len, IPPROTO_UDP,
				  skb_checksum(skb, 0, skb->len, 0));
	put_be16(uh + UDP_CHECK, check != 0 ? check : CSUM_MANGLED_0);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb_segment(skb, features | NETIF_F_HW_CSUM, err);
}

struct sk_buff *udp4_ufo_fragment(struct sk_buff *skb, u64 features, int *err)
{
	u32 type = skb->hd->gso_type;

	*err = -EINVAL;
	if ((type & (SKB_GSO_UDP | SKB_GSO_UDP_L4)) == 0 || !pskb_may_pull(skb, UDP_HLEN))
		return NULL;
	if ((type & SKB_GSO_UDP_L4) == 0)
		return udp_fragment(skb, features, err);
	return udp_gso_segment(skb, features, err);
}

/* LINUX: udp4_gro_lookup_skb(): is the socket that it is for one of those that take them together?
 */
bool udp_gro_wanted(struct sk_buff *skb, const u8 *iph, const u8 *uh)
{
	const struct sock *sk;

	sk = udp4_lib_lookup(skb->net, ipv4_saddr(iph), load_be16(uh + UDP_SOURCE), ipv4_daddr(iph),
			     load_be16(uh + UDP_DEST), skb->dev->ifindex, 0, skb->net->udp_table,
			     NULL);
	return sk != NULL && udp_sk(sk)->gro_enabled;
}

/* Who has not asked for them together gets them one by one. */
bool udp_unexpected_gso(const struct sock *sk, const struct sk_buff *skb)
{
	return skb_is_gso(skb) && (skb->hd->gso_type & SKB_GSO_UDP_L4) != 0 &&
	       !udp_sk(sk)->accept_udp_l4;
}

struct sk_buff *udp_rcv_segment(struct sock *sk, struct sk_buff *skb)
{
	u64 features = NETIF_F_SG;
	struct sk_buff *segs;
	int err;

	/* A program that wants sums of single datagrams gets real ones. */
	if (inet_sk(sk)->convert_csum == 0)
		features |= NETIF_F_IP_CSUM;
	/* What was looped back is said to be right already, which it is not to be here. */
	if (skb->pkt_type == PACKET_LOOPBACK)
		skb->ip_summed = CHECKSUM_PARTIAL;
	segs = skb_gso_segment(skb, features, &err);
	if (segs == NULL) {
		sk->sk_drops += skb->hd->gso_segs;
		mib_add(sock_net(sk), UDP_MIB_INERRORS, skb->hd->gso_segs);
		kfree_skb(skb);
		return NULL;
	}
	consume_skb(skb);
	return segs;
}
