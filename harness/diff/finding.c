// SPDX-License-Identifier: MIT
/* finding.c - see finding.h. The program is run once more, alone and with tracepoints; what it
 * shows then is what is told, minimised and written.
 */
#include "harness/diff/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/diff/reduce.h"
#include "harness/golden/check.h"
#include "harness/golden/golden.h"
#include "harness/lib/replace.h"
#include "harness/oracle/child.h"

enum { ERROR_BYTES = 4096, PATH_BYTES = 4096, HZ_OF_REFERENCE = 1000 };

/* --- telling --- */

static void tell_differences(const struct finding *f, struct trial_program *p, FILE *to)
{
	struct check_result r = { .verdict = CHECK_FAILED, .differences = p->result.differences };

	check_report(to, p->name, &r, f->verbose);
}

/* Unless it is all that differs, and has been told. */
static void tell_trace(const struct finding *f, const struct trial_program *p, FILE *to)
{
	const struct compare_rules *rules = &f->trial->rules;
	const struct differences *all = &p->result.differences;
	struct parting where;

	if (all->nr != 0 && all->d[0].field != NULL && strcmp(all->d[0].field, "tracepoints") == 0)
		return;
	where = compare_traces(p->item[TRIAL_RIGHT].record.tracepoints,
			       p->item[TRIAL_OTHER].record.tracepoints, rules->right, rules->other);
	if (where.text != NULL)
		fprintf(to, "  the tracepoints of the two part here:\n%s", where.text);
	free(where.text);
}

static void tell_script(const struct script *s, FILE *to)
{
	char *text = script_print(s, 0, NULL), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (line[0] != '\0')
			fprintf(to, "    %s\n", line);
	free(text);
}

static u32 count_statements(const struct script *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		n += s->stmt[i].kind >= STMT_OPTION;
	return n;
}

/* --- a candidate --- */

static void put_text(const void *ctx, FILE *to)
{
	fputs(ctx, to);
}

static bool write_file(const struct finding *f, const char *suffix, const char *text, FILE *to)
{
	char path[PATH_BYTES], err[ERROR_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s%s", f->folder, f->name, suffix) >=
	    (int)sizeof(path))
		return false;
	if (!folder_make(f->folder) || replace_file(path, put_text, text, err, sizeof(err)) != 0) {
		fprintf(to, "  %s could not be written\n", path);
		return false;
	}
	fprintf(to, "  %s\n", path);
	return true;
}

/* With headers of its own in place of those it had. */
static char *with_claim(const struct finding *f, const struct script *s, size_t *len)
{
	char *body = script_print(s, PRINT_COMMENTS, NULL), *text = NULL;
	const char *p = body;
	FILE *to = open_memstream(&text, len);

	if (to == NULL)
		abort();
	while (strncmp(p, "// ", 3) == 0 || *p == '\n')
		p += strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');
	fprintf(to, "// claim: found by diff: %s\n\n%s", f->signature, p);
	fclose(to);
	free(body);
	return text;
}

static void provenance_of(const struct trial *t, struct provenance *p)
{
	const struct side *side = t->side[TRIAL_RIGHT];

	*p = (struct provenance){ .seed = t->options[TRIAL_RIGHT].seed,
				  .hz = t->rules.hz != 0 ? t->rules.hz : HZ_OF_REFERENCE };
	if (side->kind == SIDE_UML)
		snprintf(p->kernel, sizeof(p->kernel), "linux-%s uml", side->kernel.version);
	else
		snprintf(p->kernel, sizeof(p->kernel), "none");
}

/* What the right side answered; without it the script as it is. */
static char *vector_text(const struct finding *f, const struct trial_program *p)
{
	struct provenance from;
	char err[ERROR_BYTES], *text;

	provenance_of(f->trial, &from);
	text = golden_pkt(p->script, &p->item[TRIAL_RIGHT].record, &from, err, sizeof(err));
	return text != NULL ? text : strdup(p->text);
}

static void tell_answers(const struct finding *f, const struct trial_program *p, FILE *to)
{
	const char *const names[] = { f->trial->rules.right, f->trial->rules.other };

	for (u32 s = 0; s < TRIAL_SIDES; s++) {
		const struct record *r = &p->item[s].record;

		fprintf(to, "\n%s:\n", names[s]);
		for (u32 i = 0; i < r->nr; i++)
			if (r->event[i].kind == RECORD_RETURN)
				fprintf(to, "  %s\n", record_text(r, &r->event[i]));
		if (p->item[s].error != NULL)
			fprintf(to, "  %s\n", p->item[s].error);
		if (r->message != NULL)
			fprintf(to, "  %s\n", r->message);
		if (r->state != NULL)
			fprintf(to, "%s", r->state);
	}
}

/* Both answers, what differs, how to see it again. */
static char *notes_text(const struct finding *f, struct trial_program *p)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL)
		abort();
	fprintf(to, "%s\n\nfound: %s\nagain: refstack diff %s %s %s/%s.pkt\n\n", f->signature,
		f->again, f->trial->side[TRIAL_OTHER]->name, f->trial->side[TRIAL_RIGHT]->name,
		f->folder, f->name);
	tell_differences(f, p, to);
	tell_trace(f, p, to);
	tell_answers(f, p, to);
	fclose(to);
	return text;
}

static void write_candidate(const struct finding *f, const struct script *s, FILE *to)
{
	struct trial_program p;
	char err[ERROR_BYTES], *vector, *notes, *name, *text;
	size_t len;

	if (asprintf(&name, "%s.pkt", f->name) < 0)
		abort();
	text = with_claim(f, s, &len);
	trial_program_init(&p, name, text, len);
	if (trial_run(f->trial, &p, 1, true, err, sizeof(err)) == 0) {
		vector = vector_text(f, &p);
		notes = notes_text(f, &p);
		if (write_file(f, ".pkt", vector, to))
			write_file(f, ".txt", notes, to);
		free(vector);
		free(notes);
	}
	trial_program_free(&p);
}

/* --- the whole --- */

static void minimise(const struct finding *f, struct trial_program *p, FILE *to)
{
	struct reduce r = { .trial = f->trial, .signature = f->signature };
	struct script *shortest = f->minimise ? reduce_script(&r, p->script) : NULL;

	if (shortest != NULL) {
		fprintf(to, "  minimised to %u statements (%u programs in %u runs%s):\n",
			count_statements(shortest), r.candidates, r.tests,
			r.stopped ? ", interrupted" : "");
		tell_script(shortest, to);
	}
	write_candidate(f, shortest != NULL ? shortest : p->script, to);
	script_free(shortest);
}

static bool shows_it(const struct finding *f, const struct trial_program *p)
{
	char own[SIGNATURE_BYTES];

	if (p->result.verdict != COMPARE_DIFFERENT)
		return false;
	compare_signature(&p->result.differences.d[0], p->script, own, sizeof(own));
	return strcmp(own, f->signature) == 0;
}

void finding_report(const struct finding *f, struct trial_program *p, FILE *to)
{
	char err[ERROR_BYTES];

	if (trial_run(f->trial, p, 1, true, err, sizeof(err)) != 0) {
		fprintf(to, "  not looked into: %s\n", err);
		return;
	}
	if (p->result.verdict == COMPARE_DIFFERENT)
		tell_differences(f, p, to);
	if (!shows_it(f, p)) {
		fprintf(to, "  run alone it does not show this: %s\n",
			f->trial->rules.how == COMPARE_KERNELS ? "real time is never the same"
							       : "what was run before it matters");
		return;
	}
	tell_trace(f, p, to);
	minimise(f, p, to);
	fprintf(to, "  again: %s\n", f->again);
}
