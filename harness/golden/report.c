// SPDX-License-Identifier: MIT
/* report.c - what came of a vector, for people: the first cause in full, what follows shorter. */
#include "harness/golden/check.h"

#include <string.h>

#include "base/check.h"

enum {
	IN_FULL = 3,  /* differences with their tables */
	IN_SHORT = 8, /* with a line each, and then counted */
	STATE_ALONE = 12
};

static u32 count_state(const struct differences *d)
{
	u32 n = 0;

	for (u32 i = 0; i < d->nr; i++)
		n += d->d[i].kind == DIFFERS_STATE;
	return n;
}

static void place(FILE *to, const char *path, const struct difference *d)
{
	if (d->line != 0)
		fprintf(to, "%s:%u: ", path, d->line);
	else
		fprintf(to, "%s: ", path);
}

static void one_difference(FILE *to, const char *path, const struct difference *d, bool in_full)
{
	size_t len = d->detail != NULL ? strlen(d->detail) : 0;

	place(to, path, d);
	fprintf(to, "%s\n", d->what);
	if (!in_full || len == 0)
		return;
	fputs(d->detail, to);
	if (d->detail[len - 1] != '\n')
		fputc('\n', to);
	fputc('\n', to);
}

static void report_differences(FILE *to, const char *path, const struct differences *d,
			       bool verbose)
{
	u32 state = count_state(d), others = d->nr - state;
	u32 shown = verbose ? others : others < IN_SHORT ? others : IN_SHORT;
	u32 shown_state = verbose || (others == 0 && state <= STATE_ALONE) ? state : 0;

	for (u32 i = 0; i < shown; i++)
		one_difference(to, path, &d->d[i], verbose || i < IN_FULL);
	if (shown < others)
		fprintf(to, "%s: and %u more differences\n", path, others - shown);
	for (u32 i = 0; i < shown_state; i++)
		one_difference(to, path, &d->d[others + i], false);
	if (shown_state == 0 && state != 0)
		fprintf(to, "%s: at the end: %u counters or entries differ%s; -v lists them\n",
			path, state, others != 0 ? " as well" : "");
}

static void report_rules(FILE *to, const char *path, const struct check_result *r)
{
	for (u32 i = 0; i < NORMALISE_RULES; i++)
		if (r->rules[i] != 0)
			fprintf(to, "%s: %s, %s: %s (%u times)\n", path, normalise_info[i].name,
				normalise_info[i].field, normalise_info[i].how, r->rules[i]);
}

/* Why, and what came about first. */
static void report_explained(FILE *to, const char *path, const struct check_result *r)
{
	if (r->differences.nr == 0) {
		fprintf(to, "%s: %s\n", path, r->message);
		return;
	}
	place(to, path, &r->differences.d[0]);
	fprintf(to, "differs as it says (%s): %s\n", r->message, r->differences.d[0].what);
}

/* What every reader has to know, and not only one who asks with -v. */
static bool is_told_always(enum check_verdict v)
{
	return v != CHECK_SKIPPED && v != CHECK_EXPLAINED && v != CHECK_PENDING &&
	       v != CHECK_PASSED;
}

void check_report(FILE *to, const char *path, const struct check_result *r, bool verbose)
{
	assert(r->verdict < CHECK_VERDICTS);
	if (r->verdict == CHECK_FAILED)
		report_differences(to, path, &r->differences, verbose);
	else if (r->verdict == CHECK_NOT_IMPLEMENTED)
		fprintf(to, "%s: not implemented: %s\n", path, r->message);
	else if (r->verdict == CHECK_SKIPPED && verbose)
		fprintf(to, "%s: skipped: %s\n", path, r->message);
	else if (r->verdict == CHECK_INVALID)
		fprintf(to, "invalid golden: %s\n", r->message);
	else if ((r->verdict == CHECK_EXPLAINED || r->verdict == CHECK_PENDING) && verbose)
		report_explained(to, path, r);
	else if (r->verdict == CHECK_PASSED && r->message != NULL && verbose)
		fprintf(to, "%s: %s\n", path, r->message);
	else if (r->message != NULL && is_told_always(r->verdict))
		fprintf(to, "%s\n", r->message);
	if (verbose && r->verdict == CHECK_PASSED)
		fprintf(to, "%s: passed, %u frames\n", path, r->frames);
	if (verbose && r->differences.skew_ns != 0)
		fprintf(to,
			"%s: times are equal to the jiffy; the greatest difference is %lld ns\n",
			path, (long long)r->differences.skew_ns);
	if (verbose)
		report_rules(to, path, r);
}
