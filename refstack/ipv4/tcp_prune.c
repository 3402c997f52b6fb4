// SPDX-License-Identifier: MIT
/* tcp_prune.c - when a receive queue has too much memory: packets are copied together, then those
 * out of order are given up, the last ones first.
 *
 * Path: tcp_data_queue() calls tcp_try_rmem_schedule() for each packet that it wants to keep.
 * Rules: RFC 2018 8 (SACKed data may be dropped again); LINUX: net/ipv4/tcp_input.c.
 */
#include "ipv4/tcp_input_internal.h"

/* LINUX: SKB_MAX_ORDER(0, 0): payload of a packet whose data is one page. */
enum { SKB_PAGE_PAYLOAD = PAGE_SIZE - SKB_SHARED_INFO_BYTES };

/* A run of packets: in the receive queue, which is a list, or in the tree. */
struct run {
	struct sk_buff_head *list; /* NULL: in the tree */
	struct rb_root *root;
	struct sk_buff *tail; /* the first that is not of it; NULL: up to the end */
};

static struct sk_buff *tcp_skb_next(const struct run *r, const struct sk_buff *skb)
{
	return r->list != NULL ? skb_queue_next_or_null(r->list, skb) : skb_rb_next(skb);
}

static struct sk_buff *tcp_collapse_one(struct sock *sk, const struct run *r, struct sk_buff *skb)
{
	struct sk_buff *next = tcp_skb_next(r, skb);

	if (r->list != NULL)
		skb_unlink(skb, r->list);
	else
		rb_erase(&skb->rbnode, r->root);
	kfree_skb_untold(skb);
	mib_inc(sock_net(sk), LINUX_MIB_TCPRCVCOLLAPSED);
	return next;
}

static bool is_bloated(const struct sock *sk, const struct sk_buff *skb)
{
	return (u32)tcp_win_from_space(sk, (s32)skb->truesize) > skb->len;
}

/* Where copying together can be useful, from *start on; NULL: nowhere. What has nothing new is
 * freed on the way.
 */
static struct sk_buff *collapse_begin(struct sock *sk, const struct run *r, struct sk_buff *skb,
				      u32 *start)
{
	while (skb != NULL && skb != r->tail) {
		struct sk_buff *n = tcp_skb_next(r, skb);
		bool syn_fin = tcp_skb_has_flag(skb, TCPHDR_SYN | TCPHDR_FIN);
		u32 end_seq = TCP_SKB_CB(skb)->end_seq;

		if (!before(*start, end_seq)) {
			skb = tcp_collapse_one(sk, r, skb);
			continue;
		}
		if (!syn_fin && (is_bloated(sk, skb) || before(TCP_SKB_CB(skb)->seq, *start)))
			return skb;
		if (n != NULL && n != r->tail && end_seq != TCP_SKB_CB(n)->seq)
			return syn_fin ? NULL : skb;
		*start = end_seq;
		skb = n;
	}
	return NULL;
}

/* Copies up to `room` bytes from *start on out of *skb and those behind it, which are freed.
 * False: the run ends here.
 */
static bool collapse_copy(struct sock *sk, const struct run *r, struct sk_buff *nskb,
			  struct sk_buff **skb, u32 *start, u32 room)
{
	while (room > 0) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(*skb);
		s32 size = (s32)(cb->end_seq - *start);

		assert(!before(*start, cb->seq));
		if (size > 0) {
			u32 n = min_u32(room, (u32)size);
			int err;

			err = skb_copy_bits(*skb, *start - cb->seq, skb_put(nskb, n), n);
			assert(err == 0);
			TCP_SKB_CB(nskb)->end_seq += n;
			room -= n;
			*start += n;
		}
		if (before(*start, cb->end_seq))
			continue;
		*skb = tcp_collapse_one(sk, r, *skb);
		if (*skb == NULL || *skb == r->tail ||
		    tcp_skb_has_flag(*skb, TCPHDR_SYN | TCPHDR_FIN))
			return false;
	}
	return true;
}

/* The bytes start..end of the run that begins with `skb` go into as few packets as possible. */
static void tcp_collapse(struct sock *sk, const struct run *r, struct sk_buff *skb, u32 start,
			 u32 end)
{
	struct sk_buff_head tmp; /* the tree must not change while it is walked */
	bool more = true;

	skb = collapse_begin(sk, r, skb, &start);
	if (skb == NULL)
		return;
	skb_queue_head_init(&tmp);
	while (more && before(start, end)) {
		u32 room = min_u32(SKB_PAGE_PAYLOAD, end - start);
		struct sk_buff *nskb = alloc_skb(sock_net(sk), room);

		if (nskb == NULL)
			break;
		memcpy(nskb->cb, skb->cb, sizeof(skb->cb));
		TCP_SKB_CB(nskb)->seq = start;
		TCP_SKB_CB(nskb)->end_seq = start;
		if (r->list != NULL)
			skb_queue_before(r->list, skb, nskb);
		else
			skb_queue_tail(&tmp, nskb);
		skb_set_owner_r(nskb, sk);
		more = collapse_copy(sk, r, nskb, &skb, &start, room);
	}
	for (skb = skb_dequeue(&tmp); skb != NULL; skb = skb_dequeue(&tmp))
		tcp_rbtree_insert(r->root, skb);
}

/* A part of the tree without gaps. */
struct ooo_range {
	struct sk_buff *head;
	struct sk_buff *behind; /* the first after it */
	u32 start, end, truesize;
};

static void ooo_range_from(struct ooo_range *g, struct sk_buff *head)
{
	struct sk_buff *skb;

	*g = (struct ooo_range){ .head = head,
				 .start = TCP_SKB_CB(head)->seq,
				 .end = TCP_SKB_CB(head)->end_seq,
				 .truesize = head->truesize };
	for (skb = skb_rb_next(head); skb != NULL; skb = skb_rb_next(skb)) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		if (after(cb->seq, g->end) || before(cb->end_seq, g->start))
			break;
		g->truesize += skb->truesize;
		if (before(cb->seq, g->start))
			g->start = cb->seq;
		if (after(cb->end_seq, g->end))
			g->end = cb->end_seq;
	}
	g->behind = skb;
}

/* Single small packets are left alone; where there are too many of them there is no point. */
static void tcp_collapse_ofo_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = skb_rb_first(&tp->out_of_order_queue);
	u32 sum_tiny = 0;

	while (skb != NULL) {
		struct ooo_range g;
		struct run r = { .root = &tp->out_of_order_queue };

		ooo_range_from(&g, skb);
		r.tail = g.behind;
		if (g.truesize != g.head->truesize || g.end - g.start >= SKB_PAGE_PAYLOAD) {
			tcp_collapse(sk, &r, g.head, g.start, g.end);
		} else {
			sum_tiny += g.truesize;
			if (sum_tiny > (u32)(sk->sk_rcvbuf >> 3))
				return;
		}
		skb = g.behind;
	}
	tp->ooo_last_skb = skb_rb_last(&tp->out_of_order_queue);
}

static bool rmem_fits(const struct sock *sk)
{
	return (s32)sk->sk_rmem_alloc <= sk->sk_rcvbuf;
}

/* From the end, an eighth of the buffer at a time, and nothing that lies before what comes in:
 * holes must have a chance. True: something is gone.
 */
static bool tcp_prune_ofo_queue(struct sock *sk, const struct sk_buff *in_skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 goal = sk->sk_rcvbuf >> 3;
	struct sk_buff *skb, *prev;
	bool pruned = false;

	if (rb_empty_root(&tp->out_of_order_queue))
		return false;
	for (skb = tp->ooo_last_skb; skb != NULL; skb = prev) {
		if (after(TCP_SKB_CB(in_skb)->seq, TCP_SKB_CB(skb)->seq))
			break;
		pruned = true;
		prev = skb_rb_prev(skb);
		rb_erase(&skb->rbnode, &tp->out_of_order_queue);
		goal -= (s32)skb->truesize;
		tcp_drop_reason(sk, skb, DROP_TCP_OFO_QUEUE_PRUNE);
		tp->ooo_last_skb = prev;
		if (prev == NULL || goal <= 0) {
			if (rmem_fits(sk) && !tcp_under_memory_pressure(sk))
				break;
			goal = sk->sk_rcvbuf >> 3;
		}
	}
	if (!pruned)
		return false;
	mib_inc(sock_net(sk), LINUX_MIB_OFOPRUNED);
	if (tp->rx_opt.sack_ok != 0)
		tcp_sack_reset(&tp->rx_opt);
	return true;
}

/* False: the packet that comes in has to go. */
static bool tcp_prune_queue(struct sock *sk, const struct sk_buff *in_skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct run r = { .list = &sk->sk_receive_queue };

	mib_inc(sock_net(sk), LINUX_MIB_PRUNECALLED);
	if ((s32)sk->sk_rmem_alloc >= sk->sk_rcvbuf)
		tcp_clamp_window(sk);
	else if (tcp_under_memory_pressure(sk))
		tcp_adjust_rcv_ssthresh(sk);
	if (rmem_fits(sk))
		return true;
	tcp_collapse_ofo_queue(sk);
	if (!skb_queue_empty(&sk->sk_receive_queue))
		tcp_collapse(sk, &r, skb_peek(&sk->sk_receive_queue), tp->copied_seq, tp->rcv_nxt);
	if (rmem_fits(sk))
		return true;
	(void)tcp_prune_ofo_queue(sk, in_skb);
	if (rmem_fits(sk))
		return true;
	mib_inc(sock_net(sk), LINUX_MIB_RCVPRUNED);
	tp->pred_flags = cpu_to_be32(0);
	return false;
}

bool tcp_try_rmem_schedule(struct sock *sk, struct sk_buff *skb, u32 size)
{
	if (rmem_fits(sk) && sk_rmem_schedule(sk, skb, size))
		return true;
	if (!tcp_prune_queue(sk, skb))
		return false;
	while (!sk_rmem_schedule(sk, skb, size))
		if (!tcp_prune_ofo_queue(sk, skb))
			return false;
	return true;
}
