// SPDX-License-Identifier: MIT
/* ping.c - ICMP datagram sockets, as far as they can be made and closed; echoes come later.
 *
 * Path: step 3 of SOCK_DGRAM with IPPROTO_ICMP. Rules: LINUX: net/ipv4/ping.c.
 */
#include "ipv4/af_inet.h"
#include "ipv4/ip.h"
#include "ipv4/later.h"
#include "uapi/errno.h"

/* Only groups in net.ipv4.ping_group_range may; by default the range is empty.
 * DIVERGES(ping-groups): a process has its effective group only, no supplementary ones.
 */
static int ping_init_sock(struct sock *sk)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;
	u32 group = current_task(sock_net(sk))->process->gid;

	return ctl->ping_group_min <= group && group <= ctl->ping_group_max ? 0 : -EACCES;
}

static int ping_close(struct sock *sk, s64 timeout)
{
	(void)timeout;
	sk_common_release(sk);
	return 0;
}

LATER_ADDR(ping_pre_connect)
LATER_ADDR(ping_connect)
LATER_VALUE(ping_disconnect)
LATER_SENDMSG(ping_v4_sendmsg)
LATER_RECVMSG(ping_recvmsg)
LATER_ADDR(ping_bind)
LATER_RCV(ping_queue_rcv_skb)
LATER_HASH(ping_hash)

static void ping_unhash(struct sock *sk)
{
	assert(sk->sk_num == 0);
}

LATER_PORT(ping_get_port)

const struct proto ping_prot = {
	.name = "PING",
	.init = ping_init_sock,
	.close = ping_close,
	.pre_connect = ping_pre_connect,
	.connect = ping_connect,
	.disconnect = ping_disconnect,
	.setsockopt = ip_setsockopt,
	.getsockopt = ip_getsockopt,
	.sendmsg = ping_v4_sendmsg,
	.recvmsg = ping_recvmsg,
	.bind = ping_bind,
	.backlog_rcv = ping_queue_rcv_skb,
	.hash = ping_hash,
	.unhash = ping_unhash,
	.get_port = ping_get_port,
	.put_port = ping_unhash,
	.obj_size = sizeof(struct inet_sock),
	.inuse_idx = PROTO_INUSE_PING,
};
