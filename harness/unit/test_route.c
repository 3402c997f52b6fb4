// SPDX-License-Identifier: MIT
/* test_route.c - routes for packets against Linux's answers; caches, path MTU, redirects, no
 * memory. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/naive.h"
#include "harness/lib/scenario.h"
#include "ipv4/icmp.h"
#include "ipv4/route.h"
#include "route_vectors.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "wire/ipv4.h"

static void replay(const char *path, int at_least)
{
	int total, wrong = run_route_vectors(path, &total);

	printf("%s: %d requests, %d answered otherwise\n", path, total, wrong);
	assert_true(total > at_least);
	assert_int_equal(wrong, 0);
}

/* DIVERGES(dst-metrics), DIVERGES(fib-info-list): neither shows in any answer. */
static void replay_routes(void **state)
{
	(void)state;
	replay("vectors/fib/routes.txt", 1000);
}

static void replay_random(void **state)
{
	(void)state;
	replay("vectors/fib/random.txt", 1000);
}

struct fixture {
	struct world *w;
	struct net *net;
	struct net_device *d0;
};

static void in_unit(struct fixture *f, bool on)
{
	if (on)
		host_config_begin(&f->w->host[0]);
	else
		host_config_end(&f->w->host[0]);
}

static void config(struct fixture *f, const char *line)
{
	in_unit(f, false);
	must_config(f->w, 0, line);
	in_unit(f, true);
}

static int setup(void **state)
{
	static struct fixture f;
	struct world_cfg cfg = {
		.limits = &limits_test, .seed = 1, .hosts = 1, .cpus = 2, .nr_devs = 1
	};

	cfg.dev[0] = (struct world_dev_cfg){ .kind = DEV_TAP,
					     .name = "d0",
					     .mac = { 2, 0, 0, 0, 0, 1 } };
	f = (struct fixture){ .w = scenario_new(&cfg) };
	f.net = &f.w->host[0].net;
	f.net->on_fib_lookup = naive_check_fib_lookup;
	f.d0 = f.w->port[0].dev;
	must_config(f.w, 0, "ip link set lo up; ip link set d0 up; ip addr add 10.0.0.1/24 dev d0");
	must_config(f.w, 0, "ip route add default via 10.0.0.254");
	must_config(f.w, 0,
		    "ip neigh replace 10.0.0.253 lladdr 02:00:00:00:00:99 dev d0 nud reachable");
	in_unit(&f, true);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	const char *which = NULL;
	u32 leaks;

	in_unit(f, false);
	world_exit(f->w);
	leaks = world_leaks(f->w, &which);
	if (leaks != 0)
		printf("left in %s\n", which);
	scenario_free(f->w);
	return leaks != 0;
}

static be32 addr(const char *text)
{
	return cpu_to_be32(parse_ipv4(text));
}

static struct rtable *out(struct fixture *f, const char *dst, int *err)
{
	struct flowi4 fl4 = { .daddr = addr(dst) };

	return ip_route_output_key_hash(f->net, &fl4, NULL, err);
}

static u32 path_mtu(struct fixture *f, const char *dst)
{
	int err = 0;
	struct rtable *rt = out(f, dst, &err);
	u32 mtu;

	assert_non_null(rt);
	mtu = dst_mtu(&rt->dst);
	ip_rt_put(rt);
	return mtu;
}

static void cached_until_tables_change(void **state)
{
	struct fixture *f = *state;
	int err = 0;
	struct rtable *a = out(f, "8.8.8.8", &err), *b = out(f, "9.9.9.9", &err), *c;

	/* One gateway, one route. */
	assert_ptr_equal(a, b);
	assert_non_null(dst_check(&a->dst, 0));
	config(f, "ip route add 1.0.0.0/8 via 10.0.0.2");
	assert_null(dst_check(&a->dst, 0));
	c = out(f, "8.8.8.8", &err);
	assert_ptr_not_equal(a, c);
	ip_rt_put(c);
	ip_rt_put(b);

	/* A held route outlives its nexthop, and leads nowhere. DIVERGES(no-blackhole-netdev). */
	config(f, "ip route del default");
	assert_int_equal(a->dst.refcnt, 1);
	ip_rt_put(a);
	c = out(f, "1.1.1.1", &err);
	config(f, "ip link set d0 down");
	assert_int_equal(c->dst.obsolete, DST_OBSOLETE_DEAD);
	assert_ptr_equal(c->dst.output, dst_discard_out);
	ip_rt_put(c);
	assert_null(out(f, "1.1.1.1", &err));
	assert_int_equal(err, -ENETUNREACH);
}

/* An ICMP error as icmp_rcv() hands it on: outer header, ICMP header, then data at the quoted
 * header. */
static struct sk_buff *icmp_quote(struct fixture *f, const char *from, u8 code, be32 gateway,
				  const char *dst)
{
	struct sk_buff *skb = alloc_skb(f->net, 256);
	u8 *p = skb_put(skb, IPV4_HLEN + 8 + IPV4_HLEN);

	memset(p, 0, IPV4_HLEN + 8 + IPV4_HLEN);
	skb_reset_network_header(skb);
	store_be32(p + IPV4_SADDR, addr(from));
	p[IPV4_HLEN] = ICMP_REDIRECT;
	p[IPV4_HLEN + 1] = code;
	store_be32(p + IPV4_HLEN + 4, gateway);
	p[IPV4_HLEN + 8] = 0x45;
	p[IPV4_HLEN + 8 + IPV4_PROTOCOL] = IPPROTO_UDP;
	store_be32(p + IPV4_HLEN + 8 + IPV4_SADDR, addr("10.0.0.1"));
	store_be32(p + IPV4_HLEN + 8 + IPV4_DADDR, addr(dst));
	skb_pull(skb, IPV4_HLEN);
	skb_reset_transport_header(skb);
	skb_pull(skb, 8);
	skb->dev = f->d0;
	return skb;
}

static void frag_needed(struct fixture *f, const char *dst, u32 mtu)
{
	struct sk_buff *skb = icmp_quote(f, "10.0.0.254", 0, (be32){ 0 }, dst);

	ipv4_update_pmtu(skb, f->net, mtu, 0, IPPROTO_UDP);
	consume_skb(skb);
}

static void wait_secs(struct fixture *f, u64 secs)
{
	in_unit(f, false);
	world_run_until(f->w, f->w->sim.now_ps + secs * PS_PER_SEC);
	in_unit(f, true);
}

static void path_mtu_is_learned_and_forgotten(void **state)
{
	struct fixture *f = *state;
	int err = 0;
	struct rtable *before = out(f, "8.8.8.8", &err), *rt;

	assert_int_equal(path_mtu(f, "8.8.8.8"), 1500);
	frag_needed(f, "8.8.8.8", 1400);
	/* Who held the nexthop's route has to look again. */
	assert_null(dst_check(&before->dst, 0));
	ip_rt_put(before);
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1400);
	assert_int_equal(path_mtu(f, "8.8.8.9"), 1500);
	frag_needed(f, "8.8.8.8", 1450);
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1400);
	frag_needed(f, "8.8.8.8", 1300);
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1300);

	/* Below what we believe, the path is to take fragments of min_pmtu. */
	frag_needed(f, "8.8.4.4", 100);
	assert_int_equal(path_mtu(f, "8.8.4.4"), 552);
	rt = out(f, "8.8.4.4", &err);
	assert_true(ip_mtu_locked(&rt->dst));
	ip_rt_put(rt);

	wait_secs(f, 601);
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1500);
	assert_int_equal(path_mtu(f, "8.8.4.4"), 1500);
}

static void device_mtu_bounds_what_was_learned(void **state)
{
	struct fixture *f = *state;

	frag_needed(f, "8.8.8.8", 1400);
	config(f, "ip link set d0 mtu 1200");
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1200);
	config(f, "ip link set d0 mtu 1500");
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1500);
	config(f, "sysctl -w net.ipv4.route.flush=1");
	assert_int_equal(path_mtu(f, "8.8.8.8"), 1500);
}

static void redirected(struct fixture *f, const char *from, u8 code, const char *gateway)
{
	struct sk_buff *skb = icmp_quote(f, from, code, addr(gateway), "8.8.8.8");

	ipv4_redirect(skb, f->net, 0, IPPROTO_UDP);
	consume_skb(skb);
}

static bool goes_via(struct fixture *f, const char *gateway)
{
	int err = 0;
	struct rtable *rt = out(f, "8.8.8.8", &err);
	bool same = be32_eq(rt->rt_gw4, addr(gateway));

	ip_rt_put(rt);
	return same;
}

static void redirects_only_from_the_gateway(void **state)
{
	struct fixture *f = *state;

	redirected(f, "10.0.0.250", 1, "10.0.0.253"); /* not the gateway in use */
	redirected(f, "10.0.0.254", 4, "10.0.0.253"); /* no such code */
	redirected(f, "10.0.0.254", 1, "10.0.0.254"); /* to itself */
	redirected(f, "10.0.0.254", 1, "10.0.0.1");   /* to us */
	redirected(f, "10.0.0.254", 1, "224.0.0.1");
	redirected(f, "10.0.0.254", 1, "0.0.0.0");
	assert_true(goes_via(f, "10.0.0.254"));
	redirected(f, "10.0.0.254", 1, "10.0.0.253");
	assert_true(goes_via(f, "10.0.0.253"));
	wait_secs(f, 301);
	assert_true(goes_via(f, "10.0.0.254"));
}

/* As many exceptions as one likes to make: each bucket stays short, and the pool's end is no error.
 * DIVERGES(fnhe-chain).
 */
static void many_exceptions(void **state)
{
	struct fixture *f = *state;
	struct pool *p = &f->net->fnhe_pool;
	char dst[32];

	for (u32 i = 0; i < 3 * p->capacity; i++) {
		snprintf(dst, sizeof(dst), "20.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
		frag_needed(f, dst, 1000);
	}
	assert_true(p->used <= p->capacity);
	p->fail_at = 1;
	frag_needed(f, "21.1.1.1", 1000);
	assert_int_equal(path_mtu(f, "21.1.1.1"), 1500);
}

static void no_memory_for_routes(void **state)
{
	struct fixture *f = *state;
	int err = 0;
	struct sk_buff *skb = icmp_quote(f, "10.0.0.2", 0, (be32){ 0 }, "10.0.0.1");
	enum drop_reason reason;

	f->net->dst_pool.fail_at = 1;
	assert_null(out(f, "8.8.8.8", &err));
	assert_int_equal(err, -ENOBUFS);
	f->net->dst_pool.fail_at = 1;
	skb->protocol = cpu_to_be16(ETH_P_IP);
	err = ip_route_input_noref(skb, addr("10.0.0.1"), addr("10.0.0.2"), 0, f->d0, &reason);
	assert_int_equal(err, -ENOBUFS);
	err = ip_route_input_noref(skb, addr("10.0.0.1"), addr("10.0.0.2"), 0, f->d0, &reason);
	assert_int_equal(err, 0);
	skb_dst_force(skb);
	consume_skb(skb);
}

static void each_cpu_has_its_own_route(void **state)
{
	struct fixture *f = *state;
	struct host *h = &f->w->host[0];
	int err = 0;
	struct rtable *a, *b;

	if (h->nr_cpus < 2)
		skip();
	a = out(f, "8.8.8.8", &err);
	in_unit(f, false);
	cpu_unit_begin(&h->cpu[1], NULL);
	b = out(f, "8.8.8.8", &err);
	assert_ptr_not_equal(a, b);
	ip_rt_put(b);
	cpu_unit_end(&h->cpu[1]);
	in_unit(f, true);
	ip_rt_put(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_routes),
		cmocka_unit_test(replay_random),
		cmocka_unit_test_setup_teardown(cached_until_tables_change, setup, teardown),
		cmocka_unit_test_setup_teardown(path_mtu_is_learned_and_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(device_mtu_bounds_what_was_learned, setup,
						teardown),
		cmocka_unit_test_setup_teardown(redirects_only_from_the_gateway, setup, teardown),
		cmocka_unit_test_setup_teardown(many_exceptions, setup, teardown),
		cmocka_unit_test_setup_teardown(no_memory_for_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(each_cpu_has_its_own_route, setup, teardown),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
