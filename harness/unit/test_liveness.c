// SPDX-License-Identifier: MIT
/* test_liveness.c - what must have happened when a world is left alone, and what is said when
 * something is stuck: each kind is made stuck on purpose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/neighbour.h"
#include "harness/lib/liveness.h"
#include "harness/lib/scenario.h"
#include "socket/socket.h"
#include "uapi/socket.h"

enum { PORT = 5000 };

static struct world *two(enum world_dev_kind kind)
{
	struct world_cfg cfg = scenario_two_hosts(kind, &limits_test, COST_JUDGE, 1, 1);

	return scenario_two_hosts_up(&cfg);
}

static void end(struct world *w)
{
	world_exit(w);
	scenario_free(w);
}

static int bound(struct world *w, u32 host)
{
	int fd = (int)call_socket(w, host, 0, AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(call_bind(w, host, 0, fd, "0.0.0.0", PORT), 0);
	return fd;
}

static struct sock *youngest(struct world *w, u32 host)
{
	return hlist_entry(w->host[host].net.socks.first, struct sock, sk_all);
}

static void assert_says(struct world *w, const char *what)
{
	const char *mistake = liveness_mistake(w);

	assert_non_null(mistake);
	assert_string_equal(mistake, what);
	end(w);
}

static void test_nothing_is_stuck(void **state)
{
	enum world_dev_kind kinds[] = { DEV_TAP, DEV_IGB };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct world *w = two(kinds[i]);
		int a = bound(w, 0), b = bound(w, 1);

		/* One who waits for ever, and one who is not there. */
		assert_int_equal(call_recv(w, 1, 0, b, 100, 0), -EPARKED);
		call_sendto(w, 0, 0, a, "x", 1, 0, "192.0.2.77", PORT);
		assert_null(liveness_mistake(w));
		call_sendto(w, 0, 0, a, "x", 1, 0, "192.0.2.2", PORT);
		assert_null(liveness_mistake(w));
		assert_int_equal(w->host[1].task[0].state, TASK_IDLE);
		end(w);
	}
}

static void never(struct sock *sk)
{
	(void)sk;
}

static void test_data_without_wakeup(void **state)
{
	struct world *w = two(DEV_TAP);
	int a = bound(w, 0), b = bound(w, 1);

	(void)state;
	youngest(w, 1)->sk_data_ready = never;
	assert_int_equal(call_recv(w, 1, 0, b, 100, 0), -EPARKED);
	call_sendto(w, 0, 0, a, "x", 1, 0, "192.0.2.2", PORT);
	assert_says(w, "a call waits for data that there is");
}

static void test_error_without_wakeup(void **state)
{
	struct world *w = two(DEV_TAP);
	int b = bound(w, 1);

	(void)state;
	assert_int_equal(call_recv(w, 1, 0, b, 100, 0), -EPARKED);
	youngest(w, 1)->sk_err = 111;
	assert_says(w, "a call waits at a socket with an error");
}

static void test_timeout_without_timer(void **state)
{
	struct world *w = two(DEV_TAP);
	int b = bound(w, 1);

	(void)state;
	youngest(w, 1)->sk_rcvtimeo = 100;
	assert_int_equal(call_recv(w, 1, 0, b, 100, 0), -EPARKED);
	del_timer(&w->host[1].task[0].timer);
	assert_says(w, "a call's timeout is over, and it waits");
}

static void test_stopped_queue(void **state)
{
	struct world *w = two(DEV_TAP); /* a card's watchdog would set it going again */

	(void)state;
	netif_tx_stop_queue(&w->port[0].dev->tx[0]);
	assert_says(w, "a queue is stopped, and its device idle");
}

static void test_neighbour_without_timer(void **state)
{
	struct world *w = two(DEV_TAP);
	int a = bound(w, 0);
	struct neigh_table *tbl = w->host[0].net.arp_tbl;

	(void)state;
	call_sendto(w, 0, 0, a, "x", 1, 0, "192.0.2.2", PORT);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	for (u32 i = 0; i < NEIGH_HASH_BUCKETS; i++)
		for (struct hlist_node *n = tbl->buckets[i].first; n != NULL; n = n->next) {
			struct neighbour *neigh = hlist_entry(n, struct neighbour, node);

			if (neigh->nud_state == NUD_REACHABLE && del_timer(&neigh->timer))
				neigh->refcnt--;
		}
	assert_says(w, "a neighbour's state ends with a timer that it does not have");
}

static void again(void *ctx, u64 a, u64 b)
{
	struct world *w = ctx;

	assert_true(sim_post(&w->sim, SIM_USER, w->sim.now_ps + PS_PER_US, again, w, a, b));
}

static void test_no_end(void **state)
{
	struct world *w = two(DEV_TAP);

	(void)state;
	again(w, 0, 0);
	assert_string_equal(liveness_mistake(w),
			    "nobody asks anything, and it does not come to rest");
	scenario_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_stuck),
		cmocka_unit_test(test_data_without_wakeup),
		cmocka_unit_test(test_error_without_wakeup),
		cmocka_unit_test(test_timeout_without_timer),
		cmocka_unit_test(test_stopped_queue),
		cmocka_unit_test(test_neighbour_without_timer),
		cmocka_unit_test(test_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
