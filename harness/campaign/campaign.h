// SPDX-License-Identifier: MIT
/* campaign.h - a campaign's directory, and who works in it.
 *
 *   DIR/campaign.json         what was asked for, and the sums of all its sessions
 *   DIR/corpus/TARGET/HASH    one corpus for all engines; HASH: 40 hex digits of the SHA-256
 *   DIR/work/TARGET/NAME/     a worker's own: libfuzzer-0, afl-main, ...; log, stats, queue
 *   DIR/weights/TARGET        what the mutator has learnt
 *   DIR/found/TARGET/HASH     inputs as they were found
 *   DIR/findings.db           store.h
 *   DIR/findings/ID/          what `refstack show ID` writes
 *   DIR/summary.txt, .json    what came of it, for people and programs
 *
 * All commands take --campaign DIR; the default is build/campaign.
 */
#ifndef HARNESS_CAMPAIGN_CAMPAIGN_H
#define HARNESS_CAMPAIGN_CAMPAIGN_H

#include "base/types.h"

#define CAMPAIGN_DEFAULT "build/campaign"

enum { CAMPAIGN_PATH = 512 };

struct campaign {
	char dir[CAMPAIGN_PATH];
};

/* Makes the directory with all that is in it, if need be. False with why in err. */
bool campaign_open(struct campaign *c, const char *dir, char *err, u32 err_size);
/* DIR/A/B, "" left out; false: too long. */
bool campaign_path(const struct campaign *c, const char *a, const char *b, char to[CAMPAIGN_PATH]);

#endif
