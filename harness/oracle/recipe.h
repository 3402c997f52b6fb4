// SPDX-License-Identifier: MIT
/* recipe.h - what makes a kernel the judging one: configuration and patches, which the executable
 * carries, so that it can build wherever it is and knows its kernel by their hashes.
 */
#ifndef HARNESS_ORACLE_RECIPE_H
#define HARNESS_ORACLE_RECIPE_H

#include "base/types.h"
#include "harness/lib/sha256.h"

struct recipe_file {
	const char *name, *text;
	size_t len;
};
/* By number from 0; beyond the last one all is NULL. The second configuration is for coverage only.
 */
struct recipe_file recipe_config(u32 n);
struct recipe_file recipe_patch(u32 n);

void recipe_hashes(bool coverage, char config[SHA256_HEX], char patches[SHA256_HEX]);

#endif
