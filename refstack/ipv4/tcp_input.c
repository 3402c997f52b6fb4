// SPDX-License-Identifier: MIT
/* tcp_input.c - segments that come: the fast path, the state machine, and when an ACK goes back.
 *
 * Path: tcp_v4_do_rcv() and tcp_child_process() call tcp_rcv_established() and
 * tcp_rcv_state_process(); these call tcp_ack(), tcp_data_queue() and tcp_send_ack().
 * Rules: RFC 9293 3.10.7, RFC 5961 (blind resets, SYNs and data), RFC 7323, RFC 5681 4.2;
 * LINUX: net/ipv4/tcp_input.c. Missing: fast open, MPTCP, signatures.
 */
#include "ipv4/tcp_input_internal.h"

#include "ipv4/inetpeer.h"
#include "uapi/errno.h"
#include "uapi/signal.h"

enum { TSTAMP_HLEN = TCP_HLEN + TCPOLEN_TSTAMP_ALIGNED };
/* LINUX: TCP_HP_BITS: of the header's fourth word what must be as predicted. */
#define TCP_HP_BITS (~0x0f080000u)

/* -------- ACKs that are rate limited -------- */

/* LINUX: __tcp_oow_rate_limited(). */
static bool oow_rate_limited(struct net *net, enum mib_id mib, u32 *last_oow_ack_time)
{
	u32 now = net_jiffies32(net);
	s32 elapsed = (s32)(now - *last_oow_ack_time);

	if (*last_oow_ack_time != 0 && elapsed >= 0 &&
	    elapsed < net->sysctl.tcp_invalid_ratelimit) {
		mib_inc(net, mib);
		return true;
	}
	*last_oow_ack_time = now;
	return false;
}

bool tcp_oow_rate_limited(struct net *net, const struct sk_buff *skb, enum mib_id mib,
			  u32 *last_oow_ack_time)
{
	/* Data is hardly part of a loop of ACKs. */
	if (TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq &&
	    !tcp_th_has(tcp_hdr(skb), TCPHDR_SYN))
		return false;
	return oow_rate_limited(net, mib, last_oow_ack_time);
}

/* LINUX: get_random_u32_inclusive(half, limit + half - 1): of the kernel's, a ceiling of 0 takes
 * all 32 bits.
 */
static u32 challenge_budget(struct net *net, u32 limit)
{
	u32 half = (limit + 1) >> 1;

	return half + (limit != 0 ? get_random_u32_below(net->random, limit)
				  : get_random_u32(net->random));
}

/* RFC 5961 7: so many a second for the whole net, a number that nobody can guess. */
static bool tcp_challenge_ack_allowed(struct net *net)
{
	s32 limit = net->sysctl.tcp_challenge_ack_limit;
	u32 now = (u32)(net_jiffies64(net) / HZ);

	if (limit == INT32_MAX)
		return true;
	if (now != net->tcp->challenge_timestamp) {
		net->tcp->challenge_timestamp = now;
		net->tcp->challenge_count = challenge_budget(net, (u32)limit);
	}
	if (net->tcp->challenge_count == 0)
		return false;
	net->tcp->challenge_count--;
	return true;
}

void tcp_send_challenge_ack(struct sock *sk)
{
	struct net *net = sock_net(sk);

	if (oow_rate_limited(net, LINUX_MIB_TCPACKSKIPPEDCHALLENGE,
			     &tcp_sk(sk)->last_oow_ack_time) ||
	    !tcp_challenge_ack_allowed(net))
		return;
	mib_inc(net, LINUX_MIB_TCPCHALLENGEACK);
	tcp_send_ack(sk);
}

void tcp_reqsk_send_challenge_ack(struct sock *sk, struct sk_buff *skb, struct request_sock *req)
{
	struct net *net = sock_net(sk);

	if (oow_rate_limited(net, LINUX_MIB_TCPACKSKIPPEDCHALLENGE,
			     &tcp_rsk(req)->last_oow_ack_time) ||
	    !tcp_challenge_ack_allowed(net))
		return;
	mib_inc(net, LINUX_MIB_TCPCHALLENGEACK);
	req->rsk_ops->send_ack(sk, skb, req);
}

/* -------- the end by a reset -------- */

void tcp_done_with_error(struct sock *sk, int err)
{
	sk->sk_err = (u32)err;
	tcp_write_queue_purge(sk);
	tcp_done(sk);
	if (!sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
}

void tcp_reset(struct sock *sk, struct sk_buff *skb)
{
	(void)skb;
	TRACE(sock_net(sk), tcp_receive_reset, be16_to_cpu(inet_sk(sk)->inet_sport),
	      be16_to_cpu(sk->sk_dport), be32_to_cpu(inet_sk(sk)->inet_saddr),
	      be32_to_cpu(sk->sk_daddr));
	switch (sk->sk_state) {
	case TCP_SYN_SENT:
		tcp_done_with_error(sk, ECONNREFUSED);
		break;
	case TCP_CLOSE_WAIT:
		tcp_done_with_error(sk, EPIPE);
		break;
	case TCP_CLOSE:
		break;
	default:
		tcp_done_with_error(sk, ECONNRESET);
	}
}

/* -------- room for the writer -------- */

static bool tcp_should_expand_sndbuf(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if ((sk->sk_userlocks & SOCK_SNDBUF_LOCK) != 0)
		return false;
	if (tcp_under_memory_pressure(sk)) {
		/* LINUX: sk_unused_reserved_mem(). */
		s32 unused = (s32)sk->sk_reserved_mem - sk->sk_wmem_queued - (s32)sk->sk_rmem_alloc;

		if (sk->sk_reserved_mem != 0 && unused > SOCK_MIN_SNDBUF)
			sk->sk_sndbuf = unused;
		return false;
	}
	return tcp_memory_below_low(sk) && tcp_packets_in_flight(tp) < tcp_snd_cwnd(tp);
}

static void tcp_new_space(struct sock *sk)
{
	if (tcp_should_expand_sndbuf(sk)) {
		tcp_sndbuf_expand(sk);
		tcp_sk(sk)->snd_cwnd_stamp = tcp_jiffies32(sk);
	}
	sk->sk_write_space(sk);
}

void tcp_check_space(struct sock *sk)
{
	const struct socket *sock = sk->sk_socket;

	if (sock == NULL || (sock->flags >> SOCK_NOSPACE & 1) == 0)
		return;
	tcp_new_space(sk);
	if ((sock->flags >> SOCK_NOSPACE & 1) == 0)
		tcp_chrono_stop(sk, TCP_CHRONO_SNDBUF_LIMITED);
}

static void tcp_data_snd_check(struct sock *sk)
{
	tcp_push_pending_frames(sk);
	tcp_check_space(sk);
}

/* -------- does an ACK go? -------- */

/* RFC 1122 4.2.3.2: for two full segments at least one, unless the reader is about to open the
 * window anyway.
 */
static bool must_ack_now(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->rcv_nxt - tp->rcv_wup > inet_csk(sk)->icsk_ack.rcv_mss &&
	    (tp->rcv_nxt - tp->copied_seq < (u32)sk->sk_rcvlowat ||
	     tcp_select_window_now(sk) >= tp->rcv_wnd))
		return true;
	return tcp_in_quickack_mode(sk) || (inet_csk(sk)->icsk_ack.pending & ICSK_ACK_NOW) != 0;
}

/* A twentieth of a round trip, which is kept in eighths of a microsecond. */
static void start_compressed_ack_timer(struct sock *sk)
{
	struct net *net = sock_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 rtt = tp->rcv_rtt_est.rtt_us, delay;

	if (tp->srtt_us != 0 && tp->srtt_us < rtt)
		rtt = tp->srtt_us;
	delay = min_u64(net->sysctl.tcp_comp_sack_delay_ns, rtt * (1000 >> 3) / 20);
	sock_hold(sk);
	hrtimer_start_rel_range_ns(net, &tp->compressed_ack_timer, delay,
				   net->sysctl.tcp_comp_sack_slack_ns);
}

/* There is a hole: the first ACKs of the same number go at once, for the peer counts three of them;
 * the others may wait for each other. False: it goes now.
 */
static bool compress_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp) || tp->compressed_ack >= sock_net(sk)->sysctl.tcp_comp_sack_nr)
		return false;
	if (tp->compressed_ack_rcv_nxt != tp->rcv_nxt) {
		tp->compressed_ack_rcv_nxt = tp->rcv_nxt;
		tp->dup_ack_counter = 0;
	}
	if (tp->dup_ack_counter < TCP_FASTRETRANS_THRESH) {
		tp->dup_ack_counter++;
		return false;
	}
	tp->compressed_ack++;
	if (!hrtimer_is_queued(&tp->compressed_ack_timer))
		start_compressed_ack_timer(sk);
	return true;
}

/* LINUX: __tcp_ack_snd_check(). */
static void ack_snd_check(struct sock *sk, bool ofo_possible)
{
	if (must_ack_now(sk)) {
		/* While a program's call is giving the socket back: once, at its end. */
		if (sock_owned_by_user(sk) && sock_net(sk)->sysctl.tcp_backlog_ack_defer != 0)
			sk->sk_tsq_flags |= 1u << TCP_ACK_DEFERRED;
		else
			tcp_send_ack(sk);
		return;
	}
	if (!ofo_possible || rb_empty_root(&tcp_sk(sk)->out_of_order_queue))
		tcp_send_delayed_ack(sk);
	else if (!compress_ack(sk))
		tcp_send_ack(sk);
}

/* An ACK that is no longer due went with data. */
static void tcp_ack_snd_check(struct sock *sk)
{
	if (inet_csk_ack_scheduled(sk))
		ack_snd_check(sk, true);
}

/* -------- urgent data -------- */

/* The reader stands at an urgent byte that it has not taken, and the next one is announced: the old
 * one leaves the stream.
 */
static void skip_urgent_byte(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = skb_peek(&sk->sk_receive_queue);

	if (tp->urg_seq != tp->copied_seq || tp->urg_data == 0 || sock_flag(sk, SOCK_URGINLINE) ||
	    tp->copied_seq == tp->rcv_nxt)
		return;
	tp->copied_seq++;
	if (skb != NULL && !before(tp->copied_seq, TCP_SKB_CB(skb)->end_seq)) {
		skb_unlink(skb, &sk->sk_receive_queue);
		kfree_skb_untold(skb);
	}
}

/* RFC 9293 3.8.5: the pointer names the last urgent byte with tcp_stdurg, else the one behind it.
 */
static void tcp_check_urg(struct sock *sk, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ptr = get_be16(th + TCP_URG_PTR);

	if (ptr != 0 && sock_net(sk)->sysctl.tcp_stdurg == 0)
		ptr--;
	ptr += get_be32(th + TCP_SEQ);
	/* Read already, come already, or told already. */
	if (after(tp->copied_seq, ptr) || before(ptr, tp->rcv_nxt) ||
	    (tp->urg_data != 0 && !after(ptr, tp->urg_seq)))
		return;
	sk_send_sigurg(sk);
	skip_urgent_byte(sk);
	tp->urg_data = TCP_URG_NOTYET;
	tp->urg_seq = ptr;
	tp->pred_flags = cpu_to_be32(0);
}

static void tcp_urg(struct sock *sk, const struct sk_buff *skb, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ptr;
	u8 byte;
	int err;

	if (tcp_th_has(th, TCPHDR_URG))
		tcp_check_urg(sk, th);
	if (tp->urg_data != TCP_URG_NOTYET)
		return;
	ptr = tp->urg_seq - get_be32(th + TCP_SEQ) + tcp_hlen(th) -
	      (tcp_th_has(th, TCPHDR_SYN) ? 1 : 0);
	if (ptr >= skb->len)
		return;
	err = skb_copy_bits(skb, ptr, &byte, 1);
	assert(err == 0);
	tp->urg_data = (u16)(TCP_URG_VALID | byte);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

/* -------- is a segment acceptable? -------- */

/* RFC 9293 3.10.7.4, first. What lies before the last ACK that was sent is old. */
static enum drop_reason tcp_sequence(const struct tcp_sock *tp, u32 seq, u32 end_seq)
{
	if (before(end_seq, tp->rcv_wup))
		return DROP_TCP_OLD_SEQUENCE;
	if (after(seq, tp->rcv_nxt + tcp_receive_window(tp)))
		return DROP_TCP_INVALID_SEQUENCE;
	return DROP_NOT_DROPPED_YET;
}

/* Some peers send a FIN and then a reset with the same number. */
static bool tcp_reset_check(const struct sock *sk, const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->seq == tcp_sk(sk)->rcv_nxt - 1 &&
	       (TCPF(sk->sk_state) &
		(TCPF(TCP_CLOSE_WAIT) | TCPF(TCP_LAST_ACK) | TCPF(TCP_CLOSING))) != 0;
}

/* RFC 5961 3.2: only the exact number resets; also the end of what SACK told of. */
static bool reset_is_exact(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq, max_sack;

	if (seq == tp->rcv_nxt || tcp_reset_check(sk, skb))
		return true;
	if (!tcp_is_sack(tp) || tp->rx_opt.num_sacks == 0)
		return false;
	max_sack = tp->selective_acks[0].end_seq;
	for (u32 i = 1; i < tp->rx_opt.num_sacks; i++)
		if (after(tp->selective_acks[i].end_seq, max_sack))
			max_sack = tp->selective_acks[i].end_seq;
	return seq == max_sack;
}

/* The peer's SYN-ACK in a simultaneous open, which repeats the SYN that has come before. */
static bool is_crossed_synack(const struct sock *sk, const struct sk_buff *skb, const u8 *th)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return sk->sk_state == TCP_SYN_RECV && sk->sk_socket != NULL &&
	       tcp_th_has(th, TCPHDR_ACK) && cb->seq + 1 == cb->end_seq &&
	       cb->seq + 1 == tp->rcv_nxt && cb->ack_seq == tp->snd_nxt;
}

enum verdict { VALID, DISCARD, RESET };

/* RFC 5961 4.2: a SYN in a connection is answered by a challenge ACK. */
static enum verdict syn_challenge(struct sock *sk, bool syn_inerr, enum drop_reason *reason)
{
	if (syn_inerr)
		mib_inc(sock_net(sk), TCP_MIB_INERRS);
	mib_inc(sock_net(sk), LINUX_MIB_TCPSYNCHALLENGE);
	tcp_send_challenge_ack(sk);
	*reason = DROP_TCP_INVALID_SYN;
	return DISCARD;
}

static void dupack_limited(struct sock *sk, const struct sk_buff *skb, enum mib_id mib)
{
	if (!tcp_oow_rate_limited(sock_net(sk), skb, mib, &tcp_sk(sk)->last_oow_ack_time))
		tcp_send_dupack(sk, skb);
}

static enum verdict validate(struct sock *sk, struct sk_buff *skb, const u8 *th, bool syn_inerr,
			     enum drop_reason *reason)
{
	struct net *net = sock_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	bool rst = tcp_th_has(th, TCPHDR_RST), syn = tcp_th_has(th, TCPHDR_SYN);

	/* RFC 7323 5.3: a reset is accepted although its stamp is old. */
	if (tcp_fast_parse_options(net, skb, th, tp) && tp->rx_opt.saw_tstamp &&
	    tcp_paws_discard(sk, skb) && !rst) {
		if (syn)
			return syn_challenge(sk, syn_inerr, reason);
		mib_inc(net, LINUX_MIB_PAWSESTABREJECTED);
		dupack_limited(sk, skb, LINUX_MIB_TCPACKSKIPPEDPAWS);
		*reason = DROP_TCP_RFC7323_PAWS;
		return DISCARD;
	}
	*reason = tcp_sequence(tp, TCP_SKB_CB(skb)->seq, TCP_SKB_CB(skb)->end_seq);
	if (*reason != DROP_NOT_DROPPED_YET) {
		if (rst)
			return tcp_reset_check(sk, skb) ? RESET : DISCARD;
		if (syn)
			return syn_challenge(sk, syn_inerr, reason);
		dupack_limited(sk, skb, LINUX_MIB_TCPACKSKIPPEDSEQ);
		return DISCARD;
	}
	if (rst) {
		if (reset_is_exact(sk, skb))
			return RESET;
		tcp_send_challenge_ack(sk);
		*reason = DROP_TCP_RESET;
		return DISCARD;
	}
	if (syn && !is_crossed_synack(sk, skb, th))
		return syn_challenge(sk, syn_inerr, reason);
	return VALID;
}

/* False: the packet is gone. */
static bool tcp_validate_incoming(struct sock *sk, struct sk_buff *skb, const u8 *th,
				  bool syn_inerr)
{
	enum drop_reason reason = DROP_NOT_SPECIFIED;

	switch (validate(sk, skb, th, syn_inerr, &reason)) {
	case VALID:
		return true;
	case RESET:
		tcp_reset(sk, skb);
		kfree_skb_untold(skb);
		return false;
	default:
		tcp_drop_reason(sk, skb, reason);
		return false;
	}
}

/* -------- ESTABLISHED -------- */

/* What became of a segment on the fast path. */
enum fast { FAST_DONE, FAST_SLOW, FAST_CHECKED, FAST_BAD_SUM, FAST_TOO_SMALL };

/* A pure ACK: the peer takes what we send. */
static enum fast fast_ack(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->tcp_header_len == TSTAMP_HLEN && tp->rcv_nxt == tp->rcv_wup)
		tcp_store_ts_recent(tp);
	(void)tcp_ack(sk, skb, 0);
	kfree_skb_untold(skb);
	tcp_data_snd_check(sk);
	tp->rcv_rtt_last_tsecr = tp->rx_opt.rcv_tsecr;
	return FAST_DONE;
}

/* The next data: the peer sends. */
static enum fast fast_data(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool eaten, fragstolen, ack_due = true;

	if (tcp_checksum_complete(skb))
		return FAST_BAD_SUM;
	if ((s32)skb->truesize > sk->sk_forward_alloc)
		return FAST_CHECKED;
	if (tp->tcp_header_len == TSTAMP_HLEN && tp->rcv_nxt == tp->rcv_wup)
		tcp_store_ts_recent(tp);
	tcp_rcv_rtt_measure_ts(sk, skb);
	mib_inc(sock_net(sk), LINUX_MIB_TCPHPHITS);
	skb_dst_drop(skb);
	skb_pull(skb, tp->tcp_header_len);
	eaten = tcp_queue_rcv(sk, skb, &fragstolen);
	tcp_event_data_recv(sk, skb);
	if (TCP_SKB_CB(skb)->ack_seq != tp->snd_una) {
		(void)tcp_ack(sk, skb, FLAG_DATA);
		tcp_data_snd_check(sk);
		ack_due = inet_csk_ack_scheduled(sk);
	} else {
		tcp_update_wl(tp, TCP_SKB_CB(skb)->seq);
	}
	if (ack_due)
		ack_snd_check(sk, false);
	if (eaten)
		kfree_skb_partial(skb, fragstolen);
	tcp_data_ready(sk);
	return FAST_DONE;
}

/* Header prediction: the fourth word, the sequence number and the options are what the last segment
 * made us expect.
 */
static enum fast fast_path(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 hlen = tp->tcp_header_len;

	if ((get_be32(th + TCP_DOFF) & TCP_HP_BITS) != be32_to_cpu(tp->pred_flags) ||
	    TCP_SKB_CB(skb)->seq != tp->rcv_nxt ||
	    !between(TCP_SKB_CB(skb)->ack_seq, tp->snd_una, tp->snd_nxt))
		return FAST_SLOW;
	if (hlen == TSTAMP_HLEN && (!tcp_parse_aligned_timestamp(tp, th) ||
				    (s32)(tp->rx_opt.rcv_tsval - tp->rx_opt.ts_recent) < 0))
		return FAST_SLOW;
	if (skb->len > hlen)
		return fast_data(sk, skb);
	return skb->len == hlen ? fast_ack(sk, skb) : FAST_TOO_SMALL;
}

static void rcv_bad_csum(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);

	TRACE(net, tcp_bad_csum, be32_to_cpu(sk->sk_daddr), be16_to_cpu(sk->sk_dport),
	      be32_to_cpu(inet_sk(sk)->inet_saddr), be16_to_cpu(inet_sk(sk)->inet_sport));
	mib_inc(net, TCP_MIB_CSUMERRORS);
	mib_inc(net, TCP_MIB_INERRS);
	tcp_drop_reason(sk, skb, DROP_TCP_CSUM);
}

/* The segment is acceptable: its ACK, its urgent pointer, its text. */
static void established_text(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	int ack = tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);

	if (ack < 0) {
		tcp_drop_reason(sk, skb, (enum drop_reason) - ack);
		return;
	}
	tcp_rcv_rtt_measure_ts(sk, skb);
	tcp_urg(sk, skb, th);
	tcp_data_queue(sk, skb);
	tcp_data_snd_check(sk);
	tcp_ack_snd_check(sk);
}

static void slow_path(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	if (skb->len < tcp_hlen(th) || tcp_checksum_complete(skb)) {
		rcv_bad_csum(sk, skb);
		return;
	}
	if (!tcp_th_has(th, TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN)) {
		tcp_drop_reason(sk, skb, DROP_TCP_FLAGS);
		return;
	}
	if (tcp_validate_incoming(sk, skb, th, true))
		established_text(sk, skb, th);
}

void tcp_rcv_established(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	const u8 *th = skb->data;

	PROBE(net, tcp_rcv_established);
	TRACE(net, tcp_probe, skb->len - tcp_hlen(th), tp->snd_nxt, tp->snd_una, tp->snd_cwnd,
	      tcp_current_ssthresh(sk), tp->snd_wnd, tp->srtt_us >> 3, tp->rcv_wnd);
	tcp_mstamp_refresh(tp);
	if (sk->sk_rx_dst == NULL)
		inet_csk(sk)->icsk_af_ops->sk_rx_dst_set(sk, skb);
	tp->rx_opt.saw_tstamp = false;
	switch (fast_path(sk, skb, th)) {
	case FAST_SLOW:
		slow_path(sk, skb, th);
		break;
	case FAST_CHECKED:
		established_text(sk, skb, th);
		break;
	case FAST_BAD_SUM:
		rcv_bad_csum(sk, skb);
		break;
	case FAST_TOO_SMALL:
		mib_inc(net, TCP_MIB_INERRS);
		tcp_drop_reason(sk, skb, DROP_PKT_TOO_SMALL);
		break;
	default:
		break;
	}
}

/* -------- a connection begins -------- */

void tcp_init_transfer(struct sock *sk, struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	(void)skb;
	tcp_mtup_init(sk);
	(void)icsk->icsk_af_ops->rebuild_header(sk);
	tcp_init_metrics(sk);
	/* RFC 5681 3.1: from one segment on if a SYN or SYN-ACK was lost; here: two of them. */
	if (tp->total_retrans > 1 && tp->undo_marker != 0)
		tcp_snd_cwnd_set(tp, 1);
	else
		tcp_snd_cwnd_set(tp, tcp_init_cwnd(tp, sk->sk_dst_cache));
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	if (!icsk->icsk_ca_initialized)
		tcp_init_congestion_control(sk);
	tcp_init_buffer_space(sk);
}

void tcp_finish_connect(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_ESTABLISHED);
	inet_csk(sk)->icsk_ack.lrcvtime = tcp_jiffies32(sk);
	if (skb != NULL) {
		inet_csk(sk)->icsk_af_ops->sk_rx_dst_set(sk, skb);
		sk_mark_napi_id(sk, skb);
	}
	tcp_init_transfer(sk, skb);
	/* Or the first data would begin with a restart of the window. */
	tp->lsndtime = tcp_jiffies32(sk);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(sk, keepalive_time_when(tp));
	if (tp->rx_opt.snd_wscale == 0)
		tcp_fast_path_on_wnd(tp, tp->snd_wnd);
	else
		tp->pred_flags = cpu_to_be32(0);
}

/* A SYN that timed out was not lost if the answer echoes the first one's stamp. */
static void tcp_try_undo_spurious_syn(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->undo_marker != 0 && tp->retrans_stamp != 0 && tp->rx_opt.saw_tstamp &&
	    tp->retrans_stamp == tp->rx_opt.rcv_tsecr)
		tp->undo_marker = 0;
}

/* -------- SYN-SENT -------- */

/* What the options and the number of the peer's SYN say. */
static void synsent_take_tstamp(struct tcp_sock *tp)
{
	if (tp->rx_opt.saw_tstamp) {
		tp->rx_opt.tstamp_ok = true;
		tp->tcp_header_len = TSTAMP_HLEN;
		tcp_store_ts_recent(tp);
	} else {
		tp->tcp_header_len = TCP_HLEN;
	}
}

/* RFC 3168 6.1.1: the answer to an ECN setup SYN has ECE and not CWR. */
static void tcp_ecn_rcv_synack(struct tcp_sock *tp, const u8 *th)
{
	if (!tcp_th_has(th, TCPHDR_ECE) || tcp_th_has(th, TCPHDR_CWR))
		tp->ecn_flags &= (u8)~TCP_ECN_OK;
}

static void tcp_ecn_rcv_syn(struct tcp_sock *tp, const u8 *th)
{
	if (!tcp_th_has(th, TCPHDR_ECE) || !tcp_th_has(th, TCPHDR_CWR))
		tp->ecn_flags &= (u8)~TCP_ECN_OK;
}

/* The third segment is saved where data follows soon. */
static bool third_segment_can_wait(const struct sock *sk)
{
	return sk->sk_write_pending != 0 ||
	       inet_csk(sk)->icsk_accept_queue.rskq_defer_accept != 0 ||
	       inet_csk_in_pingpong_mode(sk);
}

/* The SYN-ACK that was waited for. -1: as tcp_rcv_synsent_state_process(). */
static int synsent_established(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq;

	tcp_ecn_rcv_synack(tp, th);
	tp->snd_wl1 = seq;
	tcp_try_undo_spurious_syn(sk);
	(void)tcp_ack(sk, skb, FLAG_SLOWPATH);
	tp->rcv_nxt = seq + 1;
	tp->rcv_wup = seq + 1;
	/* RFC 7323 2.2: the window of a SYN is never scaled. */
	tp->snd_wnd = get_be16(th + TCP_WINDOW);
	if (!tp->rx_opt.wscale_ok) {
		tp->rx_opt.snd_wscale = 0;
		tp->rx_opt.rcv_wscale = 0;
		tp->window_clamp = min_u32(tp->window_clamp, 65535);
	}
	synsent_take_tstamp(tp);
	if (tp->rx_opt.saw_tstamp)
		tp->advmss = (u16)(tp->advmss - TCPOLEN_TSTAMP_ALIGNED);
	(void)tcp_sync_mss(sk, icsk->icsk_pmtu_cookie);
	tcp_initialize_rcv_mss(sk);
	tp->copied_seq = tp->rcv_nxt;
	tcp_finish_connect(sk, skb);
	if (tp->syn_fastopen || tp->syn_data)
		not_implemented("tcp_rcv_fastopen_synack");
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	}
	if (third_segment_can_wait(sk)) {
		inet_csk_schedule_ack(sk);
		tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_DACK, TCP_DELACK_MAX, TCP_RTO_MAX);
		kfree_skb_untold(skb);
		return 0;
	}
	tcp_send_ack(sk);
	return -1;
}

/* RFC 9293 3.5, figure 7: both ends have sent a SYN; so does who connects to itself. */
static void synsent_crossed(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq;

	tcp_set_state(sk, TCP_SYN_RECV);
	synsent_take_tstamp(tp);
	tp->rcv_nxt = seq + 1;
	tp->copied_seq = tp->rcv_nxt;
	tp->rcv_wup = seq + 1;
	tp->snd_wnd = get_be16(th + TCP_WINDOW);
	tp->snd_wl1 = seq;
	tp->max_window = tp->snd_wnd;
	tcp_ecn_rcv_syn(tp, th);
	tcp_mtup_init(sk);
	(void)tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu_cookie);
	tcp_initialize_rcv_mss(sk);
	(void)tcp_send_synack(sk);
	kfree_skb_untold(skb);
}

static void synsent_undo(struct tcp_sock *tp, u16 saved_clamp)
{
	tcp_clear_options(&tp->rx_opt);
	tp->rx_opt.mss_clamp = saved_clamp;
}

/* RFC 9293 3.10.7.3, first: does it acknowledge our SYN, and a stamp that we have sent? A drop
 * reason where it is answered by a reset.
 */
static enum drop_reason synsent_check_ack(struct sock *sk, const struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 ack = TCP_SKB_CB(skb)->ack_seq;

	if (!after(ack, tp->snd_una) || after(ack, tp->snd_nxt)) {
		/* Something of an old connection: the SYN goes again as soon as the reset is out.
		 */
		if (icsk->icsk_retransmits == 0)
			inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, TCP_TIMEOUT_MIN,
						  TCP_RTO_MAX);
		return DROP_TCP_INVALID_ACK_SEQUENCE;
	}
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr != 0 &&
	    !between(tp->rx_opt.rcv_tsecr, tp->retrans_stamp, tcp_time_stamp_ts(tp))) {
		mib_inc(sock_net(sk), LINUX_MIB_PAWSACTIVEREJECTED);
		return DROP_TCP_RFC7323_PAWS;
	}
	return DROP_NOT_DROPPED_YET;
}

/* > 0: the reason for the reset that answers it; 0: the packet is gone; -1: connected, its urgent
 * pointer is still to be looked at.
 */
static int tcp_rcv_synsent_state_process(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct net *net = sock_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u16 saved_clamp = tp->rx_opt.mss_clamp;
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	bool syn = tcp_th_has(th, TCPHDR_SYN), rst = tcp_th_has(th, TCPHDR_RST);

	tcp_parse_options(net, skb, &tp->rx_opt, false);
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr != 0)
		tp->rx_opt.rcv_tsecr -= tp->tsoffset;
	if (tcp_th_has(th, TCPHDR_ACK)) {
		reason = synsent_check_ack(sk, skb);
		if (reason != DROP_NOT_DROPPED_YET) {
			synsent_undo(tp, saved_clamp);
			return (int)reason;
		}
		if (rst) {
			tcp_reset(sk, skb);
			kfree_skb_untold(skb);
			return 0;
		}
		if (syn)
			return synsent_established(sk, skb, th);
		reason = DROP_TCP_FLAGS;
	} else if (rst) {
		reason = DROP_TCP_RESET;
	} else if (tp->rx_opt.ts_recent_stamp != 0 && tp->rx_opt.saw_tstamp &&
		   tcp_paws_reject(net, &tp->rx_opt, false)) {
		reason = DROP_TCP_RFC7323_PAWS;
	} else if (syn) {
		synsent_crossed(sk, skb, th);
		return 0;
	}
	synsent_undo(tp, saved_clamp);
	tcp_drop_reason(sk, skb, reason);
	return 0;
}

static enum drop_reason rcv_syn_sent(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	int queued;

	tcp_sk(sk)->rx_opt.saw_tstamp = false;
	tcp_mstamp_refresh(tcp_sk(sk));
	queued = tcp_rcv_synsent_state_process(sk, skb, th);
	if (queued >= 0)
		return (enum drop_reason)queued;
	tcp_urg(sk, skb, th);
	kfree_skb_untold(skb);
	tcp_data_snd_check(sk);
	return DROP_NOT_DROPPED_YET;
}

/* -------- the other states -------- */

static enum drop_reason rcv_listen(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	enum drop_reason reason = DROP_TCP_FLAGS;

	if (tcp_th_has(th, TCPHDR_ACK))
		return DROP_TCP_FLAGS;
	if (tcp_th_has(th, TCPHDR_RST)) {
		reason = DROP_TCP_RESET;
	} else if (tcp_th_has(th, TCPHDR_SYN) && !tcp_th_has(th, TCPHDR_FIN)) {
		struct cpu *c = this_cpu(sock_net(sk));

		/* It may come from the backlog, in a task's call. */
		local_bh_disable(c);
		(void)inet_csk(sk)->icsk_af_ops->conn_request(sk, skb);
		local_bh_enable(c);
		consume_skb(skb);
		return DROP_NOT_DROPPED_YET;
	}
	tcp_drop_reason(sk, skb, reason);
	return DROP_NOT_DROPPED_YET;
}

/* The third segment of the handshake. */
static void synrecv_established(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->delivered++; /* tcp_ack() does not know of the SYN-ACK */
	if (tp->srtt_us == 0)
		tcp_synack_rtt_meas(sk, NULL);
	if (tp->rx_opt.tstamp_ok)
		tp->advmss = (u16)(tp->advmss - TCPOLEN_TSTAMP_ALIGNED);
	tcp_try_undo_spurious_syn(sk);
	tp->retrans_stamp = 0;
	tcp_init_transfer(sk, skb);
	tp->copied_seq = tp->rcv_nxt;
	tcp_set_state(sk, TCP_ESTABLISHED);
	sk->sk_state_change(sk);
	sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	tp->snd_una = TCP_SKB_CB(skb)->ack_seq;
	tp->snd_wnd = (u32)get_be16(th + TCP_WINDOW) << tp->rx_opt.snd_wscale;
	tp->snd_wl1 = TCP_SKB_CB(skb)->seq;
	if (inet_csk(sk)->icsk_ca_ops->cong_control == NULL)
		tcp_update_pacing_rate(sk);
	tp->lsndtime = tcp_jiffies32(sk);
	tcp_initialize_rcv_mss(sk);
	tcp_fast_path_on(tp);
	if ((sk->sk_shutdown & SEND_SHUTDOWN) != 0)
		tcp_shutdown(sk, SEND_SHUTDOWN);
}

/* What the ACK has made of the state. */
enum after_ack { GO_ON, CONSUMED, ABORTED };

static enum after_ack abort_on_data(struct sock *sk)
{
	tcp_done(sk);
	mib_inc(sock_net(sk), LINUX_MIB_TCPABORTONDATA);
	return ABORTED;
}

/* Does it have bytes that nobody can read any more? The FIN does not count. */
static bool has_new_text(const struct tcp_sock *tp, const struct sk_buff *skb, const u8 *th)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return cb->end_seq != cb->seq &&
	       after(cb->end_seq - (tcp_th_has(th, TCPHDR_FIN) ? 1 : 0), tp->rcv_nxt);
}

/* RFC 9293 3.10.7.4, fifth: is our FIN acknowledged? Where no program has the socket any more, what
 * is left is a TIME-WAIT socket in FIN-WAIT-2; a long wait begins as a timer of this one.
 */
static enum after_ack fin_wait1_acked(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 tmo;

	if (tp->snd_una != tp->write_seq)
		return GO_ON;
	tcp_set_state(sk, TCP_FIN_WAIT2);
	sk->sk_shutdown |= SEND_SHUTDOWN;
	sk->sk_dst_pending_confirm = true;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		return GO_ON;
	}
	if (tp->linger2 < 0 || has_new_text(tp, skb, th))
		return abort_on_data(sk);
	tmo = (s32)tcp_fin_time(sk);
	if (tmo > TCP_TIMEWAIT_LEN) {
		inet_csk_reset_keepalive_timer(sk, (u64)(tmo - TCP_TIMEWAIT_LEN));
	} else if (tcp_th_has(th, TCPHDR_FIN) || sock_owned_by_user(sk)) {
		inet_csk_reset_keepalive_timer(sk, (u64)(s64)tmo);
	} else {
		tcp_time_wait(sk, TCP_FIN_WAIT2, tmo);
		return CONSUMED;
	}
	return GO_ON;
}

static enum after_ack state_after_ack(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	struct tcp_sock *tp = tcp_sk(sk);

	switch (sk->sk_state) {
	case TCP_SYN_RECV:
		synrecv_established(sk, skb, th);
		break;
	case TCP_FIN_WAIT1:
		return fin_wait1_acked(sk, skb, th);
	case TCP_CLOSING:
		if (tp->snd_una != tp->write_seq)
			break;
		tcp_time_wait(sk, TCP_TIME_WAIT, 0);
		return CONSUMED;
	case TCP_LAST_ACK:
		if (tp->snd_una != tp->write_seq)
			break;
		tcp_update_metrics(sk);
		tcp_done(sk);
		return CONSUMED;
	default:
		break;
	}
	return GO_ON;
}

enum text { TEXT_NONE, TEXT_QUEUED, TEXT_ABORT };

/* Step 7. RFC 1122 4.2.2.13: text for a socket that is closed for reading is answered by a reset.
 */
static enum text state_text(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	u32 set = TCPF(sk->sk_state);

	if ((set & (TCPF(TCP_CLOSE_WAIT) | TCPF(TCP_CLOSING) | TCPF(TCP_LAST_ACK))) != 0 &&
	    !before(TCP_SKB_CB(skb)->seq, tcp_sk(sk)->rcv_nxt))
		return TEXT_NONE;
	if ((set & (TCPF(TCP_CLOSE_WAIT) | TCPF(TCP_CLOSING) | TCPF(TCP_LAST_ACK) |
		    TCPF(TCP_FIN_WAIT1) | TCPF(TCP_FIN_WAIT2))) != 0 &&
	    (sk->sk_shutdown & RCV_SHUTDOWN) != 0 && has_new_text(tcp_sk(sk), skb, th)) {
		mib_inc(sock_net(sk), LINUX_MIB_TCPABORTONDATA);
		tcp_reset(sk, skb);
		return TEXT_ABORT;
	}
	if ((set & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV) | TCPF(TCP_TIME_WAIT) |
		    TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))) != 0)
		return TEXT_NONE;
	tcp_data_queue(sk, skb);
	return TEXT_QUEUED;
}

/* Steps 6 and 7 of a segment whose ACK is taken. */
static enum drop_reason state_finish(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	enum text text;

	tcp_urg(sk, skb, th);
	text = state_text(sk, skb, th);
	if (text == TEXT_ABORT)
		return DROP_TCP_ABORT_ON_DATA;
	if (sk->sk_state != TCP_CLOSE) {
		tcp_data_snd_check(sk);
		tcp_ack_snd_check(sk);
	}
	if (text == TEXT_NONE)
		tcp_drop_reason(sk, skb, DROP_NOT_SPECIFIED);
	return DROP_NOT_DROPPED_YET;
}

static enum drop_reason rcv_synchronised(struct sock *sk, struct sk_buff *skb, const u8 *th)
{
	int ack;

	if (!tcp_th_has(th, TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN)) {
		tcp_drop_reason(sk, skb, DROP_TCP_FLAGS);
		return DROP_NOT_DROPPED_YET;
	}
	if (!tcp_validate_incoming(sk, skb, th, false))
		return DROP_NOT_DROPPED_YET;
	ack = tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT | FLAG_NO_CHALLENGE_ACK);
	if (ack <= 0 && sk->sk_state == TCP_SYN_RECV)
		return ack == 0 ? DROP_TCP_OLD_ACK : (enum drop_reason) - ack;
	if (ack < 0) {
		tcp_send_challenge_ack(sk);
		tcp_drop_reason(sk, skb, (enum drop_reason) - ack);
		return DROP_NOT_DROPPED_YET;
	}
	switch (state_after_ack(sk, skb, th)) {
	case GO_ON:
		return state_finish(sk, skb, th);
	case ABORTED:
		return DROP_TCP_ABORT_ON_DATA;
	default:
		kfree_skb_untold(skb);
		return DROP_NOT_DROPPED_YET;
	}
}

/* Not 0: the caller answers by a reset, and frees the packet. */
enum drop_reason tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb)
{
	const u8 *th = tcp_hdr(skb);

	PROBE(sock_net(sk), tcp_rcv_state_process);
	switch (sk->sk_state) {
	case TCP_CLOSE:
		tcp_drop_reason(sk, skb, DROP_TCP_CLOSE);
		return DROP_NOT_DROPPED_YET;
	case TCP_LISTEN:
		return rcv_listen(sk, skb, th);
	case TCP_SYN_SENT:
		return rcv_syn_sent(sk, skb, th);
	default:
		break;
	}
	tcp_mstamp_refresh(tcp_sk(sk));
	tcp_sk(sk)->rx_opt.saw_tstamp = false;
	if (tcp_sk(sk)->fastopen_rsk != NULL)
		not_implemented("tcp_rcv_synrecv_state_fastopen");
	return rcv_synchronised(sk, skb, th);
}
