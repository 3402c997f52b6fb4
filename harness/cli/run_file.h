// SPDX-License-Identifier: MIT
/* run_file.h - a run: what one device under test did with a set of vectors, with all evidence.
 * Lines of JSON, without fractions:
 *
 *   {"refstack_run": 1, …}            who, on what, when, and how many vectors there should be
 *   {"id": "vectors/udp/x.pkt", …}    one a vector, in their order
 *   {"path": …} {"nic": …} {"ledger": …}     of the reference: report_lines.h
 *   {"end": true, …}                  there only when nothing is missing
 *
 * It is written beside its path and takes its place when it is done; a run that was interrupted has
 * no end, so that nobody takes it for a whole one.
 */
#ifndef HARNESS_CLI_RUN_FILE_H
#define HARNESS_CLI_RUN_FILE_H

#include <stdio.h>
#include <time.h>

#include "harness/cli/vectors.h"

enum { RUN_FORMAT = 1 };

struct run_identity {
	const char *dut, *title, *kind; /* kind: reference, kernel, judge */
	const char *version, *kernel;	/* kernel: NULL: it is none */
	const char *device;
	const char *const *option; /* that the vectors were checked with; ends with NULL */
	time_t started;
	u32 items;
};

struct run_file {
	char *path;	 /* with no links in it: they stay links */
	char *temporary; /* NULL: it is written through: a pipe, a terminal */
	FILE *to;
	u32 items;
	u32 totals[CHECK_VERDICTS];
};

/* False with why in err. */
bool run_file_begin(struct run_file *f, const char *path, const struct run_identity *id,
		    char err[FILE_ERROR_MAX]);
/* What came of a vector, of malloc: made wherever it was checked, and added in order. */
char *run_file_line(const struct vector *v, const struct check_result *r);
void run_file_add(struct run_file *f, const char *line, enum check_verdict verdict);
/* Its last line, unless vectors are missing, and its name. */
bool run_file_end(struct run_file *f, bool whole, char err[FILE_ERROR_MAX]);

#endif
