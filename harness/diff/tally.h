// SPDX-License-Identifier: MIT
/* tally.h - what programs have asked and were answered: how often each call, flag, option, errno,
 * field class of a frame, counter and drop reason was met.
 *
 * The rows are the tables that the language and the reference have anyway, so that what was never
 * met is a row too. A row that cannot be met a hundred times says why (tally.def).
 */
#ifndef HARNESS_DIFF_TALLY_H
#define HARNESS_DIFF_TALLY_H

#include <stdio.h>

#include "harness/script/record.h"
#include "harness/script/script.h"

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *t);
/* One program and what one side answered. */
void tally_add(struct tally *t, const struct script *s, const struct record *r);
/* Sums; both ways of handing it from a worker to its parent. */
void tally_write(const struct tally *t, FILE *to);
bool tally_merge(struct tally *t, const void *bytes, size_t len);
/* A table: kind, name, count, why it is below `enough`. Rows below it without a reason: returned.
 */
u32 tally_print(const struct tally *t, FILE *to, u64 enough);

#endif
