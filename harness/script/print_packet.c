// SPDX-License-Identifier: MIT
/* print_packet.c - a packet line as text. What it prints the parser reads as the same packet.
 */
#include "harness/script/packet_internal.h"

#include "harness/lib/inet_text.h"

#include <assert.h>
#include <string.h>

static void print_addr(struct printer *pr, u32 addr)
{
	print_text(pr, INET_FORM, INET_PARTS(addr));
}

static void print_mac(struct printer *pr, const u8 mac[6])
{
	for (u32 i = 0; i < 6; i++)
		print_text(pr, "%s%02x", i != 0 ? ":" : "", mac[i]);
}

static void print_digits(struct printer *pr, struct text bytes)
{
	const char *text = script_text(pr->script, bytes);

	for (u32 i = 0; i < bytes.len; i++)
		print_text(pr, "%02x", (u8)text[i]);
}

static u32 number_at(const struct printer *pr, u32 expr)
{
	return (u32)pr->script->expr[expr].value;
}

static void print_word_bytes(struct printer *pr, u32 word, const struct expr *e)
{
	if (e->kind == EXPR_NAME)
		print_text(pr, "%.*s", (int)e->text.len, script_text(pr->script, e->text));
	else if (packet_word_is_mac(word) && e->text.len == 6)
		print_mac(pr, (const u8 *)script_text(pr->script, e->text));
	else
		print_digits(pr, e->text);
}

static void print_value(struct printer *pr, u32 word, u32 value)
{
	const struct expr *e = &pr->script->expr[value];
	u32 to;

	switch (e->kind) {
	case EXPR_NUMBER:
		print_text(pr, e->hex ? "0x%x" : "%u", (u32)e->value);
		break;
	case EXPR_ADDR:
		print_addr(pr, (u32)e->value);
		break;
	case EXPR_RANGE:
		to = pr->script->expr[e->first].next;
		print_text(pr, "%u:%u", number_at(pr, e->first), number_at(pr, to));
		break;
	default:
		print_word_bytes(pr, word, e);
	}
}

/* A word and its values: mss 1460; TS val 1 ecr 2. */
static void print_field(struct printer *pr, u32 field)
{
	static const char *const stamp[2] = { " val ", " ecr " };
	const struct expr *e = &pr->script->expr[field];
	u32 word = e->symbol, n = 0;

	assert(e->kind == EXPR_FIELD);
	assert(word < WORD_MAX);
	print_text(pr, "%s", packet_words[word].word);
	for (u32 i = e->first; i != 0; i = pr->script->expr[i].next) {
		print_text(pr, "%s", word == WORD_OPTION_TS && n < 2 ? stamp[n] : " ");
		print_value(pr, word, i);
		n++;
	}
}

void packet_print_words(struct printer *pr, u32 list, const char *between)
{
	for (; list != 0; list = pr->script->expr[list].next) {
		print_field(pr, list);
		print_text(pr, "%s", pr->script->expr[list].next != 0 ? between : "");
	}
}

static void print_encaps(struct printer *pr, u32 list)
{
	const struct expr *expr = pr->script->expr;

	for (; list != 0; list = expr[list].next) {
		print_text(pr, "%s", packet_words[expr[list].symbol].word);
		if (expr[list].first != 0) {
			print_text(pr, " ");
			print_addr(pr, number_at(pr, expr[list].first));
			print_text(pr, " > ");
			print_addr(pr, number_at(pr, expr[expr[list].first].next));
		}
		print_text(pr, ": ");
	}
}

/* [ect0, ttl 64] (tos 0x10) */
static void print_stock(struct printer *pr, u32 list)
{
	const struct expr *expr = pr->script->expr;
	bool open = false;

	for (; list != 0; list = expr[list].next) {
		bool tos = expr[list].symbol == WORD_STOCK_TOS;

		if (tos) {
			print_text(pr, "(");
		} else {
			print_text(pr, "%s", open ? ", " : "[");
			open = true;
		}
		print_field(pr, list);
		if (tos)
			print_text(pr, ") ");
		else if (expr[list].next == 0 || expr[expr[list].next].symbol == WORD_STOCK_TOS)
			print_text(pr, "] ");
	}
}

static void print_flow(struct printer *pr, const struct packet *p)
{
	bool addrs = (p->flags & PACKET_HAS_ADDRS) != 0;
	bool ports = (p->flags & PACKET_HAS_PORTS) != 0;
	const char *colon = addrs ? ":" : "";

	if (!addrs && !ports)
		return;
	if (addrs)
		print_addr(pr, p->saddr);
	if (ports)
		print_text(pr, "%s%u", colon, p->sport);
	print_text(pr, " > ");
	if (addrs)
		print_addr(pr, p->daddr);
	if (ports)
		print_text(pr, "%s%u", colon, p->dport);
	print_text(pr, " ");
}

static void print_attrs(struct printer *pr, u32 list)
{
	if (list == 0)
		return;
	print_text(pr, "[");
	packet_print_words(pr, list, ", ");
	print_text(pr, "] ");
}

static void print_payload(struct printer *pr, u32 payload)
{
	if (payload == 0)
		return;
	print_text(pr, " ");
	print_expr(pr, payload);
}

static void print_tcp(struct printer *pr, const struct packet *p)
{
	for (u32 i = 0; i < PACKET_FLAGS; i++) {
		if ((p->tcp_flags & packet_flag_bits[i]) != 0)
			print_text(pr, "%c", packet_flag_letters[i]);
	}
	print_text(pr, "%s %u:%u(%u)", p->tcp_flags == 0 ? "-" : "", p->seq, p->end_seq, p->len);
	if ((p->flags & PACKET_HAS_ACK) != 0)
		print_text(pr, " ack %u", p->ack);
	if ((p->flags & PACKET_HAS_WIN) != 0)
		print_text(pr, " win %u", p->win);
	if ((p->flags & PACKET_HAS_URG) != 0)
		print_text(pr, " urg %u", p->urg);
	if ((p->flags & PACKET_ANY_OPTIONS) != 0)
		print_text(pr, " <...>");
	if (p->options != 0) {
		print_text(pr, " <");
		packet_print_words(pr, p->options, ",");
		print_text(pr, ">");
	}
	print_payload(pr, p->payload);
}

static void print_udp(struct printer *pr, const struct packet *p)
{
	print_text(pr, "%s (%u)", packet_kinds[p->kind].word, p->len);
	print_payload(pr, p->payload);
}

static void print_ip(struct printer *pr, const struct packet *p)
{
	print_text(pr, "ip proto %u (%u)", p->proto, p->len);
	print_payload(pr, p->payload);
}

static void print_name(struct printer *pr, const char *name, u32 number)
{
	if (name != NULL)
		print_text(pr, " %s", name);
	else
		print_text(pr, " %u", number);
}

static void print_quote(struct printer *pr, const struct packet *p)
{
	if ((p->flags & (PACKET_QUOTES_TCP | PACKET_QUOTES_UDP)) == 0)
		return;
	print_text(pr, " [");
	if ((p->flags & PACKET_QUOTES_FLOW) != 0) {
		print_addr(pr, p->quote_saddr);
		print_text(pr, ":%u > ", p->quote_sport);
		print_addr(pr, p->quote_daddr);
		print_text(pr, ":%u ", p->quote_dport);
	}
	if ((p->flags & PACKET_QUOTES_UDP) != 0)
		print_text(pr, "udp (%u)]", p->len);
	else
		print_text(pr, "%u:%u(%u)]", p->seq, p->end_seq, p->len);
}

static void print_icmp(struct printer *pr, const struct packet *p)
{
	print_text(pr, "icmp");
	print_name(pr, icmp_type_name(p->icmp_type), p->icmp_type);
	if ((p->flags & PACKET_HAS_CODE) != 0)
		print_name(pr, icmp_code_name(p->icmp_type, p->icmp_code), p->icmp_code);
	if ((p->flags & PACKET_HAS_ID) != 0)
		print_text(pr, " id %u", p->icmp_id);
	if ((p->flags & PACKET_HAS_ICMP_SEQ) != 0)
		print_text(pr, " seq %u", p->icmp_seq);
	if ((p->flags & PACKET_HAS_MTU) != 0)
		print_text(pr, " mtu %u", p->mtu);
	if ((p->flags & PACKET_HAS_GATEWAY) != 0) {
		print_text(pr, " gw ");
		print_addr(pr, p->gateway);
	}
	if ((p->flags & PACKET_HAS_LEN) != 0)
		print_text(pr, " (%u)", p->len);
	print_payload(pr, p->payload);
	print_quote(pr, p);
}

static void print_arp(struct printer *pr, const struct packet *p)
{
	print_text(pr, "arp ");
	print_attrs(pr, p->attrs);
	print_text(pr, "%s ", p->arp_op == ARP_REPLY ? "reply" : "who-has");
	print_addr(pr, p->arp_op == ARP_REPLY ? p->saddr : p->daddr);
	if (p->arp_op == ARP_REPLY) {
		print_text(pr, " is-at ");
		print_mac(pr, p->is_at);
	} else {
		print_text(pr, " tell ");
		print_addr(pr, p->saddr);
	}
}

static void print_eth(struct printer *pr, const struct packet *p)
{
	if ((p->flags & PACKET_HAS_TYPE) != 0)
		print_text(pr, " type 0x%04x", p->eth_type);
	if ((p->flags & PACKET_HAS_LEN) != 0)
		print_text(pr, " (%u)", p->len);
	print_payload(pr, p->payload);
}

static void print_raw(struct printer *pr, const struct packet *p)
{
	print_expr(pr, p->payload);
}

static void (*const print_kind[PACKET_KINDS])(struct printer *pr, const struct packet *p) = {
	[PACKET_TCP] = print_tcp,   [PACKET_UDP] = print_udp, [PACKET_UDPLITE] = print_udp,
	[PACKET_ICMP] = print_icmp, [PACKET_IP] = print_ip,   [PACKET_ARP] = print_arp,
	[PACKET_ETH] = print_eth,   [PACKET_RAW] = print_raw,
};

/* Stock has ttl and tos in brackets too, but only before the flow, which it has no addresses in. */
static bool attrs_are_stock(const struct script *s, const struct packet *p)
{
	bool tos = false, ok = p->kind != PACKET_ARP && p->stock_attrs == 0;

	for (u32 at = p->attrs; at != 0; at = s->expr[at].next) {
		ok = ok && (s->expr[at].symbol == WORD_ATTR_TTL ||
			    (s->expr[at].symbol == WORD_ATTR_TOS && !tos));
		tos = tos || s->expr[at].symbol == WORD_ATTR_TOS;
	}
	return ok;
}

static void print_head(struct printer *pr, const struct packet *p)
{
	bool early = (pr->flags & PRINT_STOCK) != 0 && attrs_are_stock(pr->script, p);

	if ((p->flags & PACKET_HAS_ETH) != 0) {
		print_text(pr, "eth ");
		print_mac(pr, p->mac[0]);
		print_text(pr, " > ");
		print_mac(pr, p->mac[1]);
		print_text(pr, "%s", p->kind != PACKET_ETH ? " " : "");
	}
	print_encaps(pr, p->encaps);
	print_stock(pr, p->stock_attrs);
	if (early)
		print_attrs(pr, p->attrs);
	if (p->kind != PACKET_ARP)
		print_flow(pr, p);
	if (!early && p->kind != PACKET_ARP)
		print_attrs(pr, p->attrs);
}

void print_packet(struct printer *pr, const struct stmt *st)
{
	const struct packet *p = &st->packet;

	assert(st->kind == STMT_PACKET);
	assert(p->kind < PACKET_KINDS);
	print_text(pr, "%c ", p->incoming ? '<' : '>');
	print_head(pr, p);
	print_kind[p->kind](pr, p);
	if ((pr->flags & PRINT_STOCK) != 0 && packet_not_stock(pr->script, p) != NULL)
		pr->not_stock = true;
}

static bool option_is_stock(const struct expr *e)
{
	return e->symbol != WORD_OPTION_RAW;
}

static const char *options_not_stock(const struct script *s, u32 list)
{
	for (; list != 0; list = s->expr[list].next) {
		if (!option_is_stock(&s->expr[list]))
			return "a TCP option in hex";
	}
	return NULL;
}

const char *packet_not_stock(const struct script *s, const struct packet *p)
{
	static const char *const kinds[PACKET_KINDS] = { [PACKET_UDPLITE] = "a UDP-Lite packet",
							 [PACKET_IP] = "a packet of any protocol",
							 [PACKET_ARP] = "an ARP packet",
							 [PACKET_ETH] = "an Ethernet frame",
							 [PACKET_RAW] = "a frame in hex" };
	static const struct {
		u32 flag;
		const char *what;
	} flags[] = { { PACKET_HAS_ETH, "an Ethernet header" },
		      { PACKET_HAS_ADDRS, "addresses before a packet" },
		      { PACKET_HAS_ID, "an ICMP identifier" },
		      { PACKET_HAS_ICMP_SEQ, "an ICMP sequence number" },
		      { PACKET_HAS_GATEWAY, "a gateway in an ICMP packet" },
		      { PACKET_QUOTES_FLOW, "addresses in a quoted packet" } };

	if (kinds[p->kind] != NULL)
		return kinds[p->kind];
	for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
		if ((p->flags & flags[i].flag) != 0)
			return flags[i].what;
	}
	if (p->kind == PACKET_ICMP && (p->flags & PACKET_HAS_LEN) != 0)
		return "a payload of an ICMP packet";
	if (p->payload != 0)
		return "bytes of a payload";
	if (!attrs_are_stock(s, p) && p->attrs != 0)
		return "fields of the IPv4 header";
	return options_not_stock(s, p->options);
}
