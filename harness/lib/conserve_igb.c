// SPDX-License-Identifier: MIT
/* conserve_igb.c - what the rings of igb hold, and that driver and card agree about them. */
#include "harness/lib/conserve.h"

static u32 next(const struct igb_ring *ring, u32 i)
{
	return i + 1 == ring->count ? 0 : i + 1;
}

/* From `from` up to `to`, going round. */
static u32 distance(const struct igb_ring *ring, u32 from, u32 to)
{
	return to >= from ? to - from : ring->count - from + to;
}

static void ring_indices(struct conserve *c, const struct igb_ring *ring, const char *what)
{
	if (ring->next_to_use < ring->count && ring->next_to_clean < ring->count &&
	    ring->next_to_alloc < ring->count)
		return;
	conserve_broken(c, "%s ring %u of %u: use %u, clean %u, alloc %u", what, ring->queue_index,
			ring->count, ring->next_to_use, ring->next_to_clean, ring->next_to_alloc);
}

/* The k-th mapping of a packet. */
static void tx_piece(struct conserve *c, const struct igb_ring *ring, const struct sk_buff *skb,
		     const struct igb_tx_buffer *b, u32 k)
{
	const u8 *mem = skb->data;

	if (k > skb->hd->nr_frags)
		conserve_broken(c, "transmit ring %u maps too much of packet %u", ring->queue_index,
				skb->id);
	if (k != 0)
		mem = skb_frag_address(&skb->hd->frags[k - 1]);
	conserve_dma(c, b->dma, mem, b->len, AT_IGB_TX, ring->queue_index);
}

/* The packet at i; returns the index behind its last descriptor. */
static u32 tx_packet(struct conserve *c, const struct igb_ring *ring, u32 i)
{
	const struct igb_tx_buffer *first = &ring->tx_buffer_info[i];
	u32 pieces = 0, eop = first->next_to_watch - 1u;

	if (first->skb == NULL || first->next_to_watch == 0 || eop >= ring->count ||
	    distance(ring, i, eop) >= distance(ring, i, ring->next_to_use))
		conserve_broken(c, "transmit ring %u: no packet at %u, or no end to it",
				ring->queue_index, i);
	conserve_skb(c, first->skb, AT_IGB_TX, ring->queue_index);
	for (u32 at = i;; at = next(ring, at)) {
		const struct igb_tx_buffer *b = &ring->tx_buffer_info[at];

		if (b != first && (b->skb != NULL || b->next_to_watch != 0))
			conserve_broken(c, "transmit ring %u: a packet within another at %u",
					ring->queue_index, at);
		if (b->len != 0)
			tx_piece(c, ring, first->skb, b, pieces++);
		if (at == eop)
			break;
	}
	if (pieces != 1u + first->skb->hd->nr_frags)
		conserve_broken(c, "transmit ring %u: %u mappings for packet %u with %u fragments",
				ring->queue_index, pieces, first->skb->id,
				first->skb->hd->nr_frags);
	return next(ring, eop);
}

static void tx_ring(struct conserve *c, const struct igb_ring *ring)
{
	u32 i = ring->next_to_clean;

	ring_indices(c, ring, "transmit");
	while (i != ring->next_to_use)
		i = tx_packet(c, ring, i);
	for (u32 left = ring->count - distance(ring, ring->next_to_clean, i); left != 0; left--) {
		const struct igb_tx_buffer *b = &ring->tx_buffer_info[i];

		if (b->skb != NULL || b->next_to_watch != 0 || b->len != 0)
			conserve_broken(c, "transmit ring %u: something is left at %u",
					ring->queue_index, i);
		i = next(ring, i);
	}
}

static void rx_ring(struct conserve *c, const struct igb_ring *ring)
{
	u32 bytes = igb_rx_pg_size(ring), i = ring->next_to_clean;

	ring_indices(c, ring, "receive");
	if (ring->skb != NULL)
		conserve_skb(c, ring->skb, AT_IGB_RX, ring->queue_index);
	for (u32 n = 0; n < ring->count; n++, i = next(ring, i)) {
		const struct igb_rx_buffer *b = &ring->rx_buffer_info[i];
		bool full = n < distance(ring, ring->next_to_clean, ring->next_to_alloc);

		if (full != (b->page != NULL))
			conserve_broken(c, "receive ring %u: %s page at %u", ring->queue_index,
					full ? "no" : "a", i);
		if (!full)
			continue;
		conserve_page(c, b->page, AT_IGB_RX, ring->queue_index);
		conserve_dma(c, b->dma, b->page->mem, bytes, AT_IGB_RX, ring->queue_index);
	}
}

/* LINUX: when the last packet of a list finds no memory or no mapping, igb drops it and does not
 * ring the doorbell for those before it. They wait for the next packet.
 */
static bool may_lag(const struct host *h)
{
	u64 refused = h->dma->failed + h->dma->exhausted;

	for (u32 i = 0; i < SKB_HEAD_CLASSES; i++)
		refused += h->net.head_pool[i].failed + h->net.head_pool[i].exhausted;
	return refused != 0;
}

/* The card has been told of what the driver has filled, and is nowhere else. */
static void ring_registers(struct conserve *c, const struct igb_ring *ring, u32 head, u32 tail,
			   const char *what)
{
	u32 filled = distance(ring, ring->next_to_clean, ring->next_to_use);

	if ((tail == ring->next_to_use || may_lag(c->host)) && tail < ring->count &&
	    head < ring->count && distance(ring, ring->next_to_clean, tail) <= filled &&
	    distance(ring, ring->next_to_clean, head) <= distance(ring, ring->next_to_clean, tail))
		return;
	conserve_broken(c,
			"%s ring %u: the card's head is %u and its tail %u, the driver's clean "
			"%u and use %u",
			what, ring->queue_index, head, tail, ring->next_to_clean,
			ring->next_to_use);
}

static bool one_ring(struct conserve *c, const struct igb_ring *ring, bool tx)
{
	if (ring->mem == NULL)
		return false;
	conserve_dma(c, ring->dma, ring->desc, (u32)ring->count * IGB_DESC_BYTES,
		     tx ? AT_IGB_TX : AT_IGB_RX, ring->queue_index);
	if (tx)
		tx_ring(c, ring);
	else
		rx_ring(c, ring);
	return true;
}

u32 conserve_igb(struct conserve *c, const struct igb_adapter *adapter, const struct nic *nic)
{
	bool runs = nic != NULL && !adapter->down && !adapter->resetting;
	u32 rings = 0;

	for (u32 i = 0; i < adapter->num_q_vectors; i++)
		conserve_napi(c, &adapter->q_vector[i].napi, (u32)adapter->netdev->ifindex);
	for (u32 i = 0; i < adapter->num_tx_queues; i++) {
		const struct igb_ring *ring = &adapter->tx_ring[i];

		if (!one_ring(c, ring, true))
			continue;
		rings++;
		if (runs)
			ring_registers(c, ring, nic->r.TDH[ring->reg_idx],
				       nic->r.TDT[ring->reg_idx], "transmit");
	}
	for (u32 i = 0; i < adapter->num_rx_queues; i++) {
		const struct igb_ring *ring = &adapter->rx_ring[i];

		if (!one_ring(c, ring, false))
			continue;
		rings++;
		if (runs)
			ring_registers(c, ring, nic->r.RDH[ring->reg_idx],
				       nic->r.RDT[ring->reg_idx], "receive");
	}
	return rings;
}
