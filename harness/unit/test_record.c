// SPDX-License-Identifier: MIT
/* test_record.c - records are what was added to them, survive a file, and no file harms. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "harness/script/record.h"
#include "harness/script/run.h"

enum { FILE_MAX = 1 << 16, EVENTS = 100 };

static const u8 frame[] = { 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17 };

static char *copy(const char *text)
{
	char *to = malloc(strlen(text) + 1);

	assert_non_null(to);
	memcpy(to, text, strlen(text) + 1);
	return to;
}

/* Some events have a text, some bytes, some both, some none. */
static void sample(struct record *r)
{
	char text[32];

	record_init(r);
	for (u32 i = 0; i < EVENTS; i++) {
		struct record_event *e;

		snprintf(text, sizeof(text), "event %u", i);
		e = record_add(r, (enum record_kind)(i % 4), i % 3 != 0 ? text : NULL, frame,
			       i % 5 == 0 ? 0 : i % 10);
		e->host = (u8)(i % 3);
		e->stmt = i * 7;
		e->when_ps = (s64)i * 1000 - 5000;
		e->due_ps = -(s64)i;
		e->start_ps = (s64)i << 40;
		e->waited = i % 2 == 1;
	}
	r->ethernet = true;
	snprintf(r->dev, sizeof(r->dev), "eth0");
	r->hosts = 3;
	r->state = copy("a mib Udp.InDatagrams 1\nb random 17 draws\n");
	r->verdict = RUN_FAILED;
	r->line = 12;
	r->message = copy("");
	r->end_ps = -3;
}

static void assert_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

static void assert_event(const struct record *ra, const struct record *rb, u32 i)
{
	const struct record_event *a = &ra->event[i], *b = &rb->event[i];

	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->host, b->host);
	assert_int_equal(a->stmt, b->stmt);
	assert_true(a->when_ps == b->when_ps);
	assert_true(a->due_ps == b->due_ps);
	assert_true(a->start_ps == b->start_ps);
	assert_int_equal(a->waited, b->waited);
	assert_int_equal(a->len, b->len);
	assert_text(record_text(ra, a), record_text(rb, b));
	if (a->len != 0)
		assert_memory_equal(record_bytes(ra, a), record_bytes(rb, b), a->len);
}

static void assert_record(const struct record *a, const struct record *b)
{
	assert_int_equal(a->nr, b->nr);
	for (u32 i = 0; i < a->nr; i++)
		assert_event(a, b, i);
	assert_int_equal(a->ethernet, b->ethernet);
	assert_string_equal(a->dev, b->dev);
	assert_int_equal(a->hosts, b->hosts);
	assert_text(a->state, b->state);
	assert_int_equal(a->verdict, b->verdict);
	assert_int_equal(a->line, b->line);
	assert_text(a->message, b->message);
	assert_true(a->end_ps == b->end_ps);
}

static size_t pack(const struct record *r, u8 to[FILE_MAX])
{
	FILE *f = tmpfile();
	size_t len;

	assert_non_null(f);
	assert_int_equal(record_write(r, f), 0);
	rewind(f);
	len = fread(to, 1, FILE_MAX, f);
	assert_true(len < FILE_MAX);
	fclose(f);
	return len;
}

static int unpack(struct record *r, u8 *from, size_t len)
{
	FILE *f = tmpfile();
	int ret;

	assert_non_null(f);
	assert_int_equal(fwrite(from, 1, len, f), len);
	rewind(f);
	ret = record_read(r, f);
	fclose(f);
	return ret;
}

static void test_what_was_added_is_there(void **state)
{
	struct record r;

	(void)state;
	sample(&r);
	assert_int_equal(r.nr, EVENTS);
	assert_null(record_text(&r, &r.event[3]));
	assert_string_equal(record_text(&r, &r.event[98]), "event 98");
	assert_null(record_bytes(&r, &r.event[5]));
	assert_int_equal(r.event[99].len, 9);
	assert_memory_equal(record_bytes(&r, &r.event[99]), frame, 9);
	record_free(&r);
	assert_int_equal(r.nr, 0);
}

static void test_files(void **state)
{
	static u8 bytes[FILE_MAX], again[FILE_MAX];
	struct record r, back, empty;
	size_t len;

	(void)state;
	sample(&r);
	len = pack(&r, bytes);
	assert_int_equal(unpack(&back, bytes, len), 0);
	assert_record(&r, &back);
	assert_int_equal(pack(&back, again), len);
	assert_memory_equal(bytes, again, len);
	record_free(&r);
	record_free(&back);
	record_init(&empty);
	len = pack(&empty, bytes);
	assert_int_equal(unpack(&back, bytes, len), 0);
	assert_record(&empty, &back);
	record_free(&back);
}

static void test_a_full_device_is_told(void **state)
{
	FILE *f = fopen("/dev/full", "w");
	struct record r;

	(void)state;
	if (f == NULL)
		return;
	setvbuf(f, NULL, _IONBF, 0);
	sample(&r);
	assert_int_equal(record_write(&r, f), -1);
	fclose(f);
	record_free(&r);
}

/* Each length that is no whole file, and each byte more. */
static void test_cut_files(void **state)
{
	static u8 bytes[FILE_MAX];
	struct record r, back;
	size_t len;

	(void)state;
	sample(&r);
	len = pack(&r, bytes);
	for (size_t n = 0; n <= len + 1; n++) {
		if (n == len)
			continue;
		assert_int_equal(unpack(&back, bytes, n), -1);
		assert_null(back.event);
	}
	record_free(&r);
}

/* What is read is safe to look at, whatever stands in the file. */
static void touch(const struct record *r)
{
	size_t sum = 0;

	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];
		const char *text = record_text(r, e);

		sum += text != NULL ? strlen(text) : 0;
		for (u32 k = 0; k < e->len; k++)
			sum += record_bytes(r, e)[k];
	}
	assert_true(sum < SIZE_MAX);
}

static void test_hostile_files(void **state)
{
	static u8 bytes[FILE_MAX], bad[FILE_MAX];
	u32 refused = 0;
	struct record r, back;
	size_t len;
	u64 x = 1;

	(void)state;
	sample(&r);
	len = pack(&r, bytes);
	for (size_t at = 0; at < len; at++) {
		for (u32 k = 0; k < 3; k++) {
			memcpy(bad, bytes, len);
			x = x * 6364136223846793005ull + 1442695040888963407ull;
			bad[at] = (u8)(k == 0 ? 0xff : k == 1 ? bad[at] ^ 1u : x >> 56);
			if (unpack(&back, bad, len) != 0) {
				refused++;
				continue;
			}
			touch(&back);
			record_free(&back);
		}
	}
	assert_true(refused > 500);
	record_free(&r);
}

/* A text that begins inside another one, bytes that are half there: no record. */
static void test_loose_ends(void **state)
{
	static u8 bytes[FILE_MAX];
	struct record r, back;

	(void)state;
	for (u32 k = 0; k < 3; k++) {
		sample(&r);
		r.event[1].text += k == 1;
		r.event[9].len += k == 2 ? 9 : 0;
		if (k == 2)
			r.event[9].bytes = r.bytes_len - 3;
		assert_int_equal(unpack(&back, bytes, pack(&r, bytes)), k == 0 ? 0 : -1);
		record_free(&r);
		record_free(&back);
	}
}

/* The largest sizes that a header can say cost nothing when the bytes are not there. */
static void test_sizes_without_bytes(void **state)
{
	static const u32 at[] = { 12, 16, 24, 32, 36 };
	static u8 bytes[FILE_MAX];
	struct record r, back;
	size_t len;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		for (u32 big = 1; big != 0; big <<= 1) {
			record_init(&r);
			len = pack(&r, bytes);
			memcpy(bytes + at[i], &big, sizeof(big));
			assert_int_equal(unpack(&back, bytes, len), -1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_added_is_there), cmocka_unit_test(test_files),
		cmocka_unit_test(test_a_full_device_is_told),	cmocka_unit_test(test_cut_files),
		cmocka_unit_test(test_hostile_files),		cmocka_unit_test(test_loose_ends),
		cmocka_unit_test(test_sizes_without_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
