// SPDX-License-Identifier: MIT
/* program.c - see program.h.
 *
 * The runner gets the reference with some of its functions wrapped: steps are counted, so that what
 * does not come to an end is found in a moment, and at the end the world is checked and taken down.
 */
#include "harness/fuzz/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz/counters.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/oracle.h"
#include "harness/lib/invariants.h"
#include "harness/lib/naive.h"
#include "harness/lib/world.h"
#include "harness/script/record.h"

enum {
	STEPS = 400000, /* of a program: a hundred times what the longest vector takes */
	LOOKS_SHARE = 64
};

static struct {
	const struct fuzz_scope *scope;
	struct dut_worlds *worlds;
	u32 looks, share;
} fuzz;

/* Of the program that runs. */
static struct {
	const struct dut_ops *ops; /* the reference's own */
	struct dut_ops wrapped;
	struct dut *dut;
	const struct script *script;
	void (*between)(void *ctx, struct dut *d);
	void *ctx;
	void (*on_frame)(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps);
	u64 steps;
	u64 digest;
} now;

/* --- a finding
 * ------------------------------------------------------------------------------------------ */

_Noreturn static void found(enum detector d, const char *signature)
{
	char *text = script_print(now.script, 0, NULL);

	fuzz_found(d, signature, text);
}

/* --- the reference, wrapped
 * ------------------------------------------------------------------------------------------ */

static void count_frame(void *ctx, u32 host, bool outgoing, const u8 *frame, u32 len, u64 when_ps)
{
	fuzz_counters->frames++;
	now.on_frame(ctx, host, outgoing, frame, len, when_ps);
}

/* Between the runner, which has asked for frames by now, and the reference. */
static void listen_in(struct dut *d)
{
	if (d->on_frame == NULL || d->on_frame == count_frame)
		return;
	now.on_frame = d->on_frame;
	d->on_frame = count_frame;
}

static bool step(struct dut *d, u64 until_ps)
{
	listen_in(d);
	if (now.steps++ >= STEPS)
		found(DETECTOR_liveness, "a program does not come to an end");
	return now.ops->step(d, until_ps);
}

static void between(struct dut *d)
{
	if (now.between != NULL)
		now.between(now.ctx, d);
}

static void call(struct dut *d, u32 host, u32 thread, enum sys_nr nr, const u64 arg[SYS_ARGS])
{
	between(d);
	fuzz_counters->calls++;
	now.ops->call(d, host, thread, nr, arg);
}

static const char *inject(struct dut *d, u32 host, const u8 *frame, u32 len)
{
	between(d);
	listen_in(d);
	return now.ops->inject(d, host, frame, len);
}

static int command(struct dut *d, u32 host, struct ipcmd_call *c)
{
	between(d);
	return now.ops->command(d, host, c);
}

static bool in_unit(const struct world *w)
{
	for (u32 i = 0; i < w->cfg.hosts; i++)
		if (w->host[i].running != NULL)
			return true;
	return false;
}

/* Where something is not implemented the world has been left in the middle of a unit. */
static void destroy(struct dut *d)
{
	now.digest = world_digest(d->world);
	if (!in_unit(d->world)) {
		world_check(d->world);
		dut_refstack_end(d);
	}
	now.ops->destroy(d);
	now.dut = NULL;
}

static struct dut *make(const struct dut_config *cfg, char *err, u32 err_size)
{
	struct dut *d = dut_refstack(cfg, fuzz.worlds);

	(void)err;
	(void)err_size;
	for (u32 i = 0; i < cfg->hosts; i++) {
		struct net *net = &d->world->host[i].net;

		net->checks = true;
		net->on_packet = check_packet;
		net->on_fib_lookup = naive_check_fib_lookup;
	}
	now.ops = d->ops;
	now.wrapped = *d->ops;
	now.wrapped.step = step;
	now.wrapped.call = call;
	now.wrapped.inject = inject;
	now.wrapped.command = command;
	now.wrapped.destroy = destroy;
	d->ops = &now.wrapped;
	now.dut = d;
	return d;
}

/* --- a program
 * ------------------------------------------------------------------------------------------ */

struct fuzz_program_run fuzz_program_once(const struct script *s,
					  void (*hook)(void *ctx, struct dut *d), void *ctx)
{
	struct run_options o;
	struct record record;
	struct run_result r;

	now.script = s;
	now.between = hook;
	now.ctx = ctx;
	now.steps = now.digest = 0;
	run_options_init(&o);
	record_init(&record);
	o.dut = make;
	o.record = &record;
	r = run_script(s, &o, fuzz.worlds);
	record_free(&record);
	run_result_free(&r);
	return (struct fuzz_program_run){
		.verdict = r.verdict,
		.digest = now.digest,
		.virtual_ps = r.virtual_ps,
		.events = r.events,
	};
}

const struct fuzz_scope *fuzz_program_scope(void)
{
	return fuzz.scope;
}

/* --- second looks
 * ------------------------------------------------------------------------------------------ */

__attribute__((weak)) bool fuzz_looks_parse(const char *text, u32 *looks)
{
	(void)text;
	*looks = 0;
	return true;
}

__attribute__((weak)) enum look_verdict fuzz_look(const struct script *s, u32 looks,
						  struct dut_worlds *worlds, struct look_finding *f)
{
	(void)s;
	(void)looks;
	(void)worlds;
	(void)f;
	return LOOK_INCONCLUSIVE;
}

/* LIST/N: one input of N. */
static void read_looks(const char *text)
{
	const char *slash = strchr(text, '/');
	char list[256], *end;
	unsigned long n = slash != NULL ? strtoul(slash + 1, &end, 10) : 1;

	if (slash != NULL && (*end != '\0' || n == 0 || n > UINT32_MAX))
		n = 0;
	snprintf(list, sizeof(list), "%.*s",
		 slash != NULL ? (int)(slash - text) : (int)strlen(text), text);
	if (n == 0 || !fuzz_looks_parse(list, &fuzz.looks)) {
		fprintf(stderr, "fuzz: REFSTACK_LOOKS=%s is no list of looks, or no LIST/N\n",
			text);
		exit(2);
	}
	fuzz.share = (u32)n;
}

static u32 hash(const u8 *data, size_t len)
{
	u32 h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ data[i]) * 16777619u;
	return h ^ h >> 15;
}

static void look_again(const struct script *s, const u8 *data, size_t len)
{
	struct look_finding f = { 0 };

	if (fuzz.looks == 0 || hash(data, len) % fuzz.share != 0)
		return;
	fuzz_counters->looks++;
	if (fuzz_look(s, fuzz.looks, fuzz.worlds, &f) == LOOK_FOUND)
		fuzz_found(f.detector, f.signature, f.detail != NULL ? f.detail : "");
	free(f.detail);
}

/* --- the target
 * ------------------------------------------------------------------------------------------ */

void fuzz_program_init(const char *target)
{
	const char *looks = getenv("REFSTACK_LOOKS");

	fuzz.scope = fuzz_scope_find(target);
	fuzz.worlds = dut_worlds_new();
	fuzz_counters_open();
	read_looks(looks != NULL ? looks : "all/64");
}

bool fuzz_program(const u8 *data, size_t len)
{
	struct script *s = fuzz_scope_script(fuzz.scope, data, len);
	struct fuzz_program_run r = fuzz_program_once(s, NULL, NULL);

	fuzz_counters->programs++;
	fuzz_counters->limits += r.verdict == RUN_NOT_IMPLEMENTED;
	if (r.verdict == RUN_PASSED)
		look_again(s, data, len);
	script_free(s);
	return r.verdict == RUN_PASSED || r.verdict == RUN_FAILED || r.verdict == RUN_INVALID;
}
