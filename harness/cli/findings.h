// SPDX-License-Identifier: MIT
/* findings.h - what the commands about findings share: where the store is, who is meant by an id,
 * what replays are run with, how a finding is told.
 */
#ifndef HARNESS_CLI_FINDINGS_H
#define HARNESS_CLI_FINDINGS_H

#include <stdio.h>

#include "harness/campaign/triage.h"
#include "harness/cli/cli.h"
#include "harness/diff/trial.h"

enum { FINDINGS_PATH = 4096, FINDINGS_ERROR = 4096 };

struct findings {
	enum command_id command;
	const char *dir; /* of the campaign */
	struct store *store;
	char build[FINDINGS_PATH];
	/* The judging kernel and the reference; there when trial.side[] are set. */
	struct side side[TRIAL_SIDES];
	struct trial trial;
	bool linux_is_there;
};

/* The store of that campaign; make: also when there is none yet. EXIT_OK, or what was said. */
int findings_open(struct findings *f, enum command_id command, const char *dir, bool make);
void findings_close(struct findings *f);
/* EXIT_OK, or an unknown or ambiguous id has been complained about. */
int findings_get(struct findings *f, const char *id, struct found *to);
/* What replays and candidates are run with. */
struct shrink findings_shrink(const struct findings *f, u32 workers);
/* Opens both sides, if the judging kernel is there. */
bool findings_linux(struct findings *f, char *err, u32 err_size);
/* An input file, or a script of a target of programs, put to the target: what it shows, as a
 * finding. EXIT_OK, or what was said.
 */
int findings_detect(const struct args *a, const struct findings *at, const char *path,
		    const char *target, struct found *f);
/* The current time as the store has it; what `git describe` says of the tree we stand in. */
void findings_now(char to[32]);
void findings_commit(char to[48]);

#endif
