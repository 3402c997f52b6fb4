// SPDX-License-Identifier: MIT
/* run_explore.c - runs that nobody reads: what cannot be run is skipped, and of what happens there
 * is a sum: counts, and a digest that is equal wherever the same happens.
 *
 * Path: called by run.c and run_packet.c; fuzzers run programs so.
 */
#include "harness/script/run_internal.h"

#include "base/sim.h"
#include "harness/lib/world.h"

static void fold(struct run *r, u64 v)
{
	struct sim sum = { .digest = r->result.digest };

	sim_note(&sum, v);
	r->result.digest = sum.digest;
}

static void fold_bytes(struct run *r, const u8 *p, u32 len)
{
	struct sim sum = { .digest = r->result.digest };

	sim_note(&sum, len);
	sim_note_bytes(&sum, p, len);
	r->result.digest = sum.digest;
}

/* What a call could write to is where its arguments lie: all of that, as far as it is not zero. */
static void fold_memory(struct run *r, u32 host, u32 process, const struct run_thread *t)
{
	struct dut_memory m = r->dut->ops->memory(r->dut, host, process);
	u64 from = t->mem - UMEM_BASE, to = min_u64(from + t->mem_bytes, m.high);

	if (from < to)
		fold_bytes(r, m.bytes + from, (u32)(to - from));
}

void run_sum_return(struct run *r, u32 host, u32 thread, const struct dut_call *c)
{
	r->result.calls++;
	if (!r->opt->digest)
		return;
	fold(r, (u64)host << 32 | thread);
	fold(r, (u64)c->ret);
	fold(r, c->ended_ps);
	fold_memory(r, host, c->process, &r->thread[host][thread]);
}

void run_sum_frame(struct run *r, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps)
{
	r->result.frames++;
	if (!r->opt->digest)
		return;
	fold(r, (u64)host << 32 | outgoing);
	fold(r, when_ps);
	fold_bytes(r, frame, len);
}

void run_sum_end(struct run *r)
{
	if (!r->opt->digest)
		return;
	fold(r, r->result.virtual_ps);
	if (r->dut->world != NULL)
		fold(r, world_digest(r->dut->world));
}

bool run_go_on(struct run *r)
{
	if (r->skips) {
		r->skips = false;
		r->ended = false;
		r->result.skipped++;
		r->ended_calls = 1; /* some may have returned meanwhile */
	}
	return !r->ended;
}
