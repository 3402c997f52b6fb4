// SPDX-License-Identifier: MIT
/* oracle_twice.c - the same program again: everything it does is a function of its bytes.
 *
 * Once more from a world that was restored, and once from one that was laid out for it: the first
 * shows what a snapshot leaves behind, the second what it forgets to put back.
 */
#include "harness/fuzz/oracle_internal.h"

/* Here whatever differs is a mistake, where it met a limit, too. */
static enum look_verdict must_be_same(struct look *l, const struct look_run *a,
				      const struct look_run *b, const char *other)
{
	const struct compare_rules rules = { .right = "once", .other = other };
	enum look_verdict v;

	if (look_same(a, b))
		return LOOK_HOLDS;
	v = look_compare(l, a, b, &rules, NULL);
	return v == LOOK_FOUND ? v : look_found(l, "times or ends", other);
}

static enum look_verdict again(struct look *l, const struct run_options *o,
			       struct dut_worlds *worlds, const char *other)
{
	const struct look_run *plain = look_base(l, BASE_PLAIN);
	struct look_run run;
	enum look_verdict v;

	look_run(l->script, o, worlds, &run);
	v = must_be_same(l, plain, &run, other);
	look_run_free(&run);
	return v;
}

enum look_verdict look_twice(struct look *l)
{
	struct run_options o;
	enum look_verdict v;

	run_options_init(&o);
	v = again(l, &o, l->worlds, "once more");
	return v == LOOK_HOLDS ? again(l, &o, NULL, "in a fresh world") : v;
}

/* A check that fails ends the program; those that hold change nothing. */
enum look_verdict look_checks(struct look *l)
{
	struct run_options o;

	run_options_init(&o);
	o.checks = true;
	return again(l, &o, l->worlds, "with checks");
}
