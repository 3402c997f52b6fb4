// SPDX-License-Identifier: MIT
/* test_world.c - worlds: size, snapshots, random streams, wires, many hosts and CPUs, ksoftirqd,
 * waiting. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "harness/lib/scenario.h"
#include "ipv4/tcp.h"
#include "uapi/errno.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { PORT = 5000, DATAGRAMS = 40, STREAM_MAX = 65536 };

static void sleep_ms(struct world *w, u64 ms)
{
	world_run_until(w, w->sim.now_ps + ms * PS_PER_MS);
}

/* NOLINTNEXTLINE(readability-function-size): a system call's arguments, and whose. */
static s64 sys(struct world *w, u32 host, u32 task, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d,
	       u64 e)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e };
	s64 ret;

	return world_call(w, host, task, nr, arg, &ret) ? ret : -EPARKED;
}

static int udp(struct world *w, u32 host)
{
	s64 fd = call_socket(w, host, 0, AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	return (int)fd;
}

static void end(struct world *w)
{
	const char *which = "";

	world_check(w);
	world_exit(w);
	if (world_leaks(w, &which) != 0)
		print_error("left in %s\n", which);
	assert_int_equal(world_leaks(w, &which), 0);
	scenario_free(w);
}

static struct world *two(enum world_dev_kind kind, u32 cpus, u64 seed)
{
	struct world_cfg cfg = scenario_two_hosts(kind, &limits_test, COST_CYCLES, cpus, seed);
	struct world *w = scenario_two_hosts_up(&cfg);

	scenario_checks_on(w);
	w->checks = false;
	return w;
}

/* -------- size, place, snapshots -------- */

static void converse(struct world *w, u32 rounds)
{
	int a = udp(w, 0), b = udp(w, 1);

	call_bind(w, 1, 0, b, "0.0.0.0", PORT);
	for (u32 i = 0; i < rounds; i++) {
		u8 data[3000];

		memset(data, (int)i, sizeof(data));
		call_sendto(w, 0, 0, a, data, 100 * (i % 30), 0, "192.0.2.2", (u16)(PORT + i % 3));
		sleep_ms(w, i % 7);
		call_recv(w, 1, 0, b, 3000, MSG_DONTWAIT);
		call_recv(w, 0, 0, a, 3000, MSG_DONTWAIT);
	}
	call_close(w, 0, 0, a);
	call_close(w, 1, 0, b);
}

/* The same wherever it lies, and in exactly the memory that it asked for. */
static void test_place(void **state)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_TAP, &limits_fuzz, COST_CYCLES, 2, 7);
	u64 size = world_size(&cfg), digest[3];

	(void)state;
	for (u32 i = 0; i < 3; i++) {
		u8 *mem =
			aligned_alloc(ARENA_ALIGN, (size_t)ALIGN_UP(size + 4096, (u64)ARENA_ALIGN));
		u32 shift = 64 * i;
		struct world *w;

		assert_non_null(mem);
		memset(mem, (int)(0x55 * i), size + 4096);
		w = world_init(mem + shift, size, &cfg);
		assert_ptr_equal(w, mem + shift);
		must_config(w, 0,
			    "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set "
			    "eth0 up");
		must_config(w, 1,
			    "ip link set lo up; ip addr add 192.0.2.2/24 dev eth0; ip link set "
			    "eth0 up");
		converse(w, 20);
		digest[i] = world_digest(w);
		world_exit(w);
		free(mem);
	}
	assert_true(digest[0] == digest[1]);
	assert_true(digest[0] == digest[2]);
}

static bool programs_see_zeros(struct world *w)
{
	for (u32 i = 0; i < w->host[0].nr_processes; i++) {
		const struct process *p = &w->host[0].process[i];

		for (u32 k = 0; k < p->umem_bytes; k++)
			if (p->umem[k] != 0)
				return false;
	}
	return true;
}

/* What a program has not written to is zero, in used memory and in fresh, small worlds and large.
 */
static void test_zeros(void **state)
{
	const struct limits *const limits[] = { &limits_fuzz, &limits_test };

	(void)state;
	for (u32 i = 0; i < 2 * ARRAY_SIZE(limits); i++) {
		struct world_cfg cfg = scenario_bare(limits[i / 2], 1);
		u64 size = ALIGN_UP(world_size(&cfg), (u64)ARENA_ALIGN);
		struct world *w = scenario_new(&cfg);
		u8 *mem;

		assert_true(programs_see_zeros(w));
		memset(world_umem(w, 0, SCENARIO_RECV, 4096), 0x55, 4096);
		assert_false(programs_see_zeros(w));
		scenario_free(w);
		if (i % 2 == 0)
			continue;
		mem = aligned_alloc(ARENA_ALIGN, (size_t)size);
		assert_non_null(mem);
		memset(mem, 0x55, (size_t)size);
		assert_true(programs_see_zeros(world_init(mem, size, &cfg)));
		free(mem);
	}
}

static void restores(enum world_dev_kind kind)
{
	struct world *w = two(kind, 2, 3);
	u64 before, first;
	void *snapshot, *again;
	u64 bytes;

	converse(w, 10);
	call_recv(w, 1, 1, udp(w, 1), 100, 0); /* one is waiting */
	call_sendto(w, 0, 0, udp(w, 0), "on its way", 10, 0, "192.0.2.2", PORT);
	memcpy(world_umem(w, 0, SCENARIO_RECV, 6), "before", 6);
	before = world_digest(w);
	bytes = world_save_size(w);
	snapshot = malloc(bytes);
	again = malloc(bytes);
	assert_non_null(snapshot);
	assert_non_null(again);
	assert_int_equal(world_save(w, snapshot), bytes);
	converse(w, 50);
	first = world_digest(w);
	for (u32 i = 0; i < 3; i++) {
		memcpy(world_umem(w, 0, SCENARIO_RECV, 6), "behind", 6);
		world_restore(w, snapshot);
		assert_memory_equal(world_umem(w, 0, SCENARIO_RECV, 6), "before", 6);
		world_check(w);
		assert_true(world_digest(w) == before);
		assert_int_equal(world_save_size(w), bytes);
		world_save(w, again);
		assert_memory_equal(again, snapshot, bytes);
		converse(w, 50);
		assert_true(world_digest(w) == first);
	}
	/* What the run after the snapshot wrote to the program's memory is zero again. */
	call_sendto(w, 0, 0, 3, "x", 1, 0, "192.0.2.2", PORT);
	world_restore(w, snapshot);
	for (u32 i = w->host[0].process[0].umem_high; i < w->host[0].process[0].umem_bytes; i++)
		assert_int_equal(w->host[0].process[0].umem[i], 0);
	free(snapshot);
	free(again);
	end(w);
}

/* A listener, if there is none on the port yet, and one more connection to it, whose first bytes
 * are on their way.
 */
static void connection(struct world *w, u16 port, bool listens)
{
	s64 at = call_socket(w, 1, 0, AF_INET, SOCK_STREAM, 0);
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);

	if (!listens) {
		assert_int_equal(call_bind(w, 1, 0, (int)at, "0.0.0.0", port), 0);
		assert_int_equal(sys(w, 1, 0, SYS_NR_listen, (u64)at, 8, 0, 0, 0), 0);
	}
	(void)call_connect(w, 0, 0, (int)fd, "192.0.2.2", port);
	assert_int_equal(call_finish(w, 0, 0, PS_PER_SEC), 0);
	assert_int_equal(call_sendto(w, 0, 0, (int)fd, "first", 5, 0, NULL, 0), 5);
}

/* What TCP has on both sides goes with a snapshot, and is gone in one of before. */
static void test_snapshot_of_connections(void **state)
{
	struct world *w = two(DEV_IGB, 2, 5);
	const struct table_perturb *ports = &w->host[0].net.tcp->hashinfo.perturb;
	struct table_perturb were[2];
	void *snapshot[2];
	u64 digest[2], after[2];

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		if (i != 0)
			connection(w, PORT, false);
		snapshot[i] = malloc(world_save_size(w));
		assert_non_null(snapshot[i]);
		world_save(w, snapshot[i]);
		digest[i] = world_digest(w);
		were[i] = *ports;
	}
	assert_int_not_equal(were[1].nr, 0);
	for (u32 turn = 0; turn < 6; turn++) {
		u32 i = turn % 3 != 0;

		world_restore(w, snapshot[i]);
		world_check(w);
		assert_true(world_digest(w) == digest[i]);
		assert_int_equal(ports->nr, were[i].nr);
		assert_memory_equal(ports->word, were[i].word, ports->nr * sizeof(ports->word[0]));
		connection(w, PORT, i == 1);
		connection(w, PORT + 1, false);
		sleep_ms(w, 400);
		world_check(w);
		if (turn < 2)
			after[i] = world_digest(w);
		assert_true(world_digest(w) == after[i]);
	}
	/* Before it, nobody listened. */
	world_restore(w, snapshot[0]);
	(void)call_connect(w, 0, 0, (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0), "192.0.2.2",
			   PORT);
	assert_int_equal(call_finish(w, 0, 0, PS_PER_SEC), -ECONNREFUSED);
	free(snapshot[0]);
	free(snapshot[1]);
	end(w);
}

static void test_snapshot(void **state)
{
	(void)state;
	restores(DEV_TAP);
	restores(DEV_IGB);
}

/* -------- randomness -------- */

struct sent {
	u16 port, id;
	u64 when_ps;
	struct world *w;
};

static void see_udp(void *ctx, u32 port, bool outgoing, const u8 *f, u32 len)
{
	struct sent *s = ctx;

	if (port != 0 || !outgoing || len < 42 || get_be16(f + 12) != ETH_P_IP)
		return;
	s->id = get_be16(f + 18);
	s->port = get_be16(f + 34);
	s->when_ps = s->w->sim.now_ps;
}

static struct sent one_datagram(u64 seed, const u64 *tape, u32 n, u64 perturb)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_fuzz, COST_CYCLES, 1, seed);
	struct sent s = { 0 };

	cfg.perturb = perturb;
	s.w = scenario_two_hosts_up(&cfg);
	s.w->on_frame = see_udp;
	s.w->on_frame_ctx = &s;
	if (tape != NULL)
		random_tape(s.w->host[0].net.random, tape, n);
	assert_int_equal(call_sendto(s.w, 0, 0, udp(s.w, 0), "hello", 5, 0, "192.0.2.2", PORT), 5);
	sleep_ms(s.w, 20);
	assert_int_not_equal(s.port, 0);
	end(s.w);
	return s;
}

static void test_streams(void **state)
{
	static const u64 tape[] = { 4711, 4712, 4713, 4714, 4715, 4716, 4717, 4718 };
	struct sent plain = one_datagram(1, NULL, 0, 0);
	struct sent same = one_datagram(1, NULL, 0, 0);
	struct sent other = one_datagram(2, NULL, 0, 0);
	struct sent taped = one_datagram(1, tape, ARRAY_SIZE(tape), 0);

	(void)state;
	assert_int_equal(plain.port, same.port);
	assert_int_equal(plain.id, same.id);
	assert_true(plain.when_ps == same.when_ps);
	assert_true(plain.port != other.port || plain.id != other.id);
	/* 32768 + 4711 * 28232 / 2^32: the first draw is the port. */
	assert_int_equal(taped.port, 32768);
	assert_int_not_equal(taped.port, plain.port);
	assert_true(taped.when_ps == plain.when_ps);
}

/* Latencies of memory and messages move the time, and nothing that a program can tell apart from
 * it. */
static void test_perturb(void **state)
{
	struct sent plain = one_datagram(1, NULL, 0, 0);
	bool moved = false;

	(void)state;
	for (u64 seed = 1; seed <= 5; seed++) {
		struct sent p = one_datagram(1, NULL, 0, seed);

		assert_int_equal(p.port, plain.port);
		assert_int_equal(p.id, plain.id);
		moved = moved || p.when_ps != plain.when_ps;
	}
	assert_true(moved);
}

/* -------- the order of events -------- */

struct order {
	struct sim *sim;
	u64 when_ps, seq;
	u32 klass, n;
	bool wrong;
};

static void ordered(void *ctx, u64 klass, u64 seq)
{
	struct order *o = ctx;
	bool later = o->sim->now_ps > o->when_ps;

	if (!later && (klass < o->klass || (klass == o->klass && seq < o->seq)))
		o->wrong = true;
	o->when_ps = o->sim->now_ps;
	o->klass = (u32)klass;
	o->seq = seq;
	o->n++;
}

static void test_order(void **state)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);
	struct order o = { .sim = &w->sim };
	u64 start = w->sim.now_ps + PS_PER_SEC;
	struct rng r;

	(void)state;
	rng_init(&r, 5, RNG_PROGRAM, 0);
	for (u32 i = 0; i < 3000; i++) {
		u32 klass = rng_below(&r, SIM_CLASS_MAX);

		assert_true(sim_post(&w->sim, (enum sim_class)klass, start + rng_below(&r, 50),
				     ordered, &o, klass, i));
	}
	world_run_until(w, start + 100);
	assert_int_equal(o.n, 3000);
	assert_false(o.wrong);
	end(w);
}

/* -------- wires -------- */

struct arrivals {
	struct world *w;
	u32 n, bad;
	u8 tag[4 * DATAGRAMS];
	u64 sent_ps[DATAGRAMS], came_ps[4 * DATAGRAMS];
};

/* Datagrams of 20 bytes: each of its number. */
static void see_tag(void *ctx, u32 port, bool outgoing, const u8 *f, u32 len)
{
	struct arrivals *a = ctx;

	if (len < 62 || get_be16(f + 12) != ETH_P_IP || f[23] != IPPROTO_UDP)
		return;
	if (port == 0 && outgoing && f[42] < DATAGRAMS)
		a->sent_ps[f[42]] = a->w->sim.now_ps;
	if (port != 1 || outgoing)
		return;
	for (u32 i = 43; i < 62; i++)
		a->bad += f[i] != f[42];
	a->tag[a->n] = f[42];
	a->came_ps[a->n++] = a->w->sim.now_ps;
}

static struct arrivals over(const struct wire_cfg *wire, struct wire *out)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_TAP, &limits_test, COST_JUDGE, 1, 9);
	struct arrivals a = { 0 };
	int fd;

	cfg.wire[0] = *wire;
	cfg.wire[0].port[1] = 1;
	a.w = scenario_two_hosts_up(&cfg);
	must_config(a.w, 0, "ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0");
	must_config(a.w, 1, "ip neigh replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0");
	a.w->on_frame = see_tag;
	a.w->on_frame_ctx = &a;
	fd = udp(a.w, 0);
	call_bind(a.w, 1, 0, udp(a.w, 1), "0.0.0.0", PORT);
	for (u32 i = 0; i < DATAGRAMS; i++) {
		u8 data[20];

		memset(data, (int)i, sizeof(data));
		assert_int_equal(call_sendto(a.w, 0, 0, fd, data, 20, 0, "192.0.2.2", PORT), 20);
		sleep_ms(a.w, 1);
	}
	sleep_ms(a.w, 1000);
	*out = a.w->wire[0];
	end(a.w);
	return a;
}

static void test_wire_delay(void **state)
{
	struct wire_cfg cfg = { .delay_ps = 7 * PS_PER_MS };
	struct wire wire;
	struct arrivals a = over(&cfg, &wire);

	(void)state;
	assert_int_equal(a.n, DATAGRAMS);
	assert_int_equal(a.bad, 0);
	for (u32 i = 0; i < a.n; i++) {
		assert_int_equal(a.tag[i], i);
		/* It leaves a little after the start of the unit that sends it. */
		assert_true(a.came_ps[i] - a.sent_ps[i] - cfg.delay_ps < 100 * PS_PER_US);
	}
}

static void test_wire_loss(void **state)
{
	struct wire_cfg cfg = { .loss_ppm = 300000 };
	struct wire wire;
	struct arrivals a = over(&cfg, &wire);

	(void)state;
	assert_in_range(wire.lost, 4, 24);
	assert_int_equal(a.n + wire.lost, DATAGRAMS);
	cfg = (struct wire_cfg){ .drop_from = 3, .drop_to = 5 };
	a = over(&cfg, &wire);
	assert_int_equal(wire.lost, 3);
	assert_int_equal(a.n, DATAGRAMS - 3);
	assert_int_equal(a.tag[1], 1);
	assert_int_equal(a.tag[2], 5);
}

static void test_wire_duplication(void **state)
{
	struct wire_cfg cfg = { .dup_ppm = WIRE_PPM };
	struct wire wire;
	struct arrivals a = over(&cfg, &wire);

	(void)state;
	assert_int_equal(a.n, 2 * DATAGRAMS);
	for (u32 i = 0; i < a.n; i++)
		assert_int_equal(a.tag[i], i / 2);
}

static void test_wire_reordering(void **state)
{
	struct wire_cfg cfg = { .reorder_ppm = 300000, .reorder_ps = 5 * PS_PER_MS };
	struct wire wire;
	struct arrivals a = over(&cfg, &wire);
	u32 back = 0, seen[DATAGRAMS] = { 0 };

	(void)state;
	assert_int_equal(a.n, DATAGRAMS);
	for (u32 i = 0; i < a.n; i++) {
		seen[a.tag[i]]++;
		back += i != 0 && a.tag[i] < a.tag[i - 1];
	}
	for (u32 i = 0; i < DATAGRAMS; i++)
		assert_int_equal(seen[i], 1);
	assert_true(back >= 3);
	assert_true(wire.reordered >= back);
}

/* A TAP has no frame check sequence to tell: what comes is what the wire let through whole. */
static void test_wire_corruption(void **state)
{
	struct wire_cfg cfg = { .corrupt_ppm = WIRE_PPM };
	struct wire wire;
	struct arrivals a = over(&cfg, &wire);

	(void)state;
	assert_int_equal(wire.corrupted, wire.sent);
	assert_true(a.bad != 0 || a.n < DATAGRAMS);
}

/* -------- many hosts -------- */

/* Host 0 has a card to each of the others. */
static void test_star(void **state)
{
	struct world_cfg cfg = {
		.limits = &limits_test,
		.seed = 1,
		.cost = COST_CYCLES,
		.hosts = 4,
		.cpus = 2,
		.tasks = 2,
		.nr_devs = 6,
		.nr_wires = 3,
	};
	static const char *const names[] = { "eth0", "eth1", "eth2" };
	struct world *w;
	char line[128];

	(void)state;
	for (u8 i = 0; i < 3; i++) {
		cfg.dev[i] = (struct world_dev_cfg){
			.host = 0,
			.kind = DEV_TAP,
			.name = names[i],
			.mac = { 2, 0, 0, 0, 0, (u8)(16 + i) },
		};
		cfg.dev[3 + i] = (struct world_dev_cfg){
			.host = (u8)(i + 1),
			.kind = DEV_TAP,
			.name = "eth0",
			.mac = { 2, 0, 0, 0, 1, i },
		};
		cfg.wire[i] =
			(struct wire_cfg){ .port = { i, (u8)(3 + i) }, .delay_ps = PS_PER_US };
	}
	w = scenario_new(&cfg);
	scenario_checks_on(w);
	must_config(w, 0, "ip link set lo up");
	for (u32 i = 0; i < 3; i++) {
		snprintf(line, sizeof(line),
			 "ip addr add 10.0.%u.1/24 dev eth%u; ip link set eth%u up", i, i, i);
		must_config(w, 0, line);
		snprintf(line, sizeof(line),
			 "ip addr add 10.0.%u.2/24 dev eth0; ip link set eth0 up", i);
		must_config(w, i + 1, line);
	}
	assert_int_equal(udp(w, 0), 3);
	for (u32 i = 0; i < 3; i++) {
		char addr[32];

		assert_int_equal(udp(w, i + 1), 3);
		call_bind(w, i + 1, 0, 3, "0.0.0.0", PORT);
		snprintf(addr, sizeof(addr), "10.0.%u.2", i);
		assert_int_equal(call_sendto(w, 0, 0, 3, "hello", 5 - i, 0, addr, PORT), 5 - i);
	}
	sleep_ms(w, 10);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(call_recv(w, i + 1, 0, 3, 10, MSG_DONTWAIT), 5 - i);
	end(w);
}

/* -------- many CPUs -------- */

/* What host 1 reads, one after the other; returns its length. */
static u32 stream(enum world_dev_kind kind, u32 cpus, u8 *to)
{
	struct world *w = two(kind, cpus, 4);
	int a = udp(w, 0), b = udp(w, 1);
	u32 len = 0;

	call_bind(w, 1, 0, b, "0.0.0.0", PORT);
	for (u32 i = 0; i < DATAGRAMS; i++) {
		u32 n = 1 + 37 * i, task = i % min_u32(4, w->host[0].nr_tasks);
		u8 data[2000];
		s64 got;

		for (u32 k = 0; k < n; k++)
			data[k] = (u8)(i + k);
		assert_int_equal(call_sendto(w, 0, task, a, data, n, 0, "192.0.2.2", PORT), n);
		sleep_ms(w, 5);
		got = call_recv(w, 1, task, b, 2000, MSG_DONTWAIT);
		assert_int_equal(got, n);
		memcpy(to + len, world_umem(w, 1, SCENARIO_RECV, n), n);
		len += n;
	}
	end(w);
	return len;
}

static void test_cpus(void **state)
{
	static u8 one[STREAM_MAX], other[STREAM_MAX];
	u32 len = stream(DEV_TAP, 1, one);

	(void)state;
	for (u32 cpus = 1; cpus <= CPU_MAX; cpus++) {
		assert_int_equal(stream(DEV_TAP, cpus, other), len);
		assert_memory_equal(other, one, len);
		assert_int_equal(stream(DEV_IGB, cpus, other), len);
		assert_memory_equal(other, one, len);
	}
}

/* -------- ksoftirqd -------- */

static u32 softirqs_in(const struct world *w, enum trace_ctx ctx, u32 vec)
{
	const struct trace_rec *r;
	u32 n = 0;

	for (u32 i = 0; (r = trace_get(&w->trace, i)) != NULL; i++)
		n += r->kind == TRACE_softirq_entry && r->ctx == ctx && r->arg[0] == vec;
	return n;
}

/* Datagrams for a port of host 1 in one burst. */
static void burst(struct world *w, u32 n)
{
	u8 f[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46 };

	f[22] = 64;
	f[23] = IPPROTO_UDP;
	put_be32(f + 26, 0xc0000201);
	put_be32(f + 30, 0xc0000202);
	put_be16(f + 24, (u16)~naive_checksum(f + 14, 20, 0));
	put_be16(f + 36, PORT);
	put_be16(f + 38, 26);
	for (u32 i = 0; i < n; i++)
		assert_true(world_inject(w, 1, f, sizeof(f)));
	sleep_ms(w, 20);
}

static u32 daemon_passes(const char *budget, u32 n)
{
	struct world *w = two(DEV_IGB, 1, 1);
	u32 passes;

	must_config(w, 1, budget);
	world_trace(w, 1ull << TRACE_softirq_entry);
	burst(w, n);
	passes = softirqs_in(w, CTX_KSOFTIRQD, NET_RX_SOFTIRQ);
	assert_int_equal(w->host[1].net.mib[UDP_MIB_NOPORTS], n);
	end(w);
	return passes;
}

/* A soft interrupt goes round ten times; what is left then, the daemon does. */
static void test_ksoftirqd(void **state)
{
	(void)state;
	assert_int_equal(daemon_passes("sysctl net.core.netdev_budget=300", 100), 0);
	assert_true(daemon_passes("sysctl net.core.netdev_budget=1", 700) != 0);
}

/* -------- waiting -------- */

static void set_timeout(struct world *w, int fd, u64 usec)
{
	u8 *tv = world_umem(w, 0, SCENARIO_DATA, 16);

	put_le64(tv, usec / 1000000);
	put_le64(tv + 8, usec % 1000000);
	assert_int_equal(sys(w, 0, 0, SYS_NR_setsockopt, (u64)fd, SOL_SOCKET, SO_RCVTIMEO_OLD,
			     SCENARIO_DATA, 16),
			 0);
}

/* The time is rounded up to jiffies; the wheel then fires with the tick after that. */
static void test_timeout(void **state)
{
	static const u32 usecs[][2] = { { 1, 1 },      { 999, 1 },    { 1000, 1 },    { 1001, 2 },
					{ 20000, 20 }, { 61999, 62 }, { 100000, 100 } };
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);
	struct world *w = scenario_new(&cfg);
	int fd = udp(w, 0);

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(usecs); i++) {
		u64 start, want, unit = usecs[i][1] < 63 ? 1 : 8;

		set_timeout(w, fd, usecs[i][0]);
		world_run_until(w, ALIGN_UP(w->sim.now_ps, 4096 * PS_PER_MS) + 300 * PS_PER_US);
		start = w->sim.now_ps / PS_PER_MS;
		want = ((start + usecs[i][1]) / unit + 1) * unit;
		assert_int_equal(call_recv(w, 0, 0, fd, 10, 0), -EPARKED);
		assert_int_equal(w->host[0].task[0].state, TASK_PARKED);
		assert_int_equal(call_finish(w, 0, 0, PS_PER_SEC), -EAGAIN);
		assert_int_equal(w->host[0].task[0].ended_ps / PS_PER_MS, want);
	}
	end(w);
}

/* Whoever waits wakes up with the datagram, and only one of two gets it. */
static void test_wake_up(void **state)
{
	struct world *w = two(DEV_TAP, 2, 1);
	int a = udp(w, 0), b = udp(w, 1);

	(void)state;
	call_bind(w, 1, 0, b, "0.0.0.0", PORT);
	assert_int_equal(call_recv(w, 1, 1, b, 10, 0), -EPARKED);
	assert_int_equal(call_recv(w, 1, 2, b, 10, 0), -EPARKED);
	assert_int_equal(call_sendto(w, 0, 0, a, "hello", 5, 0, "192.0.2.2", PORT), 5);
	sleep_ms(w, 10);
	assert_int_equal((w->host[1].task[1].state == TASK_IDLE) +
				 (w->host[1].task[2].state == TASK_IDLE),
			 1);
	assert_int_equal(call_sendto(w, 0, 0, a, "again", 5, 0, "192.0.2.2", PORT), 5);
	assert_int_equal(call_finish(w, 1, 1, PS_PER_SEC), 5);
	assert_int_equal(call_finish(w, 1, 2, PS_PER_SEC), 5);
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_snapshot_of_connections),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_perturb),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_wire_delay),
		cmocka_unit_test(test_wire_loss),
		cmocka_unit_test(test_wire_duplication),
		cmocka_unit_test(test_wire_reordering),
		cmocka_unit_test(test_wire_corruption),
		cmocka_unit_test(test_star),
		cmocka_unit_test(test_cpus),
		cmocka_unit_test(test_ksoftirqd),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_wake_up),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
