// SPDX-License-Identifier: MIT
/* types.c - the grammar's tables, out of the .def files, and how their rows are found. */
#include "harness/script/script.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "core/net.h"
#include "core/netdevice.h"
#include "core/skbuff.h"
#include "core/sock.h"
#include "harness/script/parse_internal.h"
#include "ipv4/ip.h"
#include "uapi/capability.h"
#include "uapi/epoll.h"
#include "uapi/errno.h"
#include "uapi/errqueue.h"
#include "uapi/ethtool.h"
#include "uapi/fcntl.h"
#include "uapi/filter.h"
#include "uapi/if.h"
#include "uapi/if_arp.h"
#include "uapi/if_packet.h"
#include "uapi/in.h"
#include "uapi/ioctl.h"
#include "uapi/poll.h"
#include "uapi/route.h"
#include "uapi/signal.h"
#include "uapi/socket.h"
#include "uapi/stat.h"
#include "uapi/tcp.h"

enum { EDITS_MAX = 2, SUGGEST_LEN = 40 };

const struct symbol script_symbols[] = {
#define G(id)
#define X(group, name) { #name, (u64)(name), SYM_##group },
#include "harness/script/symbols.def"
#undef X
#undef G
};
const u32 script_nr_symbols = ARRAY_SIZE(script_symbols);

/* The lengths of the names, beside each other: most of a search is done by memchr(). */
static const u8 symbol_len[] = {
#define G(id)
#define X(group, name) sizeof(#name) - 1,
#include "harness/script/symbols.def"
#undef X
#undef G
};

static const char *const group_names[SYM_GROUPS] = {
#define G(id) [SYM_##id] = #id,
#define X(group, name)
#include "harness/script/symbols.def"
#undef X
#undef G
};

#define NO		      0, 0
#define OF_STRUCT(s)	      STRUCT_##s, 0
#define OF_TYPE(t)	      0, TYPE_##t
#define OF_BOTH(s, t)	      STRUCT_##s, TYPE_##t
#define X(id, what, f, g, of) [TYPE_##id] = { #id, what, f, SYM_##g, of },
const struct arg_type_info script_types[TYPE_MAX] = {
	[TYPE_NONE] = { "NONE", "nothing", 0, 0, NO },
#include "harness/script/types.def"
};
#undef X
#undef NO
#undef OF_STRUCT
#undef OF_TYPE
#undef OF_BOTH

const struct field_info script_fields[] = {
#define S(id)
#define F(in, name, type, flags) { #name, STRUCT_##in, TYPE_##type, flags },
#include "harness/script/structs.def"
#undef F
#undef S
};
const u32 script_nr_fields = ARRAY_SIZE(script_fields);

const char *const script_struct_names[STRUCT_MAX] = {
#define S(id) [STRUCT_##id] = #id,
#define F(in, name, type, flags)
#include "harness/script/structs.def"
#undef F
#undef S
};

#define ARG_(t)				 TYPE_##t
#define ARGS1(a)			 ARG_(a)
#define ARGS2(a, ...)			 ARG_(a), ARGS1(__VA_ARGS__)
#define ARGS3(a, ...)			 ARG_(a), ARGS2(__VA_ARGS__)
#define ARGS4(a, ...)			 ARG_(a), ARGS3(__VA_ARGS__)
#define ARGS5(a, ...)			 ARG_(a), ARGS4(__VA_ARGS__)
#define ARGS6(a, ...)			 ARG_(a), ARGS5(__VA_ARGS__)
#define COUNT_(a, b, c, d, e, f, n, ...) n
#define COUNT(...)			 COUNT_(__VA_ARGS__, 6, 5, 4, 3, 2, 1, 0)
#define GLUE_(a, b)			 a##b
#define GLUE(a, b)			 GLUE_(a, b)
#define X(name, result, ...)                                                                       \
	[CALL_##name] = { #name,                                                                   \
			  TYPE_##result,                                                           \
			  COUNT(__VA_ARGS__),                                                      \
			  COUNT(__VA_ARGS__) -                                                     \
				  (CALL_##name == CALL_fcntl || CALL_##name == CALL_ioctl),        \
			  { GLUE(ARGS, COUNT(__VA_ARGS__))(__VA_ARGS__) } },
const struct call_info script_calls[CALL_MAX] = {
#include "harness/script/calls.def"
};
#undef X

const char *const script_directives[DIR_MAX] = {
#define X(id, pattern) [DIR_##id] = (pattern),
#include "harness/script/directives.def"
#undef X
};

/* --- finding rows --------------------------------------------------------------------------------
 */
int script_find_symbol(const char *name, u32 len)
{
	const u8 *from = symbol_len, *end = symbol_len + ARRAY_SIZE(symbol_len);
	u32 i;

	static_assert(ARRAY_SIZE(symbol_len) == ARRAY_SIZE(script_symbols), "one list");
	if (len > SUGGEST_LEN)
		return -1;
	while ((from = memchr(from, (int)len, (size_t)(end - from))) != NULL) {
		i = (u32)(from - symbol_len);
		if (memcmp(script_symbols[i].name, name, len) == 0)
			return (int)i;
		from++;
	}
	return -1;
}

int script_find_call(const char *name, u32 len)
{
	for (u32 i = 0; i < CALL_MAX; i++)
		if (strncmp(script_calls[i].name, name, len) == 0 &&
		    script_calls[i].name[len] == '\0')
			return (int)i;
	return -1;
}

/* Where each struct begins: enumerators count along with structs.def. */
enum {
#define S(id)			      ROW_##id, BEFORE_##id = ROW_##id - 1,
#define F(struct_, name, type, flags) ROW_##struct_##_##name,
#include "harness/script/structs.def"
#undef F
#undef S
	ROWS
};

static const u8 first_row[STRUCT_MAX + 1] = {
#define S(id) [STRUCT_##id] = ROW_##id,
#define F(struct_, name, type, flags)
#include "harness/script/structs.def"
#undef F
#undef S
	[STRUCT_MAX] = ROWS,
};

u32 script_struct_fields(enum struct_type in_struct, const struct field_info **first)
{
	static_assert(ROWS == ARRAY_SIZE(script_fields), "one list");
	assert(in_struct > STRUCT_NONE);
	assert(in_struct < STRUCT_MAX);
	*first = &script_fields[first_row[in_struct]];
	return first_row[in_struct + 1] - first_row[in_struct];
}

u32 script_field_number(const struct field_info *row)
{
	static u8 number[ROWS]; /* + 1, when it has been asked for */
	u32 i = 0, which = (u32)(row - script_fields);

	assert(which < ROWS);
	if (number[which] == 0) {
		while (strcmp(script_fields[i].name, row->name) != 0)
			i++;
		number[which] = (u8)(i + 1);
	}
	return number[which] - 1u;
}

const struct field_info *script_field_of(enum struct_type in_struct, u32 field)
{
	const struct field_info *row;
	u32 n = script_struct_fields(in_struct, &row);

	if (field >= ARRAY_SIZE(script_fields))
		return NULL;
	field = script_field_number(&script_fields[field]);
	for (u32 i = 0; i < n; i++)
		if (script_field_number(&row[i]) == field)
			return &row[i];
	return NULL;
}

/* --- directives ----------------------------------------------------------------------------------
 */
static bool names(const char *word, u32 len, const char *name)
{
	return strncmp(word, name, len) == 0 && name[len] == '\0';
}

static void slot_kind(struct directive_part *part)
{
	static const struct {
		const char *name;
		u8 slot;
	} slots[] = {
		{ "time", SLOT_TIME },	   { "num", SLOT_NUM },	    { "nth", SLOT_NTH },
		{ "range", SLOT_RANGE },   { "delta", SLOT_DELTA }, { "mib", SLOT_MIB },
		{ "reason", SLOT_REASON }, { "pool", SLOT_POOL },
	};

	for (u32 i = 0; i < ARRAY_SIZE(slots); i++) {
		if (names(part->text, part->len, slots[i].name)) {
			part->slot = slots[i].slot;
			return;
		}
	}
	part->slot = SLOT_SYMBOL;
	part->group = SYM_GROUPS;
	for (u32 i = SYM_NONE + 1; i < SYM_GROUPS; i++)
		if (names(part->text, part->len, group_names[i]))
			part->group = (u8)i;
	assert(part->group < SYM_GROUPS);
}

bool script_directive_part(const char **pattern, struct directive_part *part)
{
	const char *at = *pattern;

	while (*at == ' ')
		at++;
	if (*at == '\0')
		return false;
	*part = (struct directive_part){ .slot = SLOT_WORD, .text = at };
	part->len = (u32)strcspn(at, " :");
	at += part->len;
	part->colon = *at == ':';
	*pattern = at + part->colon;
	if (*part->text == '%') {
		part->text++;
		part->len--;
		slot_kind(part);
	}
	return true;
}

u32 script_slot_name(enum directive_slot slot, u64 value, char *to, u32 size)
{
	int n = 0;

	assert(slot == SLOT_MIB || slot == SLOT_REASON);
	if (slot == SLOT_MIB && value < MIB_MAX && mib_names[value].group != NULL)
		n = snprintf(to, size, "%s.%s", mib_names[value].group, mib_names[value].name);
	if (slot == SLOT_REASON && value < DROP_MAX)
		n = snprintf(to, size, "%s", drop_names[value]);
	assert(n >= 0);
	assert((u32)n < size);
	return (u32)n;
}

/* --- what was probably meant ---------------------------------------------------------------------
 */
static u32 min3(u32 a, u32 b, u32 c)
{
	return min_u32(min_u32(a, b), c);
}

static int lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* How many characters to put in, take out, change or swap; case does not count. */
static u32 edits(const char *a, u32 a_len, const char *b, u32 b_len)
{
	u32 row[3][SUGGEST_LEN + 1];
	u32 *two = row[0], *last = row[1], *now = row[2], *swap, differs;

	assert(a_len <= SUGGEST_LEN);
	assert(b_len <= SUGGEST_LEN);
	for (u32 j = 0; j <= b_len; j++)
		now[j] = two[j] = j;
	for (u32 i = 1; i <= a_len; i++) {
		swap = two;
		two = last;
		last = now;
		now = swap;
		now[0] = i;
		for (u32 j = 1; j <= b_len; j++) {
			differs = lower(a[i - 1]) != lower(b[j - 1]);
			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + differs);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				now[j] = min_u32(now[j], two[j - 2] + 1);
		}
	}
	return now[b_len];
}

void suggest_begin(struct suggestion *s, const char *word, u32 len)
{
	*s = (struct suggestion){ .word = word, .len = len, .best = NULL };
	s->edits = len < 4 ? 1 : EDITS_MAX;
	if (len > SUGGEST_LEN)
		s->edits = 0;
}

void suggest_from(struct suggestion *s, const char *candidate)
{
	u32 len = (u32)strlen(candidate), n;

	if (s->len > SUGGEST_LEN || len > SUGGEST_LEN || len > s->len + s->edits ||
	    s->len > len + s->edits || (s->best != NULL && s->edits == 0))
		return;
	n = edits(s->word, s->len, candidate, len);
	if (n < s->edits || (n == s->edits && s->best == NULL)) {
		s->edits = n;
		s->best = candidate;
	}
}

const char *script_suggest_symbol(const char *word, u32 len)
{
	struct suggestion s;

	suggest_begin(&s, word, len);
	for (u32 i = 0; i < script_nr_symbols; i++)
		suggest_from(&s, script_symbols[i].name);
	return s.best;
}

bool script_is_taken(const char *word, u32 len)
{
	static const char *const words[] = { "NULL", "htons", "inet_addr", "hex", "pattern" };

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && memcmp(words[i], word, len) == 0)
			return true;
	return script_find_symbol(word, len) >= 0;
}
