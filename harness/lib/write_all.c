// SPDX-License-Identifier: MIT
/* write_all.c - see write_all.h. */
#include "harness/lib/write_all.h"

#include <errno.h>
#include <unistd.h>

bool write_all(int fd, const void *bytes, size_t len)
{
	const u8 *at = bytes;

	while (len != 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return true;
}
