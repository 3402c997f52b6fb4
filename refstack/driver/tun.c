// SPDX-License-Identifier: MIT
/* tun.c - TAP and TUN: frames to and from a process, without a card.
 *
 * Path: step 10 in place of a card, and in place of 101 to 105. Called by dev_hard_start_xmit() and
 * by the process; calls netif_receive_skb() with bottom halves off. Rules: LINUX:
 * drivers/net/tun.c, one queue, no NAPI.
 */
#include "driver/tun.h"

#include "core/tx_tstamp.h"
#include "core/ubuf.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum {
	TUN_READQ_SIZE = 500,
	MIN_MTU = 68,
	MAX_MTU = 65535,
	/* LINUX: NET_IP_ALIGN is 2 where the architecture does not say otherwise. x86 says 0,
	 * user-mode Linux, which is the judging kernel and knows no other wire, does not.
	 */
	TUN_IP_ALIGN = 2,
	TUN_RX_PAD = NET_SKB_PAD + TUN_IP_ALIGN,
	XDP_PACKET_HEADROOM = 256,
	MAX_HEAD = PAGE_SIZE - SKB_SHARED_INFO_BYTES,
	PAGE_ALLOC_COSTLY_ORDER = 3,
	MAX_FRAG_BYTES = MAX_SKB_FRAGS * (PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)
};

static struct tun_struct *netdev_tun(const struct net_device *dev)
{
	return dev->priv;
}

/* --- out -----------------------------------------------------------------------------------------
 */

static struct sk_buff *tun_queue_recv(struct tun_struct *tun)
{
	struct sk_buff *skb = skb_dequeue(&tun->tx_queue);

	if (skb == NULL)
		return NULL;
	tun->dev->stats.tx_packets++;
	tun->dev->stats.tx_bytes += skb->len;
	return skb;
}

/* The reader that always waits comes to it. */
static void free_places(void *ctx, u64 a, u64 b)
{
	struct tun_struct *tun = ctx;

	(void)a;
	(void)b;
	for (; tun->delivered != 0; tun->delivered--)
		ptr_ring_consume(&tun->tx_ring);
}

static void tun_deliver(struct tun_struct *tun)
{
	struct net *net = tun->dev->net;

	if (tun->delivered++ == 0)
		sim_arm(net->sim, &tun->read_event, SIM_USER, this_cpu(net)->now_ps, free_places,
			tun, 0, 0);
	tun->deliver(tun->ctx, tun_queue_recv(tun));
}

static enum netdev_tx tun_net_xmit(struct sk_buff *skb, struct net_device *dev)
{
	PROBE(dev->net, tun_net_xmit);
	struct tun_struct *tun = netdev_tun(dev);

	if (unlikely(skb_orphan_frags_rx(skb) != 0)) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, DROP_SKB_UCOPY_FAULT);
		return (enum netdev_tx)NET_XMIT_DROP;
	}
	skb_tx_timestamp(skb);
	/* It may lie here for long: its socket gets the room back now. */
	skb_orphan(skb);
	if (!ptr_ring_produce(&tun->tx_ring)) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, DROP_FULL_RING);
		return (enum netdev_tx)NET_XMIT_DROP;
	}
	skb_queue_tail(&tun->tx_queue, skb);
	netdev_get_tx_queue(dev, skb->queue_mapping)->trans_start_jif = net_jiffies(dev->net);
	if (tun->deliver != NULL)
		tun_deliver(tun);
	return NETDEV_TX_OK;
}

int tun_do_read(struct net_device *dev, u8 *buf, u32 size)
{
	struct tun_struct *tun = netdev_tun(dev);
	struct sk_buff *skb = tun_queue_recv(tun);
	u32 len;

	if (skb == NULL)
		return -EAGAIN;
	ptr_ring_consume(&tun->tx_ring);
	len = min_u32(skb->len, size);
	if (skb_copy_bits(skb, 0, buf, len) != 0)
		len = 0;
	consume_skb(skb);
	return (int)len;
}

void tun_queue_resize(struct net_device *dev)
{
	struct tun_struct *tun = netdev_tun(dev);

	free_places(tun, 0, 0);
	sim_cancel(dev->net->sim, &tun->read_event);
	while (tun->tx_queue.qlen > dev->tx_queue_len)
		kfree_skb(skb_dequeue_tail(&tun->tx_queue));
	ptr_ring_init(&tun->tx_ring, dev->tx_queue_len);
	tun->tx_ring.used = tun->tx_queue.qlen;
}

/* --- in ------------------------------------------------------------------------------------------
 */

static u32 skb_data_align(u32 n)
{
	return ALIGN_UP(n, (u32)SMP_CACHE_BYTES);
}

/* Small enough for a part of a page, and a TAP: LINUX: tun_can_build_skb(). */
static bool tun_can_build_skb(const struct tun_struct *tun, u32 len)
{
	return tun->tap && len < PAGE_SIZE &&
	       skb_data_align(len + TUN_RX_PAD + XDP_PACKET_HEADROOM) + SKB_SHARED_INFO_BYTES <=
		       PAGE_SIZE;
}

static struct sk_buff *tun_build_skb(struct net *net, const u8 *frame, u32 len, int *err)
{
	u32 buflen = skb_data_align(len + TUN_RX_PAD) + SKB_SHARED_INFO_BYTES;
	struct page *page = page_alloc(net, PAGE_SIZE);
	struct sk_buff *skb;

	*err = -ENOMEM;
	if (page == NULL)
		return NULL;
	skb = napi_build_skb(net, page, 0, buflen);
	if (skb == NULL) {
		put_page(page);
		return NULL;
	}
	skb_reserve(skb, TUN_RX_PAD);
	memcpy(skb_put(skb, len), frame, len);
	return skb;
}

/* Is the frame written as one which was put together? LINUX: struct virtio_net_hdr without a
 * length of headers; TCP over IPv4, without options of IP that break it.
 */
static bool tun_is_gso(const struct tun_struct *tun, const u8 *frame, u32 len)
{
	u32 hlen, head;

	if (tun->write_gso_size == 0 || tun->tap || len < IPV4_HLEN + TCP_HLEN)
		return false;
	hlen = (frame[0] & 15u) * 4;
	if (frame[0] >> 4 != 4 || frame[IPV4_PROTOCOL] != IPPROTO_TCP || hlen < IPV4_HLEN ||
	    len < hlen + TCP_HLEN)
		return false;
	head = hlen + tcp_hlen(frame + hlen);
	return len > head + tun->write_gso_size;
}

static struct sk_buff *tun_alloc_skb(const struct tun_struct *tun, const u8 *frame, u32 len,
				     int *err)
{
	struct net *net = tun->dev->net;
	u32 align = tun->tap ? (u32)TUN_RX_PAD : (u32)NET_SKB_PAD;
	u32 linear = align + len < PAGE_SIZE ? len : min_u32(MAX_HEAD - align, len);
	struct sk_buff *skb;

	if (len - linear > MAX_FRAG_BYTES)
		linear = len - MAX_FRAG_BYTES;
	skb = alloc_skb_with_frags(net, align + linear, len - linear, PAGE_ALLOC_COSTLY_ORDER, err);
	if (skb == NULL)
		return NULL;
	skb_reserve(skb, align);
	memcpy(skb_put(skb, linear), frame, linear);
	for (u32 i = 0, at = linear; i < skb->hd->nr_frags; i++) {
		const struct skb_frag *f = &skb->hd->frags[i];

		memcpy(f->page->mem + f->offset, frame + at, f->size);
		at += f->size;
		assert(at <= len);
	}
	skb->data_len = len - linear;
	skb->len = len;
	return skb;
}

/* What it is: from the Ethernet header, or from the version in the first byte. */
static int tun_set_protocol(const struct tun_struct *tun, struct sk_buff *skb,
			    enum drop_reason *reason)
{
	u8 version;

	if (tun->tap) {
		if (!pskb_may_pull(skb, ETH_HLEN)) {
			*reason = DROP_HDR_TRUNC;
			return -ENOMEM;
		}
		skb->protocol = eth_type_trans(skb, tun->dev);
		return 0;
	}
	if (!pskb_may_pull(skb, 1))
		return -EINVAL;
	version = skb->data[0] >> 4;
	if (version != 4 && version != 6)
		return -EINVAL;
	skb_reset_mac_header(skb);
	skb->protocol = cpu_to_be16(version == 4 ? ETH_P_IP : ETH_P_IPV6);
	skb->dev = tun->dev;
	return 0;
}

void tun_set_write_gso(struct net_device *dev, u16 gso_size)
{
	netdev_tun(dev)->write_gso_size = gso_size;
}

/* LINUX: tun_rx_batched(), which does not batch by default. */
static void tun_rx(struct net_device *dev, struct sk_buff *skb, u32 len)
{
	struct cpu *c = this_cpu(dev->net);

	skb_reset_network_header(skb);
	skb_probe_transport_header(skb);
	skb->queue_mapping = 1; /* LINUX: skb_record_rx_queue(0) */
	local_bh_disable(c);
	netif_receive_skb(skb);
	local_bh_enable(c);
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += len;
}

int tun_get_user(struct net_device *dev, const u8 *frame, u32 len)
{
	PROBE(dev->net, tun_get_user);
	struct tun_struct *tun = netdev_tun(dev);
	enum drop_reason reason = DROP_NOT_SPECIFIED;
	struct sk_buff *skb;
	int err;

	if (len > INT32_MAX || (tun->tap && len < ETH_HLEN))
		return -EINVAL;
	if (tun_can_build_skb(tun, len))
		skb = tun_build_skb(dev->net, frame, len, &err);
	else
		skb = tun_alloc_skb(tun, frame, len, &err);
	if (skb == NULL)
		goto drop;
	err = tun_set_protocol(tun, skb, &reason);
	if (err != 0)
		goto drop;
	if ((dev->flags & IFF_UP) == 0) {
		err = -EIO;
		reason = DROP_DEV_READY;
		goto drop;
	}
	if (tun_is_gso(tun, frame, len)) {
		skb->hd->gso_size = tun->write_gso_size;
		skb->hd->gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY;
	}
	tun_rx(dev, skb, len);
	return (int)len;

drop:
	dev->stats.rx_dropped++;
	if (skb != NULL)
		kfree_skb_reason(skb, reason);
	return err;
}

/* LINUX: TUN_USER_FEATURES, as far as there are any. */
#define TUN_USER_FEATURES (NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO_ECN)

/* LINUX: tun_net_fix_features(). */
static u64 tun_net_fix_features(const struct net_device *dev, u64 features)
{
	return features & (netdev_tun(dev)->set_features | ~(u64)TUN_USER_FEATURES);
}

/* LINUX: set_offload(). */
void tun_set_offload(struct net_device *dev, bool csum, bool tso)
{
	struct tun_struct *tun = netdev_tun(dev);

	tun->set_features = 0;
	if (csum)
		tun->set_features |= NETIF_F_HW_CSUM;
	if (csum && tso)
		tun->set_features |= NETIF_F_TSO | NETIF_F_TSO_ECN;
	dev->wanted_features &= ~(u64)TUN_USER_FEATURES;
	dev->wanted_features |= tun->set_features;
	netdev_update_features(dev);
}

/* --- the device ----------------------------------------------------------------------------------
 */

static int tun_net_open(struct net_device *dev)
{
	netif_tx_start_all_queues(dev);
	return 0;
}

static int tun_net_close(struct net_device *dev)
{
	netif_tx_stop_all_queues(dev);
	return 0;
}

static u64 passthru_features_check(struct sk_buff *skb, struct net_device *dev, u64 features)
{
	(void)skb;
	(void)dev;
	return features;
}

static void tun_free_netdev(struct net_device *dev)
{
	struct tun_struct *tun = netdev_tun(dev);

	sim_cancel(dev->net->sim, &tun->read_event);
	skb_queue_purge_reason(&tun->tx_queue, DROP_QUEUE_PURGE);
	pool_free(&dev->net->tun_pool, tun);
}

#define TUN_OTHER_HW                                                                               \
	(F_BIT(F_NOCACHE_COPY) | F_BIT(F_VLAN_STAG_TX) | F_BIT(F_GRO_FRAGLIST) |                   \
	 F_BIT(F_GRO_UDP_FWD) | F_BIT(F_GSO_UDP_L4))

static struct ethtool_kept *tun_ethtool(struct net_device *dev)
{
	return &netdev_tun(dev)->ethtool;
}

static const struct ethtool_ops tun_ethtool_ops = {
	.driver = "tun",
	.version = "1.6",
	.bus_info = "tun",
	.has_link = true,
	.has_msglevel = true,
	.has_ts_info = true,
	.combined = 1,
	.rx_max_frames_limit = NAPI_POLL_WEIGHT,
	.other_hw = TUN_OTHER_HW,
	.other_wanted = F_BIT(F_VLAN_STAG_TX) | F_BIT(F_GSO_UDP_L4),
	.other_active = F_BIT(F_VLAN_STAG_TX),
	.kept = tun_ethtool,
};

static const struct ethtool_ops tap_ethtool_ops = {
	.driver = "tun",
	.version = "1.6",
	.bus_info = "tap",
	.has_link = true,
	.has_msglevel = true,
	.has_ts_info = true,
	.combined = 1,
	.rx_max_frames_limit = NAPI_POLL_WEIGHT,
	.other_hw = TUN_OTHER_HW,
	.other_wanted = F_BIT(F_VLAN_STAG_TX) | F_BIT(F_GSO_UDP_L4),
	.other_active = F_BIT(F_VLAN_STAG_TX),
	.kept = tun_ethtool,
};

static const struct net_device_ops tun_netdev_ops = {
	.tx_queue_len_changed = tun_queue_resize,
	.ndo_open = tun_net_open,
	.ndo_stop = tun_net_close,
	.ndo_start_xmit = tun_net_xmit,
	.ndo_fix_features = tun_net_fix_features,
};

/* A TAP's process hears all: whom the device listens to changes nothing on this side. */
static void tun_net_mclist(struct net_device *dev)
{
	(void)dev;
}

static const struct net_device_ops tap_netdev_ops = {
	.tx_queue_len_changed = tun_queue_resize,
	.ndo_open = tun_net_open,
	.ndo_stop = tun_net_close,
	.ndo_start_xmit = tun_net_xmit,
	.ndo_fix_features = tun_net_fix_features,
	.ndo_features_check = passthru_features_check,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_set_rx_mode = tun_net_mclist,
};

/* LINUX: ip_tunnel_parse_protocol(): by the version in the first byte. */
static be16 ip_tunnel_parse_protocol(const struct sk_buff *skb)
{
	s32 off = skb_network_offset(skb);
	u8 version;

	if (skb_network_header(skb) < skb->head || off >= (s32)skb_headlen(skb))
		return (be16){ 0 };
	version = skb_network_header(skb)[0] >> 4;
	if (version == 4 && off + IPV4_HLEN <= (s32)skb_headlen(skb))
		return cpu_to_be16(ETH_P_IP);
	if (version == 6 && off + 40 <= (s32)skb_headlen(skb))
		return cpu_to_be16(ETH_P_IPV6);
	return (be16){ 0 };
}

/* LINUX: ip_tunnel_header_ops, which only knows how to read. */
static const struct header_ops ip_tunnel_header_ops = {
	.parse_protocol = ip_tunnel_parse_protocol,
};

/* LINUX: tun_net_initialize(). */
static void tun_net_initialize(struct net_device *dev, bool tap, const u8 *mac)
{
	if (tap) {
		dev->netdev_ops = &tap_netdev_ops;
		ether_setup(dev);
		dev->priv_flags &= ~(u32)IFF_TX_SKB_SHARING;
		dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
		memcpy(dev->dev_addr, mac, ETH_ALEN);
	} else {
		dev->netdev_ops = &tun_netdev_ops;
		dev->header_ops = &ip_tunnel_header_ops;
		dev->mtu = 1500;
		dev->type = ARPHRD_NONE;
		dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
		/* Of a TAP ether_setup() has made it 1000, and its ring with it. */
		dev->tx_queue_len = TUN_READQ_SIZE;
	}
	dev->ethtool_ops = tap ? &tap_ethtool_ops : &tun_ethtool_ops;
	ethtool_kept_init(tun_ethtool(dev));
	dev->min_mtu = MIN_MTU;
	dev->max_mtu = (u32)MAX_MTU - dev->hard_header_len;
	dev->lltx = true;
	dev->hw_features =
		NETIF_F_SG | NETIF_F_FRAGLIST | TUN_USER_FEATURES | NETIF_F_HW_VLAN_CTAG_TX;
	dev->features = dev->hw_features;
}

struct net_device *tun_create(struct net *net, const char *name, bool tap, const u8 *mac,
			      void (*deliver)(void *ctx, struct sk_buff *skb), void *ctx)
{
	struct tun_struct *tun = pool_zalloc(&net->tun_pool);
	struct net_device *dev;

	assert(name != NULL);
	assert(!tap || mac != NULL);
	if (tun == NULL)
		return NULL;
	dev = alloc_netdev(net, name, 1);
	if (dev == NULL) {
		pool_free(&net->tun_pool, tun);
		return NULL;
	}
	tun->dev = dev;
	tun->tap = tap;
	tun->deliver = deliver;
	tun->ctx = ctx;
	skb_queue_head_init(&tun->tx_queue);
	dev->priv = tun;
	dev->priv_destructor = tun_free_netdev;
	dev->needs_free_netdev = true;
	tun_net_initialize(dev, tap, mac);
	ptr_ring_init(&tun->tx_ring, dev->tx_queue_len);
	if (register_netdevice(dev) != 0) {
		free_netdev(dev);
		return NULL;
	}
	return dev;
}
