// SPDX-License-Identifier: MIT
/* test_dev.c - the device layer: queues by XPS and by hash, noqueue, backlog, NAPI, what comes in,
 * settings. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/sock.h"
#include "harness/unit/devfix.h"
#include "sched/sch_generic.h"
#include "uapi/errno.h"

/* --- the flow hash -------------------------------------------------------------------------------
 */

/* The keys as Linux x86-64 lays them out: 48 bytes are hashed of an IPv4 packet. */
static u32 hash_by_hand(struct fixture *f, u32 saddr, u32 daddr, u16 sport, u16 dport)
{
	u8 k[48] = { 0 };

	put_be16(k, ETH_P_IP);
	k[2] = 17;
	put_be16(k + 28, sport);
	put_be16(k + 30, dport);
	put_be32(k + 36, saddr);
	put_be32(k + 40, daddr);
	return (u32)siphash(k, sizeof(k), &f->net->flow_keys);
}

static void flow_hash_of_udp(void **state)
{
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	/* 192.0.2.1 and 192.0.2.2 as a little-endian machine reads them: the first is the smaller
	 * one. Ports 0x0100 and 7 read as 1 and 0x0700: in order, too.
	 */
	skb = udp_skb(&f, f.fake.dev, 1, 0x0100, 10);
	assert_int_equal(skb_get_hash(skb), hash_by_hand(&f, 0xc0000201, 0xc0000202, 0x0100, 7));
	assert_true(skb->l4_hash);
	assert_true(skb->sw_hash);
	consume_skb(skb);
	/* The other way round: the same flow. */
	skb = udp_skb(&f, f.fake.dev, 1, 7, 10);
	put_be32(skb->data + 26, 0xc0000202);
	put_be32(skb->data + 30, 0xc0000201);
	put_be16(skb->data + 36, 0x0100);
	assert_int_equal(skb_get_hash(skb), hash_by_hand(&f, 0xc0000201, 0xc0000202, 0x0100, 7));
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

static void flow_hash_of_others(void **state)
{
	struct fixture f;
	struct sk_buff *skb;
	u8 k[40] = { 0 };

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	/* A fragment has no ports, whichever it is. */
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 10);
	put_be16(skb->data + 20, 0x2000);
	assert_int_equal(skb_get_hash(skb), hash_by_hand(&f, 0xc0000201, 0xc0000202, 0, 0));
	assert_false(skb->l4_hash);
	consume_skb(skb);
	/* ARP has only its type. */
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 10);
	skb->protocol = cpu_to_be16(ETH_P_ARP);
	put_be16(k, ETH_P_ARP);
	assert_int_equal(skb_get_hash(skb), (u32)siphash(k, sizeof(k), &f.net->flow_keys));
	consume_skb(skb);
	/* A header that is cut off, or lies about its length, has only its type, too. */
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 10);
	put_be16(k, ETH_P_IP);
	skb_trim(skb, ETH_HLEN + 19);
	assert_int_equal(skb_get_hash(skb), (u32)siphash(k, sizeof(k), &f.net->flow_keys));
	consume_skb(skb);
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 10);
	skb->data[ETH_HLEN] = 0x44;
	assert_int_equal(skb_get_hash(skb), (u32)siphash(k, sizeof(k), &f.net->flow_keys));
	consume_skb(skb);
	/* DIVERGES(flow-outer-only): of IP in IP the outer header counts; IPv6 has only its type.
	 */
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 40);
	skb->data[ETH_HLEN + 9] = 4;
	skb_get_hash(skb);
	assert_false(skb->l4_hash);
	consume_skb(skb);
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 40);
	skb->protocol = cpu_to_be16(ETH_P_IPV6);
	put_be16(k, ETH_P_IPV6);
	assert_int_equal(skb_get_hash(skb), (u32)siphash(k, sizeof(k), &f.net->flow_keys));
	consume_skb(skb);
	unit_end(&f);
	fixture_down(&f);
}

/* --- the choice of the queue ---------------------------------------------------------------------
 */

static u16 picked(struct fixture *f, u32 cpu, u16 sport, struct sock *sk)
{
	struct sk_buff *skb;
	u16 queue;

	unit_begin_on(f, cpu);
	skb = udp_skb(f, f->fake.dev, 1, sport, 22);
	skb->sk = sk;
	queue = netdev_core_pick_tx(f->fake.dev, skb)->index;
	assert_int_equal(skb->queue_mapping, queue);
	skb->sk = NULL;
	consume_skb(skb);
	unit_end(f);
	return queue;
}

static void xps_goes_by_the_senders_cpu(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 4);
	fixture_fake(&f, 4, 1000);
	assert_int_equal(netif_set_xps_queue(f.fake.dev, 1u << 0, 3), 0);
	assert_int_equal(netif_set_xps_queue(f.fake.dev, 1u << 1 | 1u << 2, 1), 0);
	for (u16 port = 1; port < 50; port++) {
		assert_int_equal(picked(&f, 0, port, NULL), 3);
		assert_int_equal(picked(&f, 1, port, NULL), 1);
		assert_int_equal(picked(&f, 2, port, NULL), 1);
	}
	/* CPU 3 has no map: the hash. */
	assert_int_not_equal(picked(&f, 3, 1, NULL) << 8 | picked(&f, 3, 2, NULL) << 4 |
				     picked(&f, 3, 3, NULL),
			     0x111);
	/* Two queues for one CPU: the hash chooses among them. */
	assert_int_equal(netif_set_xps_queue(f.fake.dev, 1u << 0, 2), 0);
	for (u16 port = 1; port < 50; port++)
		assert_in_range(picked(&f, 0, port, NULL), 2, 3);
	/* A new mask takes the queue from CPUs that are not in it. */
	assert_int_equal(netif_set_xps_queue(f.fake.dev, 0, 3), 0);
	for (u16 port = 1; port < 50; port++)
		assert_int_equal(picked(&f, 0, port, NULL), 2);
	assert_int_equal(netif_set_xps_queue(f.fake.dev, 1, 4), -EINVAL);
	fixture_down(&f);
}

static void a_socket_keeps_its_queue(void **state)
{
	struct fixture f;
	struct sock sk = { .sk_tx_queue_mapping = -1, .common.skc_state = 7 };
	struct dst_entry *route =
		(struct dst_entry *)&f; /* that there is one, is all that counts */

	(void)state;
	fixture_up(&f, COST_JUDGE, 2);
	fixture_fake(&f, 4, 1000);
	netif_set_xps_queue(f.fake.dev, 1u << 0, 3);
	netif_set_xps_queue(f.fake.dev, 1u << 1, 1);
	/* Without a route of its own it does not remember. */
	assert_int_equal(picked(&f, 0, 1, &sk), 3);
	assert_int_equal(sk.sk_tx_queue_mapping, -1);
	sk.sk_dst_cache = route;
	assert_int_equal(picked(&f, 0, 1, &sk), 3);
	assert_int_equal(sk.sk_tx_queue_mapping, 3);
	assert_int_equal(picked(&f, 1, 1, &sk), 3);
	/* There is no such queue any more. */
	unit_begin(&f);
	assert_int_equal(netif_set_real_num_tx_queues(f.fake.dev, 2), 0);
	unit_end(&f);
	assert_int_equal(picked(&f, 1, 1, &sk), 1);
	assert_int_equal(sk.sk_tx_queue_mapping, 1);
	assert_int_equal(netif_set_real_num_tx_queues(f.fake.dev, 0), -EINVAL);
	assert_int_equal(netif_set_real_num_tx_queues(f.fake.dev, 5), -EINVAL);
	fixture_down(&f);
}

/* --- devices without a queue ---------------------------------------------------------------------
 */

static void noqueue_goes_straight_to_the_driver(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 0);
	assert_ptr_equal(f.fake.dev->qdisc->ops, &noqueue_qdisc_ops);
	assert_int_equal(send_one(&f, 1, 0), 0);
	assert_int_equal(f.fake.sent, 1);
	/* Nothing can wait: a stopped or busy driver is an error. */
	f.fake.busy_for = 1;
	assert_int_equal(send_one(&f, 2, 0), -ENETDOWN);
	unit_begin(&f);
	netif_tx_stop_queue(&f.fake.dev->tx[0]);
	unit_end(&f);
	assert_int_equal(send_one(&f, 3, 0), -ENETDOWN);
	assert_int_equal(f.fake.dev->stats.tx_dropped, 2);
	assert_int_equal(f.fake.sent, 1);
	fixture_down(&f);
}

static void a_device_may_not_send_to_itself(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 0);
	f.fake.resend = true;
	/* With a transmit lock: found at once. */
	send_one(&f, 1, 0);
	assert_int_equal(f.fake.sent, 1);
	assert_int_equal(f.fake.dev->stats.tx_dropped, 1);
	/* Without: by the depth. LINUX: XMIT_RECURSION_LIMIT 8. */
	f.fake.dev->lltx = true;
	f.fake.sent = 0;
	send_one(&f, 1, 0);
	assert_int_equal(f.fake.sent, 9);
	assert_int_equal(f.fake.dev->stats.tx_dropped, 2);
	fixture_down(&f);
}

/* --- in ------------------------------------------------------------------------------------------
 */

static void backlog_has_a_limit(void **state)
{
	struct fixture f;
	u32 limit;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	limit = (u32)f.net->sysctl.netdev_max_backlog;
	assert_int_equal(limit, 1000);
	unit_begin(&f);
	local_bh_disable(this_cpu(f.net));
	for (u32 i = 0; i < limit + 3; i++) {
		struct sk_buff *skb = udp_skb(&f, f.fake.dev, 1, 1000, 10);

		skb_reset_mac_header(skb);
		skb->protocol = cpu_to_be16(0x9999);
		/* LINUX: up to and including the limit plus one. */
		assert_int_equal(netif_rx(skb), i <= limit ? NET_RX_SUCCESS : NET_RX_DROP);
	}
	assert_int_equal(f.net->drops[DROP_CPU_BACKLOG], 2);
	assert_int_equal(f.h->softnet[0].dropped, 2);
	local_bh_enable(this_cpu(f.net));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.h->softnet[0].processed, limit + 1);
	assert_int_equal(f.net->drops[DROP_UNHANDLED_PROTO], limit + 1);
	assert_int_equal(f.fake.dev->stats.rx_dropped, limit + 3);
	assert_int_equal(f.h->softnet[0].input_queue_head, f.h->softnet[0].input_queue_tail);
	/* 64 a poll; one that has not finished waits for the next softirq, which is no squeeze. */
	assert_int_equal(f.h->cpu[0].softirqs[NET_RX_SOFTIRQ], (limit + 64) / 64);
	assert_int_equal(f.h->softnet[0].time_squeeze, 0);
	fixture_down(&f);
}

static void backlog_refuses_a_device_that_is_down(void **state)
{
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	skb = udp_skb(&f, f.fake.dev, 1, 1000, 10);
	dev_close(f.fake.dev);
	assert_int_equal(netif_rx(skb), NET_RX_DROP);
	assert_int_equal(f.net->drops[DROP_DEV_READY], 1);
	assert_int_equal(f.h->softnet[0].dropped, 0);
	unit_end(&f);
	fixture_down(&f);
}

/* An Ethernet frame as a driver hands it over: eth_type_trans() has been. */
static struct sk_buff *received(struct fixture *f, const u8 *frame, u32 len)
{
	struct sk_buff *skb = netdev_alloc_skb(f->fake.dev, len);

	assert_non_null(skb);
	memcpy(skb_put(skb, len), frame, len);
	skb->protocol = eth_type_trans(skb, f->fake.dev);
	return skb;
}

static u64 ip_seen(const struct fixture *f)
{
	return f->net->mib[IPSTATS_MIB_INPKTS];
}

static void vlan_tags(void **state)
{
	struct fixture f;
	u8 frame[128], tagged[128];
	u32 len = udp_frame(frame, 1000, 30);

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	memcpy(tagged, frame, 12);
	put_be16(tagged + 12, ETH_P_8021Q);
	memcpy(tagged + 16, frame + 12, len - 12);
	unit_begin(&f);
	/* Only a priority: taken off, and received. */
	put_be16(tagged + 14, 0xa000);
	netif_receive_skb(received(&f, tagged, len + 4));
	assert_int_equal(ip_seen(&f), 1);
	assert_int_equal(f.net->drops[DROP_OTHERHOST], 0);
	/* A VLAN: there is no device for it. */
	put_be16(tagged + 14, 5);
	netif_receive_skb(received(&f, tagged, len + 4));
	assert_int_equal(f.net->drops[DROP_OTHERHOST], 1);
	/* 802.1ad outside of 802.1Q, both without a number. */
	memmove(tagged + 20, tagged + 16, len - 12);
	put_be16(tagged + 12, ETH_P_8021AD);
	put_be16(tagged + 14, 0);
	put_be16(tagged + 16, ETH_P_8021Q);
	put_be16(tagged + 18, 0);
	memcpy(tagged + 20, frame + 12, len - 12);
	netif_receive_skb(received(&f, tagged, len + 8));
	assert_int_equal(ip_seen(&f), 2);
	/* Too short for a tag and the type behind it. */
	for (u32 cut = ETH_HLEN; cut < ETH_HLEN + 6; cut++)
		netif_receive_skb(received(&f, tagged, cut));
	assert_int_equal(f.net->drops[DROP_NOT_SPECIFIED], 6);
	unit_end(&f);
	fixture_down(&f);
}

static void unknown_types_are_counted(void **state)
{
	static const u16 types[] = { 0x0000, 0x0600, 0x0801, 0x86dd, 0x88cc, 0xffff };
	struct fixture f;
	u8 frame[128];
	u32 len = udp_frame(frame, 1000, 30);

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		put_be16(frame + 12, types[i]);
		netif_receive_skb(received(&f, frame, len));
		assert_int_equal(f.net->drops[DROP_UNHANDLED_PROTO], i + 1);
	}
	assert_int_equal(f.fake.dev->stats.rx_dropped, ARRAY_SIZE(types));
	unit_end(&f);
	fixture_down(&f);
}

/* --- NAPI ----------------------------------------------------------------------------------------
 */

struct poller {
	struct napi_struct napi;
	struct fixture *f;
	u32 waiting; /* packets that its card has */
	u32 polls;
	u32 completed, again;
	bool reschedule; /* an interrupt comes while it polls */
	u8 frame[128];
	u32 len;
	u32 order;
};
static u32 poll_order;

static int fake_poll(struct napi_struct *napi, int budget)
{
	struct poller *p = container_of(napi, struct poller, napi);
	int work = 0;

	p->polls++;
	p->order = ++poll_order;
	for (; work < budget && p->waiting > 0; work++, p->waiting--)
		assert_int_equal(napi_gro_receive(napi, received(p->f, p->frame, p->len)),
				 GRO_NORMAL);
	if (work == budget)
		return work;
	if (p->reschedule) {
		p->reschedule = false;
		assert_false(napi_schedule_prep(napi));
	}
	if (napi_complete_done(napi, work))
		p->completed++;
	else
		p->again++;
	return work;
}

static void poller_up(struct poller *p, struct fixture *f)
{
	memset(p, 0, sizeof(*p));
	p->f = f;
	p->len = udp_frame(p->frame, 1000, 30);
	netif_napi_add(f->fake.dev, &p->napi, fake_poll);
	assert_false(napi_schedule_prep(&p->napi)); /* not enabled yet */
	p->napi.state &= ~(u32)NAPI_STATE_MISSED;
	napi_enable(&p->napi);
}

static void poller_down(struct poller *p)
{
	napi_disable(&p->napi);
	netif_napi_del(&p->napi);
}

static void a_poll_ends_when_there_is_no_more(void **state)
{
	struct fixture f;
	struct poller p;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	poller_up(&p, &f);
	p.waiting = 5;
	assert_true(napi_schedule(&p.napi));
	assert_false(napi_schedule(&p.napi)); /* remembered */
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(p.polls, 2);
	assert_int_equal(p.again, 1);
	assert_int_equal(p.completed, 1);
	assert_int_equal(ip_seen(&f), 5);
	assert_int_equal(p.napi.state, 0);
	/* An interrupt during the poll: once more. */
	unit_begin(&f);
	p.reschedule = true;
	napi_schedule(&p.napi);
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(p.polls, 4);
	unit_begin(&f);
	poller_down(&p);
	unit_end(&f);
	fixture_down(&f);
}

/* DIVERGES(napi-disable): a poll that was asked for is called off. */
static void a_disabled_poller_is_left_alone(void **state)
{
	struct fixture f;
	struct poller p;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	poller_up(&p, &f);
	p.waiting = 5;
	local_bh_disable(this_cpu(f.net));
	assert_true(napi_schedule(&p.napi));
	napi_disable(&p.napi);
	assert_false(napi_schedule(&p.napi));
	local_bh_enable(this_cpu(f.net));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(p.polls, 0);
	unit_begin(&f);
	napi_enable(&p.napi);
	unit_end(&f);
	assert_int_equal(p.napi.state & NAPI_STATE_SCHED, 0);
	unit_begin(&f);
	napi_schedule(&p.napi);
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(ip_seen(&f), 5);
	unit_begin(&f);
	poller_down(&p);
	unit_end(&f);
	fixture_down(&f);
}

/* Eight packets go up together, and the rest when the poll is over. */
static void packets_go_up_in_batches(void **state)
{
	struct fixture f;
	struct poller p;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	poller_up(&p, &f);
	for (u32 i = 1; i <= 10; i++) {
		napi_gro_receive(&p.napi, received(&f, p.frame, p.len));
		assert_int_equal(p.napi.rx_count, i % 8);
		assert_int_equal(ip_seen(&f), i / 8 * 8);
	}
	gro_normal_list(&p.napi);
	assert_int_equal(ip_seen(&f), 10);
	poller_down(&p);
	unit_end(&f);
	fixture_down(&f);
}

static void polls_take_turns(void **state)
{
	struct fixture f;
	struct poller a, b;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	poller_up(&a, &f);
	poller_up(&b, &f);
	assert_int_not_equal(a.napi.napi_id, b.napi.napi_id);
	a.waiting = 1000;
	b.waiting = 70;
	napi_schedule(&a.napi);
	napi_schedule(&b.napi);
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(a.waiting + b.waiting, 0);
	assert_int_equal(b.polls, 2);
	assert_int_equal(a.polls, 16);
	assert_int_equal(ip_seen(&f), 1070);
	assert_true(a.order > b.order);
	assert_int_equal(f.h->softnet[0].time_squeeze, 0);
	unit_begin(&f);
	poller_down(&a);
	poller_down(&b);
	unit_end(&f);
	fixture_down(&f);
}

/* LINUX: netdev_budget 300: five polls of 64 are enough, the sixth device comes next time, and
 * first. */
static void a_softirq_has_a_budget(void **state)
{
	enum { POLLERS = 7 };
	struct fixture f;
	struct poller p[POLLERS];

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	poll_order = 0;
	for (u32 i = 0; i < POLLERS; i++) {
		poller_up(&p[i], &f);
		p[i].waiting = 64;
		napi_schedule(&p[i].napi);
	}
	unit_end(&f);
	world_settle(f.w);
	for (u32 i = 0; i < POLLERS; i++) {
		assert_int_equal(p[i].polls, 2);
		assert_int_equal(p[i].completed, 1);
	}
	assert_int_equal(f.h->softnet[0].time_squeeze, 1);
	/* First round 0 to 4, then 5 and 6, and the first five again behind them. */
	assert_int_equal(p[0].order, 8);
	assert_int_equal(p[4].order, 12);
	assert_int_equal(p[5].order, 13);
	assert_int_equal(p[6].order, 14);
	assert_int_equal(ip_seen(&f), POLLERS * 64);
	unit_begin(&f);
	for (u32 i = 0; i < POLLERS; i++)
		poller_down(&p[i]);
	unit_end(&f);
	fixture_down(&f);
}

/* GRO sums a checksum that the card has not: above nobody does it again. */
static void gro_validates_checksums_early(void **state)
{
	struct fixture f;
	struct poller p;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	poller_up(&p, &f);
	/* No checksum: none is needed. */
	skb = skb_get(received(&f, p.frame, p.len));
	napi_gro_receive(&p.napi, skb);
	assert_int_equal(skb->ip_summed, CHECKSUM_UNNECESSARY);
	consume_skb(skb);
	/* A wrong one is left for UDP to count. */
	put_be16(p.frame + 40, 0x1234);
	skb = skb_get(received(&f, p.frame, p.len));
	napi_gro_receive(&p.napi, skb);
	assert_int_equal(skb->ip_summed, CHECKSUM_NONE);
	consume_skb(skb);
	/* One bit of length more than there is: not looked at. */
	put_be16(p.frame + 40, 0);
	skb = skb_get(received(&f, p.frame, p.len + 4));
	napi_gro_receive(&p.napi, skb);
	assert_int_equal(skb->ip_summed, CHECKSUM_NONE);
	consume_skb(skb);
	gro_normal_list(&p.napi);
	poller_down(&p);
	unit_end(&f);
	fixture_down(&f);
}

static void a_packet_is_not_freed_with_interrupts_off(void **state)
{
	struct fixture f;
	u32 used;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	used = f.net->skb_pool.used;
	local_irq_save(this_cpu(f.net));
	dev_kfree_skb_any_reason(udp_skb(&f, f.fake.dev, 1, 1, 10), DROP_NOMEM);
	dev_kfree_skb_any_reason(udp_skb(&f, f.fake.dev, 2, 1, 10), DROP_CONSUMED);
	assert_int_equal(f.net->skb_pool.used, used + 2);
	local_irq_restore(this_cpu(f.net));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.net->skb_pool.used, used);
	assert_int_equal(f.net->drops[DROP_NOMEM], 1);
	fixture_down(&f);
}

/* --- settings ------------------------------------------------------------------------------------
 */

static struct net_device *named(struct fixture *f, const char *name, int *err)
{
	struct net_device *dev = alloc_netdev(f->net, name, 1);

	assert_non_null(dev);
	ether_setup(dev);
	dev->netdev_ops = f->fake.dev->netdev_ops;
	dev->needs_free_netdev = true;
	*err = register_netdevice(dev);
	if (*err != 0) {
		free_netdev(dev);
		return NULL;
	}
	return dev;
}

static void names_and_indices(void **state)
{
	static const char *const bad[] = { "",	  ".",	 "..",	"a/b",
					   "a b", "a:1", "a\n", "abcdefghijklmnop" };
	struct fixture f;
	struct net_device *dev;
	int err;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	assert_int_equal(dev_get_by_name(f.net, "lo")->ifindex, 1);
	assert_int_equal(dev_get_by_name(f.net, "eth0")->ifindex, 2);
	assert_int_equal(f.fake.dev->ifindex, 3);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_null(named(&f, bad[i], &err));
		assert_int_equal(err, -EINVAL);
	}
	assert_null(named(&f, "eth0", &err));
	assert_int_equal(err, -EEXIST);
	dev = named(&f, "abcdefghijklmno", &err);
	assert_int_equal(dev->ifindex, 4);
	assert_ptr_equal(dev_get_by_name(f.net, "abcdefghijklmno"), dev);
	assert_null(dev_get_by_name(f.net, "abcdefghijklm"));
	unregister_netdevice(dev);
	assert_null(dev_get_by_index(f.net, 4));
	/* An index is not given again soon. */
	for (s32 i = 5; i < NET_DEV_MAX; i++) {
		dev = named(&f, "x", &err);
		assert_int_equal(dev->ifindex, i);
		unregister_netdevice(dev);
	}
	dev = named(&f, "x", &err);
	assert_int_equal(dev->ifindex, 4);
	assert_null(dev_get_by_index(f.net, 0));
	assert_null(dev_get_by_index(f.net, -1));
	assert_null(dev_get_by_index(f.net, NET_DEV_MAX));
	unit_end(&f);
	fixture_down(&f);
}

static void mtu_and_address(void **state)
{
	static const u8 good[] = { 2, 0, 0, 0, 0, 9 }, multicast[] = { 3, 0, 0, 0, 0, 9 }, zero[6];
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	assert_int_equal(dev_set_mtu(f.fake.dev, 67), -EINVAL);
	assert_int_equal(dev_set_mtu(f.fake.dev, 68), 0);
	assert_int_equal(dev_set_mtu(f.fake.dev, 1501), -EINVAL);
	assert_int_equal(dev_set_mtu(f.fake.dev, 1500), 0);
	assert_int_equal(dev_set_mtu(f.net->loopback_dev, 0x80000000u), -EINVAL);
	assert_int_equal(dev_set_mtu(f.net->loopback_dev, 0x7fffffff), 0);
	assert_int_equal(dev_set_mac_address(f.fake.dev, good), -EBUSY); /* it is up */
	dev_close(f.fake.dev);
	assert_int_equal(dev_set_mac_address(f.fake.dev, multicast), -EADDRNOTAVAIL);
	assert_int_equal(dev_set_mac_address(f.fake.dev, good), 0);
	assert_int_equal(dev_set_mac_address(f.fake.dev, zero), -EADDRNOTAVAIL);
	assert_memory_equal(f.fake.dev->dev_addr, good, ETH_ALEN);
	assert_int_equal(dev_open(f.fake.dev), 0);
	unit_end(&f);
	fixture_down(&f);
}

static void closing_drops_what_waits(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 4, 1000);
	unit_begin(&f);
	for (u32 i = 0; i < 4; i++)
		netif_tx_stop_queue(&f.fake.dev->tx[i]);
	for (u16 port = 1; port < 100; port++)
		dev_queue_xmit(udp_skb(&f, f.fake.dev, port, port, 22));
	netif_tx_wake_all_queues(f.fake.dev); /* NET_TX has them on its list now */
	dev_close(f.fake.dev);
	assert_int_equal(f.net->skb_pool.used, 0);
	assert_int_equal(dev_open(f.fake.dev), 0);
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.fake.sent, 0);
	assert_int_equal(send_one(&f, 1, 0), 0);
	assert_int_equal(f.fake.sent, 1);
	fixture_down(&f);
}

static void loopback_comes_back(void **state)
{
	struct fixture f;
	struct sk_buff *skb;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	dev_open(f.net->loopback_dev);
	assert_ptr_equal(f.net->loopback_dev->qdisc->ops, &noqueue_qdisc_ops);
	skb = udp_skb(&f, f.net->loopback_dev, 1, 1000, 10);
	assert_int_equal(dev_queue_xmit(skb), 0);
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.net->loopback_dev->stats.rx_packets, 1);
	assert_int_equal(f.net->loopback_dev->stats.tx_bytes, 38);
	assert_int_equal(ip_seen(&f), 1);
	assert_int_equal(f.net->loopback_dev->mtu, 65536);
	fixture_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flow_hash_of_udp),
		cmocka_unit_test(flow_hash_of_others),
		cmocka_unit_test(xps_goes_by_the_senders_cpu),
		cmocka_unit_test(a_socket_keeps_its_queue),
		cmocka_unit_test(noqueue_goes_straight_to_the_driver),
		cmocka_unit_test(a_device_may_not_send_to_itself),
		cmocka_unit_test(backlog_has_a_limit),
		cmocka_unit_test(backlog_refuses_a_device_that_is_down),
		cmocka_unit_test(vlan_tags),
		cmocka_unit_test(unknown_types_are_counted),
		cmocka_unit_test(a_poll_ends_when_there_is_no_more),
		cmocka_unit_test(a_disabled_poller_is_left_alone),
		cmocka_unit_test(packets_go_up_in_batches),
		cmocka_unit_test(polls_take_turns),
		cmocka_unit_test(a_softirq_has_a_budget),
		cmocka_unit_test(gro_validates_checksums_early),
		cmocka_unit_test(a_packet_is_not_freed_with_interrupts_off),
		cmocka_unit_test(names_and_indices),
		cmocka_unit_test(mtu_and_address),
		cmocka_unit_test(closing_drops_what_waits),
		cmocka_unit_test(loopback_comes_back),
	};

	return cmocka_run_group_tests_name("dev", tests, NULL, NULL);
}
