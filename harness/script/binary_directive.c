// SPDX-License-Identifier: MIT
/* binary_directive.c - see binary.h: statements that packetdrill does not have. The slots of a
 * pattern of directives.def say what stands in the bytes.
 */
#include <string.h>

#include "base/check.h"
#include "core/net.h"
#include "core/skbuff.h"
#include "harness/script/binary.h"
#include "harness/script/scan.h"

enum { NAME_BYTES = 128 };

/* An index in two bytes: there may be more names than one counts. */
static u64 one_of(struct binary *b, u64 v, u32 n)
{
	u64 got = binary_byte(b, (u8)v);

	got |= (u64)binary_byte(b, (u8)(v >> 8)) << 8;
	return got % n;
}

static u64 named(struct binary *b, struct stmt *st, enum directive_slot slot, u64 v, u32 n)
{
	char name[NAME_BYTES];
	u32 len;

	v = one_of(b, v, n);
	if (b->encoding)
		return v;
	/* Not every index has a name. */
	while ((len = script_slot_name(slot, v, name, sizeof(name))) == 0)
		v = (v + 1) % n;
	st->directive.name = script_add_text(b->s, name, len);
	return v;
}

static u64 delta(struct binary *b, u64 v)
{
	bool minus = v >> 63 != 0;
	struct number n = { .value = minus ? 0 - v : v, .negative = minus };

	n = binary_number(b, n, numbers_small);
	return n.negative ? 0 - n.value : n.value & ~(1ull << 63);
}

/* Of that group only. */
static u64 symbol(struct binary *b, u64 v, u8 group)
{
	v = binary_symbol_index(b, (u32)v, group);
	for (u32 i = 0; script_symbols[v].group != group; i++) {
		assert(i < script_nr_symbols);
		v = i;
	}
	return v;
}

static void pool(struct binary *b, struct stmt *st)
{
	st->directive.name = binary_text(b, st->directive.name, &texts_pool);
	if (!b->encoding && st->directive.name.len == 0)
		st->directive.name = script_add_text(b->s, "skb", 3);
}

/* Returns how many values the slot has. */
static u32 walk_slot(struct binary *b, struct stmt *st, const struct directive_part *part, u64 *v)
{
	switch ((enum directive_slot)part->slot) {
	case SLOT_WORD:
		return 0;
	case SLOT_POOL:
		pool(b, st);
		return 0;
	case SLOT_TIME:
		v[0] = binary_u64(b, v[0], 0, TIME_MAX_NS, numbers_ns);
		return 1;
	case SLOT_NUM:
		v[0] = binary_u64(b, v[0], 0, U32_MAX, numbers_small);
		return 1;
	case SLOT_NTH:
		v[0] = binary_u64(b, v[0], 1, U32_MAX, numbers_small);
		return 1;
	case SLOT_RANGE:
		v[0] = binary_u64(b, v[0], 0, U32_MAX, numbers_small);
		v[1] = v[0] + binary_u64(b, v[1] - v[0], 0, U32_MAX - v[0], numbers_small);
		return 2;
	case SLOT_DELTA:
		v[0] = delta(b, v[0]);
		return 1;
	case SLOT_SYMBOL:
		v[0] = symbol(b, v[0], part->group);
		return 1;
	case SLOT_MIB:
		v[0] = named(b, st, SLOT_MIB, v[0], MIB_MAX);
		return 1;
	default:
		assert(part->slot == SLOT_REASON);
		v[0] = named(b, st, SLOT_REASON, v[0], DROP_MAX);
		return 1;
	}
}

void binary_directive(struct binary *b, struct stmt *st)
{
	struct directive_part part;
	const char *pattern;
	u32 n = 0;

	st->directive.id = (u16)binary_choice(b, st->directive.id, DIR_MAX, (struct usual){ 0 });
	pattern = script_directives[st->directive.id];
	while (script_directive_part(&pattern, &part)) {
		assert(n < DIRECTIVE_VALUES || part.slot == SLOT_WORD || part.slot == SLOT_POOL);
		n += walk_slot(b, st, &part, &st->directive.value[n % DIRECTIVE_VALUES]);
	}
}
