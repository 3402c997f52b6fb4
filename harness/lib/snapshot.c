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

/* What of a region has been used: up to two stretches of memory, descriptors and their flags. */
enum { STRETCHES = 2 };
struct stretch {
	void *at;
	u64 bytes;
};

static void stretches(const struct region *r, struct stretch out[STRETCHES])
{
	const struct pool *pool = r->at;
	const struct heap *heap = r->at;
	const struct process *process = r->at;
	struct dma_space *dma = r->at;
	struct ip_ident *ident = r->at;

	out[1] = (struct stretch){ 0 };
	switch (r->kind) {
	case REGION_FIXED:
		out[0] = (struct stretch){ r->at, r->bytes };
		return;
	case REGION_POOL:
		out[0] = (struct stretch){ pool->mem, (u64)pool->fresh * pool->slot_bytes };
		return;
	case REGION_HEAP:
		out[0] = (struct stretch){ (void *)heap->slot,
					   heap->len * sizeof(struct sim_event *) };
		return;
	case REGION_UMEM:
		out[0] = (struct stretch){ process->umem, process->umem_high };
		return;
	case REGION_FDS:
		out[0] = (struct stretch){ (void *)process->fd,
					   process->fd_high * sizeof(struct file *) };
		out[1] = (struct stretch){ process->fd_flags,
					   process->fd_high * sizeof(process->fd_flags[0]) };
		return;
	case REGION_DMA:
		out[0] = (struct stretch){ dma->map, dma->fresh * sizeof(dma->map[0]) };
		return;
	case REGION_IDENT:
		out[0] = (struct stretch){ ident->id,
					   ident->nr_used != 0
						   ? sizeof(ident->id) + sizeof(ident->tstamp)
						   : 0 };
		return;
	}
	check_failed(__FILE__, __LINE__, "every kind of region has its stretches");
}

/* Copies a region out (save) or in, and says how long it is. Its bounds must be those of the
 * snapshot already.
 */
static u64 region_copy(const struct region *r, u8 *snap, bool save)
{
	struct stretch part[STRETCHES];
	u64 done = 0;

	stretches(r, part);
	for (u32 i = 0; i < STRETCHES; i++) {
		if (part[i].bytes == 0)
			continue;
		if (save)
			memcpy(snap + done, part[i].at, (size_t)part[i].bytes);
		else
			memcpy(part[i].at, snap + done, (size_t)part[i].bytes);
		done += part[i].bytes;
	}
	return done;
}

u64 world_save_size(const struct world *w)
{
	u64 bytes = 0;

	for (u32 i = 0; i < w->nr_regions; i++) {
		struct stretch part[STRETCHES];

		stretches(&w->region[i], part);
		bytes += part[0].bytes + part[1].bytes;
	}
	return bytes;
}

u64 world_save(struct world *w, void *to)
{
	u8 *snap = to;

	for (u32 i = 0; i < w->nr_regions; i++) {
		const struct region *r = &w->region[i];

		if (r->kind == REGION_POOL)
			pool_unpoison_all(r->at);
		snap += region_copy(r, snap, true);
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

		snap += region_copy(r, snap, false);
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
