// SPDX-License-Identifier: MIT
/* socket.h - system calls, descriptors and files, messages: what lies between a program and
 * sockets. */
#ifndef REFSTACK_SOCKET_SOCKET_H
#define REFSTACK_SOCKET_SOCKET_H

#include "core/datagram.h"
#include "core/file.h"
#include "core/iov.h"
#include "core/sock.h"
#include "socket/sys.h"

enum { UIO_MAXIOV = 1024, MAX_RW_COUNT = 0x7ffff000 };

/* syscall.c: the entry, what a program's instruction does. Called in the unit of the task's CPU. */
s64 do_syscall(struct task *t);
/* The calls, by the names of syscall.def; arguments are in t->arg. */
#define X(name, nr, args) s64 sys_##name(struct task *t);
#include "syscall.def"
#undef X

/* socket.c */
int sock_create(struct task *t, int family, int type, int protocol, struct socket **res);
/* LINUX: __sock_sendmsg(). */
int sock_sendmsg(struct socket *sock, struct msghdr *msg);
int sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags);
int sock_release(struct socket *sock);
struct socket *sockfd_lookup_light(struct task *t, int fd, int *err);
int move_addr_to_kernel(struct task *t, uptr uaddr, int ulen, u8 *kaddr);
int move_addr_to_user(struct task *t, const u8 *kaddr, int klen, uptr uaddr, uptr ulen);
/* Where a security module would be asked. There is none: always 0. */
#define SECURITY_HOOK(name)                                                                        \
	static inline int security_socket_##name(const struct socket *sock)                        \
	{                                                                                          \
		(void)sock;                                                                        \
		return 0;                                                                          \
	}
SECURITY_HOOK(create)
SECURITY_HOOK(post_create)
SECURITY_HOOK(socketpair)
SECURITY_HOOK(bind)
SECURITY_HOOK(connect)
SECURITY_HOOK(listen)
SECURITY_HOOK(accept)
SECURITY_HOOK(sendmsg)
SECURITY_HOOK(recvmsg)
SECURITY_HOOK(getsockname)
SECURITY_HOOK(getpeername)
SECURITY_HOOK(setsockopt)
SECURITY_HOOK(getsockopt)
SECURITY_HOOK(shutdown)
#undef SECURITY_HOOK
/* The flags of an open file that say how a call on it waits. */
u32 sock_file_flags(const struct socket *sock);

/* sockmsg.c: what one call reads or writes, as an iterator: one buffer, or a program's vector. */
must_check int import_ubuf(struct task *t, uptr buf, u64 len, struct iovec *iov,
			   struct iov_iter *iter);
must_check int import_iovec(struct task *t, uptr uvec, u32 nr_segs, struct iovec *iov,
			    struct iov_iter *iter);

/* file.c */
/* 0, 1 and 2 of a new process: open, and no sockets. */
void fd_open_standard(struct process *p);
void fd_close_all(struct process *p);
void fd_copy(struct process *to, const struct process *from);
must_check int get_unused_fd_flags(struct task *t, u32 flags);
void fd_install(struct task *t, int fd, struct file *file);
void put_unused_fd(struct task *t, int fd);
/* A file that is no socket's; -ENFILE in *err. */
struct file *file_alloc(struct task *t, enum file_kind kind, u32 flags, int *err);
/* LINUX: vfs_poll(); wait is NULL when the caller only looks. */
u32 vfs_poll(struct file *f, struct task *wait);
/* What wakes who polls it. */
struct wait_queue_head *file_wait_queue(struct file *f);
/* LINUX: fdget(): the open file, which stays open until the call ends. */
struct file *fdget(struct task *t, int fd);
bool fd_is_open(const struct process *p, int fd);
struct file *fd_file(const struct process *p, int fd);
void set_close_on_exec(struct process *p, int fd, bool on);
/* Gives back what the call held open. -EPARKED: closing one of the files waits. */
int fd_release_held(struct task *t);
struct socket *sock_alloc(struct task *t);
/* LINUX: sock_alloc_file(): on failure the socket is released. */
struct file *sock_alloc_file(struct task *t, struct socket *sock, u32 flags, int *err);
void sock_free(struct socket *sock);
/* LINUX: fput() leaves the rest to the end of the call, too: see do_syscall(). */
void fput_later(struct task *t, struct file *f);
int fput(struct file *f); /* -EPARKED: closing it waits, and it is still there */
void sock_fasync(struct file *f, s32 fd, bool on);
/* LINUX: f_setown(), f_getown(). */
int f_setown(struct file *f, s32 who);
s32 f_getown(const struct file *f);
int close_fd(struct task *t, int fd);
/* A second descriptor for what fd names, at `from` or above. */
int f_dupfd(struct task *t, int fd, u32 from, u32 flags);
/* Of pipe.c: F_SETPIPE_SZ. */
s64 pipe_set_size(struct task *t, struct pipe_inode_info *pipe, u32 arg);

/* poll.c: fixes until when, 0: not at all, U64_MAX: for ever, in t->hr_deadline_ns. */
int set_timespec_deadline(struct task *t, uptr at);

/* sigcall.c */
int set_user_sigmask(struct task *t, uptr umask, u64 size);
void restore_saved_sigmask_unless(struct task *t, bool interrupted);

/* epoll.c */
/* The file goes: nobody watches it any more. */
void eventpoll_release(struct file *f);
void ep_file_release(struct file *f);
u32 ep_eventpoll_poll(struct file *f, struct task *wait);

/* pipe.c */
bool pipe_can_read(const struct file *f);
bool pipe_can_write(const struct file *f);
void pipe_file_release(struct file *f);
s64 pipe_read(struct task *t, struct file *f, struct iov_iter *to);
s64 pipe_write(struct task *t, struct file *f, struct iov_iter *from);
u32 pipe_poll(struct file *f, struct task *wait);
u32 pipe_bytes(struct pipe_inode_info *pipe);

/* open.c: files that the host has been given, of so many zeroes: 0 or -errno. */
int host_make_file(struct host *h, const char *path, u64 bytes);
int host_remove_file(struct host *h, const char *path);
void host_forget_files(struct host *h);
s64 regular_read(struct file *f, struct iov_iter *to);

#endif
