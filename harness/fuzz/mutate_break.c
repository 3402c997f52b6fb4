// SPDX-License-Identifier: MIT
/* mutate_break.c - see mutate.def: operations that break what the others keep right. */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/check.h"
#include "harness/script/packet.h"
#include "wire/ipv4.h"

enum { FRAME_MOST = 4096, UNIT = 8, FLIPS = 4, LATE_SECS = 1000 };

/* --- frames
 * ----------------------------------------------------------------------------------------
 */
static bool is_ip(struct mutator *m, const struct stmt *st)
{
	return mutate_is_frame(m, st) && st->packet.kind != PACKET_ARP &&
	       st->packet.kind != PACKET_ETH && st->packet.kind != PACKET_RAW;
}

bool op_break_csum(struct mutator *m)
{
	static const u8 words[] = { WORD_ATTR_CSUM_BAD, WORD_ATTR_L4_CSUM_BAD,
				    WORD_ATTR_L4_CSUM_NONE, WORD_ATTR_CSUM, WORD_ATTR_L4_CSUM };
	u32 at = mutate_find(m, is_ip), word = words[mutate_below(m, ARRAY_SIZE(words))];
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	if (mutate_attr(m->s, p, word) != 0)
		return false;
	mutate_set_attr(m, p, word, mutate_one_in(m, 2) ? 0xffff : mutate_below(m, 65536));
	packet_normalise(m->s, p);
	return mutate_attr(m->s, p, word) != 0;
}

static bool has_attrs(struct mutator *m, const struct stmt *st)
{
	return is_ip(m, st) || (mutate_is_frame(m, st) && st->packet.kind == PACKET_ARP);
}

bool op_break_len(struct mutator *m)
{
	static const u8 of_ip[] = { WORD_ATTR_LEN, WORD_ATTR_IHL, WORD_ATTR_ULEN,
				    WORD_ATTR_VERSION };
	static const u8 of_arp[] = { WORD_ARP_HLEN, WORD_ARP_PLEN, WORD_ARP_HTYPE, WORD_ARP_PTYPE };
	u32 at = mutate_find(m, has_attrs), word;
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	word = p->kind == PACKET_ARP ? of_arp[mutate_below(m, ARRAY_SIZE(of_arp))]
				     : of_ip[mutate_below(m, ARRAY_SIZE(of_ip))];
	mutate_set_attr(m, p, word,
			word == WORD_ATTR_IHL || word == WORD_ATTR_VERSION ? mutate_below(m, 16)
			: mutate_one_in(m, 2)				   ? mutate_below(m, 64)
					      : mutate_edge(m) & 0xffff);
	packet_normalise(m->s, p);
	return mutate_attr(m->s, p, word) != 0;
}

static bool is_piece(struct mutator *m, const struct stmt *st)
{
	return is_ip(m, st) && (mutate_attr(m->s, &st->packet, WORD_ATTR_MF) != 0 ||
				mutate_attr(m->s, &st->packet, WORD_ATTR_FRAG) != 0);
}

bool op_break_fragment(struct mutator *m)
{
	u32 at = mutate_find(m, is_piece), frag;
	struct packet *p;
	u64 units = 0;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	frag = mutate_attr(m->s, p, WORD_ATTR_FRAG);
	if (frag != 0)
		units = m->s->expr[m->s->expr[frag].first].value;
	switch (mutate_below(m, 4)) {
	case 0: /* it begins elsewhere, perhaps far away */
		units = mutate_one_in(m, 4) ? mutate_between(m, 8180, 8191) : units + 1;
		mutate_set_attr(m, p, WORD_ATTR_FRAG, units);
		break;
	case 1:
		mutate_set_attr(m, p, WORD_ATTR_FRAG, units != 0 ? units - 1 : 2);
		break;
	case 2: /* the last is none, or another is the last */
		if (mutate_attr(m->s, p, WORD_ATTR_MF) != 0)
			mutate_drop_attr(m, p, WORD_ATTR_MF);
		else
			mutate_set_attr(m, p, WORD_ATTR_MF, 0);
		break;
	default: /* it ends elsewhere */
		p->len = mutate_one_in(m, 2) ? p->len + mutate_between(m, 1, UNIT)
					     : mutate_below(m, p->len + 1);
		p->payload = 0;
		p->flags |= PACKET_HAS_LEN;
	}
	packet_normalise(m->s, p);
	return true;
}

static bool is_built(struct mutator *m, const struct stmt *st)
{
	return mutate_is_frame(m, st) && st->packet.kind != PACKET_RAW;
}

static u32 frame_of(struct mutator *m, const struct stmt *st, u8 *to)
{
	struct packet_ctx ctx = { .ethernet = !m->opened_tun,
				  .smac = { 2, 0, 0, 0, 0, 2 },
				  .dmac = { 2, 0, 0, 0, 0, 1 },
				  .saddr = m->own[st->host] + 1,
				  .daddr = m->own[st->host] };
	char err[256];

	if (st->packet.len > FRAME_MOST / 2)
		return 0;
	return packet_build(m->s, &st->packet, &ctx, to, FRAME_MOST, err, sizeof(err));
}

bool op_break_frame(struct mutator *m)
{
	u8 frame[FRAME_MOST];
	u32 at = mutate_find(m, is_built), len, head;
	struct packet *p;

	if (at == NOWHERE)
		return false;
	len = frame_of(m, &m->s->stmt[at], frame);
	if (len == 0)
		return false;
	/* Rather a header than data. */
	head = min_u32(len, 64);
	for (u32 i = mutate_between(m, 1, FLIPS); i != 0; i--) {
		u8 *byte = &frame[mutate_below(m, mutate_one_in(m, 4) ? len : head)];

		*byte = (u8)(mutate_one_in(m, 2) ? *byte ^ 1u << mutate_below(m, 8)
						 : mutate_edge(m));
	}
	if (mutate_one_in(m, 4))
		len = mutate_between(m, 1, len);
	p = &m->s->stmt[at].packet;
	*p = (struct packet){ .kind = PACKET_RAW, .incoming = true };
	p->flags = packet_kinds[PACKET_RAW].flags_set;
	p->payload = mutate_new_text(m, EXPR_HEX, frame, len);
	packet_normalise(m->s, p);
	return true;
}

static bool has_seq(struct mutator *m, const struct stmt *st)
{
	return mutate_is_frame(m, st) &&
	       (st->packet.kind == PACKET_TCP ||
		(st->packet.flags & (PACKET_HAS_ICMP_SEQ | PACKET_QUOTES_TCP)) != 0);
}

bool op_break_seq(struct mutator *m)
{
	u32 at = mutate_find(m, has_seq), value;
	struct packet *p, before;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	before = *p;
	value = mutate_one_in(m, 2) ? (u32)mutate_edge(m) : (u32)rng_u64(&m->rng);
	if (p->kind == PACKET_ICMP && (p->flags & PACKET_HAS_ICMP_SEQ) != 0)
		p->icmp_seq = (u16)value;
	else if (p->kind == PACKET_TCP && (p->flags & PACKET_HAS_ACK) != 0 && mutate_one_in(m, 2))
		p->ack = value;
	else
		p->seq = value;
	packet_normalise(m->s, p);
	return memcmp(&before, p, sizeof(before)) != 0;
}

/* --- calls
 * -----------------------------------------------------------------------------------------
 */
static bool is_fd(struct mutator *m, const struct spot *spot)
{
	return spot->type == TYPE_FD && mutate_expr(m, spot->expr)->kind == EXPR_NUMBER;
}

bool op_break_fd(struct mutator *m)
{
	static const u32 nobodys[] = { 0, 1, 2, 63, 64, 99, 255, 1023, 0x7fffffff, 0xffffffff };
	u32 at, number = nobodys[mutate_below(m, ARRAY_SIZE(nobodys))];
	const struct spot *spot = mutate_any_spot(m, &at, is_fd);
	struct expr *x;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	mutate_set_number(x, number);
	x->line = OBJECT_KEEP;
	if (number == U32_MAX) {
		x->value = 1;
		x->negative = true;
	}
	return true;
}

static bool is_pointer(struct mutator *m, const struct spot *spot)
{
	return spot->type != TYPE_NONE && (script_types[spot->type].forms & FORM_POINTER) != 0 &&
	       mutate_expr(m, spot->expr)->kind != EXPR_NUMBER;
}

bool op_break_pointer(struct mutator *m)
{
	static const u64 nowhere[] = { 1,	   0xfff,	   0xffffffffffff0000,
				       1ull << 63, 0x7ffffffff000, U64_MAX };
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_pointer);
	struct expr *x;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	mutate_set_number(x, nowhere[mutate_below(m, ARRAY_SIZE(nowhere))]);
	x->hex = true;
	return true;
}

static bool is_count(struct mutator *m, const struct spot *spot)
{
	return spot->counts && mutate_expr(m, spot->expr)->kind == EXPR_NUMBER;
}

bool op_break_count(struct mutator *m)
{
	static const u64 wrong[] = { 0,	   1,	 2,	15,	    17,		127,	129,
				     1024, 1025, 65536, 0x7fffffff, 0x80000000, U32_MAX };
	u32 at;
	const struct spot *spot = mutate_any_spot(m, &at, is_count);
	u64 value = wrong[mutate_below(m, ARRAY_SIZE(wrong))];
	struct expr *x;

	if (spot == NULL)
		return false;
	x = mutate_expr(m, spot->expr);
	if (x->value == value && !x->negative)
		return false;
	mutate_set_number(x, value);
	return true;
}

static void keep_number(struct mutator *m, struct expr *x, const void *ctx)
{
	(void)m;
	(void)ctx;
	x->line = OBJECT_KEEP;
}

static bool makes_object(struct mutator *m, const struct stmt *st)
{
	return mutate_is_call(m, st) && st->line != OBJECT_NONE;
}

static bool uses(const struct mutator *m, const struct stmt *st, u32 object)
{
	const struct expr *x = &m->s->expr[st->call.args];

	return st->kind == STMT_CALL && st->call.args != 0 && x->kind == EXPR_NUMBER &&
	       x->line == object;
}

/* A call on a descriptor moves before the one that makes it. */
bool op_break_order(struct mutator *m)
{
	u32 maker = mutate_find(m, makes_object), user = NOWHERE, n = 0;
	struct stmt st;

	if (maker == NOWHERE)
		return false;
	mutate_number_descriptors(m);
	for (u32 i = maker + 1; i < m->s->nr_stmts; i++)
		if (uses(m, &m->s->stmt[i], m->s->stmt[maker].line) && mutate_one_in(m, ++n))
			user = i;
	if (user == NOWHERE)
		return false;
	st = m->s->stmt[user];
	mutate_take_out(m->s, user, 1);
	*mutate_open_at(m, maker, 1) = st;
	mutate_each_fd(m, m->s, &m->s->stmt[maker], keep_number, NULL);
	return true;
}

/* --- everything
 * ------------------------------------------------------------------------------------
 */
static bool has_time(struct mutator *m, const struct stmt *st)
{
	(void)m;
	return st->kind != STMT_OPTION && st->kind != STMT_HEADER && st->when.kind <= WHEN_REL &&
	       !st->when.blocks;
}

bool op_break_time(struct mutator *m)
{
	u32 at = mutate_find(m, has_time);
	struct when *w;

	if (at == NOWHERE)
		return false;
	w = &m->s->stmt[at].when;
	*w = mutate_one_in(m, 4)
		     ? (struct when){ .kind = WHEN_ABS }
		     : (struct when){ .kind = WHEN_REL,
				      .from_ns = mutate_between(m, 1, LATE_SECS) * NS_PER_SEC };
	return true;
}

static void change_bytes(struct mutator *m, u8 *bytes, size_t len)
{
	for (u32 i = mutate_between(m, 1, FLIPS); i != 0; i--) {
		u8 *byte = &bytes[mutate_below(m, (u32)len)];

		*byte = (u8)(mutate_one_in(m, 2) ? *byte ^ 1u << mutate_below(m, 8)
						 : rng_u64(&m->rng));
	}
}

bool op_break_bytes(struct mutator *m)
{
	return mutate_rewrite(m, change_bytes);
}
