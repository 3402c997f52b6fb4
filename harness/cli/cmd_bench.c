// SPDX-License-Identifier: MIT
/* cmd_bench.c - refstack bench: our work and the running kernel's, measured in one run, as ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/iov.h"
#include "harness/cli/bench_fuzz.h"
#include "harness/cli/bench_live.h"
#include "harness/cli/bench_nic.h"
#include "harness/cli/bench_tcp.h"
#include "harness/cli/cli.h"
#include "harness/lib/scenario.h"
#include "uapi/socket.h"

enum { BENCH_ROUNDS = 3, BENCH_PORT = 5000, BENCH_BYTES = 64 };

static double best(double a, double b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Two UDP sockets on loopback, and 18 calls that use them. */
static void program_of_20_calls(struct world *w)
{
	int rx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	call_bind(w, 0, 0, rx, "127.0.0.1", BENCH_PORT);
	call_connect(w, 0, 0, tx, "127.0.0.1", BENCH_PORT);
	for (u32 i = 0; i < 7; i++) {
		call_sendto(w, 0, 0, tx, "a datagram of a program", 23, 0, NULL, 0);
		call_recv(w, 0, 0, rx, 100, 0);
	}
	call_close(w, 0, 0, tx);
	call_close(w, 0, 0, rx);
}

static struct world *bare_world(void **snapshot)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);
	struct world *w = scenario_new(&cfg);

	must_config(w, 0,
		    "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up");
	*snapshot = malloc((size_t)world_save_size(w));
	if (*snapshot == NULL)
		abort();
	world_save(w, *snapshot);
	return w;
}

static double program_ns(struct world *w, const void *snapshot, u32 n)
{
	uint64_t start = bench_now_ns();

	for (u32 i = 0; i < n; i++) {
		world_restore(w, snapshot);
		program_of_20_calls(w);
	}
	return (double)(bench_now_ns() - start) / n;
}

static double restore_ns(struct world *w, const void *snapshot, u32 n)
{
	uint64_t start = bench_now_ns();

	for (u32 i = 0; i < n; i++)
		world_restore(w, snapshot);
	return (double)(bench_now_ns() - start) / n;
}

/* Bytes of the world that differ after the program, by 64-byte lines: what it really wrote to. */
static u64 dirty_bytes(struct world *w, const void *snapshot)
{
	u64 size = world_size(&w->cfg), lines = 0;
	u8 *before = malloc((size_t)size);

	if (before == NULL)
		abort();
	world_restore(w, snapshot);
	memcpy(before, w, (size_t)size);
	program_of_20_calls(w);
	for (u64 i = 0; i + ARENA_ALIGN <= size; i += ARENA_ALIGN)
		lines += memcmp(before + i, (u8 *)w + i, ARENA_ALIGN) != 0;
	free(before);
	return lines * ARENA_ALIGN;
}

/* As the live half does it: arguments lie ready in the program's memory. */
static double loopback_ns(struct world *w, u32 n)
{
	int rx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	const u64 send[SYS_ARGS] = { (u64)tx, SCENARIO_DATA, BENCH_BYTES,
				     0,	      SCENARIO_ADDR, SOCKADDR_IN_BYTES };
	const u64 recv[SYS_ARGS] = { (u64)rx, SCENARIO_RECV, 2048 };
	uint64_t start;
	s64 ret;

	call_bind(w, 0, 0, rx, "127.0.0.1", BENCH_PORT);
	put_sockaddr_in(world_umem(w, 0, SCENARIO_ADDR, SOCKADDR_IN_BYTES), AF_INET, BENCH_PORT,
			parse_ipv4("127.0.0.1"));
	start = bench_now_ns();
	for (u32 i = 0; i < n; i++) {
		if (!world_call(w, 0, 0, SYS_NR_sendto, send, &ret) || ret != BENCH_BYTES)
			return 0;
		if (!world_call(w, 0, 0, SYS_NR_recvfrom, recv, &ret) || ret != BENCH_BYTES)
			return 0;
	}
	return (double)(bench_now_ns() - start) / n;
}

/* Sends in bursts, as a program that keeps the card busy does, and reads what has arrived. */
static double wire_per_second(u32 n)
{
	static const u8 data[BENCH_BYTES];
	struct world_cfg cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, 1, 1);
	struct world *w = scenario_two_hosts_up(&cfg);
	int tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int rx = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0);
	u32 received = 0;
	double seconds;
	uint64_t start;

	call_bind(w, 1, 0, rx, "0.0.0.0", BENCH_PORT);
	call_connect(w, 0, 0, tx, "192.0.2.2", BENCH_PORT);
	call_sendto(w, 0, 0, tx, data, sizeof(data), 0, NULL, 0);
	world_run_until(w, w->sim.now_ps + 10 * PS_PER_MS);
	start = bench_now_ns();
	for (u32 sent = 0; sent < n;) {
		for (u32 burst = 0; burst < 32 && sent < n; burst++, sent++)
			call_sendto(w, 0, 0, tx, data, sizeof(data), 0, NULL, 0);
		world_run_until(w, w->sim.now_ps + 100 * PS_PER_US);
		while (call_recv(w, 1, 0, rx, 2048, MSG_DONTWAIT) > 0)
			received++;
	}
	seconds = (double)(bench_now_ns() - start) / 1e9;
	scenario_free(w);
	return received / seconds;
}

static void measure(struct bench_row rows[5])
{
	double program = 0, unshare = 0, restore = 0, ours = 0, live = 0, wire = 0;
	void *snapshot;
	struct world *w = bare_world(&snapshot);
	u64 saved = world_save_size(w), dirty = dirty_bytes(w, snapshot);

	for (u32 i = 0; i < BENCH_ROUNDS; i++) {
		double per_second = wire_per_second(100000);

		program = best(program, program_ns(w, snapshot, 2000));
		restore = best(restore, restore_ns(w, snapshot, 20000));
		unshare = best(unshare, bench_live_unshare_ns(50));
		world_restore(w, snapshot);
		ours = best(ours, loopback_ns(w, 50000));
		live = best(live, bench_live_udp_ns(50000, BENCH_BYTES));
		wire = per_second > wire ? per_second : wire;
	}
	rows[0] = (struct bench_row){ .what = "a fresh world, against unshare(CLONE_NEWNET)",
				      .unit = "x",
				      .figure = unshare / restore,
				      .goal = 130,
				      .missing = unshare == 0 };
	snprintf(rows[0].note, sizeof(rows[0].note),
		 "%.1f us against %.0f us; with a program of 20 calls %.1f us", restore / 1e3,
		 unshare / 1e3, program / 1e3);
	rows[1] = (struct bench_row){
		.what = "UDP send and receive of 64 B on loopback, against the kernel's",
		.unit = "x",
		.figure = live / ours,
		.goal = 4,
		.missing = live == 0
	};
	snprintf(rows[1].note, sizeof(rows[1].note), "%.0f ns against %.0f ns", ours, live);
	rows[2] = (struct bench_row){ .what = "datagrams through both cards and the wire",
				      .unit = "k/s",
				      .figure = wire / 1e3,
				      .goal = 500 };
	rows[3] = (struct bench_row){ .what = "a program of 20 calls makes dirty",
				      .unit = "KiB",
				      .figure = (double)dirty / 1024,
				      .goal = 96,
				      .at_most = true };
	snprintf(rows[3].note, sizeof(rows[3].note), "a snapshot holds %.0f KiB",
		 (double)saved / 1024);
	rows[4] = (struct bench_row){ .what = "and is restored in",
				      .unit = "us",
				      .figure = restore / 1e3,
				      .goal = 2,
				      .at_most = true };
	free(snapshot);
	scenario_free(w);
}

static const char *verdict(const struct bench_row *r)
{
	if (r->missing)
		return "not measured: not permitted here";
	return (r->at_most ? r->figure <= r->goal : r->figure >= r->goal) ? "met" : "MISSED";
}

static void print_row(const struct bench_row *r)
{
	printf("%-66s %8.1f %-4s", r->what, r->figure, r->unit);
	if (r->goal != 0)
		printf(" goal %s %.3g: %s", r->at_most ? "<=" : ">=", r->goal, verdict(r));
	if (r->note[0] != '\0')
		printf(" (%s)", r->note);
	printf("\n");
}

static void print_json(const struct bench_row *r, bool last)
{
	printf("  {\"what\": \"%s\", \"figure\": %.2f, \"unit\": \"%s\"", r->what,
	       r->missing ? 0.0 : r->figure, r->unit);
	if (r->goal != 0)
		printf(", \"goal\": %.0f, \"verdict\": \"%s\"", r->goal, verdict(r));
	printf("}%s\n", last ? "" : ",");
}

static int measure_card(const struct args *args)
{
	const struct bench_nic_cfg cfg = {
		.cpus = (u32)args_number(args, OPT_bench_CPUS, 2),
		.mem_read_latency_ns = (u32)args_number(args, OPT_bench_LATENCY, 0),
		.outstanding_reads = (u32)args_number(args, OPT_bench_READS, 0),
	};
	struct bench_nic_row rows[BENCH_NIC_ROWS];

	bench_nic(&cfg, rows);
	if (args_has(args, OPT_bench_JSON))
		bench_nic_json(stdout, rows);
	else
		bench_nic_print(stdout, rows);
	return EXIT_OK;
}

int cmd_bench(const struct args *args)
{
	const char *what = args->nr_operands != 0 ? args->operand[0] : "";
	bool json = args_has(args, OPT_bench_JSON), nic = strcmp(what, "nic") == 0;
	struct bench_row rows[BENCH_FUZZ_ROWS] = { 0 };
	u32 n = 5;

	static_assert((int)BENCH_TCP_ROWS <= (int)BENCH_FUZZ_ROWS, "they fit");

	if (what[0] != '\0' && !nic && strcmp(what, "fuzz") != 0 && strcmp(what, "tcp") != 0)
		return usage_error(COMMAND_bench, "'%s' cannot be measured; nic, fuzz and tcp can",
				   what);
	if (!nic && (args_has(args, OPT_bench_CPUS) || args_has(args, OPT_bench_LATENCY) ||
		     args_has(args, OPT_bench_READS)))
		return usage_error(COMMAND_bench, "--cpus, --latency and --reads are for nic");
	if (nic)
		return measure_card(args);
	if (strcmp(what, "tcp") == 0)
		n = bench_tcp(rows);
	else if (what[0] != '\0')
		n = bench_fuzz(rows);
	else
		measure(rows);
	if (json)
		printf("[\n");
	for (u32 i = 0; i < n; i++) {
		if (json)
			print_json(&rows[i], i + 1 == n);
		else
			print_row(&rows[i]);
	}
	if (json)
		printf("]\n");
	return EXIT_OK;
}
