// SPDX-License-Identifier: MIT
/* parse_packet.c - packet lines, from behind the direction to the end of the line.
 *
 *   [eth SRC > DST] [ipv4 A > B:] [gre:] [ect0, ttl 64] (tos 0x10) [A:port > B:port]
 *   [ttl 64, id 7, df …] then what the kind has.
 */
#include "harness/script/packet_internal.h"
#include "harness/script/scan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- the cursor
 * ----------------------------------------------------------------------------------- */

/* What stands here is an address rather than a port: a dot follows its digits. */
static bool at_addr(struct parser *p)
{
	u32 at;

	if (!is_digit(scan_peek(p)))
		return false;
	for (at = p->at; at < p->len && is_digit(p->text[at]);)
		at++;
	return at + 1 < p->len && p->text[at] == '.' && is_digit(p->text[at + 1]);
}

static bool parse_number(struct parser *p, const char *what, u64 max, u32 *to)
{
	u64 value = 0;

	if (!scan_u64(p, what, max, &value))
		return false;
	*to = (u32)value;
	return true;
}

static bool parse_u16(struct parser *p, const char *what, u16 *to)
{
	u32 value = 0;

	if (!parse_number(p, what, U16_MAX, &value))
		return false;
	*to = (u16)value;
	return true;
}

/* --- words and their values
 * ----------------------------------------------------------------------- */

/* Takes a word of one or two parts: "csum bad". */
static bool take_word(struct parser *p, const char *word)
{
	const char *blank = strchr(word, ' ');
	struct scan_mark m = scan_mark(p);
	char first[16];

	if (blank == NULL)
		return scan_take(p, word);
	assert((size_t)(blank - word) < sizeof(first));
	memcpy(first, word, (size_t)(blank - word));
	first[blank - word] = '\0';
	if (scan_take(p, first) && scan_take(p, blank + 1))
		return true;
	scan_rewind(p, m);
	return false;
}

/* The longest word of the list that stands here; WORD_MAX: none. */
static u32 parse_word(struct parser *p, u32 list)
{
	struct scan_mark start = scan_mark(p);
	u32 best = WORD_MAX, end = 0;

	for (u32 w = 0; w < WORD_MAX; w++) {
		if (packet_words[w].list != list || !take_word(p, packet_words[w].word))
			continue;
		if (best == WORD_MAX || p->at > end) {
			best = w;
			end = p->at;
		}
		scan_rewind(p, start);
	}
	if (best != WORD_MAX)
		(void)take_word(p, packet_words[best].word);
	return best;
}

static u32 add_number(struct parser *p, const char *what, u64 max, bool hex)
{
	u32 value = 0, e = parse_expr_at(p, EXPR_NUMBER);

	if (!parse_number(p, what, max, &value))
		return 0;
	p->script->expr[e].value = value;
	p->script->expr[e].hex = hex;
	return e;
}

static u32 add_addr(struct parser *p)
{
	u32 addr = 0, e = parse_expr_at(p, EXPR_ADDR);

	if (!scan_ipv4(p, &addr))
		return 0;
	p->script->expr[e].value = addr;
	return e;
}

static u32 add_range(struct parser *p)
{
	u32 e = parse_expr_at(p, EXPR_RANGE), from, to;

	from = add_number(p, "the first sequence number", U32_MAX, false);
	if (from == 0 || !scan_need(p, ":"))
		return 0;
	to = add_number(p, "the sequence number behind the last", U32_MAX, false);
	if (to == 0)
		return 0;
	p->script->expr[e].first = from;
	p->script->expr[from].next = to;
	return e;
}

static u32 add_mac(struct parser *p)
{
	u32 e = parse_expr_at(p, EXPR_HEX);
	struct text bytes;
	u8 mac[6];

	if (!scan_mac(p, mac))
		return 0;
	bytes = script_add_text(p->script, mac, sizeof(mac));
	p->script->expr[e].text = bytes;
	return e;
}

/* Bytes as hex digits, or a name that has a value by -D; nothing leaves *child 0. */
static bool parse_bytes(struct parser *p, u32 word, u32 *child)
{
	struct text bytes = { 0 };
	u32 end;

	if (!is_word(scan_peek(p)))
		return true;
	for (end = p->at; end < p->len && is_word(p->text[end]);)
		end++;
	if (packet_word_is_mac(word) && end < p->len && p->text[end] == ':') {
		*child = add_mac(p);
		return *child != 0;
	}
	if (packet_is_hex_word(p->text + p->at, end - p->at)) {
		*child = parse_expr_at(p, EXPR_HEX);
		if (!scan_hex_bytes(p, &bytes))
			return false;
		if (bytes.len > PACKET_OPTIONS_MAX)
			return parse_fail(p, "%u bytes: an option has 40 at the most", bytes.len);
	} else {
		if (is_digit(p->text[p->at]) || script_is_taken(p->text + p->at, end - p->at))
			return parse_expected(p, "bytes as pairs of hex digits, or a name");
		*child = parse_expr_at(p, EXPR_NAME);
		bytes = script_add_text(p->script, p->text + p->at, end - p->at);
		p->at = end;
	}
	p->script->expr[*child].text = bytes;
	return true;
}

/* One value; *child 0 and true: there is none, and need not be. */
static bool parse_value(struct parser *p, u32 word, u32 n, bool optional, u32 *child)
{
	static const char *const stamp[2] = { "val", "ecr" };
	const char *letters = packet_words[word].values;
	u32 at = min_u32(n, (u32)strlen(letters) - 1);
	char letter = letters[letters[at] == '*' ? at - 1 : at], what[40];

	*child = 0;
	if (letter == 'b')
		return parse_bytes(p, word, child);
	(void)snprintf(what, sizeof(what), "a number for %s", packet_words[word].word);
	if (word == WORD_OPTION_TS && n < 2 && !scan_need(p, stamp[n]))
		return false;
	if (optional && !is_digit(scan_peek(p)))
		return true;
	if (letter == 'a')
		*child = add_addr(p);
	else if (letter == 'r')
		*child = add_range(p);
	else
		*child = add_number(p, what, packet_value_limit(word, n), letter == 'x');
	return *child != 0;
}

static bool parse_values(struct parser *p, u32 field, u32 word)
{
	const char *letters = packet_words[word].values;
	u32 fixed = (u32)strlen(letters), last = 0, child;
	bool any = fixed != 0 && letters[fixed - 1] == '*';

	fixed -= any ? 2 : 0;
	for (u32 n = 0; n < fixed || any; n++) {
		if (!parse_value(p, word, n, n >= fixed, &child))
			return false;
		if (child == 0)
			break;
		*(last != 0 ? &p->script->expr[last].next : &p->script->expr[field].first) = child;
		last = child;
	}
	return true;
}

static bool is_said(const struct script *s, u32 list, u32 word)
{
	for (; list != 0; list = s->expr[list].next) {
		if (s->expr[list].symbol == word)
			return true;
	}
	return false;
}

/* The list behind an opening bracket, which has been taken; its closing one too. Brackets with
 * nothing in them are none.
 */
static bool parse_list(struct parser *p, u32 which, const char *close, u32 *list)
{
	u32 last = 0, field, word, n = 0;

	for (;;) {
		if (scan_peek(p) == close[0] && n == 0)
			break;
		field = parse_expr_at(p, EXPR_FIELD);
		word = parse_word(p, which);
		if (word == WORD_MAX)
			return parse_expected(p, packet_list_names[which]);
		if (++n > PACKET_WORDS_MAX)
			return parse_fail(p, "too many words in one list");
		if (!packet_word_repeats(word) && is_said(p->script, *list, word))
			return parse_fail(p, "%s is said twice", packet_words[word].word);
		p->script->expr[field].symbol = (u16)word;
		if (!parse_values(p, field, word))
			return false;
		*(last != 0 ? &p->script->expr[last].next : list) = field;
		last = field;
		if (scan_peek(p) != ',')
			break;
		(void)scan_take(p, ",");
	}
	return scan_need(p, close);
}

/* --- heads
 * ---------------------------------------------------------------------------------------- */

static u32 parse_encap_addrs(struct parser *p)
{
	u32 from = add_addr(p), to;

	if (from == 0 || !scan_need(p, ">"))
		return 0;
	to = add_addr(p);
	if (to == 0)
		return 0;
	p->script->expr[from].next = to;
	return from;
}

static bool parse_encaps(struct parser *p, struct packet *k)
{
	u32 last = 0, n = 0, before = WORD_MAX;

	while (scan_is(p, "ipv4") || scan_is(p, "gre")) {
		u32 field = parse_expr_at(p, EXPR_FIELD), addrs = 0;
		u32 word = scan_take(p, "ipv4") ? WORD_ENCAP_IPV4 : WORD_ENCAP_GRE;

		if (word == WORD_ENCAP_GRE && !scan_take(p, "gre"))
			return false;
		if (word == WORD_ENCAP_GRE && scan_peek(p) == ':')
			word = WORD_ENCAP_GRE_BARE;
		else
			addrs = parse_encap_addrs(p);
		if (word != WORD_ENCAP_GRE_BARE && addrs == 0)
			return false;
		if (word == WORD_ENCAP_GRE_BARE && before != WORD_ENCAP_IPV4)
			return parse_expected(p, "addresses, or an ipv4 head before gre");
		if (++n > PACKET_ENCAPS_MAX)
			return parse_fail(p, "more than %u heads", (u32)PACKET_ENCAPS_MAX);
		if (!scan_need(p, ":"))
			return false;
		p->script->expr[field].symbol = (u16)word;
		p->script->expr[field].first = addrs;
		*(last != 0 ? &p->script->expr[last].next : &k->encaps) = field;
		last = field;
		before = word;
	}
	return true;
}

/* Are all words in these brackets stock's? */
static bool is_stock_list(struct parser *p)
{
	struct scan_mark m = scan_mark(p);
	bool stock = true;

	p->at++;
	do {
		stock = parse_word(p, LIST_STOCK) != WORD_MAX;
		while (p->at < p->len && strchr(",]\n", p->text[p->at]) == NULL)
			p->at++;
	} while (stock && scan_take(p, ","));
	scan_rewind(p, m);
	return stock;
}

static bool parse_stock(struct parser *p, struct packet *k)
{
	u32 tos = 0, last;

	if (scan_peek(p) == '[' && is_stock_list(p)) {
		(void)scan_take(p, "[");
		if (!parse_list(p, LIST_STOCK, "]", &k->stock_attrs))
			return false;
	}
	if (!scan_take(p, "("))
		return true;
	if (!parse_list(p, LIST_STOCK, ")", &tos))
		return false;
	for (u32 at = tos; at != 0; at = p->script->expr[at].next) {
		if (is_said(p->script, k->stock_attrs, p->script->expr[at].symbol))
			return parse_fail(p, "%s is said twice",
					  packet_words[p->script->expr[at].symbol].word);
	}
	for (last = k->stock_attrs; last != 0 && p->script->expr[last].next != 0;)
		last = p->script->expr[last].next;
	*(last != 0 ? &p->script->expr[last].next : &k->stock_attrs) = tos;
	return true;
}

static bool parse_end(struct parser *p, u32 *addr, u16 *port, bool *has_port)
{
	if (!scan_ipv4(p, addr))
		return false;
	*has_port = scan_take(p, ":");
	return !*has_port || parse_u16(p, "a port", port);
}

/* A:port > B:port, A > B, port > port, or nothing. */
static bool parse_flow(struct parser *p, struct packet *k)
{
	bool from = false, to = false;

	if (!is_digit(scan_peek(p)))
		return true;
	if (!at_addr(p)) {
		k->flags |= PACKET_HAS_PORTS;
		if (!parse_u16(p, "a port", &k->sport) || !scan_need(p, ">"))
			return false;
		if (at_addr(p))
			return parse_expected(p, "a port, as before the >");
		return parse_u16(p, "a port", &k->dport);
	}
	if (!parse_end(p, &k->saddr, &k->sport, &from) || !scan_need(p, ">") ||
	    !parse_end(p, &k->daddr, &k->dport, &to))
		return false;
	if (from != to)
		return parse_expected(p, "ports at both addresses, or at none");
	k->flags |= PACKET_HAS_ADDRS | (from ? (u32)PACKET_HAS_PORTS : 0);
	return true;
}

/* --- kinds
 * ---------------------------------------------------------------------------------------- */

static bool parse_len(struct parser *p, struct packet *k)
{
	return scan_need(p, "(") && parse_number(p, "a length", PACKET_BYTES_MAX, &k->len) &&
	       scan_need(p, ")");
}

/* Bytes behind a length: as many as it says. */
static bool parse_bytes_of_len(struct parser *p, struct packet *k)
{
	const struct expr *e;

	k->payload = parse_payload(p);
	if (p->failed)
		return false;
	e = &p->script->expr[k->payload];
	if (k->payload != 0 && e->kind != EXPR_PATTERN && e->text.len != k->len)
		return parse_fail(p, "the payload is %u bytes, not %u", e->text.len, k->len);
	return true;
}

static bool parse_flags(struct parser *p, struct packet *k)
{
	if (scan_peek(p) == '-') {
		p->at++;
		return true;
	}
	for (; p->at < p->len && p->text[p->at] != '\0'; p->at++) {
		const char *letter = strchr(packet_flag_letters, p->text[p->at]);

		if (letter == NULL)
			break;
		if ((k->tcp_flags & packet_flag_bits[letter - packet_flag_letters]) != 0)
			return parse_fail(p, "TCP flag %c is said twice", *letter);
		k->tcp_flags |= packet_flag_bits[letter - packet_flag_letters];
	}
	if (k->tcp_flags == 0 || (p->at < p->len && is_word(p->text[p->at])))
		return parse_expected(p, "TCP flags (F S R P U E W A . or -), udp, udplite, "
					 "icmp, ip, arp, eth or hex");
	return true;
}

/* seq:end(len) */
static bool parse_seq(struct parser *p, struct packet *k)
{
	if (!parse_number(p, "the first sequence number", U32_MAX, &k->seq) || !scan_need(p, ":") ||
	    !parse_number(p, "the sequence number behind the last", U32_MAX, &k->end_seq) ||
	    !parse_len(p, k))
		return false;
	if (k->end_seq - k->seq != k->len)
		return parse_fail(p, "from %u to %u it is %u bytes, not %u", k->seq, k->end_seq,
				  k->end_seq - k->seq, k->len);
	return true;
}

static bool parse_options(struct parser *p, struct packet *k)
{
	struct scan_mark m = scan_mark(p);

	if (scan_peek(p) == '.') {
		k->flags |= PACKET_ANY_OPTIONS;
		return scan_need(p, "...") && scan_need(p, ">");
	}
	if (!parse_list(p, LIST_OPTION, ">", &k->options))
		return false;
	if (packet_options_bytes(p->script, k->options) <= PACKET_OPTIONS_MAX)
		return true;
	scan_rewind(p, m);
	return parse_fail(p, "TCP options of more than %u bytes", (u32)PACKET_OPTIONS_MAX);
}

static bool parse_tcp(struct parser *p, struct packet *k)
{
	u32 ack = 0;

	k->kind = PACKET_TCP;
	k->flags |= PACKET_HAS_SEQ;
	if (!parse_flags(p, k) || !parse_seq(p, k))
		return false;
	if (scan_take(p, "ack")) {
		k->flags |= PACKET_HAS_ACK;
		if (!parse_number(p, "a sequence number", U32_MAX, &ack))
			return false;
		k->ack = ack;
	}
	if (scan_take(p, "win")) {
		k->flags |= PACKET_HAS_WIN;
		if (!parse_u16(p, "a window", &k->win))
			return false;
	} else if (k->incoming) {
		return parse_expected(p, "win N, as the packet is injected");
	}
	if (scan_take(p, "urg")) {
		k->flags |= PACKET_HAS_URG;
		if (!parse_u16(p, "an urgent pointer", &k->urg))
			return false;
	}
	if (scan_take(p, "<")) {
		p->brackets++;
		if (!parse_options(p, k))
			return false;
		p->brackets--;
	}
	if (k->incoming && (k->flags & PACKET_ANY_OPTIONS) != 0)
		return parse_fail(p, "<...> is for packets that are expected");
	return parse_bytes_of_len(p, k);
}

static bool parse_udp(struct parser *p, struct packet *k)
{
	k->kind = scan_take(p, "udplite") ? PACKET_UDPLITE : PACKET_UDP;
	if (k->kind == PACKET_UDP && !scan_need(p, "udp"))
		return false;
	k->flags |= PACKET_HAS_LEN;
	return parse_len(p, k) && parse_bytes_of_len(p, k);
}

static bool parse_ip(struct parser *p, struct packet *k)
{
	u32 proto = 0;

	k->kind = PACKET_IP;
	k->flags |= PACKET_HAS_LEN;
	if (!scan_need(p, "ip") || !scan_need(p, "proto") ||
	    !parse_number(p, "a protocol", 255, &proto))
		return false;
	k->proto = (u8)proto;
	return parse_len(p, k) && parse_bytes_of_len(p, k);
}

static bool parse_icmp_type(struct parser *p, struct packet *k)
{
	u32 number = 0;
	struct text word;
	int type;

	if (is_digit(scan_peek(p))) {
		if (!parse_number(p, "an ICMP type", 255, &number))
			return false;
		k->icmp_type = (u8)number;
		return true;
	}
	if (!scan_word(p, &word))
		return parse_expected(p, "an ICMP type, like echo_request");
	type = icmp_type_of(p->text + word.at, word.len);
	if (type < 0) {
		p->at = word.at;
		return parse_fail(p, "no ICMP type has this name; expected one like unreachable");
	}
	k->icmp_type = (u8)type;
	return true;
}

static bool at_icmp_field(struct parser *p)
{
	return scan_is(p, "id") || scan_is(p, "seq") || scan_is(p, "mtu") || scan_is(p, "gw");
}

static bool parse_icmp_code(struct parser *p, struct packet *k)
{
	u32 number = 0;
	struct text word;
	int code;

	if (is_digit(scan_peek(p))) {
		if (!parse_number(p, "an ICMP code", 255, &number))
			return false;
		code = (int)number;
	} else if (at_icmp_field(p) || !scan_word(p, &word)) {
		return true;
	} else {
		code = icmp_code_of(k->icmp_type, p->text + word.at, word.len);
		if (code < 0) {
			p->at = word.at;
			return parse_fail(p, "this ICMP type has no code of this name");
		}
	}
	k->flags |= PACKET_HAS_CODE;
	k->icmp_code = (u8)code;
	return true;
}

static bool parse_icmp_field(struct parser *p, struct packet *k)
{
	u32 flag;
	bool ok;

	if (scan_take(p, "id")) {
		flag = PACKET_HAS_ID;
		ok = parse_u16(p, "an identifier", &k->icmp_id);
	} else if (scan_take(p, "seq")) {
		flag = PACKET_HAS_ICMP_SEQ;
		ok = parse_u16(p, "a sequence number", &k->icmp_seq);
	} else if (scan_take(p, "mtu")) {
		flag = PACKET_HAS_MTU;
		ok = parse_number(p, "an MTU", U16_MAX, &k->mtu);
	} else {
		flag = PACKET_HAS_GATEWAY;
		ok = scan_need(p, "gw") && scan_ipv4(p, &k->gateway);
	}
	if (ok && (k->flags & flag) != 0)
		return parse_fail(p, "this field is said twice");
	k->flags |= flag;
	return ok;
}

/* They share four bytes. */
static bool check_icmp_fields(struct parser *p, const struct packet *k)
{
	u32 more = PACKET_HAS_ID | PACKET_HAS_ICMP_SEQ | PACKET_HAS_MTU;

	if ((k->flags & PACKET_HAS_GATEWAY) != 0 && (k->flags & more) != 0)
		return parse_fail(p, "gw leaves no room for id, seq or mtu");
	if ((k->flags & PACKET_HAS_MTU) != 0 && (k->flags & PACKET_HAS_ICMP_SEQ) != 0)
		return parse_fail(p, "mtu and seq are the same two bytes");
	return true;
}

/* [1:1001(1000)], [udp (5)], [A:port > B:port udp (5)] */
static bool parse_quote(struct parser *p, struct packet *k)
{
	bool from = false, to = false;

	if (at_addr(p)) {
		k->flags |= PACKET_QUOTES_FLOW;
		if (!parse_end(p, &k->quote_saddr, &k->quote_sport, &from) || !scan_need(p, ">") ||
		    !parse_end(p, &k->quote_daddr, &k->quote_dport, &to))
			return false;
		if (!from || !to)
			return parse_expected(p, "ports at both addresses");
	}
	if (scan_take(p, "udp")) {
		k->flags |= PACKET_QUOTES_UDP;
		if (!parse_len(p, k))
			return false;
	} else {
		k->flags |= PACKET_QUOTES_TCP;
		if (!parse_seq(p, k))
			return false;
	}
	return scan_need(p, "]");
}

static bool parse_icmp(struct parser *p, struct packet *k)
{
	k->kind = PACKET_ICMP;
	if (!scan_need(p, "icmp") || !parse_icmp_type(p, k) || !parse_icmp_code(p, k))
		return false;
	while (at_icmp_field(p)) {
		if (!parse_icmp_field(p, k))
			return false;
	}
	if (!check_icmp_fields(p, k))
		return false;
	if (scan_take(p, "["))
		return parse_quote(p, k);
	if (scan_peek(p) != '(')
		return true;
	k->flags |= PACKET_HAS_LEN;
	return parse_len(p, k) && parse_bytes_of_len(p, k);
}

static bool parse_arp(struct parser *p, struct packet *k)
{
	k->kind = PACKET_ARP;
	if (scan_take(p, "[") && !parse_list(p, LIST_ARP, "]", &k->attrs))
		return false;
	if (scan_take(p, "reply")) {
		k->arp_op = ARP_REPLY;
		k->flags |= PACKET_HAS_MAC;
		return scan_ipv4(p, &k->saddr) && scan_need(p, "is-at") && scan_mac(p, k->is_at);
	}
	k->arp_op = ARP_WHO_HAS;
	if (!scan_take(p, "who-has"))
		return parse_expected(p, "who-has or reply");
	return scan_ipv4(p, &k->daddr) && scan_need(p, "tell") && scan_ipv4(p, &k->saddr);
}

/* Behind eth SRC > DST: type and bytes, unless another kind follows. */
static bool at_eth_body(struct parser *p)
{
	char c = scan_peek(p);

	return scan_is(p, "type") || scan_is(p, "hex") || scan_is(p, "pattern") || c == '"' ||
	       c == '\n' || c == '\0' || c == '/' || (c == '(' && is_digit(p->text[p->at + 1]));
}

static bool parse_eth(struct parser *p, struct packet *k)
{
	k->kind = PACKET_ETH;
	if (scan_take(p, "type")) {
		k->flags |= PACKET_HAS_TYPE;
		if (!parse_u16(p, "a type", &k->eth_type))
			return false;
	}
	if (scan_peek(p) == '(') {
		k->flags |= PACKET_HAS_LEN;
		return parse_len(p, k) && parse_bytes_of_len(p, k);
	}
	k->payload = parse_payload(p);
	if (!p->failed && k->payload != 0 && p->script->expr[k->payload].kind == EXPR_PATTERN)
		return parse_expected(p, "a length before pattern: (N) pattern SEED");
	return !p->failed;
}

static bool parse_raw(struct parser *p, struct packet *k)
{
	k->kind = PACKET_RAW;
	k->payload = parse_payload(p);
	if (!p->failed && p->script->expr[k->payload].text.len == 0)
		return parse_expected(p, "the bytes of a frame");
	return !p->failed;
}

/* What stands on IPv4. */
static bool parse_on_ip(struct parser *p, struct packet *k)
{
	if (!parse_encaps(p, k) || !parse_stock(p, k) || !parse_flow(p, k))
		return false;
	if (scan_take(p, "[") && !parse_list(p, LIST_ATTR, "]", &k->attrs))
		return false;
	if (scan_is(p, "udp") || scan_is(p, "udplite"))
		return parse_udp(p, k);
	if (scan_is(p, "ip"))
		return parse_ip(p, k);
	if (!scan_is(p, "icmp"))
		return parse_tcp(p, k);
	if ((k->flags & PACKET_HAS_PORTS) != 0)
		return parse_fail(p, "ICMP has no ports");
	return parse_icmp(p, k);
}

/* --- the line
 * ------------------------------------------------------------------------------------- */

static bool parse_kind(struct parser *p, struct packet *k)
{
	if (scan_is(p, "hex"))
		return parse_raw(p, k);
	if (scan_take(p, "eth")) {
		k->flags |= PACKET_HAS_ETH;
		if (!scan_mac(p, k->mac[0]) || !scan_need(p, ">") || !scan_mac(p, k->mac[1]))
			return false;
		if (at_eth_body(p))
			return parse_eth(p, k);
	}
	if (scan_take(p, "arp"))
		return parse_arp(p, k);
	return parse_on_ip(p, k);
}

static bool slots_are_enough(const struct script *s, u32 list)
{
	for (; list != 0; list = s->expr[list].next) {
		if (!packet_slots_ok(s, &s->expr[list]))
			return false;
	}
	return true;
}

/* What is right word for word, and no packet. */
static bool check_packet(struct parser *p, const struct packet *k)
{
	const struct script *s = p->script;
	u32 len = k->len;

	if ((k->flags & PACKET_HAS_PORTS) != 0 && (packet_kinds[k->kind].parts & PART_PORTS) == 0)
		return parse_fail(p, "%s has no ports", packet_kinds[k->kind].word);
	if (!slots_are_enough(s, k->attrs))
		return parse_fail(p, "more entries than slots in an option");
	if (packet_options_bytes(s, k->attrs) > PACKET_OPTIONS_MAX)
		return parse_fail(p, "IPv4 options of more than %u bytes", (u32)PACKET_OPTIONS_MAX);
	if (k->payload != 0 && (packet_kinds[k->kind].parts & PART_LEN) == 0)
		len = s->expr[k->payload].text.len;
	if (len > packet_room(s, k))
		return parse_fail(p, "a payload of %u bytes; there is room for %u", len,
				  packet_room(s, k));
	return true;
}

bool parse_packet(struct parser *p, struct stmt *st)
{
	struct packet k = { .incoming = st->packet.incoming };

	assert(st->kind == STMT_PACKET);
	if (!parse_kind(p, &k) || !check_packet(p, &k))
		return false;
	packet_normalise(p->script, &k);
	st->packet = k;
	return true;
}
