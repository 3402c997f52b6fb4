// SPDX-License-Identifier: MIT
/* run_lay.c - a call's arguments laid out in user memory.
 *
 * Path: called by run_call.c before a call. Rules: the x86-64 ABI of Linux.
 *
 * A call's arguments take one piece of its process's memory, which is theirs until it returns; a
 * blocked call of another thread keeps its own. Buffers are zeroed.
 *
 * Data of N bytes has N bytes of memory up to 16 MiB, as far as the process's memory goes; of a
 * larger N, which no program has allocated, SMALL_DATA. UDP never looks further than 64 KiB. A call
 * that moves more than the room that there was is refused afterwards, as one that this run cannot
 * judge. An option, a vector and a control buffer are followed by zeroes, so that a length that
 * is too long finds memory, as it would on a program's stack.
 */
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/script/run_arg.h"
#include "uapi/ethtool.h"
#include "uapi/if.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"
#include "uapi/signal.h"
#include "uapi/socket.h"
#include "uapi/stat.h"

enum {
	SMALL_DATA = 1 << 17,
	BEHIND_MAX = 1 << 16, /* zeroes behind an option, a vector, a control buffer */
	VECTOR_MAX = 1024,    /* longer ones are refused before they are read */
	OUT_BUFFER = SOCKADDR_BUFFER,
	MEM_ALIGN = 16
};

/* --- memory --------------------------------------------------------------------------------------
 */
struct lay {
	struct run *r;
	const struct stmt *st;
	u32 host, process;
	struct dut_memory mem;
	uptr base;
	u64 used, room, cut;
	u32 arg[CALL_ARGS]; /* expressions */
	bool failed;
};

/* The next element of a list from c on: [...] has none. */
static u32 element(const struct script *s, u32 c)
{
	return c != 0 && s->expr[c].kind == EXPR_STRUCT ? c : 0;
}

static const struct expr *lay_expr(const struct lay *l, u32 e)
{
	assert(e != 0);
	return &l->r->script->expr[e];
}

/* Zeroed memory; less than was asked for when there is no more. Nobody has written behind
 * high.
 */
static uptr lay_take(struct lay *l, u64 bytes)
{
	u64 at = ALIGN_UP(l->used, (u64)MEM_ALIGN);
	u64 off, end;

	at = at < l->room ? at : l->room;
	bytes = bytes < l->room - at ? bytes : l->room - at;
	off = l->base + at - UMEM_BASE;
	end = off + bytes < l->mem.high ? off + bytes : l->mem.high;
	if (off < end)
		memset(l->mem.bytes + off, 0, (size_t)(end - off));
	l->used = at + bytes;
	return l->base + at;
}

/* Writes into memory that was taken; what does not fit is not there for the call either. */
static u8 *lay_at(struct lay *l, uptr at, u32 bytes)
{
	if (at + bytes > l->base + l->room) {
		if (!l->failed)
			run_invalid(l->r, l->st,
				    "the arguments take more memory than the process has");
		l->failed = true;
		return NULL;
	}
	assert(at >= UMEM_BASE);
	if (at + bytes - UMEM_BASE > l->mem.high)
		l->mem.high = (u32)(at + bytes - UMEM_BASE);
	return l->mem.bytes + (at - UMEM_BASE);
}

static void lay_number(struct lay *l, uptr at, u32 bytes, u64 value)
{
	u8 *to = lay_at(l, at, bytes), le[8];

	assert(bytes <= sizeof(le));
	put_le64(le, value);
	if (to != NULL)
		memcpy(to, le, bytes);
}

static void lay_bytes(struct lay *l, uptr at, u32 e, u64 len)
{
	u8 *to = len <= DATA_MAX ? lay_at(l, at, (u32)len) : NULL;

	if (to != NULL && len != 0)
		bytes_get(l->r->script, e, 0, to, (u32)len);
}

static s64 lay_value(struct lay *l, u32 e)
{
	s64 value = 0;

	if (!l->failed && !run_number(l->r, e, &value))
		l->failed = true;
	return value;
}

/* A number of which NULL and plain numbers are addresses: then nothing lies behind it. */
static bool lay_is_pointer(const struct lay *l, u32 e)
{
	u8 kind = lay_expr(l, e)->kind;

	return kind == EXPR_NULL || kind == EXPR_NUMBER || kind == EXPR_NAME;
}

static void lay_member(struct lay *l, uptr at, const struct member *m, u32 e)
{
	const struct expr *x = lay_expr(l, e);
	u64 value = 0;

	if (m->kind == MEMBER_ADDR || m->kind == MEMBER_BEHIND || m->kind == MEMBER_LENGTH)
		return; /* lay_request() */
	if (m->kind == MEMBER_TEXT || m->kind == MEMBER_BYTES) {
		if (x->text.len > m->bytes) {
			run_invalid(l->r, l->st, "%s has room for %u bytes", m->name, m->bytes);
			l->failed = true;
			return;
		}
		lay_bytes(l, at + m->at, e, x->text.len);
		return;
	}
	if (l->failed)
		return;
	if (!member_value(l->r, l->host, l->process, m, e, &value)) {
		l->failed = true;
		return;
	}
	if (m->kind == MEMBER_BE)
		value = m->bytes == 2 ? (value >> 8 & 0xff) | (value & 0xff) << 8
				      : __builtin_bswap32((u32)value);
	lay_number(l, at + m->at, m->bytes, value);
}

static const struct layout *lay_layout(struct lay *l, u32 e, enum struct_type of)
{
	const struct layout *lo = layout_of(l->r->script, e, of);

	if (lo == NULL && !l->failed) {
		run_invalid(l->r, l->st, "these fields are of different structs");
		l->failed = true;
	}
	return lo;
}

/* Writes the fields that are given; `any` ones stay as they are. */
static void lay_fields(struct lay *l, uptr at, u32 e, const struct layout *lo)
{
	const struct script *s = l->r->script;

	for (u32 c = s->expr[e].first; c != 0 && lo != NULL; c = s->expr[c].next) {
		u32 v = field_value(s, c);

		if (s->expr[v].kind != EXPR_ANY)
			lay_member(l, at, layout_field(lo, s, c), v);
	}
}

/* --- types of arguments --------------------------------------------------------------------------
 */
/* A number that another argument's size depends on; 0 where it does not say. */
static u64 lay_sibling(struct lay *l, u32 i)
{
	s64 value = 0;

	if (i >= CALL_ARGS || l->arg[i] == 0 || !length_before(l->r, l->arg[i], &value))
		return 0;
	return (u64)value;
}

static u64 data_room(struct lay *l, u64 n)
{
	u64 left = l->room - l->used, room = n <= DATA_MAX ? n : SMALL_DATA;

	/* A call of another thread has to fit in as well. */
	room = room > SMALL_DATA && room > left / 2 ? left / 2 : room;
	if (room < n && room < l->cut)
		l->cut = room;
	return room;
}

static u64 lay_data(struct lay *l, u32 e, u64 n, bool output)
{
	const struct expr *x = lay_expr(l, e);
	u64 len;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	if (output || x->kind == EXPR_ANY)
		return lay_take(l, data_room(l, n));
	len = bytes_len(x, data_room(l, n));
	at = lay_take(l, len < n ? data_room(l, n) : len);
	lay_bytes(l, at, e, len);
	return at;
}

static u64 lay_type_number(struct lay *l, u32 i)
{
	return (u64)lay_value(l, l->arg[i]);
}

static u64 lay_type_fd(struct lay *l, u32 i)
{
	return (u64)fd_live(l->r, l->host, l->process, lay_value(l, l->arg[i]));
}

static u64 lay_type_family(struct lay *l, u32 i)
{
	return lay_expr(l, l->arg[i])->kind == EXPR_ANY ? AF_INET : lay_type_number(l, i);
}

static u64 lay_type_addrlen(struct lay *l, u32 i)
{

	return lay_expr(l, l->arg[i])->kind == EXPR_ANY ? SOCKADDR_IN_BYTES : lay_type_number(l, i);
}

static u64 lay_type_data_in(struct lay *l, u32 i)
{
	return lay_data(l, l->arg[i], lay_sibling(l, i + 1), false);
}

static u64 lay_type_data_out(struct lay *l, u32 i)
{
	return lay_data(l, l->arg[i], lay_sibling(l, i + 1), true);
}

/* Stock's default address: bind() is about this host, the rest about the other one. */
static void default_address(const struct lay *l, u8 to[8])
{
	const struct run_addresses *a = &l->r->addr;
	bool local = l->st->call.call == CALL_bind;

	put_le16(to, AF_INET);
	put_be16(to + 2, local ? a->local_port : a->remote_port);
	put_be32(to + 4, local ? a->local_ip : a->remote_ip);
}

/* Of a struct, what it does not mention is zero, and `...` in it the default. */
static void lay_default_members(struct lay *l, uptr at, u32 e)
{
	const struct script *s = l->r->script;
	const struct layout *lo = lay_layout(l, e, STRUCT_SOCKADDR);
	u8 all[8], *to = lay_at(l, at, sizeof(all));

	default_address(l, all);
	for (u32 c = s->expr[e].first; c != 0 && lo != NULL && to != NULL; c = s->expr[c].next) {
		const struct member *m = layout_field(lo, s, c);

		if (s->expr[field_value(s, c)].kind == EXPR_ANY)
			memcpy(to + m->at, all + m->at, m->bytes);
	}
	lay_fields(l, at, e, lo);
}

static u64 lay_address(struct lay *l, u32 e)
{
	const struct expr *x = lay_expr(l, e);
	uptr at;
	u8 *to;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, SOCKADDR_BUFFER);
	to = lay_at(l, at, SOCKADDR_BUFFER);
	if (x->kind == EXPR_SYMBOL)
		lay_number(l, at, 2, (u64)lay_value(l, e));
	else if (x->kind == EXPR_STRUCT)
		lay_default_members(l, at, e);
	else if (to != NULL)
		default_address(l, to);
	return at;
}

static u64 lay_type_addr_in(struct lay *l, u32 i)
{
	return lay_address(l, l->arg[i]);
}

static u64 lay_buffer(struct lay *l, u32 e, u64 bytes)
{
	return lay_is_pointer(l, e) ? (u64)lay_value(l, e) : lay_take(l, bytes);
}

static u64 lay_type_addr_out(struct lay *l, u32 i)
{
	return lay_buffer(l, l->arg[i], SOCKADDR_BUFFER);
}

/* How long what is written in an option's place is by itself. */
static u32 own_length(struct lay *l, u32 e, enum struct_type of)
{
	const struct expr *x = lay_expr(l, e);
	u32 len = OPT_BUFFER;

	if (x->kind == EXPR_STRUCT) {
		const struct layout *lo = lay_layout(l, e, of);

		len = lo != NULL ? lo->bytes : 0;
	} else if (is_bytes(x)) {
		len = bytes_len(x, OPT_BUFFER);
	}
	return len > OPT_BUFFER ? len : OPT_BUFFER;
}

/* `...` as a length is what every buffer has. */
static u64 lay_type_len_io(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	s64 value = OUT_BUFFER;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	(void)length_before(l->r, e, &value);
	at = lay_take(l, 4);
	lay_number(l, at, 4, (u64)value);
	return at;
}

static u32 list_length(const struct script *s, u32 e)
{
	u32 n = 0;

	for (u32 c = s->expr[e].first; c != 0; c = s->expr[c].next)
		n++;
	return n;
}

/* What a vector of n elements takes; it may say that it has more than are written. */
static u64 vector_bytes(const struct lay *l, u32 e, u64 n, u32 bytes)
{
	u32 written = list_length(l->r->script, e);

	n = n < VECTOR_MAX ? n : VECTOR_MAX;
	return (written > n ? written : n) * bytes;
}

/* {BPF_RET | BPF_K, 0, 0, 64}: struct sock_filter. */
static void lay_insn(struct lay *l, uptr at, u32 e)
{
	static const struct {
		u8 at, bytes;
	} parts[] = { { 0, 2 }, { 2, 1 }, { 3, 1 }, { 4, 4 } };
	const struct script *s = l->r->script;
	u32 v = s->expr[e].first;

	for (u32 i = 0; i < ARRAY_SIZE(parts) && v != 0 && !l->failed; i++) {
		lay_number(l, at + parts[i].at, parts[i].bytes, (u64)lay_value(l, v));
		v = s->expr[v].next;
	}
}

/* The program that a struct sock_fprog points at. */
static void lay_filter(struct lay *l, uptr fprog, u32 e)
{
	const struct script *s = l->r->script;
	u32 field = field_of(s, e, "filter"), v;
	uptr at;

	if (field == 0)
		return;
	v = field_value(s, field);
	if (lay_is_pointer(l, v)) {
		lay_number(l, fprog + FPROG_INSNS, 8, (u64)lay_value(l, v));
		return;
	}
	at = lay_take(l, vector_bytes(l, v, 1, FPROG_INSN_BYTES));
	lay_number(l, fprog + FPROG_INSNS, 8, at);
	for (u32 c = element(s, s->expr[v].first); c != 0 && !l->failed; c = s->expr[c].next) {
		lay_insn(l, at, c);
		at += FPROG_INSN_BYTES;
	}
}

/* What an option's buffer holds: a value in its first bytes, or a struct. */
static void lay_option_value(struct lay *l, uptr at, u32 e, enum struct_type of, u64 n)
{
	const struct script *s = l->r->script;
	const struct expr *x = lay_expr(l, e);

	if (x->kind == EXPR_STRUCT) {
		lay_fields(l, at, e, lay_layout(l, e, of));
		if (of == STRUCT_OPTSTRUCT)
			lay_filter(l, at, e);
	} else if (is_bytes(x))
		lay_bytes(l, at, e, bytes_len(x, n));
	else if (x->kind == EXPR_LIST && x->first != 0 && s->expr[x->first].kind != EXPR_ANY)
		lay_number(l, at, OPT_BUFFER, (u64)lay_value(l, x->first));
	else if (x->kind != EXPR_LIST && x->kind != EXPR_ANY)
		lay_number(l, at, OPT_BUFFER, (u64)lay_value(l, e));
}

static u64 lay_option(struct lay *l, u32 e, enum struct_type of, u64 n, bool output)
{
	u64 bytes = n < BEHIND_MAX ? n : BEHIND_MAX;
	u32 own;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	own = own_length(l, e, of);
	bytes = own > bytes ? own : bytes;
	at = lay_take(l, output && bytes < OUT_BUFFER ? OUT_BUFFER : bytes);
	if (!output)
		lay_option_value(l, at, e, of, bytes);
	return at;
}

static u64 lay_type_opt_in(struct lay *l, u32 i)
{
	return lay_option(l, l->arg[i], STRUCT_OPTSTRUCT, lay_sibling(l, i + 1), false);
}

static u64 lay_type_opt_out(struct lay *l, u32 i)
{
	return lay_option(l, l->arg[i], STRUCT_OPTSTRUCT, lay_sibling(l, i + 1), true);
}

bool ioctl_only_gets(u32 request)
{
	static const u32 gets[] = {
		FIONREAD,      TIOCOUTQ,    SIOCATMARK,	    FIOGETOWN,	      SIOCGPGRP,
		FIGETBSZ,      FIOQSIZE,    SIOCGSTAMP_OLD, SIOCGSTAMPNS_OLD, SIOCGIFNAME,
		SIOCGIFFLAGS,  SIOCGIFADDR, SIOCGIFDSTADDR, SIOCGIFBRDADDR,   SIOCGIFNETMASK,
		SIOCGIFMETRIC, SIOCGIFMTU,  SIOCGIFHWADDR,  SIOCGIFINDEX,     SIOCGIFTXQLEN,
		SIOCGIFPFLAGS, SIOCOUTQNSD
	};

	for (u32 i = 0; i < ARRAY_SIZE(gets); i++)
		if (gets[i] == request)
			return true;
	return false;
}

bool ioctl_writes(u32 request, const char *field)
{
	static const struct {
		u32 request;
		const char *field;
	} writes[] = {
		{ SIOCGIFNAME, "ifr_name" },	     { SIOCGIFFLAGS, "ifr_flags" },
		{ SIOCGIFADDR, "ifr_addr" },	     { SIOCGIFDSTADDR, "ifr_dstaddr" },
		{ SIOCGIFBRDADDR, "ifr_broadaddr" }, { SIOCGIFNETMASK, "ifr_netmask" },
		{ SIOCGIFMETRIC, "ifr_metric" },     { SIOCGIFMTU, "ifr_mtu" },
		{ SIOCGIFHWADDR, "ifr_hwaddr" },     { SIOCGIFINDEX, "ifr_ifindex" },
		{ SIOCGIFTXQLEN, "ifr_qlen" },	     { SIOCGIFMAP, "ifr_map" },
		{ SIOCGIFCONF, "ifc_req" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(writes); i++)
		if (writes[i].request == request && strcmp(writes[i].field, field) == 0)
			return true;
	return false;
}

/* A command that only asks finds nothing there before. */
static bool ethtool_takes_value(u32 cmd)
{
	static const u32 takes[] = {
		ETHTOOL_SMSGLVL,  ETHTOOL_SRXCSUM,   ETHTOOL_STXCSUM, ETHTOOL_SSG,
		ETHTOOL_STSO,	  ETHTOOL_SUFO,	     ETHTOOL_SGSO,    ETHTOOL_SGRO,
		ETHTOOL_SFLAGS,	  ETHTOOL_SPFLAGS,   ETHTOOL_PHYS_ID, ETHTOOL_RESET,
		ETHTOOL_PERQUEUE, ETHTOOL_GPERMADDR,
	};

	for (u32 i = 0; i < ARRAY_SIZE(takes); i++)
		if (takes[i] == cmd)
			return true;
	return false;
}

static void lay_ethtool(struct lay *l, uptr at, u32 e)
{
	const struct script *s = l->r->script;
	const struct layout *lo = lay_layout(l, e, STRUCT_ETHTOOL);
	u32 cmd = field_of(s, e, "cmd");
	bool all = cmd == 0 || ethtool_takes_value((u32)lay_value(l, field_value(s, cmd)));

	for (u32 c = s->expr[e].first; c != 0 && lo != NULL; c = s->expr[c].next) {
		u32 v = field_value(s, c);

		if (s->expr[v].kind != EXPR_ANY && (all || c == cmd))
			lay_member(l, at, layout_field(lo, s, c), v);
	}
}

/* What lies where a field of a request points: a name, a struct, bytes; room for the rest. */
static u64 lay_behind(struct lay *l, u32 e, enum struct_type of, u64 room)
{
	const struct expr *x = lay_expr(l, e);
	u64 len = is_bytes(x) ? bytes_len(x, room) : 0;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	room = room < BEHIND_MAX ? room : BEHIND_MAX;
	at = lay_take(l, len + IFNAMSIZ > room ? len + IFNAMSIZ : room);
	if (len != 0)
		lay_bytes(l, at, e, len);
	else if (x->kind == EXPR_STRUCT && of == STRUCT_ETHTOOL)
		lay_ethtool(l, at, e);
	return at;
}

/* How much memory ifc_len says that there is. */
static u64 request_room(struct lay *l, u32 e)
{
	u32 len = field_of(l->r->script, e, "ifc_len");
	s64 value = 0;

	if (len == 0 || !length_before(l->r, field_value(l->r->script, len), &value))
		return OUT_BUFFER;
	return value > 0 ? (u64)value : 0;
}

static void lay_request_field(struct lay *l, uptr at, u32 e, u32 c, const struct member *m)
{
	const struct script *s = l->r->script;
	enum struct_type of = field_struct(s, c, STRUCT_IFREQ);
	u32 v = field_value(s, c);
	s64 len = 0;

	if (m->kind == MEMBER_ADDR && s->expr[v].kind == EXPR_STRUCT)
		lay_fields(l, at + m->at, v, lay_layout(l, v, of));
	else if (m->kind == MEMBER_BEHIND)
		lay_number(l, at + m->at, 8, lay_behind(l, v, of, request_room(l, e)));
	else if (m->kind == MEMBER_LENGTH && length_before(l->r, v, &len))
		lay_number(l, at + m->at, m->bytes, (u64)len);
	else if (m->kind != MEMBER_ADDR && m->kind != MEMBER_LENGTH && s->expr[v].kind != EXPR_ANY)
		lay_member(l, at, m, v);
}

/* What the request writes is not there before it; pointers are. */
static u64 lay_request(struct lay *l, u32 e, u32 request)
{
	const struct script *s = l->r->script;
	const struct layout *lo = lay_layout(l, e, STRUCT_IFREQ);
	uptr at = lay_take(l, lo != NULL ? lo->bytes : 0);

	for (u32 c = s->expr[e].first; c != 0 && lo != NULL && !l->failed; c = s->expr[c].next) {
		const struct member *m = layout_field(lo, s, c);

		if (m->kind == MEMBER_BEHIND || !ioctl_writes(request, m->name))
			lay_request_field(l, at, e, c, m);
	}
	return at;
}

static u64 lay_type_ioctl(struct lay *l, u32 i)
{
	u32 e = l->arg[i], request = (u32)lay_value(l, l->arg[1]);

	if (lay_expr(l, e)->kind == EXPR_STRUCT)
		return lay_request(l, e, request);
	return lay_option(l, e, STRUCT_IFREQ, IFREQ_BUFFER + SOCKADDR_BUFFER,
			  ioctl_only_gets(request));
}

static u64 lay_iovecs(struct lay *l, u32 e, u64 n, bool output)
{
	const struct script *s = l->r->script;
	uptr at, v;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = v = lay_take(l, vector_bytes(l, e, n, IOVEC_BYTES));
	for (u32 c = element(s, s->expr[e].first); c != 0 && !l->failed; c = s->expr[c].next) {
		u32 base = s->expr[c].first;
		u64 len = (u64)lay_value(l, s->expr[base].next);

		lay_number(l, v, 8, lay_data(l, base, len, output));
		lay_number(l, v + IOVEC_LEN, 8, len);
		v += IOVEC_BYTES;
	}
	return at;
}

static u64 lay_type_iovs_in(struct lay *l, u32 i)
{
	return lay_iovecs(l, l->arg[i], lay_sibling(l, i + 1), false);
}

static u64 lay_type_iovs_out(struct lay *l, u32 i)
{
	return lay_iovecs(l, l->arg[i], lay_sibling(l, i + 1), true);
}

/* The bytes of a control message's data; a plain number is an int. */
static u32 cmsg_data_bytes(struct lay *l, u32 e)
{
	const struct expr *x = lay_expr(l, e);

	if (x->kind == EXPR_STRUCT) {
		const struct layout *lo = lay_layout(l, e, STRUCT_CMSGVALUE);

		return lo != NULL ? lo->bytes : 0;
	}
	return is_bytes(x) ? bytes_len(x, 8) : 4;
}

/* One message at `at`; how far the next one is from it. */
static u64 lay_cmsg(struct lay *l, uptr at, u32 e)
{
	const struct script *s = l->r->script;
	u32 len = field_of(s, e, "cmsg_len"), level = field_of(s, e, "cmsg_level");
	u32 type = field_of(s, e, "cmsg_type"), data = field_of(s, e, "cmsg_data");
	u32 v = data != 0 ? field_value(s, data) : 0;
	u32 bytes = v != 0 ? cmsg_data_bytes(l, v) : 0;
	u64 cmsg_len = CMSGHDR_BYTES + bytes;

	if (len != 0)
		cmsg_len = (u64)lay_value(l, field_value(s, len));
	lay_number(l, at, 8, cmsg_len);
	if (level != 0)
		lay_number(l, at + CMSGHDR_LEVEL, 4, (u64)lay_value(l, field_value(s, level)));
	if (type != 0)
		lay_number(l, at + CMSGHDR_TYPE, 4, (u64)lay_value(l, field_value(s, type)));
	if (v != 0)
		lay_option_value(l, at + CMSGHDR_BYTES, v, STRUCT_CMSGVALUE, 8);
	return ALIGN_UP(CMSGHDR_BYTES + (u64)bytes, 8ull);
}

static u64 cmsgs_bytes(struct lay *l, u32 e)
{
	const struct script *s = l->r->script;
	u64 bytes = 0;

	for (u32 c = element(s, s->expr[e].first); c != 0; c = s->expr[c].next) {
		u32 data = field_of(s, c, "cmsg_data");

		bytes += CMSGHDR_BYTES;
		if (data != 0)
			bytes += ALIGN_UP((u64)cmsg_data_bytes(l, field_value(s, data)), 8ull);
	}
	return bytes;
}

/* msg_control and its length: of a list as much as it takes, for a call that fills it as much as
 * is said, else enough.
 */
static void lay_control(struct lay *l, uptr msg, u32 e, bool output)
{
	const struct script *s = l->r->script;
	u32 control = field_of(s, e, "msg_control"), len = field_of(s, e, "msg_controllen");
	u32 v = control != 0 ? field_value(s, control) : 0;
	bool buffer = v != 0 && !lay_is_pointer(l, v);
	s64 said = 0;
	u64 bytes;
	uptr at;

	bytes = buffer ? (output ? CONTROL_BUFFER : cmsgs_bytes(l, v)) : 0;
	if (len != 0 && length_before(l->r, field_value(s, len), &said))
		lay_number(l, msg + MSGHDR_CONTROLLEN, 8, (u64)said);
	else
		lay_number(l, msg + MSGHDR_CONTROLLEN, 8, bytes);
	if (!buffer) {
		if (v != 0)
			lay_number(l, msg + MSGHDR_CONTROL, 8, (u64)lay_value(l, v));
		return;
	}
	if ((u64)said > bytes)
		bytes = (u64)said < BEHIND_MAX ? (u64)said : BEHIND_MAX;
	at = lay_take(l, bytes);
	lay_number(l, msg + MSGHDR_CONTROL, 8, at);
	if (output || s->expr[v].kind != EXPR_LIST)
		return;
	for (u32 c = element(s, s->expr[v].first); c != 0 && !l->failed; c = s->expr[c].next)
		at += lay_cmsg(l, at, c);
}

static void lay_msg_name(struct lay *l, uptr msg, u32 field, bool output)
{
	const struct script *s = l->r->script;
	u32 v = field_value(s, field), count = field_count(s, field);
	u64 len = output ? SOCKADDR_BUFFER : 16;

	if (s->expr[count].kind != EXPR_ANY)
		len = (u64)lay_value(l, count);
	else if (s->expr[v].kind == EXPR_NULL)
		len = 0;
	lay_number(l, msg + MSGHDR_NAME, 8,
		   output ? lay_buffer(l, v, SOCKADDR_BUFFER) : lay_address(l, v));
	lay_number(l, msg + MSGHDR_NAMELEN, 4, len);
}

static void lay_msg_iov(struct lay *l, uptr msg, u32 field, bool output)
{
	const struct script *s = l->r->script;
	u32 v = field_value(s, field), count = field_count(s, field);
	u64 n = list_length(s, v);

	if (s->expr[count].kind != EXPR_ANY)
		n = (u64)lay_value(l, count);
	lay_number(l, msg + MSGHDR_IOVLEN, 8, n);
	lay_number(l, msg + MSGHDR_IOV, 8, lay_iovecs(l, v, n, output));
}

static void lay_message_at(struct lay *l, uptr at, u32 e, bool output)
{
	const struct script *s = l->r->script;
	u32 name, iov, flags;

	name = field_of(s, e, "msg_name");
	iov = field_of(s, e, "msg_iov");
	flags = field_of(s, e, "msg_flags");
	if (name != 0)
		lay_msg_name(l, at, name, output);
	if (iov != 0)
		lay_msg_iov(l, at, iov, output);
	if (flags != 0 && !output)
		lay_number(l, at + MSGHDR_FLAGS, 4, (u64)lay_value(l, field_value(s, flags)));
	lay_control(l, at, e, output);
}

static u64 lay_message(struct lay *l, u32 e, bool output)
{
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, MSGHDR_BYTES);
	lay_message_at(l, at, e, output);
	return at;
}

/* Several messages; what their msg_len say is for the call to write. */
static u64 lay_messages(struct lay *l, u32 i, bool output)
{
	const struct script *s = l->r->script;
	u32 e = l->arg[i];
	uptr at, v;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = v = lay_take(l, vector_bytes(l, e, lay_sibling(l, i + 1), MMSGHDR_BYTES));
	for (u32 c = element(s, s->expr[e].first); c != 0 && !l->failed; c = s->expr[c].next) {
		u32 hdr = field_of(s, c, "msg_hdr");
		u32 m = hdr != 0 ? field_value(s, hdr) : 0;

		if (m != 0 && s->expr[m].kind == EXPR_STRUCT)
			lay_message_at(l, v, m, output);
		v += MMSGHDR_BYTES;
	}
	return at;
}

static u64 lay_type_mmsgs_in(struct lay *l, u32 i)
{
	return lay_messages(l, i, false);
}

static u64 lay_type_mmsgs_out(struct lay *l, u32 i)
{
	return lay_messages(l, i, true);
}

static u64 lay_type_msg_in(struct lay *l, u32 i)
{
	return lay_message(l, l->arg[i], false);
}

static u64 lay_type_msg_out(struct lay *l, u32 i)
{
	return lay_message(l, l->arg[i], true);
}

static u64 lay_type_pollfds(struct lay *l, u32 i)
{
	const struct script *s = l->r->script;
	u32 e = l->arg[i];
	uptr at, v;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = v = lay_take(l, vector_bytes(l, e, lay_sibling(l, i + 1), POLLFD_BYTES));
	for (u32 c = element(s, s->expr[e].first); c != 0 && !l->failed; c = s->expr[c].next) {
		lay_fields(l, v, c, lay_layout(l, c, STRUCT_POLLFD));
		lay_number(l, v + POLLFD_REVENTS, 2, 0); /* the call is to say it */
		v += POLLFD_BYTES;
	}
	return at;
}

/* nanosleep() writes into its second one what was left. */
static u64 lay_type_timespec(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, 16);
	if (i != 1)
		lay_fields(l, at, e, lay_layout(l, e, STRUCT_TIMESPEC));
	return at;
}

static u64 lay_type_timeval(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, 16);
	lay_fields(l, at, e, lay_layout(l, e, STRUCT_TIMEVAL));
	return at;
}

/* The descriptors that select() is asked about, as bits. */
static u64 lay_type_fdset(struct lay *l, u32 i)
{
	const struct script *s = l->r->script;
	u32 e = l->arg[i];
	u8 bits[FD_SET_BYTES] = { 0 }, *to;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	for (u32 c = s->expr[e].first; c != 0 && !l->failed; c = s->expr[c].next) {
		s64 fd = s->expr[c].kind == EXPR_NUMBER ? lay_value(l, c) : -1;

		fd = fd_live(l->r, l->host, l->process, fd);
		if (fd >= 0 && fd < FD_SET_BYTES * 8)
			bits[fd / 8] |= (u8)(1u << fd % 8);
	}
	at = lay_take(l, sizeof(bits));
	to = lay_at(l, at, sizeof(bits));
	if (to != NULL)
		memcpy(to, bits, sizeof(bits));
	return at;
}

static u64 lay_type_epollev(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, EPOLL_EVENT_BYTES);
	lay_fields(l, at, e, lay_layout(l, e, STRUCT_EPOLL_EVENT));
	return at;
}

static u64 lay_type_epollevs(struct lay *l, u32 i)
{
	u64 n = lay_sibling(l, i + 1);

	return lay_buffer(l, l->arg[i], (n < VECTOR_MAX ? n : VECTOR_MAX) * EPOLL_EVENT_BYTES);
}

/* With the zero behind it. */
static u64 lay_type_path(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	u64 len;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	len = bytes_len(lay_expr(l, e), 0);
	at = lay_take(l, len + 1);
	lay_bytes(l, at, e, len);
	lay_number(l, at + len, 1, 0);
	return at;
}

static u64 lay_type_offset(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	s64 before = 0;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, 8);
	if (length_before(l->r, e, &before))
		lay_number(l, at, 8, (u64)before);
	return at;
}

static u64 lay_type_fdpair(struct lay *l, u32 i)
{
	return lay_buffer(l, l->arg[i], 8);
}

/* Signals as bits. */
static u64 lay_type_sigset(struct lay *l, u32 i)
{
	const struct script *s = l->r->script;
	u32 e = l->arg[i];
	u64 set = 0;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	for (u32 c = s->expr[e].first; c != 0 && !l->failed; c = s->expr[c].next) {
		u64 signo = s->expr[c].kind != EXPR_ANY ? (u64)lay_value(l, c) : 0;

		if (signo >= 1 && signo <= 64)
			set |= 1ull << (signo - 1);
	}
	at = lay_take(l, 8);
	lay_number(l, at, 8, set);
	return at;
}

static u64 lay_type_sigset_out(struct lay *l, u32 i)
{
	return lay_buffer(l, l->arg[i], 8);
}

/* What is not said to be ignored or left alone has a handler. */
static u64 lay_type_sigact(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, SIGACTION_BYTES);
	lay_number(l, at + SIGACTION_HANDLER, 8, UMEM_BASE);
	lay_fields(l, at, e, lay_layout(l, e, STRUCT_SIGACTION));
	return at;
}

static u64 lay_type_siginfo(struct lay *l, u32 i)
{
	return lay_buffer(l, l->arg[i], SIGINFO_BYTES);
}

static u64 lay_type_stat(struct lay *l, u32 i)
{
	return lay_buffer(l, l->arg[i], STAT_BYTES);
}

static u64 lay_type_fcntlarg(struct lay *l, u32 i)
{
	u32 e = l->arg[i];
	const struct layout *lo;
	uptr at;

	if (lay_expr(l, e)->kind != EXPR_STRUCT)
		return lay_type_number(l, i);
	lo = lay_layout(l, e, STRUCT_FCNTL_PTR);
	at = lay_take(l, lo != NULL ? lo->bytes : 8);
	lay_fields(l, at, e, lo);
	return at;
}

/* An argument of socketcall(): what is not a number lies somewhere else. */
static u64 lay_sockarg(struct lay *l, u32 e)
{
	const struct expr *x = lay_expr(l, e);
	uptr at;

	if (x->kind == EXPR_STRUCT)
		return lay_address(l, e);
	if (x->kind == EXPR_LIST) {
		at = lay_take(l, 8);
		if (x->first != 0 && lay_expr(l, x->first)->kind != EXPR_ANY)
			lay_number(l, at, 4, (u64)lay_value(l, x->first));
		return at;
	}
	if (!is_bytes(x))
		return (u64)lay_value(l, e);
	at = lay_take(l, bytes_len(x, 0));
	lay_bytes(l, at, e, bytes_len(x, 0));
	return at;
}

static u64 lay_type_sockargs(struct lay *l, u32 i)
{
	const struct script *s = l->r->script;
	u32 e = l->arg[i], n = 0;
	uptr at;

	if (lay_is_pointer(l, e))
		return (u64)lay_value(l, e);
	at = lay_take(l, list_length(s, e) * 4ull);
	for (u32 c = s->expr[e].first; c != 0 && !l->failed; c = s->expr[c].next)
		lay_number(l, at + 4ull * n++, 4, lay_sockarg(l, c));
	return at;
}

/* Types that are missing here are of calls that have none. */
static u64 (*const lay_type[TYPE_MAX])(struct lay *l, u32 i) = {
	[TYPE_FD] = lay_type_fd,
	[TYPE_FAMILY] = lay_type_family,
	[TYPE_SOCKTYPE] = lay_type_number,
	[TYPE_PROTO] = lay_type_number,
	[TYPE_ADDR_IN] = lay_type_addr_in,
	[TYPE_ADDRLEN] = lay_type_addrlen,
	[TYPE_ADDR_OUT] = lay_type_addr_out,
	[TYPE_LEN_IO] = lay_type_len_io,
	[TYPE_DATA_IN] = lay_type_data_in,
	[TYPE_DATA_OUT] = lay_type_data_out,
	[TYPE_SIZE] = lay_type_number,
	[TYPE_INT] = lay_type_number,
	[TYPE_MSGFLAGS] = lay_type_number,
	[TYPE_SHUT] = lay_type_number,
	[TYPE_LEVEL] = lay_type_number,
	[TYPE_OPTNAME] = lay_type_number,
	[TYPE_OPT_IN] = lay_type_opt_in,
	[TYPE_OPT_OUT] = lay_type_opt_out,
	[TYPE_MSG_IN] = lay_type_msg_in,
	[TYPE_MSG_OUT] = lay_type_msg_out,
	[TYPE_IOVS_IN] = lay_type_iovs_in,
	[TYPE_IOVS_OUT] = lay_type_iovs_out,
	[TYPE_MMSGS_IN] = lay_type_mmsgs_in,
	[TYPE_MMSGS_OUT] = lay_type_mmsgs_out,
	[TYPE_POLLFDS] = lay_type_pollfds,
	[TYPE_FDSET] = lay_type_fdset,
	[TYPE_TIMEVAL] = lay_type_timeval,
	[TYPE_SIGSET] = lay_type_sigset,
	[TYPE_SIGSET_OUT] = lay_type_sigset_out,
	[TYPE_SIGNO] = lay_type_number,
	[TYPE_SIGACT] = lay_type_sigact,
	[TYPE_SIGINFO] = lay_type_siginfo,
	[TYPE_STATBUF] = lay_type_stat,
	[TYPE_SOCKCALL] = lay_type_number,
	[TYPE_SOCKARGS] = lay_type_sockargs,
	[TYPE_EPOLLOP] = lay_type_number,
	[TYPE_EPOLLEV] = lay_type_epollev,
	[TYPE_EPOLLEVS] = lay_type_epollevs,
	[TYPE_PATH] = lay_type_path,
	[TYPE_OFFSET] = lay_type_offset,
	[TYPE_WORD] = lay_type_number,
	[TYPE_TIMEOUT] = lay_type_number,
	[TYPE_TIMESPEC] = lay_type_timespec,
	[TYPE_FCNTLCMD] = lay_type_number,
	[TYPE_FCNTLARG] = lay_type_fcntlarg,
	[TYPE_OPENFLAGS] = lay_type_number,
	[TYPE_IOCTLREQ] = lay_type_number,
	[TYPE_IOCTLARG] = lay_type_ioctl,
	[TYPE_FDPAIR] = lay_type_fdpair,
};

/* --- a call's memory -----------------------------------------------------------------------------
 */
/* How far from `at` on no other call of the process has its arguments. */
static u64 gap_after(const struct run *r, u32 host, u32 process, u32 thread, uptr at, uptr end)
{
	for (u32 left = r->host[host].busy; left != 0; left &= left - 1) {
		u32 i = (u32)__builtin_ctz(left);
		const struct run_thread *t = &r->thread[host][i];

		if (i == thread || run_process_of(r, host, i) != process)
			continue;
		if (at >= t->mem && at < t->mem + t->mem_bytes)
			return 0;
		if (t->mem >= at && t->mem < end && t->mem_bytes != 0)
			end = t->mem;
	}
	return end > at ? end - at : 0;
}

/* The largest piece of memory that is free, the lowest of equal ones. */
static void lay_place(struct lay *l, u32 thread)
{
	const struct run *r = l->r;
	uptr end = UMEM_BASE + (uptr)l->mem.size;

	l->base = UMEM_BASE;
	l->room = gap_after(r, l->host, l->process, thread, UMEM_BASE, end);
	for (u32 left = r->host[l->host].busy; left != 0; left &= left - 1) {
		u32 i = (u32)__builtin_ctz(left);
		const struct run_thread *t = &r->thread[l->host][i];
		uptr at = ALIGN_UP(t->mem + t->mem_bytes, (uptr)MEM_ALIGN);
		u64 room;

		if (i == thread || run_process_of(r, l->host, i) != l->process)
			continue;
		room = gap_after(r, l->host, l->process, thread, at, end);
		if (room > l->room) {
			l->base = at;
			l->room = room;
		}
	}
}

bool lay_arguments(struct run *r, const struct stmt *st, u32 host, u32 thread, u64 arg[SYS_ARGS])
{
	const struct call_info *info = &script_calls[st->call.call];
	struct run_thread *t = &r->thread[host][thread];
	struct lay l = { .r = r, .st = st, .host = host, .cut = U64_MAX };

	static_assert((int)SYS_ARGS >= (int)CALL_ARGS, "a call's arguments are registers");
	l.process = run_process_of(r, host, thread);
	l.mem = r->dut->ops->memory(r->dut, host, l.process);
	lay_place(&l, thread);
	for (u32 i = 0; i < info->nr_args; i++)
		l.arg[i] = call_arg(r->script, st, i);
	for (u32 i = 0; i < info->nr_args && !l.failed; i++) {
		assert(lay_type[info->arg[i]] != NULL);
		if (l.arg[i] != 0)
			arg[i] = lay_type[info->arg[i]](&l, i);
	}
	r->dut->ops->touch(r->dut, host, l.process, l.mem.high);
	t->mem = l.base;
	t->mem_bytes = l.used;
	t->cut = l.cut;
	return !l.failed && !r->ended;
}
