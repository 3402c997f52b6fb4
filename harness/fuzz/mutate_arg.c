// SPDX-License-Identifier: MIT
/* mutate_arg.c - see mutate.def: operations on the arguments of calls. */
#include "harness/fuzz/mutate_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/inet_text.h"

enum { ADDR_TEXT = 16, RANDOM_BYTES = 48, DATA_MOST = 2000 };

/* --- constants and numbers
 * -------------------------------------------------------------------------
 */
static bool is_symbol(struct mutator *m, const struct spot *spot)
{
	return spot->type != TYPE_NONE && mutate_expr(m, spot->expr)->kind == EXPR_SYMBOL;
}

/* Another one of the same group. */
static u16 sibling(struct mutator *m, u16 symbol)
{
	u8 group = script_symbols[symbol].group;
	u32 first = symbol, last = symbol, pick;

	while (first != 0 && script_symbols[first - 1].group == group)
		first--;
	while (last + 1 < script_nr_symbols && script_symbols[last + 1].group == group)
		last++;
	if (first == last)
		return symbol;
	pick = mutate_between(m, first, last - 1);
	return (u16)(pick >= symbol ? pick + 1 : pick);
}

bool op_symbol(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_symbol);
	struct expr *x;
	u16 other;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	other = sibling(m, x->symbol);
	if (other == x->symbol)
		return false;
	x->symbol = other;
	return true;
}

static bool is_number(struct mutator *m, const struct spot *spot)
{
	return spot->type != TYPE_NONE && spot->type != TYPE_FD && !spot->counts &&
	       (script_types[spot->type].forms & FORM_NUMBER) != 0 &&
	       mutate_expr(m, spot->expr)->kind == EXPR_NUMBER;
}

bool op_number(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_number);
	struct expr *x;
	u64 old;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	old = x->negative ? 0 - x->value : x->value;
	if (mutate_one_in(m, 3))
		mutate_set_number(x, mutate_one_in(m, 2) ? old + 1 : old - (old != 0));
	else
		mutate_set_number(x, mutate_edge(m));
	x->negative = x->value != 0 && mutate_one_in(m, 10) && x->value <= 1ull << 63;
	return true;
}

static bool is_length(struct mutator *m, const struct spot *spot)
{
	return spot->counts && mutate_expr(m, spot->expr)->kind == EXPR_NUMBER;
}

bool op_length(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_length);
	struct expr *x;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	if (mutate_one_in(m, 2))
		mutate_set_number(x, x->value != 0 && mutate_one_in(m, 2) ? x->value - 1
									  : x->value + 1);
	else
		mutate_set_number(x, mutate_edge(m) & 0xffff);
	return true;
}

/* --- what the program knows
 * ------------------------------------------------------------------------
 */
static bool is_fd(struct mutator *m, const struct spot *spot)
{
	return spot->type == TYPE_FD && mutate_expr(m, spot->expr)->kind == EXPR_NUMBER;
}

bool op_fd(struct mutator *m)
{
	u32 at, other;
	const struct spot *spot = mutate_any_spot(m, &at, is_fd);
	struct expr *x;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	mutate_descriptors_at(m, at);
	other = mutate_open_object(m, &m->s->stmt[at], OBJECT_UDP | OBJECT_TCP | OBJECT_RAW);
	if (other == OBJECT_NONE || other == x->line)
		return false;
	x->line = other;
	return true;
}

static bool is_apply(struct mutator *m, const struct spot *spot)
{
	return (spot->type == TYPE_INADDR || spot->type == TYPE_PORT) &&
	       mutate_expr(m, spot->expr)->kind == EXPR_APPLY;
}

static bool is_addr(struct mutator *m, const struct spot *spot)
{
	return spot->type == TYPE_INADDR && is_apply(m, spot);
}

static bool is_port(struct mutator *m, const struct spot *spot)
{
	return spot->type == TYPE_PORT && is_apply(m, spot);
}

static u32 known_addr(struct mutator *m)
{
	static const u32 usual[] = { 0,		 U32_MAX,    0x7f000001, 0x7f000002, 0xc0000201,
				     0xc0000202, 0xc00002ff, 0xe0000001, 0xc6336407, 0xf0000001 };
	const struct words *w = mutate_words(m);

	if (w->nr_addrs == 0 || mutate_one_in(m, 4))
		return usual[mutate_below(m, ARRAY_SIZE(usual))];
	return w->addr[mutate_below(m, w->nr_addrs)];
}

static u16 known_port(struct mutator *m)
{
	static const u16 usual[] = { 0, 7, 9, 53, 1023, 1024, 5000, 5001, 32768, 60999, 65535 };
	const struct words *w = mutate_words(m);

	if (w->nr_ports == 0 || mutate_one_in(m, 4))
		return usual[mutate_below(m, ARRAY_SIZE(usual))];
	return w->port[mutate_below(m, w->nr_ports)];
}

bool op_addr(struct mutator *m)
{
	u32 at, addr, below;
	const struct spot *spot = mutate_any_spot(m, &at, is_addr);
	char text[ADDR_TEXT];
	int n;

	if (spot == NULL)
		return false;
	addr = known_addr(m);
	n = snprintf(text, sizeof(text), INET_FORM, INET_PARTS(addr));
	below = mutate_new_text(m, EXPR_STRING, text, (u32)n);
	mutate_expr(m, spot->expr)->first = below;
	return true;
}

bool op_port(struct mutator *m)
{
	u32 at, below;
	const struct spot *spot = mutate_any_spot(m, &at, is_port);

	if (spot == NULL)
		return false;
	below = mutate_new_number(m, known_port(m));
	mutate_expr(m, spot->expr)->first = below;
	return true;
}

/* --- flags
 * -----------------------------------------------------------------------------------------
 */
static bool is_flags(struct mutator *m, const struct spot *spot)
{
	u32 kind = mutate_expr(m, spot->expr)->kind;

	return spot->type != TYPE_NONE && (script_types[spot->type].forms & FORM_OR) != 0 &&
	       (kind == EXPR_OR || kind == EXPR_SYMBOL || kind == EXPR_NUMBER);
}

static u32 new_symbol(struct mutator *m, u16 symbol)
{
	u32 e = script_add_expr(m->s, EXPR_SYMBOL);

	m->s->expr[e].symbol = symbol;
	return e;
}

/* Any constant of the group. */
static u16 symbol_of(struct mutator *m, u8 group)
{
	u32 first = 0, n = 0;

	while (first < script_nr_symbols && script_symbols[first].group != group)
		first++;
	while (first + n < script_nr_symbols && script_symbols[first + n].group == group)
		n++;
	assert(n != 0);
	return (u16)(first + mutate_below(m, n));
}

/* One flag more: of 0 the only one. */
static void set_flag(struct mutator *m, u32 e, u8 group)
{
	u32 flag = new_symbol(m, symbol_of(m, group)), old;
	struct expr *x = mutate_expr(m, e);

	if (x->kind == EXPR_NUMBER && x->value == 0) {
		*x = (struct expr){ .kind = EXPR_SYMBOL,
				    .symbol = m->s->expr[flag].symbol,
				    .next = x->next };
		return;
	}
	if (x->kind == EXPR_OR) {
		m->s->expr[flag].next = x->first;
		x->first = flag;
		return;
	}
	old = script_add_expr(m->s, EXPR_NUMBER);
	x = mutate_expr(m, e);
	m->s->expr[old] = *x;
	m->s->expr[old].next = flag;
	*x = (struct expr){ .kind = EXPR_OR, .first = old, .next = x->next };
}

/* One flag less: of one none, of two the other. */
static void clear_flag(struct mutator *m, u32 e)
{
	struct expr *x = mutate_expr(m, e), *first;
	u32 next = x->next;

	if (x->kind != EXPR_OR) {
		mutate_set_number(x, 0);
		return;
	}
	first = mutate_expr(m, x->first);
	if (mutate_expr(m, first->next)->next != 0) {
		x->first = first->next;
		return;
	}
	*x = m->s->expr[mutate_one_in(m, 2) ? x->first : first->next];
	x->next = next;
}

bool op_flags(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_flags);
	u8 group;

	if (spot == NULL)
		return false;
	group = script_types[spot->type].group;
	if (group == SYM_NONE || group == SYM_ANY)
		group = SYM_MSG;
	if (mutate_one_in(m, 2) && (mutate_expr(m, spot->expr)->kind != EXPR_NUMBER))
		clear_flag(m, spot->expr);
	else
		set_flag(m, spot->expr, group);
	return true;
}

/* --- whole arguments
 * -------------------------------------------------------------------------------
 */
static bool is_pointer(struct mutator *m, const struct spot *spot)
{
	return spot->type != TYPE_NONE && (script_types[spot->type].forms & FORM_NULL) != 0 &&
	       mutate_expr(m, spot->expr)->kind != EXPR_NULL;
}

bool op_pointer(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_pointer);
	struct expr *x;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	*x = (struct expr){ .kind = EXPR_NULL, .next = x->next };
	return true;
}

static bool is_argument(struct mutator *m, const struct spot *spot)
{
	(void)m;
	return spot->type != TYPE_NONE && spot->type != TYPE_FD && !spot->counts;
}

/* As random bytes would have it. */
static u32 random_value(struct mutator *m, u8 type)
{
	u8 bytes[RANDOM_BYTES];
	struct binary b = { .s = m->s, .in = bytes, .in_len = sizeof(bytes) };

	for (u32 i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)rng_u64(&m->rng);
	return binary_value(&b, 0, (enum arg_type)type);
}

static void any_fd(struct mutator *m, struct expr *x, const void *ctx)
{
	(void)m;
	(void)ctx;
	if (x->line == OBJECT_NONE)
		x->line = OBJECT_ANY;
}

bool op_argument(struct mutator *m)
{
	u32 at, e, next;
	const struct spot *spot = mutate_any_spot(m, &at, is_argument);

	if (spot == NULL)
		return false;
	e = random_value(m, spot->type);
	next = mutate_expr(m, spot->expr)->next;
	*mutate_expr(m, spot->expr) = *mutate_expr(m, e);
	mutate_expr(m, spot->expr)->next = next;
	mutate_each_fd(m, m->s, &m->s->stmt[at], any_fd, NULL);
	return true;
}

/* --- data
 * ------------------------------------------------------------------------------------------ What
 * has a length behind it that goes with it.
 */
static u32 data_length(struct mutator *m, const struct spot *spot)
{
	u32 next = mutate_expr(m, spot->expr)->next;

	if ((spot->type != TYPE_DATA_IN && spot->type != TYPE_DATA_OUT) || next == 0 ||
	    mutate_expr(m, next)->kind != EXPR_NUMBER)
		return 0;
	return next;
}

static bool is_data(struct mutator *m, const struct spot *spot)
{
	return data_length(m, spot) != 0;
}

static u64 data_size(struct mutator *m, u64 now)
{
	static const u32 sizes[] = { 0,	   1,	 8,    64,   548,  549,	 1000,	1471, 1472,
				     1473, 1480, 2000, 2960, 4000, 8972, 65507, 65508 };

	switch (mutate_below(m, 4)) {
	case 0:
		return now + 1;
	case 1:
		return now != 0 ? now - 1 : 0;
	case 2:
		return mutate_below(m, DATA_MOST);
	default:
		return sizes[mutate_below(m, ARRAY_SIZE(sizes))];
	}
}

bool op_data(struct mutator *m)
{
	u32 at, length;
	const struct spot *spot = mutate_any_spot(m, &at, is_data);
	struct expr *x;
	u64 size, old;

	if (spot == NULL)
		return false;
	length = data_length(m, spot);
	old = mutate_expr(m, length)->value;
	size = data_size(m, old);
	if (size == old)
		return false;
	mutate_set_number(mutate_expr(m, length), size);
	x = mutate_expr(m, spot->expr);
	if (x->kind == EXPR_STRING || x->kind == EXPR_HEX || x->kind == EXPR_PATTERN)
		*x = (struct expr){ .kind = EXPR_PATTERN,
				    .value = mutate_below(m, 256),
				    .next = x->next };
	return true;
}

/* --- calls
 * -----------------------------------------------------------------------------------------
 * Arguments of the same types in the same order stay; others are drawn anew.
 */
static u32 common_args(const struct call_info *a, const struct call_info *b)
{
	u32 n = 0;

	while (n < a->nr_args && n < b->nr_args && a->arg[n] == b->arg[n])
		n++;
	return n;
}

bool op_call(struct mutator *m)
{
	u32 at = mutate_find(m, mutate_is_call), same, e, last;
	struct stmt st;
	const struct call_info *now, *other;

	if (at == NOWHERE)
		return false;
	st = m->s->stmt[at];
	now = &script_calls[st.call.call];
	st.call.call = (u16)mutate_below(m, CALL_MAX);
	other = &script_calls[st.call.call];
	same = common_args(now, other);
	if (other == now || same == 0 || same < now->nr_args / 2u)
		return false;
	last = mutate_arg(m->s, &st, same - 1);
	if (last == 0)
		return false;
	m->s->expr[last].next = 0;
	for (u32 i = same; i < other->nr_args; i++) {
		e = random_value(m, other->arg[i]);
		m->s->expr[last].next = e;
		last = e;
	}
	st.line = OBJECT_NONE;
	m->s->stmt[at] = st;
	mutate_each_fd(m, m->s, &st, any_fd, NULL);
	return true;
}

/* --- lists and structs
 * -----------------------------------------------------------------------------
 */
static bool is_element(struct mutator *m, const struct spot *spot)
{
	return spot->type != TYPE_NONE && spot->owner != 0 &&
	       mutate_expr(m, spot->owner)->kind == EXPR_LIST;
}

static bool is_field(struct mutator *m, const struct spot *spot)
{
	(void)m;
	return spot->type == TYPE_NONE && spot->owner != 0;
}

static void unlink(struct mutator *m, u32 owner, u32 e)
{
	u32 *to = &mutate_expr(m, owner)->first;

	while (*to != e) {
		assert(*to != 0);
		to = &mutate_expr(m, *to)->next;
	}
	*to = mutate_expr(m, e)->next;
}

/* The number of elements that stands beside the list follows. */
static void count_too(struct mutator *m, u32 count, bool more)
{
	struct expr *x = count != 0 ? mutate_expr(m, count) : NULL;

	if (x != NULL && x->kind == EXPR_NUMBER && !x->negative && (more || x->value != 0))
		x->value += more ? 1 : U64_MAX;
}

bool op_list(struct mutator *m)
{
	u32 at, copy, next;
	const struct spot *spot = mutate_any_spot(m, &at, is_element);
	bool more;

	if (spot == NULL)
		return false;
	more = mutate_one_in(m, 2);
	if (more) {
		next = mutate_expr(m, spot->expr)->next;
		mutate_expr(m, spot->expr)->next = 0;
		copy = mutate_copy_chain(m->s, m->s, spot->expr);
		mutate_expr(m, copy)->next = next;
		mutate_expr(m, spot->expr)->next = copy;
	} else {
		unlink(m, spot->owner, spot->expr);
	}
	count_too(m, spot->count, more);
	return true;
}

bool op_field(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_field);

	if (spot == NULL)
		return false;
	unlink(m, spot->owner, spot->expr);
	return true;
}
