// SPDX-License-Identifier: MIT
/* json.h - JSON written piece by piece, with commas and escapes where they belong.
 *
 * Between json_object(j, key) and json_end(j) each value has a key, between json_array(j, key) and
 * json_end(j) the key is NULL; so it is for the outermost value. Wrong nesting is a bug of the
 * caller and aborts. Errors of the file show in ferror().
 */
#ifndef HARNESS_LIB_JSON_H
#define HARNESS_LIB_JSON_H

#include <stdio.h>

#include "base/types.h"

enum { JSON_DEPTH = 32 };

struct json {
	FILE *to;
	u32 depth;
	u32 lines; /* values of levels above this one begin on a line of their own */
	struct {
		bool array, empty;
	} level[JSON_DEPTH];
};

/* lines: how many levels are laid out with a line for each value; 0: all in one line. */
void json_begin(struct json *j, FILE *to, u32 lines);
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j); /* of the innermost object or array */
/* Text in UTF-8; bytes that are none become U+FFFD. NULL is written as null. */
void json_text(struct json *j, const char *key, const char *text);
void json_text_n(struct json *j, const char *key, const char *text, size_t len);
void json_textf(struct json *j, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What is JSON already, on one line. */
void json_raw(struct json *j, const char *key, const char *json);
void json_u64(struct json *j, const char *key, u64 v);
void json_s64(struct json *j, const char *key, s64 v);
void json_bool(struct json *j, const char *key, bool v);
/* A number with a fixed count of decimals, without floating point: v / 10^decimals. */
void json_decimal(struct json *j, const char *key, u64 v, u32 decimals);

/* The length of the UTF-8 character at p, 0 if there is none. */
u32 utf8_length(const u8 *p, size_t left);

#endif
