// SPDX-License-Identifier: MIT
/* campaign.h - a campaign's directory, and what it keeps.
 *
 *   DIR/campaign.json         the sums of all its sessions
 *   DIR/corpus/TARGET/HASH    one corpus for all engines; HASH: 40 hex digits of the SHA-256
 *   DIR/work/TARGET/NAME/     a worker's own: libfuzzer-0, afl-main, ...; log, stats, queue
 *   DIR/weights/TARGET        what the mutator has learnt
 *   DIR/found/TARGET/HASH     inputs as they were found
 *   DIR/looked, judged, detected   "TARGET HASH" a line: what has been done
 *   DIR/series                a line now and then: ms, executions, edges, inputs, findings
 *   DIR/findings.db           store.h
 *   DIR/findings/ID/          what `refstack show ID` writes
 *   DIR/summary.txt, .json, .html  what came of it, for people and programs
 *   DIR/lock                  whoever runs it holds this
 *
 * All commands take --campaign DIR; the default is build/campaign.
 */
#ifndef HARNESS_CAMPAIGN_CAMPAIGN_H
#define HARNESS_CAMPAIGN_CAMPAIGN_H

#include <signal.h>

#include "base/types.h"

#define CAMPAIGN_DEFAULT "build/campaign"

enum { CAMPAIGN_PATH = 512, CAMPAIGN_ERROR = 1024, CAMPAIGN_TARGETS = 32 };

struct campaign {
	char dir[CAMPAIGN_PATH];
};

/* Makes the directory with all that is in it, if need be. False with why in err. */
bool campaign_open(struct campaign *c, const char *dir, char *err, u32 err_size);
/* DIR/A/B, "" left out. */
void campaign_path(const struct campaign *c, const char *a, const char *b, char to[CAMPAIGN_PATH]);
/* No other process may have it. The descriptor, which holds it as long as it is open; -1 with who
 * has it in err.
 */
int campaign_lock(const struct campaign *c, char *err, u32 err_size);
/* Takes out all that campaigns have put there, and nothing else. Its lock must be held. */
void campaign_forget(const struct campaign *c);

/* --- what is asked for, and conduct.c, which does it --------------------------------------------
 */

enum engine { ENGINE_LIBFUZZER, ENGINE_AFL, ENGINES };
extern const char *const engine_names[ENGINES];

enum campaign_judge { JUDGE_NONE, JUDGE_UML, JUDGE_AUTO };

struct campaign_plan {
	const char *dir;
	const char *build;   /* has libfuzzer/, afl/, asan/ */
	const char *seeds;   /* has TARGET/seed, TARGET/regress */
	const char *program; /* what the user calls us: for what is to be done next */
	bool target[CAMPAIGN_TARGETS], engine[ENGINES];
	u32 workers;
	u64 seconds; /* 0: until it is interrupted, or execs are done */
	u64 execs;   /* 0: until seconds are over */
	u64 seed;
	u32 looks; /* enum fuzz_look, bits */
	enum campaign_judge judge;
	bool stop; /* at the first finding that is confirmed */
	bool fresh, json;
	bool summary;	       /* only */
	bool terminal, colour; /* of standard error */
	const volatile sig_atomic_t *interrupted;
};

enum campaign_end { CAMPAIGN_NOTHING, CAMPAIGN_FOUND, CAMPAIGN_IMPOSSIBLE };
/* The whole of a session; what is wrong has been said on standard error. */
enum campaign_end campaign_conduct(const struct campaign_plan *plan);

#endif
