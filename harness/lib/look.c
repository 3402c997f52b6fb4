// SPDX-License-Identifier: MIT
/* look.c - see look.h. */
#include "harness/lib/look.h"

bool look_packet(const struct sk_buff *skb, u32 skip, u8 *to, u32 room)
{
	struct skb_walk walk;
	u32 at = 0, len;
	u8 *piece;

	if (skb->len < skip || skb->len - skip > room)
		return false;
	skb_walk_init(&walk, skb);
	while ((piece = skb_walk_next(&walk, &len)) != NULL) {
		u32 cut = min_u32(skip, len);

		skip -= cut;
		memcpy(to + at, piece + cut, len - cut);
		at += len - cut;
	}
	return true;
}
