// SPDX-License-Identifier: MIT
/* naive.h - what the stack computes cleverly, computed the plain way: oracles for checks and tests.
 */
#ifndef HARNESS_LIB_NAIVE_H
#define HARNESS_LIB_NAIVE_H

#include "ipv4/ip_fib.h"

/* What fib_table_lookup() must answer, found by looking at every route there is. */
int naive_fib_lookup(struct fib_table *tb, const struct flowi4 *flp, u32 fib_flags,
		     struct fib_result *res);
/* For net->on_fib_lookup: asserts that the answer given is that one. */
void naive_check_fib_lookup(struct net *net, struct fib_table *tb, const struct flowi4 *flp,
			    u32 fib_flags, int err, const struct fib_result *res);

#endif
