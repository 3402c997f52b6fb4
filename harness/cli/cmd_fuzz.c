// SPDX-License-Identifier: MIT
/* cmd_fuzz.c - refstack fuzz: a campaign. What is asked for is read here, harness/campaign does it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/campaign/campaign.h"
#include "harness/cli/cli.h"
#include "harness/cli/output.h"
#include "harness/fuzz/oracle.h"

enum { SECONDS_USUALLY = 600, WORKERS_MOST = 256, PATH_BYTES = 1024 };

static int take_targets(const struct args *a, struct campaign_plan *p)
{
	bool all = a->nr_operands == 0;

	for (u32 i = 0; i < a->nr_operands; i++) {
		const struct fuzz_target_info *t = fuzz_target_find(a->operand[i]);

		if (strcmp(a->operand[i], "all") == 0) {
			all = true;
			continue;
		}
		if (t == NULL) {
			usage_error(COMMAND_fuzz,
				    "there is no target '%s'; there are:", a->operand[i]);
			for (u32 n = 0; n < fuzz_nr_targets; n++)
				fprintf(stderr, "  %-9s %s\n", fuzz_targets[n].name,
					fuzz_targets[n].what);
			return EXIT_USAGE;
		}
		p->target[t - fuzz_targets] = true;
	}
	for (u32 n = 0; all && n < fuzz_nr_targets; n++)
		p->target[n] = true;
	return EXIT_OK;
}

static int take_engines(const char *text, struct campaign_plan *p)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == ',')) {
		u32 e = 0;

		len = strcspn(text, ",");
		while (e < ENGINES &&
		       (strlen(engine_names[e]) != len || memcmp(engine_names[e], text, len) != 0))
			e++;
		if (e == ENGINES)
			return usage_error(COMMAND_fuzz, "--engines: libfuzzer, afl or both: "
							 "libfuzzer,afl");
		p->engine[e] = true;
	}
	return p->engine[ENGINE_LIBFUZZER] || p->engine[ENGINE_AFL]
		       ? EXIT_OK
		       : usage_error(COMMAND_fuzz, "--engines: which?");
}

static bool has(const char *dir, const char *what)
{
	char path[PATH_BYTES];

	return snprintf(path, sizeof(path), "%s/%s", dir, what) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

/* The targets' programs are beside ours, or, when ours is that of a configuration, above it. */
static void find_build(char to[PATH_BYTES])
{
	char self[PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	snprintf(to, PATH_BYTES, "build");
	if (n <= 0)
		return;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL || slash == self)
		return;
	*slash = '\0';
	snprintf(to, PATH_BYTES, "%s", self);
	slash = strrchr(self, '/');
	if (slash == NULL || slash == self || has(to, "libfuzzer") || has(to, "afl"))
		return;
	*slash = '\0';
	if (has(self, "libfuzzer") || has(self, "afl"))
		snprintf(to, PATH_BYTES, "%s", self);
}

/* Where we stand, else beside the build. */
static void find_seeds(const char *build, char to[PATH_BYTES])
{
	snprintf(to, PATH_BYTES, "corpus");
	if (!has(".", "corpus"))
		snprintf(to, PATH_BYTES, "%.1000s/../corpus", build);
}

static u32 workers(const struct args *a)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	u64 n = args_number(a, OPT_fuzz_WORKERS, cores > 0 ? (u64)cores : 1);

	return n < WORKERS_MOST ? (u32)n : WORKERS_MOST;
}

static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) != 0 && term != NULL && strcmp(term, "dumb") != 0;
}

int cmd_fuzz(const struct args *args)
{
	char build[PATH_BYTES], seeds[PATH_BYTES];
	struct campaign_plan p = {
		.dir = args_text(args, OPT_fuzz_CAMPAIGN, CAMPAIGN_DEFAULT),
		.program = program_invocation_name,
		.workers = workers(args),
		.execs = args_number(args, OPT_fuzz_EXECS, 0),
		.seed = args_number(args, OPT_fuzz_SEED, 1),
		.judge = (enum campaign_judge)args_choice(args, OPT_fuzz_JUDGE, JUDGE_NONE),
		.stop = args_has(args, OPT_fuzz_STOP),
		.fresh = args_has(args, OPT_fuzz_FRESH),
		.summary = args_has(args, OPT_fuzz_SUMMARY),
		.json = args_has(args, OPT_fuzz_JSON),
		.terminal = is_terminal(),
		.colour = wants_colour(stderr),
		.interrupted = &interrupted,
	};
	int ret = take_targets(args, &p);

	p.seconds = args_number(args, OPT_fuzz_TIME, p.execs != 0 ? 0 : SECONDS_USUALLY);
	if (ret == EXIT_OK && p.summary && p.fresh)
		ret = usage_error(COMMAND_fuzz, "--fresh leaves nothing for --summary");
	if (ret == EXIT_OK)
		ret = take_engines(args_text(args, OPT_fuzz_ENGINES, "libfuzzer,afl"), &p);
	if (ret != EXIT_OK)
		return ret;
	if (!fuzz_looks_parse(args_text(args, OPT_fuzz_LOOKS, "all"), &p.looks))
		return usage_error(COMMAND_fuzz, "--looks: all, none, or names with commas: "
						 "refstack-fuzz(1) has them");
	find_build(build);
	p.build = args_text(args, OPT_fuzz_BUILD, build);
	find_seeds(p.build, seeds);
	p.seeds = args_text(args, OPT_fuzz_SEEDS, seeds);
	catch_interrupt();
	switch (campaign_conduct(&p)) {
	case CAMPAIGN_NOTHING:
		return EXIT_OK;
	case CAMPAIGN_FOUND:
		return EXIT_DIFFERENCE;
	case CAMPAIGN_IMPOSSIBLE:
		break;
	}
	return EXIT_ENVIRONMENT;
}
