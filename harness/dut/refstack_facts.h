// SPDX-License-Identifier: MIT
/* refstack_facts.h - what a world of the reference has come to, in the words that the Linux side
 * uses for the same.
 */
#ifndef HARNESS_DUT_REFSTACK_FACTS_H
#define HARNESS_DUT_REFSTACK_FACTS_H

#include <stdio.h>

#include "harness/lib/world.h"

/* As dut_ops.state. */
void refstack_state(struct world *w, u32 host, FILE *to);

#endif
