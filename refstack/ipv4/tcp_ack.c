// SPDX-License-Identifier: MIT
/* tcp_ack.c - what acknowledgements say: what has arrived leaves the queue, the window moves, the
 * timers are set, congestion control is asked.
 *
 * Path: called by tcp_rcv_established() and tcp_rcv_state_process() for each segment with ACK;
 * calls tcp_sacktag_write_queue(), tcp_fastretrans_alert(), tcp_rate_gen(), and what sends. Rules:
 * RFC 9293 3.10.7.4, RFC 5681, RFC 5961 5, RFC 7323, RFC 8985 7 (TLP); LINUX: net/ipv4/tcp_input.c.
 * Missing: Fast Open.
 */
#include "ipv4/tcp_ack.h"

#include "core/tx_tstamp.h"

/* What one segment says, while it is looked at. LINUX: the local variables of tcp_ack(). */
struct ack_state {
	struct sock *sk;
	const struct sk_buff *skb;
	u32 ack, ack_seq;
	u32 prior_snd_una, prior_fack, prior_delivered, prior_lost;
	int flag;
	enum tcp_rexmit rexmit;
	struct tcp_sacktag_state sack;
	struct rate_sample rs;
};

/* -------- the queue of what was sent -------- */

struct clean {
	struct sock *sk;
	struct tcp_sacktag_state *sack;
	bool ece_ack, fully_acked;
	u64 first_ackt, last_ackt; /* departures of what was never sent again */
	u32 reord, pkts_acked;
	int flag;
	u32 prior_snd_una;
	const struct sk_buff *ack_skb;
};

/* A packet of several segments, of which some are acknowledged: how many. */
static u32 tcp_tso_acked(struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 before_segs = tcp_skb_pcount(skb);

	assert(after(TCP_SKB_CB(skb)->end_seq, tp->snd_una));
	if (tcp_trim_head(sk, skb, tp->snd_una - TCP_SKB_CB(skb)->seq) != 0)
		return 0;
	if (before_segs != tcp_skb_pcount(skb)) {
		assert(tcp_skb_pcount(skb) != 0);
		assert(before(TCP_SKB_CB(skb)->seq, TCP_SKB_CB(skb)->end_seq));
	}
	return before_segs - tcp_skb_pcount(skb);
}

/* The byte that a program asks about has arrived. */
static void tcp_ack_tstamp(const struct clean *c, struct sk_buff *skb)
{
	u32 tskey = skb->hd->tskey;

	if (!TCP_SKB_CB(skb)->txstamp_ack)
		return;
	if (!before(tskey, c->prior_snd_una) && before(tskey, tcp_sk(c->sk)->snd_una))
		skb_tstamp_tx(skb, c->ack_skb, c->sk, SCM_TSTAMP_ACK);
}

static void acked_times(struct clean *c, const struct sk_buff *skb, u32 start_seq, u8 sacked,
			u32 segs)
{
	struct tcp_sock *tp = tcp_sk(c->sk);

	if ((sacked & TCPCB_RETRANS) != 0) {
		if ((sacked & TCPCB_SACKED_RETRANS) != 0)
			tp->retrans_out -= segs;
		c->flag |= FLAG_RETRANS_DATA_ACKED;
		return;
	}
	if ((sacked & TCPCB_SACKED_ACKED) != 0)
		return;
	c->last_ackt = tcp_skb_timestamp_us(skb);
	if (c->first_ackt == 0)
		c->first_ackt = c->last_ackt;
	if (before(start_seq, c->reord))
		c->reord = start_seq;
	if (!after(TCP_SKB_CB(skb)->end_seq, tp->high_seq))
		c->flag |= FLAG_ORIG_SACK_ACKED;
}

/* RFC 4015: the echo is older than the copy, so it was the original. */
static bool tcp_skb_spurious_retrans(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	return (TCP_SKB_CB(skb)->sacked & TCPCB_RETRANS) != 0 &&
	       tcp_tsopt_ecr_before(tp, tcp_skb_timestamp_ts(tp->tcp_usec_ts, skb));
}

/* segs of the packet are acknowledged; its tags were `sacked` and it began at start_seq. */
static void acked_packet(struct clean *c, struct sk_buff *skb, u32 start_seq, u8 sacked, u32 segs)
{
	struct tcp_sock *tp = tcp_sk(c->sk);
	const struct tcp_skb_cb *scb = TCP_SKB_CB(skb);

	acked_times(c, skb, start_seq, sacked, segs);
	if ((sacked & TCPCB_SACKED_ACKED) != 0) {
		tp->sacked_out -= segs;
	} else if (tcp_is_sack(tp)) {
		tcp_count_delivered(tp, segs, c->ece_ack);
		if (!tcp_skb_spurious_retrans(tp, skb))
			tcp_rack_advance(tp, sacked, scb->end_seq, tcp_skb_timestamp_us(skb));
	}
	if ((sacked & TCPCB_LOST) != 0)
		tp->lost_out -= segs;
	tp->packets_out -= segs;
	c->pkts_acked += segs;
	tcp_rate_skb_delivered(c->sk, skb, c->sack->rate);
	/* A SYN is no data: else slow start would begin with one segment more. */
	if ((scb->tcp_flags & TCPHDR_SYN) != 0) {
		c->flag |= FLAG_SYN_ACKED;
		tp->retrans_stamp = 0;
	} else {
		c->flag |= FLAG_DATA_ACKED;
	}
}

static void forget_packet(struct sock *sk, struct sk_buff *skb, struct sk_buff *next)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (skb == tp->retransmit_skb_hint)
		tp->retransmit_skb_hint = NULL;
	if (skb == tp->lost_skb_hint)
		tp->lost_skb_hint = NULL;
	tcp_highest_sack_replace(sk, skb, next);
	tcp_rtx_queue_unlink_and_free(skb, sk);
}

/* The first packet that stays, or NULL. */
static struct sk_buff *clean_packets(struct clean *c)
{
	struct sock *sk = c->sk;
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_rtx_queue_head(sk);

	while (skb != NULL) {
		const struct tcp_skb_cb *scb = TCP_SKB_CB(skb);
		u32 start_seq = scb->seq, segs = tcp_skb_pcount(skb);
		u8 sacked = scb->sacked;
		struct sk_buff *next;

		if (after(scb->end_seq, tp->snd_una)) {
			if (segs == 1 || !after(tp->snd_una, scb->seq))
				break;
			segs = tcp_tso_acked(sk, skb);
			if (segs == 0)
				break;
			c->fully_acked = false;
		}
		acked_packet(c, skb, start_seq, sacked, segs);
		if (!c->fully_acked)
			break;
		tcp_ack_tstamp(c, skb);
		next = skb_rb_next(skb);
		forget_packet(sk, skb, next);
		skb = next;
	}
	return skb;
}

struct rtts {
	s64 seq_us, sack_us, ca_us;
};

/* One short segment alone on its way: its ACK may have been delayed. */
static bool maybe_delayed(const struct clean *c, u32 prior_snd_una, u32 prior_sacked)
{
	const struct tcp_sock *tp = tcp_sk(c->sk);

	return c->pkts_acked == 1 && c->fully_acked && prior_sacked == 0 &&
	       tp->snd_una - prior_snd_una < tp->mss_cache &&
	       c->sack->rate->prior_delivered + 1 == tp->delivered &&
	       (c->flag & (FLAG_CA_ALERT | FLAG_SYN_ACKED)) == 0;
}

static struct rtts clean_rtts(struct clean *c, u32 prior_snd_una, u32 prior_sacked)
{
	const struct tcp_sock *tp = tcp_sk(c->sk);
	struct rtts r = { -1, -1, -1 };

	if (c->first_ackt != 0 && (c->flag & FLAG_RETRANS_DATA_ACKED) == 0) {
		r.seq_us = tcp_stamp_us_delta(tp->tcp_mstamp, c->first_ackt);
		r.ca_us = tcp_stamp_us_delta(tp->tcp_mstamp, c->last_ackt);
		if (maybe_delayed(c, prior_snd_una, prior_sacked))
			c->flag |= FLAG_ACK_MAYBE_DELAYED;
	}
	if (c->sack->first_sackt != 0) {
		r.sack_us = tcp_stamp_us_delta(tp->tcp_mstamp, c->sack->first_sackt);
		r.ca_us = tcp_stamp_us_delta(tp->tcp_mstamp, c->sack->last_sackt);
	}
	return r;
}

/* RFC 4821 7.4: the larger MTU works. The window counts packets, so it shrinks. */
static void tcp_mtup_probe_success(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 val = (u64)tcp_snd_cwnd(tp) * (u64)(s64)tcp_mss_to_mtu(sk, (s32)tp->mss_cache);

	tp->prior_ssthresh = tcp_current_ssthresh(sk);
	tcp_snd_cwnd_set(tp, max_u32(1, (u32)(val / icsk->icsk_mtup.probe_size)));
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	icsk->icsk_mtup.search_low = (s32)icsk->icsk_mtup.probe_size;
	icsk->icsk_mtup.probe_size = 0;
	tcp_sync_mss(sk, icsk->icsk_pmtu_cookie);
	mib_inc(sock_net(sk), LINUX_MIB_TCPMTUPSUCCESS);
}

static void clean_progress(struct clean *c, u32 prior_fack, u32 prior_sacked)
{
	struct sock *sk = c->sk;
	struct tcp_sock *tp = tcp_sk(sk);

	c->flag |= FLAG_SET_XMIT_TIMER;
	if (inet_csk(sk)->icsk_mtup.probe_size != 0 &&
	    !after(tp->mtu_probe.probe_seq_end, tp->snd_una))
		tcp_mtup_probe_success(sk);
	if (tcp_is_reno(tp)) {
		tcp_remove_reno_sacks(sk, c->pkts_acked, c->ece_ack);
		/* Which of the copies it was cannot be known. */
		if ((c->flag & FLAG_RETRANS_DATA_ACKED) != 0)
			c->flag &= ~FLAG_ORIG_SACK_ACKED;
		return;
	}
	if (before(c->reord, prior_fack))
		tcp_check_sack_reordering(sk, c->reord, false);
	tp->lost_cnt_hint -= min_s32(tp->lost_cnt_hint, (s32)(prior_sacked - tp->sacked_out));
}

/* LINUX: FASTRETRANS_DEBUG: a packet that is sent again while an earlier copy counts as flying is
 * counted twice. When nothing flies that is put right.
 */
static void clean_leaks(struct tcp_sock *tp)
{
	if (tp->packets_out != 0 || !tcp_is_sack(tp))
		return;
	tp->lost_out = 0;
	tp->sacked_out = 0;
	tp->retrans_out = 0;
}

/* What is acknowledged leaves the queue. */
static int tcp_clean_rtx_queue(struct ack_state *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	struct clean c = { .sk = sk,
			   .sack = &a->sack,
			   .ece_ack = (a->flag & FLAG_ECE) != 0,
			   .fully_acked = true,
			   .reord = tp->snd_nxt,
			   .prior_snd_una = a->prior_snd_una,
			   .ack_skb = a->skb };
	u32 prior_sacked = tp->sacked_out;
	struct sk_buff *skb;
	struct rtts rtts;
	bool rtt_update;

	PROBE(sock_net(sk), tcp_clean_rtx_queue);
	skb = clean_packets(&c);
	if (skb == NULL)
		tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	if (between(tp->snd_up, a->prior_snd_una, tp->snd_una))
		tp->snd_up = tp->snd_una;
	if (skb != NULL) {
		tcp_ack_tstamp(&c, skb);
		if ((TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED) != 0)
			c.flag |= FLAG_SACK_RENEGING;
	}
	rtts = clean_rtts(&c, a->prior_snd_una, prior_sacked);
	rtt_update = tcp_ack_update_rtt(sk, c.flag, rtts.seq_us, rtts.sack_us, rtts.ca_us, &a->rs);
	/* The timer is set anew; without progress only where the SACK is of something that was sent
	 * before the head, lest it moves on and on.
	 */
	if ((c.flag & FLAG_ACKED) != 0)
		clean_progress(&c, a->prior_fack, prior_sacked);
	else if (skb != NULL && rtt_update && rtts.sack_us >= 0 &&
		 rtts.sack_us > tcp_stamp_us_delta(tp->tcp_mstamp, tcp_skb_timestamp_us(skb)))
		c.flag |= FLAG_SET_XMIT_TIMER;
	if (ca->pkts_acked != NULL)
		ca->pkts_acked(sk, c.pkts_acked, (s32)a->rs.rtt_us,
			       tp->mss_cache * (tp->delivered - a->rs.prior_delivered));
	clean_leaks(tp);
	return c.flag;
}

/* -------- windows -------- */

static void tcp_snd_una_update(struct tcp_sock *tp, u32 ack)
{
	tp->bytes_acked += ack - tp->snd_una;
	tp->snd_una = ack;
}

/* RFC 9293 3.10.7.4, ESTABLISHED, and of a segment that repeats the newest: a larger window, or
 * none at all.
 */
static bool tcp_may_update_window(const struct tcp_sock *tp, u32 ack, u32 ack_seq, u32 nwin)
{
	return after(ack, tp->snd_una) || after(ack_seq, tp->snd_wl1) ||
	       (ack_seq == tp->snd_wl1 && (nwin > tp->snd_wnd || nwin == 0));
}

static void window_changes(struct sock *sk, u32 nwin)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_wnd = nwin;
	tp->pred_flags = cpu_to_be32(0);
	tcp_fast_path_check(sk);
	if (!tcp_write_queue_empty(sk))
		tcp_slow_start_after_idle_check(sk);
	if (nwin > tp->max_window) {
		tp->max_window = nwin;
		tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu_cookie);
	}
}

static int tcp_ack_update_window(struct sock *sk, const struct sk_buff *skb, u32 ack, u32 ack_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const u8 *th = tcp_hdr(skb);
	u32 nwin = get_be16(th + TCP_WINDOW);
	int flag = 0;

	if (!tcp_th_has(th, TCPHDR_SYN)) /* RFC 7323 2.2: of a SYN it is never scaled */
		nwin <<= tp->rx_opt.snd_wscale;
	if (tcp_may_update_window(tp, ack, ack_seq, nwin)) {
		flag = FLAG_WIN_UPDATE;
		tcp_update_wl(tp, ack_seq);
		if (tp->snd_wnd != nwin)
			window_changes(sk, nwin);
	}
	tcp_snd_una_update(tp, ack);
	return flag;
}

/* RFC 9293 3.8.6.1: a window that was shut. When what waits fits, it is sent; else probing goes on.
 */
static void tcp_ack_probe(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct sk_buff *head = tcp_send_head(sk);
	u64 when;

	if (head == NULL)
		return;
	if (!after(TCP_SKB_CB(head)->end_seq, tcp_wnd_end(tcp_sk(sk)))) {
		icsk->icsk_backoff = 0;
		icsk->icsk_probes_tstamp = 0;
		inet_csk_clear_xmit_timer(sk, ICSK_TIME_PROBE0);
		return;
	}
	when = tcp_probe0_when(sk, TCP_RTO_MAX);
	when = tcp_clamp_probe0_to_user_timeout(sk, (u32)when);
	tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, when, TCP_RTO_MAX);
}

/* RFC 7323 4.3: the peer's newest time stamp. */
void tcp_replace_ts_recent(struct tcp_sock *tp, u32 seq)
{
	const struct net *net = sock_net(&tp->inet_conn.icsk_inet.sk);

	if (tp->rx_opt.saw_tstamp && !after(seq, tp->rcv_wup) &&
	    tcp_paws_check(net, &tp->rx_opt, 0))
		tcp_store_ts_recent(tp);
}

/* RFC 3168 6.1.3: the peer has shrunk its window; it may be so small that it waits for each ACK.
 * LINUX: also of a segment without data.
 */
static void tcp_ecn_accept_cwr(struct sock *sk, const struct sk_buff *skb)
{
	if (!tcp_th_has(tcp_hdr(skb), TCPHDR_CWR))
		return;
	tcp_sk(sk)->ecn_flags &= (u8)~TCP_ECN_DEMAND_CWR;
	if (TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq)
		inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOW;
}

static bool tcp_ecn_rcv_ecn_echo(const struct tcp_sock *tp, const u8 *th)
{
	return tcp_th_has(th, TCPHDR_ECE) && !tcp_th_has(th, TCPHDR_SYN) &&
	       (tp->ecn_flags & TCP_ECN_OK) != 0;
}

/* -------- congestion control -------- */

/* RFC 8985 7.4.2: was the probe needed? */
static void tcp_process_tlp_ack(struct sock *sk, u32 ack, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->tlp_high_seq == 0 || before(ack, tp->tlp_high_seq))
		return;
	if (!tp->tlp_retrans || (flag & FLAG_DSACK_TLP) != 0) {
		/* It was new data, or original and copy have both arrived. */
		tp->tlp_high_seq = 0;
	} else if (after(ack, tp->tlp_high_seq)) {
		/* The copy repaired a loss that nobody else would see. */
		tcp_init_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_CWR);
		tcp_end_cwnd_reduction(sk);
		tcp_try_keep_open(sk);
		mib_inc(sock_net(sk), LINUX_MIB_TCPLOSSPROBERECOVERY);
	} else if ((flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DATA_SACKED)) == 0) {
		tp->tlp_high_seq = 0;
	}
}

static void tcp_in_ack_event(struct sock *sk, int flag)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	u32 events = 0;

	if (ca->in_ack_event == NULL)
		return;
	if ((flag & FLAG_WIN_UPDATE) != 0)
		events |= CA_ACK_WIN_UPDATE;
	if ((flag & FLAG_SLOWPATH) != 0) {
		events |= CA_ACK_SLOWPATH;
		if ((flag & FLAG_ECE) != 0)
			events |= CA_ACK_ECE;
	}
	ca->in_ack_event(sk, events);
}

static bool tcp_ack_is_dubious(const struct sock *sk, int flag)
{
	return (flag & FLAG_NOT_DUP) == 0 || (flag & FLAG_CA_ALERT) != 0 ||
	       inet_csk(sk)->icsk_ca_state != TCP_CA_Open;
}

/* RFC 5681 3.1: for what arrived in order; where the path mixes packets up, for any that arrived.
 */
static bool tcp_may_raise_cwnd(const struct sock *sk, int flag)
{
	if (tcp_sk(sk)->reordering > (u32)sock_net(sk)->sysctl.tcp_reordering)
		return (flag & FLAG_FORWARD_PROGRESS) != 0;
	return (flag & FLAG_DATA_ACKED) != 0;
}

static void tcp_cong_control(struct sock *sk, u32 ack, u32 acked_sacked, int flag,
			     const struct rate_sample *rs)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (ca->cong_control != NULL) {
		ca->cong_control(sk, ack, flag, rs);
		return;
	}
	if (tcp_in_cwnd_reduction(sk)) {
		tcp_cwnd_reduction(sk, (s32)acked_sacked, rs->losses, flag);
	} else if (tcp_may_raise_cwnd(sk, flag)) {
		ca->cong_avoid(sk, ack, acked_sacked);
		tcp_sk(sk)->snd_cwnd_stamp = tcp_jiffies32(sk);
	}
	tcp_update_pacing_rate(sk);
}

/* The window is known now: what is lost goes again, or F-RTO's new data. */
static void tcp_xmit_recovery(struct sock *sk, enum tcp_rexmit rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (rexmit == REXMIT_NONE || sk->sk_state == TCP_SYN_SENT)
		return;
	if (rexmit == REXMIT_NEW) {
		tcp_push_pending_frames_mss(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
		if (after(tp->snd_nxt, tp->high_seq))
			return;
		tp->frto = false;
	}
	tcp_xmit_retransmit_queue(sk);
}

static u32 tcp_newly_delivered(struct sock *sk, u32 prior_delivered, int flag)
{
	u32 delivered = tcp_sk(sk)->delivered - prior_delivered;

	mib_add(sock_net(sk), LINUX_MIB_TCPDELIVERED, delivered);
	if ((flag & FLAG_ECE) != 0)
		mib_add(sock_net(sk), LINUX_MIB_TCPDELIVEREDCE, delivered);
	return delivered;
}

/* -------- the whole -------- */

/* The ACK was overtaken by a later one; data or SACK blocks may come with it. */
static void old_ack(struct ack_state *a)
{
	struct sock *sk = a->sk;

	if ((a->flag & FLAG_UPDATE_TS_RECENT) != 0)
		tcp_replace_ts_recent(tcp_sk(sk), a->ack_seq);
	if (TCP_SKB_CB(a->skb)->sacked == 0)
		return;
	a->flag |= tcp_sacktag_write_queue(sk, a->skb, a->prior_snd_una, &a->sack);
	tcp_fastretrans_alert(sk, a->prior_snd_una, 0, &a->flag, &a->rexmit);
	tcp_newly_delivered(sk, a->prior_delivered, a->flag);
	tcp_xmit_recovery(sk, a->rexmit);
}

/* The window and SND.UNA move, after everything that is to be checked. */
static void slow_ack(struct ack_state *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(a->skb);

	if (a->ack_seq != cb->end_seq)
		a->flag |= FLAG_DATA;
	else
		mib_inc(sock_net(sk), LINUX_MIB_TCPPUREACKS);
	a->flag |= tcp_ack_update_window(sk, a->skb, a->ack, a->ack_seq);
	if (cb->sacked != 0)
		a->flag |= tcp_sacktag_write_queue(sk, a->skb, a->prior_snd_una, &a->sack);
	if (tcp_ecn_rcv_ecn_echo(tp, tcp_hdr(a->skb)))
		a->flag |= FLAG_ECE;
	if (a->sack.sack_delivered != 0)
		tcp_count_delivered(tp, a->sack.sack_delivered, (a->flag & FLAG_ECE) != 0);
}

/* A segment that was expected: the window is what it was. */
static void fast_ack(struct ack_state *a)
{
	struct tcp_sock *tp = tcp_sk(a->sk);

	tcp_update_wl(tp, a->ack_seq);
	tcp_snd_una_update(tp, a->ack);
	a->flag |= FLAG_WIN_UPDATE;
	mib_inc(sock_net(a->sk), LINUX_MIB_TCPHPACKS);
}

/* How many duplicates: the backlog may have made one of several. */
static int count_dupacks(const struct ack_state *a)
{
	if ((a->flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK)) != 0)
		return 0;
	return (a->flag & FLAG_DATA) != 0 ? 1 : (int)max_u32(1, a->skb->hd->gso_segs);
}

static void nothing_in_flight(struct ack_state *a)
{
	struct sock *sk = a->sk;

	tcp_in_ack_event(sk, a->flag);
	if ((a->flag & FLAG_DSACKING_ACK) != 0) {
		tcp_fastretrans_alert(sk, a->prior_snd_una, 0, &a->flag, &a->rexmit);
		tcp_newly_delivered(sk, a->prior_delivered, a->flag);
	}
	tcp_ack_probe(sk);
	tcp_process_tlp_ack(sk, a->ack, a->flag);
}

static void something_in_flight(struct ack_state *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	bool is_sack_reneg = tp->is_sack_reneg;
	u32 delivered, lost;

	a->flag |= tcp_clean_rtx_queue(a);
	tcp_rack_update_reo_wnd(sk, &a->rs);
	tcp_in_ack_event(sk, a->flag);
	tcp_process_tlp_ack(sk, a->ack, a->flag);
	if (tcp_ack_is_dubious(sk, a->flag))
		tcp_fastretrans_alert(sk, a->prior_snd_una, count_dupacks(a), &a->flag, &a->rexmit);
	/* RACK has set the timer, or it is set now. */
	if ((a->flag & FLAG_SET_XMIT_TIMER) != 0 && !tcp_schedule_loss_probe(sk, true))
		tcp_rearm_rto(sk);
	if ((a->flag & FLAG_FORWARD_PROGRESS) != 0 || (a->flag & FLAG_NOT_DUP) == 0)
		sk_dst_confirm(sk);
	delivered = tcp_newly_delivered(sk, a->prior_delivered, a->flag);
	lost = tp->lost - a->prior_lost;
	a->rs.is_ack_delayed = (a->flag & FLAG_ACK_MAYBE_DELAYED) != 0;
	tcp_rate_gen(sk, delivered, lost, is_sack_reneg, &a->rs);
	tcp_cong_control(sk, a->ack, delivered, a->flag, &a->rs);
	tcp_xmit_recovery(sk, a->rexmit);
}

/* 1: of use; 0: an old one; negative: no ACK of ours, for this reason. Below SND.UNA, as far as a
 * window, it is old (RFC 5961 5.2); further down somebody guesses.
 */
static int ack_acceptable(const struct ack_state *a)
{
	const struct tcp_sock *tp = tcp_sk(a->sk);
	u32 max_window = (u32)min_u64(tp->max_window, tp->bytes_acked);

	if (!before(a->ack, a->prior_snd_una))
		return after(a->ack, tp->snd_nxt) ? -DROP_TCP_ACK_UNSENT_DATA : 1;
	if (!before(a->ack, a->prior_snd_una - max_window))
		return 0;
	if ((a->flag & FLAG_NO_CHALLENGE_ACK) == 0)
		tcp_send_challenge_ack(a->sk);
	return -DROP_TCP_TOO_OLD_ACK;
}

int tcp_ack(struct sock *sk, struct sk_buff *skb, int flag)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	bool in_flight = tp->packets_out != 0;
	struct ack_state a = { .sk = sk,
			       .skb = skb,
			       .ack = TCP_SKB_CB(skb)->ack_seq,
			       .ack_seq = TCP_SKB_CB(skb)->seq,
			       .prior_snd_una = tp->snd_una,
			       .prior_delivered = tp->delivered,
			       .prior_lost = tp->lost,
			       .flag = flag };
	int ok = ack_acceptable(&a);

	PROBE(sock_net(sk), tcp_ack);
	a.sack.rate = &a.rs;
	if (ok < 0)
		return ok;
	if (ok == 0) {
		old_ack(&a);
		return 0;
	}
	if (after(a.ack, a.prior_snd_una)) {
		a.flag |= FLAG_SND_UNA_ADVANCED;
		icsk->icsk_retransmits = 0;
	}
	a.prior_fack = tcp_is_sack(tp) ? tcp_highest_sack_seq(tp) : tp->snd_una;
	a.rs.prior_in_flight = tcp_packets_in_flight(tp);
	if ((a.flag & FLAG_UPDATE_TS_RECENT) != 0)
		tcp_replace_ts_recent(tp, a.ack_seq);
	if ((a.flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) == FLAG_SND_UNA_ADVANCED)
		fast_ack(&a);
	else
		slow_ack(&a);
	tcp_ecn_accept_cwr(sk, skb);
	sk->sk_err_soft = 0; /* the path works */
	icsk->icsk_probes_out = 0;
	tp->rcv_tstamp = tcp_jiffies32(sk);
	if (in_flight)
		something_in_flight(&a);
	else
		nothing_in_flight(&a);
	return 1;
}
