// SPDX-License-Identifier: MIT
/* gro.c - generic receive offload: what a poll brings is looked at once before it goes up.
 *
 * Path: step 105. Called by a driver's poll; calls netif_receive_skb_list_internal(). Segments of
 * one TCP connection that follow one another become one packet; it is held until one comes that
 * does not fit, until the poll ends, or until there are too many. So do datagrams
 * of one length whose socket asks for it. All others are GRO_NORMAL. A checksum may be summed early
 * here. Rules: LINUX: net/core/gro.c, inet_gro_receive(), tcp4_gro_receive(), udp4_gro_receive().
 */
#include "base/csum.h"
#include "core/gso.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

/* What becomes of a packet whose data is another's. */
enum gro_free { GRO_FREE_NOT, GRO_FREE_ALL, GRO_FREE_STOLEN_HEAD };

/* LINUX: struct napi_gro_cb. */
struct napi_gro_cb {
	struct sk_buff *last; /* where data is appended: the packet, or the last of its list */
	u64 age_jif;
	u32 data_offset; /* LINUX: skb_gro_offset(): what has been looked at */
	u32 csum;
	u16 network_offset;
	u16 count;	/* segments */
	u8 csum_cnt;	/* checksums that the card has verified */
	u8 free;	/* enum gro_free */
	bool same_flow; /* of a packet that is held: the one that came has the same headers */
	bool csum_valid;
	bool flush;	 /* it cannot be merged, nor held */
	bool ip_fixedid; /* all segments have the same identification */
};
static_assert(sizeof(struct napi_gro_cb) <= SKB_CB_BYTES, "napi_gro_cb fits");

enum { UDPHDR_LEN = 8, UDPHDR_LENGTH = 4, UDPHDR_CHECK = 6, UDP_GRO_CNT_MAX = 64 };
enum { SKB_MAX_CSUM_LEVEL = 3, GRO_MAX_SIZE = 65536 };

/* The fourth word of TCP's header: its length, flags, window. */
enum {
	TCP_FLAG_WORD = 12,
	TCP_FLAG_CWR = TCPHDR_CWR << 16,
	TCP_FLAG_FIN = TCPHDR_FIN << 16,
	TCP_FLAG_PSH = TCPHDR_PSH << 16,
	/* They end what is merged. */
	TCP_FLAGS_FINAL = (TCPHDR_URG | TCPHDR_PSH | TCPHDR_RST | TCPHDR_SYN | TCPHDR_FIN) << 16
};

static struct napi_gro_cb *napi_gro_cb(struct sk_buff *skb)
{
	return SKB_CB(skb, struct napi_gro_cb);
}

static u32 skb_gro_len(struct sk_buff *skb)
{
	return skb->len - napi_gro_cb(skb)->data_offset;
}

/* len bytes at the present offset, made linear; NULL: the packet is shorter. */
static const u8 *skb_gro_header(struct sk_buff *skb, u32 len)
{
	u32 off = napi_gro_cb(skb)->data_offset;

	return pskb_may_pull(skb, off + len) ? skb->data + off : NULL;
}

static void skb_incr_checksum_unnecessary(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
		if (skb->csum_level < SKB_MAX_CSUM_LEVEL)
			skb->csum_level++;
	} else if (skb->ip_summed == CHECKSUM_NONE) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = 0;
	}
}

/* LINUX: inet_gro_compute_pseudo(). */
static u32 inet_gro_compute_pseudo(struct sk_buff *skb, u8 proto)
{
	const u8 *iph = skb->data + napi_gro_cb(skb)->network_offset;

	return csum_tcpudp_nofold(load_be32(iph + IPV4_SADDR), load_be32(iph + IPV4_DADDR),
				  skb_gro_len(skb), proto, 0);
}

/* Is the sum right, whoever computed it? LINUX: __skb_gro_checksum_validate_complete(). */
static bool skb_gro_checksum_ok(struct sk_buff *skb, u8 proto)
{
	struct napi_gro_cb *cb = napi_gro_cb(skb);
	u32 psum = inet_gro_compute_pseudo(skb, proto);

	if (cb->csum_valid && csum_fold(csum_add(psum, cb->csum)) == 0)
		return true;
	cb->csum = skb_checksum(skb, cb->data_offset, skb_gro_len(skb), 0);
	cb->csum_valid = true;
	return csum_fold(csum_add(psum, cb->csum)) == 0;
}

/* LINUX: skb_gro_checksum_validate_zero_check(); has_check: there is one in it. A sum verified here
 * is not verified again above.
 */
static bool skb_gro_checksum_validate(struct sk_buff *skb, u8 proto, bool has_check)
{
	struct napi_gro_cb *cb = napi_gro_cb(skb);

	if (skb->ip_summed != CHECKSUM_PARTIAL && cb->csum_cnt == 0 && has_check &&
	    !skb_gro_checksum_ok(skb, proto))
		return false;
	if (cb->csum_cnt > 0)
		cb->csum_cnt--;
	else
		skb_incr_checksum_unnecessary(skb);
	return true;
}

/* --- one packet's data behind another's ----------------------------------------------------------
 */

/* All data of the packet lies in its fragments: they are the other one's now. */
static u32 gro_take_frags(struct sk_buff *lp, struct sk_buff *skb, u32 offset)
{
	struct skb_head *to = lp->hd, *from = skb->hd;
	u32 truesize = skb_end_offset(skb) + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES;
	u32 delta = skb->truesize - truesize;

	memcpy(to->frags + to->nr_frags, from->frags, from->nr_frags * sizeof(from->frags[0]));
	to->frags[to->nr_frags].offset += offset;
	to->frags[to->nr_frags].size -= offset;
	to->nr_frags = (u8)(to->nr_frags + from->nr_frags);
	from->nr_frags = 0;
	skb->truesize = truesize;
	skb->len -= skb->data_len;
	skb->data_len = 0;
	napi_gro_cb(skb)->free = GRO_FREE_ALL;
	return delta;
}

/* The linear part lies in a page, too: it becomes a fragment, with those behind it. */
static u32 gro_take_head(struct sk_buff *lp, struct sk_buff *skb, u32 offset)
{
	struct skb_head *to = lp->hd, *from = skb->hd;
	u32 delta = skb->truesize - SKB_STRUCT_BYTES;

	skb_fill_page_desc(lp, to->nr_frags, from->head_page,
			   (u32)(skb->data - from->head_page->mem) + offset,
			   skb_headlen(skb) - offset);
	memcpy(to->frags + to->nr_frags, from->frags, from->nr_frags * sizeof(from->frags[0]));
	to->nr_frags = (u8)(to->nr_frags + from->nr_frags);
	skb->truesize = SKB_STRUCT_BYTES;
	napi_gro_cb(skb)->free = GRO_FREE_STOLEN_HEAD;
	return delta;
}

/* The packet goes on the list as it is, without its headers. */
static u32 gro_take_whole(struct sk_buff *p, struct sk_buff *skb, u32 offset)
{
	struct napi_gro_cb *cb = napi_gro_cb(p);
	u32 headlen = skb_headlen(skb);

	skb->destructor = NULL;
	skb->sk = NULL;
	if (offset > headlen) {
		u32 eat = offset - headlen;

		skb->hd->frags[0].offset += eat;
		skb->hd->frags[0].size -= eat;
		skb->data_len -= eat;
		skb->len -= eat;
		offset = headlen;
	}
	(void)skb_pull(skb, offset);
	skb->next = NULL;
	if (cb->last == p)
		p->hd->frag_list = skb;
	else
		cb->last->next = skb;
	cb->last = skb;
	skb_header_release(skb);
	return skb->truesize;
}

/* Appends skb's data to p. 0, or it cannot be. */
static int skb_gro_receive(struct sk_buff *p, struct sk_buff *skb)
{
	PROBE(skb->net, skb_gro_receive);
	u32 offset = napi_gro_cb(skb)->data_offset, headlen = skb_headlen(skb);
	struct sk_buff *lp = napi_gro_cb(p)->last;
	u32 nr = (u32)lp->hd->nr_frags + skb->hd->nr_frags, len = skb_gro_len(skb), delta;

	if (p->len + len >= GRO_MAX_SIZE || napi_gro_cb(skb)->flush)
		return -E2BIG;
	if (headlen <= offset && skb->hd->nr_frags != 0 && nr <= MAX_SKB_FRAGS &&
	    !skb_cloned(skb)) {
		delta = gro_take_frags(lp, skb, offset - headlen);
	} else if (headlen > offset && skb->head_frag && nr + 1 <= MAX_SKB_FRAGS &&
		   !skb_cloned(skb)) {
		delta = gro_take_head(lp, skb, offset);
	} else {
		/* skb_segment() cannot split the linear part of a list's member. */
		if (headlen > offset + p->hd->gso_size)
			return -E2BIG;
		delta = gro_take_whole(p, skb, offset);
		lp = p;
	}
	napi_gro_cb(p)->count = (u16)(napi_gro_cb(p)->count + napi_gro_cb(skb)->count);
	p->data_len += len;
	p->truesize += delta;
	p->len += len;
	if (lp != p) {
		lp->data_len += len;
		lp->truesize += delta;
		lp->len += len;
	}
	napi_gro_cb(skb)->same_flow = true;
	return 0;
}

/* LINUX: inet_gro_flush(): TTL, TOS, DF, and an identification that counts on. With DF it may stay
 * the same instead (RFC 6864 4.1): the second segment shows which.
 */
static bool inet_gro_flush(const u8 *iph, const u8 *iph2, struct napi_gro_cb *cb)
{
	u16 ipid_offset = (u16)(get_be16(iph + IPV4_ID) - get_be16(iph2 + IPV4_ID));
	u16 df = get_be16(iph + IPV4_FRAG_OFF) & IP_DF;

	if (iph[IPV4_TTL] != iph2[IPV4_TTL] || iph[IPV4_TOS] != iph2[IPV4_TOS] ||
	    df != (get_be16(iph2 + IPV4_FRAG_OFF) & IP_DF))
		return true;
	if (cb->count == 1 && df != 0 && ipid_offset == 0)
		cb->ip_fixedid = true;
	return ipid_offset != (cb->ip_fixedid ? 0 : cb->count);
}

/* --- datagrams -----------------------------------------------------------------------------------
 */

/* LINUX: udp_gro_receive_segment(): datagrams of one length, the last may be shorter. RFC 768: one
 * without a checksum is not put together with others.
 */
static struct sk_buff *udp_gro_receive_segment(struct sk_buff *head, struct sk_buff *skb,
					       const u8 *uh)
{
	u32 ulen = get_be16(uh + UDPHDR_LENGTH);

	if (get_be16(uh + UDPHDR_CHECK) == 0 || ulen <= UDPHDR_LEN || ulen != skb_gro_len(skb)) {
		napi_gro_cb(skb)->flush = true;
		return NULL;
	}
	napi_gro_cb(skb)->data_offset += UDPHDR_LEN;
	for (struct sk_buff *p = head; p != NULL; p = p->next) {
		struct napi_gro_cb *cb = napi_gro_cb(p);
		const u8 *uh2 = skb_transport_header(p);
		u32 ulen2;
		bool ends;

		if (!cb->same_flow)
			continue;
		if (memcmp(uh, uh2, 4) != 0) {
			cb->same_flow = false;
			continue;
		}
		ulen2 = get_be16(uh2 + UDPHDR_LENGTH);
		ends = inet_gro_flush(uh - IPV4_HLEN, uh2 - IPV4_HLEN, cb) || ulen > ulen2 ||
		       skb_gro_receive(p, skb) != 0;
		return ends || ulen != ulen2 || cb->count >= UDP_GRO_CNT_MAX ? p : NULL;
	}
	return NULL;
}

/* Only for a socket that has asked for it (UDP_GRO). */
static struct sk_buff *udp_gro_receive(struct sk_buff *head, struct sk_buff *skb, const u8 *uh)
{
	PROBE(skb->net, udp_gro_receive);

	if (skb->net->udp_encap_needed != 0 && udp_gro_wanted(skb, uh - IPV4_HLEN, uh))
		return udp_gro_receive_segment(head, skb, uh);
	napi_gro_cb(skb)->flush = true;
	return NULL;
}

static struct sk_buff *udp4_gro_receive(struct sk_buff *head, struct sk_buff *skb)
{
	PROBE(skb->net, udp4_gro_receive);
	const u8 *uh = skb_gro_header(skb, UDPHDR_LEN);

	/* If it is flushed anyway its checksum is left to the protocol. */
	if (uh == NULL ||
	    (!napi_gro_cb(skb)->flush &&
	     !skb_gro_checksum_validate(skb, IPPROTO_UDP, get_be16(uh + UDPHDR_CHECK) != 0))) {
		napi_gro_cb(skb)->flush = true;
		return NULL;
	}
	return udp_gro_receive(head, skb, uh);
}

/* LINUX: udp4_gro_complete(). */
static void udp4_gro_complete(struct sk_buff *skb)
{
	const struct napi_gro_cb *cb = napi_gro_cb(skb);
	const u8 *iph = skb->data + cb->network_offset;
	u8 *uh = skb_transport_header(skb);
	u32 len = skb->len - (u32)(uh - skb->data);

	put_be16(uh + UDPHDR_CHECK,
		 (u16)csum_tcpudp_nofold(load_be32(iph + IPV4_SADDR), load_be32(iph + IPV4_DADDR),
					 len, IPPROTO_UDP, 0));
	put_be16(uh + UDPHDR_LENGTH, (u16)len);
	skb->csum_start = skb->transport_header;
	skb->csum_offset = UDPHDR_CHECK;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->hd->gso_segs = cb->count;
	skb->hd->gso_type |= SKB_GSO_UDP_L4;
}

/* --- segments of TCP -----------------------------------------------------------------------------
 */

/* The header with its options made linear and gone over; NULL: it is none. */
static const u8 *tcp_gro_pull_header(struct sk_buff *skb)
{
	const u8 *th = skb_gro_header(skb, TCP_HLEN);
	u32 thlen;

	if (th == NULL)
		return NULL;
	thlen = tcp_hlen(th);
	if (thlen < TCP_HLEN)
		return NULL;
	th = skb_gro_header(skb, thlen);
	if (th != NULL)
		napi_gro_cb(skb)->data_offset += thlen;
	return th;
}

/* Which of those that are held is of the same connection? */
static struct sk_buff *tcp_gro_lookup(struct sk_buff *head, const u8 *th)
{
	for (struct sk_buff *p = head; p != NULL; p = p->next) {
		if (!napi_gro_cb(p)->same_flow)
			continue;
		if (memcmp(skb_transport_header(p), th, 4) == 0)
			return p;
		napi_gro_cb(p)->same_flow = false;
	}
	return NULL;
}

/* Does the segment not continue the packet p? */
static bool tcp_gro_differs(struct sk_buff *p, struct sk_buff *skb, const u8 *th)
{
	const u8 *th2 = skb_transport_header(p);
	u32 flags = get_be32(th + TCP_FLAG_WORD), thlen = tcp_hlen(th), len = skb_gro_len(skb);
	u32 ignored = TCP_FLAG_CWR | TCP_FLAG_FIN | TCP_FLAG_PSH;
	bool flush;

	flush = (flags & TCP_FLAG_CWR) != 0 ||
		((flags ^ get_be32(th2 + TCP_FLAG_WORD)) & ~ignored) != 0 ||
		get_be32(th + TCP_ACK_SEQ) != get_be32(th2 + TCP_ACK_SEQ) ||
		(thlen > TCP_HLEN && memcmp(th + TCP_HLEN, th2 + TCP_HLEN, thlen - TCP_HLEN) != 0);
	/* LINUX: gro_receive_network_flush(), which takes note of what it sees in any case. */
	if (inet_gro_flush(th - IPV4_HLEN, th2 - IPV4_HLEN, napi_gro_cb(p)))
		flush = true;
	if (skb_is_gso(skb) ? p->hd->gso_size != skb->hd->gso_size : len - 1 >= p->hd->gso_size)
		flush = true;
	return flush || get_be32(th2 + TCP_SEQ) + skb_gro_len(p) != get_be32(th + TCP_SEQ);
}

/* Returns the packet that is complete now, or NULL. */
static struct sk_buff *tcp_gro_receive(struct sk_buff *head, struct sk_buff *skb, const u8 *th)
{
	PROBE(skb->net, tcp_gro_receive);
	u32 flags = get_be32(th + TCP_FLAG_WORD), len = skb_gro_len(skb), mss = 1;
	struct sk_buff *p = tcp_gro_lookup(head, th);
	struct napi_gro_cb *cb = napi_gro_cb(skb);
	bool flush;

	if (p != NULL && !tcp_gro_differs(p, skb, th) && skb_gro_receive(p, skb) == 0) {
		u8 *word = skb_transport_header(p) + TCP_FLAG_WORD;

		put_be32(word, get_be32(word) | (flags & (TCP_FLAG_FIN | TCP_FLAG_PSH)));
		mss = p->hd->gso_size;
	}
	/* A short segment is the last of what was sent together. */
	if (skb_is_gso(skb))
		flush = len != (u32)cb->count * skb->hd->gso_size;
	else
		flush = len < mss;
	flush = flush || (flags & TCP_FLAGS_FINAL) != 0;
	cb->flush = cb->flush || flush;
	return p != NULL && (!cb->same_flow || flush) ? p : NULL;
}

static struct sk_buff *tcp4_gro_receive(struct sk_buff *head, struct sk_buff *skb)
{
	const u8 *th;

	if (napi_gro_cb(skb)->flush || !skb_gro_checksum_validate(skb, IPPROTO_TCP, true))
		goto flush;
	th = tcp_gro_pull_header(skb);
	if (th != NULL)
		return tcp_gro_receive(head, skb, th);

flush:
	napi_gro_cb(skb)->flush = true;
	return NULL;
}

/* The header of what was merged: the card's sum was right for each, so it is for the whole. */
static void tcp4_gro_complete(struct sk_buff *skb)
{
	const struct napi_gro_cb *cb = napi_gro_cb(skb);
	const u8 *iph = skb->data + cb->network_offset;
	u8 *th = skb_transport_header(skb);
	u32 len = skb->len - (u32)(th - skb->data);

	put_be16(th + TCP_CHECK,
		 (u16)csum_tcpudp_nofold(load_be32(iph + IPV4_SADDR), load_be32(iph + IPV4_DADDR),
					 len, IPPROTO_TCP, 0));
	skb->hd->gso_type |= SKB_GSO_TCPV4;
	if (cb->ip_fixedid)
		skb->hd->gso_type |= SKB_GSO_TCP_FIXEDID;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = TCP_CHECK;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->hd->gso_segs = cb->count;
	if (tcp_th_has(th, TCPHDR_CWR))
		skb->hd->gso_type |= SKB_GSO_TCP_ECN;
}

/* --- IPv4 ----------------------------------------------------------------------------------------
 */

/* Something that may be merged: no options, no fragment, a right header checksum. */
static bool inet_gro_plain(const u8 *iph)
{
	return iph[0] == 0x45 && (get_be16(iph + IPV4_FRAG_OFF) & (IP_MF | IP_OFFSET)) == 0 &&
	       ip_fast_csum(iph, 5) == 0;
}

/* LINUX: inet_offloads[]: of the protocols there are, these have callbacks. */
static bool inet_has_offload(u8 proto)
{
	return proto == IPPROTO_UDP || proto == IPPROTO_TCP;
}

static struct sk_buff *inet_gro_receive(struct sk_buff *head, struct sk_buff *skb)
{
	PROBE(skb->net, inet_gro_receive);
	struct napi_gro_cb *cb = napi_gro_cb(skb);
	u32 off = cb->data_offset;
	const u8 *iph = skb_gro_header(skb, IPV4_HLEN);
	u8 proto;

	if (iph == NULL || !inet_has_offload(iph[IPV4_PROTOCOL]) || !inet_gro_plain(iph)) {
		cb->flush = true;
		return NULL;
	}
	/* Padding at the end, or flags: such a packet goes up by itself. */
	if (get_be16(iph + IPV4_TOT_LEN) != (u16)skb_gro_len(skb) ||
	    (get_be16(iph + IPV4_FRAG_OFF) & ~IP_DF) != 0)
		cb->flush = true;
	for (struct sk_buff *p = head; p != NULL; p = p->next) {
		const u8 *iph2 = p->data + off;

		/* Protocol, source, destination. */
		if (iph[IPV4_PROTOCOL] != iph2[IPV4_PROTOCOL] ||
		    memcmp(iph + IPV4_SADDR, iph2 + IPV4_SADDR, 8) != 0)
			napi_gro_cb(p)->same_flow = false;
	}
	proto = iph[IPV4_PROTOCOL];
	cb->network_offset = (u16)off;
	cb->data_offset += IPV4_HLEN;
	skb_set_transport_header(skb, cb->data_offset);
	if (proto == IPPROTO_TCP)
		return tcp4_gro_receive(head, skb);
	return udp4_gro_receive(head, skb);
}

/* LINUX: inet_gro_complete(). */
static void inet_gro_complete(struct sk_buff *skb)
{
	u8 *iph = skb->data;
	u16 totlen = get_be16(iph + IPV4_TOT_LEN);

	put_be16(iph + IPV4_TOT_LEN, (u16)skb->len);
	csum_replace2(iph + IPV4_CHECK, totlen, (u16)skb->len);
	if (iph[IPV4_PROTOCOL] == IPPROTO_UDP)
		udp4_gro_complete(skb);
	else
		tcp4_gro_complete(skb);
}

/* --- what is held --------------------------------------------------------------------------------
 */

void gro_init(struct napi_struct *napi)
{
	napi->rx_head = NULL;
	napi->rx_tail = NULL;
	napi->rx_count = 0;
	napi->gro_bitmask = 0;
	memset(napi->gro_hash, 0, sizeof(napi->gro_hash));
}

void gro_normal_list(struct napi_struct *napi)
{
	struct sk_buff *first = napi->rx_head;

	if (napi->rx_count == 0)
		return;
	napi->rx_head = NULL;
	napi->rx_tail = NULL;
	napi->rx_count = 0;
	netif_receive_skb_list_internal(first);
}

/* Enough segments go up together. */
static void gro_normal_one(struct napi_struct *napi, struct sk_buff *skb, u32 segs)
{
	skb->next = NULL;
	if (napi->rx_tail != NULL)
		napi->rx_tail->next = skb;
	else
		napi->rx_head = skb;
	napi->rx_tail = skb;
	napi->rx_count += segs;
	if (napi->rx_count >= (u32)skb->net->sysctl.gro_normal_batch)
		gro_normal_list(napi);
}

static void napi_gro_complete(struct napi_struct *napi, struct sk_buff *skb)
{
	if (napi_gro_cb(skb)->count == 1)
		skb->hd->gso_size = 0;
	else
		inet_gro_complete(skb);
	gro_normal_one(napi, skb, napi_gro_cb(skb)->count);
}

/* The youngest is at the head. */
static void gro_list_add(struct gro_list *l, struct sk_buff *skb)
{
	skb->prev = NULL;
	skb->next = l->head;
	if (l->head != NULL)
		l->head->prev = skb;
	else
		l->tail = skb;
	l->head = skb;
}

static void gro_list_del(struct gro_list *l, struct sk_buff *skb)
{
	if (skb->prev != NULL)
		skb->prev->next = skb->next;
	else
		l->head = skb->next;
	if (skb->next != NULL)
		skb->next->prev = skb->prev;
	else
		l->tail = skb->prev;
	skb->next = NULL;
	skb->prev = NULL;
}

/* LINUX: __napi_gro_flush_chain(): from the oldest on. */
static void napi_gro_flush_chain(struct napi_struct *napi, u32 index, bool flush_old)
{
	struct gro_list *l = &napi->gro_hash[index];

	while (l->tail != NULL) {
		struct sk_buff *skb = l->tail;

		if (flush_old && napi_gro_cb(skb)->age_jif == net_jiffies(skb->net))
			return;
		gro_list_del(l, skb);
		l->count--;
		napi_gro_complete(napi, skb);
	}
	napi->gro_bitmask &= ~(1u << index);
}

/* What is held goes on to rx_list, the older ones only if flush_old. */
void napi_gro_flush(struct napi_struct *napi, bool flush_old)
{
	for (u32 left = napi->gro_bitmask; left != 0; left &= left - 1)
		napi_gro_flush_chain(napi, (u32)__builtin_ctz(left), flush_old);
}

void flush_gro_hash(struct napi_struct *napi)
{
	for (u32 i = 0; i < GRO_HASH_BUCKETS; i++) {
		struct gro_list *l = &napi->gro_hash[i];

		while (l->tail != NULL) {
			struct sk_buff *skb = l->tail;

			gro_list_del(l, skb);
			kfree_skb(skb);
		}
		l->count = 0;
	}
	napi->gro_bitmask = 0;
}

/* Which of those that are held have the same link header and hash. */
static void gro_list_prepare(const struct gro_list *l, const struct sk_buff *skb)
{
	for (struct sk_buff *p = l->head; p != NULL; p = p->next)
		napi_gro_cb(p)->same_flow =
			p->hash == skb->hash && p->dev == skb->dev &&
			p->vlan_present == skb->vlan_present && p->vlan_tci == skb->vlan_tci &&
			memcmp(skb_mac_header(p), skb_mac_header(skb), skb->dev->hard_header_len) ==
				0;
}

static void gro_cb_init(struct sk_buff *skb)
{
	struct napi_gro_cb *cb = napi_gro_cb(skb);

	*cb = (struct napi_gro_cb){ .count = 1 };
	cb->flush = skb_has_frag_list(skb);
	if (skb_is_gso(skb)) {
		cb->count = skb->hd->gso_segs;
		if (!skb_is_gso_tcp(skb) || (skb->hd->gso_type & SKB_GSO_DODGY) != 0)
			cb->flush = true;
	}
	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		cb->csum = skb->csum;
		cb->csum_valid = true;
	} else if (skb->ip_summed == CHECKSUM_UNNECESSARY) {
		cb->csum_cnt = (u8)(skb->csum_level + 1);
	}
}

/* Holds the packet; if there are too many the oldest goes up. */
static void gro_hold(struct napi_struct *napi, struct gro_list *l, struct sk_buff *skb)
{
	struct napi_gro_cb *cb = napi_gro_cb(skb);

	if (l->count >= MAX_GRO_SKBS) {
		struct sk_buff *oldest = l->tail;

		gro_list_del(l, oldest);
		napi_gro_complete(napi, oldest);
	} else {
		l->count++;
	}
	cb->age_jif = net_jiffies(skb->net);
	cb->last = skb;
	if (!skb_is_gso(skb))
		skb->hd->gso_size = (u16)skb_gro_len(skb);
	gro_list_add(l, skb);
}

static enum gro_result dev_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	PROBE(skb->net, dev_gro_receive);
	u32 bucket = skb->hash % GRO_HASH_BUCKETS;
	struct gro_list *l = &napi->gro_hash[bucket];
	struct napi_gro_cb *cb = napi_gro_cb(skb);
	struct sk_buff *pp;
	enum gro_result ret;

	if ((skb->dev->features & NETIF_F_GRO) == 0)
		return GRO_NORMAL;
	gro_list_prepare(l, skb);
	if (be16_to_cpu(skb->protocol) != ETH_P_IP)
		return GRO_NORMAL;
	skb_reset_network_header(skb);
	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	gro_cb_init(skb);
	pp = inet_gro_receive(l->head, skb);
	ret = cb->free != GRO_FREE_NOT ? GRO_MERGED_FREE : GRO_MERGED;
	if (pp != NULL) {
		gro_list_del(l, pp);
		l->count--;
		napi_gro_complete(napi, pp);
	}
	if (!cb->same_flow && cb->flush) {
		ret = GRO_NORMAL;
	} else if (!cb->same_flow) {
		gro_hold(napi, l, skb);
		ret = GRO_HELD;
	}
	if (l->count != 0)
		napi->gro_bitmask |= 1u << bucket;
	else
		napi->gro_bitmask &= ~(1u << bucket);
	return ret;
}

/* LINUX: napi_skb_finish(). */
static void napi_skb_finish(struct napi_struct *napi, struct sk_buff *skb, enum gro_result ret)
{
	if (ret == GRO_NORMAL)
		gro_normal_one(napi, skb, 1);
	else if (ret == GRO_MERGED_FREE && napi_gro_cb(skb)->free == GRO_FREE_STOLEN_HEAD)
		napi_skb_free_stolen_head(skb);
	else if (ret == GRO_MERGED_FREE)
		kfree_skb_untold(skb);
}

enum gro_result napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	PROBE(skb->net, napi_gro_receive);
	enum gro_result ret;

	PATH_STEP(skb->net, GRO_RECEIVE, skb->queue_mapping != 0 ? skb->queue_mapping - 1u : 0,
		  skb->len);
	if (skb->napi_id < MIN_NAPI_ID)
		skb->napi_id = napi->napi_id;
	ret = dev_gro_receive(napi, skb);
	napi_skb_finish(napi, skb, ret);
	return ret;
}
