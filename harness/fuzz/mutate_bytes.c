// SPDX-License-Identifier: MIT
/* mutate_bytes.c - see mutate.def: operations on bytes that nothing is known of but that there are
 * numbers, lengths and chunks among them.
 */
#include "harness/fuzz/mutate_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/must.h"

enum { LITTLE = 35, CHUNK = 64, INSERTED = 32, MOST_BYTES = 1 << 20 };

void mutate_bytes_set(struct mutator *m, const u8 *data, size_t len)
{
	m->len = 0;
	if (len != 0)
		memcpy(mutate_bytes_open(m, 0, len), data, len);
}

/* Room for n bytes before `at`; what is in it is anything. */
u8 *mutate_bytes_open(struct mutator *m, size_t at, size_t n)
{
	assert(at <= m->len);
	if (m->len + n > m->cap) {
		m->cap = (m->len + n) * 2;
		m->bytes = must(realloc(m->bytes, m->cap));
	}
	memmove(m->bytes + at + n, m->bytes + at, m->len - at);
	m->len += n;
	return m->bytes + at;
}

void mutate_bytes_cut(struct mutator *m, size_t at, size_t n)
{
	assert(at + n <= m->len);
	memmove(m->bytes + at, m->bytes + at + n, m->len - at - n);
	m->len -= n;
}

static u32 place(struct mutator *m, size_t room)
{
	return mutate_below(m, (u32)min_u64(room, U32_MAX));
}

/* A chunk: short ones are likelier. */
static bool chunk(struct mutator *m, u32 *at, u32 *n)
{
	u32 len = (u32)m->len;

	if (len < 2)
		return false;
	*n = mutate_between(m, 1, min_u32(len - 1, mutate_one_in(m, 4) ? len : CHUNK));
	*at = place(m, len - *n + 1);
	return true;
}

/* --- numbers
 * ---------------------------------------------------------------------------------------
 */
/* Two, four or eight bytes in either order. */
struct number_at {
	u32 at, bytes;
	bool big;
};

static bool some_number(struct mutator *m, struct number_at *n)
{
	n->bytes = 1u << mutate_below(m, 4);
	if (m->len < n->bytes)
		return false;
	n->at = place(m, m->len - n->bytes + 1);
	n->big = mutate_one_in(m, 2);
	return true;
}

static u64 get(const struct mutator *m, const struct number_at *n)
{
	u64 v = 0;

	for (u32 i = 0; i < n->bytes; i++)
		v |= (u64)m->bytes[n->at + i] << 8 * (n->big ? n->bytes - 1 - i : i);
	return v;
}

static bool put(struct mutator *m, const struct number_at *n, u64 v)
{
	u64 old = get(m, n);

	for (u32 i = 0; i < n->bytes; i++)
		m->bytes[n->at + i] = (u8)(v >> 8 * (n->big ? n->bytes - 1 - i : i));
	return get(m, n) != old;
}

bool op_bytes_flip(struct mutator *m)
{
	if (m->len == 0)
		return false;
	m->bytes[place(m, m->len)] ^= (u8)(1u << mutate_below(m, 8));
	return true;
}

bool op_bytes_byte(struct mutator *m)
{
	u8 *byte;

	if (m->len == 0)
		return false;
	byte = &m->bytes[place(m, m->len)];
	*byte = (u8)(*byte + mutate_between(m, 1, 255));
	return true;
}

bool op_bytes_number(struct mutator *m)
{
	struct number_at n;

	return some_number(m, &n) &&
	       put(m, &n, mutate_one_in(m, 8) ? 0 - mutate_edge(m) : mutate_edge(m));
}

bool op_bytes_add(struct mutator *m)
{
	struct number_at n;
	u64 by = mutate_between(m, 1, LITTLE);

	return some_number(m, &n) && put(m, &n, get(m, &n) + (mutate_one_in(m, 2) ? by : 0 - by));
}

/* Four or two bytes that are said to be how many follow, up to the end or somewhere before it. */
bool op_bytes_length(struct mutator *m)
{
	struct number_at n;
	u64 behind;

	if (!some_number(m, &n) || n.bytes == 1 || n.bytes == 8)
		return false;
	behind = m->len - n.at;
	if (mutate_one_in(m, 2))
		behind = mutate_below(m, (u32)behind + 1);
	return put(m, &n, behind & ~3ull);
}

/* --- chunks
 * ----------------------------------------------------------------------------------------
 */
bool op_bytes_insert(struct mutator *m)
{
	u32 n = mutate_between(m, 1, INSERTED), at = place(m, m->len + 1);
	bool same = mutate_one_in(m, 2);
	u8 value = (u8)rng_u64(&m->rng), *to;

	if (m->len + n > MOST_BYTES)
		return false;
	to = mutate_bytes_open(m, at, n);
	for (u32 i = 0; i < n; i++)
		to[i] = same ? value : (u8)rng_u64(&m->rng);
	return true;
}

bool op_bytes_remove(struct mutator *m)
{
	u32 at, n;

	if (!chunk(m, &at, &n))
		return false;
	mutate_bytes_cut(m, at, n);
	return true;
}

bool op_bytes_copy(struct mutator *m)
{
	u32 at, n, to;

	if (!chunk(m, &at, &n))
		return false;
	to = place(m, m->len - n + 1);
	if (memcmp(m->bytes + to, m->bytes + at, n) == 0)
		return false;
	memmove(m->bytes + to, m->bytes + at, n);
	return true;
}

/* Puts a copy of these bytes, which may lie in m->bytes, before `to`. */
static bool put_in(struct mutator *m, u32 to, const u8 *bytes, size_t n)
{
	u8 *copy;

	if (m->len + n > MOST_BYTES)
		return false;
	copy = must(malloc(n + 1));
	memcpy(copy, bytes, n);
	memcpy(mutate_bytes_open(m, to, n), copy, n);
	free(copy);
	return true;
}

bool op_bytes_repeat(struct mutator *m)
{
	u32 at, n;

	if (!chunk(m, &at, &n))
		return false;
	return put_in(m, mutate_one_in(m, 2) ? at + n : place(m, m->len + 1), m->bytes + at, n);
}

bool op_bytes_move(struct mutator *m)
{
	u32 at, n, to;
	u8 *copy;

	if (!chunk(m, &at, &n))
		return false;
	copy = must(malloc(n));
	memcpy(copy, m->bytes + at, n);
	mutate_bytes_cut(m, at, n);
	to = place(m, m->len + 1);
	memcpy(mutate_bytes_open(m, to, n), copy, n);
	free(copy);
	return to != at;
}

bool op_bytes_splice(struct mutator *m)
{
	u32 from, n, to;

	if (m->add_len == 0)
		return false;
	from = place(m, m->add_len);
	n = mutate_between(m, 1, (u32)(m->add_len - from));
	to = place(m, m->len + 1);
	if (mutate_one_in(m, 2))
		m->len = to;
	return put_in(m, to, m->add_data + from, n);
}

/* --- captures
 * --------------------------------------------------------------------------------------
 */
bool op_bytes_magic(struct mutator *m)
{
	static const u32 magics[] = { 0x0a0d0d0a, 0x1a2b3c4d, 1,      2,	  3,	     4,
				      5,	  6,	      0x0bad, 0xa1b2c3d4, 0xa1b23c4d };
	struct number_at n = { 0, 4, false };

	if (m->len < 4)
		return false;
	n.at = place(m, m->len / 4) * 4;
	n.big = mutate_one_in(m, 4);
	return put(m, &n, magics[mutate_below(m, ARRAY_SIZE(magics))]);
}

/* Type, length, body, length: of the byte order that most have. */
bool op_bytes_block(struct mutator *m)
{
	static const u32 types[] = { 0x0a0d0d0a, 1, 2, 3, 4, 5, 6, 0x0bad };
	enum { BODY = 40, AROUND = 12 };
	u32 body = mutate_below(m, BODY / 4) * 4, total = body + AROUND, at;
	u32 type = types[mutate_below(m, ARRAY_SIZE(types))];

	if (m->len + total > MOST_BYTES)
		return false;
	at = place(m, m->len / 4 + 1) * 4;
	memset(mutate_bytes_open(m, at, total), 0, total);
	(void)put(m, &(struct number_at){ at, 4, false }, type);
	(void)put(m, &(struct number_at){ at + 4, 4, false }, total);
	for (u32 i = 8; i < total - 4; i++)
		m->bytes[at + i] = mutate_one_in(m, 3) ? (u8)rng_u64(&m->rng) : 0;
	if (type == types[0] && body >= 4)
		(void)put(m, &(struct number_at){ at + 8, 4, false }, 0x1a2b3c4d);
	(void)put(m, &(struct number_at){ at + total - 4, 4, false }, total);
	return true;
}
