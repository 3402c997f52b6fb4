// SPDX-License-Identifier: MIT
/* skb_shift.c - bytes move from one packet of fragments to another, without being copied.
 *
 * Path: TCP's send side: segments that grow before they are sent, and those that were sent and are
 * selectively acknowledged together.
 * Rules: LINUX: net/core/skbuff.c.
 */
#include "core/skbuff.h"

struct shift {
	struct sk_buff *tgt, *skb;
	u32 todo;
	u32 from, to; /* the next fragment of each */
	bool merge;   /* the first one continues the last one that there is */
};

static bool own_heads(struct shift *s)
{
	return skb_unclone_keeptruesize(s->skb) == 0 && skb_unclone_keeptruesize(s->tgt) == 0;
}

static void shift_lengths(struct shift *s, u32 shiftlen)
{
	s->tgt->ip_summed = CHECKSUM_PARTIAL;
	s->skb->ip_summed = CHECKSUM_PARTIAL;
	s->skb->len -= shiftlen;
	s->skb->data_len -= shiftlen;
	s->skb->truesize -= shiftlen;
	s->tgt->len += shiftlen;
	s->tgt->data_len += shiftlen;
	s->tgt->truesize += shiftlen;
}

/* Part of the first fragment goes to the end of the last one. */
static u32 shift_within(struct shift *s, u32 shiftlen)
{
	struct skb_frag *f;

	if (!own_heads(s))
		return 0;
	f = &s->skb->hd->frags[0];
	s->tgt->hd->frags[s->to - 1].size += shiftlen;
	f->size -= shiftlen;
	f->offset += shiftlen;
	shift_lengths(s, shiftlen);
	return shiftlen;
}

/* False: there is no room for that many; nothing that counts was changed. */
static bool shift_frags(struct shift *s)
{
	while (s->todo != 0 && s->from < s->skb->hd->nr_frags) {
		struct skb_frag *f = &s->skb->hd->frags[s->from], *t;

		if (s->to == MAX_SKB_FRAGS)
			return false;
		t = &s->tgt->hd->frags[s->to++];
		*t = *f;
		if (s->todo < f->size) {
			get_page(f->page);
			t->size = s->todo;
			f->offset += s->todo;
			f->size -= s->todo;
			s->todo = 0;
			return true;
		}
		s->todo -= f->size;
		s->from++;
	}
	return true;
}

static void shift_commit(struct shift *s, u32 merge_at)
{
	struct skb_head *from = s->skb->hd, *to = s->tgt->hd;
	u32 kept = 0;

	to->nr_frags = (u8)s->to;
	if (s->merge) {
		to->frags[merge_at].size += from->frags[0].size;
		put_page(from->frags[0].page);
	}
	while (s->from < from->nr_frags)
		from->frags[kept++] = from->frags[s->from++];
	from->nr_frags = (u8)kept;
}

u32 skb_shift(struct sk_buff *tgt, struct sk_buff *skb, u32 shiftlen)
{
	struct shift s = { .tgt = tgt, .skb = skb, .todo = shiftlen, .to = tgt->hd->nr_frags };
	const struct skb_frag *first = &skb->hd->frags[0];
	u32 merge_at = s.to - 1;

	assert(shiftlen <= skb->len);
	if (skb_headlen(skb) != 0)
		return 0;
	s.merge = s.to != 0 && skb->hd->nr_frags != 0 &&
		  skb_can_coalesce(tgt, s.to, first->page, first->offset);
	if (s.merge) {
		if (s.todo < first->size)
			return shift_within(&s, shiftlen);
		s.todo -= first->size;
		s.from = 1;
	}
	/* All of it, and it does not fit: not worth a copy of the heads. */
	if (shiftlen == skb->len && skb->hd->nr_frags - s.from > MAX_SKB_FRAGS - s.to)
		return 0;
	if (!own_heads(&s) || !shift_frags(&s))
		return 0;
	shift_commit(&s, merge_at);
	shift_lengths(&s, shiftlen);
	return shiftlen;
}
