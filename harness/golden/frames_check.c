// SPDX-License-Identifier: MIT
/* frames_check.c - a case of a .frames file on a device under test: it is checked as any vector,
 * and what differs is told with the file's lines and the case's name.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/golden/frames.h"
#include "harness/lib/must.h"

static struct check_result invalid(const struct frames *f, u32 nr, const char *what)
{
	struct check_result r = { .verdict = CHECK_INVALID };

	if (asprintf(&r.message, "%s:%u: case %s: %s", f->name, f->c[nr].line, f->c[nr].name,
		     what) < 0)
		abort();
	return r;
}

static struct check_result skipped(const char *why)
{
	struct check_result r = { .verdict = CHECK_SKIPPED };

	if (asprintf(&r.message, "igb: %s", why) < 0)
		abort();
	return r;
}

/* Statements get the lines that they have in the file; the set-up's follow the headers. own: those
 * that they had; NULL.
 */
static void set_lines(const struct frames *f, struct script *s, const u32 *line, u32 **own)
{
	u32 before = f->head_stmts + f->setup_stmts, offset = 0;

	assert(s->nr_stmts >= before);
	if (own != NULL) {
		*own = must(calloc(s->nr_stmts + 1, sizeof(**own)));
		for (u32 i = 0; i < s->nr_stmts; i++)
			(*own)[i] = s->stmt[i].line;
	}
	if (f->setup_stmts != 0)
		offset = f->setup_line - (f->head_lines + 2);
	for (u32 i = f->head_stmts; i < before; i++)
		s->stmt[i].line += offset;
	for (u32 i = before; i < s->nr_stmts; i++)
		s->stmt[i].line = line[i - before];
}

static void name_case(struct difference *d, const struct frames *f, u32 nr)
{
	char *what;

	if (asprintf(&what, "case %s: %s", f->c[nr].name, d->what) < 0)
		abort();
	free(d->what);
	d->what = what;
	if (d->line == 0)
		d->line = frames_case_line_of(f, nr, d->kind == DIFFERS_STATE ? d->field : NULL);
}

/* A case that waits for something fails when it is there: the mark must go. */
static void apply_pending(struct check_result *r, const struct frames *f, u32 nr)
{
	const char *word = frames_pending_names[f->c[nr].pending];
	char *what;

	if (r->verdict == CHECK_FAILED || r->verdict == CHECK_NOT_IMPLEMENTED) {
		free(r->message);
		if (asprintf(&r->message, "pending: %s", word) < 0)
			abort();
		r->verdict = CHECK_PENDING;
		return;
	}
	if (r->verdict != CHECK_PASSED)
		return;
	r->unexpected = true;
	if (asprintf(&what, "it agrees with Linux, and is marked as pending: %s", word) < 0)
		abort();
	difference_add(&r->differences, DIFFERS_STATEMENT, what, NULL);
	free(what);
	r->verdict = CHECK_FAILED;
}

/* The script with the verdict in it, and with lines of the file; NULL with why in err. */
static struct script *script_of(const struct frames *f, u32 nr, struct script_error *err, u32 **own)
{
	u32 *line;
	char *text = frames_case_script(f, nr, true, &line);
	struct script *s = script_parse(f->name, text, strlen(text), err);

	if (s != NULL)
		set_lines(f, s, line, own);
	free(text);
	free(line);
	return s;
}

static void keep_text(struct check_result *r, const struct frames *f, u32 nr, const char *state)
{
	struct sha256 h;

	r->script = frames_case_script(f, nr, true, NULL);
	r->script_len = strlen(r->script);
	sha256_init(&h);
	sha256_add(&h, r->script, r->script_len);
	sha256_add(&h, state, strlen(state));
	sha256_final(&h, r->golden);
}

/* The lines above a case, without what makes them comments; of malloc, NULL: there are none. */
static char *comment_of(const struct frames_case *c)
{
	char *text = c->comment != NULL ? must(strdup(c->comment)) : NULL, *to = text;

	for (const char *p = c->comment; p != NULL && *p != '\0';) {
		size_t len = strcspn(p, "\n"), skip = strspn(p, "/ ");

		skip = skip < len ? skip : len;
		if (to != text)
			*to++ = '\n';
		memmove(to, p + skip, len - skip);
		to += len - skip;
		p += len + (p[len] == '\n');
	}
	if (to != NULL)
		*to = '\0';
	return text;
}

enum { CASE_HEADERS = 4 };

/* What the file and the marks of a case say. comment: NULL. */
static u32 case_headers(const struct frames *f, const struct frames_case *c, const char *comment,
			struct evidence_header to[CASE_HEADERS])
{
	u32 n = 0;

	to[n++] = (struct evidence_header){ "oracle", f->from.kernel };
	if (comment != NULL)
		to[n++] = (struct evidence_header){ "comment", comment };
	if (c->pending != PENDING_NOT)
		to[n++] = (struct evidence_header){ "pending", frames_pending_names[c->pending] };
	if (c->card != CARD_SAME)
		to[n++] = (struct evidence_header){ "card", frames_card_reasons[c->card] };
	return n;
}

/* What a case is about: the lines of the state that it has and the first one has not. */
static struct check_result check_case(const struct frames *f, u32 nr, const struct script *s,
				      const u32 *own, const struct check_options *o,
				      struct dut_worlds *cache)
{
	const struct frames_case *c = &f->c[nr];
	const char **fact = must(calloc(c->nr_verdict + 1, sizeof(*fact)));
	struct evidence_header header[CASE_HEADERS];
	char *comment = comment_of(c);
	struct evidence_case of_case = { .line = own, .fact = fact, .header = header };
	struct check_options with = *o;
	struct check_result r;
	struct golden g;

	for (u32 i = 0; i < c->nr_verdict; i++)
		if (c->verdict[i].nth == 0 && !c->verdict[i].gone)
			fact[of_case.nr_facts++] = c->verdict[i].text;
	of_case.nr_headers = case_headers(f, c, comment, header);
	with.of_case = &of_case;
	frames_case_golden(f, nr, &g);
	r = check_script(s, &g, &with, cache);
	if (o->evidence)
		keep_text(&r, f, nr, g.state);
	golden_free(&g);
	free(comment);
	free(fact);
	return r;
}

struct check_result frames_check(const struct frames *f, u32 nr, const struct check_options *o,
				 struct dut_worlds *cache)
{
	bool other = o->live || o->record != NULL ||
		     o->device == DEVICE_IGB; /* the marks are about the reference */
	struct check_result r;
	struct script_error err;
	struct script *s;
	u32 *own = NULL;

	assert(nr < f->nr);
	if (!f->c[nr].captured)
		return invalid(f, nr, "it is not captured: refstack capture asks Linux");
	if (o->device == DEVICE_IGB && f->c[nr].card != CARD_SAME)
		return skipped(frames_card_reasons[f->c[nr].card]);
	s = script_of(f, nr, &err, o->evidence ? &own : NULL);
	if (s == NULL)
		return invalid(f, nr, err.text);
	r = check_case(f, nr, s, own, o, cache);
	if (f->c[nr].pending != PENDING_NOT && !other)
		apply_pending(&r, f, nr);
	for (u32 i = 0; i < r.differences.nr; i++)
		name_case(&r.differences.d[i], f, nr);
	free(own);
	script_free(s);
	return r;
}

int frames_capture(const struct frames *f, u32 nr, const char *to, const struct check_options *o,
		   struct dut_worlds *cache, char *err, u32 err_size)
{
	struct script_error why;
	struct script *s = f->c[nr].captured ? script_of(f, nr, &why, NULL) : NULL;
	struct golden g;
	int ret;

	if (s == NULL)
		return 0;
	frames_case_golden(f, nr, &g);
	ret = check_capture_script(s, &g, to, o, cache, err, err_size);
	golden_free(&g);
	script_free(s);
	return ret;
}
