// SPDX-License-Identifier: MIT
/* tcp_output.c - segments go out: the header, and what may be sent now.
 *
 * Path: tcp_sendmsg() and tcp_ack() come to tcp_write_xmit(), which chooses; tcp_transmit_skb()
 * makes the segment and calls ip_queue_xmit(). Options are in tcp_options.c, the window in
 * tcp_window.c, cutting in tcp_fragment.c, MTU probes in tcp_mtu_probe.c, segments without data in
 * tcp_control.c, what is sent again in tcp_retransmit.c, TSQ in tcp_tsq.c.
 * Rules: RFC 9293 3.7 and 3.8, RFC 5681, RFC 7661, RFC 3168 6.1; LINUX: net/ipv4/tcp_output.c.
 * Missing: repair, fast open.
 */
#include "ipv4/tcp_output.h"

#include "uapi/errno.h"

#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC  1000000000ull

enum { TCP_MAX_TSO_DEFERRED_MSS = 3, PUSH_ONE_PROBE = 2 };

/* LINUX: tcp_mstamp_refresh(): a read of the clock. */
void tcp_mstamp_refresh(struct tcp_sock *tp)
{
	u64 now = tcp_clock_ns(&tp->inet_conn.icsk_inet.sk);

	tp->tcp_clock_cache = now;
	tp->tcp_mstamp = now / 1000;
}

/* -------- what a segment that was sent changes -------- */

/* From the write queue to the tree of what was sent. */
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_packets = tp->packets_out;

	tp->snd_nxt = TCP_SKB_CB(skb)->end_seq;
	skb_unlink(skb, &sk->sk_write_queue);
	tcp_rbtree_insert(&sk->tcp_rtx_queue, skb);
	if (tp->highest_sack == NULL)
		tp->highest_sack = skb;
	tp->packets_out += tcp_skb_pcount(skb);
	if (prior_packets == 0 || inet_csk(sk)->icsk_pending == ICSK_TIME_LOSS_PROBE)
		tcp_rearm_rto(sk);
	mib_add(sock_net(sk), LINUX_MIB_TCPORIGDATASENT, tcp_skb_pcount(skb));
	tcp_check_space(sk);
}

/* SND.NXT, unless the peer has taken its window back by more than rounding explains. */
u32 tcp_acceptable_seq(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 end = tcp_wnd_end(tp);

	if (!before(end, tp->snd_nxt) ||
	    (tp->rx_opt.wscale_ok && tp->snd_nxt - end < 1u << tp->rx_opt.rcv_wscale))
		return tp->snd_nxt;
	return end;
}

static void tcp_event_data_sent(struct tcp_sock *tp, struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 now = tcp_jiffies32(sk);

	if (tcp_packets_in_flight(tp) == 0)
		tcp_ca_event(sk, CA_EVENT_TX_START);
	tp->lsndtime = now;
	/* An answer, so soon after a question: the two talk by turns. */
	if (now - icsk->icsk_ack.lrcvtime < icsk->icsk_ack.ato)
		inet_csk_inc_pingpong_cnt(sk);
}

static void tcp_event_ack_sent(struct sock *sk, u32 rcv_nxt)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->compressed_ack != 0) {
		mib_add(sock_net(sk), LINUX_MIB_TCPACKCOMPRESSED, tp->compressed_ack);
		tp->compressed_ack = 0;
		if (hrtimer_try_to_cancel(sock_net(sk), &tp->compressed_ack_timer))
			sock_put(sk);
	}
	if (rcv_nxt != tp->rcv_nxt)
		return;
	tcp_dec_quickack_mode(sk);
	inet_csk_clear_xmit_timer(sk, ICSK_TIME_DACK);
}

/* -------- the segment -------- */

void tcp_init_nondata_skb(struct sk_buff *skb, u32 seq, u8 flags)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	skb->ip_summed = CHECKSUM_PARTIAL;
	cb->tcp_flags = flags;
	tcp_skb_pcount_set(skb, 1);
	cb->seq = seq;
	cb->end_seq = seq + ((flags & (TCPHDR_SYN | TCPHDR_FIN)) != 0 ? 1 : 0);
}

struct sk_buff *tcp_alloc_nondata_skb(struct sock *sk, u32 seq, u8 flags)
{
	struct sk_buff *skb = alloc_skb(sock_net(sk), MAX_TCP_HEADER);

	if (skb == NULL)
		return NULL;
	skb_reserve(skb, MAX_TCP_HEADER);
	tcp_init_nondata_skb(skb, seq, flags);
	return skb;
}

/* RFC 3168 6.1: only new data says that it may be marked; the first of it after a reduction says
 * that there was one; every ACK repeats a mark until that is heard of.
 */
static void tcp_ecn_send(struct sock *sk, struct sk_buff *skb, u8 *th, u32 header_len)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((tp->ecn_flags & TCP_ECN_OK) == 0)
		return;
	if (skb->len != header_len && !before(TCP_SKB_CB(skb)->seq, tp->snd_nxt)) {
		INET_ECN_xmit(sk);
		if ((tp->ecn_flags & TCP_ECN_QUEUE_CWR) != 0) {
			tp->ecn_flags &= (u8)~TCP_ECN_QUEUE_CWR;
			th[TCP_FLAG_BYTE] |= TCPHDR_CWR;
			skb->hd->gso_type |= SKB_GSO_TCP_ECN;
		}
	} else if (!tcp_ca_needs_ecn(sk)) {
		INET_ECN_dontxmit(sk);
	}
	if ((tp->ecn_flags & TCP_ECN_DEMAND_CWR) != 0)
		th[TCP_FLAG_BYTE] |= TCPHDR_ECE;
}

/* RFC 9293 3.8.5: the pointer counts from this segment, as far as 16 bits reach. */
static void put_urgent(const struct tcp_sock *tp, u32 seq, u8 *th)
{
	u32 ptr;

	if (!tcp_urg_mode(tp) || !before(seq, tp->snd_up))
		return;
	if (before(tp->snd_up, seq + 0x10000))
		ptr = tp->snd_up - seq;
	else if (after(seq + 0xffff, tp->snd_nxt))
		ptr = 0xffff;
	else
		return;
	put_be16(th + TCP_URG_PTR, (u16)ptr);
	th[TCP_FLAG_BYTE] |= TCPHDR_URG;
}

/* LINUX: __sock_wfree(). */
static void ack_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	/* One byte stays for sk_free(). */
	sk->sk_wmem_alloc -= skb->truesize - 1;
	sk_free(sk);
}

/* LINUX: skb_set_tcp_pure_ack(): ACKs count for (nearly) nothing in what the device has. */
enum { PURE_ACK_TRUESIZE = 2 };

static void set_owner(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = skb->truesize == PURE_ACK_TRUESIZE ? ack_wfree : tcp_wfree;
	sk->sk_wmem_alloc += skb->truesize;
	skb->dst_pending_confirm = sk->sk_dst_pending_confirm;
}

static void put_header(struct sock *sk, const struct tcp_skb_cb *cb, u8 *th, u32 header_len,
		       u32 rcv_nxt)
{
	const struct inet_sock *inet = inet_sk(sk);

	store_be16(th + TCP_SOURCE, inet->inet_sport);
	store_be16(th + TCP_DEST, sk->sk_dport);
	put_be32(th + TCP_SEQ, cb->seq);
	put_be32(th + TCP_ACK_SEQ, rcv_nxt);
	th[TCP_DOFF] = (u8)(header_len / 4 << 4);
	th[TCP_FLAG_BYTE] = cb->tcp_flags;
	put_be16(th + TCP_CHECK, 0);
	put_be16(th + TCP_URG_PTR, 0);
	put_urgent(tcp_sk(sk), cb->seq, th);
}

static u32 make_options(struct sock *sk, struct sk_buff *skb, struct tcp_out_options *opts)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if ((cb->tcp_flags & TCPHDR_SYN) != 0)
		return tcp_syn_options(sk, skb, opts);
	/* Several segments at once are pushed: whoever merges them there passes them on. */
	if (tcp_skb_pcount(skb) > 1)
		cb->tcp_flags |= TCPHDR_PSH;
	return tcp_established_options(sk, skb, opts);
}

static void make_segment(struct sock *sk, struct sk_buff *skb, u32 header_len, u32 rcv_nxt,
			 const struct tcp_out_options *opts)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u8 *th = skb->data;

	put_header(sk, cb, th, header_len, rcv_nxt);
	skb->hd->gso_type = sk->sk_gso_type;
	/* RFC 7323 2.2: the window of a SYN is never scaled. */
	if ((cb->tcp_flags & TCPHDR_SYN) != 0) {
		put_be16(th + TCP_WINDOW, (u16)min_u32(tp->rcv_wnd, 65535));
	} else {
		put_be16(th + TCP_WINDOW, tcp_select_window(sk));
		tcp_ecn_send(sk, skb, th, header_len);
	}
	tcp_options_write(th, tp, opts);
	inet_csk(sk)->icsk_af_ops->send_check(sk, skb);
}

static void count_sent(struct sock *sk, const struct sk_buff *skb, u32 header_len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 segs = tcp_skb_pcount(skb);

	if (skb->len != header_len) {
		tcp_event_data_sent(tp, sk);
		tp->data_segs_out += segs;
		tp->bytes_sent += skb->len - header_len;
	}
	if (after(cb->end_seq, tp->snd_nxt) || cb->seq == cb->end_seq)
		mib_add(sock_net(sk), TCP_MIB_OUTSEGS, segs);
	tp->segs_out += segs;
}

/* What the layers below want to know. */
static void prepare_for_ip(const struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_txhash != 0) {
		skb->l4_hash = true;
		skb->hash = sk->sk_txhash;
	}
	skb->hd->gso_segs = (u16)tcp_skb_pcount(skb);
	skb->hd->gso_size = (u16)tcp_skb_mss(skb);
	memset(skb->cb, 0, sizeof(struct inet_skb_parm));
	skb->skb_mstamp_ns += (u64)tcp_sk(sk)->tcp_tx_delay * 1000;
}

/* Paced: the next departure, by how long this packet takes at the rate there is. */
static void advance_wstamp(struct sock *sk, const struct sk_buff *skb, u64 prior_wstamp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 rate = sk->sk_pacing_rate, len_ns;

	if (sk->sk_pacing_status == SK_PACING_NONE || rate == U64_MAX || rate == 0 ||
	    tp->data_segs_out < 10)
		return;
	len_ns = (u64)skb->len * NSEC_PER_SEC / rate;
	/* Whoever was late gets half of it back. */
	len_ns -= min_u64(len_ns / 2, tp->tcp_wstamp_ns - prior_wstamp);
	tp->tcp_wstamp_ns += len_ns;
}

static void tcp_update_skb_after_send(struct sock *sk, struct sk_buff *skb, u64 prior_wstamp)
{
	advance_wstamp(sk, skb, prior_wstamp);
	list_move_tail(&skb->tcp_tsorted_anchor, &tcp_sk(sk)->tsorted_sent_queue);
}

static struct sk_buff *clone_to_send(struct sk_buff *oskb)
{
	struct sk_buff *skb = skb_cloned(oskb) ? pskb_copy(oskb) : skb_clone(oskb);

	if (skb != NULL)
		skb->dev = NULL;
	return skb;
}

/* LINUX: __tcp_transmit_skb(): clone_it: the packet stays in its queue. */
static int transmit_skb_ack(struct sock *sk, struct sk_buff *skb, bool clone_it, u32 rcv_nxt)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 prior_wstamp = tp->tcp_wstamp_ns;
	struct tcp_out_options opts = { 0 };
	struct sk_buff *oskb = NULL;
	u32 header_len;
	int err;

	assert(tcp_skb_pcount(skb) != 0);
	tp->tcp_wstamp_ns = max_u64(tp->tcp_wstamp_ns, tp->tcp_clock_cache);
	skb->skb_mstamp_ns = tp->tcp_wstamp_ns;
	if (clone_it) {
		oskb = skb;
		skb = clone_to_send(oskb);
		if (skb == NULL)
			return -ENOBUFS;
	}
	header_len = make_options(sk, skb, &opts) + TCP_HLEN;
	/* Another queue of the device may take it where nothing can be overtaken. */
	skb->ooo_okay = sk->sk_wmem_alloc - 1 < skb_truesize_with(1) || tcp_rtx_queue_empty(sk);
	(void)skb_push(skb, header_len);
	skb_reset_transport_header(skb);
	set_owner(skb, sk);
	make_segment(sk, skb, header_len, rcv_nxt, &opts);
	if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_ACK) != 0)
		tcp_event_ack_sent(sk, rcv_nxt);
	count_sent(sk, skb, header_len);
	prepare_for_ip(sk, skb);

	err = inet_csk(sk)->icsk_af_ops->queue_xmit(sk, skb, &inet_sk(sk)->cork.fl4);
	if (err > 0) {
		tcp_enter_cwr(sk);
		err = err == NET_XMIT_CN ? 0 : err;
	}
	if (err == 0 && oskb != NULL) {
		tcp_update_skb_after_send(sk, oskb, prior_wstamp);
		tcp_rate_skb_sent(sk, oskb);
	}
	return err;
}

int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb, bool clone_it)
{
	PROBE(sock_net(sk), tcp_transmit_skb);

	return transmit_skb_ack(sk, skb, clone_it, tcp_sk(sk)->rcv_nxt);
}

/* -------- ACKs -------- */

/* No memory: later, and later again. */
static void retry_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 delay = icsk->icsk_ack.retry < 32 ? (u64)TCP_DELACK_MAX << icsk->icsk_ack.retry
					      : TCP_RTO_MAX;

	if (delay < TCP_RTO_MAX)
		icsk->icsk_ack.retry++;
	inet_csk_schedule_ack(sk);
	icsk->icsk_ack.ato = TCP_ATO_MIN;
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_DACK, delay, TCP_RTO_MAX);
}

void tcp_send_ack_at(struct sock *sk, u32 rcv_nxt, u16 flags)
{
	PROBE(sock_net(sk), tcp_send_ack_at);
	struct sk_buff *buff;

	if (sk->sk_state == TCP_CLOSE)
		return;
	buff = tcp_alloc_nondata_skb(sk, tcp_acceptable_seq(sk), (u8)(TCPHDR_ACK | flags));
	if (buff == NULL) {
		retry_ack(sk);
		return;
	}
	buff->truesize = PURE_ACK_TRUESIZE;
	(void)transmit_skb_ack(sk, buff, false, rcv_nxt);
}

void tcp_send_ack(struct sock *sk)
{
	tcp_send_ack_at(sk, tcp_sk(sk)->rcv_nxt, 0);
}

u32 tcp_delack_max(const struct sock *sk)
{
	return min_u32(inet_csk(sk)->icsk_delack_max, max_u32(tcp_rto_min(sk), 2) - 1);
}

/* How long an ACK may wait: no longer than half a second, a round trip, or what a peer that was
 * pushing will put up with.
 */
static u32 delack_wait(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 ato = icsk->icsk_ack.ato, max_ato = HZ / 2;

	if (ato > TCP_DELACK_MIN) {
		u32 srtt_us = tcp_sk(sk)->srtt_us;

		if (inet_csk_in_pingpong_mode(sk) ||
		    (icsk->icsk_ack.pending & ICSK_ACK_PUSHED) != 0)
			max_ato = TCP_DELACK_MAX;
		if (srtt_us != 0)
			max_ato = min_u32(max_ato, max_u32((u32)usecs_to_jiffies(srtt_us >> 3),
							   TCP_DELACK_MIN));
		ato = min_u32(ato, max_ato);
	}
	return min_u32(ato, tcp_delack_max(sk));
}

void tcp_send_delayed_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 now = net_jiffies(sock_net(sk));
	u32 ato = delack_wait(sk);
	u64 timeout = now + ato;

	if ((icsk->icsk_ack.pending & ICSK_ACK_TIMER) != 0) {
		/* About to go off anyway? */
		if (time_before_eq(icsk->icsk_ack.timeout, now + (ato >> 2))) {
			tcp_send_ack(sk);
			return;
		}
		if (!time_before(timeout, icsk->icsk_ack.timeout))
			timeout = icsk->icsk_ack.timeout;
	}
	icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
	icsk->icsk_ack.timeout = timeout;
	sk_reset_timer(sk, &icsk->icsk_delack_timer, timeout);
}

/* -------- the congestion window while nothing, or not enough, is sent -------- */

/* RFC 5681 4.1: after a pause the window begins anew, halved for each RTO. */
void tcp_cwnd_restart(struct sock *sk, s32 delta)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 restart = tcp_init_cwnd(tp, sk->sk_dst_cache);
	u32 cwnd = tcp_snd_cwnd(tp), rto = inet_csk(sk)->icsk_rto;

	tcp_ca_event(sk, CA_EVENT_CWND_RESTART);
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	restart = min_u32(restart, cwnd);
	for (delta = (s32)((u32)delta - rto); delta > 0 && cwnd > restart;
	     delta = (s32)((u32)delta - rto))
		cwnd >>= 1;
	tcp_snd_cwnd_set(tp, max_u32(cwnd, restart));
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	tp->snd_cwnd_used = 0;
}

static bool sock_nospace(const struct sock *sk)
{
	return (sk->sk_socket->flags >> SOCK_NOSPACE & 1) != 0;
}

/* RFC 7661: a window that was not used for a whole RTO is no longer proven. */
static void tcp_cwnd_application_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 win_used, cwnd = tcp_snd_cwnd(tp);

	if (inet_csk(sk)->icsk_ca_state == TCP_CA_Open && sk->sk_socket != NULL &&
	    !sock_nospace(sk)) {
		win_used = max_u32(tp->snd_cwnd_used, tcp_init_cwnd(tp, sk->sk_dst_cache));
		if (win_used < cwnd) {
			tp->snd_ssthresh = tcp_current_ssthresh(sk);
			tcp_snd_cwnd_set(tp, (cwnd + win_used) >> 1);
		}
		tp->snd_cwnd_used = 0;
	}
	tp->snd_cwnd_stamp = tcp_jiffies32(sk);
}

/* The network is not the limit. */
static void network_starves(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 idle = tcp_jiffies32(sk) - tp->snd_cwnd_stamp;

	tp->snd_cwnd_used = max_u32(tp->snd_cwnd_used, tp->packets_out);
	if (sock_net(sk)->sysctl.tcp_slow_start_after_idle != 0 && idle >= icsk->icsk_rto &&
	    icsk->icsk_ca_ops->cong_control == NULL)
		tcp_cwnd_application_limited(sk);
	/* All was sent, and the program waits for room: the send buffer is. */
	if (tcp_write_queue_empty(sk) && sk->sk_socket != NULL && sock_nospace(sk) &&
	    (TCPF(sk->sk_state) & (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT))) != 0)
		tcp_chrono_start(sk, TCP_CHRONO_SNDBUF_LIMITED);
}

static void tcp_cwnd_validate(struct sock *sk, bool is_cwnd_limited)
{
	struct tcp_sock *tp = tcp_sk(sk);

	/* The strongest sign within one window of data. */
	if (!before(tp->snd_una, tp->cwnd_usage_seq) || is_cwnd_limited ||
	    (!tp->is_cwnd_limited && tp->packets_out > tp->max_packets_out)) {
		tp->is_cwnd_limited = is_cwnd_limited;
		tp->max_packets_out = tp->packets_out;
		tp->cwnd_usage_seq = tp->snd_nxt;
	}
	if (tcp_is_cwnd_limited(sk)) {
		tp->snd_cwnd_used = 0;
		tp->snd_cwnd_stamp = tcp_jiffies32(sk);
	} else {
		network_starves(sk);
	}
}

/* -------- what held the sender up: tcp_info tells it -------- */

static void tcp_chrono_set(struct sock *sk, enum tcp_chrono type)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 now = tcp_jiffies32(sk);

	if (tp->chrono_type > TCP_CHRONO_UNSPEC)
		tp->chrono_stat[tp->chrono_type - 1] += now - tp->chrono_start;
	tp->chrono_start = now;
	tp->chrono_type = (u8)type;
}

/* Of several reasons the highest counts. */
void tcp_chrono_start(struct sock *sk, enum tcp_chrono type)
{
	if (type > tcp_sk(sk)->chrono_type)
		tcp_chrono_set(sk, type);
}

void tcp_chrono_stop(struct sock *sk, enum tcp_chrono type)
{
	if (tcp_write_queue_both_empty(sk))
		tcp_chrono_set(sk, TCP_CHRONO_UNSPEC);
	else if (type == tcp_sk(sk)->chrono_type)
		tcp_chrono_set(sk, TCP_CHRONO_BUSY);
}

/* -------- may it go? -------- */

/* Nagle as Minshall has it (RFC 9293 3.7.4): is a small segment still on its way? */
static bool tcp_minshall_check(const struct tcp_sock *tp)
{
	return after(tp->snd_sml, tp->snd_una) && !after(tp->snd_sml, tp->snd_nxt);
}

static void tcp_minshall_update(struct tcp_sock *tp, u32 mss_now, const struct sk_buff *skb)
{
	if (skb->len < tcp_skb_pcount(skb) * mss_now)
		tp->snd_sml = TCP_SKB_CB(skb)->end_seq;
}

/* True: it has to wait. */
static bool tcp_nagle_check(bool partial, const struct tcp_sock *tp, u32 nonagle)
{
	return partial && ((nonagle & TCP_NAGLE_CORK) != 0 ||
			   (nonagle == 0 && tp->packets_out != 0 && tcp_minshall_check(tp)));
}

/* True: it may go. */
static bool tcp_nagle_test(const struct tcp_sock *tp, const struct sk_buff *skb, u32 cur_mss,
			   u32 nonagle)
{
	if ((nonagle & TCP_NAGLE_PUSH) != 0)
		return true;
	if (tcp_urg_mode(tp) || (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) != 0)
		return true;
	return !tcp_nagle_check(skb->len < cur_mss, tp, nonagle);
}

bool tcp_snd_wnd_test(const struct tcp_sock *tp, const struct sk_buff *skb, u32 cur_mss)
{
	u32 end_seq =
		skb->len > cur_mss ? TCP_SKB_CB(skb)->seq + cur_mss : TCP_SKB_CB(skb)->end_seq;

	return !after(end_seq, tcp_wnd_end(tp));
}

/* How many segments the congestion window allows; at least two packets should fit into it. */
static u32 tcp_cwnd_test(const struct tcp_sock *tp)
{
	u32 in_flight = tcp_packets_in_flight(tp), cwnd = tcp_snd_cwnd(tp);

	return in_flight >= cwnd ? 0 : min_u32(max_u32(cwnd >> 1, 1), cwnd - in_flight);
}

/* As much as goes in a millisecond at the rate there is, more if the peer is near. */
static u32 tcp_tso_autosize(const struct sock *sk, u32 mss_now, u32 min_tso_segs)
{
	u64 bytes = sk->sk_pacing_shift < 64 ? sk->sk_pacing_rate >> sk->sk_pacing_shift : 0;
	u32 r = tcp_min_rtt(tcp_sk(sk)) >> sock_net(sk)->sysctl.tcp_tso_rtt_log;

	if (r < 32)
		bytes += sk->sk_gso_max_size >> r;
	bytes = min_u64(bytes, sk->sk_gso_max_size);
	return max_u32((u32)bytes / mss_now, min_tso_segs);
}

u32 tcp_tso_segs(struct sock *sk, u32 mss_now)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	u32 min_tso = ca->min_tso_segs != NULL ? ca->min_tso_segs(sk)
					       : sock_net(sk)->sysctl.tcp_min_tso_segs;

	return min_u32(tcp_tso_autosize(sk, mss_now, min_tso), sk->sk_gso_max_segs);
}

/* How many bytes of the packet may go at once. */
static u32 tcp_mss_split_point(const struct sock *sk, const struct sk_buff *skb, u32 mss_now,
			       u32 max_segs, u32 nonagle)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 window = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	u32 max_len = mss_now * max_segs, needed, partial;

	if (max_len <= window && skb != tcp_write_queue_tail(sk))
		return max_len;
	needed = min_u32(skb->len, window);
	if (max_len <= needed)
		return max_len;
	/* The rest that fills no segment waits if Nagle says so. */
	partial = needed % mss_now;
	return tcp_nagle_check(partial != 0, tp, nonagle) ? needed - partial : needed;
}

/* Is there enough room in both windows for it to be worth while? */
static bool room_is_enough(const struct sock *sk, u32 limit, u32 max_segs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 divisor = sock_net(sk)->sysctl.tcp_tso_win_divisor;

	if (limit >= max_segs * tp->mss_cache)
		return true;
	if (divisor == 0)
		return limit > TCP_MAX_TSO_DEFERRED_MSS * tp->mss_cache;
	return limit >= min_u32(tp->snd_wnd, tcp_snd_cwnd(tp) * tp->mss_cache) / divisor;
}

/* Will the next ACK come within half a round trip or a millisecond? */
static bool ack_is_near(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *head = tcp_rtx_queue_head(sk);
	u64 srtt_ns = (u64)(1000 >> 3) * tp->srtt_us;
	u64 expected;

	if (head == NULL)
		return false;
	expected = head->skb_mstamp_ns + srtt_ns - tp->tcp_clock_cache;
	/* LINUX: the threshold is 32 bits wide, which it never fills. */
	return (s64)(expected - min_u64(srtt_ns >> 1, NSEC_PER_MSEC)) <= 0;
}

/* Nagle for large packets: what would be sent in pieces waits for more room. */
static bool tcp_tso_should_defer(struct sock *sk, struct sk_buff *skb, bool *is_cwnd_limited,
				 bool *is_rwnd_limited, u32 max_segs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 in_flight = tcp_packets_in_flight(tp), send_win, cong_win, limit;

	if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery)
		return false;
	/* Nothing was sent for a millisecond: no more waiting. */
	if ((s64)(tp->tcp_clock_cache - tp->tcp_wstamp_ns - NSEC_PER_MSEC) > 0)
		return false;
	assert(tcp_skb_pcount(skb) > 1);
	assert(tcp_snd_cwnd(tp) > in_flight);
	send_win = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	cong_win = (tcp_snd_cwnd(tp) - in_flight) * tp->mss_cache;
	limit = min_u32(send_win, cong_win);

	/* In the middle of the queue it will not grow, and all of it can go. */
	if (skb != tcp_write_queue_tail(sk) && limit >= skb->len)
		return false;
	if (room_is_enough(sk, limit, max_segs) || !ack_is_near(sk))
		return false;
	if (cong_win < send_win && cong_win <= skb->len) {
		*is_cwnd_limited = true;
		return true;
	}
	if (cong_win >= send_win && send_win <= skb->len) {
		*is_rwnd_limited = true;
		return true;
	}
	return (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) == 0 && !TCP_SKB_CB(skb)->eor;
}

/* True: not before its time, when a timer will call. */
bool tcp_pacing_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_pacing_status != SK_PACING_NEEDED || tp->tcp_wstamp_ns <= tp->tcp_clock_cache)
		return false;
	if (!hrtimer_is_queued(&tp->pacing_timer)) {
		hrtimer_start_range_ns(sock_net(sk), &tp->pacing_timer,
				       tp->tcp_wstamp_ns - net_boot_ns(sock_net(sk)), 0);
		sock_hold(sk);
	}
	return true;
}

/* -------- what is in the write queue goes out -------- */

/* What is left to say of one call. */
struct xmit {
	u32 mss_now, nonagle, max_segs;
	int push_one;
	u32 sent_pkts;
	bool is_cwnd_limited, is_rwnd_limited;
};

/* The most of the packet that may go now, cut off if there is more. False: nothing. */
static bool cut_to_limit(struct sock *sk, struct sk_buff *skb, const struct xmit *x, u32 segs,
			 u32 cwnd_quota)
{
	u32 limit = x->mss_now;

	if (segs > 1 && !tcp_urg_mode(tcp_sk(sk)))
		limit = tcp_mss_split_point(sk, skb, x->mss_now, cwnd_quota, x->nonagle);
	return skb->len <= limit || tso_fragment(sk, skb, limit, x->mss_now) == 0;
}

static bool nagle_allows(struct sock *sk, struct sk_buff *skb, struct xmit *x, u32 segs)
{
	u32 nonagle = tcp_skb_is_last(sk, skb) ? x->nonagle : TCP_NAGLE_PUSH;

	if (segs == 1)
		return tcp_nagle_test(tcp_sk(sk), skb, x->mss_now, nonagle);
	return x->push_one != 0 || !tcp_tso_should_defer(sk, skb, &x->is_cwnd_limited,
							 &x->is_rwnd_limited, x->max_segs);
}

/* The first packet of the queue. False: it stays. */
static bool xmit_one(struct sock *sk, struct sk_buff *skb, struct xmit *x)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 quota, segs;

	if (tcp_pacing_check(sk))
		return false;
	quota = tcp_cwnd_test(tp);
	if (quota == 0 && x->push_one != PUSH_ONE_PROBE)
		return false;
	quota = min_u32(max_u32(quota, 1), x->max_segs);
	if ((s32)(quota * x->mss_now - skb->len) > 0)
		tcp_grow_skb(sk, skb, quota * x->mss_now - skb->len);
	segs = tcp_set_skb_tso_segs(skb, x->mss_now);
	if (!tcp_snd_wnd_test(tp, skb, x->mss_now)) {
		x->is_rwnd_limited = true;
		return false;
	}
	if (!nagle_allows(sk, skb, x, segs) || !cut_to_limit(sk, skb, x, segs, quota))
		return false;
	if (tcp_small_queue_check(sk, skb, 0))
		return false;
	/* An empty one is that of a call which waits for memory. */
	if (TCP_SKB_CB(skb)->end_seq == TCP_SKB_CB(skb)->seq)
		return false;
	if (tcp_transmit_skb(sk, skb, true) != 0)
		return false;
	tcp_event_new_data_sent(sk, skb);
	tcp_minshall_update(tp, x->mss_now, skb);
	x->sent_pkts += tcp_skb_pcount(skb);
	return true;
}

static void xmit_queue(struct sock *sk, struct xmit *x)
{
	struct sk_buff *skb = tcp_send_head(sk);

	x->max_segs = tcp_tso_segs(sk, x->mss_now);
	while (skb != NULL && xmit_one(sk, skb, x) && x->push_one == 0)
		skb = tcp_send_head(sk);
}

/* True: nothing is under way and something is left: only a timer can go on. */
static bool xmit_done(struct sock *sk, struct xmit *x)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (x->is_rwnd_limited)
		tcp_chrono_start(sk, TCP_CHRONO_RWND_LIMITED);
	else
		tcp_chrono_stop(sk, TCP_CHRONO_RWND_LIMITED);
	x->is_cwnd_limited |= tcp_packets_in_flight(tp) >= tcp_snd_cwnd(tp);
	if (x->sent_pkts != 0 || x->is_cwnd_limited)
		tcp_cwnd_validate(sk, x->is_cwnd_limited);
	if (x->sent_pkts == 0)
		return tp->packets_out == 0 && !tcp_write_queue_empty(sk);
	if (tcp_in_cwnd_reduction(sk))
		tp->prr_out += x->sent_pkts;
	if (x->push_one != PUSH_ONE_PROBE)
		(void)tcp_schedule_loss_probe(sk, false);
	return false;
}

bool tcp_write_xmit(struct sock *sk, u32 mss_now, u32 nonagle, int push_one)
{
	PROBE(sock_net(sk), tcp_write_xmit);
	struct xmit x = { .mss_now = mss_now, .nonagle = nonagle, .push_one = push_one };

	assert(mss_now != 0);
	tcp_mstamp_refresh(tcp_sk(sk));
	if (push_one == 0) {
		int probe = tcp_mtu_probe(sk);

		if (probe == 0)
			return false;
		x.sent_pkts = probe > 0 ? 1 : 0;
	}
	xmit_queue(sk, &x);
	return xmit_done(sk, &x);
}

void tcp_push_pending_frames_mss(struct sock *sk, u32 cur_mss, u32 nonagle)
{
	if (sk->sk_state == TCP_CLOSE)
		return;
	if (tcp_write_xmit(sk, cur_mss, nonagle, 0))
		tcp_check_probe_timer(sk);
}

void tcp_push_one(struct sock *sk, u32 mss_now)
{
	assert(tcp_send_head(sk) != NULL);
	assert(tcp_send_head(sk)->len >= mss_now);
	(void)tcp_write_xmit(sk, mss_now, TCP_NAGLE_PUSH, 1);
}
