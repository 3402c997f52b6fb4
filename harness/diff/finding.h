// SPDX-License-Identifier: MIT
/* finding.h - a program that differs, looked into: what differs, where the tracepoints of the two
 * part, the shortest program that shows it, and a vector candidate.
 */
#ifndef HARNESS_DIFF_FINDING_H
#define HARNESS_DIFF_FINDING_H

#include <stdio.h>

#include "harness/diff/trial.h"

struct finding {
	struct trial *trial;
	const char *signature, *name; /* name: of the candidate's files */
	const char *again;	      /* the command that runs it once more */
	const char *folder;	      /* of candidates; made when there is one to be written */
	bool minimise, verbose;
};

/* All that a person wants to know of it. */
void finding_report(const struct finding *f, struct trial_program *p, FILE *to);

#endif
