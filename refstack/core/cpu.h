// SPDX-License-Identifier: MIT
/* cpu.h - virtual CPUs: clocks, interrupt state, soft interrupts, modelled locks, probes.
 *
 * Everything runs in one thread and nests on one C stack. A unit of work (a system call up to its
 * block, a hard interrupt of an idle CPU, a pass of ksoftirqd) runs to its end before a unit of
 * another CPU starts. Within it the CPU's own clock moves by the costs that probes charge; where it
 * is charged with interrupts enabled, a pending hard interrupt nests, and its soft interrupts after
 * it. Under the judge's costs functions charge nothing: there it nests where interrupts are enabled
 * again, or comes at the unit's end, which is the same instant.
 */
#ifndef REFSTACK_CORE_CPU_H
#define REFSTACK_CORE_CPU_H

#include "base/check.h"
#include "base/sim.h"
#include "base/trace.h"
#include "base/types.h"
#include "core/hrtimer.h"
#include "core/timer.h"

struct host;
struct net;
struct task;

enum {
	CPU_PS_PER_CYCLE = 400, /* 2.5 GHz: a round number, so that cycles convert exactly */
	CPU_IRQ_MAX = 64,	/* interrupt lines of a host */
	CPU_MAX = 8
};

/* LINUX: include/linux/interrupt.h; the numbers are visible in softnet_stat and traces. */
enum softirq {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	TASKLET_SOFTIRQ = 6,
	HRTIMER_SOFTIRQ = 8,
	NR_SOFTIRQS = 10
};

/* Ids of the probed functions, in the order of cost.def. */
enum fn_id {
#define X(name, cycles, source) FN_##name,
#include "cost.def"
#undef X
	FN_MAX
};

extern const char *const fn_names[FN_MAX];
/* The two cost models: cycles a function body takes by itself. `judge` is all zeros. */
extern const u16 cost_cycles[FN_MAX];
extern const u16 cost_judge[FN_MAX];

enum cost_model { COST_JUDGE, COST_CYCLES };

struct cpu {
	struct host *host;
	struct sim *sim;
	struct trace *trace;
	const u16 *cost; /* cost_cycles or cost_judge */
	u64 now_ps;	 /* this CPU's clock; at rest: the end of its last unit */
	u32 id;
	u16 hardirq_depth;
	u16 softirq_depth; /* serving a soft interrupt */
	u16 bh_disabled;   /* local_bh_disable() depth */
	u16 irq_disabled;  /* local_irq_save() depth */
	u16 locks_held;
	u16 graph_depth;
	bool running; /* a unit of this CPU is on the stack */
	bool in_ksoftirqd;
	bool ksoftirqd_queued;
	u32 softirq_pending; /* bit an enum softirq */
	u64 irq_pending;     /* bit a line */
	struct task
		*current; /* the task whose call runs or was interrupted; NULL: idle or ksoftirqd */
	struct timer_base timers, pinned_timers; /* LINUX: BASE_GLOBAL, BASE_LOCAL */
	struct sim_event irq_event, tick_event, ksoftirqd_event;
	struct hrtimer_base hrtimers;
	u64 softirqs[NR_SOFTIRQS]; /* passes, as /proc/softirqs counts them */
	u64 hardirqs;
	u64 lock_wait_ps; /* what contention cost */
};

struct irq_action {
	void (*handler)(void *data); /* LINUX: irq_handler_t */
	void *data;
	u8 cpu; /* affinity */
	bool used;
	u64 count;
};

void cpu_init(struct cpu *c, struct host *h, struct sim *sim, struct trace *t, u32 id,
	      enum cost_model model);

/* A unit of work: its clock starts at the event's time, or where the CPU's last unit ended. */
void cpu_unit_begin(struct cpu *c, struct task *t);
void cpu_unit_end(struct cpu *c);

static inline bool cpu_irqs_on(const struct cpu *c)
{
	return c->irq_disabled == 0 && c->hardirq_depth == 0;
}

/* LINUX: in_task(), with bottom halves and interrupts enabled: where the judge's clock costs time.
 */
static inline bool cpu_in_task(const struct cpu *c)
{
	return cpu_irqs_on(c) && c->softirq_depth == 0 && c->bh_disabled == 0;
}

static inline bool cpu_in_interrupt(const struct cpu *c)
{
	return c->hardirq_depth != 0 || c->softirq_depth != 0;
}

void cpu_take_interrupts(struct cpu *c);

/* Time passes on this CPU. The only place where a hard interrupt can come in. */
/* NOLINTNEXTLINE(misc-no-recursion): see cpu.c. */
static inline void cpu_charge(struct cpu *c, u32 cycles)
{
	c->now_ps += (u64)cycles * CPU_PS_PER_CYCLE;
	if (unlikely(c->irq_pending != 0 || sim_hw_due(c->sim, c->now_ps)))
		cpu_take_interrupts(c);
}

/* Cost that grows with bytes: copies and checksums (COST_BYTES_PER_CYCLE of them a cycle). */
enum { COST_BYTES_PER_CYCLE = 8 };
static inline void cpu_charge_bytes(struct cpu *c, u32 bytes)
{
	if (c->cost != cost_judge)
		cpu_charge(c, bytes / COST_BYTES_PER_CYCLE);
}

/* Hard interrupts: a device raises line `irq` of its host now (sim time). */
void host_raise_irq(struct host *h, u32 irq);
int request_irq(struct host *h, u32 irq, void (*handler)(void *data), void *data, u32 cpu);
void free_irq(struct host *h, u32 irq);

void local_irq_save(struct cpu *c);
void local_irq_restore(struct cpu *c);
void local_bh_disable(struct cpu *c);
/* Runs pending soft interrupts when the last disable is undone outside an interrupt. */
void local_bh_enable(struct cpu *c);
void raise_softirq(struct cpu *c, enum softirq nr);
/* LINUX: open_softirq(): what runs for each; set once by the owners' table in softirq.c. */
/* The only tasklet there is: ipv4/tcp_tsq.c. */
void tcp_tasklet_run(struct cpu *c);

/* A spin lock remembers until when it is held: a unit that comes earlier in virtual time waits. */
struct spinlock {
	u64 free_at_ps;
	u8 holder; /* CPU id + 1; 0 = free */
};

void spin_lock(struct cpu *c, struct spinlock *l);
must_check bool spin_trylock(struct cpu *c, struct spinlock *l);
void spin_unlock(struct cpu *c, struct spinlock *l);
static inline void spin_lock_bh(struct cpu *c, struct spinlock *l)
{
	local_bh_disable(c);
	spin_lock(c, l);
}
static inline void spin_unlock_bh(struct cpu *c, struct spinlock *l)
{
	spin_unlock(c, l);
	local_bh_enable(c);
}

/* What probes (net.h) do out of line, when there is something to do. */
void probe_entered(const struct net *net, u32 fn);
void probe_left(const struct net *net, u32 fn);

/* What the CPU does now. */
enum trace_ctx cpu_ctx(const struct cpu *c);

/* A tracepoint of trace.def, whose kind is switched on. */
void trace_event(struct cpu *c, enum trace_kind kind, const u32 arg[TRACE_ARGS]);

/* The sixteen steps and the receive list of path.def. */
enum path_step {
#define X(step, id, name, file, seen) PATH_##id,
#include "path.def"
#undef X
	PATH_MAX
};
/* path.def numbers the receive list from 101. */
enum { RECEIVE_STEPS = 101 };
struct path_row {
	u32 step;
	const char *fn;
};
extern const struct path_row path_rows[PATH_MAX];
extern const char *const ctx_names[]; /* by enum trace_ctx */
void path_step(struct cpu *c, enum path_step step, u32 queue, u32 bytes);

#endif
