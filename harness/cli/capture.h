// SPDX-License-Identifier: MIT
/* capture.h - what capturing a pair and capturing a .frames file share. */
#ifndef HARNESS_CLI_CAPTURE_H
#define HARNESS_CLI_CAPTURE_H

#include <stdio.h>

#include "harness/golden/golden.h"
#include "harness/oracle/uml.h"

enum capture_outcome {
	CAPTURED,  /* there was nothing yet */
	UNCHANGED, /* Linux says what is there; what was missing of it is there again */
	UPDATED,   /* --update: it says something else now */
	DIFFERS,   /* it was left as it is */
	INVALID,   /* no script, or one that does not run to its end */
	NO_JUDGE,  /* the kernel did not come up */
	DIED,	   /* the worker has */
	OUTCOMES
};

struct capture {
	const struct kernel *kernel;
	const struct run_options *options;
	const char *why; /* --why; NULL */
	bool update;
};

void capture_provenance(const struct kernel *k, u64 seed, struct provenance *p);
/* The file as it is against the text, as diff -u shows it. */
void capture_show_diff(FILE *to, const char *path, const char *text);
/* talk: what a person is told. */
enum capture_outcome capture_frames(const struct capture *c, const char *path, FILE *talk);

#endif
