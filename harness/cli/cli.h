// SPDX-License-Identifier: MIT
/* cli.h - what the subcommands of refstack share. */
#ifndef HARNESS_CLI_CLI_H
#define HARNESS_CLI_CLI_H

#include "harness/cli/options.h"

/* Exit codes: interfaces, see README. */
enum {
	EXIT_OK = 0,
	EXIT_DIFFERENCE = 1, /* a difference or failure was found */
	EXIT_USAGE = 2,	     /* wrong use, unreadable input */
	EXIT_ENVIRONMENT = 3,
	EXIT_NOT_IMPLEMENTED = 4
};

/* One a row of options.def: it gets a command line that is right, and returns an exit code. */
#define C(id, ...) int cmd_##id(const struct args *args);
#define O(...)
#include "harness/cli/options.def"
#undef O
#undef C

/* "refstack: not implemented: WHAT"; returns EXIT_NOT_IMPLEMENTED. */
int not_here(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
