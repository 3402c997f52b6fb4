// SPDX-License-Identifier: MIT
/* test_seeds.c - what harness/seeds.tsv names, shown directly: tables, checks and their order, the
 * fields that calls leave behind, the sixteen steps.
 *
 * Comparisons with the kernel's own answers are in test_socket.c, test_sockopt.c and test_udp.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/csum.h"
#include "core/iov.h"
#include "harness/lib/graph.h"
#include "harness/lib/scenario.h"
#include "ipv4/af_inet.h"
#include "ipv4/udp.h"
#include "socket/socket.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/stat.h"
#include "wire/udp.h"

/* Where arguments lie in the program's memory. */
enum { AT_ADDR = UMEM_BASE + 0x100, AT_LEN = UMEM_BASE + 0x300, AT_VALUE = UMEM_BASE + 0x400 };
enum { BAD_ADDR = 8 };

static int setup(void **state)
{
	const struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);

	must_config(w, 0, "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0");
	must_config(w, 0, "ip link set eth0 up");
	must_config(w, 0, "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0");
	world_settle(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	const char *which = "";

	world_check(w);
	world_exit(w);
	assert_int_equal(world_leaks(w, &which), 0);
	scenario_free(w);
	return 0;
}

static s64 sys(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e, f };
	s64 ret;

	assert_true(world_call(w, 0, 0, nr, arg, &ret));
	world_settle(w);
	return ret;
}

#define SYS2(w, nr, a, b)    sys(w, SYS_NR_##nr, (u64)(a), (u64)(b), 0, 0, 0, 0)
#define SYS3(w, nr, a, b, c) sys(w, SYS_NR_##nr, (u64)(a), (u64)(b), (u64)(c), 0, 0, 0)

static s64 sock_call(struct world *w, int family, u32 type, int protocol)
{
	return SYS3(w, socket, family, type, protocol);
}

static int udp(struct world *w)
{
	s64 fd = sock_call(w, AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	return (int)fd;
}

static struct socket *socket_of(struct world *w, int fd)
{
	return &fd_file(&w->host[0].process[0], fd)->socket;
}

static struct sock *sk_of(struct world *w, int fd)
{
	return socket_of(w, fd)->sk;
}

static u64 at_addr(struct world *w, u16 family, u16 port, const char *addr)
{
	put_sockaddr_in(world_umem(w, 0, AT_ADDR, 16), family, port, parse_ipv4(addr));
	return AT_ADDR;
}

/* bind, connect: any family and length. */
static s64 bind_to(struct world *w, int fd, u16 family, const char *addr, u16 port, int len)
{
	return SYS3(w, bind, fd, at_addr(w, family, port, addr), len);
}

static s64 connect_to(struct world *w, int fd, u16 family, const char *addr, u16 port, int len)
{
	return SYS3(w, connect, fd, at_addr(w, family, port, addr), len);
}

static s64 send_to(struct world *w, int fd, u64 len, u16 family, u16 port, int addr_len)
{
	return sys(w, SYS_NR_sendto, (u64)fd, SCENARIO_DATA, len, 0,
		   at_addr(w, family, port, "127.0.0.1"), (u64)addr_len);
}

static s64 set_int(struct world *w, int fd, int level, int name, u32 value)
{
	put_le32(world_umem(w, 0, AT_VALUE, 4), value);
	return sys(w, SYS_NR_setsockopt, (u64)fd, (u64)level, (u64)name, AT_VALUE, 4, 0);
}

/* -------- tables -------- */

/* Each member of tcp_prot that the seeds list and 6.12 still has: the compiler finds it in struct
 * proto.
 */
static const struct {
	const char *name;
	size_t offset, bytes;
} proto_members[] = {
#define M(name)                                                                                    \
	{                                                                                          \
#name, offsetof(struct proto, name), sizeof(((struct proto *)0)->name)             \
	}
	M(name),
	M(close),
	M(pre_connect),
	M(connect),
	M(disconnect),
	M(accept),
	M(ioctl),
	M(init),
	M(destroy),
	M(shutdown),
	M(setsockopt),
	M(getsockopt),
	M(keepalive),
	M(recvmsg),
	M(sendmsg),
	M(splice_eof),
	M(bind),
	M(backlog_rcv),
	M(release_cb),
	M(hash),
	M(unhash),
	M(rehash),
	M(get_port),
	M(put_port),
	M(enter_memory_pressure),
	M(leave_memory_pressure),
	M(stream_memory_free),
	M(memory_allocated),
	M(sysctl_wmem_offset),
	M(sysctl_rmem_offset),
	M(max_header),
	M(obj_size),
	M(no_autobind),
	M(diag_destroy),
#undef M
};

static bool member_is_set(const struct proto *prot, u32 i)
{
	const u8 zero[16] = { 0 };

	assert_in_range(proto_members[i].bytes, 1, sizeof(zero));
	return memcmp((const u8 *)prot + proto_members[i].offset, zero, proto_members[i].bytes) !=
	       0;
}

static bool named(const char *const *list, const char *name)
{
	for (; *list != NULL; list++) {
		if (strcmp(*list, name) == 0)
			return true;
	}
	return false;
}

/* LINUX: tcp_prot, udp_prot: which operations each has, and which it has not. */
static void proto_members_are_filled(void **state)
{
	static const char *const not_tcp[] = { "bind", "rehash", NULL };
	static const char *const not_udp[] = { "accept",
					       "shutdown",
					       "keepalive",
					       "bind",
					       "backlog_rcv",
					       "enter_memory_pressure",
					       "leave_memory_pressure",
					       "stream_memory_free",
					       "max_header",
					       "no_autobind",
					       NULL };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(proto_members); i++) {
		const char *name = proto_members[i].name;

		assert_int_equal(member_is_set(&tcp_prot, i), !named(not_tcp, name));
		assert_int_equal(member_is_set(&udp_prot, i), !named(not_udp, name));
	}
	assert_string_equal(tcp_prot.name, "TCP");
	assert_string_equal(udp_prot.name, "UDP");
	assert_ptr_equal(udp_prot.sendmsg, udp_sendmsg);
	assert_ptr_equal(udp_prot.recvmsg, udp_recvmsg);
	assert_ptr_equal(udp_prot.connect, ip4_datagram_connect);
}

/* LINUX: inetsw_array[], in the order in which a search meets them. */
static void protocols_are_registered(void **state)
{
	static const struct {
		u16 type, protocol;
		const struct proto *prot;
		const struct proto_ops *ops;
		u8 flags;
	} rows[] = {
		{ SOCK_STREAM, IPPROTO_TCP, &tcp_prot, &inet_stream_ops,
		  INET_PROTOSW_PERMANENT | INET_PROTOSW_ICSK },
		{ SOCK_DGRAM, IPPROTO_UDP, &udp_prot, &inet_dgram_ops, INET_PROTOSW_PERMANENT },
		{ SOCK_DGRAM, IPPROTO_UDPLITE, &udplite_prot, &inet_dgram_ops,
		  INET_PROTOSW_PERMANENT },
		{ SOCK_DGRAM, IPPROTO_ICMP, &ping_prot, &inet_sockraw_ops, INET_PROTOSW_REUSE },
		{ SOCK_RAW, IPPROTO_IP, &raw_prot, &inet_sockraw_ops, INET_PROTOSW_REUSE },
	};
	struct world *w = *state;
	u32 n = 0;

	for (u16 type = 0; type < SOCK_MAX; type++) {
		struct list_head *pos;

		list_for_each (pos, &w->host[0].net.inetsw->head[type]) {
			const struct inet_protosw *sw = list_entry(pos, struct inet_protosw, list);

			assert_true(n < ARRAY_SIZE(rows));
			assert_int_equal(sw->type, rows[n].type);
			assert_int_equal(sw->protocol, rows[n].protocol);
			assert_ptr_equal(sw->prot, rows[n].prot);
			assert_ptr_equal(sw->ops, rows[n].ops);
			assert_int_equal(sw->flags, rows[n].flags);
			assert_int_equal(sw->ops->family, PF_INET);
			n++;
		}
	}
	assert_int_equal(n, ARRAY_SIZE(rows));
	assert_ptr_equal(inet_dgram_ops.sendmsg, inet_sendmsg);
	assert_ptr_equal(inet_dgram_ops.recvmsg, inet_recvmsg);
}

static int create_nothing(struct net *net, struct socket *sock, int protocol, bool kern)
{
	(void)net;
	(void)sock;
	(void)kern;
	return -protocol;
}

/* LINUX: sock_register(): one owner a family, and none outside the table. */
static void families_are_registered(void **state)
{
	static const struct net_proto_family mine = { .family = AF_X25, .create = create_nothing };
	static const struct net_proto_family outside = { .family = NPROTO };
	static const struct net_proto_family inet = { .family = PF_INET };
	struct world *w = *state;
	struct net *net = &w->host[0].net;

	assert_int_equal(net->net_families[PF_INET]->family, PF_INET);
	assert_non_null(net->net_families[PF_INET]->create);
	assert_int_equal(sock_register(net, &outside), -ENOBUFS);
	assert_int_equal(sock_register(net, &inet), -EEXIST);
	assert_int_equal(sock_call(w, AF_X25, SOCK_DGRAM, ENOMEM), -EAFNOSUPPORT);
	assert_int_equal(sock_register(net, &mine), 0);
	assert_int_equal(sock_call(w, AF_X25, SOCK_DGRAM, ENOMEM), -ENOMEM);
	sock_unregister(net, AF_X25);
	assert_int_equal(sock_call(w, AF_X25, SOCK_DGRAM, ENOMEM), -EAFNOSUPPORT);
	assert_int_equal(w->host[0].file_pool.used, 0);
}

/* Where a security module would be asked: none is there, so every answer is yes. */
static void hooks_allow(void **state)
{
	struct world *w = *state;
	struct socket *sock = socket_of(w, udp(w));

	assert_int_equal(security_socket_create(NULL), 0);
	assert_int_equal(security_socket_post_create(sock), 0);
	assert_int_equal(security_socket_bind(sock), 0);
	assert_int_equal(security_socket_connect(sock), 0);
	assert_int_equal(security_socket_listen(sock), 0);
	assert_int_equal(security_socket_accept(sock), 0);
	assert_int_equal(security_socket_sendmsg(sock), 0);
	assert_int_equal(security_socket_recvmsg(sock), 0);
	assert_int_equal(security_socket_shutdown(sock), 0);
}

/* -------- socket() -------- */

static void type_flags(void **state)
{
	struct world *w = *state;
	int fd;

	for (u32 bit = 4; bit < 32; bit++) {
		u32 flag = 1u << bit;
		bool known = flag == SOCK_CLOEXEC || flag == SOCK_NONBLOCK;
		s64 ret = sock_call(w, AF_INET, SOCK_DGRAM | flag, 0);

		assert_int_equal(ret >= 0 ? 0 : ret, known ? 0 : -EINVAL);
	}
	/* They are looked at first. */
	assert_int_equal(sock_call(w, -1, 15 | 0x10, 0), -EINVAL);
	fd = (int)sock_call(w, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(SYS3(w, fcntl, fd, F_GETFD, 0), FD_CLOEXEC);
	assert_int_equal(SYS3(w, fcntl, fd, F_GETFL, 0), O_RDWR | O_NONBLOCK);
	/* O_NONBLOCK of the file is MSG_DONTWAIT of its calls. */
	assert_int_equal(call_recv(w, 0, 0, fd, 10, 0), -EAGAIN);
	assert_int_equal(SYS3(w, read, fd, SCENARIO_RECV, 10), -EAGAIN);
	fd = udp(w);
	assert_int_equal(SYS3(w, fcntl, fd, F_GETFD, 0), 0);
	assert_int_equal(SYS3(w, fcntl, fd, F_GETFL, 0), O_RDWR);
}

static void family_and_type(void **state)
{
	struct world *w = *state;

	assert_int_equal(sock_call(w, -1, SOCK_DGRAM, 0), -EAFNOSUPPORT);
	assert_int_equal(sock_call(w, NPROTO, SOCK_DGRAM, 0), -EAFNOSUPPORT);
	assert_int_equal(sock_call(w, AF_INET, SOCK_MAX, 0), -EINVAL);
	assert_int_equal(sock_call(w, AF_INET, SOCK_TYPE_MASK, 0), -EINVAL);
	assert_int_equal(sock_call(w, NPROTO, SOCK_MAX, 0), -EAFNOSUPPORT);
	assert_int_equal(sock_call(w, AF_INET6, SOCK_MAX, 0), -EINVAL);
	assert_int_equal(sock_call(w, AF_INET6, SOCK_DGRAM, 0), -EAFNOSUPPORT);
}

/* LINUX: inet_create(): lookup_protocol, with both wild cards. */
static void protocol_search(void **state)
{
	struct world *w = *state;
	int fd;

	fd = (int)sock_call(w, AF_INET, SOCK_DGRAM, IPPROTO_IP);
	assert_ptr_equal(sk_of(w, fd)->sk_prot, &udp_prot);
	assert_int_equal(sk_of(w, fd)->sk_protocol, IPPROTO_UDP);
	assert_ptr_equal(socket_of(w, fd)->ops, &inet_dgram_ops);
	fd = (int)sock_call(w, AF_INET, SOCK_STREAM, IPPROTO_IP);
	assert_ptr_equal(sk_of(w, fd)->sk_prot, &tcp_prot);
	assert_int_equal(sk_of(w, fd)->sk_protocol, IPPROTO_TCP);
	assert_ptr_equal(socket_of(w, fd)->ops, &inet_stream_ops);
	assert_true(inet_test_bit(sk_of(w, fd), INET_FLAGS_IS_ICSK));
	fd = (int)sock_call(w, AF_INET, SOCK_RAW, 42);
	assert_ptr_equal(sk_of(w, fd)->sk_prot, &raw_prot);
	assert_int_equal(sk_of(w, fd)->sk_protocol, 42);
	assert_int_equal(sk_of(w, fd)->sk_num, 42);
	assert_int_equal(sk_of(w, fd)->sk_reuse, 1);
	assert_int_equal(sock_call(w, AF_INET, SOCK_RAW, IPPROTO_IP), -EPROTONOSUPPORT);
	assert_int_equal(sock_call(w, AF_INET, SOCK_DGRAM, IPPROTO_TCP), -EPROTONOSUPPORT);
	assert_int_equal(sock_call(w, AF_INET, SOCK_SEQPACKET, 0), -ESOCKTNOSUPPORT);
	assert_int_equal(sock_call(w, AF_INET, SOCK_DGRAM, -1), -EINVAL);
	assert_int_equal(sock_call(w, AF_INET, SOCK_DGRAM, IPPROTO_MAX), -EINVAL);
	w->host[0].process[0].caps = 0;
	assert_int_equal(sock_call(w, AF_INET, SOCK_RAW, 42), -EPERM);
	assert_int_equal(sock_call(w, AF_INET, SOCK_SEQPACKET, 42), -ESOCKTNOSUPPORT);
}

/* LINUX: sock_alloc(), sk_alloc(), sock_init_data(): who knows whom, and what a new socket has. */
static void a_new_socket(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;
	struct process *p = &w->host[0].process[0];
	struct socket *sock;
	struct sock *sk;
	int fd;

	p->uid = 1000;
	p->gid = 100;
	net->sysctl.rmem_default = 300000;
	net->sysctl.wmem_default = 100000;
	fd = udp(w);
	sock = socket_of(w, fd);
	sk = sock->sk;
	assert_ptr_equal(sock->file, fd_file(p, fd));
	assert_ptr_equal(sock_from_file(sock->file), sock);
	assert_int_equal(sock->state, SS_UNCONNECTED);
	assert_int_equal(sock->type, SOCK_DGRAM);
	assert_int_equal(sock->inode->i_mode, S_IFSOCK | 0777);
	assert_int_equal(sock->inode->i_uid, 1000);
	assert_int_equal(sock->inode->i_gid, 100);
	assert_ptr_equal(sk->sk_socket, sock);
	assert_ptr_equal(sock_net(sk), net);
	assert_int_equal(sk->sk_family, AF_INET);
	assert_int_equal(sk->sk_type, SOCK_DGRAM);
	assert_int_equal(sk->sk_uid, 1000);
	assert_false(sk->sk_kern_sock);
	assert_int_equal(sk->sk_wmem_alloc, 1);
	assert_int_equal(sk->sk_rmem_alloc, 0);
	assert_int_equal(sk->sk_rcvbuf, 300000);
	assert_int_equal(sk->sk_sndbuf, 100000);
	assert_int_equal(sk->sk_state, TCP_CLOSE);
	assert_int_equal(sk->sk_tx_queue_mapping, -1);
	assert_int_equal(sk->sk_rx_queue_mapping, -1);
	assert_int_equal(sk->sk_userlocks, 0);
	assert_int_equal(sk->sk_no_check_tx, 0);
	assert_int_equal(sk->sk_num, 0);
	assert_ptr_equal(inet_sk(sk), (void *)sk);
	assert_ptr_equal(udp_sk(sk), (void *)sk);
	assert_int_equal(net->sockets_in_use, 1);
}

/* -------- bind() -------- */

static void bind_checks(void **state)
{
	struct world *w = *state;
	struct process *p = &w->host[0].process[0];
	int fd = udp(w), other = udp(w);

	assert_int_equal(bind_to(w, 99, AF_INET, "127.0.0.1", 5000, 16), -EBADF);
	assert_int_equal(bind_to(w, 1, AF_INET, "127.0.0.1", 5000, 16), -ENOTSOCK);
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, 15), -EINVAL);
	assert_int_equal(bind_to(w, fd, AF_INET6, "127.0.0.1", 5000, 15), -EINVAL);
	assert_int_equal(bind_to(w, fd, AF_INET6, "127.0.0.1", 5000, 16), -EAFNOSUPPORT);
	assert_int_equal(bind_to(w, fd, AF_UNSPEC, "127.0.0.1", 5000, 16), -EAFNOSUPPORT);
	p->caps = ~(1ull << CAP_NET_BIND_SERVICE);
	assert_int_equal(bind_to(w, fd, AF_INET, "192.0.2.9", 80, 16), -EADDRNOTAVAIL);
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 80, 16), -EACCES);
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 1023, 16), -EACCES);
	assert_int_equal(bind_to(w, fd, AF_UNSPEC, "0.0.0.0", 1024, 128), 0);
	/* The second time: after the checks of the address. */
	assert_int_equal(bind_to(w, fd, AF_INET, "192.0.2.9", 5000, 16), -EADDRNOTAVAIL);
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 80, 16), -EACCES);
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, 16), -EINVAL);
	assert_int_equal(bind_to(w, other, AF_INET, "127.0.0.1", 1024, 16), -EADDRINUSE);
	assert_int_equal(sk_of(w, other)->sk_num, 0);
	assert_true(be32_is_zero(inet_sk(sk_of(w, other))->inet_saddr));
	p->caps = U64_MAX;
	assert_int_equal(bind_to(w, other, AF_INET, "127.0.0.1", 80, 16), 0);
}

/* Addresses that are not ours: IP_FREEBIND, IP_TRANSPARENT, net.ipv4.ip_nonlocal_bind. Multicast
 * and broadcast ones are nobody's.
 */
static void bind_foreign_addresses(void **state)
{
	struct world *w = *state;
	int fd[4] = { udp(w), udp(w), udp(w), udp(w) };

	assert_int_equal(bind_to(w, fd[0], AF_INET, "203.0.113.1", 5000, 16), -EADDRNOTAVAIL);
	assert_int_equal(set_int(w, fd[0], SOL_IP, IP_FREEBIND, 1), 0);
	assert_int_equal(bind_to(w, fd[0], AF_INET, "203.0.113.1", 5000, 16), 0);
	assert_int_equal(set_int(w, fd[1], SOL_IP, IP_TRANSPARENT, 1), 0);
	assert_int_equal(bind_to(w, fd[1], AF_INET, "203.0.113.1", 5001, 16), 0);
	assert_int_equal(bind_to(w, fd[2], AF_INET, "224.0.0.5", 5002, 16), 0);
	assert_true(be32_is_zero(inet_sk(sk_of(w, fd[2]))->inet_saddr));
	assert_false(be32_is_zero(sk_of(w, fd[2])->sk_rcv_saddr));
	must_config(w, 0, "sysctl -w net.ipv4.ip_nonlocal_bind=1");
	assert_int_equal(bind_to(w, fd[3], AF_INET, "203.0.113.1", 5003, 16), 0);
}

/* What bind() leaves in the socket. */
static void bind_leaves(void **state)
{
	struct world *w = *state;
	int any = udp(w), none = udp(w), all = udp(w), bcast = udp(w);

	assert_int_equal(bind_to(w, any, AF_INET, "0.0.0.0", 5000, 16), 0);
	assert_int_equal(sk_of(w, any)->sk_userlocks, SOCK_BINDPORT_LOCK);
	assert_int_equal(bind_to(w, none, AF_INET, "127.0.0.1", 0, 16), 0);
	assert_int_equal(sk_of(w, none)->sk_userlocks, SOCK_BINDADDR_LOCK);
	assert_int_not_equal(sk_of(w, none)->sk_num, 0);
	assert_int_equal(bind_to(w, all, AF_INET, "127.0.0.1", 5001, 16), 0);
	assert_int_equal(sk_of(w, all)->sk_userlocks, SOCK_BINDADDR_LOCK | SOCK_BINDPORT_LOCK);
	assert_int_equal(be16_to_cpu(inet_sk(sk_of(w, all))->inet_sport), 5001);
	assert_int_equal(be32_to_cpu(inet_sk(sk_of(w, all))->inet_saddr), 0x7f000001);
	assert_int_equal(be32_to_cpu(sk_of(w, all)->sk_rcv_saddr), 0x7f000001);
	assert_true(be32_is_zero(sk_of(w, all)->sk_daddr));
	assert_int_equal(be16_to_cpu(sk_of(w, all)->sk_dport), 0);
	assert_null(sk_of(w, all)->sk_dst_cache);
	/* Packets from a broadcast address would be wrong: the device's is taken. */
	assert_int_equal(bind_to(w, bcast, AF_INET, "192.0.2.255", 5002, 16), 0);
	assert_true(be32_is_zero(inet_sk(sk_of(w, bcast))->inet_saddr));
	assert_int_equal(be32_to_cpu(sk_of(w, bcast)->sk_rcv_saddr), 0xc00002ff);
}

/* -------- addresses -------- */

static void address_lengths(void **state)
{
	struct world *w = *state;
	int fd = udp(w);

	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, -1), -EINVAL);
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, 129), -EINVAL);
	assert_int_equal(SYS3(w, bind, fd, BAD_ADDR, 16), -EFAULT);
	assert_int_equal(SYS3(w, bind, fd, BAD_ADDR, 129), -EINVAL);
	assert_int_equal(SYS3(w, bind, fd, BAD_ADDR, 0), -EINVAL); /* nothing is read */
	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, 128), 0);
	/* sendto: also when the address is there and its length is 0. */
	assert_int_equal(send_to(w, fd, 1, AF_INET, 5000, 0), -EINVAL);
	assert_int_equal(sys(w, SYS_NR_sendto, (u64)fd, SCENARIO_DATA, 1, 0, BAD_ADDR, 16),
			 -EFAULT);
}

static s64 get_name(struct world *w, int fd, u32 room)
{
	memset(world_umem(w, 0, AT_ADDR, 32), 0xee, 32);
	put_le32(world_umem(w, 0, AT_LEN, 4), room);
	return SYS3(w, getsockname, fd, AT_ADDR, AT_LEN);
}

/* The program gets what it has room for, and learns the true length. */
static void addresses_given_back(void **state)
{
	struct world *w = *state;
	const u8 *addr = world_umem(w, 0, AT_ADDR, 32), *len = world_umem(w, 0, AT_LEN, 4);
	int fd = udp(w);

	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, 16), 0);
	for (u32 room = 0; room <= 20; room += 4) {
		assert_int_equal(get_name(w, fd, room), 0);
		assert_int_equal(get_le32(len), 16);
		assert_int_equal(addr[min_u32(room, 16)], 0xee);
		if (room >= 8)
			assert_int_equal(get_be32(addr + 4), 0x7f000001);
	}
	assert_int_equal(get_name(w, fd, 0x80000000), -EINVAL);
	assert_int_equal(SYS3(w, getsockname, fd, AT_ADDR, BAD_ADDR), -EFAULT);
	put_le32(world_umem(w, 0, AT_LEN, 4), 16);
	assert_int_equal(SYS3(w, getsockname, fd, BAD_ADDR, AT_LEN), -EFAULT);
	assert_int_equal(SYS3(w, getpeername, fd, AT_ADDR, AT_LEN), -ENOTCONN);
}

/* LINUX: __sys_recvfrom(): the sender's address comes after the data was taken. */
static void recvfrom_tells_who_sent(void **state)
{
	struct world *w = *state;
	const u8 *addr = world_umem(w, 0, AT_ADDR, 16);
	int tx = udp(w), rx = udp(w);

	assert_int_equal(bind_to(w, rx, AF_INET, "127.0.0.1", 5000, 16), 0);
	assert_int_equal(bind_to(w, tx, AF_INET, "127.0.0.1", 5001, 16), 0);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(send_to(w, tx, 7, AF_INET, 5000, 16), 7);
	put_le32(world_umem(w, 0, AT_LEN, 4), 16);
	assert_int_equal(sys(w, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, 100, 0, AT_ADDR, AT_LEN),
			 7);
	assert_int_equal(get_le16(addr), AF_INET);
	assert_int_equal(get_be16(addr + 2), 5001);
	assert_int_equal(get_be32(addr + 4), 0x7f000001);
	assert_int_equal(get_le32(world_umem(w, 0, AT_LEN, 4)), 16);
	assert_int_equal(sys(w, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, 100, 0, BAD_ADDR, AT_LEN),
			 -EFAULT);
	assert_int_equal(sys(w, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, 100, 0, 0, BAD_ADDR), 7);
	assert_int_equal(sys(w, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, 9, MSG_DONTWAIT, 0, 0),
			 -EAGAIN);
}

/* -------- sending -------- */

/* LINUX: udp_sendmsg(): get and verify the address. */
static void destinations(void **state)
{
	struct world *w = *state;
	int fd = udp(w), conn = udp(w);

	assert_int_equal(bind_to(w, fd, AF_INET, "127.0.0.1", 5000, 16), 0);
	assert_int_equal(send_to(w, fd, 1, AF_INET, 5000, 15), -EINVAL);
	assert_int_equal(send_to(w, fd, 1, AF_UNIX, 5000, 16), -EAFNOSUPPORT);
	assert_int_equal(send_to(w, fd, 1, AF_UNIX, 5000, 15), -EINVAL);
	assert_int_equal(send_to(w, fd, 1, AF_INET, 0, 16), -EINVAL);
	assert_int_equal(send_to(w, fd, 1, AF_UNSPEC, 5000, 16), 1);
	assert_int_equal(send_to(w, fd, 1, AF_INET, 5000, 128), 1);
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, NULL, 0), -EDESTADDRREQ);
	assert_int_equal(send_to(w, fd, 65536, AF_UNIX, 0, 1), -EMSGSIZE);
	assert_int_equal(call_connect(w, 0, 0, conn, "127.0.0.1", 5000), 0);
	assert_int_equal(call_sendto(w, 0, 0, conn, "x", 1, 0, NULL, 0), 1);
	assert_int_equal(w->host[0].net.mib[UDP_MIB_OUTDATAGRAMS], 3);
}

/* LINUX: import_ubuf(): a length is cut at MAX_RW_COUNT before anything is done with it. */
static void lengths_are_clamped(void **state)
{
	const u64 huge[] = { 1ull << 31, 0x80001234, 1ull << 40, ~0ull };
	struct world *w = *state;
	int tx = udp(w), rx = udp(w);

	assert_int_equal(bind_to(w, rx, AF_INET, "127.0.0.1", 5000, 16), 0);
	for (u32 i = 0; i < ARRAY_SIZE(huge); i++) {
		struct iov_iter iter;
		struct iovec iov;

		assert_int_equal(send_to(w, tx, huge[i], AF_INET, 5000, 16), -EMSGSIZE);
		assert_int_equal(send_to(w, tx, 5, AF_INET, 5000, 16), 5);
		assert_int_equal(sys(w, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, huge[i], 0, 0, 0),
				 5);
		assert_int_equal(
			import_ubuf(&w->host[0].task[0], SCENARIO_DATA, huge[i], &iov, &iter), 0);
		assert_int_equal(iov_iter_count(&iter), MAX_RW_COUNT);
	}
	/* The buffer may not be user memory at all: before the descriptor. */
	assert_int_equal(sys(w, SYS_NR_sendto, 99, 1ull << 63, 1, 0, 0, 0), -EFAULT);
	assert_int_equal(sys(w, SYS_NR_recvfrom, 99, 1ull << 63, 1, 0, 0, 0), -EFAULT);
	assert_int_equal(sys(w, SYS_NR_sendto, 99, SCENARIO_DATA, 1, 0, 0, 0), -EBADF);
	assert_int_equal(sys(w, SYS_NR_recvfrom, 99, SCENARIO_RECV, 1, 0, 0, 0), -EBADF);
	assert_int_equal(sys(w, SYS_NR_sendto, 1, SCENARIO_DATA, 1, 0, 0, 0), -ENOTSOCK);
	assert_int_equal(sys(w, SYS_NR_recvfrom, 1, SCENARIO_RECV, 1, 0, 0, 0), -ENOTSOCK);
}

/* LINUX: inet_send_prepare(), inet_autobind(). */
static void autobind(void **state)
{
	struct world *w = *state;
	int fd = udp(w), second = udp(w);
	struct sock *sk = sk_of(w, fd);

	w->host[0].net.sysctl.ip_local_port_min = 40000;
	w->host[0].net.sysctl.ip_local_port_max = 40000;
	assert_int_equal(send_to(w, fd, 1, AF_INET, 9, 16), 1);
	assert_int_equal(sk->sk_num, 40000);
	assert_int_equal(be16_to_cpu(inet_sk(sk)->inet_sport), 40000);
	assert_int_equal(sk->sk_userlocks, 0);
	/* No port is left. */
	assert_int_equal(send_to(w, second, 1, AF_INET, 9, 16), -EAGAIN);
	assert_int_equal(connect_to(w, second, AF_INET, "127.0.0.1", 9, 16), -EAGAIN);
	assert_int_equal(bind_to(w, second, AF_INET, "0.0.0.0", 0, 16), -EADDRINUSE);
	assert_true(tcp_prot.no_autobind);
	assert_false(udp_prot.no_autobind);
}

/* -------- connect() -------- */

static void connect_checks(void **state)
{
	struct world *w = *state;
	int fd = udp(w);

	assert_int_equal(connect_to(w, 99, AF_INET, "127.0.0.1", 9, 16), -EBADF);
	assert_int_equal(connect_to(w, 99, AF_INET, "127.0.0.1", 9, 129), -EBADF);
	/* A descriptor that is no socket is noticed after the address was read. */
	assert_int_equal(connect_to(w, 1, AF_INET, "127.0.0.1", 9, 129), -EINVAL);
	assert_int_equal(connect_to(w, 1, AF_INET, "127.0.0.1", 9, 16), -ENOTSOCK);
	assert_int_equal(connect_to(w, fd, AF_INET, "127.0.0.1", 9, 1), -EINVAL);
	assert_int_equal(connect_to(w, fd, AF_INET, "127.0.0.1", 9, 15), -EINVAL);
	assert_int_equal(connect_to(w, fd, AF_INET6, "127.0.0.1", 9, 16), -EAFNOSUPPORT);
	assert_int_equal(connect_to(w, fd, AF_INET, "203.0.113.1", 9, 16), -ENETUNREACH);
	assert_int_equal(connect_to(w, fd, AF_INET, "192.0.2.255", 9, 16), -EACCES);
	assert_int_equal(sk_of(w, fd)->sk_state, TCP_CLOSE);
}

static struct {
	u32 lookups;
	u32 tables; /* bit a table id - 253 */
} looked_up;

static void count_lookup(struct net *net, struct fib_table *tb, const struct flowi4 *flp, u32 flags,
			 int err, const struct fib_result *res)
{
	(void)net;
	(void)flp;
	(void)err;
	(void)res;
	assert_int_equal(flags & FIB_LOOKUP_NOREF, FIB_LOOKUP_NOREF);
	looked_up.lookups++;
	looked_up.tables |= 1u << (tb->tb_id - RT_TABLE_DEFAULT);
}

/* LINUX: ip_route_connect(): without a source address it asks twice, and the route stays. */
static void connect_finds_the_route(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;
	int fd = udp(w), bound = udp(w);
	struct sock *sk = sk_of(w, fd);

	memset(&looked_up, 0, sizeof(looked_up));
	net->on_fib_lookup = count_lookup;
	assert_int_equal(connect_to(w, fd, AF_INET, "192.0.2.2", 9, 16), 0);
	assert_int_equal(looked_up.lookups, 2);
	/* Without own rules the local routes are in main's trie: one lookup finds both. */
	assert_int_equal(looked_up.tables, 1u << (RT_TABLE_MAIN - RT_TABLE_DEFAULT));
	assert_int_equal(sk->sk_state, TCP_ESTABLISHED);
	assert_int_equal(be32_to_cpu(inet_sk(sk)->inet_saddr), 0xc0000201);
	assert_int_equal(be32_to_cpu(sk->sk_daddr), 0xc0000202);
	assert_int_equal(be16_to_cpu(sk->sk_dport), 9);
	assert_non_null(sk->sk_dst_cache);
	looked_up.lookups = 0;
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, NULL, 0), 1);
	assert_int_equal(looked_up.lookups, 0);
	assert_int_equal(bind_to(w, bound, AF_INET, "192.0.2.1", 5000, 16), 0);
	looked_up.lookups = 0;
	assert_int_equal(connect_to(w, bound, AF_INET, "192.0.2.2", 9, 16), 0);
	assert_int_equal(looked_up.lookups, 1);
	net->on_fib_lookup = NULL;
}

/* AF_UNSPEC undoes a connection; the port stays if the program chose it. */
static void connect_unspec(void **state)
{
	struct world *w = *state;
	int fd = udp(w), bound = udp(w);

	assert_int_equal(connect_to(w, fd, AF_INET, "127.0.0.1", 9, 16), 0);
	assert_int_not_equal(sk_of(w, fd)->sk_num, 0);
	assert_int_equal(connect_to(w, fd, AF_UNSPEC, "127.0.0.1", 9, 2), 0);
	assert_int_equal(sk_of(w, fd)->sk_state, TCP_CLOSE);
	assert_int_equal(sk_of(w, fd)->sk_num, 0);
	assert_true(be32_is_zero(sk_of(w, fd)->sk_daddr));
	assert_true(be32_is_zero(inet_sk(sk_of(w, fd))->inet_saddr));
	assert_null(sk_of(w, fd)->sk_dst_cache);
	assert_int_equal(bind_to(w, bound, AF_INET, "127.0.0.1", 5000, 16), 0);
	assert_int_equal(connect_to(w, bound, AF_INET, "127.0.0.1", 9, 16), 0);
	assert_int_equal(connect_to(w, bound, AF_UNSPEC, "127.0.0.1", 9, 16), 0);
	assert_int_equal(sk_of(w, bound)->sk_num, 5000);
	assert_int_equal(be32_to_cpu(sk_of(w, bound)->sk_rcv_saddr), 0x7f000001);
}

/* -------- listen(), accept(), shutdown() -------- */

static struct {
	int backlog, flags, accept_ret, name_ret, peer;
} seen;

static int see_listen(struct socket *sock, int backlog)
{
	(void)sock;
	seen.backlog = backlog;
	return 0;
}

static int see_accept(struct socket *sock, struct socket *newsock, int flags, bool kern)
{
	assert_int_equal(newsock->type, sock->type);
	assert_ptr_equal(newsock->ops, sock->ops);
	assert_false(kern);
	seen.flags = flags;
	return seen.accept_ret;
}

static int see_getname(struct socket *sock, u8 *addr, int peer)
{
	(void)sock;
	put_sockaddr_in(addr, AF_INET, 77, 0x01020304);
	seen.peer = peer;
	return seen.name_ret;
}

/* Operations that only tell what they were called with. */
static void use_seeing_ops(struct world *w, int fd)
{
	static struct proto_ops ops;

	ops = inet_dgram_ops;
	ops.listen = see_listen;
	ops.accept = see_accept;
	ops.getname = see_getname;
	memset(&seen, 0, sizeof(seen));
	seen.name_ret = SOCKADDR_IN_BYTES;
	socket_of(w, fd)->ops = &ops;
}

static void listen_clamps_the_backlog(void **state)
{
	static const struct {
		int asked, got;
	} rows[] = {
		{ 0, 0 }, { 10, 10 }, { 100, 100 }, { 101, 100 }, { 100000, 100 }, { -1, 100 }
	};
	struct world *w = *state;
	int fd = udp(w);

	assert_int_equal(SYS2(w, listen, fd, 5), -EOPNOTSUPP);
	assert_int_equal(SYS2(w, listen, 99, 5), -EBADF);
	assert_int_equal(SYS2(w, listen, 1, 5), -ENOTSOCK);
	assert_int_equal(w->host[0].net.sysctl.somaxconn, 4096);
	must_config(w, 0, "sysctl -w net.core.somaxconn=100");
	use_seeing_ops(w, fd);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(SYS2(w, listen, fd, rows[i].asked), 0);
		assert_int_equal(seen.backlog, rows[i].got);
	}
}

static s64 accept4(struct world *w, int fd, u64 addr, u64 len, u32 flags)
{
	return sys(w, SYS_NR_accept4, (u64)fd, addr, len, flags, 0, 0);
}

static void accept_checks(void **state)
{
	struct world *w = *state;
	struct host *h = &w->host[0];
	int fd = udp(w);

	assert_int_equal(accept4(w, 99, 0, 0, 0x10), -EBADF);
	assert_int_equal(accept4(w, 1, 0, 0, 0x10), -EINVAL);
	assert_int_equal(accept4(w, 1, 0, 0, 0), -ENOTSOCK);
	assert_int_equal(accept4(w, fd, 0, 0, O_APPEND), -EINVAL);
	assert_int_equal(accept4(w, fd, 0, 0, 0), -EOPNOTSUPP);
	h->process[0].nr_fds = 4;
	assert_int_equal(accept4(w, fd, 0, 0, 0), -EMFILE);
	h->process[0].nr_fds = 1024;
	h->file_pool.fail_at = 1;
	assert_int_equal(accept4(w, fd, 0, 0, 0), -ENFILE);
	use_seeing_ops(w, fd);
	seen.accept_ret = -ECONNABORTED;
	assert_int_equal(accept4(w, fd, 0, 0, 0), -ECONNABORTED);
	seen.accept_ret = 0;
	seen.name_ret = -ENOTCONN;
	assert_int_equal(accept4(w, fd, AT_ADDR, AT_LEN, 0), -ECONNABORTED);
	seen.name_ret = SOCKADDR_IN_BYTES;
	assert_int_equal(accept4(w, fd, AT_ADDR, BAD_ADDR, 0), -EFAULT);
	/* What failed has left no descriptor behind. */
	assert_int_equal(h->file_pool.used, 1);
	assert_int_equal(udp(w), fd + 1);
}

/* A new descriptor has its own flags, not those of the old one. */
static void accept_installs(void **state)
{
	struct world *w = *state;
	const u8 *addr = world_umem(w, 0, AT_ADDR, 16);
	int fd = udp(w);
	s64 newfd;

	use_seeing_ops(w, fd);
	assert_int_equal(SYS3(w, fcntl, fd, F_SETFL, O_NONBLOCK), 0);
	put_le32(world_umem(w, 0, AT_LEN, 4), 16);
	newfd = accept4(w, fd, AT_ADDR, AT_LEN, SOCK_CLOEXEC);
	assert_int_equal(newfd, fd + 1);
	assert_int_equal(seen.flags, O_RDWR | O_NONBLOCK);
	assert_int_equal(seen.peer, 2);
	assert_int_equal(get_be16(addr + 2), 77);
	assert_int_equal(SYS3(w, fcntl, newfd, F_GETFL, 0), O_RDWR);
	assert_int_equal(SYS3(w, fcntl, newfd, F_GETFD, 0), FD_CLOEXEC);
	newfd = accept4(w, fd, 0, 0, SOCK_NONBLOCK);
	assert_int_equal(SYS3(w, fcntl, newfd, F_GETFL, 0), O_RDWR | O_NONBLOCK);
	assert_int_equal(SYS3(w, fcntl, newfd, F_GETFD, 0), 0);
}

static void shutdown_checks(void **state)
{
	struct world *w = *state;
	int fd = udp(w);

	assert_int_equal(SYS2(w, shutdown, 99, SHUT_RD), -EBADF);
	assert_int_equal(SYS2(w, shutdown, 1, SHUT_RD), -ENOTSOCK);
	assert_int_equal(SYS2(w, shutdown, fd, -1), -EINVAL);
	assert_int_equal(SYS2(w, shutdown, fd, SHUT_RDWR + 1), -EINVAL);
	assert_int_equal(SYS2(w, shutdown, fd, SHUT_RD), -ENOTCONN);
	assert_int_equal(sk_of(w, fd)->sk_shutdown, RCV_SHUTDOWN);
	assert_int_equal(connect_to(w, fd, AF_INET, "127.0.0.1", 9, 16), 0);
	assert_int_equal(SYS2(w, shutdown, fd, SHUT_WR), 0);
	assert_int_equal(sk_of(w, fd)->sk_shutdown, SHUTDOWN_MASK);
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, NULL, 0), -EPIPE);
}

/* -------- the checksum, and a full queue -------- */

static struct {
	u32 packets;
	u8 ip_summed, uh[8];
} sent;

static void see_packet(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	(void)net;
	if (at != CROSS_IP_OUTPUT || sent.packets++ != 0)
		return;
	sent.ip_summed = skb->ip_summed;
	memcpy(sent.uh, skb_transport_header(skb), sizeof(sent.uh));
}

static u16 check_of(struct world *w, int fd, const void *data, const char *addr)
{
	memset(&sent, 0, sizeof(sent));
	assert_int_equal(call_sendto(w, 0, 0, fd, data, 2, 0, addr, 9), 2);
	world_settle(w);
	assert_int_equal(get_be16(sent.uh + UDP_DEST), 9);
	assert_int_equal(get_be16(sent.uh + UDP_SOURCE), 5000);
	assert_int_equal(get_be16(sent.uh + UDP_LEN), 10);
	return get_be16(sent.uh + UDP_CHECK);
}

/* LINUX: udp_send_skb(): none, left to the device, or summed here; a sum of 0 is sent as 0xffff. */
static void checksum_modes(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;
	int fd = udp(w);
	be32 here = cpu_to_be32(0xc0000201), peer = cpu_to_be32(0xc0000202);
	be32 lo = cpu_to_be32(0x7f000001);
	u8 data[2] = { 0, 0 };
	u16 check;

	assert_int_equal(bind_to(w, fd, AF_INET, "0.0.0.0", 5000, 16), 0);
	net->on_packet = see_packet;
	/* The TAP has no hardware for it. */
	check = check_of(w, fd, data, "192.0.2.2");
	assert_int_equal(sent.ip_summed, CHECKSUM_NONE);
	put_be16(sent.uh + UDP_CHECK, 0);
	assert_int_equal(
		check, csum_tcpudp_magic(here, peer, 10, IPPROTO_UDP, csum_partial(sent.uh, 8, 0)));
	/* Data that makes the sum 0. */
	put_be16(data, check);
	assert_int_equal(check_of(w, fd, data, "192.0.2.2"), CSUM_MANGLED_0);
	/* Loopback is said to sum: the field has the pseudo-header's sum. */
	data[0] = 0;
	check = check_of(w, fd, data, "127.0.0.1");
	assert_int_equal(sent.ip_summed, CHECKSUM_PARTIAL);
	assert_int_equal(check, (u16)~csum_tcpudp_magic(lo, lo, 10, IPPROTO_UDP, 0));
	assert_int_equal(set_int(w, fd, SOL_SOCKET, SO_NO_CHECK, 1), 0);
	assert_int_equal(sk_of(w, fd)->sk_no_check_tx, 1);
	assert_int_equal(check_of(w, fd, data, "127.0.0.1"), 0);
	assert_int_equal(sent.ip_summed, CHECKSUM_NONE);
	assert_int_equal(check_of(w, fd, data, "192.0.2.2"), 0);
	net->on_packet = NULL;
}

static void stop_queue(struct world *w, bool stop)
{
	struct net_device *dev = dev_get_by_name(&w->host[0].net, "eth0");

	host_config_begin(&w->host[0]);
	if (stop)
		netif_tx_stop_queue(netdev_get_tx_queue(dev, 0));
	else
		netif_tx_wake_queue(netdev_get_tx_queue(dev, 0));
	host_config_end(&w->host[0]);
	world_settle(w);
}

/* A full queue below is no error for a program that has not asked with IP_RECVERR; it is counted.
 */
static void full_queue_below(void **state)
{
	enum { SENDS = 8 };
	struct world *w = *state;
	const u64 *mib = w->host[0].net.mib;
	int fd = udp(w);

	must_config(w, 0, "ip link set eth0 down; ip link set eth0 txqueuelen 3");
	must_config(w, 0, "ip link set eth0 up");
	must_config(w, 0, "ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0");
	stop_queue(w, true);
	for (u32 i = 0; i < SENDS; i++)
		assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, "192.0.2.2", 9), 1);
	assert_in_range(mib[UDP_MIB_SNDBUFERRORS], 1, SENDS - 1);
	assert_int_equal(mib[UDP_MIB_OUTDATAGRAMS] + mib[UDP_MIB_SNDBUFERRORS], SENDS);
	assert_int_equal(set_int(w, fd, SOL_IP, IP_RECVERR, 1), 0);
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, "192.0.2.2", 9), -ENOBUFS);
	assert_int_equal(mib[UDP_MIB_OUTDATAGRAMS] + mib[UDP_MIB_SNDBUFERRORS], SENDS + 1);
	stop_queue(w, false);
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, "192.0.2.2", 9), 1);
	world_settle(w);
}

/* Frames wait until there is no MSG_MORE: then they are one datagram. */
static void pending_data(void **state)
{
	struct world *w = *state;
	int tx = udp(w), rx = udp(w);

	assert_int_equal(bind_to(w, rx, AF_INET, "127.0.0.1", 5000, 16), 0);
	assert_int_equal(call_sendto(w, 0, 0, tx, "abc", 3, MSG_MORE, "127.0.0.1", 5000), 3);
	assert_int_equal(udp_sk(sk_of(w, tx))->pending, AF_INET);
	assert_int_equal(udp_sk(sk_of(w, tx))->len, UDP_HLEN + 3);
	assert_int_equal(call_recv(w, 0, 0, rx, 100, MSG_DONTWAIT), -EAGAIN);
	assert_int_equal(call_sendto(w, 0, 0, tx, "de", 2, 0, NULL, 0), 2);
	assert_int_equal(udp_sk(sk_of(w, tx))->pending, 0);
	world_settle(w);
	assert_int_equal(call_recv(w, 0, 0, rx, 100, MSG_DONTWAIT), 5);
	assert_memory_equal(world_umem(w, 0, SCENARIO_RECV, 5), "abcde", 5);
	/* Closing throws away what waits: nothing may be left. */
	assert_int_equal(call_sendto(w, 0, 0, tx, "abc", 3, MSG_MORE, "127.0.0.1", 5000), 3);
	assert_int_equal(call_close(w, 0, 0, tx), 0);
	assert_int_equal(w->host[0].net.mib[UDP_MIB_OUTDATAGRAMS], 1);
}

/* LINUX: inet_bind(): a protocol that binds by itself is asked instead. */
static void own_binds(void **state)
{
	struct world *w = *state;
	int raw = (int)sock_call(w, AF_INET, SOCK_RAW, 42);
	int ping;

	assert_non_null(raw_prot.bind);
	assert_non_null(ping_prot.bind);
	assert_null(udp_prot.bind);
	/* A port means nothing to a raw socket: its number stays the protocol's. */
	assert_int_equal(bind_to(w, raw, AF_INET, "192.0.2.1", 5000, 16), 0);
	assert_int_equal(sk_of(w, raw)->sk_num, 42);
	assert_int_equal(be32_to_cpu(sk_of(w, raw)->sk_rcv_saddr), 0xc0000201);
	assert_int_equal(bind_to(w, raw, AF_INET, "198.51.100.1", 0, 16), -EADDRNOTAVAIL);
	w->host[0].net.sysctl.ping_group_max = 1000;
	w->host[0].net.sysctl.ping_group_min = 0;
	ping = (int)sock_call(w, AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	assert_true(ping >= 0);
	assert_int_equal(bind_to(w, ping, AF_INET, "192.0.2.1", 77, 16), 0);
	assert_int_equal(sk_of(w, ping)->sk_num, 77);
	assert_int_equal(call_close(w, 0, 0, raw), 0);
	assert_int_equal(call_close(w, 0, 0, ping), 0);
}

/* What a datagram of UDP-Lite said of itself. */
struct lite_seen {
	u16 coverage, sum, expected;
	u32 packets;
};

static void see_lite(struct net *net, enum crossing at, const struct sk_buff *skb)
{
	struct lite_seen *lite = net->on_packet_ctx;
	const u8 *uh = skb_network_header(skb) + 20, *iph = skb_network_header(skb);
	u32 sum;

	if (at != CROSS_DRIVER || iph[9] != IPPROTO_UDPLITE)
		return;
	lite->packets++;
	lite->coverage = get_be16(uh + 4);
	lite->sum = get_be16(uh + 6);
	sum = IPPROTO_UDPLITE + skb->len - (u32)(uh - skb->data);
	for (u32 i = 12; i < 20; i += 2)
		sum += get_be16(iph + i);
	for (u32 i = 0; i < lite->coverage && i != 6; i += 2)
		sum += get_be16(uh + i);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	lite->expected = (u16)~sum;
}

/* LINUX: udp_send_skb(): IS_UDPLITE(), udplite_csum(): as much is summed as the socket says. */
static void lite_sum(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;
	struct lite_seen lite = { 0 };
	int fd = (int)sock_call(w, AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
	u8 *value = world_umem(w, 0, AT_VALUE, 4);

	assert_ptr_equal(sk_of(w, fd)->sk_prot, &udplite_prot);
	assert_true(is_udplite(sk_of(w, fd)));
	assert_false(is_udplite(sk_of(w, udp(w))));
	put_le32(value, 8);
	umem_touch(&w->host[0].process[0], AT_VALUE + 4);
	assert_int_equal(sys(w, SYS_NR_setsockopt, (u64)fd, IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV,
			     AT_VALUE, 4, 0),
			 0);
	net->on_packet = see_lite;
	net->on_packet_ctx = &lite;
	assert_int_equal(call_sendto(w, 0, 0, fd, "abcdef", 6, 0, "192.0.2.2", 7), 6);
	net->on_packet = NULL;
	assert_int_equal(lite.packets, 1);
	assert_int_equal(lite.coverage, 8);
	assert_int_equal(lite.sum, lite.expected);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
}

/* -------- the path -------- */

enum { CALLS = 4096 };
static struct graph_call calls[CALLS];

/* Behind the next call of fn at this depth; fails when there is none. */
static u32 expect_call(const char *fn, u32 depth, u32 from, u32 n)
{
	for (u32 i = from; i < n; i++) {
		if (calls[i].ctx == CTX_TASK && calls[i].depth == depth &&
		    strcmp(fn_names[calls[i].fn], fn) == 0)
			return i + 1;
	}
	print_error("%s() is not called there\n", fn);
	fail();
	return n;
}

/* sendto() of a socket without a port: the functions of the seeds, in their nesting. */
static void sendto_calls(void **state)
{
	static const struct {
		const char *fn;
		u32 depth;
	} want[] = {
		{ "sys_sendto", 0 },
		{ "sockfd_lookup_light", 1 },
		{ "move_addr_to_kernel", 1 },
		{ "sock_sendmsg_nosec", 1 },
		{ "inet_sendmsg", 2 },
		{ "inet_send_prepare", 3 },
		{ "inet_autobind", 4 },
		{ "udp_v4_get_port", 5 },
		{ "udp_sendmsg", 3 },
		{ "ip_route_output_flow", 4 },
		{ "ip_route_output_key_hash_rcu", 5 },
		{ "fib_table_lookup", 6 },
		{ "ip_make_skb", 4 },
		{ "ip_append_data_to", 5 },
		{ "udp_send_skb", 4 },
		{ "ip_send_skb", 5 },
	};
	struct world *w = *state;
	int fd = udp(w);
	u32 n, at = 0;

	graph_start(w);
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, "192.0.2.2", 9), 1);
	n = graph_calls(w, 0, calls, CALLS);
	graph_stop(w);
	for (u32 i = 0; i < ARRAY_SIZE(want); i++)
		at = expect_call(want[i].fn, want[i].depth, at, n);
}

static const u32 step_of[PATH_MAX] = {
#define X(step, id, function, file, seen) [PATH_##id] = (step),
#include "path.def"
#undef X
};

enum { STEPS = 16 };

static void mark_steps(const struct world *w, bool met[STEPS + 1])
{
	const struct trace_rec *r;

	for (u32 i = 0; (r = trace_get(&w->trace, i)) != NULL; i++) {
		if (r->kind == TRACE_STEP && r->host == 0 && step_of[r->arg[0]] <= STEPS)
			met[step_of[r->arg[0]]] = true;
	}
}

/* Over two cards: a first datagram, then many at once, so that one has to wait in the discipline.
 */
static void sixteen_steps(void **state)
{
	const struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, 2, 1);
	struct world *w = scenario_two_hosts_up(&cfg);
	bool met[STEPS + 1] = { false };
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	graph_start(w);
	assert_int_equal(call_sendto(w, 0, 0, (int)fd, "one", 3, 0, "192.0.2.2", 9), 3);
	world_run_until(w, w->sim.now_ps + 2 * PS_PER_MS);
	mark_steps(w, met);
	for (u32 i = 0; i < 64 && !met[8]; i++) {
		graph_start(w);
		assert_int_equal(call_sendto(w, 0, 0, (int)fd, "one", 3, 0, "192.0.2.2", 9), 3);
		mark_steps(w, met);
	}
	world_run_until(w, w->sim.now_ps + 2 * PS_PER_MS);
	graph_stop(w);
	for (u32 step = 1; step <= STEPS; step++) {
		if (!met[step])
			print_error("step %u was not met\n", step);
		assert_true(met[step]);
	}
	world_exit(w);
	scenario_free(w);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proto_members_are_filled),
		T(protocols_are_registered),
		T(families_are_registered),
		T(hooks_allow),
		T(type_flags),
		T(family_and_type),
		T(protocol_search),
		T(own_binds),
		T(lite_sum),
		T(a_new_socket),
		T(bind_checks),
		T(bind_foreign_addresses),
		T(bind_leaves),
		T(address_lengths),
		T(addresses_given_back),
		T(recvfrom_tells_who_sent),
		T(destinations),
		T(lengths_are_clamped),
		T(autobind),
		T(connect_checks),
		T(connect_finds_the_route),
		T(connect_unspec),
		T(listen_clamps_the_backlog),
		T(accept_checks),
		T(accept_installs),
		T(shutdown_checks),
		T(checksum_modes),
		T(full_queue_below),
		T(pending_data),
		T(sendto_calls),
		cmocka_unit_test(sixteen_steps),
	};

	return cmocka_run_group_tests_name("seeds", tests, NULL, NULL);
}
