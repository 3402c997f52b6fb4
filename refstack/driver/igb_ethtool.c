// SPDX-License-Identifier: MIT
/* igb_ethtool.c - what an administrator sets: moderation, ring sizes, which CPU serves which
 * vector.
 *
 * Path: none of the steps. Rules: LINUX: igb_set_coalesce(), igb_set_ringparam() in igb_ethtool.c.
 */
#include "driver/igb.h"

#include "uapi/errno.h"

enum { REQ_DESCRIPTOR_MULTIPLE = 8 };

static bool is_valid_usecs(u32 usecs)
{
	return usecs <= 1 || usecs == 3 ||
	       (usecs >= IGB_MIN_ITR_USECS && usecs <= IGB_MAX_ITR_USECS);
}

/* 0 is off, 1 and 3 are dynamic; other numbers are microseconds, kept as quarters of one. */
int igb_set_coalesce(struct net_device *dev, u32 rx_usecs)
{
	struct igb_adapter *adapter = igb_priv(dev);

	if (!is_valid_usecs(rx_usecs))
		return -EINVAL;
	adapter->rx_itr_setting = rx_usecs <= 3 ? rx_usecs : rx_usecs << 2;
	if (adapter->queue_pairs)
		adapter->tx_itr_setting = adapter->rx_itr_setting;
	for (u32 i = 0; i < adapter->num_q_vectors; i++) {
		struct igb_q_vector *v = &adapter->q_vector[i];
		u32 val = v->rx.ring != NULL ? adapter->rx_itr_setting : adapter->tx_itr_setting;

		v->itr_val = (u16)(val != 0 && val <= 3 ? (u32)IGB_START_ITR : val);
		v->set_itr = true;
	}
	return 0;
}

static u32 ring_size(u32 pending)
{
	return ALIGN_UP(max_u32(min_u32(pending, IGB_MAX_RING), IGB_MIN_RING),
			REQ_DESCRIPTOR_MULTIPLE);
}

static void set_counts(struct igb_adapter *adapter, u32 rx, u32 tx)
{
	adapter->rx_ring_count = (u16)rx;
	adapter->tx_ring_count = (u16)tx;
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		adapter->rx_ring[i].count = (u16)rx;
	for (u32 i = 0; i < adapter->num_tx_queues; i++)
		adapter->tx_ring[i].count = (u16)tx;
}

/* A slot of ring memory holds a ring of any size, so that the new rings take the old ones' place.
 * If even the old size is refused then, the device stays dead until it is closed.
 */
int igb_set_ringparam(struct net_device *dev, u32 rx_pending, u32 tx_pending)
{
	struct igb_adapter *adapter = igb_priv(dev);
	u32 rx = ring_size(rx_pending), tx = ring_size(tx_pending);
	u32 old_rx = adapter->rx_ring_count, old_tx = adapter->tx_ring_count;
	int err;

	if (rx == old_rx && tx == old_tx)
		return 0;
	if (max_u32(rx, tx) > adapter->net->host->limits->igb_ring_entries)
		return -ENOMEM;
	if (!netif_running(dev)) {
		set_counts(adapter, rx, tx);
		return 0;
	}
	if (adapter->down)
		return -ENOMEM;
	adapter->resetting = true;
	igb_down(adapter);
	igb_free_all_resources(adapter);
	set_counts(adapter, rx, tx);
	err = igb_setup_all_resources(adapter);
	if (err != 0) {
		set_counts(adapter, old_rx, old_tx);
		if (igb_setup_all_resources(adapter) != 0) {
			adapter->resetting = false;
			return err;
		}
	}
	igb_up(adapter);
	adapter->resetting = false;
	return err;
}

/* LINUX: echo CPU >/proc/irq/N/smp_affinity_list. */
int igb_set_affinity(struct igb_adapter *adapter, u32 vector, u32 cpu)
{
	struct host *h = adapter->net->host;
	struct irq_action *action;

	if (vector > adapter->num_q_vectors || cpu >= h->nr_cpus)
		return -EINVAL;
	adapter->affinity[vector] = (u8)cpu;
	action = &h->irq[adapter->irq_base + vector];
	if (action->used)
		action->cpu = (u8)cpu;
	return 0;
}
