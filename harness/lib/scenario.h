// SPDX-License-Identifier: MIT
/* scenario.h - worlds that several commands and tests start from, and short ways to use them. */
#ifndef HARNESS_LIB_SCENARIO_H
#define HARNESS_LIB_SCENARIO_H

#include "harness/lib/world.h"

/* A world in memory of its own; ends the program when there is none. */
struct world *scenario_new(const struct world_cfg *cfg);
void scenario_free(struct world *w);

/* Two hosts, 192.0.2.1 and 192.0.2.2, MAC 02:00:00:00:00:01 and :02, each with eth0 on one cable.
 */
struct world_cfg scenario_two_hosts(enum world_dev_kind kind, const struct limits *limits,
				    enum cost_model cost, u32 cpus, u64 seed);
struct world *scenario_two_hosts_up(const struct world_cfg *cfg);
/* One host with a TAP whose other end is the harness: profile `bare`, nothing configured. */
struct world_cfg scenario_bare(const struct limits *limits, u64 seed);

/* world_check() after each event, and every invariant at every crossing. */
void scenario_checks_on(struct world *w);

/* Aborts with the message when the configuration is refused. */
void must_config(struct world *w, u32 host, const char *line);

/* Calls with plain arguments; the memory for them is at UMEM_BASE and up. A call that blocks
 * returns -EPARKED here: its result is in the task when it has ended.
 */
s64 call_socket(struct world *w, u32 host, u32 task, int family, int type, int protocol);
s64 call_bind(struct world *w, u32 host, u32 task, int fd, const char *addr, u16 port);
s64 call_connect(struct world *w, u32 host, u32 task, int fd, const char *addr, u16 port);
s64 call_sendto(struct world *w, u32 host, u32 task, int fd, const void *data, u32 len, u32 flags,
		const char *addr, u16 port);
/* The data lands at SCENARIO_RECV. */
enum {
	SCENARIO_ADDR = UMEM_BASE,
	SCENARIO_DATA = UMEM_BASE + 0x1000,
	SCENARIO_RECV = UMEM_BASE + 0x11000
};
s64 call_recv(struct world *w, u32 host, u32 task, int fd, u32 len, u32 flags);
s64 call_close(struct world *w, u32 host, u32 task, int fd);
/* Runs until this task's call has ended, at most so much longer. */
s64 call_finish(struct world *w, u32 host, u32 task, u64 limit_ps);
u32 parse_ipv4(const char *text); /* host order */
void put_sockaddr_in(u8 *to, u16 family, u16 port, u32 addr);

#endif
