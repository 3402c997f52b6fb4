// SPDX-License-Identifier: MIT
/* test_campaign.c - a campaign's directory: sums, ledgers, the corpus, inboxes, its lock. */
#include "harness/campaign/campaign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/campaign/internal.h"
#include "harness/oracle/child.h"

enum { ERROR_BYTES = 1024, PATH_BYTES = 600 };

static struct campaign campaign;

static int open_one(void **state)
{
	char dir[] = "/tmp/campaign-XXXXXX", err[ERROR_BYTES] = "";

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_true(campaign_open(&campaign, dir, err, sizeof(err)));
	return 0;
}

static int close_one(void **state)
{
	(void)state;
	folder_remove(campaign.dir);
	return 0;
}

static void put(const char *name, const char *text)
{
	char path[CAMPAIGN_PATH];
	FILE *to;

	campaign_path(&campaign, name, "", path);
	to = fopen(path, "w");
	assert_non_null(to);
	fputs(text, to);
	fclose(to);
}

/* --- sums --- */

/* Each row has a value of its own, and is read as it was written. */
static void test_sums(void **state)
{
	struct sums a, b;
	char err[ERROR_BYTES];
	u64 *v = (u64 *)(void *)&a;

	(void)state;
	memset(&a, 0, sizeof(a));
	for (u32 i = 0; i < offsetof(struct sums, target) / sizeof(*v); i++)
		v[i] = 1000 + i;
	for (u32 t = 0; t < fuzz_nr_targets; t++)
		for (u32 i = 0; i < sizeof(a.target[t]) / sizeof(*v); i++)
			((u64 *)(void *)&a.target[t])[i] = U64_MAX - 100 * t - i;
	assert_true(sums_write(&campaign, &a, err, sizeof(err)));
	assert_true(sums_read(&campaign, &b, err, sizeof(err)));
	assert_memory_equal(&a, &b, sizeof(a));
}

static void test_sums_absent(void **state)
{
	struct sums s, none = { 0 };
	char err[ERROR_BYTES];

	(void)state;
	assert_true(sums_read(&campaign, &s, err, sizeof(err)));
	assert_memory_equal(&s, &none, sizeof(s));
}

/* A file that was cut off anywhere is damaged: no sums are made up. */
static void test_sums_cut(void **state)
{
	struct sums s = { .judged = 12345, .ms = 99 }, back;
	char path[CAMPAIGN_PATH], err[ERROR_BYTES];
	long len;
	FILE *f;

	(void)state;
	assert_true(sums_write(&campaign, &s, err, sizeof(err)));
	campaign_path(&campaign, "campaign.json", "", path);
	f = fopen(path, "r");
	fseek(f, 0, SEEK_END);
	len = ftell(f);
	fclose(f);
	for (long cut = len - 2; cut >= 0; cut -= 7) {
		assert_int_equal(truncate(path, cut), 0);
		assert_false(sums_read(&campaign, &back, err, sizeof(err)));
		assert_non_null(strstr(err, "damaged"));
	}
}

static void test_sums_damaged(void **state)
{
	static const char *const texts[] = { "nonsense\n",
					     "{\n  \"ms\": -\n}\n",
					     "{\n  \"ms\": 12x\n}\n",
					     "{\n  \"ms\": 99999999999999999999999\n}\n",
					     "{\n  \"ms\" 12\n}\n",
					     "{\n  ms: 12\n}\n" };
	char err[ERROR_BYTES];
	struct sums s;

	(void)state;
	for (u32 i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		put("campaign.json", texts[i]);
		assert_false(sums_read(&campaign, &s, err, sizeof(err)));
	}
	/* What another version has written may have more. */
	put("campaign.json", "{\n  \"ms\": 5,\n  \"nobody.execs\": 6,\n  \"what\": 7\n}\n");
	assert_true(sums_read(&campaign, &s, err, sizeof(err)));
	assert_int_equal(s.ms, 5);
}

/* --- ledgers and sets --- */

static void test_set(void **state)
{
	struct hash_set s = { 0 };

	(void)state;
	for (u64 i = 0; i < 20000; i++) {
		u64 key = i * 0x9e3779b97f4a7c15ull;

		assert_false(hash_set_has(&s, key));
		assert_true(hash_set_add(&s, key));
		assert_false(hash_set_add(&s, key));
	}
	for (u64 i = 0; i < 20000; i++)
		assert_true(hash_set_has(&s, i * 0x9e3779b97f4a7c15ull));
	assert_int_equal(s.used, 20000);
	hash_set_free(&s);
}

static void test_ledger(void **state)
{
	struct ledger l;
	char err[ERROR_BYTES];

	(void)state;
	assert_true(ledger_open(&l, &campaign, "looked", err, sizeof(err)));
	assert_false(ledger_has(&l, "pkt", "abc"));
	assert_true(ledger_add(&l, "pkt", "abc"));
	assert_true(ledger_add(&l, "pkt", "abc"));
	assert_true(ledger_add(&l, "rx", "def"));
	ledger_close(&l);
	assert_true(ledger_open(&l, &campaign, "looked", err, sizeof(err)));
	assert_true(ledger_has(&l, "pkt", "abc"));
	assert_true(ledger_has(&l, "rx", "def"));
	assert_false(ledger_has(&l, "rx", "abc"));
	assert_false(ledger_has(&l, "pk", "tabc"));
	ledger_close(&l);
}

/* --- the corpus --- */

static bool count(void *ctx, const char *hash)
{
	assert_int_equal(strlen(hash), HASH_HEX - 1);
	(*(u32 *)ctx)++;
	return true;
}

static void open_corpus(struct corpus *c)
{
	char dir[CAMPAIGN_PATH], err[ERROR_BYTES];

	campaign_path(&campaign, "corpus", "pkt", dir);
	assert_true(corpus_open(c, dir, err, sizeof(err)));
}

static void test_corpus(void **state)
{
	struct corpus c;
	char hash[HASH_HEX], again[HASH_HEX];
	size_t len = 0;
	u32 n = 0;
	u8 *bytes;

	(void)state;
	open_corpus(&c);
	assert_int_equal(corpus_add(&c, (const u8 *)"abc", 3, hash), 1);
	/* FIPS 180-4's own example. */
	assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a3");
	assert_int_equal(corpus_add(&c, (const u8 *)"abc", 3, again), 0);
	assert_string_equal(hash, again);
	assert_int_equal(corpus_add(&c, (const u8 *)"abcd", 4, again), 1);
	bytes = input_read(c.dir, hash, &len);
	assert_non_null(bytes);
	assert_int_equal(len, 3);
	assert_memory_equal(bytes, "abc", 3);
	free(bytes);
	corpus_each(&c, count, &n);
	assert_int_equal(n, 2);
	corpus_remove(&c, hash);
	assert_int_equal(c.entries, 1);
	/* Nobody brings it back. */
	assert_int_equal(corpus_add(&c, (const u8 *)"abc", 3, hash), 0);
	assert_null(input_read(c.dir, hash, &len));
	corpus_close(&c);
	open_corpus(&c);
	assert_int_equal(c.entries, 1);
	corpus_close(&c);
}

static void test_corpus_no_room(void **state)
{
	char hash[HASH_HEX];
	struct corpus c;

	(void)state;
	open_corpus(&c);
	folder_remove(c.dir);
	assert_int_equal(corpus_add(&c, (const u8 *)"abc", 3, hash), -1);
	corpus_close(&c);
}

/* --- inboxes --- */

static bool take(void *ctx, const struct inbox *in, const char *name, const u8 *bytes, size_t len)
{
	char *all = ctx;

	(void)in;
	assert_true(name[0] != '.');
	strncat(all, (const char *)bytes, len);
	return true;
}

static void test_inbox(void **state)
{
	struct inbox in = { 0 };
	char all[64] = "";

	(void)state;
	campaign_path(&campaign, "work", "", in.dir);
	put("work/one", "1");
	put("work/.two", "2");
	put("work/README.txt", "3");
	put("work/empty", "");
	/* It was written a moment ago, and somebody may write on. */
	assert_true(inbox_read(&in, false, take, all));
	assert_string_equal(all, "");
	assert_true(inbox_read(&in, true, take, all));
	assert_string_equal(all, "1");
	assert_true(inbox_read(&in, true, take, all));
	assert_string_equal(all, "1");
	inbox_pass(&in, "four");
	put("work/four", "4");
	put("work/five", "5");
	assert_true(inbox_read(&in, true, take, all));
	assert_string_equal(all, "15");
	hash_set_free(&in.seen);
}

static void test_inbox_takes(void **state)
{
	struct inbox in = { .takes = true };
	char all[64] = "";

	(void)state;
	campaign_path(&campaign, "work", "", in.dir);
	for (u32 i = 0; i < 2; i++) {
		put("work/same", "x");
		assert_true(inbox_read(&in, true, take, all));
		assert_true(inbox_read(&in, true, take, all));
	}
	assert_string_equal(all, "xx");
	hash_set_free(&in.seen);
}

/* --- what waits, numbers, the lock --- */

static void test_queue(void **state)
{
	static const u32 targets[] = { 1, 1, 2, 1, 1, 1, 1 }, batches[] = { 2, 1, 3, 1, 0 };
	struct candidate c[3];
	struct queue q = { 0 };

	(void)state;
	for (u32 i = 0; i < 7; i++)
		queue_add(&q, &(struct candidate){ .target = targets[i] });
	for (u32 i = 0; i < 5; i++)
		assert_int_equal(queue_take(&q, c, 3), batches[i]);
	queue_add(&q, &(struct candidate){ .target = 5 });
	assert_int_equal(queue_take(&q, c, 3), 1);
	assert_int_equal(c[0].target, 5);
	queue_free(&q);
}

static void test_thousands(void **state)
{
	static const struct {
		u64 v;
		const char *text;
	} rows[] = { { 0, "0" },
		     { 999, "999" },
		     { 1000, "1,000" },
		     { 1234567, "1,234,567" },
		     { U64_MAX, "18,446,744,073,709,551,615" } };
	char text[THOUSANDS];

	(void)state;
	for (u32 i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(thousands(rows[i].v, text), rows[i].text);
}

static void test_lock(void **state)
{
	char err[ERROR_BYTES], me[32];
	int fd, second;

	(void)state;
	fd = campaign_lock(&campaign, err, sizeof(err));
	assert_true(fd >= 0);
	second = campaign_lock(&campaign, err, sizeof(err));
	assert_int_equal(second, -1);
	snprintf(me, sizeof(me), "process %ld ", (long)getpid());
	assert_non_null(strstr(err, me));
	close(fd);
	second = campaign_lock(&campaign, err, sizeof(err));
	assert_true(second >= 0);
	close(second);
}

static void test_forget(void **state)
{
	char path[CAMPAIGN_PATH];

	(void)state;
	put("corpus/x", "1");
	put("summary.txt", "1");
	put("mine", "1");
	campaign_forget(&campaign);
	campaign_path(&campaign, "corpus", "x", path);
	assert_int_not_equal(access(path, F_OK), 0);
	campaign_path(&campaign, "summary.txt", "", path);
	assert_int_not_equal(access(path, F_OK), 0);
	campaign_path(&campaign, "mine", "", path);
	assert_int_equal(access(path, F_OK), 0);
	campaign_path(&campaign, "corpus", "", path);
	assert_int_equal(access(path, F_OK), 0);
}

static void test_names(void **state)
{
	char dir[PATH_BYTES], to[CAMPAIGN_PATH], err[ERROR_BYTES];
	struct campaign c;

	(void)state;
	memset(dir, 'x', sizeof(dir) - 1);
	dir[sizeof(dir) - 1] = '\0';
	assert_false(campaign_open(&c, dir, err, sizeof(err)));
	assert_false(campaign_open(&c, "", err, sizeof(err)));
	campaign_path(&campaign, "a", "b", to);
	assert_string_equal(to + strlen(campaign.dir), "/a/b");
	campaign_path(&campaign, "", "", to);
	assert_string_equal(to, campaign.dir);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_one, close_one)
	const struct CMUnitTest tests[] = {
		TEST(test_sums),     TEST(test_sums_absent),
		TEST(test_sums_cut), TEST(test_sums_damaged),
		TEST(test_set),	     TEST(test_ledger),
		TEST(test_corpus),   TEST(test_corpus_no_room),
		TEST(test_inbox),    TEST(test_inbox_takes),
		TEST(test_queue),    TEST(test_thousands),
		TEST(test_lock),     TEST(test_forget),
		TEST(test_names),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
