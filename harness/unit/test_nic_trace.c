// SPDX-License-Identifier: MIT
/* test_nic_trace.c - the register accesses of a real driver, played into the card.
 *
 * Each reply of the card must be the one that Linux 6.1's igb got from QEMU 10.0.2's, except what
 * frames (statistics), the clock (SYSTIM) and QEMU's own ways make different.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/unit/igb_trace.h"
#include "nicmodel/nic.h"

struct player {
	struct nic nic;
	u64 now;
	u32 events, differ, replies, messages, sent_yet, expect;
	u32 pending[NIC_VECTORS];
	struct {
		u64 when;
		u32 what, arg;
	} event[256];
};

static bool no_memory(void *ctx, u64 addr, void *to, u32 len)
{
	(void)ctx;
	(void)addr;
	memset(to, 0, len);
	return true;
}

static bool to_nowhere(void *ctx, u64 addr, const void *from, u32 len)
{
	(void)ctx;
	(void)addr;
	(void)from;
	(void)len;
	return true;
}

static void note_message(void *ctx, u32 vector)
{
	struct player *p = ctx;

	p->pending[vector]++;
}

static void no_wire(void *ctx, const u8 *frame, u32 len, u64 takes)
{
	(void)ctx;
	(void)frame;
	(void)len;
	(void)takes;
}

static void later(void *ctx, u64 when, u32 what, u32 arg)
{
	struct player *p = ctx;

	assert_true(p->events < ARRAY_SIZE(p->event));
	p->event[p->events].when = when;
	p->event[p->events].what = what;
	p->event[p->events++].arg = arg;
}

static u64 clock_now(void *ctx)
{
	return ((struct player *)ctx)->now;
}

static const struct bus_host host = {
	.dma_read = no_memory,
	.dma_write = to_nowhere,
	.msix = note_message,
	.wire_tx = no_wire,
	.at = later,
	.now_ps = clock_now,
};

static void pass(struct player *p, u64 ps)
{
	u64 end = p->now + ps;
	u32 i, first, what, arg;

	for (;;) {
		first = p->events;
		for (i = 0; i < p->events; i++) {
			if (p->event[i].when <= end &&
			    (first == p->events || p->event[i].when < p->event[first].when))
				first = i;
		}
		if (first == p->events)
			break;
		p->now = p->event[first].when;
		what = p->event[first].what;
		arg = p->event[first].arg;
		p->events--;
		memmove(&p->event[first], &p->event[first + 1],
			(p->events - first) * sizeof(p->event[0]));
		nic_card.event(&p->nic, what, arg);
	}
	p->now = end;
	nic_check_full(&p->nic);
}

/* What may differ: bits that are not compared. */
static u32 masked(const struct player *p, u32 reg, u32 want)
{
	if (reg >= 0x4000 && reg <= 0x4124)
		return 0xffffffff;
	if (reg == 0xb600 || reg == 0xb604)
		return 0xffffffff;
	if (reg == 0xc0)
		return 0x80000000 | (p->nic.cfg.qemu_quirks ? 0 : 4); /* when the link came up */
	if (p->nic.cfg.qemu_quirks)
		return 0;
	switch (reg) {
	case 0x10: /* auto read done */
		return 1u << 9;
	case 0x1010: /* configuration done */
		return 1u << 18;
	case 0x1530: /* EIAM is stored as its complement there */
		return 0xffffffff;
	case 0: /* pause is resolved by the driver */
		return 3u << 27;
	case 8: /* a PHY without power has no link */
		return 2;
	case 0x20:
		/* CTRL.PHY_RST resets the PHY. */
		if (want == 0x18201940 || want == 0x18321000 || want == 0x18290e00)
			return 0xffff;
		/* A register of a page that QEMU does not have. */
		return (want >> 30 & 1) << 30;
	default:
		return 0;
	}
}

static void reply(struct player *p, u32 reg, u32 want)
{
	u32 got;

	/* Time is not in the trace: where the link is seen to be up, let the time pass. */
	if ((reg == 8 && (want & 2) != 0) || (reg == 0x20 && want == 0x1821796d) ||
	    (reg == 0 && want == 0x18100249 && p->nic.r.CTRL[0] != want))
		pass(p, p->nic.link_up ? 0 : 600 * PS_PER_MS);
	got = nic_card.mmio_read(&p->nic, reg);
	p->replies++;
	if (((got ^ want) & ~masked(p, reg, want)) == 0)
		return;
	p->differ++;
	print_message("reply %u: %05x is %08x, was %08x\n", p->replies, reg, got, want);
}

static void request(struct player *p, u32 reg, u32 value)
{
	/* The watchdog comes after two seconds: throttles have expired by then. */
	if (reg == 0x1520) {
		pass(p, 10 * PS_PER_MS);
		memset(p->pending + 1, 0, sizeof(p->pending) - sizeof(p->pending[0]));
		p->expect = value;
	}
	if ((reg & ~0x3c0u) == 0xe018 && value != 0)
		p->sent_yet = 1;
	nic_card.mmio_write(&p->nic, reg, value);
	if (reg == 0x1520)
		pass(p, 10 * PS_PER_MS);
	pass(p, 100 * PS_PER_NS);
}

static void message(struct player *p, u32 vector)
{
	/* Frames are not in the trace, nor are the messages for them. */
	if (p->sent_yet)
		return;
	if (vector == 0 && p->pending[0] == 0)
		pass(p, 600 * PS_PER_MS);
	/* QEMU sends again when a throttle expires. */
	if (vector != 0 && (p->expect >> vector & 1) == 0 && !p->nic.cfg.qemu_quirks)
		return;
	p->expect &= ~(1u << vector);
	p->messages++;
	if (p->pending[vector] == 0) {
		p->differ++;
		print_message("message %u: none for vector %u\n", p->messages, vector);
		return;
	}
	p->pending[vector]--;
}

static void semaphore(struct player *p, bool take)
{
	reply(p, 0x5b50, 0);
	reply(p, 0x5b50, 1);
	request(p, 0x5b50, 3);
	reply(p, 0x5b50, 3);
	reply(p, 0x5b5c, take ? 0 : 2);
	request(p, 0x5b5c, take ? 2 : 0);
	reply(p, 0x5b50, 3);
	request(p, 0x5b50, 0);
}

static void entry(struct player *p, const char *s, u32 shift)
{
	u32 reg = 0, value = 0;

	if (*s == 'L' || *s == 'U') {
		semaphore(p, *s == 'L');
	} else if (*s == 'M') {
		message(p, (u32)strtoul(s + 1, NULL, 10));
	} else {
		assert_int_equal(sscanf(s + 1, "%x=%x", &reg, &value), 2);
		if (*s == 'W')
			request(p, reg + shift, value);
		else
			reply(p, reg, value);
	}
}

static const char *next_entry(const char *s)
{
	s = strchr(s, ' ');
	assert_non_null(s);
	return s + 1;
}

static void play(struct player *p)
{
	const char *s = igb_trace, *e, *end;
	u32 n, k, i, j;
	long by;

	while (*s != 0) {
		if (*s < '0' || *s > '9') {
			entry(p, s, 0);
			s = next_entry(s);
			continue;
		}
		n = (u32)strtoul(s, (char **)(void *)&end, 10);
		k = (u32)strtoul(end + 1, (char **)(void *)&end, 10);
		by = *end == ' ' ? 0 : strtol(end, NULL, 10);
		s = next_entry(s);
		e = s;
		for (i = 0; i < n; i++) {
			for (j = 0, e = s; j < k; j++, e = next_entry(e))
				entry(p, e, j == 0 ? (u32)(by * (long)i) : 0);
		}
		s = e;
	}
}

static void run(bool quirks)
{
	struct nic_cfg cfg = { .mac = { 0x52, 0x54, 0, 0, 0, 1 }, .qemu_quirks = quirks };
	struct player *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	nic_init(&p->nic, &cfg, &host, p);
	nic_card.link(&p->nic, true);
	play(p);
	print_message("%u replies, %u messages, %u differ\n", p->replies, p->messages, p->differ);
	assert_int_equal(p->differ, 0);
	assert_int_equal(p->replies, 3090u);
	assert_true(p->messages > 10);
	assert_int_equal(p->nic.stats.unmapped_reads + p->nic.stats.unmapped_writes, 0);
	free(p);
}

static void test_trace_as_qemu(void **state)
{
	(void)state;
	run(true);
}

static void test_trace_as_hardware(void **state)
{
	(void)state;
	run(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_as_qemu),
		cmocka_unit_test(test_trace_as_hardware),
	};

	return cmocka_run_group_tests_name("nic_trace", tests, NULL, NULL);
}
