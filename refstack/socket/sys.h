// SPDX-License-Identifier: MIT
/* sys.h - numbers of the system calls: x86-64's. */
#ifndef REFSTACK_SOCKET_SYS_H
#define REFSTACK_SOCKET_SYS_H

enum sys_nr {
#define X(name, nr, args) SYS_NR_##name = (nr),
#include "syscall.def"
#undef X
	SYS_NR_MAX = 500
};

#endif
