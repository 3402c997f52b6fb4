// SPDX-License-Identifier: MIT
/* corpus.c - see internal.h: one corpus a target, and how inputs come into it.
 *
 * Files are known by their content: whoever brings an input that is there already changes nothing.
 * Engines write into directories of their own (inboxes), file by file and not at once, so a file is
 * taken when nobody has written to it for a while, or when its engine has ended.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/campaign/internal.h"
#include "harness/lib/must.h"
#include "harness/lib/sha256.h"
#include "harness/lib/write_all.h"
#include "harness/oracle/child.h"

enum { FILE_PATH = 1024, REST_MS = 300, NS_PER_MS_ = 1000000, MS_PER_S_ = 1000, KEY_DIGITS = 16 };

void input_hash(const u8 *bytes, size_t len, char hash[HASH_HEX])
{
	char hex[SHA256_HEX];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes, len);
	sha256_final(&h, hex);
	memcpy(hash, hex, HASH_HEX - 1);
	hash[HASH_HEX - 1] = '\0';
}

u8 *input_read(const char *dir, const char *name, size_t *len)
{
	char path[FILE_PATH];
	struct stat st;
	u8 *bytes = NULL;
	ssize_t n = -1;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= INPUT_LARGEST) {
		bytes = must(malloc((size_t)st.st_size + 1));
		n = read(fd, bytes, (size_t)st.st_size);
	}
	close(fd);
	if (bytes != NULL && n == st.st_size) {
		*len = (size_t)n;
		return bytes;
	}
	free(bytes);
	return NULL;
}

bool input_write(const char *dir, const char *name, const u8 *bytes, size_t len)
{
	char path[FILE_PATH], part[FILE_PATH];
	int fd, error;
	bool ok;

	/* AFL++ reads all that is in a directory: what is not whole is written beside it. */
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
	    snprintf(part, sizeof(part), "%s.part", dir) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return false;
	}
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	ok = write_all(fd, bytes, len);
	error = errno;
	ok = close(fd) == 0 && ok && rename(part, path) == 0;
	if (!ok) {
		error = errno != 0 ? errno : error;
		unlink(part);
		errno = error;
	}
	return ok;
}

/* --- the corpus --- */

static u64 hash_key(const char *hash)
{
	char digits[KEY_DIGITS + 1];

	memcpy(digits, hash, KEY_DIGITS);
	digits[KEY_DIGITS] = '\0';
	return strtoull(digits, NULL, 16);
}

static bool is_hash(const char *name)
{
	return strlen(name) == HASH_HEX - 1 && strspn(name, "0123456789abcdef") == HASH_HEX - 1;
}

bool corpus_open(struct corpus *c, const char *dir, char *err, u32 err_size)
{
	struct dirent *e;
	DIR *d;

	*c = (struct corpus){ 0 };
	snprintf(c->dir, sizeof(c->dir), "%s", dir);
	d = folder_make(dir) ? opendir(dir) : NULL;
	if (d == NULL) {
		snprintf(err, err_size, "cannot make %s: %s", dir, strerror(errno));
		return false;
	}
	while ((e = readdir(d)) != NULL)
		if (is_hash(e->d_name) && hash_set_add(&c->has, hash_key(e->d_name)))
			c->entries++;
	closedir(d);
	return true;
}

int corpus_add(struct corpus *c, const u8 *bytes, size_t len, char hash[HASH_HEX])
{
	input_hash(bytes, len, hash);
	if (hash_set_has(&c->has, hash_key(hash)))
		return 0;
	if (!input_write(c->dir, hash, bytes, len))
		return -1;
	hash_set_add(&c->has, hash_key(hash));
	c->entries++;
	c->newest_ms = now_ms();
	return 1;
}

void corpus_each(const struct corpus *c, corpus_visit *visit, void *ctx)
{
	DIR *d = opendir(c->dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (is_hash(e->d_name) && !visit(ctx, e->d_name))
			break;
	if (d != NULL)
		closedir(d);
}

/* It stays known, so that nobody brings it back. */
void corpus_remove(struct corpus *c, const char *hash)
{
	char path[FILE_PATH];

	snprintf(path, sizeof(path), "%s/%s", c->dir, hash);
	if (unlink(path) == 0 && c->entries != 0)
		c->entries--;
	hash_set_add(&c->has, hash_key(hash));
}

void corpus_close(struct corpus *c)
{
	hash_set_free(&c->has);
}

/* --- inboxes --- */

static bool rests(const char *path)
{
	struct timespec now;
	struct stat st;
	s64 ms;

	if (stat(path, &st) != 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	ms = (now.tv_sec - st.st_mtim.tv_sec) * MS_PER_S_ +
	     (now.tv_nsec - st.st_mtim.tv_nsec) / NS_PER_MS_;
	return ms > REST_MS;
}

/* Names that begin with a dot, and AFL++'s README.txt, are no inputs. */
static bool is_input(const char *name)
{
	return name[0] != '.' && strcmp(name, "README.txt") != 0;
}

void inbox_pass(struct inbox *in, const char *name)
{
	hash_set_add(&in->seen, hash_text(name, ""));
}

static bool take_file(struct inbox *in, const char *name, bool at_rest, inbox_take *take, void *ctx)
{
	char path[FILE_PATH];
	bool more = true;
	size_t len = 0;
	u8 *bytes;

	if (hash_set_has(&in->seen, hash_text(name, "")) || !is_input(name) ||
	    snprintf(path, sizeof(path), "%s/%s", in->dir, name) >= (int)sizeof(path) ||
	    (!at_rest && !rests(path)))
		return true;
	bytes = input_read(in->dir, name, &len);
	if (in->takes)
		unlink(path);
	else
		inbox_pass(in, name);
	if (bytes != NULL && len != 0)
		more = take(ctx, in, name, bytes, len);
	free(bytes);
	return more;
}

bool inbox_read(struct inbox *in, bool at_rest, inbox_take *take, void *ctx)
{
	DIR *d = opendir(in->dir);
	struct dirent *e;
	bool more = true;

	while (d != NULL && more && (e = readdir(d)) != NULL)
		more = take_file(in, e->d_name, at_rest, take, ctx);
	if (d != NULL)
		closedir(d);
	return more;
}
