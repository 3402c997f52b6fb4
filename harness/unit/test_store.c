// SPDX-License-Identifier: MIT
/* test_store.c - findings kept and found again: counts, the shortest program, what was gone, ids,
 * files that are none, and several processes at once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/campaign/store.h"

#ifndef STORELESS

#include <sqlite3.h>

enum { ERR = 512, WRITERS = 6, EACH = 40 };

static char path[] = "/tmp/refstack-store-XXXXXX";

static int make_path(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	close(fd);
	unlink(path);
	return fd < 0;
}

static int remove_path(void **state)
{
	(void)state;
	unlink(path);
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	return 0;
}

static struct store *open_it(void)
{
	char err[ERR] = "";
	struct store *s = store_open(path, err, sizeof(err));

	if (s == NULL)
		fail_msg("%s", err);
	return s;
}

static struct found make(const char *signature, const char *program)
{
	struct found f = { .detector = DETECTOR_invariant,
			   .target = "syscalls",
			   .first_seen = "2026-11-21T12:00:00Z",
			   .commit = "abc",
			   .program = (u8 *)strdup(program),
			   .program_len = strlen(program),
			   .text = strdup("said") };

	snprintf(f.signature, sizeof(f.signature), "%s", signature);
	found_id(&f);
	return f;
}

static bool add(struct store *s, const char *signature, const char *program)
{
	struct found f = make(signature, program);
	char err[ERR];
	bool is_new = false;

	assert_true(store_add(s, &f, &is_new, err, sizeof(err)));
	found_free(&f);
	return is_new;
}

static struct found get(struct store *s, const char *signature)
{
	struct found f = make(signature, ""), got;
	char err[ERR] = "";

	if (store_find(s, f.id, &got, err, sizeof(err)) != 1)
		fail_msg("%s", err);
	found_free(&f);
	return got;
}

static bool program_is(const struct found *f, const char *program)
{
	return f->program_len == strlen(program) &&
	       memcmp(f->program, program, f->program_len) == 0;
}

/* All that goes in comes out, in another process's place too. */
static void kept(void **state)
{
	struct store *s = open_it();
	struct found f;

	(void)state;
	assert_true(add(s, "one", "program"));
	store_close(s);
	s = open_it();
	f = get(s, "one");
	assert_string_equal(f.target, "syscalls");
	assert_int_equal(f.detector, DETECTOR_invariant);
	assert_string_equal(f.signature, "one");
	assert_string_equal(f.first_seen, "2026-11-21T12:00:00Z");
	assert_string_equal(f.commit, "abc");
	assert_string_equal(f.text, "said");
	assert_int_equal(f.status, FINDING_NEW);
	assert_int_equal(f.seen, 1);
	assert_true(program_is(&f, "program"));
	assert_null(f.smallest);
	assert_null(f.place);
	found_free(&f);
	store_close(s);
}

static void counted(void **state)
{
	struct store *s = open_it();
	struct found f;

	(void)state;
	assert_true(add(s, "one", "longer"));
	assert_false(add(s, "one", "short"));
	assert_false(add(s, "one", "the longest"));
	assert_true(add(s, "two", "x"));
	f = get(s, "one");
	assert_int_equal(f.seen, 3);
	assert_true(program_is(&f, "short"));
	found_free(&f);
	store_close(s);
}

static void update(struct store *s, const char *signature, enum finding_status status,
		   const char *smallest)
{
	struct found f = get(s, signature);
	char err[ERR];

	f.status = status;
	f.replays = 3;
	f.showed = 2;
	free(f.place);
	free(f.smallest);
	f.place = strdup("corpus/x");
	snprintf(f.looks, sizeof(f.looks), "twice");
	f.smallest = (u8 *)strdup(smallest);
	f.smallest_len = strlen(smallest);
	assert_true(store_update(s, &f, err, sizeof(err)));
	found_free(&f);
}

static void updated(void **state)
{
	struct store *s = open_it();
	struct found f;
	char err[ERR] = "";

	(void)state;
	add(s, "one", "program");
	update(s, "one", FINDING_MINIMISED, "p");
	f = get(s, "one");
	assert_int_equal(f.status, FINDING_MINIMISED);
	assert_int_equal(f.replays, 3);
	assert_int_equal(f.showed, 2);
	assert_int_equal(f.smallest_len, 1);
	assert_string_equal(f.looks, "twice");
	assert_string_equal(f.place, "corpus/x");
	assert_true(program_is(&f, "program"));
	memcpy(f.id, "00000000", 8);
	assert_false(store_update(s, &f, err, sizeof(err)));
	assert_non_null(strstr(err, "00000000"));
	found_free(&f);
	store_close(s);
}

/* What was gone begins anew when it is seen, with the program that shows it now. */
static void gone(void **state)
{
	struct store *s = open_it();
	struct found f;

	(void)state;
	add(s, "one", "old");
	update(s, "one", FINDING_GONE, "o");
	assert_true(add(s, "one", "a longer one"));
	f = get(s, "one");
	assert_int_equal(f.status, FINDING_NEW);
	assert_int_equal(f.seen, 2);
	assert_null(f.smallest);
	assert_string_equal(f.looks, "");
	assert_true(program_is(&f, "a longer one"));
	found_free(&f);
	update(s, "one", FINDING_PROMOTED, "o");
	assert_false(add(s, "one", "x"));
	f = get(s, "one");
	assert_int_equal(f.status, FINDING_PROMOTED);
	found_free(&f);
	store_close(s);
}

/* Any beginning of an id that only one has; none, several and nonsense are told apart. */
static void ids(void **state)
{
	struct store *s = open_it();
	struct found f;
	char err[ERR] = "", text[32], first[9] = "";
	u32 several = 0;

	(void)state;
	for (u32 i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "signature %u", i);
		add(s, text, "x");
	}
	for (u32 i = 0; i < 16; i++) {
		snprintf(first, sizeof(first), "%x", i);
		if (store_find(s, first, &f, err, sizeof(err)) == 0)
			several += strstr(err, "several findings") != NULL;
		else
			found_free(&f);
	}
	assert_in_range(several, 5, 16);
	f = get(s, "signature 7");
	memcpy(first, f.id, sizeof(first));
	found_free(&f);
	first[7] = '\0';
	assert_int_equal(store_find(s, first, &f, err, sizeof(err)), 1);
	assert_string_equal(f.signature, "signature 7");
	found_free(&f);
	assert_int_equal(store_find(s, "xyz", &f, err, sizeof(err)), 0);
	assert_non_null(strstr(err, "no id"));
	assert_int_equal(store_find(s, "", &f, err, sizeof(err)), 0);
	assert_int_equal(store_find(s, "%", &f, err, sizeof(err)), 0);
	assert_int_equal(store_find(s, "ffffffff", &f, err, sizeof(err)), 0);
	assert_non_null(strstr(err, "no finding begins with 'ffffffff'"));
	store_close(s);
}

static bool note(void *ctx, const struct found *f)
{
	char *to = ctx;

	strncat(to, f->signature, 8);
	return strcmp(f->signature, "c") != 0;
}

static void in_order(void **state)
{
	struct store *s = open_it();
	char seen[64] = "", err[ERR];

	(void)state;
	add(s, "b", "x");
	add(s, "a", "x");
	add(s, "c", "x");
	add(s, "d", "x");
	assert_true(store_each(s, note, seen, err, sizeof(err)));
	assert_string_equal(seen, "bac");
	store_close(s);
}

/* Each adds its own, and one that all have. */
static void writer(u32 nr)
{
	char err[ERR], text[32];
	struct store *s = store_open(path, err, sizeof(err));

	if (s == NULL)
		_exit(1);
	for (u32 i = 0; i < EACH; i++) {
		struct found f;
		bool is_new;

		snprintf(text, sizeof(text), "%u of %u", i, nr);
		f = make(i % 2 == 0 ? text : "of all", "program");
		if (!store_add(s, &f, &is_new, err, sizeof(err)))
			_exit(2);
		found_free(&f);
	}
	store_close(s);
	_exit(0);
}

static bool count(void *ctx, const struct found *f)
{
	(void)f;
	++*(u32 *)ctx;
	return true;
}

static void several_processes(void **state)
{
	struct store *s;
	struct found f;
	char err[ERR];
	u32 n = 0;
	int status;

	(void)state;
	for (u32 i = 0; i < WRITERS; i++)
		if (fork() == 0)
			writer(i);
	for (u32 i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	s = open_it();
	assert_true(store_each(s, count, &n, err, sizeof(err)));
	assert_int_equal(n, WRITERS * EACH / 2 + 1);
	f = get(s, "of all");
	assert_int_equal(f.seen, WRITERS * EACH / 2);
	found_free(&f);
	store_close(s);
}

/* --- files that are none --- */

static void put_file(const char *bytes, size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	fwrite(bytes, 1, len, f);
	fclose(f);
}

static void refused(const char *why)
{
	char err[ERR] = "";
	struct store *s = store_open(path, err, sizeof(err));

	assert_null(s);
	if (strstr(err, why) == NULL || strstr(err, path) == NULL)
		fail_msg("'%s' is not said: %s", why, err);
}

static void sql(const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void foreign(void **state)
{
	(void)state;
	put_file("this is a text, and no store of anything at all, for it is much too short", 73);
	refused("not a store of findings");
	unlink(path);
	sql("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	refused("but not a store of findings");
}

static void another_schema(void **state)
{
	(void)state;
	store_close(open_it());
	sql("PRAGMA user_version = 77");
	refused("schema 77");
}

/* Who keeps something else in the file may have been first: the report its past runs. */
static void table_of_another(void **state)
{
	struct store *s;
	char err[ERR];
	u32 n = 0;

	(void)state;
	store_close(open_it());
	sql("DROP TABLE finding; CREATE TABLE report_run (nr INTEGER PRIMARY KEY, run TEXT); "
	    "INSERT INTO report_run VALUES (1, 'kept')");
	s = open_it();
	add(s, "signature", "program");
	assert_true(store_each(s, count, &n, err, sizeof(err)));
	assert_int_equal(n, 1);
	store_close(s);
	sql("CREATE TABLE there (run TEXT NOT NULL); "
	    "INSERT INTO there VALUES ((SELECT run FROM report_run))");
}

/* Every page broken, one at a time, and every length: an error, or what is left is believed only as
 * far as it can be; never a crash.
 */
static void damaged(void **state)
{
	struct store *s = open_it();
	static char bytes[1 << 18], broken[1 << 18];
	char err[ERR], text[32];
	size_t len;
	FILE *f;
	u32 errors = 0;

	(void)state;
	for (u32 i = 0; i < 60; i++) {
		snprintf(text, sizeof(text), "signature %u", i);
		add(s, text,
		    "a program that takes some room in its page, so that there are several");
	}
	store_close(s);
	f = fopen(path, "rb");
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_in_range(len, 4096 * 3, sizeof(bytes) - 1);
	for (size_t at = 0; at < len; at += 1024) {
		u32 n = 0;

		memcpy(broken, bytes, len);
		memset(broken + at, 0xa5, 512);
		put_file(broken, len);
		s = store_open(path, err, sizeof(err));
		if (s == NULL || !store_each(s, count, &n, err, sizeof(err)))
			errors++;
		store_close(s);
		put_file(bytes, len - at - 1);
		s = store_open(path, err, sizeof(err));
		if (s == NULL || !store_each(s, count, &n, err, sizeof(err)))
			errors++;
		store_close(s);
	}
	assert_true(errors > len / 1024);
}

/* Values that no refstack writes. */
static void hostile_rows(void **state)
{
	static const char *const changes[] = {
		"UPDATE finding SET detector = 'none'",
		"UPDATE finding SET status = 'none'",
		"UPDATE finding SET target = 'none'",
		"UPDATE finding SET seen = -1",
		"UPDATE finding SET id = 'much too long'",
		"UPDATE finding SET signature = "
		"hex(zeroblob(100))",
	};
	char err[ERR];

	(void)state;
	for (u32 i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct store *s = open_it();
		u32 n = 0;

		add(s, "one", "program");
		store_close(s);
		sql(changes[i]);
		s = open_it();
		if (store_each(s, count, &n, err, sizeof(err)))
			fail_msg("not seen: %s", changes[i]);
		assert_non_null(strstr(err, "damaged"));
		store_close(s);
		unlink(path);
	}
}

static void nowhere(void **state)
{
	char err[ERR] = "";

	(void)state;
	assert_null(store_open("/no/such/folder/findings.db", err, sizeof(err)));
	assert_non_null(strstr(err, "/no/such/folder/findings.db: cannot be opened"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make_path, remove_path)
	const struct CMUnitTest tests[] = {
		T(kept),
		T(counted),
		T(updated),
		T(gone),
		T(ids),
		T(in_order),
		T(several_processes),
		T(foreign),
		T(another_schema),
		T(table_of_another),
		T(damaged),
		T(hostile_rows),
		T(nowhere),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	puts("SKIP store: built without SQLite");
	return 0;
}

#endif
