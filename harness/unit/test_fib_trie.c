// SPDX-License-Identifier: MIT
/* test_fib_trie.c - the trie against a scan of all routes: random steps, small spaces in full, no
 * memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/naive.h"
#include "harness/lib/scenario.h"
#include "ipv4/route.h"
#include "uapi/errno.h"

struct fixture {
	struct world *w;
	struct net *net;
	struct rng rng;
};

static int setup(void **state)
{
	static struct fixture f;
	struct world_cfg cfg = {
		.limits = &limits_test, .seed = 1, .cost = COST_JUDGE, .hosts = 1, .nr_devs = 1
	};

	cfg.dev[0] = (struct world_dev_cfg){ .kind = DEV_TAP,
					     .name = "d0",
					     .mac = { 2, 0, 0, 0, 0, 1 } };
	f = (struct fixture){ .w = scenario_new(&cfg) };
	f.net = &f.w->host[0].net;
	f.net->on_fib_lookup = naive_check_fib_lookup;
	must_config(f.w, 0, "ip link set d0 up; ip link set lo up");
	rng_init(&f.rng, 7, RNG_PROGRAM, 0);
	host_config_begin(&f.w->host[0]);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	const char *which = NULL;
	u32 leaks;

	host_config_end(&f->w->host[0]);
	world_exit(f->w);
	leaks = world_leaks(f->w, &which);
	scenario_free(f->w);
	return leaks != 0;
}

static struct fib_config route(u32 dst, u8 len, u32 metric, u8 type)
{
	struct fib_config cfg = { .fc_dst_len = len, .fc_priority = metric, .fc_type = type };

	cfg.fc_dst = be32_and(cpu_to_be32(dst), inet_make_mask(len));
	cfg.fc_table = RT_TABLE_MAIN;
	cfg.fc_protocol = RTPROT_STATIC;
	cfg.fc_nlflags = NLM_F_CREATE | NLM_F_EXCL;
	if (type == RTN_UNICAST) {
		cfg.fc_scope = RT_SCOPE_LINK;
		cfg.fc_oif = 2;
	}
	return cfg;
}

/* The hook compares with the scan. */
static void look(struct net *net, u32 dst)
{
	struct flowi4 fl4 = { .daddr = cpu_to_be32(dst) };
	struct fib_result res;

	(void)!fib_lookup(net, &fl4, &res, 0);
}

/* Keys with few bits that differ, high and low: prefixes nest and leaves share ancestors. */
static u32 some_addr(struct rng *r)
{
	static const u32 bases[] = { 0,		 0x0a000000, 0x0a000100, 0x0a800000,
				     0x7f000000, 0xc0a80000, 0xfffffff0 };
	u32 base = bases[rng_below(r, ARRAY_SIZE(bases))];

	return base ^ (1u << rng_below(r, 32)) ^ rng_below(r, 4);
}

/* The n-th route of the main table as a request for its removal. */
struct pick {
	u32 n;
	bool found;
	struct fib_config cfg;
};

static void pick_route(void *ctx, be32 dst, u8 len, u8 tos, u8 type, const struct fib_info *fi)
{
	struct pick *p = ctx;

	if (p->n-- != 0)
		return;
	p->found = true;
	p->cfg = (struct fib_config){
		.fc_dst = dst, .fc_dst_len = len, .fc_tos = tos, .fc_type = type
	};
	p->cfg.fc_scope = RT_SCOPE_NOWHERE;
	p->cfg.fc_priority = fi->fib_priority;
}

static bool remove_some(struct fixture *f)
{
	struct pick p = { .n = rng_below(&f->rng, 60) };

	if (f->net->fib_main == NULL)
		return false;
	fib_table_walk(f->net->fib_main, pick_route, &p);
	if (p.found)
		assert_int_equal(inet_rtm_delroute(f->net, &p.cfg), 0);
	return p.found;
}

/* DIVERGES(fib-trie-shape): and yet what is found is what a scan finds. */
static void random_steps(void **state)
{
	static const u8 types[] = { RTN_UNICAST, RTN_UNICAST, RTN_UNICAST, RTN_BLACKHOLE,
				    RTN_THROW };
	static const u8 toses[] = { 0, 0, 0, 0x08, 0x10 };
	static const u32 hows[] = { NLM_F_CREATE | NLM_F_EXCL, NLM_F_CREATE | NLM_F_APPEND,
				    NLM_F_CREATE, NLM_F_CREATE | NLM_F_REPLACE, NLM_F_REPLACE };
	struct fixture *f = *state;
	struct rng *r = &f->rng;
	u32 added = 0, removed = 0;

	for (u32 step = 0; step < 6000; step++) {
		u32 addr = some_addr(r);
		u8 len = (u8)rng_below(r, 33), type = types[rng_below(r, ARRAY_SIZE(types))];
		u32 metric = rng_below(r, 3);
		struct fib_config cfg = route(addr, len, metric, type);

		cfg.fc_tos = toses[rng_below(r, ARRAY_SIZE(toses))];
		cfg.fc_nlflags = hows[rng_below(r, ARRAY_SIZE(hows))];
		removed += remove_some(f);
		added += inet_rtm_newroute(f->net, &cfg) == 0;
		if (f->net->fib_main != NULL)
			fib_table_check(f->net->fib_main);
		look(f->net, addr);
		look(f->net, some_addr(r));
		look(f->net, rng_u32(r));
	}
	assert_true(added > 3000);
	assert_true(removed > 2000);
}

/* All sets of prefixes of length 0 to 3 over eight addresses (15 prefixes), every lookup. */
static void all_small_tables(void **state)
{
	static const struct {
		u32 dst;
		u8 len;
	} prefix[] = { { 0, 0 }, { 0, 1 }, { 4, 1 }, { 0, 2 }, { 2, 2 },
		       { 4, 2 }, { 6, 2 }, { 0, 3 }, { 1, 3 }, { 2, 3 },
		       { 3, 3 }, { 4, 3 }, { 5, 3 }, { 6, 3 }, { 7, 3 } };
	struct fixture *f = *state;

	for (u32 set = 0; set < 1u << ARRAY_SIZE(prefix); set += 1 + (set >> 10) % 3) {
		for (u32 i = 0; i < ARRAY_SIZE(prefix); i++) {
			struct fib_config cfg =
				route(prefix[i].dst << 29, prefix[i].len, 0, RTN_UNICAST);

			if ((set >> i & 1) != 0)
				assert_int_equal(inet_rtm_newroute(f->net, &cfg), 0);
		}
		for (u32 a = 0; a < 8; a++)
			look(f->net, a << 29 | a);
		if (f->net->fib_main != NULL)
			fib_table_check(f->net->fib_main);
		/* From both ends, so that each kind of node goes in each order. */
		for (u32 k = 0; k < ARRAY_SIZE(prefix); k++) {
			u32 i = (set & 16) != 0 ? k : (u32)ARRAY_SIZE(prefix) - 1 - k;
			struct fib_config cfg =
				route(prefix[i].dst << 29, prefix[i].len, 0, RTN_UNICAST);

			if ((set >> i & 1) != 0)
				assert_int_equal(inet_rtm_delroute(f->net, &cfg), 0);
		}
	}
	assert_int_equal(f->net->fib_alias_pool.used, 3); /* lo's */
}

/* Fails the first, second, ... allocation until a run is clean: what failed left nothing behind. */
static void no_memory(void **state)
{
	struct fixture *f = *state;
	struct pool *pools[] = { &f->net->fib_info_pool, &f->net->fib_alias_pool,
				 &f->net->fib_node_pool };
	const int want[] = { -ENOBUFS, -ENOBUFS, -ENOMEM };
	struct fib_config first = route(0x0a000000, 8, 0, RTN_UNICAST),
			  cfg = route(0x0a800000, 9, 5, RTN_UNICAST);
	u32 used[3];

	assert_int_equal(inet_rtm_newroute(f->net, &first), 0);
	for (u32 p = 0; p < ARRAY_SIZE(pools); p++) {
		for (u32 nth = 1;; nth++) {
			int err;

			for (u32 i = 0; i < 3; i++)
				used[i] = pools[i]->used;
			pools[p]->fail_at = nth;
			err = inet_rtm_newroute(f->net, &cfg);
			pools[p]->fail_at = 0;
			fib_table_check(f->net->fib_main);
			if (err == 0)
				break;
			assert_int_equal(err, want[p]);
			for (u32 i = 0; i < 3; i++)
				assert_int_equal(pools[i]->used, used[i]);
			look(f->net, 0x0a800001);
		}
		assert_int_equal(inet_rtm_delroute(f->net, &cfg), 0);
	}
}

static void full_table(void **state)
{
	struct fixture *f = *state;
	struct fib_config cfg;
	u32 n = 0;
	int err;

	do {
		cfg = route(0x0b000000 + n * 0x10001u, 32, 0, RTN_UNICAST);
		err = inet_rtm_newroute(f->net, &cfg);
		n++;
	} while (err == 0 && n < 1000000);
	assert_true(err == -ENOBUFS || err == -ENOMEM);
	look(f->net, 0x0b000000);
	fib_table_check(f->net->fib_main);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(all_small_tables, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(full_table, setup, teardown),
	};

	return cmocka_run_group_tests_name("fib_trie", tests, NULL, NULL);
}
