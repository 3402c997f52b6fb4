// SPDX-License-Identifier: MIT
/* invariants.h - what must hold of every packet, recomputed here with nothing of the stack's own.
 */
#ifndef HARNESS_LIB_INVARIANTS_H
#define HARNESS_LIB_INVARIANTS_H

#include "core/net.h"

/* A frame that one of our stacks put on a wire: headers consistent, every checksum right. net:
 * whose it is; NULL: one that forwards nothing.
 */
void check_frame(const struct net *net, const u8 *frame, u32 len_bytes, bool ethernet);
/* A packet at a layer crossing inside a stack; installed as net->on_packet. */
void check_packet(struct net *net, enum crossing at, const struct sk_buff *skb);
/* Checksum of bytes by the definition of RFC 1071, one word at a time. */
u16 naive_checksum(const u8 *bytes, u32 len_bytes, u32 sum);
/* Finds the first mistake in an IPv4 header, NULL when there is none. */
const char *header_mistake(const u8 *ip, u32 len_bytes);
/* The same for the whole packet, NULL when there is none. partial: the L4 checksum field
 * holds only the pseudo-header's sum, as for a device that completes it.
 */
const char *packet_mistake(const u8 *ip, u32 len_bytes, bool partial);

#endif
