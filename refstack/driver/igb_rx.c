// SPDX-License-Identifier: MIT
/* igb_rx.c - reception: buffers for the card, and packets out of what it has filled.
 *
 * Path: steps 104 and 105. Rules: LINUX: igb_clean_rx_irq(), igb_alloc_rx_buffers() and their
 * helpers. A page holds two buffers. A packet is built around the half that was filled, and the
 * ring goes on with the other half if the packets of the page's earlier uses are gone: then the
 * page has one owner.
 */
#include "driver/igb.h"

static bool igb_alloc_mapped_page(struct igb_ring *rx_ring, struct igb_rx_buffer *bi)
{
	struct net *net = rx_ring->adapter->net;
	u32 bytes = igb_rx_pg_size(rx_ring);
	struct page *page;
	u64 dma;

	if (bi->page != NULL)
		return true;
	page = page_alloc(net, bytes);
	if (page == NULL) {
		rx_ring->stats.alloc_failed++;
		return false;
	}
	dma = dma_map_page_attrs(net, page, 0, bytes, DMA_FROM_DEVICE);
	if (dma == DMA_MAPPING_ERROR) {
		put_page(page);
		rx_ring->stats.alloc_failed++;
		return false;
	}
	bi->dma = dma;
	bi->page = page;
	bi->page_offset = IGB_SKB_PAD;
	return true;
}

/* Without memory it gives what there is; the next poll tries again. */
void igb_alloc_rx_buffers(struct igb_ring *rx_ring, u32 cleaned_count)
{
	struct net *net = rx_ring->adapter->net;
	u32 i = rx_ring->next_to_use;

	PROBE(net, igb_alloc_rx_buffers);
	assert(cleaned_count <= igb_desc_unused(rx_ring));
	for (; cleaned_count != 0; cleaned_count--) {
		struct igb_rx_buffer *bi = &rx_ring->rx_buffer_info[i];

		if (!igb_alloc_mapped_page(rx_ring, bi))
			break;
		dma_sync_single_for_device(net, bi->dma + bi->page_offset, igb_rx_bufsz(rx_ring),
					   DMA_FROM_DEVICE);
		/* The card's report has overwritten the address. */
		put_le64(igb_desc(rx_ring, i), bi->dma + bi->page_offset);
		i = i + 1 == rx_ring->count ? 0 : i + 1;
		/* A length says that a descriptor is filled: the next one is not. */
		put_le16(igb_desc(rx_ring, i) + 12, 0);
	}
	if (rx_ring->next_to_use == i)
		return;
	rx_ring->next_to_use = (u16)i;
	rx_ring->next_to_alloc = (u16)i;
	igb_wr32(rx_ring->adapter, rx_ring->tail, i);
}

/* --- one buffer
 * --------------------------------------------------------------------------------------- */

/* A packet whose head is this half page: 192 bytes in front, 320 behind for what is shared. */
static struct sk_buff *igb_build_skb(struct igb_ring *rx_ring, const struct igb_rx_buffer *b,
				     u32 size)
{
	struct sk_buff *skb;

	get_page(b->page);
	skb = napi_build_skb(rx_ring->adapter->net, b->page, b->page_offset - IGB_SKB_PAD,
			     igb_rx_pg_size(rx_ring) / 2);
	if (skb == NULL) {
		put_page(b->page);
		return NULL;
	}
	skb_reserve(skb, IGB_SKB_PAD);
	/* LINUX: __skb_put(). */
	skb->tail += size;
	skb->len += size;
	assert(skb->tail <= skb->end);
	return skb;
}

/* The ring keeps the page, for the descriptor that is filled next. */
static void igb_reuse_rx_page(struct igb_ring *rx_ring, const struct igb_rx_buffer *old)
{
	u32 nta = rx_ring->next_to_alloc;

	assert(rx_ring->rx_buffer_info[nta].page == NULL);
	rx_ring->rx_buffer_info[nta] = *old;
	rx_ring->next_to_alloc = (u16)(nta + 1 == rx_ring->count ? 0 : nta + 1);
}

/* LINUX: igb_put_rx_buffer(). refs: of the page before the packet got its own. Linux keeps a store
 * of references per page, because counting is dear there; the rule is the same: only the driver's
 * own.
 */
static void igb_put_rx_buffer(struct igb_ring *rx_ring, struct igb_rx_buffer *b, u32 refs)
{
	if (refs == 1) {
		igb_reuse_rx_page(rx_ring, b);
	} else {
		dma_unmap_page_attrs(rx_ring->adapter->net, b->dma, igb_rx_pg_size(rx_ring),
				     DMA_FROM_DEVICE);
		put_page(b->page);
	}
	b->page = NULL;
}

/* The next filled buffer, as a new packet or as a further part of skb. NULL: no memory, it stays.
 */
static struct sk_buff *igb_take_rx_buffer(struct igb_ring *rx_ring, struct sk_buff *skb, u32 size)
{
	struct igb_rx_buffer *b = &rx_ring->rx_buffer_info[rx_ring->next_to_clean];
	u32 truesize = igb_rx_pg_size(rx_ring) / 2;
	u32 refs = b->page->refs;

	/* INVARIANT: the card was told how long a frame and a buffer may be. */
	assert(size <= igb_rx_bufsz(rx_ring));
	dma_sync_single_for_cpu(rx_ring->adapter->net, b->dma + b->page_offset, size,
				DMA_FROM_DEVICE);
	if (skb == NULL) {
		skb = igb_build_skb(rx_ring, b, size);
		if (skb == NULL)
			return NULL;
	} else {
		get_page(b->page);
		skb_add_rx_frag(skb, b->page, b->page_offset, size, truesize);
	}
	b->page_offset ^= truesize;
	igb_put_rx_buffer(rx_ring, b, refs);
	return skb;
}

/* --- one packet
 * --------------------------------------------------------------------------------------- */

static void igb_rx_checksum(struct igb_ring *ring, u32 staterr, struct sk_buff *skb)
{
	if ((staterr & E1000_RXD_STAT_IXSM) != 0 || (ring->netdev->features & NETIF_F_RXCSUM) == 0)
		return;
	if (staterr & (E1000_RXDEXT_STATERR_TCPE | E1000_RXDEXT_STATERR_IPE)) {
		/* Errata: on SCTP in the shortest frames the bit is wrong. The stack looks itself.
		 */
		if (skb->len != ETH_ZLEN)
			ring->stats.csum_err++;
		return;
	}
	if (staterr & (E1000_RXD_STAT_TCPCS | E1000_RXD_STAT_UDPCS))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
}

static void igb_process_skb_fields(struct igb_ring *rx_ring, const u8 *desc, struct sk_buff *skb)
{
	struct net_device *dev = rx_ring->netdev;
	u32 staterr = get_le32(desc + 8);

	if (dev->features & NETIF_F_RXHASH) {
		skb->hash = get_le32(desc + 4);
		skb->l4_hash = false; /* PKT_HASH_TYPE_L3, whatever the card has hashed */
		skb->sw_hash = false;
	}
	igb_rx_checksum(rx_ring, staterr, skb);
	if (staterr & E1000_RXD_STAT_VP)
		skb->vlan_tci = get_le16(desc + 14);
	skb->queue_mapping = (u16)(rx_ring->queue_index + 1u); /* LINUX: skb_record_rx_queue() */
	skb->protocol = eth_type_trans(skb, dev);
}

/* True: the packet is gone. */
static bool igb_cleanup_headers(const u8 *desc, struct sk_buff *skb)
{
	if (get_le32(desc + 8) & E1000_RXDEXT_ERR_FRAME_ERR) {
		dev_kfree_skb_any_reason(skb, DROP_NOT_SPECIFIED);
		return true;
	}
	return igb_put_padto(skb, ETH_ZLEN) != 0;
}

static void igb_count_rx(struct igb_q_vector *q_vector, u32 packets, u32 bytes)
{
	struct igb_ring *rx_ring = q_vector->rx.ring;

	rx_ring->stats.packets += packets;
	rx_ring->stats.bytes += bytes;
	rx_ring->netdev->stats.rx_packets += packets;
	rx_ring->netdev->stats.rx_bytes += bytes;
	q_vector->rx.total_packets += packets;
	q_vector->rx.total_bytes += bytes;
}

int igb_clean_rx_irq(struct igb_q_vector *q_vector, int budget)
{
	struct igb_ring *rx_ring = q_vector->rx.ring;
	u32 total_bytes = 0, total_packets = 0;
	u32 cleaned_count = igb_desc_unused(rx_ring);
	struct sk_buff *skb = rx_ring->skb;

	PROBE(q_vector->adapter->net, igb_clean_rx_irq);
	PATH_STEP(q_vector->adapter->net, CLEAN_RX_IRQ, rx_ring->queue_index, 0);
	while (total_packets < (u32)budget) {
		struct sk_buff *taken;
		const u8 *desc;
		u32 size;

		/* One at a time would be slow. */
		if (cleaned_count >= IGB_RX_BUFFER_WRITE) {
			igb_alloc_rx_buffers(rx_ring, cleaned_count);
			cleaned_count = 0;
		}
		desc = igb_desc(rx_ring, rx_ring->next_to_clean);
		size = get_le16(desc + 12);
		if (size == 0)
			break;
		taken = igb_take_rx_buffer(rx_ring, skb, size);
		if (taken == NULL) {
			rx_ring->stats.alloc_failed++;
			break;
		}
		skb = taken;
		cleaned_count++;
		rx_ring->next_to_clean = (u16)(rx_ring->next_to_clean + 1 == rx_ring->count
						       ? 0
						       : rx_ring->next_to_clean + 1);
		if ((get_le32(desc + 8) & E1000_RXD_STAT_EOP) == 0)
			continue;
		if (igb_cleanup_headers(desc, skb)) {
			skb = NULL;
			continue;
		}
		total_bytes += skb->len;
		igb_process_skb_fields(rx_ring, desc, skb);
		(void)napi_gro_receive(&q_vector->napi, skb);
		skb = NULL;
		total_packets++;
	}
	rx_ring->skb = skb;
	igb_count_rx(q_vector, total_packets, total_bytes);
	if (cleaned_count != 0)
		igb_alloc_rx_buffers(rx_ring, cleaned_count);
	return (int)total_packets;
}

void igb_clean_rx_ring(struct igb_ring *rx_ring)
{
	struct net *net = rx_ring->adapter->net;
	u32 i = rx_ring->next_to_clean;

	if (rx_ring->mem == NULL)
		return;
	if (rx_ring->skb != NULL)
		consume_skb(rx_ring->skb);
	rx_ring->skb = NULL;
	while (i != rx_ring->next_to_alloc) {
		struct igb_rx_buffer *b = &rx_ring->rx_buffer_info[i];

		dma_sync_single_for_cpu(net, b->dma + b->page_offset, igb_rx_bufsz(rx_ring),
					DMA_FROM_DEVICE);
		dma_unmap_page_attrs(net, b->dma, igb_rx_pg_size(rx_ring), DMA_FROM_DEVICE);
		put_page(b->page);
		b->page = NULL;
		i = i + 1 == rx_ring->count ? 0 : i + 1;
	}
	rx_ring->next_to_alloc = 0;
	rx_ring->next_to_clean = 0;
	rx_ring->next_to_use = 0;
}
