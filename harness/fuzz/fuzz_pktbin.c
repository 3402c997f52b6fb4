// SPDX-License-Identifier: MIT
/* fuzz_pktbin.c - any bytes are a script that is checked and survives the round trip. */
#include "harness/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script *s = script_decode("fuzz", data, size);
	struct script_error err = { 0 };

	if (!script_check(s, &err))
		fuzz_failed("decoded to what the checker refuses", err.text);
	fuzz_round_trip(s);
	script_free(s);
	return 0;
}
