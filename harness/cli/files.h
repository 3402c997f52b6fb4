// SPDX-License-Identifier: MIT
/* files.h - the files that a command names: read whole, written whole or not at all, found below
 * directories.
 */
#ifndef HARNESS_CLI_FILES_H
#define HARNESS_CLI_FILES_H

#include "base/types.h"

enum { FILE_ERROR_MAX = 512 };

/* "-" is standard input. The bytes, of malloc and with a 0 behind them; NULL with a message without
 * the file's name.
 */
char *file_read(const char *path, size_t *len, char err[FILE_ERROR_MAX]);
/* What messages call it: "<stdin>" for "-". */
const char *file_name(const char *path);
/* Beside it, then renamed: a reader sees the old file or the new one. */
bool file_write(const char *path, const void *bytes, size_t len, char err[FILE_ERROR_MAX]);

struct file_list {
	char **path;
	u32 nr, cap;
};
/* The file, or all below the directory that end in `suffix` (".pkt", or ".frames .pkt": in one of
 * them) in the order of their names. False with
 * a message that names it: it is not there, or nothing is below it.
 */
bool file_list_add(struct file_list *l, const char *path, const char *suffix,
		   char err[FILE_ERROR_MAX]);
void file_list_free(struct file_list *l);

#endif
