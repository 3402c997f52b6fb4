// SPDX-License-Identifier: MIT
/* packet_words.c - tables of packet lines: words, kinds, ICMP's names; and the one look that every
 * packet has before it is printed, encoded or built.
 */
#include "harness/script/packet_internal.h"

#include <assert.h>
#include <string.h>

#include "harness/script/scan.h"
#include "wire/ipv4.h"

const struct packet_word packet_words[WORD_MAX] = {
#define W(list_, id, word_, values_)                                                               \
	[WORD_##list_##_##id] = { .word = (word_), .values = (values_), .list = LIST_##list_ },
#include "harness/script/packets.def"
#undef W
};

const char packet_flag_letters[PACKET_FLAGS + 1] = "FSRPUEWA.";
const u16 packet_flag_bits[PACKET_FLAGS] = { TCPF_FIN, TCPF_SYN, TCPF_RST, TCPF_PSH, TCPF_URG,
					     TCPF_ECE, TCPF_CWR, TCPF_AE,  TCPF_ACK };

const char *const packet_list_names[LIST_ARP + 1] = {
	[LIST_STOCK] = "ect0, ect1, ect01, ce, noecn, ttl or tos",
	[LIST_ATTR] = "a field of the IPv4 header, like ttl 64",
	[LIST_ENCAP] = "ipv4 or gre",
	[LIST_OPTION] = "a TCP option, like mss 1460",
	[LIST_ARP] = "a field of ARP, like sha or tpa",
};

enum {
	ON_IP = PART_STOCK | PART_ENCAPS | PART_ADDRS | PART_ATTRS | PART_ETH,
	ON_IP_FLAGS = PACKET_HAS_ADDRS | PACKET_HAS_ETH,
	TCP_FLAGS = PACKET_HAS_SEQ | PACKET_HAS_ACK | PACKET_HAS_WIN | PACKET_HAS_URG |
		    PACKET_ANY_OPTIONS,
	QUOTES = PACKET_QUOTES_TCP | PACKET_QUOTES_UDP,
	ICMP_FLAGS = PACKET_HAS_LEN | PACKET_HAS_CODE | PACKET_HAS_ID | PACKET_HAS_ICMP_SEQ |
		     PACKET_HAS_MTU | PACKET_HAS_GATEWAY | PACKET_QUOTES_FLOW | (int)QUOTES
};

const struct packet_kind_info packet_kinds[PACKET_KINDS] = {
	[PACKET_TCP] = { "tcp", ON_IP | PART_PORTS | PART_TCP | PART_LEN | PART_PAYLOAD,
			 ON_IP_FLAGS | PACKET_HAS_PORTS | TCP_FLAGS, PACKET_HAS_SEQ },
	[PACKET_UDP] = { "udp", ON_IP | PART_PORTS | PART_LEN | PART_PAYLOAD,
			 ON_IP_FLAGS | PACKET_HAS_PORTS | PACKET_HAS_LEN, PACKET_HAS_LEN },
	[PACKET_UDPLITE] = { "udplite", ON_IP | PART_PORTS | PART_LEN | PART_PAYLOAD,
			     ON_IP_FLAGS | PACKET_HAS_PORTS | PACKET_HAS_LEN, PACKET_HAS_LEN },
	[PACKET_ICMP] = { "icmp", ON_IP | PART_ICMP | PART_LEN | PART_PAYLOAD,
			  ON_IP_FLAGS | ICMP_FLAGS, 0 },
	[PACKET_IP] = { "ip", ON_IP | PART_PROTO | PART_LEN | PART_PAYLOAD,
			ON_IP_FLAGS | PACKET_HAS_LEN, PACKET_HAS_LEN },
	[PACKET_ARP] = { "arp", PART_ATTRS | PART_ARP | PART_ETH, PACKET_HAS_MAC | PACKET_HAS_ETH,
			 0 },
	[PACKET_ETH] = { "eth", PART_TYPE | PART_LEN | PART_PAYLOAD | PART_ETH,
			 PACKET_HAS_TYPE | PACKET_HAS_LEN | PACKET_HAS_ETH, PACKET_HAS_ETH },
	[PACKET_RAW] = { "hex", PART_PAYLOAD, 0, 0 },
};

/* --- words
 * ---------------------------------------------------------------------------------------- */

/* 0: any 32-bit number. */
static const u32 word_limits[WORD_MAX] = {
	[WORD_STOCK_TTL] = 255,	    [WORD_STOCK_TOS] = 255,	[WORD_ATTR_TTL] = 255,
	[WORD_ATTR_ID] = 65535,	    [WORD_ATTR_TOS] = 255,	[WORD_ATTR_FRAG] = 8191,
	[WORD_ATTR_LEN] = 65535,    [WORD_ATTR_IHL] = 15,	[WORD_ATTR_VERSION] = 15,
	[WORD_ATTR_PROTO] = 255,    [WORD_ATTR_CSUM] = 65535,	[WORD_ATTR_L4_CSUM] = 65535,
	[WORD_ATTR_ULEN] = 65535,   [WORD_ATTR_OPT_RR] = 9,	[WORD_ATTR_OPT_LSRR] = 255,
	[WORD_ATTR_OPT_SSRR] = 255, [WORD_ATTR_OPT_RA] = 65535, [WORD_ATTR_PAD] = 1500,
	[WORD_OPTION_MSS] = 65535,  [WORD_OPTION_WSCALE] = 255, [WORD_ARP_OP] = 65535,
	[WORD_ARP_HTYPE] = 65535,   [WORD_ARP_PTYPE] = 65535,	[WORD_ARP_HLEN] = 255,
	[WORD_ARP_PLEN] = 255,	    [WORD_ARP_PAD] = 1500,
};

/* Stamps have no limit but their four bytes. */
u64 packet_value_limit(u32 word, u32 n)
{
	assert(word < WORD_MAX);
	if (word == WORD_ATTR_OPT_TS)
		return n == 0 ? 255 : n == 1 ? 9 : U32_MAX;
	return word_limits[word] != 0 ? word_limits[word] : U32_MAX;
}

bool packet_word_repeats(u32 word)
{
	assert(word < WORD_MAX);
	if (packet_words[word].list == LIST_ATTR)
		return word >= WORD_ATTR_OPT_EOL && word <= WORD_ATTR_OPT_RAW;
	return packet_words[word].list == LIST_OPTION || packet_words[word].list == LIST_ENCAP;
}

bool packet_word_is_mac(u32 word)
{
	return word == WORD_ARP_SHA || word == WORD_ARP_THA;
}

u32 packet_attr_list(u32 kind)
{
	return kind == PACKET_ARP ? LIST_ARP : LIST_ATTR;
}

u32 packet_find_word(const struct script *s, u32 list, u32 word)
{
	assert(word < WORD_MAX);
	while (list != 0 && s->expr[list].symbol != word)
		list = s->expr[list].next;
	return list;
}

bool packet_line_ts(const struct script *s, const struct packet *p, u32 *val, u32 *ecr)
{
	u32 ts = packet_find_word(s, p->options, WORD_OPTION_TS), at;

	if (ts == 0)
		return false;
	at = s->expr[ts].first;
	*val = (u32)s->expr[at].value;
	*ecr = (u32)s->expr[s->expr[at].next].value;
	return true;
}

bool packet_icmp_is_error(u32 type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

bool packet_is_hex_word(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (hex_value(text[i]) < 0)
			return false;
	}
	return len != 0 && len % 2 == 0;
}

/* --- ICMP's names
 * --------------------------------------------------------------------------------- */

struct icmp_name {
	int code; /* -1: a type */
	u8 type;
	const char *word;
};

static const struct icmp_name icmp_names[] = {
#define T(type_, word_)	       { .code = -1, .type = (type_), .word = (word_) },
#define C(type_, code_, word_) { .code = (code_), .type = (type_), .word = (word_) },
#include "harness/script/icmp_names.def"
#undef T
#undef C
};

static bool same_word(const char *word, const char *text, u32 len)
{
	return strlen(word) == len && memcmp(word, text, len) == 0;
}

int icmp_type_of(const char *word, u32 len)
{
	for (u32 i = 0; i < ARRAY_SIZE(icmp_names); i++) {
		if (icmp_names[i].code < 0 && same_word(icmp_names[i].word, word, len))
			return icmp_names[i].type;
	}
	return -1;
}

int icmp_code_of(u32 type, const char *word, u32 len)
{
	for (u32 i = 0; i < ARRAY_SIZE(icmp_names); i++) {
		if (icmp_names[i].code >= 0 && icmp_names[i].type == type &&
		    same_word(icmp_names[i].word, word, len))
			return icmp_names[i].code;
	}
	return -1;
}

static const char *icmp_name_of(u32 type, int code)
{
	for (u32 i = 0; i < ARRAY_SIZE(icmp_names); i++) {
		if (icmp_names[i].type == type && icmp_names[i].code == code)
			return icmp_names[i].word;
	}
	return NULL;
}

const char *icmp_type_name(u32 type)
{
	return icmp_name_of(type, -1);
}

const char *icmp_code_name(u32 type, u32 code)
{
	assert(code <= 255);
	return icmp_name_of(type, (int)code);
}

/* --- sizes
 * ---------------------------------------------------------------------------------------- */

static u32 count_children(const struct script *s, const struct expr *field)
{
	u32 n = 0;

	for (u32 i = field->first; i != 0; i = s->expr[i].next)
		n++;
	return n;
}

static u32 bytes_of_child(const struct script *s, const struct expr *field)
{
	const struct expr *e = &s->expr[field->first];

	if (field->first == 0)
		return 0;
	return e->kind == EXPR_HEX ? e->text.len : (u32)PACKET_NAMED_BYTES;
}

/* Slots are the number that stands at this place among the children. */
static u32 slots_of(const struct script *s, const struct expr *field, u32 at)
{
	u32 i = field->first;

	while (at-- != 0 && i != 0)
		i = s->expr[i].next;
	return i != 0 ? (u32)s->expr[i].value : 0;
}

u32 packet_option_bytes(const struct script *s, const struct expr *field)
{
	assert(field->symbol < WORD_MAX);
	switch (field->symbol) {
	case WORD_OPTION_MSS:
	case WORD_ATTR_OPT_RA:
		return 4;
	case WORD_OPTION_WSCALE:
		return 3;
	case WORD_OPTION_SACKOK:
		return 2;
	case WORD_OPTION_TS:
		return 10;
	case WORD_OPTION_SACK:
		return 2 + 8 * count_children(s, field);
	case WORD_OPTION_FO:
	case WORD_OPTION_MD5:
		return 2 + bytes_of_child(s, field);
	case WORD_OPTION_FOEXP:
		return 4 + bytes_of_child(s, field);
	case WORD_OPTION_RAW:
	case WORD_ATTR_OPT_RAW:
		return bytes_of_child(s, field);
	case WORD_ATTR_OPT_RR:
		return 3 + 4 * slots_of(s, field, 0);
	case WORD_ATTR_OPT_TS:
		return 4 + 4 * min_u32(slots_of(s, field, 1), PACKET_OPTIONS_MAX);
	case WORD_ATTR_OPT_LSRR:
	case WORD_ATTR_OPT_SSRR:
		return 3 + 4 * (count_children(s, field) - (field->first != 0));
	default:
		return packet_word_repeats(field->symbol) ? 1 : 0;
	}
}

/* A list may be as long as the text is: no sum of what does not fit. */
u32 packet_options_bytes(const struct script *s, u32 list)
{
	u32 sum = 0;

	for (; list != 0 && sum <= PACKET_OPTIONS_MAX; list = s->expr[list].next) {
		if (s->expr[list].symbol < WORD_MAX && packet_word_repeats(s->expr[list].symbol))
			sum += min_u32(packet_option_bytes(s, &s->expr[list]),
				       PACKET_OPTIONS_MAX + 1);
	}
	return sum;
}

static u32 encap_bytes(const struct script *s, u32 list)
{
	u32 sum = 0;

	for (; list != 0; list = s->expr[list].next) {
		sum += s->expr[list].symbol != WORD_ENCAP_GRE_BARE ? (u32)IPV4_HLEN : 0;
		sum += s->expr[list].symbol != WORD_ENCAP_IPV4 ? (u32)PACKET_GRE_HLEN : 0;
	}
	return sum;
}

u32 packet_header_bytes(const struct script *s, const struct packet *p)
{
	static const u8 l4[PACKET_KINDS] = { [PACKET_TCP] = PACKET_TCP_HLEN,
					     [PACKET_UDP] = PACKET_UDP_HLEN,
					     [PACKET_UDPLITE] = PACKET_UDP_HLEN,
					     [PACKET_ICMP] = PACKET_ICMP_HLEN };
	u32 bytes = l4[p->kind];

	if ((packet_kinds[p->kind].parts & PART_STOCK) == 0)
		return 0;
	bytes += encap_bytes(s, p->encaps) + IPV4_HLEN;
	bytes += ALIGN_UP(packet_options_bytes(s, p->attrs), 4u);
	bytes += ALIGN_UP(packet_options_bytes(s, p->options), 4u);
	return bytes + ((p->flags & QUOTES) != 0 ? (u32)PACKET_QUOTE_BYTES : 0);
}

u32 packet_room(const struct script *s, const struct packet *p)
{
	if (p->kind == PACKET_RAW || p->kind == PACKET_ETH)
		return PACKET_BYTES_MAX - PACKET_ETH_HLEN;
	return PACKET_TOTAL_MAX - packet_header_bytes(s, p);
}

/* --- one look
 * ------------------------------------------------------------------------------------- */

static void normal_number(struct expr *e, bool hex, u64 limit)
{
	assert(e->kind == EXPR_NUMBER);
	e->hex = hex;
	e->negative = false;
	e->first = 0;
	if (e->value > limit)
		e->value = limit == U32_MAX ? (e->value & U32_MAX) : e->value % (limit + 1);
}

static u32 zero_of(struct script *s, enum expr_kind kind)
{
	u32 e = script_add_expr(s, kind);

	if (kind == EXPR_RANGE) {
		u32 from = script_add_expr(s, EXPR_NUMBER), to = script_add_expr(s, EXPR_NUMBER);

		s->expr[e].first = from;
		s->expr[from].next = to;
	}
	return e;
}

static void normal_range(struct script *s, u32 range)
{
	u32 child[2] = { s->expr[range].first, 0 };

	child[1] = child[0] != 0 ? s->expr[child[0]].next : 0;
	for (u32 i = 0; i < 2; i++) {
		if (child[i] == 0 || s->expr[child[i]].kind != EXPR_NUMBER)
			child[i] = script_add_expr(s, EXPR_NUMBER);
		normal_number(&s->expr[child[i]], false, U32_MAX);
	}
	s->expr[range].first = child[0];
	s->expr[child[0]].next = child[1];
	s->expr[child[1]].next = 0;
}

static bool is_name(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++)
		if (!is_word(text[i]))
			return false;
	return len != 0 && !is_digit(*text) && !script_is_taken(text, len);
}

/* Bytes, or a name that nobody would take for bytes; false: neither. */
static bool normal_bytes(struct script *s, u32 at)
{
	struct expr *e = &s->expr[at];
	const char *text = script_text(s, e->text);
	u8 bytes[PACKET_OPTIONS_MAX];

	if (e->kind == EXPR_HEX) {
		e->text.len = min_u32(e->text.len, PACKET_OPTIONS_MAX);
		return e->text.len != 0;
	}
	if (e->kind != EXPR_NAME || !is_name(text, e->text.len))
		return false;
	if (packet_is_hex_word(text, e->text.len)) {
		u32 n = min_u32(e->text.len / 2, PACKET_OPTIONS_MAX);

		for (u32 i = 0; i < n; i++)
			bytes[i] = (u8)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
		e->kind = EXPR_HEX;
		e->text = script_add_text(s, bytes, n);
	}
	return true;
}

/* Only what its kind has. */
static void plain(struct expr *e)
{
	e->hex = e->negative = false;
	e->value = 0;
	e->first = 0;
}

/* Makes of a child what the letter wants; false when it cannot be that. */
static bool normal_value(struct script *s, u32 at, char letter, u64 limit)
{
	struct expr *e = &s->expr[at];

	switch (letter) {
	case 'n':
	case 'x':
		if (e->kind != EXPR_NUMBER)
			return false;
		normal_number(e, letter == 'x', limit);
		return true;
	case 'a':
		e->hex = e->negative = false;
		e->first = 0;
		e->value &= U32_MAX;
		return e->kind == EXPR_ADDR;
	case 'r':
		if (e->kind != EXPR_RANGE)
			return false;
		e->hex = e->negative = false;
		e->value = 0;
		normal_range(s, at);
		return true;
	default:
		assert(letter == 'b');
		plain(e);
		return normal_bytes(s, at);
	}
}

static enum expr_kind letter_kind(char letter)
{
	return letter == 'a' ? EXPR_ADDR : letter == 'r' ? EXPR_RANGE : EXPR_NUMBER;
}

/* Children as the word's letters want them: what is missing is zero, what is too much goes. */
static void normal_children(struct script *s, u32 field)
{
	u32 word = s->expr[field].symbol, child = s->expr[field].first, last = 0, n = 0;
	const char *letter = packet_words[word].values;

	plain(&s->expr[field]);
	while (*letter != '\0') {
		bool any = letter[1] == '*' || *letter == 'b';
		u32 at = child, next = child != 0 ? s->expr[child].next : 0;

		if (child == 0 && any)
			break;
		if (child == 0 || !normal_value(s, child, *letter, packet_value_limit(word, n))) {
			at = any ? 0 : zero_of(s, letter_kind(*letter));
			if (at != 0)
				(void)normal_value(s, at, *letter, packet_value_limit(word, n));
		}
		child = next;
		if (at != 0) {
			s->expr[at].next = 0;
			*(last != 0 ? &s->expr[last].next : &s->expr[field].first) = at;
			last = at;
			n++;
		}
		letter += letter[1] != '*';
	}
}

bool packet_slots_ok(const struct script *s, const struct expr *field)
{
	if (field->symbol == WORD_ATTR_OPT_RR)
		return count_children(s, field) <= slots_of(s, field, 0) + 1;
	if (field->symbol == WORD_ATTR_OPT_TS)
		return count_children(s, field) <= slots_of(s, field, 1) + 2;
	return true;
}

/* A record has no more entries than slots. */
static void normal_slots(struct script *s, u32 field)
{
	u32 word = s->expr[field].symbol, at = s->expr[field].first, slots;

	if (word != WORD_ATTR_OPT_RR && word != WORD_ATTR_OPT_TS)
		return;
	slots = slots_of(s, &s->expr[field], word == WORD_ATTR_OPT_TS);
	if (word == WORD_ATTR_OPT_TS)
		at = s->expr[at].next;
	for (; slots != 0 && s->expr[at].next != 0; slots--)
		at = s->expr[at].next;
	s->expr[at].next = 0;
}

/* A list while it is sorted out: one that is kept may be no longer than this. */
struct kept {
	u32 n, at[PACKET_WORDS_MAX];
};

static bool is_kept(const struct script *s, const struct kept *k, u32 word)
{
	for (u32 i = 0; i < k->n; i++) {
		if (s->expr[k->at[i]].symbol == word)
			return true;
	}
	return false;
}

static u32 chain(struct script *s, const struct kept *k)
{
	for (u32 i = 0; i < k->n; i++)
		s->expr[k->at[i]].next = i + 1 < k->n ? k->at[i + 1] : 0;
	return k->n != 0 ? k->at[0] : 0;
}

/* A list keeps the words that belong there, once each unless they are options, as many of those as
 * a header has room for.
 */
static struct kept keep_words(struct script *s, u32 list, u32 which)
{
	u32 room = PACKET_OPTIONS_MAX, bytes;
	struct kept k = { 0 };

	for (; list != 0 && k.n < PACKET_WORDS_MAX; list = s->expr[list].next) {
		u32 word = s->expr[list].symbol;

		if (s->expr[list].kind != EXPR_FIELD || word >= WORD_MAX ||
		    packet_words[word].list != which)
			continue;
		if (!packet_word_repeats(word) && is_kept(s, &k, word))
			continue;
		normal_children(s, list);
		normal_slots(s, list);
		bytes = packet_option_bytes(s, &s->expr[list]);
		if (which == LIST_ENCAP || bytes <= room) {
			room -= which == LIST_ENCAP ? 0 : bytes;
			k.at[k.n++] = list;
		}
	}
	return k;
}

static void normal_list(struct script *s, u32 *list, u32 which)
{
	struct kept k = keep_words(s, *list, which);

	*list = chain(s, &k);
}

/* GRE without addresses stands behind the IPv4 head that it is carried by. */
static void normal_encaps(struct script *s, u32 *list)
{
	struct kept all = keep_words(s, *list, LIST_ENCAP), k = { 0 };

	for (u32 i = 0; i < all.n && k.n < PACKET_ENCAPS_MAX; i++) {
		if (s->expr[all.at[i]].symbol == WORD_ENCAP_GRE_BARE &&
		    (k.n == 0 || s->expr[k.at[k.n - 1]].symbol != WORD_ENCAP_IPV4))
			continue;
		k.at[k.n++] = all.at[i];
	}
	*list = chain(s, &k);
}

/* tos stands in parentheses, behind the others. */
static void normal_stock(struct script *s, u32 *list)
{
	struct kept all = keep_words(s, *list, LIST_STOCK), k = { 0 };

	for (u32 tos = 0; tos < 2; tos++) {
		for (u32 i = 0; i < all.n; i++) {
			if ((s->expr[all.at[i]].symbol == WORD_STOCK_TOS) == (tos != 0))
				k.at[k.n++] = all.at[i];
		}
	}
	*list = chain(s, &k);
}

/* Right after the direction, and with nothing but ttl and tos in them, brackets are stock's. */
static void move_to_stock(struct script *s, struct packet *p)
{
	for (u32 at = p->attrs; at != 0; at = s->expr[at].next) {
		if (s->expr[at].symbol != WORD_ATTR_TTL && s->expr[at].symbol != WORD_ATTR_TOS)
			return;
	}
	for (u32 at = p->attrs; at != 0; at = s->expr[at].next)
		s->expr[at].symbol =
			s->expr[at].symbol == WORD_ATTR_TTL ? WORD_STOCK_TTL : WORD_STOCK_TOS;
	p->stock_attrs = p->attrs;
	p->attrs = 0;
	normal_stock(s, &p->stock_attrs);
}

static void normal_tcp(struct script *s, struct packet *p)
{
	p->tcp_flags &= 511;
	if (p->incoming) {
		p->flags |= PACKET_HAS_WIN;
		p->flags &= ~(u32)PACKET_ANY_OPTIONS;
	}
	if ((p->flags & PACKET_ANY_OPTIONS) != 0)
		p->options = 0;
	if ((p->flags & PACKET_HAS_ACK) == 0)
		p->ack = 0;
	if ((p->flags & PACKET_HAS_WIN) == 0)
		p->win = 0;
	if ((p->flags & PACKET_HAS_URG) == 0)
		p->urg = 0;
	normal_list(s, &p->options, LIST_OPTION);
}

static void normal_quote(struct packet *p)
{
	if ((p->flags & QUOTES) == QUOTES)
		p->flags &= ~(u32)PACKET_QUOTES_UDP;
	if ((p->flags & QUOTES) == 0)
		p->flags &= ~(u32)PACKET_QUOTES_FLOW;
	else
		p->flags &= ~(u32)PACKET_HAS_LEN;
	if ((p->flags & PACKET_QUOTES_FLOW) == 0) {
		p->quote_saddr = p->quote_daddr = 0;
		p->quote_sport = p->quote_dport = 0;
	}
	if ((p->flags & (QUOTES | PACKET_HAS_LEN)) == 0)
		p->len = 0;
	if ((p->flags & PACKET_HAS_LEN) == 0)
		p->payload = 0;
}

static void normal_icmp(struct packet *p)
{
	if ((p->flags & PACKET_HAS_GATEWAY) != 0)
		p->flags &= ~(u32)(PACKET_HAS_ID | PACKET_HAS_ICMP_SEQ | PACKET_HAS_MTU);
	if ((p->flags & PACKET_HAS_MTU) != 0)
		p->flags &= ~(u32)PACKET_HAS_ICMP_SEQ;
	p->mtu = (p->flags & PACKET_HAS_MTU) != 0 ? p->mtu & 0xffff : 0;
	if ((p->flags & PACKET_HAS_CODE) == 0)
		p->icmp_code = 0;
	if ((p->flags & PACKET_HAS_ID) == 0)
		p->icmp_id = 0;
	if ((p->flags & PACKET_HAS_ICMP_SEQ) == 0)
		p->icmp_seq = 0;
	if ((p->flags & PACKET_HAS_GATEWAY) == 0)
		p->gateway = 0;
	normal_quote(p);
}

static void normal_arp(struct packet *p)
{
	if (p->arp_op != ARP_REPLY)
		p->arp_op = ARP_WHO_HAS;
	p->flags &= ~(u32)PACKET_HAS_MAC;
	if (p->arp_op == ARP_REPLY) {
		p->flags |= PACKET_HAS_MAC;
		p->daddr = 0;
	} else {
		memset(p->is_at, 0, sizeof(p->is_at));
	}
}

/* What a kind does not have is zero. */
static void drop_parts(struct packet *p)
{
	u32 parts = packet_kinds[p->kind].parts;

	p->flags = (p->flags & packet_kinds[p->kind].flags) | packet_kinds[p->kind].flags_set;
	if ((parts & PART_STOCK) == 0)
		p->stock_attrs = 0;
	if ((parts & PART_ENCAPS) == 0)
		p->encaps = 0;
	if ((parts & PART_ATTRS) == 0)
		p->attrs = 0;
	if ((parts & PART_ARP) == 0) {
		p->arp_op = 0;
		memset(p->is_at, 0, sizeof(p->is_at));
		if ((p->flags & PACKET_HAS_ADDRS) == 0)
			p->saddr = p->daddr = 0;
	}
	if ((p->flags & PACKET_HAS_PORTS) == 0)
		p->sport = p->dport = 0;
	if ((parts & PART_TCP) == 0) {
		p->tcp_flags = p->win = p->urg = 0;
		p->ack = p->options = 0;
	}
	if ((parts & PART_ICMP) == 0) {
		p->icmp_type = p->icmp_code = 0;
		p->icmp_id = p->icmp_seq = p->quote_sport = p->quote_dport = 0;
		p->mtu = p->gateway = p->quote_saddr = p->quote_daddr = 0;
	}
	if ((parts & PART_PROTO) == 0)
		p->proto = 0;
	if ((p->flags & PACKET_HAS_TYPE) == 0)
		p->eth_type = 0;
	if ((p->flags & PACKET_HAS_ETH) == 0)
		memset(p->mac, 0, sizeof(p->mac));
	if ((parts & PART_LEN) == 0)
		p->len = 0;
}

/* A frame as it is: one byte or more, in hex. */
static void normal_raw(struct script *s, struct packet *p)
{
	static const u8 nothing[1];

	if (p->payload == 0 || s->expr[p->payload].kind == EXPR_PATTERN ||
	    s->expr[p->payload].text.len == 0) {
		struct text text = script_add_text(s, nothing, sizeof(nothing));

		p->payload = script_add_expr(s, EXPR_HEX);
		s->expr[p->payload].text = text;
	}
	s->expr[p->payload].kind = EXPR_HEX;
}

static void normal_payload(struct script *s, struct packet *p)
{
	u32 room = packet_room(s, p);
	struct expr *e = &s->expr[p->payload];
	bool bytes = p->payload != 0 && (e->kind == EXPR_STRING || e->kind == EXPR_HEX);

	if ((packet_kinds[p->kind].parts & PART_PAYLOAD) == 0 ||
	    (p->payload != 0 && !bytes && e->kind != EXPR_PATTERN)) {
		p->payload = 0;
		bytes = false;
	}
	if (bytes) {
		e->text.len = min_u32(e->text.len, room);
		if (e->text.len == 0)
			e->kind = EXPR_STRING;
		if ((packet_kinds[p->kind].parts & PART_LEN) != 0)
			p->len = e->text.len;
	}
	p->len = min_u32(p->len, room);
	if (p->payload != 0) {
		u64 seed = bytes ? 0 : e->value;

		plain(e);
		e->value = seed;
		e->next = 0;
	}
	if (p->kind == PACKET_ETH) {
		p->flags &= ~(u32)PACKET_HAS_LEN;
		if (p->payload != 0 && !bytes)
			p->flags |= PACKET_HAS_LEN;
		else
			p->len = 0;
	} else if (p->kind == PACKET_RAW) {
		normal_raw(s, p);
	}
}

static void normal_seq(struct packet *p)
{
	if (p->kind == PACKET_TCP || (p->flags & PACKET_QUOTES_TCP) != 0)
		p->end_seq = p->seq + p->len;
	else
		p->seq = p->end_seq = 0;
}

void packet_normalise(struct script *s, struct packet *p)
{
	p->kind %= PACKET_KINDS;
	drop_parts(p);
	normal_stock(s, &p->stock_attrs);
	normal_encaps(s, &p->encaps);
	normal_list(s, &p->attrs, packet_attr_list(p->kind));
	if (p->stock_attrs == 0 && p->attrs != 0 && p->kind != PACKET_ARP &&
	    (p->flags & (PACKET_HAS_ADDRS | PACKET_HAS_PORTS)) == 0)
		move_to_stock(s, p);
	if (p->kind == PACKET_TCP)
		normal_tcp(s, p);
	if (p->kind == PACKET_ICMP)
		normal_icmp(p);
	if (p->kind == PACKET_ARP)
		normal_arp(p);
	normal_payload(s, p);
	normal_seq(p);
}
