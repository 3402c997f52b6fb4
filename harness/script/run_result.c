// SPDX-License-Identifier: MIT
/* run_result.c - a call's result and output, compared field by field with what the script says.
 *
 * Path: called by run_call.c after a call. Rules: what Linux leaves undefined is not compared: of a
 * call that failed only its error, and lengths that are written as changing.
 *
 * Every field that the script mentions becomes a row, in the order in which it is written, so that
 * a report shows those that agree beside the one that does not.
 */
#include "harness/script/run_result.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/script/run_arg.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"
#include "uapi/signal.h"
#include "uapi/stat.h"

enum { STRUCT_IN_UNION = 24, ETHTOOL_ROOM = 196 };
enum { ROWS_MAX = 64, ROW_NAME = 48, WINDOW = 24, CHUNK = 256 };

/* What a report shows, in the order of the script. */
struct rows {
	u32 nr;
	struct run_diff row[ROWS_MAX];
	char name[ROWS_MAX][ROW_NAME];
};

/* --- rows ----------------------------------------------------------------------------------------
 */
/* A new row; NULL when nobody wants one, or a hostile script has too many: what differs is counted
 * all the same.
 */
static struct run_diff *add_row(struct compare *c, const char *name, bool differs)
{
	struct rows *rows = c->rows;
	struct run_diff *d;
	int n;

	c->differs = c->differs || differs;
	if (rows == NULL || rows->nr == ROWS_MAX)
		return NULL;
	d = &rows->row[rows->nr];
	n = snprintf(rows->name[rows->nr], ROW_NAME, "%s%s", c->in, name);
	assert(n > 0); /* a long name may be cut */
	d->field = rows->name[rows->nr];
	d->differs = differs;
	d->expected[0] = d->actual[0] = '\0';
	rows->nr++;
	return d;
}

/* What the script says, as it says it. */
static void say_expected(const struct compare *c, struct run_diff *d, u32 e)
{
	script_print_expr(c->r->script, e, d->expected, sizeof(d->expected));
}

static u64 mask_of(u32 bytes)
{
	assert(bytes >= 1 && bytes <= 8);
	return U64_MAX >> (64 - 8 * bytes);
}

static u64 get_le(const u8 *p, u32 bytes)
{
	u64 v = 0;

	for (u32 i = 0; i < bytes; i++)
		v |= (u64)p[i] << 8 * i;
	return v;
}

/* A number in memory against one of the script. */
static void compare_number(struct compare *c, const char *name, enum arg_type type, u32 e,
			   u64 actual, u32 bytes)
{
	s64 expected;
	struct run_diff *d;

	if (c->fill != NULL) {
		fill_number(c, type, e, actual, bytes);
		return;
	}
	if (c->r->script->expr[e].kind == EXPR_ANY || !run_number(c->r, e, &expected))
		return;
	d = add_row(c, name, (((u64)expected ^ actual) & mask_of(bytes)) != 0);
	if (d == NULL)
		return;
	say_expected(c, d, e);
	if (d->differs)
		value_text(c->r->script, type, e, actual & mask_of(bytes), bytes, d->actual,
			   sizeof(d->actual));
	else
		memcpy(d->actual, d->expected, sizeof(d->actual));
}

/* --- bytes ---------------------------------------------------------------------------------------
 */
/* A piece around the byte that differs, and where it begins when that is not at 0. */
static void window_text(const u8 *p, u32 from, u32 len, u64 total, char *to, u32 size)
{
	u32 n = 0;

	if (from != 0)
		n = (u32)snprintf(to, size, "... ");
	bytes_text(p, len, to + n, size - n);
	n = (u32)strlen(to);
	if (from + (u64)len < total)
		n += (u32)snprintf(to + n, size - n, " ...");
	snprintf(to + n, size - n, " (%llu bytes)", (unsigned long long)total);
}

/* The first byte in which they differ; the shorter one's length when that is all. */
static u64 first_difference(const struct compare *c, u32 e, const u8 *actual, u64 len)
{
	u8 want[CHUNK];

	for (u64 at = 0; at < len; at += CHUNK) {
		u32 n = len - at < CHUNK ? (u32)(len - at) : CHUNK;

		bytes_get(c->r->script, e, at, want, n);
		for (u32 i = 0; i < n; i++)
			if (want[i] != actual[at + i])
				return at + i;
	}
	return len;
}

bool run_same_bytes(const struct compare *c, u32 e, const u8 *actual, u64 len, bool padded)
{
	u64 own = bytes_len(&c->r->script->expr[e], len), total = padded ? len : own;

	return total == len && first_difference(c, e, actual, len) == len;
}

/* Bytes in memory against a string, hex or a pattern. `padded`: what is behind the script's own is
 * to be zero; otherwise there must be as many.
 */
static void compare_bytes(struct compare *c, const char *name, u32 e, const u8 *actual, u64 len,
			  bool padded)
{
	u64 own = bytes_len(&c->r->script->expr[e], len), total = padded ? len : own;
	u64 both = total < len ? total : len, at = first_difference(c, e, actual, both);
	u32 from = at > WINDOW / 2 && at != both ? (u32)at - WINDOW / 2 : 0;
	struct run_diff *d = add_row(c, name, at < both || total != len);
	u32 n;
	u8 want[WINDOW];

	if (d == NULL)
		return;
	n = total - from < WINDOW ? (u32)(total - from) : WINDOW;
	bytes_get(c->r->script, e, from, want, n);
	window_text(want, from, n, padded && own < len ? own : total, d->expected,
		    sizeof(d->expected));
	n = len - from < WINDOW ? (u32)(len - from) : WINDOW;
	window_text(actual + from, from, n, len, d->actual, sizeof(d->actual));
	n = (u32)strlen(d->actual);
	if (d->differs)
		snprintf(d->actual + n, sizeof(d->actual) - n, ", differs at byte %llu",
			 (unsigned long long)at);
}

const u8 *run_memory(const struct compare *c, uptr at, u64 bytes)
{
	return dut_memory_at(c->r->dut, c->host, c->process, at, bytes);
}

static void compare_data(struct compare *c, const char *name, u32 e, uptr at, u64 len)
{
	const u8 *p = run_memory(c, at, len);

	if (p != NULL && c->fill != NULL)
		fill_bytes(c, e, p, len, 0);
	else if (p != NULL && is_bytes(&c->r->script->expr[e]))
		compare_bytes(c, name, e, p, len, false);
}

/* --- structs -------------------------------------------------------------------------------------
 */
u64 member_get(const u8 *p, const struct member *m)
{
	if (m->kind == MEMBER_BE)
		return m->bytes == 2 ? get_be16(p + m->at) : get_be32(p + m->at);
	return get_le(p + m->at, m->bytes);
}

static void compare_member(struct compare *c, enum struct_type of, const struct member *m, u32 e,
			   const u8 *p)
{
	u64 expected, actual;
	struct run_diff *d;

	if (m->kind == MEMBER_TEXT) {
		compare_bytes(c, m->name, e, p + m->at, strnlen((const char *)p + m->at, m->bytes),
			      false);
		return;
	}
	if (m->kind == MEMBER_BYTES) {
		compare_bytes(c, m->name, e, p + m->at, m->bytes, true);
		return;
	}
	if (!member_value(c->r, c->host, c->process, m, e, &expected))
		return;
	actual = member_get(p, m);
	d = add_row(c, m->name, ((expected ^ actual) & mask_of(m->bytes)) != 0);
	if (d == NULL)
		return;
	say_expected(c, d, e);
	if (d->differs)
		member_text(c->r->script, of, m, e, actual, d->actual, sizeof(d->actual));
	else
		memcpy(d->actual, d->expected, sizeof(d->actual));
}

/* Every field that is written; `len` bytes are there. */
static void compare_struct(struct compare *c, enum struct_type of, u32 e, uptr at, u64 len)
{
	const struct script *s = c->r->script;
	const struct layout *lo = layout_of(s, e, of);
	const u8 *p;

	if (lo == NULL) {
		run_invalid(c->r, c->st, "these fields are of different structs");
		return;
	}
	p = run_memory(c, at, lo->bytes);
	for (u32 f = s->expr[e].first; f != 0 && p != NULL; f = s->expr[f].next) {
		const struct member *m = layout_field(lo, s, f);
		u32 v = field_value(s, f);
		struct run_diff *d;

		if (c->fill != NULL) {
			fill_member(c, of, m, v, p, len);
			continue;
		}
		if (s->expr[v].kind == EXPR_ANY || m->kind == MEMBER_ADDR ||
		    m->kind == MEMBER_BEHIND || m->kind == MEMBER_LENGTH)
			continue;
		if (m->kind == MEMBER_TEXT || m->at + m->bytes <= len) {
			compare_member(c, of, m, v, p);
			continue;
		}
		d = add_row(c, m->name, true);
		if (d == NULL)
			continue;
		say_expected(c, d, v);
		snprintf(d->actual, sizeof(d->actual), "(only %u bytes)", (unsigned)len);
	}
}

/* --- types of arguments --------------------------------------------------------------------------
 */
static const struct expr *expr_of(const struct compare *c, u32 e)
{
	return &c->r->script->expr[e];
}

static void compare_address(struct compare *c, u32 e, uptr at)
{
	if (expr_of(c, e)->kind == EXPR_STRUCT)
		compare_struct(c, STRUCT_SOCKADDR, e, at, SOCKADDR_BUFFER);
	else if (c->fill != NULL)
		fill_address(c, e, at);
}

static void compare_addr_out(struct compare *c, u32 e, u32 i)
{
	compare_address(c, e, c->call.arg[i]);
}

/* before: what it was where the script does not say. */
static void compare_length(struct compare *c, const char *name, u32 e, const u8 *p, u32 bytes,
			   s64 before)
{
	bool changes;
	s64 after;
	struct run_diff *d;

	if (p != NULL && c->fill != NULL) {
		fill_length(c, e, get_le(p, bytes), bytes, before);
		return;
	}
	if (p == NULL || !length_after(c->r, e, &after, &changes) || (c->failed && !changes))
		return;
	d = add_row(c, name, (((u64)after ^ get_le(p, bytes)) & mask_of(bytes)) != 0);
	if (d == NULL)
		return;
	snprintf(d->expected, sizeof(d->expected), "%lld", (long long)after);
	value_text(c->r->script, TYPE_SIZE, e, get_le(p, bytes), bytes, d->actual,
		   sizeof(d->actual));
}

static void compare_len_io(struct compare *c, u32 e, u32 i)
{
	if (expr_of(c, e)->kind == EXPR_LIST || expr_of(c, e)->kind == EXPR_ANY)
		compare_length(c, "[length]", e, run_memory(c, c->call.arg[i], 4), 4,
			       SOCKADDR_BUFFER);
}

static u64 bytes_moved(const struct compare *c, u64 room)
{
	assert(c->call.ret >= 0);
	return (u64)c->call.ret < room ? (u64)c->call.ret : room;
}

static void compare_data_out(struct compare *c, u32 e, u32 i)
{
	compare_data(c, "data", e, c->call.arg[i], bytes_moved(c, c->call.arg[i + 1]));
}

static void compare_iovecs(struct compare *c, u32 e, uptr at)
{
	const struct script *s = c->r->script;
	u64 left = (u64)c->call.ret;
	char name[ROW_NAME];
	u32 i = 0;

	for (u32 v = s->expr[e].first; v != 0 && s->expr[v].kind == EXPR_STRUCT;
	     v = s->expr[v].next) {
		const u8 *iov = run_memory(c, at + (u64)i * IOVEC_BYTES, IOVEC_BYTES);
		u64 n;

		if (iov == NULL)
			return;
		n = get_le64(iov + IOVEC_LEN) < left ? get_le64(iov + IOVEC_LEN) : left;
		snprintf(name, sizeof(name), "iov_base[%u]", i);
		compare_data(c, name, s->expr[v].first, get_le64(iov), n);
		left -= n;
		i++;
	}
}

static void compare_iovs_out(struct compare *c, u32 e, u32 i)
{
	if (expr_of(c, e)->kind == EXPR_LIST)
		compare_iovecs(c, e, c->call.arg[i]);
}

/* A value in an option's four bytes. */
static void compare_value(struct compare *c, const char *name, u32 e, uptr at)
{
	const u8 *p = run_memory(c, at, OPT_BUFFER);
	u32 v = expr_of(c, e)->kind == EXPR_LIST ? expr_of(c, e)->first : e;

	if (p != NULL && v != 0)
		compare_number(c, name, TYPE_OPTVAL, v, get_le32(p), OPT_BUFFER);
}

/* What a buffer holds. `len` bytes were written; the others are zero. */
static void compare_option(struct compare *c, const char *name, u32 e, enum struct_type of, uptr at,
			   u64 len)
{
	const struct expr *x = expr_of(c, e);
	const u8 *p;
	u64 own;

	if (x->kind == EXPR_STRUCT) {
		const struct layout *lo = layout_of(c->r->script, e, of);

		compare_struct(c, of, e, at, lo != NULL ? lo->bytes : 0);
	} else if (x->kind == EXPR_LIST) {
		compare_value(c, name, e, at);
	} else if (is_bytes(x)) {
		own = bytes_len(x, len);
		own = own > len ? own : len;
		p = run_memory(c, at, own);
		if (p != NULL && c->fill != NULL)
			fill_bytes(c, e, p, len, own);
		else if (p != NULL)
			compare_bytes(c, name, e, p, own, true);
	} else if (c->fill != NULL) {
		fill_option(c, e, at, len);
	}
}

static void compare_opt_out(struct compare *c, u32 e, u32 i)
{
	const u8 *len = run_memory(c, c->call.arg[i + 1], 4);

	compare_option(c, "[value]", e, STRUCT_OPTSTRUCT, c->call.arg[i],
		       len != NULL ? get_le32(len) : 0);
}

/* A struct inside another; `...` becomes what it is. */
static void compare_inside(struct compare *c, u32 v, enum struct_type of, uptr at)
{
	if (expr_of(c, v)->kind == EXPR_STRUCT)
		compare_struct(c, of, v, at, STRUCT_IN_UNION);
	else if (c->fill != NULL && of == STRUCT_SOCKADDR)
		fill_address(c, v, at);
	else if (c->fill != NULL && of == STRUCT_HWADDR)
		fill_hwaddr(c, v, at);
}

static void compare_request(struct compare *c, u32 e, uptr at, u32 request);

/* The addresses that SIOCGIFCONF has found, as far as the script names them. */
static void compare_ifconf(struct compare *c, u32 v, uptr at, uptr pos)
{
	const struct script *s = c->r->script;
	const u8 *len = run_memory(c, at, OPT_BUFFER);
	s64 left = len != NULL ? (s32)get_le32(len) : 0;
	char in[ROW_NAME];
	u32 n = 0;

	if (c->fill != NULL && len != NULL)
		fill_ifconf(c, v, pos, left);
	if (s->expr[v].kind != EXPR_LIST || c->fill != NULL)
		return;
	for (u32 i = s->expr[v].first; i != 0 && s->expr[i].kind == EXPR_STRUCT;
	     i = s->expr[i].next) {
		snprintf(in, sizeof(in), "[%u].", n);
		c->in = in;
		if (left < IFREQ_BUFFER * (s64)(n + 1))
			add_row(c, "(not there)", true);
		else
			compare_request(c, i, pos + (u64)n * IFREQ_BUFFER, 0);
		n++;
	}
	c->in = "";
	if (left != IFREQ_BUFFER * (s64)n)
		add_row(c, "number of addresses", true);
}

static void compare_ethtool(struct compare *c, u32 v, uptr at)
{
	const struct expr *x = expr_of(c, v);
	u64 len = is_bytes(x) ? bytes_len(x, OPT_BUFFER) : 0;
	const u8 *p;

	if (x->kind == EXPR_STRUCT)
		compare_struct(c, STRUCT_ETHTOOL, v, at, ETHTOOL_ROOM);
	if (!is_bytes(x))
		return;
	p = run_memory(c, at, len);
	if (p != NULL && c->fill != NULL)
		fill_bytes(c, v, p, len, len);
	else if (p != NULL)
		compare_bytes(c, "ifr_data", v, p, len, true);
}

static void compare_request_field(struct compare *c, u32 f, const struct member *m, uptr at,
				  u32 request)
{
	const struct script *s = c->r->script;
	u32 v = field_value(s, f);
	const u8 *p = run_memory(c, at, (u64)m->at + m->bytes);

	if (p == NULL)
		return;
	if (m->kind == MEMBER_ADDR)
		compare_inside(c, v, field_struct(s, f, STRUCT_IFREQ), at + m->at);
	else if (m->kind == MEMBER_LENGTH)
		compare_length(c, m->name, v, p + m->at, m->bytes, 0);
	else if (m->kind == MEMBER_BEHIND && request == SIOCGIFCONF)
		compare_ifconf(c, v, at, get_le64(p + m->at));
	else if (m->kind == MEMBER_BEHIND && request == SIOCETHTOOL)
		compare_ethtool(c, v, get_le64(p + m->at));
	else if (m->kind != MEMBER_BEHIND && c->fill != NULL)
		fill_member(c, STRUCT_IFREQ, m, v, p, (u64)m->at + m->bytes);
	else if (m->kind != MEMBER_BEHIND && s->expr[v].kind != EXPR_ANY)
		compare_member(c, STRUCT_IFREQ, m, v, p);
}

/* Every field that is written: what the kernel leaves alone stays what it was. */
static void compare_request(struct compare *c, u32 e, uptr at, u32 request)
{
	const struct script *s = c->r->script;
	const struct layout *lo = layout_of(s, e, STRUCT_IFREQ);

	for (u32 f = s->expr[e].first; f != 0 && lo != NULL; f = s->expr[f].next) {
		const struct member *m = layout_field(lo, s, f);
		bool given = m->kind == MEMBER_TEXT || m->kind == MEMBER_LENGTH ||
			     m->kind == MEMBER_BEHIND || request == 0 || request == SIOCGARP;

		if (given || ioctl_writes(request, m->name))
			compare_request_field(c, f, m, at, request);
	}
}

static void compare_ioctl(struct compare *c, u32 e, u32 i)
{
	u32 request = (u32)c->call.arg[1];

	if (expr_of(c, e)->kind == EXPR_STRUCT)
		compare_request(c, e, c->call.arg[i], request);
	else if (ioctl_only_gets(request))
		compare_option(c, "[value]", e, STRUCT_IFREQ, c->call.arg[i], OPT_BUFFER);
}

/* An output that is always there, though the script does not mention it. */
static void fill_missing(struct compare *c, u32 e, const char *name, enum arg_type type, uptr at,
			 u32 bytes)
{
	const u8 *p = run_memory(c, at, bytes);

	if (c->fill != NULL && p != NULL && field_of(c->r->script, e, name) == 0)
		fill_field(c, e, name, type, get_le(p, bytes), bytes);
}

static void compare_pollfds(struct compare *c, u32 e, u32 i)
{
	const struct script *s = c->r->script;
	uptr at = c->call.arg[i];
	char in[ROW_NAME];
	u32 n = 0;

	if (s->expr[e].kind != EXPR_LIST)
		return;
	for (u32 v = s->expr[e].first; v != 0 && s->expr[v].kind == EXPR_STRUCT;
	     v = s->expr[v].next) {
		snprintf(in, sizeof(in), "[%u].", n++);
		c->in = in;
		compare_struct(c, STRUCT_POLLFD, v, at, 8);
		fill_missing(c, v, "revents", TYPE_POLLMASK_OUT, at + POLLFD_REVENTS, 2);
		at += 8;
	}
	c->in = "";
}

/* As many events as the call has found; what is written behind them is not compared. */
static void compare_epollevs(struct compare *c, u32 e, u32 i)
{
	const struct script *s = c->r->script;
	u32 v = s->expr[e].kind == EXPR_LIST ? s->expr[e].first : e, n = 0;
	uptr at = c->call.arg[i];
	char in[ROW_NAME];

	for (; v != 0 && s->expr[v].kind == EXPR_STRUCT && n < c->call.ret; n++) {
		snprintf(in, sizeof(in), "[%u].", n);
		c->in = in;
		compare_struct(c, STRUCT_EPOLL_EVENT, v, at, EPOLL_EVENT_BYTES);
		at += EPOLL_EVENT_BYTES;
		v = v == e ? 0 : s->expr[v].next;
	}
	c->in = "";
}

static void compare_offset(struct compare *c, u32 e, u32 i)
{
	u32 v = expr_of(c, e)->first;

	/* [0] is only what it was before. */
	if (expr_of(c, e)->kind == EXPR_LIST && v != 0 && expr_of(c, v)->kind == EXPR_CHANGE)
		compare_length(c, "[offset]", e, run_memory(c, c->call.arg[i], 8), 8, 0);
}

/* nanosleep() says what was left only when a signal has ended it. */
static void compare_timespec(struct compare *c, u32 e, u32 i)
{
	if (i == 1 && c->call.ret == -EINTR && expr_of(c, e)->kind == EXPR_STRUCT)
		compare_struct(c, STRUCT_TIMESPEC, e, c->call.arg[i], 16);
}

static void compare_fdpair(struct compare *c, u32 e, u32 i)
{
	const struct script *s = c->r->script;
	const u8 *p = run_memory(c, c->call.arg[i], 8);
	u32 n = 0;

	if (p != NULL && c->fill != NULL)
		fill_fdpair(c, e, p);
	if (s->expr[e].kind != EXPR_LIST || p == NULL || c->fill != NULL)
		return;
	for (u32 v = s->expr[e].first; v != 0 && n < 2; v = s->expr[v].next, n++) {
		s64 live = (s32)get_le32(p + (size_t)n * 4), fd;

		if (s->expr[v].kind == EXPR_ANY || !run_number(c->r, v, &fd))
			continue;
		if (!c->r->addr.stock && run_compares(c->r))
			compare_number(c, n == 0 ? "fd[0]" : "fd[1]", TYPE_FD, v, (u64)live, 4);
		if (live >= 0)
			run_bind_fd(c->r, c->st, c->host, c->process, fd, live);
	}
}

/* --- messages ------------------------------------------------------------------------------------
 */
static void compare_cmsg_data(struct compare *c, u32 e, uptr at, u64 len)
{
	const struct expr *x = expr_of(c, e);
	u8 word[8] = { 0 };
	const u8 *p = run_memory(c, at, len);

	if (p == NULL)
		return;
	if (c->fill != NULL && (x->kind == EXPR_ANY || is_bytes(x))) {
		fill_bytes(c, e, p, len, 0);
	} else if (x->kind == EXPR_STRUCT) {
		compare_struct(c, STRUCT_CMSGVALUE, e, at, len);
	} else if (is_bytes(x)) {
		compare_bytes(c, "cmsg_data", e, p, len, false);
	} else {
		u32 v = x->kind == EXPR_LIST ? x->first : e;
		u32 bytes = len < 4 ? (u32)len : 4;

		if (v == 0)
			return;
		memcpy(word, p, bytes);
		compare_number(c, "cmsg_data", TYPE_OPTVAL, v, get_le(word, 4), 4);
	}
}

void run_look_cmsg(struct compare *c, u32 e, uptr at, const u8 *p)
{
	const struct script *s = c->r->script;
	u32 len = field_of(s, e, "cmsg_len"), level = field_of(s, e, "cmsg_level");
	u32 type = field_of(s, e, "cmsg_type"), data = field_of(s, e, "cmsg_data");

	if (len != 0)
		compare_number(c, "cmsg_len", TYPE_SIZE, field_value(s, len), get_le64(p), 8);
	if (level != 0)
		compare_number(c, "cmsg_level", TYPE_LEVEL, field_value(s, level),
			       get_le32(p + CMSGHDR_LEVEL), 4);
	if (type != 0)
		compare_number(c, "cmsg_type", TYPE_CMSGTYPE, field_value(s, type),
			       get_le32(p + CMSGHDR_TYPE), 4);
	if (data != 0)
		compare_cmsg_data(c, field_value(s, data), at + CMSGHDR_BYTES,
				  get_le64(p) - CMSGHDR_BYTES);
}

/* LINUX: CMSG_FIRSTHDR(), CMSG_NXTHDR(): the message at `at` when it is whole. */
const u8 *run_cmsg_at(const struct compare *c, uptr at, uptr end)
{
	const u8 *p =
		end - at >= CMSGHDR_BYTES && at <= end ? run_memory(c, at, CMSGHDR_BYTES) : NULL;

	if (p == NULL || get_le64(p) < CMSGHDR_BYTES || get_le64(p) > end - at)
		return NULL;
	return p;
}

static void count_row(struct compare *c, u32 expected, u32 actual)
{
	struct run_diff *d = add_row(c, "msg_control", expected != actual);

	if (d == NULL)
		return;
	snprintf(d->expected, sizeof(d->expected), "%u messages", expected);
	snprintf(d->actual, sizeof(d->actual), "%u messages", actual);
}

static void compare_control(struct compare *c, u32 e, const u8 *msg)
{
	const struct script *s = c->r->script;
	uptr at = get_le64(msg + MSGHDR_CONTROL), end = at + get_le64(msg + MSGHDR_CONTROLLEN);
	u32 v = s->expr[e].first, want = 0, got = 0;
	char in[ROW_NAME];
	const u8 *p;

	if (c->fill != NULL)
		fill_control(c, e, at, end);
	if (s->expr[e].kind != EXPR_LIST || (v != 0 && s->expr[v].kind != EXPR_STRUCT) ||
	    c->fill != NULL)
		return;
	for (u32 m = v; m != 0; m = s->expr[m].next)
		want++;
	while ((p = run_cmsg_at(c, at, end)) != NULL) {
		snprintf(in, sizeof(in), "msg_control[%u].", got);
		c->in = in;
		if (v != 0) {
			run_look_cmsg(c, v, at, p);
			v = s->expr[v].next;
		}
		got++;
		at += ALIGN_UP(get_le64(p), 8ull);
	}
	c->in = "";
	count_row(c, want, got);
}

static void compare_msg_name(struct compare *c, u32 field, const u8 *msg)
{
	const struct script *s = c->r->script;
	u32 v = field_value(s, field), count = field_count(s, field);

	compare_address(c, v, get_le64(msg + MSGHDR_NAME));
	/* What is not said is room enough: to say what came instead must not take some of it. */
	if (c->fill == NULL || s->expr[count].kind != EXPR_ANY ||
	    get_le32(msg + MSGHDR_NAMELEN) == SOCKADDR_IN_BYTES)
		compare_number(c, "msg_name(length)", TYPE_SIZE, count,
			       get_le32(msg + MSGHDR_NAMELEN), 4);
}

static void compare_msg_out(struct compare *c, u32 e, u32 i)
{
	const struct script *s = c->r->script;
	const u8 *msg = run_memory(c, c->call.arg[i], MSGHDR_BYTES);
	u32 field;

	if (s->expr[e].kind != EXPR_STRUCT || msg == NULL)
		return;
	field = field_of(s, e, "msg_name");
	if (field != 0)
		compare_msg_name(c, field, msg);
	field = field_of(s, e, "msg_iov");
	if (field != 0 && s->expr[field_value(s, field)].kind == EXPR_LIST)
		compare_iovecs(c, field_value(s, field), get_le64(msg + MSGHDR_IOV));
	field = field_of(s, e, "msg_flags");
	if (field != 0)
		compare_number(c, "msg_flags", TYPE_MSGFLAGS, field_value(s, field),
			       get_le32(msg + MSGHDR_FLAGS), 4);
	if (get_le32(msg + MSGHDR_FLAGS) != 0)
		fill_missing(c, e, "msg_flags", TYPE_MSGFLAGS_OUT, c->call.arg[i] + MSGHDR_FLAGS,
			     4);
	field = field_of(s, e, "msg_control");
	if (field != 0)
		compare_control(c, field_value(s, field), msg);
	field = field_of(s, e, "msg_controllen");
	if (field != 0)
		compare_length(c, "msg_controllen", field_value(s, field), msg + MSGHDR_CONTROLLEN,
			       8, get_le64(msg + MSGHDR_CONTROL) != 0 ? CONTROL_BUFFER : 0);
}

/* --- signals, what a file is --- */

static u64 sigset_said(struct compare *c, u32 e)
{
	const struct script *s = c->r->script;
	u64 set = 0;
	s64 signo;

	for (u32 v = s->expr[e].first; v != 0; v = s->expr[v].next)
		if (run_number(c->r, v, &signo) && signo >= 1 && signo <= 64)
			set |= 1ull << (signo - 1);
	return set;
}

void sigset_text(u64 set, char *to, u32 size)
{
	u32 n = (u32)snprintf(to, size, "[");

	for (u32 signo = 1; signo <= 64 && n < size; signo++) {
		const char *name = symbol_name(SYM_SIG, signo);

		if ((set >> (signo - 1) & 1) == 0)
			continue;
		n += (u32)snprintf(to + n, size - n, n > 1 ? ", " : "");
		if (name != NULL && n < size)
			n += (u32)snprintf(to + n, size - n, "%s", name);
		else if (n < size)
			n += (u32)snprintf(to + n, size - n, "%u", signo);
	}
	if (n < size)
		snprintf(to + n, size - n, "]");
}

static void compare_sigset(struct compare *c, u32 e, u32 i)
{
	const struct expr *x = expr_of(c, e);
	const u8 *p = run_memory(c, c->call.arg[i], 8);
	bool any = x->kind == EXPR_ANY || (x->kind == EXPR_LIST && x->first != 0 &&
					   expr_of(c, x->first)->kind == EXPR_ANY);
	struct run_diff *d;

	if (p == NULL || (x->kind != EXPR_LIST && !any))
		return;
	if (c->fill != NULL) {
		fill_sigset(c, e, any ? ~get_le64(p) : sigset_said(c, e), get_le64(p));
		return;
	}
	if (any)
		return;
	d = add_row(c, "[signals]", sigset_said(c, e) != get_le64(p));
	if (d == NULL)
		return;
	say_expected(c, d, e);
	sigset_text(get_le64(p), d->actual, sizeof(d->actual));
}

static void compare_siginfo(struct compare *c, u32 e, u32 i)
{
	if (expr_of(c, e)->kind == EXPR_STRUCT)
		compare_struct(c, STRUCT_SIGINFO_T, e, c->call.arg[i], SIGINFO_BYTES);
}

static void compare_stat(struct compare *c, u32 e, u32 i)
{
	if (expr_of(c, e)->kind == EXPR_STRUCT)
		compare_struct(c, STRUCT_STAT, e, c->call.arg[i], STAT_BYTES);
}

static void compare_fcntlarg(struct compare *c, u32 e, u32 i)
{
	const struct layout *lo;

	if (expr_of(c, e)->kind != EXPR_STRUCT)
		return;
	lo = layout_of(c->r->script, e, STRUCT_FCNTL_PTR);
	compare_struct(c, STRUCT_FCNTL_PTR, e, c->call.arg[i], lo != NULL ? lo->bytes : 0);
}

/* --- a call --------------------------------------------------------------------------------------
 */
static const struct {
	void (*compare)(struct compare *c, u32 e, u32 i);
	bool of_failed; /* has something to say of a call that failed, too */
} outputs[TYPE_MAX] = {
	[TYPE_ADDR_OUT] = { compare_addr_out, false },
	[TYPE_LEN_IO] = { compare_len_io, true },
	[TYPE_DATA_OUT] = { compare_data_out, false },
	[TYPE_IOVS_OUT] = { compare_iovs_out, false },
	[TYPE_OPT_OUT] = { compare_opt_out, false },
	[TYPE_IOCTLARG] = { compare_ioctl, false },
	[TYPE_POLLFDS] = { compare_pollfds, false },
	[TYPE_TIMESPEC] = { compare_timespec, true },
	[TYPE_FDPAIR] = { compare_fdpair, false },
	[TYPE_EPOLLEVS] = { compare_epollevs, false },
	[TYPE_OFFSET] = { compare_offset, false },
	[TYPE_MSG_OUT] = { compare_msg_out, false },
	[TYPE_SIGSET_OUT] = { compare_sigset, false },
	[TYPE_SIGINFO] = { compare_siginfo, false },
	[TYPE_STATBUF] = { compare_stat, false },
	[TYPE_FCNTLARG] = { compare_fcntlarg, false },
};

static void result_text(const struct compare *c, bool fd, char *to, u32 size)
{
	const struct stmt *st = c->st;
	enum arg_type type = (enum arg_type)script_calls[st->call.call].result;
	char error[64];

	if (c->failed) {
		errno_text(-c->call.ret, error, sizeof(error));
		snprintf(to, size, "-1 %s", error);
	} else if (fd) {
		snprintf(to, size, "%lld", (long long)c->call.ret);
	} else {
		/* fcntl() returns flags when it is asked for them. */
		if (st->call.call == CALL_fcntl && (u32)c->call.arg[1] != F_GETFL)
			type = TYPE_INT;
		value_text(c->r->script, type, st->call.result, (u64)c->call.ret, 8, to, size);
	}
}

static void expected_text(const struct compare *c, s64 number, char *to, u32 size)
{
	const struct stmt *st = c->st;
	char error[64] = "";

	if (number == -1 && st->call.error != 0) {
		errno_text((s64)script_symbols[st->call.error - 1].value, error, sizeof(error));
		snprintf(to, size, "-1 %s", error);
		return;
	}
	script_print_expr(c->r->script, st->call.result, to, size);
}

/* packetdrill's `= -1` without a name is any error. */
static bool result_agrees(const struct compare *c, bool fd, s64 number)
{
	if (c->st->call.error != 0)
		return c->call.ret == -(s64)script_symbols[c->st->call.error - 1].value;
	if (c->failed)
		return number == -1;
	return fd && c->r->addr.stock ? number >= 0 : c->call.ret == number;
}

static void fill_call_result(struct compare *c, bool fd, bool agrees)
{
	char text[96];

	result_text(c, fd, text, sizeof(text));
	fill_result(c, agrees, text);
}

static void compare_result(struct compare *c, bool fd)
{
	struct run_diff *d;
	s64 number = 0;
	bool ok;

	ok = expr_of(c, c->st->call.result)->kind != EXPR_ANY &&
	     run_number(c->r, c->st->call.result, &number);
	if (!ok && c->fill == NULL)
		return;
	ok = ok && result_agrees(c, fd, number);
	if (c->fill != NULL) {
		fill_call_result(c, fd, ok);
		return;
	}
	d = add_row(c, c->failed && c->st->call.error != 0 ? "errno" : "result", !ok);
	if (d == NULL)
		return;
	expected_text(c, number, d->expected, sizeof(d->expected));
	result_text(c, fd, d->actual, sizeof(d->actual));
}

/* Did the script expect that the call succeeds? Only then does it say what it writes. */
static bool success_expected(const struct compare *c)
{
	const struct expr *e = expr_of(c, c->st->call.result);

	return c->st->call.error == 0 && !(e->kind == EXPR_NUMBER && e->negative);
}

void run_look(struct compare *c, bool fd)
{
	const struct call_info *info = &script_calls[c->st->call.call];
	bool said = c->fill != NULL || c->failed != success_expected(c);

	compare_result(c, fd);
	for (u32 i = 0; i < info->nr_args && said; i++) {
		u32 e = call_arg(c->r->script, c->st, i);

		if (e == 0 || outputs[info->arg[i]].compare == NULL)
			continue;
		if (!c->failed || outputs[info->arg[i]].of_failed)
			outputs[info->arg[i]].compare(c, e, i);
	}
}

struct compare run_look_at(struct run *r, u32 host, u32 thread)
{
	struct compare c = { .r = r, .host = host, .in = "" };

	c.st = r->thread[host][thread].stmt;
	c.call = r->dut->ops->thread(r->dut, host, thread);
	c.process = c.call.process;
	c.failed = c.call.ret < 0;
	return c;
}

int run_compare(struct run *r, u32 host, u32 thread, bool fd)
{
	struct compare c = run_look_at(r, host, thread);
	struct rows rows;

	run_look(&c, fd);
	if (r->ended)
		return -1;
	if (!c.differs || r->opt->record != NULL)
		return 0;
	rows.nr = 0;
	c.rows = &rows;
	run_look(&c, fd);
	return run_fail(r, c.st, "the call does not end as the script says", rows.row, rows.nr);
}

void run_bind_pair(struct run *r, u32 host, u32 thread)
{
	const struct stmt *st = r->thread[host][thread].stmt;
	const struct call_info *info = &script_calls[st->call.call];
	struct compare c;

	for (u32 i = 0; i < info->nr_args; i++) {
		u32 e;

		if (info->arg[i] != TYPE_FDPAIR)
			continue;
		c = run_look_at(r, host, thread);
		e = call_arg(r->script, st, i);
		if (e != 0 && !c.failed)
			compare_fdpair(&c, e, i);
	}
}
