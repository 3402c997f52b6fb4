// SPDX-License-Identifier: MIT
/* test_udp_offload.c - what only a card shows of large datagrams: it cuts them itself, its poll
 * puts them together for who asks, and a program's pages stay its own until they are on the wire.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "uapi/errno.h"
#include "uapi/errqueue.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { PORT = 5000, MSGHDR = 0x40000, IOVEC = 0x40100, CONTROL = 0x40200, CONTROL_BYTES = 256 };
enum { SO_EE_AT = 16, EE_ORIGIN = 4, EE_CODE = 6 };

static s64 sys_of(struct world *w, u32 host, u32 nr, const u64 arg[SYS_ARGS])
{
	s64 ret = 0;

	assert_true(world_call(w, host, 0, nr, arg, &ret));
	return ret;
}

static s64 setopt_of(struct world *w, u32 host, int fd, int level, int name, u32 value)
{
	const u64 arg[SYS_ARGS] = { (u64)fd, (u64)level, (u64)name, SCENARIO_ADDR, 4 };

	put_le32(world_umem(w, host, SCENARIO_ADDR, 4), value);
	return sys_of(w, host, SYS_NR_setsockopt, arg);
}

/* recvmsg() with room for control messages: what came, and their bytes in *control. */
static s64 recvmsg_of(struct world *w, u32 host, int fd, u32 flags, const u8 **control, u64 *len)
{
	const u64 arg[SYS_ARGS] = { (u64)fd, MSGHDR, flags | MSG_DONTWAIT };
	u8 *m = world_umem(w, host, MSGHDR, 56), *iov = world_umem(w, host, IOVEC, 16);
	s64 ret;

	memset(m, 0, 56);
	put_le64(iov, SCENARIO_RECV);
	put_le64(iov + 8, 65536);
	put_le64(m + 16, IOVEC);
	put_le64(m + 24, 1);
	put_le64(m + 32, CONTROL);
	put_le64(m + 40, CONTROL_BYTES);
	ret = sys_of(w, host, SYS_NR_recvmsg, arg);
	*control = world_umem(w, host, CONTROL, CONTROL_BYTES);
	*len = get_le64(m + 40);
	return ret;
}

/* Two hosts with cards; *tx of the first sends to *rx of the second. */
static struct world *cards_up(int *tx, int *rx, u64 seed)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_JUDGE, 1, seed);
	struct world *w = scenario_two_hosts_up(&cfg);

	scenario_checks_on(w);
	*rx = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	*tx = udp_socket(w);
	assert_int_equal(call_bind(w, 1, 0, *rx, "0.0.0.0", PORT), 0);
	assert_int_equal(call_connect(w, 0, 0, *tx, "192.0.2.2", PORT), 0);
	/* The neighbour is learned. */
	assert_int_equal(call_sendto(w, 0, 0, *tx, "x", 1, 0, "192.0.2.2", PORT), 1);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	assert_int_equal(call_recv(w, 1, 0, *rx, 10, MSG_DONTWAIT), 1);
	return w;
}

static void settle(struct world *w)
{
	world_run_until(w, w->sim.now_ps + PS_PER_SEC / 10);
}

static void send_bytes(struct world *w, int fd, u32 len, u32 flags)
{
	static u8 data[65536];

	for (u32 i = 0; i < len; i++)
		data[i] = (u8)(i * 7 + i / 251);
	assert_int_equal(call_sendto(w, 0, 0, fd, data, len, flags, "192.0.2.2", PORT), len);
}

/* The bytes of send_bytes() from `at` on. */
static void assert_bytes(struct world *w, u32 at, u32 len)
{
	const u8 *got = world_umem(w, 1, SCENARIO_RECV, len);

	for (u32 i = 0; i < len; i++)
		assert_int_equal(got[i], (u8)((at + i) * 7 + (at + i) / 251));
}

/* The card's segments are datagrams like any. */
static void card_cuts(void **state)
{
	int tx, rx;
	struct world *w = cards_up(&tx, &rx, 1);

	(void)state;
	assert_int_equal(host_setopt(w, tx, SOL_UDP, UDP_SEGMENT, 1000), 0);
	send_bytes(w, tx, 4500, 0);
	settle(w);
	for (u32 at = 0; at < 4500; at += 1000) {
		u32 len = at + 1000 <= 4500 ? 1000 : 500;

		assert_int_equal(call_recv(w, 1, 0, rx, 65536, MSG_DONTWAIT), len);
		assert_bytes(w, at, len);
	}
	assert_int_equal(call_recv(w, 1, 0, rx, 65536, MSG_DONTWAIT), -EAGAIN);
	end_world(w);
}

/* What is asked of one read: so many bytes, in pieces of so many (0: nothing is said of it). */
static void assert_read(struct world *w, int rx, u32 len, u32 piece)
{
	const u8 *control;
	u64 control_len;

	assert_int_equal(recvmsg_of(w, 1, rx, 0, &control, &control_len), len);
	if (piece == 0) {
		assert_int_equal(control_len, 0);
		return;
	}
	assert_int_equal(control_len, 24);
	assert_int_equal(get_le64(control), 20);
	assert_int_equal(get_le32(control + 8), SOL_UDP);
	assert_int_equal(get_le32(control + 12), UDP_GRO);
	assert_int_equal(get_le32(control + 16), piece);
}

/* The first one is interrupted for at once; those behind it wait for the next poll together. */
static void send_first(struct world *w, int tx)
{
	send_bytes(w, tx, 40, 0);
}

/* One poll's datagrams of one length become one, and the last may be shorter. */
static void poll_merges(void **state)
{
	int tx, rx;
	struct world *w = cards_up(&tx, &rx, 2);

	(void)state;
	assert_int_equal(setopt_of(w, 1, rx, SOL_UDP, UDP_GRO, 1), 0);
	assert_int_equal(host_setopt(w, tx, SOL_UDP, UDP_SEGMENT, 1000), 0);
	send_first(w, tx);
	send_bytes(w, tx, 4500, 0);
	settle(w);
	assert_read(w, rx, 40, 0);
	assert_read(w, rx, 4500, 1000);
	assert_bytes(w, 0, 4500);
	/* Behind a shorter one, and longer ones, others begin. */
	assert_int_equal(host_setopt(w, tx, SOL_UDP, UDP_SEGMENT, 100), 0);
	send_first(w, tx);
	send_bytes(w, tx, 250, 0);
	send_bytes(w, tx, 200, 0);
	settle(w);
	assert_read(w, rx, 40, 0);
	assert_read(w, rx, 250, 100);
	assert_read(w, rx, 200, 100);
	/* The same by single calls, whose identifications count on. */
	assert_int_equal(host_setopt(w, tx, SOL_UDP, UDP_SEGMENT, 0), 0);
	send_first(w, tx);
	send_bytes(w, tx, 100, 0);
	send_bytes(w, tx, 100, 0);
	send_bytes(w, tx, 50, 0);
	send_bytes(w, tx, 100, 0);
	send_bytes(w, tx, 100, 0);
	send_bytes(w, tx, 101, 0);
	settle(w);
	assert_read(w, rx, 40, 0);
	assert_read(w, rx, 250, 100);
	assert_read(w, rx, 200, 100);
	assert_read(w, rx, 101, 0);
	end_world(w);
}

/* Who has not asked gets them one by one, though others have. */
static void who_asks_gets(void **state)
{
	int tx, rx, other;
	struct world *w = cards_up(&tx, &rx, 3);

	(void)state;
	other = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(setopt_of(w, 1, other, SOL_UDP, UDP_GRO, 1), 0);
	assert_int_equal(host_setopt(w, tx, SOL_UDP, UDP_SEGMENT, 100), 0);
	send_first(w, tx);
	send_bytes(w, tx, 250, 0);
	settle(w);
	assert_read(w, rx, 40, 0);
	assert_read(w, rx, 100, 0);
	assert_read(w, rx, 100, 0);
	assert_read(w, rx, 50, 0);
	/* A datagram without a checksum is put together with none. */
	assert_int_equal(setopt_of(w, 1, rx, SOL_UDP, UDP_GRO, 1), 0);
	assert_int_equal(host_setopt(w, tx, SOL_UDP, UDP_SEGMENT, 0), 0);
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_NO_CHECK, 1), 0);
	send_first(w, tx);
	send_bytes(w, tx, 100, 0);
	send_bytes(w, tx, 100, 0);
	settle(w);
	assert_read(w, rx, 40, 0);
	assert_read(w, rx, 100, 0);
	assert_read(w, rx, 100, 0);
	end_world(w);
}

/* The program's pages go to the card: what it writes there meanwhile is what is sent; and when the
 * card is done with them it is told that nothing was copied.
 */
static void pages_are_shared(void **state)
{
	int tx, rx;
	struct world *w = cards_up(&tx, &rx, 4);
	const u8 *control, *ee;
	u64 len;

	(void)state;
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_ZEROCOPY, 1), 0);
	assert_int_equal(
		call_sendto(w, 0, 0, tx, "abcdefgh", 8, MSG_ZEROCOPY | MSG_MORE, "192.0.2.2", PORT),
		8);
	assert_int_equal(recvmsg_of(w, 0, tx, MSG_ERRQUEUE, &control, &len), -EAGAIN);
	memcpy(world_umem(w, 0, SCENARIO_DATA, 8), "ABCDEFGH", 8);
	assert_int_equal(call_sendto(w, 0, 0, tx, "xy", 2, 0, "192.0.2.2", PORT), 2);
	settle(w);
	assert_int_equal(call_recv(w, 1, 0, rx, 100, MSG_DONTWAIT), 10);
	assert_int_equal(recvmsg_of(w, 0, tx, MSG_ERRQUEUE, &control, &len), 0);
	ee = control + SO_EE_AT;
	assert_int_equal(get_le32(control + 12), IP_RECVERR);
	assert_int_equal(get_le32(ee), 0);
	assert_int_equal(ee[EE_ORIGIN], SO_EE_ORIGIN_ZEROCOPY);
	end_world(w);
}

/* A whole packet of pages: nothing of it is copied. */
static void nothing_is_copied(void **state)
{
	int tx, rx;
	struct world *w = cards_up(&tx, &rx, 5);
	const u8 *control;
	u64 len;

	(void)state;
	assert_int_equal(host_setopt(w, tx, SOL_SOCKET, SO_ZEROCOPY, 1), 0);
	send_bytes(w, tx, 1400, MSG_ZEROCOPY);
	assert_int_equal(recvmsg_of(w, 0, tx, MSG_ERRQUEUE, &control, &len), -EAGAIN);
	settle(w);
	assert_int_equal(call_recv(w, 1, 0, rx, 65536, MSG_DONTWAIT), 1400);
	assert_bytes(w, 0, 1400);
	assert_int_equal(recvmsg_of(w, 0, tx, MSG_ERRQUEUE, &control, &len), 0);
	assert_int_equal(control[SO_EE_AT + EE_ORIGIN], SO_EE_ORIGIN_ZEROCOPY);
	assert_int_equal(control[SO_EE_AT + EE_CODE], 0);
	assert_int_equal(recvmsg_of(w, 0, tx, MSG_ERRQUEUE, &control, &len), -EAGAIN);
	end_world(w);
}

/* A machine goes down while a call with MSG_ZEROCOPY waits: its note goes, too. */
static void waits_at_the_end(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_JUDGE, 1, 6);
	struct world *w = scenario_two_hosts_up(&cfg);
	int listener = (int)call_socket(w, 1, 0, AF_INET, SOCK_STREAM, 0);
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	u64 arg[SYS_ARGS] = { (u64)listener, 5 };

	(void)state;
	scenario_checks_on(w);
	assert_int_equal(call_bind(w, 1, 0, listener, "0.0.0.0", PORT), 0);
	assert_int_equal(sys_of(w, 1, SYS_NR_listen, arg), 0);
	put_sockaddr_in(world_umem(w, 0, SCENARIO_ADDR, 16), AF_INET, PORT, 0xc0000202);
	world_start(w, 0, 0, SYS_NR_connect, (u64[SYS_ARGS]){ (u64)fd, SCENARIO_ADDR, 16 });
	assert_int_equal(call_finish(w, 0, 0, PS_PER_SEC), 0);
	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_ZEROCOPY, 1), 0);
	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_SNDBUF, 5000), 0);
	world_start(w, 0, 0, SYS_NR_sendto,
		    (u64[SYS_ARGS]){ (u64)fd, SCENARIO_RECV, 200000, MSG_ZEROCOPY });
	settle(w);
	assert_int_equal(w->host[0].task[0].state, TASK_PARKED);
	assert_non_null(w->host[0].task[0].uarg);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(card_cuts),	     cmocka_unit_test(poll_merges),
		cmocka_unit_test(who_asks_gets),     cmocka_unit_test(pages_are_shared),
		cmocka_unit_test(nothing_is_copied), cmocka_unit_test(waits_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
