// SPDX-License-Identifier: MIT
/* bench_fuzz.c - see bench_fuzz.h: a target that does nothing, decoding alone, programs of 20
 * calls, restores alone; all in one run, so that the machine is the same for all.
 */
#include "harness/cli/bench_fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "harness/cli/bench_live.h"
#include "harness/diff/generate.h"
#include "harness/fuzz/scope.h"
#include "harness/lib/must.h"
#include "harness/lib/world.h"
#include "harness/script/run.h"

enum { ROUNDS = 3, PROGRAMS = 64, CALLS = 20, EXECS = 20000, EMPTY_EXECS = 20000000 };

#define ADDR(port)                                                                                 \
	"{sa_family=AF_INET, sin_port=htons(" #port "), sin_addr=inet_addr(\"127.0.0.1\")}, 16"

/* Two sockets on loopback that send to each other. */
static const char loopback[] =
	"`ip link set lo up`\n"
	"+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 3\n"
	"+0 socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP) = 4\n"
	"+0 bind(3, " ADDR(5000) ") = 0\n+0 bind(4, " ADDR(
		5001) ") = 0\n"
		      "+0 setsockopt(3, SOL_SOCKET, SO_RCVBUF, [10000], 4) = 0\n"
		      "+0 getsockopt(3, SOL_SOCKET, SO_RCVBUF, [20000], [4]) = 0\n"
		      "+0 connect(4, " ADDR(
			      5000) ") = 0\n"
				    "+0 send(4, \"hello\", 5, 0) = 5\n+0 send(4, \"hello\", 5, 0) "
				    "= 5\n"
				    "+0 recv(3, \"hello\", 100, 0) = 5\n+0 recv(3, \"hello\", 100, "
				    "0) = 5\n"
				    "+0 sendto(3, \"hello\", 5, 0, " ADDR(
					    5001) ") = 5\n"
						  "+0 recv(4, \"hello\", 100, 0) = 5\n"
						  "+0 recv(4, ..., 100, MSG_DONTWAIT) = -1 EAGAIN\n"
						  "+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [0], "
						  "[4]) = 0\n"
						  "+0 send(4, \"hello\", 5, 0) = 5\n+0 ioctl(3, "
						  "FIONREAD, [5]) = 0\n"
						  "+0 recv(3, \"hello\", 100, 0) = 5\n+0 close(3) "
						  "= 0\n+0 close(4) = 0\n";

struct input {
	u8 *bytes;
	size_t len;
};

struct bench {
	const struct fuzz_scope *scope;
	struct script *script;
	struct dut_worlds *worlds;
	struct run_options options;
	struct input input[PROGRAMS];
	u32 nr;
};

static double per_second(uint64_t start_ns, u64 n)
{
	return (double)n * 1e9 / (double)(bench_now_ns() - start_ns);
}

static bool has_calls(const struct script *s, u32 n)
{
	for (u32 i = 0; i < s->nr_stmts && n != 0; i++)
		n -= s->stmt[i].kind == STMT_CALL;
	return n == 0;
}

static void add_input(struct bench *b, struct script *s)
{
	struct input *in = &b->input[b->nr++];

	in->bytes = fuzz_scope_input(b->scope, s, &in->len);
}

/* Up to its 20th call: a statement more would be another program. */
static void cut_behind_calls(struct script *s)
{
	u32 i = 0;

	for (u32 calls = 0; i < s->nr_stmts && calls < CALLS; i++)
		calls += s->stmt[i].kind == STMT_CALL;
	s->nr_stmts = i;
}

static struct script *parsed(const char *text, size_t len)
{
	struct script_error err = { 0 };

	return must(script_parse("bench", text, len, &err));
}

/* The one on loopback first, then those of the generator that have so many calls. */
static void make_inputs(struct bench *b)
{
	struct script *s = parsed(loopback, strlen(loopback));
	struct generate g;

	add_input(b, s);
	script_free(s);
	generate_init(&g, 1);
	for (u64 n = 0; b->nr < PROGRAMS; n++) {
		enum generate_area area;
		size_t len;
		char *text = generate_program(&g, n, &len, &area);

		s = parsed(text, len);
		free(text);
		if (has_calls(s, CALLS)) {
			cut_behind_calls(s);
			add_input(b, s);
		}
		script_free(s);
	}
}

static volatile u32 sink;

static void __attribute__((noinline)) nothing(const u8 *data, size_t len)
{
	sink = (u32)len + data[0];
}

static double empty_loop(const struct bench *b)
{
	uint64_t start = bench_now_ns();

	for (u32 i = 0; i < EMPTY_EXECS; i++)
		nothing(b->input[i % b->nr].bytes, b->input[i % b->nr].len);
	return per_second(start, EMPTY_EXECS);
}

static void decode(struct bench *b, u32 i)
{
	fuzz_scope_decode(b->scope, b->script, b->input[i].bytes, b->input[i].len);
}

static double decode_only(struct bench *b)
{
	uint64_t start = bench_now_ns();

	for (u32 i = 0; i < EXECS; i++)
		decode(b, i % b->nr);
	return per_second(start, EXECS);
}

struct ran {
	double execs, calls, frames;
};

/* Of the first `nr` inputs. */
static struct ran programs(struct bench *b, u32 nr)
{
	uint64_t start = bench_now_ns();
	u64 calls = 0, frames = 0;
	double seconds;

	for (u32 i = 0; i < EXECS; i++) {
		struct run_result r;

		decode(b, i % nr);
		r = run_script(b->script, &b->options, b->worlds);
		calls += r.calls;
		frames += r.frames;
		run_result_free(&r);
	}
	seconds = (double)(bench_now_ns() - start) / 1e9;
	return (struct ran){ EXECS / seconds, (double)calls / seconds, (double)frames / seconds };
}

struct dirty {
	u8 *before;
	const u8 *world;
	u64 size, lines;
};

static void note_before(void *ctx, struct dut *d)
{
	struct dirty *dirty = ctx;

	if (dirty->before != NULL)
		return;
	dirty->size = world_size(&d->world->cfg);
	dirty->before = must(malloc((size_t)dirty->size));
	memcpy(dirty->before, d->world, (size_t)dirty->size);
}

static void note_after(void *ctx, struct dut *d)
{
	struct dirty *dirty = ctx;
	const u8 *now = (const u8 *)d->world;

	for (u64 i = 0; i + ARENA_ALIGN <= dirty->size; i += ARENA_ALIGN)
		dirty->lines += memcmp(dirty->before + i, now + i, ARENA_ALIGN) != 0;
}

/* Bytes of the world that differ after the program on loopback, by 64-byte lines. */
static u64 dirty_bytes(struct bench *b)
{
	struct run_options o = b->options;
	struct dirty dirty = { 0 };
	struct run_result r;

	o.between = note_before;
	o.at_end = note_after;
	o.between_ctx = o.at_end_ctx = &dirty;
	decode(b, 0);
	r = run_script(b->script, &o, b->worlds);
	run_result_free(&r);
	free(dirty.before);
	return dirty.lines * ARENA_ALIGN;
}

/* What one restore of that world takes, and copies. */
static double restore_us(u64 *bytes)
{
	struct dut_config cfg = { .hosts = 1, .seed = 1 };
	struct dut_worlds *worlds = dut_worlds_new();
	struct world *w = dut_refstack(&cfg, worlds)->world;
	void *snapshot = must(malloc((size_t)world_save_size(w)));
	uint64_t start;
	double us;

	world_save(w, snapshot);
	start = bench_now_ns();
	for (u32 i = 0; i < EXECS; i++)
		*bytes = world_restore(w, snapshot);
	us = (double)(bench_now_ns() - start) / 1e3 / EXECS;
	free(snapshot);
	dut_worlds_free(worlds);
	return us;
}

static void better(struct ran *best, struct ran now)
{
	if (now.execs > best->execs)
		*best = now;
}

static double more(double a, double b)
{
	return a > b ? a : b;
}

static struct bench_row program_row(const char *what, const struct ran *ran, double empty,
				    double goal)
{
	struct bench_row row = {
		.what = what, .unit = "k/s", .figure = ran->execs / 1e3, .goal = goal
	};

	snprintf(row.note, sizeof(row.note),
		 "%.2f M calls/s, %.0f k frames/s, %.4f of the empty target", ran->calls / 1e6,
		 ran->frames / 1e3, ran->execs / empty);
	return row;
}

unsigned bench_fuzz(struct bench_row rows[BENCH_FUZZ_ROWS])
{
	struct bench b = { .scope = fuzz_scope_find("syscalls"), .worlds = dut_worlds_new() };
	struct ran all = { 0 }, loop = { 0 };
	double empty = 0, decoding = 0, restore = 1e9;
	u64 copied = 0;
	unsigned n = 0;

	b.script = fuzz_scope_script(b.scope, NULL, 0);
	run_options_init(&b.options);
	b.options.explore = true;
	make_inputs(&b);
	for (u32 i = 0; i < ROUNDS; i++) {
		double us = restore_us(&copied);

		empty = more(empty, empty_loop(&b));
		decoding = more(decoding, decode_only(&b));
		better(&loop, programs(&b, 1));
		better(&all, programs(&b, b.nr));
		restore = us < restore ? us : restore;
	}
	rows[n++] = (struct bench_row){ .what = "a target that does nothing",
					.unit = "k/s",
					.figure = empty / 1e3 };
	rows[n++] = (struct bench_row){ .what = "decoding of a program",
					.unit = "k/s",
					.figure = decoding / 1e3 };
	rows[n++] = program_row("a program of 20 calls on loopback", &loop, empty, 100);
	rows[n++] = program_row("random programs of 20 calls", &all, empty, 0);
	rows[n++] = (struct bench_row){
		.what = "a restore", .unit = "us", .figure = restore, .goal = 2, .at_most = true
	};
	snprintf(rows[n - 1].note, sizeof(rows[0].note), "%.1f KiB copied", (double)copied / 1024);
	rows[n++] = (struct bench_row){ .what = "the program on loopback makes dirty",
					.unit = "KiB",
					.figure = (double)dirty_bytes(&b) / 1024,
					.goal = 96,
					.at_most = true };
	for (u32 i = 0; i < b.nr; i++)
		free(b.input[i].bytes);
	script_free(b.script);
	dut_worlds_free(b.worlds);
	return n;
}
