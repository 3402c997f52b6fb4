// SPDX-License-Identifier: MIT
/* later.h - operations of struct proto that a later part of the work brings, one macro a form. Each
 * defines a function of that name that stops the run and says so. Included by the protocols that
 * can only be made and closed, or not do everything: ping.c, raw.c.
 */
#ifndef REFSTACK_IPV4_LATER_H
#define REFSTACK_IPV4_LATER_H

#include "core/iov.h"
#include "core/sock.h"

/* The forms are struct proto's, also where a stub could do with less. */
/* NOLINTBEGIN(readability-non-const-parameter) */
#define LATER_ADDR(name)                                                                           \
	static int name(struct sock *sk, const u8 *uaddr, int addr_len)                            \
	{                                                                                          \
		(void)sk;                                                                          \
		(void)uaddr;                                                                       \
		(void)addr_len;                                                                    \
		not_implemented(#name);                                                            \
	}
#define LATER_VALUE(name)                                                                          \
	static int name(struct sock *sk, int value)                                                \
	{                                                                                          \
		(void)sk;                                                                          \
		(void)value;                                                                       \
		not_implemented(#name);                                                            \
	}
#define LATER_SENDMSG(name)                                                                        \
	static int name(struct sock *sk, struct msghdr *msg, u64 len)                              \
	{                                                                                          \
		(void)sk;                                                                          \
		(void)msg;                                                                         \
		(void)len;                                                                         \
		not_implemented(#name);                                                            \
	}
#define LATER_RECVMSG(name)                                                                        \
	static int name(struct sock *sk, struct msghdr *msg, u64 len, int flags, int *addr_len)    \
	{                                                                                          \
		(void)sk;                                                                          \
		(void)msg;                                                                         \
		(void)len;                                                                         \
		(void)flags;                                                                       \
		(void)addr_len;                                                                    \
		not_implemented(#name);                                                            \
	}
#define LATER_RCV(name)                                                                            \
	static int name(struct sock *sk, struct sk_buff *skb)                                      \
	{                                                                                          \
		(void)sk;                                                                          \
		(void)skb;                                                                         \
		not_implemented(#name);                                                            \
	}
#define LATER_HASH(name)                                                                           \
	static int name(struct sock *sk)                                                           \
	{                                                                                          \
		(void)sk;                                                                          \
		not_implemented(#name);                                                            \
	}
#define LATER_PORT(name)                                                                           \
	static int name(struct sock *sk, u16 snum)                                                 \
	{                                                                                          \
		(void)sk;                                                                          \
		(void)snum;                                                                        \
		not_implemented(#name);                                                            \
	}
/* NOLINTEND(readability-non-const-parameter) */

#endif
