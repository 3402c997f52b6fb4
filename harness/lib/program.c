// SPDX-License-Identifier: MIT
/* program.c - see program.h: the world a program runs in, and what happens there beside its calls.
 *
 * Frames are built to match a socket, then bent. Faults fall on pools, mappings, cards and cables.
 */
#include "harness/lib/program.h"
#include "harness/lib/program_draw.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "core/dma.h"
#include "harness/lib/fail.h"
#include "harness/lib/invariants.h"
#include "harness/lib/scenario.h"
#include "uapi/in.h"
#include "uapi/socket.h"

enum { PROGRAM_FRAME = 1514, ETH = 14, IP = ETH + 20, L4 = IP + 8 };

/* --- calls ---------------------------------------------------------------------------------------
 */

/* TCP, ping and RAW sockets exist in this part, and can be closed: nothing else is asked of them.
 */
static bool is_udp(const struct task *t, u64 fd)
{
	struct file *f = fd < t->process->fd_high ? t->process->fd[fd] : NULL;

	return f == NULL || f->kind != FILE_SOCKET || f->socket.sk == NULL ||
	       f->socket.sk->sk_protocol == IPPROTO_UDP;
}

static void one_call(struct program *p)
{
	u32 host = pick(p, PROGRAM_HOSTS), task = pick(p, PROGRAM_TASKS);
	struct task *t = &p->world->host[host].task[task];
	struct call_plan c;
	enum sys_nr nr = plan_call(p, host, &c);
	s64 ret;

	if (t->state != TASK_IDLE)
		return; /* It is still waiting for something. */
	if (nr != SYS_NR_close && nr != SYS_NR_socket && nr != SYS_NR_socketpair &&
	    !is_udp(t, c.arg[0]))
		return;
	p->result.calls++;
	world_call(p->world, host, task, nr, c.arg, &ret);
}

/* Two sockets a host that wait for what the program sends: without them little would meet. */
static void open_sockets(struct program *p)
{
	for (u32 host = 0; host < PROGRAM_HOSTS; host++) {
		int wild_fd = (int)call_socket(p->world, host, 0, AF_INET, SOCK_DGRAM, 0);
		int own_fd = (int)call_socket(p->world, host, 0, AF_INET, SOCK_DGRAM, 0);

		call_bind(p->world, host, 0, wild_fd, "0.0.0.0", PROGRAM_PORT);
		call_bind(p->world, host, 0, own_fd, host == 0 ? "192.0.2.1" : "192.0.2.2",
			  PROGRAM_PORT + 1);
		if (one_in(p, 2))
			call_connect(p->world, host, 0, own_fd,
				     host == 0 ? "192.0.2.2" : "192.0.2.1",
				     (u16)(PROGRAM_PORT + pick(p, 3)));
	}
}

/* --- frames --------------------------------------------------------------------------------------
 */

static void put_ip(struct program *p, u8 *f, u32 host, u8 protocol, u32 payload, u16 frag)
{
	u8 *ip = f + ETH;

	f[0] = f[6] = 2;
	f[5] = (u8)(host + 1);
	f[11] = (u8)(2 - host);
	put_be16(f + 12, ETH_P_IP);
	ip[0] = 0x45;
	ip[1] = one_in(p, 8) ? (u8)rng_u32(&p->rng) : 0;
	put_be16(ip + 2, (u16)(20 + payload));
	put_be16(ip + 4, (u16)pick(p, 4));
	put_be16(ip + 6, frag);
	ip[8] = one_in(p, 10) ? (u8)rng_u32(&p->rng) : 64;
	ip[9] = protocol;
	put_be32(ip + 12, one_in(p, 12) ? some_addr(p, host) : PROGRAM_NET + 2 - host);
	put_be32(ip + 16, one_in(p, 12) ? some_addr(p, host) : PROGRAM_NET + 1 + host);
}

/* Sums come right again after a bend, mostly. */
static void put_sums(struct program *p, u8 *f, u32 len)
{
	u8 *ip = f + ETH;

	put_be16(ip + 10, 0);
	put_be16(ip + 10, one_in(p, 20) ? 1 : (u16)~naive_checksum(ip, 20, 0));
	if (ip[9] == IPPROTO_ICMP && len > IP + 4) {
		put_be16(f + IP + 2, 0);
		put_be16(f + IP + 2, one_in(p, 20) ? 1 : (u16)~naive_checksum(f + IP, len - IP, 0));
	}
}

static u32 put_udp(struct program *p, u8 *f, u32 host)
{
	u32 payload = one_in(p, 6) ? pick(p, 1400) : pick(p, 100);

	put_ip(p, f, host, IPPROTO_UDP, 8 + payload, one_in(p, 12) ? 0x4000 : 0);
	put_be16(f + IP, some_port(p));
	put_be16(f + IP + 2, some_port(p));
	put_be16(f + IP + 4, (u16)(8 + payload));
	return L4 + payload;
}

/* A piece of one of four datagrams of 64 bytes. */
static u32 put_fragment(struct program *p, u8 *f, u32 host)
{
	u32 at = pick(p, 8), n = 1 + pick(p, 8 - at);
	bool last = at + n == 8;

	put_ip(p, f, host, IPPROTO_UDP, 8 * n, (u16)((last ? 0 : 0x2000) | at));
	memset(f + IP, 0, 8 * n);
	if (at == 0) {
		put_be16(f + IP, PROGRAM_PORT + 2);
		put_be16(f + IP + 2, PROGRAM_PORT);
		put_be16(f + IP + 4, 64);
	}
	return IP + 8 * n;
}

static u32 put_icmp(struct program *p, u8 *f, u32 host)
{
	static const u8 types[] = { 0, 3, 3, 3, 3, 4, 5, 8, 8, 11, 12, 13, 40 };
	u32 type = types[pick(p, ARRAY_SIZE(types))], payload = 8 + pick(p, 60);
	u8 *icmp = f + IP, *quoted = icmp + 8;

	put_ip(p, f, host, IPPROTO_ICMP, 8 + payload, 0);
	icmp[0] = (u8)type;
	icmp[1] = (u8)pick(p, one_in(p, 4) ? 256 : 6);
	put_be32(icmp + 4, one_in(p, 2) ? pick(p, 1600) : rng_u32(&p->rng));
	if (type == 8 || type == 0 || payload < 28)
		return L4 + payload;
	quoted[0] = 0x45;
	put_be16(quoted + 2, 100);
	quoted[8] = 64;
	quoted[9] = IPPROTO_UDP;
	put_be32(quoted + 12, PROGRAM_NET + 1 + host);
	put_be32(quoted + 16, PROGRAM_NET + 2 - host);
	put_be16(quoted + 20, some_port(p));
	put_be16(quoted + 22, some_port(p));
	return L4 + payload;
}

static u32 put_arp(struct program *p, u8 *f, u32 host)
{
	u8 *arp = f + ETH;

	memset(f, 0xff, 6);
	f[6] = 2;
	f[11] = (u8)(2 - host);
	put_be16(f + 12, ETH_P_ARP);
	put_be16(arp, 1);
	put_be16(arp + 2, ETH_P_IP);
	arp[4] = 6;
	arp[5] = 4;
	put_be16(arp + 6, (u16)(1 + pick(p, one_in(p, 6) ? 20 : 2)));
	memcpy(arp + 8, f + 6, 6);
	if (one_in(p, 6))
		arp[13] = (u8)rng_u32(&p->rng);
	put_be32(arp + 14, one_in(p, 5) ? some_addr(p, host) : PROGRAM_NET + 2 - host);
	put_be32(arp + 24, one_in(p, 5) ? some_addr(p, host) : PROGRAM_NET + 1 + host);
	return ETH + 28;
}

static void one_frame(struct program *p)
{
	static u32 (*const makers[])(struct program * p, u8 * f,
				     u32 host) = { put_udp,	 put_udp,  put_udp,  put_fragment,
						   put_fragment, put_icmp, put_icmp, put_arp };
	u32 host = pick(p, PROGRAM_HOSTS), bends = one_in(p, 2) ? 0 : 1 + pick(p, 3);
	u8 f[PROGRAM_FRAME] = { 0 };
	u32 len;

	for (u32 i = L4; i < 200; i++)
		f[i] = (u8)i;
	len = makers[pick(p, ARRAY_SIZE(makers))](p, f, host);
	for (u32 i = 0; i < bends; i++) {
		u8 *bent = &f[pick(p, len)];

		*bent ^= (u8)(1u << pick(p, 8));
	}
	if (get_be16(f + 12) == ETH_P_IP)
		put_sums(p, f, len);
	if (one_in(p, 10))
		len = pick(p, PROGRAM_FRAME);
	p->result.frames++;
	world_inject(p->world, host, f, len);
	world_settle(p->world);
}

/* --- configuration and faults --------------------------------------------------------------------
 */

/* '<' stands for the host's own number, '>' for its peer's. */
static void one_config(struct program *p)
{
	static const char *const lines[] = {
		"ip neigh del 192.0.2.> dev eth0",
		"ip neigh replace 192.0.2.> lladdr 02:00:00:00:00:0> dev eth0",
		"ip neigh replace 192.0.2.> lladdr 02:00:00:00:00:0> nud stale dev eth0",
		"ip neigh replace 192.0.2.> nud failed dev eth0",
		"ip route replace 10.0.0.0/8 via 192.0.2.>",
		"ip route del 10.0.0.0/8",
		"ip route replace default via 192.0.2.>",
		"ip route replace unreachable 8.8.0.0/16",
		"ip route replace blackhole 8.8.8.8/32",
		"ip route replace prohibit 8.0.0.0/8",
		"ip route replace 192.0.2.>/32 dev eth0 mtu 700",
		"ip route del 192.0.2.>/32 dev eth0",
		"ip addr add 192.0.2.3/24 dev eth0",
		"ip addr del 192.0.2.3/24 dev eth0",
		"ip addr del 192.0.2.</24 dev eth0",
		"ip addr add 192.0.2.</24 dev eth0",
		"ip addr add 192.0.2.</24 dev eth0",
		"ip link set eth0 mtu 1000",
		"ip link set eth0 mtu 1500",
		"ip link set eth0 mtu 68",
		"ip link set eth0 down; ip link set eth0 up",
		"ip link set eth0 down",
		"ip link set eth0 up",
		"ip link set eth0 up",
		"ip link set lo down; ip link set lo up",
		"ip link set eth0 txqueuelen 2",
		"tc qdisc replace dev eth0 root noqueue",
		"tc qdisc replace dev eth0 root pfifo_fast",
		"tc qdisc del dev eth0 root",
		"sysctl net.ipv4.ip_default_ttl=7",
		"sysctl net.ipv4.ip_early_demux=0",
		"sysctl net.ipv4.ip_no_pmtu_disc=1",
		"sysctl net.ipv4.icmp_echo_ignore_all=1",
		"sysctl net.ipv4.ipfrag_time=1",
		"sysctl net.ipv4.ipfrag_high_thresh=3000",
		"sysctl net.core.netdev_budget=2",
		"sysctl net.core.netdev_max_backlog=2",
		"sysctl net.core.rmem_default=2304",
		"sysctl net.core.wmem_default=4608",
		"sysctl net.ipv4.ip_local_port_range=40000 40001",
		"sysctl net.core.rps_sock_flow_entries=256",
	};
	const char *from = lines[pick(p, ARRAY_SIZE(lines))];
	u32 host = pick(p, PROGRAM_HOSTS), n;
	char line[128], err[200];

	for (n = 0; from[n] != 0; n++) {
		line[n] = from[n];
		if (from[n] == '<')
			line[n] = (char)('1' + host);
		else if (from[n] == '>')
			line[n] = (char)('2' - host);
	}
	line[n] = 0;
	world_config(p->world, host, line, err, sizeof(err));
}

static void pool_fault(struct program *p)
{
	struct pool *pool[WORLD_REGIONS];
	u32 n = world_pools(p->world, pool, WORLD_REGIONS);
	struct pool *victim = pool[pick(p, n)];

	if (victim != &p->world->event_pool)
		victim->fail_at = 1 + pick(p, 3);
}

static void card_fault(struct program *p)
{
	struct world_port *port = &p->world->port[pick(p, PROGRAM_HOSTS)];
	u32 at = 1 + pick(p, 8);

	if (port->nic == NULL)
		return;
	switch (pick(p, 4)) {
	case 0:
		port->nic->nic.fault.fail_fetch_at = at;
		break;
	case 1:
		port->nic->nic.fault.fail_dma_at = at;
		break;
	case 2:
		port->nic->nic.fault.drop_msix_at = at;
		break;
	default:
		port->nic->host->dma->fail_at = at;
	}
}

static void one_fault(struct program *p)
{
	u32 port = pick(p, PROGRAM_HOSTS);

	switch (pick(p, 4)) {
	case 0:
		world_link(p->world, port, false);
		break;
	case 1:
		world_link(p->world, port, true);
		break;
	case 2:
		card_fault(p);
		break;
	default:
		pool_fault(p);
	}
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static void some_time(struct program *p)
{
	u64 ms = one_in(p, 20) ? pick(p, 100000) : pick(p, 2000);

	world_run_until(p->world, p->world->sim.now_ps + ms * PS_PER_MS + pick(p, 1000000));
}

static void run_calls(struct program *p, u32 calls)
{
	while (p->result.calls < calls) {
		one_call(p);
		if (one_in(p, 4))
			one_frame(p);
		if (one_in(p, 8))
			some_time(p);
		if (one_in(p, 20))
			one_config(p);
		if (one_in(p, 30))
			one_fault(p);
	}
}

/* The second half, run twice from one snapshot, comes to the same. */
static void run_twice(struct program *p)
{
	struct rng rng = p->rng;
	struct program_result result = p->result;
	u64 first;

	p->snapshot = malloc((size_t)world_save_size(p->world));
	assert(p->snapshot != NULL);
	world_save(p->world, p->snapshot);
	run_calls(p, p->calls);
	first = world_digest(p->world);
	world_restore(p->world, p->snapshot);
	p->rng = rng;
	p->result = result;
	world_check(p->world);
	run_calls(p, p->calls);
	assert(world_digest(p->world) == first);
}

static void run_program(void *ctx)
{
	struct program *p = ctx;

	if (!one_in(p, 5))
		open_sockets(p);
	if (one_in(p, 8)) {
		run_calls(p, p->calls / 2);
		run_twice(p);
	}
	run_calls(p, p->calls);
	p->result.digest = world_digest(p->world);
	world_exit(p->world);
	if (world_leaks(p->world, &p->result.leaked) == 0)
		p->result.leaked = NULL;
	else
		assert(p->result.leaked != NULL);
	if (p->result.leaked == NULL)
		for (u32 i = 0; i < PROGRAM_HOSTS; i++)
			if (p->world->host[i].dma->live != 0)
				p->result.leaked = "DMA mappings";
}

static u32 part(struct program *p, u32 one_of, u32 ppm)
{
	return one_in(p, one_of) ? ppm : 0;
}

static struct world_cfg draw_world(struct program *p, u64 seed)
{
	enum world_dev_kind kind = one_in(p, 3) ? DEV_IGB : DEV_TAP;
	enum cost_model cost = one_in(p, 2) ? COST_CYCLES : COST_JUDGE;
	bool large = one_in(p, 32);
	u32 cpus = 1 + pick(p, large ? CPU_MAX : 2);
	struct world_cfg cfg =
		scenario_two_hosts(kind, large ? &limits_test : &limits_fuzz, cost, cpus, seed);
	struct wire_cfg *wire = &cfg.wire[0];

	wire->loss_ppm = part(p, 3, 100000);
	wire->dup_ppm = part(p, 3, 100000);
	wire->corrupt_ppm = part(p, 4, 100000);
	wire->reorder_ppm = part(p, 4, 200000);
	wire->reorder_ps = (1 + pick(p, 3000)) * PS_PER_US;
	cfg.perturb = one_in(p, 4) ? seed : 0;
	if (one_in(p, 8))
		cfg.boot_jiffies = U32_MAX - pick(p, 20000);
	return cfg;
}

struct program_result program_run(u64 seed, u32 calls)
{
	struct program p = { .calls = calls };
	struct world_cfg cfg;

	rng_init(&p.rng, seed, RNG_PROGRAM, 0);
	cfg = draw_world(&p, seed);
	p.world = scenario_two_hosts_up(&cfg);
	scenario_checks_on(p.world);
	if (!run_guarded(run_program, &p, &p.result.not_implemented))
		p.result.digest = p.world->sim.digest;
	free(p.snapshot);
	scenario_free(p.world);
	return p.result;
}
