// SPDX-License-Identifier: MIT
/* reproduce_call.c - a call of a script in C: each argument's type says what stands in the call,
 * and what variables have to stand before it. As run_lay.c lays them out in memory, so do these.
 */
#include "harness/campaign/reproduce_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

enum {
	SMALL_DATA = 1 << 17, /* of data whose length is no length */
	DATA_MOST = 1 << 24,
	ADDRESS_ROOM = 128,
	CONTROL_ROOM = 512,
	BEHIND_MOST = 1 << 16,
	VECTOR_MOST = 1024,
	SOCKADDR_IN_LEN = 16,
	INT_LEN = 4,
	SA_DATA_ROOM = 14,
	IFNAME_ROOM = 16,
	BEHIND_WORDS = 1024 /* what a request's answer may take */
};

#define INDENT "\t\t"

/* --- expressions --- */

static const struct expr *expr_of(const struct gen *g, u32 e)
{
	return &g->s->expr[e];
}

static u32 argument(const struct gen *g, u32 i)
{
	u32 e = g->st->call.args;

	for (; i != 0 && e != 0; i--)
		e = g->s->expr[e].next;
	return e;
}

/* What it is as a number; *known: it is one. */
static s64 value_of(const struct gen *g, u32 e, bool *known)
{
	const struct expr *x = expr_of(g, e);
	s64 v = 0;

	*known = true;
	if (x->kind == EXPR_NUMBER)
		return (s64)(x->negative ? 0 - x->value : x->value);
	if (x->kind == EXPR_SYMBOL)
		return (s64)script_symbols[x->symbol].value;
	if (x->kind == EXPR_OR) {
		for (u32 c = x->first; c != 0; c = g->s->expr[c].next)
			v |= value_of(g, c, known);
		return v;
	}
	*known = x->kind == EXPR_NULL;
	return 0;
}

static void put_symbol(struct gen *g, FILE *to, u16 symbol)
{
	g->symbol[symbol] = true;
	fputs(script_symbols[symbol].name, to);
}

static void put_number(struct gen *g, FILE *to, u32 e)
{
	const struct expr *x = expr_of(g, e);

	if (x->kind == EXPR_SYMBOL) {
		put_symbol(g, to, x->symbol);
	} else if (x->kind == EXPR_OR) {
		for (u32 c = x->first; c != 0; c = g->s->expr[c].next) {
			put_number(g, to, c);
			fputs(g->s->expr[c].next != 0 ? " | " : "", to);
		}
	} else if (x->kind == EXPR_NUMBER) {
		fprintf(to, x->value > (u64)INT32_MAX ? "%s0x%" PRIx64 "ull" : "%s%" PRIu64,
			x->negative ? "-" : "", x->value);
	} else {
		fputs("0", to);
	}
}

/* Cast where it does not fit by itself. */
static void put_int(struct gen *g, FILE *to, u32 e)
{
	bool known;
	s64 v = value_of(g, e, &known);

	if (v > INT32_MAX || v < INT32_MIN) {
		fputs("(int)(", to);
		put_number(g, to, e);
		fputs(")", to);
	} else {
		put_number(g, to, e);
	}
}

static void put_fd(struct gen *g, FILE *to, u32 e)
{
	bool known;
	s64 v = value_of(g, e, &known);

	if (v >= 0 && v < REPRODUCE_FDS && g->binds[v])
		fprintf(to, "fd%d", (int)v);
	else
		put_int(g, to, e);
}

/* NULL and numbers are addresses: nothing lies behind them. */
static bool put_pointer(struct gen *g, FILE *to, u32 e)
{
	const struct expr *x = expr_of(g, e);
	bool known;
	s64 v;

	if (x->kind != EXPR_NULL && x->kind != EXPR_NUMBER && x->kind != EXPR_NAME)
		return false;
	v = value_of(g, e, &known);
	if (v == 0 && !g->sized) {
		fputs("NULL", to);
		return true;
	}
	g->needs[HELP_POINTER] = true;
	fprintf(to, "pointer(0x%" PRIx64 ")", (u64)v);
	return true;
}

static bool is_bytes(const struct expr *x)
{
	return x->kind == EXPR_STRING || x->kind == EXPR_HEX || x->kind == EXPR_PATTERN;
}

/* [a], [a->b], a: what stands there before the call; -1: it does not say. */
static s64 length_before(const struct gen *g, u32 e)
{
	bool known;
	s64 v;

	if (e == 0)
		return -1;
	if (expr_of(g, e)->kind == EXPR_LIST)
		e = expr_of(g, e)->first;
	if (e != 0 && expr_of(g, e)->kind == EXPR_CHANGE)
		e = expr_of(g, e)->first;
	if (e == 0)
		return -1;
	v = value_of(g, e, &known);
	return known ? v : -1;
}

static u64 sibling(const struct gen *g, u32 i)
{
	s64 v = length_before(g, argument(g, i));

	return v == -1 && argument(g, i) != 0 && expr_of(g, argument(g, i))->kind == EXPR_NUMBER
		       ? U64_MAX
		       : (u64)(v < 0 ? 0 : v);
}

/* --- data --- */

static u64 room_of(u64 n)
{
	return n <= DATA_MOST ? n : SMALL_DATA;
}

/* Nothing at all still has an address. */
static unsigned long long some(u64 n)
{
	return n != 0 ? (unsigned long long)n : 1;
}

/* n bytes that a call reads: what stands in the call. */
static void put_data_in(struct gen *g, FILE *to, u32 e, u64 n)
{
	const struct expr *x = expr_of(g, e);
	u32 name = g->names, own = is_bytes(x) ? x->text.len : 0;
	u64 room = room_of(n);

	if (put_pointer(g, to, e))
		return;
	if (x->kind != EXPR_PATTERN && is_bytes(x) && own == room) {
		gen_string(to, script_text(g->s, x->text), own);
		return;
	}
	g->names++;
	if (x->kind == EXPR_PATTERN) {
		g->needs[HELP_PATTERN] = true;
		fprintf(g->out, INDENT "static unsigned char data%u[%llu];\n", name, some(room));
		fprintf(to, "pattern(%lluull, data%u, sizeof(data%u))",
			(unsigned long long)x->value, name, name);
		return;
	}
	fprintf(g->out, INDENT "static char data%u[%llu]", name,
		some(room > own ? room : (u64)own + 1));
	if (own != 0) {
		fputs(" = ", g->out);
		gen_string(g->out, script_text(g->s, x->text), own);
	}
	fputs(";\n", g->out);
	fprintf(to, "data%u", name);
}

/* shown: the length of what was written, in C; NULL: it is not shown. */
static void put_data_out(struct gen *g, FILE *to, u32 e, u64 n, const char *shown)
{
	u32 name = g->names;

	if (put_pointer(g, to, e))
		return;
	g->names++;
	fprintf(g->out, INDENT "static char data%u[%llu];\n", name, some(room_of(n)));
	fprintf(to, "data%u", name);
	if (shown == NULL)
		return;
	g->needs[HELP_BYTES] = true;
	fprintf(g->after,
		INDENT "if (ret > 0)\n" INDENT "\tbytes(\"data\", data%u, (size_t)%s < "
		       "sizeof(data%u) ? (size_t)%s : sizeof(data%u));\n",
		name, shown, name, shown, name);
}

/* A length that is longer than what there is would be complained about. */
static void put_size(struct gen *g, FILE *to, u32 e)
{
	bool known;
	s64 v = value_of(g, e, &known);

	if (v >= 0 && v <= DATA_MOST) {
		put_number(g, to, e);
		return;
	}
	g->needs[HELP_SIZE] = true;
	fprintf(to, "size(0x%" PRIx64 ")", (u64)v);
}

/* --- structs --- */

static const char *name_of(const struct gen *g, u32 field)
{
	return script_fields[expr_of(g, field)->symbol].name;
}

/* The value of a field, behind its count if it has one. */
static u32 field_value(const struct gen *g, u32 field)
{
	u32 first = expr_of(g, field)->first;

	return expr_of(g, first)->next != 0 ? expr_of(g, first)->next : first;
}

static u32 field_of(const struct gen *g, u32 e, const char *name)
{
	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next)
		if (strcmp(name_of(g, c), name) == 0)
			return c;
	return 0;
}

static void put_member_value(struct gen *g, FILE *to, u32 e)
{
	const struct expr *x = expr_of(g, e);

	if (x->kind != EXPR_APPLY) {
		put_int(g, to, e);
		return;
	}
	fputs(x->symbol == 0 ? "htons(" : "inet_addr(", to);
	if (x->symbol == 0)
		put_number(g, to, x->first);
	else
		gen_string(to, script_text(g->s, expr_of(g, x->first)->text),
			   expr_of(g, x->first)->text.len);
	fputs(")", to);
}

/* Fields whose name in C is another one. */
static const char *c_name(const char *name)
{
	static const char *const names[][2] = {
		{ "sa_family", "in.sin_family" },
		{ "sin_port", "in.sin_port" },
		{ "sin_addr", "in.sin_addr.s_addr" },
		{ "onoff", "l_onoff" },
		{ "linger", "l_linger" },
		{ "imr_multiaddr", "imr_multiaddr.s_addr" },
		{ "imr_interface", "imr_interface.s_addr" },
		{ "imr_sourceaddr", "imr_sourceaddr.s_addr" },
		{ "imr_address", "imr_address.s_addr" },
		{ "ipi_spec_dst", "ipi_spec_dst.s_addr" },
		{ "ipi_addr", "ipi_addr.s_addr" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i][0], name) == 0)
			return names[i][1];
	return name;
}

/* Which struct has all of these fields: the last row that has one of them. */
static const char *c_struct(const struct gen *g, u32 e)
{
	static const char *const structs[][2] = {
		{ "onoff", "struct linger" },
		{ "linger", "struct linger" },
		{ "tv_sec", "struct timeval" },
		{ "tv_usec", "struct timeval" },
		{ "imr_multiaddr", "struct ip_mreq" },
		{ "imr_interface", "struct ip_mreq" },
		{ "imr_sourceaddr", "struct ip_mreq_source" },
		{ "imr_address", "struct ip_mreqn" },
		{ "imr_ifindex", "struct ip_mreqn" },
		{ "ipi_ifindex", "struct in_pktinfo" },
		{ "ipi_spec_dst", "struct in_pktinfo" },
		{ "ipi_addr", "struct in_pktinfo" },
	};
	const char *found = NULL;

	for (u32 i = 0; i < ARRAY_SIZE(structs); i++)
		if (field_of(g, e, structs[i][0]) != 0)
			found = structs[i][1];
	return found;
}

/* Which member of union address has these fields. */
static const char *address_member(struct gen *g, u32 e)
{
	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next) {
		if (strncmp(name_of(g, c), "sll_", strlen("sll_")) == 0)
			return "ll.sll_";
		if (strncmp(name_of(g, c), "spkt_", strlen("spkt_")) == 0)
			return "pkt.spkt_";
	}
	return NULL;
}

/* Of the address of a packet socket; the family is a field of each. */
static void put_link_field(struct gen *g, FILE *to, u32 c, const char *member)
{
	u32 v = field_value(g, c);

	fprintf(to, ".%s%s = ", member, strchr(name_of(g, c), '_') + 1);
	if (expr_of(g, v)->kind == EXPR_STRING || expr_of(g, v)->kind == EXPR_HEX)
		gen_string(to, script_text(g->s, expr_of(g, v)->text), expr_of(g, v)->text.len);
	else
		put_member_value(g, to, v);
}

static void put_fields(struct gen *g, FILE *to, u32 e, const char *prefix)
{
	const char *comma = "", *member = address_member(g, e);

	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next) {
		u32 v = field_value(g, c);

		if (expr_of(g, v)->kind == EXPR_ANY)
			continue;
		if (member != NULL && strcmp(name_of(g, c), "sun_path") != 0) {
			fputs(comma, to);
			put_link_field(g, to, c, member);
		} else if (strcmp(name_of(g, c), "sun_path") == 0) {
			fprintf(to, "%s.un.sun_path = ", comma);
			gen_string(to, script_text(g->s, expr_of(g, v)->text),
				   expr_of(g, v)->text.len);
		} else {
			fprintf(to, "%s.%s%s = ", comma, prefix, c_name(name_of(g, c)));
			put_member_value(g, to, v);
		}
		comma = ", ";
	}
}

/* --- addresses and lengths --- */

/* Where the script does not say, it is packetdrill's default. */
static void put_default_address(struct gen *g, const char *what)
{
	gen_note(g, "an address that the script leaves open is %s here", what);
	fprintf(g->out, " = { .in = { .sin_family = AF_INET, .sin_port = htons(8080) } }");
}

static void put_address_in(struct gen *g, FILE *to, u32 e)
{
	const struct expr *x = expr_of(g, e);
	u32 name = g->names;

	if (put_pointer(g, to, e))
		return;
	g->names++;
	g->needs[HELP_ADDRESS] = true;
	fprintf(g->out, INDENT "union address addr%u", name);
	if (x->kind == EXPR_STRUCT) {
		fputs(x->first != 0 ? " = { " : " = { .room = \"\"", g->out);
		put_fields(g, g->out, e, "");
		fputs(" }", g->out);
	} else if (x->kind == EXPR_SYMBOL) {
		fputs(" = { .in.sin_family = ", g->out);
		put_number(g, g->out, e);
		fputs(" }", g->out);
	} else {
		put_default_address(g, "0.0.0.0, port 8080");
	}
	fputs(";\n", g->out);
	fprintf(to, "&addr%u.any", name);
}

static u32 put_address_out(struct gen *g, FILE *to, u32 e)
{
	u32 name = g->names;

	if (put_pointer(g, to, e))
		return U32_MAX;
	g->names++;
	g->needs[HELP_ADDRESS] = g->needs[HELP_BYTES] = true;
	fprintf(g->out, INDENT "union address addr%u = { .room = \"\" };\n", name);
	fprintf(to, "&addr%u.any", name);
	fprintf(g->after, INDENT "if (ret >= 0)\n" INDENT "\tbytes(\"address\", &addr%u, 16);\n",
		name);
	return name;
}

static void put_len_io(struct gen *g, FILE *to, u32 e)
{
	s64 v = length_before(g, e);

	if (put_pointer(g, to, e))
		return;
	fprintf(g->out, INDENT "socklen_t len = (socklen_t)%lld;\n",
		(long long)(v == -1 && expr_of(g, e)->kind == EXPR_ANY ? ADDRESS_ROOM : v));
	fputs("&len", to);
	fputs(INDENT "if (ret >= 0)\n" INDENT "\tprintf(\"\\tlength %u\\n\", (unsigned)len);\n",
	      g->after);
}

/* --- options and ioctls --- */

static u64 option_room(u64 n, u64 least)
{
	n = n < BEHIND_MOST ? n : BEHIND_MOST;
	return n < least ? least : n;
}

/* The first bytes of an option's buffer are the value. */
static void put_option_in(struct gen *g, FILE *to, u32 e, u64 n, const char *name)
{
	const struct expr *x = expr_of(g, e);
	const char *type = x->kind == EXPR_STRUCT ? c_struct(g, e) : NULL;
	u32 v = x->kind == EXPR_LIST ? x->first : e;

	if (x->kind != EXPR_LIST && put_pointer(g, to, e))
		return;
	if (is_bytes(x)) {
		put_data_in(g, to, e, option_room(n, x->text.len));
		return;
	}
	if (x->kind == EXPR_STRUCT && type == NULL) {
		g->skipped = true;
		return;
	}
	fprintf(g->out,
		INDENT "union {\n" INDENT "\t%s it;\n" INDENT "\tchar room[%llu];\n" INDENT "} %s",
		type != NULL ? type : "int", (unsigned long long)option_room(n, INT_LEN), name);
	if (type != NULL) {
		fputs(" = { .it = { ", g->out);
		put_fields(g, g->out, e, "");
		fputs(" } }", g->out);
	} else if (v != 0 && expr_of(g, v)->kind != EXPR_ANY && expr_of(g, v)->kind != EXPR_LIST) {
		fputs(" = { .it = ", g->out);
		put_int(g, g->out, v);
		fputs(" }", g->out);
	} else {
		fputs(" = { .it = 0 }", g->out);
	}
	fputs(";\n", g->out);
	fprintf(to, "&%s", name);
}

static void put_option_out(struct gen *g, FILE *to, u32 e, u64 n)
{
	if (put_pointer(g, to, e))
		return;
	g->needs[HELP_BYTES] = true;
	fprintf(g->out, INDENT "static char value[%llu];\n",
		(unsigned long long)option_room(n, ADDRESS_ROOM));
	fputs("value", to);
	if (length_before(g, argument(g, 4)) >= 0 && expr_of(g, argument(g, 4))->kind == EXPR_LIST)
		fputs(INDENT "if (ret == 0)\n" INDENT
			     "\tbytes(\"value\", value, len < sizeof(value) ? len : "
			     "sizeof(value));\n",
		      g->after);
}

/* The struct of a request's fields. */
static const char *request_struct(const struct gen *g, u32 e)
{
	static const char *const structs[][2] = { { "ifc_", "struct ifconf" },
						  { "rt_", "struct rtentry" },
						  { "arp_", "struct arpreq" } };
	u32 first = expr_of(g, e)->first;

	for (u32 i = 0; i < ARRAY_SIZE(structs) && first != 0; i++)
		if (strncmp(name_of(g, first), structs[i][0], strlen(structs[i][0])) == 0)
			return structs[i][1];
	return "struct ifreq";
}

/* What C writes as a value of its own is printed to where the array is named. */
static char *data_of(struct gen *g, u32 e, u64 n)
{
	char *text = NULL;
	size_t len = 0;
	FILE *name = open_memstream(&text, &len);

	put_data_in(g, name, e, n);
	fclose(name);
	return text;
}

/* A struct inside the request, a member at a time. */
static void put_inside(struct gen *g, const char *field, u32 e)
{
	bool map = strcmp(field, "ifr_map") == 0;
	bool link = strcmp(field, "ifr_hwaddr") == 0 || strcmp(field, "arp_ha") == 0;

	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next) {
		u32 v = field_value(g, c);
		const char *name = name_of(g, c);

		if (expr_of(g, v)->kind == EXPR_ANY)
			continue;
		if (strcmp(name, "sa_data") == 0) {
			char *data = data_of(g, v, expr_of(g, v)->text.len);

			fprintf(g->out, INDENT "memcpy(request.%s.sa_data, %s, %u);\n", field, data,
				expr_of(g, v)->text.len < SA_DATA_ROOM ? expr_of(g, v)->text.len
								       : SA_DATA_ROOM);
			free(data);
			continue;
		}
		if (map || link)
			fprintf(g->out, INDENT "request.%s.%s = ", field, name);
		else
			fprintf(g->out, INDENT "((struct sockaddr_in *)&request.%s)->%s = ", field,
				c_name(name) + strlen("in."));
		put_member_value(g, g->out, v);
		fputs(";\n", g->out);
	}
}

/* What lies where the request points. */
static void put_behind(struct gen *g, const char *field, u32 e)
{
	const struct expr *x = expr_of(g, e);
	u32 cmd = x->kind == EXPR_STRUCT ? field_of(g, e, "cmd") : 0;
	u32 data = x->kind == EXPR_STRUCT ? field_of(g, e, "data") : 0;
	char *text;

	if (x->kind == EXPR_STRUCT || x->kind == EXPR_LIST || x->kind == EXPR_ANY) {
		fprintf(g->out, INDENT "static unsigned behind[%u] = { ", BEHIND_WORDS);
		if (cmd != 0)
			put_member_value(g, g->out, field_value(g, cmd));
		else
			fputs("0", g->out);
		if (data != 0 && expr_of(g, field_value(g, data))->kind != EXPR_ANY) {
			fputs(", ", g->out);
			put_member_value(g, g->out, field_value(g, data));
		}
		fprintf(g->out, " };\n" INDENT "request.%s = (void *)behind;\n", field);
		return;
	}
	text = data_of(g, e, IFNAME_ROOM > x->text.len ? IFNAME_ROOM : x->text.len);
	fprintf(g->out, INDENT "request.%s = (void *)%s;\n", field, text);
	free(text);
}

static void put_request_field(struct gen *g, u32 c)
{
	const char *name = name_of(g, c);
	u32 v = field_value(g, c);
	const struct expr *x = expr_of(g, v);

	if (strcmp(name, "ifr_data") == 0 || strcmp(name, "ifc_req") == 0 ||
	    strcmp(name, "rt_dev") == 0) {
		put_behind(g, name, v);
	} else if (strcmp(name, "ifc_len") == 0) {
		fprintf(g->out, INDENT "request.ifc_len = %lld;\n", (long long)length_before(g, v));
	} else if (x->kind == EXPR_STRUCT) {
		put_inside(g, name, v);
	} else if (is_bytes(x)) {
		fprintf(g->out, INDENT "memcpy(request.%s, ", name);
		gen_string(g->out, script_text(g->s, x->text), x->text.len);
		fprintf(g->out, ", %u);\n", x->text.len < IFNAME_ROOM ? x->text.len : IFNAME_ROOM);
	} else if (x->kind != EXPR_ANY) {
		fprintf(g->out, INDENT "request.%s = ", name);
		put_member_value(g, g->out, v);
		fputs(";\n", g->out);
	}
}

static void put_ifreq(struct gen *g, FILE *to, u32 e)
{
	const char *type = request_struct(g, e);

	fprintf(g->out, INDENT "%s request;\n" INDENT "memset(&request, 0, sizeof(request));\n",
		type);
	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next)
		put_request_field(g, c);
	fputs("&request", to);
	g->needs[HELP_BYTES] = true;
	fputs(INDENT "if (ret == 0)\n" INDENT "\tbytes(\"request\", &request, sizeof(request));\n",
	      g->after);
}

static void put_ioctl(struct gen *g, FILE *to, u32 e)
{
	if (expr_of(g, e)->kind == EXPR_STRUCT) {
		put_ifreq(g, to, e);
		return;
	}
	put_option_in(g, to, e, ADDRESS_ROOM, "value");
	if (expr_of(g, e)->kind == EXPR_LIST)
		fputs(INDENT "if (ret == 0)\n" INDENT "\tprintf(\"\\tvalue %d\\n\", value.it);\n",
		      g->after);
}

/* --- vectors and messages --- */

static u32 list_length(const struct gen *g, u32 e)
{
	u32 n = 0;

	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next)
		n += expr_of(g, c)->kind == EXPR_STRUCT;
	return n;
}

/* As many as there are said to be, as far as a kernel looks at them. */
static u32 vector_room(const struct gen *g, u32 e, u64 said)
{
	u32 written = list_length(g, e);

	said = said < VECTOR_MOST ? said : VECTOR_MOST;
	return said > written ? (u32)said : written + (written == 0);
}

/* An array of its own before the call; where its elements say they are. */
static void put_iovecs(struct gen *g, FILE *to, u32 e, u64 said, bool output)
{
	char *text = NULL;
	size_t len = 0;
	FILE *array;
	bool known;

	if (put_pointer(g, to, e))
		return;
	array = open_memstream(&text, &len);
	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next) {
		u32 base = expr_of(g, c)->first, size;

		if (expr_of(g, c)->kind != EXPR_STRUCT)
			continue;
		size = expr_of(g, base)->next;
		fputs(INDENT "\t{ ", array);
		if (output) {
			put_data_out(g, array, base, (u64)value_of(g, size, &known), NULL);
		} else {
			fputs("(void *)", array);
			put_data_in(g, array, base, (u64)value_of(g, size, &known));
		}
		fputs(", ", array);
		put_size(g, array, size);
		fputs(" },\n", array);
	}
	fclose(array);
	fprintf(g->out, INDENT "struct iovec iov[%u] = {\n%s" INDENT "};\n",
		vector_room(g, e, said), list_length(g, e) != 0 ? text : INDENT "\t{ 0 },\n");
	fputs("iov", to);
	free(text);
}

static void put_cmsg(struct gen *g, u32 c, FILE *to)
{
	u32 field = field_of(g, c, "cmsg_data"), len = field_of(g, c, "cmsg_len");
	u32 level = field_of(g, c, "cmsg_level"), type = field_of(g, c, "cmsg_type");
	u32 name = g->names++, v = field != 0 ? field_value(g, field) : 0;
	const struct expr *x = v != 0 ? expr_of(g, v) : NULL;
	const char *of = x != NULL && x->kind == EXPR_STRUCT ? c_struct(g, v) : NULL;

	if (x != NULL && is_bytes(x)) {
		fprintf(g->out, INDENT "static const char data%u[%u] = ", name,
			x->text.len + (x->text.len == 0));
		gen_string(g->out, script_text(g->s, x->text), x->text.len);
		fputs(";\n", g->out);
	} else if (of != NULL) {
		fprintf(g->out, INDENT "%s data%u = { ", of, name);
		put_fields(g, g->out, v, "");
		fputs(" };\n", g->out);
	} else {
		fprintf(g->out, INDENT "int data%u = ", name);
		v = x != NULL && x->kind == EXPR_LIST ? x->first : v;
		if (v != 0 && expr_of(g, v)->kind != EXPR_STRUCT)
			put_int(g, g->out, v);
		else
			fputs("0", g->out);
		fputs(";\n", g->out);
		if (x != NULL && x->kind == EXPR_STRUCT)
			gen_note(g, "line %u: a control message's data stays empty", g->line);
	}
	fputs(INDENT "at = control_put(control, at, ", to);
	if (len != 0)
		put_size(g, to, field_value(g, len));
	else
		fprintf(to, "sizeof(struct cmsghdr) + %s%u%s", x != NULL ? "sizeof(data" : "0*",
			name, x != NULL ? ")" : "");
	fputs(", ", to);
	if (level != 0)
		put_int(g, to, field_value(g, level));
	else
		fputs("0", to);
	fputs(", ", to);
	if (type != 0)
		put_int(g, to, field_value(g, type));
	else
		fputs("0", to);
	fprintf(to, ", &data%u, %s%u%s);\n", name, x != NULL ? "sizeof(data" : "0*", name,
		x != NULL ? ")" : "");
}

/* A list of messages is as long as it is, unless a length is said. */
static void put_control_in(struct gen *g, u32 list, s64 said)
{
	char *text = NULL;
	size_t len = 0;
	FILE *puts_ = open_memstream(&text, &len);

	for (u32 c = expr_of(g, list)->first; c != 0; c = expr_of(g, c)->next)
		if (expr_of(g, c)->kind == EXPR_STRUCT)
			put_cmsg(g, c, puts_);
	fclose(puts_);
	fprintf(g->out,
		INDENT "static char control[%llu] __attribute__((aligned(8)));\n" INDENT
		       "size_t at = 0;\n\n%s" INDENT "msg.msg_control = control;\n",
		(unsigned long long)(said > 4096 && said < BEHIND_MOST ? said : 4096), text);
	g->needs[HELP_CONTROL] = true;
	if (said >= 0)
		fprintf(g->out, INDENT "msg.msg_controllen = 0x%" PRIx64 ";\n" INDENT "(void)at;\n",
			(u64)said);
	else
		fputs(INDENT "msg.msg_controllen = at;\n", g->out);
	free(text);
}

static void put_control(struct gen *g, u32 e, bool output)
{
	u32 control = field_of(g, e, "msg_control"), len = field_of(g, e, "msg_controllen");
	s64 said = len != 0 ? length_before(g, field_value(g, len)) : -1;
	u32 v = control != 0 ? field_value(g, control) : 0;

	if (v == 0) {
		if (said >= 0)
			fprintf(g->out, INDENT "msg.msg_controllen = 0x%" PRIx64 ";\n", (u64)said);
		return;
	}
	if (!output && expr_of(g, v)->kind == EXPR_LIST) {
		put_control_in(g, v, said);
		return;
	}
	if (expr_of(g, v)->kind == EXPR_NULL || expr_of(g, v)->kind == EXPR_NUMBER) {
		fputs(INDENT "msg.msg_control = ", g->out);
		put_pointer(g, g->out, v);
		fputs(";\n", g->out);
		if (said >= 0)
			fprintf(g->out, INDENT "msg.msg_controllen = 0x%" PRIx64 ";\n", (u64)said);
		return;
	}
	fprintf(g->out,
		INDENT "static char control[%llu] __attribute__((aligned(8)));\n\n" INDENT
		       "msg.msg_control = control;\n" INDENT "msg.msg_controllen = %llu;\n",
		(unsigned long long)option_room(said >= 0 ? (u64)said : CONTROL_ROOM, CONTROL_ROOM),
		(unsigned long long)(said >= 0 ? said : CONTROL_ROOM));
	g->needs[HELP_BYTES] = true;
	if (output)
		fputs(INDENT "if (ret >= 0)\n" INDENT
			     "\tbytes(\"control\", control, msg.msg_controllen);\n",
		      g->after);
}

static void put_msg_part(struct gen *g, u32 e, const char *field, const char *member,
			 const char *length, bool output)
{
	u32 f = field_of(g, e, field), count, v;
	char *text = NULL;
	size_t len = 0;
	FILE *to;

	if (f == 0)
		return;
	count = expr_of(g, f)->first;
	v = field_value(g, f);
	to = open_memstream(&text, &len);
	if (strcmp(field, "msg_iov") == 0)
		put_iovecs(g, to, v, list_length(g, v), output);
	else if (output)
		put_address_out(g, to, v);
	else
		put_address_in(g, to, v);
	fclose(to);
	fprintf(g->call, INDENT "msg.%s = %s%s;\n" INDENT "msg.%s = ", member,
		strcmp(field, "msg_name") == 0 ? "(void *)" : "", text, length);
	free(text);
	if (expr_of(g, count)->kind != EXPR_ANY && count != v)
		put_int(g, g->call, count);
	else if (strcmp(field, "msg_iov") == 0)
		fprintf(g->call, "%u", list_length(g, v));
	else
		fprintf(g->call, "%d",
			expr_of(g, v)->kind == EXPR_NULL ? 0
			: output			 ? ADDRESS_ROOM
							 : SOCKADDR_IN_LEN);
	fputs(";\n", g->call);
}

/* The variables of a message, then what fills it. */
static void put_message(struct gen *g, FILE *to, u32 e, bool output)
{
	u32 flags = field_of(g, e, "msg_flags");
	FILE *call = g->call;
	char *fill = NULL;
	size_t len = 0;

	if (put_pointer(g, to, e))
		return;
	fputs(INDENT "struct msghdr msg = { .msg_flags = 0 };\n", g->out);
	g->call = open_memstream(&fill, &len);
	put_msg_part(g, e, "msg_name", "msg_name", "msg_namelen", output);
	put_msg_part(g, e, "msg_iov", "msg_iov", "msg_iovlen", output);
	if (flags != 0 && !output) {
		fputs(INDENT "msg.msg_flags = ", g->call);
		put_int(g, g->call, field_value(g, flags));
		fputs(";\n", g->call);
	}
	fclose(g->call);
	g->call = call;
	put_control(g, e, output);
	fputs(fill, g->out);
	free(fill);
	fputs("&msg", to);
	if (output)
		fputs(INDENT "if (ret >= 0)\n" INDENT
			     "\tprintf(\"\\tflags 0x%x\\n\", (unsigned)msg.msg_flags);\n",
		      g->after);
}

/* --- polling and times --- */

static void put_pollfds(struct gen *g, FILE *to, u32 e, u64 said)
{
	u32 n = list_length(g, e), fd, events;

	if (put_pointer(g, to, e))
		return;
	fprintf(g->out, INDENT "struct pollfd fds[%u] = {\n", vector_room(g, e, said));
	for (u32 c = expr_of(g, e)->first; c != 0; c = expr_of(g, c)->next) {
		if (expr_of(g, c)->kind != EXPR_STRUCT)
			continue;
		fd = field_of(g, c, "fd");
		events = field_of(g, c, "events");
		fputs(INDENT "\t{ .fd = ", g->out);
		if (fd != 0)
			put_fd(g, g->out, field_value(g, fd));
		else
			fputs("0", g->out);
		fputs(", .events = (short)(", g->out);
		if (events != 0)
			put_number(g, g->out, field_value(g, events));
		else
			fputs("0", g->out);
		fputs(") },\n", g->out);
	}
	fputs(n == 0 ? INDENT "\t{ 0 },\n" INDENT "};\n" : INDENT "};\n", g->out);
	fputs("fds", to);
	fprintf(g->after,
		INDENT
		"for (unsigned i = 0; i < %u; i++)\n" INDENT
		"\tprintf(\"\\tfd %%d revents 0x%%x\\n\", fds[i].fd, (unsigned)fds[i].revents);"
		"\n",
		n);
}

static void put_timespec(struct gen *g, FILE *to, u32 e, const char *name)
{
	if (put_pointer(g, to, e))
		return;
	fprintf(g->out, INDENT "struct timespec %s = { ", name);
	put_fields(g, g->out, e, "");
	fputs(expr_of(g, e)->first == 0 ? "0 };\n" : " };\n", g->out);
	fprintf(to, "&%s", name);
}

/* --- the table --- */

static void arg_int(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_int(g, g->call, e);
}

static void arg_fd(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_fd(g, g->call, e);
}

static void arg_family(struct gen *g, u32 i, u32 e)
{
	(void)i;
	if (expr_of(g, e)->kind == EXPR_ANY)
		fputs("AF_INET", g->call);
	else
		put_int(g, g->call, e);
}

/* A vector may be said to have more than any has. */
static void arg_size(struct gen *g, u32 i, u32 e)
{
	u8 before = i != 0 ? script_calls[g->st->call.call].arg[i - 1] : (u8)TYPE_NONE;
	bool vector = before == TYPE_IOVS_IN || before == TYPE_IOVS_OUT || before == TYPE_POLLFDS;
	bool known;
	s64 v = value_of(g, e, &known);

	if (!vector || (v >= 0 && v <= VECTOR_MOST)) {
		put_size(g, g->call, e);
		return;
	}
	g->needs[HELP_SIZE] = true;
	fprintf(g->call, "(int)size(0x%" PRIx64 ")", (u64)v);
}

static void arg_addrlen(struct gen *g, u32 i, u32 e)
{
	(void)i;
	if (expr_of(g, e)->kind == EXPR_ANY)
		fputs("sizeof(struct sockaddr_in)", g->call);
	else
		put_size(g, g->call, e);
}

static void arg_addr_in(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_address_in(g, g->call, e);
}

static void arg_addr_out(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_address_out(g, g->call, e);
}

static void arg_len_io(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_len_io(g, g->call, e);
}

static void arg_data_in(struct gen *g, u32 i, u32 e)
{
	put_data_in(g, g->call, e, sibling(g, i + 1));
}

static void arg_data_out(struct gen *g, u32 i, u32 e)
{
	put_data_out(g, g->call, e, sibling(g, i + 1), "ret");
}

static void arg_opt_in(struct gen *g, u32 i, u32 e)
{
	put_option_in(g, g->call, e, sibling(g, i + 1), "value");
}

static void arg_opt_out(struct gen *g, u32 i, u32 e)
{
	put_option_out(g, g->call, e, sibling(g, i + 1));
}

static void arg_msg_in(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_message(g, g->call, e, false);
}

static void arg_msg_out(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_message(g, g->call, e, true);
}

static void arg_iovs_in(struct gen *g, u32 i, u32 e)
{
	put_iovecs(g, g->call, e, sibling(g, i + 1), false);
}

static void arg_iovs_out(struct gen *g, u32 i, u32 e)
{
	put_iovecs(g, g->call, e, sibling(g, i + 1), true);
}

static void arg_pollfds(struct gen *g, u32 i, u32 e)
{
	put_pollfds(g, g->call, e, sibling(g, i + 1));
}

static void arg_timespec(struct gen *g, u32 i, u32 e)
{
	put_timespec(g, g->call, e, i == 0 ? "wanted" : "left");
}

static void arg_ioctl(struct gen *g, u32 i, u32 e)
{
	(void)i;
	put_ioctl(g, g->call, e);
}

static void arg_fdpair(struct gen *g, u32 i, u32 e)
{
	(void)i;
	if (put_pointer(g, g->call, e))
		return;
	fputs(INDENT "int pair[2] = { -1, -1 };\n", g->out);
	fputs("pair", g->call);
	fputs(INDENT "printf(\"\\tpair %d %d\\n\", pair[0], pair[1]);\n", g->after);
}

/* Types that are missing are of calls that the reference does not have either. */
static void (*const arg_of[TYPE_MAX])(struct gen *g, u32 i, u32 e) = {
	[TYPE_FD] = arg_fd,
	[TYPE_FAMILY] = arg_family,
	[TYPE_SOCKTYPE] = arg_int,
	[TYPE_PROTO] = arg_int,
	[TYPE_ADDR_IN] = arg_addr_in,
	[TYPE_ADDRLEN] = arg_addrlen,
	[TYPE_ADDR_OUT] = arg_addr_out,
	[TYPE_LEN_IO] = arg_len_io,
	[TYPE_DATA_IN] = arg_data_in,
	[TYPE_DATA_OUT] = arg_data_out,
	[TYPE_SIZE] = arg_size,
	[TYPE_INT] = arg_int,
	[TYPE_MSGFLAGS] = arg_int,
	[TYPE_SHUT] = arg_int,
	[TYPE_LEVEL] = arg_int,
	[TYPE_OPTNAME] = arg_int,
	[TYPE_OPT_IN] = arg_opt_in,
	[TYPE_OPT_OUT] = arg_opt_out,
	[TYPE_MSG_IN] = arg_msg_in,
	[TYPE_MSG_OUT] = arg_msg_out,
	[TYPE_IOVS_IN] = arg_iovs_in,
	[TYPE_IOVS_OUT] = arg_iovs_out,
	[TYPE_POLLFDS] = arg_pollfds,
	[TYPE_TIMEOUT] = arg_int,
	[TYPE_TIMESPEC] = arg_timespec,
	[TYPE_FCNTLCMD] = arg_int,
	[TYPE_FCNTLARG] = arg_int,
	[TYPE_OPENFLAGS] = arg_int,
	[TYPE_IOCTLREQ] = arg_size,
	[TYPE_IOCTLARG] = arg_ioctl,
	[TYPE_FDPAIR] = arg_fdpair,
};

/* --- a call --- */

static void put_arguments(struct gen *g, const struct call_info *info)
{
	u32 e = g->st->call.args;

	for (u32 i = 0; i < info->nr_args && e != 0; i++, e = g->s->expr[e].next) {
		if (i != 0)
			fputs(", ", g->call);
		g->sized = i + 1 < info->nr_args && info->arg[i + 1] == TYPE_SIZE;
		if (arg_of[info->arg[i]] == NULL)
			g->skipped = true;
		else
			arg_of[info->arg[i]](g, i, e);
	}
}

static void put_binding(struct gen *g, FILE *to, const char *indent)
{
	const struct expr *x = expr_of(g, g->st->call.result);

	if (script_calls[g->st->call.call].result == TYPE_FD && x->kind == EXPR_NUMBER &&
	    !x->negative && x->value < REPRODUCE_FDS && g->binds[x->value])
		fprintf(to, "%s\tfd%u = (int)ret;\n", indent, (u32)x->value);
}

/* Variables go to g->out while the call is put together. */
void gen_call(struct gen *g, const char *indent)
{
	const struct call_info *info = &script_calls[g->st->call.call];
	char *call = NULL, *after = NULL, *vars = NULL;
	size_t call_len, after_len, vars_len;
	FILE *out = g->out;

	g->call = open_memstream(&call, &call_len);
	g->after = open_memstream(&after, &after_len);
	g->out = open_memstream(&vars, &vars_len);
	g->names = 0;
	g->skipped = false;
	put_arguments(g, info);
	fclose(g->call);
	fclose(g->after);
	fclose(g->out);
	g->out = out;
	if (g->skipped) {
		gen_note(g, "line %u: %s() is not written in C", g->line, info->name);
	} else {
		g->needs[HELP_RESULT] = true;
		fprintf(out, "%s{\n%s%s\tlong ret;\n\n", indent, vars, indent);
		fprintf(out, "%s\tret = %s(%s);\n", indent, info->name, call);
		fprintf(out, "%s\tresult(%u, \"%s\", ret);\n%s", indent, g->line, info->name,
			after);
		put_binding(g, out, indent);
		fprintf(out, "%s}\n", indent);
	}
	free(call);
	free(after);
	free(vars);
}
