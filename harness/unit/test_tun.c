// SPDX-License-Identifier: MIT
/* test_tun.c - TAP and TUN: frames of every length in and out, the ring's limit, what buffers are
 * charged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "harness/unit/devfix.h"
#include "sched/sch_generic.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

static struct net_device *create(struct fixture *f, bool tap)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 7 };
	struct net_device *dev;

	unit_begin(f);
	dev = tun_create(f->net, tap ? "tap1" : "tun1", tap, mac, NULL, NULL);
	assert_non_null(dev);
	assert_int_equal(dev_open(dev), 0);
	unit_end(f);
	return dev;
}

static int put(struct fixture *f, struct net_device *dev, const u8 *frame, u32 len)
{
	int ret;

	unit_begin(f);
	ret = tun_get_user(dev, frame, len);
	unit_end(f);
	world_settle(f->w);
	return ret;
}

static void what_the_devices_are(void **state)
{
	struct fixture f;
	struct net_device *tap, *tun;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	tap = create(&f, true);
	tun = create(&f, false);
	assert_int_equal(tap->type, ARPHRD_ETHER);
	assert_int_equal(tap->mtu, 1500);
	assert_int_equal(tap->max_mtu, 65521);
	assert_int_equal(tap->tx_queue_len, 1000);
	assert_int_equal(tun->tx_queue_len, 500);
	assert_int_equal(tap->flags, IFF_UP | IFF_BROADCAST | IFF_MULTICAST);
	assert_int_equal(tap->features & (NETIF_F_CSUM_MASK | NETIF_F_TSO), 0);
	assert_int_equal(tap->features & (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO),
			 NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO);
	assert_ptr_equal(tap->qdisc->ops, &pfifo_fast_ops);
	assert_int_equal(tun->type, ARPHRD_NONE);
	assert_int_equal(tun->hard_header_len, 0);
	assert_int_equal(tun->flags, IFF_UP | IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST);
	assert_int_equal(tun->max_mtu, 65535);
	fixture_down(&f);
}

static void frames_go_out_as_they_are(void **state)
{
	struct fixture f;
	struct net_device *tap;
	u8 want[128], got[128];
	u32 len = udp_frame(want, 1000, 1);

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	tap = create(&f, true);
	unit_begin(&f);
	assert_int_equal(tun_do_read(tap, got, sizeof(got)), -EAGAIN);
	assert_int_equal(dev_queue_xmit(udp_skb(&f, tap, 1, 1000, 1)), 0);
	assert_int_equal(dev_queue_xmit(udp_skb(&f, tap, 1, 1000, 1)), 0);
	/* No padding to 60 bytes. */
	assert_int_equal(tun_do_read(tap, got, sizeof(got)), len);
	assert_memory_equal(got, want, len);
	/* A short buffer loses the rest. */
	assert_int_equal(tun_do_read(tap, got, 20), 20);
	assert_int_equal(tun_do_read(tap, got, sizeof(got)), -EAGAIN);
	assert_int_equal(tap->stats.tx_packets, 2);
	assert_int_equal(tap->stats.tx_bytes, 2 * len);
	unit_end(&f);
	fixture_down(&f);
}

static void the_ring_has_1000_places(void **state)
{
	struct fixture f;
	struct net_device *tap;
	u8 got[128];

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	tap = create(&f, true);
	unit_begin(&f);
	for (u32 i = 0; i < 1002; i++)
		assert_int_equal(dev_queue_xmit(udp_skb(&f, tap, i, 1000, 22)), 0);
	assert_int_equal(f.net->drops[DROP_FULL_RING], 2);
	assert_int_equal(tap->stats.tx_dropped, 2);
	/* Room comes back sixteen at a time. */
	for (u32 i = 0; i < 15; i++)
		assert_int_equal(tun_do_read(tap, got, sizeof(got)), 64);
	dev_queue_xmit(udp_skb(&f, tap, 0, 1000, 22));
	assert_int_equal(f.net->drops[DROP_FULL_RING], 3);
	assert_int_equal(tun_do_read(tap, got, sizeof(got)), 64);
	for (u32 i = 0; i < 17; i++)
		dev_queue_xmit(udp_skb(&f, tap, 0, 1000, 22));
	assert_int_equal(f.net->drops[DROP_FULL_RING], 4);
	unit_end(&f);
	fixture_down(&f);
}

static void frames_of_every_length(void **state)
{
	static u8 frame[66000];
	struct fixture f;
	struct net_device *tap, *tun;
	u32 taken = 0;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	tap = create(&f, true);
	tun = create(&f, false);
	udp_frame(frame, 1000, 1400);
	for (u32 len = 0; len < 4300; len++) {
		int want = len < ETH_HLEN ? -EINVAL : (int)len;

		assert_int_equal(put(&f, tap, frame, len), want);
		taken += len >= ETH_HLEN;
		assert_int_equal(put(&f, tun, frame + ETH_HLEN, len),
				 len == 0 ? -EINVAL : (int)len);
	}
	assert_int_equal(tap->stats.rx_packets, taken);
	/* Too short is the caller's mistake, for a TAP; a TUN counts it. */
	assert_int_equal(tap->stats.rx_dropped, 0);
	assert_int_equal(tun->stats.rx_dropped, 1);
	assert_int_equal(put(&f, tap, frame, 65535), 65535);
	assert_int_equal(put(&f, tap, frame, 66000), 66000);
	fixture_down(&f);
}

static void tun_looks_at_the_version(void **state)
{
	struct fixture f;
	struct net_device *tun;
	u8 packet[64] = { 0 };

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	tun = create(&f, false);
	for (u32 version = 0; version < 16; version++) {
		bool ok = version == 4 || version == 6;

		packet[0] = (u8)(version << 4 | 5);
		assert_int_equal(put(&f, tun, packet, sizeof(packet)),
				 ok ? (int)sizeof(packet) : -EINVAL);
	}
	assert_int_equal(tun->stats.rx_dropped, 14 + 1); /* and nobody wants IPv6 */
	assert_int_equal(f.net->drops[DROP_UNHANDLED_PROTO], 1);
	fixture_down(&f);
}

static void down_is_an_error(void **state)
{
	struct fixture f;
	struct net_device *tap;
	u8 frame[128];
	u32 len = udp_frame(frame, 1000, 30);

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	tap = create(&f, true);
	unit_begin(&f);
	dev_close(tap);
	unit_end(&f);
	assert_int_equal(put(&f, tap, frame, len), -EIO);
	assert_int_equal(f.net->drops[DROP_DEV_READY], 1);
	assert_int_equal(tap->stats.rx_dropped, 1);
	assert_int_equal(put(&f, tap, frame, 13), -EINVAL);
	assert_int_equal(tap->stats.rx_dropped, 1);
	fixture_down(&f);
}

/* How many datagrams of a length go into a receive buffer, of 10000 and of 100000 bytes asked for:
 * what a frame is charged for decides. Measured on the judging kernel, of 300 written to a TAP and
 * to a TUN.
 */
static const struct {
	u32 len;
	u32 tap[2], tun[2];
} fit[] = {
	{ 0, { 29, 285 }, { 23, 224 } },   { 1, { 29, 285 }, { 23, 224 } },
	{ 2, { 29, 285 }, { 23, 224 } },   { 22, { 27, 261 }, { 23, 224 } },
	{ 23, { 27, 261 }, { 23, 224 } },  { 86, { 25, 241 }, { 23, 224 } },
	{ 87, { 25, 241 }, { 23, 224 } },  { 150, { 23, 224 }, { 23, 224 } },
	{ 151, { 23, 224 }, { 23, 224 } }, { 214, { 21, 209 }, { 23, 224 } },
	{ 278, { 20, 196 }, { 16, 157 } }, { 342, { 19, 184 }, { 16, 157 } },
	{ 406, { 18, 174 }, { 16, 157 } }, { 470, { 17, 165 }, { 16, 157 } },
	{ 534, { 16, 157 }, { 16, 157 } }, { 598, { 15, 149 }, { 16, 157 } },
	{ 662, { 15, 143 }, { 9, 87 } },   { 726, { 14, 136 }, { 9, 87 } },
	{ 790, { 14, 131 }, { 9, 87 } },   { 1000, { 12, 116 }, { 9, 87 } },
	{ 1472, { 10, 92 }, { 9, 87 } },   { 2000, { 8, 75 }, { 5, 46 } },
	{ 3000, { 6, 54 }, { 5, 46 } },	   { 3410, { 5, 49 }, { 5, 46 } },
	{ 3414, { 5, 46 }, { 5, 46 } },	   { 3415, { 5, 46 }, { 5, 46 } },
	{ 3478, { 5, 46 }, { 5, 46 } },	   { 3600, { 5, 46 }, { 5, 46 } },
	{ 3690, { 3, 24 }, { 3, 24 } },	   { 3700, { 3, 24 }, { 3, 24 } },
	{ 3900, { 3, 24 }, { 3, 24 } },	   { 4000, { 3, 24 }, { 3, 24 } },
	{ 5000, { 3, 24 }, { 3, 24 } },	   { 7000, { 3, 24 }, { 3, 24 } },
	{ 9000, { 2, 16 }, { 2, 16 } },	   { 13000, { 2, 13 }, { 2, 13 } },
	{ 20000, { 1, 10 }, { 1, 10 } },   { 40000, { 1, 5 }, { 1, 5 } },
	{ 60000, { 1, 4 }, { 1, 4 } },
};

static void set_rcvbuf(struct fixture *f, s64 fd, u32 bytes)
{
	u64 arg[SYS_ARGS] = { (u64)fd, SOL_SOCKET, SO_RCVBUF, SCENARIO_DATA, 4 };
	s64 ret;

	put_le32(world_umem(f->w, 0, SCENARIO_DATA, 4), bytes);
	assert_true(world_call(f->w, 0, 0, SYS_NR_setsockopt, arg, &ret));
	assert_int_equal(ret, 0);
}

static u32 how_many_fit(struct fixture *f, struct net_device *dev, s64 fd, u32 len, u32 rcvbuf)
{
	static u8 frame[66000];
	u32 l2 = dev->type == ARPHRD_ETHER ? 0 : ETH_HLEN;
	u32 bytes = udp_frame(frame, 9, len) - l2;
	u32 n = 0;

	set_rcvbuf(f, fd, rcvbuf);
	memcpy(frame, dev->dev_addr, ETH_ALEN);
	for (u32 i = 0; i < 300; i++)
		assert_int_equal(put(f, dev, frame + l2, bytes), (int)bytes);
	while (call_recv(f->w, 0, 0, (int)fd, 1, MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

static void receive_buffers_hold_as_much_as_the_judges(void **state)
{
	static const u32 rcvbuf[2] = { 10000, 100000 };

	(void)state;
	for (u32 tap = 0; tap < 2; tap++) {
		struct fixture f;
		struct net_device *dev;
		s64 fd;

		fixture_up(&f, COST_JUDGE, 1);
		dev = create(&f, tap != 0);
		must_config(f.w, 0,
			    tap != 0 ? "ip addr add 192.0.2.2/24 dev tap1"
				     : "ip addr add 192.0.2.2/24 dev tun1");
		must_config(f.w, 0, "sysctl net.ipv4.conf.all.rp_filter=0");
		fd = call_socket(f.w, 0, 0, AF_INET, SOCK_DGRAM, 0);
		assert_int_equal(call_bind(f.w, 0, 0, (int)fd, "0.0.0.0", 7), 0);
		for (u32 i = 0; i < ARRAY_SIZE(fit); i++)
			for (u32 b = 0; b < 2; b++)
				assert_int_equal(how_many_fit(&f, dev, fd, fit[i].len, rcvbuf[b]),
						 tap != 0 ? fit[i].tap[b] : fit[i].tun[b]);
		fixture_down(&f);
	}
}

static u32 seen_truesize;

static void note_truesize(void *ctx, struct sk_buff *skb)
{
	(void)ctx;
	seen_truesize = skb->truesize;
	consume_skb(skb);
}

static void no_memory(void **state)
{
	static u8 frame[5000];

	(void)state;
	udp_frame(frame, 1000, 1400);
	for (u32 len = 60; len <= 5000; len += 4940) {
		struct fixture f;
		struct net_device *tap;

		fixture_up(&f, COST_JUDGE, 1);
		tap = create(&f, true);
		f.net->skb_pool.fail_at = 1;
		assert_int_equal(put(&f, tap, frame, len), len == 60 ? -ENOMEM : -ENOBUFS);
		assert_int_equal(tap->stats.rx_dropped, 1);
		f.net->page_pool[0].fail_at = 1;
		assert_true(put(&f, tap, frame, len) < 0);
		assert_int_equal(tap->stats.rx_dropped, 2);
		assert_int_equal(put(&f, tap, frame, len), len);
		fixture_down(&f);
	}
}

static void a_reader_gets_each_frame_at_once(void **state)
{
	struct fixture f;
	struct net_device *dev;
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 7 };

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	unit_begin(&f);
	dev = tun_create(f.net, "tap1", true, mac, note_truesize, NULL);
	dev_open(dev);
	/* In one go: the ring's places are free again when the CPU is. */
	for (u32 i = 0; i < 1500; i++)
		dev_queue_xmit(udp_skb(&f, dev, 1, 1000, 22));
	assert_int_equal(dev->stats.tx_packets, 1000);
	assert_int_equal(dev->stats.tx_dropped, 500);
	assert_true(seen_truesize != 0);
	unit_end(&f);
	world_run_until(f.w, f.w->sim.now_ps);
	unit_begin(&f);
	dev_queue_xmit(udp_skb(&f, dev, 1, 1000, 22));
	assert_int_equal(dev->stats.tx_packets, 1001);
	/* Another length: the oldest stay, and there is room for so many. */
	dev->tx_queue_len = 3;
	tun_queue_resize(dev);
	for (u32 i = 0; i < 5; i++)
		dev_queue_xmit(udp_skb(&f, dev, 1, 1000, 22));
	assert_int_equal(dev->stats.tx_packets, 1004);
	/* A name that is taken. */
	assert_null(tun_create(f.net, "tap1", true, mac, NULL, NULL));
	unit_end(&f);
	fixture_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_devices_are),
		cmocka_unit_test(frames_go_out_as_they_are),
		cmocka_unit_test(the_ring_has_1000_places),
		cmocka_unit_test(frames_of_every_length),
		cmocka_unit_test(tun_looks_at_the_version),
		cmocka_unit_test(down_is_an_error),
		cmocka_unit_test(receive_buffers_hold_as_much_as_the_judges),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(a_reader_gets_each_frame_at_once),
	};

	return cmocka_run_group_tests_name("tun", tests, NULL, NULL);
}
