// SPDX-License-Identifier: MIT
/* commit.c - see commit.h. */
#include "harness/campaign/commit.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/oracle/child.h"

enum { GIT_MS = 5000 };

void commit_of(const char *folder, char *to, u32 size)
{
	const char *const argv[] = { "git", "-C", folder, "describe", "--always", "--dirty", NULL };
	struct child c = { .argv = argv,
			   .env = (const char *const *)(uintptr_t)environ,
			   .in = -1,
			   .out = memfd_create("commit", MFD_CLOEXEC),
			   .err = -1 };
	pid_t pid = child_start(&c);
	int status = -1;
	ssize_t n = 0;

	assert(size != 0);
	if (pid > 0 && child_wait(pid, GIT_MS, &status) != CHILD_ENDED)
		child_kill(pid);
	if (status == 0)
		n = pread(c.out, to, size - 1, 0);
	to[n > 0 ? n : 0] = '\0';
	to[strcspn(to, "\n")] = '\0';
	close(c.out);
}
