// SPDX-License-Identifier: MIT
/* hash.c - SipHash-2-4, SipHash-1-3 and lookup3. */
#include "base/hash.h"

#include "base/bytes.h"
#include "base/check.h"

struct sip {
	u64 v0, v1, v2, v3;
};

/* Rounds per word. Inlined with the number known, the state stays in registers. */
enum { SIPHASH = 2, HSIPHASH = 1 };

static inline u64 rol64(u64 v, u32 n)
{
	return v << n | v >> (64 - n);
}

static inline u32 rol32(u32 v, u32 n)
{
	return v << n | v >> (32 - n);
}

static inline void sip_rounds(struct sip *s, u32 n)
{
	for (; n != 0; n--) {
		s->v0 += s->v1;
		s->v1 = rol64(s->v1, 13) ^ s->v0;
		s->v0 = rol64(s->v0, 32);
		s->v2 += s->v3;
		s->v3 = rol64(s->v3, 16) ^ s->v2;
		s->v0 += s->v3;
		s->v3 = rol64(s->v3, 21) ^ s->v0;
		s->v2 += s->v1;
		s->v1 = rol64(s->v1, 17) ^ s->v2;
		s->v2 = rol64(s->v2, 32);
	}
}

/* The constants spell "somepseudorandomlygeneratedbytes". */
static inline struct sip sip_start(const siphash_key_t *key)
{
	return (struct sip){
		.v0 = key->key[0] ^ 0x736f6d6570736575ull,
		.v1 = key->key[1] ^ 0x646f72616e646f6dull,
		.v2 = key->key[0] ^ 0x6c7967656e657261ull,
		.v3 = key->key[1] ^ 0x7465646279746573ull,
	};
}

static inline void sip_word(struct sip *s, u64 m, u32 rounds)
{
	s->v3 ^= m;
	sip_rounds(s, rounds);
	s->v0 ^= m;
}

/* The last word holds what is left below eight bytes, and the length in its top byte. */
static inline u64 sip_end(struct sip *s, u64 rest, u32 len, u32 rounds)
{
	sip_word(s, rest | (u64)len << 56, rounds);
	s->v2 ^= 0xff;
	sip_rounds(s, rounds + 2);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

static inline u64 sip_bytes(const u8 *p, u32 len, const siphash_key_t *key, u32 rounds)
{
	struct sip s = sip_start(key);
	u8 rest[8] = { 0 };
	u32 i;

	for (i = 0; i + 8 <= len; i += 8)
		sip_word(&s, get_le64(p + i), rounds);
	if (i < len)
		memcpy(rest, p + i, len - i);
	return sip_end(&s, get_le64(rest), len, rounds);
}

static u64 join(u32 low, u32 high)
{
	return (u64)high << 32 | low;
}

u64 siphash(const void *data, u32 len, const siphash_key_t *key)
{
	assert(data != NULL || len == 0);
	return sip_bytes(data, len, key, SIPHASH);
}

u64 siphash_1u64(u64 a, const siphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a, SIPHASH);
	return sip_end(&s, 0, 8, SIPHASH);
}

u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a, SIPHASH);
	sip_word(&s, b, SIPHASH);
	return sip_end(&s, 0, 16, SIPHASH);
}

u64 siphash_3u64(u64 a, u64 b, u64 c, const siphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a, SIPHASH);
	sip_word(&s, b, SIPHASH);
	sip_word(&s, c, SIPHASH);
	return sip_end(&s, 0, 24, SIPHASH);
}

u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const siphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a, SIPHASH);
	sip_word(&s, b, SIPHASH);
	sip_word(&s, c, SIPHASH);
	sip_word(&s, d, SIPHASH);
	return sip_end(&s, 0, 32, SIPHASH);
}

u64 siphash_1u32(u32 a, const siphash_key_t *key)
{
	struct sip s = sip_start(key);

	return sip_end(&s, a, 4, SIPHASH);
}

u64 siphash_2u32(u32 a, u32 b, const siphash_key_t *key)
{
	return siphash_1u64(join(a, b), key);
}

u64 siphash_3u32(u32 a, u32 b, u32 c, const siphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, join(a, b), SIPHASH);
	return sip_end(&s, c, 12, SIPHASH);
}

u64 siphash_4u32(u32 a, u32 b, u32 c, u32 d, const siphash_key_t *key)
{
	return siphash_2u64(join(a, b), join(c, d), key);
}

u32 hsiphash(const void *data, u32 len, const hsiphash_key_t *key)
{
	assert(data != NULL || len == 0);
	return (u32)sip_bytes(data, len, key, HSIPHASH);
}

u32 hsiphash_1u32(u32 a, const hsiphash_key_t *key)
{
	struct sip s = sip_start(key);

	return (u32)sip_end(&s, a, 4, HSIPHASH);
}

u32 hsiphash_2u32(u32 a, u32 b, const hsiphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, join(a, b), HSIPHASH);
	return (u32)sip_end(&s, 0, 8, HSIPHASH);
}

u32 hsiphash_3u32(u32 a, u32 b, u32 c, const hsiphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, join(a, b), HSIPHASH);
	return (u32)sip_end(&s, c, 12, HSIPHASH);
}

u32 hsiphash_4u32(u32 a, u32 b, u32 c, u32 d, const hsiphash_key_t *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, join(a, b), HSIPHASH);
	sip_word(&s, join(c, d), HSIPHASH);
	return (u32)sip_end(&s, 0, 16, HSIPHASH);
}

struct lookup3 {
	u32 a, b, c;
};

static void lookup3_mix(struct lookup3 *h)
{
	h->a = (h->a - h->c) ^ rol32(h->c, 4);
	h->c += h->b;
	h->b = (h->b - h->a) ^ rol32(h->a, 6);
	h->a += h->c;
	h->c = (h->c - h->b) ^ rol32(h->b, 8);
	h->b += h->a;
	h->a = (h->a - h->c) ^ rol32(h->c, 16);
	h->c += h->b;
	h->b = (h->b - h->a) ^ rol32(h->a, 19);
	h->a += h->c;
	h->c = (h->c - h->b) ^ rol32(h->b, 4);
	h->b += h->a;
}

static u32 lookup3_final(struct lookup3 *h)
{
	h->c = (h->c ^ h->b) - rol32(h->b, 14);
	h->a = (h->a ^ h->c) - rol32(h->c, 11);
	h->b = (h->b ^ h->a) - rol32(h->a, 25);
	h->c = (h->c ^ h->b) - rol32(h->b, 16);
	h->a = (h->a ^ h->c) - rol32(h->c, 4);
	h->b = (h->b ^ h->a) - rol32(h->a, 14);
	h->c = (h->c ^ h->b) - rol32(h->b, 24);
	return h->c;
}

static u32 jhash_nwords(u32 a, u32 b, u32 c, u32 init)
{
	struct lookup3 h = { a + init, b + init, c + init };

	return lookup3_final(&h);
}

u32 jhash_1word(u32 a, u32 initval)
{
	return jhash_nwords(a, 0, 0, initval + JHASH_INITVAL + 4);
}

u32 jhash_2words(u32 a, u32 b, u32 initval)
{
	return jhash_nwords(a, b, 0, initval + JHASH_INITVAL + 8);
}

u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval)
{
	return jhash_nwords(a, b, c, initval + JHASH_INITVAL + 12);
}

u32 jhash2(const u32 *k, u32 words, u32 initval)
{
	u32 init = JHASH_INITVAL + words * 4 + initval;
	struct lookup3 h = { init, init, init };

	for (; words > 3; words -= 3, k += 3) {
		h.a += k[0];
		h.b += k[1];
		h.c += k[2];
		lookup3_mix(&h);
	}
	if (words == 0)
		return h.c;
	h.a += k[0];
	h.b += words > 1 ? k[1] : 0;
	h.c += words > 2 ? k[2] : 0;
	return lookup3_final(&h);
}

u32 jhash(const void *key, u32 len, u32 initval)
{
	u32 init = JHASH_INITVAL + len + initval;
	struct lookup3 h = { init, init, init };
	const u8 *k = key;
	u8 rest[12] = { 0 };

	for (; len > 12; len -= 12, k += 12) {
		h.a += get_le32(k);
		h.b += get_le32(k + 4);
		h.c += get_le32(k + 8);
		lookup3_mix(&h);
	}
	if (len == 0)
		return h.c;
	memcpy(rest, k, len);
	h.a += get_le32(rest);
	h.b += get_le32(rest + 4);
	h.c += get_le32(rest + 8);
	return lookup3_final(&h);
}
