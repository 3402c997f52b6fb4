// SPDX-License-Identifier: MIT
/* fuzz_binary.c - any bytes are a script that is checked and survives the round trip. */
#include "harness/fuzz/fuzz.h"

static bool run(const u8 *data, size_t size)
{
	struct script *s = script_decode("fuzz", data, size);
	struct script_error err = { 0 };

	if (!script_check(s, &err))
		fuzz_found(DETECTOR_round_trip, "decoded to what the checker refuses", err.text);
	fuzz_round_trip(s);
	script_free(s);
	return true;
}

const struct fuzz_target fuzz_target = { .name = "binary", .input = INPUT_BYTES, .run = run };
