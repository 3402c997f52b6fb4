// SPDX-License-Identifier: MIT
/* open.c - open() of the files that the host has been given from outside: so many zeroes by path.
 *
 * Path: none; sendfile() reads them. Rules: LINUX: fs/open.c. Missing: writing, and all other
 * files.
 */
#include "core/net.h"
#include "core/skbuff.h"
#include "socket/socket.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/stat.h"

static bool same_path(const char *a, const char *b)
{
	u32 i = 0;

	while (a[i] != '\0' && a[i] == b[i])
		i++;
	return a[i] == b[i];
}

static struct made_file *find_made(struct host *h, const char *path)
{
	if (path[0] == '\0')
		return NULL;
	for (u32 i = 0; i < h->nr_made; i++)
		if (same_path(h->made[i].path, path))
			return &h->made[i];
	return NULL;
}

int host_make_file(struct host *h, const char *path, u64 bytes)
{
	struct made_file *m = find_made(h, path);
	u32 len = 0;

	while (path[len] != '\0')
		len++;
	if (len >= sizeof(m->path))
		return -ENAMETOOLONG;
	if (m == NULL) {
		if (h->nr_made == MADE_FILES)
			return -ENOSPC;
		m = &h->made[h->nr_made++];
		memcpy(m->path, path, len + 1);
	}
	m->bytes = bytes;
	return 0;
}

int host_remove_file(struct host *h, const char *path)
{
	struct made_file *m = find_made(h, path);

	if (m == NULL)
		return -ENOENT;
	m->path[0] = '\0';
	return 0;
}

void host_forget_files(struct host *h)
{
	for (u32 i = 0; i < h->nr_made; i++)
		if (h->made[i].page != NULL)
			put_page(h->made[i].page);
	h->nr_made = 0;
}

/* What the page cache has of it: zeroes, one page for all. */
static struct page *made_page(struct host *h, struct made_file *m)
{
	if (m->page == NULL) {
		m->page = page_alloc(&h->net, PAGE_SIZE);
		if (m->page != NULL)
			memset(m->page->mem, 0, PAGE_SIZE);
	}
	return m->page;
}

/* LINUX: getname(): up to its end, all of which has to be there. */
static int getname(struct task *t, uptr from, char *to, u32 size)
{
	for (u32 i = 0; i < size; i++) {
		if (copy_from_user(t, to + i, from + i, 1) != 0)
			return -EFAULT;
		if (to[i] == '\0')
			return i == 0 ? -ENOENT : 0;
	}
	return -ENAMETOOLONG;
}

s64 sys_open(struct task *t)
{
	u32 flags = (u32)t->arg[1];
	struct made_file *m;
	struct file *f;
	char path[256];
	int fd, err;

	PROBE(&t->host->net, sys_open);
	err = getname(t, t->arg[0], path, sizeof(path));
	if (err != 0)
		return err;
	fd = get_unused_fd_flags(t, flags);
	if (fd < 0)
		return fd;
	m = find_made(t->host, path);
	if (m == NULL || (flags & (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND)) != O_RDONLY)
		not_implemented("open() of files that dd has not made, or to write");
	f = file_alloc(t, FILE_REGULAR, flags & (O_ACCMODE | O_NONBLOCK), &err);
	if (f == NULL) {
		put_unused_fd(t, fd);
		return err;
	}
	f->inode.i_mode = S_IFREG | S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;
	f->f_size = m->bytes;
	f->page = made_page(t->host, m);
	fd_install(t, fd, f);
	return fd;
}

s64 regular_read(struct file *f, struct iov_iter *to)
{
	static const u8 zeroes[256];
	s64 done = 0;

	while (iov_iter_count(to) != 0 && f->f_pos < f->f_size) {
		u64 n = min_u64(min_u64(iov_iter_count(to), sizeof(zeroes)), f->f_size - f->f_pos);
		u64 moved = copy_to_iter(zeroes, n, to);

		f->f_pos += moved;
		done += (s64)moved;
		if (moved < n)
			return done != 0 ? done : -EFAULT;
	}
	return done;
}
