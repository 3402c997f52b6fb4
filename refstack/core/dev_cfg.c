// SPDX-License-Identifier: MIT
/* dev_cfg.c - devices come, go up and down, and are configured; what state their queues are in.
 *
 * Called by drivers, and by an administrator's requests in task context.
 * Rules: LINUX: net/core/dev.c: register_netdevice(), __dev_open(), __dev_close_many(),
 * dev_set_mtu(), netif_set_xps_queue(), netif_set_real_num_tx_queues(); netdev_tx_sent_queue() and
 * relatives.
 */
#include "core/dev_ioctl.h"
#include "core/qdisc.h"
#include "uapi/errno.h"

enum { GSO_LEGACY_MAX_SIZE = 65536, GSO_MAX_SEGS = 65535, DEFAULT_TX_QUEUE_LEN = 1000 };

void call_netdevice_notifiers(struct net_device *dev, enum netdev_event event)
{
	for (u32 i = 0; netdev_chain[i] != NULL; i++)
		netdev_chain[i](dev, event);
	if (dev->net->packet_notifier != NULL)
		dev->net->packet_notifier(dev, (u32)event);
}

/* --- the state of transmit queues ----------------------------------------------------------------
 */

void netif_tx_start_queue(struct netdev_queue *q)
{
	q->state &= ~(u32)QUEUE_STATE_DRV_XOFF;
}

void netif_tx_stop_queue(struct netdev_queue *q)
{
	q->trans_start_jif = net_jiffies(q->dev->net); /* the watchdog counts from here */
	q->state |= QUEUE_STATE_DRV_XOFF;
}

void netif_tx_wake_queue(struct netdev_queue *q)
{
	if ((q->state & QUEUE_STATE_DRV_XOFF) == 0)
		return;
	q->state &= ~(u32)QUEUE_STATE_DRV_XOFF;
	netif_schedule(q->qdisc);
}

void netif_tx_start_all_queues(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		netif_tx_start_queue(&dev->tx[i]);
}

void netif_tx_wake_all_queues(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		netif_tx_wake_queue(&dev->tx[i]);
}

void netif_tx_stop_all_queues(struct net_device *dev)
{
	for (u32 i = 0; i < dev->num_tx_queues; i++)
		netif_tx_stop_queue(&dev->tx[i]);
}

void netdev_tx_sent_queue(struct netdev_queue *q, u32 bytes)
{
	dql_queued(&q->dql, bytes);
	if (dql_avail(&q->dql) >= 0)
		return;
	q->trans_start_jif = net_jiffies(q->dev->net);
	q->state |= QUEUE_STATE_STACK_XOFF;
}

/* LINUX: __netdev_tx_sent_queue(): of a batch only the last packet may stop the queue. True: ring
 * the doorbell.
 */
bool netdev_tx_sent_queue_more(struct netdev_queue *q, u32 bytes, bool xmit_more)
{
	if (xmit_more) {
		dql_queued(&q->dql, bytes);
		return netif_tx_queue_stopped(q);
	}
	netdev_tx_sent_queue(q, bytes);
	return true;
}

void netdev_tx_completed_queue(struct netdev_queue *q, u32 pkts, u32 bytes)
{
	(void)pkts;
	if (bytes == 0)
		return;
	dql_completed(q->dev->net, &q->dql, bytes);
	if (dql_avail(&q->dql) < 0 || (q->state & QUEUE_STATE_STACK_XOFF) == 0)
		return;
	q->state &= ~(u32)QUEUE_STATE_STACK_XOFF;
	netif_schedule_queue(q);
}

void netdev_tx_reset_queue(struct netdev_queue *q)
{
	q->state &= ~(u32)QUEUE_STATE_STACK_XOFF;
	dql_reset(q->dev->net, &q->dql);
}

/* --- coming and going ----------------------------------------------------------------------------
 */

struct net_device *dev_get_by_index(const struct net *net, s32 ifindex)
{
	return ifindex > 0 && ifindex < NET_DEV_MAX ? net->dev_by_index[ifindex] : NULL;
}

static bool name_equal(const char *a, const char *b)
{
	u32 i = 0;

	while (i < IFNAMSIZ && a[i] == b[i] && a[i] != '\0')
		i++;
	return i == IFNAMSIZ || a[i] == b[i];
}

struct net_device *dev_get_by_name(const struct net *net, const char *name)
{
	for (u32 i = 1; i < NET_DEV_MAX; i++)
		if (net->dev_by_index[i] != NULL && name_equal(net->dev_by_index[i]->name, name))
			return net->dev_by_index[i];
	return NULL;
}

static bool bad_in_name(char c)
{
	return c == '/' || c == ':' || c == ' ' || (c >= '\t' && c <= '\r');
}

bool dev_valid_name(const char *name)
{
	u32 len = 0;

	for (; len < IFNAMSIZ && name[len] != '\0'; len++)
		if (bad_in_name(name[len]))
			return false;
	if (len == 0 || len == IFNAMSIZ)
		return false;
	return name[0] != '.' || (len != 1 && (len != 2 || name[1] != '.'));
}

/* NULL: no room. The name has to be valid; register_netdevice() says. */
struct net_device *alloc_netdev(struct net *net, const char *name, u32 queues)
{
	struct net_device *dev;

	assert(queues >= 1 && queues <= XPS_QUEUES);
	dev = pool_zalloc(&net->dev_pool);
	if (dev == NULL)
		return NULL;
	for (u32 i = 0; i < IFNAMSIZ && name[i] != '\0'; i++)
		dev->name[i] = name[i];
	dev->net = net;
	dev->tx = dev->tx_mem;
	dev->num_tx_queues = queues;
	dev->real_num_tx_queues = queues;
	dev->real_num_rx_queues = queues;
	dev->gso_max_size = GSO_LEGACY_MAX_SIZE;
	dev->gso_max_segs = GSO_MAX_SEGS;
	dev->priv_flags = IFF_XMIT_DST_RELEASE;
	INIT_LIST_HEAD(&dev->rt_uncached);
	dev_addr_lists_init(dev);
	INIT_LIST_HEAD(&dev->ptype_all);
	INIT_LIST_HEAD(&dev->ptype_specific);
	for (u32 i = 0; i < queues; i++) {
		struct netdev_queue *txq = &dev->tx[i];

		txq->dev = dev;
		txq->index = (u16)i;
		txq->xmit_lock_owner = -1;
		dql_init(net, &txq->dql, HZ);
	}
	return dev;
}

void free_netdev(struct net_device *dev)
{
	assert(!dev->registered);
	if (dev->priv_destructor != NULL)
		dev->priv_destructor(dev);
	pool_free(&dev->net->dev_pool, dev);
}

/* LINUX: dev_index_reserve(): the next number, round and round. */
static s32 dev_index_reserve(struct net *net)
{
	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		u32 index = (net->last_ifindex + i - 1) % (NET_DEV_MAX - 1) + 1;

		if (net->dev_by_index[index] != NULL)
			continue;
		net->last_ifindex = index;
		return (s32)index;
	}
	return -EBUSY;
}

/* LINUX: netdev_fix_features(). */
static u64 netdev_fix_features(u64 features)
{
	if ((features & NETIF_F_CSUM_MASK) == 0)
		features &= ~NETIF_F_ALL_TSO;
	if ((features & NETIF_F_SG) == 0)
		features &= ~(NETIF_F_ALL_TSO | NETIF_F_GSO);
	if ((features & NETIF_F_TSO) == 0)
		features &= ~NETIF_F_TSO_MANGLEID;
	return features;
}

/* LINUX: netdev_update_features(): as much of what is wanted as goes together. */
void netdev_update_features(struct net_device *dev)
{
	u64 features = (dev->features & ~dev->hw_features) | dev->wanted_features;

	assert((dev->wanted_features & ~dev->hw_features) == 0);
	if (dev->netdev_ops->ndo_fix_features != NULL)
		features = dev->netdev_ops->ndo_fix_features(dev, features);
	dev->features = netdev_fix_features(features);
}

int register_netdevice(struct net_device *dev)
{
	struct net *net = dev->net;
	s32 index;
	int err;

	assert(!dev->registered);
	if (!dev_valid_name(dev->name))
		return -EINVAL;
	if (dev_get_by_name(net, dev->name) != NULL)
		return -EEXIST;
	/* LINUX: alloc_netdev_mqs(): a device that asked for no queue gets none. */
	if (dev->tx_queue_len == 0) {
		dev->priv_flags |= IFF_NO_QUEUE;
		dev->tx_queue_len = DEFAULT_TX_QUEUE_LEN;
	}
	index = dev_index_reserve(net);
	if (index < 0)
		return index;
	err = dev_init_scheduler(dev);
	if (err != 0)
		return err;
	dev->ifindex = index;
	dev->hw_features |= NETIF_F_GSO | NETIF_F_GRO;
	dev->features |= NETIF_F_GSO | NETIF_F_GRO;
	dev->wanted_features = dev->features & dev->hw_features;
	/* Whoever can cut segments may also be told not to count their identifications. */
	if ((dev->hw_features & NETIF_F_TSO) != 0)
		dev->hw_features |= NETIF_F_TSO_MANGLEID;
	netdev_update_features(dev);
	dev->state |= LINK_STATE_PRESENT;
	linkwatch_init_dev(dev);
	net->dev_by_index[index] = dev;
	net->dev_count++;
	dev->registered = true;
	call_netdevice_notifiers(dev, NETDEV_REGISTER);
	return 0;
}

static void flush_queue_of(struct sk_buff_head *q, const struct net_device *dev)
{
	struct sk_buff_head keep;
	struct sk_buff *skb;

	skb_queue_head_init(&keep);
	for (skb = skb_dequeue(q); skb != NULL; skb = skb_dequeue(q)) {
		if (skb->dev == dev)
			kfree_skb_reason(skb, DROP_DEV_READY);
		else
			skb_queue_tail(&keep, skb);
	}
	skb_queue_splice_tail_init(&keep, q);
}

/* LINUX: flush_all_backlogs(). */
static void flush_all_backlogs(const struct net_device *dev)
{
	struct host *h = dev->net->host;

	for (u32 i = 0; i < h->nr_cpus; i++) {
		flush_queue_of(&h->softnet[i].input_pkt_queue, dev);
		flush_queue_of(&h->softnet[i].process_queue, dev);
	}
}

void unregister_netdevice(struct net_device *dev)
{
	struct net *net = dev->net;

	assert(dev->registered);
	dev_close(dev);
	net->dev_by_index[dev->ifindex] = NULL;
	flush_all_backlogs(dev);
	dev_shutdown(dev);
	call_netdevice_notifiers(dev, NETDEV_UNREGISTER);
	dev_uc_flush(dev);
	dev_mc_flush(dev);
	dev->registered = false;
	dev->state &= ~(u64)(LINK_STATE_PRESENT | LINK_STATE_LINKWATCH_PENDING);
	if (net->loopback_dev == dev)
		net->loopback_dev = NULL;
	net->dev_count--;
	if (net->dev_count == 0) {
		noop_qdisc_free(net);
		linkwatch_exit(net);
	}
	if (dev->needs_free_netdev)
		free_netdev(dev);
}

/* --- up, down, settings --------------------------------------------------------------------------
 */

/* Modes are shown as an administrator set them, whoever else wants them. */
u32 dev_get_flags(const struct net_device *dev)
{
	const u32 modes = IFF_PROMISC | IFF_ALLMULTI;
	u32 flags = dev->flags & ~(modes | IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT);

	flags |= dev->gflags & modes;
	if (!netif_running(dev))
		return flags;
	if (dev->operstate == IF_OPER_UP || dev->operstate == IF_OPER_UNKNOWN)
		flags |= IFF_RUNNING;
	if (netif_carrier_ok(dev))
		flags |= IFF_LOWER_UP;
	return flags;
}

int dev_open_quietly(struct net_device *dev)
{
	int err = 0;

	if ((dev->state & LINK_STATE_PRESENT) == 0)
		return -ENODEV;
	dev->state |= LINK_STATE_START;
	if (dev->netdev_ops->ndo_open != NULL)
		err = dev->netdev_ops->ndo_open(dev);
	if (err != 0) {
		dev->state &= ~(u64)LINK_STATE_START;
		return err;
	}
	dev->flags |= IFF_UP;
	dev_set_rx_mode(dev);
	dev_activate(dev);
	return 0;
}

int dev_open(struct net_device *dev)
{
	int err;

	if ((dev->flags & IFF_UP) != 0)
		return 0;
	err = dev_open_quietly(dev);
	if (err == 0)
		call_netdevice_notifiers(dev, NETDEV_UP);
	return err;
}

void dev_close_quietly(struct net_device *dev)
{
	dev->state &= ~(u64)LINK_STATE_START;
	dev_deactivate(dev);
	if (dev->netdev_ops->ndo_stop != NULL)
		dev->netdev_ops->ndo_stop(dev);
	dev->flags &= ~(u32)IFF_UP;
}

void dev_close(struct net_device *dev)
{
	if ((dev->flags & IFF_UP) == 0)
		return;
	dev_close_quietly(dev);
	call_netdevice_notifiers(dev, NETDEV_DOWN);
}

int dev_set_mtu(struct net_device *dev, u32 mtu)
{
	int err = 0;

	if (mtu == dev->mtu)
		return 0;
	/* LINUX: dev_validate_mtu(): the number is an int, and there may be no maximum. */
	if (mtu > INT32_MAX || mtu < dev->min_mtu || (dev->max_mtu > 0 && mtu > dev->max_mtu))
		return -EINVAL;
	if ((dev->state & LINK_STATE_PRESENT) == 0)
		return -ENODEV;
	if (dev->netdev_ops->ndo_change_mtu != NULL)
		err = dev->netdev_ops->ndo_change_mtu(dev, mtu);
	else
		dev->mtu = mtu;
	if (err != 0)
		return err;
	call_netdevice_notifiers(dev, NETDEV_CHANGEMTU);
	return 0;
}

int dev_set_mac_address(struct net_device *dev, const u8 *addr)
{
	int err = 0;

	if (dev->netdev_ops->ndo_set_mac_address == NULL)
		return -EOPNOTSUPP;
	if ((dev->state & LINK_STATE_PRESENT) == 0)
		return -ENODEV;
	if (memcmp(dev->dev_addr, addr, dev->addr_len) != 0)
		err = dev->netdev_ops->ndo_set_mac_address(dev, addr);
	if (err != 0)
		return err;
	call_netdevice_notifiers(dev, NETDEV_CHANGEADDR);
	return 0;
}

static void remove_xps_queue(struct xps_map *map, u16 queue)
{
	for (u32 pos = map->len; pos-- > 0;) {
		if (map->queues[pos] != queue)
			continue;
		map->queues[pos] = map->queues[--map->len];
		return;
	}
}

static void add_xps_queue(struct xps_map *map, u16 queue)
{
	for (u32 pos = 0; pos < map->len; pos++)
		if (map->queues[pos] == queue)
			return;
	assert(map->len < XPS_QUEUES);
	map->queues[map->len++] = queue;
}

int netif_set_xps_queue(struct net_device *dev, u32 cpu_mask, u16 queue)
{
	if (dev->num_tx_queues == 1)
		return -ENOENT; /* LINUX: xps_cpus_store() */
	if (queue >= dev->num_tx_queues)
		return -EINVAL;
	for (u32 cpu = 0; cpu < CPU_MAX; cpu++) {
		if (cpu < dev->net->host->nr_cpus && (cpu_mask >> cpu & 1) != 0)
			add_xps_queue(&dev->xps_cpus[cpu], queue);
		else
			remove_xps_queue(&dev->xps_cpus[cpu], queue);
	}
	return 0;
}

int netif_set_real_num_tx_queues(struct net_device *dev, u32 n)
{
	u32 old = dev->real_num_tx_queues;

	if (n < 1 || n > dev->num_tx_queues)
		return -EINVAL;
	dev->real_num_tx_queues = n;
	if (!dev->registered || n >= old)
		return 0;
	for (u32 i = n; i < dev->num_tx_queues; i++) {
		qdisc_reset(dev->tx[i].qdisc);
		for (u32 cpu = 0; cpu < CPU_MAX; cpu++)
			remove_xps_queue(&dev->xps_cpus[cpu], (u16)i);
	}
	return 0;
}

static void txq_check(const struct netdev_queue *txq)
{
	const struct dql *dql = &txq->dql;

	/* INVARIANT: no packet is on its way through the driver, no lock is held between units. */
	assert(txq->xmit_lock.holder == 0);
	assert(txq->xmit_lock_owner == -1);
	assert((txq->state & QUEUE_STATE_FROZEN) == 0);
	assert((s32)(dql->num_queued - dql->num_completed) >= 0);
	assert(dql->limit >= dql->min_limit);
	assert(dql->limit <= dql->max_limit);
	/* INVARIANT: a stopped queue has something under way that will open it. */
	if ((txq->state & QUEUE_STATE_STACK_XOFF) != 0)
		assert(dql->num_queued != dql->num_completed);
	qdisc_check(txq->qdisc_sleeping);
}

void dev_check(const struct net_device *dev)
{
	assert(dev->registered);
	assert(dev->net->dev_by_index[dev->ifindex] == dev);
	assert(dev->real_num_tx_queues >= 1);
	assert(dev->real_num_tx_queues <= dev->num_tx_queues);
	assert(((dev->flags & IFF_UP) != 0) == netif_running(dev));
	qdisc_check(dev->qdisc);
	for (u32 i = 0; i < dev->num_tx_queues; i++) {
		txq_check(&dev->tx[i]);
		assert(dev->tx[i].qdisc == dev->tx[i].qdisc_sleeping ||
		       dev->tx[i].qdisc == dev->net->noop_qdisc);
	}
}
