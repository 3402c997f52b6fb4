// SPDX-License-Identifier: MIT
/* refstack.c - the command: finds the subcommand, has its command line parsed and hands over. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/cli.h"

static int (*const run[COMMAND_MAX])(const struct args *args) = {
#define C(id, ...) [COMMAND_##id] = cmd_##id,
#define O(...)
#include "harness/cli/options.def"
#undef O
#undef C
};

int not_here(const char *format, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "refstack: not implemented: ");
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return EXIT_NOT_IMPLEMENTED;
}

static int no_such_command(const char *name)
{
	const char *like = command_suggest(name);

	if (*name == '\0')
		fprintf(stderr, "refstack: which command?\n\n");
	else if (like != NULL)
		fprintf(stderr, "refstack: there is no command '%s'; did you mean '%s'?\n\n", name,
			like);
	else
		fprintf(stderr, "refstack: there is no command '%s'\n\n", name);
	command_list(stderr);
	return EXIT_USAGE;
}

static int help(const char *name)
{
	enum command_id command = command_find(name);

	if (command == COMMAND_MAX)
		return no_such_command(name);
	command_help(stdout, command);
	return EXIT_OK;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* What was printed and could not be written is no success. */
static int flushed(int code)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return code;
	fprintf(stderr, "refstack: cannot write to standard output\n");
	return code == EXIT_OK ? EXIT_ENVIRONMENT : code;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	enum command_id command;
	struct args args;
	int ret;

	if (is_one_of(name, "--help", "-h") || (strcmp(name, "help") == 0 && argc == 2)) {
		command_list(stdout);
		return flushed(EXIT_OK);
	}
	if (strcmp(name, "help") == 0)
		return flushed(help(argv[2]));
	command = is_one_of(name, "--version", "-V") ? COMMAND_version : command_find(name);
	if (command == COMMAND_MAX)
		return no_such_command(name);
	ret = args_parse(&args, command, argc - 1, argv + 1);
	if (ret == ARGS_GO_ON) {
		ret = run[command](&args);
		args_free(&args);
	}
	return flushed(ret);
}
