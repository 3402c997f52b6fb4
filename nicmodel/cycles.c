// SPDX-License-Identifier: MIT
/* cycles.c - conversions between bytes, cycles and picoseconds.
 *
 * Path: step 13, every transfer of the card. Rules: IEEE 802.3 and PCI Express base specification.
 */
#include "nicmodel/cycles.h"

#include "base/check.h"

const struct nic_time_row nic_time_table[] = {
#define Y(name, value, source) { #name, (value), source },
	NIC_TIMES(Y)
#undef Y
		{ NULL, 0, NULL },
};

u64 nic_scale(u64 v, struct nic_ratio r)
{
	assert(r.den != 0);
	assert(r.num <= U32_MAX);
	assert(r.den <= U32_MAX);
	return v / r.den * r.num + v % r.den * r.num / r.den;
}

u64 nic_cycles(u64 ps)
{
	return nic_scale(ps, (struct nic_ratio){ 1, NIC_CLOCK_PS });
}

u64 nic_cycles_ps(u64 cycles)
{
	return nic_scale(cycles, (struct nic_ratio){ NIC_CLOCK_PS, 1 });
}

u64 nic_wire_ps(u32 frame_bytes)
{
	return ((u64)frame_bytes + NIC_WIRE_PREAMBLE_BYTES + NIC_WIRE_FCS_BYTES) * NIC_WIRE_BYTE_PS;
}

u64 nic_wire_gap_ps(void)
{
	return (u64)NIC_WIRE_IFG_BYTES * NIC_WIRE_BYTE_PS;
}

static u64 parts(u32 len, u32 part)
{
	return len == 0 ? 1 : ((u64)len + part - 1) / part;
}

u64 nic_read_up_bytes(u32 len)
{
	return parts(len, NIC_PCIE_MRRS_BYTES) * NIC_TLP_READ64_BYTES;
}

u64 nic_read_down_bytes(u32 len, u32 mps)
{
	return len + parts(len, mps) * NIC_TLP_CPLD_BYTES;
}

u64 nic_write_up_bytes(u32 len, u32 mps)
{
	return len + parts(len, mps) * NIC_TLP_WRITE64_BYTES;
}
