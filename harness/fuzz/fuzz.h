// SPDX-License-Identifier: MIT
/* fuzz.h - what the fuzz targets share. Each fuzz_*.c is one target for libFuzzer, for AFL++ (by
 * its driver for the same function) and, with fuzz_main.c, a program that runs files once more.
 */
#ifndef HARNESS_FUZZ_FUZZ_H
#define HARNESS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "harness/script/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, after saying what is wrong. */
_Noreturn void fuzz_failed(const char *what, const char *detail);
/* Text and binary form of a good script lead back to it, and the text is its own canonical form. */
void fuzz_round_trip(const struct script *s);

#endif
