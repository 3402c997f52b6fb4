// SPDX-License-Identifier: MIT
/* mac.c - FIFO memory, what is inserted into a frame to send, the wire, statistics.
 *
 * Path: step 13's end: a gathered frame gets its checksums and tag, waits for the wire and goes
 * out. Rules: IEEE 802.3, 802.1Q, 31B; RFC 791, 768, 9293 for the sums. Reception is in rx.c.
 */
#include "nicmodel/nic_internal.h"

#include "base/bytes.h"
#include "base/check.h"

enum { WRITEBACK_BYTES = 40, REPORT_BYTES = 16 };

/* ---- small helpers ---- */

/* The sum of n words of 32 bits in the machine's own order: plain, for compilers make it wide. */
static u64 sum_words(const u8 *p, u32 n)
{
	u64 s = 0;

	for (u32 i = 0; i < n; i++) {
		u32 word;

		memcpy(&word, p + 4 * (size_t)i, sizeof(word));
		s += word;
	}
	return s;
}

/* RFC 1071; an own one, so that the model shares no code with what it is to check. Words of 32 bits
 * add up to the same, for 2^16 counts as 1; so do words in another byte order, when the bytes of
 * the sum are swapped.
 */
u32 nic_sum(u32 sum, const u8 *p, u32 len)
{
	u64 s = sum_words(p, len / 4);
	u8 bytes[2];
	u16 own;

	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	own = (u16)s;
	memcpy(bytes, &own, sizeof(own));
	s = (u64)sum + get_be16(bytes);
	p += len / 4 * 4;
	if ((len & 2) != 0) {
		s += get_be16(p);
		p += 2;
	}
	if ((len & 1) != 0)
		s += (u32)p[0] << 8;
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (u32)s;
}

static u32 crc32c(const u8 *p, u32 len)
{
	u32 crc = 0xffffffff, i, bit;

	for (i = 0; i < len; i++) {
		crc ^= p[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0x82f63b78 & (0u - (crc & 1)));
	}
	return ~crc;
}

/* 64-bit statistics are two registers. */
void nic_octets(u32 *low, u32 *high, u32 by)
{
	u64 v = ((u64)*high << 32 | *low) + by;

	*low = (u32)v;
	*high = (u32)(v >> 32);
}

/* Which of the six size counters a frame with FCS belongs to. */
u32 nic_size_bin(u32 len)
{
	static const u32 top[] = { 64, 127, 255, 511, 1023 };
	u32 bin = 0;

	while (bin < ARRAY_SIZE(top) && len > top[bin])
		bin++;
	return bin;
}

/* ---- FIFO memory ---- */

/* Frames lie in one piece. The memory is larger than the limit by the longest frame, so that a
 * frame always fits when its charge does, wherever the free part is.
 */
bool nic_fifo_place(struct nic_fifo *f, u32 memory, u32 len, u32 charge, u32 *off)
{
	if (f->used + charge > f->limit || f->count == NIC_FRAMES)
		return false;
	if (f->count == 0 || memory - f->next < len)
		f->next = 0;
	*off = f->next;
	f->next += len;
	f->used += charge;
	f->count++;
	return true;
}

void nic_fifo_release(struct nic_fifo *f, u32 charge)
{
	assert(f->count != 0);
	assert(f->used >= charge);
	f->used -= charge;
	f->first++;
	f->count--;
}

void nic_mac_reset(struct nic *n)
{
	n->txf = (struct nic_fifo){ .limit = min_u32(FIELD(n->r.TXPBS[0], TXPBS_SIZE) * 1024,
						     NIC_TX_FIFO) };
	n->rxf = (struct nic_fifo){ .limit = min_u32(FIELD(n->r.RXPBS[0], RXPBS_SIZE) * 1024,
						     NIC_RX_FIFO) };
	n->tx_wire = 0;
	n->tx_wire_count = 0;
	n->wire_armed_ps = U64_MAX;
	n->pause_until_ps = 0;
	n->pause_pending = 0;
	n->xoff_sent = false;
	n->rx_busy = false;
}

/* A reset loses what is in the FIFOs. */
void nic_fifo_drop_all(struct nic *n)
{
	u32 i;

	for (i = 0; i < n->rxf.count; i++)
		nic_drop_frame(n, NIC_DROP_RX_RESET);
	for (i = n->tx_wire_count; i < n->txf.count; i++) {
		if (nic_tx_at(n, n->txf.first + i)->len != 0)
			nic_drop_frame(n, NIC_DROP_TX_RESET);
	}
	n->rxf.count = 0;
	n->rxf.used = 0;
}

/* ---- sending: offloads ---- */

struct nic_tx_frame *nic_tx_alloc(struct nic *n, u32 bytes)
{
	struct nic_tx_frame *f;
	u32 off = 0;

	if (!nic_fifo_place(&n->txf, sizeof(n->tx_mem), bytes, bytes + NIC_TX_FRAME_COST, &off))
		return NULL;
	f = nic_tx_at(n, n->txf.first + n->txf.count - 1);
	f->off = off;
	return f;
}

static void insert_ip_sum(struct nic *n, u8 *p, u32 len, u32 at, u32 iplen)
{
	if (iplen < 20 || at + iplen > len) {
		n->stats.bad_offload++;
		return;
	}
	put_be16(p + at + 10, 0);
	put_be16(p + at + 10, (u16)~nic_sum(0, p + at, iplen));
}

/* The driver has put the sum of the pseudo header into the field. */
static void insert_l4_sum(struct nic *n, u8 *p, u32 len, u32 at, u32 l4t)
{
	static const u8 place[4] = { 6, 16, 8, 0 };
	static const u8 width[4] = { 2, 2, 4, 0 };
	u32 field = at + place[l4t & 3], sum;

	if (width[l4t & 3] == 0 || field + width[l4t & 3] > len) {
		n->stats.bad_offload++;
		return;
	}
	if (l4t == 2) {
		put_le32(p + field, 0);
		put_le32(p + field, crc32c(p + at, len - at));
		return;
	}
	sum = ~nic_sum(0, p + at, len - at) & 0xffff;
	/* RFC 768: a computed sum of zero is sent as all ones. */
	if (sum == 0 && l4t == 0)
		sum = 0xffff;
	put_be16(p + field, (u16)sum);
}

static void insert_legacy_sum(struct nic *n, u8 *p, u32 len, u32 css, u32 cso)
{
	if (css >= len || cso + 2u > len) {
		n->stats.bad_offload++;
		return;
	}
	put_be16(p + cso, (u16)~nic_sum(0, p + css, len - css));
}

/* Lengths, identification, sequence number and flags of one segment, and the length that the
 * driver left out of the seed of the checksum.
 */
void nic_tso_header(struct nic *n, u8 *h, u32 segment, u32 payload, bool last)
{
	const struct nic_txctx *c = &n->job.ctx;
	u8 *ip = h + c->maclen, *l4 = ip + c->iplen;
	u32 l4len = n->job.header_len - c->maclen - c->iplen, field = c->l4t == 0 ? 6 : 16;
	u8 length[2];

	if (c->ipv4) {
		put_be16(ip + 2, (u16)(c->iplen + l4len + payload));
		put_be16(ip + 4, (u16)(get_be16(ip + 4) + segment));
	} else {
		put_be16(ip + 4, (u16)(c->iplen - 40 + l4len + payload));
	}
	put_be16(length, (u16)(l4len + payload));
	put_be16(l4 + field, (u16)nic_sum(get_be16(l4 + field), length, 2));
	if (c->l4t == 0) {
		put_be16(l4 + 4, (u16)(l4len + payload));
		return;
	}
	put_be32(l4 + 4, get_be32(l4 + 4) + segment * c->mss);
	if (!last)
		l4[13] &= (u8)~0x09; /* FIN and PSH only on the last */
	if (segment != 0)
		l4[13] &= (u8)~0x80; /* CWR only on the first */
}

static void insert_tag(struct nic *n, struct nic_tx_frame *f, u8 *p)
{
	memmove(p, p + 4, 12);
	put_be16(p + 12, (u16)n->r.VET[0]);
	put_be16(p + 14, f->vlan);
}

/* All of a frame is in the FIFO: sums, tag, padding; then it may go out. */
void nic_tx_finish(struct nic *n, struct nic_tx_frame *f)
{
	u8 *p = n->tx_mem + f->off;
	u32 tag = (f->flags & TXF_VLAN) != 0 ? 4 : 0, len = f->data_len - tag;

	assert(f->state == NIC_TX_GATHER);
	if (f->flags & TXF_IXSM)
		insert_ip_sum(n, p + tag, len, f->maclen, f->iplen);
	if (f->flags & TXF_TXSM)
		insert_l4_sum(n, p + tag, len, (u32)f->maclen + f->iplen, f->l4t);
	if (f->flags & TXF_SUM)
		insert_legacy_sum(n, p + tag, len, f->css, f->cso);
	if (tag != 0)
		insert_tag(n, f, p);
	memset(p + f->data_len, 0, f->len - f->data_len);
	f->state = NIC_TX_READY;
	nic_wire_run(n);
}

/* ---- sending: the wire ---- */

bool nic_loopback(const struct nic *n)
{
	return FIELD(n->r.RCTL[0], RCTL_LBM) != 0;
}

static void wire_arm(struct nic *n, u64 when_ps)
{
	if (n->wire_armed_ps <= when_ps)
		return;
	n->wire_armed_ps = when_ps;
	nic_at(n, when_ps, NIC_EV_WIRE, 0);
}

static u64 wire_occupy(struct nic *n, u32 len)
{
	u64 ps = nic_wire_ps(len);

	n->wire_free_ps = n->last_ps + (n->cfg.qemu_quirks ? 0 : ps + nic_wire_gap_ps());
	return ps;
}

/* IEEE 802.3 31B: XOFF asks for FCTTV quanta of silence, XON for none. */
static void send_pause(struct nic *n)
{
	bool off = n->pause_pending == 1;
	u8 p[NIC_WIRE_MIN_BYTES] = { 0 };

	n->pause_pending = 0;
	put_le32(p, n->r.FCAL[0]);
	put_le16(p + 4, (u16)n->r.FCAH[0]);
	put_le32(p + 6, n->r.RA[0]);
	put_le16(p + 10, (u16)n->r.RA[1]);
	put_be16(p + 12, (u16)n->r.FCT[0]);
	put_be16(p + 14, 1);
	put_be16(p + 16, off ? (u16)n->r.FCTTV[0] : 0);
	n->stats.tx_pause++;
	if (off)
		n->r.XOFFTXC[0]++;
	else
		n->r.XONTXC[0]++;
	n->host->wire_tx(n->ctx, p, sizeof(p), wire_occupy(n, sizeof(p)));
}

static void send_frame(struct nic *n, struct nic_tx_frame *f)
{
	u64 ps = wire_occupy(n, f->len);

	f->state = NIC_TX_WIRE;
	f->sent = true;
	n->tx_wire++;
	n->tx_wire_count++;
	nic_note(n, BUS_NOTE_SEND, f->queue, f->len);
	nic_busy(n, BUS_MAC_TX, f->queue, f->len, n->last_ps, n->last_ps + ps);
	if (!nic_loopback(n))
		n->host->wire_tx(n->ctx, n->tx_mem + f->off, f->len, ps);
	nic_at(n, n->last_ps + ps + (u64)WRITEBACK_BYTES * NIC_LINK_BYTE_PS, NIC_EV_TXDONE, 0);
}

/* A chain that made no frame, or one that was given up: takes its turn, but no time on the wire. */
static void skip_frame(struct nic *n, struct nic_tx_frame *f)
{
	f->state = NIC_TX_WIRE;
	f->sent = false;
	n->tx_wire++;
	n->tx_wire_count++;
	nic_at(n, n->last_ps, NIC_EV_TXDONE, 0);
}

static bool frames_wait(const struct nic *n)
{
	return n->tx_wire_count < n->txf.count &&
	       n->tx_frame[n->tx_wire % NIC_FRAMES].state != NIC_TX_GATHER;
}

/* Puts the next frame on the wire if that is possible now, else sees to it that it is looked at
 * again. One frame at a time.
 */
void nic_wire_run(struct nic *n)
{
	struct nic_tx_frame *f = nic_tx_at(n, n->tx_wire);
	bool any = frames_wait(n);

	if (!any && n->pause_pending == 0)
		return;
	if (any && f->state == NIC_TX_DEAD) {
		skip_frame(n, f);
		wire_arm(n, n->last_ps);
		return;
	}
	if (!n->link_up && !nic_loopback(n))
		return;
	if (n->last_ps < n->wire_free_ps) {
		wire_arm(n, n->wire_free_ps);
		return;
	}
	if (n->pause_pending != 0) {
		send_pause(n);
	} else if ((n->r.TCTL[0] & TCTL_EN) == 0) {
		return;
	} else if (n->last_ps < n->pause_until_ps) {
		/* In steps, so that an early XON does not leave events far in the future. */
		wire_arm(n, min_u64(n->pause_until_ps, n->last_ps + PS_PER_MS));
		return;
	} else {
		send_frame(n, f);
	}
	if (frames_wait(n))
		wire_arm(n, n->wire_free_ps);
}

void nic_ev_wire(struct nic *n, u32 arg)
{
	(void)arg;
	n->wire_armed_ps = U64_MAX;
	nic_wire_run(n);
}

static void count_sent(struct nic *n, const struct nic_tx_frame *f)
{
	const u8 *p = n->tx_mem + f->off;
	u32 len = f->len + NIC_WIRE_FCS_BYTES;
	u32 *bins[] = { n->r.PTC64,  n->r.PTC127,  n->r.PTC255,
			n->r.PTC511, n->r.PTC1023, n->r.PTC1522 };

	n->stats.tx_frames++;
	n->stats.tx_bytes += f->len;
	n->r.GPTC[0]++;
	n->r.TPT[0]++;
	nic_octets(n->r.GOTCL, n->r.GOTCH, len);
	nic_octets(n->r.TOTL, n->r.TOTH, len);
	++*bins[nic_size_bin(len)];
	if (memcmp(p, "\xff\xff\xff\xff\xff\xff", 6) == 0)
		n->r.BPTC[0]++;
	else if (p[0] & 1)
		n->r.MPTC[0]++;
}

/* The write-back was taken to start when the frame ended; if the link was busy then, it is late. */
static bool writeback_waits(struct nic *n, struct nic_tx_frame *f)
{
	u64 cost = (u64)WRITEBACK_BYTES * NIC_LINK_BYTE_PS;

	if (f->booked || f->rs == 0 || n->cfg.qemu_quirks)
		return false;
	f->booked = true;
	if (n->up_free_ps + cost <= n->last_ps) {
		n->up_free_ps = n->last_ps;
		return false;
	}
	nic_at(n, nic_up_book(n, WRITEBACK_BYTES), NIC_EV_TXDONE, 0);
	return true;
}

void nic_ev_txdone(struct nic *n, u32 arg)
{
	struct nic_tx_frame *f = nic_tx_at(n, n->txf.first);

	(void)arg;
	assert(n->tx_wire_count != 0);
	if (writeback_waits(n, f))
		return;
	if (f->sent) {
		count_sent(n, f);
		if (f->rs != 0)
			nic_busy(n, BUS_DMA_WRITE, f->queue, REPORT_BYTES,
				 n->last_ps - (u64)WRITEBACK_BYTES * NIC_LINK_BYTE_PS, n->last_ps);
		if (nic_loopback(n))
			nic_wire_rx(n, n->tx_mem + f->off, f->len, true);
	}
	nic_tx_report(n, f);
	nic_fifo_release(&n->txf, f->len + NIC_TX_FRAME_COST);
	n->tx_wire_count--;
	nic_engine_run(n);
}
