// SPDX-License-Identifier: MIT
/* minimise_internal.h - single steps towards a plainer script: how they are found and taken.
 *
 * A step is about a script whose tree stays as it is, so that any number of steps that are found in
 * it can be taken together: what one has cut off, another changes without effect.
 */
#ifndef HARNESS_DIFF_MINIMISE_INTERNAL_H
#define HARNESS_DIFF_MINIMISE_INTERNAL_H

#include "harness/script/script.h"

enum {
	PIECES_OF_COMMAND = 64, /* what lies behind them stays with the last */
	NUMBERS_MAX = 48
};

/* What can go alone: a statement, or one command of those in a backquoted line. */
struct piece {
	u32 stmt;
	struct text text; /* of a command */
};

struct pieces {
	struct piece *piece;
	u32 nr;
};

enum step_op {
	/* Pieces. */
	STEP_DROP,	 /* a to b, b not; value: their time goes to what follows */
	STEP_DROP_PAIR,	 /* a and b */
	STEP_DROP_MAKER, /* a makes a descriptor: those above value move down */
	STEP_DROP_FD,	 /* whatever is about descriptor value */
	STEP_DROP_PLACE, /* all of host, thread or process b that is value */
	STEP_DROP_NOTES, /* comments and headers */
	STEP_WORDS,	 /* of piece a: value words from word b on go */
	/* Statements: a is which. */
	STEP_JOIN,	/* a command goes into the line before it */
	STEP_PLACE,	/* host, thread or process b is the usual one */
	STEP_PLACE_ALL, /* of all that are in it: value */
	STEP_WHEN,	/* value: nanoseconds */
	STEP_UNTIL,	/* of a call that blocks */
	STEP_SLOT,	/* of a directive: b is which */
	STEP_RESULT,	/* ... */
	STEP_FLAG,	/* of a packet goes: value */
	STEP_FIELD,	/* of a packet: b is which */
	STEP_PAYLOAD,	/* goes */
	STEP_PAYLOAD_LEN,
	STEP_LINE, /* a frame in hex as a packet line; value: it has an Ethernet header */
	/* Expressions: a is which. */
	STEP_ANY,
	STEP_NULL,
	STEP_NUMBER,
	STEP_TEXT,  /* bytes: their length is value, and that of expression b, too */
	STEP_CUT,   /* out of the list of b, or of statement b: list; value: a count, less one */
	STEP_MERGE, /* with the buffer behind it in b: as above */
	/* Everywhere. */
	STEP_FDS,  /* from 3 on */
	STEP_ADDR, /* a becomes b */
	STEP_PORT,
	STEP_OPS
};

enum step_list { OF_EXPR, OF_STOCK, OF_ATTRS, OF_ENCAPS, OF_OPTIONS };
enum step_place { PLACE_HOST, PLACE_THREAD, PLACE_PROCESS, PLACES };

struct step {
	u8 op, list;
	u32 a, b;
	u64 value;
};

struct steps {
	struct step *step;
	u32 nr, cap;
};

/* Where an expression of a call stands. */
struct place {
	u32 stmt, expr;
	u32 owner; /* in whose list it is and can be left out; 0: it cannot */
	u32 count; /* a number elsewhere that says how many are in that list; 0 */
	u32 size;  /* a number that says how long it is, or how many are in it; 0 */
	u8 type;
};
struct places {
	struct place *place;
	u32 nr, cap;
};

/* A number of a packet line that can become plainer. */
struct packet_number {
	u32 at, bytes;
	u32 parts; /* enum packet_part: kinds that have it */
	u32 flags; /* enum packet_flags: said when one of these is set; 0: always */
};
enum { PACKET_NUMBERS = 9 };
extern const struct packet_number packet_numbers[PACKET_NUMBERS];
u64 packet_number_get(const struct packet *p, u32 which);

/* minimise_find.c */
enum find_level {
	FIND_PIECES, /* pieces only */
	FIND_COARSE, /* and a few of what else there is */
	FIND_ALL
};
struct pieces pieces_of(const struct script *s);
/* All expressions of calls, results of a descriptor's type too. */
struct places places_of(const struct script *s);
/* Greater ones first. */
struct steps steps_find(const struct script *s, const struct pieces *pieces, enum find_level level);
u8 step_place_of(const struct stmt *st, enum step_place place);
/* The piece's words from `text` on, how many bytes; 0: no more. */
u32 piece_word(const char *text, u32 len, u32 *word_at);
/* Addresses and ports that examples have; others are less plain. */
bool is_usual_addr(u32 addr);
bool is_usual_port(u32 port);
/* The next a.b.c.d, or port, at or behind *at in a script's text; its length, 0: no more. */
u32 text_next_addr(const char *text, u32 len, u32 *at, u32 *addr);
u32 text_next_port(const char *text, u32 len, u32 *at, u32 *port);

/* minimise_step.c: a new script, or NULL: that would be none. */
struct script *steps_take(const struct script *s, const struct pieces *pieces,
			  const struct step *const *step, u32 n);
/* Would both change the same thing? */
bool steps_collide(const struct step *a, const struct step *b);

#endif
