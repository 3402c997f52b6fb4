// SPDX-License-Identifier: MIT
/* iov.c - moving bytes between packets and the memory that a program's vector names.
 *
 * Path: ip_generic_getfrag() copies in, skb_copy_datagram_msg() out.
 * Rules: LINUX: lib/iov_iter.c. A fault in the middle ends the copy: what came before it is moved.
 */
#include "core/iov.h"

#include "base/csum.h"
#include "core/net.h"
#include "core/skbuff.h"

u64 iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

/* A segment of either kind. */
static u64 seg_len(const struct iov_iter *i)
{
	return i->bvec != NULL ? i->bvec->bv_len : i->iov->iov_len;
}

static void seg_step(struct iov_iter *i, bool back)
{
	if (i->bvec != NULL)
		i->bvec = back ? i->bvec - 1 : i->bvec + 1;
	else
		i->iov = back ? i->iov - 1 : i->iov + 1;
	i->nr_segs = back ? i->nr_segs + 1 : i->nr_segs - 1;
}

/* What the iterator stands at, in one piece: at most len bytes. Steps over empty segments. */
static u64 iter_piece(struct iov_iter *i, u64 len, uptr *addr)
{
	u64 left;

	len = min_u64(len, i->count);
	if (len == 0)
		return 0;
	while (i->iov_offset == seg_len(i)) {
		assert(i->nr_segs > 1);
		seg_step(i, false);
		i->iov_offset = 0;
	}
	left = seg_len(i) - i->iov_offset;
	*addr = i->bvec != NULL ? i->iov_offset : i->iov->iov_base + i->iov_offset;
	return min_u64(len, left);
}

static void iter_advance(struct iov_iter *i, u64 n)
{
	assert(n <= i->count);
	i->iov_offset += n;
	i->count -= n;
}

static u8 *bvec_address(const struct bio_vec *bv)
{
	return bv->bv_page->mem + bv->bv_offset;
}

u64 copy_from_iter(void *to, u64 len, struct iov_iter *i)
{
	u64 done = 0, n, left = 0;
	uptr addr;

	while (left == 0 && (n = iter_piece(i, len - done, &addr)) != 0) {
		if (i->bvec != NULL)
			memcpy((u8 *)to + done, bvec_address(i->bvec) + addr, (size_t)n);
		else
			left = copy_from_user(i->task, (u8 *)to + done, addr, n);
		iter_advance(i, n - left);
		done += n - left;
	}
	cpu_charge_bytes(this_cpu(&i->task->host->net), (u32)done);
	return done;
}

u64 copy_to_iter(const void *from, u64 len, struct iov_iter *i)
{
	u64 done = 0, n, left = 0;
	uptr addr;

	while (left == 0 && (n = iter_piece(i, len - done, &addr)) != 0) {
		if (unlikely(i->bvec != NULL))
			memcpy(bvec_address(i->bvec) + addr, (const u8 *)from + done, (size_t)n);
		else
			left = copy_to_user(i->task, addr, (const u8 *)from + done, n);
		iter_advance(i, n - left);
		done += n - left;
	}
	cpu_charge_bytes(this_cpu(&i->task->host->net), (u32)done);
	return done;
}

/* All or nothing: after a fault the iterator stands where it stood. */
bool csum_and_copy_from_iter_full(void *to, u64 len, u32 *csum, struct iov_iter *i)
{
	u64 done = copy_from_iter(to, len, i);

	if (done != len) {
		iov_iter_revert(i, done);
		return false;
	}
	*csum = csum_add(*csum, csum_partial(to, (u32)len, 0));
	return true;
}

/* Steps over bytes that were moved when the call was entered before. */
void iov_iter_advance(struct iov_iter *i, u64 n)
{
	n = min_u64(n, i->count); /* the program may have shortened its vector */
	while (n != 0) {
		uptr addr;
		u64 piece = iter_piece(i, n, &addr);

		iter_advance(i, piece);
		n -= piece;
	}
}

void iov_iter_revert(struct iov_iter *i, u64 unroll)
{
	i->count += unroll;
	while (unroll > i->iov_offset) {
		unroll -= i->iov_offset;
		seg_step(i, true);
		i->iov_offset = seg_len(i);
	}
	i->iov_offset -= unroll;
}
