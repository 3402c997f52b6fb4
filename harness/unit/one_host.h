// SPDX-License-Identifier: MIT
/* one_host.h - what tests of a single host share: the host on a TAP, its calls, frames for it. */
#ifndef HARNESS_UNIT_ONE_HOST_H
#define HARNESS_UNIT_ONE_HOST_H

#include "harness/lib/scenario.h"

enum {
	HERE = (int)0xc0000201, /* 192.0.2.1, 02:00:00:00:00:01, on eth0 */
	PEER = (int)0xc0000202, /* 192.0.2.2, 02:00:00:00:00:02 */
	FRAME_ETH = 14,
	FRAME_L4 = 34,
};

/* lo is up; 192.0.2.1/24 is on eth0, whose other end is the test; the peer's address is known. All
 * checks are on. one_host_lo(): lo alone.
 */
struct world *one_host_up(u64 seed);
struct world *one_host_lo(u64 seed);
/* For any world: what was used has been given back. */
void end_world(struct world *w);

/* One task's call to its end; -EPARKED when it would wait for ever. */
s64 host_sys(struct world *w, enum sys_nr nr, u64 a, u64 b, u64 c, u64 d, u64 e);
s64 host_setopt(struct world *w, int fd, int level, int name, u32 value);
int udp_socket(struct world *w);
u64 host_mib(const struct world *w, enum mib_id id);

/* A frame for this host: Ethernet and IP headers around what lies at f + FRAME_L4 already. Its
 * length is returned. The checksum is computed here, not by the stack.
 */
u32 frame_ip(u8 *f, u8 protocol, u32 saddr, u32 daddr, u32 l4_len);
/* The same of a UDP datagram whose payload lies at f + FRAME_L4 + 8. */
u32 frame_udp(u8 *f, u32 saddr, u16 sport, u16 dport, u32 payload_len);
/* Sums a UDP datagram and its pseudo-header: 0xffff when the checksum in it is right. */
u32 udp_sum(const u8 *udp, u32 len, u32 saddr, u32 daddr);
void inject(struct world *w, const u8 *f, u32 len);

#endif
