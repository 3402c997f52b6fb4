// SPDX-License-Identifier: MIT
/* tcp_fragment.c - segments of the send side are cut in two, trimmed, grown and joined; the tree of
 * what was sent; the accounts that follow.
 *
 * Path: called by tcp_write_xmit(), retransmission and window probes.
 * Rules: LINUX: net/ipv4/tcp_output.c. A TX time stamp stays with the packet whose last byte asks
 * for it.
 */
#include "core/ubuf.h"
#include "ipv4/tcp_output.h"
#include "uapi/errno.h"

enum { GSO_LEGACY_MAX_SIZE = 65536 };

/* -------- what was sent: a tree by sequence number -------- */

void tcp_rbtree_insert(struct rb_root *root, struct sk_buff *skb)
{
	struct rb_node **link = &root->node, *parent = NULL;
	u32 seq = TCP_SKB_CB(skb)->seq;

	while (*link != NULL) {
		parent = *link;
		link = before(seq, TCP_SKB_CB(rb_to_skb(parent))->seq) ? &parent->left
								       : &parent->right;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, root);
}

/* LINUX: there the order by time lies where an owner and a route would. */
void tcp_skb_tsorted_anchor_cleanup(struct sk_buff *skb)
{
	INIT_LIST_HEAD(&skb->tcp_tsorted_anchor);
}

void tcp_rtx_queue_unlink(struct sk_buff *skb, struct sock *sk)
{
	tcp_skb_tsorted_anchor_cleanup(skb);
	rb_erase(&skb->rbnode, &sk->tcp_rtx_queue);
	skb->next = NULL;
	skb->prev = NULL;
}

void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb)
{
	sk_wmem_queued_add(sk, -(s32)skb->truesize);
	sk_mem_uncharge(sk, skb_zcopy_pure(skb) ? skb_truesize_with(skb_end_offset(skb))
						: skb->truesize);
	kfree_skb_untold(skb);
}

void tcp_rtx_queue_unlink_and_free(struct sk_buff *skb, struct sock *sk)
{
	list_del_init(&skb->tcp_tsorted_anchor);
	tcp_rtx_queue_unlink(skb, sk);
	tcp_wmem_free_skb(sk, skb);
}

/* -------- how many segments a packet is -------- */

u32 tcp_set_skb_tso_segs(struct sk_buff *skb, u32 mss_now)
{
	u32 segs = 1;

	TCP_SKB_CB(skb)->tcp_gso_size = 0;
	if (skb->len > mss_now) {
		assert(mss_now != 0);
		TCP_SKB_CB(skb)->tcp_gso_size = (u16)mss_now;
		segs = (skb->len + mss_now - 1) / mss_now;
	}
	tcp_skb_pcount_set(skb, segs);
	return segs;
}

/* A packet that was sent is decr segments fewer than it was. */
void tcp_adjust_pcount(struct sock *sk, const struct sk_buff *skb, s32 decr)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 d = (u32)decr;

	tp->packets_out -= d;
	if ((cb->sacked & TCPCB_SACKED_ACKED) != 0)
		tp->sacked_out -= d;
	if ((cb->sacked & TCPCB_SACKED_RETRANS) != 0)
		tp->retrans_out -= d;
	if ((cb->sacked & TCPCB_LOST) != 0)
		tp->lost_out -= d;
	/* Without SACK the count is of duplicate ACKs, whichever segments they were for. */
	if (tcp_is_reno(tp) && decr > 0)
		tp->sacked_out -= min_u32(tp->sacked_out, d);
	if (tp->lost_skb_hint != NULL && before(cb->seq, TCP_SKB_CB(tp->lost_skb_hint)->seq) &&
	    (cb->sacked & TCPCB_SACKED_ACKED) != 0)
		tp->lost_cnt_hint -= decr;
}

/* -------- in two -------- */

static void tcp_insert_write_queue_after(struct sk_buff *skb, struct sk_buff *buff, struct sock *sk,
					 enum tcp_queue q)
{
	struct sk_buff_head *wq = &sk->sk_write_queue;

	if (q == TCP_FRAG_IN_RTX_QUEUE) {
		tcp_rbtree_insert(&sk->tcp_rtx_queue, buff);
		list_add(&buff->tcp_tsorted_anchor, &skb->tcp_tsorted_anchor);
		return;
	}
	buff->prev = skb;
	buff->next = skb->next;
	skb->next->prev = buff;
	skb->next = buff;
	wq->qlen++;
}

/* Who asks when a byte was sent asks the packet that has it. */
static void tcp_fragment_tstamp(struct sk_buff *skb, struct sk_buff *skb2)
{
	u32 tskey = skb->hd->tskey;
	u8 flags = skb->hd->tx_flags & SKBTX_ANY_TSTAMP;

	if (!tcp_has_tx_tstamp(skb) || before(tskey, TCP_SKB_CB(skb2)->seq))
		return;
	skb->hd->tx_flags &= (u8)~flags;
	skb2->hd->tx_flags |= flags;
	skb->hd->tskey = skb2->hd->tskey;
	skb2->hd->tskey = tskey;
	TCP_SKB_CB(skb2)->txstamp_ack = TCP_SKB_CB(skb)->txstamp_ack;
	TCP_SKB_CB(skb)->txstamp_ack = false;
}

/* A new packet for what is behind len: sequence numbers, flags and bytes are divided. */
static struct sk_buff *split_off(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct sk_buff *buff = tcp_stream_alloc_skb(sk, true);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb), *cb2;
	u32 nlen = skb->len - len;

	if (buff == NULL)
		return NULL;
	sk_wmem_queued_add(sk, (s32)buff->truesize);
	sk_mem_charge(sk, buff->truesize);
	buff->truesize += nlen;
	skb->truesize -= nlen;

	cb2 = TCP_SKB_CB(buff);
	cb2->seq = cb->seq + len;
	cb2->end_seq = cb->end_seq;
	cb->end_seq = cb2->seq;
	/* Only the last part ends what was pushed, or the stream. */
	cb2->tcp_flags = cb->tcp_flags;
	cb->tcp_flags &= (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
	cb2->eor = cb->eor;
	cb->eor = false;
	skb_split(skb, buff, len);
	tcp_fragment_tstamp(skb, buff);
	return buff;
}

/* A program with a small send buffer, or a peer that asks for many small pieces, must not fill the
 * memory; first and last of the queue may always be cut.
 */
static bool queue_too_big(const struct sock *sk, const struct sk_buff *skb, enum tcp_queue q)
{
	s64 limit = sk->sk_sndbuf + 2 * (s64)skb_truesize_with(GSO_LEGACY_MAX_SIZE);

	return sk->sk_wmem_queued >> 1 > limit && q != TCP_FRAG_IN_WRITE_QUEUE &&
	       skb != tcp_rtx_queue_head(sk) && skb != tcp_rtx_queue_tail(sk);
}

int tcp_fragment(struct sock *sk, enum tcp_queue q, struct sk_buff *skb, u32 len, u32 mss_now)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *buff;
	s32 old_segs = (s32)tcp_skb_pcount(skb), diff;

	if (len > skb->len)
		return -EINVAL;
	if (queue_too_big(sk, skb, q)) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPWQUEUETOOBIG);
		return -ENOMEM;
	}
	if (skb_unclone_keeptruesize(skb) != 0)
		return -ENOMEM;
	buff = split_off(sk, skb, len);
	if (buff == NULL)
		return -ENOMEM;
	TCP_SKB_CB(buff)->sacked = TCP_SKB_CB(skb)->sacked;
	buff->skb_mstamp_ns = skb->skb_mstamp_ns;
	(void)tcp_set_skb_tso_segs(skb, mss_now);
	(void)tcp_set_skb_tso_segs(buff, mss_now);
	TCP_SKB_CB(buff)->tx = TCP_SKB_CB(skb)->tx;
	/* Was it sent already? */
	if (!before(tp->snd_nxt, TCP_SKB_CB(buff)->end_seq)) {
		diff = old_segs - (s32)tcp_skb_pcount(skb) - (s32)tcp_skb_pcount(buff);
		if (diff != 0)
			tcp_adjust_pcount(sk, skb, diff);
	}
	skb_header_release(buff);
	tcp_insert_write_queue_after(skb, buff, sk, q);
	return 0;
}

/* The same of a packet that was never sent. */
int tso_fragment(struct sock *sk, struct sk_buff *skb, u32 len, u32 mss_now)
{
	struct sk_buff *buff = split_off(sk, skb, len);

	if (buff == NULL)
		return -ENOMEM;
	(void)tcp_set_skb_tso_segs(skb, mss_now);
	(void)tcp_set_skb_tso_segs(buff, mss_now);
	skb_header_release(buff);
	tcp_insert_write_queue_after(skb, buff, sk, TCP_FRAG_IN_WRITE_QUEUE);
	return 0;
}

/* -------- less -------- */

void tcp_skb_drop_head(struct sk_buff *skb, u32 len)
{
	struct skb_head *hd = skb->hd;
	u32 eat = len, kept = 0;

	assert(len <= skb->len);
	assert(skb_headlen(skb) == 0);
	for (u32 i = 0; i < hd->nr_frags; i++) {
		struct skb_frag f = hd->frags[i];

		if (f.size <= eat) {
			put_page(f.page);
			eat -= f.size;
			continue;
		}
		f.offset += eat;
		f.size -= eat;
		eat = 0;
		hd->frags[kept++] = f;
	}
	hd->nr_frags = (u8)kept;
	skb->data_len -= len;
	skb->len = skb->data_len;
}

int tcp_trim_head(struct sock *sk, struct sk_buff *skb, u32 len)
{
	if (skb_unclone_keeptruesize(skb) != 0)
		return -ENOMEM;
	tcp_skb_drop_head(skb, len);
	TCP_SKB_CB(skb)->seq += len;
	skb->truesize -= len;
	sk_wmem_queued_add(sk, -(s32)len);
	if (!skb_zcopy_pure(skb))
		sk_mem_uncharge(sk, len);
	if (tcp_skb_pcount(skb) > 1)
		(void)tcp_set_skb_tso_segs(skb, tcp_skb_mss(skb));
	return 0;
}

/* -------- more -------- */

void tcp_skb_collapse_tstamp(struct sk_buff *skb, const struct sk_buff *next_skb)
{
	if (!tcp_has_tx_tstamp(next_skb))
		return;
	skb->hd->tx_flags |= next_skb->hd->tx_flags & SKBTX_ANY_TSTAMP;
	skb->hd->tskey = next_skb->hd->tskey;
	TCP_SKB_CB(skb)->txstamp_ack |= TCP_SKB_CB(next_skb)->txstamp_ack;
}

void tcp_eat_one_skb(struct sock *sk, struct sk_buff *dst, struct sk_buff *src)
{
	TCP_SKB_CB(dst)->tcp_flags |= TCP_SKB_CB(src)->tcp_flags;
	TCP_SKB_CB(dst)->eor = TCP_SKB_CB(src)->eor;
	tcp_skb_collapse_tstamp(dst, src);
	tcp_skb_tsorted_anchor_cleanup(src);
	skb_unlink(src, &sk->sk_write_queue);
	tcp_wmem_free_skb(sk, src);
}

void tcp_grow_skb(struct sock *sk, struct sk_buff *skb, u32 amount)
{
	struct sk_buff *next_skb = skb->next;
	u32 nlen;

	if (tcp_skb_is_last(sk, skb) || !tcp_skb_can_collapse(skb, next_skb))
		return;
	nlen = min_u32(amount, next_skb->len);
	if (nlen == 0 || skb_shift(skb, next_skb, nlen) == 0)
		return;
	TCP_SKB_CB(skb)->end_seq += nlen;
	TCP_SKB_CB(next_skb)->seq += nlen;
	if (next_skb->len == 0) {
		/* A FIN has a number, too. */
		TCP_SKB_CB(skb)->end_seq = TCP_SKB_CB(next_skb)->end_seq;
		tcp_eat_one_skb(sk, skb, next_skb);
	}
}

/* -------- two sent ones become one -------- */

static bool tcp_collapse_retrans(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *next_skb = skb_rb_next(skb);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	const struct tcp_skb_cb *next_cb = TCP_SKB_CB(next_skb);

	assert(tcp_skb_pcount(skb) == 1);
	assert(tcp_skb_pcount(next_skb) == 1);
	if (next_skb->len != 0 && !tcp_skb_shift(skb, next_skb, 1, next_skb->len))
		return false;
	tcp_highest_sack_replace(sk, next_skb, skb);
	cb->end_seq = next_cb->end_seq;
	cb->tcp_flags |= next_cb->tcp_flags;
	cb->sacked |= next_cb->sacked & TCPCB_EVER_RETRANS;
	cb->eor = next_cb->eor;
	tcp_clear_retrans_hints_partial(tp);
	if (next_skb == tp->retransmit_skb_hint)
		tp->retransmit_skb_hint = skb;
	tcp_adjust_pcount(sk, next_skb, (s32)tcp_skb_pcount(next_skb));
	tcp_skb_collapse_tstamp(skb, next_skb);
	tcp_rtx_queue_unlink_and_free(next_skb, sk);
	return true;
}

static bool tcp_can_collapse(const struct sk_buff *skb)
{
	return tcp_skb_pcount(skb) <= 1 && !skb_cloned(skb) &&
	       (TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED) == 0;
}

/* RFC 9293 3.8.1: small segments that are sent again may be sent as one. */
void tcp_retrans_try_collapse(struct sock *sk, struct sk_buff *to, s32 space)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = to;

	if (sock_net(sk)->sysctl.tcp_retrans_collapse == 0 ||
	    (TCP_SKB_CB(to)->tcp_flags & TCPHDR_SYN) != 0)
		return;
	while (skb != NULL) {
		struct sk_buff *next = skb_rb_next(skb);

		if (!tcp_can_collapse(skb) || !tcp_skb_can_collapse(to, skb))
			return;
		space -= (s32)skb->len;
		if (skb != to) {
			if (space < 0 || after(TCP_SKB_CB(skb)->end_seq, tcp_wnd_end(tp)))
				return;
			if (!tcp_collapse_retrans(sk, to))
				return;
		}
		skb = next;
	}
}
