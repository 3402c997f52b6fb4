// SPDX-License-Identifier: MIT
/* binary_stmt.c - see binary.h: statements of the binary form: kind, time and prefix, body. */
#include "harness/script/binary.h"

#include "base/check.h"
#include "harness/script/scan.h"

/* The first byte of a statement. Calls and packets are most of what random bytes make. */
static const u8 kinds[] = { STMT_CALL,	 STMT_PACKET, STMT_DIRECTIVE, STMT_COMMAND,
			    STMT_PYTHON, STMT_OPTION, STMT_HEADER };

static void walk_kind(struct binary *b, struct stmt *st)
{
	static const u8 usual[] = { 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 2, 3 };
	u32 i = 0;

	while (b->encoding && kinds[i] != st->kind)
		i++;
	i = binary_choice(b, i, ARRAY_SIZE(kinds), (struct usual){ usual, ARRAY_SIZE(usual) });
	st->kind = kinds[i];
}

/* --- time and prefix -----------------------------------------------------------------------------
 * One byte: the kind of time; above it, whether the call blocks, and whether host, process and
 * thread follow.
 */
enum { TIME_MASK = 7, PREFIX_SHIFT = 3, PREFIX_SAID = 1, PREFIX_BLOCKS = 2, PREFIX_BOTH = 3 };

static void walk_time(struct binary *b, struct stmt *st)
{
	struct when *w = &st->when;

	if (w->kind == WHEN_NONE || w->kind == WHEN_ANY)
		return;
	w->from_ns = binary_u64(b, w->from_ns, 0, TIME_MAX_NS, numbers_ns);
	if (w->kind == WHEN_ABS_RANGE || w->kind == WHEN_REL_RANGE || w->blocks)
		w->until_ns = w->from_ns + binary_u64(b, w->until_ns - w->from_ns, 0,
						      TIME_MAX_NS - w->from_ns, numbers_ns);
}

static void walk_said(struct binary *b, struct stmt *st)
{
	u8 c = binary_byte(b, (u8)(st->host | st->process << 2));

	st->host = c % SCRIPT_HOSTS;
	st->process = (u8)((c >> 2) % (SCRIPT_PROCESSES + 1));
	c = binary_byte(b, st->thread);
	st->thread = (u8)(c % (SCRIPT_THREADS + 1));
}

static void walk_prefix(struct binary *b, struct stmt *st)
{
	static const u8 when[TIME_MASK + 1] = { WHEN_NONE,	WHEN_ABS, WHEN_REL, WHEN_ABS_RANGE,
						WHEN_REL_RANGE, WHEN_ANY, WHEN_REL, WHEN_REL };
	u8 said = st->host != 0 || st->process != 0 || st->thread != 0;
	u8 c = (u8)(st->when.kind | (said * PREFIX_SAID + st->when.blocks * PREFIX_BLOCKS)
					    << PREFIX_SHIFT);

	c = binary_byte(b, c);
	st->when.kind = when[c & TIME_MASK];
	c = (u8)(c >> PREFIX_SHIFT);
	st->when.blocks = c == PREFIX_BLOCKS || c == PREFIX_BOTH;
	walk_time(b, st);
	if (c == PREFIX_SAID || c == PREFIX_BOTH)
		walk_said(b, st);
}

/* What the statement's kind cannot have goes: only calls block, of a time that is said, and have
 * threads; only packets that are expected come at a time that is not known.
 */
static void settle_prefix(struct stmt *st)
{
	struct when *w = &st->when;

	if (st->kind != STMT_CALL) {
		st->thread = 0;
		st->process = 0;
	}
	if (st->kind != STMT_CALL || (w->kind != WHEN_ABS && w->kind != WHEN_REL))
		w->blocks = false;
	if (st->kind != STMT_PACKET || st->packet.incoming) {
		if (w->kind == WHEN_ABS_RANGE)
			w->kind = WHEN_ABS;
		if (w->kind == WHEN_REL_RANGE || w->kind == WHEN_ANY)
			w->kind = WHEN_REL;
	}
	if (!w->blocks && w->kind != WHEN_ABS_RANGE && w->kind != WHEN_REL_RANGE)
		w->until_ns = 0;
}

/* --- bodies --------------------------------------------------------------------------------------
 */
static void walk_pair(struct binary *b, struct stmt *st)
{
	if (st->kind == STMT_OPTION) {
		st->pair.key = binary_option_name(b, st->pair.key);
		st->pair.value = binary_option_value(b, st->pair.value);
	} else {
		st->pair.key = binary_header_key(b, st->pair.key);
		st->pair.value = binary_header_value(b, st->pair.value);
	}
	if (!b->encoding && st->pair.key.len == 0)
		st->pair.key = script_add_text(b->s, "x", 1);
}

void binary_stmt(struct binary *b, struct stmt *st)
{
	walk_kind(b, st);
	if (st->kind == STMT_OPTION || st->kind == STMT_HEADER) {
		walk_pair(b, st);
		return;
	}
	walk_prefix(b, st);
	switch (st->kind) {
	case STMT_CALL:
		binary_call(b, st);
		break;
	case STMT_PACKET:
		binary_packet(b, &st->packet);
		break;
	case STMT_DIRECTIVE:
		binary_directive(b, st);
		break;
	default:
		st->text = binary_text(b, st->text,
				       st->kind == STMT_PYTHON ? &texts_python : &texts_command);
	}
	if (!b->encoding)
		settle_prefix(st);
}
