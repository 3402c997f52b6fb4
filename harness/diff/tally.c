// SPDX-License-Identifier: MIT
/* tally.c - see tally.h. Missing: everything but the seams; only the number of programs is counted.
 */
#include "harness/diff/tally.h"

#include <stdlib.h>
#include <string.h>

struct tally {
	u64 programs;
};

struct tally *tally_new(void)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	return t;
}

void tally_free(struct tally *t)
{
	free(t);
}

void tally_add(struct tally *t, const struct script *s, const struct record *r)
{
	(void)s;
	(void)r;
	t->programs++;
}

void tally_write(const struct tally *t, FILE *to)
{
	fwrite(t, sizeof(*t), 1, to);
}

bool tally_merge(struct tally *t, const void *bytes, size_t len)
{
	struct tally other;

	if (len != sizeof(other))
		return false;
	memcpy(&other, bytes, sizeof(other));
	t->programs += other.programs;
	return true;
}

u32 tally_print(const struct tally *t, FILE *to, u64 enough)
{
	(void)enough;
	fprintf(to, "programs %llu\n", (unsigned long long)t->programs);
	return 0;
}
