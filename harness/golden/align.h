// SPDX-License-Identifier: MIT
/* align.h - two sequences of frames against each other: which one is missing, which one has
 * changed.
 *
 * The pairs are those that make the sum of likenesses greatest, in the order of both sequences
 * (Needleman and Wunsch). So a missing frame is one gap and not a difference of everything behind
 * it, and a frame with a field changed is still the same frame.
 */
#ifndef HARNESS_GOLDEN_ALIGN_H
#define HARNESS_GOLDEN_ALIGN_H

#include "base/types.h"

struct align_frame {
	const u8 *bytes;
	u32 len;
	u8 host;
	bool outgoing;
	s64 when_ps;
	u32 number; /* from 1, as Wireshark counts all of a capture; 0: not said */
	u32 stmt;   /* index of the statement behind it; ALIGN_NONE */
};

#define ALIGN_NONE 0xffffffffu

/* Of a and of b; ALIGN_NONE: it has no counterpart. */
struct align_pair {
	u32 a, b;
};

struct align_rules {
	bool ethernet;
	u64 near_ps;	 /* times that are no further from each other are equal */
	bool no_padding; /* below a frame's own length nothing is compared */
};

/* 0: two different frames; LIKE_EQUAL and more: the same bytes, the more the nearer in time. */
enum { LIKE_EQUAL = 100 };
u32 align_likeness(const struct align_frame *a, const struct align_frame *b,
		   const struct align_rules *rules);
bool align_same_bytes(const struct align_frame *a, const struct align_frame *b,
		      const struct align_rules *rules);

/* Pairs in order, of malloc; at most nr_a + nr_b of them. */
struct align_pair *align_frames(const struct align_frame *a, u32 nr_a, const struct align_frame *b,
				u32 nr_b, const struct align_rules *rules, u32 *nr_pairs);

#endif
