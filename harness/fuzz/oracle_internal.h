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

enum look_base { BASE_PLAIN, BASE_CARD, BASE_TAP, LOOK_BASES };

struct look {
	const struct script *script;
	struct dut_worlds *worlds;
	struct look_finding *f;
	enum fuzz_look which;
	/* The program as it is; on a card, and on a TAP when a card would be ready, both with one
	 * CPU: made when the first look asks for it.
	 */
	struct look_run base[LOOK_BASES];
	s32 racy[LOOK_BASES]; /* whether times alone change it: 0: not asked yet; 1: no; 2: yes */
};

/* Another run; look_run_free() it. worlds: NULL: from a world that is laid out for it. */
void look_run(const struct script *s, const struct run_options *o, struct dut_worlds *worlds,
	      struct look_run *to);
/* Of tests: sees, and may change, each run. NULL. */
extern void (*look_hook)(struct look_run *r, const struct run_options *o);
void look_run_free(struct look_run *r);
const struct look_run *look_base(struct look *l, enum look_base b);
/* What its runs are done with. */
struct run_options look_options(enum look_base b);

typedef bool (*harmless_fn)(const struct look_run *a, const struct look_run *b,
			    const struct difference *d);

/* Did it come to its end without meeting a limit, so that it says something? */
bool look_is_whole(const struct look_run *r);
/* Everything, to the picosecond. */
bool look_same(const struct look_run *a, const struct look_run *b);
/* LOOK_FOUND when they differ by these rules. harmless: of the first difference; NULL. */
enum look_verdict look_compare(struct look *l, const struct look_run *a, const struct look_run *b,
			       const struct compare_rules *rules, harmless_fn harmless);
/* What was found is nothing: LOOK_INCONCLUSIVE. */
enum look_verdict look_unfound(struct look *l);
enum look_verdict look_found(struct look *l, const char *signature, const char *detail);

/* oracle_change.c: a copy to change; script_free() it. Statements are found by index. */
struct script *look_copy(const struct script *s);
bool look_is_event(const struct stmt *st);
u32 look_head(const struct script *s);
struct stmt *look_insert(struct script *s, u32 at, enum stmt_kind kind);
void look_insert_command(struct script *s, u32 at, u32 host, const char *text);
void look_drift(struct script *s, s64 step_ns);
/* Of the commands before time 0, or before them. */
bool look_is_opening(const struct script *s, u32 stmt);
/* Statements that came in are left out, and the others have the numbers that they had. extra: of
 * each statement of the script that ran.
 */
void look_forget(struct record *r, const bool *extra);
/* Calls and commands of another script, to be put in one by one. */
struct look_part {
	const struct script *from;
	u32 exprs, text; /* so much further are its own in the script that took it */
};
struct look_part look_take(struct script *s, const struct script *from);
struct stmt *look_insert_from(struct script *s, u32 at, const struct look_part *part, u32 n);

/* oracle_relation.c: is there a command that says so, a call about this option, such a directive?
 * Does it matter how much memory a packet takes?
 */
bool look_says(const struct script *s, const char *word);
bool look_uses_option(const struct script *s, u64 level, u64 name);
/* Of numbers, constants and their sums. */
u64 look_value(const struct script *s, u32 expr);
/* It has packet sockets, which see frames as they are; it asks devices by ioctl(). */
bool look_taps(const struct script *s);
bool look_asks_devices(const struct script *s);
bool look_directs(const struct script *s, enum directive_id id);
bool look_counts_memory(const struct script *s, const struct look_run *a, const struct look_run *b);

enum look_verdict look_twice(struct look *l);
enum look_verdict look_checks(struct look *l);
enum look_verdict look_perturb(struct look *l);
enum look_verdict look_device(struct look *l);
enum look_verdict look_queues(struct look *l);
enum look_verdict look_cost(struct look *l);
enum look_verdict look_offload(struct look *l);
enum look_verdict look_rings(struct look *l);
enum look_verdict look_cutting(struct look *l);
enum look_verdict look_sockets(struct look *l);
enum look_verdict look_hosts(struct look *l);

#endif
