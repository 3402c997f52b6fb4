// SPDX-License-Identifier: MIT
/* parse_internal.h - the cursor that the parts of the parser share. There is no separate lexer: a
 * '.' is a time, a flag or an ellipsis, and only the place says which.
 */
#ifndef HARNESS_SCRIPT_PARSE_INTERNAL_H
#define HARNESS_SCRIPT_PARSE_INTERNAL_H

#include "harness/script/script.h"

struct printer;

struct parser {
	struct script *script;
	const char *text;
	u32 at, len;
	u32 line, line_at; /* of `at`: its line, and where that begins */
	u32 depth;	   /* of nested expressions */
	u32 brackets;	   /* open ( [ { on this statement: inside, newlines are blanks */
	struct text *note; /* comments inside a statement, slices of text: lines before it */
	u32 nr_notes, notes_cap;
	u8 host;    /* of the block that we are in */
	bool began; /* past headers and options */
	struct script_error *err;
	bool failed;
};

/* All of these skip blanks (and, inside brackets, newlines and comments) before they look. */
void scan_space(struct parser *p);
char scan_peek(struct parser *p);		    /* '\0' at the end */
bool scan_is(struct parser *p, const char *word);   /* is this next? Words end where they end. */
bool scan_take(struct parser *p, const char *word); /* if so, go past it */
bool scan_need(struct parser *p, const char *word); /* else: "expected 'word'" */
/* [A-Za-z_][A-Za-z0-9_]*; false without complaint when there is none. */
bool scan_word(struct parser *p, struct text *word); /* a slice of p->text, not of the script's */
bool scan_u64(struct parser *p, const char *what, u64 max, u64 *to); /* decimal or 0x */
bool scan_hex_bytes(struct parser *p, struct text *bytes); /* 00ff…, into script->text */
bool scan_string(struct parser *p, struct text *bytes);	   /* "…" with C's escapes */
bool scan_ipv4(struct parser *p, u32 *addr);
bool scan_mac(struct parser *p, u8 mac[6]);
bool scan_duration(struct parser *p, u64 *ns); /* 200ms */
/* hex …, pattern N, "…": an expression, 0 when none of these is next. */
u32 parse_payload(struct parser *p);
/* Records the first error at the present place; always false. */
bool parse_fail(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, for what is next: "expected WHAT, found 'x'". */
bool parse_expected(struct parser *p, const char *what);
/* A new expression that knows its place. */
u32 parse_expr_at(struct parser *p, enum expr_kind kind);

/* parse_call.c: from the name of a call on, with `(` behind it. */
bool parse_call(struct parser *p, struct stmt *st);
/* parse_directive.c: words and slots of directives.def. */
bool parse_directive(struct parser *p, struct stmt *st);
void print_directive(struct printer *pr, const struct stmt *st);
u32 script_slot_values(enum directive_slot slot); /* how many values a slot has */

/* check.c: one statement. `began` says whether headers and options are over, and is updated. */
bool check_stmt(const struct script *s, const struct stmt *st, bool *began,
		struct script_error *err);

/* types.c */
int script_find_call(const char *name, u32 len);
extern const char *const script_struct_names[];
/* The candidate that is nearest to a mistyped word, if any is near enough: best. */
struct suggestion {
	const char *word, *best;
	u32 len, edits;
};
void suggest_begin(struct suggestion *s, const char *word, u32 len);
void suggest_from(struct suggestion *s, const char *candidate);

/* parse_packet.c: after the direction, or at `eth`, `arp`, `hex` behind it; until the line's end.
 */
bool parse_packet(struct parser *p, struct stmt *st);

/* Printing: a growing string. */
struct printer {
	const struct script *script;
	char *text;
	size_t len, cap;
	u32 flags;
	bool not_stock; /* met something that PRINT_STOCK cannot say */
	/* By expression: what is printed in its place, and as further fields of a struct; NULL. */
	char *const *instead, *const *more;
};
void print_text(struct printer *pr, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void print_bytes(struct printer *pr, const char *bytes, u32 len); /* as they are */
void print_expr(struct printer *pr, u32 expr);
void print_string(struct printer *pr, struct text bytes); /* "…" */
void print_hex(struct printer *pr, struct text bytes);
void print_duration(struct printer *pr, u64 ns);
/* print_packet.c: direction and all, without time. */
void print_packet(struct printer *pr, const struct stmt *st);
/* stock.c: socket(AF_INET, ...), whose domain packetdrill writes `...`. */
bool stock_any_domain(const struct script *s, const struct stmt *st);
/* NULL, or what of it packetdrill cannot say. */
const char *packet_not_stock(const struct script *s, const struct packet *p);

/* Words of packets.def. */
/* ARP's attrs are of LIST_ARP. */
enum packet_list { LIST_STOCK, LIST_ATTR, LIST_ENCAP, LIST_OPTION, LIST_ARP };
enum packet_word_id {
#define W(list, id, word, values) WORD_##list##_##id,
#include "packets.def"
#undef W
	WORD_MAX
};
struct packet_word {
	const char *word, *values;
	u8 list;
};
extern const struct packet_word
	packet_words[WORD_MAX]; /* EXPR_FIELD.symbol indexes this in packets */

/* icmp_names.def: type and code words. -1: no such name; NULL: it has none. */
int icmp_type_of(const char *word, u32 len);
int icmp_code_of(u32 type, const char *word, u32 len);
const char *icmp_type_name(u32 type);
const char *icmp_code_name(u32 type, u32 code);

#endif
