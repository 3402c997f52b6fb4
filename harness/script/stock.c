// SPDX-License-Identifier: MIT
/* stock.c - whether a script keeps to packetdrill's own language: what of ours it does not know.
 *
 * Its grammar takes more than its system calls do: an address in full parses there, but bind() and
 * the like refuse all but `...`. What is refused there is not stock here.
 */
#include "harness/script/parse_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

/* Of each type, what packetdrill's calls take. */
static const u32 stock_forms[TYPE_MAX] = {
	[TYPE_FD] = FORM_NUMBER,
	[TYPE_FAMILY] = FORM_ANY,
	[TYPE_SOCKTYPE] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_PROTO] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_ADDR_IN] = FORM_ANY | FORM_SYMBOL,
	[TYPE_ADDRLEN] = FORM_ANY,
	[TYPE_ADDR_OUT] = FORM_ANY,
	[TYPE_LEN_IO] = FORM_ANY | FORM_VALUE,
	[TYPE_DATA_IN] = FORM_ANY | FORM_NULL,
	[TYPE_DATA_OUT] = FORM_ANY | FORM_NULL,
	[TYPE_SIZE] = FORM_NUMBER,
	[TYPE_INT] = FORM_NUMBER,
	[TYPE_MSGFLAGS] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_SHUT] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_LEVEL] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_OPTNAME] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_OPT_IN] = FORM_VALUE | FORM_STRING | FORM_STRUCT,
	[TYPE_OPT_OUT] = FORM_VALUE | FORM_STRUCT,
	[TYPE_OPTVAL] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_MSG_IN] = FORM_STRUCT,
	[TYPE_MSG_OUT] = FORM_STRUCT,
	[TYPE_IOVS_IN] = FORM_LIST,
	[TYPE_IOV_IN] = FORM_STRUCT,
	[TYPE_IOVS_OUT] = FORM_LIST,
	[TYPE_IOV_OUT] = FORM_STRUCT,
	[TYPE_CMSGS] = FORM_ANY | FORM_LIST,
	[TYPE_CMSG] = FORM_STRUCT,
	[TYPE_CMSGTYPE] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_CMSGDATA] = FORM_NUMBER | FORM_SYMBOL | FORM_STRUCT,
	[TYPE_ERRNO] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_WORD] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_STRING] = FORM_STRING,
	[TYPE_POLLFDS] = FORM_LIST,
	[TYPE_POLLFD] = FORM_STRUCT,
	[TYPE_POLLMASK] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_TIMEOUT] = FORM_NUMBER,
	[TYPE_EPOLLOP] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_EPOLLEV] = FORM_STRUCT,
	[TYPE_EPOLLEVS] = FORM_STRUCT,
	[TYPE_EPOLLMASK] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_FCNTLCMD] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_FCNTLARG] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_OPENFLAGS] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_IOCTLREQ] = FORM_NUMBER | FORM_SYMBOL,
	[TYPE_IOCTLARG] = FORM_VALUE | FORM_NULL,
	[TYPE_PATH] = FORM_STRING,
	[TYPE_OFFSET] = FORM_VALUE | FORM_NULL,
	[TYPE_FDPAIR] = FORM_LIST,
	[TYPE_MSGFLAGS_OUT] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_POLLMASK_OUT] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_WORD_OUT] = FORM_NUMBER | FORM_SYMBOL | FORM_OR,
	[TYPE_NUMBER_OUT] = FORM_NUMBER,
};

static const bool stock_calls[CALL_MAX] = {
	[CALL_socket] = true,	    [CALL_bind] = true,	      [CALL_connect] = true,
	[CALL_listen] = true,	    [CALL_accept] = true,     [CALL_read] = true,
	[CALL_readv] = true,	    [CALL_recv] = true,	      [CALL_recvfrom] = true,
	[CALL_recvmsg] = true,	    [CALL_write] = true,      [CALL_writev] = true,
	[CALL_send] = true,	    [CALL_sendto] = true,     [CALL_sendmsg] = true,
	[CALL_getsockopt] = true,   [CALL_setsockopt] = true, [CALL_poll] = true,
	[CALL_epoll_create] = true, [CALL_epoll_ctl] = true,  [CALL_epoll_wait] = true,
	[CALL_fcntl] = true,	    [CALL_ioctl] = true,      [CALL_close] = true,
	[CALL_shutdown] = true,	    [CALL_open] = true,	      [CALL_sendfile] = true,
	[CALL_splice] = true,	    [CALL_pipe] = true,
};

struct stock {
	const struct script *s;
	const struct stmt *st;
	struct script_error *why;
};

static bool differs(struct stock *k, u32 line, u32 column, const char *what)
{
	k->why->line = line;
	k->why->column = column;
	snprintf(k->why->text, sizeof(k->why->text), "packetdrill does not have %s", what);
	return false;
}

/* socket(AF_INET, ...), which packetdrill writes with `...`. */
bool stock_any_domain(const struct script *s, const struct stmt *st)
{
	const struct expr *x = &s->expr[st->call.args];

	return st->kind == STMT_CALL && st->call.call == CALL_socket && x->kind == EXPR_SYMBOL &&
	       strcmp(script_symbols[x->symbol].name, "AF_INET") == 0;
}

/* No deeper than types are. NOLINTBEGIN(misc-no-recursion) */
/* --- arguments -----------------------------------------------------------------------------------
 */
static bool stock_value(struct stock *k, u32 e, u8 type);

static bool stock_struct(struct stock *k, u32 e, enum struct_type type)
{
	const struct field_info *rows, *row;
	u32 n = script_struct_fields(type, &rows), i = 0, value;

	for (u32 f = k->s->expr[e].first; f != 0; f = k->s->expr[f].next, i++) {
		const struct expr *x = &k->s->expr[f];

		if (x->kind != EXPR_FIELD) {
			assert(i < n);
			if (!stock_value(k, f, rows[i].type))
				return false;
			continue;
		}
		row = script_field_of(type, x->symbol);
		value = x->first;
		assert(row != NULL);
		if ((row->flags & FIELD_COUNTED) != 0)
			value = k->s->expr[value].next;
		if (!stock_value(k, value, row->type))
			return false;
	}
	return true;
}

static bool stock_list(struct stock *k, u32 e, u8 type)
{
	const struct expr *x = &k->s->expr[e], *first = &k->s->expr[x->first];

	if (first->kind == EXPR_CHANGE)
		return differs(k, x->line, x->column, "a length that changes");
	if (first->kind == EXPR_ANY)
		return differs(k, x->line, x->column, "[...]");
	for (u32 i = x->first; i != 0; i = k->s->expr[i].next)
		if (!stock_value(k, i, script_types[type].of_type))
			return false;
	return true;
}

static bool stock_value(struct stock *k, u32 e, u8 type)
{
	static const struct {
		u8 kind;
		u32 form;
		const char *what;
	} kinds[] = {
		{ EXPR_ANY, FORM_ANY, "'...' here" },
		{ EXPR_NUMBER, FORM_NUMBER, "a number here" },
		{ EXPR_SYMBOL, FORM_SYMBOL, "a constant here" },
		{ EXPR_NAME, FORM_NUMBER | FORM_SYMBOL, "a name here" },
		{ EXPR_STRING, FORM_STRING, "a string here" },
		{ EXPR_HEX, FORM_BYTES, "bytes" },
		{ EXPR_PATTERN, FORM_BYTES, "patterns" },
		{ EXPR_OR, FORM_OR, "several constants here" },
		{ EXPR_LIST, FORM_LIST | FORM_VALUE, "brackets here" },
		{ EXPR_STRUCT, FORM_STRUCT, "a struct here" },
		{ EXPR_APPLY, FORM_APPLY, "htons or inet_addr here" },
		{ EXPR_NULL, FORM_NULL, "NULL here" },
	};
	const struct expr *x = &k->s->expr[e];

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == x->kind && (stock_forms[type] & kinds[i].form) == 0)
			return differs(k, x->line, x->column, kinds[i].what);
	if (x->kind == EXPR_STRUCT)
		return stock_struct(k, e, script_types[type].of_struct);
	return x->kind != EXPR_LIST || stock_list(k, e, type);
}

/* NOLINTEND(misc-no-recursion) */
/* --- statements ----------------------------------------------------------------------------------
 */
static bool stock_call(struct stock *k)
{
	const struct stmt *st = k->st;
	const struct call_info *info = &script_calls[st->call.call];
	u32 e = st->call.args;

	if (st->thread != 0 || st->process != 0)
		return differs(k, st->line, st->column, "threads and processes");
	if (!stock_calls[st->call.call]) {
		char what[40];

		snprintf(what, sizeof(what), "%s()", info->name);
		return differs(k, st->line, st->column, what);
	}
	for (u32 i = 0; e != 0; e = k->s->expr[e].next, i++)
		if (!(i == 0 && stock_any_domain(k->s, st)) && !stock_value(k, e, info->arg[i]))
			return false;
	return true;
}

static bool stock_stmt(struct stock *k)
{
	const struct stmt *st = k->st;
	const char *what;

	if (st->host != 0)
		return differs(k, st->line, st->column, "a second host");
	if (st->kind == STMT_CALL)
		return stock_call(k);
	if (st->kind == STMT_DIRECTIVE)
		return differs(k, st->line, st->column, "this statement");
	if (st->kind != STMT_PACKET)
		return true;
	what = packet_not_stock(k->s, &st->packet);
	return what == NULL || differs(k, st->line, st->column, what);
}

bool script_is_stock(const struct script *s, struct script_error *why)
{
	struct stock k = { s, NULL, why };

	memset(why, 0, sizeof(*why));
	for (u32 i = 0; i < s->nr_stmts; i++) {
		k.st = &s->stmt[i];
		if (!stock_stmt(&k))
			return false;
	}
	return true;
}
