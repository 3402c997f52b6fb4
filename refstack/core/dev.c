// SPDX-License-Identifier: MIT
/* dev.c - the device-agnostic layer: out to a queue and its driver, in from a driver to the
 * protocols, NAPI.
 *
 * Path: steps 5 to 7, 9 and 10; 15; 106. Called by neighbours and by drivers; calls disciplines,
 * drivers' ndo_start_xmit and the protocols' packet types. Rules: LINUX: net/core/dev.c. How
 * devices come, go and are configured is in dev_cfg.c. Interrupts come in where time is charged and
 * nowhere else, so lists that a hard interrupt touches need no local_irq_save() around a few
 * assignments.
 */
#include "core/dst.h"
#include "core/gso.h"
#include "core/qdisc.h"
#include "core/sock.h"
#include "core/tx_tstamp.h"
#include "core/ubuf.h"
#include "uapi/errno.h"
#include "wire/tcp.h"

enum {
	XMIT_RECURSION_LIMIT = 8,
	NO_QUEUE_MAPPING = 0xffff,
	TCP_CHECK_OFFSET = 16,
	UDP_CHECK_OFFSET = 6,
	UDP_HDR_BYTES = 8,
};

struct softnet_data *this_softnet(const struct net *net)
{
	return &net->host->softnet[this_cpu(net)->id];
}

bool netdev_xmit_more(const struct net *net)
{
	return this_softnet(net)->xmit_more;
}

/* --- NET_TX --------------------------------------------------------------------------------------
 */

static void output_queue_add(struct softnet_data *sd, struct Qdisc *q)
{
	q->next_sched = NULL;
	*sd->output_queue_tailp = q;
	sd->output_queue_tailp = &q->next_sched;
	raise_softirq(sd->cpu, NET_TX_SOFTIRQ);
}

static void netif_reschedule(struct Qdisc *q)
{
	PROBE(q->net, netif_reschedule);

	output_queue_add(this_softnet(q->net), q);
}

void netif_schedule(struct Qdisc *q)
{
	if ((q->state & QDISC_STATE_SCHED) != 0)
		return;
	q->state |= QDISC_STATE_SCHED;
	netif_reschedule(q);
}

void netif_schedule_on(struct Qdisc *q, u32 cpu)
{
	if ((q->state & QDISC_STATE_SCHED) != 0)
		return;
	assert(cpu < q->net->host->nr_cpus);
	q->state |= QDISC_STATE_SCHED;
	output_queue_add(&q->net->host->softnet[cpu], q);
}

static bool output_queue_remove(struct softnet_data *sd, struct Qdisc *q)
{
	for (struct Qdisc **p = &sd->output_queue; *p != NULL; p = &(*p)->next_sched) {
		if (*p != q)
			continue;
		*p = q->next_sched;
		if (*p == NULL)
			sd->output_queue_tailp = p;
		return true;
	}
	return false;
}

void netif_unschedule(struct Qdisc *q)
{
	struct host *h = q->net->host;

	if ((q->state & QDISC_STATE_SCHED) == 0)
		return;
	for (u32 i = 0; i < h->nr_cpus; i++)
		if (output_queue_remove(&h->softnet[i], q))
			break;
	q->state &= ~(u32)QDISC_STATE_SCHED;
}

void netif_schedule_queue(struct netdev_queue *txq)
{
	PROBE(txq->dev->net, netif_schedule_queue);

	if (!netif_xmit_stopped(txq))
		netif_schedule(txq->qdisc);
}

/* A packet may not be freed with interrupts off: NET_TX does it. */
void dev_kfree_skb_any_reason(struct sk_buff *skb, enum drop_reason reason)
{
	struct cpu *c;
	struct softnet_data *sd;

	if (skb == NULL)
		return;
	c = this_cpu(skb->net);
	if (cpu_irqs_on(c)) {
		kfree_skb_reason(skb, reason);
		return;
	}
	if (skb->users > 1) {
		skb->users--;
		return;
	}
	sd = this_softnet(skb->net);
	skb->cb[0] = (u64)reason; /* LINUX: struct dev_kfree_skb_cb */
	skb->next = sd->completion_queue;
	sd->completion_queue = skb;
	raise_softirq(c, NET_TX_SOFTIRQ);
}

static void free_completed(struct softnet_data *sd)
{
	struct sk_buff *skb = sd->completion_queue;

	sd->completion_queue = NULL;
	while (skb != NULL) {
		struct sk_buff *next = skb->next;
		enum drop_reason reason = (enum drop_reason)skb->cb[0];

		skb->next = NULL;
		if (reason == DROP_CONSUMED)
			consume_skb(skb);
		else
			kfree_skb_reason(skb, reason);
		skb = next;
	}
}

static void run_scheduled(struct cpu *c, struct Qdisc *q)
{
	bool nolock = (q->flags & TCQ_F_NOLOCK) != 0;

	q->state &= ~(u32)QDISC_STATE_SCHED;
	if (nolock && (q->state & QDISC_STATE_DEACTIVATED) != 0)
		return;
	if (!nolock)
		spin_lock(c, &q->lock);
	qdisc_run(q);
	if (!nolock)
		spin_unlock(c, &q->lock);
}

void net_tx_action(struct cpu *c)
{
	PROBE_CPU(c, net_tx_action);
	struct softnet_data *sd = &c->host->softnet[c->id];
	struct Qdisc *head;

	PATH_STEP(&c->host->net, NET_TX_ACTION, 0, 0);
	free_completed(sd);
	head = sd->output_queue;
	sd->output_queue = NULL;
	sd->output_queue_tailp = &sd->output_queue;
	while (head != NULL) {
		struct Qdisc *q = head;

		head = q->next_sched;
		q->next_sched = NULL;
		run_scheduled(c, q);
	}
}

/* --- choosing the queue --------------------------------------------------------------------------
 */

static s32 sk_tx_queue_get(const struct sock *sk)
{
	/* A request has none. */
	if (sk == NULL || !sk_fullsock(sk) || sk->sk_tx_queue_mapping < 0 ||
	    sk->sk_tx_queue_mapping >= NO_QUEUE_MAPPING)
		return -1;
	return sk->sk_tx_queue_mapping;
}

/* By the CPU on which the packet first came to a device; -1: nothing is configured for it. */
static s32 get_xps_queue(const struct net_device *dev, struct sk_buff *skb)
{
	u32 sender_cpu = skb->napi_id - 1;
	const struct xps_map *map;
	u32 i = 0;

	assert(sender_cpu < CPU_MAX);
	map = &dev->xps_cpus[sender_cpu];
	if (map->len == 0)
		return -1;
	if (map->len > 1)
		i = reciprocal_scale(skb_get_hash(skb), map->len);
	return map->queues[i] < dev->real_num_tx_queues ? (s32)map->queues[i] : -1;
}

static u16 skb_tx_hash(const struct net_device *dev, struct sk_buff *skb)
{
	u32 qcount = dev->real_num_tx_queues;

	/* LINUX: skb_rx_queue_recorded(): it came in on this queue. */
	if (skb->queue_mapping != 0)
		return (u16)((skb->queue_mapping - 1u) % qcount);
	return (u16)reciprocal_scale(skb_get_hash(skb), qcount);
}

u16 netdev_pick_tx(struct net_device *dev, struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	s32 queue = sk_tx_queue_get(sk);
	s32 new_queue;

	if (queue >= 0 && !skb->ooo_okay && queue < (s32)dev->real_num_tx_queues)
		return (u16)queue;
	new_queue = get_xps_queue(dev, skb);
	if (new_queue < 0)
		new_queue = skb_tx_hash(dev, skb);
	/* A socket with a route keeps its queue, so that its packets stay in order. */
	if (queue != new_queue && sk != NULL && sk_fullsock(sk) && sk->sk_dst_cache != NULL)
		sk->sk_tx_queue_mapping = new_queue;
	return (u16)new_queue;
}

struct netdev_queue *netdev_core_pick_tx(struct net_device *dev, struct sk_buff *skb)
{
	PROBE(dev->net, netdev_core_pick_tx);
	u16 queue = 0;

	/* LINUX: skb->sender_cpu, which shares its place with napi_id. */
	if (skb->napi_id == 0 || skb->napi_id > NR_CPUS)
		skb->napi_id = this_cpu(dev->net)->id + 1;
	if (dev->real_num_tx_queues != 1)
		queue = netdev_pick_tx(dev, skb);
	/* LINUX: netdev_cap_txqueue(). */
	if (queue >= dev->real_num_tx_queues)
		queue = 0;
	skb->queue_mapping = queue;
	PATH_STEP(dev->net, PICK_TX, queue, skb->len);
	return netdev_get_tx_queue(dev, queue);
}

/* --- making a packet fit for its device ----------------------------------------------------------
 */

/* LINUX: skb_network_protocol(): the ethertype behind VLAN tags, of which there are none. */
be16 skb_network_protocol(const struct sk_buff *skb)
{
	PROBE(skb->net, skb_network_protocol);

	return skb->protocol;
}

bool can_checksum_protocol(u64 features, be16 protocol)
{
	if ((features & NETIF_F_HW_CSUM) != 0)
		return true;
	return be16_to_cpu(protocol) == ETH_P_IP && (features & NETIF_F_IP_CSUM) != 0;
}

/* LINUX: gso_features_check(): too many segments for the device, or too large a packet. */
static u64 gso_features_check(const struct sk_buff *skb, const struct net_device *dev, u64 features)
{
	if (skb->hd->gso_segs > dev->gso_max_segs || skb->len >= dev->gso_max_size ||
	    skb->hd->gso_type == 0)
		return features & ~NETIF_F_GSO_MASK;
	return features;
}

u64 netif_skb_features(struct sk_buff *skb)
{
	PROBE(skb->net, netif_skb_features);
	struct net_device *dev = skb->dev;
	u64 features = dev->features;
	be16 type;

	if (skb_is_gso(skb))
		features = gso_features_check(skb, dev, features);
	/* LINUX: vlan_features: of a tagged packet lo does nothing itself, others do all. */
	if (unlikely(eth_type_vlan(be16_to_cpu(skb->protocol))) && (dev->flags & IFF_LOOPBACK) != 0)
		features = 0;
	if (dev->netdev_ops->ndo_features_check != NULL)
		features &= dev->netdev_ops->ndo_features_check(skb, dev, features);
	/* LINUX: harmonize_features(). */
	type = skb_network_protocol(skb);
	if (skb->ip_summed != CHECKSUM_NONE && !can_checksum_protocol(features, type))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	return features;
}

int skb_csum_hwoffload_help(struct sk_buff *skb, u64 features)
{
	PROBE(skb->net, skb_csum_hwoffload_help);

	if ((features & NETIF_F_HW_CSUM) != 0)
		return 0;
	if ((features & NETIF_F_IP_CSUM) != 0 &&
	    (skb->csum_offset == TCP_CHECK_OFFSET || skb->csum_offset == UDP_CHECK_OFFSET))
		return 0;
	return skb_checksum_help(skb);
}

static struct sk_buff *validate_xmit_xfrm(struct sk_buff *skb)
{
	PROBE(skb->net, validate_xmit_xfrm);

	return skb; /* There is no IPsec. */
}

static bool skb_needs_linearize(const struct sk_buff *skb, u64 features)
{
	return skb_is_nonlinear(skb) &&
	       ((skb_has_frag_list(skb) && (features & NETIF_F_FRAGLIST) == 0) ||
		(skb->hd->nr_frags != 0 && (features & NETIF_F_SG) == 0));
}

/* LINUX: netif_needs_gso(). */
static bool netif_needs_gso(const struct sk_buff *skb, u64 features)
{
	return skb_is_gso(skb) &&
	       (!skb_gso_ok(skb, features) ||
		(skb->ip_summed != CHECKSUM_PARTIAL && skb->ip_summed != CHECKSUM_UNNECESSARY));
}

/* Segments in place of the packet, prev of the first being the last, or the packet itself when it
 * turns out that nothing is to be done. NULL: neither.
 */
static struct sk_buff *validate_gso(struct sk_buff *skb, u64 features)
{
	int err;
	struct sk_buff *segs = skb_gso_segment(skb, features, &err);

	if (segs == NULL)
		return err == 0 ? skb : NULL;
	consume_skb(skb);
	return segs;
}

/* What the device does not do is done here; 0, or it cannot be. */
static int validate_plain(struct sk_buff *skb, u64 features)
{
	if (skb_needs_linearize(skb, features) && skb_linearize(skb) != 0)
		return -ENOMEM;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	skb->transport_header = skb->csum_start;
	return skb_csum_hwoffload_help(skb, features);
}

/* NULL: it could not be made fit, and is gone. */
static struct sk_buff *validate_xmit_skb(struct sk_buff *skb, struct net_device *dev)
{
	PROBE(dev->net, validate_xmit_skb);
	u64 features = netif_skb_features(skb);

	if (netif_needs_gso(skb, features)) {
		struct sk_buff *segs = validate_gso(skb, features);

		if (segs == NULL)
			goto out_kfree_skb;
		return validate_xmit_xfrm(segs);
	}
	if (validate_plain(skb, features) != 0)
		goto out_kfree_skb;
	return validate_xmit_xfrm(skb);

out_kfree_skb:
	kfree_skb_reason(skb, DROP_NOT_SPECIFIED);
	dev->stats.tx_dropped++;
	return NULL;
}

/* *again: some have to be tried again later, which is IPsec's way. */
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb, struct net_device *dev, bool *again)
{
	PROBE(dev->net, validate_xmit_skb_list);
	struct sk_buff *head = NULL, *tail = NULL;

	*again = false;
	while (skb != NULL) {
		struct sk_buff *next = skb->next;

		skb->next = NULL;
		skb->prev = skb; /* the last of its segments, if it gets none */
		skb = validate_xmit_skb(skb, dev);
		if (skb != NULL) {
			if (head == NULL)
				head = skb;
			else
				tail->next = skb;
			tail = skb->prev;
		}
		skb = next;
	}
	return head;
}

/* --- to the driver -------------------------------------------------------------------------------
 */

void hard_tx_lock(struct net_device *dev, struct netdev_queue *txq)
{
	struct cpu *c = this_cpu(dev->net);

	if (dev->lltx)
		return;
	spin_lock(c, &txq->xmit_lock);
	txq->xmit_lock_owner = (s32)c->id;
}

void hard_tx_unlock(struct net_device *dev, struct netdev_queue *txq)
{
	if (dev->lltx)
		return;
	txq->xmit_lock_owner = -1;
	spin_unlock(this_cpu(dev->net), &txq->xmit_lock);
}

/* --- taps ----------------------------------------------------------------------------------------
 */

/* Whoever comes last in line gets the packet itself, those before him a reference. */
struct pt_chain {
	struct sk_buff *skb;
	const struct packet_type *prev;
	struct net_device *orig_dev;
};

/* LINUX: deliver_skb(). */
static void deliver_skb(struct pt_chain *c)
{
	if (c->prev == NULL)
		return;
	c->skb->users++;
	c->prev->func(c->skb, c->skb->dev, c->prev, c->orig_dev);
}

static void chain_add(struct pt_chain *c, const struct packet_type *pt)
{
	deliver_skb(c);
	c->prev = pt;
}

/* LINUX: ptype_head(). */
static struct list_head *ptype_head(struct net *net, const struct packet_type *pt)
{
	if (pt->type == ETH_P_ALL)
		return pt->dev != NULL ? &pt->dev->ptype_all : &net->taps->all;
	return pt->dev != NULL ? &pt->dev->ptype_specific : &net->taps->base;
}

void dev_add_pack(struct net *net, struct packet_type *pt)
{
	list_add(&pt->list, ptype_head(net, pt));
	net->taps->nr++;
}

void dev_remove_pack(struct net *net, struct packet_type *pt)
{
	assert(net->taps->nr > 0);
	list_del_init(&pt->list);
	net->taps->nr--;
}

/* LINUX: skb_loop_sk(): nobody sees what he has sent himself. */
static bool skb_loop_sk(const struct packet_type *pt, const struct sk_buff *skb)
{
	if (pt->af_packet_priv == NULL || skb->sk == NULL)
		return false;
	if (pt->id_match != NULL)
		return pt->id_match(pt, skb->sk);
	return pt->af_packet_priv == skb->sk;
}

/* What a tap gets of a packet that goes out. */
static struct sk_buff *nit_clone(const struct net *net, struct sk_buff *skb)
{
	struct sk_buff *skb2 = skb_clone(skb);

	if (skb2 == NULL)
		return NULL;
	skb2->tstamp_ns = net->netstamp_needed != 0 ? net_real_ns(skb->net) : 0;
	skb2->tstamp_type = SKB_CLOCK_REALTIME;
	skb_reset_mac_header(skb2);
	if (skb_network_offset(skb2) < 0 ||
	    skb_network_offset(skb2) > (s32)skb_headlen(skb2)) /* a protocol of somebody's own */
		skb_reset_network_header(skb2);
	skb2->transport_header = skb2->network_header;
	skb2->pkt_type = PACKET_OUTGOING;
	return skb2;
}

/* Each of a list of taps; false: there is no memory. */
static bool nit_list(struct pt_chain *c, const struct list_head *taps, struct sk_buff *skb)
{
	struct packet_type *pt;

	list_for_each_entry (pt, taps, struct packet_type, list) {
		if (pt->ignore_outgoing || skb_loop_sk(pt, skb))
			continue;
		if (c->skb == NULL)
			c->skb = nit_clone(skb->net, skb);
		if (c->skb == NULL)
			return false;
		chain_add(c, pt);
	}
	return true;
}

void dev_queue_xmit_nit(struct sk_buff *skb, struct net_device *dev)
{
	struct pt_chain c = { .orig_dev = skb->dev };

	if (nit_list(&c, &dev->net->taps->all, skb))
		(void)nit_list(&c, &dev->ptype_all, skb);
	if (c.prev != NULL)
		c.prev->func(c.skb, c.orig_dev, c.prev, c.orig_dev);
}

/* --- to the driver: a packet ---------------------------------------------------------------------
 */

/* LINUX: netdev_start_xmit(). */
static int netdev_start_xmit(struct sk_buff *skb, struct net_device *dev, struct netdev_queue *txq,
			     bool more)
{
	int rc;

	net_crossing(dev->net, CROSS_DRIVER, skb);
	this_softnet(dev->net)->xmit_more = more;
	rc = (int)dev->netdev_ops->ndo_start_xmit(skb, dev);
	if (rc == NETDEV_TX_OK && txq->xmit_lock_owner != -1)
		txq->trans_start_jif = net_jiffies(dev->net);
	return rc;
}

static int xmit_one(struct sk_buff *skb, struct net_device *dev, struct netdev_queue *txq,
		    bool more)
{
	u32 len = skb->len;
	u32 ifindex = (u32)dev->ifindex;
	int rc;

	if (unlikely(dev->net->taps->nr != 0))
		dev_queue_xmit_nit(skb, dev);
	TRACE(dev->net, net_dev_start_xmit, ifindex, len, txq->index);
	rc = netdev_start_xmit(skb, dev, txq, more);
	TRACE(dev->net, net_dev_xmit, ifindex, len, (u32)rc);
	return rc;
}

/* Returns what the driver has not taken; *ret is NETDEV_TX_BUSY then. */
struct sk_buff *dev_hard_start_xmit(struct sk_buff *first, struct net_device *dev,
				    struct netdev_queue *txq, int *ret)
{
	PROBE(dev->net, dev_hard_start_xmit);
	struct sk_buff *skb = first;
	int rc = NETDEV_TX_OK;

	PATH_STEP(dev->net, HARD_START_XMIT, txq->index, first->len);
	while (skb != NULL) {
		struct sk_buff *next = skb->next;

		skb->next = NULL;
		rc = xmit_one(skb, dev, txq, next != NULL);
		if (rc >= NET_XMIT_MASK) {
			skb->next = next;
			break;
		}
		skb = next;
		if (netif_tx_queue_stopped(txq) && skb != NULL) {
			rc = NETDEV_TX_BUSY;
			break;
		}
	}
	*ret = rc;
	return skb;
}

/* LINUX: __dev_direct_xmit(): past the discipline. NETDEV_TX_BUSY: the packet is the caller's
 * still.
 */
int dev_direct_xmit_once(struct sk_buff *skb, u16 queue_id)
{
	struct net_device *dev = skb->dev;
	struct sk_buff *orig_skb = skb;
	struct softnet_data *sd;
	struct netdev_queue *txq;
	int ret = NETDEV_TX_BUSY;
	bool again;

	if (!netif_running(dev) || !netif_carrier_ok(dev))
		goto drop;
	skb = validate_xmit_skb_list(skb, dev, &again);
	if (skb != orig_skb)
		goto drop;
	skb->queue_mapping = queue_id;
	txq = netdev_get_tx_queue(dev, queue_id);
	local_bh_disable(this_cpu(dev->net));
	sd = this_softnet(dev->net);
	sd->xmit_recursion++;
	hard_tx_lock(dev, txq);
	/* LINUX: netif_xmit_frozen_or_drv_stopped(). */
	if ((txq->state & (QUEUE_STATE_DRV_XOFF | QUEUE_STATE_FROZEN)) == 0)
		ret = netdev_start_xmit(skb, dev, txq, false);
	hard_tx_unlock(dev, txq);
	sd->xmit_recursion--;
	local_bh_enable(this_cpu(dev->net));
	return ret;

drop:
	dev->stats.tx_dropped++;
	kfree_skb_list_reason(skb, DROP_NOT_SPECIFIED);
	return NET_XMIT_DROP;
}

/* --- through the discipline ----------------------------------------------------------------------
 */

static int dev_qdisc_enqueue(struct sk_buff *skb, struct Qdisc *q, struct sk_buff **to_free,
			     const struct netdev_queue *txq)
{
	PROBE(q->net, dev_qdisc_enqueue);
	u32 len = skb->len;
	int rc = q->ops->enqueue(skb, q, to_free) & NET_XMIT_MASK;

	if (rc == NET_XMIT_SUCCESS)
		TRACE(q->net, qdisc_enqueue, (u32)txq->dev->ifindex, len, q->handle, q->qlen,
		      txq->index);
	return rc;
}

static int xmit_nolock(struct sk_buff *skb, struct Qdisc *q, struct net_device *dev,
		       struct netdev_queue *txq, struct sk_buff **to_free)
{
	int rc;

	if ((q->flags & TCQ_F_CAN_BYPASS) == 0 || !nolock_qdisc_is_empty(q) ||
	    !qdisc_run_begin(q)) {
		rc = dev_qdisc_enqueue(skb, q, to_free, txq);
		qdisc_run(q);
		return rc;
	}
	/* Only we run it now; did someone send a packet back in between? */
	if (!nolock_qdisc_is_empty(q)) {
		rc = dev_qdisc_enqueue(skb, q, to_free, txq);
		qdisc_run_queue(q);
		qdisc_run_end(q);
		return rc;
	}
	qdisc_bstats_update(q, skb);
	if (sch_direct_xmit(skb, q, dev, txq, true) && !nolock_qdisc_is_empty(q))
		qdisc_run_queue(q);
	qdisc_run_end(q);
	return NET_XMIT_SUCCESS;
}

static int xmit_locked(struct sk_buff *skb, struct Qdisc *q, struct net_device *dev,
		       struct netdev_queue *txq, struct sk_buff **to_free)
{
	struct cpu *c = this_cpu(dev->net);
	int rc = NET_XMIT_SUCCESS;

	if (q->owner == (s32)c->id) {
		kfree_skb_reason(skb, DROP_TC_RECLASSIFY_LOOP);
		return NET_XMIT_DROP;
	}
	spin_lock(c, &q->lock);
	if ((q->state & QDISC_STATE_DEACTIVATED) != 0) {
		skb->next = *to_free;
		*to_free = skb;
		rc = NET_XMIT_DROP;
	} else if ((q->flags & TCQ_F_CAN_BYPASS) != 0 && q->qlen == 0 && qdisc_run_begin(q)) {
		qdisc_bstats_update(q, skb);
		if (sch_direct_xmit(skb, q, dev, txq, true))
			qdisc_run_queue(q);
		qdisc_run_end(q);
	} else {
		q->owner = (s32)c->id;
		rc = dev_qdisc_enqueue(skb, q, to_free, txq);
		q->owner = -1;
		qdisc_run(q);
	}
	spin_unlock(c, &q->lock);
	return rc;
}

/* LINUX: __dev_xmit_skb(). */
static int dev_xmit_skb(struct sk_buff *skb, struct Qdisc *q, struct net_device *dev,
			struct netdev_queue *txq)
{
	PROBE(dev->net, dev_xmit_skb);
	struct sk_buff *to_free = NULL;
	int rc;

	PATH_STEP(dev->net, DEV_XMIT_SKB, txq->index, skb->len);
	if ((q->flags & TCQ_F_NOLOCK) != 0)
		rc = xmit_nolock(skb, q, dev, txq, &to_free);
	else
		rc = xmit_locked(skb, q, dev, txq, &to_free);
	if (to_free != NULL)
		kfree_skb_list_reason(to_free, DROP_QDISC_DROP);
	return rc;
}

/* A device without a queue: the driver takes the packet now, or nobody does. */
static int dev_xmit_noqueue(struct sk_buff *skb, struct net_device *dev, struct netdev_queue *txq)
{
	struct softnet_data *sd = this_softnet(dev->net);
	int rc = -ENOMEM;

	if ((dev->flags & IFF_UP) == 0)
		goto drop;
	if (txq->xmit_lock_owner == (s32)sd->cpu->id || sd->xmit_recursion > XMIT_RECURSION_LIMIT) {
		rc = -ENETDOWN; /* It sends to itself. */
		goto drop;
	}
	skb = validate_xmit_skb(skb, dev);
	if (skb == NULL)
		return rc;
	hard_tx_lock(dev, txq);
	if (!netif_xmit_stopped(txq)) {
		sd->xmit_recursion++;
		skb = dev_hard_start_xmit(skb, dev, txq, &rc);
		sd->xmit_recursion--;
	}
	hard_tx_unlock(dev, txq);
	if (skb == NULL)
		return rc;
	rc = -ENETDOWN;

drop:
	dev->stats.tx_dropped++;
	kfree_skb_list_reason(skb, DROP_NOT_SPECIFIED);
	return rc;
}

/* The headers that each segment gets; 0: they cannot be. */
static u32 segment_hdr_len(struct sk_buff *skb)
{
	u32 hdr_len = (u32)skb_transport_offset(skb), tlen;

	if ((skb->hd->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) != 0) {
		if (!pskb_may_pull(skb, hdr_len + TCP_HLEN))
			return 0;
		tlen = tcp_hlen(skb->data + hdr_len);
		return tlen >= TCP_HLEN && pskb_may_pull(skb, hdr_len + tlen) ? hdr_len + tlen : 0;
	}
	if ((skb->hd->gso_type & SKB_GSO_UDP_L4) == 0)
		return hdr_len;
	return pskb_may_pull(skb, hdr_len + UDP_HDR_BYTES) ? hdr_len + UDP_HDR_BYTES : 0;
}

/* LINUX: qdisc_pkt_len_init(): what will be on the wire: each segment has headers. False: a program
 * has called something a packet of segments that is none.
 */
static bool qdisc_pkt_len_init(struct sk_buff *skb)
{
	u32 *pkt_len = &SKB_CB(skb, struct qdisc_skb_cb)->pkt_len;
	u32 hdr_len, segs = skb->hd->gso_segs;

	*pkt_len = skb->len;
	if (!skb_is_gso(skb) || !skb_transport_header_was_set(skb))
		return true;
	hdr_len = segment_hdr_len(skb);
	if (hdr_len == 0)
		return false;
	if ((skb->hd->gso_type & SKB_GSO_DODGY) != 0) {
		if (skb->len <= hdr_len)
			return false;
		segs = (skb->len - hdr_len + skb->hd->gso_size - 1) / skb->hd->gso_size;
	}
	*pkt_len += (segs - 1) * hdr_len;
	return true;
}

/* LINUX: __dev_queue_xmit(): takes the packet in any case. 0, a NET_XMIT_ code, or -errno. */
int dev_queue_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct net *net = dev->net;
	PROBE(net, dev_queue_xmit);
	struct netdev_queue *txq;
	struct Qdisc *q;
	int rc;

	PATH_STEP(net, DEV_QUEUE_XMIT, 0, skb->len);
	skb_reset_mac_header(skb);
	if (unlikely((skb->hd->tx_flags & SKBTX_SCHED_TSTAMP) != 0))
		skb_tstamp_tx(skb, NULL, skb->sk, SCM_TSTAMP_SCHED);
	if (unlikely(!qdisc_pkt_len_init(skb))) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, DROP_SKB_BAD_GSO);
		return -EINVAL;
	}
	local_bh_disable(this_cpu(net));
	if ((dev->priv_flags & IFF_XMIT_DST_RELEASE) != 0)
		skb_dst_drop(skb);
	else
		skb_dst_force(skb);
	txq = netdev_core_pick_tx(dev, skb);
	q = txq->qdisc;
	TRACE(net, net_dev_queue, (u32)dev->ifindex, skb->len, txq->index);
	net_crossing(net, CROSS_DEV_QUEUE, skb);
	if (q->ops->enqueue != NULL)
		rc = dev_xmit_skb(skb, q, dev, txq);
	else
		rc = dev_xmit_noqueue(skb, dev, txq);
	local_bh_enable(this_cpu(net));
	return rc;
}

/* --- in: up to the protocols ---------------------------------------------------------------------
 */

void net_enable_timestamp(struct net *net)
{
	net->netstamp_needed++;
}

void net_disable_timestamp(struct net *net)
{
	assert(net->netstamp_needed > 0);
	net->netstamp_needed--;
}

static void net_timestamp_check(struct sk_buff *skb)
{
	if (skb->net->netstamp_needed != 0 && skb->tstamp_ns == 0)
		skb->tstamp_ns = net_real_ns(skb->net);
}

/* Would a timestamping PHY like to wait for its stamp? There is none. */
static bool skb_defer_rx_timestamp(const struct sk_buff *skb)
{
	PROBE(skb->net, skb_defer_rx_timestamp);

	return false;
}

static const struct packet_type *find_ptype(u16 type)
{
	for (const struct packet_type *pt = ptype_base; pt->func != NULL; pt++)
		if (pt->type == type)
			return pt;
	return NULL;
}

/* LINUX: deliver_ptype_list_skb(). */
static void chain_add_type(struct pt_chain *c, const struct list_head *taps, u16 type)
{
	struct packet_type *pt;

	list_for_each_entry (pt, taps, struct packet_type, list)
		if (pt->type == type)
			chain_add(c, pt);
}

/* Those who want everything. */
static void chain_add_all(struct pt_chain *c, const struct list_head *taps)
{
	struct packet_type *pt;

	list_for_each_entry (pt, taps, struct packet_type, list)
		chain_add(c, pt);
}

/* There are no VLAN devices: a tag with a number makes the packet someone else's, a tag that only
 * has a priority goes off. NULL: too short, and gone.
 */
static struct sk_buff *receive_tagged(struct sk_buff *skb)
{
	while (skb != NULL && skb->vlan_present) {
		if ((skb->vlan_tci & VLAN_VID_MASK) != 0)
			skb->pkt_type = PACKET_OTHERHOST;
		skb->vlan_present = false;
		if ((skb->vlan_tci & VLAN_VID_MASK) == 0 &&
		    eth_type_vlan(be16_to_cpu(skb->protocol)))
			skb = skb_vlan_untag(skb);
	}
	return skb;
}

/* LINUX: __netif_receive_skb_core(). NULL: there is nobody for it, and it is gone; else *pskb is
 * for him. */
static const struct packet_type *netif_receive_skb_core(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct net *net = skb->net;
	PROBE(net, netif_receive_skb_core);
	struct pt_chain c = { .skb = skb, .orig_dev = skb->dev };
	bool taps = unlikely(net->taps->nr != 0);
	const struct packet_type *pt;
	u16 type;

	TRACE(net, netif_receive_skb, (u32)skb->dev->ifindex, skb->len, be16_to_cpu(skb->protocol));
	skb_reset_network_header(skb);
	if (skb->transport_header == U16_MAX)
		skb_reset_transport_header(skb);
	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	skb->skb_iif = skb->dev->ifindex;
	this_softnet(net)->processed++;
	if (eth_type_vlan(be16_to_cpu(skb->protocol)))
		skb = skb_vlan_untag(skb);
	if (skb == NULL)
		goto out;
	c.skb = skb;
	if (taps) {
		chain_add_all(&c, &net->taps->all);
		chain_add_all(&c, &skb->dev->ptype_all);
	}
	if (skb->vlan_present) {
		deliver_skb(&c);
		c.prev = NULL;
		skb = receive_tagged(skb);
		if (skb == NULL)
			goto out;
		c.skb = skb;
	}
	type = be16_to_cpu(skb->protocol);
	if (taps)
		chain_add_type(&c, &net->taps->base, type);
	pt = find_ptype(type);
	if (pt != NULL)
		chain_add(&c, pt);
	if (taps)
		chain_add_type(&c, &c.orig_dev->ptype_specific, type);
	if (c.prev == NULL || unlikely(skb_orphan_frags_rx(skb) != 0)) {
		c.prev = NULL;
		skb->dev->stats.rx_dropped++;
		kfree_skb_reason(skb, DROP_UNHANDLED_PROTO);
		skb = NULL;
	}

out:
	*pskb = skb;
	return c.prev;
}

/* LINUX: __netif_receive_skb_one_core(). */
static int netif_receive_skb_one(struct sk_buff *skb)
{
	struct net_device *orig_dev = skb->dev;
	const struct packet_type *pt = netif_receive_skb_core(&skb);

	return pt != NULL ? pt->func(skb, skb->dev, pt, orig_dev) : NET_RX_DROP;
}

int netif_receive_skb(struct sk_buff *skb)
{
	PROBE(skb->net, netif_receive_skb);

	net_timestamp_check(skb);
	if (skb_defer_rx_timestamp(skb))
		return NET_RX_SUCCESS;
	return netif_receive_skb_one(skb);
}

/* Packets in a row for the same protocol, from the same device. */
struct sublist {
	const struct packet_type *pt;
	struct net_device *dev;
	struct sk_buff *head, *tail;
};

/* LINUX: __netif_receive_skb_list_ptype(). */
static void sublist_deliver(struct sublist *l)
{
	struct sk_buff *skb = l->head;

	if (skb == NULL)
		return;
	l->head = NULL;
	l->tail = NULL;
	if (l->pt->list_func != NULL) {
		l->pt->list_func(skb);
		return;
	}
	while (skb != NULL) {
		struct sk_buff *next = skb->next;

		skb->next = NULL;
		l->pt->func(skb, skb->dev, l->pt, l->dev);
		skb = next;
	}
}

static void sublist_add(struct sublist *l, const struct packet_type *pt, struct sk_buff *skb,
			struct net_device *orig_dev)
{
	if (l->pt != pt || l->dev != orig_dev) {
		sublist_deliver(l);
		l->pt = pt;
		l->dev = orig_dev;
	}
	if (l->tail != NULL)
		l->tail->next = skb;
	else
		l->head = skb;
	l->tail = skb;
}

static void netif_receive_skb_list_core(struct net *net, struct sk_buff *first)
{
	PROBE(net, netif_receive_skb_list_core);
	struct sublist l = { 0 };

	while (first != NULL) {
		struct sk_buff *skb = first;
		struct net_device *orig_dev = skb->dev;
		const struct packet_type *pt;

		first = skb->next;
		skb->next = NULL;
		pt = netif_receive_skb_core(&skb);
		if (pt != NULL)
			sublist_add(&l, pt, skb, orig_dev);
	}
	sublist_deliver(&l);
}

void netif_receive_skb_list_internal(struct sk_buff *first)
{
	struct net *net = first->net;
	PROBE(net, netif_receive_skb_list_internal);

	PATH_STEP(net, NETIF_RECEIVE, first->queue_mapping != 0 ? first->queue_mapping - 1u : 0,
		  first->len);
	for (struct sk_buff *skb = first; skb != NULL; skb = skb->next) {
		net_timestamp_check(skb);
		skb_defer_rx_timestamp(skb);
	}
	netif_receive_skb_list_core(net, first);
}

/* --- in: by way of the CPU's backlog -------------------------------------------------------------
 */

/* LINUX: ____napi_schedule(). */
static void poll_list_add(struct softnet_data *sd, struct napi_struct *napi)
{
	list_add_tail(&napi->poll_list, &sd->poll_list);
	napi->list_owner = (s32)sd->cpu->id;
	if (!sd->in_net_rx_action)
		raise_softirq(sd->cpu, NET_RX_SOFTIRQ);
}

/* There is no RPS: a packet stays on the CPU that brought it. */
static int enqueue_to_backlog(struct sk_buff *skb)
{
	struct softnet_data *sd = this_softnet(skb->net);
	u32 qlen = sd->input_pkt_queue.qlen;
	enum drop_reason reason = DROP_CPU_BACKLOG;

	if (qlen > (u32)skb->net->sysctl.netdev_max_backlog) {
		sd->dropped++;
		goto drop;
	}
	if (!netif_running(skb->dev)) {
		reason = DROP_DEV_READY;
		goto drop;
	}
	if (qlen == 0 && (sd->backlog.state & NAPI_STATE_SCHED) == 0) {
		sd->backlog.state |= NAPI_STATE_SCHED;
		poll_list_add(sd, &sd->backlog);
	}
	skb_queue_tail(&sd->input_pkt_queue, skb);
	sd->input_queue_tail++;
	return NET_RX_SUCCESS;

drop:
	skb->dev->stats.rx_dropped++;
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

int netif_rx(struct sk_buff *skb)
{
	PROBE(skb->net, netif_rx);
	struct cpu *c = this_cpu(skb->net);
	bool need_bh_off = !cpu_in_interrupt(c) && c->bh_disabled == 0;
	int ret;

	if (need_bh_off)
		local_bh_disable(c);
	net_timestamp_check(skb);
	TRACE(skb->net, netif_rx, (u32)skb->dev->ifindex, skb->len);
	ret = enqueue_to_backlog(skb);
	if (need_bh_off)
		local_bh_enable(c);
	return ret;
}

/* LINUX: dev_rx_weight: the product of two knobs, as an int. When it is not positive Linux never
 * stops polling: it comes back from no soft interrupt again.
 */
static s32 dev_rx_weight(const struct net_sysctl *sysctl)
{
	s32 weight = (s32)((u32)sysctl->dev_weight * (u32)sysctl->dev_weight_rx_bias);

	if (weight <= 0)
		not_implemented("net.core.dev_weight_rx_bias with which Linux polls for ever");
	return weight;
}

static int process_backlog(struct napi_struct *napi, int quota)
{
	struct softnet_data *sd = container_of(napi, struct softnet_data, backlog);
	PROBE_CPU(sd->cpu, process_backlog);
	const struct net_sysctl *sysctl = &sd->cpu->host->net.sysctl;
	int work = 0;

	napi->weight = dev_rx_weight(sysctl);
	for (;;) {
		struct sk_buff *skb = skb_dequeue(&sd->process_queue);

		if (skb != NULL) {
			netif_receive_skb_one(skb);
			sd->input_queue_head++;
			if (++work >= quota)
				return work;
			continue;
		}
		if (skb_queue_empty(&sd->input_pkt_queue)) {
			napi->state = 0;
			return work;
		}
		skb_queue_splice_tail_init(&sd->input_pkt_queue, &sd->process_queue);
	}
}

/* --- NAPI ----------------------------------------------------------------------------------------
 */

void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int))
{
	struct net *net = dev->net;

	memset(napi, 0, sizeof(*napi));
	INIT_LIST_HEAD(&napi->poll_list);
	gro_init(napi);
	napi->dev = dev;
	napi->poll = poll;
	napi->weight = NAPI_POLL_WEIGHT;
	napi->list_owner = -1;
	napi->state = NAPI_STATE_SCHED | NAPI_STATE_NPSVC; /* until napi_enable() */
	net->napi_gen_id = max_u32(net->napi_gen_id + 1, MIN_NAPI_ID);
	napi->napi_id = net->napi_gen_id;
}

void netif_napi_del(struct napi_struct *napi)
{
	assert(list_empty(&napi->poll_list));
	assert(napi->rx_count == 0);
	flush_gro_hash(napi);
	napi->poll = NULL;
}

void napi_enable(struct napi_struct *n)
{
	assert((n->state & NAPI_STATE_SCHED) != 0);
	n->state &= ~(u32)(NAPI_STATE_SCHED | NAPI_STATE_NPSVC);
}

/* DIVERGES(napi-disable): Linux waits until a poll that is under way or asked for has ended. None
 * is under way here, for units of work do not interleave; one that was asked for is called off.
 */
void napi_disable(struct napi_struct *n)
{
	assert((n->state & NAPI_STATE_NPSVC) == 0);
	list_del_init(&n->poll_list);
	assert(n->rx_count == 0);
	n->list_owner = -1;
	n->state &= ~(u32)NAPI_STATE_MISSED;
	n->state |= NAPI_STATE_SCHED | NAPI_STATE_NPSVC;
}

bool napi_schedule_prep(struct napi_struct *n)
{
	PROBE(n->dev->net, napi_schedule_prep);
	u32 val = n->state;

	if ((val & NAPI_STATE_DISABLE) != 0)
		return false;
	n->state |= NAPI_STATE_SCHED;
	/* It runs, or is about to: let it run once more. */
	if ((val & NAPI_STATE_SCHED) != 0)
		n->state |= NAPI_STATE_MISSED;
	return (val & NAPI_STATE_SCHED) == 0;
}

void napi_schedule_irqoff(struct napi_struct *n)
{
	PROBE(n->dev->net, napi_schedule_irqoff);

	PATH_STEP(n->dev->net, NAPI_SCHEDULE, 0, 0);
	poll_list_add(this_softnet(n->dev->net), n);
}

bool napi_schedule(struct napi_struct *n)
{
	if (!napi_schedule_prep(n))
		return false;
	napi_schedule_irqoff(n);
	return true;
}

/* The poll has done less than it might: its interrupts may come again. False: it will run once
 * more. */
bool napi_complete_done(struct napi_struct *n, int work_done)
{
	PROBE(n->dev->net, napi_complete_done);
	u32 val;

	(void)work_done;
	if ((n->state & NAPI_STATE_NPSVC) != 0)
		return false;
	if (n->dev->gro_flush_timeout_ns != 0 || n->dev->napi_defer_hard_irqs != 0)
		not_implemented("GRO_FLUSH_TIMEOUT");
	if (n->gro_bitmask != 0)
		napi_gro_flush(n, false);
	gro_normal_list(n);
	list_del_init(&n->poll_list);
	n->list_owner = -1;

	val = n->state;
	assert((val & NAPI_STATE_SCHED) != 0);
	n->state = val & ~(u32)(NAPI_STATE_MISSED | NAPI_STATE_SCHED);
	if ((val & NAPI_STATE_MISSED) == 0)
		return true;
	n->state |= NAPI_STATE_SCHED;
	napi_schedule_irqoff(n);
	return false;
}

/* LINUX: __napi_poll(). */
static int napi_poll(struct cpu *c, struct napi_struct *n, bool *repoll)
{
	PROBE_CPU(c, napi_poll);
	s32 weight = n->weight;
	int work = 0;

	*repoll = false;
	if ((n->state & NAPI_STATE_SCHED) != 0) {
		work = n->poll(n, weight);
		TRACE(&c->host->net, napi_poll, n->dev != NULL ? (u32)n->dev->ifindex : 0,
		      (u32)work, (u32)weight);
	}
	assert(work <= weight);
	if (work < weight)
		return work;
	if (n->gro_bitmask != 0)
		napi_gro_flush(n, true);
	gro_normal_list(n);
	/* A driver that scheduled itself before its budget was spent is on a list already. */
	*repoll = list_empty(&n->poll_list);
	return work;
}

/* What is left goes back in this order: polled no more, newly scheduled, polled and not done. */
static void net_rx_leave(struct softnet_data *sd, struct list_head *list, struct list_head *repoll)
{
	list_splice_tail_init(&sd->poll_list, list);
	list_splice_tail_init(repoll, list);
	list_splice_tail_init(list, &sd->poll_list);
	if (!list_empty(&sd->poll_list))
		raise_softirq(sd->cpu, NET_RX_SOFTIRQ);
	else
		sd->in_net_rx_action = false;
}

void net_rx_action(struct cpu *c)
{
	PROBE_CPU(c, net_rx_action);
	struct softnet_data *sd = &c->host->softnet[c->id];
	const struct net *net = &c->host->net;
	u64 time_limit =
		net_jiffies(net) + ((u64)net->sysctl.netdev_budget_usecs * HZ + 999999) / 1000000;
	s32 budget = net->sysctl.netdev_budget;
	struct list_head list, repoll;

	PATH_STEP(net, NET_RX_ACTION, 0, 0);
	INIT_LIST_HEAD(&list);
	INIT_LIST_HEAD(&repoll);
	sd->in_net_rx_action = true;
	list_splice_tail_init(&sd->poll_list, &list);
	for (;;) {
		struct napi_struct *n;
		bool again;

		if (list_empty(&list)) {
			if (!list_empty(&repoll))
				break;
			/* Someone may have been scheduled without a new softirq. */
			sd->in_net_rx_action = false;
			if (list_empty(&sd->poll_list))
				return;
			sd->in_net_rx_action = true;
			list_splice_tail_init(&sd->poll_list, &list);
			continue;
		}
		n = list_first_entry(&list, struct napi_struct, poll_list);
		list_del_init(&n->poll_list);
		budget -= napi_poll(c, n, &again);
		if (again)
			list_add_tail(&n->poll_list, &repoll);
		if (budget <= 0 || time_after_eq(net_jiffies(net), time_limit)) {
			sd->time_squeeze++;
			break;
		}
	}
	net_rx_leave(sd, &list, &repoll);
}

void softnet_init(struct softnet_data *sd, struct cpu *c)
{
	memset(sd, 0, sizeof(*sd));
	sd->cpu = c;
	INIT_LIST_HEAD(&sd->poll_list);
	sd->output_queue_tailp = &sd->output_queue;
	skb_queue_head_init(&sd->input_pkt_queue);
	skb_queue_head_init(&sd->process_queue);
	INIT_LIST_HEAD(&sd->backlog.poll_list);
	gro_init(&sd->backlog);
	sd->backlog.poll = process_backlog;
	sd->backlog.weight = NAPI_POLL_WEIGHT;
	sd->backlog.list_owner = -1;
}
