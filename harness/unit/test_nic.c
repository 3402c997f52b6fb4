// SPDX-License-Identifier: MIT
/* test_nic.c - the card against a host that is not the stack: memory, a clock, a wire with two
 * ends.
 *
 * The fake host has one block of memory at a bus address, and a hole in it that plays the part of
 * an IOMMU without a mapping. Every event is followed by nic_check().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "nicmodel/nic.h"

#define BUS 0x123450000ull

enum {
	MEM = 1 << 20,
	EVENTS = 8192,
	SENT = 4096,
	MESSAGES = 8192,
	TXRING = 0, /* + q * 0x1000 */
	RXRING = 0x10000,
	HEADWB = 0x20000,
	TXBUF = 0x30000, /* + i * 2048 */
	RXBUF = 0x80000, /* + i * 2048 */
	NDESC = 256,
	L_NS = 1000
};

struct event {
	u64 when, seq;
	u32 what, arg;
};

struct sent {
	u64 at, takes;
	u32 len;
	u8 head[64];
};

struct fake {
	struct nic nic;
	u64 now, seq;
	u32 events, nsent, nmessages;
	u64 hole, hole_end;
	u32 tail[16], rtail[16];
	struct event event[EVENTS];
	struct sent sent[SENT];
	struct {
		u64 at;
		u32 vector;
	} message[MESSAGES];
	u8 last[NIC_FRAME_MAX];
	u8 mem[MEM];
};

/* ---- the host ---- */

static u8 *reach(struct fake *f, u64 addr, u32 len)
{
	if (addr < BUS || addr - BUS > MEM || len > MEM - (addr - BUS))
		return NULL;
	if (addr < f->hole_end && addr + len > f->hole)
		return NULL;
	return f->mem + (addr - BUS);
}

static bool host_read(void *ctx, u64 addr, void *to, u32 len)
{
	u8 *p = reach(ctx, addr, len);

	if (p != NULL)
		memcpy(to, p, len);
	return p != NULL;
}

static bool host_write(void *ctx, u64 addr, const void *from, u32 len)
{
	u8 *p = reach(ctx, addr, len);

	if (p != NULL)
		memcpy(p, from, len);
	return p != NULL;
}

static void host_msix(void *ctx, u32 vector)
{
	struct fake *f = ctx;

	if (f->nmessages == MESSAGES)
		f->nmessages = 0;
	f->message[f->nmessages].at = f->now;
	f->message[f->nmessages++].vector = vector;
}

static void host_wire_tx(void *ctx, const u8 *frame, u32 len, u64 takes)
{
	struct fake *f = ctx;
	struct sent *s;

	if (f->nsent == SENT)
		f->nsent = 0;
	s = &f->sent[f->nsent++];
	assert_true(len <= sizeof(f->last));
	s->at = f->now;
	s->takes = takes;
	s->len = len;
	memcpy(f->last, frame, len);
	memcpy(s->head, frame, len < sizeof(s->head) ? len : sizeof(s->head));
}

static void host_at(void *ctx, u64 when, u32 what, u32 arg)
{
	struct fake *f = ctx;

	assert_true(when >= f->now);
	assert_true(f->events < EVENTS);
	f->event[f->events++] = (struct event){ when, f->seq++, what, arg };
}

static u64 host_now(void *ctx)
{
	return ((struct fake *)ctx)->now;
}

static const struct bus_host host = {
	.dma_read = host_read,
	.dma_write = host_write,
	.msix = host_msix,
	.wire_tx = host_wire_tx,
	.at = host_at,
	.now_ps = host_now,
};

/* Runs the next event if it is due; false when there is none. */
static bool step(struct fake *f, u64 until)
{
	u32 i, best = 0;
	struct event e;

	if (f->events == 0)
		return false;
	for (i = 1; i < f->events; i++) {
		if (f->event[i].when < f->event[best].when ||
		    (f->event[i].when == f->event[best].when &&
		     f->event[i].seq < f->event[best].seq))
			best = i;
	}
	e = f->event[best];
	if (e.when > until)
		return false;
	f->event[best] = f->event[--f->events];
	assert_true(e.when >= f->now);
	f->now = e.when;
	nic_card.event(&f->nic, e.what, e.arg);
	nic_check(&f->nic);
	return true;
}

static void run_until(struct fake *f, u64 until)
{
	while (step(f, until))
		;
	f->now = until > f->now ? until : f->now;
	nic_check_full(&f->nic);
}

static void run_ns(struct fake *f, u64 ns)
{
	run_until(f, f->now + ns * PS_PER_NS);
}

static void W(struct fake *f, u32 reg, u32 v)
{
	nic_card.mmio_write(&f->nic, reg, v);
	nic_check(&f->nic);
}

static u32 R(struct fake *f, u32 reg)
{
	u32 v = nic_card.mmio_read(&f->nic, reg);

	nic_check(&f->nic);
	return v;
}

/* ---- registers that the tests name ---- */
enum {
	CTRL = 0,
	STATUS = 8,
	EERD = 0x14,
	MDIC = 0x20,
	ICR = 0xc0,
	IMS = 0xd0,
	RCTL = 0x100,
	TCTL = 0x400,
	GPIE = 0x1514,
	EICS = 0x1520,
	EIMS = 0x1524,
	EIMC = 0x1528,
	EIAC = 0x152c,
	EIAM = 0x1530,
	EICR = 0x1580,
	EITR = 0x1680,
	IVAR = 0x1700,
	IVAR_MISC = 0x1740,
	RXCSUM = 0x5000,
	MTA = 0x5200,
	VFTA = 0x5600,
	MRQC = 0x5818,
	RETA = 0x5c00,
	RSSRK = 0x5c80,
	RDBAL = 0xc000,
	RDBAH = 0xc004,
	RDLEN = 0xc008,
	SRRCTL = 0xc00c,
	RDH = 0xc010,
	RDT = 0xc018,
	RXDCTL = 0xc028,
	RQDPC = 0xc030,
	TDBAL = 0xe000,
	TDBAH = 0xe004,
	TDLEN = 0xe008,
	TDH = 0xe010,
	TDT = 0xe018,
	TXDCTL = 0xe028,
	TDWBAL = 0xe038,
	TDWBAH = 0xe03c
};
enum { EOP = 1 << 24, IFCS = 1 << 25, RS = 1 << 27, DEXT = 1 << 29, VLE = 1 << 30 };
#define TSE  0x80000000u
#define LAST ((u32)EOP | IFCS | RS)

static const u8 rss_key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};
static const u8 mac_card[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
static const u8 mac_peer[6] = { 0x52, 0x54, 0, 0, 0, 2 };
/* The pair of addresses of the hash's verification suite. */
static const u8 ip_src[4] = { 66, 9, 149, 187 };
static const u8 ip_dst[4] = { 161, 142, 100, 80 };

static u32 rxq(u32 q, u32 reg)
{
	return reg + q * 0x40;
}

/* A driver's opening: nq queue pairs, pair q on vector q + 1, other causes on vector 0. */
static void open_card(struct fake *f, u32 nq)
{
	u32 q, i;

	W(f, CTRL, 0x40 | R(f, CTRL));
	run_until(f, f->now + 600 * PS_PER_MS);
	W(f, GPIE, 0xc0000011);
	W(f, IVAR_MISC, 0x8000);
	for (q = 0; q < nq; q++)
		W(f, IVAR + q % 8 * 4,
		  R(f, IVAR + q % 8 * 4) | ((0x81 + q) | (0x81 + q) << 8) << (q >= 8 ? 16 : 0));
	for (i = 0; i < 10; i++)
		W(f, RSSRK + 4 * i, get_le32(rss_key + 4 * i));
	for (i = 0; i < 32; i++)
		W(f, RETA + 4 * i,
		  (4 * i % nq) | (4 * i + 1) % nq << 8 | (4 * i + 2) % nq << 16 |
			  (4 * i + 3) % nq << 24);
	W(f, RXCSUM, 0x2b00);
	W(f, MRQC, 0x330002);
	for (q = 0; q < nq; q++) {
		W(f, rxq(q, RXDCTL), 0);
		W(f, rxq(q, RDBAL), (u32)(BUS + RXRING + q * 0x1000));
		W(f, rxq(q, RDBAH), (u32)((BUS + RXRING) >> 32));
		W(f, rxq(q, RDLEN), NDESC * 16);
		W(f, rxq(q, SRRCTL), 0x02000002);
		W(f, rxq(q, RXDCTL), 0x02010808);
		W(f, rxq(q, TXDCTL), 0);
		W(f, rxq(q, TDBAL), (u32)(BUS + TXRING + q * 0x1000));
		W(f, rxq(q, TDBAH), (u32)((BUS + TXRING) >> 32));
		W(f, rxq(q, TDLEN), NDESC * 16);
		W(f, rxq(q, TXDCTL), 0x02010108);
		f->tail[q] = 0;
		f->rtail[q] = 0;
	}
	W(f, RCTL, 0x04008002);
	W(f, TCTL, 0x3f0fa);
	(void)R(f, ICR);
	W(f, EIAC, (2u << nq) - 1);
	W(f, EIAM, (2u << nq) - 1);
	W(f, EIMS, (2u << nq) - 1);
	W(f, IMS, 4);
	run_ns(f, 1000);
	f->nmessages = 0;
}

static struct fake *card_new(const struct nic_cfg *cfg, u32 nq)
{
	struct fake *f = malloc(sizeof(*f));
	struct nic_cfg c = cfg != NULL ? *cfg : (struct nic_cfg){ 0 };

	assert_non_null(f);
	/* What the card does not clear must not matter. */
	memset(f, 0xa5, sizeof(*f));
	f->now = 0;
	f->seq = 0;
	f->events = 0;
	f->nsent = 0;
	f->nmessages = 0;
	f->hole = 0;
	f->hole_end = 0;
	memset(f->mem, 0, sizeof(f->mem));
	memcpy(c.mac, mac_card, 6);
	if (c.mem_read_latency_ns == 0)
		c.mem_read_latency_ns = L_NS;
	nic_init(&f->nic, &c, &host, f);
	nic_card.link(&f->nic, true);
	if (c.qemu_quirks)
		W(f, MDIC, 0x04201340);
	if (nq != 0)
		open_card(f, nq);
	return f;
}

static void card_end(struct fake *f)
{
	nic_check_full(&f->nic);
	free(f);
}

static u8 *mem(struct fake *f, u32 at)
{
	return f->mem + at;
}

static void put_desc(struct fake *f, u32 q, u64 qword, u32 dw2, u32 dw3)
{
	u8 *d = mem(f, TXRING + q * 0x1000 + f->tail[q] * 16);

	put_le64(d, qword);
	put_le32(d + 8, dw2);
	put_le32(d + 12, dw3);
	f->tail[q] = (f->tail[q] + 1) % NDESC;
}

static void post_context(struct fake *f, u32 q, u32 l4t, u32 iplen, u32 l4len, u32 mss, u32 vlan)
{
	put_desc(f, q, vlan << 16 | 14 << 9 | iplen, (u32)DEXT | 2 << 20 | l4t << 11 | 1 << 10,
		 mss << 16 | l4len << 8);
}

static void post_data(struct fake *f, u32 q, u32 buf, u32 len, u32 cmd, u32 popts, u32 paylen)
{
	put_desc(f, q, BUS + buf, (u32)DEXT | 3 << 20 | cmd | len, paylen << 14 | popts << 8);
}

static void ring(struct fake *f, u32 q)
{
	W(f, rxq(q, TDT), f->tail[q]);
}

static void offer(struct fake *f, u32 q, u32 count)
{
	u32 i;
	u8 *d;

	for (i = 0; i < count; i++) {
		d = mem(f, RXRING + q * 0x1000 + f->rtail[q] * 16);
		memset(d, 0, 16);
		put_le64(d, BUS + RXBUF + f->rtail[q] % 256 * 2048);
		f->rtail[q] = (f->rtail[q] + 1) % NDESC;
	}
	W(f, rxq(q, RDT), f->rtail[q]);
	run_ns(f, 5000);
}

static const u8 *rx_desc(struct fake *f, u32 q, u32 i)
{
	return mem(f, RXRING + q * 0x1000 + i * 16);
}

/* ---- frames; the sums are made here in another way than in the card ---- */

static u16 naive_sum(const u8 *p, u32 len, u32 start)
{
	u32 s = start, i;

	for (i = 0; i < len; i++) {
		s += i % 2 == 0 ? (u32)p[i] << 8 : p[i];
		s = (s & 0xffff) + (s >> 16);
	}
	return (u16)s;
}

static u32 pseudo(const u8 *ip, u32 l4len)
{
	u8 p[12];

	memcpy(p, ip + 12, 8);
	p[8] = 0;
	p[9] = ip[9];
	put_be16(p + 10, (u16)l4len);
	return naive_sum(p, 12, 0);
}

/* A frame from src to dst; proto 6 or 17; full: with a right L4 sum, else with the seed of one. */
static u32 make_frame(u8 *p, u32 proto, u32 data, bool full)
{
	u32 l4 = proto == 6 ? 20 : 8, field = 34 + (proto == 6 ? 16u : 6u), i, len = 34 + l4 + data;

	memset(p, 0, len);
	memcpy(p, mac_card, 6);
	memcpy(p + 6, mac_peer, 6);
	put_be16(p + 12, 0x0800);
	p[14] = 0x45;
	put_be16(p + 16, (u16)(20 + l4 + data));
	put_be16(p + 18, 0x1234);
	p[22] = 64;
	p[23] = (u8)proto;
	memcpy(p + 26, ip_src, 4);
	memcpy(p + 30, ip_dst, 4);
	put_be16(p + 24, (u16)~naive_sum(p + 14, 20, 0));
	put_be16(p + 34, 2794);
	put_be16(p + 36, 1766);
	if (proto == 6) {
		put_be32(p + 38, 1000);
		p[46] = 0x50;
		p[47] = 0x19;
	} else {
		put_be16(p + 38, (u16)(8 + data));
	}
	for (i = 0; i < data; i++)
		p[34 + l4 + i] = (u8)(i * 7 + 1);
	put_be16(p + field, (u16)pseudo(p + 14, l4 + data));
	if (full)
		put_be16(p + field, (u16)~naive_sum(p + 34, l4 + data, 0));
	return len;
}

static bool sums_right(const u8 *p)
{
	u32 total = get_be16(p + 16), l4 = total - 20;

	return naive_sum(p + 14, 20, 0) == 0xffff &&
	       naive_sum(p + 34, l4, pseudo(p + 14, l4)) == 0xffff;
}

static void inject(struct fake *f, const u8 *p, u32 len)
{
	nic_card.wire_rx(&f->nic, p, len, true);
	nic_check_full(&f->nic);
	run_ns(f, 20000);
}

/* ---- sending ---- */

static void test_tx_one_frame_time(void **state)
{
	struct fake *f = card_new(NULL, 2);
	u32 len = make_frame(mem(f, TXBUF), 17, 18, false);
	u64 t0;

	(void)state;
	assert_int_equal(len, 60);
	run_ns(f, 100000);
	t0 = f->now;
	post_context(f, 0, 0, 20, 0, 0, 0);
	post_data(f, 0, TXBUF, len, LAST, 2, len);
	ring(f, 0);
	run_ns(f, 100000);
	assert_int_equal(f->nsent, 1);
	assert_int_equal(f->sent[0].at - t0, (24 + 24 + L_NS + 52 + 24 + L_NS + 80) * 1000ull);
	assert_int_equal(f->sent[0].takes, 576000);
	assert_int_equal(f->nmessages, 1);
	assert_int_equal(f->message[0].vector, 1);
	assert_int_equal(f->message[0].at - t0, (844 + 2 * L_NS) * 1000ull);
	assert_true(sums_right(f->last));
	assert_int_equal(get_le32(mem(f, TXRING + 16 + 12)) & 1, 1);
	assert_int_equal(get_le32(mem(f, TXRING + 12)) & 1, 0); /* the context is not reported */
	assert_int_equal(R(f, TDH), 2);
	assert_int_equal(R(f, 0x4080), 1);
	assert_int_equal(R(f, 0x4090), 64);
	assert_int_equal(R(f, 0x4094), 0);
	assert_int_equal(R(f, 0x4090), 0); /* reading the high half cleared both */
	assert_int_equal(R(f, 0x4080), 0);
	card_end(f);
}

static void send_one(struct fake *f, u32 q, u32 len, u32 popts, u32 l4t)
{
	if (popts != 0)
		post_context(f, q, l4t, 20, 0, 0, 0);
	post_data(f, q, TXBUF, len, LAST, popts, len);
	ring(f, q);
	run_ns(f, 50000);
}

static void test_tx_checksums(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 len, data;

	(void)state;
	for (data = 0; data < 64; data++) {
		len = make_frame(mem(f, TXBUF), 17, data, false);
		send_one(f, 0, len, 2, 0);
		assert_true(sums_right(f->last));
		len = make_frame(mem(f, TXBUF), 6, data, false);
		mem(f, TXBUF)[24] = 0x12; /* IXSM does not care what is there */
		send_one(f, 0, len, 3, 1);
		assert_true(sums_right(f->last));
	}
	/* Without options nothing is touched. */
	len = make_frame(mem(f, TXBUF), 17, 30, false);
	send_one(f, 0, len, 0, 0);
	assert_memory_equal(f->last, mem(f, TXBUF), len);
	/* RFC 768: a sum of zero goes out as ones. */
	len = make_frame(mem(f, TXBUF), 17, 2, true);
	data = get_be16(mem(f, TXBUF) + 40);
	put_be16(mem(f, TXBUF) + 42, (u16)naive_sum(mem(f, TXBUF) + 42, 2, data));
	put_be16(mem(f, TXBUF) + 40, (u16)pseudo(mem(f, TXBUF) + 14, 10));
	send_one(f, 0, len, 2, 0);
	assert_int_equal(get_be16(f->last + 40), 0xffff);
	assert_true(sums_right(f->last));
	assert_int_equal(f->nic.stats.bad_offload, 0);
	/* A context that points outside: sent as it is, counted. */
	post_context(f, 0, 0, 511, 0, 0, 0);
	post_data(f, 0, TXBUF, len, LAST, 3, len);
	ring(f, 0);
	run_ns(f, 50000);
	assert_int_equal(f->nic.stats.bad_offload, 2);
	card_end(f);
}

static void test_tx_sctp_and_legacy(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 *p = mem(f, TXBUF);

	(void)state;
	/* CRC32c of "123456789" is e3069283: as 9 octets of chunk behind a common header it cannot
	 * be had directly, so the header is made part of the known string.
	 */
	memset(p, 0, 64);
	(void)make_frame(p, 17, 0, false);
	memset(p + 34, 0, 32); /* 32 zero octets: CRC32c is 8a9136aa */
	post_context(f, 0, 2, 20, 0, 0, 0);
	post_data(f, 0, TXBUF, 66, LAST, 2, 66);
	ring(f, 0);
	run_ns(f, 50000);
	assert_int_equal(get_le32(f->last + 42), 0x8a9136aa);
	/* Legacy: sum from CSS to the end into CSO. */
	(void)make_frame(p, 17, 20, false);
	put_desc(f, 0, BUS + TXBUF, LAST | 1u << 26 | 40u << 16 | 62, 34 << 8);
	ring(f, 0);
	run_ns(f, 50000);
	assert_true(sums_right(f->last));
	assert_int_equal(f->nsent, 2);
	card_end(f);
}

static void test_tx_padding_and_vlan(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i;

	(void)state;
	memset(mem(f, TXBUF), 0xee, 35);
	send_one(f, 0, 35, 0, 0);
	assert_int_equal(f->sent[0].len, 60);
	for (i = 35; i < 60; i++)
		assert_int_equal(f->last[i], 0);
	W(f, TCTL, 0x3f0f2); /* no padding */
	send_one(f, 0, 35, 0, 0);
	assert_int_equal(f->sent[1].len, 35);
	W(f, TCTL, 0x3f0fa);
	W(f, CTRL, R(f, CTRL) | 1u << 30);
	(void)make_frame(mem(f, TXBUF), 17, 30, false);
	post_context(f, 0, 0, 20, 0, 0, 0x2005);
	post_data(f, 0, TXBUF, 72, LAST | VLE, 2, 72);
	ring(f, 0);
	run_ns(f, 50000);
	assert_int_equal(f->sent[2].len, 76);
	assert_int_equal(get_be32(f->last + 12), 0x81002005);
	assert_int_equal(get_be16(f->last + 16), 0x0800);
	memmove(f->last + 4, f->last, 12);
	assert_true(sums_right(f->last + 4));
	card_end(f);
}

static void test_tx_pieces(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 len = make_frame(mem(f, TXBUF), 17, 1000, true), i;

	(void)state;
	post_data(f, 0, TXBUF, 20, IFCS, 0, len);
	post_data(f, 0, TXBUF, 0, IFCS | RS, 0, 0); /* empty, but it wants a report */
	for (i = 20; i + 50 < len; i += 50)
		post_data(f, 0, TXBUF + i, 50, IFCS, 0, 0);
	post_data(f, 0, TXBUF + i, len - i, LAST, 0, 0);
	ring(f, 0);
	run_ns(f, 200000);
	assert_int_equal(f->nsent, 1);
	assert_int_equal(f->sent[0].len, len);
	assert_memory_equal(f->last, mem(f, TXBUF), len);
	assert_int_equal(mem(f, TXRING + 16)[12], 1);
	assert_int_equal(mem(f, TXRING + 32)[12], 0);
	assert_int_equal(mem(f, TXRING + (f->tail[0] - 1) * 16)[12], 1);
	card_end(f);
}

static void tso_case(struct fake *f, u32 proto, u32 data, u32 mss)
{
	u32 header = 34 + (proto == 6 ? 20u : 8u), segments = (data + mss - 1) / mss, i, first, seg;
	u32 field = 34 + (proto == 6 ? 16u : 6u);
	u8 *p = mem(f, TXBUF), *h;

	(void)make_frame(p, proto, data, false);
	if (proto == 6)
		p[47] = 0x99; /* CWR, ACK, PSH, FIN */
	put_be16(p + 16, 0);
	put_be16(p + 24, 0);
	put_be16(p + field, (u16)pseudo(p + 14, 0));
	f->nsent = 0;
	first = get_be16(p + 18);
	post_context(f, 0, proto == 6, 20, proto == 6 ? 20 : 8, mss, 0);
	/* The header ends in the middle of a buffer. */
	post_data(f, 0, TXBUF, header + data / 2, IFCS | TSE, 3, data);
	post_data(f, 0, TXBUF + header + data / 2, data - data / 2, LAST | TSE, 0, 0);
	ring(f, 0);
	for (i = 0; i < segments; i++) {
		while (f->nsent <= i)
			assert_true(step(f, U64_MAX));
		seg = i + 1 < segments ? mss : data - (segments - 1) * mss;
		h = f->last;
		assert_int_equal(f->sent[i].len, header + seg < 60 ? 60 : header + seg);
		assert_int_equal(get_be16(h + 16), header - 14 + seg);
		assert_int_equal(get_be16(h + 18), (first + i) & 0xffff);
		assert_true(sums_right(h));
		assert_memory_equal(h + header, p + header + i * mss, seg);
		if (proto == 6) {
			assert_int_equal(get_be32(h + 38), 1000 + i * mss);
			assert_int_equal(h[47], 0x10 | (i == 0 ? 0x80 : 0) |
							(i + 1 == segments ? 0x09 : 0));
		} else {
			assert_int_equal(get_be16(h + 38), 8 + seg);
		}
	}
	run_ns(f, 100000);
	assert_int_equal(f->nsent, segments);
	assert_int_equal(mem(f, TXRING + ((f->tail[0] + NDESC - 1) % NDESC) * 16)[12], 1);
}

static void test_tx_segmentation(void **state)
{
	struct fake *f = card_new(NULL, 1);

	(void)state;
	tso_case(f, 6, 3000, 1000);
	tso_case(f, 6, 3001, 1000);
	tso_case(f, 6, 60000, 1448);
	tso_case(f, 6, 40, 1448);
	tso_case(f, 17, 3500, 1200);
	assert_int_equal(R(f, 0x40f8), 5);
	card_end(f);
}

static void test_tx_refused_chains(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i;

	(void)state;
	post_data(f, 0, TXBUF, 0, LAST, 0, 0);				 /* nothing */
	put_desc(f, 0, BUS + TXBUF, (u32)DEXT | 7 << 20 | LAST | 60, 0); /* no such type */
	post_data(f, 0, TXBUF, 60000, LAST, 0, 0);			 /* too long */
	post_context(f, 0, 1, 20, 20, 0, 0);
	post_data(f, 0, TXBUF, 2000, LAST | TSE, 3, 0); /* MSS 0 */
	ring(f, 0);
	run_ns(f, 100000);
	assert_int_equal(f->nsent, 0);
	assert_int_equal(f->nic.stats.drop[NIC_DROP_TX_MALFORMED], 4);
	for (i = 0; i < 5; i++)
		assert_int_equal(mem(f, TXRING + i * 16)[12] & 1, i != 3);
	/* A chain without end: never fits on the chip; what follows is sent. */
	for (i = 0; i < 150; i++)
		post_data(f, 0, TXBUF, 10, IFCS, 0, 0);
	post_data(f, 0, TXBUF, 10, LAST, 0, 0);
	post_data(f, 0, TXBUF, 60, LAST, 0, 0);
	ring(f, 0);
	run_ns(f, 100000);
	assert_int_equal(f->nsent, 1);
	assert_int_equal(f->sent[0].len, 60);
	assert_int_equal(f->nic.txf.count, 0);
	card_end(f);
}

static void test_tx_ring_wrap(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i, len;

	(void)state;
	for (i = 0; i < 3 * NDESC; i++) {
		len = make_frame(mem(f, TXBUF), 17, i % 100 + 18, true);
		send_one(f, 0, len, i % 3 == 0 ? 2 : 0, 0);
		assert_int_equal(f->nsent, i + 1);
		assert_int_equal(f->sent[i].len, len);
		assert_int_equal(R(f, TDH), f->tail[0]);
	}
	card_end(f);
}

/* Fetches that meet the end of the ring are split there. */
static void test_ring_wrap_in_batches(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i, round, stored = 0;
	u8 p[64];

	(void)state;
	for (round = 0; round < 12; round++) {
		f->nsent = 0;
		for (i = 0; i < 50; i++) {
			mem(f, TXBUF + i * 64)[0] = (u8)(i + round);
			post_data(f, 0, TXBUF + i * 64, 60, LAST, 0, 60);
		}
		ring(f, 0);
		run_ns(f, 200000);
		assert_int_equal(f->nsent, 50);
		for (i = 0; i < 50; i++)
			assert_int_equal(f->sent[i].head[0], (i + round) & 0xff);
		assert_int_equal(R(f, TDH), f->tail[0]);
		offer(f, 0, 50);
		for (i = 0; i < 50; i++, stored++) {
			(void)make_frame(p, 17, 18, true);
			inject(f, p, 60);
			assert_int_equal(get_le32(rx_desc(f, 0, stored % NDESC) + 8), 0x73);
			assert_memory_equal(mem(f, RXBUF + stored % NDESC * 2048), p, 60);
			assert_int_equal(R(f, RDH), (stored + 1) % NDESC);
		}
	}
	assert_int_equal(f->nic.stats.dma_faults, 0);
	card_end(f);
}

static void test_tx_round_robin(void **state)
{
	struct fake *f = card_new(NULL, 4);
	u32 q, i, seen[4] = { 0 };

	(void)state;
	for (q = 0; q < 4; q++) {
		memset(mem(f, TXBUF + q * 2048), (int)q, 60);
		for (i = 0; i < 20; i++)
			post_data(f, q, TXBUF + q * 2048, 60, LAST, 0, 60);
	}
	for (q = 0; q < 4; q++)
		ring(f, q);
	run_ns(f, 40 * 672);
	assert_true(f->nsent > 30);
	for (i = 0; i < f->nsent; i++)
		seen[f->sent[i].head[0]]++;
	for (q = 0; q < 4; q++)
		assert_in_range(seen[q], f->nsent / 4 - 1, f->nsent / 4 + 2);
	run_ns(f, 100000);
	assert_int_equal(f->nsent, 80);
	for (i = 0; i < f->nmessages; i++)
		assert_in_range(f->message[i].vector, 1, 4);
	card_end(f);
}

/* Frames a second, from the distance between two frames in the middle of a long row. */
static u32 pps(struct fake *f, u32 frames)
{
	u32 i;

	for (i = 0; i < frames; i++) {
		post_context(f, 0, 0, 20, 0, 0, 0);
		post_data(f, 0, TXBUF, 60, LAST, 2, 60);
	}
	(void)make_frame(mem(f, TXBUF), 17, 18, false);
	f->nsent = 0;
	ring(f, 0);
	run_ns(f, 1000000);
	assert_int_equal(f->nsent, frames);
	return (u32)((u64)(frames - 40) * PS_PER_SEC / (f->sent[frames - 20].at - f->sent[20].at));
}

static void test_tx_rates(void **state)
{
	struct nic_cfg one = { .outstanding_reads = 1, .fetch_descriptors = 2 };
	struct nic_cfg two = { .outstanding_reads = 2 };
	struct fake *f;

	(void)state;
	f = card_new(NULL, 1);
	assert_int_equal(pps(f, 120), 1488095);
	assert_int_equal(f->sent[61].at - f->sent[60].at, 672000);
	card_end(f);
	f = card_new(&two, 1);
	assert_in_range(pps(f, 120), 1480000, 1488095);
	card_end(f);
	/* One read at a time, one frame a fetch, no prefetch: 2 (L + 24) + 52 + 80 ns a frame. */
	f = card_new(&one, 1);
	W(f, TXDCTL, 0x02010000);
	assert_int_equal(pps(f, 120), (u32)(PS_PER_SEC / 2180000));
	card_end(f);
	/* With a second read the next fetch runs beside the data. */
	one.outstanding_reads = 2;
	f = card_new(&one, 1);
	W(f, TXDCTL, 0x02010000);
	assert_in_range(pps(f, 120), 800000, 917431);
	card_end(f);
}

static void test_tx_full_size_rate(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i;

	(void)state;
	for (i = 0; i < 100; i++)
		post_data(f, 0, TXBUF, 1514, LAST, 0, 1514);
	ring(f, 0);
	run_ns(f, 20 * 12304);
	assert_in_range(f->nic.txf.count, 26, 27); /* the FIFO is full */
	run_ns(f, 2000000);
	assert_int_equal(f->nsent, 100);
	assert_int_equal(f->sent[80].at - f->sent[79].at, 12304000);
	card_end(f);
}

static void test_tx_writeback_threshold(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i;

	(void)state;
	W(f, TXDCTL, 0x02040108); /* WTHRESH 4 */
	W(f, EITR + 4, 0x80000000u | 100 << 2);
	send_one(f, 0, 60, 0, 0); /* throttle not running: at once; starts it */
	assert_int_equal(mem(f, TXRING)[12], 1);
	assert_int_equal(f->nmessages, 1);
	W(f, EIMS, 2);
	for (i = 1; i < 4; i++) {
		post_data(f, 0, TXBUF, 60, i == 1 ? LAST : (u32)EOP | IFCS, 0, 60);
		ring(f, 0);
		run_ns(f, 4000);
	}
	assert_int_equal(mem(f, TXRING + 16)[12], 0); /* three wait */
	run_ns(f, 100000);
	for (i = 1; i < 4; i++)
		assert_int_equal(mem(f, TXRING + i * 16)[12], 1); /* flushed when it expired */
	assert_int_equal(f->nmessages, 2);
	W(f, EIMS, 2);
	for (i = 4; i < 8; i++)
		post_data(f, 0, TXBUF, 60, LAST, 0, 60);
	ring(f, 0);
	run_ns(f, 10000);
	for (i = 4; i < 8; i++)
		assert_int_equal(mem(f, TXRING + i * 16)[12], 1); /* the threshold was met */
	card_end(f);
}

static void test_tx_head_writeback(void **state)
{
	struct fake *f = card_new(NULL, 1);

	(void)state;
	W(f, TDWBAL, (u32)(BUS + HEADWB) | 1);
	W(f, TDWBAH, (u32)((BUS + HEADWB) >> 32));
	send_one(f, 0, 60, 2, 0);
	assert_int_equal(get_le32(mem(f, HEADWB)), 2);
	assert_int_equal(mem(f, TXRING + 16)[12], 0);
	card_end(f);
}

/* ---- receiving ---- */

static void test_rx_one_frame_time(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[2048];
	u64 t0;

	(void)state;
	offer(f, 0, 32);
	(void)make_frame(p, 17, 18, true);
	t0 = f->now;
	inject(f, p, 60);
	assert_int_equal(f->nmessages, 1);
	/* Data 84, descriptor 40, message 24. */
	assert_int_equal(f->message[0].at - t0, (84 + 40 + 24) * 1000ull);
	assert_memory_equal(mem(f, RXBUF), p, 60);
	assert_int_equal(R(f, RDH), 1);
	assert_int_equal(R(f, 0x4074), 1);
	assert_int_equal(R(f, 0x405c), 1);
	card_end(f);
}

static void test_rx_descriptors(void **state)
{
	static const struct {
		const char *name;
		u32 proto, data, change; /* octet that is changed, 0 = none */
		u32 info, status, hash;
	} cases[] = {
		{ "tcp", 6, 8, 0, 0x0111, 0x63, 0x51ccc178 },
		{ "udp", 17, 7, 0, 0x0212, 0x73, 0x323e8fc2 },
		{ "bad udp", 17, 40, 45, 0x0212, 0x20000073, 0x323e8fc2 },
		{ "bad ip", 17, 40, 22, 0x0212, 0x40000073, 0x323e8fc2 },
		{ "fragment", 17, 40, 20, 0x0012, 0x40000043, 0x323e8fc2 },
		{ "no udp sum", 17, 40, 40, 0x0212, 0x43, 0x323e8fc2 },
	};
	struct fake *f = card_new(NULL, 1);
	u8 p[2048];
	const u8 *d;
	u32 i, len;

	(void)state;
	offer(f, 0, 32);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = make_frame(p, cases[i].proto, cases[i].data, true);
		if (cases[i].change == 40)
			put_be16(p + 40, 0);
		else if (cases[i].change == 20)
			p[20] = 0x20; /* more fragments; the header's sum is wrong now */
		else if (cases[i].change != 0)
			p[cases[i].change] ^= 1;
		len = len < 60 ? 60 : len;
		inject(f, p, len);
		d = rx_desc(f, 0, i);
		assert_int_equal(get_le16(d), cases[i].info);
		assert_int_equal(get_le32(d + 4), cases[i].hash);
		assert_int_equal(get_le32(d + 8), cases[i].status);
		assert_int_equal(get_le16(d + 12), len);
	}
	/* UDP hashed with its ports: another type. */
	W(f, MRQC, 0x00730002);
	(void)make_frame(p, 17, 20, true);
	inject(f, p, 62);
	assert_int_equal(get_le16(rx_desc(f, 0, i)), 0x0217);
	/* PCSD off: identification and sum instead of the hash. */
	W(f, RXCSUM, 0x300);
	inject(f, p, 62);
	d = rx_desc(f, 0, i + 1);
	assert_int_equal(get_le32(d + 8), 0x273);
	assert_int_equal(get_le16(d + 4), 0x1234);
	assert_int_equal(get_le16(d + 6), (u16)~naive_sum(p, 62, 0));
	/* Not IP. */
	W(f, RXCSUM, 0x2300);
	put_be16(p + 12, 0x0806);
	inject(f, p, 62);
	d = rx_desc(f, 0, i + 2);
	assert_int_equal(get_le32(d), 0);
	assert_int_equal(get_le32(d + 4), 0);
	assert_int_equal(get_le32(d + 8), 3);
	card_end(f);
}

static void test_rx_rss_queues(void **state)
{
	struct fake *f = card_new(NULL, 4);
	u8 p[2048];
	u32 i, q, want[4] = { 0 }, hash;

	(void)state;
	for (q = 0; q < 4; q++)
		offer(f, q, 64);
	for (i = 0; i < 40; i++) {
		(void)make_frame(p, 6, 10, true);
		put_be16(p + 34, (u16)(1000 + i));
		f->nmessages = 0;
		W(f, EIMS, 0x1f);
		inject(f, p, 64);
		assert_int_equal(f->nmessages, 1);
		q = f->message[0].vector - 1;
		hash = get_le32(rx_desc(f, q, want[q]) + 4);
		assert_int_equal(hash % 128 % 4, q);
		want[q]++;
		assert_int_equal(R(f, rxq(q, RDH)), want[q]);
	}
	for (q = 0; q < 4; q++)
		assert_true(want[q] != 0);
	card_end(f);
}

static void test_rx_filters(void **state)
{
	static const u8 group[] = { 1, 0, 0x5e, 1, 2, 3 };
	struct fake *f = card_new(NULL, 1);
	u8 p[2048];
	u64 *drop = f->nic.stats.drop;

	(void)state;
	offer(f, 0, 200);
	(void)make_frame(p, 17, 100, true);
	p[5] ^= 1;
	inject(f, p, 142);
	assert_int_equal(drop[NIC_DROP_RX_FILTER], 1);
	W(f, 0x5408, get_le32(p));
	W(f, 0x540c, get_le16(p + 4) | 0x80000000u);
	inject(f, p, 142);
	assert_int_equal(f->nic.stats.rx_frames, 1);
	W(f, 0x540c, get_le16(p + 4));
	W(f, RCTL, 0x0400800a); /* promiscuous */
	inject(f, p, 142);
	assert_int_equal(f->nic.stats.rx_frames, 2);
	assert_int_equal(get_le32(rx_desc(f, 0, 1) + 8) & 0x80, 0x80); /* passed inexactly */
	W(f, RCTL, 0x04008002);
	memset(p, 0xff, 6);
	inject(f, p, 142);
	assert_int_equal(f->nic.stats.rx_frames, 3);
	W(f, RCTL, 0x04000002);
	inject(f, p, 142);
	assert_int_equal(drop[NIC_DROP_RX_FILTER], 2);
	W(f, RCTL, 0x04008002);
	memcpy(p, group, sizeof(group));
	inject(f, p, 142);
	assert_int_equal(drop[NIC_DROP_RX_FILTER], 3);
	W(f, MTA + 4 * ((0x0302 >> 4 & 0xfff) >> 5), 1u << (0x0302 >> 4 & 31));
	inject(f, p, 142);
	assert_int_equal(f->nic.stats.rx_frames, 4);
	memcpy(p, mac_card, 6);
	inject(f, p, 59);
	assert_int_equal(drop[NIC_DROP_RX_RUNT], 1);
	inject(f, p, 0);
	inject(f, p, 1519);
	assert_int_equal(drop[NIC_DROP_RX_LONG], 1);
	inject(f, p, 1518);
	assert_int_equal(f->nic.stats.rx_frames, 5);
	W(f, RCTL, 0x04008022);
	W(f, 0x5004, 0x600);
	inject(f, p, 1532);
	inject(f, p, 1533);
	assert_int_equal(f->nic.stats.rx_frames, 6);
	assert_int_equal(drop[NIC_DROP_RX_LONG], 2);
	nic_card.wire_rx(&f->nic, p, 100, false);
	assert_int_equal(drop[NIC_DROP_RX_CRC], 1);
	W(f, RCTL, 0);
	inject(f, p, 100);
	assert_int_equal(drop[NIC_DROP_RX_OFF], 1);
	card_end(f);
}

static void test_rx_vlan(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[2048];

	(void)state;
	offer(f, 0, 64);
	(void)make_frame(p, 17, 100, true);
	memmove(p + 16, p + 12, 200);
	put_be32(p + 12, 0x81002005);
	inject(f, p, 146);
	assert_int_equal(get_le32(rx_desc(f, 0, 0) + 8), 0x73); /* seen through the tag */
	assert_int_equal(get_le16(rx_desc(f, 0, 0) + 12), 146);
	W(f, CTRL, R(f, CTRL) | 1u << 30);
	W(f, RCTL, 0x04048002);
	inject(f, p, 146);
	assert_int_equal(f->nic.stats.drop[NIC_DROP_RX_VLAN], 1);
	W(f, VFTA, 1u << 5);
	inject(f, p, 146);
	assert_int_equal(get_le32(rx_desc(f, 0, 1) + 8), 0x7b);
	assert_int_equal(get_le32(rx_desc(f, 0, 1) + 12), 0x20050000 | 142);
	assert_memory_equal(mem(f, RXBUF + 2048) + 12, p + 16, 130);
	card_end(f);
}

static void test_rx_several_descriptors(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[2560];
	u32 i;

	(void)state;
	W(f, SRRCTL, 0x02000001);
	W(f, RCTL, 0x04008022);
	for (i = 0; i < sizeof(p); i++)
		p[i] = (u8)(i * 3);
	memcpy(p, mac_card, 6);
	put_be16(p + 12, 0x88b5);
	offer(f, 0, 32);
	inject(f, p, 2514);
	for (i = 0; i < 3; i++) {
		assert_int_equal(get_le32(rx_desc(f, 0, i) + 8), i == 2 ? 3 : 1);
		assert_int_equal(get_le16(rx_desc(f, 0, i) + 12), i == 2 ? 466 : 1024);
		assert_memory_equal(mem(f, RXBUF + i * 2048), p + i * 1024, i == 2 ? 466 : 1024);
	}
	assert_int_equal(f->nmessages, 1);
	card_end(f);
}

static void test_rx_ring_wrap(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[2048];
	u32 i;

	(void)state;
	offer(f, 0, 255);
	for (i = 0; i < 3 * NDESC; i++) {
		u32 len = make_frame(p, 17, i % 500 + 18, true);

		inject(f, p, len);
		assert_int_equal(f->nic.stats.rx_frames, i + 1);
		assert_int_equal(get_le32(rx_desc(f, 0, i % NDESC) + 8), 0x73);
		assert_memory_equal(mem(f, RXBUF + i % NDESC * 2048), p, len);
		if (i % 16 == 15)
			offer(f, 0, 16);
	}
	card_end(f);
}

static void test_rx_no_descriptor(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[2048];
	u32 len = make_frame(p, 17, 1476, true), i;

	(void)state;
	/* A frame waits in the FIFO, and holds up the others, until it is full: 43 frames. */
	for (i = 0; i < 50; i++)
		inject(f, p, len);
	assert_int_equal(f->nic.rxf.count, 43);
	assert_int_equal(R(f, 0x4010), 7);
	assert_int_equal(f->nic.stats.drop[NIC_DROP_RX_FIFO], 7);
	assert_int_equal(R(f, 0x40a0), 1);
	assert_int_equal(R(f, ICR) & 0x40, 0x40);
	offer(f, 0, 60);
	run_ns(f, 200000);
	assert_int_equal(f->nic.stats.rx_frames, 43);
	assert_int_equal(f->nic.rxf.used, 0);
	card_end(f);
	/* DROP_EN: dropped and counted. */
	f = card_new(NULL, 1);
	W(f, SRRCTL, 0x82000002);
	for (i = 0; i < 5; i++)
		inject(f, p, len);
	assert_int_equal(R(f, RQDPC), 5);
	assert_int_equal(R(f, RQDPC), 0);
	assert_int_equal(f->nic.stats.drop[NIC_DROP_RX_NO_DESC], 5);
	card_end(f);
}

static void test_rx_pause(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[2048], pause[60] = { 0 };
	u32 len = make_frame(p, 17, 1472, true), i;

	(void)state;
	W(f, 0x28, 0x00c28001);
	W(f, 0x2c, 0x0100);
	W(f, 0x30, 0x8808);
	W(f, 0x170, 0xffff);
	W(f, 0x2160, 0x8000d3f0);
	W(f, 0x2168, 0xd400);
	W(f, CTRL, R(f, CTRL) | 3u << 27);
	for (i = 0; i < 36; i++)
		inject(f, p, len);
	assert_int_equal(f->nsent, 1);
	assert_memory_equal(f->last,
			    "\x01\x80\xc2\x00\x00\x01\x52\x54\x00\x12\x34\x56\x88\x08\x00\x01"
			    "\xff\xff",
			    18);
	offer(f, 0, 100);
	run_ns(f, 100000);
	assert_int_equal(f->nsent, 2); /* XON */
	assert_int_equal(get_be16(f->last + 16), 0);
	assert_int_equal(R(f, 0x4054), 1);
	/* The other way: 100 quanta of silence. */
	memcpy(pause, f->last, 60);
	put_be16(pause + 16, 100);
	inject(f, pause, 60);
	assert_int_equal(f->nic.stats.drop[NIC_DROP_RX_PAUSE], 1);
	assert_int_equal(R(f, STATUS) & 0x10, 0x10);
	post_data(f, 0, TXBUF, 60, LAST, 0, 60);
	ring(f, 0);
	run_ns(f, 20000);
	assert_int_equal(f->nsent, 2);
	run_ns(f, 40000);
	assert_int_equal(f->nsent, 3);
	card_end(f);
}

static void test_rx_writeback_threshold(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[128];
	u32 i;

	(void)state;
	W(f, RXDCTL, 0x02040808);
	W(f, EITR + 4, 0x80000000u | 100 << 2);
	offer(f, 0, 64);
	(void)make_frame(p, 17, 18, true);
	nic_card.wire_rx(&f->nic, p, 60, true);
	run_ns(f, 1000);
	assert_int_equal(get_le32(rx_desc(f, 0, 0) + 8), 0x73);
	W(f, EIMS, 2);
	for (i = 1; i < 4; i++) {
		nic_card.wire_rx(&f->nic, p, 60, true);
		run_ns(f, 1000);
	}
	assert_int_equal(get_le32(rx_desc(f, 0, 1) + 8), 0);
	assert_int_equal(f->nic.stats.rx_frames, 4);
	run_ns(f, 100000);
	assert_int_equal(get_le32(rx_desc(f, 0, 3) + 8), 0x73);
	assert_int_equal(f->nmessages, 2);
	card_end(f);
}

static void test_rx_legacy_descriptor(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[128];

	(void)state;
	W(f, SRRCTL, 2);
	offer(f, 0, 64);
	(void)make_frame(p, 6, 10, true);
	inject(f, p, 64);
	assert_int_equal(get_le16(rx_desc(f, 0, 0) + 8), 64);
	assert_int_equal(rx_desc(f, 0, 0)[12], 0x63);
	card_end(f);
}

static void test_loopback(void **state)
{
	struct fake *f = card_new(NULL, 1);

	(void)state;
	offer(f, 0, 64);
	W(f, RCTL, 0x04008042);
	(void)make_frame(mem(f, TXBUF), 17, 50, false);
	send_one(f, 0, 92, 2, 0);
	assert_int_equal(f->nsent, 0);
	assert_int_equal(f->nic.stats.rx_frames, 1);
	assert_int_equal(get_le32(rx_desc(f, 0, 0) + 8), 0x73);
	card_end(f);
}

/* ---- interrupts ---- */

static void test_irq_throttle(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u32 i;

	(void)state;
	W(f, EIAM, 0);
	W(f, EITR + 4, 0x80000000u | 196);
	W(f, EICS, 2);
	for (i = 0; i < 30; i++) {
		run_ns(f, 10000);
		W(f, EICS, 2);
	}
	/* 300 us at 49 us each. */
	assert_int_equal(f->nmessages, 7);
	for (i = 1; i < f->nmessages; i++)
		assert_int_equal(f->message[i].at - f->message[i - 1].at, 49 * PS_PER_US);
	/* With no cause there is none; the next one then goes at once. */
	run_ns(f, 500000);
	assert_int_equal(f->nmessages, 8);
	W(f, EICS, 2);
	run_ns(f, 100);
	assert_int_equal(f->nmessages, 9);
	/* Without CNT_INGR the counter is loaded: zero lets the next one through. */
	assert_int_equal(R(f, EITR + 4) >> 21, 48 / 4);
	W(f, EITR + 4, 196);
	W(f, EICS, 2);
	run_ns(f, 100);
	assert_int_equal(f->nmessages, 10);
	card_end(f);
}

static void test_irq_auto_mask_and_clear(void **state)
{
	struct fake *f = card_new(NULL, 2);

	(void)state;
	W(f, EICS, 2);
	assert_int_equal(R(f, EICR), 0); /* EIAC */
	assert_int_equal(R(f, EIMS), 5); /* EIAM */
	W(f, EICS, 2);
	run_ns(f, 1000);
	assert_int_equal(f->nmessages, 1); /* masked: the cause waits */
	assert_int_equal(R(f, EICR), 2);
	assert_int_equal(R(f, EICR), 2); /* DIVERGES(eicr-read): reading clears nothing */
	W(f, EIMS, 2);
	run_ns(f, 1000);
	assert_int_equal(f->nmessages, 2);
	assert_int_equal(R(f, EICR), 0);
	/* Neither: one message for a cause that stays, another after it was cleared. */
	W(f, EIAC, 0);
	W(f, EIAM, 0);
	W(f, EIMS, 2);
	W(f, EICS, 2);
	W(f, EICS, 2);
	run_ns(f, 1000);
	assert_int_equal(f->nmessages, 3);
	assert_int_equal(R(f, EICR), 2);
	W(f, EICR, 2);
	W(f, EICS, 2);
	run_ns(f, 1000);
	assert_int_equal(f->nmessages, 4);
	/* Without GPIE.EIAME, EIAM does nothing. */
	W(f, GPIE, 0x80000011);
	W(f, EIAM, 2);
	W(f, EIAC, 2);
	W(f, EICR, 2);
	W(f, EICS, 2);
	assert_int_equal(R(f, EIMS) & 2, 2);
	/* A vector whose entry is not valid, and one beyond the last. */
	run_ns(f, 1000);
	f->nmessages = 0;
	W(f, IVAR, 0x0001);
	send_one(f, 0, 60, 0, 0);
	W(f, IVAR, 0x9f9f);
	send_one(f, 0, 60, 0, 0);
	assert_int_equal(f->nmessages, 0);
	card_end(f);
}

static void test_irq_other_causes(void **state)
{
	struct fake *f = card_new(NULL, 1);

	(void)state;
	nic_card.link(&f->nic, false);
	run_ns(f, 1000);
	assert_int_equal(f->nmessages, 1);
	assert_int_equal(f->message[0].vector, 0);
	assert_int_equal(R(f, STATUS) & 2, 0);
	assert_int_equal(R(f, ICR) & 4, 4);
	assert_int_equal(R(f, ICR), 0);
	W(f, EIMS, 1);
	nic_card.link(&f->nic, true);
	run_until(f, f->now + 499 * PS_PER_MS);
	assert_int_equal(f->nmessages, 1);
	run_until(f, f->now + 2 * PS_PER_MS);
	assert_int_equal(f->nmessages, 2);
	assert_int_equal(R(f, 0x1500) & 4, 4); /* the manual's own place */
	/* Pulled and plugged in again while it negotiates: the time counts from the last. */
	nic_card.link(&f->nic, false);
	nic_card.link(&f->nic, true);
	run_until(f, f->now + 300 * PS_PER_MS);
	nic_card.link(&f->nic, false);
	nic_card.link(&f->nic, true);
	run_until(f, f->now + 499 * PS_PER_MS);
	assert_int_equal(R(f, STATUS) & 2, 0);
	run_until(f, f->now + 2 * PS_PER_MS);
	assert_int_equal(R(f, STATUS) & 2, 2);
	(void)R(f, ICR);
	run_ns(f, 1000);
	/* Not MSI-X: one message for the edge. */
	W(f, GPIE, 0);
	f->nmessages = 0;
	W(f, 0xc8, 4);
	W(f, 0xc8, 4);
	run_ns(f, 1000);
	assert_int_equal(f->nmessages, 1);
	assert_int_equal(R(f, ICR), 0x80000004u);
	assert_int_equal(R(f, 0x4100), 1);
	card_end(f);
}

/* ---- faults ---- */

static void test_faults_halt_one_queue(void **state)
{
	/* Where the hole is, and what the card was doing. */
	static const u32 holes[] = { TXRING, TXBUF, TXRING + 16 };
	struct fake *f;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(holes); i++) {
		f = card_new(NULL, 2);
		post_context(f, 0, 0, 20, 0, 0, 0);
		post_data(f, 0, TXBUF, 60, LAST, 0, 60);
		ring(f, 0);
		/* The third: only when the report is due. */
		if (i == 2)
			run_ns(f, 24 + 24 + L_NS + 52);
		f->hole = BUS + holes[i];
		f->hole_end = f->hole + 16;
		run_ns(f, 50000);
		assert_int_equal(f->nic.stats.dma_faults, 1);
		assert_true(f->nic.txq[0].ring.halted);
		assert_int_equal(R(f, ICR) & 1 << 22, 1 << 22);
		assert_int_equal(f->nic.txf.count, 0);
		f->hole_end = 0;
		/* The other queue goes on, this one does not... */
		f->nsent = 0;
		send_one(f, 0, 60, 0, 0);
		assert_int_equal(f->nsent, 0);
		post_data(f, 1, TXBUF, 60, LAST, 0, 60);
		ring(f, 1);
		run_ns(f, 50000);
		assert_int_equal(f->nsent, 1);
		/* ... until it is set up again. */
		W(f, TXDCTL, 0);
		W(f, TXDCTL, 0x02010108);
		f->tail[0] = 0;
		send_one(f, 0, 60, 0, 0);
		assert_int_equal(f->nsent, 2);
		card_end(f);
	}
	for (i = 0; i < 3; i++) {
		static const u32 rx_holes[] = { RXRING, RXBUF, RXRING };
		u8 p[64];

		f = card_new(NULL, 1);
		f->hole = BUS + rx_holes[i];
		f->hole_end = f->hole + (i == 2 ? 0 : 16);
		offer(f, 0, 32);
		if (i == 2)
			f->hole_end = f->hole + 16;
		(void)make_frame(p, 17, 18, true);
		inject(f, p, 60);
		assert_int_equal(f->nic.stats.dma_faults, 1);
		assert_int_equal(f->nic.rxf.count, 0);
		assert_int_equal(nic_drops(&f->nic), 1);
		f->hole_end = 0;
		W(f, RXDCTL, 0);
		W(f, RXDCTL, 0x02010808);
		f->rtail[0] = 0;
		offer(f, 0, 32);
		inject(f, p, 60);
		assert_int_equal(f->nic.stats.rx_frames, 1);
		card_end(f);
	}
}

/* Fails the n-th, until a run meets no fault. */
static u32 fault_loop(u32 kind)
{
	struct nic_cfg cfg;
	struct fake *f;
	u32 n;
	u8 p[1024];
	u64 hit;

	for (n = 1; n < 100; n++) {
		cfg = (struct nic_cfg){ 0 };
		if (kind == 0)
			cfg.fault.fail_fetch_at = n;
		else if (kind == 1)
			cfg.fault.fail_dma_at = n;
		else
			cfg.fault.drop_msix_at = n;
		f = card_new(&cfg, 2);
		W(f, EIAM, 0);
		offer(f, 0, 40);
		offer(f, 1, 40);
		(void)make_frame(mem(f, TXBUF), 6, 1000, false);
		post_context(f, 0, 1, 20, 20, 600, 0);
		post_data(f, 0, TXBUF, 500, IFCS | TSE, 3, 1000);
		post_data(f, 0, TXBUF + 500, 554, LAST | TSE, 0, 0);
		ring(f, 0);
		run_ns(f, 50000);
		(void)make_frame(p, 6, 500, true);
		send_one(f, 1, 300, 0, 0);
		inject(f, p, 554);
		inject(f, p, 554);
		hit = f->nic.stats.dma_faults + f->nic.stats.messages_lost;
		assert_int_equal(f->nic.txf.count + f->nic.rxf.count, 0);
		assert_int_equal(f->nic.reads_busy, 0);
		W(f, CTRL, 1u << 26);
		card_end(f);
		if (hit == 0)
			return n - 1;
		assert_int_equal(hit, 1);
	}
	return n;
}

static void test_faults_each_place(void **state)
{
	(void)state;
	assert_in_range(fault_loop(0), 3, 20);
	assert_in_range(fault_loop(1), 6, 40);
	assert_in_range(fault_loop(2), 3, 40);
}

/* ---- registers ---- */

static void test_registers_wild(void **state)
{
	static const u32 values[] = {
		0xffffffff, 0, 0xa5a5a5a5, 0x00000001, 0x80000000, 0x0200ffff
	};
	struct fake *f = card_new(NULL, 16);
	u32 v, reg;
	u64 before;

	(void)state;
	for (v = 0; v < ARRAY_SIZE(values); v++) {
		for (reg = 0; reg < 0x20000; reg += 4) {
			W(f, reg, values[v]);
			(void)R(f, reg);
		}
		run_ns(f, 100000);
	}
	before = f->nic.stats.unmapped_reads;
	assert_int_equal(R(f, 0x0fffc), 0);
	assert_int_equal(R(f, 1), 0);
	assert_int_equal(R(f, 0xffffffff), 0);
	assert_int_equal(f->nic.stats.unmapped_reads, before + 3);
	card_end(f);
}

static void test_registers_reset_values(void **state)
{
	static const struct {
		u32 reg, value;
	} want[] = {
		{ CTRL, 0x00100209 },	{ 0x38, 0x81008100 },	{ TCTL, 0xa40400f8 },
		{ 0x2404, 0x40 },	{ 0x3404, 0x28 },	{ RXCSUM, 0x300 },
		{ 0x5004, 0x2600 },	{ 0x5400, 0x12005452 }, { 0x5404, 0x80005634 },
		{ 0x40, 0x12005452 },	{ 0x44, 0x80005634 },	{ 0xc028, 0x02010000 },
		{ 0xc068, 0x00010000 }, { 0xe028, 0x02000000 }, { 0xe068, 0 },
		{ 0xe3d4, 0x2a00 },	{ 0x5aec, 0x80002600 }, { 0xc5c, 0x40 },
		{ 0x28d4, 0 },		{ 0x3814, 0x2a00 },	{ 0x5b00, 0x06850200 },
		{ 0xe00, 0x07068302 },
	};
	struct fake *f = card_new(NULL, 2);
	u32 i;

	(void)state;
	(void)make_frame(mem(f, TXBUF), 17, 18, false);
	for (i = 0; i < 30; i++)
		post_data(f, 0, TXBUF, 60, LAST, 0, 60);
	ring(f, 0);
	offer(f, 0, 20);
	nic_card.wire_rx(&f->nic, mem(f, TXBUF), 60, true);
	W(f, EITR + 4, 0x80000000u | 196);
	W(f, 0x2404, 0x20);
	W(f, RETA, 0x01020304);
	W(f, CTRL, R(f, CTRL) | 1u << 26);
	assert_int_equal(R(f, EITR + 4), 196);
	assert_int_equal(R(f, 0x2404), 0x20);
	assert_int_equal(f->nic.rxf.limit, 0x8000);
	W(f, 0x2404, 0x40);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(R(f, want[i].reg), want[i].value);
	assert_int_equal(R(f, RETA), 0);
	assert_int_equal(R(f, ICR), 0);
	f->nsent = 0;
	f->nmessages = 0;
	run_ns(f, 1000000); /* what was in flight comes to nothing */
	assert_int_equal(f->nsent, 0);
	assert_int_equal(f->nmessages, 0);
	assert_int_equal(f->nic.reads_busy, 0);
	open_card(f, 2);
	send_one(f, 1, 60, 0, 0);
	assert_int_equal(f->nsent, 1);
	card_end(f);
}

static void test_registers_phy_nvm(void **state)
{
	struct nic_cfg slow = { .slow_serial = true };
	struct fake *f = card_new(NULL, 0);
	u32 i, sum = 0;

	(void)state;
	W(f, MDIC, 0x08220000);
	assert_int_equal(R(f, MDIC), 0x182202a8);
	W(f, MDIC, 0x08230000);
	assert_int_equal(R(f, MDIC), 0x18230391);
	W(f, MDIC, 0x08420000); /* another PHY */
	assert_int_equal(R(f, MDIC) >> 30 & 1, 1);
	for (i = 0; i < 64; i++) {
		W(f, EERD, i << 2 | 1);
		assert_int_equal(R(f, EERD) & 0xffff, i << 2 | 2);
		sum += R(f, EERD) >> 16;
	}
	assert_int_equal(sum & 0xffff, 0xbaba);
	assert_int_equal(R(f, 0x5b50), 0);
	assert_int_equal(R(f, 0x5b50), 1);
	W(f, 0x5b50, 0);
	assert_int_equal(R(f, 0x5b50), 0);
	W(f, MDIC, 0x08210000);
	assert_int_equal(R(f, MDIC) & 0xffff, 0x7949);
	assert_int_equal(R(f, STATUS), 0x80080481);
	W(f, CTRL, R(f, CTRL) | 0x40);
	run_until(f, 500 * PS_PER_MS);
	W(f, MDIC, 0x08210000);
	assert_int_equal(R(f, MDIC) & 0xffff, 0x796d);
	assert_int_equal(R(f, STATUS), 0x80080483);
	W(f, MDIC, 0x04201940); /* power down */
	assert_int_equal(R(f, STATUS), 0x80080481);
	W(f, MDIC, 0x04201140);
	run_until(f, f->now + 501 * PS_PER_MS);
	W(f, MDIC, 0x08210000);
	assert_int_equal(R(f, MDIC) & 0xffff, 0x7949); /* that it was lost is told once */
	W(f, MDIC, 0x08210000);
	assert_int_equal(R(f, MDIC) & 0xffff, 0x796d);
	W(f, 8, 0);
	assert_int_equal(R(f, STATUS), 0x80080083);
	W(f, CTRL, R(f, CTRL) | 4);
	assert_int_equal(R(f, STATUS), 0x80000083);
	W(f, 0xb608, 0x01800000);
	i = R(f, 0xb600);
	run_until(f, f->now + PS_PER_MS);
	assert_int_equal((R(f, 0xb600) - i) & 0xffffffff, (u32)(1000000ull << 19));
	card_end(f);
	f = card_new(&slow, 0);
	W(f, MDIC, 0x08220000);
	run_ns(f, 25599);
	assert_int_equal(R(f, MDIC) >> 28 & 1, 0);
	run_ns(f, 1);
	assert_int_equal(R(f, MDIC), 0x182202a8);
	W(f, EERD, 1);
	assert_int_equal(R(f, EERD) & 2, 0);
	run_ns(f, 20000);
	assert_int_equal(R(f, EERD) & 2, 2);
	card_end(f);
}

/* ---- as QEMU does it ---- */

static void test_quirks(void **state)
{
	struct nic_cfg cfg = { .qemu_quirks = true };
	struct fake *f = card_new(&cfg, 1);
	u8 p[128];
	u64 t0;

	(void)state;
	run_ns(f, 10000000);
	f->nmessages = 0;
	/* All is done inside the doorbell. */
	post_context(f, 0, 0, 20, 0, 0, 0);
	post_data(f, 0, TXBUF, make_frame(mem(f, TXBUF), 17, 18, false), LAST, 2, 60);
	ring(f, 0);
	assert_int_equal(f->nsent, 1);
	assert_int_equal(f->nmessages, 1);
	assert_int_equal(R(f, TDH), 2);
	assert_int_equal(get_le32(mem(f, TXRING + 16 + 8)), (u32)DEXT | 3 << 20 | LAST | 60);
	assert_int_equal(mem(f, TXRING + 16)[12], 1);
	assert_int_equal(R(f, EIMS), 3); /* EIAM has no effect */
	assert_int_equal(R(f, EIAM), 0xfffffffc);
	/* A frame waits for a descriptor without being counted. */
	(void)make_frame(p, 17, 18, true);
	nic_card.wire_rx(&f->nic, p, 60, true);
	assert_int_equal(R(f, RDH), 0);
	assert_int_equal(R(f, 0x40a0), 0);
	offer(f, 0, 8);
	assert_int_equal(R(f, RDH), 1);
	/* EITR: 1024 ns a step of 2, and a message at the end without a cause. */
	run_ns(f, 10000000);
	W(f, EITR + 4, 0x80007fffu);
	assert_int_equal(R(f, EITR + 4), 0x7ffe);
	W(f, EITR + 4, 56);
	f->nmessages = 0;
	t0 = f->now;
	W(f, EICS, 2);
	assert_int_equal(f->nmessages, 1);
	run_ns(f, 1000000);
	assert_int_equal(f->nmessages, 2);
	assert_int_equal(f->message[1].at - t0, 57344 * 1000ull);
	/* EICR is cleared by reading. */
	W(f, EIMC, 2);
	W(f, EICS, 2);
	assert_int_equal(R(f, EICR), 2);
	assert_int_equal(R(f, EICR), 0);
	card_end(f);
}

/* ---- deliberate differences ---- */

/* DIVERGES(qemu-enable): what was posted to a disabled transmitter goes when it is enabled.
 * DIVERGES(qemu-phy-reset): a reset of the card leaves the PHY's link alone.
 */
static void test_enable_and_reset(void **state)
{
	(void)state;
	for (u32 quirks = 0; quirks < 2; quirks++) {
		struct nic_cfg cfg = { .qemu_quirks = quirks != 0 };
		struct fake *f = card_new(&cfg, 1);
		u32 len = make_frame(mem(f, TXBUF), 17, 30, true);

		run_ns(f, 10000000);
		W(f, TCTL, 0x3f0f8);
		post_data(f, 0, TXBUF, len, LAST, 0, len);
		ring(f, 0);
		run_ns(f, 50000);
		assert_int_equal(f->nsent, 0);
		W(f, TCTL, 0x3f0fa);
		run_ns(f, 50000);
		assert_int_equal(f->nsent, quirks == 0);
		ring(f, 0);
		run_ns(f, 50000);
		assert_int_equal(f->nsent, 1);
		assert_true(f->nic.phy_link);
		W(f, CTRL, 1u << 26);
		run_ns(f, 1000);
		assert_int_equal(f->nic.phy_link, quirks == 0);
		card_end(f);
	}
}

/* DIVERGES(fcs-bytes): with SECRC off the FCS is stored, as four zero bytes. */
static void test_fcs_kept(void **state)
{
	struct fake *f = card_new(NULL, 1);
	u8 p[128];

	(void)state;
	memset(mem(f, RXBUF), 0xee, 128);
	W(f, RCTL, 0x00008002);
	offer(f, 0, 8);
	(void)make_frame(p, 17, 18, true);
	inject(f, p, 60);
	assert_int_equal(get_le16(rx_desc(f, 0, 0) + 12), 64);
	assert_memory_equal(mem(f, RXBUF), p, 60);
	assert_int_equal(get_le32(mem(f, RXBUF + 60)), 0);
	assert_int_equal(*mem(f, RXBUF + 64), 0xee);
	card_end(f);
}

/* DIVERGES(doorbell-overtakes): completions that are on their way down do not hold it up. */
static void test_doorbell_overtakes(void **state)
{
	struct fake *f = card_new(NULL, 1);

	(void)state;
	f->nic.down_free_ps = f->now + PS_PER_MS;
	post_data(f, 0, TXBUF, make_frame(mem(f, TXBUF), 17, 30, true), LAST, 0, 72);
	ring(f, 0);
	assert_true(f->nic.kick_armed);
	run_ns(f, 40);
	assert_false(f->nic.kick_armed);
	run_ns(f, 2000000);
	assert_int_equal(f->nsent, 1);
	card_end(f);
}

/* ---- random programs ---- */

static u64 rnd_state;

static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (u32)((rnd_state >> 20) % below);
}

static u32 rnd_value(void)
{
	switch (rnd(4)) {
	case 0:
		return rnd(0xffffffff);
	case 1:
		return 1u << rnd(32);
	case 2:
		return rnd(300);
	default:
		return ~(1u << rnd(32));
	}
}

static void rnd_register(struct fake *f)
{
	static const u32 some[] = {
		CTRL,	RCTL,	TCTL,	  GPIE,	 EICS,	    EIMS,   EIMC, EIAC,	  EIAM,	  EICR,
		ICR,	IMS,	EITR + 4, IVAR,	 IVAR_MISC, RXCSUM, MRQC, RDBAL,  RDLEN,  SRRCTL,
		RDH,	RDT,	RXDCTL,	  TDBAL, TDLEN,	    TDH,    TDT,  TXDCTL, TDWBAL, 0x2404,
		0x3404, 0x2160, 0x2168,	  0x30,	 MDIC,	    EERD,   RETA, 0x5cb0, 0xb608,
	};
	u32 reg = rnd(8) == 0 ? rnd(0x20000) : some[rnd(ARRAY_SIZE(some))];

	if (reg >= RDBAL)
		reg += rnd(4) * 0x40;
	if (rnd(3) == 0)
		(void)R(f, reg);
	else
		W(f, reg, rnd_value());
}

/* One draw a statement: the order in which arguments are worked out is the compiler's own. */
static void rnd_descriptors(struct fake *f)
{
	u32 q = rnd(4), count = rnd(40) + 1, kind, i, v[5], k;
	bool stray;
	u64 addr;

	for (i = 0; i < count; i++) {
		for (k = 0; k < ARRAY_SIZE(v); k++)
			v[k] = rnd_value();
		stray = rnd(20) == 0;
		addr = stray ? v[4] : BUS + TXBUF + v[4] % 0x40000;
		kind = rnd(6);
		if (kind == 0)
			put_desc(f, q, v[0], v[1], v[2]);
		else if (kind == 1)
			post_context(f, q, v[0] % 4, v[1] % 60, v[2] % 60, v[3] % 2000,
				     v[4] % 65536);
		else if (kind == 2)
			put_desc(f, q, addr, (u32)DEXT | 3 << 20 | LAST | TSE | v[0] % 30000,
				 3 << 8);
		else
			put_desc(f, q, addr, (u32)DEXT | 3 << 20 | v[0] % 1600 | v[1] % 256 << 24,
				 v[2]);
	}
	if (rnd(10) != 0)
		ring(f, q);
}

static void rnd_frame(struct fake *f)
{
	u8 p[4096];
	u32 len = rnd(1500), i, proto, data;
	bool full, good;

	if (rnd(8) == 0)
		len = rnd(sizeof(p));
	for (i = 0; i < sizeof(p); i++)
		p[i] = (u8)rnd(256);
	proto = rnd(2) != 0 ? 6 : 17;
	data = rnd(1400);
	full = rnd(4) != 0;
	if (rnd(4) != 0) {
		(void)make_frame(p, proto, data, full);
		i = rnd(64);
		p[i] ^= (u8)(rnd(3) == 0);
	}
	good = rnd(20) != 0;
	nic_card.wire_rx(&f->nic, p, len, good);
	nic_check(&f->nic);
}

static u64 random_run(u64 seed, u32 steps, bool quirks)
{
	struct nic_cfg cfg = { .qemu_quirks = quirks,
			       .perturb = seed & 1 ? seed : 0,
			       .outstanding_reads = (u32)(seed % 5) };
	struct fake *f;
	u32 i, q;
	u64 h;

	rnd_state = seed * 0x9e3779b97f4a7c15ull + 1;
	f = card_new(&cfg, 4);
	f->hole = BUS + 0x70000;
	f->hole_end = BUS + 0x71000;
	for (i = 0; i < steps; i++) {
		switch (rnd(8)) {
		case 0:
			rnd_register(f);
			break;
		case 1:
		case 2:
			rnd_descriptors(f);
			break;
		case 3:
			q = rnd(4);
			offer(f, q, rnd(40));
			break;
		case 4:
			rnd_frame(f);
			break;
		case 5:
			if (rnd(10) == 0)
				nic_card.link(&f->nic, rnd(3) != 0);
			break;
		default:
			run_ns(f, rnd(30000));
		}
		if (rnd(200) == 0)
			open_card(f, 4);
		if (rnd(300) == 0) {
			W(f, CTRL, 1u << 26);
			open_card(f, 4);
		}
		if (f->nsent == SENT)
			f->nsent = 0;
	}
	run_until(f, f->now + 1000 * PS_PER_MS);
	h = nic_hash(&f->nic);
	print_message("seed %llu: digest %016llx sent %llu received %llu faults %llu drops %llu "
		      "events %llu\n",
		      (unsigned long long)seed, (unsigned long long)h,
		      (unsigned long long)f->nic.stats.tx_frames,
		      (unsigned long long)f->nic.stats.rx_frames,
		      (unsigned long long)f->nic.stats.dma_faults,
		      (unsigned long long)nic_drops(&f->nic),
		      (unsigned long long)f->nic.stats.events);
	card_end(f);
	return h;
}

static void test_random_programs(void **state)
{
	u64 seed;

	(void)state;
	for (seed = 1; seed <= 8; seed++)
		assert_int_equal(random_run(seed, 10000, false), random_run(seed, 10000, false));
	assert_int_equal(random_run(9, 10000, true), random_run(9, 10000, true));
	assert_true(random_run(2, 100, false) != random_run(4, 100, false));
}

static void test_cycles(void **state)
{
	(void)state;
	assert_int_equal(nic_wire_ps(60) + nic_wire_gap_ps(), 672000);
	assert_int_equal(nic_wire_ps(1514) + nic_wire_gap_ps(), 12304000);
	assert_int_equal(nic_read_down_bytes(16, 128), 36);
	assert_int_equal(nic_read_down_bytes(1514, 128), 1754);
	assert_int_equal(nic_read_down_bytes(1514, 256), 1634);
	assert_int_equal(nic_read_down_bytes(128, 64), 168);
	assert_int_equal(nic_write_up_bytes(1514, 128), 1802);
	assert_int_equal(nic_write_up_bytes(1514, 256), 1658);
	assert_int_equal(nic_read_up_bytes(1514), 72);
	assert_int_equal(nic_cycles(672000), 84);
	assert_int_equal(nic_cycles_ps(84), 672000);
	assert_int_equal(nic_scale(U64_MAX / 2, (struct nic_ratio){ 3, 3 }), U64_MAX / 2);
	assert_string_equal(nic_drop_name(NIC_DROP_RX_FIFO), "RX_FIFO");
	assert_non_null(nic_time_table[0].name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_tx_one_frame_time),
		cmocka_unit_test(test_tx_checksums),
		cmocka_unit_test(test_tx_sctp_and_legacy),
		cmocka_unit_test(test_tx_padding_and_vlan),
		cmocka_unit_test(test_tx_pieces),
		cmocka_unit_test(test_tx_segmentation),
		cmocka_unit_test(test_tx_refused_chains),
		cmocka_unit_test(test_tx_ring_wrap),
		cmocka_unit_test(test_ring_wrap_in_batches),
		cmocka_unit_test(test_tx_round_robin),
		cmocka_unit_test(test_tx_rates),
		cmocka_unit_test(test_tx_full_size_rate),
		cmocka_unit_test(test_tx_writeback_threshold),
		cmocka_unit_test(test_tx_head_writeback),
		cmocka_unit_test(test_rx_one_frame_time),
		cmocka_unit_test(test_rx_descriptors),
		cmocka_unit_test(test_rx_rss_queues),
		cmocka_unit_test(test_rx_filters),
		cmocka_unit_test(test_rx_vlan),
		cmocka_unit_test(test_rx_several_descriptors),
		cmocka_unit_test(test_rx_ring_wrap),
		cmocka_unit_test(test_rx_no_descriptor),
		cmocka_unit_test(test_rx_pause),
		cmocka_unit_test(test_rx_writeback_threshold),
		cmocka_unit_test(test_rx_legacy_descriptor),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_irq_throttle),
		cmocka_unit_test(test_irq_auto_mask_and_clear),
		cmocka_unit_test(test_irq_other_causes),
		cmocka_unit_test(test_faults_halt_one_queue),
		cmocka_unit_test(test_faults_each_place),
		cmocka_unit_test(test_registers_wild),
		cmocka_unit_test(test_registers_reset_values),
		cmocka_unit_test(test_registers_phy_nvm),
		cmocka_unit_test(test_quirks),
		cmocka_unit_test(test_enable_and_reset),
		cmocka_unit_test(test_fcs_kept),
		cmocka_unit_test(test_doorbell_overtakes),
		cmocka_unit_test(test_random_programs),
	};

	return cmocka_run_group_tests_name("nic", tests, NULL, NULL);
}
