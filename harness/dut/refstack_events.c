// SPDX-License-Identifier: MIT
/* refstack_events.c - the reference's trace records as lines. */
#include <string.h>

#include "base/trace.h"
#include "core/netdevice.h"
#include "harness/dut/events.h"
#include "harness/lib/world.h"

/* The fields of a tracepoint, as trace.def has them: "reason, protocol, len". */
static const char *const kind_fields[TRACE_MAX] = {
#define X(name, help, ...) [TRACE_##name] = #__VA_ARGS__,
#include "trace.def"
#undef X
};

/* Which argument a field is; TRACE_ARGS: none. */
static u32 arg_of(u32 kind, const char *field)
{
	const char *at = kind_fields[kind];

	for (u32 i = 0; i < TRACE_ARGS && *at != '\0'; i++) {
		size_t len = strcspn(at, ", ");

		if (strlen(field) == len && strncmp(at, field, len) == 0)
			return i;
		at += len;
		at += strspn(at, ", ");
	}
	return TRACE_ARGS;
}

/* "saddr" with its "sport". */
static u64 socket_address(const struct trace_rec *r, const char *addr)
{
	const char port[] = { addr[0], 'p', 'o', 'r', 't', '\0' };
	u32 port_arg = arg_of(r->kind, port), addr_arg = arg_of(r->kind, addr);

	assert(port_arg < TRACE_ARGS && addr_arg < TRACE_ARGS);
	return (u64)r->arg[addr_arg] << 16 | r->arg[port_arg];
}

static const char *dev_name(const struct world *w, u32 host, u32 ifindex)
{
	const struct net_device *dev = dev_get_by_index(&w->host[host].net, (s32)ifindex);

	return dev != NULL ? dev->name : "?";
}

static void put_record(const struct world *w, const struct trace_rec *r,
		       const struct event_row *row, FILE *to)
{
	struct event_field field[EVENT_FIELDS];
	u32 n = event_fields(row, field);
	struct event_line l;

	event_begin(&l, row);
	for (u32 i = 0; i < n; i++) {
		bool dev = field[i].form == EVENT_DEV;
		u32 arg = arg_of(r->kind, dev ? "ifindex" : field[i].name);

		/* INVARIANT: what events.def names, trace.def has. */
		assert(arg < TRACE_ARGS);
		if (dev)
			event_text(&l, &field[i], dev_name(w, r->host, r->arg[arg]));
		else if (field[i].form == EVENT_SOCK)
			event_number(&l, &field[i], socket_address(r, field[i].name));
		else
			event_number(&l, &field[i], r->arg[arg]);
	}
	(void)fprintf(to, "%s\n", l.text);
}

void refstack_events_begin(struct world *w, u32 groups)
{
	u64 mask = 0;

	for (u32 i = 0; i < nr_event_rows; i++)
		if ((event_rows[i].group & groups) != 0)
			mask |= 1ull << event_rows[i].kind;
	trace_clear(&w->trace);
	world_trace(w, mask);
}

void refstack_events(struct world *w, FILE *to)
{
	const struct trace_rec *r;

	if (w->trace.written > w->trace.cap)
		(void)fprintf(to, "some events were lost\n");
	for (u32 n = 0; (r = trace_get(&w->trace, n)) != NULL; n++)
		for (u32 i = 0; i < nr_event_rows; i++)
			if (event_rows[i].kind == r->kind)
				put_record(w, r, &event_rows[i], to);
	trace_clear(&w->trace);
}
