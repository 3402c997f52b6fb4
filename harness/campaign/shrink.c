// SPDX-License-Identifier: MIT
/* shrink.c - see shrink.h.
 *
 * Candidates are run by the target itself, several at a time. Of a program only such candidates
 * count as the target runs to the letter: what its scope would put before it or leave out makes it
 * another program.
 */
#include "harness/campaign/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/minimise.h"
#include "harness/diff/reduce.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"

enum {
	BATCH = 64,
	TESTS_MAX = 400, /* batches */
	BYTES_BATCH = 16,
	BYTES_TESTS = 4000 /* candidates */
};

/* --- forms --- */

/* Statements that only a device of ours obeys. */
static bool is_fault(const struct stmt *st)
{
	static const u16 faults[] = { DIR_NIC_IRQ_DELAY,  DIR_NIC_IRQ_LOSE, DIR_NIC_DMA_FAIL,
				      DIR_NIC_FETCH_FAIL, DIR_WIRE_DROP,    DIR_WIRE_DELAY,
				      DIR_WIRE_LOSS,	  DIR_WIRE_DUP,	    DIR_WIRE_REORDER,
				      DIR_WIRE_CORRUPT,	  DIR_ALLOC_FAIL,   DIR_ALLOC_FAIL_OF };

	for (u32 i = 0; i < ARRAY_SIZE(faults); i++)
		if (st->kind == STMT_DIRECTIVE && st->directive.id == faults[i])
			return true;
	return false;
}

/* Cookies count the sockets and namespaces of a whole boot: programs before this one show in them.
 */
static bool asks_for_cookie(const struct script *s, const struct stmt *st)
{
	static const char *const names[] = { "SO_COOKIE", "SO_NETNS_COOKIE" };
	const struct expr *e;
	u64 option;

	if (st->kind != STMT_CALL || st->call.call != CALL_getsockopt)
		return false;
	e = &s->expr[st->call.args];
	e = &s->expr[s->expr[e->next].next]; /* descriptor, level, option */
	option = e->kind == EXPR_SYMBOL ? script_symbols[e->symbol].value : e->value;
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		int symbol = script_find_symbol(names[i], (u32)strlen(names[i]));

		if (symbol >= 0 && option == script_symbols[symbol].value)
			return true;
	}
	return false;
}

/* What chooses or does what Linux has not: our card, our costs, faults; what says something of the
 * boot.
 */
static bool is_ours_alone(const struct script *s, const struct stmt *st)
{
	static const char *const names[] = { "cost", "perturb" };
	const char *key, *value;

	if (is_fault(st) || asks_for_cookie(s, st))
		return true;
	if (st->kind != STMT_OPTION)
		return false;
	key = script_text(s, st->pair.key);
	value = script_text(s, st->pair.value);
	for (u32 i = 0; i < 2; i++)
		if (st->pair.key.len == strlen(names[i]) &&
		    memcmp(key, names[i], st->pair.key.len) == 0)
			return true;
	return st->pair.key.len == strlen("device") &&
	       memcmp(key, "device", st->pair.key.len) == 0 && st->pair.value.len == 3 &&
	       memcmp(value, "igb", 3) == 0;
}

void found_for_linux(struct script *s)
{
	u32 n = 0;

	for (u32 i = 0; i < s->nr_stmts; i++)
		if (!is_ours_alone(s, &s->stmt[i]))
			s->stmt[n++] = s->stmt[i];
	s->nr_stmts = n;
}

struct script *found_script(const struct found *f)
{
	const struct fuzz_scope *scope = fuzz_scope_find(f->target);
	struct script *s;

	if (scope == NULL)
		return NULL;
	if (f->smallest != NULL)
		return script_decode(f->id, f->smallest, f->smallest_len);
	s = fuzz_scope_script(scope, f->program, f->program_len);
	if (f->detector == DETECTOR_linux)
		found_for_linux(s);
	return s;
}

static u8 *copy(const u8 *bytes, size_t len)
{
	u8 *to = must(malloc(len + 1));

	if (len != 0)
		memcpy(to, bytes, len);
	return to;
}

u8 *found_input(const struct found *f, size_t *len)
{
	const struct fuzz_scope *scope = fuzz_scope_find(f->target);
	struct script *s;
	u8 *input;

	if (scope != NULL && f->smallest != NULL) {
		s = found_script(f);
		input = fuzz_scope_input(scope, s, len);
		script_free(s);
		return input;
	}
	*len = f->smallest != NULL ? f->smallest_len : f->program_len;
	return copy(f->smallest != NULL ? f->smallest : f->program, *len);
}

/* --- replays --- */

static bool is_it(const struct detection *d, const struct found *f)
{
	return d->found && d->detector == f->detector && strcmp(d->signature, f->signature) == 0;
}

static struct detect with_looks(const struct shrink *s, const struct found *f)
{
	struct detect how = s->how;

	if (f->looks[0] != '\0')
		how.looks = f->looks;
	return how;
}

int shrink_replay(const struct shrink *s, const struct found *f, u32 replays,
		  struct detection *other, char *err, u32 err_size)
{
	struct detect_item *item = must(calloc(replays, sizeof(*item)));
	struct detect how = with_looks(s, f);
	size_t len;
	u8 *input = found_input(f, &len);
	int showed = 0;

	if (other != NULL)
		*other = (struct detection){ .text = NULL };
	for (u32 i = 0; i < replays; i++)
		item[i] = (struct detect_item){ .input = input, .len = len };
	if (detect_all(&how, f->target, item, replays, s->workers, err, err_size) != 0)
		showed = -1;
	for (u32 i = 0; i < replays && showed >= 0; i++) {
		bool it = is_it(&item[i].d, f);

		showed += it;
		if (!it && item[i].d.found && other != NULL && !other->found) {
			*other = item[i].d;
			item[i].d.text = NULL;
		}
		detection_free(&item[i].d);
	}
	free(input);
	free(item);
	return showed;
}

static const char *const look_lists[] = {
	"none",
#define L(name, detector, what) #name,
#include "harness/fuzz/looks.def"
#undef L
	"all",
};

static int shows_with(const struct shrink *s, struct found *f, const char *looks, char *err,
		      u32 err_size)
{
	snprintf(f->looks, sizeof(f->looks), "%s", looks);
	return shrink_replay(s, f, 1, NULL, err, err_size);
}

int shrink_looks(const struct shrink *s, struct found *f, char *err, u32 err_size)
{
	int showed = 0;

	for (u32 i = 0; i < ARRAY_SIZE(look_lists) && showed == 0; i++)
		showed = shows_with(s, f, look_lists[i], err, err_size);
	return showed < 0 ? -1 : 0;
}

/* --- programs --- */

struct attempt {
	struct shrink *s;
	const struct found *f;
	const struct fuzz_scope *scope;
	char *err;
	u32 err_size;
};

/* What the target makes of it is what it is. */
static u8 *as_input(const struct fuzz_scope *scope, const struct script *candidate, size_t *len)
{
	u8 *input = fuzz_scope_input(scope, candidate, len);
	struct script *back = fuzz_scope_script(scope, input, *len);
	bool same = script_equal(candidate, back);

	script_free(back);
	if (same)
		return input;
	free(input);
	return NULL;
}

static bool is_stopped(const struct shrink *s)
{
	return s->interrupted != NULL && *s->interrupted != 0;
}

/* Runs n inputs; those that are NULL show nothing. */
static bool run_inputs(const struct attempt *a, u8 *const *input, const size_t *len, u32 n,
		       bool *shows)
{
	struct detect_item *item = must(calloc(n + 1u, sizeof(*item)));
	struct detect how = with_looks(a->s, a->f);
	u32 nr = 0, at = 0;
	bool ok;

	for (u32 i = 0; i < n; i++)
		if (input[i] != NULL)
			item[nr++] = (struct detect_item){ .input = input[i], .len = len[i] };
	ok = !is_stopped(a->s) &&
	     detect_all(&how, a->f->target, item, nr, a->s->workers, a->err, a->err_size) == 0;
	for (u32 i = 0; i < n; i++) {
		shows[i] = ok && input[i] != NULL && is_it(&item[at].d, a->f);
		if (ok && input[i] != NULL)
			detection_free(&item[at++].d);
	}
	free(item);
	a->s->candidates += nr;
	a->s->stopped = a->s->stopped || !ok;
	if (a->s->progress != NULL)
		a->s->progress(a->s->ctx, a->s->candidates);
	return ok;
}

static bool test(void *ctx, const struct script *const *candidate, u32 n, bool *shows)
{
	const struct attempt *a = ctx;
	u8 **input = must(calloc(n, sizeof(*input)));
	size_t *len = must(calloc(n, sizeof(*len)));
	bool ok;

	for (u32 i = 0; i < n; i++)
		input[i] = as_input(a->scope, candidate[i], &len[i]);
	ok = run_inputs(a, input, len, n, shows);
	for (u32 i = 0; i < n; i++)
		free(input[i]);
	free(input);
	free(len);
	return ok;
}

static struct script *shrink_program(struct attempt *a, const struct script *script)
{
	struct minimise m = { .test = test, .ctx = a, .batch = BATCH, .rounds = TESTS_MAX };
	struct reduce r = { .trial = a->s->linux_trial, .signature = a->f->signature };
	struct script *shortest;

	if (a->f->detector != DETECTOR_linux)
		return minimise_script(&m, script);
	shortest = reduce_script(&r, script);
	a->s->candidates = r.candidates;
	a->s->stopped = r.stopped;
	return shortest;
}

/* --- texts and bytes --- */

struct block {
	u8 *bytes;
	size_t len;
};

static void without(const struct block *b, size_t at, size_t n, u8 **to, size_t *len)
{
	size_t behind = at + n < b->len ? b->len - at - n : 0;

	*to = must(malloc(b->len + 1));
	memcpy(*to, b->bytes, at);
	if (behind != 0)
		memcpy(*to + at, b->bytes + at + n, behind);
	*len = at + behind;
}

static void replaced(const struct block *b, size_t at, u8 with, u8 **to, size_t *len)
{
	*to = copy(b->bytes, b->len);
	(*to)[at] = with;
	*len = b->len;
}

struct bytes_step {
	size_t size; /* bytes that go; 0: one becomes `plain` */
	u8 plain;
};

/* A batch of candidates from `at` on; the first that shows it is what there is now. *at: where it
 * was, or behind the batch.
 */
static bool bytes_batch(const struct attempt *a, struct block *b, const struct bytes_step *step,
			size_t *at)
{
	size_t stride = step->size != 0 ? step->size : 1, len[BYTES_BATCH], first = *at;
	u8 *input[BYTES_BATCH];
	bool shows[BYTES_BATCH], taken = false;
	u32 n = 0;

	for (; n < BYTES_BATCH && *at < b->len; *at += stride, n++) {
		input[n] = NULL;
		if (step->size != 0)
			without(b, *at, step->size, &input[n], &len[n]);
		else if (b->bytes[*at] != step->plain && b->bytes[*at] != '\n')
			replaced(b, *at, step->plain, &input[n], &len[n]);
	}
	run_inputs(a, input, len, n, shows);
	for (u32 i = 0; i < n; i++) {
		if (shows[i] && !taken) {
			free(b->bytes);
			*b = (struct block){ input[i], len[i] };
			*at = first + i * stride + (step->size == 0);
			taken = true;
			continue;
		}
		free(input[i]);
	}
	return taken;
}

static bool bytes_pass(const struct attempt *a, struct block *b, const struct bytes_step *step)
{
	bool helped = false;

	for (size_t at = 0; at < b->len && !a->s->stopped && a->s->candidates < BYTES_TESTS;)
		helped = bytes_batch(a, b, step, &at) || helped;
	return helped;
}

/* Large pieces first; again while single bytes go. */
static void shrink_bytes(const struct attempt *a, struct block *b, u8 plain)
{
	bool helped;

	do {
		struct bytes_step step = { .size = 1 };

		while (step.size < b->len)
			step.size *= 2;
		for (; step.size > 1; step.size /= 2)
			bytes_pass(a, b, &step);
		helped = bytes_pass(a, b, &step);
	} while (helped && !a->s->stopped && a->s->candidates < BYTES_TESTS);
	bytes_pass(a, b, &(struct bytes_step){ .plain = plain });
}

/* --- both --- */

static void take_program(struct attempt *a, struct found *f)
{
	struct script *script = found_script(f), *shortest = shrink_program(a, script);
	size_t len;
	u8 *bytes = script_encode(shortest, &len);

	script_free(script);
	script_free(shortest);
	free(f->smallest);
	f->smallest = bytes;
	f->smallest_len = len;
}

static void take_bytes(const struct attempt *a, struct found *f, bool text)
{
	struct block b;

	b.bytes = found_input(f, &b.len);
	shrink_bytes(a, &b, text ? '0' : 0);
	free(f->smallest);
	f->smallest = b.bytes;
	f->smallest_len = b.len;
}

bool shrink_found(struct shrink *s, struct found *f, char *err, u32 err_size)
{
	const struct fuzz_target_info *target = fuzz_target_find(f->target);
	struct attempt a = { s, f, fuzz_scope_find(f->target), err, err_size };

	s->candidates = 0;
	s->stopped = false;
	snprintf(err, err_size, "interrupted");
	if (f->detector == DETECTOR_linux && s->linux_trial == NULL) {
		snprintf(err, err_size, "needs the judging kernel: refstack oracle build");
		return false;
	}
	if (a.scope != NULL)
		take_program(&a, f);
	else
		take_bytes(&a, f, target != NULL && target->input == INPUT_TEXT);
	return !s->stopped;
}
