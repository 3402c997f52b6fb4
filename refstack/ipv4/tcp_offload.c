// SPDX-License-Identifier: MIT
/* tcp_offload.c - segments of TCP over IPv4 out of one packet.
 *
 * Path: skb_gso_segment() where a device cannot segment; calls skb_segment(). Rules: RFC 9293
 * 3.8.6.2.1; LINUX: inet_gso_segment(), tcp4_gso_segment(), tcp_gso_segment(). How segments are
 * merged again is in core/gro.c.
 */
#include "base/csum.h"
#include "core/gso.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"

static_assert(sizeof(struct inet_skb_parm) <= SKB_GSO_CB_OFFSET, "IP's part stays");

/* What the segments have of the whole, and the sums for the checksums of all but the last. */
struct tcp_segments {
	const struct sk_buff *whole;
	u32 thlen, mss;
	u32 seq;
	u16 newcheck;
	bool copy_destructor;
	u32 sum_truesize;
};

/* The pseudo header's sum in th with another length in it. LINUX: oldlen is the complement. */
static u16 check_of_length(const u8 *th, u32 oldlen, u32 newlen)
{
	u32 delta = csum_fold16((u32)(oldlen + newlen));

	return (u16)csum_add(get_be16(th + TCP_CHECK), delta);
}

static void tcp_seg_check(struct sk_buff *skb, u16 newcheck)
{
	u8 *th = tcp_hdr(skb);
	u32 res = (u16)~newcheck;

	put_be16(th + TCP_CHECK, newcheck);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		gso_reset_checksum(skb, res);
	else
		put_be16(th + TCP_CHECK, gso_make_checksum(skb, res));
}

/* All but the last: RFC 9293: FIN and PSH speak of the end, CWR of the beginning (RFC 3168
 * 6.1.2). Returns the last.
 */
static struct sk_buff *tcp_seg_all_but_last(struct sk_buff *segs, struct tcp_segments *t)
{
	struct sk_buff *skb = segs;

	while (skb->next != NULL) {
		u8 *th = tcp_hdr(skb);

		th[TCP_FLAG_BYTE] &= (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
		tcp_seg_check(skb, t->newcheck);
		t->seq += t->mss;
		if (t->copy_destructor) {
			skb->destructor = t->whole->destructor;
			skb->sk = t->whole->sk;
			t->sum_truesize += skb->truesize;
		}
		skb = skb->next;
		th = tcp_hdr(skb);
		put_be32(th + TCP_SEQ, t->seq);
		th[TCP_FLAG_BYTE] &= (u8)~TCPHDR_CWR;
	}
	return skb;
}

/* The socket learns of the end of what it sent when the last segment is freed, not when the whole
 * is; the segments may be charged for more than the whole, or for less.
 */
static void tcp_seg_pass_owner(struct sk_buff *gso_skb, struct sk_buff *last,
			       struct tcp_segments *t)
{
	last->sk = gso_skb->sk;
	last->destructor = gso_skb->destructor;
	gso_skb->sk = NULL;
	gso_skb->destructor = NULL;
	t->sum_truesize += last->truesize;
	last->sk->sk_wmem_alloc += t->sum_truesize - gso_skb->truesize;
}

/* The segment that has the byte which is asked about tells when it was sent. */
static void tcp_gso_tstamp(struct sk_buff *skb, const struct sk_buff *gso_skb, u32 seq, u32 mss)
{
	u32 ts_seq = gso_skb->hd->tskey;

	for (; skb != NULL; skb = skb->next) {
		if (before(ts_seq, seq + mss)) {
			skb->hd->tx_flags |= gso_skb->hd->tx_flags & SKBTX_ANY_TSTAMP;
			skb->hd->tskey = ts_seq;
			return;
		}
		seq += mss;
	}
}

static struct sk_buff *tcp_gso_segment(struct sk_buff *skb, u64 features, int *err)
{
	PROBE(skb->net, tcp_gso_segment);
	struct tcp_segments t = { .whole = skb, .mss = skb->hd->gso_size };
	bool ooo_okay = skb->ooo_okay;
	struct sk_buff *segs, *last;
	u32 oldlen = ~skb->len;

	*err = -EINVAL;
	t.thlen = tcp_hlen(tcp_hdr(skb));
	if (t.thlen < TCP_HLEN || skb->csum_start != skb->transport_header ||
	    !pskb_may_pull(skb, t.thlen))
		return NULL;
	(void)skb_pull(skb, t.thlen);
	if (skb->len <= t.mss)
		return NULL;
	if (skb_gso_ok(skb, features | NETIF_F_GSO_ROBUST)) {
		/* It came from somebody whose word does not count: how many are they? */
		skb->hd->gso_segs = (u16)((skb->len + t.mss - 1) / t.mss);
		*err = 0;
		return NULL;
	}
	t.copy_destructor = skb->destructor == tcp_wfree;
	skb->ooo_okay = false;
	segs = skb_segment(skb, features, err);
	if (segs == NULL)
		return NULL;
	segs->ooo_okay = ooo_okay;
	t.seq = get_be32(tcp_hdr(segs) + TCP_SEQ);
	if (unlikely((skb->hd->tx_flags & SKBTX_ANY_TSTAMP) != 0))
		tcp_gso_tstamp(segs, skb, t.seq, t.mss);
	t.newcheck = check_of_length(tcp_hdr(segs), oldlen, t.thlen + t.mss);
	last = tcp_seg_all_but_last(segs, &t);
	if (t.copy_destructor)
		tcp_seg_pass_owner(skb, last, &t);
	tcp_seg_check(last, check_of_length(tcp_hdr(last), oldlen,
					    last->len - (u32)skb_transport_offset(last)));
	return segs;
}

struct sk_buff *tcp4_gso_segment(struct sk_buff *skb, u64 features, int *err)
{
	*err = -EINVAL;
	if ((skb->hd->gso_type & SKB_GSO_TCPV4) == 0 || !pskb_may_pull(skb, TCP_HLEN))
		return NULL;
	if (skb->ip_summed != CHECKSUM_PARTIAL) {
		const u8 *iph = ip_hdr(skb);

		put_be16(tcp_hdr(skb) + TCP_CHECK, 0);
		skb->ip_summed = CHECKSUM_PARTIAL;
		tcp_v4_send_check_addr(skb, load_be32(iph + IPV4_SADDR),
				       load_be32(iph + IPV4_DADDR));
	}
	return tcp_gso_segment(skb, features, err);
}

/* Length, identification and checksum of each segment. RFC 6864 4.1: those that may be cut on
 * their way must differ.
 */
/* Of the old kind of UDP's: fragments of one datagram. */
static void inet_frag_headers(struct sk_buff *segs, u32 nhoff)
{
	u32 offset = 0;

	for (struct sk_buff *skb = segs; skb != NULL; skb = skb->next) {
		u8 *iph = skb_mac_header(skb) + nhoff;

		put_be16(iph + IPV4_FRAG_OFF,
			 (u16)(offset >> 3 | (skb->next != NULL ? (u32)IP_MF : 0)));
		offset += skb->len - nhoff - ipv4_hlen(iph);
		put_be16(iph + IPV4_TOT_LEN, (u16)(skb->len - nhoff));
		ip_send_check(iph);
		skb->network_header = (u16)(iph - skb->head);
		skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	}
}

static void inet_seg_headers(struct sk_buff *segs, u32 nhoff, u16 id, bool fixedid)
{
	for (struct sk_buff *skb = segs; skb != NULL; skb = skb->next) {
		u8 *iph = skb_mac_header(skb) + nhoff;

		if (!fixedid)
			put_be16(iph + IPV4_ID, id++);
		put_be16(iph + IPV4_TOT_LEN, (u16)(skb->len - nhoff));
		ip_send_check(iph);
		skb->network_header = (u16)(iph - skb->head);
		skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	}
}

struct sk_buff *inet_gso_segment(struct sk_buff *skb, u64 features, int *err)
{
	PROBE(skb->net, inet_gso_segment);
	bool fixedid = (skb->hd->gso_type & SKB_GSO_TCP_FIXEDID) != 0;
	bool udpfrag = (skb->hd->gso_type & SKB_GSO_UDP) != 0;
	struct sk_buff *segs = NULL;
	u32 nhoff, ihl;
	u8 *iph;
	u16 id;

	*err = -EINVAL;
	skb_reset_network_header(skb);
	nhoff = (u32)(skb->network_header - skb->mac_header);
	if (!pskb_may_pull(skb, IPV4_HLEN))
		return NULL;
	iph = ip_hdr(skb);
	ihl = ipv4_hlen(iph);
	id = get_be16(iph + IPV4_ID);
	if (ihl < IPV4_HLEN || !pskb_may_pull(skb, ihl))
		return NULL;
	(void)skb_pull(skb, ihl);
	skb_reset_transport_header(skb);
	iph = ip_hdr(skb);
	if (fixedid && (get_be16(iph + IPV4_FRAG_OFF) & IP_DF) == 0)
		return NULL;
	*err = -EPROTONOSUPPORT;
	if (iph[IPV4_PROTOCOL] == IPPROTO_UDP)
		segs = udp4_ufo_fragment(skb, features, err);
	else if (iph[IPV4_PROTOCOL] == IPPROTO_TCP)
		segs = tcp4_gso_segment(skb, features, err);
	if (segs != NULL && udpfrag)
		inet_frag_headers(segs, nhoff);
	else if (segs != NULL)
		inet_seg_headers(segs, nhoff, id, fixedid);
	else
		skb->network_header = (u16)(skb->mac_header + nhoff);
	return segs;
}
