// SPDX-License-Identifier: MIT
/* encode.c - a script into the binary form of binary.h. */
#include <stdlib.h>

#include "base/check.h"
#include "harness/script/binary.h"

static void end_stmt(struct binary *b, size_t from)
{
	/* What is missing is read as zeros; a statement has one byte at least. */
	while (b->out_len > b->keep && b->out_len > from + 1 && b->out[b->out_len - 1] == 0)
		b->out_len--;
	if (b->out_len == b->out_cap) {
		b->out_cap++;
		b->out = realloc(b->out, b->out_cap);
		assert(b->out != NULL);
	}
	b->out[b->out_len] = BINARY_END;
	b->out_len++;
}

u8 *script_encode(const struct script *s, size_t *len)
{
	/* Encoding only reads the script; the walk is decoding's too. */
	struct binary b = { .s = (struct script *)(uintptr_t)s, .encoding = true };

	b.out = malloc(1);
	assert(b.out != NULL);
	b.out_cap = 1;
	for (u32 i = 0; i < s->nr_stmts; i++) {
		struct stmt st = s->stmt[i];
		size_t from = b.out_len;

		if (st.kind == STMT_COMMENT)
			continue;
		binary_stmt(&b, &st);
		end_stmt(&b, from);
	}
	*len = b.out_len;
	return b.out;
}
