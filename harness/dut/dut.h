// SPDX-License-Identifier: MIT
/* dut.h - a device under test: whatever answers system calls and frames.
 *
 * The runner (harness/script) knows a stack only by this table of functions: the reference
 * (refstack.c) and real Linux (linux.c: in the judging kernel's guest, or on the running kernel).
 * Hosts, threads and processes have numbers from 0. Times are the device's own clock, in
 * picoseconds.
 *
 * Calls and frames come back by the hooks, out of step() or of whatever function set them off, in
 * the order in which they happened.
 */
#ifndef HARNESS_DUT_DUT_H
#define HARNESS_DUT_DUT_H

#include <stdio.h>

#include "base/types.h"
#include "core/cpu.h"
#include "core/net.h"
#include "core/task.h"
#include "harness/lib/ipcmd.h"
#include "socket/sys.h"

struct world;

enum {
	DUT_HOSTS = 4,
	DUT_PROCESSES = 4, /* of a host; 0 is there from the start */
	DUT_THREADS = 18   /* of a host; 0 is of process 0 from the start */
};

enum dut_device { DUT_TAP, DUT_TUN, DUT_IGB };

/* What a program starts from. */
struct dut_config {
	u32 hosts;
	enum dut_device device;
	bool stock; /* packetdrill's: tun0 with checksum and TSO offload; else eth0 */
	u16 mss;    /* larger segments come to tun0 as ones put together from this size; 0: none */
	enum cost_model cost;
	u64 seed, perturb;
	u64 place_ns;	/* by how much CLOCK_MONOTONIC is ahead of that of a fresh boot */
	u32 cpus;	/* of each host, and queues of its card; 0: a card 2, others 1 */
	bool checks;	/* every invariant after every event, where there are any */
	bool crossings; /* those at the crossings of layers */
};

/* The call that a thread makes or made last. */
struct dut_call {
	bool busy;
	s64 ret; /* -errno */
	u64 ended_ps;
	u64 arg[SYS_ARGS];
	u32 process;
};

/* A process's memory: addresses from UMEM_BASE on; from `high` on it is still zero. */
struct dut_memory {
	u8 *bytes;
	u32 size, high;
};

/* Faults that only a model can have. */
enum dut_fault {
	DUT_IRQ_DELAY, /* a: queue, b: ns */
	DUT_IRQ_LOSE,  /* a: the n-th */
	DUT_DMA_FAIL,
	DUT_FETCH_FAIL,
	DUT_ALLOC_FAIL, /* a: the n-th; name: of this pool, NULL: of any */
	DUT_WIRE_DROP,	/* a to b, counted from 1 */
	DUT_WIRE_DELAY, /* a: ns */
	DUT_WIRE_LOSS,	/* a: ppm */
	DUT_WIRE_DUP,
	DUT_WIRE_REORDER, /* b: by so many ns */
	DUT_WIRE_CORRUPT
};

struct dut;
struct dut_ops {
	const char *name;
	void (*destroy)(struct dut *d);

	/* --- time --- */
	u64 (*now_ps)(const struct dut *d);
	/* The next thing that happens up to then has happened: true; or the clock stands there, and
	 * false. U64_MAX: at the latest when nothing is left to wait for.
	 */
	bool (*step)(struct dut *d, u64 until_ps);
	/* When the next thing happens, as far as that is known, else U64_MAX; what is being worked
	 * on is done then.
	 */
	u64 (*next_ps)(const struct dut *d);
	u64 (*busy_until_ps)(const struct dut *d);
	/* Links that come up, everything else that a machine does before it is ready. */
	bool (*ready)(const struct dut *d);

	/* --- calls --- */
	void (*call)(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 arg[SYS_ARGS]);
	struct dut_call (*thread)(const struct dut *d, u32 host, u32 thread);
	struct dut_memory (*memory)(struct dut *d, u32 host, u32 process);
	void (*touch)(struct dut *d, u32 host, u32 process, u32 high); /* bytes below are used */
	/* `to` becomes a child of process 0; a thread that has made no call yet moves to a process.
	 */
	void (*fork)(struct dut *d, u32 host, u32 to);
	void (*attach)(struct dut *d, u32 host, u32 thread, u32 process);
	void (*signal)(struct dut *d, u32 host, u32 thread, u32 signo);
	/* Who a process's threads are from here on: effective capabilities, effective uid. */
	void (*identity)(struct dut *d, u32 host, u32 process, u64 caps, u32 uid);

	/* --- frames --- */
	/* One arrives at the host's device, now. NULL or why not. */
	const char *(*inject)(struct dut *d, u32 host, const u8 *frame, u32 len);
	void (*link)(struct dut *d, u32 host, bool up);

	/* --- configuration, and what can be asked --- */
	/* ip, sysctl, tc, ethtool, ss, xps: as ipcmd_call(). */
	int (*command)(struct dut *d, u32 host, struct ipcmd_call *call);
	/* A knob by its path below /proc/sys or /sys/module: -errno, or the length read. */
	int (*knob_read)(struct dut *d, u32 host, const char *path, char *value, u32 size);
	int (*knob_write)(struct dut *d, u32 host, const char *path, const char *value);
	/* A file of so many zeroes that open() finds; negative: it goes. 0 or -errno. */
	int (*given_file)(struct dut *d, u32 host, const char *path, s64 bytes);
	/* A file of /proc/net, appended to out: -ENOENT when there is none. */
	int (*proc_read)(struct dut *d, u32 host, const char *path, char *out, u32 *len, u32 size);
	/* All counters: mib[MIB_MAX], drops[DROP_MAX]. */
	void (*counters)(struct dut *d, u32 host, u64 *mib, u64 *drops);
	/* What is left at the end, a fact a line ("neigh 192.0.2.2 dev eth0 …"), in sorted order:
	 * neighbours, routes, sockets, random draws. Counters are not among them.
	 */
	void (*state)(struct dut *d, u32 host, FILE *to);
	/* Is it one of the host's broadcast addresses (host order)? */
	bool (*is_broadcast)(struct dut *d, u32 host, u32 addr);
	/* The ports of the youngest IPv4 socket of the protocol that has a local one; 0: none. */
	void (*youngest)(struct dut *d, u32 host, u8 proto, u16 *local, u16 *remote);
	/* NULL, or why not: "only a card has this fault". */
	const char *(*fault)(struct dut *d, u32 host, enum dut_fault what, u64 a, u64 b,
			     const char *name);
};

struct dut {
	const struct dut_ops *ops;
	struct world *world; /* of the reference; NULL */
	/* Hooks, set after creation. A frame has left or reached a host's device; one has come to
	 * the other end of the wire, where the script is (at once, unless the wire has faults).
	 */
	void (*on_frame)(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps);
	void (*on_arrival)(void *ctx, u32 host, const u8 *frame, u32 len, u64 when_ps);
	void (*on_return)(void *ctx); /* some call has ended */
	void *ctx;
};

static inline u64 dut_now_ps(const struct dut *d)
{
	return d->ops->now_ps(d);
}

/* Commands separated by ';', as ipcmd(): 0, or -1 with a message in err. */
int dut_config(struct dut *d, u32 host, const char *line, char *err, u32 err_size);
/* Memory of a process from an address on; NULL: not all of it is there. */
u8 *dut_memory_at(struct dut *d, u32 host, u32 process, uptr at, u64 bytes);

/* refstack.c: worlds that are ready to use, one for each kind that was asked for, so that a program
 * begins with a restore instead of laying out a world.
 */
struct dut_worlds;
struct dut_worlds *dut_worlds_new(void);
void dut_worlds_free(struct dut_worlds *cache);
/* How many worlds have been made in it and kept: who finds one goes other ways than who makes it.
 */
u32 dut_worlds_made(const struct dut_worlds *cache);
/* What whoever runs programs keeps with the worlds; it goes when they do. */
struct dut_aside {
	void *of;
	void (*free)(void *of);
};
struct dut_aside *dut_worlds_aside(struct dut_worlds *cache);
struct dut *dut_refstack(const struct dut_config *cfg, struct dut_worlds *cache);
/* Places that many programs of a kind come to in the same way: a world as it is there, with what
 * its runner has to know. key: what the way depends on besides cfg. NULL: nobody has been there, or
 * not of late; else aside is filled.
 */
struct dut *dut_refstack_from(const struct dut_config *cfg, struct dut_worlds *cache,
			      const void *key, u32 key_len, void *aside, u32 aside_len);
void dut_refstack_keep(struct dut *d, const void *key, u32 key_len, const void *aside,
		       u32 aside_len);
/* When a program is over: all invariants, then its world is taken down; nothing is left of it. */
void dut_refstack_end(struct dut *d);
/* On a world of the caller's. */
struct dut *dut_refstack_on(struct world *w, u64 seed);

/* linux.c: the kernel that runs this process, in new network namespaces. NULL with why in err: no
 * right to make them, no /dev/net/tun.
 */
enum dut_clock {
	DUT_VIRTUAL, /* the judging kernel's guest: time moves when everybody sleeps */
	DUT_REAL
};
struct dut *dut_linux(const struct dut_config *cfg, enum dut_clock clock, char *err, u32 err_size);

#endif
