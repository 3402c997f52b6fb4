// SPDX-License-Identifier: MIT
/* fuzz_pkt.c - any text: an error that names its place, or a script that survives the round trip.
 */
#include "harness/fuzz/fuzz.h"

static bool run(const u8 *data, size_t size)
{
	struct script_error err = { 0 };
	struct script *s = script_parse("fuzz", (const char *)data, size, &err);

	if (s == NULL) {
		if (err.text[0] == '\0' || err.line == 0 || err.column == 0)
			fuzz_found(DETECTOR_round_trip, "an error without its place", err.text);
		return true;
	}
	fuzz_round_trip(s);
	script_free(s);
	return true;
}

const struct fuzz_target fuzz_target = { .name = "pkt", .input = INPUT_TEXT, .run = run };
