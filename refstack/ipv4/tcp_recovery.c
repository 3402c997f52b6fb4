// SPDX-License-Identifier: MIT
/* tcp_recovery.c - RACK: a packet is lost when one that was sent later has arrived and enough time
 * has passed; and NewReno's rule for peers without SACK.
 *
 * Path: called by tcp_fastretrans_alert(), tcp_enter_loss() and the timer.
 * Rules: RFC 8985, RFC 6582; LINUX: net/ipv4/tcp_recovery.c.
 */
#include "ipv4/tcp_ack.h"

/* RFC 8985 6.2 step 4: how much a packet may be overtaken by; nothing while recovering on a path
 * that has kept the order, or once so many have arrived that a loss is near.
 */
static u32 tcp_rack_reo_wnd(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->reord_seen == 0) {
		if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery)
			return 0;
		if (tp->sacked_out >= tp->reordering &&
		    (sock_net(sk)->sysctl.tcp_recovery & TCP_RACK_NO_DUPTHRESH) == 0)
			return 0;
	}
	/* The smallest round trip, not the smoothed one: the order is lost on the path, not in its
	 * queues.
	 */
	return min_u32((tcp_min_rtt(tp) >> 2) * tp->rack.reo_wnd_steps, tp->srtt_us >> 3);
}

/* What is left to wait for the packet; not positive: it is lost. */
s32 tcp_rack_skb_timeout(const struct tcp_sock *tp, const struct sk_buff *skb, u32 reo_wnd)
{
	return (s32)(tp->rack.rtt_us + reo_wnd -
		     tcp_stamp_us_delta(tp->tcp_mstamp, tcp_skb_timestamp_us(skb)));
}

/* RFC 8985 6.2 step 5. The result: the longest that one of them is to be waited for, or 0. */
static u32 tcp_rack_detect_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 reo_wnd = tcp_rack_reo_wnd(sk), reo_timeout = 0;
	struct list_head *pos, *n;

	list_for_each_safe (pos, n, &tp->tsorted_sent_queue) {
		struct sk_buff *skb = list_entry(pos, struct sk_buff, tcp_tsorted_anchor);
		const struct tcp_skb_cb *scb = TCP_SKB_CB(skb);
		s32 remaining;

		if ((scb->sacked & (TCPCB_LOST | TCPCB_SACKED_RETRANS)) == TCPCB_LOST)
			continue;
		if (!tcp_skb_sent_after(tp->rack.mstamp, tcp_skb_timestamp_us(skb),
					tp->rack.end_seq, scb->end_seq))
			break;
		remaining = tcp_rack_skb_timeout(tp, skb, reo_wnd);
		if (remaining <= 0) {
			tcp_mark_skb_lost(sk, skb);
			list_del_init(&skb->tcp_tsorted_anchor);
		} else {
			reo_timeout = max_u32(reo_timeout, (u32)remaining);
		}
	}
	return reo_timeout;
}

/* True: a timer waits for what may still come. */
bool tcp_rack_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 timeout;

	if (!tp->rack.advanced)
		return false;
	tp->rack.advanced = false;
	timeout = tcp_rack_detect_loss(sk);
	if (timeout == 0)
		return false;
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_REO_TIMEOUT,
				  usecs_to_jiffies(timeout + TCP_TIMEOUT_MIN_US),
				  inet_csk(sk)->icsk_rto);
	return true;
}

/* RFC 8985 6.2 steps 1 to 3: a packet has arrived. Of one that was sent twice, and less than a
 * round trip ago, it was the first copy, which tells nothing.
 */
void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_time)
{
	u32 rtt_us = tcp_stamp_us_delta(tp->tcp_mstamp, xmit_time);

	if (rtt_us < tcp_min_rtt(tp) && (sacked & TCPCB_RETRANS) != 0)
		return;
	tp->rack.advanced = true;
	tp->rack.rtt_us = rtt_us;
	if (tcp_skb_sent_after(xmit_time, tp->rack.mstamp, end_seq, tp->rack.end_seq)) {
		tp->rack.mstamp = xmit_time;
		tp->rack.end_seq = end_seq;
	}
}

/* The timer of tcp_rack_mark_lost(): what has not come by now is lost. */
void tcp_rack_reo_timeout(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 prior_inflight = tcp_packets_in_flight(tp), lost = tp->lost;

	tcp_rack_detect_loss(sk);
	if (prior_inflight != tcp_packets_in_flight(tp)) {
		if (icsk->icsk_ca_state != TCP_CA_Recovery) {
			tcp_enter_recovery(sk, false);
			if (icsk->icsk_ca_ops->cong_control == NULL)
				tcp_cwnd_reduction(sk, 1, (s32)(tp->lost - lost), 0);
		}
		tcp_xmit_retransmit_queue(sk);
	}
	if (icsk->icsk_pending != ICSK_TIME_RETRANS)
		tcp_rearm_rto(sk);
}

/* RFC 8985 6.2 step 4: for each round trip with a needless copy a quarter of the smallest round
 * trip more; after sixteen recoveries without any, one quarter again.
 */
void tcp_rack_update_reo_wnd(struct sock *sk, struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((sock_net(sk)->sysctl.tcp_recovery & TCP_RACK_STATIC_REO_WND) != 0 ||
	    rs->prior_delivered == 0)
		return;
	if (before(rs->prior_delivered, tp->rack.last_delivered))
		tp->rack.dsack_seen = false;
	if (tp->rack.dsack_seen) {
		tp->rack.reo_wnd_steps = (u8)min_u32(0xff, tp->rack.reo_wnd_steps + 1u);
		tp->rack.dsack_seen = false;
		tp->rack.last_delivered = tp->delivered;
		tp->rack.reo_wnd_persist = TCP_RACK_RECOVERY_THRESH;
	} else if (tp->rack.reo_wnd_persist == 0) {
		tp->rack.reo_wnd_steps = 1;
	}
}

/* RFC 6582 3.2: the first segment, after three duplicates and after each partial acknowledgement.
 */
void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u8 state = inet_csk(sk)->icsk_ca_state;
	struct sk_buff *skb = tcp_rtx_queue_head(sk);

	if ((state >= TCP_CA_Recovery || tp->sacked_out < tp->reordering) &&
	    (state != TCP_CA_Recovery || !snd_una_advanced))
		return;
	assert(skb != NULL);
	if ((TCP_SKB_CB(skb)->sacked & TCPCB_LOST) != 0)
		return;
	if (tcp_skb_pcount(skb) > 1 && skb->len > tcp_skb_mss(skb))
		tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, tcp_skb_mss(skb), tcp_skb_mss(skb));
	tcp_mark_skb_lost(sk, skb);
}
