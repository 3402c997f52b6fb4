// SPDX-License-Identifier: MIT
/* run_arg.c - the values of expressions, and how structures lie in user memory.
 *
 * Path: called by run_lay.c before a call and by run_result.c after it. Rules: the x86-64 ABI of
 * Linux: pointers and longs of 8 bytes, little-endian, whatever this program runs on.
 */
#include "harness/script/run_arg.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "uapi/signal.h"
#include "uapi/stat.h"

enum { NAME_MAX_BYTES = 126 }; /* of sun_path in its buffer */

/* --- structures ----------------------------------------------------------------------------------
 */
/* clang-format off */
static const struct layout layouts[] = {
	{ STRUCT_SOCKADDR, SOCKADDR_BUFFER, {
		{ "sa_family", 0, 2, MEMBER_INT }, { "sin_port", 2, 2, MEMBER_BE },
		{ "sin_addr", 4, 4, MEMBER_BE },
		{ "sun_path", SUN_PATH_AT, NAME_MAX_BYTES, MEMBER_TEXT },
		{ "sll_protocol", 2, 2, MEMBER_BE }, { "sll_ifindex", 4, 4, MEMBER_INT },
		{ "sll_hatype", 8, 2, MEMBER_INT }, { "sll_pkttype", 10, 1, MEMBER_INT },
		{ "sll_halen", 11, 1, MEMBER_INT }, { "sll_addr", 12, 8, MEMBER_BYTES },
		{ "spkt_device", 2, 14, MEMBER_TEXT }, { "spkt_protocol", 16, 2, MEMBER_BE } } },
	/* struct linger, timeval, ip_mreq, ip_mreq_source, ip_mreqn */
	{ STRUCT_OPTSTRUCT, 8, { { "onoff", 0, 4, MEMBER_INT }, { "linger", 4, 4, MEMBER_INT } } },
	{ STRUCT_OPTSTRUCT, 16, {
		{ "tv_sec", 0, 8, MEMBER_INT }, { "tv_usec", 8, 8, MEMBER_INT } } },
	{ STRUCT_OPTSTRUCT, 8, {
		{ "imr_multiaddr", 0, 4, MEMBER_BE }, { "imr_interface", 4, 4, MEMBER_BE } } },
	{ STRUCT_OPTSTRUCT, 12, {
		{ "imr_multiaddr", 0, 4, MEMBER_BE }, { "imr_interface", 4, 4, MEMBER_BE },
		{ "imr_sourceaddr", 8, 4, MEMBER_BE } } },
	{ STRUCT_OPTSTRUCT, 12, {
		{ "imr_multiaddr", 0, 4, MEMBER_BE }, { "imr_address", 4, 4, MEMBER_BE },
		{ "imr_ifindex", 8, 4, MEMBER_INT } } },
	/* struct packet_mreq, tpacket_stats, tpacket_stats_v3, tpacket_rollover_stats, fanout_args,
	 * sock_fprog
	 */
	{ STRUCT_OPTSTRUCT, 16, {
		{ "mr_ifindex", 0, 4, MEMBER_INT }, { "mr_type", 4, 2, MEMBER_INT },
		{ "mr_alen", 6, 2, MEMBER_INT }, { "mr_address", 8, 8, MEMBER_BYTES } } },
	{ STRUCT_OPTSTRUCT, 8, {
		{ "tp_packets", 0, 4, MEMBER_INT }, { "tp_drops", 4, 4, MEMBER_INT } } },
	{ STRUCT_OPTSTRUCT, 12, {
		{ "tp_packets", 0, 4, MEMBER_INT }, { "tp_drops", 4, 4, MEMBER_INT },
		{ "tp_freeze_q_cnt", 8, 4, MEMBER_INT } } },
	{ STRUCT_OPTSTRUCT, 24, {
		{ "tp_all", 0, 8, MEMBER_INT }, { "tp_huge", 8, 8, MEMBER_INT },
		{ "tp_failed", 16, 8, MEMBER_INT } } },
	{ STRUCT_OPTSTRUCT, 8, {
		{ "id", 0, 2, MEMBER_INT }, { "type_flags", 2, 2, MEMBER_INT },
		{ "max_num_members", 4, 4, MEMBER_INT } } },
	{ STRUCT_OPTSTRUCT, FPROG_BYTES, {
		{ "len", 0, 2, MEMBER_INT }, { "filter", FPROG_INSNS, 8, MEMBER_BEHIND } } },
	/* struct sock_extended_err, scm_timestamping (its first stamp; all three are there),
	 * in_pktinfo
	 */
	{ STRUCT_CMSGVALUE, 16, {
		{ "ee_errno", 0, 4, MEMBER_INT }, { "ee_origin", 4, 1, MEMBER_INT },
		{ "ee_type", 5, 1, MEMBER_INT }, { "ee_code", 6, 1, MEMBER_INT },
		{ "ee_info", 8, 4, MEMBER_INT }, { "ee_data", 12, 4, MEMBER_INT } } },
	{ STRUCT_CMSGVALUE, 48, {
		{ "scm_sec", 0, 8, MEMBER_INT }, { "scm_nsec", 8, 8, MEMBER_INT } } },
	{ STRUCT_CMSGVALUE, 12, {
		{ "ipi_ifindex", 0, 4, MEMBER_INT }, { "ipi_spec_dst", 4, 4, MEMBER_BE },
		{ "ipi_addr", 8, 4, MEMBER_BE } } },
	/* struct tpacket_auxdata */
	{ STRUCT_CMSGVALUE, 20, {
		{ "tp_status", 0, 4, MEMBER_INT }, { "tp_len", 4, 4, MEMBER_INT },
		{ "tp_snaplen", 8, 4, MEMBER_INT }, { "tp_mac", 12, 2, MEMBER_INT },
		{ "tp_net", 14, 2, MEMBER_INT }, { "tp_vlan_tci", 16, 2, MEMBER_INT },
		{ "tp_vlan_tpid", 18, 2, MEMBER_INT } } },
	{ STRUCT_POLLFD, 8, {
		{ "fd", 0, 4, MEMBER_FD }, { "events", 4, 2, MEMBER_INT },
		{ "revents", 6, 2, MEMBER_INT } } },
	{ STRUCT_TIMESPEC, 16, {
		{ "tv_sec", 0, 8, MEMBER_INT }, { "tv_nsec", 8, 8, MEMBER_INT } } },
	{ STRUCT_TIMEVAL, 16, {
		{ "tv_sec", 0, 8, MEMBER_INT }, { "tv_usec", 8, 8, MEMBER_INT } } },
	/* packed; its data is a union, of which fd and u32 are the first half */
	{ STRUCT_EPOLL_EVENT, EPOLL_EVENT_BYTES, {
		{ "events", 0, 4, MEMBER_INT }, { "fd", 4, 4, MEMBER_FD },
		{ "ptr", 4, 8, MEMBER_INT }, { "u32", 4, 4, MEMBER_INT },
		{ "u64", 4, 8, MEMBER_INT } } },
	/* struct f_owner_ex, the two words of F_GETOWNER_UIDS, struct flock, a hint */
	{ STRUCT_FCNTL_PTR, 8, { { "type", 0, 4, MEMBER_INT }, { "pid", 4, 4, MEMBER_INT } } },
	{ STRUCT_FCNTL_PTR, 8, { { "ruid", 0, 4, MEMBER_INT }, { "euid", 4, 4, MEMBER_INT } } },
	{ STRUCT_FCNTL_PTR, 32, {
		{ "l_type", 0, 2, MEMBER_INT }, { "l_whence", 2, 2, MEMBER_INT },
		{ "l_start", 8, 8, MEMBER_INT }, { "l_len", 16, 8, MEMBER_INT },
		{ "l_pid", 24, 4, MEMBER_INT } } },
	{ STRUCT_FCNTL_PTR, 8, { { "hint", 0, 8, MEMBER_INT } } },
	{ STRUCT_SIGACTION, SIGACTION_BYTES, {
		{ "sa_handler", SIGACTION_HANDLER, 8, MEMBER_INT },
		{ "sa_flags", SIGACTION_FLAGS, 4, MEMBER_INT } } },
	{ STRUCT_SIGINFO_T, SIGINFO_BYTES, {
		{ "si_signo", SIGINFO_SIGNO, 4, MEMBER_INT },
		{ "si_errno", SIGINFO_ERRNO, 4, MEMBER_INT },
		{ "si_code", SIGINFO_CODE, 4, MEMBER_INT },
		{ "si_band", SIGINFO_BAND, 8, MEMBER_INT },
		{ "si_fd", SIGINFO_FD, 4, MEMBER_INT } } },
	{ STRUCT_STAT, STAT_BYTES, {
		{ "st_nlink", STAT_NLINK, 8, MEMBER_INT }, { "st_mode", STAT_MODE, 4, MEMBER_INT },
		{ "st_uid", STAT_UID, 4, MEMBER_INT }, { "st_gid", STAT_GID, 4, MEMBER_INT },
		{ "st_rdev", STAT_RDEV, 8, MEMBER_INT }, { "st_size", STAT_SIZE, 8, MEMBER_INT },
		{ "st_blksize", STAT_BLKSIZE, 8, MEMBER_INT } } },
	/* struct ifreq, whose members are a union, ifconf, rtentry, arpreq; what lies in them, or
	 * behind ifr_data
	 */
	{ STRUCT_IFREQ, IFREQ_BUFFER, {
		{ "ifr_name", 0, 16, MEMBER_TEXT }, { "ifr_addr", 16, 16, MEMBER_ADDR },
		{ "ifr_dstaddr", 16, 16, MEMBER_ADDR }, { "ifr_broadaddr", 16, 16, MEMBER_ADDR },
		{ "ifr_netmask", 16, 16, MEMBER_ADDR }, { "ifr_hwaddr", 16, 16, MEMBER_ADDR },
		{ "ifr_flags", 16, 2, MEMBER_INT }, { "ifr_metric", 16, 4, MEMBER_INT },
		{ "ifr_mtu", 16, 4, MEMBER_INT }, { "ifr_ifindex", 16, 4, MEMBER_INT },
		{ "ifr_qlen", 16, 4, MEMBER_INT }, { "ifr_newname", 16, 16, MEMBER_TEXT },
		{ "ifr_map", 16, 24, MEMBER_ADDR }, { "ifr_data", 16, 8, MEMBER_BEHIND } } },
	{ STRUCT_IFREQ, 16, {
		{ "ifc_len", 0, 4, MEMBER_LENGTH }, { "ifc_req", 8, 8, MEMBER_BEHIND } } },
	{ STRUCT_IFREQ, 120, {
		{ "rt_dst", 8, 16, MEMBER_ADDR }, { "rt_gateway", 24, 16, MEMBER_ADDR },
		{ "rt_genmask", 40, 16, MEMBER_ADDR }, { "rt_flags", 56, 2, MEMBER_INT },
		{ "rt_metric", 80, 2, MEMBER_INT }, { "rt_dev", 88, 8, MEMBER_BEHIND },
		{ "rt_mtu", 96, 8, MEMBER_INT }, { "rt_window", 104, 8, MEMBER_INT },
		{ "rt_irtt", 112, 2, MEMBER_INT } } },
	{ STRUCT_IFREQ, 68, {
		{ "arp_pa", 0, 16, MEMBER_ADDR }, { "arp_ha", 16, 16, MEMBER_ADDR },
		{ "arp_flags", 32, 4, MEMBER_INT }, { "arp_netmask", 36, 16, MEMBER_ADDR },
		{ "arp_dev", 52, 16, MEMBER_TEXT } } },
	{ STRUCT_HWADDR, 16, {
		{ "sa_family", 0, 2, MEMBER_INT }, { "sa_data", 2, 14, MEMBER_BYTES } } },
	{ STRUCT_IFMAP, 24, {
		{ "mem_start", 0, 8, MEMBER_INT }, { "mem_end", 8, 8, MEMBER_INT },
		{ "base_addr", 16, 2, MEMBER_INT }, { "irq", 18, 1, MEMBER_INT },
		{ "dma", 19, 1, MEMBER_INT }, { "port", 20, 1, MEMBER_INT } } },
	{ STRUCT_ETHTOOL, 8, {
		{ "cmd", 0, 4, MEMBER_INT }, { "data", 4, 4, MEMBER_INT } } },
	{ STRUCT_ETHTOOL, 196, {
		{ "cmd", 0, 4, MEMBER_INT }, { "driver", 4, 32, MEMBER_TEXT },
		{ "version", 36, 32, MEMBER_TEXT }, { "fw_version", 68, 32, MEMBER_TEXT },
		{ "bus_info", 100, 32, MEMBER_TEXT } } },
};
/* clang-format on */

const char *field_name(const struct script *s, u32 field)
{
	assert(s->expr[field].kind == EXPR_FIELD);
	assert(s->expr[field].symbol < script_nr_fields);
	return script_fields[s->expr[field].symbol].name;
}

u32 field_value(const struct script *s, u32 field)
{
	u32 first = s->expr[field].first;

	assert(first != 0);
	return s->expr[first].next != 0 ? s->expr[first].next : first;
}

u32 field_count(const struct script *s, u32 field)
{
	assert(s->expr[s->expr[field].first].next != 0);
	return s->expr[field].first;
}

u32 field_of(const struct script *s, u32 e, const char *name)
{
	for (u32 c = s->expr[e].first; c != 0; c = s->expr[c].next)
		if (strcmp(field_name(s, c), name) == 0)
			return c;
	return 0;
}

/* Which field each member is, + 1, so that names are compared once. */
static const u16 *members_of(const struct layout *l)
{
	static u16 number[ARRAY_SIZE(layouts)][MEMBERS_MAX];
	u16 *of = number[l - layouts];

	for (u32 i = 0; i < MEMBERS_MAX && l->member[i].name != NULL && of[i] == 0; i++) {
		u32 row = 0;

		while (row < script_nr_fields &&
		       strcmp(script_fields[row].name, l->member[i].name) != 0)
			row++;
		assert(row < script_nr_fields);
		of[i] = (u16)(script_field_number(&script_fields[row]) + 1);
	}
	return of;
}

const struct member *layout_field(const struct layout *l, const struct script *s, u32 field)
{
	const u16 *of = members_of(l);

	assert(s->expr[field].kind == EXPR_FIELD);
	for (u32 i = 0; i < MEMBERS_MAX && l->member[i].name != NULL; i++)
		if (of[i] == s->expr[field].symbol + 1)
			return &l->member[i];
	return NULL;
}

const struct member *layout_member(const struct layout *l, const char *name)
{
	for (u32 i = 0; i < MEMBERS_MAX && l->member[i].name != NULL; i++)
		if (strcmp(l->member[i].name, name) == 0)
			return &l->member[i];
	return NULL;
}

static bool layout_has_all(const struct layout *l, const struct script *s, u32 e)
{
	for (u32 c = s->expr[e].first; c != 0; c = s->expr[c].next)
		if (layout_field(l, s, c) == NULL)
			return false;
	return true;
}

const struct layout *layout_of(const struct script *s, u32 e, enum struct_type of)
{
	assert(s->expr[e].kind == EXPR_STRUCT);
	for (u32 i = 0; i < ARRAY_SIZE(layouts); i++)
		if (layouts[i].of == of && layout_has_all(&layouts[i], s, e))
			return &layouts[i];
	return NULL;
}

enum struct_type field_struct(const struct script *s, u32 field, enum struct_type in_struct)
{
	const struct field_info *row = script_field_of(in_struct, s->expr[field].symbol);

	return row != NULL ? (enum struct_type)script_types[row->type].of_struct : STRUCT_NONE;
}

/* --- values --------------------------------------------------------------------------------------
 */
/* What a -D gives: a number in C's look, or a constant. */
static bool define_number(const char *text, s64 *value)
{
	char *end;
	int sym;

	*value = (s64)strtoull(text, &end, 0);
	if (end != text && *end == '\0')
		return true;
	sym = script_find_symbol(text, (u32)strlen(text));
	if (sym < 0)
		return false;
	*value = (s64)script_symbols[sym].value;
	return true;
}

static bool name_number(struct run *r, const struct expr *e, s64 *value)
{
	const char *name = script_text(r->script, e->text);
	const char *text = run_define(r, name, e->text.len);

	if (text != NULL && define_number(text, value))
		return true;
	if (text == NULL)
		run_invalid(r, r->stmt, "nothing says what %.*s is: -D %.*s=VALUE does",
			    (int)e->text.len, name, (int)e->text.len, name);
	else
		run_invalid(r, r->stmt, "%.*s is \"%s\", which is no number", (int)e->text.len,
			    name, text);
	return false;
}

static bool leaf_number(struct run *r, const struct expr *e, s64 *value)
{
	switch (e->kind) {
	case EXPR_NUMBER:
		*value = (s64)(e->negative ? 0 - e->value : e->value);
		return true;
	case EXPR_SYMBOL:
		*value = (s64)script_symbols[e->symbol].value;
		return true;
	case EXPR_NAME:
		return name_number(r, e, value);
	case EXPR_NULL:
		*value = 0;
		return true;
	default:
		run_invalid(r, r->stmt, "a number is needed here");
		return false;
	}
}

bool run_number(struct run *r, u32 expr, s64 *value)
{
	const struct script *s = r->script;
	s64 part;

	assert(expr != 0);
	if (s->expr[expr].kind != EXPR_OR)
		return leaf_number(r, &s->expr[expr], value);
	*value = 0;
	for (u32 c = s->expr[expr].first; c != 0; c = s->expr[c].next) {
		if (!leaf_number(r, &s->expr[c], &part))
			return false;
		*value |= part;
	}
	return true;
}

s64 fd_live(const struct run *r, u32 host, u32 process, s64 fd)
{
	if (fd >= 0 && fd < RUN_FDS && r->fd[host][process][fd] >= 0)
		return r->fd[host][process][fd];
	return fd;
}

bool is_bytes(const struct expr *e)
{
	return e->kind == EXPR_STRING || e->kind == EXPR_HEX || e->kind == EXPR_PATTERN;
}

u32 bytes_len(const struct expr *e, u64 n)
{
	assert(is_bytes(e));
	if (e->kind != EXPR_PATTERN)
		return e->text.len;
	return n < DATA_MAX ? (u32)n : DATA_MAX;
}

/* Eight bytes a step of a mixing function, so that any part of a pattern can be had by itself. */
void script_pattern(u64 seed, u64 from, u8 *to, u32 len)
{
	for (u64 at = from; at < from + len; at++) {
		u64 z = (seed + 1) * 0x9e3779b97f4a7c15ull + (at / 8) * 0xd1b54a32d192ed03ull;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
		z = (z ^ z >> 27) * 0x94d049bb133111ebull;
		*to++ = (u8)((z ^ z >> 31) >> at % 8 * 8);
	}
}

void bytes_get(const struct script *s, u32 e, u64 from, u8 *to, u32 len)
{
	const struct expr *x = &s->expr[e];
	u32 n;

	assert(is_bytes(x));
	if (x->kind == EXPR_PATTERN) {
		script_pattern(x->value, from, to, len);
		return;
	}
	n = from < x->text.len ? x->text.len - (u32)from : 0;
	n = n < len ? n : len;
	if (n != 0)
		memcpy(to, script_text(s, x->text) + from, n);
	memset(to + n, 0, len - n);
}

/* Four decimal numbers: script_check() has seen that they are. */
static u32 ipv4_value(const struct script *s, const struct expr *e)
{
	const char *p = script_text(s, e->text);
	u32 addr = 0, part = 0;

	assert(e->kind == EXPR_STRING);
	for (u32 i = 0; i < e->text.len; i++) {
		if (p[i] != '.') {
			part = part * 10 + (u32)(p[i] - '0');
			continue;
		}
		addr = addr << 8 | part;
		part = 0;
	}
	return addr << 8 | part;
}

static bool apply_value(struct run *r, const struct expr *e, u64 *value)
{
	s64 port;

	assert(e->first != 0);
	if (e->symbol == APPLY_INET_ADDR) {
		*value = ipv4_value(r->script, &r->script->expr[e->first]);
		return true;
	}
	if (!run_number(r, e->first, &port))
		return false;
	*value = (u16)port;
	return true;
}

bool member_value(struct run *r, u32 host, u32 process, const struct member *m, u32 e, u64 *value)
{
	const struct expr *x = &r->script->expr[e];
	s64 number;

	assert(m->kind != MEMBER_TEXT);
	assert(m->kind != MEMBER_ADDR);
	if (x->kind == EXPR_APPLY)
		return apply_value(r, x, value);
	if (!run_number(r, e, &number))
		return false;
	*value = (u64)(m->kind == MEMBER_FD ? fd_live(r, host, process, number) : number);
	return true;
}

u32 call_arg(const struct script *s, const struct stmt *st, u32 i)
{
	u32 e = st->call.args;

	for (; i != 0 && e != 0; i--)
		e = s->expr[e].next;
	return e;
}

/* What stands inside [v]. */
static u32 inside(const struct script *s, u32 e)
{
	return s->expr[e].kind == EXPR_LIST ? s->expr[e].first : e;
}

bool length_before(struct run *r, u32 e, s64 *value)
{
	u32 v = inside(r->script, e);

	if (v == 0 || r->script->expr[v].kind == EXPR_ANY)
		return false;
	if (r->script->expr[v].kind == EXPR_CHANGE)
		v = r->script->expr[v].first;
	return run_number(r, v, value);
}

bool length_after(struct run *r, u32 e, s64 *value, bool *changes)
{
	u32 v = inside(r->script, e);

	*changes = false;
	if (v == 0 || r->script->expr[v].kind == EXPR_ANY)
		return false;
	if (r->script->expr[v].kind == EXPR_CHANGE) {
		*changes = true;
		v = r->script->expr[r->script->expr[v].first].next;
	}
	return run_number(r, v, value);
}
