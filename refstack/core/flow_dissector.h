// SPDX-License-Identifier: MIT
/* flow_dissector.h - what a packet's headers say, for those who need no more than that. */
#ifndef REFSTACK_CORE_FLOW_DISSECTOR_H
#define REFSTACK_CORE_FLOW_DISSECTOR_H

#include "core/skbuff.h"

/* LINUX: struct flow_keys_basic, as far as it is filled. */
struct flow_keys_basic {
	u32 thoff; /* where the transport header begins */
	u8 ip_proto;
};

/* LINUX: skb_header_pointer(): n bytes at an offset from skb->data, which may be negative. False:
 * they are not there.
 */
bool skb_header_bytes(const struct sk_buff *skb, s32 offset, void *to, u32 n);

/* False: there is something wrong with the headers, or nobody knows them. */
bool skb_flow_dissect_flow_keys_basic(const struct sk_buff *skb, struct flow_keys_basic *keys);

#endif
