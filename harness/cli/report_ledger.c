// SPDX-License-Identifier: MIT
/* report_ledger.c - see report_ledger.h. */
#include "harness/cli/report_ledger.h"

#include <string.h>

#include "base/check.h"
#include "harness/cli/tape.h"
#include "harness/diff/compare.h"
#include "harness/lib/json.h"

/* What ci/generate.py finds in the source. */
struct diverges_row {
	const char *id, *file, *why, *test;
};
static const struct diverges_row diverges[] = {
#define D(id, file, why, test) { id, file, why, test },
#define S(vector, test)
#include "harness/cli/diverges.def"
#undef S
#undef D
};

struct shown_row {
	const char *vector, *test;
};
static const struct shown_row shown[] = {
#define D(id, file, why, test)
#define S(vector, test) { vector, test },
#include "harness/cli/diverges.def"
#undef S
#undef D
};

static_assert(ARRAY_SIZE(shown) == EXPLAINED_MAX, "make generated: explained.def has other rows");

static const char *test_of(const char *vector)
{
	for (u32 i = 0; i < ARRAY_SIZE(shown); i++)
		if (strcmp(shown[i].vector, vector) == 0)
			return shown[i].test;
	return "";
}

static void put_explained(struct json *j)
{
	json_array(j, "explained");
	for (const struct explained_info *e = explained_info; e->name != NULL; e++) {
		json_object(j, NULL);
		json_text(j, "id", e->name);
		json_textf(j, "why", "%s (%s: %s)", e->condition, e->call, e->field);
		json_text(j, "vector", e->vector);
		json_text(j, "test", test_of(e->vector));
		json_end(j);
	}
	json_end(j);
}

static void put_diverges(struct json *j)
{
	json_array(j, "diverges");
	for (u32 i = 0; i < ARRAY_SIZE(diverges); i++) {
		json_object(j, NULL);
		json_text(j, "id", diverges[i].id);
		json_text(j, "why", diverges[i].why);
		json_text(j, "file", diverges[i].file);
		json_text(j, "test", diverges[i].test);
		json_end(j);
	}
	json_end(j);
}

static void put_entry(struct json *j, const struct tape_entry *e)
{
	size_t label = strcspn(e->text, " ");

	json_object(j, NULL);
	json_textf(j, "vector", "%s.pkt", e->vector);
	json_text_n(j, "label", e->text, label);
	json_text(j, "value", e->text + label + (e->text[label] == ' '));
	json_end(j);
}

static void put_tape(struct json *j, const struct vectors *v)
{
	struct tape t = { 0 };
	char ignored[FILE_ERROR_MAX]; /* the vector itself is told to be invalid */

	for (u32 i = 0; i < v->nr; i++)
		if (v->v[i].frames == NULL && !is_frames_file(v->v[i].path))
			(void)tape_add(&t, v->v[i].path, ignored, sizeof(ignored));
	json_array(j, "tape");
	for (u32 i = 0; i < t.nr; i++)
		put_entry(j, &t.entry[i]);
	json_end(j);
	tape_free(&t);
}

void report_ledger(FILE *to, const struct vectors *v)
{
	struct json j;

	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_object(&j, "ledger");
	put_explained(&j);
	put_diverges(&j);
	put_tape(&j, v);
	json_end(&j);
	json_end(&j);
}
