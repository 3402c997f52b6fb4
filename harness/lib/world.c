// SPDX-License-Identifier: MIT
/* world.c - lays out and runs a world: see world.h. */
#include "harness/lib/world.h"

#include "base/csum.h"
#include "harness/lib/conserve.h"
#include "harness/lib/ipcmd.h"
#include "harness/lib/invariants.h"
#include "socket/socket.h"
#include "uapi/signal.h"

static u32 or_default(u32 v, u32 dflt)
{
	return v != 0 ? v : dflt;
}

static struct host_cfg host_cfg_of(const struct world_cfg *cfg, u32 id)
{
	return (struct host_cfg){
		.limits = cfg->limits,
		.seed = cfg->seed,
		.id = id,
		.cpus = or_default(cfg->cpus, 1),
		.tasks = min_u32(or_default(cfg->tasks, 1), cfg->limits->tasks),
		.cost = cfg->cost,
		.boot_jiffies = cfg->boot_jiffies != 0 ? cfg->boot_jiffies : WORLD_BOOT_JIFFIES,
		.boot_real_ns = cfg->boot_real_ns != 0 ? cfg->boot_real_ns : WORLD_BOOT_REAL_NS,
	};
}

static void layout_pool(struct world *w, struct arena *a, struct pool *p, const char *name,
			u32 bytes, u32 n)
{
	void *mem = arena_take(a, (u64)pool_slot_bytes(bytes) * n);

	if (a->mem == NULL)
		return;
	pool_init(p, name, mem, bytes, n);
	world_add_region(w, REGION_POOL, p, 0);
}

/* The order of memory: what a snapshot copies whole comes first, then pools, then what it leaves
 * out. While sizing, w is a blank that only carries the configuration.
 */
static void layout(struct world *w, struct arena *a, const struct world_cfg *cfg)
{
	const struct limits *l = cfg->limits;
	struct sim_event **slots[2];
	struct trace_rec *ring;

	for (u32 i = 0; i < cfg->nr_devs; i++) {
		struct nic_port *n;

		if (cfg->dev[i].kind != DEV_IGB)
			continue;
		n = arena_take(a, sizeof(struct nic_port));
		w->port[i].nic = n;
		if (a->mem != NULL)
			world_add_nic_regions(w, n);
	}
	for (u32 i = 0; i < cfg->hosts; i++) {
		struct host_cfg hc = host_cfg_of(cfg, i);

		host_layout(&w->host[i], a, &hc);
	}
	for (u32 i = 0; i < ARRAY_SIZE(slots); i++)
		slots[i] = arena_take(a, l->events * sizeof(struct sim_event *));
	layout_pool(w, a, &w->event_pool, "event", sizeof(struct sim_event), l->events / 2);
	layout_pool(w, a, &w->frame_pool, "frame", sizeof(struct frame) + FRAME_BYTES, l->frames);
	layout_pool(w, a, &w->big_frame_pool, "big_frame", sizeof(struct frame) + BIG_FRAME_BYTES,
		    l->big_frames);
	w->scratch = arena_take(a, BIG_FRAME_BYTES);
	for (u32 i = 0; i < cfg->hosts; i++)
		w->conserve[i] = conserve_layout(a, l);
	ring = arena_take(a, l->trace_records * sizeof(struct trace_rec));
	if (a->mem == NULL)
		return;
	sim_init(&w->sim, &w->event_pool, slots[0], slots[1], l->events);
	world_add_region(w, REGION_HEAP, &w->sim.heap[0], 0);
	world_add_region(w, REGION_HEAP, &w->sim.heap[1], 0);
	trace_init(&w->trace, ring, l->trace_records);
}

u64 world_size(const struct world_cfg *cfg)
{
	struct arena a = { 0 };
	struct world blank; /* only for layout() to write its NULLs to */

	arena_take(&a, sizeof(struct world));
	layout(&blank, &a, cfg);
	return a.used;
}

u64 world_now_ps(const struct world *w)
{
	for (u32 i = 0; i < w->cfg.hosts; i++)
		if (w->host[i].running != NULL)
			return max_u64(w->sim.now_ps, w->host[i].running->now_ps);
	return w->sim.now_ps;
}

/* --- cards: bus.h's host side -------------------------------------------------------------------
 */

static bool port_dma_read(void *ctx, u64 addr, void *to, u32 len_bytes)
{
	struct nic_port *p = ctx;
	const u8 *mem = dma_access(p->host->dma, addr, len_bytes, false);

	if (mem == NULL)
		return false;
	memcpy(to, mem, len_bytes);
	return true;
}

static bool port_dma_write(void *ctx, u64 addr, const void *from, u32 len_bytes)
{
	struct nic_port *p = ctx;
	u8 *mem = dma_access(p->host->dma, addr, len_bytes, true);

	if (mem == NULL)
		return false;
	memcpy(mem, from, len_bytes);
	return true;
}

static void raise_late(void *ctx, u64 line, u64 unused)
{
	struct nic_port *p = ctx;

	(void)unused;
	host_raise_irq(p->host, (u32)line);
}

static void port_msix(void *ctx, u32 vector)
{
	struct nic_port *p = ctx;
	u64 delay_ps = vector < ARRAY_SIZE(p->irq_delay_ps) ? p->irq_delay_ps[vector] : 0;

	if (delay_ps == 0 || !sim_post(&p->world->sim, SIM_NIC, p->world->sim.now_ps + delay_ps,
				       raise_late, p, p->irq_base + vector, 0))
		host_raise_irq(p->host, p->irq_base + vector);
}

static void port_wire_tx(void *ctx, const u8 *frame, u32 len_bytes, u64 wire_ps)
{
	struct nic_port *p = ctx;

	world_sent(p->world, p->index, frame, len_bytes, p->world->sim.now_ps, wire_ps);
}

static void port_event(void *ctx, u64 what, u64 arg)
{
	struct nic_port *p = ctx;

	nic_card.event(&p->nic, (u32)what, (u32)arg);
}

static void port_at(void *ctx, u64 when_ps, u32 what, u32 arg)
{
	struct nic_port *p = ctx;

	/* INVARIANT: the event pool is larger than what all cards can have outstanding. */
	if (!sim_post(&p->world->sim, SIM_NIC, when_ps, port_event, p, what, arg))
		check_failed(__FILE__, __LINE__, "the event pool is exhausted");
}

/* Within a call of the driver this is the clock of its CPU: igb_rd32() and igb_wr32() see to that.
 */
static u64 port_now_ps(void *ctx)
{
	const struct nic_port *p = ctx;

	return p->world->sim.now_ps;
}

/* The card's own steps; no CPU runs them. */
static void port_note(void *ctx, enum bus_note what, u32 queue, u32 bytes)
{
	static const enum path_step steps[] = {
		[BUS_NOTE_FETCH] = PATH_NIC_FETCH,
		[BUS_NOTE_READ] = PATH_NIC_READ,
		[BUS_NOTE_SEND] = PATH_NIC_SEND,
		[BUS_NOTE_REPORT] = PATH_NIC_REPORT,
		[BUS_NOTE_IRQ] = PATH_NIC_IRQ,
		[BUS_NOTE_STORE] = PATH_NIC_STORE,
		[BUS_NOTE_WRITEBACK] = PATH_NIC_WRITEBACK,
	};
	struct nic_port *p = ctx;
	struct trace *t = &p->world->trace;

	if (!trace_on(t, TRACE_STEP))
		return;
	*trace_next(t) = (struct trace_rec){
		.when_ps = p->nic.last_ps,
		.arg = { steps[what], queue, bytes, p->index },
		.kind = TRACE_STEP,
		.host = (u8)p->host->id,
		.cpu = 0xff,
		.ctx = CTX_DEVICE,
		.task = 0xff,
		.statement = t->statement,
	};
}

static void port_busy(void *ctx, enum bus_engine who, u32 queue, u32 bytes, u64 from_ps,
		      u64 until_ps)
{
	struct nic_port *p = ctx;
	struct trace *t = &p->world->trace;

	if (!trace_on(t, TRACE_nic))
		return;
	*trace_next(t) = (struct trace_rec){
		.when_ps = from_ps,
		.arg = { who, p->index, queue, bytes, (u32)min_u64(until_ps - from_ps, U32_MAX) },
		.kind = TRACE_nic,
		.host = (u8)p->host->id,
		.cpu = 0xff,
		.ctx = CTX_DEVICE,
		.task = 0xff,
		.statement = t->statement,
	};
}

static const struct bus_host port_bus = {
	.dma_read = port_dma_read,
	.dma_write = port_dma_write,
	.msix = port_msix,
	.wire_tx = port_wire_tx,
	.at = port_at,
	.now_ps = port_now_ps,
	.note = port_note,
	.busy = port_busy,
};

/* --- frames
 * --------------------------------------------------------------------------------------- */

void world_sent(struct world *w, u32 port, const u8 *frame, u32 len_bytes, u64 start_ps,
		u64 wire_ps)
{
	struct world_port *p = &w->port[port];

	sim_note(&w->sim, port);
	sim_note(&w->sim, start_ps);
	sim_note_bytes(&w->sim, frame, len_bytes);
	if (w->checks)
		check_frame(p->dev != NULL ? dev_net(p->dev) : NULL, frame, len_bytes,
			    p->kind != DEV_TUN);
	if (w->on_frame != NULL)
		w->on_frame(w->on_frame_ctx, port, true, frame, len_bytes);
	if (p->wire != NULL)
		wire_send(p->wire, port, frame, len_bytes, start_ps + wire_ps);
}

/* LINUX: skb_checksum_help(), by the reader: also of what is still to be cut into segments. */
static void complete_checksum(u8 *frame, u32 len, const struct sk_buff *skb)
{
	u32 start = (u32)skb_checksum_start_offset(skb), at = start + skb->csum_offset;
	u16 sum;

	if (start >= len || at + 2 > len)
		return;
	sum = csum_fold(csum_partial(frame + start, len - start, 0));
	put_be16(frame + at, sum != 0 ? sum : CSUM_MANGLED_0);
}

/* The reader of a TAP: the frame as it came from the stack, made linear. */
static void tap_sent(void *ctx, struct sk_buff *skb)
{
	struct world_port *p = ctx;
	struct world *w = p->world;

	assert(skb->len <= BIG_FRAME_BYTES);
	if (skb_copy_bits(skb, 0, w->scratch, skb->len) == 0) {
		if (skb->ip_summed == CHECKSUM_PARTIAL)
			complete_checksum(w->scratch, skb->len, skb);
		world_sent(w, p->index, w->scratch, skb->len, world_now_ps(w), 0);
	}
	consume_skb(skb);
}

/* The peer's write() to a TAP: a unit of its own, bottom halves off while the frame goes up. */
static void tap_receive(void *ctx, u64 frame, u64 unused)
{
	struct frame *f = (struct frame *)(uintptr_t)frame;
	struct world *w = ctx;
	struct net_device *dev = w->port[f->port].dev;

	(void)unused;
	if (dev != NULL) {
		struct cpu *c = &dev_net(dev)->host->cpu[0];

		cpu_unit_begin(c, NULL);
		tun_get_user(dev, f->bytes, f->len);
		cpu_unit_end(c);
	}
	pool_free(f->pool, f);
}

void world_arrive(struct world *w, struct frame *f)
{
	struct world_port *p = &w->port[f->port];

	if (p->dev == NULL) {
		pool_free(f->pool, f); /* the world is going down */
		return;
	}
	if (w->on_frame != NULL)
		w->on_frame(w->on_frame_ctx, f->port, false, f->bytes, f->len);
	if (p->kind == DEV_IGB) {
		nic_card.wire_rx(&p->nic->nic, f->bytes, f->len, f->fcs_ok);
		pool_free(f->pool, f);
		return;
	}
	if (!f->fcs_ok ||
	    !sim_post(&w->sim, SIM_IRQ, w->sim.now_ps, tap_receive, w, (u64)(uintptr_t)f, 0))
		pool_free(f->pool, f);
}

bool world_inject(struct world *w, u32 port, const u8 *frame, u32 len_bytes)
{
	assert(port < w->cfg.nr_devs);
	return wire_deliver(w, port, frame, len_bytes, true, w->sim.now_ps);
}

void world_link(struct world *w, u32 port, bool up)
{
	struct world_port *p = &w->port[port];

	if (p->kind == DEV_IGB) {
		nic_card.link(&p->nic->nic, up);
		return;
	}
	host_config_begin(dev_net(p->dev)->host);
	if (up)
		netif_carrier_on(p->dev);
	else
		netif_carrier_off(p->dev);
	host_config_end(dev_net(p->dev)->host);
}

/* --- bringing up and taking down
 * ------------------------------------------------------------------ */

static void init_igb(struct world *w, u32 i, u32 irq_base)
{
	const struct world_dev_cfg *dc = &w->cfg.dev[i];
	struct host *h = &w->host[dc->host];
	struct nic_port *n = w->port[i].nic;
	struct nic_cfg nc = {
		.queues = 16,
		.mem_read_latency_ns = or_default(w->cfg.mem_read_latency_ns, 500),
		.outstanding_reads = or_default(w->cfg.outstanding_reads, 4),
		.perturb = w->cfg.perturb,
	};
	int err;

	n->world = w;
	n->host = h;
	n->irq_base = irq_base;
	n->index = i;
	memset(n->irq_delay_ps, 0, sizeof(n->irq_delay_ps));
	memcpy(nc.mac, dc->mac, ETH_ALEN);
	nic_init(&n->nic, &nc, &port_bus, n);
	host_config_begin(h);
	err = igb_probe(&h->net, dc->name, &nic_card, &n->nic, irq_base,
			dc->queues != 0 ? dc->queues : h->nr_cpus, &n->dev);
	host_config_end(h);
	assert(err == 0);
	w->port[i].dev = n->dev;
	world_run_until(w,
			h->cpu[0].now_ps); /* the probe has slept for some of the driver's delays */
	nic_card.link(&n->nic, true);	   /* a cable is in, even if nobody is at its other end */
}

static void init_tap(struct world *w, u32 i)
{
	const struct world_dev_cfg *dc = &w->cfg.dev[i];
	struct host *h = &w->host[dc->host];
	struct world_port *p = &w->port[i];

	host_config_begin(h);
	p->dev = tun_create(&h->net, dc->name, dc->kind == DEV_TAP, dc->mac, tap_sent, p);
	host_config_end(h);
	assert(p->dev != NULL);
}

struct world *world_init(void *mem, u64 size, const struct world_cfg *cfg)
{
	struct arena a = { .mem = mem, .size = size, .zeroed = cfg->zeroed };
	struct world *w = arena_take(&a, sizeof(*w));
	u32 irqs[WORLD_HOSTS] = { 0 };

	assert(cfg->hosts >= 1 && cfg->hosts <= WORLD_HOSTS);
	assert(cfg->nr_devs <= WORLD_DEVS && cfg->nr_wires <= WORLD_WIRES);
	memset(w, 0, sizeof(*w));
	w->cfg = *cfg;
	world_add_region(w, REGION_FIXED, &w->sim,
			 offsetof(struct world, host) - offsetof(struct world, sim) +
				 cfg->hosts * sizeof(struct host));
	layout(w, &a, &w->cfg);
	for (u32 i = 0; i < cfg->hosts; i++) {
		struct host_cfg hc = host_cfg_of(cfg, i);

		hc.kernel = i != 0 ? &w->host[0] : NULL;
		host_init(&w->host[i], &w->sim, &w->trace, &hc, do_syscall);
		w->host[i].world = w;
		conserve_init(w->conserve[i], w, &w->host[i]);
		world_add_host_regions(w, &w->host[i]);
	}
	for (u32 i = 0; i < cfg->nr_wires; i++) {
		wire_init(&w->wire[i], w, i, &cfg->wire[i], cfg->seed);
		for (u32 end = 0; end < max_u32(cfg->wire[i].nr_ports, 2); end++)
			w->port[cfg->wire[i].port[end]].wire = &w->wire[i];
	}
	for (u32 i = 0; i < cfg->nr_devs; i++) {
		w->port[i].world = w;
		w->port[i].index = i;
		w->port[i].kind = cfg->dev[i].kind;
		if (cfg->dev[i].kind == DEV_IGB) {
			init_igb(w, i, irqs[cfg->dev[i].host]);
			irqs[cfg->dev[i].host] += IGB_VECTORS_MAX;
		} else {
			init_tap(w, i);
		}
	}
	world_settle(w);
	for (u32 i = 0; i < cfg->hosts; i++)
		host_seed(&w->host[i], cfg->seed, i == 0);
	return w;
}

void world_exit(struct world *w)
{
	for (u32 i = 0; i < w->cfg.hosts; i++)
		host_exit(&w->host[i]);
	for (u32 i = 0; i < w->cfg.nr_devs; i++)
		w->port[i].dev = NULL;
	/* Frames that are still on a wire arrive at devices that are gone, and are dropped. */
	while (w->frame_pool.used + w->big_frame_pool.used != 0 && world_step(w))
		;
}

void world_fail_alloc(struct world *w, u32 host, u32 nth)
{
	struct pool *p;

	assert(host < w->cfg.hosts);
	w->alloc_fail_at[host] = nth;
	for (u32 i = 0; (p = host_pool(&w->host[host], i)) != NULL; i++) {
		p->fail_shared = &w->alloc_fail_at[host];
		p->fail_at = POOL_FAIL_SHARED;
	}
}

u32 world_pools(struct world *w, struct pool **out, u32 max)
{
	u32 n = 0;

	for (u32 i = 0; i < w->nr_regions && n < max; i++)
		if (w->region[i].kind == REGION_POOL)
			out[n++] = w->region[i].at;
	return n;
}

u32 world_leaks(const struct world *w, const char **which)
{
	u32 n = 0;

	for (u32 i = 0; i < w->nr_regions; i++) {
		const struct pool *p = w->region[i].at;

		if (w->region[i].kind != REGION_POOL || p->used == 0 || p == &w->event_pool)
			continue;
		if (n == 0 && which != NULL)
			*which = p->name;
		n += p->used;
	}
	return n;
}

u64 world_exhausted(const struct world *w)
{
	u64 n = 0;

	for (u32 i = 0; i < w->nr_regions; i++)
		if (w->region[i].kind == REGION_POOL)
			n += ((const struct pool *)w->region[i].at)->exhausted;
	return n;
}

/* --- running
 * -------------------------------------------------------------------------------------- */

bool world_step(struct world *w)
{
	if (!sim_step(&w->sim))
		return false;
	if (w->checks)
		world_check(w);
	return true;
}

void world_run_until(struct world *w, u64 when_ps)
{
	while (sim_next_ps(&w->sim) <= when_ps)
		world_step(w);
	w->sim.now_ps = max_u64(w->sim.now_ps, when_ps);
}

void world_settle(struct world *w)
{
	while (sim_next_ps(&w->sim) <= w->sim.now_ps)
		world_step(w);
}

bool world_run_task(struct world *w, struct task *t, u64 limit_ps)
{
	u64 end_ps = w->sim.now_ps + limit_ps;

	while (t->state != TASK_IDLE && sim_next_ps(&w->sim) <= end_ps)
		world_step(w);
	return t->state == TASK_IDLE;
}

void world_start(struct world *w, u32 host, u32 task, enum sys_nr nr, const u64 arg[SYS_ARGS])
{
	assert(host < w->cfg.hosts);
	assert(task < w->host[host].nr_tasks);
	task_call(&w->host[host].task[task], nr, arg);
}

bool world_call(struct world *w, u32 host, u32 task, enum sys_nr nr, const u64 arg[SYS_ARGS],
		s64 *ret)
{
	struct task *t = &w->host[host].task[task];

	if (sim_next_ps(&w->sim) > w->sim.now_ps && !w->checks)
		task_call_now(t, nr, arg);
	else
		world_start(w, host, task, nr, arg);
	/* The unit of the call itself, and nothing that lies in the future. */
	while (t->state == TASK_QUEUED && world_step(w))
		;
	*ret = t->ret;
	return t->state == TASK_IDLE;
}

void world_trace(struct world *w, u64 mask)
{
	w->trace.mask = mask;
	for (u32 i = 0; i < w->cfg.hosts; i++)
		net_follow_trace(&w->host[i].net);
}

u8 *world_umem(struct world *w, u32 host, uptr at, u32 bytes)
{
	return world_umem_of(w, host, 0, at, bytes);
}

u8 *world_umem_of(struct world *w, u32 host, u32 process, uptr at, u32 bytes)
{
	u8 *mem;

	assert(process < w->host[host].nr_processes);
	mem = umem_at(&w->host[host].process[process], at, bytes);
	assert(mem != NULL);
	umem_touch(&w->host[host].process[process], at + bytes);
	return mem;
}

void world_fork(struct world *w, u32 host, u32 from, u32 to)
{
	struct host *h = &w->host[host];
	struct process *parent = &h->process[from], *child = &h->process[to];

	assert(from < h->nr_processes);
	assert(to < h->nr_processes);
	host_config_begin(h);
	fd_copy(child, parent);
	host_config_end(h);
	memcpy(child->umem, parent->umem, parent->umem_high);
	if (child->umem_high > parent->umem_high)
		memset(child->umem + parent->umem_high, 0, child->umem_high - parent->umem_high);
	child->umem_high = max_u32(child->umem_high, parent->umem_high);
	child->caps = parent->caps;
	child->sighand = parent->sighand;
	child->uid = parent->uid;
	child->gid = parent->gid;
	world_settle(w);
}

void world_attach(struct world *w, u32 host, u32 task, u32 process)
{
	struct host *h = &w->host[host];

	assert(task < h->nr_tasks);
	assert(process < h->nr_processes);
	assert(h->task[task].state == TASK_IDLE);
	h->task[task].process = &h->process[process];
}

void world_signal_nr(struct world *w, u32 host, u32 task, u32 signo)
{
	const struct kernel_siginfo info = { .si_signo = (s32)signo, .si_code = SI_TKILL };

	assert(task < w->host[host].nr_tasks);
	assert(signo >= 1 && signo <= SIGNALS);
	send_signal_thread(&w->host[host].task[task], &info);
	world_settle(w);
}

void world_signal(struct world *w, u32 host, u32 task)
{
	world_signal_nr(w, host, task, SIGUSR1);
}

int world_config(struct world *w, u32 host, const char *line, char *err, u32 err_bytes)
{
	int ret = ipcmd(&w->host[host], line, err, err_bytes);

	world_settle(w);
	return ret;
}

void world_check(const struct world *w)
{
	sim_check(&w->sim);
	for (u32 i = 0; i < w->nr_regions; i++)
		if (w->region[i].kind == REGION_POOL)
			pool_check(w->region[i].at);
	for (u32 i = 0; i < w->cfg.hosts; i++)
		host_check(&w->host[i]);
	for (u32 i = 0; i < w->cfg.hosts; i++)
		conserve_check_event(w->conserve[i]);
	for (u32 i = 0; i < w->cfg.nr_devs; i++)
		if (w->port[i].nic != NULL)
			nic_check(&w->port[i].nic->nic);
}

u64 world_digest(const struct world *w)
{
	struct sim fold = { .digest = w->sim.digest };

	sim_note(&fold, w->sim.now_ps);
	for (u32 i = 0; i < w->cfg.hosts; i++)
		sim_note(&fold, host_digest(&w->host[i]));
	return fold.digest;
}
