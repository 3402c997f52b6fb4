// SPDX-License-Identifier: MIT
/* igb_watchdog.c - every two seconds: the link, the card's statistics, and a kick to every queue.
 *
 * Path: none of the steps. Rules: LINUX: igb_watchdog_task(), igb_update_stats().
 */
#include "driver/igb.h"

enum { REMOTE_RX_RETRIES = 20, REMOTE_RX_WAIT_US = 100000 };

static const u16 stat_regs[] = {
#define X(name) E1000_##name,
	IGB_STATS_1(X) IGB_STATS_2(X) IGB_STATS_3(X)
#undef X
};
static_assert(ARRAY_SIZE(stat_regs) == IGB_STAT_MAX, "every statistic has its register");

static void igb_read_stats(struct igb_adapter *adapter, enum igb_stat from, enum igb_stat to)
{
	for (u32 i = from; i < to; i++)
		adapter->stats[i] += igb_rd32(adapter, stat_regs[i]);
}

/* LINUX: igb_update_stats(): nothing while there is no link. */
void igb_update_stats(struct igb_adapter *adapter)
{
	struct net_device_stats *out = &adapter->netdev->stats;
	const u64 *s = adapter->stats;

	if (adapter->link_speed == 0)
		return;
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		adapter->rx_ring[i].stats.drops += igb_rd32(adapter, E1000_N(RQDPC, i));
	igb_read_stats(adapter, 0, IGB_STAT_RXERRC);
	(void)igb_rd32(adapter, E1000_CTRL_EXT); /* copper? */
	igb_read_stats(adapter, IGB_STAT_RXERRC, IGB_STAT_MGTPTC);
	igb_read_stats(adapter, IGB_STAT_MGTPTC, IGB_STAT_MAX);
	(void)igb_rd32(adapter, E1000_MANC); /* traffic of a management controller? */
	out->multicast = s[IGB_STAT_MPRC];
	out->rx_errors = s[IGB_STAT_RXERRC] + s[IGB_STAT_CRCERRS] + s[IGB_STAT_ALGNERRC] +
			 s[IGB_STAT_RUC] + s[IGB_STAT_ROC];
	out->rx_missed_errors = s[IGB_STAT_MPC];
	out->tx_errors = s[IGB_STAT_ECOL] + s[IGB_STAT_LATECOL];
}

/* LINUX: round_jiffies(): to whole seconds, skewed from CPU to CPU, so that idle CPUs wake less often. */
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
	(void)igb_rd32(adapter, E1000_TSYNCRXCTL); /* LINUX: igb_ptp_rx_hang(): nothing is stamped */
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
