// SPDX-License-Identifier: MIT
/* packet_flow.h - where a device's TCP connections start to count, so that lines need not.
 *
 * A device's own SYN says its first sequence number and its first time stamp. From there lines
 * count: the SYN is `S 0:0(0)` and has `TS val 1`. What scripts send counts from 0 by itself.
 */
#ifndef HARNESS_SCRIPT_PACKET_FLOW_H
#define HARNESS_SCRIPT_PACKET_FLOW_H

#include "base/types.h"

enum { PACKET_FLOWS = 64, PACKET_FIRST_TS = 1 };

/* One direction. */
struct packet_start {
	u32 saddr, daddr;
	u16 sport, dport;
	u32 isn, ts;
};
struct packet_flows {
	u32 n; /* all that were seen; the last PACKET_FLOWS are known */
	struct packet_start start[PACKET_FLOWS];
};

/* A frame has left a device: true and its numbers when a direction starts with it. */
bool packet_starts(const u8 *frame, u32 len, bool ethernet, struct packet_start *to);
void packet_flows_see(struct packet_flows *f, const u8 *frame, u32 len, bool ethernet);
/* The frame with numbers that count from the start. Its checksum stays right if it was. */
void packet_flows_relative(const struct packet_flows *f, u8 *frame, u32 len, bool ethernet);

#endif
