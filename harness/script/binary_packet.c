// SPDX-License-Identifier: MIT
/* binary_packet.c - see binary.h: packet lines of the binary form. Only what a kind of packet has
 * is there; packets.def says what each word holds.
 */
#include "harness/script/binary.h"

#include <string.h>

#include "base/check.h"
#include "harness/script/parse_internal.h"

/* --- words: attributes, heads, options -----------------------------------------------------------
 */
/* Words by list: how many each has, and its n-th; of a word, the how many-th it is. */
struct word_places {
	u8 n[LIST_ARP + 1], of[LIST_ARP + 1][WORD_MAX], place[WORD_MAX];
};

/* Made when it is first asked for. */
static const struct word_places *word_places(void)
{
	static struct word_places p;
	static bool made;

	for (u32 w = 0; !made && w < WORD_MAX; w++) {
		u8 list = packet_words[w].list;

		p.place[w] = p.n[list];
		p.of[list][p.n[list]++] = (u8)w;
	}
	made = true;
	return &p;
}

static u32 place_of_word(enum packet_list list, u32 word)
{
	assert(packet_words[word].list == list);
	return word_places()->place[word];
}

static const struct numbers seqs = { (const u64[]){ 0, 1, 1001, 2001, 1000, 3001, 4001, 5001 }, 8 };

static u32 addr_expr(struct binary *b, u32 e)
{
	u64 v;

	e = binary_expr(b, e, EXPR_ADDR);
	v = binary_u64(b, binary_at(b, e)->value, 0, U32_MAX, numbers_addr);
	if (!b->encoding)
		binary_at(b, e)->value = v;
	return e;
}

static u32 range_expr(struct binary *b, u32 e)
{
	u32 from = b->encoding ? binary_at(b, e)->first : 0;
	u32 to = b->encoding ? binary_at(b, from)->next : 0;

	from = binary_plain(b, from, false, U32_MAX, seqs);
	to = binary_plain(b, to, false, U32_MAX, seqs);
	e = binary_expr(b, e, EXPR_RANGE);
	if (!b->encoding) {
		binary_at(b, from)->next = to;
		binary_at(b, e)->first = from;
	}
	return e;
}

static u32 word_part(struct binary *b, u32 e, char letter)
{
	switch (letter) {
	case 'a':
		return addr_expr(b, e);
	case 'r':
		return range_expr(b, e);
	case 'b':
		return binary_bytes(b, e);
	default:
		return binary_plain(b, e, letter == 'x', U32_MAX, numbers_small);
	}
}

static u32 word_expr(struct binary *b, u32 e, u32 word)
{
	const char *v = packet_words[word].values;
	struct chain c = { 0 };
	u32 part = b->encoding ? binary_at(b, e)->first : 0;
	u32 i = 0;

	/* "na*": a number, then as many addresses as there are. */
	while (v[0] != '\0') {
		bool many = v[1] == '*';
		char letter = v[0];
		u32 made;

		if (many && !binary_more(b, part != 0, i)) {
			v += 2;
			continue;
		}
		if (many)
			i++;
		else
			v++;
		made = word_part(b, part, letter);
		if (made == 0)
			continue;
		binary_link(b, &c, made);
		part = b->encoding ? binary_at(b, made)->next : 0;
	}
	e = binary_expr(b, e, EXPR_FIELD);
	if (!b->encoding) {
		binary_at(b, e)->symbol = (u16)word;
		binary_at(b, e)->first = c.first;
	}
	return e;
}

/* A chain of words; a zero ends it. */
static u32 word_list(struct binary *b, u32 e, enum packet_list list)
{
	struct chain c = { 0 };
	u32 n = word_places()->n[list];

	assert(n > 0);
	for (;;) {
		u8 v = binary_byte(
			b, e != 0 ? (u8)(place_of_word(list, binary_at(b, e)->symbol) + 1) : 0);

		if (v > n)
			v = (u8)(v % 4 != 0 ? 0 : v % n + 1);
		if (v == 0)
			return c.first;
		binary_link(b, &c, word_expr(b, e, word_places()->of[list][v - 1u]));
		e = b->encoding ? binary_at(b, e)->next : 0;
	}
}

/* --- flags ---------------------------------------------------------------------------------------
 */
enum { FLOW = PACKET_HAS_ADDRS | PACKET_HAS_PORTS, USUAL_FLAGS = 6 };

static const u32 usual_flags[PACKET_KINDS][USUAL_FLAGS] = {
	[PACKET_TCP] = { PACKET_HAS_SEQ | PACKET_HAS_ACK | PACKET_HAS_WIN,
			 PACKET_HAS_SEQ | PACKET_HAS_WIN, PACKET_HAS_SEQ | PACKET_HAS_ACK,
			 FLOW | PACKET_HAS_SEQ | PACKET_HAS_ACK | PACKET_HAS_WIN,
			 FLOW | PACKET_HAS_SEQ | PACKET_HAS_WIN,
			 PACKET_HAS_SEQ | PACKET_HAS_ACK | PACKET_ANY_OPTIONS },
	[PACKET_UDP] = { FLOW | PACKET_HAS_LEN, FLOW | PACKET_HAS_LEN, PACKET_HAS_LEN,
			 FLOW | PACKET_HAS_LEN, FLOW, FLOW | PACKET_HAS_LEN },
	[PACKET_UDPLITE] = { FLOW | PACKET_HAS_LEN, FLOW | PACKET_HAS_LEN, PACKET_HAS_LEN, FLOW,
			     FLOW | PACKET_HAS_LEN, FLOW },
	[PACKET_ICMP] = { PACKET_HAS_ADDRS | PACKET_HAS_CODE | PACKET_QUOTES_UDP,
			  PACKET_HAS_ADDRS | PACKET_HAS_ID | PACKET_HAS_ICMP_SEQ | PACKET_HAS_LEN,
			  PACKET_HAS_ADDRS | PACKET_HAS_CODE | PACKET_QUOTES_UDP |
				  PACKET_QUOTES_FLOW,
			  PACKET_HAS_ADDRS | PACKET_HAS_CODE | PACKET_HAS_MTU | PACKET_QUOTES_UDP,
			  PACKET_HAS_ADDRS | PACKET_HAS_CODE | PACKET_HAS_GATEWAY |
				  PACKET_QUOTES_UDP | PACKET_QUOTES_FLOW,
			  PACKET_HAS_CODE | PACKET_QUOTES_TCP },
	[PACKET_IP] = { PACKET_HAS_ADDRS | PACKET_HAS_LEN, PACKET_HAS_ADDRS | PACKET_HAS_LEN,
			PACKET_HAS_ADDRS, PACKET_HAS_LEN, PACKET_HAS_ADDRS | PACKET_HAS_LEN,
			PACKET_HAS_ADDRS },
	[PACKET_ARP] = { PACKET_HAS_MAC, 0, PACKET_HAS_MAC, 0, PACKET_HAS_MAC, PACKET_HAS_ETH },
	[PACKET_ETH] = { PACKET_HAS_TYPE, PACKET_HAS_TYPE, PACKET_HAS_TYPE, 0, PACKET_HAS_TYPE,
			 PACKET_HAS_TYPE },
};

/* What a line says at all: a usual set, or any. */
static void flags(struct binary *b, struct packet *p)
{
	static const u8 usual[] = { 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, USUAL_FLAGS };
	const struct packet_kind_info *k = &packet_kinds[p->kind];
	u32 set = 0, more = 0;

	while (set < USUAL_FLAGS &&
	       ((usual_flags[p->kind][set] & k->flags) | k->flags_set) != p->flags)
		set++;
	set = binary_choice(b, b->encoding ? set : 0, USUAL_FLAGS + 1,
			    (struct usual){ usual, ARRAY_SIZE(usual) });
	if (set < USUAL_FLAGS) {
		more = usual_flags[p->kind][set];
	} else {
		for (u32 i = 0; i < 24; i += 8)
			more |= (u32)binary_byte(b, (u8)(p->flags >> i)) << i;
	}
	if (!b->encoding)
		p->flags = (more & k->flags) | k->flags_set;
}

/* --- parts ---------------------------------------------------------------------------------------
 */
static u32 field(struct binary *b, u32 v, u32 max, struct numbers usual)
{
	return (u32)binary_u64(b, v, 0, max, usual);
}

static void mac(struct binary *b, u8 m[6])
{
	static const u8 usual[][6] = { { 2, 0, 0, 0, 0, 1 },
				       { 2, 0, 0, 0, 0, 2 },
				       { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
				       { 0 } };
	u32 n = ARRAY_SIZE(usual), i = 0;

	while (i < n && memcmp(usual[i], m, 6) != 0)
		i++;
	i = binary_choice(b, b->encoding ? i : 0, n + 1, (struct usual){ 0 });
	if (i < n && !b->encoding)
		memcpy(m, usual[i], 6);
	for (u32 k = 0; i == n && k < 6; k++)
		m[k] = binary_byte(b, m[k]);
}

static void tcp(struct binary *b, struct packet *p)
{
	const struct numbers usual = { (const u64[]){ TCPF_ACK, TCPF_SYN, TCPF_SYN | TCPF_ACK,
						      TCPF_PSH | TCPF_ACK, TCPF_FIN | TCPF_ACK,
						      TCPF_RST, TCPF_RST | TCPF_ACK },
				       7 };
	const struct numbers wins = { (const u64[]){ 257, 32792, 65535, 0, 1000, 20000 }, 6 };

	p->tcp_flags = (u16)field(b, p->tcp_flags, 511, usual);
	if ((p->flags & PACKET_HAS_SEQ) != 0)
		p->seq = field(b, p->seq, U32_MAX, seqs);
	if ((p->flags & PACKET_HAS_ACK) != 0)
		p->ack = field(b, p->ack, U32_MAX, seqs);
	if ((p->flags & PACKET_HAS_WIN) != 0)
		p->win = (u16)field(b, p->win, U16_MAX, wins);
	if ((p->flags & PACKET_HAS_URG) != 0)
		p->urg = (u16)field(b, p->urg, U16_MAX, numbers_small);
	p->options = word_list(b, p->options, LIST_OPTION);
}

static void quote(struct binary *b, struct packet *p)
{
	if ((p->flags & PACKET_QUOTES_TCP) != 0)
		p->seq = field(b, p->seq, U32_MAX, seqs);
	if ((p->flags & PACKET_QUOTES_FLOW) != 0) {
		p->quote_saddr = field(b, p->quote_saddr, U32_MAX, numbers_addr);
		p->quote_daddr = field(b, p->quote_daddr, U32_MAX, numbers_addr);
		p->quote_sport = (u16)field(b, p->quote_sport, U16_MAX, numbers_port);
		p->quote_dport = (u16)field(b, p->quote_dport, U16_MAX, numbers_port);
	}
}

static void icmp(struct binary *b, struct packet *p)
{
	const struct numbers types = { (const u64[]){ 8, 0, 3, 11, 5, 12, 13, 14 }, 8 };

	p->icmp_type = (u8)field(b, p->icmp_type, 255, types);
	if ((p->flags & PACKET_HAS_CODE) != 0)
		p->icmp_code = (u8)field(b, p->icmp_code, 255, numbers_small);
	if ((p->flags & PACKET_HAS_ID) != 0)
		p->icmp_id = (u16)field(b, p->icmp_id, U16_MAX, numbers_small);
	if ((p->flags & PACKET_HAS_ICMP_SEQ) != 0)
		p->icmp_seq = (u16)field(b, p->icmp_seq, U16_MAX, numbers_small);
	if ((p->flags & PACKET_HAS_MTU) != 0)
		p->mtu = field(b, p->mtu, U32_MAX, numbers_len);
	if ((p->flags & PACKET_HAS_GATEWAY) != 0)
		p->gateway = field(b, p->gateway, U32_MAX, numbers_addr);
	quote(b, p);
}

static void arp(struct binary *b, struct packet *p)
{
	const struct numbers ops = { (const u64[]){ ARP_WHO_HAS, ARP_REPLY }, 2 };

	p->arp_op = (u8)field(b, p->arp_op, 255, ops);
	p->saddr = field(b, p->saddr, U32_MAX, numbers_addr);
	p->daddr = field(b, p->daddr, U32_MAX, numbers_addr);
	if ((p->flags & PACKET_HAS_MAC) != 0)
		mac(b, p->is_at);
}

static void heads(struct binary *b, struct packet *p, u32 parts)
{
	if ((parts & PART_ETH) != 0 && (p->flags & PACKET_HAS_ETH || p->kind == PACKET_ETH)) {
		mac(b, p->mac[0]);
		mac(b, p->mac[1]);
	}
	if ((parts & PART_TYPE) != 0 && (p->flags & PACKET_HAS_TYPE) != 0)
		p->eth_type =
			(u16)field(b, p->eth_type, U16_MAX,
				   (struct numbers){ (const u64[]){ 0x800, 0x806, 0x86dd }, 3 });
	if ((parts & PART_STOCK) != 0)
		p->stock_attrs = word_list(b, p->stock_attrs, LIST_STOCK);
	if ((parts & PART_ENCAPS) != 0)
		p->encaps = word_list(b, p->encaps, LIST_ENCAP);
	if ((parts & PART_ADDRS) != 0 && (p->flags & PACKET_HAS_ADDRS) != 0) {
		p->saddr = field(b, p->saddr, U32_MAX, numbers_addr);
		p->daddr = field(b, p->daddr, U32_MAX, numbers_addr);
	}
	if ((parts & PART_PORTS) != 0 && (p->flags & PACKET_HAS_PORTS) != 0) {
		p->sport = (u16)field(b, p->sport, U16_MAX, numbers_port);
		p->dport = (u16)field(b, p->dport, U16_MAX, numbers_port);
	}
	if ((parts & PART_ATTRS) != 0)
		p->attrs = word_list(b, p->attrs, p->kind == PACKET_ARP ? LIST_ARP : LIST_ATTR);
}

/* TCP and what is quoted always say how many bytes; end_seq follows. */
static bool has_len(const struct packet *p)
{
	return p->kind == PACKET_TCP ||
	       (p->flags & (PACKET_HAS_LEN | PACKET_QUOTES_TCP | PACKET_QUOTES_UDP)) != 0;
}

void binary_packet(struct binary *b, struct packet *p)
{
	const struct numbers protos = { (const u64[]){ 253, 2, 1, 47, 50, 132 }, 6 };
	u32 both, parts;

	/* Kind and direction in one byte. */
	both = binary_choice(b, p->kind * 2u + p->incoming, 2 * PACKET_KINDS, (struct usual){ 0 });
	if (!b->encoding) {
		p->incoming = both % 2 != 0;
		p->kind = (u8)(both / 2);
	}
	flags(b, p);
	parts = packet_kinds[p->kind].parts;
	heads(b, p, parts);
	if ((parts & PART_TCP) != 0)
		tcp(b, p);
	if ((parts & PART_ICMP) != 0)
		icmp(b, p);
	if ((parts & PART_ARP) != 0)
		arp(b, p);
	if ((parts & PART_PROTO) != 0)
		p->proto = (u8)field(b, p->proto, 255, protos);
	if (has_len(p))
		p->len = field(b, p->len, U32_MAX, numbers_len);
	if ((parts & PART_PAYLOAD) != 0)
		p->payload = binary_payload(b, p->payload, true);
	if (!b->encoding)
		packet_normalise(b->s, p);
}
