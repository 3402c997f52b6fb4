// SPDX-License-Identifier: MIT
/* mutate.c - see mutate.h: the core: an input is read, operations are drawn and done, the result is
 * written.
 */
#include "harness/fuzz/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/random.h"
#include "harness/fuzz/mutate_internal.h"
#include "harness/lib/must.h"

/* LONG: a program of more statements runs for so long that it had better lose some again. */
enum { TRIES = 12, OP_NAME = 24, LONG = 48 };

static const struct {
	const char *name, *what;
	bool (*apply)(struct mutator *m);
	u8 input;
} rows[MUTATE_MAX] = {
#define M(name, input, weight, what) { #name, what, op_##name, INPUT_##input },
#include "harness/fuzz/mutate.def"
#undef M
};

const char *const mutate_names[MUTATE_MAX] = {
#define M(name, input, weight, what) #name,
#include "harness/fuzz/mutate.def"
#undef M
};

const char *const mutate_abouts[MUTATE_MAX] = {
#define M(name, input, weight, what) what,
#include "harness/fuzz/mutate.def"
#undef M
};

enum fuzz_input mutate_input_of(enum mutate_op op)
{
	assert(op < MUTATE_MAX);
	return (enum fuzz_input)rows[op].input;
}

/* --- draws
 * -----------------------------------------------------------------------------------------
 */
u32 mutate_below(struct mutator *m, u32 ceil)
{
	return rng_below(&m->rng, ceil);
}

u32 mutate_between(struct mutator *m, u32 low, u32 high)
{
	assert(low <= high);
	return low + mutate_below(m, high - low + 1);
}

bool mutate_one_in(struct mutator *m, u32 n)
{
	return mutate_below(m, n) == 0;
}

u64 mutate_edge(struct mutator *m)
{
	static const u64 edges[] = { 0,	     1,		 2,	     3,	     7,	    8,	   16,
				     28,     64,	 127,	     128,    255,   256,   512,
				     548,    552,	 576,	     1000,   1400,  1472,  1480,
				     1492,   1500,	 2048,	     2304,   4096,  8192,  9000,
				     32767,  32768,	 65507,	     65515,  65535, 65536, 1 << 20,
				     212992, 0x7fffffff, 0x80000000, U32_MAX };
	u64 v;

	switch (mutate_below(m, 4)) {
	case 0:
		v = 1ull << mutate_below(m, 32);
		break;
	case 1:
		v = mutate_below(m, 256);
		break;
	default:
		v = edges[mutate_below(m, ARRAY_SIZE(edges))];
	}
	if (mutate_one_in(m, 3))
		v += mutate_one_in(m, 2) ? 1 : v != 0 ? U64_MAX : 0;
	return v;
}

/* --- programs
 * --------------------------------------------------------------------------------------
 */
static void empty(struct script *s)
{
	s->nr_stmts = 0;
	s->nr_exprs = 1;
	s->text_len = 0;
}

/* As script_decode() reads it, into arrays that are there. A statement knows in `column` where it
 * was read, so that as it is it need not be written anew; 0: it has changed, or was not read.
 */
static void read_into(struct mutator *m, struct script *s, const u8 *data, size_t len)
{
	struct binary b = { .s = s, .in = data, .in_len = len < SCRIPT_BYTES ? len : SCRIPT_BYTES };

	empty(s);
	while (b.at < b.in_len && s->nr_stmts < MUTATE_SPANS) {
		struct span *span = &m->span[s->nr_stmts];
		struct stmt *st;

		if (data[b.at] == BINARY_END) {
			b.at++;
			continue;
		}
		span->at = (u32)b.at;
		st = script_add_stmt(s, STMT_COMMENT);
		binary_stmt(&b, st); /* which adds no statement */
		span->len = (u32)b.at - span->at;
		/* At the very end nothing may stand behind it that would escape what follows now.
		 */
		st->column = b.at == b.in_len && data[b.at - 1] == BINARY_ESCAPE ? 0 : s->nr_stmts;
	}
}

/* Headers are no part of what a program does; options come first. */
static void put_in_order(struct mutator *m, struct script *s)
{
	u32 n = 0, options = 0;

	for (u32 i = 0; i < s->nr_stmts; i++) {
		struct stmt st = s->stmt[i];

		if (st.kind == STMT_HEADER || st.kind == STMT_COMMENT ||
		    (m->scope != NULL && !m->scope->keeps(s, &st)))
			continue;
		if (st.kind != STMT_OPTION) {
			s->stmt[n] = st;
		} else {
			memmove(&s->stmt[options + 1], &s->stmt[options],
				(n - options) * sizeof(st));
			s->stmt[options] = st;
			options++;
		}
		n++;
	}
	s->nr_stmts = n;
}

static u32 most_stmts(const struct mutator *m)
{
	return m->scope != NULL && m->scope->stmts != 0 ? m->scope->stmts : MUTATE_STMTS;
}

void mutate_read(struct mutator *m, const u8 *data, size_t len)
{
	m->source = data;
	read_into(m, m->s, data, len);
	put_in_order(m, m->s);
	m->words_known = false;
	mutate_know(m);
}

struct script *mutate_other(struct mutator *m)
{
	struct span *span = m->span;

	if (!m->add_read) {
		m->add_read = true;
		m->span = m->add_span;
		read_into(m, m->add, m->add_data, m->add_len);
		m->span = span;
		put_in_order(m, m->add);
	}
	return m->add->nr_stmts != 0 ? m->add : NULL;
}

static void put_bytes(struct binary *b, const u8 *bytes, size_t len)
{
	if (b->out_len + len > b->out_cap) {
		b->out_cap = (b->out_cap + len) * 2;
		b->out = must(realloc(b->out, b->out_cap));
	}
	memcpy(b->out + b->out_len, bytes, len);
	b->out_len += len;
}

/* As script_encode() writes it. */
static void write_stmt(struct mutator *m, const struct stmt *st)
{
	static const u8 end = BINARY_END;
	struct stmt copy = *st;
	size_t from = m->out.out_len;

	if (st->column != 0) {
		const struct span *span = &m->span[st->column - 1];

		put_bytes(&m->out, m->source + span->at, span->len);
	} else {
		binary_stmt(&m->out, &copy);
		while (m->out.out_len > m->out.keep && m->out.out_len > from + 1 &&
		       m->out.out[m->out.out_len - 1] == 0)
			m->out.out_len--;
	}
	put_bytes(&m->out, &end, 1);
}

/* What was read and has not changed is as it should be. */
static bool check_changed(const struct mutator *m)
{
	struct script_error err;
	bool began = false;

	for (u32 i = 0; i < m->s->nr_stmts; i++) {
		const struct stmt *st = &m->s->stmt[i];

		if (st->column == 0 && !check_stmt(m->s, st, &began, &err))
			return false;
		began |= st->kind != STMT_OPTION;
	}
	return true;
}

static void write_all_stmts(struct mutator *m)
{
	m->out.s = m->s;
	m->out.encoding = true;
	m->out.out_len = 0;
	m->out.keep = 0;
	m->out.depth = 0;
	for (u32 i = 0; i < m->s->nr_stmts; i++)
		write_stmt(m, &m->s->stmt[i]);
	if (m->out.out_len == 0)
		m->out.out[m->out.out_len++] = BINARY_END;
}

size_t mutate_write(struct mutator *m, u8 *to, size_t max)
{
	u32 most = most_stmts(m);

	while (m->s->nr_stmts > most)
		mutate_take_out(m->s, mutate_below(m, m->s->nr_stmts), 1);
	for (;;) {
		mutate_number_descriptors(m);
		if (!check_changed(m))
			return 0;
		write_all_stmts(m);
		if (m->out.out_len <= max)
			break;
		if (m->s->nr_stmts == 0)
			return 0;
		mutate_take_out(m->s, mutate_below(m, m->s->nr_stmts), 1);
	}
	memcpy(to, m->out.out, m->out.out_len);
	return m->out.out_len;
}

bool mutate_rewrite(struct mutator *m, void (*change)(struct mutator *m, u8 *bytes, size_t len))
{
	mutate_number_descriptors(m);
	if (!check_changed(m))
		return false;
	write_all_stmts(m);
	mutate_bytes_set(m, m->out.out, m->out.out_len);
	change(m, m->bytes, m->len);
	mutate_read(m, m->bytes, m->len);
	return true;
}

/* --- inputs of all kinds
 * ---------------------------------------------------------------------------
 */
static void begin(struct mutator *m, const u8 *data, size_t len)
{
	if (m->input == INPUT_PROGRAM)
		mutate_read(m, data, len);
	else
		mutate_bytes_set(m, data, len);
}

static size_t end(struct mutator *m, u8 *to, size_t max)
{
	size_t n;

	if (m->input == INPUT_PROGRAM)
		return mutate_write(m, to, max);
	n = m->len < max ? m->len : max;
	memcpy(to, m->bytes, n);
	return n;
}

/* What cannot be worked on: the input as it is, with a byte of it changed. */
static size_t fall_back(struct mutator *m, const u8 *data, size_t len, u8 *to, size_t max)
{
	size_t n = len < max ? len : max;

	if (n == 0) {
		to[0] = m->input == INPUT_PROGRAM ? BINARY_END : '\n';
		return 1;
	}
	memmove(to, data, n); /* which may be the same */
	to[mutate_below(m, (u32)n)] ^= (u8)(1u << mutate_below(m, 8));
	return n;
}

static void reseed(struct mutator *m, u64 seed)
{
	m->rng.state = splitmix64_mix(m->seed * SPLITMIX64_GAMMA + seed);
}

static void take_add(struct mutator *m, const u8 *add, size_t add_len)
{
	m->add_data = add;
	m->add_len = add != NULL ? add_len : 0;
	m->add_read = false;
}

static void did(struct mutator *m, enum mutate_op op)
{
	if (m->nr_ops == MUTATE_OPS) {
		memmove(m->op, m->op + 1, sizeof(m->op) - sizeof(m->op[0]));
		m->nr_ops--;
		m->own_op -= m->own_op != 0;
	}
	m->op[m->nr_ops++] = (u8)op;
}

/* One of them, most often. */
static u32 how_many(struct mutator *m)
{
	u32 n = 1;

	while (n < 6 && mutate_one_in(m, 2))
		n++;
	return n;
}

size_t mutate(struct mutator *m, const u8 *data, size_t len, const u8 *add, size_t add_len, u8 *to,
	      size_t max, u64 seed)
{
	size_t n;

	assert(max >= 1);
	mutate_offered(m, data, len);
	m->own_op = m->nr_ops;
	reseed(m, seed);
	take_add(m, add, add_len);
	begin(m, data, len);
	if (m->input == INPUT_PROGRAM && m->s->nr_stmts > LONG && mutate_one_in(m, 2) &&
	    op_remove_some(m))
		did(m, MUTATE_remove_some);
	for (u32 i = how_many(m), tries = 0; i != 0 && tries < TRIES; tries++) {
		enum mutate_op op = mutate_draw(m);

		if (!rows[op].apply(m))
			continue;
		did(m, op);
		i--;
	}
	n = end(m, to, max);
	if (n == 0) {
		m->nr_ops = 0;
		m->own_op = 0;
		n = fall_back(m, data, len, to, max);
	}
	mutate_made(m, to, n);
	assert(n <= max);
	return n;
}

size_t mutate_by(struct mutator *m, enum mutate_op op, const u8 *data, size_t len, const u8 *add,
		 size_t add_len, u8 *to, size_t max, u64 seed)
{
	assert(op < MUTATE_MAX);
	assert(rows[op].input == m->input);
	reseed(m, seed);
	take_add(m, add, add_len);
	begin(m, data, len);
	m->nr_ops = 0;
	m->own_op = 0;
	for (u32 tries = 0; tries < TRIES; tries++) {
		if (!rows[op].apply(m))
			continue;
		did(m, op);
		return end(m, to, max);
	}
	return 0;
}

size_t mutate_cross(struct mutator *m, const u8 *a, size_t a_len, const u8 *b, size_t b_len, u8 *to,
		    size_t max, u64 seed)
{
	size_t n;
	bool ok;

	assert(max >= 1);
	reseed(m, seed);
	take_add(m, b, b_len);
	begin(m, a, a_len);
	m->nr_ops = 0;
	m->own_op = 0;
	ok = m->input == INPUT_PROGRAM ? op_cross(m)
	     : m->input == INPUT_TEXT  ? op_text_splice(m)
				       : op_bytes_splice(m);
	n = ok ? end(m, to, max) : 0;
	return n != 0 ? n : fall_back(m, a, a_len, to, max);
}

const char *mutate_last(const struct mutator *m)
{
	char *to = (char *)(uintptr_t)m->last;
	size_t at = 0;

	static_assert(sizeof(m->last) == (size_t)MUTATE_OPS * OP_NAME, "room for their names");
	to[0] = '\0';
	for (u32 i = m->own_op; i < m->nr_ops; i++)
		at += (size_t)snprintf(to + at, sizeof(m->last) - at, "%s%s",
				       i != m->own_op ? "," : "", mutate_names[m->op[i]]);
	return m->last;
}

/* --- one of them
 * -----------------------------------------------------------------------------------
 */
struct mutator *mutator_new(enum fuzz_input input, const struct fuzz_scope *scope, u64 seed)
{
	struct mutator *m = must(calloc(1, sizeof(*m)));

	m->input = input;
	m->scope = scope;
	m->seed = seed;
	reseed(m, 0);
	m->s = script_new("mutated");
	m->add = script_new("other");
	m->out.out_cap = 4096;
	m->out.out = must(malloc(m->out.out_cap));
	m->cap = 4096;
	m->bytes = must(malloc(m->cap));
	m->span = must(calloc(MUTATE_SPANS, sizeof(*m->span)));
	m->add_span = must(calloc(MUTATE_SPANS, sizeof(*m->add_span)));
	mutate_weights_init(m);
	if (input == INPUT_PROGRAM)
		mutate_know_opening(m);
	return m;
}

void mutator_free(struct mutator *m)
{
	if (m == NULL)
		return;
	mutate_weights_exit(m);
	mutate_banks_exit(m);
	script_free(m->s);
	script_free(m->add);
	script_free(m->opening);
	free(m->out.out);
	free(m->bytes);
	free(m->span);
	free(m->add_span);
	free(m->trim.known);
	free(m->trim.tried);
	free(m);
}
