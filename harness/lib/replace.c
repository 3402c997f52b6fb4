// SPDX-License-Identifier: MIT
/* replace.c - a file written whole or not at all: beside the path, then renamed. */
#include "harness/lib/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static int cannot(char *err, u32 err_size, const char *path)
{
	snprintf(err, err_size, "cannot write %s: %s", path, strerror(errno));
	return -1;
}

/* Fills the file and closes it. */
static bool fill(int fd, void (*write)(const void *ctx, FILE *to), const void *ctx)
{
	FILE *to = fdopen(fd, "wb");
	bool ok;

	if (to == NULL) {
		close(fd);
		return false;
	}
	write(ctx, to);
	ok = fflush(to) == 0 && ferror(to) == 0;
	return fclose(to) == 0 && ok;
}

/* A new file as open() would make it: mkstemp() lets nobody else read it. */
static bool open_to_all(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0;
}

int replace_file(const char *path, void (*write)(const void *ctx, FILE *to), const void *ctx,
		 char *err, u32 err_size)
{
	char temporary[PATH_BYTES];
	struct stat there;
	int fd;

	/* A terminal, a pipe: nothing to put another file in the place of. */
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		return fd >= 0 && fill(fd, write, ctx) ? 0 : cannot(err, err_size, path);
	}
	if (strlen(path) + sizeof(".XXXXXX") > sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return cannot(err, err_size, path);
	}
	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkstemp(temporary);
	if (fd < 0)
		return cannot(err, err_size, path);
	if (open_to_all(fd) && fill(fd, write, ctx) && rename(temporary, path) == 0)
		return 0;
	cannot(err, err_size, path);
	unlink(temporary);
	return -1;
}
