// SPDX-License-Identifier: MIT
/* mutate.h - the mutator: one core, behind libFuzzer's and AFL++'s ABIs (drive_libfuzzer.c,
 * mutator_afl.c) and replay's --runs.
 *
 * Of programs it works on the tree: statements are put in (from a bank of random programs, from
 * another input), taken out, moved, doubled; arguments, frames and times are changed; descriptors,
 * ports, checksums and lengths stay valid, unless an operation of mutate.def that says so breaks
 * them. Of texts it works on lines and words, of bytes on bytes and numbers. The result follows
 * from input, seed and weights.
 */
#ifndef HARNESS_FUZZ_MUTATE_H
#define HARNESS_FUZZ_MUTATE_H

#include "base/types.h"
#include "harness/fuzz/fuzz.h"

enum mutate_op {
#define M(name, input, weight, what) MUTATE_##name,
#include "harness/fuzz/mutate.def"
#undef M
	MUTATE_MAX
};
extern const char *const mutate_names[MUTATE_MAX], *const mutate_abouts[MUTATE_MAX];
enum fuzz_input mutate_input_of(enum mutate_op op);

struct mutator;
/* scope: NULL when the target has no programs, or keeps all of each. */
struct mutator *mutator_new(enum fuzz_input input, const struct fuzz_scope *scope, u64 seed);
void mutator_free(struct mutator *m);

/* A new input in `to`, never longer than max, which is at least 1: its length, at least 1. add:
 * another input of the corpus to take from; NULL.
 */
size_t mutate(struct mutator *m, const u8 *data, size_t len, const u8 *add, size_t add_len, u8 *to,
	      size_t max, u64 seed);
/* One input of two: the beginning of one, the end of the other. */
size_t mutate_cross(struct mutator *m, const u8 *a, size_t a_len, const u8 *b, size_t b_len, u8 *to,
		    size_t max, u64 seed);
/* This operation alone, as often as it takes to draw a place for it; 0: there is none. */
size_t mutate_by(struct mutator *m, enum mutate_op op, const u8 *data, size_t len, const u8 *add,
		 size_t add_len, u8 *to, size_t max, u64 seed);
/* The operations of the last mutate(), in order: "insert,argument". */
const char *mutate_last(const struct mutator *m);

/* Weights are learnt: an input that was made by mutate() and is offered to it again later was kept
 * by the engine, so what made it has paid. (What is offered at once is only worked on further.)
 * mutate_paid() says the same where an engine tells. With a path they are read from there at the
 * start and written now and then (tmp + rename), so that all workers of a campaign learn together.
 */
void mutate_paid(struct mutator *m, const u8 *data, size_t len);
void mutate_share(struct mutator *m, const char *path);
void mutate_weights(const struct mutator *m, u32 weight[MUTATE_MAX]);

/* A trim that knows statements: candidates one after the other, each shorter than what is known to
 * do. begin: how many there may be; next: the candidate's length in `to`, 0: there is none; tell:
 * it did, or did not.
 */
u32 mutate_trim_begin(struct mutator *m, const u8 *data, size_t len);
size_t mutate_trim_next(struct mutator *m, u8 *to, size_t max);
u32 mutate_trim_tell(struct mutator *m, bool did); /* how many are done */

#endif
