// SPDX-License-Identifier: MIT
/* fuzz.h - what a fuzz target is. One source each, fuzz_NAME.c, which defines `fuzz_target`; from
 * it and one of the drivers come build/libfuzzer/fuzz_NAME  drive_libfuzzer.c: libFuzzer, with our
 * mutator behind its own ABI build/afl/fuzz_NAME        drive_afl.c: a persistent loop over shared
 * memory; the mutator is build/afl/mutator.so, which REFSTACK_TARGET tells the target's name
 *   build/CONFIG/replay_NAME   drive_replay.c: runs files once more, with or without mutations
 *
 *   replay_NAME [--looks LIST] [--runs N [--seed S]] [--print] [--pkt] [--write DIR]
 *               FILE|DIRECTORY...
 *     --looks LIST  which second looks (oracle.h) each input gets: all, none, or names with commas
 *     --runs N      N mutations of these inputs besides, drawn from seed S (1)
 *     --print       prints what an input does, for people: of a program the script, nothing is run
 *     --pkt         files are .pkt scripts, which are turned into inputs first (into several, where
 *                   a scope takes fewer statements); of a directory those that end in .pkt
 *     --write DIR   writes the inputs that a corpus should keep there, each by its hash
 *   The last line is "replayed N inputs". A finding ends the program by abort(), after
 *     found: DETECTOR: SIGNATURE
 *   and what there is to say about it, on standard error; sanitizers and asserts speak for
 *   themselves. REFSTACK_LOOKS says for the engines what --looks says here ("all/64": one input of
 *   64, by its bytes; the default is that).
 *
 * An input starts from the same state, whatever was run before it: what it does, and what it says,
 * follows from its bytes.
 */
#ifndef HARNESS_FUZZ_FUZZ_H
#define HARNESS_FUZZ_FUZZ_H

#include <stdio.h>

#include "base/types.h"
#include "harness/script/script.h"

struct fuzz_scope;

enum fuzz_input { INPUT_PROGRAM, INPUT_TEXT, INPUT_BYTES };

enum detector {
#define D(name, what) DETECTOR_##name,
#include "harness/fuzz/detectors.def"
#undef D
	DETECTOR_MAX
};
extern const char *const detector_names[DETECTOR_MAX], *const detector_abouts[DETECTOR_MAX];

struct fuzz_target {
	const char *name;
	enum fuzz_input input;
	/* Once a process; NULL: nothing to do. */
	void (*init)(void);
	/* False: there is nothing in it that a corpus should keep. */
	bool (*run)(const u8 *data, size_t len);
	/* A number that changes when an input has made the target keep something for those to come
	 * (worlds, room): code that was run for that is not run with the same input again, and an
	 * engine must not count it. NULL: it keeps nothing.
	 */
	u64 (*kept)(void);
	/* For people, an operation a line; NULL: a program, or a text as it is. */
	void (*print)(const u8 *data, size_t len, FILE *to);
};
/* Of the program that this is linked into. */
extern const struct fuzz_target fuzz_target;

/* All targets by name; INPUT of it, or -1: no such target. */
struct fuzz_target_info {
	const char *name, *what;
	enum fuzz_input input;
};
extern const struct fuzz_target_info fuzz_targets[];
extern const u32 fuzz_nr_targets;
const struct fuzz_target_info *fuzz_target_find(const char *name);

/* Ends the program: "found: DETECTOR: SIGNATURE", then the detail. The signature has no number in
 * it that another input with the same mistake would change.
 */
_Noreturn void fuzz_found(enum detector d, const char *signature, const char *detail);

/* Text and binary form of a good script lead back to it, and the text is its own canonical form. */
void fuzz_round_trip(const struct script *s);

#endif
