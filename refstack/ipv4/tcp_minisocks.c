// SPDX-License-Identifier: MIT
/* tcp_minisocks.c - connections that are less than a socket: asked for, or over.
 *
 * Path: tcp_v4_rcv() brings what comes for them; tcp_fin() and tcp_close() make a socket into its
 * remains, tcp_v4_syn_recv_sock() a request into a socket.
 * Rules: RFC 9293 3.6.1, 3.10.7.4, RFC 1337, RFC 5961, RFC 6191, RFC 7323; LINUX:
 * net/ipv4/tcp_minisocks.c.
 * Missing: fast open; a listener that takes over another one's requests.
 */
#include "ipv4/tcp.h"

/* -------- TIME-WAIT -------- */

/* RFC 9293 3.10.7.4, first check: is the segment, or its one end, in the window? */
static bool tcp_in_window(u32 seq, u32 end_seq, u32 s_win, u32 e_win)
{
	if (seq == s_win)
		return true;
	if (after(end_seq, s_win) && before(seq, e_win))
		return true;
	return seq == e_win && seq == end_seq;
}

/* What comes for a connection that is over, and what its options say. */
struct tw_segment {
	struct tcp_timewait_sock *tcptw;
	const struct tcp_skb_cb *cb;
	const u8 *th;
	struct net *net;
	struct tcp_options_received opt;
	u32 rcv_nxt;
	bool paws_reject;
};

static void tw_parse(struct tw_segment *s, struct sk_buff *skb)
{
	const struct tcp_timewait_sock *tcptw = s->tcptw;

	s->opt = (struct tcp_options_received){ .saw_tstamp = false };
	if (tcp_hlen(s->th) == TCP_HLEN || tcptw->tw_ts_recent_stamp == 0)
		return;
	tcp_parse_options(s->net, skb, &s->opt, false);
	if (!s->opt.saw_tstamp)
		return;
	if (s->opt.rcv_tsecr != 0)
		s->opt.rcv_tsecr -= tcptw->tw_ts_offset;
	s->opt.ts_recent = tcptw->tw_ts_recent;
	s->opt.ts_recent_stamp = tcptw->tw_ts_recent_stamp;
	s->paws_reject = tcp_paws_reject(s->net, &s->opt, tcp_th_has(s->th, TCPHDR_RST));
}

static enum tcp_tw_status tw_forget(struct tw_segment *s)
{
	inet_twsk_put(&s->tcptw->tw_sk);
	return TCP_TW_SUCCESS;
}

static enum tcp_tw_status tw_kill(struct tw_segment *s)
{
	inet_twsk_deschedule_put(&s->tcptw->tw_sk);
	return TCP_TW_SUCCESS;
}

/* Who asks too often gets no answer. LINUX: tcp_timewait_check_oow_rate_limit(). */
static enum tcp_tw_status tw_ack(struct tw_segment *s, const struct sk_buff *skb, enum mib_id mib)
{
	if (!tcp_oow_rate_limited(s->net, skb, mib, &s->tcptw->tw_last_oow_ack_time))
		return TCP_TW_ACK;
	return tw_forget(s);
}

static void tw_take_tstamp(struct tw_segment *s)
{
	if (!s->opt.saw_tstamp)
		return;
	s->tcptw->tw_ts_recent = s->opt.rcv_tsval;
	s->tcptw->tw_ts_recent_stamp = ktime_get_seconds(s->net);
}

/* RFC 9293 3.10.7.4, FIN-WAIT-2, where nobody reads any more: only a FIN is welcome. */
static enum tcp_tw_status tw_fin_wait2(struct tw_segment *s, const struct sk_buff *skb)
{
	struct inet_timewait_sock *tw = &s->tcptw->tw_sk;
	u32 seq = s->cb->seq, end_seq = s->cb->end_seq;

	if (s->paws_reject ||
	    !tcp_in_window(seq, end_seq, s->rcv_nxt, s->rcv_nxt + s->tcptw->tw_rcv_wnd))
		return tw_ack(s, skb, LINUX_MIB_TCPACKSKIPPEDFINWAIT2);
	if (tcp_th_has(s->th, TCPHDR_RST))
		return tw_kill(s);
	if (tcp_th_has(s->th, TCPHDR_SYN) && !before(seq, s->rcv_nxt))
		return TCP_TW_RST;
	if (!tcp_th_has(s->th, TCPHDR_ACK) || !after(end_seq, s->rcv_nxt) || end_seq == seq)
		return tw_forget(s);
	/* RFC 9293 3.6.1: data that nobody will read. */
	if (!tcp_th_has(s->th, TCPHDR_FIN) || end_seq != s->rcv_nxt + 1)
		return TCP_TW_RST;
	tw->tw_substate = TCP_TIME_WAIT;
	s->tcptw->tw_rcv_nxt = end_seq;
	tw_take_tstamp(s);
	inet_twsk_reschedule(tw, TCP_TIMEWAIT_LEN);
	return TCP_TW_ACK;
}

/* RFC 9293 3.10.7.4, RFC 6191: a SYN that is surely new begins another connection. */
static bool tw_is_new_syn(const struct tw_segment *s)
{
	u8 flags = s->th[TCP_FLAG_BYTE];

	if ((flags & (TCPHDR_SYN | TCPHDR_RST | TCPHDR_ACK)) != TCPHDR_SYN || s->paws_reject)
		return false;
	return after(s->cb->seq, s->rcv_nxt) ||
	       (s->opt.saw_tstamp && (s32)(s->tcptw->tw_ts_recent - s->opt.rcv_tsval) < 0);
}

/* A reset, or an acknowledgement of nothing new. */
static enum tcp_tw_status tw_in_window(struct tw_segment *s)
{
	if (!tcp_th_has(s->th, TCPHDR_RST))
		inet_twsk_reschedule(&s->tcptw->tw_sk, TCP_TIMEWAIT_LEN);
	else if (s->net->sysctl.tcp_rfc1337 == 0)
		return tw_kill(s); /* RFC 1337: TIME-WAIT assassination */
	tw_take_tstamp(s);
	return tw_forget(s);
}

static enum tcp_tw_status tw_time_wait(struct tw_segment *s, const struct sk_buff *skb, u32 *tw_isn)
{
	bool rst = tcp_th_has(s->th, TCPHDR_RST);

	if (!s->paws_reject && s->cb->seq == s->rcv_nxt && (s->cb->seq == s->cb->end_seq || rst))
		return tw_in_window(s);
	if (tw_is_new_syn(s)) {
		/* Beyond any window of the old connection. */
		u32 isn = s->tcptw->tw_snd_nxt + 65535 + 2;

		*tw_isn = isn != 0 ? isn : 1;
		return TCP_TW_SYN;
	}
	if (s->paws_reject)
		mib_inc(s->net, LINUX_MIB_PAWSESTABREJECTED);
	if (rst)
		return tw_forget(s);
	/* An old SYN may also be a new one with a number that is as if old. */
	if (s->paws_reject || tcp_th_has(s->th, TCPHDR_ACK))
		inet_twsk_reschedule(&s->tcptw->tw_sk, TCP_TIMEWAIT_LEN);
	return tw_ack(s, skb, LINUX_MIB_TCPACKSKIPPEDTIMEWAIT);
}

/* TCP_TW_SUCCESS: tw is given back already. */
enum tcp_tw_status tcp_timewait_state_process(struct inet_timewait_sock *tw, struct sk_buff *skb,
					      u32 *tw_isn)
{
	struct net *net = twsk_net(tw);
	PROBE(net, tcp_timewait_state_process);
	struct tw_segment s = { .tcptw = (struct tcp_timewait_sock *)(void *)tw,
				.cb = TCP_SKB_CB(skb),
				.th = tcp_hdr(skb),
				.net = net };

	s.rcv_nxt = s.tcptw->tw_rcv_nxt;
	tw_parse(&s, skb);
	if (tw->tw_substate == TCP_FIN_WAIT2)
		return tw_fin_wait2(&s, skb);
	return tw_time_wait(&s, skb, tw_isn);
}

static void tw_init(struct inet_timewait_sock *tw, const struct sock *sk)
{
	struct tcp_timewait_sock *tcptw = (struct tcp_timewait_sock *)(void *)tw;
	const struct tcp_sock *tp = tcp_sk(sk);

	tw->tw_transparent = inet_test_bit(sk, INET_FLAGS_TRANSPARENT);
	tw->tw_mark = sk->sk_mark;
	tw->tw_priority = sk->sk_priority;
	tw->tw_rcv_wscale = tp->rx_opt.rcv_wscale;
	tw->tw_usec_ts = tp->tcp_usec_ts;
	tw->tw_txhash = sk->sk_txhash;
	tcptw->tw_rcv_nxt = tp->rcv_nxt;
	tcptw->tw_snd_nxt = tp->snd_nxt;
	tcptw->tw_rcv_wnd = tcp_receive_window(tp);
	tcptw->tw_ts_recent = tp->rx_opt.ts_recent;
	tcptw->tw_ts_recent_stamp = tp->rx_opt.ts_recent_stamp;
	tcptw->tw_ts_offset = tp->tsoffset;
	tcptw->tw_last_oow_ack_time = 0;
	tcptw->tw_tx_delay = tp->tcp_tx_delay;
}

/* The socket ends; what is left of it answers for it. state: TCP_TIME_WAIT, or TCP_FIN_WAIT2, which
 * lasts timeo jiffies, but long enough to see a FIN sent again.
 */
void tcp_time_wait(struct sock *sk, int state, s32 timeo)
{
	struct net *net = sock_net(sk);
	PROBE(net, tcp_time_wait);
	u32 rto = inet_csk(sk)->icsk_rto;
	struct inet_timewait_sock *tw = inet_twsk_alloc(sk, state);

	if (tw != NULL) {
		s32 least = (s32)((rto << 2) - (rto >> 1));

		tw_init(tw, sk);
		if (timeo < least)
			timeo = least;
		if (state == TCP_TIME_WAIT)
			timeo = TCP_TIMEWAIT_LEN;
		inet_twsk_hashdance_schedule(tw, sk, (u64)(s64)timeo);
	} else {
		mib_inc(net, LINUX_MIB_TCPTIMEWAITOVERFLOW);
	}
	tcp_update_metrics(sk);
	tcp_done(sk);
}

void tcp_twsk_purge(struct net *net)
{
	inet_twsk_purge(net);
}

/* -------- from a request to a socket -------- */

/* The window that the SYN-ACK offers, and its scale. */
void tcp_openreq_init_rwin(struct request_sock *req, const struct sock *sk_listener,
			   const struct dst_entry *dst)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	const struct tcp_sock *tp = tcp_sk(sk_listener);
	s32 full_space = tcp_full_space(sk_listener);
	u32 mss = tcp_mss_clamp(tp, (u16)tcp_dst_advmss(dst));
	u32 rcv_wnd = dst_metric(dst, RTAX_INITRWND);
	u8 rcv_wscale;

	req->rsk_window_clamp =
		tp->window_clamp != 0 ? tp->window_clamp : dst_metric(dst, RTAX_WINDOW);
	/* No more than a receive buffer that the program made small. */
	if ((sk_listener->sk_userlocks & SOCK_RCVBUF_LOCK) != 0 &&
	    (req->rsk_window_clamp > (u32)full_space || req->rsk_window_clamp == 0))
		req->rsk_window_clamp = (u32)full_space;
	tcp_select_initial_window(
		sk_listener, full_space, mss - (ireq->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0u),
		&req->rsk_rcv_wnd, &req->rsk_window_clamp, ireq->wscale_ok, &rcv_wscale, rcv_wnd);
	ireq->rcv_wscale = rcv_wscale;
}

/* LINUX: tcp_ca_find_key(). */
static const struct tcp_congestion_ops *tcp_ca_find_key(u32 key)
{
	const struct tcp_congestion_ops *const all[] = { &cubictcp, &tcp_reno };

	for (u32 i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (key != 0 && all[i]->key == key)
			return all[i];
	return NULL;
}

/* The congestion control is the route's, else the program's, else the host's. */
void tcp_ca_openreq_child(struct sock *sk, const struct dst_entry *dst)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_congestion_ops *ca = tcp_ca_find_key(dst_metric(dst, RTAX_CC_ALGO));

	if (ca != NULL) {
		icsk->icsk_ca_dst_locked = dst_metric_locked(dst, RTAX_CC_ALGO);
		icsk->icsk_ca_ops = ca;
	} else if (!icsk->icsk_ca_setsockopt) {
		tcp_assign_congestion_control(sk);
	}
	tcp_set_ca_state(sk, TCP_CA_Open);
}

static void child_sequence(struct tcp_sock *newtp, const struct tcp_request_sock *treq)
{
	u32 rcv = treq->rcv_isn + 1, snd = treq->snt_isn + 1;

	newtp->pred_flags = (be32){ 0 };
	newtp->rcv_wup = rcv;
	newtp->copied_seq = rcv;
	newtp->rcv_nxt = rcv;
	newtp->segs_in = 1;
	newtp->snd_sml = snd;
	newtp->snd_una = snd;
	newtp->snd_nxt = snd;
	newtp->snd_up = snd;
	newtp->write_seq = snd;
	newtp->pushed_seq = snd;
	newtp->snd_wl1 = treq->rcv_isn; /* LINUX: tcp_init_wl() */
}

/* What both sides have agreed on. */
static void child_options(struct tcp_sock *newtp, const struct request_sock *req,
			  const struct sk_buff *skb)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	struct tcp_options_received *opt = &newtp->rx_opt;

	opt->tstamp_ok = ireq->tstamp_ok;
	opt->sack_ok = ireq->sack_ok;
	newtp->window_clamp = req->rsk_window_clamp;
	newtp->rcv_ssthresh = req->rsk_rcv_wnd;
	newtp->rcv_wnd = req->rsk_rcv_wnd;
	opt->wscale_ok = ireq->wscale_ok;
	opt->snd_wscale = opt->wscale_ok ? ireq->snd_wscale : 0;
	opt->rcv_wscale = opt->wscale_ok ? ireq->rcv_wscale : 0;
	if (!opt->wscale_ok)
		newtp->window_clamp = min_u32(newtp->window_clamp, 65535);
	newtp->snd_wnd = (u32)get_be16(tcp_hdr(skb) + TCP_WINDOW) << opt->snd_wscale;
	newtp->max_window = newtp->snd_wnd;
	opt->mss_clamp = req->mss;
	newtp->ecn_flags = ireq->ecn_ok ? TCP_ECN_OK : 0;
}

static void child_tstamp(struct tcp_sock *newtp, const struct request_sock *req, struct net *net)
{
	const struct tcp_request_sock *treq = tcp_rsk(req);
	bool tstamp_ok = newtp->rx_opt.tstamp_ok;

	newtp->tcp_usec_ts = tstamp_ok && treq->req_usec_ts;
	if (tstamp_ok)
		newtp->rx_opt.ts_recent = req->ts_recent;
	newtp->rx_opt.ts_recent_stamp = tstamp_ok ? ktime_get_seconds(net) : 0;
	newtp->tcp_header_len = (u16)(TCP_HLEN + (tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0));
	newtp->tsoffset = treq->ts_off;
}

/* The SYN-ACK was sent again: what came back may answer either one. */
static void child_retransmits(struct tcp_sock *newtp, const struct request_sock *req,
			      struct net *net)
{
	const struct tcp_request_sock *treq = tcp_rsk(req);

	newtp->total_retrans = req->num_retrans;
	if (req->num_timeout == 0)
		return;
	newtp->total_rto = req->num_timeout;
	newtp->undo_marker = treq->snt_isn;
	if (newtp->tcp_usec_ts) {
		newtp->retrans_stamp = (u32)treq->snt_synack;
		newtp->total_rto_time =
			((u32)(ktime_get_ns(net) / 1000) - newtp->retrans_stamp) / 1000;
	} else {
		newtp->retrans_stamp = (u32)(treq->snt_synack / 1000);
		newtp->total_rto_time = (u32)(ktime_get_ns(net) / 1000000) - newtp->retrans_stamp;
	}
	newtp->total_rto_recoveries = 1;
}

/* A copy of the listener becomes the connection that was asked for; locked. NULL: no room. */
struct sock *tcp_create_openreq_child(const struct sock *sk, struct request_sock *req,
				      struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	PROBE(net, tcp_create_openreq_child);
	struct sock *newsk = inet_csk_clone_lock(sk, req);
	struct inet_connection_sock *newicsk;
	struct tcp_sock *newtp;

	if (newsk == NULL)
		return NULL;
	newicsk = inet_csk(newsk);
	newtp = tcp_sk(newsk);
	child_sequence(newtp, tcp_rsk(req));
	INIT_LIST_HEAD(&newtp->tsq_node);
	INIT_LIST_HEAD(&newtp->tsorted_sent_queue);
	(void)minmax_reset(&newtp->rtt_min, tcp_jiffies32(newsk), UINT32_MAX);
	newicsk->icsk_ack.lrcvtime = tcp_jiffies32(newsk);
	newtp->lsndtime = tcp_jiffies32(newsk);
	newsk->sk_txhash = tcp_rsk(req)->txhash;
	tcp_init_xmit_timers(newsk);
	if (sock_flag(newsk, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(newsk, keepalive_time_when(newtp));
	child_options(newtp, req, skb);
	child_tstamp(newtp, req, net);
	child_retransmits(newtp, req, net);
	if (skb->len >= (u32)TCP_MSS_DEFAULT + newtp->tcp_header_len)
		newicsk->icsk_ack.last_seg_size = (u16)(skb->len - newtp->tcp_header_len);
	newtp->fastopen_rsk = NULL;
	mib_inc(net, TCP_MIB_PASSIVEOPENS);
	return newsk;
}

/* -------- segments for a request -------- */

static bool req_parse(struct sk_buff *skb, struct request_sock *req,
		      struct tcp_options_received *opt)
{
	struct net *net = req_net(req);
	const u8 *th = tcp_hdr(skb);

	*opt = (struct tcp_options_received){ .saw_tstamp = false };
	if (tcp_hlen(th) == TCP_HLEN)
		return false;
	tcp_parse_options(net, skb, opt, false);
	if (!opt->saw_tstamp)
		return false;
	opt->ts_recent = req->ts_recent;
	if (opt->rcv_tsecr != 0)
		opt->rcv_tsecr -= tcp_rsk(req)->ts_off;
	/* When it came is not kept; about as long ago as the request waits. */
	opt->ts_recent_stamp = ktime_get_seconds(net) - (u32)(reqsk_timeout(req, TCP_RTO_MAX) / HZ);
	return tcp_paws_reject(net, opt, tcp_th_has(th, TCPHDR_RST));
}

/* RFC 1122 4.2.2.8: the SYN comes again, so the SYN-ACK goes again, and its timer starts anew. */
static void req_syn_again(struct sock *sk, struct sk_buff *skb, struct request_sock *req)
{
	struct net *net = sock_net(sk);

	if (tcp_oow_rate_limited(net, skb, LINUX_MIB_TCPACKSKIPPEDSYNRECV,
				 &tcp_rsk(req)->last_oow_ack_time) ||
	    inet_rtx_syn_ack(sk, req) != 0)
		return;
	if (timer_pending(&req->rsk_timer))
		(void)mod_timer(net, &req->rsk_timer,
				net_jiffies(net) + reqsk_timeout(req, TCP_RTO_MAX));
}

/* RFC 9293 3.10.7.4: what is not in the window is acknowledged. */
static void req_out_of_window(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
			      bool paws_reject)
{
	struct net *net = sock_net(sk);

	if (!tcp_th_has(tcp_hdr(skb), TCPHDR_RST) &&
	    !tcp_oow_rate_limited(net, skb, LINUX_MIB_TCPACKSKIPPEDSYNRECV,
				  &tcp_rsk(req)->last_oow_ack_time))
		req->rsk_ops->send_ack(sk, skb, req);
	if (paws_reject)
		mib_inc(net, LINUX_MIB_PAWSESTABREJECTED);
}

/* The request ends, with a reset unless one came. */
static void req_reset(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
		      bool *lost_race)
{
	bool unlinked;

	if (!tcp_th_has(tcp_hdr(skb), TCPHDR_RST))
		req->rsk_ops->send_reset(sk, skb, SK_RST_REASON_INVALID_SYN);
	unlinked = inet_csk_reqsk_queue_drop(sk, req);
	if (unlinked)
		mib_inc(sock_net(sk), LINUX_MIB_EMBRYONICRSTS);
	*lost_race = !unlinked;
}

/* The listener's queue is full. */
static void req_overflow(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
			 bool *lost_race)
{
	struct net *net = sock_net(sk);

	if (sk != req->rsk_listener)
		mib_inc(net, LINUX_MIB_TCPMIGRATEREQFAILURE);
	if (net->sysctl.tcp_abort_on_overflow == 0)
		inet_rsk(req)->acked = true; /* no need to send the SYN-ACK again */
	else
		req_reset(sk, skb, req, lost_race);
}

/* The ACK that completes the handshake. */
static struct sock *req_complete(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
				 const struct tcp_options_received *opt, bool *lost_race)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool own_req = false;
	struct sock *child;

	child = inet_csk(sk)->icsk_af_ops->syn_recv_sock(sk, skb, req, NULL, req, &own_req);
	if (child == NULL) {
		req_overflow(sk, skb, req, lost_race);
		return NULL;
	}
	if (own_req && opt->saw_tstamp && !after(cb->seq, tcp_rsk(req)->rcv_nxt))
		tcp_sk(child)->rx_opt.ts_recent = opt->rcv_tsval;
	sock_rps_save_rxhash(child, skb);
	tcp_synack_rtt_meas(child, req);
	*lost_race = !own_req;
	return inet_csk_complete_hashdance(sk, child, req, own_req);
}

/* TCP_DEFER_ACCEPT: an ACK without data is not enough yet. */
static bool req_defers(const struct sock *sk, const struct sk_buff *skb,
		       const struct request_sock *req)
{
	return req->num_timeout < inet_csk(sk)->icsk_accept_queue.rskq_defer_accept &&
	       TCP_SKB_CB(skb)->end_seq == tcp_rsk(req)->rcv_isn + 1;
}

/* RFC 9293 3.10.7.4, SYN-RECEIVED. sk is the listener: it is the answer where it has to send a
 * reset; otherwise the answer is the new socket, locked, or NULL. *lost_race: the request was gone.
 */
struct sock *tcp_check_req(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
			   bool *lost_race)
{
	struct net *net = sock_net(sk);
	PROBE(net, tcp_check_req);
	const struct tcp_request_sock *treq = tcp_rsk(req);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u8 flg = tcp_hdr(skb)[TCP_FLAG_BYTE] & (TCPHDR_RST | TCPHDR_SYN | TCPHDR_ACK);
	struct tcp_options_received opt;
	bool paws_reject = req_parse(skb, req, &opt);

	if (cb->seq == treq->rcv_isn && flg == TCPHDR_SYN && !paws_reject) {
		req_syn_again(sk, skb, req);
		return NULL;
	}
	/* RFC 9293 3.10.7.4: an ACK of something else than the SYN-ACK is reset; first, so that
	 * crossed SYNs of somebody else make no connection.
	 */
	if ((flg & (TCPHDR_ACK | TCPHDR_RST)) == TCPHDR_ACK && cb->ack_seq != treq->snt_isn + 1)
		return sk;
	if (paws_reject || !tcp_in_window(cb->seq, cb->end_seq, treq->rcv_nxt,
					  treq->rcv_nxt + tcp_synack_window(req))) {
		req_out_of_window(sk, skb, req, paws_reject);
		return NULL;
	}
	/* The SYN itself lies before the window. */
	if (cb->seq == treq->rcv_isn)
		flg &= (u8)~TCPHDR_SYN;
	/* RFC 5961 3.2: a reset must hit the number exactly. */
	if ((flg & TCPHDR_RST) != 0 && cb->seq != treq->rcv_nxt) {
		tcp_reqsk_send_challenge_ack(sk, skb, req);
		return NULL;
	}
	if ((flg & (TCPHDR_RST | TCPHDR_SYN)) != 0) {
		mib_inc(net, TCP_MIB_ATTEMPTFAILS);
		req_reset(sk, skb, req, lost_race);
		return NULL;
	}
	if ((flg & TCPHDR_ACK) == 0)
		return NULL;
	if (req_defers(sk, skb, req)) {
		inet_rsk(req)->acked = true;
		mib_inc(net, LINUX_MIB_TCPDEFERACCEPTDROP);
		return NULL;
	}
	return req_complete(sk, skb, req, &opt, lost_race);
}

/* The segment that made the child is its first one. Unlocks the child. A reason: it was refused,
 * and the packet is still the caller's.
 */
enum drop_reason tcp_child_process(struct sock *parent, struct sock *child, struct sk_buff *skb)
{
	PROBE(sock_net(child), tcp_child_process);
	u8 state = child->sk_state;
	enum drop_reason reason;

	/* No program can have it before it is accepted. */
	assert(!sock_owned_by_user(child));
	sk_mark_napi_id(child, skb);
	tcp_segs_in(tcp_sk(child), skb);
	reason = tcp_rcv_state_process(child, skb);
	if (state == TCP_SYN_RECV && child->sk_state != state)
		parent->sk_data_ready(parent);
	bh_unlock_sock(child);
	sock_put(child);
	return reason;
}
