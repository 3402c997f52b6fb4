// SPDX-License-Identifier: MIT
/* tcp_loss.c - the congestion state machine: what counts as lost, how the window shrinks and when
 * that was a mistake.
 *
 * Open: all is well. Disorder: something arrived out of order. CWR: the window shrinks because a
 * router or our own queue said so. Recovery: it shrinks and what was lost is sent again. Loss: the
 * timer ran out.
 *
 * Path: called by tcp_ack() for what is not plain progress, by the timers, by ICMP.
 * Rules: RFC 5681, RFC 6582 (NewReno), RFC 6675, RFC 6937 (PRR), RFC 5682 (F-RTO), RFC 4015
 * (Eifel), RFC 3168 6.1.2, RFC 8985; LINUX: net/ipv4/tcp_input.c.
 */
#include "ipv4/tcp_ack.h"

/* -------- marks -------- */

/* Before lost_out and retrans_out change: when all that was lost is on its way again, or the packet
 * lies before what is next, it is what to send next.
 */
static void tcp_verify_retransmit_hint(struct tcp_sock *tp, struct sk_buff *skb)
{
	const struct sk_buff *hint = tp->retransmit_skb_hint;

	if (hint == NULL ? tp->retrans_out >= tp->lost_out
			 : before(TCP_SKB_CB(skb)->seq, TCP_SKB_CB(hint)->seq))
		tp->retransmit_skb_hint = skb;
}

void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 segs = tcp_skb_pcount(skb);

	if ((cb->sacked & TCPCB_SACKED_ACKED) != 0)
		return;
	tcp_verify_retransmit_hint(tp, skb);
	if ((cb->sacked & TCPCB_LOST) == 0) {
		tp->lost_out += segs;
		cb->sacked |= TCPCB_LOST;
		tp->lost += segs;
	} else if ((cb->sacked & TCPCB_SACKED_RETRANS) != 0) { /* lost again */
		cb->sacked &= (u8)~TCPCB_SACKED_RETRANS;
		tp->retrans_out -= segs;
		mib_add(sock_net(sk), LINUX_MIB_TCPLOSTRETRANSMIT, segs);
		tp->lost += segs;
	}
}

/* -------- without SACK: duplicate ACKs are counted as if each were a SACK -------- */

/* At least one segment is missing, or nobody would send them. True: they were too many. */
static bool tcp_limit_reno_sacked(struct tcp_sock *tp)
{
	u32 holes = min_u32(max_u32(tp->lost_out, 1), tp->packets_out);

	if (tp->sacked_out + holes <= tp->packets_out)
		return false;
	tp->sacked_out = tp->packets_out - holes;
	return true;
}

/* More duplicates than there can be: packets overtake each other. */
static void tcp_check_reno_reordering(struct sock *sk, u32 addend)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_limit_reno_sacked(tp))
		return;
	tp->reordering =
		min_u32(tp->packets_out + addend, (u32)sock_net(sk)->sysctl.tcp_max_reordering);
	tp->reord_seen++;
	mib_inc(sock_net(sk), LINUX_MIB_TCPRENOREORDER);
}

static void tcp_add_reno_sack(struct sock *sk, int num_dupack, bool ece_ack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_sacked = tp->sacked_out;
	s32 delivered;

	if (num_dupack == 0)
		return;
	tp->sacked_out += (u32)num_dupack;
	tcp_check_reno_reordering(sk, 0);
	delivered = (s32)(tp->sacked_out - prior_sacked);
	if (delivered > 0)
		tcp_count_delivered(tp, (u32)delivered, ece_ack);
	tcp_verify_left_out(tp);
}

/* One of the acknowledged segments filled the hole, the others had sent duplicates. */
void tcp_remove_reno_sacks(struct sock *sk, u32 acked, bool ece_ack)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (acked > 0) {
		tcp_count_delivered(tp, (u32)max_s32((s32)(acked - tp->sacked_out), 1), ece_ack);
		tp->sacked_out -= min_u32(tp->sacked_out, acked - 1);
	}
	tcp_check_reno_reordering(sk, acked);
	tcp_verify_left_out(tp);
}

static void tcp_reset_reno_sack(struct tcp_sock *tp)
{
	tp->sacked_out = 0;
}

void tcp_clear_retrans(struct tcp_sock *tp)
{
	tp->retrans_out = 0;
	tp->lost_out = 0;
	tp->undo_marker = 0;
	tp->undo_retrans = -1;
	tp->sacked_out = 0;
	tp->rto_stamp = 0;
	tp->total_rto = 0;
	tp->total_rto_recoveries = 0;
	tp->total_rto_time = 0;
}

/* -------- undoing -------- */

/* From here on retransmissions are counted that may turn out to be needless; -1, not 0, where there
 * are none: 0 says that all of them were.
 */
void tcp_init_undo(struct tcp_sock *tp)
{
	tp->undo_marker = tp->snd_una;
	tp->undo_retrans = (s32)tp->retrans_out;
	if (tp->tlp_high_seq != 0 && tp->tlp_retrans)
		tp->undo_retrans++;
	if (tp->undo_retrans == 0)
		tp->undo_retrans = -1;
}

/* RFC 4015: the peer's echo is older than that. */
bool tcp_tsopt_ecr_before(const struct tcp_sock *tp, u32 when)
{
	return tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr != 0 &&
	       before(tp->rx_opt.rcv_tsecr, when);
}

/* Was what has been acknowledged only late? With no retransmission yet it was, except where the
 * time of the first was forgotten: without SACK at high_seq, and of a SYN.
 */
static bool tcp_packet_delayed(const struct tcp_sock *tp)
{
	if (tp->retrans_stamp != 0)
		return tcp_tsopt_ecr_before(tp, tp->retrans_stamp);
	if (!tcp_is_sack(tp) && !before(tp->snd_una, tp->high_seq))
		return false;
	return tp->inet_conn.icsk_inet.sk.sk_state != TCP_SYN_SENT;
}

/* LINUX: of the head only, which is enough but for a peer that takes SACKs back. */
static bool tcp_any_retrans_done(const struct sock *sk)
{
	const struct sk_buff *skb = tcp_rtx_queue_head(sk);

	if (tcp_sk(sk)->retrans_out != 0)
		return true;
	return skb != NULL && (TCP_SKB_CB(skb)->sacked & TCPCB_EVER_RETRANS) != 0;
}

static void tcp_retrans_stamp_cleanup(struct sock *sk)
{
	if (!tcp_any_retrans_done(sk))
		tcp_sk(sk)->retrans_stamp = 0;
}

static void unmark_all(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	for (struct sk_buff *skb = tcp_rtx_queue_head(sk); skb != NULL; skb = skb_rb_next(skb))
		TCP_SKB_CB(skb)->sacked &= (u8)~TCPCB_LOST;
	tp->lost_out = 0;
	tcp_clear_all_retrans_hints(tp);
}

static void tcp_undo_cwnd_reduction(struct sock *sk, bool unmark_loss)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (unmark_loss)
		unmark_all(sk);
	if (tp->prior_ssthresh != 0) {
		tcp_snd_cwnd_set(tp, inet_csk(sk)->icsk_ca_ops->undo_cwnd(sk));
		if (tp->prior_ssthresh > tp->snd_ssthresh) {
			tp->snd_ssthresh = tp->prior_ssthresh;
			tp->ecn_flags &= (u8)~TCP_ECN_QUEUE_CWR;
		}
	}
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	tp->undo_marker = 0;
	tp->rack.advanced = true; /* what was lost is looked at anew */
}

static bool tcp_may_undo(const struct tcp_sock *tp)
{
	return tp->undo_marker != 0 && (tp->undo_retrans == 0 || tcp_packet_delayed(tp));
}

/* RFC 6582 3.2: without SACK the state holds until something above high_seq is acknowledged. */
static bool tcp_is_non_sack_preventing_reopen(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->snd_una != tp->high_seq || !tcp_is_reno(tp))
		return false;
	tcp_retrans_stamp_cleanup(sk);
	return true;
}

/* All is acknowledged; true: and the state holds. */
static bool tcp_try_undo_recovery(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_may_undo(tp)) {
		tcp_undo_cwnd_reduction(sk, false);
		mib_inc(sock_net(sk), inet_csk(sk)->icsk_ca_state == TCP_CA_Loss
					      ? LINUX_MIB_TCPLOSSUNDO
					      : LINUX_MIB_TCPFULLUNDO);
	} else if (tp->rack.reo_wnd_persist != 0) {
		tp->rack.reo_wnd_persist--;
	}
	if (tcp_is_non_sack_preventing_reopen(sk))
		return true;
	tcp_set_ca_state(sk, TCP_CA_Open);
	tp->is_sack_reneg = false;
	return false;
}

/* RFC 3708: every retransmission has arrived as a duplicate. */
static bool tcp_try_undo_dsack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->undo_marker == 0 || tp->undo_retrans != 0)
		return false;
	tp->rack.reo_wnd_persist =
		(u8)min_u32(TCP_RACK_RECOVERY_THRESH, tp->rack.reo_wnd_persist + 1u);
	tcp_undo_cwnd_reduction(sk, false);
	mib_inc(sock_net(sk), LINUX_MIB_TCPDSACKUNDO);
	return true;
}

/* The timer ran out for nothing; of F-RTO it is known, else it must be proven. */
static bool tcp_try_undo_loss(struct sock *sk, bool frto_undo)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!frto_undo && !tcp_may_undo(tp))
		return false;
	tcp_undo_cwnd_reduction(sk, true);
	mib_inc(sock_net(sk), LINUX_MIB_TCPLOSSUNDO);
	if (frto_undo)
		mib_inc(sock_net(sk), LINUX_MIB_TCPSPURIOUSRTOS);
	inet_csk(sk)->icsk_retransmits = 0;
	if (tcp_is_non_sack_preventing_reopen(sk))
		return true;
	if (frto_undo || tcp_is_sack(tp)) {
		tcp_set_ca_state(sk, TCP_CA_Open);
		tp->is_sack_reneg = false;
	}
	return true;
}

/* -------- RFC 6937: the window shrinks over a round trip -------- */

void tcp_ecn_queue_cwr(struct tcp_sock *tp)
{
	if ((tp->ecn_flags & TCP_ECN_OK) != 0)
		tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
}

void tcp_init_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	tp->snd_cwnd_cnt = 0;
	tp->prior_cwnd = tcp_snd_cwnd(tp);
	tp->prr_delivered = 0;
	tp->prr_out = 0;
	tp->snd_ssthresh = inet_csk(sk)->icsk_ca_ops->ssthresh(sk);
	tcp_ecn_queue_cwr(tp);
}

/* Above the new threshold as many are sent as its share of what was delivered; below it as many as
 * were delivered, and one more where nothing new was lost.
 */
void tcp_cwnd_reduction(struct sock *sk, s32 newly_acked_sacked, s32 newly_lost, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 delta = (s32)(tp->snd_ssthresh - tcp_packets_in_flight(tp));
	s32 sndcnt;

	if (newly_acked_sacked <= 0 || tp->prior_cwnd == 0)
		return;
	tp->prr_delivered += (u32)newly_acked_sacked;
	if (delta < 0) {
		u64 dividend = (u64)tp->snd_ssthresh * tp->prr_delivered + tp->prior_cwnd - 1;

		sndcnt = (s32)((u32)(dividend / tp->prior_cwnd) - tp->prr_out);
	} else {
		sndcnt = max_s32((s32)(tp->prr_delivered - tp->prr_out), newly_acked_sacked);
		if ((flag & FLAG_SND_UNA_ADVANCED) != 0 && newly_lost == 0)
			sndcnt++;
		sndcnt = min_s32(delta, sndcnt);
	}
	/* The first retransmission goes in any case. */
	sndcnt = max_s32(sndcnt, tp->prr_out != 0 ? 0 : 1);
	tcp_snd_cwnd_set(tp, tcp_packets_in_flight(tp) + (u32)sndcnt);
}

void tcp_end_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_ops->cong_control != NULL)
		return;
	/* Unless it was undone. */
	if (tp->snd_ssthresh < TCP_INFINITE_SSTHRESH &&
	    (inet_csk(sk)->icsk_ca_state == TCP_CA_CWR || tp->undo_marker != 0)) {
		tcp_snd_cwnd_set(tp, tp->snd_ssthresh);
		tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	}
	tcp_ca_event(sk, CA_EVENT_COMPLETE_CWR);
}

/* Congestion was signalled, so there is nothing to undo. */
void tcp_enter_cwr(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->prior_ssthresh = 0;
	if (inet_csk(sk)->icsk_ca_state >= TCP_CA_CWR)
		return;
	tp->undo_marker = 0;
	tcp_init_cwnd_reduction(sk);
	tcp_set_ca_state(sk, TCP_CA_CWR);
}

/* -------- states -------- */

void tcp_try_keep_open(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 state =
		tcp_left_out(tp) != 0 || tcp_any_retrans_done(sk) ? TCP_CA_Disorder : TCP_CA_Open;

	if (inet_csk(sk)->icsk_ca_state == state)
		return;
	tcp_set_ca_state(sk, state);
	tp->high_seq = tp->snd_nxt;
}

static void tcp_try_to_open(struct sock *sk, int flag)
{
	tcp_verify_left_out(tcp_sk(sk));
	tcp_retrans_stamp_cleanup(sk);
	if ((flag & FLAG_ECE) != 0)
		tcp_enter_cwr(sk);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_CWR)
		tcp_try_keep_open(sk);
}

void tcp_enter_recovery(struct sock *sk, bool ece_ack)
{
	struct tcp_sock *tp = tcp_sk(sk);

	/* The clock of this recovery starts with its first retransmission. */
	tcp_retrans_stamp_cleanup(sk);
	mib_inc(sock_net(sk),
		tcp_is_reno(tp) ? LINUX_MIB_TCPRENORECOVERY : LINUX_MIB_TCPSACKRECOVERY);
	tp->prior_ssthresh = 0;
	tcp_init_undo(tp);
	if (!tcp_in_cwnd_reduction(sk)) {
		if (!ece_ack)
			tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tcp_init_cwnd_reduction(sk);
	}
	tcp_set_ca_state(sk, TCP_CA_Recovery);
}

/* A head that is SACKed is no head: the peer has taken its SACKs back (RFC 2018 8), all of them are
 * forgotten. What was sent a moment ago is not yet lost, by RACK.
 */
static void tcp_timeout_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_queue_head(sk);
	bool is_reneg = head != NULL && (TCP_SKB_CB(head)->sacked & TCPCB_SACKED_ACKED) != 0;

	if (is_reneg) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPSACKRENEGING);
		tp->sacked_out = 0;
		tp->is_sack_reneg = true;
	} else if (tcp_is_reno(tp)) {
		tcp_reset_reno_sack(tp);
	}
	for (struct sk_buff *skb = head; skb != NULL; skb = skb_rb_next(skb)) {
		if (is_reneg)
			TCP_SKB_CB(skb)->sacked &= (u8)~TCPCB_SACKED_ACKED;
		else if (tcp_is_rack(sk) && skb != head && tcp_rack_skb_timeout(tp, skb, 0) > 0)
			continue;
		tcp_mark_skb_lost(sk, skb);
	}
	tcp_verify_left_out(tp);
	tcp_clear_all_retrans_hints(tp);
}

/* RFC 5681 3.1: once for each window, not for each time the timer runs out. */
static void reduce_ssthresh(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (icsk->icsk_ca_state > TCP_CA_Disorder && after(tp->high_seq, tp->snd_una) &&
	    (icsk->icsk_ca_state != TCP_CA_Loss || icsk->icsk_retransmits != 0))
		return;
	tp->prior_ssthresh = tcp_current_ssthresh(sk);
	tp->prior_cwnd = tcp_snd_cwnd(tp);
	tp->snd_ssthresh = icsk->icsk_ca_ops->ssthresh(sk);
	tcp_ca_event(sk, CA_EVENT_LOSS);
	tcp_init_undo(tp);
}

void tcp_enter_loss(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;
	struct tcp_sock *tp = tcp_sk(sk);
	bool new_recovery = icsk->icsk_ca_state < TCP_CA_Recovery;

	tcp_timeout_mark_lost(sk);
	reduce_ssthresh(sk);
	tcp_snd_cwnd_set(tp, tcp_packets_in_flight(tp) + 1);
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	/* So many duplicates and none of them counted: the degree of reordering is overrated. */
	if (icsk->icsk_ca_state <= TCP_CA_Disorder && tp->sacked_out >= (u8)sysctl->tcp_reordering)
		tp->reordering = min_u32(tp->reordering, (u8)sysctl->tcp_reordering);
	tcp_set_ca_state(sk, TCP_CA_Loss);
	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	tcp_ecn_queue_cwr(tp);
	/* RFC 5682 3.1 step 1, 3.2: no other recovery is under way; not while the path's MTU is
	 * probed.
	 */
	tp->frto = sysctl->tcp_frto != 0 && (new_recovery || icsk->icsk_retransmits != 0) &&
		   icsk->icsk_mtup.probe_size == 0;
}

/* -------- losses that say nothing about congestion -------- */

/* Sent again at once, as much as the window allows, which stays. The state is Loss, so that the end
 * of it is seen.
 */
static void tcp_non_congestion_loss_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Loss) {
		tp->high_seq = tp->snd_nxt;
		tp->snd_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_ssthresh = 0;
		tp->undo_marker = 0;
		tcp_set_ca_state(sk, TCP_CA_Loss);
	}
	tcp_xmit_retransmit_queue(sk);
}

/* The path's MTU is smaller than thought: what is too large is lost. */
void tcp_simple_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	/* Data of a SYN is there twice, so all of it counts. */
	s32 mss = tp->syn_data && sk->sk_state == TCP_SYN_SENT ? -1 : (s32)tcp_current_mss(sk);

	for (struct sk_buff *skb = tcp_rtx_queue_head(sk); skb != NULL; skb = skb_rb_next(skb))
		if ((s32)tcp_skb_seglen(skb) > mss)
			tcp_mark_skb_lost(sk, skb);
	tcp_clear_retrans_hints_partial(tp);
	if (tp->lost_out == 0)
		return;
	if (tcp_is_reno(tp))
		tcp_limit_reno_sacked(tp);
	tcp_verify_left_out(tp);
	tcp_non_congestion_loss_retransmit(sk);
}

static void tcp_mtup_probe_failed(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_mtup.search_high = (s32)icsk->icsk_mtup.probe_size - 1;
	icsk->icsk_mtup.probe_size = 0;
	mib_inc(sock_net(sk), LINUX_MIB_TCPMTUPFAIL);
}

/* -------- what an ACK changes -------- */

struct alert {
	struct sock *sk;
	u32 prior_snd_una;
	int num_dupack;
	int flag;      /* as the ACK came */
	int *ack_flag; /* and what has become of it */
	enum tcp_rexmit *rexmit;
	bool ece_ack, do_lost;
};

/* RFC 2018 8: an ACK stops where a SACK was. That may pass: the timer waits for half a round trip,
 * ten milliseconds at least.
 */
static bool tcp_check_sack_reneging(struct sock *sk, int *ack_flag)
{
	u64 delay;

	if ((*ack_flag & FLAG_SACK_RENEGING) == 0 || (*ack_flag & FLAG_SND_UNA_ADVANCED) == 0)
		return false;
	delay = max_u64(usecs_to_jiffies(tcp_sk(sk)->srtt_us >> 4), msecs_to_jiffies(10));
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, delay, TCP_RTO_MAX);
	*ack_flag &= ~FLAG_SET_XMIT_TIMER;
	return true;
}

static bool tcp_time_to_recover(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->lost_out != 0)
		return true;
	/* RFC 5681 3.2: three duplicates, where RACK does not watch the time. */
	return !tcp_is_rack(sk) && (s32)(tp->sacked_out + 1) > (s32)tp->reordering;
}

/* RFC 6675 4, IsLost(): who has so many SACKed segments above it. `packets` may be passed. */
static void tcp_mark_head_lost(struct sock *sk, s32 packets, bool mark_head)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tp->lost_skb_hint;
	const u32 loss_high = tp->snd_nxt;
	s32 cnt = 0;

	if (skb != NULL) {
		if (mark_head && after(TCP_SKB_CB(skb)->seq, tp->snd_una))
			return;
		cnt = tp->lost_cnt_hint;
	} else {
		skb = tcp_rtx_queue_head(sk);
	}
	for (; skb != NULL; skb = skb_rb_next(skb)) {
		tp->lost_skb_hint = skb;
		tp->lost_cnt_hint = cnt;
		if (after(TCP_SKB_CB(skb)->end_seq, loss_high))
			break;
		if ((TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED) != 0)
			cnt += (s32)tcp_skb_pcount(skb);
		if (cnt > packets)
			break;
		if ((TCP_SKB_CB(skb)->sacked & TCPCB_LOST) == 0)
			tcp_mark_skb_lost(sk, skb);
		if (mark_head)
			break;
	}
	tcp_verify_left_out(tp);
}

static void tcp_update_scoreboard(struct sock *sk, bool fast_rexmit)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 sacked_upto = (s32)(tp->sacked_out - tp->reordering);

	if (!tcp_is_sack(tp))
		return;
	if (sacked_upto >= 0)
		tcp_mark_head_lost(sk, sacked_upto, false);
	else if (fast_rexmit)
		tcp_mark_head_lost(sk, 1, true);
}

static bool tcp_force_fast_retransmit(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return after(tcp_highest_sack_seq(tp), tp->snd_una + tp->reordering * tp->mss_cache);
}

static void tcp_identify_packet_loss(struct alert *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_retrans = tp->retrans_out;

	if (tcp_rtx_queue_empty(sk))
		return;
	if (tcp_is_reno(tp)) {
		tcp_newreno_mark_lost(sk, (*a->ack_flag & FLAG_SND_UNA_ADVANCED) != 0);
	} else if (tcp_is_rack(sk)) {
		if (tcp_rack_mark_lost(sk))
			*a->ack_flag &= ~FLAG_SET_XMIT_TIMER;
		if (prior_retrans > tp->retrans_out)
			*a->ack_flag |= FLAG_LOST_RETRANS;
	}
}

/* Something is acknowledged, not all. True: packets were late, but the copies still fly; nothing
 * more is to be sent again.
 */
static bool tcp_try_undo_partial(struct alert *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->undo_marker == 0 || !tcp_packet_delayed(tp)) {
		a->do_lost = tcp_force_fast_retransmit(sk);
		return false;
	}
	tcp_check_sack_reordering(sk, a->prior_snd_una, true);
	if (tp->retrans_out != 0)
		return true;
	tcp_retrans_stamp_cleanup(sk);
	tcp_undo_cwnd_reduction(sk, true);
	mib_inc(sock_net(sk), LINUX_MIB_TCPPARTIALUNDO);
	tcp_try_keep_open(sk);
	return false;
}

/* RFC 5682 3.1 of SACK. True: the rest of the ACK's work is done elsewhere. */
static bool frto_step(struct alert *a, bool recovered)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);

	/* Step 3.b: what was never sent again has arrived. */
	if ((a->flag & FLAG_ORIG_SACK_ACKED) != 0 && tcp_try_undo_loss(sk, true))
		return true;
	if (after(tp->snd_nxt, tp->high_seq)) {
		if ((a->flag & FLAG_DATA_SACKED) != 0 || a->num_dupack != 0)
			tp->frto = false; /* step 3.a */
		return false;
	}
	if ((a->flag & FLAG_SND_UNA_ADVANCED) == 0 || recovered)
		return false;
	tp->high_seq = tp->snd_nxt;
	/* Step 2.b: new data, once the window is known; else as usual. */
	if (!tcp_write_queue_empty(sk) && after(tcp_wnd_end(tp), tp->snd_nxt)) {
		*a->rexmit = REXMIT_NEW;
		return true;
	}
	tp->frto = false;
	return false;
}

static void tcp_process_loss(struct alert *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	bool recovered = !before(tp->snd_una, tp->high_seq);
	bool advanced = (a->flag & FLAG_SND_UNA_ADVANCED) != 0;

	if ((advanced || tp->fastopen_rsk != NULL) && tcp_try_undo_loss(sk, false))
		return;
	if (tp->frto && frto_step(a, recovered))
		return;
	if (recovered) {
		tcp_try_undo_recovery(sk);
		return;
	}
	if (tcp_is_reno(tp)) {
		/* A duplicate tells that F-RTO's new data has arrived. */
		if (after(tp->snd_nxt, tp->high_seq) && a->num_dupack != 0)
			tcp_add_reno_sack(sk, a->num_dupack, a->ece_ack);
		else if (advanced)
			tcp_reset_reno_sack(tp);
	}
	*a->rexmit = REXMIT_LOST;
}

static void tcp_update_rto_time(struct tcp_sock *tp)
{
	if (tp->rto_stamp == 0)
		return;
	tp->total_rto_time += tcp_time_stamp_ms(tp) - tp->rto_stamp;
	tp->rto_stamp = 0;
}

/* A state ends when what was sent before it is acknowledged. False: the state holds, that is all.
 */
static bool leave_state(struct alert *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	u8 state = inet_csk(sk)->icsk_ca_state;

	if (state == TCP_CA_Open) {
		tp->retrans_stamp = 0;
		return true;
	}
	if (before(tp->snd_una, tp->high_seq))
		return true;
	/* RFC 3168 6.1.2: CWR must have reached the peer, so something above high_seq. */
	if (state == TCP_CA_CWR && tp->snd_una != tp->high_seq) {
		tcp_end_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_Open);
	}
	if (state == TCP_CA_Recovery) {
		if (tcp_is_reno(tp))
			tcp_reset_reno_sack(tp);
		if (tcp_try_undo_recovery(sk))
			return false;
		tcp_end_cwnd_reduction(sk);
	}
	return true;
}

/* The three below: false: nothing is to be sent again now. */
static bool alert_recovery(struct alert *a)
{
	struct sock *sk = a->sk;

	if ((a->flag & FLAG_SND_UNA_ADVANCED) != 0) {
		if (tcp_try_undo_partial(a))
			return false;
	} else if (tcp_is_reno(tcp_sk(sk))) {
		tcp_add_reno_sack(sk, a->num_dupack, a->ece_ack);
	}
	if (tcp_try_undo_dsack(sk))
		tcp_try_to_open(sk, a->flag);
	tcp_identify_packet_loss(a);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Recovery) {
		if (!tcp_time_to_recover(sk))
			return false;
		/* The reduction was undone and yet something is lost: it begins anew. */
		tcp_enter_recovery(sk, a->ece_ack);
	}
	return true;
}

static bool alert_loss(struct alert *a)
{
	const struct inet_connection_sock *icsk = inet_csk(a->sk);

	tcp_process_loss(a);
	if (icsk->icsk_ca_state != TCP_CA_Loss)
		tcp_update_rto_time(tcp_sk(a->sk));
	tcp_identify_packet_loss(a);
	return icsk->icsk_ca_state == TCP_CA_Open || (*a->ack_flag & FLAG_LOST_RETRANS) != 0;
}

static bool alert_open(struct alert *a)
{
	struct sock *sk = a->sk;
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (tcp_is_reno(tp)) {
		if ((a->flag & FLAG_SND_UNA_ADVANCED) != 0)
			tcp_reset_reno_sack(tp);
		tcp_add_reno_sack(sk, a->num_dupack, a->ece_ack);
	}
	if (icsk->icsk_ca_state <= TCP_CA_Disorder)
		tcp_try_undo_dsack(sk);
	tcp_identify_packet_loss(a);
	if (!tcp_time_to_recover(sk)) {
		tcp_try_to_open(sk, a->flag);
		return false;
	}
	/* RFC 4821 7.5: a probe for a larger MTU was lost; that is no congestion. */
	if (icsk->icsk_ca_state < TCP_CA_CWR && icsk->icsk_mtup.probe_size != 0 &&
	    tp->snd_una == tp->mtu_probe.probe_seq_start) {
		tcp_mtup_probe_failed(sk);
		tcp_snd_cwnd_set(tp, tcp_snd_cwnd(tp) + 1);
		tcp_simple_retransmit(sk);
		return false;
	}
	tcp_enter_recovery(sk, a->ece_ack);
	return true;
}

/* For each ACK that is not plain progress, and each ACK outside of Open: what is lost, and whether
 * the state changes. The window changes later.
 */
void tcp_fastretrans_alert(struct sock *sk, u32 prior_snd_una, int num_dupack, int *ack_flag,
			   enum tcp_rexmit *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct alert a = { .sk = sk,
			   .prior_snd_una = prior_snd_una,
			   .num_dupack = num_dupack,
			   .flag = *ack_flag,
			   .ack_flag = ack_flag,
			   .rexmit = rexmit,
			   .ece_ack = (*ack_flag & FLAG_ECE) != 0 };
	bool fast_rexmit = false, go;

	PROBE(sock_net(sk), tcp_fastretrans_alert);
	a.do_lost = num_dupack != 0 ||
		    ((a.flag & FLAG_DATA_SACKED) != 0 && tcp_force_fast_retransmit(sk));
	if (tp->packets_out == 0 && tp->sacked_out != 0)
		tp->sacked_out = 0;
	if (a.ece_ack)
		tp->prior_ssthresh = 0;
	if (tcp_check_sack_reneging(sk, ack_flag))
		return;
	tcp_verify_left_out(tp);
	if (!leave_state(&a))
		return;
	switch (inet_csk(sk)->icsk_ca_state) {
	case TCP_CA_Recovery:
		go = alert_recovery(&a);
		break;
	case TCP_CA_Loss:
		go = alert_loss(&a);
		if (!go)
			break;
		fallthrough;
	default:
		go = alert_open(&a);
		fast_rexmit = true;
	}
	if (!go)
		return;
	if (!tcp_is_rack(sk) && a.do_lost)
		tcp_update_scoreboard(sk, fast_rexmit);
	*rexmit = REXMIT_LOST;
}
