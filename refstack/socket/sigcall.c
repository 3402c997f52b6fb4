// SPDX-License-Identifier: MIT
/* sigcall.c - the calls about signals: who catches which, what is kept away, what waits.
 *
 * Path: none. Rules: LINUX: kernel/signal.c.
 */
#include "socket/socket.h"

#include "uapi/errno.h"

s64 sys_rt_sigaction(struct task *t)
{
	(void)t;
	return -ENOSYS;
}

s64 sys_rt_sigprocmask(struct task *t)
{
	(void)t;
	return -ENOSYS;
}

s64 sys_rt_sigpending(struct task *t)
{
	(void)t;
	return -ENOSYS;
}

s64 sys_rt_sigtimedwait(struct task *t)
{
	(void)t;
	return -ENOSYS;
}
s64 sys_epoll_pwait(struct task *t)
{
	(void)t;
	return -ENOSYS;
}
s64 sys_epoll_pwait2(struct task *t)
{
	(void)t;
	return -ENOSYS;
}
s64 sys_socketcall(struct task *t)
{
	(void)t;
	return -ENOSYS;
}
