// SPDX-License-Identifier: MIT
/* test_script_packet.c - packet lines as text: every form that there is is read, printed as it was
 * and read again; random packets survive the way through text; what is wrong is refused where it
 * is wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/script/packet_internal.h"

enum { RANDOM_PACKETS = 30000, WORDS_OF_LIST = 5, NOTICE = 400 };

/* --- lines
 * ---------------------------------------------------------------------------------------- */

/* As fmt has them. */
static const char *const canonical[] = {
	/* Stock's shapes. */
	"< S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>",
	"> S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>",
	"> S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 8>",
	"< . 1:1(0) ack 1 win 257",
	"> P. 1:1001(1000) ack 1",
	"> . 1:1(0) ack 1001 <nop,nop,TS val 0 ecr 4294967295>",
	"< . 1:1(0) ack 1 win 257 <sack 1001:2001 3001:4001,nop,nop>",
	"> F. 1001:1001(0) ack 2",
	"< FP. 1:11(10) ack 1 win 257",
	"< R. 1:1(0) ack 1 win 0",
	"> R 1:1(0) win 0 <opt 1e04aabb,eol>",
	"> S 0:0(0) <...>",
	"< SEW 0:0(0) win 65535 <mss 1000>",
	"< SEWA 0:0(0) win 65535 <mss 1000>",
	"> SE. 0:0(0) ack 1 <mss 1460>",
	"< - 1:1(0) win 65535",
	"< P. 1:2(1) ack 1 win 257 urg 1",
	"> S 0:0(0) <mss 1460,FO,nop,nop>",
	"> S 0:1000(1000) <mss 1460,FO 00ff00ff,nop,nop>",
	"< S 0:0(0) win 1 <FO MY_COOKIE,FOEXP,FOEXP abcd,md5 000102030405060708090a0b0c0d0e0f>",
	"> . 4294967295:1(2) ack 4294967295",
	"> [ect0] P. 1:2(1) ack 1",
	"> [noecn] . 1:1(0) ack 1",
	"> [ect01] . 1:1(0) ack 1",
	"> [ce] (tos 0xb8) . 1:1(0) ack 1",
	"> [ect1, ttl 64] (tos 0x10) 8080 > 1234 . 1:1(0) ack 1",
	"< icmp unreachable frag_needed mtu 1400 [1:1001(1000)]",
	"< icmp unreachable port_unreachable [udp (1000)]",
	"< icmp source_quench",
	"< udp (1000)",
	"> 8080 > 1234 udp (0)",
	"< ipv4 192.0.2.9 > 192.0.2.1: gre: . 1:1(0) ack 1 win 257",
	"< ipv4 192.0.2.9 > 192.0.2.1: [ect0] udp (3)",
	"> gre 1.2.3.4 > 5.6.7.8: ipv4 0.0.0.0 > 255.255.255.255: udp (3)",
	/* Ours. */
	"> arp who-has 192.0.2.2 tell 192.0.2.1",
	"< arp reply 192.0.2.2 is-at 02:00:00:00:00:02",
	"> eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff arp who-has 192.0.2.2 tell 0.0.0.0",
	"< arp [op 9, htype 6, ptype 0x86dd, hlen 8, plen 16] who-has 192.0.2.2 tell 192.0.2.1",
	("< arp [sha 02:00:00:00:00:09, tha 00ff, tpa 192.0.2.7, pad 18] reply 192.0.2.2 is-at "
	 "02:00:00:00:00:02"),
	"< eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff type 0x88cc hex 0011",
	"< eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff type 0x88cc",
	"< eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff type 0x88cc (46) pattern 7",
	"< eth 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff \"802.3\"",
	"< eth 02:00:00:00:00:01 > 02:00:00:00:00:02 [ttl 1] udp (3)",
	"< eth 02:00:00:00:00:01 > 02:00:00:00:00:02 192.0.2.2:7 > 192.0.2.1:9 [ttl 1] udp (3)",
	"< hex 4500",
	"> 192.0.2.1:5000 > 192.0.2.2:7 udp (5) \"hello\"",
	"> 192.0.2.1:5000 > 192.0.2.2:7 udp (5) hex 00010203ff",
	"< 192.0.2.1:5000 > 192.0.2.2:7 udp (65507) pattern 18446744073709551615",
	"< 192.0.2.1:5000 > 192.0.2.2:7 udplite (5)",
	"< 192.0.2.1 > 192.0.2.2 udp (0) \"\"",
	"> 192.0.2.1:5000 > 192.0.2.2:7 P. 1:6(5) ack 1 \"hello\"",
	"> 192.0.2.1:5000 > 192.0.2.2:7 P. 1:6(5) ack 1 win 3 <nop,nop> \"hello\"",
	"< 192.0.2.2 > 192.0.2.1 icmp echo_request id 7 seq 65535 (56) pattern 1",
	"> 192.0.2.1 > 192.0.2.2 icmp echo_reply id 7 seq 1 (4) \"ping\"",
	("< 192.0.2.9 > 192.0.2.1 icmp redirect host gw 192.0.2.8 [192.0.2.1:9 > 192.0.2.2:7 udp "
	 "(5)]"),
	"< icmp time_exceeded frag_time [192.0.2.1:9 > 192.0.2.2:7 1:1(0)]",
	"< icmp 77 99 (3) \"abc\"",
	"< icmp echo_request 5",
	"< 192.0.2.2 > 192.0.2.1 ip proto 253 (3) hex 010203",
	"< 192.0.2.2 > 192.0.2.1 [frag 185, mf] ip proto 17 (1480)",
	("< 1.2.3.4 > 5.6.7.8 [ttl 64, id 7, df, rf, mf, tos 0x10, frag 8191, len 65535, ihl 15, "
	 "version 6, proto 255, csum 0xffff, l4csum 0x0, ulen 9, pad 3] udp (3)"),
	"< 1.2.3.4 > 5.6.7.8 [csum bad, l4csum bad] udp (3)",
	"< 1.2.3.4 > 5.6.7.8 [l4csum none] udp (3)",
	"< 1.2.3.4 > 5.6.7.8 [opt rr 3 1.2.3.4 5.6.7.8, opt nop, opt ra 0, opt eol] udp (3)",
	"< 1.2.3.4 > 5.6.7.8 [opt ts 241 2 100 4294967295, opt lsrr 4 9.9.9.9] udp (3)",
	"< 1.2.3.4 > 5.6.7.8 [opt ssrr 255, opt hex 1e04abcd] udp (3)",
	"< udp (4) \"a\\\"\\\\b\"",
};

/* Read as well, and what fmt makes of them. */
static const struct {
	const char *text, *printed;
} read_too[] = {
	{ "<  .   1:1( 0 )ack 1 win 257", "< . 1:1(0) ack 1 win 257" },
	{ "< S 0:0(0) win 5 <mss 1460, sackOK , nop>", "< S 0:0(0) win 5 <mss 1460,sackOK,nop>" },
	{ "< S 0:0(0) win 5 <mss 1460,\n\t sackOK>", "< S 0:0(0) win 5 <mss 1460,sackOK>" },
	{ "> .PF 0:0(0)", "> FP. 0:0(0)" },
	{ "> .E 0:0(0) <>", "> E. 0:0(0)" },
	{ "> [tos 0x10] udp (0)", "> (tos 0x10) udp (0)" },
	{ "> (ect0) udp (0)", "> [ect0] udp (0)" },
	{ "> 1 > 2 [tos 16] udp (0x10)", "> 1 > 2 [tos 0x10] udp (16)" },
	{ "> 1 > 2 [] udp (0)", "> 1 > 2 udp (0)" },
	{ "< S 0:0(0) win 5 <FO ABCD>", "< S 0:0(0) win 5 <FO abcd>" },
	{ "< icmp 3 3 [udp (0)]", "< icmp unreachable port_unreachable [udp (0)]" },
	{ "< icmp destination_unreachable port", "< icmp unreachable port_unreachable" },
	{ "< icmp echo_request seq 1 id 2", "< icmp echo_request id 2 seq 1" },
	{ "< arp [sha 020000000009] who-has 1.2.3.4 tell 1.2.3.5",
	  "< arp [sha 02:00:00:00:00:09] who-has 1.2.3.4 tell 1.2.3.5" },
};

static char *script_of(const char *line)
{
	char *text = malloc(strlen(line) + 3);

	assert_non_null(text);
	(void)sprintf(text, "%s\n", line);
	return text;
}

static struct script *must_parse(const char *line)
{
	struct script_error err = { 0 };
	char *text = script_of(line);
	struct script *s = script_parse("test", text, strlen(text), &err);

	if (s == NULL) {
		fail_msg("%s\n%u:%u: %s", line, err.line, err.column, err.text);
		abort(); /* not reached: fail_msg() does not return */
	}
	assert_int_equal(s->nr_stmts, 1);
	assert_int_equal(s->stmt[0].kind, STMT_PACKET);
	free(text);
	return s;
}

static char *printed_line(const struct script *s)
{
	char *to = malloc(NOTICE * 1000);

	assert_non_null(to);
	script_print_stmt(s, &s->stmt[0], to, NOTICE * 1000);
	return to;
}

/* A statement without a time may be printed with its +0. */
static const char *behind_time(const char *line)
{
	const char *at = line + strcspn(line, "<>");

	assert_true(at < line + 8);
	return at;
}

static void expect_line(const char *line, const char *expected)
{
	struct script *s = must_parse(line), *again;
	char *printed = printed_line(s);

	assert_string_equal(behind_time(printed), expected);
	again = must_parse(printed);
	assert_true(script_equal(s, again));
	free(printed);
	script_free(s);
	script_free(again);
}

static void test_lines(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(canonical); i++)
		expect_line(canonical[i], canonical[i]);
	for (u32 i = 0; i < ARRAY_SIZE(read_too); i++)
		expect_line(read_too[i].text, read_too[i].printed);
}

/* Each kind and each word is in the lines above: none is forgotten. */
static void test_lines_are_all(void **state)
{
	bool word[WORD_MAX] = { 0 }, kind[PACKET_KINDS] = { 0 };
	u32 flags = 0;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(canonical); i++) {
		struct script *s = must_parse(canonical[i]);
		const struct packet *p = &s->stmt[0].packet;

		for (u32 e = 1; e < s->nr_exprs; e++) {
			if (s->expr[e].kind == EXPR_FIELD)
				word[s->expr[e].symbol] = true;
		}
		kind[p->kind] = true;
		flags |= p->flags;
		script_free(s);
	}
	for (u32 w = 0; w < WORD_MAX; w++) {
		if (!word[w])
			fail_msg("no line has %s of list %u", packet_words[w].word,
				 packet_words[w].list);
	}
	for (u32 k = 0; k < PACKET_KINDS; k++) {
		if (!kind[k])
			fail_msg("no line is of kind %u", k);
	}
	assert_int_equal(flags, 2 * PACKET_HAS_ETH - 1);
}

/* --- errors
 * --------------------------------------------------------------------------------------- */

static const struct {
	const char *line;
	u32 column;
	const char *says;
} errors[] = {
	{ "< S 0:0(0)", 11, "expected win N" },
	{ "< S 0:0(1) win 3", 11, "not 1" },
	{ "< S 0:0(0) win 65536", 16, "at most 65535" },
	{ "< S 0:4294967296(0) win 3", 7, "at most 4294967295" },
	{ "< Q 0:0(0) win 3", 3, "expected TCP flags" },
	{ "< SS 0:0(0) win 3", 4, "said twice" },
	{ "< SX 0:0(0) win 3", 4, "expected TCP flags" },
	{ "< tcp 0:0(0) win 3", 3, "expected TCP flags" },
	{ "<", 2, "expected TCP flags" },
	{ "< S 0:0(0) win 3 <mss>", 22, "a number for mss" },
	{ "< S 0:0(0) win 3 <mss 65536>", 23, "at most 65535" },
	{ "< S 0:0(0) win 3 <mss 1 S", 25, "expected '>'" },
	{ "< S 0:0(0) win 3 <foo>", 19, "a TCP option" },
	{ "< S 0:0(0) win 3 <...>", 23, "packets that are expected" },
	{ "< S 0:0(0) win 3 <FO 123>", 22, "pairs of hex digits" },
	{ "< S 0:0(0) win 3 <TS 1 2>", 22, "val" },
	{ "< S 0:0(0) win 3 <sack 1:2 3:4 5:6 7:8 9:10>", 19, "more than 40" },
	{ "< udp 5", 7, "expected '('" },
	{ "< udp (5 x", 10, "expected ')'" },
	{ "< udp (65508)", 14, "room for 65507" },
	{ "< [id 1] udp (65508)", 21, "room for 65507" },
	{ "< 1 > 2 [opt nop] udp (65504)", 30, "room for 65503" },
	{ "< udp (3) \"abcd\"", 17, "4 bytes, not 3" },
	{ "< udp (3) hex abc", 15, "digits" },
	{ "< 1.2.3.4:5 > 6.7.8.9 udp (3)", 23, "ports at both" },
	{ "< 1.2.3.256 > 6.7.8.9 udp (3)", 3, "address" },
	{ "< 5 > 6.7.8.9 udp (3)", 7, "a port" },
	{ "< 1 > 2 icmp echo_request", 9, "ICMP has no ports" },
	{ "< 1 > 2 ip proto 1 (3)", 23, "no ports" },
	{ "< 1 > 2 [ttl 256] udp (3)", 14, "at most 255" },
	{ "< 1 > 2 [ttl 5, ttl 6] udp (3)", 20, "said twice" },
	{ "< [ect0, foo] udp (3)", 4, "a field of the IPv4 header" },
	{ "< 1 > 2 [frag 8192] udp (3)", 15, "at most 8191" },
	{ "< 1 > 2 [opt rr 1 1.2.3.4 1.2.3.5] udp (3)", 43, "more entries than slots" },
	{ "< 1 > 2 [opt rr 9, opt nop, opt nop] udp (3)", 45, "more than 40" },
	{ "< 1 > 2 [opt] udp (3)", 10, "a field of the IPv4 header" },
	{ "< icmp foo", 8, "no ICMP type" },
	{ "< icmp unreachable foo", 20, "no code of this name" },
	{ "< icmp 256", 8, "at most 255" },
	{ "< icmp redirect gw 1.2.3.4 id 1", 32, "no room" },
	{ "< icmp unreachable mtu 1 seq 2", 31, "same two bytes" },
	{ "< icmp unreachable [foo]", 21, "first sequence number" },
	{ "< arp foo", 7, "who-has or reply" },
	{ "< arp reply 1.2.3.4 is-at 02:00", 27, "MAC" },
	{ "< arp [ttl 3] who-has 1.2.3.4 tell 1.2.3.5", 8, "a field of ARP" },
	{ "< gre: udp (3)", 6, "ipv4 head" },
	{ "< eth 02:00:00:00:00:01 udp (3)", 25, "expected '>'" },
	{ "< eth 02:00:00:00:00:01 > 02:00:00:00:00:01 pattern 3", 54, "a length before" },
	{ "< hex", 6, "digits" },
	{ "< udp (3) foo", 11, "end of the line" },
};

static void test_errors(void **state)
{
	u32 wrong = 0;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(errors); i++) {
		char *text = script_of(errors[i].line);
		struct script_error err = { 0 };
		struct script *s = script_parse("test", text, strlen(text), &err);

		if (s != NULL || err.line != 1 || err.column != errors[i].column ||
		    strstr(err.text, errors[i].says) == NULL) {
			print_error("%s\n%u:%u: %s\nexpected 1:%u: %s\n", errors[i].line, err.line,
				    err.column, err.text, errors[i].column, errors[i].says);
			wrong++;
		}
		script_free(s);
		free(text);
	}
	assert_int_equal(wrong, 0);
}

/* --- random packets
 * ------------------------------------------------------------------------------- */

static u32 random_expr(struct script *s, struct rng *r, u32 kind)
{
	static const char *const texts[] = { "COOKIE", "abcd", "bad", "hex", "x9", "a-b", "0a" };
	const char *name = texts[rng_below(r, ARRAY_SIZE(texts))];
	struct text text = script_add_text(s, name, (u32)strlen(name));
	u32 e = script_add_expr(s, kind);

	s->expr[e].value = rng_u64(r) >> rng_below(r, 64);
	s->expr[e].hex = rng_below(r, 2) != 0;
	s->expr[e].negative = rng_below(r, 8) == 0;
	if (kind == EXPR_NAME || kind == EXPR_HEX || kind == EXPR_STRING)
		s->expr[e].text = text;
	return e;
}

/* Mostly what the letter wants, at times anything. */
static u32 random_value(struct script *s, struct rng *r, char letter)
{
	static const u8 any[] = { EXPR_NUMBER, EXPR_ADDR, EXPR_HEX, EXPR_NAME, EXPR_ANY };
	u32 e;

	if (letter == 'r' && rng_below(r, 8) != 0) {
		u32 from = random_expr(s, r, EXPR_NUMBER), to = random_expr(s, r, EXPR_NUMBER);

		e = random_expr(s, r, EXPR_RANGE);
		s->expr[e].first = from;
		s->expr[from].next = to;
		return e;
	}
	if (rng_below(r, 8) == 0)
		return random_expr(s, r, any[rng_below(r, ARRAY_SIZE(any))]);
	if (letter == 'b')
		return random_expr(s, r, rng_below(r, 2) != 0 ? EXPR_HEX : EXPR_NAME);
	return random_expr(s, r, letter == 'a' ? EXPR_ADDR : EXPR_NUMBER);
}

static u32 random_list(struct script *s, struct rng *r, u32 list)
{
	u32 first = 0, n = rng_below(r, WORDS_OF_LIST);

	while (n-- != 0) {
		u32 word = rng_below(r, WORD_MAX), field, values = 0, i;
		const char *v;

		while (packet_words[word].list != list && rng_below(r, 64) != 0)
			word = rng_below(r, WORD_MAX);
		v = packet_words[word].values;
		for (i = (u32)strlen(v) + rng_below(r, 3); i-- != 0;) {
			u32 e = random_value(s, r, (char)(i < strlen(v) ? v[i] : 'n'));

			s->expr[e].next = values;
			values = e;
		}
		field = random_expr(s, r, EXPR_FIELD);
		s->expr[field].symbol = (u16)word;
		s->expr[field].first = values;
		s->expr[field].value = 0;
		s->expr[field].hex = s->expr[field].negative = false;
		s->expr[field].next = first;
		first = field;
	}
	return first;
}

static void random_packet(struct script *s, struct rng *r, struct packet *p)
{
	static const u8 payloads[] = { EXPR_STRING, EXPR_HEX, EXPR_PATTERN };
	u8 *bytes = (u8 *)p;

	for (u32 i = 0; i < sizeof(*p); i++)
		bytes[i] = (u8)(rng_u64(r) >> 17);
	p->incoming = rng_below(r, 2) != 0;
	p->len = (u32)(rng_u64(r) >> (32 + rng_below(r, 32)));
	p->payload = rng_below(r, 2) != 0 ? random_expr(s, r, payloads[rng_below(r, 3)]) : 0;
	if (p->payload != 0)
		s->expr[p->payload].hex = s->expr[p->payload].negative = false;
	p->stock_attrs = random_list(s, r, LIST_STOCK);
	p->encaps = random_list(s, r, LIST_ENCAP);
	p->attrs = random_list(s, r, p->kind % PACKET_KINDS == PACKET_ARP ? LIST_ARP : LIST_ATTR);
	p->options = random_list(s, r, LIST_OPTION);
}

static void test_random_packets(void **state)
{
	u32 kinds[PACKET_KINDS] = { 0 };
	struct rng r;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < RANDOM_PACKETS; i++) {
		struct script *s = script_new("test"), *again;
		struct stmt *st = script_add_stmt(s, STMT_PACKET);
		struct script_error err = { 0 };
		struct packet p, once;
		size_t len;
		char *text;

		random_packet(s, &r, &p);
		packet_normalise(s, &p);
		once = p;
		packet_normalise(s, &p);
		assert_memory_equal(&once, &p, sizeof(p));
		st->packet = p;
		kinds[p.kind]++;
		text = script_print(s, 0, &len);
		again = script_parse("test", text, len, &err);
		if (again == NULL || !script_equal(s, again))
			fail_msg("packet %u of seed 1: %s%u: %s", i, text, err.column, err.text);
		free(text);
		script_free(s);
		script_free(again);
	}
	for (u32 k = 0; k < PACKET_KINDS; k++)
		assert_true(kinds[k] > RANDOM_PACKETS / PACKET_KINDS / 2);
}

/* --- stock
 * ---------------------------------------------------------------------------------------- */

static void test_stock(void **state)
{
	static const struct {
		const char *line;
		bool stock;
	} lines[] = {
		{ "> P. 1:1001(1000) ack 1", true },
		{ "< [ect0] udp (3)", true },
		{ "> 8080 > 1234 [ttl 64] udp (3)", true },
		{ "< icmp unreachable frag_needed mtu 1400 [1:1001(1000)]", true },
		{ "< ipv4 1.2.3.4 > 5.6.7.8: udp (3)", true },
		{ "> 1.2.3.4:5 > 1.2.3.4:6 udp (3)", false },
		{ "> 8080 > 1234 [id 64] udp (3)", false },
		{ "> udp (3) \"abc\"", false },
		{ "> arp who-has 1.2.3.4 tell 1.2.3.5", false },
		{ "> hex 00", false },
		{ "< icmp echo_request id 3", false },
		{ "< icmp unreachable [1.2.3.4:1 > 1.2.3.4:2 udp (3)]", false },
		{ "< S 0:0(0) win 3 <opt 0102>", false },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lines); i++) {
		struct script *s = must_parse(lines[i].line);

		assert_int_equal(packet_not_stock(s, &s->stmt[0].packet) == NULL, lines[i].stock);
		script_free(s);
	}
}

/* --- names of ICMP
 * -------------------------------------------------------------------------------- */

static void test_icmp_names(void **state)
{
	(void)state;
	for (u32 type = 0; type < 256; type++) {
		const char *name = icmp_type_name(type);

		if (name != NULL)
			assert_int_equal(icmp_type_of(name, (u32)strlen(name)), type);
		for (u32 code = 0; code < 256; code++) {
			const char *word = icmp_code_name(type, code);

			if (word != NULL)
				assert_int_equal(icmp_code_of(type, word, (u32)strlen(word)), code);
		}
	}
	assert_int_equal(icmp_type_of("unreachables", 11), 3);
	assert_int_equal(icmp_type_of("unreach", 7), -1);
	assert_int_equal(icmp_code_of(8, "net", 3), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),  cmocka_unit_test(test_lines_are_all),
		cmocka_unit_test(test_errors), cmocka_unit_test(test_random_packets),
		cmocka_unit_test(test_stock),  cmocka_unit_test(test_icmp_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
