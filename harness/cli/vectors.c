// SPDX-License-Identifier: MIT
/* vectors.c - see vectors.h. */
#include "harness/cli/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/must.h"

#define SUFFIX ".frames"

bool is_frames_file(const char *path)
{
	size_t len = strlen(path), end = strlen(SUFFIX);

	return len > end && strcmp(path + len - end, SUFFIX) == 0;
}

struct frames *vector_read_frames(const char *path, char err[FILE_ERROR_MAX])
{
	struct script_error why;
	struct frames *f;
	char what[FILE_ERROR_MAX];
	size_t len;
	char *text = file_read(path, &len, what);

	if (text == NULL) {
		snprintf(err, FILE_ERROR_MAX, "%.200s: %.200s", path, what);
		return NULL;
	}
	f = frames_read(path, text, len, &why);
	free(text);
	if (f == NULL)
		snprintf(err, FILE_ERROR_MAX, "%.200s:%u:%u: %s", path, why.line, why.column,
			 why.text);
	return f;
}

static struct vector *add(struct vectors *to, const char *path, const char *name)
{
	if (to->nr == to->cap) {
		to->cap = to->cap * 2 + 64;
		to->v = must(realloc(to->v, to->cap * sizeof(*to->v)));
	}
	to->v[to->nr] = (struct vector){ .path = path, .name = must(strdup(name)) };
	return &to->v[to->nr++];
}

/* Its cases, or the one; without any it is told when it is checked. False: there is no such case.
 */
static bool add_cases(struct vectors *to, const char *path, const char *only)
{
	char err[FILE_ERROR_MAX];
	struct frames *f = vector_read_frames(path, err);
	u32 before = to->nr;

	if (f == NULL) {
		add(to, path, path);
		return true;
	}
	f->next = to->frames;
	to->frames = f;
	for (u32 i = 0; i < f->nr; i++) {
		struct vector *v;
		char *name;

		if (only != NULL && strcmp(only, f->c[i].name) != 0)
			continue;
		if (asprintf(&name, "%s/%s", path, f->c[i].name) < 0)
			abort();
		v = add(to, path, name);
		v->frames = f;
		v->nr = i;
		free(name);
	}
	return to->nr != before;
}

/* Where the name of a case begins behind that of a file; NULL: it is not one of these. */
static const char *case_of(const char *path)
{
	const char *at = strstr(path, SUFFIX "/");

	return at != NULL && strchr(at + 1, '/') == strrchr(at, '/') &&
			       at[strlen(SUFFIX "/")] != '\0'
		       ? at + strlen(SUFFIX "/")
		       : NULL;
}

static bool add_one_case(struct vectors *to, const char *path, const char *name,
			 char err[FILE_ERROR_MAX])
{
	char *file = must(strndup(path, (size_t)(name - path) - 1));
	bool ok = file_list_add(&to->files, file, SUFFIX, err);

	free(file);
	if (!ok)
		return false;
	ok = add_cases(to, to->files.path[to->files.nr - 1], name);
	if (!ok)
		snprintf(err, FILE_ERROR_MAX, "%.400s: no such case", path);
	return ok;
}

/* The last part of a path, as a person who stands elsewhere would say it: "vectors" of "..". */
static char *own_name(const char *path, size_t len)
{
	char *plain = must(strndup(path, len)), *full = realpath(plain, NULL), *name;
	const char *slash = strrchr(full != NULL ? full : plain, '/');

	name = must(strdup(slash != NULL ? slash + 1 : plain));
	free(plain);
	free(full);
	return name;
}

/* path: the operand that the vectors from `first` on come from; of a case the file's. */
static void name_ids(struct vectors *to, u32 first, const char *path, size_t len)
{
	char *name;

	while (len > 1 && path[len - 1] == '/')
		len--;
	name = own_name(path, len);
	for (u32 i = first; i < to->nr; i++) {
		struct vector *v = &to->v[i];

		assert(strlen(v->name) >= len);
		if (asprintf(&v->id, "%s%s", name, v->name + len) < 0)
			abort();
	}
	free(name);
}

static bool add_operand(struct vectors *to, const char *path, char err[FILE_ERROR_MAX])
{
	const char *name = case_of(path);
	u32 first = to->files.nr;

	if (name != NULL)
		return add_one_case(to, path, name, err);
	if (!file_list_add(&to->files, path, ".pkt " SUFFIX, err))
		return false;
	for (u32 i = first; i < to->files.nr; i++) {
		const char *file = to->files.path[i];

		if (is_frames_file(file))
			add_cases(to, file, NULL);
		else
			add(to, file, file);
	}
	return true;
}

bool vectors_add(struct vectors *to, const char *path, char err[FILE_ERROR_MAX])
{
	const char *name = case_of(path);
	u32 first = to->nr;
	bool ok = add_operand(to, path, err);

	name_ids(to, first, path, name != NULL ? (size_t)(name - path) - 1 : strlen(path));
	return ok;
}

void vectors_free(struct vectors *v)
{
	for (u32 i = 0; i < v->nr; i++) {
		free(v->v[i].name);
		free(v->v[i].id);
	}
	for (struct frames *f = v->frames, *next; f != NULL; f = next) {
		next = f->next;
		frames_free(f);
	}
	free(v->v);
	file_list_free(&v->files);
	*v = (struct vectors){ 0 };
}

static struct check_result unreadable(const char *path)
{
	struct check_result r = { .verdict = CHECK_INVALID };
	char err[FILE_ERROR_MAX] = "";
	struct frames *f = vector_read_frames(path, err);

	if (f != NULL)
		snprintf(err, sizeof(err), "%.400s: the file has changed meanwhile", path);
	frames_free(f);
	r.message = must(strdup(err));
	return r;
}

struct check_result vector_check(const struct vector *v, const struct check_options *o,
				 struct dut_worlds *cache)
{
	assert(v->path != NULL);
	if (v->frames != NULL)
		return frames_check(v->frames, v->nr, o, cache);
	return is_frames_file(v->path) ? unreadable(v->path) : check_file(v->path, o, cache);
}

void vector_unrun(const struct vector *v, const struct check_options *o, struct check_result *r)
{
	static char why[] = "it has not run";
	const struct record nothing = { .verdict = RUN_ENVIRONMENT, .message = why };
	struct check_options without = *o;
	struct check_result seen;

	if (!o->evidence)
		return;
	without.record = &nothing;
	seen = vector_check(v, &without, NULL);
	r->script = seen.script;
	r->script_len = seen.script_len;
	r->headers = seen.headers;
	r->ladder = seen.ladder;
	r->ethernet = seen.ethernet;
	memcpy(r->golden, seen.golden, sizeof(r->golden));
	seen.script = seen.headers = seen.ladder = NULL;
	check_result_free(&seen);
}

int vector_capture(const struct vector *v, const char *to, const struct check_options *o,
		   struct dut_worlds *cache, char *err, u32 err_size)
{
	if (v->frames != NULL)
		return frames_capture(v->frames, v->nr, to, o, cache, err, err_size);
	return is_frames_file(v->path) ? 0 : check_capture(v->path, to, o, cache, err, err_size);
}
