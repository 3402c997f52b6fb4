// SPDX-License-Identifier: MIT
/* qdisc.h - struct Qdisc, and what the device layer asks of queueing disciplines.
 *
 * The implementations lie above, in sched/. LINUX: include/net/sch_generic.h.
 */
#ifndef REFSTACK_CORE_QDISC_H
#define REFSTACK_CORE_QDISC_H

#include "core/netdevice.h"
#include "core/ptr_ring.h"

enum {
	TCQ_F_BUILTIN = 1,
	TCQ_F_CAN_BYPASS = 4,
	TCQ_F_MQROOT = 8,
	TCQ_F_ONETXQUEUE = 0x10,
	TCQ_F_CPUSTATS = 0x20,
	TCQ_F_NOPARENT = 0x40,
	TCQ_F_NOLOCK = 0x100
};
/* LINUX: qdisc->state bits. */
enum {
	QDISC_STATE_SCHED = 1,
	QDISC_STATE_DEACTIVATED = 2,
	QDISC_STATE_MISSED = 4,
	QDISC_STATE_DRAINING = 8,
	QDISC_STATE_NON_EMPTY = QDISC_STATE_MISSED | QDISC_STATE_DRAINING
};
enum { PFIFO_FAST_BANDS = 3, DEV_TX_WEIGHT = 64 };

#define TC_H_ROOT 0xffffffffu

struct Qdisc_ops {
	const char *id;
	u32 static_flags;
	/* Both NULL: the device has no queue. */
	int (*enqueue)(struct sk_buff *skb, struct Qdisc *sch, struct sk_buff **to_free);
	struct sk_buff *(*dequeue)(struct Qdisc *sch);
	struct sk_buff *(*peek)(struct Qdisc *sch);
	int (*init)(struct Qdisc *sch);
	void (*reset)(struct Qdisc *sch);
	void (*destroy)(struct Qdisc *sch);
	void (*attach)(struct Qdisc *sch);
	void (*change)(struct Qdisc *sch, u32 limit);		     /* NULL: has no parameter */
	void (*change_tx_queue_len)(struct Qdisc *sch, u32 new_len); /* NULL: does not follow */
};

struct Qdisc {
	const struct Qdisc_ops *ops;
	struct net *net;
	struct netdev_queue *dev_queue;
	struct net_device *dev; /* NULL: noop */
	u32 flags, state, handle, parent, limit;
	u32 refcnt;
	bool running;		 /* LINUX: __QDISC_STATE2_RUNNING, for those with a root lock */
	struct spinlock lock;	 /* LINUX: qdisc_lock() */
	struct spinlock seqlock; /* who runs a NOLOCK one */
	u8 run_cpu;		 /* the CPU that held seqlock last */
	s32 owner;		 /* the CPU that is enqueueing, or -1 */
	struct Qdisc *next_sched;
	struct sk_buff_head gso_skb, skb_bad_txq;
	/* pfifo_fast; of pfifo the first */
	struct sk_buff_head band[PFIFO_FAST_BANDS];
	struct ptr_ring ring[PFIFO_FAST_BANDS];
	/* mq, between init and attach */
	struct Qdisc *child[XPS_QUEUES];
	u32 qlen, backlog;
	u64 bytes, packets;
	u32 drops, requeues, overlimits;
};

/* LINUX: struct qdisc_skb_cb. */
struct qdisc_skb_cb {
	u32 pkt_len; /* with the headers of all segments */
};

static inline u32 qdisc_pkt_len(const struct sk_buff *skb)
{
	return ((const struct qdisc_skb_cb *)(const void *)skb->cb)->pkt_len;
}
static inline bool nolock_qdisc_is_empty(const struct Qdisc *q)
{
	return (q->state & QDISC_STATE_NON_EMPTY) == 0;
}
static inline void qdisc_bstats_update(struct Qdisc *q, const struct sk_buff *skb)
{
	q->bytes += qdisc_pkt_len(skb);
	q->packets += skb->hd->gso_segs > 1 ? skb->hd->gso_segs : 1;
}

/* sched/sch_generic.c */
/* -ENOMEM: no room for the noop discipline that all devices of a net share. */
must_check int dev_init_scheduler(struct net_device *dev);
/* When the last device has gone. */
void noop_qdisc_free(struct net *net);
void dev_activate(struct net_device *dev);
void dev_deactivate(struct net_device *dev);
void dev_shutdown(struct net_device *dev);
void netdev_watchdog_up(struct net_device *dev); /* LINUX: __netdev_watchdog_up() */
bool sch_direct_xmit(struct sk_buff *skb, struct Qdisc *q, struct net_device *dev,
		     struct netdev_queue *txq, bool validate);
bool qdisc_is_running(const struct Qdisc *q);
bool qdisc_run_begin(struct Qdisc *q);
void qdisc_run_end(struct Qdisc *q);
void qdisc_run(struct Qdisc *q);       /* begin, work, end */
void qdisc_run_queue(struct Qdisc *q); /* LINUX: __qdisc_run() */
void qdisc_reset(struct Qdisc *q);
void qdisc_check(const struct Qdisc *q);

/* core/dev.c */
void netif_schedule(struct Qdisc *q); /* LINUX: __netif_schedule() */
/* For the CPU that was found running it, when it has come to its end already. */
void netif_schedule_on(struct Qdisc *q, u32 cpu);
/* Takes it off whichever CPU's output queue it waits in. */
void netif_unschedule(struct Qdisc *q);

/* LINUX: HARD_TX_LOCK(), HARD_TX_UNLOCK(). */
void hard_tx_lock(struct net_device *dev, struct netdev_queue *txq);
void hard_tx_unlock(struct net_device *dev, struct netdev_queue *txq);

#endif
