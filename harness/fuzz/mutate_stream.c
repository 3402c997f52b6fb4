// SPDX-License-Identifier: MIT
/* mutate_stream.c - see mutate.def: operations on TCP connections, as their peer: what it sends
 * goes on where it stopped, and what it acknowledges was sent.
 *
 * A connection is what frames of one flow say: how far the peer has got, the window that it gave,
 * the options that it uses. How much was sent to it is guessed by the calls that send.
 */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/check.h"
#include "harness/script/packet.h"

enum { STREAMS = 16, SENT_MOST = 1 << 20, AHEAD = 1 << 30, TICKS = 200 };

struct stream {
	const struct script *of; /* where its last frame is */
	const struct packet *last;
	u8 host;
	u32 next, ack; /* behind the peer's last byte; what it has acknowledged */
	u16 win;
};

struct streams {
	struct stream stream[STREAMS];
	u32 nr, sent;
};

/* --- what there is
 * ---------------------------------------------------------------------------------
 */
static bool is_segment(const struct stmt *st)
{
	return st->kind == STMT_PACKET && st->packet.incoming && st->packet.kind == PACKET_TCP &&
	       (st->packet.flags & PACKET_HAS_ADDRS) != 0 && st->packet.encaps == 0;
}

static bool same_flow(const struct packet *a, const struct packet *b)
{
	return a->saddr == b->saddr && a->daddr == b->daddr && a->sport == b->sport &&
	       a->dport == b->dport;
}

/* SYN and FIN take a number. */
static u32 behind(const struct packet *p)
{
	return p->seq + p->len + ((p->tcp_flags & TCPF_SYN) != 0) +
	       ((p->tcp_flags & TCPF_FIN) != 0);
}

static struct stream *stream_of(struct streams *all, const struct stmt *st)
{
	for (u32 i = 0; i < all->nr; i++)
		if (all->stream[i].host == st->host && same_flow(all->stream[i].last, &st->packet))
			return &all->stream[i];
	if (all->nr == STREAMS)
		return NULL;
	all->stream[all->nr] = (struct stream){ .host = st->host, .ack = 1 };
	return &all->stream[all->nr++];
}

static void learn_segment(struct streams *all, const struct script *s, const struct stmt *st)
{
	const struct packet *p = &st->packet;
	struct stream *t = stream_of(all, st);

	if (t == NULL)
		return;
	if (t->last == NULL || (p->tcp_flags & TCPF_SYN) != 0 || behind(p) - t->next < AHEAD)
		t->next = behind(p);
	if ((p->flags & PACKET_HAS_ACK) != 0 && p->ack - t->ack < AHEAD)
		t->ack = p->ack;
	if (p->win != 0)
		t->win = p->win;
	t->of = s;
	t->last = p;
}

/* How much a call sends at most. */
static void learn_call(struct streams *all, const struct script *s, const struct stmt *st)
{
	u64 len = 0;

	if ((st->call.call == CALL_send || st->call.call == CALL_sendto ||
	     st->call.call == CALL_write) &&
	    mutate_value(s, mutate_arg(s, st, 2), &len) && len < SENT_MOST)
		all->sent += (u32)len;
}

static void learn(struct streams *all, const struct script *s, u32 end)
{
	for (u32 i = 0; i < end; i++) {
		if (is_segment(&s->stmt[i]))
			learn_segment(all, s, &s->stmt[i]);
		else if (s->stmt[i].kind == STMT_CALL)
			learn_call(all, s, &s->stmt[i]);
	}
}

/* One of those that there are before `at`. */
static bool draw(struct mutator *m, u32 at, struct stream *t, u32 *sent)
{
	struct streams all = { .nr = 0 };

	learn(&all, m->opening, m->opening->nr_stmts);
	learn(&all, m->s, at);
	if (all.nr == 0)
		return false;
	*t = all.stream[mutate_below(m, all.nr)];
	*sent = all.sent;
	return true;
}

/* --- one segment
 * -----------------------------------------------------------------------------------
 */
static u32 add_option(struct mutator *m, u32 *chain, u32 word)
{
	u32 e = script_add_expr(m->s, EXPR_FIELD), last = *chain;

	m->s->expr[e].symbol = (u16)word;
	while (last != 0 && m->s->expr[last].next != 0)
		last = m->s->expr[last].next;
	if (last == 0)
		*chain = e;
	else
		m->s->expr[last].next = e;
	return e;
}

static void add_nops(struct mutator *m, u32 *chain)
{
	(void)add_option(m, chain, WORD_OPTION_NOP);
	(void)add_option(m, chain, WORD_OPTION_NOP);
}

/* A chain of two numbers. */
static u32 two(struct mutator *m, u32 a, u32 b)
{
	u32 first = mutate_new_number(m, a), second = mutate_new_number(m, b);

	m->s->expr[first].next = second;
	return first;
}

/* Whoever has sent timestamps goes on with them; now and then it forgets. */
static u32 stamps(struct mutator *m, const struct stream *t)
{
	u32 val = 0, ecr = 0, chain = 0, e, numbers;

	if (!packet_line_ts(t->of, t->last, &val, &ecr) || mutate_one_in(m, 16))
		return 0;
	add_nops(m, &chain);
	numbers = two(m, val + mutate_below(m, TICKS), ecr != 0 ? ecr : 1);
	e = add_option(m, &chain, WORD_OPTION_TS);
	m->s->expr[e].first = numbers;
	return chain;
}

/* A segment of the connection, as it would come next. */
static struct packet segment(struct mutator *m, const struct stream *t, u32 flags)
{
	struct packet p = { .kind = PACKET_TCP, .incoming = true };

	p.flags = packet_kinds[PACKET_TCP].flags_set | PACKET_HAS_ADDRS | PACKET_HAS_PORTS |
		  PACKET_HAS_SEQ | PACKET_HAS_ACK | PACKET_HAS_WIN;
	p.saddr = t->last->saddr;
	p.daddr = t->last->daddr;
	p.sport = t->last->sport;
	p.dport = t->last->dport;
	p.tcp_flags = (u16)(flags | TCPF_ACK);
	p.options = stamps(m, t);
	p.seq = t->next;
	p.ack = t->ack;
	p.win = t->win;
	return p;
}

static void set_len(struct mutator *m, struct packet *p, u32 len)
{
	p->len = len;
	if (len != 0 && mutate_one_in(m, 2)) {
		p->payload = script_add_expr(m->s, EXPR_PATTERN);
		m->s->expr[p->payload].value = mutate_below(m, 256);
	}
}

static u32 draw_len(struct mutator *m)
{
	static const u16 lens[] = { 1, 2, 7, 100, 535, 536, 999, 1000, 1448, 1460 };

	return mutate_one_in(m, 4) ? mutate_between(m, 1, 1460)
				   : lens[mutate_below(m, ARRAY_SIZE(lens))];
}

/* Puts it in; false: this target's peer sends nothing. */
static bool put(struct mutator *m, u32 at, const struct stream *t, struct packet p)
{
	struct stmt *st = mutate_open_at(m, at, 1);

	st->kind = STMT_PACKET;
	st->host = t->host;
	p.end_seq = p.seq + p.len;
	packet_normalise(m->s, &p);
	m->s->stmt[at].packet = p;
	if (mutate_keeps(m, &m->s->stmt[at]))
		return true;
	mutate_take_out(m->s, at, 1);
	return false;
}

/* What the peer sends behind it comes after what it has sent now. */
static void move_up(struct mutator *m, u32 from, const struct stream *t, u32 by)
{
	const struct packet *p = &m->s->stmt[from - 1].packet;

	for (u32 i = from; i < m->s->nr_stmts; i++) {
		struct stmt *st = &m->s->stmt[i];

		if (!is_segment(st) || st->host != t->host || !same_flow(p, &st->packet))
			continue;
		if ((st->packet.tcp_flags & TCPF_SYN) != 0)
			return;
		if (st->packet.seq - t->next >= AHEAD)
			continue;
		st->packet.seq += by;
		st->packet.end_seq += by;
		st->column = 0;
	}
}

/* --- operations
 * ------------------------------------------------------------------------------------
 */
bool op_stream_data(struct mutator *m)
{
	u32 at = mutate_gap(m), sent;
	struct stream t;
	struct packet p;

	if (!draw(m, at, &t, &sent))
		return false;
	p = segment(m, &t, mutate_one_in(m, 2) ? TCPF_PSH : 0);
	set_len(m, &p, draw_len(m));
	if (!put(m, at, &t, p))
		return false;
	move_up(m, at + 1, &t, p.len);
	return true;
}

/* All of it, a segment or a byte more, the same again, with another window. */
bool op_stream_ack(struct mutator *m)
{
	static const u16 more[] = { 0, 0, 1, 536, 1000, 1448, 1460, 2000, 2896, 14480 };
	u32 at = mutate_gap(m), sent;
	struct stream t;
	struct packet p;

	if (!draw(m, at, &t, &sent))
		return false;
	p = segment(m, &t, mutate_one_in(m, 16) ? TCPF_ECE : 0);
	if (mutate_one_in(m, 3))
		p.ack = 1 + sent;
	else if (mutate_one_in(m, 4))
		p.ack += mutate_below(m, sent + 2);
	else
		p.ack += more[mutate_below(m, ARRAY_SIZE(more))];
	if (mutate_one_in(m, 6))
		p.win = mutate_one_in(m, 2) ? 0 : (u16)mutate_edge(m);
	return put(m, at, &t, p);
}

/* Blocks behind what is acknowledged, at ends of segments or anywhere. */
bool op_stream_sack(struct mutator *m)
{
	u32 at = mutate_gap(m), sent, e, n = mutate_between(m, 1, 3), last = 0;
	static const u16 sizes[] = { 1, 536, 1000, 1448, 1460 };
	struct stream t;
	struct packet p;
	u32 size, from;

	if (!draw(m, at, &t, &sent))
		return false;
	p = segment(m, &t, 0);
	add_nops(m, &p.options);
	e = add_option(m, &p.options, WORD_OPTION_SACK);
	size = mutate_one_in(m, 4) ? mutate_between(m, 1, 2000)
				   : sizes[mutate_below(m, ARRAY_SIZE(sizes))];
	from = p.ack + (mutate_one_in(m, 8) ? 0 : size);
	for (u32 i = 0; i < n; i++) {
		u32 to = from + size * mutate_between(m, 1, 3);
		u32 numbers = two(m, from, to), range = script_add_expr(m->s, EXPR_RANGE);

		m->s->expr[range].first = numbers;
		if (last == 0)
			m->s->expr[e].first = range;
		else
			m->s->expr[last].next = range;
		last = range;
		from = to + size;
	}
	return put(m, at, &t, p);
}

/* What comes first lies behind a hole; what fills it comes later, or half of it, or never. */
bool op_stream_hole(struct mutator *m)
{
	u32 at = mutate_gap(m), sent, hole = draw_len(m), fill = mutate_below(m, 4);
	struct stream t;
	struct packet p, late;

	if (!draw(m, at, &t, &sent))
		return false;
	p = segment(m, &t, 0);
	p.seq += hole;
	set_len(m, &p, draw_len(m));
	if (!put(m, at, &t, p))
		return false;
	move_up(m, at + 1, &t, hole + p.len);
	if (fill == 0)
		return true;
	late = segment(m, &t, TCPF_PSH);
	set_len(m, &late, fill == 1 ? (hole + 1) / 2 : hole);
	return put(m, mutate_between(m, at + 1, m->s->nr_stmts), &t, late);
}

/* Once more what was there, or a part of it, and what comes next along with it. */
bool op_stream_again(struct mutator *m)
{
	u32 at = mutate_gap(m), sent, back = draw_len(m), more = mutate_below(m, 3) * draw_len(m);
	struct stream t;
	struct packet p;

	if (!draw(m, at, &t, &sent))
		return false;
	back = min_u32(back, t.next);
	p = segment(m, &t, 0);
	p.seq -= back;
	set_len(m, &p, back + more);
	if (!put(m, at, &t, p))
		return false;
	if (more != 0)
		move_up(m, at + 1, &t, more);
	return true;
}

/* Its end, with data or without; a reset; something urgent; a SYN of another connection. */
bool op_stream_flag(struct mutator *m)
{
	static const u16 flags[] = { TCPF_FIN, TCPF_FIN, TCPF_FIN | TCPF_PSH, TCPF_RST,
				     TCPF_URG, TCPF_SYN, TCPF_CWR | TCPF_ECE };
	u32 at = mutate_gap(m), sent, set = flags[mutate_below(m, ARRAY_SIZE(flags))];
	struct stream t;
	struct packet p;

	if (!draw(m, at, &t, &sent))
		return false;
	p = segment(m, &t, set);
	if ((set & (TCPF_RST | TCPF_SYN)) == 0 && mutate_one_in(m, 2))
		set_len(m, &p, draw_len(m));
	if ((set & TCPF_URG) != 0) {
		p.flags |= PACKET_HAS_URG;
		p.urg = (u16)mutate_below(m, p.len + 2);
	}
	if (mutate_one_in(m, 2))
		p.ack = 1 + sent;
	return put(m, at, &t, p);
}
