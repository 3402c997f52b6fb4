// SPDX-License-Identifier: MIT
/* tcp.h - TCP: what its files share. */
#ifndef REFSTACK_IPV4_TCP_H
#define REFSTACK_IPV4_TCP_H

#include "ipv4/af_inet.h"
#include "ipv4/ip.h"
#include "wire/tcp.h"

/* LINUX: struct tcp_skb_cb: the packet's control block while TCP has it. What IP knew of the packet
 * is still there.
 */
struct tcp_skb_cb {
	u32 seq, end_seq, ack_seq;
	u8 tcp_flags, sacked, ip_dsfield;
	struct inet_skb_parm header;
};
static_assert(sizeof(struct tcp_skb_cb) <= SKB_CB_BYTES, "fits");
#define TCP_SKB_CB(skb) SKB_CB(skb, struct tcp_skb_cb)

/* LINUX: enum sk_rst_reason: why a connection is reset, with the kernel's numbers. */
enum sk_rst_reason { SK_RST_REASON_NOT_SPECIFIED, SK_RST_REASON_NO_SOCKET };

static inline u8 *tcp_hdr(const struct sk_buff *skb)
{
	return skb_transport_header(skb);
}

/* tcp.c: what a program does with its socket. */
void tcp_init_sock(struct sock *sk);
void tcp_close(struct sock *sk, s64 timeout);
void tcp_shutdown(struct sock *sk, int how);
int tcp_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen);
int tcp_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen);
void tcp_set_keepalive(struct sock *sk, int val);

/* tcp_ipv4.c: segments that come. The control socket answers for those that nobody has. */
struct tcp_net {
	struct inet_ctl_sock ctl; /* LINUX: ipv4_tcp_sk, one for each CPU */
};
/* LINUX: also of tcp_v4_init(): there is always room for one socket, or no host. */
void tcp_sk_init(struct net *net);
void tcp_sk_exit(struct net *net);
int tcp_v4_rcv(struct sk_buff *skb);
int tcp_v4_err(struct sk_buff *skb, u32 info);

#endif
