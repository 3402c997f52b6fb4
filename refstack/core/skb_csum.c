// SPDX-License-Identifier: MIT
/* skb_csum.c - what a transport knows of a received packet's checksum.
 *
 * Path: udp_rcv(), icmp_rcv(). Rules: LINUX: include/linux/skbuff.h, __skb_checksum_validate().
 */
#include "core/skbuff.h"

#include "base/csum.h"

/* LINUX: CHECKSUM_BREAK: up to here a packet is summed at once. */
enum { CHECKSUM_BREAK = 76 };

bool skb_csum_unnecessary(const struct sk_buff *skb)
{
	return skb->ip_summed == CHECKSUM_UNNECESSARY || skb->csum_valid ||
	       (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) >= 0);
}

/* LINUX: __skb_decr_checksum_unnecessary(): what the card vouched for is used up, level by level.
 */
static void skb_decr_checksum_unnecessary(struct sk_buff *skb)
{
	if (skb->ip_summed != CHECKSUM_UNNECESSARY)
		return;
	if (skb->csum_level == 0)
		skb->ip_summed = CHECKSUM_NONE;
	else
		skb->csum_level--;
}

u16 skb_checksum_validate(struct sk_buff *skb, bool complete, bool no_check, u32 pseudo)
{
	u16 csum;

	skb->csum_valid = false;
	if (skb_csum_unnecessary(skb) || no_check) {
		skb->csum_valid = true;
		skb_decr_checksum_unnecessary(skb);
		return 0;
	}
	if (skb->ip_summed == CHECKSUM_COMPLETE && csum_fold(csum_add(pseudo, skb->csum)) == 0) {
		skb->csum_valid = true;
		return 0;
	}
	skb->csum = pseudo;
	if (!complete && skb->len > CHECKSUM_BREAK)
		return 0;
	csum = skb_checksum_complete(skb);
	skb->csum_valid = csum == 0;
	return csum;
}
