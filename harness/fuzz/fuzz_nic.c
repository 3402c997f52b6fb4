// SPDX-License-Identifier: MIT
/* fuzz_nic.c - a hostile driver against the card alone: an input is a program of register accesses,
 * descriptors, doorbells, frames and time.
 *
 * Any bytes are a program: an operation's number, then its arguments; what is missing is zero.
 * Composite operations do what a driver does, so that a few bytes come far; others do anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/nic_host.h"
#include "harness/lib/invariants.h"

enum {
	OPS = 200,
	CTRL = 0,
	RCTL = 0x100,
	TCTL = 0x400,
	GPIE = 0x1514,
	EIMS = 0x1524,
	EIAC = 0x152c,
	EIAM = 0x1530,
	EICR = 0x1580,
	IVAR = 0x1700,
	IVAR_MISC = 0x1740,
	IMS = 0xd0,
	RXCSUM = 0x5000,
	MRQC = 0x5818,
	RETA = 0x5c00,
	RDBAL = 0xc000,
	SRRCTL = 0xc00c,
	RDT = 0xc018,
	RXDCTL = 0xc028,
	TDBAL = 0xe000,
	TDT = 0xe018,
	TXDCTL = 0xe028,
	QUEUE = 0x40, /* from one queue's registers to the next one's */
	BASE_HIGH = 4,
	LENGTH = 8
};

/* Of an advanced descriptor's second half. */
enum {
	TXD_DATA = 3 << 20,
	TXD_CTX = 2 << 20,
	TXD_EOP = 1 << 24,
	TXD_IFCS = 1 << 25,
	TXD_RS = 1 << 27,
	TXD_DEXT = 1 << 29,
	TXD_IXSM = 1 << 8,
	TXD_TXSM = 2 << 8
};

struct program {
	const u8 *at;
	size_t left;
	FILE *to; /* NULL: it runs; else it is printed */
	struct nic_host *host;
	struct {
		u32 size, tail, told; /* descriptors; told: by the last doorbell */
	} tx[NIC_QUEUES_MAX], rx[NIC_QUEUES_MAX];
};

/* --- arguments
 * ------------------------------------------------------------------------------------------ */

static u32 byte(struct program *p)
{
	if (p->left == 0)
		return 0;
	p->left--;
	return *p->at++;
}

static u32 word(struct program *p)
{
	u32 low = byte(p);

	return low | byte(p) << 8;
}

static u32 dword(struct program *p)
{
	u32 low = word(p);

	return low | word(p) << 16;
}

static u32 queue(struct program *p)
{
	return byte(p) % NIC_QUEUES_MAX;
}

/* --- registers
 * ------------------------------------------------------------------------------------------ */

struct row {
	const char *name;
	u32 offset, count, stride;
};

static const struct row rows[] = {
#define X(offset, name, count, stride, access, reset, help) { #name, offset, count, stride },
#include "nicmodel/regs.def"
#undef X
};

static u32 reg(struct program *p, const struct row **row, u32 *element)
{
	*row = &rows[byte(p) % ARRAY_SIZE(rows)];
	*element = (*row)->count > 1 ? byte(p) % (*row)->count : 0;
	return (*row)->offset + *element * (*row)->stride;
}

static void set(struct program *p, u32 at, u32 value)
{
	nic_host_write(p->host, at, value);
}

/* Leaves the book, unless it is one of those with nothing to say about sending. */
static void write_any(struct program *p, u32 at, u32 value)
{
	p->host->spoilt = p->host->spoilt || at < 0x1500 || at >= 0x2800;
	set(p, at, value);
}

static void op_write(struct program *p)
{
	const struct row *row;
	u32 element, at = reg(p, &row, &element), value = dword(p);

	if (p->to != NULL)
		fprintf(p->to, "write %s[%u] 0x%08x\n", row->name, element, value);
	else
		write_any(p, at, value);
}

static void op_read(struct program *p)
{
	const struct row *row;
	u32 element, at = reg(p, &row, &element);

	if (p->to != NULL)
		fprintf(p->to, "read %s[%u]\n", row->name, element);
	else
		(void)nic_host_read(p->host, at);
}

static void op_write_at(struct program *p)
{
	u32 at = word(p), value = dword(p);

	if (p->to != NULL)
		fprintf(p->to, "write at 0x%05x 0x%08x\n", at, value);
	else
		write_any(p, at, value);
}

/* --- what a driver does
 * ------------------------------------------------------------------------------------------ */

static void op_open(struct program *p)
{
	u32 nq = byte(p) % NIC_QUEUES_MAX + 1, mode = byte(p);

	if (p->to != NULL) {
		fprintf(p->to, "open %u queues, mode 0x%02x\n", nq, mode);
		return;
	}
	set(p, CTRL, nic_host_read(p->host, CTRL) | 0x40);
	nic_host_run(p->host, 600 * PS_PER_MS);
	set(p, GPIE, (mode & 1) != 0 ? 0 : 0xc0000011);
	set(p, IVAR_MISC, 0x8000);
	for (u32 q = 0; q < nq; q++)
		set(p, IVAR + q % 8 * 4,
		    nic_host_read(p->host, IVAR + q % 8 * 4) | ((0x81 + q) | (0x81 + q) << 8)
								       << (q >= 8 ? 16 : 0));
	for (u32 i = 0; i < 32; i++)
		set(p, RETA + 4 * i, (4 * i % nq) * 0x01010101u);
	set(p, RXCSUM, 0x2b00);
	set(p, MRQC, 0x330002);
	set(p, RCTL, 0x04008002 | ((mode & 2) != 0 ? 0x18 : 0));
	set(p, TCTL, 0x3f0fa);
	set(p, EIAC, (2u << nq) - 1);
	set(p, EIAM, (mode & 4) != 0 ? (2u << nq) - 1 : 0);
	set(p, EIMS, (2u << nq) - 1);
	set(p, IMS, 4);
}

/* A ring of 8 to NIC_RING descriptors, enabled, with the thresholds that the input says. */
static void ring(struct program *p, u32 q, bool tx, u32 size, u32 control)
{
	u32 at = (tx ? TDBAL : RDBAL) + q * QUEUE;
	u64 base = NIC_BUS + (tx ? NIC_TXRING : NIC_RXRING) + q * (u64)NIC_PAGE;

	set(p, (tx ? TXDCTL : RXDCTL) + q * QUEUE, 0);
	set(p, at, (u32)base);
	set(p, at + BASE_HIGH, (u32)(base >> 32));
	set(p, at + LENGTH, size * 16);
	set(p, (tx ? TXDCTL : RXDCTL) + q * QUEUE, 1u << 25 | (control & 0x1f1f1f));
}

static u32 ring_size(u32 choice)
{
	return 8u << choice % 6;
}

static void op_tx_ring(struct program *p)
{
	u32 q = queue(p), size = ring_size(byte(p)), control = dword(p);

	if (p->to != NULL) {
		fprintf(p->to, "tx %u ring %u, 0x%06x\n", q, size, control & 0x1f1f1f);
		return;
	}
	/* What the ring had is not sent as it was meant any more. */
	p->host->spoilt = p->host->spoilt || p->tx[q].tail != 0;
	ring(p, q, true, size, control);
	p->tx[q].size = size;
	p->tx[q].tail = p->tx[q].told = 0;
}

static void op_rx_ring(struct program *p)
{
	u32 q = queue(p), size = ring_size(byte(p)), control = dword(p), buffer = dword(p);

	if (p->to != NULL) {
		fprintf(p->to, "rx %u ring %u, 0x%06x, SRRCTL 0x%08x\n", q, size,
			control & 0x1f1f1f, buffer);
		return;
	}
	set(p, SRRCTL + q * QUEUE, buffer);
	ring(p, q, false, size, control);
	p->rx[q].size = size;
	p->rx[q].tail = p->rx[q].told = 0;
}

/* At the driver's tail; false: no room that is sure to be free. */
static bool descriptor(struct program *p, u32 q, u64 addr, u32 dw2, u32 dw3)
{
	u8 *d = p->host->mem + NIC_TXRING + q * NIC_PAGE + p->tx[q].tail * 16;

	if (p->tx[q].size == 0)
		return false;
	put_le64(d, addr);
	put_le32(d + 8, dw2);
	put_le32(d + 12, dw3);
	p->tx[q].tail = (p->tx[q].tail + 1) % p->tx[q].size;
	/* From the second time round on descriptors may be written over that wait. */
	p->host->spoilt = p->host->spoilt || p->tx[q].tail == 0;
	return true;
}

static void op_descriptor(struct program *p)
{
	u32 q = queue(p), where = word(p), dw2 = dword(p), dw3 = dword(p);

	if (p->to != NULL) {
		fprintf(p->to, "tx %u descriptor %05x 0x%08x 0x%08x\n", q, where * 4u, dw2, dw3);
		return;
	}
	p->host->spoilt = true;
	descriptor(p, q, NIC_BUS + where * 4u, dw2, dw3);
}

static void put_headers(u8 *f, u32 n, u32 len, bool offload)
{
	u32 sum;

	put_be32(f, 0x02b00c00);
	put_be16(f + 4, (u16)n);
	put_be32(f + 6, 0x02000000);
	put_be16(f + 10, 1);
	put_be16(f + 12, 0x0800);
	put_be32(f + 14, 0x45000000 | (len - 14));
	put_be32(f + 18, n << 16);
	put_be32(f + 22, 0x40110000);
	put_be32(f + 26, 0xc0000201);
	put_be32(f + 30, 0xc0000202);
	put_be32(f + 34, 5000 << 16 | 7);
	put_be32(f + 38, (len - 34) << 16);
	sum = naive_checksum(f + 26, 8, 17 + len - 34);
	put_be16(f + 24, offload ? 0 : (u16)~naive_checksum(f + 14, 20, 0));
	put_be16(f + 40, (u16)sum);
	if (offload)
		return;
	sum = (u16)~naive_checksum(f + 34, len - 34, 0);
	put_be16(f + 40, (u16)(sum == 0 ? 0xffff : sum));
}

/* The frame as its descriptors say that it leaves: checksums filled in. */
static void expect(struct nic_host *h, u32 n, u32 len, const u8 *frame)
{
	h->by_book[n].len = len;
	memcpy(h->by_book[n].bytes, frame, len);
	put_headers(h->by_book[n].bytes, n, len, false);
}

/* A datagram by the book, in one descriptor or two, its checksums by the card or not. */
static void op_send(struct program *p)
{
	u32 q = queue(p), len = 46 + word(p) % (NIC_BY_BOOK_BYTES - 46 + 1), how = byte(p);
	struct nic_host *h = p->host;
	bool offload = (how & 1) != 0, halves = (how & 2) != 0;
	u32 first = halves ? 42 + how / 4 % (len - 42) : len,
	    flags = TXD_DATA | TXD_DEXT | TXD_IFCS;
	u32 sums = offload ? TXD_IXSM | TXD_TXSM : 0;
	u64 addr;
	u8 *f;

	if (p->to != NULL) {
		fprintf(p->to, "tx %u send %u bytes%s, the first %u apart\n", q, len,
			offload ? ", sums by the card" : "", first);
		return;
	}
	if (h->nr_by_book == NIC_BY_BOOK || p->tx[q].size == 0 ||
	    h->book_at + len > NIC_MEM - NIC_TXBUF || p->tx[q].tail + 4 > p->tx[q].size)
		return;
	f = h->mem + NIC_TXBUF + h->book_at;
	addr = NIC_BUS + NIC_TXBUF + h->book_at;
	h->book_at += len;
	for (u32 i = 42; i < len; i++)
		f[i] = (u8)(i * 7 + len);
	put_headers(f, h->nr_by_book, len, offload);
	expect(h, h->nr_by_book++, len, f);
	if (offload)
		descriptor(p, q, 20 | 14 << 9, TXD_CTX | TXD_DEXT | 1 << 10, 0);
	descriptor(p, q, addr, flags | first | (halves ? 0 : TXD_EOP | TXD_RS), (len << 14) | sums);
	if (halves)
		descriptor(p, q, addr + first, flags | (len - first) | TXD_EOP | TXD_RS, 0);
}

static void op_tx_bell(struct program *p)
{
	u32 q = queue(p);

	if (p->to != NULL)
		fprintf(p->to, "tx %u doorbell\n", q);
	else
		set(p, TDT + q * QUEUE, p->tx[q].tail);
}

/* So many buffers, one after the other, from a place of the input's choice. */
static void op_buffers(struct program *p)
{
	u32 q = queue(p), n = byte(p) % 64, where = byte(p);

	if (p->to != NULL) {
		fprintf(p->to, "rx %u %u buffers from %u on\n", q, n, where);
		return;
	}
	for (u32 i = 0; i < n && p->rx[q].size != 0; i++) {
		u8 *d = p->host->mem + NIC_RXRING + q * NIC_PAGE + p->rx[q].tail * 16;
		u32 slot = (where + i) % ((NIC_TXBUF - NIC_RXBUF) / 2048);

		put_le64(d, NIC_BUS + NIC_RXBUF + slot * 2048u);
		put_le64(d + 8, 0);
		p->rx[q].tail = (p->rx[q].tail + 1) % p->rx[q].size;
	}
	set(p, RDT + q * QUEUE, p->rx[q].tail);
}

static void op_interrupt(struct program *p)
{
	if (p->to != NULL) {
		fprintf(p->to, "acknowledge\n");
		return;
	}
	set(p, EICR, nic_host_read(p->host, EICR));
	set(p, EIMS, nic_host_read(p->host, EIAC));
}

/* --- the world around
 * ------------------------------------------------------------------------------------------ */

static u32 frame_bytes(u32 kind, u32 len, u32 seed, u8 *f)
{
	static const u8 to[][6] = {
		{ 2, 0, 0, 0, 0, 1 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0, 0x5e, 0, 0, 1 },
		{ 2, 0, 0, 0, 0, 9 },
		{ 1, 0x80, 0xc2, 0, 0, 1 } /* pause */
	};
	static const u16 type[] = { 0x0800, 0x0806, 0x8100, 0x8808, 0x86dd };
	u32 t = kind / 8 % ARRAY_SIZE(type);

	for (u32 i = 0; i < len; i++)
		f[i] = (u8)(seed + i * (seed | 1));
	if (len < 54)
		return len;
	memcpy(f, to[kind % ARRAY_SIZE(to)], 6);
	put_be16(f + 12, type[t]);
	if (t == 0 && (kind & 128) == 0) {
		put_be16(f + 14, 0x4500);
		put_be16(f + 16, (u16)(len - 14));
		put_be32(f + 20, (kind & 64) != 0 ? 0x20004006 : 0x00004011);
	}
	return len;
}

static void op_wire(struct program *p)
{
	static u8 frame[16384];
	u32 kind = byte(p), len = word(p) % sizeof(frame), seed = byte(p), times = byte(p) % 16 + 1;

	if (p->to != NULL) {
		fprintf(p->to, "wire %u bytes, kind %u, seed %u, %u times\n", len, kind, seed,
			times);
		return;
	}
	frame_bytes(kind, len, seed, frame);
	for (u32 i = 0; i < times; i++)
		nic_host_wire(p->host, frame, len, (seed & 31) != 31);
}

static void op_time(struct program *p)
{
	u32 exponent = byte(p) % 30, digits = byte(p);
	u64 ns = ((u64)1 << exponent) + ((u64)digits << exponent >> 8);

	if (p->to != NULL)
		fprintf(p->to, "time %llu ns\n", (unsigned long long)ns);
	else
		nic_host_run(p->host, ns * PS_PER_NS);
}

static void op_link(struct program *p)
{
	u32 up = byte(p) & 1;

	if (p->to != NULL)
		fprintf(p->to, "link %s\n", up != 0 ? "up" : "down");
	else
		nic_host_link(p->host, up != 0);
}

static void op_poke(struct program *p)
{
	u32 at = dword(p) % (NIC_TXBUF - 256), len = byte(p);

	if (p->to != NULL)
		fprintf(p->to, "memory %05x:", at);
	else
		p->host->spoilt = true;
	for (u32 i = 0; i < len; i++) {
		u32 b = byte(p);

		if (p->to != NULL)
			fprintf(p->to, " %02x", b);
		else
			p->host->mem[at + i] = (u8)b;
	}
	if (p->to != NULL)
		fputc('\n', p->to);
}

static void op_map(struct program *p)
{
	u32 page = byte(p) % (NIC_MEM / NIC_PAGE);

	if (p->to != NULL)
		fprintf(p->to, "page %u comes or goes\n", page);
	else
		p->host->mapped ^= 1ull << page;
}

static void op_fault(struct program *p)
{
	static const char *const names[] = { "fetch", "transfer", "message" };
	u32 what = byte(p) % ARRAY_SIZE(names), nth = byte(p);
	struct nic_fault *f;

	if (p->to != NULL) {
		fprintf(p->to, "fault in %s %u\n", names[what], nth);
		return;
	}
	f = &p->host->nic.fault;
	if (what == 0)
		f->fail_fetch_at = nth;
	else if (what == 1)
		f->fail_dma_at = nth;
	else
		f->drop_msix_at = nth;
}

/* --- programs
 * ------------------------------------------------------------------------------------------ */

static void (*const ops[])(struct program *p) = {
	op_open, op_tx_ring,  op_rx_ring, op_send, op_tx_bell,	 op_buffers,
	op_wire, op_time,     op_write,	  op_read, op_interrupt, op_descriptor,
	op_poke, op_write_at, op_map,	  op_link, op_fault,
};

static void play(struct program *p)
{
	for (u32 i = 0; i < OPS && p->left != 0; i++) {
		ops[byte(p) % ARRAY_SIZE(ops)](p);
		if (p->to == NULL)
			nic_check(&p->host->nic);
	}
}

static bool run(const u8 *data, size_t len)
{
	static struct nic_host host;
	struct program p = { .at = data, .left = len, .host = &host };

	nic_host_init(&host);
	play(&p);
	nic_host_end(&host);
	return true;
}

static void print(const u8 *data, size_t len, FILE *to)
{
	struct program p = { .at = data, .left = len, .to = to };

	play(&p);
}

const struct fuzz_target fuzz_target = {
	.name = "nic",
	.input = INPUT_BYTES,
	.run = run,
	.print = print,
};
