// SPDX-License-Identifier: MIT
/* cmd_show.c - refstack show: a finding as script, capture, trace and C program, and what there is
 * to say about it.
 *
 * Capture and trace are of a run in another process, for a script that shows a finding may end it.
 * Then they are of the statements before the one in which it ends.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "harness/campaign/campaign.h"
#include "harness/campaign/reproduce.h"
#include "harness/cli/files.h"
#include "harness/cli/findings.h"
#include "harness/cli/output.h"
#include "harness/diff/finding.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"
#include "harness/oracle/child.h"

enum {
	NAME_BYTES = 64,
	LINES_OF_TEXT = 40, /* of what the detector said */
	LINE_BYTES = 200,
	FILES = 8,
	COMMANDS = 4,
	RUN_MS = 120000,
	COMMAND_BYTES = 2 * FINDINGS_PATH
};

struct show {
	const struct args *args;
	struct findings findings;
	struct found found;
	char self[FINDINGS_PATH]; /* this program */
	char dir[FINDINGS_PATH], name[NAME_BYTES];
	char *file[FILES]; /* that were written */
	char *command[COMMANDS];
	u32 nr_files, nr_commands;
	u32 stops_at;  /* the statement in which a plain run ends, from 1; 0: none */
	char *differs; /* what differs from what */
};

static int complain(int code, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "refstack show: %s\n", what);
	return code;
}

/* --- files --- */

static char *path_of(const struct show *s, const char *suffix)
{
	char *path;

	if (asprintf(&path, "%s/%s%s", s->dir, s->name, suffix) < 0)
		abort();
	return path;
}

static void note_file(struct show *s, char *path)
{
	if (s->nr_files < FILES && access(path, F_OK) == 0)
		s->file[s->nr_files++] = path;
	else
		free(path);
}

static int write_text(struct show *s, const char *suffix, const void *bytes, size_t len)
{
	char err[FILE_ERROR_MAX], what[FINDINGS_ERROR], *path = path_of(s, suffix);

	if (!file_write(path, bytes, len, err)) {
		snprintf(what, sizeof(what), "%.3000s: %.500s", path, err);
		free(path);
		return complain(EXIT_ENVIRONMENT, what);
	}
	note_file(s, path);
	return EXIT_OK;
}

/* --- programs that are run --- */

/* Its wait status; -1: it did not come to an end. */
static int run_program(const char *const *argv)
{
	struct child c = {
		.argv = argv, .env = (const char *const *)environ, .in = -1, .out = -1, .err = -1
	};
	int status = 0;
	pid_t pid = child_start(&c);

	if (pid < 0)
		return -1;
	if (child_wait(pid, RUN_MS, &status) == CHILD_ENDED)
		return status;
	child_kill(pid);
	return -1;
}

static bool ends_badly(const char *const *argv)
{
	int status = run_program(argv);

	return !WIFEXITED(status) || WEXITSTATUS(status) == EXIT_DIFFERENCE ||
	       WEXITSTATUS(status) > EXIT_NOT_IMPLEMENTED;
}

/* --- the script --- */

/* With headers of its own in place of those it had. */
static char *script_text_of(const struct show *s, const struct script *script, u32 stmts,
			    size_t *len)
{
	struct script part = *script;
	char *body, *text = NULL;
	const struct found *f = &s->found;
	FILE *to = must(open_memstream(&text, len));
	const char *p;

	part.nr_stmts = stmts;
	p = body = script_print(&part, PRINT_COMMENTS, NULL);
	while (strncmp(p, "// ", 3) == 0 || *p == '\n')
		p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
	fprintf(to, "// claim: %s: %s\n", detector_names[f->detector], f->signature);
	fprintf(to, "// found: %s, %.10s, %s, %s\n\n%s", f->target, f->first_seen, f->commit, f->id,
		p);
	fclose(to);
	free(body);
	return text;
}

static int write_part(const struct show *s, const struct script *script, u32 stmts,
		      const char *path)
{
	char err[FILE_ERROR_MAX];
	size_t len;
	char *text = script_text_of(s, script, stmts, &len);
	bool ok = file_write(path, text, len, err);

	free(text);
	return ok ? EXIT_OK : complain(EXIT_ENVIRONMENT, err);
}

/* Runs as many statements as go well, with capture and trace. */
static int write_runs(struct show *s, const struct script *script)
{
	char *part = path_of(s, ".part.pkt"), *pcapng = path_of(s, ".pcapng");
	char *trace = path_of(s, ".trace.json");
	const char *const argv[] = { s->self, "run",	 "--cost", "judge", "--pcapng",
				     pcapng,  "--trace", trace,	   part,    NULL };
	u32 stmts = script->nr_stmts;
	int ret = EXIT_OK;

	while (ret == EXIT_OK) {
		int status;

		ret = write_part(s, script, stmts, part);
		status = ret == EXIT_OK ? run_program(argv) : 0;
		if (status != -1 && WIFEXITED(status) && access(pcapng, F_OK) == 0)
			break;
		if (stmts == 0)
			break;
		s->stops_at = stmts--;
	}
	unlink(part);
	free(part);
	note_file(s, pcapng);
	note_file(s, trace);
	return ret;
}

/* A run in another process, which may not come to its end. */
static void run_for_record(const struct script *script, struct side_item *item)
{
	char err[FINDINGS_ERROR];
	struct run_options o;
	struct side side;

	run_options_init(&o);
	*item = (struct side_item){ .name = script->name, .script = script };
	record_init(&item->record);
	if (side_open(&side, "refstack", SIDE_REFSTACK, err, sizeof(err)) != 0)
		return;
	(void)side_run(&side, &o, item, 1, err, sizeof(err));
	side_close(&side);
}

static int write_c(struct show *s, const struct script *script)
{
	struct reproduce r = { .name = s->name, .about = s->found.signature };
	struct side_item item;
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));
	int ret;

	run_for_record(script, &item);
	r.record = item.error == NULL ? &item.record : NULL;
	reproduce_write(&r, script, to);
	side_items_free(&item, 1);
	fclose(to);
	ret = write_text(s, ".c", text, len);
	free(text);
	return ret;
}

/* --- how to see it again --- */

__attribute__((format(printf, 2, 3))) static void add_command(struct show *s, const char *format,
							      ...)
{
	va_list ap;

	if (s->nr_commands == COMMANDS)
		return;
	va_start(ap, format);
	if (vasprintf(&s->command[s->nr_commands++], format, ap) < 0)
		abort();
	va_end(ap);
}

/* The plainest command that shows it, then the one that surely does: the target itself. */
static void find_commands(struct show *s, const char *pkt)
{
	const char *looks = s->found.looks[0] != '\0' ? s->found.looks : "all";
	char asan[COMMAND_BYTES];
	const char *const plain[] = { s->self, "run", pkt, NULL };
	const char *const checked[] = { s->self, "run", "--invariants", pkt, NULL };
	const char *const sanitized[] = { asan, "run", "--invariants", pkt, NULL };

	snprintf(asan, sizeof(asan), "%s/asan/refstack", s->findings.build);
	if (ends_badly(plain))
		add_command(s, "%s run %s", s->self, pkt);
	else if (ends_badly(checked))
		add_command(s, "%s run --invariants %s", s->self, pkt);
	else if (access(asan, X_OK) == 0 && ends_badly(sanitized))
		add_command(s, "setarch -R %s run --invariants %s", asan, pkt);
	if (strcmp(looks, "device") == 0)
		add_command(s, "%s diff refstack refstack --device igb %s", s->self, pkt);
	add_command(s, "setarch -R %s/asan/replay_%s --looks %s --pkt %s", s->findings.build,
		    s->found.target, looks, pkt);
}

/* --- what differs from what --- */

/* What the target said, without the script that it printed and the addresses of its end. */
static void tell_said(const char *said, FILE *to)
{
	u32 lines = 0;

	for (const char *p = said; *p != '\0' && lines < LINES_OF_TEXT; lines++) {
		size_t len = strcspn(p, "\n");

		if (strncmp(p, "=====", 5) == 0 || strncmp(p, "AddressSanitizer can not", 24) == 0)
			break;
		fprintf(to, "    %.*s\n", (int)(len < LINE_BYTES ? len : LINE_BYTES), p);
		p += len + (p[len] == '\n');
	}
	if (lines == LINES_OF_TEXT)
		fprintf(to, "    ...\n");
}

/* Of this build and the script as it is now, else as it was found. */
static void tell_detection(const struct show *s, FILE *to)
{
	struct detect how = { .build = s->findings.build,
			      .looks = s->found.looks[0] != '\0' ? s->found.looks : NULL };
	struct detection d;
	char err[FINDINGS_ERROR];
	size_t len;
	u8 *input = found_input(&s->found, &len);

	if (detect_run(&how, s->found.target, input, len, &d, err, sizeof(err)) != 0) {
		fprintf(to, "  It was not replayed: %s\n", err);
	} else if (!d.found) {
		fprintf(to, "  With this build it does not show. When it was found:\n");
	} else if (strcmp(d.signature, s->found.signature) != 0 ||
		   d.detector != s->found.detector) {
		fprintf(to, "  With this build it shows something else: %s: %s\n",
			detector_names[d.detector], d.signature);
	}
	tell_said(d.found && d.text != NULL ? d.text : s->found.text, to);
	detection_free(&d);
	free(input);
}

/* Linux's results go into the script. */
static int tell_linux(struct show *s, const struct script *script, FILE *to)
{
	char err[FINDINGS_ERROR], *name, *text;
	struct finding f = { .signature = s->found.signature, .name = s->name, .folder = s->dir };
	struct trial_program p;
	size_t len;

	if (!findings_linux(&s->findings, err, sizeof(err)))
		return complain(EXIT_ENVIRONMENT, err);
	f.trial = &s->findings.trial;
	f.again = s->command[0] != NULL ? s->command[0] : "";
	if (asprintf(&name, "%s.pkt", s->name) < 0)
		abort();
	text = script_text_of(s, script, script->nr_stmts, &len);
	trial_program_init(&p, name, text, len);
	finding_report(&f, &p, to);
	trial_program_free(&p);
	note_file(s, path_of(s, ".txt"));
	return EXIT_OK;
}

static u32 count_statements(const struct script *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		n += s->stmt[i].kind >= STMT_OPTION;
	return n;
}

/* --- the whole --- */

static int show_program(struct show *s, FILE *to)
{
	struct script *script = found_script(&s->found), *written;
	char *pkt = path_of(s, ".pkt"), *text;
	struct script_error err;
	size_t len;
	int ret;

	text = script_text_of(s, script, script->nr_stmts, &len);
	written = must(script_parse(s->name, text, len, &err));
	ret = write_text(s, ".pkt", text, len);
	free(text);
	fprintf(to, "  %u statements%s\n", count_statements(script),
		s->found.smallest == NULL ? ", not minimised: refstack triage does" : "");
	if (ret == EXIT_OK && s->found.detector == DETECTOR_linux) {
		add_command(s, "%s run %s", s->self, pkt);
		add_command(s, "%s diff refstack uml %s", s->self, pkt);
		ret = tell_linux(s, script, to);
	} else if (ret == EXIT_OK) {
		tell_detection(s, to);
	}
	if (ret == EXIT_OK)
		ret = write_runs(s, script);
	if (ret == EXIT_OK)
		ret = write_c(s, written);
	if (ret == EXIT_OK && s->found.detector != DETECTOR_linux)
		find_commands(s, pkt);
	free(pkt);
	script_free(script);
	script_free(written);
	return ret;
}

/* What a target of texts or bytes takes is a file of that kind. */
static const char *suffix_of(const char *target)
{
	static const char *const kinds[][2] = { { "pkt", ".pkt" }, { "pcapng", ".pcapng" } };

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i][0], target) == 0)
			return kinds[i][1];
	return ".bin";
}

static int show_input(struct show *s, FILE *to)
{
	const char *suffix = suffix_of(s->found.target);
	char *path = path_of(s, suffix);
	size_t len;
	u8 *input = found_input(&s->found, &len);
	int ret = write_text(s, suffix, input, len);

	fprintf(to, "  %zu bytes%s\n", len,
		s->found.smallest == NULL ? ", not minimised: refstack triage does" : "");
	tell_detection(s, to);
	add_command(s, "setarch -R %s/asan/replay_%s --looks all %s", s->findings.build,
		    s->found.target, path);
	add_command(s, "%s/asan/replay_%s --print %s", s->findings.build, s->found.target, path);
	free(path);
	free(input);
	return ret;
}

static void print_text(const struct show *s)
{
	const struct found *f = &s->found;

	printf("%s: %s: %s\n", f->id, detector_names[f->detector], f->signature);
	printf("  %s\n", detector_abouts[f->detector]);
	printf("  found by %s at %s with %s, seen %u times; %s", f->target, f->first_seen,
	       f->commit, f->seen, finding_status_names[f->status]);
	if (f->replays != 0)
		printf(", %u of %u replays show it", f->showed, f->replays);
	printf("\n%s", s->differs);
	if (s->stops_at != 0)
		printf("  The run ends in its statement %u: capture and trace are of those before "
		       "it\n",
		       s->stops_at);
	printf("written:\n");
	for (u32 i = 0; i < s->nr_files; i++)
		printf("  %s\n", s->file[i]);
	printf("see it again:\n");
	for (u32 i = 0; i < s->nr_commands; i++)
		printf("  %s\n", s->command[i]);
	printf("when it is mended, keep it:\n  %s promote %s", s->self, f->id);
	if (strcmp(s->findings.dir, CAMPAIGN_DEFAULT) != 0)
		printf(" --campaign %s", s->findings.dir);
	if (f->detector == DETECTOR_linux)
		printf(" --vector vectors/AREA/NAME.pkt");
	printf(" --why \"WHAT WAS WRONG\"\n");
}

static void print_json(const struct show *s)
{
	const struct found *f = &s->found;
	struct json j;

	json_begin(&j, stdout, 2);
	json_object(&j, NULL);
	json_text(&j, "id", f->id);
	json_text(&j, "target", f->target);
	json_text(&j, "detector", detector_names[f->detector]);
	json_text(&j, "signature", f->signature);
	json_text(&j, "status", finding_status_names[f->status]);
	json_text(&j, "looks", f->looks);
	json_text(&j, "differs", s->differs);
	json_array(&j, "files");
	for (u32 i = 0; i < s->nr_files; i++)
		json_text(&j, NULL, s->file[i]);
	json_end(&j);
	json_array(&j, "again");
	for (u32 i = 0; i < s->nr_commands; i++)
		json_text(&j, NULL, s->command[i]);
	json_end(&j);
	json_end(&j);
	printf("\n");
}

static int make_folder(struct show *s)
{
	const char *dir = args_text(s->args, OPT_show_OUTPUT, NULL);
	ssize_t n = readlink("/proc/self/exe", s->self, sizeof(s->self) - 1);
	int len;

	s->self[n > 0 ? n : 0] = '\0';
	if (dir != NULL)
		len = snprintf(s->dir, sizeof(s->dir), "%s", dir);
	else
		len = snprintf(s->dir, sizeof(s->dir), "%s/findings/%s", s->findings.dir,
			       s->found.id);
	if (len >= (int)sizeof(s->dir) || !folder_make(s->dir))
		return complain(EXIT_ENVIRONMENT, "the folder cannot be made");
	snprintf(s->name, sizeof(s->name), "%s-%s", s->found.target, s->found.id);
	return EXIT_OK;
}

static int show(struct show *s)
{
	size_t len = 0;
	FILE *to = must(open_memstream(&s->differs, &len));
	int ret = make_folder(s);

	if (ret == EXIT_OK && fuzz_target_find(s->found.target)->input == INPUT_PROGRAM)
		ret = show_program(s, to);
	else if (ret == EXIT_OK)
		ret = show_input(s, to);
	fclose(to);
	if (ret != EXIT_OK)
		return ret;
	if (args_has(s->args, OPT_show_JSON))
		print_json(s);
	else
		print_text(s);
	return EXIT_OK;
}

int cmd_show(const struct args *args)
{
	struct show s = { .args = args };
	int ret = findings_open(&s.findings, COMMAND_show,
				args_text(args, OPT_show_CAMPAIGN, CAMPAIGN_DEFAULT), false);

	if (ret == EXIT_OK)
		ret = findings_get(&s.findings, args->operand[0], &s.found);
	if (ret == EXIT_OK)
		ret = show(&s);
	for (u32 i = 0; i < s.nr_files; i++)
		free(s.file[i]);
	for (u32 i = 0; i < s.nr_commands; i++)
		free(s.command[i]);
	free(s.differs);
	found_free(&s.found);
	findings_close(&s.findings);
	return ret;
}
