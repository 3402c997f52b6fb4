// SPDX-License-Identifier: MIT
/* oracle_cutting.c - datagrams that arrive whole arrive in fragments instead: what programs see,
 * and what leaves, is the same.
 *
 * The bytes of each datagram are taken from a run of the program; in its place stand two or three
 * lines of bytes, in one order or the other. Left whole is what is a fragment already or must not
 * be one, what is not for this host's address on the link, what a router would pass on, and TCP,
 * whose windows follow the memory that segments take.
 */
#include "harness/fuzz/oracle_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/lib/invariants.h"
#include "harness/lib/must.h"
#include "uapi/in.h"

enum {
	ETHER_BYTES = 14,
	LONGEST = 1514, /* a card drops what is longer */
	IP_BYTES = 20,
	UNIT = 8,
	PIECES = 3,
	MORE_FRAGMENTS = 0x2000,
	FRAGMENT_BITS = 0xffff, /* those that are for nobody, DF, MF and the offset */
	LENGTH_AT = ETHER_BYTES + 2,
	FRAGMENT_AT = ETHER_BYTES + 6,
	PROTOCOL_AT = ETHER_BYTES + 9,
	CHECKSUM_AT = ETHER_BYTES + 10,
	ADDRESS_AT = ETHER_BYTES + 16
};

static bool is_ip(const u8 *frame, u32 len)
{
	return len >= ETHER_BYTES + IP_BYTES && frame[12] == 8 && frame[13] == 0;
}

/* How many bytes there are to cut; 0: none. */
static u32 payload_of(const u8 *frame, u32 len)
{
	static const u8 own[] = { 2, 0, 0, 0, 0, 1 };
	u32 total;

	if (!is_ip(frame, len) || frame[ETHER_BYTES] != 0x45 ||
	    memcmp(frame, own, sizeof(own)) != 0 || frame[ADDRESS_AT] >= 0xe0 ||
	    frame[ADDRESS_AT] == 0x7f || frame[PROTOCOL_AT] == IPPROTO_TCP)
		return 0;
	total = get_be16(frame + LENGTH_AT);
	if (total < IP_BYTES + UNIT + 1 || total > len - ETHER_BYTES || len > LONGEST ||
	    (get_be16(frame + FRAGMENT_AT) & FRAGMENT_BITS) != 0 ||
	    naive_checksum(frame + ETHER_BYTES, IP_BYTES, 0) != U16_MAX)
		return 0;
	return total - IP_BYTES;
}

/* Bytes from..to of its payload as a fragment: its length. */
static u32 make_piece(const u8 *frame, u32 payload, u32 from, u32 to, u8 *piece)
{
	u32 len = to - from;

	memcpy(piece, frame, ETHER_BYTES + IP_BYTES);
	memcpy(piece + ETHER_BYTES + IP_BYTES, frame + ETHER_BYTES + IP_BYTES + from, len);
	put_be16(piece + LENGTH_AT, (u16)(IP_BYTES + len));
	put_be16(piece + FRAGMENT_AT, (u16)(from / UNIT | (to < payload ? MORE_FRAGMENTS : 0u)));
	put_be16(piece + CHECKSUM_AT, 0);
	put_be16(piece + CHECKSUM_AT, (u16)~naive_checksum(piece + ETHER_BYTES, IP_BYTES, 0));
	return ETHER_BYTES + IP_BYTES + len;
}

static void set_bytes(struct script *s, u32 stmt, const u8 *bytes, u32 len)
{
	u32 at = script_add_expr(s, EXPR_HEX);
	struct packet p = { .kind = PACKET_RAW, .incoming = true, .payload = at };

	s->expr[at].text = script_add_text(s, bytes, len);
	packet_normalise(s, &p);
	s->stmt[stmt].packet = p;
}

/* The others behind it at the same time. */
static u32 cut_stmt(struct script *s, u32 stmt, const u8 *frame, u32 payload)
{
	u32 pieces = payload > 2 * UNIT ? PIECES : 2;
	u32 step = (payload / pieces + UNIT - 1) / UNIT * UNIT;
	bool backwards = stmt % 2 != 0;
	u8 *piece = must(malloc(ETHER_BYTES + IP_BYTES + payload));

	if (step * (pieces - 1) >= payload)
		pieces--;
	for (u32 i = 0; i < pieces; i++) {
		u32 n = backwards ? pieces - 1 - i : i, from = n * step;
		u32 to = n + 1 == pieces ? payload : from + step;
		u32 len = make_piece(frame, payload, from, to, piece);
		struct stmt copy = s->stmt[stmt];

		if (i != 0) {
			*look_insert(s, stmt + i, STMT_PACKET) = copy;
			s->stmt[stmt + i].when = (struct when){ 0 };
		}
		set_bytes(s, stmt + i, piece, len);
	}
	free(piece);
	return pieces;
}

/* The frame that a statement sends in, when it is the only one. */
static const u8 *frame_of(const struct record *r, u32 stmt, u32 *len)
{
	const struct record_event *found = NULL;

	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];

		if (e->kind != RECORD_IN || e->stmt != stmt)
			continue;
		if (found != NULL)
			return NULL;
		found = e;
	}
	*len = found != NULL ? found->len : 0;
	return found != NULL ? record_bytes(r, found) : NULL;
}

/* What arrives is another, and is counted in another way. */
static void forget_arrivals(struct record *r, const struct script *s)
{
	u32 kept = 0;

	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];
		u8 kind = s->stmt[e->stmt].kind;

		if (e->kind != RECORD_IN &&
		    (e->kind != RECORD_STMT || kind == STMT_CALL || kind == STMT_COMMAND))
			r->event[kept++] = *e;
	}
	r->nr = kept;
	free(r->state);
	r->state = NULL;
}

static bool has_fragments(const struct record *r)
{
	for (u32 i = 0; i < r->nr; i++) {
		const struct record_event *e = &r->event[i];
		const u8 *frame = record_bytes(r, e);

		if (e->kind == RECORD_IN && is_ip(frame, e->len) &&
		    (get_be16(frame + FRAGMENT_AT) & ~0xc000u) != 0)
			return true;
	}
	return false;
}

/* What a program may ask about fragments, or what counts frames and bytes of memory. */
static bool asks(const struct script *s, const struct look_run *plain)
{
	static const enum directive_id ids[] = {
		DIR_WIRE_DROP,	  DIR_WIRE_DELAY,   DIR_WIRE_LOSS,  DIR_WIRE_DUP,
		DIR_WIRE_REORDER, DIR_WIRE_CORRUPT, DIR_ALLOC_FAIL, DIR_ALLOC_FAIL_OF,
	};

	for (u32 i = 0; i < ARRAY_SIZE(ids); i++)
		if (look_directs(s, ids[i]))
			return true;
	return look_taps(s) || look_says(s, "ipfrag") || look_says(s, "forward") ||
	       look_says(s, "mtu") || look_says(s, "early_demux") ||
	       look_uses_option(s, IPPROTO_IP, IP_RECVFRAGSIZE) ||
	       look_uses_option(s, IPPROTO_IP, IP_CHECKSUM) || look_counts_memory(s, plain, plain);
}

static struct script *cut(const struct script *s, const struct record *r, bool **extra)
{
	struct script *c = look_copy(s);
	u32 moved = 0;

	*extra = must(calloc((size_t)s->nr_stmts * PIECES + 1, sizeof(**extra)));
	for (u32 i = 0; i < s->nr_stmts; i++) {
		u32 len = 0, payload;
		const u8 *frame;

		if (s->stmt[i].kind != STMT_PACKET || !s->stmt[i].packet.incoming)
			continue;
		frame = frame_of(r, i, &len);
		payload = frame != NULL ? payload_of(frame, len) : 0;
		if (payload == 0)
			continue;
		for (u32 n = cut_stmt(c, i + moved, frame, payload); n > 1; n--)
			(*extra)[i + ++moved] = true;
	}
	return c;
}

enum look_verdict look_cutting(struct look *l)
{
	static const struct compare_rules rules = { .right = "whole", .other = "in fragments" };
	const struct look_run *plain = look_base(l, BASE_TAP);
	struct run_options o = look_options(BASE_TAP);
	struct look_run whole, pieces;
	enum look_verdict v;
	struct script *c;
	bool *extra;

	if (!look_is_whole(plain) || plain->item.record.hosts != 1 ||
	    !look_base(l, BASE_PLAIN)->item.record.ethernet || has_fragments(&plain->item.record) ||
	    asks(l->script, plain))
		return LOOK_INCONCLUSIVE;
	/* LINUX: ip_rcv_finish_core(): a connected socket that is found early leaves the source
	 * unchecked, may be another than the best match, and remembers a route. A fragment does not
	 * get as far.
	 */
	o.knob[o.nr_knobs++] = (struct run_pair){ "net.ipv4.ip_early_demux", "0" };
	c = cut(l->script, &plain->item.record, &extra);
	look_run(l->script, &o, l->worlds, &whole);
	look_run(c, &o, l->worlds, &pieces);
	look_forget(&pieces.item.record, extra);
	pieces.item.script = l->script;
	forget_arrivals(&whole.item.record, l->script);
	forget_arrivals(&pieces.item.record, l->script);
	v = look_compare(l, &whole, &pieces, &rules, NULL);
	look_run_free(&whole);
	look_run_free(&pieces);
	script_free(c);
	free(extra);
	return v;
}
