// SPDX-License-Identifier: MIT
/* trial.h - programs put to both sides and compared. */
#ifndef HARNESS_DIFF_TRIAL_H
#define HARNESS_DIFF_TRIAL_H

#include "harness/diff/compare.h"
#include "harness/diff/side.h"

enum { TRIAL_RIGHT, TRIAL_OTHER, TRIAL_SIDES };

/* Who is right, and who is compared with it. */
struct trial {
	struct side *side[TRIAL_SIDES];
	struct run_options options[TRIAL_SIDES];
	struct compare_rules rules;
};

struct trial_program {
	const char *name; /* of malloc, as the text is */
	char *text;
	size_t text_len;
	struct script *script; /* NULL: it is none */
	struct script_error error;
	struct side_item item[TRIAL_SIDES]; /* results */
	struct comparison result;
};

/* Takes name and text. */
void trial_program_init(struct trial_program *p, char *name, char *text, size_t len);
void trial_program_free(struct trial_program *p);
/* All of them, those that are no scripts aside: these are inconclusive, as is what differs among
 * others and not alone. -1 with why in err.
 */
int trial_run(struct trial *t, struct trial_program *p, u32 n, bool tracepoints, char *err,
	      u32 err_size);

#endif
