// SPDX-License-Identifier: MIT
/* test_diverges.c - deliberate differences from Linux that no module's own test shows: what they
 * are, and that they change no more than their comment says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/golden/check.h"
#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "ipv4/icmp.h"
#include "ipv4/udp.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum { FRAME_ROOM = 2000, PORT = 5000, UNKNOWN_PROTOCOL = 99, SHORTEST = 60 };

static struct {
	u8 frame[FRAME_ROOM];
	u32 len, count;
} last_out;

static void take_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	(void)ctx;
	(void)port;
	if (!outgoing || get_be16(frame + 12) != 0x0800)
		return;
	assert_true(len <= FRAME_ROOM);
	memcpy(last_out.frame, frame, len);
	last_out.len = len;
	last_out.count++;
}

static struct world *up(u64 seed)
{
	struct world *w = one_host_up(seed);

	memset(&last_out, 0, sizeof(last_out));
	w->on_frame = take_frame;
	return w;
}

/* An ICMP message of this type with 8 bytes after its header; its checksum is right. */
static u32 icmp_frame(u8 *f, u8 type, u32 saddr)
{
	u8 *icmp = f + FRAME_L4;

	memset(icmp, 0, 16);
	icmp[0] = type;
	put_be16(icmp + 4, 0x1234);
	put_be16(icmp + 2, (u16)~naive_checksum(icmp, 16, 0));
	return frame_ip(f, IPPROTO_ICMP, saddr, (u32)HERE, 16);
}

/* A SYN to a port that nobody has; its checksum is right. */
static u32 syn_frame(u8 *f, u32 saddr)
{
	const u32 pseudo = (saddr >> 16) + (saddr & 0xffff) + ((u32)HERE >> 16) +
			   ((u32)HERE & 0xffff) + IPPROTO_TCP + TCP_HLEN;
	u8 *th = f + FRAME_L4;

	memset(th, 0, TCP_HLEN);
	put_be16(th + TCP_SOURCE, PORT);
	put_be16(th + TCP_DEST, PORT);
	th[TCP_DOFF] = TCP_HLEN / 4 << 4;
	th[TCP_FLAG_BYTE] = TCPHDR_SYN;
	put_be16(th + TCP_CHECK, (u16)~naive_checksum(th, TCP_HLEN, pseudo));
	return frame_ip(f, IPPROTO_TCP, saddr, (u32)HERE, TCP_HLEN);
}

/* DIVERGES(cork-opt): the options of an answer are built from where icmp_reply() has them. The
 * recorded route comes back with this host's address in it, datagram after datagram.
 */
static void options_of_an_answer(void **state)
{
	static const u8 record_route[8] = { 7, 7, 4, 0, 0, 0, 0, 0 };
	struct world *w = up(1);
	u8 f[128], moved[128];

	(void)state;
	for (u32 i = 1; i <= 3; i++) {
		u32 len = icmp_frame(f, ICMP_ECHO, (u32)PEER);
		u8 *ip = moved + FRAME_ETH;

		memcpy(moved, f, FRAME_L4);
		memcpy(moved + FRAME_L4, record_route, 8);
		memcpy(moved + FRAME_L4 + 8, f + FRAME_L4, len - FRAME_L4);
		ip[IPV4_VIHL] = 0x47;
		put_be16(ip + IPV4_TOT_LEN, (u16)(len - FRAME_ETH + 8));
		put_be16(ip + IPV4_CHECK, 0);
		put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, 28, 0));
		inject(w, moved, len + 8);
		assert_int_equal(last_out.count, i);
		ip = last_out.frame + FRAME_ETH;
		assert_int_equal(ip[IPV4_VIHL], 0x47);
		assert_int_equal(ip[IPV4_HLEN], 7);
		assert_int_equal(ip[IPV4_HLEN + 2], 8);
		assert_int_equal(get_be32(ip + IPV4_HLEN + 3), (u32)HERE);
		assert_int_equal(last_out.frame[FRAME_L4 + 8], ICMP_ECHOREPLY);
	}
	end_world(w);
}

/* DIVERGES(icmp-one-sock), DIVERGES(tcp-one-sock): every CPU answers and resets, and none waits for
 * another's lock.
 */
static void every_cpu_answers(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, 2, 3);
	struct world *w = scenario_two_hosts_up(&cfg);
	struct net *net = &w->host[0].net;
	u8 f[128] = { 0 };

	(void)state;
	scenario_checks_on(w);
	must_config(w, 0,
		    "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0; "
		    "ip route add 10.0.0.0/8 via 192.0.2.2");
	for (u32 i = 0; i < 64; i++) {
		assert_true(icmp_frame(f, ICMP_ECHO, 0x0a000001 + i * 77) < SHORTEST);
		assert_true(world_inject(w, 0, f, SHORTEST));
		assert_true(syn_frame(f, 0x0a000001 + i * 77) <= SHORTEST);
		assert_true(world_inject(w, 0, f, SHORTEST));
	}
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	assert_true(w->host[0].softnet[0].processed > 0);
	assert_true(w->host[0].softnet[1].processed > 0);
	assert_int_equal(net->mib[ICMP_MIB_INECHOS], 64);
	assert_int_equal(net->mib[ICMP_MIB_OUTECHOREPS], 64);
	assert_int_equal(net->mib[TCP_MIB_OUTRSTS], 64);
	assert_int_equal(net->mib[TCP_MIB_CSUMERRORS], 0);
	end_world(w);
}

/* Linux: one that is heard is consumed; what is no message, and a report to us alone, is dropped.
 */
static void igmp_is_heard(void **state)
{
	static const struct {
		u8 type, len;
		u32 daddr;
		bool heard;
	} rows[] = {
		{ 0x11, 8, 0xe0000001, true },	 { 0x11, 12, 0xe0000001, true },
		{ 0x11, 10, 0xe0000001, false }, { 0x11, 4, 0xe0000001, false },
		{ 0x16, 8, 0xe0000001, true },	 { 0x12, 8, 0xe0000001, true },
		{ 0x16, 8, (u32)HERE, false },	 { 0x17, 8, 0xe0000001, false },
	};
	struct world *w = up(9);
	static const u8 all_hosts[6] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 };
	u64 *drops = &w->host[0].net.drops[DROP_NOT_SPECIFIED];
	u8 f[128];
	u32 len;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		for (u32 broken = 0; broken < 2; broken++) {
			u64 before = *drops;

			memset(f, 0, sizeof(f));
			f[FRAME_L4] = rows[i].type;
			/* The sum of all words but this one, with nothing else in them. */
			f[FRAME_L4 + 2] = (u8)(0xff - rows[i].type - broken);
			f[FRAME_L4 + 3] = 0xff;
			len = frame_ip(f, IPPROTO_IGMP, (u32)PEER, rows[i].daddr, rows[i].len);
			if (rows[i].daddr != (u32)HERE)
				memcpy(f, all_hosts, sizeof(all_hosts));
			inject(w, f, len);
			assert_int_equal(*drops - before, broken != 0 || !rows[i].heard);
		}
	}
	assert_int_equal(last_out.count, 0);
	end_world(w);
}

/* DIVERGES(raw-list): where a raw socket of the protocol is, nobody is told that it is unknown. */
static void raw_sockets_keep_silence(void **state)
{
	struct world *w = up(6);
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_RAW, UNKNOWN_PROTOCOL);
	u8 f[128] = { 0 };

	(void)state;
	assert_true(fd >= 0);
	inject(w, f, frame_ip(f, UNKNOWN_PROTOCOL, (u32)PEER, (u32)HERE, 20));
	assert_int_equal(last_out.count, 0);
	assert_int_equal(host_mib(w, IPSTATS_MIB_INDELIVERS), 1);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	inject(w, f, frame_ip(f, UNKNOWN_PROTOCOL, (u32)PEER, (u32)HERE, 20));
	assert_int_equal(last_out.count, 1);
	assert_int_equal(last_out.frame[FRAME_L4], ICMP_DEST_UNREACH);
	assert_int_equal(last_out.frame[FRAME_L4 + 1], ICMP_PROT_UNREACH);
	assert_int_equal(host_mib(w, IPSTATS_MIB_INUNKNOWNPROTOS), 1);
	end_world(w);
}

/* DIVERGES(udp-slots): connected sockets, far more than the table has slots: who shares a
 * slot with others is found, and nobody else gets the datagram.
 */
static void slots_that_sockets_share(void **state)
{
	enum { SOCKETS = 600, FIRST_PORT = 10000 };
	struct world *w = up(7);
	static int fd[SOCKETS];
	u8 f[128];

	(void)state;
	for (u32 i = 0; i < SOCKETS; i++) {
		fd[i] = udp_socket(w);
		assert_int_equal(call_bind(w, 0, 0, fd[i], "192.0.2.1", (u16)(FIRST_PORT + i)), 0);
		assert_int_equal(call_connect(w, 0, 0, fd[i], "192.0.2.2", 7), 0);
	}
	for (u32 i = 0; i < SOCKETS; i++) {
		put_be32(f + FRAME_L4 + 8, i);
		inject(w, f, frame_udp(f, (u32)PEER, 7, (u16)(FIRST_PORT + i), 4));
	}
	for (u32 i = 0; i < SOCKETS; i++) {
		assert_int_equal(call_recv(w, 0, 0, fd[i], 10, MSG_DONTWAIT), 4);
		assert_int_equal(get_be32(world_umem(w, 0, SCENARIO_RECV, 4)), i);
		assert_int_equal(call_recv(w, 0, 0, fd[i], 10, MSG_DONTWAIT), -EAGAIN);
	}
	end_world(w);
}

/* DIVERGES(udp-wait-unlocked): while one task waits for room for the first piece of a datagram,
 * another may use the socket; the datagram is whole in the end.
 */
static void a_sender_that_waits_holds_no_lock(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, 2, 9);
	struct world *w = scenario_two_hosts_up(&cfg);
	int rx = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0), tx = udp_socket(w);
	u64 arg[SYS_ARGS] = { (u64)tx, SCENARIO_RECV, 1000, MSG_DONTWAIT };

	(void)state;
	scenario_checks_on(w);
	assert_int_equal(call_bind(w, 1, 0, rx, "0.0.0.0", PORT), 0);
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_SNDBUF, 1), 0);
	assert_int_equal(call_connect(w, 0, 0, tx, "192.0.2.2", PORT), 0);
	for (s64 ret = 0; ret != -EAGAIN;)
		assert_true(world_call(w, 0, 0, SYS_NR_sendto, arg, &ret));
	arg[3] = MSG_MORE;
	world_start(w, 0, 1, SYS_NR_sendto, arg);
	while (w->host[0].task[1].state == TASK_QUEUED)
		assert_true(world_step(w));
	assert_int_equal(w->host[0].task[1].state, TASK_PARKED);
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_PRIORITY, 3), 0);
	assert_int_equal(call_finish(w, 0, 1, PS_PER_SEC), 1000);
	arg[3] = 0;
	world_start(w, 0, 1, SYS_NR_sendto, arg);
	assert_int_equal(call_finish(w, 0, 1, PS_PER_SEC), 1000);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	for (s64 ret = 0; ret != 2000;) {
		ret = call_recv(w, 1, 0, rx, 3000, MSG_DONTWAIT);
		assert_true(ret == 1000 || ret == 2000);
	}
	assert_int_equal(call_recv(w, 1, 0, rx, 3000, MSG_DONTWAIT), -EAGAIN);
	end_world(w);
}

/* DIVERGES(host-wheels), DIVERGES(host-neighbours), DIVERGES(call-again),
 * DIVERGES(neigh-gc-timer): a vector shows each; what no longer differs is no divergence any more.
 */
static void vectors_show_them(void **state)
{
	static const char *const path[] = { "vectors/host/timers-of-two.pkt",
					    "vectors/host/neighbours-of-two.pkt",
					    "harness/unit/diverges/call-again.pkt",
					    "vectors/nud/collected-when-idle.pkt" };
	const struct check_options o = { .name = "refstack" };
	struct dut_worlds *worlds = dut_worlds_new();

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(path); i++) {
		struct check_result r = check_file(path[i], &o, worlds);

		assert_int_equal(r.verdict, CHECK_EXPLAINED);
		check_result_free(&r);
	}
	dut_worlds_free(worlds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_an_answer),
		cmocka_unit_test(every_cpu_answers),
		cmocka_unit_test(igmp_is_heard),
		cmocka_unit_test(raw_sockets_keep_silence),
		cmocka_unit_test(slots_that_sockets_share),
		cmocka_unit_test(a_sender_that_waits_holds_no_lock),
		cmocka_unit_test(vectors_show_them),
	};

	return cmocka_run_group_tests_name("diverges", tests, NULL, NULL);
}
