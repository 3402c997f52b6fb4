// SPDX-License-Identifier: MIT
/* sch_mq.c - the root of a device with several transmit queues: a discipline for each.
 *
 * It queues nothing itself: packets go to the child of the queue that was chosen for them.
 * Rules: LINUX: net/sched/sch_mq.c.
 */
#include "sched/sch_generic.h"
#include "uapi/errno.h"

static void mq_destroy(struct Qdisc *sch)
{
	for (u32 i = 0; i < XPS_QUEUES && sch->child[i] != NULL; i++)
		qdisc_put(sch->child[i]);
}

static int mq_init(struct Qdisc *sch)
{
	struct net_device *dev = sch->dev;

	if (sch->parent != TC_H_ROOT || dev->num_tx_queues < 2)
		return -EOPNOTSUPP;
	assert(dev->num_tx_queues <= XPS_QUEUES);
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		/* LINUX: get_default_qdisc_ops(): a queue that is not used yet gets the usual one.
		 */
		const struct Qdisc_ops *ops =
			i < dev->real_num_tx_queues ? default_qdisc_ops(dev) : &pfifo_fast_ops;
		struct Qdisc *q = qdisc_create_dflt(&dev->tx[i], ops, i + 1);

		if (q == NULL)
			return -ENOMEM; /* The caller destroys what there is. */
		q->flags |= TCQ_F_ONETXQUEUE | TCQ_F_NOPARENT;
		sch->child[i] = q;
	}
	sch->flags |= TCQ_F_MQROOT;
	return 0;
}

static void mq_attach(struct Qdisc *sch)
{
	for (u32 i = 0; i < sch->dev->num_tx_queues; i++) {
		qdisc_put(dev_graft_qdisc(sch->child[i]->dev_queue, sch->child[i]));
		sch->child[i] = NULL;
	}
}

const struct Qdisc_ops mq_qdisc_ops = {
	.id = "mq",
	.init = mq_init,
	.destroy = mq_destroy,
	.attach = mq_attach,
};
