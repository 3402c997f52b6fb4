// SPDX-License-Identifier: MIT
/* igb_main.c - the driver's life: probe, open, close, reset; its interrupt handlers and its poll
 * function.
 *
 * Path: igb_xmit_frame() is step 10, igb_msix_ring() 15 and 103, igb_poll() 16 and 104. Driver of
 * an Intel 82576 without virtual functions. Rules: LINUX:
 * drivers/net/ethernet/intel/igb/igb_main.c. The order of register accesses is the one that a 6.1
 * kernel was seen to make.
 */
#include "driver/igb.h"

#include "core/ethtool.h"

#include "uapi/errno.h"

/* --- work
 * ------------------------------------------------------------------------------------------- */

static void igb_work_run(void *ctx, u64 a, u64 b)
{
	struct igb_work *work = ctx;
	struct cpu *c = &work->adapter->net->host->cpu[work->cpu];

	(void)a;
	(void)b;
	cpu_unit_begin(c, NULL);
	work->fn(work->adapter);
	cpu_unit_end(c);
}

void igb_schedule_work(struct igb_work *work)
{
	struct cpu *c = this_cpu(work->adapter->net);

	if (sim_armed(&work->event))
		return;
	work->cpu = c->id;
	sim_arm(c->sim, &work->event, SIM_WAKE, c->now_ps, igb_work_run, work, 0, 0);
}

/* --- interrupts
 * ------------------------------------------------------------------------------------- */

static void igb_msix_ring(void *data)
{
	struct igb_q_vector *q_vector = data;
	struct net *net = q_vector->adapter->net;

	PROBE(net, igb_msix_ring);
	if (q_vector->tx.ring != NULL)
		PATH_STEP(net, MSIX_RING, q_vector->tx.ring->queue_index, 0);
	if (q_vector->rx.ring != NULL)
		PATH_STEP(net, RX_MSIX, q_vector->rx.ring->queue_index, 0);
	igb_write_itr(q_vector);
	(void)napi_schedule(&q_vector->napi);
}

static void igb_msix_other(void *data)
{
	struct igb_adapter *adapter = data;
	struct net *net = adapter->net;
	u32 icr;

	PROBE(net, igb_msix_other);
	icr = igb_rd32(adapter, E1000_ICR);
	if (icr & E1000_ICR_DRSTA)
		igb_schedule_work(&adapter->reset_task);
	if (icr & E1000_ICR_LSC) {
		adapter->hw.get_link_status = true;
		if (!adapter->down)
			mod_timer(net, &adapter->watchdog_timer, net_jiffies(net) + 1);
	}
	igb_wr32(adapter, E1000_EIMS, adapter->eims_other);
}

static void igb_free_irqs(struct igb_adapter *adapter, u32 vectors)
{
	for (u32 i = 0; i < vectors; i++)
		free_irq(adapter->net->host, adapter->irq_base + i);
}

static int igb_request_irq(struct igb_adapter *adapter)
{
	struct host *h = adapter->net->host;
	int err = request_irq(h, adapter->irq_base, igb_msix_other, adapter, adapter->affinity[0]);

	if (err != 0)
		return err;
	for (u32 i = 0; i < adapter->num_q_vectors; i++) {
		err = request_irq(h, adapter->irq_base + i + 1, igb_msix_ring,
				  &adapter->q_vector[i], adapter->affinity[i + 1]);
		if (err != 0) {
			igb_free_irqs(adapter, i + 1);
			return err;
		}
	}
	igb_configure_msix(adapter);
	return 0;
}

static int igb_poll(struct napi_struct *napi, int budget)
{
	struct igb_q_vector *q_vector = container_of(napi, struct igb_q_vector, napi);
	struct net *net = q_vector->adapter->net;
	bool clean_complete = true;
	int work_done = 0;

	PROBE(net, igb_poll);
	if (q_vector->tx.ring != NULL) {
		PATH_STEP(net, IGB_POLL, q_vector->tx.ring->queue_index, 0);
		clean_complete = igb_clean_tx_irq(q_vector, budget);
	}
	if (q_vector->rx.ring != NULL) {
		PATH_STEP(net, RX_POLL, q_vector->rx.ring->queue_index, 0);
		work_done = igb_clean_rx_irq(q_vector, budget);
		if (work_done >= budget)
			clean_complete = false;
	}
	if (!clean_complete)
		return budget;
	if (napi_complete_done(napi, work_done))
		igb_ring_irq_enable(q_vector);
	return work_done;
}

/* --- transmit entry
 * --------------------------------------------------------------------------------- */

static enum netdev_tx igb_xmit_frame(struct sk_buff *skb, struct net_device *dev)
{
	struct igb_adapter *adapter = igb_priv(dev);

	PROBE(dev->net, igb_xmit_frame);
	PATH_STEP(dev->net, XMIT_FRAME, skb->queue_mapping, skb->len);
	/* The card pads short frames, but takes none below this. */
	if (igb_put_padto(skb, 17) != 0)
		return NETDEV_TX_OK;
	return igb_xmit_frame_ring(skb,
				   &adapter->tx_ring[skb->queue_mapping % adapter->num_tx_queues]);
}

/* --- reset, up, down
 * -------------------------------------------------------------------------------- */

static void igb_power_down_link(struct igb_adapter *adapter)
{
	if (!igb_enable_mng_pass_thru(adapter) && !igb_check_reset_block(adapter))
		igb_power_down_phy_copper(adapter);
}

/* LINUX: igb_ptp_reset(): the clock runs at its nominal rate; no packet is stamped. */
static void igb_ptp_reset(struct igb_adapter *adapter)
{
	static const u16 stamps[] = { E1000_TXSTMPL, E1000_TXSTMPH, E1000_RXSTMPL, E1000_RXSTMPH };
	u32 reg = igb_rd32(adapter, E1000_TSYNCTXCTL);

	igb_wr32(adapter, E1000_TSYNCTXCTL, reg & ~E1000_TSYNC_ENABLED);
	reg = igb_rd32(adapter, E1000_TSYNCRXCTL);
	igb_wr32(adapter, E1000_TSYNCRXCTL,
		 reg & ~(E1000_TSYNC_ENABLED | E1000_TSYNCRXCTL_TYPE_MASK));
	igb_wr32(adapter, E1000_TSYNCRXCFG, 0);
	igb_wr32(adapter, E1000_N(ETQF, 3), 0);
	igb_wrfl(adapter);
	for (u32 i = 0; i < ARRAY_SIZE(stamps); i++)
		(void)igb_rd32(adapter, stamps[i]);
	igb_wr32(adapter, E1000_TIMINCA, E1000_TIMINCA_NOMINAL);
	(void)igb_rd32(adapter, E1000_SYSTIML);
	(void)igb_rd32(adapter, E1000_SYSTIMH);
	igb_wrfl(adapter);
}

void igb_reset(struct igb_adapter *adapter)
{
	struct igb_hw *hw = &adapter->hw;
	u32 pba = igb_rd32(adapter, E1000_RXPBS) & E1000_RXPBS_SIZE_MASK;

	/* Pause early enough that a frame that is under way in each direction still finds room. */
	hw->fc_high_water =
		((pba << 10) - (adapter->max_frame_size + MAX_JUMBO_FRAME_SIZE)) & 0xfffffff0;
	hw->fc_low_water = hw->fc_high_water - 16;
	hw->fc_current = hw->fc_requested;
	(void)igb_reset_hw(adapter);
	igb_wr32(adapter, E1000_WUC, 0);
	(void)igb_init_hw(adapter);
	igb_flush_mac_table(adapter);
	igb_set_default_mac_filter(adapter);
	if (!netif_running(adapter->netdev))
		igb_power_down_link(adapter);
	igb_wr32(adapter, E1000_VET, ETH_P_8021Q);
	if (adapter->ptp_enabled)
		igb_ptp_reset(adapter);
	(void)igb_get_phy_info(adapter);
}

/* The end of opening and of coming back after a reset. */
static void igb_start(struct igb_adapter *adapter)
{
	adapter->down = false;
	for (u32 i = 0; i < adapter->num_q_vectors; i++)
		napi_enable(&adapter->q_vector[i].napi);
}

static void igb_start_irqs(struct igb_adapter *adapter)
{
	(void)igb_rd32(adapter, E1000_ICR);
	igb_irq_enable(adapter);
	netif_tx_start_all_queues(adapter->netdev);
	adapter->hw.get_link_status = true;
	igb_schedule_work(&adapter->watchdog_task);
}

void igb_up(struct igb_adapter *adapter)
{
	igb_configure(adapter);
	igb_start(adapter);
	igb_configure_msix(adapter);
	igb_start_irqs(adapter);
}

void igb_down(struct igb_adapter *adapter)
{
	u32 reg;

	adapter->down = true;
	reg = igb_rd32(adapter, E1000_RCTL);
	igb_wr32(adapter, E1000_RCTL, reg & ~E1000_RCTL_EN);
	netif_carrier_off(adapter->netdev);
	netif_tx_stop_all_queues(adapter->netdev);
	reg = igb_rd32(adapter, E1000_TCTL);
	igb_wr32(adapter, E1000_TCTL, reg & ~E1000_TCTL_EN);
	igb_wrfl(adapter);
	igb_usleep(adapter, 10000);
	igb_irq_disable(adapter);
	for (u32 i = 0; i < adapter->num_q_vectors; i++)
		napi_disable(&adapter->q_vector[i].napi);
	(void)del_timer(&adapter->watchdog_timer);
	(void)del_timer(&adapter->phy_info_timer);
	igb_update_stats(adapter);
	adapter->link_speed = 0;
	adapter->full_duplex = false;
	igb_reset(adapter);
	for (u32 i = 0; i < adapter->num_tx_queues; i++)
		igb_clean_tx_ring(&adapter->tx_ring[i]);
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		igb_clean_rx_ring(&adapter->rx_ring[i]);
}

static void igb_reset_task(struct igb_adapter *adapter)
{
	if (adapter->down || adapter->resetting)
		return;
	/* LINUX: igb_reinit_locked(). */
	adapter->resetting = true;
	igb_down(adapter);
	igb_up(adapter);
	adapter->resetting = false;
}

static void igb_tx_timeout(struct net_device *dev, u32 txqueue)
{
	struct igb_adapter *adapter = igb_priv(dev);

	(void)txqueue;
	adapter->tx_timeout_count++;
	igb_schedule_work(&adapter->reset_task);
	igb_wr32(adapter, E1000_EICS, adapter->eims_enable_mask & ~adapter->eims_other);
}

/* --- open, close, settings
 * -------------------------------------------------------------------------- */

static void igb_power_up_link(struct igb_adapter *adapter)
{
	(void)igb_phy_hw_reset(adapter);
	igb_power_up_phy_copper(adapter);
	(void)igb_setup_link(adapter);
}

static int igb_open(struct net_device *dev)
{
	struct igb_adapter *adapter = igb_priv(dev);
	int err;

	netif_carrier_off(dev);
	err = igb_setup_all_resources(adapter);
	if (err != 0)
		goto err_setup;
	igb_power_up_link(adapter);
	igb_configure(adapter);
	err = igb_request_irq(adapter);
	if (err != 0)
		goto err_req_irq;
	err = netif_set_real_num_tx_queues(dev, adapter->num_tx_queues);
	if (err != 0)
		goto err_set_queues;
	dev->real_num_rx_queues = adapter->num_rx_queues;
	igb_start(adapter);
	igb_start_irqs(adapter);
	return 0;

err_set_queues:
	igb_free_irqs(adapter, adapter->num_q_vectors + 1);
err_req_irq:
	igb_release_hw_control(adapter);
	igb_power_down_link(adapter);
	igb_free_all_resources(adapter);
err_setup:
	igb_reset(adapter);
	return err;
}

static int igb_close(struct net_device *dev)
{
	struct igb_adapter *adapter = igb_priv(dev);

	assert(!adapter->resetting);
	if (!adapter->down)
		igb_down(adapter);
	igb_free_irqs(adapter, adapter->num_q_vectors + 1);
	igb_free_all_resources(adapter);
	return 0;
}

static int igb_change_mtu(struct net_device *dev, u32 new_mtu)
{
	struct igb_adapter *adapter = igb_priv(dev);
	bool was_up = netif_running(dev) && !adapter->down;

	adapter->resetting = true;
	adapter->max_frame_size = max_u32(new_mtu + IGB_ETH_PKT_HDR_PAD, 1518);
	if (was_up)
		igb_down(adapter);
	dev->mtu = new_mtu;
	if (was_up)
		igb_up(adapter);
	else
		igb_reset(adapter);
	adapter->resetting = false;
	return 0;
}

static int igb_set_mac(struct net_device *dev, const u8 *addr)
{
	struct igb_adapter *adapter = igb_priv(dev);

	if (!is_valid_ether_addr(addr))
		return -EADDRNOTAVAIL;
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	memcpy(adapter->hw.mac_addr, addr, ETH_ALEN);
	igb_set_default_mac_filter(adapter);
	return 0;
}

static const struct ethtool_ops igb_ethtool_ops = {
	.driver = "igb",
	.version = "",
	.bus_info = "",
	.has_link = true,
	.has_ts_info = true,
};

static const struct net_device_ops igb_netdev_ops = {
	.ndo_open = igb_open,
	.ndo_stop = igb_close,
	.ndo_start_xmit = igb_xmit_frame,
	.ndo_features_check = igb_features_check,
	.ndo_set_rx_mode = igb_set_rx_mode,
	.ndo_set_mac_address = igb_set_mac,
	.ndo_change_mtu = igb_change_mtu,
	.ndo_tx_timeout = igb_tx_timeout,
	.set_coalesce = igb_set_coalesce,
};

/* --- probe
 * ------------------------------------------------------------------------------------------ */

static void igb_init_ring(struct igb_adapter *adapter, struct igb_ring *ring,
			  struct igb_q_vector *v, u32 index, u32 count)
{
	ring->adapter = adapter;
	ring->q_vector = v;
	ring->netdev = adapter->netdev;
	ring->count = (u16)count;
	ring->queue_index = (u8)index;
	ring->reg_idx = (u8)index;
}

/* LINUX: igb_alloc_q_vector(). */
static void igb_init_q_vector(struct igb_adapter *adapter, u32 v_idx, bool tx, bool rx, u32 index)
{
	struct igb_q_vector *v = &adapter->q_vector[v_idx];

	v->adapter = adapter;
	v->vector = v_idx + 1;
	v->itr_val = IGB_START_ITR;
	v->tx.work_limit = adapter->tx_work_limit;
	netif_napi_add(adapter->netdev, &v->napi, igb_poll);
	if (tx) {
		v->tx.ring = &adapter->tx_ring[index];
		igb_init_ring(adapter, v->tx.ring, v, index, adapter->tx_ring_count);
	}
	if (rx) {
		v->rx.ring = &adapter->rx_ring[index];
		igb_init_ring(adapter, v->rx.ring, v, index, adapter->rx_ring_count);
	}
}

/* A vector for each queue, first those of reception, while there are at most four pairs; one a pair
 * above, for there are ten vectors in all.
 */
static void igb_alloc_q_vectors(struct igb_adapter *adapter)
{
	u32 n = adapter->rss_queues;

	adapter->queue_pairs = n > IGB_QUEUES_MAX / 2;
	adapter->num_rx_queues = n;
	adapter->num_tx_queues = n;
	adapter->num_q_vectors = adapter->queue_pairs ? n : 2 * n;
	assert(adapter->num_q_vectors <= MAX_Q_VECTORS);
	for (u32 i = 0; i < n; i++)
		igb_init_q_vector(adapter, i, adapter->queue_pairs, true, i);
	for (u32 i = n; i < adapter->num_q_vectors; i++)
		igb_init_q_vector(adapter, i, true, false, i - n);
}

/* The kernel spreads the vectors of a card over the CPUs in turn. With two CPUs and five vectors
 * that is what was seen: rx-0 and tx-0 on CPU 1, rx-1 and tx-1 on CPU 0.
 */
static void igb_spread_vectors(struct igb_adapter *adapter)
{
	for (u32 i = 0; i < IGB_VECTORS_MAX; i++)
		adapter->affinity[i] = (u8)(i % adapter->net->host->nr_cpus);
}

static void igb_sw_init(struct igb_adapter *adapter, u32 queues)
{
	const struct host *h = adapter->net->host;
	u32 entries = min_u32(IGB_DEFAULT_RING, h->limits->igb_ring_entries);

	/* DIVERGES(igb-ring-default): rings are no longer than the world has room for. */
	adapter->tx_ring_count = (u16)entries;
	adapter->rx_ring_count = (u16)entries;
	adapter->rx_itr_setting = IGB_DEFAULT_ITR;
	adapter->tx_itr_setting = IGB_DEFAULT_ITR;
	adapter->tx_work_limit = IGB_DEFAULT_TX_WORK;
	adapter->max_frame_size = adapter->netdev->mtu + IGB_ETH_PKT_HDR_PAD;
	adapter->rss_queues = queues;
	igb_alloc_q_vectors(adapter);
	igb_spread_vectors(adapter);
	igb_irq_disable(adapter);
	adapter->down = true;
}

static void igb_setup_netdev(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &igb_netdev_ops;
	dev->ethtool_ops = &igb_ethtool_ops;
	dev->watchdog_timeo_jif = 5 * HZ;
	dev->hw_features = NETIF_F_SG | NETIF_F_TSO | NETIF_F_RXHASH | NETIF_F_RXCSUM |
			   NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | NETIF_F_GSO_UDP_L4 |
			   NETIF_F_HW_VLAN_CTAG_TX;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->priv_flags |= IFF_UNICAST_FLT;
	dev->min_mtu = 68;
	dev->max_mtu = MAX_STD_JUMBO_MTU;
}

/* LINUX: priv_destructor: what igb_remove() frees after unregister_netdev(). */
static void igb_free_adapter(struct net_device *dev)
{
	struct igb_adapter *adapter = igb_priv(dev);
	struct net *net = dev->net;

	dev->priv = NULL;
	sim_cancel(net->sim, &adapter->watchdog_task.event);
	sim_cancel(net->sim, &adapter->reset_task.event);
	(void)del_timer(&adapter->watchdog_timer);
	(void)del_timer(&adapter->phy_info_timer);
	for (u32 i = 0; i < adapter->num_q_vectors; i++)
		netif_napi_del(&adapter->q_vector[i].napi);
	pool_free(&net->igb_pool, adapter);
}

/* The hardware's part of probing, up to a reset card with a known address. */
static int igb_probe_hw(struct igb_adapter *adapter, u32 queues)
{
	struct net_device *dev = adapter->netdev;
	u16 data;
	int err = igb_get_invariants(adapter);

	if (err != 0)
		return err;
	igb_sw_init(adapter, queues);
	igb_wrfl(adapter); /* LINUX: igb_get_bus_info_pcie() reads the function's number here. */
	(void)igb_check_reset_block(adapter);
	(void)igb_enable_mng_pass_thru(adapter);
	(void)igb_reset_hw(adapter);
	if (igb_validate_nvm_checksum(adapter) != 0)
		return -EIO;
	(void)igb_read_mac_addr(adapter);
	memcpy(dev->dev_addr, adapter->hw.mac_addr, ETH_ALEN);
	if (!is_valid_ether_addr(dev->dev_addr))
		return -EIO;
	igb_set_default_mac_filter(adapter);
	/* Version of the NVM, for ethtool -i. */
	(void)igb_read_nvm(adapter, NVM_ETRACK_HIWORD, &data);
	(void)igb_read_nvm(adapter, NVM_VERSION, &data);
	adapter->hw.fc_requested = IGB_FC_DEFAULT;
	adapter->hw.fc_current = IGB_FC_DEFAULT;
	igb_reset(adapter);
	igb_get_hw_control(adapter);
	return 0;
}

static struct igb_adapter *igb_alloc_adapter(struct net_device *dev, const struct bus_card *card,
					     void *card_ctx, u32 irq_base)
{
	struct igb_adapter *adapter = pool_zalloc(&dev->net->igb_pool);

	if (adapter == NULL)
		return NULL;
	adapter->net = dev->net;
	adapter->netdev = dev;
	adapter->card = card;
	adapter->card_ctx = card_ctx;
	adapter->irq_base = irq_base;
	adapter->watchdog_task.adapter = adapter;
	adapter->watchdog_task.fn = igb_watchdog_task;
	adapter->reset_task.adapter = adapter;
	adapter->reset_task.fn = igb_reset_task;
	igb_watchdog_init(adapter);
	dev->priv = adapter;
	dev->priv_destructor = igb_free_adapter;
	return adapter;
}

int igb_probe(struct net *net, const char *name, const struct bus_card *card, void *card_ctx,
	      u32 irq_base, u32 queues, struct net_device **out)
{
	struct igb_adapter *adapter;
	struct net_device *dev;
	u16 data;
	int err = -ENOMEM;

	assert(irq_base + IGB_VECTORS_MAX <= CPU_IRQ_MAX);
	queues = min_u32(queues != 0 ? queues : net->host->nr_cpus, IGB_QUEUES_MAX);
	/* LINUX: alloc_etherdev_mq() always asks for eight queues, of which opening uses some. */
	dev = alloc_netdev(net, name, queues);
	if (dev == NULL)
		return -ENOMEM;
	igb_setup_netdev(dev);
	adapter = igb_alloc_adapter(dev, card, card_ctx, irq_base);
	if (adapter == NULL)
		goto err_free;
	err = igb_probe_hw(adapter, queues);
	if (err != 0)
		goto err_free;
	err = register_netdevice(dev);
	if (err != 0)
		goto err_register;
	dev->needs_free_netdev = true;
	netif_carrier_off(dev);
	igb_ptp_reset(adapter); /* LINUX: igb_ptp_init() */
	adapter->ptp_enabled = true;
	/* The board's part number, for the log. */
	if (igb_rd32(adapter, E1000_EECD) & E1000_EECD_PRES) {
		(void)igb_read_nvm(adapter, NVM_PBA_OFFSET_0, &data);
		(void)igb_read_nvm(adapter, NVM_PBA_OFFSET_1, &data);
	}
	*out = dev;
	return 0;

err_register:
	igb_release_hw_control(adapter);
err_free:
	free_netdev(dev);
	return err;
}

void igb_remove(struct net_device *dev)
{
	igb_release_hw_control(igb_priv(dev));
	unregister_netdevice(dev);
}

/* --- invariants
 * ------------------------------------------------------------------------------------- */

static void igb_check_tx(const struct igb_ring *ring)
{
	assert(ring->next_to_use < ring->count);
	assert(ring->next_to_clean < ring->count);
	for (u32 i = ring->next_to_clean; i != ring->next_to_use;) {
		const struct igb_tx_buffer *b = &ring->tx_buffer_info[i];

		assert(b->skb != NULL);
		assert(b->next_to_watch != 0);
		assert(b->next_to_watch <= ring->count);
		i = b->next_to_watch == ring->count ? 0 : b->next_to_watch;
	}
}

static void igb_check_rx(const struct igb_ring *ring)
{
	assert(ring->next_to_use < ring->count);
	for (u32 i = ring->next_to_clean; i != ring->next_to_alloc;) {
		assert(ring->rx_buffer_info[i].page != NULL);
		i = i + 1 == ring->count ? 0 : i + 1;
	}
}

/* At rest: no unit of work is on the stack. */
void igb_check(const struct igb_adapter *adapter)
{
	assert(!adapter->resetting);
	for (u32 i = 0; i < adapter->num_tx_queues; i++)
		if (adapter->tx_ring[i].mem != NULL)
			igb_check_tx(&adapter->tx_ring[i]);
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		if (adapter->rx_ring[i].mem != NULL)
			igb_check_rx(&adapter->rx_ring[i]);
}
