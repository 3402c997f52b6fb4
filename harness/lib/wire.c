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

static enum wire_verdict one_copy(struct wire *wire, u32 to, const u8 *bytes, u32 len, u64 when_ps)
{
	enum wire_verdict verdict = WIRE_CARRIED;
	u8 *copy = wire->world->scratch;

	if (len > BIG_FRAME_BYTES)
		len = BIG_FRAME_BYTES;
	if (chance(&wire->rng, wire->cfg.reorder_ppm)) {
		wire->reordered++;
		when_ps += wire->cfg.reorder_ps;
		verdict = WIRE_REORDERED;
	}
	if (len != 0 && chance(&wire->rng, wire->cfg.corrupt_ppm)) {
		u32 bit = rng_below(&wire->rng, len * 8);

		wire->corrupted++;
		memmove(copy, bytes, len);
		copy[bit / 8] ^= (u8)(1u << bit % 8);
		bytes = copy;
		verdict = WIRE_CORRUPTED;
	}
	if (!wire_deliver(wire->world, to, bytes, len, verdict != WIRE_CORRUPTED, when_ps))
		wire->no_room++;
	return verdict;
}

void wire_send(struct wire *wire, u32 from, const u8 *bytes, u32 len, u64 end_ps)
{
	u64 when_ps = end_ps + wire->cfg.delay_ps;
	u32 to = wire->cfg.port[0] == from ? wire->cfg.port[1] : wire->cfg.port[0];

	wire->sent++;
	if (dropped_by_plan(wire) || chance(&wire->rng, wire->cfg.loss_ppm)) {
		wire->lost++;
		return;
	}
	one_copy(wire, to, bytes, len, when_ps);
	if (chance(&wire->rng, wire->cfg.dup_ppm)) {
		wire->duplicated++;
		one_copy(wire, to, bytes, len, when_ps);
	}
}
