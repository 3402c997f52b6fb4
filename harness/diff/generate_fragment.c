// SPDX-License-Identifier: MIT
/* generate_fragment.c - datagrams in pieces: whole, in any order, twice, overlapping, with holes,
 * too late.
 */
#include "base/bytes.h"
#include "base/check.h"
#include "harness/diff/generate_internal.h"
#include "uapi/in.h"

enum { UNIT = 8, MOST_BYTES = 96, MOST_PIECES = 6, UDP_HEADER = 8, ICMP_HEADER = 8 };

/* A datagram that is cut. */
struct whole {
	u32 src, dst, id, len;
	u8 proto;
	u8 bytes[MOST_BYTES];
};

struct piece {
	u32 from, len; /* in octets, from a multiple of 8 */
	bool more;
};

static u32 ones_sum(const u8 *at, u32 len)
{
	u32 sum = 0;

	for (u32 i = 0; i < len; i++)
		sum += i % 2 == 0 ? (u32)at[i] << 8 : at[i];
	return sum;
}

static u16 fold(u32 sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}

static u16 udp_checksum(const struct whole *w)
{
	u32 sum = ones_sum(w->bytes, w->len) + w->proto + w->len;

	sum += (w->src >> 16) + (w->src & 0xffff) + (w->dst >> 16) + (w->dst & 0xffff);
	return fold(sum) != 0 ? fold(sum) : 0xffff;
}

/* A datagram for a socket, if there is one, or an echo request. */
static void make_whole(struct gen *g, struct whole *w)
{
	const struct gen_host *h = gen_host_of(g);
	const struct gen_sock *s = gen_bound_sock(g);
	u32 kind = gen_below(g, 10);

	*w = (struct whole){ .src = h->peer, .dst = h->own, .id = ++g->frag_id };
	w->len = gen_between(g, UNIT + 1, MOST_BYTES);
	for (u32 i = UDP_HEADER; i < w->len; i++)
		w->bytes[i] = (u8)('a' + i % 26);
	if (s != NULL && s->laddr != 0)
		w->dst = s->laddr;
	if (s != NULL && s->connected)
		w->src = s->raddr;
	w->proto = kind < 7 ? IPPROTO_UDP : kind < 9 ? IPPROTO_ICMP : 253;
	if (w->proto == IPPROTO_ICMP) {
		w->bytes[0] = 8;
		put_be16(w->bytes + 2, fold(ones_sum(w->bytes, w->len)));
	} else if (w->proto == IPPROTO_UDP) {
		put_be16(w->bytes, s != NULL && s->connected ? s->rport : 7);
		put_be16(w->bytes + 2, s != NULL ? s->lport : 5000);
		put_be16(w->bytes + 4, (u16)w->len);
		if (gen_percent(g, 60))
			put_be16(w->bytes + 6, udp_checksum(w));
		else if (gen_percent(g, 20))
			put_be16(w->bytes + 6, 0x1234);
	}
}

static u32 cut(struct gen *g, const struct whole *w, struct piece piece[MOST_PIECES])
{
	u32 n = 0, at = 0;

	while (at < w->len && n < MOST_PIECES) {
		u32 len = UNIT * gen_between(g, 1, 4);

		if (n == MOST_PIECES - 1 || at + len > w->len)
			len = w->len - at;
		piece[n] = (struct piece){ .from = at, .len = len, .more = at + len < w->len };
		at += len;
		n++;
	}
	return n;
}

static void swap(struct piece *a, struct piece *b)
{
	struct piece c = *a;

	*a = *b;
	*b = c;
}

/* Something about the pieces is not as it should be. */
static u32 disturb(struct gen *g, struct piece *piece, u32 n)
{
	u32 i = gen_below(g, n);

	switch (gen_below(g, 9)) {
	case 0: /* a hole */
		piece[i] = piece[--n];
		break;
	case 1: /* an overlap in front, */
		piece[i].from = piece[i].from >= UNIT ? piece[i].from - UNIT : UNIT;
		break;
	case 2: /* behind */
		piece[i].len += UNIT;
		break;
	case 3: /* shorter, or of no multiple of 8 */
		piece[i].len -= gen_between(g, 0, piece[i].len - 1);
		break;
	case 4: /* the last is none, or another is the last */
		piece[i].more = !piece[i].more;
		break;
	case 5:
		piece[i].len = 0;
		break;
	case 6: /* far away */
		piece[i].from = UNIT * gen_between(g, 8180, 8191);
		break;
	default: /* twice */
		piece[i] = piece[gen_below(g, n)];
	}
	return n;
}

static void put_piece_bytes(struct gen *g, const struct whole *w, const struct piece *p)
{
	gen_putf(g, " ip proto %u (%u)", w->proto, p->len);
	if (p->len == 0)
		return;
	gen_put(g, " hex ");
	for (u32 i = p->from; i < p->from + p->len; i++)
		gen_putf(g, "%02x", i < w->len ? w->bytes[i] : 0x7a);
}

static void put_piece(struct gen *g, const struct whole *w, const struct piece *p)
{
	gen_put(g, "< ");
	gen_put_addr(g, w->src);
	gen_put(g, " > ");
	gen_put_addr(g, w->dst);
	gen_putf(g, " [id %u", w->id);
	if (p->more)
		gen_put(g, ", mf");
	if (p->from != 0)
		gen_putf(g, ", frag %u", p->from / UNIT);
	gen_expand(g, "@frag_attr]");
	put_piece_bytes(g, w, p);
}

static void put_pieces(struct gen *g, const struct whole *w, const struct piece *piece, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		if (i != 0)
			gen_expand(g, "\n@frag_when");
		put_piece(g, w, &piece[i]);
	}
}

static void do_fragments(struct gen *g)
{
	struct piece piece[MOST_PIECES] = { 0 };
	struct whole w;
	u32 n;

	make_whole(g, &w);
	n = cut(g, &w, piece);
	if (gen_percent(g, 50))
		swap(&piece[gen_below(g, n)], &piece[n - 1]);
	if (gen_percent(g, 45) && n > 1)
		n = disturb(g, piece, n);
	if (gen_percent(g, 5))
		g->frag_id--;
	if (gen_percent(g, 5))
		w.dst |= ~gen_host_of(g)->mask;
	put_pieces(g, &w, piece, n);
}

/* Two datagrams whose pieces come in turn. */
static void do_two_in_pieces(struct gen *g)
{
	struct piece piece[2][MOST_PIECES] = { 0 };
	struct whole w[2];
	u32 n[2], most;

	for (u32 i = 0; i < 2; i++) {
		make_whole(g, &w[i]);
		n[i] = cut(g, &w[i], piece[i]);
	}
	most = n[0] > n[1] ? n[0] : n[1];
	for (u32 i = 0; i < most; i++) {
		for (u32 k = 0; k < 2; k++) {
			if (i >= n[k])
				continue;
			if (i != 0 || k != 0)
				gen_expand(g, "\n");
			put_piece(g, &w[k], &piece[k][i]);
		}
	}
}

static const struct gen_row rows[] = {
	{ "frag_attr", 90, "" },
	{ NULL, 3, ", tos 0x@ecn" },
	{ NULL, 2, ", ttl @ttl_in" },
	{ NULL, 2, ", df" },
	{ NULL, 1, ", opt nop, opt nop, opt nop, opt eol" },
	{ NULL, 1, ", opt ra 0" },
	{ NULL, 1, ", pad 3" },
	{ NULL, 1, ", csum bad" },
	{ "frag_when", 90, "" },
	{ NULL, 4, "@now+.1 " },
	{ NULL, 2, "@now+1.@digit " },
	{ NULL, 1, "@now+31 " },
	{ "do_frag_knob", 10, "`sysctl -q -w net.ipv4.ipfrag_time=@frag_secs`" },
	{ NULL, 4, "`sysctl -q -w net.ipv4.ipfrag_max_dist=@digit`" },
	{ NULL, 4,
	  "`sysctl -q -w net.ipv4.ipfrag_low_thresh=0; sysctl -q -w "
	  "net.ipv4.ipfrag_high_thresh=@frag_thresh`" },
	{ "do_frag_far", 1,
	  "`sysctl -q -w net.ipv4.ipfrag_max_dist=1`\n< @peer > @own [id 9, mf] ip proto 253 "
	  "(8)\n< @peer > @own [id 8, mf] ip proto 253 (8)\n< @peer > @own [id 7, mf] ip proto 253 "
	  "(8)\n< @peer > @own [id 9, frag 1] ip proto 253 (8)" },
	{ "frag_secs", 4, "1" },
	{ NULL, 2, "2" },
	{ NULL, 1, "0" },
	{ "frag_thresh", 1, "0" },
	{ NULL, 2, "1000" },
	{ NULL, 2, "2500" },
	{ NULL, 2, "4000" },
};

static const struct gen_slot slots[] = {
	{ "do_fragments", do_fragments },
	{ "do_two_in_pieces", do_two_in_pieces },
};

const struct gen_part gen_part_fragment = { rows, ARRAY_SIZE(rows), slots, ARRAY_SIZE(slots) };
