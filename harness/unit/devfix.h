// SPDX-License-Identifier: MIT
/* devfix.h - a host with a device whose driver the test plays, for the tests of the device layer.
 */
#ifndef HARNESS_UNIT_DEVFIX_H
#define HARNESS_UNIT_DEVFIX_H

#include "core/qdisc.h"
#include "harness/lib/scenario.h"

enum { FAKE_LOG = 4096 };

/* The driver of dev: logs what it is given and frees it. */
struct fake {
	struct net_device *dev;
	u32 sent;
	u32 id[FAKE_LOG]; /* skb->mark, by which tests tell packets apart */
	u16 queue[FAKE_LOG];
	bool more[FAKE_LOG];
	u32 busy_for;	/* that many calls answer NETDEV_TX_BUSY */
	u32 stop_after; /* stops the queue when so many have been sent; 0 = never */
	bool bql;
	u32 bytes;   /* in flight, with bql */
	bool resend; /* hands each packet to dev_queue_xmit() again */
	u32 timeouts, timed_out_queue;
};

struct fixture {
	struct world *w;
	struct host *h;
	struct net *net;
	struct fake fake;
};

/* The world has one host with a TAP eth0 that is down, and lo. */
void fixture_up(struct fixture *f, enum cost_model cost, u32 cpus);
/* Unregisters what is there; nothing may be left in any pool. */
void fixture_down(struct fixture *f);
/* A device fake0 that is up, with so many transmit queues. */
void fixture_fake(struct fixture *f, u32 queues, u32 tx_queue_len);

/* Code of CPU 0, or of another one. */
void unit_begin(struct fixture *f);
void unit_begin_on(struct fixture *f, u32 cpu);
void unit_end(struct fixture *f);

/* An Ethernet frame with an IPv4 and a UDP header, from 192.0.2.1 port sport to 192.0.2.2 port 7.
 */
struct sk_buff *udp_skb(struct fixture *f, struct net_device *dev, u32 mark, u16 sport,
			u32 payload);
/* The same by bytes; returns the length. */
u32 udp_frame(u8 *to, u16 sport, u32 payload);
/* In a unit of its own on CPU 0, and then all that follows at this instant. */
int send_one(struct fixture *f, u32 mark, u32 priority);

#endif
