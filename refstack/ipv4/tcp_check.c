// SPDX-License-Identifier: MIT
/* tcp_check.c - what must hold of every TCP socket between two events.
 *
 * Path: none; host_check() asks. Rules: RFC 9293 3.3.1 and 3.4: the order of the sequence
 * variables; the rest follows from LINUX: net/ipv4/tcp*.c.
 */
#include "ipv4/tcp.h"

#include "core/ubuf.h"

static bool is_synchronized(const struct sock *sk)
{
	return (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN) | TCPF(TCP_SYN_SENT))) ==
	       0;
}

static void check_sequence(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	assert(!before(tp->snd_nxt, tp->snd_una));
	assert(!before(tp->write_seq, tp->snd_nxt));
	if (!is_synchronized(sk))
		return;
	assert(!before(tp->rcv_nxt, tp->copied_seq));
	assert(!before(tp->rcv_nxt, tp->rcv_wup));
}

/* -------- what is sent, and what is to be -------- */

struct tcp_sum {
	u32 packets, sacked, lost, retrans;
	u32 bytes; /* truesize */
};

static void add_packet(struct tcp_sum *sum, const struct sk_buff *skb)
{
	u32 n = tcp_skb_pcount(skb);
	u8 tags = TCP_SKB_CB(skb)->sacked;

	sum->packets += n;
	sum->sacked += (tags & TCPCB_SACKED_ACKED) != 0 ? n : 0;
	sum->lost += (tags & TCPCB_LOST) != 0 ? n : 0;
	sum->retrans += (tags & TCPCB_SACKED_RETRANS) != 0 ? n : 0;
	/* RFC 6675: what has arrived is not lost. */
	assert((tags & (TCPCB_SACKED_ACKED | TCPCB_LOST)) != (TCPCB_SACKED_ACKED | TCPCB_LOST));
}

/* In order, without holes, up to what is to be sent next. */
static void check_rtx_queue(const struct sock *sk, struct tcp_sum *sum)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = tp->snd_nxt;
	bool first = true;

	rb_check(&sk->tcp_rtx_queue);
	for (const struct sk_buff *skb = tcp_rtx_queue_head(sk); skb != NULL;
	     skb = skb_rb_next(skb)) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		skb_check(skb);
		assert(first ? !after(cb->seq, tp->snd_una) : cb->seq == seq);
		assert(before(cb->seq, cb->end_seq));
		assert(tcp_skb_pcount(skb) != 0);
		seq = cb->end_seq;
		first = false;
		add_packet(sum, skb);
		sum->bytes += skb->truesize;
	}
	assert(seq == tp->snd_nxt);
}

static void check_write_queue(const struct sock *sk, struct tcp_sum *sum)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *skb;
	u32 seq = tp->snd_nxt;

	skb_queue_walk(&sk->sk_write_queue, skb)
	{
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		assert(cb->seq == seq);
		assert(before(cb->seq, cb->end_seq));
		assert((cb->sacked & TCPCB_TAGBITS) == 0);
		seq = cb->end_seq;
		sum->bytes += skb->truesize;
	}
	assert(seq == tp->write_seq);
}

static void check_send_side(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sum sum = { 0 };

	check_rtx_queue(sk, &sum);
	check_write_queue(sk, &sum);
	assert(sk->sk_wmem_queued >= 0);
	assert((u32)sk->sk_wmem_queued == sum.bytes);
	assert(tp->packets_out == sum.packets);
	assert(tp->lost_out == sum.lost);
	/* LINUX: counts one that is sent a third time twice, until nothing flies any more. */
	assert(tp->retrans_out >= sum.retrans);
	/* Without SACK it is a guess from duplicate ACKs. */
	if (tcp_is_sack(tp))
		assert(tp->sacked_out == sum.sacked);
	else
		assert(sum.sacked == 0);
	assert(tcp_left_out(tp) <= tp->packets_out);
}

/* -------- what has come -------- */

static u32 check_receive_queue(const struct sock *sk)
{
	const struct sk_buff *skb;
	u32 end = 0, bytes = 0;
	bool first = true;

	skb_queue_walk(&sk->sk_receive_queue, skb)
	{
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		/* What overlaps is queued whole: only ends go up. */
		assert(first || !before(cb->end_seq, end));
		assert(!after(cb->end_seq, tcp_sk(sk)->rcv_nxt));
		end = cb->end_seq;
		first = false;
		bytes += skb->truesize;
	}
	return bytes;
}

/* In order of their first bytes; they may overlap, but none has come in turn. */
static u32 check_ofo_queue(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *last = NULL;
	u32 bytes = 0;

	rb_check(&tp->out_of_order_queue);
	for (const struct sk_buff *skb = skb_rb_first(&tp->out_of_order_queue); skb != NULL;
	     skb = skb_rb_next(skb)) {
		skb_check(skb);
		assert(after(TCP_SKB_CB(skb)->seq, tp->rcv_nxt));
		assert(last == NULL || !before(TCP_SKB_CB(skb)->seq, TCP_SKB_CB(last)->seq));
		last = skb;
		bytes += skb->truesize;
	}
	assert(last == NULL || last == tp->ooo_last_skb);
	return bytes;
}

static u32 uncharged(const struct sk_buff *skb)
{
	u32 own = skb_end_offset(skb) + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES;

	return skb_zcopy_pure(skb) ? skb->truesize - own : 0;
}

/* Of what is queued the pages that are the program's: they are counted, not charged. */
u32 tcp_wmem_uncharged(const struct sock *sk)
{
	const struct sk_buff *skb;
	u32 sum = 0;

	skb_queue_walk(&sk->sk_write_queue, skb) sum += uncharged(skb);
	for (skb = skb_rb_first(&sk->tcp_rtx_queue); skb != NULL; skb = skb_rb_next(skb))
		sum += uncharged(skb);
	return sum;
}

/* INVARIANT: memory is asked for in pages: what is charged and what is left of them are whole ones.
 * LINUX: less than nothing may be left. tcp_data_queue_ofo() asks for memory, gives back that of
 * segments which the new one covers, with it pages that seem to be left, and charges then.
 */
static void check_pages(const struct sock *sk, u32 received)
{
	s32 bytes = sk->sk_forward_alloc + (s32)received + sk->sk_wmem_queued -
		    (s32)tcp_wmem_uncharged(sk);

	assert(bytes >= 0 && bytes % PAGE_SIZE == 0);
}

static void check_receive_side(const struct sock *sk)
{
	const struct sk_buff *skb;
	u32 bytes = check_receive_queue(sk) + check_ofo_queue(sk);

	check_pages(sk, bytes);

	skb_queue_walk(&sk->sk_error_queue, skb)
	{
		bytes += skb->destructor == sock_rmem_free ? skb->truesize : 0;
	}
	assert(sk->sk_rmem_alloc == bytes);
}

/* -------- timers -------- */

static bool timer_waits(const struct sock *sk, const struct timer_list *timer, enum tsq_enum late)
{
	return timer_pending(timer) || (sk->sk_tsq_flags & 1u << late) != 0;
}

/* INVARIANT: what is under way is watched by a timer, or by who gives back the socket on which that
 * one has waited.
 */
static void check_timers(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return;
	if (tcp_sk(sk)->packets_out != 0)
		assert(icsk->icsk_pending != 0);
	if (icsk->icsk_pending != 0)
		assert(timer_waits(sk, &icsk->icsk_retransmit_timer, TCP_WRITE_TIMER_DEFERRED));
	if ((icsk->icsk_ack.pending & ICSK_ACK_TIMER) != 0)
		assert(timer_waits(sk, &icsk->icsk_delack_timer, TCP_DELACK_TIMER_DEFERRED));
}

void tcp_check(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	assert(tp->snd_cwnd != 0);
	assert((s32)tp->snd_cwnd > 0);
	if (sk->sk_state == TCP_CLOSE) {
		/* It was reset, or disconnected: the numbers are of what has been. */
		assert(skb_queue_empty(&sk->sk_write_queue));
		assert(tcp_rtx_queue_empty(sk));
		assert(sk->sk_wmem_queued == 0);
	} else if (sk->sk_state != TCP_LISTEN) {
		check_sequence(sk);
		check_send_side(sk);
	}
	if (sk->sk_state != TCP_LISTEN)
		check_receive_side(sk);
	check_timers(sk);
}
