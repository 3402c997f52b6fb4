// SPDX-License-Identifier: MIT
/* sockmsg.c - calls that move data by vectors: sendmsg, recvmsg, read, write, readv, writev.
 *
 * Path: step 1, beside sys_sendto(). Rules: LINUX: net/socket.c, fs/read_write.c, lib/iov_iter.c,
 * with their order of checks; structures in user memory are x86-64's.
 */
#include "socket/socket.h"

#include "core/cmsg.h"
#include "core/net.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/socket.h"

/* LINUX: struct user_msghdr and struct iovec, by offsets. */
enum {
	UMSG_NAME = 0,
	UMSG_NAMELEN = 8,
	UMSG_IOV = 16,
	UMSG_IOVLEN = 24,
	UMSG_CONTROL = 32,
	UMSG_CONTROLLEN = 40,
	UMSG_FLAGS = 48,
	UMSG_BYTES = 56,
	UIOVEC_BYTES = 16
};
/* LINUX: struct compat_msghdr, compat_iovec, compat_cmsghdr: seven words, two, three. */
enum {
	COMPAT_MSG_NAMELEN = 4,
	COMPAT_MSG_IOV = 8,
	COMPAT_MSG_IOVLEN = 12,
	COMPAT_MSG_CONTROL = 16,
	COMPAT_MSG_CONTROLLEN = 20,
	COMPAT_MSG_FLAGS = 24,
	COMPAT_MSG_BYTES = 28,
	COMPAT_IOVEC_BYTES = 8
};
/* LINUX: struct cmsghdr and 20 bytes lie on the stack; longer control data is charged to the
 * socket. */
enum { CONTROL_ON_STACK = 36 };

/* -------- vectors -------- */

int import_ubuf(struct task *t, uptr buf, u64 len, struct iovec *iov, struct iov_iter *iter)
{
	len = min_u64(len, MAX_RW_COUNT);
	if (!access_ok(buf, len))
		return -EFAULT;
	*iov = (struct iovec){ buf, len };
	*iter = (struct iov_iter){ .task = t, .iov = iov, .nr_segs = 1, .count = len };
	return 0;
}

/* LINUX: copy_compat_iovec_from_user(). */
static int copy_compat_iovec(struct task *t, uptr uvec, u32 nr_segs, struct iovec *iov)
{
	u8 raw[COMPAT_IOVEC_BYTES];

	for (u32 i = 0; i < nr_segs; i++) {
		if (copy_from_user(t, raw, uvec + (u64)i * COMPAT_IOVEC_BYTES, sizeof(raw)) != 0)
			return -EFAULT;
		if ((s32)get_le32(raw + 4) < 0)
			return -EINVAL;
		iov[i] = (struct iovec){ get_le32(raw), get_le32(raw + 4) };
	}
	return 0;
}

static int copy_iovec_from_user(struct task *t, uptr uvec, u32 nr_segs, struct iovec *iov)
{
	u8 raw[UIOVEC_BYTES];

	if (in_compat_syscall(t))
		return copy_compat_iovec(t, uvec, nr_segs, iov);
	if (!access_ok(uvec, (u64)nr_segs * UIOVEC_BYTES))
		return -EFAULT;
	for (u32 i = 0; i < nr_segs; i++) {
		if (copy_from_user(t, raw, uvec + (u64)i * UIOVEC_BYTES, sizeof(raw)) != 0)
			return -EFAULT;
		iov[i] = (struct iovec){ get_le64(raw), get_le64(raw + 8) };
		if ((s64)iov[i].iov_len < 0)
			return -EINVAL;
	}
	return 0;
}

/* iov has UIO_MAXIOV places. Together the segments have MAX_RW_COUNT bytes at most. */
int import_iovec(struct task *t, uptr uvec, u32 nr_segs, struct iovec *iov, struct iov_iter *iter)
{
	u64 total = 0;
	int err;

	*iter = (struct iov_iter){ .task = t, .iov = iov, .nr_segs = nr_segs };
	if (nr_segs == 0)
		return 0;
	if (nr_segs > UIO_MAXIOV)
		return -EINVAL;
	err = copy_iovec_from_user(t, uvec, nr_segs, iov);
	if (err != 0)
		return err;
	if (nr_segs == 1)
		return import_ubuf(t, iov[0].iov_base, iov[0].iov_len, iov, iter);
	for (u32 i = 0; i < nr_segs; i++) {
		if (!access_ok(iov[i].iov_base, iov[i].iov_len))
			return -EFAULT;
		iov[i].iov_len = min_u64(iov[i].iov_len, MAX_RW_COUNT - total);
		total += iov[i].iov_len;
	}
	assert(total <= MAX_RW_COUNT);
	iter->count = total;
	return 0;
}

/* -------- sendmsg and recvmsg -------- */

/* Only the kernel says that a program has 32 bits. */
static bool forbids_compat(const struct task *t, u32 flags)
{
	return (flags & MSG_CMSG_COMPAT) != 0 && !in_compat_syscall(t);
}

/* LINUX: struct user_msghdr, read from the program's memory in either form. */
struct user_msghdr {
	uptr name, iov, control;
	s32 namelen;
	u64 iovlen, controllen;
	u32 flags;
};

static int get_compat_msghdr(struct task *t, uptr umsg, struct user_msghdr *u)
{
	u8 raw[COMPAT_MSG_BYTES];

	if (copy_from_user(t, raw, umsg, sizeof(raw)) != 0)
		return -EFAULT;
	*u = (struct user_msghdr){ .name = get_le32(raw),
				   .namelen = (s32)get_le32(raw + COMPAT_MSG_NAMELEN),
				   .iov = get_le32(raw + COMPAT_MSG_IOV),
				   .iovlen = get_le32(raw + COMPAT_MSG_IOVLEN),
				   .control = get_le32(raw + COMPAT_MSG_CONTROL),
				   .controllen = get_le32(raw + COMPAT_MSG_CONTROLLEN),
				   .flags = get_le32(raw + COMPAT_MSG_FLAGS) };
	return 0;
}

static int get_user_msghdr(struct task *t, uptr umsg, struct user_msghdr *u)
{
	u8 raw[UMSG_BYTES];

	if (in_compat_syscall(t))
		return get_compat_msghdr(t, umsg, u);
	if (copy_from_user(t, raw, umsg, sizeof(raw)) != 0)
		return -EFAULT;
	*u = (struct user_msghdr){ .name = get_le64(raw + UMSG_NAME),
				   .namelen = (s32)get_le32(raw + UMSG_NAMELEN),
				   .iov = get_le64(raw + UMSG_IOV),
				   .iovlen = get_le64(raw + UMSG_IOVLEN),
				   .control = get_le64(raw + UMSG_CONTROL),
				   .controllen = get_le64(raw + UMSG_CONTROLLEN),
				   .flags = get_le32(raw + UMSG_FLAGS) };
	return 0;
}

/* LINUX: copy_msghdr_from_user(), __copy_msghdr(). *uaddr is where the peer's address is asked for
 * by recvmsg; NULL for sendmsg, which gives one: then msg->msg_name has room for it.
 */
static int copy_msghdr_from_user(struct task *t, struct msghdr *msg, uptr umsg, uptr *uaddr,
				 struct iovec *iov)
{
	struct user_msghdr u;
	uptr name;
	int err = get_user_msghdr(t, umsg, &u);

	if (err != 0)
		return err;
	name = u.name;
	msg->msg_control = u.control;
	msg->msg_controllen = u.controllen;
	msg->msg_flags = u.flags;
	msg->msg_namelen = name != 0 ? u.namelen : 0;
	if (msg->msg_namelen < 0)
		return -EINVAL;
	msg->msg_namelen = min_s32(msg->msg_namelen, SOCKADDR_STORAGE_BYTES);
	if (uaddr != NULL)
		*uaddr = name;
	if (name != 0 && msg->msg_namelen != 0 && uaddr == NULL) {
		err = move_addr_to_kernel(t, name, msg->msg_namelen, msg->msg_name);
		if (err < 0)
			return err;
	}
	if (name == 0 || msg->msg_namelen == 0) {
		msg->msg_name = NULL;
		msg->msg_namelen = 0;
	}
	if (u.iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	return import_iovec(t, u.iov, (u32)u.iovlen, iov, &msg->msg_iter);
}

/* The control data has to be readable, and long ones need room in the socket's option memory.
 * DIVERGES(control-in-place): it is read where it lies, not copied first.
 */
static int check_control(struct task *t, const struct sock *sk, const struct msghdr *msg)
{
	u32 optmem_max = (u32)sock_net(sk)->sysctl.optmem_max;
	u64 len = msg->msg_controllen;

	if (len > INT32_MAX)
		return -ENOBUFS;
	if (len > CONTROL_ON_STACK && (len > optmem_max || sk->sk_omem_alloc + len >= optmem_max))
		return -ENOBUFS;
	if (len != 0 && umem_at(t->process, msg->msg_control, len) == NULL)
		return -EFAULT;
	return 0;
}

/* LINUX: cmsghdr_from_user_compat_to_kern(): each has to be whole, and together, as x86-64 lays
 * them out, they need room in the socket's option memory.
 */
static int check_compat_control(struct task *t, const struct sock *sk, const struct msghdr *msg)
{
	u32 optmem_max = (u32)sock_net(sk)->sysctl.optmem_max;
	u64 at = 0, len = msg->msg_controllen, kcmlen = 0;
	u8 word[4];

	while (len - at >= CMSG_COMPAT_HDR_BYTES) {
		u64 ucmlen;

		if (copy_from_user(t, word, msg->msg_control + at, sizeof(word)) != 0)
			return -EFAULT;
		ucmlen = get_le32(word);
		if (ucmlen < CMSG_COMPAT_HDR_BYTES || ucmlen > len - at)
			return -EINVAL;
		kcmlen += ALIGN_UP(ucmlen + CMSG_HDR_BYTES - CMSG_COMPAT_HDR_BYTES,
				   (u64)CMSG_ALIGN_BYTES);
		ucmlen = ALIGN_UP(ucmlen, 4ull);
		if (ucmlen > len - at)
			break;
		at += ucmlen;
	}
	if (kcmlen == 0)
		return -EINVAL;
	if (kcmlen > CONTROL_ON_STACK &&
	    (kcmlen > optmem_max || sk->sk_omem_alloc + kcmlen >= optmem_max))
		return -ENOMEM;
	return umem_at(t->process, msg->msg_control, at) == NULL ? -EFAULT : 0;
}

/* One message. allowed: flags in the structure that count, which are otherwise for recvmsg().
 * *left: bytes that were not taken.
 */
static int sendmsg_one(struct task *t, struct socket *sock, uptr umsg, u32 flags, u32 allowed,
		       u64 *left)
{
	u8 address[SOCKADDR_STORAGE_BYTES];
	struct msghdr msg = { .msg_name = address };
	struct iovec iov[UIO_MAXIOV];
	int err = copy_msghdr_from_user(t, &msg, umsg, NULL, iov);

	if (err < 0)
		return err;
	if (in_compat_syscall(t) && msg.msg_controllen != 0 && msg.msg_controllen <= INT32_MAX)
		err = check_compat_control(t, sock->sk, &msg);
	else
		err = check_control(t, sock->sk, &msg);
	if (err != 0)
		return err;
	flags |= msg.msg_flags & allowed;
	msg.msg_flags = flags & ~(u32)MSG_INTERNAL_SENDMSG_FLAGS;
	if ((sock_file_flags(sock) & O_NONBLOCK) != 0)
		msg.msg_flags |= MSG_DONTWAIT;
	err = sock_sendmsg(sock, &msg);
	*left = iov_iter_count(&msg.msg_iter);
	return err;
}

s64 sys_sendmsg(struct task *t)
{
	u32 flags = (u32)t->arg[2];
	struct socket *sock;
	u64 left;
	int err;

	PROBE(&t->host->net, sys_sendmsg);
	if (forbids_compat(t, flags))
		return -EINVAL;
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	return sendmsg_one(t, sock, t->arg[1], flags, 0, &left);
}

/* What the call found out goes back into the program's structure. */
static int put_msghdr(struct task *t, uptr umsg, const struct msghdr *msg, uptr control)
{
	bool compat = in_compat_syscall(t);
	u8 word[8];

	put_le32(word, msg->msg_flags & ~MSG_CMSG_COMPAT);
	if (copy_to_user(t, umsg + (compat ? COMPAT_MSG_FLAGS : UMSG_FLAGS), word, 4) != 0)
		return -EFAULT;
	put_le64(word, msg->msg_control - control);
	if (compat)
		return copy_to_user(t, umsg + COMPAT_MSG_CONTROLLEN, word, 4) != 0 ? -EFAULT : 0;
	return copy_to_user(t, umsg + UMSG_CONTROLLEN, word, 8) != 0 ? -EFAULT : 0;
}

/* One message; *msg_flags: what it was. */
static int recvmsg_one(struct task *t, struct socket *sock, uptr umsg, u32 flags, u32 *msg_flags)
{
	u8 address[SOCKADDR_STORAGE_BYTES] = { 0 };
	struct iovec iov[UIO_MAXIOV];
	struct msghdr msg = { 0 };
	uptr uaddr, control;
	int err = copy_msghdr_from_user(t, &msg, umsg, &uaddr, iov), len;

	if (err < 0)
		return err;
	control = msg.msg_control;
	msg.msg_name = address;
	msg.msg_namelen = 0;
	msg.msg_flags = flags & MSG_CMSG_CLOEXEC;
	if ((sock_file_flags(sock) & O_NONBLOCK) != 0)
		flags |= MSG_DONTWAIT;
	len = sock_recvmsg(sock, &msg, (int)flags);
	if (len < 0)
		return len;
	*msg_flags = msg.msg_flags;
	if (uaddr != 0) {
		err = move_addr_to_user(
			t, address, msg.msg_namelen, uaddr,
			umsg + (in_compat_syscall(t) ? COMPAT_MSG_NAMELEN : UMSG_NAMELEN));
		if (err < 0)
			return err;
	}
	err = put_msghdr(t, umsg, &msg, control);
	return err != 0 ? err : len;
}

s64 sys_recvmsg(struct task *t)
{
	u32 flags = (u32)t->arg[2], msg_flags;
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_recvmsg);
	if (forbids_compat(t, flags))
		return -EINVAL;
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	return recvmsg_one(t, sock, t->arg[1], flags, &msg_flags);
}

/* -------- several messages by one call -------- */

/* LINUX: struct mmsghdr. How many are done already is in t->outer when the call goes on. */
enum { MMSG_LEN = UMSG_BYTES, MMSG_BYTES = 64, OUTER_MESSAGES = 0 };

/* LINUX: struct compat_mmsghdr, the same of 32 bits. */
static u32 mmsg_len_at(const struct task *t)
{
	return in_compat_syscall(t) ? COMPAT_MSG_BYTES : MMSG_LEN;
}

static u32 mmsg_bytes(const struct task *t)
{
	return in_compat_syscall(t) ? COMPAT_MSG_BYTES + 4 : MMSG_BYTES;
}

static int put_msg_len(struct task *t, uptr entry, int len)
{
	u8 word[4];

	put_le32(word, (u32)len);
	return copy_to_user(t, entry + mmsg_len_at(t), word, sizeof(word)) != 0 ? -EFAULT : 0;
}

s64 sys_sendmmsg(struct task *t)
{
	u32 vlen = min_u32((u32)t->arg[2], UIO_MAXIOV), flags = (u32)t->arg[3];
	u32 n = t->resumed ? (u32)t->outer[OUTER_MESSAGES] : 0;
	struct socket *sock;
	u64 left = 0;
	int err;

	PROBE(&t->host->net, sys_sendmmsg);
	if (forbids_compat(t, flags))
		return -EINVAL;
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	err = 0;
	while (n < vlen) {
		uptr entry = t->arg[1] + (uptr)n * mmsg_bytes(t);

		err = sendmsg_one(t, sock, entry, n + 1 < vlen ? flags | MSG_BATCH : flags, MSG_EOR,
				  &left);
		if (err == -EPARKED) {
			t->outer[OUTER_MESSAGES] = n;
			return err;
		}
		task_next_part(t);
		if (err >= 0)
			err = put_msg_len(t, entry, err);
		if (err < 0)
			break;
		n++;
		if (left != 0)
			break;
	}
	return n != 0 ? (s64)n : err;
}

/* What is left of the time that recvmmsg() was given, looked at after each message. */
static u64 recvmmsg_left(struct task *t)
{
	u64 now_ns = net_now_ns(&t->host->net);

	return t->hr_deadline_ns > now_ns ? t->hr_deadline_ns - now_ns : 0;
}

/* LINUX: do_recvmmsg(). *left_ns: in and out, when `timed`. */
static s64 do_recvmmsg(struct task *t, bool timed, u64 *left_ns)
{
	u32 vlen = (u32)t->arg[2], flags = (u32)t->arg[3], msg_flags = 0;
	u32 n = t->resumed ? (u32)t->outer[OUTER_MESSAGES] : 0;
	struct socket *sock;
	int err;

	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	err = (flags & MSG_ERRQUEUE) == 0 && !t->resumed ? sock_error(sock->sk) : 0;
	if (err != 0)
		return err;
	while (n < vlen) {
		uptr entry = t->arg[1] + (uptr)n * mmsg_bytes(t);
		u32 dontwait = n != 0 && (flags & MSG_WAITFORONE) != 0 ? MSG_DONTWAIT : 0;

		err = recvmsg_one(t, sock, entry, (flags & ~(u32)MSG_WAITFORONE) | dontwait,
				  &msg_flags);
		if (err == -EPARKED) {
			t->outer[OUTER_MESSAGES] = n;
			return err;
		}
		task_next_part(t);
		if (err >= 0)
			err = put_msg_len(t, entry, err);
		if (err < 0)
			break;
		n++;
		if (timed) {
			*left_ns = recvmmsg_left(t);
			if (*left_ns == 0)
				break;
		}
		if ((msg_flags & MSG_OOB) != 0)
			break;
	}
	if (err < 0 && n != 0 && err != -EAGAIN)
		sock->sk->sk_err = (u32)-err; /* for the next call */
	return err == 0 || n != 0 ? (s64)n : err;
}

/* LINUX: get_timespec64(), get_old_timespec32(), and back. */
static int get_limit(struct task *t, uptr at, s64 *sec, s64 *nsec)
{
	bool compat = in_compat_syscall(t);
	u8 raw[16];

	if (copy_from_user(t, raw, at, compat ? 8 : 16) != 0)
		return -EFAULT;
	*sec = compat ? (s32)get_le32(raw) : (s64)get_le64(raw);
	*nsec = compat ? (s32)get_le32(raw + 4) : (s64)get_le64(raw + 8);
	return 0;
}

static int put_left(struct task *t, uptr at, u64 left_ns)
{
	u8 raw[16];

	if (in_compat_syscall(t)) {
		put_le32(raw, (u32)(left_ns / NS_PER_SEC));
		put_le32(raw + 4, (u32)(left_ns % NS_PER_SEC));
		return copy_to_user(t, at, raw, 8) != 0 ? -EFAULT : 0;
	}
	put_le64(raw, left_ns / NS_PER_SEC);
	put_le64(raw + 8, left_ns % NS_PER_SEC);
	return copy_to_user(t, at, raw, sizeof(raw)) != 0 ? -EFAULT : 0;
}

s64 sys_recvmmsg(struct task *t)
{
	bool timed = t->arg[4] != 0;
	u64 left_ns = 0;
	s64 sec, nsec, ret;

	PROBE(&t->host->net, sys_recvmmsg);
	if (forbids_compat(t, (u32)t->arg[3]))
		return -EINVAL;
	if (timed && get_limit(t, t->arg[4], &sec, &nsec) != 0)
		return -EFAULT;
	if (timed && !t->resumed) {
		if (sec < 0 || nsec < 0 || nsec >= (s64)NS_PER_SEC)
			return -EINVAL;
		t->hr_deadline_ns = 0;
		if (sec != 0 || nsec != 0)
			t->hr_deadline_ns = net_now_ns(&t->host->net) +
					    min_u64((u64)sec, U32_MAX) * NS_PER_SEC + (u64)nsec;
	}
	ret = do_recvmmsg(t, timed, &left_ns);
	if (ret <= 0 || !timed)
		return ret;
	return put_left(t, t->arg[4], left_ns) != 0 ? -EFAULT : ret;
}

/* -------- read and write -------- */

/* LINUX: sock_read_iter(): reading no bytes is no call of the socket. */
static s64 sock_read_iter(struct socket *sock, const struct iov_iter *to)
{
	struct msghdr msg = { .msg_iter = *to };
	u32 flags = (sock_file_flags(sock) & O_NONBLOCK) != 0 ? MSG_DONTWAIT : 0;

	if (iov_iter_count(to) == 0)
		return 0;
	return sock_recvmsg(sock, &msg, (int)flags);
}

/* LINUX: sock_write_iter(). */
static s64 sock_write_iter(struct socket *sock, const struct iov_iter *from)
{
	struct msghdr msg = { .msg_iter = *from };

	if ((sock_file_flags(sock) & O_NONBLOCK) != 0)
		msg.msg_flags = MSG_DONTWAIT;
	if (sock->type == SOCK_SEQPACKET)
		msg.msg_flags |= MSG_EOR;
	return sock_sendmsg(sock, &msg);
}

static s64 file_read_iter(struct task *t, struct file *f, struct iov_iter *to)
{
	switch (f->kind) {
	case FILE_SOCKET:
		return sock_read_iter(&f->socket, to);
	case FILE_PIPE:
		return pipe_read(t, f, to);
	case FILE_REGULAR:
		return regular_read(f, to);
	case FILE_NULL:
		return 0;
	default:
		return -EINVAL;
	}
}

static s64 file_write_iter(struct task *t, struct file *f, struct iov_iter *from)
{
	switch (f->kind) {
	case FILE_SOCKET:
		return sock_write_iter(&f->socket, from);
	case FILE_PIPE:
		return pipe_write(t, f, from);
	case FILE_NULL:
		return (s64)iov_iter_count(from);
	default:
		return -EINVAL;
	}
}

/* The file of fd, if it was opened for this: mode is the one that it must not have. */
static struct file *rw_lookup(struct task *t, u32 mode)
{
	struct file *f = fdget(t, (int)t->arg[0]);

	return f == NULL || (f->f_flags & O_ACCMODE) == mode ? NULL : f;
}

/* LINUX: vfs_read(), vfs_write(): here too long a length is a fault, or cut. */
static int rw_buffer(struct task *t, struct iovec *iov, struct iov_iter *iter)
{
	if (!access_ok(t->arg[1], t->arg[2]))
		return -EFAULT;
	return import_ubuf(t, t->arg[1], t->arg[2], iov, iter);
}

s64 sys_read(struct task *t)
{
	struct iov_iter iter;
	struct iovec iov;
	struct file *f;
	int err;

	PROBE(&t->host->net, sys_read);
	f = rw_lookup(t, O_WRONLY);
	if (f == NULL)
		return -EBADF;
	err = rw_buffer(t, &iov, &iter);
	return err != 0 ? err : file_read_iter(t, f, &iter);
}

/* Writing no bytes sends an empty datagram. */
s64 sys_write(struct task *t)
{
	struct iov_iter iter;
	struct iovec iov;
	struct file *f;
	int err;

	PROBE(&t->host->net, sys_write);
	f = rw_lookup(t, O_RDONLY);
	if (f == NULL)
		return -EBADF;
	err = rw_buffer(t, &iov, &iter);
	return err != 0 ? err : file_write_iter(t, f, &iter);
}

s64 sys_readv(struct task *t)
{
	struct iovec iov[UIO_MAXIOV];
	struct iov_iter iter;
	struct file *f;
	int err;

	PROBE(&t->host->net, sys_readv);
	f = rw_lookup(t, O_WRONLY);
	if (f == NULL)
		return -EBADF;
	err = import_iovec(t, t->arg[1], (u32)t->arg[2], iov, &iter);
	return err != 0 ? err : file_read_iter(t, f, &iter);
}

/* Unlike write(), a vector without bytes sends nothing. */
s64 sys_writev(struct task *t)
{
	struct iovec iov[UIO_MAXIOV];
	struct iov_iter iter;
	struct file *f;
	int err;

	PROBE(&t->host->net, sys_writev);
	f = rw_lookup(t, O_RDONLY);
	if (f == NULL)
		return -EBADF;
	err = import_iovec(t, t->arg[1], (u32)t->arg[2], iov, &iter);
	if (err != 0 || iov_iter_count(&iter) == 0)
		return err;
	return file_write_iter(t, f, &iter);
}
