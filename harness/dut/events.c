// SPDX-License-Identifier: MIT
/* events.c - tracepoints as lines: which, and how their fields are printed. */
#include "harness/dut/events.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/trace.h"
#include "core/net.h"
#include "harness/dut/facts.h"

const struct event_row event_rows[] = {
#define X(group, system, name, fields) { EVENTS_##group, #system, #name, fields, TRACE_##name },
#include "harness/dut/events.def"
#include "harness/lib/inet_text.h"
#undef X
};
const u32 nr_event_rows = ARRAY_SIZE(event_rows);

static enum event_form form_of(const char *text, size_t len)
{
	static const struct {
		const char *name;
		enum event_form form;
	} forms[] = { { "d", EVENT_SIGNED },  { "x", EVENT_HEX },   { "addr", EVENT_ADDR },
		      { "sock", EVENT_SOCK }, { "nud", EVENT_NUD }, { "reason", EVENT_REASON } };

	for (u32 i = 0; i < ARRAY_SIZE(forms); i++)
		if (strlen(forms[i].name) == len && strncmp(forms[i].name, text, len) == 0)
			return forms[i].form;
	return EVENT_UNSIGNED;
}

u32 event_fields(const struct event_row *row, struct event_field field[EVENT_FIELDS])
{
	u32 n = 0;

	for (const char *p = row->fields; *p != '\0'; n++) {
		size_t len = strcspn(p, " "), name = strcspn(p, ": ");

		assert(n < EVENT_FIELDS);
		(void)snprintf(field[n].name, sizeof(field[n].name), "%.*s", (int)name, p);
		field[n].form = name < len ? form_of(p + name + 1, len - name - 1) : EVENT_UNSIGNED;
		if (strcmp(field[n].name, "dev") == 0)
			field[n].form = EVENT_DEV;
		p += len;
		p += strspn(p, " ");
	}
	return n;
}

__attribute__((format(printf, 2, 3))) static void say(struct event_line *l, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(l->text + l->len, sizeof(l->text) - l->len, fmt, args);
	va_end(args);
	if (n > 0)
		l->len = min_u32(l->len + (u32)n, sizeof(l->text) - 1);
}

void event_begin(struct event_line *l, const struct event_row *row)
{
	l->len = 0;
	say(l, "%s:%s", row->system, row->name);
}

void event_text(struct event_line *l, const struct event_field *f, const char *value)
{
	say(l, " %s=%s", f->name, value);
}

static void say_address(struct event_line *l, u32 v)
{
	say(l, INET_FORM, INET_PARTS(v));
}

void event_number(struct event_line *l, const struct event_field *f, u64 value)
{
	const char *name = NULL;
	u32 v = (u32)value;

	if (f->form == EVENT_NUD)
		name = facts_nud_name(v);
	else if (f->form == EVENT_REASON && v < DROP_MAX)
		name = drop_names[v];
	if (name != NULL)
		event_text(l, f, name);
	else if (f->form == EVENT_SIGNED)
		say(l, " %s=%" PRId32, f->name, (s32)v);
	else if (f->form == EVENT_ADDR || f->form == EVENT_SOCK) {
		say(l, " %s=", f->name);
		say_address(l, f->form == EVENT_SOCK ? (u32)(value >> 16) : v);
		if (f->form == EVENT_SOCK)
			say(l, ":%u", v & 0xffff);
	} else if (f->form == EVENT_HEX)
		say(l, " %s=0x%" PRIx32, f->name, v);
	else
		say(l, " %s=%" PRIu32, f->name, v);
}

int dut_events_begin(struct dut *d, u32 groups, char *err, u32 err_size)
{
	if (d->world == NULL)
		return linux_events_begin(d, groups, err, err_size);
	refstack_events_begin(d->world, groups);
	return 0;
}

void dut_events(struct dut *d, FILE *to)
{
	if (d->world == NULL)
		linux_events(d, to);
	else
		refstack_events(d->world, to);
}
