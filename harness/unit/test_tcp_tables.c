// SPDX-License-Identifier: MIT
/* test_tcp_tables.c - TCP's tables of fixed size, and what becomes of what they have no room for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/fail.h"
#include "harness/unit/one_host.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/socket.h"

static struct sock *newest_sock(struct world *w)
{
	return (struct sock *)(void *)((u8 *)w->host[0].net.socks.first -
				       offsetof(struct sock, sk_all));
}

static int tcp_socket(struct world *w)
{
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_STREAM | O_NONBLOCK, 0);

	assert_true(fd >= 0);
	return (int)fd;
}

/* DIVERGES(tcp-table-perturb): connections to more places than the table remembers find a port,
 * each another one of the range's own parity.
 */
static void ports_for_many_peers(void **state)
{
	enum { PEERS = TABLE_PERTURB_KEPT + 50 };
	struct world *w = one_host_up(1);
	struct table_perturb *t = &w->host[0].net.tcp->hashinfo.perturb;

	(void)state;
	for (u32 i = 0; i < PEERS; i++) {
		int fd = tcp_socket(w);

		assert_int_equal(call_connect(w, 0, 0, fd, "192.0.2.2", (u16)(1000 + i)),
				 -EINPROGRESS);
		assert_int_equal(newest_sock(w)->sk_num % 2, 0);
		assert_true(newest_sock(w)->sk_num >= 32768);
		assert_int_equal(call_close(w, 0, 0, fd), 0);
		assert_true(t->nr <= 2 * TABLE_PERTURB_KEPT);
	}
	assert_true(t->nr >= TABLE_PERTURB_KEPT);
	end_world(w);
}

static u32 metrics_known(struct net *net, be32 daddr, bool *has)
{
	u32 n = 0;

	*has = false;
	for (struct tcp_metrics_block *tm = tcp_metrics_next(net, NULL); tm != NULL;
	     tm = tcp_metrics_next(net, tm)) {
		n++;
		*has = *has || be32_eq(tm->daddr, daddr);
	}
	return n;
}

/* DIVERGES(tcp-metrics-slots): who was learnt of last is always known, and the oldest is forgotten.
 */
static void oldest_metrics_go(void **state)
{
	struct world *w = one_host_up(2);
	struct net *net = &w->host[0].net;
	int fd = tcp_socket(w);
	struct sock *sk = newest_sock(w);
	be32 daddr;
	bool has;

	(void)state;
	assert_int_equal(call_connect(w, 0, 0, fd, "192.0.2.2", 7), -EINPROGRESS);
	daddr = sk->sk_daddr;
	tcp_sk(sk)->srtt_us = 8000;
	for (u32 i = 0; i < TCP_METRICS_SLOTS + 20; i++) {
		sk->sk_daddr = cpu_to_be32(0x0a000000 + i);
		host_config_begin(&w->host[0]);
		tcp_update_metrics(sk);
		host_config_end(&w->host[0]);
		assert_int_equal(metrics_known(net, sk->sk_daddr, &has),
				 min_u32(i + 1, TCP_METRICS_SLOTS));
		assert_true(has);
		world_run_until(w, (i + 1) * PS_PER_MS);
	}
	(void)metrics_known(net, cpu_to_be32(0x0a000000), &has);
	assert_false(has);
	sk->sk_daddr = daddr;
	tcp_sk(sk)->srtt_us = 0;
	tcp_metrics_flush_all(net);
	assert_int_equal(metrics_known(net, daddr, &has), 0);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_for_many_peers),
		cmocka_unit_test(oldest_metrics_go),
	};

	return cmocka_run_group_tests_name("tcp_tables", tests, NULL, NULL);
}
