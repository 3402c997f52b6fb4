// SPDX-License-Identifier: MIT
/* tcp_conn_request.c - a SYN for a listener: it becomes a request, or a cookie, or nothing.
 *
 * Path: tcp_rcv_state_process() of a listener calls tcp_v4_conn_request(), which calls
 * tcp_conn_request(); that sends the SYN-ACK.
 * Rules: RFC 9293 3.10.7.2, RFC 4987 (SYN flooding), RFC 3168 6.1.1, RFC 8311 4.3;
 * LINUX: net/ipv4/tcp_input.c. Missing: fast open, signatures.
 */
#include "ipv4/tcp_input_internal.h"

enum { TCPHDR_RES1 = 0x0f };

/* RFC 3168 6.1.1: a SYN must not carry ECT or CE: then the network plays games and ECN is left
 * alone, unless a reserved bit says that the peer knows more (RFC 8311 4.3).
 */
static void tcp_ecn_create_request(struct request_sock *req, const struct sk_buff *skb,
				   const struct sock *listen_sk, const struct dst_entry *dst)
{
	const u8 *th = tcp_hdr(skb);
	bool ect = (TCP_SKB_CB(skb)->ip_dsfield & INET_ECN_MASK) != INET_ECN_NOT_ECT;
	bool res1 = (th[TCP_DOFF] & TCPHDR_RES1) != 0, wanted;

	if (!tcp_th_has(th, TCPHDR_ECE) || !tcp_th_has(th, TCPHDR_CWR))
		return;
	wanted = sock_net(listen_sk)->sysctl.tcp_ecn != 0 || dst_feature(dst, RTAX_FEATURE_ECN);
	if (((!ect || res1) && wanted) || tcp_ca_needs_ecn(listen_sk))
		inet_rsk(req)->ecn_ok = true;
}

static void tcp_openreq_init(struct request_sock *req, const struct tcp_options_received *rx_opt,
			     const struct sk_buff *skb, const struct sock *sk)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	struct tcp_request_sock *treq = tcp_rsk(req);
	const u8 *th = tcp_hdr(skb);

	req->rsk_rcv_wnd = 0;
	treq->rcv_isn = TCP_SKB_CB(skb)->seq;
	treq->rcv_nxt = TCP_SKB_CB(skb)->seq + 1;
	treq->snt_synack = 0;
	treq->last_oow_ack_time = 0;
	req->mss = rx_opt->mss_clamp;
	req->ts_recent = rx_opt->saw_tstamp ? rx_opt->rcv_tsval : 0;
	ireq->tstamp_ok = rx_opt->tstamp_ok;
	ireq->sack_ok = rx_opt->sack_ok != 0;
	ireq->snd_wscale = rx_opt->snd_wscale;
	ireq->wscale_ok = rx_opt->wscale_ok;
	ireq->acked = false;
	ireq->ecn_ok = false;
	ireq->ir_rmt_port = load_be16(th + TCP_SOURCE);
	ireq->ir_num = get_be16(th + TCP_DEST);
	ireq->ir_mark = inet_request_mark(sk, skb);
}

/* The queue is full: true: a cookie goes. */
static bool tcp_syn_flood_action(struct sock *sk)
{
	struct net *net = sock_net(sk);
	bool want_cookie = net->sysctl.tcp_syncookies != 0;

	mib_inc(net, want_cookie ? LINUX_MIB_TCPREQQFULLDOCOOKIES : LINUX_MIB_TCPREQQFULLDROP);
	if (net->sysctl.tcp_syncookies != 2)
		inet_csk(sk)->icsk_accept_queue.synflood_warned = true;
	return want_cookie;
}

u16 tcp_get_syncookie_mss(const struct request_sock_ops *rsk_ops,
			  const struct tcp_request_sock_ops *af_ops, struct sock *sk, const u8 *th)
{
	u16 mss;

	(void)rsk_ops;
	if (sock_net(sk)->sysctl.tcp_syncookies != 2 && !inet_csk_reqsk_queue_is_full(sk))
		return 0;
	if (!tcp_syn_flood_action(sk))
		return 0;
	if (sk_acceptq_is_full(sk)) {
		mib_inc(sock_net(sk), LINUX_MIB_LISTENOVERFLOWS);
		return 0;
	}
	mss = tcp_parse_mss_option(th, tcp_sk(sk)->rx_opt.user_mss);
	return mss != 0 ? mss : af_ops->mss_clamp;
}

/* What a SYN brings, while its request is made. */
struct syn {
	const struct tcp_request_sock_ops *af_ops;
	struct sock *sk;
	struct sk_buff *skb;
	struct request_sock *req;
	struct dst_entry *dst;
	struct flowi4 fl4;
	struct tcp_options_received opt;
	struct tcp_fastopen_cookie foc;
	u32 isn; /* not 0: a TIME-WAIT socket has made room, and asks for this one */
	bool reused, want_cookie;
};

/* A SYN that takes the place of a TIME-WAIT socket is not held back. */
static bool queues_have_room(struct syn *s)
{
	struct net *net = sock_net(s->sk);

	if (!s->reused &&
	    (net->sysctl.tcp_syncookies == 2 || inet_csk_reqsk_queue_is_full(s->sk))) {
		s->want_cookie = tcp_syn_flood_action(s->sk);
		if (!s->want_cookie)
			return false;
	}
	if (sk_acceptq_is_full(s->sk)) {
		mib_inc(net, LINUX_MIB_LISTENOVERFLOWS);
		return false;
	}
	return true;
}

static void request_options(struct syn *s)
{
	tcp_clear_options(&s->opt);
	s->opt.mss_clamp = s->af_ops->mss_clamp;
	s->opt.user_mss = tcp_sk(s->sk)->rx_opt.user_mss;
	tcp_parse_options_foc(sock_net(s->sk), s->skb, &s->opt, false,
			      s->want_cookie ? NULL : &s->foc);
	/* A cookie has room for options in the time stamp only. */
	if (s->want_cookie && !s->opt.saw_tstamp)
		tcp_clear_options(&s->opt);
	s->opt.tstamp_ok = s->opt.saw_tstamp;
	tcp_openreq_init(s->req, &s->opt, s->skb, s->sk);
	inet_rsk(s->req)->no_srccheck = inet_test_bit(s->sk, INET_FLAGS_TRANSPARENT);
	inet_rsk(s->req)->ir_iif = s->sk->sk_bound_dev_if;
}

/* Without cookies the last quarter of the backlog is for those that were heard of before. */
static bool backlog_is_for_others(const struct syn *s)
{
	const struct net *net = sock_net(s->sk);
	s32 max = net->sysctl.tcp_max_syn_backlog;

	return net->sysctl.tcp_syncookies == 0 &&
	       max - (s32)inet_csk_reqsk_queue_len(s->sk) < max >> 2 &&
	       !tcp_peer_is_proven(s->req, s->dst);
}

/* LINUX: init_seq_and_ts_off(): one hash is both. False: nobody answers. */
static bool request_numbers(struct syn *s)
{
	struct tcp_request_sock *treq = tcp_rsk(s->req);
	bool draw = !s->want_cookie && !s->reused;
	struct tcp_seq_and_ts_off st = { 0 };

	if (draw || s->opt.tstamp_ok)
		st = s->af_ops->init_seq_and_ts_off(sock_net(s->sk), s->skb);
	if (s->opt.tstamp_ok) {
		treq->req_usec_ts = dst_feature(s->dst, RTAX_FEATURE_TCP_USEC_TS);
		treq->ts_off = st.ts_off;
	}
	if (!draw)
		return true;
	s->isn = st.seq;
	return !backlog_is_for_others(s);
}

/* LINUX: cookie_init_sequence(). */
static u32 cookie_isn(const struct syn *s)
{
	tcp_synq_overflow(s->sk);
	mib_inc(sock_net(s->sk), LINUX_MIB_SYNCOOKIESSENT);
	return s->af_ops->cookie_init_seq(s->skb, &s->req->mss);
}

/* LINUX: net_tx_rndhash(). */
static u32 tx_rndhash(struct net *net)
{
	u32 hash = get_random_u32(net->random);

	return hash != 0 ? hash : 1;
}

/* LINUX: tcp_try_fastopen(), as far as a server that does not offer it comes. */
static void try_fastopen(const struct syn *s)
{
	struct net *net = sock_net(s->sk);

	if (s->foc.len == 0)
		mib_inc(net, LINUX_MIB_TCPFASTOPENCOOKIEREQD);
}

static void request_fill(struct syn *s)
{
	struct tcp_request_sock *treq = tcp_rsk(s->req);

	tcp_ecn_create_request(s->req, s->skb, s->sk, s->dst);
	if (s->want_cookie) {
		s->isn = cookie_isn(s);
		if (!s->opt.tstamp_ok)
			inet_rsk(s->req)->ecn_ok = false;
	}
	treq->snt_isn = s->isn;
	treq->txhash = tx_rndhash(sock_net(s->sk));
	treq->syn_tos = TCP_SKB_CB(s->skb)->ip_dsfield;
	tcp_openreq_init_rwin(s->req, s->sk, s->dst);
	if (s->want_cookie)
		return;
	tcp_reqsk_record_syn(s->sk, s->req, s->skb);
	try_fastopen(s);
}

/* The SYN-ACK takes the route over. */
static void request_answer(struct syn *s)
{
	tcp_rsk(s->req)->tfo_listener = false;
	if (s->want_cookie) {
		(void)s->af_ops->send_synack(s->sk, s->dst, &s->fl4, s->req, TCP_SYNACK_COOKIE,
					     s->skb);
		reqsk_free(s->req);
		return;
	}
	s->req->timeout = TCP_TIMEOUT_INIT;
	if (!inet_csk_reqsk_queue_hash_add(s->sk, s->req, s->req->timeout)) {
		reqsk_free(s->req);
		dst_release(s->dst);
		return;
	}
	(void)s->af_ops->send_synack(s->sk, s->dst, &s->fl4, s->req, TCP_SYNACK_NORMAL, s->skb);
	reqsk_put(s->req);
}

/* False: dropped, nothing is left of it. */
static bool request_make(struct syn *s, const struct request_sock_ops *rsk_ops)
{
	s->req = inet_reqsk_alloc(rsk_ops, s->sk, !s->want_cookie);
	if (s->req == NULL)
		return false;
	s->req->syncookie = s->want_cookie;
	tcp_rsk(s->req)->af_specific = s->af_ops;
	tcp_rsk(s->req)->ts_off = 0;
	tcp_rsk(s->req)->req_usec_ts = false;
	request_options(s);
	s->dst = s->af_ops->route_req(s->sk, s->skb, &s->fl4, s->req, s->isn);
	if (s->dst == NULL) {
		reqsk_free(s->req);
		return false;
	}
	if (!request_numbers(s)) {
		dst_release(s->dst);
		reqsk_free(s->req);
		return false;
	}
	return true;
}

int tcp_conn_request(const struct request_sock_ops *rsk_ops,
		     const struct tcp_request_sock_ops *af_ops, struct sock *sk,
		     struct sk_buff *skb)
{
	struct syn s = { .af_ops = af_ops, .sk = sk, .skb = skb };

	PROBE(sock_net(sk), tcp_conn_request);
	s.foc.len = -1;
	s.isn = TCP_SKB_CB(skb)->tcp_tw_isn;
	s.reused = s.isn != 0;
	if (!queues_have_room(&s) || !request_make(&s, rsk_ops)) {
		tcp_listendrop(sk);
		return 0;
	}
	request_fill(&s);
	request_answer(&s);
	return 0;
}
