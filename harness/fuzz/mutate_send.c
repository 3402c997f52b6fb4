// SPDX-License-Identifier: MIT
/* mutate_send.c - see mutate.def: operations on what a program sends: in pieces, at once; and what
 * answers it.
 */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/check.h"
#include "uapi/socket.h"

enum { FLAGS = 3, LENGTH = 2, DATA = 1, ADDRESS = 4, ICMP_UNREACHABLE = 3 };

static bool is_send(struct mutator *m, const struct stmt *st)
{
	u64 len;

	return st->kind == STMT_CALL &&
	       (st->call.call == CALL_send || st->call.call == CALL_sendto) &&
	       mutate_value(m->s, mutate_arg(m->s, st, LENGTH), &len) && len >= 2 && len < 65536;
}

/* --- pieces
 * ----------------------------------------------------------------------------------------
 */
static u32 more_symbol(void)
{
	return (u32)script_find_symbol("MSG_MORE", 8);
}

static bool has_more(const struct script *s, const struct stmt *st)
{
	u64 flags = 0;

	return mutate_value(s, mutate_arg(s, st, FLAGS), &flags) && (flags & MSG_MORE) != 0;
}

/* The argument becomes this number, flag or data. */
static void set_arg(struct mutator *m, const struct stmt *st, u32 n, struct expr x)
{
	struct expr *to = mutate_expr(m, mutate_arg(m->s, st, n));

	x.next = to->next;
	*to = x;
}

static void set_more(struct mutator *m, const struct stmt *st, bool more)
{
	set_arg(m, st, FLAGS,
		more ? (struct expr){ .kind = EXPR_SYMBOL, .symbol = (u16)more_symbol() }
		     : (struct expr){ .kind = EXPR_NUMBER });
}

/* The first `len` of the data, or what lies behind them. */
static void cut_data(struct mutator *m, const struct stmt *st, u32 from, u32 len)
{
	struct expr *x = mutate_expr(m, mutate_arg(m->s, st, DATA));

	set_arg(m, st, LENGTH, (struct expr){ .kind = EXPR_NUMBER, .value = len });
	if ((x->kind != EXPR_STRING && x->kind != EXPR_HEX) || from + len > x->text.len)
		return;
	x->text = (struct text){ x->text.at + from, len };
}

bool op_send_split(struct mutator *m)
{
	u32 at = mutate_find(m, is_send), first;
	u64 len = 0;

	if (at == NOWHERE)
		return false;
	(void)mutate_value(m->s, mutate_arg(m->s, &m->s->stmt[at], LENGTH), &len);
	first = mutate_between(m, 1, (u32)len - 1);
	(void)mutate_open_at(m, at + 1, 1);
	m->s->stmt[at + 1] = mutate_copy_stmt(m->s, m->s, &m->s->stmt[at]);
	m->s->stmt[at + 1].when = (struct when){ .kind = WHEN_NONE };
	cut_data(m, &m->s->stmt[at], 0, first);
	cut_data(m, &m->s->stmt[at + 1], first, (u32)len - first);
	set_more(m, &m->s->stmt[at], true);
	return true;
}

static bool is_first_piece(struct mutator *m, const struct stmt *st)
{
	const struct stmt *next = st + 1;

	return is_send(m, st) && has_more(m->s, st) && next < m->s->stmt + m->s->nr_stmts &&
	       next->kind == STMT_CALL && next->call.call == st->call.call &&
	       next->host == st->host;
}

bool op_send_merge(struct mutator *m)
{
	u32 at = mutate_find(m, is_first_piece);
	u64 one = 0, two = 0;
	struct stmt *st;

	if (at == NOWHERE)
		return false;
	st = &m->s->stmt[at];
	if (!mutate_value(m->s, mutate_arg(m->s, st + 1, LENGTH), &two))
		return false;
	(void)mutate_value(m->s, mutate_arg(m->s, st, LENGTH), &one);
	set_arg(m, st, LENGTH,
		(struct expr){ .kind = EXPR_NUMBER, .value = min_u64(one + (u32)two, 65507) });
	set_arg(m, st, DATA, (struct expr){ .kind = EXPR_PATTERN, .value = one & 0xff });
	set_more(m, st, has_more(m->s, st + 1));
	mutate_take_out(m->s, at + 1, 1);
	return true;
}

/* --- answers
 * ---------------------------------------------------------------------------------------
 */
struct flow {
	u32 saddr, daddr;
	u16 sport, dport;
};

static bool sends(struct mutator *m, const struct stmt *st)
{
	(void)m;
	return st->kind == STMT_CALL &&
	       (st->call.call == CALL_send || st->call.call == CALL_sendto ||
		st->call.call == CALL_write || st->call.call == CALL_writev ||
		st->call.call == CALL_sendmsg || st->call.call == CALL_connect);
}

/* Between whom the call's datagram goes. */
static bool flow_of(struct mutator *m, const struct stmt *st, struct flow *f)
{
	const struct expr *fd = &m->s->expr[st->call.args];
	u32 to = st->call.call == CALL_sendto	 ? mutate_arg(m->s, st, ADDRESS)
		 : st->call.call == CALL_connect ? mutate_arg(m->s, st, 1)
						 : 0;
	const struct object *o;

	if (fd->kind != EXPR_NUMBER || fd->line == OBJECT_NONE || fd->line >= m->nr_objects)
		return false;
	o = &m->object[fd->line];
	f->saddr = o->laddr != 0 ? o->laddr : m->own[st->host];
	f->sport = o->lport;
	f->daddr = o->raddr;
	f->dport = o->rport;
	if (to != 0)
		(void)mutate_sockaddr(m->s, to, &f->daddr, &f->dport);
	return f->daddr != 0;
}

static struct packet answer(const struct flow *f)
{
	struct packet p = { .kind = PACKET_UDP, .incoming = true };

	p.flags = packet_kinds[PACKET_UDP].flags_set | PACKET_HAS_ADDRS | PACKET_HAS_PORTS |
		  PACKET_HAS_LEN;
	p.saddr = f->daddr;
	p.daddr = f->saddr;
	p.sport = f->dport;
	p.dport = f->sport;
	return p;
}

static struct packet complaint(struct mutator *m, const struct flow *f)
{
	static const struct {
		u8 type, code;
		u32 flags;
	} errors[] = { { ICMP_UNREACHABLE, 0, 0 },
		       { ICMP_UNREACHABLE, 1, 0 },
		       { ICMP_UNREACHABLE, 3, 0 },
		       { ICMP_UNREACHABLE, 4, PACKET_HAS_MTU },
		       { ICMP_UNREACHABLE, 13, 0 },
		       { 11, 0, 0 },
		       { 4, 0, 0 },
		       { 12, 0, 0 },
		       { 5, 1, PACKET_HAS_GATEWAY } };
	u32 i = mutate_below(m, ARRAY_SIZE(errors));
	struct packet p = { .kind = PACKET_ICMP, .incoming = true };

	p.flags = packet_kinds[PACKET_ICMP].flags_set | PACKET_HAS_ADDRS | PACKET_HAS_CODE |
		  PACKET_QUOTES_UDP | PACKET_QUOTES_FLOW | errors[i].flags;
	p.icmp_type = errors[i].type;
	p.icmp_code = errors[i].code;
	p.mtu = (errors[i].flags & PACKET_HAS_MTU) != 0 ? mutate_between(m, 60, 1500) : 0;
	p.gateway = (errors[i].flags & PACKET_HAS_GATEWAY) != 0 ? f->daddr + 1 : 0;
	p.saddr = f->daddr;
	p.daddr = f->saddr;
	p.quote_saddr = f->saddr;
	p.quote_daddr = f->daddr;
	p.quote_sport = f->sport;
	p.quote_dport = f->dport;
	return p;
}

bool op_frame_answer(struct mutator *m)
{
	u32 at = mutate_find(m, sends);
	struct flow f;
	struct stmt *st;
	u8 host;

	if (at == NOWHERE || !flow_of(m, &m->s->stmt[at], &f))
		return false;
	host = m->s->stmt[at].host;
	st = mutate_open_at(m, at + 1, 1);
	st->kind = STMT_PACKET;
	st->host = host;
	st->packet = f.sport != 0 && mutate_one_in(m, 2) ? answer(&f) : complaint(m, &f);
	st->packet.len = mutate_below(m, 64);
	packet_normalise(m->s, &st->packet);
	if (!mutate_keeps(m, st)) {
		mutate_take_out(m->s, at + 1, 1);
		return false;
	}
	return true;
}
