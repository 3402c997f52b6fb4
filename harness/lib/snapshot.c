// SPDX-License-Identifier: MIT
/* snapshot.c - saving and restoring a world: which memory, in which order.
 *
 * Pointers stay valid because the world stays where it is. What was never used is not copied: pools
 * up to their `fresh` mark, heaps up to their length, a process's memory up to its high mark; what
 * a run used beyond the snapshot's marks is garbage again by definition (umem alone is defined to
 * be zero).
 */
#include "harness/lib/world.h"

#include "ipv4/ip.h"

void world_add_region(struct world *w, enum region_kind kind, void *at, u64 bytes)
{
	assert(w->nr_regions < WORLD_REGIONS);
	w->region[w->nr_regions++] = (struct region){ kind, at, bytes };
}

void world_add_host_regions(struct world *w, struct host *h)
{
	struct host_block block[HOST_BLOCKS];
	u32 n = host_blocks(h, block);

	for (u32 i = 0; i < n; i++)
		world_add_region(w, REGION_FIXED, block[i].at, block[i].bytes);
	world_add_region(w, REGION_DMA, h->dma, 0);
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

static u64 region_bytes(const struct region *r)
{
	const struct pool *pool = r->at;
	const struct heap *heap = r->at;
	const struct process *process = r->at;
	const struct dma_space *dma = r->at;
	const struct ip_ident *ident = r->at;

	switch (r->kind) {
	case REGION_FIXED:
		return r->bytes;
	case REGION_POOL:
		return (u64)pool->fresh * pool->slot_bytes;
	case REGION_HEAP:
		return heap->len * sizeof(struct sim_event *);
	case REGION_UMEM:
		return process->umem_high;
	case REGION_FDS:
		return process->fd_high * (sizeof(struct file *) + sizeof(process->fd_flags[0]));
	case REGION_DMA:
		return dma->fresh * sizeof(dma->map[0]);
	case REGION_IDENT:
		return ident->nr_used != 0 ? sizeof(ident->id) + sizeof(ident->tstamp) : 0;
	}
	check_failed(__FILE__, __LINE__, "every kind of region has a size");
}

/* Copies a region out (save) or in. Its bounds must be those of the snapshot already. */
static void region_copy(const struct region *r, u8 *snap, bool save)
{
	void *at[2] = { r->at, NULL };
	u64 bytes[2] = { region_bytes(r), 0 };
	struct pool *pool = r->at;
	struct heap *heap = r->at;
	struct process *process = r->at;
	struct dma_space *dma = r->at;
	struct ip_ident *ident = r->at;

	if (r->kind == REGION_POOL)
		at[0] = pool->mem;
	else if (r->kind == REGION_HEAP)
		at[0] = (void *)heap->slot;
	else if (r->kind == REGION_UMEM)
		at[0] = process->umem;
	else if (r->kind == REGION_DMA)
		at[0] = dma->map;
	else if (r->kind == REGION_IDENT)
		at[0] = ident->id;
	else if (r->kind == REGION_FDS) {
		at[0] = (void *)process->fd;
		bytes[0] = process->fd_high * sizeof(struct file *);
		at[1] = process->fd_flags;
		bytes[1] = process->fd_high * sizeof(process->fd_flags[0]);
	}
	for (u32 i = 0; i < 2; i++) {
		if (bytes[i] == 0)
			continue;
		if (save)
			memcpy(snap, at[i], (size_t)bytes[i]);
		else
			memcpy(at[i], snap, (size_t)bytes[i]);
		snap += bytes[i];
	}
}

u64 world_save_size(const struct world *w)
{
	u64 bytes = 0;

	for (u32 i = 0; i < w->nr_regions; i++)
		bytes += region_bytes(&w->region[i]);
	return bytes;
}

u64 world_save(struct world *w, void *to)
{
	u8 *snap = to;

	for (u32 i = 0; i < w->nr_regions; i++) {
		const struct region *r = &w->region[i];

		if (r->kind == REGION_POOL)
			pool_unpoison_all(r->at);
		region_copy(r, snap, true);
		snap += region_bytes(r);
		if (r->kind == REGION_POOL)
			pool_repoison(r->at);
	}
	return (u64)(snap - (u8 *)to);
}

void world_restore(struct world *w, const void *from)
{
	u8 *snap = (u8 *)(uintptr_t)from;
	u32 high[WORLD_REGIONS];
	u32 n = 0;

	for (u32 i = 0; i < w->nr_regions; i++) {
		if (w->region[i].kind == REGION_POOL)
			pool_unpoison_all(w->region[i].at);
		if (w->region[i].kind == REGION_UMEM) {
			assert(n < ARRAY_SIZE(high));
			high[n++] = ((struct process *)w->region[i].at)->umem_high;
		}
	}
	n = 0;
	/* INVARIANT: whatever bounds another region lies in a fixed one before it. */
	for (u32 i = 0; i < w->nr_regions; i++) {
		const struct region *r = &w->region[i];

		region_copy(r, snap, false);
		snap += region_bytes(r);
		if (r->kind == REGION_UMEM) {
			struct process *p = r->at;

			if (high[n] > p->umem_high)
				memset(p->umem + p->umem_high, 0, high[n] - p->umem_high);
			n++;
		}
	}
	for (u32 i = 0; i < w->nr_regions; i++)
		if (w->region[i].kind == REGION_POOL)
			pool_repoison(w->region[i].at);
}
