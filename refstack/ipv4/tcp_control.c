// SPDX-License-Identifier: MIT
/* tcp_control.c - segments that open and end connections, and those that ask whether there is
 * still somebody: SYN, SYN-ACK, FIN, RST, window and keepalive probes.
 *
 * Path: called by connect(), close(), the listener and timers; ends in tcp_transmit_skb().
 * Rules: RFC 9293 3.5, 3.6, 3.8.4, 3.8.6.1, RFC 7323, RFC 3168 6.1.1; LINUX:
 * net/ipv4/tcp_output.c. Missing: fast open, repair.
 */
#include "core/file.h"
#include "ipv4/tcp_output.h"
#include "uapi/errno.h"

/* -------- connect -------- */

/* RFC 3168 6.1.1: ECN is asked for with both of its flags. */
static void tcp_ecn_send_syn(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	bool use_ecn = sock_net(sk)->sysctl.tcp_ecn == 1 || tcp_ca_needs_ecn(sk) ||
		       (dst != NULL && dst_feature(dst, RTAX_FEATURE_ECN));

	tp->ecn_flags = 0;
	if (!use_ecn)
		return;
	TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_ECE | TCPHDR_CWR;
	tp->ecn_flags = TCP_ECN_OK;
	if (tcp_ca_needs_ecn(sk))
		INET_ECN_xmit(sk);
}

/* LINUX: tcp_ca_find_key(). */
static const struct tcp_congestion_ops *ca_of_key(u32 key)
{
	static const struct tcp_congestion_ops *const all[] = { &tcp_reno, &cubictcp };

	for (u32 i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (key != 0 && all[i]->key == key)
			return all[i];
	return NULL;
}

/* A route may name the congestion control. */
static void tcp_ca_dst_init(struct sock *sk, const struct dst_entry *dst)
{
	const struct tcp_congestion_ops *ca = ca_of_key(dst_metric(dst, RTAX_CC_ALGO));

	if (ca == NULL)
		return;
	inet_csk(sk)->icsk_ca_dst_locked = dst_metric_locked(dst, RTAX_CC_ALGO);
	inet_csk(sk)->icsk_ca_ops = ca;
}

static void connect_mss(struct sock *sk, const struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool timestamps = sock_net(sk)->sysctl.tcp_timestamps != 0;

	tp->tcp_header_len = (u16)(TCP_HLEN + (timestamps ? TCPOLEN_TSTAMP_ALIGNED : 0));
	if (tp->rx_opt.user_mss != 0)
		tp->rx_opt.mss_clamp = tp->rx_opt.user_mss;
	tp->max_window = 0;
	tcp_mtup_init(sk);
	(void)tcp_sync_mss(sk, dst_mtu(dst));
	tcp_ca_dst_init(sk, dst);
}

static void connect_window(struct sock *sk, const struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 space = (u32)tcp_full_space(sk), options;
	u8 rcv_wscale;

	if (tp->window_clamp == 0)
		tp->window_clamp = dst_metric(dst, RTAX_WINDOW);
	tp->advmss = tcp_mss_clamp(tp, (u16)tcp_dst_advmss(dst));
	tcp_initialize_rcv_mss(sk);
	if ((sk->sk_userlocks & SOCK_RCVBUF_LOCK) != 0 &&
	    (tp->window_clamp > space || tp->window_clamp == 0))
		tp->window_clamp = space;
	options = tp->rx_opt.ts_recent_stamp != 0 ? tp->tcp_header_len - (u32)TCP_HLEN : 0;
	tcp_select_initial_window(sk, tcp_full_space(sk), tp->advmss - options, &tp->rcv_wnd,
				  &tp->window_clamp, sock_net(sk)->sysctl.tcp_window_scaling != 0,
				  &rcv_wscale, dst_metric(dst, RTAX_INITRWND));
	tp->rx_opt.rcv_wscale = rcv_wscale;
	tp->rcv_ssthresh = tp->rcv_wnd;
}

static void tcp_connect_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;

	assert(dst != NULL);
	connect_mss(sk, dst);
	connect_window(sk, dst);
	sk->sk_err = 0;
	sock_reset_flag(sk, SOCK_DONE);
	tp->snd_wnd = 0;
	tp->snd_wl1 = 0;
	tcp_write_queue_purge(sk);
	tp->snd_una = tp->write_seq;
	tp->snd_sml = tp->write_seq;
	tp->snd_up = tp->write_seq;
	tp->snd_nxt = tp->write_seq;
	tp->rcv_nxt = 0;
	tp->rcv_wup = 0;
	tp->copied_seq = 0;
	inet_csk(sk)->icsk_rto = TCP_TIMEOUT_INIT;
	inet_csk(sk)->icsk_retransmits = 0;
	tcp_clear_retrans(tp);
}

static void tcp_connect_queue_skb(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	cb->end_seq += skb->len;
	skb_header_release(skb);
	sk_wmem_queued_add(sk, (s32)skb->truesize);
	sk_mem_charge(sk, skb->truesize);
	tp->write_seq = cb->end_seq;
	tp->packets_out += tcp_skb_pcount(skb);
}

/* RFC 9293 3.10.1: the SYN, and the timer that repeats it. */
int tcp_connect(struct sock *sk)
{
	PROBE(sock_net(sk), tcp_connect);
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *buff;

	if (inet_csk(sk)->icsk_af_ops->rebuild_header(sk) != 0)
		return -EHOSTUNREACH;
	tcp_connect_init(sk);
	if (tp->repair)
		not_implemented("TCP_REPAIR");
	buff = tcp_stream_alloc_skb(sk, true);
	if (buff == NULL)
		return -ENOBUFS;
	tcp_init_nondata_skb(buff, tp->write_seq++, TCPHDR_SYN);
	tcp_mstamp_refresh(tp);
	tp->retrans_stamp = tcp_time_stamp_ts(tp);
	tcp_connect_queue_skb(sk, buff);
	tcp_ecn_send_syn(sk, buff);
	tcp_rbtree_insert(&sk->tcp_rtx_queue, buff);
	if (tcp_transmit_skb(sk, buff, true) == -ECONNREFUSED)
		return -ECONNREFUSED;
	/* Only now: a SYN counts as sent, not as sent again. */
	tp->snd_nxt = tp->write_seq;
	tp->pushed_seq = tp->write_seq;
	buff = tcp_send_head(sk);
	if (buff != NULL) {
		tp->snd_nxt = TCP_SKB_CB(buff)->seq;
		tp->pushed_seq = TCP_SKB_CB(buff)->seq;
	}
	mib_inc(sock_net(sk), TCP_MIB_ACTIVEOPENS);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, inet_csk(sk)->icsk_rto, TCP_RTO_MAX);
	return 0;
}

/* -------- SYN-ACK -------- */

static void tcp_ecn_send_synack(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	cb->tcp_flags &= (u8)~TCPHDR_CWR;
	if ((tcp_sk(sk)->ecn_flags & TCP_ECN_OK) == 0)
		cb->tcp_flags &= (u8)~TCPHDR_ECE;
	else if (tcp_ca_needs_ecn(sk))
		INET_ECN_xmit(sk);
}

/* A SYN that a device still has cannot be changed: another one takes its place. */
static struct sk_buff *own_syn(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *nskb;

	if (!skb_cloned(skb))
		return skb;
	nskb = skb_copy(skb);
	if (nskb == NULL)
		return NULL;
	INIT_LIST_HEAD(&nskb->tcp_tsorted_anchor);
	if (skb == tp->retransmit_skb_hint)
		tp->retransmit_skb_hint = nskb;
	tcp_highest_sack_replace(sk, skb, nskb);
	tcp_rtx_queue_unlink_and_free(skb, sk);
	skb_header_release(nskb);
	tcp_rbtree_insert(&sk->tcp_rtx_queue, nskb);
	sk_wmem_queued_add(sk, (s32)nskb->truesize);
	sk_mem_charge(sk, nskb->truesize);
	return nskb;
}

/* RFC 9293 3.5: two SYNs have crossed: ours is sent again, as an answer to theirs. */
int tcp_send_synack(struct sock *sk)
{
	struct sk_buff *skb = tcp_rtx_queue_head(sk);

	if (skb == NULL || (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN) == 0)
		return -EFAULT;
	if ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_ACK) == 0) {
		skb = own_syn(sk, skb);
		if (skb == NULL)
			return -ENOMEM;
		TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_ACK;
		tcp_ecn_send_synack(sk, skb);
	}
	return tcp_transmit_skb(sk, skb, true);
}

/* When it goes: a cookie's time stamp has options in its low bits. */
static u64 stamp_synack(struct request_sock *req, struct sk_buff *skb, enum tcp_synack_type type)
{
	u64 now = ktime_get_ns(req_net(req));

	if (type == TCP_SYNACK_COOKIE && inet_rsk(req)->tstamp_ok) {
		skb->skb_mstamp_ns = cookie_init_timestamp(req, now);
		return now;
	}
	skb->skb_mstamp_ns = now;
	if (tcp_rsk(req)->snt_synack == 0)
		tcp_rsk(req)->snt_synack = tcp_skb_timestamp_us(skb);
	return now;
}

static void put_synack(const struct request_sock *req, u8 *th, u32 header_len)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	memset(th, 0, TCP_HLEN);
	put_be16(th + TCP_SOURCE, ireq->ir_num);
	store_be16(th + TCP_DEST, ireq->ir_rmt_port);
	put_be32(th + TCP_SEQ, tcp_rsk(req)->snt_isn);
	put_be32(th + TCP_ACK_SEQ, tcp_rsk(req)->rcv_nxt);
	th[TCP_DOFF] = (u8)(header_len / 4 << 4);
	th[TCP_FLAG_BYTE] = TCPHDR_SYN | TCPHDR_ACK | (ireq->ecn_ok ? TCPHDR_ECE : 0);
	put_be16(th + TCP_WINDOW, (u16)min_u32(req->rsk_rcv_wnd, 65535));
}

/* The route is taken over. */
struct sk_buff *tcp_make_synack(const struct sock *sk, struct dst_entry *dst,
				struct request_sock *req, enum tcp_synack_type type,
				struct sk_buff *syn_skb)
{
	struct net *net = sock_net(sk);
	struct sk_buff *skb = alloc_skb(net, MAX_TCP_HEADER);
	struct tcp_out_options opts = { 0 };
	u32 header_len, mss;
	u64 now;

	(void)syn_skb;
	if (type == TCP_SYNACK_FASTOPEN)
		not_implemented("TCP_FASTOPEN");
	if (skb == NULL) {
		dst_release(dst);
		return NULL;
	}
	skb_reserve(skb, MAX_TCP_HEADER);
	if (type == TCP_SYNACK_NORMAL)
		skb_set_owner_w(skb, req_to_sk(req));
	skb_dst_set(skb, dst);
	mss = tcp_mss_clamp(tcp_sk(sk), (u16)tcp_dst_advmss(dst));
	now = stamp_synack(req, skb, type);
	skb->hash = tcp_rsk(req)->txhash;
	skb->l4_hash = true;
	header_len = tcp_synack_options(req, mss, skb, &opts) + TCP_HLEN;
	(void)skb_push(skb, header_len);
	skb_reset_transport_header(skb);
	put_synack(req, skb->data, header_len);
	skb->mark = inet_rsk(req)->ir_mark;
	skb->ip_summed = CHECKSUM_PARTIAL;
	tcp_options_write(skb->data, NULL, &opts);
	mib_inc(net, TCP_MIB_OUTSEGS);
	skb->skb_mstamp_ns = now + (u64)tcp_sk(sk)->tcp_tx_delay * 1000;
	return skb;
}

static void trace_synack(const struct sock *sk, const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	TRACE(sock_net(sk), tcp_retransmit_synack, ireq->ir_num, be16_to_cpu(ireq->ir_rmt_port),
	      be32_to_cpu(ireq->ir_loc_addr), be32_to_cpu(ireq->ir_rmt_addr));
}

int tcp_rtx_synack(const struct sock *sk, struct request_sock *req)
{
	struct net *net = sock_net(sk);
	struct flowi4 fl4;
	int res;

	if (sk->sk_txrehash == SOCK_TXREHASH_ENABLED) {
		u32 hash = get_random_u32(net->random);

		tcp_rsk(req)->txhash = hash != 0 ? hash : 1;
	}
	res = tcp_rsk(req)->af_specific->send_synack((struct sock *)(uintptr_t)sk, NULL, &fl4, req,
						     TCP_SYNACK_NORMAL, NULL);
	if (res != 0)
		return res;
	mib_inc(net, TCP_MIB_RETRANSSEGS);
	mib_inc(net, LINUX_MIB_TCPSYNRETRANS);
	trace_synack(sk, req);
	return 0;
}

/* -------- FIN and RST -------- */

/* LINUX: tcp_queue_skb(). */
static void tcp_queue_skb(struct sock *sk, struct sk_buff *skb)
{
	tcp_sk(sk)->write_seq = TCP_SKB_CB(skb)->end_seq;
	skb_header_release(skb);
	skb_queue_tail(&sk->sk_write_queue, skb);
	if (tcp_send_head(sk) == skb)
		tcp_chrono_start(sk, TCP_CHRONO_BUSY);
	sk_wmem_queued_add(sk, (s32)skb->truesize);
	sk_mem_charge(sk, skb->truesize);
}

/* A packet of its own: whatever the memory is like, connections have to end. */
static bool queue_fin(struct sock *sk)
{
	struct sk_buff *skb = alloc_skb_fclone(sock_net(sk), MAX_TCP_HEADER);

	if (skb == NULL)
		return false;
	INIT_LIST_HEAD(&skb->tcp_tsorted_anchor);
	skb_reserve(skb, MAX_TCP_HEADER);
	sk_forced_mem_schedule(sk, skb->truesize);
	tcp_init_nondata_skb(skb, tcp_sk(sk)->write_seq, TCPHDR_ACK | TCPHDR_FIN);
	tcp_queue_skb(sk, skb);
	return true;
}

void tcp_send_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = tcp_write_queue_tail(sk), *tskb = tail;

	if (tskb == NULL && tcp_under_memory_pressure(sk))
		tskb = tcp_rtx_queue_tail(sk);
	if (tskb != NULL) {
		TCP_SKB_CB(tskb)->tcp_flags |= TCPHDR_FIN;
		TCP_SKB_CB(tskb)->end_seq++;
		tp->write_seq++;
		if (tail == NULL) {
			/* As if it had been there when the packet was sent: it goes when that is
			 * sent again.
			 */
			tp->snd_nxt++;
			return;
		}
	} else if (!queue_fin(sk)) {
		return;
	}
	tcp_push_pending_frames_mss(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
}

static void trace_reset(const struct sock *sk, enum sk_rst_reason reason)
{
	TRACE(sock_net(sk), tcp_send_reset, reason, sk->sk_state,
	      be32_to_cpu(inet_sk(sk)->inet_saddr), be16_to_cpu(inet_sk(sk)->inet_sport),
	      be32_to_cpu(sk->sk_daddr), be16_to_cpu(sk->sk_dport));
}

/* RFC 9293 3.10.5: the connection ends at once. It is never sent again. */
void tcp_send_active_reset(struct sock *sk, enum sk_rst_reason reason)
{
	struct net *net = sock_net(sk);
	struct sk_buff *skb;

	mib_inc(net, TCP_MIB_OUTRSTS);
	skb = tcp_alloc_nondata_skb(sk, tcp_acceptable_seq(sk), TCPHDR_ACK | TCPHDR_RST);
	if (skb == NULL) {
		mib_inc(net, LINUX_MIB_TCPABORTFAILED);
		return;
	}
	tcp_mstamp_refresh(tcp_sk(sk));
	if (tcp_transmit_skb(sk, skb, false) != 0)
		mib_inc(net, LINUX_MIB_TCPABORTFAILED);
	trace_reset(sk, reason);
}

/* -------- probes -------- */

/* RFC 9293 3.8.4: an old sequence number makes the peer answer. In urgent mode a current one goes
 * before it, with the pointer.
 */
static int tcp_xmit_probe_skb(struct sock *sk, bool urgent, enum mib_id mib)
{
	struct sk_buff *skb =
		tcp_alloc_nondata_skb(sk, tcp_sk(sk)->snd_una - (urgent ? 0 : 1), TCPHDR_ACK);

	if (skb == NULL)
		return -1;
	mib_inc(sock_net(sk), mib);
	return tcp_transmit_skb(sk, skb, false);
}

void tcp_send_window_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state != TCP_ESTABLISHED)
		return;
	tp->snd_wl1 = tp->rcv_nxt - 1;
	tcp_mstamp_refresh(tp);
	(void)tcp_xmit_probe_skb(sk, false, LINUX_MIB_TCPWINPROBE);
}

/* The window is open, but so little that nothing was sent: now it is filled. */
static int probe_with_data(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 mss = tcp_current_mss(sk), room = tcp_wnd_end(tp) - cb->seq;
	int err;

	if (before(tp->pushed_seq, cb->end_seq))
		tp->pushed_seq = cb->end_seq;
	if (room < cb->end_seq - cb->seq || skb->len > mss) {
		cb->tcp_flags |= TCPHDR_PSH;
		if (tcp_fragment(sk, TCP_FRAG_IN_WRITE_QUEUE, skb, min_u32(room, mss), mss) != 0)
			return -1;
	} else if (tcp_skb_pcount(skb) == 0) {
		(void)tcp_set_skb_tso_segs(skb, mss);
	}
	cb->tcp_flags |= TCPHDR_PSH;
	err = tcp_transmit_skb(sk, skb, true);
	if (err == 0)
		tcp_event_new_data_sent(sk, skb);
	return err;
}

int tcp_write_wakeup(struct sock *sk, enum mib_id mib)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	if (sk->sk_state == TCP_CLOSE)
		return -1;
	skb = tcp_send_head(sk);
	if (skb != NULL && before(TCP_SKB_CB(skb)->seq, tcp_wnd_end(tp)))
		return probe_with_data(sk, skb);
	if (between(tp->snd_up, tp->snd_una + 1, tp->snd_una + 0xffff))
		(void)tcp_xmit_probe_skb(sk, true, mib);
	return tcp_xmit_probe_skb(sk, false, mib);
}

/* RFC 9293 3.8.6.1: the window is closed: is it still? */
void tcp_send_probe0(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	int err = tcp_write_wakeup(sk, LINUX_MIB_TCPWINPROBE);
	u64 timeout;

	if (tcp_sk(sk)->packets_out != 0 || tcp_write_queue_empty(sk)) {
		icsk->icsk_probes_out = 0;
		icsk->icsk_backoff = 0;
		icsk->icsk_probes_tstamp = 0;
		return;
	}
	icsk->icsk_probes_out++;
	if (err <= 0) {
		if (icsk->icsk_backoff < sock_net(sk)->sysctl.tcp_retries2)
			icsk->icsk_backoff++;
		timeout = tcp_probe0_when(sk, TCP_RTO_MAX);
	} else {
		timeout = TCP_RESOURCE_PROBE_INTERVAL;
	}
	timeout = tcp_clamp_probe0_to_user_timeout(sk, (u32)timeout);
	tcp_reset_xmit_timer(sk, ICSK_TIME_PROBE0, timeout, TCP_RTO_MAX);
}
