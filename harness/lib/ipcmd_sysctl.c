// SPDX-License-Identifier: MIT
/* ipcmd_sysctl.c - `sysctl`: several names, with and without values, and what it prints of them. */
#include <stdio.h>
#include <string.h>

#include "core/sysctl.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "uapi/errno.h"

enum { KNOB_TEXT = 256 };
struct sysctl_req {
	const struct ipcmd_knobs *knobs;
	bool quiet, values_only, write, ignore_unknown;
	int err; /* the first */
	u32 err_len;
};

/* As the program prints it: dots between, slashes where a name had a dot. */
static void printed_name(const char *name, char to[SYSCTL_PATH_MAX])
{
	char first = '\0';
	u32 n;

	for (n = 0; name[n] != '\0' && n + 1 < SYSCTL_PATH_MAX; n++) {
		char c = name[n];

		if (first == '\0' && (c == '.' || c == '/'))
			first = c;
		if (first == '/' && (c == '.' || c == '/'))
			c = c == '.' ? '/' : '.';
		to[n] = c;
	}
	to[n] = '\0';
}

/* It complains of each name, and goes on to the next. */
static void complain(struct lex *lx, struct sysctl_req *r, int err, const char *text)
{
	if (r->err_len + 1 < lx->err_bytes) {
		int n = snprintf(lx->err + r->err_len, lx->err_bytes - r->err_len, "%s%s",
				 r->err_len != 0 ? "\n" : "", text);

		r->err_len = min_u32(r->err_len + (u32)n, lx->err_bytes - 1);
	}
	if (r->err == 0)
		r->err = err;
	lx->status = 1;
}

static void sysctl_answer(struct lex *lx, struct sysctl_req *r, const char *name, int err)
{
	char text[SYSCTL_PATH_MAX + 64], path[SYSCTL_PATH_MAX];

	if (err >= 0 || (err == -ENOENT && r->ignore_unknown))
		return;
	if (err == -ENOENT) {
		snprintf(path, sizeof(path), "%s", name);
		for (u32 i = 0; path[i] != '\0'; i++)
			if (path[i] == '.')
				path[i] = '/';
		snprintf(text, sizeof(text),
			 "sysctl: cannot stat /proc/sys/%s: No such file or directory", path);
	} else if (err == -EACCES) {
		snprintf(text, sizeof(text), "sysctl: permission denied on key \"%s\"", name);
	} else {
		snprintf(text, sizeof(text), "sysctl: setting key \"%s\": %s", name,
			 strerror(-err));
	}
	complain(lx, r, err, text);
}

static void put_knob(struct lex *lx, const struct sysctl_req *r, const char *name,
		     const char *value)
{
	if (r->values_only)
		outf(lx->out, "%s\n", value);
	else
		outf(lx->out, "%s = %s\n", name, value);
}

static void one_knob(struct lex *lx, struct sysctl_req *r)
{
	const char *eq = strchr(lx->word, '=');
	size_t len = eq != NULL ? (size_t)(eq - lx->word) : strlen(lx->word);
	char name[SYSCTL_PATH_MAX], given[SYSCTL_PATH_MAX], value[KNOB_TEXT];
	int err = -ENOENT;

	snprintf(given, sizeof(given), "%.*s", (int)min_u32((u32)len, SYSCTL_PATH_MAX), lx->word);
	printed_name(given, name);
	if (eq == NULL && r->write) {
		complain(lx, r, -EINVAL, "sysctl: command line(0): invalid syntax, continuing...");
		return;
	}
	/* What belongs to modules is not its to see. */
	if (len < sizeof(given) && strncmp(name, "module.", 7) != 0)
		err = eq == NULL ? r->knobs->read(r->knobs->ctx, given, value, sizeof(value))
				 : r->knobs->write(r->knobs->ctx, given, eq + 1);
	if (err < 0)
		sysctl_answer(lx, r, name, err);
	else if (eq == NULL)
		put_knob(lx, r, name, value);
	else if (!r->quiet)
		put_knob(lx, r, name, eq + 1);
}

static bool take_options(struct lex *lx, struct sysctl_req *r)
{
	for (const char *p = lx->word + 1; *p != '\0'; p++) {
		switch (*p) {
		case 'w':
			r->write = true;
			break;
		case 'q':
			r->quiet = true;
			break;
		case 'n':
			r->values_only = true;
			break;
		case 'e':
			r->ignore_unknown = true;
			break;
		default:
			return false;
		}
	}
	return lx->word[1] != '\0';
}

/* Options may stand anywhere, as getopt() has them; names take effect in their order. */
static int run_sysctl(struct lex *lx, const struct ipcmd_knobs *knobs)
{
	struct sysctl_req r = { .knobs = knobs };
	u32 names = 0;

	lx->cmd = "sysctl";
	while (lex_next(lx)) {
		if (lx->word[0] == '-' && !take_options(lx, &r))
			return lex_unknown(lx, "-w|-q|-n|-e|NAME=VALUE|NAME");
		if (lx->word[0] == '=' || lx->word[0] == '\0')
			return lex_unknown(lx, "NAME=VALUE|NAME");
		names += lx->word[0] != '-';
	}
	if (names == 0)
		return lex_missing(lx, "a name");
	lx->at = 1;
	while (lex_next(lx))
		if (lx->word[0] != '-')
			one_knob(lx, &r);
	return r.err;
}

static int read_net(void *ctx, const char *name, char *value, u32 size)
{
	return sysctl_read(ctx, name, value, size);
}

static int write_net(void *ctx, const char *name, const char *value)
{
	return sysctl_write(ctx, name, value);
}

int sysctl_cmd(struct lex *lx)
{
	const struct ipcmd_knobs knobs = { read_net, write_net, lex_net(lx) };

	return run_sysctl(lx, &knobs);
}

int ipcmd_sysctl(struct ipcmd_call *call, const struct ipcmd_knobs *knobs)
{
	struct outbuf o = { .text = call->out, .cap = call->out_bytes, .len = call->out_len };
	struct lex lx = {
		.call = call, .word = "", .err = call->err, .err_bytes = call->err_bytes, .out = &o
	};
	int err;

	if (call->err_bytes != 0)
		call->err[0] = '\0';
	(void)lex_next(&lx);
	err = run_sysctl(&lx, knobs);
	call->out_len = o.len;
	call->status = err < 0 ? lx.status : 0;
	return err;
}
