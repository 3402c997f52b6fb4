// SPDX-License-Identifier: MIT
/* cmd_selfcheck.c - refstack selfcheck: random programs, every invariant on. */
#include <stdio.h>
#include <time.h>

#include "harness/cli/cli.h"
#include "harness/cli/output.h"
#include "harness/lib/program.h"
#include "harness/lib/soak.h"

struct tally {
	uint64_t runs, calls, frames, not_implemented, digest;
};

static void show_progress(const struct tally *t, struct progress *p)
{
	if (!progress_due(p))
		return;
	progress_begin(p);
	fprintf(stderr, "%llu programs, %llu calls, %llu frames", (unsigned long long)t->runs,
		(unsigned long long)t->calls, (unsigned long long)t->frames);
	progress_end(p);
}

/* False: this program found a mistake of ours. */
static bool run_one(uint64_t seed, uint32_t calls, bool verbose, struct tally *t)
{
	struct program_result r = program_run(seed, calls);

	t->runs++;
	t->calls += r.calls;
	t->frames += r.frames;
	t->not_implemented += r.not_implemented != NULL;
	t->digest = (t->digest ^ r.digest) * 0x9e3779b97f4a7c15u;
	t->digest ^= t->digest >> 29;
	if (verbose || r.leaked != NULL)
		printf("seed %llu: %016llx, %u calls, %u frames%s%s%s%s\n",
		       (unsigned long long)seed, (unsigned long long)r.digest, r.calls, r.frames,
		       r.not_implemented != NULL ? ", not implemented: " : "",
		       r.not_implemented != NULL ? r.not_implemented : "",
		       r.leaked != NULL ? ", leaked from pool " : "",
		       r.leaked != NULL ? r.leaked : "");
	return r.leaked == NULL;
}

/* --- soak
 * -------------------------------------------------------------------------------------- */

static bool soak_progress(void *ctx, u32 over)
{
	struct progress *p = ctx;

	if (progress_due(p)) {
		progress_begin(p);
		fprintf(stderr, "%u connections", over);
		progress_end(p);
	}
	return interrupted == 0;
}

static int soak(u64 seed, u32 connections, bool checks)
{
	struct soak_cfg cfg = soak_usual(seed, connections);
	struct progress progress;
	struct soak_result r;

	catch_interrupt();
	progress_start(&progress);
	cfg.checks = checks;
	cfg.progress = soak_progress;
	cfg.ctx = &progress;
	r = soak_run(&cfg);
	progress_clear(&progress);
	printf("%u connections from seed %llu, %llu bytes, %llu frames, %llu lost, %llu segments "
	       "sent "
	       "again, %llu s of virtual time: digest %016llx\n",
	       r.over, (unsigned long long)seed, (unsigned long long)r.bytes,
	       (unsigned long long)r.frames, (unsigned long long)r.lost,
	       (unsigned long long)r.retransmitted, (unsigned long long)(r.virtual_ps / PS_PER_SEC),
	       (unsigned long long)r.digest);
	if (r.wrong[0] != '\0')
		printf("%s\n", r.wrong);
	return r.wrong[0] == '\0' ? EXIT_OK : EXIT_DIFFERENCE;
}

int cmd_selfcheck(const struct args *args)
{
	u64 seed = args_number(args, OPT_selfcheck_SEED, 1);
	u64 runs = args_number(args, OPT_selfcheck_RUNS, 100);
	u64 seconds = args_number(args, OPT_selfcheck_SECONDS, 0);
	u64 calls = args_number(args, OPT_selfcheck_CALLS, PROGRAM_CALLS);
	bool verbose = args_has(args, OPT_selfcheck_VERBOSE), ok = true;
	struct progress progress;
	struct tally t = { 0 };

	if (args_has(args, OPT_selfcheck_SOAK))
		return soak(seed, (u32)args_number(args, OPT_selfcheck_SOAK, 0), verbose);
	catch_interrupt();
	progress_start(&progress);
	setvbuf(stdout, NULL, _IOLBF,
		0); /* a program that crashes is the one after the last line */
	while (ok && interrupted == 0 &&
	       (seconds != 0 ? time(NULL) - progress.started < (time_t)seconds : t.runs < runs)) {
		ok = run_one(seed + t.runs, (uint32_t)calls, verbose, &t);
		show_progress(&t, &progress);
	}
	progress_clear(&progress);
	printf("%llu programs from seed %llu, %llu calls, %llu frames, %llu not implemented: "
	       "digest %016llx\n",
	       (unsigned long long)t.runs, (unsigned long long)seed, (unsigned long long)t.calls,
	       (unsigned long long)t.frames, (unsigned long long)t.not_implemented,
	       (unsigned long long)t.digest);
	if (!ok)
		printf("replay: refstack selfcheck --seed %llu --runs 1 --calls %llu -v\n",
		       (unsigned long long)(seed + t.runs - 1), (unsigned long long)calls);
	return ok ? EXIT_OK : EXIT_DIFFERENCE;
}
