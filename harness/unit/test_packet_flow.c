// SPDX-License-Identifier: MIT
/* test_packet_flow.c - numbers of TCP segments, counted from where each side of a connection began.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "harness/lib/invariants.h"
#include "harness/script/packet_flow.h"
#include "harness/unit/one_host.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

enum {
	FRAME_MAX = 128,
	OPTIONS = FRAME_L4 + TCP_HLEN,
	TS_AT = OPTIONS + 4, /* behind two NOPs, kind and length */
	SACK_AT = OPTIONS + 16,
	OPTION_BYTES = 32,
	OWN_ISN = (int)0xfffffff0,
	PEER_ISN = 77777,
	OWN_TS = 500000,
	PEER_TS = 900000
};

struct seg {
	bool from_peer, no_ts, broken;
	u8 flags;
	u32 seq, ack, ts, ecr, sack;
	u16 port; /* 0: the connection's */
};

static void put_sum(u8 *frame, u32 len)
{
	u8 pseudo[12] = { 0 }, *th = frame + FRAME_L4;

	memcpy(pseudo, frame + FRAME_ETH + IPV4_SADDR, 8);
	pseudo[9] = IPPROTO_TCP;
	put_be16(pseudo + 10, (u16)len);
	put_be16(th + TCP_CHECK, 0);
	put_be16(th + TCP_CHECK,
		 (u16)~naive_checksum(th, len, naive_checksum(pseudo, sizeof(pseudo), 0)));
}

static u32 make(u8 frame[FRAME_MAX], const struct seg *s)
{
	u8 *th = frame + FRAME_L4, *at = frame + OPTIONS;
	u16 own = s->port != 0 ? s->port : 5001;
	u32 hlen = TCP_HLEN + OPTION_BYTES;

	memset(frame, 0, FRAME_MAX);
	put_be16(th + TCP_SOURCE, s->from_peer ? 7 : own);
	put_be16(th + TCP_DEST, s->from_peer ? own : 7);
	put_be32(th + TCP_SEQ, s->seq);
	put_be32(th + TCP_ACK_SEQ, s->ack);
	th[TCP_DOFF] = (u8)(hlen / 4 << 4);
	th[TCP_FLAG_BYTE] = s->flags;
	memset(at, TCPOPT_NOP, OPTION_BYTES);
	if (!s->no_ts) {
		at[2] = TCPOPT_TIMESTAMP;
		at[3] = TCPOLEN_TIMESTAMP;
	}
	put_be32(frame + TS_AT, s->ts);
	put_be32(frame + TS_AT + 4, s->ecr);
	if (s->no_ts)
		memset(frame + TS_AT, TCPOPT_NOP, 8);
	if (s->sack != 0) {
		frame[SACK_AT - 2] = TCPOPT_SACK;
		frame[SACK_AT - 1] = TCPOLEN_SACK_BASE + TCPOLEN_SACK_PERBLOCK;
		put_be32(frame + SACK_AT, s->sack);
		put_be32(frame + SACK_AT + 4, s->sack + 10);
	}
	(void)frame_ip(frame, IPPROTO_TCP, (u32)(s->from_peer ? PEER : HERE),
		       (u32)(s->from_peer ? HERE : PEER), hlen);
	put_sum(frame, hlen);
	if (s->broken)
		th[TCP_CHECK] ^= 0x55;
	return FRAME_L4 + hlen;
}

static void see(struct packet_flows *f, const struct seg *s)
{
	u8 frame[FRAME_MAX];
	u32 len = make(frame, s);

	packet_flows_see(f, frame, len, true);
}

/* The segment as it counts is `want`, to the byte: its checksum is right again. */
static void counts_as(const struct packet_flows *f, const struct seg *s, const struct seg *want)
{
	u8 frame[FRAME_MAX], wanted[FRAME_MAX];
	u32 len = make(frame, s);

	assert_int_equal(make(wanted, want), len);
	packet_flows_relative(f, frame, len, true);
	if (s->broken) /* as wrong as it was */
		memcpy(wanted + FRAME_L4 + TCP_CHECK, frame + FRAME_L4 + TCP_CHECK, 2);
	assert_memory_equal(frame, wanted, len);
}

static const struct seg own_syn = { .flags = TCPHDR_SYN, .seq = (u32)OWN_ISN, .ts = OWN_TS };
static const struct seg peer_syn = { .from_peer = true,
				     .flags = TCPHDR_SYN | TCPHDR_ACK,
				     .seq = PEER_ISN,
				     .ack = (u32)OWN_ISN + 1,
				     .ts = PEER_TS,
				     .ecr = OWN_TS };
/* Behind the wrap. */
static const struct seg data = { .flags = TCPHDR_ACK,
				 .seq = (u32)OWN_ISN + 100,
				 .ack = PEER_ISN + 50,
				 .ts = OWN_TS + 30,
				 .ecr = PEER_TS + 20,
				 .sack = PEER_ISN + 60 };

static void both_sides(void **state)
{
	static const struct seg syn = { .flags = TCPHDR_SYN, .ts = 1 };
	static const struct seg syn_ack = {
		.from_peer = true, .flags = TCPHDR_SYN | TCPHDR_ACK, .ack = 1, .ts = 1, .ecr = 1
	};
	static const struct seg counted = {
		.flags = TCPHDR_ACK, .seq = 100, .ack = 50, .ts = 31, .ecr = 21, .sack = 60
	};
	struct packet_flows f = { 0 };

	(void)state;
	counts_as(&f, &data, &data); /* of nobody it knows */
	see(&f, &own_syn);
	see(&f, &peer_syn);
	counts_as(&f, &own_syn, &syn);
	counts_as(&f, &peer_syn, &syn_ack);
	counts_as(&f, &data, &counted);
}

/* One side is enough for its own numbers. */
static void one_side(void **state)
{
	struct packet_flows f = { 0 };
	struct seg want = data;

	(void)state;
	see(&f, &own_syn);
	want.seq = 100;
	want.ts = 31;
	counts_as(&f, &data, &want);
	want = data;
	f = (struct packet_flows){ 0 };
	see(&f, &peer_syn);
	want.ack = 50;
	want.ecr = 21;
	want.sack = 60;
	counts_as(&f, &data, &want);
}

static void without_ack_or_stamps(void **state)
{
	struct packet_flows f = { 0 };
	struct seg s = data, want = { .flags = TCPHDR_RST, .seq = 100, .ack = 5, .no_ts = true };

	(void)state;
	see(&f, &own_syn);
	see(&f, &peer_syn);
	s = want;
	s.seq = data.seq;
	counts_as(&f, &s, &want); /* what is no acknowledgement stays */
	s = data;
	s.broken = true;
	want = (struct seg){ .flags = TCPHDR_ACK,
			     .seq = 100,
			     .ack = 50,
			     .ts = 31,
			     .ecr = 21,
			     .sack = 60,
			     .broken = true };
	counts_as(&f, &s, &want);
	/* No stamps were agreed on. */
	f = (struct packet_flows){ 0 };
	s = own_syn;
	s.no_ts = true;
	see(&f, &s);
	want = data;
	want.seq = 100;
	counts_as(&f, &data, &want);
}

/* The same SYN again changes nothing, another one does. */
static void syns_again(void **state)
{
	struct packet_flows f = { 0 };
	struct seg again = own_syn, want = data;

	(void)state;
	see(&f, &own_syn);
	again.ts += 1000;
	see(&f, &again);
	want.seq = 100;
	want.ts = 31;
	counts_as(&f, &data, &want);
	again.seq += 40;
	see(&f, &again);
	want.seq = 60;
	want.ts = (u32)-969;
	counts_as(&f, &data, &want);
	assert_int_equal(f.n, 1);
}

/* The oldest of too many is forgotten. */
static void many(void **state)
{
	struct packet_flows f = { 0 };
	struct seg s = own_syn, want = data;

	(void)state;
	see(&f, &own_syn);
	for (u32 i = 1; i < PACKET_FLOWS; i++) {
		s.port = (u16)(6000 + i);
		see(&f, &s);
	}
	want.seq = 100;
	want.ts = 31;
	counts_as(&f, &data, &want);
	s.port = 9000;
	see(&f, &s);
	counts_as(&f, &data, &data);
	s = data;
	s.port = want.port = 9000;
	counts_as(&f, &s, &want);
}

/* Cut anywhere, nothing beyond is touched. */
static void cut_short(void **state)
{
	struct packet_flows f = { 0 };
	u8 frame[FRAME_MAX], before[FRAME_MAX];
	u32 len;

	(void)state;
	see(&f, &own_syn);
	see(&f, &peer_syn);
	len = make(frame, &data);
	memcpy(before, frame, len);
	for (u32 n = 0; n < len; n++) {
		packet_flows_relative(&f, frame, n, true);
		assert_memory_equal(frame + n, before + n, len - n);
		(void)make(frame, &data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides),
		cmocka_unit_test(one_side),
		cmocka_unit_test(without_ack_or_stamps),
		cmocka_unit_test(syns_again),
		cmocka_unit_test(many),
		cmocka_unit_test(cut_short),
	};

	return cmocka_run_group_tests_name("packet_flow", tests, NULL, NULL);
}
