// SPDX-License-Identifier: MIT
/* normalise.h - what two kernels may differ in without being different: random choices, hardware
 * addresses, the host's own noise. For the running kernel only; the judging kernel and the
 * reference are compared as they are.
 */
#ifndef HARNESS_GOLDEN_NORMALISE_H
#define HARNESS_GOLDEN_NORMALISE_H

#include "harness/golden/align.h"

enum normalise_rule {
#define N(id, field, how, reason) NORMALISE_##id,
#include "harness/golden/normalise.def"
#undef N
	NORMALISE_RULES
};

struct normalise_info {
	const char *name, *field, *how, *reason;
};
extern const struct normalise_info normalise_info[NORMALISE_RULES];

/* Values that were met, in the order of their first use: of one side of the comparison. */
enum { NORMALISE_VALUES = 64 };
struct normalise_map {
	u64 value[NORMALISE_VALUES];
	u32 nr;
};
struct normalise {
	u32 rules; /* those that are applied: bits of enum normalise_rule */
	bool ethernet;
	u8 own_mac[6]; /* of the device; all others are the peer's */
	bool has_own_mac;
	u32 port_from, port_to; /* of ephemeral ports */
	struct normalise_map ports, ids, icmp_ids, isn[2], ts[2];
	u32 applied[NORMALISE_RULES];
};

/* Between two kernels; between two devices of one. */
enum normalise_for { NORMALISE_KERNELS, NORMALISE_DEVICES };
void normalise_init(struct normalise *n, enum normalise_for what, bool ethernet);
/* The frame is changed in place. False: it is the host's own noise and is left out. */
bool normalise_frame(struct normalise *n, u8 *frame, u32 *len, bool outgoing);
/* The same for all frames of one host: their number; *bytes of malloc holds what they point to. */
u32 normalise_frames(struct normalise *n, struct align_frame *frame, u32 nr, u8 **bytes);
/* A call with its results: ports that were chosen become those of frames. Of malloc. */
char *normalise_text(struct normalise *n, const char *text);
/* The lines of the state at the end that are compared. Of malloc. */
char *normalise_state(struct normalise *n, const char *state);

#endif
