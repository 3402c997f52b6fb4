// SPDX-License-Identifier: MIT
/* test_tcp_cubic.c - CUBIC's window against RFC 9438's curve, which is computed here in another
 * way, and what a loss leaves of it. To the bit it is compared with Linux by random programs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "harness/unit/tcp_peer.h"
#include "ipv4/tcp.h"
#include "uapi/socket.h"

enum { BETA = 717, SCALE = 1024 };

struct path {
	struct world *w;
	struct sock *sk;
	struct tcp_sock *tp;
};

static struct path begin(void)
{
	struct path p = { .w = one_host_up(1) };

	p.sk = tcp_peer_sock(p.w, (int)call_socket(p.w, 0, 0, AF_INET, SOCK_STREAM, 0));
	p.tp = tcp_sk(p.sk);
	host_config_begin(&p.w->host[0]);
	cubictcp.init(p.sk);
	host_config_end(&p.w->host[0]);
	p.tp->is_cwnd_limited = true;
	return p;
}

/* RFC 9438 4.6: a loss at this window. */
static void lose_at(struct path *p, u32 cwnd)
{
	p->tp->snd_cwnd = cwnd;
	host_config_begin(&p->w->host[0]);
	p->tp->snd_ssthresh = cubictcp.ssthresh(p->sk);
	host_config_end(&p->w->host[0]);
	p->tp->snd_cwnd = p->tp->snd_ssthresh;
}

/* An ACK each millisecond, so that a window is acknowledged in a round trip. */
static void run(struct path *p, u32 ms, u32 rtt_ms)
{
	u32 owed = 0;

	for (u32 i = 0; i < ms; i++) {
		u32 acked;

		world_run_until(p->w, p->w->sim.now_ps + PS_PER_MS);
		owed += p->tp->snd_cwnd;
		acked = owed / rtt_ms;
		owed %= rtt_ms;
		if (acked == 0)
			continue;
		host_config_begin(&p->w->host[0]);
		cubictcp.pkts_acked(p->sk, acked, (s32)rtt_ms * 1000, 0);
		cubictcp.cong_avoid(p->sk, 0, acked);
		host_config_end(&p->w->host[0]);
	}
}

/* K in ms: (Wmax * (1 - beta) / C)^(1/3) seconds, C = 0.4, found by trying. */
static s64 k_ms(s64 fall)
{
	s64 k = 0;

	while (4 * (k + 1) * (k + 1) * (k + 1) <= fall * 10 * 1000000000)
		k++;
	return k;
}

static s64 curve(s64 ms, s64 wmax, s64 fall)
{
	s64 t = ms - k_ms(fall);

	return wmax + 4 * t * t * t / 10 / 1000000000;
}

/* RFC 9438 4.2: concave up to the window of the last loss, flat there, convex behind. */
static void follows_the_curve(void **state)
{
	enum { WMAX = 1000, STEP = 1000, STEPS = 16, RTT = 100 };
	struct path p = begin();
	s64 fall, at_least = 0;

	(void)state;
	lose_at(&p, WMAX);
	assert_int_equal(p.tp->snd_cwnd, WMAX * BETA / SCALE);
	fall = WMAX - (s64)p.tp->snd_cwnd;
	assert_in_range(k_ms(fall), 9000, 9150);
	run(&p, RTT,
	    RTT); /* the epoch begins with an ACK, and the curve looks a round trip ahead */
	for (u32 i = 1; i <= STEPS; i++) {
		s64 want = curve((s64)i * STEP + RTT, WMAX, fall);

		run(&p, STEP, RTT);
		if (llabs((s64)p.tp->snd_cwnd - want) > want / 50)
			fail_msg("after %u s: %u, not %lld", i, p.tp->snd_cwnd, (long long)want);
		assert_true(p.tp->snd_cwnd >= at_least);
		at_least = p.tp->snd_cwnd;
	}
	assert_true(p.tp->snd_cwnd > WMAX);
	end_world(p.w);
}

/* RFC 9438 4.7: who loses before it is where it was before remembers less than where that was. */
static void makes_room_for_others(void **state)
{
	/* Where the curve is flat: without fast convergence, and with it. */
	static const u32 most[] = { 900, 900 * (SCALE + BETA) / 2 / SCALE };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(most); i++) {
		struct path p = begin();
		struct net_sysctl *sysctl = &p.w->host[0].net.sysctl;

		sysctl->cubic_fast_convergence = (s32)i;
		lose_at(&p, 1000);
		lose_at(&p, 900);
		assert_int_equal(p.tp->snd_cwnd, 900 * BETA / SCALE);
		/* As long as K, and flat there. */
		run(&p, (u32)k_ms(most[i] - (s64)p.tp->snd_cwnd) + 100, 100);
		assert_in_range(p.tp->snd_cwnd, most[i] - most[i] / 50, most[i] + most[i] / 50);
		end_world(p.w);
	}
}

/* RFC 9438 4.3: where the curve is slower than Reno, it is Reno: 0.53 of a segment a round trip. */
static void not_slower_than_reno(void **state)
{
	enum { ROUNDS = 60, RTT = 10 };
	struct path p = begin();
	u32 before;

	(void)state;
	lose_at(&p, 40);
	before = p.tp->snd_cwnd;
	run(&p, ROUNDS * RTT, RTT);
	assert_in_range(p.tp->snd_cwnd, before + ROUNDS * 45 / 100, before + ROUNDS * 60 / 100);
	p.w->host[0].net.sysctl.cubic_tcp_friendliness = 0;
	lose_at(&p, 40);
	run(&p, ROUNDS * RTT, RTT);
	assert_in_range(p.tp->snd_cwnd, before, before + ROUNDS * 30 / 100);
	end_world(p.w);
}

/* HyStart: round trips that get longer end slow start; those that stay do not. */
static void slow_start_ends(void **state)
{
	for (u32 longer = 0; longer < 2; longer++) {
		struct path p = begin();

		(void)state;
		p.w->host[0].net.sysctl.cubic_hystart_detect = 2;
		p.tp->snd_cwnd = 20;
		run(&p, 100, 50);
		assert_true(p.tp->snd_cwnd > 20);
		assert_true(tcp_in_slow_start(p.tp));
		/* A round later, an eighth more and at least 4 ms. */
		p.tp->snd_una = p.tp->snd_nxt += 1;
		run(&p, 1, longer != 0 ? 60 : 52);
		p.tp->snd_una = p.tp->snd_nxt;
		p.tp->snd_nxt += 1000;
		run(&p, 20, longer != 0 ? 60 : 52);
		assert_int_equal(tcp_in_slow_start(p.tp), longer == 0);
		assert_int_equal(host_mib(p.w, LINUX_MIB_TCPHYSTARTDELAYDETECT), longer);
		p.tp->snd_una = p.tp->snd_nxt;
		end_world(p.w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_curve),
		cmocka_unit_test(makes_room_for_others),
		cmocka_unit_test(not_slower_than_reno),
		cmocka_unit_test(slow_start_ends),
	};

	return cmocka_run_group_tests_name("tcp_cubic", tests, NULL, NULL);
}
