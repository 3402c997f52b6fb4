// SPDX-License-Identifier: MIT
/* run_directive.c - statements that packetdrill does not have: time, credentials, signals, faults,
 * counters.
 *
 * Each row of directives.def has its function here. Faults strike what happens from now on; counts
 * of them start at this statement.
 */
#include "harness/script/run_internal.h"

#include <stdio.h>
#include <string.h>

#include "core/net.h"

/* --- time
 * ----------------------------------------------------------------------------------------- */

static u64 end_of(const struct run *r, u64 ns)
{
	u64 most = 2 * RUN_LIMIT_SECS * NS_PER_SEC;

	return max_u64(r->last_ps, r->world->sim.now_ps) + min_u64(ns, most) * PS_PER_NS;
}

/* The next statement counts from its end. */
static int do_advance(struct run *r, const struct stmt *s)
{
	u64 end = end_of(r, s->directive.value[0]);

	if (!run_until(r, end))
		return -1;
	r->last_ps = end;
	return 0;
}

static int do_quiet(struct run *r, const struct stmt *s)
{
	u64 end = end_of(r, s->directive.value[0]), begin_ps = r->world->sim.now_ps;
	struct run_diff diff = { .field = "leaves", .differs = true };
	char when[32];

	if (end > r->start_ps + RUN_LIMIT_SECS * PS_PER_SEC)
		return run_until(r, end) ? 0 : -1; /* which says so */
	r->last_left_ps[s->host] = U64_MAX;
	while (r->last_left_ps[s->host] == U64_MAX && run_advance(r, end))
		;
	if (r->ended)
		return -1;
	if (r->last_left_ps[s->host] == U64_MAX) {
		r->last_ps = end;
		return 0;
	}
	snprintf(diff.expected, sizeof(diff.expected), "nothing");
	snprintf(diff.actual, sizeof(diff.actual), "%.150s", r->left_text);
	run_time(r, r->start_ps + r->last_left_ps[s->host] - begin_ps, when);
	{
		char what[96];

		snprintf(what, sizeof(what), "a frame has left after %s s of quiet", when);
		return run_fail(r, s, what, &diff, 1);
	}
}

/* --- who calls
 * ------------------------------------------------------------------------------------ */

static struct process *process_of(struct run *r, const struct stmt *s, u64 **permitted)
{
	u32 p;

	if (run_bind_thread(r, s) != 0)
		return NULL;
	p = run_process_of(r, s->host, run_thread_of(s));
	*permitted = &r->host[s->host].permitted[p];
	return &r->world->host[s->host].process[p];
}

static int do_cap_drop(struct run *r, const struct stmt *s)
{
	u64 *permitted, bit = 1ull << (script_symbols[s->directive.value[0]].value & 63);
	struct process *p = process_of(r, s, &permitted);

	if (p == NULL)
		return -1;
	p->caps &= ~bit;
	*permitted &= ~bit;
	return 0;
}

static int do_cap_add(struct run *r, const struct stmt *s)
{
	u64 *permitted, bit = 1ull << (script_symbols[s->directive.value[0]].value & 63);
	struct process *p = process_of(r, s, &permitted);

	if (p == NULL)
		return -1;
	p->caps |= bit;
	*permitted |= bit;
	return 0;
}

/* LINUX: cap_emulate_setxuid(): who stops being root keeps no capability in effect. */
static int do_uid(struct run *r, const struct stmt *s)
{
	u64 *permitted;
	struct process *p = process_of(r, s, &permitted);

	if (p == NULL)
		return -1;
	if (s->directive.value[0] > U32_MAX)
		return run_invalid(r, s, "a uid has 32 bits");
	p->uid = (u32)s->directive.value[0];
	p->caps = p->uid == 0 ? *permitted : 0;
	return 0;
}

static int do_signal(struct run *r, const struct stmt *s)
{
	u64 thread = s->directive.value[0];

	if (thread == 0 || thread > SCRIPT_THREADS)
		return run_invalid(r, s, "threads have numbers from 1 to %u", SCRIPT_THREADS);
	world_signal(r->world, s->host, (u32)thread - 1);
	run_settle(r);
	return r->ended ? -1 : 0;
}

/* --- counters
 * -------------------------------------------------------------------------------------- */

void run_counters_mark(struct run *r)
{
	for (u32 h = 0; h < r->nr_hosts; h++) {
		const struct net *net = &r->world->host[h].net;

		memcpy(r->mib_base[h], net->mib, sizeof(net->mib));
		memcpy(r->drop_base[h], net->drops, sizeof(net->drops));
	}
}

/* A kind of counters, and how many there are. */
struct counters {
	const u64 *now;
	u64 *base;
	u32 nr;
	void (*name)(u32 i, char *to, u32 size);
};

static void mib_name(u32 i, char *to, u32 size)
{
	snprintf(to, size, "%s.%s", mib_names[i].group, mib_names[i].name);
}

static void drop_name(u32 i, char *to, u32 size)
{
	snprintf(to, size, "%s", drop_names[i]);
}

/* CONSUMED is no drop: it moves with every packet. */
static bool is_news(const struct counters *c, u32 i)
{
	return c->now[i] != c->base[i] && (c->name != drop_name || i > DROP_CONSUMED);
}

/* Row 0 is the counter that the line names; the others moved as well, which is no mistake. */
static int counter_differs(struct run *r, const struct stmt *s, const struct counters *c, u32 which,
			   s64 expected)
{
	enum { ROWS = 24, NAME = 64 };
	static char names[ROWS][NAME];
	struct run_diff diff[ROWS];
	u32 n = 0;
	char what[160];

	for (u32 k = 0; k <= c->nr && n < ROWS; k++) {
		u32 i = k == 0 ? which : k - 1;

		if (k != 0 && (i == which || !is_news(c, i)))
			continue;
		diff[n] = (struct run_diff){ .field = names[n], .differs = k == 0 };
		c->name(i, names[n], NAME);
		if (k == 0)
			snprintf(diff[n].expected, sizeof(diff[n].expected), "%+lld",
				 (long long)expected);
		snprintf(diff[n].actual, sizeof(diff[n].actual), "%+lld",
			 (long long)(c->now[i] - c->base[i]));
		n++;
	}
	snprintf(what, sizeof(what), "%s has changed by another number", names[0]);
	return run_fail(r, s, what, diff, n);
}

static int check_counter(struct run *r, const struct stmt *s, const struct counters *c)
{
	u64 which = s->directive.value[0], expected = s->directive.value[1];

	if (which >= c->nr)
		return run_invalid(r, s, "no such counter");
	if (c->now[which] - c->base[which] != expected)
		return counter_differs(r, s, c, (u32)which, (s64)expected);
	c->base[which] = c->now[which];
	return 0;
}

static int do_mib(struct run *r, const struct stmt *s)
{
	const struct net *net = &r->world->host[s->host].net;

	return check_counter(
		r, s, &(struct counters){ net->mib, r->mib_base[s->host], MIB_MAX, mib_name });
}

static int do_drop(struct run *r, const struct stmt *s)
{
	const struct net *net = &r->world->host[s->host].net;

	return check_counter(
		r, s, &(struct counters){ net->drops, r->drop_base[s->host], DROP_MAX, drop_name });
}

/* --- the card
 * --------------------------------------------------------------------------------------- */

static int do_link_down(struct run *r, const struct stmt *s)
{
	world_link(r->world, r->host[s->host].port, false);
	return 0;
}

static int do_link_up(struct run *r, const struct stmt *s)
{
	world_link(r->world, r->host[s->host].port, true);
	return 0;
}

static struct nic_port *card_of(struct run *r, const struct stmt *s)
{
	struct nic_port *nic = r->world->port[r->host[s->host].port].nic;

	if (nic == NULL)
		run_invalid(r, s, "only a card has this fault: --device=igb");
	return nic;
}

/* Vector 0 is for everything that belongs to no queue. */
static int do_irq_delay(struct run *r, const struct stmt *s)
{
	struct nic_port *nic = card_of(r, s);
	u64 queue = s->directive.value[0], ns = s->directive.value[1];

	if (nic == NULL)
		return -1;
	if (queue >= nic->dev->real_num_tx_queues)
		return run_invalid(r, s, "%s has queues 0 to %u", r->dev,
				   nic->dev->real_num_tx_queues - 1);
	nic->irq_delay_ps[1 + queue] = min_u64(ns, RUN_LIMIT_SECS * NS_PER_SEC) * PS_PER_NS;
	return 0;
}

static int card_fault(struct run *r, const struct stmt *s, size_t field)
{
	struct nic_port *nic = card_of(r, s);

	if (nic == NULL)
		return -1;
	if (s->directive.value[0] == 0 || s->directive.value[0] > U32_MAX)
		return run_invalid(r, s, "faults are counted from the 1st");
	*(u32 *)(void *)((u8 *)&nic->nic.fault + field) = (u32)s->directive.value[0];
	return 0;
}

static int do_irq_lose(struct run *r, const struct stmt *s)
{
	return card_fault(r, s, offsetof(struct nic_fault, drop_msix_at));
}

static int do_dma_fail(struct run *r, const struct stmt *s)
{
	return card_fault(r, s, offsetof(struct nic_fault, fail_dma_at));
}

static int do_fetch_fail(struct run *r, const struct stmt *s)
{
	return card_fault(r, s, offsetof(struct nic_fault, fail_fetch_at));
}

/* --- the wire
 * --------------------------------------------------------------------------------------- */

/* Between hosts, or between the one host and the script. */
static struct wire *wire_of(struct run *r)
{
	return r->nr_hosts > 1 ? &r->world->wire[0] : &r->wire;
}

static u64 duration_ps(u64 ns)
{
	return min_u64(ns, RUN_LIMIT_SECS * NS_PER_SEC) * PS_PER_NS;
}

static int do_wire_drop(struct run *r, const struct stmt *s)
{
	struct wire *wire = wire_of(r);
	u64 from = s->directive.value[0], to = s->directive.value[1];

	if (from == 0 || to < from || to > U32_MAX / 2 || wire->sent > U32_MAX / 2)
		return run_invalid(r, s, "frames are counted from 1, as in 2..4");
	wire->cfg.drop_from = (u32)(wire->sent + from);
	wire->cfg.drop_to = (u32)(wire->sent + to);
	return 0;
}

static int do_wire_delay(struct run *r, const struct stmt *s)
{
	wire_of(r)->cfg.delay_ps = duration_ps(s->directive.value[0]);
	return 0;
}

static int set_ppm(struct run *r, const struct stmt *s, u32 *ppm)
{
	if (s->directive.value[0] > WIRE_PPM)
		return run_invalid(r, s, "at most %u ppm", WIRE_PPM);
	*ppm = (u32)s->directive.value[0];
	return 0;
}

static int do_wire_loss(struct run *r, const struct stmt *s)
{
	return set_ppm(r, s, &wire_of(r)->cfg.loss_ppm);
}

static int do_wire_dup(struct run *r, const struct stmt *s)
{
	return set_ppm(r, s, &wire_of(r)->cfg.dup_ppm);
}

static int do_wire_reorder(struct run *r, const struct stmt *s)
{
	wire_of(r)->cfg.reorder_ps = duration_ps(s->directive.value[1]);
	return set_ppm(r, s, &wire_of(r)->cfg.reorder_ppm);
}

static int do_wire_corrupt(struct run *r, const struct stmt *s)
{
	return set_ppm(r, s, &wire_of(r)->cfg.corrupt_ppm);
}

/* --- memory
 * ---------------------------------------------------------------------------------------- */

static bool valid_nth(struct run *r, const struct stmt *s)
{
	bool ok = s->directive.value[0] != 0 && s->directive.value[0] < U32_MAX;

	if (!ok)
		run_invalid(r, s, "allocations are counted from the 1st");
	return ok;
}

static int do_alloc_fail(struct run *r, const struct stmt *s)
{
	if (!valid_nth(r, s))
		return -1;
	world_fail_alloc(r->world, s->host, (u32)s->directive.value[0]);
	return 0;
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

static int do_alloc_fail_of(struct run *r, const struct stmt *s)
{
	const char *wanted = script_text(r->script, s->directive.name);
	u32 len = s->directive.name.len;
	char known[512] = "", name[64];
	struct pool *p;

	if (!valid_nth(r, s))
		return -1;
	for (u32 i = 0; (p = host_pool(&r->world->host[s->host], i)) != NULL; i++) {
		u32 at = (u32)strlen(known);

		pool_name(p, name, sizeof(name));
		if (strlen(name) == len && memcmp(name, wanted, len) == 0) {
			p->fail_at = (u32)s->directive.value[0];
			return 0;
		}
		snprintf(known + at, sizeof(known) - at, " %s", name);
	}
	return run_invalid(r, s, "no pool '%.*s'; there are:%s", (int)len, wanted, known);
}

static int (*const directive_fn[DIR_MAX])(struct run *r, const struct stmt *s) = {
	[DIR_ADVANCE] = do_advance,
	[DIR_QUIET] = do_quiet,
	[DIR_CAP_DROP] = do_cap_drop,
	[DIR_CAP_ADD] = do_cap_add,
	[DIR_UID] = do_uid,
	[DIR_SIGNAL] = do_signal,
	[DIR_MIB] = do_mib,
	[DIR_DROP] = do_drop,
	[DIR_LINK_DOWN] = do_link_down,
	[DIR_LINK_UP] = do_link_up,
	[DIR_NIC_IRQ_DELAY] = do_irq_delay,
	[DIR_NIC_IRQ_LOSE] = do_irq_lose,
	[DIR_NIC_DMA_FAIL] = do_dma_fail,
	[DIR_NIC_FETCH_FAIL] = do_fetch_fail,
	[DIR_WIRE_DROP] = do_wire_drop,
	[DIR_WIRE_DELAY] = do_wire_delay,
	[DIR_WIRE_LOSS] = do_wire_loss,
	[DIR_WIRE_DUP] = do_wire_dup,
	[DIR_WIRE_REORDER] = do_wire_reorder,
	[DIR_WIRE_CORRUPT] = do_wire_corrupt,
	[DIR_ALLOC_FAIL] = do_alloc_fail,
	[DIR_ALLOC_FAIL_OF] = do_alloc_fail_of,
};

int run_directive(struct run *r, const struct stmt *s)
{
	char text[256];

	assert(s->directive.id < DIR_MAX);
	if (directive_fn[s->directive.id] == NULL)
		return run_end(r, s, RUN_NOT_IMPLEMENTED, "%s", script_directives[s->directive.id]);
	run_stmt_text(r, s, text, sizeof(text));
	run_event(r, r->world->sim.now_ps, " ", s->host, "%s", text);
	return directive_fn[s->directive.id](r, s);
}
