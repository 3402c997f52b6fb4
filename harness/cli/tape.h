// SPDX-License-Identifier: MIT
/* tape.h - values that could not be computed and were taken from Linux: "LABEL VALUE", noted in a
 * golden vector's capture, or in the header "tape" of its script.
 */
#ifndef HARNESS_CLI_TAPE_H
#define HARNESS_CLI_TAPE_H

#include <stdbool.h>

#include "base/types.h"

struct tape_entry {
	char *vector; /* the script's path without its end */
	char *text;   /* "LABEL VALUE" */
};
struct tape {
	struct tape_entry *entry; /* of malloc */
	u32 nr, cap;
};

/* What this script and the capture beside it say, each entry once. False with a message: the
 * capture cannot be read. A script that cannot be read says nothing.
 */
bool tape_add(struct tape *t, const char *script, char *err, u32 err_size);
void tape_free(struct tape *t);

#endif
