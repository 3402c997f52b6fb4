// SPDX-License-Identifier: MIT
/* pipe.h - pipes: rings of parts of pages, between a program that writes and one that reads, or
 * between a file and a socket. LINUX: include/linux/pipe_fs_i.h.
 */
#ifndef REFSTACK_CORE_PIPE_H
#define REFSTACK_CORE_PIPE_H

#include "core/skbuff.h"
#include "core/task.h"

enum {
	PIPE_BUFFERS = 16,	/* LINUX: PIPE_DEF_BUFFERS */
	PIPE_MAX_BUFFERS = 256, /* of one MiB */
};

struct pipe_buffer {
	struct page *page; /* a reference is held */
	u32 offset, len;
	bool can_merge; /* what is written next may be put behind it */
	bool packet;	/* O_DIRECT: one read, one of these */
};

/* Slots of host->pipe_pool, or of one call. head and tail count on; the place is modulo the ring.
 */
struct pipe_inode_info {
	struct wait_queue_head rd_wait, wr_wait;
	u32 head, tail;
	u32 readers, writers, files;
	u32 ring_size;		  /* a power of two; 0 stands for PIPE_BUFFERS */
	struct pipe_buffer *ring; /* a slot of host->pipe_ring_pool; NULL: bufs */
	struct pipe_buffer bufs[PIPE_BUFFERS];
};

static inline u32 pipe_size(const struct pipe_inode_info *pipe)
{
	return pipe->ring_size != 0 ? pipe->ring_size : PIPE_BUFFERS;
}

static inline u32 pipe_occupancy(const struct pipe_inode_info *pipe)
{
	return pipe->head - pipe->tail;
}
static inline bool pipe_full(const struct pipe_inode_info *pipe)
{
	return pipe_occupancy(pipe) >= pipe_size(pipe);
}
static inline bool pipe_empty(const struct pipe_inode_info *pipe)
{
	return pipe->head == pipe->tail;
}
static inline struct pipe_buffer *pipe_buf(struct pipe_inode_info *pipe, u32 slot)
{
	return pipe->ring != NULL ? &pipe->ring[slot & (pipe_size(pipe) - 1)]
				  : &pipe->bufs[slot % PIPE_BUFFERS];
}
/* The oldest buffer goes. */
void pipe_buf_release(struct pipe_inode_info *pipe);
/* Takes over the page's reference. */
void pipe_buf_add(struct pipe_inode_info *pipe, struct page *page, u32 offset, u32 len);
/* The first n bytes were taken out. */
void pipe_consume(struct pipe_inode_info *pipe, u32 n);

/* LINUX: skb_splice_bits(): bytes of a packet go into a pipe, without copying where its memory is
 * pages. Bytes moved, or -EAGAIN: there is no room.
 */
int skb_splice_bits(struct sk_buff *skb, struct sock *sk, u32 offset, struct pipe_inode_info *pipe,
		    u32 tlen);

#endif
