// SPDX-License-Identifier: MIT
/* file.h - what is open: struct file with the inode and the socket it stands for. */
#ifndef REFSTACK_CORE_FILE_H
#define REFSTACK_CORE_FILE_H

#include "core/sock.h"

struct inode {
	u32 i_mode; /* S_IFSOCK | 0777 */
	u32 i_uid, i_gid;
	u64 i_ino;
};

/* LINUX: struct file; what is open. Slots of host->file_pool. */
struct file {
	struct host *host;
	struct inode inode;
	u32 f_flags; /* O_RDWR | O_NONBLOCK … */
	u32 f_mode;
	u32 f_count;
	struct socket socket; /* LINUX: struct socket_alloc: socket and inode are one allocation */
};

/* Every file is a socket's. */
static inline struct socket *sock_from_file(struct file *file)
{
	return &file->socket;
}

#endif
