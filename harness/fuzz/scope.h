// SPDX-License-Identifier: MIT
/* scope.h - targets whose inputs are programs: what of the language each keeps, and what stands
 * before it.
 *
 * An input is a script in binary form. What runs is the scope's opening (addresses, sockets; text,
 * parsed once) and then those statements of the input that the scope keeps. So everything that is
 * found is a .pkt script.
 */
#ifndef HARNESS_FUZZ_SCOPE_H
#define HARNESS_FUZZ_SCOPE_H

#include "harness/script/script.h"

struct fuzz_scope {
	const char *name;    /* of the target */
	const char *opening; /* a script */
	u32 stmts;	     /* of an input, at most */
	/* Statements that are left out do not run; assertions in python never do. */
	bool (*keeps)(const struct script *s, const struct stmt *st);
	const char *weights; /* generate.h: what random programs are about that become seeds */
};

/* NULL: the target has no programs, or there is no such target. */
const struct fuzz_scope *fuzz_scope_find(const char *target);
/* What runs, as one script that script_check() takes. */
struct script *fuzz_scope_script(const struct fuzz_scope *scope, const u8 *data, size_t len);
/* The same into a script that was one of this scope: what it was goes. */
void fuzz_scope_decode(const struct fuzz_scope *scope, struct script *s, const u8 *data,
		       size_t len);
/* The input that makes this script of that scope, or does what it does: statements of the opening
 * at the script's head are taken off. Of malloc.
 */
u8 *fuzz_scope_input(const struct fuzz_scope *scope, const struct script *s, size_t *len);

#endif
