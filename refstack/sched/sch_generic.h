// SPDX-License-Identifier: MIT
/* sch_generic.h - queueing disciplines: pfifo_fast, noqueue, mq, noop, and how they run. */
#ifndef REFSTACK_SCHED_SCH_GENERIC_H
#define REFSTACK_SCHED_SCH_GENERIC_H

#include "core/netdevice.h"

enum { TCQ_F_CAN_BYPASS = 1, TCQ_F_MQROOT = 2, TCQ_F_NOLOCK = 4, TCQ_F_ONETXQUEUE = 8, TCQ_F_BUILTIN = 16 };
/* LINUX: qdisc->state bits. */
enum { QDISC_STATE_SCHED = 1, QDISC_STATE_DEACTIVATED = 2, QDISC_STATE_MISSED = 4, QDISC_STATE_DRAINING = 8 };
enum { PFIFO_FAST_BANDS = 3, DEV_TX_WEIGHT = 64 };

struct Qdisc_ops {
	const char *id;
	int (*enqueue)(struct sk_buff *skb, struct Qdisc *sch, struct sk_buff **to_free);
	struct sk_buff *(*dequeue)(struct Qdisc *sch);
	struct sk_buff *(*peek)(struct Qdisc *sch);
	int (*init)(struct Qdisc *sch);
	void (*reset)(struct Qdisc *sch);
	void (*destroy)(struct Qdisc *sch);
	void (*attach)(struct Qdisc *sch);
};

struct Qdisc {
	const struct Qdisc_ops *ops;
	struct netdev_queue *dev_queue;
	struct net_device *dev;
	u32 flags, state, handle, parent, limit;
	bool running; /* LINUX: seqlock / qdisc_run_begin() */
	struct spinlock seqlock;
	struct Qdisc *next_sched;
	struct sk_buff_head gso_skb, skb_bad_txq;
	struct sk_buff_head band[PFIFO_FAST_BANDS];
	u32 qlen;
	u64 bytes, packets;
	u32 backlog, drops, requeues, overlimits;
};

extern const struct Qdisc_ops pfifo_fast_ops, noqueue_qdisc_ops, mq_qdisc_ops, noop_qdisc_ops;

struct Qdisc *qdisc_create_dflt(struct netdev_queue *q, const struct Qdisc_ops *ops, u32 parent);
void qdisc_destroy(struct Qdisc *q);
void dev_init_scheduler(struct net_device *dev);
void dev_activate(struct net_device *dev);
void dev_deactivate(struct net_device *dev);
bool sch_direct_xmit(struct sk_buff *skb, struct Qdisc *q, struct net_device *dev,
		     struct netdev_queue *txq, bool validate);
bool qdisc_run_begin(struct Qdisc *q);
void qdisc_run_end(struct Qdisc *q);
void qdisc_run(struct Qdisc *q);      /* begin, work, end */
void qdisc_run_queue(struct Qdisc *q); /* LINUX: __qdisc_run() */
void netif_schedule(struct Qdisc *q); /* LINUX: __netif_schedule() */
void qdisc_check(const struct Qdisc *q);

#endif
