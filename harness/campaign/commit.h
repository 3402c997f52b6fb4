// SPDX-License-Identifier: MIT
/* commit.h - which source something was built from. */
#ifndef HARNESS_CAMPAIGN_COMMIT_H
#define HARNESS_CAMPAIGN_COMMIT_H

#include "base/types.h"

/* `git describe --always --dirty` in a folder; empty: it is none of git's, or git is not here. */
void commit_of(const char *folder, char *to, u32 size);

#endif
