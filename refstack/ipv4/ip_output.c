// SPDX-License-Identifier: MIT
/* ip_output.c - IPv4 sending: data gathered into datagrams, headers, identification, the way out.
 *
 * Path: steps 3 and 4, from ip_make_skb() to neigh_output(). ip_do_fragment.c makes fragments.
 * Rules: RFC 791, RFC 1122 3.2.1, RFC 6864; LINUX: net/ipv4/ip_output.c, __ip_select_ident().
 * DIVERGES(sock-frag): page fragments come from the socket's page, never from the task's.
 * DIVERGES(cork-opt): IP options of a datagram in one call are used where the call has them.
 */
#include "ipv4/ip.h"

#include "base/csum.h"
#include "core/iov.h"
#include "core/neighbour.h"
#include "core/tx_tstamp.h"
#include "core/ubuf.h"
#include "ipv4/icmp.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { IPV4_VERSION_IHL5 = 0x45, LINEAR_EXTRA = 15 };
enum { SRC_PORT = 0, DST_PORT = 2 }; /* of TCP and UDP alike */

/* -------- identification -------- */

/* All counters begin anew: as if last used now. */
void ip_ident_init(struct net *net)
{
	memset(net->ip_ident, 0, offsetof(struct ip_ident, id));
	net->ip_ident->born_jif = (u32)net_jiffies(net);
}

/* LINUX: ip_idents_reserve(): a counter that was left alone for a while jumps by a random part of
 * it. What the counters start at is one secret, looked up here when one is first used.
 */
static u32 ip_idents_reserve(struct net *net, u32 hash, u32 segs)
{
	struct ip_ident *ident = net->ip_ident;
	u32 bucket = hash % IP_IDENTS;
	u32 now = (u32)net_jiffies(net);
	u32 bit = 1u << bucket % 32;
	u32 delta = 0;

	if ((ident->used[bucket / 32] & bit) == 0) {
		ident->used[bucket / 32] |= bit;
		ident->nr_used++;
		ident->tstamp[bucket] = ident->born_jif;
		ident->id[bucket] = random_secret_u32(bucket);
	}
	if (ident->tstamp[bucket] != now) {
		delta = get_random_u32_below(net->random, now - ident->tstamp[bucket]);
		ident->tstamp[bucket] = now;
	}
	ident->id[bucket] += segs + delta;
	return ident->id[bucket] - segs;
}

/* LINUX: __ip_select_ident(). */
static void ip_select_ident_hashed(struct net *net, u8 *iph, u32 segs)
{
	PROBE(net, ip_select_ident);
	siphash_key_t *key = &net->ip_id_key;
	u64 hash;

	if (key->key[0] == 0 && key->key[1] == 0) {
		key->key[0] = get_random_u64(net->random);
		key->key[1] = get_random_u64(net->random);
	}
	/* The addresses as an x86-64 loads them. */
	hash = siphash_3u32(get_le32(iph + IPV4_DADDR), get_le32(iph + IPV4_SADDR),
			    iph[IPV4_PROTOCOL], key);

	put_be16(iph + IPV4_ID, (u16)ip_idents_reserve(net, (u32)hash, segs));
}

void ip_select_ident(struct net *net, struct sk_buff *skb, struct sock *sk, u32 segs)
{
	u8 *iph = ip_hdr(skb);

	if (sk != NULL && !be32_is_zero(sk->sk_daddr)) {
		struct inet_sock *inet = inet_sk(sk);
		u32 id = inet->inet_id;

		inet->inet_id += segs;
		if (sk->sk_type != SOCK_STREAM)
			id = inet->inet_id;
		put_be16(iph + IPV4_ID, (u16)id);
		return;
	}
	/* RFC 6864 4.1: what is never fragmented needs none. */
	if ((get_be16(iph + IPV4_FRAG_OFF) & IP_DF) != 0 && !skb->ignore_df)
		put_be16(iph + IPV4_ID, 0);
	else
		ip_select_ident_hashed(net, iph, segs);
}

/* -------- out of the host -------- */

void ip_send_check(u8 *iph)
{
	put_be16(iph + IPV4_CHECK, 0);
	put_be16(iph + IPV4_CHECK, ip_fast_csum(iph, ipv4_hlen(iph) / 4));
}

/* The probe needs a net, which a header does not know. */
static void send_check(struct net *net, u8 *iph)
{
	PROBE(net, ip_send_check);

	ip_send_check(iph);
}

/* LINUX: __ip_local_out(). 1: nobody took the packet, it goes on. */
static int ip_local_out_begin(struct net *net, struct sk_buff *skb)
{
	PROBE(net, ip_local_out_begin);
	u8 *iph = ip_hdr(skb);

	mib_inc(net, IPSTATS_MIB_OUTREQUESTS);
	iph_set_totlen(iph, skb->len);
	send_check(net, iph);
	skb->protocol = cpu_to_be16(ETH_P_IP);
	return 1;
}

int ip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	int err = ip_local_out_begin(net, skb);

	return err == 1 ? dst_output(net, sk, skb) : err;
}

int ip_send_skb(struct net *net, struct sk_buff *skb)
{
	PROBE(net, ip_send_skb);
	int err = ip_local_out(net, skb->sk, skb);

	/* LINUX: net_xmit_errno(): congestion is not the caller's business. */
	if (err > 0)
		err = err != NET_XMIT_CN ? -ENOBUFS : 0;
	if (err != 0)
		mib_inc(net, IPSTATS_MIB_OUTDISCARDS);
	return err;
}

static void count_output(struct net *net, const struct rtable *rt, u32 len)
{
	if (rt->rt_type == RTN_MULTICAST) {
		mib_inc(net, IPSTATS_MIB_OUTMCASTPKTS);
		mib_add(net, IPSTATS_MIB_OUTMCASTOCTETS, len);
	} else if (rt->rt_type == RTN_BROADCAST) {
		mib_inc(net, IPSTATS_MIB_OUTBCASTPKTS);
		mib_add(net, IPSTATS_MIB_OUTBCASTOCTETS, len);
	}
	mib_inc(net, IPSTATS_MIB_OUTPKTS);
	mib_add(net, IPSTATS_MIB_OUTOCTETS, len);
}

/* LINUX: sock_confirm_neigh(): the program or its protocol knows that the neighbour answers. */
static void sock_confirm_neigh(struct sk_buff *skb, struct neighbour *n)
{
	if (!skb->dst_pending_confirm)
		return;
	if (skb->sk != NULL)
		skb->sk->sk_dst_pending_confirm = false;
	neigh_confirm(n);
}

static int ip_finish_output2(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	PROBE(net, ip_finish_output2);
	struct rtable *rt = dst_rtable(skb_dst(skb));
	struct net_device *dev = rt->dst.dev;
	u32 hh_len = ll_reserved_space(dev);
	struct neighbour *neigh;
	bool is_v6gw = false;

	(void)sk;
	PATH_STEP(net, IP_FINISH_OUTPUT2, skb->queue_mapping, skb->len);
	net_crossing(net, CROSS_IP_OUTPUT, skb);
	count_output(net, rt, skb->len);
	if (skb_headroom(skb) < hh_len && dev->header_ops != NULL) {
		skb = skb_expand_head(skb, hh_len);
		if (skb == NULL)
			return -ENOMEM;
	}
	neigh = ip_neigh_for_gw(rt, skb, &is_v6gw);
	if (neigh == NULL) {
		kfree_skb_reason(skb, DROP_NEIGH_CREATEFAIL);
		return -ENOBUFS;
	}
	sock_confirm_neigh(skb, neigh);
	return neigh_output(neigh, skb, is_v6gw);
}

u32 ip_skb_dst_mtu(const struct sock *sk, const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (sk == NULL || !sk_fullsock(sk) || ip_sk_use_pmtu(sk))
		return ip_dst_mtu_maybe_forward(dst, (IPCB(skb)->flags & IPSKB_FORWARDED) != 0);
	return min_u32(dst_dev_mtu(dst), IP_MAX_MTU);
}

static int ip_fragment(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	u32 frag_max_size = IPCB(skb)->frag_max_size;

	if ((get_be16(ip_hdr(skb) + IPV4_FRAG_OFF) & IP_DF) != 0 &&
	    (!skb->ignore_df || (frag_max_size != 0 && frag_max_size > mtu))) {
		mib_inc(net, IPSTATS_MIB_FRAGFAILS);
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, cpu_to_be32(mtu));
		kfree_skb(skb);
		return -EMSGSIZE;
	}
	return ip_do_fragment(net, sk, skb, ip_finish_output2);
}

/* Segments that are too long for the way become fragments, each by itself. */
static int ip_finish_output_gso(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	struct sk_buff *segs;
	int ret = 0, err;

	if (skb_gso_validate_network_len(skb, mtu))
		return ip_finish_output2(net, sk, skb);
	segs = skb_gso_segment(skb, netif_skb_features(skb) & ~NETIF_F_GSO_MASK, &err);
	if (segs == NULL) {
		kfree_skb(skb);
		return -ENOMEM;
	}
	consume_skb(skb);
	while (segs != NULL) {
		struct sk_buff *next = segs->next;

		segs->next = NULL;
		err = ip_fragment(net, sk, segs, mtu);
		if (err != 0 && ret == 0)
			ret = err;
		segs = next;
	}
	return ret;
}

/* LINUX: __ip_finish_output(). */
static int ip_finish_output_one(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	PROBE(net, ip_finish_output_one);
	u32 mtu = ip_skb_dst_mtu(sk, skb);

	if (skb_is_gso(skb))
		return ip_finish_output_gso(net, sk, skb, mtu);
	if (skb->len > mtu || IPCB(skb)->frag_max_size != 0)
		return ip_fragment(net, sk, skb, mtu);
	return ip_finish_output2(net, sk, skb);
}

static int ip_finish_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	PROBE(net, ip_finish_output);

	return ip_finish_output_one(net, sk, skb);
}

int ip_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	PROBE(net, ip_output);

	PATH_STEP(net, IP_OUTPUT, skb->queue_mapping, skb->len);
	skb->dev = skb_dst(skb)->dev;
	skb->protocol = cpu_to_be16(ETH_P_IP);
	return ip_finish_output(net, sk, skb);
}

/* LINUX: rt_dst_clone(): the same route through the loopback device. */
static struct rtable *rt_dst_clone(struct net_device *dev, const struct rtable *rt)
{
	struct rtable *nrt = rt_dst_alloc(dev, rt->rt_flags, rt->rt_type, false);

	if (nrt == NULL)
		return NULL;
	nrt->rt_genid = rt->rt_genid;
	nrt->rt_is_input = rt->rt_is_input;
	nrt->rt_pmtu = rt->rt_pmtu;
	nrt->rt_mtu_locked = rt->rt_mtu_locked;
	nrt->rt_has_gw = rt->rt_has_gw;
	nrt->rt_gw4 = rt->rt_gw4;
	nrt->rt_uses_gateway = rt->rt_uses_gateway;
	nrt->dst.input = rt->dst.input;
	nrt->dst.output = rt->dst.output;
	nrt->dst.error = rt->dst.error;
	return nrt;
}

/* LINUX: dev_loopback_xmit(). */
static void dev_loopback_xmit(struct sk_buff *skb)
{
	skb_reset_mac_header(skb);
	(void)skb_pull(skb, (u32)skb_network_offset(skb));
	skb->pkt_type = PACKET_LOOPBACK;
	if (skb->ip_summed == CHECKSUM_NONE)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	(void)skb_dst_force(skb);
	(void)netif_rx(skb);
}

/* LINUX: ip_mc_finish_output(): our own copy. rt_iif 0 says: look at the packet for its interface.
 */
static void ip_mc_loop(struct net *net, struct sk_buff *skb)
{
	struct sk_buff *newskb = skb_clone(skb);
	struct rtable *new_rt;

	if (newskb == NULL)
		return;
	new_rt = rt_dst_clone(net->loopback_dev, dst_rtable(skb_dst(newskb)));
	if (new_rt != NULL) {
		new_rt->rt_iif = 0;
		skb_dst_drop(newskb);
		skb_dst_set(newskb, &new_rt->dst);
	}
	dev_loopback_xmit(newskb);
}

/* Broadcasts and multicasts are also for programs of this host. */
int ip_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	u32 rt_flags = dst_rtable(skb_dst(skb))->rt_flags;

	skb->dev = skb_dst(skb)->dev;
	skb->protocol = cpu_to_be16(ETH_P_IP);
	if ((rt_flags & RTCF_MULTICAST) != 0) {
		if (sk == NULL || inet_test_bit(sk, INET_FLAGS_MC_LOOP))
			ip_mc_loop(net, skb);
		/* Not beyond this host. */
		if (ip_hdr(skb)[IPV4_TTL] == 0) {
			kfree_skb(skb);
			return 0;
		}
	}
	if ((rt_flags & RTCF_BROADCAST) != 0)
		ip_mc_loop(net, skb);
	return ip_finish_output(net, sk, skb);
}

/* -------- gathering data -------- */

int ip_generic_getfrag(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb)
{
	PROBE(skb->net, ip_generic_getfrag);
	struct msghdr *msg = from;
	u32 csum = 0;

	(void)offset;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return copy_from_iter(to, len, &msg->msg_iter) == len ? 0 : -EFAULT;
	if (!csum_and_copy_from_iter_full(to, len, &csum, &msg->msg_iter))
		return -EFAULT;
	skb->csum = csum_block_add(skb->csum, csum, odd);
	return 0;
}

/* What is gathered, from where, and the sizes of the packets it goes into. */
struct ip_append {
	struct sock *sk;
	struct sk_buff_head *queue;
	struct inet_cork *cork;
	getfrag_fn getfrag;
	void *from;
	u32 length;	 /* still to come, transport header included */
	u32 transhdrlen; /* of the first packet: its room is left free */
	u32 offset;	 /* into the data */
	u32 flags;
	struct net_device *dev;
	u32 mtu, hh_len, exthdrlen, fragheaderlen;
	u32 maxfraglen; /* a packet that others follow: the data is a multiple of eight bytes */
	u32 trailer_len;
	u32 wmem_alloc_delta; /* charged to the socket at the end */
	u8 csummode;
	bool paged, zc; /* into pages; the pages are the program's */
	bool splice;	/* MSG_SPLICE_PAGES: the pages are there already */
	bool extra_uref;
	u32 tskey;
	struct sk_buff *uarg; /* the note of MSG_ZEROCOPY */
};

static bool append_sg(const struct ip_append *a)
{
	return (a->dev->features & NETIF_F_SG) != 0;
}

static void append_sizes(struct ip_append *a, bool first)
{
	const struct dst_entry *dst = a->cork->dst;
	u32 optlen = a->cork->opt != NULL ? a->cork->opt->opt.optlen : 0;

	a->dev = dst->dev;
	a->mtu = a->cork->gso_size != 0 ? IP_MAX_MTU : a->cork->fragsize;
	a->paged = a->cork->gso_size != 0;
	a->exthdrlen = first ? dst->header_len : 0;
	a->trailer_len = dst->trailer_len;
	a->hh_len = ll_reserved_space(a->dev);
	a->fragheaderlen = IPV4_HLEN + optlen;
	a->maxfraglen = (a->mtu - a->fragheaderlen) / 8 * 8 + a->fragheaderlen;
}

/* The card may sum what surely goes out in one packet. */
static u8 append_csummode(const struct ip_append *a)
{
	bool partial = a->transhdrlen != 0 && a->length + a->fragheaderlen <= a->mtu &&
		       (a->dev->features & NETIF_F_CSUM_MASK) != 0 &&
		       ((a->flags & MSG_MORE) == 0 || a->cork->gso_size != 0) && a->exthdrlen == 0;

	return partial ? CHECKSUM_PARTIAL : CHECKSUM_NONE;
}

static struct sk_buff *append_alloc(struct ip_append *a, u32 alloclen, int *err)
{
	struct sk_buff *skb = NULL;
	u64 charged = (u64)a->sk->sk_wmem_alloc + a->wmem_alloc_delta;

	/* Only the first packet may wait for room; the others may overdraw it. */
	if (a->transhdrlen != 0)
		return sock_alloc_send_pskb(a->sk, alloclen, 0, (a->flags & MSG_DONTWAIT) != 0, err,
					    0);
	if (charged <= 2 * (u64)(u32)a->sk->sk_sndbuf)
		skb = alloc_skb(sock_net(a->sk), alloclen);
	if (skb == NULL)
		*err = -ENOBUFS;
	return skb;
}

/* What the packet before holds beyond maxfraglen moves to the new one. */
static void append_take_gap(struct ip_append *a, struct sk_buff *skb, struct sk_buff *prev, u8 *to,
			    u32 fraggap)
{
	int err = skb_copy_bits(prev, a->maxfraglen, to, fraggap);

	assert(err == 0);
	skb->csum = csum_partial(to, fraggap, 0);
	prev->csum = csum_sub(prev->csum, skb->csum);
	err = pskb_trim(prev, a->maxfraglen);
	assert(err == 0);
}

/* Who sends more may still need the rest of the MTU; who has a page for it takes less. */
static u32 append_alloclen(const struct ip_append *a, u32 datalen, u32 fraggap, u32 *pagedlen)
{
	u32 fraglen = datalen + a->fragheaderlen;
	u32 extra = a->hh_len + LINEAR_EXTRA + a->exthdrlen;

	/* The last one: as far as can be known by now. */
	if (datalen == a->length + fraggap)
		extra += a->trailer_len;
	*pagedlen = 0;
	if ((a->flags & MSG_MORE) != 0 && !append_sg(a))
		return a->mtu + extra;
	if (!a->paged && (fraglen + extra < SKB_MAX_ALLOC || !append_sg(a)))
		return fraglen + extra;
	*pagedlen = datalen - a->transhdrlen - fraggap;
	return a->fragheaderlen + a->transhdrlen + fraggap + extra;
}

static void append_queue(struct ip_append *a, struct sk_buff *skb)
{
	if (skb->destructor == NULL) {
		skb->destructor = sock_wfree;
		skb->sk = a->sk;
		a->wmem_alloc_delta += skb->truesize;
	}
	skb_queue_tail(a->queue, skb);
}

/* A new packet behind prev, with as much data as its linear part is to hold. */
static int append_new_skb(struct ip_append *a, struct sk_buff *prev)
{
	u32 fraggap = prev != NULL ? prev->len - a->maxfraglen : 0;
	u32 datalen = a->length + fraggap;
	u32 alloclen, pagedlen, copy;
	struct sk_buff *skb;
	int err = 0;
	u8 *data;

	if (datalen > a->mtu - a->fragheaderlen)
		datalen = a->maxfraglen - a->fragheaderlen;
	alloclen = append_alloclen(a, datalen, fraggap, &pagedlen);
	skb = append_alloc(a, alloclen, &err);
	if (skb == NULL)
		return err;
	skb->ip_summed = a->csummode;
	skb->csum = 0;
	skb_reserve(skb, a->hh_len);

	data = skb_put(skb, datalen + a->fragheaderlen + a->exthdrlen - pagedlen);
	skb_set_network_header(skb, a->exthdrlen);
	skb->transport_header = (u16)(skb->network_header + a->fragheaderlen);
	data += a->fragheaderlen + a->exthdrlen + a->transhdrlen;
	if (fraggap != 0)
		append_take_gap(a, skb, prev, data, fraggap);
	assert(datalen >= a->transhdrlen + fraggap + pagedlen);
	copy = datalen - a->transhdrlen - fraggap - pagedlen;
	if (unlikely(a->splice))
		copy = 0;
	if (copy != 0 && a->getfrag(a->from, data + fraggap, a->offset, copy, fraggap, skb) < 0) {
		kfree_skb(skb);
		return -EFAULT;
	}
	a->offset += copy;
	a->length -= copy + a->transhdrlen;
	a->transhdrlen = 0;
	a->exthdrlen = 0;
	a->csummode = CHECKSUM_NONE;
	/* Only the first packet tells when it was sent. */
	skb->hd->tx_flags = a->cork->tx_flags;
	a->cork->tx_flags = 0;
	skb->hd->tskey = a->tskey;
	a->tskey = 0;
	skb_zcopy_set(skb, a->uarg, &a->extra_uref);
	if ((a->flags & MSG_CONFIRM) != 0 && prev == NULL)
		skb->dst_pending_confirm = true;
	append_queue(a, skb);
	return 0;
}

/* Into the room that is left behind the data. */
static int append_linear(struct ip_append *a, struct sk_buff *skb, u32 copy)
{
	u32 off = skb->len;

	if (a->getfrag(a->from, skb_put(skb, copy), a->offset, copy, off, skb) < 0) {
		skb_trim(skb, off);
		return -EFAULT;
	}
	return 0;
}

/* The fragment that the socket's page goes on in, or a new one. NULL: there are too many. */
static struct skb_frag *append_frag(struct sk_buff *skb, const struct skb_frag *pfrag)
{
	u32 i = skb->hd->nr_frags;

	if (i > 0) {
		struct skb_frag *last = &skb->hd->frags[i - 1];

		if (last->page == pfrag->page && last->offset + last->size == pfrag->offset)
			return last;
	}
	if (i == MAX_SKB_FRAGS)
		return NULL;
	get_page(pfrag->page);
	skb->hd->frags[i] = (struct skb_frag){ .page = pfrag->page, .offset = pfrag->offset };
	skb->hd->nr_frags++;
	return &skb->hd->frags[i];
}

/* Into pages; *copied may be less than copy. */
static int append_paged(struct ip_append *a, struct sk_buff *skb, u32 copy, u32 *copied)
{
	struct skb_frag *pfrag = &a->sk->sk_frag;
	struct skb_frag *frag;

	if (!sk_page_frag_refill(a->sk, pfrag))
		return -ENOMEM;
	frag = append_frag(skb, pfrag);
	if (frag == NULL)
		return -EMSGSIZE;
	copy = min_u32(copy, pfrag->size - pfrag->offset);
	if (a->getfrag(a->from, pfrag->page->mem + pfrag->offset, a->offset, copy, skb->len, skb) <
	    0)
		return -EFAULT;
	pfrag->offset += copy;
	frag->size += copy;
	skb->len += copy;
	skb->data_len += copy;
	skb->truesize += copy;
	a->wmem_alloc_delta += copy;
	*copied = copy;
	return 0;
}

/* Pages themselves; *copied may be less than copy. */
static int append_splice(struct ip_append *a, struct sk_buff *skb, u32 copy, u32 *copied)
{
	struct msghdr *msg = a->from;
	s32 n = skb_splice_from_iter(skb, &msg->msg_iter, copy);

	if (n < 0)
		return n;
	a->wmem_alloc_delta += (u32)n;
	*copied = (u32)n;
	return 0;
}

/* As much as goes into the last packet; it has room. */
static int append_to_skb(struct ip_append *a, struct sk_buff *skb, u32 room)
{
	u32 copy = min_u32(room, a->length);
	u32 copied = copy;
	int err;

	if (!append_sg(a) && skb_tailroom(skb) >= copy)
		err = append_linear(a, skb, copy);
	else if (unlikely(a->splice))
		err = append_splice(a, skb, copy, &copied);
	else if (a->zc)
		err = skb_zerocopy_iter_dgram(skb, &((struct msghdr *)a->from)->msg_iter, copy);
	else
		err = append_paged(a, skb, copy, &copied);
	if (err != 0)
		return err;
	a->offset += copied;
	a->length -= copied;
	return 0;
}

/* How much the last packet can take: less when others must follow it. */
static s32 append_room(const struct ip_append *a, const struct sk_buff *skb)
{
	s32 room = (s32)a->mtu - (s32)skb->len;

	return room < (s32)a->length ? (s32)a->maxfraglen - (s32)skb->len : room;
}

/* MSG_ZEROCOPY: false: there is no memory for its note. Where the device cannot gather and sum it
 * is a copy after all, and the note says so.
 */
static bool append_zerocopy(struct ip_append *a, struct sk_buff *skb)
{
	struct sk_buff *uarg = skb != NULL ? skb_zcopy(skb) : NULL;

	a->uarg = msg_zerocopy_realloc(a->sk, a->length, uarg);
	if (a->uarg == NULL)
		return false;
	a->extra_uref = uarg == NULL;
	if (append_sg(a) && a->csummode == CHECKSUM_PARTIAL) {
		a->paged = true;
		a->zc = true;
		return true;
	}
	ubuf_info(a->uarg)->zerocopy = false;
	skb_zcopy_set(skb, a->uarg, &a->extra_uref);
	return true;
}

/* LINUX: __ip_append_data(): packets that are each a fragment ready to go, but for their headers.
 */
static int ip_append_data_to(struct ip_append *a, const struct flowi4 *fl4)
{
	struct sock *sk = a->sk;
	struct net *net = sock_net(sk);
	PROBE(net, ip_append_data_to);
	struct sk_buff *skb = skb_peek_tail(a->queue);
	u32 maxnonfragsize;
	bool hold_tskey;
	int err = 0;

	PATH_STEP(net, IP_APPEND_DATA, 0, a->length);
	append_sizes(a, skb == NULL);
	maxnonfragsize = ip_sk_ignore_df(sk) ? IP_MAX_MTU : a->mtu;
	if (a->cork->length + a->length > maxnonfragsize - a->fragheaderlen) {
		ip_local_error(sk, EMSGSIZE, fl4->daddr, sk->sk_dport,
			       a->mtu - (a->fragheaderlen - IPV4_HLEN));
		return -EMSGSIZE;
	}
	a->csummode = append_csummode(a);
	if (unlikely((a->flags & MSG_ZEROCOPY) != 0) && a->length != 0 &&
	    sock_flag(sk, SOCK_ZEROCOPY) && !append_zerocopy(a, skb))
		return -ENOBUFS;
	if (unlikely((a->flags & MSG_SPLICE_PAGES) != 0) && a->length != 0 && append_sg(a) &&
	    a->getfrag == ip_generic_getfrag)
		a->paged = a->splice = true;
	a->cork->length += a->length;
	hold_tskey = (a->cork->tx_flags & SKBTX_ANY_TSTAMP) != 0 &&
		     (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_ID) != 0;
	if (hold_tskey)
		a->tskey = sk->sk_tskey++;
	while (err == 0 && (skb == NULL || a->length > 0)) {
		s32 room = skb != NULL ? append_room(a, skb) : 0;

		err = room > 0 ? append_to_skb(a, skb, (u32)room) : append_new_skb(a, skb);
		skb = skb_peek_tail(a->queue);
	}
	sk->sk_wmem_alloc += a->wmem_alloc_delta;
	if (err != 0) {
		net_zcopy_put_abort(a->uarg, a->extra_uref);
		if (hold_tskey)
			sk->sk_tskey--;
		a->cork->length -= a->length;
		if (err != -EPARKED)
			mib_inc(net, IPSTATS_MIB_OUTDISCARDS);
	}
	return err;
}

/* The route becomes the cork's: *rtp is NULL afterwards. */
static int ip_setup_cork(struct sock *sk, struct inet_cork *cork, struct ipcm_cookie *ipc,
			 struct rtable **rtp)
{
	PROBE(sock_net(sk), ip_setup_cork);
	struct rtable *rt = *rtp;

	if (rt == NULL)
		return -EFAULT;
	cork->fragsize = ip_sk_use_pmtu(sk) ? dst_mtu(&rt->dst) : dst_dev_mtu(&rt->dst);
	if (cork->fragsize < IPV4_MIN_MTU)
		return -ENETUNREACH;
	if (ipc->opt != NULL) {
		cork->opt = ipc->opt;
		cork->flags |= IPCORK_OPT;
		cork->addr = ipc->addr;
	}
	cork->gso_size = ipc->gso_size;
	cork->dst = &rt->dst;
	*rtp = NULL;
	cork->length = 0;
	cork->ttl = ipc->ttl;
	cork->tos = ipc->tos;
	cork->mark = ipc->sockc_mark;
	cork->priority = ipc->sockc_priority;
	cork->transmit_time = ipc->sockc_transmit_time;
	cork->tx_flags = unlikely(ipc->sockc_tsflags != 0) || sock_flag(sk, SOCK_WIFI_STATUS)
				 ? sock_tx_timestamp(sk, ipc->sockc_tsflags)
				 : 0;
	return 0;
}

/* The options must outlive the call that began the datagram. */
static void cork_keep_options(struct inet_sock *inet)
{
	struct inet_cork *cork = &inet->cork.base;

	static_assert(sizeof(inet->cork_opt_mem) >= sizeof(struct ip_options_rcu), "room for them");
	if (cork->opt == NULL)
		return;
	memcpy(inet->cork_opt_mem, cork->opt, sizeof(*cork->opt));
	cork->opt = (struct ip_options_rcu *)(void *)inet->cork_opt_mem;
}

static struct ip_append append_begin(struct sock *sk, struct sk_buff_head *queue,
				     struct inet_cork *cork, const struct ip_payload *p)
{
	return (struct ip_append){
		.sk = sk,
		.queue = queue,
		.cork = cork,
		.getfrag = p->getfrag,
		.from = p->from,
		.length = p->length,
		.transhdrlen = p->transhdrlen,
		.flags = p->flags,
	};
}

int ip_append_data(struct sock *sk, struct flowi4 *fl4, const struct ip_payload *p,
		   struct ipcm_cookie *ipc, struct rtable **rtp)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_append a = append_begin(sk, &sk->sk_write_queue, &inet->cork.base, p);
	int err;

	if ((p->flags & MSG_PROBE) != 0)
		return 0;
	if (skb_queue_empty(&sk->sk_write_queue)) {
		err = ip_setup_cork(sk, &inet->cork.base, ipc, rtp);
		if (err != 0)
			return err;
		cork_keep_options(inet);
	} else {
		a.transhdrlen = 0;
	}
	return ip_append_data_to(&a, fl4);
}

/* -------- datagrams from what was gathered -------- */

static void ip_cork_release(struct inet_cork *cork)
{
	cork->flags &= ~(u32)IPCORK_OPT;
	cork->opt = NULL;
	if (cork->dst != NULL)
		dst_release(cork->dst);
	cork->dst = NULL;
}

/* The packets that follow the first become its frag_list, and belong to no socket by themselves. */
static void gather_frag_list(struct sk_buff *skb, struct sk_buff_head *queue)
{
	struct sk_buff **tail = &skb->hd->frag_list;
	struct sk_buff *next = skb_dequeue(queue);

	assert(*tail == NULL);
	while (next != NULL) {
		(void)skb_pull(next, skb_network_header_len(skb));
		*tail = next;
		tail = &next->next;
		skb->len += next->len;
		skb->data_len += next->len;
		skb->truesize += next->truesize;
		next->destructor = NULL;
		next->sk = NULL;
		next = skb_dequeue(queue);
	}
}

static u8 datagram_ttl(const struct sock *sk, const struct inet_cork *cork, const struct rtable *rt)
{
	const struct inet_sock *inet = inet_sk(sk);

	if (cork->ttl != 0)
		return cork->ttl;
	if (rt->rt_type == RTN_MULTICAST)
		return inet->mc_ttl;
	return inet->uc_ttl >= 0 ? (u8)inet->uc_ttl : ip4_dst_hoplimit(&rt->dst);
}

static bool datagram_df(const struct sock *sk, const struct sk_buff *skb, const struct rtable *rt)
{
	u8 pmtudisc = inet_sk(sk)->pmtudisc;

	return pmtudisc == IP_PMTUDISC_DO || pmtudisc == IP_PMTUDISC_PROBE ||
	       (skb->len <= dst_mtu(&rt->dst) && ip_dont_fragment(sk, &rt->dst));
}

/* RFC 791 3.1. Length and checksum come last, in ip_local_out_begin(). */
static void datagram_header(struct sock *sk, struct sk_buff *skb, const struct flowi4 *fl4,
			    const struct inet_cork *cork, struct rtable *rt)
{
	u8 *iph = ip_hdr(skb);

	iph[IPV4_VIHL] = IPV4_VERSION_IHL5;
	iph[IPV4_TOS] = cork->tos != -1 ? (u8)cork->tos : inet_sk(sk)->tos;
	put_be16(iph + IPV4_FRAG_OFF, datagram_df(sk, skb, rt) ? IP_DF : 0);
	iph[IPV4_TTL] = datagram_ttl(sk, cork, rt);
	iph[IPV4_PROTOCOL] = (u8)sk->sk_protocol;
	store_be32(iph + IPV4_SADDR, fl4->saddr);
	store_be32(iph + IPV4_DADDR, fl4->daddr);
	ip_select_ident(sock_net(sk), skb, sk, 1);
	if ((cork->flags & IPCORK_OPT) != 0) {
		iph[IPV4_VIHL] = (u8)(iph[IPV4_VIHL] + cork->opt->opt.optlen / 4);
		ip_options_build(skb, &cork->opt->opt, cork->addr, rt);
	}
}

/* LINUX: __ip_make_skb(). NULL when nothing was gathered. */
static struct sk_buff *ip_make_skb_from(struct sock *sk, const struct flowi4 *fl4,
					struct sk_buff_head *queue, struct inet_cork *cork)
{
	PROBE(sock_net(sk), ip_make_skb_from);
	struct sk_buff *skb = skb_dequeue(queue);
	struct rtable *rt;

	if (skb == NULL)
		return NULL;
	rt = dst_rtable(cork->dst);
	if (skb_network_offset(skb) > 0)
		(void)skb_pull(skb, (u32)skb_network_offset(skb));
	gather_frag_list(skb, queue);
	/* Unless path MTU discovery is asked for, this host may fragment what it made itself. */
	skb->ignore_df = ip_sk_ignore_df(sk);
	datagram_header(sk, skb, fl4, cork, rt);
	skb->priority = cork->tos != -1 ? cork->priority : sk->sk_priority;
	skb->mark = cork->mark;
	if (unlikely(cork->transmit_time != 0))
		skb_set_delivery_type_by_clockid(skb, cork->transmit_time, sk->sk_clockid);
	cork->dst = NULL;
	skb_dst_set(skb, &rt->dst);
	/* By its route, where the socket is raw; of an answer that says 0, an echo's reply. */
	if (sk->sk_protocol == IPPROTO_ICMP)
		icmp_out_count(sock_net(sk), sk->sk_type == SOCK_RAW
						     ? fl4->fl4_icmp_type
						     : skb_transport_header(skb)[ICMP_TYPE]);
	ip_cork_release(cork);
	return skb;
}

struct sk_buff *ip_finish_skb(struct sock *sk, struct flowi4 *fl4)
{
	return ip_make_skb_from(sk, fl4, &sk->sk_write_queue, &inet_sk(sk)->cork.base);
}

int ip_push_pending_frames(struct sock *sk, struct flowi4 *fl4)
{
	struct sk_buff *skb = ip_finish_skb(sk, fl4);

	return skb != NULL ? ip_send_skb(sock_net(sk), skb) : 0;
}

static void ip_flush_frames(struct sk_buff_head *queue, struct inet_cork *cork)
{
	struct sk_buff *skb = skb_dequeue_tail(queue);

	while (skb != NULL) {
		kfree_skb(skb);
		skb = skb_dequeue_tail(queue);
	}
	ip_cork_release(cork);
}

void ip_flush_pending_frames(struct sock *sk)
{
	ip_flush_frames(&sk->sk_write_queue, &inet_sk(sk)->cork.base);
}

/* One datagram from one call. NULL with *err; NULL and 0 when the call only probes. */
struct sk_buff *ip_make_skb(struct sock *sk, struct flowi4 *fl4, const struct ip_payload *p,
			    struct ipcm_cookie *ipc, struct rtable **rtp, struct inet_cork *cork,
			    int *err)
{
	PROBE(sock_net(sk), ip_make_skb);
	struct sk_buff_head queue;
	struct ip_append a = append_begin(sk, &queue, cork, p);

	PATH_STEP(sock_net(sk), IP_MAKE_SKB, 0, p->length);
	*err = 0;
	if ((p->flags & MSG_PROBE) != 0)
		return NULL;
	skb_queue_head_init(&queue);
	*cork = (struct inet_cork){ .flags = 0 };
	*err = ip_setup_cork(sk, cork, ipc, rtp);
	if (*err != 0)
		return NULL;
	*err = ip_append_data_to(&a, fl4);
	if (*err != 0) {
		ip_flush_frames(&queue, cork);
		return NULL;
	}
	return ip_make_skb_from(sk, fl4, &queue, cork);
}

/* -------- segments of connections -------- */

/* LINUX: ip_select_ttl(). */
static u8 ip_select_ttl(const struct inet_sock *inet, const struct dst_entry *dst)
{
	return inet->uc_ttl >= 0 ? (u8)inet->uc_ttl : ip4_dst_hoplimit(dst);
}

/* Room for the header and the options before what there is. */
static u8 *ip_push_header(struct sk_buff *skb, const struct ip_options_rcu *opt)
{
	(void)skb_push(skb, IPV4_HLEN + (opt != NULL ? opt->opt.optlen : 0u));
	skb_reset_network_header(skb);
	return ip_hdr(skb);
}

static void ip_push_options(struct sk_buff *skb, const struct ip_options_rcu *opt, be32 daddr,
			    struct rtable *rt)
{
	u8 *iph = ip_hdr(skb);

	if (opt == NULL || opt->opt.optlen == 0)
		return;
	iph[IPV4_VIHL] = (u8)(iph[IPV4_VIHL] + opt->opt.optlen / 4);
	ip_options_build(skb, &opt->opt, daddr, rt);
}

int ip_build_and_send_pkt(struct sk_buff *skb, const struct sock *sk, be32 saddr, be32 daddr,
			  const struct ip_options_rcu *opt, u8 tos)
{
	struct net *net = sock_net(sk);
	struct rtable *rt = dst_rtable(skb_dst(skb));
	u8 *iph = ip_push_header(skb, opt);
	bool df = skb->len <= IPV4_MIN_MTU || ip_dont_fragment(sk, &rt->dst);

	iph[IPV4_VIHL] = IPV4_VERSION_IHL5;
	iph[IPV4_TOS] = tos;
	iph[IPV4_TTL] = ip_select_ttl(inet_sk(sk), &rt->dst);
	iph[IPV4_PROTOCOL] = (u8)sk->sk_protocol;
	store_be32(iph + IPV4_SADDR, saddr);
	store_be32(iph + IPV4_DADDR, opt != NULL && opt->opt.srr != 0 ? opt->opt.faddr : daddr);
	put_be16(iph + IPV4_FRAG_OFF, df ? IP_DF : 0);
	put_be16(iph + IPV4_ID, 0);
	if (!df && sk->sk_protocol == IPPROTO_TCP)
		put_le16(iph + IPV4_ID, get_random_u16(net->random)); /* as an x86-64 has it */
	else if (!df)
		ip_select_ident_hashed(net, iph, 1);
	ip_push_options(skb, opt, daddr, rt);
	skb->priority = sk->sk_priority;
	if (skb->mark == 0)
		skb->mark = sk->sk_mark;
	return ip_local_out(net, skb->sk, skb);
}

static int ip_no_route(struct net *net, struct sk_buff *skb)
{
	mib_inc(net, IPSTATS_MIB_OUTNOROUTES);
	kfree_skb_reason(skb, DROP_IP_OUTNOROUTES);
	return -EHOSTUNREACH;
}

/* The socket's route, or another one where that has become stale. */
static struct rtable *ip_queue_route(struct sock *sk, struct flowi4 *fl4,
				     const struct ip_options_rcu *opt, u8 tos)
{
	struct dst_entry *dst = sk_dst_check_noref(sk, 0);
	be32 daddr = opt != NULL && opt->opt.srr != 0 ? opt->opt.faddr : sk->sk_daddr;
	struct rtable *rt;
	int err = 0;

	if (dst != NULL)
		return dst_rtable(dst);
	rt = ip_route_output_sk(fl4, sk, daddr, tos & INET_DSCP_MASK, &err);
	if (rt != NULL)
		sk_setup_caps(sk, &rt->dst);
	return rt;
}

int ip_queue_xmit_tos(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4, u8 tos)
{
	struct net *net = sock_net(sk);
	PROBE(net, ip_queue_xmit_tos);
	const struct ip_options_rcu *opt = inet_sk(sk)->inet_opt;
	struct rtable *rt;
	u8 *iph;

	if (skb_dst(skb) == NULL) {
		rt = ip_queue_route(sk, fl4, opt, tos);
		if (rt == NULL)
			return ip_no_route(net, skb);
		skb_dst_set_noref(skb, &rt->dst);
	}
	rt = dst_rtable(skb_dst(skb));
	if (opt != NULL && opt->opt.is_strictroute != 0 && rt->rt_uses_gateway != 0)
		return ip_no_route(net, skb);
	iph = ip_push_header(skb, opt);
	iph[IPV4_VIHL] = IPV4_VERSION_IHL5;
	iph[IPV4_TOS] = tos;
	put_be16(iph + IPV4_FRAG_OFF,
		 ip_dont_fragment(sk, &rt->dst) && !skb->ignore_df ? IP_DF : 0);
	iph[IPV4_TTL] = ip_select_ttl(inet_sk(sk), &rt->dst);
	iph[IPV4_PROTOCOL] = (u8)sk->sk_protocol;
	store_be32(iph + IPV4_SADDR, fl4->saddr);
	store_be32(iph + IPV4_DADDR, fl4->daddr);
	ip_push_options(skb, opt, sk->sk_daddr, rt);
	ip_select_ident(net, skb, sk, max_u32(1, skb->hd->gso_segs));
	skb->priority = sk->sk_priority;
	skb->mark = sk->sk_mark;
	return ip_local_out(net, sk, skb);
}

int ip_queue_xmit(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4)
{
	return ip_queue_xmit_tos(sk, skb, fl4, inet_sk(sk)->tos);
}

/* -------- answers of the kernel itself -------- */

/* LINUX: ip_reply_glue_bits(). */
static int ip_reply_glue_bits(void *from, u8 *to, u32 offset, u32 len, u32 odd, struct sk_buff *skb)
{
	const struct ip_reply_arg *arg = from;
	u32 csum = csum_partial_copy(to, arg->data + offset, len, 0);

	skb->csum = csum_block_add(skb->csum, csum, odd);
	return 0;
}

static void reply_send(struct sock *sk, struct flowi4 *fl4, const struct ip_reply_arg *arg)
{
	struct sk_buff *nskb = skb_peek(&sk->sk_write_queue);

	if (nskb == NULL)
		return;
	if (arg->csumoffset >= 0)
		put_be16(skb_transport_header(nskb) + 2 * arg->csumoffset,
			 csum_fold(csum_add(nskb->csum, arg->csum)));
	nskb->ip_summed = CHECKSUM_NONE;
	if (arg->txhash != 0) {
		nskb->hash = arg->txhash;
		nskb->l4_hash = true;
	}
	(void)ip_push_pending_frames(sk, fl4);
}

/* A packet in answer to another one, on a socket of the kernel. */
void ip_send_unicast_reply(struct sock *sk, struct sk_buff *skb, be32 daddr, be32 saddr,
			   const struct ip_reply_arg *arg, u32 len)
{
	struct net *net = sock_net(sk);
	const u8 *th = skb_transport_header(skb);
	const struct ip_payload payload = {
		.getfrag = ip_reply_glue_bits,
		.from = (void *)(uintptr_t)arg,
		.length = len,
		.flags = MSG_DONTWAIT,
	};
	struct ip_options_rcu replyopts;
	struct ipcm_cookie ipc;
	struct flowi4 fl4;
	struct rtable *rt;
	u32 mark = ip4_reply_mark(net, skb->mark);
	int err = 0;

	if (ip_options_echo(net, &replyopts.opt, skb, arg->sopt) != 0)
		return;
	ipcm_init(&ipc);
	ipc.addr = daddr;
	if (replyopts.opt.optlen != 0) {
		ipc.opt = &replyopts;
		if (replyopts.opt.srr != 0)
			daddr = replyopts.opt.faddr;
	}
	flowi4_init_output(&fl4, arg->bound_dev_if, mark != 0 ? mark : sk->sk_mark,
			   arg->tos & INET_DSCP_MASK, RT_SCOPE_UNIVERSE, ip_hdr(skb)[IPV4_PROTOCOL],
			   arg->flags, daddr, saddr, load_be16(th + SRC_PORT),
			   load_be16(th + DST_PORT), arg->uid);
	rt = ip_route_output_flow(net, &fl4, sk, &err);
	if (rt == NULL)
		return;
	inet_sk(sk)->tos = arg->tos & INET_DSCP_MASK;
	sk->sk_protocol = ip_hdr(skb)[IPV4_PROTOCOL];
	sk->sk_bound_dev_if = arg->bound_dev_if;
	sk->sk_sndbuf = net->sysctl.wmem_default;
	ipc.sockc_mark = fl4.flowi4_mark;
	err = ip_append_data(sk, &fl4, &payload, &ipc, &rt);
	if (err != 0)
		ip_flush_pending_frames(sk);
	else
		reply_send(sk, &fl4, arg);
	if (rt != NULL)
		ip_rt_put(rt);
}
