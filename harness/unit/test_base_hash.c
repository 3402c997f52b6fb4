// SPDX-License-Identifier: MIT
/* test_base_hash.c - hash functions against published vectors and against Linux's own results. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/hash.h"

static const siphash_key_t key = { { 0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull } };

/* SipHash's reference implementation: messages 00 01 02 ... of 0, 1, 2 ... bytes. */
static const u64 sip24[] = {
	0x726fdb47dd0e0e31ull, 0x74f839c593dc67fdull, 0x0d6c8009d9a94f5aull, 0x85676696d7fb7e2dull,
	0xcf2794e0277187b7ull, 0x18765564cd99a68dull, 0xcbc9466e58fee3ceull, 0xab0200f58b01d137ull,
	0x93f5f5799a932462ull, 0x9e0082df0ba9e4b0ull, 0x7a5dbbc594ddb9f3ull, 0xf4b32f46226bada7ull,
	0x751e8fbc860ee5fbull, 0x14ea5627c0843d90ull, 0xf723ca908e7af2eeull, 0xa129ca6149be45e5ull,
	0x3f2acc7f57c29bdbull, 0x699ae9f52cbe4794ull,
};

/* The same messages by SipHash-1-3, cut to 32 bits, as 64-bit Linux tests its hsiphash(). */
static const u32 sip13[] = {
	0x050fc4dcu, 0x7d57ca93u, 0x4dc7d44du, 0xe7ddf7fbu, 0x88d38328u, 0x49533b67u,
	0xc59f22a7u, 0x9bb11140u, 0x8d299a8eu, 0x6c063de4u, 0x92ff097fu, 0xf94dc352u,
	0x57b4d9a2u, 0x1229ffa7u, 0xc0f95d34u, 0x2a519956u, 0x7d908b66u, 0x63dbd80cu,
};

static void count_up(u8 *p, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		p[i] = (u8)i;
}

static void siphash_vectors(void **state)
{
	u8 in[64];
	u32 i;

	(void)state;
	count_up(in, sizeof(in));
	for (i = 0; i < ARRAY_SIZE(sip24); i++)
		assert_int_equal(siphash(in, i, &key), sip24[i]);
	for (i = 0; i < ARRAY_SIZE(sip13); i++)
		assert_int_equal(hsiphash(in, i, &key), sip13[i]);
}

/* The word forms are the byte form over the words in little-endian order. */
static void siphash_word_forms(void **state)
{
	const u64 a = 0x0706050403020100ull, b = 0x0f0e0d0c0b0a0908ull;
	const u64 c = 0x1716151413121110ull, d = 0x1f1e1d1c1b1a1918ull;
	u8 in[64];

	(void)state;
	count_up(in, sizeof(in));
	assert_int_equal(siphash_1u64(a, &key), siphash(in, 8, &key));
	assert_int_equal(siphash_2u64(a, b, &key), siphash(in, 16, &key));
	assert_int_equal(siphash_3u64(a, b, c, &key), siphash(in, 24, &key));
	assert_int_equal(siphash_4u64(a, b, c, d, &key), siphash(in, 32, &key));
	assert_int_equal(siphash_1u32(0x03020100u, &key), siphash(in, 4, &key));
	assert_int_equal(siphash_2u32(0x03020100u, 0x07060504u, &key), siphash(in, 8, &key));
	assert_int_equal(siphash_3u32(0x03020100u, 0x07060504u, 0x0b0a0908u, &key),
			 siphash(in, 12, &key));
	assert_int_equal(siphash_4u32(0x03020100u, 0x07060504u, 0x0b0a0908u, 0x0f0e0d0cu, &key),
			 siphash(in, 16, &key));
	assert_int_equal(hsiphash_1u32(0x03020100u, &key), sip13[4]);
	assert_int_equal(hsiphash_2u32(0x03020100u, 0x07060504u, &key), sip13[8]);
	assert_int_equal(hsiphash_3u32(0x03020100u, 0x07060504u, 0x0b0a0908u, &key), sip13[12]);
	assert_int_equal(hsiphash_4u32(0x03020100u, 0x07060504u, 0x0b0a0908u, 0x0f0e0d0cu, &key),
			 sip13[16]);
}

/* Results of Linux 6.12's include/linux/jhash.h, compiled alone on x86-64. */
static const u32 jhash2_want[] = {
	0xdeadbf19u, 0x7e31be72u, 0x93fdf82cu, 0x70022ac8u, 0x9e2a1f42u,
	0x5146d53fu, 0xb22e9da3u, 0x6db8bb3eu, 0x6cbb53efu,
};

static const u32 jhash_want[] = {
	0xdeadbef0u, 0x62cd61b3u, 0x1c439a9fu, 0x2839cecau, 0xd2b96687u, 0x037125e2u, 0x0fdaa4e1u,
	0xf61f853bu, 0x925b8c35u, 0x3d70e9b3u, 0x818c0286u, 0x73de47d6u, 0x453f0bf7u, 0xc9d965feu,
	0x4a160c56u, 0x61b9c9aau, 0x4ed79ad9u, 0x8c81cc0bu, 0x0abf28dfu, 0x6d33d311u, 0x3a50aa1du,
	0x5e6846f4u, 0x28b85992u, 0x639e4fc5u, 0x740095dfu, 0x524e2864u,
};

static void jhash_vectors(void **state)
{
	static const u32 k[8] = { 0x01020304, 0x05060708, 0x090a0b0c, 0x0d0e0f10,
				  0x11121314, 0x15161718, 0x191a1b1c, 0x1d1e1f20 };
	u8 in[32];
	u32 i;

	(void)state;
	count_up(in, sizeof(in));
	for (i = 0; i < ARRAY_SIZE(jhash2_want); i++)
		assert_int_equal(jhash2(k, i, 42), jhash2_want[i]);
	for (i = 0; i < ARRAY_SIZE(jhash_want); i++)
		assert_int_equal(jhash(in, i, 1), jhash_want[i]);
	assert_int_equal(jhash_1word(0x0a000001, 7), 0xf61f20a9u);
	assert_int_equal(jhash_2words(0x0a000001, 0x0a000002, 7), 0x158cbceau);
	assert_int_equal(jhash_3words(0x0a000001, 0x0a000002, 0x12345678, 7), 0x9019569du);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "hash/siphash_vectors", siphash_vectors, NULL, NULL, NULL },
		{ "hash/siphash_word_forms", siphash_word_forms, NULL, NULL, NULL },
		{ "hash/jhash_vectors", jhash_vectors, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
