// SPDX-License-Identifier: MIT
/* sch_generic.h - the queueing disciplines there are: pfifo_fast, noqueue, mq, pfifo, noop. */
#ifndef REFSTACK_SCHED_SCH_GENERIC_H
#define REFSTACK_SCHED_SCH_GENERIC_H

#include "core/qdisc.h"

extern const struct Qdisc_ops pfifo_fast_ops, noqueue_qdisc_ops, mq_qdisc_ops, noop_qdisc_ops,
	pfifo_qdisc_ops;

/* What net.core.default_qdisc names. */
const struct Qdisc_ops *default_qdisc_ops(const struct net_device *dev);
/* NULL: no room, or its init failed. */
struct Qdisc *qdisc_create_dflt(struct netdev_queue *q, const struct Qdisc_ops *ops, u32 parent);
void qdisc_put(struct Qdisc *q);
/* Returns the old one, of which the caller has to let go. */
struct Qdisc *dev_graft_qdisc(struct netdev_queue *txq, struct Qdisc *q);

#endif
