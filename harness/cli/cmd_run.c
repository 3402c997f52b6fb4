// SPDX-License-Identifier: MIT
/* cmd_run.c - refstack run: scripts on the reference, and what came of them. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/cli/duts.h"
#include "harness/cli/files.h"
#include "harness/cli/session.h"
#include "harness/dut/events.h"
#include "harness/lib/json.h"
#include "harness/oracle/uml.h"
#include "harness/script/run.h"

/* By enum run_verdict. */
static const struct session_verdict verdicts[] = {
	[RUN_PASSED] = { "passed", true, EXIT_OK, false },
	[RUN_FAILED] = { "failed", true, EXIT_DIFFERENCE, false },
	[RUN_NOT_IMPLEMENTED] = { "not implemented", false, EXIT_NOT_IMPLEMENTED, false },
	[RUN_INVALID] = { "failed", true, EXIT_USAGE, true },
	[RUN_ENVIRONMENT] = { "failed", true, EXIT_ENVIRONMENT, true },
};

struct run_files {
	const struct args *args;
	struct file_list files;
	struct run_options options;
	struct dut_worlds *worlds;
	struct kernel *judge; /* --dut uml: it runs the scripts; NULL */
	bool json, live;      /* live: -v and --graph write as it happens */
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

static struct script *load(const struct run_files *s, const char *path, struct run_result *r)
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
static struct run_result ask_judge(const struct run_files *s, const struct script *script)
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
static void write_tracepoints(const struct run_files *s, struct run_result *r)
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

static struct run_result run_one(struct run_files *s, const char *path, FILE *out)
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

static char *text_of(const char *name, const struct run_result *r)
{
	char *text = NULL;
	int n = 0;

	if (r->verdict == RUN_NOT_IMPLEMENTED)
		n = asprintf(&text, "%s:%u: not implemented: %s\n", name, r->line, r->message);
	else if (r->verdict != RUN_PASSED)
		n = asprintf(&text, "%s\n", r->message);
	if (n < 0)
		abort();
	return text;
}

static char *json_of(const char *name, const struct run_result *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	struct json j;

	if (to == NULL)
		abort();
	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_text(&j, "file", name);
	json_text(&j, "verdict", run_verdict_name(r->verdict));
	if (r->verdict != RUN_PASSED) {
		json_u64(&j, "line", r->line);
		json_u64(&j, "column", r->column);
		json_text(&j, "message", r->message);
	}
	json_u64(&j, "events", r->events);
	json_u64(&j, "virtual_ps", r->virtual_ps);
	json_end(&j);
	fclose(to);
	return text;
}

static void take_result(const struct run_files *s, u32 item, const struct run_result *r,
			struct outcome *o)
{
	const char *name = file_name(s->files.path[item]);

	assert((r->verdict == RUN_PASSED) == (r->message == NULL));
	o->verdict = r->verdict;
	o->virtual_ps = r->virtual_ps;
	o->text = text_of(name, r);
	if (s->json)
		o->json = json_of(name, r);
}

static void work(void *ctx, u32 item, FILE *talk, struct outcome *o)
{
	struct run_files *s = ctx;
	struct run_result r;

	if (s->live && s->files.nr > 1)
		fprintf(talk, "# %s\n", file_name(s->files.path[item]));
	r = run_one(s, s->files.path[item], talk);
	take_result(s, item, &r, o);
	run_result_free(&r);
}

/* The worker has gone down with the script: a bug of ours, and no pass. */
static void died(void *ctx, u32 item, int why, struct outcome *o)
{
	struct run_files *s = ctx;
	struct run_result r = { .verdict = RUN_FAILED };
	char how[SESSION_HOW];

	if (asprintf(&r.message, "%s: refstack itself ended, %s", file_name(s->files.path[item]),
		     session_how(why, how)) < 0)
		abort();
	take_result(s, item, &r, o);
	run_result_free(&r);
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

static int take_judge(struct run_files *s)
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

static int take_dut(struct run_files *s)
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

static int take_options(struct run_files *s)
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
	o->cost_said = args_has(a, OPT_run_COST);
	o->perturb_said = args_has(a, OPT_run_PERTURB);
	o->tracepoints = args_has(a, OPT_run_EVENTS) ? EVENTS_ALL : 0;
	o->checks = o->check_end = args_has(a, OPT_run_INVARIANTS);
	o->seed = args_number(a, OPT_run_SEED, o->seed);
	o->perturb = args_number(a, OPT_run_PERTURB, o->perturb);
	o->colour = !s->json && wants_colour(stdout);
	ret = take_pairs(o, a);
	return ret != EXIT_OK ? ret : take_dut(s);
}

static int take_files(struct run_files *s)
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

static int run_all(struct run_files *s)
{
	struct session all = { .command = COMMAND_run,
			       .what = "scripts",
			       .verdict = verdicts,
			       .nr_verdicts = ARRAY_SIZE(verdicts),
			       .items = s->files.nr,
			       .workers = (u32)args_number(s->args, OPT_run_JOBS, 1),
			       .json = s->json,
			       .apart = !s->live,
			       .talk = s->json ? stderr : stdout,
			       .work = work,
			       .died = died,
			       .ctx = s };
	int ret;

	s->worlds = dut_worlds_new();
	ret = session_run(&all);
	dut_worlds_free(s->worlds);
	return ret;
}

int cmd_run(const struct args *args)
{
	struct run_files s = { .args = args, .json = args_has(args, OPT_run_JSON) };
	int ret;

	s.live = args_has(args, OPT_run_VERBOSE) || args_has(args, OPT_run_GRAPH);
	ret = take_options(&s);
	if (ret == 0)
		ret = take_files(&s);
	if (ret == 0)
		ret = run_all(&s);
	file_list_free(&s.files);
	return ret;
}
