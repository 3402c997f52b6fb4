// SPDX-License-Identifier: MIT
/* run_opening.c - how a script begins: its commands, then time 0.
 *
 * A fuzzer's programs all begin with the same commands, in the same world: a run that nobody reads
 * goes on from where the last one with the same opening came to.
 */
#include "harness/script/run_internal.h"

#include <string.h>

enum { WHEEL_JIFFIES = 4096 /* so far apart the wheel's levels up to 32 s turn alike */ };

/* --- what an opening depends on
 * ------------------------------------------------------------------------------------------ */

static bool is_opening(const struct stmt *s)
{
	return !run_is_event(s) || (s->kind == STMT_COMMAND && s->when.kind == WHEN_NONE);
}

static void key_add(struct run_key *k, const void *bytes, u32 len)
{
	if (len > sizeof(k->bytes) - k->len)
		k->len = sizeof(k->bytes) + 1;
	if (k->len > sizeof(k->bytes))
		return;
	memcpy(k->bytes + k->len, bytes, len);
	k->len += len;
}

/* The rest is in the device's configuration: what a profile, --mtu or --set does is not looked at.
 */
static bool may_begin_again(const struct run *r)
{
	const struct run_options *o = r->opt;

	return o->explore && o->dut == NULL && o->watch == NULL && o->tracepoints == 0 &&
	       o->trace_path == NULL && o->pcapng_path == NULL && !o->graph && !o->checks &&
	       o->nr_knobs == 0 && r->profile == PROFILE_BARE && r->addr.mtu == 0;
}

/* Every command with its host and its end; who draws latencies draws them before time 0, too. */
static void make_key(struct run *r)
{
	struct run_key *k = &r->key;

	k->len = 0;
	k->skipped = r->result.skipped;
	if (!may_begin_again(r))
		return;
	key_add(k, &r->opt->digest, sizeof(r->opt->digest));
	if (r->device == DEVICE_IGB)
		key_add(k, &r->perturb, sizeof(r->perturb));
	for (u32 i = 0; i < r->script->nr_stmts && is_opening(&r->script->stmt[i]); i++) {
		const struct stmt *s = &r->script->stmt[i];

		if (s->kind != STMT_COMMAND)
			continue;
		key_add(k, &s->host, sizeof(s->host));
		key_add(k, &s->text.len, sizeof(s->text.len));
		key_add(k, script_text(r->script, s->text), s->text.len);
	}
	if (k->len > sizeof(k->bytes))
		k->len = 0;
}

/* --- what a run knows at time 0
 * ------------------------------------------------------------------------------------------ */

struct aside {
	u64 start_ps, last_ps, steps;
	struct run_result result;
	u32 frames_left[SCRIPT_HOSTS];
	u64 last_left_ps[SCRIPT_HOSTS];
};

bool run_opening_again(struct run *r, const struct dut_config *cfg, struct dut_worlds *cache)
{
	struct aside a;

	make_key(r);
	if (r->key.len == 0)
		return false;
	r->dut = dut_refstack_from(cfg, cache, r->key.bytes, r->key.len, &a, sizeof(a));
	if (r->dut == NULL)
		return false;
	r->start_ps = a.start_ps;
	r->last_ps = a.last_ps;
	r->steps = a.steps;
	a.result.skipped += r->result.skipped; /* options */
	r->result = a.result;
	memcpy(r->frames_left, a.frames_left, sizeof(a.frames_left));
	memcpy(r->last_left_ps, a.last_left_ps, sizeof(a.last_left_ps));
	return true;
}

/* Commands that leave something with the shell are not the device's alone. */
static void keep(struct run *r)
{
	struct aside a = { .start_ps = r->start_ps,
			   .last_ps = r->last_ps,
			   .steps = r->steps,
			   .result = r->result };

	if (r->key.len == 0 || r->ended)
		return;
	a.result.skipped -= r->key.skipped;
	for (u32 h = 0; h < r->nr_hosts; h++)
		if (!shell_is_new(&r->shell[h]))
			return;
	memcpy(a.frames_left, r->frames_left, sizeof(a.frames_left));
	memcpy(a.last_left_ps, r->last_left_ps, sizeof(a.last_left_ps));
	dut_refstack_keep(r->dut, r->key.bytes, r->key.len, &a, sizeof(a));
}

/* --- the opening
 * ------------------------------------------------------------------------------------------ */

/* packetdrill's clock starts after the commands at the beginning. */
static u32 opening_end(const struct script *s)
{
	u32 i = 0;

	while (i < s->nr_stmts && is_opening(&s->stmt[i]))
		i++;
	return i;
}

/* A script's time begins on a boundary of the wheel (the world, or the guest, was set up one jiffy
 * before it), or at the next jiffy; behind a link that takes long, on a later boundary.
 */
static void begin_time(struct run *r)
{
	u64 jiffy = PS_PER_SEC / HZ, turn = WHEEL_JIFFIES * jiffy;

	run_wait_for_links(r);
	/* Said first: what happens at that instant has a time already. */
	if (r->device == DEVICE_IGB || r->opt->later)
		r->start_ps = jiffy + ALIGN_UP(run_now(r) + 1, turn);
	else
		r->start_ps = ALIGN_UP(run_now(r) + 1, jiffy);
	r->last_ps = r->start_ps;
	run_record_time(r);
	run_until(r, r->start_ps);
	/* No line has a time for what left before. */
	run_drop_frames_before(r, r->start_ps);
	run_counters_mark(r);
}

u32 run_opening(struct run *r)
{
	u32 end = opening_end(r->script);

	if (r->start_ps != 0)
		return end;
	for (u32 i = 0; i < end && !r->ended; i++)
		run_stmt(r, &r->script->stmt[i]);
	if (!r->ended) {
		begin_time(r);
		keep(r);
	}
	return end;
}
