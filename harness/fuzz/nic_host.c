// SPDX-License-Identifier: MIT
/* nic_host.c - see nic_host.h. */
#include "harness/fuzz/nic_host.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/fuzz/fuzz.h"

enum {
	REG_CTRL = 0,
	CTRL_RST = 1 << 26,
	GPIE_MSIX = 1 << 4,
	OUTSTANDING = 74, /* events at once, and so many more after a reset: nicmodel/README.md */
	OUTSTANDING_RESET = 24,
	EVENTS_PER_RUN = 200000,
	BUFFER_MAX = 127 * 1024, /* that SRRCTL can say */
	REG_IMS = 0xd0,
	REG_IMS_82576 = 0x1508,
	REG_EIMS = 0x1524,
	REST_MS = 3000 /* autonegotiation takes the longest of all */
};

/* --- memory
 * ------------------------------------------------------------------------------------------ */

static u8 *reach(struct nic_host *h, u64 addr, u32 len)
{
	u64 from, to;

	if (len == 0 || addr < NIC_BUS || addr - NIC_BUS >= NIC_MEM ||
	    len > NIC_MEM - (addr - NIC_BUS))
		return NULL;
	from = (addr - NIC_BUS) / NIC_PAGE;
	to = (addr - NIC_BUS + len - 1) / NIC_PAGE;
	for (u64 page = from; page <= to; page++)
		if ((h->mapped >> page & 1) == 0)
			return NULL;
	return h->mem + (addr - NIC_BUS);
}

static bool is_within(const struct nic_place *p, u32 n, u64 addr, u32 len)
{
	for (u32 i = 0; i < n; i++)
		if (addr >= p[i].at && addr - p[i].at < p[i].len &&
		    len <= p[i].len - (addr - p[i].at))
			return true;
	return false;
}

static void add_place(struct nic_place *p, u32 *n, struct nic_place new)
{
	for (u32 i = 0; i < *n && i < NIC_PLACES; i++)
		if (p[i].at == new.at && p[i].len >= new.len &&p[i].rx == new.rx)
			return;
	p[*n % NIC_PLACES] = new;
	++*n;
}

static bool is_rx_ring(const struct nic_host *h, u64 addr)
{
	for (u32 i = 0; i < h->nr_rings && i < NIC_PLACES; i++)
		if (h->ring[i].rx && addr >= h->ring[i].at && addr - h->ring[i].at < h->ring[i].len)
			return true;
	return false;
}

/* What a receive ring says are buffers, whatever the card makes of it. Bit 0 is no part of an
 * address.
 */
static void learn_buffers(struct nic_host *h, u64 addr, const u8 *bytes, u32 len)
{
	if (!is_rx_ring(h, addr))
		return;
	for (u32 i = 0; i + 16 <= len; i += 16)
		add_place(h->buffer, &h->nr_buffers,
			  (struct nic_place){ get_le64(bytes + i) & ~1ull, BUFFER_MAX, false });
}

static bool dma_read(void *ctx, u64 addr, void *to, u32 len)
{
	struct nic_host *h = ctx;
	const u8 *mem = reach(h, addr, len);

	if (mem == NULL)
		return false;
	memcpy(to, mem, len);
	learn_buffers(h, addr, mem, len);
	return true;
}

/* INVARIANT: more places than are kept were told: then it may be anywhere. */
static void check_write(struct nic_host *h, u64 addr, u32 len)
{
	if (h->nr_rings > NIC_PLACES || h->nr_buffers > NIC_PLACES)
		return;
	if (!is_within(h->ring, h->nr_rings, addr, len) &&
	    !is_within(h->buffer, h->nr_buffers, addr, len))
		fuzz_found(DETECTOR_invariant, "the card writes where nobody told it to", "");
}

static bool dma_write(void *ctx, u64 addr, const void *from, u32 len)
{
	struct nic_host *h = ctx;
	u8 *mem = reach(h, addr, len);

	check_write(h, addr, len);
	if (mem == NULL)
		return false;
	h->spoilt = h->spoilt || addr + len > NIC_BUS + NIC_TXBUF;
	memcpy(mem, from, len);
	return true;
}

/* --- interrupts, the wire
 * ------------------------------------------------------------------------------------------ */

/* Without MSI-X the only one is vector 0, of the causes of old. */
static u32 enabled(const struct nic_host *h)
{
	const struct nic_regs *r = &h->nic.r;

	return r->EIMS[0] | ((r->GPIE[0] & GPIE_MSIX) == 0 && r->IMS[0] != 0);
}

static void msix(void *ctx, u32 vector)
{
	struct nic_host *h = ctx;

	if (vector >= NIC_VECTORS)
		fuzz_found(DETECTOR_invariant, "a message of a vector that there is not", "");
	if ((h->vectors >> vector & 1) == 0)
		fuzz_found(DETECTOR_invariant, "a message of a vector that is masked", "");
	h->vectors &= ~(1u << vector);
}

/* Frames by the book carry their number in their destination. */
static void wire_tx(void *ctx, const u8 *frame, u32 len, u64 wire_ps)
{
	static const u8 ours[4] = { 0x02, 0xb0, 0x0c, 0x00 };
	struct nic_host *h = ctx;
	u32 n;

	if (len > NIC_FRAME_MAX || wire_ps < (u64)len * 8 * 1000)
		fuzz_found(DETECTOR_invariant, "a frame faster than the wire, or longer than any",
			   "");
	if (h->spoilt || len < 14 || memcmp(frame, ours, sizeof(ours)) != 0)
		return;
	n = get_be16(frame + 4);
	if (n >= h->nr_by_book || len < h->by_book[n].len ||
	    memcmp(frame, h->by_book[n].bytes, h->by_book[n].len) != 0)
		fuzz_found(DETECTOR_invariant, "what is sent is not what descriptors said", "");
	for (u32 i = h->by_book[n].len; i < len; i++)
		if (frame[i] != 0 || len > 60)
			fuzz_found(DETECTOR_invariant, "a frame has more than descriptors said",
				   "");
}

/* --- time
 * ------------------------------------------------------------------------------------------ */

static void at(void *ctx, u64 when, u32 what, u32 arg)
{
	struct nic_host *h = ctx;

	if (when < h->now)
		fuzz_found(DETECTOR_invariant, "the card wants something done in the past", "");
	if (h->nr_events >= OUTSTANDING + OUTSTANDING_RESET * h->resets ||
	    h->nr_events == NIC_EVENTS)
		fuzz_found(DETECTOR_liveness, "the card has more under way than it can have", "");
	h->event[h->nr_events++] = (struct nic_host_event){ when, h->seq++, what, arg };
}

static u64 now_ps(void *ctx)
{
	return ((struct nic_host *)ctx)->now;
}

static const struct bus_host bus = {
	.dma_read = dma_read,
	.dma_write = dma_write,
	.msix = msix,
	.wire_tx = wire_tx,
	.at = at,
	.now_ps = now_ps,
};

static void settle(struct nic_host *h)
{
	h->vectors |= enabled(h);
}

static bool step(struct nic_host *h, u64 until)
{
	struct nic_host_event e;
	u32 best = 0;

	for (u32 i = 1; i < h->nr_events; i++)
		if (h->event[i].when < h->event[best].when ||
		    (h->event[i].when == h->event[best].when &&
		     h->event[i].seq < h->event[best].seq))
			best = i;
	if (h->nr_events == 0 || h->event[best].when > until)
		return false;
	e = h->event[best];
	h->event[best] = h->event[--h->nr_events];
	h->now = e.when;
	if (++h->events_run > EVENTS_PER_RUN)
		fuzz_found(DETECTOR_liveness, "the card has work for ever", "");
	nic_card.event(&h->nic, e.what, e.arg);
	settle(h);
	return true;
}

void nic_host_run(struct nic_host *h, u64 ps)
{
	u64 until = h->now + ps;

	while (step(h, until))
		;
	h->now = until;
}

void nic_host_end(struct nic_host *h)
{
	nic_host_run(h, REST_MS * PS_PER_MS);
	nic_check_full(&h->nic);
	if (h->nr_events != 0)
		fuzz_found(DETECTOR_liveness, "the card does not come to rest", "");
}

/* --- the driver's side
 * ------------------------------------------------------------------------------------------ */

/* The queue whose ring or head a register says; NIC_QUEUES_MAX: none. Of the first four there are
 * aliases.
 */
static u32 queue_of(u32 reg)
{
	if ((reg >= 0x2800 && reg < 0x2c00) || (reg >= 0x3800 && reg < 0x3c00))
		return reg >> 8 & 3;
	if ((reg >= 0xc000 && reg < 0xc400) || (reg >= 0xe000 && reg < 0xe400))
		return reg >> 6 & 15;
	return NIC_QUEUES_MAX;
}

/* Every place that they may have from now on. */
static void learn_rings(struct nic_host *h, u32 q)
{
	const struct nic_regs *r = &h->nic.r;
	u64 rx = (u64)r->RDBAH[q] << 32 | (r->RDBAL[q] & ~127u);
	u64 tx = (u64)r->TDBAH[q] << 32 | (r->TDBAL[q] & ~127u);
	u64 head = (u64)r->TDWBAH[q] << 32 | (r->TDWBAL[q] & ~3u);

	if (r->RDLEN[q] != 0)
		add_place(h->ring, &h->nr_rings, (struct nic_place){ rx, r->RDLEN[q], true });
	if (r->TDLEN[q] != 0)
		add_place(h->ring, &h->nr_rings, (struct nic_place){ tx, r->TDLEN[q], false });
	if (r->TDWBAL[q] & 1)
		add_place(h->ring, &h->nr_rings, (struct nic_place){ head, 4, false });
}

u32 nic_host_read(struct nic_host *h, u32 reg)
{
	u32 v = nic_card.mmio_read(&h->nic, reg);

	settle(h);
	return v;
}

void nic_host_write(struct nic_host *h, u32 reg, u32 value)
{
	h->resets += reg <= 4 && (value & CTRL_RST) != 0;
	/* What was waiting goes out within the write, and with EIAM the mask is gone again. */
	if (reg == REG_EIMS)
		h->vectors |= value;
	if (reg == REG_IMS || reg == REG_IMS_82576)
		h->vectors |= value != 0;
	nic_card.mmio_write(&h->nic, reg, value);
	if (queue_of(reg) != NIC_QUEUES_MAX)
		learn_rings(h, queue_of(reg));
	settle(h);
}

void nic_host_wire(struct nic_host *h, const u8 *frame, u32 len, bool fcs_ok)
{
	nic_card.wire_rx(&h->nic, frame, len, fcs_ok);
	settle(h);
}

void nic_host_link(struct nic_host *h, bool up)
{
	nic_card.link(&h->nic, up);
	settle(h);
}

void nic_host_init(struct nic_host *h)
{
	static const struct nic_cfg cfg = { .mac = { 0x02, 0, 0, 0, 0, 1 } };

	memset(h, 0, offsetof(struct nic_host, event));
	memset(h->mem, 0, sizeof(h->mem));
	h->mapped = UINT64_MAX;
	nic_init(&h->nic, &cfg, &bus, h);
	nic_card.link(&h->nic, true);
	h->vectors = 0;
}
