// SPDX-License-Identifier: MIT
/* ioctl.c - requests on a socket's descriptor: the file's own, the socket layer's, the protocol's.
 *
 * Path: none. Rules: LINUX: fs/ioctl.c, net/socket.c (sock_ioctl), net/core/dev_ioctl.c. What
 * devices are asked this way is another interface's: such requests stop the run.
 */
#include "socket/socket.h"

#include "core/net.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/if.h"
#include "uapi/ioctl.h"

enum { CAP_SYS_ADMIN = 21, SOCKFS_BLOCK_BYTES = 4096, IOCTL_PASS = 1 };

static int get_user_int(struct task *t, uptr at, s32 *value)
{
	u8 word[4];

	if (copy_from_user(t, word, at, sizeof(word)) != 0)
		return -EFAULT;
	*value = (s32)get_le32(word);
	return 0;
}

static int put_user_int(struct task *t, uptr at, s32 value)
{
	u8 word[4];

	put_le32(word, (u32)value);
	return copy_to_user(t, at, word, sizeof(word)) != 0 ? -EFAULT : 0;
}

/* -------- of every file -------- */

static int ioctl_fionbio(struct task *t, struct file *f, uptr arg)
{
	const u32 flag = O_NONBLOCK;
	s32 on;
	int err = get_user_int(t, arg, &on);

	if (err == 0)
		f->f_flags = on != 0 ? f->f_flags | flag : f->f_flags & ~flag;
	return err;
}

static int ioctl_fioasync(struct task *t, struct file *f, uptr arg)
{
	s32 on;
	int err = get_user_int(t, arg, &on);

	if (err == 0 && f->kind == FILE_SOCKET)
		sock_fasync(f, on != 0);
	return err;
}

/* LINUX: do_vfs_ioctl(). IOCTL_PASS: the socket is asked. */
static int do_vfs_ioctl(struct task *t, struct file *f, u32 cmd, uptr arg)
{
	int fd = (int)t->arg[0];

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		set_close_on_exec(t->process, fd, cmd == FIOCLEX);
		return 0;
	case FIONBIO:
		return ioctl_fionbio(t, f, arg);
	case FIOASYNC:
		return ioctl_fioasync(t, f, arg);
	case FIOQSIZE:
		return -ENOTTY;
	case FIFREEZE:
		return ns_capable(t, CAP_SYS_ADMIN) ? -EOPNOTSUPP : -EPERM;
	case FITHAW:
		return ns_capable(t, CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	case FS_IOC_FIEMAP:
		return -EOPNOTSUPP;
	case FIGETBSZ:
		return put_user_int(t, arg, SOCKFS_BLOCK_BYTES);
	default:
		return IOCTL_PASS;
	}
}

/* -------- of sockets -------- */

/* Requests that dev_ioctl() knows, as ranges: addresses were the family's before. */
static const struct {
	u32 first, last;
} dev_requests[] = { { SIOCGIFNAME, SIOCGIFNAME },
		     { SIOCGIFCONF, SIOCSIFMETRIC },
		     { SIOCGIFMTU, SIOCSIFHWADDR },
		     { SIOCGIFHWADDR, SIOCGIFHWADDR },
		     { SIOCGIFSLAVE, SIOCGIFSLAVE },
		     { SIOCSIFSLAVE, SIOCGIFPFLAGS },
		     { SIOCSIFHWBROADCAST, SIOCSIFHWBROADCAST },
		     { SIOCGIFTXQLEN, SIOCSIFTXQLEN },
		     { SIOCETHTOOL, SIOCWANDEV },
		     { SIOCGIFMAP, SIOCSIFMAP },
		     { SIOCBONDENSLAVE, SIOCBONDCHANGEACTIVE },
		     { SIOCSHWTSTAMP, SIOCGHWTSTAMP },
		     { SIOCDEVPRIVATE, SIOCDEVPRIVATE + 15 } };

static int dev_ioctl(struct task *t, u32 cmd, uptr arg)
{
	if (umem_at(t->process, arg, IFREQ_BYTES) == NULL)
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(dev_requests); i++) {
		if (cmd >= dev_requests[i].first && cmd <= dev_requests[i].last)
			not_implemented("ioctl() for devices");
	}
	return -ENOTTY;
}

/* LINUX: sock_do_ioctl(): first the protocol, then devices. */
static int sock_do_ioctl(struct task *t, struct socket *sock, u32 cmd, uptr arg)
{
	int err = sock->ops->ioctl(sock, cmd, arg);

	if (err != -ENOIOCTLCMD)
		return err;
	if ((cmd >> 8 & 0xff) != SOCK_IOC_TYPE)
		return -ENOTTY;
	return dev_ioctl(t, cmd, arg);
}

static int sock_set_owner(struct task *t, uptr arg)
{
	s32 pid;
	int err = get_user_int(t, arg, &pid);

	if (err == 0 && pid != 0)
		not_implemented("ioctl(FIOSETOWN)");
	return err;
}

static int sock_ioctl(struct task *t, struct socket *sock, u32 cmd, uptr arg)
{
	if (cmd >= SIOCDEVPRIVATE && cmd <= SIOCDEVPRIVATE + 15)
		return dev_ioctl(t, cmd, arg);
	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		return sock_set_owner(t, arg);
	case FIOGETOWN:
	case SIOCGPGRP:
		return put_user_int(t, arg, 0);
	case SIOCGIFBR:
	case SIOCSIFBR:
	case SIOCBRADDBR:
	case SIOCBRDELBR:
	case SIOCBRADDIF:
	case SIOCBRDELIF:
	case SIOCGIFVLAN:
	case SIOCSIFVLAN:
		return -ENOPKG;
	case SIOCGSKNS:
		if (ns_capable(t, CAP_NET_ADMIN))
			not_implemented("ioctl(SIOCGSKNS)");
		return -EPERM;
	case SIOCGSTAMP_OLD:
	case SIOCGSTAMP_NEW:
		return sock_gettstamp(sock, arg, true);
	case SIOCGSTAMPNS_OLD:
	case SIOCGSTAMPNS_NEW:
		return sock_gettstamp(sock, arg, false);
	case SIOCGIFCONF:
		not_implemented("ioctl(SIOCGIFCONF)");
	default:
		return sock_do_ioctl(t, sock, cmd, arg);
	}
}

s64 sys_ioctl(struct task *t)
{
	u32 cmd = (u32)t->arg[1];
	struct file *f;
	int err;

	PROBE(&t->host->net, sys_ioctl);
	f = fdget(t, (int)t->arg[0]);
	if (f == NULL) {
		if (fd_is_open(t->process, (int)t->arg[0]))
			not_implemented("ioctl() of what is not a socket");
		return -EBADF;
	}
	err = do_vfs_ioctl(t, f, cmd, t->arg[2]);
	if (err == IOCTL_PASS && f->kind == FILE_PIPE && cmd == FIONREAD)
		err = put_user_int(t, t->arg[2], (s32)pipe_bytes(f->pipe));
	else if (err == IOCTL_PASS && f->kind != FILE_SOCKET)
		err = f->kind == FILE_EPOLL ? -EINVAL : -ENOTTY;
	else if (err == IOCTL_PASS)
		err = sock_ioctl(t, &f->socket, cmd, t->arg[2]);
	return err == -ENOIOCTLCMD ? -ENOTTY : err;
}
