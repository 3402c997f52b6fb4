// SPDX-License-Identifier: MIT
/* test_socket.c - the socket layer against what Linux answered, and its descriptors, waits and
 * limits.
 *
 * socket_programs.h makes the programs, socket_table.h has the kernel's answers. On a difference
 * the program, the call and its arguments are printed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "harness/unit/one_host.h"
#include "harness/unit/socket_programs.h"
#include "harness/unit/socket_table.h"
#include "ipv4/af_inet.h"
#include "ipv4/udp.h"
#include "socket/socket.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/poll.h"
#include "uapi/stat.h"

static int setup(void **state)
{
	*state = one_host_lo(1);
	return 0;
}

static int teardown(void **state)
{
	end_world(*state);
	return 0;
}

static s64 sys(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d };
	s64 ret;

	return world_call(w, 0, 0, nr, arg, &ret) ? ret : -EPARKED;
}

/* -------- against the kernel -------- */

static void check_triple(struct world *w, const struct sp_socket_row *r, s32 family, s32 type,
			 s32 protocol)
{
	s64 ret = call_socket(w, 0, 0, family, type, protocol);

	if (ret >= 0) {
		assert_int_equal(call_close(w, 0, 0, (int)ret), 0);
		ret = 0;
	}
	if (ret != -r->error)
		print_error("socket(%d, %d, %d) = %d, not %d\n", family, type, protocol, (int)ret,
			    -r->error);
	assert_int_equal(ret, -r->error);
}

/* UDP-Lite exists in the kernel; here it stops the run. */
static bool comes_later(const struct sp_socket_row *r, s32 protocol)
{
	return r->family_first == AF_INET && r->type_first == SOCK_DGRAM &&
	       protocol == IPPROTO_UDPLITE;
}

static void check_row(struct world *w, const struct sp_socket_row *r)
{
	struct process *p = &w->host[0].process[0];

	p->caps = r->root != 0 ? U64_MAX : 0;
	for (s32 f = r->family_first; f <= r->family_last; f++)
		for (s32 t = r->type_first; t <= r->type_last; t++)
			for (s32 n = r->protocol_first; n <= r->protocol_last; n++)
				if (!sp_family_skipped(f, t) && !comes_later(r, n))
					check_triple(w, r, f, t, n);
	p->caps = U64_MAX;
}

static void test_socket_triples(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(sp_socket_rows); i++)
		check_row(*state, &sp_socket_rows[i]);
}

static void run_program(struct world *w, u32 n)
{
	u8 *mem = world_umem(w, 0, SP_MEM, SP_MEM_BYTES);
	struct sp_rng r = { n + 1 };

	sp_prepare(&r, mem);
	memset(mem + SP_USED, 0, 0x90000);
	umem_touch(&w->host[0].process[0], SP_MEM + SP_MEM_BYTES);
	for (u32 i = 0; i < SP_CALLS; i++) {
		struct sp_call c = sp_make(&r, i);
		s64 ret;

		assert_true(world_call(w, 0, 0, c.nr, c.arg, &ret));
		if (ret != sp_results[n][i])
			print_error("program %u call %u: nr %u (%llx %llx %llx %llx %llx %llx) = "
				    "%d, not %d\n",
				    n, i, c.nr, (unsigned long long)c.arg[0],
				    (unsigned long long)c.arg[1], (unsigned long long)c.arg[2],
				    (unsigned long long)c.arg[3], (unsigned long long)c.arg[4],
				    (unsigned long long)c.arg[5], (int)ret, sp_results[n][i]);
		assert_int_equal(ret, sp_results[n][i]);
	}
	if (sp_hash(mem) != sp_hashes[n])
		print_error("program %u: its memory differs\n", n);
	assert_true(sp_hash(mem) == sp_hashes[n]);
}

static void test_programs(void **state)
{
	struct world *w = *state;

	for (u32 n = 0; n < SP_PROGRAMS; n++) {
		run_program(w, n);
		for (int fd = 3; fd < 64; fd++)
			(void)call_close(w, 0, 0, fd);
		world_check(w);
	}
}

/* -------- descriptors -------- */

static void test_lowest_descriptor(void **state)
{
	struct world *w = *state;

	for (int i = 3; i < 8; i++)
		assert_int_equal(udp_socket(w), i);
	assert_int_equal(call_close(w, 0, 0, 5), 0);
	assert_int_equal(call_close(w, 0, 0, 5), -EBADF);
	assert_int_equal(sys(w, SYS_NR_dup, 3, 0, 0, 0), 5);
	assert_int_equal(udp_socket(w), 8);
	assert_int_equal(sys(w, SYS_NR_fcntl, 3, F_DUPFD, 100, 0), 100);
	assert_int_equal(sys(w, SYS_NR_fcntl, 99, F_GETFD, 0, 0), -EBADF);
	assert_int_equal(call_close(w, 0, 0, 0), 0);
	assert_int_equal(udp_socket(w), 0);
	assert_int_equal(sys(w, SYS_NR_listen, 1, 0, 0, 0), -ENOTSOCK);
	assert_int_equal(sys(w, SYS_NR_listen, 1023, 0, 0, 0), -EBADF);
}

/* What one duplicate is told, the other knows: there is one file. */
static void test_duplicates_share(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w);

	assert_int_equal(sys(w, SYS_NR_dup, (u64)fd, 0, 0, 0), fd + 1);
	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	assert_int_equal(sys(w, SYS_NR_fcntl, (u64)fd, F_SETFL, O_NONBLOCK, 0), 0);
	assert_int_equal(sys(w, SYS_NR_fcntl, (u64)fd + 1, F_GETFL, 0, 0), O_RDWR | O_NONBLOCK);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	assert_int_equal(w->host[0].net.sockets_in_use, 1);
	assert_int_equal(call_bind(w, 0, 0, fd + 1, "127.0.0.1", 7001), -EINVAL);
	assert_int_equal(call_close(w, 0, 0, fd + 1), 0);
	assert_int_equal(w->host[0].net.sockets_in_use, 0);
}

static void test_too_many(void **state)
{
	struct world *w = *state;
	struct host *h = &w->host[0];

	h->process[0].nr_fds = 6;
	for (int i = 3; i < 6; i++)
		assert_int_equal(udp_socket(w), i);
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0), -EMFILE);
	assert_int_equal(sys(w, SYS_NR_dup, 3, 0, 0, 0), -EMFILE);
	assert_int_equal(sys(w, SYS_NR_fcntl, 3, F_DUPFD, 6, 0), -EINVAL);
	assert_int_equal(sys(w, SYS_NR_poll, SP_MEM, 7, 0, 0), -EINVAL);
	h->process[0].nr_fds = 1024;
	h->net.sysctl.file_max = 3;
	assert_int_equal(udp_socket(w), 6);
	h->process[0].caps = 0;
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0), -ENFILE);
	assert_int_equal(h->net.sockets_in_use, 4);
}

/* Every allocation of socket() fails once. */
static void test_failing_allocations(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;

	w->host[0].file_pool.fail_at = 1;
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0), -ENFILE);
	net->sock_pool.fail_at = 1;
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0), -ENOMEM);
	assert_int_equal(w->host[0].file_pool.used, 0);
	assert_int_equal(udp_socket(w), 3);
}

/* Only processes of a group in the range may have ping sockets. DIVERGES(ping-groups): one group.
 */
static void test_ping_groups(void **state)
{
	struct world *w = *state;

	w->host[0].net.sysctl.ping_group_min = 0;
	w->host[0].net.sysctl.ping_group_max = 100;
	w->host[0].process[0].gid = 100;
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, IPPROTO_ICMP), 3);
	w->host[0].process[0].gid = 101;
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, IPPROTO_ICMP), -EACCES);
}

/* A later protocol does not take the place of a permanent one, but that of an earlier passing one.
 */
static void test_protosw(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;
	struct inet_protosw sw = {
		.type = SOCK_SEQPACKET, .protocol = 132, .prot = &udp_prot, .ops = &inet_dgram_ops
	};

	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_SEQPACKET, 0), -ESOCKTNOSUPPORT);
	inet_register_protosw(net, &sw);
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_SEQPACKET, 0), 3);
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_SEQPACKET, 1), -EPROTONOSUPPORT);
	inet_unregister_protosw(net, &sw);
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_SEQPACKET, 0), -ESOCKTNOSUPPORT);
	sw = (struct inet_protosw){ .type = SOCK_DGRAM,
				    .protocol = IPPROTO_UDP,
				    .prot = &raw_prot,
				    .ops = &inet_sockraw_ops };
	inet_register_protosw(net, &sw);
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0), 4);
	assert_int_equal(call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, IPPROTO_UDP), 5);
	assert_int_equal(net->prot_inuse[PROTO_INUSE_RAW], 0);
}

static void test_privileged_ports(void **state)
{
	struct world *w = *state;
	struct process *p = &w->host[0].process[0];
	int fd = udp_socket(w);

	p->caps = ~(1ull << CAP_NET_BIND_SERVICE);
	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 1023), -EACCES);
	assert_int_equal(call_bind(w, 0, 0, fd, "10.0.0.1", 1023), -EADDRNOTAVAIL);
	w->host[0].net.sysctl.ip_unprivileged_port_start = 1023;
	w->host[0].net.sysctl.ip_nonlocal_bind = 1;
	assert_int_equal(call_bind(w, 0, 0, fd, "10.0.0.1", 1023), 0);
	p->caps = U64_MAX;
}

static void test_fstat(void **state)
{
	struct world *w = *state;
	u8 *st = world_umem(w, 0, SP_MEM, STAT_BYTES);
	int fd = udp_socket(w);

	assert_int_equal(sys(w, SYS_NR_fstat, (u64)fd, SP_MEM, 0, 0), 0);
	assert_int_equal(get_le32(st + STAT_MODE), S_IFSOCK | 0777);
	assert_int_equal(get_le64(st + STAT_NLINK), 1);
	assert_int_equal(get_le64(st + STAT_BLKSIZE), 4096);
	assert_int_equal(sys(w, SYS_NR_fstat, (u64)fd, 8, 0, 0), -EFAULT);
	assert_int_equal(sys(w, SYS_NR_fstat, 77, SP_MEM, 0, 0), -EBADF);
	assert_int_equal(sys(w, (enum sys_nr)399, 0, 0, 0, 0), -ENOSYS);
	assert_int_equal(sys(w, (enum sys_nr)4711, 0, 0, 0, 0), -ENOSYS);
}

/* -------- waiting -------- */

static void start(struct world *w, u32 task, enum sys_nr nr, u64 a, u64 b, u64 c)
{
	const u64 arg[SYS_ARGS] = { a, b, c };

	world_start(w, 0, task, nr, arg);
	world_settle(w);
}

/* Two readers of one socket: the first that waited gets the first datagram. */
static void test_readers_queue(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w), tx = udp_socket(w);
	struct task *t = w->host[0].task;

	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	start(w, 1, SYS_NR_read, (u64)fd, SCENARIO_RECV, 100);
	start(w, 2, SYS_NR_read, (u64)fd, SCENARIO_RECV, 100);
	assert_int_equal(t[1].state, TASK_PARKED);
	assert_int_equal(t[2].state, TASK_PARKED);
	assert_int_equal(call_sendto(w, 0, 0, tx, "one", 3, 0, "127.0.0.1", 7000), 3);
	world_settle(w);
	assert_int_equal(t[1].state, TASK_IDLE);
	assert_int_equal(t[1].ret, 3);
	assert_int_equal(t[2].state, TASK_PARKED);
	assert_int_equal(call_sendto(w, 0, 0, tx, "four", 4, 0, "127.0.0.1", 7000), 4);
	world_settle(w);
	assert_int_equal(t[2].ret, 4);
	world_check(w);
}

/* A socket that is closed while a call waits on it lives until that call ends. */
static void test_close_while_waiting(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w), tx = udp_socket(w);
	struct task *t = &w->host[0].task[1];

	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	start(w, 1, SYS_NR_read, (u64)fd, SCENARIO_RECV, 100);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	assert_int_equal(t->state, TASK_PARKED);
	assert_int_equal(w->host[0].net.sockets_in_use, 2);
	assert_int_equal(udp_socket(w), fd);
	assert_int_equal(call_sendto(w, 0, 0, tx, "hello", 5, 0, "127.0.0.1", 7000), 5);
	world_settle(w);
	assert_int_equal(t->ret, 5);
	assert_int_equal(w->host[0].net.sockets_in_use, 2);
	world_check(w);
}

static void test_shutdown_wakes(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w);
	struct task *t = &w->host[0].task[1];

	start(w, 1, SYS_NR_read, (u64)fd, SCENARIO_RECV, 100);
	assert_int_equal(t->state, TASK_PARKED);
	assert_int_equal(sys(w, SYS_NR_shutdown, (u64)fd, SHUT_RD, 0, 0), -ENOTCONN);
	world_settle(w);
	assert_int_equal(t->state, TASK_IDLE);
	assert_int_equal(t->ret, 0);
}

static void put_pollfd(struct world *w, u32 i, int fd, u16 events)
{
	u8 *p = world_umem(w, 0, SP_MEM + POLLFD_BYTES * i, POLLFD_BYTES);

	put_le32(p, (u32)fd);
	put_le16(p + POLLFD_EVENTS, events);
	put_le16(p + POLLFD_REVENTS, 0xeeee);
}

static void test_poll_wakes(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w), tx = udp_socket(w);
	struct task *t = &w->host[0].task[1];
	u8 *revents = world_umem(w, 0, SP_MEM, 3 * POLLFD_BYTES) + POLLFD_REVENTS;

	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	put_pollfd(w, 0, fd, POLLIN);
	put_pollfd(w, 1, -1, POLLIN);
	put_pollfd(w, 2, fd, POLLIN | POLLPRI);
	start(w, 1, SYS_NR_poll, SP_MEM, 3, (u64)(s64)-1);
	assert_int_equal(t->state, TASK_PARKED);
	assert_int_equal(get_le16(revents), 0xeeee);
	world_run_until(w, w->sim.now_ps + 5 * PS_PER_SEC);
	assert_int_equal(t->state, TASK_PARKED);
	/* The address is at SCENARIO_ADDR, which is where the vector lies: send from elsewhere. */
	assert_int_equal(call_connect(w, 0, 0, tx, "127.0.0.1", 7000), 0);
	put_pollfd(w, 0, fd, POLLIN);
	put_pollfd(w, 1, -1, POLLIN);
	assert_int_equal(call_sendto(w, 0, 0, tx, "x", 1, 0, NULL, 0), 1);
	world_settle(w);
	assert_int_equal(t->state, TASK_IDLE);
	assert_int_equal(t->ret, 2);
	assert_int_equal(get_le16(revents), POLLIN);
	assert_int_equal(get_le16(revents + POLLFD_BYTES), 0);
	assert_int_equal(get_le16(revents + 2 * POLLFD_BYTES), POLLIN);
}

static void put_msghdr(struct world *w, u64 data, u64 control, u64 control_bytes)
{
	u8 *msg = world_umem(w, 0, SP_MEM, 0x100);

	memset(msg, 0, 0x100);
	put_le64(msg + 16, SP_MEM + 0x80);
	put_le64(msg + 24, 1);
	put_le64(msg + 32, control);
	put_le64(msg + 40, control_bytes);
	put_le64(msg + 0x80, data);
	put_le64(msg + 0x88, 100);
}

/* DIVERGES(reread-arguments): a vector that changes while its call waits counts as it is in the
 * end. */
static void test_arguments_change(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w), tx = udp_socket(w);

	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	assert_int_equal(call_connect(w, 0, 0, tx, "127.0.0.1", 7000), 0);
	put_msghdr(w, SCENARIO_RECV, 0, 0);
	start(w, 1, SYS_NR_recvmsg, (u64)fd, SP_MEM, 0);
	put_msghdr(w, SCENARIO_RECV + 0x100, 0, 0);
	assert_int_equal(call_sendto(w, 0, 0, tx, "abc", 3, 0, NULL, 0), 3);
	world_settle(w);
	assert_int_equal(w->host[0].task[1].ret, 3);
	assert_memory_equal(world_umem(w, 0, SCENARIO_RECV + 0x100, 3), "abc", 3);
	assert_int_equal(*world_umem(w, 0, SCENARIO_RECV, 1), 0);
}

/* DIVERGES(poll-reread): and so does what poll() asks for. */
static void test_poll_changes(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w), tx = udp_socket(w);
	struct task *t = &w->host[0].task[1];

	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	assert_int_equal(call_connect(w, 0, 0, tx, "127.0.0.1", 7000), 0);
	put_pollfd(w, 0, fd, POLLIN);
	start(w, 1, SYS_NR_poll, SP_MEM, 1, (u64)(s64)-1);
	put_pollfd(w, 0, fd, POLLPRI);
	assert_int_equal(call_sendto(w, 0, 0, tx, "abc", 3, 0, NULL, 0), 3);
	world_settle(w);
	assert_int_equal(t->state, TASK_PARKED);
	put_pollfd(w, 0, fd, POLLRDNORM);
	assert_int_equal(call_sendto(w, 0, 0, tx, "abc", 3, 0, NULL, 0), 3);
	world_settle(w);
	assert_int_equal(t->ret, 1);
}

/* DIVERGES(control-in-place): control data is not copied, but it has to be there, and to fit. */
static void test_control_data(void **state)
{
	struct world *w = *state;
	int fd = udp_socket(w);

	assert_int_equal(call_connect(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	put_msghdr(w, SCENARIO_DATA, 8, 16);
	assert_int_equal(sys(w, SYS_NR_sendmsg, (u64)fd, SP_MEM, 0, 0), -EFAULT);
	put_msghdr(w, SCENARIO_DATA, 8, 1ull << 31);
	assert_int_equal(sys(w, SYS_NR_sendmsg, (u64)fd, SP_MEM, 0, 0), -ENOBUFS);
	w->host[0].net.sysctl.optmem_max = 1000;
	put_msghdr(w, SCENARIO_DATA, SP_MEM, 1000);
	assert_int_equal(sys(w, SYS_NR_sendmsg, (u64)fd, SP_MEM, 0, 0), -ENOBUFS);
	put_msghdr(w, SCENARIO_DATA, SP_MEM, 36);
	assert_int_equal(sys(w, SYS_NR_sendmsg, (u64)fd, SP_MEM, 0, 0), -EINVAL);
}

/* DIVERGES(rps-table): the flow's place remembers the CPU of who reads it. */
static void test_rps_record(void **state)
{
	struct world *w = *state;
	struct net *net = &w->host[0].net;
	int fd = udp_socket(w);
	struct sock *sk = fd_file(&w->host[0].process[0], fd)->socket.sk;

	net->rps_sock_flow_table[0x34] = 99;
	net->sysctl.rps_sock_flow_entries = 4096;
	sk->sk_rxhash = 0x1234;
	assert_int_equal(call_recv(w, 0, 0, fd, 10, MSG_DONTWAIT), -EAGAIN);
	assert_int_equal(net->rps_flows_recorded, 0);
	assert_int_equal(call_connect(w, 0, 0, fd, "127.0.0.1", 7000), 0);
	sk->sk_rxhash = 0x1234;
	assert_int_equal(call_recv(w, 0, 0, fd, 10, MSG_DONTWAIT), -EAGAIN);
	assert_int_equal(net->rps_flows_recorded, 1);
	assert_int_equal(net->rps_sock_flow_table[0x34], 0);
}

/* How long a call took that returns 0 when its time is over. */
static u64 sleep_ns(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c)
{
	struct task *t = &w->host[0].task[1];

	start(w, 1, nr, a, b, c);
	assert_int_equal(t->state, TASK_PARKED);
	assert_true(world_run_task(w, t, 10 * PS_PER_SEC));
	assert_int_equal(t->ret, 0);
	return (t->ended_ps - t->started_ps) / PS_PER_NS;
}

/* Durations that the judging kernel had, in virtual time. */
static void test_sleeps(void **state)
{
	static const struct {
		u32 ms;
		u64 poll_ns, sleep_ns;
	} rows[] = {
		{ 1, 1000567, 1000491 },	  { 10, 10000429, 10000055 },
		{ 100, 100000311, 100000173 },	  { 1000, 1000000291, 1000000055 },
		{ 5000, 5000000366, 5000000036 },
	};
	struct world *w = *state;
	int fd = udp_socket(w);

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 took_ns;
		u8 *ts;

		put_pollfd(w, 0, fd, POLLIN);
		took_ns = sleep_ns(w, SYS_NR_poll, SP_MEM, 1, rows[i].ms);
		assert_in_range(took_ns, rows[i].poll_ns - 768, rows[i].poll_ns + 256);
		ts = world_umem(w, 0, SP_MEM, 16);
		put_le64(ts, rows[i].ms / 1000);
		put_le64(ts + 8, rows[i].ms % 1000 * NS_PER_MS);
		took_ns = sleep_ns(w, SYS_NR_nanosleep, SP_MEM, 0, 0);
		assert_in_range(took_ns, rows[i].sleep_ns - 768, rows[i].sleep_ns + 256);
	}
	put_le64(world_umem(w, 0, SP_MEM, 8), U64_MAX);
	assert_int_equal(sys(w, SYS_NR_nanosleep, SP_MEM, 0, 0, 0), -EINVAL);
	assert_int_equal(sys(w, SYS_NR_nanosleep, 8, 0, 0, 0), -EFAULT);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_socket_triples),
		T(test_programs),
		T(test_lowest_descriptor),
		T(test_duplicates_share),
		T(test_too_many),
		T(test_failing_allocations),
		T(test_ping_groups),
		T(test_protosw),
		T(test_privileged_ports),
		T(test_fstat),
		T(test_readers_queue),
		T(test_close_while_waiting),
		T(test_shutdown_wakes),
		T(test_arguments_change),
		T(test_poll_changes),
		T(test_control_data),
		T(test_rps_record),
		T(test_poll_wakes),
		T(test_sleeps),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
