// SPDX-License-Identifier: MIT
/* liveness.h - a world of which nobody asks anything any more comes to rest, and nothing is left
 * waiting for what has happened already.
 */
#ifndef HARNESS_LIB_LIVENESS_H
#define HARNESS_LIB_LIVENESS_H

#include "harness/lib/world.h"

/* Lets the world go on for a while, and says what is wrong then; NULL: nothing. What it says is one
 * of a few texts, the same wherever the same is wrong.
 */
const char *liveness_mistake(struct world *w);

#endif
