// SPDX-License-Identifier: MIT
/* test_igb_world.c - the driver on the modelled card: two hosts, one cable, datagrams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/csum.h"
#include "driver/igb.h"
#include "harness/lib/scenario.h"

enum { AF_INET_ = 2, SOCK_DGRAM_ = 2, MSG_DONTWAIT_ = 0x40, PORT = 7 };

static struct world *w;
static int tx_fd, rx_fd;

static struct igb_adapter *adapter_of(u32 host)
{
	return igb_priv(w->port[host].nic->dev);
}

static void up(const struct limits *limits, enum cost_model cost, u32 cpus)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, limits, cost, cpus, 7);

	w = scenario_two_hosts_up(&cfg);
	scenario_checks_on(w);
	rx_fd = (int)call_socket(w, 1, 0, AF_INET_, SOCK_DGRAM_, 0);
	assert_int_equal(call_bind(w, 1, 0, rx_fd, "192.0.2.2", PORT), 0);
	tx_fd = (int)call_socket(w, 0, 0, AF_INET_, SOCK_DGRAM_, 0);
}

static void down(void)
{
	const char *which = "";

	for (u32 i = 0; i < 2; i++) {
		igb_check(adapter_of(i));
		assert_int_equal(w->host[i].dma->faults, 0);
	}
	world_check(w);
	world_exit(w);
	for (u32 i = 0; i < 2; i++)
		assert_int_equal(w->host[i].dma->live, 0);
	if (world_leaks(w, &which) != 0)
		fail_msg("left over in pool %s", which);
	scenario_free(w);
}

static void run_for(u64 ps)
{
	world_run_until(w, w->sim.now_ps + ps);
}

static s64 send_one(u32 len)
{
	u8 data[9000];

	assert_true(len <= sizeof(data));
	memset(data, (int)(len & 0xff), sizeof(data));
	return call_sendto(w, 0, 0, tx_fd, data, len, MSG_DONTWAIT_, "192.0.2.2", PORT);
}

/* The length of the next datagram, or -1. */
static s64 receive(void)
{
	s64 n = call_recv(w, 1, 0, rx_fd, 9000, MSG_DONTWAIT_);
	const u8 *got = w->host[1].process[0].umem + (SCENARIO_RECV - UMEM_BASE);

	for (s64 i = 0; i < n; i++)
		assert_int_equal(got[i], n & 0xff);
	return n < 0 ? -1 : n;
}

static void test_every_size_arrives(void **state)
{
	static const enum cost_model models[] = { COST_JUDGE, COST_CYCLES };

	(void)state;
	for (u32 m = 0; m < ARRAY_SIZE(models); m++) {
		up(&limits_test, models[m], 2);
		for (u32 len = 0; len < 3200; len += 23) {
			assert_int_equal(send_one(len), len);
			run_for(PS_PER_MS);
			assert_int_equal(receive(), len);
		}
		assert_int_equal(receive(), -1);
		assert_true(adapter_of(0)->num_q_vectors == 4);
		down();
	}
}

/* More than a ring, sent in no time: the queue stops, the discipline holds, the card catches up. */
static void test_burst_waits_for_room(void **state)
{
	u32 sent = 0, got = 0;

	(void)state;
	up(&limits_fuzz, COST_JUDGE, 1);
	assert_int_equal(send_one(1), 1); /* the neighbour gets known */
	run_for(PS_PER_MS);
	assert_int_equal(receive(), 1);
	/* As many as a receive buffer holds of frames that take half a page each: 212992 / 2304. */
	while (sent < 93 && send_one(64) == 64)
		sent++;
	assert_int_equal(sent, 93);
	assert_int_not_equal(w->port[0].nic->dev->tx[0].state, 0);
	for (u32 i = 0; i < 50; i++) {
		run_for(PS_PER_MS);
		while (receive() == 64)
			got++;
	}
	assert_int_equal(got, 93);
	assert_int_equal(w->port[0].nic->dev->tx[0].state, 0);
	down();
}

static void test_queues_of_every_number(void **state)
{
	(void)state;
	for (u32 cpus = 1; cpus <= 8; cpus++) {
		up(&limits_test, COST_CYCLES, cpus);
		assert_int_equal(adapter_of(0)->num_tx_queues, cpus);
		for (u32 i = 0; i < 20; i++) {
			int fd = (int)call_socket(w, 0, 0, AF_INET_, SOCK_DGRAM_, 0);

			assert_int_equal(call_sendto(w, 0, 0, fd, "\1", 1, 0, "192.0.2.2", PORT),
					 1);
			run_for(PS_PER_MS);
			assert_int_equal(receive(), 1);
			assert_int_equal(call_close(w, 0, 0, fd), 0);
		}
		down();
	}
}

static void set_mtu(u32 host, u32 mtu)
{
	host_config_begin(&w->host[host]);
	assert_int_equal(igb_set_ringparam(w->port[host].nic->dev, 64, 64), 0);
	assert_int_equal(dev_set_mtu(w->port[host].nic->dev, mtu), 0);
	host_config_end(&w->host[host]);
}

static void test_jumbo_frames(void **state)
{
	(void)state;
	up(&limits_test, COST_CYCLES, 1);
	set_mtu(0, 9000);
	set_mtu(1, 9000);
	run_for(5 * PS_PER_SEC);
	for (u32 len = 1; len <= 8901; len += 890) {
		assert_int_equal(send_one(len), len);
		run_for(PS_PER_MS);
		assert_int_equal(receive(), len);
	}
	down();
}

static void link_set(u32 host, bool up_)
{
	struct net_device *dev = w->port[host].nic->dev;

	host_config_begin(&w->host[host]);
	if (up_)
		assert_int_equal(dev_open(dev), 0);
	else
		dev_close(dev);
	host_config_end(&w->host[host]);
}

/* The rings go while frames are on their way, in both directions. */
static void test_down_in_the_middle(void **state)
{
	(void)state;
	up(&limits_test, COST_JUDGE, 2);
	for (u32 round = 0; round < 8; round++) {
		for (u32 i = 0; i < 40; i++)
			(void)send_one(1000);
		run_for(round * 3 * PS_PER_US);
		link_set(round & 1, false);
		assert_int_equal(w->host[round & 1].dma->live, 0);
		run_for(PS_PER_MS);
		while (receive() >= 0)
			;
		link_set(round & 1, true);
		must_config(w, round & 1, "ip route replace 192.0.2.0/24 dev eth0");
		run_for(6 * PS_PER_SEC);
	}
	while (receive() >= 0)
		;
	assert_int_equal(send_one(77), 77);
	run_for(2 * PS_PER_SEC);
	assert_int_equal(receive(), 77);
	down();
}

/* What the driver asked of the PHY's other pages meanwhile is of no consequence. */
static void test_cable_out_and_in(void **state)
{
	const struct net_device *dev;

	(void)state;
	up(&limits_test, COST_JUDGE, 2);
	dev = w->port[0].nic->dev;
	for (u32 round = 0; round < 3; round++) {
		run_for(5 * PS_PER_SEC);
		assert_true(netif_carrier_ok(dev));
		world_link(w, 0, false);
		run_for(PS_PER_SEC);
		assert_true(!netif_carrier_ok(dev));
		world_link(w, 0, true);
	}
	run_for(5 * PS_PER_SEC);
	assert_int_equal(send_one(77), 77);
	run_for(2 * PS_PER_SEC);
	assert_int_equal(receive(), 77);
	down();
}

/* One packet for the driver, three frames on the cable, with lengths and sums of their own. */
static void test_card_segments_datagrams(void **state)
{
	static const u8 headers[42] = {
		2,    0, 0,   0, 0, 2, 2,    0,	   0,  0,  0, 1, 8,   0, /* Ethernet */
		0x45, 0, 0,   0, 0, 1, 0,    0,	   64, 17, 0, 0, 192, 0,
		2,    1, 192, 0, 2, 2, 0x12, 0x34, 0,  7,  0, 0, 0,   0,
	};
	struct net *net;
	struct net_device *dev;
	struct sk_buff *skb;
	u8 *udp;

	(void)state;
	up(&limits_test, COST_CYCLES, 1);
	net = &w->host[0].net;
	dev = w->port[0].nic->dev;
	host_config_begin(&w->host[0]);
	local_bh_disable(&w->host[0].cpu[0]);
	skb = alloc_skb(net, 1024);
	memcpy(skb_put(skb, 42), headers, 42);
	memset(skb_put(skb, 250), 100, 200);
	memset(skb->data + 242, 50, 50);
	skb_set_network_header(skb, 14);
	skb_set_transport_header(skb, 34);
	udp = skb_transport_header(skb);
	put_be16(skb->data + 16, 278);
	put_be16(udp + 4, 258);
	put_be16(udp + 6, (u16)~csum_tcpudp_magic(load_be32(skb->data + 26),
						  load_be32(skb->data + 30), 258, 17, 0));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = 6;
	skb->hd->gso_size = 100;
	skb->hd->gso_segs = 3;
	assert_int_equal(dev->netdev_ops->ndo_start_xmit(skb, dev), NETDEV_TX_OK);
	local_bh_enable(&w->host[0].cpu[0]);
	host_config_end(&w->host[0]);
	run_for(PS_PER_MS);
	assert_int_equal(receive(), 100);
	assert_int_equal(receive(), 100);
	assert_int_equal(receive(), 50);
	assert_int_equal(receive(), -1);
	down();
}

/* Mappings and memory fail here and there: packets are lost, nothing else. */
static void test_faults_only_lose_packets(void **state)
{
	u32 got = 0;

	(void)state;
	up(&limits_fuzz, COST_CYCLES, 2);
	for (u32 i = 0; i < 600; i++) {
		if (i % 37 == 5)
			w->host[0].dma->fail_at = i % 5 + 1;
		if (i % 41 == 7)
			w->host[1].dma->fail_at = i % 3 + 1;
		if (i % 29 == 3)
			w->host[1].net.page_pool[0].fail_at = 1 + i % 4;
		if (i % 31 == 3)
			w->host[1].net.skb_pool.fail_at = 1 + i % 4;
		assert_int_equal(send_one(i % 1400), i % 1400);
		run_for(40 * PS_PER_US);
		while (receive() >= 0)
			got++;
	}
	run_for(5 * PS_PER_SEC); /* the watchdog's kick finds what was left over */
	while (receive() >= 0)
		got++;
	assert_in_range(got, 500, 599);
	down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size_arrives),
		cmocka_unit_test(test_burst_waits_for_room),
		cmocka_unit_test(test_queues_of_every_number),
		cmocka_unit_test(test_jumbo_frames),
		cmocka_unit_test(test_down_in_the_middle),
		cmocka_unit_test(test_cable_out_and_in),
		cmocka_unit_test(test_card_segments_datagrams),
		cmocka_unit_test(test_faults_only_lose_packets),
	};

	return cmocka_run_group_tests_name("igb_world", tests, NULL, NULL);
}
