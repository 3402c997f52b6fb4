// SPDX-License-Identifier: MIT
/* tcp_ipv4.h - between tcp_ipv4.c and tcp_reply.c: answers that no connection sends. */
#ifndef REFSTACK_IPV4_TCP_IPV4_H
#define REFSTACK_IPV4_TCP_IPV4_H

#include "ipv4/tcp.h"

/* Of a segment that may be signed: DROP_NOT_DROPPED_YET, or why it is not taken. */
enum drop_reason tcp_inbound_hash(struct net *net, const u8 *th, bool for_request);
/* sk: a socket, what is left of one, or NULL. reason: enum sk_rst_reason. */
void tcp_v4_send_reset(const struct sock *sk, struct sk_buff *skb, u32 reason);
/* Gives back sk, which is in TIME-WAIT. */
void tcp_v4_timewait_ack(struct sock *sk, struct sk_buff *skb);
/* For a request; sk is its listener. */
void tcp_v4_reqsk_send_ack(const struct sock *sk, struct sk_buff *skb, struct request_sock *req);

#endif
