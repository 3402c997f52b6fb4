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
static s64 pipe_take(struct pipe_inode_info *pipe, struct iov_iter *to)
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
		pipe_consume(pipe, packet ? buf->len : chars);
		if (packet)
			break;
	}
	return ret;
}

s64 pipe_read(struct task *t, struct file *f, struct iov_iter *to)
{
	struct pipe_inode_info *pipe = f->pipe;
	bool was_full;
	s64 ret;

	if (iov_iter_count(to) == 0)
		return 0;
	if (pipe_empty(pipe)) {
		if (pipe->writers == 0)
			return 0;
		if (nonblocking(t, f))
			return -EAGAIN;
		if (signal_pending(t))
			return -EINTR;
		return pipe_park(t, &pipe->rd_wait, 0);
	}
	was_full = pipe_full(pipe);
	ret = pipe_take(pipe, to);
	if (was_full && !pipe_full(pipe))
		wake_up_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
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
	if (copied == 0 || (copied < PAGE_SIZE && iov_iter_count(from) != 0)) {
		put_page(page);
		return -EFAULT;
	}
	pipe_buf_add(pipe, page, 0, copied);
	pipe_buf(pipe, pipe->head - 1)->packet = (f->f_flags & O_DIRECT) != 0;
	pipe_buf(pipe, pipe->head - 1)->can_merge = (f->f_flags & O_DIRECT) == 0;
	return copied;
}

/* No signal comes with EPIPE: programs here ignore it. */
s64 pipe_write(struct task *t, struct file *f, struct iov_iter *from)
{
	struct pipe_inode_info *pipe = f->pipe;
	bool was_empty = pipe_empty(pipe);
	s64 ret = t->resumed ? (s64)t->done_bytes : 0, n;

	if (iov_iter_count(from) == 0)
		return 0;
	iov_iter_advance(from, (u64)ret);
	if (pipe->readers == 0)
		return ret != 0 ? ret : -EPIPE;
	if (t->resumed || !pipe_merge(pipe, from, &ret)) {
		while (iov_iter_count(from) != 0) {
			if (pipe->readers == 0)
				n = -EPIPE;
			else if (!pipe_full(pipe))
				n = pipe_fill(f, from);
			else if (nonblocking(t, f))
				n = -EAGAIN;
			else if (signal_pending(t))
				n = -EINTR;
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

/* FIONREAD. */
u32 pipe_bytes(const struct pipe_inode_info *pipe)
{
	u32 n = 0;

	for (u32 i = pipe->tail; i != pipe->head; i++)
		n += pipe->bufs[i % PIPE_BUFFERS].len;
	return n;
}
