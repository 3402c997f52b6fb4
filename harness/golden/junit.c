// SPDX-License-Identifier: MIT
/* junit.c - see junit.h. What is required by any of the schemas in use is there: Jenkins', and the
 * one of Ant's task. Times are virtual ones.
 */
#include "harness/golden/junit.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/lib/json.h"
#include "harness/lib/must.h"

void junit_add(struct junit *j, const char *path, enum check_verdict verdict, const char *text,
	       u64 virtual_ps)
{
	assert(path != NULL);
	if (j->nr == j->cap) {
		j->cap = j->cap * 2 + 64;
		j->c = must(realloc(j->c, j->cap * sizeof(*j->c)));
	}
	j->c[j->nr++] = (struct junit_case){ .path = must(strdup(path)),
					     .text = text != NULL ? must(strdup(text)) : NULL,
					     .verdict = verdict,
					     .virtual_ps = virtual_ps };
}

void junit_free(struct junit *j)
{
	for (u32 i = 0; i < j->nr; i++) {
		free(j->c[i].path);
		free(j->c[i].text);
	}
	free(j->c);
	*j = (struct junit){ 0 };
}

/* --- text
 * ------------------------------------------------------------------------------------------ */

/* XML has no way to say most control characters, and takes UTF-8 only. */
static void put_text(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		u8 c = (u8)text[i];
		u32 n = utf8_length((const u8 *)text + i, len - i);

		if (n == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			fputs("\xef\xbf\xbd", to);
		else if (c == '<' || c == '&' || c == '>' || c == '"')
			fprintf(to, "&#%u;", c);
		else
			fwrite(text + i, 1, n, to);
		i += n != 0 ? n : 1;
	}
}

static void put_attribute(FILE *to, const char *name, const char *value, size_t len)
{
	fprintf(to, " %s=\"", name);
	put_text(to, value, len);
	fputc('"', to);
}

static size_t directory_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) : 0;
}

static void put_seconds(FILE *to, u64 ps)
{
	fprintf(to, " time=\"%llu.%06llu\"", (unsigned long long)(ps / PS_PER_SEC),
		(unsigned long long)(ps % PS_PER_SEC / PS_PER_US));
}

/* --- cases
 * ----------------------------------------------------------------------------------------- */

enum outcome { OUTCOME_PASSED, OUTCOME_SKIPPED, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOMES };

static const struct {
	enum outcome outcome;
	const char *element;
} outcomes[CHECK_VERDICTS] = {
	[CHECK_PASSED] = { OUTCOME_PASSED, NULL },
	[CHECK_NOT_CAPTURED] = { OUTCOME_PASSED, NULL },
	[CHECK_FAILED] = { OUTCOME_FAILURE, "failure" },
	[CHECK_PENDING] = { OUTCOME_SKIPPED, "skipped" },
	[CHECK_EXPLAINED] = { OUTCOME_SKIPPED, "skipped" },
	[CHECK_SKIPPED] = { OUTCOME_SKIPPED, "skipped" },
	[CHECK_NOT_IMPLEMENTED] = { OUTCOME_SKIPPED, "skipped" },
	[CHECK_INVALID] = { OUTCOME_ERROR, "error" },
	[CHECK_ENVIRONMENT] = { OUTCOME_ERROR, "error" },
};

static void put_case(FILE *to, const struct junit_case *c)
{
	size_t dir = directory_len(c->path), name = dir != 0 || *c->path == '/' ? dir + 1 : 0;
	const char *element = outcomes[c->verdict].element;
	const char *text = c->text != NULL ? c->text : "";

	fputs("    <testcase", to);
	put_attribute(to, "name", c->path + name, strlen(c->path + name));
	put_attribute(to, "classname", dir != 0 ? c->path : ".", dir != 0 ? dir : 1);
	put_seconds(to, c->virtual_ps);
	if (element == NULL) {
		fputs("/>\n", to);
		return;
	}
	fprintf(to, ">\n      <%s", element);
	put_attribute(to, "message", text, strcspn(text, "\n"));
	if (outcomes[c->verdict].outcome != OUTCOME_SKIPPED) {
		const char *type = check_verdict_name(c->verdict);

		put_attribute(to, "type", type, strlen(type));
	}
	fputc('>', to);
	if (outcomes[c->verdict].outcome != OUTCOME_SKIPPED)
		put_text(to, text, strlen(text));
	fprintf(to, "</%s>\n    </testcase>\n", element);
}

/* --- suites
 * ---------------------------------------------------------------------------------------- */

static bool same_suite(const struct junit_case *a, const struct junit_case *b)
{
	size_t len = directory_len(a->path);

	return len == directory_len(b->path) && memcmp(a->path, b->path, len) == 0;
}

static bool is_first(const struct junit *j, u32 i)
{
	for (u32 k = 0; k < i; k++)
		if (same_suite(&j->c[k], &j->c[i]))
			return false;
	return true;
}

struct totals {
	u32 nr, of[OUTCOMES];
	u64 ps;
};

static void count(struct totals *t, const struct junit_case *c)
{
	t->nr++;
	t->of[outcomes[c->verdict].outcome]++;
	t->ps += c->virtual_ps;
}

static void put_totals(FILE *to, const struct totals *t)
{
	fprintf(to, " tests=\"%u\" failures=\"%u\" errors=\"%u\"", t->nr, t->of[OUTCOME_FAILURE],
		t->of[OUTCOME_ERROR]);
	put_seconds(to, t->ps);
}

static void put_suite(FILE *to, const struct junit *j, u32 first, u32 id, const char *started)
{
	const char *path = j->c[first].path;
	size_t dir = directory_len(path);
	struct totals t = { 0 };

	for (u32 i = first; i < j->nr; i++)
		if (same_suite(&j->c[first], &j->c[i]))
			count(&t, &j->c[i]);
	fputs("  <testsuite", to);
	put_attribute(to, "name", dir != 0 ? path : ".", dir != 0 ? dir : 1);
	fprintf(to, " id=\"%u\" package=\"refstack\" hostname=\"localhost\" timestamp=\"%s\"", id,
		started);
	put_totals(to, &t);
	fprintf(to, " skipped=\"%u\">\n    <properties/>\n", t.of[OUTCOME_SKIPPED]);
	for (u32 i = first; i < j->nr; i++)
		if (same_suite(&j->c[first], &j->c[i]))
			put_case(to, &j->c[i]);
	fputs("    <system-out/>\n    <system-err/>\n  </testsuite>\n", to);
}

char *junit_text(const struct junit *j, const char *started, size_t *len)
{
	struct totals all = { 0 };
	char *text = NULL;
	FILE *to = must(open_memstream(&text, len));
	u32 id = 0;

	for (u32 i = 0; i < j->nr; i++)
		count(&all, &j->c[i]);
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"refstack check\"",
	      to);
	put_totals(to, &all);
	fputs(">\n", to);
	for (u32 i = 0; i < j->nr; i++)
		if (is_first(j, i))
			put_suite(to, j, i, id++, started);
	fputs("</testsuites>\n", to);
	fclose(to);
	return text;
}
