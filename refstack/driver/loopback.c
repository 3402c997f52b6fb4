// SPDX-License-Identifier: MIT
/* loopback.c - lo: what goes out comes in, by way of the CPU's backlog.
 *
 * Path: step 10 for packets to oneself. Called by dev_hard_start_xmit(); calls netif_rx().
 * Rules: LINUX: drivers/net/loopback.c.
 */
#include "driver/loopback.h"

#include "core/dst.h"
#include "core/ethtool.h"
#include "core/tx_tstamp.h"
#include "uapi/errno.h"

enum { LOOPBACK_MTU = 64 * 1024, LOOPBACK_IFINDEX = 1 };

static enum netdev_tx loopback_xmit(struct sk_buff *skb, struct net_device *dev)
{
	PROBE(dev->net, loopback_xmit);
	u32 len;

	skb_tx_timestamp(skb);
	skb_clear_tstamp(skb);
	skb_orphan(skb);
	skb_dst_force(skb);
	skb->protocol = eth_type_trans(skb, dev);
	len = skb->len;
	if (netif_rx(skb) != NET_RX_SUCCESS)
		return NETDEV_TX_OK;
	/* LINUX: loopback_get_stats64(): one pair of counters for both ways. */
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += len;
	return NETDEV_TX_OK;
}

static const struct net_device_ops loopback_ops = {
	.ndo_start_xmit = loopback_xmit,
	.ndo_set_mac_address = eth_mac_addr,
};

static const struct ethtool_ops loopback_ethtool_ops = {
	.has_link = true,
	.always_on = true,
	.has_ts_info = true,
	.other_hw = F_BIT(F_GSO_SCTP) | F_BIT(F_GSO_FRAGLIST) | F_BIT(F_GRO_FRAGLIST) |
		    F_BIT(F_GRO_UDP_FWD),
	.other_wanted = F_BIT(F_GSO_SCTP) | F_BIT(F_GSO_FRAGLIST),
	.other_active = F_BIT(F_GSO_SCTP) | F_BIT(F_GSO_FRAGLIST) | F_BIT(F_VLAN_CHALLENGED),
};

int loopback_net_init(struct net *net)
{
	struct net_device *dev = alloc_netdev(net, "lo", 1);
	int err;

	if (dev == NULL)
		return -ENOMEM;
	dev->mtu = LOOPBACK_MTU;
	dev->hard_header_len = ETH_HLEN;
	dev->addr_len = ETH_ALEN;
	dev->type = ARPHRD_LOOPBACK;
	dev->flags = IFF_LOOPBACK;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE | IFF_NO_QUEUE;
	dev->priv_flags &= ~(u32)IFF_XMIT_DST_RELEASE; /* the receiver takes the route */
	dev->lltx = true;
	dev->hw_features = NETIF_F_GSO_SOFTWARE;
	dev->features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_GSO_SOFTWARE | NETIF_F_HW_CSUM |
			NETIF_F_RXCSUM | NETIF_F_SCTP_CRC | NETIF_F_HIGHDMA | NETIF_F_LOOPBACK;
	dev->header_ops = &eth_header_ops;
	dev->netdev_ops = &loopback_ops;
	dev->ethtool_ops = &loopback_ethtool_ops;
	dev->needs_free_netdev = true;
	err = register_netdevice(dev);
	if (err != 0) {
		free_netdev(dev);
		return err;
	}
	assert(dev->ifindex == LOOPBACK_IFINDEX);
	net->loopback_dev = dev;
	return 0;
}
