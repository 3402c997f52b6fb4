// SPDX-License-Identifier: MIT
/* tcp_reply.c - TCP over IPv4: answers that no connection sends: resets, and acknowledgements for
 * what is less than a socket.
 *
 * Path: beside it: tcp_ipv4.c asks for them; they go by ip_send_unicast_reply().
 * Rules: RFC 9293 3.5.2, RFC 5961, RFC 7323; LINUX: net/ipv4/tcp_ipv4.c, tcp_inbound_hash().
 * Missing: TCP_TX_DELAY, and keys: no segment is ever signed here, and what comes signed is treated
 * as Linux does where a program has set no key.
 * DIVERGES(tcp-one-sock): one control socket for all CPUs; Linux has one for each. It is used and
 * left within one unit of work.
 */
#include "ipv4/tcp_ipv4.h"

#include "base/csum.h"
#include "uapi/in.h"

/* -------- signatures: nobody has a key -------- */

struct tcp_auth {
	bool md5, ao;
};

/* LINUX: tcp_do_parse_auth_options() of a kernel without TCP-AO: it stops looking where the
 * shortest signature has no room. False: the options are broken, or signed twice.
 */
static bool tcp_parse_auth_options(const u8 *th, struct tcp_auth *auth)
{
	enum { AO_HEADER = 4 };
	u32 left = tcp_hlen(th) - TCP_HLEN;
	const u8 *p = th + TCP_HLEN;

	*auth = (struct tcp_auth){ .md5 = false };
	while (left >= TCPOLEN_MD5SIG && p[0] != TCPOPT_EOL) {
		u32 len = p[0] == TCPOPT_NOP ? 1 : p[1];

		if (p[0] != TCPOPT_NOP && (len < 2 || len > left))
			return false;
		if (p[0] == TCPOPT_MD5SIG || p[0] == TCPOPT_AO) {
			bool bad = p[0] == TCPOPT_MD5SIG ? len != TCPOLEN_MD5SIG : len <= AO_HEADER;

			if (bad || auth->md5 || auth->ao)
				return false;
			auth->md5 = p[0] == TCPOPT_MD5SIG;
			auth->ao = p[0] == TCPOPT_AO;
		}
		p += len;
		left -= len;
	}
	return true;
}

/* LINUX: tcp_inbound_hash(): what is signed for nobody knows what key is not for us. */
enum drop_reason tcp_inbound_hash(struct net *net, const u8 *th, bool for_request)
{
	struct tcp_auth auth;

	if (!tcp_parse_auth_options(th, &auth))
		return DROP_TCP_AUTH_HDR;
	if (auth.ao) {
		if (!for_request)
			return DROP_NOT_DROPPED_YET;
		mib_inc(net, LINUX_MIB_TCPAOBAD);
		return DROP_TCP_AOFAILURE;
	}
	if (auth.md5) {
		mib_inc(net, LINUX_MIB_TCPMD5UNEXPECTED);
		return DROP_TCP_MD5UNEXPECTED;
	}
	return DROP_NOT_DROPPED_YET;
}

/* A signed segment is answered with a reset only by who might have had a key for it. */
static bool reset_is_mute(const struct sock *sk, const u8 *th)
{
	struct tcp_auth auth;

	if (!tcp_parse_auth_options(th, &auth) || auth.ao)
		return true;
	return auth.md5 && (sk == NULL || !sk_fullsock(sk));
}

/* -------- answers without a connection -------- */

/* LINUX: inet_sk_transparent(). */
static bool inet_sk_transparent(const struct sock *sk)
{
	if (sk->sk_state == TCP_TIME_WAIT)
		return inet_twsk(sk)->tw_transparent;
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return inet_rsk(inet_reqsk(sk))->no_srccheck;
	return inet_test_bit(sk, INET_FLAGS_TRANSPARENT);
}

/* Mark and priority are those of whom the answer is given for. */
static void reply_as(struct sock *ctl_sk, const struct sock *sk)
{
	ctl_sk->sk_mark = 0;
	ctl_sk->sk_priority = 0;
	if (sk == NULL)
		return;
	if (sk->sk_state == TCP_TIME_WAIT) {
		ctl_sk->sk_mark = inet_twsk(sk)->tw_mark;
		ctl_sk->sk_priority = inet_twsk(sk)->tw_priority;
	} else {
		ctl_sk->sk_mark = sk->sk_mark;
		ctl_sk->sk_priority = sk->sk_priority;
	}
}

/* Counted also when it could not be sent. */
static void tcp_reply(struct net *net, const struct sock *sk, struct sk_buff *skb,
		      struct ip_reply_arg *arg, u32 len)
{
	const u8 *iph = ip_hdr(skb), *rep = arg->data;
	struct sock *ctl_sk = net->tcp->ctl.sk;
	struct cpu *c = this_cpu(net);

	arg->sopt = &TCP_SKB_CB(skb)->header;
	arg->csum = csum_tcpudp_nofold(ipv4_daddr(iph), ipv4_saddr(iph), len, IPPROTO_TCP, 0);
	arg->csumoffset = TCP_CHECK / 2;
	arg->uid = sk != NULL && sk_fullsock(sk) ? sk->sk_uid : 0;

	local_bh_disable(c);
	reply_as(ctl_sk, sk);
	ip_send_unicast_reply(ctl_sk, skb, ipv4_saddr(iph), ipv4_daddr(iph), arg, len);
	mib_inc(net, TCP_MIB_OUTSEGS);
	if (tcp_th_has(rep, TCPHDR_RST))
		mib_inc(net, TCP_MIB_OUTRSTS);
	local_bh_enable(c);
}

/* A header from whom the segment was sent to, to its sender; no options, all else zero. */
static void tcp_reply_header(u8 *rep, const u8 *th)
{
	memset(rep, 0, TCP_HLEN);
	memcpy(rep + TCP_SOURCE, th + TCP_DEST, 2);
	memcpy(rep + TCP_DEST, th + TCP_SOURCE, 2);
	rep[TCP_DOFF] = TCP_HLEN / 4 << 4;
}

/* RFC 9293 3.5.2: from where the other side takes us to be, or else for all that it sent. */
static void reset_for(u8 *rep, const struct sk_buff *skb, const u8 *th)
{
	tcp_reply_header(rep, th);
	rep[TCP_FLAG_BYTE] = TCPHDR_RST;
	if (tcp_th_has(th, TCPHDR_ACK)) {
		memcpy(rep + TCP_SEQ, th + TCP_ACK_SEQ, 4);
	} else {
		rep[TCP_FLAG_BYTE] |= TCPHDR_ACK;
		put_be32(rep + TCP_ACK_SEQ, get_be32(th + TCP_SEQ) + tcp_th_has(th, TCPHDR_SYN) +
						    tcp_th_has(th, TCPHDR_FIN) + skb->len -
						    tcp_hlen(th));
	}
}

static void trace_tcp_send_reset(const struct sock *sk, const struct sk_buff *skb, u32 reason)
{
	const u8 *th = tcp_hdr(skb), *iph = ip_hdr(skb);

	if (sk != NULL && sk_fullsock(sk))
		TRACE(skb->net, tcp_send_reset, reason, sk->sk_state,
		      be32_to_cpu(inet_sk(sk)->inet_saddr), be16_to_cpu(inet_sk(sk)->inet_sport),
		      be32_to_cpu(sk->sk_daddr), be16_to_cpu(sk->sk_dport));
	else
		TRACE(skb->net, tcp_send_reset, reason, sk != NULL ? sk->sk_state : 0u,
		      be32_to_cpu(ipv4_daddr(iph)), get_be16(th + TCP_DEST),
		      be32_to_cpu(ipv4_saddr(iph)), get_be16(th + TCP_SOURCE));
}

void tcp_v4_send_reset(const struct sock *sk, struct sk_buff *skb, u32 reason)
{
	struct net *net = skb->net;
	PROBE(net, tcp_v4_send_reset);
	const u8 *th = tcp_hdr(skb);
	u8 rep[TCP_HLEN];
	struct ip_reply_arg arg = { .data = rep, .tos = ip_hdr(skb)[IPV4_TOS] };

	/* RFC 9293 3.5.2: never in answer to a reset; and to nobody that was not spoken to. */
	if (tcp_th_has(th, TCPHDR_RST))
		return;
	if (sk == NULL && dst_rtable(skb_dst(skb))->rt_type != RTN_LOCAL)
		return;
	if (reset_is_mute(sk, th))
		return;
	reset_for(rep, skb, th);
	if (sk != NULL) {
		arg.flags = inet_sk_transparent(sk) ? FLOWI_FLAG_ANYSRC : 0;
		arg.bound_dev_if = sk->sk_bound_dev_if;
		arg.txhash =
			sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_txhash : sk->sk_txhash;
	}
	trace_tcp_send_reset(sk, skb, reason);
	tcp_reply(net, sk, skb, &arg, TCP_HLEN);
}

/* What an acknowledgement says where no connection sends it. */
struct tcp_bare_ack {
	u32 seq, ack, win, tsval, tsecr;
};

static void tcp_v4_send_ack(const struct sock *sk, struct sk_buff *skb,
			    const struct tcp_bare_ack *a, struct ip_reply_arg *arg)
{
	u8 rep[TCP_HLEN + TCPOLEN_TSTAMP_ALIGNED];
	u32 len = TCP_HLEN;

	tcp_reply_header(rep, tcp_hdr(skb));
	if (a->tsecr != 0) {
		u8 *opt = rep + TCP_HLEN;

		opt[0] = opt[1] = TCPOPT_NOP;
		opt[2] = TCPOPT_TIMESTAMP;
		opt[3] = TCPOLEN_TIMESTAMP;
		put_be32(opt + 4, a->tsval);
		put_be32(opt + 8, a->tsecr);
		len += TCPOLEN_TSTAMP_ALIGNED;
	}
	rep[TCP_DOFF] = (u8)(len / 4 << 4);
	rep[TCP_FLAG_BYTE] = TCPHDR_ACK;
	put_be32(rep + TCP_SEQ, a->seq);
	put_be32(rep + TCP_ACK_SEQ, a->ack);
	put_be16(rep + TCP_WINDOW, (u16)a->win);
	arg->data = rep;
	tcp_reply(sock_net(sk), sk, skb, arg, len);
}

/* LINUX: tcp_clock_ts(): in the unit of a connection's time stamps. */
static u32 tcp_clock_ts(struct net *net, bool usec_ts)
{
	return (u32)(ktime_get_ns(net) / (usec_ts ? 1000 : 1000000));
}

void tcp_v4_timewait_ack(struct sock *sk, struct sk_buff *skb)
{
	struct inet_timewait_sock *tw = inet_twsk(sk);
	const struct tcp_timewait_sock *tcptw = tcp_twsk(sk);
	const struct tcp_bare_ack ack = {
		.seq = tcptw->tw_snd_nxt,
		.ack = tcptw->tw_rcv_nxt,
		.win = tcptw->tw_rcv_wnd >> tw->tw_rcv_wscale,
		.tsval = tcp_clock_ts(twsk_net(tw), tw->tw_usec_ts) + tcptw->tw_ts_offset,
		.tsecr = tcptw->tw_ts_recent,
	};
	struct ip_reply_arg arg = { .bound_dev_if = tw->tw_bound_dev_if,
				    .flags = tw->tw_transparent ? FLOWI_FLAG_ANYSRC : 0,
				    .tos = tw->tw_tos,
				    .txhash = tw->tw_txhash };

	tcp_v4_send_ack(sk, skb, &ack, &arg);
	inet_twsk_put(tw);
}

void tcp_v4_reqsk_send_ack(const struct sock *sk, struct sk_buff *skb, struct request_sock *req)
{
	const struct tcp_request_sock *treq = tcp_rsk(req);
	const struct tcp_bare_ack ack = {
		.seq = sk->sk_state == TCP_LISTEN ? treq->snt_isn + 1 : tcp_sk(sk)->snd_nxt,
		.ack = treq->rcv_nxt,
		.win = tcp_synack_window(req) >> inet_rsk(req)->rcv_wscale,
		.tsval = tcp_clock_ts(sock_net(sk), treq->req_usec_ts) + treq->ts_off,
		.tsecr = req->ts_recent,
	};
	struct ip_reply_arg arg = { .flags = inet_rsk(req)->no_srccheck ? FLOWI_FLAG_ANYSRC : 0,
				    .tos = ip_hdr(skb)[IPV4_TOS],
				    .txhash = treq->txhash };

	tcp_v4_send_ack(sk, skb, &ack, &arg);
}

enum sk_rst_reason sk_rst_convert_drop_reason(enum drop_reason reason)
{
	static const struct {
		u8 drop, rst;
	} table[] = {
		{ DROP_NO_SOCKET, SK_RST_REASON_NO_SOCKET },
		{ DROP_TCP_INVALID_ACK_SEQUENCE, SK_RST_REASON_TCP_INVALID_ACK_SEQUENCE },
		{ DROP_TCP_RFC7323_PAWS, SK_RST_REASON_TCP_RFC7323_PAWS },
		{ DROP_TCP_TOO_OLD_ACK, SK_RST_REASON_TCP_TOO_OLD_ACK },
		{ DROP_TCP_ACK_UNSENT_DATA, SK_RST_REASON_TCP_ACK_UNSENT_DATA },
		{ DROP_TCP_FLAGS, SK_RST_REASON_TCP_FLAGS },
		{ DROP_TCP_OLD_ACK, SK_RST_REASON_TCP_OLD_ACK },
		{ DROP_TCP_ABORT_ON_DATA, SK_RST_REASON_TCP_ABORT_ON_DATA },
	};

	for (u32 i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].drop == reason)
			return (enum sk_rst_reason)table[i].rst;
	return SK_RST_REASON_NOT_SPECIFIED;
}
