// SPDX-License-Identifier: MIT
/* tcp_retransmit.c - segments are sent again; the probe for a lost tail.
 *
 * Path: called by tcp_ack() in recovery, and by timers.
 * Rules: RFC 6298, RFC 6675, RFC 8985 7 (TLP), RFC 9293 3.8; LINUX: net/ipv4/tcp_output.c.
 */
#include "core/netdevice.h"
#include "ipv4/tcp_output.h"
#include "uapi/errno.h"

/* The first transmission is still with a qdisc or a driver: another one would not help. */
static bool skb_still_in_host_queue(struct sock *sk, const struct sk_buff *skb)
{
	if (!skb_fclone_busy(sk, skb))
		return false;
	sk->sk_tsq_flags |= 1u << TSQ_THROTTLED;
	mib_inc(sock_net(sk), LINUX_MIB_TCPSPURIOUS_RTX_HOSTQUEUES);
	return true;
}

/* What was acknowledged meanwhile is not sent again. */
static int trim_acked(struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (!before(cb->seq, tp->snd_una))
		return 0;
	if ((cb->tcp_flags & TCPHDR_SYN) != 0) {
		cb->tcp_flags &= (u8)~TCPHDR_SYN;
		cb->seq++;
		if (!before(cb->seq, tp->snd_una))
			return 0;
	}
	if (before(cb->end_seq, tp->snd_una))
		return -EINVAL;
	return tcp_trim_head(sk, skb, tp->snd_una - cb->seq) != 0 ? -ENOMEM : 0;
}

/* Fewer segments because the MSS is larger now, or small ones that are joined. */
static int recount(struct sock *sk, struct sk_buff *skb, u32 cur_mss, s32 avail_wnd)
{
	s32 diff = (s32)tcp_skb_pcount(skb);

	if (skb_unclone_keeptruesize(skb) != 0)
		return -ENOMEM;
	diff -= (s32)tcp_set_skb_tso_segs(skb, cur_mss);
	if (diff != 0)
		tcp_adjust_pcount(sk, skb, diff);
	avail_wnd = min_s32(avail_wnd, (s32)cur_mss);
	/* LINUX: compared without sign. */
	if (skb->len < (u32)avail_wnd)
		tcp_retrans_try_collapse(sk, skb, avail_wnd);
	return 0;
}

/* The packet becomes what may be sent of it now. */
static int fit_to_window(struct sock *sk, struct sk_buff *skb, s32 segs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 cur_mss = tcp_current_mss(sk);
	s32 avail_wnd = (s32)(tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq), len;

	if (avail_wnd <= 0) {
		/* A peer that took its window back gets one segment as a probe. */
		if (TCP_SKB_CB(skb)->seq != tp->snd_una)
			return -EAGAIN;
		avail_wnd = (s32)cur_mss;
	}
	len = (s32)(cur_mss * (tcp_urg_mode(tp) ? 1u : (u32)segs));
	if (len > avail_wnd) {
		len = avail_wnd / (s32)cur_mss * (s32)cur_mss;
		if (len == 0)
			len = avail_wnd;
	}
	if (skb->len <= (u32)len)
		return recount(sk, skb, cur_mss, avail_wnd);
	return tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, (u32)len, cur_mss) != 0 ? -ENOMEM : 0;
}

/* RFC 3168 6.1.1.1: a SYN that was not answered may have been disliked for its ECN bits. */
static void tcp_ecn_clear_syn(const struct sock *sk, struct sk_buff *skb)
{
	const u8 ecn = TCPHDR_SYN | TCPHDR_ECE | TCPHDR_CWR;

	if ((TCP_SKB_CB(skb)->tcp_flags & ecn) == ecn && sock_net(sk)->sysctl.tcp_ecn_fallback != 0)
		TCP_SKB_CB(skb)->tcp_flags &= (u8) ~(TCPHDR_ECE | TCPHDR_CWR);
}

static void count_retransmit(struct sock *sk, const struct sk_buff *skb, u32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	mib_add(sock_net(sk), TCP_MIB_RETRANSSEGS, segs);
	if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN) != 0)
		mib_inc(sock_net(sk), LINUX_MIB_TCPSYNRETRANS);
	tp->total_retrans += segs;
	tp->bytes_retrans += skb->len;
}

static void trace_retransmit(const struct sock *sk)
{
	TRACE(sock_net(sk), tcp_retransmit_skb, sk->sk_state, be32_to_cpu(inet_sk(sk)->inet_saddr),
	      be16_to_cpu(inet_sk(sk)->inet_sport), be32_to_cpu(sk->sk_daddr),
	      be16_to_cpu(sk->sk_dport));
}

int tcp_retransmit_skb_once(struct sock *sk, struct sk_buff *skb, int segs)
{
	PROBE(sock_net(sk), tcp_retransmit_skb_once);
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 sent;
	int err;

	/* Whatever it was about, the MTU probe has failed. */
	icsk->icsk_mtup.probe_size = 0;
	if (skb_still_in_host_queue(sk, skb))
		return -EBUSY;
	err = trim_acked(sk, skb);
	if (err != 0)
		return err;
	if (icsk->icsk_af_ops->rebuild_header(sk) != 0)
		return -EHOSTUNREACH;
	err = fit_to_window(sk, skb, segs);
	if (err != 0)
		return err;
	tcp_ecn_clear_syn(sk, skb);
	sent = tcp_skb_pcount(skb);
	count_retransmit(sk, skb, sent);
	err = tcp_transmit_skb(sk, skb, true);
	if (err == 0)
		trace_retransmit(sk);
	else if (err != -EBUSY)
		mib_add(sock_net(sk), LINUX_MIB_TCPRETRANSFAIL, sent);
	/* Also if it did not go: its time is no longer that of its first transmission. */
	TCP_SKB_CB(skb)->sacked |= TCPCB_EVER_RETRANS;
	return err;
}

int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, int segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int err = tcp_retransmit_skb_once(sk, skb, segs);

	if (err == 0) {
		TCP_SKB_CB(skb)->sacked |= TCPCB_RETRANS;
		tp->retrans_out += tcp_skb_pcount(skb);
	}
	if (tp->retrans_stamp == 0)
		tp->retrans_stamp = tcp_skb_timestamp_ts(tp->tcp_usec_ts, skb);
	tp->undo_retrans = max_s32(tp->undo_retrans, 0) + (s32)tcp_skb_pcount(skb);
	return err;
}

/* -------- everything that is known to be lost -------- */

/* One packet that is lost and not yet sent again. False: no more now. */
static bool retransmit_lost(struct sock *sk, struct sk_buff *skb, s32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	/* Before it is sent again: that may change the state. */
	enum mib_id mib = inet_csk(sk)->icsk_ca_state != TCP_CA_Loss
				  ? LINUX_MIB_TCPFASTRETRANS
				  : LINUX_MIB_TCPSLOWSTARTRETRANS;

	if (tcp_small_queue_check(sk, skb, 1) || tcp_retransmit_skb(sk, skb, segs) != 0)
		return false;
	mib_add(sock_net(sk), mib, tcp_skb_pcount(skb));
	if (tcp_in_cwnd_reduction(sk))
		tp->prr_out += tcp_skb_pcount(skb);
	return true;
}

void tcp_xmit_retransmit_queue(struct sock *sk)
{
	PROBE(sock_net(sk), tcp_xmit_retransmit_queue);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb, *rtx_head;
	bool rearm_timer = false, hole = false;
	u32 max_segs;

	if (tp->packets_out == 0)
		return;
	rtx_head = tcp_rtx_queue_head(sk);
	skb = tp->retransmit_skb_hint != NULL ? tp->retransmit_skb_hint : rtx_head;
	max_segs = tcp_tso_segs(sk, tcp_current_mss(sk));
	for (; skb != NULL; skb = skb_rb_next(skb)) {
		s32 segs;
		u8 sacked;

		if (tcp_pacing_check(sk))
			break;
		/* Where to go on next time: at the first one that is neither lost nor sacked. */
		if (!hole)
			tp->retransmit_skb_hint = skb;
		segs = (s32)(tcp_snd_cwnd(tp) - tcp_packets_in_flight(tp));
		if (segs <= 0 || tp->retrans_out >= tp->lost_out)
			break;
		sacked = TCP_SKB_CB(skb)->sacked;
		if ((sacked & TCPCB_LOST) == 0) {
			hole |= (sacked & (TCPCB_SACKED_RETRANS | TCPCB_SACKED_ACKED)) == 0;
			continue;
		}
		if ((sacked & (TCPCB_SACKED_ACKED | TCPCB_SACKED_RETRANS)) != 0)
			continue;
		if (!retransmit_lost(sk, skb, min_s32(segs, (s32)max_segs)))
			break;
		if (skb == rtx_head && icsk->icsk_pending != ICSK_TIME_REO_TIMEOUT)
			rearm_timer = true;
	}
	if (rearm_timer)
		tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, icsk->icsk_rto, TCP_RTO_MAX);
}

/* -------- RFC 8985 7: a probe for a tail that may be lost -------- */

/* RFC 8985 7.2: two round trips, and for a single segment what the peer's delayed ACK may take. */
static u32 probe_timeout(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 us;

	if (tp->srtt_us == 0)
		return TCP_TIMEOUT_INIT;
	us = (tp->srtt_us >> 2) +
	     (tp->packets_out == 1 ? tcp_rto_min_us(sk) : (u32)TCP_TIMEOUT_MIN_US);
	return (u32)usecs_to_jiffies(us);
}

bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 early_retrans = sock_net(sk)->sysctl.tcp_early_retrans, timeout, rto_delta_us;

	if (tp->fastopen_rsk != NULL)
		return false;
	if ((early_retrans != 3 && early_retrans != 4) || tp->packets_out == 0 ||
	    !tcp_is_sack(tp) ||
	    (icsk->icsk_ca_state != TCP_CA_Open && icsk->icsk_ca_state != TCP_CA_CWR))
		return false;
	timeout = probe_timeout(sk);
	rto_delta_us = advancing_rto ? icsk->icsk_rto * (1000000u / HZ) : (u32)tcp_rto_delta_us(sk);
	if (rto_delta_us > 0)
		timeout = min_u32(timeout, (u32)usecs_to_jiffies(rto_delta_us));
	tcp_reset_xmit_timer(sk, ICSK_TIME_LOSS_PROBE, timeout, TCP_RTO_MAX);
	return true;
}

/* New data where the windows allow it. */
static bool probe_with_new_data(struct sock *sk, u32 mss)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 packets = tp->packets_out;

	(void)tcp_write_xmit(sk, mss, TCP_NAGLE_OFF, 2);
	return tp->packets_out > packets;
}

/* Or else the last segment of what was sent. */
static bool probe_with_last_segment(struct sock *sk, struct sk_buff *skb, u32 mss)
{
	u32 segs = tcp_skb_pcount(skb);

	if (skb_still_in_host_queue(sk, skb))
		return false;
	if (segs > 1 && skb->len > (segs - 1) * mss) {
		if (tcp_fragment(sk, TCP_FRAG_IN_RTX_QUEUE, skb, (segs - 1) * mss, mss) != 0)
			return false;
		skb = skb_rb_next(skb);
	}
	if (tcp_retransmit_skb_once(sk, skb, 1) != 0)
		return false;
	tcp_sk(sk)->tlp_retrans = true;
	return true;
}

void tcp_send_loss_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_current_mss(sk);
	struct sk_buff *skb;
	bool sent;

	/* One at a time. */
	if (tp->tlp_high_seq != 0) {
		tcp_rearm_rto(sk);
		return;
	}
	tp->tlp_retrans = false;
	skb = tcp_send_head(sk);
	if (skb != NULL && tcp_snd_wnd_test(tp, skb, mss)) {
		sent = probe_with_new_data(sk, mss);
	} else {
		skb = tcp_rtx_queue_tail(sk);
		if (skb == NULL) {
			inet_csk(sk)->icsk_pending = 0;
			return;
		}
		sent = probe_with_last_segment(sk, skb, mss);
	}
	if (sent) {
		tp->tlp_high_seq = tp->snd_nxt;
		mib_inc(sock_net(sk), LINUX_MIB_TCPLOSSPROBES);
		/* So that the RTO counts from now. */
		inet_csk(sk)->icsk_pending = 0;
	}
	tcp_rearm_rto(sk);
}
