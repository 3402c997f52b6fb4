// SPDX-License-Identifier: MIT
/* tcp_err.c - TCP over IPv4: ICMP messages about segments that this host sent.
 *
 * Path: icmp_rcv() brings them; what is about the path's MTU may wait for tcp_release_cb().
 * Rules: RFC 1122 4.2.3.9, RFC 1191, RFC 5461, RFC 5927, RFC 6069; LINUX: tcp_v4_err() and what
 * lies before it in net/ipv4/tcp_ipv4.c.
 */
#include "ipv4/tcp.h"

#include "ipv4/icmp.h"
#include "uapi/errno.h"

/* -------- errors about segments of ours -------- */

/* RFC 1191, RFC 8201 5.2: the path takes less than was thought. Also when the socket is released,
 * if a program had it when the message came.
 */
void tcp_v4_mtu_reduced(struct sock *sk)
{
	u32 mtu = tcp_sk(sk)->mtu_info, dmtu;
	struct dst_entry *dst;

	if ((TCPF(sk->sk_state) & (TCPF(TCP_LISTEN) | TCPF(TCP_CLOSE))) != 0)
		return;
	dst = inet_csk_update_pmtu(sk, mtu);
	if (dst == NULL)
		return;
	dmtu = dst_mtu(dst);
	if (mtu < dmtu && ip_dont_fragment(sk, dst))
		sk->sk_err_soft = EMSGSIZE;
	if (inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT && ip_sk_accept_pmtu(sk) &&
	    inet_csk(sk)->icsk_pmtu_cookie > dmtu) {
		(void)tcp_sync_mss(sk, dmtu);
		/* What was too large is lost for sure: no need to wait for a timer. */
		tcp_simple_retransmit(sk);
	}
}

static void do_redirect(struct sk_buff *skb, struct sock *sk)
{
	struct dst_entry *dst = sk_dst_check_noref(sk, 0);

	if (dst != NULL)
		dst->ops->redirect(dst, sk, skb);
}

/* An error about a SYN-ACK. It is told to nobody: POSIX wants no such errors from accept(). */
void tcp_req_err(struct sock *sk, u32 seq, bool abort)
{
	struct request_sock *req = inet_reqsk(sk);

	/* RFC 5927 4.1: is it about something that was sent? */
	if (seq != tcp_rsk(req)->snt_isn) {
		mib_inc(req_net(req), LINUX_MIB_OUTOFWINDOWICMPS);
	} else if (abort) {
		(void)inet_csk_reqsk_queue_drop(req->rsk_listener, req);
		tcp_listendrop(req->rsk_listener);
	}
	reqsk_put(req);
}

/* RFC 6069 2: the retransmission did not get through because the path is broken, not because it is
 * congested; so the timer is not doubled for it. LINUX: tcp_ld_RTO_revert().
 */
void tcp_ld_rto_revert(struct sock *sk, u32 seq)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *skb = tcp_rtx_queue_head(sk);
	u32 delta_us;
	s32 remaining;

	if (sock_owned_by_user(sk) || seq != tp->snd_una || icsk->icsk_retransmits == 0 ||
	    icsk->icsk_backoff == 0 || skb == NULL)
		return;
	icsk->icsk_backoff--;
	icsk->icsk_rto = tp->srtt_us != 0 ? tcp_rto_of(tp) : TCP_TIMEOUT_INIT;
	icsk->icsk_rto = (u32)inet_csk_rto_backoff(sk, TCP_RTO_MAX);
	tcp_mstamp_refresh(tp);
	delta_us = (u32)(tp->tcp_mstamp - tcp_skb_timestamp_us(skb));
	remaining = (s32)(icsk->icsk_rto - (u32)(((u64)delta_us + 999) / 1000));
	if (remaining > 0)
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, (u32)remaining, TCP_RTO_MAX);
	else
		tcp_retransmit_timer(sk);
}

/* An ICMP message about a segment of a connection: its header begins at th, eight bytes of it are
 * there.
 */
struct tcp_icmp {
	struct sk_buff *skb;
	const u8 *iph, *th; /* of the segment */
	u32 seq, info;
	u8 type, code;
};

static void err_frag_needed(struct sock *sk, const struct tcp_icmp *m)
{
	u32 bit = 1u << TCP_MTU_REDUCED_DEFERRED;

	/* SYN-ACKs are so short that they always go. */
	if (sk->sk_state == TCP_LISTEN)
		return;
	tcp_sk(sk)->mtu_info = m->info;
	if (!sock_owned_by_user(sk)) {
		tcp_v4_mtu_reduced(sk);
	} else if ((sk->sk_tsq_flags & bit) == 0) {
		sk->sk_tsq_flags |= bit;
		sock_hold(sk);
	}
}

/* What the message means to a program; 0: nothing, it has been dealt with. */
static int err_of_message(struct sock *sk, const struct tcp_icmp *m)
{
	switch (m->type) {
	case ICMP_REDIRECT:
		if (!sock_owned_by_user(sk))
			do_redirect(m->skb, sk);
		return 0;
	case ICMP_PARAMETERPROB:
		return EPROTO;
	case ICMP_TIME_EXCEEDED:
		return EHOSTUNREACH;
	case ICMP_DEST_UNREACH:
		if (m->code > NR_ICMP_UNREACH)
			return 0;
		if (m->code == ICMP_FRAG_NEEDED) {
			err_frag_needed(sk, m);
			return 0;
		}
		if (m->code == ICMP_NET_UNREACH || m->code == ICMP_HOST_UNREACH)
			tcp_ld_rto_revert(sk, m->seq);
		return icmp_err_convert[m->code].errnum;
	default: /* RFC 6633: source quench among them */
		return 0;
	}
}

/* RFC 1122 4.2.3.9, RFC 5461: an error ends what has not begun; a connection goes on, and the error
 * is the reason if it times out later.
 */
static void err_for_socket(struct sock *sk, const struct tcp_icmp *m, int err)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV) {
		ip_icmp_error(sk, m->skb, err, load_be16(m->th + TCP_DEST), m->info, m->th);
		if (!sock_owned_by_user(sk))
			tcp_done_with_error(sk, err);
		else
			sk->sk_err_soft = (u32)err;
	} else if (!sock_owned_by_user(sk) && inet_test_bit(sk, INET_FLAGS_RECVERR)) {
		sk->sk_err = (u32)err;
		sk_error_report(sk);
	} else {
		sk->sk_err_soft = (u32)err;
	}
}

/* The socket is locked against soft interrupts, but a program may have it. */
static void err_locked(struct sock *sk, const struct tcp_icmp *m)
{
	struct net *net = sock_net(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	int err;

	/* What is about the path's MTU is kept for later. */
	if (sock_owned_by_user(sk) &&
	    !(m->type == ICMP_DEST_UNREACH && m->code == ICMP_FRAG_NEEDED))
		mib_inc(net, LINUX_MIB_LOCKDROPPEDICMPS);
	if (sk->sk_state == TCP_CLOSE)
		return;
	if (m->iph[IPV4_TTL] < inet_sk(sk)->min_ttl) {
		mib_inc(net, LINUX_MIB_TCPMINTTLDROP);
		return;
	}
	/* RFC 5927 4.1: only about what was sent and is not acknowledged. */
	if (sk->sk_state != TCP_LISTEN && !between(m->seq, tp->snd_una, tp->snd_nxt)) {
		mib_inc(net, LINUX_MIB_OUTOFWINDOWICMPS);
		return;
	}
	err = err_of_message(sk, m);
	if (err != 0)
		err_for_socket(sk, m, err);
}

static bool icmp_ends_request(u8 type, u8 code)
{
	return type == ICMP_PARAMETERPROB || type == ICMP_TIME_EXCEEDED ||
	       (type == ICMP_DEST_UNREACH &&
		(code == ICMP_NET_UNREACH || code == ICMP_HOST_UNREACH));
}

/* skb->data is at the header that the message quotes. */
int tcp_v4_err(struct sk_buff *skb, u32 info)
{
	struct net *net = skb->net;
	PROBE(net, tcp_v4_err);
	const u8 *icmph = skb_transport_header(skb), *iph = skb->data;
	const u8 *th = iph + ipv4_hlen(iph);
	const struct tcp_icmp m = { .skb = skb,
				    .iph = iph,
				    .th = th,
				    .seq = get_be32(th + TCP_SEQ),
				    .info = info,
				    .type = icmph[ICMP_TYPE],
				    .code = icmph[ICMP_CODE] };
	struct sock *sk;

	sk = inet_lookup_established(net, ipv4_daddr(iph), load_be16(th + TCP_DEST),
				     ipv4_saddr(iph), get_be16(th + TCP_SOURCE), inet_iif(skb));
	if (sk == NULL) {
		mib_inc(net, ICMP_MIB_INERRORS);
		return -ENOENT;
	}
	if (sk->sk_state == TCP_TIME_WAIT) {
		inet_twsk_put(inet_twsk(sk));
	} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
		tcp_req_err(sk, m.seq, icmp_ends_request(m.type, m.code));
	} else {
		bh_lock_sock(sk);
		err_locked(sk, &m);
		bh_unlock_sock(sk);
		sock_put(sk);
	}
	return 0;
}
