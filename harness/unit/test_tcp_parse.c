// SPDX-License-Identifier: MIT
/* test_tcp_parse.c - options of TCP against a reader that goes byte by byte, and stamps that are
 * too old.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/lib/scenario.h"
#include "ipv4/tcp.h"

enum { ROUNDS = 30000, HEADER_MAX = 60, MARK = 0x5a };

/* What a segment's options say to whom. */
struct asked {
	bool syn, estab;
	bool tstamp_ok; /* was agreed on */
	u8 sack_ok;
	u16 user_mss;
};
struct told {
	u16 mss;
	s32 wscale; /* -1: none */
	bool tstamp, sack_perm;
	u32 tsval, tsecr;
	u8 sacked; /* 0: none */
};

static u32 word(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* One option whose kind is at th[at] and whose length is right. */
static void naive_option(const u8 *th, u32 at, const struct asked *a, struct told *t)
{
	const u8 *o = th + at;
	u32 mss = o[1] == 4 ? (u32)o[2] << 8 | o[3] : 0;
	bool opening = a->syn && !a->estab;

	if (o[0] == 2 && o[1] == 4 && opening && mss != 0)
		t->mss = (u16)(a->user_mss != 0 && a->user_mss < mss ? a->user_mss : mss);
	if (o[0] == 3 && o[1] == 3 && opening)
		t->wscale = o[2] > 14 ? 14 : o[2];
	if (o[0] == 4 && o[1] == 2 && opening)
		t->sack_perm = true;
	if (o[0] == 5 && o[1] >= 10 && (o[1] - 2) % 8 == 0 && (a->sack_ok != 0 || t->sack_perm))
		t->sacked = (u8)at;
	if (o[0] == 8 && o[1] == 10 && (!a->estab || a->tstamp_ok)) {
		t->tstamp = true;
		t->tsval = word(o + 2);
		t->tsecr = word(o + 6);
	}
}

static struct told naive(const u8 *th, const struct asked *a)
{
	struct told t = { .wscale = -1 };
	u32 at = 20, end = (u32)(th[12] >> 4) * 4;

	while (at < end && th[at] != 0) {
		if (th[at] == 1) {
			at++;
			continue;
		}
		if (at + 1 >= end || th[at + 1] < 2 || at + th[at + 1] > end)
			break;
		naive_option(th, at, a, &t);
		at += th[at + 1];
	}
	return t;
}

/* Mostly options that make sense, and anything. */
static void random_header(struct rng *r, u8 *th)
{
	static const u8 kinds[] = { 0, 1, 2, 3, 4, 5, 8, 8, 2, 3, 19, 34, 254 };
	static const u8 sizes[] = { 1, 1, 4, 3, 2, 10, 10, 10, 4, 3, 18, 2, 4 };
	u32 at = 20;

	for (u32 i = 0; i < HEADER_MAX; i++)
		th[i] = (u8)rng_below(r, 256);
	th[12] = (u8)((5 + rng_below(r, 11)) << 4);
	while (at < HEADER_MAX && rng_below(r, 12) != 0) {
		u32 k = rng_below(r, ARRAY_SIZE(kinds));

		th[at] = kinds[k];
		if (at + 1 < HEADER_MAX && kinds[k] > 1)
			th[at + 1] = rng_below(r, 10) != 0 ? sizes[k] : (u8)rng_below(r, 40);
		at += sizes[k];
	}
}

static void compare(const struct net *net, u8 *th, const struct asked *a)
{
	struct sk_buff skb = { .head = th, .data = th };
	struct tcp_options_received rx = { .mss_clamp = 7,
					   .snd_wscale = MARK,
					   .rcv_tsval = MARK,
					   .rcv_tsecr = MARK,
					   .saw_tstamp = true,
					   .tstamp_ok = a->tstamp_ok,
					   .sack_ok = a->sack_ok,
					   .user_mss = a->user_mss };
	struct told t = naive(th, a);

	tcp_parse_options(net, &skb, &rx, a->estab);
	assert_int_equal(rx.mss_clamp, t.mss != 0 ? t.mss : 7);
	assert_int_equal(rx.wscale_ok, t.wscale >= 0);
	assert_int_equal(rx.snd_wscale, t.wscale >= 0 ? t.wscale : MARK);
	assert_int_equal(rx.saw_tstamp, t.tstamp);
	assert_int_equal(rx.rcv_tsval, t.tstamp ? t.tsval : MARK);
	assert_int_equal(rx.rcv_tsecr, t.tstamp ? t.tsecr : MARK);
	assert_int_equal(rx.sack_ok, t.sack_perm ? TCP_SACK_SEEN : a->sack_ok);
	assert_int_equal(TCP_SKB_CB(&skb)->sacked, t.sacked);
	assert_int_equal(tcp_parse_mss_option(th, a->user_mss),
			 naive(th, &(struct asked){ .syn = true, .user_mss = a->user_mss }).mss);
}

static struct world *new_world(void)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);

	return scenario_new(&cfg);
}

static void end_world(struct world *w)
{
	world_exit(w);
	scenario_free(w);
}

static void test_options(void **state)
{
	struct world *w = new_world();
	const struct net *net = &w->host[0].net;
	u8 th[HEADER_MAX];
	struct rng r;

	(void)state;
	rng_init(&r, 3, RNG_PROGRAM, 0);
	for (u32 i = 0; i < ROUNDS; i++) {
		struct asked a = { .estab = rng_below(&r, 2) != 0,
				   .tstamp_ok = rng_below(&r, 2) != 0,
				   .sack_ok = (u8)rng_below(&r, 2),
				   .user_mss = rng_below(&r, 2) != 0 ? 1000 : 0 };

		random_header(&r, th);
		a.syn = (th[13] & TCPHDR_SYN) != 0;
		compare(net, th, &a);
	}
	end_world(w);
}

/* Each kind with each length, in the smallest and in the largest header that has room. */
static void test_lengths(void **state)
{
	struct world *w = new_world();
	const struct net *net = &w->host[0].net;

	(void)state;
	for (u32 kind = 0; kind < 256; kind++)
		for (u32 size = 0; size < 256; size++)
			for (u32 words = 6; words <= 15; words += 9) {
				u8 th[HEADER_MAX] = { 0 };

				th[12] = (u8)(words << 4);
				th[13] = TCPHDR_SYN;
				th[20] = (u8)kind;
				th[21] = (u8)size;
				th[22] = 3;
				compare(net, th, &(struct asked){ .syn = true });
				compare(net, th,
					&(struct asked){
						.syn = true, .estab = true, .sack_ok = 1 });
			}
	end_world(w);
}

/* What is switched off is not heard. */
static void test_knobs(void **state)
{
	struct world *w = new_world();
	struct net *net = &w->host[0].net;
	u8 th[HEADER_MAX] = {
		[12] = 10 << 4, [13] = TCPHDR_SYN, [20] = 3, 3, 9, 4, 2, 8, 10, 0, 0, 0, 9
	};
	struct sk_buff skb = { .head = th, .data = th };
	struct tcp_options_received rx = { 0 };

	(void)state;
	tcp_parse_options(net, &skb, &rx, false);
	assert_true(rx.wscale_ok && rx.saw_tstamp && rx.sack_ok == TCP_SACK_SEEN);
	assert_int_equal(rx.rcv_tsval, 9);
	net->sysctl.tcp_window_scaling = 0;
	net->sysctl.tcp_timestamps = 0;
	net->sysctl.tcp_sack = 0;
	rx = (struct tcp_options_received){ 0 };
	tcp_parse_options(net, &skb, &rx, false);
	assert_false(rx.wscale_ok || rx.saw_tstamp || rx.sack_ok != 0);
	end_world(w);
}

/* RFC 7323 5.3: the last stamp that was taken is 1000, and so many seconds old. */
static void test_paws(void **state)
{
	static const struct {
		u32 tsval, age;
		bool zero; /* the last one was 0 */
		bool check0, check1, reject, reject_rst;
	} rows[] = {
		{ 1000, 1, false, true, true, false, false },
		{ 1001, 1, false, true, true, false, false },
		{ 999, 1, false, false, true, true, true },
		{ 998, 1, false, false, false, true, true },
		{ 998, 59, false, false, false, true, true },
		{ 998, 60, false, false, false, true, false },
		{ 998, 2146, false, false, false, true, false },
		{ 998, 2147, false, true, true, false, false },
		{ 0xf0000000, 1, false, false, false, true, true },
		{ 0xf0000000, 1, true, true, true, false, false },
	};
	struct world *w = new_world();
	struct net *net = &w->host[0].net;
	u32 now;

	(void)state;
	host_config_begin(&w->host[0]);
	now = ktime_get_seconds(net);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tcp_options_received rx = { .ts_recent = rows[i].zero ? 0 : 1000,
						   .ts_recent_stamp = now - rows[i].age,
						   .rcv_tsval = rows[i].tsval };

		assert_int_equal(tcp_paws_check(net, &rx, 0), rows[i].check0);
		assert_int_equal(tcp_paws_check(net, &rx, TCP_PAWS_WINDOW), rows[i].check1);
		assert_int_equal(tcp_paws_reject(net, &rx, false), rows[i].reject);
		assert_int_equal(tcp_paws_reject(net, &rx, true), rows[i].reject_rst);
	}
	host_config_end(&w->host[0]);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_knobs),
		cmocka_unit_test(test_paws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
