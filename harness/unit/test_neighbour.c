// SPDX-License-Identifier: MIT
/* test_neighbour.c - the states of a neighbour in time, its queue, the table's limits,
 * administration. Times are those of a 6.12 kernel in virtual time (HZ 1000).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/unit/arp_net.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

static u64 since_ms(const struct arp_net *a, u32 frame, u64 start_ps)
{
	return (a->sent[frame].when_ps - start_ps) / PS_PER_MS;
}

static s64 so_error(struct arp_net *a, s64 fd)
{
	const u64 arg[SYS_ARGS] = { (u64)fd, SOL_SOCKET, SO_ERROR, SCENARIO_DATA,
				    SCENARIO_DATA + 8 };
	u8 *mem = world_umem(a->w, 0, SCENARIO_DATA, 16);
	s64 ret;

	put_le32(mem + 8, 4);
	assert_true(world_call(a->w, 0, 0, SYS_NR_getsockopt, arg, &ret));
	assert_int_equal(ret, 0);
	return get_le32(world_umem(a->w, 0, SCENARIO_DATA, 16));
}

/* Three broadcasts 1024 ms apart (1000 jiffies on a wheel with steps of 64), then who waits is
 * told. */
static void unanswered_fails(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	u64 start = world_now_ps(a->w);
	s64 fd = arp_net_socket(a);

	(void)state;
	assert_int_equal(arp_net_send(a, fd, "192.0.2.9"), 1);
	assert_int_equal(nud_of(a, "192.0.2.9"), NUD_INCOMPLETE);
	arp_net_run(a, 10000);
	assert_int_equal(a->nr_sent, 3);
	for (u32 i = 0; i < 3; i++) {
		assert_true(is_arp(&a->sent[i], ARPOP_REQUEST, "192.0.2.9", 0xff));
		assert_in_range(since_ms(a, i, start), i * 1024 - (i != 0), i * 1024 + 1);
	}
	assert_int_equal(nud_of(a, "192.0.2.9"), NUD_FAILED);
	assert_int_equal(net->drops[DROP_NEIGH_FAILED], 1);
	assert_int_equal(net->arp_tbl->stat_res_failed, 1);
	/* An unconnected socket hears of it only if it asked to (IP_RECVERR). */
	assert_int_equal(so_error(a, fd), 0);
	assert_int_equal(arp_net_send(a, fd, "192.0.2.9"), 1);
	assert_int_equal(nud_of(a, "192.0.2.9"), NUD_INCOMPLETE);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

static void set_recverr(struct arp_net *a, s64 fd)
{
	const u64 arg[SYS_ARGS] = { (u64)fd, IPPROTO_IP, IP_RECVERR, SCENARIO_DATA, 4 };
	s64 ret;

	put_le32(world_umem(a->w, 0, SCENARIO_DATA, 4), 1);
	assert_true(world_call(a->w, 0, 0, SYS_NR_setsockopt, arg, &ret));
	assert_int_equal(ret, 0);
}

/* Host unreachable is no hard error: a socket hears of it only if it asked to. */
static void unanswered_tells_who_asked(void **state)
{
	struct arp_net *a = arp_net_new(true);
	s64 fd = arp_net_socket(a);

	(void)state;
	assert_int_equal(call_connect(a->w, 0, 0, (int)fd, "192.0.2.9", 9), 0);
	assert_int_equal(call_sendto(a->w, 0, 0, (int)fd, "x", 1, 0, NULL, 0), 1);
	arp_net_run(a, 5000);
	assert_int_equal(so_error(a, fd), 0);
	set_recverr(a, fd);
	assert_int_equal(call_sendto(a->w, 0, 0, (int)fd, "x", 1, 0, NULL, 0), 1);
	arp_net_run(a, 5000);
	assert_int_equal(so_error(a, fd), EHOSTUNREACH);
	assert_int_equal(so_error(a, fd), 0);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

static void answer(struct arp_net *a, const char *who, u8 mac)
{
	const struct arp_frame f = {
		.op = ARPOP_REPLY, .sip = who, .tip = "192.0.2.1", .sha_last = mac, .tha_last = 1
	};

	arp_net_inject(a, &f);
}

static void answered_sends_what_waited(void **state)
{
	struct arp_net *a = arp_net_new(true);
	s64 fd = arp_net_socket(a);

	(void)state;
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_int_equal(a->nr_sent, 1);
	answer(a, "192.0.2.2", 0x22);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_REACHABLE);
	assert_int_equal(a->nr_sent, 4);
	for (u32 i = 1; i < 4; i++)
		assert_true(is_udp_to(&a->sent[i], 0x22));
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_int_equal(a->nr_sent, 5);
	assert_memory_equal(a->sent[4].data, a->sent[3].data, 14); /* by the cached header */
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* REACHABLE for 15 to 45 s, then STALE; used again: DELAY, after 5 s three unicast probes, then
 * FAILED. */
static void stale_is_probed(void **state)
{
	struct arp_net *a = arp_net_new(true);
	s64 fd = arp_net_socket(a);
	u64 start;

	(void)state;
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	answer(a, "192.0.2.2", 0x22);
	arp_net_run(a, 14000);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_REACHABLE);
	arp_net_run(a, 46000);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_STALE);
	a->nr_sent = 0;
	start = world_now_ps(a->w);
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_DELAY);
	assert_int_equal(a->nr_sent, 1);
	arp_net_run(a, 20000);
	assert_int_equal(a->nr_sent, 4);
	for (u32 i = 1; i < 4; i++)
		assert_true(is_arp(&a->sent[i], ARPOP_REQUEST, "192.0.2.2", 0x22));
	assert_in_range(since_ms(a, 1, start), 5000, 5512);
	assert_in_range(since_ms(a, 2, start) - since_ms(a, 1, start), 1000, 1064);
	assert_in_range(since_ms(a, 3, start) - since_ms(a, 2, start), 1000, 1064);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_FAILED);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

static void probe_is_answered(void **state)
{
	struct arp_net *a = arp_net_new(true);
	s64 fd = arp_net_socket(a);

	(void)state;
	arp_net_config(a, "ip neigh add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:22 nud stale");
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_true(is_udp_to(&a->sent[0], 0x22));
	arp_net_run(a, 5600);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_PROBE);
	assert_int_equal(a->nr_sent, 2);
	answer(a, "192.0.2.2", 0x22);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_REACHABLE);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* By truesize; the oldest goes. */
static void queue_has_a_limit(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	s64 fd = arp_net_socket(a);
	u32 truesize;

	(void)state;
	arp_net_config(a, "sysctl -w net.ipv4.neigh.eth0.unres_qlen_bytes=3000");
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	truesize = neigh_lookup_noref(net->arp_tbl, cpu_to_be32(0xc0000202),
				      dev_get_by_name(net, "eth0"))
			   ->arp_queue_len_bytes;
	for (u32 i = 0; i < 9; i++)
		assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_int_equal(net->arp_tbl->stat_unres_discards, 10 - 3000 / truesize);
	assert_int_equal(net->drops[DROP_NEIGH_QUEUEFULL], 10 - 3000 / truesize);
	answer(a, "192.0.2.2", 0x22);
	assert_int_equal(a->nr_sent, 1 + 3000 / truesize);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* Nobody may ask: no queue, no question. */
static void without_probes_it_fails_at_once(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct net *net = arp_net_net(a);
	s64 fd = arp_net_socket(a);

	(void)state;
	arp_net_config(a, "sysctl -w net.ipv4.neigh.eth0.mcast_solicit=0");
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_FAILED);
	assert_int_equal(net->drops[DROP_NEIGH_FAILED], 1);
	assert_int_equal(a->nr_sent, 0);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* Above gc_thresh3 nothing new, unless something old can go. */
static void table_has_a_limit(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct neigh_table *tbl = arp_net_net(a)->arp_tbl;
	s64 fd = arp_net_socket(a);

	(void)state;
	arp_net_config(a, "sysctl -w net.ipv4.neigh.default.gc_thresh2=2;"
			  "sysctl -w net.ipv4.neigh.default.gc_thresh3=3");
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	assert_int_equal(arp_net_send(a, fd, "192.0.2.3"), 1);
	assert_int_equal(arp_net_send(a, fd, "192.0.2.4"), 1);
	/* LINUX: udp_send_skb() hides -ENOBUFS unless IP_RECVERR is set. */
	assert_int_equal(arp_net_send(a, fd, "192.0.2.5"), 1);
	assert_int_equal(nud_of(a, "192.0.2.5"), 0xff);
	assert_int_equal(arp_net_net(a)->drops[DROP_NEIGH_CREATEFAIL], 1);
	assert_int_equal(tbl->stat_table_fulls, 1);
	assert_int_equal(tbl->stat_forced_gc_runs, 1);
	arp_net_run(a, 4000); /* all failed: they may go */
	assert_int_equal(arp_net_send(a, fd, "192.0.2.5"), 1);
	assert_int_equal(nud_of(a, "192.0.2.5"), NUD_INCOMPLETE);
	assert_true(tbl->gc_entries <= 3);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* DIVERGES(neigh-gc-timer): by a timer, every half base_reachable_time. */
static void stale_ones_are_collected(void **state)
{
	struct arp_net *a = arp_net_new(true);
	struct neigh_table *tbl = arp_net_net(a)->arp_tbl;

	(void)state;
	/* As many as that: one sweep takes all that are unused, also below the threshold. */
	arp_net_config(a, "sysctl -w net.ipv4.neigh.default.gc_thresh1=3;"
			  "ip neigh add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:22 nud stale;"
			  "ip neigh add 192.0.2.4 dev eth0 lladdr 02:00:00:00:00:24 nud stale;"
			  "ip neigh add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:23");
	arp_net_run(a, 58000);
	assert_int_equal(nud_of(a, "192.0.2.2"), NUD_STALE);
	arp_net_run(a, 40000);
	assert_int_equal(nud_of(a, "192.0.2.2"), 0xff);
	assert_int_equal(nud_of(a, "192.0.2.4"), 0xff);
	assert_int_equal(nud_of(a, "192.0.2.3"), NUD_PERMANENT);
	assert_int_equal(tbl->gc_entries, 0);
	assert_true(tbl->stat_periodic_gc_runs >= 5);
	arp_net_free(a);
}

static void device_down_flushes(void **state)
{
	struct arp_net *a = arp_net_new(true);
	s64 fd = arp_net_socket(a);

	(void)state;
	assert_int_equal(arp_net_send(a, fd, "192.0.2.2"), 1);
	arp_net_config(a, "ip neigh add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:23");
	arp_net_config(a, "ip link set eth0 down");
	assert_int_equal(nud_of(a, "192.0.2.2"), 0xff);
	assert_int_equal(nud_of(a, "192.0.2.3"), 0xff);
	arp_net_run(a, 5000);
	call_close(a->w, 0, 0, (int)fd);
	arp_net_free(a);
}

/* A permanent entry listens to nobody but its administrator. */
static void permanent_is_not_overridden(void **state)
{
	struct arp_net *a = arp_net_new(true);

	(void)state;
	arp_net_config(a, "ip neigh add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:23");
	arp_net_run(a, 5000);
	answer(a, "192.0.2.3", 0x44);
	assert_int_equal(nud_of(a, "192.0.2.3"), NUD_PERMANENT);
	assert_int_equal(lladdr_of(a, "192.0.2.3"), 0x23);
	arp_net_config(
		a, "ip neigh replace 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:44 nud reachable");
	assert_int_equal(nud_of(a, "192.0.2.3"), NUD_REACHABLE);
	assert_int_equal(lladdr_of(a, "192.0.2.3"), 0x44);
	assert_int_equal(arp_net_net(a)->arp_tbl->gc_entries, 1);
	arp_net_config(a, "ip neigh del 192.0.2.3 dev eth0");
	assert_int_equal(nud_of(a, "192.0.2.3"), 0xff);
	arp_net_free(a);
}

/* DIVERGES(neigh-rcu): memory of entries that are gone is used again, however few there are. */
static void memory_is_reused(void **state)
{
	struct arp_net *a = arp_net_new(true);

	(void)state;
	for (u32 i = 0; i < 3 * limits_fuzz.neighbours; i++)
		arp_net_config(a, "ip neigh add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:23;"
				  "ip neigh del 192.0.2.3 dev eth0");
	assert_int_equal(arp_net_net(a)->arp_tbl->entries, 0);
	arp_net_free(a);
}

static void count_entry(struct neighbour *n, void *ctx)
{
	assert_int_equal(n->nud_state, NUD_PERMANENT);
	++*(u32 *)ctx;
}

/* DIVERGES(neigh-hash): a walk meets every entry once, in an order of our own. */
static void walk_meets_all(void **state)
{
	struct arp_net *a = arp_net_new(true);
	u32 met = 0;

	(void)state;
	for (u32 i = 0; i < limits_fuzz.neighbours; i++) {
		char line[80];

		snprintf(line, sizeof(line),
			 "ip neigh add 192.0.2.%u dev eth0 lladdr 02:00:00:00:00:23", i + 2);
		arp_net_config(a, line);
	}
	neigh_for_each(arp_net_net(a)->arp_tbl, count_entry, &met);
	assert_int_equal(met, limits_fuzz.neighbours);
	arp_net_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unanswered_fails),
		cmocka_unit_test(unanswered_tells_who_asked),
		cmocka_unit_test(answered_sends_what_waited),
		cmocka_unit_test(stale_is_probed),
		cmocka_unit_test(probe_is_answered),
		cmocka_unit_test(queue_has_a_limit),
		cmocka_unit_test(without_probes_it_fails_at_once),
		cmocka_unit_test(table_has_a_limit),
		cmocka_unit_test(stale_ones_are_collected),
		cmocka_unit_test(device_down_flushes),
		cmocka_unit_test(permanent_is_not_overridden),
		cmocka_unit_test(memory_is_reused),
		cmocka_unit_test(walk_meets_all),
	};

	return cmocka_run_group_tests_name("neighbour", tests, NULL, NULL);
}
