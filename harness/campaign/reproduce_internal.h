// SPDX-License-Identifier: MIT
/* reproduce_internal.h - what the parts of the C program's writer share.
 *
 *   reproduce.c         the program: statements, frames, times, and what is put around them
 *   reproduce_call.c    a call: its arguments as variables, the call, what it wrote
 *   reproduce_helper.c  functions that such programs need, as text
 */
#ifndef HARNESS_CAMPAIGN_REPRODUCE_INTERNAL_H
#define HARNESS_CAMPAIGN_REPRODUCE_INTERNAL_H

#include <stdio.h>

#include "harness/campaign/reproduce.h"

/* In the order in which they are defined: each uses only those before it. */
enum helper {
	HELP_BYTES,
	HELP_SHOW_FRAMES,
	HELP_TAP,
	HELP_UNTIL,
	HELP_RESULT,
	HELP_ADDRESS,
	HELP_POINTER,
	HELP_SIZE,
	HELP_PATTERN,
	HELP_CONTROL,
	HELP_COMMAND,
	HELP_INJECT,
	HELP_CARRIER,
	HELP_IDENTITY,
	HELP_START,
	HELPERS
};

enum { REPRODUCE_FDS = 1024, REPRODUCE_NOTES = 32 };

struct gen {
	const struct script *s;
	const struct stmt *st;
	const struct record *record; /* NULL */
	FILE *out;		     /* statements of main(), or of a thread's function */
	FILE *above;		     /* static data and functions, before main() */
	FILE *call;		     /* the call itself, while its arguments are written */
	FILE *after;		     /* what is done behind it */
	u32 line;		     /* of the statement in the canonical script */
	u32 names;		     /* variables of a call so far */
	bool needs[HELPERS];
	bool binds[REPRODUCE_FDS]; /* descriptors that the script has names for */
	bool *symbol;		   /* which are used */
	bool skipped;		   /* the call cannot be written */
	bool sized;		   /* behind the argument stands how much there is */
	bool tun;
	s64 now_ns; /* when the last statement was due */
	char *note[REPRODUCE_NOTES];
	u32 nr_notes;
};

extern const char *const reproduce_helpers[HELPERS];

void gen_note(struct gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "..." with what C wants escaped. */
void gen_string(FILE *to, const char *bytes, u32 len);
/* The call of g->st, in braces. */
void gen_call(struct gen *g, const char *indent);

#endif
