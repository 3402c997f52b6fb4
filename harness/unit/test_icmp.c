// SPDX-License-Identifier: MIT
/* test_icmp.c - how many errors leave; what the answers of test_udp do not tell. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "ipv4/icmp.h"
#include "ipv4/inetpeer.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { SENDERS = 200 };

static u32 errors_out;

static void take_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	(void)ctx;
	(void)port;
	if (outgoing && len > FRAME_L4 && get_be16(frame + 12) == 0x0800 &&
	    frame[FRAME_ETH + IPV4_PROTOCOL] == IPPROTO_ICMP) {
		check_frame(NULL, frame, len, true);
		errors_out++;
	}
}

/* Everybody else is behind the peer. */
static struct world *up(u64 seed)
{
	struct world *w = one_host_up(seed);

	must_config(w, 0, "ip route add default via 192.0.2.2");
	w->on_frame = take_frame;
	errors_out = 0;
	return w;
}

/* A datagram to a port where nobody listens. */
static void knock(struct world *w, u32 saddr)
{
	u8 f[64] = { 0 };

	inject(w, f, frame_udp(f, saddr, 7, 4000, 2));
}

/* The host's own limit: 50 at once, 1000 a second, when each costs what the tape says. */
static void global_limit(void **state)
{
	static u64 ones[SENDERS + 40];
	struct world *w = up(31);

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(ones); i++)
		ones[i] = 0x80; /* of 256: the middle third */
	random_tape(w->host[0].net.random, ones, ARRAY_SIZE(ones));
	for (u32 i = 0; i < SENDERS; i++)
		knock(w, 0x0a000001 + i);
	assert_int_equal(errors_out, 50);
	assert_int_equal(host_mib(w, ICMP_MIB_OUTRATELIMITGLOBAL), SENDERS - 50);
	assert_int_equal(host_mib(w, UDP_MIB_NOPORTS), SENDERS);
	/* Refilled in steps of 20 ms at least. */
	world_run_until(w, w->sim.now_ps + 19 * PS_PER_MS);
	knock(w, 0x0b000001);
	assert_int_equal(errors_out, 50);
	world_run_until(w, w->sim.now_ps + 2 * PS_PER_MS);
	for (u32 i = 0; i < 60; i++)
		knock(w, 0x0b000002 + i);
	assert_in_range(errors_out, 70, 71);
	end_world(w);
}

/* An error costs nought, one or two, by chance: so many senders see about fifty in all. */
static void global_limit_by_chance(void **state)
{
	(void)state;
	for (u64 seed = 40; seed < 48; seed++) {
		struct world *w = up(seed);

		for (u32 i = 0; i < SENDERS; i++)
			knock(w, 0x0a000001 + i);
		assert_in_range(errors_out, 30, 80);
		assert_int_equal(errors_out + host_mib(w, ICMP_MIB_OUTRATELIMITGLOBAL), SENDERS);
		end_world(w);
	}
}

/* One sender's limit: six at once, then one a second; the others are not concerned.
 * DIVERGES(icmp-peers): with more senders than the table holds the oldest begins anew.
 */
static void limit_of_one_sender(void **state)
{
	struct world *w = up(33);

	(void)state;
	for (u32 i = 0; i < 10; i++)
		knock(w, 0x0a000001);
	assert_int_equal(errors_out, 6);
	assert_int_equal(host_mib(w, ICMP_MIB_OUTRATELIMITHOST), 4);
	knock(w, 0x0a000002);
	assert_int_equal(errors_out, 7);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	knock(w, 0x0a000001);
	knock(w, 0x0a000001);
	assert_int_equal(errors_out, 8);
	for (u32 i = 0; i < INET_PEERS; i++) {
		world_run_until(w, w->sim.now_ps + PS_PER_SEC);
		knock(w, 0x0c000001 + i);
	}
	assert_int_equal(errors_out, 8 + INET_PEERS);
	end_world(w);
}

/* Switched off, in the knobs' words. */
static void knobs(void **state)
{
	struct world *w = up(34);

	(void)state;
	must_config(w, 0, "sysctl -w net.ipv4.icmp_ratemask=0");
	for (u32 i = 0; i < 100; i++)
		knock(w, 0x0a000001);
	assert_int_equal(errors_out, 100);
	must_config(
		w, 0,
		"sysctl -w net.ipv4.icmp_ratemask=6168; sysctl -w net.ipv4.icmp_ratelimit=0; "
		"sysctl -w net.ipv4.icmp_msgs_burst=10; sysctl -w net.ipv4.icmp_msgs_per_sec=0");
	for (u32 i = 0; i < 100; i++)
		knock(w, 0x0a000001);
	assert_int_equal(errors_out, 100);
	end_world(w);
}

/* Within the host there is no limit: each wrong port is told. */
static void no_limit_on_loopback(void **state)
{
	struct world *w = up(35);
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(call_connect(w, 0, 0, fd, "127.0.0.1", 4000), 0);
	for (u32 i = 0; i < 200; i++) {
		assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, NULL, 0), 1);
		assert_int_equal(call_recv(w, 0, 0, fd, 10, MSG_DONTWAIT), -ECONNREFUSED);
	}
	assert_int_equal(host_mib(w, ICMP_MIB_OUTDESTUNREACHS), 200);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(global_limit),		cmocka_unit_test(global_limit_by_chance),
		cmocka_unit_test(limit_of_one_sender),	cmocka_unit_test(knobs),
		cmocka_unit_test(no_limit_on_loopback),
	};

	return cmocka_run_group_tests_name("icmp", tests, NULL, NULL);
}
