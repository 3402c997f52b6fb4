// SPDX-License-Identifier: MIT
/* limits.c - the three presets. */
#include "core/limits.h"

/* Small, so that a snapshot is: a program of some twenty calls. */
const struct limits limits_fuzz = {
	.cpus = 2, .tasks = 4, .processes = 2, .fds = 64, .files = 64, .umem_bytes = 1 << 18,
	.sockets = 32, .skbs = 256, .heads = { 256, 64, 16, 8 }, .pages = 256, .big_pages = 16,
	.devices = 4, .dev_queues = 2, .qdiscs = 16,
	.routes = 64, .route_nodes = 128, .addresses = 16, .neighbours = 32, .dsts = 128, .frag_queues = 16,
	.dma_maps = 1024, .igb_adapters = 1, .igb_rings = 4, .igb_ring_entries = 64, .fib_tables = 4,
	.events = 1024, .trace_records = 4096, .frames = 128, .big_frames = 8,
};

const struct limits limits_test = {
	.cpus = 8, .tasks = 16, .processes = 4, .fds = 1024, .files = 4096, .umem_bytes = 1 << 20,
	.sockets = 2048, .skbs = 8192, .heads = { 8192, 4096, 256, 64 }, .pages = 8192, .big_pages = 64,
	.devices = 12, .dev_queues = 8, .qdiscs = 128,
	.routes = 4096, .route_nodes = 8192, .addresses = 256, .neighbours = 1024, .dsts = 4096,
	.frag_queues = 1024, .dma_maps = 16384, .igb_adapters = 2,
	.igb_rings = 32, .igb_ring_entries = 1024, .fib_tables = 4,
	.events = 16384, .trace_records = 1 << 17, .frames = 4096, .big_frames = 64,
};

const struct limits limits_large = {
	.cpus = 8, .tasks = 64, .processes = 16, .fds = 4096, .files = 65536, .umem_bytes = 1 << 24,
	.sockets = 32768, .skbs = 65536, .heads = { 65536, 32768, 2048, 512 }, .pages = 65536,
	.big_pages = 1024, .devices = 15, .dev_queues = 8, .qdiscs = 128,
	.routes = 65536, .route_nodes = 131072, .addresses = 4096, .neighbours = 1024, .dsts = 65536,
	.frag_queues = 8192, .dma_maps = 65536, .igb_adapters = 4, .igb_rings = 64, .igb_ring_entries = 4096, .fib_tables = 4,
	.events = 65536, .trace_records = 1 << 20, .frames = 16384, .big_frames = 256,
};
