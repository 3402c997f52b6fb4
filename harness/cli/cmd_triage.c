// SPDX-License-Identifier: MIT
/* cmd_triage.c - refstack triage: a campaign's findings, replayed, sorted and made small. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/campaign/campaign.h"
#include "harness/cli/findings.h"
#include "harness/cli/output.h"
#include "harness/lib/json.h"

enum { SHORT_SIGNATURE = 100 };

struct session {
	const struct args *args;
	struct findings findings;
	struct triage triage;
	struct progress progress;
	const struct found *now; /* what is being minimised */
	bool json;
	struct json out;
	u32 nr;
};

/* --- what is said --- */

static void candidates(void *ctx, u32 n)
{
	struct session *s = ctx;

	if (!progress_due(&s->progress))
		return;
	progress_begin(&s->progress);
	fprintf(stderr, "%s: minimised, %u candidates so far", s->now->id, n);
	progress_end(&s->progress);
}

static void doing(void *ctx, const struct found *f, const char *what)
{
	struct session *s = ctx;

	s->now = f;
	if (!progress_due(&s->progress))
		return;
	progress_begin(&s->progress);
	fprintf(stderr, "%s: %s", f->id, what);
	progress_end(&s->progress);
}

static void tell_json(struct session *s, const struct found *f, const char *same_as,
		      const char *problem)
{
	struct json *j = &s->out;

	json_object(j, NULL);
	json_text(j, "id", f->id);
	json_text(j, "target", f->target);
	json_text(j, "detector", detector_names[f->detector]);
	json_text(j, "signature", f->signature);
	json_text(j, "status", finding_status_names[f->status]);
	json_text(j, "first_seen", f->first_seen);
	json_text(j, "commit", f->commit);
	json_u64(j, "seen", f->seen);
	json_u64(j, "replays", f->replays);
	json_u64(j, "showed", f->showed);
	json_text(j, "looks", f->looks);
	json_u64(j, "bytes", f->program_len);
	if (f->smallest != NULL)
		json_u64(j, "smallest_bytes", f->smallest_len);
	json_text(j, "same_as", same_as);
	json_text(j, "place", f->place);
	json_text(j, "problem", problem);
	json_end(j);
}

static void tell_text(const struct found *f, const char *same_as, const char *problem)
{
	printf("%s  %-9s  %-10s  %-12s  %.*s\n", f->id, finding_status_names[f->status], f->target,
	       detector_names[f->detector], SHORT_SIGNATURE, f->signature);
	if (f->status == FINDING_FLAKY)
		printf("          %u of %u replays show it\n", f->showed, f->replays);
	if (same_as != NULL)
		printf("          the same as %s, in another target\n", same_as);
	if (f->place != NULL)
		printf("          %s\n", f->place);
	if (problem != NULL)
		printf("          not looked at: %s\n", problem);
	fflush(stdout);
}

static void told(void *ctx, const struct found *f, const char *same_as, const char *problem)
{
	struct session *s = ctx;

	progress_clear(&s->progress);
	s->nr++;
	if (s->json)
		tell_json(s, f, same_as, problem);
	else
		tell_text(f, same_as, problem);
}

static void tell_totals(const struct session *s)
{
	printf("%u findings:", s->nr);
	for (u32 i = 0; i < FINDING_STATUSES; i++)
		if (s->triage.count[i] != 0)
			printf(" %u %s,", s->triage.count[i], finding_status_names[i]);
	printf(" %u not looked at\n", s->triage.problems);
	if (s->nr != 0)
		printf("refstack show ID writes a finding's script, capture and C program\n");
}

/* --- --add --- */

static int add(struct session *s, const char *path)
{
	const char *target = args_text(s->args, OPT_triage_TARGET, NULL);
	struct found f = { .program = NULL };
	char err[FINDINGS_ERROR];
	bool is_new = false;
	int ret;

	if (target == NULL)
		return usage_error(COMMAND_triage, "--add needs --target NAME");
	ret = findings_detect(s->args, &s->findings, path, target, &f);
	if (ret == EXIT_OK && !store_add(s->findings.store, &f, &is_new, err, sizeof(err))) {
		fprintf(stderr, "refstack triage: %s\n", err);
		ret = EXIT_USAGE;
	}
	if (ret == EXIT_OK)
		printf("%s  %s  %s: %s\n", f.id, is_new ? "new" : "known",
		       detector_names[f.detector], f.signature);
	found_free(&f);
	return ret;
}

/* --- all --- */

static void begin(struct session *s)
{
	if (!s->json)
		return;
	json_begin(&s->out, stdout, 2);
	json_object(&s->out, NULL);
	json_array(&s->out, "findings");
}

static void end(struct session *s)
{
	if (!s->json) {
		tell_totals(s);
		return;
	}
	json_end(&s->out);
	for (u32 i = 0; i < FINDING_STATUSES; i++)
		json_u64(&s->out, finding_status_names[i], s->triage.count[i]);
	json_u64(&s->out, "not_looked_at", s->triage.problems);
	json_end(&s->out);
	printf("\n");
}

static bool any_shows(const struct triage *t)
{
	return t->count[FINDING_NEW] + t->count[FINDING_CONFIRMED] + t->count[FINDING_FLAKY] +
		       t->count[FINDING_MINIMISED] !=
	       0;
}

static int triage(struct session *s)
{
	struct triage *t = &s->triage;
	char commit[sizeof(((struct found *)0)->commit)];
	char err[FINDINGS_ERROR];
	bool ok;

	findings_commit(commit);
	*t = (struct triage){ .store = s->findings.store,
			      .commit = commit,
			      .minimise = !args_has(s->args, OPT_triage_NO_MINIMISE),
			      .told = told,
			      .doing = doing,
			      .ctx = s };
	t->shrink = findings_shrink(&s->findings, (u32)args_number(s->args, OPT_triage_JOBS, 0));
	t->shrink.progress = candidates;
	t->shrink.ctx = s;
	if (findings_linux(&s->findings, err, sizeof(err)))
		t->shrink.linux_trial = &s->findings.trial;
	catch_interrupt();
	progress_start(&s->progress);
	begin(s);
	ok = triage_all(t, err, sizeof(err));
	progress_clear(&s->progress);
	end(s);
	if (ok && interrupted == 0)
		return any_shows(t) ? EXIT_DIFFERENCE : EXIT_OK;
	fprintf(stderr, "refstack triage: %s\n", ok ? "interrupted" : err);
	return ok ? EXIT_DIFFERENCE : EXIT_USAGE;
}

int cmd_triage(const struct args *args)
{
	const char *file = args_text(args, OPT_triage_ADD, NULL);
	struct session s = { .args = args, .json = args_has(args, OPT_triage_JSON) };
	int ret =
		findings_open(&s.findings, COMMAND_triage,
			      args_text(args, OPT_triage_CAMPAIGN, CAMPAIGN_DEFAULT), file != NULL);

	if (ret == EXIT_OK)
		ret = file != NULL ? add(&s, file) : triage(&s);
	findings_close(&s.findings);
	return ret;
}
