// SPDX-License-Identifier: MIT
/* ring.c - the queues: descriptor prefetch, gathering of frames to send, write-back.
 *
 * Path: step 13. A tail write makes descriptors visible; they are fetched into the queue's cache,
 * frames are gathered from them into the transmit FIFO (mac.c), and reports go back to the ring.
 * Rules: 82575EB and i210 manuals on fetch and write-back policy; see README.md.
 */
#include "nicmodel/nic_internal.h"

#include "base/bytes.h"
#include "base/check.h"

enum { DESC_BYTES = 16, WRITEBACK_BYTES = 40 };

static struct nic_ring *ring_of(struct nic *n, bool tx, u32 q)
{
	return tx ? &n->txq[q].ring : &n->rxq[q].ring;
}

/* ---- supply ---- */

/* Descriptors that the host offers and the card has not fetched. */
static u32 available(const struct nic *n, bool tx, u32 q)
{
	const struct nic_ring *r = tx ? &n->txq[q].ring : &n->rxq[q].ring;
	u32 tail = tx ? n->r.TDT[q] : n->r.RDT[q];

	if (!r->on || r->halted || tail >= r->size)
		return 0;
	return (tail + r->size - r->fetch) % r->size;
}

u32 nic_rx_supply(const struct nic *n, u32 q)
{
	return n->rxq[q].ring.cache_len + available(n, false, q);
}

/* Nothing can go on in this queue without more descriptors. */
static bool starving(struct nic *n, bool tx, u32 q)
{
	const struct nic_ring *r = ring_of(n, tx, q);
	const struct nic_rx_frame *f;

	if (tx)
		return n->txq[q].eops == 0 && !(n->job.active && n->job.queue == q);
	if (r->cache_len == 0)
		return true;
	f = nic_rx_at(n, n->rxf.first);
	return n->rxf.count != 0 && f->queue == q && f->len > r->cache_len * nic_rx_per_desc(n, q);
}

/* Family manuals: an empty queue fetches at once whatever there is; otherwise when fewer than
 * PTHRESH are on the chip and at least HTHRESH in the host.
 */
void nic_want_update(struct nic *n, bool tx, u32 q)
{
	const struct nic_ring *r = ring_of(n, tx, q);
	u32 dctl = tx ? n->r.TXDCTL[q] : n->r.RXDCTL[q];
	u32 bit = 1u << (q + (tx ? 16 : 0)), there = available(n, tx, q);

	n->starved &= ~bit;
	n->prefetch &= ~bit;
	if (there == 0 || r->fetching || r->cache_len == NIC_CACHE)
		return;
	if (starving(n, tx, q))
		n->starved |= bit;
	else if (r->cache_len < FIELD(dctl, DCTL_PTHRESH) &&
		 there >= max_u32(FIELD(dctl, DCTL_HTHRESH), 1))
		n->prefetch |= bit;
}

/* ---- what a queue forgets ---- */

static void kill_gathering(struct nic *n, u32 q)
{
	struct nic_tx_frame *f;
	u32 i;

	for (i = n->tx_wire; i != n->txf.first + n->txf.count; i++) {
		f = nic_tx_at(n, i);
		if (f->queue != q || f->state != NIC_TX_GATHER)
			continue;
		f->state = NIC_TX_DEAD;
		nic_drop_frame(n, NIC_DROP_TX_ABORTED);
	}
}

/* Whatever is in flight for the queue no longer concerns it. The ring goes on at `fetch`. */
void nic_ring_forget(struct nic *n, bool tx, u32 q)
{
	struct nic_ring *r = ring_of(n, tx, q);

	r->gen++;
	r->start = r->fetch;
	r->fetched = 0;
	r->consumed = 0;
	r->done = 0;
	r->cache_head = 0;
	r->cache_len = 0;
	r->fetching = false;
	if (!tx) {
		n->rxq[q].wb_len = 0;
		nic_want_update(n, false, q);
		return;
	}
	if (n->job.active && n->job.queue == q)
		n->job.active = false;
	kill_gathering(n, q);
	n->txq[q].eops = 0;
	n->txq[q].in_fifo = 0;
	n->txq[q].wb_len = 0;
	n->txq[q].skipping = false;
	n->txq_cached &= ~(1u << q);
	nic_want_update(n, true, q);
}

/* A transfer of the queue failed: a fatal error on the bus. The queue stands still until it is
 * disabled or the device is reset, which a driver does when its watchdog finds it hanging.
 */
void nic_halt(struct nic *n, bool tx, u32 q)
{
	n->stats.dma_faults++;
	ring_of(n, tx, q)->halted = true;
	nic_ring_forget(n, tx, q);
	nic_cause_icr(n, ICR_FER);
	nic_wire_run(n);
}

/* Base, length or head changed, or the queue was enabled. A head outside the ring: no ring. */
static void relatch(struct nic *n, bool tx, u32 q)
{
	struct nic_ring *r = ring_of(n, tx, q);
	u64 high = tx ? n->r.TDBAH[q] : n->r.RDBAH[q];
	u32 low = tx ? n->r.TDBAL[q] : n->r.RDBAL[q];
	u32 head = tx ? n->r.TDH[q] : n->r.RDH[q];

	r->base = high << 32 | low;
	r->size = (tx ? n->r.TDLEN[q] : n->r.RDLEN[q]) / DESC_BYTES;
	if (head >= r->size) {
		r->size = 0;
		head = 0;
	}
	r->fetch = head;
	nic_ring_forget(n, tx, q);
	if (!tx)
		nic_rx_run(n);
}

void nic_rings_reset(struct nic *n)
{
	u32 q;

	n->job.active = false;
	n->txq_on = 0;
	n->rxq_on = 0;
	n->txq_cached = 0;
	n->starved = 0;
	n->prefetch = 0;
	for (q = 0; q < NIC_QUEUES_MAX; q++) {
		/* Generations go on counting: frames of before are not reported. */
		n->txq[q] = (struct nic_txq){ .ring.gen = n->txq[q].ring.gen + 1 };
		n->rxq[q] = (struct nic_rxq){ .ring.gen = n->rxq[q].ring.gen + 1 };
	}
	n->txq[0].ring.on = true; /* as TXDCTL and RXDCTL are at reset */
	n->rxq[0].ring.on = true;
	n->txq_on = 1;
	n->rxq_on = 1;
}

/* ---- registers ---- */

static void enable(struct nic *n, bool tx, u32 q, bool on)
{
	struct nic_ring *r = ring_of(n, tx, q);
	u32 *mask = tx ? &n->txq_on : &n->rxq_on;

	if (q >= n->cfg.queues || r->on == on)
		return;
	r->on = on;
	r->halted = false;
	*mask = on ? *mask | 1u << q : *mask & ~(1u << q);
	if (on && !n->cfg.qemu_quirks) {
		/* Enabling zeroes head and tail. */
		if (tx)
			n->r.TDH[q] = n->r.TDT[q] = 0;
		else
			n->r.RDH[q] = n->r.RDT[q] = 0;
	}
	relatch(n, tx, q);
}

void nic_txdctl_write(struct nic *n, u32 i, u32 v)
{
	n->r.TXDCTL[i] = v & ~(u32)DCTL_SWFLUSH;
	enable(n, true, i, (v & DCTL_ENABLE) != 0);
	if ((v & DCTL_SWFLUSH) != 0 && nic_tx_wb_flush(n, i))
		nic_cause_queue(n, i, true);
	nic_want_update(n, true, i);
	nic_engine_run(n);
}

void nic_rxdctl_write(struct nic *n, u32 i, u32 v)
{
	n->r.RXDCTL[i] = v & ~(u32)DCTL_SWFLUSH;
	enable(n, false, i, (v & DCTL_ENABLE) != 0);
	if ((v & DCTL_SWFLUSH) != 0 && nic_rx_wb_flush(n, i))
		nic_cause_queue(n, i, false);
	nic_want_update(n, false, i);
	nic_engine_run(n);
}

void nic_tail_write(struct nic *n, u32 i, u32 v)
{
	n->r.TDT[i] = FIELD(v, RING_INDEX);
	if (!n->txq[i].ring.on || (n->cfg.qemu_quirks && (n->r.TCTL[0] & TCTL_EN) == 0))
		return;
	nic_want_update(n, true, i);
	nic_doorbell(n);
}

void nic_rdt_write(struct nic *n, u32 i, u32 v)
{
	n->r.RDT[i] = FIELD(v, RING_INDEX);
	if (!n->rxq[i].ring.on)
		return;
	nic_want_update(n, false, i);
	nic_doorbell(n);
}

/* Rings are aligned to 128 bytes; QEMU keeps some more bits. */
static u32 base_mask(const struct nic *n)
{
	return n->cfg.qemu_quirks ? 0xffffffe0 : 0xffffff80;
}

static u32 len_mask(const struct nic *n)
{
	return n->cfg.qemu_quirks ? 0xffff0 : 0xfff80;
}

void nic_rdbal_write(struct nic *n, u32 i, u32 v)
{
	n->r.RDBAL[i] = v & base_mask(n);
	relatch(n, false, i);
}

void nic_tdbal_write(struct nic *n, u32 i, u32 v)
{
	n->r.TDBAL[i] = v & base_mask(n);
	relatch(n, true, i);
}

void nic_rdbah_write(struct nic *n, u32 i, u32 v)
{
	n->r.RDBAH[i] = v;
	relatch(n, false, i);
}

void nic_tdbah_write(struct nic *n, u32 i, u32 v)
{
	n->r.TDBAH[i] = v;
	relatch(n, true, i);
}

void nic_rdlen_write(struct nic *n, u32 i, u32 v)
{
	n->r.RDLEN[i] = v & len_mask(n);
	relatch(n, false, i);
}

void nic_tdlen_write(struct nic *n, u32 i, u32 v)
{
	n->r.TDLEN[i] = v & len_mask(n);
	relatch(n, true, i);
}

void nic_rdh_write(struct nic *n, u32 i, u32 v)
{
	n->r.RDH[i] = FIELD(v, RING_INDEX);
	relatch(n, false, i);
}

void nic_tdh_write(struct nic *n, u32 i, u32 v)
{
	n->r.TDH[i] = FIELD(v, RING_INDEX);
	relatch(n, true, i);
}

void nic_tctl_write(struct nic *n, u32 i, u32 v)
{
	bool was = (n->r.TCTL[i] & TCTL_EN) != 0;

	n->r.TCTL[i] = v;
	/* DIVERGES(qemu-enable): there, what was posted before waits for the next doorbell. */
	if (was || (v & TCTL_EN) == 0 || n->cfg.qemu_quirks)
		return;
	nic_engine_run(n);
	nic_wire_run(n);
}

/* ---- descriptors in ---- */

static bool is_context(const struct nic_desc *d)
{
	return (d->dw2 & TXD_DEXT) != 0 && (d->dw2 & TXD_DTYP_MASK) == TXD_DTYP_CTX;
}

static bool is_end(const struct nic_desc *d)
{
	return !is_context(d) && (d->dw2 & TXD_EOP) != 0;
}

static void fetch(struct nic *n, bool tx, u32 q)
{
	struct nic_ring *r = ring_of(n, tx, q);
	u32 count = min_u32(available(n, tx, q), NIC_CACHE - r->cache_len);

	count = min_u32(min_u32(count, n->cfg.fetch_descriptors), r->size - r->fetch);
	assert(count != 0);
	assert(!r->fetching);
	r->fetching = true;
	nic_want_update(n, tx, q);
	if (tx)
		nic_note(n, BUS_NOTE_FETCH, q, count * DESC_BYTES);
	nic_read_start(n, &(struct nic_read){
				  .addr = r->base + (u64)r->fetch * DESC_BYTES,
				  .len = count * DESC_BYTES,
				  .gen = r->gen,
				  .kind = tx ? NIC_READ_TXDESC : NIC_READ_RXDESC,
				  .queue = (u8)q,
			  });
}

static void cache_put(struct nic *n, bool tx, u32 q, const u8 *raw)
{
	struct nic_ring *r = ring_of(n, tx, q);
	struct nic_desc *d = tx ? n->tx_cache[q] : n->rx_cache[q];

	d += (r->cache_head + r->cache_len) % NIC_CACHE;
	d->addr = get_le64(raw);
	d->dw2 = get_le32(raw + 8);
	d->dw3 = get_le32(raw + 12);
	r->cache_len++;
	if (tx && is_end(d))
		n->txq[q].eops++;
}

void nic_desc_arrived(struct nic *n, const struct nic_read *op)
{
	bool tx = op->kind == NIC_READ_TXDESC;
	struct nic_ring *r = ring_of(n, tx, op->queue);
	u32 count = op->len / DESC_BYTES, i;
	u8 raw[NIC_CACHE * DESC_BYTES];

	if (op->gen != r->gen)
		return;
	r->fetching = false;
	n->stats.fetches++;
	if (nic_fault_due(&n->fault.fail_fetch_at) ||
	    !n->host->dma_read(n->ctx, op->addr, raw, op->len)) {
		nic_halt(n, tx, op->queue);
		return;
	}
	n->stats.fetched_descriptors += count;
	for (i = 0; i < count; i++)
		cache_put(n, tx, op->queue, raw + (size_t)i * DESC_BYTES);
	r->fetched += count;
	r->fetch = (r->fetch + count) % r->size;
	if (tx) {
		n->r.TDH[op->queue] = r->fetch;
		n->txq_cached |= 1u << op->queue;
	}
	nic_want_update(n, tx, op->queue);
	if (!tx)
		nic_rx_run(n);
}

static void cache_take(struct nic *n, bool tx, u32 q, u32 count)
{
	struct nic_ring *r = ring_of(n, tx, q);

	assert(count <= r->cache_len);
	r->cache_head = (r->cache_head + count) % NIC_CACHE;
	r->cache_len -= count;
	r->consumed += count;
}

void nic_rx_consume(struct nic *n, u32 q, u32 count)
{
	struct nic_ring *r = &n->rxq[q].ring;

	cache_take(n, false, q, count);
	r->done = r->consumed;
	n->r.RDH[q] = (r->start + r->consumed % r->size) % r->size;
	nic_want_update(n, false, q);
}

static void tx_consume(struct nic *n, u32 q, u32 count)
{
	struct nic_txq *t = &n->txq[q];
	u32 i;

	for (i = 0; i < count; i++)
		t->eops -= is_end(&n->tx_cache[q][(t->ring.cache_head + i) % NIC_CACHE]);
	cache_take(n, true, q, count);
	t->in_fifo += count;
	if (t->ring.cache_len == 0)
		n->txq_cached &= ~(1u << q);
	nic_want_update(n, true, q);
}

/* ---- gathering ---- */

static void load_context(struct nic_txq *t, const struct nic_desc *d)
{
	u32 dw0 = (u32)d->addr;

	t->ctx[FIELD(d->dw3, TXD3_IDX)] = (struct nic_txctx){
		.iplen = FIELD(dw0, CTX0_IPLEN),
		.maclen = FIELD(dw0, CTX0_MACLEN),
		.vlan = (u16)FIELD(dw0, CTX0_VLAN),
		.l4t = (u8)FIELD(d->dw2, CTX2_L4T),
		.ipv4 = FIELD(d->dw2, CTX2_IPV4) != 0,
		.l4len = FIELD(d->dw3, CTX3_L4LEN),
		.mss = FIELD(d->dw3, CTX3_MSS),
	};
}

/* One frame's worth of descriptors, as far as they are in the cache. */
struct chain {
	u64 rs, data;
	u32 count, bytes;
	u32 dw2, dw3; /* of the first data descriptor: it speaks for the frame */
	bool end, bad;
};

static void chain_scan(struct nic *n, u32 q, struct chain *c)
{
	struct nic_txq *t = &n->txq[q];
	const struct nic_desc *d;
	u64 bit;

	*c = (struct chain){ 0 };
	while (c->count < t->ring.cache_len && !c->end) {
		d = &n->tx_cache[q][(t->ring.cache_head + c->count) % NIC_CACHE];
		bit = 1ull << c->count++;
		if (is_context(d)) {
			load_context(t, d);
			continue;
		}
		if (c->data == 0) {
			c->dw2 = d->dw2;
			c->dw3 = d->dw3;
		}
		c->data |= bit;
		c->bytes += FIELD(d->dw2, TXD2_LENGTH);
		c->end = (d->dw2 & TXD_EOP) != 0;
		if (d->dw2 & TXD_RS)
			c->rs |= bit;
		if ((d->dw2 & TXD_DEXT) != 0 && (d->dw2 & TXD_DTYP_MASK) != TXD_DTYP_DATA)
			c->bad = true;
	}
	if (!c->end || t->skipping)
		c->bad = true;
	t->skipping = !c->end;
}

static void job_flags(struct nic *n, const struct chain *c)
{
	struct nic_txjob *j = &n->job;
	struct nic_tx_frame *p = &j->proto;

	if (c->dw2 & TXD_DEXT) {
		j->ctx = n->txq[j->queue].ctx[FIELD(c->dw3, TXD3_IDX)];
		p->flags = (u8)(((c->dw3 & TXD_IXSM) != 0 ? TXF_IXSM : 0) |
				((c->dw3 & TXD_TXSM) != 0 ? TXF_TXSM : 0));
		p->vlan = j->ctx.vlan;
		j->tso = (c->dw2 & TXD_TSE) != 0;
	} else {
		j->ctx = (struct nic_txctx){ 0 };
		p->flags = (c->dw2 & TXD_IC) != 0 ? TXF_SUM : 0;
		p->vlan = (u16)FIELD(c->dw3, TXD3_LEGACY_VLAN);
		p->cso = (u8)FIELD(c->dw2, TXD2_LEGACY_CSO);
		p->css = (u16)FIELD(c->dw3, TXD3_LEGACY_CSS);
		j->tso = false;
	}
	if ((c->dw2 & TXD_VLE) != 0 && (n->r.CTRL[0] & CTRL_VME) != 0)
		p->flags |= TXF_VLAN;
	if (j->tso)
		p->flags |= TXF_TSO;
	p->maclen = (u16)j->ctx.maclen;
	p->iplen = (u16)j->ctx.iplen;
	p->l4t = j->ctx.l4t;
}

/* Whether the chain makes a frame (or a segmentation) that the card can send. */
static bool job_sane(struct nic_txjob *j, const struct chain *c)
{
	u32 l4len = j->ctx.l4t == 0 ? 8 : j->ctx.l4len;

	if (c->bad || c->bytes == 0)
		return false;
	if ((j->proto.flags & TXF_VLAN) != 0 && c->bytes < 14)
		return false;
	if (!j->tso)
		return c->bytes <= NIC_FRAME_MAX - 4;
	j->header_len = j->ctx.maclen + j->ctx.iplen + l4len;
	j->payload = c->bytes - j->header_len;
	j->payload_left = j->payload;
	return j->ctx.maclen >= 14 && j->ctx.iplen >= 20 && j->ctx.l4t < 2 &&
	       (j->ctx.l4t == 0 || l4len >= 20) && j->header_len <= NIC_TSO_HEADER_MAX &&
	       j->header_len < c->bytes && j->payload <= NIC_TSO_BYTES_MAX &&
	       j->ctx.mss >= NIC_TSO_MSS_MIN && j->header_len + j->ctx.mss <= NIC_FRAME_MAX - 4;
}

/* Makes room for a frame with `bytes` of data and says where they go. */
static struct nic_tx_frame *frame_open(struct nic *n, u32 bytes)
{
	struct nic_txjob *j = &n->job;
	u32 tag = (j->proto.flags & TXF_VLAN) != 0 ? 4 : 0, len = bytes + tag;
	struct nic_tx_frame *f;
	u32 off;

	if (bytes != 0 && (n->r.TCTL[0] & TCTL_PSP) != 0)
		len = max_u32(len, NIC_WIRE_MIN_BYTES);
	f = nic_tx_alloc(n, len);
	if (f == NULL)
		return NULL;
	off = f->off;
	*f = j->proto;
	f->off = off;
	f->len = len;
	f->data_len = bytes == 0 ? 0 : bytes + tag;
	f->state = NIC_TX_GATHER;
	j->frame = n->txf.first + n->txf.count - 1;
	j->at = off + tag;
	j->want = bytes;
	return f;
}

/* A chain that makes no frame: nothing is sent, but it is reported, so that the ring goes on. */
static bool job_refuse(struct nic *n, const struct chain *c)
{
	struct nic_txjob *j = &n->job;
	struct nic_tx_frame *f;

	j->proto.flags = 0;
	f = frame_open(n, 0);
	if (f == NULL)
		return false;
	f->state = NIC_TX_DEAD;
	f->ndesc = c->count;
	tx_consume(n, j->queue, c->count);
	if (c->data != 0)
		nic_drop_frame(n, NIC_DROP_TX_MALFORMED);
	n->r.TSCTFC[0] += j->tso;
	nic_wire_run(n);
	return true;
}

static bool job_start_queue(struct nic *n, u32 q)
{
	struct nic_txq *t = &n->txq[q];
	struct nic_txjob *j = &n->job;
	bool skipping = t->skipping;
	struct chain c;

	chain_scan(n, q, &c);
	*j = (struct nic_txjob){ .queue = (u8)q, .gen = t->ring.gen, .ndesc = c.count };
	j->proto.rs = c.rs;
	j->proto.data = c.data;
	j->proto.queue = (u8)q;
	j->proto.gen = t->ring.gen;
	j->proto.first = (t->ring.start + t->ring.consumed % t->ring.size) % t->ring.size;
	job_flags(n, &c);
	if (!job_sane(j, &c)) {
		if (job_refuse(n, &c))
			return true;
		t->skipping = skipping; /* no room: again later */
		return false;
	}
	if (j->tso) {
		j->want = j->header_len;
		j->at = 0;
	} else if (frame_open(n, c.bytes) == NULL) {
		return false;
	}
	j->active = true;
	return true;
}

/* The first bit of the mask at or after its turn, and around. */
static u32 pick(u32 mask, u32 turn)
{
	u32 later = mask & 0xffffffffu << turn % 32;

	return (u32)__builtin_ctz(later != 0 ? later : mask);
}

/* Round robin among the queues that have a whole frame on the chip (or a full cache without one).
 */
static bool job_start(struct nic *n)
{
	u32 q, ready = n->txq_cached;

	if ((n->r.TCTL[0] & TCTL_EN) == 0)
		return false;
	for (; ready != 0; ready &= ~(1u << q)) {
		q = pick(ready, n->tx_turn);
		if (n->txq[q].eops == 0 && n->txq[q].ring.cache_len < NIC_CACHE)
			continue;
		if (!job_start_queue(n, q))
			return false;
		n->tx_turn = (q + 1) % NIC_QUEUES_MAX;
		return true;
	}
	return false;
}

static void job_end(struct nic *n)
{
	struct nic_txjob *j = &n->job;

	nic_tx_at(n, j->frame)->ndesc = j->ndesc;
	j->active = false;
	tx_consume(n, j->queue, j->ndesc);
}

static bool segment_open(struct nic *n)
{
	struct nic_txjob *j = &n->job;
	u32 bytes = min_u32(j->ctx.mss, j->payload_left);
	bool last = bytes == j->payload_left;
	struct nic_tx_frame *f = frame_open(n, j->header_len + bytes);
	u8 *header;

	if (f == NULL)
		return false;
	if (!last) {
		f->rs = 0;
		f->data = 0;
	}
	header = n->tx_mem + j->at;
	memcpy(header, n->tso_header, j->header_len);
	nic_tso_header(n, header, j->segments, bytes, last);
	j->segments++;
	j->payload_left -= bytes;
	j->at += j->header_len;
	j->want = bytes;
	j->fresh = false;
	return true;
}

/* Asks for the next piece of the current unit: a frame, a segment's payload, or the header. */
static bool job_issue(struct nic *n)
{
	struct nic_txjob *j = &n->job;
	const struct nic_ring *r = &n->txq[j->queue].ring;
	bool header = j->tso && j->segments == 0;
	const struct nic_desc *d;
	u32 take;

	if (j->header_wait)
		return false;
	if (j->fresh && !segment_open(n))
		return false;
	header = header && j->segments == 0;
	d = &n->tx_cache[j->queue][(r->cache_head + j->pos) % NIC_CACHE];
	while (is_context(d) || j->off == FIELD(d->dw2, TXD2_LENGTH)) {
		j->off = 0;
		j->pos++;
		assert(j->pos < j->ndesc);
		d = &n->tx_cache[j->queue][(r->cache_head + j->pos) % NIC_CACHE];
	}
	take = min_u32(FIELD(d->dw2, TXD2_LENGTH) - j->off, j->want);
	nic_note(n, BUS_NOTE_READ, j->queue, take);
	nic_read_start(n, &(struct nic_read){
				  .addr = d->addr + j->off,
				  .len = take,
				  .at = j->at,
				  .gen = j->gen,
				  .frame = j->frame,
				  .kind = header ? NIC_READ_HEADER : NIC_READ_DATA,
				  .queue = j->queue,
				  .last = take == j->want,
			  });
	j->off += take;
	j->at += take;
	j->want -= take;
	if (j->want != 0)
		return true;
	if (header)
		j->header_wait = true;
	else if (j->tso && j->payload_left != 0)
		j->fresh = true;
	else
		job_end(n);
	return true;
}

void nic_data_arrived(struct nic *n, const struct nic_read *op)
{
	struct nic_txjob *j = &n->job;
	u8 *to = op->kind == NIC_READ_HEADER ? n->tso_header : n->tx_mem;

	/* The queue was stopped meanwhile: the room may be somebody else's. */
	if (op->gen != n->txq[op->queue].ring.gen)
		return;
	n->stats.data_reads++;
	if (!nic_dma_read(n, op->addr, to + op->at, op->len)) {
		nic_halt(n, true, op->queue);
		return;
	}
	if (!op->last)
		return;
	if (op->kind == NIC_READ_DATA) {
		nic_tx_finish(n, nic_tx_at(n, op->frame));
		return;
	}
	assert(j->active);
	j->header_wait = false;
	j->fresh = true;
	n->r.TSCTC[0]++;
}

/* ---- the engine ---- */

static bool fetch_one(struct nic *n, u32 mask)
{
	u32 bit;

	if (mask == 0)
		return false;
	bit = pick(mask, n->fetch_turn);
	n->fetch_turn = bit + 1;
	fetch(n, bit >= 16, bit % 16);
	return true;
}

/* Issues reads until the link's tags, the FIFO or the work are used up: first what has begun, then
 * queues that can do nothing without descriptors, then new frames, then prefetching.
 */
void nic_engine_run(struct nic *n)
{
	u32 tx = (n->r.TCTL[0] & TCTL_EN) != 0 ? 0xffffffff : 0xffff;

	if (!nic_dma_allowed(n))
		return;
	while (nic_read_slot_free(n) || (!n->job.active && n->txq_cached != 0)) {
		if (n->job.active && nic_read_slot_free(n) && job_issue(n))
			continue;
		if (nic_read_slot_free(n) && fetch_one(n, n->starved & tx))
			continue;
		if (!n->job.active && job_start(n))
			continue;
		if (nic_read_slot_free(n) && fetch_one(n, n->prefetch & tx))
			continue;
		break;
	}
}

/* ---- write-back ---- */

static bool writeback(struct nic *n, bool tx, u32 q, u64 addr, const u8 *bytes, u32 len)
{
	n->stats.writebacks++;
	if (nic_dma_write(n, addr, bytes, len))
		return true;
	nic_halt(n, tx, q);
	return false;
}

/* The report of one descriptor: DD in the descriptor, or the head in its own place. */
static bool tx_report_one(struct nic *n, u32 q, u32 index)
{
	const struct nic_ring *r = &n->txq[q].ring;
	u64 addr = r->base + (u64)index * DESC_BYTES;
	u8 d[DESC_BYTES] = { 0 };

	if (FIELD(n->r.TDWBAL[q], TDWBAL_HEAD_WB_EN)) {
		put_le32(d, (index + 1) % r->size);
		addr = (u64)n->r.TDWBAH[q] << 32 | (n->r.TDWBAL[q] & ~3u);
		return writeback(n, true, q, addr, d, 4);
	}
	/* QEMU writes the descriptor back as it was. */
	if (n->cfg.qemu_quirks && !nic_dma_read(n, addr, d, sizeof(d))) {
		nic_halt(n, true, q);
		return false;
	}
	d[12] |= TXD_DD;
	return writeback(n, true, q, addr, d, sizeof(d));
}

/* True if something was written, so that there is a cause for an interrupt. */
bool nic_tx_wb_flush(struct nic *n, u32 q)
{
	struct nic_txq *t = &n->txq[q];
	u32 i, count = t->wb_len;
	u16 index[NIC_WB_MAX];

	memcpy(index, t->wb, sizeof(index));
	t->wb_len = 0;
	for (i = 0; i < count; i++) {
		if (!tx_report_one(n, q, index[i]))
			return false;
	}
	if (count > 1)
		(void)nic_up_book(n, (u64)(count - 1) * WRITEBACK_BYTES);
	return count != 0;
}

/* One data descriptor of a sent frame. WTHRESH up to 1: each that asks is reported at once.
 * More: from one that asks on, all are collected until there are WTHRESH.
 */
static bool tx_report_desc(struct nic *n, u32 q, u32 index, bool rs)
{
	struct nic_txq *t = &n->txq[q];
	u32 wthresh = FIELD(n->r.TXDCTL[q], DCTL_WTHRESH);

	if (wthresh <= 1 || n->cfg.qemu_quirks || (FIELD(n->r.TDWBAL[q], TDWBAL_HEAD_WB_EN)) != 0)
		return rs && tx_report_one(n, q, index);
	if (!rs && t->wb_len == 0)
		return false;
	t->wb[t->wb_len++] = (u16)index;
	return t->wb_len >= wthresh && nic_tx_wb_flush(n, q);
}

void nic_tx_report(struct nic *n, struct nic_tx_frame *f)
{
	u32 q = f->queue, i;
	struct nic_txq *t = &n->txq[q];
	bool wrote = false;

	if (f->gen != t->ring.gen || f->ndesc == 0)
		return;
	nic_note(n, BUS_NOTE_REPORT, q, f->len);
	t->ring.done += f->ndesc;
	t->in_fifo -= f->ndesc;
	for (i = 0; i < f->ndesc; i++) {
		if ((f->data >> i & 1) == 0)
			continue;
		if (tx_report_desc(n, q, (f->first + i) % t->ring.size, (f->rs >> i & 1) != 0))
			wrote = true;
		if (f->gen != t->ring.gen)
			return; /* the write-back failed */
	}
	if (t->wb_len != 0 && !nic_irq_quiet(n, q, true) && nic_tx_wb_flush(n, q))
		wrote = true;
	if (wrote)
		nic_cause_queue(n, q, true);
}

bool nic_rx_wb_flush(struct nic *n, u32 q)
{
	struct nic_rxq *x = &n->rxq[q];
	u32 i, count = x->wb_len;
	u64 addr;

	for (i = 0; i < count; i++) {
		addr = x->ring.base + (u64)x->wb[i] * DESC_BYTES;
		if (!writeback(n, false, q, addr, x->wb_desc[i], DESC_BYTES))
			return false;
	}
	x->wb_len = 0;
	if (count > 1)
		(void)nic_up_book(n, (u64)(count - 1) * WRITEBACK_BYTES);
	return count != 0;
}

/* True if descriptors were written. */
bool nic_rx_writeback(struct nic *n, u32 q, u32 index, const u8 desc[16])
{
	struct nic_rxq *x = &n->rxq[q];
	u32 wthresh = FIELD(n->r.RXDCTL[q], DCTL_WTHRESH);

	assert(x->wb_len < NIC_WB_MAX);
	nic_note(n, BUS_NOTE_WRITEBACK, q, get_le16(desc + 12));
	x->wb[x->wb_len] = (u16)index;
	memcpy(x->wb_desc[x->wb_len], desc, DESC_BYTES);
	x->wb_len++;
	if (x->wb_len >= wthresh || n->cfg.qemu_quirks || !nic_irq_quiet(n, q, false))
		return nic_rx_wb_flush(n, q);
	return false;
}
