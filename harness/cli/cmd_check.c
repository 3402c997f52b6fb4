// SPDX-License-Identifier: MIT
/* cmd_check.c - refstack check: every golden vector, and what differs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/duts.h"
#include "harness/cli/files.h"
#include "harness/cli/jobs.h"
#include "harness/cli/output.h"
#include "harness/cli/vectors.h"
#include "harness/golden/check.h"
#include "harness/golden/junit.h"
#include "harness/lib/json.h"
#include "harness/oracle/child.h"

enum {
	TIME_BYTES = 32,
	PATH_BYTES = 4096,
	LIVE_LIMIT_SECS = 20 /* of real time, for a vector that does not come to an end */
};

/* What came of one vector; it travels from a worker with its two texts behind it. */
struct outcome {
	u32 verdict;
	u32 text_len, json_len;
	u64 virtual_ps;
};

struct session {
	const struct args *args;
	struct vectors vectors;
	struct check_options options;
	struct dut_worlds *worlds;
	bool json, verbose, list;
	const char *captures; /* a folder; NULL */
	u32 done, count[CHECK_VERDICTS];
	struct junit junit;
	struct progress progress;
};

/* --- one vector
 * ------------------------------------------------------------------------------------ */

static void put_difference(struct json *j, const struct difference *d)
{
	json_object(j, NULL);
	json_text(j, "kind", difference_names[d->kind]);
	if (d->line != 0)
		json_u64(j, "line", d->line);
	if (d->frame != 0)
		json_u64(j, "frame", d->frame);
	if (d->kind != DIFFERS_STATE)
		json_s64(j, "when_ns", d->when_ps / (s64)PS_PER_NS);
	if (d->field != NULL) {
		json_text(j, "field", d->field);
		json_text(j, "linux", d->expected);
		json_text(j, "actual", d->actual);
	}
	json_text(j, "what", d->what);
	json_end(j);
}

static void put_json(FILE *to, const struct vector *v, const struct check_result *r)
{
	struct json j;

	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_text(&j, "file", v->path);
	if (v->frames != NULL)
		json_text(&j, "case", v->frames->c[v->nr].name);
	json_text(&j, "verdict", check_verdict_name(r->verdict));
	json_u64(&j, "frames", r->frames);
	json_u64(&j, "virtual_ps", r->virtual_ps);
	if (r->message != NULL)
		json_text(&j, "message", r->message);
	if (r->differences.nr != 0) {
		json_array(&j, "differences");
		for (u32 i = 0; i < r->differences.nr; i++)
			put_difference(&j, &r->differences.d[i]);
		json_end(&j);
	}
	json_end(&j);
}

/* Where a difference is told with its line; else with the name of the case. */
static bool is_told_of_file(enum check_verdict v)
{
	return v == CHECK_FAILED || v == CHECK_PENDING;
}

/* The outcome and its texts, as a worker hands them over. */
static void write_outcome(const struct session *s, const struct vector *v,
			  const struct check_result *r, FILE *to)
{
	char *text = NULL, *json = NULL;
	size_t text_len = 0, json_len = 0;
	FILE *f = open_memstream(&text, &text_len);
	FILE *j = open_memstream(&json, &json_len);
	struct outcome o;

	if (f == NULL || j == NULL)
		abort();
	check_report(f, is_told_of_file(r->verdict) ? v->path : v->name, r, s->verbose);
	if (s->json)
		put_json(j, v, r);
	fclose(f);
	fclose(j);
	o = (struct outcome){ .verdict = r->verdict,
			      .text_len = (u32)text_len,
			      .json_len = (u32)json_len,
			      .virtual_ps = r->virtual_ps };
	fwrite(&o, sizeof(o), 1, to);
	fwrite(text, 1, text_len, to);
	fwrite(json, 1, json_len, to);
	free(text);
	free(json);
}

/* FOLDER/vectors/udp/x.pcapng, with the folders on the way to it. False with why in err. */
static bool capture_file(const char *folder, const char *vector, char to[PATH_BYTES],
			 char err[FILE_ERROR_MAX])
{
	static const char suffix[] = ".pkt";
	size_t stem = strlen(vector);
	char *slash;

	if (strstr(vector, "..") != NULL) {
		snprintf(err, FILE_ERROR_MAX, "a name with '..' has no place below --captures");
		return false;
	}
	if (stem > strlen(suffix) && strcmp(vector + stem - strlen(suffix), suffix) == 0)
		stem -= strlen(suffix);
	if (snprintf(to, PATH_BYTES, "%s/%.*s.pcapng", folder, (int)stem, vector) >= PATH_BYTES) {
		snprintf(err, FILE_ERROR_MAX, "the name is too long");
		return false;
	}
	slash = strrchr(to, '/');
	*slash = '\0';
	if (!folder_make(to)) {
		snprintf(err, FILE_ERROR_MAX, "%.400s: %s", to, strerror(errno));
		return false;
	}
	*slash = '/';
	return true;
}

static void write_capture(struct session *s, const struct vector *v, struct check_result *r)
{
	char to[PATH_BYTES], err[FILE_ERROR_MAX] = "";

	if (capture_file(s->captures, v->name, to, err) &&
	    vector_capture(v, to, &s->options, s->worlds, err, sizeof(err)) >= 0)
		return;
	check_result_free(r);
	r->verdict = CHECK_ENVIRONMENT;
	if (asprintf(&r->message, "%s: %s", v->name, err) < 0)
		abort();
}

static void check_one(struct session *s, u32 item, FILE *to)
{
	const struct vector *v = &s->vectors.v[item];
	struct check_result r = vector_check(v, &s->options, s->worlds);

	if (s->captures != NULL)
		write_capture(s, v, &r);
	write_outcome(s, v, &r, to);
	check_result_free(&r);
}

/* --- reports
 * --------------------------------------------------------------------------------------- */

/* Differences are results and go to stdout; what could not be checked goes to stderr. */
static FILE *report_to(enum check_verdict v)
{
	return v == CHECK_INVALID || v == CHECK_ENVIRONMENT ? stderr : stdout;
}

/* What write_outcome() wrote. */
static void report(struct session *s, u32 item, const char *bytes, size_t len)
{
	const char *name = s->vectors.v[item].name, *text = bytes + sizeof(struct outcome);
	struct outcome o;
	char *own;

	memcpy(&o, bytes, sizeof(o));
	assert(len == sizeof(o) + o.text_len + o.json_len);
	assert(o.verdict < CHECK_VERDICTS);
	own = strndup(text, o.text_len);
	if (own == NULL)
		abort();
	progress_clear(&s->progress);
	if (s->json) {
		printf("%s\n    %.*s", s->done != 0 ? "," : "", (int)o.json_len, text + o.text_len);
	} else if (*own != '\0') {
		if (report_to(o.verdict) == stderr)
			fflush(stdout);
		fputs(own, report_to(o.verdict));
	}
	junit_add(&s->junit, name, o.verdict, *own != '\0' ? own : NULL, o.virtual_ps);
	free(own);
	s->done++;
	s->count[o.verdict]++;
}

static void check_here(struct session *s)
{
	for (u32 i = 0; i < s->vectors.nr && interrupted == 0; i++) {
		char *bytes = NULL;
		size_t len = 0;
		FILE *to = open_memstream(&bytes, &len);

		if (to == NULL)
			abort();
		check_one(s, i, to);
		fclose(to);
		report(s, i, bytes, len);
		free(bytes);
		progress_show(&s->progress, s->done, s->vectors.nr, "vectors");
	}
}

static void job_work(void *ctx, u32 item, FILE *result)
{
	struct session *s = ctx;

	if (s->options.live)
		alarm(LIVE_LIMIT_SECS);
	check_one(s, item, result);
	alarm(0);
}

/* The worker has gone down with the vector: a bug of ours, and no pass. */
static void job_died(struct session *s, u32 item, int why)
{
	bool signal = WIFSIGNALED(why);
	struct check_result r = { .verdict = CHECK_FAILED };
	char *bytes = NULL, what[100];
	size_t len = 0;
	FILE *to = open_memstream(&bytes, &len);

	if (to == NULL)
		abort();
	if (signal && WTERMSIG(why) == SIGALRM)
		snprintf(what, sizeof(what), "does not come to an end in %d s of real time",
			 LIVE_LIMIT_SECS);
	else
		snprintf(what, sizeof(what), "refstack itself ended, with %s %d",
			 signal ? "signal" : "exit code",
			 signal ? WTERMSIG(why) : WEXITSTATUS(why));
	difference_add(&r.differences, DIFFERS_STATEMENT, what, NULL);
	write_outcome(s, &s->vectors.v[item], &r, to);
	fclose(to);
	report(s, item, bytes, len);
	free(bytes);
	check_result_free(&r);
}

static void job_done(void *ctx, u32 item, const void *result, size_t len, int why)
{
	if (result == NULL)
		job_died(ctx, item, why);
	else
		report(ctx, item, result, len);
}

static bool check_in_workers(struct session *s, u32 workers)
{
	const struct jobs jobs = { .items = s->vectors.nr,
				   .workers = workers,
				   .work = job_work,
				   .done = job_done,
				   .progress = &s->progress,
				   .what = "vectors",
				   .ctx = s };

	return jobs_run(&jobs);
}

/* --- the command line
 * ------------------------------------------------------------------------------- */

/* The judging kernel is asked by capture; here it is the reference or a second opinion. */
static int take_dut(struct session *s)
{
	const char *name = args_text(s->args, OPT_check_DUT, "refstack");
	enum dut_kind kind = DUT_KIND_REFSTACK;
	int ret = dut_by_name(COMMAND_check, name, &kind);

	if (ret != EXIT_OK)
		return ret;
	if (kind == DUT_KIND_UML)
		return usage_error(COMMAND_check,
				   "goldens are what the judging kernel said; 'refstack capture' "
				   "asks it again");
	s->options.name = name;
	s->options.live = kind == DUT_KIND_LIVE;
	s->options.dut = s->options.live ? dut_live : NULL;
	if (s->options.live && (s->options.device != DEVICE_AUTO || s->options.invariants))
		return usage_error(COMMAND_check, "%s is for the reference",
				   s->options.invariants ? "--invariants" : "--device");
	return EXIT_OK;
}

static int take_options(struct session *s)
{
	const struct args *a = s->args;

	s->options.device = args_has(a, OPT_check_DEVICE)
				    ? DEVICE_TAP + args_choice(a, OPT_check_DEVICE, 0)
				    : DEVICE_AUTO;
	s->options.invariants = args_has(a, OPT_check_INVARIANTS);
	s->json = args_has(a, OPT_check_JSON);
	s->list = args_has(a, OPT_check_LIST);
	s->verbose = args_has(a, OPT_check_VERBOSE);
	s->captures = args_text(a, OPT_check_CAPTURES, NULL);
	return take_dut(s);
}

static int take_files(struct session *s)
{
	char err[FILE_ERROR_MAX];

	for (u32 i = 0; i < s->args->nr_operands || (i == 0 && s->args->nr_operands == 0); i++) {
		const char *path = s->args->nr_operands != 0 ? s->args->operand[i] : "vectors";

		if (!vectors_add(&s->vectors, path, err)) {
			fprintf(stderr, "refstack check: %s\n", err);
			return EXIT_USAGE;
		}
	}
	return 0;
}

/* --- the whole
 * -------------------------------------------------------------------------------------- */

/* What is not there to compare is said, and is no pass of a golden vector. */
static u32 failures(const struct session *s)
{
	return s->count[CHECK_FAILED] + s->count[CHECK_INVALID] + s->count[CHECK_ENVIRONMENT];
}

static void print_totals(const struct session *s)
{
	static const enum check_verdict others[] = { CHECK_PENDING, CHECK_NOT_CAPTURED,
						     CHECK_EXPLAINED, CHECK_SKIPPED,
						     CHECK_NOT_IMPLEMENTED };

	if (s->json) {
		printf("\n  ],\n  \"passed\": %u, \"failed\": %u, \"not_captured\": %u, "
		       "\"explained\": %u, \"pending\": %u, \"skipped\": %u, "
		       "\"not_implemented\": %u, "
		       "\"interrupted\": %s\n}\n",
		       s->count[CHECK_PASSED], failures(s), s->count[CHECK_NOT_CAPTURED],
		       s->count[CHECK_EXPLAINED], s->count[CHECK_PENDING], s->count[CHECK_SKIPPED],
		       s->count[CHECK_NOT_IMPLEMENTED], interrupted != 0 ? "true" : "false");
		return;
	}
	printf("%u passed, %u failed", s->count[CHECK_PASSED], failures(s));
	for (u32 i = 0; i < ARRAY_SIZE(others); i++)
		if (s->count[others[i]] != 0)
			printf(", %u %s", s->count[others[i]], check_verdict_name(others[i]));
	putchar('\n');
}

static int exit_code(const struct session *s)
{
	if (s->count[CHECK_FAILED] != 0 || s->done < s->vectors.nr)
		return EXIT_DIFFERENCE;
	if (s->count[CHECK_INVALID] != 0)
		return EXIT_USAGE;
	if (s->count[CHECK_ENVIRONMENT] != 0)
		return EXIT_ENVIRONMENT;
	return s->count[CHECK_NOT_IMPLEMENTED] != 0 ? EXIT_NOT_IMPLEMENTED : EXIT_OK;
}

static int write_junit(const struct session *s, const char *path, time_t started)
{
	char when[TIME_BYTES], err[FILE_ERROR_MAX];
	struct tm utc;
	size_t len = 0;
	char *text;
	bool ok;

	gmtime_r(&started, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &utc);
	text = junit_text(&s->junit, when, &len);
	ok = file_write(path, text, len, err);
	free(text);
	if (ok)
		return EXIT_OK;
	fflush(stdout);
	fprintf(stderr, "refstack check: %s: %s\n", path, err);
	return EXIT_ENVIRONMENT;
}

static int check_all(struct session *s)
{
	const char *junit = args_text(s->args, OPT_check_JUNIT, NULL);
	u32 workers = (u32)args_number(s->args, OPT_check_JOBS, 1);
	time_t started = time(NULL);
	bool could_start = true;
	int ret, written = EXIT_OK;

	catch_interrupt();
	progress_start(&s->progress);
	s->worlds = dut_worlds_new();
	if (s->json)
		printf("{\n  \"vectors\": [");
	/* A broken invariant takes its process with it, not the other vectors. */
	if (s->options.live || s->options.invariants || (workers > 1 && s->vectors.nr > 1))
		could_start = check_in_workers(s, workers);
	else
		check_here(s);
	dut_worlds_free(s->worlds);
	progress_clear(&s->progress);
	if (s->done < s->vectors.nr)
		fprintf(stderr, "refstack check: %s after %u of %u vectors\n",
			could_start ? "interrupted" : "no process could be started", s->done,
			s->vectors.nr);
	if (junit != NULL)
		written = write_junit(s, junit, started);
	print_totals(s);
	ret = exit_code(s);
	return ret == EXIT_OK ? written : ret;
}

static int list_files(const struct session *s)
{
	for (u32 i = 0; i < s->vectors.nr; i++)
		printf("%s\n", s->vectors.v[i].name);
	return EXIT_OK;
}

int cmd_check(const struct args *args)
{
	struct session s = { .args = args };
	int ret = take_options(&s);

	if (ret == 0)
		ret = take_files(&s);
	if (ret == 0)
		ret = s.list ? list_files(&s) : check_all(&s);
	junit_free(&s.junit);
	vectors_free(&s.vectors);
	return ret;
}
