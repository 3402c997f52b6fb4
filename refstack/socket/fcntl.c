// SPDX-License-Identifier: MIT
/* fcntl.c - what is asked of an open file: its flags, who is told of its events, what it is.
 *
 * Path: none. Rules: LINUX: fs/fcntl.c, fs/stat.c, net/socket.c (sock_fasync), with their order of
 * checks. Missing: record locks, and signals of pipes.
 */
#include "socket/socket.h"

#include "core/net.h"
#include "core/pipe.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/stat.h"

enum {
	CAP_FOWNER = 3,
	CAP_LEASE = 28,
	SOCKFS_DEV = 7,
	BLOCK_BYTES = 4096,
	NULL_RDEV = 0x103, /* 1:3 */
	OWNER_EX_BYTES = 8,
	FLOCK_BYTES = 32,
	WRITE_HINTS = 6
};

/* LINUX: sock_fasync(). The socket is locked and unlocked again, and then looks after its route. */
void sock_fasync(struct file *f, s32 fd, bool on)
{
	struct sock *sk = sock_from_file(f)->sk;

	if (((f->f_flags & FASYNC) != 0) == on)
		return;
	lock_sock(sk);
	f->fa_fd = fd;
	f->f_flags ^= FASYNC;
	if (on)
		sock_set_flag(sk, SOCK_FASYNC);
	else
		sock_reset_flag(sk, SOCK_FASYNC);
	release_sock(sk);
}

static s64 setfl(struct task *t, struct file *f, u32 arg)
{
	const u32 mask = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;

	if ((arg & O_NOATIME) != 0 && (f->f_flags & O_NOATIME) == 0 &&
	    t->process->uid != f->inode.i_uid && !ns_capable(t, CAP_FOWNER))
		return -EPERM;
	if ((arg & O_DIRECT) != 0 && f->kind != FILE_PIPE)
		return -EINVAL;
	if (f->kind == FILE_PIPE && (arg & FASYNC) != 0)
		not_implemented("signals of pipes");
	if (f->kind == FILE_SOCKET)
		sock_fasync(f, (s32)t->arg[0], (arg & FASYNC) != 0);
	f->f_flags = (arg & mask) | (f->f_flags & ~mask);
	return 0;
}

static s64 fcntl_dupfd(struct task *t, int fd, u32 from, u32 flags)
{
	return from >= t->process->nr_fds ? -EINVAL : f_dupfd(t, fd, from, flags);
}

/* What asks about the descriptor only. -ENOSYS: none of these. */
static s64 fcntl_descriptor(struct task *t, int fd, u32 cmd, u32 arg)
{
	struct process *p = t->process;

	switch (cmd) {
	case F_DUPFD:
		return fcntl_dupfd(t, fd, arg, 0);
	case F_DUPFD_CLOEXEC:
		return fcntl_dupfd(t, fd, arg, O_CLOEXEC);
	case F_DUPFD_QUERY:
		if (!fd_is_open(p, (int)arg))
			return -EBADF;
		return fd_file(p, (int)arg) == fd_file(p, fd) ? 1 : 0;
	case F_GETFD:
		return p->fd_flags[fd] & FD_CLOEXEC;
	case F_SETFD:
		set_close_on_exec(p, fd, (arg & FD_CLOEXEC) != 0);
		return 0;
	default:
		return -ENOSYS;
	}
}

/* -------- who is told -------- */

static void set_owner(struct task *t, struct file *f, s32 pid, u8 type)
{
	f->f_owner.pid = pid;
	f->f_owner.pid_type = type;
	if (pid != 0)
		f->f_owner.euid = t->process->uid;
}

int f_setown(struct file *f, s32 who)
{
	struct task *t = current_task(&f->host->net);
	u8 type = PIDTYPE_TGID;

	if (who < 0) {
		if (who == INT32_MIN)
			return -EINVAL;
		type = PIDTYPE_PGID;
		who = -who;
	}
	if (who != 0 && !pid_is_there(f->host, who))
		return -ESRCH;
	set_owner(t, f, who, type);
	return 0;
}

/* An owner that is gone, or has never been one of its kind, is nobody. */
s32 f_getown(const struct file *f)
{
	return fown_is_there(f->host, &f->f_owner) ? f->f_owner.pid : 0;
}

/* LINUX: struct f_owner_ex: the kind, the number. */
static s64 f_setown_ex(struct task *t, struct file *f)
{
	static const u8 types[] = { [F_OWNER_TID] = PIDTYPE_PID,
				    [F_OWNER_PID] = PIDTYPE_TGID,
				    [F_OWNER_PGRP] = PIDTYPE_PGID };
	u8 raw[OWNER_EX_BYTES];
	s32 pid;

	if (copy_from_user(t, raw, t->arg[2], sizeof(raw)) != 0)
		return -EFAULT;
	if (get_le32(raw) >= ARRAY_SIZE(types))
		return -EINVAL;
	pid = (s32)get_le32(raw + 4);
	if (pid != 0 && !pid_is_there(t->host, pid))
		return -ESRCH;
	set_owner(t, f, pid, types[get_le32(raw)]);
	return 0;
}

static s64 f_getown_ex(struct task *t, const struct file *f)
{
	static const u8 kinds[] = { [PIDTYPE_PID] = F_OWNER_TID,
				    [PIDTYPE_TGID] = F_OWNER_PID,
				    [PIDTYPE_PGID] = F_OWNER_PGRP };
	u8 raw[OWNER_EX_BYTES];

	put_le32(raw, kinds[f->f_owner.pid_type]);
	put_le32(raw + 4, (u32)f_getown(f));
	return copy_to_user(t, t->arg[2], raw, sizeof(raw)) != 0 ? -EFAULT : 0;
}

static s64 f_getowner_uids(struct task *t, const struct file *f)
{
	u8 raw[8];

	put_le32(raw, f->f_owner.uid);
	put_le32(raw + 4, f->f_owner.euid);
	return copy_to_user(t, t->arg[2], raw, sizeof(raw)) != 0 ? -EFAULT : 0;
}

static s64 f_setsig(struct file *f, s32 signum)
{
	if (signum < 0 || signum > SIGNALS)
		return -EINVAL;
	f->f_owner.signum = signum;
	return 0;
}

static s64 fcntl_owner(struct task *t, struct file *f, u32 cmd, u32 arg)
{
	switch (cmd) {
	case F_SETOWN:
		return f_setown(f, (s32)arg);
	case F_GETOWN:
		return f_getown(f);
	case F_SETOWN_EX:
		return f_setown_ex(t, f);
	case F_GETOWN_EX:
		return f_getown_ex(t, f);
	case F_GETOWNER_UIDS:
		return f_getowner_uids(t, f);
	case F_SETSIG:
		return f_setsig(f, (s32)arg);
	case F_GETSIG:
		return f->f_owner.signum;
	default:
		return -ENOSYS;
	}
}

/* -------- leases, locks, hints -------- */

/* LINUX: fcntl_setlease(), generic_setlease(): F_RDLCK to F_UNLCK; no socket can be lent. */
static s64 fcntl_setlease(struct task *t, const struct file *f, u32 arg)
{
	const u32 unlock = 2;

	if (arg <= unlock && t->process->uid != f->inode.i_uid && !ns_capable(t, CAP_LEASE))
		return -EACCES;
	return -EINVAL;
}

static s64 rw_hint(struct task *t, struct file *f, bool set)
{
	u8 raw[8];

	put_le64(raw, f->inode.i_write_hint);
	if (!set)
		return copy_to_user(t, t->arg[2], raw, sizeof(raw)) != 0 ? -EFAULT : 0;
	if (copy_from_user(t, raw, t->arg[2], sizeof(raw)) != 0)
		return -EFAULT;
	if (get_le64(raw) >= WRITE_HINTS)
		return -EINVAL;
	f->inode.i_write_hint = get_le64(raw);
	return 0;
}

static s64 fcntl_lock(struct task *t)
{
	if (umem_at(t->process, t->arg[2], FLOCK_BYTES) == NULL)
		return -EFAULT;
	not_implemented("record locks");
}

static s64 fcntl_rest(struct task *t, struct file *f, u32 cmd, u32 arg)
{
	switch (cmd) {
	case F_GETFL:
		return f->f_flags;
	case F_SETFL:
		return setfl(t, f, arg);
	case F_SETPIPE_SZ:
		return f->kind == FILE_PIPE ? pipe_set_size(t, f->pipe, arg) : -EBADF;
	case F_GETPIPE_SZ:
		return f->kind == FILE_PIPE ? (s64)pipe_size(f->pipe) * PAGE_SIZE : -EBADF;
	case F_CREATED_QUERY:
		return 0;
	case F_GETLEASE:
		return F_UNLCK;
	case F_SETLEASE:
		return fcntl_setlease(t, f, arg);
	case F_ADD_SEALS:
		return (f->f_flags & O_ACCMODE) == O_RDONLY ? -EPERM : -EINVAL;
	case F_GET_RW_HINT:
	case F_SET_RW_HINT:
		return rw_hint(t, f, cmd == F_SET_RW_HINT);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(t);
	default:
		return -EINVAL; /* seals: not of a socket */
	}
}

s64 sys_fcntl(struct task *t)
{
	int fd = (int)t->arg[0];
	u32 cmd = (u32)t->arg[1], arg = (u32)t->arg[2];
	struct file *f;
	s64 ret;

	PROBE(&t->host->net, sys_fcntl);
	if (!fd_is_open(t->process, fd))
		return -EBADF;
	ret = fcntl_descriptor(t, fd, cmd, arg);
	if (ret != -ENOSYS)
		return ret;
	f = fd_file(t->process, fd);
	ret = fcntl_owner(t, f, cmd, arg);
	return ret != -ENOSYS ? ret : fcntl_rest(t, f, cmd, arg);
}

/* -------- fstat -------- */

s64 sys_fstat(struct task *t)
{
	struct file *f = fdget(t, (int)t->arg[0]);
	u8 st[STAT_BYTES] = { 0 };

	PROBE(&t->host->net, sys_fstat);
	if (f == NULL)
		return -EBADF;
	put_le64(st + STAT_DEV, SOCKFS_DEV);
	put_le64(st + STAT_INO, f->inode.i_ino);
	put_le64(st + STAT_NLINK, 1);
	put_le32(st + STAT_MODE, f->inode.i_mode);
	put_le32(st + STAT_UID, f->inode.i_uid);
	put_le32(st + STAT_GID, f->inode.i_gid);
	put_le64(st + STAT_RDEV, f->kind == FILE_NULL ? NULL_RDEV : 0);
	put_le64(st + STAT_SIZE, f->kind == FILE_REGULAR ? f->f_size : 0);
	put_le64(st + STAT_BLKSIZE, BLOCK_BYTES);
	return copy_to_user(t, t->arg[1], st, sizeof(st)) != 0 ? -EFAULT : 0;
}
