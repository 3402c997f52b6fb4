// SPDX-License-Identifier: MIT
/* linux_drops.c - packets that the kernel dropped, by reason: tracepoint skb:kfree_skb.
 *
 * Reasons are told by name, so that another version's numbers do no harm. A record does not say in
 * which namespace it was, unless the kernel was taught to; with several hosts and without that,
 * drops are unknown. Nothing but packets comes: messages to the kernel are consumed, not dropped.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/dut/linux_facts.h"

enum { REASONS = 256, NO_DROP = 0xffff };

struct linux_drops {
	struct linux_trace *trace;
	struct trace_format format;
	const struct trace_field *reason;
	u16 row[REASONS]; /* of drop.def; NO_DROP: none */
	bool can_know, known;
	u64 count[DUT_HOSTS][DROP_MAX];
};

static u16 row_of(const char *name)
{
	for (u32 i = 0; i < DROP_MAX; i++)
		if (strcmp(drop_names[i], name) == 0)
			return (u16)i;
	return NO_DROP;
}

static void learn_reasons(struct linux_drops *d, const char *text)
{
	const char *at = NULL;
	char name[TRACE_NAME];
	u64 value;

	for (u32 i = 0; i < REASONS; i++)
		d->row[i] = NO_DROP;
	while (trace_symbol(text, &at, &value, name, sizeof(name)))
		if (value < REASONS)
			d->row[value] = row_of(name);
}

struct linux_drops *linux_drops_new(struct linux_trace *t)
{
	struct linux_drops *d = calloc(1, sizeof(*d));
	char *text = NULL;

	if (d == NULL)
		abort();
	d->trace = t;
	if (linux_trace_format(t, "skb", "kfree_skb", &d->format, &text) == 0) {
		d->reason = trace_field_of(&d->format, "reason");
		learn_reasons(d, text);
	}
	free(text);
	d->can_know = d->reason != NULL && linux_trace_enable(t, "skb", "kfree_skb", true) == 0;
	return d;
}

void linux_drops_begin(struct linux_drops *d, u32 hosts)
{
	memset(d->count, 0, sizeof(d->count));
	d->known = d->can_know && hosts == 1;
}

void linux_drops_event(struct linux_drops *d, const struct trace_record *rec)
{
	u64 reason;

	if (!d->known || rec->id != d->format.id)
		return;
	reason = trace_number(d->reason, rec);
	if (reason < REASONS && d->row[reason] != NO_DROP)
		d->count[0][d->row[reason]]++;
}

void linux_drops_read(const struct linux_drops *d, u32 host, u64 drops[DROP_MAX])
{
	bool known = d != NULL && d->known && linux_trace_lost(d->trace) == 0;

	for (u32 i = 0; i < DROP_MAX; i++)
		drops[i] = known ? d->count[host][i] : U64_MAX;
}
