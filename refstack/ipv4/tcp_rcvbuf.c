// SPDX-License-Identifier: MIT
/* tcp_rcvbuf.c - how much the peer may send and how soon it hears from us: what arriving data tells
 * about segment size, round trip and the reader's speed.
 *
 * Path: tcp_rcv_established() and tcp_data_queue() call tcp_event_data_recv(), readers call
 * tcp_rcv_space_adjust().
 * Rules: RFC 1122 4.2.3.2 (delayed ACKs), RFC 5681 4.2, RFC 3168 6.1 (ECN);
 * LINUX: net/ipv4/tcp_input.c.
 */
#include "ipv4/tcp_input_internal.h"

enum { TCP_QUICKACKS_AT_LEAST = 2, TCP_GROW_LEAST = 128 };

/* -------- quick ACKs -------- */

static void tcp_incr_quickack(struct sock *sk, u32 max_quickacks)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 quick = tcp_sk(sk)->rcv_wnd / (2u * icsk->icsk_ack.rcv_mss);

	if (quick == 0)
		quick = TCP_QUICKACKS_AT_LEAST;
	quick = min_u32(quick, max_quickacks);
	if (quick > icsk->icsk_ack.quick)
		icsk->icsk_ack.quick = (u8)quick;
}

void tcp_enter_quickack_mode(struct sock *sk, u32 max_quickacks)
{
	tcp_incr_quickack(sk, max_quickacks);
	inet_csk_exit_pingpong_mode(sk);
	inet_csk(sk)->icsk_ack.ato = TCP_ATO_MIN;
}

bool tcp_in_quickack_mode(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	return icsk->icsk_ack.dst_quick_ack ||
	       (icsk->icsk_ack.quick != 0 && !inet_csk_in_pingpong_mode(sk));
}

/* -------- ECN -------- */

/* RFC 3168 6.1.3: a marked packet is told of until the sender says that it has slowed down. */
static void ecn_congestion(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_ca_needs_ecn(sk))
		tcp_ca_event(sk, CA_EVENT_ECN_IS_CE);
	if ((tp->ecn_flags & TCP_ECN_DEMAND_CWR) == 0) {
		tcp_enter_quickack_mode(sk, 2);
		tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
	}
	tp->ecn_flags |= TCP_ECN_SEEN;
}

void tcp_ecn_check_ce(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((tp->ecn_flags & TCP_ECN_OK) == 0)
		return;
	switch (TCP_SKB_CB(skb)->ip_dsfield & INET_ECN_MASK) {
	case INET_ECN_NOT_ECT:
		/* Most probably it was sent again: those do not carry ECT. */
		if ((tp->ecn_flags & TCP_ECN_SEEN) != 0)
			tcp_enter_quickack_mode(sk, 2);
		break;
	case INET_ECN_CE:
		ecn_congestion(sk);
		break;
	default:
		if (tcp_ca_needs_ecn(sk))
			tcp_ca_event(sk, CA_EVENT_ECN_NO_CE);
		tp->ecn_flags |= TCP_ECN_SEEN;
	}
}

/* -------- how large are the peer's segments? -------- */

/* What share of the memory is payload; the window follows. */
static void update_scaling_ratio(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 val = ((u64)skb->len << TCP_RMEM_TO_WIN_SCALE) / skb->truesize;
	u8 ratio = (u8)(val != 0 ? val : 1);

	if (ratio == 0 || ratio == tp->scaling_ratio)
		return;
	tp->scaling_ratio = ratio;
	tp->window_clamp = (u32)tcp_win_from_space(sk, sk->sk_rcvbuf);
	if (tp->window_clamp < (u32)tp->rcvq_space.space)
		tp->rcvq_space.space = (s32)tp->window_clamp;
}

static void measure_full_segment(struct sock *sk, const struct sk_buff *skb, u32 len)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (len != icsk->icsk_ack.rcv_mss)
		update_scaling_ratio(sk, skb);
	icsk->icsk_ack.rcv_mss = (u16)min_u32(len, tcp_sk(sk)->advmss);
	/* Pushed and of full size: the end of what a program wrote; its sender may wait. */
	if (tcp_skb_has_flag(skb, TCPHDR_PSH))
		icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
}

/* len counts the TCP header. Is it a segment that only looks small, because of SACK blocks or of a
 * link with a very small MTU? True: its size was seen twice, it is the new estimate.
 */
static bool measure_small_segment(struct sock *sk, const struct sk_buff *skb, u32 len, u32 last)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u8 rest = TCPHDR_FIN | TCPHDR_URG | TCPHDR_SYN | TCPHDR_PSH;

	if (len < TCP_MSS_DEFAULT + TCP_HLEN &&
	    (len < TCP_MIN_MSS + TCP_HLEN || tcp_th_has(tcp_hdr(skb), rest)))
		return false;
	len -= tcp_sk(sk)->tcp_header_len;
	icsk->icsk_ack.last_seg_size = (u16)len;
	if (len != last)
		return false;
	icsk->icsk_ack.rcv_mss = (u16)len;
	return true;
}

void tcp_measure_rcv_mss(struct sock *sk, const struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 last = icsk->icsk_ack.last_seg_size;
	u32 len = skb->hd->gso_size != 0 ? skb->hd->gso_size : skb->len;

	icsk->icsk_ack.last_seg_size = 0;
	if (len >= icsk->icsk_ack.rcv_mss) {
		measure_full_segment(sk, skb, len);
		return;
	}
	len += (u32)(skb->data - skb_transport_header(skb));
	if (measure_small_segment(sk, skb, len, last))
		return;
	if ((icsk->icsk_ack.pending & ICSK_ACK_PUSHED) != 0)
		icsk->icsk_ack.pending |= ICSK_ACK_PUSHED2;
	icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
}

void tcp_initialize_rcv_mss(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 hint = min_u32(tp->advmss, tp->mss_cache);

	hint = min_u32(hint, tp->rcv_wnd / 2);
	hint = min_u32(hint, TCP_MSS_DEFAULT);
	inet_csk(sk)->icsk_ack.rcv_mss = (u16)max_u32(hint, TCP_MIN_MSS);
}

/* -------- the window's slow start -------- */

/* LINUX: __tcp_grow_window(): would packets with so much overhead still fit if the window were a
 * power of two smaller?
 */
static u32 grow_by_overhead(const struct sock *sk, const struct sk_buff *skb, u32 skbtruesize)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 truesize = tcp_win_from_space(sk, (s32)skbtruesize) >> 1;
	s32 window = tcp_win_from_space(sk, sock_net(sk)->sysctl.tcp_rmem_max) >> 1;

	while (tp->rcv_ssthresh <= (u32)window) {
		if ((u32)truesize <= skb->len)
			return 2u * inet_csk(sk)->icsk_ack.rcv_mss;
		truesize >>= 1;
		window >>= 1;
	}
	return 0;
}

/* A packet without payload in its linear part will cost less once it is coalesced. */
static u32 truesize_adjust(bool adjust, const struct sk_buff *skb)
{
	u32 less;

	if (!adjust || skb_headlen(skb) != 0)
		return skb->truesize;
	less = skb->truesize - (skb_end_offset(skb) + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES);
	return (s32)less < (s32)skb->len ? skb->truesize : less;
}

void tcp_grow_window(struct sock *sk, const struct sk_buff *skb, bool adjust)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 room = (s32)((u32)min_s32((s32)tp->window_clamp, tcp_space(sk)) - tp->rcv_ssthresh);
	u32 truesize, incr;

	if (room <= 0)
		return;
	if (tcp_under_memory_pressure(sk)) {
		tcp_adjust_rcv_ssthresh(sk);
		return;
	}
	truesize = truesize_adjust(adjust, skb);
	if ((u32)tcp_win_from_space(sk, (s32)truesize) <= skb->len)
		incr = 2u * tp->advmss;
	else
		incr = grow_by_overhead(sk, skb, truesize);
	if (incr == 0)
		return;
	incr = max_u32(incr, 2 * skb->len);
	tp->rcv_ssthresh += min_u32((u32)room, incr);
	inet_csk(sk)->icsk_ack.quick |= 1;
}

void tcp_init_buffer_space(struct sock *sk)
{
	u8 app_win = sock_net(sk)->sysctl.tcp_app_win;
	struct tcp_sock *tp = tcp_sk(sk);
	u32 maxwin;

	if ((sk->sk_userlocks & SOCK_SNDBUF_LOCK) == 0)
		tcp_sndbuf_expand(sk);
	tcp_mstamp_refresh(tp);
	tp->rcvq_space.time = tp->tcp_mstamp;
	tp->rcvq_space.seq = tp->copied_seq;
	maxwin = (u32)tcp_full_space(sk);
	if (tp->window_clamp >= maxwin) {
		tp->window_clamp = maxwin;
		if (app_win != 0 && maxwin > 4u * tp->advmss)
			tp->window_clamp = max_u32(maxwin - (maxwin >> app_win), 4u * tp->advmss);
	}
	/* One segment's room stays in reserve. */
	if (app_win != 0 && tp->window_clamp > 2u * tp->advmss &&
	    tp->window_clamp + tp->advmss > maxwin)
		tp->window_clamp = (u32)max_s32(2 * tp->advmss, (s32)maxwin - tp->advmss);
	tp->rcv_ssthresh = min_u32(tp->rcv_ssthresh, tp->window_clamp);
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	tp->rcvq_space.space = (s32)min_u32(min_u32(tp->rcv_ssthresh, tp->rcv_wnd),
					    (u32)TCP_INIT_CWND * tp->advmss);
}

bool tcp_memory_below_low(const struct sock *sk)
{
	const struct net *net = sock_net(sk);

	return net->tcp_memory_allocated < (s64)net->sysctl.tcp_mem_min;
}

/* The socket has reached its limit: it grows if it may, or the window goes back. */
void tcp_clamp_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 rmem_max = sock_net(sk)->sysctl.tcp_rmem_max;

	inet_csk(sk)->icsk_ack.quick = 0;
	if (sk->sk_rcvbuf < rmem_max && (sk->sk_userlocks & SOCK_RCVBUF_LOCK) == 0 &&
	    !tcp_under_memory_pressure(sk) && tcp_memory_below_low(sk))
		sk->sk_rcvbuf = min_s32((s32)sk->sk_rmem_alloc, rmem_max);
	if ((s32)sk->sk_rmem_alloc > sk->sk_rcvbuf)
		tp->rcv_ssthresh = min_u32(tp->window_clamp, 2u * tp->advmss);
}

/* -------- the receiver's own idea of the round trip -------- */

/* In eighths. win_dep: measured by a window of data, which may only take too long: a minimum. */
static void tcp_rcv_rtt_update(struct tcp_sock *tp, u32 sample, bool win_dep)
{
	u32 old = tp->rcv_rtt_est.rtt_us, m = sample << 3;

	if (old == 0 || m < old)
		tp->rcv_rtt_est.rtt_us = m;
	else if (!win_dep)
		tp->rcv_rtt_est.rtt_us = old - (old >> 3) + sample;
}

static void tcp_rcv_rtt_measure(struct tcp_sock *tp)
{
	if (tp->rcv_rtt_est.time != 0) {
		if (before(tp->rcv_nxt, tp->rcv_rtt_est.seq))
			return;
		tcp_rcv_rtt_update(
			tp, max_u32(1, tcp_stamp_us_delta(tp->tcp_mstamp, tp->rcv_rtt_est.time)),
			true);
	}
	tp->rcv_rtt_est.seq = tp->rcv_nxt + tp->rcv_wnd;
	tp->rcv_rtt_est.time = tp->tcp_mstamp;
}

/* LINUX: tcp_rtt_tsopt_us() with a least difference of 0: microseconds; -1: impossible. */
static s32 rtt_by_timestamp_us(const struct tcp_sock *tp)
{
	u32 delta = tcp_time_stamp_ts(tp) - tp->rx_opt.rcv_tsecr;

	if (tp->tcp_usec_ts)
		return (s32)delta;
	return delta < INT32_MAX / (1000000 / TCP_TS_HZ) ? (s32)(delta * (1000000 / TCP_TS_HZ))
							 : -1;
}

void tcp_rcv_rtt_measure_ts(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	s32 delta;

	if (tp->rx_opt.rcv_tsecr == tp->rcv_rtt_last_tsecr)
		return;
	tp->rcv_rtt_last_tsecr = tp->rx_opt.rcv_tsecr;
	if (cb->end_seq - cb->seq < inet_csk(sk)->icsk_ack.rcv_mss)
		return;
	delta = rtt_by_timestamp_us(tp);
	if (delta > 0)
		tcp_rcv_rtt_update(tp, (u32)delta, false);
}

/* -------- dynamic right-sizing -------- */

/* The reader took `copied` bytes in one round trip: there should be room for twice as much, and
 * for a sender that goes on doubling.
 */
static void rcvbuf_grow(struct sock *sk, s32 copied)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 space = tp->rcvq_space.space;
	u64 rcvwin = ((u64)(u32)copied << 1) + 16u * tp->advmss;
	s32 want, rcvbuf;

	if (space != 0)
		rcvwin += rcvwin * (u32)(copied - space) / (u32)space << 1;
	want = tcp_space_from_win(sk, (s32)(u32)rcvwin);
	/* LINUX: min_t(u64, ...) of an int: a negative one is the larger. */
	rcvbuf = want < 0 ? sock_net(sk)->sysctl.tcp_rmem_max
			  : min_s32(want, sock_net(sk)->sysctl.tcp_rmem_max);
	if (rcvbuf > sk->sk_rcvbuf) {
		sk->sk_rcvbuf = rcvbuf;
		tp->window_clamp = (u32)tcp_win_from_space(sk, rcvbuf);
	}
}

void tcp_rcv_space_adjust(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 time;
	s32 copied;

	PROBE(sock_net(sk), tcp_rcv_space_adjust);
	TRACE(sock_net(sk), tcp_rcv_space_adjust, be16_to_cpu(inet_sk(sk)->inet_sport),
	      be16_to_cpu(sk->sk_dport), be32_to_cpu(inet_sk(sk)->inet_saddr),
	      be32_to_cpu(sk->sk_daddr));
	tcp_mstamp_refresh(tp);
	time = tcp_stamp_us_delta(tp->tcp_mstamp, tp->rcvq_space.time);
	if (time < tp->rcv_rtt_est.rtt_us >> 3 || tp->rcv_rtt_est.rtt_us == 0)
		return;
	/* What came in this time and was read: what still waits does not count. */
	copied = (s32)(tp->copied_seq - tp->rcvq_space.seq);
	copied -= (s32)(tp->rcv_nxt - tp->copied_seq);
	if (copied > tp->rcvq_space.space) {
		if (sock_net(sk)->sysctl.tcp_moderate_rcvbuf != 0 &&
		    (sk->sk_userlocks & SOCK_RCVBUF_LOCK) == 0)
			rcvbuf_grow(sk, copied);
		tp->rcvq_space.space = copied;
	}
	tp->rcvq_space.seq = tp->copied_seq;
	tp->rcvq_space.time = tp->tcp_mstamp;
}

/* -------- data has come -------- */

/* How long an ACK may wait follows how often data comes. */
static void update_ato(struct sock *sk, u32 now)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 m = now - icsk->icsk_ack.lrcvtime;

	if (icsk->icsk_ack.ato == 0) {
		tcp_incr_quickack(sk, TCP_MAX_QUICKACKS);
		icsk->icsk_ack.ato = TCP_ATO_MIN;
	} else if (m <= TCP_ATO_MIN / 2) {
		icsk->icsk_ack.ato = (icsk->icsk_ack.ato >> 1) + TCP_ATO_MIN / 2;
	} else if ((s32)m < (s32)icsk->icsk_ack.ato) {
		/* Also where nothing came yet: the time since is then a negative number. LINUX:
		 * eight bits are kept.
		 */
		icsk->icsk_ack.ato =
			0xff & min_u32(min_u32((icsk->icsk_ack.ato >> 1) + m, icsk->icsk_rto),
				       TCP_DELACK_MAX);
	} else if (m > icsk->icsk_rto) {
		/* The sender should have gone back to a small window: it needs ACKs. */
		tcp_incr_quickack(sk, TCP_MAX_QUICKACKS);
	}
}

void tcp_event_data_recv(struct sock *sk, struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 now;

	inet_csk_schedule_ack(sk);
	tcp_measure_rcv_mss(sk, skb);
	tcp_rcv_rtt_measure(tcp_sk(sk));
	now = tcp_jiffies32(sk);
	update_ato(sk, now);
	icsk->icsk_ack.lrcvtime = now;
	tcp_ecn_check_ce(sk, skb);
	if (skb->len >= TCP_GROW_LEAST)
		tcp_grow_window(sk, skb, true);
}
