// SPDX-License-Identifier: MIT
/* cmd_check.c - refstack check: every golden vector, and what differs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/duts.h"
#include "harness/cli/files.h"
#include "harness/cli/judge_again.h"
#include "harness/cli/report_lines.h"
#include "harness/cli/run_file.h"
#include "harness/cli/session.h"
#include "harness/cli/vectors.h"
#include "harness/golden/check.h"
#include "harness/golden/junit.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"
#include "harness/lib/version.h"
#include "harness/oracle/child.h"

enum {
	TIME_BYTES = 32,
	TITLE_BYTES = 256,
	KERNEL_ERROR = 4096,
	PATH_BYTES = 4096,
	LIVE_LIMIT_SECS = 20 /* of real time, for a vector that does not come to an end */
};

/* By enum check_verdict. What is not there to compare is said, and is no pass of a golden vector.
 */
static const struct session_verdict verdicts[CHECK_VERDICTS] = {
	[CHECK_PASSED] = { "passed", true, EXIT_OK, false },
	[CHECK_FAILED] = { "failed", true, EXIT_DIFFERENCE, false },
	[CHECK_INVALID] = { "failed", true, EXIT_USAGE, true },
	[CHECK_ENVIRONMENT] = { "failed", true, EXIT_ENVIRONMENT, true },
	[CHECK_PENDING] = { "pending", false, EXIT_OK, false },
	[CHECK_NOT_CAPTURED] = { "not captured", false, EXIT_OK, false },
	[CHECK_EXPLAINED] = { "explained", false, EXIT_OK, false },
	[CHECK_SKIPPED] = { "skipped", false, EXIT_OK, false },
	[CHECK_NOT_IMPLEMENTED] = { "not implemented", false, EXIT_NOT_IMPLEMENTED, false },
};

struct check {
	const struct args *args;
	struct vectors vectors;
	struct check_options options;
	struct dut_worlds *worlds;
	struct judge judge; /* of --dut uml */
	bool uml, json, verbose, list;
	const char *captures; /* a folder; NULL */
	const char *run_path; /* NULL: nobody wants the evidence */
	struct run_file run;
	struct junit junit;
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

static void take_result(const struct check *s, const struct vector *v, const struct check_result *r,
			struct outcome *o)
{
	size_t text_len = 0, json_len = 0;
	FILE *text = open_memstream(&o->text, &text_len);
	FILE *json = open_memstream(&o->json, &json_len);

	if (text == NULL || json == NULL)
		abort();
	o->verdict = r->verdict;
	o->virtual_ps = r->virtual_ps;
	check_report(text, is_told_of_file(r->verdict) ? v->path : v->name, r, s->verbose);
	if (s->json)
		put_json(json, v, r);
	fclose(text);
	fclose(json);
	if (s->run_path != NULL)
		o->line = run_file_line(v, r);
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

static void write_capture(struct check *s, const struct vector *v, struct check_result *r)
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

static struct check_result compare_judged(struct check *s, u32 item)
{
	struct judged *j = &s->judge.of[item];
	struct record failed = { .verdict = RUN_ENVIRONMENT, .message = j->error };

	s->options.record = j->error == NULL ? &j->record : &failed;
	return vector_check(&s->vectors.v[item], &s->options, s->worlds);
}

/* In a boot with others it may come out differently; when it was captured it was alone. */
static struct check_result check_judged(struct check *s, u32 item)
{
	struct check_result r;

	s->options.record = NULL;
	if (!s->judge.of[item].asked)
		return vector_check(&s->vectors.v[item], &s->options, s->worlds);
	r = compare_judged(s, item);
	if (r.verdict == CHECK_PASSED || r.verdict == CHECK_NOT_CAPTURED ||
	    r.verdict == CHECK_SKIPPED || interrupted != 0)
		return r;
	check_result_free(&r);
	judge_ask_alone(&s->judge, item);
	return compare_judged(s, item);
}

static void work(void *ctx, u32 item, FILE *talk, struct outcome *o)
{
	struct check *s = ctx;
	const struct vector *v = &s->vectors.v[item];
	struct check_result r;

	(void)talk;
	if (s->options.live)
		alarm(LIVE_LIMIT_SECS);
	r = s->uml ? check_judged(s, item) : vector_check(v, &s->options, s->worlds);
	if (s->captures != NULL)
		write_capture(s, v, &r);
	take_result(s, v, &r, o);
	check_result_free(&r);
	alarm(0);
}

/* The worker has gone down with the vector: a bug of ours, and no pass. */
static void died(void *ctx, u32 item, int why, struct outcome *o)
{
	struct check *s = ctx;
	struct check_result r = { .verdict = CHECK_FAILED };
	char what[100], how[SESSION_HOW];

	if (WIFSIGNALED(why) && WTERMSIG(why) == SIGALRM)
		snprintf(what, sizeof(what), "does not come to an end in %d s of real time",
			 LIVE_LIMIT_SECS);
	else
		snprintf(what, sizeof(what), "refstack itself ended, %s", session_how(why, how));
	difference_add(&r.differences, DIFFERS_STATEMENT, what, NULL);
	vector_unrun(&s->vectors.v[item], &s->options, &r);
	take_result(s, &s->vectors.v[item], &r, o);
	check_result_free(&r);
}

static void told(void *ctx, u32 item, const struct outcome *o)
{
	struct check *s = ctx;
	bool silent = o->text == NULL || o->text[0] == '\0';

	if (s->run_path != NULL)
		run_file_add(&s->run, o->line, o->verdict);
	junit_add(&s->junit, s->vectors.v[item].name, o->verdict, silent ? NULL : o->text,
		  o->virtual_ps);
}

/* --- the command line
 * ------------------------------------------------------------------------------- */

/* The reference, a second opinion, or the judging kernel once more. */
static int take_dut(struct check *s)
{
	const char *name = args_text(s->args, OPT_check_DUT, "refstack");
	enum dut_kind kind = DUT_KIND_REFSTACK;
	int ret = dut_by_name(COMMAND_check, name, &kind);

	if (ret != EXIT_OK)
		return ret;
	s->options.name = name;
	s->options.live = kind == DUT_KIND_LIVE;
	s->uml = kind == DUT_KIND_UML;
	s->options.dut = s->options.live ? dut_live : NULL;
	if (kind != DUT_KIND_REFSTACK &&
	    (s->options.device != DEVICE_AUTO || s->options.invariants))
		return usage_error(COMMAND_check, "%s is for the reference",
				   s->options.invariants ? "--invariants" : "--device");
	return EXIT_OK;
}

static int take_options(struct check *s)
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
	s->run_path = args_text(a, OPT_check_RUN, NULL);
	s->options.evidence = s->run_path != NULL;
	return take_dut(s);
}

static int take_files(struct check *s)
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

static int write_junit(const struct check *s, const char *path, time_t started)
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

/* --- the run, with its evidence
 * --------------------------------------------------------------------- */

/* A build that is to be repeated says when it is. */
static time_t started_at(time_t now)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	unsigned long long secs;
	char *end;

	if (epoch == NULL || *epoch < '0' || *epoch > '9')
		return now;
	errno = 0;
	secs = strtoull(epoch, &end, 10);
	return *end == '\0' && errno == 0 && secs <= INT32_MAX ? (time_t)secs : now;
}

static int begin_run(struct check *s, time_t started)
{
	static const char *const devices[] = { [DEVICE_AUTO] = "script",
					       [DEVICE_TAP] = "tap",
					       [DEVICE_TUN] = "tun",
					       [DEVICE_IGB] = "igb" };
	const char *options[2] = { s->options.invariants ? "--invariants" : NULL, NULL };
	char title[TITLE_BYTES], kernel[TITLE_BYTES], err[FILE_ERROR_MAX];
	struct utsname u = { 0 };
	bool igb = s->options.device == DEVICE_IGB;
	struct run_identity id = { .dut = igb ? "refstack-igb" : s->options.name,
				   .title = title,
				   .kind = "reference",
				   .version = REFSTACK_VERSION,
				   .device = devices[s->options.device],
				   .option = options,
				   .started = started_at(started),
				   .items = s->vectors.nr };

	snprintf(title, sizeof(title), "refstack %s%s", REFSTACK_VERSION, igb ? " on igb" : "");
	if (s->uml) {
		snprintf(title, sizeof(title), "Linux %s", s->judge.side.kernel.version);
		snprintf(kernel, sizeof(kernel), "%s uml", s->judge.side.kernel.version);
		id.kind = "judge";
		id.version = s->judge.side.kernel.version;
		id.kernel = kernel;
	}
	if (s->options.live) {
		(void)uname(&u);
		snprintf(title, sizeof(title), "Linux %s", u.release);
		snprintf(kernel, sizeof(kernel), "%s %s", u.release, u.version);
		id.kind = "kernel";
		id.version = u.release;
		id.kernel = kernel;
	}
	if (run_file_begin(&s->run, s->run_path, &id, err))
		return EXIT_OK;
	fprintf(stderr, "refstack check: cannot write %s: %s\n", s->run_path, err);
	return EXIT_USAGE;
}

/* What the judging kernel says stands before the comparison. */
static int ask_judge(struct check *s)
{
	char err[KERNEL_ERROR] = "";

	if (judge_open(&s->judge, &s->vectors, err, sizeof(err)) != 0) {
		fprintf(stderr, "refstack check: %s\n", err);
		return EXIT_ENVIRONMENT;
	}
	catch_interrupt();
	judge_ask(&s->judge, (u32)args_number(s->args, OPT_check_JOBS, 1), s->worlds);
	return EXIT_OK;
}

static int end_run(struct check *s, bool whole)
{
	char err[FILE_ERROR_MAX];

	if (whole && !s->options.live && !s->uml && s->options.device == DEVICE_AUTO)
		report_lines(s->run.to, &s->vectors);
	if (run_file_end(&s->run, whole, err))
		return EXIT_OK;
	fflush(stdout);
	fprintf(stderr, "refstack check: cannot write %s: %s\n", s->run_path, err);
	return EXIT_ENVIRONMENT;
}

/* Ids name vectors in a run, whatever was on the command line. */
static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct vector *const *)a)->id,
		      (*(const struct vector *const *)b)->id);
}

static int refuse_same_ids(const struct check *s)
{
	const struct vector **v = must(calloc(s->vectors.nr + 1, sizeof(struct vector *)));
	int ret = EXIT_OK;

	for (u32 i = 0; i < s->vectors.nr; i++)
		v[i] = &s->vectors.v[i];
	qsort(v, s->vectors.nr, sizeof(*v), by_id);
	for (u32 i = 1; i < s->vectors.nr && ret == EXIT_OK; i++)
		if (strcmp(v[i - 1]->id, v[i]->id) == 0)
			ret = usage_error(COMMAND_check,
					  "%s and %s would both be '%s' in the run; check the "
					  "folder that both are in",
					  v[i - 1]->name, v[i]->name, v[i]->id);
	free(v);
	return ret;
}

static int check_all(struct check *s)
{
	const char *junit = args_text(s->args, OPT_check_JUNIT, NULL);
	struct session all = { .command = COMMAND_check,
			       .what = "vectors",
			       .verdict = verdicts,
			       .nr_verdicts = ARRAY_SIZE(verdicts),
			       .items = s->vectors.nr,
			       .workers = (u32)args_number(s->args, OPT_check_JOBS, 1),
			       .json = s->json,
			       /* A broken invariant takes its process with it. */
			       .apart = s->options.live || s->options.invariants,
			       .work = work,
			       .died = died,
			       .told = told,
			       .ctx = s };
	time_t started = time(NULL);
	int ret = EXIT_OK, written = EXIT_OK;

	s->worlds = dut_worlds_new();
	if (s->run_path != NULL)
		ret = refuse_same_ids(s);
	if (ret == EXIT_OK && s->uml)
		ret = ask_judge(s);
	if (ret == EXIT_OK && s->run_path != NULL)
		ret = begin_run(s, started);
	if (ret == EXIT_OK)
		ret = session_run(&all);
	else
		all.items = 0;
	dut_worlds_free(s->worlds);
	judge_close(&s->judge);
	if (s->run.to != NULL)
		written = end_run(s, all.done == all.items);
	if (junit != NULL && written == EXIT_OK)
		written = write_junit(s, junit, started);
	return ret == EXIT_OK ? written : ret;
}

static int list_files(const struct check *s)
{
	for (u32 i = 0; i < s->vectors.nr; i++)
		printf("%s\n", s->vectors.v[i].name);
	return EXIT_OK;
}

int cmd_check(const struct args *args)
{
	struct check s = { .args = args };
	int ret = take_options(&s);

	if (ret == 0)
		ret = take_files(&s);
	if (ret == 0)
		ret = s.list ? list_files(&s) : check_all(&s);
	junit_free(&s.junit);
	vectors_free(&s.vectors);
	return ret;
}
