// SPDX-License-Identifier: MIT
/* mutate_packet.c - see mutate.def: operations on frames that arrive: what they match, their
 * fields, fragments, copies, order. Checksums and lengths are the language's business, which
 * computes them.
 */
#include "harness/fuzz/mutate_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/script/packet.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

enum { UNIT = 8, PIECES = 5, FRAME_MOST = 4096, UDP_HEADER = 8, NEIGHBOUR = 1 };

/* --- attributes
 * ------------------------------------------------------------------------------------
 */
u32 mutate_attr(const struct script *s, const struct packet *p, u32 word)
{
	u32 e = p->attrs;

	while (e != 0 && s->expr[e].symbol != word)
		e = s->expr[e].next;
	return e;
}

static u32 new_value(struct mutator *m, u64 value, bool hex)
{
	u32 e = mutate_new_number(m, value);

	m->s->expr[e].hex = hex;
	return e;
}

void mutate_set_attr(struct mutator *m, struct packet *p, u32 word, u64 value)
{
	const char *values = packet_words[word].values;
	u32 e = mutate_attr(m->s, p, word), below = 0;

	if (values[0] != '\0')
		below = new_value(m, value, values[0] == 'x');
	if (e == 0) {
		e = script_add_expr(m->s, EXPR_FIELD);
		m->s->expr[e].symbol = (u16)word;
		m->s->expr[e].next = p->attrs;
		p->attrs = e;
	}
	m->s->expr[e].first = below;
}

void mutate_drop_attr(struct mutator *m, struct packet *p, u32 word)
{
	u32 *to = &p->attrs;

	while (*to != 0) {
		if (m->s->expr[*to].symbol == word)
			*to = m->s->expr[*to].next;
		else
			to = &m->s->expr[*to].next;
	}
}

static bool is_ip(struct mutator *m, const struct stmt *st)
{
	return mutate_is_frame(m, st) && st->packet.kind != PACKET_ARP &&
	       st->packet.kind != PACKET_ETH && st->packet.kind != PACKET_RAW;
}

/* --- what it matches
 * -------------------------------------------------------------------------------
 */
void mutate_match(struct mutator *m, struct stmt *st)
{
	struct packet *p = &st->packet;
	const struct object *o = NULL;

	if (st->kind == STMT_PACKET && p->kind == PACKET_TCP)
		o = mutate_bound(m, st->host, OBJECT_TCP);
	if (o == NULL)
		o = mutate_bound(m, st->host, OBJECT_UDP);
	(void)mutate_words(m);
	if (!mutate_is_frame(m, st) || (packet_kinds[p->kind].parts & PART_ADDRS) == 0)
		return;
	p->flags |= PACKET_HAS_ADDRS;
	p->daddr = o != NULL && o->laddr != 0 ? o->laddr : m->own[st->host];
	p->saddr = o != NULL && o->raddr != 0 ? o->raddr : m->own[st->host] + NEIGHBOUR;
	if ((packet_kinds[p->kind].parts & PART_PORTS) != 0) {
		p->flags |= PACKET_HAS_PORTS;
		p->dport = o != NULL ? o->lport : p->dport;
		p->sport = o != NULL && o->rport != 0 ? o->rport : p->sport;
	}
	if (p->kind == PACKET_ICMP && (p->flags & PACKET_QUOTES_FLOW) != 0 && o != NULL) {
		p->quote_saddr = p->daddr;
		p->quote_daddr = p->saddr;
		p->quote_sport = o->lport;
		p->quote_dport = o->rport != 0 ? o->rport : p->quote_dport;
	}
	packet_normalise(m->s, p);
}

bool op_frame_match(struct mutator *m)
{
	u32 at = mutate_find(m, is_ip);
	struct packet before;

	if (at == NOWHERE)
		return false;
	before = m->s->stmt[at].packet;
	mutate_match(m, &m->s->stmt[at]);
	return memcmp(&before, &m->s->stmt[at].packet, sizeof(before)) != 0;
}

/* --- fields
 * ----------------------------------------------------------------------------------------
 */
bool op_frame_attr(struct mutator *m)
{
	static const struct {
		u8 word;
		u32 most;
	} some[] = { { WORD_ATTR_TTL, 255 },	  { WORD_ATTR_ID, 65535 },
		     { WORD_ATTR_DF, 0 },	  { WORD_ATTR_TOS, 255 },
		     { WORD_ATTR_OPT_NOP, 0 },	  { WORD_ATTR_OPT_EOL, 0 },
		     { WORD_ATTR_OPT_RA, 65535 }, { WORD_ATTR_PAD, 64 },
		     { WORD_ATTR_MF, 0 },	  { WORD_ATTR_FRAG, 8191 },
		     { WORD_ATTR_RF, 0 },	  { WORD_ATTR_L4_CSUM_NONE, 0 } };
	u32 at = mutate_find(m, is_ip), i = mutate_below(m, ARRAY_SIZE(some));
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	if (mutate_attr(m->s, p, some[i].word) != 0 && mutate_one_in(m, 2))
		mutate_drop_attr(m, p, some[i].word);
	else
		mutate_set_attr(m, p, some[i].word, mutate_edge(m) % (some[i].most + 1));
	packet_normalise(m->s, p);
	return true;
}

/* Numbers of a packet, and who has them. */
static const struct {
	u16 at;
	u8 bytes;
	u32 parts, flags;
} numbers[] = {
#define P(field) offsetof(struct packet, field), sizeof(((struct packet *)NULL)->field)
	{ P(saddr), PART_ADDRS, PACKET_HAS_ADDRS },
	{ P(daddr), PART_ADDRS, PACKET_HAS_ADDRS },
	{ P(saddr), PART_ARP, 0 },
	{ P(daddr), PART_ARP, 0 },
	{ P(arp_op), PART_ARP, 0 },
	{ P(sport), PART_PORTS, PACKET_HAS_PORTS },
	{ P(dport), PART_PORTS, PACKET_HAS_PORTS },
	{ P(icmp_type), PART_ICMP, 0 },
	{ P(icmp_code), PART_ICMP, PACKET_HAS_CODE },
	{ P(icmp_id), PART_ICMP, PACKET_HAS_ID },
	{ P(icmp_seq), PART_ICMP, PACKET_HAS_ICMP_SEQ },
	{ P(mtu), PART_ICMP, PACKET_HAS_MTU },
	{ P(gateway), PART_ICMP, PACKET_HAS_GATEWAY },
	{ P(quote_sport), PART_ICMP, PACKET_QUOTES_FLOW },
	{ P(quote_dport), PART_ICMP, PACKET_QUOTES_FLOW },
	{ P(quote_daddr), PART_ICMP, PACKET_QUOTES_FLOW },
	{ P(proto), PART_PROTO, 0 },
	{ P(tcp_flags), PART_TCP, 0 },
	{ P(win), PART_TCP, PACKET_HAS_WIN },
	{ P(eth_type), PART_TYPE, PACKET_HAS_TYPE },
	{ P(mac[0][5]), PART_ETH, PACKET_HAS_ETH },
	{ P(mac[1][5]), PART_ETH, PACKET_HAS_ETH },
	{ P(mac[1][0]), PART_ETH, PACKET_HAS_ETH },
	{ P(is_at[5]), PART_ARP, PACKET_HAS_MAC },
#undef P
};

static bool has_number(const struct packet *p, u32 i)
{
	return (packet_kinds[p->kind].parts & numbers[i].parts) != 0 &&
	       (numbers[i].flags == 0 || (p->flags & numbers[i].flags) != 0);
}

static u64 field_value(struct mutator *m, const struct packet *p, u32 i)
{
	const struct words *w = mutate_words(m);

	if (numbers[i].parts == PART_TCP)
		return mutate_below(m, 256);
	if (numbers[i].bytes == 4 && numbers[i].flags != PACKET_HAS_MTU && w->nr_addrs != 0)
		return w->addr[mutate_below(m, w->nr_addrs)];
	if (numbers[i].bytes == 2 && numbers[i].parts == PART_PORTS && w->nr_ports != 0 &&
	    mutate_one_in(m, 2))
		return w->port[mutate_below(m, w->nr_ports)];
	if (numbers[i].at == offsetof(struct packet, icmp_type))
		return mutate_below(m, 20);
	if (numbers[i].at == offsetof(struct packet, arp_op))
		return p->arp_op == ARP_REPLY ? ARP_WHO_HAS : ARP_REPLY;
	return mutate_edge(m);
}

static void put_field(struct packet *p, u32 i, u64 value)
{
	u8 *at = (u8 *)p + numbers[i].at;
	u32 v4 = (u32)value;
	u16 v2 = (u16)value;
	u8 v1 = (u8)value;

	if (numbers[i].bytes == 4)
		memcpy(at, &v4, 4);
	else if (numbers[i].bytes == 2)
		memcpy(at, &v2, 2);
	else
		*at = v1;
}

bool op_frame_field(struct mutator *m)
{
	u32 at = mutate_find(m, mutate_is_frame), n = 0, which = 0;
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	for (u32 i = 0; i < ARRAY_SIZE(numbers); i++)
		if (has_number(p, i) && mutate_one_in(m, ++n))
			which = i;
	if (n == 0)
		return false;
	put_field(p, which, field_value(m, p, which));
	packet_normalise(m->s, p);
	m->words_known = false;
	return true;
}

/* --- data
 * ------------------------------------------------------------------------------------------
 */
static bool has_data(struct mutator *m, const struct stmt *st)
{
	return is_ip(m, st) && (st->packet.flags & PACKET_HAS_LEN) != 0 &&
	       (packet_kinds[st->packet.kind].parts & PART_PAYLOAD) != 0;
}

bool op_frame_data(struct mutator *m)
{
	static const u16 sizes[] = {
		0, 1, 2, 8, 9, 64, 72, 548, 552, 1000, 1464, 1472, 2000, 8192
	};
	u32 at = mutate_find(m, has_data), old;
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	old = p->len;
	if (mutate_one_in(m, 2))
		p->len += mutate_one_in(m, 2) ? 1 : old != 0 ? U32_MAX : 0;
	else
		p->len = sizes[mutate_below(m, ARRAY_SIZE(sizes))];
	p->payload = 0;
	if (p->len != 0 && mutate_one_in(m, 2)) {
		p->payload = script_add_expr(m->s, EXPR_PATTERN);
		m->s->expr[p->payload].value = mutate_below(m, 256);
	}
	packet_normalise(m->s, p);
	return p->len != old;
}

/* --- fragments
 * -------------------------------------------------------------------------------------
 */
u32 mutate_packet_bytes(struct mutator *m, const struct packet *p, u8 *to, u32 size)
{
	struct packet_ctx ctx = { .saddr = m->own[0] + NEIGHBOUR, .daddr = m->own[0] };
	struct packet bare = *p;
	char err[256];

	bare.flags &= ~(u32)PACKET_HAS_ETH;
	if (p->len > size - 256)
		return 0;
	return packet_build(m->s, &bare, &ctx, to, size, err, sizeof(err));
}

static bool is_whole(struct mutator *m, const struct stmt *st)
{
	const struct packet *p = &st->packet;

	return is_ip(m, st) && (p->flags & PACKET_HAS_ADDRS) != 0 && p->encaps == 0 &&
	       mutate_attr(m->s, p, WORD_ATTR_MF) == 0 &&
	       mutate_attr(m->s, p, WORD_ATTR_FRAG) == 0 && mutate_attr(m->s, p, WORD_ATTR_DF) == 0;
}

/* One piece of what the frame carries. */
static void put_piece(struct mutator *m, struct stmt *st, const struct packet *whole,
		      const u8 *bytes, u32 from, u32 len, bool more, u32 id)
{
	u32 ttl = mutate_attr(m->s, whole, WORD_ATTR_TTL);
	u64 ttl_value = ttl != 0 ? m->s->expr[m->s->expr[ttl].first].value : 0;
	struct packet *p = &st->packet;

	*p = (struct packet){ .kind = PACKET_IP, .incoming = true, .proto = bytes[IPV4_PROTOCOL] };
	p->flags = packet_kinds[PACKET_IP].flags_set | PACKET_HAS_ADDRS | PACKET_HAS_LEN |
		   (whole->flags & PACKET_HAS_ETH);
	memcpy(p->mac, whole->mac, sizeof(p->mac));
	p->saddr = whole->saddr;
	p->daddr = whole->daddr;
	p->len = len;
	if (len != 0)
		p->payload = mutate_new_text(m, EXPR_HEX, bytes + ipv4_hlen(bytes) + from, len);
	if (from != 0)
		mutate_set_attr(m, p, WORD_ATTR_FRAG, from / UNIT);
	if (more)
		mutate_set_attr(m, p, WORD_ATTR_MF, 0);
	if (ttl != 0)
		mutate_set_attr(m, p, WORD_ATTR_TTL, ttl_value);
	mutate_set_attr(m, p, WORD_ATTR_ID, id);
	packet_normalise(m->s, p);
}

/* Where the pieces end. */
static u32 cut(struct mutator *m, u32 len, u32 end[PIECES])
{
	u32 most = min_u32(PIECES, (len + UNIT - 1) / UNIT), n, at = 0;

	if (most < 2)
		return 0;
	n = mutate_between(m, 2, most);
	for (u32 i = 0; i < n; i++) {
		u32 left = (len - at + UNIT - 1) / UNIT, rest = n - i - 1;

		at += UNIT * mutate_between(m, 1, left - rest);
		end[i] = i + 1 == n ? len : at;
	}
	return n;
}

bool op_frame_split(struct mutator *m)
{
	static u8 bytes[FRAME_MOST];
	u32 at = mutate_find(m, is_whole), len, n, end[PIECES], id;
	struct packet whole;
	struct stmt head;

	if (at == NOWHERE)
		return false;
	head = m->s->stmt[at];
	whole = head.packet;
	len = mutate_packet_bytes(m, &whole, bytes, sizeof(bytes));
	if (len <= IPV4_HLEN || len <= ipv4_hlen(bytes))
		return false;
	n = cut(m, len - ipv4_hlen(bytes), end);
	if (n == 0)
		return false;
	id = mutate_between(m, 1, 65535);
	(void)mutate_open_at(m, at + 1, n - 1);
	for (u32 i = 0; i < n; i++) {
		u32 from = i == 0 ? 0 : end[i - 1];
		struct stmt *st = &m->s->stmt[at + i];

		*st = head;
		if (i != 0)
			st->when = (struct when){ .kind = WHEN_NONE };
		put_piece(m, st, &whole, bytes, from, end[i] - from, i + 1 < n, id);
	}
	if (mutate_one_in(m, 2)) {
		struct stmt last = m->s->stmt[at + n - 1];

		m->s->stmt[at + n - 1].packet = m->s->stmt[at].packet;
		m->s->stmt[at].packet = last.packet;
	}
	return true;
}

static u64 attr_value(const struct script *s, const struct packet *p, u32 word)
{
	u32 e = mutate_attr(s, p, word);

	return e != 0 && s->expr[e].first != 0 ? s->expr[s->expr[e].first].value : 0;
}

static bool is_piece(const struct script *s, const struct stmt *st)
{
	return st->kind == STMT_PACKET && st->packet.incoming && st->packet.kind == PACKET_IP &&
	       (st->packet.flags & PACKET_HAS_LEN) != 0 && st->packet.payload != 0 &&
	       s->expr[st->packet.payload].kind == EXPR_HEX &&
	       (mutate_attr(s, &st->packet, WORD_ATTR_MF) != 0 ||
		mutate_attr(s, &st->packet, WORD_ATTR_FRAG) != 0);
}

/* b begins where a ends. */
static bool belongs(const struct script *s, const struct stmt *a, const struct stmt *b)
{
	return is_piece(s, a) && is_piece(s, b) && a->packet.saddr == b->packet.saddr &&
	       a->packet.daddr == b->packet.daddr && a->packet.proto == b->packet.proto &&
	       attr_value(s, &a->packet, WORD_ATTR_ID) == attr_value(s, &b->packet, WORD_ATTR_ID) &&
	       attr_value(s, &a->packet, WORD_ATTR_FRAG) * UNIT + a->packet.len ==
		       attr_value(s, &b->packet, WORD_ATTR_FRAG) * UNIT;
}

static void merge(struct mutator *m, u32 a, u32 b)
{
	struct packet *p = &m->s->stmt[a].packet, *q = &m->s->stmt[b].packet;
	struct text one = m->s->expr[p->payload].text, two = m->s->expr[q->payload].text;
	u8 bytes[FRAME_MOST];

	memcpy(bytes, script_text(m->s, one), one.len);
	memcpy(bytes + one.len, script_text(m->s, two), two.len);
	p->payload = mutate_new_text(m, EXPR_HEX, bytes, one.len + two.len);
	p->len = one.len + two.len;
	if (mutate_attr(m->s, q, WORD_ATTR_MF) == 0)
		mutate_drop_attr(m, p, WORD_ATTR_MF);
	packet_normalise(m->s, p);
	m->s->stmt[a].column = 0;
	mutate_take_out(m->s, b, 1);
}

bool op_frame_merge(struct mutator *m)
{
	const struct script *s = m->s;
	u32 found_a = NOWHERE, found_b = 0, n = 0;

	for (u32 a = 0; a < s->nr_stmts; a++) {
		if (!is_piece(s, &s->stmt[a]))
			continue;
		for (u32 b = 0; b < s->nr_stmts; b++) {
			if (a == b || !belongs(s, &s->stmt[a], &s->stmt[b]) ||
			    s->stmt[a].packet.len + s->stmt[b].packet.len > FRAME_MOST ||
			    !mutate_one_in(m, ++n))
				continue;
			found_a = a;
			found_b = b;
		}
	}
	if (found_a == NOWHERE)
		return false;
	merge(m, found_a, found_b);
	return true;
}

/* --- again, and in another order
 * -------------------------------------------------------------------
 */
bool op_frame_repeat(struct mutator *m)
{
	u32 at = mutate_find(m, mutate_is_frame), to;
	struct stmt copy;

	if (at == NOWHERE)
		return false;
	to = mutate_between(m, at + 1, m->s->nr_stmts);
	copy = mutate_copy_stmt(m->s, m->s, &m->s->stmt[at]);
	copy.when = (struct when){ .kind = WHEN_NONE };
	*mutate_open_at(m, to, 1) = copy;
	return true;
}

bool op_frame_swap(struct mutator *m)
{
	u32 a = mutate_find(m, mutate_is_frame), b = mutate_find(m, mutate_is_frame);
	struct packet p;

	if (a == b || a == NOWHERE)
		return false;
	p = m->s->stmt[a].packet;
	m->s->stmt[a].packet = m->s->stmt[b].packet;
	m->s->stmt[b].packet = p;
	return true;
}
