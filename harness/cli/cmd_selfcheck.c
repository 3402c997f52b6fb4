// SPDX-License-Identifier: MIT
/* cmd_selfcheck.c - refstack selfcheck: random programs, every invariant on. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/cli/cli.h"
#include "harness/lib/program.h"

static const char help[] =
	"usage: refstack selfcheck [--seed N] [--runs N | --seconds N] [--calls N] [-v]\n"
	"\n"
	"Runs random programs of system calls, frames, time, configuration and faults on two "
	"simulated hosts\n"
	"and checks every invariant after every event. What it prints on standard output depends "
	"on the\n"
	"seed alone: it is the same on every machine and from every compiler.\n"
	"\n"
	"  --seed N      seed of the first program (default 1); the others follow\n"
	"  --runs N      how many programs (default 100)\n"
	"  --seconds N   go on for so long instead (then the number of programs differs from run "
	"to run)\n"
	"  --calls N     system calls a program (default 40)\n"
	"  -v            a line a program\n"
	"\n"
	"A program that meets something of a later part of the work ends there and is counted.\n";

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

struct tally {
	uint64_t runs, calls, frames, not_implemented, digest;
};

static void progress(const struct tally *t, time_t started, time_t *last)
{
	time_t now = time(NULL);
	bool tty = isatty(STDERR_FILENO) != 0;

	if (now - *last < (tty ? 1 : 10))
		return;
	*last = now;
	fprintf(stderr, "%s%lld s: %llu programs, %llu calls, %llu frames%s", tty ? "\r" : "",
		(long long)(now - started), (unsigned long long)t->runs,
		(unsigned long long)t->calls, (unsigned long long)t->frames, tty ? "" : "\n");
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

int cmd_selfcheck(int argc, char **argv)
{
	uint64_t seed = 1, runs = 100, seconds = 0, calls = PROGRAM_CALLS;
	struct {
		const char *name;
		uint64_t *value;
	} numbers[] = { { "--seed", &seed },
			{ "--runs", &runs },
			{ "--seconds", &seconds },
			{ "--calls", &calls } };
	time_t started = time(NULL), last = started;
	struct tally t = { 0 };
	bool verbose = false, ok = true;

	for (int i = 1; i < argc; i++) {
		size_t n = 0;

		if (strcmp(argv[i], "--help") == 0) {
			fputs(help, stdout);
			return EXIT_OK;
		}
		if (strcmp(argv[i], "-v") == 0) {
			verbose = true;
			continue;
		}
		while (n < sizeof(numbers) / sizeof(numbers[0]) &&
		       strcmp(argv[i], numbers[n].name) != 0)
			n++;
		if (n == sizeof(numbers) / sizeof(numbers[0]))
			return usage_error("selfcheck", "unknown argument '%s'", argv[i]);
		if (!number_arg("selfcheck", argv[i], i + 1 < argc ? argv[i + 1] : NULL,
				numbers[n].value))
			return EXIT_USAGE;
		i++;
	}
	signal(SIGINT, on_interrupt);
	setvbuf(stdout, NULL, _IOLBF,
		0); /* a program that crashes is the one after the last line */
	while (ok && interrupted == 0 &&
	       (seconds != 0 ? time(NULL) - started < (time_t)seconds : t.runs < runs)) {
		ok = run_one(seed + t.runs, (uint32_t)calls, verbose, &t);
		progress(&t, started, &last);
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
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
