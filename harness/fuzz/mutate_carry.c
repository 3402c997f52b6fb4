// SPDX-License-Identifier: MIT
/* mutate_carry.c - see mutate.def: frames of any protocol, as bytes behind the IP header: what has
 * a checksum gets the right one, so that what is wrong further in is looked at.
 */
#include "harness/fuzz/mutate_internal.h"

#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "base/csum.h"
#include "harness/script/packet.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

enum { FRAME_MOST = 4096, CARRIED = 64, FLIPS = 3, OPTIONS_MOST = 40, QUOTED_IP = 20, ALL = 1 };
enum { IGMP = 2, UDPLITE = 136, ALL_SYSTEMS = 0xe0000001 };

/* --- checksums
 * -------------------------------------------------------------------------------------
 */
/* Where a protocol has one; 0: it has none. */
static u32 csum_at(u32 proto)
{
	switch (proto) {
	case IPPROTO_ICMP:
	case IGMP:
		return 2;
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
	case UDPLITE:
		return 6;
	default:
		return 0;
	}
}

/* How many bytes of it are summed. */
static u32 covered(u32 proto, const u8 *bytes, u32 len)
{
	u32 cover = proto == UDPLITE ? get_be16(bytes + 4) : 0;

	return cover >= 8 && cover <= len ? cover : len;
}

static void repair(u32 proto, u8 *bytes, u32 len, u32 saddr, u32 daddr)
{
	u32 at = csum_at(proto), sum;
	u16 check;

	if (at == 0 || len < at + 2)
		return;
	put_be16(bytes + at, 0);
	sum = csum_partial(bytes, covered(proto, bytes, len), 0);
	if (proto != IPPROTO_ICMP && proto != IGMP)
		sum = csum_tcpudp_nofold(cpu_to_be32(saddr), cpu_to_be32(daddr), len, (u8)proto,
					 sum);
	check = csum_fold(sum);
	put_be16(bytes + at, check == 0 && proto != IPPROTO_ICMP ? 0xffff : check);
}

/* --- the frame
 * -------------------------------------------------------------------------------------
 */
static bool is_ip(struct mutator *m, const struct stmt *st)
{
	return mutate_is_frame(m, st) && (packet_kinds[st->packet.kind].parts & PART_ADDRS) != 0 &&
	       (st->packet.flags & PACKET_HAS_ADDRS) != 0 && st->packet.encaps == 0;
}

/* From one host to the other it carries these bytes now. */
static void carry(struct mutator *m, struct packet *p, u32 proto, u8 *bytes, u32 len)
{
	static const u8 transports[] = { WORD_ATTR_PROTO, WORD_ATTR_L4_CSUM, WORD_ATTR_L4_CSUM_BAD,
					 WORD_ATTR_L4_CSUM_NONE, WORD_ATTR_ULEN };
	struct packet old = *p;

	repair(proto, bytes, len, old.saddr, old.daddr);
	*p = (struct packet){ .kind = PACKET_IP, .incoming = true, .proto = (u8)proto };
	p->flags = packet_kinds[PACKET_IP].flags_set | PACKET_HAS_ADDRS | PACKET_HAS_LEN |
		   (old.flags & PACKET_HAS_ETH);
	memcpy(p->mac, old.mac, sizeof(p->mac));
	p->saddr = old.saddr;
	p->daddr = old.daddr;
	p->attrs = old.attrs;
	for (u32 i = 0; i < ARRAY_SIZE(transports); i++)
		mutate_drop_attr(m, p, transports[i]);
	p->len = len;
	if (len != 0)
		p->payload = mutate_new_text(m, EXPR_HEX, bytes, len);
	packet_normalise(m->s, p);
}

/* --- of any protocol
 * -------------------------------------------------------------------------------
 */
static u32 draw_protocol(struct mutator *m)
{
	static const u8 known[] = { IPPROTO_ICMP, IPPROTO_ICMP, IGMP, IGMP, IPPROTO_UDP,
				    IPPROTO_TCP,  UDPLITE,	0,    4,    47,
				    50,		  51,		255 };

	return mutate_one_in(m, 4) ? mutate_below(m, 256)
				   : known[mutate_below(m, ARRAY_SIZE(known))];
}

static u8 draw_type(struct mutator *m, u32 proto)
{
	static const u8 igmp[] = { 0x11, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x22, 0x30 };

	if (mutate_one_in(m, 8))
		return (u8)mutate_below(m, 256);
	return proto == IGMP ? igmp[mutate_below(m, ARRAY_SIZE(igmp))] : (u8)mutate_below(m, 20);
}

/* Numbers as headers have them: small, at an edge, or any. */
static void draw_bytes(struct mutator *m, u8 *bytes, u32 len)
{
	for (u32 i = 0; i < len; i++)
		bytes[i] = mutate_one_in(m, 2)	 ? 0
			   : mutate_one_in(m, 2) ? (u8)mutate_below(m, 8)
						 : (u8)mutate_edge(m);
}

/* What this host might have sent, with a header of any length. */
static void draw_quote(struct mutator *m, const struct packet *p, u8 *ip, u32 len)
{
	static const u8 protos[] = { IPPROTO_UDP, IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP,
				     IGMP,	  UDPLITE,     200 };
	const struct object *o = mutate_bound(m, 0, mutate_one_in(m, 4) ? OBJECT_TCP : OBJECT_UDP);

	if (len < QUOTED_IP)
		return;
	ip[0] = mutate_one_in(m, 4) ? (u8)(0x40 | mutate_below(m, 16)) : 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)(mutate_one_in(m, 2) ? len : mutate_edge(m)));
	if (!mutate_one_in(m, 4))
		put_be16(ip + IPV4_FRAG_OFF, 0);
	ip[IPV4_PROTOCOL] = protos[mutate_below(m, ARRAY_SIZE(protos))];
	put_be32(ip + IPV4_SADDR, p->daddr);
	put_be32(ip + IPV4_DADDR, p->saddr);
	if (o != NULL && len >= QUOTED_IP + 4) {
		put_be16(ip + QUOTED_IP, o->lport);
		put_be16(ip + QUOTED_IP + 2, o->rport != 0 ? o->rport : 7);
	}
}

bool op_frame_proto(struct mutator *m)
{
	static const u8 sizes[] = { 0, 1, 4, 7, 8, 8, 9, 12, 16, 20, 27, 28, 32, 36, 56, 64 };
	u32 at = mutate_find(m, is_ip), proto, len;
	u8 bytes[CARRIED] = { 0 };
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	proto = draw_protocol(m);
	len = sizes[mutate_below(m, ARRAY_SIZE(sizes))];
	draw_bytes(m, bytes, len);
	if (len != 0 && (proto == IPPROTO_ICMP || proto == IGMP))
		bytes[0] = draw_type(m, proto);
	if (proto == IPPROTO_ICMP && len > 8)
		draw_quote(m, p, bytes + 8, len - 8);
	if (proto == IPPROTO_UDP && len >= 8)
		put_be16(bytes + 4, (u16)len);
	if (proto == IGMP && mutate_one_in(m, 2))
		p->daddr = ALL_SYSTEMS;
	carry(m, p, proto, bytes, len);
	m->words_known = false;
	return true;
}

/* --- further in
 * ------------------------------------------------------------------------------------
 */
/* A byte where a header is likely to be; of one that is quoted, how long it is. */
static void bend(struct mutator *m, u8 *bytes, u32 len)
{
	u32 head = min_u32(len, CARRIED), at = mutate_below(m, head);

	if (len > 8 && bytes[8] >> 4 == 4 && mutate_one_in(m, 4))
		bytes[8] = (u8)(0x40 | mutate_below(m, 16));
	else if (mutate_one_in(m, 3))
		bytes[at] = (u8)(bytes[at] + (mutate_one_in(m, 2) ? 1 : 255));
	else
		bytes[at] = (u8)(mutate_one_in(m, 2) ? mutate_edge(m)
						     : bytes[at] ^ 1u << mutate_below(m, 8));
}

bool op_break_inner(struct mutator *m)
{
	static u8 frame[FRAME_MOST];
	u32 at = mutate_find(m, is_ip), len, hlen;
	struct packet *p, bare;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	bare = *p;
	mutate_drop_attr(m, &bare, WORD_ATTR_PAD);
	len = mutate_packet_bytes(m, &bare, frame, sizeof(frame));
	hlen = len >= IPV4_HLEN ? ipv4_hlen(frame) : 0;
	if (hlen < IPV4_HLEN || len <= hlen)
		return false;
	for (u32 i = mutate_between(m, 1, FLIPS); i != 0; i--)
		bend(m, frame + hlen, len - hlen);
	if (mutate_one_in(m, 6))
		len = mutate_between(m, hlen, len);
	carry(m, p, frame[IPV4_PROTOCOL], frame + hlen, len - hlen);
	return true;
}

/* An IP option: its type, how long it says to be, where it points. */
static u32 draw_option(struct mutator *m, u8 *to, u32 room)
{
	static const u8 types[] = { 0, 1, 7, 68, 82, 130, 131, 134, 136, 137, 148 };
	static const u8 pointers[] = { 0, 1, 3, 4, 5, 7, 8, 9, 11, 12, 36, 40, 41, 255 };
	u32 len = min_u32(mutate_between(m, 2, 12), room);

	draw_bytes(m, to, len);
	to[0] = mutate_one_in(m, 8) ? (u8)mutate_below(m, 256)
				    : types[mutate_below(m, ARRAY_SIZE(types))];
	if (to[0] <= 1)
		return 1;
	if (len > 1)
		to[1] = mutate_one_in(m, 3) ? (u8)mutate_edge(m) : (u8)len;
	if (len > 2)
		to[2] = pointers[mutate_below(m, ARRAY_SIZE(pointers))];
	for (u32 i = 3; i + 4 <= len && mutate_one_in(m, 2); i += 4)
		put_be32(to + i, m->own[0] + mutate_below(m, 3));
	return len;
}

bool op_frame_option(struct mutator *m)
{
	static const u8 others[] = { WORD_ATTR_OPT_EOL, WORD_ATTR_OPT_NOP,  WORD_ATTR_OPT_RR,
				     WORD_ATTR_OPT_TS,	WORD_ATTR_OPT_LSRR, WORD_ATTR_OPT_SSRR,
				     WORD_ATTR_OPT_RA,	WORD_ATTR_OPT_RAW,  WORD_ATTR_IHL };
	u8 bytes[OPTIONS_MOST] = { 0 };
	u32 at = mutate_find(m, is_ip), e, len = 0;
	struct packet *p;

	if (at == NOWHERE)
		return false;
	p = &m->s->stmt[at].packet;
	for (u32 i = 0; i < ARRAY_SIZE(others); i++)
		mutate_drop_attr(m, p, others[i]);
	do
		len += draw_option(m, bytes + len, OPTIONS_MOST - len);
	while (len < OPTIONS_MOST && mutate_one_in(m, 2));
	mutate_set_attr(m, p, WORD_ATTR_OPT_RAW, 0);
	e = mutate_new_text(m, EXPR_HEX, bytes, len);
	m->s->expr[mutate_attr(m->s, p, WORD_ATTR_OPT_RAW)].first = e;
	packet_normalise(m->s, p);
	return true;
}
