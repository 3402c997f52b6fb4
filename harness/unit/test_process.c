// SPDX-License-Identifier: MIT
/* test_process.c - processes that share open files, signals that end calls, and a TUN whose reader
 * takes packets without checksum.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csum.h"
#include "core/iov.h"
#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/poll.h"
#include "uapi/socket.h"

enum { PORT = 5000, CHILD_TASK = 1, PARENT = 0, CHILD = 1, SECOND_MS = 1000 };

static struct world *loopback_world(void)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);

	scenario_checks_on(w);
	must_config(w, 0, "ip link set lo up");
	return w;
}

static void leave(struct world *w)
{
	const char *which = "";

	world_exit(w);
	assert_int_equal(world_leaks(w, &which), 0);
	scenario_free(w);
}

static struct world *forked(int *fd)
{
	struct world *w = loopback_world();

	*fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(call_bind(w, 0, 0, *fd, "127.0.0.1", PORT), 0);
	world_fork(w, 0, PARENT, CHILD);
	world_attach(w, 0, CHILD_TASK, CHILD);
	return w;
}

static s64 child_close(struct world *w, int fd)
{
	return call_close(w, 0, CHILD_TASK, fd);
}

/* A socket lives until the last process has closed it, and each has its own table. */
static void test_child_shares_files(void **state)
{
	int fd;
	struct world *w = forked(&fd);
	int other;

	(void)state;
	assert_int_equal(child_close(w, fd), 0);
	assert_int_equal(child_close(w, fd), -EBADF);
	assert_int_equal(call_sendto(w, 0, 0, fd, "still here", 10, 0, "127.0.0.1", PORT), 10);
	assert_int_equal(call_recv(w, 0, 0, fd, 100, 0), 10);
	other = (int)call_socket(w, 0, CHILD_TASK, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(other, fd); /* the lowest that is free there */
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	assert_int_equal(call_bind(w, 0, CHILD_TASK, other, "127.0.0.1", PORT), 0);
	leave(w);
}

static void test_child_keeps_socket(void **state)
{
	int fd;
	struct world *w = forked(&fd);
	int second;

	(void)state;
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	second = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(call_bind(w, 0, 0, second, "127.0.0.1", PORT), -EADDRINUSE);
	assert_int_equal(child_close(w, fd), 0);
	assert_int_equal(call_bind(w, 0, 0, second, "127.0.0.1", PORT), 0);
	leave(w);
}

/* Memory and rights are copied, not shared. */
static void test_child_has_own_memory(void **state)
{
	int fd;
	struct world *w = loopback_world();

	(void)state;
	*world_umem(w, 0, SCENARIO_DATA, 1) = 7;
	w->host[0].process[PARENT].uid = 1000;
	world_fork(w, 0, PARENT, CHILD);
	*world_umem(w, 0, SCENARIO_DATA, 1) = 8;
	assert_int_equal(*world_umem_of(w, 0, CHILD, SCENARIO_DATA, 1), 7);
	assert_int_equal(w->host[0].process[CHILD].uid, 1000);
	world_attach(w, 0, CHILD_TASK, CHILD);
	fd = (int)call_socket(w, 0, CHILD_TASK, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(call_sendto(w, 0, 0, fd, "x", 1, 0, "127.0.0.1", PORT), -EBADF);
	leave(w);
}

static void test_snapshot_holds_children(void **state)
{
	int fd;
	struct world *w = forked(&fd);
	void *snap = malloc((size_t)world_save_size(w));
	u64 before = world_digest(w);

	(void)state;
	assert_non_null(snap);
	world_save(w, snap);
	assert_int_equal(child_close(w, fd), 0);
	assert_int_equal(call_close(w, 0, 0, fd), 0);
	world_restore(w, snap);
	assert_int_equal(world_digest(w), before);
	assert_int_equal(child_close(w, fd), 0);
	free(snap);
	leave(w);
}

/* LINUX: sock_intr_errno(): the handler does not restart, so the program sees EINTR. */
static void test_signal_ends_recv(void **state)
{
	struct world *w = loopback_world();
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	(void)state;
	assert_int_equal(call_bind(w, 0, 0, fd, "127.0.0.1", PORT), 0);
	world_signal(w, 0, 0); /* between calls: nothing to interrupt */
	assert_int_equal(call_recv(w, 0, 0, fd, 100, 0), -EPARKED);
	world_run_until(w, w->sim.now_ps + PS_PER_MS);
	world_signal(w, 0, 0);
	assert_int_equal(call_finish(w, 0, 0, 0), -EINTR);
	assert_int_equal(call_recv(w, 0, 0, fd, 100, 0), -EPARKED);
	assert_int_equal(call_sendto(w, 0, CHILD_TASK, fd, "hello", 5, 0, "127.0.0.1", PORT), 5);
	assert_int_equal(call_finish(w, 0, 0, 0), 5);
	leave(w);
}

static s64 call3(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c)
{
	const u64 arg[SYS_ARGS] = { a, b, c };
	s64 ret;

	return world_call(w, 0, 0, nr, arg, &ret) ? ret : -EPARKED;
}

static void test_signal_ends_poll(void **state)
{
	struct world *w = loopback_world();
	int fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	u8 *pollfd = world_umem(w, 0, SCENARIO_ADDR, 8);

	(void)state;
	put_le32(pollfd, (u32)fd);
	put_le16(pollfd + 4, POLLIN);
	put_le16(pollfd + 6, 0xffff);
	assert_int_equal(call3(w, SYS_NR_poll, SCENARIO_ADDR, 1, SECOND_MS), -EPARKED);
	world_signal(w, 0, 0);
	assert_int_equal(call_finish(w, 0, 0, 0), -EINTR);
	assert_int_equal(get_le16(pollfd + 6),
			 0); /* LINUX: do_sys_poll() writes them all the same */
	leave(w);
}

static void test_signal_ends_sleep(void **state)
{
	struct world *w = loopback_world();
	u8 *ts = world_umem(w, 0, SCENARIO_ADDR, 32);

	(void)state;
	put_le64(ts, 2);
	put_le64(ts + 8, 0);
	assert_int_equal(call3(w, SYS_NR_nanosleep, SCENARIO_ADDR, SCENARIO_ADDR + 16, 0),
			 -EPARKED);
	world_run_until(w, w->sim.now_ps + PS_PER_SEC);
	world_signal(w, 0, 0);
	assert_int_equal(call_finish(w, 0, 0, 0), -EINTR);
	assert_int_equal(get_le64(ts + 16), 0);
	/* To see what is left the clock is read, which takes its time. */
	assert_int_equal(get_le64(ts + 24), NS_PER_SEC - 256);
	leave(w);
}

struct seen {
	u32 frames;
	bool csum_ok;
};

static void see_udp(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct seen *seen = ctx;
	u32 pseudo = IPPROTO_UDP + len - 20;

	(void)port;
	if (!outgoing)
		return;
	for (u32 i = 12; i < 20; i += 2)
		pseudo += get_be16(frame + i);
	for (u32 i = 20; i < len; i += 2)
		pseudo += i + 1 < len ? get_be16(frame + i) : (u32)frame[i] << 8;
	pseudo = (pseudo & 0xffff) + (pseudo >> 16);
	pseudo = (pseudo & 0xffff) + (pseudo >> 16);
	seen->frames++;
	seen->csum_ok = pseudo == 0xffff;
}

static void test_tun_offload(void **state)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct seen seen = { 0 };
	struct world *w;
	int fd;

	(void)state;
	cfg.dev[0].kind = DEV_TUN;
	cfg.dev[0].name = "tun0";
	w = scenario_new(&cfg);
	tun_set_offload(w->port[0].dev, true, true);
	assert_true((w->port[0].dev->features & NETIF_F_HW_CSUM) != 0);
	assert_true((w->port[0].dev->features & NETIF_F_TSO) != 0);
	w->on_frame = see_udp;
	w->on_frame_ctx = &seen;
	scenario_checks_on(w);
	must_config(w, 0, "ip addr add 192.0.2.1/24 dev tun0; ip link set tun0 up");
	fd = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(call_sendto(w, 0, 0, fd, "hello", 5, 0, "192.0.2.2", PORT), 5);
	assert_int_equal(seen.frames, 1);
	assert_true(seen.csum_ok);
	tun_set_offload(w->port[0].dev, false, true);
	assert_true((w->port[0].dev->features & (NETIF_F_HW_CSUM | NETIF_F_TSO)) == 0);
	leave(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_shares_files),
		cmocka_unit_test(test_child_keeps_socket),
		cmocka_unit_test(test_child_has_own_memory),
		cmocka_unit_test(test_snapshot_holds_children),
		cmocka_unit_test(test_signal_ends_recv),
		cmocka_unit_test(test_signal_ends_poll),
		cmocka_unit_test(test_signal_ends_sleep),
		cmocka_unit_test(test_tun_offload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
