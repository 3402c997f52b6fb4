// SPDX-License-Identifier: MIT
/* test_fanout.c - groups of packet sockets: the order of their members against an array, and that
 * a group ends with its last one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/unit/one_host.h"
#include "packet/af_packet.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/if_packet.h"
#include "uapi/socket.h"

enum { MEMBERS = 10, STEPS = 300, ALL = 768 /* ETH_P_ALL in network order */ };

static struct packet_sock *po_of(struct world *w, int fd)
{
	return pkt_sk(fd_file(&w->host[0].process[0], fd)->socket.sk);
}

static int member(struct world *w)
{
	s64 fd = call_socket(w, 0, 0, AF_PACKET, SOCK_RAW, ALL);

	assert_true(fd >= 0);
	assert_int_equal(
		host_setopt(w, (int)fd, SOL_PACKET, PACKET_FANOUT, 1 | PACKET_FANOUT_LB << 16), 0);
	return (int)fd;
}

static void assert_order(struct world *w, const int *fd, u32 n)
{
	const struct packet_fanout *f = po_of(w, fd[0])->fanout;
	const struct list_head *at = &f->members;

	assert_int_equal(f->num_members, n);
	assert_int_equal(f->sk_ref, n);
	for (u32 i = 0; i < n; i++) {
		at = at->next;
		assert_ptr_equal(list_entry(at, struct packet_sock, fanout_node), po_of(w, fd[i]));
	}
	assert_ptr_equal(at->next, &f->members);
}

/* Linux has an array: who leaves is replaced by the last one. */
static void order_is_an_arrays(void **state)
{
	struct world *w = one_host_up(3);
	struct net *net = &w->host[0].net;
	int fd[MEMBERS];
	struct rng rng;
	u32 n = 0;

	(void)state;
	rng_init(&rng, 5, RNG_PROGRAM, 0);
	for (u32 step = 0; step < STEPS; step++) {
		if (n == 0 || (n < MEMBERS && rng_u32(&rng) % 2 == 0)) {
			fd[n++] = member(w);
		} else {
			u32 i = rng_u32(&rng) % n;

			assert_int_equal(host_sys(w, SYS_NR_close, (u64)fd[i], 0, 0, 0, 0), 0);
			fd[i] = fd[--n];
		}
		assert_int_equal(net->packet_fanout_pool.used, n != 0);
		assert_int_equal(net->taps->nr, n != 0);
		if (n != 0)
			assert_order(w, fd, n);
	}
	while (n != 0)
		assert_int_equal(host_sys(w, SYS_NR_close, (u64)fd[--n], 0, 0, 0, 0), 0);
	end_world(w);
}

/* A device that goes down takes the members out, one by one, and gives them back in order. */
static void down_and_up(void **state)
{
	struct world *w = one_host_up(4);
	struct net_device *dev = dev_get_by_name(&w->host[0].net, "eth0");
	u8 sll[SOCKADDR_LL_BYTES] = { 0 };
	int fd[3];

	(void)state;
	put_le16(sll, AF_PACKET);
	put_be16(sll + SLL_PROTOCOL, ETH_P_ALL);
	put_le32(sll + SLL_IFINDEX, (u32)dev->ifindex);
	for (u32 i = 0; i < ARRAY_SIZE(fd); i++) {
		s64 s = call_socket(w, 0, 0, AF_PACKET, SOCK_RAW, ALL);

		memcpy(world_umem(w, 0, SCENARIO_ADDR, sizeof(sll)), sll, sizeof(sll));
		assert_int_equal(host_sys(w, SYS_NR_bind, (u64)s, SCENARIO_ADDR, sizeof(sll), 0, 0),
				 0);
		assert_int_equal(host_setopt(w, (int)s, SOL_PACKET, PACKET_FANOUT, 2), 0);
		fd[i] = (int)s;
	}
	assert_order(w, fd, 3);
	host_config_begin(&w->host[0]);
	dev_close(dev);
	host_config_end(&w->host[0]);
	assert_int_equal(po_of(w, fd[0])->fanout->num_members, 0);
	assert_int_equal(w->host[0].net.taps->nr, 0);
	host_config_begin(&w->host[0]);
	assert_int_equal(dev_open(dev), 0);
	host_config_end(&w->host[0]);
	assert_order(w, fd, 3);
	for (u32 i = 0; i < ARRAY_SIZE(fd); i++)
		assert_int_equal(host_sys(w, SYS_NR_close, (u64)fd[i], 0, 0, 0, 0), 0);
	end_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_is_an_arrays),
		cmocka_unit_test(down_and_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
