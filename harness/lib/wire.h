// SPDX-License-Identifier: MIT
/* wire.h - cables between ports: delay, loss, duplication, reordering, corruption. */
#ifndef HARNESS_LIB_WIRE_H
#define HARNESS_LIB_WIRE_H

#include "base/pool.h"
#include "base/rng.h"
#include "base/sim.h"

struct world;

enum { WIRE_PPM = 1000000, FRAME_BYTES = 2048, BIG_FRAME_BYTES = 66000 };

/* Two ends, or up to four: then each frame arrives at all the others, as with a hub. */
enum { WIRE_PORTS = 4 };
struct wire_cfg {
	u8 port[WIRE_PORTS];
	u8 nr_ports; /* 0 = 2 */
	u64 delay_ps;
	u32 loss_ppm, dup_ppm, reorder_ppm, corrupt_ppm;
	u64 reorder_ps;		/* how much later a reordered frame arrives */
	u32 drop_from, drop_to; /* frames of this wire that are lost, counted from 1; 0 = none */
};

enum wire_verdict { WIRE_CARRIED, WIRE_LOST, WIRE_DUPLICATED, WIRE_REORDERED, WIRE_CORRUPTED };

struct wire {
	struct world *world;
	struct wire_cfg cfg;
	struct rng rng;
	u32 index;
	u64 sent, lost, duplicated, reordered, corrupted, no_room;
};

/* A frame under way; slots of world->frame_pool or big_frame_pool. */
struct frame {
	u32 len;
	u8 port;
	bool fcs_ok;
	struct pool *pool;
	u8 bytes[];
};

/* What becomes of a copy of a frame. */
struct wire_copy {
	enum wire_verdict verdict;
	u64 delay_ps;
	u32 bit; /* WIRE_CORRUPTED: which one is turned over */
};
/* A frame of len bytes sets out: how many copies arrive (0 to 2), and how. Draws and counts. */
u32 wire_fate(struct wire *wire, u32 len, struct wire_copy copy[2]);

void wire_init(struct wire *wire, struct world *w, u32 index, const struct wire_cfg *cfg, u64 seed);
/* A frame has left port `from`, with its last bit at end_ps. */
void wire_send(struct wire *wire, u32 from, const u8 *bytes, u32 len, u64 end_ps);
/* Brings a copy of the frame to a port at the given time. False: no room. */
bool wire_deliver(struct world *w, u32 port, const u8 *bytes, u32 len, bool fcs_ok, u64 when_ps);

#endif
