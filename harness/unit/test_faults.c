// SPDX-License-Identifier: MIT
/* test_faults.c - the first, second, third ... allocation, mapping, fetch, transfer and interrupt
 * fails.
 *
 * One fixed scenario runs from a snapshot, each time with one fault, until a run meets none. After
 * every run all invariants hold, the hosts can talk to each other again, and nothing is left after
 * teardown.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/dma.h"
#include "harness/lib/invariants.h"
#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { PORT = 5000, CLOSED = 9, FRAGMENTED = 4000, POOLS_MAX = WORLD_REGIONS, RUNS_MAX = 5000 };

/* A world right after world_init(), to which every run goes back. */
struct start {
	struct world *w;
	void *snapshot;
};

static struct start begin(enum world_dev_kind kind)
{
	struct world_cfg cfg = scenario_two_hosts(kind, &limits_fuzz, COST_CYCLES, 2, 1);
	struct start s = { .w = scenario_new(&cfg) };

	s.snapshot = malloc(world_save_size(s.w));
	assert_non_null(s.snapshot);
	scenario_checks_on(s.w);
	world_save(s.w, s.snapshot);
	return s;
}

static void end(struct start *s)
{
	free(s->snapshot);
	scenario_free(s->w);
}

static void sleep_ms(struct world *w, u64 ms)
{
	world_run_until(w, w->sim.now_ps + ms * PS_PER_MS);
}

/* -------- the scenario -------- */

/* What a call may say of a failed allocation, or of a socket that it has not got. */
static void allowed(s64 ret)
{
	static const s64 errors[] = { -ENOMEM,	     -ENOBUFS,	    -ENFILE,	   -EMFILE,
				      -EAGAIN,	     -ECONNREFUSED, -EHOSTUNREACH, -ENETUNREACH,
				      -EBADF,	     -EPARKED,	    -EINVAL,	   -EADDRNOTAVAIL,
				      -EDESTADDRREQ, -EPIPE,	    -ENETDOWN };
	bool known = ret >= 0;

	for (u32 i = 0; i < ARRAY_SIZE(errors); i++)
		known = known || ret == errors[i];
	if (!known)
		print_error("a call returned %d\n", (int)ret);
	assert_true(known);
}

static void configure(struct world *w)
{
	static const char *const lines[] = { "ip link set lo up",
					     "ip addr add 192.0.2.%u/24 dev eth0",
					     "ip link set eth0 up" };
	char err[256];

	for (u32 host = 0; host < 2; host++) {
		for (u32 i = 0; i < ARRAY_SIZE(lines); i++) {
			char line[128];

			snprintf(line, sizeof(line), lines[i], host + 1);
			world_config(w, host, line, err, sizeof(err));
		}
	}
	if (w->cfg.dev[0].kind == DEV_IGB)
		sleep_ms(w, 5000);
}

/* ARP, fragments, cork, a port that is closed, loopback, and what each of them brings back. */
static void play(struct world *w)
{
	static u8 data[FRAGMENTED];
	int a = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int b = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0);

	allowed(a);
	allowed(b);
	allowed(call_bind(w, 1, 0, b, "0.0.0.0", PORT));
	allowed(call_recv(w, 1, 1, b, 100, 0)); /* waits */
	allowed(call_sendto(w, 0, 0, a, "hello", 5, 0, "192.0.2.2", PORT));
	sleep_ms(w, 10);
	allowed(call_sendto(w, 0, 0, a, data, FRAGMENTED, 0, "192.0.2.2", PORT));
	allowed(call_sendto(w, 0, 0, a, data, 100, MSG_MORE, "192.0.2.2", PORT));
	allowed(call_sendto(w, 0, 0, a, data, 2000, MSG_MORE, "192.0.2.2", PORT));
	allowed(call_sendto(w, 0, 0, a, data, 10, 0, "192.0.2.2", PORT));
	sleep_ms(w, 10);
	for (u32 i = 0; i < 2; i++)
		allowed(call_recv(w, 1, 2, b, FRAGMENTED, MSG_DONTWAIT));
	allowed(call_connect(w, 0, 0, a, "192.0.2.2", CLOSED));
	allowed(call_sendto(w, 0, 0, a, data, 10, 0, NULL, 0));
	sleep_ms(w, 2);
	allowed(call_recv(w, 0, 0, a, 10, MSG_DONTWAIT));
	allowed(call_connect(w, 1, 0, b, "192.0.2.2", PORT));
	allowed(call_sendto(w, 1, 0, b, data, 10, 0, NULL, 0));
	allowed(call_recv(w, 1, 2, b, 10, MSG_DONTWAIT));
	allowed(call_sendto(w, 0, 0, a, data, 100, MSG_MORE, NULL,
			    0)); /* closed with data pending */
	allowed(call_close(w, 0, 0, a));
	world_check(w);
}

/* -------- after it -------- */

static bool talks(struct world *w)
{
	int a = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int b = (int)call_socket(w, 1, 3, AF_INET, SOCK_DGRAM, 0);
	s64 ret;

	assert_true(a >= 0 && b >= 0);
	assert_int_equal(call_bind(w, 1, 3, b, "192.0.2.2", PORT + 1), 0);
	assert_int_equal(call_sendto(w, 0, 0, a, "again", 5, 0, "192.0.2.2", PORT + 1), 5);
	sleep_ms(w, 50);
	ret = call_recv(w, 1, 3, b, 100, MSG_DONTWAIT);
	assert_int_equal(call_close(w, 0, 0, a), 0);
	assert_int_equal(call_close(w, 1, 3, b), 0);
	return ret == 5;
}

static void restart_links(struct world *w)
{
	for (u32 host = 0; host < 2; host++) {
		must_config(w, host, "ip link set eth0 down; ip link set lo down");
		must_config(w, host, "ip link set lo up; ip link set eth0 up");
	}
	if (w->cfg.dev[0].kind == DEV_IGB)
		sleep_ms(w, 5000);
}

static void no_fault(struct world *w)
{
	struct pool *pool[POOLS_MAX];
	u32 n = world_pools(w, pool, POOLS_MAX);

	for (u32 i = 0; i < n; i++)
		pool[i]->fail_at = 0;
	for (u32 i = 0; i < 2; i++) {
		w->host[i].dma->fail_at = 0;
		if (w->port[i].nic != NULL)
			w->port[i].nic->nic.fault = (struct nic_fault){ 0 };
	}
}

static void check_empty(struct world *w)
{
	const char *which = "";
	u32 leaks;

	world_exit(w);
	for (u32 i = 0; world_step(w); i++)
		assert_true(i < 100000);
	leaks = world_leaks(w, &which);
	if (leaks != 0)
		print_error("%u left in pool %s\n", leaks, which);
	assert_int_equal(leaks, 0);
	assert_int_equal(w->event_pool.used, 0);
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(w->host[i].dma->live, 0);
		assert_int_equal(w->host[i].net.sockets_in_use, 0);
	}
	world_check(w);
}

/* -------- the loops -------- */

/* The counter of a fault: how long until it strikes; 0 when it has. */
typedef u32 *(*fault_fn)(struct world *w, u32 which);

static u32 *pool_fault(struct world *w, u32 which)
{
	struct pool *pool[POOLS_MAX];

	assert_true(which < world_pools(w, pool, POOLS_MAX));
	return &pool[which]->fail_at;
}

static u32 *dma_fault(struct world *w, u32 which)
{
	return &w->host[which].dma->fail_at;
}

static u32 *fetch_fault(struct world *w, u32 which)
{
	return &w->port[which].nic->nic.fault.fail_fetch_at;
}

static u32 *transfer_fault(struct world *w, u32 which)
{
	return &w->port[which].nic->nic.fault.fail_dma_at;
}

static u32 *interrupt_fault(struct world *w, u32 which)
{
	return &w->port[which].nic->nic.fault.drop_msix_at;
}

/* Afterwards the administrator restarts the links, and all must be well. Nothing less would do:
 * Linux does not repeat the routes of an address; a card's queue halts after a failed transfer; a
 * vector whose message was lost stays masked; and igb, finding a packet that never leaves, stops
 * its queue anew every two seconds, which sets back the transmit watchdog that waits for five.
 */
static bool run_with(struct start *s, fault_fn fault, u32 which, u32 at)
{
	struct world *w = s->w;
	bool struck;

	world_restore(w, s->snapshot);
	*fault(w, which) = at;
	configure(w);
	play(w);
	struck = *fault(w, which) == 0;
	no_fault(w);
	configure(w);
	restart_links(w);
	world_check(w);
	if (!talks(w)) {
		print_error("fault %u of %u: the hosts do not talk\n", at, which);
		fail();
	}
	check_empty(w);
	return struck;
}

static u32 fault_loop(struct start *s, fault_fn fault, u32 which)
{
	u32 at = 1;

	while (run_with(s, fault, which, at)) {
		at++;
		assert_true(at < RUNS_MAX);
	}
	return at - 1;
}

static void pool_loops(enum world_dev_kind kind)
{
	struct start s = begin(kind);
	struct pool *pool[POOLS_MAX];
	u32 n = world_pools(s.w, pool, POOLS_MAX), total = 0;

	for (u32 i = 0; i < n; i++) {
		u32 struck;

		if (pool[i] == &s.w->event_pool)
			continue; /* the clockwork itself: no part of any host */
		struck = fault_loop(&s, pool_fault, i);
		total += struck;
		if (struck != 0)
			print_message("%s: %u\n", pool[i]->name, struck);
	}
	assert_true(total > 50);
	end(&s);
}

static void test_pools_tap(void **state)
{
	(void)state;
	pool_loops(DEV_TAP);
}

static void test_pools_igb(void **state)
{
	(void)state;
	pool_loops(DEV_IGB);
}

static void card_loops(fault_fn fault, u32 at_least)
{
	struct start s = begin(DEV_IGB);

	for (u32 i = 0; i < 2; i++) {
		u32 struck = fault_loop(&s, fault, i);

		print_message("card %u: %u\n", i, struck);
		assert_true(struck >= at_least);
	}
	end(&s);
}

static void test_mappings(void **state)
{
	(void)state;
	card_loops(dma_fault, 100);
}

static void test_fetches(void **state)
{
	(void)state;
	card_loops(fetch_fault, 4);
}

static void test_transfers(void **state)
{
	(void)state;
	card_loops(transfer_fault, 10);
}

static void test_interrupts(void **state)
{
	(void)state;
	card_loops(interrupt_fault, 5);
}

/* -------- pools that are really empty -------- */

enum { HELD_MAX = 1024, BIG = 20000 };

struct held {
	struct pool *pool;
	void *obj[HELD_MAX];
	u32 n;
};

static void take_all(struct held *h, struct pool *pool)
{
	h->pool = pool;
	for (h->n = 0; h->n < HELD_MAX; h->n++) {
		h->obj[h->n] = pool_alloc(pool);
		if (h->obj[h->n] == NULL)
			break;
	}
	assert_true(h->n < HELD_MAX);
}

static void give_back(struct held *h)
{
	while (h->n != 0)
		pool_free(h->pool, h->obj[--h->n]);
}

/* What is asked while the pool is empty. Socket 3 of host 0 is there, and its neighbour is known.
 */
struct lack {
	size_t pool; /* of struct host */
	s64 (*ask)(struct world *w);
	s64 answer;
	int drop, mib[2]; /* -1: none */
};

static s64 ask_socket(struct world *w)
{
	return call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
}

static s64 ask_send(struct world *w)
{
	return call_sendto(w, 0, 0, 3, "hello", 5, 0, "192.0.2.2", PORT);
}

static s64 ask_send_elsewhere(struct world *w)
{
	return call_sendto(w, 0, 0, 3, "hello", 5, 0, "192.0.2.77", PORT);
}

static s64 ask_send_to_itself(struct world *w)
{
	return call_sendto(w, 0, 0, 3, "hello", 5, 0, "127.0.0.1", PORT);
}

static s64 ask_send_and_hear(struct world *w)
{
	const u64 arg[SYS_ARGS] = { 3, IPPROTO_IP, IP_RECVERR, SCENARIO_DATA, 4 };
	s64 ret;

	put_le32(world_umem(w, 0, SCENARIO_DATA, 4), 1);
	world_call(w, 0, 0, SYS_NR_setsockopt, arg, &ret);
	assert_int_equal(ret, 0);
	return call_sendto(w, 0, 0, 3, "hello", 5, 0, "192.0.2.78", PORT);
}

static s64 ask_send_pages(struct world *w)
{
	static u8 data[BIG];

	return call_sendto(w, 0, 0, 3, data, BIG, 0, "127.0.0.1", PORT);
}

static s64 ask_config(struct world *w, const char *line)
{
	char err[256];

	return world_config(w, 0, line, err, sizeof(err));
}

static s64 ask_address(struct world *w)
{
	return ask_config(w, "ip addr add 198.51.100.1/24 dev eth0");
}

static s64 ask_route(struct world *w)
{
	return ask_config(w, "ip route add 203.0.113.0/24 via 192.0.2.2 metric 7");
}

static s64 ask_neighbour(struct world *w)
{
	return ask_config(w, "ip neigh add 192.0.2.99 lladdr 02:00:00:00:00:99 dev eth0");
}

static s64 ask_discipline(struct world *w)
{
	return ask_config(w, "tc qdisc replace dev eth0 root pfifo_fast");
}

static s64 frame_arrives(struct world *w, u16 frag)
{
	u8 f[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 36, 0, 1 };

	put_be16(f + 20, frag);
	f[22] = 64;
	f[23] = IPPROTO_UDP;
	put_be32(f + 26, 0xc0000202);
	put_be32(f + 30, 0xc0000201);
	put_be16(f + 24, (u16)~naive_checksum(f + 14, 20, 0));
	put_be16(f + 36, PORT);
	put_be16(f + 38, 16);
	assert_true(world_inject(w, 0, f, 50));
	sleep_ms(w, 1);
	return 0;
}

static s64 ask_frame(struct world *w)
{
	u64 before = w->port[0].dev->stats.rx_dropped;

	frame_arrives(w, 0);
	return (s64)(w->port[0].dev->stats.rx_dropped - before);
}

static s64 ask_fragment(struct world *w)
{
	return frame_arrives(w, 0x2000);
}

#define OF(field) offsetof(struct host, field)
static const struct lack lacks[] = {
	{ OF(file_pool), ask_socket, -ENFILE, -1, { -1, -1 } },
	{ OF(net.sock_pool), ask_socket, -ENOMEM, -1, { -1, -1 } },
	{ OF(net.skb_pool), ask_send, -ENOBUFS, -1, { UDP_MIB_SNDBUFERRORS, -1 } },
	{ OF(net.head_pool[0]), ask_send, -ENOBUFS, -1, { UDP_MIB_SNDBUFERRORS, -1 } },
	{ OF(net.page_pool[0]),
	  ask_send_pages,
	  BIG,
	  DROP_NO_SOCKET,
	  { -1, -1 } }, /* a larger page is tried first */
	{ OF(net.page_pool[1]), ask_send_pages, BIG, DROP_NO_SOCKET, { -1, -1 } },
	{ OF(net.dst_pool), ask_send_to_itself, -ENOBUFS, -1, { -1, -1 } },
	{ OF(net.neigh_pool),
	  ask_send_elsewhere,
	  5,
	  DROP_NEIGH_CREATEFAIL,
	  { UDP_MIB_SNDBUFERRORS, IPSTATS_MIB_OUTDISCARDS } },
	{ OF(net.neigh_pool),
	  ask_send_and_hear,
	  -ENOBUFS,
	  DROP_NEIGH_CREATEFAIL,
	  { IPSTATS_MIB_OUTDISCARDS, UDP_MIB_SNDBUFERRORS } },
	{ OF(net.neigh_pool), ask_neighbour, -ENOBUFS, -1, { -1, -1 } },
	{ OF(net.ifaddr_pool), ask_address, -ENOBUFS, -1, { -1, -1 } },
	{ OF(net.fib_info_pool), ask_route, -ENOBUFS, -1, { -1, -1 } },
	{ OF(net.fib_alias_pool), ask_route, -ENOBUFS, -1, { -1, -1 } },
	{ OF(net.fib_node_pool), ask_route, -ENOMEM, -1, { -1, -1 } },
	{ OF(net.qdisc_pool), ask_discipline, -ENOBUFS, -1, { -1, -1 } },
	{ OF(net.skb_pool), ask_frame, 1, -1, { -1, -1 } },
	{ OF(net.frag_queue_pool),
	  ask_fragment,
	  0,
	  DROP_NOT_SPECIFIED,
	  { IPSTATS_MIB_REASMREQDS, IPSTATS_MIB_REASMFAILS } },
};

static void check_lack(struct world *w, const struct lack *l)
{
	struct host *h = &w->host[0];
	struct pool *pool = (struct pool *)(void *)((u8 *)h + l->pool);
	u64 drops[DROP_MAX], mib[MIB_MAX];
	struct held held;
	s64 answer;

	memcpy(drops, h->net.drops, sizeof(drops));
	memcpy(mib, h->net.mib, sizeof(mib));
	w->checks = false; /* what the test holds would be missed */
	take_all(&held, pool);
	answer = l->ask(w);
	give_back(&held);
	w->checks = true;
	if (answer != l->answer)
		print_error("without %s, row %d: %d, not %d\n", pool->name, (int)(l - lacks),
			    (int)answer, (int)l->answer);
	assert_int_equal(answer, l->answer);
	for (int i = 0; i < DROP_MAX; i++) {
		if (h->net.drops[i] - drops[i] != (i == l->drop))
			print_error("without %s, row %d: drops of %s\n", pool->name,
				    (int)(l - lacks), drop_names[i]);
		assert_int_equal(h->net.drops[i] - drops[i], i == l->drop);
	}
	for (u32 i = 0; i < 2; i++)
		if (l->mib[i] >= 0)
			assert_int_equal(h->net.mib[l->mib[i]] - mib[l->mib[i]], 1);
	world_check(w);
}

static void test_empty_pools(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(lacks); i++) {
		struct world_cfg cfg = scenario_two_hosts(DEV_TAP, &limits_fuzz, COST_JUDGE, 1, 1);
		struct world *w = scenario_two_hosts_up(&cfg);

		scenario_checks_on(w);
		assert_int_equal(ask_socket(w), 3);
		assert_int_equal(ask_send(w), 5);
		sleep_ms(w, 10);
		assert_int_equal(call_recv(w, 0, 0, 3, 5, MSG_DONTWAIT), -EAGAIN);
		check_lack(w, &lacks[i]);
		sleep_ms(w, 40000);
		check_empty(w);
		scenario_free(w);
	}
}

/* No table is full: the process may have no more descriptors. */
static void test_no_descriptor(void **state)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);
	struct world *w = scenario_new(&cfg);

	(void)state;
	for (u32 i = 3; i < limits_fuzz.sockets; i++)
		assert_int_equal(ask_socket(w), i);
	w->host[0].process[0].nr_fds = limits_fuzz.sockets;
	assert_int_equal(ask_socket(w), -EMFILE);
	scenario_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pools_tap),   cmocka_unit_test(test_pools_igb),
		cmocka_unit_test(test_mappings),    cmocka_unit_test(test_fetches),
		cmocka_unit_test(test_transfers),   cmocka_unit_test(test_interrupts),
		cmocka_unit_test(test_empty_pools), cmocka_unit_test(test_no_descriptor),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
