// SPDX-License-Identifier: MIT
/* shell_cmds.c - the commands that are the shell's own, by name. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/lib/nstat.h"
#include "harness/script/shell_internal.h"

void sh_put(struct sh_buf *b, const char *bytes, u32 len)
{
	u32 n = min_u32(len, b->cap - b->len);

	assert(b->len <= b->cap);
	b->full = b->full || n < len;
	memcpy(b->text + b->len, bytes, n);
	b->len += n;
}

void sh_say(struct sh_buf *b, const char *fmt, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n > 0)
		sh_put(b, text, min_u32((u32)n, sizeof(text) - 1));
}

int sh_mistake(struct sh_ctx *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->mistake, SH_MISTAKE, fmt, args);
	va_end(args);
	return -1;
}

static int run_true(struct sh_ctx *c)
{
	(void)c;
	return 0;
}

static int run_false(struct sh_ctx *c)
{
	(void)c;
	return 1;
}

static int run_echo(struct sh_ctx *c)
{
	bool no_newline = c->argc > 1 && strcmp(c->argv[1].text, "-n") == 0;

	for (u32 i = no_newline ? 2 : 1; i < c->argc; i++) {
		sh_put(&c->out, c->argv[i].text, (u32)strlen(c->argv[i].text));
		if (i + 1 < c->argc)
			sh_put(&c->out, " ", 1);
	}
	if (!no_newline)
		sh_put(&c->out, "\n", 1);
	return 0;
}

static int check_sleep(struct sh_ctx *c)
{
	return sh_mistake(c,
			  "sleep: no time passes within commands; the statement `advance 1s` or a "
			  "later time lets it pass");
}

struct ipcmd_call sh_ipcmd_call(struct sh_ctx *c)
{
	return (struct ipcmd_call){
		.word = c->argv,
		.nr_words = c->argc,
		.end_column = c->end_column,
		.out = c->out.text,
		.out_bytes = c->out.cap,
		.out_len = c->out.len,
		.err = c->mistake,
		.err_bytes = SH_MISTAKE,
	};
}

static int run_nstat(struct sh_ctx *c)
{
	struct ipcmd_call call = sh_ipcmd_call(c);
	u64 mib[MIB_MAX], drops[DROP_MAX];
	int err;

	if (!c->sh->has_base)
		memset(c->sh->nstat_base, 0, sizeof(c->sh->nstat_base));
	c->sh->has_base = true;
	c->sh->dut->ops->counters(c->sh->dut, c->sh->host, mib, drops);
	err = nstat_call(mib, c->sh->nstat_base, &call);

	c->out.len = call.out_len;
	return err < 0 ? -1 : 0;
}

/* Helper scripts may be anywhere, programs where programs are. */
enum { AT_ANY_PATH = 1 };
static const struct {
	struct sh_builtin b;
	u32 flags;
} builtins[] = {
	{ { ":", NULL, run_true }, 0 },
	{ { "true", NULL, run_true }, 0 },
	{ { "false", NULL, run_false }, 0 },
	{ { "echo", NULL, run_echo }, 0 },
	{ { "cat", NULL, sh_cat }, 0 },
	{ { "grep", sh_grep_check, sh_grep }, 0 },
	{ { "head", sh_head_check, sh_head }, 0 },
	{ { "tail", sh_head_check, sh_head }, 0 },
	{ { "wc", sh_wc_check, sh_wc }, 0 },
	{ { "sleep", check_sleep, run_true }, 0 },
	{ { "dd", sh_dd_check, sh_dd }, 0 },
	{ { "rm", sh_rm_check, sh_rm }, 0 },
	{ { "nstat", NULL, run_nstat }, 0 },
	{ { "defaults.sh", sh_no_words, sh_defaults }, AT_ANY_PATH },
	{ { "set_sysctls.py", sh_set_sysctls_check, sh_set_sysctls }, AT_ANY_PATH },
	{ { "sysctl_restore_1.sh", sh_no_words, sh_restore }, AT_ANY_PATH },
};

/* /sbin/ip is ip; ./ip is something else. */
static bool is_program_path(const char *word, const char *base)
{
	static const char *const places[] = { "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/" };

	for (u32 i = 0; i < ARRAY_SIZE(places); i++)
		if (strlen(places[i]) == (size_t)(base - word) &&
		    memcmp(places[i], word, (size_t)(base - word)) == 0)
			return true;
	return base == word;
}

const char *sh_program_name(const char *word)
{
	const char *slash = strrchr(word, '/');
	const char *base = slash != NULL ? slash + 1 : word;

	return is_program_path(word, base) ? base : NULL;
}

const struct sh_builtin *sh_builtin(const char *word)
{
	const char *slash = strrchr(word, '/');
	const char *base = slash != NULL ? slash + 1 : word;

	for (u32 i = 0; i < ARRAY_SIZE(builtins); i++)
		if (strcmp(builtins[i].b.name, base) == 0 &&
		    (builtins[i].flags == AT_ANY_PATH || is_program_path(word, base)))
			return &builtins[i].b;
	return NULL;
}

void sh_unknown(const char *word, char *to, u32 size)
{
	int n = snprintf(to, size,
			 "%.64s: not a command that scripts can use here; there are:", word);

	for (u32 i = 0; ipcmd_name(i) != NULL && n > 0 && (u32)n < size; i++)
		n += snprintf(to + n, size - (u32)n, " %s", ipcmd_name(i));
	for (u32 i = 0; i < ARRAY_SIZE(builtins) && n > 0 && (u32)n < size; i++)
		if (builtins[i].b.check != check_sleep)
			n += snprintf(to + n, size - (u32)n, " %s", builtins[i].b.name);
}
