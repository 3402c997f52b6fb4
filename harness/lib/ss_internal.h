// SPDX-License-Identifier: MIT
/* ss_internal.h - what the files of `ss` share. */
#ifndef HARNESS_LIB_SS_INTERNAL_H
#define HARNESS_LIB_SS_INTERNAL_H

#include "harness/lib/ipcmd_lex.h"
#include "core/sock.h"
#include "host.h"

enum { SS_SOCKS = 4096 };

struct ss_filter {
	bool has_src, has_dst;
	be32 src, dst;
	u16 sport, dport; /* 0: any */
};

struct ss_req {
	bool udp, tcp, all, listening, processes, extended, memory, no_header, one_line;
	bool timers, info, kill, numeric;
	u32 states; /* bits TCPF(); 0: none were named */
	struct ss_filter filter;
};

/* What was wrong with the words, or 0. The word is the first of a filter. */
int ss_take_filter(struct lex *lx, struct ss_req *r);
bool ss_matches(const struct ss_filter *f, const struct sock *sk);

/* TCP's connections, requests and remains in the order in which Linux dumps them. */
u32 ss_collect_tcp(struct net *net, u32 states, struct sock **list);
/* As `ss` shows it: of remains what they are, of requests SYN-RECV. */
u8 ss_tcp_state(const struct sock *sk);
void ss_tcp_queues(const struct sock *sk, u32 *recv_q, u32 *send_q);
/* " timer:(on,200ms,0)", or nothing. */
void ss_put_timer(struct sock *sk, struct outbuf *o);
/* What -i tells of it. */
void ss_put_tcp_info(struct sock *sk, const struct ss_req *r, struct outbuf *o);
static inline bool ss_is_full(const struct sock *sk)
{
	return sk->sk_state != TCP_TIME_WAIT && sk->sk_state != TCP_NEW_SYN_RECV;
}

#endif
