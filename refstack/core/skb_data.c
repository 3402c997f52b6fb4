// SPDX-License-Identifier: MIT
/* skb_data.c - the bytes of a packet: adding, removing, pulling together, copying, summing.
 *
 * Path: everywhere. Rules: LINUX: net/core/skbuff.c; RFC 1071 for the sums.
 */
#include "core/skbuff.h"

#include "base/csum.h"
#include "core/net.h"
#include "core/sock.h"
#include "core/ubuf.h"
#include "uapi/errno.h"

void *skb_put_inline(struct sk_buff *skb, u32 len)
{
	u8 *p = skb_tail_pointer(skb);

	assert(!skb_is_nonlinear(skb));
	assert(len <= skb->end - skb->tail);
	skb->tail += len;
	skb->len += len;
	return p;
}

void *skb_push_inline(struct sk_buff *skb, u32 len)
{
	assert(len <= skb_headroom(skb));
	skb->data -= len;
	skb->len += len;
	return skb->data;
}

void *skb_put(struct sk_buff *skb, u32 len)
{
	PROBE(skb->net, skb_put);

	return skb_put_inline(skb, len);
}

void *skb_push(struct sk_buff *skb, u32 len)
{
	PROBE(skb->net, skb_push);

	return skb_push_inline(skb, len);
}

/* LINUX: skb_pull(): NULL if the packet is shorter. */
void *skb_pull(struct sk_buff *skb, u32 len)
{
	if (len > skb->len)
		return NULL;
	assert(skb->len - len >= skb->data_len);
	skb->len -= len;
	skb->data += len;
	return skb->data;
}

void skb_reserve(struct sk_buff *skb, u32 len)
{
	assert(skb->len == 0);
	assert(len <= skb->end - skb->tail);
	skb->data += len;
	skb->tail += len;
}

void skb_trim(struct sk_buff *skb, u32 len)
{
	if (skb->len <= len)
		return;
	assert(!skb_is_nonlinear(skb));
	skb->len = len;
	skb_set_tail_pointer(skb, len);
}

/* --- walking over the pieces
 * ---------------------------------------------------------------------- */

void skb_walk_init(struct skb_walk *w, const struct sk_buff *skb)
{
	*w = (struct skb_walk){ .skb = skb };
}

static bool skb_walk_descend(struct skb_walk *w)
{
	const struct sk_buff *next = w->in_list ? w->skb->next : w->skb->hd->frag_list;

	if (next == NULL)
		return false;
	assert(next->hd->frag_list == NULL);
	*w = (struct skb_walk){ .skb = next, .in_list = true };
	return true;
}

u8 *skb_walk_next(struct skb_walk *w, u32 *len)
{
	for (;;) {
		if (!w->linear_done) {
			w->linear_done = true;
			*len = skb_headlen(w->skb);
			if (*len != 0)
				return w->skb->data;
		}
		while (w->next_frag < w->skb->hd->nr_frags) {
			const struct skb_frag *f = &w->skb->hd->frags[w->next_frag++];

			*len = f->size;
			if (*len != 0)
				return skb_frag_address(f);
		}
		if (!skb_walk_descend(w))
			return NULL;
	}
}

/* The next piece of [offset, offset + want) of a packet; *pos is where the walk has come to. */
static u8 *skb_walk_range(struct skb_walk *w, u32 *pos, u32 offset, u32 want, u32 *len)
{
	u8 *p = skb_walk_next(w, len);

	while (p != NULL && *pos + *len <= offset) {
		*pos += *len;
		p = skb_walk_next(w, len);
	}
	if (p == NULL)
		return NULL;
	p += offset - *pos;
	*pos += *len;
	*len = min_u32(want, *pos - offset);
	return p;
}

int skb_copy_bits(const struct sk_buff *skb, u32 offset, void *to, u32 len)
{
	struct skb_walk w;
	u8 *out = to;
	u32 pos = 0;

	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	cpu_charge_bytes(this_cpu(skb->net), len);
	skb_walk_init(&w, skb);
	while (len != 0) {
		u32 n;
		const u8 *p = skb_walk_range(&w, &pos, offset, len, &n);

		if (p == NULL)
			return -EFAULT;
		memcpy(out, p, n);
		out += n;
		offset += n;
		len -= n;
	}
	return 0;
}

void skb_copy_whole(const struct sk_buff *skb, void *to)
{
	int err = skb_copy_bits(skb, 0, to, skb->len);

	assert(err == 0);
}

u32 skb_checksum(const struct sk_buff *skb, u32 offset, u32 len, u32 csum)
{
	u32 pos = 0, done = 0;
	struct skb_walk w;

	assert(offset <= skb->len);
	assert(len <= skb->len - offset);
	cpu_charge_bytes(this_cpu(skb->net), len);
	skb_walk_init(&w, skb);
	while (done < len) {
		u32 n;
		const u8 *p = skb_walk_range(&w, &pos, offset + done, len - done, &n);

		assert(p != NULL);
		csum = csum_block_add(csum, csum_partial(p, n, 0), done);
		done += n;
	}
	return csum;
}

/* Sums of 32 bits with the carry at the other end: what is 0 may also be all ones. */
static u32 wsum_add(u32 a, u32 b)
{
	u64 sum = (u64)a + b;

	return (u32)(sum + (sum >> 32));
}

static u32 wsum_partial(const u8 *p, u32 len)
{
	u32 sum = 0;

	for (u32 i = 0; i < len; i += 4) {
		u8 word[4] = { 0 };

		memcpy(word, p + i, min_u32(len - i, sizeof(word)));
		sum = wsum_add(sum, get_le32(word));
	}
	return sum;
}

u32 skb_wsum(const struct sk_buff *skb, u32 from)
{
	u32 pos = 0, done = 0, sum = 0, before = 0;
	struct skb_walk w;

	assert(from <= skb->len);
	skb_walk_init(&w, skb);
	while (done < skb->len) {
		u32 n, part, skipped = 0;
		const u8 *p = skb_walk_range(&w, &pos, done, skb->len - done, &n);

		assert(p != NULL);
		part = wsum_partial(p, n);
		if (from > done)
			skipped = wsum_partial(p, min_u32(n, from - done));
		/* LINUX: csum_block_add(): from an odd byte on they stand at other places. */
		if ((done & 1) != 0) {
			part = part >> 8 | part << 24;
			skipped = skipped >> 8 | skipped << 24;
		}
		sum = wsum_add(sum, part);
		before = wsum_add(before, skipped);
		done += n;
	}
	return wsum_add(sum, ~before);
}

/* --- pulling fragments into the linear part
 * ------------------------------------------------------- */

/* Takes the first n bytes off the fragments. */
static void skb_eat_frags(struct skb_head *hd, u32 n)
{
	u32 kept = 0;

	for (u32 i = 0; i < hd->nr_frags; i++) {
		struct skb_frag f = hd->frags[i];

		if (f.size <= n) {
			n -= f.size;
			put_page(f.page);
			continue;
		}
		f.offset += n;
		f.size -= n;
		n = 0;
		hd->frags[kept++] = f;
	}
	hd->nr_frags = (u8)kept;
}

/* Room for delta more bytes in a linear part of the packet's own, 128 spare if it must grow. */
static int skb_make_tailroom(struct sk_buff *skb, u32 delta)
{
	u32 room = skb->end - skb->tail;

	if (delta <= room && !skb_cloned(skb))
		return 0;
	return pskb_expand_head(skb, 0, delta > room ? delta - room + 128 : 0);
}

static void skb_copy_to_tail(struct sk_buff *skb, u32 delta)
{
	int err = skb_copy_bits(skb, skb_headlen(skb), skb_tail_pointer(skb), delta);

	assert(err == 0);
}

/* Takes n bytes off the front of a member of a frag_list; it has no list of its own. */
static bool skb_pull_member(struct sk_buff *skb, u32 n)
{
	u32 headlen = skb_headlen(skb);

	if (n > headlen) {
		if (skb_make_tailroom(skb, n - headlen) != 0)
			return false;
		skb_copy_to_tail(skb, n - headlen);
		skb_eat_frags(skb->hd, n - headlen);
		skb->tail += n - headlen;
		skb->data_len -= n - headlen;
	}
	skb->data += n;
	skb->len -= n;
	return true;
}

/* Takes the first n bytes off the frag_list; a member that others hold too is cloned first. */
static bool skb_eat_list(struct sk_buff *skb, u32 n)
{
	struct sk_buff *list = skb->hd->frag_list, *clone = NULL, *insp = list;

	while (n != 0) {
		assert(list != NULL);
		if (list->len <= n) {
			n -= list->len;
			list = list->next;
			insp = list;
			continue;
		}
		if (skb_shared(list)) {
			clone = skb_clone(list);
			if (clone == NULL)
				return false;
			insp = list->next;
			list = clone;
		}
		if (!skb_pull_member(list, n)) {
			kfree_skb(clone);
			return false;
		}
		n = 0;
		if (clone == NULL)
			insp = list;
	}
	while (skb->hd->frag_list != insp) {
		list = skb->hd->frag_list;
		skb->hd->frag_list = list->next;
		consume_skb(list);
	}
	if (clone != NULL) {
		clone->next = skb->hd->frag_list;
		skb->hd->frag_list = clone;
	}
	return true;
}

/* LINUX: __pskb_pull_tail(). */
static bool pskb_pull_tail(struct sk_buff *skb, u32 delta)
{
	u32 in_frags = 0;

	assert(delta <= skb->data_len);
	if (skb_make_tailroom(skb, delta) != 0)
		return false;
	skb_copy_to_tail(skb, delta);
	for (u32 i = 0; i < skb->hd->nr_frags; i++)
		in_frags += skb->hd->frags[i].size;
	if (delta > in_frags && !skb_eat_list(skb, delta - in_frags))
		return false;
	skb_eat_frags(skb->hd, min_u32(delta, in_frags));
	skb->tail += delta;
	skb->data_len -= delta;
	if (skb->data_len == 0)
		skb_zcopy_clear(skb, false);
	return true;
}

bool pskb_may_pull(struct sk_buff *skb, u32 len)
{
	if (len <= skb_headlen(skb))
		return true;
	if (len > skb->len)
		return false;
	return pskb_pull_tail(skb, len - skb_headlen(skb));
}

bool pskb_pull(struct sk_buff *skb, u32 len)
{
	if (!pskb_may_pull(skb, len))
		return false;
	skb_pull(skb, len);
	return true;
}

int skb_linearize(struct sk_buff *skb)
{
	if (!skb_is_nonlinear(skb))
		return 0;
	return pskb_pull_tail(skb, skb->data_len) ? 0 : -ENOMEM;
}

/* LINUX: skb_clone_writable(): the room of the header was given to this clone. */
static bool skb_clone_writable(const struct sk_buff *skb, u32 len)
{
	return !skb_header_cloned(skb) && skb_headroom(skb) + len <= skb->hdr_len;
}

int skb_ensure_writable(struct sk_buff *skb, u32 write_len)
{
	if (!pskb_may_pull(skb, write_len))
		return -ENOMEM;
	if (!skb_cloned(skb) || skb_clone_writable(skb, write_len))
		return 0;
	return pskb_expand_head(skb, 0, 0);
}

void skb_condense(struct sk_buff *skb)
{
	if (skb->data_len != 0) {
		if (skb->data_len > skb->end - skb->tail || skb_cloned(skb))
			return;
		(void)pskb_pull_tail(skb, skb->data_len);
	}
	skb->truesize = skb_end_offset(skb) + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES;
}

/* LINUX: __skb_pad(), skb_put_padto(). */
int skb_put_padto(struct sk_buff *skb, u32 len)
{
	u32 pad;

	if (skb->len >= len)
		return 0;
	pad = len - skb->len;
	if (skb_cloned(skb) || skb_tailroom(skb) < pad) {
		u32 grow = skb->data_len + pad;
		u32 room = skb->end - skb->tail;

		if ((skb_cloned(skb) || grow > room) &&
		    pskb_expand_head(skb, 0, grow > room ? grow - room : 0) != 0)
			goto drop;
		if (skb_linearize(skb) != 0)
			goto drop;
	}
	memset(skb_put(skb, pad), 0, pad);
	return 0;

drop:
	kfree_skb(skb);
	return -ENOMEM;
}

/* --- cutting the end off -------------------------------------------------------------------------
 */

/* Cuts the fragments to len bytes in all; true if that is where the cut falls. */
static bool skb_cut_frags(struct skb_head *hd, u32 len, u32 *before)
{
	for (u32 i = 0; i < hd->nr_frags; i++) {
		u32 left = len - *before;

		if (hd->frags[i].size < left) {
			*before += hd->frags[i].size;
			continue;
		}
		hd->frags[i].size = left;
		for (u32 k = i + 1; k < hd->nr_frags; k++)
			put_page(hd->frags[k].page);
		hd->nr_frags = (u8)(i + 1);
		return true;
	}
	return false;
}

static void skb_drop_frags(struct skb_head *hd)
{
	for (u32 i = 0; i < hd->nr_frags; i++)
		put_page(hd->frags[i].page);
	hd->nr_frags = 0;
}

static void skb_drop_list(struct sk_buff **listp)
{
	kfree_skb_list_reason(*listp, DROP_NOT_SPECIFIED);
	*listp = NULL;
}

static void skb_set_trimmed(struct sk_buff *skb, u32 len)
{
	if (len > skb_headlen(skb)) {
		skb->data_len -= skb->len - len;
		skb->len = len;
	} else {
		skb->len = len;
		skb->data_len = 0;
		skb_set_tail_pointer(skb, len);
	}
	if (skb->sk == NULL)
		skb_condense(skb);
}

/* A packet without a frag_list. */
static int skb_trim_pages(struct sk_buff *skb, u32 len)
{
	u32 before = skb_headlen(skb);

	if (skb_cloned(skb) && pskb_expand_head(skb, 0, 0) != 0)
		return -ENOMEM;
	if (before >= len)
		skb_drop_frags(skb->hd);
	else
		(void)skb_cut_frags(skb->hd, len, &before);
	skb_set_trimmed(skb, len);
	return 0;
}

/* Cuts the frag_list where `before` bytes lie ahead of it. */
static int skb_cut_list(struct sk_buff *skb, u32 len, u32 before)
{
	struct sk_buff **link = &skb->hd->frag_list;

	while (*link != NULL) {
		struct sk_buff *frag = *link;

		if (skb_shared(frag)) {
			struct sk_buff *n = skb_clone(frag);

			if (n == NULL)
				return -ENOMEM;
			n->next = frag->next;
			consume_skb(frag);
			frag = n;
			*link = n;
		}
		if (before + frag->len >= len) {
			if (before + frag->len > len && skb_trim_pages(frag, len - before) != 0)
				return -ENOMEM;
			skb_drop_list(&frag->next);
			return 0;
		}
		before += frag->len;
		link = &frag->next;
	}
	return 0;
}

/* LINUX: ___pskb_trim(). */
int pskb_trim(struct sk_buff *skb, u32 len)
{
	u32 before = skb_headlen(skb);

	if (len >= skb->len)
		return 0;
	if (!skb_is_nonlinear(skb)) {
		skb_trim(skb, len);
		return 0;
	}
	if (skb->hd->frag_list == NULL)
		return skb_trim_pages(skb, len);
	if (skb_cloned(skb) && pskb_expand_head(skb, 0, 0) != 0)
		return -ENOMEM;
	if (before >= len) {
		skb_drop_frags(skb->hd);
		skb_drop_list(&skb->hd->frag_list);
	} else if (skb_cut_frags(skb->hd, len, &before)) {
		skb_drop_list(&skb->hd->frag_list);
	} else if (skb_cut_list(skb, len, before) != 0) {
		return -ENOMEM;
	}
	skb_set_trimmed(skb, len);
	return 0;
}

int pskb_trim_rcsum(struct sk_buff *skb, u32 len)
{
	if (len >= skb->len)
		return 0;
	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		u32 tail = skb_checksum(skb, len, skb->len - len, 0);

		skb->csum = csum_block_sub(skb->csum, tail, len);
	} else if (skb->ip_summed == CHECKSUM_PARTIAL) {
		s32 at = skb_checksum_start_offset(skb) + (s32)skb->csum_offset;

		/* The place of the checksum must stay. */
		if (at + 2 > (s32)min_u32(len, skb_headlen(skb)))
			return -EINVAL;
	}
	return pskb_trim(skb, len);
}

/* --- joining -------------------------------------------------------------------------------------
 */

/* LINUX: skb_head_is_locked(): a head that is not in a page, or has another owner, cannot move. */
static bool skb_head_is_locked(const struct sk_buff *skb)
{
	return !skb->head_frag || skb_cloned(skb);
}

/* Appends the fragments, from's linear part as the first of them if it has one. */
static void skb_take_frags(struct sk_buff *to, struct sk_buff *from, bool head)
{
	struct skb_head *th = to->hd, *fh = from->hd;

	if (head) {
		skb_fill_page_desc(to, th->nr_frags, fh->head_page,
				   (u32)(from->data - fh->head_page->mem), skb_headlen(from));
		fh->head_page = NULL;
	}
	for (u32 i = 0; i < fh->nr_frags; i++) {
		if (skb_cloned(from))
			get_page(fh->frags[i].page);
		th->frags[th->nr_frags++] = fh->frags[i];
	}
	if (!skb_cloned(from))
		fh->nr_frags = 0;
}

bool skb_try_coalesce(struct sk_buff *to, struct sk_buff *from, bool *fragstolen,
		      u32 *delta_truesize)
{
	u32 nr = (u32)to->hd->nr_frags + from->hd->nr_frags;
	u32 len = from->len, delta;

	*fragstolen = false;
	*delta_truesize = 0;
	if (skb_cloned(to))
		return false;
	if (skb_zcopy(to) != NULL || skb_zcopy(from) != NULL)
		return false;
	if (len <= skb_tailroom(to)) {
		if (len != 0)
			skb_copy_whole(from, skb_put(to, len));
		return true;
	}
	if (to->hd->frag_list != NULL || from->hd->frag_list != NULL)
		return false;
	if (skb_headlen(from) != 0) {
		if (nr >= MAX_SKB_FRAGS || skb_head_is_locked(from))
			return false;
		delta = from->truesize - SKB_STRUCT_BYTES;
		*fragstolen = true;
	} else {
		if (nr > MAX_SKB_FRAGS)
			return false;
		delta = from->truesize -
			(skb_end_offset(from) + SKB_STRUCT_BYTES + SKB_SHARED_INFO_BYTES);
	}
	skb_take_frags(to, from, *fragstolen);
	to->truesize += delta;
	to->len += len;
	to->data_len += len;
	*delta_truesize = delta;
	return true;
}

/* --- parting -------------------------------------------------------------------------------------
 */

/* The cut is in the linear part: what lies behind it moves, with all fragments. */
static void skb_split_inside_header(struct sk_buff *skb, struct sk_buff *skb1, u32 len)
{
	struct skb_head *from = skb->hd, *to = skb1->hd;
	u32 moved = skb_headlen(skb) - len;

	memcpy(skb_put_inline(skb1, moved), skb->data + len, moved);
	memcpy(to->frags, from->frags, from->nr_frags * sizeof(from->frags[0]));
	to->nr_frags = from->nr_frags;
	from->nr_frags = 0;
	skb1->data_len = skb->data_len;
	skb1->len += skb1->data_len;
	skb->data_len = 0;
	skb->len = len;
	skb_set_tail_pointer(skb, len);
}

/* The cut is in a fragment, of which both get a part, or between two. */
static void skb_split_no_header(struct sk_buff *skb, struct sk_buff *skb1, u32 len)
{
	struct skb_head *from = skb->hd, *to = skb1->hd;
	u32 pos = skb_headlen(skb), kept = 0, moved = 0;

	skb1->len = skb->len - len;
	skb1->data_len = skb1->len;
	skb->len = len;
	skb->data_len = len - pos;
	for (u32 i = 0; i < from->nr_frags; i++) {
		struct skb_frag *f = &from->frags[i];
		u32 size = f->size;

		if (pos + size <= len) {
			kept++;
		} else {
			struct skb_frag *t = &to->frags[moved++];

			*t = *f;
			if (pos < len) {
				skb_frag_ref(f);
				t->offset += len - pos;
				t->size -= len - pos;
				f->size = len - pos;
				kept++;
			}
		}
		pos += size;
	}
	from->nr_frags = (u8)kept;
	to->nr_frags = (u8)moved;
}

void skb_split(struct sk_buff *skb, struct sk_buff *skb1, u32 len)
{
	assert(len <= skb->len);
	assert(skb1->len == 0);
	assert(!skb_has_frag_list(skb));
	skb1->hd->flags |= skb->hd->flags & (SKBFL_SHARED_FRAG | SKBFL_PURE_ZEROCOPY);
	skb_zerocopy_clone(skb1, skb);
	if (len < skb_headlen(skb))
		skb_split_inside_header(skb, skb1, len);
	else
		skb_split_no_header(skb, skb1, len);
}

/* LINUX: skb_prepare_for_shift() of both. */
static bool skb_own_frags(struct sk_buff *tgt, struct sk_buff *skb)
{
	return skb_unclone_keeptruesize(skb) == 0 && skb_unclone_keeptruesize(tgt) == 0;
}

static void skb_frag_moved(struct skb_frag *from, u32 n)
{
	from->offset += n;
	from->size -= n;
}

/* All or none: the target's fragments count only when nothing can fail any more. The first one may
 * make the target's last longer (merge), and of the last only a part may be taken.
 */
static bool skb_shift_frags(struct skb_head *to, struct skb_head *from, u32 todo, bool merge)
{
	u32 n = to->nr_frags, i = merge ? 1 : 0, left = 0;

	if (merge)
		todo -= from->frags[0].size;
	while (todo > 0 && i < from->nr_frags) {
		struct skb_frag *f = &from->frags[i];

		if (n == MAX_SKB_FRAGS)
			return false;
		to->frags[n] = *f;
		if (todo < f->size) {
			skb_frag_ref(f);
			to->frags[n++].size = todo;
			skb_frag_moved(f, todo);
			todo = 0;
			break;
		}
		n++;
		i++;
		todo -= f->size;
	}
	if (merge) {
		to->frags[to->nr_frags - 1].size += from->frags[0].size;
		put_page(from->frags[0].page);
	}
	to->nr_frags = (u8)n;
	while (i < from->nr_frags)
		from->frags[left++] = from->frags[i++];
	from->nr_frags = (u8)left;
	assert(todo == 0 || left != 0);
	return true;
}

u32 skb_shift(struct sk_buff *tgt, struct sk_buff *skb, u32 shiftlen)
{
	const struct skb_frag *first = &skb->hd->frags[0];
	u32 to = tgt->hd->nr_frags;
	bool merge;

	assert(shiftlen <= skb->len);
	if (skb_headlen(skb) != 0 || skb->hd->nr_frags == 0)
		return 0;
	if (skb_zcopy(tgt) != NULL || skb_zcopy(skb) != NULL)
		return 0;
	merge = skb_can_coalesce(tgt, to, first->page, first->offset);
	/* Too many of them: no copy of the head for nothing. */
	if (shiftlen == skb->len && (!merge || shiftlen >= first->size) &&
	    skb->hd->nr_frags - (merge ? 1u : 0u) > MAX_SKB_FRAGS - to)
		return 0;
	if (!skb_own_frags(tgt, skb))
		return 0;
	if (merge && shiftlen < skb->hd->frags[0].size) {
		tgt->hd->frags[to - 1].size += shiftlen;
		skb_frag_moved(&skb->hd->frags[0], shiftlen);
	} else if (!skb_shift_frags(tgt->hd, skb->hd, shiftlen, merge)) {
		return 0;
	}
	tgt->ip_summed = CHECKSUM_PARTIAL;
	skb->ip_summed = CHECKSUM_PARTIAL;
	tgt->len += shiftlen;
	tgt->data_len += shiftlen;
	tgt->truesize += shiftlen;
	skb->len -= shiftlen;
	skb->data_len -= shiftlen;
	skb->truesize -= shiftlen;
	return shiftlen;
}

/* --- checksums of packets ------------------------------------------------------------------------
 */

void *skb_pull_rcsum(struct sk_buff *skb, u32 len)
{
	PROBE(skb->net, skb_pull_rcsum);
	const u8 *start = skb->data;

	assert(len <= skb->len);
	skb_pull(skb, len);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_block_sub(skb->csum, csum_partial(start, len, 0), 0);
	else if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) < 0)
		skb->ip_summed = CHECKSUM_NONE;
	return skb->data;
}

/* LINUX: __skb_checksum_complete(): skb->csum holds the pseudo header's part. 0 if right. */
u16 skb_checksum_complete(struct sk_buff *skb)
{
	u32 csum = skb_checksum(skb, 0, skb->len, 0);
	u16 sum = csum_fold(csum_add(skb->csum, csum));

	if (!skb_shared(skb)) {
		skb->csum = csum;
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum_complete_sw = true;
		skb->csum_valid = sum == 0;
	}
	return sum;
}

int skb_checksum_help(struct sk_buff *skb)
{
	s32 start;
	u32 at;
	u16 sum;
	int err;

	if (skb->ip_summed == CHECKSUM_COMPLETE) {
		skb->ip_summed = CHECKSUM_NONE;
		return 0;
	}
	if (skb_is_gso(skb))
		return -EINVAL;
	/* What may change meanwhile is copied before it is summed. */
	if (unlikely(skb_has_shared_frag(skb)) && skb_linearize(skb) != 0)
		return -ENOMEM;
	start = skb_checksum_start_offset(skb);
	if (start < 0 || (u32)start >= skb_headlen(skb))
		return -EINVAL;
	sum = csum_fold(skb_checksum(skb, (u32)start, skb->len - (u32)start, 0));
	at = (u32)start + skb->csum_offset;
	if (at + 2 > skb_headlen(skb))
		return -EINVAL;
	err = skb_ensure_writable(skb, at + 2);
	if (err != 0)
		return err;
	put_be16(skb->data + at, sum != 0 ? sum : CSUM_MANGLED_0);
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}
