// SPDX-License-Identifier: MIT
/* test_dev_ioctl.c - what scripts cannot see of ioctl() for devices: bytes that stay the program's,
 * names by pattern among many devices, queues that get shorter, tables by number, rights.
 *
 * What Linux answers is in vectors/ioctl.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/dev_ioctl.h"
#include "harness/unit/devfix.h"
#include "ipv4/ip_fib.h"
#include "uapi/errno.h"
#include "uapi/ioctl.h"
#include "uapi/socket.h"

enum { AT = UMEM_BASE + 0x1000, FILLED = 0xa5, LAST_PAGE_BYTES = 30 };

static struct fixture fixture;

static int setup(void **state)
{
	fixture_up(&fixture, COST_JUDGE, 1);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_down(*state);
	return 0;
}

static s64 sys3(struct fixture *f, enum sys_nr nr, u64 a, u64 b, u64 c)
{
	const u64 arg[SYS_ARGS] = { a, b, c };
	s64 ret;

	assert_true(world_call(f->w, 0, 0, nr, arg, &ret));
	world_settle(f->w);
	return ret;
}

static int udp(struct fixture *f)
{
	s64 fd = sys3(f, SYS_NR_socket, AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	return (int)fd;
}

/* A struct ifreq of this name; whatever else is in it is no zero. */
static u8 *ifreq(struct fixture *f, const char *name)
{
	u8 *at = world_umem(f->w, 0, AT, IFREQ_BYTES);

	memset(at, FILLED, IFREQ_BYTES);
	memcpy(at, name, strlen(name) + 1);
	return at;
}

static void assert_filled(const u8 *at, u32 from, u32 to)
{
	for (u32 i = from; i < to; i++)
		assert_int_equal(at[i], FILLED);
}

/* -------- bytes -------- */

static void bytes_stay(void **state)
{
	struct fixture *f = *state;
	int fd = udp(f);
	u8 *r = ifreq(f, "x");

	put_le32(r + IFREQ_DATA, 1);
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCGIFNAME, AT), 0);
	assert_string_equal((char *)r, "lo");
	assert_filled(r, 3, IFNAMSIZ - 1);
	r = ifreq(f, "lo");
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCGIFMTU, AT), 0);
	assert_int_equal(get_le32(r + IFREQ_DATA), 65536);
	assert_filled(r, IFREQ_DATA + 4, IFREQ_BYTES);
	assert_filled(r, 3, IFNAMSIZ - 1);
	assert_int_equal(r[IFNAMSIZ - 1], 0);
	r = ifreq(f, "lo");
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCGIFFLAGS, AT), 0);
	assert_filled(r, IFREQ_DATA + 2, IFREQ_BYTES);
	r = ifreq(f, "eth0");
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCGIFHWADDR, AT), 0);
	assert_memory_equal(r + IFREQ_DATA + 2, dev_get_by_name(f->net, "eth0")->dev_addr, 6);
	assert_filled(r, IFREQ_DATA + 8, IFREQ_BYTES);
	r = ifreq(f, "lo");
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCGIFMAP, AT), 0);
	assert_filled(r, IFREQ_DATA + IFMAP_PORT + 1, IFREQ_BYTES);
	/* What sets something writes nothing back, not even the end of the name. */
	r = ifreq(f, "lo");
	put_le32(r + IFREQ_DATA, 1000);
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCSIFMTU, AT), 0);
	assert_int_equal(r[IFNAMSIZ - 1], FILLED);
	/* A request that fails neither. */
	r = ifreq(f, "nonesuch");
	assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, SIOCGIFMTU, AT), -ENODEV);
	assert_int_equal(r[IFNAMSIZ - 1], FILLED);
	assert_int_equal(sys3(f, SYS_NR_close, (u64)fd, 0, 0), 0);
}

/* The structure lies at the end of the memory, and is not all there. */
static void ends_with_memory(void **state)
{
	static const u32 requests[] = { SIOCGIFNAME, SIOCGIFMTU,  SIOCSIFMTU,	  SIOCGIFADDR,
					SIOCSIFADDR, SIOCGIFCONF, SIOCSIFFLAGS,	  SIOCETHTOOL,
					SIOCADDRT,   SIOCGARP,	  SIOCDEVPRIVATE, SIOCSIFNAME };
	struct fixture *f = *state;
	const struct process *p = &f->h->process[0];
	int fd = udp(f);

	for (u32 i = 0; i < ARRAY_SIZE(requests); i++) {
		for (u32 n = 1; n < LAST_PAGE_BYTES; n++) {
			/* The length of SIOCGIFCONF and its pointer are sixteen bytes. */
			if (requests[i] == SIOCGIFCONF && n >= IFCONF_BYTES)
				continue;
			assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, requests[i],
					      UMEM_BASE + p->umem_bytes - n),
					 -EFAULT);
		}
	}
	assert_int_equal(sys3(f, SYS_NR_close, (u64)fd, 0, 0), 0);
}

/* -------- names -------- */

static struct net_device *fake(struct fixture *f, const char *name)
{
	static const struct net_device_ops ops = { .ndo_open = NULL };
	struct net_device *dev = alloc_netdev(f->net, name, 1);

	assert_non_null(dev);
	ether_setup(dev);
	dev->netdev_ops = &ops;
	dev->needs_free_netdev = true;
	assert_int_equal(register_netdevice(dev), 0);
	return dev;
}

static void names_by_pattern(void **state)
{
	/* eth05 is nobody's number, eth-1 neither; eth2x would be another pattern's. */
	static const char *const there[] = { "eth1", "eth05", "eth-1", "eth2x", "eth3" };
	static const struct {
		const char *pattern, *name;
	} tried[] = { { "eth%d", "eth2" },   { "eth%d", "eth4" }, { "eth%dx", "eth0x" },
		      { "eth0%d", "eth00" }, { "%d", "0" },	  { "%d", "1" } };
	struct fixture *f = *state;
	struct net_device *dev[ARRAY_SIZE(there)], *moved;

	unit_begin(f);
	for (u32 i = 0; i < ARRAY_SIZE(there); i++)
		dev[i] = fake(f, there[i]);
	moved = fake(f, "moved");
	for (u32 i = 0; i < ARRAY_SIZE(tried); i++) {
		assert_int_equal(dev_change_name(moved, tried[i].pattern), 0);
		assert_string_equal(moved->name, tried[i].name);
	}
	assert_int_equal(dev_change_name(moved, "lo"), -EEXIST);
	assert_int_equal(dev_change_name(moved, "%d%d"), -EINVAL);
	assert_int_equal(dev_change_name(moved, "%s"), -EINVAL);
	assert_int_equal(dev_change_name(moved, "%"), -EINVAL);
	assert_string_equal(moved->name, "1");
	unregister_netdevice(moved);
	for (u32 i = 0; i < ARRAY_SIZE(there); i++)
		unregister_netdevice(dev[i]);
	unit_end(f);
}

/* -------- queues -------- */

/* Packets that wait in a band that gets shorter: the last ones go. */
static void shorter_queues(void **state)
{
	struct fixture *f = *state;
	struct Qdisc *q;
	int err, zero;
	u32 len;

	fixture_fake(f, 1, 10);
	q = f->fake.dev->tx[0].qdisc_sleeping;
	netif_tx_stop_queue(&f->fake.dev->tx[0]);
	for (u32 i = 0; i < 6; i++)
		(void)send_one(f, i, 0);
	assert_int_equal(q->qlen, 6);
	unit_begin(f);
	q->ops->change_tx_queue_len(q, 3);
	unit_end(f);
	/* One was taken out to be sent, and waits beside the bands. */
	assert_int_equal(q->qlen, q->gso_skb.qlen + 3);
	assert_int_equal(q->ring[0].size + q->ring[1].size + q->ring[2].size, 9);
	unit_begin(f);
	err = dev_change_tx_queue_len(f->fake.dev, 32768);
	len = f->fake.dev->tx_queue_len;
	zero = dev_change_tx_queue_len(f->fake.dev, 0);
	unit_end(f);
	assert_int_equal(err, -ERANGE);
	assert_int_equal(len, 10);
	assert_int_equal(zero, 0);
	/* Down and up again: what waited is gone. */
	assert_int_equal(q->qlen, 0);
	assert_int_equal(q->ring[0].size, 0);
	unit_begin(f);
	unregister_netdevice(f->fake.dev);
	unit_end(f);
}

/* -------- tables -------- */

static void tables_by_number(void **state)
{
	static const u32 ids[] = { 100, 7, U32_MAX, 1000, 252, 256 };
	struct fixture *f = *state;
	struct fib_table *tb[ARRAY_SIZE(ids)], *main_table;
	u32 last = 0;

	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		assert_null(fib_get_table(f->net, ids[i]));
		tb[i] = fib_new_table(f->net, ids[i]);
		assert_non_null(tb[i]);
		assert_int_equal(tb[i]->tb_id, ids[i]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		assert_ptr_equal(fib_get_table(f->net, ids[i]), tb[i]);
		assert_ptr_equal(fib_new_table(f->net, ids[i]), tb[i]);
	}
	for (const struct fib_table *t = f->net->fib_numbered; t != NULL; t = t->tb_next) {
		assert_true(t->tb_id > last);
		last = t->tb_id;
	}
	assert_int_equal(last, U32_MAX);
	assert_null(fib_get_table(f->net, 8));
	/* Number 0 is the main one's. */
	main_table = fib_new_table(f->net, 0);
	assert_non_null(main_table);
	assert_ptr_equal(main_table, f->net->fib_main);
	assert_int_equal(main_table->tb_id, RT_TABLE_MAIN);
	/* When there is no room for one more there is none; the others stay. */
	for (u32 id = 2000; fib_new_table(f->net, id) != NULL; id++)
		assert_true(id < 3000);
	assert_ptr_equal(fib_get_table(f->net, 7), tb[1]);
}

/* -------- rights -------- */

/* Without CAP_NET_ADMIN nothing is changed, and everything may be asked. */
static void rights(void **state)
{
	static const u32 sets[] = {
		SIOCSIFNAME,	SIOCSIFMAP,	    SIOCSIFTXQLEN,  SIOCSIFFLAGS,   SIOCSIFMETRIC,
		SIOCSIFMTU,	SIOCSIFHWADDR,	    SIOCSIFSLAVE,   SIOCADDMULTI,   SIOCDELMULTI,
		SIOCSMIIREG,	SIOCSIFHWBROADCAST, SIOCGMIIPHY,    SIOCGMIIREG,    SIOCSIFADDR,
		SIOCSIFNETMASK, SIOCSIFBRDADDR,	    SIOCSIFDSTADDR, SIOCADDRT,	    SIOCDELRT,
		SIOCSARP,	SIOCDARP,	    SIOCSHWTSTAMP,  SIOCBONDRELEASE
	};
	static const u32 gets[] = { SIOCGIFFLAGS, SIOCGIFMTU,	 SIOCGIFHWADDR, SIOCGIFINDEX,
				    SIOCGIFMAP,	  SIOCGIFTXQLEN, SIOCGIFMETRIC };
	struct fixture *f = *state;
	int fd = udp(f);

	f->h->process[0].caps = 0;
	for (u32 i = 0; i < ARRAY_SIZE(sets); i++) {
		(void)ifreq(f, "eth0");
		assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, sets[i], AT), -EPERM);
	}
	for (u32 i = 0; i < ARRAY_SIZE(gets); i++) {
		(void)ifreq(f, "eth0");
		assert_int_equal(sys3(f, SYS_NR_ioctl, (u64)fd, gets[i], AT), 0);
	}
	assert_int_equal(sys3(f, SYS_NR_close, (u64)fd, 0, 0), 0);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(bytes_stay),	   T(ends_with_memory), T(names_by_pattern),
		T(shorter_queues), T(tables_by_number), T(rights),
	};

	return cmocka_run_group_tests_name("dev_ioctl", tests, NULL, NULL);
}
