// SPDX-License-Identifier: MIT
/* judge_again.h - the judging kernel asked once more about vectors that it has judged before. Many
 * share a boot; one that comes out differently there is asked alone, as when it was captured.
 */
#ifndef HARNESS_CLI_JUDGE_AGAIN_H
#define HARNESS_CLI_JUDGE_AGAIN_H

#include "harness/cli/vectors.h"
#include "harness/diff/side.h"

struct judged {
	bool asked; /* else it is no vector, as vector_check() says */
	char *text; /* the script */
	size_t text_len;
	u64 seed, lasts_ps;
	struct record record; /* result */
	char *error;	      /* result: why there is none; NULL */
};

struct judge {
	struct side side;
	const struct vectors *vectors;
	struct judged *of; /* one a vector */
};

/* 0, or -1 with what is missing in err. */
int judge_open(struct judge *j, const struct vectors *v, char *err, u32 err_size);
/* Asks about all of them, in so many boots at a time. */
void judge_ask(struct judge *j, u32 workers, struct dut_worlds *worlds);
/* Asks about one, in a boot of its own. */
void judge_ask_alone(struct judge *j, u32 item);
void judge_close(struct judge *j);

#endif
