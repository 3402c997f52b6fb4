// SPDX-License-Identifier: MIT
/* socketcall.c - i386's socketcall(): all calls of sockets by one, with 32-bit arguments in memory.
 */
#include "socket/socket.h"

#include "uapi/errno.h"

s64 sys_socketcall(struct task *t)
{
	(void)t;
	return -ENOSYS;
}
