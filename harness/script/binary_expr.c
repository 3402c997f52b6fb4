// SPDX-License-Identifier: MIT
/* binary_expr.c - see binary.h: expressions and system calls of the binary form. The tables say
 * what may stand where; a byte says which of the legal forms does.
 *
 * No type holds itself, so the recursion ends: EXPR_DEPTH bounds it.
 */
#include "harness/script/binary.h"

#include <string.h>

#include "base/check.h"

/* --- trees ---------------------------------------------------------------------------------------
 */
struct expr *binary_at(struct binary *b, u32 e)
{
	assert(e > 0);
	assert(e < b->s->nr_exprs);
	return &b->s->expr[e];
}

u32 binary_expr(struct binary *b, u32 e, enum expr_kind kind)
{
	if (!b->encoding)
		return script_add_expr(b->s, kind);
	assert(binary_at(b, e)->kind == kind);
	return e;
}

void binary_link(struct binary *b, struct chain *c, u32 e)
{
	if (c->first == 0)
		c->first = e;
	else if (!b->encoding)
		binary_at(b, c->last)->next = e;
	c->last = e;
}

static u32 first_of(struct binary *b, u32 e)
{
	return b->encoding ? binary_at(b, e)->first : 0;
}

static u32 next_of(struct binary *b, u32 e)
{
	return b->encoding && e != 0 ? binary_at(b, e)->next : 0;
}

/* --- leaves --------------------------------------------------------------------------------------
 */
/* Where each group begins, and how many it has: enumerators count along with symbols.def. */
enum {
#define G(id)	       FIRST_##id, BACK_##id = FIRST_##id - 1,
#define X(group, name) PLACE_##name,
#include "symbols.def"
#undef X
#undef G
	PLACES
};

static const u16 group_first[SYM_GROUPS + 1] = {
#define G(id) [SYM_##id] = FIRST_##id,
#define X(group, name)
#include "symbols.def"
#undef X
#undef G
	[SYM_GROUPS] = PLACES
};

/* A constant of the group in one byte; any other in three. */
u32 binary_symbol_index(struct binary *b, u32 v, enum symbol_group group)
{
	u32 first = group == SYM_NONE ? 0 : group_first[group];
	u32 n = group == SYM_NONE ? 0 : group_first[group + 1] - first;
	u32 any = 0xf0;
	u8 c;

	assert(script_nr_symbols == PLACES);
	n = n < any ? n : any;
	c = binary_byte(b, (u8)(v >= first && v - first < n ? v - first : any));
	if (n != 0 && c < any)
		return first + c % n;
	c = binary_byte(b, (u8)v);
	v = (u32)binary_byte(b, (u8)(v >> 8)) << 8 | c;
	return v % script_nr_symbols;
}

static u32 number_expr(struct binary *b, u32 e, bool address, struct numbers usual)
{
	struct number n = { 0 };
	struct expr *x;

	e = binary_expr(b, e, EXPR_NUMBER);
	x = binary_at(b, e);
	if (b->encoding)
		n = (struct number){ x->value, x->hex, x->negative };
	n = binary_number(b, n, usual);
	if (!b->encoding) {
		x->value = n.value;
		x->hex = n.hex;
		x->negative = n.negative && !address;
	}
	return e;
}

u32 binary_plain(struct binary *b, u32 e, bool hex, u64 max, struct numbers usual)
{
	u64 v;

	e = binary_expr(b, e, EXPR_NUMBER);
	v = binary_u64(b, binary_at(b, e)->value, 0, max, usual);
	if (!b->encoding) {
		binary_at(b, e)->value = v;
		binary_at(b, e)->hex = hex;
	}
	return e;
}

static u32 symbol_expr(struct binary *b, u32 e, enum symbol_group group)
{
	u32 symbol;

	e = binary_expr(b, e, EXPR_SYMBOL);
	symbol = binary_symbol_index(b, binary_at(b, e)->symbol, group);
	if (!b->encoding)
		binary_at(b, e)->symbol = (u16)symbol;
	return e;
}

static u32 text_expr(struct binary *b, u32 e, enum expr_kind kind, const struct texts *texts)
{
	struct text t;

	e = binary_expr(b, e, kind);
	t = binary_text(b, binary_at(b, e)->text, texts);
	if (b->encoding)
		return e;
	/* A name has a letter, hex a byte, an address four numbers. */
	if (t.len == 0 && kind == EXPR_NAME)
		t = script_add_text(b->s, "N", 1);
	if (t.len == 0 && texts == &texts_addr)
		t = script_add_text(b->s, "192.0.2.1", 9);
	if (t.len == 0 && kind == EXPR_HEX)
		t = script_add_text(b->s, "", 1);
	binary_at(b, e)->text = t;
	return e;
}

static u32 pattern_expr(struct binary *b, u32 e)
{
	u64 v;

	e = binary_expr(b, e, EXPR_PATTERN);
	v = binary_u64(b, binary_at(b, e)->value, 0, U64_MAX, numbers_small);
	if (!b->encoding)
		binary_at(b, e)->value = v;
	return e;
}

u32 binary_payload(struct binary *b, u32 e, bool may_be_absent)
{
	static const u8 kinds[] = { EXPR_NONE, EXPR_STRING, EXPR_HEX, EXPR_PATTERN };
	static const u8 usual[] = { 0, 0, 0, 1, 1, 2, 3 };
	u32 first = may_be_absent ? 0 : 1;
	u32 kind = 0;

	if (b->encoding)
		while (e != 0 && kinds[kind] != binary_at(b, e)->kind)
			kind++;
	assert(kind < ARRAY_SIZE(kinds));
	kind = binary_choice(b, kind - (b->encoding ? first : 0), ARRAY_SIZE(kinds) - first,
			     (struct usual){ usual, may_be_absent ? ARRAY_SIZE(usual) : 0 });
	switch (kinds[kind + first]) {
	case EXPR_STRING:
		return text_expr(b, e, EXPR_STRING, &texts_data);
	case EXPR_HEX:
		return text_expr(b, e, EXPR_HEX, &texts_bytes);
	case EXPR_PATTERN:
		return pattern_expr(b, e);
	default:
		return 0;
	}
}

/* Of an option: nothing, bytes, a name. */
u32 binary_bytes(struct binary *b, u32 e)
{
	u32 kind = !b->encoding || e == 0 ? 0 : binary_at(b, e)->kind == EXPR_HEX ? 1 : 2;

	kind = binary_choice(b, kind, 3, (struct usual){ 0 });
	if (kind == 0)
		return 0;
	return kind == 1 ? text_expr(b, e, EXPR_HEX, &texts_bytes)
			 : text_expr(b, e, EXPR_NAME, &texts_name);
}

/* --- forms ---------------------------------------------------------------------------------------
 */
/* What an argument can look like; the plainest first. Weights are for random bytes. */
enum shape {
	SHAPE_STRUCT,
	SHAPE_SYMBOL,
	SHAPE_VALUE,
	SHAPE_LIST,
	SHAPE_APPLY,
	SHAPE_NUMBER,
	SHAPE_STRING,
	SHAPE_ANY,
	SHAPE_OR,
	SHAPE_HEX,
	SHAPE_PATTERN,
	SHAPE_CHANGE,
	SHAPE_ANYS, /* [...] */
	SHAPE_NULL,
	SHAPE_POINTER,
	SHAPE_NAME,
	SHAPES
};

static const struct {
	u32 forms; /* any of them allows it */
	u8 weight;
} shapes[SHAPES] = {
	[SHAPE_STRUCT] = { FORM_STRUCT, 8 },
	[SHAPE_SYMBOL] = { FORM_SYMBOL, 8 },
	[SHAPE_VALUE] = { FORM_VALUE, 8 },
	[SHAPE_LIST] = { FORM_LIST, 8 },
	[SHAPE_APPLY] = { FORM_APPLY, 8 },
	[SHAPE_NUMBER] = { FORM_NUMBER, 4 },
	[SHAPE_STRING] = { FORM_STRING, 4 },
	[SHAPE_ANY] = { FORM_ANY, 3 },
	[SHAPE_OR] = { FORM_OR, 2 },
	[SHAPE_HEX] = { FORM_BYTES, 1 },
	[SHAPE_PATTERN] = { FORM_BYTES, 1 },
	[SHAPE_CHANGE] = { FORM_CHANGE, 2 },
	[SHAPE_ANYS] = { FORM_VALUE | FORM_LIST, 1 },
	[SHAPE_NULL] = { FORM_NULL, 1 },
	[SHAPE_POINTER] = { FORM_POINTER, 1 },
	[SHAPE_NAME] = { FORM_NUMBER | FORM_SYMBOL | FORM_POINTER, 0 },
};

static enum shape shape_of_list(const struct binary *b, const struct expr *x, u32 forms)
{
	const struct expr *first = &b->s->expr[x->first];

	if (x->first != 0 && first->next == 0 && first->kind == EXPR_ANY)
		return SHAPE_ANYS;
	if (x->first != 0 && first->kind == EXPR_CHANGE)
		return SHAPE_CHANGE;
	return (forms & FORM_VALUE) != 0 ? SHAPE_VALUE : SHAPE_LIST;
}

static enum shape shape_of(struct binary *b, u32 e, u32 forms)
{
	static const u8 of_kind[EXPR_KINDS] = {
		[EXPR_ANY] = SHAPE_ANY,	    [EXPR_SYMBOL] = SHAPE_SYMBOL,
		[EXPR_NAME] = SHAPE_NAME,   [EXPR_STRING] = SHAPE_STRING,
		[EXPR_HEX] = SHAPE_HEX,	    [EXPR_PATTERN] = SHAPE_PATTERN,
		[EXPR_OR] = SHAPE_OR,	    [EXPR_STRUCT] = SHAPE_STRUCT,
		[EXPR_APPLY] = SHAPE_APPLY, [EXPR_NULL] = SHAPE_NULL,
	};
	const struct expr *x = binary_at(b, e);

	if (x->kind == EXPR_LIST)
		return shape_of_list(b, x, forms);
	if (x->kind == EXPR_NUMBER)
		return (forms & FORM_NUMBER) != 0 ? SHAPE_NUMBER : SHAPE_POINTER;
	return of_kind[x->kind];
}

/* What is legal where these forms are, and what other bytes stand for there. */
struct legal {
	u8 n, nr_usual;
	u8 shape[SHAPES], usual[64];
};

static void legal_make(struct legal *l, u32 forms)
{
	for (u32 i = 0; i < SHAPES; i++) {
		if ((shapes[i].forms & forms) == 0)
			continue;
		assert(l->nr_usual + shapes[i].weight <= ARRAY_SIZE(l->usual));
		memset(l->usual + l->nr_usual, l->n, shapes[i].weight);
		l->nr_usual = (u8)(l->nr_usual + shapes[i].weight);
		l->shape[l->n++] = (u8)i;
	}
}

/* Made when it is first asked for: there are as many as there are sets of forms in the tables. */
static const struct legal *legal_of(u32 forms)
{
	enum { FORMS_END = FORM_APPLY * 2, SETS = 64 };
	static u8 number[FORMS_END]; /* + 1: in the list */
	static struct legal list[SETS];
	static u32 nr;

	assert(forms < FORMS_END);
	if (number[forms] == 0) {
		assert(nr < SETS);
		legal_make(&list[nr], forms);
		number[forms] = (u8)++nr;
	}
	return &list[number[forms] - 1];
}

/* Which of the forms that are legal here. */
static enum shape binary_shape(struct binary *b, u32 e, u32 forms)
{
	const struct legal *l = legal_of(forms);
	u32 at = 0;

	if (l->n == 1)
		return (enum shape)l->shape[0];
	if (b->encoding) {
		enum shape now = shape_of(b, e, forms);

		while (at < l->n && l->shape[at] != now)
			at++;
		assert(at < l->n);
	}
	at = binary_choice(b, at, l->n, (struct usual){ l->usual, l->nr_usual });
	return (enum shape)l->shape[at];
}

/* A number, a symbol or a name of an OR. */
static u32 or_part(struct binary *b, u32 e, enum arg_type type)
{
	switch (binary_shape(b, e, FORM_NUMBER | FORM_SYMBOL)) {
	case SHAPE_NUMBER:
		return number_expr(b, e, false, numbers_of_type[type]);
	case SHAPE_NAME:
		return text_expr(b, e, EXPR_NAME, &texts_name);
	default:
		return symbol_expr(b, e, script_types[type].group);
	}
}

static u32 or_expr(struct binary *b, u32 e, enum arg_type type)
{
	struct chain c = { 0 };
	u32 part;

	e = binary_expr(b, e, EXPR_OR);
	part = first_of(b, e);
	for (u32 i = 0; i < 2 || binary_more(b, part != 0, i); i++) {
		binary_link(b, &c, or_part(b, part, type));
		part = next_of(b, c.last);
	}
	if (!b->encoding)
		binary_at(b, e)->first = c.first;
	return e;
}

// NOLINTNEXTLINE(misc-no-recursion)
static u32 list_expr(struct binary *b, u32 e, enum arg_type of)
{
	struct chain c = { 0 };
	u32 part;

	e = binary_expr(b, e, EXPR_LIST);
	part = first_of(b, e);
	for (u32 i = 0; binary_more(b, part != 0, i); i++) {
		binary_link(b, &c, binary_value(b, part, of));
		part = next_of(b, c.last);
	}
	if (!b->encoding)
		binary_at(b, e)->first = c.first;
	return e;
}

/* [v], [...], inet_addr("…"): one below. */
static u32 around(struct binary *b, u32 e, enum expr_kind kind, u32 below)
{
	e = binary_expr(b, e, kind);
	if (!b->encoding)
		binary_at(b, e)->first = below;
	return e;
}

/* htons(80): what fits a port, or a name. */
static u32 port_expr(struct binary *b, u32 e)
{
	struct number n = { 0 };

	if (binary_shape(b, e, FORM_NUMBER) == SHAPE_NAME)
		return text_expr(b, e, EXPR_NAME, &texts_name);
	e = binary_expr(b, e, EXPR_NUMBER);
	if (b->encoding)
		n = (struct number){ binary_at(b, e)->value, binary_at(b, e)->hex, false };
	n = binary_number(b, n, numbers_port);
	if (!b->encoding) {
		binary_at(b, e)->value = n.value & U16_MAX;
		binary_at(b, e)->hex = n.hex;
	}
	return e;
}

static u32 apply_expr(struct binary *b, u32 e, enum arg_type type)
{
	u32 arg = b->encoding ? first_of(b, e) : 0;
	bool addr = script_types[type].of_type == TYPE_STRING;

	arg = addr ? text_expr(b, arg, EXPR_STRING, &texts_addr) : port_expr(b, arg);
	e = around(b, e, EXPR_APPLY, arg);
	if (!b->encoding)
		binary_at(b, e)->symbol = addr ? APPLY_INET_ADDR : APPLY_HTONS;
	assert(binary_at(b, e)->symbol == (addr ? APPLY_INET_ADDR : APPLY_HTONS));
	return e;
}

// NOLINTNEXTLINE(misc-no-recursion)
static u32 change_expr(struct binary *b, u32 e, enum arg_type of)
{
	u32 change = b->encoding ? first_of(b, e) : 0, from, to;

	from = binary_value(b, b->encoding ? first_of(b, change) : 0, of);
	to = binary_value(b, next_of(b, from), of);
	if (b->encoding)
		return e;
	binary_at(b, from)->next = to;
	return around(b, e, EXPR_LIST, around(b, change, EXPR_CHANGE, from));
}

/* --- structs -------------------------------------------------------------------------------------
 */
/* Which fields random bytes make: the first `usual` ones in their order, or some next to each
 * other, where a struct is rather a union.
 */
static const struct {
	u8 usual;
	bool some;
} struct_habits[STRUCT_MAX] = {
	[STRUCT_SOCKADDR] = { 3, false },     [STRUCT_MSGHDR] = { 3, false },
	[STRUCT_MSGHDR_OUT] = { 3, false },   [STRUCT_MMSGHDR] = { 2, false },
	[STRUCT_MMSGHDR_OUT] = { 2, false },  [STRUCT_CMSGHDR] = { 4, false },
	[STRUCT_CMSGVALUE] = { 11, true },    [STRUCT_OPTSTRUCT] = { 9, true },
	[STRUCT_POLLFD] = { 3, false },	      [STRUCT_EPOLL_EVENT] = { 2, false },
	[STRUCT_TIMESPEC] = { 2, false },     [STRUCT_TIMEVAL] = { 2, false },
	[STRUCT_IFREQ] = { 30, true },	      [STRUCT_HWADDR] = { 2, false },
	[STRUCT_IFMAP] = { 6, true },	      [STRUCT_ETHTOOL] = { 2, false },
	[STRUCT_IFREQ_LISTED] = { 2, false },
};

/* The next field of a struct that has n; n at its end. `last`: the one before, n: none. They come
 * in the order of the table.
 */
static u32 next_field(struct binary *b, u32 v, u32 n, enum struct_type s, u32 last)
{
	u8 c = binary_byte(b, (u8)(v < n ? v + 1 : 0));
	u32 from = last == n ? 0 : last + 1, next = n;

	if (c == 0)
		return n;
	if (c <= n)
		next = c - 1u;
	else if (!struct_habits[s].some)
		next = from < struct_habits[s].usual || c % 4 == 0 ? from : n;
	else if (last == n)
		next = c % n;
	else if (c % 4 != 0)
		next = from;
	return next >= from ? next : n;
}

// NOLINTNEXTLINE(misc-no-recursion)
static u32 field_expr(struct binary *b, u32 e, const struct field_info *row)
{
	u32 part = first_of(b, e);
	struct chain c = { 0 };

	if ((row->flags & FIELD_COUNTED) != 0) {
		binary_link(b, &c, binary_value(b, part, TYPE_ADDRLEN));
		part = next_of(b, part);
	}
	binary_link(b, &c, binary_value(b, part, row->type));
	e = around(b, e, EXPR_FIELD, c.first);
	if (!b->encoding)
		binary_at(b, e)->symbol = (u16)script_field_number(row);
	return e;
}

/* {fd = 3, …} */
// NOLINTNEXTLINE(misc-no-recursion)
static u32 named_fields(struct binary *b, u32 part, enum struct_type s)
{
	const struct field_info *row;
	u32 n = script_struct_fields(s, &row), now = n, at;
	struct chain c = { 0 };

	for (;;) {
		at = part != 0 ? (u32)(script_field_of(s, binary_at(b, part)->symbol) - row) : n;
		now = next_field(b, at, n, s, now);
		if (now == n)
			return c.first;
		binary_link(b, &c, field_expr(b, part, &row[now]));
		part = next_of(b, part);
	}
}

/* {..., 100} */
// NOLINTNEXTLINE(misc-no-recursion)
static u32 placed_fields(struct binary *b, u32 part, enum struct_type s)
{
	const struct field_info *row;
	u32 n = script_struct_fields(s, &row);
	struct chain c = { 0 };

	for (u32 i = 0; i < n; i++) {
		binary_link(b, &c, binary_value(b, part, row[i].type));
		part = next_of(b, part);
	}
	return c.first;
}

// NOLINTNEXTLINE(misc-no-recursion)
static u32 struct_expr(struct binary *b, u32 e, enum struct_type s)
{
	const struct field_info *row;
	u32 part;

	(void)script_struct_fields(s, &row);
	e = binary_expr(b, e, EXPR_STRUCT);
	part = first_of(b, e);
	part = (row->flags & FIELD_POSITION) != 0 ? placed_fields(b, part, s)
						  : named_fields(b, part, s);
	if (!b->encoding)
		binary_at(b, e)->first = part;
	return e;
}

/* --- values --------------------------------------------------------------------------------------
 */
// NOLINTNEXTLINE(misc-no-recursion)
static u32 binary_shaped(struct binary *b, u32 e, enum arg_type type, enum shape shape)
{
	const struct arg_type_info *t = &script_types[type];

	switch (shape) {
	case SHAPE_STRUCT:
		return struct_expr(b, e, t->of_struct);
	case SHAPE_SYMBOL:
		return symbol_expr(b, e, t->group);
	case SHAPE_VALUE:
		return around(b, e, EXPR_LIST,
			      binary_value(b, b->encoding ? first_of(b, e) : 0, t->of_type));
	case SHAPE_LIST:
		return list_expr(b, e, t->of_type);
	case SHAPE_APPLY:
		return apply_expr(b, e, type);
	case SHAPE_NUMBER:
	case SHAPE_POINTER:
		return number_expr(b, e, shape == SHAPE_POINTER, numbers_of_type[type]);
	case SHAPE_STRING:
		return text_expr(b, e, EXPR_STRING, &texts_data);
	case SHAPE_OR:
		return or_expr(b, e, type);
	case SHAPE_HEX:
		return text_expr(b, e, EXPR_HEX, &texts_bytes);
	case SHAPE_PATTERN:
		return pattern_expr(b, e);
	case SHAPE_CHANGE:
		return change_expr(b, e, t->of_type);
	case SHAPE_ANYS:
		return around(b, e, EXPR_LIST, b->encoding ? 0 : binary_expr(b, 0, EXPR_ANY));
	case SHAPE_NULL:
		return binary_expr(b, e, EXPR_NULL);
	case SHAPE_NAME:
		return text_expr(b, e, EXPR_NAME, &texts_name);
	default:
		assert(shape == SHAPE_ANY);
		return binary_expr(b, e, EXPR_ANY);
	}
}

// NOLINTNEXTLINE(misc-no-recursion)
u32 binary_value(struct binary *b, u32 e, enum arg_type type)
{
	assert(type > TYPE_NONE);
	assert(type < TYPE_MAX);
	b->depth++;
	assert(b->depth <= 2 * EXPR_DEPTH);
	e = binary_shaped(b, e, type, binary_shape(b, e, script_types[type].forms));
	b->depth--;
	return e;
}

/* --- calls ---------------------------------------------------------------------------------------
 */
/* What a call returns: a number, -1 and an errno, anything, a constant or a name. */
enum result { RESULT_NUMBER, RESULT_ERROR, RESULT_ANY, RESULT_WORD, RESULTS };

static enum result result_of(struct binary *b, const struct stmt *st)
{
	if (!b->encoding)
		return RESULT_NUMBER;
	if (st->call.error != 0)
		return RESULT_ERROR;
	switch (binary_at(b, st->call.result)->kind) {
	case EXPR_NUMBER:
		return RESULT_NUMBER;
	case EXPR_ANY:
		return RESULT_ANY;
	default:
		return RESULT_WORD;
	}
}

static u32 result_error(struct binary *b, struct stmt *st)
{
	u32 e = binary_expr(b, st->call.result, EXPR_NUMBER);

	st->call.error = (u16)(binary_symbol_index(b, st->call.error - 1u, SYM_E) + 1);
	if (!b->encoding) {
		binary_at(b, e)->value = 1;
		binary_at(b, e)->negative = true;
		if (script_symbols[st->call.error - 1].group != SYM_E)
			st->call.error = (u16)(script_find_symbol("EINVAL", 6) + 1);
	}
	return e;
}

static u32 result_word(struct binary *b, u32 e, enum arg_type type)
{
	u32 can_or = script_types[type].forms & FORM_OR;

	switch (binary_shape(b, e, FORM_SYMBOL | can_or)) {
	case SHAPE_OR:
		return or_expr(b, e, type);
	case SHAPE_NAME:
		return text_expr(b, e, EXPR_NAME, &texts_name);
	default:
		return symbol_expr(b, e, script_types[type].group);
	}
}

static void binary_result(struct binary *b, struct stmt *st)
{
	static const u8 usual[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 3 };
	enum arg_type type = script_calls[st->call.call].result;
	u32 e = st->call.result;

	switch (binary_choice(b, result_of(b, st), RESULTS,
			      (struct usual){ usual, ARRAY_SIZE(usual) })) {
	case RESULT_NUMBER:
		e = number_expr(b, e, false, numbers_of_type[type]);
		break;
	case RESULT_ERROR:
		e = result_error(b, st);
		break;
	case RESULT_ANY:
		e = binary_expr(b, e, EXPR_ANY);
		break;
	default:
		e = result_word(b, e, type);
	}
	st->call.result = e;
}

void binary_call(struct binary *b, struct stmt *st)
{
	const struct call_info *info;
	struct chain c = { 0 };
	u32 arg = st->call.args;

	st->call.call = (u16)binary_choice(b, st->call.call, CALL_MAX, (struct usual){ 0 });
	info = &script_calls[st->call.call];
	for (u32 i = 0; i < info->nr_args; i++) {
		if (i >= info->min_args && !binary_more(b, arg != 0, 0))
			break;
		binary_link(b, &c, binary_value(b, arg, info->arg[i]));
		arg = next_of(b, c.last);
	}
	st->call.args = c.first;
	binary_result(b, st);
	if (binary_choice(b, st->call.note.len != 0, 2, (struct usual){ (const u8[]){ 0 }, 1 }) ==
	    1)
		st->call.note = binary_text(b, st->call.note, &texts_note);
}
