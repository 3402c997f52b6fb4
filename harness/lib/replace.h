// SPDX-License-Identifier: MIT
/* replace.h - a file written whole or not at all. */
#ifndef HARNESS_LIB_REPLACE_H
#define HARNESS_LIB_REPLACE_H

#include <stdio.h>

#include "base/types.h"

/* `write` fills a new file beside the path, which then takes its place: who reads sees the old one
 * or the new one. A terminal or a pipe is written to. 0, or -1 with a message that names the path.
 */
int replace_file(const char *path, void (*write)(const void *ctx, FILE *to), const void *ctx,
		 char *err, u32 err_size);

#endif
