// SPDX-License-Identifier: MIT
/* linux_facts.c - what is known of real Linux besides calls and frames: begin, end, counters. */
#include "harness/dut/linux_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void linux_facts_begin(struct linux_dut *l)
{
	struct linux_facts *f = calloc(1, sizeof(*f));

	if (f == NULL)
		abort();
	l->facts = f;
	/* A kernel that has other work drops other packets, too, and none says whose it was. */
	if (l->boot == NULL)
		return;
	f->trace = l->boot->trace;
	f->drops = l->boot->drops;
	linux_trace_begin(f->trace);
	linux_drops_begin(f->drops, l->cfg.hosts);
}

static void close_fd(int fd)
{
	if (fd > 0)
		close(fd);
}

static void close_files(const struct linux_facts *f)
{
	for (u32 h = 0; h < DUT_HOSTS; h++) {
		close_fd(f->host[h].netlink);
		for (u32 i = 0; i < LINUX_MIB_FILES; i++)
			close_fd(f->host[h].mib[i]);
	}
}

void linux_facts_end(struct linux_dut *l)
{
	struct linux_facts *f = l->facts;

	if (f == NULL)
		return;
	linux_restore_knobs(l);
	linux_events_free(f->events);
	/* The guest closes all of a run at once. */
	if (l->boot == NULL)
		close_files(f);
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
	linux_stir(l);
	if (linux_enter(l, host) < 0 || linux_read_mib(l->facts->host[host].mib, mib) < 0)
		for (u32 i = 0; i < MIB_MAX; i++)
			mib[i] = U64_MAX;
	linux_facts_drain(l->facts);
	linux_drops_read(l->facts->drops, host, drops);
}
