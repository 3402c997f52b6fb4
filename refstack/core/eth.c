// SPDX-License-Identifier: MIT
/* eth.c - Ethernet headers: written, kept ready in a neighbour's cache, and read on arrival.
 *
 * Path: steps 4 and 105. Called by neighbours and ARP (dev_hard_header) and by drivers
 * (eth_type_trans). Rules: IEEE 802.3 3.2; LINUX: net/ethernet/eth.c.
 */
#include "core/neighbour.h"
#include "core/netdevice.h"
#include "uapi/errno.h"

enum {
	ETH_DATA_LEN = 1500,
	ETH_MIN_MTU = 68,
	DEFAULT_TX_QUEUE_LEN = 1000,
	HH_DATA_OFF = HH_DATA_MOD - ETH_HLEN
};

/* Offsets of the fields. */
enum { ETH_DEST = 0, ETH_SOURCE = 6, ETH_PROTO = 12 };

static int eth_header(struct sk_buff *skb, struct net_device *dev, u16 type, const u8 *daddr,
		      const u8 *saddr, u32 len)
{
	PROBE(dev_net(dev), eth_header);
	u8 *eth = skb_push(skb, ETH_HLEN);

	put_be16(eth + ETH_PROTO, type != ETH_P_802_3 && type != ETH_P_802_2 ? type : (u16)len);
	memcpy(eth + ETH_SOURCE, saddr != NULL ? saddr : dev->dev_addr, ETH_ALEN);
	if (daddr != NULL) {
		memcpy(eth + ETH_DEST, daddr, ETH_ALEN);
		return ETH_HLEN;
	}
	if ((dev->flags & (IFF_LOOPBACK | IFF_NOARP)) != 0) {
		memset(eth + ETH_DEST, 0, ETH_ALEN);
		return ETH_HLEN;
	}
	return -ETH_HLEN;
}

static int eth_header_cache(const struct neighbour *neigh, struct hh_cache *hh, be16 type)
{
	PROBE(dev_net(neigh->dev), eth_header_cache);
	u8 *eth = hh->hh_data + HH_DATA_OFF;

	if (be16_to_cpu(type) == ETH_P_802_3)
		return -1;
	store_be16(eth + ETH_PROTO, type);
	memcpy(eth + ETH_SOURCE, neigh->dev->dev_addr, ETH_ALEN);
	memcpy(eth + ETH_DEST, neigh->ha, ETH_ALEN);
	hh->hh_len = ETH_HLEN;
	return 0;
}

static void eth_header_cache_update(struct hh_cache *hh, const struct net_device *dev,
				    const u8 *haddr)
{
	(void)dev;
	memcpy(hh->hh_data + HH_DATA_OFF + ETH_DEST, haddr, ETH_ALEN);
}

static int eth_header_parse(const struct sk_buff *skb, u8 *haddr)
{
	memcpy(haddr, skb_mac_header(skb) + ETH_SOURCE, ETH_ALEN);
	return ETH_ALEN;
}

static be16 eth_header_parse_protocol(const struct sk_buff *skb)
{
	return load_be16(skb_mac_header(skb) + ETH_PROTO);
}

const struct header_ops eth_header_ops = {
	.create = eth_header,
	.parse = eth_header_parse,
	.parse_protocol = eth_header_parse_protocol,
	.cache = eth_header_cache,
	.cache_update = eth_header_cache_update,
};

int dev_hard_header(struct sk_buff *skb, struct net_device *dev, u16 type, const u8 *daddr,
		    const u8 *saddr, u32 len)
{
	if (dev->header_ops == NULL || dev->header_ops->create == NULL)
		return 0;
	return dev->header_ops->create(skb, dev, type, daddr, saddr, len);
}

int dev_parse_header(const struct sk_buff *skb, u8 *haddr)
{
	const struct header_ops *ops = skb->dev->header_ops;

	return ops != NULL && ops->parse != NULL ? ops->parse(skb, haddr) : 0;
}

be16 dev_parse_header_protocol(const struct sk_buff *skb)
{
	const struct header_ops *ops = skb->dev->header_ops;

	return ops != NULL && ops->parse_protocol != NULL ? ops->parse_protocol(skb) : (be16){ 0 };
}

/* LINUX: eth_skb_pkt_type(): for whom is it? A new packet says PACKET_HOST. */
static void eth_skb_pkt_type(struct sk_buff *skb, const struct net_device *dev)
{
	const u8 *dest = skb_mac_header(skb) + ETH_DEST;

	if (memcmp(dest, dev->dev_addr, ETH_ALEN) == 0)
		return;
	if ((dest[0] & 1) == 0)
		skb->pkt_type = PACKET_OTHERHOST;
	else if (memcmp(dest, dev->broadcast, ETH_ALEN) == 0)
		skb->pkt_type = PACKET_BROADCAST;
	else
		skb->pkt_type = PACKET_MULTICAST;
}

/* The driver has seen to it that the header is there, in the linear part. */
be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	PROBE(dev_net(dev), eth_type_trans);
	be16 proto;

	assert(skb_headlen(skb) >= ETH_HLEN);
	PATH_STEP(dev_net(dev), ETH_TYPE_TRANS, 0, skb->len);
	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	eth_skb_pkt_type(skb, dev);
	proto = load_be16(skb_mac_header(skb) + ETH_PROTO);
	if (be16_to_cpu(proto) >= ETH_P_802_3_MIN)
		return proto;
	/* A length. Novell put IPX right behind it, recognised by a checksum of all ones. */
	if (skb_headlen(skb) >= 2 && get_be16(skb->data) == 0xffff)
		return cpu_to_be16(ETH_P_802_3);
	return cpu_to_be16(ETH_P_802_2);
}

bool is_valid_ether_addr(const u8 *addr)
{
	static const u8 zero[ETH_ALEN];

	return (addr[0] & 1) == 0 && memcmp(addr, zero, ETH_ALEN) != 0;
}

int eth_mac_addr(struct net_device *dev, const u8 *addr)
{
	if ((dev->priv_flags & IFF_LIVE_ADDR_CHANGE) == 0 && netif_running(dev))
		return -EBUSY;
	if (!is_valid_ether_addr(addr))
		return -EADDRNOTAVAIL;
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	return 0;
}

void ether_setup(struct net_device *dev)
{
	dev->header_ops = &eth_header_ops;
	dev->type = ARPHRD_ETHER;
	dev->hard_header_len = ETH_HLEN;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_DATA_LEN;
	dev->addr_len = ETH_ALEN;
	dev->tx_queue_len = DEFAULT_TX_QUEUE_LEN;
	dev->flags = IFF_BROADCAST | IFF_MULTICAST;
	dev->priv_flags |= IFF_TX_SKB_SHARING;
	memset(dev->broadcast, 0xff, ETH_ALEN);
}
