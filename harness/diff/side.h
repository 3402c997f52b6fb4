// SPDX-License-Identifier: MIT
/* side.h - one of the two that are compared: takes scripts, gives records.
 *
 * The reference runs them in a process of their own, one after the other; the judging kernel in one
 * boot; the running kernel each in namespaces of its own, in real time. Whoever goes down with a
 * script takes nothing with him: that script has `died`, and those behind it are run again.
 */
#ifndef HARNESS_DIFF_SIDE_H
#define HARNESS_DIFF_SIDE_H

#include <signal.h>

#include "harness/oracle/uml.h"
#include "harness/script/record.h"
#include "harness/script/run.h"

enum side_kind { SIDE_REFSTACK, SIDE_UML, SIDE_LIVE };

struct side {
	const char *name; /* as the user said it */
	enum side_kind kind;
	struct kernel kernel;			  /* SIDE_UML */
	struct dut_worlds *worlds;		  /* the others */
	const volatile sig_atomic_t *interrupted; /* stop when it is set; NULL */
	/* Sums, for whoever wants to know how fast it is. */
	u64 wall_us, cpu_us;
	u32 relapses; /* it ended with a script, and the second time it did not */
};

/* What is asked, and what came of it. */
struct side_item {
	const char *name; /* for messages */
	const char *text;
	size_t text_len;
	const struct script *script; /* the text as a tree */
	u64 place_ns;		     /* run_options.place_ns */
	struct record record;	     /* result: record_free() it; a verdict is in it, too */
	char *error;		     /* result, of malloc: why there is no record; NULL */
	bool died;		     /* result: who ran it ended with it, as error says */
};

/* 0, or -1 with what is missing in err (and the command that gets it). */
int side_open(struct side *s, const char *name, enum side_kind kind, char *err, u32 err_size);
void side_close(struct side *s);
/* Runs all. -1 with why in err: it did not come to its end; items before that have their results.
 * Options: profile, device, defines, knobs, seed, perturb, tracepoints.
 */
int side_run(struct side *s, const struct run_options *o, struct side_item *item, u32 n, char *err,
	     u32 err_size);
/* Results only. */
void side_items_free(struct side_item *item, u32 n);

#endif
