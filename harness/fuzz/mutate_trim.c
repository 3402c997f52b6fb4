// SPDX-License-Identifier: MIT
/* mutate_trim.c - see mutate.h: shorter inputs, one after the other.
 *
 * Parts go: of a program statements, of a text lines, of bytes pieces. First halves, then quarters,
 * up to single ones; what has gone is not tried again, so that it ends.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/fuzz/mutate_internal.h"
#include "harness/lib/must.h"

enum { BYTES_PARTS = 128 };

static void set(u8 **to, size_t *to_len, const u8 *data, size_t len)
{
	*to = must(realloc(*to, len + 1));
	memcpy(*to, data, len);
	*to_len = len;
}

/* --- parts
 * -----------------------------------------------------------------------------------------
 */
static u32 count_lines(const u8 *text, size_t len)
{
	u32 n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n' || i + 1 == len;
	return n;
}

static u32 parts_of(struct mutator *m)
{
	const struct trim *t = &m->trim;

	if (m->input == INPUT_TEXT)
		return count_lines(t->known, t->len);
	if (m->input == INPUT_BYTES)
		return (u32)min_u64(t->len, BYTES_PARTS);
	mutate_read(m, t->known, t->len);
	return m->s->nr_stmts;
}

static size_t line_begins(const u8 *text, size_t len, u32 line)
{
	size_t at = 0;

	for (; line != 0 && at < len; at++)
		line -= text[at] == '\n';
	return at;
}

static size_t part_begins(const struct mutator *m, u32 part)
{
	const struct trim *t = &m->trim;

	if (m->input == INPUT_TEXT)
		return line_begins(t->known, t->len, part);
	return t->len * part / t->nr;
}

/* Without n parts from the `at`-th on; false: that is none, or no shorter. */
static bool without(struct mutator *m, u32 at, u32 n)
{
	struct trim *t = &m->trim;
	size_t from, to;

	if (m->input == INPUT_PROGRAM) {
		mutate_read(m, t->known, t->len);
		if (at + n > m->s->nr_stmts)
			return false;
		mutate_take_out(m->s, at, n);
		t->tried = must(realloc(t->tried, t->len + 1));
		t->tried_len = mutate_write(m, t->tried, t->len);
	} else {
		from = part_begins(m, at);
		to = part_begins(m, at + n);
		set(&t->tried, &t->tried_len, t->known, t->len);
		memmove(t->tried + from, t->tried + to, t->len - to);
		t->tried_len -= to - from;
	}
	return t->tried_len != 0 && t->tried_len < t->len;
}

/* --- steps
 * -----------------------------------------------------------------------------------------
 */
static void halve(struct trim *t)
{
	t->chunk = t->chunk > 1 ? (t->chunk + 1) / 2 : 0;
	t->at = 0;
}

u32 mutate_trim_begin(struct mutator *m, const u8 *data, size_t len)
{
	struct trim *t = &m->trim;
	u32 steps = 0;

	set(&t->known, &t->len, data, len);
	t->nr = parts_of(m);
	t->chunk = t->nr > 1 ? (t->nr + 1) / 2 : 0;
	t->at = 0;
	t->done = 0;
	for (u32 chunk = t->chunk; chunk != 0; chunk = chunk > 1 ? (chunk + 1) / 2 : 0)
		steps += (t->nr + chunk - 1) / chunk;
	t->steps = steps;
	return steps;
}

size_t mutate_trim_next(struct mutator *m, u8 *to, size_t max)
{
	struct trim *t = &m->trim;

	while (t->chunk != 0 && t->done < t->steps) {
		if (t->at >= t->nr) {
			halve(t);
			continue;
		}
		if (without(m, t->at, min_u32(t->chunk, t->nr - t->at)) && t->tried_len <= max) {
			memcpy(to, t->tried, t->tried_len);
			return t->tried_len;
		}
		t->at += t->chunk;
		t->done++;
	}
	t->done = t->steps;
	return 0;
}

u32 mutate_trim_tell(struct mutator *m, bool did)
{
	struct trim *t = &m->trim;

	if (t->done == t->steps)
		return t->done;
	t->done++;
	if (did) {
		set(&t->known, &t->len, t->tried, t->tried_len);
		t->nr = parts_of(m);
	} else {
		t->at += t->chunk;
	}
	/* Nothing is left to try. */
	if (t->nr <= 1 || (t->chunk == 1 && t->at >= t->nr))
		t->done = t->steps;
	return t->done;
}
