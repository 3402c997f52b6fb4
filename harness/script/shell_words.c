// SPDX-License-Identifier: MIT
/* shell_words.c - the commands of a text and their words, as sh reads them.
 *
 * Everything that sh expands is known when it is read: there are no variables. Whatever else is a
 * sign of sh's is an error, so that nothing is taken for a plain word that sh would take otherwise.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/script/shell_internal.h"

/* ${PPID}: some number. It only ever names sysctl_restore_${PPID}.sh. */
#define SHELL_PPID "1"

struct sh_lexer {
	struct sh_program *p;
	const char *text;
	u32 at, len;
	u32 line, line_at; /* of `at` */
	u32 text_len;	   /* of p->text */
	u32 nr_words;
	u8 join;     /* of the command that is next */
	bool negate; /* the pipeline that is next */
	bool quoted; /* the last word had quotes in it */
	char *err;
	u32 err_size;
};

static char peek(const struct sh_lexer *x, u32 ahead)
{
	if (x->at + ahead >= x->len)
		return '\0';
	return x->text[x->at + ahead];
}

static bool at_end(const struct sh_lexer *x)
{
	return x->at >= x->len;
}

static u32 column(const struct sh_lexer *x)
{
	return x->at - x->line_at + 1;
}

static void next_line(struct sh_lexer *x)
{
	x->at++;
	x->line++;
	x->line_at = x->at;
}

static int fail_at(struct sh_lexer *x, u32 line, u32 col, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static int fail_at(struct sh_lexer *x, u32 line, u32 col, const char *fmt, ...)
{
	va_list args;
	int n = 0;

	if (x->err_size == 0)
		return -1;
	if (x->p->several_lines)
		n = snprintf(x->err, x->err_size, "line %u, ", line);
	if (n >= 0 && (u32)n < x->err_size)
		n += snprintf(x->err + n, x->err_size - (u32)n, "column %u: ", col);
	va_start(args, fmt);
	if (n >= 0 && (u32)n < x->err_size)
		vsnprintf(x->err + n, x->err_size - (u32)n, fmt, args);
	va_end(args);
	return -1;
}

static void put(struct sh_lexer *x, const char *bytes, u32 len)
{
	memcpy(x->p->text + x->text_len, bytes, len);
	x->text_len += len;
}

static void put_here(struct sh_lexer *x)
{
	put(x, x->text + x->at, 1);
	if (x->text[x->at] == '\n')
		next_line(x);
	else
		x->at++;
}

/* --- words --- */

/* After $((, up to )). */
static int arithmetic(struct sh_lexer *x)
{
	u32 line = x->line, col = column(x), begin, depth = 0;
	char number[24];
	const char *wrong;
	s64 v = 0;

	x->at += 3;
	begin = x->at;
	while (!at_end(x) && (depth != 0 || peek(x, 0) != ')' || peek(x, 1) != ')')) {
		depth += peek(x, 0) == '(';
		if (peek(x, 0) == ')')
			depth = depth > 0 ? depth - 1 : 0;
		if (peek(x, 0) == '\n')
			next_line(x);
		else
			x->at++;
	}
	if (at_end(x))
		return fail_at(x, line, col, "$(( without its ))");
	wrong = sh_arith(x->text + begin, x->at - begin, &v);
	if (wrong != NULL)
		return fail_at(x, line, col, "$((%.*s)): %s", (int)min_u32(x->at - begin, 60),
			       x->text + begin, wrong);
	x->at += 2;
	put(x, number, (u32)snprintf(number, sizeof(number), "%" PRId64, v));
	return 0;
}

static bool is_name_char(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static int dollar(struct sh_lexer *x)
{
	static const char braced[] = "${PPID}";
	u32 left = x->len - x->at;
	const char *here = x->text + x->at;

	assert(*here == '$');
	if (left >= 3 && memcmp(here, "$((", 3) == 0)
		return arithmetic(x);
	if (left >= 7 && memcmp(here, braced, 7) == 0)
		x->at += 7;
	else if (left >= 5 && memcmp(here, "$PPID", 5) == 0 && !is_name_char(peek(x, 5)))
		x->at += 5;
	else
		return fail_at(x, x->line, column(x),
			       "'$': of what sh expands there is only $((...)) and ${PPID}");
	put(x, SHELL_PPID, sizeof(SHELL_PPID) - 1);
	return 0;
}

static int single_quotes(struct sh_lexer *x)
{
	u32 line = x->line, col = column(x);

	for (x->at++; !at_end(x) && peek(x, 0) != '\''; put_here(x))
		if (peek(x, 0) == '\0')
			return fail_at(x, x->line, column(x), "a zero byte");
	if (at_end(x))
		return fail_at(x, line, col, "a ' without its end");
	x->at++;
	return 0;
}

/* A backslash: true if it and what follows have been taken. */
static bool line_continues(struct sh_lexer *x)
{
	u32 skip = peek(x, 1) == '\r' ? 2 : 1;

	if (peek(x, 0) != '\\' || peek(x, skip) != '\n')
		return false;
	x->at += skip;
	next_line(x);
	return true;
}

static int double_quotes(struct sh_lexer *x)
{
	u32 line = x->line, col = column(x);

	x->at++;
	while (!at_end(x) && peek(x, 0) != '"') {
		char c = peek(x, 0);

		if (c == '\0')
			return fail_at(x, x->line, column(x), "a zero byte");
		if (c == '`')
			return fail_at(x, x->line, column(x), "commands within commands");
		if (c == '$') {
			if (dollar(x) != 0)
				return -1;
		} else if (!line_continues(x)) {
			if (c == '\\' && peek(x, 1) != '\0' && strchr("$`\"\\", peek(x, 1)) != NULL)
				x->at++;
			put_here(x);
		}
	}
	if (at_end(x))
		return fail_at(x, line, col, "a \" without its end");
	x->at++;
	return 0;
}

static bool ends_word(char c)
{
	return c != '\0' && strchr(" \t\r\n;&|<>", c) != NULL;
}

static bool ends_command(char c)
{
	return c != '\0' && strchr("\n;&|", c) != NULL;
}

static int word_char(struct sh_lexer *x)
{
	char c = peek(x, 0);

	if (c == '\'' || c == '"') {
		x->quoted = true;
		return c == '"' ? double_quotes(x) : single_quotes(x);
	}
	if (c == '$')
		return dollar(x);
	if (c == '\0')
		return fail_at(x, x->line, column(x), "a zero byte");
	if (c == '`' || c == '(' || c == ')')
		return fail_at(x, x->line, column(x), "'%c': commands within commands", c);
	if (line_continues(x))
		return 0;
	if (c == '\\') {
		x->quoted = true;
		x->at++;
		if (at_end(x))
			return fail_at(x, x->line, column(x), "a backslash at the end");
	}
	put_here(x);
	return 0;
}

/* The word that begins here. */
static int take_word(struct sh_lexer *x, struct ipcmd_word *to)
{
	to->column = column(x);
	to->text = x->p->text + x->text_len;
	x->quoted = false;
	while (!at_end(x) && !ends_word(peek(x, 0)))
		if (word_char(x) != 0)
			return -1;
	put(x, "", 1);
	return 0;
}

/* Blanks, comments and lines that go on. */
static void skip_blanks(struct sh_lexer *x)
{
	while (!at_end(x)) {
		char c = peek(x, 0);

		if (c == ' ' || c == '\t' || c == '\r') {
			x->at++;
		} else if (c == '#') {
			while (!at_end(x) && peek(x, 0) != '\n')
				x->at++;
		} else if (!line_continues(x)) {
			break;
		}
	}
}

/* --- redirections --- */

static bool at_redirect(const struct sh_lexer *x)
{
	char c = peek(x, 0);

	return c == '<' || c == '>' || ((c == '1' || c == '2') && peek(x, 1) == '>');
}

/* Of `fd`, 1 or 2, to the other one. */
static int redirect_to_fd(struct sh_lexer *x, struct sh_command *c, char fd)
{
	char to = peek(x, 1);

	if ((to != '1' && to != '2') || (!ends_word(peek(x, 2)) && peek(x, 2) != '\0'))
		return fail_at(x, x->line, column(x), "expected 1 or 2 after >&");
	x->at += 2;
	if (fd == '2' && to == '1')
		c->err = c->out == TO_USER ? (u8)TO_OUT : (u8)TO_NULL;
	else if (fd == '1' && to == '2')
		c->out = TO_NULL;
	return 0;
}

static int redirect(struct sh_lexer *x, struct sh_command *c)
{
	u32 line = x->line, col = column(x);
	struct ipcmd_word w;
	char fd = '1';

	if (peek(x, 0) == '<')
		return fail_at(x, line, col, "'<': there is no input but from a pipe");
	if (peek(x, 0) != '>') {
		fd = peek(x, 0);
		x->at++;
	}
	x->at += peek(x, 1) == '>' ? 2 : 1;
	if (peek(x, 0) == '&')
		return redirect_to_fd(x, c, fd);
	skip_blanks(x);
	if (at_end(x) || ends_word(peek(x, 0)))
		return fail_at(x, x->line, column(x), "expected a file after >");
	col = column(x);
	if (take_word(x, &w) != 0)
		return -1;
	if (strcmp(w.text, "/dev/null") == 0) {
		if (fd == '2')
			c->err = TO_NULL;
		else
			c->out = TO_NULL;
		return 0;
	}
	if (fd == '2' || !sh_is_knob_path(w.text))
		return fail_at(x, line, col,
			       "> %.64s: scripts write to /dev/null, and to knobs below /proc/sys "
			       "and /sys/module/tcp_cubic/parameters",
			       w.text);
	c->out = TO_FILE;
	c->out_file = w.text;
	return 0;
}

/* --- commands --- */

/* The command is complete: who runs it, and are its words such as it takes? */
static int finish(struct sh_lexer *x, struct sh_command *c)
{
	char mistake[SH_MISTAKE] = "";
	struct sh_ctx ctx = {
		.argv = c->argv, .argc = c->argc, .end_column = c->end_column, .mistake = mistake
	};
	const char *name = c->argv[0].text;

	c->builtin = sh_builtin(name);
	if (c->builtin == NULL) {
		const char *program = sh_program_name(name);

		for (u32 i = 0; ipcmd_name(i) != NULL && program != NULL; i++)
			if (strcmp(program, ipcmd_name(i)) == 0)
				return 0;
		sh_unknown(name, mistake, sizeof(mistake));
		return fail_at(x, c->line, c->argv[0].column, "%s", mistake);
	}
	if (c->builtin->check != NULL && c->builtin->check(&ctx) != 0)
		return fail_at(x, c->line, c->argv[0].column, "%s", mistake);
	return 0;
}

static bool is_assignment(const char *word)
{
	const char *p = word;

	while (is_name_char(*p))
		p++;
	return p != word && *p == '=' && (*word < '0' || *word > '9');
}

static int simple_command(struct sh_lexer *x)
{
	struct sh_command *c = &x->p->cmd[x->p->nr_cmds];

	memset(c, 0, sizeof(*c));
	c->join = x->join;
	c->negate = x->negate;
	c->line = x->line;
	c->argv = &x->p->word[x->nr_words];
	for (skip_blanks(x); !at_end(x) && !ends_command(peek(x, 0)); skip_blanks(x)) {
		if (at_redirect(x)) {
			if (redirect(x, c) != 0)
				return -1;
			continue;
		}
		if (take_word(x, &x->p->word[x->nr_words]) != 0)
			return -1;
		if (c->argc == 0 && !x->quoted && is_assignment(c->argv[0].text))
			return fail_at(x, c->line, c->argv[0].column,
				       "%.64s: there are no variables here", c->argv[0].text);
		if (c->argc == 0 && !x->quoted && strcmp(c->argv[0].text, "!") == 0 &&
		    c->join != JOIN_PIPE && !c->negate) {
			c->negate = true;
			continue;
		}
		x->nr_words++;
		c->argc++;
	}
	c->end_column = column(x);
	if (c->argc == 0)
		return fail_at(x, x->line, column(x), "expected a command");
	x->p->nr_cmds++;
	return finish(x, c);
}

/* What stands after a command. */
static int separator(struct sh_lexer *x)
{
	char c = peek(x, 0);

	x->negate = false;
	x->join = JOIN_NEXT;
	if (at_end(x))
		return 0;
	if (c == '&' && peek(x, 1) != '&')
		return fail_at(x, x->line, column(x), "'&': nothing runs in the background here");
	if (c == '&' || c == '|') {
		bool two = peek(x, 1) == c;

		x->join = c == '&' ? JOIN_AND : two ? JOIN_OR : JOIN_PIPE;
		x->at += two ? 2 : 1;
		return 0;
	}
	assert(c == ';' || c == '\n');
	if (c == '\n')
		next_line(x);
	else
		x->at++;
	return 0;
}

static int parse(struct sh_lexer *x)
{
	for (;;) {
		skip_blanks(x);
		if (peek(x, 0) == '\n') {
			next_line(x);
			continue;
		}
		if (at_end(x))
			break;
		if (simple_command(x) != 0 || separator(x) != 0)
			return -1;
	}
	if (x->join != JOIN_NEXT)
		return fail_at(x, x->line, column(x), "expected a command");
	return 0;
}

int sh_parse(struct sh_program *p, const char *text, u32 len, char *err, u32 err_size)
{
	struct sh_lexer x = { .p = p, .text = text, .len = len, .line = 1 };

	x.err = err;
	x.err_size = err_size;
	memset(p, 0, sizeof(*p));
	if (len > SHELL_TEXT)
		return fail_at(&x, 1, 1, "more than %d bytes of commands", SHELL_TEXT);
	/* Seven bytes, $((1)) and a blank, never give more than twenty digits and a zero byte. */
	p->text = malloc(4 * (size_t)len + 64);
	p->word = malloc((len + 1) * sizeof(*p->word));
	p->cmd = malloc((len + 1) * sizeof(*p->cmd));
	if (p->text == NULL || p->word == NULL || p->cmd == NULL)
		abort();
	p->several_lines = len > 0 && memchr(text, '\n', len - 1) != NULL;
	return parse(&x);
}

void sh_free(struct sh_program *p)
{
	free(p->text);
	free(p->word);
	free(p->cmd);
}
