// SPDX-License-Identifier: MIT
/* record.c - what happened in a run: collected, written to a file and read back.
 *
 * Rules: the file is ours and little-endian, with no padding. Reading takes any bytes: every number
 * is checked before it is believed, and memory grows only with bytes that are really there, so a
 * short file cannot ask for gigabytes.
 */
#include "harness/script/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/script/run.h"

enum {
	VERSION = 3,
	MAGIC_BYTES = 8,
	DEV_BYTES = sizeof(((struct record *)0)->dev),
	EVENT_BYTES = 48,
	DEV_AT = 72,
	HEADER_BYTES = DEV_AT + DEV_BYTES,
	EVENTS_MAX = 1 << 24,
	TEXT_MAX = 1 << 28,
	CHUNK = 1 << 16
};
static const char magic[MAGIC_BYTES] = { 'r', 'e', 'f', 's', 't', 'r', 'e', 'c' };

void record_init(struct record *r)
{
	memset(r, 0, sizeof(*r));
}

void record_free(struct record *r)
{
	free(r->event);
	free(r->text);
	free(r->bytes);
	free(r->state);
	free(r->tracepoints);
	free(r->message);
	memset(r, 0, sizeof(*r));
}

/* --- collecting ----------------------------------------------------------------------------------
 */
/* Room for `more` units behind `used`; aborts when memory is gone, as a harness may. */
static void *grow(void *old, u64 used, u64 more, u64 unit, u64 *cap)
{
	void *to = old;

	if (used + more > *cap) {
		*cap = max_u64(*cap * 2, used + more + 64);
		to = realloc(old, (size_t)(*cap * unit));
		if (to == NULL)
			abort();
	}
	return to;
}

static struct record_event *new_event(struct record *r)
{
	u64 cap = r->cap;

	r->event = grow(r->event, r->nr, 1, sizeof(*r->event), &cap);
	r->cap = (u32)cap;
	memset(&r->event[r->nr], 0, sizeof(*r->event));
	return &r->event[r->nr++];
}

static u32 keep_text(struct record *r, const char *text)
{
	u32 len = (u32)strlen(text) + 1, at = r->text_len;
	u64 cap = r->text_cap;

	assert(len < TEXT_MAX - r->text_len);
	r->text = grow(r->text, r->text_len, len, 1, &cap);
	r->text_cap = (u32)cap;
	memcpy(r->text + at, text, len);
	r->text_len += len;
	return at + 1;
}

struct record_event *record_add(struct record *r, enum record_kind kind, const char *text,
				const u8 *bytes, u32 len)
{
	struct record_event *e = new_event(r);

	assert(bytes != NULL || len == 0);
	e->kind = (u8)kind;
	if (text != NULL)
		e->text = keep_text(r, text);
	e->len = len;
	e->bytes = r->bytes_len;
	if (len != 0) {
		r->bytes = grow(r->bytes, r->bytes_len, len, 1, &r->bytes_cap);
		memcpy(r->bytes + r->bytes_len, bytes, len);
		r->bytes_len += len;
	}
	return e;
}

const char *record_text(const struct record *r, const struct record_event *e)
{
	assert(e->text <= r->text_len);
	return e->text != 0 ? r->text + e->text - 1 : NULL;
}

const u8 *record_bytes(const struct record *r, const struct record_event *e)
{
	assert(e->bytes + e->len <= r->bytes_len);
	return e->len != 0 ? r->bytes + e->bytes : NULL;
}

/* --- writing -------------------------------------------------------------------------------------
 */
/* An optional string: 0, or 1 + its length. */
static u64 string_size(const char *s)
{
	return s != NULL ? strlen(s) + 1 : 0;
}

static void pack_header(const struct record *r, u8 h[HEADER_BYTES])
{
	memset(h, 0, HEADER_BYTES);
	memcpy(h, magic, MAGIC_BYTES);
	put_le32(h + 8, VERSION);
	put_le32(h + 12, r->nr);
	put_le32(h + 16, r->text_len);
	put_le32(h + 20, r->hosts);
	put_le64(h + 24, r->bytes_len);
	put_le32(h + 32, (u32)string_size(r->state));
	put_le32(h + 36, (u32)string_size(r->message));
	put_le32(h + 40, r->verdict);
	put_le32(h + 44, r->line);
	put_le64(h + 48, (u64)r->end_ps);
	put_le32(h + 56, r->ethernet);
	put_le32(h + 60, (u32)string_size(r->tracepoints));
	put_le64(h + 64, r->place_ns);
	memcpy(h + DEV_AT, r->dev, DEV_BYTES);
}

static void pack_event(const struct record_event *e, u8 b[EVENT_BYTES])
{
	b[0] = e->kind;
	b[1] = e->host;
	b[2] = e->waited;
	b[3] = 0;
	put_le32(b + 4, e->stmt);
	put_le64(b + 8, (u64)e->when_ps);
	put_le64(b + 16, (u64)e->due_ps);
	put_le64(b + 24, (u64)e->start_ps);
	put_le32(b + 32, e->text);
	put_le32(b + 36, e->len);
	put_le64(b + 40, e->bytes);
}

/* Nothing to write is no failure, and NULL need not be a pointer to it. */
static void put(FILE *to, const void *bytes, u64 len)
{
	if (len != 0)
		fwrite(bytes, 1, (size_t)len, to);
}

int record_write(const struct record *r, FILE *to)
{
	u8 header[HEADER_BYTES], event[EVENT_BYTES];

	pack_header(r, header);
	put(to, header, sizeof(header));
	for (u32 i = 0; i < r->nr; i++) {
		pack_event(&r->event[i], event);
		put(to, event, sizeof(event));
	}
	put(to, r->text, r->text_len);
	put(to, r->bytes, r->bytes_len);
	put(to, r->state, string_size(r->state));
	put(to, r->message, string_size(r->message));
	put(to, r->tracepoints, string_size(r->tracepoints));
	return ferror(to) != 0 ? -1 : 0;
}

/* --- reading -------------------------------------------------------------------------------------
 */
static bool get(FILE *from, void *to, u64 len)
{
	return len == 0 || fread(to, 1, (size_t)len, from) == len;
}

/* So many bytes of malloc, piece by piece, as far as the file really has them; NULL: it has not.
 */
static void *get_block(FILE *from, u64 len, u64 *cap)
{
	u8 *to = NULL;
	u64 have = 0;

	*cap = 0;
	do {
		u64 n = min_u64(len - have, max_u64(have, CHUNK));

		to = grow(to, have, n, 1, cap);
		if (!get(from, to + have, n)) {
			free(to);
			return NULL;
		}
		have += n;
	} while (have < len);
	return to;
}

/* Strings end, and only there. */
static bool get_string(FILE *from, u64 size, char **to)
{
	u64 cap;

	if (size == 0)
		return true;
	*to = get_block(from, size, &cap);
	return *to != NULL && strnlen(*to, (size_t)size) == size - 1;
}

struct sizes {
	u32 events, text, state, message, tracepoints;
	u64 bytes;
};

static bool unpack_header(struct record *r, const u8 h[HEADER_BYTES], struct sizes *n)
{
	n->events = get_le32(h + 12);
	n->text = get_le32(h + 16);
	n->bytes = get_le64(h + 24);
	n->state = get_le32(h + 32);
	n->message = get_le32(h + 36);
	n->tracepoints = get_le32(h + 60);
	r->hosts = get_le32(h + 20);
	r->verdict = get_le32(h + 40);
	r->line = get_le32(h + 44);
	r->end_ps = (s64)get_le64(h + 48);
	r->ethernet = get_le32(h + 56) == 1;
	r->place_ns = get_le64(h + 64);
	memcpy(r->dev, h + DEV_AT, DEV_BYTES);
	if (memcmp(h, magic, MAGIC_BYTES) != 0 || get_le32(h + 8) != VERSION)
		return false;
	if (memchr(r->dev, '\0', DEV_BYTES) == NULL)
		return false;
	return n->events <= EVENTS_MAX && n->text <= TEXT_MAX && n->bytes <= U32_MAX &&
	       r->hosts <= SCRIPT_HOSTS && r->verdict <= RUN_ENVIRONMENT && get_le32(h + 56) <= 1 &&
	       n->state <= TEXT_MAX && n->message <= TEXT_MAX && n->tracepoints <= TEXT_MAX;
}

static bool unpack_event(const u8 b[EVENT_BYTES], struct record_event *e)
{
	e->kind = b[0];
	e->host = b[1];
	e->waited = b[2] == 1;
	e->stmt = get_le32(b + 4);
	e->when_ps = (s64)get_le64(b + 8);
	e->due_ps = (s64)get_le64(b + 16);
	e->start_ps = (s64)get_le64(b + 24);
	e->text = get_le32(b + 32);
	e->len = get_le32(b + 36);
	e->bytes = get_le64(b + 40);
	return e->kind <= RECORD_IN && e->host < SCRIPT_HOSTS && b[2] <= 1 && b[3] == 0;
}

static bool get_events(struct record *r, FILE *from, u32 n)
{
	u8 b[EVENT_BYTES];

	for (u32 i = 0; i < n; i++)
		if (!get(from, b, sizeof(b)) || !unpack_event(b, new_event(r)))
			return false;
	return true;
}

/* Every text begins at the beginning of one and has an end; all bytes are there. */
static bool holds_together(const struct record *r)
{
	if (r->text_len != 0 && r->text[r->text_len - 1] != '\0')
		return false;
	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];

		if (e->text > r->text_len || (e->text > 1 && r->text[e->text - 2] != '\0'))
			return false;
		if (e->bytes > r->bytes_len || e->len > r->bytes_len - e->bytes)
			return false;
	}
	return true;
}

static bool get_blobs(struct record *r, FILE *from, const struct sizes *n)
{
	u64 cap;

	if (n->text != 0) {
		r->text = get_block(from, n->text, &cap);
		if (r->text == NULL)
			return false;
		r->text_len = n->text;
		r->text_cap = (u32)cap;
	}
	if (n->bytes != 0) {
		r->bytes = get_block(from, n->bytes, &r->bytes_cap);
		if (r->bytes == NULL)
			return false;
		r->bytes_len = n->bytes;
	}
	return true;
}

int record_read(struct record *r, FILE *from)
{
	u8 header[HEADER_BYTES];
	struct sizes n;

	record_init(r);
	if (!get(from, header, sizeof(header)) || !unpack_header(r, header, &n) ||
	    !get_events(r, from, n.events) || !get_blobs(r, from, &n) ||
	    !get_string(from, n.state, &r->state) || !get_string(from, n.message, &r->message) ||
	    !get_string(from, n.tracepoints, &r->tracepoints) || !holds_together(r) ||
	    getc(from) != EOF || ferror(from) != 0) {
		record_free(r);
		return -1;
	}
	return 0;
}
