// SPDX-License-Identifier: MIT
/* junit.h - results of vectors as JUnit XML: what Jenkins, GitLab and their like read. */
#ifndef HARNESS_GOLDEN_JUNIT_H
#define HARNESS_GOLDEN_JUNIT_H

#include "harness/golden/check.h"

struct junit_case {
	char *path, *text; /* text: as for people; NULL: it passed */
	enum check_verdict verdict;
	u64 virtual_ps;
};
struct junit {
	struct junit_case *c;
	u32 nr, cap;
};

void junit_add(struct junit *j, const char *path, enum check_verdict verdict, const char *text,
	       u64 virtual_ps);
void junit_free(struct junit *j);
/* A suite a directory, in the order in which it was met. started: ISO 8601, of the whole. The text,
 * of malloc.
 */
char *junit_text(const struct junit *j, const char *started, size_t *len);

#endif
