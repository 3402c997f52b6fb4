// SPDX-License-Identifier: MIT
/* wire.c - what happens to a frame between two ports. Faults come from the wire's own random
 * stream. */
#include "harness/lib/wire.h"

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/world.h"

void wire_init(struct wire *wire, struct world *w, u32 index, const struct wire_cfg *cfg, u64 seed)
{
	*wire = (struct wire){ .world = w, .cfg = *cfg, .index = index };
	rng_init(&wire->rng, seed, RNG_WIRE, index);
}

static bool chance(struct rng *r, u32 ppm)
{
	return ppm != 0 && rng_below(r, WIRE_PPM) < ppm;
}

static void arrive(void *ctx, u64 frame, u64 unused)
{
	struct frame *f = (struct frame *)(uintptr_t)frame;

	(void)unused;
	world_arrive(ctx, f);
}

bool wire_deliver(struct world *w, u32 port, const u8 *bytes, u32 len, bool fcs_ok, u64 when_ps)
{
	struct pool *pool = len <= FRAME_BYTES ? &w->frame_pool : &w->big_frame_pool;
	struct frame *f;

	if (len > BIG_FRAME_BYTES)
		return false;
	f = pool_alloc(pool);
	if (f == NULL)
		return false;
	f->len = len;
	f->port = (u8)port;
	f->fcs_ok = fcs_ok;
	f->pool = pool;
	memcpy(f->bytes, bytes, len);
	if (!sim_post(&w->sim, SIM_WIRE, when_ps, arrive, w, (u64)(uintptr_t)f, 0)) {
		pool_free(pool, f);
		return false;
	}
	return true;
}

static bool dropped_by_plan(const struct wire *wire)
{
	return wire->sent >= wire->cfg.drop_from && wire->sent <= wire->cfg.drop_to;
}

static void one_copy(struct wire *wire, u32 len, struct wire_copy *copy)
{
	*copy = (struct wire_copy){ .verdict = WIRE_CARRIED, .delay_ps = wire->cfg.delay_ps };
	if (chance(&wire->rng, wire->cfg.reorder_ppm)) {
		wire->reordered++;
		copy->delay_ps += wire->cfg.reorder_ps;
		copy->verdict = WIRE_REORDERED;
	}
	if (len != 0 && chance(&wire->rng, wire->cfg.corrupt_ppm)) {
		wire->corrupted++;
		copy->bit = rng_below(&wire->rng, len * 8);
		copy->verdict = WIRE_CORRUPTED;
	}
}

u32 wire_fate(struct wire *wire, u32 len, struct wire_copy copy[2])
{
	wire->sent++;
	if (dropped_by_plan(wire) || chance(&wire->rng, wire->cfg.loss_ppm)) {
		wire->lost++;
		return 0;
	}
	one_copy(wire, len, &copy[0]);
	if (!chance(&wire->rng, wire->cfg.dup_ppm))
		return 1;
	wire->duplicated++;
	one_copy(wire, len, &copy[1]);
	return 2;
}

static void deliver_copy(struct wire *wire, u32 to, const u8 *bytes, u32 len, u64 end_ps,
			 const struct wire_copy *copy)
{
	u8 *damaged = wire->world->scratch;

	if (copy->verdict == WIRE_CORRUPTED) {
		memmove(damaged, bytes, len);
		damaged[copy->bit / 8] ^= (u8)(1u << copy->bit % 8);
		bytes = damaged;
	}
	if (!wire_deliver(wire->world, to, bytes, len, copy->verdict != WIRE_CORRUPTED,
			  end_ps + copy->delay_ps))
		wire->no_room++;
	/* A TAP's frame lies in the same place, and may have another end to go to. */
	if (copy->verdict == WIRE_CORRUPTED)
		damaged[copy->bit / 8] ^= (u8)(1u << copy->bit % 8);
}

static void trace_flight(const struct wire *wire, u32 from, u32 len, u64 end_ps,
			 const struct wire_copy *copy)
{
	struct trace *t = &wire->world->trace;

	if (!trace_on(t, TRACE_wire))
		return;
	*trace_next(t) = (struct trace_rec){
		.when_ps = end_ps,
		.arg = { wire->index, from, len, copy->verdict,
			 (u32)min_u64(copy->delay_ps / PS_PER_NS, U32_MAX) },
		.kind = TRACE_wire,
		.host = wire->world->cfg.dev[from].host,
		.cpu = 0xff,
		.ctx = CTX_DEVICE,
		.task = 0xff,
		.statement = t->statement,
	};
}

void wire_send(struct wire *wire, u32 from, const u8 *bytes, u32 len, u64 end_ps)
{
	u32 ports = wire->cfg.nr_ports != 0 ? wire->cfg.nr_ports : 2;
	struct wire_copy copy[2];
	u32 copies;

	len = min_u32(len, BIG_FRAME_BYTES);
	copies = wire_fate(wire, len, copy);
	if (copies == 0)
		trace_flight(wire, from, len, end_ps, &(struct wire_copy){ .verdict = WIRE_LOST });
	for (u32 i = 0; i < copies; i++)
		trace_flight(wire, from, len, end_ps, &copy[i]);
	for (u32 i = 0; i < copies; i++)
		for (u32 p = 0; p < ports; p++)
			if (wire->cfg.port[p] != from)
				deliver_copy(wire, wire->cfg.port[p], bytes, len, end_ps, &copy[i]);
}
