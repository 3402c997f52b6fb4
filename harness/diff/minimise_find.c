// SPDX-License-Identifier: MIT
/* minimise_find.c - which steps there are: from half of the statements down to a number's last bit.
 */
#include "harness/diff/minimise_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/parse_internal.h"
#include "harness/script/scan.h"

enum {
	PAIRS_BELOW = 14,    /* pieces: beyond that pairs of them are too many to try */
	WORDS_KEPT = 3,	     /* at the beginning of a command */
	GRID = 16,	     /* numbers between nothing and what there is */
	VALUES_MAX = 64,     /* different descriptors, addresses or ports that are looked at */
	ADDR_BYTES_MIN = 7,  /* 1.2.3.4 */
	FD_FIRST = 3,	     /* what the first call gets */
	SUB_MS_NS = 1000000, /* times are plain from here on */
};

/* --- pieces --------------------------------------------------------------------------------------
 */
static void add_piece(struct pieces *p, u32 *cap, u32 stmt, struct text text)
{
	if (p->nr == *cap) {
		*cap = *cap * 2 + 16;
		p->piece = realloc(p->piece, *cap * sizeof(*p->piece));
		assert(p->piece != NULL);
	}
	p->piece[p->nr++] = (struct piece){ stmt, text };
}

/* How long the first command of a line is, up to its end or separator; quotes hold it together. */
static u32 command_len(const char *text, u32 len)
{
	char quote = '\0';
	u32 i;

	for (i = 0; i < len; i++) {
		if (quote == text[i])
			quote = '\0';
		else if (quote != '\0')
			continue;
		else if (text[i] == '\'' || text[i] == '"')
			quote = text[i];
		else if (text[i] == ';' || text[i] == '\n')
			break;
	}
	return i;
}

static struct text trimmed(const struct script *s, struct text t)
{
	while (t.len != 0 && is_blank(s->text[t.at])) {
		t.at++;
		t.len--;
	}
	while (t.len != 0 && is_blank(s->text[t.at + t.len - 1]))
		t.len--;
	return t;
}

static void add_commands(struct pieces *p, u32 *cap, const struct script *s, u32 stmt)
{
	struct text left = s->stmt[stmt].text, one;
	bool comment = left.len != 0 && memchr(script_text(s, left), '#', left.len) != NULL;
	u32 n, before = p->nr;

	while (left.len != 0) {
		n = comment || p->nr - before == PIECES_OF_COMMAND - 1
			    ? left.len
			    : command_len(script_text(s, left), left.len);
		one = trimmed(s, (struct text){ left.at, n });
		if (one.len != 0)
			add_piece(p, cap, stmt, one);
		n += n < left.len;
		left.at += n;
		left.len -= n;
	}
	if (p->nr == before)
		add_piece(p, cap, stmt, (struct text){ 0, 0 });
}

struct pieces pieces_of(const struct script *s)
{
	struct pieces p = { NULL, 0 };
	u32 cap = 0;

	for (u32 i = 0; i < s->nr_stmts; i++) {
		if (s->stmt[i].kind == STMT_COMMAND)
			add_commands(&p, &cap, s, i);
		else
			add_piece(&p, &cap, i, (struct text){ 0, 0 });
	}
	return p;
}

u8 step_place_of(const struct stmt *st, enum step_place place)
{
	assert(place < PLACES);
	if (place == PLACE_HOST)
		return st->host;
	return place == PLACE_THREAD ? st->thread : st->process;
}

/* Blanks first, then the word. */
u32 piece_word(const char *text, u32 len, u32 *word_at)
{
	u32 at = 0, n = 0;
	char quote = '\0';

	while (at < len && is_blank(text[at]))
		at++;
	*word_at = at;
	for (; at + n < len && (quote != '\0' || !is_blank(text[at + n])); n++) {
		char c = text[at + n];

		if (quote == c)
			quote = '\0';
		else if (quote != '\0')
			continue;
		else if (c == '\'' || c == '"')
			quote = c;
	}
	return n;
}

/* --- addresses and ports in a text ---------------------------------------------------------------
 */
bool is_usual_addr(u32 addr)
{
	static const u32 usual[] = { 0, 0x7f000001, 0xc0000201, 0xc0000202, 0xc00002ff };

	for (u32 i = 0; i < ARRAY_SIZE(usual); i++)
		if (addr == usual[i])
			return true;
	return false;
}

bool is_usual_port(u32 port)
{
	return port == 7 || port == 5000;
}

u32 text_next_addr(const char *text, u32 len, u32 *at, u32 *addr)
{
	u32 n;

	for (; *at + ADDR_BYTES_MIN <= len; (*at)++) {
		if (!is_digit(text[*at]) ||
		    (*at > 0 && (is_word(text[*at - 1]) || text[*at - 1] == '.')))
			continue;
		n = ipv4_of(text + *at, len - *at, addr);
		if (n != 0 && (*at + n == len || (!is_word(text[*at + n]) && text[*at + n] != '.')))
			return n;
	}
	return 0;
}

/* htons(7), 192.0.2.1:7 */
static bool begins_port(const char *text, u32 at)
{
	static const char before[] = "htons(";
	u32 n = sizeof(before) - 1;

	if (!is_digit(text[at]))
		return false;
	if (at >= 2 && text[at - 1] == ':' && is_digit(text[at - 2]))
		return true;
	return at >= n && memcmp(text + at - n, before, n) == 0;
}

u32 text_next_port(const char *text, u32 len, u32 *at, u32 *port)
{
	u32 n;

	for (; *at < len; (*at)++) {
		if (!begins_port(text, *at))
			continue;
		*port = 0;
		for (n = 0; *at + n < len && is_digit(text[*at + n]) && n < 5; n++)
			*port = *port * 10 + (u32)(text[*at + n] - '0');
		if (*at + n == len || (!is_word(text[*at + n]) && text[*at + n] != ':'))
			return n;
	}
	return 0;
}

/* --- places --------------------------------------------------------------------------------------
 */
static void add_place(struct places *p, const struct place *place)
{
	if (p->nr == p->cap) {
		p->cap = p->cap * 2 + 64;
		p->place = realloc(p->place, p->cap * sizeof(*p->place));
		assert(p->place != NULL);
	}
	p->place[p->nr++] = *place;
}

static u32 list_len(const struct script *s, u32 e)
{
	u32 n = 0;

	for (u32 i = s->expr[e].first; i != 0; i = s->expr[i].next)
		n++;
	return n;
}

/* A number that says how long e is: the bytes, or the elements that it has. */
static u32 size_of(const struct script *s, u32 e, u32 number)
{
	const struct expr *x = &s->expr[e];

	if (number == 0 || s->expr[number].kind != EXPR_NUMBER || s->expr[number].negative)
		return 0;
	if (x->kind == EXPR_LIST && s->expr[number].value == list_len(s, e))
		return number;
	if ((x->kind == EXPR_STRING || x->kind == EXPR_HEX) && s->expr[number].value == x->text.len)
		return number;
	return 0;
}

static void add_field(struct places *p, const struct script *s, const struct place *in, u32 field)
{
	const struct arg_type_info *info = &script_types[in->type];
	const struct field_info *row =
		script_field_of((enum struct_type)info->of_struct, s->expr[field].symbol);
	struct place f = { .stmt = in->stmt, .expr = field, .owner = in->expr };
	struct place value = { .stmt = in->stmt };
	u32 e = s->expr[field].first;

	assert(row != NULL);
	add_place(p, &f);
	if ((row->flags & FIELD_COUNTED) != 0) {
		add_place(p, &(struct place){ .stmt = in->stmt, .expr = e, .type = TYPE_SIZE });
		value.size = size_of(s, s->expr[e].next, e);
		e = s->expr[e].next;
	}
	value.expr = e;
	value.type = row->type;
	add_place(p, &value);
}

static void add_struct(struct places *p, const struct script *s, const struct place *in)
{
	const struct field_info *row;
	u32 n = script_struct_fields((enum struct_type)script_types[in->type].of_struct, &row);
	struct place value = { .stmt = in->stmt };
	u32 i = 0;

	for (u32 e = s->expr[in->expr].first; e != 0; e = s->expr[e].next, i++) {
		if ((row->flags & FIELD_POSITION) == 0) {
			add_field(p, s, in, e);
			continue;
		}
		assert(i < n);
		value.expr = e;
		value.type = row[i].type;
		value.size = size_of(s, e, s->expr[e].next);
		add_place(p, &value);
	}
}

static void add_children(struct places *p, const struct script *s, const struct place *in)
{
	const struct arg_type_info *info = &script_types[in->type];
	const struct expr *x = &s->expr[in->expr];
	struct place child = { .stmt = in->stmt, .type = info->of_type };

	if (x->kind == EXPR_STRUCT) {
		add_struct(p, s, in);
		return;
	}
	if (x->kind != EXPR_LIST && x->kind != EXPR_OR)
		return;
	if (x->kind == EXPR_OR || (info->forms & FORM_LIST) != 0)
		child.owner = in->expr;
	if (x->kind == EXPR_OR)
		child.type = TYPE_WORD;
	child.count = in->size;
	for (u32 e = x->first; e != 0; e = s->expr[e].next) {
		if (s->expr[e].kind == EXPR_CHANGE || s->expr[e].kind == EXPR_ANY)
			continue;
		child.expr = e;
		add_place(p, &child);
	}
}

struct places places_of(const struct script *s)
{
	struct places p = { NULL, 0, 0 };
	struct place place;

	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];
		u32 n = 0;

		if (st->kind != STMT_CALL)
			continue;
		for (u32 e = st->call.args; e != 0; e = s->expr[e].next, n++) {
			place = (struct place){ .stmt = i,
						.expr = e,
						.size = size_of(s, e, s->expr[e].next),
						.type = script_calls[st->call.call].arg[n] };
			add_place(&p, &place);
		}
		if (script_calls[st->call.call].result == TYPE_FD && st->call.error == 0)
			add_place(&p, &(struct place){ .stmt = i,
						       .expr = st->call.result,
						       .type = TYPE_FD });
	}
	for (u32 i = 0; i < p.nr; i++) {
		place = p.place[i];
		if (place.type != TYPE_NONE)
			add_children(&p, s, &place);
	}
	return p;
}

/* --- steps ---------------------------------------------------------------------------------------
 */
struct finder {
	const struct script *s;
	const struct pieces *pieces;
	struct places places;
	enum find_level level;
	struct steps found;
};

static void add(struct finder *f, const struct step *step)
{
	struct steps *to = &f->found;

	if (to->nr == to->cap) {
		to->cap = to->cap * 2 + 256;
		to->step = realloc(to->step, to->cap * sizeof(*to->step));
		assert(to->step != NULL);
	}
	to->step[to->nr++] = *step;
}

static void add_op(struct finder *f, enum step_op op, u32 a, u32 b, u64 value)
{
	add(f, &(struct step){ .op = (u8)op, .a = a, .b = b, .value = value });
}

static bool has_time(const struct finder *f, u32 from, u32 to)
{
	const struct stmt *st;

	for (u32 i = from; i < to; i++) {
		st = &f->s->stmt[f->pieces->piece[i].stmt];
		if ((st->when.kind == WHEN_REL && st->when.from_ns != 0) ||
		    (st->kind == STMT_DIRECTIVE &&
		     (st->directive.id == DIR_ADVANCE || st->directive.id == DIR_QUIET)))
			return true;
	}
	return false;
}

static void find_range(struct finder *f, u32 from, u32 to)
{
	add_op(f, STEP_DROP, from, to, false);
	if (to < f->pieces->nr && has_time(f, from, to))
		add_op(f, STEP_DROP, from, to, true);
}

/* All behind a piece, then halves, quarters, … and single ones. */
static void find_ranges(struct finder *f)
{
	u32 n = f->pieces->nr, size;

	for (u32 i = 1; i < n; i++)
		find_range(f, i, n);
	for (size = n / 2; size > 1; size /= 2)
		for (u32 from = 0; from < n; from += size)
			find_range(f, from, min_u32(from + size, n));
	for (u32 i = 0; i < n; i++)
		find_range(f, i, i + 1);
	for (u32 i = 0; i < n && n < PAIRS_BELOW; i++)
		for (u32 j = i + 1; j < n; j++)
			add_op(f, STEP_DROP_PAIR, i, j, 0);
}

/* Adds a value to those that there are; false: it is one of them. */
static bool is_new(u64 *value, u32 *nr, u64 v)
{
	for (u32 i = 0; i < *nr; i++)
		if (value[i] == v)
			return false;
	if (*nr == VALUES_MAX)
		return false;
	value[(*nr)++] = v;
	return true;
}

static void find_fds(struct finder *f)
{
	u64 fd[VALUES_MAX];
	u32 nr = 0;

	for (u32 i = 0; i < f->places.nr; i++) {
		const struct expr *x = &f->s->expr[f->places.place[i].expr];

		if (f->places.place[i].type == TYPE_FD && x->kind == EXPR_NUMBER && !x->negative &&
		    is_new(fd, &nr, x->value))
			add_op(f, STEP_DROP_FD, 0, 0, x->value);
	}
	if (f->level > FIND_PIECES && nr != 0)
		add_op(f, STEP_FDS, 0, 0, 0);
}

/* Calls that open something; the number is the one that is said, or the next. */
static void find_makers(struct finder *f)
{
	u32 made = 0;

	for (u32 i = 0; i < f->pieces->nr; i++) {
		const struct stmt *st = &f->s->stmt[f->pieces->piece[i].stmt];
		const struct expr *x;

		if (st->kind != STMT_CALL || st->call.error != 0 ||
		    script_calls[st->call.call].result != TYPE_FD)
			continue;
		x = &f->s->expr[st->call.result];
		add_op(f, STEP_DROP_MAKER, i, 0,
		       x->kind == EXPR_NUMBER && !x->negative ? x->value : FD_FIRST + made);
		made++;
	}
}

static void find_places(struct finder *f, enum step_place place)
{
	u64 seen[VALUES_MAX];
	u32 nr = 0;
	u8 in;

	for (u32 i = 0; i < f->s->nr_stmts; i++) {
		in = step_place_of(&f->s->stmt[i], place);
		if (in == 0)
			continue;
		if (is_new(seen, &nr, in)) {
			add_op(f, STEP_DROP_PLACE, 0, place, in);
			add_op(f, STEP_PLACE_ALL, 0, place, in);
		}
		if (f->level > FIND_PIECES)
			add_op(f, STEP_PLACE, i, place, 0);
	}
}

static void find_words(struct finder *f)
{
	for (u32 i = 0; i < f->pieces->nr; i++) {
		struct text t = f->pieces->piece[i].text;
		u32 n = 0, len, at = 0, word_at;

		while ((len = piece_word(script_text(f->s, t) + at, t.len - at, &word_at)) != 0) {
			at += word_at + len;
			n++;
		}
		for (u32 w = WORDS_KEPT; w < n; w++) {
			add_op(f, STEP_WORDS, i, w, 1);
			if (w + 1 < n)
				add_op(f, STEP_WORDS, i, w, 2);
		}
		if (i > 0 && t.len != 0 &&
		    f->pieces->piece[i].stmt != f->pieces->piece[i - 1].stmt &&
		    f->s->stmt[f->pieces->piece[i - 1].stmt].kind == STMT_COMMAND)
			add_op(f, STEP_JOIN, f->pieces->piece[i].stmt, 0, 0);
	}
}

/* --- numbers -------------------------------------------------------------------------------------
 */
/* Only its first digits are not 0. */
static u64 rounded(u64 v, u32 digits)
{
	u64 limit = digits == 1 ? 10 : 100, scale = 1;

	while (v / scale >= limit)
		scale *= 10;
	return v / scale * scale;
}

static u32 add_value(u64 *to, u32 n, u64 v, u64 below)
{
	/* What has gone below 0 is above all. */
	if (v >= below || n == NUMBERS_MAX)
		return n;
	for (u32 i = 0; i < n; i++)
		if (to[i] == v)
			return n;
	to[n] = v;
	return n + 1;
}

/* Numbers that are smaller than v, plain ones first. */
static u32 smaller(u64 v, enum find_level level, u64 to[NUMBERS_MAX])
{
	u32 n = 0;

	for (u64 i = 0; i < 2; i++)
		n = add_value(to, n, i, v);
	n = add_value(to, n, rounded(v, 1), v);
	n = add_value(to, n, v / 2, v);
	if (level < FIND_ALL)
		return n;
	n = add_value(to, n, 2, v);
	n = add_value(to, n, rounded(v, 2), v);
	for (u64 i = 3; i < GRID; i++)
		n = add_value(to, n, v / GRID * i + v % GRID * i / GRID, v);
	/* A little less: 1, 2, 3, 4, 6, 8, 12, … */
	for (u64 less = 1; less <= v / GRID + 1; less *= 2) {
		n = add_value(to, n, v - less, v);
		n = add_value(to, n, v - less - less / 2, v);
	}
	return n;
}

static u64 up_to(u64 v, u64 grain)
{
	return (v + grain - 1) / grain * grain;
}

/* Times that are plainer: some are longer than v, but shorter to write. */
static u32 plainer_times(u64 v, enum find_level level, u64 to[NUMBERS_MAX])
{
	static const u64 grains[] = { 1000000000, 100000000, 10000000, SUB_MS_NS };
	u32 n = 0;

	if (v == 0)
		return 0;
	n = add_value(to, n, 0, v);
	for (u32 i = 0; i < ARRAY_SIZE(grains); i++) {
		n = add_value(to, n, (v - 1) / grains[i] * grains[i], v);
		if (v % grains[i] != 0)
			n = add_value(to, n, up_to(v, grains[i]), U64_MAX);
	}
	n = add_value(to, n, rounded(v, 1), v);
	n = add_value(to, n, v / 2, v);
	if (level < FIND_ALL)
		return n;
	n = add_value(to, n, rounded(v, 2), v);
	for (u64 i = 3; i < GRID; i += 2)
		n = add_value(to, n, v / GRID * i / SUB_MS_NS * SUB_MS_NS, v);
	return n;
}

static void find_time(struct finder *f, enum step_op op, u32 stmt, u32 which, u64 v)
{
	u64 to[NUMBERS_MAX];
	u32 n = plainer_times(v, f->level, to);

	for (u32 i = 0; i < n; i++)
		add_op(f, op, stmt, which, to[i]);
}

static void find_numbers(struct finder *f, enum step_op op, u32 a, u32 b, u64 v)
{
	u64 to[NUMBERS_MAX];
	u32 n = smaller(v, f->level, to);

	for (u32 i = 0; i < n; i++)
		add_op(f, op, a, b, to[i]);
}

/* --- statements ----------------------------------------------------------------------------------
 */
static void find_when(struct finder *f, u32 stmt)
{
	const struct when *w = &f->s->stmt[stmt].when;

	if (w->kind == WHEN_NONE)
		return;
	if (!w->blocks && w->from_ns == 0)
		add_op(f, STEP_WHEN, stmt, 0, 0);
	find_time(f, STEP_WHEN, stmt, 0, w->from_ns);
	if (w->blocks)
		find_time(f, STEP_UNTIL, stmt, 0, w->until_ns);
}

static void find_slots(struct finder *f, u32 stmt)
{
	const struct stmt *st = &f->s->stmt[stmt];
	const char *pattern = script_directives[st->directive.id];
	struct directive_part part;
	u32 n = 0;

	while (script_directive_part(&pattern, &part)) {
		if (part.slot == SLOT_TIME)
			find_time(f, STEP_SLOT, stmt, n, st->directive.value[n]);
		else if (part.slot == SLOT_NUM || part.slot == SLOT_NTH || part.slot == SLOT_RANGE)
			find_numbers(f, STEP_SLOT, stmt, n, st->directive.value[n]);
		n += script_slot_values((enum directive_slot)part.slot);
	}
}

static void find_call(struct finder *f, u32 stmt)
{
	const struct stmt *st = &f->s->stmt[stmt];
	bool fd = script_calls[st->call.call].result == TYPE_FD && st->call.error == 0;

	if (f->s->expr[st->call.result].kind != EXPR_ANY && !fd)
		add_op(f, STEP_RESULT, stmt, 0, 0);
}

/* --- packets -------------------------------------------------------------------------------------
 */
static void find_list(struct finder *f, u32 stmt, enum step_list list, u32 first)
{
	struct step cut = { .op = STEP_CUT, .list = (u8)list, .b = stmt };

	for (u32 e = first; e != 0; e = f->s->expr[e].next) {
		cut.a = e;
		add(f, &cut);
		for (u32 v = f->s->expr[e].first; v != 0; v = f->s->expr[v].next)
			if (f->s->expr[v].kind == EXPR_NUMBER)
				find_numbers(f, STEP_NUMBER, v, 0, f->s->expr[v].value);
	}
}

static void find_payload(struct finder *f, u32 stmt)
{
	const struct packet *p = &f->s->stmt[stmt].packet;
	const struct expr *e = &f->s->expr[p->payload];
	u32 len = p->payload != 0 && e->kind != EXPR_PATTERN ? e->text.len : p->len;

	if (p->payload != 0 && p->kind != PACKET_RAW)
		add_op(f, STEP_PAYLOAD, stmt, 0, 0);
	find_numbers(f, STEP_PAYLOAD_LEN, stmt, 0, len);
	if (p->kind == PACKET_RAW) {
		add_op(f, STEP_LINE, stmt, 0, true);
		add_op(f, STEP_LINE, stmt, 0, false);
	}
}

static void find_packet(struct finder *f, u32 stmt)
{
	const struct packet *p = &f->s->stmt[stmt].packet;
	const struct packet_kind_info *kind = &packet_kinds[p->kind];
	u32 may_go = p->flags & ~kind->flags_set;

	for (u32 bit = 1; bit != 0 && bit <= may_go; bit <<= 1)
		if ((may_go & bit) != 0)
			add_op(f, STEP_FLAG, stmt, 0, bit);
	find_list(f, stmt, OF_STOCK, p->stock_attrs);
	find_list(f, stmt, OF_ATTRS, p->attrs);
	find_list(f, stmt, OF_ENCAPS, p->encaps);
	find_list(f, stmt, OF_OPTIONS, p->options);
	for (u32 i = 0; i < PACKET_NUMBERS; i++)
		if ((kind->parts & packet_numbers[i].parts) != 0 &&
		    (packet_numbers[i].flags == 0 || (p->flags & packet_numbers[i].flags) != 0))
			find_numbers(f, STEP_FIELD, stmt, i, packet_number_get(p, i));
	find_payload(f, stmt);
}

static void find_statements(struct finder *f)
{
	for (u32 i = 0; i < f->s->nr_stmts; i++) {
		find_when(f, i);
		if (f->s->stmt[i].kind == STMT_CALL)
			find_call(f, i);
		else if (f->s->stmt[i].kind == STMT_PACKET)
			find_packet(f, i);
		else if (f->s->stmt[i].kind == STMT_DIRECTIVE)
			find_slots(f, i);
	}
}

/* --- arguments -----------------------------------------------------------------------------------
 */
/* Where ... says less, rather than something of its own. */
static bool any_is_plain(u8 type)
{
	static const u8 types[] = { TYPE_DATA_IN,  TYPE_DATA_OUT,     TYPE_ADDR_OUT,
				    TYPE_LEN_IO,   TYPE_OPT_OUT,      TYPE_LEN_INSIDE,
				    TYPE_FDPAIR,   TYPE_MSGFLAGS_OUT, TYPE_POLLMASK_OUT,
				    TYPE_WORD_OUT, TYPE_ERRNO };

	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

static void find_value_numbers(struct finder *f, const struct place *p)
{
	const struct expr *x = &f->s->expr[p->expr];

	if (p->type == TYPE_FD)
		return;
	if (x->hex)
		add_op(f, STEP_NUMBER, p->expr, 0, x->value);
	if (x->negative) {
		add_op(f, STEP_NUMBER, p->expr, 0, 0);
		add_op(f, STEP_NUMBER, p->expr, 0, 1);
		if (x->value != 1)
			add_op(f, STEP_NUMBER, p->expr, 0, U64_MAX);
		return;
	}
	/* What counts the elements of a list goes with them. */
	find_numbers(f, STEP_NUMBER, p->expr, 0, x->value);
}

static void find_bytes(struct finder *f, const struct place *p)
{
	if (p->type == TYPE_DATA_IN || p->type == TYPE_OPT_IN || p->type == TYPE_CMSGDATA)
		find_numbers(f, STEP_TEXT, p->expr, p->size, f->s->expr[p->expr].text.len);
}

static void find_buffers(struct finder *f, const struct place *p)
{
	u8 of = script_types[p->type].of_type;

	if (of != TYPE_IOV_IN && of != TYPE_IOV_OUT)
		return;
	for (u32 e = f->s->expr[p->expr].first; e != 0; e = f->s->expr[e].next)
		if (f->s->expr[e].next != 0)
			add_op(f, STEP_MERGE, e, p->expr, p->size);
}

static void find_value(struct finder *f, const struct place *p)
{
	const struct expr *x = &f->s->expr[p->expr];
	u32 forms = script_types[p->type].forms;

	if (p->owner != 0)
		add_op(f, STEP_CUT, p->expr, p->owner, p->count);
	if ((forms & FORM_NULL) != 0 && x->kind != EXPR_NULL)
		add_op(f, STEP_NULL, p->expr, 0, 0);
	if ((forms & FORM_ANY) != 0 && x->kind != EXPR_ANY && any_is_plain(p->type))
		add_op(f, STEP_ANY, p->expr, 0, 0);
	if ((x->kind == EXPR_SYMBOL || x->kind == EXPR_OR) && (forms & FORM_NUMBER) != 0)
		add_op(f, STEP_NUMBER, p->expr, 0, 0);
	if (x->kind == EXPR_NUMBER)
		find_value_numbers(f, p);
	else if (x->kind == EXPR_STRING || x->kind == EXPR_HEX)
		find_bytes(f, p);
	else if (x->kind == EXPR_LIST)
		find_buffers(f, p);
}

/* --- addresses and ports -------------------------------------------------------------------------
 */
typedef u32 (*next_value)(const char *text, u32 len, u32 *at, u32 *value);

static bool has_value(const char *text, u32 len, next_value next, u32 wanted)
{
	u32 at = 0, n, value;

	while ((n = next(text, len, &at, &value)) != 0) {
		if (value == wanted)
			return true;
		at += n;
	}
	return false;
}

/* Each that is not usual may become a usual one that is not there yet. */
static void find_unusual(struct finder *f, enum step_op op, const char *text, u32 len)
{
	static const u32 addrs[] = { 0xc0000201, 0xc0000202, 0x7f000001 }, ports[] = { 5000, 7 };
	bool addr = op == STEP_ADDR;
	const u32 *to = addr ? addrs : ports;
	u32 nr_to = addr ? ARRAY_SIZE(addrs) : ARRAY_SIZE(ports);
	next_value next = addr ? text_next_addr : text_next_port;
	u64 seen[VALUES_MAX];
	u32 nr = 0, at = 0, n, value;

	while ((n = next(text, len, &at, &value)) != 0) {
		at += n;
		if ((addr ? is_usual_addr(value) : is_usual_port(value)) ||
		    !is_new(seen, &nr, value))
			continue;
		for (u32 i = 0; i < nr_to; i++)
			if (!has_value(text, len, next, to[i]))
				add_op(f, op, value, to[i], 0);
	}
}

static void find_names(struct finder *f)
{
	size_t len;
	char *text = script_print(f->s, 0, &len);

	assert(len <= U32_MAX);
	find_unusual(f, STEP_ADDR, text, (u32)len);
	find_unusual(f, STEP_PORT, text, (u32)len);
	free(text);
}

struct steps steps_find(const struct script *s, const struct pieces *pieces, enum find_level level)
{
	struct finder f = { .s = s, .pieces = pieces, .level = level };

	f.places = places_of(s);
	add_op(&f, STEP_DROP_NOTES, 0, 0, 0);
	find_fds(&f);
	find_makers(&f);
	for (u32 i = 0; i < PLACES; i++)
		find_places(&f, (enum step_place)i);
	find_ranges(&f);
	if (level > FIND_PIECES) {
		find_words(&f);
		find_statements(&f);
		for (u32 i = 0; i < f.places.nr; i++)
			if (f.places.place[i].type != TYPE_NONE || f.places.place[i].owner != 0)
				find_value(&f, &f.places.place[i]);
		find_names(&f);
	}
	free(f.places.place);
	return f.found;
}
