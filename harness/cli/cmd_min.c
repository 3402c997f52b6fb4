// SPDX-License-Identifier: MIT
/* cmd_min.c - refstack min: the smallest program that shows a finding. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/campaign/campaign.h"
#include "harness/cli/files.h"
#include "harness/cli/findings.h"
#include "harness/cli/output.h"
#include "harness/fuzz/scope.h"

struct session {
	const struct args *args;
	struct findings findings;
	struct progress progress;
	struct found found;
};

static int complain(int code, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "refstack min: %s\n", what);
	return code;
}

static void candidates(void *ctx, u32 n)
{
	struct session *s = ctx;

	if (!progress_due(&s->progress))
		return;
	progress_begin(&s->progress);
	fprintf(stderr, "%u candidates so far", n);
	progress_end(&s->progress);
}

/* Of programs a script, as a person reads it. */
static int write_smallest(const struct session *s)
{
	const char *to = args_text(s->args, OPT_min_OUTPUT, NULL);
	struct script *script = found_script(&s->found);
	char err[FILE_ERROR_MAX], *bytes;
	size_t len;
	int ret = EXIT_OK;

	if (script != NULL)
		bytes = script_print(script, PRINT_COMMENTS, &len);
	else
		bytes = (char *)found_input(&s->found, &len);
	if (to == NULL && script == NULL && isatty(STDOUT_FILENO) != 0)
		ret = usage_error(COMMAND_min, "an input is nothing for a terminal; use -o");
	else if (to == NULL)
		fwrite(bytes, 1, len, stdout);
	else if (!file_write(to, bytes, len, err))
		ret = complain(EXIT_ENVIRONMENT, err);
	free(bytes);
	script_free(script);
	return ret;
}

static int is_there(struct session *s, const struct shrink *shrink)
{
	char err[FINDINGS_ERROR], text[FINDINGS_ERROR];
	int showed;

	if (s->found.detector == DETECTOR_linux)
		return EXIT_OK;
	showed = shrink_replay(shrink, &s->found, 1, NULL, err, sizeof(err));
	if (showed > 0)
		return EXIT_OK;
	if (showed < 0)
		return complain(EXIT_ENVIRONMENT, err);
	snprintf(text, sizeof(text), "%s does not show with this build", s->found.id);
	return complain(EXIT_USAGE, text);
}

static int minimise(struct session *s)
{
	struct shrink shrink =
		findings_shrink(&s->findings, (u32)args_number(s->args, OPT_min_JOBS, 0));
	char err[FINDINGS_ERROR];
	int ret;

	shrink.progress = candidates;
	shrink.ctx = s;
	if (findings_linux(&s->findings, err, sizeof(err)))
		shrink.linux_trial = &s->findings.trial;
	else if (s->found.detector == DETECTOR_linux)
		return complain(EXIT_ENVIRONMENT, err);
	catch_interrupt();
	progress_start(&s->progress);
	ret = is_there(s, &shrink);
	if (ret == EXIT_OK && s->found.detector != DETECTOR_linux &&
	    shrink_looks(&shrink, &s->found, err, sizeof(err)) != 0)
		ret = complain(EXIT_ENVIRONMENT, err);
	if (ret == EXIT_OK && !shrink_found(&shrink, &s->found, err, sizeof(err)))
		ret = complain(interrupted != 0 ? EXIT_DIFFERENCE : EXIT_ENVIRONMENT, err);
	progress_clear(&s->progress);
	if (ret == EXIT_OK)
		fprintf(stderr, "%s: %s: %u candidates\n", detector_names[s->found.detector],
			s->found.signature, shrink.candidates);
	return ret;
}

static int min_file(struct session *s, const char *target)
{
	const char *path = s->args->operand[0];
	int ret;

	detect_build(s->findings.build, sizeof(s->findings.build));
	if (s->findings.build[0] == '\0')
		snprintf(s->findings.build, sizeof(s->findings.build), "build");
	ret = findings_detect(s->args, &s->findings, path, target, &s->found);
	if (ret == EXIT_OK)
		ret = minimise(s);
	return ret == EXIT_OK ? write_smallest(s) : ret;
}

static int min_finding(struct session *s)
{
	char err[FINDINGS_ERROR];
	int ret = findings_open(&s->findings, COMMAND_min,
				args_text(s->args, OPT_min_CAMPAIGN, CAMPAIGN_DEFAULT), false);

	if (ret == EXIT_OK)
		ret = findings_get(&s->findings, s->args->operand[0], &s->found);
	if (ret == EXIT_OK && s->found.status != FINDING_MINIMISED) {
		ret = minimise(s);
		if (ret == EXIT_OK && s->found.status != FINDING_PROMOTED)
			s->found.status = FINDING_MINIMISED;
		if (ret == EXIT_OK && !store_update(s->findings.store, &s->found, err, sizeof(err)))
			ret = complain(EXIT_USAGE, err);
	}
	return ret == EXIT_OK ? write_smallest(s) : ret;
}

int cmd_min(const struct args *args)
{
	const char *target = args_text(args, OPT_min_TARGET, NULL);
	struct session s = { .args = args, .findings = { .command = COMMAND_min } };
	int ret;

	if (target == NULL && access(args->operand[0], F_OK) == 0)
		ret = usage_error(COMMAND_min, "a file needs --target NAME");
	else
		ret = target != NULL ? min_file(&s, target) : min_finding(&s);
	found_free(&s.found);
	findings_close(&s.findings);
	return ret;
}
