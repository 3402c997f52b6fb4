// SPDX-License-Identifier: MIT
/* python.h - assertions in %{ }%: one python3 child a script, which gets values and nothing else.
 *
 * The child has no files, no network and no way to start programs: see python.c. What a block
 * assigns is there in later blocks; what it prints goes nowhere.
 */
#ifndef HARNESS_SCRIPT_PYTHON_H
#define HARNESS_SCRIPT_PYTHON_H

#include "base/types.h"

struct python_value {
	const char *name;
	s64 value;
};

struct python;
/* NULL with a message: no python3 here. Nothing is started before the first block. */
struct python *python_start(char *err, u32 err_size);
/* 0: the block ran; 1: it raised, and message says what (AssertionError: cwnd=11); -1: the child
 * cannot go on (killed, out of time).
 */
int python_block(struct python *p, const char *code, u32 len, const struct python_value *values,
		 u32 nr_values, char *message, u32 message_size);
void python_stop(struct python *p);

#endif
