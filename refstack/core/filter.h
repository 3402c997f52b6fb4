// SPDX-License-Identifier: MIT
/* filter.h - programs of the classic packet filter: those of sockets, and others. */
#ifndef REFSTACK_CORE_FILTER_H
#define REFSTACK_CORE_FILTER_H

#include "core/sock.h"

enum { BPF_MAXINSNS = 4096 };

/* A program: checked instructions, as the program gave them. LINUX: struct bpf_prog with its
 * orig_prog.
 */
struct bpf_prog {
	struct net *net;
	u32 len;	    /* instructions */
	u32 size;	    /* bytes that Linux has for it, translated: what is charged */
	struct page *insns; /* SOCK_FILTER_BYTES each */
};

/* LINUX: struct sk_filter: a socket's program, which its children share. */
struct sk_filter {
	u32 refcnt;
	struct bpf_prog prog;
};

/* Reads a struct sock_fprog: 0, or what is wrong. */
must_check int copy_bpf_fprog_from_user(struct net *net, u8 fprog[16], uptr optval, u32 optlen);
must_check int bpf_prog_create_from_user(struct net *net, struct bpf_prog *prog,
					 const u8 fprog[16]);
void bpf_prog_destroy(struct bpf_prog *prog);
/* How many bytes of the packet are wanted. */
u32 bpf_prog_run(const struct bpf_prog *prog, struct sk_buff *skb);

int sk_attach_filter(const u8 fprog[16], struct sock *sk);
int sk_detach_filter(struct sock *sk);
/* How many instructions there are: those that have room are copied. */
int sk_get_filter(struct sock *sk, uptr optval, u32 len);
/* LINUX: sk_filter_charge(): one more socket has it. */
bool sk_filter_charge(struct sock *sk, struct sk_filter *fp);
void sk_filter_uncharge(struct sock *sk, struct sk_filter *fp);

/* 0: the packet is wanted, cut to what the program wants of it, but not below cap. */
must_check int sk_filter_run(struct sock *sk, struct sk_buff *skb, u32 cap);
static inline int sk_filter_trim_cap(struct sock *sk, struct sk_buff *skb, u32 cap)
{
	return unlikely(sk->sk_filter != NULL) ? sk_filter_run(sk, skb, cap) : 0;
}
static inline int sk_filter(struct sock *sk, struct sk_buff *skb)
{
	return sk_filter_trim_cap(sk, skb, 1);
}

#endif
