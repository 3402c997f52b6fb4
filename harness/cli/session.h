// SPDX-License-Identifier: MIT
/* session.h - a command that works through a list: one item after the other or several at a time,
 * what came of each told in the list's order, as text or as JSON, then totals and the exit code.
 */
#ifndef HARNESS_CLI_SESSION_H
#define HARNESS_CLI_SESSION_H

#include <stdio.h>

#include "harness/cli/options.h"
#include "harness/cli/output.h"

enum { SESSION_VERDICTS = 12, SESSION_HOW = 64 };

/* What can come of an item: a row of the command's table. */
struct session_verdict {
	const char *total; /* as what it counts in the last line; several may count as one */
	bool always;	   /* said even when there are none */
	int exit_code;	   /* of the whole, if nothing worse came */
	bool complaint;	   /* its text goes to stderr */
};

/* Texts are of malloc, or NULL. */
struct outcome {
	u32 verdict;
	u64 virtual_ps;
	char *text; /* what a person reads */
	char *json; /* with --json: an object */
	char *line; /* what else the command keeps of it */
};

struct session {
	enum command_id command;
	const char *what; /* "scripts" */
	const struct session_verdict *verdict;
	u32 nr_verdicts;
	u32 items, workers;
	bool json;
	bool apart; /* each in a process that may go down: the others' results stay */
	FILE *talk; /* what an item says while it runs; NULL: stdout */
	/* One item, in whatever process. */
	void (*work)(void *ctx, u32 item, FILE *talk, struct outcome *o);
	/* Its process has ended: why is a wait status. */
	void (*died)(void *ctx, u32 item, int why, struct outcome *o);
	/* In order, in the first process, when it has been told. NULL. */
	void (*told)(void *ctx, u32 item, const struct outcome *o);
	/* With --json: more members of the object that all is in, each ended by ", ". NULL. */
	void (*members)(void *ctx, FILE *to);
	void *ctx;
	/* result */
	u32 done, count[SESSION_VERDICTS];
	struct progress progress;
};

/* The exit code. */
int session_run(struct session *s);
/* "with signal 6": how a process ended. */
const char *session_how(int why, char to[SESSION_HOW]);

#endif
