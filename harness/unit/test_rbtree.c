// SPDX-License-Identifier: MIT
/* test_rbtree.c - red-black trees against a plain order: every way to build and to take apart small
 * ones, and long runs on large ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/rbtree.h"
#include "base/rng.h"

enum { SMALL = 5, MIDDLE = 8, LARGE = 300, STEPS = 20000 };

struct item {
	struct rb_node node;
	u32 key;
	bool in;
};

static struct item items[LARGE];
static struct rb_root root;
static u32 present;

static void insert(u32 key)
{
	struct rb_node **link = &root.node, *parent = NULL;

	while (*link != NULL) {
		parent = *link;
		link = key < rb_entry(parent, struct item, node)->key ? &parent->left
								      : &parent->right;
	}
	items[key].key = key;
	items[key].in = true;
	rb_link_node(&items[key].node, parent, link);
	rb_insert_color(&items[key].node, &root);
	present++;
}

static void erase(u32 key)
{
	rb_erase(&items[key].node, &root);
	items[key].in = false;
	present--;
}

/* Both ways through the tree meet what is in it, in order, and nothing else. */
static void check(u32 n)
{
	struct rb_node *at = rb_first(&root), *last = rb_last(&root);
	u32 seen = 0;

	rb_check(&root);
	assert_int_equal(rb_empty_root(&root), present == 0);
	for (u32 i = 0; i < n; i++) {
		if (!items[i].in)
			continue;
		assert_ptr_equal(at, &items[i].node);
		at = rb_next(at);
		seen++;
	}
	assert_null(at);
	assert_int_equal(seen, present);
	for (u32 i = n; i-- > 0;) {
		if (!items[i].in)
			continue;
		assert_ptr_equal(last, &items[i].node);
		last = rb_prev(last);
	}
	assert_null(last);
}

static void reset(void)
{
	memset(items, 0, sizeof(items));
	root = (struct rb_root){ 0 };
	present = 0;
}

static void swap(u8 *a, u8 *b)
{
	u8 t = *a;

	*a = *b;
	*b = t;
}

/* The next permutation in lexicographic order; false: that was the last. */
static bool permute(u8 *p, u32 n)
{
	u32 i = n - 1, j = n - 1;

	while (i > 0 && p[i - 1] >= p[i])
		i--;
	if (i == 0)
		return false;
	while (p[j] <= p[i - 1])
		j--;
	swap(&p[i - 1], &p[j]);
	for (j = n - 1; i < j; i++, j--)
		swap(&p[i], &p[j]);
	return true;
}

static void first_permutation(u8 *p, u32 n)
{
	for (u32 i = 0; i < n; i++)
		p[i] = (u8)i;
}

static void build(const u8 *in, u32 n)
{
	reset();
	for (u32 i = 0; i < n; i++) {
		insert(in[i]);
		check(n);
	}
}

static void take_apart(const u8 *out, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		erase(out[i]);
		check(n);
	}
}

/* Every order of inserting with every order of erasing. */
static void test_small(void **state)
{
	u8 in[MIDDLE], out[MIDDLE];

	(void)state;
	for (u32 n = 1; n <= SMALL; n++) {
		first_permutation(in, n);
		do {
			first_permutation(out, n);
			do {
				build(in, n);
				take_apart(out, n);
			} while (permute(out, n));
		} while (permute(in, n));
	}
}

/* Every order of inserting, and then one node goes, each. */
static void test_middle(void **state)
{
	u8 in[MIDDLE];

	(void)state;
	first_permutation(in, MIDDLE);
	do {
		for (u32 gone = 0; gone < MIDDLE; gone++) {
			reset();
			for (u32 i = 0; i < MIDDLE; i++)
				insert(in[i]);
			erase(gone);
			check(MIDDLE);
		}
	} while (permute(in, MIDDLE));
}

static void test_large(void **state)
{
	struct rng r;

	(void)state;
	rng_init(&r, 1, RNG_PROGRAM, 0);
	reset();
	for (u32 i = 0; i < STEPS; i++) {
		u32 key = rng_below(&r, LARGE);

		if (items[key].in)
			erase(key);
		else
			insert(key);
		if (i % 16 == 0)
			check(LARGE);
	}
	while (present != 0)
		erase(rb_entry(rb_first(&root), struct item, node)->key);
	check(LARGE);
}

/* What TCP does: in at the end, out at the beginning. It stays flat. */
static void test_queue(void **state)
{
	(void)state;
	reset();
	for (u32 i = 0; i < LARGE; i++) {
		insert(i);
		if (i >= 60)
			erase(i - 60);
		check(LARGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_middle),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
