// SPDX-License-Identifier: MIT
/* pipe.c - pipes between programs: made, read, written, polled, closed.
 *
 * Path: none; splice.c moves what is in them. Rules: LINUX: fs/pipe.c, with its order of checks.
 */
#include "core/pipe.h"

#include "core/net.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/poll.h"
#include "uapi/stat.h"

bool pipe_can_read(const struct file *f)
{
	return (f->f_flags & O_ACCMODE) != O_WRONLY;
}

bool pipe_can_write(const struct file *f)
{
	return (f->f_flags & O_ACCMODE) != O_RDONLY;
}

enum { CAP_SYS_RESOURCE = 24 };

/* -------- making, closing -------- */

static struct file *pipe_file(struct task *t, struct pipe_inode_info *pipe, u32 flags, int *err)
{
	struct file *f = file_alloc(t, FILE_PIPE, flags, err);

	if (f == NULL)
		return NULL;
	f->inode.i_mode = S_IFIFO | S_IRUSR | S_IWUSR;
	f->pipe = pipe;
	pipe->files++;
	if (pipe_can_read(f))
		pipe->readers++;
	else
		pipe->writers++;
	return f;
}

static void free_pipe(struct host *h, struct pipe_inode_info *pipe)
{
	while (!pipe_empty(pipe))
		pipe_buf_release(pipe);
	if (pipe->ring != NULL)
		pool_free(&h->pipe_ring_pool, pipe->ring);
	pool_free(&h->pipe_pool, pipe);
}

/* Who is left on the other side sees that nobody is here any more. */
void pipe_file_release(struct file *f)
{
	struct pipe_inode_info *pipe = f->pipe;

	if (pipe_can_read(f))
		pipe->readers--;
	else
		pipe->writers--;
	if ((pipe->readers == 0) != (pipe->writers == 0)) {
		wake_up_all(&pipe->rd_wait);
		wake_up_all(&pipe->wr_wait);
	}
	pipe->files--;
	if (pipe->files == 0)
		free_pipe(f->host, pipe);
	f->pipe = NULL;
}

/* Both ends, the one that reads first. */
static int create_pipe_files(struct task *t, struct file *file[2], u32 flags)
{
	struct pipe_inode_info *pipe = pool_zalloc(&t->host->pipe_pool);
	int err;

	if (pipe == NULL)
		return -ENFILE;
	init_waitqueue_head(&pipe->rd_wait);
	init_waitqueue_head(&pipe->wr_wait);
	file[1] = pipe_file(t, pipe, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)), &err);
	if (file[1] == NULL) {
		free_pipe(t->host, pipe);
		return err;
	}
	file[0] = pipe_file(t, pipe, O_RDONLY | (flags & O_NONBLOCK), &err);
	if (file[0] == NULL) {
		(void)fput(file[1]);
		return err;
	}
	return 0;
}

static s64 do_pipe2(struct task *t, u32 flags)
{
	struct file *file[2];
	u8 raw[8];
	int fd[2], err;

	if ((flags & ~(u32)(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) != 0)
		return -EINVAL;
	err = create_pipe_files(t, file, flags);
	if (err != 0)
		return err;
	fd[0] = get_unused_fd_flags(t, flags);
	err = fd[0];
	fd[1] = -1;
	if (fd[0] >= 0) {
		fd[1] = get_unused_fd_flags(t, flags);
		err = fd[1];
	}
	if (err >= 0) {
		put_le32(raw, (u32)fd[0]);
		put_le32(raw + 4, (u32)fd[1]);
		err = copy_to_user(t, t->arg[0], raw, sizeof(raw)) != 0 ? -EFAULT : 0;
	}
	if (err == 0) {
		fd_install(t, fd[0], file[0]);
		fd_install(t, fd[1], file[1]);
		return 0;
	}
	for (u32 i = 0; i < 2; i++) {
		if (fd[i] >= 0)
			put_unused_fd(t, fd[i]);
		(void)fput(file[i]);
	}
	return err;
}

s64 sys_pipe(struct task *t)
{
	PROBE(&t->host->net, sys_pipe2);
	return do_pipe2(t, 0);
}

s64 sys_pipe2(struct task *t)
{
	PROBE(&t->host->net, sys_pipe2);
	return do_pipe2(t, (u32)t->arg[1]);
}

/* -------- reading, writing -------- */

static s64 pipe_park(struct task *t, struct wait_queue_head *wq, u64 done)
{
	t->done_bytes = done;
	task_wait_exclusive(t, wq, WAKE_KEY_ALL);
	return schedule_timeout(t, MAX_SCHEDULE_TIMEOUT);
}

static bool nonblocking(const struct task *t, const struct file *f)
{
	return !t->resumed && (f->f_flags & O_NONBLOCK) != 0;
}

/* Takes what there is, as far as it is wanted. */
static s64 pipe_take(struct pipe_inode_info *pipe, struct iov_iter *to, bool *over)
{
	s64 ret = 0;

	while (!pipe_empty(pipe) && iov_iter_count(to) != 0) {
		struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);
		u32 chars = (u32)min_u64(buf->len, iov_iter_count(to));
		bool packet = buf->packet;
		u32 moved = (u32)copy_to_iter(buf->page->mem + buf->offset, chars, to);

		if (moved < chars) {
			iov_iter_revert(to, moved);
			return ret != 0 ? ret : -EFAULT;
		}
		ret += chars;
		/* Of a packet the rest is lost. */
		if (buf->len == 0)
			pipe_buf_release(pipe);
		else
			pipe_consume(pipe, packet ? buf->len : chars);
		if (packet) {
			*over = true;
			break;
		}
	}
	return ret;
}

/* Nothing is there, or all that was there was empty. */
static s64 pipe_read_nothing(struct task *t, const struct file *f, struct pipe_inode_info *pipe)
{
	if (pipe->writers == 0)
		return 0;
	if (nonblocking(t, f))
		return -EAGAIN;
	if (signal_pending(t))
		return -ERESTARTSYS;
	return pipe_park(t, &pipe->rd_wait, 0);
}

s64 pipe_read(struct task *t, struct file *f, struct iov_iter *to)
{
	struct pipe_inode_info *pipe = f->pipe;
	bool was_full = pipe_full(pipe), over = false;
	s64 ret;

	if (iov_iter_count(to) == 0)
		return 0;
	ret = pipe_take(pipe, to, &over);
	if (was_full && !pipe_full(pipe))
		wake_up_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
	if (ret == 0 && !over)
		return pipe_read_nothing(t, f, pipe);
	if (!pipe_empty(pipe))
		wake_up_poll(&pipe->rd_wait, POLLIN | POLLRDNORM);
	return ret;
}

/* Little that is written goes behind what is there, if the page has room. True: all is written. */
static bool pipe_merge(struct pipe_inode_info *pipe, struct iov_iter *from, s64 *ret)
{
	u64 chars = iov_iter_count(from) % PAGE_SIZE;
	struct pipe_buffer *buf;

	if (chars == 0 || pipe_empty(pipe))
		return false;
	buf = pipe_buf(pipe, pipe->head - 1);
	if (!buf->can_merge || buf->offset + buf->len + chars > PAGE_SIZE)
		return false;
	if (copy_from_iter(buf->page->mem + buf->offset + buf->len, chars, from) < chars) {
		*ret = -EFAULT;
		return true;
	}
	buf->len += (u32)chars;
	*ret += (s64)chars;
	return iov_iter_count(from) == 0;
}

/* A page of its own for what comes next. */
static s64 pipe_fill(struct file *f, struct iov_iter *from)
{
	struct pipe_inode_info *pipe = f->pipe;
	struct page *page = page_alloc(&f->host->net, PAGE_SIZE);
	u32 copied;

	if (page == NULL)
		return -ENOMEM;
	copied = (u32)copy_from_iter(page->mem, PAGE_SIZE, from);
	/* The place in the ring was taken before: after a fault it stays, and is empty. */
	if (copied < PAGE_SIZE && iov_iter_count(from) != 0)
		copied = 0;
	pipe_buf_add(pipe, page, 0, copied);
	pipe_buf(pipe, pipe->head - 1)->packet = (f->f_flags & O_DIRECT) != 0;
	pipe_buf(pipe, pipe->head - 1)->can_merge = (f->f_flags & O_DIRECT) == 0;
	return copied != 0 ? (s64)copied : -EFAULT;
}

static s64 broken_pipe(struct task *t)
{
	send_sigpipe(t);
	return -EPIPE;
}

/* EPIPE comes with a signal. */
s64 pipe_write(struct task *t, struct file *f, struct iov_iter *from)
{
	struct pipe_inode_info *pipe = f->pipe;
	bool was_empty = pipe_empty(pipe);
	s64 ret = t->resumed ? (s64)t->done_bytes : 0, n;

	if (iov_iter_count(from) == 0)
		return 0;
	iov_iter_advance(from, (u64)ret);
	if (pipe->readers == 0) {
		send_sigpipe(t);
		return ret != 0 ? ret : -EPIPE;
	}
	if (t->resumed || !pipe_merge(pipe, from, &ret)) {
		while (iov_iter_count(from) != 0) {
			if (pipe->readers == 0)
				n = broken_pipe(t);
			else if (!pipe_full(pipe))
				n = pipe_fill(f, from);
			else if (nonblocking(t, f))
				n = -EAGAIN;
			else if (signal_pending(t))
				n = -ERESTARTSYS;
			else
				break;
			if (n < 0) {
				ret = ret != 0 ? ret : n;
				break;
			}
			ret += n;
		}
	}
	if (was_empty && !pipe_empty(pipe))
		wake_up_poll(&pipe->rd_wait, POLLIN | POLLRDNORM);
	if (ret >= 0 && iov_iter_count(from) != 0 && pipe_full(pipe) && pipe->readers != 0 &&
	    !nonblocking(t, f) && !signal_pending(t))
		return pipe_park(t, &pipe->wr_wait, (u64)ret);
	return ret;
}

/* -------- poll -------- */

u32 pipe_poll(struct file *f, struct task *wait)
{
	const struct pipe_inode_info *pipe = f->pipe;
	u32 mask = 0;

	file_poll_wait(f, file_wait_queue(f), wait);
	if (pipe_can_read(f)) {
		if (!pipe_empty(pipe))
			mask |= POLLIN | POLLRDNORM;
		if (pipe->writers == 0)
			mask |= POLLHUP;
	} else {
		if (!pipe_full(pipe))
			mask |= POLLOUT | POLLWRNORM;
		if (pipe->readers == 0)
			mask |= POLLERR;
	}
	return mask;
}

/* -------- how much fits in -------- */

/* LINUX: pipe_resize_ring(): what is in it begins the new ring. */
static int pipe_resize_ring(struct host *h, struct pipe_inode_info *pipe, u32 slots)
{
	struct pipe_buffer *old = pipe->ring, kept[PIPE_MAX_BUFFERS];
	u32 n = pipe_occupancy(pipe);

	if (slots < n)
		return -EBUSY;
	for (u32 i = 0; i < n; i++)
		kept[i] = *pipe_buf(pipe, pipe->tail + i);
	if (slots > PIPE_BUFFERS && old == NULL) {
		pipe->ring = pool_zalloc(&h->pipe_ring_pool);
		if (pipe->ring == NULL)
			return -ENOMEM;
	}
	if (slots <= PIPE_BUFFERS && old != NULL) {
		pool_free(&h->pipe_ring_pool, old);
		pipe->ring = NULL;
	}
	pipe->ring_size = slots;
	pipe->tail = 0;
	pipe->head = n;
	for (u32 i = 0; i < n; i++)
		*pipe_buf(pipe, i) = kept[i];
	wake_up_poll(&pipe->wr_wait, WAKE_KEY_ALL);
	return 0;
}

/* LINUX: round_pipe_size(): pages, a power of two; 0: too many. */
static u32 round_pipe_size(u32 size)
{
	u32 slots = 1;

	if (size > 1u << 31)
		return 0;
	while ((u64)slots * PAGE_SIZE < size)
		slots *= 2;
	return slots;
}

s64 pipe_set_size(struct task *t, struct pipe_inode_info *pipe, u32 arg)
{
	u32 slots = round_pipe_size(arg);
	int err;

	if (slots == 0)
		return -EINVAL;
	if (slots > pipe_size(pipe) && slots > PIPE_MAX_BUFFERS && !ns_capable(t, CAP_SYS_RESOURCE))
		return -EPERM;
	if (slots > PIPE_MAX_BUFFERS)
		not_implemented("pipes of more than 1 MiB");
	err = pipe_resize_ring(t->host, pipe, slots);
	return err != 0 ? err : (s64)slots * PAGE_SIZE;
}

/* FIONREAD. */
u32 pipe_bytes(struct pipe_inode_info *pipe)
{
	u32 n = 0;

	for (u32 i = pipe->tail; i != pipe->head; i++)
		n += pipe_buf(pipe, i)->len;
	return n;
}
