// SPDX-License-Identifier: MIT
/* test_packet.c - frames of packet lines, frames compared with lines, described, and written as
 * lines again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/csum.h"
#include "base/rng.h"
#include "harness/lib/scenario.h"
#include "harness/script/packet_internal.h"
#include "harness/unit/one_host.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

enum {
	TEXT_BYTES = 3 * PACKET_BYTES_MAX,
	MUTATIONS = 100000,
	RANDOM_FRAMES = 20000,
	FRAMES_KEPT = 64,
	RESULT_BYTES = 2000
};

/* --- lines and frames
 * ----------------------------------------------------------------------------- */

struct line {
	struct script *s;
	struct packet *p;
};

static struct line parse_line(const char *text)
{
	size_t len = strlen(text);
	struct script_error err = { 0 };
	char *copy = malloc(len + 2);
	struct line l;

	assert_non_null(copy);
	(void)snprintf(copy, len + 2, "%s\n", text);
	l.s = script_parse("test", copy, len + 1, &err);
	if (l.s == NULL) {
		fail_msg("%s\n%u: %s", text, err.column, err.text);
		abort(); /* not reached: fail_msg() does not return */
	}
	free(copy);
	l.p = &l.s->stmt[0].packet;
	return l;
}

static bool cookie(void *ctx, const char *name, u32 len, s64 *value, const char **bytes)
{
	(void)ctx;
	*value = 0;
	*bytes = "c00c1e";
	return len == 6 && memcmp(name, "COOKIE", len) == 0;
}

static const u8 here_mac[6] = { 2, 0, 0, 0, 0, 1 }, peer_mac[6] = { 2, 0, 0, 0, 0, 2 };

/* From 192.0.2.2 port 7 to 192.0.2.1 port 5000. */
static struct packet_ctx context(bool ethernet)
{
	struct packet_ctx ctx = { .ethernet = ethernet,
				  .saddr = 0xc0000202,
				  .daddr = 0xc0000201,
				  .sport = 7,
				  .dport = 5000,
				  .isn = 1000,
				  .peer_isn = 50000,
				  .ts = 0,
				  .ip_id = 9,
				  .name = cookie };

	memcpy(ctx.smac, peer_mac, 6);
	memcpy(ctx.dmac, here_mac, 6);
	return ctx;
}

static u32 build_line(const struct line *l, const struct packet_ctx *ctx, u8 *frame)
{
	char err[200] = "";
	u32 len = packet_build(l->s, l->p, ctx, frame, PACKET_BYTES_MAX, err, sizeof(err));

	if (len == 0)
		fail_msg("%s", err);
	return len;
}

static u32 frame_of(const char *text, bool ethernet, u8 *frame)
{
	struct packet_ctx ctx = context(ethernet);
	struct line l = parse_line(text);
	u32 len = build_line(&l, &ctx, frame);

	script_free(l.s);
	return len;
}

static u8 frame_a[PACKET_BYTES_MAX], frame_b[PACKET_BYTES_MAX];

static void hex_of(const u8 *bytes, u32 len, char *to)
{
	for (u32 i = 0; i < len; i++)
		(void)sprintf(to + 2 * i, "%02x", bytes[i]);
}

/* --- build
 * ---------------------------------------------------------------------------------------- */

/* What tshark, too, says these are, with good sums where nothing else is said. */
static const struct {
	const char *line;
	bool ethernet;
	const char *hex;
} built[] = {
	{ "< udp (2) \"hG\"", false,
	  "4500001e00090000ff1137c2c0000202c000020100071388000affff6847" },
	{ "< 1 > 2 [len 29, pad 4] udp (3) \"abc\"", false,
	  "4500001d00090000ff1137c3c0000202c000020100010002000b1ad161626300000000" },
	{ "< udp (3) \"abc\"", false,
	  "4500001f00090000ff1137c1c0000202c000020100071388000ba3e2616263" },
	{ "< 192.0.2.2:7 > 192.0.2.1:5000 udp (5) \"hello\"", true,
	  "02000000000102000000000208004500002100090000ff1137bfc0000202c000020100071388000d246f"
	  "68656c6c6f" },
	{ "< udplite (3) \"abc\"", false,
	  "4500001f00090000ff88374ac0000202c000020100071388000ba36b616263" },
	{ "< 1 > 2 [ulen 8] udplite (3) \"abc\"", false,
	  "4500001f00090000ff88374ac0000202c00002010001000200087b5d616263" },
	{ "< S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>", false,
	  "4500003400090000ff0637b7c0000202c000020100071388000003e80000000080028018537e00000204"
	  "05b40402010101030307" },
	{ "< SEWA 0:0(0) win 32792 <FO,nop,nop>", false,
	  "4500002c00090000ff0637bfc0000202c000020100071388000003e80000000061c280185f8800002202"
	  "0101" },
	{ "< P. 1:6(5) ack 1 win 257 <nop,nop,TS val 100 ecr 7> \"hello\"", false,
	  "4500003900090000ff0637b2c0000202c000020100071388000003e90000c35180180101d2a400000101"
	  "080a000000640000000768656c6c6f" },
	{ "< . 1:1(0) ack 1 win 257 <sack 1001:2001 3001:4001,nop,nop>", false,
	  "4500003c00090000ff0637afc0000202c000020100071388000003e90000c351a0100101c58700000512"
	  "0000c7390000cb210000cf090000d2f10101" },
	{ "< R 1:1(0) win 0", false,
	  "4500002800090000ff0637c3c0000202c000020100071388000003e9000000005004000014650000" },
	{ "< P.U 1:2(1) ack 1 win 1 urg 1", false,
	  "4500002900090000ff0637c2c0000202c000020100071388000003e90000c3515038000150dc000100" },
	{ "< S 0:0(0) win 1 <FO 00112233aabb,FOEXP abcd,md5 00ff>", false,
	  "4500003c00090000ff0637afc0000202c000020100071388000003e800000000a00200011de900002208"
	  "00112233aabbfe06f989abcd130400ff0000" },
	{ "< S 0:0(0) win 1 <FO COOKIE,opt 1e03aa,eol>", false,
	  "4500003400090000ff0637b7c0000202c000020100071388000003e80000000080020001e08000002205"
	  "c00c1e1e03aa00000000" },
	{ "< [ect0] . 1:1(0) ack 1 win 1", false,
	  "4502002800090000ff0637c1c0000202c000020100071388000003e90000c3515010000151060000" },
	{ "< [ce, ttl 3] (tos 0xb8) . 1:1(0) ack 1 win 1", false,
	  "45b80028000900000306330cc0000202c000020100071388000003e90000c3515010000151060000" },
	{ "< icmp echo_request id 258 seq 772 (4) \"ping\"", false,
	  "4500002000090000ff0137d0c0000202c0000201080015290102030470696e67" },
	{ "< icmp unreachable frag_needed mtu 1400 [1:1001(1000)]", false,
	  "4500003800090000ff0137b8c0000202c0000201030420a3000005784500041000000000ff0633e4c000"
	  "0201c0000202138800070000c351" },
	{ "< icmp unreachable port_unreachable [udp (5)]", false,
	  "4500003800090000ff0137b8c0000202c00002010303e960000000004500002100000000ff1137c8c000"
	  "0201c000020213880007000d0000" },
	{ "< icmp redirect host gw 192.0.2.8 [192.0.2.1:9 > 192.0.2.7:53 udp (5)]", false,
	  "4500003800090000ff0137b8c0000202c0000201050138abc00002084500002100000000ff1137c3c000"
	  "0201c000020700090035000d0000" },
	{ "< icmp time_exceeded", false,
	  "4500003800090000ff0137b8c0000202c00002010b001e20000000004500002800000000ff0637ccc000"
	  "0201c0000202138800070000c350" },
	{ "< icmp parameter_problem id 5120 (0)", false,
	  "4500001c00090000ff0137d4c0000202c00002010c00dfff14000000" },
	{ "< icmp 99 3", false, "4500001c00090000ff0137d4c0000202c000020163039cfc00000000" },
	{ "< ip proto 253 (3) hex 010203", false,
	  "4500001700090000fffd36ddc0000202c0000201010203" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 2 (8) hex 16000904e0000001", false,
	  "4500001c00090000ff02abc3010203040506070816000904e0000001" },
	{ "< 1 > 2 [ttl 1, id 258, df, rf, mf, tos 0x10, frag 1] udp (3)", false,
	  "4510001f0102e001011154b7c0000202c000020100010002000b7bd1000000" },
	{ "< 1 > 2 [len 29, pad 4] udp (3)", false,
	  "4500001d00090000ff1137c3c0000202c000020100010002000b7bd100000000000000" },
	{ "< 1 > 2 [ihl 6, version 5, proto 99, csum 0x1234, l4csum 0x5678, ulen 99] udp (3)",
	  false, "5600001f00090000ff631234c0000202c00002010001000200635678000000" },
	{ "< 1 > 2 [csum bad, l4csum bad] udp (3)", false,
	  "4500001f00090000ff116294c0000202c000020100010002000b2e84000000" },
	{ "< 1 > 2 [l4csum none] udp (3)", false,
	  "4500001f00090000ff1137c1c0000202c000020100010002000b0000000000" },
	{ "< 1 > 2 [opt rr 3 1.2.3.4, opt eol] udp (1)", false,
	  "4900002d00090000ff111ea0c0000202c0000201070f0801020304000000000000000000000100020009"
	  "7bd500" },
	{ "< 1 > 2 [opt nop, opt ts 3 4 16909060 5] udp (1)", false,
	  "4b00003500090000ff110e56c0000202c00002010144140d030102030400000005000000000000000000"
	  "00000001000200097bd500" },
	{ "< 1 > 2 [opt lsrr 4 1.2.3.4 5.6.7.8, opt nop] udp (1)", false,
	  "4800002900090000ff11999ac0000202c0000201830b0401020304050607080100010002000931c900" },
	{ "< 1 > 2 [opt ssrr 8 1.2.3.4, opt ra 0, opt hex 1e04aabb] udp (1)", false,
	  "4900002d00090000ff11d84ac0000202c000020189070801020304940400001e04aabb00000100020009"
	  "7bd500" },
	{ "< ipv4 10.0.0.2 > 10.0.0.1: udp (3)", false,
	  "4500003300000000ff04a7c40a0000020a0000014500001f00090000ff1137c1c0000202c00002010007"
	  "1388000b6845000000" },
	{ "< ipv4 10.0.0.2 > 10.0.0.1: gre: udp (3)", false,
	  "4500003700000000ff2fa7950a0000020a000001000008004500001f00090000ff1137c1c0000202c000"
	  "020100071388000b6845000000" },
	{ "< gre 10.0.0.2 > 10.0.0.1: ipv4 10.0.1.2 > 10.0.1.1: . 1:1(0) ack 1 win 3", false,
	  "4500005400000000ff2fa7780a0000020a000001000008004500003c00000000ff04a5bb0a0001020a00"
	  "01014500002800090000ff0637c3c0000202c000020100071388000003e90000c3515010000351040000" },
	{ "< arp who-has 192.0.2.1 tell 192.0.2.2", true,
	  "ffffffffffff02000000000208060001080006040001020000000002c0000202000000000000c0000201" },
	{ "< arp reply 192.0.2.2 is-at 02:00:00:00:00:09", true,
	  "02000000000102000000000908060001080006040002020000000009c0000202020000000001c0000201" },
	{ "< eth 02:00:00:00:00:07 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.7", true,
	  "02000000000102000000000708060001080006040001020000000007c0000207000000000000c0000201" },
	{ "< arp [op 3, htype 6, ptype 0x86dd, hlen 8, plen 16, tha 02:00:00:00:00:08, pad 2] w"
	  "ho-has 192.0.2.1 tell 192.0.2.2",
	  true,
	  "ffffffffffff0200000000020806000686dd08100003020000000002c0000202020000000008c0000201"
	  "0000" },
	{ "< arp [sha 02:00:00:00:00:05, tpa 192.0.2.99] reply 192.0.2.2 is-at 02:00:00:00:00:0"
	  "9",
	  true,
	  "02000000000102000000000908060001080006040002020000000005c0000202020000000001c0000263" },
	{ "< eth 02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff type 0x88cc hex 0102", true,
	  "ffffffffffff02000000000788cc0102" },
	{ "< eth 02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff type 0x88cc (3) pattern 0", true,
	  "ffffffffffff02000000000788ccafcd1d" },
	{ "< eth 02:00:00:00:00:07 > 02:00:00:00:00:01 [ttl 64] udp (0)", true,
	  "02000000000102000000000708004500001c000900004011f6c4c0000202c0000201000713880008684b" },
	{ "< hex 4500", false, "4500" },
};

static void test_build(void **state)
{
	char hex[RESULT_BYTES];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(built); i++) {
		u32 len = frame_of(built[i].line, built[i].ethernet, frame_a);

		assert_true(2 * len < sizeof(hex));
		hex_of(frame_a, len, hex);
		if (strcmp(hex, built[i].hex) != 0)
			fail_msg("%s\n%s\nexpected\n%s", built[i].line, hex, built[i].hex);
	}
}

/* The bytes of a payload, and that a frame is as long as it can be. */
static void test_build_payload(void **state)
{
	static u8 want[65507];
	u32 len = frame_of("< udp (65507) pattern 7", false, frame_a);

	(void)state;
	assert_int_equal(len, 65535);
	script_pattern(7, 0, want, sizeof(want)); /* the same as in a call */
	assert_memory_equal(frame_a + 28, want, sizeof(want));
	assert_int_equal(frame_of("< udp (3)", false, frame_a), 31);
	assert_memory_equal(frame_a + 28, "\0\0\0", 3);
}

static void test_build_errors(void **state)
{
	static const struct {
		const char *line;
		bool ethernet;
		const char *says;
	} lines[] = {
		{ "< S 0:0(0) win 3 <FO NOBODY>", true, "NOBODY has no value" },
		{ "< arp who-has 1.2.3.4 tell 1.2.3.5", false, "no Ethernet" },
		{ "< eth 02:00:00:00:00:01 > 02:00:00:00:00:02 udp (3)", false, "no Ethernet" },
		{ "< eth 02:00:00:00:00:01 > 02:00:00:00:00:02 type 1", false, "no Ethernet" },
		{ "< arp [sha 0102] who-has 1.2.3.4 tell 1.2.3.5", true, "6 bytes" },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lines); i++) {
		struct packet_ctx ctx = context(lines[i].ethernet);
		struct line l = parse_line(lines[i].line);
		char err[200] = "";

		assert_int_equal(
			packet_build(l.s, l.p, &ctx, frame_a, PACKET_BYTES_MAX, err, sizeof(err)),
			0);
		assert_non_null(strstr(err, lines[i].says));
		script_free(l.s);
	}
}

/* Room that ends anywhere: no byte behind it is touched. */
static void test_build_small(void **state)
{
	static const char line[] = "< 1.2.3.4:5 > 5.6.7.8:9 [opt rr 3] P. 1:6(5) ack 1 win 2 <mss "
				   "1460> \"hello\"";
	u32 full = frame_of(line, true, frame_a);
	struct packet_ctx ctx = context(true);
	struct line l = parse_line(line);
	char err[200];

	(void)state;
	for (u32 size = 0; size <= full; size++) {
		u8 *room = malloc(size + 1u);

		assert_non_null(room);
		room[size] = 0xa5;
		assert_int_equal(packet_build(l.s, l.p, &ctx, room, size, err, sizeof(err)),
				 size < full ? 0 : full);
		assert_int_equal(room[size], 0xa5);
		free(room);
	}
	script_free(l.s);
}

/* --- match
 * ---------------------------------------------------------------------------------------- */

/* The names of the fields that differ, with commas. */
static void compare(const struct line *l, const struct packet_ctx *ctx, const u8 *frame, u32 len,
		    char *names)
{
	struct packet_field field[PACKET_FIELDS];
	u32 differ = 0, n = packet_match(l->s, l->p, ctx, frame, len, field, &differ), found = 0;

	*names = '\0';
	assert_true(n > 0);
	assert_true(n <= PACKET_FIELDS);
	for (u32 i = 0; i < n; i++) {
		assert_non_null(field[i].name);
		/* What differs looks different, what does not looks the same. */
		if (field[i].differs)
			names += sprintf(names, "%s%s", found++ != 0 ? "," : "", field[i].name);
		if (field[i].differs && strcmp(field[i].expected, field[i].actual) == 0)
			fail_msg("%s: %s", field[i].name, field[i].actual);
	}
	assert_int_equal(found, differ);
}

static const struct {
	const char *expected, *came;
	bool ethernet;
	const char *differ;
} compared[] = {
	{ "> udp (3)", "< udp (3)", true, "" },
	{ "> udp (3)", "< udp (3)", false, "" },
	{ "> udp (3)", "< udp (4)", true, "length" },
	{ "> udp (3)", "< udp (3) \"abc\"", true, "payload" },
	{ "> udp (3) \"abc\"", "< udp (3) \"abc\"", true, "" },
	{ "> udp (3) hex 616263", "< udp (3) \"abc\"", true, "" },
	{ "> udp (3) \"abc\"", "< udp (3) \"abd\"", true, "payload" },
	{ "> udp (300) pattern 3", "< udp (300) pattern 3", true, "" },
	{ "> udp (300) pattern 3", "< udp (300) pattern 4", true, "payload" },
	{ "> 1.2.3.4:5 > 6.7.8.9:10 udp (3)", "< 1.2.3.4:5 > 6.7.8.9:10 udp (3)", true, "" },
	{ "> 1.2.3.4:5 > 6.7.8.9:10 udp (3)", "< udp (3)", true,
	  "source,destination,source port,destination port" },
	{ "> udp (3)", "< 1.2.3.4:5 > 6.7.8.9:10 udp (3)", true,
	  "source,destination,source port,destination port" },
	{ "> udp (3)", "< udplite (3)", true, "packet" },
	{ "> udp (3)", "< . 1:1(0) win 3", true, "packet" },
	{ "> udp (3)", "< arp who-has 1.2.3.4 tell 1.2.3.5", true, "packet" },
	{ "> udp (3)", "< hex 00", true, "packet" },
	{ "> udp (3)", "< hex 00", false, "packet" },
	{ "> udp (3)", "< 1 > 2 [l4csum bad] udp (3)", true,
	  "source port,destination port,l4csum" },
	{ "> udp (3)", "< 7 > 5000 [l4csum bad] udp (3)", true, "l4csum" },
	{ "> udp (3)", "< 7 > 5000 [l4csum none] udp (3)", true, "l4csum" },
	{ "> udp (3)", "< 7 > 5000 [csum bad] udp (3)", true, "csum" },
	{ "> 7 > 5000 [l4csum none] udp (3)", "< 7 > 5000 [l4csum none] udp (3)", true, "" },
	{ "> 7 > 5000 [l4csum none] udp (3)", "< 7 > 5000 udp (3)", true, "l4csum" },
	{ "> 7 > 5000 [l4csum bad] udp (3)", "< 7 > 5000 [l4csum bad] udp (3)", true, "" },
	{ "> 7 > 5000 [l4csum bad] udp (3)", "< 7 > 5000 udp (3)", true, "l4csum" },
	{ "> 7 > 5000 [csum bad] udp (3)", "< 7 > 5000 [csum 0x1234] udp (3)", true, "" },
	{ "> 7 > 5000 [csum bad] udp (3)", "< 7 > 5000 udp (3)", true, "csum" },
	{ "> 7 > 5000 [csum 0x1234] udp (3)", "< 7 > 5000 [csum 0x1235] udp (3)", true, "csum" },
	{ "> 7 > 5000 [l4csum 0x1234] udp (3)", "< 7 > 5000 [l4csum 0x1235] udp (3)", true,
	  "l4csum" },
	{ "> udp (3)", "< 7 > 5000 [ulen 12] udp (3)", true, "udp length" },
	{ "> 7 > 5000 [ulen 9] udp (3)", "< 7 > 5000 [ulen 9] udp (3)", true, "" },
	{ "> udp (3)", "< 7 > 5000 [len 30] udp (3)", true, "udp length,length" },
	{ "> udp (3)", "< 7 > 5000 [len 32] udp (3)", true, "total length" },
	{ "> 7 > 5000 [len 32] udp (3)", "< 7 > 5000 [len 32] udp (3)", true, "" },
	{ "> 7 > 5000 [len 33] udp (3)", "< 7 > 5000 [len 32] udp (3)", true, "total length" },
	{ "> udp (3)", "< 7 > 5000 [pad 4] udp (3)", false, "padding" },
	{ "> udp (3)", "< 7 > 5000 [pad 15] udp (3)", true, "" },
	{ "> udp (3)", "< 7 > 5000 [pad 16] udp (3)", true, "padding" },
	{ "> 7 > 5000 [pad 16] udp (3)", "< 7 > 5000 [pad 16] udp (3)", true, "" },
	{ "> udp (3)", "< [ect0, ttl 3] udp (3)", true, "" },
	{ "> [ttl 3] udp (3)", "< [ttl 3] udp (3)", true, "" },
	{ "> [ttl 3] udp (3)", "< [ttl 4] udp (3)", true, "ttl" },
	{ "> 7 > 5000 [ttl 3, id 9, tos 0x3] udp (3)", "< [ttl 3] (tos 0x3) udp (3)", true, "" },
	{ "> 7 > 5000 [ttl 3, id 8, tos 0x3] udp (3)", "< [ttl 2] (tos 0x1) udp (3)", true,
	  "tos,id,ttl" },
	{ "> (tos 0xb8) udp (3)", "< (tos 0xb9) udp (3)", true, "tos" },
	{ "> [ect0] udp (3)", "< (tos 0xb2) udp (3)", true, "" },
	{ "> [ect0] udp (3)", "< [ect1] udp (3)", true, "ecn" },
	{ "> [ect1] udp (3)", "< [ect1] udp (3)", true, "" },
	{ "> [ce] udp (3)", "< [ect1] udp (3)", true, "ecn" },
	{ "> [ce] udp (3)", "< [ce] udp (3)", true, "" },
	{ "> [noecn] udp (3)", "< (tos 0xb8) udp (3)", true, "" },
	{ "> [noecn] udp (3)", "< [ce] udp (3)", true, "ecn" },
	{ "> [ect01] udp (3)", "< [ect0] udp (3)", true, "" },
	{ "> [ect01] udp (3)", "< [ect1] udp (3)", true, "" },
	{ "> [ect01] udp (3)", "< [ce] udp (3)", true, "ecn" },
	{ "> [ect01] udp (3)", "< [noecn] udp (3)", true, "ecn" },
	{ "> 7 > 5000 [df] udp (3)", "< 7 > 5000 [df] udp (3)", true, "" },
	{ "> 7 > 5000 [df] udp (3)", "< udp (3)", true, "df" },
	{ "> udp (3)", "< 7 > 5000 [df] udp (3)", true, "" },
	{ "> udp (3)", "< 7 > 5000 [rf] udp (3)", true, "rf" },
	{ "> 7 > 5000 [rf] udp (3)", "< udp (3)", true, "rf" },
	{ "> udp (3)", "< 7 > 5000 [mf] udp (3)", true, "mf" },
	{ "> 7 > 5000 [mf] udp (3)", "< 7 > 5000 [mf, ulen 99, l4csum bad] udp (3)", true, "" },
	{ "> 7 > 5000 [mf] udp (3)", "< udp (3)", true, "mf" },
	{ "> udp (3)", "< 7 > 5000 [frag 1] udp (3)", true, "packet" },
	{ "> 1.2.3.4 > 5.6.7.8 [frag 185] ip proto 17 (3)",
	  "< 1.2.3.4 > 5.6.7.8 [frag 185] ip proto 17 (3)", true, "" },
	{ "> 1.2.3.4 > 5.6.7.8 [frag 185] ip proto 17 (3)",
	  "< 1.2.3.4 > 5.6.7.8 [frag 186, mf] ip proto 17 (3)", true, "mf,frag" },
	{ "> 1.2.3.4 > 5.6.7.8 ip proto 253 (3)", "< 1.2.3.4 > 5.6.7.8 ip proto 253 (3)", true,
	  "" },
	{ "> 1.2.3.4 > 5.6.7.8 ip proto 253 (3)", "< 1.2.3.4 > 5.6.7.8 ip proto 254 (3)", true,
	  "packet" },
	{ "> udp (3)", "< 7 > 5000 [opt nop] udp (3)", true, "IPv4 options" },
	{ "> 7 > 5000 [opt rr 2 1.2.3.4] udp (3)", "< 7 > 5000 [opt rr 2 1.2.3.4, opt eol] udp (3)",
	  true, "" },
	{ "> 7 > 5000 [opt rr 2 1.2.3.4] udp (3)", "< 7 > 5000 [opt rr 2 1.2.3.5] udp (3)", true,
	  "IPv4 options" },
	{ "> 7 > 5000 [opt rr 2 1.2.3.4] udp (3)", "< 7 > 5000 udp (3)", true, "IPv4 options" },
	{ "> 7 > 5000 [opt lsrr 4 1.2.3.4] udp (3)", "< 7 > 5000 [opt lsrr 4 1.2.3.4] udp (3)",
	  true, "" },
	{ "> udplite (3)", "< udplite (3)", true, "" },
	{ "> udplite (3)", "< 7 > 5000 [ulen 0] udplite (3)", true, "" },
	{ "> udplite (3)", "< 7 > 5000 [ulen 8] udplite (3)", true, "coverage" },
	{ "> 7 > 5000 [ulen 8] udplite (3)", "< 7 > 5000 [ulen 8] udplite (3)", true, "" },
	{ "> S 0:0(0) <mss 1460,nop,wscale 7>", "< S 0:0(0) win 9 <mss 1460,nop,wscale 7>", true,
	  "" },
	{ "> S 0:0(0) win 9 <mss 1460,nop,wscale 7>", "< S 0:0(0) win 8 <mss 1460,nop,wscale 8>",
	  true, "win,options" },
	{ "> S 0:0(0) <...>", "< S 0:0(0) win 8 <mss 1460,nop,wscale 8>", true, "" },
	{ "> S 0:0(0)", "< S 0:0(0) win 8 <mss 1460>", true, "options" },
	{ "> S 0:0(0) <mss 1460>", "< S 0:0(0) win 8", true, "options" },
	{ "> S 0:0(0) <mss 1460,nop>", "< S 0:0(0) win 8 <nop,mss 1460>", true, "options" },
	{ "> S 0:0(0) <FO COOKIE>", "< S 0:0(0) win 8 <FO c00c1e>", true, "" },
	{ "> S 0:0(0) <FO COOKIE>", "< S 0:0(0) win 8 <FO c00c1f>", true, "options" },
	{ "> S 0:0(0) <FO NOBODY>", "< S 0:0(0) win 8 <FO c00c1f>", true, "options" },
	{ "> . 1:1(0) ack 1", "< . 1:1(0) ack 1 win 257", true, "" },
	{ "> . 1:1(0) ack 1", "< . 2:2(0) ack 3 win 257", true, "seq,ack" },
	{ "> . 1:1(0)", "< . 1:1(0) ack 1 win 257", true, "ack" },
	{ "> . 1:1(0) ack 0", "< . 1:1(0) ack 0 win 257", true, "" },
	{ "> R 1:1(0)", "< R 1:1(0) win 0", true, "" },
	{ "> R 1:1(0)", "< R 1:1(0) ack 5 win 0", true, "ack" },
	{ "> P. 1:4(3) ack 1", "< . 1:4(3) ack 1 win 257", true, "flags" },
	{ "> SE. 1:4(3) ack 1", "< SEW. 1:4(3) ack 1 win 257", true, "flags" },
	{ "> SEA. 1:4(3) ack 1", "< SE. 1:4(3) ack 1 win 257", true, "flags" },
	{ "> P. 1:4(3) ack 1", "< P. 1:5(4) ack 1 win 257", true, "length" },
	{ "> P. 1:4(3) ack 1 \"abc\"", "< P. 1:4(3) ack 1 win 257 \"abc\"", true, "" },
	{ "> P. 1:4(3) ack 1", "< P. 1:4(3) ack 1 win 257 \"abc\"", true, "payload" },
	{ "> . 1:1(0) ack 1 urg 3", "< . 1:1(0) ack 1 win 257 urg 3", true, "" },
	{ "> . 1:1(0) ack 1", "< . 1:1(0) ack 1 win 257 urg 3", true, "urg" },
	{ "> . 1:1(0) ack 1 urg 3", "< . 1:1(0) ack 1 win 257", true, "urg" },
	{ "> . 1:1(0) ack 1 <sack 1:2 3:4>", "< . 1:1(0) ack 1 win 257 <sack 1:2 3:4>", true, "" },
	{ "> . 1:1(0) ack 1 <sack 1:2 3:4>", "< . 1:1(0) ack 1 win 257 <sack 1:2 3:5>", true,
	  "options" },
	{ "> . 1:1(0) ack 1 <TS val 1 ecr 2>", "< . 1:1(0) ack 1 win 257 <TS val 9 ecr 2>", true,
	  "" },
	{ "> . 1:1(0) ack 1 <TS val 1 ecr 2>", "< . 1:1(0) ack 1 win 257 <TS val 1 ecr 3>", true,
	  "options" },
	{ "> . 1:1(0) ack 1 <nop,TS val 1 ecr 2>", "< . 1:1(0) ack 1 win 257 <TS val 1 ecr 2,nop>",
	  true, "options" },
	{ "> . 1:1(0) ack 1", "< 7 > 5000 [l4csum bad] . 1:1(0) ack 1 win 257", true, "l4csum" },
	{ "> icmp echo_request id 3 seq 4 (3)", "< icmp echo_request id 3 seq 4 (3)", true, "" },
	{ "> icmp echo_request id 3 seq 4 (3)", "< icmp echo_reply id 4 seq 5 (4)", true,
	  "icmp type,icmp id,icmp seq,length" },
	{ "> icmp echo_request (3) \"abc\"", "< icmp echo_request id 3 seq 4 (3) \"abd\"", true,
	  "payload" },
	{ "> icmp echo_request", "< icmp echo_request id 3 seq 4 (3) \"abd\"", true, "" },
	{ "> icmp echo_request", "< 192.0.2.2 > 192.0.2.1 [l4csum bad] icmp echo_request", true,
	  "icmp csum" },
	{ "> icmp unreachable port_unreachable [udp (3)]",
	  "< icmp unreachable port_unreachable [udp (3)]", true, "" },
	{ "> icmp unreachable port_unreachable [udp (3)]",
	  "< icmp unreachable host_unreachable [udp (4)]", true, "icmp code,quoted length" },
	{ "> icmp unreachable port_unreachable [1:2(1)]",
	  "< icmp unreachable port_unreachable [1:2(1)]", true, "" },
	{ "> icmp unreachable port_unreachable [1:2(1)]",
	  "< icmp unreachable port_unreachable [2:3(1)]", true, "quoted seq" },
	{ "> icmp unreachable port_unreachable [udp (3)]",
	  "< icmp unreachable port_unreachable [9.9.9.9:1 > 8.8.8.8:2 udp (3)]", true,
	  "quoted source,quoted destination,quoted source port,quoted destination port" },
	{ "> icmp unreachable port_unreachable [udp (3)]",
	  "< icmp unreachable port_unreachable (3)", true, "quoted packet" },
	{ "> icmp unreachable port_unreachable [udp (3)]",
	  "< icmp unreachable port_unreachable [1:2(1)]", true, "quoted proto,quoted length" },
	{ "> icmp unreachable frag_needed mtu 1400", "< icmp unreachable frag_needed mtu 1401",
	  true, "mtu" },
	{ "> icmp redirect gw 1.2.3.4", "< icmp redirect gw 1.2.3.5", true, "gateway" },
	{ "> ipv4 10.0.0.2 > 10.0.0.1: udp (3)", "< ipv4 10.0.0.2 > 10.0.0.1: udp (3)", true, "" },
	{ "> ipv4 10.0.0.2 > 10.0.0.1: udp (3)", "< ipv4 10.0.0.3 > 10.0.0.4: udp (4)", true,
	  "outer source,outer destination,length" },
	{ "> ipv4 10.0.0.2 > 10.0.0.1: udp (3)", "< gre 10.0.0.2 > 10.0.0.1: udp (3)", true,
	  "packet" },
	{ "> ipv4 10.0.0.2 > 10.0.0.1: gre: udp (3)", "< gre 10.0.0.2 > 10.0.0.1: udp (3)", true,
	  "" },
	{ "> udp (3)", "< gre 10.0.0.2 > 10.0.0.1: udp (3)", true, "packet" },
	{ "> eth 02:00:00:00:00:02 > 02:00:00:00:00:01 udp (3)", "< udp (3)", true, "" },
	{ "> eth 02:00:00:00:00:01 > 02:00:00:00:00:02 udp (3)", "< udp (3)", true,
	  "eth source,eth destination" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2", "< arp who-has 192.0.2.1 tell 192.0.2.2", true,
	  "" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2", "< arp who-has 192.0.2.3 tell 192.0.2.4", true,
	  "arp tell,arp who-has" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2",
	  "< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.2", true,
	  "eth destination" },
	{ "> eth 02:00:00:00:00:02 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.2",
	  "< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.2", true,
	  "" },
	{ "> eth 02:00:00:00:00:02 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.2",
	  "< arp who-has 192.0.2.1 tell 192.0.2.2", true, "eth destination" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2", "< arp reply 192.0.2.2 is-at 02:00:00:00:00:02",
	  true, "eth destination,arp op,arp target" },
	{ "> arp reply 192.0.2.2 is-at 02:00:00:00:00:02",
	  "< arp reply 192.0.2.2 is-at 02:00:00:00:00:02", true, "" },
	{ "> arp reply 192.0.2.2 is-at 02:00:00:00:00:02",
	  "< arp reply 192.0.2.3 is-at 02:00:00:00:00:03", true,
	  "eth source,arp sender,arp address" },
	{ "> arp [tpa 192.0.2.9] reply 192.0.2.2 is-at 02:00:00:00:00:02",
	  "< arp reply 192.0.2.2 is-at 02:00:00:00:00:02", true, "arp to" },
	{ "> arp [tha 02:00:00:00:00:09] who-has 192.0.2.1 tell 192.0.2.2",
	  "< arp who-has 192.0.2.1 tell 192.0.2.2", true, "arp target" },
	{ "> arp [op 3] who-has 192.0.2.1 tell 192.0.2.2",
	  "< arp [htype 2, ptype 0x801, hlen 7, plen 5] who-has 192.0.2.1 tell 192.0.2.2", true,
	  "arp htype,arp ptype,arp hlen,arp plen,arp op" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2",
	  "< arp [pad 18] who-has 192.0.2.1 tell 192.0.2.2", true, "" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2",
	  "< arp [pad 19] who-has 192.0.2.1 tell 192.0.2.2", true, "padding" },
	{ "> arp who-has 192.0.2.1 tell 192.0.2.2", "< udp (3)", true, "packet" },
	{ "> eth 02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc hex 01",
	  "< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc hex 01", true, "" },
	{ "> eth 02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc hex 01",
	  "< eth 02:00:00:00:00:03 > 02:00:00:00:00:04 type 0x88cd hex 0203", true,
	  "eth source,eth destination,eth type,length" },
	{ "> eth 02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc hex 01",
	  "< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc hex 02", true, "bytes" },
	{ "> hex 0102", "< hex 0102", false, "" },
	{ "> hex 0102", "< hex 0103", false, "bytes" },
	{ "> hex 0102", "< hex 01", false, "length" },
};

static void test_match(void **state)
{
	char names[RESULT_BYTES];
	u32 wrong = 0;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(compared); i++) {
		struct packet_ctx ctx = context(compared[i].ethernet);
		struct line l = parse_line(compared[i].expected);
		u32 len = frame_of(compared[i].came, compared[i].ethernet, frame_a);

		compare(&l, &ctx, frame_a, len, names);
		if (strcmp(names, compared[i].differ) != 0) {
			print_error("%s\n%s\ndiffer in \"%s\", expected \"%s\"\n",
				    compared[i].expected, compared[i].came, names,
				    compared[i].differ);
			wrong++;
		}
		script_free(l.s);
	}
	assert_int_equal(wrong, 0);
}

static void test_match_none(void **state)
{
	struct line l = parse_line("> 1.2.3.4:5 > 5.6.7.8:9 udp (3)");
	struct packet_ctx ctx = context(true);
	struct packet_field field[PACKET_FIELDS];
	u32 differ = 0;

	(void)state;
	assert_int_equal(packet_match(l.s, l.p, &ctx, frame_a, 0, field, &differ), 1);
	assert_int_equal(differ, 1);
	assert_string_equal(field[0].name, "packet");
	assert_string_equal(field[0].actual, "none");
	assert_non_null(strstr(field[0].expected, "> 1.2.3.4:5 > 5.6.7.8:9 udp (3)"));
	script_free(l.s);
}

/* What a context can ask for, and leave out. */
static void test_match_context(void **state)
{
	struct line l = parse_line("> . 1:1(0) ack 1 <nop,nop,TS val 100 ecr 7>");
	struct line u = parse_line("> udp (3)");
	struct packet_ctx ctx = context(false), from = ctx;
	char names[RESULT_BYTES];
	u32 len;

	(void)state;
	len = frame_of("< . 1:1(0) ack 1 win 9 <nop,nop,TS val 101 ecr 7>", false, frame_a);
	compare(&l, &ctx, frame_a, len, names);
	assert_string_equal(names, "");
	ctx.check_ts_val = true;
	compare(&l, &ctx, frame_a, len, names);
	assert_string_equal(names, "options");
	ctx.ts = 1;
	compare(&l, &ctx, frame_a, len, names);
	assert_string_equal(names, "");
	ctx.peer_ts = 1;
	compare(&l, &ctx, frame_a, len, names);
	assert_string_equal(names, "options");
	len = frame_of("< udp (3) \"abc\"", false, frame_a);
	compare(&u, &from, frame_a, len, names);
	assert_string_equal(names, "payload");
	from.any_payload = true;
	compare(&u, &from, frame_a, len, names);
	assert_string_equal(names, "");
	from.daddr = from.saddr = 0;
	from.sport = from.dport = 0;
	len = frame_of("< 9.9.9.9:1 > 8.8.8.8:2 udp (3)", false, frame_a);
	compare(&u, &from, frame_a, len, names);
	assert_string_equal(names, "");
	script_free(l.s);
	script_free(u.s);
}

static void fix_sums(u8 *frame, u32 len, bool ethernet)
{
	struct packet_view v = packet_view(frame, len, ethernet);
	u32 at, sum = v.ip != NULL ? (u32)(v.ip - frame) : 0, l4;
	u8 *check;

	if (v.ip == NULL)
		return;
	put_be16(frame + sum + IPV4_CHECK, 0);
	put_be16(frame + sum + IPV4_CHECK, (u16)~csum_fold16(csum_partial(frame + sum, v.hlen, 0)));
	if (packet_l4_hlen(&v) == 0)
		return;
	l4 = (u32)(v.l4 - frame);
	at = v.proto == IPPROTO_TCP ? 16 : v.proto == IPPROTO_ICMP ? 2 : 6;
	check = frame + l4 + at;
	put_be16(check, 0);
	sum = v.proto == IPPROTO_ICMP ? 0
				      : csum_tcpudp_nofold(ipv4_saddr(v.ip), ipv4_daddr(v.ip),
							   v.l4_len, v.proto, 0);
	sum = csum_fold(csum_partial(v.l4, v.l4_len, sum));
	put_be16(check, (u16)(sum == 0 && at == 6 ? 0xffff : sum));
}

/* Lines, and the bits that may flip without notice once the sums are right again: AT[:MASK]. */
static const struct {
	const char *line;
	bool ethernet;
	const char *free_bits;
} watched[] = {
	{ "< 192.0.2.2:7 > 192.0.2.1:5000 udp (4) \"abcd\"", false, "1:ff 4:ff 5:ff 6:40 8:ff" },
	{ "< [ect0] udp (1)", false, "1:fc 4:ff 5:ff 6:40 8:ff" },
	{ "< (tos 0x10) udp (1)", true,
	  "0:ff 1:ff 2:ff 3:ff 4:ff 5:ff 6:ff 7:ff 8:ff 9:ff 10:ff "
	  "11:ff 18:ff 19:ff 20:40 22:ff" },
	{ "< 7 > 5000 [ttl 3, id 7, df, tos 0x1, opt rr 2] udp (1)", false, "" },
	{ "< . 1:3(2) ack 1 win 5 <nop,nop,TS val 1 ecr 2>", false,
	  "1:ff 4:ff 5:ff 6:40 8:ff 44:ff 45:ff 46:ff 47:ff" },
	{ "< . 1:1(0) ack 1 win 5 <mss 1460,sack 1:2>", false, "1:ff 4:ff 5:ff 6:40 8:ff" },
	{ "< 192.0.2.2 > 192.0.2.1 icmp echo_request id 1 seq 2 (3)", false,
	  "1:ff 4:ff 5:ff 6:40 8:ff" },
	{ "< icmp redirect host gw 1.2.3.4 (3)", false, "1:ff 4:ff 5:ff 6:40 8:ff" },
	{ "< icmp unreachable port_unreachable [udp (5)]", false,
	  "1:ff 4:ff 5:ff 6:40 8:ff 24:ff 25:ff 26:ff 27:ff 29:ff 32:ff 33:ff 34:ff 35:ff 36:ff "
	  "38:ff 39:ff 52:ff 53:ff 54:ff 55:ff" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 253 (3)", false, "1:ff 4:ff 5:ff 6:40 8:ff" },
	{ "< 1.2.3.4 > 5.6.7.8 [frag 1, mf, ttl 3] ip proto 17 (3)", false, "1:ff 4:ff 5:ff 6:40" },
	{ "< arp who-has 192.0.2.1 tell 192.0.2.2", true, "" },
	{ "< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.2", true,
	  "" },
	{ "< arp reply 192.0.2.2 is-at 02:00:00:00:00:02", true, "38:ff 39:ff 40:ff 41:ff" },
	{ "< arp [tpa 192.0.2.1] reply 192.0.2.2 is-at 02:00:00:00:00:02", true, "" },
	{ "< eth 02:00:00:00:00:02 > 02:00:00:00:00:01 type 0x88cc hex 0102", true, "" },
	{ "< hex 010203", false, "" },
};

static bool is_free(const char *bits, u32 at, u32 mask)
{
	u32 place = 0, of = 0;
	int used;

	while (sscanf(bits, " %u:%x%n", &place, &of, &used) == 2) {
		if (place == at && (of & mask) != 0)
			return true;
		bits += used;
	}
	return false;
}

/* Every bit of a frame flips: with the sums left alone it is seen always (of what sums are over),
 * with right sums it is seen unless the line says nothing about it.
 */
static void watch(const char *line, bool ethernet, const char *free_bits)
{
	struct packet_ctx ctx = context(ethernet);
	struct line l = parse_line(line);
	u32 len, head = ethernet ? (u32)PACKET_ETH_HLEN : 0, wrong = 0;
	char names[RESULT_BYTES];

	len = build_line(&l, &ctx, frame_a);
	compare(&l, &ctx, frame_a, len, names);
	if (*names != '\0')
		fail_msg("%s: its own frame differs in %s", line, names);
	for (u32 bit = 0; bit < 8 * len; bit++) {
		u32 at = bit / 8, mask = 1u << bit % 8;

		memcpy(frame_b, frame_a, len);
		frame_b[at] ^= (u8)mask;
		compare(&l, &ctx, frame_b, len, names);
		if (*names == '\0' && at >= head && l.p->kind <= PACKET_ICMP) {
			print_error("%s: bit 0x%02x of byte %u is not seen\n", line, mask, at);
			wrong++;
		}
		fix_sums(frame_b, len, ethernet);
		compare(&l, &ctx, frame_b, len, names);
		if (memcmp(frame_a, frame_b, len) != 0 &&
		    (*names == '\0') != is_free(free_bits, at, mask)) {
			print_error("%s: bit 0x%02x of byte %u: \"%s\"\n", line, mask, at, names);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
	script_free(l.s);
}

static void test_every_bit(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(watched); i++)
		watch(watched[i].line, watched[i].ethernet, watched[i].free_bits);
}

/* --- glue
 * ----------------------------------------------------------------------------------------- */

static const struct {
	const char *first, *second, *glued; /* NULL: they are not */
} glued[] = {
	{ "< . 1:4(3) ack 1 win 9 \"abc\"", "< . 4:6(2) ack 1 win 9 \"de\"",
	  "> . 1:6(5) ack 1 win 9 \"abcde\"" },
	{ "< . 1:4(3) ack 1 win 9 <nop,nop,TS val 1 ecr 2>",
	  "< P. 4:6(2) ack 1 win 9 <nop,nop,TS val 1 ecr 2>",
	  "> P. 1:6(5) ack 1 win 9 <nop,nop,TS val 1 ecr 2>" },
	{ "< . 1:4(3) ack 1 win 9", "< FP. 4:6(2) ack 1 win 9", "> FP. 1:6(5) ack 1 win 9" },
	{ "< W. 1:4(3) ack 1 win 9", "< . 4:6(2) ack 1 win 9", "> W. 1:6(5) ack 1 win 9" },
	{ "< 7 > 5000 [id 1] . 1:4(3) ack 1 win 9", "< 7 > 5000 [id 2] . 4:6(2) ack 1 win 9",
	  "> 7 > 5000 [id 1] . 1:6(5) ack 1 win 9" },
	{ "< P. 1:4(3) ack 1 win 9", "< . 4:6(2) ack 1 win 9", "> P. 1:6(5) ack 1 win 9" },
	{ "< P. 1:4(3) ack 1 win 9", "< P. 4:6(2) ack 1 win 9", "> P. 1:6(5) ack 1 win 9" },
	{ "< S. 1:4(3) ack 1 win 9", "< S. 4:6(2) ack 1 win 9", NULL },
	{ "< R. 1:4(3) ack 1 win 9", "< R. 4:6(2) ack 1 win 9", NULL },
	{ "< F. 1:4(3) ack 1 win 9", "< . 4:6(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< . 5:7(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< . 3:6(3) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< . 4:6(2) ack 2 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< . 4:6(2) ack 1 win 8", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< W. 4:6(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< . 4:6(2) ack 1 win 9 <nop>", NULL },
	{ "< . 1:4(3) ack 1 win 9 <eol>", "< . 4:6(2) ack 1 win 9 <nop>", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< . 4:4(0) ack 1 win 9", NULL },
	{ "< . 1:1(0) ack 1 win 9", "< . 1:4(3) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< 8 > 5000 . 4:6(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< 7 > 5001 . 4:6(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< [ect0] . 4:6(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< [ttl 3] . 4:6(2) ack 1 win 9", NULL },
	{ "< . 1:4(3) ack 1 win 9", "< udp (3)", NULL },
	{ "< . 1:40001(40000) ack 1 win 9", "< . 40001:65501(25500) ack 1 win 9", NULL },
	{ "< udp (3)", "< . 1:4(3) ack 1 win 9", NULL },
};

static void test_glue(void **state)
{
	static u8 was[PACKET_BYTES_MAX];
	char names[RESULT_BYTES];

	(void)state;
	for (u32 i = 0; i < 2 * ARRAY_SIZE(glued); i++) {
		const bool ethernet = i % 2 != 0;
		u32 n = i / 2, len = frame_of(glued[n].first, ethernet, frame_a), before = len;
		u32 next = frame_of(glued[n].second, ethernet, frame_b);
		struct packet_ctx ctx = context(ethernet);
		struct line l;

		memcpy(was, frame_a, len);
		/* No room: nothing happens. */
		assert_false(packet_glue(frame_a, &len, len + 1, frame_b, next, ethernet));
		if (packet_glue(frame_a, &len, PACKET_BYTES_MAX, frame_b, next, ethernet) !=
		    (glued[n].glued != NULL))
			fail_msg("%s, %s", glued[n].first, glued[n].second);
		if (glued[n].glued == NULL) {
			assert_int_equal(len, before);
			assert_memory_equal(frame_a, was, len);
		} else {
			l = parse_line(glued[n].glued);
			compare(&l, &ctx, frame_a, len, names);
			assert_string_equal(names, "");
			script_free(l.s);
		}
	}
}

/* A sum that was wrong is not mended by that. */
static void test_glue_bad_sum(void **state)
{
	struct line l = parse_line("> 7 > 5000 [l4csum bad] . 1:6(5) ack 1");
	u32 len = frame_of("< . 1:4(3) ack 1 win 9", false, frame_a);
	u32 next = frame_of("< 7 > 5000 [l4csum bad] . 4:6(2) ack 1 win 9", false, frame_b);
	struct packet_ctx ctx = context(false);
	char names[RESULT_BYTES];

	(void)state;
	assert_true(packet_glue(frame_a, &len, PACKET_BYTES_MAX, frame_b, next, false));
	compare(&l, &ctx, frame_a, len, names);
	assert_string_equal(names, "");
	script_free(l.s);
}

/* --- described
 * ------------------------------------------------------------------------------------ */

static const struct {
	const char *line;
	bool ethernet;
	const char *text;
} described[] = {
	{ "< udp (3) \"abc\"", false, "192.0.2.2.7 > 192.0.2.1.5000: UDP, length 3" },
	{ "< 192.0.2.2:7 > 192.0.2.1:5000 udp (5) \"hello\"", true,
	  "192.0.2.2.7 > 192.0.2.1.5000: UDP, length 5" },
	{ "< udplite (3) \"abc\"", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: UDP-Lite, coverage 11, length 3" },
	{ "< 1 > 2 [ulen 8] udplite (3) \"abc\"", false,
	  "192.0.2.2.1 > 192.0.2.1.2: UDP-Lite, coverage 8, length 3" },
	{ "< S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [S], seq 1000, win 32792, options [mss 1460,sack"
	  "OK,nop,nop,nop,wscale 7], length 0" },
	{ "< SEWA 0:0(0) win 32792 <FO,nop,nop>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [SEWe], seq 1000, win 32792, options [tfo  cooki"
	  "ereq,nop,nop], length 0" },
	{ "< P. 1:6(5) ack 1 win 257 <nop,nop,TS val 100 ecr 7> \"hello\"", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [P.], seq 1001:1006, ack 50001, win 257, options"
	  " [nop,nop,TS val 100 ecr 7], length 5" },
	{ "< . 1:1(0) ack 1 win 257 <sack 1001:2001 3001:4001,nop,nop>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [.], ack 50001, win 257, options [sack 2 {51001:"
	  "52001}{53001:54001},nop,nop], length 0" },
	{ "< R 1:1(0) win 0", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [R], seq 1001, win 0, length 0" },
	{ "< P.U 1:2(1) ack 1 win 1 urg 1", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [P.U], seq 1001:1002, ack 50001, win 1, urg 1, l"
	  "ength 1" },
	{ "< S 0:0(0) win 1 <FO 00112233aabb,FOEXP abcd,md5 00ff>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [S], seq 1000, win 1, options [tfo  cookie 00112"
	  "233aabb,exp-254 0xf989abcd,unknown-19 0x00ff,eol], length 0" },
	{ "< S 0:0(0) win 1 <FO COOKIE,opt 1e03aa,eol>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [S], seq 1000, win 1, options [tfo  cookie c00c1"
	  "e,unknown-30 0xaa,eol], length 0" },
	{ "< [ect0] . 1:1(0) ack 1 win 1", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [.], ack 50001, win 1, length 0" },
	{ "< [ce, ttl 3] (tos 0xb8) . 1:1(0) ack 1 win 1", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [.], ack 50001, win 1, length 0" },
	{ "< icmp echo_request id 258 seq 772 (4) \"ping\"", false,
	  "192.0.2.2 > 192.0.2.1: ICMP echo request, id 258, seq 772, length 12" },
	{ "< icmp unreachable frag_needed mtu 1400 [1:1001(1000)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP 192.0.2.2 unreachable - need to frag (mtu 1400), length "
	  "36" },
	{ "< icmp unreachable port_unreachable [udp (5)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP 192.0.2.2 udp port 7 unreachable, length 36" },
	{ "< icmp redirect host gw 192.0.2.8 [192.0.2.1:9 > 192.0.2.7:53 udp (5)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP redirect 192.0.2.7 to host 192.0.2.8, length 36" },
	{ "< icmp time_exceeded", false,
	  "192.0.2.2 > 192.0.2.1: ICMP time exceeded in-transit, length 36" },
	{ "< icmp parameter_problem id 5120 (0)", false,
	  "192.0.2.2 > 192.0.2.1: ICMP parameter problem - octet 20, length 8" },
	{ "< icmp 99 3", false, "192.0.2.2 > 192.0.2.1: ICMP type-#99, code 3, length 8" },
	{ "< ip proto 253 (3) hex 010203", false, "192.0.2.2 > 192.0.2.1: ip-proto-253, length 3" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 2 (8) hex 16000904e0000001", false,
	  "1.2.3.4 > 5.6.7.8: igmp type 0x16 224.0.0.1" },
	{ "< 1 > 2 [ttl 1, id 258, df, rf, mf, tos 0x10, frag 1] udp (3)", false,
	  "192.0.2.2 > 192.0.2.1: ip-proto-17, length 11 (frag 258:11@8+)" },
	{ "< 1 > 2 [len 29, pad 4] udp (3)", false, "192.0.2.2.1 > 192.0.2.1.2: UDP, length 3" },
	{ "< 1 > 2 [ihl 6, version 5, proto 99, csum 0x1234, l4csum 0x5678, ulen 99] udp (3)",
	  false, "IP [|ip], length 31" },
	{ "< 1 > 2 [csum bad, l4csum bad] udp (3)", false,
	  "192.0.2.2.1 > 192.0.2.1.2: UDP, length 3" },
	{ "< 1 > 2 [l4csum none] udp (3)", false, "192.0.2.2.1 > 192.0.2.1.2: UDP, length 3" },
	{ "< 1 > 2 [opt rr 3 1.2.3.4, opt eol] udp (1)", false,
	  "192.0.2.2.1 > 192.0.2.1.2: UDP, length 1" },
	{ "< 1 > 2 [opt nop, opt ts 3 4 16909060 5] udp (1)", false,
	  "192.0.2.2.1 > 192.0.2.1.2: UDP, length 1" },
	{ "< 1 > 2 [opt lsrr 4 1.2.3.4 5.6.7.8, opt nop] udp (1)", false,
	  "192.0.2.2.1 > 192.0.2.1.2: UDP, length 1" },
	{ "< 1 > 2 [opt ssrr 8 1.2.3.4, opt ra 0, opt hex 1e04aabb] udp (1)", false,
	  "192.0.2.2.1 > 192.0.2.1.2: UDP, length 1" },
	{ "< ipv4 10.0.0.2 > 10.0.0.1: udp (3)", false,
	  "10.0.0.2 > 10.0.0.1: IP 192.0.2.2.7 > 192.0.2.1.5000: UDP, length 3" },
	{ "< ipv4 10.0.0.2 > 10.0.0.1: gre: udp (3)", false,
	  "10.0.0.2 > 10.0.0.1: GREv0, length 35: IP 192.0.2.2.7 > 192.0.2.1.5000: UDP, length "
	  "3" },
	{ "< gre 10.0.0.2 > 10.0.0.1: ipv4 10.0.1.2 > 10.0.1.1: . 1:1(0) ack 1 win 3", false,
	  "10.0.0.2 > 10.0.0.1: GREv0, length 64: IP 10.0.1.2 > 10.0.1.1: IP 192.0.2.2.7 > 192."
	  "0.2.1.5000: Flags [.], ack 50001, win 3, length 0" },
	{ "< arp who-has 192.0.2.1 tell 192.0.2.2", true,
	  "ARP, Request who-has 192.0.2.1 tell 192.0.2.2, length 28" },
	{ "< arp reply 192.0.2.2 is-at 02:00:00:00:00:09", true,
	  "ARP, Reply 192.0.2.2 is-at 02:00:00:00:00:09, length 28" },
	{ "< eth 02:00:00:00:00:07 > 02:00:00:00:00:01 arp who-has 192.0.2.1 tell 192.0.2.7", true,
	  "ARP, Request who-has 192.0.2.1 tell 192.0.2.7, length 28" },
	{ "< arp [op 3, htype 6, ptype 0x86dd, hlen 8, plen 16, tha 02:00:00:00:00:08, pad 2] w"
	  "ho-has 192.0.2.1 tell 192.0.2.2",
	  true, "ARP, hardware 6 (8), protocol 0x86dd (16), op 3, length 30" },
	{ "< arp [sha 02:00:00:00:00:05, tpa 192.0.2.99] reply 192.0.2.2 is-at 02:00:00:00:00:0"
	  "9",
	  true, "ARP, Reply 192.0.2.2 is-at 02:00:00:00:00:05, length 28" },
	{ "< eth 02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff type 0x88cc hex 0102", true,
	  "02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff, ethertype 0x88cc, length 16" },
	{ "< eth 02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff type 0x88cc (3) pattern 0", true,
	  "02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff, ethertype 0x88cc, length 17" },
	{ "< eth 02:00:00:00:00:07 > 02:00:00:00:00:01 [ttl 64] udp (0)", true,
	  "192.0.2.2.7 > 192.0.2.1.5000: UDP, length 0" },
	{ "< hex 4500", false, "IP [|ip], length 2" },
	{ "< 1.2.3.4 > 5.6.7.8 [mf, id 7] udp (1472)", false,
	  "1.2.3.4.7 > 5.6.7.8.5000: UDP, length 1472 (frag 7:1480@0+)" },
	{ "< 1.2.3.4 > 5.6.7.8 [frag 185, id 7] ip proto 17 (100)", false,
	  "1.2.3.4 > 5.6.7.8: ip-proto-17, length 100 (frag 7:100@1480)" },
	{ "< 1.2.3.4 > 5.6.7.8 [len 100] udp (3)", false,
	  "1.2.3.4.7 > 5.6.7.8.5000: UDP, length 3 [69 bytes missing]" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 17 (3)", false, "1.2.3.4 > 5.6.7.8: [|udp]" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 17 (5)", false, "1.2.3.4.0 > 5.6.7.8.0: [|udp]" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 6 (19)", false, "1.2.3.4.0 > 5.6.7.8.0: [|tcp]" },
	{ "< 1.2.3.4 > 5.6.7.8 ip proto 1 (7)", false, "1.2.3.4 > 5.6.7.8: [|icmp]" },
	{ "< FSRP.UEWA 0:0(0) win 3 urg 9", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [FSRP.UEWe], seq 1000, ack 50000, win 3, urg 9, "
	  "length 0" },
	{ "< - 0:0(0) win 3", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [none], win 3, length 0" },
	{ "< . 5:8(3) ack 1 win 3 <opt 0203>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [.], seq 1005:1008, ack 50001, win 3, options [u"
	  "nknown-2 0x00,eol], length 3" },
	{ "< . 5:8(3) ack 1 win 3 <opt 05ff>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [.], seq 1005:1008, ack 50001, win 3, options [b"
	  "ad opt], length 3" },
	{ "< . 5:8(3) ack 1 win 3 <mss 1,eol,eol,eol,wscale 3>", false,
	  "192.0.2.2.7 > 192.0.2.1.5000: Flags [.], seq 1005:1008, ack 50001, win 3, options [m"
	  "ss 1,eol], length 3" },
	{ "< icmp unreachable host_prohibited [udp (5)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP host 192.0.2.2 unreachable - admin prohibited, length 36" },
	{ "< icmp unreachable net_unreachable [udp (5)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP net 192.0.2.2 unreachable, length 36" },
	{ "< icmp unreachable host_unreachable [udp (5)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP host 192.0.2.2 unreachable, length 36" },
	{ "< icmp unreachable protocol_unreachable [udp (5)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP 192.0.2.2 protocol 17 unreachable, length 36" },
	{ "< icmp unreachable port_unreachable [5:6(1)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP 192.0.2.2 tcp port 7 unreachable, length 36" },
	{ "< icmp unreachable packet_filtered [5:6(1)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP host 192.0.2.2 unreachable - admin prohibited filter, le"
	  "ngth 36" },
	{ "< icmp unreachable source_route_failed [5:6(1)]", false,
	  "192.0.2.2 > 192.0.2.1: ICMP host 192.0.2.2 unreachable - code 5, length 36" },
	{ "< icmp unreachable port_unreachable (3)", false,
	  "192.0.2.2 > 192.0.2.1: ICMP unreachable, code 3, length 11" },
	{ "< icmp time_exceeded ttl", false,
	  "192.0.2.2 > 192.0.2.1: ICMP time exceeded in-transit, length 36" },
	{ "< icmp time_exceeded frag_time", false,
	  "192.0.2.2 > 192.0.2.1: ICMP ip reassembly time exceeded, length 36" },
	{ "< icmp time_exceeded 7", false,
	  "192.0.2.2 > 192.0.2.1: ICMP time exceeded-#7, length 36" },
	{ "< icmp redirect net gw 192.0.2.8", false,
	  "192.0.2.2 > 192.0.2.1: ICMP redirect 192.0.2.2 to net 192.0.2.8, length 36" },
	{ "< icmp source_quench", false,
	  "192.0.2.2 > 192.0.2.1: ICMP source quench, code 0, length 36" },
	{ "< icmp timestamp_request id 1 seq 2 (12)", false,
	  "192.0.2.2 > 192.0.2.1: ICMP timestamp request, id 1, seq 2, length 20" },
	{ "< icmp echo_reply id 1 seq 2", false,
	  "192.0.2.2 > 192.0.2.1: ICMP echo reply, id 1, seq 2, length 8" },
	{ "< icmp echo_reply", false,
	  "192.0.2.2 > 192.0.2.1: ICMP echo reply, id 0, seq 0, length 8" },
	{ "< 1.2.3.4:5 > 5.6.7.8:9 [ulen 3] udp (3)", false,
	  "1.2.3.4.5 > 5.6.7.8.9: UDP, bad length 3" },
	{ "< 1.2.3.4:5 > 5.6.7.8:9 [ulen 900] udp (3)", false,
	  "1.2.3.4.5 > 5.6.7.8.9: UDP, length 892" },
	{ "< hex 00", false, "IP [|ip], length 1" },
	{ "< hex 6000000000000000000000000000000000000000", false, "IP [|ip], length 20" },
	{ "< hex 4400000000000000000000000000000000000000", false, "IP [|ip], length 20" },
	{ "< hex 020000000001", true, "[|ether], length 6" },
	{ "< hex 02000000000102000000000208004500", true, "IP [|ip], length 2" },
	{ "< hex 020000000001020000000002080600010800", true, "[|arp]" },
	{ "< eth 02:00:00:00:00:07 > ff:ff:ff:ff:ff:ff type 0x0806 hex 000608000604000102000000"
	  "00070a0000010000000000000a000002",
	  true, "ARP, hardware 6 (6), protocol 0x0800 (4), op 1, length 28" },
	{ "< arp [op 8] who-has 192.0.2.1 tell 192.0.2.2", true,
	  "ARP, op 8 who-has 192.0.2.1 tell 192.0.2.2, length 28" },
	{ "< arp [tha 02:00:00:00:00:08] who-has 192.0.2.1 tell 192.0.2.2", true,
	  "ARP, Request who-has 192.0.2.1 (02:00:00:00:00:08) tell 192.0.2.2, length 28" },
	{ "< 1.2.3.4:5 > 5.6.7.8:9 [pad 4] udp (1)", true, "1.2.3.4.5 > 5.6.7.8.9: UDP, length 1" },
};

static void test_describe(void **state)
{
	char text[RESULT_BYTES], cut[RESULT_BYTES];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(described); i++) {
		u32 len = frame_of(described[i].line, described[i].ethernet, frame_a);

		packet_describe(frame_a, len, described[i].ethernet, text, sizeof(text));
		assert_string_equal(text, described[i].text);
		for (u32 size = 1; size < strlen(text); size++) {
			packet_describe(frame_a, len, described[i].ethernet, cut, size);
			assert_int_equal(strlen(cut), size - 1);
			assert_memory_equal(cut, text, size - 1);
		}
	}
}

/* --- as a line
 * ------------------------------------------------------------------------------------ */

static char line_text[TEXT_BYTES];

/* The line of a frame builds the frame, whatever the context has that the line must not need. */
static void line_and_back(const u8 *frame, u32 len, bool ethernet)
{
	struct packet_ctx ctx = context(ethernet);
	struct line l;
	u32 again;

	ctx.isn = ctx.peer_isn = 0;
	ctx.ttl = 77;
	line_text[0] = '<';
	line_text[1] = ' ';
	packet_as_script(frame, len, ethernet, line_text + 2, sizeof(line_text) - 2);
	l = parse_line(line_text);
	again = build_line(&l, &ctx, frame_b);
	if (again != len || memcmp(frame, frame_b, len) != 0) {
		static char hex[TEXT_BYTES];

		hex_of(frame, len, hex);
		fail_msg("%s is not %s", line_text, hex);
	}
	script_free(l.s);
}

/* All that looks at frames, on a copy that ends where it ends. */
static void look_at(const u8 *frame, u32 len, bool ethernet)
{
	static const char *const lines[] = { "> udp (3)",
					     "> . 1:1(0) ack 1 <nop>",
					     "> icmp unreachable [udp (3)]",
					     "> arp who-has 1.2.3.4 tell 1.2.3.5",
					     "> 1 > 2 [frag 1, opt nop] udp (3)",
					     "> gre 1.2.3.4 > 1.2.3.5: ip proto 3 (1)",
					     "> icmp unreachable [1:1(0)]",
					     "> eth 02:00:00:00:00:01 > 02:00:00:00:00:02 type 3",
					     "> hex 00" };
	static struct line parsed[ARRAY_SIZE(lines)];
	struct packet_field field[PACKET_FIELDS];
	struct packet_ctx ctx = context(ethernet);
	struct packet_key key;
	u8 *copy = malloc(len + (len == 0));
	char text[300];
	u32 differ, i, glued_len = len;

	assert_non_null(copy);
	memcpy(copy, frame, len);
	packet_describe(copy, len, ethernet, text, sizeof(text));
	assert_true(strlen(text) > 0);
	if (packet_key(copy, len, ethernet, &key))
		assert_true(key.payload_at + key.payload_len <= len);
	(void)packet_glue(copy, &glued_len, len, copy, len, ethernet);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		if (parsed[i].s == NULL)
			parsed[i] = parse_line(lines[i]);
		differ = 0;
		(void)packet_match(parsed[i].s, parsed[i].p, &ctx, copy, len, field, &differ);
	}
	/* The last look of all gives the lines back. */
	for (i = 0; len == 0 && i < ARRAY_SIZE(lines); i++) {
		script_free(parsed[i].s);
		parsed[i].s = NULL;
	}
	free(copy);
}

static u32 seed_frame(u32 n, u8 *frame, bool *ethernet)
{
	n %= ARRAY_SIZE(built) + ARRAY_SIZE(described);
	if (n < ARRAY_SIZE(built)) {
		*ethernet = built[n].ethernet;
		return frame_of(built[n].line, *ethernet, frame);
	}
	n -= (u32)ARRAY_SIZE(built);
	*ethernet = described[n].ethernet;
	return frame_of(described[n].line, *ethernet, frame);
}

static void test_cut_frames(void **state)
{
	bool ethernet;

	(void)state;
	for (u32 n = 0; n < ARRAY_SIZE(built) + ARRAY_SIZE(described); n++) {
		u32 len = seed_frame(n, frame_a, &ethernet);

		for (u32 cut = 1; cut <= len; cut += cut < 200 ? 1 : 97) {
			look_at(frame_a, cut, ethernet);
			look_at(frame_a, cut, !ethernet);
			line_and_back(frame_a, cut, ethernet);
		}
	}
	look_at(frame_a, 0, false);
}

static void test_flipped_frames(void **state)
{
	static const u8 flips[] = { 0xff, 0x01, 0x80, 0x0f };
	bool ethernet;

	(void)state;
	for (u32 n = 0; n < ARRAY_SIZE(built) + ARRAY_SIZE(described); n++) {
		u32 len = seed_frame(n, frame_a, &ethernet);

		for (u32 i = 0; i < min_u32(len, 120) * ARRAY_SIZE(flips); i++) {
			u8 flip = flips[i % ARRAY_SIZE(flips)];

			frame_a[i / ARRAY_SIZE(flips)] ^= flip;
			look_at(frame_a, len, ethernet);
			line_and_back(frame_a, len, ethernet);
			frame_a[i / ARRAY_SIZE(flips)] ^= flip;
		}
	}
	look_at(frame_a, 0, false);
}

static void mutate(struct rng *r, u8 *frame, u32 *len)
{
	for (u32 n = 1 + rng_below(r, 4); n != 0; n--) {
		u32 at = rng_below(r, min_u32(*len, 80));

		switch (rng_below(r, 5)) {
		case 0:
			*len = max_u32(1, *len - rng_below(r, min_u32(*len, 20)));
			break;
		case 1:
			for (u32 more = rng_below(r, 20); more != 0; more--)
				frame[(*len)++] = rng_below(r, 2) != 0 ? 0 : (u8)rng_u32(r);
			break;
		case 2:
			frame[at] = 0;
			break;
		default:
			frame[at] = (u8)rng_u32(r);
		}
	}
}

static void test_random_frames(void **state)
{
	u32 seeds = (u32)(ARRAY_SIZE(built) + ARRAY_SIZE(described)), len;
	bool ethernet;
	struct rng r;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < MUTATIONS; i++) {
		len = seed_frame(rng_below(&r, seeds), frame_a, &ethernet);
		if (len > 2000)
			continue;
		mutate(&r, frame_a, &len);
		if (rng_below(&r, 2) != 0)
			fix_sums(frame_a, len, ethernet);
		line_and_back(frame_a, len, ethernet);
		if (i % 8 == 0)
			look_at(frame_a, len, ethernet);
	}
	for (u32 i = 0; i < RANDOM_FRAMES; i++) {
		len = 1 + rng_below(&r, 100);
		for (u32 k = 0; k < len; k++)
			frame_a[k] = (u8)(rng_u64(&r) >> 13);
		line_and_back(frame_a, len, rng_below(&r, 2) != 0);
	}
	look_at(frame_a, 0, false);
}

/* As much of a frame is named as can be. */
static void test_as_script(void **state)
{
	static const struct {
		const char *line, *text; /* NULL: the same */
		bool ethernet;
	} lines[] = {
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4] udp (3) \"abc\"", NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, l4csum 0x1234] udp (3) \"abc\"", NULL,
		  false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, csum 0x1234] udp (3) \"abc\"", NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, ulen 9] udp (3) \"abc\"", NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, len 99] udp (3) hex 61ff62", NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, pad 9] udp (3)", NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, df, rf, mf, tos 0x5, opt rr 2 1.2.3.4, "
		  "opt eol] udp (3)",
		  NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, opt nop, opt ts 1 3 4 5, opt ra 3, "
		  "opt hex 1e03aa] udp (3)",
		  NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4] udplite (3)", NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4] P. 1:4(3) ack 5 win 6 "
		  "<mss 3,sackOK,TS val 4 ecr 5,nop,wscale 9>",
		  NULL, false },
		{ "1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4] FSRPU 1:1(0) ack 7 win 6 urg 9 "
		  "<sack 1:2 3:4,md5 00,FO,FO aa,FOEXP bb,opt 1e02,eol,eol,eol>",
		  NULL, false },
		{ "1.2.3.4 > 5.6.7.8 [ttl 3, id 4] icmp echo_request id 5 seq 6 (3) \"abc\"", NULL,
		  false },
		{ "1.2.3.4 > 5.6.7.8 [ttl 3, id 4] icmp unreachable frag_needed mtu 1400 "
		  "[5.6.7.8:9 > 1.2.3.4:5 1:1001(1000)]",
		  NULL, false },
		{ "1.2.3.4 > 5.6.7.8 [ttl 3, id 4] icmp unreachable port_unreachable "
		  "[5.6.7.8:9 > 1.2.3.4:5 udp (7)]",
		  NULL, false },
		{ "1.2.3.4 > 5.6.7.8 [ttl 3, id 4] icmp redirect net gw 1.2.3.4 (4) \"abcd\"", NULL,
		  false },
		{ "1.2.3.4 > 5.6.7.8 [ttl 3, id 4, frag 5] ip proto 17 (3) \"abc\"", NULL, false },
		{ "1.2.3.4 > 5.6.7.8 [ttl 3, id 4] ip proto 6 (3) \"abc\"", NULL, false },
		{ "eth 02:00:00:00:00:09 > 02:00:00:00:00:08 1.2.3.4:5 > 5.6.7.8:9 [ttl 3, id 4, "
		  "pad 18] udp (0)",
		  NULL, true },
		{ "eth 02:00:00:00:00:09 > ff:ff:ff:ff:ff:ff arp who-has 1.2.3.4 tell 5.6.7.8",
		  NULL, true },
		{ "eth 02:00:00:00:00:09 > ff:ff:ff:ff:ff:ff arp [op 5, htype 2, ptype 0x801, hlen "
		  "3, "
		  "plen 2, sha 02:00:00:00:00:01, tha 02:00:00:00:00:02, pad 3] who-has 1.2.3.4 "
		  "tell "
		  "5.6.7.8",
		  NULL, true },
		{ "eth 02:00:00:00:00:09 > 02:00:00:00:00:08 arp [tpa 9.9.9.9] reply 1.2.3.4 is-at "
		  "02:00:00:00:00:07",
		  NULL, true },
		{ "eth 02:00:00:00:00:09 > 02:00:00:00:00:08 type 0x86dd hex 6000", NULL, true },
		{ "eth 02:00:00:00:00:09 > 02:00:00:00:00:08 type 0x86dd", NULL, true },
		{ "hex 0102", NULL, true },
		{ "hex 0102", NULL, false },
		{ "ipv4 9.8.7.6 > 5.4.3.2: 1.2.3.4:5 > 5.6.7.8:9 [id 4] udp (0)",
		  "9.8.7.6 > 5.4.3.2 [ttl 255, id 0] ip proto 4 (28) "
		  "hex 4500001c00040000ff11abb90102030405060708000500090008efbc",
		  false },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lines); i++) {
		struct packet_ctx ctx = context(lines[i].ethernet);
		struct line l;
		u32 len;

		ctx.isn = ctx.peer_isn = 0;
		(void)sprintf(line_text, "< %s", lines[i].line);
		l = parse_line(line_text);
		len = build_line(&l, &ctx, frame_a);
		packet_as_script(frame_a, len, lines[i].ethernet, line_text, sizeof(line_text));
		assert_string_equal(line_text,
				    lines[i].text != NULL ? lines[i].text : lines[i].line);
		packet_as_script(frame_a, len, lines[i].ethernet, line_text, 5);
		assert_int_equal(strlen(line_text), 4);
		script_free(l.s);
	}
}

/* --- the stack's own frames
 * ----------------------------------------------------------------------- */

struct kept {
	u32 n, len[FRAMES_KEPT];
	u8 *frame[FRAMES_KEPT];
};

static void keep_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct kept *k = ctx;

	(void)port;
	if (!outgoing || k->n == FRAMES_KEPT)
		return;
	k->frame[k->n] = malloc(len);
	assert_non_null(k->frame[k->n]);
	memcpy(k->frame[k->n], frame, len);
	k->len[k->n++] = len;
}

/* ARP, datagrams, fragments, an answer that a port is closed: what the stack sends is a line with a
 * name, and is described as what it is.
 */
static void test_stack_frames(void **state)
{
	static const u32 sizes[] = { 0, 1, 5, 1472, 4000 };
	static const char *const starts[] = { "ARP, Request who-has 192.0.2.3", "192.0.2.1.5000 >",
					      "192.0.2.1 >", "192.0.2.1 > 192.0.2.2: ICMP" };
	static u8 data[4000] = "a payload";
	struct world *w = one_host_up(1);
	u32 seen[ARRAY_SIZE(starts)] = { 0 };
	struct kept k = { 0 };
	char text[300];
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	w->on_frame = keep_frame;
	w->on_frame_ctx = &k;
	assert_int_equal(call_bind(w, 0, 0, (int)fd, "192.0.2.1", 5000), 0);
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++)
		assert_int_equal(call_sendto(w, 0, 0, (int)fd, data, sizes[i], 0, "192.0.2.2", 7),
				 sizes[i]);
	(void)call_sendto(w, 0, 0, (int)fd, data, 3, 0, "192.0.2.3", 7);
	inject(w, frame_a, frame_of("< udp (9) pattern 3", true, frame_a));
	inject(w, frame_a, frame_of("< 9 > 9 udp (9) pattern 3", true, frame_a));
	inject(w, frame_a, frame_of("< icmp echo_request id 3 seq 4 (9)", true, frame_a));
	world_run_until(w, world_now_ps(w) + PS_PER_SEC);
	assert_true(k.n >= 10);
	for (u32 i = 0; i < k.n; i++) {
		line_and_back(k.frame[i], k.len[i], true);
		if (strstr(line_text, " type ") != NULL || strstr(line_text, "< hex") != NULL)
			fail_msg("%s has no name", line_text);
		packet_describe(k.frame[i], k.len[i], true, text, sizeof(text));
		for (u32 s = 0; s < ARRAY_SIZE(starts); s++)
			seen[s] += strncmp(text, starts[s], strlen(starts[s])) == 0;
		free(k.frame[i]);
	}
	for (u32 s = 0; s < ARRAY_SIZE(starts); s++)
		assert_true(seen[s] > 0);
	assert_int_equal(call_close(w, 0, 0, (int)fd), 0);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_build),	       cmocka_unit_test(test_build_payload),
		cmocka_unit_test(test_build_errors),   cmocka_unit_test(test_build_small),
		cmocka_unit_test(test_match),	       cmocka_unit_test(test_match_none),
		cmocka_unit_test(test_match_context),  cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_glue),	       cmocka_unit_test(test_glue_bad_sum),
		cmocka_unit_test(test_describe),       cmocka_unit_test(test_cut_frames),
		cmocka_unit_test(test_flipped_frames), cmocka_unit_test(test_random_frames),
		cmocka_unit_test(test_stack_frames),   cmocka_unit_test(test_as_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
