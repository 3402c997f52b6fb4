// SPDX-License-Identifier: MIT
/* oracle_interference.c - sockets and hosts that have nothing to do with a program change nothing
 * of it.
 */
#include "harness/fuzz/oracle_internal.h"

enum look_verdict look_sockets(struct look *l)
{
	(void)l;
	return LOOK_INCONCLUSIVE;
}

enum look_verdict look_hosts(struct look *l)
{
	(void)l;
	return LOOK_INCONCLUSIVE;
}
