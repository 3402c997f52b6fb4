// SPDX-License-Identifier: MIT
/* af_inet.h - the family AF_INET: which protocols it has, and the operations of its sockets. */
#ifndef REFSTACK_IPV4_AF_INET_H
#define REFSTACK_IPV4_AF_INET_H

#include "core/file.h"
#include "core/sock.h"
#include "uapi/socket.h"

enum { INET_PROTOSW_REUSE = 1, INET_PROTOSW_PERMANENT = 2, INET_PROTOSW_ICSK = 4 };

/* LINUX: struct inet_protosw: one protocol of one socket type; protocol IPPROTO_IP is the wild
 * card. */
struct inet_protosw {
	struct list_head list;
	u16 type;
	u16 protocol;
	const struct proto *prot;
	const struct proto_ops *ops;
	u8 flags;
};

enum { INETSW_ARRAY_LEN = 4, INETSW_EXTRA = 4 };

/* LINUX: inetsw[], the lists by type; a net's own, as nothing is global here. */
struct inetsw {
	struct list_head head[SOCK_MAX];
	struct inet_protosw entry[INETSW_ARRAY_LEN + INETSW_EXTRA]; /* what the lists are made of */
};

/* A socket of the kernel itself, and what is above it: what answers on its own is sent on one. */
struct inet_ctl_sock {
	struct sock *sk;
	struct socket socket;
	struct inode inode;
};
/* LINUX: inet_ctl_sock_create(), its type always SOCK_RAW. -ENOMEM: there is no room for it. */
must_check int inet_ctl_sock_create(struct inet_ctl_sock *ctl, struct net *net, u8 protocol);
void inet_ctl_sock_destroy(struct inet_ctl_sock *ctl);

extern const struct proto_ops inet_stream_ops, inet_dgram_ops, inet_sockraw_ops;
extern const struct proto tcp_prot, raw_prot, ping_prot, udplite_prot;

/* sw->list is not looked at. Permanent entries cannot be overridden; the others only by later ones.
 */
void inet_register_protosw(struct net *net, const struct inet_protosw *sw);
void inet_unregister_protosw(struct net *net, const struct inet_protosw *sw);
/* Registers the family and its four protocols; sw is the memory for the net's lists. */
void inet_init(struct net *net, struct inetsw *sw);

void inet_sock_destruct(struct sock *sk);
/* A route for a connection that has lost its own; 0, or why there is none. */
int inet_sk_rebuild_header(struct sock *sk);
int inet_release(struct socket *sock);
int inet_bind(struct socket *sock, const u8 *uaddr, int addr_len);
/* LINUX: __inet_bind(). */
int inet_bind_addr(struct sock *sk, const u8 *uaddr, int addr_len);
/* May a socket be bound to it, of which type it is? */
bool inet_can_nonlocal_bind(const struct sock *sk);
bool inet_addr_valid_or_nonlocal(const struct sock *sk, be32 addr, u32 type);
int inet_stream_connect(struct socket *sock, const u8 *uaddr, int addr_len, int flags);
int inet_dgram_connect(struct socket *sock, const u8 *uaddr, int addr_len, int flags);
int inet_getname(struct socket *sock, u8 *uaddr, int peer);
int inet_send_prepare(struct sock *sk);
int inet_sendmsg(struct socket *sock, struct msghdr *msg, u64 size);
int inet_recvmsg(struct socket *sock, struct msghdr *msg, u64 size, int flags);
int inet_shutdown(struct socket *sock, int how);
int inet_ioctl(struct socket *sock, u32 cmd, uptr arg);

#endif
