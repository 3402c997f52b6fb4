// SPDX-License-Identifier: MIT
/* run_fill.c - a call as it was: the script's statement with what really came of it.
 *
 * Path: called by run_record.c when a call has returned; run_result.c leads along the arguments and
 * calls what is here for each output, instead of comparing it.
 *
 * What the author wrote stays where it is true, so that the text of a script that is recorded twice
 * does not change. What is not true is replaced in the author's own form as far as that can say it:
 * bytes as text when they are text, a struct by the fields that are there. `...` becomes what there
 * was, in the form that says most. What was not written stays as it is.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "harness/lib/inet_text.h"
#include "harness/script/run_result.h"
#include "core/netdevice.h"
#include "uapi/errqueue.h"
#include "uapi/in.h"
#include "uapi/if_packet.h"
#include "uapi/socket.h"

enum {
	VALUE_TEXT = 512,
	PATTERN_MIN = 8, /* shorter bytes look like a pattern by chance */
	ERR_BYTES = 16,	 /* struct sock_extended_err */
	PKTINFO_BYTES = 12,
	STAMPS_BYTES = 48 /* struct scm_timestamping */
};

/* Texts by expression, of malloc. */
struct fill {
	char **instead, **more;
	bool keeps_note;
};

static char *copy(const char *text)
{
	char *to = strdup(text);

	if (to == NULL)
		abort();
	return to;
}

static void set(struct compare *c, u32 e, const char *text)
{
	assert(e != 0);
	free(c->fill->instead[e]);
	c->fill->instead[e] = copy(text);
}

static void setf(struct compare *c, u32 e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void setf(struct compare *c, u32 e, const char *fmt, ...)
{
	char text[VALUE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	set(c, e, text);
}

static const struct expr *expr_of(const struct compare *c, u32 e)
{
	return &c->r->script->expr[e];
}

static u64 mask_of(u32 bytes)
{
	assert(bytes >= 1 && bytes <= 8);
	return U64_MAX >> (64 - 8 * bytes);
}

/* --- numbers -------------------------------------------------------------------------------------
 */
void fill_number(struct compare *c, enum arg_type type, u32 e, u64 actual, u32 bytes)
{
	char text[VALUE_TEXT];
	s64 said;

	if (expr_of(c, e)->kind != EXPR_ANY && run_number(c->r, e, &said) &&
	    (((u64)said ^ actual) & mask_of(bytes)) == 0)
		return;
	value_text(c->r->script, type, e, actual & mask_of(bytes), bytes, text, sizeof(text));
	set(c, e, text);
}

static s64 signed_by(u64 value, u32 bytes)
{
	u32 shift = 64 - 8 * bytes;

	return (s64)(value << shift) >> shift;
}

/* Of a call that failed a length that has not changed says nothing. */
void fill_length(struct compare *c, u32 e, u64 actual, u32 bytes, s64 before)
{
	s64 after, now = signed_by(actual, bytes);
	bool changes, same;

	if (length_before(c->r, e, &after))
		before = after;
	same = (((u64)before ^ actual) & mask_of(bytes)) == 0;
	if (c->failed && same && !(length_after(c->r, e, &after, &changes) && changes))
		return;
	if (length_after(c->r, e, &after, &changes) &&
	    (((u64)after ^ actual) & mask_of(bytes)) == 0)
		return;
	if (same)
		setf(c, e, "[%lld]", (long long)before);
	else
		setf(c, e, "[%lld->%lld]", (long long)before, (long long)now);
}

void fill_field(struct compare *c, u32 e, const char *name, enum arg_type type, u64 actual,
		u32 bytes)
{
	char text[VALUE_TEXT], *old = c->fill->more[e];
	u32 n;

	n = (u32)snprintf(text, sizeof(text), "%s%s%s = ", old != NULL ? old : "",
			  old != NULL ? ", " : "", name);
	assert(n < sizeof(text));
	value_text(c->r->script, type, 0, actual, bytes, text + n, (u32)sizeof(text) - n);
	free(old);
	c->fill->more[e] = copy(text);
}

/* --- bytes ---------------------------------------------------------------------------------------
 */
/* The seed of one of the script's patterns that these bytes are. */
static bool is_pattern(const struct compare *c, const u8 *p, u64 len, u64 *seed)
{
	const struct script *s = c->r->script;

	for (u32 e = 1; e < s->nr_exprs && len >= PATTERN_MIN && len <= DATA_MAX; e++) {
		if (s->expr[e].kind != EXPR_PATTERN || !run_same_bytes(c, e, p, len, false))
			continue;
		*seed = s->expr[e].value;
		return true;
	}
	return false;
}

void fill_bytes(struct compare *c, u32 e, const u8 *actual, u64 len, u64 all)
{
	const struct expr *x = expr_of(c, e);
	bool text = bytes_are_text(actual, len) && (x->kind != EXPR_HEX || len == 0);
	u64 seed;
	char *said;

	if (!is_bytes(x) && x->kind != EXPR_ANY)
		return;
	if (is_bytes(x) && run_same_bytes(c, e, actual, all != 0 ? all : len, all != 0))
		return;
	if (!text && x->kind != EXPR_HEX && is_pattern(c, actual, len, &seed)) {
		setf(c, e, "pattern %llu", (unsigned long long)seed);
		return;
	}
	said = bytes_said(actual, len, !text);
	set(c, e, said);
	free(said);
}

/* --- structs -------------------------------------------------------------------------------------
 */
static void fill_text(struct compare *c, u32 e, const struct member *m, const u8 *p)
{
	u64 len = strnlen((const char *)p + m->at, m->bytes);
	char *said;

	if (is_bytes(expr_of(c, e)) && run_same_bytes(c, e, p + m->at, len, false))
		return;
	said = bytes_said(p + m->at, len, false);
	set(c, e, said);
	free(said);
}

void fill_member(struct compare *c, enum struct_type of, const struct member *m, u32 e, const u8 *p,
		 u64 len)
{
	char text[VALUE_TEXT];
	u64 said, actual;

	if (m->kind == MEMBER_ADDR || m->kind == MEMBER_BEHIND || m->kind == MEMBER_LENGTH)
		return;
	if (m->kind == MEMBER_TEXT) {
		fill_text(c, e, m, p);
		return;
	}
	if (m->kind == MEMBER_BYTES) {
		fill_bytes(c, e, p + m->at, m->bytes, m->bytes);
		return;
	}
	if (m->at + m->bytes > len) {
		set(c, e, "...");
		return;
	}
	actual = member_get(p, m);
	if (expr_of(c, e)->kind != EXPR_ANY &&
	    member_value(c->r, c->host, c->process, m, e, &said) &&
	    ((said ^ actual) & mask_of(m->bytes)) == 0)
		return;
	member_text(c->r->script, of, m, e, actual, text, sizeof(text));
	set(c, e, text);
}

static void addr_text(const u8 *p, char *to, u32 size)
{
	snprintf(to, size, "inet_addr(\"" INET_FORM "\")", INET_PARTS(get_be32(p)));
}

/* struct sockaddr_ll. */
static void fill_link_address(struct compare *c, u32 e, uptr at)
{
	static const char *const types[] = { "PACKET_HOST", "PACKET_BROADCAST", "PACKET_MULTICAST",
					     "PACKET_OTHERHOST", "PACKET_OUTGOING" };
	const u8 *p = run_memory(c, at, SOCKADDR_LL_BYTES);
	char type[32];

	if (p == NULL)
		return;
	snprintf(type, sizeof(type), "%u", p[SLL_PKTTYPE]);
	setf(c, e,
	     "{sa_family = AF_PACKET, sll_protocol = htons(0x%04x), sll_ifindex = %d, "
	     "sll_hatype = %u, sll_pkttype = %s, sll_halen = %u, "
	     "sll_addr = hex %02x%02x%02x%02x%02x%02x%02x%02x}",
	     get_be16(p + SLL_PROTOCOL), (s32)get_le32(p + SLL_IFINDEX), get_le16(p + SLL_HATYPE),
	     p[SLL_PKTTYPE] < ARRAY_SIZE(types) ? types[p[SLL_PKTTYPE]] : type, p[SLL_HALEN],
	     p[SLL_ADDR], p[SLL_ADDR + 1], p[SLL_ADDR + 2], p[SLL_ADDR + 3], p[SLL_ADDR + 4],
	     p[SLL_ADDR + 5], p[SLL_ADDR + 6], p[SLL_ADDR + 7]);
}

/* A family that is not there: nothing was written. */
void fill_address(struct compare *c, u32 e, uptr at)
{
	const u8 *p = run_memory(c, at, SOCKADDR_IN_BYTES);
	char addr[64];

	if (expr_of(c, e)->kind == EXPR_ANY && p != NULL && get_le16(p) == AF_PACKET)
		fill_link_address(c, e, at);
	if (expr_of(c, e)->kind != EXPR_ANY || p == NULL || get_le16(p) != AF_INET)
		return;
	addr_text(p + 4, addr, sizeof(addr));
	setf(c, e, "{sa_family = AF_INET, sin_port = htons(%u), sin_addr = %s}", get_be16(p + 2),
	     addr);
}

/* An address of the link: as many bytes as are not zero, six at least. */
void fill_hwaddr(struct compare *c, u32 e, uptr at)
{
	const u8 *p = run_memory(c, at, SOCKADDR_IN_BYTES);
	u32 len = SOCKADDR_IN_BYTES - 2;
	const char *type;
	char number[16];
	char *data;

	if (expr_of(c, e)->kind != EXPR_ANY || p == NULL)
		return;
	while (len > 6 && p[2 + len - 1] == 0)
		len--;
	snprintf(number, sizeof(number), "%u", get_le16(p));
	type = get_le16(p) == ARPHRD_ETHER	? "ARPHRD_ETHER"
	       : get_le16(p) == ARPHRD_LOOPBACK ? "ARPHRD_LOOPBACK"
						: number;
	data = bytes_said(p + 2, len, true);
	setf(c, e, "{sa_family = %s, sa_data = %s}", type, data);
	free(data);
}

void fill_ifconf(struct compare *c, u32 e, uptr pos, s64 len)
{
	char text[VALUE_TEXT * 4] = "[", addr[64];
	u32 n = 1;

	for (s64 at = 0; at + IFREQ_BUFFER <= len; at += IFREQ_BUFFER) {
		const u8 *p = run_memory(c, pos + (u64)at, IFREQ_BUFFER);

		if (p == NULL || n > sizeof(text) - VALUE_TEXT)
			return;
		addr_text(p + 20, addr, sizeof(addr));
		n += (u32)snprintf(text + n, sizeof(text) - n,
				   "%s{ifr_name = \"%.16s\", ifr_addr = {sa_family = AF_INET, "
				   "sin_port = htons(0), sin_addr = %s}}",
				   at != 0 ? ", " : "", (const char *)p, addr);
	}
	snprintf(text + n, sizeof(text) - n, "]");
	if (expr_of(c, e)->kind == EXPR_ANY || expr_of(c, e)->kind == EXPR_LIST)
		set(c, e, text);
}

/* --- arguments -----------------------------------------------------------------------------------
 */
void fill_option(struct compare *c, u32 e, uptr at, u64 len)
{
	const u8 *p = run_memory(c, at, len > OPT_BUFFER ? len : OPT_BUFFER);

	if (expr_of(c, e)->kind != EXPR_ANY || p == NULL || len == 0)
		return;
	if (len <= OPT_BUFFER)
		setf(c, e, "[%d]", (s32)get_le32(p));
	else
		fill_bytes(c, e, p, len, 0);
}

/* Where the script's own numbers mean descriptors they stay. */
void fill_fdpair(struct compare *c, u32 e, const u8 *p)
{
	const struct script *s = c->r->script;
	u32 first = expr_of(c, e)->kind == EXPR_LIST ? expr_of(c, e)->first : 0;
	u32 second = first != 0 ? s->expr[first].next : 0;

	if (second == 0 && (first != 0 || expr_of(c, e)->kind == EXPR_ANY)) {
		setf(c, e, "[%d, %d]", (s32)get_le32(p), (s32)get_le32(p + 4));
	} else if (second != 0 && !c->r->addr.stock) {
		fill_number(c, TYPE_FD, first, get_le32(p), 4);
		fill_number(c, TYPE_FD, second, get_le32(p + 4), 4);
	}
}

/* The names of those in a set. */
void fill_sigset(struct compare *c, u32 e, u64 said, u64 actual)
{
	char text[VALUE_TEXT];

	if (said == actual)
		return;
	sigset_text(actual, text, sizeof(text));
	set(c, e, text);
}

/* --- control messages ----------------------------------------------------------------------------
 */
/* IP_TTL at level SOL_IP: the name of that level's kind that has this value. */
static void type_text(u32 level, u32 type, char *to, u32 size)
{
	static const struct {
		u32 level;
		const char *prefix;
	} kinds[] = {
		{ SOL_IP, "IP_" },	 { SOL_SOCKET, "SCM_" },  { SOL_SOCKET, "SO_" },
		{ IPPROTO_UDP, "UDP_" }, { IPPROTO_TCP, "TCP_" }, { SOL_PACKET, "PACKET_" },
	};

	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		for (u32 i = 0; i < script_nr_symbols && kinds[k].level == level; i++) {
			const struct symbol *s = &script_symbols[i];

			if ((s->group != SYM_SO && s->group != SYM_ANY) || s->value != type ||
			    strncmp(s->name, kinds[k].prefix, strlen(kinds[k].prefix)) != 0)
				continue;
			snprintf(to, size, "%s", s->name);
			return;
		}
	}
	snprintf(to, size, "%u", type);
}

static void error_text(const u8 *p, char *to, u32 size)
{
	const char *name = symbol_name(SYM_E, get_le32(p));
	const char *origin = symbol_name(SYM_EE, p[4]);
	char number[2][16];

	snprintf(number[0], sizeof(number[0]), "%u", get_le32(p));
	snprintf(number[1], sizeof(number[1]), "%u", p[4]);
	if (origin == NULL || strncmp(origin, "SO_EE_ORIGIN_", 13) != 0)
		origin = number[1];
	snprintf(to, size,
		 "{ee_errno = %s, ee_origin = %s, ee_type = %u, ee_code = %u, ee_info = %u, "
		 "ee_data = %u}",
		 name != NULL ? name : number[0], origin, p[5], p[6], get_le32(p + 8),
		 get_le32(p + 12));
}

static void pktinfo_text(const u8 *p, char *to, u32 size)
{
	char dst[64], addr[64];

	addr_text(p + 4, dst, sizeof(dst));
	addr_text(p + 8, addr, sizeof(addr));
	snprintf(to, size, "{ipi_ifindex = %d, ipi_spec_dst = %s, ipi_addr = %s}", (s32)get_le32(p),
		 dst, addr);
}

/* A message's data as a struct that the language has; false: it has none for it. */
static bool struct_text(u32 level, u32 type, const u8 *p, u64 len, char *to, u32 size)
{
	if (level == SOL_IP && type == IP_RECVERR && len >= ERR_BYTES)
		error_text(p, to, size);
	else if (level == SOL_IP && type == IP_PKTINFO && len == PKTINFO_BYTES)
		pktinfo_text(p, to, size);
	else if (level == SOL_SOCKET && len == STAMPS_BYTES &&
		 (type == SO_TIMESTAMPING_OLD || type == SO_TIMESTAMPING_NEW))
		snprintf(to, size, "{scm_sec = %lld, scm_nsec = %lld}", (long long)get_le64(p),
			 (long long)get_le64(p + 8));
	else if (level == SOL_PACKET && type == PACKET_AUXDATA && len == TPACKET_AUXDATA_BYTES)
		snprintf(to, size,
			 "{tp_status = 0x%x, tp_len = %u, tp_snaplen = %u, tp_mac = %u, "
			 "tp_net = %u, tp_vlan_tci = %u, tp_vlan_tpid = 0x%x}",
			 get_le32(p), get_le32(p + AUX_LEN), get_le32(p + AUX_SNAPLEN),
			 get_le16(p + AUX_MAC), get_le16(p + AUX_NET), get_le16(p + AUX_VLAN_TCI),
			 get_le16(p + AUX_VLAN_TPID));
	else
		return false;
	return true;
}

static u64 le_word(const u8 *p, u64 len)
{
	u8 word[8] = { 0 };

	memcpy(word, p, (size_t)len);
	return get_le64(word);
}

/* One that the author did not write. */
static void new_cmsg(const u8 *p, FILE *to)
{
	u32 level = get_le32(p + CMSGHDR_LEVEL), type = get_le32(p + CMSGHDR_TYPE);
	const char *name = symbol_name(SYM_SOL, level);
	u64 len = get_le64(p) - CMSGHDR_BYTES;
	const u8 *data = p + CMSGHDR_BYTES;
	char text[VALUE_TEXT], *bytes;

	fputs("{", to);
	if (len < 4)
		fprintf(to, "cmsg_len = %llu, ", (unsigned long long)get_le64(p));
	type_text(level, type, text, sizeof(text));
	if (name != NULL)
		fprintf(to, "cmsg_level = %s, cmsg_type = %s", name, text);
	else
		fprintf(to, "cmsg_level = %u, cmsg_type = %s", level, text);
	if (len > 4 && !struct_text(level, type, data, len, text, sizeof(text))) {
		bytes = bytes_said(data, len, true);
		fprintf(to, ", cmsg_data = %s", bytes);
		free(bytes);
	} else if (len > 4) {
		fprintf(to, ", cmsg_data = %s", text);
	} else if (len != 0) {
		fprintf(to, ", cmsg_data = [%d]", (s32)le_word(data, len));
	}
	fputs("}", to);
}

/* Whether the author's message is one of this kind: a field that it lacks may be any. */
static bool is_kind(struct compare *c, u32 e, const u8 *p)
{
	static const struct {
		const char *name;
		u32 at;
	} keys[] = { { "cmsg_level", CMSGHDR_LEVEL }, { "cmsg_type", CMSGHDR_TYPE } };

	for (u32 i = 0; i < ARRAY_SIZE(keys); i++) {
		u32 field = field_of(c->r->script, e, keys[i].name);
		s64 said;

		if (field != 0 && (!run_number(c->r, field_value(c->r->script, field), &said) ||
				   (u32)said != get_le32(p + keys[i].at)))
			return false;
	}
	return true;
}

void fill_control(struct compare *c, u32 e, uptr at, uptr end)
{
	const struct script *s = c->r->script;
	u32 v = expr_of(c, e)->kind == EXPR_LIST ? expr_of(c, e)->first : 0;
	bool any = expr_of(c, e)->kind == EXPR_ANY;
	char *text = NULL, *part;
	size_t len = 0;
	u32 n = 0;
	FILE *to;
	const u8 *p;

	if (!any && expr_of(c, e)->kind != EXPR_LIST)
		return;
	if (v != 0 && s->expr[v].kind != EXPR_STRUCT)
		v = 0;
	to = open_memstream(&text, &len);
	if (to == NULL)
		abort();
	while ((p = run_cmsg_at(c, at, end)) != NULL &&
	       (p = run_memory(c, at, get_le64(p))) != NULL) {
		fputs(n++ != 0 ? ", " : "[", to);
		if (v != 0 && is_kind(c, v, p)) {
			run_look_cmsg(c, v, at, p);
			part = script_print_part(s, v, c->fill->instead, c->fill->more);
			fputs(part, to);
			free(part);
		} else {
			new_cmsg(p, to);
		}
		v = v != 0 ? s->expr[v].next : 0;
		at += ALIGN_UP(get_le64(p), 8ull);
	}
	fputs(n != 0 ? "]" : "[]", to);
	if (fclose(to) != 0)
		abort();
	set(c, e, text);
	free(text);
}

/* --- the call ------------------------------------------------------------------------------------
 */
/* An error goes by the author's name of it, with its description; one without a name is only -1. */
void fill_result(struct compare *c, bool agrees, const char *text)
{
	const struct stmt *st = c->st;
	const char *name = symbol_name(SYM_E, (u64)-c->call.ret), *what;

	if (c->failed) {
		what = errno_description(-c->call.ret);
		if (agrees && st->call.error != 0)
			name = script_symbols[st->call.error - 1].name;
		setf(c, st->call.result, "-1%s%s%s%s%s", name != NULL ? " " : "",
		     name != NULL ? name : "", what != NULL ? " (" : "", what != NULL ? what : "",
		     what != NULL ? ")" : "");
	} else if (!agrees) {
		set(c, st->call.result, text);
	}
	c->fill->keeps_note = agrees && !c->failed;
}

static void fill_free(struct fill *f, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		free(f->instead[i]);
		free(f->more[i]);
	}
	free(f->instead);
	free(f->more);
}

char *run_fill_call(struct run *r, u32 host, u32 thread)
{
	struct compare c = run_look_at(r, host, thread);
	u32 n = r->script->nr_exprs;
	struct fill fill = { calloc(n, sizeof(char *)), calloc(n, sizeof(char *)), false };
	struct stmt st = *c.st;
	char *text;

	if (fill.instead == NULL || fill.more == NULL)
		abort();
	c.fill = &fill;
	run_look(&c, run_gives_fd(&c.call, c.st));
	st.call.error = 0;
	if (!fill.keeps_note)
		st.call.note.len = 0;
	text = script_print_body(r->script, &st, fill.instead, fill.more);
	fill_free(&fill, n);
	return text;
}
