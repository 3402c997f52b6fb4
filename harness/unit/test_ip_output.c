// SPDX-License-Identifier: MIT
/* test_ip_output.c - whatever a program sends in whatever pieces comes out whole, at every MTU. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "ipv4/ip.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { DATA_MAX = 65507, FRAMES_MAX = 2000, PIECES_MAX = 6 };

static struct {
	u8 whole[70000]; /* IP payloads, put together */
	u32 frames, bytes, mtu;
	u16 id;
	bool last_seen;
} out;

static u8 data[DATA_MAX];

/* Fragments come in order, are as large as they may be, and carry one identification. */
static void take_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	const u8 *ip = frame + FRAME_ETH;
	u32 total = get_be16(ip + IPV4_TOT_LEN), hlen = ipv4_hlen(ip);
	u16 off = get_be16(ip + IPV4_FRAG_OFF);

	(void)ctx;
	(void)port;
	if (!outgoing || get_be16(frame + 12) != 0x0800)
		return;
	assert_true(total <= out.mtu);
	assert_int_equal(len, FRAME_ETH + total);
	assert_false(out.last_seen);
	assert_int_equal((off & IP_OFFSET) * 8u, out.bytes);
	assert_int_equal(naive_checksum(ip, hlen, 0), 0xffff);
	if (out.frames != 0)
		assert_int_equal(get_be16(ip + IPV4_ID), out.id);
	out.id = get_be16(ip + IPV4_ID);
	out.last_seen = (off & IP_MF) == 0;
	if (!out.last_seen) {
		assert_int_equal((total - hlen) % 8, 0);
		assert_true(total + 8 > out.mtu);
	}
	memcpy(out.whole + out.bytes, ip + hlen, total - hlen);
	out.bytes += total - hlen;
	out.frames++;
}

/* Cuts len bytes into pieces; all but the last are sent with MSG_MORE. */
static void send_pieces(struct world *w, int fd, struct rng *r, u32 len, const char *addr)
{
	u32 n = 1 + rng_below(r, PIECES_MAX), sent = 0;

	for (u32 i = 0; i < n; i++) {
		u32 piece = i + 1 < n ? rng_below(r, len - sent + 1) : len - sent;

		assert_int_equal(call_sendto(w, 0, 0, fd, data + sent, piece,
					     i + 1 < n ? MSG_MORE : 0, addr, 5000),
				 piece);
		sent += piece;
	}
}

static void whole_at_every_mtu(void **state)
{
	struct world *w = one_host_up(21);
	struct net_device *dev = dev_get_by_name(&w->host[0].net, "eth0");
	struct rng r;
	u64 features = dev->features;

	(void)state;
	rng_init(&r, 5, RNG_PROGRAM, 0);
	w->on_frame = take_frame;
	for (u32 trial = 0; trial < 1500; trial++) {
		u32 len = rng_below(&r, rng_below(&r, 4) != 0 ? 4000 : 20000), room, last;
		int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

		memset(&out, 0, sizeof(out));
		out.mtu = 68 + rng_below(&r, rng_below(&r, 2) != 0 ? 100 : 1433);
		last = out.mtu - IPV4_HLEN;
		room = last / 8 * 8;
		dev->mtu = out.mtu;
		/* A TAP has scatter-gather and no checksums; other cards differ. */
		dev->features = features & ~(NETIF_F_SG | NETIF_F_HW_CSUM);
		dev->features |= rng_below(&r, 2) != 0 ? NETIF_F_SG : 0;
		send_pieces(w, fd, &r, len, "192.0.2.2");
		world_settle(w);
		assert_true(out.last_seen);
		assert_int_equal(out.bytes, len + 8);
		assert_int_equal(out.frames,
				 1 + (len + 8 > last ? (len + 8 - last + room - 1) / room : 0));
		assert_memory_equal(out.whole + 8, data, len);
		assert_int_equal(get_be16(out.whole + 4), len + 8);
		assert_int_equal(udp_sum(out.whole, len + 8, (u32)HERE, (u32)PEER), 0xffff);
		assert_int_equal(call_close(w, 0, 0, fd), 0);
	}
	end_world(w);
}

/* Over lo, whose MTU makes large packets with pages. DIVERGES(sock-frag). */
static void whole_over_loopback(void **state)
{
	struct world *w = one_host_up(22);
	struct net_device *lo = w->host[0].net.loopback_dev;
	int rx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	struct rng r;

	(void)state;
	rng_init(&r, 6, RNG_PROGRAM, 0);
	assert_int_equal(call_bind(w, 0, 0, rx, "127.0.0.1", 5000), 0);
	for (u32 trial = 0; trial < 300; trial++) {
		u32 len =
			rng_below(&r, 3) != 0 ? rng_below(&r, DATA_MAX + 1) : rng_below(&r, 20000);
		int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

		lo->mtu = rng_below(&r, 3) != 0 ? 65536 : 1500 + rng_below(&r, 30000);
		send_pieces(w, fd, &r, len, "127.0.0.1");
		assert_int_equal(call_recv(w, 0, 0, rx, DATA_MAX, MSG_DONTWAIT), len);
		assert_memory_equal(world_umem(w, 0, SCENARIO_RECV, len), data, len);
		assert_int_equal(call_recv(w, 0, 0, rx, DATA_MAX, MSG_DONTWAIT), -EAGAIN);
		assert_int_equal(call_close(w, 0, 0, fd), 0);
	}
	end_world(w);
}

/* RFC 6864: within a moment no identification comes twice to one destination. */
static void identification_moves_on(void **state)
{
	struct world *w = one_host_up(23);
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	bool seen[65536] = { false };

	(void)state;
	w->on_frame = take_frame;
	for (u32 i = 0; i < 500; i++) {
		memset(&out, 0, sizeof(out));
		out.mtu = 1500;
		assert_int_equal(call_sendto(w, 0, 0, fd, data, 2000, 0, "192.0.2.2", 5000), 2000);
		world_settle(w);
		assert_int_equal(out.frames, 2);
		assert_false(seen[out.id]);
		seen[out.id] = true;
	}
	end_world(w);
}

/* A MTU below IPv4's minimum sends nothing. */
static void tiny_mtu(void **state)
{
	struct world *w = one_host_up(24);
	struct net_device *dev = dev_get_by_name(&w->host[0].net, "eth0");
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	dev->mtu = 67;
	assert_int_equal(call_sendto(w, 0, 0, fd, data, 10, 0, "192.0.2.2", 5000), -ENETUNREACH);
	dev->mtu = 1500;
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_at_every_mtu),
		cmocka_unit_test(whole_over_loopback),
		cmocka_unit_test(identification_moves_on),
		cmocka_unit_test(tiny_mtu),
	};

	for (u32 i = 0; i < DATA_MAX; i++)
		data[i] = (u8)(i * 13 + (i >> 8) * 5);
	return cmocka_run_group_tests_name("ip_output", tests, NULL, NULL);
}
