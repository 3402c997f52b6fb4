// SPDX-License-Identifier: MIT
/* rbtree.h - red-black trees whose nodes lie in what they order: TCP's retransmission queue and
 * the segments that came out of order. LINUX: include/linux/rbtree.h, the same calls.
 */
#ifndef REFSTACK_BASE_RBTREE_H
#define REFSTACK_BASE_RBTREE_H

#include "base/types.h"

struct rb_node {
	uintptr_t parent_red; /* the parent's address; its lowest bit: this node is red */
	struct rb_node *left, *right;
};

struct rb_root {
	struct rb_node *node;
};

#define rb_entry(ptr, type, member) container_of(ptr, type, member)

static inline bool rb_empty_root(const struct rb_root *root)
{
	return root->node == NULL;
}

/* Hangs a node below the parent at which a search has ended, at *link; then rb_insert_color(). */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->parent_red = (uintptr_t)parent | 1;
	node->left = NULL;
	node->right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
/* In order; NULL: there is none. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);
/* Order of colours and links, without recursion. */
void rb_check(const struct rb_root *root);

#endif
