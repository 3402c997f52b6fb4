// SPDX-License-Identifier: MIT
/* packet_build.c - the frame of a packet line. What the line does not say is as packetdrill has it
 * (ttl 255, no other field set), and right: lengths and checksums.
 *
 * Rules: RFC 791, 792, 768, 3828, 9293, 826; the options' RFCs.
 */
#include "harness/script/packet_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/csum.h"
#include "harness/script/scan.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

/* A frame that grows. The first thing that goes wrong is kept, the rest of the way writes nothing.
 */
struct build {
	const struct script *s;
	const struct packet *p;
	const struct packet_ctx *ctx;
	u8 *out;
	u32 len, size;
	char *err;
	u32 err_size;
	bool failed;
};

static void fail(struct build *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fail(struct build *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!b->failed && b->err_size != 0)
		(void)vsnprintf(b->err, b->err_size, fmt, ap);
	va_end(ap);
	b->failed = true;
}

/* Room for n bytes, zero; at the start of the frame when there is none. */
static u8 *grow(struct build *b, u32 n)
{
	u8 *at = b->out + b->len;

	if (b->failed || n > b->size - b->len) {
		fail(b, "no room for a frame of this length");
		return NULL;
	}
	memset(at, 0, n);
	b->len += n;
	return at;
}

static void put(struct build *b, const void *bytes, u32 n)
{
	u8 *at = grow(b, n);

	if (at != NULL && n != 0)
		memcpy(at, bytes, n);
}

static void put8(struct build *b, u32 v)
{
	u8 *at = grow(b, 1);

	if (at != NULL)
		*at = (u8)v;
}

static void put16(struct build *b, u32 v)
{
	u8 *at = grow(b, 2);

	if (at != NULL)
		put_be16(at, (u16)v);
}

static void put32(struct build *b, u32 v)
{
	u8 *at = grow(b, 4);

	if (at != NULL)
		put_be32(at, v);
}

/* --- values
 * --------------------------------------------------------------------------------------- */

static u32 value_of(const struct build *b, u32 expr)
{
	return (u32)b->s->expr[expr].value;
}

/* The bytes of a word that has some, or of the name that stands for them. */
static u32 bytes_of(struct build *b, u32 child, u8 to[PACKET_OPTIONS_MAX])
{
	const struct expr *e = &b->s->expr[child];
	const char *text = script_text(b->s, e->text), *named = NULL;
	u32 n = 0;
	s64 value;

	if (child == 0)
		return 0;
	if (e->kind == EXPR_HEX) {
		n = min_u32(e->text.len, PACKET_OPTIONS_MAX);
		memcpy(to, text, n);
		return n;
	}
	if (b->ctx->name == NULL ||
	    !b->ctx->name(b->ctx->name_ctx, text, e->text.len, &value, &named) || named == NULL) {
		fail(b, "%.*s has no value: give it one with -D", (int)e->text.len, text);
		return 0;
	}
	for (; n < PACKET_OPTIONS_MAX && named[0] != '\0' && named[1] != '\0'; named += 2) {
		if (hex_value(named[0]) < 0 || hex_value(named[1]) < 0)
			break;
		to[n++] = (u8)(hex_value(named[0]) << 4 | hex_value(named[1]));
	}
	if (*named != '\0')
		fail(b, "%.*s is no string of hex digits, or too long", (int)e->text.len, text);
	return n;
}

static void put_payload(struct build *b)
{
	const struct expr *e = &b->s->expr[b->p->payload];
	u32 n = b->p->len;
	u8 *at;

	if (b->p->payload != 0 && e->kind != EXPR_PATTERN) {
		put(b, script_text(b->s, e->text), e->text.len);
		return;
	}
	at = grow(b, n);
	if (at != NULL && b->p->payload != 0)
		script_pattern(e->value, 0, at, n);
}

/* An attribute that the line has: its expression; 0: it does not. */
static u32 attr(const struct build *b, u32 word)
{
	return packet_find_word(b->s, b->p->attrs, word);
}

static u32 attr_value(const struct build *b, u32 word, u32 otherwise)
{
	u32 at = attr(b, word);

	return at != 0 ? value_of(b, b->s->expr[at].first) : otherwise;
}

/* --- options
 * -------------------------------------------------------------------------------------- */

static void put_head(struct build *b, u32 kind, u32 len)
{
	put8(b, kind);
	put8(b, len);
}

static void put_tcp_option(struct build *b, const struct expr *e)
{
	u32 first = e->first, n = packet_option_bytes(b->s, e), more;
	u8 bytes[PACKET_OPTIONS_MAX];

	switch (e->symbol) {
	case WORD_OPTION_EOL:
		put8(b, 0);
		break;
	case WORD_OPTION_NOP:
		put8(b, 1);
		break;
	case WORD_OPTION_MSS:
		put_head(b, 2, n);
		put16(b, value_of(b, first));
		break;
	case WORD_OPTION_WSCALE:
		put_head(b, 3, n);
		put8(b, value_of(b, first));
		break;
	case WORD_OPTION_SACKOK:
		put_head(b, 4, n);
		break;
	case WORD_OPTION_SACK:
		put_head(b, 5, n);
		for (; first != 0; first = b->s->expr[first].next) {
			u32 from = b->s->expr[first].first, to = b->s->expr[from].next;

			put32(b, value_of(b, from) + b->ctx->peer_isn);
			put32(b, value_of(b, to) + b->ctx->peer_isn);
		}
		break;
	case WORD_OPTION_TS:
		put_head(b, 8, n);
		put32(b, value_of(b, first) + b->ctx->ts);
		put32(b, value_of(b, b->s->expr[first].next) +
				 ((b->p->tcp_flags & TCPF_ACK) != 0 ? b->ctx->peer_ts : 0));
		break;
	case WORD_OPTION_FO:
	case WORD_OPTION_MD5:
		more = bytes_of(b, first, bytes);
		put_head(b, e->symbol == WORD_OPTION_FO ? 34 : 19, 2 + more);
		put(b, bytes, more);
		break;
	case WORD_OPTION_FOEXP:
		more = bytes_of(b, first, bytes);
		put_head(b, 254, 4 + more);
		put16(b, 0xf989);
		put(b, bytes, more);
		break;
	default:
		assert(e->symbol == WORD_OPTION_RAW);
		more = bytes_of(b, first, bytes);
		put(b, bytes, more);
	}
}

/* RR: type, length, pointer, then slots: addresses that are there, zeros for the rest. */
static void put_record(struct build *b, const struct expr *e, u32 kind)
{
	u32 len = packet_option_bytes(b->s, e), first = e->first, pointer, flag = 0, end;

	end = b->len + len;
	put_head(b, kind, len);
	if (kind == 131 || kind == 137) {
		put8(b, value_of(b, first));
		first = b->s->expr[first].next;
	} else {
		if (kind == 68)
			flag = value_of(b, first);
		first = b->s->expr[first].next;
		if (kind == 68)
			first = b->s->expr[first].next;
		pointer = kind == 68 ? 5 : 4;
		for (u32 i = first; i != 0; i = b->s->expr[i].next)
			pointer += 4;
		put8(b, pointer);
		if (kind == 68)
			put8(b, flag);
	}
	for (; first != 0; first = b->s->expr[first].next)
		put32(b, value_of(b, first));
	if (!b->failed && b->len < end)
		(void)grow(b, end - b->len);
}

static void put_ip_option(struct build *b, const struct expr *e)
{
	u8 bytes[PACKET_OPTIONS_MAX];
	u32 n;

	switch (e->symbol) {
	case WORD_ATTR_OPT_EOL:
		put8(b, 0);
		break;
	case WORD_ATTR_OPT_NOP:
		put8(b, 1);
		break;
	case WORD_ATTR_OPT_RR:
		put_record(b, e, 7);
		break;
	case WORD_ATTR_OPT_TS:
		put_record(b, e, 68);
		break;
	case WORD_ATTR_OPT_LSRR:
		put_record(b, e, 131);
		break;
	case WORD_ATTR_OPT_SSRR:
		put_record(b, e, 137);
		break;
	case WORD_ATTR_OPT_RA:
		put_head(b, 148, 4);
		put16(b, value_of(b, e->first));
		break;
	default:
		assert(e->symbol == WORD_ATTR_OPT_RAW);
		n = bytes_of(b, e->first, bytes);
		put(b, bytes, n);
	}
}

static bool is_option_word(u32 word)
{
	return packet_words[word].list == LIST_OPTION || packet_word_repeats(word);
}

/* Options of a list, up to a multiple of four bytes. */
static void put_options(struct build *b, u32 list)
{
	u32 from = b->len;

	for (; list != 0 && !b->failed; list = b->s->expr[list].next) {
		const struct expr *e = &b->s->expr[list];

		if (!is_option_word(e->symbol))
			continue;
		if (packet_words[e->symbol].list == LIST_OPTION)
			put_tcp_option(b, e);
		else
			put_ip_option(b, e);
	}
	while (!b->failed && (b->len - from) % 4 != 0)
		put8(b, 0);
	if (!b->failed && b->len - from > PACKET_OPTIONS_MAX)
		fail(b, "options of more than %u bytes", (u32)PACKET_OPTIONS_MAX);
}

u32 packet_option_area(const struct script *s, const struct packet *p, const struct packet_ctx *ctx,
		       u32 list, struct packet_area *to)
{
	struct build b = { .s = s,
			   .p = p,
			   .ctx = ctx,
			   .out = to->bytes,
			   .size = sizeof(to->bytes),
			   .err = to->err,
			   .err_size = sizeof(to->err) };

	to->err[0] = '\0';
	put_options(&b, list);
	return b.failed ? U32_MAX : b.len;
}

/* --- IPv4
 * ----------------------------------------------------------------------------------------- */

/* Where a header is in the frame, and what it is to become. */
struct ip_head {
	u32 at, hlen;
};

static struct ip_head put_ip_head(struct build *b, u32 saddr, u32 daddr, u8 proto, u32 options)
{
	struct ip_head h = { .at = b->len };
	u8 *iph = grow(b, IPV4_HLEN);

	if (iph != NULL) {
		iph[IPV4_TTL] = b->ctx->ttl != 0 ? b->ctx->ttl : 255;
		iph[IPV4_PROTOCOL] = proto;
		put_be32(iph + IPV4_SADDR, saddr);
		put_be32(iph + IPV4_DADDR, daddr);
	}
	put_options(b, options);
	h.hlen = b->len - h.at;
	if (iph != NULL)
		iph[IPV4_VIHL] = (u8)(0x40 | h.hlen / 4);
	return h;
}

static void set_total(struct build *b, struct ip_head h, u32 total)
{
	u8 *iph = b->out + h.at;

	if (total > PACKET_TOTAL_MAX)
		fail(b, "%u bytes are more than an IPv4 packet holds", total);
	if (b->failed)
		return;
	put_be16(iph + IPV4_TOT_LEN, (u16)total);
	put_be16(iph + IPV4_CHECK, 0);
	put_be16(iph + IPV4_CHECK, (u16)~csum_fold16(csum_partial(iph, h.hlen, 0)));
}

static void end_ip_head(struct build *b, struct ip_head h)
{
	set_total(b, h, b->len - h.at);
}

/* A checksum that is surely wrong, and not "none". */
static u16 spoiled(u16 csum)
{
	return csum != 0x5555 ? csum ^ 0x5555 : 1;
}

static void set_stock(struct build *b, u8 *iph)
{
	static const s8 ecn[WORD_MAX] = { [WORD_STOCK_ECT0] = 2,
					  [WORD_STOCK_ECT1] = 1,
					  [WORD_STOCK_CE] = 3,
					  [WORD_STOCK_ECT01] = 2 };

	for (u32 at = b->p->stock_attrs; at != 0; at = b->s->expr[at].next) {
		const struct expr *e = &b->s->expr[at];

		if (e->symbol == WORD_STOCK_TTL)
			iph[IPV4_TTL] = (u8)value_of(b, e->first);
		else if (e->symbol == WORD_STOCK_TOS)
			iph[IPV4_TOS] = (u8)value_of(b, e->first);
		else
			iph[IPV4_TOS] = (u8)((iph[IPV4_TOS] & ~3) | ecn[e->symbol]);
	}
}

static void set_frag(struct build *b, u8 *iph)
{
	u32 off = attr_value(b, WORD_ATTR_FRAG, 0);

	off |= attr(b, WORD_ATTR_DF) != 0 ? (u32)IP_DF : 0;
	off |= attr(b, WORD_ATTR_MF) != 0 ? (u32)IP_MF : 0;
	off |= attr(b, WORD_ATTR_RF) != 0 ? (u32)IP_CE : 0;
	put_be16(iph + IPV4_FRAG_OFF, (u16)off);
}

/* What the line says about the header, before the checksum; false bytes behind it. */
static void set_attrs(struct build *b, struct ip_head h)
{
	u8 *iph = b->out + h.at;
	u32 v;

	if (b->failed)
		return;
	put_be16(iph + IPV4_ID, b->ctx->ip_id);
	set_stock(b, iph);
	set_frag(b, iph);
	iph[IPV4_TTL] = (u8)attr_value(b, WORD_ATTR_TTL, iph[IPV4_TTL]);
	iph[IPV4_TOS] = (u8)attr_value(b, WORD_ATTR_TOS, iph[IPV4_TOS]);
	iph[IPV4_PROTOCOL] = (u8)attr_value(b, WORD_ATTR_PROTO, iph[IPV4_PROTOCOL]);
	put_be16(iph + IPV4_ID, (u16)attr_value(b, WORD_ATTR_ID, b->ctx->ip_id));
	v = attr_value(b, WORD_ATTR_VERSION, 4) << 4 | attr_value(b, WORD_ATTR_IHL, h.hlen / 4);
	iph[IPV4_VIHL] = (u8)v;
}

/* The checksum is over the header as it is, however long the header says it is. */
static void end_attrs(struct build *b, struct ip_head h)
{
	u8 *iph = b->out + h.at;
	u32 csum;

	end_ip_head(b, h);
	if (b->failed)
		return;
	put_be16(iph + IPV4_TOT_LEN,
		 (u16)attr_value(b, WORD_ATTR_LEN, get_be16(iph + IPV4_TOT_LEN)));
	put_be16(iph + IPV4_CHECK, 0);
	csum = (u16)~csum_fold16(csum_partial(iph, h.hlen, 0));
	if (attr(b, WORD_ATTR_CSUM_BAD) != 0)
		csum = spoiled((u16)csum);
	put_be16(iph + IPV4_CHECK, (u16)attr_value(b, WORD_ATTR_CSUM, csum));
}

/* --- what stands on it
 * ---------------------------------------------------------------------------- */

/* The bytes that a receiver counts to the packet: no more than the header says. */
static u32 l4_len(const struct build *b, struct ip_head h)
{
	u32 len = b->len - h.at - h.hlen, said = attr_value(b, WORD_ATTR_LEN, 0);

	return said >= h.hlen ? min_u32(len, said - h.hlen) : len;
}

static void set_csum(struct build *b, u8 *at, u16 right, bool zero_is_none)
{
	u16 csum = zero_is_none && right == 0 ? (u16)CSUM_MANGLED_0 : right;

	if (attr(b, WORD_ATTR_L4_CSUM_BAD) != 0)
		csum = spoiled(csum);
	if (attr(b, WORD_ATTR_L4_CSUM_NONE) != 0)
		csum = 0;
	put_be16(at, (u16)attr_value(b, WORD_ATTR_L4_CSUM, csum));
}

static u16 pseudo_csum(const u8 *iph, const u8 *l4, u32 covered, u32 len, u8 proto)
{
	be32 daddr = packet_final_daddr(iph, (u32)(l4 - iph));

	return csum_tcpudp_magic(ipv4_saddr(iph), daddr, len, proto, csum_partial(l4, covered, 0));
}

static u16 src_port(const struct build *b)
{
	return (b->p->flags & PACKET_HAS_PORTS) != 0 ? b->p->sport : b->ctx->sport;
}

static u16 dst_port(const struct build *b)
{
	return (b->p->flags & PACKET_HAS_PORTS) != 0 ? b->p->dport : b->ctx->dport;
}

static void put_tcp(struct build *b, struct ip_head h)
{
	const struct packet *p = b->p;
	u32 at = b->len, ack, l4;
	u16 bits = (u16)(p->tcp_flags & 511);

	ack = p->ack + ((bits & TCPF_ACK) != 0 ? b->ctx->peer_isn : 0);
	put16(b, src_port(b));
	put16(b, dst_port(b));
	put32(b, p->seq + b->ctx->isn);
	put32(b, ack);
	put16(b, bits);
	put16(b, p->win);
	put16(b, 0);
	put16(b, p->urg);
	put_options(b, p->options);
	if (b->failed)
		return;
	b->out[at + 12] |= (u8)((b->len - at) / 4 << 4);
	put_payload(b);
	if (b->failed)
		return;
	l4 = l4_len(b, h);
	set_csum(b, b->out + at + 16, pseudo_csum(b->out + h.at, b->out + at, l4, l4, IPPROTO_TCP),
		 false);
}

/* UDP-Lite's length is how much its checksum covers: nothing is all. */
static void put_udp(struct build *b, struct ip_head h)
{
	bool lite = b->p->kind == PACKET_UDPLITE;
	u32 at = b->len, len = PACKET_UDP_HLEN + b->p->len, ulen, covered;
	u8 proto = lite ? IPPROTO_UDPLITE : IPPROTO_UDP;

	ulen = attr_value(b, WORD_ATTR_ULEN, len);
	put16(b, src_port(b));
	put16(b, dst_port(b));
	put16(b, ulen);
	put16(b, 0);
	put_payload(b);
	if (b->failed)
		return;
	len = l4_len(b, h);
	covered = lite && ulen == 0 ? len : min_u32(ulen, len);
	set_csum(b, b->out + at + UDP_CHECK,
		 pseudo_csum(b->out + h.at, b->out + at, covered, lite ? len : ulen, proto), true);
}

/* The beginning of a packet that came from where this one goes. */
static void put_quote(struct build *b)
{
	bool udp = (b->p->flags & PACKET_QUOTES_UDP) != 0;
	bool flow = (b->p->flags & PACKET_QUOTES_FLOW) != 0;
	u32 saddr = flow ? b->p->quote_saddr : b->ctx->daddr;
	u32 daddr = flow ? b->p->quote_daddr : b->ctx->saddr;
	u32 l4 = (udp ? (u32)PACKET_UDP_HLEN : (u32)PACKET_TCP_HLEN) + b->p->len;
	struct ip_head h = put_ip_head(b, saddr, daddr, udp ? IPPROTO_UDP : IPPROTO_TCP, 0);

	assert(IPV4_HLEN + l4 <= PACKET_TOTAL_MAX);
	if (!b->failed)
		b->out[h.at + IPV4_TTL] = 255;
	set_total(b, h, IPV4_HLEN + l4);
	put16(b, flow ? b->p->quote_sport : b->ctx->dport);
	put16(b, flow ? b->p->quote_dport : b->ctx->sport);
	if (udp) {
		put16(b, l4);
		put16(b, 0);
	} else {
		put32(b, b->p->seq + b->ctx->peer_isn);
	}
}

static void put_icmp(struct build *b, struct ip_head h)
{
	const struct packet *p = b->p;
	bool quotes = (p->flags & (PACKET_QUOTES_UDP | PACKET_QUOTES_TCP)) != 0;
	bool has_len = (p->flags & PACKET_HAS_LEN) != 0;
	u32 at = b->len;

	put8(b, p->icmp_type);
	put8(b, p->icmp_code);
	put16(b, 0);
	if ((p->flags & PACKET_HAS_GATEWAY) != 0) {
		put32(b, p->gateway);
	} else {
		put16(b, p->icmp_id);
		put16(b, (p->flags & PACKET_HAS_MTU) != 0 ? p->mtu : p->icmp_seq);
	}
	if (quotes || (!has_len && packet_icmp_is_error(p->icmp_type)))
		put_quote(b);
	else if (has_len)
		put_payload(b);
	if (!b->failed)
		set_csum(b, b->out + at + 2, ip_compute_csum(b->out + at, l4_len(b, h)), false);
}

static void put_encaps(struct build *b, struct ip_head heads[PACKET_ENCAPS_MAX], u32 *nr)
{
	u32 next;

	for (u32 at = b->p->encaps; at != 0; at = next) {
		const struct expr *e = &b->s->expr[at];
		bool gre = e->symbol != WORD_ENCAP_IPV4;

		next = e->next;
		if (e->symbol != WORD_ENCAP_GRE_BARE) {
			u32 from = e->first, to = b->s->expr[from].next;
			bool carries = next != 0 && b->s->expr[next].symbol == WORD_ENCAP_GRE_BARE;

			assert(*nr < PACKET_ENCAPS_MAX);
			heads[(*nr)++] =
				put_ip_head(b, value_of(b, from), value_of(b, to),
					    gre || carries ? IPPROTO_GRE : IPPROTO_IPIP, 0);
		}
		if (gre) {
			put16(b, 0);
			put16(b, ETH_TYPE_IP);
		}
	}
}

static void put_ip(struct build *b)
{
	static const u8 protos[PACKET_KINDS] = { [PACKET_TCP] = IPPROTO_TCP,
						 [PACKET_UDP] = IPPROTO_UDP,
						 [PACKET_UDPLITE] = IPPROTO_UDPLITE,
						 [PACKET_ICMP] = IPPROTO_ICMP };
	const struct packet *p = b->p;
	bool said = (p->flags & PACKET_HAS_ADDRS) != 0;
	struct ip_head heads[PACKET_ENCAPS_MAX], h;
	u32 nr = 0;

	put_encaps(b, heads, &nr);
	h = put_ip_head(b, said ? p->saddr : b->ctx->saddr, said ? p->daddr : b->ctx->daddr,
			p->kind == PACKET_IP ? p->proto : protos[p->kind], p->attrs);
	set_attrs(b, h);
	if (p->kind == PACKET_TCP)
		put_tcp(b, h);
	else if (p->kind == PACKET_UDP || p->kind == PACKET_UDPLITE)
		put_udp(b, h);
	else if (p->kind == PACKET_ICMP)
		put_icmp(b, h);
	else
		put_payload(b);
	end_attrs(b, h);
	while (nr-- != 0)
		end_ip_head(b, heads[nr]);
	(void)grow(b, attr_value(b, WORD_ATTR_PAD, 0));
}

/* --- ARP, Ethernet
 * -------------------------------------------------------------------------------- */

static void put_eth_head(struct build *b, const u8 *src, const u8 *dst, u16 type)
{
	bool said = (b->p->flags & PACKET_HAS_ETH) != 0;

	put(b, said ? b->p->mac[1] : dst, 6);
	put(b, said ? b->p->mac[0] : src, 6);
	put16(b, type);
}

/* A hardware address of ARP: as said, or as usual. */
static void put_arp_mac(struct build *b, u32 word, const u8 *usual)
{
	u32 at = attr(b, word), n;
	u8 bytes[PACKET_OPTIONS_MAX];

	if (at == 0) {
		put(b, usual, 6);
		return;
	}
	n = bytes_of(b, b->s->expr[at].first, bytes);
	if (n != 6)
		fail(b, "%s has 6 bytes", packet_words[word].word);
	put(b, bytes, 6);
}

static void put_arp(struct build *b)
{
	static const u8 nobody[6], everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	bool reply = b->p->arp_op == ARP_REPLY, said = (b->p->flags & PACKET_HAS_ETH) != 0;
	const u8 *src = said ? b->p->mac[0] : b->ctx->smac;
	const u8 *dst = said ? b->p->mac[1] : b->ctx->dmac;
	const u8 *sha = reply ? b->p->is_at : src;
	u32 tpa = reply ? b->ctx->daddr : b->p->daddr;

	put_eth_head(b, sha, reply ? dst : everybody, ETH_TYPE_ARP);
	put16(b, attr_value(b, WORD_ARP_HTYPE, 1));
	put16(b, attr_value(b, WORD_ARP_PTYPE, ETH_TYPE_IP));
	put8(b, attr_value(b, WORD_ARP_HLEN, 6));
	put8(b, attr_value(b, WORD_ARP_PLEN, 4));
	put16(b, attr_value(b, WORD_ARP_OP, b->p->arp_op));
	put_arp_mac(b, WORD_ARP_SHA, sha);
	put32(b, b->p->saddr);
	put_arp_mac(b, WORD_ARP_THA, reply ? dst : nobody);
	put32(b, attr_value(b, WORD_ARP_TPA, tpa));
	(void)grow(b, attr_value(b, WORD_ARP_PAD, 0));
}

static void put_eth(struct build *b)
{
	put(b, b->p->mac[1], 6);
	put(b, b->p->mac[0], 6);
	if ((b->p->flags & PACKET_HAS_TYPE) != 0)
		put16(b, b->p->eth_type);
	put_payload(b);
}

u32 packet_build(const struct script *s, const struct packet *p, const struct packet_ctx *ctx,
		 u8 *frame, u32 size, char *err, u32 err_size)
{
	struct build b = { .s = s, .p = p, .ctx = ctx, .size = size, .err_size = err_size };

	assert(p->kind < PACKET_KINDS);
	b.out = frame;
	b.err = err;
	if (!ctx->ethernet &&
	    (p->kind == PACKET_ARP || p->kind == PACKET_ETH || (p->flags & PACKET_HAS_ETH) != 0)) {
		fail(&b, "this device has no Ethernet headers");
		return 0;
	}
	if (p->kind == PACKET_RAW) {
		put_payload(&b);
	} else if (p->kind == PACKET_ETH) {
		put_eth(&b);
	} else if (p->kind == PACKET_ARP) {
		put_arp(&b);
	} else {
		if (ctx->ethernet)
			put_eth_head(&b, ctx->smac, ctx->dmac, ETH_TYPE_IP);
		put_ip(&b);
	}
	assert(b.len <= size);
	return b.failed ? 0 : b.len;
}
