// SPDX-License-Identifier: MIT
/* test_igmp.c - groups: what a device wants is what its sockets want together; memory that runs
 * out; timers of groups that were left; what a driver is told.
 */
#include "ipv4/igmp.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/rng.h"
#include "core/file.h"
#include "harness/lib/invariants.h"
#include "harness/unit/one_host.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { GROUP = (int)0xef010101, LOCAL_GROUP = (int)0xe0000009, SOURCE = 0x0a000001 };
enum { SOCKETS = 4, SOURCES = 5, ETH0 = 2, FILTER_HEAD = 16 };

static struct in_device *eth0(struct world *w)
{
	return inetdev_by_index(&w->host[0].net, ETH0);
}

static const struct sock *sockfd_sk(const struct world *w, int fd)
{
	return w->host[0].process[0].fd[fd]->socket.sk;
}

static s64 membership(struct world *w, int fd, int option, u32 group)
{
	u8 *mreq = world_umem(w, 0, SCENARIO_DATA, 8);

	put_be32(mreq, group);
	put_be32(mreq + 4, (u32)HERE);
	return host_sys(w, SYS_NR_setsockopt, (u64)fd, SOL_IP, (u64)option, SCENARIO_DATA, 8);
}

static s64 set_source(struct world *w, int fd, int option, u32 source)
{
	u8 *mreqs = world_umem(w, 0, SCENARIO_DATA, 12);

	put_be32(mreqs, (u32)GROUP);
	put_be32(mreqs + 4, (u32)HERE);
	put_be32(mreqs + 8, source);
	return host_sys(w, SYS_NR_setsockopt, (u64)fd, SOL_IP, (u64)option, SCENARIO_DATA, 12);
}

/* A filter of n sources, SOURCE and those behind it, or those of a mask. */
static s64 set_filter(struct world *w, int fd, u32 mode, u32 n, const u32 *sources)
{
	u32 len = FILTER_HEAD + 4 * n;
	u8 *msf = world_umem(w, 0, SCENARIO_DATA, len);

	put_be32(msf, (u32)GROUP);
	put_be32(msf + 4, (u32)HERE);
	put_le32(msf + 8, mode);
	put_le32(msf + 12, n);
	for (u32 i = 0; i < n; i++)
		put_be32(msf + FILTER_HEAD + 4 * (size_t)i,
			 sources != NULL ? sources[i] : SOURCE + i);
	return host_sys(w, SYS_NR_setsockopt, (u64)fd, SOL_IP, IP_MSFILTER, SCENARIO_DATA, len);
}

/* --- RFC 3376 3.2, naively --- */

struct member {
	int fd;
	bool joined, exclude;
	u32 mask; /* bit a source */
};

static bool wants(const struct member *m, u32 source)
{
	return m->joined && (m->mask >> source & 1) != m->exclude;
}

static void compare(struct world *w, const struct member *m)
{
	be32 group = cpu_to_be32((u32)GROUP);
	bool joined = false;

	for (u32 i = 0; i < SOCKETS; i++)
		joined |= m[i].joined;
	assert_int_equal(ip_mc_find_group(eth0(w), group) != NULL, joined);
	for (u32 s = 0; s < SOURCES; s++) {
		be32 source = cpu_to_be32(SOURCE + s);
		bool any = false;

		for (u32 i = 0; i < SOCKETS; i++) {
			const struct sock *sk = sockfd_sk(w, m[i].fd);

			any |= wants(&m[i], s);
			if (m[i].joined)
				assert_int_equal(ip_mc_sf_allow(sk, group, source, ETH0),
						 wants(&m[i], s));
		}
		assert_int_equal(ip_check_mc(eth0(w), group, source, IPPROTO_UDP), any);
	}
}

static s64 change_filter(struct world *w, struct rng *r, struct member *m)
{
	u32 sources[SOURCES], n = 0;
	s64 ret;

	m->mask = rng_below(r, 1u << SOURCES);
	m->exclude = rng_below(r, 2) != 0;
	for (u32 s = 0; s < SOURCES; s++)
		if ((m->mask >> s & 1) != 0)
			sources[n++] = SOURCE + s;
	ret = set_filter(w, m->fd, m->exclude ? MCAST_EXCLUDE : MCAST_INCLUDE, n, sources);
	if (!m->exclude && m->mask == 0)
		m->joined = false;
	return ret;
}

/* One source more or less; -EADDRNOTAVAIL where it is there already, or is not. */
static void change_source(struct world *w, struct rng *r, struct member *m)
{
	u32 s = rng_below(r, SOURCES);
	bool add = rng_below(r, 2) != 0, there = (m->mask >> s & 1) != 0;
	int option;

	if (m->exclude)
		option = add ? IP_BLOCK_SOURCE : IP_UNBLOCK_SOURCE;
	else
		option = add ? IP_ADD_SOURCE_MEMBERSHIP : IP_DROP_SOURCE_MEMBERSHIP;
	assert_int_equal(set_source(w, m->fd, option, SOURCE + s),
			 there == add ? -EADDRNOTAVAIL : 0);
	if (there != add)
		m->mask ^= 1u << s;
	if (!m->exclude && m->mask == 0)
		m->joined = false;
}

static void step(struct world *w, struct rng *r, struct member *m)
{
	if (!m->joined) {
		*m = (struct member){ .fd = m->fd,
				      .joined = true,
				      .exclude = rng_below(r, 2) != 0 };
		m->mask = m->exclude ? 0 : 1;
		if (m->exclude)
			assert_int_equal(membership(w, m->fd, IP_ADD_MEMBERSHIP, (u32)GROUP), 0);
		else
			assert_int_equal(set_source(w, m->fd, IP_ADD_SOURCE_MEMBERSHIP, SOURCE), 0);
	} else if (rng_below(r, 6) == 0) {
		assert_int_equal(membership(w, m->fd, IP_DROP_MEMBERSHIP, (u32)GROUP), 0);
		m->joined = false;
	} else if (rng_below(r, 2) == 0) {
		assert_int_equal(change_filter(w, r, m), 0);
	} else {
		change_source(w, r, m);
	}
}

static void device_wants_what_sockets_want(void **state)
{
	struct world *w = one_host_up(1);
	struct member m[SOCKETS];
	struct rng r;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < SOCKETS; i++)
		m[i] = (struct member){ .fd = udp_socket(w) };
	for (u32 i = 0; i < 3000; i++) {
		step(w, &r, &m[rng_below(&r, SOCKETS)]);
		compare(w, m);
		if (rng_below(&r, 10) == 0)
			world_run_until(w, w->sim.now_ps + rng_below(&r, 3000) * PS_PER_MS);
	}
	for (u32 i = 0; i < SOCKETS; i++)
		assert_int_equal(call_close(w, 0, 0, m[i].fd), 0);
	world_run_until(w, w->sim.now_ps + 10 * PS_PER_SEC);
	assert_null(eth0(w)->mc_tomb); /* all that was left has been told */
	end_world(w);
}

/* --- memory --- */

/* DIVERGES(mc-filter-size): as many sources as a page of the largest kind holds. */
static void filters_of_all_sizes(void **state)
{
	static const u32 sizes[] = { 1, 10, 20, 21, 1024, 1025, 2000 };
	struct world *w = one_host_up(2);
	struct net *net = &w->host[0].net;
	int fd = udp_socket(w);

	(void)state;
	must_config(w, 0, "sysctl -q -w net.ipv4.igmp_max_msf=30000");
	assert_int_equal(membership(w, fd, IP_ADD_MEMBERSHIP, (u32)GROUP), 0);
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(set_filter(w, fd, MCAST_EXCLUDE, sizes[i], NULL), 0);
		assert_int_equal(net->sf_list_pool.used, sizes[i]);
		assert_int_equal(sockfd_sk(w, fd)->sk_omem_alloc, 48 + 24 + 4 * sizes[i]);
		world_check(w);
	}
	/* Too many for the device: the filter stays what it was. */
	assert_int_equal(set_filter(w, fd, MCAST_EXCLUDE, 200, NULL), 0);
	world_run_until(w, w->sim.now_ps + 10 * PS_PER_SEC); /* what has gone is told */
	assert_int_equal(set_filter(w, fd, MCAST_EXCLUDE, 8000, NULL), -ENOBUFS);
	assert_int_equal(net->sf_list_pool.used, 200);
	assert_int_equal(net->sf_list_pool.exhausted, 1);
	assert_int_equal(set_filter(w, fd, MCAST_EXCLUDE, 8193, NULL), -ENOBUFS);
	assert_int_equal(net->sf_list_pool.exhausted, 1);
	assert_int_equal(sockfd_sk(w, fd)->sk_omem_alloc, 48 + 24 + 4 * 200);
	end_world(w);
}

/* What can be refused is refused or done, and can be done afterwards. */
static void busy(struct world *w, bool must)
{
	int fd = udp_socket(w), other = udp_socket(w);
	s64 ret[5];

	ret[0] = membership(w, fd, IP_ADD_MEMBERSHIP, (u32)GROUP);
	ret[1] = set_source(w, fd, IP_BLOCK_SOURCE, SOURCE);
	ret[2] = set_source(w, other, IP_ADD_SOURCE_MEMBERSHIP, SOURCE + 1);
	ret[3] = set_filter(w, fd, MCAST_EXCLUDE, 30, NULL);
	ret[4] = membership(w, fd, IP_ADD_MEMBERSHIP, (u32)LOCAL_GROUP);
	for (u32 i = 0; must && i < ARRAY_SIZE(ret); i++)
		assert_int_equal(ret[i], 0);
	world_run_until(w, w->sim.now_ps + 2 * PS_PER_SEC);
	(void)membership(w, fd, IP_DROP_MEMBERSHIP, (u32)GROUP);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	assert_int_equal(call_close(w, 0, 0, other), 0);
	world_run_until(w, w->sim.now_ps + 2 * PS_PER_SEC);
	world_check(w);
}

static void any_allocation_may_fail(void **state)
{
	struct world *w = one_host_up(3);
	struct net *net = &w->host[0].net;
	struct pool *const pools[] = { &net->mc_list_pool, &net->mc_socklist_pool,
				       &net->sf_list_pool, &net->sf_socklist_pool,
				       &net->hw_addr_pool, &net->page_pool[0],
				       &net->skb_pool,	   &net->head_pool[0],
				       &net->head_pool[1], &net->dst_pool };
	u32 failures = 0;

	(void)state;
	must_config(w, 0, "sysctl -q -w net.ipv4.igmp_max_msf=100");
	for (u32 i = 0; i < ARRAY_SIZE(pools); i++) {
		bool failed = true;

		for (u32 at = 1; failed && at < 100; at++) {
			pools[i]->failed = 0;
			pools[i]->fail_at = at;
			busy(w, false);
			failed = pools[i]->failed != 0;
			failures += failed;
			pools[i]->fail_at = 0;
			busy(w, true);
		}
	}
	printf("%u failures\n", failures);
	assert_true(failures > 60);
	end_world(w);
}

/* --- a timer that nobody stops --- */

/* A link-local group is left after the knob has silenced such: its timer still has it. */
static void timers_outlive_groups(void **state)
{
	(void)state;
	for (u32 expires = 0; expires < 2; expires++) {
		struct world *w = one_host_up(4);
		int fd = udp_socket(w);

		must_config(w, 0, "sysctl -q -w net.ipv4.conf.eth0.force_igmp_version=2");
		assert_int_equal(membership(w, fd, IP_ADD_MEMBERSHIP, (u32)LOCAL_GROUP), 0);
		must_config(w, 0, "sysctl -q -w net.ipv4.igmp_link_local_mcast_reports=0");
		assert_int_equal(membership(w, fd, IP_DROP_MEMBERSHIP, (u32)LOCAL_GROUP), 0);
		assert_non_null(eth0(w)->mc_orphans);
		world_check(w);
		if (expires != 0) {
			world_run_until(w, w->sim.now_ps + 30 * PS_PER_SEC);
			assert_null(eth0(w)->mc_orphans);
		}
		end_world(w);
	}
}

/* --- what a driver is told --- */

static void addresses_are_counted(void **state)
{
	static const u8 a[ETH_ALEN] = { 1, 0, 0x5e, 1, 1, 1 },
			b[ETH_ALEN] = { 1, 0, 0x5e, 1, 1, 2 };
	struct world *w = one_host_up(5);
	struct net_device *dev = eth0(w)->dev;
	u32 before = dev->mc.count;

	(void)state;
	assert_int_equal(dev_mc_del(dev, a), -ENOENT);
	assert_int_equal(dev_mc_add(dev, a), 0);
	assert_int_equal(dev_mc_add(dev, a), 0);
	assert_int_equal(dev_mc_add_global(dev, a), 0);
	assert_int_equal(dev_mc_add_global(dev, a), 0);
	assert_int_equal(dev_mc_add_global(dev, b), 0);
	assert_int_equal(dev->mc.count, before + 2);
	assert_int_equal(dev_mc_del_global(dev, a), 0);
	assert_int_equal(dev_mc_del_global(dev, a), -ENOENT);
	assert_int_equal(dev_mc_del(dev, a), 0);
	assert_int_equal(dev->mc.count, before + 2);
	assert_int_equal(dev_mc_del(dev, a), 0);
	assert_int_equal(dev_mc_del(dev, a), -ENOENT);
	assert_int_equal(dev->mc.count, before + 1);
	end_world(w); /* with b */
}

static void modes_are_counted(void **state)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };
	struct world *w = one_host_up(6);
	struct net_device *dev = eth0(w)->dev;

	(void)state;
	assert_int_equal(dev_set_promiscuity(dev, 1), 0);
	assert_int_equal(dev_change_flags(dev, dev_get_flags(dev) | IFF_PROMISC), 0);
	assert_int_equal(dev->promiscuity, 2);
	assert_int_equal(dev_get_flags(dev) & IFF_PROMISC, IFF_PROMISC);
	assert_int_equal(dev_change_flags(dev, dev_get_flags(dev) & ~(u32)IFF_PROMISC), 0);
	assert_int_equal(dev->flags & IFF_PROMISC, IFF_PROMISC);
	assert_int_equal(dev_get_flags(dev) & IFF_PROMISC, 0);
	/* A TAP has no filter: with an address it hears all. */
	assert_int_equal(dev_uc_add(dev, mac), 0);
	assert_int_equal(dev->promiscuity, 2);
	assert_int_equal(dev_set_promiscuity(dev, -1), 0);
	assert_int_equal(dev->promiscuity, 1);
	assert_int_equal(dev_uc_del(dev, mac), 0);
	assert_int_equal(dev->flags & IFF_PROMISC, 0);
	dev->allmulti = U32_MAX;
	assert_int_equal(dev_set_allmulti(dev, 1), -EOVERFLOW);
	assert_int_equal(dev->allmulti, U32_MAX);
	dev->allmulti = 0;
	assert_int_equal(dev_set_allmulti(dev, 1), 0);
	assert_int_equal(dev->flags & IFF_ALLMULTI, IFF_ALLMULTI);
	assert_int_equal(dev_set_allmulti(dev, -1), 0);
	assert_int_equal(dev->flags & IFF_ALLMULTI, 0);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_wants_what_sockets_want),
		cmocka_unit_test(filters_of_all_sizes),
		cmocka_unit_test(any_allocation_may_fail),
		cmocka_unit_test(timers_outlive_groups),
		cmocka_unit_test(addresses_are_counted),
		cmocka_unit_test(modes_are_counted),
	};

	return cmocka_run_group_tests_name("igmp", tests, NULL, NULL);
}
