// SPDX-License-Identifier: MIT
/* splice.c - sendfile and splice: bytes that go from a file to a socket, or between a socket and a
 * pipe, without the program seeing them.
 *
 * Path: calls sock_sendmsg() with pages, and tcp_splice_read(). A file's pages come through a pipe
 * that only the call has.
 * Rules: LINUX: fs/splice.c, fs/read_write.c, with their order of checks.
 * Missing: output to files.
 */
#include "core/net.h"
#include "core/pipe.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/poll.h"
#include "uapi/socket.h"

enum { SPLICE_F_ALL = 15, SPLICE_BVECS = 16 };

/* What t->outer keeps over a park. */
enum { OUTER_BYTES, OUTER_ROUND, OUTER_SPACE };

static bool can_read(const struct file *f)
{
	return (f->f_flags & O_ACCMODE) != O_WRONLY;
}

static bool can_write(const struct file *f)
{
	return (f->f_flags & O_ACCMODE) != O_RDONLY;
}

/* Where a program can say at which byte. */
static bool has_positions(const struct file *f)
{
	return f->kind == FILE_REGULAR || f->kind == FILE_NULL;
}

/* LINUX: rw_verify_area(). */
static int rw_verify_area(u64 pos, u64 count)
{
	if ((s64)count < 0 || (s64)pos < 0)
		return -EINVAL;
	return count >= (u64)INT64_MAX - pos ? -EOVERFLOW : 0;
}

/* -------- a file's pages -------- */

/* LINUX: filemap_splice_read(). All files are of zeroes: one page stands for each of them. */
static s64 file_splice_read(struct file *in, u64 pos, struct pipe_inode_info *pipe, u64 len)
{
	u32 room = pipe_size(pipe) - pipe_occupancy(pipe);
	u64 done = 0;

	if (pos >= in->f_size || room == 0)
		return 0;
	len = min_u64(min_u64(len, in->f_size - pos), (u64)room * PAGE_SIZE);
	if (in->page == NULL)
		return -ENOMEM;
	while (done < len && !pipe_full(pipe)) {
		u32 offset = (u32)((pos + done) % PAGE_SIZE);
		u32 part = (u32)min_u64(PAGE_SIZE - offset, len - done);

		get_page(in->page);
		pipe_buf_add(pipe, in->page, offset, part);
		done += part;
	}
	return (s64)done;
}

static void drain(struct pipe_inode_info *pipe)
{
	while (!pipe_empty(pipe))
		pipe_buf_release(pipe);
}

/* -------- from a pipe into a socket -------- */

static int wait_readable(struct task *t, struct pipe_inode_info *pipe, u32 flags)
{
	if (pipe->writers == 0)
		return 0;
	if ((flags & SPLICE_F_NONBLOCK) != 0)
		return -EAGAIN;
	if (signal_pending(t))
		return -ERESTARTSYS;
	task_wait_exclusive(t, &pipe->rd_wait, WAKE_KEY_ALL);
	return (int)schedule_timeout(t, MAX_SCHEDULE_TIMEOUT);
}

/* One sendmsg() of what is in the pipe, at most `len` bytes. */
static s64 send_pages(struct task *t, struct file *out, struct pipe_inode_info *pipe, u64 len,
		      u32 flags)
{
	struct bio_vec bvec[SPLICE_BVECS];
	struct msghdr msg = { .msg_flags = MSG_SPLICE_PAGES };
	u64 remain = len;
	u32 bc = 0, i = pipe->tail;

	for (; i != pipe->head && remain != 0 && bc < SPLICE_BVECS; i++) {
		const struct pipe_buffer *buf = pipe_buf(pipe, i);
		u32 seg = (u32)min_u64(remain, buf->len);

		if (seg == 0)
			continue;
		bvec[bc++] = (struct bio_vec){ buf->page, seg, buf->offset };
		remain -= seg;
	}
	if (bc == 0)
		return -ERESTARTSYS; /* all are empty */
	if ((flags & SPLICE_F_MORE) != 0 || (remain != 0 && bc == SPLICE_BVECS))
		msg.msg_flags |= MSG_MORE;
	if ((out->f_flags & O_NONBLOCK) != 0 && !t->resumed)
		msg.msg_flags |= MSG_DONTWAIT;
	msg.msg_iter =
		(struct iov_iter){ .task = t, .bvec = bvec, .nr_segs = bc, .count = len - remain };
	return sock_sendmsg(&out->socket, &msg);
}

/* LINUX: splice_to_socket(). *spliced: what earlier entries of this call have sent of `len`. */
static s64 splice_to_socket(struct task *t, struct file *out, struct pipe_inode_info *pipe, u64 len,
			    u32 flags, u64 *spliced)
{
	bool need_wakeup = false;
	s64 ret = 0;

	while (*spliced < len) {
		ret = -ERESTARTSYS;
		if (signal_pending(t) && !t->resumed)
			break;
		if (pipe_empty(pipe)) {
			ret = *spliced != 0 ? 0 : wait_readable(t, pipe, flags);
			break;
		}
		ret = send_pages(t, out, pipe, len - *spliced, flags);
		if (ret == -EPARKED)
			return ret;
		task_next_part(t);
		if (ret <= 0)
			break;
		*spliced += (u64)ret;
		pipe_consume(pipe, (u32)ret);
		need_wakeup = true;
	}
	if (ret == -EPARKED)
		return ret;
	if (need_wakeup && pipe->files != 0)
		wake_up_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
	return *spliced != 0 ? (s64)*spliced : ret;
}

/* Of the oldest buffer, which goes when it is empty, or was. */
static void pipe_take_out(struct pipe_inode_info *pipe, u32 n)
{
	if (pipe_buf(pipe, pipe->tail)->len == 0)
		pipe_buf_release(pipe);
	else
		pipe_consume(pipe, n);
}

/* LINUX: splice_write_null(). */
static s64 splice_to_null(struct task *t, struct pipe_inode_info *pipe, u64 len, u32 flags)
{
	s64 ret = 0;

	while ((u64)ret < len && !pipe_empty(pipe)) {
		u32 part = (u32)min_u64(len - (u64)ret, pipe_buf(pipe, pipe->tail)->len);

		pipe_take_out(pipe, part);
		ret += part;
	}
	if (ret == 0)
		return pipe->files != 0 ? wait_readable(t, pipe, flags) : 0;
	if (pipe->files != 0)
		wake_up_poll(&pipe->wr_wait, POLLOUT | POLLWRNORM);
	return ret;
}

/* -------- sendfile -------- */

/* LINUX: do_splice_eof(): there was less than the program has asked for, and nothing more comes. */
static void splice_eof(struct file *out)
{
	struct sock *sk = out->kind == FILE_SOCKET ? out->socket.sk : NULL;

	if (sk != NULL && sk->sk_prot->splice_eof != NULL)
		sk->sk_prot->splice_eof(&out->socket);
}

/* One pipe full. The call that waits builds it again. */
static s64 direct_round(struct task *t, struct file *in, struct file *out, u64 pos, u64 len,
			u64 *round, s64 *read_len)
{
	struct pipe_inode_info pipe = { 0 };
	s64 ret;

	init_waitqueue_head(&pipe.rd_wait);
	init_waitqueue_head(&pipe.wr_wait);
	*read_len = in->kind == FILE_NULL ? -EINVAL : file_splice_read(in, pos, &pipe, len);
	if (*read_len <= 0)
		return *read_len;
	pipe_consume(&pipe, (u32)*round);
	if (out->kind == FILE_NULL)
		ret = splice_to_null(t, &pipe, (u64)*read_len, 0);
	else
		ret = splice_to_socket(t, out, &pipe, (u64)*read_len,
				       (u64)*read_len < len ? SPLICE_F_MORE : 0, round);
	drain(&pipe);
	return ret;
}

/* LINUX: splice_direct_to_actor(). */
static s64 splice_direct(struct task *t, struct file *in, struct file *out, u64 pos, u64 len)
{
	u64 bytes = t->resumed ? t->outer[OUTER_BYTES] : 0;
	u64 round = t->resumed ? t->outer[OUTER_ROUND] : 0;
	s64 ret = 0, read_len;

	while (bytes < len) {
		ret = direct_round(t, in, out, pos + bytes, len - bytes, &round, &read_len);
		if (ret == -EPARKED) {
			t->outer[OUTER_BYTES] = bytes;
			t->outer[OUTER_ROUND] = round;
			return ret;
		}
		if (read_len == 0 && bytes != 0)
			splice_eof(out);
		if (ret <= 0)
			break;
		round = 0;
		bytes += (u64)ret;
		if (ret < read_len)
			break;
	}
	return bytes != 0 ? (s64)bytes : ret;
}

/* Both files; those of a call that goes on are held. */
static struct file *fdget_second(struct task *t, int fd)
{
	return t->resumed && t->nr_held == 2 ? t->held[1] : fdget(t, fd);
}

static struct file *fdget_first(struct task *t, int fd)
{
	return t->resumed ? t->held[0] : fdget(t, fd);
}

static s64 splice_file_to_pipe(struct task *t, struct file *in, struct pipe_inode_info *pipe,
			       u64 pos, u64 len, u32 flags);

/* LINUX: do_sendfile(). *pos is where it has come to. */
static s64 do_sendfile(struct task *t, u64 *at, bool given, u64 count)
{
	struct file *in = fdget_first(t, (int)t->arg[1]), *out;
	u64 pos;
	s64 ret;

	if (in == NULL || !can_read(in))
		return -EBADF;
	if (given && !has_positions(in))
		return -ESPIPE;
	pos = given ? *at : has_positions(in) ? in->f_pos : 0;
	ret = rw_verify_area(pos, count);
	if (ret < 0)
		return ret;
	count = min_u64(count, MAX_RW_COUNT);
	out = fdget_second(t, (int)t->arg[0]);
	if (out == NULL || !can_write(out))
		return -EBADF;
	if (out->kind == FILE_PIPE)
		ret = splice_file_to_pipe(t, in, out->pipe, pos, count,
					  (out->f_flags & O_NONBLOCK) != 0 ? SPLICE_F_NONBLOCK : 0);
	else if ((out->f_flags & O_APPEND) != 0)
		return -EINVAL;
	else if (!has_positions(in) || (out->kind != FILE_SOCKET && out->kind != FILE_NULL))
		return -EINVAL;
	else
		ret = splice_direct(t, in, out, pos, count);
	if (ret > 0) {
		*at = pos + (u64)ret;
		if (!given && has_positions(in))
			in->f_pos = *at;
	}
	return ret;
}

s64 sys_sendfile(struct task *t)
{
	uptr offset = t->arg[2];
	u64 at = 0;
	u8 raw[8];
	s64 ret;

	PROBE(&t->host->net, sys_sendfile);
	if (offset != 0 && copy_from_user(t, raw, offset, sizeof(raw)) != 0)
		return -EFAULT;
	if (offset != 0)
		at = get_le64(raw);
	ret = do_sendfile(t, &at, offset != 0, t->arg[3]);
	if (ret == -EPARKED || offset == 0)
		return ret;
	put_le64(raw, at);
	return copy_to_user(t, offset, raw, sizeof(raw)) != 0 ? -EFAULT : ret;
}

/* -------- splice -------- */

/* LINUX: wait_for_space(). */
static int wait_for_space(struct task *t, struct pipe_inode_info *pipe, u32 flags)
{
	if (pipe->readers == 0) {
		send_sigpipe(t);
		return -EPIPE;
	}
	if (!pipe_full(pipe))
		return 0;
	if ((flags & SPLICE_F_NONBLOCK) != 0)
		return -EAGAIN;
	if (signal_pending(t))
		return -ERESTARTSYS;
	task_wait_exclusive(t, &pipe->wr_wait, WAKE_KEY_ALL);
	t->outer[OUTER_SPACE] = 1;
	return (int)schedule_timeout(t, MAX_SCHEDULE_TIMEOUT);
}

/* LINUX: copy_splice_read(): one recvmsg() into fresh pages. What it cannot put anywhere is told as
 * EAGAIN.
 */
static s64 copy_splice_read(struct file *in, struct pipe_inode_info *pipe, u64 len)
{
	struct net *net = &in->host->net;
	struct bio_vec bvec[PIPE_MAX_BUFFERS];
	struct msghdr msg = { 0 };
	u32 pages = (u32)((len + PAGE_SIZE - 1) / PAGE_SIZE), n = 0;
	s64 ret = -ENOMEM;
	u64 left;

	for (; n < pages; n++) {
		bvec[n] = (struct bio_vec){ page_alloc(net, PAGE_SIZE), PAGE_SIZE, 0 };
		if (bvec[n].bv_page == NULL)
			break;
	}
	if (n == pages) {
		bvec[n - 1].bv_len = (u32)(len - (u64)(n - 1) * PAGE_SIZE);
		msg.msg_iter = (struct iov_iter){
			.task = current_task(net), .bvec = bvec, .nr_segs = n, .count = len
		};
		ret = sock_recvmsg(&in->socket, &msg,
				   (sock_file_flags(&in->socket) & O_NONBLOCK) != 0 ? MSG_DONTWAIT
										    : 0);
	}
	left = ret > 0 ? (u64)ret : 0;
	for (u32 i = 0; i < n; i++) {
		u32 part = (u32)min_u64(left, PAGE_SIZE);

		if (part == 0) {
			put_page(bvec[i].bv_page);
			continue;
		}
		pipe_buf_add(pipe, bvec[i].bv_page, 0, part);
		left -= part;
	}
	return ret == -EFAULT ? -EAGAIN : ret;
}

/* LINUX: do_splice_read(). */
static s64 splice_read(struct file *in, struct pipe_inode_info *pipe, u64 pos, u64 len, u32 flags)
{
	u64 space = (u64)(pipe_size(pipe) - pipe_occupancy(pipe)) * PAGE_SIZE;

	len = min_u64(len, space);
	if (in->kind == FILE_REGULAR)
		return file_splice_read(in, pos, pipe, len);
	if (in->kind != FILE_SOCKET)
		return -EINVAL;
	if (in->socket.ops->splice_read == NULL)
		return copy_splice_read(in, pipe, len);
	return in->socket.ops->splice_read(&in->socket, pipe, len, flags);
}

static s64 splice_file_to_pipe(struct task *t, struct file *in, struct pipe_inode_info *pipe,
			       u64 pos, u64 len, u32 flags)
{
	s64 ret;

	if (!t->resumed)
		t->outer[OUTER_SPACE] = 0;
	ret = wait_for_space(t, pipe, flags);
	if (ret != 0)
		return ret;
	/* It was this that it waited for: the file's turn is only now. */
	if (t->resumed && t->outer[OUTER_SPACE] != 0) {
		t->outer[OUTER_SPACE] = 0;
		task_next_part(t);
	}
	if (len == 0)
		return 0;
	ret = splice_read(in, pipe, pos, len, flags);
	if (ret > 0)
		wake_up_poll(&pipe->rd_wait, POLLIN | POLLRDNORM);
	return ret;
}

/* LINUX: splice_pipe_to_pipe(): buffers change hands. */
static s64 splice_pipe_to_pipe(struct task *t, struct pipe_inode_info *ipipe,
			       struct pipe_inode_info *opipe, u64 len, u32 flags)
{
	s64 ret = 0;
	int err = pipe_empty(ipipe) ? wait_readable(t, ipipe, flags) : 0;

	if (err != 0 || pipe_empty(ipipe))
		return err;
	err = wait_for_space(t, opipe, flags);
	if (err != 0)
		return err;
	while ((u64)ret < len && !pipe_empty(ipipe) && !pipe_full(opipe)) {
		const struct pipe_buffer *buf = pipe_buf(ipipe, ipipe->tail);
		u32 part = (u32)min_u64(len - (u64)ret, buf->len);

		get_page(buf->page);
		pipe_buf_add(opipe, buf->page, buf->offset, part);
		pipe_take_out(ipipe, part);
		ret += part;
	}
	wake_up_poll(&opipe->rd_wait, POLLIN | POLLRDNORM);
	wake_up_poll(&ipipe->wr_wait, POLLOUT | POLLWRNORM);
	return ret;
}

static s64 splice_from_pipe(struct task *t, struct file *in, struct file *out, u64 len, u32 flags)
{
	u64 spliced = t->resumed ? t->outer[OUTER_BYTES] : 0;
	s64 ret;

	if (out->kind == FILE_NULL)
		return splice_to_null(t, in->pipe, len, flags);
	if (out->kind != FILE_SOCKET)
		return -EINVAL;
	ret = splice_to_socket(t, out, in->pipe, len, flags, &spliced);
	if (ret == -EPARKED)
		t->outer[OUTER_BYTES] = spliced;
	return ret;
}

/* LINUX: do_splice(). off is where in the file; NULL: none was given. */
static s64 do_splice(struct task *t, struct file *in, u64 *off_in, struct file *out,
		     const u64 *off_out, u64 len, u32 flags)
{
	bool ipipe = in->kind == FILE_PIPE, opipe = out->kind == FILE_PIPE;
	u64 pos;
	s64 ret;

	if (!can_read(in) || !can_write(out))
		return -EBADF;
	if (ipipe && opipe) {
		if (in->pipe == out->pipe)
			return -EINVAL;
		if (((in->f_flags | out->f_flags) & O_NONBLOCK) != 0)
			flags |= SPLICE_F_NONBLOCK;
		return splice_pipe_to_pipe(t, in->pipe, out->pipe, len, flags);
	}
	if (ipipe) {
		if (off_out != NULL && !has_positions(out))
			return -EINVAL;
		if ((out->f_flags & O_APPEND) != 0)
			return -EINVAL;
		ret = rw_verify_area(0, len);
		if (ret < 0)
			return ret;
		if ((in->f_flags & O_NONBLOCK) != 0)
			flags |= SPLICE_F_NONBLOCK;
		return splice_from_pipe(t, in, out, len, flags);
	}
	if (!opipe)
		return -EINVAL;
	if (off_in != NULL && !has_positions(in))
		return -EINVAL;
	pos = off_in != NULL ? *off_in : has_positions(in) ? in->f_pos : 0;
	ret = rw_verify_area(pos, len);
	if (ret < 0)
		return ret;
	if ((out->f_flags & O_NONBLOCK) != 0)
		flags |= SPLICE_F_NONBLOCK;
	ret = splice_file_to_pipe(t, in, out->pipe, pos, min_u64(len, MAX_RW_COUNT), flags);
	if (ret > 0 && off_in != NULL)
		*off_in = pos + (u64)ret;
	else if (ret > 0 && has_positions(in))
		in->f_pos = pos + (u64)ret;
	return ret;
}

static int get_offset(struct task *t, uptr at, u64 *off)
{
	u8 raw[8];

	if (copy_from_user(t, raw, at, sizeof(raw)) != 0)
		return -EFAULT;
	*off = get_le64(raw);
	return 0;
}

s64 sys_splice(struct task *t)
{
	uptr uin = t->arg[1], uout = t->arg[3];
	u64 len = t->arg[4], off_in = 0, off_out = 0;
	u32 flags = (u32)t->arg[5];
	struct file *in, *out;
	u8 raw[8];
	s64 ret;

	PROBE(&t->host->net, sys_splice);
	if (len == 0)
		return 0;
	if ((flags & ~(u32)SPLICE_F_ALL) != 0)
		return -EINVAL;
	in = fdget_first(t, (int)t->arg[0]);
	if (!fd_is_open(t->process, (int)t->arg[0]) && in == NULL)
		return -EBADF;
	out = fdget_second(t, (int)t->arg[2]);
	if (!fd_is_open(t->process, (int)t->arg[2]) && out == NULL)
		return -EBADF;
	if ((in->kind == FILE_PIPE && uin != 0) || (out->kind == FILE_PIPE && uout != 0))
		return -ESPIPE;
	if (uout != 0 && get_offset(t, uout, &off_out) != 0)
		return -EFAULT;
	if (uin != 0 && get_offset(t, uin, &off_in) != 0)
		return -EFAULT;
	ret = do_splice(t, in, uin != 0 ? &off_in : NULL, out, uout != 0 ? &off_out : NULL, len,
			flags);
	if (ret < 0 || uin == 0)
		return ret;
	put_le64(raw, off_in);
	return copy_to_user(t, uin, raw, sizeof(raw)) != 0 ? -EFAULT : ret;
}
