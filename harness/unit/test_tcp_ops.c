// SPDX-License-Identifier: MIT
/* test_tcp_ops.c - the operations of TCP's struct proto: each is Linux's, and does what a program
 * calls it for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "harness/unit/tcp_peer.h"
#include "ipv4/inet_hashtables.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/in.h"
#include "uapi/socket.h"
#include "uapi/tcp.h"

enum { PORT = 5001, PEER_PORT = 7, AT = SCENARIO_RECV };

static struct world *begin(struct tcp_peer *p)
{
	struct world *w = one_host_up(1);

	tcp_peer_init(p, w, PEER_PORT, PORT);
	return w;
}

static s64 sys3(struct tcp_peer *p, enum sys_nr nr, u64 a, u64 b, u64 c)
{
	s64 ret = host_sys(p->w, nr, a, b, c, 0, 0);

	tcp_peer_wait(p);
	return ret;
}

static s64 send_more(struct tcp_peer *p, int fd, u32 len, u32 flags)
{
	s64 ret = call_sendto(p->w, 0, 0, fd, "0123456789", len, flags, NULL, 0);

	tcp_peer_wait(p);
	return ret;
}

/* LINUX: tcp_prot, tcp_request_sock_ops, inet_stream_ops. */
static void members_are_linux(void **state)
{
	(void)state;
	assert_ptr_equal(tcp_prot.close, tcp_close);
	assert_ptr_equal(tcp_prot.connect, tcp_v4_connect);
	assert_ptr_equal(tcp_prot.disconnect, tcp_disconnect);
	assert_ptr_equal(tcp_prot.accept, inet_csk_accept);
	assert_ptr_equal(tcp_prot.ioctl, tcp_ioctl);
	assert_ptr_equal(tcp_prot.destroy, tcp_v4_destroy_sock);
	assert_ptr_equal(tcp_prot.shutdown, tcp_shutdown);
	assert_ptr_equal(tcp_prot.setsockopt, tcp_setsockopt);
	assert_ptr_equal(tcp_prot.getsockopt, tcp_getsockopt);
	assert_ptr_equal(tcp_prot.keepalive, tcp_set_keepalive);
	assert_ptr_equal(tcp_prot.recvmsg, tcp_recvmsg);
	assert_ptr_equal(tcp_prot.sendmsg, tcp_sendmsg);
	assert_ptr_equal(tcp_prot.splice_eof, tcp_splice_eof);
	assert_ptr_equal(tcp_prot.backlog_rcv, tcp_v4_do_rcv);
	assert_ptr_equal(tcp_prot.release_cb, tcp_release_cb);
	assert_ptr_equal(tcp_prot.hash, inet_hash);
	assert_ptr_equal(tcp_prot.unhash, inet_unhash);
	assert_ptr_equal(tcp_prot.get_port, inet_csk_get_port);
	assert_ptr_equal(tcp_prot.enter_memory_pressure, tcp_enter_memory_pressure);
	assert_ptr_equal(tcp_prot.leave_memory_pressure, tcp_leave_memory_pressure);
	assert_ptr_equal(tcp_prot.stream_memory_free, tcp_stream_memory_free);
	assert_ptr_equal(tcp_prot.rsk_prot, &tcp_request_sock_ops);
	assert_ptr_equal(tcp_prot.diag_destroy, tcp_abort);
}

/* init: buffers are as large as the knobs say, a window of ten segments; destroy: nothing is left.
 */
static void a_socket_begins_and_ends(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	struct net *net = &w->host[0].net;
	struct tcp_sock *tp;
	struct sock *sk;
	int fd;

	(void)state;
	must_config(w, 0, "sysctl -w net.ipv4.tcp_rmem=\"4096 70000 80000\"");
	must_config(w, 0, "sysctl -w net.ipv4.tcp_wmem=\"4096 50000 60000\"");
	fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	sk = tcp_peer_sock(w, fd);
	tp = tcp_sk(sk);
	assert_ptr_equal(&tp->inet_conn.icsk_inet.sk, sk);
	assert_int_equal(tcp_prot.obj_size, sizeof(struct tcp_sock));
	assert_int_equal(sk->sk_rcvbuf, 70000);
	assert_int_equal(sk->sk_sndbuf, 50000);
	assert_int_equal(sk->sk_state, TCP_CLOSE);
	assert_int_equal(tp->snd_cwnd, 10);
	assert_int_equal(tp->mss_cache, 536);
	assert_int_equal(inet_csk(sk)->icsk_rto, 1000);
	assert_int_equal(net->tcp_sockets_allocated, 1);
	assert_int_equal(net->tcp_sock_pool.used, 1);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	assert_int_equal(net->tcp_sockets_allocated, 0);
	assert_int_equal(net->tcp_sock_pool.used, 0);
	end_world(w);
}

static struct sock *look_up(struct tcp_peer *p)
{
	struct net *net = &p->w->host[0].net;
	struct sock *sk;

	host_config_begin(&p->w->host[0]);
	sk = inet_lookup_established(net, cpu_to_be32((u32)PEER), cpu_to_be16(p->port),
				     cpu_to_be32((u32)HERE), p->host_port, 2);
	if (sk != NULL)
		sock_put(sk);
	host_config_end(&p->w->host[0]);
	return sk;
}

/* get_port: a port is its owner's until it closes; hash, unhash: whom segments find. */
static void ports_and_tables(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	struct net *net = &w->host[0].net;
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0), other;

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, fd, "192.0.2.1", PORT), 0);
	assert_non_null(inet_csk(tcp_peer_sock(w, fd))->icsk_bind_hash);
	assert_int_equal(net->bind_bucket_pool.used, 1);
	other = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(call_bind(w, 0, 0, other, "0.0.0.0", PORT), -EADDRINUSE);
	assert_int_equal(call_bind(w, 0, 0, other, "192.0.2.1", 0), 0);
	assert_int_equal(net->bind_bucket_pool.used, 2);
	assert_int_equal(call_close(w, 0, 0, other), 0);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	assert_int_equal(net->bind_bucket_pool.used, 0);
	assert_null(look_up(&p));
	fd = tcp_peer_open(&p);
	assert_ptr_equal(look_up(&p), tcp_peer_sock(w, fd));
	tcp_peer_send(&p, TCPHDR_RST | TCPHDR_ACK, 0);
	assert_null(look_up(&p));
	end_world(w);
}

/* pre_connect: an address of its length; connect: a SYN, and nobody there. */
static void connect_calls(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);

	(void)state;
	put_sockaddr_in(world_umem(w, 0, AT, 16), AF_INET, PEER_PORT, (u32)PEER);
	assert_int_equal(sys3(&p, SYS_NR_connect, (u64)fd, AT, 15), -EINVAL);
	assert_int_equal(tcp_peer_sock(w, fd)->sk_state, TCP_CLOSE);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	fd = tcp_peer_called(&p);
	assert_int_equal(tcp_peer_sock(w, fd)->sk_state, TCP_SYN_SENT);
	assert_int_equal(host_mib(w, TCP_MIB_ACTIVEOPENS), 1);
	tcp_peer_send(&p, TCPHDR_RST | TCPHDR_ACK, 0);
	assert_int_equal(tcp_peer_sock(w, fd)->sk_err, ECONNREFUSED);
	end_world(w);
}

/* rsk_prot: a SYN makes a request, no socket; accept: what has become of it. */
static void accept_takes(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	struct net *net = &w->host[0].net;
	int fd = tcp_peer_listener(&p);
	s64 child;

	(void)state;
	assert_int_equal(sys3(&p, SYS_NR_accept, (u64)fd, 0, 0), -EAGAIN);
	tcp_peer_send(&p, TCPHDR_SYN, 0);
	assert_string_equal(tcp_peer_answer(&p), "SA");
	assert_int_equal(net->request_sock_pool.used, 1);
	assert_int_equal(net->tcp_sock_pool.used, 1);
	assert_ptr_equal(inet_reqsk(look_up(&p))->rsk_ops, &tcp_request_sock_ops);
	assert_int_equal(sys3(&p, SYS_NR_accept, (u64)fd, 0, 0), -EAGAIN);
	/* What acknowledges nothing makes none of it. */
	tcp_peer_send_at(&p, TCPHDR_FIN, p.seq, 0, 0);
	assert_int_equal(net->tcp_sock_pool.used, 1);
	tcp_peer_send(&p, TCPHDR_ACK, 0);
	child = sys3(&p, SYS_NR_accept, (u64)fd, 0, 0);
	assert_int_equal(child, fd + 1);
	assert_int_equal(net->request_sock_pool.used, 0);
	assert_int_equal(tcp_peer_sock(w, (int)child)->sk_state, TCP_ESTABLISHED);
	assert_int_equal(tcp_peer_sock(w, fd)->sk_state, TCP_LISTEN);
	end_world(w);
}

/* ioctl, recvmsg: what has come and what has not been acknowledged. */
static void reads_and_asks(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	const u8 *value = world_umem(w, 0, AT, 4);

	(void)state;
	tcp_peer_send(&p, TCPHDR_ACK, 5);
	assert_int_equal(sys3(&p, SYS_NR_ioctl, (u64)fd, SIOCINQ, AT), 0);
	assert_int_equal(get_le32(value), 5);
	assert_int_equal(send_more(&p, fd, 7, 0), 7);
	assert_int_equal(sys3(&p, SYS_NR_ioctl, (u64)fd, SIOCOUTQ, AT), 0);
	assert_int_equal(get_le32(value), 7);
	tcp_peer_send(&p, TCPHDR_ACK, 0);
	assert_int_equal(sys3(&p, SYS_NR_ioctl, (u64)fd, SIOCOUTQ, AT), 0);
	assert_int_equal(get_le32(value), 0);
	assert_int_equal(call_recv(w, 0, 0, fd, 3, 0), 3);
	assert_memory_equal(world_umem(w, 0, SCENARIO_RECV, 3), "xxx", 3);
	assert_int_equal(call_recv(w, 0, 0, fd, 10, 0), 2);
	assert_int_equal(call_recv(w, 0, 0, fd, 10, MSG_DONTWAIT), -EAGAIN);
	end_world(w);
}

/* shutdown: of what is sent; what comes is still read. */
static void shuts_down(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	struct sock *sk = tcp_peer_sock(w, fd);

	(void)state;
	assert_int_equal(sys3(&p, SYS_NR_shutdown, (u64)fd, SHUT_WR, 0), 0);
	assert_string_equal(tcp_peer_answer(&p), "FA");
	assert_int_equal(sk->sk_state, TCP_FIN_WAIT1);
	assert_int_equal(send_more(&p, fd, 1, MSG_NOSIGNAL), -EPIPE);
	tcp_peer_send(&p, TCPHDR_ACK, 4);
	assert_int_equal(sk->sk_state, TCP_FIN_WAIT2);
	assert_int_equal(call_recv(w, 0, 0, fd, 10, 0), 4);
	end_world(w);
}

static void options(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	struct inet_connection_sock *icsk = inet_csk(tcp_peer_sock(w, fd));

	(void)state;
	assert_int_equal(host_setopt(w, fd, IPPROTO_TCP, TCP_NODELAY, 1), 0);
	put_le32(world_umem(w, 0, AT, 4), 4);
	assert_int_equal(
		host_sys(w, SYS_NR_getsockopt, (u64)fd, IPPROTO_TCP, TCP_NODELAY, AT + 8, AT), 0);
	assert_int_equal(get_le32(world_umem(w, 0, AT + 8, 4)), 1);
	assert_int_equal(host_setopt(w, fd, IPPROTO_TCP, 999, 1), -ENOPROTOOPT);
	/* keepalive: what SO_KEEPALIVE turns on has a timer. */
	assert_false(timer_pending(&icsk->icsk_keepalive_timer));
	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
	assert_true(timer_pending(&icsk->icsk_keepalive_timer));
	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_KEEPALIVE, 0), 0);
	assert_false(timer_pending(&icsk->icsk_keepalive_timer));
	end_world(w);
}

/* backlog_rcv: while a call has the socket, segments wait; release_cb: so do its timers. */
static void owned_by_a_call(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	struct sock *sk = tcp_peer_sock(w, fd);
	struct host *h = &w->host[0];
	u32 begun;

	(void)state;
	assert_int_equal(send_more(&p, fd, 7, 0), 7);
	assert_string_equal(tcp_peer_answer(&p), "A");
	host_config_begin(h);
	lock_sock(sk);
	host_config_end(h);
	begun = p.ack;
	tcp_peer_send_at(&p, TCPHDR_ACK, p.seq, begun - 7, 5);
	assert_int_not_equal(sk->sk_backlog.len, 0);
	assert_int_equal(sk->sk_receive_queue.qlen, 0);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	assert_string_equal(tcp_peer_answer(&p), "-");
	assert_int_not_equal(sk->sk_tsq_flags & 1u << TCP_WRITE_TIMER_DEFERRED, 0);
	host_config_begin(h);
	release_sock(sk);
	host_config_end(h);
	tcp_peer_wait(&p);
	assert_int_equal(sk->sk_backlog.len, 0);
	assert_int_equal(sk->sk_receive_queue.qlen, 1);
	assert_int_equal(sk->sk_tsq_flags & 1u << TCP_WRITE_TIMER_DEFERRED, 0);
	assert_string_equal(tcp_peer_answer(&p), "A"); /* again: nobody has acknowledged it */
	assert_int_equal(get_be32(tcp_peer_last(&p) + TCP_SEQ), begun - 7);
	end_world(w);
}

/* enter and leave, and what is counted; stream_memory_free: what may wait unsent. */
static void memory(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	struct sock *sk = tcp_peer_sock(w, fd);
	struct net *net = &w->host[0].net;

	(void)state;
	host_config_begin(&w->host[0]);
	sk->sk_prot->enter_memory_pressure(sk);
	assert_true(tcp_under_memory_pressure(sk));
	sk->sk_prot->enter_memory_pressure(sk);
	host_config_end(&w->host[0]);
	assert_int_equal(net->mib[LINUX_MIB_TCPMEMORYPRESSURES], 1);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	host_config_begin(&w->host[0]);
	sk->sk_prot->leave_memory_pressure(sk);
	host_config_end(&w->host[0]);
	assert_false(tcp_under_memory_pressure(sk));
	assert_in_range(net->mib[LINUX_MIB_TCPMEMORYPRESSURESCHRONO], 999, 1001);
	assert_int_equal(host_setopt(w, fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 10), 0);
	assert_true(sk->sk_prot->stream_memory_free(sk, 0));
	assert_int_equal(send_more(&p, fd, 5, MSG_MORE), 5);
	assert_true(sk->sk_prot->stream_memory_free(sk, 0));
	assert_false(sk->sk_prot->stream_memory_free(sk, 1)); /* twice as much is asked for */
	assert_int_equal(send_more(&p, fd, 5, MSG_MORE), 5);
	assert_false(sk->sk_prot->stream_memory_free(sk, 0));
	end_world(w);
}

/* splice_eof: more was promised, and does not come. */
static void no_more_comes(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	struct sock *sk = tcp_peer_sock(w, fd);

	(void)state;
	assert_int_equal(send_more(&p, fd, 10, MSG_MORE), 10);
	assert_string_equal(tcp_peer_answer(&p), "-");
	host_config_begin(&w->host[0]);
	sk->sk_prot->splice_eof(sk->sk_socket);
	host_config_end(&w->host[0]);
	tcp_peer_wait(&p);
	assert_string_equal(tcp_peer_answer(&p), "A");
	assert_int_equal(tcp_peer_last_bytes(&p), 10);
	end_world(w);
}

/* diag_destroy: both ends are told. */
static void is_destroyed(void **state)
{
	struct tcp_peer p;
	struct world *w = begin(&p);
	int fd = tcp_peer_open(&p);
	struct sock *sk = tcp_peer_sock(w, fd);

	(void)state;
	host_config_begin(&w->host[0]);
	assert_int_equal(sk->sk_prot->diag_destroy(sk, ECONNABORTED), 0);
	host_config_end(&w->host[0]);
	tcp_peer_wait(&p);
	assert_string_equal(tcp_peer_answer(&p), "RA");
	assert_int_equal(sk->sk_state, TCP_CLOSE);
	assert_int_equal(call_recv(w, 0, 0, fd, 1, 0), -ECONNABORTED);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_linux), cmocka_unit_test(a_socket_begins_and_ends),
		cmocka_unit_test(ports_and_tables),  cmocka_unit_test(connect_calls),
		cmocka_unit_test(accept_takes),	     cmocka_unit_test(reads_and_asks),
		cmocka_unit_test(shuts_down),	     cmocka_unit_test(options),
		cmocka_unit_test(owned_by_a_call),   cmocka_unit_test(memory),
		cmocka_unit_test(no_more_comes),     cmocka_unit_test(is_destroyed),
	};

	return cmocka_run_group_tests_name("tcp_ops", tests, NULL, NULL);
}
