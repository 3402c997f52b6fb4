// SPDX-License-Identifier: MIT
/* world.h - the composition root: hosts, cards, wires and time in one block of memory.
 *
 * world_size() says how large the block is for a configuration; world_init() lays it out. From
 * there a run is a function of the configuration and of what the harness asks: calls of tasks,
 * frames, configuration, time. world_digest() is equal wherever and however it was compiled.
 */
#ifndef HARNESS_LIB_WORLD_H
#define HARNESS_LIB_WORLD_H

#include "base/arena.h"
#include "base/sim.h"
#include "base/trace.h"
#include "host.h"
#include "core/netdevice.h"
#include "core/task.h"
#include "driver/igb.h"
#include "driver/tun.h"
#include "harness/lib/wire.h"
#include "nicmodel/nic.h"
#include "socket/sys.h"

enum { WORLD_HOSTS = 4, WORLD_DEVS = 8, WORLD_WIRES = 8, WORLD_REGIONS = 320 };

/* CLOCK_MONOTONIC 0.992 s of a kernel that counts from INITIAL_JIFFIES: a 4096-jiffy boundary,
 * where the timer wheel's levels all turn, and where the judging kernel starts each program.
 */
#define WORLD_BOOT_JIFFIES 4294668288ull
/* The wall clock at that moment, as the judging kernel is told when it starts. */
#define WORLD_BOOT_REAL_NS 1700000000992000000ull

enum world_dev_kind { DEV_TAP, DEV_TUN, DEV_IGB };

struct world_dev_cfg {
	u8 host;
	enum world_dev_kind kind;
	const char *name;
	u8 mac[ETH_ALEN];
	u32 queues; /* igb: 0 = one for each CPU */
};

struct world_cfg {
	const struct limits *limits;
	u64 seed;
	enum cost_model cost;
	u32 hosts, cpus, tasks; /* each host has this many; 0 = 1 */
	u64 boot_jiffies;	/* 0 = WORLD_BOOT_JIFFIES */
	u64 boot_real_ns;	/* 0 = WORLD_BOOT_REAL_NS */
	u32 nr_devs, nr_wires;
	struct world_dev_cfg dev[WORLD_DEVS];
	struct wire_cfg wire[WORLD_WIRES];
	u64 perturb;		 /* seed of extra latencies; 0 = none */
	u32 mem_read_latency_ns; /* 0 = 500 */
	u32 outstanding_reads;	 /* 0 = 4 */
	bool zeroed;		 /* its memory is: what starts as zero need not be written */
};

struct world;

/* A card in its slot: what stands between bus.h and the host. */
struct nic_port {
	struct nic nic;
	struct world *world;
	struct host *host;
	struct net_device *dev;
	u32 irq_base;
	u32 index;		       /* in world->port */
	u64 irq_delay_ps[NIC_VECTORS]; /* how much later a message of the vector arrives */
};

struct world_port {
	struct world *world;
	u32 index;
	enum world_dev_kind kind;
	struct net_device *dev;
	struct nic_port *nic; /* DEV_IGB */
	struct wire *wire;    /* NULL: frames go to the harness only */
};

enum region_kind {
	REGION_FIXED,
	REGION_COUNTED,
	REGION_WHEELS, /* of a host's CPUs: buckets that are not empty */
	REGION_CHAINS, /* of a host's TCP, if it has anything */
	REGION_TASKS,  /* of a host */
	REGION_NIC,    /* a card's memories; its registers are in a fixed one */
	REGION_POOL,
	REGION_HEAP,
	REGION_UMEM,
	REGION_FDS,
	REGION_DMA,
	REGION_IDENT
};

struct region {
	enum region_kind kind;
	void *at;
	u64 bytes;	  /* REGION_FIXED, and REGION_COUNTED: of one */
	const u32 *count; /* REGION_COUNTED */
};

struct world {
	/* No snapshot has these: they do not change. */
	struct world_cfg cfg;
	u32 nr_regions;
	struct region region[WORLD_REGIONS];
	struct conserve *conserve[WORLD_HOSTS]; /* tables of the check that nothing is lost */
	u8 *scratch;				/* a frame made linear */
	/* The snapshot that all that happened since has begun at: what was not touched since is as
	 * it is there. NULL: there is none.
	 */
	const void *since;

	struct sim sim; /* from here on they do */
	struct trace trace;
	struct pool event_pool, frame_pool, big_frame_pool;
	struct wire wire[WORLD_WIRES];
	struct world_port port[WORLD_DEVS];
	bool checks;			/* world_check() after each event */
	u32 alloc_fail_at[WORLD_HOSTS]; /* see world_fail_alloc() */
	/* What the harness wants to see: each frame that leaves or arrives at a port. */
	void (*on_frame)(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len_bytes);
	void *on_frame_ctx;
	struct host host[WORLD_HOSTS]; /* last: a snapshot leaves out those that are not there */
};

u64 world_size(const struct world_cfg *cfg);
/* mem: world_size() bytes, 64-aligned, and the place where the world stays. */
struct world *world_init(void *mem, u64 size, const struct world_cfg *cfg);
/* Takes everything down: sockets, devices, tables. Afterwards world_leaks() is 0. */
void world_exit(struct world *w);
/* Objects that are still in a pool; *which names the first such pool. */
u32 world_leaks(const struct world *w, const char **which);
/* How often a pool was empty when something was wanted of it. */
u64 world_exhausted(const struct world *w);

/* Runs the next event; false when nothing is left to do. */
bool world_step(struct world *w);
/* Runs all that happens up to and at this time, and lets the clock stand there. */
void world_run_until(struct world *w, u64 when_ps);
/* Runs until the task's call has ended or parked for good (nothing left, or limit_ps passed). */
bool world_run_task(struct world *w, struct task *t, u64 limit_ps);
/* Runs what is due at this instant: interrupts, soft interrupts, wake-ups. */
void world_settle(struct world *w);
void world_check(const struct world *w);
u64 world_digest(const struct world *w);

/* Switches kinds of records on, bit an enum trace_kind; 0: none. Nothing that happens depends on
 * it. */
void world_trace(struct world *w, u64 mask);

/* A snapshot must stay as it is for as long as the world may be restored from it. */
u64 world_save_size(const struct world *w);
u64 world_save(struct world *w, void *to);
u64 world_restore(struct world *w, const void *from); /* bytes that were copied */

/* Calls: arguments as the x86-64 system call ABI has them. world_call() runs the world until the
 * call has ended, at most limit_ps longer; false when it still waits then.
 */
void world_start(struct world *w, u32 host, u32 task, enum sys_nr nr, const u64 arg[SYS_ARGS]);
bool world_call(struct world *w, u32 host, u32 task, enum sys_nr nr, const u64 arg[SYS_ARGS],
		s64 *ret);
/* Memory of process 0 of a host, for arguments and results; of any process. */
u8 *world_umem(struct world *w, u32 host, uptr at, u32 bytes);
u8 *world_umem_of(struct world *w, u32 host, u32 process, uptr at, u32 bytes);
/* Processes of a host, by index: `to` becomes a child of `from`, with its memory, credentials and
 * descriptors; an idle task moves to another process; a signal reaches a task.
 */
void world_fork(struct world *w, u32 host, u32 from, u32 to);
void world_attach(struct world *w, u32 host, u32 task, u32 process);
void world_signal(struct world *w, u32 host, u32 task);
void world_signal_nr(struct world *w, u32 host, u32 task, u32 signo);

/* A frame arrives at a port from outside, now. False: no room for it on the way. */
bool world_inject(struct world *w, u32 port, const u8 *frame, u32 len_bytes);
/* Configuration by ip, sysctl, tc syntax; 0, or -1 with a message in err. */
int world_config(struct world *w, u32 host, const char *line, char *err, u32 err_bytes);
void world_link(struct world *w, u32 port, bool up);

/* Inside: what a snapshot has to copy of a host; the wire's end, and the time that what is running
 * now has come to. */
void world_add_region(struct world *w, enum region_kind kind, void *at, u64 bytes);
void world_add_host_regions(struct world *w, struct host *h);
void world_add_nic_regions(struct world *w, struct nic_port *n);
void world_arrive(struct world *w, struct frame *f);
void world_sent(struct world *w, u32 port, const u8 *frame, u32 len_bytes, u64 start_ps,
		u64 wire_ps);
u64 world_now_ps(const struct world *w);

/* The n-th allocation of a host from now fails, whichever pool it is from. */
void world_fail_alloc(struct world *w, u32 host, u32 nth);
/* Every pool of the world, for fault loops and reports. */
u32 world_pools(struct world *w, struct pool **out, u32 max);

#endif
