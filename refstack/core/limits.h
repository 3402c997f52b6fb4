// SPDX-License-Identifier: MIT
/* limits.h - how much of everything a world has room for. The size of its block follows. */
#ifndef REFSTACK_CORE_LIMITS_H
#define REFSTACK_CORE_LIMITS_H

#include "base/types.h"

enum { SKB_HEAD_CLASSES = 4 };

struct limits {
	u32 cpus, tasks, processes, fds, files; /* of one host; fds of one process */
	u32 umem_bytes;				/* memory that a process can name to the kernel */
	u32 sockets, skbs;
	u32 tcp_sockets, request_socks, tw_socks, bind_buckets;
	u32 tcp_ehash, tcp_bhash;    /* chains of TCP's tables: powers of two */
	u32 heads[SKB_HEAD_CLASSES]; /* packet buffers by size class, see skbuff.c */
	u32 pages, big_pages;	     /* 4 KiB, 32 KiB */
	u32 devices, dev_queues, qdiscs;
	u32 routes, route_nodes, addresses, neighbours, dsts, frag_queues;
	u32 dma_maps;
	u32 igb_adapters, igb_rings, igb_ring_entries; /* rings of all adapters; the longest */
	u32 fib_tables;
	u32 mc_groups, mc_sources; /* memberships of sockets and devices; their sources */
	u32 events, trace_records, frames, big_frames; /* of the world */
};

extern const struct limits limits_fuzz;
extern const struct limits limits_test;
extern const struct limits limits_large;

#endif
