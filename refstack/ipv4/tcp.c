// SPDX-License-Identifier: MIT
/* tcp.c - TCP sockets, as far as they can be made and closed; connections come later.
 *
 * Path: step 3 of a stream; the operations are tcp_prot's, in tcp_ipv4.c. Rules: LINUX:
 * net/ipv4/tcp.c.
 */
#include "ipv4/tcp.h"

#include "uapi/in.h"

/* What a program can ask for before it connects. */
void tcp_init_sock(struct sock *sk)
{
	const struct net_sysctl *ctl = &sock_net(sk)->sysctl;

	sock_set_flag(sk, SOCK_USE_WRITE_QUEUE);
	sk->sk_sndbuf = ctl->tcp_wmem_default;
	sk->sk_rcvbuf = ctl->tcp_rmem_default;
	if (sk->sk_socket != NULL)
		sk->sk_socket->flags |= 1u << SOCK_SUPPORT_ZC;
}

void tcp_close(struct sock *sk, s64 timeout)
{
	(void)timeout; /* lingers only for data that was sent */
	lock_sock(sk);
	assert(sk->sk_state == TCP_CLOSE);
	sk->sk_shutdown = SHUTDOWN_MASK;
	release_sock(sk);
	sk_common_release(sk);
}

/* A socket without connection has nobody to tell. */
void tcp_shutdown(struct sock *sk, int how)
{
	(void)how;
	if (sk->sk_state != TCP_CLOSE)
		not_implemented("tcp_shutdown");
}

/* Keep-alive of a closed socket is a flag only. */
void tcp_set_keepalive(struct sock *sk, int val)
{
	(void)val;
	assert(sk->sk_state == TCP_CLOSE);
}
