// SPDX-License-Identifier: MIT
/* shell.c - runs the commands of a text: what follows on what, pipes, where output goes.
 *
 * Rules: POSIX.1-2017, Shell Command Language, 2.9, as far as there is anything of it here.
 */
#include "harness/script/shell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/script/shell_internal.h"

/* A list of commands on its way. */
struct sh_run {
	struct shell *sh;
	const struct sh_program *p;
	struct sh_buf out, err; /* the caller's */
	char *pipe[2]; /* SHELL_OUT each: what the command before wrote, what this one does */
	u32 pipe_len;  /* of pipe[0] */
	char mistake[SH_MISTAKE];
};

void shell_init(struct shell *sh, struct dut *d, u32 host, const char *dev, bool ksft)
{
	assert(host < DUT_HOSTS);
	/* Its tables are as long as their counts say. */
	sh->nr_saved = 0;
	sh->nr_files = 0;
	sh->has_base = false;
	sh->dut = d;
	sh->host = host;
	sh->dev = dev;
	sh->ksft = ksft;
}

bool shell_is_new(const struct shell *sh)
{
	return sh->nr_saved == 0 && sh->nr_files == 0 && !sh->has_base;
}

/* ip, sysctl, tc and the like. */
static int run_ipcmd(struct sh_ctx *c)
{
	struct ipcmd_word words[256];
	struct ipcmd_call call = sh_ipcmd_call(c);
	const char *slash = strrchr(c->argv[0].text, '/');

	if (c->argc > ARRAY_SIZE(words))
		return sh_mistake(c, "%.64s: more than %zu words", c->argv[0].text,
				  ARRAY_SIZE(words));
	memcpy(words, c->argv, c->argc * sizeof(words[0]));
	if (slash != NULL)
		words[0].text = slash + 1;
	call.word = words;
	if (c->sh->dut->ops->command(c->sh->dut, c->sh->host, &call) < 0 && call.status == 0)
		return -1;
	c->out.len = call.out_len;
	c->out.full = c->out.full || call.out_len + 1 >= c->out.cap;
	if (call.status != 0)
		sh_say(&c->err, "%s\n", c->mistake);
	return (int)call.status;
}

/* Into the knob that stands behind >. */
static int write_knob(struct sh_ctx *c, const struct sh_command *cmd)
{
	int err = sh_knob_write(c->sh, cmd->out_file, c->out.text, c->out.len);

	if (err == 0)
		return 0;
	sh_say(&c->err, "sh: %.96s: %s\n", cmd->out_file, strerror(-err));
	return 1;
}

static int complete(struct sh_run *r, struct sh_ctx *c, const struct sh_command *cmd, int status)
{
	if (status >= 0 && c->out.full)
		return sh_mistake(c, "%.64s: more than %d bytes of output", c->argv[0].text,
				  SHELL_OUT);
	if (status >= 0 && cmd->out == TO_FILE && write_knob(c, cmd) != 0)
		status = 1;
	if (cmd->out != TO_USER)
		c->out.len = 0;
	if (cmd->err == TO_OUT)
		sh_put(&c->out, c->err.text, c->err.len);
	else if (cmd->err == TO_USER)
		sh_put(&r->err, c->err.text, c->err.len);
	return status;
}

/* One command of a pipeline; what it wrote is in pipe[0] then. */
static int run_one(struct sh_run *r, const struct sh_command *cmd)
{
	char err[2048];
	struct sh_ctx c = {
		.sh = r->sh,
		.argv = cmd->argv,
		.argc = cmd->argc,
		.end_column = cmd->end_column,
		.has_in = cmd->join == JOIN_PIPE,
		.in = r->pipe[0],
		.in_len = r->pipe_len,
		.out = { .text = r->pipe[1], .cap = SHELL_OUT },
		.err = { .text = err, .cap = sizeof(err) },
		.mistake = r->mistake,
	};
	int status;

	r->mistake[0] = '\0';
	status = cmd->builtin != NULL ? cmd->builtin->run(&c) : run_ipcmd(&c);
	status = complete(r, &c, cmd, status);
	r->pipe[1] = r->pipe[0];
	r->pipe[0] = c.out.text;
	r->pipe_len = c.out.len;
	return status;
}

/* From here to before the next command that stands behind no pipe: *end. -1: a mistake. */
static int run_pipeline(struct sh_run *r, u32 first, u32 *end)
{
	const struct sh_command *cmd = &r->p->cmd[first];
	int status = 0;
	u32 i = first;

	do {
		status = run_one(r, &r->p->cmd[i]);
		if (status < 0) {
			*end = i;
			return -1;
		}
		i++;
	} while (i < r->p->nr_cmds && r->p->cmd[i].join == JOIN_PIPE);
	*end = i;
	sh_put(&r->out, r->pipe[0], r->pipe_len);
	return cmd->negate ? status == 0 : status;
}

static u32 skip_pipeline(const struct sh_run *r, u32 i)
{
	do
		i++;
	while (i < r->p->nr_cmds && r->p->cmd[i].join == JOIN_PIPE);
	return i;
}

static int run_list(struct sh_run *r, u32 *wrong)
{
	int status = 0;
	u32 i = 0;

	while (i < r->p->nr_cmds) {
		u8 join = r->p->cmd[i].join;
		bool skip = (join == JOIN_AND && status != 0) || (join == JOIN_OR && status == 0);

		assert(join != JOIN_PIPE);
		if (skip) {
			i = skip_pipeline(r, i);
			continue;
		}
		status = run_pipeline(r, i, &i);
		*wrong = i;
		if (status < 0)
			return -1;
	}
	return status;
}

/* A caller's buffer, of which a last byte is for the end. */
static struct sh_buf caller_buf(char *text, u32 size, bool append)
{
	struct sh_buf b = { .text = text, .cap = size != 0 ? size - 1 : 0 };

	if (append && size != 0)
		b.len = min_u32((u32)strnlen(text, size), b.cap);
	return b;
}

static void say_where(const struct sh_run *r, u32 wrong, char *err, u32 err_size)
{
	if (err_size == 0)
		return;
	if (r->p->several_lines)
		snprintf(err, err_size, "line %u: %s", r->p->cmd[wrong].line, r->mistake);
	else
		snprintf(err, err_size, "%s", r->mistake);
}

int shell_run(struct shell *sh, const char *text, u32 len, char *out, u32 out_size, char *err,
	      u32 err_size)
{
	static char pipes[2][SHELL_OUT];
	struct sh_program p;
	struct sh_run r = { .sh = sh, .p = &p };
	u32 wrong = 0;
	int status = -1;

	r.out = caller_buf(out, out_size, true);
	r.err = caller_buf(err, err_size, false);
	if (err_size != 0)
		err[0] = '\0';
	if (sh_parse(&p, text, len, err, err_size) == 0) {
		r.pipe[0] = pipes[0];
		r.pipe[1] = pipes[1];
		status = run_list(&r, &wrong);
		if (out_size != 0)
			out[r.out.len] = '\0';
		if (err_size != 0)
			err[r.err.len] = '\0';
		if (status < 0)
			say_where(&r, wrong, err, err_size);
	}
	sh_free(&p);
	return status;
}
