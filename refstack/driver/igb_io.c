// SPDX-License-Identifier: MIT
/* igb_io.c - how a CPU reaches the card: register reads and writes, and waiting for it.
 *
 * Path: step 12 (the doorbell is one of these writes). Own mechanism; LINUX: rd32(), wr32(),
 * udelay(). A read costs the CPU a round trip over the bus, a write the time to hand it over. The
 * card is brought up to the CPU's clock first, and sees that clock: within a unit of work the
 * simulation's own time is still that of the unit's start.
 */
#include "driver/igb.h"

/* Returns the time to put back. */
static u64 bus_begin(struct igb_adapter *adapter, enum fn_id cost)
{
	struct cpu *c = this_cpu(adapter->net);
	u64 sim_now_ps;

	assert(adapter->card != NULL);
	cpu_charge(c, c->cost[cost]);
	sim_pump(c->sim, c->now_ps);
	sim_now_ps = c->sim->now_ps;
	c->sim->now_ps = max_u64(sim_now_ps, c->now_ps);
	return sim_now_ps;
}

u32 igb_rd32(struct igb_adapter *adapter, u32 reg)
{
	u64 sim_now_ps = bus_begin(adapter, FN_mmio_read);
	u32 value = adapter->card->mmio_read(adapter->card_ctx, reg);

	adapter->net->sim->now_ps = sim_now_ps;
	return value;
}

void igb_wr32(struct igb_adapter *adapter, u32 reg, u32 value)
{
	u64 sim_now_ps = bus_begin(adapter, FN_mmio_write);

	adapter->card->mmio_write(adapter->card_ctx, reg, value);
	adapter->net->sim->now_ps = sim_now_ps;
}

/* LINUX: wrfl(): a read pushes the writes before it over the bus. */
void igb_wrfl(struct igb_adapter *adapter)
{
	(void)igb_rd32(adapter, E1000_STATUS);
}

/* DIVERGES(igb-sleep): whoever waits for the card keeps its CPU, under both cost models; interrupts
 * and their bottom halves nest. A range of LINUX: usleep_range() is its lower end.
 */
void igb_usleep(struct igb_adapter *adapter, u32 us)
{
	struct cpu *c = this_cpu(adapter->net);

	c->now_ps += us * PS_PER_US;
	cpu_charge(c, 0);
}
