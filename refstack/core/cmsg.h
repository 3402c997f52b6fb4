// SPDX-License-Identifier: MIT
/* cmsg.h - control messages: struct cmsghdr of x86-64 in user memory, read and written piecewise.
 */
#ifndef REFSTACK_CORE_CMSG_H
#define REFSTACK_CORE_CMSG_H

#include "core/iov.h"
#include "core/sock.h"

enum { CMSG_HDR_BYTES = 16, CMSG_ALIGN_BYTES = 8, CMSG_COMPAT_HDR_BYTES = 12 };

/* The only call that an i386 program's structures come by. */
enum { NR_SOCKETCALL = 499 };
static inline bool in_compat_syscall(const struct task *t)
{
	return t->nr == NR_SOCKETCALL;
}

/* LINUX: struct cmsghdr, and where it was found. */
struct cmsghdr {
	u64 cmsg_len;
	s32 cmsg_level, cmsg_type;
	u64 at; /* offset in the control buffer */
};

/* What control messages of level SOL_SOCKET can say. LINUX: struct sockcm_cookie. */
struct sockcm_cookie {
	u64 transmit_time;
	u32 mark;
	u32 tsflags;
};

/* LINUX: for_each_cmsghdr() with CMSG_OK(). cmsg->at is U64_MAX before the first; 1, 0 at the end,
 * or -EINVAL for a length that cannot be.
 */
int cmsg_next(struct sock *sk, const struct msghdr *msg, struct cmsghdr *cmsg);
static inline u64 cmsg_data_len(const struct cmsghdr *cmsg)
{
	return cmsg->cmsg_len - CMSG_HDR_BYTES;
}
/* The first n bytes of its data; the caller has compared n with cmsg_data_len(). */
int cmsg_data(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg, u8 *to, u32 n);

/* Appends one to what recvmsg() gives back; cut short, or left out, with MSG_CTRUNC. */
void put_cmsg(struct sock *sk, struct msghdr *msg, s32 level, s32 type, u32 len, const u8 *data);
/* When a packet came, as SO_TIMESTAMP or SO_TIMESTAMPNS asks for it; as SO_TIMESTAMPING does. */
void put_cmsg_stamp(struct msghdr *msg, struct sock *sk, u64 stamp_ns);
void put_cmsg_scm_timestamping(struct msghdr *msg, struct sock *sk, u64 stamp_ns);
void sock_recv_timestamp(struct msghdr *msg, struct sock *sk, struct sk_buff *skb);
/* LINUX: __sock_cmsg_send(). */
must_check int sock_cmsg_send(struct sock *sk, const struct msghdr *msg, const struct cmsghdr *cmsg,
			      struct sockcm_cookie *sockc);
struct sk_buff *sock_dequeue_err_skb(struct sock *sk);

/* LINUX: struct sock_extended_err, struct sock_exterr_skb: the control block in an error queue. */
struct sock_extended_err {
	u32 ee_errno;
	u8 ee_origin, ee_type, ee_code, ee_pad;
	u32 ee_info, ee_data;
};
enum { SOCK_EXTERR_AT = 28 }; /* behind what IP keeps there */
struct sock_exterr_skb {
	u8 parm[SOCK_EXTERR_AT]; /* the protocol's */
	struct sock_extended_err ee;
	u8 addr_offset;
	bool opt_stats; /* the packet is what TCP tells of itself */
	be16 port;
};
static_assert(sizeof(struct sock_exterr_skb) <= SKB_CB_BYTES, "the control block fits");
#define SKB_EXT_ERR(skb) SKB_CB(skb, struct sock_exterr_skb)

#endif
