// SPDX-License-Identifier: MIT
/* oracle_relation.c - what a program sees does not depend on which device carries its frames, on
 * how late interrupts come, on how many queues there are, on what functions cost.
 */
#include "harness/fuzz/oracle_internal.h"

/* A packet without a link-layer header cannot travel on a card. */
static bool has_card(struct look *l)
{
	return look_is_whole(look_plain(l)) && look_plain(l)->item.record.ethernet;
}

enum look_verdict look_device(struct look *l)
{
	static const struct compare_rules rules = { .right = "tap",
						    .other = "igb",
						    .how = COMPARE_DEVICES };

	if (!has_card(l))
		return LOOK_INCONCLUSIVE;
	return look_compare(l, look_plain(l), look_card(l), &rules);
}

enum look_verdict look_perturb(struct look *l)
{
	static const struct compare_rules rules = { .right = "in time",
						    .other = "with latencies",
						    .how = COMPARE_DEVICES };
	struct run_options o;
	struct look_run late;
	enum look_verdict v;

	if (!has_card(l))
		return LOOK_INCONCLUSIVE;
	run_options_init(&o);
	o.device = DEVICE_IGB;
	o.perturb = 1;
	look_run(l->script, &o, l->worlds, &late);
	v = look_compare(l, look_card(l), &late, &rules);
	look_run_free(&late);
	return v;
}

enum look_verdict look_queues(struct look *l)
{
	(void)l;
	return LOOK_INCONCLUSIVE;
}

enum look_verdict look_cost(struct look *l)
{
	(void)l;
	return LOOK_INCONCLUSIVE;
}

enum look_verdict look_cutting(struct look *l)
{
	(void)l;
	return LOOK_INCONCLUSIVE;
}
