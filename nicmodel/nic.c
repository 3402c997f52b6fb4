// SPDX-License-Identifier: MIT
/* nic.c - the card as a whole: register dispatch, reset, events, digest and checks.
 *
 * Path: steps 12 to 14 begin here, with a register write, a frame from the wire, or an event.
 * Rules: nicmodel/regs.def; Intel 82576 data sheet, where it was not at hand the family's (82575EB,
 * i210) and what the drivers of Linux and the card of QEMU do.
 */
#include "nicmodel/nic.h"

#include "base/check.h"
#include "nicmodel/nic_internal.h"

#include <string.h>

struct reg_row {
	u32 offset;
	u32 word; /* place in struct nic_regs */
	u32 count;
	u32 stride;
	u32 reset;
	u32 access;
};

enum { RO, RW, WO, RC, W1C, RCW1C };

static const struct reg_row rows[NIC_REG_MAX] = {
#define X(offset, name, count, stride, access, reset, help)                                        \
	{ (offset), (u32)(offsetof(struct nic_regs, name) / sizeof(u32)),                          \
	  (count),  (stride),                                                                      \
	  (reset),  (access) },
#include "nicmodel/regs.def"
#undef X
};

static_assert(sizeof(struct nic_regs) % sizeof(u32) == 0, "registers are words");

/* What is more than a store. */
static const struct reg_ops {
	u32 (*read)(struct nic *n, u32 i);
	void (*write)(struct nic *n, u32 i, u32 v);
} ops[NIC_REG_MAX] = {
	[NIC_REG_CTRL] = { nic_ctrl_read, nic_ctrl_write },
	[NIC_REG_CTRL_DUP] = { nic_ctrl_read, nic_ctrl_write },
	[NIC_REG_STATUS] = { nic_status_read, nic_status_write },
	[NIC_REG_EECD] = { NULL, nic_eecd_write },
	[NIC_REG_EERD] = { nic_eerd_read, nic_eerd_write },
	[NIC_REG_CTRL_EXT] = { NULL, nic_ctrl_ext_write },
	[NIC_REG_MDIC] = { nic_mdic_read, nic_mdic_write },
	[NIC_REG_ICR] = { nic_icr_read, nic_icr_write },
	[NIC_REG_ICS] = { NULL, nic_ics_write },
	[NIC_REG_IMS] = { nic_ims_read, nic_ims_write },
	[NIC_REG_IMC] = { NULL, nic_imc_write },
	[NIC_REG_IAM] = { nic_iam_read, nic_iam_write },
	[NIC_REG_TCTL] = { NULL, nic_tctl_write },
	[NIC_REG_ICR_82576] = { nic_icr_alias_read, nic_icr_alias_write },
	[NIC_REG_ICS_82576] = { NULL, nic_ics_alias_write },
	[NIC_REG_IMS_82576] = { nic_ims_alias_read, nic_ims_alias_write },
	[NIC_REG_IMC_82576] = { NULL, nic_imc_alias_write },
	[NIC_REG_IAM_82576] = { nic_iam_alias_read, nic_iam_alias_write },
	[NIC_REG_EICS] = { NULL, nic_eics_write },
	[NIC_REG_EIMS] = { NULL, nic_eims_write },
	[NIC_REG_EIMC] = { NULL, nic_eimc_write },
	[NIC_REG_EIAC] = { NULL, nic_eiac_write },
	[NIC_REG_EIAM] = { NULL, nic_eiam_write },
	[NIC_REG_EICR] = { nic_eicr_read, nic_eicr_write },
	[NIC_REG_EITR] = { nic_eitr_read, nic_eitr_write },
	[NIC_REG_SWSM] = { nic_swsm_read, NULL },
	[NIC_REG_SYSTIML] = { nic_systiml_read, NULL },
	[NIC_REG_TIMINCA] = { NULL, nic_timinca_write },
	[NIC_REG_TIMADJH] = { NULL, nic_timadjh_write },
	[NIC_REG_RDBAL] = { NULL, nic_rdbal_write },
	[NIC_REG_RDBAH] = { NULL, nic_rdbah_write },
	[NIC_REG_RDLEN] = { NULL, nic_rdlen_write },
	[NIC_REG_RDH] = { NULL, nic_rdh_write },
	[NIC_REG_RDT] = { NULL, nic_rdt_write },
	[NIC_REG_RXDCTL] = { NULL, nic_rxdctl_write },
	[NIC_REG_TDBAL] = { NULL, nic_tdbal_write },
	[NIC_REG_TDBAH] = { NULL, nic_tdbah_write },
	[NIC_REG_TDLEN] = { NULL, nic_tdlen_write },
	[NIC_REG_TDH] = { NULL, nic_tdh_write },
	[NIC_REG_TDT] = { NULL, nic_tail_write },
	[NIC_REG_TXDCTL] = { NULL, nic_txdctl_write },
};

static const char *const drop_names[NIC_DROP_MAX] = {
#define Y(name, help) #name,
	NIC_DROPS(Y)
#undef Y
};

u64 nic_now(struct nic *n)
{
	n->last_ps = max_u64(n->last_ps, n->host->now_ps(n->ctx));
	return n->last_ps;
}

static bool takes_time(const struct nic *n, enum nic_event_kind what)
{
	return !n->cfg.qemu_quirks || what == NIC_EV_EITR || what == NIC_EV_LINK ||
	       what == NIC_EV_MDIC;
}

/* A message that has left the card arrives, and the PHY goes on, whatever becomes of the rest. The
 * throttles keep theirs as well, so that a vector never has two events under way.
 */
static bool outlives_reset(u32 what)
{
	return what == NIC_EV_MSIX || what == NIC_EV_LINK || what == NIC_EV_MDIC ||
	       what == NIC_EV_EITR;
}

/* An event of this epoch. As QEMU does it, the engines run inside the access that sets them off. */
void nic_at(struct nic *n, u64 when_ps, enum nic_event_kind what, u32 arg)
{
	u32 full = outlives_reset(what) ? arg : (n->epoch & 0xffff) << 16 | arg;
	u32 slot;

	assert(arg <= 0xffff);
	if (takes_time(n, what)) {
		n->host->at(n->ctx, max_u64(when_ps, n->last_ps), what, full);
		return;
	}
	assert(n->soon_len < NIC_SOON);
	slot = (n->soon_head + n->soon_len) % NIC_SOON;
	n->soon[slot][0] = what;
	n->soon[slot][1] = full;
	n->soon_len++;
}

static void (*const events[NIC_EV_MAX])(struct nic *n, u32 arg) = {
	[NIC_EV_KICK] = nic_ev_kick,	 [NIC_EV_READ] = nic_ev_read,
	[NIC_EV_WIRE] = nic_ev_wire,	 [NIC_EV_TXDONE] = nic_ev_txdone,
	[NIC_EV_RXDONE] = nic_ev_rxdone, [NIC_EV_MSIX] = nic_ev_msix,
	[NIC_EV_EITR] = nic_ev_eitr,	 [NIC_EV_LINK] = nic_ev_link,
	[NIC_EV_MDIC] = nic_ev_mdic,
};

static void dispatch(struct nic *n, u32 what, u32 arg)
{
	assert(what < NIC_EV_MAX);
	n->stats.events++;
	if (!outlives_reset(what) && arg >> 16 != (n->epoch & 0xffff))
		return;
	events[what](n, arg & 0xffff);
}

static void drain(struct nic *n)
{
	u32 slot;

	if (n->draining)
		return;
	n->draining = true;
	while (n->soon_len != 0) {
		slot = n->soon_head;
		n->soon_head = (slot + 1) % NIC_SOON;
		n->soon_len--;
		dispatch(n, n->soon[slot][0], n->soon[slot][1]);
	}
	n->draining = false;
}

static void nic_event(void *card, u32 what, u32 arg)
{
	struct nic *n = card;

	(void)nic_now(n);
	dispatch(n, what, arg);
	drain(n);
}

static void card_wire_rx(void *card, const u8 *frame, u32 len, bool fcs_ok)
{
	struct nic *n = card;

	(void)nic_now(n);
	nic_wire_rx(n, frame, len, fcs_ok);
	drain(n);
}

static void card_link(void *card, bool up)
{
	struct nic *n = card;

	(void)nic_now(n);
	nic_link(n, up);
	drain(n);
}

void nic_drop_frame(struct nic *n, enum nic_drop why)
{
	n->stats.drop[why]++;
}

bool nic_fault_due(u32 *countdown)
{
	if (*countdown == 0)
		return false;
	--*countdown;
	return *countdown == 0;
}

/* An own little generator: the card shares no state with anybody. */
u32 nic_random(struct nic *n, u32 below)
{
	u64 x = n->perturb;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	n->perturb = x;
	return (u32)((x >> 32) % below);
}

/* ---- registers ---- */

/* The queue registers of the first four queues have a second place, from older parts. */
static u32 unalias(u32 offset)
{
	u32 sub = offset & 0xff;

	if (offset >= 0x2800 && offset < 0x2c00 && sub < 0x40)
		return 0xc000 + (offset - 0x2800) / 0x100 * 0x40 + sub;
	if (offset >= 0x3800 && offset < 0x3c00 && sub < 0x40)
		return 0xe000 + (offset - 0x3800) / 0x100 * 0x40 + sub;
	return offset;
}

/* Index of the row, and of the element in it; NIC_REG_MAX when there is no such register. */
static u32 find(u32 offset, u32 *element)
{
	u32 lo = 0, hi = NIC_REG_MAX, key, q = 0, mid;

	if (offset % 4 != 0)
		return NIC_REG_MAX;
	key = unalias(offset);
	if (key >= 0xc000 && key < 0xc400) {
		q = (key - 0xc000) / 0x40;
		key -= q * 0x40;
	} else if (key >= 0xe000 && key < 0xe400) {
		q = (key - 0xe000) / 0x40;
		key -= q * 0x40;
	}
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (rows[mid].offset <= key)
			lo = mid;
		else
			hi = mid;
	}
	if (rows[lo].stride != 4) {
		*element = q;
		return rows[lo].offset == key ? lo : NIC_REG_MAX;
	}
	*element = (key - rows[lo].offset) / 4;
	return *element < rows[lo].count ? lo : NIC_REG_MAX;
}

static u32 nic_mmio_read(void *card, u32 reg)
{
	struct nic *n = card;
	u32 i = 0, row = find(reg, &i), v;

	(void)nic_now(n);
	if (row == NIC_REG_MAX) {
		n->stats.unmapped_reads++;
		return 0;
	}
	if (ops[row].read != NULL)
		return ops[row].read(n, i);
	if (rows[row].access == WO)
		return 0;
	v = n->word[rows[row].word + i];
	if (rows[row].access != RC)
		return v;
	/* Of a pair, reading the high half clears both. */
	if (row == NIC_REG_GORCL || row == NIC_REG_GOTCL || row == NIC_REG_TORL ||
	    row == NIC_REG_TOTL)
		return v;
	n->word[rows[row].word + i] = 0;
	if (row == NIC_REG_GORCH || row == NIC_REG_GOTCH || row == NIC_REG_TORH ||
	    row == NIC_REG_TOTH)
		n->word[rows[row].word - 1] = 0;
	return v;
}

static void nic_mmio_write(void *card, u32 reg, u32 value)
{
	struct nic *n = card;
	u32 i = 0, row = find(reg, &i);

	(void)nic_now(n);
	if (row == NIC_REG_MAX) {
		n->stats.unmapped_writes++;
		return;
	}
	if (ops[row].write != NULL)
		ops[row].write(n, i, value);
	else if (rows[row].access == RW)
		n->word[rows[row].word + i] = value;
	else if (rows[row].access == W1C)
		n->word[rows[row].word + i] &= ~value;
	else
		n->stats.readonly_writes++;
	/* The first address filter has two places. */
	if (row == NIC_REG_RA && i < 2)
		n->r.RA_ALIAS[i] = value;
	else if (row == NIC_REG_RA_ALIAS)
		n->r.RA[i] = value;
	drain(n);
}

const struct bus_card nic_card = {
	.mmio_read = nic_mmio_read,
	.mmio_write = nic_mmio_write,
	.event = nic_event,
	.wire_rx = card_wire_rx,
	.link = card_link,
};

/* ---- reset ---- */

static void load_address(struct nic *n)
{
	const u8 *m = n->cfg.mac;

	n->r.RA[0] = m[0] | (u32)m[1] << 8 | (u32)m[2] << 16 | (u32)m[3] << 24;
	n->r.RA[1] = m[4] | (u32)m[5] << 8 | 0x80000000u;
	n->r.RA_ALIAS[0] = n->r.RA[0];
	n->r.RA_ALIAS[1] = n->r.RA[1];
}

static void registers_reset(struct nic *n)
{
	u32 row, i;

	for (row = 0; row < NIC_REG_MAX; row++) {
		for (i = 0; i < rows[row].count; i++)
			n->word[rows[row].word + i] = rows[row].reset;
	}
	n->r.RXDCTL[0] = 0x02010000;
	n->r.TXDCTL[0] = 0x02000000;
	if (!n->cfg.qemu_quirks) {
		n->r.EECD[0] |= FIELD_MASK(EECD_AUTO_RD);
		n->r.EEMNGCTL[0] |= FIELD_MASK(EEMNGCTL_CFG_DONE0);
	}
	load_address(n);
}

/* CTRL.RST. What survives: FIFO sizes (which take effect now), EITR, and the PHY. */
void nic_reset(struct nic *n)
{
	u32 rxpbs = n->r.RXPBS[0], txpbs = n->r.TXPBS[0], eitr[NIC_VECTORS];

	memcpy(eitr, n->r.EITR, sizeof(eitr));
	nic_fifo_drop_all(n);
	n->epoch++;
	registers_reset(n);
	n->r.RXPBS[0] = rxpbs;
	n->r.TXPBS[0] = txpbs;
	memcpy(n->r.EITR, eitr, sizeof(eitr));
	n->reads_busy = 0;
	n->kick_armed = false;
	memset(n->read, 0, sizeof(n->read));
	nic_rings_reset(n);
	nic_mac_reset(n);
	nic_irq_reset(n);
	n->mdic_ready_ps = 0;
	n->eerd_ready_ps = 0;
	n->systim_base = 0;
	n->systim_from_ps = n->last_ps;
	n->link_up = false; /* until "set link up" is written again; no cause for that */
	/* DIVERGES(qemu-phy-reset): QEMU's reset takes the PHY and the link with it. */
	if (n->cfg.qemu_quirks) {
		n->phy_link = false;
		nic_phy_reset(n);
	}
}

static u32 or_default(u32 v, u32 otherwise, u32 most)
{
	return v == 0 ? otherwise : min_u32(v, most);
}

void nic_init(struct nic *n, const struct nic_cfg *cfg, const struct bus_host *host, void *ctx)
{
	struct nic_cfg *c = &n->cfg;

	assert(host != NULL);
	memset(n, 0, offsetof(struct nic, tx_cache));
	n->host = host;
	n->ctx = ctx;
	*c = *cfg;
	c->queues = or_default(c->queues, NIC_QUEUES_MAX, NIC_QUEUES_MAX);
	c->mem_read_latency_ns = or_default(c->mem_read_latency_ns, NIC_READ_LATENCY_NS, 1000000);
	c->outstanding_reads =
		or_default(c->outstanding_reads, NIC_OUTSTANDING_READS, NIC_READS_MAX);
	c->fetch_descriptors = or_default(c->fetch_descriptors, NIC_FETCH_DESCRIPTORS, NIC_CACHE);
	c->mps_bytes = or_default(c->mps_bytes, NIC_PCIE_MPS_BYTES, 512);
	c->mps_bytes = max_u32(c->mps_bytes, 64);
	c->autoneg_ms = or_default(c->autoneg_ms, NIC_AUTONEG_MS, 100000);
	n->fault = c->fault;
	n->perturb = c->perturb;
	n->last_ps = host->now_ps(ctx);
	registers_reset(n);
	nic_rings_reset(n);
	nic_mac_reset(n);
	nic_irq_reset(n);
	nic_phy_init(n);
}

/* ---- digest and checks ---- */

static u64 mix(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static u64 mix_bytes(u64 h, const u8 *p, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		h = mix(h, p[i]);
	return mix(h, len);
}

static u64 hash_ring(u64 h, const struct nic_ring *r, const struct nic_desc *cache)
{
	const struct nic_desc *d;
	u32 i;

	h = mix(mix(mix(h, r->base), r->size), r->fetch);
	h = mix(mix(mix(h, r->fetched - r->done), r->consumed - r->done), r->cache_len);
	h = mix(h, (u64)r->on | (u64)r->fetching << 1 | (u64)r->halted << 2);
	for (i = 0; i < r->cache_len; i++) {
		d = &cache[(r->cache_head + i) % NIC_CACHE];
		h = mix(mix(h, d->addr), (u64)d->dw2 << 32 | d->dw3);
	}
	return h;
}

static u64 hash_queues(u64 h, const struct nic *n)
{
	u32 q, i;

	for (q = 0; q < n->cfg.queues; q++) {
		h = hash_ring(h, &n->txq[q].ring, n->tx_cache[q]);
		h = hash_ring(h, &n->rxq[q].ring, n->rx_cache[q]);
		h = mix(mix(h, n->txq[q].in_fifo), n->txq[q].eops);
		for (i = 0; i < 2; i++)
			h = mix(mix(h, n->txq[q].ctx[i].iplen), n->txq[q].ctx[i].mss);
		for (i = 0; i < n->txq[q].wb_len; i++)
			h = mix(h, n->txq[q].wb[i]);
		for (i = 0; i < n->rxq[q].wb_len; i++)
			h = mix_bytes(mix(h, n->rxq[q].wb[i]), n->rxq[q].wb_desc[i], 16);
	}
	return h;
}

static u64 hash_fifos(u64 h, const struct nic *n)
{
	const struct nic_tx_frame *t;
	const struct nic_rx_frame *f;
	u32 i;

	for (i = 0; i < n->txf.count; i++) {
		t = &n->tx_frame[(n->txf.first + i) % NIC_FRAMES];
		h = mix(mix(mix(h, t->state), t->queue), t->rs);
		if (t->state == NIC_TX_READY || t->state == NIC_TX_WIRE)
			h = mix_bytes(h, n->tx_mem + t->off, t->len);
	}
	for (i = 0; i < n->rxf.count; i++) {
		f = &n->rx_frame[(n->rxf.first + i) % NIC_FRAMES];
		h = mix(mix(mix(h, f->queue), f->hash), f->status);
		h = mix_bytes(h, n->rx_mem + f->off, f->len);
	}
	return h;
}

u64 nic_hash(const struct nic *n)
{
	u64 h = 0x82576;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(n->word); i++)
		h = mix(h, n->word[i]);
	h = mix(mix(mix(h, n->fired), n->eitr_armed), n->legacy_asserted);
	for (i = 0; i < NIC_VECTORS; i++)
		h = mix(h, n->eitr_ready_ps[i]);
	h = mix(h, (u64)n->cable | (u64)n->phy_link << 1 | (u64)n->link_up << 2);
	for (i = 0; i < NIC_PHY_REGS; i++)
		h = mix(h, n->phy[i]);
	h = mix(mix(mix(h, n->up_free_ps), n->down_free_ps), n->reads_busy);
	h = mix(mix(mix(h, n->wire_free_ps), n->pause_until_ps), n->rx_busy);
	h = mix(mix(h, n->txf.used), n->rxf.used);
	h = hash_queues(h, n);
	h = hash_fifos(h, n);
	return mix(mix(h, n->stats.tx_frames), n->stats.rx_frames);
}

/* INVARIANT: a descriptor is in one state. The states are intervals of the running numbers. */
static void check_ring(const struct nic_ring *r, bool tx, u32 in_fifo)
{
	assert(r->cache_len <= NIC_CACHE);
	assert(r->cache_head < NIC_CACHE);
	assert(r->fetched - r->consumed == r->cache_len);
	if (tx)
		assert(r->consumed - r->done == in_fifo);
	else
		assert(r->consumed == r->done);
	assert(!r->halted || r->cache_len == 0);
	if (r->size == 0) {
		assert(r->fetched == 0);
		return;
	}
	assert(r->fetch < r->size);
	assert((r->start + r->fetched % r->size) % r->size == r->fetch);
}

static void check_fifo(const struct nic_fifo *f, u32 memory)
{
	assert(f->count <= NIC_FRAMES);
	assert(f->used <= memory);
	assert(f->next <= memory);
	if (f->count == 0)
		assert(f->used == 0);
}

void nic_check(const struct nic *n)
{
	u32 q, on = n->txq_on | n->rxq_on;

	for (q = 0; on >> q != 0; q++) {
		if ((on >> q & 1) == 0)
			continue;
		check_ring(&n->txq[q].ring, true, n->txq[q].in_fifo);
		check_ring(&n->rxq[q].ring, false, 0);
		assert(n->txq[q].eops <= n->txq[q].ring.cache_len);
		assert((n->txq_cached >> q & 1) == (n->txq[q].ring.cache_len != 0));
	}
	check_fifo(&n->txf, sizeof(n->tx_mem));
	check_fifo(&n->rxf, sizeof(n->rx_mem));
	assert(n->tx_wire_count <= n->txf.count);
	assert(n->tx_wire - n->txf.first == n->tx_wire_count);
	assert(n->reads_busy <= NIC_READS_MAX);
	/* INVARIANT: each frame from the wire is stored, counted as dropped, or in the FIFO. */
	assert(n->stats.rx_offered == n->stats.rx_frames + n->rxf.count + nic_drops(n));
}

/* Frames from the wire that were dropped; those of the sending side are counted elsewhere. */
u64 nic_drops(const struct nic *n)
{
	u64 sum = 0;
	u32 i;

	for (i = NIC_DROP_RX_OFF; i <= NIC_DROP_RX_RESET; i++)
		sum += n->stats.drop[i];
	return sum;
}

const char *nic_drop_name(u32 drop)
{
	return drop < NIC_DROP_MAX ? drop_names[drop] : "?";
}

static void check_reads(const struct nic *n)
{
	u32 i, busy = 0, fetching = 0, q;

	for (i = 0; i < NIC_READS_MAX; i++)
		busy += n->read[i].kind != NIC_READ_NONE;
	assert(busy == n->reads_busy);
	for (q = 0; q < NIC_QUEUES_MAX; q++)
		fetching += n->txq[q].ring.fetching + (u32)n->rxq[q].ring.fetching;
	assert(fetching <= busy);
}

void nic_check_full(const struct nic *n)
{
	u32 i, used = 0, in_fifo = 0, owed = 0;
	const struct nic_tx_frame *t;
	const struct nic_rx_frame *f;

	nic_check(n);
	check_reads(n);
	for (i = 0; i < n->txf.count; i++) {
		t = &n->tx_frame[(n->txf.first + i) % NIC_FRAMES];
		used += t->len + NIC_TX_FRAME_COST;
		assert(t->off + t->len <= sizeof(n->tx_mem));
		assert((t->state == NIC_TX_WIRE) == (i < n->tx_wire_count));
		assert(t->data_len <= t->len);
		if (t->gen == n->txq[t->queue].ring.gen)
			in_fifo += t->ndesc;
	}
	assert(used == n->txf.used);
	for (i = 0; i < NIC_QUEUES_MAX; i++)
		owed += n->txq[i].in_fifo;
	assert(in_fifo == owed);
	used = 0;
	for (i = 0; i < n->rxf.count; i++) {
		f = &n->rx_frame[(n->rxf.first + i) % NIC_FRAMES];
		used += f->len + NIC_WIRE_FCS_BYTES;
		assert(f->off + f->len <= sizeof(n->rx_mem));
	}
	assert(used == n->rxf.used);
}
