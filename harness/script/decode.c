// SPDX-License-Identifier: MIT
/* decode.c - the binary form of binary.h into a script that the parser could have made. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "harness/script/binary.h"

/* Headers and options stand before everything else, wherever the bytes have them. */
static void put_first(struct script *s)
{
	struct stmt *sorted = calloc(s->nr_stmts + 1, sizeof(*sorted));
	u32 n = 0;

	assert(sorted != NULL);
	for (u32 pass = 0; pass < 2; pass++) {
		for (u32 i = 0; i < s->nr_stmts; i++) {
			bool first =
				s->stmt[i].kind == STMT_HEADER || s->stmt[i].kind == STMT_OPTION;

			if (first == (pass == 0))
				sorted[n++] = s->stmt[i];
		}
	}
	assert(n == s->nr_stmts);
	if (n != 0)
		memcpy(s->stmt, sorted, n * sizeof(*sorted));
	free(sorted);
}

struct script *script_decode(const char *name, const u8 *bytes, size_t len)
{
	struct binary b = { .s = script_new(name), .in = bytes };

	b.in_len = len < SCRIPT_BYTES ? len : SCRIPT_BYTES;
	while (b.at < b.in_len) {
		size_t from = b.at;
		struct stmt st = { 0 };

		if (bytes[b.at] == BINARY_END) {
			b.at++;
			continue;
		}
		binary_stmt(&b, &st);
		*script_add_stmt(b.s, st.kind) = st;
		assert(b.at > from);
		if (b.at < b.in_len && bytes[b.at] == BINARY_END)
			b.at++;
	}
	put_first(b.s);
	return b.s;
}
