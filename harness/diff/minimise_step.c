// SPDX-License-Identifier: MIT
/* minimise_step.c - takes steps: a copy of the script, changed in place, printed and read again, so
 * that what comes out is a script like any that a person has written.
 */
#include "harness/diff/minimise_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/inet_text.h"
#include "harness/script/packet.h"

enum { LINE_BYTES_EACH = 4, LINE_BYTES = 4096, FD_FIRST = 3, FDS_MAX = 64 };

enum gone { STAYS, GONE, GONE_LATER /* its time goes to what follows */ };

struct draft {
	struct script *s;
	const struct pieces *pieces;
	u8 *gone;	   /* enum gone, by piece */
	struct text *text; /* by piece: a command's words */
	bool *joined;	   /* by statement: into the one before it */
	bool failed;
};

#define NUMBER(field, parts, flags)                                                                \
	{                                                                                          \
		offsetof(struct packet, field), sizeof(((struct packet *)NULL)->field), parts,     \
			flags                                                                      \
	}
const struct packet_number packet_numbers[PACKET_NUMBERS] = {
	NUMBER(seq, PART_TCP, 0),
	NUMBER(ack, PART_TCP, PACKET_HAS_ACK),
	NUMBER(win, PART_TCP, PACKET_HAS_WIN),
	NUMBER(urg, PART_TCP, PACKET_HAS_URG),
	NUMBER(icmp_code, PART_ICMP, PACKET_HAS_CODE),
	NUMBER(icmp_id, PART_ICMP, PACKET_HAS_ID),
	NUMBER(icmp_seq, PART_ICMP, PACKET_HAS_ICMP_SEQ),
	NUMBER(mtu, PART_ICMP, PACKET_HAS_MTU),
	NUMBER(eth_type, PART_TYPE, PACKET_HAS_TYPE),
};

u64 packet_number_get(const struct packet *p, u32 which)
{
	const u8 *at = (const u8 *)p + packet_numbers[which].at;
	u16 half;
	u32 word;

	assert(which < PACKET_NUMBERS);
	if (packet_numbers[which].bytes == 1)
		return *at;
	if (packet_numbers[which].bytes == 2) {
		memcpy(&half, at, sizeof(half));
		return half;
	}
	memcpy(&word, at, sizeof(word));
	return word;
}

static void packet_number_set(struct packet *p, u32 which, u64 value)
{
	u8 *at = (u8 *)p + packet_numbers[which].at;
	u16 half = (u16)value;
	u32 word = (u32)value;

	if (packet_numbers[which].bytes == 1)
		*at = (u8)value;
	else if (packet_numbers[which].bytes == 2)
		memcpy(at, &half, sizeof(half));
	else
		memcpy(at, &word, sizeof(word));
}

/* --- pieces --------------------------------------------------------------------------------------
 */
static void drop(struct draft *d, u32 piece, bool later)
{
	assert(piece < d->pieces->nr);
	d->gone[piece] = later ? GONE_LATER : GONE;
}

static void drop_range(struct draft *d, const struct step *st)
{
	for (u32 i = st->a; i < st->b; i++)
		drop(d, i, st->value != 0);
}

static void drop_pair(struct draft *d, const struct step *st)
{
	drop(d, st->a, false);
	drop(d, st->b, false);
}

static const struct stmt *stmt_of(const struct draft *d, u32 piece)
{
	return &d->s->stmt[d->pieces->piece[piece].stmt];
}

static void drop_stmt(struct draft *d, u32 stmt)
{
	for (u32 i = 0; i < d->pieces->nr; i++)
		if (d->pieces->piece[i].stmt == stmt)
			drop(d, i, false);
}

static void drop_fd(struct draft *d, const struct step *st)
{
	struct places places = places_of(d->s);
	const struct expr *x;

	for (u32 i = 0; i < places.nr; i++) {
		x = &d->s->expr[places.place[i].expr];
		if (places.place[i].type == TYPE_FD && x->kind == EXPR_NUMBER && !x->negative &&
		    x->value == st->value)
			drop_stmt(d, places.place[i].stmt);
	}
	free(places.place);
}

/* What opened later has the number before its own. */
static void drop_maker(struct draft *d, const struct step *st)
{
	struct places places = places_of(d->s);

	drop(d, st->a, false);
	for (u32 i = 0; i < places.nr; i++) {
		struct expr *x = &d->s->expr[places.place[i].expr];

		if (places.place[i].type == TYPE_FD && x->kind == EXPR_NUMBER && !x->negative &&
		    x->value > st->value)
			x->value--;
	}
	free(places.place);
}

static void drop_place(struct draft *d, const struct step *st)
{
	for (u32 i = 0; i < d->pieces->nr; i++)
		if (step_place_of(stmt_of(d, i), (enum step_place)st->b) == st->value)
			drop(d, i, false);
}

static void drop_notes(struct draft *d, const struct step *st)
{
	assert(st->op == STEP_DROP_NOTES);
	for (u32 i = 0; i < d->pieces->nr; i++)
		if (stmt_of(d, i)->kind == STMT_COMMENT || stmt_of(d, i)->kind == STMT_HEADER)
			drop(d, i, false);
	for (u32 i = 0; i < d->s->nr_stmts; i++) {
		d->s->stmt[i].comment = (struct text){ 0, 0 };
		d->s->stmt[i].blank_before = false;
	}
}

/* Words b to b + value go, with the blanks before them. */
static void drop_words(struct draft *d, const struct step *st)
{
	struct text *t = &d->text[st->a];
	char *to = malloc(t->len + 1u);
	const char *from = script_text(d->s, *t);
	u32 at = 0, n = 0, len, word_at, word = 0;

	assert(to != NULL);
	while ((len = piece_word(from + at, t->len - at, &word_at)) != 0) {
		if (word < st->b || word >= st->b + st->value) {
			memcpy(to + n, from + at, word_at + len);
			n += word_at + len;
		}
		at += word_at + len;
		word++;
	}
	*t = script_add_text(d->s, to, n);
	free(to);
}

/* --- statements ----------------------------------------------------------------------------------
 */
static void join(struct draft *d, const struct step *st)
{
	d->joined[st->a] = true;
}

static void clear_place(struct stmt *st, u32 place)
{
	if (place == PLACE_HOST)
		st->host = 0;
	else if (place == PLACE_THREAD)
		st->thread = 0;
	else
		st->process = 0;
}

static void change_place(struct draft *d, const struct step *st)
{
	clear_place(&d->s->stmt[st->a], st->b);
}

static void change_place_all(struct draft *d, const struct step *st)
{
	for (u32 i = 0; i < d->s->nr_stmts; i++)
		if (step_place_of(&d->s->stmt[i], (enum step_place)st->b) == st->value)
			clear_place(&d->s->stmt[i], st->b);
}

static void change_when(struct draft *d, const struct step *st)
{
	struct when *w = &d->s->stmt[st->a].when;

	if (st->value != 0 || w->blocks) {
		if (w->kind == WHEN_ABS_RANGE || w->kind == WHEN_REL_RANGE)
			w->until_ns = w->until_ns > st->value ? w->until_ns : st->value;
		w->from_ns = st->value;
		if (w->blocks && w->until_ns < w->from_ns)
			w->until_ns = w->from_ns;
		return;
	}
	*w = (struct when){ .kind = WHEN_NONE };
}

static void change_until(struct draft *d, const struct step *st)
{
	struct when *w = &d->s->stmt[st->a].when;

	w->until_ns = st->value;
	if (st->value == 0)
		w->blocks = false;
	if (!w->blocks && w->from_ns == 0)
		w->kind = WHEN_NONE;
}

static void change_slot(struct draft *d, const struct step *st)
{
	assert(st->b < DIRECTIVE_VALUES);
	d->s->stmt[st->a].directive.value[st->b] = st->value;
}

static void change_result(struct draft *d, const struct step *st)
{
	u32 any = script_add_expr(d->s, EXPR_ANY);
	struct stmt *to = &d->s->stmt[st->a];

	to->call.result = any;
	to->call.error = 0;
	to->call.note = (struct text){ 0, 0 };
}

static void change_flag(struct draft *d, const struct step *st)
{
	d->s->stmt[st->a].packet.flags &= ~(u32)st->value;
}

static void change_field(struct draft *d, const struct step *st)
{
	packet_number_set(&d->s->stmt[st->a].packet, st->b, st->value);
}

static void drop_payload(struct draft *d, const struct step *st)
{
	d->s->stmt[st->a].packet.payload = 0;
}

static void change_payload_len(struct draft *d, const struct step *st)
{
	struct packet *p = &d->s->stmt[st->a].packet;
	struct expr *e = &d->s->expr[p->payload];

	if (p->payload != 0 && e->kind != EXPR_PATTERN)
		e->text.len = (u32)st->value;
	p->len = (u32)st->value;
}

/* Another script's expressions and texts behind this one's: what is added to its indices. */
static void import(struct script *to, const struct script *from, u32 *exprs, u32 *texts)
{
	u32 n;

	*texts = to->text_len;
	*exprs = to->nr_exprs - 1;
	script_add_text(to, from->text, from->text_len);
	for (u32 i = 1; i < from->nr_exprs; i++) {
		n = script_add_expr(to, EXPR_ANY);
		to->expr[n] = from->expr[i];
		to->expr[n].first += to->expr[n].first != 0 ? *exprs : 0;
		to->expr[n].next += to->expr[n].next != 0 ? *exprs : 0;
		to->expr[n].text.at += *texts;
	}
}

/* A packet of another script that is here now. */
static void take_packet(struct draft *d, u32 stmt, const struct script *from)
{
	struct packet *p = &d->s->stmt[stmt].packet;
	u32 exprs, texts,
		*lists[] = { &p->stock_attrs, &p->attrs, &p->encaps, &p->options, &p->payload };

	import(d->s, from, &exprs, &texts);
	*p = from->stmt[0].packet;
	for (u32 i = 0; i < ARRAY_SIZE(lists); i++)
		*lists[i] += *lists[i] != 0 ? exprs : 0;
}

static void describe_line(struct draft *d, const struct step *st)
{
	const struct packet *p = &d->s->stmt[st->a].packet;
	struct text bytes = d->s->expr[p->payload].text;
	u32 size = bytes.len * LINE_BYTES_EACH + LINE_BYTES, n;
	char *line = malloc(size);
	struct script_error err;
	struct script *one;

	assert(line != NULL);
	n = (u32)snprintf(line, size, "%c ", p->incoming ? '<' : '>');
	packet_as_script((const u8 *)script_text(d->s, bytes), bytes.len, st->value != 0, line + n,
			 size - n);
	one = script_parse("", line, strlen(line), &err);
	if (one != NULL && one->nr_stmts == 1 && one->stmt[0].kind == STMT_PACKET)
		take_packet(d, st->a, one);
	else
		d->failed = true;
	script_free(one);
	free(line);
}

/* --- expressions ---------------------------------------------------------------------------------
 */
/* What it was goes; its place in a list stays. */
static struct expr *blank(struct draft *d, u32 e, enum expr_kind kind)
{
	struct expr *x = &d->s->expr[e];

	assert(e != 0);
	*x = (struct expr){ .kind = (u8)kind, .next = x->next };
	return x;
}

static void make_any(struct draft *d, const struct step *st)
{
	blank(d, st->a, EXPR_ANY);
}

static void make_null(struct draft *d, const struct step *st)
{
	blank(d, st->a, EXPR_NULL);
}

/* -1 and what is below it are themselves. */
static void make_number(struct draft *d, const struct step *st)
{
	struct expr *x = blank(d, st->a, EXPR_NUMBER);

	x->negative = st->value >> 63 != 0;
	x->value = x->negative ? 0 - st->value : st->value;
}

static void change_text(struct draft *d, const struct step *st)
{
	struct expr *x = &d->s->expr[st->a];

	if (x->kind != EXPR_STRING && x->kind != EXPR_HEX)
		return;
	x->text.len = (u32)min_u64(x->text.len, st->value);
	if (x->text.len == 0)
		x->kind = EXPR_STRING;
	if (st->b != 0)
		d->s->expr[st->b].value = st->value;
}

static u32 *list_of(struct draft *d, const struct step *st)
{
	struct packet *p = &d->s->stmt[st->list != OF_EXPR ? st->b : 0].packet;

	switch (st->list) {
	case OF_STOCK:
		return &p->stock_attrs;
	case OF_ATTRS:
		return &p->attrs;
	case OF_ENCAPS:
		return &p->encaps;
	case OF_OPTIONS:
		return &p->options;
	default:
		return &d->s->expr[st->b].first;
	}
}

static void one_less(struct draft *d, u64 count)
{
	struct expr *x = &d->s->expr[count];

	if (count != 0 && x->kind == EXPR_NUMBER && x->value > 0)
		x->value--;
}

static bool unlink_expr(struct draft *d, u32 *at, u32 e)
{
	while (*at != 0 && *at != e)
		at = &d->s->expr[*at].next;
	if (*at == 0)
		return false;
	*at = d->s->expr[e].next;
	return true;
}

static void cut(struct draft *d, const struct step *st)
{
	if (unlink_expr(d, list_of(d, st), st->a))
		one_less(d, st->value);
}

static bool is_whole(const struct expr *data, const struct expr *len)
{
	return (data->kind == EXPR_STRING || data->kind == EXPR_HEX) &&
	       data->text.len == len->value;
}

/* {"ab", 2}, {"c", 1} is {"abc", 3}; of other buffers only the lengths are kept. */
static void merge(struct draft *d, const struct step *st)
{
	struct expr *x = d->s->expr, *data, *len;
	u32 other = x[st->a].next, other_data = x[other].first, other_len = x[other_data].next;
	struct text ab;
	char *both;

	data = &x[x[st->a].first];
	len = &x[data->next];
	if (other == 0 || x[st->a].kind != EXPR_STRUCT || x[other].kind != EXPR_STRUCT ||
	    len->kind != EXPR_NUMBER || x[other_len].kind != EXPR_NUMBER)
		return;
	if (is_whole(data, len) && is_whole(&x[other_data], &x[other_len])) {
		ab = (struct text){ 0, data->text.len + x[other_data].text.len };
		both = malloc(ab.len + 1u);
		assert(both != NULL);
		memcpy(both, script_text(d->s, data->text), data->text.len);
		memcpy(both + data->text.len, script_text(d->s, x[other_data].text),
		       x[other_data].text.len);
		data->text = script_add_text(d->s, both, ab.len);
		free(both);
	} else {
		blank(d, x[st->a].first, EXPR_ANY);
	}
	len->value += x[other_len].value;
	if (unlink_expr(d, &d->s->expr[st->b].first, other))
		one_less(d, st->value);
}

/* --- everywhere ----------------------------------------------------------------------------------
 */
/* Descriptors in their order, from 3 on, without gaps. */
static void number_fds(struct draft *d, const struct step *st)
{
	struct places places = places_of(d->s);
	u64 fd[FDS_MAX], value;
	u32 nr = 0, at;

	assert(st->op == STEP_FDS);
	for (u32 i = 0; i < places.nr; i++) {
		const struct expr *x = &d->s->expr[places.place[i].expr];

		if (places.place[i].type != TYPE_FD || x->kind != EXPR_NUMBER || x->negative ||
		    x->value < FD_FIRST || nr == FDS_MAX)
			continue;
		for (at = 0; at < nr && fd[at] < x->value; at++)
			;
		if (at < nr && fd[at] == x->value)
			continue;
		memmove(&fd[at + 1], &fd[at], (nr - at) * sizeof(fd[0]));
		fd[at] = x->value;
		nr++;
		d->failed |= nr == FDS_MAX;
	}
	for (u32 i = 0; i < places.nr; i++) {
		struct expr *x = &d->s->expr[places.place[i].expr];

		if (places.place[i].type != TYPE_FD || x->kind != EXPR_NUMBER || x->negative)
			continue;
		value = x->value;
		for (at = 0; at < nr; at++)
			if (fd[at] == value)
				x->value = FD_FIRST + at;
	}
	free(places.place);
}

/* Addresses and ports are replaced where they stand in the text. */
static void in_the_text(struct draft *d, const struct step *st)
{
	assert(st->op == STEP_ADDR || st->op == STEP_PORT);
	assert(d->s != NULL);
}

static void (*const take[STEP_OPS])(struct draft *d, const struct step *st) = {
	[STEP_DROP] = drop_range,
	[STEP_DROP_PAIR] = drop_pair,
	[STEP_DROP_FD] = drop_fd,
	[STEP_DROP_PLACE] = drop_place,
	[STEP_DROP_NOTES] = drop_notes,
	[STEP_WORDS] = drop_words,
	[STEP_JOIN] = join,
	[STEP_PLACE] = change_place,
	[STEP_PLACE_ALL] = change_place_all,
	[STEP_WHEN] = change_when,
	[STEP_UNTIL] = change_until,
	[STEP_SLOT] = change_slot,
	[STEP_RESULT] = change_result,
	[STEP_FLAG] = change_flag,
	[STEP_FIELD] = change_field,
	[STEP_PAYLOAD] = drop_payload,
	[STEP_PAYLOAD_LEN] = change_payload_len,
	[STEP_LINE] = describe_line,
	[STEP_ANY] = make_any,
	[STEP_NULL] = make_null,
	[STEP_NUMBER] = make_number,
	[STEP_TEXT] = change_text,
	[STEP_CUT] = cut,
	[STEP_MERGE] = merge,
	[STEP_FDS] = number_fds,
	[STEP_DROP_MAKER] = drop_maker,
	[STEP_ADDR] = in_the_text,
	[STEP_PORT] = in_the_text,
};

/* Steps that say what one thing becomes: by what `a` counts. 0: others do not matter to it. */
static const u8 about[STEP_OPS] = {
	[STEP_WORDS] = 1, [STEP_WHEN] = 2, [STEP_UNTIL] = 3,   [STEP_SLOT] = 4,
	[STEP_FIELD] = 5, [STEP_LINE] = 6, [STEP_PAYLOAD] = 6, [STEP_PAYLOAD_LEN] = 6,
	[STEP_ANY] = 7,	  [STEP_NULL] = 7, [STEP_NUMBER] = 7,  [STEP_TEXT] = 7,
	[STEP_MERGE] = 8, [STEP_ADDR] = 9, [STEP_PORT] = 10,   [STEP_PLACE] = 11,
};

bool steps_collide(const struct step *a, const struct step *b)
{
	if (a->op == STEP_TEXT && b->op == STEP_NUMBER && a->b == b->a)
		return true;
	if (b->op == STEP_TEXT && a->op == STEP_NUMBER && b->b == a->a)
		return true;
	if (about[a->op] == 0 || about[a->op] != about[b->op])
		return false;
	if ((a->op == STEP_ADDR || a->op == STEP_PORT) && a->b == b->b)
		return true;
	if (a->op == STEP_SLOT || a->op == STEP_FIELD)
		return a->a == b->a && a->b == b->b;
	/* Buffers beside each other are merged in turn. */
	if (a->op == STEP_MERGE)
		return a->b == b->b;
	return a->a == b->a;
}

/* --- a script again ------------------------------------------------------------------------------
 */
static struct script *copy_of(const struct script *s)
{
	struct script *c = script_new(s->name);
	u32 n;

	script_add_text(c, s->text, s->text_len);
	for (u32 i = 1; i < s->nr_exprs; i++) {
		n = script_add_expr(c, EXPR_ANY);
		c->expr[n] = s->expr[i];
	}
	for (u32 i = 0; i < s->nr_stmts; i++)
		*script_add_stmt(c, (enum stmt_kind)s->stmt[i].kind) = s->stmt[i];
	return c;
}

static void add_time(struct stmt *st, u64 ns)
{
	struct when *w = &st->when;

	if (ns == 0 || w->kind == WHEN_ABS || w->kind == WHEN_ABS_RANGE || w->kind == WHEN_ANY)
		return;
	if (w->kind == WHEN_NONE)
		w->kind = WHEN_REL;
	w->from_ns += ns;
	if (w->kind == WHEN_REL_RANGE || w->blocks)
		w->until_ns += ns;
}

/* What is left of a line of commands; in front of it, what it is joined to. */
static void set_command(struct draft *d, u32 first, u32 n, struct text before, struct text *to)
{
	u32 room = before.len + 3, len = 0;
	char *text;

	for (u32 i = first; i < first + n; i++)
		room += d->text[i].len + 2;
	text = malloc(room);
	assert(text != NULL);
	memcpy(text, script_text(d->s, before), before.len);
	len = before.len;
	for (u32 i = first; i < first + n; i++) {
		if (d->gone[i] != STAYS)
			continue;
		if (len != 0) {
			text[len++] = ';';
			text[len++] = ' ';
		}
		memcpy(text + len, script_text(d->s, d->text[i]), d->text[i].len);
		len += d->text[i].len;
	}
	*to = script_add_text(d->s, text, len);
	free(text);
}

static bool can_join(const struct stmt *a, const struct stmt *b)
{
	return a->kind == STMT_COMMAND && b->kind == STMT_COMMAND && a->host == b->host &&
	       b->when.kind == WHEN_NONE;
}

/* How long a statement takes to begin and to be done, if it says so. */
static u64 time_of(const struct stmt *st)
{
	u64 ns = st->when.kind == WHEN_REL ? st->when.from_ns : 0;

	if (st->kind == STMT_DIRECTIVE &&
	    (st->directive.id == DIR_ADVANCE || st->directive.id == DIR_QUIET))
		ns += st->directive.value[0];
	return ns;
}

/* Statements that stay move together. */
static void close_ranks(struct draft *d)
{
	struct stmt *st = d->s->stmt;
	u32 to = 0, piece = 0, n, left;
	u64 carried = 0;
	bool later;

	for (u32 i = 0; i < d->s->nr_stmts; i++, piece += n) {
		left = 0;
		later = false;
		for (n = 0; piece + n < d->pieces->nr && d->pieces->piece[piece + n].stmt == i;
		     n++) {
			left += d->gone[piece + n] == STAYS;
			later |= d->gone[piece + n] == GONE_LATER;
		}
		if (left == 0) {
			carried += later ? time_of(&st[i]) : 0;
			continue;
		}
		if (st[i].kind >= STMT_COMMAND) {
			add_time(&st[i], carried);
			carried = 0;
		}
		if (d->joined[i] && to > 0 && can_join(&st[to - 1], &st[i])) {
			set_command(d, piece, n, st[to - 1].text, &st[to - 1].text);
			continue;
		}
		if (st[i].kind == STMT_COMMAND)
			set_command(d, piece, n, (struct text){ 0, 0 }, &st[i].text);
		st[to++] = st[i];
	}
	d->s->nr_stmts = to;
}

/* Flags of which one or none is left. */
static void settle_ors(struct script *s)
{
	for (u32 i = 1; i < s->nr_exprs; i++) {
		struct expr *x = &s->expr[i];
		u32 first = x->first, next = x->next;

		if (x->kind != EXPR_OR)
			continue;
		if (first == 0)
			*x = (struct expr){ .kind = EXPR_NUMBER };
		else if (s->expr[first].next == 0)
			*x = s->expr[first];
		x->next = next;
	}
}

/* The text with one address or port in the place of another; of malloc. */
static char *replaced(const char *text, size_t len, const struct step *st, size_t *to_len)
{
	char *out = NULL, with[24];
	size_t cap = 0;
	FILE *to = open_memstream(&out, &cap);
	u32 at = 0, from = 0, n, value;
	bool addr = st->op == STEP_ADDR;

	assert(to != NULL);
	if (addr)
		snprintf(with, sizeof(with), INET_FORM, INET_PARTS(st->b));
	else
		snprintf(with, sizeof(with), "%u", st->b);
	while ((n = addr ? text_next_addr(text, (u32)len, &at, &value)
			 : text_next_port(text, (u32)len, &at, &value)) != 0) {
		fwrite(text + from, 1, at - from, to);
		if (value == st->a)
			fputs(with, to);
		else
			fwrite(text + at, 1, n, to);
		at += n;
		from = at;
	}
	fwrite(text + from, 1, len - from, to);
	fclose(to);
	*to_len = cap;
	return out;
}

static bool has_statements(const struct script *s)
{
	for (u32 i = 0; i < s->nr_stmts; i++)
		if (s->stmt[i].kind >= STMT_COMMAND)
			return true;
	return false;
}

static struct script *read_again(struct script *s, const struct step *const *step, u32 n)
{
	struct script_error err;
	struct script *again;
	size_t len;
	char *text, *next;

	if (!script_check(s, &err))
		return NULL;
	text = script_print(s, PRINT_COMMENTS, &len);
	for (u32 i = 0; i < n; i++) {
		if (step[i]->op != STEP_ADDR && step[i]->op != STEP_PORT)
			continue;
		next = replaced(text, len, step[i], &len);
		free(text);
		text = next;
	}
	again = script_parse(s->name, text, len, &err);
	free(text);
	return again;
}

struct script *steps_take(const struct script *s, const struct pieces *pieces,
			  const struct step *const *step, u32 n)
{
	struct draft d = { .s = copy_of(s), .pieces = pieces };
	struct script *again = NULL;

	d.gone = calloc(pieces->nr + 1u, sizeof(*d.gone));
	d.joined = calloc(s->nr_stmts + 1u, sizeof(*d.joined));
	d.text = calloc(pieces->nr + 1u, sizeof(*d.text));
	assert(d.gone != NULL);
	assert(d.joined != NULL);
	assert(d.text != NULL);
	for (u32 i = 0; i < pieces->nr; i++)
		d.text[i] = pieces->piece[i].text;
	for (u32 i = 0; i < n; i++)
		take[step[i]->op](&d, step[i]);
	close_ranks(&d);
	settle_ors(d.s);
	for (u32 i = 0; i < d.s->nr_stmts; i++)
		if (d.s->stmt[i].kind == STMT_PACKET)
			packet_normalise(d.s, &d.s->stmt[i].packet);
	if (!d.failed && has_statements(d.s))
		again = read_again(d.s, step, n);
	script_free(d.s);
	free(d.gone);
	free(d.joined);
	free(d.text);
	return again;
}
