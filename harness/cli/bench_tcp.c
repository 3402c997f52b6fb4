// SPDX-License-Identifier: MIT
/* bench_tcp.c - see bench_tcp.h. */
#include "harness/cli/bench_tcp.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/iov.h"
#include "harness/cli/bench_live.h"
#include "harness/lib/scenario.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum {
	PORT = 5000,
	BYTES = 64,
	/* Many short ones, of which the best counts: what else runs on the machine meets but some.
	 */
	ROUNDS = 30,
	CYCLES = 100,
	CHUNK = 60000,
	BULK_MB = 256,
	/* Idle connections, both ends of each on one host: this many ends. */
	FEW = 100,
	MANY = 100000,
	A_PORT = 20000, /* connections to one listening port: fewer than there are local ones */
	PINGS = 20000
};

static s64 call(struct world *w, u32 host, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d };
	s64 ret = 0;

	return world_call(w, host, 0, nr, arg, &ret) ? ret : -1;
}

static int listener(struct world *w, u32 host, u16 port)
{
	int fd = (int)call_socket(w, host, 0, AF_INET, SOCK_STREAM, 0);

	call_bind(w, host, 0, fd, "0.0.0.0", port);
	if (fd < 0 || call(w, host, SYS_NR_listen, (u64)fd, 128, 0, 0) != 0)
		return -1;
	return fd;
}

/* 64 bytes from one descriptor to the other. */
static bool pass(struct world *w, int from, int to)
{
	return call(w, 0, SYS_NR_sendto, (u64)from, SCENARIO_DATA, BYTES, 0) == BYTES &&
	       call(w, 0, SYS_NR_recvfrom, (u64)to, SCENARIO_RECV, 2048, 0) == BYTES;
}

static bool one_connection(struct world *w, int at)
{
	int a = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
	int b;

	if (a < 0 || call(w, 0, SYS_NR_connect, (u64)a, SCENARIO_ADDR, 16, 0) != 0)
		return false;
	b = (int)call(w, 0, SYS_NR_accept, (u64)at, 0, 0, 0);
	return b >= 0 && pass(w, a, b) && pass(w, b, a) && call_close(w, 0, 0, a) == 0 &&
	       call_close(w, 0, 0, b) == 0;
}

/* Remains of connections are what the kernel has too; a minute of virtual time is cheap. */
static double cycle_ns(void)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);
	double best = 0;
	int at;

	must_config(w, 0, "ip link set lo up");
	at = listener(w, 0, PORT);
	put_sockaddr_in(world_umem(w, 0, SCENARIO_ADDR, 16), AF_INET, PORT,
			parse_ipv4("127.0.0.1"));
	for (u32 round = 0; round < ROUNDS; round++) {
		uint64_t start = bench_now_ns();
		double ns;

		for (u32 i = 0; i < CYCLES; i++)
			if (!one_connection(w, at))
				goto out;
		ns = (double)(bench_now_ns() - start) / CYCLES;
		best = best == 0 || ns < best ? ns : best;
		world_run_until(w, w->sim.now_ps + 70 * PS_PER_SEC);
	}
out:
	scenario_free(w);
	return best;
}

/* Measured in the same way. */
static double live_ns(void)
{
	double best = 0;

	for (u32 round = 0; round < ROUNDS; round++) {
		double ns = bench_live_tcp_ns(CYCLES, BYTES);

		best = best == 0 || (ns != 0 && ns < best) ? ns : best;
	}
	return best;
}

/* Payload bits a second of wall time: one program sends, one reads, through both cards. */
static double bulk_gbit(void)
{
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, 1, 1);
	struct world *w = scenario_two_hosts_up(&cfg);
	int at = listener(w, 1, PORT), tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0), rx;
	u64 want = (u64)BULK_MB << 20, got = 0;
	uint64_t start;
	double seconds = 0;

	(void)call_connect(w, 0, 0, tx, "192.0.2.2", PORT);
	(void)call_finish(w, 0, 0, PS_PER_SEC);
	world_run_until(w, w->sim.now_ps + PS_PER_MS); /* the last ACK is still on its way */
	rx = (int)call(w, 1, SYS_NR_accept, (u64)at, 0, 0, 0);
	start = bench_now_ns();
	while (rx >= 0 && got < want) {
		s64 n;

		(void)call(w, 0, SYS_NR_sendto, (u64)tx, SCENARIO_DATA, CHUNK, MSG_DONTWAIT);
		world_run_until(w, w->sim.now_ps + 100 * PS_PER_US);
		while ((n = call(w, 1, SYS_NR_recvfrom, (u64)rx, SCENARIO_RECV, CHUNK,
				 MSG_DONTWAIT)) > 0)
			got += (u64)n;
		if (bench_now_ns() - start > 20000000000u)
			break;
	}
	seconds = (double)(bench_now_ns() - start) / 1e9;
	scenario_free(w);
	return (double)got * 8 / 1e9 / seconds;
}

/* --- many at rest
 * --------------------------------------------------------------------------------- */

static u64 bytes_used(struct world *w)
{
	struct pool *pool[128];
	u32 n = world_pools(w, pool, ARRAY_SIZE(pool));
	u64 bytes = 0;

	for (u32 i = 0; i < n; i++)
		bytes += (u64)pool[i]->used * pool[i]->slot_bytes;
	return bytes;
}

struct idle {
	double ping_ns;	  /* 64 bytes each way over one of them */
	double end_bytes; /* what an end takes of the pools and of tables */
};

static struct idle measure_idle(u32 ends)
{
	struct limits l = limits_large;
	struct world_cfg cfg = scenario_bare(&l, 1);
	struct world *w;
	struct idle r = { 0 };
	int at = -1, a = -1, b = -1;
	u64 before, tables;
	uint64_t start;

	l.fds = l.files = MANY + 64;
	l.sockets = 64;
	l.tcp_sockets = MANY + 64;
	l.bind_buckets = MANY + 64;
	l.tcp_ehash = 1 << 17;
	l.tcp_bhash = 1 << 14;
	w = scenario_new(&cfg);
	must_config(w, 0, "ip link set lo up; sysctl net.ipv4.ip_local_port_range=\"2000 65000\"");
	before = bytes_used(w);
	for (u32 i = 0; i < ends / 2; i++) {
		u16 port = (u16)(PORT / 5 + i / A_PORT);

		if (i % A_PORT == 0) {
			at = listener(w, 0, port);
			put_sockaddr_in(world_umem(w, 0, SCENARIO_ADDR, 16), AF_INET, port,
					parse_ipv4("127.0.0.1"));
		}
		a = (int)call_socket(w, 0, 0, AF_INET, SOCK_STREAM, 0);
		if (a < 0 || call(w, 0, SYS_NR_connect, (u64)a, SCENARIO_ADDR, 16, 0) != 0)
			goto out;
		b = (int)call(w, 0, SYS_NR_accept, (u64)at, 0, 0, 0);
		if (b < 0)
			goto out;
	}
	/* Chains of both ports' tables and of connections; a descriptor's place and flags. */
	tables = (u64)l.tcp_ehash * 8 + (u64)l.tcp_bhash * 16 + (u64)MANY * (sizeof(void *) + 1);
	r.end_bytes = (double)(bytes_used(w) - before) / ends + (double)tables / MANY;
	start = bench_now_ns();
	for (u32 i = 0; i < PINGS; i++)
		if (!pass(w, a, b) || !pass(w, b, a))
			goto out;
	r.ping_ns = (double)(bench_now_ns() - start) / PINGS;
out:
	scenario_free(w);
	return r;
}

u32 bench_tcp(struct bench_row rows[BENCH_TCP_ROWS])
{
	double ours = cycle_ns(), live = live_ns();
	double bulk = bulk_gbit();
	struct idle few = measure_idle(FEW), many = measure_idle(MANY);

	rows[0] = (struct bench_row){
		.what = "connect, accept, 64 B each way and close, against the kernel's",
		.unit = "x",
		.figure = ours == 0 ? 0 : live / ours,
		.goal = 8,
		.missing = live == 0 || ours == 0
	};
	snprintf(rows[0].note, sizeof(rows[0].note), "%.0f ns against %.0f ns", ours, live);
	rows[1] = (struct bench_row){ .what = "payload of one connection through both cards",
				      .unit = "Gb/s",
				      .figure = bulk,
				      .goal = 3 };
	rows[2] = (struct bench_row){ .what = "an end of one of 100,000 idle connections takes",
				      .unit = "KiB",
				      .figure = many.end_bytes / 1024,
				      .goal = 2.5,
				      .at_most = true,
				      .missing = many.end_bytes == 0 };
	rows[3] = (struct bench_row){ .what = "64 B each way among 100,000, against among 100",
				      .unit = "x",
				      .figure = few.ping_ns == 0 ? 0 : many.ping_ns / few.ping_ns,
				      .goal = 1.5,
				      .at_most = true,
				      .missing = few.ping_ns == 0 || many.ping_ns == 0 };
	snprintf(rows[3].note, sizeof(rows[3].note), "%.0f ns against %.0f ns", many.ping_ns,
		 few.ping_ns);
	return BENCH_TCP_ROWS;
}
