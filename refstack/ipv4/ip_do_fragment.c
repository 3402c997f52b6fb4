// SPDX-License-Identifier: MIT
/* ip_do_fragment.c - a datagram larger than the MTU becomes fragments.
 *
 * Path: between ip_finish_output() and ip_finish_output2(), in step 4.
 * Rules: RFC 791 3.2; LINUX: net/ipv4/ip_output.c: ip_do_fragment() and its helpers.
 */
#include "ipv4/ip.h"

#include "uapi/errno.h"

enum { FRAG_UNIT = 8 };

typedef int (*frag_output)(struct net *, struct sock *, struct sk_buff *);

static void check_header(struct net *net, u8 *iph)
{
	PROBE(net, ip_send_check);

	ip_send_check(iph);
}

/* LINUX: skb_pagelen(): without the frag_list. */
static u32 skb_pagelen(const struct sk_buff *skb)
{
	u32 len = skb_headlen(skb);

	for (u32 i = 0; i < skb->hd->nr_frags; i++)
		len += skb->hd->frags[i].size;
	return len;
}

/* LINUX: ip_copy_metadata(). */
static void ip_copy_metadata(struct sk_buff *to, const struct sk_buff *from)
{
	to->pkt_type = from->pkt_type;
	to->priority = from->priority;
	to->protocol = from->protocol;
	to->skb_iif = from->skb_iif;
	skb_dst_drop(to);
	if (from->dst_noref) {
		skb_dst_set_noref(to, from->dst);
	} else {
		dst_hold(from->dst);
		skb_dst_set(to, from->dst);
	}
	to->dev = from->dev;
	to->mark = from->mark;
	to->hash = from->hash;
	to->l4_hash = from->l4_hash;
	to->sw_hash = from->sw_hash;
	to->tstamp_ns = from->tstamp_ns;
}

/* -------- the frag_list holds the fragments already -------- */

/* Each member gets the datagram's header in front. */
struct fraglist_iter {
	struct sk_buff *frag; /* the next one */
	u8 *iph;	      /* the header before */
	u32 hlen, offset;
};

static bool member_fits(const struct sk_buff *frag, u32 mtu, u32 headroom)
{
	if (frag->len > mtu || (frag->len % FRAG_UNIT != 0 && frag->next != NULL))
		return false;
	return skb_headroom(frag) >= headroom && !skb_shared(frag);
}

static bool fraglist_fits(const struct sk_buff *skb, u32 mtu, u32 hlen, u32 ll_rs)
{
	u32 first = skb_pagelen(skb) - hlen;

	if (!skb_has_frag_list(skb))
		return false;
	if (first > mtu || first % FRAG_UNIT != 0 || ipv4_is_fragment(ip_hdr(skb)) ||
	    skb_cloned(skb) || skb_headroom(skb) < ll_rs)
		return false;
	for (const struct sk_buff *frag = skb->hd->frag_list; frag != NULL; frag = frag->next) {
		if (!member_fits(frag, mtu, hlen + ll_rs))
			return false;
	}
	return true;
}

/* The members belong to the socket by themselves again. */
static void fraglist_disown(struct sk_buff *skb)
{
	for (struct sk_buff *frag = skb->hd->frag_list; frag != NULL; frag = frag->next) {
		assert(frag->sk == NULL);
		if (skb->sk != NULL) {
			frag->sk = skb->sk;
			frag->destructor = sock_wfree;
		}
		skb->truesize -= frag->truesize;
	}
}

/* LINUX: ip_fraglist_init(): the datagram becomes its first fragment. */
static void fraglist_init(struct sk_buff *skb, u32 hlen, struct fraglist_iter *iter)
{
	u32 first_len = skb_pagelen(skb);
	u8 *iph = ip_hdr(skb);

	*iter = (struct fraglist_iter){ .frag = skb->hd->frag_list, .iph = iph, .hlen = hlen };
	skb->hd->frag_list = NULL;
	skb->data_len = first_len - skb_headlen(skb);
	skb->len = first_len;
	put_be16(iph + IPV4_TOT_LEN, (u16)first_len);
	put_be16(iph + IPV4_FRAG_OFF, IP_MF);
	check_header(skb->net, iph);
}

/* LINUX: ip_fraglist_prepare(): skb is the fragment before. */
static void fraglist_prepare(struct sk_buff *skb, struct fraglist_iter *iter)
{
	struct sk_buff *frag = iter->frag;
	u16 frag_off;
	u8 *iph;

	frag->ip_summed = CHECKSUM_NONE;
	skb_reset_transport_header(frag);
	(void)skb_push_inline(frag, iter->hlen);
	skb_reset_network_header(frag);
	iph = ip_hdr(frag);
	memcpy(iph, iter->iph, iter->hlen);
	iter->iph = iph;
	put_be16(iph + IPV4_TOT_LEN, (u16)frag->len);
	ip_copy_metadata(frag, skb);
	iter->offset += skb->len - iter->hlen;
	frag_off = (u16)(iter->offset / FRAG_UNIT);
	put_be16(iph + IPV4_FRAG_OFF, frag->next != NULL ? frag_off | IP_MF : frag_off);
	check_header(skb->net, iph);
}

/* Prepares what follows skb, before skb is gone. */
static void fraglist_next_header(struct sk_buff *skb, struct fraglist_iter *iter)
{
	bool first_frag = iter->offset == 0;

	IPCB(iter->frag)->flags = IPCB(skb)->flags;
	fraglist_prepare(skb, iter);
	/* RFC 791: options that are not to be copied are in the first fragment only. */
	if (first_frag && IPCB(skb)->optlen != 0) {
		IPCB(iter->frag)->optlen = IPCB(skb)->optlen;
		ip_options_fragment(iter->frag);
		check_header(skb->net, iter->iph);
	}
}

static int fraglist_send(struct net *net, struct sock *sk, struct sk_buff *skb, u32 hlen,
			 frag_output output)
{
	struct fraglist_iter iter;
	int err;

	fraglist_disown(skb);
	fraglist_init(skb, hlen, &iter);
	for (;;) {
		if (iter.frag != NULL)
			fraglist_next_header(skb, &iter);
		err = output(net, sk, skb);
		if (err == 0)
			mib_inc(net, IPSTATS_MIB_FRAGCREATES);
		if (err != 0 || iter.frag == NULL)
			break;
		skb = iter.frag;
		iter.frag = skb->next;
		skb->next = NULL;
	}
	if (err == 0) {
		mib_inc(net, IPSTATS_MIB_FRAGOKS);
		return 0;
	}
	kfree_skb_list_reason(iter.frag, DROP_NOT_SPECIFIED);
	mib_inc(net, IPSTATS_MIB_FRAGFAILS);
	return err;
}

/* -------- fragments are copied out of the datagram -------- */

/* LINUX: struct ip_frag_state. */
struct ip_frag_state {
	bool df, not_last_frag;
	u32 hlen, ll_rs;
	u32 mtu;    /* room for data */
	u32 left;   /* data still to be sent */
	u32 ptr;    /* where it begins in the datagram */
	u32 offset; /* its place in the original datagram */
};

/* The next fragment; NULL: no memory. */
static struct sk_buff *ip_frag_next(struct sk_buff *skb, struct ip_frag_state *s)
{
	u32 len = min_u32(s->left, s->mtu);
	struct sk_buff *skb2;
	u16 frag_off;
	int err;
	u8 *iph;

	if (len < s->left)
		len = len / FRAG_UNIT * FRAG_UNIT;
	skb2 = alloc_skb(skb->net, len + s->hlen + s->ll_rs);
	if (skb2 == NULL)
		return NULL;
	ip_copy_metadata(skb2, skb);
	skb_reserve(skb2, s->ll_rs);
	(void)skb_put(skb2, len + s->hlen);
	skb_reset_network_header(skb2);
	skb2->transport_header = (u16)(skb2->network_header + s->hlen);
	if (skb->sk != NULL)
		skb_set_owner_w(skb2, skb->sk);
	iph = ip_hdr(skb2);
	memcpy(iph, skb->data, s->hlen);
	err = skb_copy_bits(skb, s->ptr, skb_transport_header(skb2), len);
	assert(err == 0);
	s->left -= len;

	frag_off = (u16)(s->offset / FRAG_UNIT);
	if (s->df)
		frag_off |= IP_DF;
	if (s->left > 0 || s->not_last_frag)
		frag_off |= IP_MF;
	put_be16(iph + IPV4_FRAG_OFF, frag_off);
	s->ptr += len;
	s->offset += len;
	put_be16(iph + IPV4_TOT_LEN, (u16)(len + s->hlen));
	check_header(skb->net, iph);
	return skb2;
}

/* LINUX: ip_frag_ipcb(): the datagram's own options are cut down once, for all that follow. */
static void ip_frag_ipcb(struct sk_buff *from, struct sk_buff *to, bool first_frag)
{
	IPCB(to)->flags = IPCB(from)->flags;
	if (first_frag)
		ip_options_fragment(from);
}

static int copied_send(struct net *net, struct sock *sk, struct sk_buff *skb,
		       struct ip_frag_state *s, frag_output output)
{
	while (s->left > 0) {
		bool first_frag = s->offset == 0;
		struct sk_buff *skb2 = ip_frag_next(skb, s);
		int err;

		if (skb2 == NULL)
			return -ENOMEM;
		ip_frag_ipcb(skb, skb2, first_frag);
		err = output(net, sk, skb2);
		if (err != 0)
			return err;
		mib_inc(net, IPSTATS_MIB_FRAGCREATES);
	}
	return 0;
}

/* -------- both -------- */

/* A sum that was left to the card covers the whole datagram: it is made now. */
static int settle_checksum(struct sk_buff *skb)
{
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	/* LINUX: ip_check_csum_start(). */
	if (skb->csum_start < skb->network_header + ipv4_hlen(ip_hdr(skb)))
		return -EINVAL;
	return skb_checksum_help(skb);
}

int ip_do_fragment(struct net *net, struct sock *sk, struct sk_buff *skb,
		   int (*output)(struct net *, struct sock *, struct sk_buff *))
{
	PROBE(net, ip_do_fragment);
	u32 frag_max_size = IPCB(skb)->frag_max_size;
	u32 ll_rs = ll_reserved_space(skb_dst(skb)->dev);
	struct ip_frag_state state;
	int err = settle_checksum(skb);
	u32 hlen = ipv4_hlen(ip_hdr(skb));
	u32 mtu = ip_skb_dst_mtu(sk, skb);
	u16 frag_off;

	if (err != 0)
		goto fail;
	if (frag_max_size != 0 && frag_max_size < mtu)
		mtu = frag_max_size;
	err = -EMSGSIZE;
	if (mtu < hlen + FRAG_UNIT)
		goto fail;
	mtu -= hlen;
	IPCB(skb)->flags |= IPSKB_FRAG_COMPLETE;
	if (fraglist_fits(skb, mtu, hlen, ll_rs))
		return fraglist_send(net, sk, skb, hlen, output);

	frag_off = get_be16(ip_hdr(skb) + IPV4_FRAG_OFF);
	state = (struct ip_frag_state){
		.df = (IPCB(skb)->flags & IPSKB_FRAG_PMTU) != 0,
		.not_last_frag = (frag_off & IP_MF) != 0,
		.hlen = hlen,
		.ll_rs = ll_rs,
		.mtu = mtu,
		.left = skb->len - hlen,
		.ptr = hlen,
		.offset = (frag_off & IP_OFFSET) * (u32)FRAG_UNIT,
	};
	err = copied_send(net, sk, skb, &state, output);
	if (err != 0)
		goto fail;
	consume_skb(skb);
	mib_inc(net, IPSTATS_MIB_FRAGOKS);
	return 0;

fail:
	kfree_skb(skb);
	mib_inc(net, IPSTATS_MIB_FRAGFAILS);
	return err;
}
