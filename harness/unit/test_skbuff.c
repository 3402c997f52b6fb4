// SPDX-License-Identifier: MIT
/* test_skbuff.c - packets against a plain array of bytes, sizes against the kernel's, and no leaks
 * when memory ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/csum.h"
#include "base/rng.h"
#include "harness/lib/scenario.h"

enum { BYTES_MAX = 8192, ROUNDS = 3000, STEPS = 12, FAIL_STEPS = 40 };

/* A packet and what must be in it. */
struct model {
	struct sk_buff *skb;
	u8 bytes[BYTES_MAX];
	u32 len;
};

static struct net *net_of(struct world *w)
{
	return &w->host[0].net;
}

static struct world *begin(void)
{
	struct world_cfg cfg = scenario_bare(&limits_test, 1);
	struct world *w = scenario_new(&cfg);

	cpu_unit_begin(&w->host[0].cpu[0], NULL);
	return w;
}

static void end(struct world *w)
{
	struct net *net = net_of(w);

	assert_int_equal(net->skb_pool.used, 0); /* DIVERGES(napi-skb-cache): none is kept back */
	for (u32 i = 0; i < SKB_HEAD_CLASSES; i++)
		assert_int_equal(net->head_pool[i].used, 0);
	assert_int_equal(net->page_pool[0].used, 0);
	assert_int_equal(net->page_pool[1].used, 0);
	cpu_unit_end(&w->host[0].cpu[0]);
	world_exit(w);
	scenario_free(w);
}

/* --- sizes ---------------------------------------------------------------------------------------
 */

static void truesize_each_size_is_the_kernels(void **state)
{
	/* Measured as SK_MEMINFO_RMEM_ALLOC of datagrams over the loopback of Linux 6.12.117: bytes
	 * asked for (payload, 28 of headers, what ip_append_data() adds for the link) and what they
	 * cost.
	 */
	static const struct {
		u32 size, truesize;
	} cases[] = {
		{ 1, 896 },	{ 320, 896 },	{ 321, 1280 },	 { 704, 1280 },
		{ 705, 2304 },	{ 1728, 2304 }, { 1729, 4352 },	 { 3776, 4352 },
		{ 3777, 8448 }, { 7872, 8448 }, { 7873, 16640 }, { 16064, 16640 },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(skb_truesize_of(cases[i].size), cases[i].truesize);
		assert_true(skb_end_of(cases[i].size) >= cases[i].size);
	}
	assert_int_equal(kmalloc_size_roundup(65), 96);
	assert_int_equal(kmalloc_size_roundup(97), 128);
	assert_int_equal(kmalloc_size_roundup(129), 192);
	assert_int_equal(kmalloc_size_roundup(193), 256);
	assert_int_equal(kmalloc_size_roundup(8193), 16384);
}

static void alloc_each_size_has_its_room(void **state)
{
	struct world *w = begin();
	struct net *net = net_of(w);

	(void)state;
	for (u32 size = 0; size <= 66560; size += size < 4096 ? 1 : 511) {
		struct sk_buff *skb = alloc_skb(net, size);

		assert_non_null(skb);
		memset(skb_put(skb, size), 1, size);
		assert_true(skb->end <= skb_end_offset(skb));
		assert_int_equal(skb->truesize, skb_truesize_of(size));
		skb_check(skb);
		consume_skb(skb);
	}
	assert_null(alloc_skb(net, 66561)); /* DIVERGES(head-limit) */
	end(w);
}

/* --- a packet of random make ---------------------------------------------------------------------
 */

static void model_append(struct model *m, u8 *to, u32 n, struct rng *rng)
{
	for (u32 i = 0; i < n; i++) {
		to[i] = (u8)rng_u32(rng);
		m->bytes[m->len + i] = to[i];
	}
	m->len += n;
}

static bool add_frag(struct net *net, struct model *m, struct sk_buff *skb, struct rng *rng)
{
	u32 n = 1 + rng_below(rng, 300), offset = rng_below(rng, 64);
	struct page *page = page_alloc(net, PAGE_SIZE);

	if (page == NULL)
		return false;
	model_append(m, page->mem + offset, n, rng);
	skb_add_rx_frag(skb, page, offset, n, PAGE_SIZE);
	return true;
}

/* Linear part and fragments. NULL when memory ends. */
static struct sk_buff *random_part(struct net *net, struct model *m, struct rng *rng)
{
	u32 headroom = rng_below(rng, 64), n = rng_below(rng, 400), frags = rng_below(rng, 4);
	struct sk_buff *skb = alloc_skb(net, headroom + n + rng_below(rng, 300));

	if (skb == NULL)
		return NULL;
	skb_reserve(skb, headroom);
	model_append(m, skb_put(skb, n), n, rng);
	for (u32 i = 0; i < frags; i++) {
		if (!add_frag(net, m, skb, rng)) {
			kfree_skb(skb);
			return NULL;
		}
	}
	return skb;
}

static bool random_packet(struct net *net, struct model *m, struct rng *rng)
{
	u32 members = rng_below(rng, 4);
	struct sk_buff **link;

	m->len = 0;
	m->skb = random_part(net, m, rng);
	if (m->skb == NULL)
		return false;
	link = &m->skb->hd->frag_list;
	for (u32 i = 0; i < members; i++) {
		struct sk_buff *part = random_part(net, m, rng);

		if (part == NULL) {
			m->len = m->skb->len; /* what there is, is a packet */
			return true;
		}
		if (part->len == 0) {
			kfree_skb(part);
			continue;
		}
		m->skb->len += part->len;
		m->skb->data_len += part->len;
		m->skb->truesize += part->truesize;
		*link = part;
		link = &part->next;
	}
	*link = NULL;
	return true;
}

static void model_check(const struct model *m)
{
	static u8 copy[BYTES_MAX];

	skb_check(m->skb);
	assert_int_equal(m->skb->len, m->len);
	assert_int_equal(skb_copy_bits(m->skb, 0, copy, m->len), 0);
	assert_memory_equal(copy, m->bytes, m->len);
	assert_int_equal(skb_checksum(m->skb, 0, m->len, 0), csum_partial(m->bytes, m->len, 0));
	assert_true(skb_copy_bits(m->skb, 1, copy, m->len) != 0);
}

static void check_range(const struct model *m, struct rng *rng)
{
	u32 at = rng_below(rng, m->len + 1), n = rng_below(rng, m->len - at + 1);
	u8 copy[BYTES_MAX];

	assert_int_equal(skb_copy_bits(m->skb, at, copy, n), 0);
	assert_memory_equal(copy, m->bytes + at, n);
	assert_int_equal(skb_checksum(m->skb, at, n, 0), csum_partial(m->bytes + at, n, 0));
}

/* --- one random thing done to it; all may fail, none may change the bytes wrongly
 * ---------------------- */

static void step_pull(struct model *m, struct rng *rng)
{
	u32 n = rng_below(rng, m->len + 2);

	if (pskb_may_pull(m->skb, n)) {
		assert_true(n <= skb_headlen(m->skb));
		assert_memory_equal(m->skb->data, m->bytes, n);
	}
}

static void step_drop_front(struct model *m, struct rng *rng)
{
	u32 n = rng_below(rng, m->len / 4 + 1);

	if (!pskb_pull(m->skb, n))
		return;
	m->len -= n;
	memmove(m->bytes, m->bytes + n, m->len);
}

static void step_trim(struct model *m, struct rng *rng)
{
	u32 n = m->len - rng_below(rng, m->len / 3 + 1);

	if (pskb_trim(m->skb, n) == 0)
		m->len = n;
}

static void step_trim_rcsum(struct model *m, struct rng *rng)
{
	u32 n = m->len - rng_below(rng, m->len / 3 + 1);

	m->skb->ip_summed = CHECKSUM_COMPLETE;
	m->skb->csum = csum_partial(m->bytes, m->len, 0);
	if (pskb_trim_rcsum(m->skb, n) == 0) {
		m->len = n;
		/* Both zeros of the arithmetic stand for an empty rest. */
		assert_int_equal(csum_fold(m->skb->csum) % 0xffff,
				 csum_fold(csum_partial(m->bytes, n, 0)) % 0xffff);
	}
	m->skb->ip_summed = CHECKSUM_NONE;
}

static void step_expand(struct model *m, struct rng *rng)
{
	u32 nhead = rng_below(rng, 100), headroom = skb_headroom(m->skb);

	if (pskb_expand_head(m->skb, nhead, rng_below(rng, 100)) == 0)
		assert_true(skb_headroom(m->skb) >= headroom + nhead);
}

static void step_linearize(struct model *m, struct rng *rng)
{
	if (rng_below(rng, 4) == 0 && skb_linearize(m->skb) == 0)
		assert_false(skb_is_nonlinear(m->skb));
}

/* What is done to a packet must not show in a clone of it. */
static void step_clone(struct model *m, struct rng *rng)
{
	struct sk_buff *clone = skb_clone(m->skb);
	struct model other = *m;
	u8 *p;

	if (clone == NULL)
		return;
	other.skb = clone;
	if (rng_below(rng, 2) != 0)
		step_trim(m, rng);
	if (rng_below(rng, 2) != 0)
		step_pull(&other, rng);
	if (m->len >= 8 && skb_ensure_writable(m->skb, 8) == 0) {
		p = m->skb->data;
		p[3] ^= 0x55;
		m->bytes[3] ^= 0x55;
	}
	model_check(&other);
	consume_skb(clone);
}

static void step_copy(struct model *m, struct rng *rng)
{
	struct sk_buff *copy = rng_below(rng, 2) != 0 ? skb_copy(m->skb) : pskb_copy(m->skb);
	struct model other = *m;

	if (copy == NULL)
		return;
	other.skb = copy;
	model_check(&other);
	consume_skb(m->skb);
	m->skb = copy;
}

static void step_coalesce(struct net *net, struct model *m, struct rng *rng)
{
	struct sk_buff *from = random_part(net, m, rng);
	u32 delta, truesize, added;
	bool stolen;

	if (from == NULL) {
		m->len = m->skb->len;
		return;
	}
	added = from->len;
	truesize = m->skb->truesize;
	if (m->len > BYTES_MAX / 2 || !skb_try_coalesce(m->skb, from, &stolen, &delta)) {
		m->len -= added;
		kfree_skb(from);
		return;
	}
	assert_int_equal(m->skb->truesize, truesize + delta);
	kfree_skb_partial(from, stolen);
}

static void step_pad(struct model *m, struct rng *rng)
{
	u32 n = m->len + rng_below(rng, 40);

	if (m->skb->users != 1 || skb_put_padto(m->skb, n) != 0) {
		m->skb = NULL; /* it is gone */
		return;
	}
	memset(m->bytes + m->len, 0, n - m->len);
	m->len = n;
}

static void step_headroom(struct model *m, struct rng *rng)
{
	struct sk_buff *n;

	if (rng_below(rng, 2) != 0) {
		(void)!skb_cow_head(m->skb, rng_below(rng, 120));
		return;
	}
	n = skb_realloc_headroom(m->skb, rng_below(rng, 120));
	if (n == NULL)
		return;
	consume_skb(m->skb);
	m->skb = n;
}

static void random_step(struct net *net, struct model *m, struct rng *rng)
{
	static void (*const step[])(struct model * m, struct rng * rng) = {
		step_pull,	step_drop_front, step_trim, step_trim_rcsum, step_expand,
		step_linearize, step_clone,	 step_copy, step_pad,	     step_headroom,
	};
	u32 i = rng_below(rng, ARRAY_SIZE(step) + 1);

	if (i == ARRAY_SIZE(step))
		step_coalesce(net, m, rng);
	else
		step[i](m, rng);
}

static void one_round(struct net *net, struct rng *rng)
{
	static struct model m;

	if (!random_packet(net, &m, rng))
		return;
	model_check(&m);
	for (u32 i = 0; i < STEPS && m.skb != NULL; i++) {
		random_step(net, &m, rng);
		if (m.skb != NULL) {
			model_check(&m);
			check_range(&m, rng);
		}
	}
	kfree_skb(m.skb);
}

static void any_operation_keeps_the_bytes(void **state)
{
	struct world *w = begin();
	struct rng rng;

	(void)state;
	rng_init(&rng, 1, RNG_PROGRAM, 0);
	for (u32 i = 0; i < ROUNDS; i++)
		one_round(net_of(w), &rng);
	end(w);
}

/* The same with the n-th allocation of one pool failing. */
static void any_failed_allocation_leaks_nothing(void **state)
{
	struct world *w = begin();
	struct net *net = net_of(w);
	struct pool *pools[] = { &net->skb_pool, &net->head_pool[0], &net->head_pool[1],
				 &net->head_pool[2], &net->page_pool[0] };

	(void)state;
	for (u32 p = 0; p < ARRAY_SIZE(pools); p++) {
		for (u32 n = 1; n <= FAIL_STEPS; n++) {
			struct rng rng;

			rng_init(&rng, n, RNG_PROGRAM, p);
			for (u32 i = 0; i < 30; i++) {
				pools[p]->fail_at = n;
				one_round(net, &rng);
			}
			pools[p]->fail_at = 0;
		}
	}
	end(w);
}

/* --- the rest ------------------------------------------------------------------------------------
 */

static void drops_are_counted_once_for_the_last_owner(void **state)
{
	struct world *w = begin();
	struct net *net = net_of(w);
	struct sk_buff *skb = alloc_skb(net, 100);

	(void)state;
	skb_get(skb);
	kfree_skb_reason(skb, DROP_IP_CSUM);
	assert_int_equal(net->drops[DROP_IP_CSUM], 0);
	kfree_skb_reason(skb, DROP_IP_INHDR);
	assert_int_equal(net->drops[DROP_IP_INHDR], 1);
	consume_skb(alloc_skb(net, 1));
	assert_int_equal(net->drops[DROP_CONSUMED], 0);
	kfree_skb(alloc_skb(net, 1));
	assert_int_equal(net->drops[DROP_NOT_SPECIFIED], 1);
	kfree_skb(NULL);
	consume_skb(NULL);
	end(w);
}

static void checksum_help_writes_where_the_sender_said(void **state)
{
	struct world *w = begin();
	struct sk_buff *skb = alloc_skb(net_of(w), 200);
	u8 *p = skb_put(skb, 101);

	(void)state;
	for (u32 i = 0; i < 101; i++)
		p[i] = (u8)(i * 3);
	p[46] = 0;
	p[47] = 0;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = 40;
	skb->csum_offset = 6;
	assert_int_equal(skb_checksum_help(skb), 0);
	assert_int_equal(skb->ip_summed, CHECKSUM_NONE);
	assert_int_equal(csum_fold(csum_partial(p + 40, 61, 0)), 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_offset = 60;
	assert_true(skb_checksum_help(skb) < 0);
	kfree_skb(skb);
	end(w);
}

static void queue_keeps_order_and_count(void **state)
{
	struct world *w = begin();
	struct sk_buff_head a, b;
	u32 first = net_of(w)->next_skb_id;
	static const u8 want[] = { 2, 0, 1, 3, 4 };

	(void)state;
	skb_queue_head_init(&a);
	skb_queue_head_init(&b);
	for (u32 i = 0; i < 5; i++) {
		struct sk_buff *skb = alloc_skb(net_of(w), 1);

		if (i == 2)
			skb_queue_head(&a, skb);
		else
			skb_queue_tail(i < 3 ? &a : &b, skb);
	}
	skb_queue_splice_tail_init(&b, &a);
	assert_true(skb_queue_empty(&b));
	assert_int_equal(a.qlen, 5);
	for (u32 i = 0; i < 4; i++) {
		struct sk_buff *skb = skb_dequeue(&a);

		assert_int_equal(skb->id - first, want[i]);
		kfree_skb(skb);
	}
	assert_ptr_equal(skb_peek(&a), skb_peek_tail(&a));
	skb_queue_purge_reason(&a, DROP_QUEUE_PURGE);
	assert_null(skb_dequeue_tail(&a));
	end(w);
}

static void frags_are_cut_by_order(void **state)
{
	struct world *w = begin();
	struct net *net = net_of(w);
	int err = 0;
	struct sk_buff *skb = alloc_skb_with_frags(net, 100, 40000, 3, &err);

	(void)state;
	/* 32 KiB, then 8 KiB: their sizes count whole. */
	assert_non_null(skb);
	assert_int_equal(skb->hd->nr_frags, 2);
	assert_int_equal(skb->truesize, 896 + 32768 + 8192);
	kfree_skb(skb);
	assert_null(alloc_skb_with_frags(net, 100, 17 * 4096 + 1, 0, &err));
	assert_int_equal(err, -90);
	net->page_pool[0].fail_at = 3;
	assert_null(alloc_skb_with_frags(net, 100, 17 * 4096, 0, &err));
	assert_int_equal(err, -105);
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truesize_each_size_is_the_kernels),
		cmocka_unit_test(alloc_each_size_has_its_room),
		cmocka_unit_test(any_operation_keeps_the_bytes),
		cmocka_unit_test(any_failed_allocation_leaks_nothing),
		cmocka_unit_test(drops_are_counted_once_for_the_last_owner),
		cmocka_unit_test(checksum_help_writes_where_the_sender_said),
		cmocka_unit_test(queue_keeps_order_and_count),
		cmocka_unit_test(frags_are_cut_by_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
