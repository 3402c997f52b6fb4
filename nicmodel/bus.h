// SPDX-License-Identifier: MIT
/* bus.h - the seam between a network card and its host: registers, memory by address, messages.
 *
 * The driver sees mmio_read/mmio_write and memory; the card sees DMA by bus address, the interrupt
 * messages that it sends, the wire, and time. Neither knows the other's types, so each can be
 * tested with a fake other.
 */
#ifndef NICMODEL_BUS_H
#define NICMODEL_BUS_H

#include "base/types.h"

/* What a card tells of its own work, for traces: the card's part of the path. */
enum bus_note {
	BUS_NOTE_FETCH,	   /* a read of TX descriptors goes out */
	BUS_NOTE_READ,	   /* a read of a frame's data goes out */
	BUS_NOTE_SEND,	   /* a frame starts on the wire */
	BUS_NOTE_REPORT,   /* its descriptor is written back */
	BUS_NOTE_IRQ,	   /* an interrupt message goes out; queue is the vector */
	BUS_NOTE_STORE,	   /* a frame from the wire is in the FIFO */
	BUS_NOTE_WRITEBACK /* a RX descriptor is written back */
};

/* Who of the card works, for traces: each of them from one time to another. */
enum bus_engine {
	BUS_TX_FETCH,  /* reads descriptors of frames to send */
	BUS_RX_FETCH,  /* reads descriptors of buffers for frames to come */
	BUS_DMA_READ,  /* reads a frame's data */
	BUS_DMA_WRITE, /* writes a frame's data, and reports */
	BUS_MAC_TX,    /* a frame goes out, bit by bit */
	BUS_MAC_RX,    /* and comes in */
	BUS_MSIX,      /* an interrupt message is under way; queue is the vector */
	BUS_ENGINES
};

/* What the host (or a test) offers to a card. Every call gets the context that was given at init.
 */
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
	/* Both may be NULL. */
	void (*note)(void *ctx, enum bus_note what, u32 queue, u32 bytes);
	void (*busy)(void *ctx, enum bus_engine who, u32 queue, u32 bytes, u64 from_ps,
		     u64 until_ps);
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
