// SPDX-License-Identifier: MIT
/* packet_match.c - a frame compared with the line that expects it, field by field.
 *
 * Rules: packetdrill's for what a stock line can say: flags, sequence numbers, lengths, options and
 * payload as in the line, the window, ECN, tos and ttl only when it says them, TS val not at all. A
 * frame is no fragment and has no IPv4 options unless the line says so. Sums and lengths are always
 * looked at, and are fields of the result when they are wrong.
 */
#include "harness/script/packet_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lib/inet_text.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

struct match {
	const struct script *s;
	const struct packet *p;
	const struct packet_ctx *ctx;
	const u8 *frame;
	u32 len;
	struct packet_view v; /* of the innermost packet */
	struct packet_field *field;
	u32 n, differ;
};

/* --- rows
 * ----------------------------------------------------------------------------------------- */

static struct packet_field *row(struct match *m, const char *name, bool differs)
{
	struct packet_field *f = &m->field[m->n < PACKET_FIELDS ? m->n : PACKET_FIELDS - 1];

	assert(m->n < PACKET_FIELDS);
	*f = (struct packet_field){ .name = name, .differs = differs };
	m->n++;
	m->differ += differs;
	return f;
}

static void numbers(struct match *m, const char *name, u32 expected, u32 actual, const char *fmt)
{
	struct packet_field *f = row(m, name, expected != actual);
	const bool hex = fmt[0] == 'x';

	(void)snprintf(f->expected, sizeof(f->expected), hex ? "0x%04x" : "%u", expected);
	(void)snprintf(f->actual, sizeof(f->actual), hex ? "0x%04x" : "%u", actual);
}

static void words(struct match *m, const char *name, bool differs, const char *expected,
		  const char *actual)
{
	struct packet_field *f = row(m, name, differs);

	(void)snprintf(f->expected, sizeof(f->expected), "%s", expected);
	(void)snprintf(f->actual, sizeof(f->actual), "%s", actual);
}

static void addr_text(char *to, u32 size, u32 a)
{
	(void)snprintf(to, size, INET_FORM, INET_PARTS(a));
}

static void addrs(struct match *m, const char *name, u32 expected, u32 actual)
{
	struct packet_field *f = row(m, name, expected != actual);

	addr_text(f->expected, sizeof(f->expected), expected);
	addr_text(f->actual, sizeof(f->actual), actual);
}

static void mac_text(char *to, u32 size, const u8 *m)
{
	(void)snprintf(to, size, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4],
		       m[5]);
}

static void macs(struct match *m, const char *name, const u8 *expected, const u8 *actual)
{
	struct packet_field *f = row(m, name, memcmp(expected, actual, 6) != 0);

	mac_text(f->expected, sizeof(f->expected), expected);
	mac_text(f->actual, sizeof(f->actual), actual);
}

static void hex_text(char *to, u32 size, const u8 *bytes, u32 len)
{
	u32 at = 0;

	to[0] = '\0';
	for (u32 i = 0; i < len && at + 6 < size; i++)
		at += (u32)snprintf(to + at, size - at, "%02x", bytes[i]);
	if (len > at / 2)
		(void)snprintf(to + at, size - at, "...");
}

/* Bytes of equal length: where they begin to differ is what a reader wants to see. */
static void bytes_row(struct match *m, const char *name, const u8 *expected, const u8 *actual,
		      u32 len)
{
	enum { SHOWN = 24, BEFORE = 4 };
	u32 at = 0, from;
	struct packet_field *f;
	char hex[100];

	while (at < len && expected[at] == actual[at])
		at++;
	f = row(m, name, at < len);
	from = at < len && at > BEFORE ? at - BEFORE : 0;
	hex_text(hex, sizeof(hex), expected + from, min_u32(len - from, SHOWN));
	(void)snprintf(f->expected, sizeof(f->expected), "at %u: %s", from, hex);
	hex_text(hex, sizeof(hex), actual + from, min_u32(len - from, SHOWN));
	(void)snprintf(f->actual, sizeof(f->actual), "at %u: %s", from, hex);
}

/* Another kind of packet altogether, or none. */
static void other_packet(struct match *m)
{
	struct stmt st = { .kind = STMT_PACKET, .packet = *m->p };
	struct packet_field *f;

	m->n = 0;
	m->differ = 0;
	f = row(m, "packet", true);
	script_print_stmt(m->s, &st, f->expected, sizeof(f->expected));
	if (m->len == 0) {
		(void)snprintf(f->actual, sizeof(f->actual), "none");
		return;
	}
	(void)snprintf(f->actual, sizeof(f->actual), "> ");
	packet_as_script(m->frame, m->len, m->ctx->ethernet, f->actual + 2, sizeof(f->actual) - 2);
}

/* --- what lines say
 * ------------------------------------------------------------------------------- */

static u32 attr(const struct match *m, u32 word)
{
	return packet_find_word(m->s, m->p->attrs, word);
}

static bool attr_value(const struct match *m, u32 word, u32 *value)
{
	u32 at = attr(m, word);

	if (at != 0)
		*value = (u32)m->s->expr[m->s->expr[at].first].value;
	return at != 0;
}

static bool has_flag(const struct match *m, u32 flag)
{
	return (m->p->flags & flag) != 0;
}

static bool is_set(const u8 mac[6])
{
	static const u8 none[6];

	return memcmp(mac, none, 6) != 0;
}

/* --- payload
 * -------------------------------------------------------------------------------------- */

static u8 *expected_payload(const struct match *m, u32 *len)
{
	const struct expr *e = &m->s->expr[m->p->payload];
	bool bytes = m->p->payload != 0 && e->kind != EXPR_PATTERN;
	u8 *to;

	*len = bytes ? e->text.len : m->p->len;
	to = calloc(1, *len + 1u);
	if (to == NULL)
		abort();
	if (bytes)
		memcpy(to, script_text(m->s, e->text), *len);
	if (m->p->payload != 0 && !bytes)
		script_pattern(e->value, 0, to, *len);
	return to;
}

static void match_payload(struct match *m, const u8 *actual, u32 len)
{
	u32 want;
	u8 *expected = expected_payload(m, &want);
	bool any = m->p->payload == 0 && m->ctx->any_payload;

	numbers(m, "length", want, len, "u");
	if (want == len && len != 0 && !any)
		bytes_row(m, "payload", expected, actual, len);
	free(expected);
}

/* --- IPv4
 * ----------------------------------------------------------------------------------------- */

static void match_ecn(struct match *m, u32 word, u32 tos)
{
	static const char *const names[4] = { "noecn", "ect1", "ect0", "ce" };
	u32 ecn = tos & 3, want = word == WORD_STOCK_ECT0   ? 2
				  : word == WORD_STOCK_ECT1 ? 1
				  : word == WORD_STOCK_CE   ? 3
							    : 0;
	bool ok = word == WORD_STOCK_ECT01 ? ecn == 1 || ecn == 2 : ecn == want;

	words(m, "ecn", !ok, packet_words[word].word, names[ecn]);
}

static void match_stock(struct match *m)
{
	const u8 *ip = m->v.ip;

	for (u32 at = m->p->stock_attrs; at != 0; at = m->s->expr[at].next) {
		const struct expr *e = &m->s->expr[at];

		if (e->symbol == WORD_STOCK_TTL)
			numbers(m, "ttl", (u32)m->s->expr[e->first].value, ip[IPV4_TTL], "u");
		else if (e->symbol == WORD_STOCK_TOS)
			numbers(m, "tos", (u32)m->s->expr[e->first].value, ip[IPV4_TOS], "x");
		else
			match_ecn(m, e->symbol, ip[IPV4_TOS]);
	}
}

/* RF, MF and the offset are as the line has them; DF only if it says so. */
static void match_frag(struct match *m)
{
	u32 off = get_be16(m->v.ip + IPV4_FRAG_OFF), frag = 0;
	bool mf = attr(m, WORD_ATTR_MF) != 0, rf = attr(m, WORD_ATTR_RF) != 0;

	(void)attr_value(m, WORD_ATTR_FRAG, &frag);
	if (attr(m, WORD_ATTR_DF) != 0)
		words(m, "df", (off & IP_DF) == 0, "set", (off & IP_DF) != 0 ? "set" : "clear");
	if (rf || (off & IP_CE) != 0)
		words(m, "rf", rf != ((off & IP_CE) != 0), rf ? "set" : "clear",
		      (off & IP_CE) != 0 ? "set" : "clear");
	if (mf || frag != 0 || (off & IP_MF) != 0)
		words(m, "mf", mf != ((off & IP_MF) != 0), mf ? "set" : "clear",
		      (off & IP_MF) != 0 ? "set" : "clear");
	if (mf || frag != 0 || (off & IP_OFFSET) != 0)
		numbers(m, "frag", frag, off & IP_OFFSET, "u");
}

static void match_ip_csum(struct match *m)
{
	bool ok = packet_ip_csum_ok(&m->v);
	u32 csum = 0;

	if (attr(m, WORD_ATTR_CSUM_BAD) != 0)
		words(m, "csum", ok, "bad", ok ? "right" : "bad");
	else if (attr_value(m, WORD_ATTR_CSUM, &csum))
		numbers(m, "csum", csum, get_be16(m->v.ip + IPV4_CHECK), "x");
	else if (!ok)
		words(m, "csum", true, "right", "bad");
}

/* Padding up to Ethernet's shortest frame is the card's. */
static void match_total(struct match *m)
{
	u32 total = get_be16(m->v.ip + IPV4_TOT_LEN), want = 0;
	bool card = m->ctx->ethernet && m->len <= PACKET_ETH_MIN;

	if (attr_value(m, WORD_ATTR_LEN, &want))
		numbers(m, "total length", want, total, "u");
	else if (m->v.truncated || total < m->v.hlen)
		numbers(m, "total length", m->v.ip_avail, total, "u");
	want = 0;
	if (attr_value(m, WORD_ATTR_PAD, &want) || (m->v.padding != 0 && !card))
		numbers(m, "padding", want, m->v.padding, "u");
}

static void options_text(const u8 *bytes, u32 len, bool tcp, bool plainly, char *to, u32 size)
{
	struct script *s = script_new("");
	struct printer pr = { .script = s };
	u32 list = tcp ? packet_decode_tcp_options(s, bytes, len, plainly)
		       : packet_decode_ip_options(s, bytes, len, plainly);

	packet_print_words(&pr, list, ",");
	(void)snprintf(to, size, "%.*s", (int)pr.len, pr.len != 0 ? pr.text : "");
	free(pr.text);
	script_free(s);
}

/* Options as bytes that are compared, and as words that are shown. */
static void match_options(struct match *m, const char *name, u32 list, const u8 *actual, u32 len,
			  bool tcp)
{
	struct packet_area want;
	u32 want_len = packet_option_area(m->s, m->p, m->ctx, list, &want);
	struct packet_field *f;

	if (want_len == U32_MAX) {
		words(m, name, true, want.err, "");
		return;
	}
	if (tcp && !m->ctx->check_ts_val)
		packet_same_ts_val(want.bytes, want_len, actual, len);
	if (want_len == 0 && len == 0)
		return;
	f = row(m, name, want_len != len || memcmp(want.bytes, actual, len) != 0);
	options_text(want.bytes, want_len, tcp, false, f->expected, sizeof(f->expected));
	options_text(actual, len, tcp, false, f->actual, sizeof(f->actual));
	if (!f->differs || strcmp(f->expected, f->actual) != 0)
		return;
	/* In what the words do not say: empty slots. */
	options_text(want.bytes, want_len, tcp, true, f->expected, sizeof(f->expected));
	options_text(actual, len, tcp, true, f->actual, sizeof(f->actual));
}

static void match_header(struct match *m)
{
	const u8 *ip = m->v.ip;
	u32 value = 0;

	if (attr_value(m, WORD_ATTR_VERSION, &value))
		numbers(m, "version", value, ipv4_version(ip), "u");
	if (attr_value(m, WORD_ATTR_IHL, &value))
		numbers(m, "ihl", value, m->v.hlen / 4, "u");
	match_stock(m);
	if (attr_value(m, WORD_ATTR_TOS, &value))
		numbers(m, "tos", value, ip[IPV4_TOS], "x");
	match_total(m);
	if (attr_value(m, WORD_ATTR_ID, &value))
		numbers(m, "id", value, get_be16(ip + IPV4_ID), "u");
	match_frag(m);
	if (attr_value(m, WORD_ATTR_TTL, &value))
		numbers(m, "ttl", value, ip[IPV4_TTL], "u");
	match_ip_csum(m);
	if (has_flag(m, PACKET_HAS_ADDRS) || m->ctx->saddr != 0)
		addrs(m, "source", has_flag(m, PACKET_HAS_ADDRS) ? m->p->saddr : m->ctx->saddr,
		      get_be32(ip + IPV4_SADDR));
	if (has_flag(m, PACKET_HAS_ADDRS) || m->ctx->daddr != 0)
		addrs(m, "destination", has_flag(m, PACKET_HAS_ADDRS) ? m->p->daddr : m->ctx->daddr,
		      get_be32(ip + IPV4_DADDR));
	match_options(m, "IPv4 options", m->p->attrs, ip + IPV4_HLEN, m->v.hlen - IPV4_HLEN, false);
}

/* --- what stands on it
 * ---------------------------------------------------------------------------- */

static void match_l4_csum(struct match *m, u32 at)
{
	static const char *const names[] = { [CSUM_OK] = "right",
					     [CSUM_NONE] = "none",
					     [CSUM_PARTIAL] = "the pseudo header's",
					     [CSUM_WRONG] = "bad" };
	enum packet_csum is = packet_l4_csum(&m->v);
	const char *name = m->p->kind == PACKET_ICMP ? "icmp csum" : "l4csum";
	u32 value = 0;

	if (attr(m, WORD_ATTR_L4_CSUM_BAD) != 0)
		words(m, name, is != CSUM_WRONG, "bad", names[is]);
	else if (attr(m, WORD_ATTR_L4_CSUM_NONE) != 0)
		words(m, name, get_be16(m->v.l4 + at) != 0, "none", names[is]);
	else if (attr_value(m, WORD_ATTR_L4_CSUM, &value))
		numbers(m, name, value, get_be16(m->v.l4 + at), "x");
	else if (is != CSUM_OK && !(is == CSUM_PARTIAL && m->ctx->partial_csum))
		words(m, name, true, "right", names[is]);
}

static void match_ports(struct match *m)
{
	u32 sport = has_flag(m, PACKET_HAS_PORTS) ? m->p->sport : m->ctx->sport;
	u32 dport = has_flag(m, PACKET_HAS_PORTS) ? m->p->dport : m->ctx->dport;

	if (has_flag(m, PACKET_HAS_PORTS) || sport != 0)
		numbers(m, "source port", sport, get_be16(m->v.l4), "u");
	if (has_flag(m, PACKET_HAS_PORTS) || dport != 0)
		numbers(m, "destination port", dport, get_be16(m->v.l4 + 2), "u");
}

enum { FLAGS_TEXT = PACKET_FLAGS + 30 };

static void flags_text(char to[FLAGS_TEXT], u32 flags)
{
	u32 n = 0;

	for (u32 i = 0; i < PACKET_FLAGS; i++) {
		if ((flags & packet_flag_bits[i]) != 0)
			to[n++] = packet_flag_letters[i];
	}
	if (n == 0)
		to[n++] = '-';
	to[n] = '\0';
	if (flags > 511)
		(void)snprintf(to + n, FLAGS_TEXT - n, " and reserved 0x%x", flags >> 9);
}

/* Packetdrill gives acks that no flag stands for as they are. */
static void match_tcp(struct match *m, u32 hlen)
{
	const u8 *l4 = m->v.l4;
	u32 flags = get_be16(l4 + 12) & 0xfff, ack = get_be32(l4 + 8);
	char want[FLAGS_TEXT], is[FLAGS_TEXT];

	match_ports(m);
	flags_text(want, m->p->tcp_flags);
	flags_text(is, flags);
	words(m, "flags", flags != m->p->tcp_flags, want, is);
	numbers(m, "seq", m->p->seq, get_be32(l4 + 4) - m->ctx->isn, "u");
	if ((flags & TCPF_ACK) != 0)
		ack -= m->ctx->peer_isn;
	if (has_flag(m, PACKET_HAS_ACK) || m->p->ack != ack)
		numbers(m, "ack", m->p->ack, ack, "u");
	if (has_flag(m, PACKET_HAS_WIN))
		numbers(m, "win", m->p->win, get_be16(l4 + 14), "u");
	if (has_flag(m, PACKET_HAS_URG) || get_be16(l4 + 18) != 0)
		numbers(m, "urg", m->p->urg, get_be16(l4 + 18), "u");
	match_l4_csum(m, 16);
	if (!has_flag(m, PACKET_ANY_OPTIONS))
		match_options(m, "options", m->p->options, l4 + PACKET_TCP_HLEN,
			      hlen - PACKET_TCP_HLEN, true);
	match_payload(m, l4 + hlen, m->v.l4_len - hlen);
}

static void match_udp(struct match *m)
{
	u32 ulen = get_be16(m->v.l4 + UDP_LEN), want = m->v.l4_len;

	match_ports(m);
	if (attr_value(m, WORD_ATTR_ULEN, &want) ||
	    (ulen != want && !m->v.fragment && !(ulen == 0 && m->p->kind == PACKET_UDPLITE)))
		numbers(m, m->p->kind == PACKET_UDPLITE ? "coverage" : "udp length", want, ulen,
			"u");
	match_l4_csum(m, UDP_CHECK);
	match_payload(m, m->v.l4 + PACKET_UDP_HLEN, m->v.l4_len - PACKET_UDP_HLEN);
}

/* --- ICMP
 * ----------------------------------------------------------------------------------------- */

static void named(struct match *m, const char *name, u32 expected, u32 actual, const char *want,
		  const char *is)
{
	char number[2][12];

	(void)snprintf(number[0], sizeof(number[0]), "%u", expected);
	(void)snprintf(number[1], sizeof(number[1]), "%u", actual);
	words(m, name, expected != actual, want != NULL ? want : number[0],
	      is != NULL ? is : number[1]);
}

static void match_quote_flow(struct match *m, const u8 *ip, const u8 *l4)
{
	const struct packet *p = m->p;
	bool said = has_flag(m, PACKET_QUOTES_FLOW);
	u32 saddr = said ? p->quote_saddr : m->ctx->daddr;
	u32 daddr = said ? p->quote_daddr : m->ctx->saddr;
	u32 sport = said ? p->quote_sport : m->ctx->dport;
	u32 dport = said ? p->quote_dport : m->ctx->sport;

	if (said || saddr != 0)
		addrs(m, "quoted source", saddr, get_be32(ip + IPV4_SADDR));
	if (said || daddr != 0)
		addrs(m, "quoted destination", daddr, get_be32(ip + IPV4_DADDR));
	if (said || sport != 0)
		numbers(m, "quoted source port", sport, get_be16(l4), "u");
	if (said || dport != 0)
		numbers(m, "quoted destination port", dport, get_be16(l4 + 2), "u");
}

/* What is said about the quoted packet; the rest of it is the other side's business. */
static void match_quote(struct match *m, const u8 *bytes, u32 len)
{
	struct packet_view q = packet_view(bytes, len, false);
	bool udp = has_flag(m, PACKET_QUOTES_UDP);
	char hex[80];
	u32 hlen = udp ? (u32)PACKET_UDP_HLEN : (u32)PACKET_TCP_HLEN, total;

	if (q.ip == NULL || q.ip_avail < q.hlen + 8) {
		hex_text(hex, sizeof(hex), bytes, len);
		words(m, "quoted packet", true, "an IPv4 header and 8 bytes", hex);
		return;
	}
	numbers(m, "quoted proto", udp ? IPPROTO_UDP : IPPROTO_TCP, q.proto, "u");
	match_quote_flow(m, q.ip, q.l4);
	if (!udp)
		numbers(m, "quoted seq", m->p->seq, get_be32(q.l4 + 4) - m->ctx->peer_isn, "u");
	/* TCP options of the quoted packet may be cut off: their length is in its header. */
	total = get_be16(q.ip + IPV4_TOT_LEN);
	if (!udp && q.ip_avail > q.hlen + 12)
		hlen = (u32)q.l4[12] >> 4 << 2;
	numbers(m, "quoted length", m->p->len, total - q.hlen - hlen, "u");
}

static void match_icmp(struct match *m)
{
	const struct packet *p = m->p;
	const u8 *l4 = m->v.l4, *rest = l4 + PACKET_ICMP_HLEN;
	u32 len = m->v.l4_len - PACKET_ICMP_HLEN;

	named(m, "icmp type", p->icmp_type, l4[0], icmp_type_name(p->icmp_type),
	      icmp_type_name(l4[0]));
	named(m, "icmp code", p->icmp_code, l4[1], icmp_code_name(p->icmp_type, p->icmp_code),
	      icmp_code_name(l4[0], l4[1]));
	match_l4_csum(m, 2);
	if (has_flag(m, PACKET_HAS_ID))
		numbers(m, "icmp id", p->icmp_id, get_be16(l4 + 4), "u");
	if (has_flag(m, PACKET_HAS_ICMP_SEQ))
		numbers(m, "icmp seq", p->icmp_seq, get_be16(l4 + 6), "u");
	if (has_flag(m, PACKET_HAS_MTU))
		numbers(m, "mtu", p->mtu, get_be16(l4 + 6), "u");
	if (has_flag(m, PACKET_HAS_GATEWAY))
		addrs(m, "gateway", p->gateway, get_be32(l4 + 4));
	if (has_flag(m, PACKET_HAS_LEN))
		match_payload(m, rest, len);
	if (has_flag(m, PACKET_QUOTES_TCP) || has_flag(m, PACKET_QUOTES_UDP))
		match_quote(m, rest, len);
}

/* --- kinds
 * ---------------------------------------------------------------------------------------- */

static u32 proto_of(const struct match *m)
{
	static const u8 protos[PACKET_KINDS] = { [PACKET_TCP] = IPPROTO_TCP,
						 [PACKET_UDP] = IPPROTO_UDP,
						 [PACKET_UDPLITE] = IPPROTO_UDPLITE,
						 [PACKET_ICMP] = IPPROTO_ICMP };
	u32 proto = m->p->kind == PACKET_IP ? m->p->proto : protos[m->p->kind];

	(void)attr_value(m, WORD_ATTR_PROTO, &proto);
	return proto;
}

/* The heads of the line, from the outside; false: the frame carries nothing of the kind. */
static bool match_encaps(struct match *m)
{
	for (u32 at = m->p->encaps; at != 0; at = m->s->expr[at].next) {
		const struct expr *e = &m->s->expr[at];
		u32 from = e->first, next = e->next;
		bool want = e->symbol == WORD_ENCAP_GRE, gre;
		struct packet_view in;

		if (e->symbol == WORD_ENCAP_GRE_BARE)
			continue;
		want = want || (next != 0 && m->s->expr[next].symbol == WORD_ENCAP_GRE_BARE);
		if (m->v.ip == NULL || !packet_view_inside(&m->v, &gre, &in) || gre != want)
			return false;
		addrs(m, "outer source", (u32)m->s->expr[from].value,
		      get_be32(m->v.ip + IPV4_SADDR));
		addrs(m, "outer destination", (u32)m->s->expr[m->s->expr[from].next].value,
		      get_be32(m->v.ip + IPV4_DADDR));
		if (!packet_ip_csum_ok(&m->v))
			words(m, "outer csum", true, "right", "bad");
		m->v = in;
	}
	return m->v.ip != NULL;
}

/* The transport's header, which a line may see in a fragment too. */
static u32 l4_hlen(const struct match *m)
{
	struct packet_view whole = m->v;

	if (attr(m, WORD_ATTR_FRAG) != 0)
		whole.frag_off = 0;
	return packet_l4_hlen(&whole);
}

static void match_on_ip(struct match *m)
{
	u32 hlen;

	if (!match_encaps(m) || m->v.proto != proto_of(m)) {
		other_packet(m);
		return;
	}
	hlen = l4_hlen(m);
	if (hlen == 0 && m->p->kind != PACKET_IP) {
		other_packet(m);
		return;
	}
	match_header(m);
	if (m->p->kind == PACKET_TCP)
		match_tcp(m, hlen);
	else if (m->p->kind == PACKET_ICMP)
		match_icmp(m);
	else if (m->p->kind == PACKET_IP)
		match_payload(m, m->v.l4, m->v.l4_len);
	else
		match_udp(m);
}

static void match_eth_head(struct match *m)
{
	if (!has_flag(m, PACKET_HAS_ETH) || m->v.eth == NULL)
		return;
	macs(m, "eth source", m->p->mac[0], m->v.eth + 6);
	macs(m, "eth destination", m->p->mac[1], m->v.eth);
}

static void match_arp_mac(struct match *m, const char *name, u32 word, const u8 *usual,
			  const u8 *actual)
{
	u32 at = attr(m, word);
	const struct expr *e = at != 0 ? &m->s->expr[m->s->expr[at].first] : NULL;

	if (e != NULL && e->kind == EXPR_HEX && e->text.len == 6)
		usual = (const u8 *)script_text(m->s, e->text);
	if (usual != NULL)
		macs(m, name, usual, actual);
}

static void match_arp_number(struct match *m, const char *name, u32 word, u32 usual, u32 actual)
{
	bool said = attr_value(m, word, &usual);

	if (said || usual != actual)
		numbers(m, name, usual, actual, "u");
}

/* Where the line says nothing: requests go to all, and ask with an empty target; the Ethernet
 * addresses are those of ARP.
 */
static void match_arp(struct match *m)
{
	static const u8 nobody[6], everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	bool reply = m->p->arp_op == ARP_REPLY, said = has_flag(m, PACKET_HAS_ETH);
	const u8 *eth = m->v.eth, *arp = m->frame + PACKET_ETH_HLEN, *sha = NULL;
	u32 pad;

	if (eth == NULL || m->v.type != ETH_TYPE_ARP || m->len < PACKET_ETH_HLEN + PACKET_ARP_LEN) {
		other_packet(m);
		return;
	}
	if (reply)
		sha = m->p->is_at;
	else if (said)
		sha = m->p->mac[0];
	else if (is_set(m->ctx->smac))
		sha = m->ctx->smac;
	if (!said) {
		macs(m, "eth source", sha != NULL ? sha : arp + 8, eth + 6);
		macs(m, "eth destination", reply ? arp + 18 : everybody, eth);
	}
	match_arp_number(m, "arp htype", WORD_ARP_HTYPE, 1, get_be16(arp));
	match_arp_number(m, "arp ptype", WORD_ARP_PTYPE, ETH_TYPE_IP, get_be16(arp + 2));
	match_arp_number(m, "arp hlen", WORD_ARP_HLEN, 6, arp[4]);
	match_arp_number(m, "arp plen", WORD_ARP_PLEN, 4, arp[5]);
	match_arp_number(m, "arp op", WORD_ARP_OP, m->p->arp_op, get_be16(arp + 6));
	match_arp_mac(m, "arp sender", WORD_ARP_SHA, sha, arp + 8);
	addrs(m, reply ? "arp address" : "arp tell", m->p->saddr, get_be32(arp + 14));
	match_arp_mac(m, "arp target", WORD_ARP_THA, reply ? NULL : nobody, arp + 18);
	if (reply && attr_value(m, WORD_ARP_TPA, &pad))
		addrs(m, "arp to", pad, get_be32(arp + 24));
	if (!reply)
		addrs(m, "arp who-has", m->p->daddr, get_be32(arp + 24));
	pad = m->len - PACKET_ETH_HLEN - PACKET_ARP_LEN;
	match_arp_number(m, "padding", WORD_ARP_PAD, m->len <= PACKET_ETH_MIN ? pad : 0, pad);
}

static void match_bytes(struct match *m, const u8 *bytes, u32 len)
{
	u32 want;
	u8 *expected = expected_payload(m, &want);

	numbers(m, "length", want, len, "u");
	if (want == len)
		bytes_row(m, "bytes", expected, bytes, len);
	free(expected);
}

static void match_eth(struct match *m)
{
	u32 head = has_flag(m, PACKET_HAS_TYPE) ? (u32)PACKET_ETH_HLEN : 12;

	if (m->v.eth == NULL) {
		other_packet(m);
		return;
	}
	if (head == PACKET_ETH_HLEN)
		numbers(m, "eth type", m->p->eth_type, m->v.type, "x");
	match_bytes(m, m->frame + head, m->len - head);
}

u32 packet_match(const struct script *s, const struct packet *p, const struct packet_ctx *ctx,
		 const u8 *frame, u32 len, struct packet_field fields[PACKET_FIELDS], u32 *differ)
{
	struct match m = { .s = s,
			   .p = p,
			   .ctx = ctx,
			   .frame = frame,
			   .len = len,
			   .v = packet_view(frame, len, ctx->ethernet),
			   .field = fields };

	assert(p->kind < PACKET_KINDS);
	if (len != 0 && p->kind != PACKET_RAW)
		match_eth_head(&m);
	if (len == 0)
		other_packet(&m);
	else if (p->kind == PACKET_RAW)
		match_bytes(&m, frame, len);
	else if (p->kind == PACKET_ETH)
		match_eth(&m);
	else if (p->kind == PACKET_ARP)
		match_arp(&m);
	else
		match_on_ip(&m);
	assert(m.n != 0);
	*differ = m.differ;
	return m.n;
}
