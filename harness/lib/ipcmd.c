// SPDX-License-Identifier: MIT
/* ipcmd.c - configuration commands: a line's commands, their words, and who takes them. */
#include "harness/lib/ipcmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/netdevice.h"
#include "harness/lib/inet_text.h"
#include "harness/lib/ipcmd_lex.h"
#include "host.h"
#include "uapi/errno.h"

/* --- words --- */

struct net *lex_net(const struct lex *lx)
{
	return &lx->host->net;
}

bool lex_next(struct lex *lx)
{
	const struct ipcmd_call *call = lx->call;

	if (lx->at >= call->nr_words) {
		lx->at = call->nr_words + 1;
		lx->word = "";
		lx->col = call->end_column;
		return false;
	}
	lx->word = call->word[lx->at].text;
	lx->col = call->word[lx->at].column;
	lx->at++;
	return true;
}

void lex_back(struct lex *lx)
{
	assert(lx->at > 0);
	lx->at--;
}

bool lex_is(const struct lex *lx, const char *name)
{
	return strcmp(lx->word, name) == 0;
}

bool lex_is_prefix(const struct lex *lx, const char *name)
{
	return lx->word[0] != '\0' && strncmp(name, lx->word, strlen(lx->word)) == 0;
}

static void lex_message(struct lex *lx, const char *fmt, va_list args)
{
	if (lx->err_bytes != 0)
		vsnprintf(lx->err, lx->err_bytes, fmt, args);
}

void lex_say(struct lex *lx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	lex_message(lx, fmt, args);
	va_end(args);
}

int lex_fail(struct lex *lx, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	lex_message(lx, fmt, args);
	va_end(args);
	return -EINVAL;
}

int lex_unknown(struct lex *lx, const char *expected)
{
	return lex_fail(lx, "%s: unknown word '%s' at column %u; expected %s", lx->cmd, lx->word,
			lx->col, expected);
}

int lex_missing(struct lex *lx, const char *what)
{
	return lex_fail(lx, "%s: %s is missing at column %u", lx->cmd, what, lx->col);
}

int lex_refuse(struct lex *lx, u32 status, int err, const char *fmt, ...)
{
	va_list args;

	assert(err < 0);
	va_start(args, fmt);
	lex_message(lx, fmt, args);
	va_end(args);
	lx->status = status;
	return err;
}

int lex_answer(struct lex *lx, int err, const char *text)
{
	if (err >= 0)
		return 0;
	lx->status = 2;
	if (text != NULL)
		lex_say(lx, "Error: %s.", text);
	else
		lex_say(lx, "RTNETLINK answers: %s", strerror(-err));
	return err;
}

int lex_end(struct lex *lx)
{
	return lex_next(lx) ? lex_unknown(lx, "the end of the command") : 0;
}

static int lex_no_key(struct lex *lx, const struct lex_key *keys, u32 n)
{
	char expected[256] = "";
	u32 len = 0;

	for (u32 i = 0; i < n && len < sizeof(expected); i++)
		len += (u32)snprintf(expected + len, sizeof(expected) - len, "%s%s",
				     i == 0 ? "" : "|", keys[i].name);
	return lex_unknown(lx, expected);
}

int lex_keys(struct lex *lx, const struct lex_key *keys, u32 n,
	     int (*fallback)(struct lex *, void *), void *req)
{
	while (lex_next(lx)) {
		const struct lex_key *k = NULL;
		int err;

		for (u32 i = 0; i < n && k == NULL; i++)
			if (lex_is(lx, keys[i].name))
				k = &keys[i];
		if (k != NULL)
			err = k->take(lx, req);
		else if (fallback != NULL)
			err = fallback(lx, req);
		else
			err = lex_no_key(lx, keys, n);
		if (err == -ENOENT && k == NULL) /* the fallback has no place for it either */
			err = lex_no_key(lx, keys, n);
		if (err < 0)
			return err;
	}
	return 0;
}

bool parse_u32(const char *text, u32 base, u32 *to)
{
	char *end;
	unsigned long long v;

	if (*text < '0' || (*text > '9' && base != 16))
		return false;
	v = strtoull(text, &end, (int)base);
	if (*end != '\0' || v > U32_MAX)
		return false;
	*to = (u32)v;
	return true;
}

/* iproute2 fills up what is missing: 10.1 is 10.1.0.0. */
bool parse_addr(const char *text, be32 *to)
{
	u32 v = 0, part, n;

	for (n = 0; n < 4; n++) {
		char *end;

		if (*text < '0' || *text > '9')
			return false;
		part = (u32)strtoul(text, &end, 10);
		if (end - text > 3 || part > 255)
			return false;
		v |= part << (24 - 8 * n);
		text = end;
		if (*text != '.')
			break;
		text++;
	}
	*to = cpu_to_be32(v);
	return *text == '\0' && n < 4;
}

bool parse_prefix(const char *text, be32 *to, u8 *len, bool *given)
{
	const char *slash = strchr(text, '/');
	char addr[64];
	u32 bits = 32;

	*given = slash != NULL;
	if (slash == NULL) {
		*len = 32;
		return parse_addr(text, to);
	}
	snprintf(addr, sizeof(addr), "%.*s", (int)(slash - text), text);
	if (!parse_u32(slash + 1, 10, &bits) || bits > 32)
		return false;
	*len = (u8)bits;
	return parse_addr(addr, to);
}

int take_word(struct lex *lx, const char *what)
{
	return lex_next(lx) ? 0 : lex_missing(lx, what);
}

int take_u32(struct lex *lx, const char *what, u32 max, u32 *to)
{
	int err = take_word(lx, what);

	if (err < 0)
		return err;
	/* As in C: iproute2 takes 010 for eight. */
	if (!parse_u32(lx->word, 0, to) || *to > max)
		return lex_fail(lx, "%s: '%s' at column %u is not %s (0 to %u)", lx->cmd, lx->word,
				lx->col, what, max);
	return 0;
}

int take_dev(struct lex *lx, struct net_device **to)
{
	int err = take_word(lx, "a device");

	if (err < 0)
		return err;
	*to = dev_get_by_name(lex_net(lx), lx->word);
	if (*to == NULL)
		return lex_refuse(lx, 1, -ENODEV, "Cannot find device \"%s\"", lx->word);
	return 0;
}

/* ip asks for its number, and who asks (LINUX: rtnl_getlink()) gets what is; tc and lists have one
 * of their own.
 */
int ask_dev(struct lex *lx, struct net_device **to)
{
	int err = take_dev(lx, to);

	if (err == 0)
		linkwatch_sync_dev(*to);
	return err;
}

int take_addr(struct lex *lx, const char *what, be32 *to)
{
	int err = take_word(lx, what);

	if (err < 0)
		return err;
	if (!parse_addr(lx->word, to))
		return lex_fail(lx, "%s: '%s' at column %u is not %s", lx->cmd, lx->word, lx->col,
				what);
	return 0;
}

int take_mac(struct lex *lx, u8 to[6])
{
	const char *p;
	int err = take_word(lx, "a link address");

	if (err < 0)
		return err;
	p = lx->word;
	for (u32 i = 0; i < 6; i++) {
		char *end;
		unsigned long v = strtoul(p, &end, 16);

		if (end == p || end - p > 2 || *end != (i == 5 ? '\0' : ':'))
			return lex_fail(lx, "%s: '%s' at column %u is not a link address", lx->cmd,
					lx->word, lx->col);
		to[i] = (u8)v;
		p = end + 1;
	}
	return 0;
}

void outf(struct outbuf *o, const char *fmt, ...)
{
	va_list args;
	int n;

	if (o->cap == 0 || o->len + 1 >= o->cap)
		return;
	va_start(args, fmt);
	n = vsnprintf(o->text + o->len, o->cap - o->len, fmt, args);
	va_end(args);
	if (n > 0)
		o->len = o->len + (u32)n < o->cap ? o->len + (u32)n : o->cap - 1;
}

const char *addr_text(be32 a, char buf[16])
{
	u32 v = be32_to_cpu(a);

	snprintf(buf, 16, INET_FORM, INET_PARTS(v));
	return buf;
}

/* --- dispatch --- */

static int ip_cmd(struct lex *lx)
{
	static const struct {
		const char *name;
		int (*run)(struct lex *lx);
	} objects[] = { { "address", ip_addr_cmd },   { "link", ip_link_cmd },
			{ "route", ip_route_cmd },    { "neighbour", ip_neigh_cmd },
			{ "neighbor", ip_neigh_cmd }, { "tcp_metrics", ip_tcp_metrics_cmd } };

	lx->cmd = "ip";
	while (lex_next(lx) && (lex_is(lx, "-4") || lex_is(lx, "-s")))
		lx->stats = lx->stats || lex_is(lx, "-s");
	for (u32 i = 0; i < ARRAY_SIZE(objects); i++)
		if (lex_is_prefix(lx, objects[i].name))
			return objects[i].run(lx);
	return lex_unknown(lx, "addr|link|route|neigh|tcp_metrics");
}

static const struct {
	const char *name;
	int (*run)(struct lex *lx);
} commands[] = { { "ip", ip_cmd },	     { "sysctl", sysctl_cmd }, { "tc", tc_cmd },
		 { "ethtool", ethtool_cmd }, { "ss", ss_cmd },	       { "xps", xps_cmd } };

const char *ipcmd_name(u32 i)
{
	return i < ARRAY_SIZE(commands) ? commands[i].name : NULL;
}

static int run_command(struct lex *lx)
{
	lx->cmd = "command";
	if (!lex_next(lx))
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
		if (lex_is(lx, commands[i].name)) {
			int err;

			host_config_begin(lx->host);
			err = commands[i].run(lx);
			host_config_end(lx->host);
			return err;
		}
	}
	return lex_unknown(lx, "ip|sysctl|tc|ethtool|ss|xps");
}

int ipcmd_call(struct host *h, struct ipcmd_call *call)
{
	struct outbuf o = { .text = call->out, .cap = call->out_bytes, .len = call->out_len };
	struct lex lx = { .host = h,
			  .call = call,
			  .word = "",
			  .err = call->err,
			  .err_bytes = call->err_bytes,
			  .out = &o };
	int err;

	assert(call->out_len == 0 || call->out_len < call->out_bytes);
	if (call->err_bytes != 0)
		call->err[0] = '\0';
	err = run_command(&lx);
	call->out_len = o.len;
	call->status = err < 0 ? lx.status : 0;
	return err;
}

/* --- a line of commands --- */

enum { LINE_WORDS = 64 };
struct line {
	const char *at, *begin; /* begin: of the command, columns count from there */
	char *text;		/* room for the words */
	struct ipcmd_word word[LINE_WORDS];
	u32 nr_words, end_column;
	bool too_many;
};

/* The word that begins here, without its quotes. */
static void line_word(struct line *l)
{
	char quote = '\0';

	if (l->nr_words == LINE_WORDS) {
		l->too_many = true;
		l->nr_words--;
	}
	l->word[l->nr_words].text = l->text;
	l->word[l->nr_words++].column = (u32)(l->at - l->begin) + 1;
	for (; *l->at != '\0' && *l->at != '\n'; l->at++) {
		if (quote == '\0' && strchr(" \t\r;", *l->at) != NULL)
			break;
		if (*l->at == quote)
			quote = '\0';
		else if (quote == '\0' && (*l->at == '"' || *l->at == '\''))
			quote = *l->at;
		else
			*l->text++ = *l->at;
	}
	*l->text++ = '\0';
}

/* The words of the next command; false at the end. */
static bool line_next(struct line *l, char *text)
{
	if (*l->at == '\0')
		return false;
	l->text = text;
	l->nr_words = 0;
	while (*l->at != '\0' && *l->at != ';' && *l->at != '\n') {
		if (strchr(" \t\r", *l->at) != NULL)
			l->at++;
		else if (*l->at == '#')
			l->at += strcspn(l->at, "\n");
		else
			line_word(l);
	}
	l->end_column = (u32)(l->at - l->begin) + 1;
	if (*l->at == ';' || *l->at == '\n')
		l->at++;
	return true;
}

int ipcmd_line(const char *line, struct ipcmd_call *call,
	       int (*run)(void *ctx, struct ipcmd_call *call), void *ctx)
{
	struct line l = { .at = line, .begin = line };
	char *text = malloc(2 * strlen(line) + 1);
	int ret = 0;

	if (text == NULL)
		abort();
	if (call->err_bytes != 0)
		call->err[0] = '\0';
	if (call->out_bytes != 0)
		call->out[0] = '\0';
	while (ret >= 0 && line_next(&l, text)) {
		call->word = l.word;
		call->nr_words = l.nr_words;
		call->end_column = l.end_column;
		ret = l.too_many ? -E2BIG : run(ctx, call);
	}
	if (l.too_many && call->err_bytes != 0)
		snprintf(call->err, call->err_bytes, "a command of more than %d words", LINE_WORDS);
	free(text);
	call->word = NULL;
	call->nr_words = 0;
	return ret < 0 ? ret : 0;
}

static int call_of_host(void *ctx, struct ipcmd_call *call)
{
	return ipcmd_call(ctx, call);
}

int ipcmd_show(struct host *h, const char *line, char *out, u32 out_bytes, char *err, u32 err_bytes)
{
	struct ipcmd_call call = { .out_bytes = out_bytes, .err_bytes = err_bytes };

	call.out = out;
	call.err = err;
	return ipcmd_line(line, &call, call_of_host, h);
}

int ipcmd(struct host *h, const char *line, char *err, u32 err_bytes)
{
	return ipcmd_show(h, line, NULL, 0, err, err_bytes);
}
