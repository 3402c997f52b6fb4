// SPDX-License-Identifier: MIT
/* test_udp.c - UDP, IP and ICMP against what Linux answered; ports; readers and writers that wait.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/unit/one_host.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"
#include "udp_model.h"

static void answers(void **state)
{
	u32 lines;
	int wrong = run_udp_answers("vectors/udp/answers.txt", 7, &lines);

	(void)state;
	printf("%u lines, %d differ\n", lines, wrong);
	assert_true(lines > 1000);
	assert_int_equal(wrong, 0);
}

static u16 port_of(struct world *w, int fd)
{
	const u64 arg[SYS_ARGS] = { (u64)fd, SCENARIO_DATA, SCENARIO_DATA + 64, 0, 0, 0 };
	s64 ret = 0;

	put_le32(world_umem(w, 0, SCENARIO_DATA + 64, 4), 16);
	assert_true(world_call(w, 0, 0, SYS_NR_getsockname, arg, &ret));
	assert_int_equal(ret, 0);
	return get_be16(world_umem(w, 0, SCENARIO_DATA + 2, 2));
}

/* The algorithm once more, from its description: which port does this random number give, when
 * these are taken?
 */
static u16 expected_port(u32 random, const u16 *taken, u32 n)
{
	const u32 low = 32768, high = 60999;
	u16 first = (u16)(((u64)random * (high - low + 1) >> 32) + low);
	u16 step = (u16)((random | 1) * 256);

	for (u32 slot = 0; slot < 256; slot++, first++) {
		u16 port = first;

		do {
			bool free = port >= low && port <= high;

			for (u32 i = 0; i < n; i++)
				free = free && taken[i] != port;
			if (free)
				return port;
			port = (u16)(port + step);
		} while (port != first);
	}
	return 0;
}

static void ports_follow_the_random_number(void **state)
{
	static const u64 tape[] = { 0,		0,	    0,		0xffffffff,
				    0xffffffff, 0x12345678, 0x12345678, 0x12345679,
				    0x80000000, 0x80000000, 1,		2 };
	struct world *w = one_host_lo(3);
	u16 taken[ARRAY_SIZE(tape)];

	(void)state;
	random_tape(w->host[0].net.random, tape, ARRAY_SIZE(tape));
	for (u32 i = 0; i < ARRAY_SIZE(tape); i++) {
		u16 want = expected_port((u32)tape[i], taken, i);
		int fd = udp_socket(w);

		assert_int_equal(call_bind(w, 0, 0, fd, "0.0.0.0", 0), 0);
		taken[i] = port_of(w, fd);
		assert_int_equal(taken[i], want);
	}
	end_world(w);
}

/* Every port of a small range is given once, then there is none. */
static void ports_run_out(void **state)
{
	struct world *w = one_host_lo(4);
	bool seen[64] = { false };

	(void)state;
	must_config(w, 0, "sysctl -w net.ipv4.ip_local_port_range=\"40000 40049\"");
	for (u32 i = 0; i < 50; i++) {
		int fd = udp_socket(w);
		u16 port;

		assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", 0), 0);
		port = port_of(w, fd);
		assert_in_range(port, 40000, 40049);
		assert_false(seen[port - 40000]);
		seen[port - 40000] = true;
	}
	assert_int_equal(call_bind(w, 0, 0, udp_socket(w), "127.0.0.1", 0), -EADDRINUSE);
	/* Another address is another matter. */
	assert_int_equal(call_bind(w, 0, 0, udp_socket(w), "127.0.0.2", 0), 0);
	end_world(w);
}

/* Above ten sockets on a port conflicts are looked for by address. */
static void many_sockets_on_one_port(void **state)
{
	struct world *w = one_host_lo(5);

	(void)state;
	for (u32 i = 1; i < 20; i++) {
		char addr[16];

		snprintf(addr, sizeof(addr), "127.0.0.%u", i);
		assert_int_equal(call_bind(w, 0, 0, udp_socket(w), addr, 5000), 0);
	}
	assert_int_equal(call_bind(w, 0, 0, udp_socket(w), "127.0.0.7", 5000), -EADDRINUSE);
	assert_int_equal(call_bind(w, 0, 0, udp_socket(w), "0.0.0.0", 5000), -EADDRINUSE);
	assert_int_equal(call_bind(w, 0, 0, udp_socket(w), "127.0.0.77", 5000), 0);
	end_world(w);
}

/* One flow always reaches the same member; among many flows each member gets some. */
static void reuseport_spreads_flows(void **state)
{
	struct world *w = one_host_lo(6);
	u32 got[4] = { 0 };
	int rx[4];

	(void)state;
	for (u32 i = 0; i < 4; i++) {
		rx[i] = udp_socket(w);
		assert_int_equal(host_setopt(w, rx[i], SOL_SOCKET, SO_REUSEPORT, 1), 0);
		assert_int_equal(call_bind(w, 0, 0, rx[i], "127.0.0.1", 5000), 0);
	}
	for (u32 flow = 0; flow < 64; flow++) {
		int tx = udp_socket(w);
		u32 member = 4;

		for (u32 k = 0; k < 3; k++)
			assert_int_equal(call_sendto(w, 0, 0, tx, "x", 1, 0, "127.0.0.1", 5000), 1);
		for (u32 i = 0; i < 4; i++) {
			if (call_recv(w, 0, 0, rx[i], 1, MSG_DONTWAIT) != 1)
				continue;
			assert_int_equal(member, 4);
			member = i;
			assert_int_equal(call_recv(w, 0, 0, rx[i], 1, MSG_DONTWAIT), 1);
			assert_int_equal(call_recv(w, 0, 0, rx[i], 1, MSG_DONTWAIT), 1);
		}
		assert_true(member < 4);
		got[member]++;
		assert_int_equal(call_close(w, 0, 0, tx), 0);
	}
	for (u32 i = 0; i < 4; i++)
		assert_true(got[i] > 4);
	/* A connected member is for its peer only. */
	assert_int_equal(call_connect(w, 0, 0, rx[0], "127.0.0.1", 1), 0);
	for (u32 flow = 0; flow < 16; flow++)
		assert_int_equal(call_sendto(w, 0, 0, udp_socket(w), "x", 1, 0, "127.0.0.1", 5000),
				 1);
	assert_int_equal(call_recv(w, 0, 0, rx[0], 1, MSG_DONTWAIT), -EAGAIN);
	end_world(w);
}

static void reader_waits_until_a_datagram_comes(void **state)
{
	struct world *w = one_host_lo(8);
	const u64 recv[SYS_ARGS] = { 0, SCENARIO_RECV, 100, 0, 0, 0 };
	u64 arg[SYS_ARGS];
	int rx = udp_socket(w), tx = udp_socket(w);

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, rx, "127.0.0.1", 5000), 0);
	memcpy(arg, recv, sizeof(arg));
	arg[0] = (u64)rx;
	world_start(w, 0, 1, SYS_NR_recvfrom, arg);
	world_settle(w);
	assert_int_equal(w->host[0].task[1].state, TASK_PARKED);
	world_run_until(w, w->sim.now_ps + 5 * PS_PER_SEC);
	assert_int_equal(w->host[0].task[1].state, TASK_PARKED);
	assert_int_equal(call_sendto(w, 0, 0, tx, "hello", 5, 0, "127.0.0.1", 5000), 5);
	assert_int_equal(call_finish(w, 0, 1, PS_PER_SEC), 5);
	assert_memory_equal(world_umem(w, 0, SCENARIO_RECV, 5), "hello", 5);

	/* Two wait for one datagram: one of them gets it. */
	world_start(w, 0, 1, SYS_NR_recvfrom, arg);
	world_start(w, 0, 2, SYS_NR_recvfrom, arg);
	world_settle(w);
	assert_int_equal(call_sendto(w, 0, 0, tx, "hello", 5, 0, "127.0.0.1", 5000), 5);
	world_settle(w);
	assert_true((w->host[0].task[1].state == TASK_PARKED) !=
		    (w->host[0].task[2].state == TASK_PARKED));
	assert_int_equal(call_sendto(w, 0, 0, tx, "hello", 5, 0, "127.0.0.1", 5000), 5);
	assert_int_equal(call_finish(w, 0, 1, PS_PER_SEC), 5);
	assert_int_equal(call_finish(w, 0, 2, PS_PER_SEC), 5);
	end_world(w);
}

static void reader_waits_no_longer_than_its_timeout(void **state)
{
	struct world *w = one_host_lo(9);
	int rx = udp_socket(w);
	u64 begin;

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, rx, "127.0.0.1", 5000), 0);
	put_le64(world_umem(w, 0, SCENARIO_DATA, 16), 0);
	put_le64(world_umem(w, 0, SCENARIO_DATA + 8, 8), 250000);
	{
		const u64 arg[SYS_ARGS] = { (u64)rx,	   SOL_SOCKET, SO_RCVTIMEO_OLD,
					    SCENARIO_DATA, 16,	       0 };
		s64 ret = -1;

		assert_true(world_call(w, 0, 0, SYS_NR_setsockopt, arg, &ret));
		assert_int_equal(ret, 0);
	}
	begin = w->sim.now_ps;
	{
		const u64 arg[SYS_ARGS] = { (u64)rx, SCENARIO_RECV, 100, 0, 0, 0 };

		world_start(w, 0, 1, SYS_NR_recvfrom, arg);
	}
	assert_int_equal(call_finish(w, 0, 1, 2 * PS_PER_SEC), -EAGAIN);
	assert_in_range(w->host[0].task[1].ended_ps - begin, 250 * PS_PER_MS, 256 * PS_PER_MS);
	end_world(w);
}

/* A small send buffer and a real card: the sender waits for the completions. */
static void sender_waits_for_room(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, 2, 11);
	struct world *w = scenario_two_hosts_up(&cfg);
	int tx, rx;
	u32 parked = 0;

	(void)state;
	scenario_checks_on(w);
	rx = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(call_bind(w, 1, 0, rx, "0.0.0.0", 5000), 0);
	tx = udp_socket(w);
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_SNDBUF, 1), 0);
	assert_int_equal(call_connect(w, 0, 0, tx, "192.0.2.2", 5000), 0);
	for (u32 i = 0; i < 40; i++) {
		const u64 arg[SYS_ARGS] = { (u64)tx, SCENARIO_DATA, 1000, 0, 0, 0 };

		world_start(w, 0, 0, SYS_NR_sendto, arg);
		while (w->host[0].task[0].state != TASK_IDLE) {
			parked += w->host[0].task[0].state == TASK_PARKED;
			assert_true(world_step(w));
		}
		assert_int_equal(w->host[0].task[0].ret, 1000);
	}
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	assert_true(parked > 0);
	for (u32 i = 0; i < 40; i++)
		assert_int_equal(call_recv(w, 1, 0, rx, 2000, MSG_DONTWAIT), 1000);
	assert_int_equal(call_recv(w, 1, 0, rx, 2000, MSG_DONTWAIT), -EAGAIN);
	/* Who does not want to wait is told, and it is counted. */
	{
		u64 before = w->host[0].net.mib[UDP_MIB_SNDBUFERRORS];
		s64 ret = 0;

		for (u32 i = 0; i < 10 && ret >= 0; i++)
			ret = call_sendto(w, 0, 0, tx, NULL, 1000, MSG_DONTWAIT, NULL, 0);
		if (ret < 0) {
			assert_int_equal(ret, -EAGAIN);
			assert_int_equal(w->host[0].net.mib[UDP_MIB_SNDBUFERRORS], before + 1);
		}
	}
	end_world(w);
}

/* A datagram in several packets, and one alone: whatever allocation fails, the call says so or the
 * packet is counted, and nothing is lost for good.
 */
static s64 talk(struct world *w)
{
	int rx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	s64 sent = -1;

	if (rx >= 0 && tx >= 0) {
		(void)call_bind(w, 0, 0, rx, "127.0.0.1", 5000);
		(void)call_sendto(w, 0, 0, tx, NULL, 30000, 0, "127.0.0.1", 5000);
		(void)call_sendto(w, 0, 0, tx, NULL, 3000, 0, "192.0.2.2", 5000);
		(void)call_sendto(w, 0, 0, tx, NULL, 3000, MSG_MORE, "192.0.2.2", 5000);
		(void)call_sendto(w, 0, 0, tx, NULL, 300, 0, "192.0.2.2", 5000);
		(void)call_sendto(w, 0, 0, tx, NULL, 10, 0, "127.0.0.1", 5001);
		sent = call_sendto(w, 0, 0, tx, NULL, 100, 0, "127.0.0.1", 5000);
		(void)call_recv(w, 0, 0, rx, 40000, MSG_DONTWAIT);
		(void)call_recv(w, 0, 0, rx, 40000, MSG_DONTWAIT);
	}
	if (rx >= 0)
		(void)call_close(w, 0, 0, rx);
	if (tx >= 0)
		(void)call_close(w, 0, 0, tx);
	return sent;
}

static void any_allocation_may_fail(void **state)
{
	struct pool *pools[64];
	struct world *w = one_host_up(12);
	u32 n = world_pools(w, pools, ARRAY_SIZE(pools)), failures = 0;

	(void)state;
	assert_true(n <= ARRAY_SIZE(pools));
	end_world(w);
	for (u32 i = 0; i < n; i++) {
		bool failed = true;

		for (u32 at = 1; failed && at < 200; at++) {
			w = one_host_up(12);
			(void)world_pools(w, pools, ARRAY_SIZE(pools));
			pools[i]->fail_at = at;
			(void)talk(w);
			failed = pools[i]->failed != 0;
			failures += failed;
			pools[i]->fail_at = 0;
			assert_int_equal(talk(w), 100);
			world_check(w);
			end_world(w);
		}
	}
	printf("%u failures\n", failures);
	assert_true(failures > 20);
}

/* A broadcast reaches every socket (see answers). Here: as many copies as there are listeners. */
static void broadcast_reaches_all(void **state)
{
	struct world *w = one_host_up(12);
	int rx[5], tx = udp_socket(w);

	(void)state;
	for (u32 i = 0; i < 5; i++) {
		rx[i] = udp_socket(w);
		assert_int_equal(host_setopt(w, rx[i], SOL_SOCKET, SO_REUSEADDR, 1), 0);
		assert_int_equal(call_bind(w, 0, 0, rx[i], "0.0.0.0", 5000), 0);
	}
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_BROADCAST, 1), 0);
	assert_int_equal(call_sendto(w, 0, 0, tx, "abc", 3, 0, "192.0.2.255", 5000), 3);
	world_settle(w);
	for (u32 i = 0; i < 5; i++) {
		assert_int_equal(call_recv(w, 0, 0, rx[i], 10, MSG_DONTWAIT), 3);
		assert_int_equal(call_recv(w, 0, 0, rx[i], 10, MSG_DONTWAIT), -EAGAIN);
	}
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(ports_follow_the_random_number),
		cmocka_unit_test(ports_run_out),
		cmocka_unit_test(many_sockets_on_one_port),
		cmocka_unit_test(reuseport_spreads_flows),
		cmocka_unit_test(reader_waits_until_a_datagram_comes),
		cmocka_unit_test(reader_waits_no_longer_than_its_timeout),
		cmocka_unit_test(sender_waits_for_room),
		cmocka_unit_test(any_allocation_may_fail),
		cmocka_unit_test(broadcast_reaches_all),
	};

	return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
