// SPDX-License-Identifier: MIT
/* file.h - what is open: struct file with the inode and the socket it stands for. */
#ifndef REFSTACK_CORE_FILE_H
#define REFSTACK_CORE_FILE_H

#include "core/sock.h"

struct inode {
	u32 i_mode; /* S_IFSOCK | 0777 */
	u32 i_uid, i_gid;
	u64 i_ino;
	u64 i_write_hint; /* F_SET_RW_HINT */
};

struct pipe_inode_info;

/* FILE_NULL: /dev/null, which 0, 1 and 2 are. FILE_NSFS: what SIOCGSKNS opens. */
enum file_kind { FILE_SOCKET, FILE_EPOLL, FILE_PIPE, FILE_REGULAR, FILE_NULL, FILE_NSFS };

/* LINUX: struct eventpoll, struct epitem: what an epoll watches, in the order in which it was told;
 * those that may be ready, in the order in which they became so.
 */
struct eventpoll {
	struct wait_queue_head wq, poll_wait;
	struct list_head rdllist, items;
	u64 gen; /* of the last check that has come by: LINUX: loop_check_gen */
	u32 loop_check_depth;
};

/* Slots of host->epitem_pool. */
struct epitem {
	struct list_head node, rdllink;
	struct list_head fllink; /* of the watched file */
	struct wait_queue_entry wait;
	struct file *ep, *file;
	int fd;
	u32 events;
	u64 data;
};

/* LINUX: struct file; what is open. Slots of host->file_pool. */
struct file {
	struct host *host;
	struct inode inode;
	enum file_kind kind;
	u32 f_flags; /* O_RDWR | O_NONBLOCK … */
	u32 f_mode;
	u32 f_count;
	struct list_head f_ep; /* epitems that watch it */
	struct fown_struct f_owner;
	bool f_cap_net_raw; /* LINUX: f_cred: what who made the socket was allowed */
	s32 fa_fd;	    /* LINUX: fasync_struct: by which descriptor FASYNC was asked for */
	union {
		struct socket socket; /* LINUX: struct socket_alloc: of FILE_SOCKET */
		struct eventpoll ep;  /* of FILE_EPOLL */
		struct pipe_inode_info *pipe;
		struct {
			u64 f_pos, f_size; /* of FILE_REGULAR: all of it is zeroes */
			struct page *page; /* each of its pages */
		};
	};
};

/* NULL: it is none. */
static inline struct socket *sock_from_file(struct file *file)
{
	return file->kind == FILE_SOCKET ? &file->socket : NULL;
}

#endif
