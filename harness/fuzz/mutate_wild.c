// SPDX-License-Identifier: MIT
/* mutate_wild.c - see mutate.def: values and combinations that programs have no reason for: numbers
 * of any size where small ones stand, any option on any socket, what one socket was asked asked of
 * one of another kind, waits behind waits.
 */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/check.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { HEAD_WORDS = 34, WORD_BYTES = 4, SEGMENTS = 16 };

/* --- numbers
 * ---------------------------------------------------------------------------------------
 */
/* Where integers of some width end; a power of two that, times the size of something, wraps. */
static u64 wild_number(struct mutator *m)
{
	static const u8 widths[] = { 7, 8, 15, 16, 28, 29, 30, 31, 32, 63 };

	switch (mutate_below(m, 5)) {
	case 0:
		return mutate_below(m, 3);
	case 1:
		return U64_MAX - mutate_below(m, 2);
	case 2:
		return (1ull << mutate_below(m, 64)) + mutate_below(m, 4) - 1;
	default:
		return (1ull << widths[mutate_below(m, ARRAY_SIZE(widths))]) + mutate_below(m, 4) -
		       1;
	}
}

static void set_wild(struct mutator *m, struct expr *x)
{
	u64 v = wild_number(m);

	if (mutate_one_in(m, 4))
		v = 0 - v;
	mutate_set_number(x, v);
	x->negative = v >> 63 != 0;
	if (x->negative)
		x->value = 0 - v;
}

/* Numbers of all kinds; constants stand for some, too. */
static bool is_wild_place(struct mutator *m, const struct spot *spot)
{
	u32 kind = mutate_expr(m, spot->expr)->kind;

	return spot->type != TYPE_NONE && spot->type != TYPE_FD &&
	       (script_types[spot->type].forms & FORM_NUMBER) != 0 &&
	       (kind == EXPR_NUMBER || (kind == EXPR_SYMBOL && mutate_one_in(m, 4)));
}

bool op_wild(struct mutator *m)
{
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_wild_place);
	struct expr *x, before;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	before = *x;
	set_wild(m, x);
	return x->kind != before.kind || x->value != before.value || x->negative != before.negative;
}

/* --- lengths that together are too much
 * ------------------------------------------------------------
 */
static u32 segments(struct mutator *m, const struct stmt *st, u32 len[SEGMENTS])
{
	u32 n = 0;

	if (st->kind != STMT_CALL)
		return 0;
	mutate_spots(m, st);
	for (u32 i = 1; i < m->nr_spots && n < SEGMENTS; i++) {
		u8 before = m->spot[i - 1].type;

		if (m->spot[i].counts && (before == TYPE_DATA_IN || before == TYPE_DATA_OUT) &&
		    mutate_expr(m, m->spot[i].expr)->kind == EXPR_NUMBER)
			len[n++] = m->spot[i].expr;
	}
	return n;
}

static bool has_segments(struct mutator *m, const struct stmt *st)
{
	u32 len[SEGMENTS];

	return segments(m, st, len) >= 2;
}

/* Halves, thirds of what some width holds, or all of it. */
bool op_break_sum(struct mutator *m)
{
	static const u64 most[] = { 1ull << 31, 1ull << 32, 1ull << 63, 0x7ffff000, 65536 };
	u32 at = mutate_find(m, has_segments), len[SEGMENTS], n, left;
	u64 sum = most[mutate_below(m, ARRAY_SIZE(most))];

	if (at == NOWHERE)
		return false;
	n = segments(m, &m->s->stmt[at], len);
	left = mutate_between(m, 2, n);
	sum = sum / mutate_between(m, 1, left) + mutate_below(m, 3) - 1;
	for (u32 i = mutate_below(m, n); left != 0; left--, i = (i + 1) % n)
		mutate_set_number(mutate_expr(m, len[i]), sum);
	return true;
}

/* --- statements of one's own
 * -----------------------------------------------------------------------
 */
static u32 symbol(struct mutator *m, const char *name)
{
	u32 e = script_add_expr(m->s, EXPR_SYMBOL);

	m->s->expr[e].symbol = (u16)script_find_symbol(name, (u32)strlen(name));
	return e;
}

static u32 new_fd(struct mutator *m, u32 object)
{
	u32 e = mutate_new_number(m, 0);

	m->s->expr[e].line = object;
	return e;
}

static u32 chained(struct mutator *m, const u32 *e, u32 n)
{
	for (u32 i = 0; i + 1 < n; i++)
		m->s->expr[e[i]].next = e[i + 1];
	return e[0];
}

static void put_call(struct mutator *m, u32 at, const struct stmt *who, u32 call, const u32 *args)
{
	u32 result = script_add_expr(m->s, EXPR_ANY);
	u32 first = chained(m, args, script_calls[call].nr_args);
	struct stmt *st = mutate_open_at(m, at, 1);

	*st = (struct stmt){ .kind = STMT_CALL, .host = who->host };
	st->thread = who->thread;
	st->process = who->process;
	st->call.call = (u16)call;
	st->call.args = first;
	st->call.result = result;
	st->line = OBJECT_NONE;
}

/* --- any option
 * ------------------------------------------------------------------------------------
 */
static const char *level_of(const char *name)
{
	static const char *const levels[][2] = { { "IP_", "SOL_IP" },
						 { "MCAST_", "SOL_IP" },
						 { "UDP_", "SOL_UDP" },
						 { "UDPLITE_", "SOL_UDPLITE" },
						 { "TCP_", "SOL_TCP" } };

	for (u32 i = 0; i < ARRAY_SIZE(levels); i++)
		if (strncmp(name, levels[i][0], strlen(levels[i][0])) == 0)
			return levels[i][1];
	return "SOL_SOCKET";
}

static u32 any_option(struct mutator *m)
{
	u32 n = 0, found = 0;

	for (u32 i = 0; i < script_nr_symbols; i++)
		if (script_symbols[i].group == SYM_SO && mutate_one_in(m, ++n))
			found = i;
	assert(n != 0);
	return found;
}

/* As structures begin that groups, interfaces, sources and how many of them are told in: words that
 * are numbers or addresses, of either byte order, so many as the largest head has, and some more.
 */
static u32 put_head(struct mutator *m, u8 *to)
{
	static const u8 sizes[] = { 1, 2, 3, 4, 5, 8, HEAD_WORDS };
	const struct words *w = mutate_words(m);
	u32 n = sizes[mutate_below(m, ARRAY_SIZE(sizes))];

	for (u32 i = 0; i < n; i++) {
		u32 v = mutate_below(m, 4);

		switch (mutate_below(m, 4)) {
		case 0:
			v = (u32)wild_number(m);
			break;
		case 1:
			v = 0xe0000000 + mutate_below(m, 3) + (mutate_below(m, 16) << 24);
			break;
		case 2:
			v = w->nr_addrs != 0 ? w->addr[mutate_below(m, w->nr_addrs)] : v;
			break;
		default:
			break;
		}
		if (mutate_one_in(m, 2))
			v = __builtin_bswap32(v);
		for (u32 k = 0; k < WORD_BYTES; k++)
			to[i * WORD_BYTES + k] = (u8)(v >> (24 - 8 * k));
	}
	return n * WORD_BYTES;
}

/* *len: how long it is. */
static u32 option_value(struct mutator *m, u32 *len)
{
	u8 head[HEAD_WORDS * WORD_BYTES];
	u32 e, below;

	*len = WORD_BYTES;
	if (mutate_one_in(m, 3)) {
		*len = put_head(m, head);
		return mutate_new_text(m, EXPR_HEX, head, *len);
	}
	below = mutate_new_number(m, 0);
	set_wild(m, mutate_expr(m, below));
	e = script_add_expr(m->s, EXPR_LIST);
	m->s->expr[e].first = below;
	return e;
}

static bool is_on_socket(struct mutator *m, const struct stmt *st)
{
	const struct expr *x = &m->s->expr[st->call.args];

	return st->kind == STMT_CALL && st->call.args != 0 && !st->when.blocks &&
	       script_calls[st->call.call].arg[0] == TYPE_FD && x->kind == EXPR_NUMBER &&
	       x->line != OBJECT_KEEP && x->line != OBJECT_NONE;
}

bool op_insert_option(struct mutator *m)
{
	u32 at = mutate_find(m, is_on_socket), option = any_option(m), args[5], len;
	const char *name = script_symbols[option].name;
	struct stmt who;
	u32 object;

	if (at == NOWHERE)
		return false;
	who = m->s->stmt[at];
	object = m->s->expr[who.call.args].line;
	at += mutate_below(m, 2);
	args[0] = new_fd(m, object);
	args[1] = symbol(m, level_of(name));
	args[2] = symbol(m, name);
	if (mutate_one_in(m, 4)) {
		args[3] = script_add_expr(m->s, EXPR_ANY);
		args[4] = script_add_expr(m->s, EXPR_LIST);
		len = mutate_new_number(m, mutate_one_in(m, 2) ? 4 : mutate_below(m, 20));
		m->s->expr[args[4]].first = len;
		put_call(m, at, &who, CALL_getsockopt, args);
		return true;
	}
	args[3] = option_value(m, &len);
	args[4] = mutate_new_number(m, len);
	if (mutate_one_in(m, 4))
		set_wild(m, mutate_expr(m, args[4]));
	put_call(m, at, &who, CALL_setsockopt, args);
	return true;
}

/* --- sockets of another kind
 * -----------------------------------------------------------------------
 */
static bool makes_socket(struct mutator *m, const struct stmt *st)
{
	return mutate_is_call(m, st) && st->call.call == CALL_socket;
}

/* Type and protocol; the kinds that most is asked of come most often. */
static u8 draw_kind(struct mutator *m, u32 args[2])
{
	static const struct {
		u8 kind;
		const char *type;
		u32 proto;
	} kinds[] = { { OBJECT_UDP, "SOCK_DGRAM", 0 },
		      { OBJECT_TCP, "SOCK_STREAM", 0 },
		      { OBJECT_RAW, "SOCK_RAW", IPPROTO_UDP },
		      { OBJECT_RAW, "SOCK_RAW", IPPROTO_TCP },
		      { OBJECT_RAW, "SOCK_RAW", IPPROTO_ICMP },
		      { OBJECT_RAW, "SOCK_RAW", IPPROTO_RAW },
		      { OBJECT_UDP, "SOCK_DGRAM", IPPROTO_UDPLITE },
		      { OBJECT_RAW, "SOCK_RAW", 0 /* any */ } };
	u32 i = mutate_below(m, ARRAY_SIZE(kinds)), proto = kinds[i].proto;

	if (kinds[i].kind == OBJECT_RAW && proto == 0)
		proto = mutate_between(m, 1, 255);
	args[0] = symbol(m, kinds[i].type);
	args[1] = mutate_new_number(m, proto);
	return kinds[i].kind;
}

bool op_kind(struct mutator *m)
{
	u32 at = mutate_find(m, makes_socket), family, args[2];
	struct stmt *st;

	if (at == NOWHERE)
		return false;
	(void)draw_kind(m, args);
	st = &m->s->stmt[at];
	family = st->call.args;
	m->s->expr[family].next = args[0];
	m->s->expr[args[0]].next = args[1];
	return true;
}

static u32 put_socket(struct mutator *m, u32 at, const struct stmt *who)
{
	struct stmt maker = *who;
	struct object o = { .host = who->host };
	u32 args[3];

	args[0] = symbol(m, "AF_INET");
	o.kind = draw_kind(m, args + 1);
	put_call(m, at, &maker, CALL_socket, args);
	m->s->stmt[at].line = mutate_new_object(m, &o);
	return m->s->stmt[at].line;
}

/* The same asked of another socket; where none is open but this one, it is made first. */
bool op_elsewhere(struct mutator *m)
{
	u32 at = mutate_find(m, is_on_socket), object, other, first, kinds;
	struct stmt st;

	if (at == NOWHERE || m->s->stmt[at].call.call == CALL_close)
		return false;
	st = mutate_copy_stmt(m->s, m->s, &m->s->stmt[at]);
	object = m->s->expr[st.call.args].line;
	kinds = object < m->nr_objects ? m->object[object].kind : OBJECT_UDP;
	mutate_descriptors_at(m, at);
	other = mutate_open_object(m, &st, (OBJECT_UDP | OBJECT_TCP | OBJECT_RAW) & ~kinds);
	if (other == object || other == OBJECT_NONE || mutate_one_in(m, 2))
		other = put_socket(m, at++, &st);
	first = new_fd(m, other);
	m->s->expr[first].next = m->s->expr[st.call.args].next;
	st.call.args = first;
	st.line = OBJECT_NONE;
	st.when = (struct when){ .kind = WHEN_NONE };
	*mutate_open_at(m, at + 1, 1) = st;
	return true;
}

/* --- waits
 * -----------------------------------------------------------------------------------------
 */
static bool is_wait(struct mutator *m, const struct stmt *st)
{
	static const u16 calls[] = { CALL_recv,	 CALL_recvfrom, CALL_recvmsg, CALL_read,
				     CALL_readv, CALL_recvmmsg, CALL_poll,    CALL_nanosleep };

	(void)m;
	for (u32 i = 0; st->kind == STMT_CALL && i < ARRAY_SIZE(calls); i++)
		if (st->call.call == calls[i] && st->call.args != 0)
			return true;
	return false;
}

static const u32 waits_ms[] = { 1, 4, 10, 20, 50, 60, 100, 200, 500, 1000, 2000, 5000 };

static u32 draw_ms(struct mutator *m)
{
	return waits_ms[mutate_below(m, ARRAY_SIZE(waits_ms))];
}

static u32 time_field(struct mutator *m, const char *name, u64 value)
{
	const struct field_info *rows;
	u32 n = script_struct_fields(STRUCT_OPTSTRUCT, &rows), e;

	e = script_add_expr(m->s, EXPR_FIELD);
	for (u32 i = 0; i < n; i++)
		if (strcmp(rows[i].name, name) == 0)
			m->s->expr[e].symbol = (u16)(&rows[i] - script_fields);
	n = mutate_new_number(m, value);
	m->s->expr[e].first = n;
	return e;
}

/* How long the socket's reads may take. */
static void put_timeout(struct mutator *m, u32 at, const struct stmt *who, u32 object)
{
	u32 ms = draw_ms(m), args[5], fields[2];

	fields[0] = time_field(m, "tv_sec", ms / 1000);
	fields[1] = time_field(m, "tv_usec", (u64)(ms % 1000) * 1000);
	args[0] = new_fd(m, object);
	args[1] = symbol(m, "SOL_SOCKET");
	args[2] = symbol(m, "SO_RCVTIMEO");
	args[3] = script_add_expr(m->s, EXPR_STRUCT);
	m->s->expr[args[3]].first = chained(m, fields, 2);
	args[4] = mutate_new_number(m, 16);
	put_call(m, at, who, CALL_setsockopt, args);
}

static void no_dontwait(struct mutator *m, const struct stmt *st)
{
	const struct call_info *c = &script_calls[st->call.call];

	for (u32 i = 0; i < c->nr_args; i++) {
		u32 e = mutate_arg(m->s, st, i);
		u64 v;

		if (e == 0 || !mutate_value(m->s, e, &v))
			continue;
		if (c->arg[i] == TYPE_MSGFLAGS)
			mutate_set_number(mutate_expr(m, e), v & ~(u64)MSG_DONTWAIT);
		else if (c->arg[i] == TYPE_TIMEOUT)
			mutate_set_number(mutate_expr(m, e), draw_ms(m));
	}
}

static u32 object_of(const struct mutator *m, const struct stmt *st)
{
	const struct expr *x = &m->s->expr[st->call.args];

	return script_calls[st->call.call].arg[0] == TYPE_FD && x->kind == EXPR_NUMBER
		       ? x->line
		       : OBJECT_NONE;
}

/* Two calls that wait, one after the other, are the same thread's; the sockets know a time. */
bool op_wait_again(struct mutator *m)
{
	u32 one = mutate_find(m, is_wait), two = mutate_find(m, is_wait), object, to;
	u8 thread;
	struct stmt st, *first;

	if (one == NOWHERE)
		return false;
	st = mutate_copy_stmt(m->s, m->s, &m->s->stmt[two]);
	first = &m->s->stmt[one];
	thread = first->thread > 1 ? first->thread : (u8)mutate_between(m, 2, SCRIPT_THREADS);
	first->thread = thread;
	st.thread = thread;
	st.host = first->host;
	first->process = 0;
	st.process = 0;
	st.when = (struct when){ .kind = WHEN_REL, .from_ns = (u64)draw_ms(m) * NS_PER_MS };
	st.line = OBJECT_NONE;
	no_dontwait(m, first);
	no_dontwait(m, &st);
	object = object_of(m, first);
	for (to = one + 1; to < m->s->nr_stmts && mutate_one_in(m, 2); to++)
		;
	*mutate_open_at(m, to, 1) = st;
	if (object != OBJECT_NONE && object != OBJECT_KEEP && mutate_one_in(m, 2))
		put_timeout(m, one, &(struct stmt){ .host = st.host }, object);
	return true;
}
