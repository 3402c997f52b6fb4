// SPDX-License-Identifier: MIT
/* cmd_walk.c - refstack walk: a datagram through the sixteen steps and up the other side. */
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/walk_svg.h"
#include "harness/lib/graph.h"
#include "harness/lib/json.h"
#include "harness/lib/scenario.h"
#include "harness/lib/steps.h"
#include "uapi/socket.h"

struct walk {
	struct world *world;
	u32 size;
	u32 parts;
	bool graph, svg;
	struct json *json; /* NULL: for people */
	struct steps steps;
	struct steps_clock clock;
};

static void print_step(struct walk *k, const struct trace_rec *r)
{
	struct steps_line l = steps_line(&k->clock, r);

	if (k->json != NULL)
		steps_json(k->json, &l);
	else
		printf("%4s  %-31s %12.3f us %7llu  %-14s q%-2u %5u B\n", l.step, l.function,
		       (double)l.ps / (double)PS_PER_US, (unsigned long long)l.cycles, l.where,
		       l.queue, l.bytes);
}

static void print_steps(struct walk *k, u32 host)
{
	steps_drain(&k->steps);
	if (k->json != NULL)
		json_array(k->json, "steps");
	else
		printf("step  %-31s %15s %7s  %-14s %-3s %7s\n", "function", "virtual time",
		       "cycles", "where", "queue", "bytes");
	for (u32 i = 0; i < k->steps.nr; i++)
		if (k->steps.rec[i].host == host)
			print_step(k, &k->steps.rec[i]);
	if (k->json != NULL) {
		json_end(k->json);
		json_end(k->json);
	} else if (host == 0 && !steps_have(&k->steps, PATH_QDISC_ENQUEUE))
		printf("   8  pfifo_fast_enqueue              not taken: an empty queue is "
		       "bypassed\n");
}

enum { WALK_PORT = 7, WALK_SETTLE_MS = 2, WALK_BURST_MAX = 64 };

/* What was is forgotten; times count from now. */
static void start(struct walk *k)
{
	graph_start(k->world);
	steps_clear(&k->steps);
	k->clock = (struct steps_clock){ .from_ps = k->world->sim.now_ps };
}

static void part(struct walk *k, const char *title)
{
	if (k->json != NULL) {
		json_object(k->json, NULL);
		json_text(k->json, "part", title);
	} else {
		printf("%s# %s\n", k->parts++ != 0 ? "\n" : "", title);
	}
	start(k);
}

static void show(struct walk *k, u32 host)
{
	if (k->graph)
		graph_print(stdout, k->world, host);
	else
		print_steps(k, host);
}

static bool send_one(struct walk *k, int fd)
{
	static const u8 payload[1472] = "a datagram for you";

	if (call_sendto(k->world, 0, 0, fd, payload, k->size, 0, "192.0.2.2", WALK_PORT) !=
	    (s64)k->size)
		return false;
	world_run_until(k->world, k->world->sim.now_ps + WALK_SETTLE_MS * PS_PER_MS);
	return true;
}

static bool read_one(struct walk *k, int fd)
{
	return call_recv(k->world, 1, 0, fd, k->size, 0) == (s64)k->size;
}

static int lost(void)
{
	fprintf(stderr, "refstack walk: the datagram did not arrive\n");
	return EXIT_DIFFERENCE;
}

/* Sends until the byte queue limit stops the queue; that datagram is the one to show. */
static bool walk_queued(struct walk *k, int tx, int rx)
{
	struct world *w = k->world;
	u32 sent = 0;

	part(k, "3. A queued datagram: others before it have filled the byte queue limit");
	do {
		start(k);
		if (sent == WALK_BURST_MAX)
			return false;
		call_sendto(w, 0, 0, tx, "a datagram for you", k->size, 0, "192.0.2.2", WALK_PORT);
		sent++;
	} while (!steps_have(&k->steps, PATH_QDISC_ENQUEUE));
	world_run_until(w, w->sim.now_ps + WALK_SETTLE_MS * PS_PER_MS);
	show(k, 0);
	while (sent-- != 0)
		if (!read_one(k, rx))
			return false;
	return true;
}

/* A warm datagram as a picture; the cold one before it is not shown. */
static int draw_udp(struct walk *k, int tx, int rx)
{
	struct world *w = k->world;

	if (!send_one(k, tx) || !read_one(k, rx))
		return lost();
	start(k);
	world_trace(w, w->trace.mask | WALK_SVG_TRACE);
	if (!send_one(k, tx) || !read_one(k, rx))
		return lost();
	walk_svg(stdout, w, k->clock.from_ps, k->size);
	return EXIT_OK;
}

static int walk_udp(struct walk *k)
{
	struct world *w = k->world;
	int tx = (int)call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);
	int rx = (int)call_socket(w, 1, 0, AF_INET, SOCK_DGRAM, 0);

	call_bind(w, 1, 0, rx, "0.0.0.0", WALK_PORT);
	if (k->svg)
		return draw_udp(k, tx, rx);
	part(k, "1. A cold datagram: 192.0.2.1 does not know 192.0.2.2's address yet");
	if (!send_one(k, tx) || !read_one(k, rx))
		return lost();
	show(k, 0);
	part(k, "2. A warm datagram: route and neighbour are known");
	if (!send_one(k, tx) || !read_one(k, rx))
		return lost();
	show(k, 0);
	if (!walk_queued(k, tx, rx))
		return lost();
	part(k, "4. The receiving side: a reader waits in recvfrom()");
	call_recv(w, 1, 0, rx, k->size, 0);
	if (!send_one(k, tx) || call_finish(w, 1, 0, PS_PER_SEC) != (s64)k->size)
		return lost();
	show(k, 1);
	return EXIT_OK;
}

static_assert(CPU_MAX == 8, "options.def says 1..8");

int cmd_walk(const struct args *args)
{
	const char *what = args->nr_operands != 0 ? args->operand[0] : "udp";
	u32 cpus = (u32)args_number(args, OPT_walk_CPUS, 2);
	struct walk k = { .size = (u32)args_number(args, OPT_walk_SIZE, 18),
			  .graph = args_has(args, OPT_walk_GRAPH),
			  .svg = args_has(args, OPT_walk_SVG) };
	struct world_cfg cfg;
	struct json json;
	int ret;

	if (strcmp(what, "tcp") == 0 || strcmp(what, "icmp") == 0)
		return not_here("walk %s", what);
	if (strcmp(what, "udp") != 0)
		return usage_error(COMMAND_walk, "cannot walk '%s'; there is udp", what);
	if (args_has(args, OPT_walk_JSON)) {
		if (k.graph || k.svg)
			return usage_error(COMMAND_walk, "--json is not for --graph or --svg");
		json_begin(&json, stdout, 3);
		json_array(&json, NULL);
		k.json = &json;
	}
	cfg = scenario_two_hosts(DEV_IGB, &limits_test, COST_CYCLES, cpus,
				 args_number(args, OPT_walk_SEED, 1));
	k.world = scenario_two_hosts_up(&cfg);
	steps_start(&k.steps, k.world);
	ret = walk_udp(&k);
	steps_stop(&k.steps);
	steps_free(&k.steps);
	if (k.json != NULL)
		json_end(k.json);
	scenario_free(k.world);
	return ret;
}
