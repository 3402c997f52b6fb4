// SPDX-License-Identifier: MIT
/* socket.h - system calls, descriptors and files, messages: what lies between a program and sockets. */
#ifndef REFSTACK_SOCKET_SOCKET_H
#define REFSTACK_SOCKET_SOCKET_H

#include "core/datagram.h"
#include "core/file.h"
#include "core/iov.h"
#include "core/sock.h"
#include "socket/sys.h"

enum { UIO_MAXIOV = 1024, MAX_RW_COUNT = 0x7ffff000 };

/* socket.c */
int sock_create(struct task *t, int family, int type, int protocol, struct socket **res);
int sock_sendmsg(struct socket *sock, struct msghdr *msg);
int sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags);
void sock_release(struct socket *sock);
struct socket *sockfd_lookup_light(struct task *t, int fd, int *err);
int move_addr_to_kernel(struct task *t, uptr uaddr, int ulen, u8 *kaddr);
int move_addr_to_user(struct task *t, const u8 *kaddr, int klen, uptr uaddr, uptr ulen);
/* LINUX: security_socket_*(): where a security module would be asked; always 0 here. */
int security_socket(struct socket *sock, const char *hook);

/* file.c */
int get_unused_fd_flags(struct task *t, u32 flags);
void fd_install(struct task *t, int fd, struct file *file);
void put_unused_fd(struct task *t, int fd);
struct file *fget(struct task *t, int fd);
struct file *alloc_file(struct host *h, int *err);
void fput(struct file *f);
int close_fd(struct task *t, int fd);

/* The entry: what a program's instruction does. Called by task.c in the unit of the task's CPU. */
s64 do_syscall(struct task *t);

#endif
