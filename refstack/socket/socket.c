// SPDX-License-Identifier: MIT
/* socket.c - the socket calls: creating, naming, connecting, sendto and recvfrom, options,
 * shutdown.
 *
 * Path: step 1 (sys_sendto, sockfd_lookup_light, move_addr_to_kernel) and the beginning of step 2
 * (sock_sendmsg_nosec); calls the family's operations, inet_sendmsg() for AF_INET.
 * Rules: LINUX: net/socket.c, with its order of checks. sendmsg, recvmsg, read and write:
 * sockmsg.c. DIVERGES(reread-arguments): a parked call reads its arguments from user memory again
 * when it goes on.
 */
#include "socket/socket.h"

#include "core/net.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/socket.h"

/* -------- families -------- */

int sock_register(struct net *net, const struct net_proto_family *ops)
{
	if (ops->family < 0 || ops->family >= NPROTO)
		return -ENOBUFS;
	if (net->net_families[ops->family] != NULL)
		return -EEXIST;
	net->net_families[ops->family] = ops;
	return 0;
}

void sock_unregister(struct net *net, int family)
{
	assert(family >= 0);
	assert(family < NPROTO);
	net->net_families[family] = NULL;
}

/* -------- sockets and descriptors -------- */

/* A call reads them when it begins: one that waits goes on waiting, whatever they are by now. */
u32 sock_file_flags(const struct socket *sock)
{
	const struct task *t = current_task(sock_net(sock->sk));
	u32 flags = sock->file->f_flags;

	return t->resumed ? flags & ~(u32)O_NONBLOCK : flags;
}

/* LINUX: __sock_release(). The memory goes with the file, when there is one. -EPARKED: it lingers.
 */
int sock_release(struct socket *sock)
{
	if (sock->ops != NULL) {
		int err = sock->ops->release(sock);

		if (err == -EPARKED)
			return err;
		sock->sk = NULL;
		sock->ops = NULL;
	}
	if (sock->file == NULL)
		sock_free(sock);
	else
		sock->file = NULL;
	return 0;
}

/* Families that a kernel of this configuration has and this tree has not. */
static bool family_comes_later(int family)
{
	return family == AF_UNIX || family == AF_NETLINK;
}

int sock_create(struct task *t, int family, int type, int protocol, struct socket **res)
{
	struct net *net = &t->host->net;
	const struct net_proto_family *pf;
	struct socket *sock;
	int err;

	if (family < 0 || family >= NPROTO)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= SOCK_MAX)
		return -EINVAL;
	if (family == PF_INET && type == SOCK_PACKET)
		family = PF_PACKET; /* the way of Linux 2.0 */
	err = security_socket_create(NULL);
	if (err != 0)
		return err;
	if (family_comes_later(family))
		not_implemented("sockets of AF_UNIX and AF_NETLINK");
	sock = sock_alloc(t);
	if (sock == NULL)
		return -ENFILE;
	sock->type = (u16)type;
	pf = net->net_families[family];
	err = pf != NULL ? pf->create(net, sock, protocol, false) : -EAFNOSUPPORT;
	if (err < 0) {
		sock->sk = NULL;
		sock->ops = NULL;
	} else {
		err = security_socket_post_create(sock);
	}
	if (err != 0) {
		(void)sock_release(sock);
		return err;
	}
	*res = sock;
	return 0;
}

static int sock_map_fd(struct task *t, struct socket *sock, u32 flags)
{
	int fd = get_unused_fd_flags(t, flags), err;
	struct file *newfile;

	if (fd < 0) {
		(void)sock_release(sock);
		return fd;
	}
	newfile = sock_alloc_file(t, sock, flags, &err);
	if (newfile == NULL) {
		put_unused_fd(t, fd);
		return err;
	}
	fd_install(t, fd, newfile);
	return fd;
}

struct socket *sockfd_lookup_light(struct task *t, int fd, int *err)
{
	struct file *f;

	PROBE(&t->host->net, sockfd_lookup_light);
	PATH_STEP(&t->host->net, SOCKFD_LOOKUP, 0, 0);
	f = fdget(t, fd);
	if (f != NULL && f->kind == FILE_SOCKET)
		return sock_from_file(f);
	*err = fd_is_open(t->process, fd) ? -ENOTSOCK : -EBADF;
	return NULL;
}

/* -------- addresses -------- */

/* kaddr has SOCKADDR_STORAGE_BYTES; what the program does not give is zero. */
int move_addr_to_kernel(struct task *t, uptr uaddr, int ulen, u8 *kaddr)
{
	PROBE(&t->host->net, move_addr_to_kernel);
	PATH_STEP(&t->host->net, MOVE_ADDR, 0, (u32)ulen);
	memset(kaddr, 0, SOCKADDR_STORAGE_BYTES);
	if (ulen < 0 || ulen > SOCKADDR_STORAGE_BYTES)
		return -EINVAL;
	if (ulen == 0)
		return 0;
	return copy_from_user(t, kaddr, uaddr, (u64)ulen) != 0 ? -EFAULT : 0;
}

/* The program gets as much as it has room for, and the true length. */
int move_addr_to_user(struct task *t, const u8 *kaddr, int klen, uptr uaddr, uptr ulen)
{
	u8 word[4];
	s32 len;

	assert(klen <= SOCKADDR_STORAGE_BYTES);
	if (copy_from_user(t, word, ulen, sizeof(word)) != 0)
		return -EFAULT;
	len = (s32)get_le32(word);
	if (len > klen)
		len = klen;
	if (len < 0)
		return -EINVAL;
	if (len != 0 && copy_to_user(t, uaddr, kaddr, (u64)len) != 0)
		return -EFAULT;
	put_le32(word, (u32)klen);
	return copy_to_user(t, ulen, word, sizeof(word)) != 0 ? -EFAULT : 0;
}

/* -------- messages -------- */

static int sock_sendmsg_nosec(struct socket *sock, struct msghdr *msg)
{
	struct net *net = sock_net(sock->sk);

	PROBE(net, sock_sendmsg_nosec);
	PATH_STEP(net, SOCK_SENDMSG, 0, (u32)msg_data_left(msg));
	return sock->ops->sendmsg(sock, msg, msg_data_left(msg));
}

int sock_sendmsg(struct socket *sock, struct msghdr *msg)
{
	int err = security_socket_sendmsg(sock);

	return err != 0 ? err : sock_sendmsg_nosec(sock, msg);
}

int sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags)
{
	int err;

	PROBE(sock_net(sock->sk), sock_recvmsg);
	err = security_socket_recvmsg(sock);
	return err != 0 ? err : sock->ops->recvmsg(sock, msg, msg_data_left(msg), flags);
}

s64 sys_sendto(struct task *t)
{
	u32 flags = (u32)t->arg[3] & ~(u32)MSG_INTERNAL_SENDMSG_FLAGS;
	u8 address[SOCKADDR_STORAGE_BYTES];
	struct msghdr msg = { 0 };
	struct socket *sock;
	struct iovec iov;
	int err;

	PROBE(&t->host->net, sys_sendto);
	PATH_STEP(&t->host->net, SYS_SENDTO, 0, (u32)t->arg[2]);
	err = import_ubuf(t, t->arg[1], t->arg[2], &iov, &msg.msg_iter);
	if (err != 0)
		return err;
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	if (t->arg[4] != 0) {
		err = move_addr_to_kernel(t, t->arg[4], (int)t->arg[5], address);
		if (err < 0)
			return err;
		msg.msg_name = address;
		msg.msg_namelen = (int)t->arg[5];
	}
	if ((sock_file_flags(sock) & O_NONBLOCK) != 0)
		flags |= MSG_DONTWAIT;
	msg.msg_flags = flags;
	return sock_sendmsg(sock, &msg);
}

s64 sys_recvfrom(struct task *t)
{
	u32 flags = (u32)t->arg[3];
	u8 address[SOCKADDR_STORAGE_BYTES] = { 0 };
	struct msghdr msg = { .msg_name = t->arg[4] != 0 ? address : NULL };
	struct socket *sock;
	struct iovec iov;
	int err, err2;

	PROBE(&t->host->net, sys_recvfrom);
	PATH_STEP(&t->host->net, SYS_RECVFROM, 0, (u32)t->arg[2]);
	err = import_ubuf(t, t->arg[1], t->arg[2], &iov, &msg.msg_iter);
	if (err != 0)
		return err;
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	if ((sock_file_flags(sock) & O_NONBLOCK) != 0)
		flags |= MSG_DONTWAIT;
	err = sock_recvmsg(sock, &msg, (int)flags);
	if (err >= 0 && t->arg[4] != 0) {
		err2 = move_addr_to_user(t, address, msg.msg_namelen, t->arg[4], t->arg[5]);
		if (err2 < 0)
			err = err2;
	}
	return err;
}

/* -------- the other calls -------- */

/* The flags in a socket type: what belongs to the descriptor. */
static bool type_flags_ok(u32 type)
{
	return (type & ~(u32)SOCK_TYPE_MASK & ~(u32)(SOCK_CLOEXEC | SOCK_NONBLOCK)) == 0;
}

s64 sys_socket(struct task *t)
{
	u32 type = (u32)t->arg[1];
	struct socket *sock;
	int err;

	static_assert(SOCK_NONBLOCK == O_NONBLOCK, "one bit for both");
	static_assert(SOCK_CLOEXEC == O_CLOEXEC, "one bit for both");
	PROBE(&t->host->net, sys_socket);
	if (!type_flags_ok(type))
		return -EINVAL;
	err = sock_create(t, (int)t->arg[0], (int)(type & SOCK_TYPE_MASK), (int)t->arg[2], &sock);
	if (err < 0)
		return err;
	return sock_map_fd(t, sock, type & (O_CLOEXEC | O_NONBLOCK));
}

/* Both files of a pair that the family has connected. */
static int pair_files(struct task *t, struct socket *sock[2], const int fd[2], u32 flags)
{
	struct file *file[2];
	int err;

	file[0] = sock_alloc_file(t, sock[0], flags, &err);
	if (file[0] == NULL) {
		(void)sock_release(sock[1]);
		return err;
	}
	file[1] = sock_alloc_file(t, sock[1], flags, &err);
	if (file[1] == NULL) {
		(void)fput(file[0]);
		return err;
	}
	fd_install(t, fd[0], file[0]);
	fd_install(t, fd[1], file[1]);
	return 0;
}

static int create_pair(struct task *t, int type, const int fd[2], u32 flags)
{
	struct socket *sock[2];
	int err;

	for (u32 i = 0; i < 2; i++) {
		err = sock_create(t, (int)t->arg[0], type, (int)t->arg[2], &sock[i]);
		if (err < 0) {
			if (i == 1)
				(void)sock_release(sock[0]);
			return err;
		}
	}
	err = security_socket_socketpair(sock[0]);
	if (err == 0)
		err = sock[0]->ops->socketpair(sock[0], sock[1]);
	if (err != 0) {
		(void)sock_release(sock[1]);
		(void)sock_release(sock[0]);
		return err;
	}
	return pair_files(t, sock, fd, flags);
}

/* The numbers are written before the sockets are made: a program sees them also when that fails. */
s64 sys_socketpair(struct task *t)
{
	u32 type = (u32)t->arg[1], flags = type & (O_CLOEXEC | O_NONBLOCK);
	int fd[2], err = 0;
	u8 word[4];

	PROBE(&t->host->net, sys_socketpair);
	if (!type_flags_ok(type))
		return -EINVAL;
	for (u32 i = 0; i < 2; i++) {
		fd[i] = get_unused_fd_flags(t, flags);
		if (fd[i] < 0) {
			if (i == 1)
				put_unused_fd(t, fd[0]);
			return fd[i];
		}
	}
	for (u32 i = 0; err == 0 && i < 2; i++) {
		put_le32(word, (u32)fd[i]);
		if (copy_to_user(t, t->arg[3] + 4 * i, word, sizeof(word)) != 0)
			err = -EFAULT;
	}
	if (err == 0)
		err = create_pair(t, (int)(type & SOCK_TYPE_MASK), fd, flags);
	if (err != 0) {
		put_unused_fd(t, fd[1]);
		put_unused_fd(t, fd[0]);
	}
	return err;
}

s64 sys_bind(struct task *t)
{
	u8 address[SOCKADDR_STORAGE_BYTES];
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_bind);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	err = move_addr_to_kernel(t, t->arg[1], (int)t->arg[2], address);
	if (err != 0)
		return err;
	err = security_socket_bind(sock);
	return err != 0 ? err : sock->ops->bind(sock, address, (int)t->arg[2]);
}

/* LINUX: __sys_connect_file(). */
static int sys_connect_file(struct socket *sock, const u8 *address, int addrlen)
{
	int err = security_socket_connect(sock);

	return err != 0 ? err
			: sock->ops->connect(sock, address, addrlen, (int)sock_file_flags(sock));
}

/* The address is read before it matters what the descriptor names. */
s64 sys_connect(struct task *t)
{
	u8 address[SOCKADDR_STORAGE_BYTES];
	struct socket *sock;
	int err, lookup;

	PROBE(&t->host->net, sys_connect);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &lookup);
	if (sock == NULL && lookup == -EBADF)
		return -EBADF;
	err = move_addr_to_kernel(t, t->arg[1], (int)t->arg[2], address);
	if (err != 0)
		return err;
	return sock == NULL ? lookup : sys_connect_file(sock, address, (int)t->arg[2]);
}

s64 sys_listen(struct task *t)
{
	u32 backlog = (u32)t->arg[1];
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_listen);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	backlog = min_u32(backlog, (u32)t->host->net.sysctl.somaxconn);
	err = security_socket_listen(sock);
	return err != 0 ? err : sock->ops->listen(sock, (int)backlog);
}

/* The connection, and whom it is with. */
static int accept_connection(struct task *t, struct socket *sock, struct socket *newsock)
{
	u8 address[SOCKADDR_STORAGE_BYTES] = { 0 };
	int err = security_socket_accept(sock), len;

	if (err == 0)
		err = sock->ops->accept(sock, newsock, (int)sock_file_flags(sock), false);
	if (err < 0 || t->arg[1] == 0)
		return err;
	len = newsock->ops->getname(newsock, address, 2);
	if (len < 0)
		return -ECONNABORTED;
	return move_addr_to_user(t, address, len, t->arg[1], t->arg[2]);
}

/* LINUX: do_accept(). The number and the file are taken before there is a connection, and kept
 * while the call waits for one.
 */
static int new_connection(struct task *t, struct socket *sock, u32 flags)
{
	struct socket *newsock = sock_alloc(t);
	int err = -ENFILE;

	if (newsock == NULL)
		return err;
	newsock->type = sock->type;
	newsock->ops = sock->ops;
	t->new_file = sock_alloc_file(t, newsock, flags, &err);
	return t->new_file != NULL ? 0 : err;
}

static int do_accept(struct task *t, struct socket *sock, u32 flags)
{
	struct file *file;
	int err = t->new_file != NULL ? 0 : new_connection(t, sock, flags);

	if (err == 0)
		err = accept_connection(t, sock, &t->new_file->socket);
	if (err == -EPARKED)
		return err;
	file = t->new_file;
	t->new_file = NULL;
	if (err < 0) {
		put_unused_fd(t, t->new_fd);
		if (file != NULL)
			fput_later(t, file);
		return err;
	}
	fd_install(t, t->new_fd, file);
	return t->new_fd;
}

/* LINUX: __sys_accept4(), __sys_accept4_file(): the flags and the descriptor count before what the
 * old descriptor names.
 */
static s64 sys_accept4_file(struct task *t, u32 flags)
{
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_accept4);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL && err == -EBADF)
		return err;
	if ((flags & ~(u32)(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0)
		return -EINVAL;
	if (t->new_file == NULL) {
		t->new_fd = get_unused_fd_flags(t, flags);
		if (t->new_fd < 0)
			return t->new_fd;
	}
	if (sock == NULL) {
		put_unused_fd(t, t->new_fd);
		return err;
	}
	return do_accept(t, sock, flags);
}

s64 sys_accept(struct task *t)
{
	return sys_accept4_file(t, 0);
}

s64 sys_accept4(struct task *t)
{
	return sys_accept4_file(t, (u32)t->arg[3]);
}

static s64 get_name(struct task *t, int peer)
{
	u8 address[SOCKADDR_STORAGE_BYTES] = { 0 };
	struct socket *sock;
	int err;

	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	err = peer != 0 ? security_socket_getpeername(sock) : security_socket_getsockname(sock);
	if (err == 0)
		err = sock->ops->getname(sock, address, peer);
	return err < 0 ? err : move_addr_to_user(t, address, err, t->arg[1], t->arg[2]);
}

s64 sys_getsockname(struct task *t)
{
	PROBE(&t->host->net, sys_getsockname);
	return get_name(t, 0);
}

s64 sys_getpeername(struct task *t)
{
	PROBE(&t->host->net, sys_getpeername);
	return get_name(t, 1);
}

s64 sys_setsockopt(struct task *t)
{
	int level = (int)t->arg[1], optname = (int)t->arg[2], optlen = (int)t->arg[4];
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_setsockopt);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	if (optlen < 0)
		return -EINVAL;
	err = security_socket_setsockopt(sock);
	if (err != 0)
		return err;
	if (level == SOL_SOCKET && (sock->flags >> SOCK_CUSTOM_SOCKOPT & 1) == 0)
		return sock_setsockopt(sock, level, optname, t->arg[3], (u32)optlen);
	if (sock->ops->setsockopt == NULL)
		return -EOPNOTSUPP;
	return sock->ops->setsockopt(sock, level, optname, t->arg[3], (u32)optlen);
}

s64 sys_getsockopt(struct task *t)
{
	int level = (int)t->arg[1], optname = (int)t->arg[2];
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_getsockopt);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	err = security_socket_getsockopt(sock);
	if (err != 0)
		return err;
	if (level == SOL_SOCKET)
		return sock_getsockopt(sock, level, optname, t->arg[3], t->arg[4]);
	if (sock->ops->getsockopt == NULL)
		return -EOPNOTSUPP;
	return sock->ops->getsockopt(sock, level, optname, t->arg[3], t->arg[4]);
}

s64 sys_shutdown(struct task *t)
{
	struct socket *sock;
	int err;

	PROBE(&t->host->net, sys_shutdown);
	sock = sockfd_lookup_light(t, (int)t->arg[0], &err);
	if (sock == NULL)
		return err;
	err = security_socket_shutdown(sock);
	return err != 0 ? err : sock->ops->shutdown(sock, (int)t->arg[1]);
}
