// SPDX-License-Identifier: MIT
/* tcp_timer.c - TCP's timers: retransmission and what shares its timer (tail loss probe, reordering
 * timeout, window probe), the delayed ACK, keepalive.
 *
 * Path: from TIMER_SOFTIRQ; where a call owns the socket, tcp_release_cb() does it later.
 * Rules: RFC 6298, RFC 9293 3.8.3 and 3.8.4, RFC 1122 4.2.3, RFC 5482 (user timeout); LINUX:
 * net/ipv4/tcp_timer.c. Missing: fast open's SYN-ACK.
 */
#include "core/file.h"
#include "ipv4/tcp_output.h"
#include "uapi/errno.h"

enum { TCP_THIN_LINEAR_RETRIES = 6, ORPHAN_RETRIES_ALIVE = 8 };

#define TCPF_SYN_STATES (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))

static bool in_states(const struct sock *sk, u32 states)
{
	return (TCPF(sk->sk_state) & states) != 0;
}

/* -------- when -------- */

void tcp_reset_xmit_timer(struct sock *sk, u8 what, u64 when, u64 max_when)
{
	s64 delay_ns = (s64)(tcp_sk(sk)->tcp_wstamp_ns - tcp_sk(sk)->tcp_clock_cache);

	if (delay_ns > 0)
		when += (u64)delay_ns / (1000000000 / HZ);
	inet_csk_reset_xmit_timer(sk, what, when, max_when);
}

u64 tcp_probe0_when(const struct sock *sk, u64 max_when)
{
	/* ilog2(TCP_RTO_MAX / TCP_RTO_MIN) + 1: more is longer than the longest in any case. */
	u32 backoff = min_u32(10, inet_csk(sk)->icsk_backoff);

	return min_u64(tcp_probe0_base(sk) << backoff, max_when);
}

/* TCP_USER_TIMEOUT is to be noticed when it is over, not an RTO later. */
static u32 tcp_clamp_rto_to_user_timeout(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 elapsed;
	s32 remaining;

	if (icsk->icsk_user_timeout == 0)
		return icsk->icsk_rto;
	elapsed = tcp_time_stamp_ts(tp) - tp->retrans_stamp;
	if (tp->tcp_usec_ts)
		elapsed /= 1000;
	remaining = (s32)(icsk->icsk_user_timeout - elapsed);
	if (remaining <= 0)
		return 1;
	return min_u32(icsk->icsk_rto, (u32)msecs_to_jiffies((u32)remaining));
}

u32 tcp_clamp_probe0_to_user_timeout(const struct sock *sk, u32 when)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	s32 elapsed, remaining;

	if (icsk->icsk_user_timeout == 0 || icsk->icsk_probes_tstamp == 0)
		return when;
	elapsed = max_s32((s32)(tcp_jiffies32(sk) - icsk->icsk_probes_tstamp), 0);
	remaining = (s32)((u32)msecs_to_jiffies(icsk->icsk_user_timeout) - (u32)elapsed);
	remaining = max_s32(remaining, TCP_TIMEOUT_MIN);
	return min_u32((u32)remaining, when);
}

/* -------- giving up -------- */

static void tcp_write_err(struct sock *sk)
{
	tcp_done_with_error(sk, sk->sk_err_soft != 0 ? (int)sk->sk_err_soft : ETIMEDOUT);
	mib_inc(sock_net(sk), LINUX_MIB_TCPABORTONTIMEOUT);
}

/* Sockets that no program has any more must not take all memory. True: this one is gone. */
static bool tcp_out_of_resources(struct sock *sk, bool do_reset)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 idle = (s32)(tcp_jiffies32(sk) - tp->lsndtime);
	int shift = 0;

	/* Who was silent for long, or has met with an ICMP error, counts for more. */
	if (idle > 2 * TCP_RTO_MAX || !do_reset)
		shift++;
	if (sk->sk_err_soft != 0)
		shift++;
	if (!tcp_check_oom(sk, shift))
		return false;
	if (idle <= TCP_TIMEWAIT_LEN || (tp->snd_wnd == 0 && tp->packets_out == 0))
		do_reset = true;
	if (do_reset)
		tcp_send_active_reset(sk, SK_RST_REASON_TCP_ABORT_ON_MEMORY);
	tcp_done(sk);
	mib_inc(sock_net(sk), LINUX_MIB_TCPABORTONMEMORY);
	return true;
}

static u32 tcp_orphan_retries(const struct sock *sk, bool alive)
{
	u32 retries = sock_net(sk)->sysctl.tcp_orphan_retries;

	if (sk->sk_err_soft != 0 && !alive)
		retries = 0;
	return retries == 0 && alive ? ORPHAN_RETRIES_ALIVE : retries;
}

/* RFC 4821 7.6.3: large segments may be what gets lost: smaller ones are tried. */
static void tcp_mtu_probing(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	s32 mss;

	if (ctl->tcp_mtu_probing == 0)
		return;
	if (!icsk->icsk_mtup.enabled) {
		icsk->icsk_mtup.enabled = true;
		icsk->icsk_mtup.probe_timestamp = tcp_jiffies32(sk);
	} else {
		mss = tcp_mtu_to_mss(sk, icsk->icsk_mtup.search_low) >> 1;
		mss = min_s32(ctl->tcp_base_mss, mss);
		mss = max_s32(mss, ctl->tcp_mtu_probe_floor);
		mss = max_s32(mss, ctl->tcp_min_snd_mss);
		icsk->icsk_mtup.search_low = tcp_mss_to_mtu(sk, mss);
	}
	(void)tcp_sync_mss(sk, icsk->icsk_pmtu_cookie);
}

/* How many ms so many retransmissions take: doubled up to the longest RTO, then that. */
static u32 tcp_model_timeout(u32 boundary, u32 rto_base)
{
	u32 thresh = 31 - (u32)__builtin_clz(TCP_RTO_MAX / rto_base);

	if (boundary <= thresh)
		return ((2u << boundary) - 1) * rto_base;
	return ((2u << thresh) - 1) * rto_base + (boundary - thresh) * TCP_RTO_MAX;
}

/* timeout: ms; 0: what `boundary` retransmissions would take. */
static bool retransmits_timed_out(const struct sock *sk, u32 boundary, u32 timeout)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_retransmits == 0)
		return false;
	if (timeout == 0)
		timeout = tcp_model_timeout(
			boundary, in_states(sk, TCPF_SYN_STATES) ? TCP_TIMEOUT_INIT : TCP_RTO_MIN);
	if (tp->tcp_usec_ts) {
		u32 delta = (u32)tp->tcp_mstamp - tp->retrans_stamp + 1000000 / HZ;

		return (s32)(delta - timeout * 1000) >= 0;
	}
	return (s32)(tcp_time_stamp_ts(tp) - tp->retrans_stamp - timeout) >= 0;
}

/* A SYN has not been answered. */
static bool syn_expired(struct sock *sk, u32 *retry_until)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	u32 max;

	if (icsk->icsk_retransmits != 0)
		dst_negative_advice(sk);
	*retry_until = icsk->icsk_syn_retries != 0 ? icsk->icsk_syn_retries : ctl->tcp_syn_retries;
	max = *retry_until;
	if (sk->sk_state == TCP_SYN_SENT)
		max += ctl->tcp_syn_linear_timeouts;
	return icsk->icsk_retransmits >= max;
}

/* Data has not been acknowledged. True: the socket is gone already. */
static bool data_out_of_resources(struct sock *sk, u32 *retry_until)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	bool alive;

	if (retransmits_timed_out(sk, ctl->tcp_retries1, 0)) {
		tcp_mtu_probing(sk);
		dst_negative_advice(sk);
	}
	*retry_until = ctl->tcp_retries2;
	if (!sock_flag(sk, SOCK_DEAD))
		return false;
	alive = inet_csk(sk)->icsk_rto < TCP_RTO_MAX;
	*retry_until = tcp_orphan_retries(sk, alive);
	return tcp_out_of_resources(sk, alive || !retransmits_timed_out(sk, *retry_until, 0));
}

/* RFC 9293 3.8.3: has it gone on for too long? True: the connection is over. */
static bool tcp_write_timeout(struct sock *sk)
{
	bool expired = false;
	u32 retry_until;

	if (in_states(sk, TCPF_SYN_STATES))
		expired = syn_expired(sk, &retry_until);
	else if (data_out_of_resources(sk, &retry_until))
		return true;
	if (!expired)
		expired = retransmits_timed_out(sk, retry_until, inet_csk(sk)->icsk_user_timeout);
	if (expired) {
		tcp_write_err(sk);
		return true;
	}
	if (sk_rethink_txhash(sk)) {
		tcp_sk(sk)->timeout_rehash++;
		mib_inc(sock_net(sk), LINUX_MIB_TCPTIMEOUTREHASH);
	}
	return false;
}

/* -------- retransmission -------- */

static void tcp_update_rto_stats(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (icsk->icsk_retransmits == 0) {
		tp->total_rto_recoveries++;
		tp->rto_stamp = tcp_time_stamp_ms(tp);
	}
	icsk->icsk_retransmits++;
	tp->total_rto++;
}

/* The peer has closed its window over what was sent, and says nothing. */
static bool tcp_rtx_probe0_timed_out(const struct sock *sk, u32 rtx_delta)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 user_timeout = icsk->icsk_user_timeout;
	u32 timeout = 2 * TCP_RTO_MAX;
	s32 rcv_delta;

	if (user_timeout != 0) {
		if (rtx_delta > user_timeout)
			return true;
		timeout = min_u32(timeout, (u32)msecs_to_jiffies(user_timeout));
	}
	rcv_delta = (s32)((u32)icsk->icsk_timeout - tcp_sk(sk)->rcv_tstamp);
	if (rcv_delta <= (s32)timeout)
		return false;
	return msecs_to_jiffies(rtx_delta) > timeout;
}

/* True: a retransmission is a window probe, which does not end the connection. */
static bool window_is_shut(const struct sock *sk)
{
	return tcp_sk(sk)->snd_wnd == 0 && !sock_flag(sk, SOCK_DEAD) &&
	       !in_states(sk, TCPF_SYN_STATES);
}

/* False: given up. */
static bool probe_by_retransmission(struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 since = tp->retrans_stamp != 0 ? tp->retrans_stamp
					   : tcp_skb_timestamp_ts(tp->tcp_usec_ts, skb);
	u32 rtx_delta = tcp_time_stamp_ts(tp) - since;

	if (tp->tcp_usec_ts)
		rtx_delta /= 1000;
	if (tcp_rtx_probe0_timed_out(sk, rtx_delta)) {
		tcp_write_err(sk);
		return false;
	}
	tcp_enter_loss(sk);
	(void)tcp_retransmit_skb(sk, skb, 1);
	sk_dst_reset(sk);
	return true;
}

/* Recovery has failed: which kind? */
static void count_failure(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u8 state = inet_csk(sk)->icsk_ca_state;
	bool sack = tcp_is_sack(tp);
	enum mib_id mib;

	if (state == TCP_CA_Recovery)
		mib = sack ? LINUX_MIB_TCPSACKRECOVERYFAIL : LINUX_MIB_TCPRENORECOVERYFAIL;
	else if (state == TCP_CA_Loss)
		mib = LINUX_MIB_TCPLOSSFAILURES;
	else if (state == TCP_CA_Disorder || tp->sacked_out != 0)
		mib = sack ? LINUX_MIB_TCPSACKFAILURES : LINUX_MIB_TCPRENOFAILURES;
	else
		return;
	mib_inc(sock_net(sk), mib);
}

static bool tcp_stream_is_thin(const struct tcp_sock *tp)
{
	return tp->packets_out < 4 && !tcp_in_initial_slowstart(tp);
}

/* RFC 6298 5.5, 5.6: twice as long; linear for thin streams and the first SYNs. */
static void back_off(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	if (sk->sk_state == TCP_ESTABLISHED &&
	    (tp->thin_lto || ctl->tcp_thin_linear_timeouts != 0) && tcp_stream_is_thin(tp) &&
	    icsk->icsk_retransmits <= TCP_THIN_LINEAR_RETRIES) {
		icsk->icsk_backoff = 0;
		/* LINUX: clamp(): the longest one first. */
		icsk->icsk_rto = tcp_rto_of(tp) >= TCP_RTO_MAX
					 ? TCP_RTO_MAX
					 : max_u32(tcp_rto_of(tp), tcp_rto_min(sk));
	} else if (sk->sk_state != TCP_SYN_SENT || tp->total_rto > ctl->tcp_syn_linear_timeouts) {
		icsk->icsk_backoff++;
		icsk->icsk_rto = min_u32(icsk->icsk_rto << 1, TCP_RTO_MAX);
	}
}

static void next_retransmission(struct sock *sk)
{
	back_off(sk);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, tcp_clamp_rto_to_user_timeout(sk),
				  TCP_RTO_MAX);
	if (retransmits_timed_out(sk, sock_net(sk)->sysctl.tcp_retries1 + 1u, 0))
		sk_dst_reset(sk);
}

/* RFC 6298 5.4: the first segment that is not acknowledged. */
void tcp_retransmit_timer(struct sock *sk)
{
	PROBE(sock_net(sk), tcp_retransmit_timer);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	if (tp->fastopen_rsk != NULL)
		not_implemented("TCP_FASTOPEN");
	skb = tp->packets_out != 0 ? tcp_rtx_queue_head(sk) : NULL;
	if (skb == NULL)
		return;
	if (window_is_shut(sk)) {
		if (probe_by_retransmission(sk, skb))
			next_retransmission(sk);
		return;
	}
	mib_inc(sock_net(sk), LINUX_MIB_TCPTIMEOUTS);
	if (tcp_write_timeout(sk))
		return;
	if (icsk->icsk_retransmits == 0)
		count_failure(sk);
	tcp_enter_loss(sk);
	tcp_update_rto_stats(sk);
	/* The device is full: soon again. */
	if (tcp_retransmit_skb(sk, tcp_rtx_queue_head(sk), 1) > 0) {
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, TCP_RESOURCE_PROBE_INTERVAL,
					  TCP_RTO_MAX);
		return;
	}
	next_retransmission(sk);
}

/* -------- window probes -------- */

/* RFC 9293 3.8.6.1: while the peer answers it goes on for ever, unless the program said how long,
 * or is gone.
 */
static void tcp_probe_timer(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 max_probes = sock_net(sk)->sysctl.tcp_retries2;

	if (tcp_sk(sk)->packets_out != 0 || tcp_send_head(sk) == NULL) {
		icsk->icsk_probes_out = 0;
		icsk->icsk_probes_tstamp = 0;
		return;
	}
	if (icsk->icsk_probes_tstamp == 0) {
		icsk->icsk_probes_tstamp = tcp_jiffies32(sk);
	} else if (icsk->icsk_user_timeout != 0) {
		/* LINUX: an int of jiffies, as an unsigned long. */
		s64 since = (s32)(tcp_jiffies32(sk) - icsk->icsk_probes_tstamp);

		if ((u64)since >= msecs_to_jiffies(icsk->icsk_user_timeout)) {
			tcp_write_err(sk);
			return;
		}
	}
	if (sock_flag(sk, SOCK_DEAD)) {
		bool alive = inet_csk_rto_backoff(sk, TCP_RTO_MAX) < TCP_RTO_MAX;

		max_probes = tcp_orphan_retries(sk, alive);
		if (!alive && icsk->icsk_backoff >= max_probes) {
			tcp_write_err(sk);
			return;
		}
		if (tcp_out_of_resources(sk, true))
			return;
	}
	if (icsk->icsk_probes_out >= max_probes)
		tcp_write_err(sk);
	else
		tcp_send_probe0(sk);
}

void tcp_write_timer_handler(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (in_states(sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)) || icsk->icsk_pending == 0)
		return;
	if (time_after(icsk->icsk_timeout, net_jiffies(sock_net(sk)))) {
		sk_reset_timer(sk, &icsk->icsk_retransmit_timer, icsk->icsk_timeout);
		return;
	}
	tcp_mstamp_refresh(tcp_sk(sk));
	switch (icsk->icsk_pending) {
	case ICSK_TIME_REO_TIMEOUT:
		tcp_rack_reo_timeout(sk);
		break;
	case ICSK_TIME_LOSS_PROBE:
		tcp_send_loss_probe(sk);
		break;
	case ICSK_TIME_RETRANS:
		icsk->icsk_pending = 0;
		tcp_retransmit_timer(sk);
		break;
	case ICSK_TIME_PROBE0:
		icsk->icsk_pending = 0;
		tcp_probe_timer(sk);
		break;
	default:
		break;
	}
}

/* -------- the delayed ACK -------- */

/* Nobody has sent anything that the ACK could have gone with. */
static void delack_missed(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (inet_csk_in_pingpong_mode(sk)) {
		inet_csk_exit_pingpong_mode(sk);
		icsk->icsk_ack.ato = TCP_ATO_MIN;
		return;
	}
	icsk->icsk_ack.ato =
		min_u32(min_u32(icsk->icsk_ack.ato << 1, icsk->icsk_rto), TCP_DELACK_MAX);
}

void tcp_delack_timer_handler(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (in_states(sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return;
	if (tp->compressed_ack != 0) {
		tcp_mstamp_refresh(tp);
		tcp_sack_compress_send_ack(sk);
		return;
	}
	if ((icsk->icsk_ack.pending & ICSK_ACK_TIMER) == 0)
		return;
	if (time_after(icsk->icsk_ack.timeout, net_jiffies(sock_net(sk)))) {
		sk_reset_timer(sk, &icsk->icsk_delack_timer, icsk->icsk_ack.timeout);
		return;
	}
	icsk->icsk_ack.pending &= (u8)~ICSK_ACK_TIMER;
	if (!inet_csk_ack_scheduled(sk))
		return;
	delack_missed(sk);
	tcp_mstamp_refresh(tp);
	tcp_send_ack(sk);
	mib_inc(sock_net(sk), LINUX_MIB_DELAYEDACKS);
}

/* -------- from the wheel -------- */

/* The call that owns the socket will do it when it ends. */
static void leave_to_owner(struct sock *sk, enum tsq_enum what)
{
	if ((sk->sk_tsq_flags >> what & 1) != 0)
		return;
	sk->sk_tsq_flags |= 1u << what;
	sock_hold(sk);
}

static void tcp_write_timer(struct timer_list *t)
{
	struct inet_connection_sock *icsk =
		container_of(t, struct inet_connection_sock, icsk_retransmit_timer);
	struct sock *sk = &icsk->icsk_inet.sk;

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		leave_to_owner(sk, TCP_WRITE_TIMER_DEFERRED);
	else
		tcp_write_timer_handler(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}

static void tcp_delack_timer(struct timer_list *t)
{
	struct inet_connection_sock *icsk =
		container_of(t, struct inet_connection_sock, icsk_delack_timer);
	struct sock *sk = &icsk->icsk_inet.sk;

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk)) {
		mib_inc(sock_net(sk), LINUX_MIB_DELAYEDACKLOCKED);
		leave_to_owner(sk, TCP_DELACK_TIMER_DEFERRED);
	} else {
		tcp_delack_timer_handler(sk);
	}
	bh_unlock_sock(sk);
	sock_put(sk);
}

static void tcp_compressed_ack_kick(struct hrtimer *timer)
{
	struct tcp_sock *tp = container_of(timer, struct tcp_sock, compressed_ack_timer);
	struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk)) {
		leave_to_owner(sk, TCP_DELACK_TIMER_DEFERRED);
	} else if (tp->compressed_ack != 0) {
		/* One of them is sent. */
		tp->compressed_ack--;
		tcp_send_ack(sk);
	}
	bh_unlock_sock(sk);
	sock_put(sk);
}

/* -------- keepalive, and the end of FIN-WAIT-2 -------- */

void tcp_syn_ack_timeout(const struct request_sock *req)
{
	mib_inc(req_net(req), LINUX_MIB_TCPTIMEOUTS);
}

void tcp_set_keepalive(struct sock *sk, int val)
{
	if (in_states(sk, TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return;
	if (val != 0 && !sock_flag(sk, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(sk, keepalive_time_when(tcp_sk(sk)));
	else if (val == 0)
		inet_csk_delete_keepalive_timer(sk);
}

/* The program is gone, and the peer has not closed its half. */
static void fin_wait2_is_over(struct sock *sk)
{
	if (tcp_sk(sk)->linger2 >= 0) {
		s64 tmo = tcp_fin_time(sk) - TCP_TIMEWAIT_LEN;

		if (tmo > 0) {
			tcp_time_wait(sk, TCP_FIN_WAIT2, (s32)tmo);
			return;
		}
	}
	tcp_send_active_reset(sk, SK_RST_REASON_TCP_STATE);
	tcp_done(sk);
}

/* RFC 9293 3.8.4: how many probes, or how long the program will wait for an answer. */
static bool keepalive_is_over(const struct sock *sk, u32 elapsed)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 user_timeout = icsk->icsk_user_timeout;

	if (user_timeout != 0)
		return elapsed >= msecs_to_jiffies(user_timeout) && icsk->icsk_probes_out > 0;
	return icsk->icsk_probes_out >= keepalive_probes(tcp_sk(sk));
}

/* Probes if it is time. Jiffies until the next look; 0: the connection is over. */
static u32 keepalive_probe(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 now = tcp_jiffies32(sk), when = keepalive_time_when(tp);
	u32 elapsed = min_u32(now - icsk->icsk_ack.lrcvtime, now - tp->rcv_tstamp);

	if (elapsed < when)
		return when - elapsed;
	if (keepalive_is_over(sk, elapsed)) {
		tcp_send_active_reset(sk, SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT);
		tcp_write_err(sk);
		return 0;
	}
	if (tcp_write_wakeup(sk, LINUX_MIB_TCPKEEPALIVE) > 0)
		return TCP_RESOURCE_PROBE_INTERVAL;
	icsk->icsk_probes_out++;
	return keepalive_intvl_when(tp);
}

static void keepalive_of_free_sock(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 next;

	if (sk->sk_state == TCP_LISTEN)
		return;
	tcp_mstamp_refresh(tcp_sk(sk));
	if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) {
		fin_wait2_is_over(sk);
		return;
	}
	if (!sock_flag(sk, SOCK_KEEPOPEN) || in_states(sk, TCPF(TCP_CLOSE) | TCPF(TCP_SYN_SENT)))
		return;
	/* What is under way is proof enough. */
	if (tp->packets_out != 0 || !tcp_write_queue_empty(sk))
		next = keepalive_time_when(tp);
	else
		next = keepalive_probe(sk);
	if (sk->sk_state != TCP_CLOSE)
		inet_csk_reset_keepalive_timer(sk, next);
}

static void tcp_keepalive_timer(struct timer_list *t)
{
	struct inet_connection_sock *icsk =
		container_of(t, struct inet_connection_sock, icsk_keepalive_timer);
	struct sock *sk = &icsk->icsk_inet.sk;

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk))
		inet_csk_reset_keepalive_timer(sk, HZ / 20);
	else
		keepalive_of_free_sock(sk);
	bh_unlock_sock(sk);
	sock_put(sk);
}

/* -------- of a socket -------- */

void tcp_init_xmit_timers(struct sock *sk)
{
	inet_csk_init_xmit_timers(sk, tcp_write_timer, tcp_delack_timer, tcp_keepalive_timer);
	hrtimer_setup(&tcp_sk(sk)->pacing_timer, tcp_pace_kick);
	hrtimer_setup(&tcp_sk(sk)->compressed_ack_timer, tcp_compressed_ack_kick);
}

void tcp_clear_xmit_timers(struct sock *sk)
{
	struct net *net = sock_net(sk);

	if (hrtimer_try_to_cancel(net, &tcp_sk(sk)->pacing_timer))
		sock_put(sk);
	if (hrtimer_try_to_cancel(net, &tcp_sk(sk)->compressed_ack_timer))
		sock_put(sk);
	inet_csk_clear_xmit_timers(sk);
}
