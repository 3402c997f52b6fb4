// SPDX-License-Identifier: MIT
/* igb_irq.c - the driver's interrupts: vectors, masks, moderation.
 *
 * Path: step 15. igb_msix_ring() and igb_msix_other(), the handlers, are in igb_main.c.
 * Rules: LINUX: igb_configure_msix(), igb_irq_enable(), igb_update_ring_itr().
 */
#include "driver/igb.h"

#include "uapi/errno.h"

/* --- which queue asks for which vector
 * ------------------------------------------------------------- */

/* A row an RX and TX pair of queue q, and of queue q + 8; a byte each. */
static void igb_write_ivar(struct igb_adapter *adapter, u32 vector, u32 index, u32 shift)
{
	u32 ivar = igb_rd32(adapter, E1000_N(IVAR, index));

	ivar &= ~(0xffu << shift);
	igb_wr32(adapter, E1000_N(IVAR, index), ivar | (vector | E1000_IVAR_VALID) << shift);
}

static void igb_assign_vector(struct igb_q_vector *q_vector, u32 vector)
{
	struct igb_adapter *adapter = q_vector->adapter;

	if (q_vector->rx.ring != NULL) {
		u32 q = q_vector->rx.ring->reg_idx;

		igb_write_ivar(adapter, vector, q & 7, (q & 8) << 1);
	}
	if (q_vector->tx.ring != NULL) {
		u32 q = q_vector->tx.ring->reg_idx;

		igb_write_ivar(adapter, vector, q & 7, ((q & 8) << 1) + 8);
	}
	q_vector->vector = vector;
	q_vector->eims_value = 1u << vector;
	adapter->eims_enable_mask |= q_vector->eims_value;
	q_vector->set_itr = true; /* on the first interrupt */
}

void igb_configure_msix(struct igb_adapter *adapter)
{
	/* MSI-X mode first, or the settings do not stick. */
	igb_wr32(adapter, E1000_GPIE,
		 E1000_GPIE_MSIX_MODE | E1000_GPIE_PBA | E1000_GPIE_EIAME | E1000_GPIE_NSICR);
	adapter->eims_other = 1;
	igb_wr32(adapter, E1000_IVAR_MISC, E1000_IVAR_VALID << 8); /* vector 0 */
	adapter->eims_enable_mask = adapter->eims_other;
	for (u32 i = 0; i < adapter->num_q_vectors; i++)
		igb_assign_vector(&adapter->q_vector[i], i + 1);
	igb_wrfl(adapter);
}

/* -------- masks -------- */

void igb_irq_enable(struct igb_adapter *adapter)
{
	u32 mask = adapter->eims_enable_mask;
	u32 reg = igb_rd32(adapter, E1000_EIAC);

	igb_wr32(adapter, E1000_EIAC, reg | mask);
	reg = igb_rd32(adapter, E1000_EIAM);
	igb_wr32(adapter, E1000_EIAM, reg | mask);
	igb_wr32(adapter, E1000_EIMS, mask);
	igb_wr32(adapter, E1000_IMS, E1000_ICR_LSC | E1000_ICR_DOUTSYNC | E1000_ICR_DRSTA);
}

void igb_irq_disable(struct igb_adapter *adapter)
{
	u32 mask = adapter->eims_enable_mask;
	u32 reg = igb_rd32(adapter, E1000_EIAM);

	igb_wr32(adapter, E1000_EIAM, reg & ~mask);
	igb_wr32(adapter, E1000_EIMC, mask);
	reg = igb_rd32(adapter, E1000_EIAC);
	igb_wr32(adapter, E1000_EIAC, reg & ~mask);
	igb_wr32(adapter, E1000_IAM, 0);
	igb_wr32(adapter, E1000_IMC, 0xffffffff);
	igb_wrfl(adapter);
}

/* -------- moderation -------- */

/* Written at the next interrupt, not when it is computed: a write would restart the card's timer.
 */
void igb_write_itr(struct igb_q_vector *q_vector)
{
	struct igb_adapter *adapter = q_vector->adapter;
	u32 itr_val = q_vector->itr_val & E1000_EITR_INTERVAL;

	PROBE(adapter->net, igb_write_itr);
	if (!q_vector->set_itr)
		return;
	if (itr_val == 0)
		itr_val = 4;
	igb_wr32(adapter, E1000_N(EITR, q_vector->vector), itr_val | E1000_EITR_CNT_IGNR);
	q_vector->set_itr = false;
}

/* Setting 3 is the conservative one: no more than 20,000 interrupts a second. */
static bool igb_is_conservative(const struct igb_q_vector *q_vector)
{
	const struct igb_adapter *adapter = q_vector->adapter;

	return (q_vector->rx.ring != NULL ? adapter->rx_itr_setting : adapter->tx_itr_setting) == 3;
}

static u32 igb_avg_wire_size(const struct igb_q_vector *q_vector)
{
	u32 size = 0;

	if (q_vector->rx.total_packets != 0)
		size = q_vector->rx.total_bytes / q_vector->rx.total_packets;
	if (q_vector->tx.total_packets != 0)
		size = max_u32(size, q_vector->tx.total_bytes / q_vector->tx.total_packets);
	return size;
}

/* From the average size on the wire. LINUX: igb_set_itr() is for a card with a single vector, which
 * this one never has.
 */
static void igb_update_ring_itr(struct igb_q_vector *q_vector)
{
	u32 new_val = q_vector->itr_val;
	u32 size;

	if (q_vector->adapter->link_speed != SPEED_1000) {
		new_val = IGB_4K_ITR;
	} else {
		size = igb_avg_wire_size(q_vector);
		if (size != 0) {
			size = min_u32(size + 24, 3000); /* FCS, preamble, gap */
			new_val = size > 300 && size < 1200 ? size / 3 : size / 2;
			if (new_val < IGB_20K_ITR && igb_is_conservative(q_vector))
				new_val = IGB_20K_ITR;
		}
	}
	if (new_val != q_vector->itr_val) {
		q_vector->itr_val = (u16)new_val;
		q_vector->set_itr = true;
	}
	q_vector->rx.total_bytes = 0;
	q_vector->rx.total_packets = 0;
	q_vector->tx.total_bytes = 0;
	q_vector->tx.total_packets = 0;
}

void igb_ring_irq_enable(struct igb_q_vector *q_vector)
{
	struct igb_adapter *adapter = q_vector->adapter;
	u32 setting = q_vector->rx.ring != NULL ? adapter->rx_itr_setting : adapter->tx_itr_setting;

	PROBE(adapter->net, igb_ring_irq_enable);
	assert(q_vector->eims_value != 0);
	if ((setting & 3) != 0)
		igb_update_ring_itr(q_vector);
	if (!adapter->down)
		igb_wr32(adapter, E1000_EIMS, q_vector->eims_value);
}
