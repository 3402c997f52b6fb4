// SPDX-License-Identifier: MIT
/* linux_facts.c - what is known of real Linux besides calls and frames: begin, end, counters. */
#include "harness/dut/linux_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int linux_facts_begin(struct linux_dut *l, char *err, u32 err_size)
{
	struct linux_facts *f = calloc(1, sizeof(*f));
	char why[128] = "";

	if (f == NULL)
		abort();
	l->facts = f;
	/* A kernel that has other work drops other packets, too, and none says whose it was. */
	if (l->clock != DUT_VIRTUAL)
		return 0;
	f->trace = linux_trace_open(why, sizeof(why));
	if (f->trace == NULL) {
		(void)snprintf(err, err_size, "%s", why);
		return -1;
	}
	f->drops = linux_drops_new(f->trace, l);
	return 0;
}

void linux_facts_end(struct linux_dut *l)
{
	struct linux_facts *f = l->facts;

	if (f == NULL)
		return;
	linux_restore_knobs(l);
	linux_events_free(f->events);
	linux_drops_free(f->drops);
	linux_trace_close(f->trace);
	free(f);
	l->facts = NULL;
}

static void take_record(void *ctx, const struct trace_record *rec)
{
	struct linux_facts *f = ctx;

	linux_drops_event(f->drops, rec);
	if (f->events != NULL)
		linux_events_event(f->events, rec);
}

void linux_facts_drain(struct linux_facts *f)
{
	if (f->trace != NULL)
		linux_trace_drain(f->trace, take_record, f);
}

void linux_counters(struct dut *d, u32 host, u64 *mib, u64 *drops)
{
	struct linux_dut *l = linux_of(d);

	memset(mib, 0, MIB_MAX * sizeof(*mib));
	if (linux_enter(l, host) < 0 || linux_read_mib(mib) < 0)
		for (u32 i = 0; i < MIB_MAX; i++)
			mib[i] = U64_MAX;
	linux_facts_drain(l->facts);
	linux_drops_read(l->facts->drops, host, drops);
}
