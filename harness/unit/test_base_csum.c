// SPDX-License-Identifier: MIT
/* test_base_csum.c - the Internet checksum against a slow one, at every length and split. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/csum.h"
#include "base/rng.h"

/* RFC 1071 4.1, word by word, folding at once. */
static u32 slow_sum(const u8 *p, u32 len, u32 sum)
{
	u32 i;

	for (i = 0; i < len; i++) {
		sum += (i & 1) != 0 ? p[i] : (u32)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static void fill(u8 *p, u32 len, u64 seed)
{
	struct rng r;
	u32 i;

	rng_init(&r, seed, RNG_PROGRAM, 0);
	for (i = 0; i < len; i++)
		p[i] = (u8)rng_u32(&r);
}

/* RFC 1071 3: the example. */
static void rfc1071_example(void **state)
{
	static const u8 words[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	(void)state;
	assert_int_equal(csum_partial(words, sizeof(words), 0), 0xddf2);
	assert_int_equal(ip_compute_csum(words, sizeof(words)), 0x220d);
	assert_int_equal(csum_partial(NULL, 0, 0), 0);
}

static void every_length_and_start(void **state)
{
	u8 buf[600], copy[600];
	u32 len, at;

	(void)state;
	fill(buf, sizeof(buf), 1);
	for (len = 0; len < 580; len++) {
		for (at = 0; at < 9; at++)
			assert_int_equal(csum_partial(buf + at, len, 0x1234),
					 slow_sum(buf + at, len, 0x1234));
		assert_int_equal(csum_partial_copy(copy, buf, len, 0), slow_sum(buf, len, 0));
		assert_memory_equal(copy, buf, len);
	}
}

/* 0xffff and 0 are the same number to the arithmetic; only all-zero data may sum to 0. */
static void all_ones(void **state)
{
	static u8 buf[65535];

	(void)state;
	assert_int_equal(csum_partial(buf, sizeof(buf), 0), 0);
	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(csum_partial(buf, sizeof(buf) - 1, 0), 0xffff);
	assert_int_equal(csum_partial(buf, sizeof(buf), 0xffffffffu), 0xff00);
}

static void blocks_join_at_any_offset(void **state)
{
	u8 buf[200];
	u32 whole, head, tail, at;

	(void)state;
	fill(buf, sizeof(buf), 2);
	whole = csum_partial(buf, sizeof(buf), 0);
	for (at = 0; at <= sizeof(buf); at++) {
		head = csum_partial(buf, at, 0);
		tail = csum_partial(buf + at, (u32)sizeof(buf) - at, 0);
		assert_int_equal(csum_block_add(head, tail, at), whole);
		/* Equal numbers: a difference of nothing may come out as 0xffff. */
		assert_int_equal(csum_block_sub(whole, tail, at) % 0xffff, head % 0xffff);
		assert_int_equal(csum_sub(whole, head) % 0xffff, csum_shift(tail, at) % 0xffff);
	}
}

/* DIVERGES(csum-host-order): a checksum is a host number, and stored with put_be16(). */
static void ip_header(void **state)
{
	/* 10.0.0.1 -> 10.0.0.2, UDP, 92 bytes. */
	u8 iph[20] = {
		0x45, 0, 0, 92, 0x12, 0x34, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2
	};

	(void)state;
	put_be16(iph + 10, ip_fast_csum(iph, 5));
	assert_int_equal(get_be16(iph + 10), (u16)~slow_sum(iph, 10, slow_sum(iph + 12, 8, 0)));
	assert_int_equal(ip_fast_csum(iph, 5), 0);

	/* A router takes one from the TTL, a translator changes an address. */
	csum_replace2(iph + 10, 64 << 8 | 17, 63 << 8 | 17);
	iph[8] = 63;
	assert_int_equal(ip_fast_csum(iph, 5), 0);
	csum_replace4(iph + 10, 0x0a000001, 0xc0a8fffe);
	put_be32(iph + 12, 0xc0a8fffe);
	assert_int_equal(ip_fast_csum(iph, 5), 0);
}

static void pseudo_header(void **state)
{
	be32 from = cpu_to_be32(0xc0a80001), to = cpu_to_be32(0xffffffff);
	u8 pseudo[12];

	(void)state;
	store_be32(pseudo, from);
	store_be32(pseudo + 4, to);
	pseudo[8] = 0;
	pseudo[9] = 17;
	put_be16(pseudo + 10, 65515);
	assert_int_equal(csum_tcpudp_magic(from, to, 65515, 17, 0x8765),
			 (u16)~slow_sum(pseudo, sizeof(pseudo), 0x8765));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "csum/rfc1071_example", rfc1071_example, NULL, NULL, NULL },
		{ "csum/every_length_and_start", every_length_and_start, NULL, NULL, NULL },
		{ "csum/all_ones", all_ones, NULL, NULL, NULL },
		{ "csum/blocks_join_at_any_offset", blocks_join_at_any_offset, NULL, NULL, NULL },
		{ "csum/ip_header", ip_header, NULL, NULL, NULL },
		{ "csum/pseudo_header", pseudo_header, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
