// SPDX-License-Identifier: MIT
/* tcp_ipv4.c - TCP over IPv4: segments that come and whose they are, and how connections begin.
 *
 * Path: ip_protocol_deliver_rcu() brings segments; tcp_input.c goes on. tcp_reply.c answers where
 * there is no connection, tcp_err.c has ICMP's errors.
 * Rules: RFC 9293 3.10.7, RFC 6191; LINUX: net/ipv4/tcp_ipv4.c.
 * Missing: fast open, requests that another listener takes over.
 */
#include "ipv4/tcp_ipv4.h"

#include "base/csum.h"
#include "core/filter.h"
#include "core/iov.h"
#include "uapi/errno.h"
#include "uapi/in.h"

/* Offsets in struct sockaddr_in. Programs are x86-64's: the family's low byte comes first. */
enum { SIN_FAMILY = 0, SIN_PORT = 2, SIN_ADDR = 4 };
enum { INET_ECN_MASK = 3 };

/* -------- the control socket -------- */

/* What answers for no socket is never fragmented, so it needs no identification either. */
void tcp_sk_init(struct net *net)
{
	int err = inet_ctl_sock_create(&net->tcp->ctl, net, IPPROTO_TCP);

	assert(err == 0);
	inet_sk(net->tcp->ctl.sk)->pmtudisc = IP_PMTUDISC_DO;
	tcp_tasklet_init(net);
	tcp_metrics_init(net);
}

/* A connection that no program has any more, but that has not come to its end yet. */
static struct sock *find_orphan(struct net *net)
{
	const struct hlist_node *n;

	hlist_for_each (n, &net->socks) {
		struct sock *sk = hlist_entry(n, struct sock, sk_all);

		if (sk->sk_prot == &tcp_prot && sock_flag(sk, SOCK_DEAD) &&
		    sk->sk_state != TCP_CLOSE)
			return sk;
	}
	return NULL;
}

static void end_orphans(struct net *net)
{
	struct cpu *c = this_cpu(net);
	struct sock *sk;

	while ((sk = find_orphan(net)) != NULL) {
		sock_hold(sk);
		local_bh_disable(c);
		bh_lock_sock(sk);
		tcp_done(sk);
		bh_unlock_sock(sk);
		local_bh_enable(c);
		sock_put(sk);
	}
}

void tcp_sk_exit(struct net *net)
{
	end_orphans(net);
	tcp_twsk_purge(net);
	tcp_metrics_flush_all(net);
	inet_ctl_sock_destroy(&net->tcp->ctl);
}

/* -------- checksums -------- */

bool tcp_checksum_complete(struct sk_buff *skb)
{
	return !skb_csum_unnecessary(skb) && skb_checksum_complete(skb) != 0;
}

/* The sum over the pseudo header; who sends the packet sums the rest. */
void tcp_v4_send_check_addr(struct sk_buff *skb, be32 saddr, be32 daddr)
{
	u32 pseudo = csum_tcpudp_nofold(saddr, daddr, skb->len, IPPROTO_TCP, 0);

	put_be16(tcp_hdr(skb) + TCP_CHECK, (u16)~csum_fold(pseudo));
	skb->csum_start = skb->transport_header;
	skb->csum_offset = TCP_CHECK;
}

void tcp_v4_send_check(struct sock *sk, struct sk_buff *skb)
{
	tcp_v4_send_check_addr(skb, inet_sk(sk)->inet_saddr, sk->sk_daddr);
}

static void trace_tcp_bad_csum(const struct sk_buff *skb)
{
	const u8 *iph = ip_hdr(skb), *th = tcp_hdr(skb);

	TRACE(skb->net, tcp_bad_csum, be32_to_cpu(ipv4_saddr(iph)), get_be16(th + TCP_SOURCE),
	      be32_to_cpu(ipv4_daddr(iph)), get_be16(th + TCP_DEST));
}

static enum drop_reason tcp_csum_error(struct net *net, const struct sk_buff *skb)
{
	trace_tcp_bad_csum(skb);
	mib_inc(net, TCP_MIB_CSUMERRORS);
	mib_inc(net, TCP_MIB_INERRS);
	return DROP_TCP_CSUM;
}

/* -------- connecting -------- */

static int tcp_v4_pre_connect(struct sock *sk, const u8 *uaddr, int addr_len)
{
	(void)sk;
	(void)uaddr;
	return addr_len < SOCKADDR_IN_BYTES ? -EINVAL : 0;
}

/* May the port of what is in TIME-WAIT be taken for a new connection to the same peer? twp: a port
 * is being searched for; NULL: the program gave it.
 */
int tcp_twsk_unique(struct sock *sk, struct sock *sktw, void *twp)
{
	const struct inet_timewait_sock *tw = inet_twsk(sktw);
	const struct tcp_timewait_sock *tcptw = tcp_twsk(sktw);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 reuse = sock_net(sk)->sysctl.tcp_tw_reuse;
	u32 stamp = tcptw->tw_ts_recent_stamp;

	if (tw->tw_substate == TCP_FIN_WAIT2)
		reuse = 0;
	if (reuse == 2 && tw->tw_bound_dev_if != LOOPBACK_IFINDEX &&
	    !ipv4_is_loopback(tw->tw_daddr) && !ipv4_is_loopback(tw->tw_rcv_saddr))
		reuse = 0;
	/* RFC 6191: time stamps tell old segments from new ones, once the clock has moved on. */
	if (stamp == 0)
		return 0;
	if (twp != NULL && (reuse == 0 || (s32)(stamp - ktime_get_seconds(sock_net(sk))) >= 0))
		return 0;
	if (sktw->sk_refcnt == 0)
		return 0;
	sktw->sk_refcnt++;
	if (!tp->repair) {
		/* Beyond any window of the old connection. */
		u32 seq = tcptw->tw_snd_nxt + 65535 + 2;

		tp->write_seq = seq != 0 ? seq : 1;
		tp->rx_opt.ts_recent = tcptw->tw_ts_recent;
		tp->rx_opt.ts_recent_stamp = stamp;
	}
	return 1;
}

/* A route and our address. On failure nothing has changed that matters. */
static struct rtable *connect_route(struct sock *sk, const u8 *uaddr, be32 nexthop, int *err)
{
	struct inet_sock *inet = inet_sk(sk);
	struct flowi4 *fl4 = &inet->cork.fl4;
	struct rtable *rt;

	rt = ip_route_connect(fl4, nexthop, inet->inet_saddr, sk->sk_bound_dev_if, IPPROTO_TCP,
			      inet->inet_sport, load_be16(uaddr + SIN_PORT), sk, err);
	if (rt == NULL) {
		if (*err == -ENETUNREACH)
			mib_inc(sock_net(sk), IPSTATS_MIB_OUTNOROUTES);
		return NULL;
	}
	/* RFC 9293 3.9.2.3: a connection has two ends. */
	if ((rt->rt_flags & (u32)(RTCF_MULTICAST | RTCF_BROADCAST)) != 0) {
		ip_rt_put(rt);
		*err = -ENETUNREACH;
		return NULL;
	}
	return rt;
}

static int connect_source(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (be32_is_zero(inet->inet_saddr))
		return inet_bhash2_update_saddr(sk, inet->cork.fl4.saddr);
	sk->sk_rcv_saddr = inet->inet_saddr;
	return 0;
}

/* The peer is known from here on. */
static void connect_peer(struct sock *sk, be32 daddr, be16 dport)
{
	const struct ip_options_rcu *opt = inet_sk(sk)->inet_opt;
	struct tcp_sock *tp = tcp_sk(sk);

	/* What the last connection of this socket has left. */
	if (tp->rx_opt.ts_recent_stamp != 0 && !be32_eq(sk->sk_daddr, daddr)) {
		tp->rx_opt.ts_recent = 0;
		tp->rx_opt.ts_recent_stamp = 0;
		if (!tp->repair)
			tp->write_seq = 0;
	}
	sk->sk_dport = dport;
	sk->sk_daddr = daddr;
	inet_csk(sk)->icsk_ext_hdr_len = opt != NULL ? opt->opt.optlen : 0;
	tp->rx_opt.mss_clamp = TCP_MSS_DEFAULT;
}

static void connect_sequence(struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_seq_and_ts_off st;

	if (tp->repair)
		return;
	/* The clock is read also where the number is not needed. */
	st = secure_tcp_seq_and_ts_off(sock_net(sk), inet->inet_saddr, sk->sk_daddr,
				       inet->inet_sport, sk->sk_dport);
	if (tp->write_seq == 0)
		tp->write_seq = st.seq;
	tp->tsoffset = st.ts_off;
}

/* From a local port to the SYN. *rt is the socket's, or NULL, afterwards. */
static int connect_begin(struct sock *sk, struct rtable **rt, be16 orig_sport, be16 orig_dport)
{
	struct inet_sock *inet = inet_sk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct rtable *route = *rt;
	int err = inet_hash_connect(sk);

	if (err != 0)
		return err;
	*rt = NULL;
	sk_set_txhash(sk);
	route = ip_route_newports(&inet->cork.fl4, route, orig_sport, orig_dport, inet->inet_sport,
				  sk->sk_dport, sk, &err);
	if (route == NULL)
		return err;
	tp->tcp_usec_ts = dst_feature(&route->dst, RTAX_FEATURE_TCP_USEC_TS);
	sk->sk_gso_type = SKB_GSO_TCPV4;
	sk_setup_caps(sk, &route->dst);
	connect_sequence(sk);
	inet->inet_id = get_random_u16(sock_net(sk)->random);
	if (tp->fastopen_connect)
		not_implemented("tcp_fastopen_defer_connect");
	return tcp_connect(sk);
}

int tcp_v4_connect(struct sock *sk, const u8 *uaddr, int addr_len)
{
	PROBE(sock_net(sk), tcp_v4_connect);
	struct inet_sock *inet = inet_sk(sk);
	const struct ip_options_rcu *opt = inet->inet_opt;
	bool srr = opt != NULL && opt->opt.srr != 0;
	be16 orig_sport = inet->inet_sport;
	be32 daddr, nexthop;
	struct rtable *rt;
	int err = 0;

	if (addr_len < SOCKADDR_IN_BYTES)
		return -EINVAL;
	if (get_le16(uaddr + SIN_FAMILY) != AF_INET)
		return -EAFNOSUPPORT;
	daddr = load_be32(uaddr + SIN_ADDR);
	if (srr && be32_is_zero(daddr))
		return -EINVAL;
	nexthop = srr ? opt->opt.faddr : daddr;
	rt = connect_route(sk, uaddr, nexthop, &err);
	if (rt == NULL)
		return err;
	if (!srr)
		daddr = inet->cork.fl4.daddr;
	err = connect_source(sk);
	if (err != 0) {
		ip_rt_put(rt);
		return err;
	}
	connect_peer(sk, daddr, load_be16(uaddr + SIN_PORT));

	/* The port may not be known yet, and with it who we are; but the socket is locked. */
	tcp_set_state(sk, TCP_SYN_SENT);
	err = connect_begin(sk, &rt, orig_sport, sk->sk_dport);
	if (err == 0)
		return 0;
	tcp_set_state(sk, TCP_CLOSE); /* gives back the port */
	inet_bhash2_reset_saddr(sk);
	ip_rt_put(rt);
	sk->sk_route_caps = 0;
	sk->sk_dport = (be16){ 0 };
	return err;
}

/* -------- requests for connections -------- */

struct ip_options_rcu *tcp_v4_save_options(struct net *net, struct sk_buff *skb,
					   struct inet_request_sock *ireq)
{
	struct ip_options_rcu *opt = (struct ip_options_rcu *)(void *)ireq->opt_mem;

	static_assert(sizeof(ireq->opt_mem) >= sizeof(*opt), "room for them");
	if (TCP_SKB_CB(skb)->header.optlen == 0)
		return NULL;
	*opt = (struct ip_options_rcu){ .opt = { .optlen = 0 } };
	if (ip_options_echo(net, &opt->opt, skb, &TCP_SKB_CB(skb)->header) != 0)
		return NULL;
	return opt;
}

static struct dst_entry *tcp_v4_route_req(struct sock *sk, struct sk_buff *skb, struct flowi4 *fl4,
					  struct request_sock *req, u32 tw_isn)
{
	struct inet_request_sock *ireq = inet_rsk(req);

	(void)tw_isn;
	ireq->ir_loc_addr = ipv4_daddr(ip_hdr(skb));
	ireq->ir_rmt_addr = ipv4_saddr(ip_hdr(skb));
	ireq->ireq_opt = tcp_v4_save_options(sock_net(sk), skb, ireq);
	return inet_csk_route_req(sk, fl4, req);
}

static struct tcp_seq_and_ts_off tcp_v4_init_seq_and_ts_off(struct net *net,
							    const struct sk_buff *skb)
{
	const u8 *iph = ip_hdr(skb), *th = tcp_hdr(skb);

	return secure_tcp_seq_and_ts_off(net, ipv4_daddr(iph), ipv4_saddr(iph),
					 load_be16(th + TCP_DEST), load_be16(th + TCP_SOURCE));
}

/* dst: the request's route, whose reference goes with the packet; NULL: look for one. */
static int tcp_v4_send_synack(struct sock *sk, struct dst_entry *dst, struct flowi4 *fl4,
			      struct request_sock *req, enum tcp_synack_type type,
			      struct sk_buff *syn_skb)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	u8 tos = inet_sk(sk)->tos;
	struct flowi4 own_fl4;
	struct sk_buff *skb;
	int err;

	(void)fl4;
	if (dst == NULL) {
		dst = inet_csk_route_req(sk, &own_fl4, req);
		if (dst == NULL)
			return -1;
	}
	skb = tcp_make_synack(sk, dst, req, type, syn_skb);
	if (skb == NULL)
		return -1;
	tcp_v4_send_check_addr(skb, ireq->ir_loc_addr, ireq->ir_rmt_addr);
	if (sock_net(sk)->sysctl.tcp_reflect_tos != 0)
		tos = (u8)((tcp_rsk(req)->syn_tos & ~(u32)INET_ECN_MASK) | (tos & INET_ECN_MASK));
	err = ip_build_and_send_pkt(skb, sk, ireq->ir_loc_addr, ireq->ir_rmt_addr, ireq->ireq_opt,
				    tos);
	/* LINUX: net_xmit_eval(): congestion is no failure. */
	return err == NET_XMIT_CN ? 0 : err;
}

/* What a request holds is in its slot. */
static void tcp_v4_reqsk_destructor(struct request_sock *req)
{
	inet_rsk(req)->ireq_opt = NULL;
}

const struct request_sock_ops tcp_request_sock_ops = {
	.family = AF_INET,
	.rtx_syn_ack = tcp_rtx_synack,
	.send_ack = tcp_v4_reqsk_send_ack,
	.destructor = tcp_v4_reqsk_destructor,
	.send_reset = tcp_v4_send_reset,
	.syn_ack_timeout = tcp_syn_ack_timeout,
};

const struct tcp_request_sock_ops tcp_request_sock_ipv4_ops = {
	.mss_clamp = TCP_MSS_DEFAULT,
	.cookie_init_seq = cookie_v4_init_sequence,
	.route_req = tcp_v4_route_req,
	.init_seq_and_ts_off = tcp_v4_init_seq_and_ts_off,
	.send_synack = tcp_v4_send_synack,
};

int tcp_v4_conn_request(struct sock *sk, struct sk_buff *skb)
{
	u32 rt_flags = dst_rtable(skb_dst(skb))->rt_flags;

	/* RFC 9293 3.9.2.3: a SYN to a broadcast or multicast address is discarded silently. */
	if ((rt_flags & (u32)(RTCF_BROADCAST | RTCF_MULTICAST)) != 0) {
		tcp_listendrop(sk);
		return 0;
	}
	return tcp_conn_request(&tcp_request_sock_ops, &tcp_request_sock_ipv4_ops, sk, skb);
}

/* The child's ends, and what of the SYN's sender a program can ask for. */
static void child_addresses(struct sock *newsk, const struct sk_buff *skb,
			    const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);
	struct inet_sock *newinet = inet_sk(newsk);

	newsk->sk_daddr = ireq->ir_rmt_addr;
	newsk->sk_rcv_saddr = ireq->ir_loc_addr;
	newsk->sk_bound_dev_if = ireq->ir_iif;
	newinet->inet_saddr = ireq->ir_loc_addr;
	newinet->inet_opt = NULL;
	if (ireq->ireq_opt != NULL) {
		memcpy(newinet->opt_mem, ireq->ireq_opt, sizeof(*ireq->ireq_opt));
		newinet->inet_opt = (struct ip_options_rcu *)(void *)newinet->opt_mem;
	}
	newinet->mc_index = inet_iif(skb);
	newinet->mc_ttl = ip_hdr(skb)[IPV4_TTL];
	newinet->rcv_tos = ip_hdr(skb)[IPV4_TOS];
	inet_csk(newsk)->icsk_ext_hdr_len =
		newinet->inet_opt != NULL ? newinet->inet_opt->opt.optlen : 0;
}

/* The child takes over the route. */
static void child_route(const struct sock *sk, struct sock *newsk, struct dst_entry *dst)
{
	sk_setup_caps(newsk, dst);
	tcp_ca_openreq_child(newsk, dst);
	(void)tcp_sync_mss(newsk, dst_mtu(dst));
	tcp_sk(newsk)->advmss = tcp_mss_clamp(tcp_sk(sk), (u16)tcp_dst_advmss(dst));
	tcp_initialize_rcv_mss(newsk);
}

/* Something is missing for the child: it ends before it began. */
static void child_abandon(struct sock *sk, struct sock *newsk)
{
	inet_sk(newsk)->inet_opt = NULL;
	inet_csk_prepare_forced_close(newsk);
	tcp_done(newsk);
	tcp_listendrop(sk);
}

/* The handshake is complete: the request becomes a socket, locked. NULL: it could not. */
struct sock *tcp_v4_syn_recv_sock(struct sock *sk, struct sk_buff *skb, struct request_sock *req,
				  struct dst_entry *dst, struct request_sock *req_unhash,
				  bool *own_req)
{
	struct net *net = sock_net(sk);
	PROBE(net, tcp_v4_syn_recv_sock);
	bool found_dup_sk = false;
	struct sock *newsk = NULL;

	if (sk_acceptq_is_full(sk))
		mib_inc(net, LINUX_MIB_LISTENOVERFLOWS);
	else
		newsk = tcp_create_openreq_child(sk, req, skb);
	if (newsk == NULL) {
		dst_release(dst);
		tcp_listendrop(sk);
		return NULL;
	}
	newsk->sk_gso_type = SKB_GSO_TCPV4;
	inet_sk_rx_dst_set(newsk, skb);
	child_addresses(newsk, skb, req);
	inet_sk(newsk)->inet_id = get_random_u16(net->random);
	if (net->sysctl.tcp_reflect_tos != 0)
		inet_sk(newsk)->tos = (u8)(tcp_rsk(req)->syn_tos & ~(u32)INET_ECN_MASK);
	if (dst == NULL)
		dst = inet_csk_route_child_sock(sk, newsk, req);
	if (dst == NULL) {
		child_abandon(sk, newsk);
		return NULL;
	}
	child_route(sk, newsk, dst);
	if (inet_inherit_port(sk, newsk) < 0) {
		child_abandon(sk, newsk);
		return NULL;
	}
	*own_req = inet_ehash_nolisten(newsk, req_unhash != NULL ? req_to_sk(req_unhash) : NULL,
				       &found_dup_sk);
	if (*own_req) {
		tcp_sk(newsk)->saved_syn = req->saved_syn;
		req->saved_syn = NULL;
		inet_rsk(req)->ireq_opt = NULL;
		return newsk;
	}
	inet_sk(newsk)->inet_opt = NULL;
	/* Of a cookie: another segment was first. */
	if (req_unhash == NULL && found_dup_sk) {
		bh_unlock_sock(newsk);
		sock_put(newsk);
		return NULL;
	}
	return newsk;
}

/* -------- receiving -------- */

/* What is known of the segment; what IP knew of it moves within the control block. */
static void tcp_v4_fill_cb(struct sk_buff *skb)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	const struct inet_skb_parm parm = *IPCB(skb);
	const u8 *th = tcp_hdr(skb);
	u8 flags = th[TCP_FLAG_BYTE];

	*cb = (struct tcp_skb_cb){ .seq = get_be32(th + TCP_SEQ),
				   .ack_seq = get_be32(th + TCP_ACK_SEQ),
				   .tcp_flags = flags,
				   .ip_dsfield = ip_hdr(skb)[IPV4_TOS],
				   .has_rxtstamp = skb->tstamp_ns != 0,
				   .header = parm };
	cb->end_seq = cb->seq + ((flags & TCPHDR_SYN) != 0) + ((flags & TCPHDR_FIN) != 0) +
		      skb->len - tcp_hlen(th);
}

static void tcp_v4_restore_cb(struct sk_buff *skb)
{
	const struct inet_skb_parm parm = TCP_SKB_CB(skb)->header;

	*IPCB(skb) = parm;
}

/* LINUX: tcp_v4_cookie_check(): an ACK may be of a connection that a cookie began. */
static struct sock *tcp_v4_cookie_check(struct sock *sk, struct sk_buff *skb)
{
	return tcp_th_has(tcp_hdr(skb), TCPHDR_SYN) ? sk : cookie_v4_check(sk, skb);
}

/* The route of what comes, kept for the next segment, holds only by the same interface. */
static void check_rx_dst(struct sock *sk, const struct sk_buff *skb)
{
	struct dst_entry *dst = sk->sk_rx_dst;

	if (dst == NULL)
		return;
	if (sk->sk_rx_dst_ifindex != skb->skb_iif || dst->ops->check(dst, 0) == NULL) {
		sk->sk_rx_dst = NULL;
		dst_release(dst);
	}
}

static void reset_and_drop(struct sock *sk, struct sk_buff *skb, enum drop_reason reason)
{
	tcp_v4_send_reset(sk, skb, sk_rst_convert_drop_reason(reason));
	kfree_skb_reason(skb, reason);
}

/* The socket is locked, unless it listens. Also for what waited in its backlog. */
int tcp_v4_do_rcv(struct sock *sk, struct sk_buff *skb)
{
	PROBE(sock_net(sk), tcp_v4_do_rcv);
	enum drop_reason reason;

	if (sk->sk_state == TCP_ESTABLISHED) {
		sock_rps_save_rxhash(sk, skb);
		sk_mark_napi_id(sk, skb);
		check_rx_dst(sk, skb);
		tcp_rcv_established(sk, skb);
		return 0;
	}
	if (tcp_checksum_complete(skb)) {
		kfree_skb_reason(skb, tcp_csum_error(sock_net(sk), skb));
		return 0;
	}
	if (sk->sk_state == TCP_LISTEN) {
		struct sock *nsk = tcp_v4_cookie_check(sk, skb);

		if (nsk == NULL)
			return 0;
		if (nsk != sk) {
			reason = tcp_child_process(sk, nsk, skb);
			if (reason != DROP_NOT_DROPPED_YET)
				reset_and_drop(nsk, skb, reason);
			return 0;
		}
	} else {
		sock_rps_save_rxhash(sk, skb);
	}
	reason = tcp_rcv_state_process(sk, skb);
	if (reason != DROP_NOT_DROPPED_YET)
		reset_and_drop(sk, skb, reason);
	return 0;
}

/* A connection has the route of its segments already. */
int tcp_v4_early_demux(struct sk_buff *skb)
{
	struct net *net = skb->net;
	const u8 *iph, *th;
	struct dst_entry *dst;
	struct sock *sk;

	if (skb->pkt_type != PACKET_HOST ||
	    !pskb_may_pull(skb, (u32)skb_transport_offset(skb) + TCP_HLEN))
		return 0;
	iph = ip_hdr(skb);
	th = tcp_hdr(skb);
	if (tcp_hlen(th) < TCP_HLEN)
		return 0;
	sk = inet_lookup_established(net, ipv4_saddr(iph), load_be16(th + TCP_SOURCE),
				     ipv4_daddr(iph), get_be16(th + TCP_DEST), skb->skb_iif);
	if (sk == NULL)
		return 0;
	skb->sk = sk;
	skb->destructor = sock_edemux;
	if (!sk_fullsock(sk) || sk->sk_rx_dst == NULL)
		return 0;
	dst = dst_check(sk->sk_rx_dst, 0);
	if (dst != NULL && sk->sk_rx_dst_ifindex == skb->skb_iif)
		skb_dst_set_noref(skb, dst);
	return 0;
}

/* May the segment be joined to the last one of the backlog? */
static bool backlog_can_coalesce(const struct sk_buff *tail, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(tail), *cb = TCP_SKB_CB(skb);
	const u8 *thtail = tail->data, *th = skb->data;
	u8 any = tcb->tcp_flags | cb->tcp_flags, both = tcb->tcp_flags & cb->tcp_flags;
	u8 differ = tcb->tcp_flags ^ cb->tcp_flags;

	return tcb->end_seq == cb->seq && tcb->ip_dsfield == cb->ip_dsfield &&
	       (any & (TCPHDR_SYN | TCPHDR_RST | TCPHDR_URG)) == 0 && (both & TCPHDR_ACK) != 0 &&
	       (differ & (TCPHDR_ECE | TCPHDR_CWR)) == 0 && tcp_hlen(thtail) == tcp_hlen(th) &&
	       memcmp(thtail + TCP_HLEN, th + TCP_HLEN, tcp_hlen(th) - TCP_HLEN) == 0;
}

/* What the last segment of the backlog says once it has become two. */
static void backlog_merge_headers(struct sk_buff *tail, const struct sk_buff *skb, const u8 *th)
{
	struct tcp_skb_cb *tcb = TCP_SKB_CB(tail);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u8 *thtail = tail->data;

	tcb->end_seq = cb->end_seq;
	if (!before(cb->ack_seq, tcb->ack_seq)) {
		tcb->ack_seq = cb->ack_seq;
		memcpy(thtail + TCP_WINDOW, th + TCP_WINDOW, 2);
	}
	/* A FIN must be seen by header prediction. */
	thtail[TCP_FLAG_BYTE] |= th[TCP_FLAG_BYTE] & TCPHDR_FIN;
	tcb->tcp_flags |= cb->tcp_flags;
	if (cb->has_rxtstamp) {
		tcb->has_rxtstamp = true;
		tail->tstamp_ns = skb->tstamp_ns;
	}
}

static bool backlog_try_coalesce(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = sk->sk_backlog.tail;
	u32 hdrlen = tcp_hlen(skb->data), delta, size, segs, tail_size, tail_segs;
	bool fragstolen;

	if (tail == NULL || !backlog_can_coalesce(tail, skb))
		return false;
	(void)skb_pull(skb, hdrlen);
	size = skb->hd->gso_size != 0 ? skb->hd->gso_size : skb->len;
	segs = max_u32(1, skb->hd->gso_segs);
	tail_size = tail->hd->gso_size != 0 ? tail->hd->gso_size : tail->len - hdrlen;
	tail_segs = max_u32(1, tail->hd->gso_segs);
	if (!skb_try_coalesce(tail, skb, &fragstolen, &delta)) {
		(void)skb_push_inline(skb, hdrlen);
		return false;
	}
	backlog_merge_headers(tail, skb, tcp_hdr(skb));
	tail->hd->gso_size = (u16)max_u32(size, tail_size);
	tail->hd->gso_segs = (u16)min_u32(segs + tail_segs, U16_MAX);
	sk->sk_backlog.len += delta;
	mib_inc(sock_net(sk), LINUX_MIB_TCPBACKLOGCOALESCE);
	kfree_skb_partial(skb, fragstolen);
	return true;
}

/* A program has the socket: the segment waits. True: it cannot, and the socket is unlocked. */
bool tcp_add_backlog(struct sock *sk, struct sk_buff *skb, enum drop_reason *reason)
{
	u64 limit = ((u64)(u32)sk->sk_rcvbuf << 1) + ((u32)sk->sk_sndbuf >> 1) + 64 * 1024;

	skb_condense(skb);
	skb_dst_drop(skb);
	if (tcp_checksum_complete(skb)) {
		bh_unlock_sock(sk);
		*reason = tcp_csum_error(sock_net(sk), skb);
		return true;
	}
	/* Whatever the limits are: what is joined takes little. */
	if (backlog_try_coalesce(sk, skb))
		return false;
	if (sk_add_backlog(sk, skb, limit < UINT32_MAX ? (u32)limit : UINT32_MAX) != 0) {
		bh_unlock_sock(sk);
		*reason = DROP_SOCKET_BACKLOG;
		mib_inc(sock_net(sk), LINUX_MIB_TCPBACKLOGDROP);
		return true;
	}
	return false;
}

/* A segment on its way to who it is for. */
struct tcp_rx {
	struct net *net;
	struct sk_buff *skb;
	struct sock *sk;
	bool refcounted; /* sk is held by us */
	u32 isn;	 /* for a connection that begins where one has just ended */
	enum drop_reason reason;
};
enum tcp_rx_step { RX_LOOKUP, RX_PROCESS, RX_DISCARD, RX_DONE };

/* The socket lets the segment go. */
static enum tcp_rx_step rx_release(struct tcp_rx *r)
{
	sk_drops_add(r->sk, r->skb);
	if (r->refcounted)
		sock_put(r->sk);
	return RX_DISCARD;
}

/* The listener of a request has gone: its request goes, too. */
static enum tcp_rx_step rx_orphan_request(struct request_sock *req)
{
	/* net.ipv4.tcp_migrate_req needs another listener of a group. */
	inet_csk_reqsk_queue_drop_and_put(req->rsk_listener, req);
	return RX_LOOKUP;
}

/* The segment has made a connection. */
static enum tcp_rx_step rx_child(struct tcp_rx *r, struct sock *nsk)
{
	r->reason = tcp_child_process(r->sk, nsk, r->skb);
	if (r->reason != DROP_NOT_DROPPED_YET) {
		tcp_v4_send_reset(nsk, r->skb, sk_rst_convert_drop_reason(r->reason));
		return rx_release(r);
	}
	sock_put(r->sk);
	return RX_DONE;
}

/* LINUX: tcp_filter(): a program may cut off data, not the header. */
static bool tcp_filter_passes(struct tcp_rx *r)
{
	if (sk_filter_trim_cap(r->sk, r->skb, tcp_hlen(tcp_hdr(r->skb))) == 0)
		return true;
	r->reason = DROP_SOCKET_FILTER;
	return false;
}

/* RFC 9293 3.10.7.4, SYN-RECEIVED: the segment is for a request. */
static enum tcp_rx_step rx_request(struct tcp_rx *r)
{
	struct request_sock *req = inet_reqsk(r->sk);
	bool lost_race = false;
	struct sock *nsk;

	r->sk = req->rsk_listener;
	r->reason = tcp_inbound_hash(r->net, tcp_hdr(r->skb), true);
	if (r->reason != DROP_NOT_DROPPED_YET) {
		sk_drops_add(r->sk, r->skb);
		reqsk_put(req);
		return RX_DISCARD;
	}
	if (tcp_checksum_complete(r->skb)) {
		reqsk_put(req);
		r->reason = tcp_csum_error(r->net, r->skb);
		return RX_DISCARD;
	}
	if (r->sk->sk_state != TCP_LISTEN)
		return rx_orphan_request(req);
	/* The request holds its listener, but may go. */
	sock_hold(r->sk);
	r->refcounted = true;
	if (!tcp_filter_passes(r)) {
		reqsk_put(req);
		return rx_release(r);
	}
	tcp_v4_fill_cb(r->skb);
	nsk = tcp_check_req(r->sk, r->skb, req, &lost_race);
	if (nsk != NULL && nsk != r->sk)
		return rx_child(r, nsk);
	reqsk_put(req);
	if (nsk == r->sk) {
		tcp_v4_restore_cb(r->skb);
		return RX_PROCESS;
	}
	if (!lost_race)
		return rx_release(r);
	tcp_v4_restore_cb(r->skb);
	sock_put(r->sk);
	return RX_LOOKUP;
}

/* RFC 9293 3.10.7.4, TIME-WAIT; also FIN-WAIT-2 of a socket that is closed. */
static enum tcp_rx_step rx_time_wait(struct tcp_rx *r)
{
	struct sk_buff *skb = r->skb;
	const u8 *iph = ip_hdr(skb), *th = tcp_hdr(skb);
	struct sock *tw = r->sk, *listener;
	enum tcp_tw_status status;

	tcp_v4_fill_cb(skb);
	if (tcp_checksum_complete(skb)) {
		inet_twsk_put(inet_twsk(tw));
		r->reason = tcp_csum_error(r->net, skb);
		return RX_DISCARD;
	}
	status = tcp_timewait_state_process(inet_twsk(tw), skb, &r->isn);
	if (status == TCP_TW_SYN) {
		listener = inet_lookup_listener(r->net, skb, ipv4_saddr(iph),
						load_be16(th + TCP_SOURCE), ipv4_daddr(iph),
						get_be16(th + TCP_DEST), inet_iif(skb));
		if (listener != NULL) {
			inet_twsk_deschedule_put(inet_twsk(tw));
			tcp_v4_restore_cb(skb);
			r->sk = listener;
			r->refcounted = false;
			return RX_PROCESS;
		}
	}
	if (status == TCP_TW_SYN || status == TCP_TW_ACK) {
		tcp_v4_timewait_ack(tw, skb);
	} else if (status == TCP_TW_RST) {
		tcp_v4_send_reset(tw, skb, SK_RST_REASON_TCP_TIMEWAIT_SOCKET);
		inet_twsk_deschedule_put(inet_twsk(tw));
	}
	return RX_DISCARD;
}

/* To the socket, or to its backlog. */
static enum tcp_rx_step rx_process(struct tcp_rx *r)
{
	struct sock *sk = r->sk;
	struct sk_buff *skb = r->skb;

	if (ip_hdr(skb)[IPV4_TTL] < inet_sk(sk)->min_ttl) {
		mib_inc(r->net, LINUX_MIB_TCPMINTTLDROP);
		r->reason = DROP_TCP_MINTTL;
		return rx_release(r);
	}
	r->reason = tcp_inbound_hash(r->net, tcp_hdr(skb), false);
	if (r->reason != DROP_NOT_DROPPED_YET)
		return rx_release(r);
	if (!tcp_filter_passes(r))
		return rx_release(r);
	tcp_v4_fill_cb(skb);
	TCP_SKB_CB(skb)->tcp_tw_isn = r->isn;
	skb->dev = NULL;
	if (sk->sk_state == TCP_LISTEN) {
		(void)tcp_v4_do_rcv(sk, skb);
		if (r->refcounted)
			sock_put(sk);
		return RX_DONE;
	}
	sk->sk_incoming_cpu = (s32)this_cpu(r->net)->id;
	bh_lock_sock(sk);
	tcp_segs_in(tcp_sk(sk), skb);
	if (!sock_owned_by_user(sk))
		(void)tcp_v4_do_rcv(sk, skb);
	else if (tcp_add_backlog(sk, skb, &r->reason))
		return rx_release(r);
	bh_unlock_sock(sk);
	if (r->refcounted)
		sock_put(sk);
	return RX_DONE;
}

/* Nobody has this connection, nor listens for it. */
static enum tcp_rx_step rx_no_socket(struct tcp_rx *r)
{
	tcp_v4_fill_cb(r->skb);
	if (tcp_checksum_complete(r->skb)) {
		r->reason = tcp_csum_error(r->net, r->skb);
		return RX_DISCARD;
	}
	r->reason = DROP_NO_SOCKET;
	tcp_v4_send_reset(NULL, r->skb, SK_RST_REASON_NO_SOCKET);
	return RX_DISCARD;
}

static enum tcp_rx_step rx_lookup(struct tcp_rx *r)
{
	const u8 *th = tcp_hdr(r->skb);

	r->sk = inet_lookup_skb(r->skb, load_be16(th + TCP_SOURCE), load_be16(th + TCP_DEST),
				&r->refcounted);
	if (r->sk == NULL)
		return rx_no_socket(r);
	if (r->sk->sk_state == TCP_TIME_WAIT)
		return rx_time_wait(r);
	if (r->sk->sk_state == TCP_NEW_SYN_RECV)
		return rx_request(r);
	return RX_PROCESS;
}

/* The whole header is there, and its checksum, as far as it is known yet, is right. */
static bool tcp_v4_header(struct tcp_rx *r)
{
	struct sk_buff *skb = r->skb;
	const u8 *iph;
	u32 hlen;

	if (!pskb_may_pull(skb, TCP_HLEN))
		return false;
	hlen = tcp_hlen(skb->data);
	if (hlen < TCP_HLEN) {
		r->reason = DROP_PKT_TOO_SMALL;
		mib_inc(r->net, TCP_MIB_INERRS);
		return false;
	}
	if (!pskb_may_pull(skb, hlen))
		return false;
	iph = ip_hdr(skb);
	if (skb_checksum_validate(skb, false, false,
				  csum_tcpudp_nofold(ipv4_saddr(iph), ipv4_daddr(iph), skb->len,
						     IPPROTO_TCP, 0)) == 0)
		return true;
	r->reason = tcp_csum_error(r->net, skb);
	return false;
}

int tcp_v4_rcv(struct sk_buff *skb)
{
	struct net *net = skb->net;
	PROBE(net, tcp_v4_rcv);
	struct tcp_rx r = { .net = net, .skb = skb };
	enum tcp_rx_step step = RX_DISCARD;

	/* RFC 9293 3.9.2.3: a segment is for one host; by a broadcast frame comes none. */
	if (skb->pkt_type == PACKET_HOST) {
		mib_inc(net, TCP_MIB_INSEGS);
		if (tcp_v4_header(&r))
			step = RX_LOOKUP;
	}
	while (step == RX_LOOKUP)
		step = rx_lookup(&r);
	if (step == RX_PROCESS)
		step = rx_process(&r);
	if (step == RX_DISCARD)
		kfree_skb_reason(skb,
				 r.reason != DROP_NOT_DROPPED_YET ? r.reason : DROP_NOT_SPECIFIED);
	return 0;
}

/* The route that a segment came by, for the next one. */
void inet_sk_rx_dst_set(struct sock *sk, struct sk_buff *skb)
{
	struct dst_entry *dst = skb_dst(skb);

	if (dst == NULL)
		return;
	dst_hold(dst);
	sk->sk_rx_dst = dst;
	sk->sk_rx_dst_ifindex = skb->skb_iif;
}

/* -------- the operations -------- */

static const struct inet_connection_sock_af_ops ipv4_specific = {
	.queue_xmit = ip_queue_xmit,
	.send_check = tcp_v4_send_check,
	.rebuild_header = inet_sk_rebuild_header,
	.sk_rx_dst_set = inet_sk_rx_dst_set,
	.conn_request = tcp_v4_conn_request,
	.syn_recv_sock = tcp_v4_syn_recv_sock,
	.net_header_len = IPV4_HLEN,
	.sockaddr_len = SOCKADDR_IN_BYTES,
	.setsockopt = ip_setsockopt,
	.getsockopt = ip_getsockopt,
	.mtu_reduced = tcp_v4_mtu_reduced,
};

static int tcp_v4_init_sock(struct sock *sk)
{
	tcp_init_sock(sk);
	inet_csk(sk)->icsk_af_ops = &ipv4_specific;
	return 0;
}

void tcp_v4_destroy_sock(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	TRACE(sock_net(sk), tcp_destroy_sock, be16_to_cpu(inet_sk(sk)->inet_sport),
	      be16_to_cpu(sk->sk_dport), be32_to_cpu(inet_sk(sk)->inet_saddr),
	      be32_to_cpu(sk->sk_daddr));
	tcp_clear_xmit_timers(sk);
	tcp_cleanup_congestion_control(sk);
	tcp_write_queue_purge(sk);
	skb_rbtree_purge(&tp->out_of_order_queue);
	if (inet_csk(sk)->icsk_bind_hash != NULL)
		inet_put_port(sk);
	tcp_saved_syn_free(tp);
	assert(tp->fastopen_rsk == NULL);
	assert(sock_net(sk)->tcp_sockets_allocated != 0);
	sock_net(sk)->tcp_sockets_allocated--;
}

const struct proto tcp_prot = {
	.name = "TCP",
	.close = tcp_close,
	.pre_connect = tcp_v4_pre_connect,
	.connect = tcp_v4_connect,
	.disconnect = tcp_disconnect,
	.accept = inet_csk_accept,
	.ioctl = tcp_ioctl,
	.init = tcp_v4_init_sock,
	.destroy = tcp_v4_destroy_sock,
	.shutdown = tcp_shutdown,
	.setsockopt = tcp_setsockopt,
	.getsockopt = tcp_getsockopt,
	.keepalive = tcp_set_keepalive,
	.sendmsg = tcp_sendmsg,
	.recvmsg = tcp_recvmsg,
	.splice_eof = tcp_splice_eof,
	.backlog_rcv = tcp_v4_do_rcv,
	.release_cb = tcp_release_cb,
	.hash = inet_hash,
	.unhash = inet_unhash,
	.get_port = inet_csk_get_port,
	.put_port = inet_put_port,
	.enter_memory_pressure = tcp_enter_memory_pressure,
	.leave_memory_pressure = tcp_leave_memory_pressure,
	.stream_memory_free = tcp_stream_memory_free,
	.diag_destroy = tcp_abort,
	.memory_allocated = PROTO_MEM_TCP,
	.sysctl_wmem_offset = offsetof(struct net_sysctl, tcp_wmem_min),
	.sysctl_rmem_offset = offsetof(struct net_sysctl, tcp_rmem_min),
	.max_header = MAX_TCP_HEADER,
	.obj_size = sizeof(struct tcp_sock),
	.pool = offsetof(struct net, tcp_sock_pool),
	.rsk_prot = &tcp_request_sock_ops,
	.inuse_idx = PROTO_INUSE_TCP,
	.no_autobind = true,
};
