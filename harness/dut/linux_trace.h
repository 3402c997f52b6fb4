// SPDX-License-Identifier: MIT
/* linux_trace.h - the kernel's tracepoints, by tracefs: an instance of our own, what a record's
 * fields are, and the ring's raw pages.
 *
 * The instance's clock counts records, so reading it takes no (virtual) time and orders what
 * several CPUs have written.
 */
#ifndef HARNESS_DUT_LINUX_TRACE_H
#define HARNESS_DUT_LINUX_TRACE_H

#include "base/types.h"

enum { TRACE_FIELDS = 32, TRACE_NAME = 40 };

struct trace_field {
	char name[TRACE_NAME];
	u32 offset, size;
	bool is_signed, is_string; /* string: an offset and a length that lead to it */
};

/* events/SYSTEM/NAME/format. */
struct trace_format {
	u32 id, nr_fields;
	struct trace_field field[TRACE_FIELDS];
};

struct trace_record {
	u64 order;
	u32 id; /* of the format */
	const u8 *bytes;
	u32 len;
};

/* 0, or -1: no format. */
int trace_format_parse(struct trace_format *f, const char *text);
const struct trace_field *trace_field_of(const struct trace_format *f, const char *name);
/* Numbers of one to eight bytes; 0 where the record is too short. */
u64 trace_number(const struct trace_field *f, const struct trace_record *rec);
/* "" where there is none; never past the record. */
const char *trace_string(const struct trace_field *f, const struct trace_record *rec, char *to,
			 u32 size);
/* The n-th { value, "name" } of a format's text; false: there are no more. *at: NULL at first. */
bool trace_symbol(const char *text, const char **at, u64 *value, char *name, u32 size);

/* One page of the ring: each record goes to the function. Returns how many were lost before it. */
typedef void trace_sink(void *ctx, const struct trace_record *rec);
u64 trace_page(const u8 *page, u32 size, trace_sink *sink, void *ctx);

struct linux_trace;
/* NULL with why: no tracefs, no right to it. */
struct linux_trace *linux_trace_open(char *err, u32 err_size);
void linux_trace_close(struct linux_trace *t);
/* What the ring holds is forgotten. */
void linux_trace_begin(struct linux_trace *t);
/* The format of an event, its text too where wanted (of malloc). 0, or -1: there is no such event.
 */
int linux_trace_format(const struct linux_trace *t, const char *system, const char *name,
		       struct trace_format *f, char **text);
int linux_trace_enable(const struct linux_trace *t, const char *system, const char *name, bool on);
/* Takes out what the ring holds. */
void linux_trace_drain(struct linux_trace *t, trace_sink *sink, void *ctx);
/* How many records came too late to be held. */
u64 linux_trace_lost(const struct linux_trace *t);

#endif
