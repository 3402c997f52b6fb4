// SPDX-License-Identifier: MIT
/* datagram.c - taking whole packets off a socket's queue, waiting for them, copying them out.
 *
 * Path: called by skb_recv_udp() and udp_recvmsg(), step 113.
 * Rules: LINUX: net/core/datagram.c.
 */
#include "core/datagram.h"

#include "base/csum.h"
#include "core/file.h"
#include "core/skbuff.h"
#include "uapi/errno.h"
#include "uapi/poll.h"
#include "uapi/socket.h"

static bool connection_based(const struct sock *sk)
{
	return sk->sk_type == SOCK_SEQPACKET || sk->sk_type == SOCK_STREAM;
}

/* -------- waiting -------- */

/* 0: look again at once. 1: *err says why not, -EPARKED for a call that has to leave and come back.
 */
int skb_wait_for_more_packets(struct sock *sk, struct sk_buff_head *queue, int *err,
			      const s64 *timeo_p, const struct sk_buff *skb)
{
	struct task *t = current_task(sock_net(sk));
	int error;

	PROBE(sock_net(sk), skb_wait_for_more_packets);
	error = sock_error(sk);
	if (error != 0) {
		*err = error;
		return 1;
	}
	if (queue->prev != skb)
		return 0;
	if ((sk->sk_shutdown & RCV_SHUTDOWN) != 0) {
		*err = 0;
		return 1;
	}
	if (connection_based(sk) && sk->sk_state != TCP_ESTABLISHED && sk->sk_state != TCP_LISTEN) {
		*err = -ENOTCONN;
		return 1;
	}
	if (signal_pending(t)) {
		*err = sock_intr_errno(*timeo_p);
		return 1;
	}
	task_wait_exclusive(t, &sk->sk_socket->wq, POLLIN | POLLERR);
	*err = (int)schedule_timeout(t, *timeo_p);
	assert(*err == -EPARKED);
	return 1;
}

/* Marks a packet without data as seen. A shared one is replaced in the queue by a clone. */
static struct sk_buff *skb_set_peeked(struct sk_buff *skb)
{
	struct sk_buff *nskb;

	if (skb->peeked)
		return skb;
	if (skb_shared(skb)) {
		nskb = skb_clone(skb);
		if (nskb == NULL)
			return NULL;
		skb->prev->next = nskb;
		skb->next->prev = nskb;
		nskb->prev = skb->prev;
		nskb->next = skb->next;
		skb->next = NULL;
		skb->prev = NULL;
		consume_skb(skb);
		skb = nskb;
	}
	skb->peeked = true;
	return skb;
}

/* Takes a reference to what is only looked at; NULL: no memory for a packet of its own. */
static struct sk_buff *peek_at(struct sk_buff *skb)
{
	if (skb->len == 0) {
		skb = skb_set_peeked(skb);
		if (skb == NULL)
			return NULL;
	}
	return skb_get(skb);
}

struct sk_buff *skb_try_recv_from_queue(struct sock *sk, struct sk_buff_head *queue, u32 flags,
					int *off, int *err, struct sk_buff **last)
{
	bool peek_at_off = (flags & MSG_PEEK) != 0 && *off >= 0;
	u32 rest = peek_at_off ? (u32)*off : 0;
	struct sk_buff *skb;

	PROBE(sock_net(sk), skb_try_recv_from_queue);
	*last = queue->prev;
	skb_queue_walk(queue, skb)
	{
		if ((flags & MSG_PEEK) == 0) {
			skb_unlink(skb, queue);
		} else {
			/* What lies before the offset was peeked at earlier; an empty packet counts
			 * once. */
			if (peek_at_off && rest >= skb->len && (rest != 0 || skb->peeked)) {
				rest -= skb->len;
				continue;
			}
			skb = peek_at(skb);
			if (skb == NULL) {
				*err = -ENOMEM;
				return NULL;
			}
		}
		*off = (int)rest;
		return skb;
	}
	return NULL;
}

/* LINUX: __skb_try_recv_datagram(). */
static struct sk_buff *try_recv_datagram(struct sock *sk, struct sk_buff_head *queue, u32 flags,
					 int *off, int *err, struct sk_buff **last)
{
	struct cpu *c = this_cpu(sock_net(sk));
	struct sk_buff *skb;

	*err = sock_error(sk);
	if (*err != 0)
		return NULL;
	local_irq_save(c);
	spin_lock(c, &queue->lock);
	skb = skb_try_recv_from_queue(sk, queue, flags, off, err, last);
	spin_unlock(c, &queue->lock);
	local_irq_restore(c);
	if (skb == NULL && *err == 0)
		*err = -EAGAIN;
	return skb;
}

struct sk_buff *skb_recv_datagram(struct sock *sk, u32 flags, int *err)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	s64 timeo = sock_rcvtimeo(sk, (flags & MSG_DONTWAIT) != 0);
	struct sk_buff *skb, *last = NULL;
	int off = 0;

	for (;;) {
		skb = try_recv_datagram(sk, queue, flags, &off, err, &last);
		if (skb != NULL || *err != -EAGAIN || timeo == 0)
			return skb;
		if (skb_wait_for_more_packets(sk, queue, err, &timeo, last) != 0)
			return NULL;
	}
}

int sk_queue_drop_skb(struct sock *sk, struct sk_buff_head *queue, struct sk_buff *skb, u32 flags)
{
	struct cpu *c = this_cpu(sock_net(sk));
	int err = 0;

	if ((flags & MSG_PEEK) != 0) {
		err = -ENOENT;
		spin_lock_bh(c, &queue->lock);
		if (skb->next != NULL) {
			skb_unlink(skb, queue);
			assert(skb->users > 1);
			skb->users--;
			err = 0;
		}
		spin_unlock_bh(c, &queue->lock);
	}
	sk->sk_drops++;
	return err;
}

/* -------- copying out -------- */

/* One copy of packet bytes to a program: what is moved, and summed when csum is asked for. */
struct datagram_copy {
	struct iov_iter *to;
	u32 offset; /* in the packet, of the next byte */
	u32 len;    /* bytes still to move */
	u32 moved;
	bool sum, faulted;
	u32 csum;
};

/* Moves what the piece [start, start + size) of the packet has of the wanted range. */
static void copy_piece(struct datagram_copy *dc, u32 start, const u8 *piece, u32 size)
{
	u32 copy, n;

	if (dc->faulted || dc->len == 0 || dc->offset >= start + size)
		return;
	assert(dc->offset >= start);
	piece += dc->offset - start;
	copy = min_u32(dc->len, start + size - dc->offset);
	n = (u32)copy_to_iter(piece, copy, dc->to);
	if (dc->sum)
		dc->csum = csum_block_add(dc->csum, csum_partial(piece, n, 0), dc->moved);
	dc->offset += n;
	dc->moved += n;
	dc->len -= n;
	dc->faulted = n != copy;
}

/* The linear part and the fragments of one packet that lies at `start` of the whole. */
static void copy_packet(struct datagram_copy *dc, u32 start, const struct sk_buff *skb)
{
	copy_piece(dc, start, skb->data, skb_headlen(skb));
	start += skb_headlen(skb);
	for (u32 i = 0; i < skb->hd->nr_frags; i++) {
		const struct skb_frag *frag = &skb->hd->frags[i];

		copy_piece(dc, start, frag->page->mem + frag->offset, frag->size);
		start += frag->size;
	}
}

/* Packets on a frag list have no list of their own. */
static void copy_datagram(struct datagram_copy *dc, const struct sk_buff *skb)
{
	const struct sk_buff *frag = skb->hd->frag_list;
	u32 start = skb->len;

	for (const struct sk_buff *f = frag; f != NULL; f = f->next)
		start -= f->len;
	copy_packet(dc, 0, skb);
	for (; frag != NULL; frag = frag->next) {
		copy_packet(dc, start, frag);
		start += frag->len;
	}
}

/* LINUX: __skb_datagram_iter(). A copy that ends because the vector is full is no fault, unless
 * fault_short says so. After a fault the vector is as it was, but the bytes are written.
 */
static int skb_datagram_iter(struct datagram_copy *dc, const struct sk_buff *skb, bool fault_short)
{
	copy_datagram(dc, skb);
	if (dc->len == 0)
		return 0;
	if (dc->faulted && !fault_short && iov_iter_count(dc->to) == 0)
		return 0;
	iov_iter_revert(dc->to, dc->moved);
	return -EFAULT;
}

int skb_copy_datagram_msg(const struct sk_buff *from, u32 offset, struct msghdr *msg, u32 size)
{
	struct datagram_copy dc = { .to = &msg->msg_iter, .offset = offset, .len = size };

	return skb_datagram_iter(&dc, from, false);
}

/* -EINVAL: the checksum is wrong; nothing of the packet counts as read then. */
int skb_copy_and_csum_datagram_msg(struct sk_buff *skb, u32 hlen, struct msghdr *msg)
{
	struct datagram_copy dc = {
		.to = &msg->msg_iter, .offset = hlen, .len = skb->len - hlen, .sum = true
	};
	u32 chunk = skb->len - hlen;

	if (chunk == 0)
		return 0;
	if (msg_data_left(msg) < chunk) {
		if (skb_checksum_complete(skb) != 0)
			return -EINVAL;
		return skb_copy_datagram_msg(skb, hlen, msg, chunk);
	}
	dc.csum = 0;
	if (skb_datagram_iter(&dc, skb, true) != 0)
		return -EFAULT;
	if (csum_fold(csum_block_add(csum_partial(skb->data, hlen, skb->csum), dc.csum, hlen)) !=
	    0) {
		iov_iter_revert(&msg->msg_iter, chunk);
		return -EINVAL;
	}
	return 0;
}

/* -------- poll -------- */

/* LINUX: poll_get_entry(): the places of the task itself are all taken. */
static void poll_wait_more(struct file *file, struct wait_queue_head *wq, struct task *wait)
{
	struct poll_table_entry *e;

	for (e = wait->poll_more; e != NULL; e = e->next) {
		if (e->file == file) {
			e->wait.key |= wait->poll_key;
			return;
		}
	}
	e = pool_zalloc(&file->host->poll_entry_pool);
	if (e == NULL) {
		wait->poll_failed = true;
		return;
	}
	file->f_count++;
	*e = (struct poll_table_entry){ .file = file, .next = wait->poll_more };
	wait->poll_more = e;
	task_wait_entry(wait, &e->wait, wq, wait->poll_key);
}

/* LINUX: __pollwait(): the polling call is woken by the socket too, and its file stays open
 * meanwhile. A socket that is named twice is waited for once, for the events of both.
 */
void file_poll_wait(struct file *file, struct wait_queue_head *wq, struct task *wait)
{
	if (wait == NULL)
		return;
	for (u32 i = 0; i < wait->nr_held; i++) {
		if (wait->held[i] == file) {
			wait->wait[i].key |= wait->poll_key;
			return;
		}
	}
	if (wait->nr_held == TASK_WAITS) {
		poll_wait_more(file, wq, wait);
		return;
	}
	file->f_count++;
	wait->held[wait->nr_held] = file;
	wait->nr_held++;
	task_wait_on(wait, wq, wait->poll_key);
	assert(wait->nr_waits == wait->nr_held);
}

void sock_poll_wait(struct file *file, struct socket *sock, struct task *wait)
{
	file_poll_wait(file, &sock->wq, wait);
}

u32 datagram_poll(struct file *file, struct socket *sock, struct task *wait)
{
	struct sock *sk = sock->sk;
	u32 mask = 0;

	sock_poll_wait(file, sock, wait);
	if (sk->sk_err != 0 || !skb_queue_empty(&sk->sk_error_queue))
		mask |= sock_flag(sk, SOCK_SELECT_ERR_QUEUE) ? POLLERR | POLLPRI : POLLERR;
	if ((sk->sk_shutdown & RCV_SHUTDOWN) != 0)
		mask |= POLLRDHUP | POLLIN | POLLRDNORM;
	if (sk->sk_shutdown == SHUTDOWN_MASK)
		mask |= POLLHUP;
	if (!skb_queue_empty(&sk->sk_receive_queue))
		mask |= POLLIN | POLLRDNORM;
	if (connection_based(sk)) {
		if (sk->sk_state == TCP_CLOSE)
			mask |= POLLHUP;
		if (sk->sk_state == TCP_SYN_SENT)
			return mask;
	}
	if (sock_writeable(sk))
		mask |= POLLOUT | POLLWRNORM | POLLWRBAND;
	else
		sk_set_async_bit(sk, SOCKWQ_ASYNC_NOSPACE);
	return mask;
}
