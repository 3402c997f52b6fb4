// SPDX-License-Identifier: MIT
/* host.h - one machine: laid out in the world's block, brought up, configured, taken down. */
#ifndef REFSTACK_HOST_H
#define REFSTACK_HOST_H

#include "base/arena.h"
#include "core/net.h"
#include "core/task.h"

struct host_cfg {
	const struct limits *limits;
	u64 seed;
	u32 id, cpus, tasks;
	enum cost_model cost;
	struct host *kernel; /* whose random numbers and IP ids this one shares; NULL: its own */
	u64 boot_jiffies;
	u64 boot_real_ns; /* the wall clock at virtual time 0 */
};

/* Takes the host's parts from the arena; with a sizing arena only adds them up. */
void host_layout(struct host *h, struct arena *a, const struct host_cfg *cfg);
/* Tables, protocols, lo: as a fresh network namespace. */
void host_init(struct host *h, struct sim *sim, struct trace *trace, const struct host_cfg *cfg,
	       s64 (*syscall)(struct task *));
/* When all devices are there: random numbers begin at the seed again, and what was drawn before and
 * matters is drawn again. `first`: of the hosts that share a kernel, which come one after the
 * other.
 */
void host_seed(struct host *h, u64 seed, bool first);
void host_exit(struct host *h);
void host_check(const struct host *h);
/* Folds what a program or a peer could see into a digest. */
u64 host_digest(const struct host *h);

/* Configuration requests run as a unit of work of CPU 0, in task context. */
void host_config_begin(struct host *h);
void host_config_end(struct host *h);

/* Parts that a snapshot copies, whole or up to a count; tasks are not among them. */
enum { HOST_BLOCKS = 16 };
struct host_block {
	void *at;
	u64 bytes;
	const u32 *count; /* NULL, or how many times so many bytes */
};
u32 host_blocks(struct host *h, struct host_block out[HOST_BLOCKS]);
/* The chains of TCP's tables, all in a row: empty as long as TCP has nothing. */
struct host_block host_tcp_chains(struct host *h);
bool host_has_tcp(const struct host *h);

/* The pools of a host, by number; NULL past the end. */
struct pool *host_pool(struct host *h, u32 i);

#endif
