// SPDX-License-Identifier: MIT
/* skb_splice.c - pages that go from pipes into packets and from packets into pipes, uncopied.
 *
 * Path: sendfile() and splice(), beside tcp_sendmsg() and tcp_splice_read().
 * Rules: LINUX: net/core/skbuff.c, fs/splice.c.
 */
#include "core/iov.h"
#include "base/csum.h"
#include "core/net.h"
#include "core/pipe.h"
#include "core/skbuff.h"
#include "core/sock.h"
#include "uapi/errno.h"

/* -------- pipes' buffers -------- */

void pipe_buf_release(struct pipe_inode_info *pipe)
{
	struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);

	assert(!pipe_empty(pipe));
	put_page(buf->page);
	*buf = (struct pipe_buffer){ 0 };
	pipe->tail++;
}

void pipe_buf_add(struct pipe_inode_info *pipe, struct page *page, u32 offset, u32 len)
{
	assert(!pipe_full(pipe));
	*pipe_buf(pipe, pipe->head) =
		(struct pipe_buffer){ .page = page, .offset = offset, .len = len };
	pipe->head++;
}

void pipe_consume(struct pipe_inode_info *pipe, u32 n)
{
	while (n != 0) {
		struct pipe_buffer *buf = pipe_buf(pipe, pipe->tail);
		u32 seg = min_u32(n, buf->len);

		assert(!pipe_empty(pipe));
		buf->offset += seg;
		buf->len -= seg;
		n -= seg;
		if (buf->len == 0)
			pipe_buf_release(pipe);
	}
}

/* -------- into packets -------- */

static s32 sock_max_frags(const struct sk_buff *skb)
{
	return min_s32(skb->net->sysctl.max_skb_frags, MAX_SKB_FRAGS);
}

/* LINUX: skb_append_pagefrags(): behind the last fragment, if it is the same page that goes on. */
static int skb_append_pagefrags(struct sk_buff *skb, struct page *page, u32 offset, u32 size)
{
	u32 i = skb->hd->nr_frags;
	struct skb_frag *last = i != 0 ? &skb->hd->frags[i - 1] : NULL;

	if (last != NULL && last->page == page && offset == last->offset + last->size &&
	    offset % PAGE_SIZE != 0) {
		last->size += size;
		return 0;
	}
	if ((s32)i >= sock_max_frags(skb))
		return -EMSGSIZE;
	get_page(page);
	skb_fill_page_desc(skb, i, page, offset, size);
	return 0;
}

s32 skb_splice_from_iter(struct sk_buff *skb, struct iov_iter *iter, u32 maxsize)
{
	u32 spliced = 0;
	int err = 0;

	assert(iter->bvec != NULL);
	while (iter->count != 0 && spliced < maxsize) {
		const struct bio_vec *bv = iter->bvec;
		u32 at = (u32)iter->iov_offset, part;

		if (at == bv->bv_len) {
			iter->bvec++;
			iter->nr_segs--;
			iter->iov_offset = 0;
			continue;
		}
		part = min_u32(min_u32(bv->bv_len - at, maxsize - spliced), (u32)iter->count);
		/* LINUX: iov_iter_extract_pages(): a large page counts as its small ones. */
		part = min_u32(part, PAGE_SIZE - (bv->bv_offset + at) % PAGE_SIZE);
		err = skb_append_pagefrags(skb, bv->bv_page, bv->bv_offset + at, part);
		if (err != 0)
			break;
		if (skb->ip_summed == CHECKSUM_NONE)
			skb->csum = csum_block_add(
				skb->csum,
				csum_partial(bv->bv_page->mem + bv->bv_offset + at, part, 0),
				skb->len + spliced);
		spliced += part;
		iov_iter_advance(iter, part);
	}
	skb->len += spliced;
	skb->data_len += spliced;
	skb->truesize += spliced;
	return spliced != 0 ? (s32)spliced : err;
}

/* -------- out of packets -------- */

/* What is going to be put into a pipe. LINUX: struct splice_pipe_desc. */
struct splice_desc {
	struct sock *sk;
	u32 offset, left; /* to be skipped; still to be moved */
	u32 nr;
	struct bio_vec part[MAX_SKB_FRAGS];
};

/* LINUX: linear_to_page(): memory that is no page goes into the page that the socket is filling. */
static struct page *linear_to_page(struct sock *sk, const u8 *from, u32 *len, u32 *offset)
{
	struct skb_frag *frag = sk_page_frag(sk);

	if (!sk_page_frag_refill(sk, frag))
		return NULL;
	*len = min_u32(*len, frag->size - frag->offset);
	memcpy(frag->page->mem + frag->offset, from, *len);
	*offset = frag->offset;
	frag->offset += *len;
	get_page(frag->page);
	return frag->page;
}

/* LINUX: spd_can_coalesce(). What came as small pages of a large one ends where they do. */
static bool goes_on(const struct bio_vec *last, const struct page *page, u32 offset)
{
	return last->bv_page == page && last->bv_offset + last->bv_len == offset &&
	       offset % PAGE_SIZE != 0;
}

/* LINUX: spd_fill_page(). False: there is no room, or no memory. */
static bool splice_part(struct splice_desc *d, struct page *page, const u8 *mem, u32 offset,
			u32 *len)
{
	struct bio_vec *last = d->nr != 0 ? &d->part[d->nr - 1] : NULL;

	if (d->nr == MAX_SKB_FRAGS)
		return false;
	if (page == NULL) {
		page = linear_to_page(d->sk, mem, len, &offset);
		if (page == NULL)
			return false;
	} else {
		get_page(page);
	}
	if (last != NULL && goes_on(last, page, offset)) {
		last->bv_len += *len;
		put_page(page);
		return true;
	}
	d->part[d->nr++] = (struct bio_vec){ page, *len, offset };
	return true;
}

/* LINUX: __splice_segment(). page is NULL where the memory is not. False: it ends here. */
static bool splice_segment(struct splice_desc *d, struct page *page, const u8 *mem, u32 offset,
			   u32 plen)
{
	u32 skip = min_u32(d->offset, plen);

	d->offset -= skip;
	plen -= skip;
	offset += skip;
	mem += skip;
	while (plen != 0 && d->left != 0) {
		u32 flen = min_u32(d->left, plen);

		if (!splice_part(d, page, mem, offset, &flen))
			return false;
		offset += flen;
		mem += flen;
		plen -= flen;
		d->left -= flen;
	}
	return d->left != 0;
}

/* A packet's head that is a page of its own, and nobody else's, is given as that page. */
static bool splice_packet(struct splice_desc *d, const struct sk_buff *skb)
{
	struct page *head = skb->head_frag && !skb_cloned(skb) ? skb->hd->head_page : NULL;
	u32 at = head != NULL ? (u32)(skb->data - head->mem) : 0;

	if (skb_headlen(skb) != 0 && !splice_segment(d, head, skb->data, at, skb_headlen(skb)))
		return false;
	for (u32 i = 0; i < skb->hd->nr_frags; i++) {
		const struct skb_frag *f = &skb->hd->frags[i];

		if (!splice_segment(d, f->page, skb_frag_address(f), f->offset, f->size))
			return false;
	}
	return true;
}

int skb_splice_bits(struct sk_buff *skb, struct sock *sk, u32 offset, struct pipe_inode_info *pipe,
		    u32 tlen)
{
	struct splice_desc d = { .sk = sk, .offset = offset, .left = tlen };
	u32 moved = 0;
	int ret = 0;

	if (splice_packet(&d, skb)) {
		for (const struct sk_buff *f = skb->hd->frag_list; f != NULL; f = f->next) {
			if (!splice_packet(&d, f))
				break;
		}
	}
	/* LINUX: splice_to_pipe(): what the pipe has no room for stays in the packet. */
	for (u32 i = 0; i < d.nr; i++) {
		const struct bio_vec *part = &d.part[i];

		if (pipe_full(pipe)) {
			ret = -EAGAIN;
			put_page(part->bv_page);
			continue;
		}
		pipe_buf_add(pipe, part->bv_page, part->bv_offset, part->bv_len);
		moved += part->bv_len;
	}
	return moved != 0 ? (int)moved : ret;
}
