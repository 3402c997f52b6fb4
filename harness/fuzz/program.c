// SPDX-License-Identifier: MIT
/* program.c - see program.h.
 *
 * A program runs in explore mode, with every invariant at every crossing of layers; then its world
 * is let come to rest, checked whole, and taken down.
 */
#include "harness/fuzz/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz/counters.h"
#include "harness/fuzz/fuzz.h"
#include "harness/fuzz/oracle.h"
#include "harness/lib/liveness.h"
#include "harness/lib/world.h"

enum {
	EVENTS = 400000, /* of a program: a hundred times what the longest vector takes */
	SECONDS = 2000	 /* scopes let time go on for 240, and calls wait besides */
};

static struct {
	const struct fuzz_scope *scope;
	struct dut_worlds *worlds;
	struct script *script; /* of the input that runs */
	u32 looks, share;
} fuzz;

/* --- a program
 * ------------------------------------------------------------------------------------------ */

_Noreturn static void found(const struct script *s, enum detector d, const char *signature)
{
	fuzz_found(d, signature, script_print(s, 0, NULL));
}

/* The world is as the program left it; next it is taken down. */
static void check_world(void *ctx, struct dut *d)
{
	const struct script *s = ctx;
	const char *mistake = liveness_mistake(d->world);

	if (mistake != NULL)
		found(s, DETECTOR_liveness, mistake);
}

static void count(const struct run_result *r)
{
	fuzz_counters->calls += r->calls;
	fuzz_counters->frames += r->frames;
}

struct fuzz_program_run fuzz_program_once(const struct script *s, bool digest,
					  void (*between)(void *ctx, struct dut *d), void *ctx)
{
	struct run_options o;
	struct run_result r;

	run_options_init(&o);
	o.explore = true;
	o.crossings = true;
	o.check_end = true;
	o.at_end = check_world;
	o.at_end_ctx = (void *)(uintptr_t)s;
	o.digest = digest;
	o.limit_events = EVENTS;
	o.limit_secs = SECONDS;
	o.between = between;
	o.between_ctx = ctx;
	r = run_script(s, &o, fuzz.worlds);
	count(&r);
	if (r.endless)
		found(s, DETECTOR_liveness, "a program does not come to an end");
	run_result_free(&r);
	return (struct fuzz_program_run){
		.verdict = r.verdict,
		.digest = r.digest,
		.virtual_ps = r.virtual_ps,
		.events = r.events,
		.exhausted = r.exhausted != 0,
	};
}

/* --- second looks
 * ------------------------------------------------------------------------------------------ */

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
	fuzz.script = fuzz_scope_script(fuzz.scope, NULL, 0);
	fuzz_counters_open();
	read_looks(looks != NULL ? looks : "all/64");
}

const struct script *fuzz_program_script(const u8 *data, size_t len)
{
	fuzz_scope_decode(fuzz.scope, fuzz.script, data, len);
	return fuzz.script;
}

bool fuzz_program(const u8 *data, size_t len)
{
	const struct script *s = fuzz_program_script(data, len);
	struct fuzz_program_run r = fuzz_program_once(s, false, NULL, NULL);

	fuzz_counters->programs++;
	fuzz_counters->limits += r.verdict == RUN_NOT_IMPLEMENTED || r.exhausted;
	if (r.verdict == RUN_PASSED)
		look_again(s, data, len);
	return r.verdict == RUN_PASSED;
}

u64 fuzz_program_kept(void)
{
	const struct script *s = fuzz.script;

	return (u64)dut_worlds_made(fuzz.worlds) + s->text_cap + s->expr_cap + s->stmt_cap;
}
