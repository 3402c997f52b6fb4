// SPDX-License-Identifier: MIT
/* hash.h - the hash functions behind Linux's tables and flow hashes, bit for bit.
 *
 * Rules: SipHash (Aumasson, Bernstein 2012); lookup3 (Jenkins 2006); LINUX: siphash(), hsiphash()
 * as on 64-bit machines (SipHash-1-3), jhash2(), jhash_3words(), hash_32(), hash_64().
 */
#ifndef REFSTACK_BASE_HASH_H
#define REFSTACK_BASE_HASH_H

#include "base/types.h"

typedef struct {
	u64 key[2];
} siphash_key_t;

/* On 64-bit machines the short variant has the same key. */
typedef siphash_key_t hsiphash_key_t;

#define JHASH_INITVAL	0xdeadbeefu
#define GOLDEN_RATIO_32 0x61c88647u
#define GOLDEN_RATIO_64 0x61c8864680b583ebull

u64 siphash(const void *data, u32 len, const siphash_key_t *key);
u64 siphash_1u64(u64 a, const siphash_key_t *key);
u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key);
u64 siphash_3u64(u64 a, u64 b, u64 c, const siphash_key_t *key);
u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const siphash_key_t *key);
u64 siphash_1u32(u32 a, const siphash_key_t *key);
u64 siphash_2u32(u32 a, u32 b, const siphash_key_t *key);
u64 siphash_3u32(u32 a, u32 b, u32 c, const siphash_key_t *key);
u64 siphash_4u32(u32 a, u32 b, u32 c, u32 d, const siphash_key_t *key);

u32 hsiphash(const void *data, u32 len, const hsiphash_key_t *key);
u32 hsiphash_1u32(u32 a, const hsiphash_key_t *key);
u32 hsiphash_2u32(u32 a, u32 b, const hsiphash_key_t *key);
u32 hsiphash_3u32(u32 a, u32 b, u32 c, const hsiphash_key_t *key);
u32 hsiphash_4u32(u32 a, u32 b, u32 c, u32 d, const hsiphash_key_t *key);

u32 jhash_1word(u32 a, u32 initval);
u32 jhash_2words(u32 a, u32 b, u32 initval);
u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval);
u32 jhash2(const u32 *k, u32 words, u32 initval);
/* As on a little-endian machine, which is what Linux x86-64 gives. */
u32 jhash(const void *key, u32 len, u32 initval);

/* The upper bits of a product: 0 < bits <= 32. */
static inline u32 hash_32(u32 v, u32 bits)
{
	return v * GOLDEN_RATIO_32 >> (32 - bits);
}

static inline u32 hash_64(u64 v, u32 bits)
{
	return (u32)(v * GOLDEN_RATIO_64 >> (64 - bits));
}

/* LINUX: reciprocal_scale(): a hash spread over [0, n). */
static inline u32 reciprocal_scale(u32 v, u32 n)
{
	return (u32)((u64)v * n >> 32);
}

#endif
