// SPDX-License-Identifier: MIT
/* snapshot.c - saving and restoring a world: which memory, in which order.
 *
 * Pointers stay valid because the world stays where it is. What was never used is not copied: pools
 * up to their `fresh` mark, heaps up to their length, a process's memory up to its high mark, a
 * card's memories where something is in them; what a run used beyond the snapshot's marks is
 * garbage again by definition (umem alone is defined to be zero). A world that goes back to where
 * it began, as a fuzzer's does, finds some of its memory as it was: see touched().
 */
#include "harness/lib/world.h"

#include "ipv4/ip.h"

enum { SNAPSHOT_ALIGN = 16 };

void world_add_region(struct world *w, enum region_kind kind, void *at, u64 bytes)
{
	assert(w->nr_regions < WORLD_REGIONS);
	w->region[w->nr_regions++] = (struct region){ kind, at, bytes, NULL };
}

void world_add_host_regions(struct world *w, struct host *h)
{
	struct host_block block[HOST_BLOCKS];
	u32 n = host_blocks(h, block);

	for (u32 i = 0; i < n; i++) {
		world_add_region(w, block[i].count != NULL ? REGION_COUNTED : REGION_FIXED,
				 block[i].at, block[i].bytes);
		w->region[w->nr_regions - 1].count = block[i].count;
	}
	world_add_region(w, REGION_WHEELS, h, 0);
	world_add_region(w, REGION_CHAINS, h, 0);
	world_add_region(w, REGION_TASKS, h, 0);
	world_add_region(w, REGION_DMA, h->dma, 0);
	if (h->net.random == &h->net.own_random)
		world_add_region(w, REGION_IDENT, h->net.ip_ident, 0);
	for (u32 i = 0; i < h->nr_processes; i++) {
		world_add_region(w, REGION_UMEM, &h->process[i], 0);
		world_add_region(w, REGION_FDS, &h->process[i], 0);
	}
	for (u32 i = 0;; i++) {
		struct pool *p = host_pool(h, i);

		if (p == NULL)
			break;
		world_add_region(w, REGION_POOL, p, 0);
	}
}

/* The memories are the last of `struct nic`. */
void world_add_nic_regions(struct world *w, struct nic_port *n)
{
	size_t memories = offsetof(struct nic_port, nic) + offsetof(struct nic, tx_cache);
	size_t behind = offsetof(struct nic_port, nic) + sizeof(struct nic);

	world_add_region(w, REGION_FIXED, n, memories);
	world_add_region(w, REGION_FIXED, (u8 *)n + behind, sizeof(*n) - behind);
	world_add_region(w, REGION_NIC, &n->nic, 0);
}

/* --- what of a region has been used
 * ------------------------------------------------------------------------------------------ */

/* Goes over stretches of memory: saves them, restores them, or adds up how long they are. */
enum copy { COPY_OUT, COPY_IN, COPY_MEASURE };
struct copier {
	enum copy how;
	bool lean;  /* COPY_IN: what has not been touched is as it was */
	u8 *at;	    /* in the snapshot */
	u64 done;   /* bytes of it */
	u64 copied; /* COPY_IN */
};

/* The next stretch of the snapshot, of so many bytes: NULL when it is measured. */
static u8 *next_stretch(struct copier *c, u64 bytes)
{
	u8 *at = c->how == COPY_MEASURE ? NULL : c->at + c->done;

	c->done += ALIGN_UP(bytes, (u64)SNAPSHOT_ALIGN);
	return at;
}

static void copy(struct copier *c, void *mem, u64 bytes)
{
	u8 *snap = next_stretch(c, bytes);

	if (bytes == 0 || c->how == COPY_MEASURE)
		return;
	if (c->how == COPY_OUT) {
		memcpy(snap, mem, (size_t)bytes);
		return;
	}
	memcpy(mem, snap, (size_t)bytes);
	c->copied += bytes;
}

/* Between programs a task is idle; without another call nothing of it changes but whose it is. */
static bool touched(const struct task *now, const struct task *was)
{
	return now->begun != was->begun || now->state != TASK_IDLE || was->state != TASK_IDLE ||
	       now->process != was->process || now->done != was->done ||
	       now->done_ctx != was->done_ctx;
}

static void copy_tasks(struct copier *c, struct host *h)
{
	for (u32 i = 0; i < h->nr_tasks; i++) {
		const void *was = c->how == COPY_IN ? c->at + c->done : NULL;

		if (c->lean && !touched(&h->task[i], was))
			next_stretch(c, sizeof(h->task[i]));
		else
			copy(c, &h->task[i], sizeof(h->task[i]));
	}
}

/* The buckets of a wheel that its map says are not empty: copied, or emptied. */
static void copy_wheel(struct copier *c, struct timer_base *b)
{
	for (u32 lvl = 0; lvl < TIMER_LVL_DEPTH; lvl++)
		for (u64 map = b->pending_map[lvl]; map != 0; map &= map - 1) {
			u32 i = lvl * TIMER_LVL_SIZE + (u32)__builtin_ctzll(map);

			if (c != NULL)
				copy(c, &b->vector[i], sizeof(b->vector[i]));
			else
				b->vector[i].first = NULL;
		}
}

static void copy_wheels(struct copier *c, struct host *h)
{
	for (u32 i = 0; i < h->nr_cpus; i++) {
		copy_wheel(c, &h->cpu[i].timers);
		copy_wheel(c, &h->cpu[i].pinned_timers);
	}
}

static void copy_chains(struct copier *c, struct host *h)
{
	struct host_block b = host_tcp_chains(h);

	copy(c, b.at, host_has_tcp(h) ? b.bytes : 0);
}

/* What is in no queue and no FIFO is garbage. */
static void copy_nic(struct copier *c, struct nic *n)
{
	for (u32 i = 0; i < NIC_QUEUES_MAX; i++) {
		copy(c, n->tx_cache[i], n->txq[i].ring.cache_len != 0 ? sizeof(n->tx_cache[i]) : 0);
		copy(c, n->rx_cache[i], n->rxq[i].ring.cache_len != 0 ? sizeof(n->rx_cache[i]) : 0);
	}
	copy(c, n->tx_frame, n->txf.count != 0 ? sizeof(n->tx_frame) : 0);
	copy(c, n->tx_mem, n->txf.count != 0 ? sizeof(n->tx_mem) : 0);
	copy(c, n->rx_frame, n->rxf.count != 0 ? sizeof(n->rx_frame) : 0);
	copy(c, n->rx_mem, n->rxf.count != 0 ? sizeof(n->rx_mem) : 0);
}

/* Its bounds must be those of the snapshot already. */
static void copy_region(struct copier *c, const struct region *r)
{
	struct pool *pool = r->at;
	struct heap *heap = r->at;
	struct process *process = r->at;
	struct dma_space *dma = r->at;
	struct ip_ident *ident = r->at;

	switch (r->kind) {
	case REGION_FIXED:
		copy(c, r->at, r->bytes);
		return;
	case REGION_COUNTED:
		copy(c, r->at, *r->count * r->bytes);
		return;
	case REGION_WHEELS:
		copy_wheels(c, r->at);
		return;
	case REGION_CHAINS:
		copy_chains(c, r->at);
		return;
	case REGION_TASKS:
		copy_tasks(c, r->at);
		return;
	case REGION_NIC:
		copy_nic(c, r->at);
		return;
	case REGION_POOL:
		copy(c, pool->mem, (u64)pool->fresh * pool->slot_bytes);
		return;
	case REGION_HEAP:
		copy(c, (void *)heap->slot, heap->len * sizeof(struct sim_event *));
		return;
	case REGION_UMEM:
		copy(c, process->umem, process->umem_high);
		return;
	case REGION_FDS:
		copy(c, (void *)process->fd, process->fd_high * sizeof(struct file *));
		copy(c, process->fd_flags, process->fd_high * sizeof(process->fd_flags[0]));
		return;
	case REGION_DMA:
		copy(c, dma->map, dma->fresh * sizeof(dma->map[0]));
		return;
	case REGION_IDENT:
		copy(c, ident->id,
		     ident->nr_used != 0 ? sizeof(ident->id) + sizeof(ident->tstamp) : 0);
		return;
	}
	check_failed(__FILE__, __LINE__, "every kind of region has its stretches");
}

/* --- a world
 * ------------------------------------------------------------------------------------------ */

u64 world_save_size(const struct world *w)
{
	struct copier c = { .how = COPY_MEASURE };

	for (u32 i = 0; i < w->nr_regions; i++)
		copy_region(&c, &w->region[i]);
	return c.done;
}

u64 world_save(struct world *w, void *to)
{
	struct copier c = { .how = COPY_OUT, .at = to };

	for (u32 i = 0; i < w->nr_regions; i++) {
		const struct region *r = &w->region[i];

		if (r->kind == REGION_POOL)
			pool_unpoison_used(r->at);
		copy_region(&c, r);
		if (r->kind == REGION_POOL)
			pool_repoison(r->at, 0);
	}
	w->since = to;
	return c.done;
}

/* How far a region was used before it is restored; 0 where that does not matter. */
static u32 mark_of(const struct region *r)
{
	if (r->kind == REGION_POOL)
		return ((const struct pool *)r->at)->fresh;
	return r->kind == REGION_UMEM ? ((const struct process *)r->at)->umem_high : 0;
}

/* Tables of which a snapshot has only what is in them are emptied, while it is known where. */
static void empty_tables(const struct region *r)
{
	struct host_block chains;

	if (r->kind == REGION_WHEELS)
		copy_wheels(NULL, r->at);
	if (r->kind != REGION_CHAINS || !host_has_tcp(r->at))
		return;
	chains = host_tcp_chains(r->at);
	memset(chains.at, 0, (size_t)chains.bytes);
}

u64 world_restore(struct world *w, const void *from)
{
	struct copier c = { .how = COPY_IN, .lean = w->since == from };
	u32 mark[WORLD_REGIONS];

	c.at = (u8 *)(uintptr_t)from;
	for (u32 i = 0; i < w->nr_regions; i++)
		mark[i] = mark_of(&w->region[i]);
	for (u32 i = 0; i < w->nr_regions; i++)
		empty_tables(&w->region[i]);
	/* INVARIANT: whatever bounds another region lies in a fixed one before it. */
	for (u32 i = 0; i < w->nr_regions; i++) {
		const struct region *r = &w->region[i];
		struct process *p = r->at;

		if (r->kind == REGION_POOL)
			pool_unpoison_used(r->at);
		copy_region(&c, r);
		if (r->kind == REGION_POOL)
			pool_repoison(r->at, mark[i]);
		if (r->kind == REGION_UMEM && mark[i] > p->umem_high)
			memset(p->umem + p->umem_high, 0, mark[i] - p->umem_high);
	}
	w->since = from;
	return c.copied;
}
