// SPDX-License-Identifier: MIT
/* binary.h - the binary form of a script, for fuzzers: any bytes are a program.
 *
 * A program is a stream of statements, each ended by BINARY_END. BINARY_ESCAPE makes the byte after
 * it an ordinary one. A statement that needs no more bytes is followed by the next one at once,
 * with or without BINARY_END; one that asks for more than there are before its BINARY_END gets
 * zeros, and a zero is always the plainest choice (no list, no text, no prefix, a system call). So
 * an edit changes what stands between two BINARY_ENDs (or next to one that it puts in or takes out)
 * and nothing else: at most as many statements as there are bytes between them. Of programs of 256
 * random bytes, encoded, seven edits of a byte in ten touch one statement at most, 98 in 100
 * no more than half of BINARY_EDIT, none more than that (test_script_binary.c).
 *
 * A statement: its kind; time and prefix; its body, after the tables in *.def. Choices are one
 * byte: a byte below the number of choices is that choice, any other one of the usual ones. A
 * number is a byte where it is small, usual at its place, or at an edge. Lists say of each element
 * that there is one; texts begin with their length or the number of a usual text.
 *
 * One walk serves both ways: each function below takes what is to be written and returns it, or,
 * when decoding, returns what was read.
 */
#ifndef HARNESS_SCRIPT_BINARY_H
#define HARNESS_SCRIPT_BINARY_H

#include "harness/script/script.h"

enum { BINARY_END = 0xfd, BINARY_ESCAPE = 0xfc, BINARY_EDIT = 16 };

struct binary {
	struct script *s; /* when encoding it is not written */
	bool encoding;
	const u8 *in; /* decoding */
	size_t in_len, at;
	u8 *out; /* encoding */
	size_t out_len, out_cap;
	size_t keep; /* zeros from here on may go: the end of the statement is zeros anyway */
	u32 depth;
};

/* --- binary.c: bytes, choices, numbers, texts
 * ------------------------------------------------------- */
u8 binary_byte(struct binary *b, u8 v);
/* Below n. The last of them, `usual`, are what other bytes stand for; none: all are. */
struct usual {
	const u8 *of;
	u32 n;
};
u32 binary_choice(struct binary *b, u32 v, u32 n, struct usual usual);
/* Another element? `i` are there already. */
bool binary_more(struct binary *b, bool more, u32 i);

struct number {
	u64 value;
	bool hex, negative;
};
/* What is usual at a place; the first is what zeros are. NULL: small numbers. */
struct numbers {
	const u64 *of;
	u32 n;
};
extern const struct numbers numbers_of_type[TYPE_MAX];
struct number binary_number(struct binary *b, struct number v, struct numbers usual);
/* From min to max, decimal. */
u64 binary_u64(struct binary *b, u64 v, u64 min, u64 max, struct numbers usual);
extern const struct numbers numbers_small, numbers_ns, numbers_port, numbers_addr, numbers_len;

/* A kind of text: what is usual, and what makes any bytes into a text that the parser could have
 * made (of a text that it made, the same).
 */
struct texts {
	const char *const *usual;
	u32 nr_usual;
	u32 (*fit)(u8 *bytes, u32 len);
};
struct text binary_text(struct binary *b, struct text v, const struct texts *t);
extern const struct texts texts_data, texts_addr, texts_name, texts_command, texts_python,
	texts_note, texts_bytes, texts_pool;
struct text binary_option_name(struct binary *b, struct text v);
struct text binary_option_value(struct binary *b, struct text v);
struct text binary_header_key(struct binary *b, struct text v);
struct text binary_header_value(struct binary *b, struct text v);

/* --- binary_expr.c
 * ---------------------------------------------------------------------------------- */
/* A new expression of that kind, or `e`, which is one. */
u32 binary_expr(struct binary *b, u32 e, enum expr_kind kind);
struct expr *binary_at(struct binary *b, u32 e);
/* Strings the elements of a chain together. */
struct chain {
	u32 first, last;
};
void binary_link(struct binary *b, struct chain *c, u32 e);
u32 binary_value(struct binary *b, u32 e, enum arg_type type);
u32 binary_symbol_index(struct binary *b, u32 v, enum symbol_group group);
u32 binary_payload(struct binary *b, u32 e, bool may_be_absent);
u32 binary_bytes(struct binary *b, u32 e);
u32 binary_plain(struct binary *b, u32 e, bool hex, u64 max, struct numbers usual);
void binary_call(struct binary *b, struct stmt *st);

/* --- binary_packet.c, binary_directive.c
 * ---------------------------------------------------------------- */
void binary_packet(struct binary *b, struct packet *p);
void binary_directive(struct binary *b, struct stmt *st);

/* --- binary_stmt.c: the whole statement; st->kind included
 * ------------------------------------------------ */
void binary_stmt(struct binary *b, struct stmt *st);

#endif
