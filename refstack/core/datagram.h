// SPDX-License-Identifier: MIT
/* datagram.h - receiving whole packets from a socket's queue, and copying them out. */
#ifndef REFSTACK_CORE_DATAGRAM_H
#define REFSTACK_CORE_DATAGRAM_H

#include "core/iov.h"
#include "core/sock.h"

/* LINUX: msg_data_left(). */
static inline u64 msg_data_left(const struct msghdr *msg)
{
	return msg->msg_iter.count;
}
int skb_copy_datagram_msg(const struct sk_buff *from, u32 offset, struct msghdr *msg, u32 size);
int skb_copy_and_csum_datagram_msg(struct sk_buff *skb, u32 hlen, struct msghdr *msg);
/* LINUX: __skb_recv_udp()'s helpers and skb_recv_datagram(): NULL with *err, -EPARKED included. */
struct sk_buff *skb_try_recv_from_queue(struct sock *sk, struct sk_buff_head *queue, u32 flags,
					int *off, int *err, struct sk_buff **last);
int skb_wait_for_more_packets(struct sock *sk, struct sk_buff_head *queue, int *err,
			      const s64 *timeo_p, const struct sk_buff *skb);

/* LINUX: datagram_poll(); wait is NULL when the caller only looks. */
u32 datagram_poll(struct file *file, struct socket *sock, struct task *wait);
struct sk_buff *skb_recv_datagram(struct sock *sk, u32 flags, int *err);
/* LINUX: __sk_queue_drop_skb(): -ENOENT when a peeked packet is no longer in the queue. */
int sk_queue_drop_skb(struct sock *sk, struct sk_buff_head *queue, struct sk_buff *skb, u32 flags);
/* LINUX: poll_wait(). */
void file_poll_wait(struct file *file, struct wait_queue_head *wq, struct task *wait);
void sock_poll_wait(struct file *file, struct socket *sock, struct task *wait);

#endif
