// SPDX-License-Identifier: MIT
/* tcp_output.h - what TCP's sending files ask of each other and of nobody else. */
#ifndef REFSTACK_IPV4_TCP_OUTPUT_H
#define REFSTACK_IPV4_TCP_OUTPUT_H

#include "ipv4/tcp.h"

/* Which options a segment has. LINUX: OPTION_... */
enum { OPTION_SACK_ADVERTISE = 1, OPTION_TS = 2, OPTION_WSCALE = 8 };

struct tcp_out_options {
	u16 options; /* OPTION_... */
	u16 mss;     /* 0: none */
	u8 ws;
	u8 num_sack_blocks;
	u32 tsval, tsecr;
};

/* What a packet of this much data costs. LINUX: SKB_TRUESIZE(). */
static inline u32 skb_truesize_with(u32 bytes)
{
	return bytes + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES;
}
static inline bool tcp_urg_mode(const struct tcp_sock *tp)
{
	return tp->snd_una != tp->snd_up;
}
static inline bool tcp_has_tx_tstamp(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->txstamp_ack || (skb->hd->tx_flags & SKBTX_ANY_TSTAMP) != 0;
}

/* -------- tcp_options.c: each returns how many bytes the options take -------- */
u32 tcp_syn_options(struct sock *sk, const struct sk_buff *skb, struct tcp_out_options *opts);
u32 tcp_synack_options(struct request_sock *req, u32 mss, const struct sk_buff *skb,
		       struct tcp_out_options *opts);
/* skb: NULL: only the size is wanted. */
u32 tcp_established_options(struct sock *sk, const struct sk_buff *skb,
			    struct tcp_out_options *opts);
/* tp: NULL for a request: then there are no SACK blocks. */
void tcp_options_write(u8 *th, struct tcp_sock *tp, const struct tcp_out_options *opts);

/* -------- tcp_window.c -------- */
u16 tcp_select_window(struct sock *sk);

/* -------- tcp_output.c -------- */
int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb, bool clone_it);
void tcp_init_nondata_skb(struct sk_buff *skb, u32 seq, u8 flags);
/* A packet without data, with room for headers; NULL: no memory. */
struct sk_buff *tcp_alloc_nondata_skb(struct sock *sk, u32 seq, u8 flags);
u32 tcp_set_skb_tso_segs(struct sk_buff *skb, u32 mss_now);
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb);
bool tcp_snd_wnd_test(const struct tcp_sock *tp, const struct sk_buff *skb, u32 cur_mss);
u32 tcp_acceptable_seq(const struct sock *sk);
u32 tcp_tso_segs(struct sock *sk, u32 mss_now);
bool tcp_pacing_check(struct sock *sk);
/* Has the device so much of it that the rest has to wait? */
bool tcp_small_queue_check(struct sock *sk, const struct sk_buff *skb, u32 factor);

/* -------- tcp_fragment.c: segments are cut and joined -------- */
void tcp_adjust_pcount(struct sock *sk, const struct sk_buff *skb, s32 decr);
int tso_fragment(struct sock *sk, struct sk_buff *skb, u32 len, u32 mss_now);
void tcp_skb_drop_head(struct sk_buff *skb, u32 len); /* LINUX: __pskb_trim_head() */
/* What is behind the first segment of the write queue moves into it, at most so many bytes. */
void tcp_grow_skb(struct sock *sk, struct sk_buff *skb, u32 amount);
/* All of src's payload is in dst now: what else it says moves over, and src goes. */
void tcp_eat_one_skb(struct sock *sk, struct sk_buff *dst, struct sk_buff *src);
void tcp_retrans_try_collapse(struct sock *sk, struct sk_buff *to, s32 space);

/* -------- tcp_mtu_probe.c: 0: wait for room in the window; 1: one was sent; -1: else -------- */
int tcp_mtu_probe(struct sock *sk);

#endif
