// SPDX-License-Identifier: MIT
/* list.h - circular doubly linked lists and hash chains, with Linux's names. */
#ifndef REFSTACK_BASE_LIST_H
#define REFSTACK_BASE_LIST_H

#include "base/types.h"

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list_head *l)
{
	return l->next == l;
}

static inline void list_insert(struct list_head *n, struct list_head *prev, struct list_head *next)
{
	next->prev = n;
	n->next = next;
	n->prev = prev;
	prev->next = n;
}

static inline void list_add(struct list_head *n, struct list_head *head)
{
	list_insert(n, head, head->next);
}

static inline void list_add_tail(struct list_head *n, struct list_head *head)
{
	list_insert(n, head->prev, head);
}

/* Leaves the entry pointing at itself, so that deleting twice is harmless. */
static inline void list_del_init(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	INIT_LIST_HEAD(n);
}

static inline void list_move_tail(struct list_head *n, struct list_head *head)
{
	list_del_init(n);
	list_add_tail(n, head);
}

/* Moves all of from to the end of to; from is empty afterwards. */
static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	INIT_LIST_HEAD(from);
}

#define list_entry(ptr, type, member)	     container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)

#define list_for_each(pos, head) for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)
#define list_for_each_safe(pos, n, head)                                                           \
	for ((pos) = (head)->next, (n) = (pos)->next; (pos) != (head);                             \
	     (pos) = (n), (n) = (pos)->next)
#define list_for_each_entry(pos, head, type, member)                                               \
	for ((pos) = list_entry((head)->next, type, member); &(pos)->member != (head);             \
	     (pos) = list_entry((pos)->member.next, type, member))
#define list_for_each_entry_safe(pos, n, head, type, member)                                       \
	for ((pos) = list_entry((head)->next, type, member),                                       \
	    (n) = list_entry((pos)->member.next, type, member);                                    \
	     &(pos)->member != (head);                                                             \
	     (pos) = (n), (n) = list_entry((n)->member.next, type, member))

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return n->pprev == NULL;
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (h->first != NULL)
		h->first->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}

static inline void hlist_add_tail(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node **p = &h->first;

	while (*p != NULL)
		p = &(*p)->next;
	n->next = NULL;
	n->pprev = p;
	*p = n;
}

static inline void hlist_del_init(struct hlist_node *n)
{
	if (n->pprev == NULL)
		return;
	*n->pprev = n->next;
	if (n->next != NULL)
		n->next->pprev = n->pprev;
	n->next = NULL;
	n->pprev = NULL;
}

static inline bool hlist_empty(const struct hlist_head *h)
{
	return h->first == NULL;
}

/* The new node takes the place of the old one. */
static inline void hlist_replace_init(struct hlist_node *old, struct hlist_node *n)
{
	n->next = old->next;
	n->pprev = old->pprev;
	*n->pprev = n;
	if (n->next != NULL)
		n->next->pprev = &n->next;
	old->next = NULL;
	old->pprev = NULL;
}

#define hlist_entry(ptr, type, member) container_of(ptr, type, member)

#define hlist_for_each(pos, head) for ((pos) = (head)->first; (pos) != NULL; (pos) = (pos)->next)
#define hlist_for_each_safe(pos, n, head)                                                          \
	for ((pos) = (head)->first; (pos) != NULL && ((n) = (pos)->next, true); (pos) = (n))

#endif
