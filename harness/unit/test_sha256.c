// SPDX-License-Identifier: MIT
/* test_sha256.c - the published examples, lengths around the block, pieces, files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/lib/sha256.h"

static const char *hash_of(const void *bytes, size_t len, size_t piece)
{
	static char hex[SHA256_HEX];
	const u8 *at = bytes;
	struct sha256 h;

	sha256_init(&h);
	for (size_t done = 0; done < len; done += piece)
		sha256_add(&h, at + done, len - done < piece ? len - done : piece);
	sha256_final(&h, hex);
	return hex;
}

/* FIPS 180-4's examples, and the million letters. */
static void published(void **state)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char *million = malloc(1000000);

	(void)state;
	assert_non_null(million);
	memset(million, 'a', 1000000);
	assert_string_equal(hash_of("", 0, 1),
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(hash_of("abc", 3, 3),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(hash_of(two_blocks, sizeof(two_blocks) - 1, 64),
			    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_string_equal(hash_of(million, 1000000, 1000000),
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
}

/* Every length up to three blocks: one hash of all the hashes, as coreutils' sha256sum gives it. */
static void lengths(void **state)
{
	u8 bytes[3 * SHA256_BLOCK];
	struct sha256 all;
	char hex[SHA256_HEX];

	(void)state;
	for (u32 i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 7 + 1);
	sha256_init(&all);
	for (u32 len = 0; len <= sizeof(bytes); len++)
		sha256_add(&all, hash_of(bytes, len, sizeof(bytes)), SHA256_HEX - 1);
	sha256_final(&all, hex);
	assert_string_equal(hex,
			    "0c3252a3e9d8b53fe41bb04249d30625acf0063f97b9e918945d95e9ee5d2de7");
}

static void pieces(void **state)
{
	u8 bytes[200];
	char whole[SHA256_HEX];

	(void)state;
	for (u32 i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)i;
	memcpy(whole, hash_of(bytes, sizeof(bytes), sizeof(bytes)), sizeof(whole));
	for (u32 piece = 1; piece < sizeof(bytes); piece++)
		assert_string_equal(hash_of(bytes, sizeof(bytes), piece), whole);
}

static void files(void **state)
{
	char path[] = "/tmp/refstack-sha256-XXXXXX", hex[SHA256_HEX];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "abc", 3), 3);
	close(fd);
	assert_true(sha256_file(path, hex));
	assert_string_equal(hex, hash_of("abc", 3, 3));
	unlink(path);
	assert_false(sha256_file(path, hex));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),
		cmocka_unit_test(lengths),
		cmocka_unit_test(pieces),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
