// SPDX-License-Identifier: MIT
/* dma.c - bus addresses for memory: live mappings, like those of an IOMMU.
 *
 * Path: step 11 maps, step 16 unmaps. Rules: LINUX: Documentation/core-api/dma-api.rst.
 * A bus address is generation << 40 | slot << 18 | offset. A slot's generation changes with each
 * mapping, so a stale address finds nothing. Slots are given again last in, first out: the
 * addresses that a card sees depend on the order of mappings alone, never on where memory is.
 */
#include "core/dma.h"

#include "base/check.h"

enum {
	DMA_OFFSET_BITS = 18,
	DMA_SLOT_BITS = 22,
	DMA_GEN_MAX = 0xfffffe, /* so that no address is DMA_MAPPING_ERROR */
	DMA_LEN_MAX = 1 << DMA_OFFSET_BITS,
	DMA_NONE = 0x7fffffff /* end of the free list */
};

void dma_space_init(struct dma_space *s, struct dma_map *map, u32 cap)
{
	assert(map != NULL);
	assert(cap != 0);
	assert(cap <= 1u << DMA_SLOT_BITS);
	*s = (struct dma_space){ .map = map, .cap = cap, .free_head = DMA_NONE };
}

static bool dma_fault_due(struct dma_space *s)
{
	if (s->fail_at == 0)
		return false;
	if (--s->fail_at != 0)
		return false;
	s->failed++;
	return true;
}

/* A slot, or NULL when there is none. */
static struct dma_map *dma_slot_take(struct dma_space *s)
{
	struct dma_map *m;

	if (s->free_head != DMA_NONE) {
		m = &s->map[s->free_head];
		s->free_head = m->next_free;
		m->gen = m->gen == DMA_GEN_MAX ? 1 : m->gen + 1;
	} else if (s->fresh < s->cap) {
		m = &s->map[s->fresh++];
		m->gen = 1;
	} else {
		return NULL;
	}
	return m;
}

static u64 dma_map_add(struct dma_space *s, u8 *mem, u32 len, enum dma_dir dir, bool coherent)
{
	struct dma_map *m;

	assert(mem != NULL);
	assert(len != 0);
	assert(len <= DMA_LEN_MAX);
	if (dma_fault_due(s))
		return DMA_MAPPING_ERROR;
	m = dma_slot_take(s);
	if (m == NULL) {
		s->exhausted++;
		return DMA_MAPPING_ERROR;
	}
	m->mem = mem;
	m->len = len;
	m->dir = (u8)dir;
	m->live = true;
	m->coherent = coherent;
	m->next_free = DMA_NONE;
	s->live++;
	s->peak = max_u32(s->peak, s->live);
	return (u64)m->gen << (DMA_OFFSET_BITS + DMA_SLOT_BITS) | (u64)(m - s->map)
									  << DMA_OFFSET_BITS;
}

/* The live mapping that [addr, addr + len) lies in, or NULL. */
static struct dma_map *dma_find(const struct dma_space *s, u64 addr, u32 len)
{
	u32 offset = (u32)(addr & (DMA_LEN_MAX - 1));
	u32 slot = (u32)(addr >> DMA_OFFSET_BITS) & ((1u << DMA_SLOT_BITS) - 1);
	u64 gen = addr >> (DMA_OFFSET_BITS + DMA_SLOT_BITS);
	struct dma_map *m;

	if (slot >= s->fresh)
		return NULL;
	m = &s->map[slot];
	if (!m->live || m->gen != gen)
		return NULL;
	if (offset > m->len || len > m->len - offset)
		return NULL;
	return m;
}

const struct dma_map *dma_lookup(const struct dma_space *s, u64 addr)
{
	return dma_find(s, addr, 0);
}

static void dma_map_remove(struct dma_space *s, struct dma_map *m)
{
	m->live = false;
	m->mem = NULL;
	m->next_free = s->free_head;
	s->free_head = (u32)(m - s->map);
	assert(s->live != 0);
	s->live--;
}

static u64 map_streaming(struct net *net, u8 *mem, u32 len, enum dma_dir dir)
{
	PROBE(net, dma_map_page_attrs);
	if (dir == DMA_TO_DEVICE)
		PATH_STEP(net, DMA_MAP, 0, len);
	return dma_map_add(net->host->dma, mem, len, dir, false);
}

/* LINUX: dma_map_single_attrs() is dma_map_page_attrs() of the page that the memory lies in. */
u64 dma_map_single(struct net *net, void *mem, u32 len, enum dma_dir dir)
{
	return map_streaming(net, mem, len, dir);
}

u64 dma_map_page_attrs(struct net *net, struct page *page, u32 offset, u32 len, enum dma_dir dir)
{
	assert(offset <= page->bytes);
	assert(len <= page->bytes - offset);
	return map_streaming(net, page->mem + offset, len, dir);
}

void dma_unmap_page_attrs(struct net *net, u64 addr, u32 len, enum dma_dir dir)
{
	struct dma_space *s = net->host->dma;
	struct dma_map *m = dma_find(s, addr, len);

	PROBE(net, dma_unmap_page_attrs);
	if (dir == DMA_TO_DEVICE)
		PATH_STEP(net, DMA_UNMAP, 0, len);
	assert(m != NULL);
	assert(!m->coherent);
	assert(m->len == len);
	assert(m->dir == dir);
	dma_map_remove(s, m);
}

/* Memory is coherent here, as on x86-64: a sync only says who owns it, and has to name a live
 * mapping. */
static void sync_check(const struct dma_space *s, u64 addr, u32 len, enum dma_dir dir)
{
	const struct dma_map *m = dma_find(s, addr, len);

	assert(m != NULL);
	assert(m->dir == dir);
}

void dma_sync_single_for_cpu(struct net *net, u64 addr, u32 len, enum dma_dir dir)
{
	PROBE(net, dma_sync_single_for_cpu);
	sync_check(net->host->dma, addr, len, dir);
}

void dma_sync_single_for_device(struct net *net, u64 addr, u32 len, enum dma_dir dir)
{
	PROBE(net, dma_sync_single_for_device);
	sync_check(net->host->dma, addr, len, dir);
}

u64 dma_map_coherent(struct net *net, void *mem, u32 len)
{
	return dma_map_add(net->host->dma, mem, len, DMA_BIDIRECTIONAL, true);
}

void dma_unmap_coherent(struct net *net, u64 addr)
{
	struct dma_map *m = dma_find(net->host->dma, addr, 0);

	assert(m != NULL);
	assert(m->coherent);
	dma_map_remove(net->host->dma, m);
}

u8 *dma_access(struct dma_space *s, u64 addr, u32 len, bool write)
{
	const struct dma_map *m = dma_find(s, addr, len);

	if (m == NULL || m->dir == (write ? DMA_TO_DEVICE : DMA_FROM_DEVICE)) {
		s->faults++;
		return NULL;
	}
	return m->mem + (addr & (DMA_LEN_MAX - 1));
}

void dma_check(const struct dma_space *s)
{
	u32 live = 0, listed = 0;

	assert(s->fresh <= s->cap);
	for (u32 i = 0; i < s->fresh; i++) {
		const struct dma_map *m = &s->map[i];

		assert(m->gen != 0);
		assert(m->gen <= DMA_GEN_MAX);
		if (m->live) {
			assert(m->mem != NULL);
			assert(m->len != 0);
			live++;
		}
	}
	for (u32 i = s->free_head; i != DMA_NONE; i = s->map[i].next_free) {
		assert(i < s->fresh);
		assert(!s->map[i].live);
		listed++;
		assert(listed <= s->fresh);
	}
	assert(live == s->live);
	assert(live + listed == s->fresh);
}
