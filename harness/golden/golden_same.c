// SPDX-License-Identifier: MIT
/* golden_same.c - two goldens of one script: do they say the same, and if not, where not. */
#include "harness/golden/golden.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

static bool same_words(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

bool provenance_same(const struct provenance *a, const struct provenance *b)
{
	return same_words(a->kernel, b->kernel) && same_words(a->config_hash, b->config_hash) &&
	       same_words(a->patches_hash, b->patches_hash) && a->seed == b->seed &&
	       a->hz == b->hz && same_words(a->sysctls, b->sysctls) && same_words(a->tape, b->tape);
}

static bool same_frame(const struct golden_frame *a, const struct golden_frame *b)
{
	return a->host == b->host && a->outgoing == b->outgoing && a->when_ns == b->when_ns &&
	       a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool golden_same(const struct golden *a, const struct golden *b)
{
	bool same = a->nr_frames == b->nr_frames && a->ethernet == b->ethernet &&
		    a->hosts == b->hosts && same_words(a->state, b->state) &&
		    provenance_same(&a->from, &b->from);

	for (u32 i = 0; same && i < a->nr_frames; i++)
		same = same_frame(&a->frame[i], &b->frame[i]);
	return same;
}

static void show_frame_diff(FILE *to, const struct golden *old, const struct golden *new)
{
	u32 i = 0;

	while (i < old->nr_frames &&
	       i < new->nr_frames &&same_frame(&old->frame[i], &new->frame[i]))
		i++;
	if (i == old->nr_frames && i == new->nr_frames)
		return;
	fprintf(to, "frame %u differs; there were %u, there are %u\n", i + 1, old->nr_frames,
		new->nr_frames);
	for (u32 k = 0; k < 2; k++) {
		const struct golden *g = k == 0 ? old : new;

		if (i >= g->nr_frames)
			continue;
		fprintf(to, "%c %lld ns:", k == 0 ? '-' : '+', (long long)g->frame[i].when_ns);
		for (u32 b = 0; b < g->frame[i].len; b++)
			fprintf(to, "%s%02x", b % 4 == 0 ? " " : "", g->frame[i].bytes[b]);
		fputc('\n', to);
	}
}

static void show_line_diff(FILE *to, const char *what, const char *old, const char *new)
{
	if (strcmp(old, new) != 0)
		fprintf(to, "%s was:\n%s%s is:\n%s", what, old, what, new);
}

void golden_show_diff(FILE *to, const struct golden *old, const struct golden *new)
{
	show_frame_diff(to, old, new);
	show_line_diff(to, "the state at the end", old->state, new->state);
	show_line_diff(to, "the kernel", old->from.kernel, new->from.kernel);
}
