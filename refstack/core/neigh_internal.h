// SPDX-License-Identifier: MIT
/* neigh_internal.h - what the two halves of the neighbour cache have of each other: neighbour.c
 * (one entry's states and packets) and neigh_table.c (where entries come from and go).
 */
#ifndef REFSTACK_CORE_NEIGH_INTERNAL_H
#define REFSTACK_CORE_NEIGH_INTERNAL_H

#include "core/neighbour.h"

static inline bool time_in_range(u64 a, u64 from, u64 to)
{
	return time_after_eq(a, from) && time_before_eq(a, to);
}

/* neighbour.c */
void neigh_notify(struct neighbour *n);
void neigh_purge_queue(struct neighbour *n);
bool neigh_del_timer(struct neighbour *n);
void neigh_timer_handler(struct timer_list *t);
/* LINUX: __neigh_update(). */
int neigh_update_state(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags);

/* neigh_table.c */
/* Lets go of the entry, and takes it out of its table if nobody else uses it. */
void neigh_remove(struct neighbour *n);

#endif
