// SPDX-License-Identifier: MIT
/* cmd_promote.c - refstack promote: what was found, and is mended, becomes a regression of the
 * corpus or a golden vector, so that it is never found again.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/campaign/campaign.h"
#include "harness/cli/files.h"
#include "harness/cli/findings.h"
#include "harness/cli/output.h"
#include "harness/lib/must.h"
#include "harness/lib/sha256.h"
#include "harness/oracle/child.h"

enum { HASH_DIGITS = 40, CAPTURE_MS = 600000 };

#define PROVENANCE "PROVENANCE.tsv"
static const char provenance_head[] =
	"# input\tfinding\tdetector\tsignature\tfirst seen\tcommit\twhy\n";

struct promote {
	const struct args *args;
	struct findings findings;
	struct found found;
	const char *why, *vector, *corpus;
	bool force;
	char self[FINDINGS_PATH];
};

__attribute__((format(printf, 2, 3))) static int complain(int code, const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "refstack promote: ");
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return code;
}

/* --- does it show? --- */

static int refuse(const struct promote *p, const char *what)
{
	if (p->force)
		return EXIT_OK;
	return complain(EXIT_DIFFERENCE,
			"%s still shows with this build: %s\n  mend it first, or keep it with "
			"--force, and the check fails until it is mended",
			p->found.id, what);
}

/* By any detector: a regression has to pass. */
static int check_here(const struct promote *p)
{
	struct detect how = { .build = p->findings.build };
	char err[FINDINGS_ERROR], what[FINDINGS_ERROR];
	struct detection d;
	size_t len;
	u8 *input = found_input(&p->found, &len);
	int ret = EXIT_OK;

	if (detect_run(&how, p->found.target, input, len, &d, err, sizeof(err)) != 0) {
		ret = complain(EXIT_ENVIRONMENT, "%s", err);
	} else if (d.found) {
		snprintf(what, sizeof(what), "%s: %s", detector_names[d.detector], d.signature);
		ret = refuse(p, what);
	}
	detection_free(&d);
	free(input);
	return ret;
}

/* --- a regression --- */

static void input_name(const u8 *input, size_t len, char name[HASH_DIGITS + 1])
{
	char hex[SHA256_HEX];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, input, len);
	sha256_final(&h, hex);
	memcpy(name, hex, HASH_DIGITS);
	name[HASH_DIGITS] = '\0';
}

/* A line more, unless it is there. */
static int note_provenance(const struct promote *p, const char *place)
{
	const struct found *f = &p->found;
	char path[FINDINGS_PATH], err[FILE_ERROR_MAX], *old = NULL, *new = NULL, *line;
	size_t old_len = 0, len;
	int ret = EXIT_OK;

	if (asprintf(&line, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", place, f->id,
		     detector_names[f->detector], f->signature, f->first_seen, f->commit,
		     p->why) < 0)
		abort();
	snprintf(path, sizeof(path), "%s/%s", p->corpus, PROVENANCE);
	if (access(path, F_OK) == 0)
		old = file_read(path, &old_len, err);
	else
		old = must(strdup(provenance_head));
	if (old == NULL)
		ret = complain(EXIT_ENVIRONMENT, "%s: %s", path, err);
	else if (asprintf(&new, "%s%s", old, line) < 0)
		abort();
	len = new != NULL ? strlen(new) : 0;
	if (ret == EXIT_OK && strstr(old, line) == NULL && !file_write(path, new, len, err))
		ret = complain(EXIT_ENVIRONMENT, "%s: %s", path, err);
	free(line);
	free(old);
	free(new);
	return ret;
}

static int write_regress(struct promote *p)
{
	char path[FINDINGS_PATH], folder[FINDINGS_PATH], name[HASH_DIGITS + 1];
	char place[FINDINGS_PATH], err[FILE_ERROR_MAX];
	size_t len;
	u8 *input = found_input(&p->found, &len);
	int ret = EXIT_OK;

	input_name(input, len, name);
	snprintf(place, sizeof(place), "%s/regress/%s", p->found.target, name);
	snprintf(folder, sizeof(folder), "%.3000s/%s/regress", p->corpus, p->found.target);
	if (snprintf(path, sizeof(path), "%.3000s/%.200s", p->corpus, place) >= (int)sizeof(path) ||
	    !folder_make(folder))
		ret = complain(EXIT_ENVIRONMENT, "%s: %s", folder, strerror(errno));
	else if (!file_write(path, input, len, err))
		ret = complain(EXIT_ENVIRONMENT, "%s: %s", path, err);
	if (ret == EXIT_OK)
		ret = note_provenance(p, place);
	if (ret == EXIT_OK)
		p->found.place = must(strdup(path));
	free(input);
	return ret;
}

static int promote_regress(struct promote *p)
{
	int ret;

	if (p->found.detector == DETECTOR_linux && !args_has(p->args, OPT_promote_REGRESS))
		return usage_error(COMMAND_promote, "no replay compares with Linux: a vector does, "
						    "with --vector vectors/AREA/NAME.pkt");
	ret = check_here(p);
	return ret == EXIT_OK ? write_regress(p) : ret;
}

/* --- a vector --- */

static int run_self(const struct promote *p, const char *command, const char *path)
{
	const char *const argv[] = { p->self, command, path, NULL };
	struct child c = { .argv = argv,
			   .env = (const char *const *)environ,
			   .in = -1,
			   .out = STDERR_FILENO,
			   .err = STDERR_FILENO,
			   .foreground = true };
	int status = 0;
	pid_t pid = child_start(&c);

	if (pid < 0 || child_wait(pid, CAPTURE_MS, &status) != CHILD_ENDED)
		return EXIT_ENVIRONMENT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_DIFFERENCE;
}

static char *vector_text(const struct promote *p, size_t *len)
{
	const struct found *f = &p->found;
	struct script *s = found_script(f);
	char *body = script_print(s, 0, NULL), *text = NULL;
	FILE *to = must(open_memstream(&text, len));

	fprintf(to, "// claim: %s\n// found: %s, %.10s, %s\n\n%s", p->why,
		detector_names[f->detector], f->first_seen, f->commit, body);
	fclose(to);
	free(body);
	script_free(s);
	return text;
}

static void forget_vector(const char *path)
{
	char pcapng[FINDINGS_PATH];
	size_t len = strlen(path);

	unlink(path);
	if (snprintf(pcapng, sizeof(pcapng), "%.*s.pcapng", (int)(len - 4), path) <
	    (int)sizeof(pcapng))
		unlink(pcapng);
}

/* Captured and checked, or it is as if nothing had been. */
static int write_vector(struct promote *p)
{
	char err[FILE_ERROR_MAX], *text;
	size_t len;
	int ret = EXIT_OK;

	text = vector_text(p, &len);
	if (!file_write(p->vector, text, len, err))
		ret = complain(EXIT_ENVIRONMENT, "%s: %s", p->vector, err);
	free(text);
	if (ret != EXIT_OK)
		return ret;
	ret = run_self(p, "capture", p->vector);
	if (ret == EXIT_OK && run_self(p, "check", p->vector) != EXIT_OK)
		ret = refuse(p, "the reference differs from what Linux does");
	if (ret != EXIT_OK)
		forget_vector(p->vector);
	else
		p->found.place = must(strdup(p->vector));
	return ret;
}

static int promote_vector(struct promote *p)
{
	size_t len = strlen(p->vector);
	char err[FINDINGS_ERROR];
	int ret;

	if (fuzz_target_find(p->found.target)->input != INPUT_PROGRAM)
		return usage_error(COMMAND_promote,
				   "%s takes no scripts: only programs become "
				   "vectors",
				   p->found.target);
	if (len < 5 || strcmp(p->vector + len - 4, ".pkt") != 0)
		return usage_error(COMMAND_promote, "a vector is called NAME.pkt");
	if (access(p->vector, F_OK) == 0)
		return complain(EXIT_USAGE, "%s is there already", p->vector);
	if (!findings_linux(&p->findings, err, sizeof(err)))
		return complain(EXIT_ENVIRONMENT, "%s", err);
	ret = p->found.detector != DETECTOR_linux ? check_here(p) : EXIT_OK;
	return ret == EXIT_OK ? write_vector(p) : ret;
}

/* --- the whole --- */

static bool is_one_line(const char *text)
{
	for (; *text != '\0'; text++)
		if ((u8)*text < ' ')
			return false;
	return true;
}

static int check_use(struct promote *p)
{
	const struct args *a = p->args;
	ssize_t n = readlink("/proc/self/exe", p->self, sizeof(p->self) - 1);

	p->self[n > 0 ? n : 0] = '\0';
	p->why = args_text(a, OPT_promote_WHY, "");
	p->vector = args_text(a, OPT_promote_VECTOR, NULL);
	p->corpus = args_text(a, OPT_promote_CORPUS, "corpus");
	p->force = args_has(a, OPT_promote_FORCE);
	if (p->why[0] == '\0')
		return usage_error(COMMAND_promote, "--why TEXT says what was wrong");
	if (!is_one_line(p->why))
		return usage_error(COMMAND_promote, "--why is one line");
	if (p->vector != NULL && args_has(a, OPT_promote_REGRESS))
		return usage_error(COMMAND_promote, "either --vector or --regress");
	return EXIT_OK;
}

static int promote(struct promote *p)
{
	char err[FINDINGS_ERROR];
	int ret;

	free(p->found.place);
	p->found.place = NULL;
	ret = p->vector != NULL ? promote_vector(p) : promote_regress(p);
	if (ret != EXIT_OK)
		return ret;
	p->found.status = FINDING_PROMOTED;
	if (!store_update(p->findings.store, &p->found, err, sizeof(err)))
		return complain(EXIT_USAGE, "%s", err);
	printf("%s: %s\n", p->found.id, p->found.place);
	return EXIT_OK;
}

int cmd_promote(const struct args *args)
{
	struct promote p = { .args = args, .findings = { .command = COMMAND_promote } };
	int ret = check_use(&p);

	if (ret == EXIT_OK)
		ret = findings_open(&p.findings, COMMAND_promote,
				    args_text(args, OPT_promote_CAMPAIGN, CAMPAIGN_DEFAULT), false);
	if (ret == EXIT_OK)
		ret = findings_get(&p.findings, args->operand[0], &p.found);
	if (ret == EXIT_OK)
		ret = promote(&p);
	found_free(&p.found);
	findings_close(&p.findings);
	return ret;
}
