// SPDX-License-Identifier: MIT
/* phy.c - device control and status, the copper PHY and its link, the NVM, semaphores, the time.
 *
 * Path: none of the sixteen steps; probing, opening and the watchdog of a driver come here.
 * Rules: IEEE 802.3 22 and 28; the values of PHY and NVM words are those that a Linux driver was
 * seen to read.
 */
#include "nicmodel/nic_internal.h"

#include "base/check.h"

#include <string.h>

enum {
	PHY_CONTROL = 0,
	PHY_STATUS = 1,
	PHY_LP_ABILITY = 5,
	PHY_1000T_STATUS = 10,
	PHY_PORT_STATUS = 17,
	PHY_PAGED_FROM = 16,
	PHY_PAGE = 31,
	PHY_CONTROL_RESET = 1 << 15,
	PHY_CONTROL_ANE = 1 << 12,
	PHY_CONTROL_POWER_DOWN = 1 << 11,
	PHY_CONTROL_RESTART = 1 << 9,
	PHY_STATUS_UP = 1 << 5 | 1 << 2, /* autonegotiation complete, link */
	MDIC_OP_WRITE = 1u << 26,
	MDIC_OP_READ = 1u << 27,
	MDIC_READY = 1u << 28,
	MDIC_INT = 1u << 29,
	MDIC_ERROR = 1u << 30,
	MDIC_KEPT = FIELD_MASK(MDIC_REGADD) | FIELD_MASK(MDIC_PHYADD) | MDIC_OP_WRITE |
		    MDIC_OP_READ | MDIC_INT,
	PHY_ADDRESS = 1,
	NVM_CHECKSUM_WORD = 0x3f,
	NVM_SUM = 0xbaba
};

static const u16 phy_defaults[NIC_PHY_REGS] = {
	[PHY_CONTROL] = 0x1140,
	[PHY_STATUS] = 0x7949,
	[2] = 0x02a8,
	[3] = 0x0391, /* identifier */
	[4] = 0x0de1, /* what this side offers */
	[PHY_LP_ABILITY] = 0x47e0,
	[9] = 0x0f00, /* 1000BASE-T control */
	[PHY_1000T_STATUS] = 0x3c00,
	[15] = 0x3000,		    /* extended status */
	[PHY_PORT_STATUS] = 0xc000, /* resolved speed: 1000 */
	[25] = 0x008d,		    /* power management */
};

/* Registers that answer; QEMU reports an error for the others. */
static const u32 phy_known = 0x8200ffffu | 0x000f0000u;

static const u16 nvm_words[NIC_NVM_WORDS] = {
	0x0000, 0x0000, 0x0000, 0x0d34, 0xffff, 0x2010, 0xffff, 0xffff, 0x1040, 0xffff, 0x002b,
	0x10c9, 0x8086, 0x10c9, 0x0000, 0x70c3, 0x0004, 0x10c9, 0x5c00, 0x0000, 0x2880, 0x0014,
	0x4a40, 0x0060, 0x6cfb, 0xc7b0, 0x0abe, 0x0403, 0x0783, 0x10a6, 0x0001, 0x0602, 0x0004,
	0x0020, 0x0000, 0x004a, 0x2080, 0x00f5, 0x10ca, 0x0000, 0x0000, 0x0000, 0x4784, 0x4602,
	0x0000, 0x0000, 0x1000, 0xffff, 0x0100, 0x4000, 0x131f, 0x4013, 0x0100, 0x4000, 0xffff,
	0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0x00e0, 0xffff, 0x0000,
};

static void nvm_init(struct nic *n)
{
	u32 i, sum = 0;

	memcpy(n->nvm, nvm_words, sizeof(n->nvm));
	for (i = 0; i < 3; i++)
		n->nvm[i] = (u16)(n->cfg.mac[2 * i] | n->cfg.mac[2 * i + 1] << 8);
	for (i = 0; i < NVM_CHECKSUM_WORD; i++)
		sum += n->nvm[i];
	n->nvm[NVM_CHECKSUM_WORD] = (u16)(NVM_SUM - sum);
}

/* ---- link ---- */

/* The MAC's view: the PHY's link, if the driver has set "link up". */
void nic_link_update(struct nic *n)
{
	bool up = n->phy_link && ((n->r.CTRL[0] & CTRL_SLU) != 0 || n->cfg.qemu_quirks);

	if (up == n->link_up)
		return;
	n->link_up = up;
	nic_cause_icr(n, ICR_LSC);
	nic_wire_run(n);
}

static void phy_link_set(struct nic *n, bool up)
{
	if (n->phy_link && !up)
		n->link_was_lost = true;
	n->phy_link = up;
	nic_link_update(n);
}

static void autoneg_stop(struct nic *n)
{
	n->link_at_ps = U64_MAX;
	phy_link_set(n, false);
}

static void autoneg_start(struct nic *n)
{
	autoneg_stop(n);
	if (!n->cable)
		return;
	if ((n->phy[PHY_CONTROL] & PHY_CONTROL_POWER_DOWN) != 0 && !n->cfg.qemu_quirks)
		return;
	n->link_at_ps = n->last_ps + n->cfg.autoneg_ms * PS_PER_MS;
	if (!n->link_armed)
		nic_at(n, n->link_at_ps, NIC_EV_LINK, 0);
	n->link_armed = true;
}

/* One event serves all starts: if the last of them was later, it is sent on its way again. */
void nic_ev_link(struct nic *n, u32 arg)
{
	n->link_armed = false;
	if (n->link_at_ps == U64_MAX)
		return;
	if (n->last_ps < n->link_at_ps) {
		n->link_armed = true;
		nic_at(n, n->link_at_ps, NIC_EV_LINK, arg);
		return;
	}
	n->link_at_ps = U64_MAX;
	/* QEMU resolves pause itself; on the card the driver does. */
	if (n->cfg.qemu_quirks)
		n->r.CTRL[0] |= CTRL_RFCE | CTRL_TFCE;
	phy_link_set(n, true);
}

void nic_phy_reset(struct nic *n)
{
	memcpy(n->phy, phy_defaults, sizeof(n->phy));
	/* QEMU negotiates only when told to by the driver. */
	if (n->cfg.qemu_quirks)
		autoneg_stop(n);
	else
		autoneg_start(n);
}

void nic_phy_init(struct nic *n)
{
	n->cable = n->cfg.qemu_quirks;
	nvm_init(n);
	nic_phy_reset(n);
}

/* The cable is plugged in or pulled. */
void nic_link(void *card, bool up)
{
	struct nic *n = card;

	if (n->cable == up)
		return;
	n->cable = up;
	autoneg_start(n);
}

/* ---- MDIC ---- */

static u16 phy_get(struct nic *n, u32 reg)
{
	u16 v = n->phy[reg];

	switch (reg) {
	case PHY_STATUS:
		if (n->phy_link && !n->link_was_lost)
			v |= PHY_STATUS_UP;
		n->link_was_lost = false;
		return v;
	case PHY_LP_ABILITY:
	case PHY_1000T_STATUS:
	case PHY_PORT_STATUS:
		return n->phy_link || n->cfg.qemu_quirks ? v : 0;
	default:
		return v;
	}
}

static void phy_control(struct nic *n, u16 v)
{
	u16 was = n->phy[PHY_CONTROL];
	bool woke = (was & PHY_CONTROL_POWER_DOWN) != 0 && (v & PHY_CONTROL_POWER_DOWN) == 0;

	if (v & PHY_CONTROL_RESET) {
		nic_phy_reset(n);
		return;
	}
	n->phy[PHY_CONTROL] = (u16)(v & ~PHY_CONTROL_RESTART);
	/* In QEMU a PHY without power keeps its link. */
	if ((v & PHY_CONTROL_POWER_DOWN) != 0 && !n->cfg.qemu_quirks)
		autoneg_stop(n);
	else if ((v & PHY_CONTROL_RESTART) != 0 || (woke && !n->cfg.qemu_quirks))
		autoneg_start(n);
}

static void phy_set(struct nic *n, u32 reg, u16 v)
{
	static const u32 read_only = 1u << PHY_STATUS | 1u << 2 | 1u << 3 | 1u << PHY_LP_ABILITY |
				     1u << PHY_1000T_STATUS | 1u << 15 | 1u << PHY_PORT_STATUS;

	if (reg == PHY_CONTROL)
		phy_control(n, v);
	else if ((read_only >> reg & 1) == 0)
		n->phy[reg] = v;
}

void nic_mdic_write(struct nic *n, u32 i, u32 v)
{
	u32 reg = FIELD(v, MDIC_REGADD), page = n->phy[PHY_PAGE] >> 5;
	u32 data = FIELD(v, MDIC_DATA), status = MDIC_READY;
	bool known = (phy_known >> reg & 1) != 0;
	/* IEEE 802.3's own registers are on every page. */
	bool there = page == 0 || reg < PHY_PAGED_FROM || reg == PHY_PAGE || n->cfg.qemu_quirks;

	if (FIELD(v, MDIC_PHYADD) != PHY_ADDRESS || (!known && n->cfg.qemu_quirks)) {
		status |= MDIC_ERROR;
	} else if (v & MDIC_OP_READ) {
		/* Page 0 is modelled; the vendor's pages read 0. */
		data = there ? phy_get(n, reg) : 0;
	} else if ((v & MDIC_OP_WRITE) != 0 && there) {
		phy_set(n, reg, (u16)data);
	}
	n->r.MDIC[i] = (v & MDIC_KEPT) | data | status;
	n->mdic_ready_ps = n->last_ps + (n->cfg.slow_serial ? NIC_MDIO_PS : 0);
	if ((v & MDIC_INT) == 0 || n->mdic_armed)
		return;
	n->mdic_armed = true;
	nic_at(n, n->mdic_ready_ps, NIC_EV_MDIC, 0);
}

u32 nic_mdic_read(struct nic *n, u32 i)
{
	u32 v = n->r.MDIC[i];

	return n->last_ps < n->mdic_ready_ps ? v & ~(u32)MDIC_READY : v;
}

void nic_ev_mdic(struct nic *n, u32 arg)
{
	(void)arg;
	n->mdic_armed = false;
	nic_cause_icr(n, ICR_MDAC);
}

/* ---- NVM ---- */

void nic_eerd_write(struct nic *n, u32 i, u32 v)
{
	u32 word = FIELD(v, EERD_ADDR);

	if (FIELD(v, EERD_START) == 0) {
		n->r.EERD[i] = FIELD(v, EERD_LOW);
		return;
	}
	n->r.EERD[i] = (word < NIC_NVM_WORDS ? (u32)n->nvm[word] << EERD_DATA_LOW : 0) |
		       (v & FIELD_MASK(EERD_ADDR)) | FIELD_MASK(EERD_DONE);
	n->eerd_ready_ps = n->last_ps + (n->cfg.slow_serial ? NIC_NVM_READ_PS : 0);
}

u32 nic_eerd_read(struct nic *n, u32 i)
{
	u32 v = n->r.EERD[i];

	return n->last_ps < n->eerd_ready_ps ? v & FIELD_MASK(EERD_ADDR) : v;
}

/* Bit-bang access is not modelled; a request is granted at once. */
void nic_eecd_write(struct nic *n, u32 i, u32 v)
{
	const u32 fixed = FIELD_MASK(EECD_PRES) | FIELD_MASK(EECD_AUTO_RD) | FIELD_MASK(EECD_SIZE);

	v = (v & ~(fixed | FIELD_MASK(EECD_GNT))) | (n->r.EECD[i] & fixed);
	if (FIELD(v, EECD_REQ) != 0 && !n->cfg.qemu_quirks)
		v |= FIELD_MASK(EECD_GNT);
	n->r.EECD[i] = v;
}

/* A read takes the semaphore if it was free, and tells what it was. */
u32 nic_swsm_read(struct nic *n, u32 i)
{
	u32 v = n->r.SWSM[i];

	n->r.SWSM[i] = v | 1;
	return v;
}

/* ---- device control ---- */

u32 nic_ctrl_read(struct nic *n, u32 i)
{
	return n->r.CTRL[i];
}

void nic_ctrl_write(struct nic *n, u32 i, u32 v)
{
	u32 was = n->r.CTRL[i];

	if (v & CTRL_RST) {
		nic_reset(n);
		return;
	}
	n->r.CTRL[i] = v & ~CTRL_PHY_RST;
	/* QEMU: no effect. */
	if ((v & CTRL_PHY_RST) != 0 && !n->cfg.qemu_quirks)
		nic_phy_reset(n);
	nic_link_update(n);
	if ((was & CTRL_GIO_MASTER_DISABLE) != 0 && (v & CTRL_GIO_MASTER_DISABLE) == 0) {
		nic_engine_run(n);
		nic_rx_run(n);
	}
}

void nic_ctrl_ext_write(struct nic *n, u32 i, u32 v)
{
	n->r.CTRL_EXT[i] = v & ~FIELD_MASK(CTRL_EXT_SELF_CLEARING);
}

u32 nic_status_read(struct nic *n, u32 i)
{
	u32 v = n->r.STATUS[i];

	v &= ~(u32)(STATUS_LU | STATUS_GIO_MASTER_ENABLE | STATUS_TXOFF);
	if (n->link_up)
		v |= STATUS_LU;
	if (nic_dma_allowed(n) || (n->reads_busy != 0 && !n->cfg.qemu_quirks))
		v |= STATUS_GIO_MASTER_ENABLE;
	if (n->last_ps < n->pause_until_ps)
		v |= STATUS_TXOFF;
	return v;
}

void nic_status_write(struct nic *n, u32 i, u32 v)
{
	if ((v & STATUS_PHYRA) == 0)
		n->r.STATUS[i] &= ~(u32)STATUS_PHYRA;
}

/* ---- time ---- */

/* Every `period` times 16 ns the increment is added; arithmetic is modulo 2^64, as the counter. */
static u64 systim(const struct nic *n)
{
	u64 ticks, period = FIELD(n->r.TIMINCA[0], TIMINCA_INCPERIOD);
	u64 step = FIELD(n->r.TIMINCA[0], TIMINCA_INCVALUE);

	if (period == 0)
		return n->systim_base;
	ticks = (n->last_ps - n->systim_from_ps) / (NIC_SYSTIM_TICK_PS * period);
	return n->systim_base + ticks * step;
}

u32 nic_systiml_read(struct nic *n, u32 i)
{
	u64 now = systim(n);

	n->r.SYSTIMH[i] = (u32)(now >> 32);
	return (u32)now;
}

void nic_timinca_write(struct nic *n, u32 i, u32 v)
{
	n->systim_base = systim(n);
	n->systim_from_ps = n->last_ps;
	n->r.TIMINCA[i] = v;
}

void nic_timadjh_write(struct nic *n, u32 i, u32 v)
{
	u64 by = (u64)FIELD(v, TIMADJH_VALUE) << 32 | n->r.TIMADJL[i];

	n->r.TIMADJH[i] = v;
	n->systim_base = systim(n);
	n->systim_from_ps = n->last_ps;
	if (FIELD(v, TIMADJH_SIGN) != 0)
		n->systim_base -= by;
	else
		n->systim_base += by;
}
