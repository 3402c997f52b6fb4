// SPDX-License-Identifier: MIT
/* program_calls.c - how the arguments of a random program's system calls are drawn.
 *
 * Drawn so that most calls mean something and some mean nothing at all: descriptors that exist and
 * that do not, pointers that fault, lengths at the edges, any flag.
 */
#include "harness/lib/program_draw.h"

#include "core/iov.h"
#include "harness/lib/scenario.h"
#include "uapi/fcntl.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"
#include "uapi/socket.h"

enum { FIRST_FD = 3, PROGRAM_FDS = 12, AT_CONTROL = SCENARIO_ADDR + 0x400 };

/* A number at the edges of something. */
u64 wild(struct program *p)
{
	static const u64 edges[] = { 0,
				     1,
				     2,
				     7,
				     8,
				     15,
				     16,
				     17,
				     28,
				     127,
				     128,
				     129,
				     255,
				     256,
				     1472,
				     1473,
				     1500,
				     65507,
				     65508,
				     65535,
				     65536,
				     0x7fffffff,
				     0x80000000,
				     0xffffffff,
				     0x7fffffffffffffff,
				     0x8000000000000000,
				     0xffffffffffffffff };

	if (one_in(p, 8))
		return rng_u64(&p->rng);
	return edges[pick(p, ARRAY_SIZE(edges))];
}

/* Never one of the standard streams: they are /dev/null. */
static u64 some_fd(struct program *p)
{
	u64 fd = FIRST_FD + pick(p, one_in(p, 3) ? PROGRAM_FDS : 4);

	if (one_in(p, 20))
		fd = wild(p);
	return (u32)fd < FIRST_FD ? fd + FIRST_FD : fd;
}

static u64 some_ptr(struct program *p, u64 good)
{
	return one_in(p, 30) ? wild(p) : good;
}

u16 some_port(struct program *p)
{
	static const u16 ports[] = { 0, 7, 53, 1023, 1024, 5002, 32768, 65535 };

	return one_in(p, 4) ? ports[pick(p, ARRAY_SIZE(ports))] : (u16)(PROGRAM_PORT + pick(p, 3));
}

/* Half of them are those of the peer. */
u32 some_addr(struct program *p, u32 host)
{
	static const u32 addrs[] = { 0,		 0x7f000001, 0x7f000001, 0x7f010203, 0xc0000201,
				     0xc0000202, 0xc0000203, 0xc00002ff, 0xffffffff, 0x0a000001,
				     0x08080808, 0xf0000001, 0xe0000001, 0xc0000209 };

	if (one_in(p, 2))
		return PROGRAM_NET + 2 - host;
	return one_in(p, 30) ? rng_u32(&p->rng) : addrs[pick(p, ARRAY_SIZE(addrs))];
}

static u64 some_sockaddr(struct program *p, u32 host)
{
	static const u16 families[] = { AF_UNSPEC, AF_UNIX, AF_INET6, 0xffff };
	u16 family = one_in(p, 15) ? families[pick(p, ARRAY_SIZE(families))] : AF_INET;
	u16 port = some_port(p);
	u32 addr = some_addr(p, host);

	put_sockaddr_in(world_umem(p->world, host, SCENARIO_ADDR, SOCKADDR_IN_BYTES), family, port,
			addr);
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

typedef void (*plan_fn)(struct program *p, u32 host, struct call_plan *c);

static void plan_socket(struct program *p, u32 host, struct call_plan *c)
{
	static const u8 protocols[] = { 0, 0, 0, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_TCP, 255 };

	(void)host;
	c->arg[0] = one_in(p, 15) ? pick(p, 50) : AF_INET;
	c->arg[1] = one_in(p, 10) ? pick(p, 12) : SOCK_DGRAM;
	if (one_in(p, 4))
		c->arg[1] |= one_in(p, 2) ? SOCK_NONBLOCK : SOCK_CLOEXEC;
	if ((c->arg[1] & 0xff) == SOCK_PACKET)
		c->arg[1] = SOCK_DGRAM; /* another name of AF_PACKET */
	c->arg[2] = one_in(p, 4) ? protocols[pick(p, ARRAY_SIZE(protocols))] : 0;
	if (c->arg[0] == AF_UNIX || c->arg[0] == AF_NETLINK || c->arg[0] == AF_PACKET)
		c->arg[0] = AF_INET6;
}

static void plan_socketpair(struct program *p, u32 host, struct call_plan *c)
{
	plan_socket(p, host, c);
	c->arg[3] = some_ptr(p, SCENARIO_DATA);
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
	c->arg[3] = some_msg_flags(p);
	if (!one_in(p, 5))
		c->arg[3] |= MSG_DONTWAIT;
	if (one_in(p, 2)) {
		put_le32(world_umem(p->world, host, SCENARIO_ADDR, 4), (u32)some_addrlen(p));
		c->arg[4] = some_ptr(p, SCENARIO_RECV + 0x8000);
		c->arg[5] = some_ptr(p, SCENARIO_ADDR);
	}
}

static u32 some_cmsg(struct program *p, u8 *at)
{
	static const struct {
		u8 level, type, bytes;
	} kinds[] = {
		{ IPPROTO_IP, IP_TOS, 4 },     { IPPROTO_IP, IP_TTL, 4 },
		{ IPPROTO_IP, IP_TOS, 1 },     { IPPROTO_IP, IP_PKTINFO, 12 },
		{ SOL_SOCKET, SO_MARK, 4 },    { SOL_SOCKET, SO_PRIORITY, 4 },
		{ IPPROTO_IP, IP_RECVERR, 4 }, { 99, 1, 4 },
	};
	u32 i = pick(p, ARRAY_SIZE(kinds)), bytes = kinds[i].bytes;

	put_le64(at, one_in(p, 6) ? wild(p) : 16u + bytes);
	put_le32(at + 8, kinds[i].level);
	put_le32(at + 12, kinds[i].type);
	for (u32 b = 0; b < 12; b++)
		at[16 + b] = one_in(p, 3) ? (u8)rng_u32(&p->rng) : b == 0;
	if (kinds[i].type == IP_PKTINFO && !one_in(p, 3))
		put_le32(at + 16, pick(p, 3));
	return ALIGN_UP(16u + bytes, 8u);
}

static void plan_control(struct program *p, u32 host, u8 *msg)
{
	u8 *at = world_umem(p->world, host, AT_CONTROL, 128);
	u32 n = pick(p, 3), used = 0;

	memset(at, 0, 128);
	for (u32 i = 0; i < n; i++)
		used += some_cmsg(p, at + used);
	put_le64(msg + 32, some_ptr(p, AT_CONTROL));
	put_le64(msg + 40, one_in(p, 10) ? wild(p) : used);
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
	if (one_in(p, 3))
		plan_control(p, host, m);
	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, at);
	c->arg[2] = some_msg_flags(p) | MSG_DONTWAIT;
}

static void plan_rwv(struct program *p, u32 host, struct call_plan *c)
{
	u64 at = SCENARIO_ADDR + 0x100;
	u8 *v = world_umem(p->world, host, at, 0x40);

	for (u32 i = 0; i < 4; i++) {
		put_le64(v + 16 * i, some_ptr(p, SCENARIO_DATA));
		put_le64(v + 16 * i + 8, some_len(p));
	}
	c->arg[0] = some_fd(p);
	c->arg[1] = some_ptr(p, at);
	c->arg[2] = one_in(p, 10) ? wild(p) : pick(p, 5);
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
	static const u8 socket_opts[] = {
		SO_DEBUG,     SO_REUSEADDR, SO_TYPE,	  SO_ERROR,	SO_DONTROUTE,
		SO_BROADCAST, SO_SNDBUF,    SO_RCVBUF,	  SO_KEEPALIVE, SO_OOBINLINE,
		SO_NO_CHECK,  SO_PRIORITY,  SO_REUSEPORT, SO_RCVLOWAT,	SO_SNDLOWAT,
		SO_MARK,      SO_PROTOCOL,  SO_DOMAIN,	  SO_RXQ_OVFL,	SO_INCOMING_CPU
	};
	static const u8 ip_opts[] = { IP_TOS,	  IP_TTL,      IP_RECVERR,
				      IP_RECVTTL, IP_RECVTOS,  IP_MTU_DISCOVER,
				      IP_MTU,	  IP_FREEBIND, IP_PKTINFO,
				      IP_MINTTL,  IP_NODEFRAG, IP_BIND_ADDRESS_NO_PORT };
	u32 which = pick(p, 12);

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
	} else if (which < 11) {
		c->arg[1] = SOL_SOCKET;
		c->arg[2] = one_in(p, 2) ? SO_RCVTIMEO_OLD : SO_SNDTIMEO_OLD;
	} else {
		c->arg[1] = 1000 + pick(p, 10);
		c->arg[2] = wild(p);
	}
	put_le64(world_umem(p->world, host, SCENARIO_DATA, 16),
		 one_in(p, 2) ? pick(p, 2) : (u32)wild(p));
	put_le64(world_umem(p->world, host, SCENARIO_DATA + 8, 8), pick(p, 1000000));
	put_le32(world_umem(p->world, host, SCENARIO_ADDR, 4), one_in(p, 6) ? (u32)wild(p) : 4);
	c->arg[3] = some_ptr(p, SCENARIO_DATA);
}

static void plan_setsockopt(struct program *p, u32 host, struct call_plan *c)
{
	plan_sockopt(p, host, c);
	c->arg[4] = one_in(p, 6) ? wild(p) : one_in(p, 6) ? 16 : 4;
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
	{ SYS_NR_socket, 10, plan_socket },
	{ SYS_NR_bind, 10, plan_addr },
	{ SYS_NR_connect, 8, plan_addr },
	{ SYS_NR_sendto, 24, plan_sendto },
	{ SYS_NR_recvfrom, 14, plan_recvfrom },
	{ SYS_NR_sendmsg, 6, plan_msg },
	{ SYS_NR_recvmsg, 5, plan_msg },
	{ SYS_NR_write, 4, plan_rw },
	{ SYS_NR_read, 2, plan_rw },
	{ SYS_NR_setsockopt, 8, plan_setsockopt },
	{ SYS_NR_getsockopt, 5, plan_getsockopt },
	{ SYS_NR_shutdown, 2, plan_fd_small },
	{ SYS_NR_listen, 1, plan_fd_small },
	{ SYS_NR_close, 3, plan_fd_small },
	{ SYS_NR_dup, 1, plan_fd_small },
	{ SYS_NR_getsockname, 3, plan_getaddr },
	{ SYS_NR_getpeername, 2, plan_getaddr },
	{ SYS_NR_accept, 1, plan_getaddr },
	{ SYS_NR_fcntl, 2, plan_fcntl },
	{ SYS_NR_ioctl, 2, plan_ioctl },
	{ SYS_NR_poll, 2, plan_poll },
	{ SYS_NR_fstat, 1, plan_rw },
	{ SYS_NR_writev, 2, plan_rwv },
	{ SYS_NR_readv, 1, plan_rwv },
	{ SYS_NR_accept4, 1, plan_getaddr },
	{ SYS_NR_socketpair, 1, plan_socketpair },
};

enum sys_nr plan_call(struct program *p, u32 host, struct call_plan *c)
{
	u32 total = 0, at, i;

	for (i = 0; i < ARRAY_SIZE(call_plans); i++)
		total += call_plans[i].weight;
	at = pick(p, total);
	for (i = 0; at >= call_plans[i].weight; i++)
		at -= call_plans[i].weight;
	*c = (struct call_plan){ { 0 } };
	call_plans[i].plan(p, host, c);
	return (enum sys_nr)call_plans[i].nr;
}
