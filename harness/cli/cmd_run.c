// SPDX-License-Identifier: MIT
/* cmd_run.c - refstack run: scripts on the reference, and what came of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/duts.h"
#include "harness/cli/files.h"
#include "harness/cli/jobs.h"
#include "harness/cli/output.h"
#include "harness/dut/events.h"
#include "harness/oracle/uml.h"
#include "harness/script/run.h"

/* What came of one script; a copy of it travels from a worker, its texts behind
 * it. */
struct outcome {
	enum run_verdict verdict;
	u32 line, column, events;
	u64 virtual_ps;
	u32 message_len, output_len;
};

struct session {
	const struct args *args;
	struct file_list files;
	struct run_options options;
	struct dut_worlds *worlds;
	struct kernel *judge; /* --dut uml: it runs the scripts; NULL */
	bool json, live;      /* live: -v and --graph write to `talk` as it happens */
	FILE *talk;	      /* where the output of -v and --graph goes */
	u32 ran, count[RUN_ENVIRONMENT + 1];
	struct progress progress;
};

/* --- one script --- */

enum { BOOT_SECONDS = 300, JUDGE_ERROR = 4096 };

/* Not read, or no script: FILE:LINE:COLUMN as far as there is one. */
static struct run_result no_script(const char *name, const struct script_error *err)
{
	struct run_result r = { .verdict = RUN_INVALID, .line = err->line, .column = err->column };
	int n;

	if (err->line != 0)
		n = asprintf(&r.message, "%s:%u:%u: %s", name, err->line, err->column, err->text);
	else
		n = asprintf(&r.message, "%s: %s", name, err->text);
	if (n < 0)
		abort();
	return r;
}

static struct script *load(const struct session *s, const char *path, struct run_result *r)
{
	struct script_error err = { 0 };
	char why[FILE_ERROR_MAX];
	struct script *script;
	size_t len;
	char *text = file_read(path, &len, why);

	if (text == NULL) {
		snprintf(err.text, sizeof(err.text), "%.255s", why);
		*r = no_script(file_name(path), &err);
		return NULL;
	}
	if (args_has(s->args, OPT_run_BINARY))
		script = script_decode(file_name(path), (const u8 *)text, len);
	else
		script = script_parse(file_name(path), text, len, &err);
	free(text);
	if (script == NULL)
		*r = no_script(file_name(path), &err);
	return script;
}

/* One boot. The script travels as text, whatever form it was read from. */
static struct run_result ask_judge(const struct session *s, const struct script *script)
{
	size_t len = 0;
	char *text = script_print(script, PRINT_COMMENTS, &len);
	struct uml_item item = { .name = script->name, .text = text, .text_len = len };
	struct run_result r = { .verdict = RUN_ENVIRONMENT };
	char err[JUDGE_ERROR] = "";

	if (uml_run(s->judge, &s->options, true, &item, 1, BOOT_SECONDS, err, sizeof(err)) != 0) {
		r.message = strdup(err);
	} else if (item.error != NULL) {
		r.message = strdup(item.error);
	} else {
		r.verdict = item.record.verdict;
		r.line = item.record.line;
		r.virtual_ps = (u64)item.record.end_ps;
		r.message = item.record.message != NULL ? strdup(item.record.message) : NULL;
		r.tracepoints = item.record.tracepoints;
		item.record.tracepoints = NULL;
	}
	record_free(&item.record);
	free(item.error);
	free(text);
	return r;
}

/* Those of a script that ended badly are what is looked at most. */
static void write_tracepoints(const struct session *s, struct run_result *r)
{
	const char *path = args_text(s->args, OPT_run_EVENTS, NULL);
	char err[FILE_ERROR_MAX];

	if (path == NULL || r->tracepoints == NULL ||
	    file_write(path, r->tracepoints, strlen(r->tracepoints), err))
		return;
	run_result_free(r);
	r->verdict = RUN_ENVIRONMENT;
	if (asprintf(&r->message, "%s: %s", path, err) < 0)
		abort();
}

static struct run_result run_one(struct session *s, const char *path, FILE *out)
{
	struct run_options o = s->options;
	struct run_result r = { 0 };
	struct script *script = load(s, path, &r);

	if (script == NULL)
		return r;
	o.out = out;
	r = s->judge != NULL ? ask_judge(s, script) : run_script(script, &o, s->worlds);
	write_tracepoints(s, &r);
	script_free(script);
	return r;
}

/* --- reports --- */

/* What came of it is a result and goes to stdout; what could not be run goes to
 * stderr. */
static void report_text(const char *name, const struct run_result *r)
{
	bool ran = r->verdict == RUN_FAILED || r->verdict == RUN_NOT_IMPLEMENTED;

	if (r->verdict == RUN_PASSED)
		return;
	if (!ran)
		fflush(stdout);
	if (r->verdict == RUN_NOT_IMPLEMENTED)
		printf("%s:%u: not implemented: ", name, r->line);
	fprintf(ran ? stdout : stderr, "%s\n", r->message);
}

static void report_json(const struct session *s, const char *name, const struct run_result *r)
{
	printf("%s\n    {\"file\": ", s->ran != 0 ? "," : "");
	json_string(stdout, name);
	printf(", \"verdict\": \"%s\", ", run_verdict_name(r->verdict));
	if (r->verdict != RUN_PASSED) {
		printf("\"line\": %u, \"column\": %u, \"message\": ", r->line, r->column);
		json_string(stdout, r->message);
		printf(", ");
	}
	printf("\"events\": %u, \"virtual_ps\": %llu}", r->events,
	       (unsigned long long)r->virtual_ps);
}

static void report(struct session *s, u32 item, const struct run_result *r)
{
	assert(r->verdict <= RUN_ENVIRONMENT);
	assert((r->verdict == RUN_PASSED) == (r->message == NULL));
	progress_clear(&s->progress);
	if (s->json)
		report_json(s, file_name(s->files.path[item]), r);
	else
		report_text(file_name(s->files.path[item]), r);
	s->ran++;
	s->count[r->verdict]++;
}

/* Whose lines of -v and --graph these are, when there are several scripts. */
static void print_title(const struct session *s, FILE *to, u32 item)
{
	if (s->live && s->files.nr > 1)
		fprintf(to, "# %s\n", file_name(s->files.path[item]));
}

/* --- one after the other, or several at a time --- */

static void run_here(struct session *s)
{
	for (u32 i = 0; i < s->files.nr && interrupted == 0; i++) {
		struct run_result r;

		print_title(s, s->talk, i);
		r = run_one(s, s->files.path[i], s->talk);
		report(s, i, &r);
		run_result_free(&r);
		progress_show(&s->progress, s->ran, s->files.nr, "scripts");
	}
}

static void job_work(void *ctx, u32 item, FILE *result)
{
	struct session *s = ctx;
	char *output = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&output, &len);
	struct outcome o;
	struct run_result r;

	if (out == NULL)
		abort();
	r = run_one(s, s->files.path[item], out);
	fclose(out);
	o = (struct outcome){ r.verdict,    r.line,
			      r.column,	    r.events,
			      r.virtual_ps, r.message != NULL ? (u32)strlen(r.message) : 0,
			      (u32)len };
	fwrite(&o, sizeof(o), 1, result);
	fwrite(r.message != NULL ? r.message : "", 1, o.message_len, result);
	fwrite(output, 1, o.output_len, result);
	run_result_free(&r);
	free(output);
}

/* The worker has gone down with the script: a bug of ours, and no pass. */
static void job_died(struct session *s, u32 item, int why)
{
	struct run_result r = { .verdict = RUN_FAILED };
	bool signal = WIFSIGNALED(why);

	if (asprintf(&r.message, "%s: refstack itself ended, with %s %d",
		     file_name(s->files.path[item]), signal ? "signal" : "exit code",
		     signal ? WTERMSIG(why) : WEXITSTATUS(why)) < 0)
		abort();
	report(s, item, &r);
	run_result_free(&r);
}

static void job_done(void *ctx, u32 item, const void *result, size_t len, int why)
{
	struct session *s = ctx;
	struct run_result r = { 0 };
	const char *text = result;
	struct outcome o;

	if (result == NULL) {
		job_died(s, item, why);
		return;
	}
	memcpy(&o, text, sizeof(o));
	assert(len == sizeof(o) + o.message_len + o.output_len);
	text += sizeof(o);
	r = (struct run_result){ .verdict = o.verdict,
				 .line = o.line,
				 .column = o.column,
				 .events = o.events,
				 .virtual_ps = o.virtual_ps };
	if (o.verdict != RUN_PASSED) {
		r.message = strndup(text, o.message_len);
		if (r.message == NULL)
			abort();
	}
	print_title(s, s->talk, item);
	fwrite(text + o.message_len, 1, o.output_len, s->talk);
	report(s, item, &r);
	run_result_free(&r);
}

static bool run_in_workers(struct session *s, u32 workers)
{
	const struct jobs jobs = { .items = s->files.nr,
				   .workers = workers,
				   .work = job_work,
				   .done = job_done,
				   .progress = &s->progress,
				   .what = "scripts",
				   .ctx = s };

	return jobs_run(&jobs);
}

/* --- the command line --- */

static bool add_pair(struct run_pair *pairs, u32 *nr, const struct given *g)
{
	assert(g->pair != NULL);
	if (*nr == RUN_PAIRS)
		return false;
	pairs[(*nr)++] = (struct run_pair){ .name = g->value, .value = g->pair };
	return true;
}

/* Options that a script may have too: the command line's override. */
static bool is_script_option(enum option_id id)
{
	return id >= OPT_run_LOCAL_IP && id <= OPT_run_TOLERANCE_PERCENT;
}

static int take_pairs(struct run_options *o, const struct args *a)
{
	for (u32 i = 0; i < a->nr_given; i++) {
		const struct given *g = &a->given[i];

		if (is_script_option(g->option) && o->nr_options < RUN_PAIRS)
			o->option[o->nr_options++] =
				(struct run_pair){ option_name(g->option), g->value };
		if (g->option == OPT_run_DEFINE && !add_pair(o->define, &o->nr_defines, g))
			return usage_error(COMMAND_run, "more than %d of -D", RUN_PAIRS);
		if (g->option == OPT_run_SET && !add_pair(o->knob, &o->nr_knobs, g))
			return usage_error(COMMAND_run, "more than %d of --set", RUN_PAIRS);
	}
	return 0;
}

/* Real time is never exact, and the kernel's HZ may be another one. */
static int take_live(struct run_options *o)
{
	static const struct run_pair loose[] = {
		{ "tolerance_usecs", "20000" },
		{ "tolerance_percent", "12.5" },
	};

	o->dut = dut_live;
	if (o->nr_options + ARRAY_SIZE(loose) > RUN_PAIRS)
		return usage_error(COMMAND_run, "more than %d options of scripts", RUN_PAIRS);
	memmove(o->option + ARRAY_SIZE(loose), o->option, o->nr_options * sizeof(o->option[0]));
	memcpy(o->option, loose, sizeof(loose));
	o->nr_options += (u32)ARRAY_SIZE(loose);
	return EXIT_OK;
}

static int take_judge(struct session *s)
{
	static struct kernel judge;
	char err[JUDGE_ERROR] = "";

	if (s->live || s->options.trace_path != NULL || s->options.pcapng_path != NULL)
		return usage_error(COMMAND_run, "-v, --graph, --trace and --pcapng are not for "
						"--dut uml; 'refstack capture' writes its frames");
	if (kernel_find(&judge, false, err, sizeof(err)) != KERNEL_THERE) {
		fprintf(stderr, "refstack run: %s\n", err);
		return EXIT_ENVIRONMENT;
	}
	s->judge = &judge;
	return EXIT_OK;
}

static int take_dut(struct session *s)
{
	const struct args *a = s->args;
	enum dut_kind kind = DUT_KIND_REFSTACK;
	int ret = dut_by_name(COMMAND_run, args_text(a, OPT_run_DUT, "refstack"), &kind);

	if (ret != EXIT_OK)
		return ret;
	if (args_has(a, OPT_run_ALLOW_SHELL) && kind != DUT_KIND_LIVE)
		return usage_error(
			COMMAND_run,
			"--allow-shell exists for running against real Linux only; on the "
			"reference commands are interpreted");
	if (kind == DUT_KIND_LIVE)
		return take_live(&s->options);
	return kind == DUT_KIND_UML ? take_judge(s) : EXIT_OK;
}

static int take_options(struct session *s)
{
	const struct args *a = s->args;
	struct run_options *o = &s->options;
	u32 cost;
	int ret;

	run_options_init(o);
	o->trace_path = args_text(a, OPT_run_TRACE, NULL);
	o->pcapng_path = args_text(a, OPT_run_PCAPNG, NULL);
	o->graph = args_has(a, OPT_run_GRAPH);
	o->verbose = args_has(a, OPT_run_VERBOSE);
	o->profile = args_has(a, OPT_run_PROFILE)
			     ? PROFILE_BARE + args_choice(a, OPT_run_PROFILE, 0)
			     : PROFILE_AUTO;
	o->device = args_has(a, OPT_run_DEVICE) ? DEVICE_TAP + args_choice(a, OPT_run_DEVICE, 0)
						: DEVICE_AUTO;
	cost = args_choice(a, OPT_run_COST, o->graph || o->trace_path != NULL);
	o->cost = cost != 0 ? COST_CYCLES : COST_JUDGE;
	o->tracepoints = args_has(a, OPT_run_EVENTS) ? EVENTS_ALL : 0;
	o->seed = args_number(a, OPT_run_SEED, o->seed);
	o->perturb = args_number(a, OPT_run_PERTURB, o->perturb);
	o->out = s->talk;
	o->colour = !s->json && wants_colour(stdout);
	ret = take_pairs(o, a);
	return ret != EXIT_OK ? ret : take_dut(s);
}

static int take_files(struct session *s)
{
	const char *suffix = args_has(s->args, OPT_run_BINARY) ? "" : ".pkt";
	char err[FILE_ERROR_MAX];

	for (u32 i = 0; i < s->args->nr_operands; i++)
		if (!file_list_add(&s->files, s->args->operand[i], suffix, err)) {
			fprintf(stderr, "refstack run: %s\n", err);
			return EXIT_USAGE;
		}
	if (s->files.nr > 1 &&
	    (args_has(s->args, OPT_run_TRACE) || args_has(s->args, OPT_run_PCAPNG) ||
	     args_has(s->args, OPT_run_EVENTS)))
		return usage_error(COMMAND_run,
				   "--trace, --pcapng and --events are for one script, and these "
				   "are %u",
				   s->files.nr);
	return 0;
}

/* --- the whole --- */

static void print_totals(const struct session *s)
{
	u32 passed = s->count[RUN_PASSED], missing = s->count[RUN_NOT_IMPLEMENTED];
	u32 failed = s->ran - passed - missing;

	if (s->json) {
		printf("\n  ],\n  \"passed\": %u, \"failed\": %u, \"not_implemented\": %u, "
		       "\"interrupted\": %s\n}\n",
		       passed, failed, missing, interrupted != 0 ? "true" : "false");
		return;
	}
	printf("%u passed, %u failed", passed, failed);
	if (missing != 0)
		printf(", %u not implemented", missing);
	putchar('\n');
}

static int exit_code(const struct session *s)
{
	if (s->count[RUN_FAILED] != 0 || s->ran < s->files.nr)
		return EXIT_DIFFERENCE;
	if (s->count[RUN_INVALID] != 0)
		return EXIT_USAGE;
	if (s->count[RUN_ENVIRONMENT] != 0)
		return EXIT_ENVIRONMENT;
	return s->count[RUN_NOT_IMPLEMENTED] != 0 ? EXIT_NOT_IMPLEMENTED : EXIT_OK;
}

static int run_all(struct session *s)
{
	u32 workers = (u32)args_number(s->args, OPT_run_JOBS, 1);
	bool started = true;

	catch_interrupt();
	progress_start(&s->progress);
	s->worlds = dut_worlds_new();
	if (s->json)
		printf("{\n  \"scripts\": [");
	if (workers > 1 && s->files.nr > 1)
		started = run_in_workers(s, workers);
	else
		run_here(s);
	dut_worlds_free(s->worlds);
	progress_clear(&s->progress);
	if (s->ran < s->files.nr)
		fprintf(stderr, "refstack run: %s after %u of %u scripts\n",
			started ? "interrupted" : "no process could be started", s->ran,
			s->files.nr);
	print_totals(s);
	return exit_code(s);
}

int cmd_run(const struct args *args)
{
	struct session s = { .args = args, .json = args_has(args, OPT_run_JSON) };
	int ret;

	s.talk = s.json ? stderr : stdout;
	s.live = args_has(args, OPT_run_VERBOSE) || args_has(args, OPT_run_GRAPH);
	ret = take_options(&s);
	if (ret == 0)
		ret = take_files(&s);
	if (ret == 0)
		ret = run_all(&s);
	file_list_free(&s.files);
	return ret;
}
