// SPDX-License-Identifier: MIT
/* mutate_know.c - see mutate_internal.h: what a program has: descriptors, sockets, addresses,
 * ports.
 *
 * What calls do is guessed by their arguments, as if they succeeded where they can: a descriptor
 * that is guessed wrong is a number that is not open, which programs may have.
 */
#include "harness/fuzz/mutate_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/lib/must.h"
#include "harness/script/scan.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { FIRST_FD = 3, FIRST_OBJECT = 1, TYPE_BITS = 0xf, OWN = 0xc0000201 };

/* --- values
 * ----------------------------------------------------------------------------------------
 */
bool mutate_value(const struct script *s, u32 e, u64 *value)
{
	const struct expr *x = &s->expr[e];
	u64 part;

	switch (e != 0 ? x->kind : (u32)EXPR_NONE) {
	case EXPR_NUMBER:
		*value = x->negative ? 0 - x->value : x->value;
		return true;
	case EXPR_SYMBOL:
		*value = script_symbols[x->symbol].value;
		return true;
	case EXPR_OR:
		*value = 0;
		for (u32 i = x->first; i != 0; i = s->expr[i].next) {
			if (s->expr[i].kind == EXPR_OR || !mutate_value(s, i, &part))
				return false;
			*value |= part;
		}
		return true;
	default:
		return false;
	}
}

static bool inet_addr_of(const struct script *s, const struct expr *x, u32 *addr)
{
	const struct expr *in = &s->expr[x->first];

	return x->kind == EXPR_APPLY && x->symbol == APPLY_INET_ADDR && x->first != 0 &&
	       in->kind == EXPR_STRING &&
	       ipv4_of(script_text(s, in->text), in->text.len, addr) != 0;
}

static bool htons_of(const struct script *s, const struct expr *x, u16 *port)
{
	const struct expr *in = &s->expr[x->first];

	if (x->kind != EXPR_APPLY || x->symbol != APPLY_HTONS || x->first == 0 ||
	    in->kind != EXPR_NUMBER)
		return false;
	*port = (u16)in->value;
	return true;
}

bool mutate_sockaddr(const struct script *s, u32 e, u32 *addr, u16 *port)
{
	*addr = 0;
	*port = 0;
	if (e == 0 || s->expr[e].kind != EXPR_STRUCT)
		return false;
	for (u32 f = s->expr[e].first; f != 0; f = s->expr[f].next) {
		const struct expr *x = &s->expr[s->expr[f].first];

		if (s->expr[f].kind != EXPR_FIELD || s->expr[f].first == 0)
			return false;
		(void)(inet_addr_of(s, x, addr) || htons_of(s, x, port));
	}
	return true;
}

/* --- tables of descriptors
 * -------------------------------------------------------------------------
 */
static u16 *table_of(struct descriptors *d, const struct stmt *st)
{
	u32 thread = st->thread != 0 ? st->thread - 1u : st->process > 1 ? MUTATE_THREADS : 0;
	u32 process = st->process != 0 ? st->process - 1u : 0;

	if (thread < MUTATE_THREADS && d->process_of[st->host][thread] == 0)
		d->process_of[st->host][thread] = (u8)(process + 1);
	if (thread < MUTATE_THREADS)
		process = d->process_of[st->host][thread] - 1u;
	if ((d->processes[st->host] >> process & 1) == 0) {
		d->processes[st->host] |= (u8)(1u << process);
		if (process != 0)
			memcpy(d->at[st->host][process], d->at[st->host][0],
			       sizeof(d->at[st->host][0]));
	}
	return d->at[st->host][process];
}

static u32 lowest_free(const u16 *table, u32 from)
{
	for (u32 i = from; i < MUTATE_FDS; i++)
		if (table[i] == OBJECT_NONE)
			return i;
	return NOWHERE;
}

u32 mutate_new_object(struct mutator *m, const struct object *o)
{
	if (m->nr_objects == MUTATE_OBJECTS)
		return MUTATE_OBJECTS - 1;
	m->object[m->nr_objects] = *o;
	return m->nr_objects++;
}

/* One that is open, by chance; a socket of these kinds, if there is one. */
static u32 open_in(struct mutator *m, const u16 *table, u32 kinds)
{
	u32 found = OBJECT_NONE, n = 0, any = OBJECT_NONE, all = 0;

	for (u32 i = FIRST_FD; i < MUTATE_FDS; i++) {
		if (table[i] == OBJECT_NONE)
			continue;
		if (mutate_one_in(m, ++all))
			any = table[i];
		if ((m->object[table[i]].kind & kinds) != 0 && mutate_one_in(m, ++n))
			found = table[i];
	}
	return found != OBJECT_NONE ? found : any;
}

u32 mutate_open_object(struct mutator *m, const struct stmt *st, u32 kinds)
{
	return open_in(m, table_of(&m->now, st), kinds);
}

/* --- one call
 * --------------------------------------------------------------------------------------
 */
static u32 fd_of(const struct script *s, u32 e)
{
	const struct expr *x = &s->expr[e];

	return e != 0 && x->kind == EXPR_NUMBER && !x->negative && x->value < MUTATE_FDS
		       ? (u32)x->value
		       : (u32)MUTATE_FDS;
}

static u32 object_at(const u16 *table, u32 fd)
{
	return fd < MUTATE_FDS ? table[fd] : (u32)OBJECT_NONE;
}

static bool is_packet_type(u64 type)
{
	return type == SOCK_RAW || type == SOCK_DGRAM || type == SOCK_PACKET;
}

/* What socket() makes; 0: it fails. */
static u8 socket_kind(const struct script *s, const struct stmt *st)
{
	u32 family_at = st->call.args, type_at = mutate_arg(s, st, 1),
	    proto_at = mutate_arg(s, st, 2);
	u64 family = AF_INET, type = 0, proto = 0;

	if (s->expr[family_at].kind != EXPR_ANY && !mutate_value(s, family_at, &family))
		return 0;
	if (!mutate_value(s, type_at, &type) || !mutate_value(s, proto_at, &proto))
		return 0;
	if (family == AF_PACKET)
		return is_packet_type(type & TYPE_BITS) ? OBJECT_RAW : 0;
	if (family != AF_INET)
		return 0;
	if ((type & TYPE_BITS) == SOCK_DGRAM &&
	    (proto == 0 || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE))
		return OBJECT_UDP;
	if ((type & TYPE_BITS) == SOCK_STREAM && (proto == 0 || proto == IPPROTO_TCP))
		return OBJECT_TCP;
	/* As one that sends what it likes; it needs a knob, which who makes it has turned. */
	if ((type & TYPE_BITS) == SOCK_DGRAM && proto == IPPROTO_ICMP)
		return OBJECT_RAW;
	return (type & TYPE_BITS) == SOCK_RAW && proto != 0 && proto < 256 ? OBJECT_RAW : 0;
}

static bool duplicates(const struct script *s, const struct stmt *st, u64 *from)
{
	u64 cmd;

	*from = 0;
	if (st->call.call == CALL_dup)
		return true;
	if (st->call.call != CALL_fcntl || !mutate_value(s, mutate_arg(s, st, 1), &cmd) ||
	    (cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC))
		return false;
	(void)mutate_value(s, mutate_arg(s, st, 2), from);
	return true;
}

/* The object that a call makes, and its number; false: none. */
static bool makes(struct mutator *m, const struct script *s, const struct stmt *st,
		  const u16 *table, struct object *o, u32 *fd)
{
	u32 old = object_at(table, fd_of(s, st->call.args));
	u64 from = 0;

	*o = (struct object){ .host = st->host };
	if (st->call.call == CALL_socket) {
		o->kind = socket_kind(s, st);
	} else if (st->call.call == CALL_epoll_create || st->call.call == CALL_epoll_create1) {
		o->kind = OBJECT_OTHER;
	} else if (st->call.call == CALL_accept || st->call.call == CALL_accept4) {
		o->kind = old != OBJECT_NONE && m->object[old].kind == OBJECT_TCP ? OBJECT_TCP : 0;
	} else if (old != OBJECT_NONE && duplicates(s, st, &from)) {
		*o = m->object[old];
	} else if (old != OBJECT_NONE &&
		   (st->call.call == CALL_dup2 || st->call.call == CALL_dup3)) {
		*o = m->object[old];
		*fd = fd_of(s, mutate_arg(s, st, 1));
		return *fd < MUTATE_FDS;
	}
	*fd = from < MUTATE_FDS ? lowest_free(table, max_u32((u32)from, FIRST_FD)) : NOWHERE;
	return o->kind != 0 && *fd != NOWHERE;
}

/* Two descriptors; the second one's object is the next. */
bool mutate_makes_two(const struct script *s, const struct stmt *st)
{
	return (st->call.call == CALL_pipe || st->call.call == CALL_pipe2) && st->call.args != 0 &&
	       s->expr[st->call.args].kind == EXPR_LIST;
}

u32 mutate_new_pair(struct mutator *m, u32 host)
{
	const struct object end = { .kind = OBJECT_OTHER, .host = (u8)host };
	u32 first = m->nr_objects;

	if (first + 2 > MUTATE_OBJECTS)
		return OBJECT_NONE;
	(void)mutate_new_object(m, &end);
	(void)mutate_new_object(m, &end);
	return first;
}

static void make_pair(struct mutator *m, struct stmt *st, u16 *table)
{
	if (st->line == OBJECT_NONE || st->line + 1 >= m->nr_objects)
		st->line = mutate_new_pair(m, st->host);
	for (u32 i = 0; i < 2 && st->line != OBJECT_NONE; i++) {
		u32 fd = lowest_free(table, FIRST_FD);

		if (fd != NOWHERE)
			table[fd] = (u16)(st->line + i);
	}
}

/* What bind() and connect() tell about a socket. */
static void learn(struct mutator *m, const struct script *s, const struct stmt *st,
		  const u16 *table)
{
	u32 object = object_at(table, fd_of(s, st->call.args)), addr;
	struct object *o = &m->object[object];
	u16 port;

	if (object == OBJECT_NONE || !mutate_sockaddr(s, mutate_arg(s, st, 1), &addr, &port))
		return;
	if (st->call.call == CALL_bind) {
		o->bound = true;
		o->laddr = addr;
		o->lport = port;
	} else {
		o->connected = addr != 0;
		o->raddr = addr;
		o->rport = port;
	}
}

/* --- descriptors among the arguments
 * --------------------------------------------------------------- Calls name most of them as
 * arguments, poll() and select() in lists.
 */
// NOLINTNEXTLINE(misc-no-recursion)
static void each_below(struct mutator *m, struct script *s, u32 e, mutate_fd_fn *fn,
		       const void *ctx)
{
	for (; e != 0; e = s->expr[e].next) {
		struct expr *x = &s->expr[e];

		if (x->kind == EXPR_FIELD) {
			const struct field_info *row = script_field_of(STRUCT_POLLFD, x->symbol);

			if (row != NULL && row->type == TYPE_FD && x->first != 0 &&
			    s->expr[x->first].kind == EXPR_NUMBER)
				fn(m, &s->expr[x->first], ctx);
		} else if (x->kind == EXPR_NUMBER) {
			fn(m, x, ctx);
		} else if (x->kind == EXPR_LIST || x->kind == EXPR_STRUCT) {
			each_below(m, s, x->first, fn, ctx);
		}
	}
}

void mutate_each_fd(struct mutator *m, struct script *s, const struct stmt *st, mutate_fd_fn *fn,
		    const void *ctx)
{
	const struct call_info *c = &script_calls[st->call.call];
	bool renumbers = st->call.call == CALL_dup2 || st->call.call == CALL_dup3;
	u32 e = st->call.args;

	for (u32 i = 0; e != 0 && i < c->nr_args; i++, e = s->expr[e].next) {
		if (c->arg[i] == TYPE_FD && s->expr[e].kind == EXPR_NUMBER &&
		    !(renumbers && i == 1))
			fn(m, &s->expr[e], ctx);
		else if ((c->arg[i] == TYPE_POLLFDS || c->arg[i] == TYPE_FDSET) &&
			 s->expr[e].kind == EXPR_LIST)
			each_below(m, s, s->expr[e].first, fn, ctx);
	}
}

/* --- names
 * -----------------------------------------------------------------------------------------
 */
static void name_fd(struct mutator *m, struct expr *x, const void *ctx)
{
	const u16 *table = ctx;
	u32 object = x->negative || x->value >= MUTATE_FDS ? (u32)OBJECT_NONE
							   : object_at(table, (u32)x->value);

	(void)m;
	x->line = object != OBJECT_NONE ? object : (u32)OBJECT_KEEP;
}

static void close_fd(const struct script *s, const struct stmt *st, u16 *table)
{
	u32 fd = fd_of(s, st->call.args);

	if (st->call.call == CALL_close && fd < MUTATE_FDS)
		table[fd] = OBJECT_NONE;
}

static void name_call(struct mutator *m, struct script *s, struct stmt *st, u16 *table)
{
	struct object o;
	u32 fd;

	mutate_each_fd(m, s, st, name_fd, table);
	st->line = OBJECT_NONE;
	if (mutate_makes_two(s, st)) {
		make_pair(m, st, table);
	} else if (makes(m, s, st, table, &o, &fd)) {
		st->line = mutate_new_object(m, &o);
		table[fd] = (u16)st->line;
	}
	if (st->call.call == CALL_bind || st->call.call == CALL_connect)
		learn(m, s, st, table);
	close_fd(s, st, table);
}

u32 mutate_name_descriptors(struct mutator *m, struct script *s, u32 from, u32 to)
{
	u32 objects = m->nr_objects;

	for (u32 i = from; i < to; i++)
		if (s->stmt[i].kind == STMT_CALL)
			name_call(m, s, &s->stmt[i], table_of(&m->now, &s->stmt[i]));
	return m->nr_objects - objects;
}

/* --- numbers
 * ---------------------------------------------------------------------------------------
 */
static void number_fd(struct mutator *m, struct expr *x, const void *ctx)
{
	const u16 *table = ctx;
	u32 object = x->line, fd = NOWHERE;

	if (object == OBJECT_KEEP)
		return;
	for (u32 again = 0; again < 2 && fd == NOWHERE; again++) {
		for (u32 i = 0; i < MUTATE_FDS && fd == NOWHERE; i++)
			if (table[i] == object && object != OBJECT_NONE)
				fd = i;
		if (fd == NOWHERE)
			object = open_in(m, table, OBJECT_UDP);
	}
	if (fd == NOWHERE)
		return;
	x->line = object;
	m->renumbered |= x->value != fd || x->hex || x->negative;
	x->value = fd;
	x->hex = false;
	x->negative = false;
}

static void number_call(struct mutator *m, struct script *s, struct stmt *st, u16 *table)
{
	struct object o;
	u32 fd;

	m->renumbered = false;
	mutate_each_fd(m, s, st, number_fd, table);
	if (m->renumbered)
		st->column = 0;
	if (mutate_makes_two(s, st)) {
		make_pair(m, st, table);
	} else if (makes(m, s, st, table, &o, &fd)) {
		if (st->line == OBJECT_NONE || st->line >= m->nr_objects)
			st->line = mutate_new_object(m, &o);
		m->object[st->line].kind = o.kind;
		table[fd] = (u16)st->line;
	}
	close_fd(s, st, table);
}

void mutate_descriptors_at(struct mutator *m, u32 at)
{
	m->now = m->opened;
	for (u32 i = 0; i < at; i++)
		if (m->s->stmt[i].kind == STMT_CALL)
			number_call(m, m->s, &m->s->stmt[i], table_of(&m->now, &m->s->stmt[i]));
}

void mutate_number_descriptors(struct mutator *m)
{
	mutate_descriptors_at(m, m->s->nr_stmts);
}

const struct object *mutate_bound(struct mutator *m, u32 host, enum object_kind kind)
{
	const struct object *found = NULL;
	u32 n = 0;

	for (u32 i = FIRST_OBJECT; i < m->nr_objects; i++) {
		const struct object *o = &m->object[i];

		if (o->kind == kind && o->lport != 0 && o->host == host && mutate_one_in(m, ++n))
			found = o;
	}
	return found;
}

/* --- addresses and ports
 * ---------------------------------------------------------------------------
 */
static void add_addr(struct words *w, u32 addr)
{
	for (u32 i = 0; i < w->nr_addrs; i++)
		if (w->addr[i] == addr)
			return;
	if (w->nr_addrs < MUTATE_WORDS)
		w->addr[w->nr_addrs++] = addr;
}

static void add_port(struct words *w, u16 port)
{
	for (u32 i = 0; i < w->nr_ports; i++)
		if (w->port[i] == port)
			return;
	if (w->nr_ports < MUTATE_WORDS)
		w->port[w->nr_ports++] = port;
}

static void words_below(struct words *w, const struct script *s, u32 e) // NOLINT(misc-no-recursion)
{
	for (; e != 0; e = s->expr[e].next) {
		u32 addr;
		u16 port;

		if (inet_addr_of(s, &s->expr[e], &addr))
			add_addr(w, addr);
		else if (htons_of(s, &s->expr[e], &port))
			add_port(w, port);
		else
			words_below(w, s, s->expr[e].first);
	}
}

static void words_of_packet(struct words *w, const struct packet *p)
{
	if ((p->flags & PACKET_HAS_ADDRS) != 0 || p->kind == PACKET_ARP) {
		add_addr(w, p->saddr);
		add_addr(w, p->daddr);
	}
	if ((p->flags & PACKET_HAS_PORTS) != 0) {
		add_port(w, p->sport);
		add_port(w, p->dport);
	}
}

/* ip addr add 192.0.2.1/24 dev eth0 */
static void words_of_command(struct mutator *m, struct words *w, const struct script *s,
			     const struct stmt *st)
{
	static const char adds[] = "addr add ";
	const char *text = script_text(s, st->text), *at;
	u32 addr;

	for (u32 i = 0; i < st->text.len; i++) {
		u32 n = ipv4_of(text + i, st->text.len - i, &addr);

		if (n == 0)
			continue;
		add_addr(w, addr);
		at = text + i + 1 - sizeof(adds);
		if (i >= sizeof(adds) - 1 && memcmp(at, adds, sizeof(adds) - 1) == 0 &&
		    addr >> 24 != 127)
			m->own[st->host] = addr;
		i += n;
	}
}

static void words_of(struct mutator *m, struct words *w, const struct script *s)
{
	for (u32 i = 0; i < s->nr_stmts; i++) {
		const struct stmt *st = &s->stmt[i];

		if (st->kind == STMT_CALL)
			words_below(w, s, st->call.args);
		else if (st->kind == STMT_PACKET)
			words_of_packet(w, &st->packet);
		else if (st->kind == STMT_COMMAND)
			words_of_command(m, w, s, st);
	}
}

const struct words *mutate_words(struct mutator *m)
{
	if (!m->words_known) {
		m->words_known = true;
		m->words = m->opened_words;
		words_of(m, &m->words, m->s);
	}
	return &m->words;
}

/* --- a program
 * -------------------------------------------------------------------------------------
 */
/* What the statement counts from moves with edits, so that it counts from the one before. */
static void relative_time(struct stmt *st, u64 *last_ns)
{
	struct when *w = &st->when;
	u64 from = w->from_ns;

	if (w->kind == WHEN_ABS) {
		st->column = 0;
		w->kind = WHEN_REL;
		w->from_ns = from > *last_ns ? from - *last_ns : 0;
		w->until_ns = w->blocks ? w->from_ns + (w->until_ns - from) : 0;
		*last_ns = from > *last_ns ? from : *last_ns;
	} else if (w->kind == WHEN_REL) {
		*last_ns = min_u64(*last_ns + from, TIME_MAX_NS);
	}
}

static void open_result(struct script *s, struct stmt *st)
{
	if (s->expr[st->call.result].kind == EXPR_ANY && st->call.note.len == 0)
		return;
	st->column = 0;
	s->expr[st->call.result] = (struct expr){ .kind = EXPR_ANY };
	st->call.error = 0;
	st->call.note = (struct text){ 0, 0 };
}

void mutate_know(struct mutator *m)
{
	u64 last_ns = 0;

	m->now = m->opened;
	m->nr_objects = m->opened_objects;
	for (u32 i = 0; i < m->s->nr_stmts; i++) {
		struct stmt *st = &m->s->stmt[i];

		relative_time(st, &last_ns);
		if (st->kind == STMT_CALL)
			open_result(m->s, st);
		else if (st->kind == STMT_DIRECTIVE && st->directive.id == DIR_ADVANCE)
			last_ns = min_u64(last_ns + st->directive.value[0], TIME_MAX_NS);
	}
	(void)mutate_name_descriptors(m, m->s, 0, m->s->nr_stmts);
}

static bool says_device(const struct script *s, const char *device)
{
	struct text t = script_option(s, "device");

	return t.len == strlen(device) && memcmp(script_text(s, t), device, t.len) == 0;
}

void mutate_know_opening(struct mutator *m)
{
	const char *text = m->scope != NULL && m->scope->opening != NULL ? m->scope->opening : "";
	struct script_error err;
	struct script *s = must(script_parse("opening", text, strlen(text), &err));

	for (u32 h = 0; h < SCRIPT_HOSTS; h++)
		m->own[h] = OWN + h;
	m->nr_objects = FIRST_OBJECT;
	m->now = (struct descriptors){ 0 };
	(void)mutate_name_descriptors(m, s, 0, s->nr_stmts);
	m->opened = m->now;
	m->opened_objects = m->nr_objects;
	words_of(m, &m->opened_words, s);
	m->opened_card = says_device(s, "igb");
	m->opened_tun = says_device(s, "tun") || script_option(s, "profile").len != 0;
	m->opening = s;
}
