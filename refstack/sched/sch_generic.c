// SPDX-License-Identifier: MIT
/* sch_generic.c - running queueing disciplines; noop, noqueue and pfifo_fast; attaching the
 * default.
 *
 * Path: steps 8 and 9. Called by dev_xmit_skb() and net_tx_action(); calls dev_hard_start_xmit().
 * Rules: LINUX: net/sched/sch_generic.c, include/net/sch_generic.h.
 * DIVERGES(qdisc-inner-locks): gso_skb and skb_bad_txq have no lock of their own. Whoever touches
 * them runs the discipline, which is modelled.
 */
#include "sched/sch_generic.h"

#include "uapi/errno.h"

/* LINUX: sch_default_prio2band[]. */
enum { TC_PRIO_MAX = 15 };
static const u8 prio2band[TC_PRIO_MAX + 1] = { 1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 };

static struct netdev_queue *skb_get_tx_queue(const struct net_device *dev,
					     const struct sk_buff *skb)
{
	return netdev_get_tx_queue(dev, skb->queue_mapping);
}

static void qdisc_qstats_inc(struct Qdisc *q, const struct sk_buff *skb)
{
	q->backlog += qdisc_pkt_len(skb);
	q->qlen++;
}

static void qdisc_qstats_dec(struct Qdisc *q, const struct sk_buff *skb)
{
	assert(q->qlen > 0);
	assert(q->backlog >= qdisc_pkt_len(skb));
	q->backlog -= qdisc_pkt_len(skb);
	q->qlen--;
}

/* --- who may run it ------------------------------------------------------------------------------
 */

bool qdisc_is_running(const struct Qdisc *q)
{
	return (q->flags & TCQ_F_NOLOCK) != 0 ? q->seqlock.holder != 0 : q->running;
}

static bool seqlock_take(struct Qdisc *q)
{
	struct cpu *c = this_cpu(q->net);

	if (!spin_trylock(c, &q->seqlock))
		return false;
	q->run_cpu = (u8)c->id;
	return true;
}

bool qdisc_run_begin(struct Qdisc *q)
{
	if ((q->flags & TCQ_F_NOLOCK) == 0) {
		bool was = q->running;

		q->running = true;
		return !was;
	}
	if (seqlock_take(q))
		return true;
	if ((q->state & QDISC_STATE_MISSED) != 0)
		return false;
	q->state |= QDISC_STATE_MISSED;
	/* Who holds it sees MISSED at the end of its run. Another CPU's run lies on this one only
	 * in virtual time and has ended already: what it would then do is done for it.
	 */
	if (q->seqlock.holder == 0)
		netif_schedule_on(q, q->run_cpu);
	return false;
}

void qdisc_run_end(struct Qdisc *q)
{
	if ((q->flags & TCQ_F_NOLOCK) == 0) {
		q->running = false;
		return;
	}
	spin_unlock(this_cpu(q->net), &q->seqlock);
	if ((q->state & QDISC_STATE_MISSED) != 0)
		netif_schedule(q);
}

void qdisc_run(struct Qdisc *q)
{
	if (!qdisc_run_begin(q))
		return;
	qdisc_run_queue(q);
	qdisc_run_end(q);
}

/* The card's queue is stopped: its wake-up will schedule us, so MISSED need not stay; DRAINING says
 * that there is something in the queue all the same.
 */
static void qdisc_maybe_clear_missed(struct Qdisc *q, const struct netdev_queue *txq)
{
	PROBE(q->net, qdisc_maybe_clear_missed);

	q->state &= ~(u32)QDISC_STATE_MISSED;
	if (!netif_xmit_frozen_or_stopped(txq))
		q->state |= QDISC_STATE_MISSED;
	else
		q->state |= QDISC_STATE_DRAINING;
}

/* --- taking packets out --------------------------------------------------------------------------
 */

/* They were at the head of the queue and go back there, in their order. */
static void dev_requeue_skb(struct sk_buff *skb, struct Qdisc *q)
{
	struct sk_buff_head requeue;

	skb_queue_head_init(&requeue);
	while (skb != NULL) {
		struct sk_buff *next = skb->next;

		skb_queue_tail(&requeue, skb);
		q->requeues++;
		qdisc_qstats_inc(q, skb);
		skb = next;
	}
	skb_queue_splice_tail_init(&q->gso_skb, &requeue);
	skb_queue_splice_tail_init(&requeue, &q->gso_skb);
	if ((q->flags & TCQ_F_NOLOCK) != 0)
		q->state |= QDISC_STATE_MISSED;
	else
		netif_schedule(q);
}

/* The first of a queue, if the transmit queue it is for is open. */
static struct sk_buff *dequeue_if_open(struct Qdisc *q, struct sk_buff_head *list)
{
	struct sk_buff *skb = skb_peek(list);
	const struct netdev_queue *txq = skb_get_tx_queue(q->dev, skb);

	if (netif_xmit_frozen_or_stopped(txq)) {
		qdisc_maybe_clear_missed(q, txq);
		return NULL;
	}
	skb = skb_dequeue(list);
	qdisc_qstats_dec(q, skb);
	return skb;
}

/* As many as the byte limit of the card's queue lets in at once. */
static void try_bulk_dequeue_skb(struct Qdisc *q, struct sk_buff *skb,
				 const struct netdev_queue *txq, s32 *packets, s32 budget)
{
	s32 bytelimit = dql_avail(&txq->dql) - (s32)skb->len;
	s32 cnt = 0;

	while (bytelimit > 0) {
		struct sk_buff *nskb = q->ops->dequeue(q);

		if (nskb == NULL)
			break;
		bytelimit -= (s32)nskb->len;
		skb->next = nskb;
		skb = nskb;
		if (++cnt >= budget)
			break;
	}
	*packets += cnt;
	skb->next = NULL;
}

/* For a discipline in front of several transmit queues: while it stays the same one. */
static void try_bulk_dequeue_skb_slow(struct Qdisc *q, struct sk_buff *skb, s32 *packets)
{
	enum { BULK_MAX = 8 };
	u16 mapping = skb->queue_mapping;
	s32 cnt = 0;

	do {
		struct sk_buff *nskb = q->ops->dequeue(q);

		if (nskb == NULL)
			break;
		if (nskb->queue_mapping != mapping) {
			skb_queue_tail(&q->skb_bad_txq, nskb);
			qdisc_qstats_inc(q, nskb);
			break;
		}
		skb->next = nskb;
		skb = nskb;
	} while (++cnt < BULK_MAX);
	*packets += cnt;
	skb->next = NULL;
}

static struct sk_buff *dequeue_new(struct Qdisc *q, s32 *packets, s32 budget)
{
	const struct netdev_queue *txq = q->dev_queue;
	struct sk_buff *skb;

	if (!skb_queue_empty(&q->skb_bad_txq))
		skb = dequeue_if_open(q, &q->skb_bad_txq);
	else
		skb = q->ops->dequeue(q);
	if (skb == NULL)
		return NULL;
	if ((q->flags & TCQ_F_ONETXQUEUE) != 0)
		try_bulk_dequeue_skb(q, skb, txq, packets, budget);
	else
		try_bulk_dequeue_skb_slow(q, skb, packets);
	return skb;
}

/* What was sent back has been validated and goes first. */
static struct sk_buff *dequeue_skb(struct Qdisc *q, bool *validate, s32 *packets, s32 budget)
{
	struct sk_buff *skb;

	*packets = 1;
	*validate = skb_queue_empty(&q->gso_skb);
	if (*validate && (q->flags & TCQ_F_ONETXQUEUE) != 0 &&
	    netif_xmit_frozen_or_stopped(q->dev_queue)) {
		qdisc_maybe_clear_missed(q, q->dev_queue);
		return NULL;
	}
	skb = *validate ? dequeue_new(q, packets, budget) : dequeue_if_open(q, &q->gso_skb);
	TRACE(q->net, qdisc_dequeue, q->dev != NULL ? (u32)q->dev->ifindex : 0,
	      skb != NULL ? (u32)*packets : 0, q->handle, q->qlen,
	      q->dev_queue != NULL ? q->dev_queue->index : 0);
	return skb;
}

/* False: the card's queue is stopped or busy, and the packets are in the discipline again. */
bool sch_direct_xmit(struct sk_buff *skb, struct Qdisc *q, struct net_device *dev,
		     struct netdev_queue *txq, bool validate)
{
	PROBE(q->net, sch_direct_xmit);
	struct cpu *c = this_cpu(q->net);
	bool locked = (q->flags & TCQ_F_NOLOCK) == 0;
	int ret = NETDEV_TX_BUSY;
	bool again = false;

	PATH_STEP(q->net, DIRECT_XMIT, txq->index, skb->len);
	if (locked)
		spin_unlock(c, &q->lock);
	if (validate)
		skb = validate_xmit_skb_list(skb, dev, &again);
	if (skb != NULL) {
		hard_tx_lock(dev, txq);
		if (!netif_xmit_frozen_or_stopped(txq))
			skb = dev_hard_start_xmit(skb, dev, txq, &ret);
		else
			qdisc_maybe_clear_missed(q, txq);
		hard_tx_unlock(dev, txq);
	} else {
		ret = NETDEV_TX_OK;
	}
	if (locked)
		spin_lock(c, &q->lock);
	if (ret < NET_XMIT_MASK)
		return true;
	dev_requeue_skb(skb, q);
	return false;
}

static bool qdisc_restart(struct Qdisc *q, s32 *packets, s32 budget)
{
	bool validate;
	struct sk_buff *skb = dequeue_skb(q, &validate, packets, budget);

	if (skb == NULL)
		return false;
	return sch_direct_xmit(skb, q, q->dev, skb_get_tx_queue(q->dev, skb), validate);
}

void qdisc_run_queue(struct Qdisc *q)
{
	PROBE(q->net, qdisc_run_queue);
	/* LINUX: dev_tx_weight. */
	s32 quota = (s32)((u32)q->net->sysctl.dev_weight * (u32)q->net->sysctl.dev_weight_tx_bias);
	s32 packets;

	PATH_STEP(q->net, QDISC_RUN, q->dev_queue != NULL ? q->dev_queue->index : 0, q->backlog);
	while (qdisc_restart(q, &packets, quota)) {
		quota -= packets;
		if (quota > 0)
			continue;
		if ((q->flags & TCQ_F_NOLOCK) != 0)
			q->state |= QDISC_STATE_MISSED;
		else
			netif_schedule(q);
		break;
	}
}

/* --- the transmit watchdog -----------------------------------------------------------------------
 */

/* LINUX: round_jiffies(): whole seconds, a little apart on each CPU; rarely down. */
static u64 round_jiffies(struct net *net, u64 j)
{
	u64 original = j;
	u64 skew = this_cpu(net)->id * 3u;
	u64 rem;

	j += skew;
	rem = j % HZ;
	j = rem < HZ / 4 ? j - rem : j - rem + HZ;
	j -= skew;
	return time_after(j, net_jiffies(net)) ? j : original;
}

static void netif_freeze_queues(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = netdev_get_tx_queue(dev, i);

		spin_lock(this_cpu(dev->net), &txq->xmit_lock);
		txq->state |= QUEUE_STATE_FROZEN;
		spin_unlock(this_cpu(dev->net), &txq->xmit_lock);
	}
}

static void netif_unfreeze_queues(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = netdev_get_tx_queue(dev, i);

		txq->state &= ~(u32)QUEUE_STATE_FROZEN;
		netif_schedule_queue(txq);
	}
}

/* The first queue that has stood still for too long, or num_tx_queues; *oldest: since when one
 * stands. */
static u32 find_timed_out(const struct net_device *dev, u64 now, u64 *oldest)
{
	*oldest = now;
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		const struct netdev_queue *txq = netdev_get_tx_queue(dev, i);

		if (!netif_xmit_stopped(txq))
			continue;
		if (time_after(now, txq->trans_start_jif + dev->watchdog_timeo_jif))
			return i;
		if (time_after(*oldest, txq->trans_start_jif))
			*oldest = txq->trans_start_jif;
	}
	return dev->num_tx_queues;
}

static bool qdisc_tx_is_noop(const struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		if (dev->tx[i].qdisc != dev->net->noop_qdisc)
			return false;
	return true;
}

static void dev_watchdog(struct timer_list *t)
{
	struct net_device *dev = container_of(t, struct net_device, watchdog_timer);
	u64 oldest;
	u32 i;

	if (qdisc_tx_is_noop(dev) || (dev->state & LINK_STATE_PRESENT) == 0 ||
	    !netif_running(dev) || !netif_carrier_ok(dev))
		return;
	i = find_timed_out(dev, net_jiffies(dev->net), &oldest);
	if (i < dev->num_tx_queues) {
		netif_freeze_queues(dev);
		dev->netdev_ops->ndo_tx_timeout(dev, i);
		netif_unfreeze_queues(dev);
	}
	mod_timer(dev->net, t, round_jiffies(dev->net, oldest + dev->watchdog_timeo_jif));
}

void netdev_watchdog_up(struct net_device *dev)
{
	if (dev->netdev_ops->ndo_tx_timeout == NULL)
		return;
	if (dev->watchdog_timeo_jif == 0)
		dev->watchdog_timeo_jif = 5 * HZ;
	mod_timer(dev->net, &dev->watchdog_timer,
		  round_jiffies(dev->net, net_jiffies(dev->net) + dev->watchdog_timeo_jif));
}

/* --- noop and noqueue ----------------------------------------------------------------------------
 */

static void qdisc_drop(struct sk_buff *skb, struct sk_buff **to_free)
{
	skb->next = *to_free;
	*to_free = skb;
}

static int noop_enqueue(struct sk_buff *skb, struct Qdisc *q, struct sk_buff **to_free)
{
	(void)q;
	skb->dev->stats.tx_dropped++;
	qdisc_drop(skb, to_free);
	return NET_XMIT_CN;
}

static struct sk_buff *noop_dequeue(struct Qdisc *q)
{
	(void)q;
	return NULL;
}

const struct Qdisc_ops noop_qdisc_ops = {
	.id = "noop",
	.static_flags = TCQ_F_BUILTIN,
	.enqueue = noop_enqueue,
	.dequeue = noop_dequeue,
	.peek = noop_dequeue,
};

/* No enqueue: dev_queue_xmit() sends at once. A queue that wakes up runs its discipline all the
 * same. */
const struct Qdisc_ops noqueue_qdisc_ops = {
	.id = "noqueue",
	.dequeue = noop_dequeue,
	.peek = noop_dequeue,
};

/* --- pfifo_fast ----------------------------------------------------------------------------------
 */

static int pfifo_fast_enqueue(struct sk_buff *skb, struct Qdisc *q, struct sk_buff **to_free)
{
	PROBE(q->net, pfifo_fast_enqueue);
	u32 band = prio2band[skb->priority & TC_PRIO_MAX];

	PATH_STEP(q->net, QDISC_ENQUEUE, q->dev_queue->index, skb->len);
	if (!ptr_ring_produce(&q->ring[band])) {
		q->drops++;
		qdisc_drop(skb, to_free);
		return NET_XMIT_DROP;
	}
	skb_queue_tail(&q->band[band], skb);
	qdisc_qstats_inc(q, skb);
	return NET_XMIT_SUCCESS;
}

static struct sk_buff *pfifo_fast_consume(struct Qdisc *q)
{
	for (u32 band = 0; band < PFIFO_FAST_BANDS; band++) {
		if (skb_queue_empty(&q->band[band]))
			continue;
		ptr_ring_consume(&q->ring[band]);
		return skb_dequeue(&q->band[band]);
	}
	return NULL;
}

static struct sk_buff *pfifo_fast_dequeue(struct Qdisc *q)
{
	PROBE(q->net, pfifo_fast_dequeue);
	struct sk_buff *skb = pfifo_fast_consume(q);

	if (skb == NULL) {
		q->state &= ~(u32)QDISC_STATE_NON_EMPTY;
		return NULL;
	}
	qdisc_qstats_dec(q, skb);
	qdisc_bstats_update(q, skb);
	return skb;
}

static struct sk_buff *pfifo_fast_peek(struct Qdisc *q)
{
	for (u32 band = 0; band < PFIFO_FAST_BANDS; band++)
		if (!skb_queue_empty(&q->band[band]))
			return skb_peek(&q->band[band]);
	return NULL;
}

static int pfifo_fast_init(struct Qdisc *q)
{
	if (q->dev->tx_queue_len == 0)
		return -EINVAL;
	for (u32 band = 0; band < PFIFO_FAST_BANDS; band++) {
		skb_queue_head_init(&q->band[band]);
		ptr_ring_init(&q->ring[band], q->dev->tx_queue_len);
	}
	q->flags |= TCQ_F_CAN_BYPASS;
	return 0;
}

static void pfifo_fast_reset(struct Qdisc *q)
{
	for (struct sk_buff *skb = pfifo_fast_consume(q); skb != NULL; skb = pfifo_fast_consume(q))
		kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
}

/* A band that gets shorter keeps its oldest packets. */
static void pfifo_fast_change_tx_queue_len(struct Qdisc *q, u32 new_len)
{
	for (u32 band = 0; band < PFIFO_FAST_BANDS; band++) {
		struct sk_buff_head *list = &q->band[band];

		while (list->qlen > new_len) {
			struct sk_buff *skb = skb_dequeue_tail(list);

			q->qlen--;
			q->backlog -= qdisc_pkt_len(skb);
			kfree_skb(skb);
		}
		ptr_ring_init(&q->ring[band], new_len);
		q->ring[band].used = list->qlen;
	}
}

const struct Qdisc_ops pfifo_fast_ops = {
	.id = "pfifo_fast",
	.static_flags = TCQ_F_NOLOCK | TCQ_F_CPUSTATS,
	.enqueue = pfifo_fast_enqueue,
	.dequeue = pfifo_fast_dequeue,
	.peek = pfifo_fast_peek,
	.init = pfifo_fast_init,
	.reset = pfifo_fast_reset,
	.change_tx_queue_len = pfifo_fast_change_tx_queue_len,
};

/* --- making and attaching ------------------------------------------------------------------------
 */

static struct Qdisc *qdisc_alloc(struct net *net, struct netdev_queue *txq,
				 const struct Qdisc_ops *ops)
{
	struct Qdisc *q = pool_zalloc(&net->qdisc_pool);

	if (q == NULL)
		return NULL;
	skb_queue_head_init(&q->gso_skb);
	skb_queue_head_init(&q->skb_bad_txq);
	q->ops = ops;
	q->net = net;
	q->flags = ops->static_flags;
	q->dev_queue = txq;
	q->dev = txq != NULL ? txq->dev : NULL;
	q->owner = -1;
	q->refcnt = 1;
	return q;
}

struct Qdisc *qdisc_create_dflt(struct netdev_queue *txq, const struct Qdisc_ops *ops, u32 parent)
{
	struct Qdisc *q = qdisc_alloc(txq->dev->net, txq, ops);

	if (q == NULL)
		return NULL;
	q->parent = parent;
	if (ops->init == NULL || ops->init(q) == 0)
		return q;
	qdisc_put(q);
	return NULL;
}

void qdisc_reset(struct Qdisc *q)
{
	if (q->ops->reset != NULL)
		q->ops->reset(q);
	skb_queue_purge_reason(&q->gso_skb, DROP_QUEUE_PURGE);
	skb_queue_purge_reason(&q->skb_bad_txq, DROP_QUEUE_PURGE);
	q->qlen = 0;
	q->backlog = 0;
}

void qdisc_put(struct Qdisc *q)
{
	if ((q->flags & TCQ_F_BUILTIN) != 0)
		return;
	assert(q->refcnt > 0);
	if (--q->refcnt != 0)
		return;
	qdisc_reset(q);
	if (q->ops->destroy != NULL)
		q->ops->destroy(q);
	netif_unschedule(q);
	pool_free(&q->net->qdisc_pool, q);
}

struct Qdisc *dev_graft_qdisc(struct netdev_queue *txq, struct Qdisc *q)
{
	struct Qdisc *old = txq->qdisc_sleeping;

	txq->qdisc_sleeping = q;
	txq->qdisc = txq->dev->net->noop_qdisc;
	return old;
}

static bool netif_is_multiqueue(const struct net_device *dev)
{
	return dev->num_tx_queues > 1;
}

const struct Qdisc_ops *default_qdisc_ops(const struct net_device *dev)
{
	static const struct Qdisc_ops *const ops[] = { &pfifo_fast_ops, &pfifo_qdisc_ops,
						       &noqueue_qdisc_ops, &mq_qdisc_ops };

	assert(dev->net->sysctl.default_qdisc < ARRAY_SIZE(ops));
	return ops[dev->net->sysctl.default_qdisc];
}

static void attach_one_default_qdisc(struct net_device *dev, struct netdev_queue *txq)
{
	bool noqueue = (dev->priv_flags & IFF_NO_QUEUE) != 0;
	struct Qdisc *q = qdisc_create_dflt(
		txq, noqueue ? &noqueue_qdisc_ops : default_qdisc_ops(dev), TC_H_ROOT);

	if (q == NULL)
		return;
	if (!netif_is_multiqueue(dev))
		q->flags |= TCQ_F_ONETXQUEUE | TCQ_F_NOPARENT;
	txq->qdisc_sleeping = q;
}

static void attach_each(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		attach_one_default_qdisc(dev, &dev->tx[i]);
	dev->qdisc = dev->tx[0].qdisc_sleeping;
	dev->qdisc->refcnt++;
}

static void shutdown_scheduler_queues(struct net_device *dev)
{
	struct Qdisc *noop = dev->net->noop_qdisc;

	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		struct Qdisc *q = dev->tx[i].qdisc_sleeping;

		dev->tx[i].qdisc = noop;
		dev->tx[i].qdisc_sleeping = noop;
		qdisc_put(q);
	}
}

static void attach_default_qdiscs(struct net_device *dev)
{
	struct Qdisc *q;

	if (!netif_is_multiqueue(dev) || (dev->priv_flags & IFF_NO_QUEUE) != 0) {
		attach_each(dev);
	} else {
		q = qdisc_create_dflt(&dev->tx[0], &mq_qdisc_ops, TC_H_ROOT);
		if (q != NULL) {
			dev->qdisc = q;
			q->ops->attach(q);
		}
	}
	/* LINUX: no room for the default: then none at all. */
	if (dev->qdisc == dev->net->noop_qdisc) {
		u32 priv_flags = dev->priv_flags;

		shutdown_scheduler_queues(dev);
		dev->priv_flags |= IFF_NO_QUEUE;
		attach_each(dev);
		dev->priv_flags = priv_flags;
	}
}

void dev_activate(struct net_device *dev)
{
	if (dev->qdisc == dev->net->noop_qdisc)
		attach_default_qdiscs(dev);
	if (!netif_carrier_ok(dev))
		return; /* The carrier's arrival comes here again. */
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = &dev->tx[i];

		if ((txq->qdisc_sleeping->flags & TCQ_F_BUILTIN) == 0)
			txq->qdisc_sleeping->state &= ~(u32)QDISC_STATE_DEACTIVATED;
		txq->qdisc = txq->qdisc_sleeping;
		txq->trans_start_jif = net_jiffies(dev->net);
	}
	netdev_watchdog_up(dev);
}

/* LINUX: dev_reset_queue(). */
static void dev_reset_queue(struct Qdisc *q)
{
	struct cpu *c = this_cpu(q->net);
	bool nolock = (q->flags & TCQ_F_NOLOCK) != 0;
	struct spinlock *lock = nolock ? &q->seqlock : &q->lock;

	spin_lock_bh(c, lock);
	qdisc_reset(q);
	if (nolock)
		q->state &= ~(u32)QDISC_STATE_NON_EMPTY;
	spin_unlock_bh(c, lock);
}

void dev_deactivate(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = &dev->tx[i];

		if ((txq->qdisc->flags & TCQ_F_BUILTIN) == 0)
			txq->qdisc->state |= QDISC_STATE_DEACTIVATED;
		txq->qdisc = dev->net->noop_qdisc;
	}
	del_timer(&dev->watchdog_timer);
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		dev_reset_queue(dev->tx[i].qdisc_sleeping);
		/* LINUX: waits until NET_TX has been over it. */
		netif_unschedule(dev->tx[i].qdisc_sleeping);
	}
}

void noop_qdisc_free(struct net *net)
{
	assert(net->dev_count == 0);
	if (net->noop_qdisc == NULL)
		return;
	netif_unschedule(net->noop_qdisc);
	pool_free(&net->qdisc_pool, net->noop_qdisc);
	net->noop_qdisc = NULL;
}

int dev_init_scheduler(struct net_device *dev)
{
	struct net *net = dev->net;

	if (net->noop_qdisc == NULL)
		net->noop_qdisc = qdisc_alloc(net, NULL, &noop_qdisc_ops);
	if (net->noop_qdisc == NULL)
		return -ENOMEM;
	dev->qdisc = net->noop_qdisc;
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		dev->tx[i].qdisc = net->noop_qdisc;
		dev->tx[i].qdisc_sleeping = net->noop_qdisc;
	}
	timer_setup(&dev->watchdog_timer, dev_watchdog);
	return 0;
}

void dev_shutdown(struct net_device *dev)
{
	struct Qdisc *root = dev->qdisc;

	shutdown_scheduler_queues(dev);
	dev->qdisc = dev->net->noop_qdisc;
	qdisc_put(root);
	assert(!timer_pending(&dev->watchdog_timer));
}

void qdisc_check(const struct Qdisc *q)
{
	u32 held = q->gso_skb.qlen + q->skb_bad_txq.qlen;

	assert(q->refcnt > 0);
	assert(q->seqlock.holder == 0);
	assert(q->lock.holder == 0);
	assert(!q->running);
	if (q->ops == &pfifo_fast_ops) {
		for (u32 band = 0; band < PFIFO_FAST_BANDS; band++) {
			const struct ptr_ring *r = &q->ring[band];

			assert(r->used <= r->size);
			assert(r->used - r->taken == q->band[band].qlen);
			held += q->band[band].qlen;
		}
	}
	if (q->ops == &pfifo_qdisc_ops)
		held += q->band[0].qlen;
	/* INVARIANT: what is counted is there. */
	assert(q->qlen == held);
	assert((q->qlen == 0) == (q->backlog == 0));
	/* INVARIANT: a packet that waits is not forgotten: someone will run the discipline. */
	if (q->qlen != 0)
		assert(!nolock_qdisc_is_empty(q) || (q->state & QDISC_STATE_SCHED) != 0);
}
