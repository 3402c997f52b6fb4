// SPDX-License-Identifier: MIT
/* run.h - runs a script on a device under test: the reference, if nothing else is said. */
#ifndef HARNESS_SCRIPT_RUN_H
#define HARNESS_SCRIPT_RUN_H

#include <stdio.h>

#include "harness/dut/dut.h"
#include "harness/script/script.h"

enum run_profile { PROFILE_AUTO, PROFILE_BARE, PROFILE_GOOGLE, PROFILE_KSFT };
enum run_device { DEVICE_AUTO, DEVICE_TAP, DEVICE_TUN, DEVICE_IGB };

struct run_pair {
	const char *name, *value;
};

enum { RUN_PAIRS = 64 };

#define RUN_BEFORE_TIME INT64_MIN

/* Who looks on while a script runs. */
struct run_watch {
	/* A frame has left a host or reached it. when_ps: since time 0 of the script;
	 * RUN_BEFORE_TIME while the opening commands are done. stmt: what was begun last, an index.
	 */
	void (*frame)(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, s64 when_ps,
		      u32 stmt);
	/* All statements were done: the state at the end, lines as record->state. */
	void (*state)(void *ctx, const char *state);
	/* A statement is begun; a call has returned. Times as above. NULL. */
	void (*begun)(void *ctx, u32 stmt, s64 when_ps);
	void (*returned)(void *ctx, u32 stmt, s64 began_ps, s64 when_ps, bool waited);
	void *ctx;
};

struct run_options {
	enum run_profile profile;
	enum run_device device;
	enum cost_model cost;
	/* A script's own --cost= and --perturb= hold, unless these are other than nothing, or said.
	 */
	bool cost_said, perturb_said;
	u64 seed, perturb;
	u64 place_ns; /* by how much the kernel's own clock is ahead: see struct record */
	u32 cpus;     /* of each host; 0: as dut_config says */
	bool later;   /* time 0 is where it is behind a card's link */
	bool verbose; /* each event as it happens, in tcpdump's look */
	bool colour;
	bool graph;	/* the call graph, after the run */
	bool checks;	/* world_check() after each event */
	bool crossings; /* every invariant at every crossing of layers */
	bool check_end; /* at its end the world is checked and taken down: nothing is left */
	const char *trace_path, *pcapng_path; /* NULL: not wanted */
	u32 nr_defines, nr_knobs, nr_options;
	struct run_pair define[RUN_PAIRS]; /* -D NAME=VALUE */
	struct run_pair knob[RUN_PAIRS];   /* --set KNOB=VALUE: a sysctl, set before the script */
	struct run_pair
		option[RUN_PAIRS]; /* --NAME=VALUE of scripts, in place of the script's own */
	FILE *out;		   /* of -v and --graph */
	/* What else the script runs on; NULL: the reference, in a world of the cache. */
	struct dut *(*dut)(const struct dut_config *cfg, char *err, u32 err_size);
	/* Nothing is compared, everything is noted here: see record.h. NULL: a run like any other.
	 */
	struct record *record;
	/* Nothing is compared, noted or shown; the run ends when its statements do. Calls end as
	 * they end and `>` lines let time pass, as in a record; assertions do not run, commands may
	 * fail. A statement that cannot be run is skipped (what it had done by then stays, and a
	 * call of a thread whose call before does not return within EXPLORE_WAIT_SECS is one), so
	 * that a run ends as RUN_PASSED, as RUN_NOT_IMPLEMENTED, or as RUN_INVALID: it was endless,
	 * or its set-up is refused.
	 */
	bool explore;
	bool digest;	  /* run_result.digest is wanted */
	u32 limit_secs;	  /* of virtual time; 0: RUN_LIMIT_SECS */
	u32 limit_events; /* things that happen; 0: RUN_LIMIT_STEPS */
	/* In real time a record waits so much longer than the script says, and for this part of
	 * the time since its start.
	 */
	u64 slack_ps;
	u32 slack_percent;
	const struct run_watch *watch; /* NULL: nobody */
	u32 tracepoints;	       /* enum event_group of dut/events.h; 0: none */
	/* Before each statement from time 0 on; NULL. */
	void (*between)(void *ctx, struct dut *d);
	void *between_ctx;
	/* When the last statement is done and the device still there; not where something is not
	 * implemented. NULL.
	 */
	void (*at_end)(void *ctx, struct dut *d);
	void *at_end_ctx;
};

enum run_verdict {
	RUN_PASSED,
	RUN_FAILED,	     /* Linux, as the script has it, and the reference differ */
	RUN_NOT_IMPLEMENTED, /* message: the name */
	RUN_INVALID,	     /* the script cannot be run: wrong use, exit code 2 */
	RUN_ENVIRONMENT	     /* no python3, no room for the output: exit code 3 */
};

struct run_result {
	enum run_verdict verdict;
	u32 line, column;
	char *message; /* several lines, of malloc; NULL when it passed */
	u64 virtual_ps;
	u32 events;   /* statements that were done */
	u32 calls;    /* that have returned */
	u32 frames;   /* that have left a host or reached one */
	u32 skipped;  /* statements that could not be run, of run_options.explore */
	bool endless; /* limit_events was met */
	/* With run_options.digest: of results, what calls wrote, frames and when all that was, and
	 * of the world at the end.
	 */
	u64 digest;
	/* How often the world had no room: such a run says nothing about Linux or another run. */
	u64 exhausted;
	/* With run_options.tracepoints: lines as dut/events.h has them, behind the statement that
	 * set them off ("# 12: sendto(3, ...) = 5"); of malloc.
	 */
	char *tracepoints;
};

void run_options_init(struct run_options *o);
/* The same script with the same options always ends the same way. */
struct run_result run_script(const struct script *s, const struct run_options *o,
			     struct dut_worlds *cache);
void run_result_free(struct run_result *r);
const char *run_verdict_name(enum run_verdict v); /* passed, failed, not implemented, … */

#endif
