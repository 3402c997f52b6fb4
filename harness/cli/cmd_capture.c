// SPDX-License-Identifier: MIT
/* cmd_capture.c - refstack capture: scripts put to the judging kernel, golden pairs written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "harness/cli/capture.h"
#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/cli/session.h"
#include "harness/cli/vectors.h"
#include "harness/golden/golden.h"
#include "harness/lib/json.h"
#include "harness/oracle/uml.h"

enum { BOOT_SECONDS = 120, ERROR_BYTES = 4096 };

/* By enum capture_outcome. */
static const struct session_verdict verdicts[OUTCOMES] = {
	[CAPTURED] = { "captured", true, EXIT_OK, false },
	[UNCHANGED] = { "unchanged", true, EXIT_OK, false },
	[UPDATED] = { "updated", false, EXIT_OK, false },
	[DIFFERS] = { "differs", false, EXIT_DIFFERENCE, false },
	[INVALID] = { "invalid", false, EXIT_USAGE, false },
	[NO_JUDGE] = { "environment", false, EXIT_ENVIRONMENT, false },
	[DIED] = { "died", false, EXIT_DIFFERENCE, false },
};

struct captures {
	const struct args *args;
	struct file_list files;
	struct kernel kernel;
	struct run_options options;
	const char *why; /* --why; NULL */
	bool update, json;
};

/* One vector on its way. */
struct pair {
	const char *path;
	char *pcapng, *fresh; /* NAME.pcapng, and the new one beside it */
	char *old, *text;     /* the script before and after */
	size_t old_len;
	struct script *script;
	struct provenance from;
	struct uml_item item;
	FILE *talk; /* what a person is told */
};

/* --- how two pairs differ --- */

/* By diff(1): people know its look. */
void capture_show_diff(FILE *to, const char *path, const char *text)
{
	int in[2];
	pid_t pid;

	fflush(to);
	if (pipe(in) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(fileno(to), STDOUT_FILENO);
		close(in[0]);
		close(in[1]);
		execlp("diff", "diff", "-u", "--label", path, "--label", "what Linux says", path,
		       "-", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	for (size_t at = 0, len = strlen(text); at < len;) {
		ssize_t n = write(in[1], text + at, len - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	close(in[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void show_pcapng_diff(const struct pair *v)
{
	struct golden old = { 0 }, new = { 0 };
	char err[ERROR_BYTES];

	if (golden_read(&old, v->pcapng, err, sizeof(err)) != 0)
		fprintf(v->talk, "the capture cannot be read: %s\n", err);
	else if (golden_read(&new, v->fresh, err, sizeof(err)) == 0) {
		golden_show_diff(v->talk, &old, &new);
	}
	golden_free(&old);
	golden_free(&new);
}

/* --- one vector --- */

void capture_provenance(const struct kernel *k, u64 seed, struct provenance *p)
{
	*p = (struct provenance){ .seed = seed, .hz = k->hz };
	snprintf(p->kernel, sizeof(p->kernel), "linux-%s uml", k->version);
	memcpy(p->config_hash, k->config_hash, sizeof(p->config_hash));
	memcpy(p->patches_hash, k->patches_hash, sizeof(p->patches_hash));
}

static bool read_script(struct pair *v)
{
	struct script_error err = { 0 };
	char why[FILE_ERROR_MAX];

	v->old = file_read(v->path, &v->old_len, why);
	if (v->old == NULL) {
		fprintf(v->talk, "%s: %s\n", v->path, why);
		return false;
	}
	v->script = script_parse(v->path, v->old, v->old_len, &err);
	if (v->script == NULL)
		fprintf(v->talk, "%s:%u:%u: %s\n", v->path, err.line, err.column, err.text);
	return v->script != NULL;
}

static bool is_captured(const struct script *s)
{
	struct text oracle = script_header(s, "oracle");

	return oracle.len != 0 &&
	       !(oracle.len == 4 && memcmp(script_text(s, oracle), "none", 4) == 0);
}

/* Messages of a run name the file and the line themselves. */
static void complain(const struct pair *v, const char *what)
{
	bool named = strncmp(what, v->path, strlen(v->path)) == 0;

	fprintf(v->talk, "%s%s%s\n", named ? "" : v->path, named ? "" : ": ", what);
}

static enum capture_outcome judge(const struct captures *s, struct pair *v)
{
	char err[ERROR_BYTES] = "";
	int ret;

	v->item = (struct uml_item){ .name = v->path, .text = v->old, .text_len = v->old_len };
	ret = uml_run(&s->kernel, &s->options, false, &v->item, 1, BOOT_SECONDS, err, sizeof(err));
	if (ret != 0 || v->item.error != NULL) {
		complain(v, ret != 0 ? err : v->item.error);
		return NO_JUDGE;
	}
	if (v->item.record.verdict != RUN_PASSED) {
		fprintf(v->talk, "%s\n", v->item.record.message);
		return INVALID;
	}
	v->text = golden_pkt(v->script, &v->item.record, &v->from, err, sizeof(err));
	if (v->text == NULL) {
		complain(v, err);
		return INVALID;
	}
	return CAPTURED;
}

static bool same_captures(const char *path_a, const char *path_b)
{
	char err[ERROR_BYTES];
	struct golden a = { 0 }, b = { 0 };
	bool same = golden_read(&a, path_a, err, sizeof(err)) == 0 &&
		    golden_read(&b, path_b, err, sizeof(err)) == 0 && golden_same(&a, &b);

	golden_free(&a);
	golden_free(&b);
	return same;
}

static enum capture_outcome write_pair(struct pair *v, enum capture_outcome done)
{
	char err[FILE_ERROR_MAX];

	if (rename(v->fresh, v->pcapng) != 0) {
		fprintf(v->talk, "%s: %s\n", v->pcapng, strerror(errno));
		return INVALID;
	}
	if (!file_write(v->path, v->text, strlen(v->text), err)) {
		fprintf(v->talk, "%s: %s\n", v->path, err);
		return INVALID;
	}
	return done;
}

/* The new script is parsed again: its lines are what the capture's comments name. */
static bool write_fresh(struct pair *v)
{
	struct script_error perr = { 0 };
	struct script *s = script_parse(v->path, v->text, strlen(v->text), &perr);
	char err[ERROR_BYTES] = "";
	int ret;

	if (s == NULL) {
		fprintf(v->talk, "%s: what was captured is no script: line %u: %s\n", v->path,
			perr.line, perr.text);
		return false;
	}
	script_free(s);
	ret = golden_pcapng_write(v->fresh, v->script, &v->item.record, &v->from, err, sizeof(err));
	if (ret != 0)
		fprintf(v->talk, "%s: %s\n", v->fresh, err);
	return ret == 0;
}

/* --why becomes a header behind the others: the reason stays with what it explains. */
static bool keep_reason(const struct captures *s, struct pair *v)
{
	char err[ERROR_BYTES] = "";

	v->from.why = s->why;
	free(v->text);
	v->text = golden_pkt(v->script, &v->item.record, &v->from, err, sizeof(err));
	if (v->text == NULL)
		fprintf(v->talk, "%s: %s\n", v->path, err);
	return v->text != NULL && write_fresh(v);
}

static enum capture_outcome compare_and_write(const struct captures *s, struct pair *v)
{
	bool captured = is_captured(v->script), there = access(v->pcapng, F_OK) == 0;
	bool same_text = strlen(v->text) == v->old_len && memcmp(v->text, v->old, v->old_len) == 0;
	bool same = same_text && (!there || same_captures(v->fresh, v->pcapng));

	if (!captured)
		return write_pair(v, CAPTURED);
	if (same)
		return write_pair(v, UNCHANGED);
	if (!same_text)
		capture_show_diff(v->talk, v->path, v->text);
	if (there)
		show_pcapng_diff(v);
	if (!s->update) {
		fprintf(v->talk,
			"%s: Linux says something else now; nothing was written. To take it over: "
			"--update --why TEXT\n",
			v->path);
		return DIFFERS;
	}
	if (!same_text && !keep_reason(s, v))
		return INVALID;
	return write_pair(v, UPDATED);
}

static char *with_suffix(const char *path, const char *suffix)
{
	size_t stem = strlen(path);
	char *to = NULL;

	if (stem > 4 && strcmp(path + stem - 4, ".pkt") == 0)
		stem -= 4;
	if (asprintf(&to, "%.*s%s", (int)stem, path, suffix) < 0)
		abort();
	return to;
}

static enum capture_outcome capture_one(const struct captures *s, const char *path, FILE *talk)
{
	struct pair v = { .path = path, .talk = talk };
	enum capture_outcome o = INVALID;

	v.pcapng = with_suffix(path, ".pcapng");
	if (asprintf(&v.fresh, "%s.%d.new", v.pcapng, (int)getpid()) < 0)
		abort();
	capture_provenance(&s->kernel, s->options.seed, &v.from);
	if (read_script(&v)) {
		v.from.sysctls = golden_sysctls(v.script, &s->options);
		o = judge(s, &v);
		if (o == CAPTURED)
			o = write_fresh(&v) ? compare_and_write(s, &v) : INVALID;
	}
	unlink(v.fresh);
	record_free(&v.item.record);
	if (v.script != NULL)
		script_free(v.script);
	free(v.item.error);
	free(v.from.sysctls);
	free(v.old);
	free(v.text);
	free(v.pcapng);
	free(v.fresh);
	return o;
}

/* --- all of them --- */

static enum capture_outcome capture_file(const struct captures *s, const char *path, FILE *talk)
{
	const struct capture c = {
		.kernel = &s->kernel, .options = &s->options, .why = s->why, .update = s->update
	};

	return is_frames_file(path) ? capture_frames(&c, path, talk) : capture_one(s, path, talk);
}

static char *json_of(const char *name, const struct outcome *o)
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
	json_text(&j, "outcome", verdicts[o->verdict].total);
	json_text(&j, "message", o->text);
	json_end(&j);
	fclose(to);
	return text;
}

/* What was said, and the last word. */
static void take_outcome(const struct captures *s, u32 item, FILE *talk, struct outcome *o)
{
	const char *name = s->files.path[item];
	size_t len = 0;
	FILE *to = open_memstream(&o->text, &len);
	int c;

	if (to == NULL)
		abort();
	while ((c = fgetc(talk)) != EOF)
		fputc(c, to);
	if (!s->json && (o->verdict == CAPTURED || o->verdict == UPDATED))
		fprintf(to, "%s: %s\n", name, verdicts[o->verdict].total);
	fclose(to);
	if (s->json)
		o->json = json_of(name, o);
}

static void work(void *ctx, u32 item, FILE *talk, struct outcome *o)
{
	const struct captures *s = ctx;
	FILE *said = tmpfile(); /* diff(1) writes to it, too */

	(void)talk;
	if (said == NULL)
		abort();
	o->verdict = capture_file(s, s->files.path[item], said);
	rewind(said);
	take_outcome(s, item, said, o);
	fclose(said);
}

static void died(void *ctx, u32 item, int why, struct outcome *o)
{
	const struct captures *s = ctx;
	char how[SESSION_HOW];

	o->verdict = DIED;
	if (asprintf(&o->text, "%s: refstack itself ended, %s\n", s->files.path[item],
		     session_how(why, how)) < 0)
		abort();
	if (s->json)
		o->json = json_of(s->files.path[item], o);
}

static void members(void *ctx, FILE *to)
{
	const struct captures *s = ctx;

	fprintf(to, "\"kernel\": \"%s\", ", s->kernel.version);
}

static int find_judge(struct captures *s)
{
	char err[ERROR_BYTES] = "";

	if (kernel_find(&s->kernel, false, err, sizeof(err)) == KERNEL_THERE)
		return EXIT_OK;
	fprintf(stderr, "refstack capture: %s\n", err);
	return EXIT_ENVIRONMENT;
}

static int take_args(struct captures *s)
{
	const struct args *a = s->args;
	char err[FILE_ERROR_MAX];

	s->update = args_has(a, OPT_capture_UPDATE);
	s->why = args_text(a, OPT_capture_WHY, NULL);
	s->json = args_has(a, OPT_capture_JSON);
	run_options_init(&s->options);
	s->options.seed = args_number(a, OPT_capture_SEED, s->options.seed);
	if (s->update != (s->why != NULL))
		return usage_error(COMMAND_capture,
				   "--update takes over what Linux says now and --why TEXT keeps "
				   "the reason: they go together");
	if (s->why != NULL && (s->why[0] == '\0' || strchr(s->why, '\n') != NULL))
		return usage_error(COMMAND_capture, "--why takes one line of text");
	for (u32 i = 0; i < a->nr_operands; i++) {
		if (!file_list_add(&s->files, a->operand[i], ".pkt .frames", err)) {
			fprintf(stderr, "refstack capture: %s\n", err);
			return EXIT_USAGE;
		}
	}
	return EXIT_OK;
}

static int capture_all(struct captures *s)
{
	struct session all = { .command = COMMAND_capture,
			       .what = "scripts",
			       .verdict = verdicts,
			       .nr_verdicts = ARRAY_SIZE(verdicts),
			       .items = s->files.nr,
			       .workers = (u32)args_number(s->args, OPT_capture_JOBS, 1),
			       .json = s->json,
			       .apart = true,
			       .work = work,
			       .died = died,
			       .members = members,
			       .ctx = s };

	return session_run(&all);
}

int cmd_capture(const struct args *args)
{
	struct captures s = { .args = args };
	int ret = take_args(&s);

	if (ret == EXIT_OK)
		ret = find_judge(&s);
	if (ret == EXIT_OK)
		ret = capture_all(&s);
	file_list_free(&s.files);
	return ret;
}
