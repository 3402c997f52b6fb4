// SPDX-License-Identifier: MIT
/* rbtree.c - red-black trees whose nodes lie in what they order.
 *
 * Path: TCP's retransmission and out-of-order queues, timers without wheel. Rules: LINUX:
 * lib/rbtree.c for the calls. The balancing is the textbook's: the way to the root is the parent
 * links, so nothing is recursive. What hangs left and what hangs right differs only by a name, so
 * every step is written once, for a side and the other one.
 */
#include "base/rbtree.h"

#include "base/check.h"

enum side { LEFT, RIGHT };

static enum side other(enum side s)
{
	return s == LEFT ? RIGHT : LEFT;
}

static struct rb_node *parent_of(const struct rb_node *n)
{
	return (struct rb_node *)(n->parent_red & ~(uintptr_t)1);
}

static void set_parent(struct rb_node *n, const struct rb_node *parent)
{
	n->parent_red = (uintptr_t)parent | (n->parent_red & 1);
}

static void set_red(struct rb_node *n, bool red)
{
	n->parent_red = (n->parent_red & ~(uintptr_t)1) | (red ? 1 : 0);
}

static struct rb_node *child(const struct rb_node *n, enum side s)
{
	return s == LEFT ? n->left : n->right;
}

static struct rb_node **child_link(struct rb_node *n, enum side s)
{
	return s == LEFT ? &n->left : &n->right;
}

/* On which side of its parent a node hangs. */
static enum side side_of(const struct rb_node *n)
{
	return parent_of(n)->left == n ? LEFT : RIGHT;
}

static bool is_red(const struct rb_node *n)
{
	return n != NULL && (n->parent_red & 1) != 0;
}

/* Puts `with`, which may be none, where `old` hangs. */
static void replace_child(struct rb_root *root, struct rb_node *old, struct rb_node *with)
{
	struct rb_node *parent = parent_of(old);

	if (parent == NULL)
		root->node = with;
	else
		*child_link(parent, side_of(old)) = with;
	if (with != NULL)
		set_parent(with, parent);
}

/* The node goes down on side s, and its child of the other side comes up. */
static void rotate(struct rb_root *root, struct rb_node *n, enum side s)
{
	struct rb_node *up = child(n, other(s));
	struct rb_node *moved = child(up, s);

	replace_child(root, n, up);
	*child_link(n, other(s)) = moved;
	if (moved != NULL)
		set_parent(moved, n);
	*child_link(up, s) = n;
	set_parent(n, up);
}

/* INVARIANT: but for node and its parent, both of which may be red, the tree is right. */
void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	assert(is_red(node));
	while (is_red(parent_of(node))) {
		struct rb_node *parent = parent_of(node), *grand = parent_of(parent);
		enum side s = side_of(parent);
		struct rb_node *uncle = child(grand, other(s));

		if (is_red(uncle)) {
			set_red(parent, false);
			set_red(uncle, false);
			set_red(grand, true);
			node = grand;
			continue;
		}
		if (side_of(node) != s) {
			rotate(root, parent, s);
			parent = node;
		}
		set_red(parent, false);
		set_red(grand, true);
		rotate(root, grand, other(s));
		break;
	}
	set_red(root->node, false);
}

/* Below parent, on side s, every way down has one black node less than on the other side. Its
 * sibling there is black; true: the tree is right again, false: the same is now so of the parent.
 */
static bool mend_black_sibling(struct rb_root *root, struct rb_node *parent, enum side s)
{
	struct rb_node *sibling = child(parent, other(s));
	struct rb_node *far = child(sibling, other(s));

	if (!is_red(far) && !is_red(child(sibling, s))) {
		bool was_red = is_red(parent);

		set_red(sibling, true);
		set_red(parent, false);
		return was_red;
	}
	if (!is_red(far)) {
		far = sibling;
		sibling = child(sibling, s);
		rotate(root, far, other(s));
	}
	set_red(sibling, is_red(parent));
	set_red(parent, false);
	set_red(far, false);
	rotate(root, parent, s);
	return true;
}

static void erase_color(struct rb_root *root, struct rb_node *parent, enum side s)
{
	for (;;) {
		struct rb_node *sibling = child(parent, other(s));

		if (is_red(sibling)) {
			set_red(sibling, false);
			set_red(parent, true);
			rotate(root, parent, s);
		}
		if (mend_black_sibling(root, parent, s) || parent_of(parent) == NULL)
			return;
		s = side_of(parent);
		parent = parent_of(parent);
	}
}

/* Takes out a node that has at most one child. */
static void erase_outer(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *below = node->left != NULL ? node->left : node->right;
	struct rb_node *parent = parent_of(node);
	enum side s = parent != NULL ? side_of(node) : LEFT;

	replace_child(root, node, below);
	/* An only child is red and takes over the blackness. */
	if (below != NULL)
		set_red(below, false);
	else if (parent != NULL && !is_red(node))
		erase_color(root, parent, s);
}

/* Puts `with` exactly where `old` is. */
static void take_place(struct rb_root *root, struct rb_node *old, struct rb_node *with)
{
	replace_child(root, old, with);
	with->left = old->left;
	with->right = old->right;
	set_red(with, is_red(old));
	if (with->left != NULL)
		set_parent(with->left, with);
	if (with->right != NULL)
		set_parent(with->right, with);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	assert(root->node != NULL);
	if (node->left != NULL && node->right != NULL) {
		struct rb_node *next = rb_next(node);

		erase_outer(root, next);
		take_place(root, node, next);
	} else {
		erase_outer(root, node);
	}
}

static struct rb_node *outermost(struct rb_node *n, enum side s)
{
	if (n == NULL)
		return NULL;
	while (child(n, s) != NULL)
		n = child(n, s);
	return n;
}

static struct rb_node *neighbour(const struct rb_node *n, enum side s)
{
	struct rb_node *up = parent_of(n);

	if (child(n, s) != NULL)
		return outermost(child(n, s), other(s));
	while (up != NULL && child(up, s) == n) {
		n = up;
		up = parent_of(up);
	}
	return up;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->node, LEFT);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->node, RIGHT);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, RIGHT);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, LEFT);
}

static void check_node(const struct rb_node *n)
{
	assert(n->left == NULL || parent_of(n->left) == n);
	assert(n->right == NULL || parent_of(n->right) == n);
	assert(!is_red(n) || (!is_red(n->left) && !is_red(n->right)));
}

/* Black nodes from here up to the root. */
static u32 black_height(const struct rb_node *n)
{
	u32 height = 0;

	for (; n != NULL; n = parent_of(n))
		height += is_red(n) ? 0 : 1;
	return height;
}

void rb_check(const struct rb_root *root)
{
	u32 height = 0;

	if (root->node == NULL)
		return;
	assert(parent_of(root->node) == NULL);
	assert(!is_red(root->node));
	for (const struct rb_node *n = rb_first(root); n != NULL; n = rb_next(n)) {
		check_node(n);
		if (n->left != NULL && n->right != NULL)
			continue;
		if (height == 0)
			height = black_height(n);
		assert(black_height(n) == height);
	}
}
