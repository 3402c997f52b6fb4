// SPDX-License-Identifier: MIT
/* test_align.c - frames cut into fields, and sequences of them aligned. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/sim.h"
#include "harness/golden/align.h"
#include "harness/golden/field.h"

enum { FRAME_BYTES = 80, FRAMES = 12, PAYLOAD_AT = 42 };

static const struct align_rules rules = { .ethernet = true, .near_ps = 500 * PS_PER_US };

/* 192.0.2.1:5000 > 192.0.2.2:port, UDP, with one byte that says which it is. */
static void make_frame(u8 to[FRAME_BYTES], u8 port, u8 which)
{
	static const u8 head[PAYLOAD_AT] = { 2,	 0,    0,    0,	   0,	2, 2,  0, 0,   0,  0,
					     1,	 8,    0,    0x45, 0,	0, 36, 0, 7,   64, 0,
					     64, 17,   0,    0,	   192, 0, 2,  1, 192, 0,  2,
					     2,	 0x13, 0x88, 0,	   0,	0, 16, 0, 0 };

	memset(to, 0, FRAME_BYTES);
	memcpy(to, head, sizeof(head));
	to[37] = port;
	to[PAYLOAD_AT] = which;
}

struct sequence {
	u8 bytes[FRAMES + 1][FRAME_BYTES];
	struct align_frame frame[FRAMES + 1];
	u32 nr;
};

static void push(struct sequence *s, u8 port, u8 which, u64 ms)
{
	u32 i = s->nr++;

	assert_true(i <= FRAMES);
	make_frame(s->bytes[i], port, which);
	s->frame[i] = (struct align_frame){ .bytes = s->bytes[i],
					    .len = PAYLOAD_AT + 8,
					    .outgoing = true,
					    .when_ps = (s64)(ms * PS_PER_MS),
					    .number = i + 1,
					    .stmt = ALIGN_NONE };
}

/* "=" a pair of equals, "~" a pair that differs, "-" missing in b, "+" only in b. */
static void shape_of(const struct sequence *a, const struct sequence *b, char *to)
{
	u32 nr;
	struct align_pair *p = align_frames(a->frame, a->nr, b->frame, b->nr, &rules, &nr);

	for (u32 i = 0; i < nr; i++) {
		if (p[i].b == ALIGN_NONE)
			*to++ = '-';
		else if (p[i].a == ALIGN_NONE)
			*to++ = '+';
		else if (align_same_bytes(&a->frame[p[i].a], &b->frame[p[i].b], &rules))
			*to++ = '=';
		else
			*to++ = '~';
	}
	*to = '\0';
	free(p);
}

static void fill(struct sequence *s, u32 without, bool same)
{
	*s = (struct sequence){ 0 };
	for (u32 i = 0; i < FRAMES; i++)
		if (i != without)
			push(s, 7, same ? 1 : (u8)(i + 1), 1000 * i);
}

/* Any one that is missing is one gap, whether all are alike or each is another. */
static void test_one_missing(void **state)
{
	(void)state;
	for (u32 same = 0; same < 2; same++) {
		for (u32 k = 0; k < FRAMES; k++) {
			char shape[2 * FRAMES + 1], want[FRAMES + 1];
			struct sequence a, b;

			memset(want, '=', FRAMES);
			want[FRAMES] = '\0';
			want[k] = '-';
			fill(&a, FRAMES, same != 0);
			fill(&b, k, same != 0);
			shape_of(&a, &b, shape);
			assert_string_equal(shape, want);
			want[k] = '+';
			shape_of(&b, &a, shape);
			assert_string_equal(shape, want);
		}
	}
}

/* A byte that is wrong makes no frame another one. */
static void test_one_changed(void **state)
{
	static const u8 places[] = { 22, 15, 18, 36, PAYLOAD_AT, PAYLOAD_AT + 7 };

	(void)state;
	for (u32 k = 0; k < FRAMES; k++) {
		for (u32 p = 0; p < ARRAY_SIZE(places); p++) {
			char shape[2 * FRAMES + 1], want[FRAMES + 1];
			struct sequence a, b;

			memset(want, '=', FRAMES);
			want[FRAMES] = '\0';
			want[k] = '~';
			fill(&a, FRAMES, false);
			fill(&b, FRAMES, false);
			b.bytes[k][places[p]] ^= 0x40;
			shape_of(&a, &b, shape);
			assert_string_equal(shape, want);
		}
	}
}

static void test_missing_and_changed(void **state)
{
	char shape[2 * FRAMES + 1];
	struct sequence a, b;

	(void)state;
	fill(&a, FRAMES, false);
	fill(&b, 2, false);
	b.bytes[6][22] = 63;
	shape_of(&a, &b, shape);
	assert_string_equal(shape, "==-====~====");
}

static void test_other_direction_is_another(void **state)
{
	char shape[2 * FRAMES + 1];
	struct sequence a, b;

	(void)state;
	fill(&a, FRAMES, false);
	fill(&b, FRAMES, false);
	b.frame[4].outgoing = false;
	shape_of(&a, &b, shape);
	assert_int_equal(strlen(shape), FRAMES + 1);
	assert_true(strchr(shape, '-') != NULL && strchr(shape, '+') != NULL);
}

/* Longer than a window: still one gap. */
static void test_long(void **state)
{
	enum { LONG = 3500, GONE = 1700 };
	static u8 bytes[LONG][FRAME_BYTES];
	static struct align_frame a[LONG], b[LONG];
	struct align_pair *p;
	u32 nr, gaps = 0;

	(void)state;
	for (u32 i = 0, n = 0; i < LONG; i++) {
		make_frame(bytes[i], 7, (u8)i);
		bytes[i][PAYLOAD_AT + 1] = (u8)(i >> 8);
		a[i] = (struct align_frame){ .bytes = bytes[i],
					     .len = PAYLOAD_AT + 8,
					     .when_ps = (s64)(i * PS_PER_MS) };
		/* All times are off, so that nothing is paired beforehand. */
		if (i != GONE) {
			b[n] = a[i];
			b[n++].when_ps += (s64)PS_PER_SEC;
		}
	}
	p = align_frames(a, LONG, b, LONG - 1, &rules, &nr);
	assert_int_equal(nr, LONG);
	for (u32 i = 0; i < nr; i++)
		gaps += p[i].a == ALIGN_NONE || p[i].b == ALIGN_NONE;
	assert_int_equal(gaps, 1);
	assert_int_equal(p[GONE].b, ALIGN_NONE);
	free(p);
}

static void test_padding(void **state)
{
	const struct align_rules unpadded = { .ethernet = true, .no_padding = true };
	struct sequence s = { 0 };
	struct align_frame longer;

	(void)state;
	push(&s, 7, 1, 0);
	longer = s.frame[0];
	longer.len = 60;
	assert_false(align_same_bytes(&s.frame[0], &longer, &rules));
	assert_true(align_same_bytes(&s.frame[0], &longer, &unpadded));
	s.bytes[0][12] = 0x88; /* no IPv4: its length is not known, but padding is zeros */
	assert_true(align_same_bytes(&s.frame[0], &longer, &unpadded));
	s.bytes[0][59] = 1;
	assert_false(align_same_bytes(&s.frame[0], &longer, &unpadded));
}

/* --- fields
 * ---------------------------------------------------------------------------------------- */

static u32 split_bits(const u8 *frame, u32 len, bool ethernet)
{
	static struct field f[FIELDS_MAX];
	u32 nr = field_split(frame, len, ethernet, f), bits = 0;

	for (u32 i = 0; i < nr; i++)
		bits += f[i].bits;
	return bits;
}

/* Whatever a frame is, all of it is compared: no byte may be changed without a field that differs.
 */
static void test_every_bit_is_in_a_field(void **state)
{
	static struct field_difference d[FIELDS_MAX];
	u8 frame[FRAME_BYTES], other[FRAME_BYTES];
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, RNG_PROGRAM, 0);
	for (u32 round = 0; round < 4000; round++) {
		u32 len = 1 + rng_below(&rng, FRAME_BYTES), at, n;
		static const u8 protocols[] = { 1, 6, 17, 132 };

		make_frame(frame, 7, 9);
		for (u32 i = 34; i < FRAME_BYTES; i++)
			frame[i] = (u8)rng_u32(&rng);
		frame[23] = protocols[rng_below(&rng, 4)];
		frame[34] = (u8)rng_below(&rng, 20); /* of ICMP: a type that is known */
		if (round % 5 == 0)
			frame[13] = 6; /* ARP */
		if (round % 7 == 0)
			frame[14] = 0x46;
		frame[17] = (u8)rng_below(&rng, FRAME_BYTES);
		assert_int_equal(split_bits(frame, len, round % 2 == 0), len * 8);
		memcpy(other, frame, sizeof(frame));
		at = rng_below(&rng, len);
		other[at] ^= (u8)(1u << rng_below(&rng, 8));
		n = field_compare(frame, len, other, len, round % 2 == 0, d);
		assert_true(n != 0);
		assert_int_equal(field_compare(frame, len, frame, len, round % 2 == 0, d), 0);
	}
}

static void differs_in(u32 at, u8 value, const char *name, const char *expected, const char *actual)
{
	static struct field_difference d[FIELDS_MAX];
	u8 a[FRAME_BYTES], b[FRAME_BYTES];

	make_frame(a, 7, 1);
	make_frame(b, 7, 1);
	b[at] = value;
	assert_int_equal(field_compare(a, PAYLOAD_AT + 8, b, PAYLOAD_AT + 8, true, d), 1);
	assert_string_equal(d[0].name, name);
	assert_string_equal(d[0].expected, expected);
	assert_string_equal(d[0].actual, actual);
}

static void test_names(void **state)
{
	(void)state;
	differs_in(0, 4, "destination mac", "02:00:00:00:00:02", "04:00:00:00:00:02");
	differs_in(15, 0xb8, "tos", "0x0", "0xb8");
	differs_in(19, 8, "ip id", "7", "8");
	differs_in(20, 0, "df", "1", "0");
	differs_in(22, 63, "ttl", "64", "63");
	differs_in(25, 1, "ip checksum", "0x0", "0x1");
	differs_in(29, 9, "source", "192.0.2.1", "192.0.2.9");
	differs_in(37, 8, "destination port", "7", "8");
	differs_in(41, 1, "udp checksum", "0x0", "0x1");
	differs_in(PAYLOAD_AT, 2, "payload", "0100000000000000 (8)", "0200000000000000 (8)");
}

static void test_describe(void **state)
{
	u8 frame[FRAME_BYTES];
	char text[200];

	(void)state;
	make_frame(frame, 7, 1);
	field_describe(frame, PAYLOAD_AT + 8, true, text, sizeof(text));
	assert_string_equal(text, "192.0.2.1:5000 > 192.0.2.2:7 udp (8)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_missing),
		cmocka_unit_test(test_one_changed),
		cmocka_unit_test(test_missing_and_changed),
		cmocka_unit_test(test_other_direction_is_another),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_every_bit_is_in_a_field),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
