// SPDX-License-Identifier: MIT
/* cli.h - what the subcommands of refstack share. */
#ifndef HARNESS_CLI_CLI_H
#define HARNESS_CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>

/* Exit codes: interfaces, see README. */
enum {
	EXIT_OK = 0,
	EXIT_DIFFERENCE = 1, /* a difference or failure was found */
	EXIT_USAGE = 2,	     /* wrong use, unreadable input */
	EXIT_ENVIRONMENT = 3,
	EXIT_NOT_IMPLEMENTED = 4
};

int cmd_bench(int argc, char **argv);
int cmd_selfcheck(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_walk(int argc, char **argv);

/* "refstack CMD: what was wrong" on stderr, and the way to the help; returns EXIT_USAGE. */
int usage_error(const char *cmd, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The value of an option that takes a number; false after it has complained. */
bool number_arg(const char *cmd, const char *option, const char *text, uint64_t *value);

#endif
