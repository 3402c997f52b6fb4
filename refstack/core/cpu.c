// SPDX-License-Identifier: MIT
/* cpu.c - virtual CPUs: units of work, hard and soft interrupts, modelled locks, probes.
 *
 * Rules: LINUX: kernel/softirq.c for what runs when and within which budget. The rest is our own:
 * see cpu.h for how several CPUs share one thread.
 */
#include "core/cpu.h"

#include "core/net.h"
#include "core/netdevice.h"
#include "core/task.h"

enum {
	MAX_SOFTIRQ_TIME_MS = 2, /* LINUX: handle_softirqs() */
	MAX_SOFTIRQ_RESTART = 10
};

static void run_hi_softirq(struct cpu *c)
{
	(void)c; /* Nobody raises HI_SOFTIRQ yet. */
}

/* LINUX: softirq_vec[]. */
static void (*const softirq_vec[NR_SOFTIRQS])(struct cpu *c) = {
	[HI_SOFTIRQ] = run_hi_softirq,		 [TIMER_SOFTIRQ] = run_timer_softirq,
	[NET_TX_SOFTIRQ] = net_tx_action,	 [NET_RX_SOFTIRQ] = net_rx_action,
	[HRTIMER_SOFTIRQ] = hrtimer_run_softirq, [TASKLET_SOFTIRQ] = tcp_tasklet_run,
};

void cpu_init(struct cpu *c, struct host *h, struct sim *sim, struct trace *t, u32 id,
	      enum cost_model model)
{
	memset(c, 0, offsetof(struct cpu, timers));
	c->host = h;
	c->sim = sim;
	c->trace = t;
	c->id = id;
	c->cost = model == COST_JUDGE ? cost_judge : cost_cycles;
	timer_base_init(&c->timers, c, h->wheels + (size_t)2 * id * TIMER_WHEEL_SIZE);
	timer_base_init(&c->pinned_timers, c, c->timers.vector + TIMER_WHEEL_SIZE);
	c->irq_event = (struct sim_event){ 0 };
	c->tick_event = (struct sim_event){ 0 };
	c->ksoftirqd_event = (struct sim_event){ 0 };
	c->hrtimers = (struct hrtimer_base){ 0 };
	memset(c->softirqs, 0, sizeof(c->softirqs));
	c->hardirqs = 0;
	c->lock_wait_ps = 0;
}

void cpu_unit_begin(struct cpu *c, struct task *t)
{
	assert(c->host->running == NULL);
	assert(!c->running);
	c->running = true;
	c->host->running = c;
	c->host->units++;
	c->current = t;
	c->now_ps = max_u64(c->now_ps, c->sim->now_ps);
}

static void wakeup_softirqd(struct cpu *c);

void cpu_unit_end(struct cpu *c)
{
	assert(c->running);
	cpu_charge(c, 0);
	/* INVARIANT: whoever disabled something or took a lock has undone it. */
	assert(c->locks_held == 0);
	assert(c->irq_disabled == 0);
	assert(c->bh_disabled == 0);
	assert(!cpu_in_interrupt(c));
	assert(c->graph_depth == 0);
	if (c->softirq_pending != 0)
		wakeup_softirqd(c);
	c->running = false;
	c->host->running = NULL;
	c->current = NULL;
}

/* Interrupts nest on the C stack, and this is the only recursion there is. INVARIANT: no deeper
 * than a task's work, within it a soft interrupt, within that a hard one.
 */
/* NOLINTBEGIN(misc-no-recursion) */
/* LINUX: handle_softirqs(): at most ten rounds or two milliseconds, then ksoftirqd goes on. */
static void serve_softirqs(struct cpu *c)
{
	PROBE_CPU(c, do_softirq);
	u64 end_ps = c->now_ps + MAX_SOFTIRQ_TIME_MS * PS_PER_MS;
	u32 restarts = MAX_SOFTIRQ_RESTART;

	do {
		u32 pending = c->softirq_pending;

		c->softirq_pending = 0;
		for (; pending != 0; pending &= pending - 1) {
			u32 nr = (u32)__builtin_ctz(pending);

			assert(softirq_vec[nr] != NULL);
			c->softirqs[nr]++;
			TRACE(&c->host->net, softirq_entry, nr);
			softirq_vec[nr](c);
			TRACE(&c->host->net, softirq_exit, nr);
		}
	} while (c->softirq_pending != 0 && c->now_ps < end_ps && --restarts != 0);
}

/* An interrupt that comes in from here on serves none itself. */
static void do_softirq(struct cpu *c)
{
	assert(!cpu_in_interrupt(c));
	c->softirq_depth++;
	serve_softirqs(c);
	c->softirq_depth--;
	if (c->softirq_pending != 0)
		wakeup_softirqd(c);
}

static void ksoftirqd_run(void *ctx, u64 a, u64 b)
{
	struct cpu *c = ctx;

	(void)a;
	(void)b;
	cpu_unit_begin(c, NULL);
	c->ksoftirqd_queued = false;
	c->in_ksoftirqd = true;
	if (c->softirq_pending != 0)
		do_softirq(c);
	c->in_ksoftirqd = false;
	cpu_unit_end(c);
}

static void wakeup_softirqd(struct cpu *c)
{
	if (c->ksoftirqd_queued)
		return;
	c->ksoftirqd_queued = true;
	sim_arm(c->sim, &c->ksoftirqd_event, SIM_SOFTIRQ, c->now_ps, ksoftirqd_run, c, 0, 0);
}

void raise_softirq(struct cpu *c, enum softirq nr)
{
	TRACE(&c->host->net, softirq_raise, nr);
	c->softirq_pending |= 1u << nr;
	/* LINUX: raise_softirq_irqoff(): in an interrupt, or with bottom halves off, the way out
	 * runs it; a task has to wake the daemon.
	 */
	if (!cpu_in_interrupt(c) && c->bh_disabled == 0)
		wakeup_softirqd(c);
}

void local_irq_save(struct cpu *c)
{
	c->irq_disabled++;
}

void local_irq_restore(struct cpu *c)
{
	assert(c->irq_disabled > 0);
	c->irq_disabled--;
	cpu_charge(c, 0);
}

void local_bh_disable(struct cpu *c)
{
	c->bh_disabled++;
}

void local_bh_enable(struct cpu *c)
{
	assert(c->bh_disabled > 0);
	if (c->bh_disabled == 1 && c->softirq_pending != 0 && !cpu_in_interrupt(c)) {
		c->bh_disabled = 0;
		do_softirq(c);
		return;
	}
	c->bh_disabled--;
}

/* One hard interrupt, and on its way out the soft ones that it raised. */
static void handle_irq(struct cpu *c, u32 irq)
{
	struct irq_action *action = &c->host->irq[irq];
	u16 softirq_depth = c->softirq_depth;

	c->irq_pending &= ~(1ull << irq);
	if (!action->used)
		return;
	{
		c->hardirq_depth++;
		c->hardirqs++;
		action->count++;
		PROBE_CPU(c, common_interrupt);
		TRACE(&c->host->net, irq_handler_entry, irq);
		action->handler(action->data);
		c->hardirq_depth--;
	}
	assert(c->softirq_depth == softirq_depth);
	/* LINUX: irq_exit_rcu(). */
	if (!cpu_in_interrupt(c) && c->bh_disabled == 0 && c->softirq_pending != 0)
		do_softirq(c);
}

void cpu_take_interrupts(struct cpu *c)
{
	while (cpu_irqs_on(c)) {
		if (sim_hw_due(c->sim, c->now_ps))
			sim_pump(c->sim, c->now_ps);
		if (c->irq_pending == 0)
			return;
		/* In the order of their numbers; one that comes meanwhile waits for the next round
		 * only if its number has passed.
		 */
		for (u64 left = c->irq_pending; left != 0;) {
			u32 irq = (u32)__builtin_ctzll(left);

			handle_irq(c, irq);
			left = c->irq_pending & (U64_MAX << irq << 1);
		}
	}
}
/* NOLINTEND(misc-no-recursion) */

static void irq_unit(void *ctx, u64 a, u64 b)
{
	struct cpu *c = ctx;

	(void)a;
	(void)b;
	if (c->irq_pending == 0)
		return; /* Taken meanwhile, inside another unit. */
	cpu_unit_begin(c, NULL);
	cpu_take_interrupts(c);
	cpu_unit_end(c);
}

void host_raise_irq(struct host *h, u32 irq)
{
	struct cpu *c;

	assert(irq < CPU_IRQ_MAX);
	if (!h->irq[irq].used)
		return; /* A message for a vector that nobody asked for. */
	c = &h->cpu[h->irq[irq].cpu];
	c->irq_pending |= 1ull << irq;
	if (!c->running && !sim_armed(&c->irq_event))
		sim_arm(c->sim, &c->irq_event, SIM_IRQ, c->sim->now_ps, irq_unit, c, 0, 0);
}

int request_irq(struct host *h, u32 irq, void (*handler)(void *data), void *data, u32 cpu)
{
	struct irq_action *action;

	assert(irq < CPU_IRQ_MAX);
	assert(cpu < h->nr_cpus);
	action = &h->irq[irq];
	if (action->used)
		return -16; /* EBUSY */
	*action = (struct irq_action){
		.handler = handler, .data = data, .cpu = (u8)cpu, .used = true
	};
	return 0;
}

void free_irq(struct host *h, u32 irq)
{
	assert(irq < CPU_IRQ_MAX);
	assert(h->irq[irq].used);
	h->cpu[h->irq[irq].cpu].irq_pending &= ~(1ull << irq);
	h->irq[irq] = (struct irq_action){ 0 };
}

void spin_lock(struct cpu *c, struct spinlock *l)
{
	assert(l->holder == 0); /* units do not interleave: a held lock here is a deadlock */
	if (l->free_at_ps > c->now_ps) {
		c->lock_wait_ps += l->free_at_ps - c->now_ps;
		c->now_ps = l->free_at_ps;
	}
	l->holder = (u8)(c->id + 1);
	c->locks_held++;
}

bool spin_trylock(struct cpu *c, struct spinlock *l)
{
	if (l->holder != 0 || l->free_at_ps > c->now_ps)
		return false;
	spin_lock(c, l);
	return true;
}

void spin_unlock(struct cpu *c, struct spinlock *l)
{
	assert(l->holder == c->id + 1);
	assert(c->locks_held > 0);
	l->holder = 0;
	l->free_at_ps = c->now_ps;
	c->locks_held--;
}

enum trace_ctx cpu_ctx(const struct cpu *c)
{
	if (c->hardirq_depth != 0)
		return CTX_HARDIRQ;
	if (c->softirq_depth != 0)
		return c->in_ksoftirqd ? CTX_KSOFTIRQD : CTX_SOFTIRQ;
	return c->in_ksoftirqd ? CTX_KSOFTIRQD : CTX_TASK;
}

static struct trace_rec *cpu_record(struct cpu *c, enum trace_kind kind)
{
	struct trace_rec *r = trace_next(c->trace);

	r->when_ps = c->now_ps;
	r->kind = (u16)kind;
	r->host = (u8)c->host->id;
	r->cpu = (u8)c->id;
	r->ctx = (u8)cpu_ctx(c);
	r->task = c->current != NULL ? (u8)c->current->id : 0xff;
	r->statement = c->trace->statement;
	return r;
}

static void record_call(struct cpu *c, u32 fn, enum trace_kind kind)
{
	struct trace_rec *r;

	if (!trace_on(c->trace, kind))
		return;
	r = cpu_record(c, kind);
	memset(r->arg, 0, sizeof(r->arg));
	r->arg[0] = fn;
	r->arg[1] = c->graph_depth;
}

/* NOLINTNEXTLINE(misc-no-recursion): see serve_softirqs(). */
void probe_entered(const struct net *net, u32 fn)
{
	struct cpu *c = this_cpu(net);

	if (unlikely(net->tracing)) {
		record_call(c, fn, TRACE_ENTER);
		c->graph_depth++;
		/* Not even an interrupt may depend on whether somebody looks. */
		if (net->host->cost_model == COST_JUDGE)
			return;
	}
	cpu_charge(c, c->cost[fn]);
}

void probe_left(const struct net *net, u32 fn)
{
	struct cpu *c = this_cpu(net);

	c->graph_depth--;
	record_call(c, fn, TRACE_EXIT);
}

void path_step(struct cpu *c, enum path_step step, u32 queue, u32 bytes)
{
	struct trace_rec *r;

	if (!trace_on(c->trace, TRACE_STEP))
		return;
	r = cpu_record(c, TRACE_STEP);
	memset(r->arg, 0, sizeof(r->arg));
	r->arg[0] = step;
	r->arg[1] = queue;
	r->arg[2] = bytes;
}

void trace_event(struct cpu *c, enum trace_kind kind, const u32 arg[TRACE_ARGS])
{
	memcpy(cpu_record(c, kind)->arg, arg, TRACE_ARGS * sizeof(arg[0]));
}
