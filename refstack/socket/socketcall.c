// SPDX-License-Identifier: MIT
/* socketcall.c - i386's socketcall(): all calls of sockets by one, with 32-bit arguments in memory.
 *
 * Path: none. Rules: LINUX: net/compat.c, with its order of checks; the structures of such a call
 * are 32-bit ones, which in_compat_syscall() says to whoever reads or writes one. Missing: those of
 * SO_ATTACH_FILTER and of the MCAST_ options, which are taken for x86-64's.
 */
#include "socket/socket.h"

#include "core/cmsg.h"
#include "uapi/errno.h"
#include "uapi/socket.h"

enum { SOCKETCALL_ARGS = 6, NO_ARG = 7 };

/* LINUX: AL(): how many words a call has in memory. from[]: where each argument of the call of that
 * name comes from; NO_ARG: 0.
 */
static const struct socketcall {
	s64 (*call)(struct task *t);
	u8 words;
	u8 from[SYS_ARGS];
} socketcalls[] = {
#define ALL                                                                                        \
	{                                                                                          \
		0, 1, 2, 3, 4, 5                                                                   \
	}
	[SYS_SOCKET] = { sys_socket, 3, ALL },
	[SYS_BIND] = { sys_bind, 3, ALL },
	[SYS_CONNECT] = { sys_connect, 3, ALL },
	[SYS_LISTEN] = { sys_listen, 2, ALL },
	[SYS_ACCEPT] = { sys_accept, 3, ALL },
	[SYS_GETSOCKNAME] = { sys_getsockname, 3, ALL },
	[SYS_GETPEERNAME] = { sys_getpeername, 3, ALL },
	[SYS_SOCKETPAIR] = { sys_socketpair, 4, ALL },
	[SYS_SEND] = { sys_sendto, 4, { 0, 1, 2, 3, NO_ARG, NO_ARG } },
	[SYS_RECV] = { sys_recvfrom, 4, { 0, 1, 2, 3, NO_ARG, NO_ARG } },
	[SYS_SENDTO] = { sys_sendto, 6, ALL },
	[SYS_RECVFROM] = { sys_recvfrom, 6, ALL },
	[SYS_SHUTDOWN] = { sys_shutdown, 2, ALL },
	[SYS_SETSOCKOPT] = { sys_setsockopt, 5, ALL },
	[SYS_GETSOCKOPT] = { sys_getsockopt, 5, ALL },
	[SYS_SENDMSG] = { sys_sendmsg, 3, ALL },
	[SYS_RECVMSG] = { sys_recvmsg, 3, ALL },
	[SYS_ACCEPT4] = { sys_accept4, 4, ALL },
	[SYS_RECVMMSG] = { sys_recvmmsg, 5, ALL },
	[SYS_SENDMMSG] = { sys_sendmmsg, 4, ALL },
#undef ALL
};

static void set_arguments(struct task *t, const struct socketcall *c, const u8 *words)
{
	for (u32 i = 0; i < SYS_ARGS; i++) {
		u32 from = c->from[i];

		t->arg[i] = from < c->words ? get_le32(words + 4 * (size_t)from) : 0;
	}
}

/* The words are read again when the call goes on: DIVERGES(reread-arguments). */
s64 sys_socketcall(struct task *t)
{
	u8 words[4 * SOCKETCALL_ARGS] = { 0 };
	u32 nr = (u32)t->arg[0];
	u64 own[SYS_ARGS];
	const struct socketcall *c;
	s64 ret;

	static_assert((int)NR_SOCKETCALL == (int)SYS_NR_socketcall, "one number for both");
	static_assert(ARRAY_SIZE(socketcalls) == SYS_SENDMMSG + 1, "all of them");
	if (nr < SYS_SOCKET || nr > SYS_SENDMMSG)
		return -EINVAL;
	c = &socketcalls[nr];
	if (copy_from_user(t, words, t->arg[1], 4 * (u64)c->words) != 0)
		return -EFAULT;
	memcpy(own, t->arg, sizeof(own));
	set_arguments(t, c, words);
	ret = c->call(t);
	memcpy(t->arg, own, sizeof(own));
	return ret;
}
