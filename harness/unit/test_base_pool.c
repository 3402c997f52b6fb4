// SPDX-License-Identifier: MIT
/* test_base_pool.c - pools: exhaustion, reuse, injected failures, snapshots, double frees. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/pool.h"

#define CAPACITY  8
#define OBJ_BYTES 40

struct fixture {
	struct pool pool;
	void *mem;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	f->mem = aligned_alloc(16, (size_t)pool_slot_bytes(OBJ_BYTES) * CAPACITY);
	if (f->mem == NULL) {
		free(f);
		return -1;
	}
	pool_init(&f->pool, "test", f->mem, OBJ_BYTES, CAPACITY);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	pool_check(&f->pool);
	pool_unpoison_all(&f->pool);
	free(f->mem);
	free(f);
	return 0;
}

static void all_slots_then_none(void **state)
{
	struct pool *p = &((struct fixture *)*state)->pool;
	u8 *obj[CAPACITY];
	u32 i;

	for (i = 0; i < CAPACITY; i++) {
		obj[i] = pool_alloc(p);
		assert_non_null(obj[i]);
		assert_int_equal((uintptr_t)obj[i] % 16, 0);
		assert_int_equal(pool_index(p, obj[i]), i);
		memset(obj[i], (int)i, OBJ_BYTES);
		pool_check(p);
	}
	assert_null(pool_alloc(p));
	assert_int_equal(p->exhausted, 1);
	for (i = 0; i < CAPACITY; i++) {
		assert_int_equal(obj[i][OBJ_BYTES - 1], i);
		pool_free(p, obj[i]);
		pool_check(p);
	}
	assert_int_equal(p->used, 0);
	assert_int_equal(p->peak, CAPACITY);
}

static void freed_slots_come_back(void **state)
{
	struct pool *p = &((struct fixture *)*state)->pool;
	void *obj[CAPACITY];
	u32 round, i;

	for (round = 0; round < 5; round++) {
		for (i = 0; i < CAPACITY; i++)
			obj[i] = pool_zalloc(p);
		for (i = 0; i < CAPACITY; i++) {
			assert_non_null(obj[i]);
			assert_int_equal(*(u8 *)obj[i], 0);
			*(u8 *)obj[i] = 1;
		}
		for (i = 0; i < CAPACITY; i++) {
			pool_free(p, obj[(i * 3) % CAPACITY]);
			pool_check(p);
		}
		pool_check(p);
	}
	assert_int_equal(p->fresh, CAPACITY);
}

static void the_nth_allocation_fails(void **state)
{
	struct pool *p = &((struct fixture *)*state)->pool;
	void *a, *b;

	p->fail_at = 2;
	a = pool_alloc(p);
	assert_non_null(a);
	assert_null(pool_alloc(p));
	b = pool_alloc(p);
	assert_non_null(b);
	assert_int_equal(p->failed, 1);
	assert_int_equal(p->exhausted, 0);
	pool_free(p, a);
	pool_free(p, b);
}

/* What a world does to save and restore: open, copy, close, and go on. */
static void snapshot_and_back(void **state)
{
	struct pool *p = &((struct fixture *)*state)->pool;
	size_t bytes = (size_t)p->slot_bytes * CAPACITY;
	struct pool saved;
	u8 *copy = malloc(bytes);
	u8 *a, *b;

	assert_non_null(copy);
	a = pool_zalloc(p);
	b = pool_zalloc(p);
	a[0] = 1;
	pool_free(p, b);
	pool_unpoison_all(p);
	memcpy(copy, p->mem, bytes);
	saved = *p;
	pool_repoison(p, p->fresh);

	a[0] = 2;
	assert_non_null(pool_alloc(p));
	assert_non_null(pool_alloc(p));
	pool_unpoison_all(p);
	memcpy(p->mem, copy, bytes);
	*p = saved;
	pool_repoison(p, p->fresh);

	assert_int_equal(a[0], 1);
	assert_int_equal(p->used, 1);
	pool_check(p);
	pool_free(p, a);
	free(copy);
}

/* In a child: the run must stop, at once or at the next check. */
static bool dies(struct pool *p, void (*what)(struct pool *p))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)close(STDERR_FILENO);
		what(p);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void free_twice(struct pool *p)
{
	void *a = pool_alloc(p);
	void *b = pool_alloc(p);

	(void)b;
	pool_free(p, a);
	pool_free(p, a);
	pool_check(p);
}

static void free_inside(struct pool *p)
{
	pool_free(p, (u8 *)pool_alloc(p) + 8);
}

static void wrong_frees_are_found(void **state)
{
	struct pool *p = &((struct fixture *)*state)->pool;

	assert_true(dies(p, free_twice));
	assert_true(dies(p, free_inside));
	assert_false(pool_owns(p, &p));
	assert_false(pool_owns(p, p->mem)); /* not given out yet */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		{ "pool/all_slots_then_none", all_slots_then_none, setup, teardown, NULL },
		{ "pool/freed_slots_come_back", freed_slots_come_back, setup, teardown, NULL },
		{ "pool/the_nth_allocation_fails", the_nth_allocation_fails, setup, teardown,
		  NULL },
		{ "pool/snapshot_and_back", snapshot_and_back, setup, teardown, NULL },
		{ "pool/wrong_frees_are_found", wrong_frees_are_found, setup, teardown, NULL },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
