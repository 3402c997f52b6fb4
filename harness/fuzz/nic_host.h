// SPDX-License-Identifier: MIT
/* nic_host.h - what stands behind bus.h when a card is fuzzed alone: memory with holes, a clock, a
 * wire, and who looks at what the card does with them.
 *
 * Whatever its driver does, the card writes nowhere but into rings, buffers of receive descriptors
 * and places for heads that it was told of; it interrupts only for what was enabled; it comes to
 * rest; its counters add up; and frames that a driver sends by the book arrive as descriptors said.
 */
#ifndef HARNESS_FUZZ_NIC_HOST_H
#define HARNESS_FUZZ_NIC_HOST_H

#include "nicmodel/nic.h"

#define NIC_BUS 0x123450000ull

enum {
	NIC_PAGE = 4096,
	NIC_MEM = 64 * NIC_PAGE,
	NIC_TXRING = 0,		  /* + queue * NIC_PAGE */
	NIC_RXRING = 0x10000,	  /* the same */
	NIC_HEADS = 0x20000,	  /* a page */
	NIC_RXBUF = 0x21000,	  /* up to NIC_TXBUF */
	NIC_TXBUF = 0x30000,	  /* frames by the book; nobody else writes here */
	NIC_RING = NIC_PAGE / 16, /* descriptors, at most */
	NIC_BY_BOOK = 32,
	NIC_BY_BOOK_BYTES = 1514,
	NIC_EVENTS = 1024,
	NIC_PLACES = 256
};

struct nic_host_event {
	u64 when, seq;
	u32 what, arg;
};

/* Where the card may write. */
struct nic_place {
	u64 at;
	u32 len;
	bool rx; /* a ring of descriptors that say where */
};

struct nic_host {
	struct nic nic;
	u64 now, seq, events_run;
	u32 nr_events;
	u64 mapped;  /* bit a page */
	u32 vectors; /* those that were enabled at some time since their last message */
	u32 nr_rings, nr_buffers;
	u32 resets;
	bool spoilt; /* the driver has left the book: what is sent is not compared any more */
	u32 nr_by_book, book_at;
	struct nic_host_event event[NIC_EVENTS];
	struct nic_place ring[NIC_PLACES], buffer[NIC_PLACES];
	struct {
		u32 len;
		u8 bytes[NIC_BY_BOOK_BYTES];
	} by_book[NIC_BY_BOOK];
	u8 mem[NIC_MEM];
};

void nic_host_init(struct nic_host *h);
u32 nic_host_read(struct nic_host *h, u32 reg);
void nic_host_write(struct nic_host *h, u32 reg, u32 value);
void nic_host_wire(struct nic_host *h, const u8 *frame, u32 len, bool fcs_ok);
void nic_host_link(struct nic_host *h, bool up);
void nic_host_run(struct nic_host *h, u64 ps);
/* Nothing comes any more: the card must come to rest. */
void nic_host_end(struct nic_host *h);

#endif
