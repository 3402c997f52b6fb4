// SPDX-License-Identifier: MIT
/* cmd_report.c - refstack report: runs become pages.
 *
 * Runs are made here, by `refstack check --run`, where the command line names none. Pages are made
 * by a program in Python that the executable carries: it is unpacked into a folder of its own for
 * as long as it runs, and told in one file what is wanted.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/campaign/commit.h"
#include "harness/cli/duts.h"
#include "harness/cli/files.h"
#include "harness/cli/output.h"
#include "harness/cli/report_files.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"
#include "harness/lib/version.h"
#include "harness/oracle/child.h"

enum {
	PATH_BYTES = 4096,
	NUMBER_BYTES = 16,
	COMMIT_BYTES = 64,
	DUTS_MAX = 8,
	DUT_BYTES = 64,
	WAIT_MS = 1000,
	PATIENCE = 10 /* times that; then who does not end is ended */
};

#define INSTALL                                                                                    \
	"ci/setup.sh --report, or: apt-get install -y --no-install-recommends python3 "            \
	"python3-jinja2"

struct report {
	const struct args *args;
	char program[PATH_BYTES]; /* this one */
	char folder[PATH_BYTES];  /* ours alone, for as long as we run; empty: not made */
	char package[PATH_BYTES + 16];
	const char *python;
	const char *vectors;
	char dut[DUTS_MAX][DUT_BYTES];
	u32 nr_duts;
	char **run; /* files, of malloc */
	u32 nr_runs;
};

/* --- what ends us early
 * ----------------------------------------------------------------------------- */

/* The folder has to go, however we end. */
static volatile sig_atomic_t ended;

static void on_end(int sig)
{
	ended = sig;
}

static void catch_ends(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_end };

	for (u32 i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

/* Runs it in our terminal and waits for its end; -1: it could not be started. Who ends us ends it.
 */
static int run_child(const char *const *argv, int out, int err)
{
	struct child c = { .argv = argv,
			   .env = (const char *const *)(uintptr_t)environ,
			   .in = -1,
			   .out = out,
			   .err = err,
			   .foreground = true };
	pid_t pid = ended == 0 ? child_start(&c) : -1;
	u32 waited = 0;
	int status = 0;

	if (pid <= 0)
		return -1;
	while (child_wait(pid, WAIT_MS, &status) != CHILD_ENDED) {
		if (ended == 0)
			continue;
		kill(pid, waited++ < PATIENCE ? SIGTERM : SIGKILL);
	}
	return status;
}

static int interrupted_early(void)
{
	fflush(stdout);
	fprintf(stderr, "refstack report: interrupted, nothing was made\n");
	return EXIT_DIFFERENCE;
}

/* --- the command line
 * ------------------------------------------------------------------------------- */

static int take_duts(struct report *r)
{
	const char *list = args_text(r->args, OPT_report_DUT, "refstack");

	if (r->args->nr_operands != 0 && args_has(r->args, OPT_report_DUT))
		return usage_error(COMMAND_report,
				   "--dut says what to check, and the runs are there already: "
				   "leave out one of them");
	for (const char *p = list; r->args->nr_operands == 0;) {
		size_t len = strcspn(p, ",");
		enum dut_kind kind;
		int ret;

		if (r->nr_duts == DUTS_MAX || len >= DUT_BYTES)
			return usage_error(COMMAND_report, "--dut: '%s' is too long", list);
		snprintf(r->dut[r->nr_duts], DUT_BYTES, "%.*s", (int)len, p);
		ret = dut_by_name(COMMAND_report, r->dut[r->nr_duts], &kind);
		if (ret != EXIT_OK)
			return ret;
		for (u32 i = 0; i < r->nr_duts; i++)
			if (strcmp(r->dut[i], r->dut[r->nr_duts]) == 0)
				return usage_error(COMMAND_report, "--dut: '%s' is there twice",
						   r->dut[i]);
		r->nr_duts++;
		if (p[len] == '\0')
			break;
		p += len + 1;
	}
	return EXIT_OK;
}

static bool is_folder(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* With runs the vectors' folder is for their captures only. */
static int take_vectors(struct report *r)
{
	r->vectors = args_text(r->args, OPT_report_VECTORS, "vectors");
	if (is_folder(r->vectors))
		return EXIT_OK;
	if (args_has(r->args, OPT_report_VECTORS) || r->args->nr_operands == 0)
		return usage_error(COMMAND_report,
				   "%s: there is no such folder of vectors; --vectors DIR says "
				   "where they are",
				   r->vectors);
	r->vectors = NULL;
	return EXIT_OK;
}

static int take_files(struct report *r)
{
	const char *baseline = args_text(r->args, OPT_report_BASELINE, NULL);
	const struct args *a = r->args;

	for (u32 i = 0; i < a->nr_operands + (baseline != NULL); i++) {
		const char *path = i < a->nr_operands ? a->operand[i] : baseline;

		if (access(path, R_OK) != 0)
			return usage_error(COMMAND_report, "%s: %s", path, strerror(errno));
		if (is_folder(path))
			return usage_error(COMMAND_report, "%s is a folder, and must be a file",
					   path);
	}
	if (args_has(a, OPT_report_STORE) && args_has(a, OPT_report_NO_STORE))
		return usage_error(COMMAND_report, "--store and --no-store exclude each other");
	r->run = must(calloc(a->nr_operands + DUTS_MAX, sizeof(*r->run)));
	for (u32 i = 0; i < a->nr_operands; i++)
		r->run[r->nr_runs++] = must(strdup(a->operand[i]));
	return EXIT_OK;
}

/* --- what it needs
 * ------------------------------------------------------------------------------------- */

static bool find_program(struct report *r)
{
	ssize_t n = readlink("/proc/self/exe", r->program, sizeof(r->program) - 1);

	r->program[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool has_jinja(const char *python)
{
	/* Not that of the folder where we are called, which may be anybody's. */
	const char *const argv[] = { python, "-B", "-c",
				     "import sys; sys.path = [p for p in sys.path if p]; "
				     "import jinja2",
				     NULL };

	return run_child(argv, -1, -1) == 0;
}

/* Whoever comes first in PATH may be another one than the package system's. */
static int find_python(struct report *r)
{
	static const char *const pythons[] = { "python3", "/usr/bin/python3" };

	for (u32 i = 0; i < ARRAY_SIZE(pythons) && r->python == NULL; i++)
		if (has_jinja(pythons[i]))
			r->python = pythons[i];
	if (ended != 0)
		return interrupted_early();
	if (r->python != NULL)
		return EXIT_OK;
	fprintf(stderr, "refstack report: pages are made by python3 and its package jinja2, which "
			"is not here. Run: " INSTALL "\n");
	return EXIT_ENVIRONMENT;
}

static int make_folder(struct report *r)
{
	const char *where = getenv("TMPDIR"), *package = getenv("REFSTACK_REPORT");
	char err[FILE_ERROR_MAX];

	where = where != NULL && *where == '/' ? where : "/tmp";
	if (snprintf(r->folder, sizeof(r->folder), "%s/refstack-report.XXXXXX", where) >=
		    (int)sizeof(r->folder) ||
	    mkdtemp(r->folder) == NULL) {
		fprintf(stderr, "refstack report: cannot make a folder in %s: %s\n", where,
			strerror(errno));
		r->folder[0] = '\0';
		return EXIT_ENVIRONMENT;
	}
	if (package != NULL && *package != '\0') {
		snprintf(r->package, sizeof(r->package), "%s", package);
		return EXIT_OK;
	}
	snprintf(r->package, sizeof(r->package), "%s/package", r->folder);
	if (report_unpack(r->package, err))
		return EXIT_OK;
	fprintf(stderr, "refstack report: %s\n", err);
	return EXIT_ENVIRONMENT;
}

/* --- runs
 * ------------------------------------------------------------------------------------------ */

/* A difference is what the report is about; its exit code is none of ours. */
static int make_run(struct report *r, const char *dut)
{
	char jobs[NUMBER_BYTES];
	const char *const argv[] = { r->program, "check", "--dut", dut,	       "--run", NULL,
				     "-j",	 jobs,	  "--",	   r->vectors, NULL };
	const char *words[ARRAY_SIZE(argv)];
	int status;
	char *path;

	if (asprintf(&path, "%s/%s.run.jsonl", r->folder, dut) < 0)
		abort();
	r->run[r->nr_runs++] = path;
	memcpy(words, argv, sizeof(words));
	words[5] = path;
	snprintf(jobs, sizeof(jobs), "%u", (u32)args_number(r->args, OPT_report_JOBS, 1));
	status = run_child(words, -1, STDERR_FILENO);
	if (ended != 0)
		return interrupted_early();
	if (access(path, R_OK) == 0)
		return EXIT_OK;
	fprintf(stderr, "refstack report: the vectors were not checked on %s\n", dut);
	return WIFEXITED(status) && WEXITSTATUS(status) > EXIT_DIFFERENCE ? WEXITSTATUS(status)
									  : EXIT_ENVIRONMENT;
}

static int make_runs(struct report *r)
{
	int ret = EXIT_OK;

	for (u32 i = 0; i < r->nr_duts && ret == EXIT_OK; i++)
		ret = make_run(r, r->dut[i]);
	return ret;
}

/* --- pages
 * ----------------------------------------------------------------------------------------- */

/* The words of the command line, as far as options and operands tell them. */
static void put_words(struct json *j, const struct args *a)
{
	json_array(j, "argv");
	json_text(j, NULL, "refstack");
	json_text(j, NULL, command_name(COMMAND_report));
	for (u32 i = 0; i < a->nr_given; i++) {
		const char *name = option_name(a->given[i].option);

		json_textf(j, NULL, "%s%s", *name != '\0' ? "--" : "-", *name != '\0' ? name : "j");
		if (a->given[i].value != NULL)
			json_text(j, NULL, a->given[i].value);
	}
	for (u32 i = 0; i < a->nr_operands; i++)
		json_text(j, NULL, a->operand[i]);
	json_end(j);
}

static void put_store(struct json *j, const struct args *a, const char *campaign)
{
	const char *store = args_text(a, OPT_report_STORE, NULL);

	if (args_has(a, OPT_report_NO_STORE))
		json_text(j, "store", NULL);
	else if (store != NULL)
		json_text(j, "store", store);
	else
		json_textf(j, "store", "%s/findings.db", campaign);
}

static void put_commit(struct json *j, const struct report *r)
{
	char folder[PATH_BYTES], commit[COMMIT_BYTES];

	snprintf(folder, sizeof(folder), "%s", r->program);
	*strrchr(folder, '/') = '\0';
	commit_of(folder, commit, sizeof(commit));
	json_text(j, "commit", commit[0] != '\0' ? commit : NULL);
}

static void put_config(FILE *to, const struct report *r)
{
	const struct args *a = r->args;
	const char *campaign = args_text(a, OPT_report_CAMPAIGN, "build/campaign");
	struct json j;

	json_begin(&j, to, 1);
	json_object(&j, NULL);
	json_array(&j, "runs");
	for (u32 i = 0; i < r->nr_runs; i++)
		json_text(&j, NULL, r->run[i]);
	json_end(&j);
	json_text(&j, "output", args_text(a, OPT_report_OUTPUT, "build/report"));
	json_text(&j, "baseline", args_text(a, OPT_report_BASELINE, NULL));
	json_bool(&j, "strict", args_has(a, OPT_report_STRICT));
	json_text(&j, "campaign", campaign);
	put_store(&j, a, campaign);
	json_bool(&j, "json", args_has(a, OPT_report_JSON));
	json_text(&j, "vectors", r->vectors);
	json_text(&j, "version", REFSTACK_VERSION);
	put_commit(&j, r);
	put_words(&j, a);
	json_text(&j, "program", r->program);
	json_end(&j);
}

static int write_config(const struct report *r, char *path, size_t size)
{
	char err[FILE_ERROR_MAX], *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));
	bool ok;

	put_config(to, r);
	fclose(to);
	snprintf(path, size, "%s/config.json", r->folder);
	ok = file_write(path, text, len, err);
	free(text);
	if (ok)
		return EXIT_OK;
	fprintf(stderr, "refstack report: cannot write %s: %s\n", path, err);
	return EXIT_ENVIRONMENT;
}

static int make_pages(const struct report *r)
{
	char main_file[sizeof(r->package) + 16], config[PATH_BYTES + 16], how[32];
	const char *const argv[] = { r->python, "-B", main_file, config, NULL };
	int ret = write_config(r, config, sizeof(config)), status;

	if (ret != EXIT_OK)
		return ret;
	snprintf(main_file, sizeof(main_file), "%s/__main__.py", r->package);
	status = run_child(argv, STDOUT_FILENO, STDERR_FILENO);
	if (ended != 0)
		return interrupted_early();
	if (status >= 0 && WIFEXITED(status))
		return WEXITSTATUS(status);
	fprintf(stderr, "refstack report: python3 ended with %s\n",
		status >= 0 ? child_status(status, how) : "no process");
	return EXIT_ENVIRONMENT;
}

int cmd_report(const struct args *args)
{
	struct report r = { .args = args };
	int ret = take_duts(&r);

	if (ret == EXIT_OK)
		ret = take_vectors(&r);
	if (ret == EXIT_OK)
		ret = take_files(&r);
	if (ret == EXIT_OK && !find_program(&r))
		ret = EXIT_ENVIRONMENT;
	catch_ends();
	if (ret == EXIT_OK)
		ret = find_python(&r);
	if (ret == EXIT_OK)
		ret = make_folder(&r);
	if (ret == EXIT_OK)
		ret = make_runs(&r);
	if (ret == EXIT_OK)
		ret = make_pages(&r);
	if (r.folder[0] != '\0')
		folder_remove(r.folder);
	for (u32 i = 0; i < r.nr_runs; i++)
		free(r.run[i]);
	free(r.run);
	return ret;
}
