// SPDX-License-Identifier: MIT
/* raw.h - raw sockets: copies of what is delivered, errors about what was sent. */
#ifndef REFSTACK_IPV4_RAW_H
#define REFSTACK_IPV4_RAW_H

#include "ipv4/ip.h"

struct raw_sock {
	struct inet_sock inet; /* first */
	u32 filter;	       /* LINUX: struct icmp_filter: types of ICMP that are not wanted */
	struct ip_ra_chain ra; /* in the net's chain while it has a socket */
};

static inline struct raw_sock *raw_sk(const struct sock *sk)
{
	return (struct raw_sock *)(void *)(uintptr_t)sk;
}

/* True: a socket wants the protocol. skb stays the caller's. */
bool raw_local_deliver(struct sk_buff *skb, u8 protocol);
/* LINUX: 0 always: skb is the socket's now, or gone. */
int raw_rcv(struct sock *sk, struct sk_buff *skb);
/* skb->data is at the IP header that the message quotes: one of ours. */
void raw_icmp_error(struct sk_buff *skb, u8 protocol, u32 info);

/* raw_send.c */
int raw_sendmsg(struct sock *sk, struct msghdr *msg, u64 len);

#endif
