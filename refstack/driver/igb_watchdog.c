// SPDX-License-Identifier: MIT
/* igb_watchdog.c - every two seconds: the link, the card's statistics, and a kick to every queue.
 *
 * Path: none of the steps. Rules: LINUX: igb_watchdog_task(), igb_update_stats().
 */
#include "driver/igb.h"

enum { REMOTE_RX_RETRIES = 20, REMOTE_RX_WAIT_US = 100000 };

/* In the order in which the kernel reads them. The high halves are read to clear the low ones. */
static const u16 mac_stats[] = {
	E1000_CRCERRS, E1000_GPRC,    E1000_GORCL,  E1000_GORCH,  E1000_BPRC,	  E1000_MPRC,
	E1000_ROC,     E1000_PRC64,   E1000_PRC127, E1000_PRC255, E1000_PRC511,	  E1000_PRC1023,
	E1000_PRC1522, E1000_SYMERRS, E1000_MPC,    E1000_SCC,	  E1000_ECOL,	  E1000_MCC,
	E1000_LATECOL, E1000_DC,      E1000_RLEC,   E1000_XONRXC, E1000_XONTXC,	  E1000_XOFFRXC,
	E1000_XOFFTXC, E1000_FCRUC,   E1000_GPTC,   E1000_GOTCL,  E1000_GOTCH,	  E1000_RNBC,
	E1000_RUC,     E1000_RFC,     E1000_RJC,    E1000_TORH,	  E1000_TOTH,	  E1000_TPR,
	E1000_PTC64,   E1000_PTC127,  E1000_PTC255, E1000_PTC511, E1000_PTC1023,  E1000_PTC1522,
	E1000_MPTC,    E1000_BPTC,    E1000_TPT,    E1000_COLC,	  E1000_ALGNERRC,
};
static const u16 more_stats[] = {
	E1000_RXERRC,	E1000_TNCRS,   E1000_TSCTC,   E1000_TSCTFC,  E1000_IAC,	    E1000_HTCBDPC,
	E1000_ICRXPTC,	E1000_ICRXATC, E1000_ICTXPTC, E1000_ICTXATC, E1000_ICTXQEC, E1000_ICTXQMTC,
	E1000_ICRXDMTC, E1000_MGTPTC,  E1000_MGTPRC,  E1000_MGTPDC,
};

static void igb_read_stats(struct igb_adapter *adapter, const u16 *regs, u32 n)
{
	for (u32 i = 0; i < n; i++)
		adapter->stats[(regs[i] - (u32)E1000_CRCERRS) / 4] += igb_rd32(adapter, regs[i]);
}

/* LINUX: igb_update_stats(): nothing while there is no link. */
void igb_update_stats(struct igb_adapter *adapter)
{
	struct net_device_stats *out = &adapter->netdev->stats;

	if (adapter->link_speed == 0)
		return;
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		adapter->rx_ring[i].stats.drops += igb_rd32(adapter, E1000_N(RQDPC, i));
	igb_read_stats(adapter, mac_stats, ARRAY_SIZE(mac_stats));
	(void)igb_rd32(adapter, E1000_CTRL_EXT); /* copper? */
	igb_read_stats(adapter, more_stats, ARRAY_SIZE(more_stats));
	(void)igb_rd32(adapter, E1000_MANC); /* traffic of a management controller? */
	out->multicast = igb_stat(adapter, E1000_MPRC);
	out->rx_errors = igb_stat(adapter, E1000_RXERRC) + igb_stat(adapter, E1000_CRCERRS) +
			 igb_stat(adapter, E1000_ALGNERRC) + igb_stat(adapter, E1000_RUC) +
			 igb_stat(adapter, E1000_ROC);
	out->rx_missed_errors = igb_stat(adapter, E1000_MPC);
	out->tx_errors = igb_stat(adapter, E1000_ECOL) + igb_stat(adapter, E1000_LATECOL);
}

/* LINUX: round_jiffies(): to whole seconds, skewed from CPU to CPU, so that idle CPUs wake less
 * often. */
static u64 round_jiffies(const struct net *net, u64 j)
{
	u64 skew = (u64)this_cpu(net)->id * 3;
	u64 rounded = j + skew;
	u64 rem = rounded % HZ;

	rounded = rem < HZ / 4 ? rounded - rem : rounded - rem + HZ;
	rounded -= skew;
	return time_after(rounded, net_jiffies(net)) ? rounded : j;
}

static void igb_rearm(struct igb_adapter *adapter, struct timer_list *t)
{
	struct net *net = adapter->net;

	if (!adapter->down)
		mod_timer(net, t, round_jiffies(net, net_jiffies(net) + 2 * HZ));
}

static bool igb_has_link(struct igb_adapter *adapter)
{
	if (!adapter->hw.get_link_status)
		return true;
	(void)igb_check_for_copper_link(adapter);
	return !adapter->hw.get_link_status;
}

/* IEEE 802.3 40: the far receiver takes its time after the link bit. */
static void igb_wait_remote_rx(struct igb_adapter *adapter)
{
	for (u32 i = 0; i <= REMOTE_RX_RETRIES; i++) {
		u16 data;

		if (igb_read_phy_reg(adapter, PHY_1000T_STATUS, &data) != 0)
			return;
		if ((data & SR_1000T_REMOTE_RX_STATUS) != 0)
			return;
		if (i != REMOTE_RX_RETRIES)
			igb_usleep(adapter, REMOTE_RX_WAIT_US);
	}
}

static void igb_link_came(struct igb_adapter *adapter)
{
	igb_get_speed_and_duplex(adapter, &adapter->link_speed, &adapter->full_duplex);
	(void)igb_rd32(adapter, E1000_CTRL); /* for the message */
	(void)igb_check_downshift(adapter);
	adapter->tx_timeout_factor = adapter->link_speed == SPEED_10 ? 14 : 1;
	if (adapter->link_speed == SPEED_1000)
		igb_wait_remote_rx(adapter);
	netif_carrier_on(adapter->netdev);
	igb_rearm(adapter, &adapter->phy_info_timer);
}

static void igb_link_went(struct igb_adapter *adapter)
{
	adapter->link_speed = 0;
	adapter->full_duplex = false;
	netif_carrier_off(adapter->netdev);
	igb_rearm(adapter, &adapter->phy_info_timer);
}

/* Without link what is queued is stuck: the card has to be reset to let go of it. */
static bool igb_tx_is_stuck(const struct igb_adapter *adapter, const struct igb_ring *tx_ring)
{
	return !netif_carrier_ok(adapter->netdev) && igb_desc_unused(tx_ring) + 1 < tx_ring->count;
}

void igb_watchdog_task(struct igb_adapter *adapter)
{
	bool link;
	u32 eics = 0;

	PROBE(adapter->net, igb_watchdog_task);
	link = igb_has_link(adapter);
	if (link && !netif_carrier_ok(adapter->netdev))
		igb_link_came(adapter);
	else if (!link && netif_carrier_ok(adapter->netdev))
		igb_link_went(adapter);
	igb_update_stats(adapter);
	for (u32 i = 0; i < adapter->num_tx_queues; i++) {
		if (igb_tx_is_stuck(adapter, &adapter->tx_ring[i])) {
			adapter->tx_timeout_count++;
			igb_schedule_work(&adapter->reset_task);
			return;
		}
		adapter->tx_ring[i].detect_hang = true;
	}
	/* Every queue is looked at once, whatever got lost. */
	for (u32 i = 0; i < adapter->num_q_vectors; i++)
		eics |= adapter->q_vector[i].eims_value;
	igb_wr32(adapter, E1000_EICS, eics);
	(void)igb_rd32(adapter,
		       E1000_TSYNCRXCTL); /* LINUX: igb_ptp_rx_hang(): nothing is stamped */
	igb_rearm(adapter, &adapter->watchdog_timer);
}

static void igb_watchdog(struct timer_list *t)
{
	igb_schedule_work(&container_of(t, struct igb_adapter, watchdog_timer)->watchdog_task);
}

static void igb_update_phy_info(struct timer_list *t)
{
	(void)igb_get_phy_info(container_of(t, struct igb_adapter, phy_info_timer));
}

void igb_watchdog_init(struct igb_adapter *adapter)
{
	timer_setup(&adapter->watchdog_timer, igb_watchdog);
	timer_setup(&adapter->phy_info_timer, igb_update_phy_info);
}
