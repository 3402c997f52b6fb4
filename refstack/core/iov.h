// SPDX-License-Identifier: MIT
/* iov.h - messages, and the user memory that they name: struct msghdr, struct iov_iter. */
#ifndef REFSTACK_CORE_IOV_H
#define REFSTACK_CORE_IOV_H

#include "core/task.h"

enum { SOCKADDR_STORAGE_BYTES = 128, SOCKADDR_IN_BYTES = 16 };

struct iovec {
	uptr iov_base;
	u64 iov_len;
};

/* LINUX: struct bio_vec: part of a page. */
struct page;
struct bio_vec {
	struct page *bv_page;
	u32 bv_len, bv_offset;
};

/* LINUX: struct iov_iter over user memory, or over pages when there is a bvec (ITER_BVEC). The
 * vector lies in the caller's frame.
 */
struct iov_iter {
	struct task *task;
	const struct iovec *iov;
	const struct bio_vec *bvec;
	u32 nr_segs;
	u64 iov_offset; /* into iov[0] */
	u64 count;	/* bytes left */
};

struct msghdr {
	u8 *msg_name; /* kernel copy, SOCKADDR_STORAGE_BYTES; NULL = none */
	int msg_namelen;
	struct iov_iter msg_iter;
	uptr msg_control; /* user memory: see ip_sockglue.c */
	u64 msg_controllen;
	u32 msg_flags;
	bool msg_get_inq;
};

/* LINUX: access_ok(): may the range be user memory at all; x86-64's limit. */
#define TASK_SIZE_MAX 0x7ffffffff000ull
static inline bool access_ok(uptr addr, u64 n)
{
	return n <= TASK_SIZE_MAX && addr <= TASK_SIZE_MAX - n;
}

/* iov.c: both return the bytes moved; fewer than len means a fault. */
u64 copy_from_iter(void *to, u64 len, struct iov_iter *i);
u64 copy_to_iter(const void *from, u64 len, struct iov_iter *i);
/* Copies and sums at once. */
bool csum_and_copy_from_iter_full(void *to, u64 len, u32 *csum, struct iov_iter *i);
void iov_iter_revert(struct iov_iter *i, u64 unroll);
void iov_iter_advance(struct iov_iter *i, u64 n);
u64 iov_iter_count(const struct iov_iter *i);

#endif
