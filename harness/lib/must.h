// SPDX-License-Identifier: MIT
/* must.h - memory that has to be there: without it the harness ends. */
#ifndef HARNESS_LIB_MUST_H
#define HARNESS_LIB_MUST_H

#include <stdlib.h>

static inline void *must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

#endif
