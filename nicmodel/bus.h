// SPDX-License-Identifier: MIT
/* bus.h - the seam between a network card and its host: registers, memory by address, messages.
 *
 * The driver sees mmio_read/mmio_write and memory; the card sees DMA by bus address, the interrupt
 * messages that it sends, the wire, and time. Neither knows the other's types, so each can be tested
 * with a fake other.
 */
#ifndef NICMODEL_BUS_H
#define NICMODEL_BUS_H

#include "base/types.h"

/* What the host (or a test) offers to a card. Every call gets the context that was given at init. */
struct bus_host {
	/* False: the access touches an address outside every live mapping (an IOMMU fault), or
	 * goes against the direction of the mapping. Nothing is transferred then.
	 */
	bool (*dma_read)(void *ctx, u64 addr, void *to, u32 len_bytes);
	bool (*dma_write)(void *ctx, u64 addr, const void *from, u32 len_bytes);
	/* A MSI-X message for this vector arrives at the host now. */
	void (*msix)(void *ctx, u32 vector);
	/* A frame (without preamble and FCS) starts on the wire now and takes wire_ps. */
	void (*wire_tx)(void *ctx, const u8 *frame, u32 len_bytes, u64 wire_ps);
	/* The card wants nic_event(what, arg) at this virtual time (never in the past). */
	void (*at)(void *ctx, u64 when_ps, u32 what, u32 arg);
	u64 (*now_ps)(void *ctx);
};

/* What a card offers to its host: one table per model. */
struct bus_card {
	u32 (*mmio_read)(void *card, u32 reg);
	void (*mmio_write)(void *card, u32 reg, u32 value);
	void (*event)(void *card, u32 what, u32 arg);
	/* A whole frame has arrived from the wire; fcs_ok is false for a damaged one. */
	void (*wire_rx)(void *card, const u8 *frame, u32 len_bytes, bool fcs_ok);
	void (*link)(void *card, bool up);
};

#endif
