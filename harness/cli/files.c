// SPDX-License-Identifier: MIT
/* files.c - see files.h. */
/* Inode numbers have 64 bits on machines that have 32. */
#define _FILE_OFFSET_BITS 64 /* NOLINT(bugprone-reserved-identifier) */
#include "harness/cli/files.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/script/script.h"
#include "harness/lib/must.h"

enum { READ_STEP = 1 << 16 };

const char *file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

static char *read_all(FILE *from, size_t *len, char err[FILE_ERROR_MAX])
{
	size_t cap = READ_STEP;
	char *bytes = must(malloc(cap + 1));

	*len = 0;
	for (;;) {
		size_t got = fread(bytes + *len, 1, cap - *len, from);

		*len += got;
		if (got == 0 || *len > SCRIPT_BYTES)
			break;
		if (*len == cap) {
			cap *= 2;
			bytes = must(realloc(bytes, cap + 1));
		}
	}
	bytes[*len] = '\0';
	if (ferror(from) == 0 && *len <= SCRIPT_BYTES)
		return bytes;
	snprintf(err, FILE_ERROR_MAX, "%s",
		 ferror(from) != 0 ? strerror(errno) : "longer than a script may be");
	free(bytes);
	return NULL;
}

char *file_read(const char *path, size_t *len, char err[FILE_ERROR_MAX])
{
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	char *bytes;

	if (from == NULL) {
		snprintf(err, FILE_ERROR_MAX, "%s", strerror(errno));
		return NULL;
	}
	bytes = read_all(from, len, err);
	if (from != stdin)
		fclose(from);
	return bytes;
}

/* A terminal, a pipe or a device cannot be replaced. */
static bool write_through(const char *path, const void *bytes, size_t len)
{
	FILE *to = fopen(path, "wbe");
	bool ok;

	if (to == NULL)
		return false;
	ok = fwrite(bytes, 1, len, to) == len;
	return fclose(to) == 0 && ok;
}

static bool write_beside(const char *path, const struct stat *old, const void *bytes, size_t len)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *temporary = must(malloc(size));
	mode_t mask = umask(0);
	bool ok = false;
	FILE *to;
	int fd;

	umask(mask);
	snprintf(temporary, size, "%s.XXXXXX", path);
	fd = mkstemp(temporary);
	if (fd < 0)
		goto out;
	to = must(fdopen(fd, "wb"));
	ok = fchmod(fd, old != NULL ? old->st_mode & 07777 : 0666 & ~mask) == 0 &&
	     fwrite(bytes, 1, len, to) == len;
	ok = fclose(to) == 0 && ok;
	ok = ok && rename(temporary, path) == 0;
	if (!ok) {
		int why = errno;

		unlink(temporary);
		errno = why;
	}
out:
	free(temporary);
	return ok;
}

bool file_write(const char *path, const void *bytes, size_t len, char err[FILE_ERROR_MAX])
{
	char *target = realpath(path, NULL); /* a link stays a link */
	const char *to = target != NULL ? target : path;
	struct stat old;
	bool there = stat(to, &old) == 0, ok;

	if (there && !S_ISREG(old.st_mode))
		ok = write_through(to, bytes, len);
	else
		ok = write_beside(to, there ? &old : NULL, bytes, len);
	if (!ok)
		snprintf(err, FILE_ERROR_MAX, "%s", strerror(errno));
	free(target);
	return ok;
}

static void list_append(struct file_list *l, const char *path)
{
	if (l->nr == l->cap) {
		l->cap = l->cap * 2 + 16;
		l->path = must(realloc(l->path, l->cap * sizeof(*l->path)));
	}
	l->path[l->nr++] = must(strdup(path));
}

/* With one of the suffixes, which stand with a space between them. */
static bool ends_with(const char *name, const char *suffixes)
{
	size_t len = strlen(name);

	while (*suffixes != '\0') {
		size_t end = strcspn(suffixes, " ");

		if (len >= end && memcmp(name + len - end, suffixes, end) == 0)
			return true;
		suffixes += end + (suffixes[end] == ' ');
	}
	return false;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool list_below(struct file_list *l, const char *path, const char *suffix,
		       char err[FILE_ERROR_MAX])
{
	char *root = must(strdup(path)), *roots[] = { root, NULL };
	u32 before = l->nr;
	bool ok = true;
	FTSENT *e;
	FTS *walk;

	/* "vectors/" and "vectors" name the same scripts. */
	for (size_t n = strlen(root); n > 1 && root[n - 1] == '/'; n--)
		root[n - 1] = '\0';
	walk = must(fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name));
	while (ok && (e = fts_read(walk)) != NULL) {
		if (e->fts_info == FTS_F && ends_with(e->fts_name, suffix))
			list_append(l, e->fts_path);
		ok = e->fts_info != FTS_DNR && e->fts_info != FTS_ERR;
		if (!ok)
			snprintf(err, FILE_ERROR_MAX, "%s: %s", e->fts_path,
				 strerror(e->fts_errno));
	}
	fts_close(walk);
	free(root);
	if (ok && l->nr == before) {
		size_t first = strcspn(suffix, " ");

		snprintf(err, FILE_ERROR_MAX, "%s: no %.*s%s%s file below it", path, (int)first,
			 suffix, suffix[first] == ' ' ? " or" : "", suffix + first);
		return false;
	}
	return ok;
}

bool file_list_add(struct file_list *l, const char *path, const char *suffix,
		   char err[FILE_ERROR_MAX])
{
	struct stat st;

	assert(path != NULL);
	if (strcmp(path, "-") == 0) {
		list_append(l, path);
		return true;
	}
	if (stat(path, &st) != 0) {
		snprintf(err, FILE_ERROR_MAX, "%s: %s", path, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode))
		return list_below(l, path, suffix, err);
	list_append(l, path);
	return true;
}

void file_list_free(struct file_list *l)
{
	for (u32 i = 0; i < l->nr; i++)
		free(l->path[i]);
	free(l->path);
	*l = (struct file_list){ 0 };
}
