// SPDX-License-Identifier: MIT
/* test_sock_reuseport.c - groups of SO_REUSEPORT: their order against an array, what is counted of
 * CPUs, when they end; and how many sockets a slot of UDP's tables has.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "core/sock_reuseport.h"

#include "base/rng.h"
#include "harness/unit/one_host.h"
#include "ipv4/udp.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { MEMBERS = 12, PORT = 5000 };

static struct sock *sk_of(struct world *w, int fd)
{
	return fd_file(&w->host[0].process[0], fd)->socket.sk;
}

static int member(struct world *w, u16 port)
{
	int fd = udp_socket(w);

	assert_int_equal(host_setopt(w, fd, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", port), 0);
	return fd;
}

/* The group has these members in this order. */
static void assert_order(struct world *w, const int *fd, u32 n)
{
	const struct sock_reuseport *reuse = sk_of(w, fd[0])->sk_reuseport_cb;
	const struct list_head *at = &reuse->socks;

	assert_int_equal(reuse->num_socks, n);
	for (u32 i = 0; i < n; i++) {
		at = at->next;
		assert_ptr_equal(list_entry(at, struct sock, sk_reuseport_node), sk_of(w, fd[i]));
		assert_ptr_equal(sk_of(w, fd[i])->sk_reuseport_cb, reuse);
	}
	assert_ptr_equal(at->next, &reuse->socks);
}

/* Linux keeps an array: who leaves is replaced by the last one. */
static void order_is_an_arrays(void **state)
{
	struct world *w = one_host_lo(31);
	struct rng rng;
	int fd[MEMBERS];
	u32 n = 0;

	(void)state;
	rng_init(&rng, 31, RNG_PROGRAM, 0);
	for (u32 step = 0; step < 400; step++) {
		if (n == 0 || (n < MEMBERS && rng_below(&rng, 2) == 0)) {
			fd[n++] = member(w, PORT);
		} else {
			u32 i = rng_below(&rng, n);

			assert_int_equal(call_close(w, 0, 0, fd[i]), 0);
			fd[i] = fd[--n];
		}
		if (n != 0)
			assert_order(w, fd, n);
		assert_int_equal(w->host[0].net.reuseport_pool.used, n != 0);
	}
	while (n != 0)
		assert_int_equal(call_close(w, 0, 0, fd[--n]), 0);
	assert_int_equal(w->host[0].net.reuseport_pool.used, 0);
	end_world(w);
}

/* Only SO_INCOMING_CPU counts, and who leaves: what a connected member learns of its CPU does not,
 * so that the number may wrap.
 */
static void cpus_are_counted_as_linux_does(void **state)
{
	struct world *w = one_host_lo(32);
	int a = member(w, PORT), b = member(w, PORT);
	const struct sock_reuseport *reuse = sk_of(w, a)->sk_reuseport_cb;

	(void)state;
	assert_int_equal(reuse->incoming_cpu, 0);
	assert_int_equal(host_setopt(w, a, SOL_SOCKET, SO_INCOMING_CPU, 0), 0);
	assert_int_equal(host_setopt(w, a, SOL_SOCKET, SO_INCOMING_CPU, 1), 0);
	assert_int_equal(reuse->incoming_cpu, 1);
	assert_int_equal(host_setopt(w, a, SOL_SOCKET, SO_INCOMING_CPU, (u32)-1), 0);
	assert_int_equal(reuse->incoming_cpu, 0);
	sk_of(w, b)->sk_incoming_cpu = 0; /* as a datagram leaves it */
	assert_int_equal(call_close(w, 0, 0, b), 0);
	assert_int_equal(reuse->incoming_cpu, 0xffff);
	b = udp_socket(w);
	assert_int_equal(host_setopt(w, b, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	assert_int_equal(host_setopt(w, b, SOL_SOCKET, SO_INCOMING_CPU, 3), 0);
	assert_int_equal(call_bind(w, 0, 0, b, "127.0.0.1", PORT), 0);
	assert_int_equal(reuse->incoming_cpu, 0);
	end_world(w);
}

/* A group that had a connected member remembers it, whoever leaves, until there is no member. */
static void connections_are_remembered(void **state)
{
	struct world *w = one_host_lo(33);
	int a = member(w, PORT), b = member(w, PORT), c;

	(void)state;
	assert_false(reuseport_has_conns(sk_of(w, a)));
	assert_int_equal(call_connect(w, 0, 0, b, "127.0.0.1", 7), 0);
	assert_int_equal(call_close(w, 0, 0, b), 0);
	c = member(w, PORT);
	assert_true(reuseport_has_conns(sk_of(w, c)));
	assert_int_equal(call_close(w, 0, 0, a), 0);
	assert_int_equal(call_close(w, 0, 0, c), 0);
	assert_false(reuseport_has_conns(sk_of(w, member(w, PORT))));
	end_world(w);
}

/* Another port, another user's or no option: another group, or none. */
static void groups_are_apart(void **state)
{
	struct world *w = one_host_lo(34);
	int a = member(w, PORT), b = member(w, PORT + 1), c = udp_socket(w);

	(void)state;
	assert_ptr_not_equal(sk_of(w, a)->sk_reuseport_cb, sk_of(w, b)->sk_reuseport_cb);
	assert_int_equal(call_bind(w, 0, 0, c, "127.0.0.1", PORT + 2), 0);
	assert_null(sk_of(w, c)->sk_reuseport_cb);
	assert_int_equal(reuseport_add_sock(sk_of(w, b), sk_of(w, a)), 0);
	assert_int_equal(w->host[0].net.reuseport_pool.used, 1);
	/* Who is in a group with others stays there. */
	assert_int_equal(reuseport_alloc(sk_of(w, c)), 0);
	assert_int_equal(reuseport_add_sock(sk_of(w, b), sk_of(w, c)), -EBUSY);
	end_world(w);
}

/* {BPF_RET | BPF_K, 0, 0, 1}, as a struct sock_fprog has it. */
static s64 attach(struct world *w, int fd)
{
	u8 *fprog = world_umem(w, 0, SCENARIO_DATA, 64);

	memset(fprog, 0, 64);
	put_le16(fprog, 1);
	put_le64(fprog + 8, SCENARIO_DATA + 16);
	put_le16(fprog + 16, 6);
	put_le32(fprog + 20, 1);
	return host_sys(w, SYS_NR_setsockopt, (u64)fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
			SCENARIO_DATA, 16);
}

/* A program's page is the group's: it goes with another program, with the last member, with a
 * socket that never had a port.
 */
static void programs_are_given_back(void **state)
{
	struct world *w = one_host_lo(36);
	struct net *net = &w->host[0].net;
	int a = member(w, PORT), b = member(w, PORT), c = udp_socket(w);
	u32 pages = net->page_pool[0].used;

	(void)state;
	assert_int_equal(attach(w, c), -EINVAL);
	assert_int_equal(attach(w, a), 0);
	assert_int_equal(attach(w, b), 0);
	assert_int_equal(net->page_pool[0].used, pages + 1);
	assert_int_equal(call_close(w, 0, 0, a), 0);
	assert_int_equal(net->page_pool[0].used, pages + 1);
	assert_int_equal(call_close(w, 0, 0, b), 0);
	assert_int_equal(net->page_pool[0].used, pages);
	assert_int_equal(host_setopt(w, c, SOL_SOCKET, SO_REUSEPORT, 1), 0);
	assert_int_equal(attach(w, c), 0);
	assert_int_equal(net->reuseport_pool.used, 1);
	assert_int_equal(call_close(w, 0, 0, c), 0);
	assert_int_equal(net->page_pool[0].used, pages);
	assert_int_equal(net->reuseport_pool.used, 0);
	end_world(w);
}

/* -------- slots -------- */

static void recount(const struct udp_table *t, u32 count[UDP_HTABLE_SIZE],
		    u32 count2[UDP_HTABLE_SIZE])
{
	const struct hlist_node *n;

	for (u32 i = 0; i < UDP_CHAINS; i++) {
		hlist_for_each (n, &t->chain[i])
			count[hlist_entry(n, struct sock, sk_node)->sk_num % UDP_HTABLE_SIZE]++;
		hlist_for_each (n, &t->portaddr_chain[i]) {
			const struct sock *sk = hlist_entry(n, struct sock, sk_portaddr_node);

			count2[udp_slot2(udp_sk(sk)->udp_portaddr_hash)]++;
		}
	}
}

static void assert_counts(const struct udp_table *t)
{
	u32 count[UDP_HTABLE_SIZE] = { 0 }, count2[UDP_HTABLE_SIZE] = { 0 };

	recount(t, count, count2);
	for (u32 i = 0; i < UDP_HTABLE_SIZE; i++) {
		assert_int_equal(t->count[i], count[i]);
		assert_int_equal(t->count2[i], count2[i]);
	}
}

static void one_move(struct world *w, struct rng *rng, int *fd)
{
	static const char *const addrs[] = { "127.0.0.1", "127.0.0.2", "0.0.0.0" };
	static const u16 ports[] = { 5000, 5256, 5001, 0 };

	if (*fd < 0) {
		*fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM,
				       rng_below(rng, 2) == 0 ? IPPROTO_UDPLITE : IPPROTO_UDP);
		assert_int_equal(host_setopt(w, *fd, SOL_SOCKET, SO_REUSEADDR, 1), 0);
		return;
	}
	switch (rng_below(rng, 4)) {
	case 0:
		(void)call_bind(w, 0, 0, *fd, addrs[rng_below(rng, 3)], ports[rng_below(rng, 4)]);
		break;
	case 1:
		(void)call_connect(w, 0, 0, *fd, addrs[rng_below(rng, 2)], 7);
		break;
	case 2:
		put_sockaddr_in(world_umem(w, 0, SCENARIO_ADDR, 16), AF_UNSPEC, 0, 0);
		(void)host_sys(w, SYS_NR_connect, (u64)*fd, SCENARIO_ADDR, 16, 0, 0);
		break;
	default:
		assert_int_equal(call_close(w, 0, 0, *fd), 0);
		*fd = -1;
		break;
	}
}

static void slots_are_counted(void **state)
{
	struct world *w = one_host_lo(35);
	const struct net *net = &w->host[0].net;
	struct rng rng;
	int fd[20];

	(void)state;
	rng_init(&rng, 35, RNG_PROGRAM, 0);
	for (u32 i = 0; i < ARRAY_SIZE(fd); i++)
		fd[i] = -1;
	for (u32 step = 0; step < 600; step++) {
		one_move(w, &rng, &fd[rng_below(&rng, ARRAY_SIZE(fd))]);
		assert_counts(net->udp_table);
		assert_counts(net->udplite_table);
	}
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_an_arrays),
		cmocka_unit_test(cpus_are_counted_as_linux_does),
		cmocka_unit_test(connections_are_remembered),
		cmocka_unit_test(groups_are_apart),
		cmocka_unit_test(programs_are_given_back),
		cmocka_unit_test(slots_are_counted),
	};

	return cmocka_run_group_tests_name("sock_reuseport", tests, NULL, NULL);
}
