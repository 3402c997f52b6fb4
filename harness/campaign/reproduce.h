// SPDX-License-Identifier: MIT
/* reproduce.h - a script as a C program that does the same on a real kernel, as far as one can: its
 * calls, its frames by a TAP device, its commands, its times as sleeps. What cannot be done it
 * says.
 */
#ifndef HARNESS_CAMPAIGN_REPRODUCE_H
#define HARNESS_CAMPAIGN_REPRODUCE_H

#include <stdio.h>

#include "harness/script/record.h"
#include "harness/script/script.h"

struct reproduce {
	const char *name;  /* of the program */
	const char *about; /* one line; NULL */
	/* Of a run of the script, from which its frames are taken; NULL. */
	const struct record *record;
};

/* C17 with POSIX and what Linux adds; gcc -Wall has nothing to say about it. */
void reproduce_write(const struct reproduce *r, const struct script *s, FILE *to);

#endif
