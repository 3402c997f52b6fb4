// SPDX-License-Identifier: MIT
/* frames.c - see frames.h: what a .frames file is made of, and how it is written, in one form:
 * times with three digits or nine, counters of one kind on one line.
 */
#include "harness/golden/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/sim.h"
#include "harness/script/packet.h"
#include "harness/lib/must.h"

enum { FRAME_MAX_BYTES = PACKET_BYTES_MAX };

const char *const frames_pending_names[PENDINGS] = {
	[PENDING_NOT] = "",
#define PENDING(id, word) [PENDING_##id] = (word),
#include "harness/golden/frames_marks.def"
};
const char *const frames_card_names[CARDS] = {
	[CARD_SAME] = "",
#define CARD(id, word, why) [CARD_##id] = (word),
#include "harness/golden/frames_marks.def"
};
const char *const frames_card_reasons[CARDS] = {
	[CARD_SAME] = "",
#define CARD(id, word, why) [CARD_##id] = (why),
#include "harness/golden/frames_marks.def"
};

/* Room for one more; the array is zero behind what is used. */
static void *grow(void *array, u32 nr, u32 *cap, size_t unit)
{
	if (nr < *cap)
		return array;
	*cap = *cap * 2 + 8;
	return must(realloc(array, *cap * unit));
}

/* --- building ----------------------------------------------------------------------------------
 */

const char *frames_keep(struct frames *f, const char *text, size_t len)
{
	f->kept = grow(f->kept, f->nr_kept, &f->cap_kept, sizeof(*f->kept));
	f->kept[f->nr_kept] = must(strndup(text, len));
	return f->kept[f->nr_kept++];
}

struct frames_frame *frames_add_frame(struct frames *f, struct frames_case *c, const u8 *bytes,
				      u32 len)
{
	struct frames_frame *to;

	assert(len <= FRAME_MAX_BYTES);
	if (f->cap_bytes - f->nr_bytes < len) {
		f->cap_bytes = f->cap_bytes * 2 + len + 4096;
		f->bytes = must(realloc(f->bytes, f->cap_bytes));
	}
	if (len != 0)
		memcpy(f->bytes + f->nr_bytes, bytes, len);
	c->frame = grow(c->frame, c->nr_frames, &c->cap_frames, sizeof(*c->frame));
	to = &c->frame[c->nr_frames++];
	*to = (struct frames_frame){ .at = f->nr_bytes, .len = len };
	f->nr_bytes += len;
	return to;
}

struct frames_line *frames_add_line(struct frames_case *c)
{
	c->verdict = grow(c->verdict, c->nr_verdict, &c->cap_verdict, sizeof(*c->verdict));
	c->verdict[c->nr_verdict] = (struct frames_line){ 0 };
	return &c->verdict[c->nr_verdict++];
}

struct frames_case *frames_add_case(struct frames *f)
{
	f->c = grow(f->c, f->nr, &f->cap, sizeof(*f->c));
	f->c[f->nr] = (struct frames_case){ .wait_ns = -1 };
	return &f->c[f->nr++];
}

struct frames_statement *frames_add_statement(struct frames *f)
{
	f->finally = grow(f->finally, f->nr_finally, &f->cap_finally, sizeof(*f->finally));
	f->finally[f->nr_finally] = (struct frames_statement){ 0 };
	return &f->finally[f->nr_finally++];
}

void frames_free(struct frames *f)
{
	if (f == NULL)
		return;
	for (u32 i = 0; i < f->nr; i++) {
		free(f->c[i].frame);
		free(f->c[i].verdict);
	}
	for (u32 i = 0; i < f->nr_kept; i++)
		free(f->kept[i]);
	free(f->from.sysctls);
	free(f->finally);
	free(f->c);
	free(f->bytes);
	free(f->kept);
	free(f);
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void put_time(FILE *to, s64 ns)
{
	assert(ns >= 0);
	if (ns % (s64)NS_PER_MS == 0)
		fprintf(to, "%lld.%03lld", (long long)(ns / (s64)NS_PER_SEC),
			(long long)(ns % (s64)NS_PER_SEC / (s64)NS_PER_MS));
	else
		fprintf(to, "%lld.%09lld", (long long)(ns / (s64)NS_PER_SEC),
			(long long)(ns % (s64)NS_PER_SEC));
}

static void put_frame(FILE *to, const struct frames *f, const struct frames_frame *frame,
		      s64 before)
{
	fputs(frame->outgoing ? "> " : "< ", to);
	if (frame->when_ns != before) {
		put_time(to, frame->when_ns);
		fputc(' ', to);
	}
	for (u32 i = 0; i < frame->len; i++)
		fprintf(to, "%02x", f->bytes[frame->at + i]);
	fputc('\n', to);
}

const char *frames_group(const char *line, size_t len)
{
	static const char *const kinds[] = { "mib ", "drop " };

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (len >= strlen(kinds[i]) && memcmp(line, kinds[i], strlen(kinds[i])) == 0)
			return kinds[i];
	return NULL;
}

static const char *group_of(const struct frames_line *l)
{
	return l->nth == 0 && !l->gone ? frames_group(l->text, strlen(l->text)) : NULL;
}

static void put_verdict(FILE *to, const struct frames_case *c)
{
	const char *before = NULL;

	for (u32 i = 0; i < c->nr_verdict; i++) {
		const struct frames_line *l = &c->verdict[i];
		const char *group = group_of(l);

		if (group != NULL && group == before)
			fprintf(to, ", %s", l->text + strlen(group));
		else if (l->nth != 0)
			fprintf(to, "%s= %u: %s", i != 0 ? "\n" : "", l->nth, l->text);
		else
			fprintf(to, "%s= %s%s", i != 0 ? "\n" : "", l->gone ? "no " : "", l->text);
		before = group;
	}
	if (c->nr_verdict != 0)
		fputc('\n', to);
}

static void put_case(FILE *to, const struct frames *f, const struct frames_case *c)
{
	bool outgoing = false;
	s64 before = 0;

	if (c->comment != NULL)
		fprintf(to, "%s\n", c->comment);
	fprintf(to, "case %s", c->name);
	if (c->pending != PENDING_NOT)
		fprintf(to, " pending: %s", frames_pending_names[c->pending]);
	if (c->card != CARD_SAME)
		fprintf(to, " igb: %s", frames_card_names[c->card]);
	fputc('\n', to);
	for (u32 i = 0; i < c->nr_frames; i++) {
		put_frame(to, f, &c->frame[i], before);
		before = c->frame[i].when_ns;
		outgoing = outgoing || c->frame[i].outgoing;
	}
	if (c->wait_ns >= 0) {
		fputs("wait ", to);
		put_time(to, c->wait_ns);
		fputc('\n', to);
	}
	put_verdict(to, c);
	if (c->captured && c->nr_verdict == 0 && !outgoing)
		fputs("= nothing\n", to);
}

static void put_sysctls(FILE *to, const char *lines)
{
	while (lines != NULL && *lines != '\0') {
		size_t len = strcspn(lines, "\n");

		fprintf(to, "// sysctl: %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

static void put_head(FILE *to, const struct frames *f)
{
	fputs(f->head, to);
	if (f->captured) {
		fprintf(to, "// oracle: %s\n// config: %s\n// patches: %s\n", f->from.kernel,
			f->from.config_hash, f->from.patches_hash);
		fprintf(to, "// seed: %llu\n// hz: %u\n", (unsigned long long)f->from.seed,
			f->from.hz);
		put_sysctls(to, f->from.sysctls);
	}
	if (f->from.why != NULL)
		fprintf(to, "// why: %s\n", f->from.why);
	fprintf(to, "\n%s\n", f->setup);
}

static FILE *open_text(char **text, size_t *len)
{
	return must(open_memstream(text, len));
}

char *frames_text(const struct frames *f, size_t *len)
{
	char *text = NULL;
	FILE *to = open_text(&text, len);

	put_head(to, f);
	if (f->finally_line != 0) {
		fputs("\nfinally ", to);
		put_time(to, f->end_ns);
		fputc('\n', to);
		for (u32 i = 0; i < f->nr_finally; i++)
			fprintf(to, "%s\n", f->finally[i].text);
	}
	for (u32 i = 0; i < f->nr; i++) {
		fputc('\n', to);
		put_case(to, f, &f->c[i]);
	}
	fclose(to);
	return text;
}

char *frames_case_text(const struct frames *f, u32 nr)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_text(&text, &len);

	assert(nr < f->nr);
	put_case(to, f, &f->c[nr]);
	fclose(to);
	return text;
}
