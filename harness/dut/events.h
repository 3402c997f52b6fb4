// SPDX-License-Identifier: MIT
/* events.h - tracepoints as lines, the same of real Linux and of the reference:
 *
 *   neigh:neigh_update dev=eth0 primary_key4=192.0.2.2 nud_state=incomplete new_state=reachable …
 *
 * Which ones, and which of their fields, is in events.def.
 */
#ifndef HARNESS_DUT_EVENTS_H
#define HARNESS_DUT_EVENTS_H

#include <stdio.h>

#include "harness/dut/dut.h"

enum event_group {
	EVENTS_SKB = 1,
	EVENTS_NET = 2,
	EVENTS_QDISC = 4,
	EVENTS_FIB = 8,
	EVENTS_NEIGH = 16,
	EVENTS_SOCK = 32,
	EVENTS_TCP = 64,
	EVENTS_ALL = 127
};
enum { EVENT_FIELDS = 8, EVENT_LINE = 512 };

enum event_form {
	EVENT_UNSIGNED,
	EVENT_SIGNED,
	EVENT_HEX,
	EVENT_ADDR,
	EVENT_SOCK, /* an address, 16 bits further up than its port */
	EVENT_NUD,
	EVENT_REASON,
	EVENT_DEV
};
struct event_field {
	char name[24];
	enum event_form form;
};
struct event_row {
	u32 group;
	const char *system, *name, *fields;
	u32 kind; /* TRACE_ */
};
extern const struct event_row event_rows[];
extern const u32 nr_event_rows;

/* The fields of a row; how many. */
u32 event_fields(const struct event_row *row, struct event_field field[EVENT_FIELDS]);
/* "neigh:neigh_update", then " len=60" and so on; text: of a device. */
struct event_line {
	char text[EVENT_LINE];
	u32 len;
};
void event_begin(struct event_line *l, const struct event_row *row);
void event_number(struct event_line *l, const struct event_field *f, u64 value);
void event_text(struct event_line *l, const struct event_field *f, const char *value);

/* Groups are switched on; from here on lines are kept. 0, or -1 with why. */
int dut_events_begin(struct dut *d, u32 groups, char *err, u32 err_size);
/* Those since it was last asked, a line each, of all hosts in the order in which they happened. */
void dut_events(struct dut *d, FILE *to);

/* What these two are made of: linux_events.c, refstack_events.c. */
int linux_events_begin(struct dut *d, u32 groups, char *err, u32 err_size);
void linux_events(struct dut *d, FILE *to);
void refstack_events_begin(struct world *w, u32 groups);
void refstack_events(struct world *w, FILE *to);

#endif
