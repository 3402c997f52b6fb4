// SPDX-License-Identifier: MIT
/* field.h - a frame cut into fields, each with its name and place: what two frames differ in. */
#ifndef HARNESS_GOLDEN_FIELD_H
#define HARNESS_GOLDEN_FIELD_H

#include <stdio.h>

#include "base/types.h"

enum { FIELDS_MAX = 96, FIELD_NAME = 40, FIELD_TEXT = 120 };

enum field_format { FIELD_NUMBER, FIELD_HEX, FIELD_IP, FIELD_MAC, FIELD_BYTES };

struct field {
	char name[FIELD_NAME]; /* "ttl"; of what an ICMP error quotes: "quoted ttl" */
	u32 at_bits, bits;     /* in the frame */
	u8 format;
	bool follows; /* a checksum or a length: differs because something else does */
};

/* Every bit of the frame is in one field; their number. */
u32 field_split(const u8 *frame, u32 len, bool ethernet, struct field field[FIELDS_MAX]);

struct field_difference {
	char name[FIELD_NAME];
	char expected[FIELD_TEXT], actual[FIELD_TEXT]; /* "-": the frame has no such field */
	bool follows;
	u32 from, to; /* bytes of the expected frame, else of the actual one: [from, to) */
};
/* What differs, what follows from something else last; their number, at most FIELDS_MAX. 0 only for
 * equal frames.
 */
u32 field_compare(const u8 *expected, u32 expected_len, const u8 *actual, u32 actual_len,
		  bool ethernet, struct field_difference d[FIELDS_MAX]);

/* Bytes above the padding of a short Ethernet frame. */
u32 field_unpadded(const u8 *frame, u32 len, bool ethernet);

/* "192.0.2.1:5000 > 192.0.2.2:7 udp (5)": a frame in a few words. */
void field_describe(const u8 *frame, u32 len, bool ethernet, char *to, u32 size);

/* The bytes that differ, with their offsets: "0x0016: Linux 3f, refstack 40"; right, other: whose
 * they are. Runs, at most `most` of them.
 */
void field_hex(FILE *to, const u8 *expected, u32 expected_len, const u8 *actual, u32 actual_len,
	       const char *right, const char *other, u32 most);

#endif
