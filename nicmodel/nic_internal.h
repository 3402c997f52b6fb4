// SPDX-License-Identifier: MIT
/* nic_internal.h - what the files of the card share among themselves; nobody else includes it. */
#ifndef NICMODEL_NIC_INTERNAL_H
#define NICMODEL_NIC_INTERNAL_H

#include "nicmodel/nic.h"

enum nic_event_kind {
	NIC_EV_KICK,   /* a doorbell has crossed the link */
	NIC_EV_READ,   /* a read has completed */
	NIC_EV_WIRE,   /* the wire may be free for the next frame */
	NIC_EV_TXDONE, /* a frame has left and its write-back has crossed the link */
	NIC_EV_RXDONE, /* a frame has crossed the link into memory */
	NIC_EV_MSIX,   /* a message has crossed the link */
	NIC_EV_EITR,   /* a vector's throttle has expired */
	NIC_EV_LINK,   /* autonegotiation is over */
	NIC_EV_MDIC,   /* a PHY access that wants an interrupt is over */
	NIC_EV_MAX
};

enum {
	CTRL_GIO_MASTER_DISABLE = 1u << 2,
	CTRL_SLU = 1u << 6,
	CTRL_RST = 1u << 26,
	CTRL_RFCE = 1u << 27,
	CTRL_TFCE = 1u << 28,
	CTRL_VME = 1u << 30,
	STATUS_LU = 1u << 1,
	STATUS_TXOFF = 1u << 4,
	STATUS_PHYRA = 1u << 10,
	STATUS_GIO_MASTER_ENABLE = 1u << 19,
	ICR_TXDW = 1u << 0,
	ICR_LSC = 1u << 2,
	ICR_RXDMT0 = 1u << 4,
	ICR_RXO = 1u << 6,
	ICR_RXDW = 1u << 7,
	ICR_MDAC = 1u << 9,
	ICR_FER = 1u << 22,
	GPIE_NSICR = 1u << 0,
	GPIE_MSIX = 1u << 4,
	GPIE_EIAME = 1u << 30,
	RCTL_EN = 1u << 1,
	RCTL_SBP = 1u << 2,
	RCTL_UPE = 1u << 3,
	RCTL_MPE = 1u << 4,
	RCTL_LPE = 1u << 5,
	RCTL_BAM = 1u << 15,
	RCTL_VFE = 1u << 18,
	RCTL_PMCF = 1u << 23,
	RCTL_SECRC = 1u << 26,
	TCTL_EN = 1u << 1,
	TCTL_PSP = 1u << 3,
	DCTL_ENABLE = 1u << 25,
	DCTL_SWFLUSH = 1u << 26,
	VECTOR_MASK = 0x1ffffff,
	ICR_CAUSES = 0x77d4fbfd /* those that a mask can let through */
};
#define ICR_INTA       0x80000000u
#define SRRCTL_DROP_EN 0x80000000u
#define CTRL_PHY_RST   0x80000000u

enum nic_field {
#define X(reg, name, low, bits, help) reg##_##name##_LOW = (low), reg##_##name##_BITS = (bits),
#include "nicmodel/fields.def"
#undef X
};
#define FIELD_ONES(f) ((1u << f##_BITS) - 1)
#define FIELD_MASK(f) (FIELD_ONES(f) << f##_LOW)
#define FIELD(v, f)   ((v) >> f##_LOW & FIELD_ONES(f))

/* Descriptors. */
enum {
	TXD_DTYP_MASK = 15u << 20,
	TXD_DTYP_CTX = 2u << 20,
	TXD_DTYP_DATA = 3u << 20,
	TXD_EOP = 1u << 24,
	TXD_IC = 1u << 26,
	TXD_RS = 1u << 27,
	TXD_DEXT = 1u << 29,
	TXD_VLE = 1u << 30,
	TXD_IXSM = 1u << 8,
	TXD_TXSM = 1u << 9,
	TXD_DD = 1
};
#define TXD_TSE 0x80000000u

enum nic_tx_flags { TXF_IXSM = 1, TXF_TXSM = 2, TXF_VLAN = 4, TXF_SUM = 8, TXF_TSO = 16 };

/* nic.c */
u64 nic_now(struct nic *n);
void nic_at(struct nic *n, u64 when_ps, enum nic_event_kind what, u32 arg);
void nic_reset(struct nic *n);
void nic_drop_frame(struct nic *n, enum nic_drop why);
bool nic_fault_due(u32 *countdown);
u32 nic_random(struct nic *n, u32 below);

/* irq.c */
void nic_irq_reset(struct nic *n);
void nic_cause_icr(struct nic *n, u32 causes);
void nic_cause_queue(struct nic *n, u32 q, bool tx);
bool nic_irq_quiet(struct nic *n, u32 q, bool tx);
void nic_ev_msix(struct nic *n, u32 vector);
void nic_ev_eitr(struct nic *n, u32 vector);
u32 nic_icr_read(struct nic *n, u32 i);
void nic_icr_write(struct nic *n, u32 i, u32 v);
void nic_ics_write(struct nic *n, u32 i, u32 v);
u32 nic_ims_read(struct nic *n, u32 i);
void nic_ims_write(struct nic *n, u32 i, u32 v);
void nic_imc_write(struct nic *n, u32 i, u32 v);
u32 nic_iam_read(struct nic *n, u32 i);
void nic_iam_write(struct nic *n, u32 i, u32 v);
u32 nic_icr_alias_read(struct nic *n, u32 i);
void nic_icr_alias_write(struct nic *n, u32 i, u32 v);
void nic_ics_alias_write(struct nic *n, u32 i, u32 v);
u32 nic_ims_alias_read(struct nic *n, u32 i);
void nic_ims_alias_write(struct nic *n, u32 i, u32 v);
void nic_imc_alias_write(struct nic *n, u32 i, u32 v);
u32 nic_iam_alias_read(struct nic *n, u32 i);
void nic_iam_alias_write(struct nic *n, u32 i, u32 v);
void nic_eics_write(struct nic *n, u32 i, u32 v);
void nic_eims_write(struct nic *n, u32 i, u32 v);
void nic_eimc_write(struct nic *n, u32 i, u32 v);
void nic_eiac_write(struct nic *n, u32 i, u32 v);
void nic_eiam_write(struct nic *n, u32 i, u32 v);
u32 nic_eicr_read(struct nic *n, u32 i);
void nic_eicr_write(struct nic *n, u32 i, u32 v);
u32 nic_eitr_read(struct nic *n, u32 i);
void nic_eitr_write(struct nic *n, u32 i, u32 v);

/* phy.c */
void nic_phy_init(struct nic *n);
void nic_phy_reset(struct nic *n);
void nic_link_update(struct nic *n);
void nic_link(void *card, bool up);
void nic_ev_link(struct nic *n, u32 arg);
void nic_ev_mdic(struct nic *n, u32 arg);
u32 nic_status_read(struct nic *n, u32 i);
void nic_status_write(struct nic *n, u32 i, u32 v);
u32 nic_ctrl_read(struct nic *n, u32 i);
void nic_ctrl_write(struct nic *n, u32 i, u32 v);
void nic_ctrl_ext_write(struct nic *n, u32 i, u32 v);
void nic_eecd_write(struct nic *n, u32 i, u32 v);
u32 nic_eerd_read(struct nic *n, u32 i);
void nic_eerd_write(struct nic *n, u32 i, u32 v);
u32 nic_mdic_read(struct nic *n, u32 i);
void nic_mdic_write(struct nic *n, u32 i, u32 v);
u32 nic_swsm_read(struct nic *n, u32 i);
u32 nic_systiml_read(struct nic *n, u32 i);
void nic_timinca_write(struct nic *n, u32 i, u32 v);
void nic_timadjh_write(struct nic *n, u32 i, u32 v);

/* dma.c */
bool nic_dma_allowed(const struct nic *n);
bool nic_read_slot_free(const struct nic *n);
void nic_read_start(struct nic *n, const struct nic_read *op);
u64 nic_up_book(struct nic *n, u64 bytes);
u64 nic_latency_jitter_ps(struct nic *n);
bool nic_dma_read(struct nic *n, u64 addr, void *to, u32 len);
bool nic_dma_write(struct nic *n, u64 addr, const void *from, u32 len);
void nic_doorbell(struct nic *n);
void nic_ev_kick(struct nic *n, u32 arg);
void nic_ev_read(struct nic *n, u32 slot);

/* ring.c */
void nic_engine_run(struct nic *n);
void nic_halt(struct nic *n, bool tx, u32 q);
void nic_ring_forget(struct nic *n, bool tx, u32 q);
void nic_rings_reset(struct nic *n);
u32 nic_rx_supply(const struct nic *n, u32 q);
void nic_rx_consume(struct nic *n, u32 q, u32 count);
void nic_tx_report(struct nic *n, struct nic_tx_frame *f);
bool nic_rx_writeback(struct nic *n, u32 q, u32 index, const u8 desc[16]);
void nic_want_update(struct nic *n, bool tx, u32 q);
bool nic_rx_wb_flush(struct nic *n, u32 q);
bool nic_tx_wb_flush(struct nic *n, u32 q);
void nic_desc_arrived(struct nic *n, const struct nic_read *op);
void nic_data_arrived(struct nic *n, const struct nic_read *op);
void nic_tail_write(struct nic *n, u32 i, u32 v);
void nic_txdctl_write(struct nic *n, u32 i, u32 v);
void nic_rxdctl_write(struct nic *n, u32 i, u32 v);
void nic_rdt_write(struct nic *n, u32 i, u32 v);
void nic_rdbal_write(struct nic *n, u32 i, u32 v);
void nic_tdbal_write(struct nic *n, u32 i, u32 v);
void nic_rdbah_write(struct nic *n, u32 i, u32 v);
void nic_tdbah_write(struct nic *n, u32 i, u32 v);
void nic_rdlen_write(struct nic *n, u32 i, u32 v);
void nic_tdlen_write(struct nic *n, u32 i, u32 v);
void nic_rdh_write(struct nic *n, u32 i, u32 v);
void nic_tdh_write(struct nic *n, u32 i, u32 v);
void nic_tctl_write(struct nic *n, u32 i, u32 v);

/* mac.c */
u32 nic_sum(u32 sum, const u8 *p, u32 len);
void nic_octets(u32 *low, u32 *high, u32 by);
u32 nic_size_bin(u32 len);
bool nic_fifo_place(struct nic_fifo *f, u32 memory, u32 len, u32 charge, u32 *off);
void nic_fifo_release(struct nic_fifo *f, u32 charge);
bool nic_loopback(const struct nic *n);
void nic_mac_reset(struct nic *n);
void nic_fifo_drop_all(struct nic *n);
struct nic_tx_frame *nic_tx_alloc(struct nic *n, u32 bytes);
void nic_tso_header(struct nic *n, u8 *header, u32 segment, u32 payload, bool last);
void nic_tx_finish(struct nic *n, struct nic_tx_frame *f);
void nic_wire_run(struct nic *n);
void nic_ev_wire(struct nic *n, u32 arg);
void nic_ev_txdone(struct nic *n, u32 arg);

/* rx.c */
void nic_rx_run(struct nic *n);
void nic_wire_rx(void *card, const u8 *frame, u32 len, bool fcs_ok);
void nic_ev_rxdone(struct nic *n, u32 arg);
u32 nic_rx_per_desc(const struct nic *n, u32 q);

static inline struct nic_tx_frame *nic_tx_at(struct nic *n, u32 number)
{
	return &n->tx_frame[number % NIC_FRAMES];
}

static inline struct nic_rx_frame *nic_rx_at(struct nic *n, u32 number)
{
	return &n->rx_frame[number % NIC_FRAMES];
}

/* Tells whoever traces; changes nothing. */
static inline void nic_note(const struct nic *n, enum bus_note what, u32 queue, u32 bytes)
{
	if (n->host->note != NULL)
		n->host->note(n->ctx, what, queue, bytes);
}

static inline void nic_busy(const struct nic *n, enum bus_engine who, u32 queue, u32 bytes,
			    u64 from_ps, u64 until_ps)
{
	if (n->host->busy != NULL)
		n->host->busy(n->ctx, who, queue, bytes, from_ps, until_ps);
}

#endif
