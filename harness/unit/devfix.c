// SPDX-License-Identifier: MIT
/* devfix.c - see devfix.h. */
#include "harness/unit/devfix.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/csum.h"

static enum netdev_tx fake_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fake *fake = dev->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(dev, skb->queue_mapping);
	u32 len = skb->len;

	if (fake->busy_for > 0) {
		fake->busy_for--;
		return NETDEV_TX_BUSY;
	}
	assert(fake->sent < FAKE_LOG);
	fake->id[fake->sent] = skb->mark;
	fake->queue[fake->sent] = skb->queue_mapping;
	fake->more[fake->sent] = netdev_xmit_more(dev->net);
	fake->sent++;
	if (fake->resend) {
		dev_queue_xmit(skb);
		return NETDEV_TX_OK;
	}
	consume_skb(skb);
	if (fake->bql) {
		fake->bytes += len;
		netdev_tx_sent_queue(txq, len);
	}
	if (fake->stop_after != 0 && fake->sent >= fake->stop_after)
		netif_tx_stop_queue(txq);
	return NETDEV_TX_OK;
}

static void fake_timeout(struct net_device *dev, u32 queue)
{
	struct fake *fake = dev->priv;

	fake->timeouts++;
	fake->timed_out_queue = queue;
}

static const struct net_device_ops fake_ops = {
	.ndo_start_xmit = fake_xmit,
	.ndo_tx_timeout = fake_timeout,
	.ndo_set_mac_address = eth_mac_addr,
};

void fixture_up(struct fixture *f, enum cost_model cost, u32 cpus)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);

	memset(f, 0, sizeof(*f));
	cfg.cost = cost;
	cfg.cpus = cpus;
	f->w = scenario_new(&cfg);
	f->h = &f->w->host[0];
	f->net = &f->h->net;
	scenario_checks_on(f->w);
}

void fixture_down(struct fixture *f)
{
	const char *which = "";

	world_settle(f->w);
	world_check(f->w);
	world_exit(f->w);
	if (world_leaks(f->w, &which) != 0)
		fail_msg("left over in pool %s", which);
	scenario_free(f->w);
}

void fixture_fake(struct fixture *f, u32 queues, u32 tx_queue_len)
{
	struct net_device *dev;

	unit_begin(f);
	dev = alloc_netdev(f->net, "fake0", queues);
	assert_non_null(dev);
	ether_setup(dev);
	dev->tx_queue_len = tx_queue_len;
	dev->netdev_ops = &fake_ops;
	dev->features = NETIF_F_SG | NETIF_F_HW_CSUM;
	dev->priv = &f->fake;
	dev->needs_free_netdev = true;
	f->fake.dev = dev;
	assert_int_equal(register_netdevice(dev), 0);
	assert_int_equal(dev_open(dev), 0);
	unit_end(f);
}

void unit_begin_on(struct fixture *f, u32 cpu)
{
	cpu_unit_begin(&f->h->cpu[cpu], NULL);
}

void unit_begin(struct fixture *f)
{
	unit_begin_on(f, 0);
}

void unit_end(struct fixture *f)
{
	cpu_unit_end(f->h->running);
}

u32 udp_frame(u8 *to, u16 sport, u32 payload)
{
	u8 *ip = to + ETH_HLEN, *uh = ip + 20;

	memset(to, 0, ETH_HLEN + 28 + payload);
	memset(to, 0xff, ETH_ALEN);
	put_be16(to + 12, ETH_P_IP);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(28 + payload));
	ip[8] = 64;
	ip[9] = 17;
	put_be32(ip + 12, 0xc0000201);
	put_be32(ip + 16, 0xc0000202);
	put_be16(ip + 10, ip_compute_csum(ip, 20));
	put_be16(uh, sport);
	put_be16(uh + 2, 7);
	put_be16(uh + 4, (u16)(8 + payload));
	return ETH_HLEN + 28 + payload;
}

struct sk_buff *udp_skb(struct fixture *f, struct net_device *dev, u32 mark, u16 sport, u32 payload)
{
	u32 len = ETH_HLEN + 28 + payload;
	struct sk_buff *skb = alloc_skb(f->net, len + NET_SKB_PAD);

	assert_non_null(skb);
	skb_reserve(skb, NET_SKB_PAD);
	udp_frame(skb_put(skb, len), sport, payload);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, ETH_HLEN + 20);
	skb->protocol = cpu_to_be16(ETH_P_IP);
	skb->dev = dev;
	skb->mark = mark;
	return skb;
}

int send_one(struct fixture *f, u32 mark, u32 priority)
{
	struct sk_buff *skb;
	int rc;

	unit_begin(f);
	skb = udp_skb(f, f->fake.dev, mark, 1000, 22);
	skb->priority = priority;
	rc = dev_queue_xmit(skb);
	unit_end(f);
	world_settle(f->w);
	return rc;
}
