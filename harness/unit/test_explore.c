// SPDX-License-Identifier: MIT
/* test_explore.c - runs as fuzzers make them: the same as a record of the same program, nothing
 * left of the run before, and the same whatever ran before.
 *
 * ENTRIES=1000 TIMES=1000 in the environment replay so many inputs so often (ci/test-stability.sh).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/rng.h"
#include "harness/diff/generate.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"
#include "harness/lib/world.h"
#include "harness/script/record.h"
#include "harness/script/run.h"

enum { PROGRAMS = 150, ENTRIES = 60, TIMES = 8, INPUT_MAX = 4096 };

static struct dut_worlds *worlds;

static u32 number_from(const char *variable, u32 otherwise)
{
	const char *v = getenv(variable);

	return v != NULL ? (u32)strtoul(v, NULL, 10) : otherwise;
}

static struct script *parse(const char *text)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("t.pkt", text, strlen(text), &err);

	if (s == NULL)
		print_error("%u:%u: %s\n%s\n", err.line, err.column, err.text, text);
	assert_non_null(s);
	return s;
}

static struct script *program(u64 n)
{
	struct generate g;
	enum generate_area area;
	struct script *s;
	char *text;
	size_t len;

	generate_init(&g, 1);
	text = generate_program(&g, n, &len, &area);
	s = parse(text);
	free(text);
	return s;
}

static struct run_options exploring(void)
{
	struct run_options o;

	run_options_init(&o);
	o.explore = true;
	o.digest = true;
	o.check_end = true;
	return o;
}

static struct run_result explore_with(const struct script *s, const struct run_options *o)
{
	struct run_result r = run_script(s, o, worlds);

	run_result_free(&r);
	return r;
}

static struct run_result explore(const struct script *s)
{
	struct run_options o = exploring();

	return explore_with(s, &o);
}

static struct run_result explore_text(const char *text)
{
	struct script *s = parse(text);
	struct run_result r = explore(s);

	script_free(s);
	return r;
}

/* --- as a record
 * ------------------------------------------------------------------------------------------ */

static u32 count(const struct record *rec, enum record_kind kind)
{
	u32 n = 0;

	for (u32 i = 0; i < rec->nr; i++)
		n += rec->event[i].kind == kind;
	return n;
}

static void test_as_record(void **state)
{
	u32 whole = 0;

	(void)state;
	for (u64 n = 0; n < PROGRAMS; n++) {
		struct script *s = program(n);
		struct run_options o;
		struct run_result r, e;
		struct record rec;

		run_options_init(&o);
		o.record = &rec;
		o.digest = true;
		record_init(&rec);
		r = run_script(s, &o, worlds);
		e = explore(s);
		if (r.verdict == RUN_PASSED && e.digest != r.digest)
			print_error("program %llu of seed 1\n", (unsigned long long)n);
		if (r.verdict == RUN_PASSED) {
			whole++;
			assert_int_equal(e.verdict, RUN_PASSED);
			assert_int_equal(e.skipped, 0);
			assert_true(e.digest == r.digest);
			assert_int_equal(e.calls, count(&rec, RECORD_RETURN));
			assert_int_equal(e.frames,
					 count(&rec, RECORD_OUT) + count(&rec, RECORD_IN));
			assert_true(e.virtual_ps == r.virtual_ps);
		}
		run_result_free(&r);
		record_free(&rec);
		script_free(s);
	}
	assert_in_range(whole, PROGRAMS / 2, PROGRAMS);
}

/* --- what cannot be run
 * ------------------------------------------------------------------------------------------ */

#define UP     "`ip link set lo up`\n"
#define SOCKET "+0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"

static void test_skips(void **state)
{
	static const struct {
		const char *text;
		u32 calls, skipped;
	} cases[] = {
		{ UP SOCKET "+0 close(3) = 7\n", 2, 0 },
		{ UP "+.5 socket(AF_INET, SOCK_DGRAM, 0) = 3\n0.1 close(3) = 0\n+0 close(3) = 0\n",
		  2, 1 },
		{ UP SOCKET "+0 close(NOBODY) = 0\n+0 close(3) = 0\n", 2, 1 },
		/* The first one waits for ever; nobody waits for it twice. */
		{ UP SOCKET "+0 recv(3, ..., 10, 0) = 1\n+0 close(3) = 0\n+0 close(3) = 0\n"
			    "+0 thread 2: close(3) = 0\n",
		  2, 2 },
		{ "--no_such_option=1\n" UP SOCKET, 1, 1 },
		{ UP "`false`\n`nobody knows this`\n" SOCKET, 1, 1 },
		{ UP SOCKET "%{ assert False }%\n+0 > 127.0.0.1:1 > 127.0.0.1:2 udp (5)\n"
			    "+0 mib Udp.InDatagrams +17\n+0 close(3) = 0\n",
		  2, 0 },
		{ UP SOCKET "+0 advance 400000s\n+0 close(3) = 0\n", 2, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run_result r = explore_text(cases[i].text);

		if (r.calls != cases[i].calls || r.skipped != cases[i].skipped)
			print_error("%s", cases[i].text);
		assert_int_equal(r.verdict, RUN_PASSED);
		assert_int_equal(r.calls, cases[i].calls);
		assert_int_equal(r.skipped, cases[i].skipped);
	}
}

/* What is skipped is as good as not there. */
static void test_skipped_is_nothing(void **state)
{
	struct run_result with = explore_text(UP SOCKET "+.5 advance 100ms\n0.1 close(3) = 0\n"
							"+0 close(X) = 0\n+0 close(3) = 0\n");
	struct run_result without = explore_text(UP SOCKET "+.5 advance 100ms\n+0 close(3) = 0\n");

	(void)state;
	assert_int_equal(with.skipped, 2);
	assert_true(with.digest == without.digest);
}

static void test_ends(void **state)
{
	struct run_options o = exploring();
	struct script *s = parse(UP SOCKET "+0 close(3) = 0\n");
	struct run_result r;

	(void)state;
	o.limit_events = 2;
	r = explore_with(s, &o);
	assert_int_equal(r.verdict, RUN_INVALID);
	assert_true(r.endless);
	script_free(s);
	s = parse(UP SOCKET "+5 close(3) = 0\n+0 close(3) = 0\n");
	o = exploring();
	o.limit_secs = 2;
	r = explore_with(s, &o);
	assert_int_equal(r.verdict, RUN_PASSED);
	assert_int_equal(r.skipped, 1);
	script_free(s);
}

struct seen {
	u32 between, at_end;
};

static void between(void *ctx, struct dut *d)
{
	struct seen *seen = ctx;

	assert_non_null(d->world);
	seen->between++;
}

static void at_end(void *ctx, struct dut *d)
{
	struct seen *seen = ctx;

	assert_non_null(d->world);
	seen->at_end++;
}

static void test_hooks(void **state)
{
	struct run_options o = exploring();
	struct script *s = parse(UP SOCKET "+0 close(3) = 0\n");
	struct seen seen = { 0 };

	(void)state;
	o.between = between;
	o.at_end = at_end;
	o.between_ctx = o.at_end_ctx = &seen;
	for (u32 i = 0; i < 3; i++)
		explore_with(s, &o);
	assert_int_equal(seen.between, 3 * 2);
	assert_int_equal(seen.at_end, 3);
	script_free(s);
}

/* --- options of the model
 * ------------------------------------------------------------------------------------------ */

#define WIRE                                                                                       \
	"`ip addr add 192.0.2.1/24 dev eth0; ip link set eth0 up`\n"                               \
	"`ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0`\n"                             \
	"+0 socket(AF_INET, SOCK_DGRAM, 0) = 3\n"                                                  \
	"+0 sendto(3, \"hello\", 5, 0, {sa_family=AF_INET, sin_port=htons(7), "                    \
	"sin_addr=inet_addr(\"192.0.2.2\")}, 16) = 5\n+.1 close(3) = 0\n"

static void test_model_options(void **state)
{
	struct run_result plain = explore_text("--device=igb\n" WIRE);
	struct run_result late = explore_text("--device=igb\n--perturb=7\n" WIRE);
	struct run_result later = explore_text("--device=igb\n--perturb=8\n" WIRE);
	struct run_result costly = explore_text("--device=igb\n--cost=cycles\n" WIRE);
	struct run_result judge = explore_text("--device=igb\n--cost=judge\n" WIRE);
	struct script *s = parse("--device=igb\n--perturb=7\n--cost=cycles\n" WIRE);
	struct run_options o = exploring();

	(void)state;
	assert_int_equal(plain.skipped + late.skipped + costly.skipped, 0);
	assert_true(plain.digest != late.digest);
	assert_true(later.digest != late.digest);
	assert_true(plain.digest != costly.digest);
	assert_true(plain.digest == judge.digest);
	o.perturb_said = o.cost_said = true;
	assert_true(explore_with(s, &o).digest == plain.digest);
	o = exploring();
	o.perturb = 8;
	o.cost_said = true;
	assert_true(explore_with(s, &o).digest == later.digest);
	script_free(s);
	assert_int_equal(explore_text("--perturb=x\n" WIRE).skipped, 1);
	assert_int_equal(explore_text("--cost=free\n" WIRE).skipped, 1);
}

/* --- decoding behind what is there
 * ------------------------------------------------------------------------------------------ */

static bool no_packets(void *ctx, const struct script *s, struct stmt *st)
{
	u32 *seen = ctx;

	(void)s;
	(*seen)++;
	return st->kind != STMT_PACKET;
}

static u32 packets(const struct script *s, u32 from)
{
	u32 n = 0;

	for (u32 i = from; i < s->nr_stmts; i++)
		n += s->stmt[i].kind == STMT_PACKET;
	return n;
}

static void test_decode_into(void **state)
{
	struct script *head = parse("--tolerance_usecs=1000\n" UP SOCKET);
	struct script_mark mark = script_mark(head);

	(void)state;
	for (u64 n = 0; n < PROGRAMS; n++) {
		struct script *s = program(n), *alone,
			      *same = parse("--tolerance_usecs=1000\n" UP SOCKET);
		struct script_take take = { 5, no_packets, &(u32){ 0 } };
		struct script_error err = { 0 };
		size_t len;
		u8 *bytes = script_encode(s, &len);

		alone = script_decode("alone", bytes, len);
		assert_true(script_equal(s, alone));
		script_decode_into(head, bytes, len, NULL);
		assert_int_equal(head->nr_stmts, alone->nr_stmts + 3);
		assert_true(script_check(head, &err));
		script_cut(head, mark);
		assert_true(script_equal(head, same));
		script_decode_into(head, bytes, len, &take);
		assert_in_range(head->nr_stmts, 3, 3 + take.most);
		assert_int_equal(packets(head, 3), 0);
		assert_int_equal(head->nr_stmts - 3, alone->nr_stmts - packets(alone, 0) < take.most
							     ? alone->nr_stmts - packets(alone, 0)
							     : take.most);
		assert_true(script_check(head, &err));
		script_cut(head, mark);
		assert_true(script_equal(head, same));
		free(bytes);
		script_free(alone);
		script_free(same);
		script_free(s);
	}
	script_free(head);
}

/* --- nothing is left of the run before
 * ------------------------------------------------------------------------------------------ */

struct saved {
	u8 *first, *second;
	u64 len;
	u32 restored;
};

static void save_once(void *ctx, struct dut *d)
{
	struct saved *s = ctx;

	if (s->first != NULL)
		return;
	s->len = world_save_size(d->world);
	s->first = must(calloc(1, s->len));
	s->second = must(calloc(1, s->len));
	world_save(d->world, s->first);
}

/* Back at the beginning: what a lean restore leaves is to the byte what the snapshot holds. */
static void compare_saved(void *ctx, struct dut *d)
{
	struct saved *s = ctx;

	if (s->first == NULL)
		return;
	assert_in_range(world_restore(d->world, s->first), 1, s->len - 1);
	assert_int_equal(world_save_size(d->world), s->len);
	world_save(d->world, s->second);
	assert_memory_equal(s->first, s->second, s->len);
	free(s->first);
	free(s->second);
	*s = (struct saved){ .restored = s->restored + 1 };
}

/* Two hosts, threads, processes, and calls that are still waiting are among the programs. */
static void restores(const char *options)
{
	struct script *s = parse(options);
	struct script_mark mark = script_mark(s);
	struct run_options o = exploring();
	struct saved saved = { 0 };

	o.between = save_once;
	o.at_end = compare_saved;
	o.between_ctx = o.at_end_ctx = &saved;
	for (u64 n = 0; n < PROGRAMS; n++) {
		struct script *p = program(n);
		size_t len;
		u8 *bytes = script_encode(p, &len);

		script_decode_into(s, bytes, len, NULL);
		explore_with(s, &o);
		script_cut(s, mark);
		free(bytes);
		script_free(p);
	}
	assert_in_range(saved.restored, PROGRAMS / 2, PROGRAMS);
	script_free(s);
}

static void test_restore(void **state)
{
	(void)state;
	restores("--device=tap\n");
	restores("--device=igb\n");
}

/* --- stability
 * ------------------------------------------------------------------------------------------ */

struct entry {
	u8 bytes[INPUT_MAX];
	size_t len;
	u64 digest;
	bool known;
};

/* A program of the generator's, its bytes changed here and there; or bytes of any kind. */
static void make_entry(struct entry *e, u32 n)
{
	struct rng rng;

	rng_init(&rng, 0x57ab + (u64)n, RNG_PROGRAM, 0);
	if (n % 4 == 3) {
		e->len = 1 + rng_u32(&rng) % 512;
		for (size_t i = 0; i < e->len; i++)
			e->bytes[i] = (u8)rng_u32(&rng);
	} else {
		struct script *s = program(n);
		u8 *bytes = script_encode(s, &e->len);

		e->len = e->len < INPUT_MAX ? e->len : INPUT_MAX;
		memcpy(e->bytes, bytes, e->len);
		free(bytes);
		script_free(s);
		for (u32 i = 0; i < n % 4 * 8; i++)
			e->bytes[rng_u32(&rng) % e->len] = (u8)rng_u32(&rng);
	}
}

static void replay(struct entry *e, struct script *s, u32 n)
{
	const struct fuzz_scope *scope = fuzz_scope_find("syscalls");
	struct run_options o = exploring();
	struct run_result r;

	o.limit_secs = 2000;
	o.limit_events = 400000;
	fuzz_scope_decode(scope, s, e->bytes, e->len);
	r = explore_with(s, &o);
	if (e->known && e->digest != r.digest)
		print_error("entry %u: %016llx, then %016llx\n", n, (unsigned long long)e->digest,
			    (unsigned long long)r.digest);
	assert_true(!e->known || e->digest == r.digest);
	e->digest = r.digest;
	e->known = true;
}

static void shuffle(u32 *order, u32 n, struct rng *rng)
{
	for (u32 i = n; i > 1; i--) {
		u32 k = rng_u32(rng) % i, swap = order[i - 1];

		order[i - 1] = order[k];
		order[k] = swap;
	}
}

static void test_stability(void **state)
{
	u32 n = number_from("ENTRIES", ENTRIES), times = number_from("TIMES", TIMES);
	struct entry *e = must(calloc(n, sizeof(*e)));
	u32 *order = must(calloc(n, sizeof(*order)));
	struct script *s = fuzz_scope_script(fuzz_scope_find("syscalls"), NULL, 0);
	struct rng rng;

	(void)state;
	for (u32 i = 0; i < n; i++) {
		make_entry(&e[i], i);
		order[i] = i;
	}
	rng_init(&rng, 1, RNG_PROGRAM, 1);
	for (u32 round = 0; round < times; round++) {
		shuffle(order, n, &rng);
		for (u32 i = 0; i < n; i++)
			replay(&e[order[i]], s, order[i]);
	}
	printf("%u entries, %u times each: one digest each\n", n, times);
	script_free(s);
	free(order);
	free(e);
}

static int begin(void **state)
{
	(void)state;
	worlds = dut_worlds_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	dut_worlds_free(worlds);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_record),
		cmocka_unit_test(test_skips),
		cmocka_unit_test(test_skipped_is_nothing),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_hooks),
		cmocka_unit_test(test_model_options),
		cmocka_unit_test(test_decode_into),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_stability),
	};

	return cmocka_run_group_tests_name("explore", tests, begin, end);
}
