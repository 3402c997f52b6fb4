// SPDX-License-Identifier: MIT
/* linux_events.c - the kernel's tracepoints as lines, taken from the ring. */
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "harness/dut/events.h"
#include "harness/dut/linux_facts.h"

enum { ROWS_MAX = 64, FAMILY_INET = 2, REASON_NAMES = 256 };

/* A row, and where its fields are in this kernel's records. */
struct known {
	const struct event_row *row;
	struct trace_format format;
	struct event_field field[EVENT_FIELDS];
	const struct trace_field *at[EVENT_FIELDS]; /* NULL: this kernel has no such field */
	const struct trace_field *family;
	u32 nr_fields;
	bool by_index; /* the device is told by its index */
};

struct kept {
	u64 order;
	char *line;
};

struct linux_events {
	struct linux_trace *trace;
	struct known known[ROWS_MAX];
	u32 nr_known;
	u8 reason[REASON_NAMES]; /* the kernel's number to drop.def's */
	struct kept *kept;
	u32 nr, cap;
};

static void learn_reasons(struct linux_events *e, const char *text)
{
	const char *at = NULL;
	char name[TRACE_NAME];
	u64 value;

	while (trace_symbol(text, &at, &value, name, sizeof(name)))
		for (u32 i = 0; i < DROP_MAX && value < REASON_NAMES; i++)
			if (strcmp(drop_names[i], name) == 0)
				e->reason[value] = (u8)i;
}

static const struct trace_field *find_field(struct known *k, const struct event_field *f)
{
	const struct trace_field *at = trace_field_of(&k->format, f->name);

	if (f->form != EVENT_DEV)
		return at;
	if (at == NULL)
		at = trace_field_of(&k->format, "name");
	k->by_index = at == NULL;
	return at != NULL ? at : trace_field_of(&k->format, "ifindex");
}

/* -1: the kernel has no such event. */
static int learn(struct linux_events *e, const struct event_row *row)
{
	struct known *k = &e->known[e->nr_known];
	char *text = NULL;

	*k = (struct known){ .row = row };
	if (linux_trace_format(e->trace, row->system, row->name, &k->format, &text) < 0) {
		free(text);
		return -1;
	}
	k->nr_fields = event_fields(row, k->field);
	for (u32 i = 0; i < k->nr_fields; i++) {
		k->at[i] = find_field(k, &k->field[i]);
		if (k->field[i].form == EVENT_REASON)
			learn_reasons(e, text);
	}
	k->family = trace_field_of(&k->format, "family");
	free(text);
	e->nr_known++;
	return linux_trace_enable(e->trace, row->system, row->name, true);
}

struct linux_events *linux_events_new(struct linux_trace *t, u32 groups)
{
	struct linux_events *e = calloc(1, sizeof(*e));

	if (e == NULL)
		abort();
	e->trace = t;
	assert(nr_event_rows <= ROWS_MAX);
	for (u32 i = 0; i < nr_event_rows; i++)
		if ((event_rows[i].group & groups) != 0)
			(void)learn(e, &event_rows[i]);
	return e;
}

void linux_events_free(struct linux_events *e)
{
	if (e == NULL)
		return;
	for (u32 i = 0; i < e->nr_known; i++)
		(void)linux_trace_enable(e->trace, e->known[i].row->system, e->known[i].row->name,
					 false);
	for (u32 i = 0; i < e->nr; i++)
		free(e->kept[i].line);
	free(e->kept);
	free(e);
}

static void keep(struct linux_events *e, u64 order, const char *line)
{
	if (e->nr == e->cap) {
		e->cap = e->cap != 0 ? e->cap * 2 : 256;
		e->kept = realloc(e->kept, e->cap * sizeof(e->kept[0]));
		if (e->kept == NULL)
			abort();
	}
	e->kept[e->nr] = (struct kept){ order, strdup(line) };
	if (e->kept[e->nr].line == NULL)
		abort();
	e->nr++;
}

static u64 address(const struct trace_field *f, const struct trace_record *rec)
{
	u64 v = trace_number(f, rec);

	return f->size == 4 ? __builtin_bswap32((u32)v) : v;
}

/* A struct sockaddr_in, in a field with room for one of IPv6. */
static u64 socket_address(const struct trace_field *f, const struct trace_record *rec)
{
	const struct trace_field port = { .offset = f->offset + 2, .size = 2 };
	const struct trace_field addr = { .offset = f->offset + 4, .size = 4 };

	return address(&addr, rec) << 16 | __builtin_bswap16((u16)trace_number(&port, rec));
}

static void put_field(const struct linux_events *e, const struct known *k, u32 i,
		      const struct trace_record *rec, struct event_line *l)
{
	const struct event_field *f = &k->field[i];
	char dev[IF_NAMESIZE] = "?";

	if (k->at[i] == NULL)
		return;
	if (f->form == EVENT_DEV && !k->by_index)
		event_text(l, f, trace_string(k->at[i], rec, dev, sizeof(dev)));
	else if (f->form == EVENT_DEV) {
		(void)if_indextoname((u32)trace_number(k->at[i], rec), dev);
		event_text(l, f, dev);
	} else if (f->form == EVENT_ADDR)
		event_number(l, f, address(k->at[i], rec));
	else if (f->form == EVENT_SOCK)
		event_number(l, f, socket_address(k->at[i], rec));
	else if (f->form == EVENT_REASON)
		event_number(l, f, e->reason[trace_number(k->at[i], rec) % REASON_NAMES]);
	else
		event_number(l, f, trace_number(k->at[i], rec));
}

/* Sockets of other families, which talk to the kernel, are nobody's business. */
static bool is_ours(const struct known *k, const struct trace_record *rec)
{
	return k->family == NULL || trace_number(k->family, rec) == FAMILY_INET;
}

void linux_events_event(struct linux_events *e, const struct trace_record *rec)
{
	struct event_line l;

	for (u32 i = 0; i < e->nr_known; i++) {
		const struct known *k = &e->known[i];

		if (k->format.id != rec->id)
			continue;
		if (!is_ours(k, rec))
			return;
		event_begin(&l, k->row);
		for (u32 f = 0; f < k->nr_fields; f++)
			put_field(e, k, f, rec, &l);
		keep(e, rec->order, l.text);
		return;
	}
}

int linux_events_begin(struct dut *d, u32 groups, char *err, u32 err_size)
{
	struct linux_facts *f = linux_of(d)->facts;

	if (linux_of(d)->clock == DUT_REAL) {
		snprintf(err, err_size,
			 "a running kernel's tracepoints tell of all its programs: --dut uml");
		return -1;
	}
	assert(f->trace != NULL);
	linux_facts_drain(f);
	linux_events_free(f->events);
	f->events = linux_events_new(f->trace, groups);
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct kept *p = a, *q = b;

	return p->order < q->order ? -1 : p->order > q->order;
}

void linux_events(struct dut *d, FILE *to)
{
	struct linux_facts *f = linux_of(d)->facts;
	struct linux_events *e = f->events;

	if (e == NULL)
		return;
	(void)linux_enter(linux_of(d), 0);
	linux_facts_drain(f);
	if (e->nr != 0)
		qsort(e->kept, e->nr, sizeof(e->kept[0]), by_order);
	for (u32 i = 0; i < e->nr; i++) {
		(void)fprintf(to, "%s\n", e->kept[i].line);
		free(e->kept[i].line);
	}
	e->nr = 0;
	if (linux_trace_lost(f->trace) != 0)
		(void)fprintf(to, "some events were lost\n");
}
