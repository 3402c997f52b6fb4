// SPDX-License-Identifier: MIT
/* ubuf.c - MSG_ZEROCOPY: a program's pages as fragments, and the notes about their end.
 *
 * Path: beside udp_sendmsg() and tcp_sendmsg(); the end of a packet. Rules: LINUX:
 * net/core/skbuff.c, zerocopy_fill_skb_from_iter() in net/core/datagram.c.
 * Missing: RLIMIT_MEMLOCK, which bounds the pages of who has no CAP_IPC_LOCK.
 */
#include "core/ubuf.h"

#include "core/cmsg.h"
#include "core/net.h"
#include "uapi/errno.h"
#include "uapi/errqueue.h"
#include "uapi/socket.h"

enum { ZEROCOPY_BYTE_LIMIT = 1 << 19, ZEROCOPY_CALLS_MAX = U16_MAX - 1 };

/* -------- notes -------- */

/* LINUX: msg_zerocopy_alloc(). */
static struct sk_buff *msg_zerocopy_alloc(struct sock *sk, u32 size)
{
	struct sk_buff *uarg = sock_omalloc(sk, 0);

	if (uarg == NULL)
		return NULL;
	*ubuf_info(uarg) = (struct ubuf_info){
		.refcnt = 1,
		.id = sk->sk_zckey++,
		.bytelen = size,
		.len = 1,
		.flags = SKBFL_ZEROCOPY_FRAG | SKBFL_DONT_ORPHAN,
		.zerocopy = true,
	};
	sock_hold(sk);
	return uarg;
}

struct sk_buff *msg_zerocopy_realloc(struct sock *sk, u32 size, struct sk_buff *uarg)
{
	struct ubuf_info *u;
	u32 bytelen;

	if (uarg == NULL)
		return msg_zerocopy_alloc(sk, size);
	u = ubuf_info(uarg);
	bytelen = u->bytelen + size;
	if (u->len == ZEROCOPY_CALLS_MAX || bytelen > ZEROCOPY_BYTE_LIMIT)
		return sk->sk_type == SOCK_STREAM ? msg_zerocopy_alloc(sk, size) : NULL;
	if (u->id + u->len != sk->sk_zckey)
		return msg_zerocopy_alloc(sk, size);
	u->len++;
	u->bytelen = bytelen;
	sk->sk_zckey++;
	/* What is appended to a datagram belongs to its first packet. */
	if (sk->sk_type == SOCK_STREAM)
		u->refcnt++;
	return uarg;
}

/* LINUX: skb_zerocopy_notify_extend(): the youngest note in the queue speaks of these, too. */
static bool notify_extend(struct sk_buff *tail, u32 lo, u16 len)
{
	struct sock_extended_err *ee = &SKB_EXT_ERR(tail)->ee;
	u64 sum = (u64)(ee->ee_data - ee->ee_info) + 1 + len;

	if (sum > U32_MAX || lo != ee->ee_data + 1)
		return false;
	ee->ee_data += len;
	return true;
}

static void notify(struct sock *sk, struct sk_buff *uarg)
{
	const struct ubuf_info u = *ubuf_info(uarg);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_error_queue);

	*SKB_EXT_ERR(uarg) = (struct sock_exterr_skb){
		.ee = { .ee_origin = SO_EE_ORIGIN_ZEROCOPY,
			.ee_code = u.zerocopy ? 0 : SO_EE_CODE_ZEROCOPY_COPIED,
			.ee_info = u.id,
			.ee_data = u.id + u.len - 1 },
	};
	if (tail != NULL && SKB_EXT_ERR(tail)->ee.ee_origin == SO_EE_ORIGIN_ZEROCOPY &&
	    notify_extend(tail, u.id, u.len)) {
		sk_error_report(sk);
		consume_skb(uarg);
		return;
	}
	skb_queue_tail(&sk->sk_error_queue, uarg);
	sk_error_report(sk);
}

/* LINUX: __msg_zerocopy_callback(). No number is left of the only call when that failed. */
static void zerocopy_done(struct sk_buff *uarg)
{
	struct sock *sk = uarg->sk;

	if (ubuf_info(uarg)->len == 0 || sock_flag(sk, SOCK_DEAD))
		consume_skb(uarg);
	else
		notify(sk, uarg);
	sock_put(sk);
}

static void zerocopy_complete(struct sk_buff *uarg, bool success)
{
	struct ubuf_info *u = ubuf_info(uarg);

	u->zerocopy = u->zerocopy && success;
	assert(u->refcnt != 0);
	if (--u->refcnt == 0)
		zerocopy_done(uarg);
}

void net_zcopy_put(struct sk_buff *uarg)
{
	if (uarg != NULL)
		zerocopy_complete(uarg, true);
}

void net_zcopy_put_abort(struct sk_buff *uarg, bool have_uref)
{
	if (uarg == NULL)
		return;
	uarg->sk->sk_zckey--;
	ubuf_info(uarg)->len--;
	if (have_uref)
		zerocopy_complete(uarg, true);
}

/* -------- packets that have one -------- */

void skb_zcopy_set(struct sk_buff *skb, struct sk_buff *uarg, bool *have_ref)
{
	if (skb == NULL || uarg == NULL || skb_zcopy(skb) != NULL)
		return;
	if (have_ref != NULL && *have_ref)
		*have_ref = false;
	else
		ubuf_info(uarg)->refcnt++;
	skb->hd->uarg = uarg;
	skb->hd->flags |= ubuf_info(uarg)->flags;
}

void skb_zcopy_clear(struct sk_buff *skb, bool success)
{
	struct sk_buff *uarg = skb_zcopy(skb);

	if (uarg == NULL)
		return;
	skb->hd->uarg = NULL;
	skb->hd->flags &= (u8)~SKBFL_ALL_ZEROCOPY;
	zerocopy_complete(uarg, success);
}

void skb_zerocopy_clone(struct sk_buff *nskb, struct sk_buff *orig)
{
	if (skb_zcopy(orig) == NULL)
		return;
	assert(skb_zcopy(nskb) == NULL || skb_zcopy(nskb) == skb_zcopy(orig));
	skb_zcopy_set(nskb, skb_zcopy(orig), NULL);
}

/* -------- the program's pages -------- */

/* A page that is the program's: it has no bytes of its own. */
static struct page *user_page(struct task *t, uptr at)
{
	u8 *mem = umem_at(t->process, at, PAGE_SIZE);
	struct page *page = mem != NULL ? page_alloc(&t->host->net, PAGE_SIZE) : NULL;

	if (page != NULL)
		page->mem = mem;
	return page;
}

/* The first piece of the vector that has bytes: LINUX: first_iovec_segment(). */
static uptr first_segment(const struct iov_iter *from, u64 *len)
{
	u64 skip = from->iov_offset;

	for (u32 i = 0; i < from->nr_segs; i++) {
		u64 left = from->iov[i].iov_len - skip;

		if (left != 0) {
			*len = min_u64(*len, left);
			return from->iov[i].iov_base + skip;
		}
		skip = 0;
	}
	*len = 0;
	return 0;
}

/* Bytes at `at` that lie in one page become a fragment, or lengthen the last one. */
static bool take_user_page(struct sk_buff *skb, struct task *t, uptr at, u32 size)
{
	u32 n = skb->hd->nr_frags, start = (u32)(at % PAGE_SIZE);
	struct page *page = user_page(t, at - start);
	struct skb_frag *last;

	if (page == NULL)
		return false;
	if (n != 0) {
		last = &skb->hd->frags[n - 1];
		if (last->page->mem == page->mem && last->offset + last->size == start) {
			last->size += size;
			put_page(page);
			return true;
		}
	}
	skb_fill_page_desc(skb, n, page, start, size);
	return true;
}

/* The pages of one piece that are there, up to as many as there are fragments left; in bytes. */
static u64 piece_present(struct task *t, uptr at, u64 len, u32 room)
{
	u32 start = (u32)(at % PAGE_SIZE);
	u64 pages = (len + start + PAGE_SIZE - 1) / PAGE_SIZE, n = 0;

	pages = min_u64(pages, room);
	while (n < pages && umem_at(t->process, at - start + n * PAGE_SIZE, PAGE_SIZE) != NULL)
		n++;
	return n != 0 ? min_u64(len, n * PAGE_SIZE - start) : 0;
}

static int fill_piece(struct sk_buff *skb, struct iov_iter *from, u32 *length)
{
	u64 len = *length;
	uptr at = first_segment(from, &len);
	u32 start = (u32)(at % PAGE_SIZE), done = 0;
	u64 copied = piece_present(from->task, at, len, MAX_SKB_FRAGS - (u32)skb->hd->nr_frags);

	if (copied == 0)
		return -EFAULT;
	while (done < copied) {
		u32 size = (u32)min_u64(copied - done, PAGE_SIZE - (at + done) % PAGE_SIZE);

		if (!take_user_page(skb, from->task, at + done, size))
			break;
		done += size;
	}
	skb->data_len += done;
	skb->len += done;
	skb->truesize += ALIGN_UP(done + start, (u32)PAGE_SIZE);
	iov_iter_advance(from, done);
	*length -= done;
	return done == copied ? 0 : -EFAULT; /* a page more than the world has room for */
}

/* LINUX: zerocopy_fill_skb_from_iter(). */
static int fill_skb_from_iter(struct sk_buff *skb, struct iov_iter *from, u32 length)
{
	while (length != 0 && iov_iter_count(from) != 0) {
		int err;

		if (skb->hd->nr_frags == MAX_SKB_FRAGS)
			return -EMSGSIZE;
		err = fill_piece(skb, from, &length);
		if (err != 0)
			return err;
	}
	return 0;
}

int skb_zerocopy_iter_dgram(struct sk_buff *skb, struct iov_iter *from, u32 len)
{
	u32 truesize = skb->truesize;
	int err = fill_skb_from_iter(skb, from, len);

	skb->sk->sk_wmem_alloc += skb->truesize - truesize;
	return err;
}

int skb_zerocopy_iter_stream(struct sock *sk, struct sk_buff *skb, struct iov_iter *from, u32 len,
			     struct sk_buff *uarg)
{
	u32 orig_len = skb->len, truesize = skb->truesize;
	int err;

	if (skb_zcopy(skb) != NULL && skb_zcopy(skb) != uarg)
		return -EEXIST;
	err = fill_skb_from_iter(skb, from, len);
	truesize = skb->truesize - truesize;
	sk->sk_wmem_queued += (s32)truesize;
	if (!skb_zcopy_pure(skb))
		sk_mem_charge(sk, truesize);
	if (err == -EFAULT || (err == -EMSGSIZE && skb->len == orig_len)) {
		struct sock *save = skb->sk;

		/* A stream keeps the packet: as it was. */
		iov_iter_revert(from, skb->len - orig_len);
		skb->sk = sk;
		if (pskb_trim(skb, orig_len) != 0)
			err = -EFAULT;
		skb->sk = save;
		return err;
	}
	skb_zcopy_set(skb, uarg, NULL);
	return (int)(skb->len - orig_len);
}

/* -------- copies instead -------- */

static u32 frags_bytes(const struct skb_head *hd)
{
	u32 n = 0;

	for (u32 i = 0; i < hd->nr_frags; i++)
		n += hd->frags[i].size;
	return n;
}

/* Pages large enough that no more are needed than a packet has room for. NULL: no memory. */
static bool copy_pages(struct net *net, u32 total, u32 psize, struct page **pages, u32 *n)
{
	for (*n = 0; *n * psize < total; (*n)++) {
		pages[*n] = page_alloc(net, psize);
		if (pages[*n] == NULL) {
			while (*n != 0)
				put_page(pages[--*n]);
			return false;
		}
	}
	return true;
}

static void copy_frags(const struct skb_head *hd, u32 psize, struct page **pages)
{
	u32 at = 0;

	for (u32 i = 0; i < hd->nr_frags; i++) {
		const u8 *from = skb_frag_address(&hd->frags[i]);
		u32 left = hd->frags[i].size;

		while (left != 0) {
			u32 part = min_u32(left, psize - at % psize);

			memcpy(pages[at / psize]->mem + at % psize, from, part);
			from += part;
			at += part;
			left -= part;
		}
	}
}

/* The fragments become the kernel's own. */
int skb_copy_ubufs(struct sk_buff *skb)
{
	struct page *pages[MAX_SKB_FRAGS];
	u32 psize = PAGE_SIZE, total, headlen = skb_headlen(skb), n;
	struct skb_head *hd;

	if (skb_shared(skb) || (skb_cloned(skb) && pskb_expand_head(skb, 0, 0) != 0))
		return -EINVAL;
	hd = skb->hd;
	total = frags_bytes(hd);
	/* LINUX: __skb_pagelen() counts the linear part, too. */
	while (psize * MAX_SKB_FRAGS < total + headlen && psize < SK_FRAG_PAGE_BYTES)
		psize *= 2;
	if (hd->nr_frags != 0) {
		if (!copy_pages(skb->net, total, psize, pages, &n))
			return -ENOMEM;
		copy_frags(hd, psize, pages);
		for (u32 i = 0; i < hd->nr_frags; i++)
			skb_frag_unref(&hd->frags[i]);
		for (u32 i = 0; i < n; i++)
			skb_fill_page_desc(skb, i, pages[i], 0, min_u32(psize, total - i * psize));
		hd->nr_frags = (u8)n;
	}
	skb_zcopy_clear(skb, false);
	return 0;
}
