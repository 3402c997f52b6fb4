// SPDX-License-Identifier: MIT
/* raw.c - raw IPv4 sockets, as far as they can be made and closed; sending and receiving come
 * later.
 *
 * Path: step 3 of SOCK_RAW. Rules: LINUX: net/ipv4/raw.c.
 */
#include "ipv4/af_inet.h"
#include "ipv4/ip.h"
#include "ipv4/later.h"
#include "uapi/in.h"

static void raw_close(struct sock *sk, s64 timeout)
{
	(void)timeout;
	sk_common_release(sk);
}

static void raw_destroy(struct sock *sk)
{
	assert(skb_queue_empty(&sk->sk_write_queue));
}

LATER_ADDR(raw_connect)
LATER_VALUE(raw_disconnect)
LATER_IOCTL(raw_ioctl)

static int raw_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen)
{
	if (level == SOL_RAW)
		not_implemented("raw_setsockopt");
	return ip_setsockopt(sk, level, optname, optval, optlen);
}

static int raw_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen)
{
	if (level == SOL_RAW)
		not_implemented("raw_getsockopt");
	return ip_getsockopt(sk, level, optname, optval, optlen);
}

LATER_SENDMSG(raw_sendmsg)
LATER_RECVMSG(raw_recvmsg)
LATER_ADDR(raw_bind)
LATER_RCV(raw_rcv_skb)

/* The table that packets look into comes with their delivery; here sockets are only counted. */
static int raw_hash_sk(struct sock *sk)
{
	sock_set_flag(sk, SOCK_RCU_FREE);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	return 0;
}

static void raw_unhash_sk(struct sock *sk)
{
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
}

LATER_VALUE(raw_abort)

const struct proto raw_prot = {
	.name = "RAW",
	.close = raw_close,
	.destroy = raw_destroy,
	.connect = raw_connect,
	.disconnect = raw_disconnect,
	.ioctl = raw_ioctl,
	.setsockopt = raw_setsockopt,
	.getsockopt = raw_getsockopt,
	.sendmsg = raw_sendmsg,
	.recvmsg = raw_recvmsg,
	.bind = raw_bind,
	.backlog_rcv = raw_rcv_skb,
	.hash = raw_hash_sk,
	.unhash = raw_unhash_sk,
	.diag_destroy = raw_abort,
	.obj_size = sizeof(struct inet_sock),
	.inuse_idx = PROTO_INUSE_RAW,
};
