// SPDX-License-Identifier: MIT
/* oracle_internal.h - what second looks share: runs of the program, and comparing two of them. */
#ifndef HARNESS_FUZZ_ORACLE_INTERNAL_H
#define HARNESS_FUZZ_ORACLE_INTERNAL_H

#include "harness/diff/compare.h"
#include "harness/fuzz/oracle.h"

/* A run that was noted. */
struct look_run {
	bool done;
	struct side_item item;
	u64 exhausted; /* how often the world had no room */
};

struct look {
	const struct script *script;
	struct dut_worlds *worlds;
	struct look_finding *f;
	enum fuzz_look which;
	/* The program as it is, and on a card: made when the first look asks for it. */
	struct look_run plain, card;
};

/* Another run; look_run_free() it. worlds: NULL: from a world that is laid out for it. */
void look_run(const struct script *s, const struct run_options *o, struct dut_worlds *worlds,
	      struct look_run *to);
void look_run_free(struct look_run *r);
const struct look_run *look_plain(struct look *l);
const struct look_run *look_card(struct look *l);

/* Did it come to its end without meeting a limit, so that it says something? */
bool look_is_whole(const struct look_run *r);
/* Everything, to the picosecond. */
bool look_same(const struct look_run *a, const struct look_run *b);
/* LOOK_FOUND when they differ by these rules. */
enum look_verdict look_compare(struct look *l, const struct look_run *a, const struct look_run *b,
			       const struct compare_rules *rules);
enum look_verdict look_found(struct look *l, const char *signature, const char *detail);

enum look_verdict look_twice(struct look *l);
enum look_verdict look_checks(struct look *l);
enum look_verdict look_perturb(struct look *l);
enum look_verdict look_device(struct look *l);
enum look_verdict look_queues(struct look *l);
enum look_verdict look_cost(struct look *l);
enum look_verdict look_cutting(struct look *l);
enum look_verdict look_sockets(struct look *l);
enum look_verdict look_hosts(struct look *l);

#endif
