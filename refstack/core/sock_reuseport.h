// SPDX-License-Identifier: MIT
/* sock_reuseport.h - groups of sockets that share a port by SO_REUSEPORT. */
#ifndef REFSTACK_CORE_SOCK_REUSEPORT_H
#define REFSTACK_CORE_SOCK_REUSEPORT_H

#include "core/filter.h"
#include "core/sock.h"

/* LINUX: struct sock_reuseport: its array of sockets is a list here, in the array's order. */
struct sock_reuseport {
	struct list_head socks;
	u32 num_socks;
	u16 incoming_cpu; /* members that ask for a CPU, as far as SO_INCOMING_CPU said so */
	bool has_conns;	  /* one of them was connected once */
	bool has_prog;
	struct bpf_prog prog; /* picks by what lies behind the packet's header */
	u32 synq_overflow_ts; /* of TCP's listeners */
};

/* 0, or -ENOMEM. */
must_check int reuseport_alloc(struct sock *sk);
/* sk joins the group of sk2, which is made if there is none yet; -EBUSY: sk is in one with others.
 */
must_check int reuseport_add_sock(struct sock *sk, struct sock *sk2);
void reuseport_detach_sock(struct sock *sk);
void reuseport_has_conns_set(struct sock *sk);
void reuseport_update_incoming_cpu(struct sock *sk, s32 val);
/* The member that the group's program picks for the packet (NULL: there is none to look at), else
 * that the flow's hash picks; those that are connected are passed over. NULL: none.
 */
struct sock *reuseport_select_sock(struct sock *sk, u32 hash, struct sk_buff *skb, u32 hdr_len);
/* LINUX: sk_reuseport_attach_filter(): fprog is a struct sock_fprog. */
must_check int sk_reuseport_attach_filter(const u8 fprog[16], struct sock *sk);
must_check int reuseport_detach_prog(struct sock *sk);

static inline bool reuseport_has_conns(const struct sock *sk)
{
	return sk->sk_reuseport_cb != NULL && sk->sk_reuseport_cb->has_conns;
}

#endif
