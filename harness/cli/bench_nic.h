// SPDX-License-Identifier: MIT
/* bench_nic.h - how many frames a second a host sends and receives through its card, by size. */
#ifndef HARNESS_CLI_BENCH_NIC_H
#define HARNESS_CLI_BENCH_NIC_H

#include <stdio.h>

#include "base/types.h"

/* What a size waits for. */
enum bench_bound { BOUND_WIRE, BOUND_CPU, BOUND_DMA, BOUND_RING, BENCH_BOUNDS };
extern const char *const bench_bound_names[BENCH_BOUNDS];

struct bench_nic_cfg {
	u32 cpus;				    /* of the host, and queues of its card */
	u32 mem_read_latency_ns, outstanding_reads; /* of the card; 0: as cycles.h says */
};

struct bench_nic_row {
	bool rx;
	u32 bytes; /* of the frame, its check sequence among them */
	u64 frames_s, line_frames_s;
	u64 kbit_s, line_kbit_s; /* of the frames' bytes */
	/* In thousandths of the time: the wire, the busiest CPU, the card's reads. */
	u32 wire, cpu, reads;
	u64 lost; /* frames of the measured ones that came to nothing */
	enum bench_bound bound;
};

enum { BENCH_NIC_SIZES = 20, BENCH_NIC_ROWS = 2 * BENCH_NIC_SIZES };
extern const u16 bench_nic_sizes[BENCH_NIC_SIZES];

struct bench_nic_row bench_nic_tx(const struct bench_nic_cfg *cfg, u32 bytes);
struct bench_nic_row bench_nic_rx(const struct bench_nic_cfg *cfg, u32 bytes);

/* All sizes, sent and received. */
void bench_nic(const struct bench_nic_cfg *cfg, struct bench_nic_row rows[BENCH_NIC_ROWS]);
void bench_nic_print(FILE *to, const struct bench_nic_row rows[BENCH_NIC_ROWS]);
/* An array of objects; the line {"nic": …} of a run. */
void bench_nic_json(FILE *to, const struct bench_nic_row rows[BENCH_NIC_ROWS]);
void report_nic(FILE *to);

#endif
