// SPDX-License-Identifier: MIT
/* syncookies.c - connections that cost nothing until the handshake is complete: what would be kept
 * of a SYN goes into the sequence number and the time stamp of the SYN-ACK, and comes back.
 *
 * Path: tcp_conn_request() asks for a cookie when too many requests wait; tcp_v4_do_rcv() shows
 * each ACK for a listener.
 * Rules: RFC 4987 3.6; LINUX: net/ipv4/syncookies.c.
 */
#include "ipv4/tcp.h"

#include "core/sock_reuseport.h"
#include "uapi/in.h"

enum {
	COOKIE_BITS = 24, /* the minutes above, the data below */
	COOKIE_MASK = (1 << COOKIE_BITS) - 1,
	MAX_SYNCOOKIE_AGE = 2, /* minutes */
	TCP_SYNCOOKIE_PERIOD = 60 * HZ,
	TCP_SYNCOOKIE_VALID = MAX_SYNCOOKIE_AGE * TCP_SYNCOOKIE_PERIOD,
	/* The lowest bits of the SYN-ACK's time stamp. A scale of 15: none was asked for. */
	TS_OPT_WSCALE_MASK = 0xf,
	TS_OPT_SACK = 1 << 4,
	TS_OPT_ECN = 1 << 5,
	TS_BITS = 6
};

/* Of what the SYN offers, the largest of these is what it gets. */
static const u16 msstab[] = { 536, 1300, 1440, 1460 };
enum { MSSTAB_LEN = sizeof(msstab) / sizeof(msstab[0]) };

/* -------- when -------- */

/* LINUX: time_between32(): does t lie in [l, h]? */
static bool time_between32(u32 t, u32 l, u32 h)
{
	return h - l >= t - l;
}

/* Of a group of listeners together, or of one, whose time stamp option has no other use. */
static u32 *synq_overflow_ts(const struct sock *sk)
{
	if (sk->sk_reuseport != 0 && sk->sk_reuseport_cb != NULL)
		return &sk->sk_reuseport_cb->synq_overflow_ts;
	return &tcp_sk(sk)->rx_opt.ts_recent_stamp;
}

/* The listener has no room for requests. */
void tcp_synq_overflow(struct sock *sk)
{
	u32 now = net_jiffies32(sock_net(sk));
	u32 *last = synq_overflow_ts(sk);

	if (!time_between32(now, *last, *last + HZ))
		*last = now;
}

/* No cookie can be under way. */
bool tcp_synq_no_recent_overflow(const struct sock *sk)
{
	u32 now = net_jiffies32(sock_net(sk));
	u32 last = *synq_overflow_ts(sk);

	return !time_between32(now, last - HZ, last + TCP_SYNCOOKIE_VALID);
}

static u32 tcp_cookie_time(const struct net *net)
{
	return (u32)(net_jiffies64(net) / TCP_SYNCOOKIE_PERIOD);
}

/* -------- the sequence number -------- */

/* The ends of a connection, as the peer's segments name them. */
struct cookie_flow {
	be32 saddr, daddr;
	be16 sport, dport;
};

static struct cookie_flow cookie_flow_of(const struct sk_buff *skb)
{
	const u8 *iph = ip_hdr(skb), *th = tcp_hdr(skb);

	return (struct cookie_flow){ .saddr = ipv4_saddr(iph),
				     .daddr = ipv4_daddr(iph),
				     .sport = load_be16(th + TCP_SOURCE),
				     .dport = load_be16(th + TCP_DEST) };
}

static u32 cookie_hash(const struct cookie_flow *f, u32 count, u32 which)
{
	const siphash_key_t key = { { random_secret_u64(2 * which),
				      random_secret_u64(2 * which + 1) } };
	u32 ports = (u32)be16_as_le(f->sport) << 16 | be16_as_le(f->dport);

	return (u32)siphash_4u32(be32_as_le(f->saddr), be32_as_le(f->daddr), ports, count, &key);
}

/* One hash over all, and one below the minutes that hides the data. */
static u32 secure_tcp_syn_cookie(const struct net *net, const struct cookie_flow *f, u32 sseq,
				 u32 data)
{
	u32 count = tcp_cookie_time(net);

	return cookie_hash(f, 0, 0) + sseq + (count << COOKIE_BITS) +
	       ((cookie_hash(f, count, 1) + data) & COOKIE_MASK);
}

/* The data; UINT32_MAX: too old, or never a cookie. */
static u32 check_tcp_syn_cookie(const struct net *net, u32 cookie, const struct cookie_flow *f,
				u32 sseq)
{
	u32 count = tcp_cookie_time(net), diff;

	cookie -= cookie_hash(f, 0, 0) + sseq;
	diff = (count - (cookie >> COOKIE_BITS)) & (UINT32_MAX >> COOKIE_BITS);
	if (diff >= MAX_SYNCOOKIE_AGE)
		return UINT32_MAX;
	return (cookie - cookie_hash(f, count - diff, 1)) & COOKIE_MASK;
}

u32 cookie_v4_init_sequence(struct sk_buff *skb, u16 *mss)
{
	const struct cookie_flow f = cookie_flow_of(skb);
	u32 i = MSSTAB_LEN - 1;

	while (i > 0 && *mss < msstab[i])
		i--;
	*mss = msstab[i];
	return secure_tcp_syn_cookie(skb->net, &f, get_be32(tcp_hdr(skb) + TCP_SEQ), i);
}

/* LINUX: __cookie_v4_check(): the MSS that the cookie tells; 0: it is none. */
static u16 cookie_v4_check_mss(const struct sk_buff *skb)
{
	const struct cookie_flow f = cookie_flow_of(skb);
	const u8 *th = tcp_hdr(skb);
	u32 i = check_tcp_syn_cookie(skb->net, get_be32(th + TCP_ACK_SEQ) - 1, &f,
				     get_be32(th + TCP_SEQ) - 1);

	return i < MSSTAB_LEN ? msstab[i] : 0;
}

/* -------- the time stamp -------- */

/* The options go into the lowest bits; the result lies never in the future. */
u64 cookie_init_timestamp(struct request_sock *req, u64 now_ns)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	u64 ts_now = now_ns / 1000000;
	u32 options = ireq->wscale_ok ? ireq->snd_wscale : TS_OPT_WSCALE_MASK;
	u64 ts;

	if (ireq->sack_ok)
		options |= TS_OPT_SACK;
	if (ireq->ecn_ok)
		options |= TS_OPT_ECN;
	ts = (ts_now >> TS_BITS << TS_BITS) | options;
	if (ts > ts_now)
		ts -= 1 << TS_BITS;
	return ts * (tcp_rsk(req)->req_usec_ts ? 1000 : 1000000);
}

/* False: the echo tells of an option that is switched off meanwhile. */
static bool cookie_timestamp_decode(const struct net *net, struct tcp_options_received *opt)
{
	u32 options = opt->rcv_tsecr;

	if (!opt->saw_tstamp) {
		opt->tstamp_ok = false;
		opt->sack_ok = 0;
		opt->wscale_ok = false;
		opt->snd_wscale = 0;
		return true;
	}
	if (net->sysctl.tcp_timestamps == 0)
		return false;
	opt->sack_ok = (options & TS_OPT_SACK) != 0 ? TCP_SACK_SEEN : 0;
	if (opt->sack_ok != 0 && net->sysctl.tcp_sack == 0)
		return false;
	if ((options & TS_OPT_WSCALE_MASK) == TS_OPT_WSCALE_MASK)
		return true;
	opt->wscale_ok = true;
	opt->snd_wscale = options & TS_OPT_WSCALE_MASK;
	return net->sysctl.tcp_window_scaling != 0;
}

/* -------- the request, made again -------- */

/* LINUX: net_tx_rndhash(). */
static u32 net_tx_rndhash(struct net *net)
{
	u32 hash = get_random_u32(net->random);

	return hash != 0 ? hash : 1;
}

static void cookie_tcp_reqsk_init(const struct sock *sk, const struct sk_buff *skb,
				  struct request_sock *req)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	struct tcp_request_sock *treq = tcp_rsk(req);
	const u8 *th = tcp_hdr(skb);

	req->num_retrans = 0;
	ireq->ir_num = get_be16(th + TCP_DEST);
	ireq->ir_rmt_port = load_be16(th + TCP_SOURCE);
	ireq->ir_iif = sk->sk_bound_dev_if;
	ireq->ir_mark = inet_request_mark(sk, skb);
	ireq->smc_ok = false;
	treq->snt_synack = 0;
	treq->tfo_listener = false;
	treq->txhash = net_tx_rndhash(skb->net);
	treq->rcv_isn = get_be32(th + TCP_SEQ) - 1;
	treq->snt_isn = get_be32(th + TCP_ACK_SEQ) - 1;
	treq->syn_tos = TCP_SKB_CB(skb)->ip_dsfield;
}

static struct request_sock *cookie_tcp_reqsk_alloc(struct sock *sk, const struct sk_buff *skb,
						   const struct tcp_options_received *opt, u16 mss,
						   u32 tsoff)
{
	struct request_sock *req = inet_reqsk_alloc(&tcp_request_sock_ops, sk, false);
	struct inet_request_sock *ireq;

	if (req == NULL)
		return NULL;
	cookie_tcp_reqsk_init(sk, skb, req);
	ireq = inet_rsk(req);
	req->mss = mss;
	req->ts_recent = opt->saw_tstamp ? opt->rcv_tsval : 0;
	ireq->snd_wscale = opt->snd_wscale;
	ireq->tstamp_ok = opt->saw_tstamp;
	ireq->sack_ok = opt->sack_ok != 0;
	ireq->wscale_ok = opt->wscale_ok;
	ireq->ecn_ok = (opt->rcv_tsecr & TS_OPT_ECN) != 0;
	tcp_rsk(req)->req_usec_ts = false;
	tcp_rsk(req)->ts_off = tsoff;
	return req;
}

/* *is_cookie false: the segment has nothing to do with cookies. True and NULL: no room. */
static struct request_sock *cookie_tcp_check(struct sock *sk, struct sk_buff *skb, bool *is_cookie)
{
	struct net *net = sock_net(sk);
	struct tcp_options_received opt = { .saw_tstamp = false };
	u32 tsoff = 0;
	u16 mss;

	*is_cookie = false;
	if (tcp_synq_no_recent_overflow(sk))
		return NULL;
	mss = cookie_v4_check_mss(skb);
	if (mss == 0) {
		mib_inc(net, LINUX_MIB_SYNCOOKIESFAILED);
		return NULL;
	}
	mib_inc(net, LINUX_MIB_SYNCOOKIESRECV);
	tcp_parse_options(net, skb, &opt, false);
	if (opt.saw_tstamp && opt.rcv_tsecr != 0) {
		tsoff = tcp_request_sock_ipv4_ops.init_seq_and_ts_off(net, skb).ts_off;
		opt.rcv_tsecr -= tsoff;
	}
	if (!cookie_timestamp_decode(net, &opt))
		return NULL;
	*is_cookie = true;
	return cookie_tcp_reqsk_alloc(sk, skb, &opt, mss, tsoff);
}

/* The route of the SYN-ACK, once more: the window follows from it. */
static struct rtable *cookie_route(struct sock *sk, const struct sk_buff *skb,
				   struct request_sock *req, struct flowi4 *fl4)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	const u8 *th = tcp_hdr(skb);
	/* LINUX: of a packet that came, struct ip_options has no address. */
	be32 daddr = TCP_SKB_CB(skb)->header.srr != 0 ? (be32){ 0 } : ireq->ir_rmt_addr;
	int err = 0;

	flowi4_init_output(fl4, ireq->ir_iif, ireq->ir_mark, ip_sock_rt_tos(sk),
			   ip_sock_rt_scope(sk), IPPROTO_TCP, inet_sk_flowi_flags(sk), daddr,
			   ireq->ir_loc_addr, load_be16(th + TCP_SOURCE), load_be16(th + TCP_DEST),
			   sk->sk_uid);
	return ip_route_output_flow(sock_net(sk), fl4, NULL, &err);
}

static void cookie_window(const struct sock *sk, struct request_sock *req,
			  const struct dst_entry *dst)
{
	struct inet_request_sock *ireq = inet_rsk(req);
	u32 clamp = tcp_sk(sk)->window_clamp;
	s32 full_space = tcp_full_space(sk);
	u8 rcv_wscale;

	req->rsk_window_clamp = clamp != 0 ? clamp : dst_metric(dst, RTAX_WINDOW);
	if ((sk->sk_userlocks & SOCK_RCVBUF_LOCK) != 0 &&
	    (req->rsk_window_clamp > (u32)full_space || req->rsk_window_clamp == 0))
		req->rsk_window_clamp = (u32)full_space;
	tcp_select_initial_window(sk, full_space, req->mss, &req->rsk_rcv_wnd,
				  &req->rsk_window_clamp, ireq->wscale_ok, &rcv_wscale,
				  dst_metric(dst, RTAX_INITRWND));
	ireq->rcv_wscale = rcv_wscale;
	ireq->ecn_ok = ireq->ecn_ok &&
		       (sock_net(sk)->sysctl.tcp_ecn != 0 || dst_feature(dst, RTAX_FEATURE_ECN));
}

/* Takes over the request and the route. NULL: no socket came of it. */
static struct sock *tcp_get_cookie_sock(struct sock *sk, struct sk_buff *skb,
					struct request_sock *req, struct dst_entry *dst)
{
	bool own_req = false;
	struct sock *child;

	child = inet_csk(sk)->icsk_af_ops->syn_recv_sock(sk, skb, req, dst, NULL, &own_req);
	if (child == NULL) {
		reqsk_free(req);
		return NULL;
	}
	req->rsk_refcnt = 1;
	sock_rps_save_rxhash(child, skb);
	if (inet_csk_reqsk_queue_add(sk, req, child) != NULL)
		return child;
	bh_unlock_sock(child);
	sock_put(child);
	reqsk_put(req);
	return NULL;
}

/* sk listens. It is the answer where the segment is no cookie's; else the new socket, locked. NULL:
 * it could not be made, and the packet is gone.
 */
struct sock *cookie_v4_check(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	const u8 *th = tcp_hdr(skb), *iph = ip_hdr(skb);
	struct inet_request_sock *ireq;
	struct request_sock *req;
	struct flowi4 fl4;
	struct rtable *rt;
	bool is_cookie;
	struct sock *child;

	if (net->sysctl.tcp_syncookies == 0 || !tcp_th_has(th, TCPHDR_ACK) ||
	    tcp_th_has(th, TCPHDR_RST))
		return sk;
	req = cookie_tcp_check(sk, skb, &is_cookie);
	if (!is_cookie)
		return sk;
	if (req == NULL) {
		kfree_skb_reason(skb, DROP_NO_SOCKET);
		return NULL;
	}
	ireq = inet_rsk(req);
	ireq->ir_loc_addr = ipv4_daddr(iph);
	ireq->ir_rmt_addr = ipv4_saddr(iph);
	/* RFC 1122 4.2.3.8: the options of the SYN, as far as the ACK has them again. */
	ireq->ireq_opt = tcp_v4_save_options(net, skb, ireq);
	rt = cookie_route(sk, skb, req, &fl4);
	if (rt == NULL) {
		reqsk_free(req);
		kfree_skb_reason(skb, DROP_IP_OUTNOROUTES);
		return NULL;
	}
	cookie_window(sk, req, &rt->dst);
	child = tcp_get_cookie_sock(sk, skb, req, &rt->dst);
	if (child == NULL) {
		kfree_skb_reason(skb, DROP_NO_SOCKET);
		return NULL;
	}
	inet_sk(child)->cork.fl4 = fl4;
	return child;
}
