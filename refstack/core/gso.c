// SPDX-License-Identifier: MIT
/* gso.c - generic segmentation offload: one packet becomes the segments that go on a wire.
 *
 * Path: between steps 6 and 10, where a device cannot do it; calls the protocol's way down
 * (ipv4/tcp_offload.c, udp_offload.c), which comes back to skb_segment(). Rules: LINUX:
 * net/core/gso.c, skb_segment(). A packet that has a list of packets, which only a forwarded one
 * could have, is copied, not shared. There are no tunnels.
 */
#include "core/gso.h"

#include "base/csum.h"
#include "core/sock.h"
#include "core/ubuf.h"
#include "uapi/errno.h"
#include "wire/tcp.h"

enum { UDP_HDR_BYTES = 8 };

/* What skb_segment() is about and how far it has come. Offsets count from the link header. */
struct segmentation {
	struct sk_buff *head;
	u64 features;
	bool sg, csum; /* the device gathers, the device sums */
	u32 mss;
	u32 doffset; /* bytes of headers */
	u32 headroom;
	u32 offset; /* of the next segment's data */
	u32 pos;    /* where fragment i begins */
	u32 i;
};

/* Shares the fragments of [s->offset, s->offset + len), without what is in the linear part. */
static bool share_frags(struct segmentation *s, struct sk_buff *nskb, u32 len)
{
	const struct skb_head *from = s->head->hd;
	struct skb_head *to = nskb->hd;
	u32 end = s->offset + len;

	while (s->pos < end) {
		struct skb_frag *f;

		assert(s->i < from->nr_frags);
		if (to->nr_frags >= MAX_SKB_FRAGS)
			return false;
		f = &to->frags[to->nr_frags++];
		*f = from->frags[s->i];
		skb_frag_ref(f);
		if (s->pos < s->offset) {
			f->offset += s->offset - s->pos;
			f->size -= s->offset - s->pos;
		}
		if (s->pos + from->frags[s->i].size > end) {
			f->size -= s->pos + from->frags[s->i].size - end;
			return true;
		}
		s->pos += from->frags[s->i++].size;
	}
	return true;
}

/* A card that does not sum: the data's part is summed here, the headers' part by who writes them.
 */
static void sum_data(const struct segmentation *s, struct sk_buff *nskb)
{
	struct skb_gso_cb *cb = skb_gso_cb(nskb);

	nskb->ip_summed = CHECKSUM_NONE;
	cb->csum = skb_checksum(nskb, s->doffset, nskb->len - s->doffset, 0);
	cb->csum_start = skb_headroom(nskb) + s->doffset;
}

/* One segment with len bytes of data; NULL with *err. */
static struct sk_buff *make_segment(struct segmentation *s, u32 len, int *err)
{
	struct sk_buff *head = s->head, *nskb;
	u32 linear = skb_headlen(head) > s->offset ? skb_headlen(head) - s->offset : 0;

	if (linear > len || !s->sg)
		linear = len;
	*err = -ENOMEM;
	nskb = alloc_skb(head->net, linear + s->doffset + s->headroom);
	if (nskb == NULL)
		return NULL;
	skb_reserve(nskb, s->headroom);
	skb_copy_header(nskb, head);
	nskb->mac_len = (u16)(nskb->network_header - nskb->mac_header);
	memcpy(skb_put_inline(nskb, s->doffset), head->data, s->doffset);
	if (skb_copy_bits(head, s->offset, skb_put_inline(nskb, linear), linear) != 0)
		goto fail;
	if (s->sg) {
		nskb->hd->flags |= head->hd->flags & SKBFL_SHARED_FRAG;
		skb_zerocopy_clone(nskb, head);
	}
	if (linear != len) {
		*err = -EINVAL;
		if (!share_frags(s, nskb, len))
			goto fail;
		nskb->data_len = len - linear;
		nskb->len += nskb->data_len;
		nskb->truesize += nskb->data_len;
	}
	if (!s->csum)
		sum_data(s, nskb);
	return nskb;

fail:
	kfree_skb(nskb);
	return NULL;
}

/* The last segment gives back to the socket what the whole was charged for. */
static void pass_owner(struct sk_buff *head, struct sk_buff *tail)
{
	u32 truesize = tail->truesize;

	if (head->destructor != sock_wfree)
		return;
	tail->truesize = head->truesize;
	tail->destructor = head->destructor;
	tail->sk = head->sk;
	head->truesize = truesize;
	head->destructor = NULL;
	head->sk = NULL;
}

/* LINUX: data is behind the transport header, and comes back to the link header. The segments are
 * linked by next, and prev of the first leads to the last.
 */
struct sk_buff *skb_segment(struct sk_buff *head_skb, u64 features, int *err)
{
	PROBE(head_skb->net, skb_segment);
	struct segmentation s = { .head = head_skb, .features = features };
	struct sk_buff *segs = NULL, *tail = NULL;

	s.mss = head_skb->hd->gso_size;
	s.doffset = (u32)(head_skb->data - skb_mac_header(head_skb));
	skb_push_inline(head_skb, s.doffset);
	s.sg = (features & NETIF_F_SG) != 0 && !skb_has_frag_list(head_skb);
	s.csum = can_checksum_protocol(features, skb_network_protocol(head_skb));
	s.headroom = skb_headroom(head_skb);
	s.offset = s.doffset;
	s.pos = skb_headlen(head_skb);
	assert(s.mss != 0);
	do {
		u32 len = min_u32(head_skb->len - s.offset, s.mss);
		struct sk_buff *nskb = make_segment(&s, len, err);

		if (nskb == NULL) {
			kfree_skb_list_reason(segs, DROP_NOT_SPECIFIED);
			return NULL;
		}
		if (segs == NULL)
			segs = nskb;
		else
			tail->next = nskb;
		tail = nskb;
		s.offset += len;
	} while (s.offset < head_skb->len);
	segs->prev = tail;
	pass_owner(head_skb, tail);
	*err = 0;
	return segs;
}

void gso_reset_checksum(struct sk_buff *skb, u32 res)
{
	struct skb_gso_cb *cb = skb_gso_cb(skb);

	cb->csum = res;
	cb->csum_start = skb->csum_start;
}

u16 gso_make_checksum(struct sk_buff *skb, u32 res)
{
	struct skb_gso_cb *cb = skb_gso_cb(skb);
	u32 plen = cb->csum_start - skb->transport_header, partial = cb->csum;

	cb->csum = res;
	cb->csum_start = skb->transport_header;
	return csum_fold(csum_partial(skb_transport_header(skb), plen, partial));
}

/* LINUX: skb_mac_gso_segment(): of the protocols there are, only IPv4 has such a function. */
static struct sk_buff *skb_mac_gso_segment(struct sk_buff *skb, u64 features, int *err)
{
	struct sk_buff *segs = NULL;

	*err = -EPROTONOSUPPORT;
	(void)skb_pull(skb, skb->mac_len);
	if (be16_to_cpu(skb_network_protocol(skb)) == ETH_P_IP)
		segs = inet_gso_segment(skb, features, err);
	if (skb->data > skb_mac_header(skb))
		skb_push_inline(skb, (u32)(skb->data - skb_mac_header(skb)));
	return segs;
}

struct sk_buff *skb_gso_segment(struct sk_buff *skb, u64 features, int *err)
{
	/* The headers will be written to, if only for a checksum. */
	if (skb->ip_summed != CHECKSUM_PARTIAL && skb->ip_summed != CHECKSUM_UNNECESSARY) {
		*err = skb_cow_head(skb, 0);
		if (*err < 0)
			return NULL;
	}
	skb_reset_mac_header(skb);
	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	return skb_mac_gso_segment(skb, features, err);
}

/* LINUX: skb_gso_network_seglen(). */
static u32 skb_gso_network_seglen(const struct sk_buff *skb)
{
	u32 thlen = 0;

	if ((skb->hd->gso_type & SKB_GSO_TCPV4) != 0)
		thlen = tcp_hlen(skb_transport_header(skb));
	else if ((skb->hd->gso_type & SKB_GSO_UDP_L4) != 0)
		thlen = UDP_HDR_BYTES;
	return skb_network_header_len(skb) + thlen + skb->hd->gso_size;
}

bool skb_gso_validate_network_len(const struct sk_buff *skb, u32 mtu)
{
	return skb_gso_network_seglen(skb) <= mtu;
}
