// SPDX-License-Identifier: MIT
/* fuzz.c - see fuzz.h: the tables, and how a finding ends. */
#include "harness/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

const char *const detector_names[DETECTOR_MAX] = {
#define D(name, what) [DETECTOR_##name] = #name,
#include "harness/fuzz/detectors.def"
#undef D
};

const char *const detector_abouts[DETECTOR_MAX] = {
#define D(name, what) [DETECTOR_##name] = what,
#include "harness/fuzz/detectors.def"
#undef D
};

const struct fuzz_target_info fuzz_targets[] = {
#define T(name, input, what) { #name, what, INPUT_##input },
#include "harness/fuzz/targets.def"
#undef T
};
const u32 fuzz_nr_targets = ARRAY_SIZE(fuzz_targets);

const struct fuzz_target_info *fuzz_target_find(const char *name)
{
	for (u32 i = 0; i < fuzz_nr_targets; i++)
		if (strcmp(fuzz_targets[i].name, name) == 0)
			return &fuzz_targets[i];
	return NULL;
}

void fuzz_found(enum detector d, const char *signature, const char *detail)
{
	fflush(stdout);
	fprintf(stderr, "found: %s: %s\n%s\n", detector_names[d], signature, detail);
	abort();
}
