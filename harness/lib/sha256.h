// SPDX-License-Identifier: MIT
/* sha256.h - SHA-256, to name what a kernel was built from. Rules: FIPS 180-4. */
#ifndef HARNESS_LIB_SHA256_H
#define HARNESS_LIB_SHA256_H

#include "base/types.h"

enum { SHA256_BLOCK = 64, SHA256_BYTES = 32, SHA256_HEX = 2 * SHA256_BYTES + 1 };

struct sha256 {
	u32 state[8];
	u64 len; /* bytes so far */
	u8 block[SHA256_BLOCK];
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *bytes, size_t len);
/* In hexadecimal, with its end. */
void sha256_final(struct sha256 *h, char hex[SHA256_HEX]);
/* Of a file's content; false: it cannot be read. */
bool sha256_file(const char *path, char hex[SHA256_HEX]);

#endif
