// SPDX-License-Identifier: MIT
/* test_linux.c - real Linux as a device under test, on the kernel that runs this: calls, memory,
 * threads, processes, identity, signals, frames, hosts, time. Skipped where namespaces are
 * forbidden.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "harness/dut/dut.h"

enum {
	NET_BIND_SERVICE = 10,
	AF = 2,
	DGRAM = 2,
	USR1 = 10,
	FRAMES = 64,
	PORT = 5000,
	ARP_BYTES = 42,
	ANY_ADDRESS = UMEM_BASE + 256,
	TEXT = UMEM_BASE + 512,
	OTHER_TEXT = UMEM_BASE + 1024
};
#define LOOPBACK 0x7f000001u
#define OURS	 0xc0000201u
#define THEIRS	 0xc0000202u

struct seen {
	u32 nr, returns;
	u8 host[FRAMES];
	bool outgoing[FRAMES];
	u32 len[FRAMES];
	u8 bytes[FRAMES][256];
};

static struct seen seen;

static void on_frame(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps)
{
	struct seen *s = ctx;

	(void)when_ps;
	if (s->nr == FRAMES)
		return;
	s->host[s->nr] = (u8)host;
	s->outgoing[s->nr] = outgoing;
	s->len[s->nr] = len;
	memcpy(s->bytes[s->nr], frame, len < 256 ? len : 256);
	s->nr++;
}

static void on_return(void *ctx)
{
	struct seen *s = ctx;

	s->returns++;
}

static struct dut *make(u32 hosts)
{
	struct dut_config cfg = { .hosts = hosts, .device = DUT_TAP, .seed = 1 };
	char err[512];
	struct dut *d = dut_linux(&cfg, DUT_REAL, err, sizeof(err));

	if (d == NULL) {
		print_message("SKIP: %s\n", err);
		skip();
		abort();
	}
	memset(&seen, 0, sizeof(seen));
	d->on_frame = on_frame;
	d->on_return = on_return;
	d->ctx = &seen;
	return d;
}

static void config(struct dut *d, u32 host, const char *line)
{
	char err[256] = "";

	if (dut_config(d, host, line, err, sizeof(err)) != 0)
		fail_msg("%s: %s", line, err);
}

#define ARGS(...) ((const u64[SYS_ARGS]){ __VA_ARGS__ })

static void start(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 *arg)
{
	d->ops->call(d, host, thread, nr, arg);
}

static void wait_return(struct dut *d, u32 host, u32 thread)
{
	u64 end = dut_now_ps(d) + 5 * PS_PER_SEC;

	while (d->ops->thread(d, host, thread).busy && d->ops->step(d, end))
		;
	assert_false(d->ops->thread(d, host, thread).busy);
}

/* One that does not wait, which a busy machine may take its time for. */
static s64 call_on(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 *arg)
{
	start(d, host, thread, nr, arg);
	wait_return(d, host, thread);
	return d->ops->thread(d, host, thread).ret;
}

static s64 call(struct dut *d, u32 thread, enum sys_nr nr, const u64 *arg)
{
	return call_on(d, 0, thread, nr, arg);
}

static u64 address(struct dut *d, u32 host, u32 process, u32 addr, u16 port)
{
	u8 *at = dut_memory_at(d, host, process, ANY_ADDRESS, 16);
	const u8 bytes[16] = { AF,
			       0,
			       (u8)(port >> 8),
			       (u8)port,
			       (u8)(addr >> 24),
			       (u8)(addr >> 16),
			       (u8)(addr >> 8),
			       (u8)addr };

	assert_non_null(at);
	memcpy(at, bytes, sizeof(bytes));
	return ANY_ADDRESS;
}

static u64 text(struct dut *d, u32 host, u32 process, const char *bytes)
{
	u8 *at = dut_memory_at(d, host, process, TEXT, 64);

	assert_non_null(at);
	memcpy(at, bytes, strlen(bytes) + 1);
	return TEXT;
}

static s64 udp_at(struct dut *d, u32 thread, u32 addr, u16 port)
{
	s64 fd = call(d, thread, SYS_NR_socket, ARGS(AF, DGRAM));

	assert_true(fd >= 0);
	assert_int_equal(
		call(d, thread, SYS_NR_bind, ARGS((u64)fd, address(d, 0, 0, addr, port), 16)), 0);
	return fd;
}

static void test_calls(void **state)
{
	struct dut *d = make(1);

	(void)state;
	assert_int_equal(call(d, 0, SYS_NR_socket, ARGS(AF, DGRAM)), 3);
	assert_int_equal(call(d, 0, SYS_NR_socket, ARGS(AF, DGRAM)), 4);
	assert_int_equal(call(d, 0, SYS_NR_close, ARGS(3)), 0);
	assert_int_equal(call(d, 0, SYS_NR_close, ARGS(3)), -EBADF);
	assert_int_equal(call(d, 0, SYS_NR_dup, ARGS(4)), 3);
	assert_int_equal(seen.returns, 5);
	/* Nothing but a program's own memory can be named. */
	assert_int_equal(call(d, 0, SYS_NR_bind, ARGS(4, UMEM_BASE - 16, 16)), -EFAULT);
	assert_int_equal(call(d, 0, SYS_NR_bind, ARGS(4, UMEM_BASE + (1 << 22), 16)), -EFAULT);
	d->ops->destroy(d);
}

static void test_memory(void **state)
{
	struct dut *d = make(1);
	struct dut_memory m = d->ops->memory(d, 0, 0);

	(void)state;
	assert_int_equal(m.size, 1 << 22);
	/* What calls have written nobody knows, so all of it may have been. */
	assert_int_equal(m.high, m.size);
	for (u32 i = 0; i < m.size; i += 997)
		assert_int_equal(m.bytes[i], 0);
	d->ops->destroy(d);
}

static void test_wait(void **state)
{
	struct dut *d = make(1);
	s64 fd;

	(void)state;
	config(d, 0, "ip link set lo up");
	fd = udp_at(d, 0, LOOPBACK, PORT);
	start(d, 0, 3, SYS_NR_recvfrom, ARGS((u64)fd, OTHER_TEXT, 10));
	assert_true(d->ops->thread(d, 0, 3).busy);
	assert_int_equal(call(d, 0, SYS_NR_sendto,
			      ARGS((u64)fd, text(d, 0, 0, "hello"), 5, 0,
				   address(d, 0, 0, LOOPBACK, PORT), 16)),
			 5);
	wait_return(d, 0, 3);
	assert_int_equal(d->ops->thread(d, 0, 3).ret, 5);
	assert_int_equal(d->ops->thread(d, 0, 3).arg[1], OTHER_TEXT);
	assert_memory_equal(dut_memory_at(d, 0, 0, OTHER_TEXT, 5), "hello", 5);
	d->ops->destroy(d);
}

static void test_processes(void **state)
{
	struct dut *d = make(1);

	(void)state;
	assert_int_equal(call(d, 0, SYS_NR_socket, ARGS(AF, DGRAM)), 3);
	text(d, 0, 0, "before");
	d->ops->fork(d, 0, 2);
	d->ops->attach(d, 0, 5, 2);
	assert_int_equal(d->ops->thread(d, 0, 5).process, 2);
	assert_memory_equal(dut_memory_at(d, 0, 2, TEXT, 7), "before", 7);
	/* Descriptors and memory are its own from then on. */
	assert_int_equal(call(d, 5, SYS_NR_close, ARGS(3)), 0);
	assert_int_equal(call(d, 5, SYS_NR_socket, ARGS(AF, DGRAM)), 3);
	address(d, 0, 2, 0, PORT);
	assert_int_equal(call(d, 5, SYS_NR_bind, ARGS(3, ANY_ADDRESS, 16)), 0);
	address(d, 0, 0, 0, PORT + 1);
	assert_int_equal(call(d, 0, SYS_NR_bind, ARGS(3, ANY_ADDRESS, 16)), 0);
	assert_int_equal(call(d, 0, SYS_NR_bind, ARGS(3, ANY_ADDRESS, 16)), -EINVAL);
	d->ops->destroy(d);
}

/* Binding to a port that needs a capability; the socket is closed again. */
static s64 try_port(struct dut *d, u32 thread)
{
	s64 fd = call(d, thread, SYS_NR_socket, ARGS(AF, DGRAM)), ret;

	ret = call(d, thread, SYS_NR_bind, ARGS((u64)fd, address(d, 0, 0, 0, 7), 16));
	assert_int_equal(call(d, thread, SYS_NR_close, ARGS((u64)fd)), 0);
	return ret;
}

static void test_identity(void **state)
{
	struct dut *d = make(1);
	u64 all = U64_MAX;

	(void)state;
	assert_int_equal(try_port(d, 0), 0);
	d->ops->identity(d, 0, 0, all & ~(1ull << NET_BIND_SERVICE), 0);
	assert_int_equal(try_port(d, 0), -EACCES);
	/* Of every thread of the process, whether it is there already or not. */
	assert_int_equal(try_port(d, 1), -EACCES);
	d->ops->identity(d, 0, 0, all, 0);
	assert_int_equal(try_port(d, 0), 0);
	assert_int_equal(try_port(d, 1), 0);
	d->ops->destroy(d);
}

static void test_signal(void **state)
{
	struct dut *d = make(1);
	s64 fd = udp_at(d, 0, 0, PORT);

	(void)state;
	/* Between calls it leaves no trace. */
	d->ops->signal(d, 0, 0, USR1);
	assert_int_equal(call(d, 0, SYS_NR_recvfrom, ARGS((u64)fd, TEXT, 10, 0x40)), -EAGAIN);
	start(d, 0, 1, SYS_NR_recvfrom, ARGS((u64)fd, TEXT, 10));
	start(d, 0, 2, SYS_NR_recvfrom, ARGS((u64)fd, TEXT, 10));
	d->ops->signal(d, 0, 2, USR1);
	wait_return(d, 0, 2);
	assert_int_equal(d->ops->thread(d, 0, 2).ret, -EINTR);
	assert_true(d->ops->thread(d, 0, 1).busy);
	d->ops->destroy(d);
}

static u32 first_idle(struct dut *d, u32 *which, u32 n)
{
	u32 idle = 0;

	for (u32 t = 1; t <= n; t++) {
		if (!d->ops->thread(d, 0, t).busy && (*which >> t & 1) == 0) {
			*which |= 1u << t;
			idle = t;
		}
	}
	return idle;
}

/* Calls that end at one moment are seen one after the other, in the order in which they ended. */
static void test_order(void **state)
{
	struct dut *d = make(1);
	u32 ended = 0, threads = 5;
	u64 last = 0;
	s64 fd;

	(void)state;
	config(d, 0, "ip link set lo up");
	fd = udp_at(d, 0, LOOPBACK, PORT);
	address(d, 0, 0, LOOPBACK, PORT + 1);
	assert_int_equal(call(d, 0, SYS_NR_connect, ARGS((u64)fd, ANY_ADDRESS, 16)), 0);
	/* The first to wait has the highest number. */
	for (u32 t = threads; t > 0; t--)
		start(d, 0, t, SYS_NR_recvfrom, ARGS((u64)fd, TEXT, 10));
	seen.returns = 0;
	start(d, 0, 0, SYS_NR_shutdown, ARGS((u64)fd));
	for (u32 i = 0; i < threads || d->ops->thread(d, 0, 0).busy;) {
		u32 t = first_idle(d, &ended, threads);

		if (t != 0) {
			struct dut_call c = d->ops->thread(d, 0, t);

			assert_int_equal(c.ret, 0);
			assert_true(c.ended_ps >= last);
			last = c.ended_ps;
			i++;
			continue;
		}
		assert_true(d->ops->step(d, dut_now_ps(d) + PS_PER_SEC));
	}
	assert_int_equal(seen.returns, threads + 1);
	d->ops->destroy(d);
}

static const u8 arp_reply[ARP_BYTES] = { 2,   0, 0, 0, 0, 1, 2, 0, 0, 0, 0,   2, 8, 6,
					 0,   1, 8, 0, 6, 4, 0, 2, 2, 0, 0,   0, 0, 2,
					 192, 0, 2, 2, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1 };

static void test_frames(void **state)
{
	struct dut *d = make(1);
	s64 fd;

	(void)state;
	config(d, 0, "ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up");
	fd = udp_at(d, 0, OURS, PORT);
	seen.nr = 0;
	assert_int_equal(
		call(d, 0, SYS_NR_sendto,
		     ARGS((u64)fd, text(d, 0, 0, "hello"), 5, 0, address(d, 0, 0, THEIRS, 7), 16)),
		5);
	assert_int_equal(seen.nr, 1);
	assert_true(seen.outgoing[0]);
	assert_int_equal(seen.len[0], ARP_BYTES);
	assert_memory_equal(seen.bytes[0], "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x01\x08\x06", 14);
	assert_null(d->ops->inject(d, 0, arp_reply, ARP_BYTES));
	/* What came in is told before what it sets off. */
	assert_int_equal(seen.nr, 3);
	assert_false(seen.outgoing[1]);
	assert_memory_equal(seen.bytes[1], arp_reply, ARP_BYTES);
	assert_true(seen.outgoing[2]);
	assert_int_equal(seen.len[2], 14 + 20 + 8 + 5);
	assert_memory_equal(seen.bytes[2] + 42, "hello", 5);
	d->ops->destroy(d);
}

static void test_hosts(void **state)
{
	struct dut *d = make(2);
	s64 fd;

	(void)state;
	config(d, 0, "ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up");
	config(d, 1, "ip addr add 192.0.2.2/24 dev eth0; ip link set eth0 up");
	fd = udp_at(d, 0, OURS, PORT);
	assert_int_equal(call_on(d, 1, 0, SYS_NR_socket, ARGS(AF, DGRAM)), 3);
	address(d, 1, 0, THEIRS, 7);
	assert_int_equal(call_on(d, 1, 0, SYS_NR_bind, ARGS(3, ANY_ADDRESS, 16)), 0);
	seen.nr = 0;
	call(d, 0, SYS_NR_sendto,
	     ARGS((u64)fd, text(d, 0, 0, "hello"), 5, 0, address(d, 0, 0, THEIRS, 7), 16));
	while (d->ops->step(d, dut_now_ps(d) + PS_PER_SEC / 50))
		;
	assert_int_equal(call_on(d, 1, 0, SYS_NR_recvfrom, ARGS(3, TEXT, 10, 0x40)), 5);
	assert_memory_equal(dut_memory_at(d, 1, 0, TEXT, 5), "hello", 5);
	/* Request, reply, datagram: each leaves one and reaches the other. */
	assert_int_equal(seen.nr, 6);
	for (u32 i = 0; i < 6; i++) {
		assert_int_equal(seen.outgoing[i], i % 2 == 0);
		assert_int_equal(seen.host[i], i == 1 || i == 2 || i == 5);
	}
	d->ops->destroy(d);
}

static void test_time(void **state)
{
	struct dut *d = make(1);
	u64 now = dut_now_ps(d), until = now + PS_PER_SEC / 20;

	(void)state;
	assert_false(d->ops->step(d, now));
	assert_false(d->ops->step(d, until));
	assert_true(dut_now_ps(d) >= until);
	*(u64 *)(void *)dut_memory_at(d, 0, 0, UMEM_BASE, 8) = 0;
	*(u64 *)(void *)dut_memory_at(d, 0, 0, UMEM_BASE + 8, 8) = 30000000;
	now = dut_now_ps(d);
	start(d, 0, 0, SYS_NR_nanosleep, ARGS(UMEM_BASE));
	assert_true(d->ops->step(d, now + PS_PER_SEC));
	assert_false(d->ops->thread(d, 0, 0).busy);
	assert_true(d->ops->thread(d, 0, 0).ended_ps >= now + 30000000 * PS_PER_NS);
	assert_true(d->ops->thread(d, 0, 0).ended_ps <= dut_now_ps(d));
	d->ops->destroy(d);
}

/* What the judge is pinned to is what the reference has. */
static void test_pinned(void **state)
{
	static const struct {
		const char *path, *value;
	} pinned[] = {
#define X(path, value) { "/proc/sys/" path, value },
#include "harness/dut/pinned.def"
#undef X
	};
	struct dut_config cfg = { .hosts = 1, .device = DUT_TAP, .seed = 1 };
	struct dut_worlds *worlds = dut_worlds_new();
	struct dut *d = dut_refstack(&cfg, worlds);
	u32 known = 0;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(pinned); i++) {
		char value[128];
		int n = d->ops->knob_read(d, 0, pinned[i].path, value, sizeof(value));

		if (n == -ENOENT)
			continue;
		assert_true(n > 0);
		for (char *p = value; *p != '\0'; p++)
			if (*p == '\t')
				*p = ' ';
		assert_string_equal(value, pinned[i].value);
		known++;
	}
	assert_true(known >= 3);
	d->ops->destroy(d);
	dut_worlds_free(worlds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),	 cmocka_unit_test(test_memory),
		cmocka_unit_test(test_wait),	 cmocka_unit_test(test_processes),
		cmocka_unit_test(test_identity), cmocka_unit_test(test_signal),
		cmocka_unit_test(test_order),	 cmocka_unit_test(test_frames),
		cmocka_unit_test(test_hosts),	 cmocka_unit_test(test_time),
		cmocka_unit_test(test_pinned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
