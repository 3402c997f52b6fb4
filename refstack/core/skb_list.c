// SPDX-License-Identifier: MIT
/* skb_list.c - queues of packets: rings whose head looks like a packet to its neighbours.
 *
 * Path: socket, qdisc and backlog queues. Rules: LINUX: include/linux/skbuff.h, __skb_queue_*().
 */
#include "core/skbuff.h"

/* INVARIANT: next and prev are the first members of both, in this order. */
static_assert(offsetof(struct sk_buff, next) == offsetof(struct sk_buff_head, next), "first");
static_assert(offsetof(struct sk_buff, prev) == offsetof(struct sk_buff_head, prev), "second");

static struct sk_buff *ring(const struct sk_buff_head *q)
{
	return (struct sk_buff *)(void *)(uintptr_t)q;
}

void skb_queue_head_init(struct sk_buff_head *q)
{
	*q = (struct sk_buff_head){ .next = ring(q), .prev = ring(q) };
}

static void skb_insert(struct sk_buff_head *q, struct sk_buff *prev, struct sk_buff *skb,
		       struct sk_buff *next)
{
	skb->next = next;
	skb->prev = prev;
	next->prev = skb;
	prev->next = skb;
	q->qlen++;
}

void skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb)
{
	skb_insert(q, q->prev, skb, ring(q));
}

void skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb)
{
	skb_insert(q, ring(q), skb, q->next);
}

void skb_queue_after(struct sk_buff_head *q, struct sk_buff *prev, struct sk_buff *skb)
{
	skb_insert(q, prev, skb, prev->next);
}

void skb_queue_before(struct sk_buff_head *q, struct sk_buff *next, struct sk_buff *skb)
{
	skb_insert(q, next->prev, skb, next);
}

void skb_unlink(struct sk_buff *skb, struct sk_buff_head *q)
{
	assert(q->qlen != 0);
	assert(skb->next != NULL);
	q->qlen--;
	skb->next->prev = skb->prev;
	skb->prev->next = skb->next;
	skb->next = NULL;
	skb->prev = NULL;
}

struct sk_buff *skb_peek(const struct sk_buff_head *q)
{
	return q->next == ring(q) ? NULL : q->next;
}

struct sk_buff *skb_peek_tail(const struct sk_buff_head *q)
{
	return q->prev == ring(q) ? NULL : q->prev;
}

struct sk_buff *skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *skb = skb_peek(q);

	if (skb != NULL)
		skb_unlink(skb, q);
	return skb;
}

struct sk_buff *skb_dequeue_tail(struct sk_buff_head *q)
{
	struct sk_buff *skb = skb_peek_tail(q);

	if (skb != NULL)
		skb_unlink(skb, q);
	return skb;
}

void skb_queue_splice_tail_init(struct sk_buff_head *from, struct sk_buff_head *to)
{
	if (skb_queue_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = ring(to);
	to->prev = from->prev;
	to->qlen += from->qlen;
	from->next = ring(from);
	from->prev = ring(from);
	from->qlen = 0;
}

void skb_queue_purge_reason(struct sk_buff_head *q, enum drop_reason reason)
{
	struct sk_buff *skb = skb_dequeue(q);

	while (skb != NULL) {
		kfree_skb_reason(skb, reason);
		skb = skb_dequeue(q);
	}
}
