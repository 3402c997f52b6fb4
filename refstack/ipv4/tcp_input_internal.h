// SPDX-License-Identifier: MIT
/* tcp_input_internal.h - what the files of TCP's receive side ask of each other alone. */
#ifndef REFSTACK_IPV4_TCP_INPUT_INTERNAL_H
#define REFSTACK_IPV4_TCP_INPUT_INTERNAL_H

#include "ipv4/tcp.h"

/* LINUX: struct tcp_fastopen_cookie. len: 0 asks for one, negative: there was no such option. */
enum { TCP_FASTOPEN_COOKIE_MIN = 4, TCP_FASTOPEN_COOKIE_MAX = 16 };
struct tcp_fastopen_cookie {
	s8 len;
	bool exp; /* in the option for experiments */
	u8 val[TCP_FASTOPEN_COOKIE_MAX];
};

enum { INET_ECN_NOT_ECT = 0, INET_ECN_CE = 3, INET_ECN_MASK = 3 };

static inline bool tcp_skb_has_flag(const struct sk_buff *skb, u8 flags)
{
	return (TCP_SKB_CB(skb)->tcp_flags & flags) != 0;
}

/* tcp_parse.c */
/* LINUX: tcp_parse_options() with a place for a cookie of fast open, or NULL. */
void tcp_parse_options_foc(const struct net *net, const struct sk_buff *skb,
			   struct tcp_options_received *opt_rx, bool estab,
			   struct tcp_fastopen_cookie *foc);
bool tcp_parse_aligned_timestamp(struct tcp_sock *tp, const u8 *th);
/* False: there are none. */
bool tcp_fast_parse_options(const struct net *net, const struct sk_buff *skb, const u8 *th,
			    struct tcp_sock *tp);
bool tcp_paws_discard(const struct sock *sk, const struct sk_buff *skb);

/* tcp_rcvbuf.c */
bool tcp_in_quickack_mode(const struct sock *sk);
void tcp_measure_rcv_mss(struct sock *sk, const struct sk_buff *skb);
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb, bool adjust);
void tcp_clamp_window(struct sock *sk);
void tcp_rcv_rtt_measure_ts(struct sock *sk, const struct sk_buff *skb);
void tcp_event_data_recv(struct sock *sk, struct sk_buff *skb);
void tcp_ecn_check_ce(struct sock *sk, const struct sk_buff *skb);
/* LINUX: sk_memory_allocated() < sk_prot_mem_limits(sk, 0). */
bool tcp_memory_below_low(const struct sock *sk);

/* tcp_data.c */
void tcp_drop_reason(struct sock *sk, struct sk_buff *skb, enum drop_reason reason);
void tcp_send_dupack(struct sock *sk, const struct sk_buff *skb);
/* True: its bytes are in the packet before it, the rest goes by kfree_skb_partial(). */
must_check bool tcp_queue_rcv(struct sock *sk, struct sk_buff *skb, bool *fragstolen);
void tcp_data_queue(struct sock *sk, struct sk_buff *skb);

/* tcp_prune.c */
/* False: there is no memory for the packet, whatever was given up for it. */
must_check bool tcp_try_rmem_schedule(struct sock *sk, struct sk_buff *skb, u32 size);

#endif
