// SPDX-License-Identifier: MIT
/* detect.h - one input put to its target once more, in a process of its own, and what came of it.
 */
#ifndef HARNESS_CAMPAIGN_DETECT_H
#define HARNESS_CAMPAIGN_DETECT_H

#include "harness/fuzz/fuzz.h"

enum { DETECT_SIGNATURE = 160 };

struct detection {
	bool found;
	enum detector detector;
	char signature[DETECT_SIGNATURE];
	char *text; /* what the target said, of malloc */
};

/* Reads what a target said before it ended: "found: ...", an assert, a sanitizer's report with its
 * stack, a signal. The signature has the kind and the innermost functions of ours, no addresses, no
 * line numbers. wait_status: of waitpid(). False: it ended well, or met what is not implemented.
 */
bool detect_read(const char *said, int wait_status, struct detection *d);

struct detect {
	const char *build; /* directory with asan/replay_TARGET */
	u32 seconds;	   /* of real time, then it hangs: 0 is 60 */
	const char *looks; /* as --looks says it; NULL: all */
};
/* Runs replay_TARGET with this input. 0, or -1 with why in err: no such program, or a signal came
 * to us meanwhile (errno is EINTR).
 */
int detect_run(const struct detect *how, const char *target, const u8 *input, size_t len,
	       struct detection *d, char *err, u32 err_size);
/* The same of several inputs, so many at a time. All detections are filled in, or none. */
struct detect_item {
	const u8 *input;
	size_t len;
	struct detection d; /* result */
};
int detect_all(const struct detect *how, const char *target, struct detect_item *item, u32 n,
	       u32 workers, char *err, u32 err_size);
/* The directory that the running program is in, or the one above it: where asan/ is. "": none. */
void detect_build(char *to, u32 size);
void detection_free(struct detection *d);

#endif
