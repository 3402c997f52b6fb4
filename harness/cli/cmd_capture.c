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
#include "harness/cli/jobs.h"
#include "harness/cli/output.h"
#include "harness/cli/vectors.h"
#include "harness/golden/golden.h"
#include "harness/oracle/uml.h"

enum { BOOT_SECONDS = 120, ERROR_BYTES = 4096 };

static const char *const outcome_names[OUTCOMES] = {
	"captured", "unchanged", "updated", "differs", "invalid", "environment", "died",
};

struct session {
	const struct args *args;
	struct file_list files;
	struct kernel kernel;
	struct run_options options;
	const char *why; /* --why; NULL */
	bool update, json;
	u32 done, count[OUTCOMES];
	struct progress progress;
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

static bool same_frame(const struct golden_frame *a, const struct golden_frame *b)
{
	return a->host == b->host && a->outgoing == b->outgoing && a->when_ns == b->when_ns &&
	       a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static void show_frame_diff(FILE *to, const struct golden *old, const struct golden *new)
{
	u32 i = 0;

	while (i < old->nr_frames &&
	       i < new->nr_frames &&same_frame(&old->frame[i], &new->frame[i]))
		i++;
	if (i == old->nr_frames && i == new->nr_frames)
		return;
	fprintf(to, "frame %u differs; there were %u, there are %u\n", i + 1, old->nr_frames,
		new->nr_frames);
	for (u32 k = 0; k < 2; k++) {
		const struct golden *g = k == 0 ? old : new;

		if (i >= g->nr_frames)
			continue;
		fprintf(to, "%c %lld ns:", k == 0 ? '-' : '+', (long long)g->frame[i].when_ns);
		for (u32 b = 0; b < g->frame[i].len; b++)
			fprintf(to, "%s%02x", b % 4 == 0 ? " " : "", g->frame[i].bytes[b]);
		fputc('\n', to);
	}
}

static void show_line_diff(FILE *to, const char *what, const char *old, const char *new)
{
	if (strcmp(old, new) != 0)
		fprintf(to, "%s was:\n%s%s is:\n%s", what, old, what, new);
}

static void show_pcapng_diff(const struct pair *v)
{
	struct golden old = { 0 }, new = { 0 };
	char err[ERROR_BYTES];

	if (golden_read(&old, v->pcapng, err, sizeof(err)) != 0)
		fprintf(v->talk, "the capture cannot be read: %s\n", err);
	else if (golden_read(&new, v->fresh, err, sizeof(err)) == 0) {
		show_frame_diff(v->talk, &old, &new);
		show_line_diff(v->talk, "the state at the end", old.state, new.state);
		show_line_diff(v->talk, "the kernel", old.from.kernel, new.from.kernel);
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

static enum capture_outcome judge(const struct session *s, struct pair *v)
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

static bool same_words(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool same_source(const struct provenance *a, const struct provenance *b)
{
	return same_words(a->kernel, b->kernel) && same_words(a->config_hash, b->config_hash) &&
	       same_words(a->patches_hash, b->patches_hash) && a->seed == b->seed &&
	       a->hz == b->hz && same_words(a->sysctls, b->sysctls) && same_words(a->tape, b->tape);
}

/* All that Linux said. On which lines of the script the statements behind it stand may change, by a
 * header more.
 */
static bool says_the_same(const struct golden *a, const struct golden *b)
{
	bool same = a->nr_frames == b->nr_frames && a->ethernet == b->ethernet &&
		    a->hosts == b->hosts && same_words(a->state, b->state) &&
		    same_source(&a->from, &b->from);

	for (u32 i = 0; same && i < a->nr_frames; i++)
		same = same_frame(&a->frame[i], &b->frame[i]);
	return same;
}

static bool same_captures(const char *path_a, const char *path_b)
{
	char err[ERROR_BYTES];
	struct golden a = { 0 }, b = { 0 };
	bool same = golden_read(&a, path_a, err, sizeof(err)) == 0 &&
		    golden_read(&b, path_b, err, sizeof(err)) == 0 && says_the_same(&a, &b);

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
static bool keep_reason(const struct session *s, struct pair *v)
{
	char err[ERROR_BYTES] = "";

	v->from.why = s->why;
	free(v->text);
	v->text = golden_pkt(v->script, &v->item.record, &v->from, err, sizeof(err));
	if (v->text == NULL)
		fprintf(v->talk, "%s: %s\n", v->path, err);
	return v->text != NULL && write_fresh(v);
}

static enum capture_outcome compare_and_write(const struct session *s, struct pair *v)
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

static enum capture_outcome capture_one(const struct session *s, const char *path, FILE *talk)
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

static enum capture_outcome capture_file(const struct session *s, const char *path, FILE *talk)
{
	const struct capture c = {
		.kernel = &s->kernel, .options = &s->options, .why = s->why, .update = s->update
	};

	return is_frames_file(path) ? capture_frames(&c, path, talk) : capture_one(s, path, talk);
}

static void job_work(void *ctx, u32 item, FILE *result)
{
	const struct session *s = ctx;
	FILE *talk = tmpfile(); /* diff(1) writes to it, too */
	enum capture_outcome o;
	int c;

	if (talk == NULL)
		abort();
	o = capture_file(s, s->files.path[item], talk);
	fputc((int)o, result);
	rewind(talk);
	while ((c = fgetc(talk)) != EOF)
		fputc(c, result);
	fclose(talk);
}

static void report(struct session *s, u32 item, enum capture_outcome o, const char *text,
		   size_t len)
{
	const char *name = s->files.path[item];
	char *message = strndup(text, len);

	if (message == NULL)
		abort();
	progress_clear(&s->progress);
	if (s->json) {
		printf("%s\n    {\"file\": ", s->done != 0 ? "," : "");
		json_string(stdout, name);
		printf(", \"outcome\": \"%s\", \"message\": ", outcome_names[o]);
		json_string(stdout, message);
		putchar('}');
	} else {
		fputs(message, stdout);
		if (o == CAPTURED || o == UPDATED)
			printf("%s: %s\n", name, outcome_names[o]);
		else if (o == DIED)
			printf("%s: refstack itself ended\n", name);
	}
	s->done++;
	s->count[o]++;
	free(message);
}

static void job_done(void *ctx, u32 item, const void *result, size_t len, int why)
{
	struct session *s = ctx;
	const char *text = result;

	(void)why;
	if (result == NULL || len == 0 || text[0] >= OUTCOMES)
		report(s, item, DIED, "", 0);
	else
		report(s, item, (enum capture_outcome)text[0], text + 1, len - 1);
}

static int exit_code(const struct session *s)
{
	if (s->count[DIFFERS] + s->count[DIED] != 0 || s->done < s->files.nr)
		return EXIT_DIFFERENCE;
	if (s->count[INVALID] != 0)
		return EXIT_USAGE;
	return s->count[NO_JUDGE] != 0 ? EXIT_ENVIRONMENT : EXIT_OK;
}

static void print_totals(const struct session *s)
{
	bool first = true;

	if (s->json) {
		printf("\n  ],\n  \"kernel\": \"%s\"", s->kernel.version);
		for (u32 o = 0; o < OUTCOMES; o++)
			printf(", \"%s\": %u", outcome_names[o], s->count[o]);
		printf("\n}\n");
		return;
	}
	for (u32 o = 0; o < OUTCOMES; o++) {
		if (s->count[o] == 0 && o > UNCHANGED)
			continue;
		printf("%s%u %s", first ? "" : ", ", s->count[o], outcome_names[o]);
		first = false;
	}
	putchar('\n');
}

static int find_judge(struct session *s)
{
	char err[ERROR_BYTES] = "";

	if (kernel_find(&s->kernel, false, err, sizeof(err)) == KERNEL_THERE)
		return EXIT_OK;
	fprintf(stderr, "refstack capture: %s\n", err);
	return EXIT_ENVIRONMENT;
}

static int take_args(struct session *s)
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

static int capture_all(struct session *s)
{
	u32 workers = (u32)args_number(s->args, OPT_capture_JOBS, 1);
	const struct jobs jobs = { .items = s->files.nr,
				   .workers = workers,
				   .work = job_work,
				   .done = job_done,
				   .progress = &s->progress,
				   .what = "scripts",
				   .ctx = s };

	catch_interrupt();
	progress_start(&s->progress);
	if (s->json)
		printf("{\n  \"scripts\": [");
	jobs_run(&jobs);
	progress_clear(&s->progress);
	if (s->done < s->files.nr)
		fprintf(stderr, "refstack capture: interrupted after %u of %u scripts\n", s->done,
			s->files.nr);
	print_totals(s);
	return exit_code(s);
}

int cmd_capture(const struct args *args)
{
	struct session s = { .args = args };
	int ret = take_args(&s);

	if (ret == EXIT_OK)
		ret = find_judge(&s);
	if (ret == EXIT_OK)
		ret = capture_all(&s);
	file_list_free(&s.files);
	return ret;
}
