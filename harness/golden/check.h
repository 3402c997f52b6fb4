// SPDX-License-Identifier: MIT
/* check.h - a vector on a device under test: is it what the golden pair says, and if not, where
 * not.
 */
#ifndef HARNESS_GOLDEN_CHECK_H
#define HARNESS_GOLDEN_CHECK_H

#include <stdio.h>

#include "harness/golden/difference.h"
#include "harness/golden/evidence.h"
#include "harness/golden/golden.h"
#include "harness/golden/normalise.h"
#include "harness/lib/sha256.h"
#include "harness/script/run.h"

enum check_verdict {
	CHECK_PASSED,
	CHECK_NOT_CAPTURED, /* `oracle: none`: nothing to compare with, and the script passes */
	CHECK_FAILED,
	CHECK_PENDING,	 /* it differs, and waits for what is not there yet; message: which */
	CHECK_EXPLAINED, /* it differs on the running kernel, as it says; message: why */
	CHECK_SKIPPED,	 /* message: why */
	CHECK_NOT_IMPLEMENTED,
	CHECK_INVALID, /* the vector is no vector, the golden no golden: exit code 2 */
	CHECK_ENVIRONMENT,
	CHECK_VERDICTS
};
const char *check_verdict_name(enum check_verdict v); /* "passed", "not captured" */

struct check_options {
	const char *name;	/* of the device under test: "refstack" */
	enum run_device device; /* DEVICE_AUTO: the script's own */
	bool invariants;	/* all, after each event, and nothing left of the world behind it */
	bool live;		/* the running kernel: normalised, and short vectors only */
	const char *release;	/* of that kernel, as uname(2) tells it; NULL: it is asked */
	struct dut *(*dut)(const struct dut_config *cfg, char *err, u32 err_size); /* NULL */
	/* What the device did, where it has been asked already; nothing is run then. NULL. */
	const struct record *record;
	bool evidence;			     /* check_result's headers and ladder are wanted */
	const struct evidence_case *of_case; /* of these; NULL */
};

/* The longest that a vector may last in real time. */
enum { CHECK_LIVE_SECS = 2 };

struct check_result {
	enum check_verdict verdict;
	char *message;			/* of all that did not run to its end; NULL */
	struct differences differences; /* CHECK_FAILED: in order, the first is the first cause */
	u32 frames;
	u64 virtual_ps;
	u32 rules[NORMALISE_RULES]; /* how often each was applied */
	bool unexpected;	    /* it agrees, and says that it would not */
	/* With check_options.evidence, of malloc; NULL where there is none. */
	char *script; /* its text; of a case the one that it is */
	size_t script_len;
	char *headers, *ladder;	 /* see evidence.h */
	bool ethernet;		 /* of the ladder's frames */
	char golden[SHA256_HEX]; /* of what the vector is: script and capture */
};

/* The pair of files; path: the .pkt. */
struct check_result check_file(const char *path, const struct check_options *o,
			       struct dut_worlds *cache);
/* What the device under test does with a vector, as a capture like Linux's: every frame that is
 * sent and received, and the state at the end. 1: written to the path; 0: the vector does not run
 * on the device, which check_file() tells; -1: why not in err.
 */
int check_capture(const char *path, const char *to, const struct check_options *o,
		  struct dut_worlds *cache, char *err, u32 err_size);
/* The same of a pair that has been read. */
int check_capture_script(const struct script *s, const struct golden *g, const char *to,
			 const struct check_options *o, struct dut_worlds *cache, char *err,
			 u32 err_size);
/* A pair that has been read; g: NULL: there is no golden. */
struct check_result check_script(const struct script *s, const struct golden *g,
				 const struct check_options *o, struct dut_worlds *cache);
void check_result_free(struct check_result *r);

/* What a person reads: FILE:LINE: what, the statement, a table, bytes; nothing for what passed. */
void check_report(FILE *to, const char *path, const struct check_result *r, bool verbose);

#endif
