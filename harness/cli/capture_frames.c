// SPDX-License-Identifier: MIT
/* capture_frames.c - a .frames file put to the judging kernel: all its cases in a few boots. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/types.h"
#include "harness/cli/capture.h"
#include "harness/cli/output.h"
#include "harness/cli/vectors.h"
#include "harness/lib/must.h"

/* Five minutes after a boot the 32 bits of jiffies begin anew, and a limit of ICMP that was never
 * used takes that for no time at all. Cases are done before; one takes this much, and what it
 * lasts.
 */
#define BOOT_NS	 (280 * NS_PER_SEC)
#define SPACE_NS (5 * NS_PER_SEC)

enum { BOOT_SECONDS = 300, ERROR_BYTES = 4096 };

struct work {
	const struct capture *how;
	const char *path;
	struct frames *old, *f;
	FILE *talk;
};

/* --- asking Linux ------------------------------------------------------------------------------
 */

static bool take(const struct work *w, u32 nr, const struct uml_item *item)
{
	char err[ERROR_BYTES];

	if (item->error != NULL || item->record.verdict != RUN_PASSED) {
		fprintf(w->talk, "%s:%u: case %s: %s\n", w->path, w->f->c[nr].line,
			w->f->c[nr].name, item->error != NULL ? item->error : item->record.message);
		return false;
	}
	if (frames_case_take(w->f, nr, &item->record, err, sizeof(err)))
		return true;
	fprintf(w->talk, "%s\n", err);
	return false;
}

static enum capture_outcome ask_some(const struct work *w, u32 first, u32 n)
{
	struct uml_item *item = must(calloc(n, sizeof(*item)));
	enum capture_outcome o = CAPTURED;
	char err[ERROR_BYTES] = "", **text = must(calloc(n, sizeof(*text)));

	for (u32 i = 0; i < n; i++) {
		text[i] = frames_case_script(w->f, first + i, false, NULL);
		item[i] = (struct uml_item){ .name = w->path,
					     .text = text[i],
					     .text_len = strlen(text[i]) };
	}
	if (uml_run(w->how->kernel, w->how->options, false, item, n, BOOT_SECONDS, err,
		    sizeof(err)) != 0) {
		fprintf(w->talk, "%s: %s\n", w->path, err);
		o = NO_JUDGE;
	}
	for (u32 i = 0; i < n; i++) {
		if (o == CAPTURED && !take(w, first + i, &item[i]))
			o = INVALID;
		record_free(&item[i].record);
		free(item[i].error);
		free(text[i]);
	}
	free(item);
	free(text);
	return o;
}

/* How many cases from this one on a boot has time for; at least one. */
static u32 batch_from(const struct frames *f, u32 first)
{
	u64 ns = 0;
	u32 n = 0;

	for (; first + n < f->nr; n++) {
		ns += (u64)frames_case_ns(f, first + n) + SPACE_NS;
		if (ns > BOOT_NS && n != 0)
			break;
	}
	return n;
}

static enum capture_outcome ask(const struct work *w)
{
	enum capture_outcome o = CAPTURED;
	u32 n;

	for (u32 at = 0; at < w->f->nr && o == CAPTURED && interrupted == 0; at += n) {
		n = batch_from(w->f, at);
		o = ask_some(w, at, n);
	}
	return interrupted != 0 ? NO_JUDGE : o;
}

/* --- what has changed --------------------------------------------------------------------------
 */

static bool same_case(const struct work *w, u32 nr)
{
	char *a = frames_case_text(w->old, nr), *b = frames_case_text(w->f, nr);
	bool same = strcmp(a, b) == 0;

	free(a);
	free(b);
	return same;
}

/* UNCHANGED; CAPTURED: some had no verdict, and the others have kept theirs; DIFFERS. */
static enum capture_outcome compare(const struct work *w)
{
	enum capture_outcome o = UNCHANGED;

	if (!w->old->captured)
		return CAPTURED;
	if (!provenance_same(&w->old->from, &w->f->from))
		return DIFFERS;
	for (u32 i = 0; i < w->f->nr; i++) {
		if (!w->old->c[i].captured)
			o = CAPTURED;
		else if (!same_case(w, i))
			return DIFFERS;
	}
	return o;
}

static enum capture_outcome write_file(const struct work *w, enum capture_outcome done)
{
	char err[FILE_ERROR_MAX];
	size_t len;
	char *text = frames_text(w->f, &len);
	bool ok = file_write(w->path, text, len, err);

	if (!ok)
		fprintf(w->talk, "%s: %s\n", w->path, err);
	free(text);
	return ok ? done : INVALID;
}

static enum capture_outcome compare_and_write(const struct work *w)
{
	enum capture_outcome o = compare(w);
	size_t len;
	char *text;

	if (o != DIFFERS)
		return write_file(w, o);
	text = frames_text(w->f, &len);
	capture_show_diff(w->talk, w->path, text);
	free(text);
	if (!w->how->update) {
		fprintf(w->talk,
			"%s: Linux says something else now; nothing was written. To take it over: "
			"--update --why TEXT\n",
			w->path);
		return DIFFERS;
	}
	w->f->from.why = w->how->why;
	return write_file(w, UPDATED);
}

/* --- the whole ---------------------------------------------------------------------------------
 */

/* Where it comes from is what every case of it has. */
static void set_source(const struct work *w)
{
	struct script_error err;
	char *text = frames_case_script(w->f, 0, false, NULL);
	struct script *s = script_parse(w->path, text, strlen(text), &err);

	free(w->f->from.sysctls);
	capture_provenance(w->how->kernel, w->how->options->seed, &w->f->from);
	if (s != NULL)
		w->f->from.sysctls = golden_sysctls(s, w->how->options);
	w->f->captured = true;
	script_free(s);
	free(text);
}

enum capture_outcome capture_frames(const struct capture *c, const char *path, FILE *talk)
{
	struct work w = { .how = c, .path = path, .talk = talk };
	enum capture_outcome o = INVALID;
	char err[FILE_ERROR_MAX];

	w.old = vector_read_frames(path, err);
	w.f = w.old != NULL ? vector_read_frames(path, err) : NULL;
	if (w.f == NULL) {
		fprintf(talk, "%s\n", err);
	} else {
		set_source(&w);
		o = ask(&w);
	}
	if (o == CAPTURED)
		o = compare_and_write(&w);
	frames_free(w.old);
	frames_free(w.f);
	return o;
}
