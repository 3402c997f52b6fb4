// SPDX-License-Identifier: MIT
/* test_tcp_sock.c - sockets of connections: a host that goes down while calls wait leaves nothing,
 * memory is given back, and what closes without its program. What Linux does is in vectors/tcp.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "harness/unit/one_host.h"
#include "ipv4/tcp.h"
#include "socket/sys.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { PORT = 5000, ACCEPTER = 1, SENDER = 2, CLOSER = 3 };

/* The call of one task: -EPARKED when it waits. */
static s64 call(struct world *w, u32 task, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d };
	s64 ret = 0;

	return world_call(w, 0, task, nr, arg, &ret) ? ret : -EPARKED;
}

struct pair {
	int listener, client, server;
};

static struct pair connect_pair(struct world *w, u16 port)
{
	struct pair p;

	p.listener = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(call_bind(w, 0, 0, p.listener, "127.0.0.1", port), 0);
	assert_int_equal(call(w, 0, SYS_NR_listen, (u64)p.listener, 8, 0, 0), 0);
	p.client = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(call_connect(w, 0, 0, p.client, "127.0.0.1", port), 0);
	p.server = (int)call(w, 0, SYS_NR_accept, (u64)p.listener, 0, 0, 0);
	assert_true(p.server >= 0);
	return p;
}

static void set_linger(struct world *w, int fd, u32 seconds)
{
	u8 *linger = w->host[0].process[0].umem;

	put_le32(linger, 1);
	put_le32(linger + 4, seconds);
	assert_int_equal(
		host_sys(w, SYS_NR_setsockopt, (u64)fd, SOL_SOCKET, SO_LINGER, UMEM_BASE, 8), 0);
}

/* accept() has a descriptor and a file, send() has bytes on their way, close() has begun: all that
 * is the host's when it goes down.
 */
static void host_goes_down_while_calls_wait(void **state)
{
	struct world *w = one_host_up(1);
	struct pair p = connect_pair(w, PORT), q;

	(void)state;
	assert_int_equal(call_close(w, 0, 0, p.listener), 0);
	q = connect_pair(w, PORT + 1);
	assert_int_equal(call(w, ACCEPTER, SYS_NR_accept, (u64)q.listener, 0, 0, 0), -EPARKED);
	while (call(w, SENDER, SYS_NR_sendto, (u64)q.client, UMEM_BASE, 500000, 0) != -EPARKED)
		;
	/* Nobody reads what the server's side is sent, so its FIN cannot go. */
	set_linger(w, p.client, 100);
	for (u32 i = 0; i < 8; i++)
		(void)call(w, 0, SYS_NR_sendto, (u64)p.client, UMEM_BASE, 500000, MSG_DONTWAIT);
	assert_int_equal(call(w, CLOSER, SYS_NR_close, (u64)p.client, 0, 0, 0), -EPARKED);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	end_world(w);
}

/* What accept() will give back is taken before it waits: nobody else gets the number. */
static void accept_takes_its_number_first(void **state)
{
	struct world *w = one_host_up(2);
	struct pair p = connect_pair(w, PORT);
	u32 files = w->host[0].file_pool.used;
	int other;

	(void)state;
	assert_int_equal(call(w, ACCEPTER, SYS_NR_accept, (u64)p.listener, 0, 0, 0), -EPARKED);
	assert_int_equal(w->host[0].file_pool.used, files + 1);
	other = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	assert_int_equal(other, p.server + 2);
	assert_int_equal(call_connect(w, 0, 0, other, "127.0.0.1", PORT), 0);
	assert_int_equal(call_finish(w, 0, ACCEPTER, PS_PER_SEC), p.server + 1);
	end_world(w);
}

/* A listener has no peer to get; a connection gets rid of its own by AF_UNSPEC. */
static void connect_in_other_states(void **state)
{
	struct world *w = one_host_up(5);
	struct pair p = connect_pair(w, PORT);
	u8 *addr = w->host[0].process[0].umem;

	(void)state;
	assert_int_equal(call_connect(w, 0, 0, p.listener, "127.0.0.1", PORT), -EISCONN);
	assert_int_equal(call_connect(w, 0, 0, p.client, "127.0.0.1", PORT), -EISCONN);
	memset(addr, 0, 16);
	assert_int_equal(host_sys(w, SYS_NR_connect, (u64)p.client, UMEM_BASE, 16, 0, 0), 0);
	assert_int_equal(call_recv(w, 0, 0, p.server, 10, 0), -ECONNRESET);
	assert_int_equal(call_connect(w, 0, 0, p.client, "127.0.0.1", PORT), 0);
	end_world(w);
}

/* Both accounts are whole after each event; at the end they are empty. */
static void memory_is_given_back(void **state)
{
	struct world *w = one_host_up(3);
	struct net *net = &w->host[0].net;
	struct pair p = connect_pair(w, PORT);
	s64 left;

	(void)state;
	must_config(w, 0, "sysctl -w net.ipv4.tcp_mem=\"50 100 150\"");
	while (call(w, 0, SYS_NR_sendto, (u64)p.client, UMEM_BASE, 100000, MSG_DONTWAIT) > 0)
		;
	assert_true(net->tcp_memory_pressure_jif != 0 || net->tcp_fw_alloc[0] > 0);
	while (call(w, 0, SYS_NR_recvfrom, (u64)p.server, SCENARIO_RECV, 100000, MSG_DONTWAIT) > 0)
		world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	assert_int_equal(call_close(w, 0, 0, p.client), 0);
	assert_int_equal(call_close(w, 0, 0, p.server), 0);
	assert_int_equal(call_close(w, 0, 0, p.listener), 0);
	world_run_until(w, w->sim.now_ps + 200 * PS_PER_SEC);
	left = net->tcp_memory_allocated + net->tcp_fw_alloc[0];
	assert_int_equal(left, 0);
	assert_int_equal(net->tcp_sockets_allocated, 0);
	assert_int_equal(net->tcp->orphan_count, 0);
	end_world(w);
}

/* DIVERGES(tcp-orphans): the limit holds from the first one on; Linux counts them now and then. */
static void too_many_orphans(void **state)
{
	struct world *w = one_host_up(4);
	struct pair p = connect_pair(w, PORT);

	(void)state;
	must_config(w, 0, "sysctl -w net.ipv4.tcp_max_orphans=0");
	assert_int_equal(call_close(w, 0, 0, p.client), 0);
	assert_int_equal(host_mib(w, LINUX_MIB_TCPABORTONMEMORY), 1);
	assert_int_equal(host_mib(w, TCP_MIB_OUTRSTS), 1);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_goes_down_while_calls_wait),
		cmocka_unit_test(accept_takes_its_number_first),
		cmocka_unit_test(connect_in_other_states),
		cmocka_unit_test(memory_is_given_back),
		cmocka_unit_test(too_many_orphans),
	};

	return cmocka_run_group_tests_name("tcp_sock", tests, NULL, NULL);
}
