// SPDX-License-Identifier: MIT
/* test_tcp_bulk.c - a stream between two hosts arrives as it was sent, byte for byte, whichever
 * part of it is segmented, summed and merged by whom, and whatever the wire does; nothing is left.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { PORT = 5000, CHUNK = 65536, ROUNDS_MAX = 200000, TX_AT = SCENARIO_DATA };

static const struct variant {
	const char *name;
	enum world_dev_kind kind;
	const char *config; /* of both hosts */
	u32 bytes, chunk;
	u32 loss_ppm, dup_ppm, reorder_ppm, corrupt_ppm;
	bool judge;
} variants[] = {
	{ "cards", DEV_IGB, NULL, 3000000, CHUNK, 0, 0, 0, 0, false },
	{ "cards, small writes", DEV_IGB, NULL, 300000, 701, 0, 0, 0, 0, false },
	{ "cards without TSO", DEV_IGB, "ethtool -K eth0 tso off", 1000000, CHUNK, 0, 0, 0, 0,
	  false },
	{ "cards without GSO", DEV_IGB, "ethtool -K eth0 tso off gso off", 1000000, CHUNK, 0, 0, 0,
	  0, false },
	{ "cards without GRO", DEV_IGB, "ethtool -K eth0 gro off", 1000000, CHUNK, 0, 0, 0, 0,
	  false },
	{ "cards that do not sum", DEV_IGB, "ethtool -K eth0 tx off rx off", 1000000, CHUNK, 0, 0,
	  0, 0, false },
	{ "cards, one piece a packet", DEV_IGB, "ethtool -K eth0 sg off", 1000000, CHUNK, 0, 0, 0,
	  0, false },
	{ "cards, small MTU", DEV_IGB, "ip link set eth0 mtu 576", 500000, CHUNK, 0, 0, 0, 0,
	  false },
	{ "cards, large MTU", DEV_IGB, "ip link set eth0 mtu 9000", 3000000, CHUNK, 0, 0, 0, 0,
	  false },
	{ "cards, a bad wire", DEV_IGB, NULL, 1000000, CHUNK, 5000, 5000, 10000, 2000, false },
	{ "cards, a bad wire, small writes", DEV_IGB, NULL, 300000, 1999, 5000, 5000, 10000, 2000,
	  false },
	{ "TAPs", DEV_TAP, NULL, 1000000, CHUNK, 0, 0, 0, 0, true },
	{ "TAPs, a bad wire", DEV_TAP, NULL, 500000, CHUNK, 5000, 5000, 10000, 0, true },
	{ "TUNs, ECN", DEV_TUN, "sysctl -w net.ipv4.tcp_ecn=1", 500000, CHUNK, 3000, 0, 0, 0,
	  true },
};

/* The stream is a function of the place in it, with no period that a segment could have. */
static u8 byte_at(u64 at)
{
	u64 v = at * 0x9e3779b97f4a7c15ull;

	return (u8)(v >> 56 ^ v >> 40);
}

static s64 call(struct world *w, u32 host, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d };
	s64 ret = 0;

	assert_true(world_call(w, host, 0, nr, arg, &ret));
	return ret;
}

/* A connection from host 0 to host 1: descriptors of both ends. */
static void connection(struct world *w, int *tx, int *rx)
{
	int at = (int)call_socket(w, 1, 0, AF_INET, SOCK_STREAM, 0);

	assert_int_equal(call_bind(w, 1, 0, at, "0.0.0.0", PORT), 0);
	assert_int_equal(call(w, 1, SYS_NR_listen, (u64)at, 8, 0, 0), 0);
	*tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	if (call_connect(w, 0, 0, *tx, "192.0.2.2", PORT) == -EPARKED)
		assert_int_equal(call_finish(w, 0, 0, 100 * PS_PER_SEC), 0);
	world_run_until(w, w->sim.now_ps + 5 * PS_PER_SEC);
	*rx = (int)call(w, 1, SYS_NR_accept, (u64)at, 0, 0, 0);
	assert_true(*rx >= 0);
	assert_int_equal(call_close(w, 1, 0, at), 0);
}

static u64 send_some(struct world *w, int tx, u64 sent, const struct variant *v)
{
	u32 len = min_u32(v->chunk, (u32)(v->bytes - sent));
	u8 *to = world_umem(w, 0, TX_AT, CHUNK);
	s64 n;

	for (u32 i = 0; i < len; i++)
		to[i] = byte_at(sent + i);
	n = call(w, 0, SYS_NR_sendto, (u64)tx, TX_AT, len, MSG_DONTWAIT);
	assert_true(n > 0 || n == -EAGAIN);
	return n > 0 ? (u64)n : 0;
}

static u64 receive_some(struct world *w, int rx, u64 got)
{
	s64 n = call(w, 1, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, CHUNK, MSG_DONTWAIT);
	const u8 *from = world_umem(w, 1, SCENARIO_RECV, CHUNK);

	assert_true(n > 0 || n == -EAGAIN);
	if (n == -EAGAIN)
		return 0;
	for (s64 i = 0; i < n; i++)
		assert_int_equal(from[i], byte_at(got + (u64)i));
	return (u64)n;
}

static void run_variant(const struct variant *v)
{
	enum cost_model cost = v->judge ? COST_JUDGE : COST_CYCLES;
	struct world_cfg cfg = scenario_two_hosts(v->kind, &limits_test, cost, 1, 7);
	u64 sent = 0, got = 0;
	const char *which = "";
	struct world *w;
	int tx, rx;

	cfg.wire[0].loss_ppm = v->loss_ppm;
	cfg.wire[0].dup_ppm = v->dup_ppm;
	cfg.wire[0].reorder_ppm = v->reorder_ppm;
	cfg.wire[0].reorder_ps = 200 * PS_PER_US;
	cfg.wire[0].corrupt_ppm = v->corrupt_ppm;
	w = scenario_two_hosts_up(&cfg);
	scenario_checks_on(w);
	for (u32 i = 0; v->config != NULL && i < 2; i++)
		must_config(w, i, v->config);
	world_run_until(w, w->sim.now_ps + 5 * PS_PER_SEC);
	connection(w, &tx, &rx);
	for (u32 round = 0; got < v->bytes; round++) {
		if (round == ROUNDS_MAX)
			fail_msg("%s: %u of %u bytes", v->name, (u32)got, v->bytes);
		if (sent < v->bytes)
			sent += send_some(w, tx, sent, v);
		world_run_until(w, w->sim.now_ps + 100 * PS_PER_US);
		got += receive_some(w, rx, got);
	}
	assert_int_equal(sent, v->bytes);
	assert_int_equal(call_close(w, 0, 0, tx), 0);
	world_run_until(w, w->sim.now_ps + 100 * PS_PER_SEC);
	assert_int_equal(call(w, 1, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, CHUNK, 0), 0);
	assert_int_equal(call_close(w, 1, 0, rx), 0);
	world_run_until(w, w->sim.now_ps + 200 * PS_PER_SEC);
	world_check(w);
	world_exit(w);
	if (world_leaks(w, &which) != 0)
		fail_msg("%s: left over in pool %s", v->name, which);
	scenario_free(w);
}

static void test_variants(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(variants); i++) {
		print_message("%s\n", variants[i].name);
		run_variant(&variants[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_variants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
