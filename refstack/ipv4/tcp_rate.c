// SPDX-License-Identifier: MIT
/* tcp_rate.c - how fast the network delivers: for each ACK the packets that arrived since the
 * newest of those it acknowledges was sent, over the time that sending or acknowledging them took.
 *
 * Path: tcp_rate_skb_sent() when a packet goes, tcp_rate_skb_delivered() for each that arrived,
 * tcp_rate_gen() at the end of tcp_ack().
 * Rules: draft-cheng-iccrg-delivery-rate-estimation; LINUX: net/ipv4/tcp_rate.c.
 */
#include "ipv4/tcp_ack.h"

/* tx.delivered_ce: as many bits as Linux has, and one that says that there was nothing to send. */
enum {
	DELIVERED_CE_MASK = (1 << 20) - 1,
	ONE_BYTE_TRUESIZE = 1 + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES
};
#define IS_APP_LIMITED (1u << 31)

void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *scb = TCP_SKB_CB(skb);

	/* Nothing is on its way, so both phases begin now. LINUX: not tcp_packets_in_flight(),
	 * which a timeout would make 0.
	 */
	if (tp->packets_out == 0) {
		tp->first_tx_mstamp = tcp_skb_timestamp_us(skb);
		tp->delivered_mstamp = tp->first_tx_mstamp;
	}
	scb->tx.first_tx_mstamp = tp->first_tx_mstamp;
	scb->tx.delivered_mstamp = tp->delivered_mstamp;
	scb->tx.delivered = tp->delivered;
	scb->tx.delivered_ce = tp->delivered_ce & DELIVERED_CE_MASK;
	if (tp->app_limited != 0)
		scb->tx.delivered_ce |= IS_APP_LIMITED;
}

/* Of several packets the one that was sent last counts. */
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *scb = TCP_SKB_CB(skb);
	u64 tx_tstamp = tcp_skb_timestamp_us(skb);

	if (scb->tx.delivered_mstamp == 0)
		return;
	if (rs->prior_delivered == 0 ||
	    tcp_skb_sent_after(tx_tstamp, tp->first_tx_mstamp, scb->end_seq, rs->last_end_seq)) {
		rs->prior_delivered_ce = scb->tx.delivered_ce & DELIVERED_CE_MASK;
		rs->prior_delivered = scb->tx.delivered;
		rs->prior_mstamp = scb->tx.delivered_mstamp;
		rs->is_app_limited = (scb->tx.delivered_ce & IS_APP_LIMITED) != 0;
		rs->is_retrans = (scb->sacked & TCPCB_RETRANS) != 0;
		rs->last_end_seq = scb->end_seq;
		tp->first_tx_mstamp = tx_tstamp;
		rs->interval_us = tcp_stamp_us_delta(tx_tstamp, scb->tx.first_tx_mstamp);
	}
	/* Not once more when it is acknowledged. */
	if ((scb->sacked & TCPCB_SACKED_ACKED) != 0)
		scb->tx.delivered_mstamp = 0;
}

/* The sample is kept, unless the program had nothing to send and it was slower than the last. */
static void keep_rate(struct tcp_sock *tp, const struct rate_sample *rs)
{
	if (rs->is_app_limited && (u64)(s64)rs->delivered * tp->rate_interval_us <
					  (u64)tp->rate_delivered * (u64)rs->interval_us)
		return;
	tp->rate_delivered = (u32)rs->delivered;
	tp->rate_interval_us = (u32)rs->interval_us;
	tp->rate_app_limited = rs->is_app_limited;
}

void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg,
		  struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->app_limited != 0 && after(tp->delivered, tp->app_limited))
		tp->app_limited = 0;
	if (delivered != 0)
		tp->delivered_mstamp = tp->tcp_mstamp;
	rs->acked_sacked = delivered;
	rs->losses = (s32)lost;
	/* A peer that took its SACKs back would make it look too fast. */
	if (rs->prior_mstamp == 0 || is_sack_reneg) {
		rs->delivered = -1;
		rs->interval_us = -1;
		return;
	}
	rs->delivered = (s32)(tp->delivered - rs->prior_delivered);
	rs->delivered_ce = (s32)((tp->delivered_ce - rs->prior_delivered_ce) & DELIVERED_CE_MASK);
	/* ACKs that come in one heap do not make the network faster: the longer phase counts. */
	rs->snd_interval_us = (u32)rs->interval_us;
	rs->rcv_interval_us = tcp_stamp_us_delta(tp->tcp_mstamp, rs->prior_mstamp);
	rs->interval_us = max_u32(rs->snd_interval_us, rs->rcv_interval_us);
	if (rs->interval_us < (s64)tcp_min_rtt(tp)) {
		rs->interval_us = -1;
		return;
	}
	keep_rate(tp, rs);
}

/* Called when a program sends: was there a gap? */
void tcp_rate_check_app_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 marker = tp->delivered + tcp_packets_in_flight(tp);

	if (tp->write_seq - tp->snd_nxt < tp->mss_cache && /* less than a packet to send */
	    sk->sk_wmem_alloc - 1 < ONE_BYTE_TRUESIZE &&   /* none in our own queues */
	    tcp_packets_in_flight(tp) < tcp_snd_cwnd(tp) && tp->lost_out <= tp->retrans_out)
		tp->app_limited = marker != 0 ? marker : 1;
}
