// SPDX-License-Identifier: MIT
/* tcp_rtt.c - what follows from round trip times: the retransmission timeout, the smallest one of
 * the last minutes, the pacing rate, the size of the send buffer.
 *
 * Path: called by tcp_ack() and by connections that become established.
 * Rules: RFC 6298, RFC 7323 4; LINUX: net/ipv4/tcp_input.c, lib/win_minmax.c.
 */
#include "ipv4/tcp_ack.h"

enum { USEC_PER_SEC = 1000000 };

/* -------- the smallest value of a window of time -------- */

/* Three candidates are kept, each the best of a later part of the window: when the first grows too
 * old, the next takes its place.
 */
u32 minmax_reset(struct minmax *m, u32 t, u32 meas)
{
	for (u32 i = 0; i < ARRAY_SIZE(m->s); i++)
		m->s[i] = (struct minmax_sample){ .t = t, .v = meas };
	return meas;
}

static void minmax_shift(struct minmax *m, struct minmax_sample newest)
{
	m->s[0] = m->s[1];
	m->s[1] = m->s[2];
	m->s[2] = newest;
}

/* LINUX: minmax_subwin_update(). */
static u32 minmax_age(struct minmax *m, u32 win, struct minmax_sample val)
{
	u32 age = val.t - m->s[0].t;

	if (age > win) {
		minmax_shift(m, val);
		/* The second one may be outside the window, too; the third was looked at. */
		if (val.t - m->s[0].t > win)
			minmax_shift(m, val);
	} else if (m->s[1].t == m->s[0].t && age > win / 4) {
		m->s[1] = val;
		m->s[2] = val;
	} else if (m->s[2].t == m->s[1].t && age > win / 2) {
		m->s[2] = val;
	}
	return m->s[0].v;
}

u32 minmax_running_min(struct minmax *m, u32 win, u32 t, u32 meas)
{
	struct minmax_sample val = { .t = t, .v = meas };

	if (meas <= m->s[0].v || t - m->s[2].t > win)
		return minmax_reset(m, t, meas);
	if (meas <= m->s[1].v) {
		m->s[1] = val;
		m->s[2] = val;
	} else if (meas <= m->s[2].v) {
		m->s[2] = val;
	}
	return minmax_age(m, win, val);
}

static void tcp_update_rtt_min(struct sock *sk, u32 rtt_us, int flag)
{
	u32 wlen = (u32)sock_net(sk)->sysctl.tcp_min_rtt_wlen * HZ;
	struct tcp_sock *tp = tcp_sk(sk);

	/* A peer that always waits with its ACKs would in the end be taken for a long path. */
	if ((flag & FLAG_ACK_MAYBE_DELAYED) != 0 && rtt_us > tcp_min_rtt(tp))
		return;
	minmax_running_min(&tp->rtt_min, wlen, tcp_jiffies32(sk),
			   rtt_us != 0 ? rtt_us : USEC_PER_SEC / HZ);
}

/* -------- the timeout -------- */

/* RFC 6298 2.2: the first measurement is the estimate, half of it the deviation. */
static void rtt_first(struct sock *sk, s64 m)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->mdev_us = (u32)m << 1;
	tp->rttvar_us = max_u32(tp->mdev_us, tcp_rto_min_us(sk));
	tp->mdev_max_us = tp->rttvar_us;
	tp->rtt_seq = tp->snd_nxt;
	tp->srtt_us = max_u32(1, (u32)m << 3);
}

/* RFC 6298 2.3: alpha is 1/8, beta 1/4; but where the time falls, the deviation is believed only an
 * eighth of that, lest the timeout grows because the path got faster.
 */
static void rtt_mdev(struct tcp_sock *tp, s64 err)
{
	bool falls = err < 0;
	s64 m = (falls ? -err : err) - (s64)(tp->mdev_us >> 2);

	if (falls && m > 0)
		m >>= 3;
	tp->mdev_us += (u32)m;
	if (tp->mdev_us > tp->mdev_max_us) {
		tp->mdev_max_us = tp->mdev_us;
		tp->rttvar_us = max_u32(tp->rttvar_us, tp->mdev_max_us);
	}
}

void tcp_rtt_estimator(struct sock *sk, s64 mrtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 err;

	if (tp->srtt_us == 0) {
		rtt_first(sk, mrtt_us);
		return;
	}
	err = mrtt_us - (s64)(tp->srtt_us >> 3);
	rtt_mdev(tp, err);
	/* Once each round trip the largest deviation of it replaces part of the last. */
	if (after(tp->snd_una, tp->rtt_seq)) {
		if (tp->mdev_max_us < tp->rttvar_us)
			tp->rttvar_us -= (tp->rttvar_us - tp->mdev_max_us) >> 2;
		tp->rtt_seq = tp->snd_nxt;
		tp->mdev_max_us = tcp_rto_min_us(sk);
	}
	tp->srtt_us = max_u32(1, tp->srtt_us + (u32)err);
}

void tcp_set_rto(struct sock *sk)
{
	inet_csk(sk)->icsk_rto = tcp_rto_of(tcp_sk(sk));
	tcp_bound_rto(sk);
}

/* By the peer's echo of the time stamp; -1: it is older than any connection. */
static s32 tcp_rtt_tsopt_us(const struct tcp_sock *tp, u32 min_delta)
{
	u32 delta = tcp_time_stamp_ts(tp) - tp->rx_opt.rcv_tsecr;

	if (tp->tcp_usec_ts)
		return (s32)delta;
	if (delta >= INT32_MAX / (USEC_PER_SEC / TCP_TS_HZ))
		return -1;
	return (s32)((delta == 0 ? min_delta : delta) * (USEC_PER_SEC / TCP_TS_HZ));
}

/* True: there was something to measure. RFC 6298 3, Karn: what was sent twice tells nothing, unless
 * time stamps say which of them it was (RFC 7323 4.1: only of an ACK that advances).
 */
bool tcp_ack_update_rtt(struct sock *sk, int flag, s64 seq_rtt_us, s64 sack_rtt_us, s64 ca_rtt_us,
			struct rate_sample *rs)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (seq_rtt_us < 0)
		seq_rtt_us = sack_rtt_us;
	if (seq_rtt_us < 0 && tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr != 0 &&
	    (flag & FLAG_ACKED) != 0) {
		seq_rtt_us = tcp_rtt_tsopt_us(tp, 1);
		ca_rtt_us = seq_rtt_us;
	}
	rs->rtt_us = ca_rtt_us;
	if (seq_rtt_us < 0)
		return false;
	tcp_update_rtt_min(sk, (u32)ca_rtt_us, flag);
	tcp_rtt_estimator(sk, seq_rtt_us);
	tcp_set_rto(sk);
	inet_csk(sk)->icsk_backoff = 0; /* RFC 6298 5.7 */
	return true;
}

void tcp_ack_update_rtt_synack(struct sock *sk, s64 seq_rtt_us)
{
	struct rate_sample rs;

	tcp_ack_update_rtt(sk, FLAG_SYN_ACKED, seq_rtt_us, -1, seq_rtt_us, &rs);
}

/* From the SYN-ACK to the ACK of it. */
void tcp_synack_rtt_meas(struct sock *sk, struct request_sock *req)
{
	s64 rtt_us = -1;

	if (req != NULL && req->num_retrans == 0 && tcp_rsk(req)->snt_synack != 0)
		rtt_us = tcp_stamp_us_delta(tcp_clock_ns(sk) / 1000, tcp_rsk(req)->snt_synack);
	tcp_ack_update_rtt_synack(sk, rtt_us);
}

/* After progress: RFC 6298 5.3. */
void tcp_rearm_rto(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u64 rto = icsk->icsk_rto;

	if (tcp_sk(sk)->fastopen_rsk != NULL) /* the timer is the SYN-ACK's */
		return;
	if (tcp_sk(sk)->packets_out == 0) {
		inet_csk_clear_xmit_timer(sk, ICSK_TIME_RETRANS);
		return;
	}
	/* A probe's timer stood in for RTO's: what has passed of that counts. The time may be over
	 * already, when the timer found the socket in use.
	 */
	if (icsk->icsk_pending == ICSK_TIME_REO_TIMEOUT ||
	    icsk->icsk_pending == ICSK_TIME_LOSS_PROBE)
		rto = usecs_to_jiffies((u32)max_s32((s32)tcp_rto_delta_us(sk), 1));
	tcp_reset_xmit_timer(sk, ICSK_TIME_RETRANS, rto, TCP_RTO_MAX);
}

/* -------- what congestion control's window means for others -------- */

/* A window each smoothed round trip, and some more: twice that in slow start's first half. */
void tcp_update_pacing_rate(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct net_sysctl *sysctl = &sock_net(sk)->sysctl;
	u64 rate = (u64)tp->mss_cache * (USEC_PER_SEC / 100 << 3);

	rate *= (u64)(tcp_snd_cwnd(tp) < tp->snd_ssthresh / 2 ? sysctl->tcp_pacing_ss_ratio
							      : sysctl->tcp_pacing_ca_ratio);
	rate *= max_u32(tcp_snd_cwnd(tp), tp->packets_out);
	if (tp->srtt_us != 0)
		rate /= tp->srtt_us;
	sk->sk_pacing_rate = min_u64(rate, sk->sk_max_pacing_rate);
}

u32 tcp_init_cwnd(const struct tcp_sock *tp, const struct dst_entry *dst)
{
	u32 cwnd = dst != NULL ? dst_metric(dst, RTAX_INITCWND) : 0;

	return min_u32(cwnd != 0 ? cwnd : (u32)TCP_INIT_CWND, tp->snd_cwnd_clamp);
}

static u32 roundup_pow_of_two(u32 n)
{
	u32 p = 1;

	while (p < n && p < 1u << 31)
		p <<= 1;
	return p;
}

/* Room for twice the window, each segment in a packet of its own. */
void tcp_sndbuf_expand(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	u32 mss = max_u32(tp->rx_opt.mss_clamp, tp->mss_cache);
	u32 per_mss =
		roundup_pow_of_two(mss + MAX_TCP_HEADER + SKB_SHARED_INFO_BYTES) + SKB_STRUCT_BYTES;
	u32 nr_segs = max_u32(max_u32(TCP_INIT_CWND, tcp_snd_cwnd(tp)), tp->reordering + 1);
	s32 sndmem = (s32)((ca->sndbuf_expand != NULL ? ca->sndbuf_expand(sk) : 2u) *
			   (nr_segs * per_mss));

	if (sk->sk_sndbuf < sndmem)
		sk->sk_sndbuf = min_s32(sndmem, sock_net(sk)->sysctl.tcp_wmem_max);
}
