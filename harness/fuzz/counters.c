// SPDX-License-Identifier: MIT
/* counters.c - see counters.h. */
#include "harness/fuzz/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fuzz_counters nobody_looks;
struct fuzz_counters *fuzz_counters = &nobody_looks;

static struct fuzz_counters *map(int fd)
{
	struct fuzz_counters *c = NULL;
	struct stat st;
	void *at;

	if (fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(*c)) {
		at = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		c = at != MAP_FAILED ? at : NULL;
	}
	if (c != NULL && c->magic != COUNTERS_MAGIC) {
		munmap(c, sizeof(*c));
		c = NULL;
	}
	return c;
}

void fuzz_counters_open(void)
{
	const char *path = getenv(COUNTERS_ENV);
	struct fuzz_counters *c = NULL;
	int fd;

	if (path == NULL || fuzz_counters != &nobody_looks)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	c = map(fd);
	close(fd);
	if (c != NULL)
		fuzz_counters = c;
}

/* A page that is new, or that is none, begins at 0. */
static bool make(int fd)
{
	struct fuzz_counters c = { .magic = COUNTERS_MAGIC }, there;

	if (pread(fd, &there, sizeof(there), 0) == (ssize_t)sizeof(there) &&
	    there.magic == COUNTERS_MAGIC)
		return true;
	return ftruncate(fd, (off_t)sizeof(c)) == 0 &&
	       pwrite(fd, &c, sizeof(c), 0) == (ssize_t)sizeof(c);
}

struct fuzz_counters *fuzz_counters_watch(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), error;
	struct fuzz_counters *c;

	if (fd < 0)
		return NULL;
	c = make(fd) ? map(fd) : NULL;
	error = errno;
	close(fd);
	errno = error;
	return c;
}

void fuzz_counters_unwatch(struct fuzz_counters *c)
{
	munmap(c, sizeof(*c));
}
