// SPDX-License-Identifier: MIT
/* test_dma.c - bus addresses: what a card may reach, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/dma.h"
#include "harness/lib/scenario.h"

static struct world *w;
static struct net *net;
static struct dma_space *space;
static u8 memory[65536];

static int setup(void **state)
{
	struct world_cfg cfg = scenario_bare(&limits_fuzz, 1);

	(void)state;
	w = scenario_new(&cfg);
	net = &w->host[0].net;
	space = w->host[0].dma;
	host_config_begin(&w->host[0]);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dma_check(space);
	assert_int_equal(space->live, 0);
	host_config_end(&w->host[0]);
	scenario_free(w);
	return 0;
}

static void test_inside_is_found(void **state)
{
	u64 addr = dma_map_single(net, memory, 100, DMA_BIDIRECTIONAL);

	(void)state;
	assert_ptr_equal(dma_access(space, addr, 100, true), memory);
	assert_ptr_equal(dma_access(space, addr + 99, 1, false), memory + 99);
	assert_ptr_equal(dma_access(space, addr + 10, 20, false), memory + 10);
	assert_int_equal(space->faults, 0);
	dma_unmap_page_attrs(net, addr, 100, DMA_BIDIRECTIONAL);
}

static void test_outside_is_a_fault(void **state)
{
	u64 addr = dma_map_single(net, memory, 100, DMA_BIDIRECTIONAL);

	(void)state;
	assert_null(dma_access(space, addr + 99, 2, false));
	assert_null(dma_access(space, addr + 100, 1, false));
	assert_null(dma_access(space, addr + 101, 0, false));
	assert_null(dma_access(space, addr, 0xffffffff, false));
	assert_null(dma_access(space, addr - 1, 1, false));
	assert_null(dma_access(space, 0, 1, false));
	assert_null(dma_access(space, DMA_MAPPING_ERROR, 1, false));
	assert_null(dma_access(space, addr ^ 1ull << 40, 1, false));
	assert_int_equal(space->faults, 8);
	dma_unmap_page_attrs(net, addr, 100, DMA_BIDIRECTIONAL);
}

static void test_direction_is_kept(void **state)
{
	u64 to = dma_map_single(net, memory, 64, DMA_TO_DEVICE);
	u64 from = dma_map_single(net, memory + 64, 64, DMA_FROM_DEVICE);

	(void)state;
	assert_non_null(dma_access(space, to, 64, false));
	assert_null(dma_access(space, to, 64, true));
	assert_non_null(dma_access(space, from, 64, true));
	assert_null(dma_access(space, from, 64, false));
	assert_int_equal(space->faults, 2);
	dma_unmap_page_attrs(net, to, 64, DMA_TO_DEVICE);
	dma_unmap_page_attrs(net, from, 64, DMA_FROM_DEVICE);
}

static void test_stale_address_finds_nothing(void **state)
{
	u64 old = dma_map_single(net, memory, 64, DMA_TO_DEVICE), new;

	(void)state;
	dma_unmap_page_attrs(net, old, 64, DMA_TO_DEVICE);
	assert_null(dma_access(space, old, 1, false));
	new = dma_map_single(net, memory + 64, 64, DMA_TO_DEVICE);
	assert_true(new != old);
	assert_null(dma_access(space, old, 1, false));
	assert_ptr_equal(dma_access(space, new, 1, false), memory + 64);
	assert_int_equal(space->faults, 2);
	dma_unmap_page_attrs(net, new, 64, DMA_TO_DEVICE);
}

static void test_page_and_its_parts(void **state)
{
	struct page *page = page_alloc(net, PAGE_SIZE);
	u64 addr = dma_map_page_attrs(net, page, 1024, 2048, DMA_FROM_DEVICE);

	(void)state;
	assert_ptr_equal(dma_access(space, addr + 100, 4, true), page->mem + 1124);
	dma_sync_single_for_cpu(net, addr + 100, 4, DMA_FROM_DEVICE);
	dma_sync_single_for_device(net, addr, 2048, DMA_FROM_DEVICE);
	dma_unmap_page_attrs(net, addr, 2048, DMA_FROM_DEVICE);
	put_page(page);
}

static void test_coherent_largest(void **state)
{
	u64 addr = dma_map_coherent(net, memory, sizeof(memory));

	(void)state;
	assert_non_null(dma_access(space, addr, sizeof(memory), true));
	assert_non_null(dma_access(space, addr + sizeof(memory) - 1, 1, false));
	assert_null(dma_access(space, addr + sizeof(memory), 1, false));
	dma_unmap_coherent(net, addr);
}

static void test_nth_mapping_fails(void **state)
{
	u64 a, b;

	(void)state;
	space->fail_at = 2;
	a = dma_map_single(net, memory, 1, DMA_TO_DEVICE);
	assert_true(a != DMA_MAPPING_ERROR);
	assert_true(dma_map_single(net, memory, 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
	b = dma_map_single(net, memory, 1, DMA_TO_DEVICE);
	assert_true(b != DMA_MAPPING_ERROR);
	dma_unmap_page_attrs(net, a, 1, DMA_TO_DEVICE);
	dma_unmap_page_attrs(net, b, 1, DMA_TO_DEVICE);
}

static void test_full_space_refuses(void **state)
{
	static u64 addr[65536];
	u32 cap = space->cap;

	(void)state;
	assert_true(cap <= 65536);
	for (u32 round = 0; round < 3; round++) {
		for (u32 i = 0; i < cap; i++) {
			addr[i] = dma_map_single(net, memory + i, 1, DMA_TO_DEVICE);
			assert_true(addr[i] != DMA_MAPPING_ERROR);
		}
		assert_true(dma_map_single(net, memory, 1, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
		dma_check(space);
		for (u32 i = 0; i < cap; i++) {
			assert_ptr_equal(dma_access(space, addr[i], 1, false), memory + i);
			dma_unmap_page_attrs(net, addr[i], 1, DMA_TO_DEVICE);
		}
	}
	assert_int_equal(space->exhausted, 3);
	assert_int_equal(space->peak, cap);
}

/* What a card sees depends on the order of mappings alone. */
static void test_addresses_repeat(void **state)
{
	u64 first[8];

	(void)state;
	for (u32 round = 0; round < 2; round++) {
		struct dma_map map[4];
		struct dma_space s;
		struct dma_space *kept = w->host[0].dma;
		u32 n = 0;

		dma_space_init(&s, map, 4);
		w->host[0].dma = &s;
		for (u32 i = 0; i < 8; i++) {
			u64 a = dma_map_single(net, memory + round * 100, 5 + i, DMA_TO_DEVICE);

			if (round == 0)
				first[n] = a;
			assert_true(first[n] == a);
			n++;
			if (i % 3 != 2)
				dma_unmap_page_attrs(net, a, 5 + i, DMA_TO_DEVICE);
		}
		dma_check(&s);
		w->host[0].dma = kept;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)
		T(inside_is_found),    T(outside_is_a_fault),
		T(direction_is_kept),  T(stale_address_finds_nothing),
		T(page_and_its_parts), T(coherent_largest),
		T(nth_mapping_fails),  T(full_space_refuses),
		T(addresses_repeat),
#undef T
	};

	return cmocka_run_group_tests_name("dma", tests, NULL, NULL);
}
