// SPDX-License-Identifier: MIT
/* ioctl.c - requests on a socket's descriptor: the file's own, the socket layer's, the protocol's,
 * the device layer's.
 *
 * Path: none. Rules: LINUX: fs/ioctl.c, net/socket.c (sock_ioctl), net/core/dev_ioctl.c.
 */
#include "socket/socket.h"

#include "core/dev_ioctl.h"
#include "core/net.h"
#include "ipv4/inetdevice.h"
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

	if (err != 0)
		return err;
	if (f->kind == FILE_SOCKET)
		sock_fasync(f, (s32)t->arg[0], on != 0);
	else if (on != 0 && f->kind == FILE_PIPE)
		not_implemented("signals of pipes");
	else if (on != 0 && (f->f_flags & FASYNC) == 0)
		return -ENOTTY;
	return 0;
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

static int sock_dev_ioctl(struct task *t, u32 cmd, uptr arg)
{
	u8 ifr[IFREQ_BYTES];
	bool need_copyout;
	int err;

	if (copy_from_user(t, ifr, arg, sizeof(ifr)) != 0)
		return -EFAULT;
	err = dev_ioctl(t, cmd, ifr, ifr_data(ifr), &need_copyout);
	if (err == 0 && need_copyout && copy_to_user(t, arg, ifr, sizeof(ifr)) != 0)
		err = -EFAULT;
	return err;
}

/* LINUX: dev_ifconf(): all addresses of all devices, as far as there is room. */
static int dev_ifconf(struct task *t, uptr arg)
{
	struct net *net = &t->host->net;
	u8 ifc[IFCONF_BYTES];
	s32 len, total = 0;
	uptr pos;

	if (copy_from_user(t, ifc, arg, sizeof(ifc)) != 0)
		return -EFAULT;
	len = (s32)get_le32(ifc + IFCONF_LEN);
	pos = get_le64(ifc + IFCONF_BUF);
	for (u32 i = 1; i < NET_DEV_MAX; i++) {
		s32 done;

		if (net->dev_by_index[i] == NULL)
			continue;
		done = pos != 0 ? inet_gifconf(net->dev_by_index[i], pos + (u32)total, len - total)
				: inet_gifconf(net->dev_by_index[i], 0, 0);
		if (done < 0)
			return -EFAULT;
		total += done;
	}
	return put_user_int(t, arg + IFCONF_LEN, total);
}

/* LINUX: sock_do_ioctl(): first the protocol, then devices. */
static int sock_do_ioctl(struct task *t, struct socket *sock, u32 cmd, uptr arg)
{
	int err = sock->ops->ioctl(sock, cmd, arg);

	if (err != -ENOIOCTLCMD)
		return err;
	if ((cmd >> 8 & 0xff) != SOCK_IOC_TYPE)
		return -ENOTTY;
	return sock_dev_ioctl(t, cmd, arg);
}

static int sock_set_owner(struct task *t, struct socket *sock, uptr arg)
{
	s32 pid;
	int err = get_user_int(t, arg, &pid);

	return err != 0 ? err : f_setown(sock->file, pid);
}

static int sock_ioctl(struct task *t, struct socket *sock, u32 cmd, uptr arg)
{
	if (cmd >= SIOCDEVPRIVATE && cmd <= SIOCDEVPRIVATE + 15)
		return sock_dev_ioctl(t, cmd, arg);
	switch (cmd) {
	case FIOSETOWN:
	case SIOCSPGRP:
		return sock_set_owner(t, sock, arg);
	case FIOGETOWN:
	case SIOCGPGRP:
		return put_user_int(t, arg, f_getown(sock->file));
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
		return dev_ifconf(t, arg);
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
