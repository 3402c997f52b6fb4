// SPDX-License-Identifier: MIT
/* sha256.c - see sha256.h. */
#include "harness/lib/sha256.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum { ROUNDS = 64, FILE_STEP = 1 << 16, LENGTH_BYTES = 8 };

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const u32 round_constant[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static u32 rotate(u32 x, u32 by)
{
	return x >> by | x << (32 - by);
}

static u32 word_at(const u8 *b)
{
	return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

static void schedule(u32 w[ROUNDS], const u8 *block)
{
	for (u32 i = 0; i < 16; i++)
		w[i] = word_at(block + (size_t)4 * i);
	for (u32 i = 16; i < ROUNDS; i++) {
		u32 a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
		       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

static void compress(u32 state[8], const u8 *block)
{
	u32 w[ROUNDS], v[8];

	schedule(w, block);
	memcpy(v, state, sizeof(v));
	for (u32 i = 0; i < ROUNDS; i++) {
		u32 a = v[0], e = v[4];
		u32 t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			 ((e & v[5]) ^ (~e & v[6])) + round_constant[i] + w[i];
		u32 t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			 ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (u32 i = 0; i < 8; i++)
		state[i] += v[i];
}

void sha256_init(struct sha256 *h)
{
	static const u32 start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	*h = (struct sha256){ .len = 0 };
	memcpy(h->state, start, sizeof(start));
}

void sha256_add(struct sha256 *h, const void *bytes, size_t len)
{
	const u8 *at = bytes;

	while (len != 0) {
		size_t used = (size_t)(h->len % SHA256_BLOCK), n = SHA256_BLOCK - used;

		if (n > len)
			n = len;
		memcpy(h->block + used, at, n);
		h->len += n;
		at += n;
		len -= n;
		if (h->len % SHA256_BLOCK == 0)
			compress(h->state, h->block);
	}
}

void sha256_final(struct sha256 *h, char hex[SHA256_HEX])
{
	u64 bits = h->len * 8;
	u8 length[LENGTH_BYTES];

	for (u32 i = 0; i < LENGTH_BYTES; i++)
		length[i] = (u8)(bits >> (8 * (LENGTH_BYTES - 1 - i)));
	sha256_add(h, "\x80", 1);
	while (h->len % SHA256_BLOCK != SHA256_BLOCK - LENGTH_BYTES)
		sha256_add(h, "", 1);
	sha256_add(h, length, sizeof(length));
	assert(h->len % SHA256_BLOCK == 0);
	for (u32 i = 0; i < 8; i++)
		snprintf(hex + (size_t)8 * i, 9, "%08x", h->state[i]);
}

bool sha256_file(const char *path, char hex[SHA256_HEX])
{
	static _Thread_local u8 step[FILE_STEP];
	FILE *f = fopen(path, "rb");
	struct sha256 h;
	size_t n;
	bool ok;

	if (f == NULL)
		return false;
	sha256_init(&h);
	while ((n = fread(step, 1, sizeof(step), f)) != 0)
		sha256_add(&h, step, n);
	ok = ferror(f) == 0;
	fclose(f);
	sha256_final(&h, hex);
	return ok;
}
