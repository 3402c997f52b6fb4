// SPDX-License-Identifier: MIT
/* refstack.c - the reference as a device under test: a world in virtual time.
 *
 * Worlds are laid out once for each kind and restored for each program. Two hosts are on a cable,
 * three and four on one that has as many ends; where there is one host, the wire between its device
 * and whoever plays the other end is kept here, so that it can have faults too.
 * In the judge's time a cable between hosts takes none, as that of its hosts.
 */
#include "harness/dut/dut.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "core/sock.h"
#include "core/sysctl.h"
#include "harness/dut/refstack_facts.h"
#include "harness/lib/ipcmd_lex.h"
#include "harness/lib/nstat.h"
#include "harness/lib/scenario.h"
#include "harness/lib/ss.h"
#include "ipv4/af_inet.h"
#include "ipv4/inetdevice.h"
#include "ipv4/udp.h"
#include "socket/socket.h"
#include "uapi/socket.h"

#define PROC_SYS "/proc/sys/"
#define CUBIC	 "/sys/module/tcp_cubic/parameters/"

/* Of those that are kept the oldest goes. */
enum { WORLDS = 24, PLACES = 4, IGB_CPUS = 2, UMEM_BYTES = 1 << 22 };

struct refstack {
	struct dut dut;
	struct world *world;
	struct wire wire;	 /* between the one host and the other end */
	struct kept_world *kept; /* NULL: the world is the caller's */
};

static struct world *world_of(const struct dut *d)
{
	assert(d->world != NULL);
	return d->world;
}

static struct net *net_of(struct dut *d, u32 host)
{
	return &world_of(d)->host[host].net;
}

static struct process *process_of(const struct dut *d, u32 host, u32 process)
{
	assert(process < DUT_PROCESSES);
	return &world_of(d)->host[host].process[process];
}

/* --- worlds that are kept --- */

struct kept_place {
	void *key, *aside;
	u32 key_len, aside_len;
	void *snapshot;
	struct wire wire;
};

struct kept_world {
	struct dut_worlds *worlds; /* it is one of these */
	struct dut_config cfg;
	struct refstack refstack;
	struct kept_place start; /* as it was laid out; no key */
	struct kept_place place[PLACES];
	u32 nr_places, next;
};

struct dut_worlds {
	u32 nr, next; /* next: the one that goes when all places are taken */
	u32 made;     /* worlds and places, those that are gone, too */
	struct kept_world *kept[WORLDS];
	struct dut_aside aside;
};

/* As limits_test, with threads for every process. */
static const struct limits *program_limits(void)
{
	static struct limits l;

	l = limits_test;
	l.tasks = DUT_THREADS;
	l.umem_bytes = UMEM_BYTES;
	return &l;
}

struct dut_worlds *dut_worlds_new(void)
{
	struct dut_worlds *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		abort();
	return cache;
}

static void place_free(struct kept_place *p)
{
	free(p->key);
	free(p->aside);
	free(p->snapshot);
	*p = (struct kept_place){ 0 };
}

static void kept_free(struct kept_world *k)
{
	place_free(&k->start);
	for (u32 i = 0; i < k->nr_places; i++)
		place_free(&k->place[i]);
	scenario_free(k->refstack.world);
	free(k);
}

void dut_worlds_free(struct dut_worlds *cache)
{
	if (cache == NULL)
		return;
	for (u32 i = 0; i < cache->nr; i++)
		kept_free(cache->kept[i]);
	if (cache->aside.free != NULL)
		cache->aside.free(cache->aside.of);
	free(cache);
}

struct dut_aside *dut_worlds_aside(struct dut_worlds *cache)
{
	return &cache->aside;
}

static bool same_kind(const struct dut_config *a, const struct dut_config *b)
{
	return a->device == b->device && a->stock == b->stock && a->mss == b->mss &&
	       a->hosts == b->hosts && a->cost == b->cost && a->seed == b->seed &&
	       a->cpus == b->cpus && a->checks == b->checks && a->crossings == b->crossings;
}

/* A program is set up one jiffy before the boundary of the wheel that its time 0 is on. */
static struct world_cfg cfg_of(const struct dut_config *k)
{
	u32 usual = k->device == DUT_IGB ? IGB_CPUS : 1;
	static const enum world_dev_kind dev[] = {
		[DUT_TAP] = DEV_TAP,
		[DUT_TUN] = DEV_TUN,
		[DUT_IGB] = DEV_IGB,
	};
	struct world_cfg cfg = {
		.limits = program_limits(),
		.seed = k->seed,
		.cost = k->cost,
		.hosts = k->hosts,
		.cpus = k->cpus != 0 ? k->cpus : usual,
		.tasks = DUT_THREADS,
		.boot_jiffies = WORLD_BOOT_JIFFIES - 1,
		.boot_real_ns = WORLD_BOOT_REAL_NS - NS_PER_SEC / HZ,
		.nr_devs = k->hosts,
		.nr_wires = k->hosts > 1,
		.wire = { { .port = { 0, 1, 2, 3 },
			    .nr_ports = (u8)k->hosts,
			    .delay_ps = k->cost == COST_JUDGE ? 0 : 500 * PS_PER_NS } },
	};

	for (u8 i = 0; i < k->hosts; i++)
		cfg.dev[i] = (struct world_dev_cfg){
			.host = i,
			.kind = dev[k->device],
			.name = k->stock ? "tun0" : "eth0",
			.mac = { 2, 0, 0, 0, 0, (u8)(i + 1) },
		};
	return cfg;
}

static void *copy_of(const void *from, u32 len)
{
	void *to = malloc((size_t)len + 1);

	if (to == NULL)
		abort();
	memcpy(to, from, len);
	return to;
}

static void place_save(struct kept_place *p, struct refstack *r)
{
	p->snapshot = malloc((size_t)world_save_size(r->world));
	if (p->snapshot == NULL)
		abort();
	world_save(r->world, p->snapshot);
	p->wire = r->wire;
}

static void watch_world(struct refstack *r);
static void attach_wire(struct refstack *r, u64 seed);

static struct kept_world *kept_make(const struct dut_config *kind)
{
	struct world_cfg cfg = cfg_of(kind);
	struct kept_world *k = calloc(1, sizeof(*k));
	struct refstack *r;
	struct world *w;

	if (k == NULL)
		abort();
	r = &k->refstack;
	k->cfg = *kind;
	w = scenario_new(&cfg);
	r->world = w;
	r->kept = k;
	if (kind->checks || kind->crossings)
		scenario_checks_on(w);
	w->checks = kind->checks;
	if (kind->stock && kind->device != DUT_IGB) {
		host_config_begin(&w->host[0]);
		tun_set_offload(w->port[0].dev, true, true);
		tun_set_write_gso(w->port[0].dev, kind->mss);
		host_config_end(&w->host[0]);
	}
	attach_wire(r, kind->seed);
	watch_world(r);
	place_save(&k->start, r);
	return k;
}

static struct kept_world *kept_of(struct dut_worlds *cache, const struct dut_config *kind)
{
	u32 i = 0;

	while (i < cache->nr && !same_kind(&cache->kept[i]->cfg, kind))
		i++;
	if (i < cache->nr)
		return cache->kept[i];
	if (i == WORLDS) {
		i = cache->next++ % WORLDS;
		kept_free(cache->kept[i]);
	} else {
		cache->nr++;
	}
	cache->kept[i] = kept_make(kind);
	cache->kept[i]->worlds = cache;
	cache->made++;
	return cache->kept[i];
}

static const struct dut_ops refstack_ops;

static struct dut *begin_at(struct kept_world *k, const struct kept_place *p)
{
	struct refstack *r = &k->refstack;

	world_restore(r->world, p->snapshot);
	r->wire = p->wire;
	r->dut = (struct dut){ .ops = &refstack_ops, .world = r->world };
	return &r->dut;
}

/* Latencies begin when a program does: a world is the same with them and without. */
static void perturb_cards(struct world *w, u64 seed)
{
	for (u32 i = 0; i < w->cfg.nr_devs; i++)
		if (w->port[i].nic != NULL)
			w->port[i].nic->nic.perturb = seed;
}

struct dut *dut_refstack(const struct dut_config *cfg, struct dut_worlds *cache)
{
	struct kept_world *k;
	struct dut *d;

	assert(cfg->hosts >= 1);
	assert(cfg->hosts <= DUT_HOSTS);
	k = kept_of(cache, cfg);
	d = begin_at(k, &k->start);
	for (u32 i = 0; i < cfg->hosts; i++)
		d->world->host[i].place_ns = cfg->place_ns;
	perturb_cards(d->world, cfg->perturb);
	return d;
}

struct dut *dut_refstack_from(const struct dut_config *cfg, struct dut_worlds *cache,
			      const void *key, u32 key_len, void *aside, u32 aside_len)
{
	struct kept_world *k = kept_of(cache, cfg);

	for (u32 i = 0; i < k->nr_places; i++) {
		const struct kept_place *p = &k->place[i];

		if (p->key_len != key_len || memcmp(p->key, key, key_len) != 0)
			continue;
		assert(p->aside_len == aside_len);
		memcpy(aside, p->aside, aside_len);
		return begin_at(k, p);
	}
	return NULL;
}

void dut_refstack_keep(struct dut *d, const void *key, u32 key_len, const void *aside,
		       u32 aside_len)
{
	struct refstack *r = container_of(d, struct refstack, dut);
	struct kept_world *k = r->kept;
	struct kept_place *p;

	assert(k != NULL);
	if (k->nr_places < PLACES) {
		p = &k->place[k->nr_places++];
	} else {
		p = &k->place[k->next++ % PLACES];
		place_free(p);
	}
	p->key = copy_of(key, key_len);
	p->key_len = key_len;
	p->aside = copy_of(aside, aside_len);
	p->aside_len = aside_len;
	place_save(p, r);
	k->worlds->made++;
}

u32 dut_worlds_made(const struct dut_worlds *cache)
{
	return cache->made;
}

/* --- time --- */

static u64 now_ps(const struct dut *d)
{
	return world_of(d)->sim.now_ps;
}

static bool step(struct dut *d, u64 until_ps)
{
	struct world *w = world_of(d);

	if (sim_next_ps(&w->sim) <= until_ps)
		return world_step(w);
	if (until_ps != U64_MAX)
		world_run_until(w, until_ps);
	return false;
}

static u64 next_ps(const struct dut *d)
{
	return sim_next_ps(&world_of(d)->sim);
}

/* What the CPUs have been given to do is done then. */
static u64 busy_until_ps(const struct dut *d)
{
	const struct world *w = world_of(d);
	u64 until = w->sim.now_ps;

	for (u32 h = 0; h < w->cfg.hosts; h++)
		for (u32 c = 0; c < w->host[h].nr_cpus; c++)
			until = max_u64(until, w->host[h].cpu[c].now_ps);
	return until;
}

/* A card's link takes its seconds. */
static bool ready(const struct dut *d)
{
	const struct world *w = world_of(d);

	for (u32 i = 0; i < w->cfg.nr_devs; i++) {
		const struct net_device *dev = w->port[i].dev;

		if (w->port[i].kind == DEV_IGB && netif_running(dev) && !netif_carrier_ok(dev))
			return false;
	}
	return true;
}

/* --- calls --- */

static void call(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 arg[SYS_ARGS])
{
	world_start(world_of(d), host, thread, nr, arg);
}

static struct dut_call thread(const struct dut *d, u32 host, u32 nr)
{
	const struct task *t = &world_of(d)->host[host].task[nr];

	static_assert(SYS_ARGS == 6, "a call's arguments are all there");
	/* Each by itself: they have just been written so, and a wider load would wait for that. */
	return (struct dut_call){
		.busy = t->state != TASK_IDLE,
		.ret = t->ret,
		.ended_ps = t->ended_ps,
		.arg = { t->arg[0], t->arg[1], t->arg[2], t->arg[3], t->arg[4], t->arg[5] },
		.process = t->process->id - 1,
	};
}

static struct dut_memory memory(struct dut *d, u32 host, u32 process)
{
	struct process *p = process_of(d, host, process);

	return (struct dut_memory){ p->umem, p->umem_bytes, p->umem_high };
}

static void touch(struct dut *d, u32 host, u32 process, u32 high)
{
	umem_touch(process_of(d, host, process), UMEM_BASE + (uptr)high);
}

/* The judging kernel looks at its clock so often when it makes a process or a thread, and when it
 * starts a program.
 */
static void let_clone_last(struct dut *d)
{
	enum { CLONE_NS = 3 * 256 };
	struct world *w = world_of(d);

	if (w->host[0].cost_model == COST_JUDGE)
		world_run_until(w, busy_until_ps(d) + CLONE_NS * PS_PER_NS);
}

static void fork_process(struct dut *d, u32 host, u32 to)
{
	world_fork(world_of(d), host, 0, to);
	let_clone_last(d);
}

static void attach(struct dut *d, u32 host, u32 nr, u32 process)
{
	world_attach(world_of(d), host, nr, process);
	let_clone_last(d);
}

static void send_signal(struct dut *d, u32 host, u32 nr, u32 signo)
{
	world_signal_nr(world_of(d), host, nr, signo);
}

static void identity(struct dut *d, u32 host, u32 process, u64 caps, u32 uid)
{
	struct process *p = process_of(d, host, process);

	p->caps = caps;
	p->uid = uid;
}

/* --- frames --- */

static const char *inject(struct dut *d, u32 host, const u8 *frame, u32 len)
{
	struct refstack *r = container_of(d, struct refstack, dut);
	struct world *w = world_of(d);
	struct wire_copy copy[2] = { { 0 } };
	u32 copies = 1;

	if (w->cfg.hosts == 1)
		copies = wire_fate(&r->wire, len, copy);
	for (u32 i = 0; i < copies; i++)
		if (!wire_deliver(w, host, frame, len, copy[i].verdict != WIRE_CORRUPTED,
				  w->sim.now_ps + copy[i].delay_ps))
			return "no room for another frame under way";
	return NULL;
}

/* Where nobody else is at the other end, the wire's faults come between. */
static void saw_frame(void *ctx, u32 port, bool outgoing, const u8 *frame, u32 len)
{
	struct refstack *r = ctx;
	u64 when = world_now_ps(r->world);
	struct wire_copy copy[2] = { { 0 } };
	u32 copies = 1;

	if (r->dut.on_frame == NULL)
		return;
	r->dut.on_frame(r->dut.ctx, port, outgoing, frame, len, when);
	if (!outgoing)
		return;
	if (r->world->cfg.hosts == 1)
		copies = wire_fate(&r->wire, len, copy);
	for (u32 i = 0; i < copies; i++)
		if (copy[i].verdict != WIRE_CORRUPTED)
			r->dut.on_arrival(r->dut.ctx, port, frame, len, when + copy[i].delay_ps);
}

static void call_done(struct task *t)
{
	const struct dut *d = t->done_ctx;

	if (d->on_return != NULL)
		d->on_return(d->ctx);
}

static void set_link(struct dut *d, u32 host, bool up)
{
	world_link(world_of(d), host, up);
}

/* --- configuration, and what can be asked --- */

/* Knobs are files; the rest asks the kernel by a socket. */
static bool is_program(const struct ipcmd_call *c)
{
	static const char *const program[] = { "ip", "tc", "ss" };

	for (u32 i = 0; i < ARRAY_SIZE(program); i++)
		if (c->nr_words != 0 && strcmp(c->word[0].text, program[i]) == 0)
			return true;
	return false;
}

static int command(struct dut *d, u32 host, struct ipcmd_call *c)
{
	int err = ipcmd_call(&world_of(d)->host[host], c);

	world_settle(world_of(d));
	if (is_program(c))
		let_clone_last(d);
	return err;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* What sysctl.h calls the knob; false: too long, or nothing that could be one. */
static bool knob_name(const char *path, char name[SYSCTL_PATH_MAX])
{
	int n;

	if (begins(path, CUBIC) && strpbrk(path + sizeof(CUBIC) - 1, "./") == NULL)
		n = snprintf(name, SYSCTL_PATH_MAX, "module.tcp_cubic.%s",
			     path + sizeof(CUBIC) - 1);
	else if (begins(path, PROC_SYS) && !begins(path + sizeof(PROC_SYS) - 1, "module"))
		n = snprintf(name, SYSCTL_PATH_MAX, "%s", path + sizeof(PROC_SYS) - 1);
	else
		return false;
	return n > 0 && n < SYSCTL_PATH_MAX;
}

/* LINUX: param_set_int(): one number and nothing else. */
static bool is_one_number(const char *text)
{
	return strpbrk(text, " \t\n") == NULL;
}

static int knob_write(struct dut *d, u32 host, const char *path, const char *value)
{
	char name[SYSCTL_PATH_MAX];
	struct host *h = &world_of(d)->host[host];
	int err;

	if (!knob_name(path, name))
		return -ENOENT;
	if (begins(path, CUBIC) && strcmp(name, "module.tcp_cubic.bic_scale") == 0)
		return -EACCES;
	if (begins(path, CUBIC) && !is_one_number(value))
		return -EINVAL;
	host_config_begin(h);
	err = sysctl_write(&h->net, name, value);
	host_config_end(h);
	world_settle(world_of(d));
	return err;
}

static int given_file(struct dut *d, u32 host, const char *path, s64 bytes)
{
	struct host *h = &world_of(d)->host[host];

	return bytes < 0 ? host_remove_file(h, path) : host_make_file(h, path, (u64)bytes);
}

static int knob_read(struct dut *d, u32 host, const char *path, char *value, u32 size)
{
	char name[SYSCTL_PATH_MAX];

	if (!knob_name(path, name))
		return -ENOENT;
	return sysctl_read(net_of(d, host), name, value, size);
}

static int proc_read(struct dut *d, u32 host, const char *path, char *out, u32 *len, u32 size)
{
	const struct net *net = net_of(d, host);
	struct outbuf o = { .cap = size, .len = *len };

	o.text = out;
	if (strcmp(path, "/proc/net/snmp") == 0)
		proc_counters(net, false, &o);
	else if (strcmp(path, "/proc/net/netstat") == 0)
		proc_counters(net, true, &o);
	else if (strcmp(path, "/proc/net/udp") == 0)
		proc_udp(net, &udp_prot, &o);
	else if (strcmp(path, "/proc/net/udplite") == 0)
		proc_udp(net, &udplite_prot, &o);
	else if (strcmp(path, "/proc/net/sockstat") == 0)
		proc_sockstat(net, &o);
	else
		return -ENOENT;
	*len = o.len;
	return 0;
}

static void counters(struct dut *d, u32 host, u64 *mib, u64 *drops)
{
	const struct net *net = net_of(d, host);

	memcpy(mib, net->mib, sizeof(net->mib));
	memcpy(drops, net->drops, sizeof(net->drops));
}

static void state(struct dut *d, u32 host, FILE *to)
{
	refstack_state(world_of(d), host, to);
}

static bool has_broadcast(const struct in_device *in_dev, be32 addr)
{
	for (const struct in_ifaddr *ifa = in_dev != NULL ? in_dev->ifa_list : NULL; ifa != NULL;
	     ifa = ifa->ifa_next)
		if (be32_eq(ifa->ifa_broadcast, addr))
			return true;
	return false;
}

static bool is_broadcast(struct dut *d, u32 host, u32 addr)
{
	const struct net *net = &world_of(d)->host[host].net;

	if (addr == U32_MAX)
		return true;
	for (u32 i = 1; i < NET_DEV_MAX && addr != 0; i++) {
		const struct net_device *dev = net->dev_by_index[i];

		if (dev != NULL && has_broadcast(dev->ip_ptr, cpu_to_be32(addr)))
			return true;
	}
	return false;
}

static void youngest(struct dut *d, u32 host, u8 proto, u16 *local, u16 *remote)
{
	const struct hlist_node *n;

	hlist_for_each (n, &net_of(d, host)->socks) {
		const struct sock *sk = hlist_entry(n, struct sock, sk_all);

		if (sk->sk_family != AF_INET || sk->sk_protocol != proto || sk->sk_num == 0)
			continue;
		*local = sk->sk_num;
		*remote = be16_to_cpu(sk->sk_dport);
		return;
	}
}

/* --- faults --- */

static const char *delay_irq(struct nic_port *nic, u64 queue, u64 ns)
{
	static char why[64];

	if (queue >= nic->dev->real_num_tx_queues) {
		snprintf(why, sizeof(why), "%s has queues 0 to %u", nic->dev->name,
			 nic->dev->real_num_tx_queues - 1);
		return why;
	}
	/* Vector 0 is for everything that belongs to no queue. */
	nic->irq_delay_ps[1 + queue] = ns * PS_PER_NS;
	return NULL;
}

static const char *card_fault(struct dut *d, u32 host, enum dut_fault what, u64 a, u64 b)
{
	struct nic_port *nic = world_of(d)->port[host].nic;

	if (nic == NULL)
		return "only a card has this fault: --device=igb";
	if (what == DUT_IRQ_DELAY)
		return delay_irq(nic, a, b);
	if (a == 0 || a > U32_MAX)
		return "faults are counted from the 1st";
	if (what == DUT_IRQ_LOSE)
		nic->nic.fault.drop_msix_at = (u32)a;
	else if (what == DUT_DMA_FAIL)
		nic->nic.fault.fail_dma_at = (u32)a;
	else
		nic->nic.fault.fail_fetch_at = (u32)a;
	return NULL;
}

/* Between hosts, or between the one host and the other end. */
static struct wire *wire_of(struct dut *d)
{
	struct refstack *r = container_of(d, struct refstack, dut);

	return r->world->cfg.hosts > 1 ? &r->world->wire[0] : &r->wire;
}

static const char *wire_fault(struct wire *wire, enum dut_fault what, u64 a, u64 b)
{
	if (what == DUT_WIRE_DROP) {
		if (a == 0 || b < a || b > U32_MAX / 2 || wire->sent > U32_MAX / 2)
			return "frames are counted from 1, as in 2..4";
		wire->cfg.drop_from = (u32)(wire->sent + a);
		wire->cfg.drop_to = (u32)(wire->sent + b);
		return NULL;
	}
	if (what == DUT_WIRE_DELAY) {
		wire->cfg.delay_ps = a * PS_PER_NS;
		return NULL;
	}
	if (a > WIRE_PPM)
		return "at most 1000000 ppm";
	if (what == DUT_WIRE_LOSS)
		wire->cfg.loss_ppm = (u32)a;
	else if (what == DUT_WIRE_DUP)
		wire->cfg.dup_ppm = (u32)a;
	else if (what == DUT_WIRE_CORRUPT)
		wire->cfg.corrupt_ppm = (u32)a;
	if (what == DUT_WIRE_REORDER) {
		wire->cfg.reorder_ppm = (u32)a;
		wire->cfg.reorder_ps = b * PS_PER_NS;
	}
	return NULL;
}

/* net.skb_pool is skb, net.head_pool[2] is head2. */
static void pool_name(const struct pool *p, char *to, u32 size)
{
	const char *name = strncmp(p->name, "net.", 4) == 0 ? p->name + 4 : p->name;
	const char *end = strstr(name, "_pool");

	if (end == NULL)
		end = name + strlen(name);
	snprintf(to, size, "%.*s%.*s", (int)(end - name), name,
		 (int)strspn(end + strcspn(end, "0123456789"), "0123456789"),
		 end + strcspn(end, "0123456789"));
}

static const char *fail_alloc(struct dut *d, u32 host, u64 nth, const char *name)
{
	static char known[512];
	struct pool *p;
	char is[64];

	if (nth == 0 || nth >= U32_MAX)
		return "allocations are counted from the 1st";
	if (name == NULL) {
		world_fail_alloc(world_of(d), host, (u32)nth);
		return NULL;
	}
	snprintf(known, sizeof(known), "no pool '%.64s'; there are:", name);
	for (u32 i = 0; (p = host_pool(&world_of(d)->host[host], i)) != NULL; i++) {
		u32 at = (u32)strlen(known);

		pool_name(p, is, sizeof(is));
		if (strcmp(is, name) == 0) {
			p->fail_at = (u32)nth;
			return NULL;
		}
		snprintf(known + at, sizeof(known) - at, " %s", is);
	}
	return known;
}

static const char *fault(struct dut *d, u32 host, enum dut_fault what, u64 a, u64 b,
			 const char *name)
{
	if (what <= DUT_FETCH_FAIL)
		return card_fault(d, host, what, a, b);
	if (what == DUT_ALLOC_FAIL)
		return fail_alloc(d, host, a, name);
	return wire_fault(wire_of(d), what, a, b);
}

/* --- one program --- */

static void destroy(struct dut *d)
{
	struct refstack *r = container_of(d, struct refstack, dut);
	struct world *w = r->world;

	if (r->kept != NULL)
		return; /* the next program's restore does the rest */
	w->on_frame = NULL;
	w->checks = false;
	for (u32 h = 0; h < w->cfg.hosts; h++)
		for (u32 t = 0; t < w->host[h].nr_tasks; t++)
			w->host[h].task[t].done = NULL;
	free(r);
}

void dut_refstack_end(struct dut *d)
{
	const char *which = NULL;
	struct world *w = world_of(d);

	d->on_frame = NULL;
	d->on_return = NULL;
	world_check(w);
	world_exit(w);
	if (world_leaks(w, &which) != 0)
		fprintf(stderr, "left in pool %s: ", which);
	assert(world_leaks(w, NULL) == 0);
	for (u32 h = 0; h < w->cfg.hosts; h++)
		assert(w->host[h].dma->live == 0);
}

static const struct dut_ops refstack_ops = {
	.name = "refstack",
	.destroy = destroy,
	.now_ps = now_ps,
	.step = step,
	.next_ps = next_ps,
	.busy_until_ps = busy_until_ps,
	.ready = ready,
	.call = call,
	.thread = thread,
	.memory = memory,
	.touch = touch,
	.fork = fork_process,
	.attach = attach,
	.signal = send_signal,
	.identity = identity,
	.inject = inject,
	.link = set_link,
	.command = command,
	.knob_read = knob_read,
	.knob_write = knob_write,
	.given_file = given_file,
	.proc_read = proc_read,
	.counters = counters,
	.state = state,
	.is_broadcast = is_broadcast,
	.youngest = youngest,
	.fault = fault,
};

static void attach_wire(struct refstack *r, u64 seed)
{
	wire_init(&r->wire, r->world, WORLD_WIRES - 1, &(struct wire_cfg){ 0 }, seed);
}

static void watch_world(struct refstack *r)
{
	struct world *w = r->world;

	w->on_frame = saw_frame;
	w->on_frame_ctx = r;
	for (u32 h = 0; h < w->cfg.hosts; h++) {
		for (u32 t = 0; t < w->host[h].nr_tasks; t++) {
			w->host[h].task[t].done = call_done;
			w->host[h].task[t].done_ctx = &r->dut;
		}
	}
}

struct dut *dut_refstack_on(struct world *w, u64 seed)
{
	struct refstack *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	r->world = w;
	r->dut = (struct dut){ .ops = &refstack_ops, .world = w };
	attach_wire(r, seed);
	watch_world(r);
	return &r->dut;
}
