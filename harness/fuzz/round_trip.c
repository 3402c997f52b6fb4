// SPDX-License-Identifier: MIT
/* round_trip.c - see fuzz.h: what holds of every script, however it came about. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/fuzz/fuzz.h"

static void through_text(const struct script *s, u32 flags)
{
	struct script_error err = { 0 };
	size_t len = 0, again_len = 0;
	char *text = script_print(s, flags, &len);
	struct script *back = script_parse("printed", text, len, &err);
	char *again;

	if (back == NULL) {
		fprintf(stderr, "%u:%u: %s\n", err.line, err.column, err.text);
		fuzz_found(DETECTOR_round_trip, "what was printed does not parse", text);
	}
	if (!script_equal(s, back))
		fuzz_found(DETECTOR_round_trip, "what was printed parses to another script", text);
	again = script_print(back, flags, &again_len);
	if (again_len != len || memcmp(again, text, len) != 0) {
		fprintf(stderr, "%s\n", again);
		fuzz_found(DETECTOR_round_trip, "printing again gives another text", text);
	}
	free(again);
	free(text);
	script_free(back);
}

static void through_binary(const struct script *s)
{
	size_t len = 0;
	u8 *bytes = script_encode(s, &len);
	struct script *back = script_decode("encoded", bytes, len);

	if (!script_equal(s, back)) {
		char *want = script_print(s, 0, NULL), *got = script_print(back, 0, NULL);

		fprintf(stderr, "%s\n", want);
		fuzz_found(DETECTOR_round_trip, "the binary form decodes to another script", got);
	}
	script_free(back);
	free(bytes);
}

void fuzz_round_trip(const struct script *s)
{
	through_text(s, 0);
	through_text(s, PRINT_COMMENTS);
	through_binary(s);
}
