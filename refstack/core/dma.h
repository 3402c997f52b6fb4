// SPDX-License-Identifier: MIT
/* dma.h - what a card may touch: live mappings from bus addresses to memory, like an IOMMU's.
 *
 * Bus address = generation, slot, offset: an access through a stale or a foreign address, past the
 * end of a mapping or against its direction, finds nothing and is counted as a fault.
 */
#ifndef REFSTACK_CORE_DMA_H
#define REFSTACK_CORE_DMA_H

#include "core/net.h"

#define DMA_MAPPING_ERROR U64_MAX

enum dma_dir { DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE };

struct dma_map {
	u8 *mem;
	u32 len;
	u32 gen;
	u8 dir;
	bool live, coherent;
	u32 next_free;
};

struct dma_space {
	struct dma_map *map;
	u32 cap, fresh, live, peak, free_head;
	u32 fail_at;   /* fault injection: the n-th mapping from now fails */
	u64 faults;    /* accesses outside every live mapping */
	u64 exhausted; /* mappings refused because every slot was taken */
	u64 failed;    /* how often fail_at made one fail */
};

void dma_space_init(struct dma_space *s, struct dma_map *map, u32 cap);
u64 dma_map_single(struct net *net, void *mem, u32 len, enum dma_dir dir);
u64 dma_map_page_attrs(struct net *net, struct page *page, u32 offset, u32 len, enum dma_dir dir);
void dma_unmap_page_attrs(struct net *net, u64 addr, u32 len, enum dma_dir dir);
void dma_sync_single_for_cpu(struct net *net, u64 addr, u32 len, enum dma_dir dir);
void dma_sync_single_for_device(struct net *net, u64 addr, u32 len, enum dma_dir dir);
/* Memory that both sides may touch at any time: descriptor rings. */
u64 dma_map_coherent(struct net *net, void *mem, u32 len);
void dma_unmap_coherent(struct net *net, u64 addr);

/* The card's side: the memory behind [addr, addr + len), or NULL and a counted fault. */
u8 *dma_access(struct dma_space *s, u64 addr, u32 len, bool write);
/* The live mapping that addr lies in, or NULL: for checks. */
const struct dma_map *dma_lookup(const struct dma_space *s, u64 addr);
void dma_check(const struct dma_space *s);

#endif
