// SPDX-License-Identifier: MIT
/* shell_text.c - grep, head, tail, wc and cat: commands that read what others have written. */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "harness/lib/ipcmd_lex.h"
#include "harness/script/shell_internal.h"

/* Lines of text; the last may lack its newline. */
static bool next_line(const char **at, const char *end, const char **line, u32 *len)
{
	const char *nl;

	if (*at == end)
		return false;
	nl = memchr(*at, '\n', (size_t)(end - *at));
	*line = *at;
	*len = (u32)((nl != NULL ? nl : end) - *at);
	*at = nl != NULL ? nl + 1 : end;
	return true;
}

/* The text that a command without a file reads: what comes through the pipe. */
static int need_input(struct sh_ctx *c)
{
	if (c->has_in)
		return 0;
	return sh_mistake(c, "%s: nothing to read: it stands behind no pipe", c->argv[0].text);
}

/* --- grep --- */

enum {
	GREP_QUIET = 1,
	GREP_COUNT = 2,
	GREP_INVERT = 4,
	GREP_EXTENDED = 8,
	GREP_ICASE = 16,
	GREP_ONLY = 32,
	GREP_FIXED = 64,
	/* Patterns take memory and time by their length and by what {n} repeats. */
	GREP_PATTERN = 256,
	GREP_REPEATS = 100
};

struct grep {
	u32 flags;
	const char *pattern;
	u32 file; /* index in argv of the first; argc: none */
};

static int grep_words(struct sh_ctx *c, struct grep *g)
{
	static const char letters[] = "qcvEioF";
	u32 i;

	for (i = 1; i < c->argc && c->argv[i].text[0] == '-' && c->argv[i].text[1] != '\0'; i++) {
		if (strcmp(c->argv[i].text, "--") == 0) {
			i++;
			break;
		}
		for (const char *p = c->argv[i].text + 1; *p != '\0'; p++) {
			const char *at = strchr(letters, *p);

			if (at == NULL)
				return sh_mistake(c,
						  "grep: unknown option -%c; there are -q -c -v -E "
						  "-i -o -F",
						  *p);
			g->flags |= 1u << (at - letters);
		}
	}
	if (i >= c->argc)
		return sh_mistake(c, "grep: a pattern is missing at column %u", c->end_column);
	g->pattern = c->argv[i].text;
	g->file = i + 1;
	return 0;
}

/* How often {n} and {n,m} repeat at most, multiplied; too large: GREP_REPEATS + 1. */
static u32 repeats(const char *pattern)
{
	u32 all = 1;

	for (const char *p = strchr(pattern, '{'); p != NULL; p = strchr(p + 1, '{')) {
		unsigned long n = strtoul(p + 1, NULL, 10), m = n;
		const char *comma = p + 1 + strspn(p + 1, "0123456789");

		if (*comma == ',')
			m = strtoul(comma + 1, NULL, 10);
		n = n > m ? n : m;
		if (n > GREP_REPEATS || all * (n + 1) > GREP_REPEATS * 2)
			return GREP_REPEATS + 1;
		all *= (u32)(n + 1);
	}
	return all;
}

static int compile(struct sh_ctx *c, const struct grep *g, regex_t *re)
{
	char why[128];
	int err;

	assert(g->pattern != NULL);
	if (strlen(g->pattern) > GREP_PATTERN)
		return sh_mistake(c, "grep: a pattern of more than %d bytes", GREP_PATTERN);
	for (const char *p = strchr(g->pattern, '\\'); p != NULL && p[1] != '\0';
	     p = strchr(p + 2, '\\'))
		if (p[1] >= '1' && p[1] <= '9')
			return sh_mistake(c, "grep: \\%c: patterns refer to no group here", p[1]);
	if (repeats(g->pattern) > GREP_REPEATS)
		return sh_mistake(c, "grep: a pattern that repeats more than %d times",
				  GREP_REPEATS);
	err = regcomp(re, g->pattern,
		      ((g->flags & GREP_EXTENDED) != 0 ? REG_EXTENDED : 0) |
			      ((g->flags & GREP_ICASE) != 0 ? REG_ICASE : 0));
	if (err == 0)
		return 0;
	regerror(err, re, why, sizeof(why));
	return sh_mistake(c, "grep: %.128s: %s", g->pattern, why);
}

/* Where in the line the pattern is, from there on. */
static bool find(const struct grep *g, const regex_t *re, const char *line, u32 from, u32 len,
		 regmatch_t *m)
{
	assert(g->pattern != NULL);
	if ((g->flags & GREP_FIXED) == 0) {
		m->rm_so = (regoff_t)from;
		m->rm_eo = (regoff_t)len;
		return regexec(re, line, 1, m, REG_STARTEND) == 0;
	}
	for (u32 n = (u32)strlen(g->pattern); from + n <= len; from++) {
		bool hit = (g->flags & GREP_ICASE) != 0
				   ? strncasecmp(line + from, g->pattern, n) == 0
				   : memcmp(line + from, g->pattern, n) == 0;

		if (!hit)
			continue;
		m->rm_so = (regoff_t)from;
		m->rm_eo = (regoff_t)(from + n);
		return true;
	}
	return false;
}

static void put_matches(struct sh_ctx *c, const struct grep *g, const regex_t *re, const char *line,
			u32 len, regmatch_t m)
{
	u32 from = 0;

	do {
		u32 so = (u32)m.rm_so, eo = (u32)m.rm_eo;

		if (eo > so) {
			sh_put(&c->out, line + so, eo - so);
			sh_put(&c->out, "\n", 1);
		}
		from = eo > so ? eo : eo + 1;
	} while (from <= len && find(g, re, line, from, len, &m));
}

static u32 grep_text(struct sh_ctx *c, const struct grep *g, const regex_t *re, const char *text,
		     u32 text_len)
{
	const char *at = text, *line;
	u32 len, hits = 0;

	while (next_line(&at, text + text_len, &line, &len)) {
		bool invert = (g->flags & GREP_INVERT) != 0;
		regmatch_t m;

		if (find(g, re, line, 0, len, &m) == invert)
			continue;
		hits++;
		if ((g->flags & (GREP_QUIET | GREP_COUNT)) != 0)
			continue;
		if ((g->flags & GREP_ONLY) == 0) {
			sh_put(&c->out, line, len);
			sh_put(&c->out, "\n", 1);
		} else if (!invert) {
			put_matches(c, g, re, line, len, m);
		}
	}
	if ((g->flags & (GREP_QUIET | GREP_COUNT)) == GREP_COUNT)
		sh_say(&c->out, "%u\n", hits);
	return hits;
}

int sh_grep_check(struct sh_ctx *c)
{
	struct grep g = { 0 };
	regex_t re;

	if (grep_words(c, &g) != 0)
		return -1;
	if (g.file + 1 < c->argc)
		return sh_mistake(c, "grep: more than one file");
	if ((g.flags & GREP_FIXED) != 0)
		return 0;
	if (compile(c, &g, &re) != 0)
		return -1;
	regfree(&re);
	return 0;
}

/* The lines of this text: 0 when there is one, else 1, as the program exits. */
static int grep_lines(struct sh_ctx *c, const struct grep *g, const char *text, u32 len)
{
	regex_t re;
	u32 hits;

	if ((g->flags & GREP_FIXED) == 0 && compile(c, g, &re) != 0)
		return -1;
	hits = grep_text(c, g, &re, text, len);
	if ((g->flags & GREP_FIXED) == 0)
		regfree(&re);
	return hits != 0 ? 0 : 1;
}

static int grep_file(struct sh_ctx *c, const struct grep *g)
{
	struct sh_buf in = { .text = malloc(SHELL_OUT), .cap = SHELL_OUT };
	int err, status = 2;

	if (in.text == NULL)
		abort();
	err = sh_file_read(c->sh, c->argv[g->file].text, &in);
	if (err < 0)
		sh_say(&c->err, "grep: %.128s: %s\n", c->argv[g->file].text, strerror(-err));
	else
		status = grep_lines(c, g, in.text, in.len);
	free(in.text);
	return status;
}

int sh_grep(struct sh_ctx *c)
{
	struct grep g = { 0 };

	if (grep_words(c, &g) != 0)
		return -1;
	if (g.file < c->argc)
		return grep_file(c, &g);
	return need_input(c) != 0 ? -1 : grep_lines(c, &g, c->in, c->in_len);
}

/* --- head, tail, wc, cat --- */

/* -N, -n N, nothing: 10. */
static int head_words(struct sh_ctx *c, u32 *lines)
{
	const char *word = c->argc > 1 ? c->argv[1].text : "-10";
	bool separate = strcmp(word, "-n") == 0;

	if (separate && c->argc > 2)
		word = c->argv[2].text;
	else if (word[0] == '-')
		word += word[1] == 'n' ? 2 : 1;
	else
		word = "";
	if (c->argc > (separate ? 3u : 2u) || !parse_u32(word, 10, lines))
		return sh_mistake(c, "%s: expected -N or -n N, a number of lines", c->argv[0].text);
	return 0;
}

int sh_head_check(struct sh_ctx *c)
{
	u32 lines;

	return head_words(c, &lines);
}

/* `head`, and by its name `tail`. */
int sh_head(struct sh_ctx *c)
{
	const char *name = c->argv[0].text, *at, *line;
	u32 lines = 0, len, have = 0, i = 0;
	bool tail = name[strlen(name) - 1] == 'l';

	if (head_words(c, &lines) != 0 || need_input(c) != 0)
		return -1;
	for (at = c->in; next_line(&at, c->in + c->in_len, &line, &len);)
		have++;
	for (at = c->in; next_line(&at, c->in + c->in_len, &line, &len); i++)
		if (tail ? i + lines >= have : i < lines)
			sh_put(&c->out, line, (u32)(at - line));
	return 0;
}

int sh_wc_check(struct sh_ctx *c)
{
	if (c->argc != 2 ||
	    (strcmp(c->argv[1].text, "-l") != 0 && strcmp(c->argv[1].text, "-c") != 0))
		return sh_mistake(c, "wc: expected -l or -c, and what comes through a pipe");
	return 0;
}

int sh_wc(struct sh_ctx *c)
{
	u32 lines = 0;

	if (need_input(c) != 0)
		return -1;
	for (u32 i = 0; i < c->in_len; i++)
		lines += c->in[i] == '\n';
	sh_say(&c->out, "%u\n", strcmp(c->argv[1].text, "-c") == 0 ? c->in_len : lines);
	return 0;
}

int sh_cat(struct sh_ctx *c)
{
	int status = 0;

	if (c->argc == 1 && need_input(c) != 0)
		return -1;
	if (c->argc == 1)
		sh_put(&c->out, c->in, c->in_len);
	for (u32 i = 1; i < c->argc; i++) {
		int err = sh_file_read(c->sh, c->argv[i].text, &c->out);

		if (err < 0) {
			sh_say(&c->err, "cat: %.128s: %s\n", c->argv[i].text, strerror(-err));
			status = 1;
		}
	}
	return status;
}
