// SPDX-License-Identifier: MIT
/* cmd_version.c - refstack version. */
#include <stdio.h>

#include "harness/cli/cli.h"
#include "harness/cli/output.h"
#include "harness/lib/version.h"

enum { BITS_PER_BYTE = 8 };

int cmd_version(const struct args *args)
{
	size_t bits = sizeof(void *) * BITS_PER_BYTE;

	if (args_has(args, OPT_version_JSON)) {
		printf("{\"refstack\": \"%s\", \"linux\": \"%s\", \"hz\": %d, \"compiler\": ",
		       REFSTACK_VERSION, REFSTACK_LINUX, REFSTACK_HZ);
		json_string(stdout, __VERSION__);
		printf(", \"pointer_bits\": %zu}\n", bits);
		return EXIT_OK;
	}
	printf("refstack %s\n", REFSTACK_VERSION);
	printf("reference: Linux %s, HZ %d\n", REFSTACK_LINUX, REFSTACK_HZ);
	printf("compiler: %s\n", __VERSION__);
	printf("pointers: %zu bits\n", bits);
	return EXIT_OK;
}
