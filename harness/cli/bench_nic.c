// SPDX-License-Identifier: MIT
/* bench_nic.c - see bench_nic.h.
 *
 * One host with one card; at the other end of the cable is the harness. All times are the model's.
 * Sent: on each CPU a program sends datagrams to a neighbour that is known, as fast as its calls
 * return. Received: datagrams of many flows come back to back; one half of the CPUs has the card's
 * queues, on each of the others a program reads from a socket. What is measured begins when it has
 * long been so.
 */
#include "harness/cli/bench_nic.h"

#include <stdlib.h>
#include <string.h>

#include "base/csum.h"
#include "driver/igb.h"
#include "harness/lib/json.h"
#include "harness/lib/naive.h"
#include "harness/lib/scenario.h"
#include "nicmodel/cycles.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

enum {
	LINK_UP_SECS = 6,
	WARM_MS = 20,
	MEASURED_MS = 10,
	PORT = 5000,
	PEER_PORT = 7,
	UDP_HEADER = 8,
	HEADERS = ETH_HLEN + IPV4_HLEN + UDP_HEADER,
	DATA_MAX = 1472,
	FLOWS = 64,	    /* of what comes: they spread over the queues as hashes do */
	AHEAD_US = 2200,    /* of what comes, so much is on its way: more than a CPU does at once */
	WIRE_IS_FULL = 985, /* thousandths */
	IS_BUSY = 900
};

const char *const bench_bound_names[BENCH_BOUNDS] = {
	[BOUND_WIRE] = "wire",
	[BOUND_CPU] = "cpu",
	[BOUND_DMA] = "dma",
	[BOUND_RING] = "ring",
};

/* Those that others measure, and what lies between. */
const u16 bench_nic_sizes[BENCH_NIC_SIZES] = {
	64,  72,  80,  96,  112, 128, 160,  192,  224,	256,
	320, 384, 512, 640, 768, 896, 1024, 1152, 1280, 1518,
};

struct load {
	struct world *w;
	const struct bench_nic_cfg *cfg;
	u32 bytes;			/* with the check sequence */
	u64 busy_ps[CPU_MAX], reads_ps; /* since the warm-up */
	/* sending */
	u64 frames, first_ps, last_ps;
	bool measures;
	u32 programs, program[CPU_MAX]; /* CPUs with one; its task has the CPU's number */
	u64 arg[CPU_MAX][SYS_ARGS];	/* of each program's call */
	/* receiving */
	u8 frame[NIC_FRAME_MAX];
	u64 next_ps, offered;
};

/* --- the host
 * ------------------------------------------------------------------------------------- */

static struct world *host_up(const struct bench_nic_cfg *cfg, u32 queues)
{
	const struct world_cfg wc = {
		.limits = &limits_test,
		.seed = 1,
		.cost = COST_CYCLES,
		.hosts = 1,
		.cpus = cfg->cpus,
		.tasks = cfg->cpus,
		.nr_devs = 1,
		.dev = { { .kind = DEV_IGB,
			   .name = "eth0",
			   .mac = { 2, 0, 0, 0, 0, 1 },
			   .queues = queues } },
		.mem_read_latency_ns = cfg->mem_read_latency_ns,
		.outstanding_reads = cfg->outstanding_reads,
	};
	struct world *w = scenario_new(&wc);

	must_config(w, 0,
		    "ip link set lo up; ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up");
	must_config(w, 0, "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0");
	for (u32 i = 0; i < queues && queues > 1; i++) {
		char line[64];

		snprintf(line, sizeof(line), "xps eth0 %u %x", i, 1u << i);
		must_config(w, 0, line);
	}
	/* What one CPU does at a time is done before another CPU's turn comes, if only in the
	 * model's order: the sockets have room for so much.
	 */
	must_config(w, 0, "sysctl -w net.core.rmem_default=16777216");
	world_run_until(w, w->sim.now_ps + LINK_UP_SECS * PS_PER_SEC);
	return w;
}

static int udp_socket(struct world *w, u32 task)
{
	int fd = (int)call_socket(w, 0, task, AF_INET, SOCK_DGRAM, 0);

	if (call_bind(w, 0, task, fd, "192.0.2.1", (u16)(PORT + task)) != 0)
		abort();
	return fd;
}

/* --- a step, and what was busy meanwhile
 * ---------------------------------------------------------- */

/* Adds up how long reads of the card take. */
static void note_reads(struct trace *t)
{
	struct load *l = t->full_ctx;

	for (; t->kept < t->written; t->kept++) {
		const struct trace_rec *r = &t->ring[t->kept % t->cap];

		if (l->measures && (r->arg[0] == BUS_TX_FETCH || r->arg[0] == BUS_RX_FETCH ||
				    r->arg[0] == BUS_DMA_READ))
			l->reads_ps += r->arg[4];
	}
}

static void measure(struct load *l)
{
	struct trace *t = &l->w->trace;

	assert(!l->measures);
	l->measures = true;
	world_trace(l->w, 1ull << TRACE_nic);
	t->kept = t->written;
	t->full = note_reads;
	t->full_ctx = l;
}

/* Up to when everything has happened. Within a unit of a CPU the card goes on, the clock does not.
 */
static u64 now_ps(const struct load *l)
{
	const struct world *w = l->w;
	u64 latest = w->sim.now_ps;

	for (u32 i = 0; i < l->cfg->cpus; i++)
		latest = max_u64(latest, w->host[0].cpu[i].now_ps);
	return min_u64(latest, max_u64(w->sim.now_ps, sim_next_ps(&w->sim)));
}

static void step(struct load *l)
{
	struct world *w = l->w;
	u64 begin = sim_next_ps(&w->sim), before[CPU_MAX];

	for (u32 i = 0; i < l->cfg->cpus; i++)
		before[i] = w->host[0].cpu[i].now_ps;
	if (!world_step(w))
		abort();
	if (!l->measures)
		return;
	for (u32 i = 0; i < l->cfg->cpus; i++)
		if (w->host[0].cpu[i].now_ps != before[i])
			l->busy_ps[i] += w->host[0].cpu[i].now_ps - max_u64(before[i], begin);
}

/* Each program makes its next call when the last one has returned and all that comes before that in
 * time has happened: what else runs on its CPU, soft interrupts that were put off above all, has
 * its turn.
 */
static void start_calls(struct load *l, enum sys_nr nr)
{
	struct world *w = l->w;

	for (u32 k = 0; k < l->programs; k++) {
		u32 i = l->program[k];
		const struct task *t = &w->host[0].task[i];

		if (t->state == TASK_IDLE && t->ended_ps < sim_next_ps(&w->sim))
			world_start(w, 0, i, nr, l->arg[i]);
	}
}

static u32 permille(u64 part_ps, u64 of_ps)
{
	return (u32)min_u64(
		nic_scale(part_ps, (struct nic_ratio){ 1000, max_u64(of_ps / 1000, 1) }) / 1000,
		1000);
}

static u32 busiest_cpu(const struct load *l, u64 time_ps)
{
	u64 most = 0;

	for (u32 i = 0; i < l->cfg->cpus; i++)
		most = max_u64(most, l->busy_ps[i]);
	return permille(most, time_ps);
}

/* --- rows
 * ----------------------------------------------------------------------------------------- */

static u64 slot_ps(u32 bytes)
{
	return nic_wire_ps(bytes - NIC_WIRE_FCS_BYTES) + nic_wire_gap_ps();
}

static u64 kbit_s(u64 frames_s, u32 bytes)
{
	return frames_s * bytes * 8 / 1000;
}

/* The wire, when it is full; else what is busy nearly all the time; else nothing is: descriptors,
 * or the interrupt that gives them back, are waited for.
 */
static enum bench_bound bound_of(const struct bench_nic_row *r)
{
	if (r->wire >= WIRE_IS_FULL && r->lost == 0)
		return BOUND_WIRE;
	if (r->cpu >= IS_BUSY || r->reads >= IS_BUSY)
		return r->cpu >= r->reads ? BOUND_CPU : BOUND_DMA;
	return BOUND_RING;
}

static struct bench_nic_row row_of(const struct load *l, bool rx, u64 frames, u64 time_ps, u64 lost)
{
	const struct nic *n = &l->w->port[0].nic->nic;
	struct bench_nic_row r = { .rx = rx, .bytes = l->bytes, .lost = lost };

	r.frames_s = nic_scale(frames, (struct nic_ratio){ 1000000000, time_ps / 1000 });
	r.line_frames_s = PS_PER_SEC / slot_ps(l->bytes);
	r.kbit_s = kbit_s(r.frames_s, l->bytes);
	r.line_kbit_s = kbit_s(r.line_frames_s, l->bytes);
	r.wire = permille(frames * slot_ps(l->bytes), time_ps);
	r.cpu = busiest_cpu(l, time_ps);
	note_reads(&l->w->trace);
	r.reads = permille(l->reads_ps / n->cfg.outstanding_reads, time_ps);
	r.bound = bound_of(&r);
	return r;
}

/* --- sending
 * -------------------------------------------------------------------------------------- */

static void saw_sent(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct load *l = ctx;

	(void)port;
	(void)frame;
	if (!outgoing || !l->measures)
		return;
	assert(len == l->bytes - NIC_WIRE_FCS_BYTES);
	if (l->frames++ == 0)
		l->first_ps = l->w->sim.now_ps;
	l->last_ps = l->w->sim.now_ps;
}

struct bench_nic_row bench_nic_tx(const struct bench_nic_cfg *cfg, u32 bytes)
{
	struct load l = { .w = host_up(cfg, cfg->cpus), .cfg = cfg, .bytes = bytes };
	u32 len = bytes - NIC_WIRE_FCS_BYTES - HEADERS;
	u64 warm = l.w->sim.now_ps + WARM_MS * PS_PER_MS, end = warm + MEASURED_MS * PS_PER_MS;
	struct bench_nic_row r;

	for (u32 i = 0; i < cfg->cpus; i++) {
		int fd = udp_socket(l.w, i);

		if (call_connect(l.w, 0, i, fd, "192.0.2.2", PEER_PORT) != 0)
			abort();
		l.program[l.programs++] = i;
		l.arg[i][0] = (u64)fd;
		l.arg[i][1] = SCENARIO_DATA;
		l.arg[i][2] = len;
	}
	l.w->on_frame = saw_sent;
	l.w->on_frame_ctx = &l;
	while (now_ps(&l) < end) {
		if (!l.measures && now_ps(&l) >= warm)
			measure(&l);
		start_calls(&l, SYS_NR_sendto);
		step(&l);
	}
	r = row_of(&l, false, l.frames - 1, l.last_ps - l.first_ps, 0);
	scenario_free(l.w);
	return r;
}

/* --- receiving
 * ------------------------------------------------------------------------------------ */

static void build_frame(struct load *l)
{
	static const u8 eth[ETH_HLEN] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	u32 ip_len = l->bytes - NIC_WIRE_FCS_BYTES - ETH_HLEN;
	u8 *ip = l->frame + ETH_HLEN, *udp = ip + IPV4_HLEN;

	memcpy(l->frame, eth, sizeof(eth));
	ip[IPV4_VIHL] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)ip_len);
	ip[IPV4_TTL] = 64;
	ip[IPV4_PROTOCOL] = 17;
	put_be32(ip + IPV4_DADDR, 0xc0000201);
	put_be16(udp + UDP_LEN, (u16)(ip_len - IPV4_HLEN));
}

/* The next one of a flow; each socket has as many of them. The card spreads datagrams by addresses
 * alone, as igb sets it up.
 */
static void offer(struct load *l)
{
	u8 *ip = l->frame + ETH_HLEN, *udp = ip + IPV4_HLEN;
	u32 flow = (u32)(l->offered % FLOWS);

	assert(l->next_ps >= now_ps(l));
	put_be32(ip + IPV4_SADDR, 0xc0000202 + flow);
	put_be16(ip + IPV4_CHECK, 0);
	put_be16(ip + IPV4_CHECK, ip_fast_csum(ip, IPV4_HLEN / 4));
	put_be16(udp + UDP_SOURCE, PEER_PORT);
	put_be16(udp + UDP_DEST, (u16)(PORT + l->program[flow % l->programs]));
	if (!wire_deliver(l->w, 0, l->frame, l->bytes - NIC_WIRE_FCS_BYTES, true, l->next_ps))
		abort();
	l->offered++;
	l->next_ps += slot_ps(l->bytes);
}

static u64 lost_so_far(const struct world *w)
{
	const struct net *net = &w->host[0].net;
	u64 lost = nic_drops(&w->port[0].nic->nic);

	for (u32 i = DROP_CONSUMED + 1; i < DROP_MAX; i++)
		lost += net->drops[i];
	return lost;
}

/* On the CPUs that take no interrupts of frames that come. */
static void readers(struct load *l)
{
	const struct igb_adapter *a = igb_priv(l->w->port[0].dev);

	for (u32 cpu = 0; cpu < l->cfg->cpus; cpu++) {
		bool takes = false;

		for (u32 i = 0; i < a->num_q_vectors; i++)
			takes = takes ||
				(a->q_vector[i].rx.ring != NULL && a->affinity[i + 1] == cpu);
		if (!takes)
			l->program[l->programs++] = cpu;
	}
	assert(l->programs != 0);
}

struct bench_nic_row bench_nic_rx(const struct bench_nic_cfg *cfg, u32 bytes)
{
	u32 queues = cfg->cpus / 2;
	struct load l = { .w = host_up(cfg, queues), .cfg = cfg, .bytes = bytes };
	u64 warm, end, offered = 0, lost = 0;
	struct bench_nic_row r;

	build_frame(&l);
	readers(&l);
	for (u32 k = 0; k < l.programs; k++) {
		u32 i = l.program[k];

		l.arg[i][0] = (u64)udp_socket(l.w, i);
		l.arg[i][1] = SCENARIO_RECV;
		l.arg[i][2] = DATA_MAX;
	}
	l.next_ps = l.w->sim.now_ps + PS_PER_US;
	warm = l.w->sim.now_ps + WARM_MS * PS_PER_MS;
	end = warm + MEASURED_MS * PS_PER_MS;
	while (now_ps(&l) < end) {
		if (!l.measures && now_ps(&l) >= warm) {
			measure(&l);
			offered = l.offered;
			lost = lost_so_far(l.w);
		}
		while (l.next_ps < now_ps(&l) + AHEAD_US * PS_PER_US)
			offer(&l);
		start_calls(&l, SYS_NR_recvfrom);
		step(&l);
	}
	offered = l.offered - offered;
	lost = min_u64(lost_so_far(l.w) - lost, offered);
	r = row_of(&l, true, offered - lost, offered * slot_ps(bytes), lost);
	scenario_free(l.w);
	return r;
}

/* --- the whole
 * ------------------------------------------------------------------------------------ */

void bench_nic(const struct bench_nic_cfg *cfg, struct bench_nic_row rows[BENCH_NIC_ROWS])
{
	for (u32 i = 0; i < BENCH_NIC_SIZES; i++) {
		rows[i] = bench_nic_tx(cfg, bench_nic_sizes[i]);
		rows[BENCH_NIC_SIZES + i] = bench_nic_rx(cfg, bench_nic_sizes[i]);
	}
}

void bench_nic_print(FILE *to, const struct bench_nic_row rows[BENCH_NIC_ROWS])
{
	for (u32 i = 0; i < BENCH_NIC_ROWS; i++) {
		const struct bench_nic_row *r = &rows[i];

		if (i % BENCH_NIC_SIZES == 0)
			fprintf(to, "%s%-8s %10s %8s   %10s %6s %6s %6s  %s\n", i != 0 ? "\n" : "",
				r->rx ? "received" : "sent", "frames/s", "Mbit/s", "line rate",
				"wire", "cpu", "reads", "bound by");
		fprintf(to, "%6u B %10llu %8llu.%llu %10llu %3u.%u%% %3u.%u%% %3u.%u%%  %s\n",
			r->bytes, (unsigned long long)r->frames_s,
			(unsigned long long)r->kbit_s / 1000,
			(unsigned long long)r->kbit_s / 100 % 10,
			(unsigned long long)r->line_frames_s, r->wire / 10, r->wire % 10,
			r->cpu / 10, r->cpu % 10, r->reads / 10, r->reads % 10,
			bench_bound_names[r->bound]);
	}
}

void bench_nic_json(FILE *to, const struct bench_nic_row rows[BENCH_NIC_ROWS])
{
	struct json j;

	json_begin(&j, to, 1);
	json_array(&j, NULL);
	for (u32 i = 0; i < BENCH_NIC_ROWS; i++) {
		const struct bench_nic_row *r = &rows[i];

		json_object(&j, NULL);
		json_text(&j, "direction", r->rx ? "rx" : "tx");
		json_u64(&j, "bytes", r->bytes);
		json_u64(&j, "frames_s", r->frames_s);
		json_decimal(&j, "mbit_s", r->kbit_s, 3);
		json_u64(&j, "line_frames_s", r->line_frames_s);
		json_decimal(&j, "line_mbit_s", r->line_kbit_s, 3);
		json_decimal(&j, "wire", r->wire, 3);
		json_decimal(&j, "cpu", r->cpu, 3);
		json_decimal(&j, "reads", r->reads, 3);
		json_u64(&j, "lost", r->lost);
		json_text(&j, "bound", bench_bound_names[r->bound]);
		json_end(&j);
	}
	json_end(&j);
}

/* Two CPUs: `refstack walk` has as many. */
void report_nic(FILE *to)
{
	static const struct bench_nic_cfg cfg = { .cpus = 2 };
	struct bench_nic_row rows[BENCH_NIC_ROWS];
	struct json j;

	bench_nic(&cfg, rows);
	json_begin(&j, to, 0);
	json_object(&j, NULL);
	json_object(&j, "nic");
	json_array(&j, "rows");
	for (u32 i = 0; i < BENCH_NIC_ROWS; i++) {
		json_object(&j, NULL);
		json_text(&j, "direction", rows[i].rx ? "rx" : "tx");
		json_u64(&j, "bytes", rows[i].bytes);
		json_u64(&j, "frames_s", rows[i].frames_s);
		json_u64(&j, "mbit_s", rows[i].kbit_s / 1000);
		json_text(&j, "bound", bench_bound_names[rows[i].bound]);
		json_end(&j);
	}
	json_end(&j);
	json_end(&j);
	json_end(&j);
}
