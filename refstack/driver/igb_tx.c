// SPDX-License-Identifier: MIT
/* igb_tx.c - transmission: from a packet to descriptors and the doorbell, and the clean-up after
 * it.
 *
 * Path: steps 10, 11, 12 and 16. Rules: LINUX: igb_xmit_frame_ring(), igb_tx_map(),
 * igb_clean_tx_irq(). What goes wrong here is dropped and counted, never handed back:
 * NETDEV_TX_BUSY says only "no room".
 */
#include "driver/igb.h"

#include "base/csum.h"
#include "core/tx_tstamp.h"
#include "uapi/errno.h"

enum {
	TX_WAKE_THRESHOLD = 2 * DESC_NEEDED,
	IGB_MAX_MAC_HDR_LEN = 127,
	IGB_MAX_NETWORK_HDR_LEN = 511,
	TCP_CHECK_OFFSET = 16,
	UDP_CHECK_OFFSET = 6,
	SCTP_CHECK_OFFSET = 8,
	UDP_HDR_LEN = 8,
	IP_PROTOCOL_UDP = 17
};

static u32 next_desc(const struct igb_ring *ring, u32 i)
{
	return i + 1 == ring->count ? 0 : i + 1;
}

/* --- before the ring ----------------------------------------------------------------------------
 */

/* LINUX: skb_pad(): zeroes behind the data. */
static int igb_skb_pad(struct sk_buff *skb, u32 pad)
{
	int err = 0;

	if (skb_cloned(skb) || skb->end - skb->tail < skb->data_len + pad)
		err = pskb_expand_head(skb, 0, skb->data_len + pad);
	if (err == 0)
		err = skb_linearize(skb);
	if (err != 0) {
		kfree_skb(skb);
		return err;
	}
	memset(skb_tail_pointer(skb), 0, pad);
	return 0;
}

int igb_put_padto(struct sk_buff *skb, u32 len)
{
	u32 pad;
	int err;

	if (skb->len >= len)
		return 0;
	pad = len - skb->len;
	err = igb_skb_pad(skb, pad);
	if (err == 0) {
		skb->tail += pad;
		skb->len += pad;
	}
	return err;
}

/* Headers that a context descriptor cannot describe get their checksum from the CPU. */
u64 igb_features_check(struct sk_buff *skb, struct net_device *dev, u64 features)
{
	const u64 offloads = NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | NETIF_F_GSO_UDP_L4 | NETIF_F_TSO;

	PROBE(dev->net, igb_features_check);
	/* LINUX: both lengths are unsigned: a start before the header counts as too long. */
	if ((u32)skb_network_offset(skb) > IGB_MAX_MAC_HDR_LEN)
		return features & ~(offloads | NETIF_F_HW_VLAN_CTAG_TX);
	if ((u32)skb->csum_start - skb->network_header > IGB_MAX_NETWORK_HDR_LEN)
		return features & ~offloads;
	return features;
}

/* --- descriptors
 * ------------------------------------------------------------------------------------ */

static void igb_tx_ctxtdesc(struct igb_ring *tx_ring, u32 vlan_macip_lens, u32 type_tucmd,
			    u32 mss_l4len_idx)
{
	u8 *desc = igb_desc(tx_ring, tx_ring->next_to_use);

	PROBE(tx_ring->adapter->net, igb_tx_ctxtdesc);
	tx_ring->next_to_use = (u16)next_desc(tx_ring, tx_ring->next_to_use);
	put_le32(desc, vlan_macip_lens);
	put_le32(desc + 4, 0);
	put_le32(desc + 8, type_tucmd | E1000_ADVTXD_DCMD_DEXT | E1000_ADVTXD_DTYP_CTXT);
	put_le32(desc + 12, mss_l4len_idx);
}

static u32 vlan_bits(const struct igb_tx_buffer *first)
{
	return first->tx_flags & 0xffffu << IGB_TX_FLAGS_VLAN_SHIFT;
}

/* LINUX: csum_replace_by_diff() with the length that the card will put back for each segment. */
static void remove_length(u8 *check, u32 paylen)
{
	u8 bytes[4];
	u32 diff;

	put_be32(bytes, paylen);
	diff = csum_partial(bytes, sizeof(bytes), 0);
	put_be16(check, csum_fold(csum_add(diff, (u16)~get_be16(check))));
}

/* Segmentation by the card: 1 and a context descriptor, 0 when the packet is none for it, or
 * -errno. */
static int igb_tso(struct igb_ring *tx_ring, struct igb_tx_buffer *first, u32 *hdr_len)
{
	struct sk_buff *skb = first->skb;
	u32 type_tucmd = E1000_ADVTXD_TUCMD_IPV4, l4_offset, l4_len, lens;
	u8 *ip, *l4;
	bool udp;
	int err;

	PROBE(tx_ring->adapter->net, igb_tso);
	if (skb->ip_summed != CHECKSUM_PARTIAL || !skb_is_gso(skb))
		return 0;
	err = skb_cow_head(skb, 0);
	if (err < 0)
		return err;
	ip = skb_network_header(skb);
	l4 = skb->head + skb->csum_start;
	udp = ip[9] == IP_PROTOCOL_UDP; /* LINUX: SKB_GSO_UDP_L4 says the same */
	if (!udp)
		type_tucmd |= E1000_ADVTXD_TUCMD_L4T_TCP;
	/* The card fills in length and checksum of each segment's IPv4 header: nothing lies between
	 * it and the transport header, whose sum would count.
	 */
	put_be16(ip + 10, csum_fold(0));
	put_be16(ip + 2, 0);
	first->tx_flags |= IGB_TX_FLAGS_TSO | IGB_TX_FLAGS_CSUM | IGB_TX_FLAGS_IPV4;
	l4_offset = (u32)(l4 - skb->data);
	l4_len = udp ? (u32)UDP_HDR_LEN : (u32)(l4[12] >> 4) * 4;
	remove_length(l4 + (udp ? UDP_CHECK_OFFSET : TCP_CHECK_OFFSET), skb->len - l4_offset);
	*hdr_len = l4_offset + l4_len;
	first->gso_segs = skb->hd->gso_segs;
	first->bytecount += (first->gso_segs - 1u) * *hdr_len;
	lens = (u32)(l4 - ip) | (u32)(ip - skb->data) << E1000_ADVTXD_MACLEN_SHIFT |
	       vlan_bits(first);
	igb_tx_ctxtdesc(tx_ring, lens, type_tucmd,
			l4_len << E1000_ADVTXD_L4LEN_SHIFT | (u32)skb->hd->gso_size
								     << E1000_ADVTXD_MSS_SHIFT);
	return 1;
}

/* Whether the card can compute this checksum; tucmd says which. */
static bool csum_offloaded(const struct sk_buff *skb, u32 *tucmd)
{
	*tucmd = E1000_ADVTXD_TUCMD_L4T_UDP;
	switch (skb->csum_offset) {
	case TCP_CHECK_OFFSET:
		*tucmd = E1000_ADVTXD_TUCMD_L4T_TCP;
		return true;
	case UDP_CHECK_OFFSET:
		return true;
	case SCTP_CHECK_OFFSET:
		*tucmd = E1000_ADVTXD_TUCMD_L4T_SCTP;
		return skb->csum_not_inet;
	default:
		return false;
	}
}

/* A checksum or a tag needs a context descriptor; plain packets go without. */
static void igb_tx_csum(struct igb_ring *tx_ring, struct igb_tx_buffer *first)
{
	struct sk_buff *skb = first->skb;
	u32 lens = 0, tucmd = 0;

	PROBE(tx_ring->adapter->net, igb_tx_csum);
	if (skb->ip_summed == CHECKSUM_PARTIAL && csum_offloaded(skb, &tucmd)) {
		first->tx_flags |= IGB_TX_FLAGS_CSUM;
		lens = (u32)skb->csum_start - skb->network_header;
	} else {
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			(void)skb_checksum_help(skb);
		if ((first->tx_flags & IGB_TX_FLAGS_VLAN) == 0)
			return;
		tucmd = 0;
	}
	lens |= (u32)skb_network_offset(skb) << E1000_ADVTXD_MACLEN_SHIFT | vlan_bits(first);
	igb_tx_ctxtdesc(tx_ring, lens, tucmd, 0);
}

static u32 igb_tx_cmd_type(const struct sk_buff *skb, u32 tx_flags)
{
	u32 cmd = E1000_ADVTXD_DTYP_DATA | E1000_ADVTXD_DCMD_DEXT;

	if (!skb->no_fcs)
		cmd |= E1000_ADVTXD_DCMD_IFCS;
	if (tx_flags & IGB_TX_FLAGS_VLAN)
		cmd |= E1000_ADVTXD_DCMD_VLE;
	if (tx_flags & IGB_TX_FLAGS_TSO)
		cmd |= E1000_ADVTXD_DCMD_TSE;
	return cmd;
}

static u32 igb_tx_olinfo_status(u32 tx_flags, u32 paylen)
{
	u32 olinfo = paylen << E1000_ADVTXD_PAYLEN_SHIFT;

	if (tx_flags & IGB_TX_FLAGS_CSUM)
		olinfo |= E1000_TXD_POPTS_TXSM;
	if (tx_flags & IGB_TX_FLAGS_IPV4)
		olinfo |= E1000_TXD_POPTS_IXSM;
	return olinfo;
}

/* --- room
 * ------------------------------------------------------------------------------------------- */

static bool igb_maybe_stop_tx(struct igb_ring *tx_ring, u32 size)
{
	if (igb_desc_unused(tx_ring) >= size)
		return false;
	netif_tx_stop_queue(txring_txq(tx_ring));
	/* LINUX: __igb_maybe_stop_tx() looks again, another CPU may have cleaned: here none can
	 * have. */
	return true;
}

static void igb_tx_doorbell(struct igb_ring *tx_ring, u32 tail)
{
	PROBE(tx_ring->adapter->net, igb_tx_doorbell);
	PATH_STEP(tx_ring->adapter->net, DOORBELL, tx_ring->queue_index, sizeof(tail));
	igb_wr32(tx_ring->adapter, tx_ring->tail, tail);
}

/* LINUX: net/core/timestamping.c; called by skb_tx_timestamp(). No PHY here stamps packets. */
static void skb_clone_tx_timestamp(struct net *net)
{
	PROBE(net, skb_clone_tx_timestamp);
}

/* --- mapping
 * ---------------------------------------------------------------------------------------- */

static void igb_unmap_tx_buffer(struct igb_ring *tx_ring, struct igb_tx_buffer *b)
{
	if (b->len == 0)
		return;
	dma_unmap_page_attrs(tx_ring->adapter->net, b->dma, b->len, DMA_TO_DEVICE);
	b->len = 0;
}

/* One piece of memory as one or more descriptors of at most 32 KiB; returns the last one's index,
 * and in *size what is left for it.
 */
static u32 igb_tx_describe(struct igb_ring *tx_ring, u32 i, u64 dma, u32 *size, u32 cmd_type)
{
	put_le64(igb_desc(tx_ring, i), dma);
	while (*size > IGB_MAX_DATA_PER_TXD) {
		put_le32(igb_desc(tx_ring, i) + 8, cmd_type | IGB_MAX_DATA_PER_TXD);
		i = next_desc(tx_ring, i);
		put_le32(igb_desc(tx_ring, i) + 12, 0);
		dma += IGB_MAX_DATA_PER_TXD;
		*size -= IGB_MAX_DATA_PER_TXD;
		put_le64(igb_desc(tx_ring, i), dma);
	}
	return i;
}

/* Takes back what was mapped, from descriptor i down to the packet's first, and drops the packet.
 */
static void igb_tx_unwind(struct igb_ring *tx_ring, u32 i, struct igb_tx_buffer *first)
{
	while (&tx_ring->tx_buffer_info[i] != first) {
		igb_unmap_tx_buffer(tx_ring, &tx_ring->tx_buffer_info[i]);
		i = i == 0 ? tx_ring->count - 1u : i - 1;
	}
	igb_unmap_tx_buffer(tx_ring, first);
	dev_kfree_skb_any_reason(first->skb, DROP_NOT_SPECIFIED);
	first->skb = NULL;
	tx_ring->next_to_use = (u16)i;
}

static void igb_tx_map(struct igb_ring *tx_ring, struct igb_tx_buffer *first, u32 hdr_len)
{
	struct net *net = tx_ring->adapter->net;
	struct sk_buff *skb = first->skb;
	struct netdev_queue *txq = txring_txq(tx_ring);
	struct igb_tx_buffer *tx_buffer = first;
	u32 cmd_type = igb_tx_cmd_type(skb, first->tx_flags);
	u32 size = skb_headlen(skb), data_len = skb->data_len;
	u32 i = tx_ring->next_to_use;
	u64 dma;

	PROBE(net, igb_tx_map);
	PATH_STEP(net, TX_MAP, tx_ring->queue_index, skb->len);
	put_le32(igb_desc(tx_ring, i) + 12,
		 igb_tx_olinfo_status(first->tx_flags, skb->len - hdr_len));
	dma = dma_map_single(net, skb->data, size, DMA_TO_DEVICE);
	for (u32 f = 0;; f++) {
		const struct skb_frag *frag;

		if (dma == DMA_MAPPING_ERROR) {
			igb_tx_unwind(tx_ring, i, first);
			return;
		}
		tx_buffer->len = size;
		tx_buffer->dma = dma;
		i = igb_tx_describe(tx_ring, i, dma, &size, cmd_type);
		if (data_len == 0)
			break;
		put_le32(igb_desc(tx_ring, i) + 8, cmd_type | size);
		i = next_desc(tx_ring, i);
		put_le32(igb_desc(tx_ring, i) + 12, 0);
		assert(f < skb->hd->nr_frags);
		frag = &skb->hd->frags[f];
		size = frag->size;
		data_len -= size;
		dma = dma_map_page_attrs(net, frag->page, frag->offset, size, DMA_TO_DEVICE);
		tx_buffer = &tx_ring->tx_buffer_info[i];
	}
	put_le32(igb_desc(tx_ring, i) + 8,
		 cmd_type | size | E1000_ADVTXD_DCMD_EOP | E1000_ADVTXD_DCMD_RS);
	netdev_tx_sent_queue(txq, first->bytecount);
	first->time_stamp_jif = net_jiffies(net);
	skb_clone_tx_timestamp(net);
	skb_tx_timestamp(skb);
	first->next_to_watch = (u16)(i + 1);
	i = next_desc(tx_ring, i);
	tx_ring->next_to_use = (u16)i;
	/* Room for the largest packet, or none will be asked for. */
	(void)igb_maybe_stop_tx(tx_ring, DESC_NEEDED);
	if (netif_xmit_stopped(txq) || !netdev_xmit_more(net))
		igb_tx_doorbell(tx_ring, i);
}

static u32 txd_use_count(u32 size)
{
	return (size + IGB_MAX_DATA_PER_TXD - 1) / IGB_MAX_DATA_PER_TXD;
}

enum netdev_tx igb_xmit_frame_ring(struct sk_buff *skb, struct igb_ring *tx_ring)
{
	struct igb_tx_buffer *first;
	u32 count = txd_use_count(skb_headlen(skb));
	u32 hdr_len = 0;
	int tso;

	PROBE(tx_ring->adapter->net, igb_xmit_frame_ring);
	PATH_STEP(tx_ring->adapter->net, XMIT_FRAME_RING, tx_ring->queue_index, skb->len);
	assert(!skb_has_frag_list(skb));
	for (u32 f = 0; f < skb->hd->nr_frags; f++)
		count += txd_use_count(skb->hd->frags[f].size);
	/* One for a context, two so that tail never meets head. */
	if (igb_maybe_stop_tx(tx_ring, count + 3))
		return NETDEV_TX_BUSY;
	first = &tx_ring->tx_buffer_info[tx_ring->next_to_use];
	assert(first->next_to_watch == 0);
	first->skb = skb;
	first->bytecount = skb->len;
	first->gso_segs = 1;
	first->tx_flags = 0;
	if (skb->vlan_tci != 0)
		first->tx_flags = IGB_TX_FLAGS_VLAN | (u32)skb->vlan_tci << IGB_TX_FLAGS_VLAN_SHIFT;
	tso = igb_tso(tx_ring, first, &hdr_len);
	if (tso < 0) {
		dev_kfree_skb_any_reason(skb, DROP_NOT_SPECIFIED);
		first->skb = NULL;
		return NETDEV_TX_OK;
	}
	if (tso == 0)
		igb_tx_csum(tx_ring, first);
	igb_tx_map(tx_ring, first, hdr_len);
	return NETDEV_TX_OK;
}

/* --- clean-up
 * ------------------------------------------------------------------------------------- */

static bool desc_done(const struct igb_ring *tx_ring, u32 i)
{
	return (get_le32(igb_desc(tx_ring, i) + 12) & E1000_TXD_STAT_DD) != 0;
}

/* Unmaps a packet's buffers, the first of which is at i; returns the index behind its last. */
static u32 igb_unmap_packet(struct igb_ring *tx_ring, u32 i, u32 eop)
{
	igb_unmap_tx_buffer(tx_ring, &tx_ring->tx_buffer_info[i]);
	while (i != eop) {
		i = next_desc(tx_ring, i);
		igb_unmap_tx_buffer(tx_ring, &tx_ring->tx_buffer_info[i]);
	}
	return next_desc(tx_ring, i);
}

/* Armed by the watchdog: the oldest packet is older than a second, and no pause frame explains it.
 */
static bool igb_tx_hangs(struct igb_adapter *adapter, struct igb_ring *tx_ring)
{
	const struct igb_tx_buffer *b = &tx_ring->tx_buffer_info[tx_ring->next_to_clean];
	u64 factor_jif = (u64)adapter->tx_timeout_factor * HZ;

	if (!tx_ring->detect_hang)
		return false;
	tx_ring->detect_hang = false;
	if (b->next_to_watch == 0 ||
	    !time_after(net_jiffies(adapter->net), b->time_stamp_jif + factor_jif) ||
	    (igb_rd32(adapter, E1000_STATUS) & E1000_STATUS_TXOFF) != 0)
		return false;
	/* Linux prints head and tail; then the queue stays stopped until the transmit watchdog
	 * resets. */
	(void)igb_rd32(adapter, E1000_N(TDH, tx_ring->reg_idx));
	(void)igb_rd32(adapter, tx_ring->tail);
	netif_tx_stop_queue(txring_txq(tx_ring));
	return true;
}

static void igb_tx_wake(struct igb_adapter *adapter, struct igb_ring *tx_ring)
{
	struct netdev_queue *txq = txring_txq(tx_ring);

	if (!netif_carrier_ok(tx_ring->netdev) || igb_desc_unused(tx_ring) < TX_WAKE_THRESHOLD)
		return;
	if (!netif_tx_queue_stopped(txq) || adapter->down)
		return;
	netif_tx_wake_queue(txq);
	tx_ring->stats.restart_queue++;
}

/* True: done with it. */
bool igb_clean_tx_irq(struct igb_q_vector *q_vector, int napi_budget)
{
	struct igb_adapter *adapter = q_vector->adapter;
	struct igb_ring *tx_ring = q_vector->tx.ring;
	u32 total_bytes = 0, total_packets = 0;
	u32 budget = q_vector->tx.work_limit;
	u32 i = tx_ring->next_to_clean;

	PROBE(adapter->net, igb_clean_tx_irq);
	PATH_STEP(adapter->net, CLEAN_TX_IRQ, tx_ring->queue_index, 0);
	if (adapter->down)
		return true;
	do {
		struct igb_tx_buffer *b = &tx_ring->tx_buffer_info[i];
		u32 eop = b->next_to_watch - 1u;

		if (b->next_to_watch == 0 || !desc_done(tx_ring, eop))
			break;
		b->next_to_watch = 0;
		total_bytes += b->bytecount;
		total_packets += b->gso_segs;
		napi_consume_skb(b->skb, napi_budget);
		b->skb = NULL;
		i = igb_unmap_packet(tx_ring, i, eop);
	} while (--budget != 0);
	netdev_tx_completed_queue(txring_txq(tx_ring), total_packets, total_bytes);
	tx_ring->next_to_clean = (u16)i;
	tx_ring->stats.bytes += total_bytes;
	tx_ring->stats.packets += total_packets;
	tx_ring->netdev->stats.tx_bytes += total_bytes;
	tx_ring->netdev->stats.tx_packets += total_packets;
	q_vector->tx.total_bytes += total_bytes;
	q_vector->tx.total_packets += total_packets;
	if (igb_tx_hangs(adapter, tx_ring))
		return true;
	if (total_packets != 0)
		igb_tx_wake(adapter, tx_ring);
	return budget != 0;
}

/* Everything that is still in the ring goes. */
void igb_clean_tx_ring(struct igb_ring *tx_ring)
{
	u32 i = tx_ring->next_to_clean;

	if (tx_ring->mem == NULL)
		return;
	while (i != tx_ring->next_to_use) {
		struct igb_tx_buffer *b = &tx_ring->tx_buffer_info[i];
		u32 eop = b->next_to_watch - 1u;

		assert(b->next_to_watch != 0);
		dev_kfree_skb_any_reason(b->skb, DROP_NOT_SPECIFIED);
		b->skb = NULL;
		b->next_to_watch = 0;
		i = igb_unmap_packet(tx_ring, i, eop);
	}
	netdev_tx_reset_queue(txring_txq(tx_ring));
	tx_ring->next_to_use = 0;
	tx_ring->next_to_clean = 0;
}
