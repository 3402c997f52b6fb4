// SPDX-License-Identifier: MIT
/* findings.c - see findings.h. */
#include "harness/cli/findings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/campaign/campaign.h"
#include "harness/cli/files.h"
#include "harness/cli/output.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/version.h"
#include "harness/oracle/child.h"

static int complain(const struct findings *f, int code, const char *what)
{
	fflush(stdout);
	fprintf(stderr, "refstack %s: %s\n", command_name(f->command), what);
	return code;
}

static int no_campaign(const struct findings *f)
{
	fprintf(stderr,
		"refstack %s: there is no campaign in %s: 'refstack fuzz' makes one, and "
		"--campaign DIR names another\n",
		command_name(f->command), f->dir);
	return EXIT_USAGE;
}

int findings_open(struct findings *f, enum command_id command, const char *dir, bool make)
{
	char path[FINDINGS_PATH], err[FINDINGS_ERROR];

	*f = (struct findings){ .command = command, .dir = dir };
	detect_build(f->build, sizeof(f->build));
	if (f->build[0] == '\0')
		snprintf(f->build, sizeof(f->build), "build");
	if (snprintf(path, sizeof(path), "%s/findings.db", dir) >= (int)sizeof(path))
		return complain(f, EXIT_USAGE, "the name of the campaign's directory is too long");
	if (!make && access(path, F_OK) != 0)
		return no_campaign(f);
	if (make && !folder_make(dir)) {
		snprintf(err, sizeof(err), "%.1000s: %s", dir, strerror(errno));
		return complain(f, EXIT_ENVIRONMENT, err);
	}
	f->store = store_open(path, err, sizeof(err));
	return f->store != NULL ? EXIT_OK : complain(f, EXIT_USAGE, err);
}

void findings_close(struct findings *f)
{
	if (f->linux_is_there)
		for (u32 i = 0; i < TRIAL_SIDES; i++)
			side_close(&f->side[i]);
	store_close(f->store);
}

int findings_get(struct findings *f, const char *id, struct found *to)
{
	char err[FINDINGS_ERROR];

	return store_find(f->store, id, to, err, sizeof(err)) == 1 ? EXIT_OK
								   : complain(f, EXIT_USAGE, err);
}

struct shrink findings_shrink(const struct findings *f, u32 workers)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return (struct shrink){ .how = { .build = f->build },
				.workers = workers != 0 ? workers
					   : cpus > 0	? (u32)cpus
							: 1,
				.interrupted = &interrupted };
}

static bool open_both(struct findings *f, char *err, u32 err_size)
{
	if (side_open(&f->side[TRIAL_RIGHT], "uml", SIDE_UML, err, err_size) != 0)
		return false;
	if (side_open(&f->side[TRIAL_OTHER], "refstack", SIDE_REFSTACK, err, err_size) == 0)
		return true;
	side_close(&f->side[TRIAL_RIGHT]);
	return false;
}

/* As `refstack diff` compares the two. */
bool findings_linux(struct findings *f, char *err, u32 err_size)
{
	if (f->linux_is_there)
		return true;
	f->linux_is_there = open_both(f, err, err_size);
	if (!f->linux_is_there)
		return false;
	for (u32 i = 0; i < TRIAL_SIDES; i++) {
		f->side[i].interrupted = &interrupted;
		f->trial.side[i] = &f->side[i];
		run_options_init(&f->trial.options[i]);
	}
	f->trial.rules = (struct compare_rules){ .right = "Linux",
						 .other = "refstack",
						 .how = COMPARE_EXACT,
						 .hz = f->side[TRIAL_RIGHT].kernel.hz,
						 .drops_of_one_host = true };
	return true;
}

void findings_now(char to[32])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(to, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static bool describe(char to[48])
{
	static const char *const argv[] = { "git", "describe", "--always", "--dirty", NULL };
	int fd[2], status = 0;
	struct child c = { .argv = argv, .env = (const char *const *)environ, .in = -1, .err = -1 };
	ssize_t n;
	pid_t pid;

	if (pipe(fd) != 0)
		return false;
	c.out = fd[1];
	pid = child_start(&c);
	close(fd[1]);
	n = pid > 0 ? read(fd[0], to, 47) : -1;
	close(fd[0]);
	if (pid > 0)
		child_wait(pid, -1, &status);
	to[n > 0 ? n : 0] = '\0';
	to[strcspn(to, "\n")] = '\0';
	return pid > 0 && status == 0 && to[0] != '\0';
}

/* Without git it is the version. */
void findings_commit(char to[48])
{
	if (!describe(to))
		snprintf(to, 48, "%s", REFSTACK_VERSION);
}

/* --- an input that somebody has --- */

static bool is_pkt(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && strcmp(path + len - 4, ".pkt") == 0;
}

/* A script becomes the input that makes it. */
static int to_input(const struct fuzz_scope *scope, const char *path, u8 **bytes, size_t *len)
{
	struct script_error err = { 0 };
	struct script *s = script_parse(path, (const char *)*bytes, *len, &err);

	if (s == NULL) {
		fprintf(stderr, "%s:%u:%u: %s\n", path, err.line, err.column, err.text);
		return EXIT_USAGE;
	}
	free(*bytes);
	*bytes = fuzz_scope_input(scope, s, len);
	script_free(s);
	return EXIT_OK;
}

static int read_input(const struct args *a, const char *path, const char *target, struct found *f)
{
	const struct fuzz_scope *scope = fuzz_scope_find(target);
	char why[FILE_ERROR_MAX];
	int ret = EXIT_OK;

	if (fuzz_target_find(target) == NULL)
		return usage_error(a->command, "there is no target '%s'", target);
	snprintf(f->target, sizeof(f->target), "%.31s", target);
	f->program = (u8 *)file_read(path, &f->program_len, why);
	if (f->program == NULL) {
		fprintf(stderr, "refstack %s: %s: %s\n", command_name(a->command), path, why);
		return EXIT_USAGE;
	}
	if (scope != NULL && is_pkt(path))
		ret = to_input(scope, path, &f->program, &f->program_len);
	return ret;
}

int findings_detect(const struct args *a, const struct findings *at, const char *path,
		    const char *target, struct found *f)
{
	struct detect how = { .build = at->build };
	char err[FINDINGS_ERROR];
	struct detection d;
	int ret = read_input(a, path, target, f);

	if (ret != EXIT_OK)
		return ret;
	if (detect_run(&how, target, f->program, f->program_len, &d, err, sizeof(err)) != 0) {
		fprintf(stderr, "refstack %s: %s\n", command_name(a->command), err);
		return EXIT_ENVIRONMENT;
	}
	if (!d.found) {
		fprintf(stderr, "refstack %s: %s: nothing is found in it by %s\n",
			command_name(a->command), path, target);
		detection_free(&d);
		return EXIT_USAGE;
	}
	f->detector = d.detector;
	memcpy(f->signature, d.signature, sizeof(f->signature));
	f->text = d.text;
	findings_now(f->first_seen);
	findings_commit(f->commit);
	found_id(f);
	return EXIT_OK;
}
