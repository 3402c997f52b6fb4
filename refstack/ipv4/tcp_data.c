// SPDX-License-Identifier: MIT
/* tcp_data.c - the bytes of a segment: in order they go to the reader, out of order they wait in a
 * tree, and SACK tells the peer which ones are here.
 *
 * Path: tcp_rcv_established() and tcp_rcv_state_process() call tcp_data_queue().
 * Rules: RFC 9293 3.10.7.4 (seventh, eighth), RFC 2018, RFC 2883 (D-SACK);
 * LINUX: net/ipv4/tcp_input.c. Missing: TCP_REPAIR's tcp_send_rcvq().
 */
#include "ipv4/tcp_input_internal.h"
#include "uapi/signal.h"

/* Of the up to four blocks an ACK has room for, so many are thought to get through. */
enum { TCP_SACK_BLOCKS_EXPECTED = 2 };

void tcp_drop_reason(struct sock *sk, struct sk_buff *skb, enum drop_reason reason)
{
	sk_drops_add(sk, skb);
	kfree_skb_reason(skb, reason);
}

void skb_rbtree_purge(struct rb_root *root)
{
	struct rb_node *p = rb_first(root);

	while (p != NULL) {
		struct sk_buff *skb = rb_to_skb(p);

		p = rb_next(p);
		rb_erase(&skb->rbnode, root);
		kfree_skb(skb);
	}
}

static void ooo_unlink(struct tcp_sock *tp, struct sk_buff *skb)
{
	rb_erase(&skb->rbnode, &tp->out_of_order_queue);
}

/* If we update tp->rcv_nxt, tp->bytes_received goes with it. */
static void tcp_rcv_nxt_update(struct tcp_sock *tp, u32 seq)
{
	tp->bytes_received += seq - tp->rcv_nxt;
	tp->rcv_nxt = seq;
}

/* -------- FIN -------- */

/* RFC 9293 3.10.7.4, eighth. What is out of order behind the FIN is thrown away. */
void tcp_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	inet_csk_schedule_ack(sk);
	sk->sk_shutdown |= RCV_SHUTDOWN;
	sock_set_flag(sk, SOCK_DONE);
	switch (sk->sk_state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		tcp_set_state(sk, TCP_CLOSE_WAIT);
		inet_csk_enter_pingpong_mode(sk);
		break;
	case TCP_FIN_WAIT1:
		/* Both ends close at once. */
		tcp_send_ack(sk);
		tcp_set_state(sk, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT2:
		tcp_send_ack(sk);
		tcp_time_wait(sk, TCP_TIME_WAIT, 0);
		break;
	default:
		/* CLOSE-WAIT, CLOSING, LAST-ACK: the FIN has come again. */
		break;
	}
	skb_rbtree_purge(&tp->out_of_order_queue);
	if (tcp_is_sack(tp))
		tcp_sack_reset(&tp->rx_opt);
	if (sock_flag(sk, SOCK_DEAD))
		return;
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_WAITD,
		      sk->sk_shutdown == SHUTDOWN_MASK || sk->sk_state == TCP_CLOSE ? POLL_HUP
										    : POLL_IN);
}

/* -------- SACK blocks -------- */

/* False: they neither overlap nor touch. */
static bool tcp_sack_extend(struct tcp_sack_block *sp, u32 seq, u32 end_seq)
{
	if (after(seq, sp->end_seq) || after(sp->start_seq, end_seq))
		return false;
	if (before(seq, sp->start_seq))
		sp->start_seq = seq;
	if (after(end_seq, sp->end_seq))
		sp->end_seq = end_seq;
	return true;
}

static void tcp_dsack_set(struct sock *sk, u32 seq, u32 end_seq)
{
	struct net *net = sock_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp) || net->sysctl.tcp_dsack == 0)
		return;
	mib_inc(net,
		before(seq, tp->rcv_nxt) ? LINUX_MIB_TCPDSACKOLDSENT : LINUX_MIB_TCPDSACKOFOSENT);
	tp->rx_opt.dsack = true;
	tp->duplicate_sack[0] = (struct tcp_sack_block){ seq, end_seq };
}

static void tcp_dsack_extend(struct sock *sk, u32 seq, u32 end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->rx_opt.dsack)
		tcp_dsack_set(sk, seq, end_seq);
	else
		(void)tcp_sack_extend(tp->duplicate_sack, seq, end_seq);
}

void tcp_send_dupack(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);

	if (cb->end_seq != cb->seq && before(cb->seq, tp->rcv_nxt)) {
		mib_inc(sock_net(sk), LINUX_MIB_DELAYEDACKLOST);
		tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
		tcp_dsack_set(sk, cb->seq,
			      after(cb->end_seq, tp->rcv_nxt) ? tp->rcv_nxt : cb->end_seq);
	}
	tcp_send_ack(sk);
}

static void sack_drop(struct tcp_sock *tp, u32 i)
{
	struct tcp_sack_block *sp = tp->selective_acks;

	assert(i < tp->rx_opt.num_sacks);
	tp->rx_opt.num_sacks--;
	memmove(&sp[i], &sp[i + 1], (tp->rx_opt.num_sacks - i) * sizeof(*sp));
}

/* The first block has grown: others may lie in it now. */
static void tcp_sack_maybe_coalesce(struct tcp_sock *tp)
{
	struct tcp_sack_block *sp = tp->selective_acks;
	u32 i = 1;

	while (i < tp->rx_opt.num_sacks) {
		if (tcp_sack_extend(&sp[0], sp[i].start_seq, sp[i].end_seq))
			sack_drop(tp, i);
		else
			i++;
	}
}

/* The ACK that stands for those which were held back goes now. */
void tcp_sack_compress_send_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->compressed_ack == 0)
		return;
	if (hrtimer_try_to_cancel(sock_net(sk), &tp->compressed_ack_timer))
		sock_put(sk);
	mib_add(sock_net(sk), LINUX_MIB_TCPACKCOMPRESSED, tp->compressed_ack - 1u);
	tp->compressed_ack = 0;
	tcp_send_ack(sk);
}

/* RFC 2018 4: the block of the segment that has just come is the first, the oldest is forgotten.
 * Before a block leaves those which an ACK is thought to carry, the peer is told of it.
 */
static void tcp_sack_new_ofo_skb(struct sock *sk, u32 seq, u32 end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_block *sp = tp->selective_acks, first = { seq, end_seq };
	u32 n = tp->rx_opt.num_sacks, i = 0;

	while (i < n && !tcp_sack_extend(&sp[i], seq, end_seq))
		i++;
	if (i >= TCP_SACK_BLOCKS_EXPECTED)
		tcp_sack_compress_send_ack(sk);
	if (i < n) {
		first = sp[i];
		memmove(&sp[1], &sp[0], i * sizeof(*sp));
		sp[0] = first;
		if (n > 1)
			tcp_sack_maybe_coalesce(tp);
		return;
	}
	if (i == TCP_NUM_SACKS)
		i--;
	memmove(&sp[1], &sp[0], i * sizeof(*sp));
	sp[0] = first;
	tp->rx_opt.num_sacks = (u8)(i + 1);
}

/* RCV.NXT has advanced over some of them. */
static void tcp_sack_remove(struct tcp_sock *tp)
{
	u32 i = 0;

	if (rb_empty_root(&tp->out_of_order_queue)) {
		tp->rx_opt.num_sacks = 0;
		return;
	}
	while (i < tp->rx_opt.num_sacks) {
		if (before(tp->rcv_nxt, tp->selective_acks[i].start_seq))
			i++;
		else
			sack_drop(tp, i);
	}
}

/* -------- putting packets together -------- */

bool tcp_try_coalesce(struct sock *sk, struct sk_buff *to, struct sk_buff *from, bool *fragstolen)
{
	struct tcp_skb_cb *tocb = TCP_SKB_CB(to);
	const struct tcp_skb_cb *fromcb = TCP_SKB_CB(from);
	u32 delta;

	*fragstolen = false;
	if (fromcb->seq != tocb->end_seq || !skb_try_coalesce(to, from, fragstolen, &delta))
		return false;
	sk->sk_rmem_alloc += delta;
	sk_mem_charge(sk, delta);
	mib_inc(sock_net(sk), LINUX_MIB_TCPRCVCOALESCE);
	tocb->end_seq = fromcb->end_seq;
	tocb->ack_seq = fromcb->ack_seq;
	tocb->tcp_flags |= fromcb->tcp_flags;
	if (fromcb->has_rxtstamp) {
		tocb->has_rxtstamp = true;
		to->tstamp_ns = from->tstamp_ns;
	}
	return true;
}

/* The number of segments is counted too: drops are counted by it. */
static bool tcp_ooo_try_coalesce(struct sock *sk, struct sk_buff *to, struct sk_buff *from,
				 bool *fragstolen)
{
	if (!tcp_try_coalesce(sk, to, from, fragstolen))
		return false;
	to->hd->gso_segs =
		(u16)min_u32(max_u32(1, to->hd->gso_segs) + max_u32(1, from->hd->gso_segs), 0xffff);
	return true;
}

bool tcp_queue_rcv(struct sock *sk, struct sk_buff *skb, bool *fragstolen)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	bool eaten;

	*fragstolen = false;
	eaten = tail != NULL && tcp_try_coalesce(sk, tail, skb, fragstolen);
	tcp_rcv_nxt_update(tcp_sk(sk), TCP_SKB_CB(skb)->end_seq);
	if (!eaten) {
		skb_queue_tail(&sk->sk_receive_queue, skb);
		skb_set_owner_r(skb, sk);
	}
	return eaten;
}

/* -------- out of order -------- */

/* The hole is filled: what lies behind it goes to the reader, and what was there twice is told. */
static void tcp_ofo_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 dsack_high = tp->rcv_nxt;
	struct sk_buff *skb, *next, *tail;
	bool fragstolen, fin;

	for (skb = skb_rb_first(&tp->out_of_order_queue); skb != NULL; skb = next) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		if (after(cb->seq, tp->rcv_nxt))
			return;
		if (before(cb->seq, dsack_high))
			tcp_dsack_extend(sk, cb->seq,
					 before(cb->end_seq, dsack_high) ? cb->end_seq
									 : dsack_high);
		next = skb_rb_next(skb);
		ooo_unlink(tp, skb);
		if (!after(cb->end_seq, tp->rcv_nxt)) {
			tcp_drop_reason(sk, skb, DROP_TCP_OFO_DROP);
			continue;
		}
		tail = skb_peek_tail(&sk->sk_receive_queue);
		fin = tcp_skb_has_flag(skb, TCPHDR_FIN);
		tcp_rcv_nxt_update(tp, cb->end_seq);
		if (tail != NULL && tcp_try_coalesce(sk, tail, skb, &fragstolen))
			kfree_skb_partial(skb, fragstolen);
		else
			skb_queue_tail(&sk->sk_receive_queue, skb);
		if (fin) {
			/* It has emptied the tree. */
			tcp_fin(sk);
			return;
		}
	}
}

/* Those which the new one covers are no longer needed. */
static void ooo_merge_right(struct sock *sk, struct sk_buff *skb, u32 end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb1 = skb_rb_next(skb);

	while (skb1 != NULL && after(end_seq, TCP_SKB_CB(skb1)->seq)) {
		if (before(end_seq, TCP_SKB_CB(skb1)->end_seq)) {
			tcp_dsack_extend(sk, TCP_SKB_CB(skb1)->seq, end_seq);
			break;
		}
		ooo_unlink(tp, skb1);
		tcp_dsack_extend(sk, TCP_SKB_CB(skb1)->seq, TCP_SKB_CB(skb1)->end_seq);
		mib_inc(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
		tcp_drop_reason(sk, skb1, DROP_TCP_OFOMERGE);
		skb1 = skb_rb_next(skb);
	}
	if (skb1 == NULL)
		tp->ooo_last_skb = skb;
}

/* Without SACK the window stays as it is: only then the peer counts duplicate ACKs. */
static void ooo_coalesced(struct sock *sk, struct sk_buff *skb, bool fragstolen)
{
	if (tcp_is_sack(tcp_sk(sk)))
		tcp_grow_window(sk, skb, true);
	kfree_skb_partial(skb, fragstolen);
}

/* It begins where skb1 does and ends later. */
static void ooo_replace(struct sock *sk, struct sk_buff *skb1, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	ooo_unlink(tp, skb1);
	tcp_rbtree_insert(&tp->out_of_order_queue, skb);
	tcp_dsack_extend(sk, TCP_SKB_CB(skb1)->seq, TCP_SKB_CB(skb1)->end_seq);
	mib_inc(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
	tcp_drop_reason(sk, skb1, DROP_TCP_OFOMERGE);
	ooo_merge_right(sk, skb, TCP_SKB_CB(skb)->end_seq);
}

/* False: all of it was there, or is in another packet now. */
static bool ooo_insert(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq, end_seq = TCP_SKB_CB(skb)->end_seq;
	struct rb_node **p = &tp->out_of_order_queue.node, *parent = NULL;
	bool fragstolen;

	while (*p != NULL) {
		struct sk_buff *skb1 = rb_to_skb(*p);
		u32 seq1 = TCP_SKB_CB(skb1)->seq, end_seq1 = TCP_SKB_CB(skb1)->end_seq;

		parent = *p;
		if (before(seq, seq1)) {
			p = &parent->left;
			continue;
		}
		if (before(seq, end_seq1)) {
			if (!after(end_seq, end_seq1)) {
				mib_inc(sock_net(sk), LINUX_MIB_TCPOFOMERGE);
				tcp_drop_reason(sk, skb, DROP_TCP_OFOMERGE);
				tcp_dsack_set(sk, seq, end_seq);
				return false;
			}
			if (!after(seq, seq1)) {
				ooo_replace(sk, skb1, skb);
				return true;
			}
			tcp_dsack_set(sk, seq, end_seq1);
		} else if (tcp_ooo_try_coalesce(sk, skb1, skb, &fragstolen)) {
			ooo_coalesced(sk, skb, fragstolen);
			return false;
		}
		p = &parent->right;
	}
	rb_link_node(&skb->rbnode, parent, p);
	rb_insert_color(&skb->rbnode, &tp->out_of_order_queue);
	ooo_merge_right(sk, skb, end_seq);
	return true;
}

static void ooo_first(struct tcp_sock *tp, struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (tcp_is_sack(tp)) {
		tp->rx_opt.num_sacks = 1;
		tp->selective_acks[0] = (struct tcp_sack_block){ cb->seq, cb->end_seq };
	}
	rb_link_node(&skb->rbnode, NULL, &tp->out_of_order_queue.node);
	rb_insert_color(&skb->rbnode, &tp->out_of_order_queue);
	tp->ooo_last_skb = skb;
}

/* Most often it belongs behind the last one: then the tree need not be searched. */
static bool ooo_add(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *last = tp->ooo_last_skb;
	bool fragstolen;

	if (tcp_ooo_try_coalesce(sk, last, skb, &fragstolen)) {
		ooo_coalesced(sk, skb, fragstolen);
		return false;
	}
	if (before(TCP_SKB_CB(skb)->seq, TCP_SKB_CB(last)->end_seq))
		return ooo_insert(sk, skb);
	assert(last->rbnode.right == NULL);
	rb_link_node(&skb->rbnode, &last->rbnode, &last->rbnode.right);
	rb_insert_color(&skb->rbnode, &tp->out_of_order_queue);
	ooo_merge_right(sk, skb, TCP_SKB_CB(skb)->end_seq);
	return true;
}

static void tcp_data_queue_ofo(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq, end_seq = TCP_SKB_CB(skb)->end_seq;
	bool kept = true;

	tcp_ecn_check_ce(sk, skb);
	if (!tcp_try_rmem_schedule(sk, skb, skb->truesize)) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPOFODROP);
		sk->sk_data_ready(sk);
		tcp_drop_reason(sk, skb, DROP_PROTO_MEM);
		return;
	}
	tcp_measure_rcv_mss(sk, skb);
	tp->pred_flags = cpu_to_be32(0);
	inet_csk_schedule_ack(sk);
	tp->rcv_ooopack += max_u32(1, skb->hd->gso_segs);
	mib_inc(sock_net(sk), LINUX_MIB_TCPOFOQUEUE);
	if (rb_empty_root(&tp->out_of_order_queue)) {
		ooo_first(tp, skb);
	} else {
		kept = ooo_add(sk, skb);
		if (tcp_is_sack(tp))
			tcp_sack_new_ofo_skb(sk, seq, end_seq);
	}
	if (!kept)
		return;
	if (tcp_is_sack(tp))
		tcp_grow_window(sk, skb, false);
	skb_condense(skb);
	skb_set_owner_r(skb, sk);
}

/* -------- in order -------- */

void tcp_data_ready(struct sock *sk)
{
	if (tcp_epollin_ready(sk, sk->sk_rcvlowat) || sock_flag(sk, SOCK_DONE))
		sk->sk_data_ready(sk);
}

/* No memory: the peer hears of it, the reader too. False: the packet is gone. Where nothing waits
 * for the reader yet it is taken all the same.
 */
static bool queue_without_memory(struct sock *sk, struct sk_buff *skb)
{
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOMEM | ICSK_ACK_NOW;
	inet_csk_schedule_ack(sk);
	sk->sk_data_ready(sk);
	if (!skb_queue_empty(&sk->sk_receive_queue) && skb->len != 0) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPRCVQDROP);
		tcp_drop_reason(sk, skb, DROP_PROTO_MEM);
		return false;
	}
	sk_forced_mem_schedule(sk, skb->truesize);
	return true;
}

static void queue_and_out(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool fragstolen, eaten;

	if (!tcp_try_rmem_schedule(sk, skb, skb->truesize) && !queue_without_memory(sk, skb))
		return;
	eaten = tcp_queue_rcv(sk, skb, &fragstolen);
	if (skb->len != 0)
		tcp_event_data_recv(sk, skb);
	if (tcp_skb_has_flag(skb, TCPHDR_FIN))
		tcp_fin(sk);
	if (!rb_empty_root(&tp->out_of_order_queue)) {
		tcp_ofo_queue(sk);
		/* RFC 5681 4.2: an ACK at once when the gap is filled. */
		if (rb_empty_root(&tp->out_of_order_queue))
			inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOW;
	}
	if (tp->rx_opt.num_sacks != 0)
		tcp_sack_remove(tp);
	tcp_fast_path_check(sk);
	if (eaten)
		kfree_skb_partial(skb, fragstolen);
	if (!sock_flag(sk, SOCK_DEAD))
		tcp_data_ready(sk);
}

static void out_of_window(struct sock *sk, struct sk_buff *skb, enum drop_reason reason)
{
	tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
	inet_csk_schedule_ack(sk);
	tcp_drop_reason(sk, skb, reason);
}

static void zero_window_drop(struct sock *sk, struct sk_buff *skb)
{
	mib_inc(sock_net(sk), LINUX_MIB_TCPZEROWINDOWDROP);
	out_of_window(sk, skb, DROP_TCP_ZEROWINDOW);
}

/* The segment begins no later than what is expected, and has something new. */
static void data_queue_next(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool overlaps = before(cb->seq, tp->rcv_nxt);

	if (overlaps)
		tcp_dsack_set(sk, cb->seq, tp->rcv_nxt);
	if (tcp_receive_window(tp) != 0) {
		queue_and_out(sk, skb);
		return;
	}
	/* A FIN alone takes no room: it can be taken although the window is closed. */
	if (!overlaps && skb->len == 0 && tcp_skb_has_flag(skb, TCPHDR_FIN))
		queue_and_out(sk, skb);
	else
		zero_window_drop(sk, skb);
}

void tcp_data_queue(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	PROBE(sock_net(sk), tcp_data_queue);
	if (cb->seq == cb->end_seq) {
		kfree_skb_untold(skb);
		return;
	}
	skb_dst_drop(skb);
	skb_pull(skb, tcp_hlen(tcp_hdr(skb)));
	tp->rx_opt.dsack = false;
	if (cb->seq == tp->rcv_nxt) {
		data_queue_next(sk, skb);
	} else if (!after(cb->end_seq, tp->rcv_nxt)) {
		/* All of it was here before: our ACK may have been lost. */
		mib_inc(sock_net(sk), LINUX_MIB_DELAYEDACKLOST);
		tcp_dsack_set(sk, cb->seq, cb->end_seq);
		out_of_window(sk, skb, DROP_TCP_OLD_DATA);
	} else if (!before(cb->seq, tp->rcv_nxt + tcp_receive_window(tp))) {
		out_of_window(sk, skb, DROP_TCP_OVERWINDOW);
	} else if (before(cb->seq, tp->rcv_nxt)) {
		data_queue_next(sk, skb);
	} else {
		tcp_data_queue_ofo(sk, skb);
	}
}
