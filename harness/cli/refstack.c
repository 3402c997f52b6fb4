// SPDX-License-Identifier: MIT
/* refstack.c - the command: finds the subcommand and hands over. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "walk", cmd_walk, "one packet through the sixteen steps, a line a step" },
	{ "selfcheck", cmd_selfcheck, "random programs against the world's own invariants" },
	{ "bench", cmd_bench, "speed, as ratios to the running kernel's" },
	{ "version", cmd_version, "versions of everything that matters" },
};

int usage_error(const char *cmd, const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "refstack %s: ", cmd);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'refstack %s --help'.\n", cmd);
	return EXIT_USAGE;
}

bool number_arg(const char *cmd, const char *option, const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	if (text != NULL && *text >= '0' && *text <= '9') {
		*value = strtoull(text, &end, 0);
		if (*end == '\0' && errno == 0)
			return true;
	}
	usage_error(cmd, "%s needs a number, not '%s'", option, text != NULL ? text : "");
	return false;
}

static void print_help(FILE *to)
{
	fprintf(to, "usage: refstack COMMAND [ARGUMENTS]\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to, "\n'refstack COMMAND --help' says more about each. Exit codes: 0 all well, 1 a "
		    "difference or\n"
		    "failure was found, 2 wrong use, 3 the environment lacks something, 4 not "
		    "implemented here.\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_help(stdout);
		return EXIT_OK;
	}
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (*name == '\0')
		fprintf(stderr, "refstack: which command?\n\n");
	else
		fprintf(stderr, "refstack: there is no command '%s'\n\n", name);
	print_help(stderr);
	return EXIT_USAGE;
}
