// SPDX-License-Identifier: MIT
/* tcp_ipv4.c - TCP over IPv4: segments that come, resets that go, and the operations of a socket.
 *
 * Path: ip_protocol_deliver_rcu() brings segments, icmp_rcv() errors about them; resets go by
 * ip_send_unicast_reply().
 * Rules: RFC 9293 3.5.2 and 3.10.7.1, RFC 5961; LINUX: net/ipv4/tcp_ipv4.c.
 * Missing: connections. No socket listens or is connected, so a segment belongs to nobody.
 * DIVERGES(tcp-one-sock): one control socket for all CPUs; Linux has one for each. It is used and
 * left within one unit of work.
 */
#include "ipv4/tcp.h"

#include "base/csum.h"
#include "ipv4/icmp.h"
#include "ipv4/later.h"
#include "uapi/errno.h"
#include "uapi/in.h"

/* -------- the control socket -------- */

/* What answers for no socket is never fragmented, so it needs no identification either. */
void tcp_sk_init(struct net *net)
{
	int err = inet_ctl_sock_create(&net->tcp->ctl, net, IPPROTO_TCP);

	assert(err == 0);
	inet_sk(net->tcp->ctl.sk)->pmtudisc = IP_PMTUDISC_DO;
}

void tcp_sk_exit(struct net *net)
{
	inet_ctl_sock_destroy(&net->tcp->ctl);
}

/* -------- resets -------- */

/* Is the segment signed? Then only what is signed with the same key answers it, and nobody has the
 * key. LINUX: tcp_do_parse_auth_options() of a kernel without TCP-AO: true also when it refuses the
 * options. It stops looking where the shortest signature has no room.
 */
static bool tcp_is_signed(const u8 *th)
{
	u32 left = tcp_hlen(th) - TCP_HLEN;
	const u8 *p = th + TCP_HLEN;

	while (left >= TCPOLEN_MD5SIG) {
		u32 len = 1;

		if (p[0] == TCPOPT_EOL)
			return false;
		if (p[0] != TCPOPT_NOP) {
			len = p[1];
			if (len < 2 || len > left)
				return true;
			if (p[0] == TCPOPT_MD5SIG || p[0] == TCPOPT_AO)
				return true;
		}
		p += len;
		left -= len;
	}
	return false;
}

/* RFC 9293 3.5.2: from where the other side takes us to be, or else for all that it sent. */
static void reset_for(u8 *rep, const u8 *th, const struct tcp_skb_cb *cb)
{
	memset(rep, 0, TCP_HLEN);
	memcpy(rep + TCP_SOURCE, th + TCP_DEST, 2);
	memcpy(rep + TCP_DEST, th + TCP_SOURCE, 2);
	rep[TCP_DOFF] = TCP_HLEN / 4 << 4;
	rep[TCP_FLAG_BYTE] = TCPHDR_RST;
	if ((cb->tcp_flags & TCPHDR_ACK) != 0) {
		put_be32(rep + TCP_SEQ, cb->ack_seq);
	} else {
		rep[TCP_FLAG_BYTE] |= TCPHDR_ACK;
		put_be32(rep + TCP_ACK_SEQ, cb->end_seq);
	}
}

/* LINUX: tcp_v4_send_reset() without a socket. */
static void tcp_v4_send_reset(struct sk_buff *skb, enum sk_rst_reason reason)
{
	struct net *net = skb->net;
	PROBE(net, tcp_v4_send_reset);
	const u8 *th = tcp_hdr(skb), *iph = ip_hdr(skb);
	struct sock *ctl_sk = net->tcp->ctl.sk;
	struct cpu *c = this_cpu(net);
	u8 rep[TCP_HLEN];
	struct ip_reply_arg arg = { .data = rep,
				    .sopt = &TCP_SKB_CB(skb)->header,
				    .csumoffset = TCP_CHECK / 2,
				    .tos = iph[IPV4_TOS] };

	/* RFC 9293 3.5.2: never in answer to a reset; and to nobody that was not spoken to. */
	if ((th[TCP_FLAG_BYTE] & TCPHDR_RST) != 0)
		return;
	if (dst_rtable(skb_dst(skb))->rt_type != RTN_LOCAL || tcp_is_signed(th))
		return;
	reset_for(rep, th, TCP_SKB_CB(skb));
	arg.csum = csum_tcpudp_nofold(ipv4_daddr(iph), ipv4_saddr(iph), TCP_HLEN, IPPROTO_TCP, 0);
	TRACE(net, tcp_send_reset, reason, 0, be32_to_cpu(ipv4_daddr(iph)), get_be16(th + TCP_DEST),
	      be32_to_cpu(ipv4_saddr(iph)), get_be16(th + TCP_SOURCE));

	local_bh_disable(c);
	ctl_sk->sk_mark = 0;
	ctl_sk->sk_priority = 0;
	ip_send_unicast_reply(ctl_sk, skb, ipv4_saddr(iph), ipv4_daddr(iph), &arg, TCP_HLEN);
	/* Also when it could not be sent. */
	mib_inc(net, TCP_MIB_OUTSEGS);
	mib_inc(net, TCP_MIB_OUTRSTS);
	local_bh_enable(c);
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
				   .header = parm };
	cb->end_seq = cb->seq + ((flags & TCPHDR_SYN) != 0) + ((flags & TCPHDR_FIN) != 0) +
		      skb->len - tcp_hlen(th);
}

bool tcp_checksum_complete(struct sk_buff *skb)
{
	return !skb_csum_unnecessary(skb) && skb_checksum_complete(skb) != 0;
}

/* The whole header is there, and its checksum, as far as it is known yet, is right. */
static enum drop_reason tcp_v4_header(struct sk_buff *skb)
{
	const u8 *iph;
	u32 hlen;

	if (!pskb_may_pull(skb, TCP_HLEN))
		return DROP_NOT_SPECIFIED;
	hlen = tcp_hlen(skb->data);
	if (hlen < TCP_HLEN)
		return DROP_PKT_TOO_SMALL;
	if (!pskb_may_pull(skb, hlen))
		return DROP_NOT_SPECIFIED;
	iph = ip_hdr(skb);
	if (skb_checksum_validate(skb, false, false,
				  csum_tcpudp_nofold(ipv4_saddr(iph), ipv4_daddr(iph), skb->len,
						     IPPROTO_TCP, 0)) != 0)
		return DROP_TCP_CSUM;
	return DROP_NOT_DROPPED_YET;
}

/* Nobody has this connection, nor listens for it. */
static enum drop_reason no_tcp_socket(struct sk_buff *skb)
{
	tcp_v4_fill_cb(skb);
	if (tcp_checksum_complete(skb))
		return DROP_TCP_CSUM;
	tcp_v4_send_reset(skb, SK_RST_REASON_NO_SOCKET);
	return DROP_NO_SOCKET;
}

static void count_bad_packet(struct net *net, const struct sk_buff *skb, enum drop_reason reason)
{
	const u8 *iph = ip_hdr(skb), *th = tcp_hdr(skb);

	if (reason == DROP_TCP_CSUM) {
		TRACE(net, tcp_bad_csum, be32_to_cpu(ipv4_saddr(iph)), get_be16(th + TCP_SOURCE),
		      be32_to_cpu(ipv4_daddr(iph)), get_be16(th + TCP_DEST));
		mib_inc(net, TCP_MIB_CSUMERRORS);
	}
	if (reason == DROP_TCP_CSUM || reason == DROP_PKT_TOO_SMALL)
		mib_inc(net, TCP_MIB_INERRS);
}

int tcp_v4_rcv(struct sk_buff *skb)
{
	struct net *net = skb->net;
	PROBE(net, tcp_v4_rcv);
	enum drop_reason reason = DROP_NOT_SPECIFIED;

	/* RFC 9293 3.9.2.3: a segment is for one host; by a broadcast frame comes none. */
	if (skb->pkt_type == PACKET_HOST) {
		mib_inc(net, TCP_MIB_INSEGS);
		reason = tcp_v4_header(skb);
		if (reason == DROP_NOT_DROPPED_YET)
			reason = no_tcp_socket(skb);
		count_bad_packet(net, skb, reason);
	}
	kfree_skb_reason(skb, reason);
	return 0;
}

/* An error about a segment of ours: of which connection? */
int tcp_v4_err(struct sk_buff *skb, u32 info)
{
	(void)info;
	mib_inc(skb->net, ICMP_MIB_INERRORS);
	return -ENOENT;
}

/* -------- the operations -------- */

LATER_ADDR(tcp_v4_pre_connect)

static int tcp_v4_init_sock(struct sock *sk)
{
	tcp_init_sock(sk);
	return 0;
}

void tcp_v4_destroy_sock(struct sock *sk)
{
	assert(skb_queue_empty(&sk->sk_write_queue));
}

/* Nothing can have been put off while the socket was owned. */
void tcp_release_cb(struct sock *sk)
{
	assert(sk->sk_state == TCP_CLOSE);
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
	.max_header = 320, /* LINUX: MAX_TCP_HEADER */
	.obj_size = sizeof(struct tcp_sock),
	.pool = offsetof(struct net, tcp_sock_pool),
	.inuse_idx = PROTO_INUSE_TCP,
	.no_autobind = true,
};
