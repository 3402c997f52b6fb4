// SPDX-License-Identifier: MIT
/* tx_tstamp.h - when a packet was sent, told to the socket that has asked for it. */
#ifndef REFSTACK_CORE_TX_TSTAMP_H
#define REFSTACK_CORE_TX_TSTAMP_H

#include "core/sock.h"
#include "uapi/errqueue.h"

/* LINUX: SOF_TIMESTAMPING_TX_RECORD_MASK: hardware, software, before the queue, acknowledged. */
enum { SOF_TIMESTAMPING_TX_RECORD_MASK = 0x303 };

/* What of tsflags a packet must carry: SKBTX_ bits. */
u8 sock_tx_timestamp(const struct sock *sk, u32 tsflags);
/* LINUX: __skb_tstamp_tx() without hardware: a copy of the packet, or nothing of it, and the time
 * in the socket's error queue. ack_skb: of an acknowledgement.
 */
void skb_tstamp_tx(struct sk_buff *orig_skb, const struct sk_buff *ack_skb, struct sock *sk,
		   u32 tstype);

/* ipv4/tcp_info.c: how the connection is doing, as netlink attributes; NULL: no memory. */
struct sk_buff *tcp_get_timestamping_opt_stats(const struct sock *sk,
					       const struct sk_buff *orig_skb,
					       const struct sk_buff *ack_skb);

/* A driver has taken it. */
static inline void skb_tx_timestamp(struct sk_buff *skb)
{
	if (unlikely((skb->hd->tx_flags & SKBTX_SW_TSTAMP) != 0))
		skb_tstamp_tx(skb, NULL, skb->sk, SCM_TSTAMP_SND);
}

/* When it shall leave, by the clock that SO_TXTIME has named. */
void skb_set_delivery_time(struct sk_buff *skb, u64 ns, u8 tstamp_type);
void skb_set_delivery_type_by_clockid(struct sk_buff *skb, u64 ns, s32 clockid);
/* It is no departure any more. */
void skb_clear_delivery_time(struct sk_buff *skb);
static inline void skb_clear_tstamp(struct sk_buff *skb)
{
	if (skb->tstamp_type == SKB_CLOCK_REALTIME)
		skb->tstamp_ns = 0;
}

#endif
