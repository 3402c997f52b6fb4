// SPDX-License-Identifier: MIT
/* campaign.c - see campaign.h: the directory and its lock; sums and ledgers (internal.h).
 *
 * campaign.json is one flat object with a number a line, "pkt.afl_execs": 12. It is read by the
 * same rows that write it.
 */
#include "harness/campaign/campaign.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/campaign/internal.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"
#include "harness/lib/replace.h"
#include "harness/lib/write_all.h"
#include "harness/oracle/child.h"

enum { KEY_BYTES = 96, LINE_BYTES = 256, NS_PER_MS_ = 1000000, MS_PER_S_ = 1000, PID_BYTES = 32 };

const char *const engine_names[ENGINES] = { "libfuzzer", "afl" };

static const char *const folders[] = { "corpus", "work", "weights", "found", "findings" };
static const char *const files[] = { "campaign.json",	"looked",	   "judged",
				     "detected",	"series",	   "findings.db",
				     "findings.db-wal", "findings.db-shm", "findings.db-journal",
				     "summary.txt",	"summary.json",	   "summary.html" };

u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * MS_PER_S_ + (u64)t.tv_nsec / NS_PER_MS_;
}

const char *thousands(u64 v, char to[THOUSANDS])
{
	char plain[THOUSANDS];
	int len = snprintf(plain, sizeof(plain), "%" PRIu64, v), at = 0;

	for (int i = 0; i < len; i++) {
		if (i != 0 && (len - i) % 3 == 0)
			to[at++] = ',';
		to[at++] = plain[i];
	}
	to[at] = '\0';
	return to;
}

/* --- the directory --- */

/* campaign_open() takes no directory that all names below it would not fit behind. */
void campaign_path(const struct campaign *c, const char *a, const char *b, char to[CAMPAIGN_PATH])
{
	int len = snprintf(to, CAMPAIGN_PATH, "%s%s%s%s%s", c->dir, *a != '\0' ? "/" : "", a,
			   *b != '\0' ? "/" : "", b);

	assert(len > 0 && len < CAMPAIGN_PATH);
}

static bool make_folder(const struct campaign *c, const char *name, char *err, u32 err_size)
{
	char path[CAMPAIGN_PATH];

	campaign_path(c, name, "", path);
	if (folder_make(path))
		return true;
	snprintf(err, err_size, "cannot make %s: %s", path, strerror(errno));
	return false;
}

/* A folder that is there and can only be read is found now, not in the middle. */
static bool can_write(const struct campaign *c, char *err, u32 err_size)
{
	if (access(c->dir, R_OK | W_OK | X_OK) == 0)
		return true;
	snprintf(err, err_size, "cannot write into %s: %s", c->dir, strerror(errno));
	return false;
}

bool campaign_open(struct campaign *c, const char *dir, char *err, u32 err_size)
{
	size_t len = strlen(dir);

	if (len == 0 || len > CAMPAIGN_PATH - 160) {
		snprintf(err, err_size, "a name of %zu bytes is none of a campaign's directory",
			 len);
		return false;
	}
	memcpy(c->dir, dir, len + 1);
	if (!make_folder(c, "", err, err_size) || !can_write(c, err, err_size))
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(folders); i++)
		if (!make_folder(c, folders[i], err, err_size))
			return false;
	return true;
}

/* What the lock's file says: the process that has it. */
static long holder(int fd)
{
	char text[PID_BYTES];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return strtol(text, NULL, 10);
}

int campaign_lock(const struct campaign *c, char *err, u32 err_size)
{
	char path[CAMPAIGN_PATH], text[PID_BYTES];
	int fd, len;

	campaign_path(c, "lock", "", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0) {
		snprintf(err, err_size, "cannot write %s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		snprintf(err, err_size,
			 "process %ld runs a campaign in %s: wait for its end, or take another "
			 "--campaign DIR",
			 holder(fd), c->dir);
		close(fd);
		return -1;
	}
	len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len)
		return fd;
	snprintf(err, err_size, "cannot write %s: %s", path, strerror(errno));
	close(fd);
	return -1;
}

void campaign_forget(const struct campaign *c)
{
	char path[CAMPAIGN_PATH];

	for (u32 i = 0; i < ARRAY_SIZE(files); i++) {
		campaign_path(c, files[i], "", path);
		unlink(path);
	}
	for (u32 i = 0; i < ARRAY_SIZE(folders); i++) {
		campaign_path(c, folders[i], "", path);
		folder_remove(path);
		folder_make(path);
	}
}

/* --- sums --- */

static const struct sum_row {
	const char *name;
	size_t at;
} session_rows[] = {
#define G(name) { #name, offsetof(struct sums, name) },
#define T(name)
#include "harness/campaign/sums.def"
#undef T
#undef G
}, target_rows[] = {
#define G(name)
#define T(name) { #name, offsetof(struct target_sums, name) },
#include "harness/campaign/sums.def"
#undef T
#undef G
};

static u64 *sum_at(void *of, const struct sum_row *row)
{
	return (u64 *)(void *)((u8 *)of + row->at);
}

static u64 sum_value(const void *of, const struct sum_row *row)
{
	return *(const u64 *)(const void *)((const u8 *)of + row->at);
}

/* NULL: no row of ours, which another version may have written. */
static u64 *find_sum(struct sums *s, const char *key)
{
	const char *dot = strchr(key, '.');
	char target[KEY_BYTES];
	u32 t = 0;

	for (u32 i = 0; dot == NULL && i < ARRAY_SIZE(session_rows); i++)
		if (strcmp(session_rows[i].name, key) == 0)
			return sum_at(s, &session_rows[i]);
	if (dot == NULL)
		return NULL;
	snprintf(target, sizeof(target), "%.*s", (int)(dot - key), key);
	while (t < fuzz_nr_targets && strcmp(fuzz_targets[t].name, target) != 0)
		t++;
	for (u32 i = 0; t < fuzz_nr_targets && i < ARRAY_SIZE(target_rows); i++)
		if (strcmp(target_rows[i].name, dot + 1) == 0)
			return sum_at(&s->target[t], &target_rows[i]);
	return NULL;
}

static bool take_line(struct sums *s, const char *line)
{
	char key[KEY_BYTES], *end;
	size_t len;
	u64 v, *to;

	line += strspn(line, " ");
	len = strcspn(line, "\n");
	if (len == 0 || *line == '{' || *line == '}')
		return true;
	if (*line != '"')
		return false;
	len = strcspn(line + 1, "\"");
	if (len >= sizeof(key) || line[len + 1] != '"' || line[len + 2] != ':')
		return false;
	memcpy(key, line + 1, len);
	key[len] = '\0';
	errno = 0;
	v = strtoull(line + len + 3, &end, 10);
	if (errno != 0 || end == line + len + 3 || (*end != ',' && *end != '\n'))
		return false;
	to = find_sum(s, key);
	if (to != NULL)
		*to = v;
	return true;
}

bool sums_read(const struct campaign *c, struct sums *s, char *err, u32 err_size)
{
	char path[CAMPAIGN_PATH], line[LINE_BYTES];
	bool ok = true, ended = false;
	FILE *from;

	*s = (struct sums){ 0 };
	campaign_path(c, "campaign.json", "", path);
	from = fopen(path, "r");
	if (from == NULL && errno == ENOENT)
		return true;
	while (from != NULL && ok && fgets(line, sizeof(line), from) != NULL) {
		ok = take_line(s, line);
		ended = ended || line[0] == '}';
	}
	ok = ok && ended;
	if (from == NULL)
		snprintf(err, err_size, "cannot read %s: %s", path, strerror(errno));
	else
		fclose(from);
	if (from != NULL && !ok)
		snprintf(err, err_size, "%s is damaged. Begin anew with --fresh, or put it right",
			 path);
	return from != NULL && ok;
}

static void print_sums(const void *ctx, FILE *to)
{
	const struct sums *s = ctx;
	char key[KEY_BYTES];
	struct json j;

	json_begin(&j, to, 1);
	json_object(&j, NULL);
	for (u32 i = 0; i < ARRAY_SIZE(session_rows); i++)
		json_u64(&j, session_rows[i].name, sum_value(s, &session_rows[i]));
	for (u32 t = 0; t < fuzz_nr_targets; t++) {
		for (u32 i = 0; i < ARRAY_SIZE(target_rows); i++) {
			snprintf(key, sizeof(key), "%s.%s", fuzz_targets[t].name,
				 target_rows[i].name);
			json_u64(&j, key, sum_value(&s->target[t], &target_rows[i]));
		}
	}
	json_end(&j);
}

bool sums_write(const struct campaign *c, const struct sums *s, char *err, u32 err_size)
{
	char path[CAMPAIGN_PATH];

	campaign_path(c, "campaign.json", "", path);
	return replace_file(path, print_sums, s, err, err_size) == 0;
}

/* --- sets and ledgers --- */

static u32 place(const struct hash_set *s, u64 key)
{
	u32 i = (u32)(key ^ key >> 32) & (s->cap - 1);

	while (s->slot[i] != 0 && s->slot[i] != key)
		i = (i + 1) & (s->cap - 1);
	return i;
}

bool hash_set_has(const struct hash_set *s, u64 key)
{
	key += key == 0;
	return s->cap != 0 && s->slot[place(s, key)] == key;
}

static void grow(struct hash_set *s)
{
	struct hash_set larger = { .cap = s->cap != 0 ? 2 * s->cap : 1024, .used = s->used };

	larger.slot = must(calloc(larger.cap, sizeof(*larger.slot)));
	for (u32 i = 0; i < s->cap; i++)
		if (s->slot[i] != 0)
			larger.slot[place(&larger, s->slot[i])] = s->slot[i];
	free(s->slot);
	*s = larger;
}

bool hash_set_add(struct hash_set *s, u64 key)
{
	u32 i;

	key += key == 0;
	if (s->cap == 0 || 2 * (u64)s->used >= s->cap)
		grow(s);
	i = place(s, key);
	if (s->slot[i] == key)
		return false;
	s->slot[i] = key;
	s->used++;
	return true;
}

void hash_set_free(struct hash_set *s)
{
	free(s->slot);
	*s = (struct hash_set){ 0 };
}

/* FNV-1a, then mixed: both texts, and that there are two. */
u64 hash_text(const char *a, const char *b)
{
	u64 h = 14695981039346656037ull;

	for (; *a != '\0'; a++)
		h = (h ^ (u8)*a) * 1099511628211ull;
	h = (h ^ 0xff) * 1099511628211ull;
	for (; *b != '\0'; b++)
		h = (h ^ (u8)*b) * 1099511628211ull;
	return h ^ h >> 29;
}

bool ledger_open(struct ledger *l, const struct campaign *c, const char *name, char *err,
		 u32 err_size)
{
	char path[CAMPAIGN_PATH], target[LINE_BYTES], hash[LINE_BYTES];
	FILE *from;

	campaign_path(c, name, "", path);
	*l = (struct ledger){ .fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666) };
	from = l->fd >= 0 ? fopen(path, "r") : NULL;
	if (from == NULL) {
		snprintf(err, err_size, "cannot write %s: %s", path, strerror(errno));
		return false;
	}
	/* A last line that was cut off names nothing that there is. */
	while (fscanf(from, "%255s %255s", target, hash) == 2)
		hash_set_add(&l->has, hash_text(target, hash));
	fclose(from);
	return true;
}

bool ledger_has(const struct ledger *l, const char *target, const char *hash)
{
	return hash_set_has(&l->has, hash_text(target, hash));
}

bool ledger_add(struct ledger *l, const char *target, const char *hash)
{
	char line[LINE_BYTES];
	int len = snprintf(line, sizeof(line), "%s %s\n", target, hash);

	return !hash_set_add(&l->has, hash_text(target, hash)) ||
	       write_all(l->fd, line, (size_t)len);
}

void ledger_close(struct ledger *l)
{
	if (l->fd > 0)
		close(l->fd);
	hash_set_free(&l->has);
}
