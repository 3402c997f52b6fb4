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
	return n->parent->left == n ? LEFT : RIGHT;
}

static bool is_red(const struct rb_node *n)
{
	return n != NULL && n->red;
}

/* Puts `with`, which may be none, where `old` hangs. */
static void replace_child(struct rb_root *root, struct rb_node *old, struct rb_node *with)
{
	if (old->parent == NULL)
		root->node = with;
	else
		*child_link(old->parent, side_of(old)) = with;
	if (with != NULL)
		with->parent = old->parent;
}

/* The node goes down on side s, and its child of the other side comes up. */
static void rotate(struct rb_root *root, struct rb_node *n, enum side s)
{
	struct rb_node *up = child(n, other(s));
	struct rb_node *moved = child(up, s);

	replace_child(root, n, up);
	*child_link(n, other(s)) = moved;
	if (moved != NULL)
		moved->parent = n;
	*child_link(up, s) = n;
	n->parent = up;
}

/* INVARIANT: but for node and its parent, both of which may be red, the tree is right. */
void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	assert(node->red);
	while (is_red(node->parent)) {
		struct rb_node *parent = node->parent, *grand = parent->parent;
		enum side s = side_of(parent);
		struct rb_node *uncle = child(grand, other(s));

		if (is_red(uncle)) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (side_of(node) != s) {
			rotate(root, parent, s);
			parent = node;
		}
		parent->red = false;
		grand->red = true;
		rotate(root, grand, other(s));
		break;
	}
	root->node->red = false;
}

/* Below parent, on side s, every way down has one black node less than on the other side. Its
 * sibling there is black; true: the tree is right again, false: the same is now so of the parent.
 */
static bool mend_black_sibling(struct rb_root *root, struct rb_node *parent, enum side s)
{
	struct rb_node *sibling = child(parent, other(s));
	struct rb_node *far = child(sibling, other(s));

	if (!is_red(far) && !is_red(child(sibling, s))) {
		bool was_red = parent->red;

		sibling->red = true;
		parent->red = false;
		return was_red;
	}
	if (!is_red(far)) {
		far = sibling;
		sibling = child(sibling, s);
		rotate(root, far, other(s));
	}
	sibling->red = parent->red;
	parent->red = false;
	far->red = false;
	rotate(root, parent, s);
	return true;
}

static void erase_color(struct rb_root *root, struct rb_node *parent, enum side s)
{
	for (;;) {
		struct rb_node *sibling = child(parent, other(s));

		if (sibling->red) {
			sibling->red = false;
			parent->red = true;
			rotate(root, parent, s);
		}
		if (mend_black_sibling(root, parent, s) || parent->parent == NULL)
			return;
		s = side_of(parent);
		parent = parent->parent;
	}
}

/* Takes out a node that has at most one child. */
static void erase_outer(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *below = node->left != NULL ? node->left : node->right;
	struct rb_node *parent = node->parent;
	enum side s = parent != NULL ? side_of(node) : LEFT;

	replace_child(root, node, below);
	/* An only child is red and takes over the blackness. */
	if (below != NULL)
		below->red = false;
	else if (parent != NULL && !node->red)
		erase_color(root, parent, s);
}

/* Puts `with` exactly where `old` is. */
static void take_place(struct rb_root *root, struct rb_node *old, struct rb_node *with)
{
	replace_child(root, old, with);
	with->left = old->left;
	with->right = old->right;
	with->red = old->red;
	if (with->left != NULL)
		with->left->parent = with;
	if (with->right != NULL)
		with->right->parent = with;
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
	struct rb_node *up = n->parent;

	if (child(n, s) != NULL)
		return outermost(child(n, s), other(s));
	while (up != NULL && child(up, s) == n) {
		n = up;
		up = up->parent;
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
	assert(n->left == NULL || n->left->parent == n);
	assert(n->right == NULL || n->right->parent == n);
	assert(!n->red || (!is_red(n->left) && !is_red(n->right)));
}

/* Black nodes from here up to the root. */
static u32 black_height(const struct rb_node *n)
{
	u32 height = 0;

	for (; n != NULL; n = n->parent)
		height += n->red ? 0 : 1;
	return height;
}

void rb_check(const struct rb_root *root)
{
	u32 height = 0;

	if (root->node == NULL)
		return;
	assert(root->node->parent == NULL);
	assert(!root->node->red);
	for (const struct rb_node *n = rb_first(root); n != NULL; n = rb_next(n)) {
		check_node(n);
		if (n->left != NULL && n->right != NULL)
			continue;
		if (height == 0)
			height = black_height(n);
		assert(black_height(n) == height);
	}
}
