// SPDX-License-Identifier: MIT
/* session.c - see session.h. */
#include "harness/cli/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/check.h"
#include "harness/cli/cli.h"
#include "harness/cli/jobs.h"

enum { KEY_BYTES = 64 };

const char *session_how(int why, char to[SESSION_HOW])
{
	bool signal = WIFSIGNALED(why);

	snprintf(to, SESSION_HOW, "with %s %d", signal ? "signal" : "exit code",
		 signal ? WTERMSIG(why) : WEXITSTATUS(why));
	return to;
}

/* --- what came of an item
 * -------------------------------------------------------------------------- */

static void outcome_free(struct outcome *o)
{
	free(o->text);
	free(o->json);
	free(o->line);
}

static void tell(struct session *s, u32 item, const struct outcome *o)
{
	const struct session_verdict *v = &s->verdict[o->verdict];

	assert(o->verdict < s->nr_verdicts);
	progress_clear(&s->progress);
	if (s->json) {
		printf("%s\n    %s", s->done != 0 ? "," : "", o->json != NULL ? o->json : "{}");
	} else if (o->text != NULL) {
		/* Results are for stdout; what could not be done is a complaint. */
		if (v->complaint)
			fflush(stdout);
		fputs(o->text, v->complaint ? stderr : stdout);
	}
	if (s->told != NULL)
		s->told(s->ctx, item, o);
	s->done++;
	s->count[o->verdict]++;
}

/* --- here, or in workers
 * --------------------------------------------------------------------------- */

static void run_here(struct session *s)
{
	for (u32 i = 0; i < s->items && interrupted == 0; i++) {
		struct outcome o = { .verdict = 0 };

		s->work(s->ctx, i, s->talk, &o);
		tell(s, i, &o);
		outcome_free(&o);
		progress_show(&s->progress, s->done, s->items, s->what);
	}
}

/* An outcome travels as this, with its texts behind it. */
struct parcel {
	u64 virtual_ps;
	u32 verdict, talk_len, text_len, json_len, line_len;
};

static u32 length_of(const char *text)
{
	return text != NULL ? (u32)strlen(text) : 0;
}

static void job_work(void *ctx, u32 item, FILE *result)
{
	struct session *s = ctx;
	struct outcome o = { .verdict = 0 };
	struct parcel p;
	char *said = NULL;
	size_t len = 0;
	FILE *talk = open_memstream(&said, &len);

	if (talk == NULL)
		abort();
	s->work(s->ctx, item, talk, &o);
	fclose(talk);
	p = (struct parcel){ .virtual_ps = o.virtual_ps,
			     .verdict = o.verdict,
			     .talk_len = (u32)len,
			     .text_len = length_of(o.text),
			     .json_len = length_of(o.json),
			     .line_len = length_of(o.line) };
	fwrite(&p, sizeof(p), 1, result);
	fwrite(said, 1, p.talk_len, result);
	fwrite(o.text != NULL ? o.text : "", 1, p.text_len, result);
	fwrite(o.json != NULL ? o.json : "", 1, p.json_len, result);
	fwrite(o.line != NULL ? o.line : "", 1, p.line_len, result);
	free(said);
	outcome_free(&o);
}

static char *unpack(const char **at, u32 len)
{
	char *text;

	if (len == 0)
		return NULL;
	text = strndup(*at, len);
	if (text == NULL)
		abort();
	*at += len;
	return text;
}

static void job_done(void *ctx, u32 item, const void *result, size_t len, int why)
{
	struct session *s = ctx;
	struct outcome o = { .verdict = 0 };
	const char *at = result;
	struct parcel p;

	if (result == NULL) {
		s->died(s->ctx, item, why, &o);
	} else {
		memcpy(&p, at, sizeof(p));
		assert(len == sizeof(p) + p.talk_len + p.text_len + p.json_len + p.line_len);
		at += sizeof(p);
		fwrite(at, 1, p.talk_len, s->talk);
		at += p.talk_len;
		o.verdict = p.verdict;
		o.virtual_ps = p.virtual_ps;
		o.text = unpack(&at, p.text_len);
		o.json = unpack(&at, p.json_len);
		o.line = unpack(&at, p.line_len);
	}
	tell(s, item, &o);
	outcome_free(&o);
}

static bool run_in_workers(struct session *s)
{
	const struct jobs jobs = { .items = s->items,
				   .workers = s->workers,
				   .work = job_work,
				   .done = job_done,
				   .progress = &s->progress,
				   .what = s->what,
				   .ctx = s };

	return jobs_run(&jobs);
}

/* --- totals
 * ---------------------------------------------------------------------------------------- */

/* A total is told where its first row stands. */
static bool is_first(const struct session *s, u32 row)
{
	for (u32 i = 0; i < row; i++)
		if (strcmp(s->verdict[i].total, s->verdict[row].total) == 0)
			return false;
	return true;
}

static u32 total_of(const struct session *s, u32 row)
{
	u32 n = 0;

	for (u32 i = row; i < s->nr_verdicts; i++)
		if (strcmp(s->verdict[i].total, s->verdict[row].total) == 0)
			n += s->count[i];
	return n;
}

/* "not implemented" is not_implemented for programs. */
static const char *key_of(const char *total, char to[KEY_BYTES])
{
	snprintf(to, KEY_BYTES, "%s", total);
	for (char *c = to; *c != '\0'; c++)
		if (*c == ' ')
			*c = '_';
	return to;
}

/* Rows of totals: those that are always said come first. Their number. */
static u32 totals(const struct session *s, u32 row[SESSION_VERDICTS])
{
	u32 n = 0;

	for (u32 later = 0; later < 2; later++)
		for (u32 i = 0; i < s->nr_verdicts; i++)
			if (is_first(s, i) && s->verdict[i].always == (later == 0))
				row[n++] = i;
	return n;
}

static void json_totals(const struct session *s)
{
	u32 row[SESSION_VERDICTS], n = totals(s, row);
	char key[KEY_BYTES];

	printf("\n  ],\n  ");
	if (s->members != NULL)
		s->members(s->ctx, stdout);
	for (u32 i = 0; i < n; i++)
		printf("\"%s\": %u, ", key_of(s->verdict[row[i]].total, key), total_of(s, row[i]));
	printf("\"interrupted\": %s\n}\n", interrupted != 0 ? "true" : "false");
}

static void text_totals(const struct session *s)
{
	u32 row[SESSION_VERDICTS], n = totals(s, row);
	const char *comma = "";

	for (u32 i = 0; i < n; i++) {
		u32 total = total_of(s, row[i]);

		if (total == 0 && !s->verdict[row[i]].always)
			continue;
		printf("%s%u %s", comma, total, s->verdict[row[i]].total);
		comma = ", ";
	}
	putchar('\n');
}

static int exit_code(const struct session *s)
{
	int worst = s->done < s->items ? EXIT_DIFFERENCE : EXIT_OK;

	/* In the order of their numbers, but for 0. */
	for (u32 i = 0; i < s->nr_verdicts; i++) {
		int code = s->verdict[i].exit_code;

		if (s->count[i] != 0 && code != EXIT_OK && (worst == EXIT_OK || code < worst))
			worst = code;
	}
	return worst;
}

int session_run(struct session *s)
{
	bool started = true;

	assert(s->nr_verdicts <= SESSION_VERDICTS);
	assert(s->workers != 0);
	if (s->talk == NULL)
		s->talk = stdout;
	catch_interrupt();
	progress_start(&s->progress);
	if (s->json)
		printf("{\n  \"%s\": [", s->what);
	if (s->apart || (s->workers > 1 && s->items > 1))
		started = run_in_workers(s);
	else
		run_here(s);
	progress_clear(&s->progress);
	if (s->done < s->items)
		fprintf(stderr, "refstack %s: %s after %u of %u %s\n", command_name(s->command),
			started ? "interrupted" : "no process could be started", s->done, s->items,
			s->what);
	if (s->json)
		json_totals(s);
	else
		text_totals(s);
	return exit_code(s);
}
