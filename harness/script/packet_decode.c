// SPDX-License-Identifier: MIT
/* packet_decode.c - the line that a frame would be in a script.
 *
 * A frame is tried as what it is; the line is built again, and only if that gives the same bytes is
 * it taken. If not, less of the frame is named and more of it is in hex, until all of it is.
 */
#include "harness/script/packet_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ipv4.h"
#include "wire/udp.h"

/* --- a list that grows
 * ---------------------------------------------------------------------------- */

struct words {
	struct script *s;
	u32 first, last;
};

static void add_word(struct words *w, u32 word, u32 child)
{
	u32 e = script_add_expr(w->s, EXPR_FIELD);

	w->s->expr[e].symbol = (u16)word;
	w->s->expr[e].first = child;
	*(w->last != 0 ? &w->s->expr[w->last].next : &w->first) = e;
	w->last = e;
}

static u32 number(struct script *s, u64 value, bool hex)
{
	u32 e = script_add_expr(s, EXPR_NUMBER);

	s->expr[e].value = value;
	s->expr[e].hex = hex;
	return e;
}

static u32 bytes_expr(struct script *s, enum expr_kind kind, const void *bytes, u32 len)
{
	struct text text = script_add_text(s, bytes, len);
	u32 e = script_add_expr(s, kind);

	s->expr[e].text = text;
	return e;
}

static void add_number(struct words *w, u32 word, u64 value)
{
	add_word(w, word, number(w->s, value, packet_words[word].values[0] == 'x'));
}

static void add_hex(struct words *w, u32 word, const u8 *bytes, u32 len)
{
	add_word(w, word, len != 0 ? bytes_expr(w->s, EXPR_HEX, bytes, len) : 0);
}

/* The last word's children go on. */
static void add_child(struct words *w, u32 child)
{
	u32 *link = &w->s->expr[w->last].first;

	while (*link != 0)
		link = &w->s->expr[*link].next;
	*link = child;
}

static u32 addr_expr(struct script *s, u32 addr)
{
	u32 e = script_add_expr(s, EXPR_ADDR);

	s->expr[e].value = addr;
	return e;
}

/* --- options
 * -------------------------------------------------------------------------------------- */

static void add_sack(struct words *w, const u8 *opt, u32 len)
{
	add_word(w, WORD_OPTION_SACK, 0);
	for (u32 at = 2; at + 8 <= len; at += 8) {
		u32 from = number(w->s, get_be32(opt + at), false);
		u32 to = number(w->s, get_be32(opt + at + 4), false);
		u32 range = script_add_expr(w->s, EXPR_RANGE);

		w->s->expr[from].next = to;
		w->s->expr[range].first = from;
		add_child(w, range);
	}
}

static void add_tcp_option(struct words *w, const u8 *opt, u32 len)
{
	if (opt[0] == 2 && len == 4) {
		add_number(w, WORD_OPTION_MSS, get_be16(opt + 2));
	} else if (opt[0] == 3 && len == 3) {
		add_number(w, WORD_OPTION_WSCALE, opt[2]);
	} else if (opt[0] == 4 && len == 2) {
		add_word(w, WORD_OPTION_SACKOK, 0);
	} else if (opt[0] == 5 && len % 8 == 2) {
		add_sack(w, opt, len);
	} else if (opt[0] == 8 && len == 10) {
		add_number(w, WORD_OPTION_TS, get_be32(opt + 2));
		add_child(w, number(w->s, get_be32(opt + 6), false));
	} else if (opt[0] == 19) {
		add_hex(w, WORD_OPTION_MD5, opt + 2, len - 2);
	} else if (opt[0] == 34) {
		add_hex(w, WORD_OPTION_FO, opt + 2, len - 2);
	} else if (opt[0] == 254 && len >= 4 && get_be16(opt + 2) == 0xf989) {
		add_hex(w, WORD_OPTION_FOEXP, opt + 4, len - 4);
	} else {
		add_hex(w, WORD_OPTION_RAW, opt, len);
	}
}

/* RR and TS: slots, and as many entries as the pointer has gone past. */
static bool add_record(struct words *w, const u8 *opt, u32 len)
{
	bool ts = opt[0] == 68;
	u32 head = ts ? 4 : 3, entries;

	if (len < head || (len - head) % 4 != 0 || opt[2] < head + 1 ||
	    (opt[2] - head - 1) % 4 != 0)
		return false;
	entries = (opt[2] - head - 1u) / 4;
	if (entries > (len - head) / 4)
		return false;
	if (ts)
		add_number(w, WORD_ATTR_OPT_TS, opt[3]);
	else
		add_word(w, WORD_ATTR_OPT_RR, 0);
	add_child(w, number(w->s, (len - head) / 4, false));
	for (u32 i = 0; i < entries; i++) {
		u32 v = get_be32(opt + head + 4 * i);

		add_child(w, ts ? number(w->s, v, false) : addr_expr(w->s, v));
	}
	return true;
}

static bool add_route(struct words *w, const u8 *opt, u32 len)
{
	if (len < 3 || (len - 3) % 4 != 0)
		return false;
	add_number(w, opt[0] == 131 ? WORD_ATTR_OPT_LSRR : WORD_ATTR_OPT_SSRR, opt[2]);
	for (u32 at = 3; at < len; at += 4)
		add_child(w, addr_expr(w->s, get_be32(opt + at)));
	return true;
}

static bool add_alert(struct words *w, const u8 *opt, u32 len)
{
	if (len != 4)
		return false;
	add_number(w, WORD_ATTR_OPT_RA, get_be16(opt + 2));
	return true;
}

static void add_ip_option(struct words *w, const u8 *opt, u32 len)
{
	bool named = false;

	if (opt[0] == 7 || opt[0] == 68)
		named = add_record(w, opt, len);
	else if (opt[0] == 131 || opt[0] == 137)
		named = add_route(w, opt, len);
	else if (opt[0] == 148)
		named = add_alert(w, opt, len);
	if (!named)
		add_hex(w, WORD_ATTR_OPT_RAW, opt, len);
}

struct option_words {
	u32 eol, nop, raw;
	void (*add)(struct words *w, const u8 *opt, u32 len);
};

/* Kinds 0 and 1 are one byte, every other has a length; what does not add up is left in hex. */
static void add_options(struct words *w, const struct option_words *o, const u8 *bytes, u32 len)
{
	for (u32 at = 0; at < len;) {
		u32 n = packet_option_len(bytes, len, at);

		if (n == 0) {
			add_hex(w, o->raw, bytes + at, len - at);
			return;
		}
		if (n == 1)
			add_word(w, bytes[at] == 0 ? o->eol : o->nop, 0);
		else
			o->add(w, bytes + at, n);
		at += n;
	}
}

static void add_all_options(struct words *w, const struct option_words *o, const u8 *bytes, u32 len,
			    bool plainly)
{
	assert(len <= PACKET_OPTIONS_MAX);
	if (len == 0)
		return;
	if (plainly)
		add_hex(w, o->raw, bytes, len);
	else
		add_options(w, o, bytes, len);
}

static const struct option_words tcp_words = { WORD_OPTION_EOL, WORD_OPTION_NOP, WORD_OPTION_RAW,
					       add_tcp_option };
static const struct option_words ip_words = { WORD_ATTR_OPT_EOL, WORD_ATTR_OPT_NOP,
					      WORD_ATTR_OPT_RAW, add_ip_option };

u32 packet_decode_tcp_options(struct script *s, const u8 *bytes, u32 len, bool plainly)
{
	struct words w = { .s = s };

	add_all_options(&w, &tcp_words, bytes, len, plainly);
	return w.first;
}

u32 packet_decode_ip_options(struct script *s, const u8 *bytes, u32 len, bool plainly)
{
	struct words w = { .s = s };

	add_all_options(&w, &ip_words, bytes, len, plainly);
	return w.first;
}

/* --- a frame's packet
 * ----------------------------------------------------------------------------- */

struct decode {
	struct script *s;
	struct packet p;
	struct packet_view v;
	const u8 *frame;
	u32 len;
	u32 end;      /* of what belongs to the packet */
	bool plainly; /* options in hex */
};

static bool is_text(const u8 *bytes, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (bytes[i] < 0x20 || bytes[i] > 0x7e)
			return false;
	}
	return len != 0;
}

static bool is_zero(const u8 *bytes, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static void set_payload(struct decode *d, const u8 *bytes, u32 len)
{
	d->p.len = len;
	d->p.payload = 0;
	if (!is_zero(bytes, len))
		d->p.payload =
			bytes_expr(d->s, is_text(bytes, len) ? EXPR_STRING : EXPR_HEX, bytes, len);
}

static void set_eth(struct decode *d)
{
	if (d->v.eth == NULL)
		return;
	d->p.flags |= PACKET_HAS_ETH;
	memcpy(d->p.mac[0], d->v.eth + 6, 6);
	memcpy(d->p.mac[1], d->v.eth, 6);
}

/* Fields of the header as they are; sums and lengths only when they lie. */
static void set_attrs(struct decode *d)
{
	const u8 *ip = d->v.ip;
	u32 off = get_be16(ip + IPV4_FRAG_OFF), total = get_be16(ip + IPV4_TOT_LEN);
	struct words w = { .s = d->s };

	add_number(&w, WORD_ATTR_TTL, ip[IPV4_TTL]);
	add_number(&w, WORD_ATTR_ID, get_be16(ip + IPV4_ID));
	if ((off & IP_DF) != 0)
		add_word(&w, WORD_ATTR_DF, 0);
	if ((off & IP_CE) != 0)
		add_word(&w, WORD_ATTR_RF, 0);
	if ((off & IP_MF) != 0)
		add_word(&w, WORD_ATTR_MF, 0);
	if (ip[IPV4_TOS] != 0)
		add_number(&w, WORD_ATTR_TOS, ip[IPV4_TOS]);
	if ((off & IP_OFFSET) != 0)
		add_number(&w, WORD_ATTR_FRAG, off & IP_OFFSET);
	if (ip + total != d->frame + d->end)
		add_number(&w, WORD_ATTR_LEN, total);
	if (!packet_ip_csum_ok(&d->v))
		add_number(&w, WORD_ATTR_CSUM, get_be16(ip + IPV4_CHECK));
	add_all_options(&w, &ip_words, ip + IPV4_HLEN, d->v.hlen - IPV4_HLEN, d->plainly);
	if (d->end < d->len)
		add_number(&w, WORD_ATTR_PAD, d->len - d->end);
	d->p.attrs = w.first;
}

static void add_attr(struct decode *d, u32 word, u32 value)
{
	struct words w = { .s = d->s, .first = d->p.attrs, .last = d->p.attrs };

	while (w.last != 0 && d->s->expr[w.last].next != 0)
		w.last = d->s->expr[w.last].next;
	add_number(&w, word, value);
	d->p.attrs = w.first;
}

static void set_ports(struct decode *d)
{
	d->p.flags |= PACKET_HAS_PORTS;
	d->p.sport = get_be16(d->v.l4);
	d->p.dport = get_be16(d->v.l4 + 2);
}

static void decode_tcp(struct decode *d, u32 hlen, u32 len)
{
	const u8 *l4 = d->v.l4;

	d->p.kind = PACKET_TCP;
	set_ports(d);
	d->p.tcp_flags = get_be16(l4 + 12) & 511;
	d->p.flags |= PACKET_HAS_SEQ | PACKET_HAS_WIN;
	d->p.seq = get_be32(l4 + 4);
	d->p.ack = get_be32(l4 + 8);
	if ((d->p.tcp_flags & TCPF_ACK) != 0 || d->p.ack != 0)
		d->p.flags |= PACKET_HAS_ACK;
	d->p.win = get_be16(l4 + 14);
	d->p.urg = get_be16(l4 + 18);
	if ((d->p.tcp_flags & TCPF_URG) != 0 || d->p.urg != 0)
		d->p.flags |= PACKET_HAS_URG;
	d->p.options = packet_decode_tcp_options(d->s, l4 + PACKET_TCP_HLEN, hlen - PACKET_TCP_HLEN,
						 d->plainly);
	set_payload(d, l4 + hlen, len - hlen);
}

static void decode_udp(struct decode *d, u32 len)
{
	d->p.kind = d->v.proto == IPPROTO_UDP ? PACKET_UDP : PACKET_UDPLITE;
	set_ports(d);
	d->p.flags |= PACKET_HAS_LEN;
	if (get_be16(d->v.l4 + UDP_LEN) != len)
		add_attr(d, WORD_ATTR_ULEN, get_be16(d->v.l4 + UDP_LEN));
	set_payload(d, d->v.l4 + PACKET_UDP_HLEN, len - PACKET_UDP_HLEN);
}

/* Which of the names for the four bytes behind the checksum fits. */
static void decode_icmp_rest(struct decode *d)
{
	const u8 *rest = d->v.l4 + 4;
	u32 type = d->p.icmp_type;

	if (type == 5) {
		d->p.flags |= PACKET_HAS_GATEWAY;
		d->p.gateway = get_be32(rest);
	} else if (type == 3 && d->p.icmp_code == 4 && get_be16(rest) == 0) {
		d->p.flags |= PACKET_HAS_MTU;
		d->p.mtu = get_be16(rest + 2);
	} else if (!packet_icmp_is_error(type) || get_be32(rest) != 0) {
		d->p.flags |= PACKET_HAS_ID | PACKET_HAS_ICMP_SEQ;
		d->p.icmp_id = get_be16(rest);
		d->p.icmp_seq = get_be16(rest + 2);
	}
}

static void decode_icmp(struct decode *d, u32 len)
{
	d->p.kind = PACKET_ICMP;
	d->p.icmp_type = d->v.l4[0];
	d->p.icmp_code = d->v.l4[1];
	if (d->p.icmp_code != 0 || icmp_code_name(d->p.icmp_type, 0) != NULL)
		d->p.flags |= PACKET_HAS_CODE;
	decode_icmp_rest(d);
	if (len != PACKET_ICMP_HLEN || packet_icmp_is_error(d->p.icmp_type))
		d->p.flags |= PACKET_HAS_LEN;
	set_payload(d, d->v.l4 + PACKET_ICMP_HLEN, len - PACKET_ICMP_HLEN);
}

static void decode_ip(struct decode *d, u32 len)
{
	d->p.kind = PACKET_IP;
	d->p.flags |= PACKET_HAS_LEN;
	d->p.proto = d->v.proto;
	set_payload(d, d->v.l4, len);
}

static void decode_on_ip(struct decode *d, bool as_ip)
{
	u32 hlen = packet_l4_hlen(&d->v), len;

	d->p = (struct packet){ .incoming = true, .flags = PACKET_HAS_ADDRS };
	set_eth(d);
	d->p.saddr = get_be32(d->v.ip + IPV4_SADDR);
	d->p.daddr = get_be32(d->v.ip + IPV4_DADDR);
	/* What stands behind the packet is padding when it is zero, and else what it lies about. */
	d->end = d->len;
	if (d->v.padding <= packet_value_limit(WORD_ATTR_PAD, 0) &&
	    is_zero(d->frame + d->len - d->v.padding, d->v.padding) && !d->v.truncated)
		d->end = d->len - d->v.padding;
	len = (u32)(d->frame + d->end - d->v.l4);
	set_attrs(d);
	if (as_ip || hlen == 0 || d->v.frag_off != 0)
		decode_ip(d, len);
	else if (d->v.proto == IPPROTO_TCP)
		decode_tcp(d, hlen, len);
	else if (d->v.proto == IPPROTO_ICMP)
		decode_icmp(d, len);
	else
		decode_udp(d, len);
}

static void decode_arp(struct decode *d)
{
	const u8 *arp = d->frame + PACKET_ETH_HLEN;
	u32 op = get_be16(arp + 6), pad = d->len - PACKET_ETH_HLEN - PACKET_ARP_LEN;
	static const u8 nobody[6];
	struct words w = { .s = d->s };

	d->p = (struct packet){ .kind = PACKET_ARP, .incoming = true };
	set_eth(d);
	d->p.arp_op = op == ARP_REPLY ? ARP_REPLY : ARP_WHO_HAS;
	d->p.saddr = get_be32(arp + 14);
	d->p.daddr = op == ARP_REPLY ? 0 : get_be32(arp + 24);
	if (op == ARP_REPLY)
		memcpy(d->p.is_at, arp + 8, 6);
	if (op != d->p.arp_op)
		add_number(&w, WORD_ARP_OP, op);
	if (get_be16(arp) != 1)
		add_number(&w, WORD_ARP_HTYPE, get_be16(arp));
	if (get_be16(arp + 2) != ETH_TYPE_IP)
		add_number(&w, WORD_ARP_PTYPE, get_be16(arp + 2));
	if (arp[4] != 6)
		add_number(&w, WORD_ARP_HLEN, arp[4]);
	if (arp[5] != 4)
		add_number(&w, WORD_ARP_PLEN, arp[5]);
	if (op != ARP_REPLY && memcmp(arp + 8, d->p.mac[0], 6) != 0)
		add_hex(&w, WORD_ARP_SHA, arp + 8, 6);
	if (memcmp(arp + 18, op == ARP_REPLY ? d->p.mac[1] : nobody, 6) != 0)
		add_hex(&w, WORD_ARP_THA, arp + 18, 6);
	if (op == ARP_REPLY)
		add_word(&w, WORD_ARP_TPA, addr_expr(d->s, get_be32(arp + 24)));
	if (pad != 0)
		add_number(&w, WORD_ARP_PAD, pad);
	d->p.attrs = w.first;
}

static void decode_eth(struct decode *d)
{
	d->p = (struct packet){ .kind = PACKET_ETH, .incoming = true, .flags = PACKET_HAS_TYPE };
	set_eth(d);
	d->p.eth_type = (u16)d->v.type;
	if (d->len > PACKET_ETH_HLEN)
		d->p.payload = bytes_expr(d->s, EXPR_HEX, d->frame + PACKET_ETH_HLEN,
					  d->len - PACKET_ETH_HLEN);
}

static void decode_raw(struct decode *d)
{
	d->p = (struct packet){ .kind = PACKET_RAW, .incoming = true };
	d->p.payload = bytes_expr(d->s, EXPR_HEX, d->frame, d->len);
}

/* --- tried until it fits
 * -------------------------------------------------------------------------- */

static u32 l4_csum_at(const struct packet *p)
{
	return p->kind == PACKET_TCP ? 16 : p->kind == PACKET_ICMP ? 2 : UDP_CHECK;
}

/* The line's own frame, with nothing left to a context. */
static u32 rebuild(const struct decode *d, u8 *frame)
{
	struct packet_ctx ctx = { .ethernet = d->v.eth != NULL };
	char err[80];

	return packet_build(d->s, &d->p, &ctx, frame, PACKET_BYTES_MAX, err, sizeof(err));
}

/* The transport's sum is only known to be another when the frame has been built. */
static bool fits(struct decode *d, u8 *again)
{
	u32 at;

	packet_normalise(d->s, &d->p);
	if (rebuild(d, again) != d->len)
		return false;
	if (memcmp(again, d->frame, d->len) == 0)
		return true;
	if (d->v.ip == NULL || d->p.kind > PACKET_ICMP)
		return false;
	at = (u32)(d->v.l4 - d->frame) + l4_csum_at(&d->p);
	add_attr(d, WORD_ATTR_L4_CSUM, get_be16(d->frame + at));
	packet_normalise(d->s, &d->p);
	return rebuild(d, again) == d->len && memcmp(again, d->frame, d->len) == 0;
}

/* An error that quotes just as much as it must, about a flow. */
static bool fits_as_quote(struct decode *d, u8 *again)
{
	struct decode q = *d;
	const u8 *ip = d->v.l4 + PACKET_ICMP_HLEN;
	u32 head;

	if (d->p.kind != PACKET_ICMP || d->p.len != PACKET_QUOTE_BYTES ||
	    !packet_icmp_is_error(d->p.icmp_type))
		return false;
	head = IPV4_HLEN +
	       (ip[IPV4_PROTOCOL] == IPPROTO_UDP ? (u32)PACKET_UDP_HLEN : (u32)PACKET_TCP_HLEN);
	if (get_be16(ip + IPV4_TOT_LEN) < head)
		return false;
	q.p.flags &= ~(u32)PACKET_HAS_LEN;
	q.p.flags |=
		PACKET_QUOTES_FLOW | (ip[IPV4_PROTOCOL] == IPPROTO_UDP ? (u32)PACKET_QUOTES_UDP
								       : (u32)PACKET_QUOTES_TCP);
	q.p.payload = 0;
	q.p.len = get_be16(ip + IPV4_TOT_LEN) - head;
	q.p.seq = get_be32(ip + 24);
	q.p.quote_saddr = get_be32(ip + IPV4_SADDR);
	q.p.quote_daddr = get_be32(ip + IPV4_DADDR);
	q.p.quote_sport = get_be16(ip + 20);
	q.p.quote_dport = get_be16(ip + 22);
	if (!fits(&q, again))
		return false;
	d->p = q.p;
	return true;
}

static bool try_on_ip(struct decode *d, u8 *again)
{
	for (u32 as_ip = 0; as_ip < 2; as_ip++) {
		for (u32 plainly = 0; plainly < 2; plainly++) {
			d->plainly = plainly != 0;
			decode_on_ip(d, as_ip != 0);
			if (fits_as_quote(d, again) || fits(d, again))
				return true;
		}
	}
	return false;
}

static void decode_frame(struct decode *d, u8 *again)
{
	if (d->v.ip != NULL && try_on_ip(d, again))
		return;
	if (d->v.type == ETH_TYPE_ARP && d->len >= PACKET_ETH_HLEN + PACKET_ARP_LEN) {
		decode_arp(d);
		if (fits(d, again))
			return;
	}
	if (d->v.eth != NULL) {
		decode_eth(d);
		if (fits(d, again))
			return;
	}
	decode_raw(d);
	packet_normalise(d->s, &d->p);
}

static void copy_line(const struct printer *pr, char *to, u32 size)
{
	/* Behind the direction. */
	u32 n = pr->len > 2 ? (u32)pr->len - 2 : 0;

	if (size == 0)
		return;
	n = min_u32(n, size - 1);
	memcpy(to, pr->text + 2, n);
	to[n] = '\0';
}

void packet_as_script(const u8 *frame, u32 len, bool ethernet, char *to, u32 size)
{
	struct stmt st = { .kind = STMT_PACKET };
	struct decode d = { .frame = frame, .len = min_u32(len, PACKET_BYTES_MAX) };
	struct printer pr = { 0 };
	u8 *again = malloc(PACKET_BYTES_MAX);

	if (again == NULL)
		abort();
	d.s = script_new("");
	d.v = packet_view(frame, d.len, ethernet);
	decode_frame(&d, again);
	st.packet = d.p;
	pr.script = d.s;
	print_packet(&pr, &st);
	copy_line(&pr, to, size);
	free(pr.text);
	script_free(d.s);
	free(again);
}
