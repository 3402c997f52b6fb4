// SPDX-License-Identifier: MIT
/* seeding.h - the judging kernel's random numbers brought to where the reference's are.
 *
 * The seed is written twice. Before a namespace is made: its first draw, the namespace's hash_mix,
 * is then the stream's first number. And when all devices are there, whose making draws a number of
 * times that nobody needs to know: the stream begins again, and what was drawn by then and matters,
 * the reachable_time of each device, is drawn again by setting base_reachable_time to the value
 * that it has. host_seed() of the reference does the same.
 */
#ifndef HARNESS_DUT_SEEDING_H
#define HARNESS_DUT_SEEDING_H

#include "harness/dut/linux_internal.h"

/* 0, or -1 with why in err. On a kernel that takes no seed (DUT_REAL) nothing is done. */
int linux_seed_namespace(const struct linux_dut *l, char *err, u32 err_size);
/* All hosts and devices are there; the executor is in the first host's namespace afterwards. */
int linux_seed(struct linux_dut *l, char *err, u32 err_size);

#endif
