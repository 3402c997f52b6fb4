// SPDX-License-Identifier: MIT
/* tcp.c - TCP sockets, as far as they can be made and closed; the protocol itself comes later.
 *
 * Path: step 3 of a stream. Rules: LINUX: net/ipv4/tcp.c, net/ipv4/tcp_ipv4.c.
 * Every operation that would need a connection stops the run with its name.
 */
#include "ipv4/af_inet.h"
#include "ipv4/ip.h"
#include "ipv4/later.h"
#include "uapi/in.h"

static void tcp_close(struct sock *sk, s64 timeout)
{
	(void)timeout; /* lingers only for data that was sent */
	lock_sock(sk);
	assert(sk->sk_state == TCP_CLOSE);
	sk->sk_shutdown = SHUTDOWN_MASK;
	release_sock(sk);
	sk_common_release(sk);
}

LATER_ADDR(tcp_v4_pre_connect)
LATER_ADDR(tcp_v4_connect)
LATER_VALUE(tcp_disconnect)
LATER_ACCEPT(inet_csk_accept)
LATER_IOCTL(tcp_ioctl)

/* LINUX: tcp_v4_init_sock(), tcp_init_sock(): what a program can ask for before it connects. */
static int tcp_v4_init_sock(struct sock *sk)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	sk->sk_sndbuf = (s32)ctl->tcp_wmem_default;
	sk->sk_rcvbuf = (s32)ctl->tcp_rmem_default;
	if (sk->sk_socket != NULL)
		sk->sk_socket->flags |= 1u << SOCK_SUPPORT_ZC;
	return 0;
}

static void tcp_v4_destroy_sock(struct sock *sk)
{
	assert(skb_queue_empty(&sk->sk_write_queue));
}

/* A socket without connection has nobody to tell. */
static void tcp_shutdown(struct sock *sk, int how)
{
	(void)how;
	if (sk->sk_state != TCP_CLOSE)
		not_implemented("tcp_shutdown");
}

static int tcp_setsockopt(struct sock *sk, int level, int optname, uptr optval, u32 optlen)
{
	if (level == SOL_TCP)
		not_implemented("tcp_setsockopt");
	return ip_setsockopt(sk, level, optname, optval, optlen);
}

static int tcp_getsockopt(struct sock *sk, int level, int optname, uptr optval, uptr optlen)
{
	if (level == SOL_TCP)
		not_implemented("tcp_getsockopt");
	return ip_getsockopt(sk, level, optname, optval, optlen);
}

/* Keep-alive of a closed socket is a flag only. */
static void tcp_set_keepalive(struct sock *sk, int val)
{
	(void)val;
	assert(sk->sk_state == TCP_CLOSE);
}

LATER_SENDMSG(tcp_sendmsg)
LATER_RECVMSG(tcp_recvmsg)

static void tcp_splice_eof(struct socket *sock)
{
	(void)sock;
	not_implemented("tcp_splice_eof");
}

LATER_RCV(tcp_v4_do_rcv)

/* Nothing can have been put off while the socket was owned. */
static void tcp_release_cb(struct sock *sk)
{
	assert(sk->sk_state == TCP_CLOSE);
}

LATER_HASH(inet_hash)

static void inet_unhash(struct sock *sk)
{
	assert(sk->skc_node.pprev == NULL);
}

LATER_PORT(inet_csk_get_port)

static void inet_put_port(struct sock *sk)
{
	assert(sk->sk_num == 0);
}

LATER_EVENT(tcp_enter_memory_pressure)
LATER_EVENT(tcp_leave_memory_pressure)

static bool tcp_stream_memory_free(const struct sock *sk, int wake)
{
	(void)sk;
	(void)wake;
	not_implemented("tcp_stream_memory_free");
}

LATER_VALUE(tcp_abort)

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
	.obj_size = sizeof(struct inet_sock),
	.inuse_idx = PROTO_INUSE_TCP,
	.no_autobind = true,
};
