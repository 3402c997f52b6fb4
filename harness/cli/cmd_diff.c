// SPDX-License-Identifier: MIT
/* cmd_diff.c - refstack diff: scripts and random programs on two stacks, and what they differ in.
 *
 * Workers run batches (batch.c); here their notes come in the order of the programs, whatever the
 * number of workers, and are counted until enough programs differ. Then each kind of difference is
 * looked into (finding.c), again by workers.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/duts.h"
#include "harness/cli/files.h"
#include "harness/cli/jobs.h"
#include "harness/cli/output.h"
#include "harness/diff/batch.h"
#include "harness/diff/finding.h"
#include "harness/diff/generate.h"
#include "harness/diff/tally.h"
#include "harness/diff/totals.h"

enum {
	BATCH_MOST = 256, /* programs; a boot costs as much as some tens of them */
	BATCHES_WANTED = 8,
	STOP_USUALLY = 20,
	TALLY_ENOUGH = 100,
	ERROR_BYTES = 4096,
	AGAIN_BYTES = 1024,
	NAME_BYTES_MAX = 256
};

struct session {
	const struct args *args;
	struct file_list files; /* in place of random programs */
	struct generate generate;
	u64 first, programs, stop;
	u32 batch;
	struct side side[2]; /* A, B */
	struct trial trial;
	struct tally *tally; /* of this process; NULL: not wanted */
	bool random, json, verbose, minimise;
	char out[FILE_ERROR_MAX];
	/* Shared by all processes: no further batch is wanted. */
	atomic_bool *enough;
	struct totals totals;
	char *failed; /* why it could not go on; NULL */
	bool invalid; /* a file that is no script */
	u64 base;     /* programs of the batches before */
	struct progress progress;
};

/* --- programs
 * ------------------------------------------------------------------------------------ */

static bool random_program(const struct session *s, u64 at, struct trial_program *p)
{
	enum generate_area area;
	size_t len;
	char *name, *text = generate_program(&s->generate, s->first + at, &len, &area);

	if (asprintf(&name, "seed-%" PRIu64 "-%" PRIu64 ".pkt", s->generate.seed, s->first + at) <
	    0)
		abort();
	trial_program_init(p, name, text, len);
	return true;
}

/* A file that cannot be read is a program that is no script. */
static bool file_program(const struct session *s, u64 at, struct trial_program *p)
{
	const char *path = s->files.path[at];
	char err[FILE_ERROR_MAX], *name = strdup(file_name(path)), *text;
	size_t len = 0;

	if (name == NULL)
		abort();
	text = file_read(path, &len, err);
	if (text != NULL) {
		trial_program_init(p, name, text, len);
		return p->script != NULL;
	}
	*p = (struct trial_program){ .name = name };
	snprintf(p->error.text, sizeof(p->error.text), "%.250s", err);
	return false;
}

static bool make_program(const struct session *s, u64 at, struct trial_program *p)
{
	assert(at < s->programs);
	return s->random ? random_program(s, at, p) : file_program(s, at, p);
}

/* --- in a worker
 * --------------------------------------------------------------------------------- */

static u32 batch_size(const struct session *s, u32 item)
{
	return (u32)min_u64(s->batch, s->programs - (u64)item * s->batch);
}

static void work(void *ctx, u32 item, FILE *result)
{
	struct session *s = ctx;
	u32 n = batch_size(s, item);
	struct trial_program *p;

	if (atomic_load(s->enough))
		return;
	p = calloc(n, sizeof(*p));
	if (p == NULL)
		abort();
	for (u32 i = 0; i < n; i++)
		make_program(s, (u64)item * s->batch + i, &p[i]);
	if (s->tally != NULL) {
		tally_free(s->tally);
		s->tally = tally_new();
	}
	batch_run(&s->trial, p, n, s->tally, result);
	for (u32 i = 0; i < n; i++)
		trial_program_free(&p[i]);
	free(p);
}

/* --- what came of them
 * --------------------------------------------------------------------------- */

static void program_name(const struct session *s, u64 at, char to[NAME_BYTES_MAX])
{
	if (s->random)
		snprintf(to, NAME_BYTES_MAX, "program %" PRIu64, s->first + at);
	else
		snprintf(to, NAME_BYTES_MAX, "%.*s", NAME_BYTES_MAX - 1,
			 file_name(s->files.path[at]));
}

static void tell_note(struct session *s, u64 at, const struct batch_note *note, bool first)
{
	bool different = note->verdict == COMPARE_DIFFERENT;
	char name[NAME_BYTES_MAX];

	if (s->json || !(s->verbose || !s->random || first))
		return;
	if (note->verdict == COMPARE_EXPLAINED && !s->verbose)
		return;
	program_name(s, at, name);
	progress_clear(&s->progress);
	printf("%s: %s: %s\n", name,
	       different ? note->signature : compare_verdict_names[note->verdict], note->text);
	fflush(stdout);
}

static bool has_enough(const struct session *s)
{
	return s->stop != 0 && s->totals.count[COMPARE_DIFFERENT] >= s->stop;
}

/* The last program that counts is the one that fills the measure. */
static bool take_note(void *ctx, const struct batch_note *note)
{
	struct session *s = ctx;
	u64 at = s->base + note->program;
	bool first = totals_note(&s->totals, at, note) != NULL;

	tell_note(s, at, note, first);
	if (!has_enough(s))
		return true;
	atomic_store(s->enough, true);
	s->totals.programs = at + 1;
	return false;
}

static void put_thousands(FILE *to, u64 v)
{
	if (v >= 1000) {
		u64 high = v / 1000;

		if (high >= 1000)
			fprintf(to, "%" PRIu64 ",%03" PRIu64, high / 1000, high % 1000);
		else
			fprintf(to, "%" PRIu64, high);
		fprintf(to, ",%03" PRIu64, v % 1000);
		return;
	}
	fprintf(to, "%" PRIu64, v);
}

static u64 speed(const struct totals *t)
{
	u64 us = t->cost[TRIAL_RIGHT].wall_us + t->cost[TRIAL_OTHER].wall_us;

	return us != 0 ? t->programs * 1000000 / us : 0;
}

/* "12,345 of 100,000 programs, 612/s a core, 3 different, 2 explained" */
static void show_progress(struct session *s)
{
	const struct totals *t = &s->totals;

	if (!progress_due(&s->progress))
		return;
	fflush(stdout);
	progress_begin(&s->progress);
	put_thousands(stderr, t->programs);
	fputs(" of ", stderr);
	put_thousands(stderr, s->programs);
	fprintf(stderr, " programs, %" PRIu64 "/s a core", speed(t));
	for (u32 v = COMPARE_EXPLAINED; v < COMPARE_VERDICTS; v++)
		if (t->count[v] != 0)
			fprintf(stderr, ", %" PRIu64 " %s", t->count[v], compare_verdict_names[v]);
	progress_end(&s->progress);
}

static void take_batch(struct session *s, const void *bytes, size_t len)
{
	struct batch_reader r = { .note = take_note, .ctx = s };
	bool whole = batch_read(&r, bytes, len);

	totals_cost(&s->totals, r.cost);
	if (!whole) {
		s->failed = strdup(r.failed);
		atomic_store(s->enough, true);
		return;
	}
	if (!has_enough(s))
		s->totals.programs = s->base + r.programs;
	if (s->tally != NULL && !tally_merge(s->tally, r.tally, r.tally_len))
		abort();
	s->base += r.programs;
}

/* Behind what was enough nothing counts, whoever had begun it. A worker that died: a fault of ours,
 * since scripts run in processes of their own.
 */
static void done(void *ctx, u32 item, const void *result, size_t len, int why)
{
	struct session *s = ctx;

	(void)item;
	if (s->failed != NULL || has_enough(s))
		return;
	if (result != NULL && len != 0) {
		take_batch(s, result, len);
	} else if (result == NULL) {
		atomic_store(s->enough, true);
		if (asprintf(&s->failed, "a worker of ours ended with wait status %d", why) < 0)
			abort();
	}
	show_progress(s);
}

/* --- differences, looked into
 * -------------------------------------------------------------------- */

static void put_word(char to[AGAIN_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void put_word(char to[AGAIN_BYTES], const char *format, ...)
{
	size_t len = strlen(to);
	va_list ap;

	va_start(ap, format);
	vsnprintf(to + len, AGAIN_BYTES - len, format, ap);
	va_end(ap);
}

/* The command that runs it again. */
static void again(const struct session *s, u64 at, char to[AGAIN_BYTES])
{
	const struct args *a = s->args;

	*to = '\0';
	put_word(to, "refstack diff %s %s", s->side[0].name, s->side[1].name);
	if (s->random)
		put_word(to, " --seed %" PRIu64 " --first %" PRIu64 " --random 1", s->generate.seed,
			 s->first + at);
	else
		put_word(to, " %s", s->files.path[at]);
	for (u32 i = 0; i < a->nr_given; i++) {
		const struct given *g = &a->given[i];

		if (g->option == OPT_diff_SET)
			put_word(to, " --set %s=%s", g->value, g->pair);
		else if (g->option == OPT_diff_DEEP)
			put_word(to, " --deep");
		else if (g->option == OPT_diff_WEIGHTS || g->option == OPT_diff_DEVICE)
			put_word(to, " --%s %s", option_name(g->option), g->value);
	}
}

/* Of a candidate's files: the program's without its folder and ending. */
static void candidate_name(const char *program, char to[NAME_BYTES_MAX])
{
	const char *slash = strrchr(program, '/'), *name = slash != NULL ? slash + 1 : program;
	size_t len = strlen(name);

	if (len > 4 && strcmp(name + len - 4, ".pkt") == 0)
		len -= 4;
	snprintf(to, NAME_BYTES_MAX, "%.*s", (int)len, name);
}

static void look_into(void *ctx, u32 item, FILE *result)
{
	struct session *s = ctx;
	const struct kind *k = &s->totals.kind[item];
	char name[NAME_BYTES_MAX], command[AGAIN_BYTES];
	struct trial_program p;
	struct finding f = { .trial = &s->trial,
			     .signature = k->signature,
			     .name = name,
			     .again = command,
			     .folder = s->out,
			     .minimise = s->minimise,
			     .verbose = s->verbose };

	make_program(s, k->program[0], &p);
	candidate_name(p.name, name);
	again(s, k->program[0], command);
	finding_report(&f, &p, result);
	trial_program_free(&p);
}

static void print_kind(const struct session *s, const struct kind *k)
{
	char name[NAME_BYTES_MAX];

	printf("\n%s: %" PRIu64 " program%s:", k->signature, k->count, k->count == 1 ? "" : "s");
	for (u32 i = 0; i < KIND_PROGRAMS && i < k->count; i++) {
		program_name(s, k->program[i], name);
		printf("%s %s", i != 0 ? "," : "", name + (s->random ? strlen("program ") : 0));
	}
	printf("%s\n%s", k->count > KIND_PROGRAMS ? ", ..." : "", k->report);
	fflush(stdout);
}

static void looked_into(void *ctx, u32 item, const void *result, size_t len, int why)
{
	struct session *s = ctx;
	struct kind *k = &s->totals.kind[item];

	(void)why;
	k->report = result != NULL ? strndup(result, len) : strdup("  looking into it failed\n");
	if (k->report == NULL)
		abort();
	if (!s->json)
		print_kind(s, k);
}

/* --- the whole
 * ----------------------------------------------------------------------------------- */

static u32 workers(const struct session *s)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return (u32)args_number(s->args, OPT_diff_JOBS, cores > 0 ? (u64)cores : 1);
}

static void run_batches(struct session *s)
{
	const struct jobs jobs = { .items = (u32)((s->programs + s->batch - 1) / s->batch),
				   .workers = workers(s),
				   .work = work,
				   .done = done,
				   .ctx = s };

	if (!jobs_run(&jobs))
		s->failed = strdup("no process could be started");
	progress_clear(&s->progress);
	s->totals.count[COMPARE_EQUAL] = s->totals.programs;
	for (u32 v = COMPARE_EXPLAINED; v < COMPARE_VERDICTS; v++)
		s->totals.count[COMPARE_EQUAL] -= s->totals.count[v];
}

static void run_findings(struct session *s)
{
	const struct jobs jobs = { .items = s->totals.kinds,
				   .workers = workers(s),
				   .work = look_into,
				   .done = looked_into,
				   .progress = &s->progress,
				   .what = "differences looked into",
				   .ctx = s };

	if (interrupted == 0)
		jobs_run(&jobs);
	progress_clear(&s->progress);
}

/* What the workers see too. */
static void share_enough(struct session *s)
{
	void *shared = mmap(NULL, sizeof(*s->enough), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		abort();
	s->enough = shared;
	atomic_init(s->enough, false);
}

static void name_json(const void *ctx, u64 at, struct json *j)
{
	const struct session *s = ctx;

	if (s->random)
		json_u64(j, NULL, s->first + at);
	else
		json_text(j, NULL, file_name(s->files.path[at]));
}

static void print_json(const struct session *s)
{
	struct json j;

	json_begin(&j, stdout, 2);
	json_object(&j, NULL);
	if (s->random) {
		json_u64(&j, "seed", s->generate.seed);
		json_u64(&j, "first", s->first);
	}
	totals_json(&s->totals, &j, name_json, s);
	json_bool(&j, "interrupted", interrupted != 0);
	json_end(&j);
	putchar('\n');
}

static int write_tally(const struct session *s)
{
	const char *path = args_text(s->args, OPT_diff_TALLY, NULL);
	char err[FILE_ERROR_MAX], *text = NULL;
	size_t len = 0;
	FILE *to;
	bool ok;

	if (path == NULL)
		return EXIT_OK;
	to = open_memstream(&text, &len);
	if (to == NULL)
		abort();
	tally_print(s->tally, to, TALLY_ENOUGH);
	fclose(to);
	ok = file_write(path, text, len, err);
	free(text);
	if (ok)
		return EXIT_OK;
	fflush(stdout);
	fprintf(stderr, "refstack diff: %s: %s\n", path, err);
	return EXIT_ENVIRONMENT;
}

static int exit_code(const struct session *s)
{
	const struct totals *t = &s->totals;

	if (t->count[COMPARE_DIFFERENT] != 0 || interrupted != 0)
		return EXIT_DIFFERENCE;
	if (s->failed != NULL)
		return EXIT_ENVIRONMENT;
	if (s->invalid)
		return EXIT_USAGE;
	return t->programs != 0 && t->count[COMPARE_NOT_IMPLEMENTED] == t->programs
		       ? EXIT_NOT_IMPLEMENTED
		       : EXIT_OK;
}

static int diff_all(struct session *s)
{
	const char *const names[TRIAL_SIDES] = { s->trial.rules.right, s->trial.rules.other };
	int ret, written;

	catch_interrupt();
	share_enough(s);
	progress_start(&s->progress);
	run_batches(s);
	run_findings(s);
	written = write_tally(s);
	if (s->json)
		print_json(s);
	else {
		if (s->totals.kinds != 0)
			putchar('\n');
		totals_print(&s->totals, stdout);
	}
	fflush(stdout);
	if (interrupted != 0)
		fprintf(stderr, "refstack diff: interrupted\n");
	else if (s->failed != NULL)
		fprintf(stderr, "refstack diff: %s\n", s->failed);
	totals_speed(&s->totals, names, stderr);
	ret = exit_code(s);
	return ret == EXIT_OK ? written : ret;
}

/* Programs that can be made again by their numbers. */
static int print_programs(const struct session *s)
{
	for (u64 i = 0; i < s->programs && interrupted == 0; i++) {
		enum generate_area area;
		size_t len;
		char *text = generate_program(&s->generate, s->first + i, &len, &area);

		printf("%s// program %" PRIu64 " of seed %" PRIu64 ": %s\n", i != 0 ? "\n" : "",
		       s->first + i, s->generate.seed, generate_areas[area].name);
		fwrite(text, 1, len, stdout);
		free(text);
	}
	return EXIT_OK;
}

/* --- the command line
 * ---------------------------------------------------------------------------- */

static int open_side(struct side *side, const char *name, enum dut_kind kind)
{
	static const enum side_kind kinds[] = { [DUT_KIND_REFSTACK] = SIDE_REFSTACK,
						[DUT_KIND_LIVE] = SIDE_LIVE,
						[DUT_KIND_UML] = SIDE_UML };
	char err[ERROR_BYTES] = "";

	if (side_open(side, name, kinds[kind], err, sizeof(err)) != 0) {
		fprintf(stderr, "refstack diff: %s\n", err);
		return EXIT_ENVIRONMENT;
	}
	side->interrupted = &interrupted;
	return EXIT_OK;
}

/* A of `A B FILE...`: a word that no file has for a name. */
static bool is_dut_name(const char *word)
{
	static const char *const names[] = { "refstack", "uml", "live", "lwip" };
	size_t len = strlen(word);

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(word, names[i]) == 0)
			return true;
	return strncmp(word, "uml-", 4) == 0 || (len > 3 && strcmp(word + len - 3, ".so") == 0);
}

/* The judging kernel is right, else the running one, else B. */
static u32 who_is_right(const struct session *s)
{
	static const enum side_kind order[] = { SIDE_UML, SIDE_LIVE };

	for (u32 o = 0; o < ARRAY_SIZE(order); o++)
		for (u32 i = 2; i-- != 0;)
			if (s->side[i].kind == order[o])
				return i;
	return 1;
}

static void name_sides(struct session *s, u32 right)
{
	struct compare_rules *r = &s->trial.rules;
	bool judged = s->side[right].kind == SIDE_UML;

	r->right = judged ? "Linux" : s->side[right].name;
	r->other = s->side[1 - right].name;
	if (r->how == COMPARE_DEVICES) {
		r->right = "tap";
		r->other = "igb";
	} else if (s->side[0].kind == s->side[1].kind) {
		r->right = right == 0 ? "A" : "B";
		r->other = right == 0 ? "B" : "A";
	}
	r->hz = judged ? s->side[right].kernel.hz : 0;
}

static int set_up_trial(struct session *s, struct run_options *o)
{
	u32 right = who_is_right(s);
	struct trial *t = &s->trial;
	bool live = s->side[0].kind == SIDE_LIVE || s->side[1].kind == SIDE_LIVE;

	if (o->device == DEVICE_IGB &&
	    (s->side[0].kind != SIDE_REFSTACK || s->side[1].kind != SIDE_REFSTACK))
		return usage_error(COMMAND_diff, "--device igb is for refstack and refstack: only "
						 "the reference has that card");
	t->side[TRIAL_RIGHT] = &s->side[right];
	t->side[TRIAL_OTHER] = &s->side[1 - right];
	t->options[TRIAL_RIGHT] = *o;
	t->options[TRIAL_OTHER] = *o;
	if (o->device == DEVICE_IGB)
		t->options[TRIAL_RIGHT].device = DEVICE_AUTO;
	t->rules = (struct compare_rules){ .how = o->device == DEVICE_IGB ? COMPARE_DEVICES
						  : live		  ? COMPARE_KERNELS
									  : COMPARE_EXACT,
					   .deep = args_has(s->args, OPT_diff_DEEP),
					   .drops_of_one_host = s->side[0].kind != SIDE_REFSTACK ||
								s->side[1].kind != SIDE_REFSTACK };
	name_sides(s, right);
	return EXIT_OK;
}

static int take_knobs(const struct args *a, struct run_options *o)
{
	for (u32 i = 0; i < a->nr_given; i++) {
		const struct given *g = &a->given[i];

		if (g->option != OPT_diff_SET)
			continue;
		if (o->nr_knobs == RUN_PAIRS)
			return usage_error(COMMAND_diff, "more than %d of --set", RUN_PAIRS);
		o->knob[o->nr_knobs++] = (struct run_pair){ .name = g->value, .value = g->pair };
	}
	return EXIT_OK;
}

static int take_sides(struct session *s, u32 named)
{
	static const char *const usual[] = { "refstack", "uml" };
	const struct args *a = s->args;
	struct run_options o;
	int ret = EXIT_OK;

	run_options_init(&o);
	if (args_has(a, OPT_diff_DEVICE))
		o.device = DEVICE_TAP + args_choice(a, OPT_diff_DEVICE, 0);
	ret = take_knobs(a, &o);
	for (u32 i = 0; i < 2 && ret == EXIT_OK; i++) {
		const char *name = named != 0 ? a->operand[i] : usual[i];
		enum dut_kind kind = DUT_KIND_REFSTACK;

		ret = dut_by_name(COMMAND_diff, name, &kind);
		if (ret == EXIT_OK)
			ret = open_side(&s->side[i], name, kind);
	}
	return ret != EXIT_OK ? ret : set_up_trial(s, &o);
}

static int take_random(struct session *s)
{
	const struct args *a = s->args;
	const char *weights = args_text(a, OPT_diff_WEIGHTS, NULL);
	char err[FILE_ERROR_MAX];

	generate_init(&s->generate, args_number(a, OPT_diff_SEED, 1));
	s->random = true;
	s->programs = args_number(a, OPT_diff_RANDOM, 0);
	s->first = args_number(a, OPT_diff_FIRST, 1);
	if (s->first > U64_MAX - s->programs)
		return usage_error(COMMAND_diff, "there is no program %" PRIu64, s->first);
	if (weights != NULL && !generate_weights(&s->generate, weights, err, sizeof(err)))
		return usage_error(COMMAND_diff, "--weights: %s", err);
	snprintf(s->out, sizeof(s->out), "%.500s", args_text(a, OPT_diff_OUT, ""));
	if (s->out[0] == '\0')
		snprintf(s->out, sizeof(s->out), "diff-%" PRIu64, s->generate.seed);
	return EXIT_OK;
}

static int take_files(struct session *s, u32 from)
{
	static const enum option_id random_only[] = { OPT_diff_SEED, OPT_diff_FIRST,
						      OPT_diff_WEIGHTS, OPT_diff_PRINT };
	const struct args *a = s->args;
	char err[FILE_ERROR_MAX];

	for (u32 i = 0; i < ARRAY_SIZE(random_only); i++)
		if (args_has(a, random_only[i]))
			return usage_error(COMMAND_diff, "--%s is for --random N",
					   option_name(random_only[i]));
	for (u32 i = from; i < a->nr_operands; i++) {
		if (!file_list_add(&s->files, a->operand[i], ".pkt", err)) {
			fprintf(stderr, "refstack diff: %s\n", err);
			return EXIT_USAGE;
		}
	}
	s->programs = s->files.nr;
	snprintf(s->out, sizeof(s->out), "%.500s", args_text(a, OPT_diff_OUT, "diff-files"));
	return EXIT_OK;
}

static int take_programs(struct session *s, u32 from)
{
	bool random = args_has(s->args, OPT_diff_RANDOM);

	if (random && s->args->nr_operands > from)
		return usage_error(COMMAND_diff, "either files or --random N");
	if (!random && s->args->nr_operands == from)
		return usage_error(COMMAND_diff, "what is to be run? FILE.pkt ... or --random N");
	return random ? take_random(s) : take_files(s, from);
}

/* No batch is so large that not every core has some. */
static void take_others(struct session *s)
{
	const struct args *a = s->args;

	s->json = args_has(a, OPT_diff_JSON);
	s->verbose = args_has(a, OPT_diff_VERBOSE);
	s->minimise = !args_has(a, OPT_diff_NO_MINIMISE);
	s->stop = args_number(a, OPT_diff_STOP, STOP_USUALLY);
	s->batch = (u32)min_u64(BATCH_MOST, (s->programs + BATCHES_WANTED - 1) / BATCHES_WANTED);
	if (args_has(a, OPT_diff_TALLY))
		s->tally = tally_new();
}

/* A file that is no script is found before a kernel is booted. */
static int read_files(struct session *s)
{
	for (u64 i = 0; i < s->files.nr; i++) {
		struct trial_program p;

		if (!make_program(s, i, &p)) {
			s->invalid = true;
			if (p.error.line != 0)
				fprintf(stderr, "%s:%u:%u: %s\n", p.name, p.error.line,
					p.error.column, p.error.text);
			else
				fprintf(stderr, "%s: %s\n", p.name, p.error.text);
		}
		trial_program_free(&p);
	}
	return s->invalid ? EXIT_USAGE : EXIT_OK;
}

static void close_all(struct session *s)
{
	for (u32 i = 0; i < 2; i++)
		side_close(&s->side[i]);
	totals_free(&s->totals);
	file_list_free(&s->files);
	tally_free(s->tally);
	free(s->failed);
}

int cmd_diff(const struct args *args)
{
	struct session s = { .args = args };
	u32 named = args->nr_operands != 0 && is_dut_name(args->operand[0]) ? 2 : 0;
	int ret;

	if (named > args->nr_operands)
		return usage_error(COMMAND_diff, "two stacks are compared: A B");
	ret = take_programs(&s, named);
	if (ret == EXIT_OK)
		take_others(&s);
	if (ret == EXIT_OK && args_has(args, OPT_diff_PRINT)) {
		ret = print_programs(&s);
	} else if (ret == EXIT_OK) {
		ret = read_files(&s);
		if (ret == EXIT_OK)
			ret = take_sides(&s, named);
		if (ret == EXIT_OK)
			ret = diff_all(&s);
	}
	close_all(&s);
	return ret;
}
