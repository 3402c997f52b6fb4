// SPDX-License-Identifier: MIT
/* sch_fifo.c - pfifo: one queue, and no more than so many packets in it.
 *
 * Path: steps 8 and 9, when an administrator asks for it. Rules: LINUX: net/sched/sch_fifo.c.
 */
#include "sched/sch_generic.h"

static int pfifo_enqueue(struct sk_buff *skb, struct Qdisc *q, struct sk_buff **to_free)
{
	struct sk_buff_head *queue = &q->band[0];

	PATH_STEP(q->net, QDISC_ENQUEUE, q->dev_queue->index, skb->len);
	/* LINUX: sch->q.qlen: what was sent back counts, too. */
	if (q->qlen >= q->limit) {
		q->drops++;
		skb->next = *to_free;
		*to_free = skb;
		return NET_XMIT_DROP;
	}
	skb_queue_tail(queue, skb);
	q->backlog += qdisc_pkt_len(skb);
	q->qlen++;
	return NET_XMIT_SUCCESS;
}

static struct sk_buff *pfifo_dequeue(struct Qdisc *q)
{
	struct sk_buff *skb = skb_dequeue(&q->band[0]);

	if (skb == NULL)
		return NULL;
	assert(q->qlen > 0);
	assert(q->backlog >= qdisc_pkt_len(skb));
	q->backlog -= qdisc_pkt_len(skb);
	q->qlen--;
	qdisc_bstats_update(q, skb);
	return skb;
}

static struct sk_buff *pfifo_peek(struct Qdisc *q)
{
	return skb_peek(&q->band[0]);
}

/* Without room for even one packet none may pass by the queue either. */
static void pfifo_change(struct Qdisc *q, u32 limit)
{
	q->limit = limit;
	if (limit >= 1)
		q->flags |= TCQ_F_CAN_BYPASS;
	else
		q->flags &= ~(u32)TCQ_F_CAN_BYPASS;
}

static int pfifo_init(struct Qdisc *q)
{
	skb_queue_head_init(&q->band[0]);
	pfifo_change(q, q->dev->tx_queue_len);
	return 0;
}

static void pfifo_reset(struct Qdisc *q)
{
	skb_queue_purge_reason(&q->band[0], DROP_QUEUE_PURGE);
}

const struct Qdisc_ops pfifo_qdisc_ops = {
	.id = "pfifo",
	.enqueue = pfifo_enqueue,
	.dequeue = pfifo_dequeue,
	.peek = pfifo_peek,
	.init = pfifo_init,
	.reset = pfifo_reset,
	.change = pfifo_change,
};
