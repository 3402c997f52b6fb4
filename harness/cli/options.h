// SPDX-License-Identifier: MIT
/* options.h - the command line as options.def has it: one parser and one help for all commands. */
#ifndef HARNESS_CLI_OPTIONS_H
#define HARNESS_CLI_OPTIONS_H

#include <stdio.h>

#include "base/types.h"

#define OPTIONS_MANY 0xffffffffu

enum command_id {
#define C(id, ...) COMMAND_##id,
#define O(...)
#include "harness/cli/options.def"
#undef O
#undef C
	COMMAND_all, /* options that every command has */
	COMMAND_MAX = COMMAND_all
};

enum option_id {
#define C(...)
#define O(command, id, ...) OPT_##command##_##id,
#include "harness/cli/options.def"
#undef O
#undef C
	OPT_MAX
};

struct given {
	enum option_id option;
	const char *value; /* NULL: a flag */
	u64 number;	   /* of a NUMBER */
	const char *pair;  /* of a PAIR: what stands behind the '='; value is the name alone */
};

/* A command line that has been parsed: every value is one that its row allows. */
struct args {
	enum command_id command;
	u32 nr_given, nr_operands;
	struct given *given; /* in the order of the command line */
	const char **operand;
};

/* The command of that name, or COMMAND_MAX. */
enum command_id command_find(const char *name);
const char *command_name(enum command_id command);
/* Without its dashes. */
const char *option_name(enum option_id option);
/* The name most like it, or NULL when none is. */
const char *command_suggest(const char *name);

/* ARGS_GO_ON: *a is filled, args_free() it; else help or a complaint has been printed, and this is
 * the exit code. argv[0] is the command's name.
 */
enum { ARGS_GO_ON = -1 };
int args_parse(struct args *a, enum command_id command, int argc, char **argv);
void args_free(struct args *a);

/* Of an option that was given several times the last one counts. */
bool args_has(const struct args *a, enum option_id option);
const char *args_text(const struct args *a, enum option_id option, const char *otherwise);
u64 args_number(const struct args *a, enum option_id option, u64 otherwise);
/* Which of the words of a CHOICE's row, counted from 0. */
u32 args_choice(const struct args *a, enum option_id option, u32 otherwise);

/* What every command prints for --help, and the list of commands. */
void command_help(FILE *to, enum command_id command);
void command_list(FILE *to);

/* "refstack CMD: what was wrong" on stderr, and the way to the help; returns EXIT_USAGE. */
int usage_error(enum command_id command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
