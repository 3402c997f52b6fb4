// SPDX-License-Identifier: MIT
/* udp_model.h - udp_script.h, run in a world. */
#ifndef HARNESS_UNIT_UDP_MODEL_H
#define HARNESS_UNIT_UDP_MODEL_H

#include "base/types.h"

/* How many lines differ from those in the file; *lines is how many there are. */
int run_udp_answers(const char *path, u64 seed, u32 *lines);

#endif
