// SPDX-License-Identifier: MIT
/* program.c - see program.h.
 *
 * Arguments are drawn so that most calls mean something and some mean nothing at all: descriptors that
 * exist and that do not, pointers that fault, lengths at the edges, any flag. Frames are built to match a
 * socket, then bent.
 */
#include "harness/lib/program.h"

#include <stdlib.h>

#include "core/file.h"
#include "core/iov.h"
#include "harness/lib/fail.h"
#include "harness/lib/invariants.h"
#include "harness/lib/scenario.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"
#include "uapi/socket.h"

enum { PROGRAM_HOSTS = 2, PROGRAM_FRAME = 1514, PROGRAM_FDS = 12 };

struct program {
	struct world *world;
	struct rng rng;
	u32 calls;
	struct program_result result;
};

static u32 pick(struct program *p, u32 n)
{
	return rng_below(&p->rng, n);
}

static bool one_in(struct program *p, u32 n)
{
	return pick(p, n) == 0;
}

/* A number at the edges of something. */
static u64 wild(struct program *p)
{
	static const u64 edges[] = { 0, 1, 2, 7, 8, 15, 16, 17, 28, 127, 128, 129, 255, 256, 1472, 1473, 1500,
				     65507, 65508, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff,
				     0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff };

	if (one_in(p, 8))
		return rng_u64(&p->rng);
	return edges[pick(p, ARRAY_SIZE(edges))];
}

static u64 some_fd(struct program *p)
{
	return one_in(p, 20) ? wild(p) : 3 + pick(p, PROGRAM_FDS);
}

static u64 some_ptr(struct program *p, u64 good)
{
	return one_in(p, 30) ? wild(p) : good;
}

static u16 some_port(struct program *p)
{
	static const u16 ports[] = { 0, 7, 53, 1023, 1024, 5000, 5001, 5002, 32768, 65535 };

	return ports[pick(p, ARRAY_SIZE(ports))];
}

static u32 some_addr(struct program *p)
{
	static const u32 addrs[] = { 0, 0x7f000001, 0x7f000001, 0x7f010203, 0xc0000201, 0xc0000201,
				     0xc0000202, 0xc0000202, 0xc0000202, 0xc0000203, 0xc00002ff, 0xffffffff,
				     0x0a000001, 0x08080808, 0xf0000001 };

	return one_in(p, 30) ? rng_u32(&p->rng) : addrs[pick(p, ARRAY_SIZE(addrs))];
}

static u64 some_sockaddr(struct program *p, u32 host)
{
	static const u16 families[] = { AF_UNSPEC, AF_UNIX, AF_INET6, 0xffff };
	u16 family = one_in(p, 15) ? families[pick(p, ARRAY_SIZE(families))] : AF_INET;

	put_sockaddr_in(world_umem(p->world, host, SCENARIO_ADDR, SOCKADDR_IN_BYTES), family, some_port(p),
			some_addr(p));
	return some_ptr(p, one_in(p, 20) ? 0 : SCENARIO_ADDR);
}

static u64 some_addrlen(struct program *p)
{
	return one_in(p, 10) ? wild(p) : SOCKADDR_IN_BYTES;
}

static u64 some_len(struct program *p)
{
	static const u16 lens[] = { 0, 1, 5, 64, 100, 512, 1472, 1473, 2000, 4000, 9000, 30000 };

	return one_in(p, 12) ? wild(p) : lens[pick(p, ARRAY_SIZE(lens))];
}

static u64 some_msg_flags(struct program *p)
{
	u64 flags = one_in(p, 3) ? 0 : MSG_DONTWAIT;

	if (one_in(p, 3))
		flags |= 1u << pick(p, 32);
	if (one_in(p, 4))
		flags |= MSG_MORE;
	return flags;
}

/* One row a call: which, how often, and how its arguments are drawn. */
struct call_plan {
	u64 arg[SYS_ARGS];
};
typedef void (*plan_fn)(struct program *p, u32 host, struct call_plan *c);

static void plan_socket(struct program *p, u32 host, struct call_plan *c)
{
	static const u8 protocols[] = { 0, 0, 0, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_TCP, 255 };

	(void)host;
	c->arg[0] = one_in(p, 15) ? pick(p, 50) : AF_INET;
	c->arg[1] = one_in(p, 10) ? pick(p, 12) : SOCK_DGRAM;
	if (one_in(p, 4))
		c->arg[1] |= one_in(p, 2) ? SOCK_NONBLOCK : SOCK_CLOEXEC;
	c->arg[2] = one_in(p, 4) ? protocols[pick(p, ARRAY_SIZE(protocols))] : 0;
	if (c->arg[0] == AF_UNIX || c->arg[0] == AF_NETLINK || c->arg[0] == AF_PACKET)
		c->arg[0] = AF_INET6;
}

static void plan_addr(struct program *p, u32 host, struct call_plan *c)
{
	c->arg[0] = some_fd(p);
	c->arg[1] = some_sockaddr(p, host);
	c->arg[2] = some_addrlen(p);
}

static void plan_getaddr(struct program *p, u32 host, struct call_plan *c)
{
	put_le32(world_umem(p->world, host, SCENARIO_ADDR, 4), (u32)some_addrlen(p));
	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, SCENARIO_RECV);
	c->arg[2] = some_ptr(p, SCENARIO_ADDR);
}

static void plan_sendto(struct program *p, u32 host, struct call_plan *c)
{
	bool named = !one_in(p, 4);

	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, SCENARIO_DATA);
	c->arg[2] = some_len(p);
	c->arg[3] = some_msg_flags(p);
	c->arg[4] = named ? some_sockaddr(p, host) : 0;
	c->arg[5] = named ? some_addrlen(p) : 0;
}

static void plan_recvfrom(struct program *p, u32 host, struct call_plan *c)
{
	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, SCENARIO_RECV);
	c->arg[2] = some_len(p);
	c->arg[3] = some_msg_flags(p) | (one_in(p, 5) ? 0 : MSG_DONTWAIT);
	if (one_in(p, 2)) {
		put_le32(world_umem(p->world, host, SCENARIO_ADDR, 4), (u32)some_addrlen(p));
		c->arg[4] = some_ptr(p, SCENARIO_RECV + 0x8000);
		c->arg[5] = some_ptr(p, SCENARIO_ADDR);
	}
}

/* struct msghdr of x86-64 at SCENARIO_ADDR + 0x100, one or two buffers. */
static void plan_msg(struct program *p, u32 host, struct call_plan *c)
{
	u64 at = SCENARIO_ADDR + 0x100;
	u8 *m = world_umem(p->world, host, at, 0x100);
	u64 nr = one_in(p, 15) ? wild(p) : 1 + pick(p, 2);

	memset(m, 0, 0x100);
	put_le64(m, one_in(p, 3) ? 0 : some_sockaddr(p, host));
	put_le32(m + 8, (u32)some_addrlen(p));
	put_le64(m + 16, some_ptr(p, at + 0x80));
	put_le64(m + 24, nr);
	for (u32 i = 0; i < 2; i++) {
		put_le64(m + 0x80 + 16 * i, some_ptr(p, SCENARIO_DATA));
		put_le64(m + 0x88 + 16 * i, some_len(p));
	}
	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, at);
	c->arg[2] = some_msg_flags(p) | MSG_DONTWAIT;
}

static void plan_rw(struct program *p, u32 host, struct call_plan *c)
{
	(void)host;
	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, SCENARIO_DATA);
	c->arg[2] = some_len(p);
}

/* Levels and options that this part has; multicast and filters would end the run. */
static void plan_sockopt(struct program *p, u32 host, struct call_plan *c)
{
	static const u8 socket_opts[] = { SO_DEBUG, SO_REUSEADDR, SO_TYPE, SO_ERROR, SO_DONTROUTE, SO_BROADCAST,
					  SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_OOBINLINE, SO_NO_CHECK,
					  SO_PRIORITY, SO_REUSEPORT, SO_RCVLOWAT, SO_SNDLOWAT, SO_MARK,
					  SO_PROTOCOL, SO_DOMAIN, SO_RXQ_OVFL, SO_INCOMING_CPU };
	static const u8 ip_opts[] = { IP_TOS, IP_TTL, IP_RECVERR, IP_RECVTTL, IP_RECVTOS, IP_MTU_DISCOVER, IP_MTU,
				      IP_FREEBIND, IP_PKTINFO, IP_MINTTL, IP_NODEFRAG, IP_BIND_ADDRESS_NO_PORT };
	u32 which = pick(p, 10);

	c->arg[0] = some_fd(p);
	if (which < 5) {
		c->arg[1] = SOL_SOCKET;
		c->arg[2] = socket_opts[pick(p, ARRAY_SIZE(socket_opts))];
	} else if (which < 8) {
		c->arg[1] = IPPROTO_IP;
		c->arg[2] = ip_opts[pick(p, ARRAY_SIZE(ip_opts))];
	} else if (which < 9) {
		c->arg[1] = IPPROTO_UDP;
		c->arg[2] = UDP_CORK;
	} else {
		c->arg[1] = 1000 + pick(p, 10);
		c->arg[2] = wild(p);
	}
	put_le32(world_umem(p->world, host, SCENARIO_DATA, 8), one_in(p, 2) ? pick(p, 2) : (u32)wild(p));
	put_le32(world_umem(p->world, host, SCENARIO_ADDR, 4), one_in(p, 6) ? (u32)wild(p) : 4);
	c->arg[3] = some_ptr(p, SCENARIO_DATA);
}

static void plan_setsockopt(struct program *p, u32 host, struct call_plan *c)
{
	plan_sockopt(p, host, c);
	c->arg[4] = one_in(p, 6) ? wild(p) : 4;
}

static void plan_getsockopt(struct program *p, u32 host, struct call_plan *c)
{
	plan_sockopt(p, host, c);
	c->arg[4] = some_ptr(p, SCENARIO_ADDR);
}

static void plan_fd_small(struct program *p, u32 host, struct call_plan *c)
{
	(void)host;
	c->arg[0] = some_fd(p);
	c->arg[1] = one_in(p, 5) ? wild(p) : pick(p, 4);
}

static void plan_fcntl(struct program *p, u32 host, struct call_plan *c)
{
	static const u8 cmds[] = { F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL };

	(void)host;
	c->arg[0] = some_fd(p);
	c->arg[1] = cmds[pick(p, ARRAY_SIZE(cmds))];
	c->arg[2] = one_in(p, 2) ? O_NONBLOCK : pick(p, 20);
}

static void plan_ioctl(struct program *p, u32 host, struct call_plan *c)
{
	static const u16 cmds[] = { FIONREAD, SIOCOUTQ, FIONBIO };

	(void)host;
	c->arg[0] = some_fd(p);
	c->arg[1] = cmds[pick(p, ARRAY_SIZE(cmds))];
	c->arg[2] = some_ptr(p, SCENARIO_DATA);
}

static void plan_poll(struct program *p, u32 host, struct call_plan *c)
{
	u8 *m = world_umem(p->world, host, SCENARIO_DATA, 32);
	u32 n = pick(p, 4);

	for (u32 i = 0; i < 4; i++) {
		put_le32(m + 8 * i, (u32)some_fd(p));
		put_le16(m + 8 * i + 4, (u16)rng_u32(&p->rng));
	}
	c->arg[0] = some_ptr(p, SCENARIO_DATA);
	c->arg[1] = n;
	c->arg[2] = pick(p, 3);
}

static const struct {
	u16 nr;
	u8 weight;
	plan_fn plan;
} call_plans[] = {
	{ SYS_NR_socket, 10, plan_socket },	  { SYS_NR_bind, 10, plan_addr },
	{ SYS_NR_connect, 8, plan_addr },	  { SYS_NR_sendto, 24, plan_sendto },
	{ SYS_NR_recvfrom, 14, plan_recvfrom },	  { SYS_NR_sendmsg, 6, plan_msg },
	{ SYS_NR_recvmsg, 5, plan_msg },	  { SYS_NR_write, 4, plan_rw },
	{ SYS_NR_read, 2, plan_rw },		  { SYS_NR_setsockopt, 8, plan_setsockopt },
	{ SYS_NR_getsockopt, 5, plan_getsockopt }, { SYS_NR_shutdown, 2, plan_fd_small },
	{ SYS_NR_listen, 1, plan_fd_small },	  { SYS_NR_close, 3, plan_fd_small },
	{ SYS_NR_dup, 1, plan_fd_small },	  { SYS_NR_getsockname, 3, plan_getaddr },
	{ SYS_NR_getpeername, 2, plan_getaddr },  { SYS_NR_accept, 1, plan_getaddr },
	{ SYS_NR_fcntl, 2, plan_fcntl },	  { SYS_NR_ioctl, 2, plan_ioctl },
	{ SYS_NR_poll, 2, plan_poll },		  { SYS_NR_fstat, 1, plan_rw },
};

/* TCP, ping and RAW sockets exist in this part, and can be closed: nothing else is asked of them. */
static bool is_udp(const struct task *t, u64 fd)
{
	struct file *f = fd < t->process->fd_high ? t->process->fd[fd] : NULL;

	return f == NULL || f->socket.sk == NULL || f->socket.sk->sk_protocol == IPPROTO_UDP;
}

static void one_call(struct program *p)
{
	u32 host = pick(p, PROGRAM_HOSTS), task = pick(p, 2), total = 0, at;
	struct task *t = &p->world->host[host].task[task];
	struct call_plan c = { { 0 } };
	s64 ret;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(call_plans); i++)
		total += call_plans[i].weight;
	at = pick(p, total);
	for (i = 0; at >= call_plans[i].weight; i++)
		at -= call_plans[i].weight;
	call_plans[i].plan(p, host, &c);
	if (t->state != TASK_IDLE)
		return; /* It is still waiting for something. */
	if (call_plans[i].nr != SYS_NR_close && call_plans[i].nr != SYS_NR_socket && !is_udp(t, c.arg[0]))
		return;
	p->result.calls++;
	world_call(p->world, host, task, (enum sys_nr)call_plans[i].nr, c.arg, &ret);
}

/* An Ethernet frame that host 0 could mean something with. */
static void one_frame(struct program *p)
{
	u8 f[PROGRAM_FRAME];
	u32 payload = pick(p, 100), len = 14 + 20 + 8 + payload, bends = one_in(p, 2) ? 0 : 1 + pick(p, 3);
	u32 host = pick(p, PROGRAM_HOSTS);
	u8 *ip = f + 14, *udp = ip + 20;

	memset(f, 0, sizeof(f));
	f[0] = f[6] = 2;
	f[5] = (u8)(host + 1);
	f[11] = (u8)(2 - host);
	put_be16(f + 12, one_in(p, 8) ? ETH_P_ARP : ETH_P_IP);
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(20 + 8 + payload));
	put_be16(ip + 4, (u16)rng_u32(&p->rng));
	put_be16(ip + 6, one_in(p, 4) ? (u16)(pick(p, 2) << 13 | pick(p, 8)) : 0);
	ip[8] = 64;
	ip[9] = one_in(p, 6) ? IPPROTO_ICMP : IPPROTO_UDP;
	put_be32(ip + 12, 0xc0000202 - host);
	put_be32(ip + 16, 0xc0000201 + host);
	put_be16(udp, some_port(p));
	put_be16(udp + 2, some_port(p));
	put_be16(udp + 4, (u16)(8 + payload));
	for (u32 i = 0; i < payload; i++)
		udp[8 + i] = (u8)i;
	for (u32 i = 0; i < bends; i++)
		f[pick(p, len)] ^= (u8)(1u << pick(p, 8));
	put_be16(ip + 10, one_in(p, 20) ? 1 : (u16)~naive_checksum(ip, 20, 0));
	if (ip[9] == IPPROTO_ICMP) {
		put_be16(udp + 2, 0);
		put_be16(udp + 2, (u16)~naive_checksum(udp, 8 + payload, 0));
	}
	if (one_in(p, 10))
		len = pick(p, PROGRAM_FRAME);
	p->result.frames++;
	world_inject(p->world, host, f, len);
	world_settle(p->world);
}

static void one_config(struct program *p)
{
	static const char *const lines[] = {
		"ip neigh del 192.0.2.2 dev eth0",
		"ip neigh replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0",
		"ip route replace 10.0.0.0/8 via 192.0.2.2",
		"ip route del 10.0.0.0/8",
		"ip addr add 192.0.2.3/24 dev eth0",
		"ip addr del 192.0.2.3/24 dev eth0",
		"ip link set eth0 mtu 1000",
		"ip link set eth0 mtu 1500",
		"sysctl net.ipv4.ip_default_ttl=7",
		"ip link set lo down; ip link set lo up",
	};
	char err[200];

	world_config(p->world, 0, lines[pick(p, ARRAY_SIZE(lines))], err, sizeof(err));
}

static void one_fault(struct program *p)
{
	struct pool *pool[WORLD_REGIONS];
	u32 n = world_pools(p->world, pool, WORLD_REGIONS);
	struct pool *victim = pool[pick(p, n)];

	if (victim != &p->world->event_pool)
		victim->fail_at = 1 + pick(p, 3);
}

static void run_program(void *ctx)
{
	struct program *p = ctx;

	while (p->result.calls < p->calls) {
		one_call(p);
		if (one_in(p, 6))
			one_frame(p);
		if (one_in(p, 8))
			world_run_until(p->world, p->world->sim.now_ps + pick(p, 2000) * PS_PER_MS);
		if (one_in(p, 25))
			one_config(p);
		if (one_in(p, 40))
			one_fault(p);
	}
	p->result.digest = world_digest(p->world);
	world_exit(p->world);
	if (world_leaks(p->world, &p->result.leaked) == 0)
		p->result.leaked = NULL;
}

struct program_result program_run(u64 seed, u32 calls)
{
	struct program p = { .calls = calls };
	struct world_cfg cfg;

	rng_init(&p.rng, seed, RNG_PROGRAM, 0);
	cfg = scenario_two_hosts(one_in(&p, 3) ? DEV_IGB : DEV_TAP, &limits_fuzz,
				 one_in(&p, 2) ? COST_CYCLES : COST_JUDGE, 1 + pick(&p, 2), seed);
	cfg.wire[0].loss_ppm = one_in(&p, 3) ? 100000 : 0;
	cfg.wire[0].dup_ppm = one_in(&p, 3) ? 100000 : 0;
	cfg.wire[0].corrupt_ppm = one_in(&p, 4) ? 100000 : 0;
	p.world = scenario_two_hosts_up(&cfg);
	scenario_checks_on(p.world);
	if (!run_guarded(run_program, &p, &p.result.not_implemented))
		p.result.digest = p.world->sim.digest;
	scenario_free(p.world);
	return p.result;
}
