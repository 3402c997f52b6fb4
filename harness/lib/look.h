// SPDX-License-Identifier: MIT
/* look.h - reading what a world holds without taking any of its time: the stack's own functions
 * charge cycles, so whoever looks with them changes the run.
 */
#ifndef HARNESS_LIB_LOOK_H
#define HARNESS_LIB_LOOK_H

#include "core/skbuff.h"

/* The bytes of a packet from `skip` on, in one piece; false when they are more than `room`. */
bool look_packet(const struct sk_buff *skb, u32 skip, u8 *to, u32 room);

#endif
