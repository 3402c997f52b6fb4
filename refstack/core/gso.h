// SPDX-License-Identifier: MIT
/* gso.h - one packet becomes the segments that go on a wire: what its protocol has to do with it.
 */
#ifndef REFSTACK_CORE_GSO_H
#define REFSTACK_CORE_GSO_H

#include "core/netdevice.h"

/* Of packets that a program calls such (PACKET_VNET_HDR): no device does them. */
enum { SKB_GSO_UDP = 32, SKB_GSO_TCPV6 = 64 };

/* LINUX: struct skb_gso_cb: behind what IP has in the control block, for IP may have to cut a
 * segment into fragments.
 */
struct skb_gso_cb {
	u32 csum;	/* of what lies behind csum_start */
	u32 csum_start; /* from head */
};
enum { SKB_GSO_CB_OFFSET = SKB_CB_BYTES - (int)sizeof(struct skb_gso_cb) };

static inline struct skb_gso_cb *skb_gso_cb(struct sk_buff *skb)
{
	return (struct skb_gso_cb *)(void *)((u8 *)skb->cb + SKB_GSO_CB_OFFSET);
}

/* What is between the transport header and the data is summed for the segment's checksum, and res
 * is what the sum was with it; the first only says the same of a checksum that the card will make.
 */
u16 gso_make_checksum(struct sk_buff *skb, u32 res);
void gso_reset_checksum(struct sk_buff *skb, u32 res);

/* LINUX: net_offload callbacks of TCP. tcp_offload.c */
struct sk_buff *tcp4_gso_segment(struct sk_buff *skb, u64 features, int *err);
/* ipv4/udp_offload.c */
bool udp_gro_wanted(struct sk_buff *skb, const u8 *iph, const u8 *uh);
struct sk_buff *udp4_ufo_fragment(struct sk_buff *skb, u64 features, int *err);

#endif
