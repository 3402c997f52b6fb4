// SPDX-License-Identifier: MIT
/* repeat.c - a program: puts scripts to the judging kernel again and again, in boots of one and in
 * batches of all in changing order, and compares the records' bytes with those of the first time.
 *
 *   repeat RUNS FILE.pkt ...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/oracle/uml.h"

enum { TEXT_BYTES = 1 << 20, BOOT_SECONDS = 300, ERROR_BYTES = 4096, LAYOUTS = 4, SHOWN = 200 };

struct subject {
	const char *name;
	char *text;
	size_t text_len;
	struct record first;
	char *bytes; /* of the first record, as a file */
	size_t len;
};

struct repeat {
	struct kernel kernel;
	struct run_options options;
	u32 n, runs, boots, differences;
	struct subject *subject;
};

_Noreturn static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "repeat: %s: %s\n", what, why);
	exit(3);
}

static void *get(size_t bytes)
{
	void *p = calloc(1, bytes);

	if (p == NULL)
		give_up("memory", strerror(errno));
	return p;
}

static void load(struct subject *s, const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		give_up(path, strerror(errno));
	s->name = path;
	s->text = get(TEXT_BYTES);
	s->text_len = fread(s->text, 1, TEXT_BYTES - 1, f);
	fclose(f);
}

static char *bytes_of(const struct record *r, size_t *len)
{
	char *bytes = NULL;
	FILE *f = open_memstream(&bytes, len);

	if (f == NULL || record_write(r, f) != 0 || fclose(f) != 0)
		give_up("a record", strerror(errno));
	return bytes;
}

/* --- what differs
 * ------------------------------------------------------------------------------- */

static bool same_event(const struct record *a, const struct record *b, u32 i)
{
	const struct record_event *x = &a->event[i], *y = &b->event[i];
	const char *s = record_text(a, x), *t = record_text(b, y);

	return x->kind == y->kind && x->host == y->host && x->stmt == y->stmt &&
	       x->when_ps == y->when_ps && x->due_ps == y->due_ps && x->start_ps == y->start_ps &&
	       x->waited == y->waited && x->len == y->len && (s == NULL) == (t == NULL) &&
	       (s == NULL || strcmp(s, t) == 0) &&
	       (x->len == 0 || memcmp(record_bytes(a, x), record_bytes(b, y), x->len) == 0);
}

static void show_event(const struct record *r, u32 i)
{
	static const char *const kinds[] = { "statement", "return", "out", "in" };
	const struct record_event *e;
	const char *text;

	if (i >= r->nr) {
		printf("    no event more\n");
		return;
	}
	e = &r->event[i];
	text = record_text(r, e);
	printf("    %.9f %s, %u bytes: %.*s\n", (double)e->when_ps / 1e12, kinds[e->kind & 3],
	       e->len, SHOWN, text != NULL ? text : "");
}

static void show_difference(const struct subject *s, const struct record *r, u32 boot, u32 place)
{
	u32 i = 0;

	printf("%s: boot %u, place %u differs from the first run\n", s->name, boot, place);
	while (i < s->first.nr && i < r->nr && same_event(&s->first, r, i))
		i++;
	if (i < s->first.nr || i < r->nr) {
		show_event(&s->first, i);
		show_event(r, i);
		return;
	}
	printf("  the state at the end:\n%s  and\n%s", s->first.state, r->state);
}

/* --- boots
 * ------------------------------------------------------------------------------------------ */

static void take(struct repeat *re, struct subject *s, struct uml_item *item, u32 place)
{
	size_t len;
	char *bytes;

	if (item->error != NULL)
		give_up(s->name, item->error);
	bytes = bytes_of(&item->record, &len);
	re->runs++;
	if (s->bytes == NULL) {
		s->first = item->record;
		s->bytes = bytes;
		s->len = len;
		return;
	}
	if (len != s->len || memcmp(bytes, s->bytes, len) != 0) {
		re->differences++;
		show_difference(s, &item->record, re->boots, place);
	}
	free(bytes);
	record_free(&item->record);
}

static void boot(struct repeat *re, const u32 *which, u32 n)
{
	struct uml_item *item = get(n * sizeof(*item));
	char err[ERROR_BYTES];

	for (u32 i = 0; i < n; i++)
		item[i] = (struct uml_item){ .name = re->subject[which[i]].name,
					     .text = re->subject[which[i]].text,
					     .text_len = re->subject[which[i]].text_len };
	if (uml_run(&re->kernel, &re->options, false, item, n, BOOT_SECONDS, err, sizeof(err)) != 0)
		give_up("boot", err);
	for (u32 i = 0; i < n; i++)
		take(re, &re->subject[which[i]], &item[i], i);
	re->boots++;
	free(item);
}

static void alone(struct repeat *re)
{
	for (u32 i = 0; i < re->n; i++)
		boot(re, &i, 1);
}

/* All, `times` over, from script `from` on, forwards or backwards. */
static void batch(struct repeat *re, u32 from, u32 times, bool backwards)
{
	u32 *which = get(re->n * times * sizeof(*which));

	for (u32 i = 0; i < re->n * times; i++)
		which[i] = (from + (backwards ? re->n * times - i : i)) % re->n;
	boot(re, which, re->n * times);
	free(which);
}

int main(int argc, char **argv)
{
	struct repeat re = { .n = argc > 2 ? (u32)argc - 2 : 0 };
	unsigned long wanted = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	char err[ERROR_BYTES];

	if (wanted == 0) {
		fputs("usage: repeat RUNS FILE.pkt ...\n", stderr);
		return 2;
	}
	if (kernel_find(&re.kernel, false, err, sizeof(err)) != KERNEL_THERE)
		give_up("kernel", err);
	run_options_init(&re.options);
	re.subject = get(re.n * sizeof(*re.subject));
	for (u32 i = 0; i < re.n; i++)
		load(&re.subject[i], argv[i + 2]);
	for (u32 round = 0; re.runs < wanted; round++) {
		if (round % LAYOUTS == 0)
			alone(&re);
		else
			batch(&re, round, round % LAYOUTS, round % 2 == 1);
	}
	printf("%u runs of %u scripts in %u boots, %u differ from the first\n", re.runs, re.n,
	       re.boots, re.differences);
	for (u32 i = 0; i < re.n; i++) {
		record_free(&re.subject[i].first);
		free(re.subject[i].bytes);
		free(re.subject[i].text);
	}
	free(re.subject);
	return re.differences != 0;
}
