// SPDX-License-Identifier: MIT
/* options.c - parses command lines by options.def, and prints what it says. */
#include "harness/cli/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/cli/cli.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 22, WORD_LIKE_MAX = 32 };

enum option_kind { KIND_FLAG, KIND_NUMBER, KIND_CHOICE, KIND_NAME, KIND_FILE, KIND_PAIR };

static const struct command_row {
	const char *name, *operands;
	u32 fewest, most;
	const char *summary, *about;
} commands[COMMAND_MAX] = {
#define MANY OPTIONS_MANY
#define C(id, operands, fewest, most, completed, summary, about)                                   \
	[COMMAND_##id] = { #id, (operands), (fewest), (most), (summary), (about) },
#define O(...)
#include "harness/cli/options.def"
#undef O
#undef C
#undef MANY
};

static const struct option_row {
	u8 command;
	char short_name;
	u8 kind;
	const char *long_name, *argument, *values, *help;
} options[OPT_MAX] = {
#define C(...)
#define O(command, id, long_name, short_name, argument, kind, values, help)                        \
	[OPT_##command##_##id] = { COMMAND_##command, (short_name), KIND_##kind, (long_name),      \
				   (argument),	      (values),	    (help) },
#include "harness/cli/options.def"
#undef O
#undef C
};

static bool option_of(enum command_id command, u32 option)
{
	return options[option].command == command || options[option].command == COMMAND_all;
}

const char *option_name(enum option_id option)
{
	return options[option].long_name;
}

/* "--dut", "-v": as it is written. */
static const char *option_spelling(u32 option, char to[WORD_LIKE_MAX])
{
	const struct option_row *o = &options[option];

	if (*o->long_name != '\0')
		snprintf(to, WORD_LIKE_MAX, "--%s", o->long_name);
	else
		snprintf(to, WORD_LIKE_MAX, "-%c", o->short_name);
	return to;
}

/* --- near misses --- */

static u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

/* How many letters have to be changed, put in, left out or swapped with their neighbour. */
static u32 edit_distance(const char *a, const char *b)
{
	u32 d[WORD_LIKE_MAX + 1][WORD_LIKE_MAX + 1];
	u32 n = (u32)strlen(a), m = (u32)strlen(b);

	if (n > WORD_LIKE_MAX || m > WORD_LIKE_MAX)
		return OPTIONS_MANY;
	for (u32 j = 0; j <= m; j++)
		d[0][j] = j;
	for (u32 i = 1; i <= n; i++) {
		d[i][0] = i;
		for (u32 j = 1; j <= m; j++) {
			d[i][j] = least(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
					least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[n][m];
}

/* Small is like; what begins the same is like too. OPTIONS_MANY: not like it at all. */
static u32 unlikeness(const char *said, const char *name)
{
	u32 distance = edit_distance(said, name), len = (u32)strlen(said);

	if (distance <= 2 && distance * 2 <= len)
		return distance;
	return len >= 2 && strncmp(said, name, len) == 0 ? 3 : OPTIONS_MANY;
}

const char *command_suggest(const char *name)
{
	u32 best = OPTIONS_MANY;
	const char *found = NULL;

	for (u32 c = 0; c < COMMAND_MAX; c++) {
		u32 u = unlikeness(name, commands[c].name);

		if (u < best) {
			best = u;
			found = commands[c].name;
		}
	}
	return found;
}

static int unknown_option(enum command_id command, const char *said)
{
	u32 best = OPTIONS_MANY, found = 0;
	char spelling[WORD_LIKE_MAX];

	for (u32 i = 0; i < OPT_MAX && said[1] == '-'; i++) {
		u32 u = *options[i].long_name != '\0' && option_of(command, i)
				? unlikeness(said + 2, options[i].long_name)
				: OPTIONS_MANY;

		if (u < best) {
			best = u;
			found = i;
		}
	}
	if (best == OPTIONS_MANY)
		return usage_error(command, "unknown option '%s'", said);
	return usage_error(command, "unknown option '%s'; did you mean '%s'?", said,
			   option_spelling(found, spelling));
}

int usage_error(enum command_id command, const char *format, ...)
{
	va_list ap;

	assert(command < COMMAND_MAX);
	fflush(stdout);
	fprintf(stderr, "refstack %s: ", commands[command].name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'refstack %s --help'.\n", commands[command].name);
	return EXIT_USAGE;
}

/* --- values --- */

static bool parse_number(const char *text, u64 *to)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*to = strtoull(text, &end, 0);
	return *end == '\0' && errno == 0;
}

/* Position of the word in "a b c"; OPTIONS_MANY when it is none of them. */
static u32 word_index(const char *words, const char *word)
{
	size_t len = strlen(word);
	u32 n = 0;

	for (const char *at = words; *at != '\0'; n++) {
		size_t l = strcspn(at, " ");

		if (l == len && memcmp(at, word, l) == 0)
			return n;
		at += l + (at[l] == ' ');
	}
	return OPTIONS_MANY;
}

/* 0, or the exit code after a complaint. */
static int check_number(enum command_id command, struct given *g, const char *spelling)
{
	unsigned long long from = 0, to = ~0ull;

	if (!parse_number(g->value, &g->number))
		return usage_error(command, "%s needs a number, not '%s'", spelling, g->value);
	if (sscanf(options[g->option].values, "%llu..%llu", &from, &to) == 2 &&
	    (g->number < from || g->number > to))
		return usage_error(command, "%s must be %llu to %llu", spelling, from, to);
	return 0;
}

static int check_value(enum command_id command, struct given *g)
{
	const struct option_row *o = &options[g->option];
	char spelling[WORD_LIKE_MAX], *equals;

	option_spelling(g->option, spelling);
	switch (o->kind) {
	case KIND_NUMBER:
		return check_number(command, g, spelling);
	case KIND_CHOICE:
		if (word_index(o->values, g->value) == OPTIONS_MANY)
			return usage_error(command, "%s cannot be '%s'; there is: %s", spelling,
					   g->value, o->values);
		return 0;
	case KIND_PAIR:
		equals = strchr(g->value, '=');
		if (equals == NULL || equals == g->value)
			return usage_error(command, "%s needs %s, not '%s'", spelling, o->argument,
					   g->value);
		*equals = '\0'; /* the words of a command line are the program's */
		g->pair = equals + 1;
		return 0;
	default:
		if (*g->value == '\0')
			return usage_error(command, "%s needs an argument: %s", spelling,
					   o->argument);
		return 0;
	}
}

/* --- the command line --- */

struct cursor {
	struct args *args;
	int argc, at;
	char **argv;
};

/* The option's value: what is attached to it, or the next word. */
static int take(struct cursor *c, enum option_id option, const char *attached)
{
	const struct option_row *o = &options[option];
	enum command_id command = c->args->command;
	struct given g = { .option = option, .value = attached };
	char spelling[WORD_LIKE_MAX];
	int ret = 0;

	option_spelling(option, spelling);
	if (o->kind == KIND_FLAG && attached != NULL)
		return usage_error(command, "%s takes no value", spelling);
	if (o->kind != KIND_FLAG && attached == NULL) {
		if (c->at + 1 >= c->argc)
			return usage_error(command, "%s needs an argument: %s", spelling,
					   o->argument);
		g.value = c->argv[++c->at];
		if (strncmp(g.value, "--", 2) == 0)
			return usage_error(command,
					   "%s needs an argument: %s; '%s' looks like an option",
					   spelling, o->argument, g.value);
	}
	if (o->kind != KIND_FLAG)
		ret = check_value(command, &g);
	c->args->given[c->args->nr_given++] = g;
	return ret;
}

static int take_long(struct cursor *c, const char *word)
{
	size_t len = strcspn(word + 2, "=");

	for (u32 i = 0; i < OPT_MAX; i++)
		if (option_of(c->args->command, i) && strlen(options[i].long_name) == len &&
		    len != 0 && memcmp(options[i].long_name, word + 2, len) == 0)
			return take(c, (enum option_id)i,
				    word[2 + len] == '=' ? word + 3 + len : NULL);
	return unknown_option(c->args->command, word);
}

static u32 find_short(enum command_id command, char name)
{
	u32 i = 0;

	while (i < OPT_MAX && (options[i].short_name != name || !option_of(command, i)))
		i++;
	return i;
}

/* -v, -j N, -jN, -vj N. */
static int take_short(struct cursor *c, const char *word)
{
	for (const char *at = word + 1; *at != '\0'; at++) {
		u32 i = find_short(c->args->command, *at);
		int ret;

		if (i == OPT_MAX)
			return unknown_option(c->args->command, word);
		if (options[i].kind != KIND_FLAG)
			return take(c, (enum option_id)i, at[1] != '\0' ? at + 1 : NULL);
		ret = take(c, (enum option_id)i, NULL);
		if (ret != 0)
			return ret;
	}
	return 0;
}

static int take_words(struct cursor *c)
{
	struct args *a = c->args;
	bool options_over = false;
	int ret = 0;

	for (; ret == 0 && c->at < c->argc; c->at++) {
		const char *word = c->argv[c->at];

		if (options_over || word[0] != '-' || word[1] == '\0')
			a->operand[a->nr_operands++] = word;
		else if (strcmp(word, "--") == 0)
			options_over = true;
		else
			ret = word[1] == '-' ? take_long(c, word) : take_short(c, word);
	}
	return ret;
}

static int check_operands(const struct args *a)
{
	const struct command_row *row = &commands[a->command];

	if (a->nr_operands < row->fewest)
		return usage_error(a->command, "nothing to do; it needs %s", row->operands);
	if (a->nr_operands > row->most)
		return usage_error(a->command, "unexpected argument '%s'", a->operand[row->most]);
	return 0;
}

int args_parse(struct args *a, enum command_id command, int argc, char **argv)
{
	struct cursor c = { .args = a, .argc = argc, .at = 1, .argv = argv };
	size_t most = 0;
	int ret;

	assert(argc >= 1);
	/* A word of flags is as many options as it has letters. */
	for (int i = 1; i < argc; i++)
		most += strlen(argv[i]) + 1;
	*a = (struct args){ .command = command,
			    .given = calloc(most + 1, sizeof(*a->given)),
			    .operand = calloc((size_t)argc + 1, sizeof(*a->operand)) };
	if (a->given == NULL || a->operand == NULL)
		abort();
	ret = take_words(&c);
	if (ret == 0 && args_has(a, OPT_all_HELP)) {
		command_help(stdout, command);
		args_free(a);
		return EXIT_OK;
	}
	if (ret == 0)
		ret = check_operands(a);
	if (ret == 0)
		return ARGS_GO_ON;
	args_free(a);
	return ret;
}

void args_free(struct args *a)
{
	free(a->given);
	free(a->operand);
	*a = (struct args){ .command = a->command };
}

static const struct given *last_given(const struct args *a, enum option_id option)
{
	const struct given *found = NULL;

	for (u32 i = 0; i < a->nr_given; i++)
		if (a->given[i].option == option)
			found = &a->given[i];
	return found;
}

bool args_has(const struct args *a, enum option_id option)
{
	return last_given(a, option) != NULL;
}

const char *args_text(const struct args *a, enum option_id option, const char *otherwise)
{
	const struct given *g = last_given(a, option);

	return g != NULL ? g->value : otherwise;
}

u64 args_number(const struct args *a, enum option_id option, u64 otherwise)
{
	const struct given *g = last_given(a, option);

	assert(options[option].kind == KIND_NUMBER);
	return g != NULL ? g->number : otherwise;
}

u32 args_choice(const struct args *a, enum option_id option, u32 otherwise)
{
	const struct given *g = last_given(a, option);

	assert(options[option].kind == KIND_CHOICE);
	return g != NULL ? word_index(options[option].values, g->value) : otherwise;
}

enum command_id command_find(const char *name)
{
	u32 c = 0;

	while (c < COMMAND_MAX && strcmp(commands[c].name, name) != 0)
		c++;
	return (enum command_id)c;
}

const char *command_name(enum command_id command)
{
	assert(command < COMMAND_MAX);
	return commands[command].name;
}

/* --- help --- */

/* Words from column `column` on, further lines indented. */
static void wrap(FILE *to, u32 column, u32 indent, const char *text)
{
	for (const char *at = text; *at != '\0';) {
		u32 len = (u32)strcspn(at, " ");

		if (column + len > HELP_WIDTH && column > indent) {
			fprintf(to, "\n%*s", (int)indent, "");
			column = indent;
		}
		fprintf(to, "%.*s", (int)len, at);
		column += len;
		at += len;
		if (*at == ' ') {
			at++;
			if (column < HELP_WIDTH && column + 1 + strcspn(at, " ") <= HELP_WIDTH)
				fputc(' ', to);
			column++;
		}
	}
	fputc('\n', to);
}

static void print_option(FILE *to, const struct option_row *o)
{
	char name[64], help[256];
	int len = snprintf(name, sizeof(name), "  ");

	if (o->short_name != 0)
		len += snprintf(name + len, sizeof(name) - (size_t)len, "-%c%s", o->short_name,
				*o->long_name != '\0' ? ", " : "");
	if (*o->long_name != '\0')
		len += snprintf(name + len, sizeof(name) - (size_t)len, "--%s", o->long_name);
	if (*o->argument != '\0')
		len += snprintf(name + len, sizeof(name) - (size_t)len, " %s", o->argument);
	assert(len < (int)sizeof(name));
	if (o->kind == KIND_CHOICE || (o->kind == KIND_NUMBER && *o->values != '\0'))
		snprintf(help, sizeof(help), "%s: %s", o->values, o->help);
	else
		snprintf(help, sizeof(help), "%s", o->help);
	if (len + 2 > HELP_INDENT)
		fprintf(to, "%s\n%*s", name, HELP_INDENT, "");
	else
		fprintf(to, "%-*s", HELP_INDENT, name);
	wrap(to, HELP_INDENT, HELP_INDENT, help);
}

void command_help(FILE *to, enum command_id command)
{
	const struct command_row *row = &commands[command];

	fprintf(to, "usage: refstack %s [OPTION ...]%s%s\n\n", row->name,
		*row->operands != '\0' ? " " : "", row->operands);
	wrap(to, 0, 0, row->about);
	fputc('\n', to);
	for (u32 i = 0; i < OPT_MAX; i++)
		if (option_of(command, i))
			print_option(to, &options[i]);
}

void command_list(FILE *to)
{
	fprintf(to, "usage: refstack COMMAND [ARGUMENT ...]\n\n");
	for (u32 c = 0; c < COMMAND_MAX; c++)
		fprintf(to, "  %-10s %s\n", commands[c].name, commands[c].summary);
	fprintf(to,
		"\n'refstack help COMMAND' says more about each, 'refstack --version' which this "
		"is.\nExit codes: 0 all well, 1 a difference or failure was found, 2 wrong use "
		"or unreadable\ninput, 3 the environment lacks something, 4 not implemented "
		"here.\n");
}
