// SPDX-License-Identifier: MIT
/* report_files.c - see report_files.h. The Makefile puts all files into one, each with a line
 * "NAME BYTES" before it.
 */
#include "harness/cli/report_files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "harness/oracle/child.h"

/* Who only looks at this file carries nothing. */
#ifndef REPORT_PACK
#define REPORT_PACK "/dev/null"
#endif

enum { NAME_BYTES = 128, PATH_BYTES = 4096 };

/* Aligned: some machines have no odd addresses of variables. */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	".globl report_pack\n"
	"report_pack:\n"
	".incbin \"" REPORT_PACK "\"\n"
	"0:\n"
	".balign 8\n"
	".globl report_pack_len\n"
	"report_pack_len:\n"
	".long 0b - report_pack\n"
	".popsection\n");
extern const char report_pack[];
extern const u32 report_pack_len; /* only the assembler knows it */

struct carried {
	char name[NAME_BYTES];
	const char *bytes;
	u32 len;
};

/* The one at *at, and *at is the next one. False: no more, or what is there is none. */
static bool next_file(u32 *at, struct carried *c)
{
	const char *line = report_pack + *at;
	const char *end = memchr(line, '\n', report_pack_len - *at);
	int begin = 0;

	if (end == NULL || (size_t)(end - line) >= sizeof(c->name))
		return false;
	if (sscanf(line, "%127[^ \n] %n%" SCNu32, c->name, &begin, &c->len) != 2)
		return false;
	c->bytes = end + 1;
	*at = (u32)(c->bytes - report_pack);
	if (c->len > report_pack_len - *at)
		return false;
	*at += c->len;
	return true;
}

static bool write_carried(const char *folder, const struct carried *c, char err[FILE_ERROR_MAX])
{
	char path[PATH_BYTES], why[FILE_ERROR_MAX];
	char *slash;

	if (snprintf(path, sizeof(path), "%s/%s", folder, c->name) >= (int)sizeof(path)) {
		snprintf(err, FILE_ERROR_MAX, "%.200s: the name is too long", folder);
		return false;
	}
	slash = strrchr(path, '/');
	*slash = '\0';
	if (!folder_make(path)) {
		snprintf(err, FILE_ERROR_MAX, "cannot make %.300s: %s", path, strerror(errno));
		return false;
	}
	*slash = '/';
	if (file_write(path, c->bytes, c->len, why))
		return true;
	snprintf(err, FILE_ERROR_MAX, "cannot write %.200s: %.200s", path, why);
	return false;
}

bool report_unpack(const char *folder, char err[FILE_ERROR_MAX])
{
	struct carried c;
	u32 at = 0;

	while (at < report_pack_len) {
		if (!next_file(&at, &c)) {
			snprintf(err, FILE_ERROR_MAX,
				 "what this executable carries is damaged; build it again");
			return false;
		}
		if (!write_carried(folder, &c, err))
			return false;
	}
	if (report_pack_len != 0)
		return true;
	snprintf(err, FILE_ERROR_MAX, "this executable carries no report; build it with make");
	return false;
}
