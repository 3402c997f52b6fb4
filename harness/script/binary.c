// SPDX-License-Identifier: MIT
/* binary.c - see binary.h: bytes, choices and numbers of the binary form, in both directions.
 *
 * Texts are in binary_text.c; what is made of all these in binary_expr.c, binary_packet.c,
 * binary_directive.c and binary_stmt.c; the stream as a whole in encode.c and decode.c.
 */
#include "harness/script/binary.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

/* First bytes of a number. */
enum {
	NUMBER_USUAL = 0x00, /* up to NUMBER_EDGE: the usual ones, over and over */
	NUMBER_EDGE = 0xc0,  /* one of edges[] */
	NUMBER_MINUS = 0xe0, /* -1 to -4 */
	NUMBER_WIDE = 0xe4,  /* one to eight bytes, the lowest first */
	NUMBER_WIDE_HEX = 0xec,
	NUMBER_WIDE_MINUS = 0xf4,
	NUMBER_HEX = 0xfc /* 0x0 to 0x3 */
};

static const u64 edges[NUMBER_MINUS - NUMBER_EDGE] = {
	255,	 256,	     512,	 1000,	     1024,    1460,	  1472,	      1473,
	1480,	 1500,	     1501,	 4096,	     9000,    10000,	  32767,      32768,
	65506,	 65507,	     65508,	 65515,	     65516,   65535,	  65536,      65537,
	1 << 20, 0x7fffffff, 0x80000000, 0xfffffffe, U32_MAX, 1ull << 32, 1ull << 63, U64_MAX
};

static void put(struct binary *b, u8 c)
{
	if (b->out_len == b->out_cap) {
		b->out_cap = b->out_cap * 2 + 256;
		b->out = realloc(b->out, b->out_cap);
		assert(b->out != NULL);
	}
	b->out[b->out_len] = c;
	b->out_len++;
}

static u8 take(struct binary *b)
{
	u8 c;

	if (b->at >= b->in_len || b->in[b->at] == BINARY_END)
		return 0;
	c = b->in[b->at];
	b->at++;
	if (c != BINARY_ESCAPE)
		return c;
	if (b->at >= b->in_len)
		return 0;
	c = b->in[b->at];
	b->at++;
	return c;
}

u8 binary_byte(struct binary *b, u8 v)
{
	if (!b->encoding)
		return take(b);
	if (v == BINARY_END || v == BINARY_ESCAPE)
		put(b, BINARY_ESCAPE);
	put(b, v);
	return v;
}

u32 binary_choice(struct binary *b, u32 v, u32 n, struct usual usual)
{
	u32 c;

	assert(n > 0);
	assert(n <= 256);
	assert(!b->encoding || v < n);
	c = binary_byte(b, (u8)v);
	if (c < n)
		return c;
	return usual.n != 0 ? usual.of[(c - n) % usual.n] : c % n;
}

/* Most lists that random bytes make are short, and few are empty. */
bool binary_more(struct binary *b, bool more, u32 i)
{
	u8 c = binary_byte(b, more);

	return i == 0 ? c % 4 != 0 : c % 4 == 1;
}

/* --- numbers -------------------------------------------------------------------------------------
 */
static u64 wide(struct binary *b, u64 v, u32 bytes)
{
	u64 got = 0;

	for (u32 i = 0; i < bytes; i++)
		got |= (u64)binary_byte(b, (u8)(v >> (8 * i))) << (8 * i);
	return got;
}

/* The first byte of a number: how it is written at its shortest. */
static u8 first_byte(struct number v, struct numbers usual)
{
	u32 bytes = 1;

	if (v.hex && v.value <= 0xff - NUMBER_HEX)
		return (u8)(NUMBER_HEX + v.value);
	if (v.negative && v.value >= 1 && v.value <= NUMBER_WIDE - NUMBER_MINUS)
		return (u8)(NUMBER_MINUS + v.value - 1);
	for (u32 i = 0; !v.hex && !v.negative && i < usual.n; i++)
		if (usual.of[i] == v.value)
			return (u8)i;
	if (usual.of == NULL && !v.hex && !v.negative && v.value < NUMBER_EDGE)
		return (u8)v.value;
	for (u32 i = 0; !v.hex && !v.negative && i < ARRAY_SIZE(edges); i++)
		if (edges[i] == v.value)
			return (u8)(NUMBER_EDGE + i);
	while (bytes < 8 && v.value >> (8 * bytes) != 0)
		bytes++;
	return (u8)((v.hex	  ? NUMBER_WIDE_HEX
		     : v.negative ? NUMBER_WIDE_MINUS
				  : NUMBER_WIDE) +
		    bytes - 1);
}

struct number binary_number(struct binary *b, struct number v, struct numbers usual)
{
	u8 c = binary_byte(b, b->encoding ? first_byte(v, usual) : 0);
	struct number got = { 0 };

	assert(!b->encoding || !v.hex || !v.negative);
	if (c < NUMBER_EDGE) {
		got.value = usual.of != NULL ? usual.of[c % usual.n] : c;
	} else if (c < NUMBER_MINUS) {
		got.value = edges[c - NUMBER_EDGE];
	} else if (c < NUMBER_WIDE) {
		got.value = c - NUMBER_MINUS + 1u;
		got.negative = true;
	} else if (c >= NUMBER_HEX) {
		got.value = c - NUMBER_HEX;
		got.hex = true;
	} else {
		got.hex = c >= NUMBER_WIDE_HEX && c < NUMBER_WIDE_MINUS;
		got.value = wide(b, v.value, (u32)(c - NUMBER_WIDE) % 8 + 1);
		/* There is no -0, and nothing below what 64 bits hold. */
		got.negative = c >= NUMBER_WIDE_MINUS && got.value != 0;
		if (got.negative && got.value > 1ull << 63)
			got.value = (0 - got.value) & ~(1ull << 63);
	}
	assert(!b->encoding ||
	       (got.value == v.value && got.hex == v.hex && got.negative == v.negative));
	return got;
}

u64 binary_u64(struct binary *b, u64 v, u64 min, u64 max, struct numbers usual)
{
	u64 span = max - min;
	struct number n;

	assert(min <= max);
	assert(!b->encoding || (v >= min && v <= max));
	n = binary_number(b, (struct number){ .value = v }, usual);
	if (n.negative) /* -1 is the largest */
		return max - (span == U64_MAX ? n.value - 1 : (n.value - 1) % (span + 1));
	if (n.value >= min && n.value <= max)
		return n.value;
	return min + (span == U64_MAX ? n.value : n.value % (span + 1));
}

#define NUMBERS(...)                                                                               \
	{                                                                                          \
		(const u64[]){ __VA_ARGS__ }, sizeof((u64[]){ __VA_ARGS__ }) / sizeof(u64)         \
	}
enum { MS = 1000000, SECOND = 1000000000 };

const struct numbers numbers_small = { NULL, 0 };
const struct numbers numbers_ns =
	NUMBERS(0, 1 * MS, 2 * MS, 10 * MS, 50 * MS, 100 * MS, 200 * MS, 500 * MS, SECOND,
		3ull * SECOND, 10ull * SECOND, 30ull * SECOND, 1000, 1, 4 * MS, 40 * MS);
const struct numbers numbers_port =
	NUMBERS(8080, 7, 9, 5000, 5001, 53, 0, 1, 1024, 32768, 60999, 65535);
const struct numbers numbers_addr =
	NUMBERS(0xc0000201, 0xc0000202, 0x7f000001, 0xc0a80001, 0xc0a80002, 0, U32_MAX, 0xe0000001,
		0xc00002ff, 0xc6336401, 0x0a000001, 0xc0000203, 0xc0000200, 0x7f000002, 0xa9fe0001,
		0xf0000001);
const struct numbers numbers_len =
	NUMBERS(0, 1, 2, 3, 4, 5, 8, 10, 16, 20, 28, 64, 100, 128, 1000, 1400, 1472, 1473, 2000,
		3000, 4000, 8000, 8972, 16000, 32, 40, 60, 127, 129, 6, 7, 12);
#define FDS NUMBERS(3, 4, 5, 6, 7, 8, 3, 4, 3, 5, 4, 3, 9, 0, 1, 2, 100)
#define LENS                                                                                       \
	NUMBERS(0, 1, 2, 3, 4, 5, 8, 10, 16, 20, 28, 64, 100, 128, 1000, 1400, 1472, 1473, 2000,   \
		3000, 4000, 8000, 8972, 16000, 32, 40, 60, 127, 129, 6, 7, 12)

const struct numbers numbers_of_type[TYPE_MAX] = {
	[TYPE_FD] = FDS,
	[TYPE_SIZE] = LENS,
	[TYPE_ADDRLEN] = NUMBERS(16, 16, 28, 8, 2, 0, 128, 129, 110, 15),
	[TYPE_FAMILY] = NUMBERS(2, 0, 1, 10, 16, 17, 46, 47),
	[TYPE_SOCKTYPE] = NUMBERS(2, 1, 3, 0, 5, 10),
	[TYPE_PROTO] = NUMBERS(0, 17, 6, 1, 136, 255, 256, 2),
	[TYPE_TIMEOUT] = NUMBERS(0, 1, 10, 100, 1000, 5000),
	[TYPE_SHUT] = NUMBERS(0, 1, 2, 3),
};
