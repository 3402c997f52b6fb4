// SPDX-License-Identifier: MIT
/* cmd_version.c - refstack version. */
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/lib/version.h"

static const char help[] = "usage: refstack version\n\nPrints the versions of refstack, of the "
			   "Linux that it follows, and of its compiler.\n";

int cmd_version(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return EXIT_OK;
	}
	if (argc > 1)
		return usage_error("version", "unknown argument '%s'", argv[1]);
	printf("refstack %s\n", REFSTACK_VERSION);
	printf("reference: Linux %s, HZ %d\n", REFSTACK_LINUX, REFSTACK_HZ);
	printf("compiler: %s\n", __VERSION__);
	printf("pointers: %zu bits\n", sizeof(void *) * 8);
	return EXIT_OK;
}
