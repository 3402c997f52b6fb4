// SPDX-License-Identifier: MIT
/* test_base_list.c - lists and hash chains keep their order through every operation. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/list.h"

struct item {
	u32 id;
	struct list_head link;
	struct hlist_node chain;
};

static void make(struct item *it, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		it[i] = (struct item){ .id = i };
		INIT_LIST_HEAD(&it[i].link);
	}
}

/* The ids in order as decimal digits, read both ways. */
static u32 digits(struct list_head *head)
{
	struct item *it;
	struct list_head *p;
	u32 forth = 0, back = 0, scale = 1;

	list_for_each_entry (it, head, struct item, link)
		forth = forth * 10 + it->id;
	for (p = head->prev; p != head; p = p->prev, scale *= 10)
		back += list_entry(p, struct item, link)->id * scale;
	assert_int_equal(forth, back);
	return forth;
}

static void list_order(void **state)
{
	struct list_head head, other;
	struct item it[6], *pos, *n;

	(void)state;
	make(it, 6);
	INIT_LIST_HEAD(&head);
	INIT_LIST_HEAD(&other);
	assert_true(list_empty(&head));
	list_add_tail(&it[1].link, &head);
	list_add_tail(&it[2].link, &head);
	list_add(&it[3].link, &head);
	assert_int_equal(digits(&head), 312);
	list_move_tail(&it[3].link, &head);
	assert_int_equal(digits(&head), 123);
	list_del_init(&it[2].link);
	list_del_init(&it[2].link);
	assert_int_equal(digits(&head), 13);
	list_add_tail(&it[4].link, &other);
	list_add_tail(&it[5].link, &other);
	list_splice_tail_init(&other, &head);
	assert_int_equal(digits(&head), 1345);
	assert_true(list_empty(&other));
	list_splice_tail_init(&other, &head);
	assert_int_equal(digits(&head), 1345);
	list_for_each_entry_safe (pos, n, &head, struct item, link)
		list_del_init(&pos->link);
	assert_true(list_empty(&head));
}

static u32 chain_digits(struct hlist_head *h)
{
	struct hlist_node *p;
	u32 v = 0;

	hlist_for_each (p, h)
		v = v * 10 + hlist_entry(p, struct item, chain)->id;
	return v;
}

static void chain_order(void **state)
{
	struct hlist_head h = { NULL };
	struct hlist_node *p, *n;
	struct item it[5];

	(void)state;
	make(it, 5);
	hlist_add_head(&it[1].chain, &h);
	hlist_add_head(&it[2].chain, &h);
	hlist_add_tail(&it[3].chain, &h);
	assert_int_equal(chain_digits(&h), 213);
	hlist_del_init(&it[1].chain);
	hlist_del_init(&it[1].chain);
	assert_true(hlist_unhashed(&it[1].chain));
	assert_int_equal(chain_digits(&h), 23);
	hlist_add_tail(&it[4].chain, &h);
	hlist_del_init(&it[2].chain);
	assert_int_equal(chain_digits(&h), 34);
	hlist_for_each_safe (p, n, &h)
		hlist_del_init(p);
	assert_null(h.first);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "list/order", list_order, NULL, NULL, NULL },
		{ "list/chain_order", chain_order, NULL, NULL, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
