// SPDX-License-Identifier: MIT
/* test_sch_generic.c - disciplines with a driver that is stopped, busy, limited or slow; several
 * CPUs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "harness/unit/devfix.h"
#include "sched/sch_generic.h"

enum { FRAME = ETH_HLEN + 28 + 22 };

static struct netdev_queue *txq0(struct fixture *f)
{
	return netdev_get_tx_queue(f->fake.dev, 0);
}

static struct Qdisc *root(struct fixture *f)
{
	return txq0(f)->qdisc_sleeping;
}

static void stop(struct fixture *f)
{
	unit_begin(f);
	netif_tx_stop_queue(txq0(f));
	unit_end(f);
}

static void wake(struct fixture *f)
{
	unit_begin(f);
	f->fake.stop_after = 0;
	netif_tx_wake_queue(txq0(f));
	unit_end(f);
	world_settle(f->w);
}

static void empty_queue_is_bypassed(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	assert_ptr_equal(root(&f)->ops, &pfifo_fast_ops);
	assert_int_equal(send_one(&f, 1, 0), NET_XMIT_SUCCESS);
	assert_int_equal(f.fake.sent, 1);
	assert_int_equal(root(&f)->packets, 1);
	assert_int_equal(root(&f)->bytes, FRAME);
	assert_int_equal(root(&f)->qlen, 0);
	assert_int_equal(f.h->cpu[0].softirqs[NET_TX_SOFTIRQ], 0);
	fixture_down(&f);
}

static void bands_go_by_priority(void **state)
{
	/* LINUX: sch_default_prio2band[]: priority 6 is band 0, 0 band 1, 2 band 2. */
	static const u32 want[] = { 99, 3, 6, 1, 4, 2, 5 };
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	stop(&f);
	/* The first one is sent directly, finds the queue stopped, and waits in front of all bands.
	 */
	assert_int_equal(send_one(&f, 99, 2), 0);
	assert_int_equal(send_one(&f, 1, 0), 0);
	assert_int_equal(send_one(&f, 2, 2), 0);
	assert_int_equal(send_one(&f, 3, 6), 0);
	assert_int_equal(send_one(&f, 4, 0), 0);
	assert_int_equal(send_one(&f, 5, 2), 0);
	assert_int_equal(send_one(&f, 6, 7), 0);
	assert_int_equal(f.fake.sent, 0);
	assert_int_equal(root(&f)->qlen, 7);
	assert_int_equal(root(&f)->backlog, 7 * FRAME);
	assert_int_equal(root(&f)->requeues, 1);
	wake(&f);
	assert_int_equal(f.fake.sent, ARRAY_SIZE(want));
	for (u32 i = 0; i < ARRAY_SIZE(want); i++)
		assert_int_equal(f.fake.id[i], want[i]);
	assert_int_equal(root(&f)->qlen, 0);
	assert_int_equal(root(&f)->backlog, 0);
	assert_true(nolock_qdisc_is_empty(root(&f)));
	assert_int_equal(f.h->cpu[0].softirqs[NET_TX_SOFTIRQ] > 0, 1);
	fixture_down(&f);
}

static void full_band_drops(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 10);
	stop(&f);
	assert_int_equal(send_one(&f, 0, 0), 0); /* requeued: not in the band */
	for (u32 i = 1; i <= 10; i++)
		assert_int_equal(send_one(&f, i, 0), NET_XMIT_SUCCESS);
	assert_int_equal(send_one(&f, 11, 0), NET_XMIT_DROP);
	assert_int_equal(send_one(&f, 12, 6), NET_XMIT_SUCCESS); /* another band */
	assert_int_equal(root(&f)->drops, 1);
	assert_int_equal(f.net->drops[DROP_QDISC_DROP], 1);
	wake(&f);
	assert_int_equal(f.fake.sent, 12);
	fixture_down(&f);
}

/* LINUX: __ptr_ring_discard_one(): places come back in batches of 16. */
static void ring_gives_places_back_in_batches(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 64);
	stop(&f);
	for (u32 i = 0; i <= 64; i++)
		assert_int_equal(send_one(&f, i, 0), NET_XMIT_SUCCESS);
	f.fake.stop_after = 11;
	unit_begin(&f);
	netif_tx_wake_queue(txq0(&f));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.fake.sent, 11); /* the requeued one and ten of the band */
	assert_int_equal(root(&f)->qlen, 54);
	assert_int_equal(send_one(&f, 100, 0), NET_XMIT_DROP);
	f.fake.stop_after = 17;
	unit_begin(&f);
	netif_tx_wake_queue(txq0(&f));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.fake.sent, 17);
	assert_int_equal(send_one(&f, 101, 0), NET_XMIT_SUCCESS);
	wake(&f);
	assert_int_equal(f.fake.sent, 66);
	fixture_down(&f);
}

static void busy_driver_gets_it_again(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	f.fake.busy_for = 3;
	assert_int_equal(send_one(&f, 1, 0), NET_XMIT_SUCCESS);
	assert_int_equal(f.fake.sent, 1);
	assert_int_equal(root(&f)->requeues, 3);
	assert_int_equal(send_one(&f, 2, 0), NET_XMIT_SUCCESS);
	assert_int_equal(f.fake.id[1], 2);
	assert_int_equal(root(&f)->qlen, 0);
	fixture_down(&f);
}

/* What is sent back keeps its place, in front of what was sent back before. */
static void requeued_packets_keep_their_order(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	unit_begin(&f);
	dql_queued(&txq0(&f)->dql, 100000);
	dql_completed(f.net, &txq0(&f)->dql, 100000); /* room for a large bulk */
	unit_end(&f);
	stop(&f);
	for (u32 i = 0; i < 10; i++)
		send_one(&f, i, 0);
	f.fake.stop_after = 3;
	unit_begin(&f);
	netif_tx_wake_queue(txq0(&f));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.fake.sent, 3);
	assert_int_equal(root(&f)->qlen, 7);
	wake(&f);
	assert_int_equal(f.fake.sent, 10);
	for (u32 i = 0; i < 10; i++)
		assert_int_equal(f.fake.id[i], i);
	fixture_down(&f);
}

static void bulk_is_limited_by_bytes(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	f.fake.bql = true;
	/* The limit starts at 0: the first frame stops the queue. */
	send_one(&f, 0, 0);
	assert_int_equal(f.fake.sent, 1);
	assert_int_equal(txq0(&f)->state, QUEUE_STATE_STACK_XOFF);
	for (u32 i = 1; i <= 20; i++)
		send_one(&f, i, 0);
	assert_int_equal(f.fake.sent, 1);
	unit_begin(&f);
	netdev_tx_completed_queue(txq0(&f), 1, f.fake.bytes);
	f.fake.bytes = 0;
	unit_end(&f);
	world_settle(f.w);
	/* Limit 64 now: one frame fills it, a second one goes over it. */
	assert_int_equal(txq0(&f)->dql.limit, FRAME);
	assert_int_equal(f.fake.sent, 3);
	unit_begin(&f);
	netdev_tx_completed_queue(txq0(&f), 2, f.fake.bytes);
	f.fake.bytes = 0;
	unit_end(&f);
	world_settle(f.w);
	assert_true(f.fake.sent > 4);
	while (f.fake.bytes != 0) {
		unit_begin(&f);
		netdev_tx_completed_queue(txq0(&f), 1, f.fake.bytes);
		f.fake.bytes = 0;
		unit_end(&f);
		world_settle(f.w);
	}
	assert_int_equal(f.fake.sent, 21);
	for (u32 i = 0; i <= 20; i++)
		assert_int_equal(f.fake.id[i], i);
	/* Some of them came with the word that more follow. */
	assert_false(f.fake.more[20]);
	fixture_down(&f);
}

static void a_run_has_a_quota(void **state)
{
	struct fixture f;
	u64 before;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	stop(&f);
	for (u32 i = 0; i < 200; i++)
		send_one(&f, i, 0);
	before = f.h->cpu[0].softirqs[NET_TX_SOFTIRQ];
	wake(&f);
	assert_int_equal(f.fake.sent, 200);
	/* 64 a run: four runs. */
	assert_int_equal(f.h->cpu[0].softirqs[NET_TX_SOFTIRQ] - before, 4);
	fixture_down(&f);
}

static void without_carrier_all_is_dropped(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	stop(&f);
	send_one(&f, 1, 0);
	send_one(&f, 2, 0);
	unit_begin(&f);
	netif_carrier_off(f.fake.dev);
	unit_end(&f);
	world_settle(f.w);
	/* Those that waited are gone. */
	assert_int_equal(f.net->drops[DROP_QUEUE_PURGE] + f.net->drops[DROP_NOT_SPECIFIED], 2);
	assert_ptr_equal(txq0(&f)->qdisc, f.net->noop_qdisc);
	assert_int_equal(send_one(&f, 3, 0), NET_XMIT_CN);
	assert_int_equal(f.fake.dev->stats.tx_dropped, 1);
	assert_int_equal(f.net->drops[DROP_QDISC_DROP], 1);
	assert_int_equal(dev_get_flags(f.fake.dev) & (IFF_RUNNING | IFF_LOWER_UP), 0);
	unit_begin(&f);
	netif_carrier_on(f.fake.dev);
	unit_end(&f);
	world_settle(f.w);
	assert_ptr_equal(txq0(&f)->qdisc, root(&f));
	wake(&f);
	assert_int_equal(send_one(&f, 4, 0), NET_XMIT_SUCCESS);
	assert_int_equal(f.fake.id[0], 4);
	fixture_down(&f);
}

/* A carrier that flaps: the second loss within a second is handled when the second is over, as the
 * timer wheel rounds it.
 */
static void losses_are_handled_once_a_second(void **state)
{
	struct fixture f;
	u64 start;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 1, 1000);
	start = f.w->sim.now_ps;
	unit_begin(&f);
	netif_carrier_off(f.fake.dev);
	unit_end(&f);
	world_settle(f.w);
	unit_begin(&f);
	netif_carrier_on(f.fake.dev);
	unit_end(&f);
	world_settle(f.w);
	assert_ptr_equal(txq0(&f)->qdisc, root(&f)); /* urgent */
	unit_begin(&f);
	netif_carrier_off(f.fake.dev);
	unit_end(&f);
	world_settle(f.w);
	assert_ptr_equal(txq0(&f)->qdisc, root(&f));
	world_run_until(f.w, start + 990 * PS_PER_MS);
	assert_ptr_equal(txq0(&f)->qdisc, root(&f));
	world_run_until(f.w, start + (1000 + 64) * PS_PER_MS);
	assert_ptr_equal(txq0(&f)->qdisc, f.net->noop_qdisc);
	fixture_down(&f);
}

static void watchdog_sees_a_stopped_queue(void **state)
{
	struct fixture f;

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 4, 1000);
	world_run_until(f.w, f.w->sim.now_ps + 20 * PS_PER_SEC);
	assert_int_equal(f.fake.timeouts, 0);
	unit_begin(&f);
	netif_tx_stop_queue(netdev_get_tx_queue(f.fake.dev, 2));
	unit_end(&f);
	world_run_until(f.w, f.w->sim.now_ps + 4 * PS_PER_SEC);
	assert_int_equal(f.fake.timeouts, 0);
	world_run_until(f.w, f.w->sim.now_ps + 8 * PS_PER_SEC);
	assert_true(f.fake.timeouts >= 1);
	assert_int_equal(f.fake.timed_out_queue, 2);
	fixture_down(&f);
}

static void several_queues_get_a_discipline_each(void **state)
{
	struct fixture f;
	u32 seen[4] = { 0 };

	(void)state;
	fixture_up(&f, COST_JUDGE, 1);
	fixture_fake(&f, 4, 1000);
	assert_ptr_equal(f.fake.dev->qdisc->ops, &mq_qdisc_ops);
	for (u32 i = 0; i < 4; i++) {
		assert_ptr_equal(f.fake.dev->tx[i].qdisc->ops, &pfifo_fast_ops);
		for (u32 j = 0; j < i; j++)
			assert_ptr_not_equal(f.fake.dev->tx[i].qdisc, f.fake.dev->tx[j].qdisc);
	}
	unit_begin(&f);
	for (u16 port = 1; port <= 200; port++)
		dev_queue_xmit(udp_skb(&f, f.fake.dev, port, port, 22));
	unit_end(&f);
	world_settle(f.w);
	assert_int_equal(f.fake.sent, 200);
	for (u32 i = 0; i < 200; i++)
		seen[f.fake.queue[i]]++;
	for (u32 i = 0; i < 4; i++) {
		assert_in_range(seen[i], 25, 75);
		assert_int_equal(f.fake.dev->tx[i].qdisc->packets, seen[i]);
	}
	fixture_down(&f);
}

/* Units of two CPUs that overlap in virtual time: the later one finds the discipline running,
 * leaves its packet there, and the CPU that ran it sends it. DIVERGES(qdisc-inner-locks): who runs
 * it is all that counts.
 */
static void two_cpus_meet_in_one_discipline(void **state)
{
	struct fixture f;
	u64 start;

	(void)state;
	fixture_up(&f, COST_CYCLES, 2);
	fixture_fake(&f, 1, 1000);
	world_settle(f.w);
	start = max_u64(f.h->cpu[0].now_ps, f.h->cpu[1].now_ps);
	f.h->cpu[0].now_ps = start;
	unit_begin_on(&f, 0);
	dev_queue_xmit(udp_skb(&f, f.fake.dev, 1, 1000, 22));
	unit_end(&f);
	assert_true(f.h->cpu[0].now_ps > start);
	/* CPU 1 begins so much later that it comes to the discipline while CPU 0 runs it. */
	f.h->cpu[1].now_ps = start + (f.h->cpu[0].now_ps - start) / 4;
	unit_begin_on(&f, 1);
	dev_queue_xmit(udp_skb(&f, f.fake.dev, 2, 1000, 22));
	unit_end(&f);
	assert_int_equal(f.fake.sent, 1);
	assert_int_equal(root(&f)->qlen, 1);
	world_run_until(f.w, start + PS_PER_MS);
	assert_int_equal(f.fake.sent, 2);
	assert_int_equal(f.fake.id[1], 2);
	assert_int_equal(f.h->cpu[0].softirqs[NET_TX_SOFTIRQ], 1);
	assert_int_equal(f.h->cpu[1].softirqs[NET_TX_SOFTIRQ], 0);
	fixture_down(&f);
}

/* No room for the default discipline: as in Linux the device then has none, and works. */
static void no_room_for_a_discipline(void **state)
{
	(void)state;
	for (u32 n = 1; n <= 8; n++) {
		struct fixture f;

		fixture_up(&f, COST_JUDGE, 1);
		f.net->qdisc_pool.fail_at = n;
		fixture_fake(&f, 4, 1000);
		assert_int_equal(send_one(&f, 1, 0), NET_XMIT_SUCCESS);
		assert_int_equal(f.fake.sent, 1);
		if (n <= 5)
			assert_ptr_equal(txq0(&f)->qdisc->ops, &noqueue_qdisc_ops);
		else
			assert_ptr_equal(txq0(&f)->qdisc->ops, &pfifo_fast_ops);
		fixture_down(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_queue_is_bypassed),
		cmocka_unit_test(bands_go_by_priority),
		cmocka_unit_test(full_band_drops),
		cmocka_unit_test(ring_gives_places_back_in_batches),
		cmocka_unit_test(busy_driver_gets_it_again),
		cmocka_unit_test(requeued_packets_keep_their_order),
		cmocka_unit_test(bulk_is_limited_by_bytes),
		cmocka_unit_test(a_run_has_a_quota),
		cmocka_unit_test(without_carrier_all_is_dropped),
		cmocka_unit_test(losses_are_handled_once_a_second),
		cmocka_unit_test(watchdog_sees_a_stopped_queue),
		cmocka_unit_test(several_queues_get_a_discipline_each),
		cmocka_unit_test(two_cpus_meet_in_one_discipline),
		cmocka_unit_test(no_room_for_a_discipline),
	};

	return cmocka_run_group_tests_name("sch_generic", tests, NULL, NULL);
}
