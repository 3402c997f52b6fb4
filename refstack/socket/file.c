// SPDX-License-Identifier: MIT
/* file.c - descriptors and open files: the table of a process, and what close and dup do.
 *
 * The three that a process starts with are one file, /dev/null. Socket, inode and file of one
 * socket are one slot of the host's pool.
 * Rules: LINUX: fs/file.c, fs/file_table.c. fcntl, fstat: fcntl.c.
 */
#include "socket/socket.h"

#include "core/net.h"
#include "core/pipe.h"
#include "uapi/capability.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/stat.h"

/* process->fd_flags. */
enum { FD_RESERVED = 2 };

enum { CAP_SYS_ADMIN = 21 };

/* -------- the table -------- */

static bool fd_in_use(const struct process *p, u32 fd)
{
	return fd < p->fd_high && (p->fd[fd] != NULL || (p->fd_flags[fd] & FD_RESERVED) != 0);
}

/* Descriptors below `end` are cleared before they are looked at for the first time. */
static void fd_reach(struct process *p, u32 end)
{
	for (; p->fd_high < end; p->fd_high++) {
		p->fd[p->fd_high] = NULL;
		p->fd_flags[p->fd_high] = 0;
	}
}

void fd_open_standard(struct process *p)
{
	struct file *f = pool_zalloc(&p->host->std_file_pool);

	assert(p->nr_fds >= 3);
	assert(f != NULL);
	f->host = p->host;
	f->kind = FILE_NULL;
	f->inode.i_mode = S_IFCHR | S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
	f->f_flags = O_RDWR | O_LARGEFILE;
	f->f_count = 3;
	INIT_LIST_HEAD(&f->f_ep);
	p->fd_high = 0;
	p->fd_next = 3;
	fd_reach(p, 3);
	for (u32 fd = 0; fd < 3; fd++)
		p->fd[fd] = f;
}

bool fd_is_open(const struct process *p, int fd)
{
	u32 n = (u32)fd;

	return fd_in_use(p, n) && (p->fd_flags[n] & FD_RESERVED) == 0;
}

struct file *fd_file(const struct process *p, int fd)
{
	return (u32)fd < p->fd_high ? p->fd[fd] : NULL;
}

void set_close_on_exec(struct process *p, int fd, bool on)
{
	u8 *flags = &p->fd_flags[fd];

	*flags = (u8)(on ? *flags | FD_CLOEXEC : *flags & ~FD_CLOEXEC);
}

/* LINUX: __put_unused_fd(). */
static void fd_free(struct process *p, u32 fd)
{
	p->fd_flags[fd] = 0;
	p->fd_next = min_u32(p->fd_next, fd);
}

/* LINUX: alloc_fd(): the lowest free descriptor from `from` on. */
static int alloc_fd(struct process *p, u32 from, u32 flags)
{
	u32 fd = max_u32(from, p->fd_next);

	while (fd < p->nr_fds && fd_in_use(p, fd))
		fd++;
	if (from <= p->fd_next)
		p->fd_next = min_u32(fd, p->nr_fds);
	if (fd >= p->nr_fds)
		return -EMFILE;
	fd_reach(p, fd + 1);
	p->fd_flags[fd] = FD_RESERVED;
	set_close_on_exec(p, (int)fd, (flags & O_CLOEXEC) != 0);
	return (int)fd;
}

int get_unused_fd_flags(struct task *t, u32 flags)
{
	return alloc_fd(t->process, 0, flags);
}

void put_unused_fd(struct task *t, int fd)
{
	assert((t->process->fd_flags[fd] & FD_RESERVED) != 0);
	fd_free(t->process, (u32)fd);
}

void fd_install(struct task *t, int fd, struct file *file)
{
	struct process *p = t->process;

	assert((p->fd_flags[fd] & FD_RESERVED) != 0);
	assert(p->fd[fd] == NULL);
	p->fd_flags[fd] &= (u8)~FD_RESERVED;
	p->fd[fd] = file;
}

/* Only a single descriptor is looked up by calls that park, so it is the one that is held. */
struct file *fdget(struct task *t, int fd)
{
	struct file *f;

	if (t->resumed && t->nr_held == 1)
		return t->held[0];
	f = fd_file(t->process, fd);
	if (f == NULL)
		return NULL;
	assert(t->nr_held < TASK_WAITS);
	f->f_count++;
	t->held[t->nr_held] = f;
	t->nr_held++;
	return f;
}

/* LINUX: free_poll_entry(). The last of a file may have to wait until it is closed. */
static int release_polled(struct task *t)
{
	while (t->poll_more != NULL) {
		struct poll_table_entry *e = t->poll_more;

		assert(list_empty(&e->wait.node));
		if (fput(e->file) == -EPARKED)
			return -EPARKED;
		t->poll_more = e->next;
		pool_free(&t->host->poll_entry_pool, e);
	}
	t->poll_failed = false;
	return 0;
}

int fd_release_held(struct task *t)
{
	if (unlikely(t->poll_more != NULL) && release_polled(t) == -EPARKED)
		return -EPARKED;
	while (t->nr_held != 0) {
		struct file *f = t->held[t->nr_held - 1];

		if (f->f_count > 1)
			f->f_count--;
		else if (fput(f) == -EPARKED)
			return -EPARKED;
		t->nr_held--;
	}
	return 0;
}

void fput_later(struct task *t, struct file *f)
{
	assert(t->nr_held < TASK_WAITS);
	t->held[t->nr_held] = f;
	t->nr_held++;
}

int close_fd(struct task *t, int fd)
{
	struct process *p = t->process;
	struct file *f = fd_file(p, fd);

	if (!fd_is_open(p, fd))
		return -EBADF;
	p->fd[fd] = NULL;
	fd_free(p, (u32)fd);
	if (f != NULL)
		fput_later(t, f);
	return 0;
}

/* What accept() was to give back when it was abandoned. */
static void forget_new_file(struct task *t)
{
	if (t->new_file != NULL)
		(void)fput(t->new_file);
	t->new_file = NULL;
	if (t->task_frag.page != NULL)
		put_page(t->task_frag.page);
	t->task_frag.page = NULL;
}

/* The end of a process: its calls are abandoned already. */
void fd_close_all(struct process *p)
{
	struct host *h = p->host;

	for (u32 i = 0; i < h->nr_tasks; i++) {
		if (h->task[i].process != p)
			continue;
		forget_new_file(&h->task[i]);
		(void)fd_release_held(&h->task[i]);
	}
	for (u32 fd = 0; fd < p->fd_high; fd++) {
		struct file *f = p->fd[fd];

		p->fd[fd] = NULL;
		fd_free(p, fd);
		if (f != NULL)
			(void)fput(f);
	}
}

/* LINUX: dup_fd(): a child begins with its parent's descriptors, and shares the files. */
void fd_copy(struct process *to, const struct process *from)
{
	assert(to != from);
	assert(to->nr_fds >= from->fd_high);
	fd_close_all(to);
	fd_reach(to, from->fd_high);
	for (u32 fd = 0; fd < from->fd_high; fd++) {
		if ((from->fd_flags[fd] & FD_RESERVED) != 0)
			continue;
		to->fd[fd] = from->fd[fd];
		to->fd_flags[fd] = from->fd_flags[fd];
		if (to->fd[fd] != NULL)
			to->fd[fd]->f_count++;
	}
}

/* -------- open files -------- */

static void file_init(struct task *t, struct file *f, u32 mode)
{
	struct host *h = t->host;

	f->host = h;
	h->next_ino++;
	f->inode.i_ino = h->next_ino;
	f->inode.i_mode = mode;
	f->inode.i_uid = t->process->uid;
	f->inode.i_gid = t->process->gid;
	INIT_LIST_HEAD(&f->f_ep);
}

/* nr: how many there are, without the new one. */
static bool too_many_files(const struct task *t, u32 nr)
{
	return nr >= t->host->net.sysctl.file_max && !ns_capable(t, CAP_SYS_ADMIN);
}

struct file *file_alloc(struct task *t, enum file_kind kind, u32 flags, int *err)
{
	struct file *f = NULL;

	if (!too_many_files(t, t->host->file_pool.used))
		f = pool_zalloc(&t->host->file_pool);
	if (f == NULL) {
		*err = -ENFILE;
		return NULL;
	}
	file_init(t, f, S_IRUSR | S_IWUSR);
	f->kind = kind;
	if (kind == FILE_EPOLL) { /* LINUX: all that have no inode share one, which is root's */
		f->inode.i_uid = 0;
		f->inode.i_gid = 0;
	}
	f->f_flags = flags;
	f->f_count = 1;
	return f;
}

struct socket *sock_alloc(struct task *t)
{
	struct host *h = t->host;
	struct file *f = pool_zalloc(&h->file_pool);

	if (f == NULL)
		return NULL;
	file_init(t, f, S_IFSOCK | S_IRWXU | S_IRWXG | S_IRWXO);
	f->socket.inode = &f->inode;
	f->socket.state = SS_UNCONNECTED;
	init_waitqueue_head(&f->socket.wq);
	return &f->socket;
}

/* A socket that has no file yet, or no longer. */
void sock_free(struct socket *sock)
{
	struct file *f = container_of(sock, struct file, socket);

	assert(sock->file == NULL);
	assert(list_empty(&sock->wq.head));
	pool_free(&f->host->file_pool, f);
}

struct file *sock_alloc_file(struct task *t, struct socket *sock, u32 flags, int *err)
{
	struct file *f = container_of(sock, struct file, socket);
	u32 nr_files = t->host->file_pool.used - 1; /* this one is not a file yet */

	if (too_many_files(t, nr_files)) {
		*err = -ENFILE;
		(void)sock_release(sock);
		return NULL;
	}
	f->f_flags = O_RDWR | (flags & O_NONBLOCK);
	f->f_count = 1;
	f->f_cap_net_raw = ns_capable(t, CAP_NET_RAW);
	sock->file = f;
	return f;
}

int fput(struct file *f)
{
	assert(f->f_count != 0);
	if (f->f_count > 1) {
		f->f_count--;
		return 0;
	}
	eventpoll_release(f);
	if (f->kind == FILE_SOCKET && sock_release(&f->socket) == -EPARKED)
		return -EPARKED;
	f->f_count = 0;
	if (f->kind == FILE_EPOLL)
		ep_file_release(f);
	else if (f->kind == FILE_PIPE)
		pipe_file_release(f);
	if (f->kind == FILE_SOCKET)
		sock_free(&f->socket);
	else
		pool_free(f->kind == FILE_NULL ? &f->host->std_file_pool : &f->host->file_pool, f);
	return 0;
}

/* -------- calls -------- */

s64 sys_close(struct task *t)
{
	PROBE(&t->host->net, sys_close);
	return close_fd(t, (int)t->arg[0]);
}

/* A second descriptor for what fd names, at `from` or above. */
int f_dupfd(struct task *t, int fd, u32 from, u32 flags)
{
	struct process *p = t->process;
	struct file *f = fd_file(p, fd);
	int newfd = alloc_fd(p, from, flags);

	if (newfd < 0)
		return newfd;
	f->f_count++;
	fd_install(t, newfd, f);
	return newfd;
}

s64 sys_dup(struct task *t)
{
	int fd = (int)t->arg[0];

	PROBE(&t->host->net, sys_dup);
	return fd_is_open(t->process, fd) ? f_dupfd(t, fd, 0, 0) : -EBADF;
}

/* LINUX: do_dup2(): newfd is closed on the way, whatever that says. */
static s64 do_dup2(struct task *t, int oldfd, int newfd, u32 flags)
{
	struct process *p = t->process;
	struct file *f = fd_file(p, oldfd);

	fd_reach(p, (u32)newfd + 1);
	f->f_count++;
	if (fd_is_open(p, newfd))
		(void)close_fd(t, newfd);
	p->fd_flags[newfd] = FD_RESERVED;
	set_close_on_exec(p, newfd, (flags & O_CLOEXEC) != 0);
	fd_install(t, newfd, f);
	return newfd;
}

static s64 ksys_dup3(struct task *t, int oldfd, int newfd, u32 flags)
{
	if ((flags & ~(u32)O_CLOEXEC) != 0 || oldfd == newfd)
		return -EINVAL;
	if ((u32)newfd >= t->process->nr_fds)
		return -EBADF;
	return fd_is_open(t->process, oldfd) ? do_dup2(t, oldfd, newfd, flags) : -EBADF;
}

s64 sys_dup3(struct task *t)
{
	PROBE(&t->host->net, sys_dup);
	return ksys_dup3(t, (int)t->arg[0], (int)t->arg[1], (u32)t->arg[2]);
}

s64 sys_dup2(struct task *t)
{
	int oldfd = (int)t->arg[0], newfd = (int)t->arg[1];

	PROBE(&t->host->net, sys_dup);
	if (oldfd == newfd)
		return fd_is_open(t->process, oldfd) ? oldfd : -EBADF;
	return ksys_dup3(t, oldfd, newfd, 0);
}
