// SPDX-License-Identifier: MIT
/* store.c - see store.h.
 *
 * One table, each change in a transaction of its own that begins with the right to write, so that
 * two processes that find the same thing count two. SQLite's own journal sees to it that nothing is
 * half written; who finds the file busy waits.
 */
#include "harness/campaign/store.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/must.h"
#include "harness/lib/sha256.h"

const char *const finding_status_names[FINDING_STATUSES] = {
	[FINDING_NEW] = "new",		 [FINDING_CONFIRMED] = "confirmed",
	[FINDING_FLAKY] = "flaky",	 [FINDING_MINIMISED] = "minimised",
	[FINDING_PROMOTED] = "promoted", [FINDING_GONE] = "gone",
};

void found_id(struct found *f)
{
	char hex[SHA256_HEX];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, f->target, strlen(f->target) + 1);
	sha256_add(&h, detector_names[f->detector], strlen(detector_names[f->detector]) + 1);
	sha256_add(&h, f->signature, strlen(f->signature));
	sha256_final(&h, hex);
	memcpy(f->id, hex, sizeof(f->id) - 1);
	f->id[sizeof(f->id) - 1] = '\0';
}

void found_free(struct found *f)
{
	free(f->program);
	free(f->smallest);
	free(f->text);
	free(f->place);
	*f = (struct found){ .program = NULL };
}

#ifdef STORELESS

static void not_built(char *err, u32 err_size)
{
	snprintf(err, err_size, "built without SQLite: there is no store of findings here");
}

struct store *store_open(const char *path, char *err, u32 err_size)
{
	(void)path;
	not_built(err, err_size);
	return NULL;
}

void store_close(struct store *s)
{
	(void)s;
}

bool store_add(struct store *s, const struct found *f, bool *is_new, char *err, u32 err_size)
{
	(void)s;
	(void)f;
	*is_new = false;
	not_built(err, err_size);
	return false;
}

int store_find(struct store *s, const char *id, struct found *f, char *err, u32 err_size)
{
	(void)s;
	(void)id;
	*f = (struct found){ .program = NULL };
	not_built(err, err_size);
	return -1;
}

bool store_update(struct store *s, const struct found *f, char *err, u32 err_size)
{
	(void)s;
	(void)f;
	not_built(err, err_size);
	return false;
}

bool store_each(struct store *s, bool (*each)(void *ctx, const struct found *f), void *ctx,
		char *err, u32 err_size)
{
	(void)s;
	(void)each;
	(void)ctx;
	not_built(err, err_size);
	return false;
}

#else

#include <sqlite3.h>

enum {
	BUSY_MS = 30000,
	APPLICATION = 0x52534644, /* "RSFD", in the file's header */
	SCHEMA = 1,
	ID_DIGITS = 8,
	SQL_BYTES = 1024
};

struct store {
	sqlite3 *db;
	char *path;
};

/* In the order of struct row's columns below. */
#define COLUMNS                                                                                    \
	"id, target, detector, signature, first_seen, build, status, program, smallest, seen, "    \
	"replays, showed, text, place, looks"

enum column {
	COL_ID,
	COL_TARGET,
	COL_DETECTOR,
	COL_SIGNATURE,
	COL_FIRST_SEEN,
	COL_BUILD,
	COL_STATUS,
	COL_PROGRAM,
	COL_SMALLEST,
	COL_SEEN,
	COL_REPLAYS,
	COL_SHOWED,
	COL_TEXT,
	COL_PLACE,
	COL_LOOKS
};

/* Whoever comes first marks the file, and each of those that keep something in it makes its own
 * table: the report keeps its past runs there (harness/report/history.py).
 */
static const char make_table[] =
	"CREATE TABLE IF NOT EXISTS finding (nr INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
	"target TEXT NOT "
	"NULL, detector TEXT NOT NULL, signature TEXT NOT NULL, first_seen TEXT NOT NULL, build "
	"TEXT NOT NULL, status TEXT NOT NULL, program BLOB NOT NULL, smallest BLOB, seen INTEGER "
	"NOT NULL, replays INTEGER NOT NULL, showed INTEGER NOT NULL, text TEXT, place TEXT, looks "
	"TEXT NOT NULL, "
	"UNIQUE (target, detector, signature))";

/* --- errors --- */

struct why {
	char *err;
	u32 size;
};

__attribute__((format(printf, 3, 4))) static void complain(struct why why, const struct store *s,
							   const char *format, ...)
{
	int at = snprintf(why.err, why.size, "%s: ", s->path);
	va_list ap;

	if (at < 0 || (u32)at >= why.size)
		return;
	va_start(ap, format);
	vsnprintf(why.err + at, why.size - (u32)at, format, ap);
	va_end(ap);
}

static void complain_sql(struct why why, const struct store *s)
{
	int code = sqlite3_errcode(s->db);

	if (code == SQLITE_NOTADB)
		complain(why, s, "this is not a store of findings");
	else if (code == SQLITE_CORRUPT)
		complain(why, s, "the store of findings is damaged: %s", sqlite3_errmsg(s->db));
	else
		complain(why, s, "%s", sqlite3_errmsg(s->db));
}

/* --- statements --- */

static bool execute(struct store *s, const char *sql, struct why why)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	complain_sql(why, s);
	return false;
}

static sqlite3_stmt *prepare(struct store *s, const char *sql, struct why why)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		complain_sql(why, s);
	return st;
}

/* Of a statement that gives no rows. */
static bool finish(struct store *s, sqlite3_stmt *st, struct why why)
{
	bool ok = sqlite3_step(st) == SQLITE_DONE;

	if (!ok)
		complain_sql(why, s);
	sqlite3_finalize(st);
	return ok;
}

static bool number_of(struct store *s, const char *sql, s64 *v, struct why why)
{
	sqlite3_stmt *st = prepare(s, sql, why);
	bool ok = st != NULL && sqlite3_step(st) == SQLITE_ROW;

	if (ok)
		*v = sqlite3_column_int64(st, 0);
	else if (st != NULL)
		complain_sql(why, s);
	sqlite3_finalize(st);
	return ok;
}

static void bind_text(sqlite3_stmt *st, int at, const char *text)
{
	if (text != NULL)
		sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, at);
}

static void bind_bytes(sqlite3_stmt *st, int at, const u8 *bytes, size_t len)
{
	if (bytes != NULL)
		sqlite3_bind_blob64(st, at, bytes, len, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, at);
}

/* --- opening --- */

static bool make_mark(struct store *s, struct why why)
{
	char sql[SQL_BYTES];

	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 APPLICATION, SCHEMA);
	return execute(s, sql, why);
}

/* In a transaction, for two that open it at once make it once. */
static bool check_schema(struct store *s, struct why why)
{
	s64 application, version, tables;

	if (!number_of(s, "PRAGMA application_id", &application, why) ||
	    !number_of(s, "PRAGMA user_version", &version, why) ||
	    !number_of(s, "SELECT count(*) FROM sqlite_master", &tables, why))
		return false;
	if (application == 0 && version == 0 && tables == 0)
		return make_mark(s, why) && execute(s, make_table, why);
	if (application != APPLICATION) {
		complain(why, s, "this is an SQLite file, but not a store of findings");
		return false;
	}
	if (version != SCHEMA) {
		complain(why, s,
			 "the store has schema %" PRId64 ", this refstack knows %d: "
			 "use the one that wrote it",
			 version, SCHEMA);
		return false;
	}
	return execute(s, make_table, why);
}

static bool check_whole(struct store *s, struct why why)
{
	sqlite3_stmt *st = prepare(s, "PRAGMA quick_check(1)", why);
	const char *said;
	bool ok = false;

	if (st == NULL)
		return false;
	if (sqlite3_step(st) != SQLITE_ROW) {
		complain_sql(why, s);
		goto out;
	}
	said = (const char *)sqlite3_column_text(st, 0);
	ok = said != NULL && strcmp(said, "ok") == 0;
	if (!ok)
		complain(why, s, "the store of findings is damaged: %s", said != NULL ? said : "?");
out:
	sqlite3_finalize(st);
	return ok;
}

static bool end_change(struct store *s, bool ok, struct why why)
{
	if (ok && execute(s, "COMMIT", why))
		return true;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool set_up(struct store *s, struct why why)
{
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (!execute(s, "BEGIN IMMEDIATE", why) || !end_change(s, check_schema(s, why), why))
		return false;
	return check_whole(s, why);
}

struct store *store_open(const char *path, char *err, u32 err_size)
{
	struct why why = { err, err_size };
	struct store *s = must(calloc(1, sizeof(*s)));

	assert(err_size != 0);
	s->path = must(strdup(path));
	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
	    SQLITE_OK) {
		if (set_up(s, why))
			return s;
	} else {
		complain(why, s, "cannot be opened: %s",
			 s->db != NULL ? sqlite3_errmsg(s->db) : "no memory");
	}
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	sqlite3_close(s->db);
	free(s->path);
	free(s);
}

/* --- a row --- */

static bool take_text(sqlite3_stmt *st, int column, char *to, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	int len = sqlite3_column_bytes(st, column);

	if (text == NULL || (size_t)len >= size || strlen(text) != (size_t)len)
		return false;
	memcpy(to, text, (size_t)len + 1);
	return true;
}

static bool take_name(sqlite3_stmt *st, int column, const char *const *names, u32 n, u32 *v)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	for (u32 i = 0; text != NULL && i < n; i++)
		if (strcmp(names[i], text) == 0) {
			*v = i;
			return true;
		}
	return false;
}

static bool take_u32(sqlite3_stmt *st, int column, u32 *v)
{
	s64 n = sqlite3_column_int64(st, column);

	*v = (u32)n;
	return n >= 0 && n <= (s64)U32_MAX;
}

static u8 *take_bytes(sqlite3_stmt *st, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(st, column);
	u8 *copy;

	*len = (size_t)sqlite3_column_bytes(st, column);
	if (sqlite3_column_type(st, column) == SQLITE_NULL)
		return NULL;
	copy = must(malloc(*len + 1));
	if (*len != 0)
		memcpy(copy, bytes, *len);
	return copy;
}

static char *take_string(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	return text != NULL ? must(strdup(text)) : NULL;
}

/* Somebody may have written into the file: what is in it is believed only as far as it can be. */
static bool take_row(sqlite3_stmt *st, struct found *f)
{
	u32 detector = 0, status = 0;
	bool ok;

	*f = (struct found){ .program = NULL };
	ok = take_text(st, COL_ID, f->id, sizeof(f->id)) &&
	     take_text(st, COL_TARGET, f->target, sizeof(f->target)) &&
	     take_text(st, COL_SIGNATURE, f->signature, sizeof(f->signature)) &&
	     take_text(st, COL_FIRST_SEEN, f->first_seen, sizeof(f->first_seen)) &&
	     take_text(st, COL_BUILD, f->commit, sizeof(f->commit)) &&
	     take_text(st, COL_LOOKS, f->looks, sizeof(f->looks)) &&
	     take_name(st, COL_DETECTOR, detector_names, DETECTOR_MAX, &detector) &&
	     take_name(st, COL_STATUS, finding_status_names, FINDING_STATUSES, &status) &&
	     take_u32(st, COL_SEEN, &f->seen) && take_u32(st, COL_REPLAYS, &f->replays) &&
	     take_u32(st, COL_SHOWED, &f->showed) && fuzz_target_find(f->target) != NULL;
	f->detector = (enum detector)detector;
	f->status = (enum finding_status)status;
	f->program = take_bytes(st, COL_PROGRAM, &f->program_len);
	f->smallest = take_bytes(st, COL_SMALLEST, &f->smallest_len);
	f->text = take_string(st, COL_TEXT);
	f->place = take_string(st, COL_PLACE);
	if (ok && f->program != NULL)
		return true;
	found_free(f);
	return false;
}

/* 1: a row, 0: no more, -1 with why in err. */
static int next_row(struct store *s, sqlite3_stmt *st, struct found *f, struct why why)
{
	int code = sqlite3_step(st);

	if (code == SQLITE_DONE)
		return 0;
	if (code != SQLITE_ROW) {
		complain_sql(why, s);
		return -1;
	}
	if (take_row(st, f))
		return 1;
	complain(why, s,
		 "the store of findings is damaged: finding %" PRIu32
		 " is none that a refstack writes",
		 (u32)sqlite3_column_int(st, COL_LOOKS + 1));
	return -1;
}

/* --- adding --- */

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static bool insert(struct store *s, const struct found *f, const char *id, struct why why)
{
	static const char sql[] = "INSERT INTO finding (" COLUMNS
				  ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'new', ?7, NULL, "
				  "1, 0, 0, ?8, NULL, '')";
	sqlite3_stmt *st = prepare(s, sql, why);

	if (st == NULL)
		return false;
	bind_text(st, 1, id);
	bind_text(st, 2, f->target);
	bind_text(st, 3, detector_names[f->detector]);
	bind_text(st, 4, f->signature);
	bind_text(st, 5, f->first_seen);
	bind_text(st, 6, f->commit);
	bind_bytes(st, 7, f->program != NULL ? f->program : (const u8 *)"", f->program_len);
	bind_text(st, 8, or_empty(f->text));
	return finish(s, st, why);
}

/* What was gone begins anew, with the program that shows it now. */
static bool seen_again(struct store *s, const struct found *old, const struct found *f,
		       struct why why)
{
	static const char again[] =
		"UPDATE finding SET seen = seen + 1, program = ?2, text = ?3 WHERE id = ?1";
	static const char anew[] =
		"UPDATE finding SET seen = seen + 1, program = ?2, text = ?3, build = ?4, status = "
		"'new', smallest = NULL, looks = '', replays = 0, showed = 0 WHERE id = ?1";
	bool gone = old->status == FINDING_GONE;
	const struct found *keep = gone || f->program_len < old->program_len ? f : old;
	sqlite3_stmt *st = prepare(s, gone ? anew : again, why);

	if (st == NULL)
		return false;
	bind_text(st, 1, old->id);
	bind_bytes(st, 2, keep->program != NULL ? keep->program : (const u8 *)"",
		   keep->program_len);
	bind_text(st, 3, or_empty(keep->text));
	if (gone)
		bind_text(st, 4, f->commit);
	return finish(s, st, why);
}

static sqlite3_stmt *select_id(struct store *s, const char *id, struct why why)
{
	sqlite3_stmt *st = prepare(s,
				   "SELECT " COLUMNS ", nr FROM finding WHERE "
				   "substr(id, 1, length(?1)) = ?1 ORDER BY nr",
				   why);

	if (st != NULL)
		bind_text(st, 1, id);
	return st;
}

static bool same_finding(const struct found *a, const struct found *b)
{
	return strcmp(a->target, b->target) == 0 && a->detector == b->detector &&
	       strcmp(a->signature, b->signature) == 0;
}

static bool add_or_count(struct store *s, const struct found *f, bool *is_new, struct why why)
{
	struct found named = *f, old;
	sqlite3_stmt *st;
	bool ok = false;
	int row;

	found_id(&named);
	st = select_id(s, named.id, why);
	if (st == NULL)
		return false;
	row = next_row(s, st, &old, why);
	sqlite3_finalize(st);
	if (row < 0)
		return false;
	if (row == 0) {
		*is_new = true;
		return insert(s, f, named.id, why);
	}
	*is_new = old.status == FINDING_GONE;
	if (same_finding(&old, f))
		ok = seen_again(s, &old, f, why);
	else
		complain(why, s, "another finding has the id %s already", named.id);
	found_free(&old);
	return ok;
}

bool store_add(struct store *s, const struct found *f, bool *is_new, char *err, u32 err_size)
{
	struct why why = { err, err_size };

	*is_new = false;
	if (!execute(s, "BEGIN IMMEDIATE", why))
		return false;
	return end_change(s, add_or_count(s, f, is_new, why), why);
}

/* --- finding, updating, listing --- */

static bool is_id(const char *id)
{
	size_t len = strlen(id);

	return len >= 1 && len <= ID_DIGITS && strspn(id, "0123456789abcdef") == len;
}

static void say_several(const char *id, const struct found *first, sqlite3_stmt *st, char *err,
			u32 err_size)
{
	u32 at = (u32)snprintf(err, err_size, "'%s' is the beginning of several findings: %s", id,
			       first->id);

	do
		if (at < err_size)
			at += (u32)snprintf(
				err + at, err_size - at, ", %s",
				or_empty((const char *)sqlite3_column_text(st, COL_ID)));
	while (sqlite3_step(st) == SQLITE_ROW);
}

int store_find(struct store *s, const char *id, struct found *f, char *err, u32 err_size)
{
	struct why why = { err, err_size };
	sqlite3_stmt *st;
	int row;

	*f = (struct found){ .program = NULL };
	if (!is_id(id)) {
		snprintf(err, err_size, "'%s' is no id of a finding: up to eight of 0-9 and a-f",
			 id);
		return 0;
	}
	st = select_id(s, id, why);
	if (st == NULL)
		return -1;
	row = next_row(s, st, f, why);
	if (row == 0) {
		snprintf(err, err_size, "no finding begins with '%s'", id);
	} else if (row > 0 && sqlite3_step(st) == SQLITE_ROW) {
		say_several(id, f, st, err, err_size);
		found_free(f);
		row = 0;
	}
	sqlite3_finalize(st);
	return row;
}

bool store_update(struct store *s, const struct found *f, char *err, u32 err_size)
{
	static const char sql[] =
		"UPDATE finding SET status = ?2, smallest = ?3, replays = ?4, showed = ?5, text = "
		"?6, place = ?7, looks = ?8 WHERE id = ?1";
	struct why why = { err, err_size };
	sqlite3_stmt *st = prepare(s, sql, why);

	assert(f->status < FINDING_STATUSES);
	if (st == NULL)
		return false;
	bind_text(st, 1, f->id);
	bind_text(st, 2, finding_status_names[f->status]);
	bind_bytes(st, 3, f->smallest, f->smallest_len);
	sqlite3_bind_int64(st, 4, f->replays);
	sqlite3_bind_int64(st, 5, f->showed);
	bind_text(st, 6, f->text);
	bind_text(st, 7, f->place);
	bind_text(st, 8, f->looks);
	if (!finish(s, st, why))
		return false;
	if (sqlite3_changes(s->db) == 1)
		return true;
	complain(why, s, "there is no finding %s", f->id);
	return false;
}

struct all {
	struct found *f;
	u32 nr, cap;
};

static int read_all(struct store *s, struct all *all, struct why why)
{
	sqlite3_stmt *st = prepare(s, "SELECT " COLUMNS ", nr FROM finding ORDER BY nr", why);
	int row = st != NULL ? 1 : -1;

	while (row > 0) {
		if (all->nr == all->cap) {
			all->cap = all->cap * 2 + 16;
			all->f = must(realloc(all->f, all->cap * sizeof(*all->f)));
		}
		row = next_row(s, st, &all->f[all->nr], why);
		all->nr += row > 0;
	}
	sqlite3_finalize(st);
	return row;
}

bool store_each(struct store *s, bool (*each)(void *ctx, const struct found *f), void *ctx,
		char *err, u32 err_size)
{
	struct why why = { err, err_size };
	struct all all = { .f = NULL };
	bool ok = read_all(s, &all, why) == 0;

	for (u32 i = 0; ok && i < all.nr; i++)
		if (!each(ctx, &all.f[i]))
			break;
	for (u32 i = 0; i < all.nr; i++)
		found_free(&all.f[i]);
	free(all.f);
	return ok;
}

#endif
