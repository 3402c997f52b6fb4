// SPDX-License-Identifier: MIT
/* tally_internal.h - rows of the tally: kinds, each with as many as its table has. */
#ifndef HARNESS_DIFF_TALLY_INTERNAL_H
#define HARNESS_DIFF_TALLY_INTERNAL_H

#include "harness/diff/tally.h"

enum tally_kind {
	KIND_CALL,
	KIND_SYMBOL,
	KIND_GET,
	KIND_SET,
	KIND_ERRNO,
	KIND_DIRECTIVE,
	KIND_COMMAND,
	KIND_WORD,
	KIND_KNOB,
	KIND_DEVICE,
	KIND_IN,
	KIND_OUT,
	KIND_MIB,
	KIND_DROP,
	TALLY_KINDS
};
enum { TALLY_NAME = 80 };

struct tally {
	u64 programs;
	u64 *count;		    /* of programs that met it, by row */
	u64 *last;		    /* the last that did; counted from 1 */
	u16 *symbol;		    /* by symbol: the one that stands for all of its value */
	u32 first[TALLY_KINDS + 1]; /* row of each kind */
};

extern const char *const tally_kinds[TALLY_KINDS];
/* Its name, at least until `to` changes; NULL: there is no such row. */
const char *tally_row_name(const struct tally *t, enum tally_kind kind, u32 i, char to[TALLY_NAME]);
void tally_hit(struct tally *t, enum tally_kind kind, u32 i);

/* tally_frame.c: classes of fields. */
u32 tally_frame_rows(void);
const char *tally_frame_name(u32 i, bool in, char to[TALLY_NAME]);
void tally_frame(struct tally *t, const u8 *frame, u32 len, bool ethernet, bool in, u32 host);

#endif
