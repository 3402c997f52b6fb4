// SPDX-License-Identifier: MIT
/* cycles.h - the card's clock: what takes how long, each number with its source, and conversions.
 *
 * Everything is an integer. One byte on the PCIe link is 1 ns (x4 at 2.5 GT/s, 8b/10b), one byte on
 * the wire is 8 ns, so that all times are exact picoseconds.
 */
#ifndef NICMODEL_CYCLES_H
#define NICMODEL_CYCLES_H

#include "base/types.h"

/* Y(name, value, source). Byte counts are of TLPs on the link: 8 of framing, sequence and LCRC, 12
 * or 16 of header (32 or 64 bit address), then the data.
 */
#define NIC_TIMES(Y)                                                                               \
	Y(NIC_CLOCK_PS, 8000, "GMII byte clock, 125 MHz: one wire byte a cycle")                   \
	Y(NIC_WIRE_BYTE_PS, 8000, "1000BASE-T: 1 Gb/s")                                            \
	Y(NIC_WIRE_PREAMBLE_BYTES, 8, "IEEE 802.3: preamble and start delimiter")                  \
	Y(NIC_WIRE_FCS_BYTES, 4, "IEEE 802.3")                                                     \
	Y(NIC_WIRE_IFG_BYTES, 12, "IEEE 802.3: inter-packet gap")                                  \
	Y(NIC_WIRE_MIN_BYTES, 60, "IEEE 802.3: shortest frame, without FCS")                       \
	Y(NIC_PAUSE_QUANTUM_PS, 512000, "IEEE 802.3 31B: 512 bit times")                           \
	Y(NIC_LINK_BYTE_PS, 1000, "82576 data sheet: PCIe 2.0 at 2.5 GT/s, x4")                    \
	Y(NIC_TLP_WRITE32_BYTES, 20, "PCIe: MWr, 32-bit address: MSI-X, doorbell")                 \
	Y(NIC_TLP_WRITE64_BYTES, 24, "PCIe: MWr, 64-bit address: data, write-back")                \
	Y(NIC_TLP_READ64_BYTES, 24, "PCIe: MRd, 64-bit address")                                   \
	Y(NIC_TLP_CPLD_BYTES, 20, "PCIe: CplD")                                                    \
	Y(NIC_PCIE_MPS_BYTES, 128, "usual setting of hosts; nic_cfg.mps_bytes")                    \
	Y(NIC_PCIE_MRRS_BYTES, 512, "PCIe default of the device control register")                 \
	Y(NIC_READ_LATENCY_NS, 600, "host memory; measured on hosts: 300 to 1000")                 \
	Y(NIC_OUTSTANDING_READS, 4, "assumption: enough for line rate; nic_cfg")                   \
	Y(NIC_FETCH_DESCRIPTORS, 32, "assumption: descriptors of one fetch; nic_cfg")              \
	Y(NIC_MDIO_PS, 25600000, "IEEE 802.3 22: 64 bits at 2.5 MHz")                              \
	Y(NIC_NVM_READ_PS, 20000000, "assumption: SPI, 40 bits at 2 MHz")                          \
	Y(NIC_AUTONEG_MS, 500, "QEMU's igb; a real pair takes 1500 to 3000; nic_cfg")              \
	Y(NIC_EITR_TICK_PS, 1000000, "82576, i210: EITR counts microseconds")                      \
	Y(NIC_EITR_QEMU_TICK_PS, 1024000, "QEMU's igb: value & 7FFE times 1024 ns")                \
	Y(NIC_SYSTIM_TICK_PS, 16000, "82576: the time counter is clocked every 16 ns")

enum nic_times {
#define Y(name, value, source) name = (value),
	NIC_TIMES(Y)
#undef Y
};

struct nic_time_row {
	const char *name;
	u32 value;
	const char *source;
};

/* The table as data, for documents and tests; ends with a row without a name. */
extern const struct nic_time_row nic_time_table[];

/* An exact fraction. nic_scale() is floor(v * num / den) with no overflow in between as long as
 * num and den are below 2^32 and the result fits.
 */
struct nic_ratio {
	u64 num, den;
};

u64 nic_scale(u64 v, struct nic_ratio r);
u64 nic_cycles(u64 ps);
u64 nic_cycles_ps(u64 cycles);

/* First bit of the preamble to the last of the FCS; the gap that must follow it is extra. */
u64 nic_wire_ps(u32 frame_bytes);
u64 nic_wire_gap_ps(void);

/* Link bytes of moving len bytes, per direction. */
u64 nic_read_up_bytes(u32 len);
u64 nic_read_down_bytes(u32 len, u32 mps);
u64 nic_write_up_bytes(u32 len, u32 mps);

#endif
