// SPDX-License-Identifier: MIT
/* scan.h - more of the cursor, for the parts of the parser that look at single characters. None of
 * these skips blanks.
 */
#ifndef HARNESS_SCRIPT_SCAN_H
#define HARNESS_SCRIPT_SCAN_H

#include "harness/script/parse_internal.h"

#define TIME_MAX_NS 1000000000000000000ull /* of any time and duration: 10^9 s */

bool is_digit(char c);
bool is_word(char c); /* of a word: letters, digits, _ */
bool is_blank(char c);
int hex_value(char c); /* -1: no such digit */

char scan_char(const struct parser *p, u32 ahead);	/* '\0' behind the end */
bool scan_at(const struct parser *p, const char *what); /* wherever that ends */
void scan_newline(struct parser *p);
/* To look ahead and come back. */
struct scan_mark {
	u32 at, line, line_at;
};
struct scan_mark scan_mark(const struct parser *p);
void scan_rewind(struct parser *p, struct scan_mark to);
bool scan_line_comment(struct parser *p, struct text *comment); /* a slice of p->text */
bool scan_block_comment(struct parser *p);			/* its lines go to p->note */
bool word_is(const struct parser *p, struct text word, const char *what);
bool scan_digits(struct parser *p, u32 base, const char *what, u64 max, u64 *to);
/* scan_u64() that says how it was written, and skips blanks. */
bool scan_number(struct parser *p, const char *what, u64 max, u64 *to, bool *hex);
/* How many bytes of a text are an address a.b.c.d; 0: it does not begin with one. */
u32 ipv4_of(const char *text, u32 len, u32 *addr);

/* parse.c: how long the key of `key: value` is; 0: the text is no header. */
u32 header_key(const char *text, u32 len);

#endif
