// SPDX-License-Identifier: MIT
/* one_host.c - what tests of a single host share: the host on a TAP, its calls, frames for it. */
#include "one_host.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/lib/invariants.h"
#include "uapi/errno.h"
#include "uapi/socket.h"
#include "wire/ipv4.h"

struct world *one_host_lo(u64 seed)
{
	struct world_cfg cfg = scenario_bare(&limits_test, seed);
	struct world *w = scenario_new(&cfg);

	scenario_checks_on(w);
	must_config(w, 0, "ip link set lo up");
	return w;
}

struct world *one_host_up(u64 seed)
{
	struct world *w = one_host_lo(seed);

	must_config(w, 0,
		    "ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up; "
		    "ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0");
	return w;
}

void end_world(struct world *w)
{
	const char *which = "";

	world_check(w);
	world_exit(w);
	if (world_leaks(w, &which) != 0)
		fail_msg("pool %s is not empty", which);
	scenario_free(w);
}

s64 host_sys(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	const u64 arg[SYS_ARGS] = { a, b, c, d, e };
	s64 ret = 0;

	return world_call(w, 0, 0, nr, arg, &ret) ? ret : -EPARKED;
}

s64 host_setopt(struct world *w, int fd, int level, int name, u32 value)
{
	put_le32(world_umem(w, 0, SCENARIO_DATA, 4), value);
	return host_sys(w, SYS_NR_setsockopt, (u64)fd, (u64)level, (u64)name, SCENARIO_DATA, 4);
}

int udp_socket(struct world *w)
{
	s64 fd = call_socket(w, 0, 0, AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	return (int)fd;
}

u64 host_mib(const struct world *w, enum mib_id id)
{
	return w->host[0].net.mib[id];
}

u32 frame_ip(u8 *f, u8 protocol, u32 saddr, u32 daddr, u32 l4_len)
{
	static const u8 eth[FRAME_ETH] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	u8 *ip = f + FRAME_ETH;

	memcpy(f, eth, sizeof(eth));
	memset(ip, 0, IPV4_HLEN);
	ip[IPV4_VIHL] = 0x45;
	put_be16(ip + IPV4_TOT_LEN, (u16)(IPV4_HLEN + l4_len));
	ip[IPV4_TTL] = 64;
	ip[IPV4_PROTOCOL] = protocol;
	put_be32(ip + IPV4_SADDR, saddr);
	put_be32(ip + IPV4_DADDR, daddr);
	put_be16(ip + IPV4_CHECK, (u16)~naive_checksum(ip, IPV4_HLEN, 0));
	return FRAME_L4 + l4_len;
}

u32 frame_udp(u8 *f, u32 saddr, u16 sport, u16 dport, u32 payload_len)
{
	u8 *udp = f + FRAME_L4;

	put_be16(udp, sport);
	put_be16(udp + 2, dport);
	put_be16(udp + 4, (u16)(8 + payload_len));
	put_be16(udp + 6, 0); /* RFC 768: the sender computed none */
	return frame_ip(f, IPPROTO_UDP, saddr, (u32)HERE, 8 + payload_len);
}

u32 udp_sum(const u8 *udp, u32 len, u32 saddr, u32 daddr)
{
	u8 pseudo[12] = { [9] = IPPROTO_UDP };

	put_be32(pseudo, saddr);
	put_be32(pseudo + 4, daddr);
	put_be16(pseudo + 10, (u16)len);
	return naive_checksum(udp, len, naive_checksum(pseudo, sizeof(pseudo), 0));
}

void inject(struct world *w, const u8 *f, u32 len)
{
	assert_true(world_inject(w, 0, f, len));
	world_settle(w);
}
