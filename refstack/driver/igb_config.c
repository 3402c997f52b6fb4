// SPDX-License-Identifier: MIT
/* igb_config.c - rings' memory, and what is written into the card between a reset and traffic.
 *
 * Path: none of the steps; igb_up(), igb_open() and address changes come here. The order of the
 * writes is the kernel's. Rules: LINUX: igb_configure(), igb_set_rx_mode() and what they call, in
 * igb_main.c.
 */
#include "driver/igb.h"

#include "uapi/errno.h"

/* --- memory
 * ----------------------------------------------------------------------------------------- */

u32 igb_ring_bytes(u32 entries)
{
	u32 info = (u32)(sizeof(struct igb_tx_buffer) > sizeof(struct igb_rx_buffer)
				 ? sizeof(struct igb_tx_buffer)
				 : sizeof(struct igb_rx_buffer));

	return entries * (IGB_DESC_BYTES + info);
}

/* LINUX: dma_alloc_coherent() of the ring's size, rounded up to whole pages there. */
static int igb_alloc_ring(struct igb_ring *ring)
{
	struct net *net = ring->adapter->net;

	assert(ring->mem == NULL);
	if (ring->count > net->host->limits->igb_ring_entries)
		return -ENOMEM;
	ring->mem = pool_alloc(&net->igb_ring_pool);
	if (ring->mem == NULL)
		return -ENOMEM;
	ring->desc = ring->mem;
	ring->dma = dma_map_coherent(net, ring->desc, (u32)ring->count * IGB_DESC_BYTES);
	if (ring->dma == DMA_MAPPING_ERROR) {
		pool_free(&net->igb_ring_pool, ring->mem);
		ring->mem = NULL;
		return -ENOMEM;
	}
	memset(ring->mem, 0, igb_ring_bytes(ring->count));
	ring->next_to_use = 0;
	ring->next_to_clean = 0;
	ring->next_to_alloc = 0;
	return 0;
}

static void *igb_ring_info(const struct igb_ring *ring)
{
	return ring->desc + (size_t)ring->count * IGB_DESC_BYTES;
}

int igb_setup_tx_resources(struct igb_ring *ring)
{
	int err = igb_alloc_ring(ring);

	if (err == 0)
		ring->tx_buffer_info = igb_ring_info(ring);
	return err;
}

int igb_setup_rx_resources(struct igb_ring *ring)
{
	int err = igb_alloc_ring(ring);

	if (err == 0)
		ring->rx_buffer_info = igb_ring_info(ring);
	return err;
}

void igb_free_ring_resources(struct igb_ring *ring)
{
	struct net *net = ring->adapter->net;

	if (ring->mem == NULL)
		return;
	if (ring->tx_buffer_info != NULL)
		igb_clean_tx_ring(ring);
	else
		igb_clean_rx_ring(ring);
	dma_unmap_coherent(net, ring->dma);
	pool_free(&net->igb_ring_pool, ring->mem);
	ring->mem = NULL;
	ring->desc = NULL;
	ring->tx_buffer_info = NULL;
	ring->rx_buffer_info = NULL;
}

void igb_free_all_resources(struct igb_adapter *adapter)
{
	for (u32 i = 0; i < adapter->num_tx_queues; i++)
		igb_free_ring_resources(&adapter->tx_ring[i]);
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		igb_free_ring_resources(&adapter->rx_ring[i]);
}

int igb_setup_all_resources(struct igb_adapter *adapter)
{
	int err = 0;

	for (u32 i = 0; i < adapter->num_tx_queues && err == 0; i++)
		err = igb_setup_tx_resources(&adapter->tx_ring[i]);
	for (u32 i = 0; i < adapter->num_rx_queues && err == 0; i++)
		err = igb_setup_rx_resources(&adapter->rx_ring[i]);
	if (err != 0)
		igb_free_all_resources(adapter);
	return err;
}

/* --- filters
 * ---------------------------------------------------------------------------------------- */

void igb_get_hw_control(struct igb_adapter *adapter)
{
	u32 ctrl_ext = igb_rd32(adapter, E1000_CTRL_EXT);

	igb_wr32(adapter, E1000_CTRL_EXT, ctrl_ext | E1000_CTRL_EXT_DRV_LOAD);
}

void igb_release_hw_control(struct igb_adapter *adapter)
{
	u32 ctrl_ext = igb_rd32(adapter, E1000_CTRL_EXT);

	igb_wr32(adapter, E1000_CTRL_EXT, ctrl_ext & ~E1000_CTRL_EXT_DRV_LOAD);
}

/* DIVERGES(igb-unicast): more unicast addresses than its own are heard by hearing all, as if the
 * registers for them were taken.
 */
void igb_set_rx_mode(struct net_device *dev)
{
	struct igb_adapter *adapter = igb_priv(dev);
	bool build_skb = adapter->max_frame_size <= IGB_MAX_FRAME_BUILD_SKB;
	u32 rlpml = build_skb ? (u32)IGB_MAX_FRAME_BUILD_SKB : (u32)MAX_JUMBO_FRAME_SIZE;
	u32 rctl = E1000_RCTL_VFE, vmolr = 0;

	if (dev->flags & IFF_PROMISC) {
		rctl = E1000_RCTL_UPE | E1000_RCTL_MPE;
		vmolr = E1000_VMOLR_MPME | E1000_VMOLR_ROPE;
	} else if (dev->flags & IFF_ALLMULTI) {
		rctl |= E1000_RCTL_MPE;
		vmolr = E1000_VMOLR_MPME;
	} else {
		igb_update_mc_addr_list(adapter, &dev->mc);
		vmolr = dev->mc.count != 0 ? E1000_VMOLR_ROMPE : 0;
	}
	if (dev->uc.count != 0) {
		rctl |= E1000_RCTL_UPE;
		vmolr |= E1000_VMOLR_ROPE;
	}
	rctl |= igb_rd32(adapter, E1000_RCTL) & ~(E1000_RCTL_UPE | E1000_RCTL_MPE | E1000_RCTL_VFE);
	igb_wr32(adapter, E1000_RCTL, rctl);
	igb_wr32(adapter, E1000_RLPML, rlpml);
	vmolr |= igb_rd32(adapter, E1000_VMOLR) & ~(E1000_VMOLR_ROPE | E1000_VMOLR_MPME |
						    E1000_VMOLR_ROMPE | E1000_VMOLR_RLPML_MASK);
	igb_wr32(adapter, E1000_VMOLR, vmolr | rlpml | E1000_VMOLR_LPE);
}

/* Tags are taken out of frames, and number 0, a mere priority, passes the filter. */
static void igb_restore_vlan(struct igb_adapter *adapter)
{
	u32 reg = igb_rd32(adapter, E1000_CTRL);

	igb_wr32(adapter, E1000_CTRL, reg | E1000_CTRL_VME);
	reg = igb_rd32(adapter, E1000_RCTL);
	igb_wr32(adapter, E1000_RCTL, reg & ~E1000_RCTL_CFIEN);
	reg = igb_rd32(adapter, E1000_VMOLR);
	igb_wr32(adapter, E1000_VMOLR, reg | E1000_VMOLR_STRVLAN);
	if ((adapter->shadow_vfta[0] & 1) == 0)
		igb_write_vfta(adapter, 0, adapter->shadow_vfta[0] | 1);
}

/* --- queues and hashing
 * ----------------------------------------------------------------------------- */

static void igb_setup_tctl(struct igb_adapter *adapter)
{
	u32 tctl;

	igb_wr32(adapter, E1000_TXDCTL, 0); /* queue 0 is on after a reset */
	tctl = igb_rd32(adapter, E1000_TCTL);
	tctl = (tctl & ~E1000_TCTL_CT) | E1000_TCTL_PSP | E1000_TCTL_RTLC | E1000_TCTL_CT_15;
	/* LINUX: igb_setup_tctl() then writes its older value, and the distance is lost again. */
	igb_config_collision_dist(adapter);
	igb_wr32(adapter, E1000_TCTL, tctl | E1000_TCTL_EN);
}

/* No virtual functions: no loopback between pools, no replication. */
static void igb_vmm_control(struct igb_adapter *adapter)
{
	u32 reg = igb_rd32(adapter, E1000_DTXCTL);

	igb_wr32(adapter, E1000_DTXCTL, reg | E1000_DTXCTL_VLAN_ADDED);
	reg = igb_rd32(adapter, E1000_RPLOLR);
	igb_wr32(adapter, E1000_RPLOLR, reg | E1000_RPLOLR_STRVLAN);
	reg = igb_rd32(adapter, E1000_DTXSWC);
	igb_wr32(adapter, E1000_DTXSWC, reg & ~E1000_DTXSWC_VMDQ_LOOPBACK);
	reg = igb_rd32(adapter, E1000_VT_CTL);
	igb_wr32(adapter, E1000_VT_CTL, reg & ~E1000_VT_CTL_VM_REPL_EN);
}

static void igb_write_rss_indir_tbl(struct igb_adapter *adapter)
{
	if (adapter->rss_indir_tbl_init != adapter->rss_queues) {
		for (u32 i = 0; i < IGB_RETA_SIZE; i++)
			adapter->rss_indir_tbl[i] = (u8)(i * adapter->rss_queues / IGB_RETA_SIZE);
		adapter->rss_indir_tbl_init = adapter->rss_queues;
	}
	for (u32 i = 0; i < IGB_RETA_SIZE; i += 4)
		igb_wr32(adapter, E1000_RETA + i, get_le32(&adapter->rss_indir_tbl[i]));
}

static void igb_setup_mrqc(struct igb_adapter *adapter)
{
	const u32 *rss_key = adapter->net->netdev_rss_key;
	u32 rxcsum;

	for (u32 i = 0; i < ARRAY_SIZE(adapter->net->netdev_rss_key); i++)
		igb_wr32(adapter, E1000_N(RSSRK, i), rss_key[i]);
	igb_write_rss_indir_tbl(adapter);
	/* The hash takes the place of the raw packet checksum in a descriptor. */
	rxcsum = igb_rd32(adapter, E1000_RXCSUM);
	igb_wr32(adapter, E1000_RXCSUM, rxcsum | E1000_RXCSUM_PCSD | E1000_RXCSUM_CRCOFL);
	igb_vmm_control(adapter);
	igb_wr32(adapter, E1000_MRQC, E1000_MRQC_RSS_FIELDS | E1000_MRQC_ENABLE_RSS_MQ);
}

static void igb_setup_rctl(struct igb_adapter *adapter)
{
	u32 rctl = igb_rd32(adapter, E1000_RCTL);

	rctl &= ~(E1000_RCTL_MO | E1000_RCTL_LBM | E1000_RCTL_SBP | E1000_RCTL_SZ_256);
	rctl |= E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_LPE;
	igb_wr32(adapter, E1000_RXDCTL, 0);
	igb_wr32(adapter, E1000_RCTL, rctl);
}

/* --- rings
 * ------------------------------------------------------------------------------------------ */

/* Prefetch when fewer than 8 are on the chip and at least 1 waits; each report is written at once.
 */
static void igb_configure_tx_ring(struct igb_adapter *adapter, struct igb_ring *ring)
{
	u32 q = ring->reg_idx;

	igb_wr32(adapter, E1000_N(TDLEN, q), (u32)ring->count * IGB_DESC_BYTES);
	igb_wr32(adapter, E1000_N(TDBAL, q), (u32)ring->dma);
	igb_wr32(adapter, E1000_N(TDBAH, q), (u32)(ring->dma >> 32));
	ring->tail = E1000_N(TDT, q);
	igb_wr32(adapter, E1000_N(TDH, q), 0);
	igb_wr32(adapter, ring->tail, 0);
	memset(ring->tx_buffer_info, 0, ring->count * sizeof(ring->tx_buffer_info[0]));
	igb_wr32(adapter, E1000_N(TXDCTL, q), E1000_TXDCTL_QUEUE_ENABLE | 1 << 16 | 1 << 8 | 8);
}

static void igb_configure_tx(struct igb_adapter *adapter)
{
	for (u32 i = 0; i < adapter->num_tx_queues; i++)
		igb_wr32(adapter, E1000_N(TXDCTL, adapter->tx_ring[i].reg_idx), 0);
	igb_wrfl(adapter);
	igb_usleep(adapter, 10000);
	for (u32 i = 0; i < adapter->num_tx_queues; i++)
		igb_configure_tx_ring(adapter, &adapter->tx_ring[i]);
}

static void igb_setup_srrctl(struct igb_adapter *adapter, const struct igb_ring *ring)
{
	u32 bytes = ring->large_buffer ? IGB_RXBUFFER_3072 : IGB_RXBUFFER_2048;
	u32 srrctl = (u32)IGB_RX_HDR_LEN << E1000_SRRCTL_BSIZEHDR_SHIFT |
		     bytes >> E1000_SRRCTL_BSIZEPKT_SHIFT | E1000_SRRCTL_DESCTYPE_ADV_ONEBUF;

	/* Without pause frames one full queue must not hold up the others. */
	if ((adapter->hw.fc_current & IGB_FC_RX_PAUSE) == 0 && adapter->num_rx_queues > 1)
		srrctl |= E1000_SRRCTL_DROP_EN;
	igb_wr32(adapter, E1000_N(SRRCTL, ring->reg_idx), srrctl);
}

static void igb_set_vmolr(struct igb_adapter *adapter, u32 pool)
{
	u32 vmolr = igb_rd32(adapter, E1000_N(VMOLR, pool)) | E1000_VMOLR_AUPE;

	vmolr &= ~(E1000_VMOLR_BAM | E1000_VMOLR_RSSE);
	if (pool == 0) {
		vmolr |= E1000_VMOLR_BAM;
		if (adapter->rss_queues > 1)
			vmolr |= E1000_VMOLR_RSSE;
	}
	igb_wr32(adapter, E1000_N(VMOLR, pool), vmolr);
}

static void igb_configure_rx_ring(struct igb_adapter *adapter, struct igb_ring *ring)
{
	u32 q = ring->reg_idx;

	igb_wr32(adapter, E1000_N(RXDCTL, q), 0);
	igb_wr32(adapter, E1000_N(RDBAL, q), (u32)ring->dma);
	igb_wr32(adapter, E1000_N(RDBAH, q), (u32)(ring->dma >> 32));
	igb_wr32(adapter, E1000_N(RDLEN, q), (u32)ring->count * IGB_DESC_BYTES);
	ring->tail = E1000_N(RDT, q);
	igb_wr32(adapter, E1000_N(RDH, q), 0);
	igb_wr32(adapter, ring->tail, 0);
	igb_setup_srrctl(adapter, ring);
	igb_set_vmolr(adapter, q & 7);
	memset(ring->rx_buffer_info, 0, ring->count * sizeof(ring->rx_buffer_info[0]));
	put_le16(igb_desc(ring, 0) + 12, 0);
	igb_wr32(adapter, E1000_N(RXDCTL, q), E1000_RXDCTL_QUEUE_ENABLE | 1 << 16 | 8 << 8 | 8);
}

static void igb_configure_rx(struct igb_adapter *adapter)
{
	igb_set_default_mac_filter(adapter);
	for (u32 i = 0; i < adapter->num_rx_queues; i++) {
		struct igb_ring *ring = &adapter->rx_ring[i];

		/* LINUX: igb_set_rx_buffer_len(). */
		ring->large_buffer = adapter->max_frame_size > IGB_MAX_FRAME_BUILD_SKB ||
				     (igb_rd32(adapter, E1000_RCTL) & E1000_RCTL_SBP) != 0;
		igb_configure_rx_ring(adapter, ring);
	}
}

void igb_configure(struct igb_adapter *adapter)
{
	u32 rfctl;

	igb_get_hw_control(adapter);
	igb_set_rx_mode(adapter->netdev);
	igb_restore_vlan(adapter);
	igb_setup_tctl(adapter);
	igb_setup_mrqc(adapter);
	igb_setup_rctl(adapter);
	igb_configure_tx(adapter);
	igb_configure_rx(adapter);
	/* LINUX: igb_rx_fifo_flush_82575(): on this card only the first step. */
	rfctl = igb_rd32(adapter, E1000_RFCTL);
	igb_wr32(adapter, E1000_RFCTL, rfctl | E1000_RFCTL_IPV6_EX_DIS);
	for (u32 i = 0; i < adapter->num_rx_queues; i++)
		igb_alloc_rx_buffers(&adapter->rx_ring[i], igb_desc_unused(&adapter->rx_ring[i]));
}
