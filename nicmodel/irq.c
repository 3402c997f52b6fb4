// SPDX-License-Identifier: MIT
/* irq.c - causes, vectors, masks, throttling, and the messages that leave the card.
 *
 * Path: step 14. A cause of a queue goes through IVAR to a bit of EICR; if EIMS lets it through and
 * the vector's EITR interval is over, a message goes out. Rules: 82576 and i210 data sheets.
 * DIVERGES(eicr-read): reading EICR clears nothing in MSI-X mode, as the family manual has it.
 */
#include "nicmodel/nic_internal.h"

#include "base/check.h"

#include <string.h>

static u64 interval_ps(const struct nic *n, u32 vector)
{
	u32 v = n->r.EITR[vector];

	if (n->cfg.qemu_quirks)
		return (u64)(v & FIELD_MASK(EITR_QEMU_INTERVAL)) * NIC_EITR_QEMU_TICK_PS;
	return (u64)FIELD(v, EITR_INTERVAL) * NIC_EITR_TICK_PS;
}

static void arm_throttle(struct nic *n, u32 vector)
{
	if (n->eitr_armed >> vector & 1)
		return;
	n->eitr_armed |= 1u << vector;
	nic_at(n, n->eitr_ready_ps[vector], NIC_EV_EITR, vector);
}

static void message(struct nic *n, u32 vector)
{
	u64 when;

	assert(vector < NIC_VECTORS);
	n->stats.messages++;
	n->eitr_ready_ps[vector] = n->last_ps + interval_ps(n, vector);
	if (nic_fault_due(&n->fault.drop_msix_at)) {
		n->stats.messages_lost++;
		return;
	}
	when = nic_up_book(n, NIC_TLP_WRITE32_BYTES + 4) + nic_latency_jitter_ps(n);
	/* Two of one vector on the link at once cannot be told from one. */
	if (n->msix_flying >> vector & 1)
		return;
	n->msix_flying |= 1u << vector;
	nic_note(n, BUS_NOTE_IRQ, vector, 0);
	nic_busy(n, BUS_MSIX, vector, 0, n->last_ps, when);
	nic_at(n, when, NIC_EV_MSIX, vector);
}

/* The message of a vector goes out: auto-clear and auto-mask happen now. */
static void send(struct nic *n, u32 vector)
{
	u32 bit = 1u << vector;

	n->fired |= bit;
	if (n->r.EIAC[0] & bit) {
		n->r.EICR[0] &= ~bit;
		n->fired &= ~bit;
	}
	if (!n->cfg.qemu_quirks && (n->r.GPIE[0] & GPIE_EIAME) && (n->r.EIAM[0] & bit)) {
		n->r.EIMS[0] &= ~bit;
		n->fired &= ~bit;
	}
	message(n, vector);
	/* QEMU's timer, once started, sends again at its end, cause or not. */
	if (n->cfg.qemu_quirks && interval_ps(n, vector) != 0)
		arm_throttle(n, vector);
}

/* Vector of a byte of IVAR as a mask; 0 when the entry is not valid. */
static u32 vector_bit(u32 byte)
{
	u32 vector = FIELD(byte, IVAR_VECTOR);

	return FIELD(byte, IVAR_VALID) != 0 && vector < NIC_VECTORS ? 1u << vector : 0;
}

static u32 queue_vector(const struct nic *n, u32 q, bool tx)
{
	u32 shift = (tx ? 8u : 0u) + (q >= 8 ? 16u : 0u);

	return vector_bit(n->r.IVAR[q % 8] >> shift & 0xff);
}

/* All that is collected for the vector goes to memory, and counts as a cause. */
static void vector_flush(struct nic *n, u32 vector)
{
	u32 q, on = n->rxq_on | n->txq_on;

	for (q = 0; on >> q != 0; q++) {
		if (n->rxq[q].wb_len != 0 && queue_vector(n, q, false) == 1u << vector &&
		    nic_rx_wb_flush(n, q)) {
			n->r.ICR[0] |= ICR_RXDW;
			n->r.EICR[0] |= 1u << vector;
		}
		if (n->txq[q].wb_len != 0 && queue_vector(n, q, true) == 1u << vector &&
		    nic_tx_wb_flush(n, q)) {
			n->r.ICR[0] |= ICR_TXDW;
			n->r.EICR[0] |= 1u << vector;
		}
	}
}

static void evaluate(struct nic *n, u32 vector)
{
	u32 bit = 1u << vector;

	if ((n->r.EICR[0] & n->r.EIMS[0] & bit) == 0 || (n->fired & bit) != 0)
		return;
	if (n->last_ps < n->eitr_ready_ps[vector]) {
		arm_throttle(n, vector);
		return;
	}
	/* Descriptors that wait for company must be in memory before the message. */
	vector_flush(n, vector);
	if ((n->r.EICR[0] & n->r.EIMS[0] & ~n->fired & bit) != 0)
		send(n, vector);
}

static void evaluate_all(struct nic *n, u32 vectors)
{
	u32 v;

	for (v = 0; vectors >> v != 0; v++) {
		if (vectors >> v & 1)
			evaluate(n, v);
	}
}

static void raise(struct nic *n, u32 vectors)
{
	n->r.EICR[0] |= vectors;
	evaluate_all(n, vectors & n->r.EIMS[0]);
}

/* Without MSI-X there is one message, for the edge of (ICR & IMS). */
static void legacy(struct nic *n)
{
	bool asserted = (n->r.ICR[0] & n->r.IMS[0]) != 0;

	if (asserted) {
		n->r.ICR[0] |= ICR_INTA;
		if (!n->legacy_asserted) {
			n->r.IAC[0]++;
			message(n, 0);
		}
	}
	n->legacy_asserted = asserted;
}

void nic_cause_icr(struct nic *n, u32 causes)
{
	n->r.ICR[0] |= causes;
	if ((n->r.GPIE[0] & GPIE_MSIX) == 0)
		legacy(n);
	else if (causes & n->r.IMS[0])
		raise(n, vector_bit(FIELD(n->r.IVAR_MISC[0], IVAR_MISC_OTHER)));
}

void nic_cause_queue(struct nic *n, u32 q, bool tx)
{
	nic_cause_icr(n, tx ? ICR_TXDW : ICR_RXDW);
	if (n->r.GPIE[0] & GPIE_MSIX)
		raise(n, queue_vector(n, q, tx));
}

/* True while the throttle of the queue's vector runs: then write-backs may be collected. */
bool nic_irq_quiet(struct nic *n, u32 q, bool tx)
{
	u32 bit = queue_vector(n, q, tx), v = 0;

	if (bit == 0 || (n->r.GPIE[0] & GPIE_MSIX) == 0)
		return false;
	while (bit >> v != 1)
		v++;
	if (n->last_ps >= n->eitr_ready_ps[v])
		return false;
	arm_throttle(n, v);
	return true;
}

void nic_ev_msix(struct nic *n, u32 vector)
{
	n->msix_flying &= ~(1u << vector);
	n->host->msix(n->ctx, vector);
}

void nic_ev_eitr(struct nic *n, u32 vector)
{
	assert(vector < NIC_VECTORS);
	n->eitr_armed &= ~(1u << vector);
	if (n->cfg.qemu_quirks) {
		if (n->eitr_ready_ps[vector] == 0)
			return; /* there was a reset */
		/* The spurious one: nothing but the cause bit is looked at. */
		if (n->r.EIAC[0] >> vector & 1)
			n->r.EICR[0] &= ~(1u << vector);
		else
			n->fired |= 1u << vector;
		message(n, vector);
		n->eitr_ready_ps[vector] = 0;
		return;
	}
	if (n->last_ps < n->eitr_ready_ps[vector]) {
		arm_throttle(n, vector);
		return;
	}
	vector_flush(n, vector);
	evaluate(n, vector);
}

void nic_irq_reset(struct nic *n)
{
	n->fired = 0;
	n->legacy_asserted = false;
	memset(n->eitr_ready_ps, 0, sizeof(n->eitr_ready_ps));
}

/* ---- legacy registers ---- */

static bool msix_mode(const struct nic *n)
{
	return (n->r.GPIE[0] & GPIE_MSIX) != 0;
}

static void auto_mask(struct nic *n)
{
	u32 icr = n->r.ICR[0];

	if ((n->r.GPIE[0] & GPIE_NSICR) != 0 || (n->r.IMS[0] != 0 && (icr & ICR_INTA) != 0))
		n->r.IMS[0] &= ~n->r.IAM[0];
}

u32 nic_icr_read(struct nic *n, u32 i)
{
	u32 v = n->r.ICR[0];
	bool clear = (n->r.GPIE[0] & GPIE_NSICR) != 0 || n->r.IMS[0] == 0 || (v & ICR_INTA) != 0 ||
		     !msix_mode(n);

	(void)i;
	auto_mask(n);
	if (clear)
		n->r.ICR[0] = 0;
	n->legacy_asserted = (n->r.ICR[0] & n->r.IMS[0]) != 0;
	return v;
}

void nic_icr_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	auto_mask(n);
	n->r.ICR[0] &= ~v;
	if ((n->r.ICR[0] & n->r.IMS[0]) == 0) {
		n->r.ICR[0] &= ~ICR_INTA;
		n->legacy_asserted = false;
	}
}

void nic_ics_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	nic_cause_icr(n, v & ~ICR_INTA);
}

u32 nic_ims_read(struct nic *n, u32 i)
{
	(void)i;
	return n->r.IMS[0];
}

void nic_ims_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	n->r.IMS[0] |= v & ICR_CAUSES;
	if (!msix_mode(n))
		legacy(n);
	else if (n->r.ICR[0] & v & ICR_CAUSES)
		raise(n, vector_bit(FIELD(n->r.IVAR_MISC[0], IVAR_MISC_OTHER)));
}

void nic_imc_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	n->r.IMS[0] &= ~v;
	n->legacy_asserted = n->legacy_asserted && (n->r.ICR[0] & n->r.IMS[0]) != 0;
}

u32 nic_iam_read(struct nic *n, u32 i)
{
	return n->r.IAM[i];
}

void nic_iam_write(struct nic *n, u32 i, u32 v)
{
	n->r.IAM[i] = v;
}

/* The manual's block at 01500: the same registers, absent in QEMU. */
u32 nic_icr_alias_read(struct nic *n, u32 i)
{
	return n->cfg.qemu_quirks ? 0 : nic_icr_read(n, i);
}

void nic_icr_alias_write(struct nic *n, u32 i, u32 v)
{
	if (!n->cfg.qemu_quirks)
		nic_icr_write(n, i, v);
}

void nic_ics_alias_write(struct nic *n, u32 i, u32 v)
{
	if (!n->cfg.qemu_quirks)
		nic_ics_write(n, i, v);
}

u32 nic_ims_alias_read(struct nic *n, u32 i)
{
	return n->cfg.qemu_quirks ? 0 : nic_ims_read(n, i);
}

void nic_ims_alias_write(struct nic *n, u32 i, u32 v)
{
	if (!n->cfg.qemu_quirks)
		nic_ims_write(n, i, v);
}

void nic_imc_alias_write(struct nic *n, u32 i, u32 v)
{
	if (!n->cfg.qemu_quirks)
		nic_imc_write(n, i, v);
}

u32 nic_iam_alias_read(struct nic *n, u32 i)
{
	return n->cfg.qemu_quirks ? 0 : nic_iam_read(n, i);
}

void nic_iam_alias_write(struct nic *n, u32 i, u32 v)
{
	if (!n->cfg.qemu_quirks)
		nic_iam_write(n, i, v);
}

/* ---- MSI-X registers ---- */

void nic_eics_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	raise(n, v & VECTOR_MASK);
}

void nic_eims_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	n->r.EIMS[0] |= v & (msix_mode(n) ? VECTOR_MASK : 0xc00000ffu);
	if (msix_mode(n))
		evaluate_all(n, v & VECTOR_MASK);
}

void nic_eimc_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	n->r.EIMS[0] &= ~v;
	/* Unmasking a cause that is still set sends again. */
	n->fired &= ~v;
}

void nic_eiac_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	if (!n->cfg.qemu_quirks)
		n->r.EIAC[0] = v & VECTOR_MASK;
	else if (msix_mode(n))
		n->r.EIAC[0] |= v & VECTOR_MASK;
}

void nic_eiam_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	if (!n->cfg.qemu_quirks)
		n->r.EIAM[0] = v & (VECTOR_MASK | 0xc0000000u);
	else if (msix_mode(n))
		n->r.EIAM[0] |= ~v;
}

u32 nic_eicr_read(struct nic *n, u32 i)
{
	u32 v = n->r.EICR[0];

	(void)i;
	if (!msix_mode(n) || n->cfg.qemu_quirks) {
		n->r.EICR[0] = 0;
		n->fired = 0;
	}
	return v;
}

void nic_eicr_write(struct nic *n, u32 i, u32 v)
{
	(void)i;
	n->r.EICR[0] &= ~v;
	n->fired &= ~v;
}

/* 30:21 show the upper ten bits of the running counter. */
u32 nic_eitr_read(struct nic *n, u32 i)
{
	u64 left;

	if (n->cfg.qemu_quirks || n->eitr_ready_ps[i] <= n->last_ps)
		return n->r.EITR[i];
	left = (n->eitr_ready_ps[i] - n->last_ps) / NIC_EITR_TICK_PS;
	return n->r.EITR[i] | (u32)(left >> 2 & FIELD_ONES(EITR_COUNTER)) << EITR_COUNTER_LOW;
}

void nic_eitr_write(struct nic *n, u32 i, u32 v)
{
	if (n->cfg.qemu_quirks) {
		n->r.EITR[i] = v & FIELD_MASK(EITR_QEMU_INTERVAL);
		return;
	}
	n->r.EITR[i] = v & FIELD_MASK(EITR_STORED);
	/* Without CNT_INGR the write loads the counter as well. */
	if (FIELD(v, EITR_CNT_INGR) == 0) {
		n->eitr_ready_ps[i] =
			n->last_ps + (u64)FIELD(v, EITR_COUNTER) * 4 * NIC_EITR_TICK_PS;
		evaluate(n, i);
	}
}
