// SPDX-License-Identifier: MIT
/* dma.c - the card's side of PCIe: reads in flight, the two directions of the link, faults.
 *
 * Path: step 13, and the way of a received frame into memory. Requests and posted writes go up the
 * link, completions come down; each direction carries one byte a nanosecond, in order.
 * Rules: PCI Express base specification; the byte counts stand in cycles.h.
 * DIVERGES(doorbell-overtakes): a doorbell does not wait for completions on the way down.
 */
#include "nicmodel/nic_internal.h"

#include "base/check.h"

bool nic_dma_allowed(const struct nic *n)
{
	return (n->r.CTRL[0] & CTRL_GIO_MASTER_DISABLE) == 0;
}

bool nic_read_slot_free(const struct nic *n)
{
	return n->reads_busy < n->cfg.outstanding_reads;
}

u64 nic_latency_jitter_ps(struct nic *n)
{
	return n->perturb == 0 ? 0 : nic_random(n, 2048) * PS_PER_NS;
}

/* When `bytes` more have gone up. */
u64 nic_up_book(struct nic *n, u64 bytes)
{
	n->up_free_ps = max_u64(n->up_free_ps, n->last_ps) + bytes * NIC_LINK_BYTE_PS;
	return n->up_free_ps;
}

void nic_read_start(struct nic *n, const struct nic_read *op)
{
	u64 there, back;
	u32 slot = 0;

	assert(nic_read_slot_free(n));
	while (n->read[slot].kind != NIC_READ_NONE)
		slot++;
	n->read[slot] = *op;
	n->reads_busy++;
	there = nic_up_book(n, nic_read_up_bytes(op->len)) +
		n->cfg.mem_read_latency_ns * PS_PER_NS + nic_latency_jitter_ps(n);
	/* Completions keep the order of the requests. */
	back = max_u64(there, n->down_free_ps) +
	       nic_read_down_bytes(op->len, n->cfg.mps_bytes) * NIC_LINK_BYTE_PS;
	n->down_free_ps = back;
	nic_busy(n,
		 op->kind == NIC_READ_TXDESC   ? BUS_TX_FETCH
		 : op->kind == NIC_READ_RXDESC ? BUS_RX_FETCH
					       : BUS_DMA_READ,
		 op->queue, op->len, n->last_ps, back);
	nic_at(n, back, NIC_EV_READ, slot);
}

bool nic_dma_read(struct nic *n, u64 addr, void *to, u32 len)
{
	if (nic_fault_due(&n->fault.fail_dma_at))
		return false;
	return n->host->dma_read(n->ctx, addr, to, len);
}

bool nic_dma_write(struct nic *n, u64 addr, const void *from, u32 len)
{
	if (nic_fault_due(&n->fault.fail_dma_at))
		return false;
	return n->host->dma_write(n->ctx, addr, from, len);
}

/* A tail was written: the engines see it when the write has crossed the link. One event serves
 * all doorbells that are on their way; the last of them decides when the card looks again.
 */
void nic_doorbell(struct nic *n)
{
	u64 when = n->last_ps + (NIC_TLP_WRITE32_BYTES + 4) * NIC_LINK_BYTE_PS;

	n->kick_again_ps = when;
	if (n->kick_armed)
		return;
	n->kick_armed = true;
	nic_at(n, when, NIC_EV_KICK, 0);
}

void nic_ev_kick(struct nic *n, u32 arg)
{
	(void)arg;
	n->kick_armed = false;
	if (n->kick_again_ps > n->last_ps && !n->cfg.qemu_quirks) {
		n->kick_armed = true;
		nic_at(n, n->kick_again_ps, NIC_EV_KICK, 0);
	}
	nic_engine_run(n);
	nic_rx_run(n);
}

void nic_ev_read(struct nic *n, u32 slot)
{
	struct nic_read op;

	assert(slot < NIC_READS_MAX);
	op = n->read[slot];
	assert(op.kind != NIC_READ_NONE);
	n->read[slot].kind = NIC_READ_NONE;
	n->reads_busy--;
	if (op.kind == NIC_READ_TXDESC || op.kind == NIC_READ_RXDESC)
		nic_desc_arrived(n, &op);
	else
		nic_data_arrived(n, &op);
	nic_engine_run(n);
}
