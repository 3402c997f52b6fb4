// SPDX-License-Identifier: MIT
/* run_file.c - see run_file.h. */
/* Inode numbers have 64 bits on machines that have 32. */
#define _FILE_OFFSET_BITS 64 /* NOLINT(bugprone-reserved-identifier) */
#include "harness/cli/run_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/campaign/commit.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"

enum { COMMIT_BYTES = 64, TIME_BYTES = 32, PATH_BYTES = 4096 };

/* --- the file
 * -------------------------------------------------------------------------------------- */

static bool cannot(char err[FILE_ERROR_MAX])
{
	snprintf(err, FILE_ERROR_MAX, "%s", strerror(errno));
	return false;
}

/* Of the folder that the program is in. */
static void own_commit(char to[COMMIT_BYTES])
{
	char path[PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	to[0] = '\0';
	if (n <= 0)
		return;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	commit_of(path, to, COMMIT_BYTES);
}

static void put_identity(FILE *to, const struct run_identity *id)
{
	char commit[COMMIT_BYTES], when[TIME_BYTES];
	struct json j;
	struct tm utc;

	own_commit(commit);
	gmtime_r(&id->started, &utc);
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_u64(&j, "refstack_run", RUN_FORMAT);
	json_text(&j, "dut", id->dut);
	json_text(&j, "title", id->title);
	json_text(&j, "kind", id->kind);
	json_text(&j, "version", id->version);
	json_text(&j, "commit", commit[0] != '\0' ? commit : NULL);
	json_text(&j, "kernel", id->kernel);
	json_text(&j, "device", id->device);
	json_array(&j, "options");
	for (const char *const *o = id->option; *o != NULL; o++)
		json_text(&j, NULL, *o);
	json_end(&j);
	json_text(&j, "started", when);
	json_u64(&j, "items", id->items);
	json_end(&j);
}

/* A new file as open() would make it: mkstemp() lets nobody else read it. */
static FILE *open_beside(struct run_file *f)
{
	mode_t mask = umask(0);
	FILE *to;
	int fd;

	umask(mask);
	if (asprintf(&f->temporary, "%s.XXXXXX", f->path) < 0)
		abort();
	fd = mkstemp(f->temporary);
	if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
		return must(fdopen(fd, "wb"));
	if (fd >= 0) {
		close(fd);
		unlink(f->temporary);
	}
	to = NULL;
	free(f->temporary);
	f->temporary = NULL;
	return to;
}

bool run_file_begin(struct run_file *f, const char *path, const struct run_identity *id,
		    char err[FILE_ERROR_MAX])
{
	struct stat there;

	*f = (struct run_file){ .path = realpath(path, NULL) };
	if (f->path == NULL)
		f->path = must(strdup(path));
	/* Also by the name that was said: /dev/stderr may lead to a pipe, which has no path. */
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
		f->to = fopen(path, "wbe");
	else
		f->to = open_beside(f);
	if (f->to == NULL) {
		cannot(err);
		free(f->path);
		f->path = NULL;
		return false;
	}
	put_identity(f->to, id);
	return true;
}

void run_file_add(struct run_file *f, const char *line, enum check_verdict verdict)
{
	assert(verdict < CHECK_VERDICTS);
	fputs(line, f->to);
	f->items++;
	f->totals[verdict]++;
}

static void put_end(const struct run_file *f)
{
	struct json j;

	json_begin(&j, f->to, 0);
	json_object(&j, NULL);
	json_bool(&j, "end", true);
	json_u64(&j, "items", f->items);
	json_bool(&j, "interrupted", false);
	json_object(&j, "totals");
	for (u32 v = 0; v < CHECK_VERDICTS; v++)
		if (f->totals[v] != 0)
			json_u64(&j, check_verdict_name((enum check_verdict)v), f->totals[v]);
	json_end(&j);
	json_end(&j);
}

bool run_file_end(struct run_file *f, bool whole, char err[FILE_ERROR_MAX])
{
	bool ok;

	if (f->to == NULL)
		return true;
	if (whole)
		put_end(f);
	ok = fflush(f->to) == 0 && ferror(f->to) == 0;
	ok = fclose(f->to) == 0 && ok;
	f->to = NULL;
	if (ok && f->temporary != NULL)
		ok = rename(f->temporary, f->path) == 0;
	if (!ok) {
		cannot(err);
		if (f->temporary != NULL)
			unlink(f->temporary);
	}
	free(f->temporary);
	free(f->path);
	f->temporary = f->path = NULL;
	return ok;
}

/* --- a vector
 * -------------------------------------------------------------------------------------- */

static void put_difference(struct json *j, const struct difference *d, bool of_case)
{
	json_object(j, NULL);
	json_text(j, "kind", difference_names[d->kind]);
	json_text(j, "what", d->what);
	json_u64(j, "line", of_case ? d->own_line : d->line);
	json_u64(j, "frame", d->frame);
	if (d->kind == DIFFERS_STATE || d->when_ps < 0)
		json_text(j, "when_ns", NULL);
	else
		json_s64(j, "when_ns", d->when_ps / (s64)PS_PER_NS);
	if (d->field != NULL) {
		json_text(j, "field", d->field);
		json_text(j, "expected", d->expected);
		json_text(j, "actual", d->actual);
	}
	if (d->detail != NULL)
		json_text(j, "detail", d->detail);
	json_end(j);
}

char *run_file_line(const struct vector *v, const struct check_result *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = must(open_memstream(&text, &len));
	struct json j;

	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_text(&j, "id", v->id);
	json_text(&j, "case", v->frames != NULL ? v->frames->c[v->nr].name : NULL);
	json_text(&j, "verdict", check_verdict_name(r->verdict));
	if (r->unexpected)
		json_bool(&j, "unexpected", true);
	json_text(&j, "message", r->message);
	json_text(&j, "golden", r->golden);
	json_raw(&j, "headers", r->headers != NULL ? r->headers : "{}");
	json_text_n(&j, "script", r->script != NULL ? r->script : "", r->script_len);
	json_bool(&j, "ethernet", r->ethernet);
	json_u64(&j, "frames", r->frames);
	json_u64(&j, "virtual_ps", r->virtual_ps);
	json_array(&j, "differences");
	for (u32 i = 0; i < r->differences.nr; i++)
		put_difference(&j, &r->differences.d[i], v->frames != NULL);
	json_end(&j);
	json_raw(&j, "ladder", r->ladder != NULL ? r->ladder : "[]");
	json_end(&j);
	fclose(to);
	return text;
}
